//! Documents and scripts: decision records have their sections, links lead somewhere, judges are run.

use std::collections::BTreeSet;

use super::{Tree, Violation, has_extension};
use crate::judges;

const DECISIONS: &str = "docs/decisions/";

/// What every decision record says.
const SECTIONS: &[&str] = &["## Context", "## Decision", "## Consequences"];

pub fn decisions_have_their_sections(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut numbers = BTreeSet::new();
    for file in &tree.files {
        let Some(name) = file.path.strip_prefix(DECISIONS) else { continue };
        let number = name.split_once('-').map(|(number, _)| number).filter(|number| number.len() == 4);
        match number.and_then(|number| number.parse::<u16>().ok()).filter(|_| has_extension(name, "md")) {
            None => violations.push(Violation::new(&file.path, "call it NNNN-title.md")),
            Some(number) if !numbers.insert(number) => {
                violations.push(Violation::new(&file.path, "another decision has this number"));
            }
            Some(_) => {}
        }
        let has = |section: &str| file.text.lines().any(|line| line == section);
        for section in SECTIONS.iter().filter(|section| !has(section)) {
            violations.push(Violation::new(&file.path, format!("there is no section \u{201c}{section}\u{201d}")));
        }
    }
    violations
}

/// Links to other files of the repository, in Markdown outside code blocks.
pub fn links_lead_somewhere(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| has_extension(&file.path, "md")) {
        let mut in_code = false;
        for (index, line) in file.text.lines().enumerate() {
            in_code ^= line.trim_start().starts_with("```");
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
            let inside = targets.filter(|target| !in_code && !target.is_empty() && !target.contains(':'));
            for target in inside.filter(|target| !leads(tree, &file.path, target)) {
                let place = format!("{}:{}", file.path, index + 1);
                violations.push(Violation::new(place, format!("there is no {target}")));
            }
        }
    }
    violations
}

fn leads(tree: &Tree, from: &str, target: &str) -> bool {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.is_empty() => return false,
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    let folder = format!("{path}/");
    // Pictures are no texts and therefore not in the tree.
    let is_picture = ["png", "svg", "webp"].iter().any(|extension| has_extension(&path, extension));
    is_picture || tree.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
}

pub fn judges_are_run(tree: &Tree) -> Vec<Violation> {
    let judge = |path: &str| path.strip_prefix("judges/")?.strip_suffix("/run.sh").map(str::to_owned);
    let found = tree.files.iter().filter_map(|file| judge(&file.path));
    let idle = found.filter(|name| !judges::NAMES.contains(&name.as_str()));
    idle.map(|name| Violation::new(format!("judges/{name}"), "no step of `cargo xtask test` runs this judge")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::said;
    use super::*;

    #[test]
    fn a_decision_without_its_sections_is_found() {
        let whole = "# A\n\n## Context\n\n## Decision\n\n## Consequences\n";
        let files = [
            ("docs/decisions/0001-a.md", whole),
            ("docs/decisions/0001-b.md", whole),
            ("docs/decisions/0002-c.md", "## Context\n## Decision\n"),
            ("docs/decisions/notes.md", whole),
        ];
        let expected = [
            "docs/decisions/0001-b.md: another decision has this number",
            "docs/decisions/0002-c.md: there is no section \u{201c}## Consequences\u{201d}",
            "docs/decisions/notes.md: call it NNNN-title.md",
        ];
        assert_eq!(said(decisions_have_their_sections, &files, &[]), expected);
    }

    #[test]
    fn a_link_to_nothing_is_found() {
        let text =
            "[a](STYLE.md#x) [b](../README.md) [c](gone.md) [d](https://example.org) [e](#here)\n```\n[f](g)\n```\n";
        let files = [("docs/API.md", text), ("docs/STYLE.md", ""), ("README.md", "[docs](docs/) [up](../x.md)")];
        assert_eq!(
            said(links_lead_somewhere, &files, &[]),
            ["docs/API.md:1: there is no gone.md", "README.md:1: there is no ../x.md"]
        );
    }

    #[test]
    fn a_judge_that_nothing_runs_is_found() {
        let files = [("judges/ledger/run.sh", ""), ("judges/weather/run.sh", ""), ("judges/weather/judge.py", "")];
        let expected = ["judges/weather: no step of `cargo xtask test` runs this judge"];
        assert_eq!(said(judges_are_run, &files, &[]), expected);
    }
}
