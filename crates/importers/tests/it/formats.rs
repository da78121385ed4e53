//! Further formats of inventories: agents of other makers, bills of materials, tags, the registry.

use importers::{InventoryFormat, detect, read_inventory, united};
use insta::assert_snapshot;

use crate::shown;

const OCS: &str = include_str!("../../fixtures/branch.ocs.xml");
const HYPERVISOR: &str = include_str!("../../fixtures/hypervisor.glpi.json");
const BILL_XML: &str = include_str!("../../fixtures/pump.cdx.xml");
const SPDX: &str = include_str!("../../fixtures/pump.spdx.json");
const SPDX_LINES: &str = include_str!("../../fixtures/pump.spdx");
const SPDX_GRAPH: &str = include_str!("../../fixtures/pump.spdx3.json");
const TAG: &str = include_str!("../../fixtures/drawing-board.swidtag");
const CONCISE_TAG: &[u8] = include_bytes!("../../fixtures/table-store.coswid");
const REGISTRY: &str = include_str!("../../fixtures/uninstall.reg");

fn read(bytes: impl AsRef<[u8]>) -> String {
    match read_inventory(bytes.as_ref(), None, Some("pc")) {
        Ok(file) => shown::inventory(&file),
        Err(refusal) => format!("{refusal} → {}", refusal.repair()),
    }
}

#[test]
fn further_formats_are_recognised_by_their_content() {
    for (bytes, format) in [
        (OCS.as_bytes(), InventoryFormat::FusionInventoryXml),
        (HYPERVISOR.as_bytes(), InventoryFormat::GlpiJson),
        (BILL_XML.as_bytes(), InventoryFormat::CycloneDxXml),
        (SPDX.as_bytes(), InventoryFormat::SpdxJson),
        (SPDX_LINES.as_bytes(), InventoryFormat::SpdxTagValue),
        (SPDX_GRAPH.as_bytes(), InventoryFormat::SpdxGraph),
        (TAG.as_bytes(), InventoryFormat::SwidTag),
        (CONCISE_TAG, InventoryFormat::ConciseSwidTag),
        (REGISTRY.as_bytes(), InventoryFormat::WindowsRegistry),
    ] {
        assert_eq!(detect(bytes, Some("wrong.exe")), Some(format));
        let without_name = read_inventory(bytes, None, None).unwrap();
        let asks = without_name.rejects.iter().any(|reject| reject.place == "device");
        assert_eq!(asks, !format.names_its_device(), "{format}");
    }
}

#[test]
fn a_report_of_ocs_gives_its_device_titles_and_guests() {
    assert_snapshot!(read(OCS), @r##"
    FusionInventory XML in UTF-8: 2 reports, 2 titles, 0 merged
    branch-pc-7 Some("ACME-00077") Some("5e1c0b2a-77aa-4b1d-8c3e-1a2b3c4d5e6f") {"kind":"unknown","operating_system":"Example OS 12 Pro 12.0.100","primary_user":"bo.lind","processors":1,"cores":8,"processor_model":"Example CPU 5000","last_seen_on":"2026-03-02"}
      - | Page Reader | -
      Lineworks | Drawing Board 2026 | 26.1.0 | product_code:{0F2A7C11-1111-4222-8333-444455556666}
    branch-test None Some("6f1c0b2a-77aa-4b1d-8c3e-1a2b3c4d5e70") {"kind":"virtual","virtual_processors":2,"host":"branch-pc-7"} from outside
    "##);
}

#[test]
fn a_report_packed_with_zlib_is_unpacked_within_limits() {
    use std::io::Write as _;
    let pack = |bytes: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    assert_eq!(read(pack(OCS.as_bytes())), read(OCS));
    assert!(read(pack(&vec![b' '; 40 << 20])).contains("ratio of unpacked to packed size"));
    assert!(read(&pack(OCS.as_bytes())[..200]).contains("does not unpack"));
}

#[test]
fn a_hypervisor_is_reported_with_its_guests_and_says_nothing_of_their_titles() {
    assert_snapshot!(read(HYPERVISOR), @r##"
    GLPI agent JSON in UTF-8: 4 reports, 0 titles, 0 merged
    hv-3 None Some("9a3f0c52-6a1b-4e7c-9b55-0f1e2d3c4b5a") {"kind":"physical","operating_system":"Example Hypervisor 8","processors":2,"cores":32,"processor_model":"Example CPU 9000"} from outside
    srv-db-1 None Some("564d9904-a176-a762-1b95-f75ddd0642d8") {"kind":"virtual","virtual_processors":8,"host":"hv-3"} from outside
    web-front None Some("7938ef110db9") {"kind":"container","host":"hv-3"} from outside
    odd None None {"kind":"virtual","host":"hv-3"} from outside
    ! content.virtualmachines[2]: «564d9904-a176-a762-1b95-f75ddd064299» The guest has no name. → Name it on its host, or leave it out.
    ! content.virtualmachines[3]: «many» This is no number of virtual processors. → Write a whole number from 1 to 65,535, or nothing.
    "##);
    let file = read_inventory(HYPERVISOR.as_bytes(), None, None).unwrap();
    assert!(file.reports.iter().all(|report| report.from_outside && report.installations.is_empty()));
}

#[test]
fn a_partial_report_is_not_taken_for_a_whole_one() {
    let partial = |value: &str| {
        read(format!(
            r#"{{"deviceid":"a","partial":{value},"content":{{"hardware":{{"name":"pc-1"}},"softwares":[{{"name":"x"}}]}}}}"#
        ))
    };
    assert_snapshot!(partial("true"), @r##"
    GLPI agent JSON in UTF-8: 0 reports, 0 titles, 0 merged
    ! report: «pc-1» The report is partial: it says only what has changed since the one before, and would take the whole one's place. → Send a full inventory (an agent does so when it is run without “partial” and without postponing).
    "##);
    assert!(partial("false").contains("1 reports, 1 titles"));
    let xml =
        "<REQUEST><PARTIAL>1</PARTIAL><CONTENT><HARDWARE><NAME>pc-1</NAME></HARDWARE><SOFTWARES/></CONTENT></REQUEST>";
    assert!(read(xml).contains("The report is partial"));
}

#[test]
fn a_bill_in_xml_says_the_same_as_in_json() {
    assert_snapshot!(read(BILL_XML), @r##"
    CycloneDX XML in UTF-8: 1 reports, 4 titles, 0 merged
    acme/pump-firmware None None {"kind":"application"} at 2026-02-28T10:00:00Z
      - | boot | 1.1
      - | inner-valve | 0.9 | cpe:cpe:2.3:a:example:valve:0.9:*:*:*:*:*:*:*
      Gauge Works | meter | 7
      org.example | pipe | 2.0.1 | purl:pkg:maven/org.example/pipe@2.0.1
    ! components[4]: «1» The title has no name. → Name it at the source, or leave it out: without a name it cannot be recognised.
    i components: 1 with the scope “excluded” were left out: they are not delivered.
    i components: 1 that are files, data or devices were left out.
    "##);
    assert_snapshot!(read(BILL_XML.replace("bom/1.6", "bom/1.1")), @r##"
    the file is CycloneDX version 1.1, which is not read → Export the file as version 1.2 to 1.7.
    "##);
    for version in ["1.4", "1.5", "1.7"] {
        let other = BILL_XML.replace("bom/1.6", &format!("bom/{version}"));
        assert_eq!(read(other), read(BILL_XML));
    }
}

#[test]
fn an_spdx_document_is_the_application_it_describes() {
    assert_snapshot!(read(SPDX), @r##"
    SPDX JSON in UTF-8: 1 reports, 2 titles, 0 merged
    pump-firmware None None {"kind":"application"} at 2026-02-28T10:00:00Z
      Bo Lind | meter | -
      Example Pipes | pipe | 2.0.1 | purl:pkg:maven/org.example/pipe@2.0.1
    ! packages[5]: «» The package is no object. → Report the fault to the tool's maker.
    ! packages[4]: «1» The title has no name. → Name it at the source, or leave it out: without a name it cannot be recognised.
    i packages: 1 that are files, data or devices were left out.
    "##);
    assert_snapshot!(read(SPDX_LINES), @r##"
    SPDX tag-value in UTF-8: 1 reports, 2 titles, 0 merged
    pump-firmware None None {"kind":"application"} at 2026-02-28T10:00:00Z
      Bo Lind | meter | -
      Example Pipes | pipe | 2.0.1 | purl:pkg:maven/org.example/pipe@2.0.1
    "##);
    assert_snapshot!(read(SPDX_GRAPH), @r##"
    SPDX 3 JSON-LD in UTF-8: 1 reports, 2 titles, 0 merged
    pump-firmware None None {"kind":"application"} at 2026-02-28T10:00:00Z
      Example Pipes | meter | - | cpe:cpe:2.3:a:example:meter:7:*:*:*:*:*:*:*
      Example Pipes | pipe | 2.0.1 | purl:pkg:maven/org.example/pipe@2.0.1
    i packages: 1 that are files, data or devices were left out.
    "##);
}

#[test]
fn an_spdx_document_of_several_packages_is_named_itself() {
    let several = SPDX.replace("[\"SPDXRef-pump\"]", "[\"SPDXRef-pump\", \"SPDXRef-pipe\"]");
    let shown = read(several);
    assert!(shown.contains("bill of the pump None") && shown.contains("- | pump-firmware | 4.2"), "{shown}");
    for (text, expect) in [
        (SPDX.replace("SPDX-2.3", "SPDX-1.2"), "SPDX version 1.2, which is not read"),
        (SPDX_LINES.replace("SPDX-2.3", "SPDX-9"), "SPDX version 9, which is not read"),
        (
            SPDX_GRAPH.replace("\"specVersion\": \"3.0.1\"", "\"specVersion\": \"4.0\""),
            "SPDX version 4.0, which is not read",
        ),
        (SPDX_LINES.replace("lines.</text>", ""), "ends before it is complete"),
    ] {
        assert!(read(&text).contains(expect), "{}", read(&text));
    }
}

#[test]
fn a_tag_is_a_title_on_the_device_that_the_caller_names() {
    assert_snapshot!(read(TAG), @r##"
    SWID tag in UTF-8: 1 reports, 1 titles, 0 merged
    pc None None {"kind":"unknown"}
      Lineworks & Sons | Drawing Board | 26.1.0 | swid:lineworks.example-drawing-board-26.1.0
    "##);
    assert_snapshot!(read(CONCISE_TAG), @r##"
    CoSWID tag in CBOR: 1 reports, 1 titles, 0 merged
    pc None None {"kind":"unknown"}
      Rows & Columns | Table Store | 14.2 | swid:lineworks.example-table-store-14.2
    "##);
    for (word, expect) in [("patch", "a patch"), ("corpus", "an installer"), ("supplemental", "an addition")] {
        let other = read(TAG.replace("xml:lang=\"en\"", &format!("{word}=\"true\"")));
        assert!(other.contains("0 reports") && other.contains(&format!("The tag is of {expect}")), "{other}");
    }
}

#[test]
fn a_signed_tag_is_read_and_its_signature_is_said_to_be_unchecked() {
    let mut signed = vec![0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0x58, u8::try_from(CONCISE_TAG.len()).unwrap()];
    signed.extend_from_slice(CONCISE_TAG);
    signed.extend_from_slice(&[0x42, 1, 2]);
    let shown = read(&signed);
    assert!(shown.contains("Table Store") && shown.contains("its signature was not checked"), "{shown}");
    signed.push(0);
    assert!(read(&signed).contains("no well-formed tag in CBOR"));
}

#[test]
fn tags_of_one_device_are_put_together() {
    let report = |bytes: &[u8]| read_inventory(bytes, None, Some("pc")).unwrap().reports.remove(0);
    let all = united(vec![report(TAG.as_bytes()), report(CONCISE_TAG), report(TAG.as_bytes())]).unwrap();
    let names: Vec<&str> = all.installations.iter().map(|installation| installation.title.name.as_str()).collect();
    assert_eq!(names, ["Drawing Board", "Table Store"]);
    assert!(all.installations.is_sorted_by(|a, b| a.title < b.title));
    assert!(united(Vec::new()).is_none());
}

#[test]
fn an_export_of_the_registry_gives_titles_and_counts_updates_and_parts_of_the_system() {
    assert_snapshot!(read(REGISTRY), @r##"
    Windows registry export in UTF-8: 1 reports, 2 titles, 0 merged
    pc None None {"kind":"unknown"}
      Lineworks | Drawing Board "2026" | 26.1.0 | product_code:{0F2A7C11-1111-4222-8333-444455556666}
      Rows & Columns | Әксо | 14.2 | registry_key:TableStore_is1
    i uninstall keys: 2 that are updates of other titles were left out.
    i uninstall keys: 1 that are components of the system were left out.
    i uninstall keys: 1 without a display name were left out: the system does not list them either.
    "##);
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(REGISTRY.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(utf16), read(REGISTRY).replace("in UTF-8", "in UTF-16LE"));
    assert!(read("REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\x]\r\n").contains("holds no uninstall key"));
}
