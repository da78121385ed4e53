//! What stands only in some places: the outside world beyond the pure crates, and words that have one crate each.

use super::{Tree, Violation, walls};

/// What no pure crate touches: clocks, the environment, files, the network, threads, randomness, terminals.
const OUTSIDE: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "getrandom",
    "async fn",
    "async move",
    ".await",
    "println!",
    "eprintln!",
];

/// Words, the members that may have them, and what they stand for.
const HOMES: &[(&[&str], &[&str], &str)] = &[
    (&["rusqlite"], &["store"], "only store names a table"),
    (&["StatusCode"], &["web"], "only web names a status code"),
    (
        &["std::env", "env::var", "env::var_os", "env::args", "env::current_dir"],
        &["cli", "xtask"],
        "only cli reads the environment",
    ),
];

pub fn pure_crates_touch_nothing_outside(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, _, rust) in tree.production().filter(|(_, member, _)| walls::PURE.contains(member)) {
        for word in OUTSIDE {
            let violation = |line| Violation::new(format!("{}:{line}", file.path), format!("{word} in a pure crate"));
            violations.extend(rust.lines_with(word).into_iter().map(violation));
        }
    }
    violations
}

pub fn words_stay_in_their_crates(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, member, rust) in tree.production() {
        for (words, homes, why) in HOMES.iter().filter(|(_, homes, _)| !homes.contains(&member)) {
            let mut lines: Vec<usize> = words.iter().flat_map(|word| rust.lines_with(word)).collect();
            lines.sort_unstable();
            lines.dedup();
            let violation = |line| {
                Violation::new(format!("{}:{line}", file.path), format!("{why}; it belongs in {}", homes.join(" or ")))
            };
            violations.extend(lines.into_iter().map(violation));
        }
    }
    violations
}

pub fn every_crate_takes_the_lints(tree: &Tree) -> Vec<Violation> {
    let is_manifest = |path: &str| path.starts_with("crates/") || path.starts_with("xtask/");
    let manifests = tree.files.iter().filter(|file| is_manifest(&file.path) && file.path.ends_with("/Cargo.toml"));
    let bare = manifests.filter(|file| !file.text.contains("[lints]\nworkspace = true"));
    bare.map(|file| Violation::new(&file.path, "add `[lints]` with `workspace = true`")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::said;
    use super::*;

    #[test]
    fn a_clock_in_a_pure_crate_is_found() {
        let files = [
            ("crates/domain/src/case.rs", "//! Timestamp::now\nfn now() {\n    Timestamp::now()\n}"),
            ("crates/position/src/lib.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"),
            ("crates/position/tests/it/main.rs", "use std::fs;"),
            ("crates/app/src/lib.rs", "Timestamp::now()"),
        ];
        let expected = ["crates/domain/src/case.rs:3: Timestamp::now in a pure crate"];
        assert_eq!(said(pure_crates_touch_nothing_outside, &files, &[]), expected);
    }

    #[test]
    fn a_word_outside_its_crate_is_found() {
        let files = [
            ("crates/store/src/lib.rs", "use rusqlite::Connection;"),
            ("crates/app/src/lib.rs", "use rusqlite::Connection;"),
            ("crates/app/src/jobs.rs", "let key = std::env::var(\"KEY\");"),
            ("crates/cli/src/main.rs", "std::env::args(); StatusCode::OK;"),
        ];
        let expected = [
            "crates/app/src/lib.rs:1: only store names a table; it belongs in store",
            "crates/app/src/jobs.rs:1: only cli reads the environment; it belongs in cli or xtask",
            "crates/cli/src/main.rs:1: only web names a status code; it belongs in web",
        ];
        assert_eq!(said(words_stay_in_their_crates, &files, &[]), expected);
    }

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let files = [
            ("crates/app/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n"),
            ("crates/web/Cargo.toml", "[package]\n"),
            ("Cargo.toml", "[workspace]\n"),
        ];
        let expected = ["crates/web/Cargo.toml: add `[lints]` with `workspace = true`"];
        assert_eq!(said(every_crate_takes_the_lints, &files, &[]), expected);
    }
}
