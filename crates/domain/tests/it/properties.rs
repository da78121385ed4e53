//! Random commands on a small organisation: whatever is tried, what is recorded keeps its promises.
//!
//! Most commands are refused, which is the point. Proptest prints the seed and a shortened run where one fails.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use domain::case::{Ballot, Case, CaseTerms, CaseWords, Condition, Stage, Vote};
use domain::command::{Actor, Command, Intent, Via};
use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity};
use domain::envelope;
use domain::event::Event;
use domain::evidence::Evidence;
use domain::id::{
    AccountId, CaseId, DelegationId, EntitlementId, ImportId, PersonId, ProductId, TitleMatchId, TokenId,
};
use domain::import::{Brought, ImportedFile};
use domain::observation::{EntitlementRow, RowRights};
use domain::person::{Role, Scope, SetUpLink};
use domain::product::TitlePattern;
use domain::state::State;
use jiff::{Span, Timestamp, ToSpan};
use proptest::prelude::*;

use crate::world::{Entry, World, categories, recorded, seal_all};

/// What somebody tries, still without the things that depend on the state.
#[derive(Debug, Clone)]
struct Attempt {
    seconds_later: i64,
    person: u64,
    /// Whether somebody tries who may be expected to succeed.
    apt: bool,
    via: u8,
    act: Act,
}

#[derive(Debug, Clone)]
enum Act {
    AddPerson(Vec<Role>),
    SetRoles(u64, Vec<Role>),
    Deactivate(u64),
    Reactivate(u64),
    Erase(u64),
    OpenAccount(u64),
    IssueLink(u64),
    SignIn(u64),
    SetPassword(u64),
    IssueToken,
    RevokeToken(u64),
    Delegate(u64, i64, i64),
    EndDelegation(u64),
    Publish(u8),
    Open(u8, Option<u64>, i64),
    Revise(u64, u8, Option<u64>, u64),
    Attach(u64, u8),
    Submit(u64),
    Comment(u64),
    Withdraw(u64),
    Vote { case: u64, stale: bool, place: bool, ballot: Ballot, conditions: usize },
    Revoke(u64),
    ImportRights(u8),
    ImportInventory(u8),
    Undo(u64),
    Retire(u64),
    Match(u64),
    Unmatch(u64),
}

fn person() -> impl Strategy<Value = u64> {
    1_u64..7
}

fn case() -> impl Strategy<Value = u64> {
    1_u64..4
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    prop::collection::vec(
        prop::sample::select(vec![
            Role::Requester,
            Role::Approver,
            Role::Finance,
            Role::Legal,
            Role::Administrator,
            Role::Auditor,
        ]),
        0..4,
    )
}

fn vote() -> impl Strategy<Value = Act> {
    let ballot = prop_oneof![
        8 => Just(Ballot::Approve),
        1 => Just(Ballot::Abstain),
        1 => Just(Ballot::Deny),
        1 => Just(Ballot::RequestChanges),
    ];
    (case(), prop::bool::weighted(0.1), prop::bool::weighted(0.4), ballot, 0_usize..3)
        .prop_map(|(case, stale, place, ballot, conditions)| Act::Vote { case, stale, place, ballot, conditions })
}

fn act() -> impl Strategy<Value = Act> {
    let others = || prop::option::weighted(0.3, person());
    prop_oneof![
        1 => roles().prop_map(Act::AddPerson),
        2 => (person(), roles()).prop_map(|(person, roles)| Act::SetRoles(person, roles)),
        1 => person().prop_map(Act::Deactivate),
        1 => person().prop_map(Act::Reactivate),
        1 => prop_oneof![1 => person().prop_map(Act::Erase), 2 => person().prop_map(Act::OpenAccount)],
        1 => person().prop_map(Act::IssueLink),
        1 => person().prop_map(Act::SignIn),
        1 => person().prop_map(Act::SetPassword),
        1 => Just(Act::IssueToken),
        1 => (1_u64..3).prop_map(Act::RevokeToken),
        3 => (person(), -2_i64..1, 1_i64..4).prop_map(|(to, start, length)| Act::Delegate(to, start, length)),
        1 => (1_u64..4).prop_map(Act::EndDelegation),
        1 => (0_u8..3).prop_map(Act::Publish),
        4 => (0_u8..3, others(), -1_i64..20).prop_map(|(category, whom, days)| Act::Open(category, whom, days)),
        2 => (case(), 0_u8..3, others(), 1_u64..9).prop_map(|(case, category, whom, units)| Act::Revise(case, category, whom, units)),
        1 => (case(), 0_u8..3).prop_map(|(case, file)| Act::Attach(case, file)),
        8 => case().prop_map(Act::Submit),
        1 => case().prop_map(Act::Comment),
        1 => case().prop_map(Act::Withdraw),
        30 => vote(),
        1 => case().prop_map(Act::Revoke),
        1 => (0_u8..3).prop_map(Act::ImportRights),
        1 => (0_u8..3).prop_map(Act::ImportInventory),
        1 => (1_u64..4).prop_map(Act::Undo),
        1 => (1_u64..4).prop_map(Act::Retire),
        1 => (1_u64..4).prop_map(Act::Match),
        1 => (1_u64..3).prop_map(Act::Unmatch),
    ]
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let seconds = prop_oneof![6 => 0_i64..3_600, 1 => Just(86_400), 1 => -5_i64..0];
    let tried = (seconds, person(), prop::bool::weighted(0.7), 0_u8..12, act());
    let attempt =
        tried.prop_map(|(seconds_later, person, apt, via, act)| Attempt { seconds_later, person, apt, via, act });
    prop::collection::vec(attempt, 20..90)
}

/// Six people with the roles that matter, two products and two requests under way.
fn small_world() -> World {
    let mut world = World::founded("2026-11-02T09:00:00Z", "Europe/Prague");
    let ana = world.session_of(PersonId(1));
    let people: [(&str, &[Role]); 5] = [
        ("ben", &[Role::Approver, Role::Finance, Role::Legal]),
        ("cyd", &[Role::Finance]),
        ("dee", &[Role::Requester, Role::Approver]),
        ("eve", &[Role::Legal, Role::Finance]),
        ("fay", &[Role::Administrator, Role::Legal, Role::Requester]),
    ];
    for (name, roles) in people {
        let intent = Intent::AddPerson {
            name: name.into(),
            email: format!("{name}@acme.example").into(),
            roles: roles.iter().copied().collect(),
            login: Some(name.into()),
        };
        world.carry(ana, intent).unwrap();
    }
    for name in ["Vectra", "Calma"] {
        let intent = Intent::AddProduct { name: name.to_owned(), publisher: None, metric: Metric::Device };
        world.carry(ana, intent).unwrap();
    }
    let terms = terms(0, None, 3, world.now);
    for person in [PersonId(4), PersonId(1)] {
        let actor = world.session_of(person);
        world.carry(actor, Intent::OpenCase { terms: terms.clone(), words: words() }).unwrap();
        let case = CaseId(world.state.last_numbers.case);
        world.carry(actor, Intent::SubmitCase { case }).unwrap();
    }
    world
}

fn terms(category: u8, beneficiary: Option<u64>, days: i64, now: Timestamp) -> CaseTerms {
    CaseTerms {
        category: ["exceed-entitlement", "one-approver", "two-legal"][usize::from(category)].to_owned(),
        product: ProductId(1),
        quantity: 5,
        environment: None,
        until: now.to_zoned(jiff::tz::TimeZone::UTC).date() + days.days(),
        beneficiary: beneficiary.map(PersonId),
    }
}

fn words() -> CaseWords {
    CaseWords {
        title: "More seats".into(),
        justification: "We grow.".into(),
        answers: [("plan".to_owned(), "Buy.".into())].into(),
    }
}

fn file(number: u8) -> ImportedFile {
    ImportedFile {
        name: format!("file-{number}.csv").into(),
        digest: Digest::of(&[number]),
        bytes: 7,
        format: "csv".to_owned(),
    }
}

fn row(line: u64) -> EntitlementRow {
    EntitlementRow {
        line,
        product: format!("Product {line}"),
        publisher: Some("Northwind".to_owned()),
        metric: Metric::Device,
        quantity: Quantity::Units(line),
        unit_price: None,
        starts_on: None,
        ends_on: None,
        exempt_environments: Vec::new(),
        secondary_use: false,
        agreement: Some("MSA-1".to_owned()),
        agreement_ends_on: None,
        notice_days: None,
        purchase_reference: None,
        rights: RowRights::default(),
    }
}

/// The digest that a voter names: the current round's, or that of an earlier one.
fn digest_seen(state: &State, case: CaseId, stale: bool) -> Digest {
    let Some(known) = state.cases.get(&case) else { return Digest::of(b"none") };
    match (&known.stage, stale) {
        (Stage::Deciding(round), false) => round.digest,
        _ => known.past_rounds.last().map_or(Digest::of(b"none"), |round| round.digest),
    }
}

/// Somebody in whose place `person` may vote some day.
fn principal_of(state: &State, person: PersonId) -> Option<PersonId> {
    state.delegations.values().rev().find(|known| known.to == person).map(|known| known.from)
}

/// Who would do this in earnest: an administrator, the requester, somebody with a seat.
fn apt(world: &World, attempt: &Attempt) -> PersonId {
    let requester = |case: &u64| world.state.cases.get(&CaseId(*case)).map_or(PersonId(4), |case| case.requester);
    match &attempt.act {
        Act::AddPerson(_) | Act::SetRoles(..) | Act::Deactivate(_) | Act::Reactivate(_) | Act::Erase(_) => {
            PersonId(if attempt.person.is_multiple_of(2) { 1 } else { 6 })
        }
        Act::OpenAccount(_) | Act::IssueLink(_) | Act::EndDelegation(_) | Act::RevokeToken(_) => PersonId(6),
        Act::ImportRights(_)
        | Act::ImportInventory(_)
        | Act::Undo(_)
        | Act::Retire(_)
        | Act::Match(_)
        | Act::Unmatch(_) => PersonId(1),
        Act::SignIn(account) | Act::SetPassword(account) => PersonId(*account),
        Act::Publish(_) => PersonId(if attempt.person.is_multiple_of(2) { 2 } else { 5 }),
        Act::Revise(case, ..) | Act::Attach(case, _) | Act::Submit(case) | Act::Withdraw(case) => requester(case),
        Act::Vote { place: true, .. } => {
            let delegations = &world.state.delegations;
            let number = attempt.person % (1 + u64::try_from(delegations.len()).unwrap());
            delegations.get(&DelegationId(number)).map_or(PersonId(attempt.person), |known| known.to)
        }
        Act::Open(..) | Act::Comment(_) | Act::Vote { .. } | Act::Revoke(_) | Act::IssueToken | Act::Delegate(..) => {
            PersonId(attempt.person)
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each act")]
fn intent(world: &World, person: PersonId, act: &Act) -> Intent {
    let state = &world.state;
    let today = state.day(world.now);
    match act.clone() {
        Act::AddPerson(roles) => {
            let number = state.last_numbers.person + 1;
            Intent::AddPerson {
                name: format!("person {number}").into(),
                email: format!("person{number}@acme.example").into(),
                roles: roles.into_iter().collect(),
                login: Some(format!("person{number}").into()),
            }
        }
        Act::SetRoles(person, roles) => {
            Intent::SetRoles { person: PersonId(person), roles: roles.into_iter().collect() }
        }
        Act::Deactivate(person) => Intent::DeactivatePerson { person: PersonId(person) },
        Act::Reactivate(person) => Intent::ReactivatePerson { person: PersonId(person) },
        Act::Erase(person) => Intent::ErasePerson { person: PersonId(person), legal_basis: "GDPR Art. 17".to_owned() },
        Act::OpenAccount(person) => {
            let login = format!("account {}", state.last_numbers.account + 1);
            Intent::OpenAccount { person: PersonId(person), login: login.into() }
        }
        Act::IssueLink(account) => Intent::IssueSetUpLink {
            account: AccountId(account),
            link: SetUpLink { digest: Digest::of(b"link"), expires_at: world.now + Span::new().hours(1) },
        },
        Act::SignIn(account) => Intent::OpenSession {
            account: AccountId(account),
            digest: Digest::of(&state.size.to_be_bytes()),
            expires_at: world.now + Span::new().hours(1),
        },
        Act::SetPassword(account) => Intent::SetPassword { account: AccountId(account), verifier: "$argon2id$".into() },
        Act::IssueToken => Intent::IssueToken {
            label: "for tests".into(),
            scopes: [Scope::Write].into(),
            digest: Digest::of(&state.size.to_be_bytes()),
            expires_at: None,
        },
        Act::RevokeToken(token) => Intent::RevokeToken { token: TokenId(token) },
        Act::Delegate(to, start, length) => Intent::Delegate {
            to: PersonId(to),
            starts_on: today + start.days(),
            ends_on: today + (start + length).days(),
        },
        Act::EndDelegation(delegation) => Intent::EndDelegation { delegation: DelegationId(delegation) },
        Act::Publish(version) => {
            let mut categories = categories();
            categories[1].decided_by[0].role = [Role::Approver, Role::Finance, Role::Legal][usize::from(version)];
            Intent::PublishCatalogue { digest: Digest::of(format!("catalogue v{version}").as_bytes()), categories }
        }
        Act::Open(category, whom, days) => {
            Intent::OpenCase { terms: terms(category, whom, days, world.now), words: words() }
        }
        Act::Revise(case, category, whom, units) => {
            let mut terms = terms(category, whom, 5, world.now);
            terms.quantity = units;
            Intent::ReviseCase { case: CaseId(case), terms, words: words() }
        }
        Act::Attach(case, number) => Intent::AttachEvidence {
            case: CaseId(case),
            evidence: Evidence { digest: Digest::of(&[number]), name: "quote.pdf".into(), bytes: 9 },
        },
        Act::Submit(case) => Intent::SubmitCase { case: CaseId(case) },
        Act::Comment(case) => Intent::Comment { case: CaseId(case), wording: "Hm.".into() },
        Act::Withdraw(case) => Intent::WithdrawCase { case: CaseId(case) },
        Act::Vote { case, stale, place, ballot, conditions } => Intent::CastVote {
            case: CaseId(case),
            digest: digest_seen(state, CaseId(case), stale),
            on_behalf_of: if place { principal_of(state, person) } else { None },
            ballot,
            reason: "Considered.".into(),
            conditions: vec![Condition { wording: "Until June.".into() }; conditions],
        },
        Act::Revoke(case) => Intent::RevokeGrant { case: CaseId(case), reason: "Misused.".into() },
        Act::ImportRights(number) => Intent::ImportEntitlements {
            source: "csv".to_owned(),
            file: file(number),
            mapping: None,
            rows: (2..4).map(row).collect(),
            rejected: 0,
            merged: 0,
        },
        Act::ImportInventory(number) => Intent::ImportInventory {
            source: "HR".to_owned(),
            files: vec![file(number)],
            brought: Brought::Inventory {
                reports: 1,
                installations: 2,
                rejected: 0,
                merged: 0,
                reports_digest: Digest::of(b"reports"),
            },
        },
        Act::Undo(import) => Intent::UndoImport { import: ImportId(import) },
        Act::Retire(entitlement) => Intent::RetireEntitlement {
            entitlement: EntitlementId(entitlement),
            retired_on: today,
            reason: "Sold.".into(),
        },
        Act::Match(product) => Intent::MatchTitle {
            pattern: TitlePattern { name: format!("Title {product}*"), publisher: None },
            product: Some(ProductId(product)),
        },
        Act::Unmatch(title_match) => Intent::UnmatchTitle { title_match: TitleMatchId(title_match) },
    }
}

fn attempt(world: &mut World, attempt: &Attempt) {
    world.now += Span::new().seconds(attempt.seconds_later);
    let person = if attempt.apt { apt(world, attempt) } else { PersonId(attempt.person) };
    let mut accounts = world.state.accounts.values().filter(|account| account.person == person);
    let actor = match attempt.via {
        0 => Actor::Person(person, Via::Token(TokenId(1))),
        1 => Actor::Person(person, Via::Operator),
        2 => Actor::Person(person, accounts.next_back().map_or(Via::Operator, |account| Via::Link(account.id))),
        3 => Actor::Person(person, accounts.next_back().map_or(Via::Operator, |account| Via::Session(account.id))),
        _ => world.session_of(person),
    };
    let intent = intent(world, person, &attempt.act);
    let before = (world.state.clone(), world.entries.len());
    let result = world.carry(actor, intent);
    if result.is_err() {
        assert_eq!((&world.state, world.entries.len()), (&before.0, before.1), "a refusal changes nothing");
    }
    if let Ok(events) = &result {
        for event in events {
            if let Event::GrantIssued { case, .. } = event {
                check_grant(&before.0, world, *case);
            }
        }
    }
}

/// The grant's quorum, counted again from the votes by a rule that shares nothing with the one that decided:
/// every way of handing the wanted seats to approvers is tried.
fn check_grant(before: &State, world: &World, case: CaseId) {
    let state = &world.state;
    let known = &state.cases[&case];
    let Stage::Decided(decision) = &known.stage else { panic!("{case} has a grant and no decision") };
    let grant = &state.grants[&case];
    assert_eq!(grant.terms, decision.round.terms, "what was granted is what was voted on");
    assert_eq!(known.digest(decision.round.catalogue), decision.round.digest, "the votes are on this revision");
    let category = &state.catalogues[&decision.round.catalogue].categories[&known.terms.category];
    let wanted: Vec<Role> = category.decided_by.iter().flat_map(|seats| (0..seats.count).map(|_| seats.role)).collect();
    let approvals: Vec<&Vote> = decision.round.votes.iter().filter(|vote| vote.ballot == Ballot::Approve).collect();
    let eligible: Vec<(&Vote, BTreeSet<Role>)> =
        approvals.iter().map(|vote| (*vote, independent_roles(before, state, known, vote, grant.granted_at))).collect();
    assert!(can_fill(&wanted, &eligible, &BTreeSet::new()), "{case} was granted without its quorum: {decision:#?}");
    for event in world.entries.iter().map(|entry| recorded(entry, false).event) {
        if let Event::VoteCast { case: of, digest, .. } = event {
            assert!(
                of != case || known.past_rounds.iter().chain([&decision.round]).any(|round| round.digest == digest)
            );
        }
    }
}

/// The roles that a vote may stand for, by the words of the rules.
fn independent_roles(before: &State, state: &State, case: &Case, vote: &Vote, at: Timestamp) -> BTreeSet<Role> {
    let parties: BTreeSet<PersonId> = [Some(case.requester), case.terms.beneficiary].into_iter().flatten().collect();
    let Stage::Deciding(round) = &before.cases[&case.id].stage else { panic!("{} was not being decided", case.id) };
    let opened = round.opened_at;
    let (from, to) = (state.day(opened), state.day(at));
    for person in [vote.by, vote.seat_of()] {
        let stands_in = state.delegations.values().any(|known| {
            let last = known.ended_at.map_or(known.ends_on, |ended| known.ends_on.min(state.day(ended)));
            known.to == person
                && parties.contains(&known.from)
                && known.ended_at.is_none_or(|ended| opened <= ended)
                && known.starts_on <= to.min(last)
                && from <= last
        });
        if parties.contains(&person) || stands_in || !state.persons[&person].active {
            return BTreeSet::new();
        }
    }
    let may_stand_in = vote.on_behalf_of.is_none_or(|principal| {
        state.delegations.values().any(|known| known.from == principal && known.to == vote.by && known.holds_on(to))
    });
    if may_stand_in { state.persons[&vote.seat_of()].roles.clone() } else { BTreeSet::new() }
}

fn can_fill(wanted: &[Role], votes: &[(&Vote, BTreeSet<Role>)], used: &BTreeSet<PersonId>) -> bool {
    let Some((role, others)) = wanted.split_first() else { return true };
    votes.iter().any(|(vote, roles)| {
        let persons = [vote.by, vote.seat_of()];
        roles.contains(role) && persons.iter().all(|person| !used.contains(person)) && {
            let mut used = used.clone();
            used.extend(persons);
            can_fill(others, votes, &used)
        }
    })
}

/// Positions are gapless, versions contiguous, parts whole, time never runs backwards.
fn check_order(entries: &[Entry]) {
    let mut versions: BTreeMap<String, u64> = BTreeMap::new();
    let mut last: Option<Timestamp> = None;
    let mut part_wanted = (0, 0);
    for (seq, entry) in (0..).zip(entries) {
        let (header, event) = envelope::open(&entry.bytes, &entry.side_kept()).unwrap();
        assert_eq!(header.seq, seq);
        let version = versions.entry(event.event.stream()).or_insert(0);
        *version += 1;
        assert_eq!(header.version, *version);
        assert!(last.is_none_or(|last| last <= header.at));
        last = Some(header.at);
        if part_wanted.0 == part_wanted.1 {
            part_wanted = (0, header.part.1);
        }
        assert_eq!(header.part, part_wanted);
        part_wanted.0 += 1;
        let skimmed = envelope::skim(&entry.bytes).unwrap();
        assert_eq!((skimmed.seq, skimmed.part, skimmed.ver), (header.seq, header.part, header.version));
    }
    assert_eq!(part_wanted.0, part_wanted.1, "the last command is whole");
}

/// Decides the same commands again, on a state built entry by entry as `read` reads them.
fn decide_again(commands: &[Command], read: impl Fn(&Entry) -> Entry, erased: bool) -> (State, Vec<Entry>) {
    let mut state = State::default();
    let mut entries = Vec::new();
    let mut salts = 0;
    for command in commands {
        let Ok(events) = domain::decide(&state, command) else { continue };
        for (_, entry) in seal_all(&state, command, &events, &mut salts) {
            let entry = read(&entry);
            state.evolve(&recorded(&entry, erased));
            entries.push(entry);
        }
    }
    (state, entries)
}

/// An entry without what an erasure changes: commitments, and whether a text has one.
fn without_texts(entry: &Entry) -> serde_json::Value {
    fn mask(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) if map.contains_key("$pd") => *value = "text".into(),
            serde_json::Value::Object(map) => map.values_mut().for_each(mask),
            serde_json::Value::Array(items) => items.iter_mut().for_each(mask),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::String(_) => {}
        }
    }
    let mut value: serde_json::Value = serde_json::from_slice(&entry.bytes).unwrap();
    value.as_object_mut().unwrap().remove("pd");
    mask(&mut value);
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_tried_the_ledger_keeps_its_promises(attempts in attempts()) {
        let mut world = small_world();
        for step in &attempts {
            attempt(&mut world, step);
        }
        check_order(&world.entries);
        prop_assert_eq!(&world.replayed(false), &world.state, "the bytes amount to the state");

        // Every command that went through `login_is_free` is decided again, to the same bytes.
        let (state, entries) = decide_again(&world.commands, Entry::clone, false);
        prop_assert_eq!(&entries, &world.entries, "the same commands give the same bytes");
        prop_assert_eq!(&state, &world.state);

        // With every text erased as soon as it is recorded, the same is decided.
        let (_, erased) = decide_again(&world.commands, Entry::clone, true);
        let masked = |entries: &[Entry]| entries.iter().map(without_texts).collect::<Vec<_>>();
        prop_assert_eq!(masked(&erased), masked(&world.entries), "an erasure decides nothing");
    }
}

#[test]
fn random_runs_reach_what_they_are_to_check() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let (mut for_somebody, mut moved) = (0, 0);
    for _ in 0..200 {
        let attempts = attempts().new_tree(&mut runner).unwrap().current();
        let mut world = small_world();
        for step in &attempts {
            attempt(&mut world, step);
        }
        for entry in &world.entries {
            let event = recorded(entry, false).event;
            if let Event::VoteCast { on_behalf_of, moved: moves, .. } = &event {
                for_somebody += u64::from(on_behalf_of.is_some());
                moved += u64::from(!moves.is_empty());
            }
            *kinds.entry(crate::scenario::kind(&event)).or_default() += 1;
        }
    }
    for kind in [
        "grant-issued",
        "case-decided",
        "case-returned",
        "data-erased",
        "delegated",
        "import-undone",
        "catalogue-published",
    ] {
        assert!(kinds.get(kind).is_some_and(|count| *count >= 10), "{kind} hardly ever happens: {kinds:#?}");
    }
    assert!(moved >= 3, "{moved} votes with moves");
    assert!(for_somebody >= 8, "{for_somebody} votes for somebody");
}

/// Every other byte in every place: nothing panics, and nothing is taken for the same entry.
#[test]
fn no_entry_survives_the_change_of_a_byte() {
    let mut seen = BTreeSet::new();
    let mut tried: u64 = 0;
    for entry in crate::entries::samples() {
        let side = entry.side_kept();
        let original = envelope::open(&entry.bytes, &side).unwrap();
        seen.insert(crate::scenario::kind(&original.1.event));
        for place in 0..entry.bytes.len() {
            for flip in (0..8).map(|bit| 1_u8 << bit) {
                let mut bytes = entry.bytes.clone();
                bytes[place] ^= flip;
                tried += 1;
                let skimmed = envelope::skim(&bytes).is_ok();
                if let Ok(changed) = envelope::open(&bytes, &side) {
                    assert!(skimmed, "what opens can be skimmed");
                    assert!(
                        changed != original,
                        "byte {place} ^ {flip:#x} makes no difference in {}",
                        String::from_utf8_lossy(&bytes)
                    );
                }
            }
        }
    }
    assert!(tried > 100_000 && seen.len() > 30, "{tried} changes of {} kinds of entries", seen.len());
}
