//! Position lines: a product's demand against its supply, in one metric, with the working.
//!
//! How demand is counted is in `demand`, how supply is spent in `matching`, the sentences in `working`.

use std::collections::BTreeSet;

use domain::State;
use domain::agreement::AgreementTerms;
use domain::entitlement::{Metric, Quantity};
use domain::id::{AgreementId, ProductId};
use domain::money::Money;
use domain::product::Product;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::base::{Base, Held, ProductFacts};
use crate::census::Asking;
use crate::demand::{Demand, Persons};
use crate::links::{self, Share, Shares};
use crate::matching::{self, Outcome};
use crate::measure::Measured;
use crate::metrics::{Kind, Plain};
use crate::price::Basis;
use crate::row::RowKind;
use crate::supply::{CountingRight, Moment, Selected, Supply, of_entitlement, of_grant};
use crate::{price, usage, working};

/// The position of one product at one instant. All counts are in units of `metric`.
///
/// `consumed = covered_by_entitlements + covered_by_grants + short`, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The product.
    pub product: ProductId,
    /// The metric in which the counts are stated.
    pub metric: Metric,
    /// Devices that hold the product, whether or not they need a licence.
    pub devices: u64,
    /// Units of the rights in this metric that count now; unlimited where any right of the product is.
    pub entitled: Quantity,
    /// Units that need a licence.
    pub consumed: u64,
    /// Units that need none because of their environment.
    pub exempt: u64,
    /// Devices that need none because they hold a suite that includes the product, and count there.
    pub included: u64,
    /// Units that rights cover, of whatever metric.
    pub covered_by_entitlements: u64,
    /// Units that only exceptions cover.
    pub covered_by_grants: u64,
    /// Units that nothing covers.
    pub short: u64,
    /// Units of rights in this metric that nothing uses; `None` where there is no limit.
    pub surplus: Option<u64>,
    /// What the shortage would cost.
    pub exposure: Amount,
    /// What the unused units are worth.
    pub saving: Amount,
    /// Agreements in force that say that use of the product is compliant, whatever the numbers are. They change none.
    pub compliant_by: Vec<AgreementId>,
    /// Where inputs are missing, between which numbers `consumed` lies.
    pub range: Option<Range>,
    /// How old the reports behind the line are.
    pub freshness: Freshness,
    /// Every right and exception on the product: those that count in the order in which they were used, then the rest.
    pub supplies: Vec<Supply>,
    /// How the numbers were made, step by step. Empty in [`lines`]: nobody reads thousands of workings at once, and
    /// they would cost more than the numbers.
    pub working: Vec<Step>,
}

/// An amount of money, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// The amount; `None` where it cannot be stated.
    pub money: Option<Money>,
    /// How it was made, or why it cannot be stated, as a sentence.
    pub basis: Basis,
}

/// Between which numbers the consumption lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The least.
    pub low: u64,
    /// The most, which is what the line counts.
    pub high: u64,
    /// What is missing, as a sentence.
    pub why: String,
}

/// How old the reports behind a line are. A device counts with its latest report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// The day of the oldest.
    pub oldest: Option<Date>,
    /// The day of the newest.
    pub newest: Option<Date>,
    /// Devices whose sources do not say when they looked.
    pub undated: u64,
}

/// One step of a working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is counted.
    pub label: &'static str,
    /// The number or amount.
    pub amount: String,
    /// One plain sentence with the arithmetic.
    pub text: String,
    /// The rows behind the number, where there are any.
    pub rows: Option<RowKind>,
}

/// The position of every product at `at`, in order of number, without workings.
pub fn lines(state: &State, base: &Base, at: Timestamp) -> Vec<Line> {
    let moment = Moment::of(state, at);
    let mut persons = Persons::of_all(base.estate(), &moment);
    let numbers = |reckoning: &Reckoning<'_>, _: &Demand<'_>, _: &Moment| reckoning.line();
    let links = base.links(state);
    let mut facts = base.facts_in_order(state);
    let mut shares = Shares::new();
    let mut lines = Vec::with_capacity(state.products.len());
    for product in state.products.values() {
        if let Some(group) = links.group(product.id).filter(|group| group.first() == Some(&product.id)) {
            shares.append(&mut links::shares(state, base, group, &moment));
        }
        let by_usage = usage::line(state, base, product, &moment, false);
        let (facts, share) = (facts.of(product.id), shares.get(&product.id));
        lines.push(
            by_usage
                .unwrap_or_else(|| reckon_with(state, base, (product, facts, share), &moment, &mut persons, numbers)),
        );
    }
    lines
}

/// The position of one product at `at`, with its working; `None` where there is no such product.
pub fn line(state: &State, base: &Base, product: ProductId, at: Timestamp) -> Option<Line> {
    let product = state.products.get(&product)?;
    if let Some(line) = usage::line(state, base, product, &Moment::of(state, at), true) {
        return Some(line);
    }
    let with_working = |reckoning: &Reckoning<'_>, _: &Demand<'_>, _: &Moment| {
        let line = reckoning.line();
        Line { working: working::steps(reckoning, &line.exposure, &line.saving), ..line }
    };
    let moment = Moment::of(state, at);
    let links = base.links(state);
    let shares = links.group(product.id);
    let shares = shares.map(|group| links::shares_with_worth(state, base, group, product.id, &moment));
    let share = shares.as_ref().and_then(|shares| shares.get(&product.id));
    Some(reckon(state, base, product, share, &moment, &mut Persons::default(), with_working))
}

/// What the products that are linked with `product` share; nothing where it stands alone.
pub(crate) fn shares_with(state: &State, base: &Base, product: ProductId, moment: &Moment) -> Shares {
    let links = base.links(state);
    links.group(product).map(|group| links::shares(state, base, group, moment)).unwrap_or_default()
}

/// Sets a product's demand against its supply and hands both over.
pub(crate) fn reckon<R>(
    state: &State,
    base: &Base,
    product: &Product,
    share: Option<&Share>,
    moment: &Moment,
    persons: &mut Persons,
    take: impl FnOnce(&Reckoning<'_>, &Demand<'_>, &Moment) -> R,
) -> R {
    let held = base.held(state, product.id);
    let facts = ProductFacts { titles: base.title_indexes_of(product.id), held: &held };
    reckon_with(state, base, (product, facts, share), moment, persons, take)
}

/// The same where what is recorded of the product is at hand.
fn reckon_with<R>(
    state: &State,
    base: &Base,
    (product, facts, share): (&Product, ProductFacts<'_>, Option<&Share>),
    moment: &Moment,
    persons: &mut Persons,
    take: impl FnOnce(&Reckoning<'_>, &Demand<'_>, &Moment) -> R,
) -> R {
    let selected = Selected::at(state, product, facts.held, share, moment);
    let mut demand = Demand::of(base.estate(), facts.titles, selected.exempt, selected.with_suite);
    demand.take_census(asking(&selected), persons);
    let mut reckoning = Reckoning::of(&demand, product, facts.held, &selected, share, persons, moment);
    reckoning.compliant_by = compliant_by(state, &selected, moment.today);
    take(&reckoning, &demand, moment)
}

/// What the line asks of persons.
fn asking(selected: &Selected<'_>) -> Asking {
    match selected.kind {
        Kind::NAMED_USER => Asking::Persons,
        Kind::DEVICE if selected.rights.iter().any(|right| right.secondary) => Asking::Pairs,
        Kind::Plain(_) | Kind::Measured(_) => Asking::Nothing,
    }
}

/// The agreements of counting rights that are in force and make use compliant by contract.
pub(crate) fn compliant_by(state: &State, selected: &Selected<'_>, today: Date) -> Vec<AgreementId> {
    let of = |right: &CountingRight<'_>| state.agreements.get(&right.entitlement.agreement?);
    let own = selected.rights.iter().filter(|right| right.from.is_none());
    let in_force = |terms: &AgreementTerms| {
        terms.starts_on.is_none_or(|start| start <= today) && terms.ends_on.is_none_or(|end| today <= end)
    };
    let agreements = own.filter_map(of);
    let agreements = agreements.filter(|agreement| agreement.terms.compliant_by_contract && in_force(&agreement.terms));
    let found: BTreeSet<AgreementId> = agreements.map(|agreement| agreement.id).collect();
    found.into_iter().collect()
}

/// What a line is made of, before it is put into words.
#[derive(Debug)]
pub(crate) struct Reckoning<'a> {
    pub(crate) product: &'a Product,
    pub(crate) held: &'a Held,
    pub(crate) selected: &'a Selected<'a>,
    pub(crate) outcome: Outcome,
    /// What its product shares with others.
    pub(crate) share: Option<&'a Share>,
    /// Agreements that make use compliant by contract.
    pub(crate) compliant_by: Vec<AgreementId>,
    /// What was measured, where the line is in a measured metric.
    pub(crate) measured: Option<Measured>,
    pub(crate) holding: u64,
    pub(crate) liable: u64,
    /// Devices that count with a suite.
    pub(crate) included: u64,
    pub(crate) exempt: u64,
    /// Liable devices whose primary user is not known, where the metric asks for it.
    pub(crate) nameless: u64,
    /// Liable devices that state no environment, where an exemption asks for it.
    pub(crate) unstated: u64,
    /// The days on which the first and the last of the devices were looked at, and how many are undated.
    seen: (Option<(Date, Date)>, u64),
}

impl<'a> Reckoning<'a> {
    pub(crate) fn of(
        demand: &Demand<'_>,
        product: &'a Product,
        held: &'a Held,
        selected: &'a Selected<'a>,
        share: Option<&'a Share>,
        persons: &mut Persons,
        moment: &Moment,
    ) -> Self {
        let (outcome, measured) = matching::spend(demand, selected, persons);
        let exempt = if demand.all_liable() { 0 } else { matching::exempt(demand, selected, &outcome, persons) };
        let by_person = selected.kind == Kind::Plain(Plain::NamedUser);
        Self {
            product,
            held,
            selected,
            outcome,
            share,
            compliant_by: Vec::new(),
            measured,
            holding: demand.holding.len(),
            liable: demand.liable_len(),
            included: demand.included.len(),
            exempt,
            nameless: if by_person { demand.nameless_liable() } else { 0 },
            unstated: if selected.exempt.is_empty() { 0 } else { demand.liable_unstated() },
            seen: demand.seen(persons, moment),
        }
    }

    /// Units of rights in the line's metric that nothing uses; `None` where there is no limit.
    pub(crate) fn surplus(&self) -> Option<u64> {
        let entitled = self.selected.entitled().units()?;
        let rights = self.selected.rights.iter().zip(&self.outcome.rights);
        let own = rights.filter(|(right, _)| right.kind == self.selected.kind && right.from.is_none());
        Some(own.fold(entitled, |left, (right, spent)| left.saturating_sub(spent.used).saturating_sub(right.lent)))
    }

    fn range(&self) -> Option<Range> {
        if let Some(measured) = &self.measured {
            let why = || working::why_a_measured_range(measured);
            return (measured.low < measured.high).then(|| Range {
                low: measured.low,
                high: measured.high,
                why: why(),
            });
        }
        (self.nameless > 0).then(|| Range {
            low: self.outcome.consumed - self.nameless,
            high: self.outcome.consumed,
            why: working::why_a_range(self.nameless),
        })
    }

    /// The line without its working.
    fn line(&self) -> Line {
        Line {
            product: self.product.id,
            metric: self.product.metric,
            devices: self.holding,
            entitled: self.selected.entitled(),
            consumed: self.outcome.consumed,
            exempt: self.exempt,
            included: self.included,
            covered_by_entitlements: self.outcome.covered_by_entitlements(),
            covered_by_grants: self.outcome.covered_by_grants(),
            short: self.outcome.short(),
            surplus: self.surplus(),
            exposure: price::exposure(self),
            saving: price::saving(self),
            compliant_by: self.compliant_by.clone(),
            range: self.range(),
            freshness: self.freshness(),
            supplies: self.supplies(),
            working: Vec::new(),
        }
    }

    fn freshness(&self) -> Freshness {
        let (days, undated) = self.seen;
        Freshness { oldest: days.map(|(oldest, _)| oldest), newest: days.map(|(_, newest)| newest), undated }
    }

    fn supplies(&self) -> Vec<Supply> {
        let rights = self.selected.rights.iter().zip(&self.outcome.rights).map(|(right, spent)| {
            let supply = of_entitlement(right.entitlement, None);
            Supply { used: spent.used, covers: spent.covers, lent: right.lent, of: right.from, ..supply }
        });
        let grants = self.selected.grants.iter().zip(&self.outcome.grants).map(|(grant, spent)| {
            let supply = of_grant(grant, None);
            Supply { used: spent.used, covers: spent.covers, ..supply }
        });
        rights.chain(grants).chain(self.selected.left_out.iter().cloned()).collect()
    }
}
