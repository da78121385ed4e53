//! Purchases, spend limits, budgets and surcharges.

use std::sync::Arc;

use super::{Recorded, change};
use crate::event::Event;
use crate::purchase::{Budget, Ordered, Part, Purchase};
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_purchase(&mut self, recorded: &Recorded) {
        let (by, at) = (recorded.actor.person(), recorded.at);
        let purchases = &mut self.purchases;
        match &recorded.event {
            Event::PurchaseRequested { purchase, requester, terms, reason } => {
                self.last_numbers.purchase = self.last_numbers.purchase.max(purchase.0);
                let requested = Purchase {
                    id: *purchase,
                    terms: terms.clone(),
                    reason: reason.clone(),
                    requester: *requester,
                    requested_at: at,
                    recorded_in: recorded.seq,
                    approved: None,
                    refused: None,
                    ordered: None,
                    received: None,
                    withdrawn: false,
                };
                purchases.insert(*purchase, Arc::new(requested));
            }
            Event::PurchaseApproved { purchase, note } => change(purchases, purchase, |known| {
                known.approved = Some(Part { by, at, note: note.clone() });
            }),
            Event::PurchaseRefused { purchase, reason } => change(purchases, purchase, |known| {
                known.refused = Some(Part { by, at, note: reason.clone() });
            }),
            Event::PurchaseOrdered { purchase, reference } => change(purchases, purchase, |known| {
                known.ordered = Some(Ordered { by, at, reference: reference.clone() });
            }),
            Event::PurchaseReceived { purchase, entitlement } => {
                change(purchases, purchase, |known| known.received = Some(*entitlement));
            }
            Event::PurchaseWithdrawn { purchase } => change(purchases, purchase, |known| known.withdrawn = true),
            Event::SpendLimitsSet { limits } => self.spend_limits = Arc::new(limits.clone()),
            Event::BudgetSet { budget, terms } => {
                self.last_numbers.budget = self.last_numbers.budget.max(budget.0);
                let set = Budget { id: *budget, terms: terms.clone(), by, set_at: at };
                self.budgets.insert(*budget, Arc::new(set));
            }
            Event::SurchargeSet { product, percent } => {
                self.surcharges.insert(*product, *percent);
            }
            _ => {}
        }
    }
}
