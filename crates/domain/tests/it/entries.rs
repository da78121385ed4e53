//! The format of every kind of entry, byte by byte: old entries decode for ever, so none of these may change.
//!
//! A new kind of event gets a new snapshot; a snapshot that differs means that the format was broken.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use domain::agreement::{AgreementTerms, Clause, RenewalChoice};
use domain::case::{Ballot, CaseTerms, CaseWords, Condition, Outcome, SeatMove};
use domain::command::{Actor, Via};
use domain::digest::Digest;
use domain::entitlement::{self, Metric, Quantity, Right, UseRights, Versions};
use domain::envelope::{self, Header};
use domain::event::Event;
use domain::evidence::Evidence;
use domain::id::{
    AccountId, AgreementId, CaseId, DelegationId, EntitlementId, ImportId, LeaverId, PartyId, PersonId, ProductId,
    SourceId, StatementId, TitleMatchId, TokenId,
};
use domain::import::{Brought, ImportedFile, TableKind};
use domain::money::Money;
use domain::observation::Environment;
use domain::organisation::Organisation;
use domain::party::Direction;
use domain::person::{Role, Scope, SetUpLink};
use domain::product::TitlePattern;
use domain::product::{Necessity, Suite};
use domain::seal::{SealContents, StatementFile, StatementForm};
use domain::source::{Approval, DeliveredDevice, DeviceMark};
use domain::usage::Feature;
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

pub fn right() -> Right {
    Right {
        metric: Metric::NamedUser,
        quantity: Quantity::Units(250),
        starts_on: Some("2026-01-01".parse().unwrap()),
        ends_on: Some("2026-12-31".parse().unwrap()),
        exempt_environments: vec![Environment::Test, Environment::Development],
        secondary_use: true,
        unit_price: Some(Money { amount: "345.00".parse().unwrap(), currency: "EUR".parse().unwrap() }),
        use_rights: UseRights::default(),
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
        compliant_by_contract: false,
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
        compliant_by_contract: false,
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
        use_rights: UseRights::default(),
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

fn usage_events() -> Vec<Event> {
    let feature = Feature { vendor: Some("northd".to_owned()), name: "87393DRAFT_2026_0F".to_owned() };
    vec![
        Event::Imported {
            import: ImportId(9),
            source: "flexlm".to_owned(),
            files: Vec::new(),
            brought: Brought::Usage {
                sessions: 8_402,
                denials: 2,
                readings: 1,
                rejected: 3,
                merged: 4,
                reports_digest: Digest::of(b"usage"),
            },
        },
        Event::FeatureLinked { feature: feature.clone(), product: ProductId(7) },
        Event::FeatureUnlinked { feature: Feature { vendor: None, ..feature }, product: ProductId(7) },
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

fn use_right_events() -> Vec<Event> {
    let use_rights = UseRights {
        scope: entitlement::Scope {
            environments: [Environment::Test].into(),
            regions: ["Europe".to_owned()].into(),
            ..entitlement::Scope::default()
        },
        versions: Some(Versions {
            newest: "2019".to_owned(),
            downgrade: true,
            maintained_until: Some("2027-06-30".parse().unwrap()),
        }),
        instead_for: [ProductId(8)].into(),
    };
    let suite = Suite {
        components: [(ProductId(8), Necessity::Mandatory), (ProductId(9), Necessity::Optional)].into(),
        inferred_from: 2,
    };
    vec![
        Event::SuiteDefined { product: ProductId(7), suite: Some(suite) },
        Event::SuiteDefined { product: ProductId(7), suite: None },
        Event::EntitlementRecorded {
            entitlement: EntitlementId(13),
            product: ProductId(7),
            right: Right { use_rights, ..right() },
            agreement: None,
            purchase_reference: None,
            import: None,
        },
    ]
}

fn seal_events() -> Vec<Event> {
    let day = "2026-10-31".parse().unwrap();
    vec![
        Event::EstateSealed {
            day,
            as_of: "2026-10-31T22:59:59Z".parse().unwrap(),
            size: 51,
            contents: SealContents {
                root: Digest::of(b"root"),
                list: Digest::of(b"list"),
                figures: Digest::of(b"figures"),
                chunks: 14,
                reports: 100_000,
                devices: 99_000,
                installations: 10_200_000,
            },
        },
        Event::StatementMade {
            statement: StatementId(1),
            day,
            sealed_in: 53,
            files: StatementForm::ALL
                .map(|form| StatementFile { form, digest: Digest::of(form.name().as_bytes()), bytes: 12_345 })
                .to_vec(),
        },
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
        .chain(use_right_events())
        .chain(usage_events())
        .chain(seal_events())
        .chain(crate::alerts::events())
        .chain(crate::reclaim::events())
        .chain(crate::purchases::events())
        .chain(file_events())
        .chain(crate::scenarios::events())
        .chain(crate::webhooks::events());
    let mut salts = 0;
    let mut entries = Vec::new();
    for ((seq, event), actor) in (0..).zip(events).zip(actors.into_iter().cycle()) {
        let header = Header {
            org: "indult/acme-0123abcd".into(),
            seq,
            command: format!("c{seq}"),
            part: (u32::try_from(seq % 2).unwrap(), 2),
            version: seq % 5 + 1,
            at: format!("2026-11-02T09:{:02}:{:02}Z", seq / 60, seq % 60).parse().unwrap(),
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
#[expect(clippy::too_many_lines, reason = "one line for each entry")]
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
{"actor":"PER-4","at":"2026-11-02T09:00:54Z","body":{"product":"PRD-7","suite":{"components":{"PRD-8":"mandatory","PRD-9":"optional"},"inferred_from":2}},"cmd":"c54","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":54,"stream":"product/PRD-7","type":"suite-defined","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:00:55Z","body":{"product":"PRD-7"},"cmd":"c55","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":55,"stream":"product/PRD-7","type":"suite-defined","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:00:56Z","body":{"entitlement":"ENT-13","product":"PRD-7","right":{"ends_on":"2026-12-31","exempt_environments":["test","development"],"metric":"named_user","quantity":{"units":250},"secondary_use":true,"starts_on":"2026-01-01","unit_price":{"amount":"345.00","currency":"EUR"},"use_rights":{"instead_for":["PRD-8"],"scope":{"environments":["test"],"regions":["Europe"]},"versions":{"downgrade":true,"maintained_until":"2027-06-30","newest":"2019"}}}},"cmd":"c56","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":56,"stream":"entitlement/ENT-13","type":"entitlement-recorded","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:00:57Z","body":{"brought":{"denials":2,"kind":"usage","merged":4,"readings":1,"rejected":3,"reports_digest":"0a4e4c29432ecb01b95f87d87ffaff9cb4f36ce4b89ff1a1a136ad1c7392ae07","sessions":8402},"files":[],"import":"IMP-9","source":"flexlm"},"cmd":"c57","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":57,"stream":"import/IMP-9","type":"imported","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:58Z","body":{"feature":{"name":"87393DRAFT_2026_0F","vendor":"northd"},"product":"PRD-7"},"cmd":"c58","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":58,"stream":"product/PRD-7","type":"feature-linked","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:00:59Z","body":{"feature":{"name":"87393DRAFT_2026_0F"},"product":"PRD-7"},"cmd":"c59","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":59,"stream":"product/PRD-7","type":"feature-unlinked","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:00Z","att":["a330395cc0a53ad1207736546afff4735940937564bbf75ce1edad40780d9139","dc2e3999e6b3e23f3327c0e6cb9a3d6cde4ab7cc16a46ec0fe716df8ce2717b9"],"body":{"as_of":"2026-10-31T22:59:59Z","contents":{"chunks":14,"devices":99000,"figures":"dc2e3999e6b3e23f3327c0e6cb9a3d6cde4ab7cc16a46ec0fe716df8ce2717b9","installations":10200000,"list":"a330395cc0a53ad1207736546afff4735940937564bbf75ce1edad40780d9139","reports":100000,"root":"4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2"},"day":"2026-10-31","size":51},"cmd":"c60","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":60,"stream":"estate","type":"estate-sealed","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:01Z","att":["02bd175f329720378ce83dd56a1b6b1f5291a60182d6c54b5e0d1e8d248a267a","53bb9b0b38ac812554abeb88ea6d56760d07ec147a75e8761c4f57ecc298218f","e5e239560bc125a20ff2ac1fea50915bc198dd4f5b5256ec447a8a71e00132b3"],"body":{"day":"2026-10-31","files":[{"bytes":12345,"digest":"02bd175f329720378ce83dd56a1b6b1f5291a60182d6c54b5e0d1e8d248a267a","form":"json"},{"bytes":12345,"digest":"53bb9b0b38ac812554abeb88ea6d56760d07ec147a75e8761c4f57ecc298218f","form":"csv"},{"bytes":12345,"digest":"e5e239560bc125a20ff2ac1fea50915bc198dd4f5b5256ec447a8a71e00132b3","form":"html"}],"sealed_in":53,"statement":"STM-1"},"cmd":"c61","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":61,"stream":"statement/STM-1","type":"statement-made","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:02Z","body":{"rule":"RUL-2","terms":{"product":"PRD-7","trigger":{"kind":"short_over","units":0}}},"cmd":"c62","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":62,"stream":"alert-rule/RUL-2","type":"alert-rule-set","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:03Z","body":{"rule":"RUL-2","terms":{"trigger":{"amount":{"amount":"5000","currency":"EUR"},"kind":"exposure_over"}}},"cmd":"c63","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":63,"stream":"alert-rule/RUL-2","type":"alert-rule-set","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:04Z","body":{"rule":"RUL-2","terms":{"trigger":{"days":30,"kind":"coverage_under","percent":90}}},"cmd":"c64","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":64,"stream":"alert-rule/RUL-2","type":"alert-rule-set","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:05Z","body":{"rule":"RUL-2","terms":{"trigger":{"kind":"use_after_leaving"}}},"cmd":"c65","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":65,"stream":"alert-rule/RUL-2","type":"alert-rule-set","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:06Z","body":{"rule":"RUL-2"},"cmd":"c66","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":66,"stream":"alert-rule/RUL-2","type":"alert-rule-ended","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:07Z","body":{"alert":"ALT-4","limit":0,"measured":12,"rule":"RUL-2","subject":{"product":"PRD-7"},"tasks":[{"phase":"contain","wording":"Stop it."}]},"cmd":"c67","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":67,"stream":"alert/ALT-4","type":"alert-raised","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:08Z","body":{"alert":"ALT-4","limit":0,"measured":12,"rule":"RUL-2","subject":{"entitlement":"ENT-11"}},"cmd":"c68","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":68,"stream":"alert/ALT-4","type":"alert-raised","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:09Z","body":{"alert":"ALT-4","limit":0,"measured":12,"rule":"RUL-2","subject":{"exception":"EXC-1"}},"cmd":"c69","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":69,"stream":"alert/ALT-4","type":"alert-raised","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:10Z","body":{"alert":"ALT-4","limit":0,"measured":12,"rule":"RUL-2","subject":{"source":"HR"}},"cmd":"c70","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":70,"stream":"alert/ALT-4","type":"alert-raised","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:11Z","body":{"alert":"ALT-4","limit":0,"measured":12,"rule":"RUL-2","subject":"estate"},"cmd":"c71","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":71,"stream":"alert/ALT-4","type":"alert-raised","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:12Z","body":{"alert":"ALT-4"},"cmd":"c72","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":72,"stream":"alert/ALT-4","type":"alert-cleared","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:13Z","body":{"alert":"ALT-4","note":{"$pd":0}},"cmd":"c73","org":"indult/acme-0123abcd","part":[1,2],"pd":["62cd1615e1d8296843ad19e8091babd6cc0251240ff5c923b5157ea322360524"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":73,"stream":"alert/ALT-4","type":"alert-acknowledged","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:14Z","body":{"alert":"ALT-4","note":{"$pd":0},"until":"2026-12-01"},"cmd":"c74","org":"indult/acme-0123abcd","part":[0,2],"pd":["a80c3ee4d8044cc3461e4864bedaf1d07e021a79cbe796534244b25ad18dd240"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":74,"stream":"alert/ALT-4","type":"alert-snoozed","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:15Z","body":{"alert":"ALT-4","measured":12,"reason":{"$pd":0}},"cmd":"c75","org":"indult/acme-0123abcd","part":[1,2],"pd":["f8d7877f1ac1acd0afe53602828c367d3ab5b5468bb66528c8de56750c73b8e7"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":75,"stream":"alert/ALT-4","type":"alert-resolved","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:16Z","body":{"alert":"ALT-4","note":{"$pd":0},"task":0},"cmd":"c76","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"pd":["e1fb49d4e8134d4d3a5a2c62edb1cb29de695dbd5307d62fd03d39e1105d3926"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":76,"stream":"alert/ALT-4","type":"alert-task-done","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:17Z","att":["baaf53622a51d975235f276287bdc1b64aa4640c77142cbca076877d9eac6815"],"body":{"alert":"ALT-4","evidence":{"bytes":12,"digest":"baaf53622a51d975235f276287bdc1b64aa4640c77142cbca076877d9eac6815","name":{"$pd":0}},"note":{"$pd":1},"task":1},"cmd":"c77","org":"indult/acme-0123abcd","part":[1,2],"pd":["9b20f70abfc6f2353f50f09c5f2e63edbb571c4f4804c9a0e885fe121e8087d2","5765b4f6152820918a59a75f5149a6c4b24de71671010cafaa80b524a36f96d5"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":77,"stream":"alert/ALT-4","type":"alert-task-done","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:18Z","body":{"kind":"dormant","tasks":[{"phase":"report","wording":"Tell finance."}]},"cmd":"c78","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":78,"stream":"playbook/dormant","type":"playbook-set","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:19Z","body":{"quiet":"QUI-3","reason":{"$pd":0},"terms":{"ends_on":"2027-01-06","product":"PRD-7","starts_on":"2026-12-24"}},"cmd":"c79","org":"indult/acme-0123abcd","part":[1,2],"pd":["2bce3e165013f02f43e0f7c8d9536425c3bce614fe72b7745a20ee4b55446a53"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":79,"stream":"quiet-period/QUI-3","type":"quiet-period-set","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:20Z","body":{"quiet":"QUI-3"},"cmd":"c80","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":80,"stream":"quiet-period/QUI-3","type":"quiet-period-ended","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:21Z","body":{"counts":[{"product":"PRD-7","short":2,"used":10},{"product":"PRD-8","short":0,"surplus":5,"used":10}],"day":"2026-11-02"},"cmd":"c81","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":81,"stream":"counts","type":"counts-noted","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:22Z","body":{"category":"engineering","owner":{"person":"PER-4"},"product":"PRD-7"},"cmd":"c82","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":82,"stream":"product/PRD-7","type":"product-assigned","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:23Z","body":{"product":"PRD-7"},"cmd":"c83","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":83,"stream":"product/PRD-7","type":"product-assigned","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:24Z","body":{"category":"engineering","owner":{"role":"procurement"}},"cmd":"c84","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":84,"stream":"category/engineering","type":"category-assigned","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:25Z","body":{"category":"engineering"},"cmd":"c85","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":85,"stream":"category/engineering","type":"category-assigned","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:26Z","body":{"leaver":"LVR-2","left_on":"2026-10-31","name":{"$pd":0}},"cmd":"c86","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"pd":["6f7a8348043a0c20bc818494c88992be631989e3b68635f468716c239bf4aaa6"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":86,"stream":"leaver/LVR-2","type":"leaver-recorded","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:27Z","body":{"leaver":"LVR-2"},"cmd":"c87","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":87,"stream":"leaver/LVR-2","type":"leaver-removed","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:28Z","body":{"terms":{"answer_by":"2026-11-20","basis":{"days":90,"kind":"dormant"},"product":"PRD-1","unit_price":{"amount":"300.00","currency":"EUR"}},"wave":"WAV-2"},"cmd":"c88","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":88,"stream":"wave/WAV-2","type":"wave-opened","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:29Z","body":{"terms":{"answer_by":"2026-11-20","basis":{"kind":"uncovered"},"product":"PRD-1"},"wave":"WAV-2"},"cmd":"c89","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":89,"stream":"wave/WAV-2","type":"wave-opened","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:30Z","body":{"candidate":{"device_name":{"$pd":0},"devices":["90ec1cc0ef6d07971c866ad9ba374d4f"],"holder":{"$pd":1},"holder_mark":"46293a7769fd34e1096e7fc0079da21fa455dedf8773e05014ef351503d5d1e5","last_used_on":"2026-03-01","units":1},"link":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed","wave":"WAV-2"},"cmd":"c90","org":"indult/acme-0123abcd","part":[0,2],"pd":["1764be97101d62b706010697614e20b9d86e7a20a318c58bed4ea893b439da77","15374faa02c27429f43fa25872338d488d383c926c03c80e3962b231ddceca03"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":90,"stream":"wave/WAV-2","type":"reclaim-asked","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:31Z","body":{"candidate":{"device_name":{"$pd":0},"devices":["ec7bcacaf20df45696f95f3f13b3c65c"],"units":1},"link":"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3","wave":"WAV-2"},"cmd":"c91","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"pd":["7d13b58276ba796bce05467a436717fadb2767bbb502e0325353cf04ccd5f8e0"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":91,"stream":"wave/WAV-2","type":"reclaim-asked","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:32Z","body":{"item":1,"link":"8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f","wave":"WAV-2"},"cmd":"c92","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":92,"stream":"wave/WAV-2","type":"reclaim-asked-again","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:33Z","body":{"answer":"keep","item":0,"reason":{"$pd":0},"wave":"WAV-2"},"cmd":"c93","org":"indult/acme-0123abcd","part":[1,2],"pd":["5584a039669101d2ba2c2fa3cff0fb9a6225bc6ed23d98175e7a3034307d6b99"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":93,"stream":"wave/WAV-2","type":"reclaim-answered","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:34Z","body":{"answer":"release","item":1,"wave":"WAV-2"},"cmd":"c94","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":94,"stream":"wave/WAV-2","type":"reclaim-answered","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:35Z","body":{"choice":"reclaim","item":1,"reason":{"$pd":0},"wave":"WAV-2"},"cmd":"c95","org":"indult/acme-0123abcd","part":[1,2],"pd":["6f86b74686ca473eda3b17bae7d61777b601bdc21df319ee2f25fbd0cf38a9df"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":95,"stream":"wave/WAV-2","type":"reclaim-decided","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:36Z","body":{"item":1,"wave":"WAV-2"},"cmd":"c96","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":96,"stream":"wave/WAV-2","type":"reclaim-confirmed","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:37Z","body":{"wave":"WAV-2"},"cmd":"c97","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":97,"stream":"wave/WAV-2","type":"wave-closed","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:38Z","body":{"hold":"HLD-1","name":{"$pd":0},"reason":{"$pd":1},"subject":{"device":"90ec1cc0ef6d07971c866ad9ba374d4f"}},"cmd":"c98","org":"indult/acme-0123abcd","part":[0,2],"pd":["3ee5aeca9dbe24a28c7293009b2e1141bc146cce5c8cfa1ef2c83ef5403ba8e3","02df2bcfe41b67ed1468722fd991c61aa693cb10b17026cde3153c833eaad353"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":98,"stream":"legal-hold/HLD-1","type":"legal-hold-set","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:39Z","body":{"hold":"HLD-2","name":{"$pd":0},"reason":{"$pd":1},"subject":{"holder":"46293a7769fd34e1096e7fc0079da21fa455dedf8773e05014ef351503d5d1e5"}},"cmd":"c99","org":"indult/acme-0123abcd","part":[1,2],"pd":["ddf358d0fa95e93a4318214ebd7fa5868bd30fdf6dec58c39bfd809ccab452dd","854d6c9cb04fb6dd8bf86b8899f0df318b91bd2fd5b76c28ef07ea25de152707"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":99,"stream":"legal-hold/HLD-2","type":"legal-hold-set","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:40Z","body":{"hold":"HLD-1","reason":{"$pd":0}},"cmd":"c100","org":"indult/acme-0123abcd","part":[0,2],"pd":["2af6ae438f9430830cad1378eb0aadb3fa972db63e4e099548bab40b3241ddd4"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":100,"stream":"legal-hold/HLD-1","type":"legal-hold-lifted","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:41Z","body":{"purchase":"BUY-3","reason":{"$pd":0},"requester":"PER-4","terms":{"cost_centre":"4110","product":"PRD-1","quantity":3,"unit_price":{"amount":"300.00","currency":"EUR"}}},"cmd":"c101","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"pd":["b3871f9985ff89025fa3d130a204c1805dfd315ad1a719c3c23a5207d79457f2"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":101,"stream":"purchase/BUY-3","type":"purchase-requested","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:42Z","body":{"purchase":"BUY-3","reason":{"$pd":0},"requester":"PER-4","terms":{"product":"PRD-1","quantity":3,"unit_price":{"amount":"300.00","currency":"EUR"}}},"cmd":"c102","org":"indult/acme-0123abcd","part":[0,2],"pd":["2711875548c794d67ce17350384c68f1ae18f05792bb28d5c8c03f6b2c1224b2"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":102,"stream":"purchase/BUY-3","type":"purchase-requested","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:43Z","body":{"note":{"$pd":0},"purchase":"BUY-3"},"cmd":"c103","org":"indult/acme-0123abcd","part":[1,2],"pd":["b0a3b7f9f2322e46aa264f3d1938c28ad35cdc38d4251ab0ca51181012f7b10f"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":103,"stream":"purchase/BUY-3","type":"purchase-approved","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:44Z","body":{"purchase":"BUY-3","reason":{"$pd":0}},"cmd":"c104","org":"indult/acme-0123abcd","part":[0,2],"pd":["577e451ee9b94701284b3f60d91f5f07110546a0c6e02a7bebb139a7b3d9ffbd"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":104,"stream":"purchase/BUY-3","type":"purchase-refused","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:45Z","body":{"purchase":"BUY-3","reference":"PO-7"},"cmd":"c105","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":105,"stream":"purchase/BUY-3","type":"purchase-ordered","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:46Z","body":{"entitlement":"ENT-11","purchase":"BUY-3"},"cmd":"c106","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":106,"stream":"purchase/BUY-3","type":"purchase-received","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:47Z","body":{"purchase":"BUY-3"},"cmd":"c107","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":107,"stream":"purchase/BUY-3","type":"purchase-withdrawn","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:48Z","body":{"limits":[{"amount":{"amount":"1000","currency":"EUR"},"role":"approver"}]},"cmd":"c108","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":108,"stream":"spend-limits","type":"spend-limits-set","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:49Z","body":{"budget":"BUD-1","terms":{"amount":{"amount":"50000","currency":"EUR"},"cost_centre":"4110","ends_on":"2026-12-31","starts_on":"2026-01-01"}},"cmd":"c109","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":109,"stream":"budget/BUD-1","type":"budget-set","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:50Z","body":{"budget":"BUD-2","terms":{"amount":{"amount":"50000","currency":"EUR"},"ends_on":"2026-12-31","starts_on":"2026-01-01"}},"cmd":"c110","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":110,"stream":"budget/BUD-2","type":"budget-set","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:51Z","body":{"percent":20,"product":"PRD-7"},"cmd":"c111","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":111,"stream":"product/PRD-7","type":"surcharge-set","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:52Z","body":{"percent":0},"cmd":"c112","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":112,"stream":"surcharge","type":"surcharge-set","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:53Z","body":{"brought":{"kind":"leavers","merged":0,"rejected":1,"rows":2},"files":[],"import":"IMP-9","source":"HR"},"cmd":"c113","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":113,"stream":"import/IMP-9","type":"imported","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:54Z","body":{"import":"IMP-9","leaver":"LVR-3","left_on":"2026-10-31","name":{"$pd":0}},"cmd":"c114","org":"indult/acme-0123abcd","part":[0,2],"pd":["5b7ca9aae728b21cdff8bdaa0699bad65304de4e5025c3d8cd0c056b338fa5aa"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":114,"stream":"leaver/LVR-3","type":"leaver-recorded","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:01:55Z","body":{"kind":"entitlements","mapping":"name = \"Reseller\"","name":"Reseller"},"cmd":"c115","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":115,"stream":"mapping/entitlements/reseller","type":"mapping-remembered","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:01:56Z","body":{"assumptions":["hire 20 in Engineering from 2027-01-01","buy 50 of PRD-1 at EUR 120.00 from 2027-01-01 until 2027-12-31"],"name":"Growth","owner":"PER-4","reason":{"$pd":0},"scenario":"SCN-2"},"cmd":"c116","for":"PER-4","org":"indult/acme-0123abcd","part":[0,2],"pd":["000bd6dd544207a67d499a22d271cf81fb939b71d14e2b8e8735ff9050d807c2"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":116,"stream":"scenario/SCN-2","type":"scenario-recorded","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:01:57Z","body":{"assumptions":["hire 10 in Engineering from 2027-01-01"],"name":"Growth, slower","reason":{"$pd":0},"scenario":"SCN-2"},"cmd":"c117","org":"indult/acme-0123abcd","part":[1,2],"pd":["8a5962de42ee265fa310bc8aacf458d0c884f0fc67a246fe017061f9159d4059"],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":117,"stream":"scenario/SCN-2","type":"scenario-changed","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:58Z","body":{"scenario":"SCN-2"},"cmd":"c118","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":118,"stream":"scenario/SCN-2","type":"scenario-retired","v":1,"ver":4,"via":"link/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:01:59Z","body":{"terms":{"kinds":["exception.granted","purchase.received"],"name":"Provisioning","url":"https://hooks.example.com/a?b=c"},"webhook":"WHK-2"},"cmd":"c119","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":119,"stream":"webhook/WHK-2","type":"webhook-recorded","v":1,"ver":5,"via":"token/TOK-3"}
{"actor":"program","at":"2026-11-02T09:02:00Z","body":{"terms":{"kinds":["purchase.received"],"name":"Provisioning","url":"https://hooks.example.com/b"},"webhook":"WHK-2"},"cmd":"c120","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":120,"stream":"webhook/WHK-2","type":"webhook-changed","v":1,"ver":1}
{"actor":"operator","at":"2026-11-02T09:02:01Z","body":{"cause":"unanswered","webhook":"WHK-2"},"cmd":"c121","for":"PER-4","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":121,"stream":"webhook/WHK-2","type":"webhook-paused","v":1,"ver":2}
{"actor":"PER-4","at":"2026-11-02T09:02:02Z","body":{"webhook":"WHK-2"},"cmd":"c122","org":"indult/acme-0123abcd","part":[0,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":122,"stream":"webhook/WHK-2","type":"webhook-resumed","v":1,"ver":3,"via":"session/ACC-9"}
{"actor":"PER-4","at":"2026-11-02T09:02:03Z","body":{"webhook":"WHK-2"},"cmd":"c123","org":"indult/acme-0123abcd","part":[1,2],"policy":"d2504e52b8b07484a2b690e7ffaedeabe91320c09012844d0f7c81c2ec72e882","seq":123,"stream":"webhook/WHK-2","type":"webhook-removed","v":1,"ver":4,"via":"link/ACC-9"}
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
        Event::LeaverRecorded {
            leaver: LeaverId(3),
            name: "ana.ruiz".into(),
            left_on: jiff::civil::date(2026, 10, 31),
            import: Some(ImportId(9)),
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
