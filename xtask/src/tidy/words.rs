//! Words that do not land: marks of unfinished work, talk about how the project is made, and empty messages.

use super::rust::has_word;
use super::{SourceFile, Tree, Violation, has_extension};

/// The rules name what they look for.
const RULES_FOLDER: &str = "xtask/src/tidy/";

/// Marks and macros of unfinished work.
const UNFINISHED: &[&str] = &["TODO", "FIXME", "dbg!", "todo!", "unimplemented!"];

/// The kinds of file that are written by hand and run or shown.
const CODE: &[&str] = &["rs", "toml", "html", "css", "js", "mjs", "sh", "py", "sql"];

/// The folders and the tools that somebody's work was done with are nobody's business here.
const WORKPLACE: &[&str] = &[
    "/work/main",
    "/work/shared",
    "/work/.library",
    "ai agent",
    "ai assistant",
    "ai-generated",
    "anthropic",
    "claude",
    "language model",
    "llm",
    "subagent",
];

/// Words that blame or beg; a message says what happened and what to do.
const EMPTY_WORDS: &[&str] = &["invalid", "oops", "please"];

/// How messages of the parser of JSON begin; they are compared with, to say the same in our words.
const COMPARED: &[&str] = &["invalid type: ", "invalid value: ", "invalid length ", "invalid digit"];

fn places<'a>(file: &'a SourceFile, has: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = String> + 'a {
    let lines = file.text.lines().enumerate();
    lines.filter(move |(_, line)| has(line)).map(|(index, _)| format!("{}:{}", file.path, index + 1))
}

pub fn nothing_is_left_unfinished(tree: &Tree) -> Vec<Violation> {
    let written = |file: &&SourceFile| CODE.iter().any(|extension| has_extension(&file.path, extension));
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(written).filter(|file| !file.path.starts_with(RULES_FOLDER)) {
        for mark in UNFINISHED {
            violations.extend(
                places(file, |line| has_word(line, mark))
                    .map(|place| Violation::new(place, format!("{mark} is unfinished work"))),
            );
        }
    }
    violations
}

pub fn the_project_speaks_of_itself(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| !file.path.starts_with(RULES_FOLDER)) {
        for word in WORKPLACE {
            let found = places(file, |line| has_word(&line.to_lowercase(), word));
            violations.extend(
                found.map(|place| Violation::new(place, format!("\u{201c}{word}\u{201d} is not about the project"))),
            );
        }
    }
    violations
}

pub fn messages_say_what_happened(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, _, rust) in tree.production().filter(|(file, ..)| file.path.starts_with("crates/")) {
        // One word alone is no message but something to compare with.
        let is_message = |literal: &str| literal.trim().contains(char::is_whitespace) && !COMPARED.contains(&literal);
        let messages = rust.literals.iter().filter(|(_, literal)| is_message(literal));
        for (line, literal) in messages {
            // The attribute by which a page tells a screen reader about a field has its name from HTML.
            let literal = literal.to_lowercase().replace("aria-invalid", "");
            for word in EMPTY_WORDS.iter().filter(|word| has_word(&literal, word)) {
                let what = format!("a message says what happened and what to do, never \u{201c}{word}\u{201d}");
                violations.push(Violation::new(format!("{}:{line}", file.path), what));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::tests::said;
    use super::*;

    #[test]
    fn unfinished_work_is_found() {
        let files = [
            ("crates/app/src/lib.rs", "//! A.\n// TODO: more\nfn f() { dbg!(1); }\n"),
            ("docs/STYLE.md", "No TODO.\n"),
            ("xtask/src/tidy/words.rs", "TODO"),
        ];
        let expected =
            ["crates/app/src/lib.rs:2: TODO is unfinished work", "crates/app/src/lib.rs:3: dbg! is unfinished work"];
        assert_eq!(said(nothing_is_left_unfinished, &files, &[]), expected);
    }

    #[test]
    fn talk_about_the_workplace_is_found_in_every_text() {
        let files =
            [("README.md", "Read /work/shared/design.md.\nWritten by an LLM.\n"), ("a.md", "/v1/work/mainline\n")];
        let expected = [
            "README.md:1: \u{201c}/work/shared\u{201d} is not about the project",
            "README.md:2: \u{201c}llm\u{201d} is not about the project",
        ];
        assert_eq!(said(the_project_speaks_of_itself, &files, &[]), expected);
    }

    #[test]
    fn an_empty_message_is_found() {
        let text = "//! Invalid.\nlet a = \"Invalid date\";\nlet b = \"an aria-invalid field\"; let c = \"the invalid_grant code\"; let e = \"INVALID\"; f(\"invalid type: \");\nInvalid::new(\"Please wait\");\n#[cfg(test)]\nmod tests {\n    let d = \"oops\";\n}\n";
        let files = [("crates/web/src/forms.rs", text), ("xtask/src/main.rs", "let a = \"invalid\";")];
        let say = "a message says what happened and what to do, never";
        let expected = [
            format!("crates/web/src/forms.rs:2: {say} \u{201c}invalid\u{201d}"),
            format!("crates/web/src/forms.rs:4: {say} \u{201c}please\u{201d}"),
        ];
        assert_eq!(said(messages_say_what_happened, &files, &[]), expected);
    }
}
