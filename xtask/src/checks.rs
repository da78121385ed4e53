//! The steps that look at the source: format, lints, tests, docs, licences, tidy.

use std::env;
use std::path::PathBuf;

use crate::step::Outcome;
use crate::tally::Tally;
use crate::tidy::Tree;
use crate::workspace::{Workspace, run};

pub fn format(workspace: &mut Workspace) -> Outcome {
    run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
}

pub fn lints(workspace: &mut Workspace) -> Outcome {
    run(&mut workspace.cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

/// All tests; what a passing test prints is shown, because that is where it says what it skipped.
pub fn tests(workspace: &mut Workspace) -> Outcome {
    run(&mut workspace.cargo(&["test", "--workspace", "--locked", "--no-fail-fast", "--", "--show-output"]))
}

pub fn docs(workspace: &mut Workspace) -> Outcome {
    run(workspace.cargo(&["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// The version that `deny.toml` was written for. Built from source it takes about five minutes of one core, once.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

/// Licences, banned crates and sources of everything that is linked in.
pub fn licences(workspace: &mut Workspace) -> Outcome {
    let words = ["--log-level", "error", "check", "licenses", "bans", "sources"];
    match cargo_deny(workspace) {
        Ok(program) => run(workspace.command(program).args(words)),
        Err(why) => Outcome::Skipped(why),
    }
}

fn cargo_deny(workspace: &Workspace) -> Result<PathBuf, String> {
    let tools = workspace.target()?.join("tools");
    let own = tools.join("bin").join("cargo-deny");
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("cargo-deny"));
    if let Some(found) = [own.clone()].into_iter().chain(on_path).find(|program| program.is_file()) {
        return Ok(found);
    }
    // It reads a few hundred manifests: building it fast matters more than running it fast.
    let mut install = workspace.cargo(&["install", "--quiet", "--locked", "--debug", CARGO_DENY, "--root"]);
    match run(install.arg(&tools).env("CARGO_PROFILE_DEV_DEBUG", "0")) {
        Outcome::Passed(_) => Ok(own),
        Outcome::Failed(_, why) | Outcome::Skipped(why) => Err(format!("{CARGO_DENY} could not be installed: {why}")),
    }
}

pub fn tidy(workspace: &mut Workspace) -> Outcome {
    let tree = match Tree::read(workspace) {
        Ok(tree) => tree,
        Err(why) => return Outcome::failed(why),
    };
    let violations = tree.violations();
    for violation in &violations {
        println!("{violation}");
    }
    println!("{} files read, {} violations", tree.files.len(), violations.len());
    if violations.is_empty() {
        Outcome::Passed(Tally::default())
    } else {
        Outcome::failed(format!("{} violations", violations.len()))
    }
}
