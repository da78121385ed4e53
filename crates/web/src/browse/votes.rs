//! Voting: the exact sentence and its digest before it is signed, the vote, and the receipt after.

use app::Failure;
use axum::response::Response;
use domain::Recorded;
use domain::State;
use domain::case::{Ballot, Case, Condition, Outcome, Round, Stage};
use domain::command::Intent;
use domain::decide::open_seats;
use domain::digest::Digest;
use domain::event::Event;
use domain::id::{CaseId, PersonId};
use domain::person::Role;
use domain::refusal::Refusal;
use domain::text::Text;

use crate::browse::cases;
use crate::browse::decisions::{self, Again};
use crate::browse::deliberations::{self, Typed};
use crate::browse::form::{Form, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, see_other};
use crate::design::forms::{Errors, FieldError};
use crate::design::{moments, numbers};
use crate::given::{At, AtBoth};
use crate::pages::addresses;
use crate::pages::request;
use crate::pages::vote::{self, ReceiptPage, ReviewPage};
use crate::problem::Problem;

/// The choice of an approval that asks for something.
const WITH_CONDITIONS: &str = "approve_with_conditions";

/// A decision as the form sent it.
#[derive(Debug, Clone)]
struct Sent {
    digest: Digest,
    typed: Typed,
}

impl Sent {
    fn of(form: &Form) -> Self {
        Self {
            // A form without a digest looked at nothing.
            digest: form.get("digest").parse().unwrap_or(Digest([0; 32])),
            typed: Typed {
                ballot: form.get("ballot").to_owned(),
                on_behalf_of: form.get("on_behalf_of").to_owned(),
                reason: form.words("reason"),
                conditions: form.words("conditions"),
                errors: Errors::default(),
            },
        }
    }

    /// The conditions: what stands on each line, where there is to be any.
    fn conditions(&self) -> Vec<&str> {
        if self.typed.ballot != WITH_CONDITIONS {
            return Vec::new();
        }
        self.typed.conditions.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    /// The vote that was typed, or everything that is missing from it.
    fn intent(&self, case: CaseId) -> Result<Intent, Errors> {
        let mut errors = Errors::default();
        let mut wrong = |field: &str, sentence: &str| {
            errors.0.push(FieldError { field: field.to_owned(), sentence: sentence.to_owned() });
        };
        let on_behalf_of = match self.typed.on_behalf_of.as_str() {
            "" => None,
            principal => {
                let read = principal.parse::<PersonId>().ok();
                if read.is_none() {
                    wrong("on_behalf_of", "Choose for whom you decide.");
                }
                read
            }
        };
        let ballot = match self.typed.ballot.as_str() {
            "approve" | WITH_CONDITIONS => Some(Ballot::Approve),
            "request_changes" => Some(Ballot::RequestChanges),
            "deny" => Some(Ballot::Deny),
            "abstain" => Some(Ballot::Abstain),
            _ => None,
        };
        if ballot.is_none() {
            wrong("ballot", "Choose a decision.");
        }
        let conditions = self.conditions();
        if self.typed.ballot == WITH_CONDITIONS && conditions.is_empty() {
            wrong("conditions", "Write at least one condition, or choose Approve.");
        }
        if self.typed.reason.is_empty() {
            wrong("reason", "Give a reason that the requester can read.");
        }
        let Some(ballot) = ballot.filter(|_| !errors.any()) else { return Err(errors) };
        Ok(Intent::CastVote {
            case,
            digest: self.digest,
            on_behalf_of,
            ballot,
            reason: Text::from(self.typed.reason.as_str()),
            conditions: conditions.into_iter().map(|wording| Condition { wording: Text::from(wording) }).collect(),
        })
    }
}

/// The request page again, with what was typed and what has to change.
fn again(visitor: &Visitor, number: CaseId, sent: Sent, errors: Errors) -> Result<Response, Problem> {
    let vote = Some(Typed { errors, ..sent.typed });
    decisions::show_again(visitor, number, Again { vote, ..Again::default() })
}

/// The request page again after the vote was refused: where the request changed, with the difference.
fn not_taken(mut visitor: Visitor, number: CaseId, sent: Sent, failure: Failure) -> Result<Response, Problem> {
    // The refusal speaks of the newest state, so the page does too.
    visitor.snapshot = visitor.app.snapshot();
    let changed = matches!(failure, Failure::Refused(Refusal::CaseChanged { .. } | Refusal::WrongStage { .. }));
    let mut errors = refused(failure, "ballot")?;
    for error in &mut errors.0 {
        error.sentence = cases::with_names(visitor.state(), &error.sentence);
    }
    if !changed {
        return again(&visitor, number, sent, errors);
    }
    let case = cases::seen(&visitor, number)?;
    let changed = Some(deliberations::changed_since(&visitor, &case, sent.digest));
    let vote = Some(Typed { errors, ..sent.typed });
    decisions::show_again(&visitor, number, Again { vote, changed, ..Again::default() })
}

/// What a vote would record, before it is signed.
pub async fn review(visitor: Visitor, At(number): At<CaseId>, form: Form) -> Result<Response, Problem> {
    let case = cases::seen(&visitor, number)?;
    let sent = Sent::of(&form);
    if form.get("change") == "yes" {
        let view = decisions::view(&visitor, &case, Again { vote: Some(sent.typed), ..Again::default() })?;
        return Ok(visitor.page(request::page(&visitor.frame(), &view)));
    }
    let intent = match sent.intent(number) {
        Ok(intent) => intent,
        Err(errors) => return again(&visitor, number, sent, errors),
    };
    match visitor.app.rehearse(visitor.caller.actor, intent) {
        Ok(events) => {
            let view = review_view(&visitor, &case, sent, &events);
            Ok(visitor.page(vote::review_page(&visitor.frame(), &view)))
        }
        Err(failure) => not_taken(visitor, number, sent, failure),
    }
}

fn review_view(visitor: &Visitor, case: &Case, sent: Sent, events: &[Event]) -> ReviewPage {
    let said = events.iter().find_map(|event| Said::of(event, visitor.person()));
    let round = cases::round(case);
    let conditions = sent.conditions().join("\n");
    ReviewPage {
        case: case.id,
        title: case.words.title.shown().to_owned(),
        sentence: said.zip(round).map_or_else(String::new, |(said, round)| said.now(visitor.state(), round)),
        consequences: consequences(visitor, case, events),
        digest: sent.digest,
        ballot: sent.typed.ballot,
        on_behalf_of: sent.typed.on_behalf_of,
        reason: sent.typed.reason,
        conditions,
        // Each review is an act of its own, so that whoever goes back and thinks again can sign again.
        key: visitor.key(),
        errors: Errors::default(),
    }
}

/// What a vote says, as far as its sentence needs it.
#[derive(Debug, Clone, Copy)]
struct Said {
    case: CaseId,
    by: PersonId,
    on_behalf_of: Option<PersonId>,
    role: Role,
    ballot: Ballot,
    conditions: usize,
}

impl Said {
    fn of(event: &Event, by: PersonId) -> Option<Self> {
        let Event::VoteCast { case, on_behalf_of, role, ballot, conditions, .. } = event else { return None };
        Some(Self {
            case: *case,
            by,
            on_behalf_of: *on_behalf_of,
            role: *role,
            ballot: *ballot,
            conditions: conditions.len(),
        })
    }

    /// `Ines Moreau, as finance, approves EXC-5, revision 1: 9 devices of Cobalt Render until 20 Feb 2027.`
    fn now(self, state: &State, round: &Round) -> String {
        self.sentence(state, round, ["approves", "denies", "abstains on", "asks for changes to"])
    }

    fn then(self, state: &State, round: &Round) -> String {
        self.sentence(state, round, ["approved", "denied", "abstained on", "asked for changes to"])
    }

    fn sentence(self, state: &State, round: &Round, verbs: [&str; 4]) -> String {
        let [approves, denies, abstains, asks] = verbs;
        let verb = match self.ballot {
            Ballot::Approve => approves,
            Ballot::Deny => denies,
            Ballot::Abstain => abstains,
            Ballot::RequestChanges => asks,
        };
        let seat = match self.on_behalf_of {
            Some(principal) => format!("for {}, as {}", state.person_name(principal), self.role.title()),
            None => format!("as {}", self.role.title()),
        };
        let conditions = match self.conditions {
            0 => String::new(),
            conditions => format!(", with {}", numbers::counted(count(conditions), "condition", "conditions")),
        };
        format!(
            "{}, {seat}, {verb} {}, revision {}: {}{conditions}.",
            state.person_name(self.by),
            self.case,
            round.revision,
            cases::asked(state, &round.terms)
        )
    }
}

/// What follows from a vote, as sentences.
fn consequences(visitor: &Visitor, case: &Case, events: &[Event]) -> Vec<String> {
    let state = visitor.state();
    let mut sentences = Vec::new();
    for event in events {
        if let Event::VoteCast { on_behalf_of, moved, .. } = event {
            let seat = on_behalf_of.unwrap_or(visitor.person());
            let earlier = cases::round(case).and_then(|round| round.votes.iter().find(|vote| vote.seat_of() == seat));
            if let Some(earlier) = earlier {
                let at = moments::instant_text(earlier.at);
                sentences.push(format!("It takes the place of the vote of {at}."));
            }
            for step in moved {
                let person = state.person_name(step.person);
                sentences.push(format!("The approval of {person} then counts as {}.", step.role.title()));
            }
        }
        if let Event::CaseReturned { .. } = event {
            sentences.push(format!(
                "It goes back to {} with your reason, and the votes so far no longer count.",
                state.person_name(case.requester)
            ));
        }
        if let Event::CaseDecided { outcome, .. } = event {
            sentences.push(outcome_sentence(case, *outcome));
        }
    }
    let decides = events.iter().any(|event| matches!(event, Event::CaseDecided { .. } | Event::CaseReturned { .. }));
    if !decides {
        let waiting = waiting_after(visitor, case, events);
        sentences.push(format!("It decides nothing yet: the request then waits for {waiting}."));
    }
    sentences
}

fn outcome_sentence(case: &Case, outcome: Outcome) -> String {
    let until = moments::day_text(case.terms.until);
    match outcome {
        Outcome::Approved => {
            format!("{} is approved by it. The exception is in force at once, until the end of {until}.", case.id)
        }
        Outcome::ApprovedWithConditions => format!(
            "{} is approved by it with the conditions of all who approve. The exception is in force at once, until the end of {until}.",
            case.id
        ),
        Outcome::Denied => format!("{} is denied by it, whatever others voted. That is final.", case.id),
    }
}

/// What the request waits for after these events.
fn waiting_after(visitor: &Visitor, case: &Case, events: &[Event]) -> String {
    let mut state = visitor.state().clone();
    for event in events {
        let recorded = Recorded { seq: state.size, at: visitor.now, actor: visitor.caller.actor, event: event.clone() };
        state.evolve(&recorded);
    }
    match state.cases.get(&case.id).map(|case| (case, &case.stage)) {
        Some((case, Stage::Deciding(round))) => cases::all_seats_words(&open_seats(&state, case, round, visitor.now)),
        _ => "nobody".to_owned(),
    }
}

/// Records a vote.
pub async fn sign(visitor: Visitor, At(number): At<CaseId>, form: Form) -> Result<Response, Problem> {
    cases::seen(&visitor, number)?;
    let sent = Sent::of(&form);
    let intent = match sent.intent(number) {
        Ok(intent) => intent,
        Err(errors) => return again(&visitor, number, sent, errors),
    };
    match visitor.carry(&addresses::votes(number), &form, intent).await {
        Ok(receipt) => {
            let cast = receipt.recorded.iter().find(|recorded| matches!(recorded.event, Event::VoteCast { .. }));
            let address = cast.map_or_else(|| addresses::case(number), |cast| addresses::receipt(number, cast.seq));
            Ok(see_other(&address))
        }
        Err(failure) => not_taken(visitor, number, sent, failure),
    }
}

/// The receipt of a vote: what was recorded, where, and how anybody can check it.
pub async fn receipt(visitor: Visitor, AtBoth(number, seq): AtBoth<CaseId, u64>) -> Result<Response, Problem> {
    let case = cases::seen(&visitor, number)?;
    let missing = || Problem::none("vote on", format!("{number} in entry {seq}"));
    if !case.entries.contains(&seq) {
        return Err(missing());
    }
    let (entry, bytes) = visitor.app.entry(seq)?;
    let Event::VoteCast { digest, .. } = &entry.recorded.event else { return Err(missing()) };
    let by = entry.header.actor.person().ok_or_else(missing)?;
    let said = Said::of(&entry.recorded.event, by).ok_or_else(missing)?;
    let state = visitor.state();
    let round = round_of(&case, *digest).ok_or_else(missing)?;
    let view = ReceiptPage {
        case: number,
        title: case.words.title.shown().to_owned(),
        sentence: said.then(state, round),
        next: vec![next(&visitor, &case, *digest)],
        entry: seq,
        at: entry.header.at,
        by: state.person_name(by),
        digest: *digest,
        leaf: leaf(&bytes),
        checkpoint: visitor.signed().filter(|(size, _)| seq < *size),
        commands: vec![
            format!("indult ledger proof {seq} > entry-{seq}.tlog-proof"),
            "indult ledger export DIR".to_owned(),
            "indult verify DIR --log-key KEY --against kept.checkpoint".to_owned(),
        ],
    };
    Ok(visitor.page(vote::receipt_page(&visitor.frame(), &view)))
}

/// The hash of an entry in the tree (RFC 6962, 2.1): a zero byte, then the entry.
fn leaf(entry: &[u8]) -> Digest {
    let mut bytes = Vec::with_capacity(entry.len() + 1);
    bytes.push(0);
    bytes.extend_from_slice(entry);
    Digest::of(&bytes)
}

/// The round that a digest names.
fn round_of(case: &Case, digest: Digest) -> Option<&Round> {
    cases::round(case).into_iter().chain(case.past_rounds.iter().rev()).find(|round| round.digest == digest)
}

/// What becomes of the request that was voted on.
fn next(visitor: &Visitor, case: &Case, digest: Digest) -> String {
    let state = visitor.state();
    let until = moments::day_text(case.terms.until);
    let requester = state.person_name(case.requester);
    match &case.stage {
        Stage::Decided(decision) if decision.round.digest == digest => match decision.outcome {
            Outcome::Approved | Outcome::ApprovedWithConditions => format!(
                "{} is approved until the end of {until}; while it is in force, the position and every check count it.",
                case.id
            ),
            Outcome::Denied => format!("{} is denied. {requester} can read why.", case.id),
        },
        Stage::Deciding(round) if round.digest == digest => {
            format!("{} waits for {}.", case.id, cases::all_seats_words(&open_seats(state, case, round, visitor.now)))
        }
        Stage::Returned { by, .. } => format!("{requester} answers {} and sends it again.", state.person_name(*by)),
        Stage::Withdrawn => format!("{requester} withdrew it."),
        Stage::Draft | Stage::Deciding(_) | Stage::Decided(_) => {
            format!("{requester} changed it after this vote, which no longer counts.")
        }
    }
}
