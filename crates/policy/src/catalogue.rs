//! A whole catalogue: its files, their digest, and what holds between them.
//!
//! What one file holds is in `category`.

use std::collections::BTreeMap;

use domain::catalogue::Category;
use domain::digest::Digest;
use toml::de::DeTable;

use crate::category;
use crate::finding::Finding;
use crate::table::{Report, Table};

/// More kinds of exception than people can choose from.
pub const FILES_MAX: usize = 64;
/// Several times what a file within the other limits can hold.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// The categories as JSON, which is how one entry of the ledger carries them: an entry has 65,535 bytes.
pub const CATALOGUE_BYTES_MAX: usize = 60_000;

/// A file of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueFile {
    /// Its name without a folder, ending in `.toml`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A catalogue without findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCatalogue {
    /// Names the version; see [`digest`].
    pub digest: Digest,
    /// The categories, by key.
    pub categories: Vec<Category>,
}

/// The digest of a catalogue's files.
///
/// SHA-256 over one line for each file, in the order of their names as bytes: the SHA-256 of the file's bytes in
/// lower-case hexadecimal, two spaces, the name, a line feed. That is what `sha256sum` prints, so in the folder
/// `LC_ALL=C sha256sum *.toml | sha256sum` gives the same.
pub fn digest(files: &[CatalogueFile]) -> Digest {
    let lines: BTreeMap<&str, Digest> = files.iter().map(|file| (&*file.name, Digest::of(&file.bytes))).collect();
    let listing: Vec<String> = lines.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
    Digest::of(listing.concat().as_bytes())
}

/// Reads a catalogue's files, in any order.
///
/// # Errors
///
/// Everything that has to be mended, by file and line. One finding is enough for the catalogue not to be read.
pub fn read(files: &[CatalogueFile]) -> Result<ReadCatalogue, Vec<Finding>> {
    let mut files: Vec<&CatalogueFile> = files.iter().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut findings = findings_on_names(&files);
    let mut categories: BTreeMap<String, (Category, &str)> = BTreeMap::new();
    for file in files.iter().take(FILES_MAX) {
        let (category, mut found) = read_file(file);
        findings.append(&mut found);
        let Some(category) = category else { continue };
        if let Some((_, other)) = categories.get(&category.key) {
            findings.push(Finding {
                file: file.name.clone(),
                place: "key".to_owned(),
                problem: format!("{other} has the key \u{201c}{}\u{201d} too", category.key),
                repair: "rename one of them, or remove one of the files".to_owned(),
            });
            continue;
        }
        categories.insert(category.key.clone(), (category, &file.name));
    }
    let categories: Vec<Category> = categories.into_values().map(|(category, _)| category).collect();
    findings.extend(finding_on_size(&categories));
    if findings.is_empty() {
        let files: Vec<CatalogueFile> = files.into_iter().cloned().collect();
        Ok(ReadCatalogue { digest: digest(&files), categories })
    } else {
        Err(findings)
    }
}

/// Names are checked first, because the digest's listing is only unambiguous for plain ones.
fn findings_on_names(files: &[&CatalogueFile]) -> Vec<Finding> {
    let finding = |file: &str, problem: String, repair: &str| Finding {
        file: file.to_owned(),
        place: String::new(),
        problem,
        repair: repair.to_owned(),
    };
    let mut findings = Vec::new();
    if files.is_empty() {
        findings.push(finding("", "there is no category".to_owned(), "add a .toml file with one"));
    }
    if files.len() > FILES_MAX {
        let problem = format!("there are {} files and {FILES_MAX} are allowed", files.len());
        findings.push(finding("", problem, "join categories that differ only in words"));
    }
    for file in files {
        let stem = file.name.strip_suffix(".toml").unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if stem.is_empty() || stem.starts_with('-') || !stem.chars().all(plain) {
            let problem = "the file's name does not fit".to_owned();
            findings.push(finding(&file.name, problem, "use lower-case letters, digits and `-`, and end in .toml"));
        }
    }
    for pair in files.windows(2) {
        if let [first, second] = pair
            && first.name == second.name
        {
            findings.push(finding(&first.name, "the file is there twice".to_owned(), "keep one of them"));
        }
    }
    findings
}

fn read_file(file: &CatalogueFile) -> (Option<Category>, Vec<Finding>) {
    let finding = |problem: String, repair: &str| Finding {
        file: file.name.clone(),
        place: String::new(),
        problem,
        repair: repair.to_owned(),
    };
    if file.bytes.len() > FILE_BYTES_MAX {
        let problem = format!("the file has {} bytes and {FILE_BYTES_MAX} are allowed", file.bytes.len());
        return (None, vec![finding(problem, "shorten its texts")]);
    }
    let Ok(text) = str::from_utf8(&file.bytes) else {
        return (None, vec![finding("the file is not UTF-8 text".to_owned(), "save it as UTF-8")]);
    };
    let mut report = Report::new(&file.name, text);
    let category = match DeTable::parse(text) {
        Ok(root) => category::read(&Table::root(root.get_ref()), &mut report),
        Err(error) => {
            let byte = error.span().map_or(0, |span| span.start);
            // Our own words: the parser's speak to programmers.
            let repair = "check its quotation marks and brackets, and that each key stands once";
            report.add(byte, "", "from here on it is not TOML", repair);
            None
        }
    };
    (category, report.into_findings())
}

fn finding_on_size(categories: &[Category]) -> Option<Finding> {
    let bytes = serde_json::to_vec(categories).map_or(usize::MAX, |json| json.len());
    (bytes > CATALOGUE_BYTES_MAX).then(|| Finding {
        file: String::new(),
        place: String::new(),
        problem: format!("the catalogue takes {bytes} bytes on the ledger and {CATALOGUE_BYTES_MAX} are allowed"),
        repair: "shorten scopes and help".to_owned(),
    })
}

#[cfg(test)]
mod tests;
