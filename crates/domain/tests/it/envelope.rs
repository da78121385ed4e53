//! The envelope: read back as it was sealed, and in no other form.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use domain::case::{CaseTerms, CaseWords};
use domain::command::{Actor, Via};
use domain::digest::Digest;
use domain::envelope::{self, ENTRY_BYTES_MAX, Header, SidePayload};
use domain::event::Event;
use domain::id::{AccountId, CaseId, PersonId, ProductId};
use domain::text::Text;

use proptest::prelude::*;

use crate::world::salt;

fn header() -> Header {
    Header {
        org: "indult/test".into(),
        seq: 7,
        command: "c1".to_owned(),
        part: (0, 1),
        version: 1,
        at: "2026-11-02T09:00:00Z".parse().unwrap(),
        actor: Actor::Person(PersonId(4), Via::Session(AccountId(4))),
        policy: Some(Digest::of(b"catalogue 1")),
    }
}

fn case_opened() -> Event {
    Event::CaseOpened {
        case: CaseId(1),
        requester: PersonId(4),
        terms: CaseTerms {
            category: "one-approver".to_owned(),
            product: ProductId(1),
            quantity: 30,
            environment: None,
            until: "2026-12-31".parse().unwrap(),
            beneficiary: None,
        },
        words: CaseWords {
            title: "More \"seats\" {\"$pd\":0}".into(),
            justification: "We grow:\n\t\u{1f680} \\ {\"$text\":\"x\"}".into(),
            answers: [("plan".to_owned(), Text::from("Buy.")), ("why".to_owned(), Text::from("{"))].into(),
        },
    }
}

fn sealed(event: &Event) -> (String, Vec<Option<SidePayload>>) {
    let mut count = 0;
    let sealed = envelope::seal(&header(), event, &mut || {
        count += 1;
        salt(count)
    })
    .unwrap();
    (String::from_utf8(sealed.bytes).unwrap(), sealed.side.into_iter().map(Some).collect())
}

fn refusal(bytes: &str, side: &[Option<SidePayload>]) -> String {
    envelope::open(bytes.as_bytes(), side).unwrap_err().to_string()
}

#[test]
fn an_entry_comes_back_as_it_was_sealed_whatever_its_texts_say() {
    let event = case_opened();
    let (bytes, side) = sealed(&event);
    assert!(!bytes.contains("seats") && !bytes.contains("$text"));
    let (read, recorded) = envelope::open(bytes.as_bytes(), &side).unwrap();
    assert_eq!((read, recorded.event), (header(), event));
    let skimmed = envelope::skim(bytes.as_bytes()).unwrap();
    assert_eq!((skimmed.seq, skimmed.stream.as_ref(), skimmed.kind.as_ref()), (7, "case/EXC-1", "case-opened"));
    assert_eq!(skimmed.pd.len(), 4);
}

#[test]
fn an_erased_text_comes_back_as_erased_and_the_rest_as_it_was() {
    let (bytes, mut side) = sealed(&case_opened());
    side[2] = None;
    let (_, recorded) = envelope::open(bytes.as_bytes(), &side).unwrap();
    let Event::CaseOpened { words, .. } = recorded.event else { panic!("another event") };
    // Commitments are in the order of the body's keys: answers, justification, title.
    assert_eq!(words.justification, Text::Erased);
    assert_eq!(words.title.open(), Some("More \"seats\" {\"$pd\":0}"));
    assert_eq!(words.answers["plan"].open(), Some("Buy."));
}

#[test]
fn a_text_that_was_erased_before_it_was_sealed_stays_so() {
    let event = Event::CommentMade { case: CaseId(1), wording: Text::Erased };
    let (bytes, side) = sealed(&event);
    assert!(bytes.contains(r#""wording":{"$pd":null}"#) && side.is_empty());
    assert_eq!(envelope::open(bytes.as_bytes(), &side).unwrap().1.event, event);
}

#[test]
fn another_text_or_salt_is_not_what_was_committed_to() {
    let (bytes, side) = sealed(&case_opened());
    for index in 0..side.len() {
        let mut other = side.clone();
        other[index].as_mut().unwrap().payload.push(b'!');
        assert_eq!(refusal(&bytes, &other), format!("text {index} is not the one that the entry commits to"));
        let mut other = side.clone();
        other[index].as_mut().unwrap().salt[31] ^= 1;
        assert_eq!(refusal(&bytes, &other), format!("text {index} is not the one that the entry commits to"));
    }
    assert_eq!(
        refusal(&bytes, &side[1..]),
        "the entry contradicts itself: it commits to another number of texts than are kept"
    );
}

#[test]
fn there_is_no_second_way_to_write_an_entry() {
    let (bytes, side) = sealed(&case_opened());
    let changed = |from: &str, to: &str| {
        assert!(bytes.contains(from), "{from} is not in {bytes}");
        refusal(&bytes.replacen(from, to, 1), &side)
    };
    // White space, order, repetition, unknown members.
    changed("{\"actor\"", "{ \"actor\"");
    changed("\"part\":[0,1]", "\"part\":[0, 1]");
    changed(",\"seq\":7", ",\"seq\":7,\"seq\":7");
    changed(",\"ver\":1", ",\"ver\":1,\"zzz\":1");
    changed("\"v\":1,\"ver\":1", "\"ver\":1,\"v\":1");
    changed("\"case\":\"EXC-1\"", "\"case\": \"EXC-1\"");
    changed("\"quantity\":30", "\"quantity\":30,\"quantity\":30");
    changed("\"quantity\":30", "\"quantity\":30,\"colour\":\"red\"");
    changed("\"plan\":{\"$pd\":0}", "\"plan\":{\"$pd\":0},\"plan\":{\"$pd\":0}");
    // Other spellings of the same value.
    changed("\"quantity\":30", "\"quantity\":30.0");
    changed("\"quantity\":30", "\"quantity\":3e1");
    changed("\"quantity\":30", "\"quantity\":\"30\"");
    changed("\"seq\":7", "\"seq\":07");
    changed("PRD-1", "prd-1");
    changed("PRD-1", " PRD-1");
    changed("2026-12-31", "20261231");
    changed("T09:00:00Z", "t09:00:00Z");
    changed("T09:00:00Z", "T09:00:00z");
    changed("T09:00:00Z", " 09:00:00Z");
    changed("T09:00:00Z", "T09:00:00.0Z");
    changed("T09:00:00Z", "T10:00:00+01:00");
    changed("one-approver", "one\\u002dapprover");
    changed("one-approver", "one\\u002Dapprover");
    changed("session/ACC-4", "session/acc-4");
    changed("session/ACC-4", "operator");
    changed("\"actor\":\"PER-4\"", "\"actor\":\"PER-04\"");
    // Texts: open, out of order, beyond the commitments, erased without a word.
    changed("{\"$pd\":0}", "{\"$text\":\"Buy.\"}");
    changed("{\"$pd\":0}", "{\"$pd\":1}");
    changed("{\"$pd\":3}", "{\"$pd\":4}");
    changed("{\"$pd\":3}", "{\"$pd\":null}");
    // What contradicts the event.
    changed("\"stream\":\"case/EXC-1\"", "\"stream\":\"case/EXC-2\"");
    changed("\"type\":\"case-opened\"", "\"type\":\"case-closed\"");
    changed("\"v\":1,", "\"v\":2,");
    changed("\"cmd\":", &format!("\"att\":[\"{}\"],\"cmd\":", Digest::of(b"")));
    assert!(envelope::open(format!("{bytes} ").as_bytes(), &side).is_err());
    assert!(envelope::open(&bytes.as_bytes()[..bytes.len() - 1], &side).is_err());
    assert!(envelope::open(b"", &[]).is_err());
    assert!(envelope::open(&[0xff, 0xfe], &[]).is_err());
}

#[test]
fn an_event_that_does_not_fit_an_entry_is_refused_with_its_length() {
    let event = Event::AgreementRecorded {
        agreement: domain::id::AgreementId(1),
        party: domain::id::PartyId(1),
        terms: domain::agreement::AgreementTerms {
            direction: domain::party::Direction::Inbound,
            reference: "MSA-1".to_owned(),
            starts_on: None,
            ends_on: None,
            notice_days: None,
            compliant_by_contract: false,
            clauses: vec![domain::agreement::Clause {
                mark: "1".to_owned(),
                heading: "All".to_owned(),
                wording: "\u{4e2d}".repeat(ENTRY_BYTES_MAX / 3),
            }],
        },
        import: None,
    };
    let refused = envelope::seal(&header(), &event, &mut || [0; 32]).unwrap_err();
    assert!(refused.bytes > ENTRY_BYTES_MAX);
    assert!(refused.to_string().contains("attach the long part as a file"));
}

#[test]
fn an_import_of_the_most_files_fits_an_entry() {
    let file = |number: u64| domain::import::ImportedFile {
        name: format!("inventory-{number}.json").into(),
        digest: Digest::of(&number.to_be_bytes()),
        bytes: 12_345_678,
        format: "FusionInventory XML".to_owned(),
    };
    let event = Event::Imported {
        import: domain::id::ImportId(123_456),
        source: "\u{4e2d}".repeat(200),
        files: (0..200).map(file).collect(),
        brought: domain::import::Brought::Inventory {
            reports: 1 << 50,
            installations: 1 << 50,
            rejected: 1 << 50,
            merged: 1 << 50,
            reports_digest: Digest::of(b"reports"),
        },
    };
    let (bytes, side) = sealed(&event);
    assert!(bytes.len() <= ENTRY_BYTES_MAX);
    assert_eq!(side.len(), 200);
}

#[test]
fn a_commitment_is_the_documented_hash() {
    use sha2::Digest as _;
    let side = SidePayload { salt: salt(1), payload: b"ana".to_vec() };
    let mut bytes = b"indult/pd/v1\n".to_vec();
    bytes.extend(side.salt);
    bytes.extend([0, 0, 0, 0, 0, 0, 0, 3]);
    bytes.extend(b"ana");
    let by_hand: [u8; 32] = sha2::Sha256::digest(&bytes).into();
    assert_eq!(envelope::commitment(&side).0, by_hand);
}

proptest! {
    /// What is sealed can be opened: no text, name or number makes an entry that nobody can read.
    #[test]
    fn whatever_is_sealed_can_be_opened(
        open in "\\PC*|[\\x00-\\x7f]*|(\\{\"\\$(pd|text)\":[0-9]\\}|.)*",
        sealed_text in any::<String>(),
        amount in 0_i64..=i64::MAX,
        scale in 0_u32..=8,
        days in -700_000_i32..2_900_000,
    ) {
        let day = jiff::civil::date(2000, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let terms = domain::agreement::AgreementTerms {
            direction: domain::party::Direction::Inbound,
            reference: open.clone(),
            starts_on: Some(day),
            ends_on: None,
            notice_days: None,
            compliant_by_contract: false,
            clauses: vec![domain::agreement::Clause { mark: open.clone(), heading: open.clone(), wording: open.clone() }],
        };
        let right = domain::entitlement::Right {
            metric: domain::entitlement::Metric::Device,
            quantity: domain::entitlement::Quantity::Units(1),
            starts_on: Some(day),
            ends_on: None,
            exempt_environments: Vec::new(),
            secondary_use: false,
            unit_price: Some(domain::money::Money {
                amount: domain::Decimal::new(amount, scale),
                currency: "EUR".parse().unwrap(),
            }),
            use_rights: domain::entitlement::UseRights::default(),
        };
        let events = [
            Event::AgreementAmended { agreement: domain::id::AgreementId(1), terms },
            Event::EntitlementRecorded {
                entitlement: domain::id::EntitlementId(1),
                product: ProductId(1),
                right,
                agreement: None,
                purchase_reference: Some(open),
                import: None,
            },
            Event::CommentMade { case: CaseId(1), wording: sealed_text.into() },
        ];
        for event in events {
            let (bytes, side) = sealed(&event);
            let (read, recorded) = envelope::open(bytes.as_bytes(), &side).unwrap();
            prop_assert_eq!((read, recorded.event), (header(), event));
        }
    }
}
