//! Cases and grants: what a revision, a vote, a decision or a revocation changes.

use std::sync::Arc;

use imbl::OrdMap;

use super::{Recorded, actor_of, change};
use crate::case::{Case, Comment, Decision, Round, Stage, Vote};
use crate::event::Event;
use crate::grant::{Grant, Revocation};
use crate::id::{CaseId, PersonId};
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_case(&mut self, recorded: &Recorded) {
        let by = actor_of(recorded);
        match &recorded.event {
            Event::CaseOpened { case, requester, terms, words } => {
                self.last_numbers.case = self.last_numbers.case.max(case.0);
                self.cases.insert(
                    *case,
                    Arc::new(Case {
                        id: *case,
                        requester: *requester,
                        opened_at: recorded.at,
                        revision: 1,
                        terms: terms.clone(),
                        words: words.clone(),
                        evidence: Vec::new(),
                        stage: Stage::Draft,
                        past_rounds: Vec::new(),
                        terms_voted_on: None,
                        comments: Vec::new(),
                        entries: vec![recorded.seq],
                    }),
                );
            }
            Event::CaseRevised { case, .. }
            | Event::EvidenceAttached { case, .. }
            | Event::CaseSubmitted { case, .. }
            | Event::CommentMade { case, .. }
            | Event::VoteCast { case, .. }
            | Event::CaseReturned { case, .. }
            | Event::CaseWithdrawn { case }
            | Event::CaseDecided { case, .. } => {
                change(&mut self.cases, case, |known| change_case(known, recorded, by));
            }
            Event::GrantIssued { case, terms, metric, conditions } => {
                note_entry(&mut self.cases, *case, recorded.seq);
                self.grants.insert(
                    *case,
                    Arc::new(Grant {
                        case: *case,
                        terms: terms.clone(),
                        metric: *metric,
                        conditions: conditions.clone(),
                        granted_at: recorded.at,
                        recorded_in: recorded.seq,
                        revocation: None,
                    }),
                );
            }
            Event::GrantRevoked { case, reason } => {
                note_entry(&mut self.cases, *case, recorded.seq);
                change(&mut self.grants, case, |grant| {
                    grant.revocation = Some(Revocation { by, at: recorded.at, reason: reason.clone() });
                });
            }
            _ => {}
        }
    }
}

fn note_entry(cases: &mut OrdMap<CaseId, Arc<Case>>, case: CaseId, seq: u64) {
    change(cases, &case, |known| known.entries.push(seq));
}

/// A vote binds to a round; a change of the case ends the round.
fn end_round(case: &mut Case, next: Stage) {
    if let Stage::Deciding(round) = std::mem::replace(&mut case.stage, next) {
        case.terms_voted_on = Some(round.terms.clone());
        case.past_rounds.push(round);
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
fn change_case(case: &mut Case, recorded: &Recorded, by: PersonId) {
    case.entries.push(recorded.seq);
    match &recorded.event {
        Event::CaseRevised { revision, terms, words, .. } => {
            end_round(case, Stage::Draft);
            case.revision = *revision;
            case.terms = terms.clone();
            case.words = words.clone();
        }
        Event::EvidenceAttached { revision, evidence, .. } => {
            end_round(case, Stage::Draft);
            case.revision = *revision;
            case.evidence.push(evidence.clone());
        }
        Event::CaseSubmitted { digest, catalogue, .. } => {
            case.stage = Stage::Deciding(Round {
                opened_at: recorded.at,
                digest: *digest,
                catalogue: *catalogue,
                revision: case.revision,
                terms: case.terms.clone(),
                votes: Vec::new(),
            });
        }
        Event::CommentMade { wording, .. } => {
            case.comments.push(Comment { by, at: recorded.at, wording: wording.clone() });
        }
        Event::VoteCast { on_behalf_of, role, ballot, reason, conditions, moved, .. } => {
            if let Stage::Deciding(round) = &mut case.stage {
                let vote = Vote {
                    by,
                    on_behalf_of: *on_behalf_of,
                    role: *role,
                    ballot: *ballot,
                    reason: reason.clone(),
                    conditions: conditions.clone(),
                    at: recorded.at,
                    recorded_in: recorded.seq,
                };
                round.votes.retain(|earlier| earlier.seat_of() != vote.seat_of());
                for step in moved {
                    for earlier in round.votes.iter_mut().filter(|earlier| earlier.seat_of() == step.person) {
                        earlier.role = step.role;
                    }
                }
                round.votes.push(vote);
            }
        }
        Event::CaseReturned { reason, .. } => {
            end_round(case, Stage::Returned { by, reason: reason.clone() });
        }
        Event::CaseWithdrawn { .. } => end_round(case, Stage::Withdrawn),
        Event::CaseDecided { outcome, .. } => {
            if let Stage::Deciding(round) = &case.stage {
                case.stage = Stage::Decided(Decision {
                    outcome: *outcome,
                    at: recorded.at,
                    round: round.clone(),
                    recorded_in: recorded.seq,
                });
            }
        }
        _ => {}
    }
}
