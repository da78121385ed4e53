//! How files are called, how they open, and how long they are.

use super::{Tree, Violation, has_extension};

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["common", "data", "helper", "helpers", "info", "manager", "misc", "service", "util", "utils"];

/// Longer files hold more than one idea.
const LINES_MAX: usize = 900;

pub fn files_are_called_after_what_they_hold(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| has_extension(&file.path, "rs")) {
        let path = file.path.trim_end_matches(".rs");
        if path.ends_with("/mod") {
            violations.push(Violation::new(&file.path, "put noun.rs beside the folder noun, without mod.rs"));
        }
        for name in path.split('/').filter(|name| EMPTY_NAMES.contains(name)) {
            violations.push(Violation::new(&file.path, format!("call it after what it holds, not {name}")));
        }
    }
    violations
}

pub fn files_open_with_what_they_hold(tree: &Tree) -> Vec<Violation> {
    let rust = tree.files.iter().filter(|file| has_extension(&file.path, "rs"));
    let silent = rust.filter(|file| !file.text.starts_with("//! "));
    silent.map(|file| Violation::new(&file.path, "open with `//!`: what it holds, and what it does not")).collect()
}

pub fn files_hold_one_idea(tree: &Tree) -> Vec<Violation> {
    let length = tree.files.iter().filter_map(|file| Some((file, file.production()?.lines())));
    let long = length.filter(|(_, lines)| *lines > LINES_MAX);
    long.map(|(file, lines)| Violation::new(&file.path, format!("{lines} lines, {LINES_MAX} are allowed"))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::said;
    use super::*;

    #[test]
    fn an_empty_name_is_found() {
        let files =
            [("crates/app/src/jobs/mod.rs", ""), ("crates/app/src/util/text.rs", ""), ("crates/app/src/datum.rs", "")];
        let expected = [
            "crates/app/src/jobs/mod.rs: put noun.rs beside the folder noun, without mod.rs",
            "crates/app/src/util/text.rs: call it after what it holds, not util",
        ];
        assert_eq!(said(files_are_called_after_what_they_hold, &files, &[]), expected);
    }

    #[test]
    fn a_file_that_does_not_say_what_it_holds_is_found() {
        let files = [("fuzz/fuzz_targets/note.rs", "#![no_main]\n"), ("crates/app/src/lib.rs", "//! Use cases.\n")];
        let expected = ["fuzz/fuzz_targets/note.rs: open with `//!`: what it holds, and what it does not"];
        assert_eq!(said(files_open_with_what_they_hold, &files, &[]), expected);
    }

    #[test]
    fn a_long_file_is_found_and_long_tests_are_not() {
        let long = "x;\n".repeat(901);
        let files = [
            ("crates/app/src/cases.rs", long.as_str()),
            ("crates/app/src/votes.rs", long.trim_start_matches("x;\n")),
            ("crates/app/src/cases/tests.rs", &long),
            ("crates/app/src/lib.rs", long.get(3..).unwrap_or_default()),
        ];
        let expected = ["crates/app/src/cases.rs: 901 lines, 900 are allowed"];
        assert_eq!(said(files_hold_one_idea, &files, &[]), expected);
    }
}
