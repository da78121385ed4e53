//! Files in and out through the executable: workbooks in a process of their own, left-out rows, exports, discovery.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn indult(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_indult"))
        .args(arguments)
        .current_dir(folder)
        .env("INDULT_DATA", folder.join("data"))
        .env_remove("INDULT_SERVER")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn founded() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = indult(folder.path(), &["init", "--organisation", "Acme", "--admin", "ana@acme.example"]);
    assert!(made.status.success(), "{}", said(&made));
    folder
}

#[test]
fn rows_left_out_end_with_nine_and_come_back_as_a_file() {
    let folder = founded();
    let table = "product,metric,quantity\nBoard,device,3\nMap,device,many\n";
    std::fs::write(folder.path().join("rights.csv"), table).unwrap();
    let preview = indult(folder.path(), &["import", "entitlements", "rights.csv", "-n"]);
    assert_eq!(preview.status.code(), Some(9), "{}", said(&preview));
    assert!(said(&preview).contains("headers on row 1"), "{}", said(&preview));
    let imported = indult(folder.path(), &["import", "entitlements", "rights.csv"]);
    assert_eq!(imported.status.code(), Some(9), "{}", said(&imported));
    let rejects = indult(folder.path(), &["import", "rejects", "IMP-1"]);
    assert!(
        said(&rejects).starts_with("\"product\",\"metric\",\"quantity\",\"line\",\"problem\",\"repair\"\n\"Map\""),
        "{}",
        said(&rejects)
    );
}

#[test]
fn a_publishers_statement_ends_with_three_where_it_differs_and_with_nothing_where_it_agrees() {
    let folder = founded();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("rights.csv", "product,publisher,metric,quantity\nBoard,Oakbank,device,3\nMap,Oakbank,device,2\n");
    assert!(indult(folder.path(), &["import", "entitlements", "rights.csv"]).status.success());
    write("portal.csv", "product,quantity\nBoard,4\nMap,2\n");
    let differs = indult(folder.path(), &["entitlement", "reconcile", "portal.csv", "--publisher", "Oakbank"]);
    assert_eq!(differs.status.code(), Some(3), "{}", said(&differs));
    assert!(said(&differs).contains("1 of 2 do not agree: different quantity 1."), "{}", said(&differs));
    assert!(said(&differs).contains("The publisher says 4; our rights are 3."), "{}", said(&differs));
    let csv = indult(folder.path(), &["entitlement", "reconcile", "portal.csv", "--csv"]);
    assert_eq!(csv.status.code(), Some(3), "{}", said(&csv));
    assert!(said(&csv).contains("PRD-1,Board,quantity,4,3,"), "{}", said(&csv));
    write("portal.csv", "Artikel,Stand\nBoard,3\nMap,2\n");
    write("oakbank.toml", "name = \"oakbank\"\n[columns]\nproduct = \"Artikel\"\nquantity = \"Stand\"\n");
    let agrees = indult(folder.path(), &["entitlement", "reconcile", "portal.csv", "--map", "oakbank.toml", "--json"]);
    assert_eq!(agrees.status.code(), Some(0), "{}", said(&agrees));
    assert!(said(&agrees).contains("All agree: 2 of 2."), "{}", said(&agrees));
    let unread = indult(folder.path(), &["entitlement", "reconcile", "portal.csv"]);
    assert_eq!(unread.status.code(), Some(1), "{}", said(&unread));
}

#[test]
fn a_workbook_goes_out_and_comes_in_through_a_process_of_its_own() {
    let folder = founded();
    std::fs::write(folder.path().join("rights.csv"), "product,metric,quantity,unit_price\nBoard,device,3,12.50\n")
        .unwrap();
    assert!(indult(folder.path(), &["import", "entitlements", "rights.csv"]).status.success());
    let written = indult(folder.path(), &["export", "entitlements", "-o", "rights.xlsx"]);
    assert!(written.status.success(), "{}", said(&written));
    let read = indult(folder.path(), &["import", "entitlements", "rights.xlsx", "-n", "--sheet", "entitlements"]);
    assert!(read.status.success(), "{}", said(&read));
    assert!(said(&read).contains("1 right") && said(&read).contains("sheet entitlements"), "{}", said(&read));
    let other = indult(folder.path(), &["import", "entitlements", "rights.xlsx", "-n", "--sheet", "Other"]);
    assert!(said(&other).contains("has no sheet “Other”; it has “entitlements”"), "{}", said(&other));
    std::fs::write(folder.path().join("broken.xlsx"), b"PK\x03\x04 xl/workbook.xml").unwrap();
    let broken = indult(folder.path(), &["import", "entitlements", "broken.xlsx", "-n"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(said(&broken).contains("cut off or damaged"), "{}", said(&broken));
}

#[test]
fn the_process_that_reads_workbooks_has_little_memory_and_nothing_to_write_to() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_indult"))
        .arg("read-workbook-from-standard-input")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let path = format!("/proc/{}/limits", child.id());
    // It sets its limits before it reads anything, and waits for its input after.
    let mut limits = String::new();
    for _ in 0..1_000_000 {
        limits = std::fs::read_to_string(&path).unwrap_or_default();
        if limits.contains("Max core file size        0                    0") {
            break;
        }
        std::thread::yield_now();
    }
    assert!(limits.contains("Max address space         1610612736"), "{limits}");
    assert!(limits.contains("Max file size             0"), "{limits}");
    assert!(limits.contains("Max cpu time              60"), "{limits}");
    child.stdin.take().unwrap().write_all(b"no workbook").unwrap();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    assert!(said.contains("\"problem\""), "{said}");
}

#[test]
fn this_machine_is_discovered_and_its_timer_printed() {
    let folder = tempfile::tempdir().unwrap();
    let printed = indult(folder.path(), &["discover", "--print"]);
    let text = String::from_utf8_lossy(&printed.stdout).into_owned();
    if printed.status.success() {
        assert!(text.starts_with("device,serial,uuid,publisher,product,version,source id,"), "{text}");
    } else {
        println!("skipped: nothing on this machine lists software");
    }
    let timer = indult(folder.path(), &["discover", "--timer", "--source", "100% ours"]);
    let text = said(&timer);
    assert!(text.contains("OnCalendar=daily") && text.contains("--source \"100%% ours\""), "{text}");
}
