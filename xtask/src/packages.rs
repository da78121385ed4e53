//! Installs what the tests need beyond the Rust toolchain, from the packages of a Debian system.
//!
//! What is there already is left alone, so on a developer's machine this step does nothing.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use crate::step::Outcome;
use crate::tally::Tally;
use crate::workspace::{Workspace, run};

/// How to see that a need is met.
enum Sign {
    /// One of the folders for commands has it.
    Command(&'static str),
    /// These words run without failing.
    Runs(&'static [&'static str]),
}

struct Need {
    sign: Sign,
    packages: &'static [&'static str],
}

/// The oldest node that the judges run on; Debian 12 has it.
const NODE_IS_RECENT: &[&str] =
    &["node", "-e", "process.exit(Number(process.versions.node.split('.')[0]) >= 18 ? 0 : 1)"];

/// What is needed and what brings it.
const NEEDS: &[Need] = &[
    Need { sign: Sign::Command("cc"), packages: &["build-essential"] },
    Need { sign: Sign::Command("chromium"), packages: &["chromium"] },
    Need { sign: Sign::Runs(NODE_IS_RECENT), packages: &["nodejs"] },
    Need { sign: Sign::Command("npm"), packages: &["npm"] },
    Need {
        sign: Sign::Runs(&["python3", "-c", "import venv, ensurepip, pip"]),
        packages: &["python3", "python3-venv", "python3-pip"],
    },
    Need { sign: Sign::Command("openssl"), packages: &["openssl"] },
    Need { sign: Sign::Command("xxd"), packages: &["xxd"] },
    Need { sign: Sign::Command("mkfs.xfs"), packages: &["xfsprogs"] },
    Need { sign: Sign::Command("strace"), packages: &["strace"] },
];

impl Need {
    fn is_met(&self) -> bool {
        match self.sign {
            Sign::Command(name) => is_command(name),
            Sign::Runs([program, words @ ..]) => {
                let mut command = Command::new(program);
                command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                command.status().is_ok_and(|status| status.success())
            }
            Sign::Runs([]) => true,
        }
    }
}

/// The folders for administrators are not on everybody's path, but hold `mkfs.xfs`.
fn is_command(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.into_iter().any(|folder| folder.join(name).is_file())
}

pub fn install(workspace: &mut Workspace) -> Outcome {
    let missing: Vec<&str> =
        NEEDS.iter().filter(|need| !need.is_met()).flat_map(|need| need.packages).copied().collect();
    if missing.is_empty() {
        println!("everything is here");
        return Outcome::Passed(Tally::default());
    }
    println!("missing: {}", missing.join(" "));
    if !is_command("apt-get") {
        return Outcome::Skipped(format!("there is no apt-get here to install {}", missing.join(" ")));
    }
    let mut outcome = install_packages(workspace, &missing);
    if matches!(outcome, Outcome::Failed(..)) {
        println!("once more, in case the mirror was busy");
        outcome = install_packages(workspace, &missing);
    }
    match outcome {
        Outcome::Passed(_) => Outcome::Passed(Tally::default()),
        Outcome::Failed(..) | Outcome::Skipped(_) => outcome,
    }
}

fn install_packages(workspace: &Workspace, packages: &[&str]) -> Outcome {
    match run(&mut apt_get(workspace, &["update", "--quiet"])) {
        Outcome::Passed(_) => {
            let words = ["install", "--quiet", "--yes", "--no-install-recommends"];
            run(apt_get(workspace, &words).args(packages))
        }
        failed @ (Outcome::Failed(..) | Outcome::Skipped(_)) => failed,
    }
}

fn apt_get(workspace: &Workspace, words: &[&str]) -> Command {
    let mut command = if is_root() { workspace.command("env") } else { workspace.command("sudo") };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(words);
    command
}

/// Whether the effective user is number 0, as the kernel tells it: real, effective, saved and file system user.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or_default();
    users.split_whitespace().nth(1) == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_is_not_installed_again() {
        assert!(Need { sign: Sign::Command("sh"), packages: &[] }.is_met());
        assert!(!Need { sign: Sign::Command("no-such-command"), packages: &[] }.is_met());
        assert!(Need { sign: Sign::Runs(&["true"]), packages: &[] }.is_met());
        assert!(!Need { sign: Sign::Runs(&["false"]), packages: &[] }.is_met());
        assert!(!Need { sign: Sign::Runs(&["no-such-command"]), packages: &[] }.is_met());
    }
}
