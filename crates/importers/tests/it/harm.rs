//! Sixty files made to do harm, over the further formats: each is refused with a sentence or rejected, within limits.

use std::time::{Duration, Instant};

use importers::{detect, read_inventory};

const OCS: &[u8] = include_bytes!("../../fixtures/branch.ocs.xml");
const HYPERVISOR: &[u8] = include_bytes!("../../fixtures/hypervisor.glpi.json");
const BILL: &[u8] = include_bytes!("../../fixtures/pump.cdx.xml");
const SPDX: &[u8] = include_bytes!("../../fixtures/pump.spdx.json");
const LINES: &[u8] = include_bytes!("../../fixtures/pump.spdx");
const GRAPH: &[u8] = include_bytes!("../../fixtures/pump.spdx3.json");
const TAG: &[u8] = include_bytes!("../../fixtures/drawing-board.swidtag");
const CONCISE: &[u8] = include_bytes!("../../fixtures/table-store.coswid");
const REGISTRY: &[u8] = include_bytes!("../../fixtures/uninstall.reg");

/// No file within the limits may take longer, in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the reader says; it always says something, and the same of the format as [`detect`].
fn told(bytes: &[u8]) -> String {
    let started = Instant::now();
    let told = match read_inventory(bytes, None, Some("pc")) {
        Ok(file) => {
            assert_eq!(detect(bytes, None), Some(file.format));
            let problems: Vec<&str> = file.rejects.iter().map(|reject| reject.problem.as_str()).collect();
            format!("read: {} reports, {} titles, rejects: {}", file.reports.len(), file.titles, problems.join(" "))
        }
        Err(refusal) => {
            assert!(refusal.repair().len() > 10);
            format!("refused: {refusal}")
        }
    };
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
    told
}

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, expect: &str) {
    let told = told(bytes.as_ref());
    assert!(told.contains(expect), "{told}");
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn tag(attributes: &str, inside: &str) -> String {
    format!("<SoftwareIdentity {attributes}>{inside}</SoftwareIdentity>")
}

fn bill(inside: &str) -> String {
    format!("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>{inside}</components></bom>")
}

fn key(values: &str) -> String {
    format!("REGEDIT4\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\x]\n{values}\n")
}

fn spdx(packages: &str) -> String {
    format!(r#"{{"spdxVersion":"SPDX-2.3","name":"n","packages":[{packages}]}}"#)
}

fn graph(elements: &str) -> String {
    format!(r#"{{"@graph":[{{"type":"CreationInfo","specVersion":"3.0.1"}},{elements}]}}"#)
}

#[test]
fn files_cut_off_anywhere_are_refused_or_read_as_far_as_they_go() {
    for (whole, structured) in [
        (OCS, true),
        (HYPERVISOR, true),
        (BILL, true),
        (SPDX, true),
        (GRAPH, true),
        (TAG, true),
        (CONCISE, true),
        (LINES, false),
        (REGISTRY, false),
    ] {
        let whole = whole.trim_ascii_end();
        for place in (0..whole.len()).step_by((whole.len() / 60).max(1)) {
            check(&whole[..place], if structured { "refused" } else { "" });
        }
    }
}

#[test]
fn hostile_xml_is_refused() {
    let deep = "<components><component type=\"library\"><name>x</name>";
    check(bill(&deep.repeat(40_000)), "over the limit of 64 levels");
    check(bill(&"<component><name>x</name></component>".repeat(20_001)), "over the limit of 20,000");
    check(bill("<component><name>a\u{0}b</name></component>"), "U+0000");
    check(bill("<component><name>&#x202e;x</name></component>"), "U+202E");
    check(bill("<component><name>&x;</name></component>"), "the entity “x”");
    check(bill("<component type=\"a\" type=\"b\"><name>x</name></component>"), "not well-formed XML");
    check(bill("<component type=\"&x;\"><name>x</name></component>"), "not well-formed XML");
    check(bill(&format!("<component><name>{}</name></component>", "x".repeat(10 << 20))), "the limit is 512");
    check("<bom/>", "CycloneDX version");
    check("<bom xmlns=\"http://cyclonedx.org/schema/bom/99999999999999999999\"/>", "which is not read");
    check(format!("<!DOCTYPE bom>{}", bill("")), "document type");
    check(tag("name=\"x\" name=\"y\"", ""), "not well-formed XML");
    check(tag(&(0..300).map(|n| format!("a{n}=\"\" ")).collect::<String>(), ""), "over the limit of 256");
    check(tag("", ""), "The title has no name");
    check(tag("name=\"a&#0;b\"", ""), "refused");
    check(tag("name=\"a&#x2066;b\"", ""), "U+2066");
    check(tag("name=\"&ha;\"", ""), "not well-formed XML");
    check(tag(&format!("name=\"{}\"", "x".repeat(1_000)), ""), "the limit is 512");
    check(tag("name=\"x\"", &"<Entity name=\"e\" role=\"licensor\"/>".repeat(50_000)), "1 titles");
    check(tag("name=\"x\"", &"<a>".repeat(100)), "over the limit of 64 levels");
    let guests = "<VIRTUALMACHINES><NAME>g</NAME></VIRTUALMACHINES>".repeat(10_001);
    check(format!("<REQUEST><CONTENT>{guests}</CONTENT></REQUEST>"), "guests of one device is over");
}

#[test]
fn hostile_json_is_refused_or_rejected() {
    check(spdx(r#"{"name":"a","name":"b"}"#), "“name” stands twice");
    check(spdx(&"[".repeat(100)), "over the limit of 64 levels");
    check(spdx(r#"{"name":"\ud800"}"#), "refused");
    check(spdx(r#"{"name":"a\u0000b"}"#), "U+0000");
    check(spdx(r#"{"name":"x","versionInfo":1e400}"#), "not well-formed JSON");
    check(spdx(r#"{"name":["x"],"externalRefs":{"referenceType":[]}}"#), "has no name");
    check(spdx(r#"null,7,"x",[],{"name":"x"}"#), "1 titles, rejects: The package is no object.");
    check(spdx(&vec!["{}"; 20_001].join(",")), "over the limit of 20,000");
    check(r#"{"spdxVersion":["SPDX-2.3"]}"#, "SPDX version (none stated)");
    check(r#"{"spdxVersion":"SPDX-2.3","packages":"x","documentDescribes":7,"relationships":{}}"#, "0 titles");
    check(graph(&vec![r#"{"type":"software_Package"}"#; 20_001].join(",")), "over the limit of 20,000");
    check(graph(r#"{"type":"SpdxDocument","spdxId":"a","rootElement":["a"]},7,null"#), "0 titles");
    check(graph(r#"{"type":["software_Package"],"to":{"a":[1]},"from":[[]]}"#), "0 titles");
    check(r#"{"@graph":{}}"#, "SPDX version (none stated)");
    check(r#"{"@graph":[{"type":"CreationInfo","specVersion":"3.9"}]}"#, "version 3.9, which is not read");
    let guests = |one: &str, count: usize| {
        format!(r#"{{"deviceid":"a","content":{{"virtualmachines":[{}]}}}}"#, vec![one; count].join(","))
    };
    check(guests(r#"{"name":"g"}"#, 10_001), "guests of one device is over");
    check(guests(r#"{"name":"g","vcpu":1e300}"#, 1), "no number of virtual processors");
    check(guests(r#"{"name":"a\u202eb"}"#, 1), "U+202E");
}

#[test]
fn hostile_tags_in_cbor_are_refused() {
    let head: &[u8] = &[0xda, 0x53, 0x57, 0x49, 0x44];
    check(head, "ends before it is complete");
    check(joined(&[head, &[0xa2, 1, 0x61, b'x', 1, 0x61, b'y']]), "key 1 stands twice");
    check(joined(&[head, &[0xa1, 24, 30], &[0x81; 100], &[0]]), "over the limit of 64 levels");
    check(joined(&[head, &[0xa1, 24, 30], &vec![0x9f; 100_000]]), "over the limit of 64 levels");
    check(joined(&[head, &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]), "ends before it is complete");
    check(joined(&[head, &[0xa1, 2, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]), "refused");
    check(joined(&[head, &[0xa1, 1, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]), "refused");
    check(joined(&[head, &[0xa1, 1, 0x62, 0xc3, 0x28]]), "refused");
    check(joined(&[head, &[0xa1, 1, 0x63, b'a', 0, b'b']]), "U+0000");
    check(joined(&[head, &[0xa1, 1, 5]]), "no well-formed tag");
    check(joined(&[head, &[0xa0, 0]]), "byte 6 (counted from 0) does not belong");
    check(joined(&[head, &[0xff]]), "refused");
    check(joined(&[head, &[0xbf, 1, 0x7f, 0x61, b'x', 0x61, b'y', 0xff, 0xff]]), "read: 1 reports, 1 titles");
    check(joined(&[&[0xd2, 0x84, 0x40, 0xa0, 0x41], &[0xff], &[0x40]]), "refused");
    check([0xd2; 40], "refused");
}

#[test]
fn hostile_lines_are_refused_or_rejected() {
    check(key("\"DisplayName\"=\"a\u{0}b\""), "U+0000");
    check(key("\"DisplayName\"=\"never closed"), "read: 1 reports, 0 titles");
    check(key(&format!("\"DisplayName\"=\"{}\"", "x".repeat(10 << 20))), "the limit is 512");
    check(
        key(&format!("\"DisplayName\"=hex(1):41,00,\\\n{}", "41,00,\\\n".repeat(300_000))),
        "over the limit of 1 MiB",
    );
    check(key("\"DisplayName\"=hex(1):00,d8,\\"), "ends before it is complete");
    check(key("[open"), "does not end");
    check(joined(&[b"SPDXVersion: SPDX-2.3\n", &b"PackageName: x\n".repeat(20_001)]), "over the limit of 20,000");
    check("SPDXVersion: SPDX-2.3\nDocumentName: <text>", "ends before it is complete");
    check("SPDXVersion: SPDX-2.3\nPackageName: a\u{202e}b\n", "U+202E");
    check("SPDXVersion:\n", "SPDX version (none stated)");
    // The editor of old systems wrote the code page of the machine.
    check(joined(&[REGISTRY, b"\xff"]), "read: 1 reports, 2 titles");
}
