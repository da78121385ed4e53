//! How requests are drawn: in a list, and whole, with votes, standing, effect and precedents.

use std::collections::BTreeMap;

use app::cases::{precedents, proxies};
use app::positions::Line;
use domain::State;
use domain::case::{Ballot, Case, CaseStatus, Outcome, Round, Stage, Vote};
use domain::decide::{Standing, open_seats, standing};
use domain::digest::Digest;
use domain::id::{CaseId, PersonId};
use domain::observation::Environment;
use domain::person::Role;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::catalogue::SeatsObject;
use crate::api::positions::{self, PositionObject};
use crate::api::values::{
    BallotWord, CaseNumber, CaseStatusWord, DateText, DigestText, EnvironmentWord, InstantText, OutcomeWord, PersonRef,
    ProductRef, RoleWord,
};
use crate::caller::Credential;
use crate::reading::Reading;

/// A request in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseObject {
    /// Number.
    #[schema(value_type = CaseNumber)]
    id: CaseId,
    /// Where it stands.
    #[schema(value_type = CaseStatusWord)]
    status: CaseStatus,
    /// One line.
    title: String,
    /// Who asked.
    requester: PersonRef,
    /// The category's key.
    category: String,
    /// The product.
    product: ProductRef,
    /// Units of the product's metric.
    quantity: u64,
    /// The only environment where it shall hold; null is everywhere.
    #[schema(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    until: Date,
    /// For whom, where not for the requester.
    beneficiary: Option<PersonRef>,
    /// When the draft was opened.
    #[schema(value_type = InstantText)]
    opened_at: Timestamp,
    /// When it was last put to those who decide.
    #[schema(value_type = Option<InstantText>)]
    submitted_at: Option<Timestamp>,
    /// When it was decided.
    #[schema(value_type = Option<InstantText>)]
    decided_at: Option<Timestamp>,
    /// Whose act comes next: `the requester`, or the roles of the seats that are open.
    waits_for: Vec<String>,
}

fn round_of(case: &Case) -> Option<&Round> {
    match &case.stage {
        Stage::Deciding(round) => Some(round),
        Stage::Decided(decision) => Some(&decision.round),
        Stage::Draft | Stage::Returned { .. } | Stage::Withdrawn => None,
    }
}

fn waits_for(state: &State, case: &Case, now: Timestamp) -> Vec<String> {
    match &case.stage {
        Stage::Draft | Stage::Returned { .. } => vec!["the requester".to_owned()],
        Stage::Deciding(round) => open_seats(state, case, round, now)
            .into_iter()
            .map(|seats| match seats.count {
                1 => seats.role.title().to_owned(),
                count => format!("{count} of {}", seats.role.title()),
            })
            .collect(),
        Stage::Withdrawn | Stage::Decided(_) => Vec::new(),
    }
}

pub(super) fn brief(state: &State, case: &Case, now: Timestamp) -> CaseObject {
    let decided_at = match &case.stage {
        Stage::Decided(decision) => Some(decision.at),
        Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) | Stage::Withdrawn => None,
    };
    CaseObject {
        id: case.id,
        status: case.status(),
        title: case.words.title.shown().to_owned(),
        requester: PersonRef::of(state, case.requester),
        category: case.terms.category.to_string(),
        product: ProductRef::of(state, case.terms.product),
        quantity: case.terms.quantity,
        environment: case.terms.environment,
        until: case.terms.until,
        beneficiary: case.terms.beneficiary.map(|person| PersonRef::of(state, person)),
        opened_at: case.opened_at,
        submitted_at: round_of(case).map(|round| round.opened_at),
        decided_at,
        waits_for: waits_for(state, case, now),
    }
}

/// A vote.
#[derive(Debug, Serialize, ToSchema)]
struct VoteObject {
    /// Who cast it.
    by: PersonRef,
    /// Whose seat they hold, where as a delegate.
    on_behalf_of: Option<PersonRef>,
    /// As what.
    #[schema(value_type = RoleWord)]
    role: Role,
    /// What it says.
    #[schema(value_type = BallotWord)]
    ballot: Ballot,
    /// Why.
    reason: String,
    /// Conditions asked for.
    conditions: Vec<String>,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// The entry that recorded it.
    recorded_in: u64,
}

fn vote(state: &State, vote: &Vote) -> VoteObject {
    VoteObject {
        by: PersonRef::of(state, vote.by),
        on_behalf_of: vote.on_behalf_of.map(|person| PersonRef::of(state, person)),
        role: vote.role,
        ballot: vote.ballot,
        reason: vote.reason.shown().to_owned(),
        conditions: vote.conditions.iter().map(|condition| condition.wording.shown().to_owned()).collect(),
        at: vote.at,
        recorded_in: vote.recorded_in,
    }
}

/// A deliberation that a change or a return ended.
#[derive(Debug, Serialize, ToSchema)]
struct PastRound {
    /// When it was put to those who decide.
    #[schema(value_type = InstantText)]
    opened_at: Timestamp,
    /// What votes named.
    #[schema(value_type = DigestText)]
    digest: Digest,
    /// The revision that was voted on.
    revision: u32,
    /// The votes that stood.
    votes: Vec<VoteObject>,
}

/// A file that is attached.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceRef {
    /// SHA-256 of its bytes.
    #[schema(value_type = DigestText)]
    digest: Digest,
    /// Its name as given.
    name: String,
    /// Its length.
    bytes: u64,
    /// Where it can be downloaded.
    url: String,
}

/// Something that was said.
#[derive(Debug, Serialize, ToSchema)]
struct CommentObject {
    /// Who.
    by: PersonRef,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// What.
    wording: String,
}

/// The decision.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionObject {
    /// How.
    #[schema(value_type = OutcomeWord)]
    outcome: Outcome,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// The entry that recorded it.
    recorded_in: u64,
}

/// Why it went back to its requester.
#[derive(Debug, Serialize, ToSchema)]
struct ReturnObject {
    /// Who asked for changes.
    by: PersonRef,
    /// Which.
    reason: String,
}

/// Somebody in whose place one may vote.
#[derive(Debug, Serialize, ToSchema)]
struct ProxyObject {
    /// Who.
    person: PersonRef,
    /// As what.
    #[schema(value_type = Vec<RoleWord>)]
    roles: Vec<Role>,
}

/// How the one who asks stands to the request.
#[derive(Debug, Serialize, ToSchema)]
struct StandingObject {
    /// Whether they may vote for themselves.
    may_vote: bool,
    /// As what.
    #[schema(value_type = Vec<RoleWord>)]
    roles: Vec<Role>,
    /// The same in words, or why not.
    sentence: String,
    /// Those in whose place they may vote.
    in_place_of: Vec<ProxyObject>,
}

/// The product's position without the exception and with it.
#[derive(Debug, Serialize, ToSchema)]
struct EffectObject {
    /// Without.
    before: PositionObject,
    /// With.
    after: PositionObject,
    /// Both in a few words.
    sentence: String,
}

/// An earlier case about the same product or of the same category.
#[derive(Debug, Serialize, ToSchema)]
struct PrecedentObject {
    /// Number.
    #[schema(value_type = CaseNumber)]
    id: CaseId,
    /// Title.
    title: String,
    /// The category's key.
    category: String,
    /// The product.
    product: ProductRef,
    /// Units that were asked for.
    quantity: u64,
    /// Last day that was asked for.
    #[schema(value_type = DateText)]
    until: Date,
    /// How it was decided.
    #[schema(value_type = OutcomeWord)]
    outcome: Outcome,
    /// When.
    #[schema(value_type = InstantText)]
    decided_at: Timestamp,
    /// The reason of the vote that decided it.
    reason: String,
}

/// A request with everything that a decision needs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeCase {
    /// As in a list.
    #[serde(flatten)]
    brief: CaseObject,
    /// Why.
    justification: String,
    /// Answers to the category's further questions, by key.
    answers: BTreeMap<String, String>,
    /// Counts the changes of terms, words or evidence.
    revision: u32,
    /// Files.
    evidence: Vec<EvidenceRef>,
    /// What a vote must name; null while nothing is voted on.
    #[schema(value_type = Option<DigestText>)]
    digest: Option<Digest>,
    /// The version of the catalogue by which it is decided.
    #[schema(value_type = Option<DigestText>)]
    catalogue: Option<Digest>,
    /// Seats that have no approval yet.
    seats_open: Vec<SeatsObject>,
    /// The votes that stand.
    votes: Vec<VoteObject>,
    /// The decision.
    decision: Option<DecisionObject>,
    /// Why it went back to its requester.
    returned: Option<ReturnObject>,
    /// How the one who asks stands to it.
    standing: StandingObject,
    /// Earlier rounds.
    past_rounds: Vec<PastRound>,
    /// What was said.
    comments: Vec<CommentObject>,
    /// What the exception does to the position, or would do.
    effect: Option<EffectObject>,
    /// Earlier cases about the same product or of the same category.
    precedents: Vec<PrecedentObject>,
    /// Every entry about it, in order.
    entries: Vec<u64>,
}

fn own_standing(reading: &Reading, case: &Case) -> StandingObject {
    let state = &reading.snapshot.state;
    let person: PersonId = reading.caller.person;
    if let Some(seal) = &reading.past {
        let sentence =
            format!("This is how it stood on {}. What can be decided is said by how it stands now.", seal.day);
        return StandingObject { may_vote: false, roles: Vec::new(), sentence, in_place_of: Vec::new() };
    }
    let in_place_of: Vec<ProxyObject> = proxies(state, case, person, reading.now)
        .into_iter()
        .map(|proxy| ProxyObject { person: PersonRef::of(state, proxy.principal), roles: proxy.roles })
        .collect();
    if let Credential::Token(_) = reading.caller.credential {
        let sentence = domain::Refusal::TokenCannotDecide.to_string();
        return StandingObject { may_vote: false, roles: Vec::new(), sentence, in_place_of: Vec::new() };
    }
    match standing(state, case, person, reading.now) {
        Standing::MayVote(roles) => {
            let titles = domain::refusal::list_roles(&roles, "or");
            StandingObject { may_vote: true, roles, sentence: format!("You may vote as {titles}."), in_place_of }
        }
        Standing::MayNot(refusal) => {
            StandingObject { may_vote: false, roles: Vec::new(), sentence: refusal.to_string(), in_place_of }
        }
    }
}

fn effect(reading: &Reading, case: &Case) -> Option<EffectObject> {
    let effect = reading.snapshot.effect_of(case, reading.now)?;
    let words = |line: &Line| positions::in_words(line);
    Some(EffectObject {
        sentence: format!("Without it: {}. With it: {}.", words(&effect.before), words(&effect.after)),
        before: positions::object(&reading.snapshot, &effect.before),
        after: positions::object(&reading.snapshot, &effect.after),
    })
}

fn precedent(state: &State, case: &Case) -> Option<PrecedentObject> {
    let Stage::Decided(decision) = &case.stage else { return None };
    Some(PrecedentObject {
        id: case.id,
        title: case.words.title.shown().to_owned(),
        category: case.terms.category.to_string(),
        product: ProductRef::of(state, case.terms.product),
        quantity: case.terms.quantity,
        until: case.terms.until,
        outcome: decision.outcome,
        decided_at: decision.at,
        reason: decision.round.votes.last().map(|vote| vote.reason.shown().to_owned()).unwrap_or_default(),
    })
}

pub(super) fn whole(reading: &Reading, case: &Case) -> WholeCase {
    let state = &reading.snapshot.state;
    let voted_on = match &case.stage {
        Stage::Deciding(round) => Some(round),
        Stage::Draft | Stage::Returned { .. } | Stage::Withdrawn | Stage::Decided(_) => None,
    };
    let round = round_of(case);
    let votes = |round: &Round| round.votes.iter().map(|cast| vote(state, cast)).collect::<Vec<_>>();
    WholeCase {
        brief: brief(state, case, reading.now),
        justification: case.words.justification.shown().to_owned(),
        answers: case.words.answers.iter().map(|(key, answer)| (key.clone(), answer.shown().to_owned())).collect(),
        revision: case.revision,
        evidence: case.evidence.iter().map(|file| evidence(case.id, file)).collect(),
        digest: voted_on.map(|round| round.digest),
        catalogue: round.map(|round| round.catalogue),
        seats_open: voted_on
            .map(|round| open_seats(state, case, round, reading.now))
            .unwrap_or_default()
            .into_iter()
            .map(|seats| SeatsObject { role: seats.role, count: seats.count })
            .collect(),
        votes: round.map(votes).unwrap_or_default(),
        decision: match &case.stage {
            Stage::Decided(decision) => {
                Some(DecisionObject { outcome: decision.outcome, at: decision.at, recorded_in: decision.recorded_in })
            }
            Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) | Stage::Withdrawn => None,
        },
        returned: match &case.stage {
            Stage::Returned { by, reason } => {
                Some(ReturnObject { by: PersonRef::of(state, *by), reason: reason.shown().to_owned() })
            }
            Stage::Draft | Stage::Deciding(_) | Stage::Withdrawn | Stage::Decided(_) => None,
        },
        standing: own_standing(reading, case),
        past_rounds: case
            .past_rounds
            .iter()
            .map(|round| PastRound {
                opened_at: round.opened_at,
                digest: round.digest,
                revision: round.revision,
                votes: votes(round),
            })
            .collect(),
        comments: case
            .comments
            .iter()
            .map(|comment| CommentObject {
                by: PersonRef::of(state, comment.by),
                at: comment.at,
                wording: comment.wording.shown().to_owned(),
            })
            .collect(),
        effect: effect(reading, case),
        precedents: precedents(state, case).into_iter().filter_map(|other| precedent(state, other)).collect(),
        entries: case.entries.clone(),
    }
}

fn evidence(case: CaseId, file: &domain::evidence::Evidence) -> EvidenceRef {
    EvidenceRef {
        digest: file.digest,
        name: file.name.shown().to_owned(),
        bytes: file.bytes,
        url: format!("/v1/cases/{case}/evidence/{}", file.digest),
    }
}
