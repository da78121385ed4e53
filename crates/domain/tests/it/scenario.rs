//! A language for scenarios: one line for each step, the answer at its end after `->`.
//!
//! ```text
//! ana opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
//! ana approves EXC-1 -> You asked for EXC-1 yourself, so somebody else decides.
//! ```
//!
//! A command's answer is `ok` and the further events that it led to, `nothing` where nothing was recorded, or the refusal.
//! `ana` founded the organisation; others come in by `ana adds bob approver, finance`.
//! Words in quotes are texts; `clock 2026-11-03T09:00:00Z` sets the time. The verbs are the arms of [`Scenario::command`].
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use domain::case::{Ballot, CaseTerms, CaseWords, Condition, Stage};
use domain::command::{Actor, Intent, Via};
use domain::decide::open_seats;
use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity};
use domain::event::Event;
use domain::evidence::Evidence;
use domain::id::{AgreementId, CaseId, EntitlementId, PartyId, PersonId, ProductId};
use domain::import::{Brought, ImportedFile};
use domain::observation::{EntitlementRow, Environment, RawTitle, RowRights};
use domain::person::{Role, SetUpLink};
use domain::product::TitlePattern;
use domain::text::Text;
use jiff::Span;

use crate::world::{World, categories};

/// Runs the scenario and compares every answer; a difference shows the whole transcript with the actual answers.
pub fn check(text: &str) {
    let mut scenario: Option<Scenario> = None;
    let mut transcript = String::new();
    let mut differs = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with('#') {
            writeln!(transcript, "{line}").unwrap();
            continue;
        }
        let (step, wanted) = line.split_once(" -> ").unwrap_or_else(|| panic!("no answer in: {line}"));
        let actual = match (&mut scenario, step.strip_prefix("founded in ")) {
            (None, Some(zone)) => {
                scenario = Some(Scenario::founded(zone));
                "ok".to_owned()
            }
            (None, None) => {
                let mut fresh = Scenario::founded("UTC");
                let answer = fresh.step(step);
                scenario = Some(fresh);
                answer
            }
            (Some(scenario), _) => scenario.step(step),
        };
        let mark = if actual == wanted.trim() { "" } else { "   <-- differs" };
        differs |= !mark.is_empty();
        writeln!(transcript, "{step} -> {actual}{mark}").unwrap();
    }
    assert!(!differs, "the scenario went otherwise:\n\n{transcript}");
    let world = scenario.unwrap().world;
    assert_eq!(world.replayed(false), world.state, "the stored bytes amount to the state");
}

pub struct Scenario {
    pub world: World,
    persons: BTreeMap<String, PersonId>,
    /// What voters could have seen: the digest of every round, by case.
    rounds: BTreeMap<CaseId, Vec<Digest>>,
}

/// The words of a step, quoted texts apart.
struct Words {
    words: Vec<String>,
    texts: Vec<String>,
}

impl Words {
    fn of(step: &str) -> Self {
        let mut words = Self { words: Vec::new(), texts: Vec::new() };
        for (index, piece) in step.split('"').enumerate() {
            if index % 2 == 1 {
                words.texts.push(piece.to_owned());
            } else {
                words.words.extend(piece.split_whitespace().map(str::to_owned));
            }
        }
        words
    }

    fn after(&self, mark: &str) -> Option<&str> {
        let place = self.words.iter().position(|word| word == mark)?;
        self.words.get(place + 1).map(String::as_str)
    }

    fn text(&self, index: usize) -> Text {
        self.texts.get(index).map_or_else(|| "Because.".into(), |text| text.as_str().into())
    }

    /// The word that begins with `prefix`, as the id that it is.
    fn id<T: std::str::FromStr>(&self, prefix: &str) -> T {
        let word = self.words.iter().find(|word| word.starts_with(prefix));
        let word = word.unwrap_or_else(|| panic!("no {prefix}… in {:?}", self.words));
        word.parse().unwrap_or_else(|_| panic!("{word} is no id"))
    }
}

fn roles(names: &str) -> BTreeSet<Role> {
    names
        .split([',', ' '])
        .filter(|name| !name.is_empty() && *name != "nothing")
        .map(|name| Role::from_word(name).unwrap())
        .collect()
}

impl Scenario {
    fn founded(zone: &str) -> Self {
        Self {
            world: World::founded("2026-11-02T09:00:00Z", zone),
            persons: BTreeMap::from([("ana".to_owned(), PersonId(1))]),
            rounds: BTreeMap::new(),
        }
    }

    fn person(&self, name: &str) -> PersonId {
        *self.persons.get(name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    fn step(&mut self, step: &str) -> String {
        let words = Words::of(step);
        let first = words.words[0].as_str();
        match first {
            "clock" => {
                self.world.now = words.words[1].parse().unwrap();
                return "ok".to_owned();
            }
            "today" => return self.world.state.day(self.world.now).to_string(),
            "recognise" => return self.recognise(&words),
            _ if first.starts_with("EXC-") => return self.case(&words),
            _ if first.contains('-') => return self.exists(first),
            _ => {}
        }
        let person = self.person(first);
        let (actor, skipped) = match words.words[1].as_str() {
            "as" => (Actor::Person(person, Via::Operator), 3),
            "through" => {
                let way = &words.words[2];
                let via = match &way[..3] {
                    "ACC" => Via::Session(way.parse().unwrap()),
                    "TOK" => Via::Token(way.parse().unwrap()),
                    _ => panic!("{way} is no way to act"),
                };
                (Actor::Person(person, via), 3)
            }
            "by-link" => {
                let account = words.words[2].parse().unwrap();
                (Actor::Person(person, Via::Link(account)), 3)
            }
            _ => (self.world.session_of(person), 1),
        };
        let words = Words { words: words.words[skipped..].to_vec(), texts: words.texts };
        let intent = self.command(step, &words);
        let answer = self.carry(actor, intent);
        if words.words[0] == "opens" && answer == "ok" {
            assert_eq!(CaseId(self.world.state.last_numbers.case), words.id("EXC-"), "{step}: it got another number");
        }
        answer
    }

    fn carry(&mut self, actor: Actor, intent: Intent) -> String {
        let added = if let Intent::AddPerson { name, .. } = &intent { Some(name.shown().to_owned()) } else { None };
        let events = match self.world.carry(actor, intent) {
            Err(refusal) => return refusal.to_string(),
            Ok(events) => events,
        };
        if let Some(name) = added {
            self.persons.insert(name, PersonId(self.world.state.last_numbers.person));
        }
        for event in &events {
            if let Event::CaseSubmitted { case, digest, .. } = event {
                self.rounds.entry(*case).or_default().push(*digest);
            }
        }
        if events.is_empty() {
            return "nothing".to_owned();
        }
        let further = events.iter().skip(1).map(kind);
        std::iter::once("ok".to_owned()).chain(further).collect::<Vec<_>>().join(", ")
    }

    /// The intent of `<verb> <what>`.
    #[expect(clippy::too_many_lines, reason = "one arm for each verb of the language")]
    fn command(&self, step: &str, words: &Words) -> Intent {
        let verb = words.words[0].as_str();
        let second = words.words.get(1).map_or("", String::as_str);
        let third = words.words.get(2).map_or("", String::as_str);
        let rest = words.words.get(2..).unwrap_or_default().join(" ");
        match (verb, second) {
            ("adds", "product") => Intent::AddProduct {
                name: words.texts[0].clone(),
                publisher: words.texts.get(1).cloned(),
                metric: Metric::Device,
            },
            ("adds", name) => Intent::AddPerson {
                name: name.into(),
                email: format!("{name}@acme.example").into(),
                roles: roles(&rest),
                login: Some(format!("{name}@acme.example").into()),
            },
            ("gives", name) => Intent::SetRoles { person: self.person(name), roles: roles(&rest) },
            ("deactivates", name) => Intent::DeactivatePerson { person: self.person(name) },
            ("reactivates", name) => Intent::ReactivatePerson { person: self.person(name) },
            ("erases", name) => {
                Intent::ErasePerson { person: self.person(name), legal_basis: "GDPR Art. 17".to_owned() }
            }
            ("opens-account", name) => {
                Intent::OpenAccount { person: self.person(name), login: words.texts[0].as_str().into() }
            }
            ("issues-link", account) => Intent::IssueSetUpLink {
                account: account.parse().unwrap(),
                link: SetUpLink { digest: Digest::of(b"link"), expires_at: self.world.now + Span::new().hours(24) },
            },
            ("signs-in", account) => Intent::OpenSession {
                account: account.parse().unwrap(),
                digest: Digest::of(format!("session {}", self.world.entries.len()).as_bytes()),
                expires_at: self.world.now + Span::new().hours(12),
            },
            ("sets-password", account) => {
                Intent::SetPassword { account: account.parse().unwrap(), verifier: "$argon2id$…".into() }
            }
            ("makes-token", scopes) => Intent::IssueToken {
                label: "for tests".into(),
                scopes: scopes.split(',').map(|scope| domain::person::Scope::from_word(scope).unwrap()).collect(),
                digest: Digest::of(step.as_bytes()),
                expires_at: None,
            },
            ("revokes", token) if token.starts_with("TOK") => Intent::RevokeToken { token: token.parse().unwrap() },
            ("delegates", "to") => {
                let (starts_on, ends_on) = words.words[3].split_once("..").unwrap();
                Intent::Delegate {
                    to: self.person(third),
                    starts_on: starts_on.parse().unwrap(),
                    ends_on: ends_on.parse().unwrap(),
                }
            }
            ("ends", delegation) => Intent::EndDelegation { delegation: delegation.parse().unwrap() },
            ("publishes", version) => Self::publication(version, words),
            ("opens", _) => Intent::OpenCase { terms: self.terms(words), words: Self::case_words(words) },
            ("revises", _) => {
                Intent::ReviseCase { case: words.id("EXC-"), terms: self.terms(words), words: Self::case_words(words) }
            }
            ("attaches", _) => Intent::AttachEvidence {
                case: words.id("EXC-"),
                evidence: Evidence { digest: Digest::of(words.texts[0].as_bytes()), name: words.text(0), bytes: 7 },
            },
            ("submits", _) => Intent::SubmitCase { case: words.id("EXC-") },
            ("withdraws", _) => Intent::WithdrawCase { case: words.id("EXC-") },
            ("comments", _) => Intent::Comment { case: words.id("EXC-"), wording: words.text(0) },
            ("approves", _) => self.vote(words, Ballot::Approve),
            ("denies", _) => self.vote(words, Ballot::Deny),
            ("abstains", _) => self.vote(words, Ballot::Abstain),
            ("requests-changes", _) => self.vote(words, Ballot::RequestChanges),
            ("revokes", _) => Intent::RevokeGrant { case: words.id("EXC-"), reason: words.text(0) },
            ("imports", "inventory") => Intent::ImportInventory {
                source: words.texts[0].clone(),
                files: vec![file(&words.texts[1])],
                brought: Brought::Inventory {
                    reports: 3,
                    installations: 40,
                    rejected: 0,
                    merged: 1,
                    reports_digest: Digest::of(words.texts[1].as_bytes()),
                },
            },
            ("imports", "leavers") => Intent::ImportLeavers {
                source: "HR".to_owned(),
                files: vec![file(&words.texts.join("|"))],
                leavers: words
                    .texts
                    .iter()
                    .map(|text| {
                        let (person, day) = text.split_once(" on ").unwrap();
                        (person.into(), day.parse().unwrap())
                    })
                    .collect(),
                rejected: 0,
                merged: 0,
            },
            ("imports", "rights") => Intent::ImportEntitlements {
                source: "csv".to_owned(),
                file: file(&words.texts.join("|")),
                mapping: None,
                rows: words.texts.iter().zip(2..).map(|(row, line)| entitlement_row(row, line)).collect(),
                rejected: 0,
                merged: 0,
            },
            ("undoes", import) => Intent::UndoImport { import: import.parse().unwrap() },
            ("sets-metric", product) => Intent::SetProductMetric {
                product: product.parse().unwrap(),
                metric: Metric::from_word(third).unwrap(),
            },
            ("matches", _) => Intent::MatchTitle {
                pattern: TitlePattern { name: words.texts[0].clone(), publisher: words.texts.get(1).cloned() },
                product: words.after("to").map(|product| product.parse().unwrap()),
            },
            ("unmatches", title_match) => Intent::UnmatchTitle { title_match: title_match.parse().unwrap() },
            _ => panic!("{step}: the language has no such verb"),
        }
    }

    fn publication(version: &str, words: &Words) -> Intent {
        let mut categories = categories();
        if let Some(role) = words.after("one-approver-by") {
            for category in categories.iter_mut().filter(|category| category.key == "one-approver") {
                category.decided_by[0].role = Role::from_word(role).unwrap();
            }
        }
        if let Some(key) = words.after("without") {
            categories.retain(|category| category.key != key);
        }
        if let Some(key) = words.after("with") {
            let mut added = categories[0].clone();
            key.clone_into(&mut added.key);
            categories.push(added);
        }
        Intent::PublishCatalogue { digest: Digest::of(format!("catalogue {version}").as_bytes()), categories }
    }

    fn terms(&self, words: &Words) -> CaseTerms {
        let quantity = words.words.iter().find_map(|word| word.strip_prefix('x')?.parse().ok());
        CaseTerms {
            category: words
                .words
                .iter()
                .skip(1)
                .find(|word| {
                    word.contains('-') && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
                })
                .unwrap()
                .clone(),
            product: words.id("PRD-"),
            quantity: quantity.unwrap_or(1),
            environment: words.after("in").and_then(Environment::from_word),
            until: words.after("until").unwrap().parse().unwrap(),
            beneficiary: words.after("for").map(|name| self.person(name)),
        }
    }

    fn case_words(words: &Words) -> CaseWords {
        let answers = words.after("answers").map(|key| (key.to_owned(), words.text(0)));
        CaseWords {
            title: "More seats".into(),
            justification: "We grow.".into(),
            answers: answers.into_iter().collect(),
        }
    }

    fn vote(&self, words: &Words, ballot: Ballot) -> Intent {
        let case: CaseId = words.id("EXC-");
        let seen = self.rounds.get(&case).and_then(|rounds| match words.after("round") {
            Some(round) => rounds.get(round.parse::<usize>().unwrap() - 1),
            None => rounds.last(),
        });
        Intent::CastVote {
            case,
            digest: seen.copied().unwrap_or(Digest::of(b"nothing")),
            on_behalf_of: words.after("for").map(|name| self.person(name)),
            ballot,
            reason: "Considered.".into(),
            conditions: words.texts.iter().map(|text| Condition { wording: text.as_str().into() }).collect(),
        }
    }

    /// `EXC-1 is`, `EXC-1 waits for`, `EXC-1 applies at INSTANT`, `EXC-1 votes`.
    fn case(&self, words: &Words) -> String {
        let case: CaseId = words.words[0].parse().unwrap();
        let state = &self.world.state;
        let known = &state.cases[&case];
        match words.words[1].as_str() {
            "is" => match state.grants.get(&case) {
                Some(grant) => grant.status(self.world.now, &state.zone()).title().to_owned(),
                None => known.status().title().to_owned(),
            },
            "waits" => {
                let Stage::Deciding(round) = &known.stage else { return "nobody".to_owned() };
                let seats = open_seats(state, known, round, self.world.now);
                let names: Vec<_> =
                    seats.iter().map(|seats| format!("{} {}", seats.count, seats.role.name())).collect();
                if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
            }
            "applies" => {
                let at = words.after("at").unwrap().parse().unwrap();
                if state.grants[&case].applies(at, &state.zone()) { "yes".to_owned() } else { "no".to_owned() }
            }
            "votes" => {
                let round = match &known.stage {
                    Stage::Deciding(round) => round,
                    Stage::Decided(decision) => &decision.round,
                    Stage::Draft | Stage::Returned { .. } | Stage::Withdrawn => return "none".to_owned(),
                };
                let votes = round.votes.iter().map(|vote| {
                    let place = vote.on_behalf_of.map(|whom| format!(" for {whom}")).unwrap_or_default();
                    format!("{}{place} {} as {}", vote.by, vote.ballot.name(), vote.role.name())
                });
                votes.collect::<Vec<_>>().join("; ")
            }
            other => panic!("EXC-… has no {other}"),
        }
    }

    /// What stands under an id: a product's name, an agreement's reference, a right's quantity.
    fn exists(&self, id: &str) -> String {
        let state = &self.world.state;
        let found = match &id[..3] {
            "PRD" => state.products.get(&id.parse::<ProductId>().unwrap()).map(|product| product.name.clone()),
            "PTY" => state.parties.get(&id.parse::<PartyId>().unwrap()).map(|party| party.name.clone()),
            "AGR" => state.agreements.get(&id.parse::<AgreementId>().unwrap()).map(|agreement| {
                let terms = &agreement.terms;
                let ends = terms.ends_on.map(|day| format!(" until {day}")).unwrap_or_default();
                format!("{} with {}{ends}", terms.reference, state.parties[&agreement.party].name)
            }),
            "ENT" => state.entitlements.get(&id.parse::<EntitlementId>().unwrap()).map(|right| {
                let agreement = right.agreement.map(|agreement| format!(" under {agreement}")).unwrap_or_default();
                format!("{} of {}{agreement}", right.right.quantity, right.product)
            }),
            _ => panic!("{id} is of no kind that can be shown"),
        };
        found.unwrap_or_else(|| "gone".to_owned())
    }

    /// The product that the most precise rule says; between equals the later.
    fn recognise(&self, words: &Words) -> String {
        let title = RawTitle { name: words.texts[0].clone(), publisher: words.texts.get(1).cloned(), version: None };
        let fitting = self.world.state.title_matches.values().filter(|rule| rule.pattern.fits(&title));
        match fitting.max_by_key(|rule| (rule.pattern.precision(), rule.id)) {
            None => "nothing".to_owned(),
            Some(rule) => rule.product.map_or("needs no licence".to_owned(), |product| product.to_string()),
        }
    }
}

/// The event's word on the ledger.
pub fn kind(event: &Event) -> String {
    serde_json::to_value(event).unwrap()["type"].as_str().unwrap().to_owned()
}

fn file(content: &str) -> ImportedFile {
    ImportedFile { name: "file.csv".into(), digest: Digest::of(content.as_bytes()), bytes: 7, format: "csv".to_owned() }
}

/// `product / publisher / quantity / agreement / agreement end`; everything after the product may be left out.
fn entitlement_row(text: &str, line: u64) -> EntitlementRow {
    let parts: Vec<&str> = text.split('/').map(str::trim).collect();
    let part = |index: usize| parts.get(index).copied().filter(|part| !part.is_empty());
    EntitlementRow {
        line,
        product: parts[0].to_owned(),
        publisher: part(1).map(str::to_owned),
        metric: Metric::Device,
        quantity: Quantity::Units(part(2).map_or(1, |units| units.parse().unwrap())),
        unit_price: None,
        starts_on: None,
        ends_on: None,
        exempt_environments: Vec::new(),
        secondary_use: false,
        agreement: part(3).map(str::to_owned),
        agreement_ends_on: part(4).map(|day| day.parse().unwrap()),
        notice_days: None,
        purchase_reference: None,
        rights: RowRights::default(),
    }
}
