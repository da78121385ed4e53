//! A small organisation to test with: every command goes through `decide`, `seal`, `open` and `evolve`, as in the program.
//!
//! Salts and command ids are counted, so that a run gives the same bytes every time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use domain::catalogue::{Category, Field, Seats};
use domain::command::{Actor, Command, Intent, Via};
use domain::decide::{entry_time, login_is_free};
use domain::digest::Digest;
use domain::envelope::{self, Header, SidePayload};
use domain::event::Event;
use domain::id::PersonId;
use domain::organisation::Organisation;
use domain::person::Role;
use domain::{Recorded, Refusal, State};
use jiff::Timestamp;

/// An entry with its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub bytes: Vec<u8>,
    pub side: Vec<SidePayload>,
}

impl Entry {
    pub fn side_kept(&self) -> Vec<Option<SidePayload>> {
        self.side.iter().cloned().map(Some).collect()
    }
}

#[derive(Debug, Clone)]
pub struct World {
    pub state: State,
    pub entries: Vec<Entry>,
    pub commands: Vec<Command>,
    pub now: Timestamp,
}

/// A salt that only its number decides.
pub fn salt(number: u64) -> [u8; 32] {
    Digest::of(format!("salt {number}").as_bytes()).0
}

/// Seals the events of one command on `state`, with counted salts.
pub fn seal_all(state: &State, command: &Command, events: &[Event], salts: &mut u64) -> Vec<(Header, Entry)> {
    let mut sealed_all = Vec::new();
    let mut versions = state.streams.clone();
    let parts = u32::try_from(events.len()).unwrap();
    for (part, event) in (0..parts).zip(events) {
        let version = versions.entry(event.stream().into()).or_insert(0);
        *version += 1;
        let header = Header {
            org: "indult/test".into(),
            seq: state.size + u64::from(part),
            command: command.id.clone(),
            part: (part, parts),
            version: *version,
            at: entry_time(state, command.at),
            actor: command.actor,
            policy: state.catalogue,
        };
        let sealed = envelope::seal(&header, event, &mut || {
            *salts += 1;
            salt(*salts)
        })
        .unwrap();
        sealed_all.push((header, Entry { bytes: sealed.bytes, side: sealed.side }));
    }
    sealed_all
}

impl World {
    /// Before anything happened.
    pub fn new(now: &str) -> Self {
        Self { state: State::default(), entries: Vec::new(), commands: Vec::new(), now: now.parse().unwrap() }
    }

    /// An organisation whose administrator, SAM manager and requester is person 1.
    pub fn founded(now: &str, zone: &str) -> Self {
        let mut world = Self::new(now);
        let organisation = Organisation {
            name: "Acme".to_owned(),
            currency: "EUR".parse().unwrap(),
            zone: zone.parse().unwrap(),
            sample: false,
        };
        let intent = Intent::FoundOrganisation {
            organisation,
            name: "ana".into(),
            email: "ana@acme.example".into(),
            catalogue: Digest::of(b"catalogue 1"),
            categories: categories(),
        };
        world.carry(Actor::Program, intent).unwrap();
        world
    }

    /// Texts committed to so far, which is also the number of the last salt.
    fn salts(&self) -> u64 {
        self.entries.iter().map(|entry| u64::try_from(entry.side.len()).unwrap()).sum()
    }

    /// Carries a command out, or says why not. Everything that is recorded went through its bytes.
    pub fn carry(&mut self, actor: Actor, intent: Intent) -> Result<Vec<Event>, Refusal> {
        let command = Command { id: format!("c{}", self.commands.len() + 1), at: self.now, actor, intent };
        self.carry_command(command)
    }

    pub fn carry_command(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.commands.push(command.clone());
        login_is_free(&self.state, &command.intent)?;
        let events = domain::decide(&self.state, &command)?;
        let mut salts = self.salts();
        for ((header, entry), event) in seal_all(&self.state, &command, &events, &mut salts).into_iter().zip(&events) {
            let (read, recorded) = envelope::open(&entry.bytes, &entry.side_kept()).unwrap();
            assert_eq!(read, header, "the header comes back as it was sealed");
            assert_eq!(&recorded.event, event, "the event comes back as it was sealed");
            self.state.evolve(&recorded);
            self.entries.push(entry);
        }
        Ok(events)
    }

    /// The state that the stored bytes amount to; with `erased`, no text is there any more.
    pub fn replayed(&self, erased: bool) -> State {
        let mut state = State::default();
        for entry in &self.entries {
            state.evolve(&recorded(entry, erased));
        }
        state
    }

    /// The person through their first account.
    pub fn session_of(&self, person: PersonId) -> Actor {
        let account = self.state.accounts.values().find(|account| account.person == person);
        Actor::Person(person, account.map_or(Via::Operator, |account| Via::Session(account.id)))
    }
}

pub fn recorded(entry: &Entry, erased: bool) -> Recorded {
    let side = if erased { vec![None; entry.side.len()] } else { entry.side_kept() };
    envelope::open(&entry.bytes, &side).unwrap().1
}

fn category(key: &str, decided_by: &[(Role, u32)]) -> Category {
    Category {
        key: key.to_owned(),
        title: key.to_owned(),
        scope: "For tests.".to_owned(),
        days_max: 180,
        quantity_max: Some(1_000),
        fields: vec![Field {
            key: "plan".to_owned(),
            label: "Which plan?".to_owned(),
            help: String::new(),
            required: false,
        }],
        decided_by: decided_by.iter().map(|(role, count)| Seats { role: *role, count: *count }).collect(),
        decision_days: 5,
    }
}

/// One with two roles, one with one seat, and one with two seats of a role.
pub fn categories() -> Vec<Category> {
    vec![
        category("exceed-entitlement", &[(Role::Finance, 1), (Role::Approver, 1)]),
        category("one-approver", &[(Role::Approver, 1)]),
        category("two-legal", &[(Role::Legal, 2)]),
    ]
}
