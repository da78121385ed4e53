//! Software and rights: parties, agreements, products, recognition and entitlements.

use std::sync::Arc;

use super::{Recorded, change};
use crate::agreement::{Agreement, RenewalPlan};
use crate::entitlement::Entitlement;
use crate::event::Event;
use crate::metric::{CustomMetric, MetricVersion};
use crate::party::Party;
use crate::product::{Product, TitleMatch};
use crate::state::{FeatureLink, State};

// What a person has amended is theirs, so it forgets the import that brought it and stays when that is undone.
impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_software(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::PartyAdded { party, name, import } => {
                self.last_numbers.party = self.last_numbers.party.max(party.0);
                self.parties.insert(*party, Arc::new(Party { id: *party, name: name.clone(), import: *import }));
            }
            Event::AgreementRecorded { .. } | Event::AgreementAmended { .. } | Event::RenewalPlanned { .. } => {
                self.evolve_agreement(recorded);
            }
            Event::ProductAdded { product, name, publisher, metric, import } => {
                self.last_numbers.product = self.last_numbers.product.max(product.0);
                self.products.insert(
                    *product,
                    Arc::new(Product {
                        id: *product,
                        name: name.clone(),
                        publisher: *publisher,
                        metric: *metric,
                        import: *import,
                        suite: None,
                    }),
                );
            }
            Event::SuiteDefined { product, suite } => change(&mut self.products, product, |known| {
                known.suite.clone_from(suite);
                known.import = None;
            }),
            Event::ProductMetricSet { product, metric } => change(&mut self.products, product, |known| {
                known.metric = *metric;
                known.import = None;
            }),
            Event::MetricDefined { .. } => self.evolve_metric(recorded),
            Event::ProductLinked { product, catalogue_key } => {
                match catalogue_key {
                    Some(key) => self.catalogue_keys.insert(*product, key.as_str().into()),
                    None => self.catalogue_keys.remove(product),
                };
                change(&mut self.products, product, |known| known.import = None);
            }
            Event::TitleMatched { title_match, pattern, product } => {
                self.last_numbers.title_match = self.last_numbers.title_match.max(title_match.0);
                self.title_matches.insert(
                    *title_match,
                    Arc::new(TitleMatch { id: *title_match, pattern: pattern.clone(), product: *product }),
                );
            }
            Event::TitleUnmatched { title_match } => {
                self.title_matches.remove(title_match);
            }
            Event::EntitlementRecorded { .. } | Event::EntitlementRetired { .. } => self.evolve_entitlement(recorded),
            Event::FeatureLinked { feature, product } => {
                let link = FeatureLink { feature: feature.clone(), product: *product };
                self.feature_links.insert(feature.folded(), link);
                change(&mut self.products, product, |known| known.import = None);
            }
            Event::FeatureUnlinked { feature, .. } => {
                self.feature_links.remove(&feature.folded());
            }
            _ => {}
        }
    }

    fn evolve_metric(&mut self, recorded: &Recorded) {
        let Event::MetricDefined { metric, definition } = &recorded.event else { return };
        self.last_numbers.metric = self.last_numbers.metric.max(metric.0);
        let version =
            MetricVersion { defined_at: recorded.at, recorded_in: recorded.seq, definition: definition.clone() };
        if self.metrics.contains_key(metric) {
            change(&mut self.metrics, metric, |known| known.versions.push(version));
        } else {
            self.metrics.insert(*metric, Arc::new(CustomMetric { id: *metric, versions: vec![version] }));
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn evolve_agreement(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::AgreementRecorded { agreement, party, terms, import } => {
                self.last_numbers.agreement = self.last_numbers.agreement.max(agreement.0);
                self.agreements.insert(
                    *agreement,
                    Arc::new(Agreement {
                        id: *agreement,
                        party: *party,
                        terms: terms.clone(),
                        revision: 1,
                        import: *import,
                        renewal_plan: None,
                    }),
                );
            }
            Event::AgreementAmended { agreement, terms } => change(&mut self.agreements, agreement, |known| {
                known.terms = terms.clone();
                known.revision += 1;
                known.import = None;
            }),
            Event::RenewalPlanned { agreement, ends_on, choice, reason } => {
                change(&mut self.agreements, agreement, |known| {
                    known.renewal_plan = Some(RenewalPlan {
                        ends_on: *ends_on,
                        choice: *choice,
                        reason: reason.clone(),
                        by: recorded.actor.person(),
                        planned_at: recorded.at,
                        recorded_in: recorded.seq,
                    });
                    known.import = None;
                });
            }
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn evolve_entitlement(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::EntitlementRecorded { entitlement, product, right, agreement, purchase_reference, import } => {
                self.last_numbers.entitlement = self.last_numbers.entitlement.max(entitlement.0);
                self.entitlements.insert(
                    *entitlement,
                    Arc::new(Entitlement {
                        id: *entitlement,
                        product: *product,
                        right: right.clone(),
                        agreement: *agreement,
                        purchase_reference: purchase_reference.clone(),
                        import: *import,
                        recorded_in: recorded.seq,
                        retired_on: None,
                    }),
                );
            }
            Event::EntitlementRetired { entitlement, retired_on, .. } => {
                change(&mut self.entitlements, entitlement, |known| known.retired_on = Some(*retired_on));
            }
            _ => {}
        }
    }
}
