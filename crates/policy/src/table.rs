//! A table of a TOML file, read key by key; whatever does not fit becomes a finding and the reading goes on.
//!
//! What keys there are and what they mean is in `category`.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::Finding;

/// The findings of one file, with its text to tell lines by.
pub(crate) struct Report<'a> {
    file: &'a str,
    text: &'a str,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, findings: Vec::new() }
    }

    /// Adds a finding at a byte of the text; `path` is the key, where one is meant.
    pub(crate) fn add(&mut self, byte: usize, path: &str, problem: impl Into<String>, repair: impl Into<String>) {
        let line = 1 + self.text.bytes().take(byte).filter(|&byte| byte == b'\n').count();
        let place = if path.is_empty() { format!("line {line}") } else { format!("line {line}, {path}") };
        let file = self.file.to_owned();
        self.findings.push(Finding { file, place, problem: problem.into(), repair: repair.into() });
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// One table and the path that leads to it.
pub(crate) struct Table<'t> {
    entries: &'t DeTable<'t>,
    byte: usize,
    path: String,
}

impl<'t> Table<'t> {
    pub(crate) fn root(entries: &'t DeTable<'t>) -> Self {
        Self { entries, byte: 0, path: String::new() }
    }

    /// The path to a key of this table.
    pub(crate) fn path_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Where a key's value begins, or the table, where the key is absent.
    pub(crate) fn byte_of(&self, key: &str) -> usize {
        self.value(key).map_or(self.byte, |value| value.span().start)
    }

    fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Reports every key that is not in `known`.
    pub(crate) fn allow_only(&self, known: &[&str], report: &mut Report<'_>) {
        for (name, _) in self.entries.iter().filter(|(name, _)| !known.contains(&name.get_ref().as_ref())) {
            let path = self.path_to(name.get_ref());
            let repair = format!("remove it, or use one of: {}", known.join(", "));
            report.add(name.span().start, &path, "nothing is called so here", repair);
        }
    }

    fn required(&self, key: &str, report: &mut Report<'_>) -> Option<&'t Spanned<DeValue<'t>>> {
        let value = self.value(key);
        if value.is_none() {
            report.add(self.byte, &self.path_to(key), "it is missing", format!("add `{key} = …`"));
        }
        value
    }

    /// A text that must be there, trimmed, of 1 to `chars_max` characters; on one line unless `lines`.
    fn text_of(&self, key: &str, chars_max: usize, lines: bool, report: &mut Report<'_>) -> Option<String> {
        let value = self.required(key, report)?;
        let path = self.path_to(key);
        let byte = value.span().start;
        let Some(text) = value.get_ref().as_str().map(str::trim) else {
            report.add(byte, &path, "it is not a text", "put it in quotation marks");
            return None;
        };
        let chars = text.chars().count();
        if chars == 0 {
            report.add(byte, &path, "it is empty", "write something that tells people what is meant");
            return None;
        }
        if chars > chars_max {
            let problem = format!("it has {chars} characters and {chars_max} are allowed");
            report.add(byte, &path, problem, "shorten it");
            return None;
        }
        let stray = |c: char| c.is_control() && !(lines && c == '\n');
        if text.contains(stray) {
            let repair = if lines { "remove the control characters" } else { "write it on one line" };
            report.add(byte, &path, "it has characters that cannot be shown", repair);
            return None;
        }
        Some(text.to_owned())
    }

    /// A text on one line.
    pub(crate) fn line(&self, key: &str, chars_max: usize, report: &mut Report<'_>) -> Option<String> {
        self.text_of(key, chars_max, false, report)
    }

    /// A text that may have several lines.
    pub(crate) fn paragraphs(&self, key: &str, chars_max: usize, report: &mut Report<'_>) -> Option<String> {
        self.text_of(key, chars_max, true, report)
    }

    /// A text on one line, or nothing.
    pub(crate) fn line_if_any(&self, key: &str, chars_max: usize, report: &mut Report<'_>) -> Option<String> {
        self.value(key).and_then(|_| self.line(key, chars_max, report))
    }

    /// A key: it begins with a lower-case letter and goes on with letters, digits and `joiner`.
    pub(crate) fn key(&self, key: &str, chars_max: usize, joiner: char, report: &mut Report<'_>) -> Option<String> {
        let text = self.line(key, chars_max, report)?;
        let fits = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joiner);
        if !fits {
            let repair = format!("begin with a lower-case letter and use lower-case letters, digits and `{joiner}`");
            report.add(self.byte_of(key), &self.path_to(key), format!("\u{201c}{text}\u{201d} is not a key"), repair);
            return None;
        }
        Some(text)
    }

    /// A whole number in `range`.
    pub(crate) fn number(&self, key: &str, range: RangeInclusive<u64>, report: &mut Report<'_>) -> Option<u64> {
        let value = self.required(key, report)?;
        let integer = value.get_ref().as_integer();
        let number = integer.and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let repair = format!("write a whole number from {} to {}", range.start(), range.end());
            let problem = integer.map_or("it is not a whole number".to_owned(), |number| {
                let bound = if number.as_str().starts_with('-') || number.as_str() == "0" { "little" } else { "much" };
                format!("{number} is too {bound}")
            });
            report.add(value.span().start, &self.path_to(key), problem, repair);
        }
        number
    }

    /// A whole number in `range`, or nothing.
    pub(crate) fn number_if_any(&self, key: &str, range: RangeInclusive<u64>, report: &mut Report<'_>) -> Option<u64> {
        self.value(key).and_then(|_| self.number(key, range, report))
    }

    /// `true` or `false`; absent is `false`.
    pub(crate) fn flag(&self, key: &str, report: &mut Report<'_>) -> bool {
        let Some(value) = self.value(key) else {
            return false;
        };
        value.get_ref().as_bool().unwrap_or_else(|| {
            report.add(value.span().start, &self.path_to(key), "it is neither true nor false", "write true or false");
            false
        })
    }

    /// A list of tables; absent is none.
    pub(crate) fn tables(&self, key: &str, report: &mut Report<'_>) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let path = self.path_to(key);
        let Some(items) = value.get_ref().as_array() else {
            report.add(
                value.span().start,
                &path,
                "it is not a list",
                format!("write `[[{path}]]` before each of them"),
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match item.get_ref().as_table() {
                Some(entries) => tables.push(Table { entries, byte: item.span().start, path }),
                None => report.add(item.span().start, &path, "it is not a table", "write `{ … }` with its keys"),
            }
        }
        tables
    }

    /// Where this table begins.
    pub(crate) fn byte(&self) -> usize {
        self.byte
    }

    /// The path of this table.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}
