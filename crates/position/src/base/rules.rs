//! The rules of recognition, ordered for look-up.
//!
//! Of several rules that fit a title the most precise decides, in the order of [`TitlePattern::precision`];
//! between equals the later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::State;
use domain::id::TitleMatchId;
use domain::product::{TitleMatch, TitlePattern, folded};

use super::Recognition;
use crate::estate::TitleKey;

/// One rule, with its pattern folded once.
#[derive(Debug, Clone)]
struct Rule {
    id: TitleMatchId,
    publisher: Option<String>,
    precision: (bool, usize, bool),
    recognition: Recognition,
}

/// All rules in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    in_force: BTreeMap<TitleMatchId, Arc<TitleMatch>>,
    by_name: BTreeMap<String, Vec<Rule>>,
    by_beginning: BTreeMap<String, Vec<Rule>>,
    /// The lengths of the beginnings, so that a name is looked up once for each.
    beginning_lengths: BTreeSet<usize>,
}

impl Rules {
    /// The rules of a state. One that names a product which is no longer recorded is not in force, so that its titles
    /// wait for recognition instead of vanishing.
    pub(super) fn of(state: &State) -> Self {
        let mut rules = Self::default();
        for (id, title_match) in &state.title_matches {
            if title_match.product.is_none_or(|product| state.products.contains_key(&product)) {
                rules.add(*id, title_match);
            }
        }
        rules
    }

    fn add(&mut self, id: TitleMatchId, title_match: &Arc<TitleMatch>) {
        let pattern = &title_match.pattern;
        let rule = Rule {
            id,
            publisher: pattern.publisher.as_deref().map(folded),
            precision: pattern.precision(),
            recognition: title_match.product.map_or(Recognition::NeedsNoLicence, Recognition::Product),
        };
        let name = folded(&pattern.name);
        match name.strip_suffix('*') {
            Some(beginning) => {
                self.beginning_lengths.insert(beginning.len());
                self.by_beginning.entry(beginning.to_owned()).or_default().push(rule);
            }
            None => self.by_name.entry(name).or_default().push(rule),
        }
        self.in_force.insert(id, title_match.clone());
    }

    /// The patterns of the rules that came, went or changed since `before`.
    pub(super) fn changed_from<'a>(&'a self, before: &'a Self) -> Vec<&'a TitlePattern> {
        let came = self.in_force.iter().filter(|(id, rule)| before.in_force.get(id) != Some(rule));
        let went = before.in_force.iter().filter(|(id, rule)| self.in_force.get(id) != Some(rule));
        came.chain(went).map(|(_, rule)| &rule.pattern).collect()
    }

    /// What people say that a title is, and by which rule; `None` where no rule speaks of it.
    pub(super) fn recognise(&self, title: &TitleKey) -> Option<(Recognition, TitleMatchId)> {
        let name = &*title.name;
        let beginnings = self.beginning_lengths.iter().filter_map(|length| self.by_beginning.get(name.get(..*length)?));
        let rules = self.by_name.get(name).into_iter().chain(beginnings).flatten();
        let publisher = title.publisher.as_deref().unwrap_or_default();
        rules
            .filter(|rule| rule.publisher.as_ref().is_none_or(|wanted| wanted == publisher))
            .max_by_key(|rule| (rule.precision, rule.id))
            .map(|rule| (rule.recognition, rule.id))
    }
}
