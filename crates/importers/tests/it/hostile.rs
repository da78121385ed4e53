//! Files made to do harm, made here by code: each is refused with its limit or rejected piece by piece, and nothing panics.

use std::io::Write as _;
use std::time::{Duration, Instant};

use domain::money::Currency;
use flate2::Compression;
use flate2::write::GzEncoder;
use importers::{
    Layout, Mapping, Unreadable, detect, read_entitlements, read_inventory, read_publisher_statement, read_workbook,
};

const REPORT: &str = include_str!("../../fixtures/laptop.glpi.json");
const SERVER: &str = include_str!("../../fixtures/server.xml");
const BILL: &str = include_str!("../../fixtures/pump.cdx.json");
const INSTALLATIONS: &str = include_str!("../../fixtures/installations.csv");
const ENTITLEMENTS: &str = include_str!("../../fixtures/entitlements.csv");
const DPKG: &str = include_str!("../../fixtures/dpkg-status");

/// No file within the limits may take longer, in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

/// Large files are read in the one way under test; small ones in every way.
const SMALL: usize = 64 << 10;

fn refused(refusal: Unreadable) -> String {
    let repair = refusal.repair();
    assert!(repair.ends_with(['.', ')']) && repair.len() > 10, "a refusal says what to do: {refusal} {repair}");
    format!("refused: {refusal}")
}

/// What the inventory reader says of the bytes.
fn inventory(bytes: &[u8]) -> String {
    let file = match read_inventory(bytes, Some("hostile.json"), Some("pc")) {
        Ok(file) => file,
        Err(refusal) => return refused(refusal),
    };
    for reject in &file.rejects {
        assert!(!reject.place.is_empty() && !reject.problem.is_empty() && !reject.repair.is_empty());
        assert!(reject.found.chars().count() <= 1_000, "what was found is shortened");
    }
    for report in &file.reports {
        assert!(!report.device.name.is_empty());
        assert!(report.installations.is_sorted_by(|a, b| a.title < b.title), "each title once, in order");
    }
    let problems: Vec<&str> = file.rejects.iter().map(|reject| reject.problem.as_str()).collect();
    format!("read: {} reports, {} titles, rejects: {}", file.reports.len(), file.titles, problems.join(" "))
}

/// What the entitlement reader says of the bytes.
fn entitlements(bytes: &[u8]) -> String {
    read_entitlements(bytes, None, euro()).map_or_else(refused, |file| {
        let problems: Vec<&str> = file.rejects.iter().map(|reject| reject.problem.as_str()).collect();
        format!("read: {} rows, rejects: {}", file.rows.len(), problems.join(" "))
    })
}

/// What the reader of publishers' statements says of the bytes.
fn statement(bytes: &[u8]) -> String {
    read_publisher_statement(bytes, None, &Layout::default(), &read_workbook).map_or_else(refused, |file| {
        for reject in &file.rejects {
            assert!(!reject.place.is_empty() && !reject.problem.is_empty() && !reject.repair.is_empty());
            assert!(reject.found.chars().count() <= 1_000, "what was found is shortened");
        }
        let problems: Vec<&str> = file.rejects.iter().map(|reject| reject.problem.as_str()).collect();
        format!("read: {} rows, rejects: {}", file.rows.len(), problems.join(" "))
    })
}

#[track_caller]
fn check_reader(reader: fn(&[u8]) -> String, bytes: &[u8], expect: &str) {
    let started = Instant::now();
    let told = reader(bytes);
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
    assert!(told.contains(expect), "{told}");
    if bytes.len() < SMALL {
        let _ = (inventory(bytes), entitlements(bytes), statement(bytes), detect(bytes, None));
    }
}

/// The inventory reader says this.
#[track_caller]
fn check(bytes: impl AsRef<[u8]>, expect: &str) {
    check_reader(inventory, bytes.as_ref(), expect);
}

/// The entitlement reader says this.
#[track_caller]
fn check_entitlements(bytes: impl AsRef<[u8]>, expect: &str) {
    check_reader(entitlements, bytes.as_ref(), expect);
}

/// The reader of publishers' statements says this.
#[track_caller]
fn check_statement(bytes: impl AsRef<[u8]>, expect: &str) {
    check_reader(statement, bytes.as_ref(), expect);
}

#[test]
fn publishers_statements_are_refused_with_their_limit_or_rejected_row_by_row() {
    check_statement("", "refused: ");
    check_statement("<a/>", "XML and no table");
    check_statement("product,price\nDraw,1\n", "quantity");
    check_statement("product,quantity\nDraw,\"1\n", "quotation mark");
    check_statement("product,quantity,quantity\nDraw,1,2\n", "refused: ");
    check_statement("product,quantity\nDraw,-4\nDraw,1.5\nDraw,2000000000\nDraw,\n", "read: 0 rows");
    check_statement("product,quantity\nDraw,2000000000\n", "over the limit of 1,000,000,000");
    check_statement("product,quantity\nDr\u{202e}aw,1\n", "read: 0 rows");
    check_statement("product,quantity,valid until\nDraw,1,03/04/2026\n", "read: 0 rows");
    check_statement("product,quantity,from,until\nDraw,1,2026-02-01,2026-01-01\n", "ends before it starts");
    check_statement(format!("product,quantity\n{},1\n", "x".repeat(600)), "read: 0 rows");
    let many: String = (0..100_001).map(|number| format!("Draw {number},1\n")).collect();
    check_statement(
        format!("product,quantity\n{many}"),
        "rows of a publisher's statement is over the limit of 100,000",
    );
    let wrong: String = (0..10_001).map(|number| format!("Draw {number},many\n")).collect();
    check_statement(format!("product,quantity\n{wrong}"), "more than 10,000 pieces");
}

fn report(content: &str) -> String {
    format!(r#"{{"deviceid":"a-2026-01-01-00-00-00","content":{{{content}}}}}"#)
}

fn xml(content: &str) -> String {
    format!("<REQUEST><CONTENT><HARDWARE><NAME>pc</NAME></HARDWARE>{content}</CONTENT></REQUEST>")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_file_cut_off_anywhere_never_panics_and_json_and_xml_say_so() {
    for whole in [REPORT, SERVER, BILL, INSTALLATIONS, ENTITLEMENTS, DPKG] {
        let structured = whole.starts_with(['{', '<']);
        for fiftieth in 0..50 {
            let cut = &whole.trim_end().as_bytes()[..whole.trim_end().len() * fiftieth / 50];
            check(cut, if structured { "refused" } else { "" });
        }
        let packed = gzip(whole.as_bytes());
        for fiftieth in 1..50 {
            check(&packed[..packed.len() * fiftieth / 50], "refused");
        }
    }
    check(&REPORT.as_bytes()[..REPORT.len() / 2], "the JSON ends before it is complete");
    check(&SERVER.as_bytes()[..SERVER.len() / 2], "the XML ends before it is complete");
    check(&gzip(REPORT.as_bytes())[..300], "cut off or damaged");
}

#[test]
fn sizes_are_limited_before_anything_is_parsed() {
    check(vec![b' '; (25 << 20) + 1], "over the limit of 25 MiB");
    check(gzip(&vec![b' '; 60 << 20]), "over the limit of 50 MiB");
    check(gzip(&vec![b' '; 40 << 20]), "ratio of unpacked to packed size is over the limit of 100");
    check(gzip(&gzip(REPORT.as_bytes())), "packed twice");
    check(gzip(REPORT.as_bytes()), "read: 1 reports, 2 titles");
    check(b"\x1f\x8b\x08rubbish", "does not unpack");
    check("", "the file is empty");
    check(" \n\t ", "the file is empty");
    check(b"\xef\xbb\xbf", "the file is empty");
}

#[test]
fn nesting_is_limited() {
    check("[".repeat(100_000), "over the limit of 64 levels");
    check(report(&format!("\"x\":{}1{}", "[".repeat(100_000), "]".repeat(100_000))), "over the limit of 64 levels");
    check(report(&"\"x\":{".repeat(100_000)), "over the limit of 64 levels");
    check(xml(&"<A>".repeat(100_000)), "over the limit of 64 levels");
    let bill = |inside: &str| format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{inside}]}}"#);
    check(bill(&"{\"name\":\"x\",\"components\":[".repeat(50_000)), "over the limit of 64 levels");
    let nested = "{\"name\":\"x\",\"components\":[".repeat(30) + &"]}".repeat(30);
    check(bill(&nested), "read: 1 reports, 1 titles");
}

#[test]
fn breadth_is_limited() {
    let titles = |count: usize| {
        let titles: Vec<String> = (0..count).map(|number| format!("{{\"name\":\"t{number}\"}}")).collect();
        report(&format!("\"softwares\":[{}]", titles.join(",")))
    };
    check(titles(20_000), "read: 1 reports, 20000 titles");
    check(titles(20_001), "titles on one device is over the limit of 20,000 (content.softwares)");
    check(report(&format!("\"softwares\":[{}0]", "0,".repeat(30_000))), "over the limit of 20,000");
    check(report(&format!("\"softwares\":[{}0]", "0,".repeat(15_000))), "more than 10,000 pieces");
    check(report(&format!("\"softwares\":[{}0]", "{},".repeat(600_000))), "over the limit of 500,000");
    check(report(&format!("\"x\":[{}0]", "0,".repeat(5_100_000))), "over the limit of 5,000,000");
    check(xml(&"<SOFTWARES><NAME>x</NAME></SOFTWARES>".repeat(20_001)), "over the limit of 20,000");
    check(xml(&"<X/>".repeat(500_001)), "over the limit of 1,000,000");
    check(xml(&format!("{}<SOFTWARES/>", "<CPUS/>".repeat(2_000))), "number of processors of one device is over");
    let rows = |count: usize| (0..count).fold("device,product\n".to_owned(), |text, n| text + &format!("d{n},p\n"));
    check(rows(50_001), "number of devices in the file is over the limit of 50,000");
    check(format!("device,product\n{}", "d,p\n".repeat(1_000_001)), "number of titles in the file is over");
    check(format!("device,product{}\n", ",x".repeat(1_000)), "refused");
    check_entitlements(format!("product,metric,quantity{}\n", ",x".repeat(1_000)), "over the limit of 1,000 (line 1)");
    let rights =
        (0..100_001).fold("product,metric,quantity\n".to_owned(), |text, n| text + &format!("p{n},device,1\n"));
    check_entitlements(rights, "number of entitlement rows is over the limit of 100,000");
    check_entitlements(
        format!(
            "product,metric,quantity\n{}",
            (0..10_001).map(|n| format!("p{n},moon,1\n")).collect::<Vec<_>>().concat()
        ),
        "more than 10,000 pieces of the file could not be used; the first at line 2, column “metric”",
    );
}

#[test]
fn one_tag_with_60_000_attributes_is_refused_without_looking_at_them() {
    let attributes = (0..60_000).map(|number| format!(" a{number}=\"1\"")).collect::<Vec<_>>().concat();
    let started = Instant::now();
    check(xml(&format!("<SOFTWARES{attributes}/>")), "attributes of one XML tag is over the limit of 256");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let quoted = format!("<SOFTWARES a=\"{}\"><NAME>x</NAME></SOFTWARES>", "=".repeat(1_000));
    check(xml(&quoted), "read: 1 reports, 1 titles");
}

#[test]
fn document_types_and_entities_are_refused() {
    let laughs = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect::<Vec<_>>()
        .concat();
    check(format!("<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY l0 \"ha\">{laughs}]>{}", xml("&l9;")), "document type");
    let external = "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    check(format!("{external}{}", xml("<SOFTWARES><NAME>&x;</NAME></SOFTWARES>")), "document type");
    check(xml("<!DOCTYPE x>"), "document type");
    check(xml("<SOFTWARES><NAME>&x;</NAME></SOFTWARES>"), "the entity “x”");
    check(xml("<SOFTWARES><NAME>&#1114112;</NAME></SOFTWARES>"), "the entity “#1114112”");
    check(xml("<SOFTWARES><NAME>&#0;x</NAME></SOFTWARES>"), "refused");
    check(xml("<SOFTWARES><NAME>&#x202e;x</NAME></SOFTWARES>"), "U+202E");
    check(xml("<SOFTWARES><NAME>a & b</NAME></SOFTWARES>"), "not well-formed XML");
    check(xml("<SOFTWARES><NAME>a</SOFTWARES>"), "not well-formed XML");
    check(format!("{}<REQUEST></REQUEST>", xml("<SOFTWARES/>")), "not well-formed XML");
    check("<REQUEST", "the XML ends before it is complete");
    check("<![CDATA[", "refused");
}

#[test]
fn a_key_that_stands_twice_anywhere_refuses_the_file() {
    check(report(r#""softwares":[{"name":"cheap","name":"dear"}]"#), "“name” stands twice");
    check(report(r#""x":[{"y":{"z":1,"\u007a":2}}]"#), "“z” stands twice");
    check(r#"{"deviceid":"a","content":{},"content":{}}"#, "“content” stands twice");
    check(format!("{}{}", report("\"softwares\":[]"), r#"{"a":1,"a":2}"#), "“a” stands twice");
}

#[test]
fn numbers_out_of_range_are_refused_or_told_apart() {
    check(report("\"softwares\":[{\"name\":\"x\",\"version\":1e400}]"), "not well-formed JSON");
    check(report("\"softwares\":[{\"name\":\"x\",\"version\":1e300}]"), "read: 1 reports, 1 titles");
    for cores in ["-4", "1e9", "4.5", "99999999999999999999", "\"four\"", "65536", "0"] {
        check(report(&format!("\"softwares\":[],\"cpus\":[{{\"core\":{cores}}}]")), "This is no number of cores.");
    }
    for (cells, expect) in [
        ("device,-1,", "below zero"),
        ("device,0,", "The quantity is zero"),
        ("device,1e400,", "This is no number"),
        ("device,1e3,", "This is no number"),
        ("device,NaN,", "This is no number"),
        ("device,1.5,", "no whole number"),
        ("device,1000000001,", "over the limit of 1,000,000,000"),
        ("device,99999999999999999999999999999999,", "over the limit of 1,000,000,000"),
        ("device,1,-5", "below zero"),
        ("device,1,1e400", "This is no number"),
        ("device,1,1000000000001", "over the limit of 1,000,000,000,000"),
        ("device,1,0.00000000001", "more digits than can be kept"),
        ("device,1,5 dollars", "This is no number"),
        ("device,,5", "gives no quantity"),
        (",1,5", "names no metric"),
        ("=cmd|' /C calc'!A0,1,5", "no metric known here"),
    ] {
        check_entitlements(format!("product,metric,quantity,unit price\nx,{cells}\n"), expect);
    }
}

#[test]
fn values_of_another_kind_count_as_absent() {
    for content in [
        r#""hardware":7,"bios":[],"operatingsystem":"x","users":{"login":[]},"cpus":true,"softwares":{"name":"x"}"#,
        r#""hardware":{"name":["x"],"uuid":{}},"users":[null,1,"x",[]],"softwares":[{"name":"x","version":{"a":[1]}}]"#,
    ] {
        check(report(content), "read: 1 reports, 1 titles, rejects: ");
    }
    check(report("\"softwares\":null"), "no list of software");
    check(report("\"softwares\":\"x\""), "no list of software");
    check(r#"[{"deviceid":"a","content":3},null,[1],"x",1.5,true]"#, "read: 0 reports");
    check(r#"{"bomFormat":"CycloneDX","specVersion":1.5,"components":"x","metadata":[]}"#, "read: 1 reports, 0 titles");
    check(r#"{"bomFormat":["CycloneDX"],"specVersion":null}"#, "version (none stated)");
}

#[test]
fn quotation_marks_left_open_lose_no_row_silently() {
    let rows = "b,device,1\n".repeat(3);
    check_entitlements(
        format!("product,metric,quantity\n\"a,device,1\n{rows}"),
        "opens a cell on line 2 is never closed",
    );
    check_entitlements(
        format!("product,metric,quantity\n\"a,device,1\n{}", "b,device,1\n".repeat(10_000)),
        "A cell is over the limit of 64 KiB (line 2)",
    );
    check(format!("device,product\n\"pc,x\n{}", "pc,y\n".repeat(100)), "never closed");
    check_entitlements("\"", "never closed");
}

#[test]
fn text_in_the_wrong_encoding_is_refused_or_said_to_be_another() {
    check([REPORT.as_bytes(), b"\xff"].concat(), "neither UTF-8 nor UTF-16");
    check(REPORT.replace('Š', "\u{1}").replace('\u{1}', "?").into_bytes(), "read: 1 reports");
    check([&b"{\"deviceid\":\"\x80\""[..], &[0xc3, 0x28]].concat(), "byte 13 (counted from 0) does not belong");
    check([b"\xff\xfe".as_slice(), b"{\0\x00\xd8".as_slice()].concat(), "nor complete UTF-16");
    check(b"\xff\xfe\x7b", "UTF-16 text ends before it is complete");
    check(b"\xff\xfe\0\0a\0\0\0", "UTF-32");
    check(b"Package: x\nStatus: install ok installed\nVersion: \xe9\n", "neither UTF-8");
    check_entitlements(b"product,metric,quantity\ncaf\xe9,device,1\n", "read: 1 rows");
    check_entitlements(b"product,metric,quantity\nka\x8d,device,1\n", "nor UTF-16 or windows-1252");
    check(vec![0; 4_096], "refused");
    check((0..=255).collect::<Vec<u8>>(), "refused");
}

#[test]
fn names_that_read_differently_from_what_they_are_are_rejected() {
    for (name, expect) in
        [("a\\u0000b", "U+0000"), ("a\\u001bb", "U+001B"), ("a\\u202Eb", "U+202E"), ("a\\u2066b", "U+2066")]
    {
        check(report(&format!("\"softwares\":[{{\"name\":\"{name}\"}}]")), expect);
        check(report(&format!("\"hardware\":{{\"name\":\"{name}\"}},\"softwares\":[]")), "read: 0 reports");
        check(report(&format!("\"softwares\":[{{\"name\":\"x\",\"publisher\":\"{name}\"}}]")), expect);
    }
    check("device,product\npc,a\u{0}b\n", "U+0000");
    check("device,product\np\u{202e}c,a\n", "U+202E");
    check_entitlements("product,metric,quantity\na\u{0}b,device,1\n", "U+0000");
    check("Package: a\u{0}b\nStatus: install ok installed\n", "U+0000");
    // A lone surrogate is no character at all.
    check(report("\"softwares\":[{\"name\":\"\\ud800\"}]"), "refused");
    // Marks that right-to-left names need, and line ends of wrapped cells, stay.
    check(report("\"softwares\":[{\"name\":\"\u{5d0}\u{200f}1\"},{\"name\":\"a\\nb\"}]"), "2 titles, rejects: ");
}

#[test]
fn hostile_tables_stay_tables() {
    check_entitlements("product,metric,quantity\r\r\n\n\r,,\n", "read: 0 rows");
    check_entitlements(",,,\n", "the file is empty");
    check_entitlements("product,product,metric,quantity\n", "two columns");
    check("device,product,Product\n", "two columns");
    check("device,product\n,,,,,\npc\n", "names no product");
    check("device,product\npc,x,extra\n", "has 3 cells and the header 2");
    check("sep=;\ndevice;product\npc;x\n", "read: 1 reports, 1 titles");
    check("sep=", "refused");
    check_entitlements(
        "product,metric,quantity,starts on,ends on\nx,device,1,9999-12-31,0001-01-01\n",
        "ends before it starts",
    );
    check_entitlements("product,metric,quantity,notice days\nx,device,1,99999999999\n", "no number of days");
}

#[test]
fn a_mapping_never_panics_whatever_it_says() {
    for text in ["", "{", "{}", "name", "[[[[", "name = \"\\u0000\"", "\u{0}", "{\"name\":1e400}", "columns = 1"] {
        assert!(Mapping::parse(text).is_err(), "{text:?}");
    }
    assert!(Mapping::parse(&"[".repeat(60_000)).is_err());
    assert!(Mapping::parse(&format!("{{\"a\":{}", "[".repeat(60_000))).is_err());
    assert!(Mapping::parse(&"a.".repeat(30_000)).is_err());
    let empty = Mapping::parse("name = \"x\"\n[defaults]\nproduct = \"p\"\nmetric = \"device\"\nquantity = \"site\"\n")
        .unwrap();
    assert_eq!(read_entitlements(b"a,b\n1,2\n", Some(&empty), euro()).unwrap().rows.len(), 1);
}
