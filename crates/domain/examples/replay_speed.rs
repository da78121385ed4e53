//! How fast a ledger is read back at the start, skimmed by a verifier, and written: `cargo run --release -p domain --example replay_speed`.
//!
//! It makes 100,000 entries as an organisation of a year has them and measures each step on one core, without a store.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark for people")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::case::{Ballot, CaseTerms, CaseWords, Stage};
use domain::catalogue::{Category, Seats};
use domain::command::{Actor, Command, Intent, Via};
use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity, Right, UseRights};
use domain::envelope::{self, Header, SidePayload};
use domain::id::{AccountId, CaseId, PersonId, ProductId};
use domain::import::{Brought, ImportedFile};
use domain::organisation::Organisation;
use domain::person::Role;
use domain::product::TitlePattern;
use domain::{Recorded, State};
use jiff::{Timestamp, ToSpan};
use sha2::{Digest as _, Sha256};

const ENTRIES: usize = 100_000;

/// Time that this thread spent on a core, so that a busy machine does not count; elsewhere than on Linux, time on the wall.
struct Stopwatch {
    wall: Instant,
    cpu: Option<u64>,
}

fn on_core() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

impl Stopwatch {
    fn start() -> Self {
        Self { cpu: on_core(), wall: Instant::now() }
    }

    fn took(&self) -> Duration {
        match (self.cpu, on_core()) {
            (Some(from), Some(to)) => Duration::from_nanos(to - from),
            _ => self.wall.elapsed(),
        }
    }
}

/// The middle of many short times: single steps are too short for the clock of the core.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[derive(Default)]
struct Ledger {
    state: State,
    entries: Vec<(Vec<u8>, Vec<Option<SidePayload>>)>,
    commands: u64,
    now: Timestamp,
    /// How long deciding and sealing of each command took.
    times: Vec<Duration>,
}

impl Ledger {
    fn carry(&mut self, actor: Actor, intent: Intent) {
        self.now += 90.seconds();
        self.commands += 1;
        let command = Command { id: format!("{:032x}", self.commands), at: self.now, actor, intent };
        let begun = Instant::now();
        let events = domain::decide(&self.state, &command).unwrap();
        let mut time = begun.elapsed();
        let parts = u32::try_from(events.len()).unwrap();
        for (part, event) in (0..parts).zip(events) {
            let begun = Instant::now();
            let stream = event.stream();
            let header = Header {
                org: "indult/acme-0123abcd".into(),
                seq: self.state.size,
                command: command.id.clone(),
                part: (part, parts),
                version: self.state.streams.get(stream.as_str()).copied().unwrap_or(0) + 1,
                at: self.now,
                actor,
                policy: self.state.catalogue,
            };
            let mut salts = self.state.size;
            let sealed = envelope::seal(&header, &event, &mut || {
                salts += 1;
                let mut salt = [7; 32];
                salt[..8].copy_from_slice(&salts.to_be_bytes());
                salt
            })
            .unwrap();
            time += begun.elapsed();
            self.state.evolve(&Recorded { seq: header.seq, at: header.at, actor, event });
            self.entries.push((sealed.bytes, sealed.side.into_iter().map(Some).collect()));
        }
        self.times.push(time);
    }
}

fn person(number: u64) -> Actor {
    Actor::Person(PersonId(number), Via::Session(AccountId(number)))
}

fn found(ledger: &mut Ledger) {
    let seats = |role| Seats { role, count: 1 };
    let category = Category {
        key: "exceed-entitlement".to_owned(),
        title: "Use more than we own".to_owned(),
        scope: "For a product of which more is in use than we own.".to_owned(),
        days_max: 180,
        quantity_max: None,
        fields: Vec::new(),
        decided_by: vec![seats(Role::Finance), seats(Role::Approver)],
        decision_days: 5,
    };
    let organisation = Organisation {
        name: "Acme".to_owned(),
        currency: "EUR".parse().unwrap(),
        zone: "Europe/Prague".parse().unwrap(),
        sample: false,
    };
    ledger.carry(
        Actor::Program,
        Intent::FoundOrganisation {
            organisation,
            name: "Ana".into(),
            email: "ana@acme.example".into(),
            catalogue: Digest::of(b"catalogue"),
            categories: vec![category],
        },
    );
    for number in 2..=300_u64 {
        let roles = match number {
            2 => [Role::Approver].into(),
            3 => [Role::Finance].into(),
            _ => [Role::Requester].into(),
        };
        let email = format!("person.{number}@acme.example");
        let login = Some(email.as_str().into());
        let name = format!("Person {number}").into();
        ledger.carry(person(1), Intent::AddPerson { name, email: email.as_str().into(), roles, login });
    }
    for number in 0..2_000 {
        let publisher = Some(format!("Publisher {}", number % 150));
        ledger.carry(
            person(1),
            Intent::AddProduct { name: format!("Product {number}"), publisher, metric: Metric::Device },
        );
    }
}

/// One request with its talk and its votes, and what else happens meanwhile.
#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
fn go_on(ledger: &mut Ledger, round: u64, votes: &mut Vec<Duration>) {
    let requester = person(4 + round % 290);
    let product = ProductId(1 + round % 2_000);
    let until = ledger.state.day(ledger.now) + 90.days();
    let terms = CaseTerms {
        category: "exceed-entitlement".to_owned(),
        product,
        quantity: 30,
        environment: None,
        until,
        beneficiary: None,
    };
    let words = CaseWords {
        title: "Thirty more seats for the spring release".into(),
        justification: "Three teams join the release and the order is on its way; without seats they wait four weeks."
            .into(),
        answers: [].into(),
    };
    ledger.carry(requester, Intent::OpenCase { terms, words });
    let case = CaseId(ledger.state.last_numbers.case);
    ledger.carry(requester, Intent::SubmitCase { case });
    let before = ledger.times.len();
    ledger
        .carry(person(2), Intent::Comment { case, wording: "Which order is it, and who approved the budget?".into() });
    ledger
        .carry(requester, Intent::Comment { case, wording: "PO-1234, approved by the head of the department.".into() });
    for voter in [2, 3] {
        let Stage::Deciding(current) = &ledger.state.cases[&case].stage else { return };
        let intent = Intent::CastVote {
            case,
            digest: current.digest,
            on_behalf_of: None,
            ballot: Ballot::Approve,
            reason: "The order is confirmed; the gap closes within the quarter.".into(),
            conditions: Vec::new(),
        };
        ledger.carry(person(voter), intent);
    }
    votes.extend(ledger.times.iter().skip(before));
    for visit in 0..6 {
        let expires_at = ledger.now + 12.hours();
        let account = AccountId(1 + (round * 7 + visit) % 300);
        let digest = Digest::of(format!("{round} {visit}").as_bytes());
        ledger.carry(person(account.0), Intent::OpenSession { account, digest, expires_at });
    }
    for file in 0..3 {
        let file = ImportedFile {
            name: format!("laptop-{round}-{file}.json").into(),
            digest: Digest::of(format!("{round} {file}").as_bytes()),
            bytes: 1_234_567,
            format: "GLPI agent JSON".to_owned(),
        };
        let brought = Brought::Inventory {
            reports: 1,
            installations: 2_000,
            rejected: 0,
            merged: 0,
            reports_digest: file.digest,
        };
        ledger.carry(person(1), Intent::ImportInventory { source: "agents".to_owned(), files: vec![file], brought });
    }
    let pattern = TitlePattern { name: format!("Product {round} *"), publisher: None };
    if round < 2_000 {
        ledger.carry(person(1), Intent::MatchTitle { pattern, product: Some(product) });
    }
    let right = Right {
        metric: Metric::Device,
        quantity: Quantity::Units(25),
        starts_on: Some(until),
        ends_on: None,
        exempt_environments: Vec::new(),
        secondary_use: false,
        unit_price: None,
        use_rights: UseRights::default(),
    };
    let purchase_reference = Some(format!("PO-{round}"));
    ledger.carry(person(1), Intent::RecordEntitlement { product, right, agreement: None, purchase_reference });
}

fn report(what: &str, count: u64, took: Duration) {
    let each = took.as_secs_f64() / count as f64;
    println!(
        "{what:<44} {:>9.3} s for {count:>7}: {:>7.2} \u{b5}s each, {:>9.0}/s",
        took.as_secs_f64(),
        each * 1e6,
        1.0 / each
    );
}

fn main() {
    let mut ledger = Ledger { now: "2026-01-01T08:00:00Z".parse().unwrap(), ..Ledger::default() };
    found(&mut ledger);
    let mut votes = Vec::new();
    let mut round = 0;
    while ledger.entries.len() < ENTRIES {
        go_on(&mut ledger, round, &mut votes);
        round += 1;
    }
    let entries = &ledger.entries;
    let count = u64::try_from(entries.len()).unwrap();
    let bytes: usize = entries.iter().map(|(bytes, _)| bytes.len()).sum();
    println!("{count} entries of {} bytes on average, {} requests", bytes / entries.len(), ledger.state.cases.len());
    let one = |what: &str, times: &[Duration]| {
        let middle = median(times.to_vec()).as_secs_f64() * 1e6;
        println!("{what:<44} {middle:>9.2} \u{b5}s, median of {}", times.len());
    };
    one("decide and seal, all commands", &ledger.times);
    one("decide and seal, comments and votes", &votes);

    let begun = Stopwatch::start();
    for (bytes, side) in entries {
        black_box(envelope::open(bytes, side).unwrap());
    }
    report("open", count, begun.took());

    let begun = Stopwatch::start();
    let mut state = State::default();
    for (bytes, side) in entries {
        state.evolve(&envelope::open(bytes, side).unwrap().1);
    }
    report("open and evolve (the start of the server)", count, begun.took());
    assert!(state == ledger.state, "the state read back is the state that was made");

    let begun = Stopwatch::start();
    for (bytes, _) in entries {
        black_box(envelope::skim(bytes).unwrap());
    }
    report("skim", count, begun.took());

    let begun = Stopwatch::start();
    for (bytes, side) in entries {
        let skimmed = envelope::skim(bytes).unwrap();
        let leaf: [u8; 32] = Sha256::new_with_prefix([0]).chain_update(bytes).finalize().into();
        black_box(leaf);
        for (committed, kept) in skimmed.pd.iter().zip(side) {
            assert!(kept.as_ref().is_some_and(|kept| envelope::commitment(kept) == *committed));
        }
    }
    report("skim, hash the leaf, open the commitments", count, begun.took());
}
