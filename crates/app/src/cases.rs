//! Requests as those who decide see them: what a grant would do, what waits for whom, what was decided before;
//! and the files attached to them.
//!
//! Who may decide what is in `domain`.

use std::sync::Arc;

use domain::State;
use domain::case::{Case, Stage};
use domain::command::{Actor, Intent};
use domain::decide::{Standing, eligible_seats, open_seats, standing};
use domain::digest::Digest;
use domain::evidence::Evidence;
use domain::grant::Grant;
use domain::id::{CaseId, PersonId};
use domain::person::Role;
use domain::text::Text;
use jiff::Timestamp;

use crate::failure::Failure;
use crate::order::{Order, Receipt, Repetition};
use crate::organisation::App;
use crate::positions::Effect;
use crate::snapshot::Snapshot;

/// Earlier cases that are shown beside a case: what fits a screen.
pub const PRECEDENTS_MAX: usize = 10;

/// A person for whom another may vote, and in which roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Who asked for it.
    pub principal: PersonId,
    /// As what.
    pub roles: Vec<Role>,
}

/// Whether somebody may see a request. What was never put to a vote is its requester's alone;
/// what others could see once they can see for ever.
pub fn may_see(person: PersonId, case: &Case) -> bool {
    let was_sent = match case.stage {
        Stage::Draft | Stage::Withdrawn => !case.past_rounds.is_empty(),
        Stage::Returned { .. } | Stage::Deciding(_) | Stage::Decided(_) => true,
    };
    was_sent || case.requester == person
}

impl Snapshot {
    /// What the exception that a case asks for does to the position, or did where it was granted.
    /// `None` for a case that came to no exception.
    pub fn effect_of(&self, case: &Case, at: Timestamp) -> Option<Effect> {
        if let Some(grant) = self.state.grants.get(&case.id) {
            return self.effect(grant, at);
        }
        match case.stage {
            Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) => {}
            Stage::Withdrawn | Stage::Decided(_) => return None,
        }
        let metric = self.state.products.get(&case.terms.product)?.metric;
        let grant = Grant {
            case: case.id,
            terms: case.terms.clone(),
            metric,
            conditions: Vec::new(),
            granted_at: at,
            recorded_in: self.size(),
            revocation: None,
        };
        self.effect(&grant, at)
    }
}

/// Decided cases about the same product or of the same category, the same product first, then the newest.
pub fn precedents<'a>(state: &'a State, case: &Case) -> Vec<&'a Case> {
    let mut found: Vec<&Case> = state
        .cases
        .values()
        .map(AsRef::as_ref)
        .filter(|other| other.id != case.id && matches!(other.stage, Stage::Decided(_)))
        .filter(|other| other.terms.product == case.terms.product || other.terms.category == case.terms.category)
        .collect();
    found.sort_by_key(|other| (other.terms.product != case.terms.product, std::cmp::Reverse(other.id)));
    found.truncate(PRECEDENTS_MAX);
    found
}

/// Those in whose place `person` may vote on a case.
pub fn proxies(state: &State, case: &Case, person: PersonId, at: Timestamp) -> Vec<Proxy> {
    let today = state.day(at);
    let mut principals: Vec<PersonId> = state
        .delegations
        .values()
        .filter(|delegation| delegation.to == person && delegation.holds_on(today))
        .map(|delegation| delegation.from)
        .collect();
    principals.sort_unstable();
    principals.dedup();
    principals
        .into_iter()
        .filter_map(|principal| {
            let roles = eligible_seats(state, case, person, Some(principal), at).ok()?;
            Some(Proxy { principal, roles })
        })
        .collect()
}

/// Whether a case waits for a vote of `person`, their own or as a delegate: a seat that they could fill is open.
pub fn waits_for(state: &State, case: &Case, person: PersonId, at: Timestamp) -> bool {
    let Stage::Deciding(round) = &case.stage else { return false };
    let has_voted = |seat: PersonId| round.votes.iter().any(|vote| vote.seat_of() == seat);
    let open = open_seats(state, case, round, at);
    let fits = |roles: &[Role]| roles.iter().any(|role| open.iter().any(|seats| seats.role == *role));
    if let Standing::MayVote(roles) = standing(state, case, person, at)
        && !has_voted(person)
        && fits(&roles)
    {
        return true;
    }
    proxies(state, case, person, at).iter().any(|proxy| !has_voted(proxy.principal) && fits(&proxy.roles))
}

impl App {
    /// Attaches a file to a case. The file is kept before the entry that names it is written.
    pub async fn attach_evidence(
        &self,
        actor: Actor,
        case: CaseId,
        name: &str,
        bytes: Vec<u8>,
        repetition: Option<Repetition>,
    ) -> Result<Receipt, Failure> {
        let evidence = Evidence {
            digest: Digest::of(&bytes),
            name: Text::from(name),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        };
        let intent = Intent::AttachEvidence { case, evidence };
        let app = self.clone();
        let rehearsed = intent.clone();
        let repetition = tokio::task::spawn_blocking(move || {
            let is_new = match &repetition {
                None => true,
                Some(repetition) => app.ledger().answer(&repetition.key)?.is_none(),
            };
            if is_new {
                app.rehearse(actor, rehearsed)?;
            }
            app.ledger().blobs().put(&bytes)?;
            Ok::<_, Failure>(repetition)
        })
        .await
        .map_err(|error| Failure::Damaged(error.to_string()))??;
        self.carry(Order { repetition, ..Order::new(actor, intent) }).await
    }

    /// The bytes of a file that is attached to a case.
    pub async fn evidence(&self, case: CaseId, digest: Digest) -> Result<(Evidence, Vec<u8>), Failure> {
        let snapshot = self.snapshot();
        let known: &Arc<Case> =
            snapshot.state.cases.get(&case).ok_or_else(|| Failure::NotFound(format!("request {case}")))?;
        let missing = || Failure::NotFound(format!("file {digest} at {case}"));
        let evidence = known.evidence.iter().find(|evidence| evidence.digest == digest).cloned().ok_or_else(missing)?;
        let app = self.clone();
        let bytes = tokio::task::spawn_blocking(move || app.ledger().blobs().get(&digest.0))
            .await
            .map_err(|error| Failure::Damaged(error.to_string()))??;
        Ok((evidence, bytes.ok_or_else(missing)?))
    }
}
