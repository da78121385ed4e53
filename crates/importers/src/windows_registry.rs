//! Uninstall keys of the Windows registry, as the registry editor exports them (`.reg`).
//!
//! Updates and components of the system are recognised and counted, not listed as titles.
//! The export does not say whose it is; the caller names the device.

use std::borrow::Cow;

use domain::observation::DeviceAttributes;

use crate::assembly::{Assembly, Draft, FoundTitle};
use crate::findings::Fault;
use crate::limits::REGISTRY_VALUE_BYTES;
use crate::swid::named_device;
use crate::unreadable::Unreadable;

/// The first line of an export by Windows 2000 and later, and by the systems before.
const HEADERS: [&str; 2] = ["Windows Registry Editor Version 5.00", "REGEDIT4"];

/// The keys below which titles stand, in lower case; `wow6432node` holds those of 32 bits.
const UNINSTALL: [&str; 2] = [
    "\\software\\microsoft\\windows\\currentversion\\uninstall\\",
    "\\software\\wow6432node\\microsoft\\windows\\currentversion\\uninstall\\",
];

/// Whether the text is an export of the registry.
pub(crate) fn is_export(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or_default().trim_end();
    HEADERS.contains(&first)
}

/// Reads the export of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let device = match named_device("The export of the registry does not name its device.", name_if_absent) {
        Ok(device) => device,
        Err(fault) => return assembly.findings.reject("device", fault),
    };
    let draft = Draft::new(device, DeviceAttributes::default());
    let mut export = Export { draft, entry: None, keys: 0, updates: 0, parts_of_system: 0, nameless: 0 };
    let mut lines = text.lines().enumerate();
    while let Some((index, first)) = lines.next() {
        let mut line = Cow::Borrowed(first.trim_start());
        // A value of bytes goes on after a backslash at the end of its line.
        while line.ends_with('\\') && line.contains("=hex") {
            let Some((_, next)) = lines.next() else { return Err(Unreadable::Truncated { format: "export" }) };
            let line = line.to_mut();
            line.pop();
            line.push_str(next.trim());
            if REGISTRY_VALUE_BYTES.is_exceeded_by(line.len()) {
                let place = format!("line {}", index + 1);
                return Err(Unreadable::OverLimit { limit: REGISTRY_VALUE_BYTES, place });
            }
        }
        export.take(index + 1, &line, assembly)?;
    }
    export.finish(assembly)
}

/// The values of one key that counts.
#[derive(Default)]
struct Entry {
    line: usize,
    /// The last part of the key's name: a product code, or a name that the installer chose.
    name: String,
    display_name: Option<String>,
    display_version: Option<String>,
    publisher: Option<String>,
    is_part_of_system: bool,
    parent: Option<String>,
    release_type: Option<String>,
}

struct Export {
    draft: Draft,
    entry: Option<Entry>,
    /// Uninstall keys of any kind.
    keys: u64,
    updates: u64,
    parts_of_system: u64,
    nameless: u64,
}

impl Export {
    fn take(&mut self, number: usize, line: &str, assembly: &mut Assembly) -> Result<(), Unreadable> {
        if let Some(key) = line.strip_prefix('[') {
            self.close(assembly)?;
            let Some(key) = key.trim_end().strip_suffix(']') else {
                let fault = Fault::new(line, "The name of the key does not end.", "Export the key again.");
                return assembly.findings.reject(format!("line {number}"), fault);
            };
            // A minus deletes the key when the file is read back.
            self.entry = uninstall_key(key).map(|name| Entry { line: number, name, ..Entry::default() });
            self.keys += u64::from(self.entry.is_some());
            return Ok(());
        }
        let Some(entry) = &mut self.entry else { return Ok(()) };
        let Some((name, value)) = split_value(line) else { return Ok(()) };
        match name.to_ascii_lowercase().as_str() {
            "displayname" => entry.display_name = text(value),
            "displayversion" => entry.display_version = text(value),
            "publisher" => entry.publisher = text(value),
            "parentkeyname" => entry.parent = text(value),
            "releasetype" => entry.release_type = text(value),
            "systemcomponent" => entry.is_part_of_system = is_one(value),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, assembly: &mut Assembly) -> Result<(), Unreadable> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        let Some(name) = &entry.display_name else {
            self.nameless += 1;
            return Ok(());
        };
        if entry.is_update(name) {
            self.updates += 1;
            return Ok(());
        }
        if entry.is_part_of_system {
            self.parts_of_system += 1;
            return Ok(());
        }
        let scheme = if is_product_code(&entry.name) { "product_code" } else { "registry_key" };
        let source_id = format!("{scheme}:{}", entry.name);
        let found = FoundTitle {
            publisher: entry.publisher.as_deref(),
            name: Some(name),
            version: entry.display_version.as_deref(),
            source_id: Some(&source_id),
            last_used_on: None,
        };
        self.draft.install(found, || format!("line {}", entry.line), &mut assembly.findings)
    }

    fn finish(mut self, assembly: &mut Assembly) -> Result<(), Unreadable> {
        self.close(assembly)?;
        if self.keys == 0 {
            let fault = Fault::new(
                "",
                "The export holds no uninstall key, so what is installed is unknown.",
                "Export HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall, and the same below \
                 SOFTWARE\\WOW6432Node.",
            );
            return assembly.findings.reject("export", fault);
        }
        for (count, what) in [
            (self.updates, "that are updates of other titles were left out"),
            (self.parts_of_system, "that are components of the system were left out"),
            (self.nameless, "without a display name were left out: the system does not list them either"),
        ] {
            if count > 0 {
                assembly.findings.remark("uninstall keys", format!("{count} {what}."));
            }
        }
        assembly.add(self.draft)
    }
}

impl Entry {
    /// Whether the entry is an update of another title: it names its parent, says so, or is known by its number.
    fn is_update(&self, name: &str) -> bool {
        let release = self.release_type.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.parent.as_deref().is_some_and(|parent| !parent.trim().is_empty())
            || ["update", "hotfix", "security update", "service pack", "update rollup"].contains(&release.as_str())
            || is_update_number(&self.name)
            || name.split(['(', ')', ' ']).any(is_update_number)
    }
}

/// `KB` and six or seven digits, by which Microsoft numbers its updates; a suffix such as `.v2` may follow.
fn is_update_number(word: &str) -> bool {
    let Some(rest) = word.strip_prefix("KB").or_else(|| word.strip_prefix("kb")) else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (6..=7).contains(&digits) && rest.as_bytes().get(digits).is_none_or(|next| !next.is_ascii_alphanumeric())
}

/// The last part of a key below one of the uninstall keys; `None` for any other key.
fn uninstall_key(key: &str) -> Option<String> {
    let lower = key.to_ascii_lowercase();
    if lower.starts_with('-') {
        return None;
    }
    UNINSTALL.iter().find_map(|parent| {
        // Lower case of ASCII keeps every offset.
        let name = key.get(lower.find(parent)? + parent.len()..)?;
        (!name.is_empty() && !name.contains('\\')).then(|| name.to_owned())
    })
}

/// `{8-4-4-4-12}` hexadecimal digits.
fn is_product_code(name: &str) -> bool {
    let Some(inner) = name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { return false };
    let mut groups = inner.split('-');
    let lengths = [8, 4, 4, 4, 12].iter().all(|length| {
        groups.next().is_some_and(|group| group.len() == *length && group.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    lengths && groups.next().is_none()
}

/// The name and the value of `"name"=value`.
fn split_value(line: &str) -> Option<(String, &str)> {
    let (name, rest) = quoted(line)?;
    Some((name, rest.trim_start().strip_prefix('=')?.trim()))
}

/// A text in quotation marks, in which a backslash stands before itself and before quotation marks; and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    let mut value = String::new();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(place + 2..)?)),
            '\\' => value.push(characters.next()?.1),
            _ => value.push(character),
        }
    }
    None
}

/// The text of a value: in quotation marks, or as bytes of UTF-16 (`hex(1)` and `hex(2)`).
fn text(value: &str) -> Option<String> {
    let text = if value.starts_with('"') {
        quoted(value)?.0
    } else {
        let bytes = value.strip_prefix("hex(1):").or_else(|| value.strip_prefix("hex(2):"))?;
        let bytes: Option<Vec<u8>> = bytes.split(',').map(|byte| u8::from_str_radix(byte.trim(), 16).ok()).collect();
        let bytes = bytes?;
        let (units, _) = bytes.as_chunks::<2>();
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
        char::decode_utf16(units).collect::<Result<String, _>>().ok()?
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// Whether a value is the number one.
fn is_one(value: &str) -> bool {
    value.strip_prefix("dword:").and_then(|digits| u32::from_str_radix(digits.trim(), 16).ok()) == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_are_known_by_their_numbers() {
        for (word, expect) in
            [("KB4052623", true), ("KB982573.v2", true), ("KBase", false), ("KB12", false), ("KB123456x", false)]
        {
            assert_eq!(is_update_number(word), expect, "{word}");
        }
    }

    #[test]
    fn keys_below_uninstall_give_their_last_part() {
        let key = |rest: &str| uninstall_key(&format!("HKEY_LOCAL_MACHINE\\SOFTWARE\\{rest}"));
        assert_eq!(key("Microsoft\\Windows\\CurrentVersion\\Uninstall\\Git_is1").as_deref(), Some("Git_is1"));
        assert_eq!(key("WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\UNINSTALL\\É").as_deref(), Some("É"));
        assert_eq!(key("Microsoft\\Windows\\CurrentVersion\\Uninstall"), None);
        assert_eq!(key("Microsoft\\Windows\\CurrentVersion\\Uninstall\\a\\b"), None);
    }

    #[test]
    fn values_are_read_behind_escapes_and_as_bytes() {
        assert_eq!(
            split_value(r#""a\"b"="c\\d""#).map(|(name, value)| (name, text(value))),
            Some(("a\"b".to_owned(), Some("c\\d".to_owned())))
        );
        assert_eq!(text("hex(2):41,00,e9,00,00,00").as_deref(), Some("Aé"));
        assert_eq!(text("hex(2):41,00,00,d8"), None);
        assert_eq!(text("\"open"), None);
        assert!(is_one("dword:00000001") && !is_one("dword:0000000g"));
    }
}
