//! A witness as a process of its own: it cosigns what only grows, and an export shows it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A child that is ended with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_indult")).args(arguments).current_dir(folder).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Starts a serving command and reads the address from its first line.
pub fn start(folder: &Path, arguments: &[&str]) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_indult"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().split("http://").nth(1).unwrap_or_else(|| panic!("no address in {line:?}"));
    let address = address.split([' ', '/']).next().unwrap().to_owned();
    (Running(child), address)
}

#[test]
fn a_witness_cosigns_what_continues_and_the_export_carries_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "--data", "acme", "--organisation", "Acme", "--admin", "ana@acme.example"]);
    let witness_key = run(folder, &["witness", "init", "--data", "witness", "--name", "witness.example/w1"]);
    run(folder, &["--data", "acme", "ledger", "export", "first"]);
    let log_key = std::fs::read_to_string(folder.join("first/log.vkey")).unwrap();
    run(folder, &["witness", "trust", log_key.trim(), "--data", "witness"]);
    let (_witness, address) = start(folder, &["witness", "serve", "--data", "witness", "--listen", "127.0.0.1:0"]);
    let url = format!("http://{address}");
    run(folder, &["--data", "acme", "witness", "add", "--url", &url, "--key", &witness_key]);
    assert!(run(folder, &["--data", "acme", "witness", "ask"]).contains("cosigned"));
    run(folder, &["--data", "acme", "person", "add", "Dana", "--email", "dana@acme.example", "--role", "approver"]);
    assert!(run(folder, &["--data", "acme", "witness", "ask"]).contains("cosigned"));
    run(folder, &["--data", "acme", "ledger", "export", "second"]);
    let verified = run(
        folder,
        &[
            "verify",
            "second",
            "--log-key",
            log_key.trim(),
            "--witness-key",
            &witness_key,
            "--against",
            "first/checkpoint",
        ],
    );
    assert!(verified.contains("Cosigned by witness.example/w1"), "{verified}");
    assert!(verified.contains("continues the kept checkpoint"), "{verified}");
}
