//! `evolve`: what an event changes in the state. It never refuses, and it never looks inside an erasable text.
//! This file sorts the events; what each kind changes is in the modules below.

mod access;
mod accountabilities;
mod alerts;
mod cases;
mod imports;
mod people;
mod purchases;
mod reclaim;
mod scenarios;
mod seals;
mod software;
mod sources;
mod webhooks;

use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;

use crate::catalogue::{Catalogue, Category, Publication};
use crate::command::Actor;
use crate::digest::Digest;
use crate::event::Event;
use crate::id::PersonId;
use crate::person::Given;
use crate::state::State;

/// An event as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the ledger, the first being 0.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

/// The person who acted; number 0 is the program, and no person has it.
fn actor_of(recorded: &Recorded) -> PersonId {
    recorded.actor.person().unwrap_or(PersonId(0))
}

fn given_by(recorded: &Recorded) -> Given {
    Given { by: recorded.actor.person(), at: recorded.at, recorded_in: recorded.seq }
}

/// Changes a value that is shared with older states.
fn change<K: Ord + Clone, V: Clone>(map: &mut OrdMap<K, Arc<V>>, key: &K, change: impl FnOnce(&mut V)) {
    if let Some(value) = map.get_mut(key) {
        change(Arc::make_mut(value));
    }
}

impl State {
    /// The state after `recorded`.
    /// INVARIANT: `recorded` came from `decide` on this state, so that what it names exists.
    #[expect(clippy::too_many_lines, reason = "a table, one line for each")]
    pub fn evolve(&mut self, recorded: &Recorded) {
        let stream = recorded.event.stream();
        match self.streams.get_mut(stream.as_str()) {
            Some(version) => *version += 1,
            None => {
                self.streams.insert(stream.into(), 1);
            }
        }
        self.size = recorded.seq.saturating_add(1);
        self.last_at = Some(recorded.at);
        match &recorded.event {
            Event::OrganisationFounded { organisation } => self.organisation = Some(Arc::new(organisation.clone())),
            Event::PersonAdded { .. }
            | Event::RolesSet { .. }
            | Event::PersonDeactivated { .. }
            | Event::PersonReactivated { .. }
            | Event::DataErased { .. } => self.evolve_person(recorded),
            Event::AccountOpened { .. }
            | Event::SetUpLinkIssued { .. }
            | Event::PasswordSet { .. }
            | Event::SessionOpened { .. }
            | Event::SessionClosed { .. }
            | Event::TokenIssued { .. }
            | Event::TokenRevoked { .. }
            | Event::Delegated { .. }
            | Event::DelegationEnded { .. } => self.evolve_access(recorded),
            Event::PartyAdded { .. }
            | Event::AgreementRecorded { .. }
            | Event::AgreementAmended { .. }
            | Event::RenewalPlanned { .. }
            | Event::ProductAdded { .. }
            | Event::ProductMetricSet { .. }
            | Event::MetricDefined { .. }
            | Event::ProductLinked { .. }
            | Event::SuiteDefined { .. }
            | Event::TitleMatched { .. }
            | Event::TitleUnmatched { .. }
            | Event::EntitlementRecorded { .. }
            | Event::EntitlementRetired { .. }
            | Event::FeatureLinked { .. }
            | Event::FeatureUnlinked { .. } => self.evolve_software(recorded),
            Event::Imported { .. } | Event::ImportUndone { .. } | Event::MappingRemembered { .. } => {
                self.evolve_import(recorded);
            }
            Event::SourceOpened { .. }
            | Event::SourceChanged { .. }
            | Event::SourceTokenRenewed { .. }
            | Event::SourceClosed { .. }
            | Event::DeviceApproved { .. }
            | Event::DeviceRejected { .. }
            | Event::ReportsReceived { .. } => self.evolve_source(recorded),
            Event::WitnessAdded { witness } => {
                self.witnesses.insert(witness.name.clone(), Arc::new(witness.clone()));
            }
            Event::WitnessRemoved { name } => {
                self.witnesses.remove(name);
            }
            Event::CataloguePublished { digest, categories } => self.publish(recorded, *digest, categories),
            Event::CaseOpened { .. }
            | Event::CaseRevised { .. }
            | Event::EvidenceAttached { .. }
            | Event::CaseSubmitted { .. }
            | Event::CommentMade { .. }
            | Event::VoteCast { .. }
            | Event::CaseReturned { .. }
            | Event::CaseWithdrawn { .. }
            | Event::CaseDecided { .. }
            | Event::GrantIssued { .. }
            | Event::GrantRevoked { .. } => self.evolve_case(recorded),
            Event::EstateSealed { .. } | Event::StatementMade { .. } => self.evolve_seal(recorded),
            Event::AlertRuleSet { .. }
            | Event::AlertRuleEnded { .. }
            | Event::AlertRaised { .. }
            | Event::AlertCleared { .. }
            | Event::AlertAcknowledged { .. }
            | Event::AlertSnoozed { .. }
            | Event::AlertResolved { .. }
            | Event::AlertTaskDone { .. }
            | Event::PlaybookSet { .. }
            | Event::QuietPeriodSet { .. }
            | Event::QuietPeriodEnded { .. }
            | Event::CountsNoted { .. } => self.evolve_alert(recorded),
            Event::ProductAssigned { .. }
            | Event::CategoryAssigned { .. }
            | Event::LeaverRecorded { .. }
            | Event::LeaverRemoved { .. } => self.evolve_accountability(recorded),
            Event::PurchaseRequested { .. }
            | Event::PurchaseApproved { .. }
            | Event::PurchaseRefused { .. }
            | Event::PurchaseOrdered { .. }
            | Event::PurchaseReceived { .. }
            | Event::PurchaseWithdrawn { .. }
            | Event::SpendLimitsSet { .. }
            | Event::BudgetSet { .. }
            | Event::SurchargeSet { .. } => self.evolve_purchase(recorded),
            Event::WaveOpened { .. }
            | Event::ReclaimAsked { .. }
            | Event::ReclaimAskedAgain { .. }
            | Event::ReclaimAnswered { .. }
            | Event::ReclaimDecided { .. }
            | Event::ReclaimConfirmed { .. }
            | Event::WaveClosed { .. }
            | Event::LegalHoldSet { .. }
            | Event::LegalHoldLifted { .. } => self.evolve_reclaim(recorded),
            Event::ScenarioRecorded { .. } | Event::ScenarioChanged { .. } | Event::ScenarioRetired { .. } => {
                self.evolve_scenario(recorded);
            }
            Event::WebhookRecorded { .. }
            | Event::WebhookChanged { .. }
            | Event::WebhookPaused { .. }
            | Event::WebhookResumed { .. }
            | Event::WebhookRemoved { .. } => self.evolve_webhook(recorded),
        }
    }
    fn publish(&mut self, recorded: &Recorded, digest: Digest, categories: &[Category]) {
        let categories = categories.iter().map(|category| (category.key.clone(), category.clone())).collect();
        self.catalogues.insert(digest, Arc::new(Catalogue { digest, published_at: recorded.at, categories }));
        self.catalogue = Some(digest);
        self.publications.push_back(Publication { digest, by: recorded.actor.person(), at: recorded.at });
    }
}
