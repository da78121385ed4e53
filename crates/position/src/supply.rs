//! Supply: the rights and exceptions on a product, which of them count at an instant, and why the others do not.
//!
//! How they are spent on demand is in `matching`.

use std::collections::BTreeMap;
use std::fmt;

use crate::devices::DeviceSet;
use domain::State;
use domain::entitlement::{Entitlement, Metric, Quantity};
use domain::grant::{Grant, GrantStatus};
use domain::id::{CaseId, EntitlementId, ProductId};
use domain::observation::Environment;
use domain::party::Direction;
use domain::product::Product;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use domain::metric::Definition;

use crate::base::Held;
use crate::links::Share;
use crate::metrics::{self, Kind};

/// Where supply comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplySource {
    /// A right.
    Entitlement(EntitlementId),
    /// An exception.
    Grant(CaseId),
}

impl fmt::Display for SupplySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entitlement(id) => id.fmt(f),
            Self::Grant(id) => id.fmt(f),
        }
    }
}

/// A right or exception on a product and what it did for the position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Supply {
    /// Which.
    pub source: SupplySource,
    /// What one of its units licenses.
    pub metric: Metric,
    /// Its units.
    pub given: Quantity,
    /// The units that are used, in its own metric.
    pub used: u64,
    /// The units of the line that it covers. A unit that takes several rights counts with the last of them.
    pub covers: u64,
    /// The units that are spent on other products: instead of this one, or as a suite.
    pub lent: u64,
    /// The product whose right it is, where it is one of another product than the line's.
    pub of: Option<ProductId>,
    /// The only environment where it holds (exceptions).
    pub environment: Option<Environment>,
    /// Its last day, inclusive.
    pub ends_on: Option<Date>,
    /// Why it does not count, as a sentence; `None` where it does.
    pub why_not: Option<String>,
}

/// A set of environments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Environments(u8);

impl Environments {
    pub(crate) fn contains(self, environment: Environment) -> bool {
        self.0 & (1 << environment as u8) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Environment> + Clone {
        Environment::ALL.into_iter().filter(move |environment| self.contains(*environment))
    }
}

impl FromIterator<Environment> for Environments {
    fn from_iter<I: IntoIterator<Item = Environment>>(environments: I) -> Self {
        Self(environments.into_iter().fold(0, |set, environment| set | 1 << environment as u8))
    }
}

/// An instant and the organisation's day then.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) zone: TimeZone,
    pub(crate) today: Date,
}

impl Moment {
    pub(crate) fn of(state: &State, at: Timestamp) -> Self {
        Self { at, zone: state.zone(), today: state.day(at) }
    }

    /// The organisation's day at `at`.
    pub(crate) fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

/// A right that counts.
#[derive(Debug, Clone)]
pub(crate) struct CountingRight<'a> {
    pub(crate) entitlement: &'a Entitlement,
    pub(crate) metric: Metric,
    pub(crate) kind: Kind,
    pub(crate) quantity: Quantity,
    /// Whether one unit covers a second device of the same person.
    pub(crate) secondary: bool,
    /// The last day on which it counts.
    pub(crate) ends_on: Option<Date>,
    /// The product whose right it is, where that is not the line's; then `quantity` is what the line has of it.
    pub(crate) from: Option<ProductId>,
    /// Units that are spent on other products.
    pub(crate) lent: u64,
    /// Units of another product's right beyond `quantity` that nothing needs.
    pub(crate) spare: u64,
    /// Devices or persons who have the right's product as a suite, and how many of them the right covers as such.
    pub(crate) bundles: &'a [(DeviceSet, u64)],
}

impl CountingRight<'_> {
    /// The units that the line can spend.
    pub(crate) fn available(&self) -> u64 {
        self.quantity.units().unwrap_or(u64::MAX).saturating_sub(self.lent)
    }

    /// Whether it covers whatever there is.
    fn is_all(&self) -> bool {
        self.quantity == Quantity::Unlimited && !self.is_limited()
    }

    /// Whether it reaches only parts of the line.
    pub(crate) fn is_limited(&self) -> bool {
        let use_rights = &self.entitlement.right.use_rights;
        !use_rights.scope.is_everywhere() || use_rights.versions.is_some()
    }

    /// Its price in the smallest part that prices have.
    pub(crate) fn price_in_parts(&self) -> i128 {
        self.entitlement.right.unit_price.map_or(0, crate::price::in_parts)
    }
}

/// The supply of a product at an instant.
#[derive(Debug, Clone)]
pub(crate) struct Selected<'a> {
    /// What the product's metric counts. Metrics that count the same are one.
    pub(crate) kind: Kind,
    /// The definitions of what is measured; what the installed base counts anyway needs none.
    pub(crate) definitions: BTreeMap<Metric, &'a Definition>,
    /// Metrics of rights on the product, counting or not, that count what the line counts.
    pub(crate) own_metrics: Vec<Metric>,
    /// In the order in which they are spent: unlimited ones first, then by last day, then by number.
    pub(crate) rights: Vec<CountingRight<'a>>,
    /// In the order in which they are spent: those for one environment first, so that those for all are kept for what
    /// is left; then by last day, then by number.
    pub(crate) grants: Vec<&'a Grant>,
    /// Those that do not count, each with its reason.
    pub(crate) left_out: Vec<Supply>,
    /// Whether any of them counted once.
    pub(crate) has_ended: bool,
    /// The environments that some counting right exempts.
    pub(crate) exempt: Environments,
    /// The organisation's day.
    pub(crate) today: Date,
    /// The devices with a suite that includes the product.
    pub(crate) with_suite: Option<&'a DeviceSet>,
}

impl<'a> Selected<'a> {
    /// Which of `held`, and of the rights that other products share, count for `product` at `moment`.
    pub(crate) fn at(
        state: &'a State,
        product: &Product,
        held: &'a Held,
        share: Option<&'a Share>,
        moment: &Moment,
    ) -> Self {
        let kind = metrics::kind(state, product.metric, moment.at);
        let mut named: Vec<Metric> = vec![product.metric];
        for entitlement in &held.entitlements {
            if !named.contains(&entitlement.right.metric) {
                named.push(entitlement.right.metric);
            }
        }
        let measured = named.iter().filter(|metric| match metrics::kind(state, **metric, moment.at) {
            Kind::Plain(_) => false,
            Kind::Measured(_) => true,
        });
        let definition = |metric: &Metric| Some((*metric, metrics::definition(state, *metric, moment.at)?));
        let definitions = measured.filter_map(definition).collect();
        named.retain(|metric| metrics::kind(state, *metric, moment.at) == kind);
        let mut selected = Self {
            kind,
            definitions,
            own_metrics: named,
            rights: Vec::with_capacity(held.entitlements.len()),
            grants: Vec::new(),
            left_out: Vec::new(),
            has_ended: false,
            exempt: Environments::default(),
            today: moment.today,
            with_suite: share.and_then(|share| share.with_suite.as_ref()),
        };
        selected.take_rights(state, held, share, moment);
        for grant in &held.grants {
            match why_no_grant(state, grant, product.metric, moment) {
                None => selected.grants.push(grant),
                Some(why_not) => {
                    selected.has_ended |= why_not.has_ended;
                    selected.left_out.push(of_grant(grant, Some(why_not.sentence)));
                }
            }
        }
        selected.exempt = selected
            .rights
            .iter()
            .flat_map(|right| right.entitlement.right.exempt_environments.iter().copied())
            .collect();
        selected.borrow(share);
        selected.grants.sort_by_key(|grant| (grant.terms.environment.is_none(), grant.terms.until, grant.case));
        selected
    }

    /// The product's own rights.
    fn take_rights(&mut self, state: &'a State, held: &'a Held, share: Option<&'a Share>, moment: &Moment) {
        for entitlement in &held.entitlements {
            match why_no_right(state, entitlement, moment.today) {
                None => self.rights.push(CountingRight {
                    entitlement,
                    metric: entitlement.right.metric,
                    kind: metrics::kind(state, entitlement.right.metric, moment.at),
                    quantity: entitlement.right.quantity,
                    secondary: entitlement.right.secondary_use && entitlement.right.metric == Metric::Device,
                    ends_on: last_day(entitlement),
                    from: None,
                    lent: share.map_or(0, |share| share.lent_of(entitlement.id)),
                    spare: 0,
                    bundles: &[],
                }),
                Some(why_not) => {
                    self.has_ended |= why_not.has_ended;
                    self.left_out.push(of_entitlement(entitlement, Some(why_not.sentence)));
                }
            }
        }
    }

    /// The rights of other products, and all of them in the order in which they are spent.
    fn borrow(&mut self, share: Option<&'a Share>) {
        for borrowed in share.iter().flat_map(|share| &share.borrowed) {
            self.rights.push(CountingRight {
                entitlement: &borrowed.entitlement,
                metric: borrowed.entitlement.right.metric,
                kind: self.kind,
                quantity: Quantity::Units(borrowed.units),
                secondary: false,
                ends_on: last_day(&borrowed.entitlement),
                from: Some(borrowed.entitlement.product),
                lent: 0,
                spare: borrowed.spare,
                bundles: &borrowed.bundles,
            });
        }
        self.left_out.extend(share.iter().flat_map(|share| share.rejected.iter().cloned()));
        let last = |day: Option<Date>| day.unwrap_or(Date::MAX);
        self.rights.sort_by_key(|right| {
            (
                right.from.is_some(),
                !right.is_all(),
                right.quantity != Quantity::Unlimited,
                last(right.ends_on),
                right.entitlement.id,
            )
        });
    }

    /// The unlimited right that covers everything, where there is one.
    pub(crate) fn unlimited(&self) -> Option<&CountingRight<'a>> {
        self.rights.first().filter(|right| right.is_all())
    }

    /// The product's own rights in the line's own metric.
    pub(crate) fn own(&self) -> impl Iterator<Item = &CountingRight<'a>> + Clone {
        self.rights.iter().filter(|right| right.kind == self.kind && right.from.is_none())
    }

    /// Whether versions are compared, or counted.
    pub(crate) fn asks_for_versions(&self) -> bool {
        let limits = |right: &CountingRight<'_>| right.entitlement.right.use_rights.versions.is_some();
        self.kind == Kind::INSTALLATION || self.rights.iter().any(limits)
    }

    /// The units of the rights in the line's own metric; unlimited where any right of the product is.
    pub(crate) fn entitled(&self) -> Quantity {
        if self.unlimited().is_some() || self.own().any(|right| right.quantity == Quantity::Unlimited) {
            return Quantity::Unlimited;
        }
        let units = self.own().filter_map(|right| right.quantity.units());
        Quantity::Units(units.fold(0, u64::saturating_add))
    }
}

/// The last day on which a right counts: its own, or the day before it was retired.
pub(crate) fn last_day(entitlement: &Entitlement) -> Option<Date> {
    let before_retirement = entitlement.retired_on.map(|retired| retired.yesterday().unwrap_or(Date::MIN));
    match (entitlement.right.ends_on, before_retirement) {
        (Some(end), Some(retired)) => Some(end.min(retired)),
        (end, retired) => end.or(retired),
    }
}

/// Why a right or exception does not count.
pub(crate) struct WhyNot {
    pub(crate) sentence: String,
    /// Whether it counted once.
    has_ended: bool,
}

impl WhyNot {
    fn ended(sentence: String) -> Self {
        Self { sentence, has_ended: true }
    }

    fn other(sentence: String) -> Self {
        Self { sentence, has_ended: false }
    }
}

pub(crate) fn why_no_right(state: &State, entitlement: &Entitlement, today: Date) -> Option<WhyNot> {
    let id = entitlement.id;
    let agreement = entitlement.agreement.and_then(|agreement| state.agreements.get(&agreement));
    if let Some(agreement) = agreement.filter(|agreement| agreement.terms.direction == Direction::Outbound) {
        let sentence = format!("{id} is a right that we gave under {}, not one that we hold.", agreement.id);
        return Some(WhyNot::other(sentence));
    }
    if entitlement.counts_on(today) {
        return None;
    }
    if let Some(retired) = entitlement.retired_on.filter(|retired| *retired <= today) {
        return Some(WhyNot::ended(format!("{id} was retired on {retired}.")));
    }
    Some(match (entitlement.right.starts_on, entitlement.right.ends_on) {
        (_, Some(end)) if end < today => WhyNot::ended(format!("{id} ended on {end}.")),
        (Some(start), _) => WhyNot::other(format!("{id} starts on {start}.")),
        (None, _) => WhyNot::other(format!("{id} does not count on {today}.")),
    })
}

fn why_no_grant(state: &State, grant: &Grant, metric: Metric, moment: &Moment) -> Option<WhyNot> {
    let id = grant.case;
    let Moment { at, zone, .. } = moment;
    let day = |at: Timestamp| moment.day(at);
    if !grant.applies(*at, zone) {
        return Some(match grant.status(*at, zone) {
            GrantStatus::Revoked => {
                let revoked = grant.revocation.as_ref().map_or(*at, |revocation| revocation.at);
                WhyNot::ended(format!("{id} was revoked on {}.", day(revoked)))
            }
            GrantStatus::NotYet => WhyNot::other(format!("{id} holds from {}.", day(grant.granted_at))),
            GrantStatus::Expired | GrantStatus::Active => {
                WhyNot::ended(format!("{id} ended on {}.", grant.terms.until))
            }
        });
    }
    if metrics::kind(state, grant.metric, moment.at) != metrics::kind(state, metric, moment.at) {
        let (granted, counted) = (grant.metric.unit(2), metric.unit(2));
        let sentence = format!("{id} was granted in {granted}, and the product counts {counted}.");
        return Some(WhyNot::other(sentence));
    }
    None
}

/// A right as supply that did nothing yet.
pub(crate) fn of_entitlement(entitlement: &Entitlement, why_not: Option<String>) -> Supply {
    Supply {
        source: SupplySource::Entitlement(entitlement.id),
        metric: entitlement.right.metric,
        given: entitlement.right.quantity,
        used: 0,
        covers: 0,
        lent: 0,
        of: None,
        environment: None,
        ends_on: last_day(entitlement),
        why_not,
    }
}

/// An exception as supply that did nothing yet.
pub(crate) fn of_grant(grant: &Grant, why_not: Option<String>) -> Supply {
    Supply {
        source: SupplySource::Grant(grant.case),
        metric: grant.metric,
        given: Quantity::Units(grant.terms.quantity),
        used: 0,
        covers: 0,
        lent: 0,
        of: None,
        environment: grant.terms.environment,
        ends_on: Some(grant.terms.until),
        why_not,
    }
}
