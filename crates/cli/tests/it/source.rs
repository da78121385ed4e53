//! Agent sources from the command line: opened, reported to by this very machine, approved, and listed.

use std::path::Path;
use std::process::Command;

use super::witness::start;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_indult"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("INDULT_DATA")
        .env_remove("INDULT_SERVER")
        .env_remove("INDULT_TOKEN")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), said)
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, said) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {said}");
    said
}

#[test]
fn this_machine_reports_with_the_token_of_a_source_and_counts_once_it_is_approved() {
    if !Path::new("/var/lib/dpkg/status").is_file() {
        println!("skipped: this machine has no dpkg");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    good(folder, &["init", "--data", "acme", "--organisation", "Acme", "--admin", "ana@acme.example"]);
    let made = good(folder, &["--data", "acme", "source", "new", "Fleet", "--hold", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let token = made["secret"].as_str().unwrap().to_owned();
    let reading = good(folder, &["--data", "acme", "token", "new", "reader", "--scope", "write", "--json"]);
    let reading: serde_json::Value = serde_json::from_str(&reading).unwrap();
    let writer = reading["secret"].as_str().unwrap().to_owned();

    let (_server, address) = start(folder, &["--data", "acme", "serve", "--listen", "127.0.0.1:0"]);
    let server = format!("http://{address}");
    let at = |token: &str, words: &[&str]| {
        let mut all = vec!["--server", &server, "--token", token];
        all.extend(words);
        good(folder, &all)
    };
    let said = at(&token, &["discover"]);
    assert!(said.contains("to SRC-1:") && said.contains("recorded; the device is held."), "{said}");
    assert!(at(&token, &["discover"]).contains("as before"));
    let (code, refused) = run(folder, &["--server", &server, "--token", &token, "source", "list"]);
    assert_eq!(code, 5, "{refused}");
    let shown = at(&writer, &["source", "show", "SRC-1", "--standing", "held", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let name = shown["devices"][0]["name"].as_str().unwrap().to_owned();
    let (code, _) = run(folder, &["--server", &server, "--token", &writer, "source", "approve", "SRC-1", "nowhere"]);
    assert_eq!(code, 6);
    assert!(at(&writer, &["source", "approve", "SRC-1", &name]).contains("counts from now on"));
    let devices = at(&writer, &["api", "get", "/v1/devices", "--json"]);
    assert!(devices.contains(&name), "{devices}");
    let list = at(&writer, &["source", "list", "--plain"]);
    assert!(list.contains("SRC-1\tFleet\topen\t1\t0\t0"), "{list}");
    // A token of no source reports as it did before, as an import of its own.
    let said = at(&writer, &["discover"]);
    assert!(said.contains("IMP-"), "{said}");
    assert!(at(&writer, &["source", "change", "SRC-1", "--interval-hours", "6"]).contains("is changed"));
    assert!(at(&writer, &["source", "close", "SRC-1"]).contains("no longer count"));
    let (code, refused) = run(folder, &["--server", &server, "--token", &token, "discover", "--source", "Fleet"]);
    assert_eq!(code, 4, "{refused}");
}
