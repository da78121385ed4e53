//! Decisions about the catalogue, cases, votes and grants: where no authority reaches over oneself.

use std::collections::BTreeSet;

use super::people::person_of;
use super::software::product_of;
use super::{Asking, CONDITIONS_MAX, EVIDENCE_MAX, check_name, check_quantity, check_words};
use crate::case::{Ballot, Case, CaseTerms, CaseWords, Condition, Outcome, Round, Stage, Vote};
use crate::catalogue::{Catalogue, Category, Seats};
use crate::command::{Actor, Intent, Via};
use crate::event::Event;
use crate::grant::GrantStatus;
use crate::id::{CaseId, PersonId};
use crate::person::Role;
use crate::refusal::{Refusal, difference};
use crate::state::State;
use crate::text::Text;

/// Categories of one catalogue: they stand in one entry.
const CATEGORIES_MAX: usize = 50;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::PublishCatalogue { digest, categories } => {
            check_categories(categories)?;
            if state.catalogue == Some(*digest) {
                return Ok(Vec::new());
            }
            Ok(vec![Event::CataloguePublished { digest: *digest, categories: categories.clone() }])
        }
        Intent::OpenCase { terms, words } => {
            check_request(asking, terms, words)?;
            Ok(vec![Event::CaseOpened {
                case: CaseId(state.last_numbers.case + 1),
                requester: asking.asker()?,
                terms: terms.clone(),
                words: words.clone(),
            }])
        }
        Intent::ReviseCase { case, terms, words } => revise(asking, *case, terms, words),
        Intent::AttachEvidence { case, evidence } => {
            let known = own_open_case(asking, *case)?;
            if known.evidence.len() >= EVIDENCE_MAX {
                return Err(Refusal::about("file", format!("A request holds at most {EVIDENCE_MAX} files.")));
            }
            if known.evidence.iter().any(|earlier| earlier.digest == evidence.digest) {
                return Err(Refusal::about("file", "This file is attached already."));
            }
            check_name("file", "a file name", evidence.name.open().unwrap_or_default())?;
            Ok(vec![Event::EvidenceAttached { case: *case, revision: known.revision + 1, evidence: evidence.clone() }])
        }
        Intent::SubmitCase { case } => submit(asking, *case),
        Intent::Comment { case, wording } => {
            case_of(state, *case)?;
            check_words("comment", "a comment", wording)?;
            Ok(vec![Event::CommentMade { case: *case, wording: wording.clone() }])
        }
        Intent::WithdrawCase { case } => {
            own_open_case(asking, *case)?;
            Ok(vec![Event::CaseWithdrawn { case: *case }])
        }
        Intent::CastVote { .. } => vote(asking),
        Intent::RevokeGrant { case, reason } => revoke(asking, *case, reason),
        _ => Ok(Vec::new()),
    }
}

pub(super) fn check_categories(categories: &[Category]) -> Result<(), Refusal> {
    if categories.is_empty() || categories.len() > CATEGORIES_MAX {
        return Err(Refusal::about("categories", format!("A catalogue has 1 to {CATEGORIES_MAX} categories.")));
    }
    let mut keys = BTreeSet::new();
    for category in categories {
        if !keys.insert(&category.key) {
            return Err(Refusal::about("categories", format!("The key {} stands at two categories.", category.key)));
        }
        if category.decided_by.is_empty() || category.decided_by.iter().any(|seats| seats.count == 0) {
            return Err(Refusal::about(
                "categories",
                format!("{} must name who decides, at least one person of each role.", category.key),
            ));
        }
    }
    Ok(())
}

fn case_of(state: &State, case: CaseId) -> Result<&Case, Refusal> {
    state
        .cases
        .get(&case)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "request", number: case.to_string() })
}

/// The case, where the asker is its requester and it is not final.
fn own_open_case(asking: Asking<'_>, case: CaseId) -> Result<&Case, Refusal> {
    let known = case_of(asking.state, case)?;
    if asking.person != Some(known.requester) {
        return Err(Refusal::RequesterOnly { case, requester: known.requester });
    }
    match known.stage {
        Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) => Ok(known),
        Stage::Withdrawn | Stage::Decided(_) => Err(Refusal::WrongStage {
            case,
            status: status_word(known),
            hint: "What is final stays so; open a new request.",
        }),
    }
}

fn status_word(case: &Case) -> &'static str {
    case.status().title()
}

fn check_request(asking: Asking<'_>, terms: &CaseTerms, words: &CaseWords) -> Result<(), Refusal> {
    let state = asking.state;
    let catalogue = state.catalogue_in_force().ok_or(Refusal::NotFounded)?;
    let category = catalogue.categories.get(&terms.category).ok_or_else(|| {
        let known: Vec<&str> = catalogue.categories.keys().map(String::as_str).collect();
        Refusal::about("category", format!("Choose a category: {}.", known.join(", ")))
    })?;
    product_of(state, terms.product).map_err(|refusal| Refusal::about("product", refusal.to_string()))?;
    check_quantity("quantity", terms.quantity)?;
    if let Some(most) = category.quantity_max
        && terms.quantity > most
    {
        return Err(Refusal::about("quantity", format!("{} is granted for at most {most}.", category.title)));
    }
    if let Some(beneficiary) = terms.beneficiary {
        person_of(state, beneficiary).map_err(|refusal| Refusal::about("beneficiary", refusal.to_string()))?;
    }
    check_until(asking, category, terms)?;
    check_name("title", "one line that says what you ask for", words.title.open().unwrap_or_default())?;
    check_words("justification", "why you need it", &words.justification)?;
    for (key, answer) in &words.answers {
        if !category.fields.iter().any(|field| field.key == *key) {
            return Err(Refusal::about("answers", format!("{} does not ask for {key}.", category.title)));
        }
        if answer.open().is_some_and(|answer| answer.trim().is_empty()) {
            return Err(Refusal::about("answers", format!("Answer {key} or leave it out.")));
        }
        if answer.open().is_some_and(|answer| answer.chars().count() > super::WORDS_CHARS_MAX) {
            return Err(Refusal::about(
                "answers",
                format!("Use at most {} characters for {key}.", super::WORDS_CHARS_MAX),
            ));
        }
    }
    Ok(())
}

fn check_until(asking: Asking<'_>, category: &Category, terms: &CaseTerms) -> Result<(), Refusal> {
    let today = asking.state.day(asking.command.at);
    if terms.until < today {
        return Err(Refusal::about("until", format!("Until must not be before today, {today}.")));
    }
    let latest = jiff::Span::new()
        .try_days(i64::from(category.days_max))
        .ok()
        .and_then(|days| today.checked_add(days).ok())
        .unwrap_or(jiff::civil::Date::MAX);
    if terms.until > latest {
        return Err(Refusal::about(
            "until",
            format!("{} lasts at most {} days; until must not be after {latest}.", category.title, category.days_max),
        ));
    }
    Ok(())
}

fn revise(asking: Asking<'_>, case: CaseId, terms: &CaseTerms, words: &CaseWords) -> Result<Vec<Event>, Refusal> {
    let known = own_open_case(asking, case)?;
    check_request(asking, terms, words)?;
    Ok(vec![Event::CaseRevised { case, revision: known.revision + 1, terms: terms.clone(), words: words.clone() }])
}

fn submit(asking: Asking<'_>, case: CaseId) -> Result<Vec<Event>, Refusal> {
    let known = own_open_case(asking, case)?;
    if let Stage::Deciding(_) = known.stage {
        return Err(Refusal::WrongStage {
            case,
            status: status_word(known),
            hint: "It was submitted already; those who decide can see it.",
        });
    }
    let catalogue = asking.state.catalogue_in_force().ok_or(Refusal::NotFounded)?;
    let category = catalogue.categories.get(&known.terms.category).ok_or_else(|| {
        Refusal::about("category", "This category is no longer in the catalogue; choose another one.")
    })?;
    check_until(asking, category, &known.terms)?;
    if category.quantity_max.is_some_and(|most| known.terms.quantity > most) {
        return Err(Refusal::about("quantity", format!("{} is no longer granted for so many.", category.title)));
    }
    for field in category.fields.iter().filter(|field| field.required) {
        if !known.words.answers.contains_key(&field.key) {
            return Err(Refusal::about(
                "answers",
                format!("Answer \u{201c}{}\u{201d} before you send it.", field.label),
            ));
        }
    }
    let digest = known.digest(catalogue.digest);
    Ok(vec![Event::CaseSubmitted { case, digest, catalogue: catalogue.digest }])
}

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
pub fn standing(state: &State, case: &Case, person: PersonId, at: jiff::Timestamp) -> Standing {
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
    at: jiff::Timestamp,
) -> Result<Vec<Role>, Refusal> {
    let Stage::Deciding(round) = &case.stage else {
        return Err(Refusal::WrongStage {
            case: case.id,
            status: status_word(case),
            hint: "Votes are cast while it is being decided.",
        });
    };
    let voter = person_of(state, person)?;
    if !voter.active {
        return Err(Refusal::Deactivated { person });
    }
    no_party_to(state, case, person, at)?;
    let principal = match on_behalf_of {
        None => voter,
        Some(principal) => {
            let today = state.day(at);
            let delegated = state
                .delegations
                .values()
                .any(|known| known.from == principal && known.to == person && known.holds_on(today));
            if !delegated {
                return Err(Refusal::NoDelegation { principal });
            }
            if is_party(case, principal) || no_party_to(state, case, principal, at).is_err() {
                return Err(Refusal::PrincipalIsParty { case: case.id, principal });
            }
            let principal = person_of(state, principal)?;
            if !principal.active {
                return Err(Refusal::Deactivated { person: principal.id });
            }
            principal
        }
    };
    let category = category_of(state, case, round)?;
    let roles: Vec<Role> =
        category.decided_by.iter().map(|seats| seats.role).filter(|role| principal.roles.contains(role)).collect();
    if roles.is_empty() {
        return Err(Refusal::NoSeat {
            case: case.id,
            needed: category.decided_by.iter().map(|seats| seats.role).collect(),
            held: principal.roles.iter().copied().collect(),
        });
    }
    Ok(roles)
}

fn category_of<'a>(state: &'a State, case: &Case, round: &Round) -> Result<&'a Category, Refusal> {
    state
        .catalogues
        .get(&round.catalogue)
        .and_then(|catalogue: &std::sync::Arc<Catalogue>| catalogue.categories.get(&case.terms.category))
        .ok_or_else(|| Refusal::NotFound { what: "category", number: case.terms.category.clone() })
}

fn is_party(case: &Case, person: PersonId) -> bool {
    case.requester == person || case.terms.beneficiary == Some(person)
}

/// Neither requester nor beneficiary, nor anybody who stands in for one of them.
fn no_party_to(state: &State, case: &Case, person: PersonId, at: jiff::Timestamp) -> Result<(), Refusal> {
    if case.requester == person {
        return Err(Refusal::RequesterCannotVote { case: case.id });
    }
    if case.terms.beneficiary == Some(person) {
        return Err(Refusal::BeneficiaryCannotVote { case: case.id });
    }
    let today = state.day(at);
    let stands_in = state
        .delegations
        .values()
        .find(|known| known.to == person && known.holds_on(today) && is_party(case, known.from));
    match stands_in {
        Some(delegation) => Err(Refusal::DelegateOfPartyCannotVote { case: case.id, principal: delegation.from }),
        None => Ok(()),
    }
}

/// The seats of a round that have no approval yet: role and how many persons are still needed.
/// A vote is counted only while its voter is still eligible.
pub fn open_seats(state: &State, case: &Case, round: &Round, at: jiff::Timestamp) -> Vec<Seats> {
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

/// Approvals by persons who may still vote, each person and each seat holder once.
fn counted_approvals<'a>(state: &State, case: &Case, round: &'a Round, at: jiff::Timestamp) -> Vec<&'a Vote> {
    let mut persons = BTreeSet::new();
    round
        .votes
        .iter()
        .filter(|vote| vote.ballot == Ballot::Approve)
        .filter(|vote| {
            eligible_seats(state, case, vote.by, vote.on_behalf_of, at).is_ok_and(|roles| roles.contains(&vote.role))
        })
        .filter(|vote| {
            let seat_is_new = persons.insert(vote.seat_of());
            let person_is_new = vote.by == vote.seat_of() || persons.insert(vote.by);
            seat_is_new && person_is_new
        })
        .collect()
}

fn vote(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let Intent::CastVote { case, digest, on_behalf_of, ballot, reason, conditions } = &asking.command.intent else {
        return Ok(Vec::new());
    };
    let state = asking.state;
    let at = asking.command.at;
    if let Actor::Person(_, Via::Token(_)) = asking.command.actor {
        return Err(Refusal::TokenCannotDecide);
    }
    let known = case_of(state, *case)?;
    let voter = asking.asker()?;
    let on_behalf_of = on_behalf_of.filter(|principal| *principal != voter);
    let roles = eligible_seats(state, known, voter, on_behalf_of, at)?;
    let Stage::Deciding(round) = &known.stage else {
        return Err(Refusal::WrongStage {
            case: *case,
            status: status_word(known),
            hint: "Votes are cast while it is being decided.",
        });
    };
    if round.digest != *digest {
        let difference = known
            .terms_voted_on
            .as_ref()
            .map_or_else(|| "its words or its evidence".to_owned(), |seen| difference(seen, &known.terms));
        return Err(Refusal::CaseChanged { case: *case, seen: *digest, current: round.digest, difference });
    }
    check_ballot(*ballot, reason, conditions)?;
    let seat_of = on_behalf_of.unwrap_or(voter);
    if round.votes.iter().any(|vote| vote.by == voter && vote.seat_of() != seat_of) {
        return Err(Refusal::VotedInAnotherSeat { case: *case, person: voter });
    }
    let role = choose_seat(state, known, round, at, &roles, seat_of, *ballot)?;
    let mut events = vec![Event::VoteCast {
        case: *case,
        digest: *digest,
        on_behalf_of,
        role,
        ballot: *ballot,
        reason: reason.clone(),
        conditions: conditions.clone(),
    }];
    match ballot {
        Ballot::Abstain => {}
        Ballot::RequestChanges => events.push(Event::CaseReturned { case: *case, reason: reason.clone() }),
        Ballot::Deny => {
            events.push(Event::CaseDecided { case: *case, digest: *digest, outcome: Outcome::Denied });
        }
        Ballot::Approve => events.extend(approve_when_complete(asking, known, round, role, seat_of, conditions)?),
    }
    Ok(events)
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

/// The seat that the vote takes: of the voter's roles the first that still needs somebody.
fn choose_seat(
    state: &State,
    case: &Case,
    round: &Round,
    at: jiff::Timestamp,
    roles: &[Role],
    seat_of: PersonId,
    ballot: Ballot,
) -> Result<Role, Refusal> {
    let mut others = round.clone();
    others.votes.retain(|vote| vote.seat_of() != seat_of);
    let open = open_seats(state, case, &others, at);
    let free = roles.iter().copied().find(|role| open.iter().any(|seats| seats.role == *role));
    match (free, ballot, roles.first()) {
        (Some(role), _, _) => Ok(role),
        // Whoever has a say may say no or nothing, even where enough others said yes.
        (None, Ballot::Deny | Ballot::Abstain | Ballot::RequestChanges, Some(role)) => Ok(*role),
        (None, _, role) => Err(Refusal::SeatTaken { case: case.id, role: role.copied().unwrap_or(Role::Approver) }),
    }
}

/// What follows an approval: nothing yet, or the decision and its grant.
fn approve_when_complete(
    asking: Asking<'_>,
    case: &Case,
    round: &Round,
    role: Role,
    seat_of: PersonId,
    conditions: &[Condition],
) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    let at = asking.command.at;
    let mut after = round.clone();
    after.votes.retain(|vote| vote.seat_of() != seat_of);
    let on_behalf_of = (Some(seat_of) != asking.person).then_some(seat_of);
    after.votes.push(Vote {
        by: asking.asker()?,
        on_behalf_of,
        role,
        ballot: Ballot::Approve,
        reason: Text::Erased,
        conditions: conditions.to_vec(),
        at,
        recorded_in: state.size,
    });
    if !open_seats(state, case, &after, at).is_empty() {
        return Ok(Vec::new());
    }
    let category = category_of(state, case, round)?;
    check_until(asking, category, &case.terms)?;
    let conditions: Vec<Condition> = counted_approvals(state, case, &after, at)
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

fn revoke(asking: Asking<'_>, case: CaseId, reason: &Text) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    let grant =
        state.grants.get(&case).ok_or_else(|| Refusal::NotFound { what: "exception", number: case.to_string() })?;
    check_words("reason", "why the exception ends", reason)?;
    let at = asking.command.at;
    match grant.status(at, &state.zone()) {
        GrantStatus::Active | GrantStatus::NotYet => Ok(vec![Event::GrantRevoked { case, reason: reason.clone() }]),
        status @ (GrantStatus::Expired | GrantStatus::Revoked) => Err(Refusal::WrongStage {
            case,
            status: status.title(),
            hint: "An exception that has ended cannot be revoked.",
        }),
    }
}
