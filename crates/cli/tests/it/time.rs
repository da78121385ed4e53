//! The past from the command line: sealed, read again, stated, verified, followed.

use std::path::Path;
use std::process::Command;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_indult"))
        .args(["--data", "acme"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("INDULT_DATA")
        .env_remove("INDULT_SERVER")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, printed, said) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {printed}{said}");
    format!("{printed}{said}")
}

#[test]
fn a_day_is_sealed_read_again_stated_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    good(folder, &["init", "--organisation", "Acme", "--admin", "ana@acme.example"]);
    good(folder, &["product", "add", "Drafter"]);
    good(folder, &["product", "match", "Drafter", "PRD-1"]);
    std::fs::write(folder.join("fleet.csv"), "device,product\npc-1,Drafter\npc-2,Drafter\n").unwrap();
    good(folder, &["import", "inventory", "fleet.csv", "--source", "fleet"]);

    let sealed = good(folder, &["seal", "--json"]);
    let sealed: serde_json::Value = serde_json::from_str(&sealed).unwrap();
    let day = sealed["seal"]["day"].as_str().unwrap().to_owned();
    assert_eq!(sealed["seal"]["devices"], 2);
    std::fs::write(folder.join("more.csv"), "device,product\npc-1,Drafter\npc-2,Drafter\npc-3,Drafter\n").unwrap();
    good(folder, &["import", "inventory", "more.csv", "--source", "fleet"]);

    assert!(good(folder, &["--plain", "position", "list"]).contains("\t3\t"));
    let then = good(folder, &["--plain", "position", "list", "--as-of", &day]);
    assert!(then.contains("\t2\t") && then.contains(&format!("As of {day}, sealed in entry")), "{then}");
    let rows = good(folder, &["position", "explain", "PRD-1", "--rows", "consumed", "--as-of", &day]);
    assert!(rows.contains("2 rows") && !rows.contains("pc-3"), "{rows}");
    let (code, _, said) = run(folder, &["position", "list", "--as-of", "2001-01-01"]);
    assert!(code == 6 && said.contains(&format!("the nearest sealed day is {day}")), "{code} {said}");

    assert!(
        good(folder, &["seal", "verify"])
            .contains(&format!("All lines of {day}, 1 in number, come out as they were sealed"))
    );
    assert!(good(folder, &["seal", "list"]).contains(&day));
    assert!(good(folder, &["verify"]).contains("1 seals of the estate compared"));

    good(folder, &["statement", "make", "--day", &day]);
    good(folder, &["statement", "show", "STM-1", "--form", "csv", "--output", "statement.csv"]);
    let verified = good(folder, &["statement", "verify", "statement.csv"]);
    assert!(verified.contains(&format!("This is STM-1 of {day} as CSV")), "{verified}");
    let file = std::fs::read_to_string(folder.join("statement.csv")).unwrap();
    std::fs::write(folder.join("altered.csv"), file.replace("\"2\"", "\"1\"")).unwrap();
    let (code, printed, said) = run(folder, &["statement", "verify", "altered.csv"]);
    assert!(code == 8 && said.contains("not a statement that was recorded here"), "{code} {printed} {said}");

    let trend = good(folder, &["trend", "PRD-1", "--csv"]);
    assert!(trend.contains(&format!("{day},")) && trend.contains(",PRD-1,device,0,2,0,2,"), "{trend}");
    assert!(good(folder, &["trend", "PRD-1"]).contains("Highest ever: 2"));
    assert!(good(folder, &["trend"]).contains(&day));
    assert!(good(folder, &["forecast", "PRD-1"]).contains("A forecast needs numbers of 4 months or 4 weeks"));
}
