//! The first steps: what is worth doing once, and whether it was done.
//!
//! Opening a page and checking a ledger with other tools leave no trace on it, so those two are never marked.

use axum::response::Response;
use domain::case::{Case, Round, Stage};
use domain::command::{Actor, Via};
use domain::id::PersonId;
use domain::person::Role;

use crate::browse::visitor::Visitor;
use crate::caller::Readers;
use crate::pages::addresses;
use crate::pages::first_run::{self, FirstRunPage, Task};
use crate::problem::Problem;

/// Begins a ledger of one's own.
const OWN_COMMAND: &str = "indult init --data DIR --organisation NAME --admin E-MAIL";
/// Opens the sample company.
const SAMPLE_COMMAND: &str = "indult demo";

/// The page.
pub async fn show(visitor: Visitor) -> Result<Response, Problem> {
    let tasks =
        [decide(&visitor), Some(open_a_number(&visitor)), import(&visitor)?, invite(&visitor)?, verify(&visitor)];
    let view = FirstRunPage {
        tasks: tasks.into_iter().flatten().collect(),
        own_command: OWN_COMMAND.to_owned(),
        sample_command: SAMPLE_COMMAND.to_owned(),
    };
    Ok(visitor.page(first_run::page(&visitor.frame(), &view)))
}

fn task(words: &str, why: &str, address: impl Into<String>, done: bool) -> Task {
    Task { words: words.to_owned(), why: why.to_owned(), address: address.into(), done }
}

fn decide(visitor: &Visitor) -> Option<Task> {
    let cases = || visitor.state().cases.values();
    let waiting = cases().find(|case| app::cases::waits_for(visitor.state(), case, visitor.person(), visitor.now));
    let done = cases().any(|case| has_voted(case, visitor.person()));
    let why = "Everything you need stands on one page, and you get a receipt.";
    let decides = visitor.has(&[Role::Approver, Role::SamManager, Role::Procurement, Role::Finance, Role::Legal]);
    match waiting {
        Some(case) => Some(task("Decide the request that waits for you", why, addresses::case(case.id), done)),
        None => decides.then(|| task("Decide on a request", why, addresses::REQUESTS, done)),
    }
}

fn has_voted(case: &Case, person: PersonId) -> bool {
    let voted = |round: &Round| round.votes.iter().any(|vote| vote.by == person);
    let now = match &case.stage {
        Stage::Deciding(round) => voted(round),
        Stage::Decided(decision) => voted(&decision.round),
        Stage::Draft | Stage::Returned { .. } | Stage::Withdrawn => false,
    };
    now || case.past_rounds.iter().any(voted)
}

/// The working of the number that matters most: the largest shortage, else the first product.
fn open_a_number(visitor: &Visitor) -> Task {
    let lines = visitor.snapshot.lines(visitor.now);
    let line = lines.iter().max_by_key(|line| (line.short, std::cmp::Reverse(line.product)));
    let address = line.map_or_else(|| addresses::POSITION.to_owned(), |line| addresses::product(line.product));
    task(
        "Open a number\u{2019}s working",
        "Every number of the position leads to its rows and its arithmetic.",
        address,
        false,
    )
}

/// Whether the entry is somebody's own act. What filled the sample company was done at its command line and is not.
fn is_own_act(visitor: &Visitor, entry: u64) -> Result<bool, Problem> {
    let sample = visitor.state().organisation.as_ref().is_some_and(|organisation| organisation.sample);
    if !sample {
        return Ok(true);
    }
    let entries = visitor.app.history(&[entry])?;
    Ok(entries.iter().any(|entry| matches!(entry.header.actor, Actor::Person(_, Via::Session(_) | Via::Token(_)))))
}

fn any_own_act(visitor: &Visitor, entries: impl Iterator<Item = u64>) -> Result<bool, Problem> {
    for entry in entries {
        if is_own_act(visitor, entry)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn import(visitor: &Visitor) -> Result<Option<Task>, Problem> {
    if !visitor.has(&[Role::SamManager, Role::Procurement]) {
        return Ok(None);
    }
    let done = any_own_act(visitor, visitor.state().imports.values().rev().map(|import| import.recorded_in))?;
    let why = "You see what it changes before it does, and can undo it after.";
    Ok(Some(task("Import a file", why, addresses::IMPORT_NEW, done)))
}

fn invite(visitor: &Visitor) -> Result<Option<Task>, Problem> {
    if !visitor.has(&[Role::Administrator]) {
        return Ok(None);
    }
    let others = visitor.state().persons.values().rev().filter(|person| person.id != visitor.person());
    let given = others.filter_map(|person| person.given.get(&Role::Approver));
    let done = any_own_act(visitor, given.map(|given| given.recorded_in))?;
    Ok(Some(task("Invite an approver", "Nobody decides on their own request.", addresses::PERSONS, done)))
}

fn verify(visitor: &Visitor) -> Option<Task> {
    visitor
        .caller
        .is_among(Readers::Staff, visitor.state())
        .then(|| task("Check the audit trail yourself", "With tools that are not ours.", addresses::AUDIT, false))
}
