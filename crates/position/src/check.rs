//! "May I?": whether more of a product may be used, from the same numbers as the position line.
//!
//! Shipping a product to others needs rights to redistribute, which are not among the facts held here, so it is not a
//! question that can be asked.

use domain::State;
use domain::entitlement::{Metric, Quantity};
use domain::grant::end_of_day;
use domain::id::{CaseId, ProductId};
use domain::observation::Environment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::Base;
use crate::demand::{Demand, Persons};
use crate::line::{Reckoning, reckon, shares_with};
use crate::matching::Further;
use crate::supply::{CountingRight, Moment};
use crate::working::{Counted, Grouped, list, spoken};

/// Use is worth asking about after this long: longer than a leave, shorter than the quarter after which a renewal is
/// usually planned.
const UNUSED_DAYS: i64 = 90;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Install on further devices.
    Deploy,
    /// Give further persons access.
    Provision,
    /// Use the product; units that are counted already are not counted again.
    Use,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// What is about to be done.
    pub action: Action,
    /// With which product.
    pub product: ProductId,
    /// Units of the product's metric; at least 1, and 0 is answered as 1.
    pub quantity: u64,
    /// Where; `None` counts as production.
    pub environment: Option<Environment>,
    /// When.
    pub at: Timestamp,
}

/// Why the answer is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Yes: rights have free units.
    Entitled,
    /// Yes: exceptions cover what rights do not.
    CoveredByException,
    /// Yes: the environment needs no licence.
    Exempt,
    /// No: there is no right and no exception.
    NeedsException,
    /// No: rights and exceptions count, and are used up.
    Exhausted,
    /// No: what there was has ended.
    Expired,
    /// No: there is no such product.
    UnknownProduct,
}

/// The numbers behind an answer, in the product's metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The metric.
    pub metric: Metric,
    /// As in the line.
    pub entitled: Quantity,
    /// As in the line.
    pub consumed: u64,
    /// As in the line.
    pub covered_by_grants: u64,
    /// As in the line.
    pub short: u64,
    /// Further units that may be used in the environment; `None` where there is no limit.
    pub free: Option<u64>,
}

/// A way to a yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Remedy {
    /// Take the product from devices where it has not been used for long.
    Reclaim {
        /// Devices whose last use of the product is known and before the day; no more than units are missing.
        devices: u64,
        /// The day.
        unused_since: Date,
    },
    /// Ask for an exception.
    RequestException {
        /// The product.
        product: ProductId,
        /// The units that are missing.
        quantity: u64,
        /// The environment that was asked about.
        environment: Option<Environment>,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Whether it may be done.
    pub decision: bool,
    /// Why.
    pub reason: Reason,
    /// The same for people.
    pub sentence: String,
    /// The numbers; `None` where there is no such product.
    pub facts: Option<Facts>,
    /// The exceptions that a yes rests on.
    pub grants: Vec<CaseId>,
    /// From when the answer may differ without anything being recorded: the end of what it rests on.
    pub valid_until: Option<Timestamp>,
    /// Ways to a yes, the nearest first; none with a yes.
    pub remedies: Vec<Remedy>,
}

/// Answers `question` from what is recorded.
pub fn answer(state: &State, base: &Base, question: &Question) -> Answer {
    let Some(product) = state.products.get(&question.product) else {
        return Answer {
            decision: false,
            reason: Reason::UnknownProduct,
            sentence: format!("No: there is no product {}.", question.product),
            facts: None,
            grants: Vec::new(),
            valid_until: None,
            remedies: Vec::new(),
        };
    };
    if let Some(answer) = crate::usage::answer(state, base, product, question) {
        return answer;
    }
    let moment = Moment::of(state, question.at);
    let shares = shares_with(state, base, product.id, &moment);
    reckon(state, base, product, shares.get(&product.id), &moment, &mut Persons::default(), |reckoning, demand, _| {
        Answering::of(state, question, reckoning, demand).answer()
    })
}

/// The units that would be consumed beside those that are.
fn further_units(question: &Question, consumed: u64) -> u64 {
    let asked = question.quantity.max(1);
    match question.action {
        Action::Deploy | Action::Provision => asked,
        Action::Use => asked.saturating_sub(consumed),
    }
}

struct Answering<'a, 'd> {
    state: &'a State,
    question: &'a Question,
    reckoning: &'a Reckoning<'a>,
    demand: &'a Demand<'d>,
    /// The rights that exempt the environment.
    exempting: Vec<&'a CountingRight<'a>>,
    /// The units that would be consumed beside those that are.
    further: u64,
    /// What these would find; nothing where the environment is exempt.
    found: Further,
}

impl<'a, 'd> Answering<'a, 'd> {
    fn of(state: &'a State, question: &'a Question, reckoning: &'a Reckoning<'a>, demand: &'a Demand<'d>) -> Self {
        let environment = question.environment.unwrap_or_default();
        let (selected, outcome) = (reckoning.selected, &reckoning.outcome);
        let exempts = |right: &&CountingRight<'_>| right.entitlement.right.exempt_environments.contains(&environment);
        let exempting: Vec<_> = selected.rights.iter().filter(exempts).collect();
        let further = further_units(question, outcome.consumed);
        let found = if exempting.is_empty() {
            Further::of(demand, selected, outcome, environment, further)
        } else {
            Further::default()
        };
        Self { state, question, reckoning, demand, exempting, further, found }
    }

    fn environment(&self) -> Environment {
        self.question.environment.unwrap_or_default()
    }

    /// The units that nothing would cover.
    fn missing(&self) -> u64 {
        let short = match self.question.action {
            Action::Deploy | Action::Provision => 0,
            Action::Use => self.reckoning.outcome.short(),
        };
        self.found.free.map_or(0, |free| self.further.saturating_sub(free)).saturating_add(short)
    }

    fn answer(&self) -> Answer {
        if !self.exempting.is_empty() {
            return self.exempt(&self.exempting);
        }
        match self.missing() {
            0 => self.yes(),
            missing => self.no(missing),
        }
    }

    fn exempt(&self, exempting: &[&CountingRight<'_>]) -> Answer {
        let ids = list(exempting.iter().map(|right| right.entitlement.id), ", ");
        let verb = if exempting.len() == 1 { "exempts" } else { "exempt" };
        let environment = spoken(self.environment());
        let sentence =
            format!("Yes: {ids} {verb} {environment}, so {} needs no licence there.", self.reckoning.product.name);
        Answer { valid_until: self.last_end(exempting.iter().copied()), ..self.with(true, Reason::Exempt, sentence) }
    }

    fn yes(&self) -> Answer {
        let (selected, outcome) = (self.reckoning.selected, &self.reckoning.outcome);
        let name = &self.reckoning.product.name;
        if let Some(unlimited) = selected.unlimited() {
            let sentence = format!("Yes: {} sets no limit on {name}.", unlimited.entitlement.id);
            let unlimited =
                selected.rights.iter().filter(|right| right.quantity == Quantity::Unlimited && !right.is_limited());
            return Answer { valid_until: self.last_end(unlimited), ..self.with(true, Reason::Entitled, sentence) };
        }
        let ends = selected.rights.iter().filter_map(|right| right.ends_on);
        let by_rights = self.found.by_rights;
        // A question about use rests on all that covers what there is, too.
        let by_exceptions = self.question.action == Action::Use && outcome.covered_by_grants() > 0;
        if by_rights >= self.further && !by_exceptions {
            let sentence = match self.further {
                0 => format!("Yes: every unit of {name} in use is covered."),
                asked => {
                    let free = Counted(by_rights, self.reckoning.product.metric);
                    format!("Yes: {free} of {name} free by right, {} asked for.", Grouped(asked))
                }
            };
            return Answer { valid_until: self.first_end(ends), ..self.with(true, Reason::Entitled, sentence) };
        }
        let grants: Vec<_> = selected.grants.iter().zip(&self.found.grants).filter(|(_, used)| **used > 0).collect();
        let terms = grants
            .iter()
            .map(|(grant, _)| std::fmt::from_fn(|f| write!(f, "{} until {}", grant.case, grant.terms.until)));
        let sentence = format!("Yes, by exception: {} covers what rights to {name} do not.", list(terms, ", "));
        let ends = ends.chain(grants.iter().map(|(grant, _)| grant.terms.until));
        Answer {
            valid_until: self.first_end(ends),
            grants: grants.iter().map(|(grant, _)| grant.case).collect(),
            ..self.with(true, Reason::CoveredByException, sentence)
        }
    }

    fn no(&self, missing: u64) -> Answer {
        let (selected, name) = (self.reckoning.selected, &self.reckoning.product.name);
        let metric = self.reckoning.product.metric;
        let nothing_counts = selected.rights.is_empty() && selected.grants.is_empty();
        let (reason, sentence) = if nothing_counts && selected.has_ended {
            let reasons = selected.left_out.iter().filter_map(|supply| supply.why_not.as_deref());
            (Reason::Expired, format!("No: what there was for {name} has ended. {}", list(reasons, " ")))
        } else if nothing_counts {
            let sentence = format!("No: there is no right and no exception that covers {name}.");
            (Reason::NeedsException, sentence)
        } else {
            let outcome = &self.reckoning.outcome;
            let covered = match outcome.short() {
                0 => "all covered".to_owned(),
                short => format!("{} short already", Grouped(short)),
            };
            let consumed = Counted(outcome.consumed, metric);
            let free = Grouped(self.found.free.unwrap_or_default());
            let missing = Grouped(missing);
            let sentence = format!("No: {consumed} of {name} consumed and {covered}; {free} free, {missing} missing.");
            (Reason::Exhausted, sentence)
        };
        let starts = self.reckoning.held.entitlements.iter().filter_map(|entitlement| entitlement.right.starts_on);
        let today = self.state.day(self.question.at);
        let next_start = starts.filter(|start| *start > today).min().and_then(|start| start.yesterday().ok());
        Answer {
            valid_until: self.first_end(next_start.into_iter()),
            remedies: self.remedies(missing),
            ..self.with(false, reason, sentence)
        }
    }

    fn with(&self, decision: bool, reason: Reason, sentence: String) -> Answer {
        let outcome = &self.reckoning.outcome;
        let facts = Facts {
            metric: self.reckoning.product.metric,
            entitled: self.reckoning.selected.entitled(),
            consumed: outcome.consumed,
            covered_by_grants: outcome.covered_by_grants(),
            short: outcome.short(),
            free: self.found.free,
        };
        Answer {
            decision,
            reason,
            sentence,
            facts: Some(facts),
            grants: Vec::new(),
            valid_until: None,
            remedies: Vec::new(),
        }
    }

    fn first_end(&self, days: impl Iterator<Item = Date>) -> Option<Timestamp> {
        end_of_day(days.min()?, &self.state.zone())
    }

    /// The end of the right that ends last, since any of them is enough; `None` where one has no end.
    fn last_end<'r>(&self, rights: impl Iterator<Item = &'r CountingRight<'r>>) -> Option<Timestamp> {
        let ends: Option<Vec<Date>> = rights.map(|right| right.ends_on).collect();
        end_of_day(ends?.into_iter().max()?, &self.state.zone())
    }

    fn remedies(&self, missing: u64) -> Vec<Remedy> {
        let mut remedies = Vec::new();
        let today = self.state.day(self.question.at);
        if let Ok(unused_since) = today.checked_sub(jiff::SignedDuration::from_hours(24 * UNUSED_DAYS)) {
            let most = usize::try_from(missing).unwrap_or(usize::MAX);
            let unused = self.demand.unused_since(unused_since).take(most).count() as u64;
            if unused > 0 {
                remedies.push(Remedy::Reclaim { devices: unused, unused_since });
            }
        }
        remedies.push(Remedy::RequestException {
            product: self.question.product,
            quantity: missing,
            environment: self.question.environment,
        });
        remedies
    }
}
