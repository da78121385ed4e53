//! The walls between the crates: who may use whom, and what the pure ones may use of others.

use super::{Dependency, Package, Tree, Violation};

/// Each member of the workspace, and the members that it may use.
const WALLS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("merkle_log", &[]),
    ("position", &["domain"]),
    ("policy", &["domain"]),
    ("importers", &["domain"]),
    ("store", &["domain", "merkle_log"]),
    ("app", &["domain", "merkle_log", "position", "policy", "importers", "store"]),
    ("web", &["app", "domain"]),
    ("cli", &["app", "domain", "web", "merkle_log"]),
    ("xtask", &[]),
];

/// The crates that have no clock, randomness, input or output.
pub const PURE: &[&str] = &["domain", "merkle_log", "position", "policy", "importers"];

/// What they may use: containers, numbers, dates, formats and cryptography, all without a view of the outside.
const PURE_MAY_USE: &[&str] = &[
    "base64",
    "calamine",
    "csv",
    "ed25519-dalek",
    "flate2",
    "imbl",
    "jiff",
    "minicbor",
    "quick-xml",
    "rust_decimal",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
    "toml",
    "zip",
];

/// Whether the workspace has a member of this name.
#[cfg(test)]
pub fn is_member(name: &str) -> bool {
    WALLS.iter().any(|(member, _)| *member == name)
}

fn dependencies(package: &Package) -> impl Iterator<Item = &Dependency> {
    package.dependencies.iter().filter(|dependency| !dependency.is_for_tests)
}

pub fn crates_keep_their_direction(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &tree.packages {
        let Some((_, allowed)) = WALLS.iter().find(|(member, _)| *member == package.name) else {
            violations
                .push(Violation::new(&package.name, "a new crate needs a decision record and a line in the walls"));
            continue;
        };
        let inner = dependencies(package).filter(|dependency| dependency.is_inner);
        let over = inner.filter(|dependency| !allowed.contains(&dependency.name.as_str()));
        violations
            .extend(over.map(|dependency| Violation::new(&package.name, format!("may not use {}", dependency.name))));
    }
    violations
}

pub fn pure_crates_have_few_dependencies(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in tree.packages.iter().filter(|package| PURE.contains(&package.name.as_str())) {
        let outer = dependencies(package).filter(|dependency| !dependency.is_inner);
        let over = outer.filter(|dependency| !PURE_MAY_USE.contains(&dependency.name.as_str()));
        let violation = |dependency: &Dependency| format!("is pure and may not use {}", dependency.name);
        violations.extend(over.map(|dependency| Violation::new(&package.name, violation(dependency))));
    }
    violations
}

/// A dependency that no file names slows every build.
pub fn dependencies_are_used(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &tree.packages {
        for dependency in &package.dependencies {
            let name = dependency.name.replace('-', "_");
            let files = tree.files.iter().filter(|file| file.member() == Some(&package.name));
            let rust = files.filter(|file| file.rust.is_some());
            // Inline tests count here: what they use is named in the same file.
            let used = rust.into_iter().any(|file| super::rust::has_word(&file.text, &name));
            if !used {
                violations.push(Violation::new(&package.name, format!("does not use {}", dependency.name)));
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
    fn a_crate_that_looks_over_its_wall_is_named() {
        let said =
            said(crates_keep_their_direction, &[], &["position: domain, policy, jiff", "web: app, store", "helper"]);
        let helper = "helper: a new crate needs a decision record and a line in the walls";
        assert_eq!(said, ["position: may not use policy", "web: may not use store", helper]);
    }

    #[test]
    fn walls_leave_tests_and_the_right_direction_alone() {
        assert!(said(crates_keep_their_direction, &[], &["store: domain, merkle_log, dev position"]).is_empty());
    }

    #[test]
    fn a_pure_crate_with_a_view_of_the_outside_is_named() {
        let packages = ["domain: serde, tokio, dev proptest", "app: tokio"];
        assert_eq!(said(pure_crates_have_few_dependencies, &[], &packages), ["domain: is pure and may not use tokio"]);
    }

    #[test]
    fn a_dependency_that_no_file_names_is_named() {
        let files =
            [("crates/app/src/lib.rs", "use serde_json::Value;"), ("crates/web/src/lib.rs", "use csv::Reader;")];
        let packages = ["app: serde_json, serde, csv", "web: csv"];
        assert_eq!(
            said(dependencies_are_used, &files, &packages),
            ["app: does not use serde", "app: does not use csv"]
        );
    }
}
