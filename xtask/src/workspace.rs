//! The workspace that the steps work on: its folder, running commands in it, and what earlier steps left.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::demo::Demo;
use crate::step::Outcome;
use crate::tally::TallyReader;

/// The folder, and what was built, started and exported so far.
pub struct Workspace {
    root: PathBuf,
    program: Option<PathBuf>,
    demo: Option<Demo>,
    export: Option<PathBuf>,
}

impl Workspace {
    /// The workspace that this program was built in.
    pub fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: here.parent().unwrap_or(here).to_owned(), program: None, demo: None, export: None }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A command in the folder, with its output to the terminal.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// The cargo that runs this program, so that a chosen toolchain stays chosen.
    pub fn cargo(&self, words: &[&str]) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(words);
        command
    }

    /// What cargo says about the workspace's own packages.
    pub fn metadata(&self) -> Result<Value, String> {
        let output = self.cargo(&["metadata", "--format-version", "1", "--no-deps"]).output();
        let output = output.map_err(|error| format!("cargo metadata did not start: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
    }

    /// Where builds go.
    pub fn target(&self) -> Result<PathBuf, String> {
        let metadata = self.metadata()?;
        let target = metadata.get("target_directory").and_then(Value::as_str);
        target.map(PathBuf::from).ok_or_else(|| "cargo metadata names no target directory".to_owned())
    }

    /// The built program; builds it on first use.
    pub fn program(&mut self) -> Result<PathBuf, String> {
        if let Some(program) = &self.program {
            return Ok(program.clone());
        }
        // The whole workspace, as the tests are built, so that no dependency is built twice with other features.
        let mut build = self.cargo(&["build", "--workspace", "--bins", "--locked"]);
        if let Outcome::Failed(_, why) = run(&mut build) {
            return Err(format!("the program was not built: {why}"));
        }
        let program = self.target()?.join("debug").join("indult");
        Ok(self.program.insert(program).clone())
    }

    /// The running demo; starts it on first use.
    pub fn demo(&mut self) -> Result<&Demo, String> {
        if self.demo.is_none() {
            let program = self.program()?;
            let folder = self.demo_folder()?;
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(format!("{} could not be removed: {error}", folder.display()));
                }
                Ok(()) | Err(_) => {}
            }
            fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            self.demo = Some(Demo::start(&program, &folder)?);
        }
        self.demo.as_ref().ok_or_else(|| "the demo is not running".to_owned())
    }

    fn demo_folder(&self) -> Result<PathBuf, String> {
        Ok(self.target()?.join("demo"))
    }

    /// The data folder of the demo, which is stopped for it: one process at a time has the folder.
    pub fn demo_data(&mut self) -> Result<PathBuf, String> {
        if self.export.is_none() {
            self.demo()?;
        }
        if let Some(demo) = self.demo.take() {
            demo.stop()?;
        }
        Ok(Demo::data(&self.demo_folder()?))
    }

    /// The demo's ledger as a folder of files; exports it on first use.
    pub fn export(&mut self) -> Result<PathBuf, String> {
        if let Some(export) = &self.export {
            return Ok(export.clone());
        }
        let program = self.program()?;
        let data = self.demo_data()?;
        let export = self.demo_folder()?.join("export");
        let mut command = self.command(program);
        command.args(["ledger", "export"]).arg(&export).arg("--data").arg(data);
        if let Outcome::Failed(_, why) = run(&mut command) {
            return Err(format!("the ledger was not exported: {why}"));
        }
        Ok(self.export.insert(export).clone())
    }
}

/// Runs a command, shows what it prints, and counts the tests in it.
pub fn run(command: &mut Command) -> Outcome {
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    println!("$ {} {}", command.get_program().to_string_lossy(), words.join(" "));
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return Outcome::failed(format!("it did not start: {error}")),
    };
    let mut tally = TallyReader::default();
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line);
            println!("{}", text.trim_end());
            tally.line(text.trim_end());
            line.clear();
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Outcome::Passed(tally.finish()),
        Ok(status) => Outcome::Failed(tally.finish(), status.to_string()),
        Err(error) => Outcome::Failed(tally.finish(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Tally;

    fn shell(script: &str) -> Outcome {
        run(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn a_command_is_judged_by_its_exit_and_its_tests_are_counted() {
        let two = Tally { passed: 2, ..Tally::default() };
        assert_eq!(shell("echo 2 passed, 0 failed"), Outcome::Passed(two.clone()));
        assert_eq!(shell("echo 2 passed, 0 failed; exit 3"), Outcome::Failed(two, "exit status: 3".to_owned()));
        assert_eq!(shell("printf '\\377\\n'"), Outcome::Passed(Tally::default()));
    }

    #[test]
    fn a_command_that_is_not_there_is_a_failure() {
        assert!(matches!(run(&mut Command::new("no-such-command")), Outcome::Failed(..)));
    }
}
