//! What identifies a device: its name, serial and hardware UUID, with the values that firmware writes for "nothing" left out.
//!
//! Whether two reports mean the same device is decided where reports are kept.

use std::borrow::Cow;

use crate::name::clean;

/// What firmware and virtual machines write where no serial number was set, in lower case.
const PLACEHOLDER_SERIALS: [&str; 27] = [
    "0123456789",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "chassis serial number",
    "default string",
    "empty",
    "invalid",
    "n/a",
    "na",
    "no asset tag",
    "none",
    "not applicable",
    "not available",
    "not defined",
    "not specified",
    "null",
    "oem",
    "o.e.m.",
    "serial number",
    "sys-1234567890",
    "system serial number",
    "to be filled by o.e.m.",
    "to be filled by oem",
    "unknown",
    "xxxxxxxxxx",
];

/// Hardware UUIDs that whole series of boards share.
const PLACEHOLDER_UUIDS: [&str; 6] = [
    "00020003-0004-0005-0006-000700080009",
    "01234567-8910-1112-1314-151617181920",
    "03000200-0400-0500-0006-000700080009",
    "11111111-2222-3333-4444-555555555555",
    "12345678-1234-1234-1234-123456789012",
    "12345678-1234-5678-90ab-cddeefaabbcc",
];

/// Log-in names that belong to a machine and not to a person, in lower case.
const SYSTEM_ACCOUNTS: [&str; 9] = [
    "administrator",
    "daemon",
    "defaultuser0",
    "local service",
    "localsystem",
    "network service",
    "nobody",
    "root",
    "system",
];

/// The serial number where it is a real one.
pub(crate) fn serial(text: &str) -> Option<String> {
    let text = clean("serial number", text).ok()??;
    let lower = text.to_lowercase();
    (!PLACEHOLDER_SERIALS.contains(&lower.as_str()) && !repeats_one_character(&lower)).then(|| text.to_owned())
}

/// The hardware UUID in lower case where it is a real one. Mobile devices give shorter identifiers; those count too.
pub(crate) fn hardware_uuid(text: &str) -> Option<String> {
    let lower = text.trim().trim_start_matches('{').trim_end_matches('}').to_ascii_lowercase();
    let is_well_formed = (8..=64).contains(&lower.len())
        && lower.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b':');
    (is_well_formed && !PLACEHOLDER_UUIDS.contains(&lower.as_str()) && !repeats_one_character(&lower)).then_some(lower)
}

/// The log-in name where it is a person's.
pub(crate) fn personal_account(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let account = text.rsplit('\\').next().unwrap_or(&text).trim().to_lowercase();
    (!account.is_empty() && !SYSTEM_ACCOUNTS.contains(&account.as_str())).then_some(text)
}

/// Whether a text is one character over and over, separators apart (`0`, `FFFF-FFFF`, `....`).
fn repeats_one_character(text: &str) -> bool {
    let mut characters = text.chars().filter(|character| !matches!(character, '-' | ' ' | ':'));
    characters.next().is_none_or(|first| characters.all(|character| character == first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_firmware_identify_nothing() {
        for text in
            ["To Be Filled By O.E.M.", "None", "0", "00000000", "System Serial Number", " ", "-", "......", "FFFF"]
        {
            assert_eq!(serial(text), None, "{text}");
        }
        assert_eq!(serial(" 640HP72 "), Some("640HP72".to_owned()));
        for text in [
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "03000200-0400-0500-0006-000700080009",
            "",
            "with\u{0}nul-and-more",
        ] {
            assert_eq!(hardware_uuid(text), None, "{text}");
        }
        assert_eq!(
            hardware_uuid("{4C4C4544-0034-3010-8048-B6C04F503732}").as_deref(),
            Some("4c4c4544-0034-3010-8048-b6c04f503732")
        );
    }

    #[test]
    fn a_system_account_is_nobodys_device() {
        for text in ["root", "NT AUTHORITY\\SYSTEM", "Administrator", " "] {
            assert_eq!(personal_account(text.into()), None, "{text}");
        }
        assert_eq!(personal_account("ACME\\ana.ruiz".into()).as_deref(), Some("ACME\\ana.ruiz"));
    }
}
