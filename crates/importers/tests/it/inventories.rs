//! Each inventory format: what is read, what is merged, what is left out and why.

use domain::observation::{DeviceAttributes, DeviceIdentity};
use importers::{Encoding, InventoryFormat, detect, dpkg_status, read_inventory};
use insta::assert_snapshot;

use crate::shown;

const LAPTOP: &str = include_str!("../../fixtures/laptop.glpi.json");
const SERVER: &str = include_str!("../../fixtures/server.xml");
const PUMP: &str = include_str!("../../fixtures/pump.cdx.json");
const INSTALLATIONS: &str = include_str!("../../fixtures/installations.csv");
const DPKG: &str = include_str!("../../fixtures/dpkg-status");

fn read(text: &str) -> String {
    shown::inventory(&read_inventory(text.as_bytes(), None, None).unwrap())
}

fn refusal(text: &str) -> String {
    let refusal = read_inventory(text.as_bytes(), None, None).unwrap_err();
    format!("{refusal} → {}", refusal.repair())
}

#[test]
fn formats_are_recognised_by_content_whatever_the_file_is_called() {
    for (text, format) in [
        (LAPTOP, InventoryFormat::GlpiJson),
        (SERVER, InventoryFormat::FusionInventoryXml),
        (PUMP, InventoryFormat::CycloneDxJson),
        (INSTALLATIONS, InventoryFormat::InstallationsCsv),
        (DPKG, InventoryFormat::DpkgStatus),
    ] {
        assert_eq!(detect(text.as_bytes(), Some("wrong.exe")), Some(format));
    }
    for text in ["", "hello", "{}", "[]", "<html></html>", "a,b\n1,2\n", "Package: x\n", "\u{0}\u{0}\u{0}"] {
        assert_eq!(detect(text.as_bytes(), Some("inventory.json")), None, "{text:?}");
    }
}

#[test]
fn a_glpi_report_gives_its_device_and_titles() {
    assert_snapshot!(read(LAPTOP), @r##"
    GLPI agent JSON in UTF-8: 1 reports, 2 titles, 1 merged
    LT-0107 None Some("8d3f0c52-6a1b-4e7c-9b55-0f1e2d3c4b5a") {"kind":"physical","operating_system":"Example OS 12 Pro","primary_user":"ACME\\ana.ruiz","processors":1,"cores":4,"processor_model":"Example CPU 4000","last_seen_on":"2026-03-02"} at 2026-03-02T07:15:07Z
      - | Šablona Editor | 3.5 | registry_key:Sablona
      Lineworks | Drawing Board 2026 | 26.1.0 | product_code:{0F2A7C11-1111-4222-8333-444455556666}
    ! content.softwares[3]: «Nobody» The title has no name. → Name it at the source, or leave it out: without a name it cannot be recognised.
    ! content.softwares[4]: «Harmless\u{0}Tool» The title holds the control character U+0000. → Remove the character at the source; it usually means that the file was damaged or is no text.
    ! content.softwares[5]: «Report \u{202e}txt.exe» The title holds U+202E, which makes a text show in another order. → Remove the character at the source; a name that reads differently from what it is cannot be decided on.
    ! content.softwares[6]: «» The entry is no object with a name. → Report the fault to the agent's maker.
    "##);
}

#[test]
fn a_fusion_inventory_report_gives_its_device_and_titles() {
    assert_snapshot!(read(SERVER), @r##"
    FusionInventory XML in UTF-8: 1 reports, 2 titles, 0 merged
    srv-db-1 Some("ACME-00042") None {"kind":"virtual","operating_system":"Example Linux 9","processors":2,"cores":32,"processor_model":"Example CPU 9000","last_seen_on":"2026-03-02"}
      - | Sync | - | bundle_id:com.example.sync
      Rows & Columns | table-store & tools | 14.2
    ! REQUEST/CONTENT/SOFTWARES[2]: «1» The title has no name. → Name it at the source, or leave it out: without a name it cannot be recognised.
    "##);
}

#[test]
fn a_bill_of_materials_is_an_application_with_its_components() {
    assert_snapshot!(read(PUMP), @r##"
    CycloneDX JSON in UTF-8: 1 reports, 3 titles, 0 merged
    acme/pump-firmware None None {"kind":"application"} at 2026-02-28T10:00:00Z
      - | inner-valve | 0.9 | cpe:cpe:2.3:a:example:valve:0.9:*:*:*:*:*:*:*
      Gauge Works | meter | 7
      org.example | pipe | 2.0.1 | purl:pkg:maven/org.example/pipe@2.0.1
    ! components[4]: «1» The title has no name. → Name it at the source, or leave it out: without a name it cannot be recognised.
    i components: 1 with the scope “excluded” were left out: they are not delivered.
    i components: 1 that are files, data or devices were left out.
    "##);
}

#[test]
fn rows_of_one_device_are_gathered() {
    assert_snapshot!(read(INSTALLATIONS), @r##"
    CSV of installations in UTF-8: 3 reports, 4 titles, 1 merged
    WS-1 Some("SN100") None {"kind":"unknown","environment":"production","primary_user":"ana@acme.example","cores":8,"business_unit":"Design","last_seen_on":"2026-03-02"}
      Lineworks | Drawing Board 2026 | 26.1.0 | used 2026-03-01
      Rows & Columns | Table Store | 14.2
    SRV-9 None None {"kind":"unknown","environment":"test","business_unit":"IT"}
      Rows & Columns | Table Store | 14.2
    WS-3 Some("SN300") None {"kind":"unknown"}
      - | Said "Quoted" | -
    ! line 4: «bo@acme.example» An earlier row of WS-1 (line 2) says that its primary user is “ana@acme.example”; that one was kept. → Write the same primary user in every row of the device.
    ! line 5, column “Cores”: «many» This is no number of cores. → Write a whole number from 1 to 65,535, or nothing.
    ! line 5, column “Last Used”: «03/04/2026» The date can be read as day and month or as month and day. → Write dates as 2026-03-31, or state their order of day and month.
    ! line 6: «Orphan» The row names no device. → Write the device's name in every row.
    ! line 7: «WS-2» The row names no product. → Write the title, or leave the row out.
    ! line 8, column “Environment”: «moon» This is no environment known here. → Write one of: production, test, development, disaster_recovery.
    "##);
}

#[test]
fn rows_mean_one_device_by_uuid_then_serial_then_name() {
    let table = "device,serial,uuid,product\n\
        pc,,,first\npc,S1,,second\nPC,,,third\n\
        pc,S2,,other device of the name\n\
        pc.acme.example,S1,,same serial\n\
        blade-1,CH,11111111-0000-0000-0000-000000000001,one\nblade-2,CH,11111111-0000-0000-0000-000000000002,two\n\
        blade-1b,,11111111-0000-0000-0000-000000000001,same uuid\n";
    assert_snapshot!(read(table), @r##"
    CSV of installations in UTF-8: 4 reports, 8 titles, 0 merged
    pc Some("S1") None {"kind":"unknown"}
      - | first | -
      - | same serial | -
      - | second | -
      - | third | -
    pc Some("S2") None {"kind":"unknown"}
      - | other device of the name | -
    blade-1 Some("CH") Some("11111111-0000-0000-0000-000000000001") {"kind":"unknown"}
      - | one | -
      - | same uuid | -
    blade-2 Some("CH") Some("11111111-0000-0000-0000-000000000002") {"kind":"unknown"}
      - | two | -
    i line 6: “pc.acme.example” was taken for “pc” (line 2), which has the same UUID or serial.
    i line 9: “blade-1b” was taken for “blade-1” (line 7), which has the same UUID or serial.
    "##);
}

#[test]
fn the_package_database_gives_installed_packages() {
    let device = DeviceIdentity { name: "srv-1".to_owned(), serial: None, uuid: None };
    let file = dpkg_status(DPKG.as_bytes(), device, DeviceAttributes::default()).unwrap();
    assert_snapshot!(shown::inventory(&file), @r##"
    dpkg status in UTF-8: 1 reports, 2 titles, 1 merged
    srv-1 None None {"kind":"unknown"}
      - | held-tool | 2.0 | dpkg:held-tool
      Rows and Columns | table-store | 14.2-1 | dpkg:table-store
    "##);
    assert_eq!(file, read_inventory(DPKG.as_bytes(), None, Some("srv-1")).unwrap());
    assert_snapshot!(read(DPKG), @r##"
    dpkg status in UTF-8: 0 reports, 0 titles, 0 merged
    ! device: «» The package database does not name its device. → Give the device a name when importing, or use “indult discover” on the device itself.
    "##);
}

#[test]
fn every_encoding_gives_the_same_report() {
    let expect = read_inventory(LAPTOP.as_bytes(), None, None).unwrap();
    let with_mark = [b"\xef\xbb\xbf", LAPTOP.as_bytes()].concat();
    let little: Vec<u8> = LAPTOP.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = LAPTOP.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, encoding) in [
        (with_mark, Encoding::Utf8),
        ([b"\xff\xfe".as_slice(), &little].concat(), Encoding::Utf16LittleEndian),
        ([b"\xfe\xff".as_slice(), &big].concat(), Encoding::Utf16BigEndian),
        (little, Encoding::Utf16LittleEndian),
        (big, Encoding::Utf16BigEndian),
    ] {
        let file = read_inventory(&bytes, None, None).unwrap();
        assert_eq!(file.encoding, encoding);
        assert_eq!((file.reports, file.rejects), (expect.reports.clone(), expect.rejects.clone()));
    }
    let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><REQUEST><CONTENT><HARDWARE><NAME>caf\u{e9}</NAME></HARDWARE>\
                 <SOFTWARES><NAME>x</NAME></SOFTWARES></CONTENT></REQUEST>";
    let latin: Vec<u8> = latin.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    let file = read_inventory(&latin, None, None).unwrap();
    assert_eq!((file.reports[0].device.name.as_str(), file.encoding), ("café", Encoding::Windows1252));
}

#[test]
fn several_reports_come_in_a_list_or_one_after_the_other() {
    let report = |name: &str| {
        format!(
            r#"{{"deviceid":"a","content":{{"hardware":{{"name":"{name}"}},"softwares":[{{"name":"{name} tool"}}]}}}}"#
        )
    };
    let expect = read(&format!("[{},{}]", report("one"), report("two")));
    assert_snapshot!(expect, @r##"
    GLPI agent JSON in UTF-8: 2 reports, 2 titles, 0 merged
    one None None {"kind":"unknown"}
      - | one tool | -
    two None None {"kind":"unknown"}
      - | two tool | -
    "##);
    assert_eq!(read(&format!("{}\n{}\n", report("one"), report("two"))), expect);
    let again = read(&format!("[{},{}, 7]", report("one"), report("one")));
    assert_snapshot!(again, @r##"
    GLPI agent JSON in UTF-8: 1 reports, 1 titles, 1 merged
    one None None {"kind":"unknown"}
      - | one tool | -
    ! report 3: «» This is no report. → Leave it out; a report is an object with “content”.
    "##);
}

#[test]
fn reports_without_a_list_of_software_say_nothing_about_licences() {
    let report = |inside: &str| read(&format!(r#"{{"deviceid":"a-2026-01-01-00-00-00",{inside}}}"#));
    assert_snapshot!(report(r#""content":{"hardware":{"name":"pc"}}"#), @r##"
    GLPI agent JSON in UTF-8: 0 reports, 0 titles, 0 merged
    ! report: «pc» The report has no list of software, so what is installed is unknown. → Switch the category “software” on in the agent and send a full inventory.
    "##);
    assert_snapshot!(report(r#""content":{"softwares":[]}"#), @r##"
    GLPI agent JSON in UTF-8: 1 reports, 0 titles, 0 merged
    a None None {"kind":"unknown"}
    "##);
    assert_snapshot!(report(r#""itemtype":"Printer","content":{"softwares":[]}"#), @r##"
    GLPI agent JSON in UTF-8: 0 reports, 0 titles, 0 merged
    ! report: «Printer» The report is about a device that is no computer or phone. → Leave it out; network devices and printers list no software.
    "##);
    assert_snapshot!(report(r#""action":"netdiscovery","content":{}"#), @r##"
    GLPI agent JSON in UTF-8: 0 reports, 0 titles, 0 merged
    ! report: «netdiscovery» The message is no inventory of a computer. → Import the agent's inventory; messages of network discovery list no software.
    "##);
}

#[test]
fn a_device_without_a_name_is_rejected_whole_unless_one_is_given() {
    let text = r#"{"deviceid":"","content":{"softwares":[{"name":"x"}]}}"#;
    assert_snapshot!(read(text), @r##"
    GLPI agent JSON in UTF-8: 0 reports, 0 titles, 0 merged
    ! device: «» The report does not name its device. → Give the device a name when importing, or set the host name on the device and run the agent again.
    "##);
    let file = read_inventory(text.as_bytes(), None, Some(" pc-7 ")).unwrap();
    assert_eq!(file.reports[0].device.name, "pc-7");
}

#[test]
fn titles_that_cannot_be_named_are_rejected_with_their_place() {
    let long = "x".repeat(513);
    let text = format!(
        r#"{{"deviceid":"a","content":{{"hardware":{{"name":"pc"}},"softwares":[{{"name":"{long}"}},{{"name":"y","version":"{long}"}}]}}}}"#
    );
    let file = read_inventory(text.as_bytes(), None, None).unwrap();
    assert_eq!(file.titles, 0);
    let problems: Vec<String> =
        file.rejects.iter().map(|reject| format!("{} {}", reject.place, reject.problem)).collect();
    assert_eq!(
        problems,
        [
            "content.softwares[0] The title has 513 characters; the limit is 512 characters.",
            "content.softwares[1] The version has 513 characters; the limit is 512 characters."
        ]
    );
}

#[test]
fn known_files_of_other_kinds_are_refused_with_advice() {
    let bytes = |bytes: &[u8], name: Option<&str>| {
        let refusal = read_inventory(bytes, name, None).unwrap_err();
        format!("{refusal} → {}", refusal.repair())
    };
    assert_snapshot!([
        bytes(b"PK\x03\x04rest", Some("estate.xlsx")),
        bytes(b"%PDF-1.7", None),
        bytes(b"a,b\n1,2\n", Some("estate.csv")),
        bytes(b"{\"a\":1}", Some("estate.json")),
        bytes(b"<a/>", Some("estate.xml")),
        bytes(b"hello", None),
        refusal(r#"{"spdxVersion":"SPDX-2.1"}"#),
        refusal("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.1\"/>"),
        refusal(r#"{"bomFormat":"CycloneDX","specVersion":"1.1","components":[]}"#),
        refusal(r#"{"bomFormat":"CycloneDX","specVersion":"2.0"}"#),
        refusal("product,metric,quantity\nx,device,1\n"),
    ].join("\n"), @r##"
    the file is an archive and no Excel workbook (.xlsx), which is not imported → Unpack it and import the files in it; save another kind of workbook as .xlsx.
    the file is a PDF document, which is not imported → Export the list as CSV instead.
    nothing in the file tells that it is an inventory → Head one column “device” and one “product”; the first line of the file must be the headers.
    nothing in the file tells that it is an inventory → Import JSON of a kind that docs/IMPORT.md lists, such as GLPI agent JSON (with “deviceid” and “content”) or CycloneDX (with “bomFormat”).
    nothing in the file tells that it is an inventory → Import XML of a kind that docs/IMPORT.md lists, such as FusionInventory XML, whose outermost element is REQUEST.
    nothing in the file tells that it is an inventory → Import a file of a kind that docs/IMPORT.md lists, such as GLPI agent JSON, FusionInventory XML, a bill of materials, a CSV of installations, or /var/lib/dpkg/status.
    the file is SPDX version 2.1, which is not read → Export the file as version 2.2, 2.3 or 3.0.
    the file is CycloneDX version 1.1, which is not read → Export the file as version 1.2 to 1.7.
    the file is CycloneDX version 1.1, which is not read → Export the file as version 1.2 to 1.7.
    the file is CycloneDX version 2.0, which is not read → Export the file as version 1.2 to 1.7.
    the file is a table of entitlements, which is not imported → Import it as entitlements (indult import entitlements).
    "##);
}
