//! Tidy tests: what holds for the tree as a whole and no compiler checks.
//!
//! Each rule is a function from the tree to violations, and has a test that plants one.
//! How code looks is the business of rustfmt and clippy.

mod documents;
mod names;
mod places;
mod rust;
mod walls;
mod words;

use std::fmt;
use std::fs;

use serde_json::Value;

use crate::tidy::rust::Rust;
use crate::workspace::Workspace;

/// A rule that does not hold somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// A path, with a line where there is one, or a crate.
    place: String,
    /// What is wrong, and what to do where that is not plain.
    what: String,
}

impl Violation {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// A text file of the repository.
pub struct SourceFile {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
    /// What the compiler sees, where it is Rust.
    rust: Option<Rust>,
}

impl SourceFile {
    fn new(path: &str, text: &str) -> Self {
        let rust = has_extension(path, "rs").then(|| Rust::read(text));
        Self { path: path.to_owned(), text: text.to_owned(), rust }
    }

    /// The workspace member that it belongs to.
    fn member(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        match parts.next() {
            Some("crates") => parts.next(),
            Some("xtask") => Some("xtask"),
            Some(_) | None => None,
        }
    }

    /// Whether it is only compiled for tests, benchmarks and examples.
    fn is_test(&self) -> bool {
        let in_folder = self.path.split('/').any(|part| ["tests", "benches", "examples"].contains(&part));
        in_folder || self.path.ends_with("/tests.rs") || self.path.ends_with("_tests.rs")
    }

    /// The Rust that ends up in a program.
    fn production(&self) -> Option<&Rust> {
        self.rust.as_ref().filter(|_| !self.is_test())
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == extension)
}

/// A member of the workspace.
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    /// Whether it is a member of the workspace.
    is_inner: bool,
    /// Whether only tests have it.
    is_for_tests: bool,
}

/// Everything that the rules look at.
pub struct Tree {
    pub files: Vec<SourceFile>,
    packages: Vec<Package>,
}

/// A rule.
type Rule = fn(&Tree) -> Vec<Violation>;

const RULES: &[Rule] = &[
    walls::crates_keep_their_direction,
    walls::pure_crates_have_few_dependencies,
    walls::dependencies_are_used,
    places::pure_crates_touch_nothing_outside,
    places::words_stay_in_their_crates,
    places::every_crate_takes_the_lints,
    names::files_are_called_after_what_they_hold,
    names::files_open_with_what_they_hold,
    names::files_hold_one_idea,
    words::nothing_is_left_unfinished,
    words::the_project_speaks_of_itself,
    words::messages_say_what_happened,
    documents::decisions_have_their_sections,
    documents::links_lead_somewhere,
    documents::judges_are_run,
];

impl Tree {
    /// The repository as it lies in the folder, without what git ignores.
    pub fn read(workspace: &Workspace) -> Result<Self, String> {
        let mut list = workspace.command("git");
        list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = list.output().map_err(|error| format!("git did not start: {error}"))?;
        if !listed.status.success() {
            return Err(format!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr).trim()));
        }
        let paths = String::from_utf8_lossy(&listed.stdout).into_owned();
        let text = |path: &str| fs::read_to_string(workspace.root().join(path)).ok();
        // What is no text, and what is deleted but still in the index, has no rules.
        let read = |path: &str| text(path).map(|text| SourceFile::new(path, &text));
        let files = paths.split('\0').filter(|path| !path.is_empty()).filter_map(read).collect();
        Ok(Self { files, packages: packages(&workspace.metadata()?) })
    }

    pub fn violations(&self) -> Vec<Violation> {
        let mut violations: Vec<Violation> = RULES.iter().flat_map(|rule| rule(self)).collect();
        violations.sort();
        violations
    }

    /// The Rust files that end up in a program, by member.
    fn production(&self) -> impl Iterator<Item = (&SourceFile, &str, &Rust)> {
        self.files.iter().filter_map(|file| Some((file, file.member()?, file.production()?)))
    }
}

fn packages(metadata: &Value) -> Vec<Package> {
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let dependency = |value: &Value| Dependency {
        name: text(value, "name"),
        is_inner: value.get("path").is_some(),
        is_for_tests: text(value, "kind") == "dev",
    };
    let package = |value: &Value| Package {
        name: text(value, "name"),
        dependencies: list(value, "dependencies").iter().map(dependency).collect(),
    };
    list(metadata, "packages").iter().map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `rule` says about these files and packages, each package as `name: dependency, dev dependency, …`.
    pub fn said(rule: Rule, files: &[(&str, &str)], packages: &[&str]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| SourceFile::new(path, text)).collect();
        let packages = packages.iter().map(|line| package(line)).collect();
        rule(&Tree { files, packages }).iter().map(ToString::to_string).collect()
    }

    fn package(line: &str) -> Package {
        let (name, dependencies) = line.split_once(':').unwrap_or((line, ""));
        let dependency = |word: &str| {
            let (is_for_tests, name) = word.strip_prefix("dev ").map_or((false, word), |name| (true, name));
            Dependency { name: name.to_owned(), is_inner: walls::is_member(name), is_for_tests }
        };
        let words = dependencies.split(',').map(str::trim).filter(|word| !word.is_empty());
        Package { name: name.to_owned(), dependencies: words.map(dependency).collect() }
    }

    #[test]
    fn the_tree_is_tidy() {
        let tree = Tree::read(&Workspace::new());
        let violations = tree.map(|tree| tree.violations().iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(violations, Ok(Vec::new()));
    }

    #[test]
    fn the_tree_is_read_from_git_and_cargo() {
        let tree = Tree::read(&Workspace::new());
        let has = |path| tree.as_ref().is_ok_and(|tree| tree.files.iter().any(|file| file.path == path));
        assert!(has("Cargo.toml") && has("xtask/src/tidy.rs") && has("crates/domain/src/lib.rs"));
        let is_policy = |package: &&Package| package.name == "policy";
        let policy = tree.as_ref().ok().and_then(|tree| tree.packages.iter().find(is_policy));
        let is_wall = |dependency: &Dependency| dependency.name == "domain" && dependency.is_inner;
        assert!(policy.is_some_and(|policy| policy.dependencies.iter().any(is_wall)));
    }
}
