//! The format of every kind of entry, byte by byte: old entries decode for ever, so none of these may change.
//!
//! A new kind of event gets a new snapshot; a snapshot that differs means that the format was broken.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use domain::agreement::{AgreementTerms, Clause, RenewalChoice};
use domain::case::{Ballot, CaseTerms, CaseWords, Condition, Outcome, SeatMove};
use domain::command::{Actor, Via};
use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity, Right};
use domain::envelope::{self, Header};
use domain::event::Event;
use domain::evidence::Evidence;
use domain::id::{
    AccountId, AgreementId, CaseId, DelegationId, EntitlementId, ImportId, PartyId, PersonId, ProductId, SourceId,
    TitleMatchId, TokenId,
};
use domain::import::{Brought, ImportedFile, Leaver, TableKind};
use domain::money::Money;
use domain::observation::Environment;
use domain::organisation::Organisation;
use domain::party::Direction;
use domain::person::{Role, Scope, SetUpLink};
use domain::product::TitlePattern;
use domain::source::{Approval, DeliveredDevice, DeviceMark};
use domain::witness::Witness;

use crate::world::{Entry, categories, salt};

fn terms() -> CaseTerms {
    CaseTerms {
        category: "exceed-entitlement".to_owned(),
        product: ProductId(7),
        quantity: 30,
        environment: Some(Environment::DisasterRecovery),
        until: "2026-12-31".parse().unwrap(),
        beneficiary: Some(PersonId(5)),
    }
}

fn words() -> CaseWords {
    CaseWords {
        title: "More seats".into(),
        justification: "We grow.".into(),
        answers: [("plan".to_owned(), "Buy.".into())].into(),
    }
}

fn right() -> Right {
    Right {
        metric: Metric::NamedUser,
        quantity: Quantity::Units(250),
        starts_on: Some("2026-01-01".parse().unwrap()),
        ends_on: Some("2026-12-31".parse().unwrap()),
        exempt_environments: vec![Environment::Test, Environment::Development],
        secondary_use: true,
        unit_price: Some(Money { amount: "345.00".parse().unwrap(), currency: "EUR".parse().unwrap() }),
    }
}

fn people_events() -> Vec<Event> {
    let person = PersonId(4);
    let account = AccountId(9);
    let at = "2026-11-03T09:00:00Z".parse().unwrap();
    vec![
        Event::OrganisationFounded {
            organisation: Organisation {
                name: "Acme \u{17d}i\u{17e}kov".to_owned(),
                currency: "EUR".parse().unwrap(),
                zone: "Europe/Prague".parse().unwrap(),
                sample: true,
            },
        },
        Event::PersonAdded {
            person,
            name: "ana".into(),
            email: "ana@acme.example".into(),
            roles: Role::ALL.into_iter().collect(),
        },
        Event::RolesSet { person, roles: BTreeSet::new() },
        Event::PersonDeactivated { person },
        Event::PersonReactivated { person },
        Event::DataErased { person, entries: vec![1, 2, 40], legal_basis: "GDPR Art. 17".to_owned() },
        Event::AccountOpened { account, person, login: "ana".into() },
        Event::SetUpLinkIssued { account, link: SetUpLink { digest: Digest::of(b"link"), expires_at: at } },
        Event::PasswordSet { account, verifier: "$argon2id$v=19".into() },
        Event::SessionOpened { account, digest: Digest::of(b"session"), expires_at: at, by_link: true },
        Event::SessionClosed { account, digest: Digest::of(b"session") },
        Event::TokenIssued {
            token: TokenId(3),
            person,
            label: "for the build".into(),
            scopes: [Scope::Read, Scope::Check, Scope::Report, Scope::Write].into(),
            digest: Digest::of(b"token"),
            expires_at: Some("2027-01-01T00:00:00.5Z".parse().unwrap()),
        },
        Event::TokenRevoked { token: TokenId(3) },
        Event::Delegated {
            delegation: DelegationId(2),
            from: person,
            to: PersonId(5),
            starts_on: "2026-11-02".parse().unwrap(),
            ends_on: "2026-11-30".parse().unwrap(),
        },
        Event::DelegationEnded { delegation: DelegationId(2) },
        Event::WitnessAdded {
            witness: Witness {
                name: "witness.example/w1".to_owned(),
                url: "https://witness.example".to_owned(),
                verifier_key: "witness.example/w1+0123abcd+BA==".to_owned(),
            },
        },
        Event::WitnessRemoved { name: "witness.example/w1".to_owned() },
    ]
}

#[expect(clippy::too_many_lines, reason = "one sample after the other")]
fn software_events() -> Vec<Event> {
    let import = Some(ImportId(6));
    let agreement_terms = AgreementTerms {
        direction: Direction::Inbound,
        reference: "MSA-1".to_owned(),
        starts_on: Some("2026-01-01".parse().unwrap()),
        ends_on: Some("2027-06-30".parse().unwrap()),
        notice_days: Some(90),
        clauses: vec![Clause {
            mark: "4.2".to_owned(),
            heading: "Audit".to_owned(),
            wording: "Once a year,\n\"with notice\" \\ \t.".to_owned(),
        }],
    };
    let open_terms = AgreementTerms {
        direction: Direction::Outbound,
        reference: "OUT-1".to_owned(),
        starts_on: None,
        ends_on: None,
        notice_days: None,
        clauses: Vec::new(),
    };
    let open_right = Right {
        metric: Metric::Installation,
        quantity: Quantity::Unlimited,
        starts_on: None,
        ends_on: None,
        exempt_environments: Vec::new(),
        secondary_use: false,
        unit_price: None,
    };
    vec![
        Event::PartyAdded { party: PartyId(2), name: "Northwind".to_owned(), import },
        Event::AgreementRecorded { agreement: AgreementId(3), party: PartyId(2), terms: agreement_terms, import },
        Event::AgreementAmended { agreement: AgreementId(3), terms: open_terms },
        Event::ProductAdded {
            product: ProductId(7),
            name: "Vectra".to_owned(),
            publisher: Some(PartyId(2)),
            metric: Metric::Device,
            import: None,
        },
        Event::ProductMetricSet { product: ProductId(7), metric: Metric::NamedUser },
        Event::TitleMatched {
            title_match: TitleMatchId(8),
            pattern: TitlePattern { name: "Vectra*".to_owned(), publisher: Some("Northwind".to_owned()) },
            product: Some(ProductId(7)),
        },
        Event::TitleUnmatched { title_match: TitleMatchId(8) },
        Event::EntitlementRecorded {
            entitlement: EntitlementId(11),
            product: ProductId(7),
            right: right(),
            agreement: Some(AgreementId(3)),
            purchase_reference: Some("PO-1234".to_owned()),
            import,
        },
        Event::EntitlementRecorded {
            entitlement: EntitlementId(12),
            product: ProductId(7),
            right: open_right,
            agreement: None,
            purchase_reference: None,
            import: None,
        },
        Event::EntitlementRetired {
            entitlement: EntitlementId(11),
            retired_on: "2026-11-30".parse().unwrap(),
            reason: "Sold.".into(),
        },
        Event::Imported {
            import: ImportId(6),
            source: "HR".to_owned(),
            files: vec![ImportedFile {
                name: "laptop-of-ana.json".into(),
                digest: Digest::of(b"file"),
                bytes: 1_234_567,
                format: "GLPI agent JSON".to_owned(),
            }],
            brought: Brought::Inventory {
                reports: 1,
                installations: 3_000,
                rejected: 2,
                merged: 1,
                reports_digest: Digest::of(b"reports"),
            },
        },
        Event::Imported {
            import: ImportId(7),
            source: "csv".to_owned(),
            files: Vec::new(),
            brought: Brought::Entitlements { rows: 12, rejected: 1, merged: 0 },
        },
        Event::ImportUndone { import: ImportId(6) },
    ]
}

fn source_events() -> Vec<Event> {
    let source = SourceId(2);
    let device: DeviceMark = "0f6e2d4c8b1a397550c3d2e1f4a5b697".parse().unwrap();
    vec![
        Event::SourceOpened {
            source,
            name: "Workstations".to_owned(),
            token: TokenId(5),
            approval: Approval::HoldUnknown,
            interval_hours: 24,
        },
        Event::SourceChanged { source, approval: Approval::AcceptAll, interval_hours: 12 },
        Event::SourceTokenRenewed { source, token: TokenId(6) },
        Event::DeviceApproved { source, device },
        Event::DeviceRejected { source, device },
        Event::ReportsReceived {
            source,
            delivery: ImportId(8),
            devices: vec![
                DeliveredDevice { device, report: Some(Digest::of(b"report")) },
                DeliveredDevice { device, report: None },
            ],
            installations: 150,
            rejected: 1,
            reports_digest: Digest::of(b"reports"),
        },
        Event::SourceClosed { source },
    ]
}

fn case_events() -> Vec<Event> {
    let case = CaseId(1);
    let digest = Digest::of(b"revision");
    vec![
        Event::CataloguePublished {
            digest: Digest::of(b"catalogue"),
            categories: categories().into_iter().take(1).collect(),
        },
        Event::CaseOpened { case, requester: PersonId(4), terms: terms(), words: words() },
        Event::CaseRevised {
            case,
            revision: 2,
            terms: CaseTerms { environment: None, beneficiary: None, ..terms() },
            words: CaseWords { answers: [].into(), ..words() },
        },
        Event::EvidenceAttached {
            case,
            revision: 3,
            evidence: Evidence { digest: Digest::of(b"evidence"), name: "quote.pdf".into(), bytes: 512 },
        },
        Event::CaseSubmitted { case, digest, catalogue: Digest::of(b"catalogue") },
        Event::CommentMade { case, wording: "Hm.".into() },
        Event::VoteCast {
            case,
            digest,
            on_behalf_of: Some(PersonId(8)),
            role: Role::Finance,
            ballot: Ballot::Approve,
            reason: "Considered.".into(),
            conditions: vec![Condition { wording: "Until June.".into() }],
            moved: vec![SeatMove { person: PersonId(9), role: Role::Legal }],
        },
        Event::VoteCast {
            case,
            digest,
            on_behalf_of: None,
            role: Role::Approver,
            ballot: Ballot::RequestChanges,
            reason: "Which?".into(),
            conditions: Vec::new(),
            moved: Vec::new(),
        },
        Event::CaseReturned { case, reason: "Which?".into() },
        Event::CaseWithdrawn { case },
        Event::CaseDecided { case, digest, outcome: Outcome::ApprovedWithConditions },
        Event::GrantIssued {
            case,
            terms: terms(),
            metric: Metric::Device,
            conditions: vec![Condition { wording: "Until June.".into() }],
        },
        Event::GrantRevoked { case, reason: "Misused.".into() },
        Event::MetricDefined { metric: domain::id::MetricId(3), definition: crate::metrics::definition("our_cores") },
    ]
}

fn later_events() -> Vec<Event> {
    vec![
        Event::RenewalPlanned {
            agreement: AgreementId(3),
            ends_on: "2027-06-30".parse().unwrap(),
            choice: RenewalChoice::Reduce,
            reason: "Twelve seats are not used.".into(),
        },
        Event::ProductLinked { product: ProductId(7), catalogue_key: Some("northwind/vectra/pro".to_owned()) },
        Event::ProductLinked { product: ProductId(7), catalogue_key: None },
    ]
}

/// One entry of every kind, more where a kind has optional parts; actors alternate.
pub fn samples() -> Vec<Entry> {
    let actors = [
        Actor::Program,
        Actor::Person(PersonId(4), Via::Operator),
        Actor::Person(PersonId(4), Via::Session(AccountId(9))),
        Actor::Person(PersonId(4), Via::Link(AccountId(9))),
        Actor::Person(PersonId(4), Via::Token(TokenId(3))),
    ];
    let events = people_events()
        .into_iter()
        .chain(software_events())
        .chain(case_events())
        .chain(later_events())
        .chain(source_events())
        .chain(file_events());
    let mut salts = 0;
    let mut entries = Vec::new();
    for ((seq, event), actor) in (0..).zip(events).zip(actors.into_iter().cycle()) {
        let header = Header {
            org: "indult/acme-0123abcd".into(),
            seq,
            command: format!("c{seq}"),
            part: (u32::try_from(seq % 2).unwrap(), 2),
            version: seq % 5 + 1,
            at: format!("2026-11-02T09:00:{seq:02}Z").parse().unwrap(),
            actor,
            policy: (seq > 0).then(|| Digest::of(b"catalogue")),
        };
        let sealed = envelope::seal(&header, &event, &mut || {
            salts += 1;
            salt(salts)
        })
        .unwrap();
        let entry = Entry { bytes: sealed.bytes, side: sealed.side };
        let (read, recorded) = envelope::open(&entry.bytes, &entry.side_kept()).unwrap();
        assert_eq!((read, recorded.event), (header, event));
        entries.push(entry);
    }
    entries
}

#[test]
fn every_kind_of_entry_keeps_its_bytes() {
    let lines: Vec<String> = samples().into_iter().map(|entry| String::from_utf8(entry.bytes).unwrap()).collect();
    insta::assert_snapshot!(lines.join("\n"), @r###"
{"actor":"program","at":"2026-11-02T09:00:00Z","body":{"organisation":{"currency":"EUR","name":"Acme Žižkov","sample":true,"zone":"Europe/Prague"}},"cmd":"c0","org":"indult/acme-0123abcd","part":[0,2],"seq":0,"stream":"organisation","type":"organisation-founded","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:01Z","body":{"email":{"$pd":0},"name":{"$pd":1},"person":"PER-4","roles":["requester","approver","sam_manager","procurement","finance","legal","auditor","administrator"]},"cmd":"c1","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"pd":["00503569783f4a8acbbf046442feb677a12d1555d47608e669e13d2d7e1f6c90","1e913d6bbaad13d7a9eb13dbf5bbabb2fba09e2b39b4523100a1b2b6b0e1a02b"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":1,"stream":"person/PER-4","type":"person-added","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:02Z","body":{"person":"PER-4","roles":[]},"cmd":"c2","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":2,"stream":"person/PER-4","type":"roles-set","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:03Z","body":{"person":"PER-4"},"cmd":"c3","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":3,"stream":"person/PER-4","type":"person-deactivated","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:04Z","body":{"person":"PER-4"},"cmd":"c4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":4,"stream":"person/PER-4","type":"person-reactivated","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:05Z","body":{"entries":[1,2,40],"legal_basis":"GDPR Art. 17","person":"PER-4"},"cmd":"c5","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":5,"stream":"person/PER-4","type":"data-erased","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:06Z","body":{"account":"ACC-9","login":{"$pd":0},"person":"PER-4"},"cmd":"c6","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"pd":["6d5ec6199d4b125d8131706b10d43f5b724c0a5ad2d1ce01eef76f501e8f77ed"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":6,"stream":"account/ACC-9","type":"account-opened","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:07Z","body":{"account":"ACC-9","link":{"digest":"b1b1bdb480c61d075300d9bff7d9cb69cf31695ea048e478facadf426e8d0fb0","expires_at":"2026-11-03T09:00:00Z"}},"cmd":"c7","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":7,"stream":"account/ACC-9","type":"set-up-link-issued","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:08Z","body":{"account":"ACC-9","verifier":{"$pd":0}},"cmd":"c8","org":"indult/acme-0123abcd","part":[0,2],"pd":["115f1c824b3f6362b36d3aa7e6732c2b7b43657832b5ec2ba0eed6570a98c4c8"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":8,"stream":"account/ACC-9","type":"password-set","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:09Z","body":{"account":"ACC-9","by_link":true,"digest":"3f3af1ecebbd1410ab417ec0d27bbfcb5d340e177ae159b59fc8626c2dfd9175","expires_at":"2026-11-03T09:00:00Z"},"cmd":"c9","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":9,"stream":"account/ACC-9","type":"session-opened","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:10Z","body":{"account":"ACC-9","digest":"3f3af1ecebbd1410ab417ec0d27bbfcb5d340e177ae159b59fc8626c2dfd9175"},"cmd":"c10","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":10,"stream":"account/ACC-9","type":"session-closed","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:11Z","body":{"digest":"3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0","expires_at":"2027-01-01T00:00:00.5Z","label":{"$pd":0},"person":"PER-4","scopes":["read","check","report","write"],"token":"TOK-3"},"cmd":"c11","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"pd":["f0c304ab11387499d8f268f10c03158d5fff481acfcfd5325418e43b425e589e"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":11,"stream":"token/TOK-3","type":"token-issued","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:12Z","body":{"token":"TOK-3"},"cmd":"c12","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":12,"stream":"token/TOK-3","type":"token-revoked","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:13Z","body":{"delegation":"DEL-2","ends_on":"2026-11-30","from":"PER-4","starts_on":"2026-11-02","to":"PER-5"},"cmd":"c13","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":13,"stream":"delegation/DEL-2","type":"delegated","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:14Z","body":{"delegation":"DEL-2"},"cmd":"c14","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":14,"stream":"delegation/DEL-2","type":"delegation-ended","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:15Z","body":{"witness":{"name":"witness.example/w1","url":"https://witness.example","verifier_key":"witness.example/w1+0123abcd+BA=="}},"cmd":"c15","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":15,"stream":"witness/witness.example/w1","type":"witness-added","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:16Z","body":{"name":"witness.example/w1"},"cmd":"c16","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":16,"stream":"witness/witness.example/w1","type":"witness-removed","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:17Z","body":{"import":"IMP-6","name":"Northwind","party":"PTY-2"},"cmd":"c17","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":17,"stream":"party/PTY-2","type":"party-added","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:18Z","body":{"agreement":"AGR-3","import":"IMP-6","party":"PTY-2","terms":{"clauses":[{"heading":"Audit","mark":"4.2","wording":"Once a year,\n\"with notice\" \\ \t."}],"direction":"inbound","ends_on":"2027-06-30","notice_days":90,"reference":"MSA-1","starts_on":"2026-01-01"}},"cmd":"c18","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":18,"stream":"agreement/AGR-3","type":"agreement-recorded","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:19Z","body":{"agreement":"AGR-3","terms":{"direction":"outbound","reference":"OUT-1"}},"cmd":"c19","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":19,"stream":"agreement/AGR-3","type":"agreement-amended","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:20Z","body":{"metric":"device","name":"Vectra","product":"PRD-7","publisher":"PTY-2"},"cmd":"c20","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":20,"stream":"product/PRD-7","type":"product-added","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:21Z","body":{"metric":"named_user","product":"PRD-7"},"cmd":"c21","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":21,"stream":"product/PRD-7","type":"product-metric-set","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:22Z","body":{"pattern":{"name":"Vectra*","publisher":"Northwind"},"product":"PRD-7","title_match":"MAT-8"},"cmd":"c22","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":22,"stream":"title-match/MAT-8","type":"title-matched","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:23Z","body":{"title_match":"MAT-8"},"cmd":"c23","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":23,"stream":"title-match/MAT-8","type":"title-unmatched","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:24Z","body":{"agreement":"AGR-3","entitlement":"ENT-11","import":"IMP-6","product":"PRD-7","purchase_reference":"PO-1234","right":{"ends_on":"2026-12-31","exempt_environments":["test","development"],"metric":"named_user","quantity":{"units":250},"secondary_use":true,"starts_on":"2026-01-01","unit_price":{"amount":"345.00","currency":"EUR"}}},"cmd":"c24","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":24,"stream":"entitlement/ENT-11","type":"entitlement-recorded","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:25Z","body":{"entitlement":"ENT-12","product":"PRD-7","right":{"metric":"installation","quantity":"unlimited"}},"cmd":"c25","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":25,"stream":"entitlement/ENT-12","type":"entitlement-recorded","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:26Z","body":{"entitlement":"ENT-11","reason":{"$pd":0},"retired_on":"2026-11-30"},"cmd":"c26","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"pd":["1cfc0b73be3629958b8de2f6acc2a528a1b9eacfd16cb2cc31ff669d8da3d9de"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":26,"stream":"entitlement/ENT-11","type":"entitlement-retired","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:27Z","att":["3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80"],"body":{"brought":{"installations":3000,"kind":"inventory","merged":1,"rejected":2,"reports":1,"reports_digest":"7f26104f77a7ce477546cd1ea99b6c99b5eb079e3ec9238583314eccea00440a"},"files":[{"bytes":1234567,"digest":"3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80","format":"GLPI agent JSON","name":{"$pd":0}}],"import":"IMP-6","source":"HR"},"cmd":"c27","org":"indult/acme-0123abcd","part":[1,2],"pd":["e31a1602738a1da637bf74d9ac12c81d1459cfb06f5fc0cd6cb400a49ce5a043"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":27,"stream":"import/IMP-6","type":"imported","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:28Z","body":{"brought":{"kind":"entitlements","merged":0,"rejected":1,"rows":12},"files":[],"import":"IMP-7","source":"csv"},"cmd":"c28","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":28,"stream":"import/IMP-7","type":"imported","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:29Z","body":{"import":"IMP-6"},"cmd":"c29","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":29,"stream":"import/IMP-6","type":"import-undone","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:30Z","body":{"categories":[{"days_max":180,"decided_by":[{"count":1,"role":"finance"},{"count":1,"role":"approver"}],"decision_days":5,"fields":[{"key":"plan","label":"Which plan?","required":false}],"key":"exceed-entitlement","quantity_max":1000,"scope":"For tests.","title":"exceed-entitlement"}],"digest":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882"},"cmd":"c30","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":30,"stream":"catalogue","type":"catalogue-published","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:31Z","body":{"case":"EXC-1","requester":"PER-4","terms":{"beneficiary":"PER-5","category":"exceed-entitlement","environment":"disaster_recovery","product":"PRD-7","quantity":30,"until":"2026-12-31"},"words":{"answers":{"plan":{"$pd":0}},"justification":{"$pd":1},"title":{"$pd":2}}},"cmd":"c31","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"pd":["4a317d169bdc294aeaf3262901b9d7da058a124cf0538453a49b416eff499241","b4a9bb9361a87ac3388d9c027e2db0461b2c2ae5ab76249ae53a285ca00d8a9c","9d5a133bf94d28e84bbd68c95f4ae7725fe66351aa2f66c04db312b63f7f31e0"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":31,"stream":"case/EXC-1","type":"case-opened","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:32Z","body":{"case":"EXC-1","revision":2,"terms":{"category":"exceed-entitlement","product":"PRD-7","quantity":30,"until":"2026-12-31"},"words":{"justification":{"$pd":0},"title":{"$pd":1}}},"cmd":"c32","org":"indult/acme-0123abcd","part":[0,2],"pd":["7f728821f15a95c357b185d0eb6d0bedbae551e3f61634275cacea797d1bd27a","7c66c51f61627b12d7e43ff3fed93f2a435378bddbc188dcaca4953d42dc869e"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":32,"stream":"case/EXC-1","type":"case-revised","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:33Z","att":["ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e"],"body":{"case":"EXC-1","evidence":{"bytes":512,"digest":"ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e","name":{"$pd":0}},"revision":3},"cmd":"c33","org":"indult/acme-0123abcd","part":[1,2],"pd":["fa2aa6a98d7ae217c6910f41d081760312c25f7f0ace00fd1aa0d7f967a327ec"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":33,"stream":"case/EXC-1","type":"evidence-attached","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:34Z","body":{"case":"EXC-1","catalogue":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","digest":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078"},"cmd":"c34","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":34,"stream":"case/EXC-1","type":"case-submitted","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:35Z","body":{"case":"EXC-1","wording":{"$pd":0}},"cmd":"c35","org":"indult/acme-0123abcd","part":[1,2],"pd":["d29c6bdd2f5b8e8a9c96cb050c4d39ab3f459031a5b7ac48f421efc5f4dd37be"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":35,"stream":"case/EXC-1","type":"comment-made","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:36Z","body":{"ballot":"approve","case":"EXC-1","conditions":[{"wording":{"$pd":0}}],"digest":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078","moved":[{"person":"PER-9","role":"legal"}],"on_behalf_of":"PER-8","reason":{"$pd":1},"role":"finance"},"cmd":"c36","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"pd":["e879aebd78ad503c655a27ef4e22d7d80c02e1b4c8067ef7c5f77c60cf07c4b3","0477913d3bdf883ca8524929dfc29135d43353d72281d7fd7a7262e4c6954414"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":36,"stream":"case/EXC-1","type":"vote-cast","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:37Z","body":{"ballot":"request_changes","case":"EXC-1","conditions":[],"digest":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078","reason":{"$pd":0},"role":"approver"},"cmd":"c37","org":"indult/acme-0123abcd","part":[1,2],"pd":["0aa276f724c88dd9c853c1a02105ee2bae7baa2e636ab908b92f97feb56d9e17"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":37,"stream":"case/EXC-1","type":"vote-cast","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:38Z","body":{"case":"EXC-1","reason":{"$pd":0}},"cmd":"c38","org":"indult/acme-0123abcd","part":[0,2],"pd":["ac51eccee994e8a108f756d1f3fd1bd6a7921300d21e85f0939177ea24e6e7ed"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":38,"stream":"case/EXC-1","type":"case-returned","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:39Z","body":{"case":"EXC-1"},"cmd":"c39","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":39,"stream":"case/EXC-1","type":"case-withdrawn","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:40Z","body":{"case":"EXC-1","digest":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078","outcome":"approved_with_conditions"},"cmd":"c40","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":40,"stream":"case/EXC-1","type":"case-decided","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:41Z","body":{"case":"EXC-1","conditions":[{"wording":{"$pd":0}}],"metric":"device","terms":{"beneficiary":"PER-5","category":"exceed-entitlement","environment":"disaster_recovery","product":"PRD-7","quantity":30,"until":"2026-12-31"}},"cmd":"c41","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"pd":["ab9aac34d83b2ddcf43fb07376511548bda0361b0022fffe932459705dfd1dc8"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":41,"stream":"exception/EXC-1","type":"grant-issued","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:42Z","body":{"case":"EXC-1","reason":{"$pd":0}},"cmd":"c42","org":"indult/acme-0123abcd","part":[0,2],"pd":["be326fff8acade856f6cd6bd9ba3d74dc1327bb57c3968f9cd1be440f7f8b2db"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":42,"stream":"exception/EXC-1","type":"grant-revoked","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:43Z","body":{"definition":{"counted_per_unit":2,"counts":"core","description":"Cores of a host, at least eight.","examples":[{"machines":[{"cores":4,"processors":1}],"title":"A small server","units":4}],"minimum_per_server":8,"name":"our_cores","publisher":"Northwind","rounding":"sum","sources":[{"dated":"2026-01-01","document":"Agreement 7"}],"title":"Our cores","unit":"core","units":"cores","virtual_machines":"host"},"metric":"MET-3"},"cmd":"c43","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":43,"stream":"metric/MET-3","type":"metric-defined","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:44Z","body":{"agreement":"AGR-3","choice":"reduce","ends_on":"2027-06-30","reason":{"$pd":0}},"cmd":"c44","org":"indult/acme-0123abcd","part":[0,2],"pd":["0979881b02e54065e5c5ed2eb0cfcd9ebef2e17ce53dceb380504177edba4557"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":44,"stream":"agreement/AGR-3","type":"renewal-planned","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:45Z","body":{"catalogue_key":"northwind/vectra/pro","product":"PRD-7"},"cmd":"c45","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":45,"stream":"product/PRD-7","type":"product-linked","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:46Z","body":{"product":"PRD-7"},"cmd":"c46","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":46,"stream":"product/PRD-7","type":"product-linked","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:47Z","body":{"approval":"hold_unknown","interval_hours":24,"name":"Workstations","source":"SRC-2","token":"TOK-5"},"cmd":"c47","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":47,"stream":"source/SRC-2","type":"source-opened","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:48Z","body":{"approval":"accept_all","interval_hours":12,"source":"SRC-2"},"cmd":"c48","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":48,"stream":"source/SRC-2","type":"source-changed","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:49Z","body":{"source":"SRC-2","token":"TOK-6"},"cmd":"c49","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":49,"stream":"source/SRC-2","type":"source-token-renewed","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:50Z","body":{"device":"0f6e2d4c8b1a397550c3d2e1f4a5b697","source":"SRC-2"},"cmd":"c50","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":50,"stream":"source/SRC-2","type":"device-approved","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:51Z","body":{"device":"0f6e2d4c8b1a397550c3d2e1f4a5b697","source":"SRC-2"},"cmd":"c51","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":51,"stream":"source/SRC-2","type":"device-rejected","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:52Z","body":{"delivery":"IMP-8","devices":[{"device":"0f6e2d4c8b1a397550c3d2e1f4a5b697","report":"845e91831319e89c4d656bdb80c278ac09a7230d61e5dfd2e1b1fbb436ac8917"},{"device":"0f6e2d4c8b1a397550c3d2e1f4a5b697"}],"installations":150,"rejected":1,"reports_digest":"7f26104f77a7ce477546cd1ea99b6c99b5eb079e3ec9238583314eccea00440a","source":"SRC-2"},"cmd":"c52","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":52,"stream":"source/SRC-2","type":"reports-received","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:53Z","body":{"source":"SRC-2"},"cmd":"c53","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":53,"stream":"source/SRC-2","type":"source-closed","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:54Z","body":{"brought":{"kind":"leavers","merged":0,"rejected":1,"rows":2},"files":[],"import":"IMP-9","source":"HR"},"cmd":"c54","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":54,"stream":"import/IMP-9","type":"imported","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:55Z","body":{"import":"IMP-9","leavers":[{"left_on":"2026-10-31","person":{"$pd":0}},{"left_on":"2026-12-31","person":{"$pd":1}}]},"cmd":"c55","org":"indult/acme-0123abcd","part":[1,2],"pd":["4174677a350253a58ce4540a283da25a13bf0d37c72a6606c45ddf27fd85eefb","9cc9c4ed414764d8f4569c85d92090cb06638f131860570eeb6648b695410d23"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":55,"stream":"import/IMP-9","type":"leavers-recorded","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:56Z","body":{"kind":"entitlements","mapping":"name = \"Reseller\"","name":"Reseller"},"cmd":"c56","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":56,"stream":"mapping/entitlements/reseller","type":"mapping-remembered","v":1,"ver":2}
"###);
}

fn file_events() -> Vec<Event> {
    vec![
        Event::Imported {
            import: ImportId(9),
            source: "HR".to_owned(),
            files: Vec::new(),
            brought: Brought::Leavers { rows: 2, rejected: 1, merged: 0 },
        },
        Event::LeaversRecorded {
            import: ImportId(9),
            leavers: vec![
                Leaver { person: "ana.ruiz".into(), left_on: jiff::civil::date(2026, 10, 31) },
                Leaver { person: "bo@acme.example".into(), left_on: jiff::civil::date(2026, 12, 31) },
            ],
        },
        Event::MappingRemembered {
            kind: TableKind::Entitlements,
            name: "Reseller".to_owned(),
            mapping: "name = \"Reseller\"".to_owned(),
        },
    ]
}

#[test]
fn every_kind_of_event_has_a_sample() {
    let kinds: BTreeSet<String> =
        samples().iter().map(|entry| envelope::skim(&entry.bytes).unwrap().kind.into_owned()).collect();
    // The names of all kinds are listed by the reader itself, when it meets one that it does not know.
    let unknown = serde_json::from_str::<Event>(r#"{"type":"unknown","body":{}}"#).unwrap_err().to_string();
    let known: BTreeSet<String> = unknown.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert!(known.len() > 30, "{unknown}");
    assert_eq!(kinds, known);
}
