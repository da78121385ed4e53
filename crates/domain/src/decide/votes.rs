//! Votes: who may decide a request, which seat a vote takes, and when a request is decided.
//!
//! No authority reaches over oneself: everything here counts persons, whatever accounts, roles or delegations they act by.
//! It never looks inside an erasable text of the state.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::cases::{case_of, category_of, check_until, status_word};
use super::people::person_of;
use super::software::product_of;
use super::{Asking, CONDITIONS_MAX, check_words};
use crate::case::{Ballot, Case, Condition, Outcome, Round, SeatMove, Stage, Vote};
use crate::catalogue::Seats;
use crate::command::{Actor, Intent, Via};
use crate::event::Event;
use crate::id::PersonId;
use crate::person::{Given, Person, Role};
use crate::refusal::{Refusal, difference};
use crate::state::State;
use crate::text::Text;

/// How a person stands to a case that is being decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// May vote for themselves, in one of these roles.
    MayVote(Vec<Role>),
    /// May not vote, and why.
    MayNot(Refusal),
}

/// Whether `person` may vote on `case` for themselves at `at`, and if not, why.
/// Pages show it before anybody tries; `decide` asks the same function.
pub fn standing(state: &State, case: &Case, person: PersonId, at: Timestamp) -> Standing {
    match eligible_seats(state, case, person, None, at) {
        Ok(roles) => Standing::MayVote(roles),
        Err(refusal) => Standing::MayNot(refusal),
    }
}

/// The roles in which `person` may vote on `case`, for themselves or in place of `on_behalf_of`.
pub fn eligible_seats(
    state: &State,
    case: &Case,
    person: PersonId,
    on_behalf_of: Option<PersonId>,
    at: Timestamp,
) -> Result<Vec<Role>, Refusal> {
    let Stage::Deciding(round) = &case.stage else { return Err(not_being_decided(case)) };
    let voter = active_person(state, person)?;
    no_party_to(state, case, round, person, at)?;
    let holder = match on_behalf_of.filter(|principal| *principal != person) {
        None => voter,
        Some(principal) => principal_of(state, case, round, person, principal, at)?,
    };
    let category = category_of(state, case, round)?;
    let wanted = || category.decided_by.iter().map(|seats| seats.role);
    let held: Vec<Role> = wanted().filter(|role| holder.roles.contains(role)).collect();
    if held.is_empty() {
        return Err(Refusal::NoSeat {
            case: case.id,
            needed: wanted().collect(),
            held: holder.roles.iter().copied().collect(),
        });
    }
    let from_party = |role: &Role| given_by_party(case, holder.given.get(role).copied());
    let free: Vec<Role> = held.iter().copied().filter(|role| from_party(role).is_none()).collect();
    match (held.first().copied(), held.iter().find_map(from_party)) {
        (Some(role), Some(by)) if free.is_empty() => {
            Err(Refusal::SeatGivenByParty { case: case.id, person: holder.id, role, by })
        }
        _ => Ok(free),
    }
}

fn not_being_decided(case: &Case) -> Refusal {
    Refusal::WrongStage { case: case.id, status: status_word(case), hint: "Votes are cast while it is being decided." }
}

fn active_person(state: &State, person: PersonId) -> Result<&Person, Refusal> {
    let known = person_of(state, person)?;
    if known.active { Ok(known) } else { Err(Refusal::Deactivated { person }) }
}

/// The one in whose place `person` votes: who asked for it, is no party and may act.
fn principal_of<'a>(
    state: &'a State,
    case: &Case,
    round: &Round,
    person: PersonId,
    principal: PersonId,
    at: Timestamp,
) -> Result<&'a Person, Refusal> {
    let today = state.day(at);
    let delegated =
        state.delegations.values().any(|known| known.from == principal && known.to == person && known.holds_on(today));
    if !delegated {
        return Err(Refusal::NoDelegation { principal });
    }
    if no_party_to(state, case, round, principal, at).is_err() {
        return Err(Refusal::PrincipalIsParty { case: case.id, principal });
    }
    active_person(state, principal)
}

fn is_party(case: &Case, person: PersonId) -> bool {
    case.requester == person || case.terms.beneficiary == Some(person)
}

/// Neither requester nor beneficiary, nor anybody who stood in for one of them since the request was put to a vote:
/// a delegation that is ended just before the vote does not make its delegate independent.
fn no_party_to(state: &State, case: &Case, round: &Round, person: PersonId, at: Timestamp) -> Result<(), Refusal> {
    if case.requester == person {
        return Err(Refusal::RequesterCannotVote { case: case.id });
    }
    if case.terms.beneficiary == Some(person) {
        return Err(Refusal::BeneficiaryCannotVote { case: case.id });
    }
    let mut from_parties =
        state.delegations.values().filter(|known| known.to == person && is_party(case, known.from)).peekable();
    if from_parties.peek().is_none() {
        return Ok(());
    }
    let zone = state.zone();
    match from_parties.find(|known| known.held_between(round.opened_at, at, &zone)) {
        Some(delegation) => Err(Refusal::DelegateOfPartyCannotVote { case: case.id, principal: delegation.from }),
        None => Ok(()),
    }
}

/// The party to `case` by whose hand something was given after the case was begun.
/// Nobody may make their own judges; what was given before, or by anybody else, is another matter.
fn given_by_party(case: &Case, given: Option<Given>) -> Option<PersonId> {
    let given = given?;
    let begun_in = case.entries.first().copied().unwrap_or(0);
    given.by.filter(|by| begun_in < given.recorded_in && is_party(case, *by))
}

/// The seats of a round that have no approval yet: role and how many persons are still needed.
/// A vote is counted only while its voter may still vote.
pub fn open_seats(state: &State, case: &Case, round: &Round, at: Timestamp) -> Vec<Seats> {
    let Ok(category) = category_of(state, case, round) else { return Vec::new() };
    let approvals = counted_approvals(state, case, round, at);
    category
        .decided_by
        .iter()
        .map(|seats| {
            let filled =
                u32::try_from(approvals.iter().filter(|vote| vote.role == seats.role).count()).unwrap_or(u32::MAX);
            Seats { role: seats.role, count: seats.count.saturating_sub(filled) }
        })
        .filter(|seats| seats.count > 0)
        .collect()
}

/// Whether a vote's voter may still vote in the seat that it takes.
fn still_eligible(state: &State, case: &Case, vote: &Vote, at: Timestamp) -> bool {
    eligible_seats(state, case, vote.by, vote.on_behalf_of, at).is_ok_and(|roles| roles.contains(&vote.role))
}

/// Approvals by persons who may still vote, each person once, as voter or as holder of a seat.
fn counted_approvals<'a>(state: &State, case: &Case, round: &'a Round, at: Timestamp) -> Vec<&'a Vote> {
    let mut persons = BTreeSet::new();
    round
        .votes
        .iter()
        .filter(|vote| vote.ballot == Ballot::Approve && still_eligible(state, case, vote, at))
        .filter(|vote| {
            let seat_is_new = persons.insert(vote.seat_of());
            let person_is_new = vote.by == vote.seat_of() || persons.insert(vote.by);
            seat_is_new && person_is_new
        })
        .collect()
}

/// A vote that is about to be cast.
#[derive(Clone, Copy)]
struct Casting<'a> {
    asking: Asking<'a>,
    case: &'a Case,
    round: &'a Round,
    voter: PersonId,
    on_behalf_of: Option<PersonId>,
}

impl Casting<'_> {
    fn seat_of(&self) -> PersonId {
        self.on_behalf_of.unwrap_or(self.voter)
    }

    /// The round without the vote that this one replaces.
    fn round_without(&self) -> Round {
        let mut others = self.round.clone();
        others.votes.retain(|vote| vote.seat_of() != self.seat_of());
        others
    }
}

pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let Intent::CastVote { case, digest, on_behalf_of, ballot, reason, conditions } = &asking.command.intent else {
        return Ok(Vec::new());
    };
    if let Actor::Person(_, Via::Token(_)) = asking.command.actor {
        return Err(Refusal::TokenCannotDecide);
    }
    let state = asking.state;
    let known = case_of(state, *case)?;
    let voter = asking.asker()?;
    let on_behalf_of = on_behalf_of.filter(|principal| *principal != voter);
    let roles = eligible_seats(state, known, voter, on_behalf_of, asking.at)?;
    let Stage::Deciding(round) = &known.stage else { return Err(not_being_decided(known)) };
    account_is_the_voters_own(asking, known)?;
    if round.digest != *digest {
        return Err(Refusal::CaseChanged {
            case: *case,
            seen: *digest,
            current: round.digest,
            difference: what_changed(known, round, *digest),
        });
    }
    check_ballot(*ballot, reason, conditions)?;
    let casting = Casting { asking, case: known, round, voter, on_behalf_of };
    one_person_one_seat(casting)?;
    let (role, moved) = choose_seat(casting, &roles, *ballot)?;
    let mut events = vec![Event::VoteCast {
        case: *case,
        digest: *digest,
        on_behalf_of,
        role,
        ballot: *ballot,
        reason: reason.clone(),
        conditions: conditions.clone(),
        moved: moved.clone(),
    }];
    match ballot {
        Ballot::Abstain => {}
        Ballot::RequestChanges => events.push(Event::CaseReturned { case: *case, reason: reason.clone() }),
        Ballot::Deny => events.push(Event::CaseDecided { case: *case, digest: *digest, outcome: Outcome::Denied }),
        Ballot::Approve => events.extend(approve_when_complete(casting, role, &moved, conditions)?),
    }
    Ok(events)
}

/// Whoever issued the last one-time link of an account could have signed in with it.
/// Where that was a party, after the request was begun, a vote through the account proves nothing.
fn account_is_the_voters_own(asking: Asking<'_>, case: &Case) -> Result<(), Refusal> {
    let Actor::Person(voter, Via::Session(account)) = asking.command.actor else { return Ok(()) };
    let given = asking.state.accounts.get(&account).and_then(|known| known.link_given);
    match given_by_party(case, given) {
        Some(by) if by != voter => Err(Refusal::LinkGivenByParty { case: case.id, by }),
        _ => Ok(()),
    }
}

/// What differs between the version that a voter saw and the one that is voted on.
fn what_changed(case: &Case, round: &Round, seen: crate::digest::Digest) -> String {
    match case.past_rounds.iter().rev().find(|past| past.digest == seen) {
        None => "what you looked at was never put to a vote".to_owned(),
        Some(past) if past.revision == round.revision => "the rules by which it is decided".to_owned(),
        Some(past) => difference(&past.terms, &round.terms),
    }
}

fn check_ballot(ballot: Ballot, reason: &Text, conditions: &[Condition]) -> Result<(), Refusal> {
    check_words("reason", "the reason of your vote", reason)?;
    if conditions.len() > CONDITIONS_MAX {
        return Err(Refusal::about("conditions", format!("Set at most {CONDITIONS_MAX} conditions.")));
    }
    if ballot != Ballot::Approve && !conditions.is_empty() {
        return Err(Refusal::about("conditions", "Conditions go with an approval only."));
    }
    conditions.iter().try_for_each(|condition| check_words("conditions", "the condition", &condition.wording))
}

/// Nobody fills two seats, as voter, delegate or principal, and nobody overrules a principal who voted in person.
fn one_person_one_seat(casting: Casting<'_>) -> Result<(), Refusal> {
    let Casting { asking, case, round, voter, on_behalf_of } = casting;
    if let Some(principal) = on_behalf_of
        && round.votes.iter().any(|vote| vote.by == principal && vote.on_behalf_of.is_none())
    {
        return Err(Refusal::PrincipalHasVoted { case: case.id, principal });
    }
    let seat_of = casting.seat_of();
    let elsewhere = round
        .votes
        .iter()
        .filter(|vote| vote.seat_of() != seat_of && vote.ballot == Ballot::Approve)
        .filter(|vote| still_eligible(asking.state, case, vote, asking.at))
        .flat_map(|vote| [vote.by, vote.seat_of()])
        .find(|person| *person == voter || *person == seat_of);
    match elsewhere {
        Some(person) => Err(Refusal::VotedInAnotherSeat { case: case.id, person }),
        None => Ok(()),
    }
}

/// Approvals by the role that they fill: whose seat, and which roles it could fill.
type Seated = BTreeMap<Role, Vec<(PersonId, Vec<Role>)>>;

/// The seat that the vote takes: of the voter's roles the first that still needs somebody.
/// Where none does but an earlier voter could fill another role as well, that voter moves,
/// so that no order of voting leaves a request undecided that enough persons approve.
fn choose_seat(casting: Casting<'_>, roles: &[Role], ballot: Ballot) -> Result<(Role, Vec<SeatMove>), Refusal> {
    let Casting { asking, case, round, .. } = casting;
    let state = asking.state;
    let others = casting.round_without();
    let open = open_seats(state, case, &others, asking.at);
    if let Some(role) = roles.iter().copied().find(|role| open.iter().any(|seats| seats.role == *role)) {
        return Ok((role, Vec::new()));
    }
    let first = roles.first().copied().unwrap_or(Role::Approver);
    if ballot != Ballot::Approve {
        // Whoever has a say may say no or nothing, even where enough others said yes.
        return Ok((first, Vec::new()));
    }
    let mut seated = Seated::new();
    for vote in counted_approvals(state, case, &others, asking.at) {
        let could = eligible_seats(state, case, vote.by, vote.on_behalf_of, asking.at).unwrap_or_default();
        seated.entry(vote.role).or_default().push((vote.seat_of(), could));
    }
    let wanted: BTreeMap<Role, usize> = category_of(state, case, round)?
        .decided_by
        .iter()
        .map(|seats| (seats.role, usize::try_from(seats.count).unwrap_or(usize::MAX)))
        .collect();
    let mut tried = BTreeSet::new();
    roles
        .iter()
        .find_map(|role| Some((*role, room_for(*role, &seated, &wanted, &mut tried)?)))
        .ok_or(Refusal::SeatTaken { case: case.id, role: first })
}

/// The moves after which a seat of `role` is free: an augmenting path in the matching of voters and roles.
fn room_for(
    role: Role,
    seated: &Seated,
    wanted: &BTreeMap<Role, usize>,
    tried: &mut BTreeSet<Role>,
) -> Option<Vec<SeatMove>> {
    let holders = seated.get(&role).map_or(&[][..], Vec::as_slice);
    if holders.len() < wanted.get(&role).copied().unwrap_or(0) {
        return Some(Vec::new());
    }
    if !tried.insert(role) {
        return None;
    }
    for (person, could) in holders {
        for other in could.iter().copied().filter(|other| *other != role) {
            if let Some(mut moves) = room_for(other, seated, wanted, tried) {
                moves.push(SeatMove { person: *person, role: other });
                return Some(moves);
            }
        }
    }
    None
}

/// What follows an approval: nothing yet, or the decision and its grant.
fn approve_when_complete(
    casting: Casting<'_>,
    role: Role,
    moved: &[SeatMove],
    conditions: &[Condition],
) -> Result<Vec<Event>, Refusal> {
    let Casting { asking, case, round, voter, on_behalf_of } = casting;
    let state = asking.state;
    let mut after = casting.round_without();
    for step in moved {
        for vote in after.votes.iter_mut().filter(|vote| vote.seat_of() == step.person) {
            vote.role = step.role;
        }
    }
    after.votes.push(Vote {
        by: voter,
        on_behalf_of,
        role,
        ballot: Ballot::Approve,
        reason: Text::Erased,
        conditions: conditions.to_vec(),
        at: asking.at,
        recorded_in: state.size,
    });
    if !open_seats(state, case, &after, asking.at).is_empty() {
        return Ok(Vec::new());
    }
    let category = category_of(state, case, round)?;
    check_until(asking, category, &case.terms)?;
    let conditions: Vec<Condition> = counted_approvals(state, case, &after, asking.at)
        .into_iter()
        .flat_map(|vote| vote.conditions.iter().cloned())
        .collect();
    let outcome = if conditions.is_empty() { Outcome::Approved } else { Outcome::ApprovedWithConditions };
    let metric = product_of(state, case.terms.product)?.metric;
    Ok(vec![
        Event::CaseDecided { case: case.id, digest: round.digest, outcome },
        Event::GrantIssued { case: case.id, terms: case.terms.clone(), metric, conditions },
    ])
}
