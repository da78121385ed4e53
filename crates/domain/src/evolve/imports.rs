//! Imports, and what goes when one is undone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Recorded, actor_of, change};
use crate::event::Event;
use crate::id::{ImportId, ProductId};
use crate::import::{Import, RememberedMapping};
use crate::product::folded;
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_import(&mut self, recorded: &Recorded) {
        let by = actor_of(recorded);
        match &recorded.event {
            Event::Imported { import, source, files, brought } => {
                self.last_numbers.import = self.last_numbers.import.max(import.0);
                self.imports.insert(
                    *import,
                    Arc::new(Import {
                        id: *import,
                        source: source.clone(),
                        files: files.clone(),
                        brought: *brought,
                        by,
                        at: recorded.at,
                        recorded_in: recorded.seq,
                        undone: None,
                    }),
                );
            }
            Event::ImportUndone { import } => {
                change(&mut self.imports, import, |known| known.undone = Some((by, recorded.at)));
                self.forget_what_came_with(*import);
            }
            Event::MappingRemembered { kind, name, mapping } => {
                let remembered = RememberedMapping {
                    kind: *kind,
                    name: name.clone(),
                    mapping: mapping.as_str().into(),
                    by,
                    at: recorded.at,
                };
                self.mappings.insert((*kind, folded(name)), Arc::new(remembered));
            }
            _ => {}
        }
    }

    /// Removes what an undone import brought, as far as nothing else has come to depend on it.
    /// Numbers stay used, so that what was removed is never confused with something new.
    fn forget_what_came_with(&mut self, import: ImportId) {
        let entitlements: Vec<_> = self
            .entitlements
            .values()
            .filter(|entitlement| entitlement.import == Some(import))
            .map(|entitlement| entitlement.id)
            .collect();
        for entitlement in entitlements {
            self.entitlements.remove(&entitlement);
        }
        let used = self.products_referred_to();
        let products: Vec<_> = self
            .products
            .values()
            .filter(|product| product.import == Some(import) && !used.contains(&product.id))
            .map(|product| product.id)
            .collect();
        for product in products {
            self.products.remove(&product);
        }
        let used: BTreeSet<_> = self.entitlements.values().filter_map(|entitlement| entitlement.agreement).collect();
        let agreements: Vec<_> = self
            .agreements
            .values()
            .filter(|agreement| agreement.import == Some(import) && !used.contains(&agreement.id))
            .map(|agreement| agreement.id)
            .collect();
        for agreement in agreements {
            self.agreements.remove(&agreement);
        }
        let mut used: BTreeSet<_> = self.agreements.values().map(|agreement| agreement.party).collect();
        used.extend(self.products.values().filter_map(|product| product.publisher));
        let parties: Vec<_> = self
            .parties
            .values()
            .filter(|party| party.import == Some(import) && !used.contains(&party.id))
            .map(|party| party.id)
            .collect();
        for party in parties {
            self.parties.remove(&party);
        }
    }

    /// The products to which rights, rules or requests refer, those of earlier rounds included.
    pub fn products_referred_to(&self) -> BTreeSet<ProductId> {
        let mut used: BTreeSet<_> = self.entitlements.values().map(|entitlement| entitlement.product).collect();
        used.extend(self.entitlements.values().flat_map(|entitlement| &entitlement.right.use_rights.instead_for));
        used.extend(self.title_matches.values().filter_map(|rule| rule.product));
        used.extend(self.feature_links.values().map(|link| link.product));
        for case in self.cases.values() {
            used.insert(case.terms.product);
            used.extend(case.past_rounds.iter().map(|round| round.terms.product));
        }
        used
    }

    /// Whether rights, rules or requests refer to a product.
    pub fn product_is_referred_to(&self, product: ProductId) -> bool {
        self.entitlements.values().any(|entitlement| {
            entitlement.product == product || entitlement.right.use_rights.instead_for.contains(&product)
        }) || self.title_matches.values().any(|rule| rule.product == Some(product))
            || self.feature_links.values().any(|link| link.product == product)
            || self.cases.values().any(|case| {
                case.terms.product == product || case.past_rounds.iter().any(|round| round.terms.product == product)
            })
    }
}
