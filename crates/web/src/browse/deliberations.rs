//! The deliberation on a request: votes and seats, the rules with whether they are kept, and whether the visitor can
//! decide. Whoever cannot is told why, and who can.
//!
//! What counts is decided in `domain`; here it becomes words.

use app::Failure;
use domain::State;
use domain::case::{Ballot, Case, Outcome, Round, Stage, Vote};
use domain::catalogue::{Category, Seats};
use domain::command::Intent;
use domain::decide::{Standing, standing};
use domain::digest::Digest;
use domain::id::PersonId;
use domain::person::Role;
use domain::refusal::{Refusal, list_roles};
use domain::text::Text;

use crate::browse::visitor::Visitor;
use crate::browse::{cases, decisions};
use crate::design::forms::Errors;
use crate::design::{moments, numbers};
use crate::pages::request::{Changed, Deciding, OpenSeat, Rule, Seat, VoteCast, VoteForm};

/// A decision as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// `approve`, `approve_with_conditions`, `request_changes`, `deny`, `abstain`, or nothing.
    pub ballot: String,
    /// In whose place; empty for oneself.
    pub on_behalf_of: String,
    /// The reason.
    pub reason: String,
    /// The conditions, one on a line.
    pub conditions: String,
    /// What has to change before it can be signed.
    pub errors: Errors,
}

fn vote(state: &State, vote: &Vote, outcome: Option<Outcome>) -> VoteCast {
    VoteCast {
        by: state.person_name(vote.by),
        on_behalf_of: vote.on_behalf_of.map(|principal| state.person_name(principal)),
        role: vote.role.title().to_owned(),
        ballot: vote.ballot,
        reason: vote.reason.shown().to_owned(),
        conditions: vote.conditions.iter().map(|condition| condition.wording.shown().to_owned()).collect(),
        at: vote.at,
        entry: vote.recorded_in,
        // One denial decides, so nobody can dissent from an approval.
        dissent: outcome == Some(Outcome::Denied) && vote.ballot == Ballot::Approve,
    }
}

/// The votes that stand, or stood when it was decided.
pub fn votes(state: &State, case: &Case) -> Vec<VoteCast> {
    let outcome = match &case.stage {
        Stage::Decided(decision) => Some(decision.outcome),
        Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) | Stage::Withdrawn => None,
    };
    let round = cases::round(case);
    round.map(|round| round.votes.iter().map(|cast| vote(state, cast, outcome)).collect()).unwrap_or_default()
}

/// Votes that no longer count, by round.
pub fn past_rounds(state: &State, case: &Case) -> Vec<Vec<VoteCast>> {
    let voted = case.past_rounds.iter().filter(|round| !round.votes.is_empty());
    voted.map(|round| round.votes.iter().map(|cast| vote(state, cast, None)).collect()).collect()
}

/// Seats without a vote, each with those who could take it.
pub fn open_seats(visitor: &Visitor, case: &Case) -> Vec<OpenSeat> {
    let Stage::Deciding(round) = &case.stage else { return Vec::new() };
    let state = visitor.state();
    let seat = |seats: &Seats| OpenSeat {
        role: if seats.count == 1 { seats.role.title().to_owned() } else { cases::seats_words(seats) },
        persons: cases::who_can(state, case, seats.role, visitor.now),
    };
    domain::decide::open_seats(state, case, round, visitor.now).iter().map(seat).collect()
}

/// Whether the visitor can decide, and if not, why and who can. A draft is nobody's to decide.
pub fn deciding(visitor: &Visitor, case: &Case, typed: Option<Typed>) -> Option<Deciding> {
    let state = visitor.state();
    let closed = |why: String| Some(Deciding::Closed { why, who_can: Vec::new() });
    if visitor.past.is_some() {
        return closed("This is how it stood then. It can be decided only as it stands now.".to_owned());
    }
    match &case.stage {
        Stage::Draft => None,
        Stage::Returned { by, .. } => {
            closed(format!("It waits for {} to answer {}.", state.person_name(case.requester), state.person_name(*by)))
        }
        Stage::Withdrawn => closed(format!("{} withdrew it.", state.person_name(case.requester))),
        Stage::Decided(decision) => closed(format!("It was decided on {}.", moments::day_text(state.day(decision.at)))),
        Stage::Deciding(round) => Some(match seats(visitor, case, round) {
            Ok(seats) => {
                let Typed { ballot, on_behalf_of, reason, conditions, errors } = typed.unwrap_or_default();
                let key = visitor.key();
                let digest = round.digest;
                Deciding::Open(Box::new(VoteForm {
                    digest,
                    key,
                    seats,
                    ballot,
                    on_behalf_of,
                    reason,
                    conditions,
                    errors,
                }))
            }
            Err(refusal) => Deciding::Closed {
                why: cases::with_names(state, &refusal.to_string()),
                who_can: who_can(visitor, case),
            },
        }),
    }
}

/// Everybody who could fill one of the open seats.
fn who_can(visitor: &Visitor, case: &Case) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for seat in open_seats(visitor, case) {
        for name in seat.persons {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The seats that the visitor could take, at least one, or why there is none.
fn seats(visitor: &Visitor, case: &Case, round: &Round) -> Result<Vec<Seat>, Refusal> {
    let state = visitor.state();
    let mut found = Vec::new();
    let mut refusal = None;
    match standing(state, case, visitor.person(), visitor.now) {
        Standing::MayNot(why) => refusal = Some(why),
        Standing::MayVote(roles) => match could_vote(visitor, case, round, None) {
            Ok(()) => {
                let roles = list_roles(&needed_first(visitor, case, round, &roles), "or");
                found.push(Seat { on_behalf_of: String::new(), words: format!("As {roles}") });
            }
            Err(why) => refusal = Some(why),
        },
    }
    for proxy in app::cases::proxies(state, case, visitor.person(), visitor.now) {
        match could_vote(visitor, case, round, Some(proxy.principal)) {
            Ok(()) => {
                let principal = state.person_name(proxy.principal);
                let roles = list_roles(&needed_first(visitor, case, round, &proxy.roles), "or");
                found.push(Seat {
                    on_behalf_of: proxy.principal.to_string(),
                    words: format!("For {principal}, as {roles}"),
                });
            }
            // Why somebody cannot decide themselves says more than why they cannot for another.
            Err(why) => refusal = refusal.or(Some(why)),
        }
    }
    match refusal {
        Some(refusal) if found.is_empty() => Err(refusal),
        _ => Ok(found),
    }
}

/// The roles that still need somebody; where none does, all of them, since whoever has a say may still say no.
fn needed_first(visitor: &Visitor, case: &Case, round: &Round, roles: &[Role]) -> Vec<Role> {
    let open = domain::decide::open_seats(visitor.state(), case, round, visitor.now);
    let needed: Vec<Role> = roles.iter().copied().filter(|role| open.iter().any(|seats| seats.role == *role)).collect();
    if needed.is_empty() { roles.to_vec() } else { needed }
}

/// Whether the core would take any vote at all from the visitor in this seat, by the way they came in.
/// An abstention is asked for, because it needs no seat to be free.
fn could_vote(visitor: &Visitor, case: &Case, round: &Round, on_behalf_of: Option<PersonId>) -> Result<(), Refusal> {
    let intent = Intent::CastVote {
        case: case.id,
        digest: round.digest,
        on_behalf_of,
        ballot: Ballot::Abstain,
        reason: Text::from("asked beforehand"),
        conditions: Vec::new(),
    };
    match visitor.app.rehearse(visitor.caller.actor, intent) {
        // What changed a moment ago is said when the vote is reviewed, with the difference.
        Ok(_) | Err(Failure::Refused(Refusal::CaseChanged { .. })) => Ok(()),
        Err(Failure::Refused(refusal)) => Err(refusal),
        // A rehearsal touches nothing that could fail otherwise.
        Err(_) => Ok(()),
    }
}

/// The rules of the decision, with whether the visitor and the request keep them.
pub fn rules(visitor: &Visitor, case: &Case) -> Vec<Rule> {
    let Some(category) = cases::category(visitor.state(), case) else { return Vec::new() };
    let mut rules = match &case.stage {
        Stage::Deciding(round) => own_rules(visitor, case, round, category),
        Stage::Draft | Stage::Returned { .. } | Stage::Withdrawn | Stage::Decided(_) => {
            let needed = cases::all_seats_words(&category.decided_by);
            vec![Rule { kept: true, sentence: format!("It is decided by {needed}, who are no party to it.") }]
        }
    };
    rules.push(limit_rule(visitor, case, category));
    rules
}

fn own_rules(visitor: &Visitor, case: &Case, round: &Round, category: &Category) -> Vec<Rule> {
    let state = visitor.state();
    let rule = |kept: bool, sentence: String| Rule { kept, sentence };
    let needed = cases::all_seats_words(&category.decided_by);
    let independent = "You are neither the requester nor the one it is for, and stand in for neither.";
    let proxies = app::cases::proxies(state, case, visitor.person(), visitor.now);
    let principals: Vec<String> = proxies
        .iter()
        .map(|proxy| format!("{} ({})", state.person_name(proxy.principal), list_roles(&proxy.roles, "and")))
        .collect();
    let mut rules = match standing(state, case, visitor.person(), visitor.now) {
        Standing::MayVote(roles) => vec![
            rule(true, format!("It needs {needed}; you are {}.", list_roles(&roles, "and"))),
            rule(true, independent.to_owned()),
        ],
        Standing::MayNot(Refusal::NoSeat { .. }) if !principals.is_empty() => vec![
            rule(true, format!("It needs {needed}; you decide for {}.", numbers::list(&principals, "and"))),
            rule(true, independent.to_owned()),
        ],
        Standing::MayNot(Refusal::NoSeat { held, .. }) => {
            vec![rule(false, format!("It needs {needed}; you are {}.", held_words(&held)))]
        }
        Standing::MayNot(refusal) => vec![
            rule(true, format!("It needs {needed}, who are no party to it.")),
            rule(false, cases::with_names(state, &refusal.to_string())),
        ],
    };
    if rules.iter().all(|rule| rule.kept) {
        let voted = round.votes.iter().any(|vote| vote.by == visitor.person());
        let sentence = if voted {
            "You have voted on this revision; a new vote takes the place of the old."
        } else {
            "You have not voted on this revision."
        };
        rules.push(rule(true, sentence.to_owned()));
    }
    rules
}

fn held_words(held: &[Role]) -> String {
    if held.is_empty() { "none of them".to_owned() } else { list_roles(held, "and") }
}

/// Whether quantity and time are within what the category allows.
fn limit_rule(visitor: &Visitor, case: &Case, category: &Category) -> Rule {
    let state = visitor.state();
    let terms = &case.terms;
    let from = decisions::counted_from(visitor, case);
    let days = cases::days_until(from, terms.until);
    let units = cases::units(state, terms.product, terms.quantity);
    if terms.until < from {
        let until = moments::day_text(terms.until);
        return Rule { kept: false, sentence: format!("It would end on {until}, which is over.") };
    }
    let few_enough = category.quantity_max.is_none_or(|most| terms.quantity <= most);
    let kept = few_enough && days <= u64::from(category.days_max);
    let asked = format!("{units} for {}", numbers::counted(days, "day", "days"));
    let within = if kept { "within" } else { "beyond" };
    Rule { kept, sentence: format!("{asked}: {within} the limit of {}.", cases::limits(category)) }
}

/// What is different between what was voted on and what is voted on now.
fn change_rows(state: &State, before: &Round, now: &Round) -> Vec<(String, String, String)> {
    let mut rows = cases::differences(state, &before.terms, &now.terms);
    if before.revision != now.revision {
        let revision = |round: &Round| format!("revision {}", round.revision);
        rows.push(("Text and evidence".to_owned(), revision(before), revision(now)));
    }
    if before.catalogue != now.catalogue {
        rows.push(("Rules".to_owned(), before.catalogue.short(), now.catalogue.short()));
    }
    rows
}

/// What changed since the visitor voted in an earlier round, while their vote is missing in this one.
pub fn changed_since_vote(visitor: &Visitor, case: &Case) -> Option<Changed> {
    let Stage::Deciding(round) = &case.stage else { return None };
    if visitor.past.is_some() {
        return None;
    }
    let voted_in = |round: &&Round| round.votes.iter().any(|vote| vote.by == visitor.person());
    if voted_in(&round) {
        return None;
    }
    let earlier = case.past_rounds.iter().rev().find(voted_in)?;
    let requester = visitor.name(case.requester);
    let what = if earlier.revision == round.revision { "sent it again" } else { "changed it" };
    Some(Changed {
        sentence: format!(
            "{requester} {what} after you voted on revision {}. That vote no longer counts.",
            earlier.revision
        ),
        differences: change_rows(visitor.state(), earlier, round),
    })
}

/// What changed since the visitor looked at the version of this digest, so that their vote was not recorded.
pub fn changed_since(visitor: &Visitor, case: &Case, seen: Digest) -> Changed {
    let state = visitor.state();
    let requester = state.person_name(case.requester);
    let earlier = case.past_rounds.iter().rev().find(|round| round.digest == seen);
    let (what, differences) = match (&case.stage, earlier) {
        (Stage::Deciding(round), Some(earlier)) => {
            (format!("{requester} changed the request after you opened it."), change_rows(state, earlier, round))
        }
        (Stage::Deciding(_), None) => ("What you looked at was never put to a vote.".to_owned(), Vec::new()),
        (Stage::Draft, earlier) => (
            format!("{requester} is changing the request and has not sent it again yet."),
            earlier.map(|earlier| cases::differences(state, &earlier.terms, &case.terms)).unwrap_or_default(),
        ),
        (Stage::Returned { by, .. }, _) => {
            (format!("{} sent it back to {requester} with a question.", state.person_name(*by)), Vec::new())
        }
        (Stage::Withdrawn, _) => (format!("{requester} withdrew the request."), Vec::new()),
        (Stage::Decided(_), _) => ("The request was decided before you signed.".to_owned(), Vec::new()),
    };
    Changed { sentence: format!("{what} Your vote was not recorded."), differences }
}
