//! Wrong input on the command line: a clear sentence, the right exit code, and nothing changed.

use std::path::Path;
use std::process::Command;

fn indult(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_indult"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("INDULT_DATA")
        .env_remove("INDULT_SERVER")
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn founded() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, error) =
        indult(folder.path(), &["init", "--data", "acme", "--organisation", "Acme", "--admin", "ana@acme.example"]);
    assert_eq!(code, 0, "{error}");
    folder
}

fn size(folder: &Path) -> String {
    let (code, printed, error) = indult(folder, &["--data", "acme", "api", "get", "/v1/ledger", "--json"]);
    assert_eq!(code, 0, "{error}");
    let answer: serde_json::Value = serde_json::from_str(&printed).unwrap();
    answer["size"].to_string()
}

#[test]
fn each_kind_of_no_has_its_own_exit_code() {
    let folder = founded();
    let check = |arguments: &[&str], code: i32, says: &str| {
        let (got, printed, error) = indult(folder.path(), arguments);
        assert_eq!(got, code, "{arguments:?}\n{printed}\n{error}");
        assert!(format!("{printed}{error}").contains(says), "{arguments:?}\n{printed}\n{error}");
    };
    check(&["position"], 2, "Usage");
    check(&["position", "list"], 2, "--data DIR");
    check(&["--data", "nowhere", "position", "list"], 6, "There is no folder nowhere");
    check(&["--data", "acme", "position", "show", "PRD-9"], 6, "PRD-9");
    check(&["--data", "acme", "position", "show", "EXC-1"], 6, "");
    check(&["--data", "acme", "check", "deploy", "Nothing Known"], 3, "No");
    check(&["--data", "acme", "--as", "nobody", "position", "list"], 6, "nobody");
    check(&["--data", "acme", "decide", "EXC-1", "--approve", "--deny", "--reason", "x"], 2, "cannot be used with");
    check(&["init", "--data", "acme", "--organisation", "Again", "--admin", "ana@acme.example"], 1, "acme");
    check(&["--server", "http://127.0.0.1:1", "position", "list"], 1, "could not be reached");
}

#[test]
fn files_that_cannot_be_read_change_nothing() {
    let folder = founded();
    let before = size(folder.path());
    let deep = "[".repeat(100_000);
    let oversized = vec![b'a'; 26 * 1024 * 1024];
    let files: [(&str, &[u8]); 6] = [
        ("truncated.json", br#"{"deviceid": "pc-1", "content": {"hardware": {"name": "pc"#),
        ("oversized.csv", &oversized),
        ("deep.json", deep.as_bytes()),
        ("encoding.csv", b"device,product\nws-\xff\xfe\x00,Caf\xe9\n"),
        ("bomb.xml", br#"<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><REQUEST>&a;</REQUEST>"#),
        ("empty.csv", b""),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (code, printed, error) = indult(folder.path(), &["--data", "acme", "import", "inventory", name]);
        assert_eq!(code, 1, "{name}: {printed}{error}");
        assert!(error.starts_with("indult: ") && error.len() > 40, "{name}: {error}");
        assert!(!error.contains("invalid") && !error.contains("Error("), "{name}: {error}");
        let (code, ..) = indult(folder.path(), &["--data", "acme", "import", "entitlements", name]);
        assert_eq!(code, 1, "{name}");
    }
    assert_eq!(size(folder.path()), before);
}
