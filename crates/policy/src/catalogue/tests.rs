//! Tests of reading catalogues: the shipped one, and every finding.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use insta::assert_snapshot;

use super::*;
use crate::shipped;

const PLAIN: &str = r#"
key = "more-than-owned"
title = "Use more than owned"
scope = "For a while."
days_max = 90
decision_days = 5
decided_by = [{ role = "finance", count = 1 }, { role = "approver", count = 2 }]

[[fields]]
key = "plan"
label = "What is the plan?"
"#;

fn file(name: &str, text: &str) -> CatalogueFile {
    CatalogueFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// The findings on `files`, a line each.
fn findings(files: &[CatalogueFile]) -> String {
    let findings = read(files).expect_err("a catalogue with findings");
    findings.iter().map(|finding| format!("{finding}\n")).collect::<Vec<_>>().concat()
}

/// The findings on the plain file after one replacement, which must apply.
fn findings_with(from: &str, to: &str) -> String {
    assert!(PLAIN.contains(from), "the plain file has no {from}");
    findings(&[file("plain.toml", &PLAIN.replace(from, to))])
}

#[test]
fn a_plain_file_is_read_as_it_stands() {
    let read = read(&[file("plain.toml", PLAIN)]).unwrap();
    assert_snapshot!(format!("{:#?}", read.categories), @r#"
    [
        Category {
            key: "more-than-owned",
            title: "Use more than owned",
            scope: "For a while.",
            days_max: 90,
            quantity_max: None,
            fields: [
                Field {
                    key: "plan",
                    label: "What is the plan?",
                    help: "",
                    required: false,
                },
            ],
            decided_by: [
                Seats {
                    role: Finance,
                    count: 1,
                },
                Seats {
                    role: Approver,
                    count: 2,
                },
            ],
            decision_days: 5,
        },
    ]
    "#);
}

#[test]
fn the_shipped_catalogue_has_no_findings() {
    let read = read(&shipped()).unwrap();
    let lines = read.categories.iter().map(|category| {
        let seats = category.decided_by.iter().map(|seats| format!("{} {}", seats.count, seats.role.name()));
        let seats = seats.collect::<Vec<_>>().join(" + ");
        format!("{}: {} d, {} questions, {seats}\n", category.key, category.days_max, category.fields.len())
    });
    assert_snapshot!(lines.collect::<Vec<_>>().concat(), @"
    exceed-entitlement: 180 d, 4 questions, 1 finance + 1 approver
    open-source-component: 730 d, 5 questions, 1 legal + 1 approver
    outside-scope: 365 d, 4 questions, 1 legal + 1 approver
    ");
}

#[test]
fn every_file_of_the_folder_is_shipped() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue");
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, shipped().into_iter().map(|file| file.name).collect::<Vec<_>>());
}

#[test]
fn the_digest_is_what_sha256sum_gives_over_its_own_listing() {
    // Made with: printf 'a' >b.toml; printf 'b' >a.toml; LC_ALL=C sha256sum *.toml | sha256sum
    let files = [file("b.toml", "a"), file("a.toml", "b")];
    assert_snapshot!(digest(&files), @"d30e08f151b318f0a74e7b41f209a3e81321e1ebc1bfe85b931d91f7d328fe6c");
}

#[test]
fn the_digest_depends_on_names_and_bytes_and_not_on_the_order_given() {
    let (a, b) = (file("a.toml", "one"), file("b.toml", "two"));
    let whole = digest(&[a.clone(), b.clone()]);
    assert_eq!(whole, digest(&[b.clone(), a.clone()]));
    assert_ne!(whole, digest(&[file("a.toml", "two"), file("b.toml", "one")]));
    assert_ne!(whole, digest(&[a, file("c.toml", "two")]));
    assert_ne!(whole, digest(&[b]));
}

#[test]
fn keys_that_are_not_known_are_refused_wherever_they_stand() {
    assert_snapshot!(findings_with("days_max = 90", "days_max = 90\ndays_min = 1"), @"plain.toml: line 6, days_min: nothing is called so here; remove it, or use one of: key, title, scope, days_max, quantity_max, decision_days, decided_by, fields");
    assert_snapshot!(findings_with("count = 2", "count = 2, group = \"board\""), @"plain.toml: line 7, decided_by[1].group: nothing is called so here; remove it, or use one of: role, count");
    assert_snapshot!(findings_with("label =", "hint = \"h\"\nlabel ="), @"plain.toml: line 11, fields[0].hint: nothing is called so here; remove it, or use one of: key, label, help, required");
}

#[test]
fn a_missing_key_is_named() {
    assert_snapshot!(findings(&[file("empty.toml", "")]), @r#"
    empty.toml: line 1, key: it is missing; add `key = …`
    empty.toml: line 1, title: it is missing; add `title = …`
    empty.toml: line 1, scope: it is missing; add `scope = …`
    empty.toml: line 1, days_max: it is missing; add `days_max = …`
    empty.toml: line 1, decision_days: it is missing; add `decision_days = …`
    empty.toml: line 1, decided_by: nobody decides; add `decided_by = [{ role = "approver", count = 1 }]` with at least one role
    "#);
    assert_snapshot!(findings_with("label = \"What is the plan?\"", ""), @"plain.toml: line 9, fields[0].label: it is missing; add `label = …`");
}

#[test]
fn a_key_given_twice_is_refused() {
    assert_snapshot!(findings_with("days_max = 90", "days_max = 90\ndays_max = 91"), @"plain.toml: line 6: from here on it is not TOML; check its quotation marks and brackets, and that each key stands once");
    assert_snapshot!(findings_with("label = \"What is the plan?\"", "label = \"A\"\n[[fields]]\nkey = \"plan\"\nlabel = \"B\""), @"plain.toml: line 13, fields[1].key: two questions have this key; rename one of them");
    assert_snapshot!(findings(&[file("one.toml", PLAIN), file("two.toml", PLAIN)]), @"two.toml: key: one.toml has the key “more-than-owned” too; rename one of them, or remove one of the files");
}

#[test]
fn nothing_is_decided_by_nobody() {
    let seats = r#"[{ role = "finance", count = 1 }, { role = "approver", count = 2 }]"#;
    assert_snapshot!(findings_with(seats, "[]"), @r#"plain.toml: line 7, decided_by: nobody decides; add `decided_by = [{ role = "approver", count = 1 }]` with at least one role"#);
    assert_snapshot!(findings_with("count = 2", "count = 0"), @"plain.toml: line 7, decided_by[1].count: 0 is too little; write a whole number from 1 to 20");
    assert_snapshot!(findings_with("count = 2", "count = -1"), @"plain.toml: line 7, decided_by[1].count: -1 is too little; write a whole number from 1 to 20");
    assert_snapshot!(findings_with("count = 2", "count = 21"), @"plain.toml: line 7, decided_by[1].count: 21 is too much; write a whole number from 1 to 20");
}

#[test]
fn who_asks_audits_or_administers_decides_nothing() {
    assert_snapshot!(findings_with("finance", "requester"), @"plain.toml: line 7, decided_by[0].role: the role requester decides nothing; use one of: approver, sam_manager, procurement, finance, legal");
    assert_snapshot!(findings_with("finance", "auditor"), @"plain.toml: line 7, decided_by[0].role: the role auditor decides nothing; use one of: approver, sam_manager, procurement, finance, legal");
    assert_snapshot!(findings_with("finance", "administrator"), @"plain.toml: line 7, decided_by[0].role: the role administrator decides nothing; use one of: approver, sam_manager, procurement, finance, legal");
    assert_snapshot!(findings_with("finance", "board"), @"plain.toml: line 7, decided_by[0].role: there is no role “board”; use one of: approver, sam_manager, procurement, finance, legal");
    assert_snapshot!(findings_with("finance", "approver"), @"plain.toml: line 7, decided_by[1]: its role is named twice; name each role once, with the sum as count");
}

#[test]
fn numbers_stay_within_their_limits() {
    assert_snapshot!(findings_with("days_max = 90", "days_max = 0"), @"plain.toml: line 5, days_max: 0 is too little; write a whole number from 1 to 1825");
    assert_snapshot!(findings_with("days_max = 90", "days_max = 1826"), @"plain.toml: line 5, days_max: 1826 is too much; write a whole number from 1 to 1825");
    assert_snapshot!(findings_with("days_max = 90", "days_max = \"90\""), @"plain.toml: line 5, days_max: it is not a whole number; write a whole number from 1 to 1825");
    assert_snapshot!(findings_with("days_max = 90", "days_max = 90\nquantity_max = 0"), @"plain.toml: line 6, quantity_max: 0 is too little; write a whole number from 1 to 1000000000");
    assert_snapshot!(findings_with("days_max = 90", "days_max = 90\nquantity_max = 99999999999999999999999"), @"plain.toml: line 6, quantity_max: 99999999999999999999999 is too much; write a whole number from 1 to 1000000000");
    assert_snapshot!(findings_with("decision_days = 5", "decision_days = 91"), @"plain.toml: line 6, decision_days: 91 is too much; write a whole number from 1 to 90");
    for fits in ["days_max = 1", "days_max = 1825", "days_max = 90\nquantity_max = 1"] {
        assert!(read(&[file("plain.toml", &PLAIN.replace("days_max = 90", fits))]).is_ok(), "{fits}");
    }
}

#[test]
fn keys_have_one_shape() {
    for key in ["", "More", "more_than", "7-up", "-more", "mor\u{e9}", &"k".repeat(41)] {
        assert!(findings_with("more-than-owned", key).contains("line 2, key: "), "{key}");
    }
    assert_snapshot!(findings_with("more-than-owned", "More than owned"), @"plain.toml: line 2, key: “More than owned” is not a key; begin with a lower-case letter and use lower-case letters, digits and `-`");
    assert_snapshot!(findings_with("\"plan\"", "\"the-plan\""), @"plain.toml: line 10, fields[0].key: “the-plan” is not a key; begin with a lower-case letter and use lower-case letters, digits and `_`");
}

#[test]
fn texts_stay_within_their_limits_and_can_be_shown() {
    assert_snapshot!(findings_with("Use more than owned", &"w".repeat(81)), @"plain.toml: line 3, title: it has 81 characters and 80 are allowed; shorten it");
    assert_snapshot!(findings_with("For a while.", &"w".repeat(2_001)), @"plain.toml: line 4, scope: it has 2001 characters and 2000 are allowed; shorten it");
    assert_snapshot!(findings_with("For a while.", "   "), @"plain.toml: line 4, scope: it is empty; write something that tells people what is meant");
    assert_snapshot!(findings_with("For a while.", "\\u0007"), @"plain.toml: line 4, scope: it has characters that cannot be shown; remove the control characters");
    assert_snapshot!(findings_with("Use more than owned", "Use\\nmore"), @"plain.toml: line 3, title: it has characters that cannot be shown; write it on one line");
    assert_snapshot!(findings_with("title = \"Use more than owned\"", "title = 7"), @"plain.toml: line 3, title: it is not a text; put it in quotation marks");
    assert!(read(&[file("plain.toml", &PLAIN.replace("For a while.", &"\u{e9}".repeat(2_000)))]).is_ok());
}

#[test]
fn lists_and_flags_have_their_types() {
    assert_snapshot!(findings_with("label =", "required = \"yes\"\nlabel ="), @"plain.toml: line 11, fields[0].required: it is neither true nor false; write true or false");
    assert_snapshot!(findings_with("[[fields]]", "[fields]"), @"plain.toml: line 9, fields: it is not a list; write `[[fields]]` before each of them");
    assert_snapshot!(findings_with("[{ role = \"finance\", count = 1 },", "[7,"), @"plain.toml: line 7, decided_by[0]: it is not a table; write `{ … }` with its keys");
    let question = "\n[[fields]]\nkey = \"kN\"\nlabel = \"L\"\n";
    let many: String = (0..20).map(|n| question.replace('N', &n.to_string())).collect();
    assert_snapshot!(findings(&[file("plain.toml", &format!("{PLAIN}{many}"))]), @"plain.toml: line 9, fields: there are 21 questions and 20 are allowed; ask what the deciders need, not more");
}

#[test]
fn files_that_are_no_toml_are_refused_with_their_line() {
    assert_snapshot!(findings(&[file("broken.toml", "key = \"a\"\ntitle = \n")]), @"broken.toml: line 2: from here on it is not TOML; check its quotation marks and brackets, and that each key stands once");
    assert_snapshot!(findings(&[CatalogueFile { name: "latin.toml".to_owned(), bytes: vec![0xe9] }]), @"latin.toml: the file is not UTF-8 text; save it as UTF-8");
    assert_snapshot!(findings(&[file("large.toml", &" ".repeat(65_537))]), @"large.toml: the file has 65537 bytes and 65536 are allowed; shorten its texts");
    assert!(findings(&[file("deep.toml", &format!("key = {}", "[".repeat(60_000)))]).starts_with("deep.toml"));
}

#[test]
fn a_catalogue_has_at_least_one_file_and_only_plain_names() {
    assert_snapshot!(findings(&[]), @"there is no category; add a .toml file with one");
    for name in ["Plain.toml", "plain.yaml", ".toml", "-a.toml", "a/b.toml", "../a.toml", "a b.toml", "a\nb.toml"] {
        assert!(findings(&[file(name, PLAIN)]).contains("the file's name does not fit"), "{name}");
    }
    assert_snapshot!(findings(&[file("a.toml", PLAIN), file("a.toml", PLAIN)]), @"
    a.toml: the file is there twice; keep one of them
    a.toml: key: a.toml has the key “more-than-owned” too; rename one of them, or remove one of the files
    ");
    let many: Vec<_> =
        (0..65).map(|n| file(&format!("f{n}.toml"), &PLAIN.replace("more-than", &format!("k{n}")))).collect();
    assert_snapshot!(findings(&many), @"there are 65 files and 64 are allowed; join categories that differ only in words");
}

#[test]
fn a_catalogue_that_no_entry_could_carry_is_refused() {
    let long = PLAIN.replace("For a while.", &"w".repeat(2_000));
    let files = |count| (0..count).map(|n| file(&format!("f{n}.toml"), &long.replace("more-than", &format!("k{n}"))));
    assert!(read(&files(26).collect::<Vec<_>>()).is_ok());
    assert_snapshot!(findings(&files(27).collect::<Vec<_>>()), @"the catalogue takes 60417 bytes on the ledger and 60000 are allowed; shorten scopes and help");
}

#[test]
fn all_findings_are_given_at_once() {
    let text = PLAIN.replace("days_max = 90", "days_max = 0").replace("finance", "auditor").replace("plan", "the plan");
    assert_eq!(findings(&[file("a.toml", &text), file("b.toml", "key = 1")]).lines().count(), 9);
}
