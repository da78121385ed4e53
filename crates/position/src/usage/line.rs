//! Lines, rows and answers for products whose metric counts usage: what it came to against rights, then exceptions.
//!
//! The matching is simple: rights in the metric in the order of their ends, then exceptions, each unit for unit. Rights
//! in other metrics cover none of it, since a person or device says nothing of how many were at work at once.

use domain::State;
use domain::entitlement::{Entitlement, Metric, Quantity};
use domain::id::{AgreementId, EntitlementId};
use domain::metric::{Definition, Period, ReadingRule};
use domain::money::Money;
use domain::observation::{Environment, RawTitle};
use domain::party::Direction;
use domain::product::Product;
use domain::usage::Feature;
use jiff::civil::Date;

use super::facts::FeatureFacts;
use super::measured::{Behind, Fact, Measured, Rule, measure};
use super::readings::{days, overlap};
use crate::base::{Base, Held};
use crate::estate::DeviceIndex;
use crate::line::{Amount, Freshness, Line, Range, Step, compliant_by};
use crate::price::Unused;
use crate::row::{Evidence, Row, RowKind, Span};
use crate::supply::{Moment, Selected, Supply, SupplySource, of_entitlement, of_grant};
use crate::working::{Counted, Grouped, list};
use crate::{metrics, price};

/// A supply that counts, with the units that it can give.
pub(super) struct Giving<'a> {
    pub(super) supply: Supply,
    pub(super) units: u64,
    pub(super) entitlement: Option<&'a Entitlement>,
}

/// Demand against supply.
pub(crate) struct Reckoned<'a> {
    product: &'a Product,
    definition: &'a Definition,
    pub(crate) features: Vec<&'a FeatureFacts>,
    pub(crate) measured: Measured,
    pub(super) giving: Vec<Giving<'a>>,
    pub(super) left_out: Vec<Supply>,
    pub(super) has_ended: bool,
    /// The units of the rights in the metric, or no limit.
    pub(crate) entitled: Quantity,
    /// Units that the overdraft of the agreement tolerates.
    exempt: u64,
    /// The price of a further unit, with the right that states it.
    priced: Option<(EntitlementId, Money)>,
    /// Agreements that make use compliant by contract.
    compliant_by: Vec<AgreementId>,
}

/// Reckons a product whose metric counts usage; `None` where it counts what is installed.
pub(crate) fn reckon<'a>(
    state: &'a State,
    base: &'a Base,
    held: &'a Held,
    product: &'a Product,
    moment: &Moment,
) -> Option<Reckoned<'a>> {
    let definition = metrics::definition(state, product.metric, moment.at)?;
    let rule = Rule::of(definition)?;
    let features: Vec<&FeatureFacts> =
        base.usage().features_of(state, product.id).into_iter().map(AsRef::as_ref).collect();
    let selected = Selected::at(state, product, held, None, moment);
    let own = |metric: Metric| selected.own_metrics.contains(&metric);
    let term = held.entitlements.iter().filter(|right| own(right.right.metric) && counts(&selected, right));
    let term = term.filter_map(|right| right.right.starts_on).min();
    let measured = measure(definition, &rule, &features, (&moment.zone, moment.at), term);
    let mut reckoned = Reckoned {
        product,
        definition,
        features,
        measured,
        giving: Vec::new(),
        left_out: selected.left_out.clone(),
        has_ended: selected.has_ended,
        entitled: Quantity::Units(0),
        exempt: 0,
        priced: price::of_unit(held, &selected),
        compliant_by: compliant_by(state, &selected, moment.today),
    };
    reckoned.supply(state, held, &selected, &rule);
    if let Rule::Sessions(rule) = &rule
        && let Some(entitled) = reckoned.entitled.units()
    {
        let tolerated = entitled.saturating_mul(u64::from(rule.overdraft_percent)) / 100;
        reckoned.exempt = reckoned.measured.units.saturating_sub(entitled).min(tolerated);
    }
    reckoned.spend();
    Some(reckoned)
}

fn counts(selected: &Selected<'_>, right: &Entitlement) -> bool {
    selected.rights.iter().any(|counting| counting.entitlement.id == right.id)
}

/// What a right gives for the period: all of it, or the part of the period for which it holds, rounded down.
fn given(rule: &ReadingRule, right: &Entitlement, period: (Date, Date)) -> Option<u64> {
    let units = right.right.quantity.units()?;
    if !rule.prorate || rule.period == Period::Term {
        return Some(units);
    }
    let holds = (right.right.starts_on.unwrap_or(Date::MIN), right.right.ends_on.unwrap_or(Date::MAX));
    let within = u128::from(overlap(holds, period));
    u64::try_from(u128::from(units) * within / u128::from(days(period.0, period.1).max(1))).ok()
}

/// Whether a right that does not count today counted on other days of the period.
fn counted_in(state: &State, right: &Entitlement, period: (Date, Date)) -> bool {
    let agreement = right.agreement.and_then(|agreement| state.agreements.get(&agreement));
    let holds = (right.right.starts_on.unwrap_or(Date::MIN), right.right.ends_on.unwrap_or(Date::MAX));
    agreement.is_none_or(|agreement| agreement.terms.direction == Direction::Inbound)
        && right.retired_on.is_none()
        && overlap(holds, period) > 0
}

impl<'a> Reckoned<'a> {
    fn supply(&mut self, state: &State, held: &'a Held, selected: &Selected<'_>, rule: &Rule) {
        let prorated = match (rule, self.measured.period) {
            (Rule::Readings(rule), Some(period)) => Some((rule, period)),
            (Rule::Readings(_) | Rule::Sessions(_), _) => None,
        };
        let mut rights: Vec<&Entitlement> = held.entitlements.iter().map(AsRef::as_ref).collect();
        rights.sort_by_key(|right| {
            let limited = right.right.quantity != Quantity::Unlimited;
            (limited, right.right.ends_on.unwrap_or(Date::MAX), right.id)
        });
        let mut sum = 0u64;
        let mut unlimited = false;
        for right in rights {
            let own = selected.own_metrics.contains(&right.right.metric);
            let now = counts(selected, right);
            let earlier = prorated.filter(|(rule, period)| rule.prorate && counted_in(state, right, *period));
            let without_limit = right.right.quantity == Quantity::Unlimited;
            if !now && (earlier.is_none() || !own || without_limit) {
                continue;
            }
            self.left_out.retain(|supply| supply.source != SupplySource::Entitlement(right.id));
            if !own && !without_limit {
                let why = format!(
                    "{} gives {}, which say nothing of {}.",
                    right.id,
                    right.right.metric.unit(2),
                    self.product.metric.unit(2)
                );
                self.left_out.push(of_entitlement(right, Some(why)));
                continue;
            }
            unlimited |= without_limit;
            let units = match prorated {
                Some((rule, period)) => given(rule, right, period),
                None => right.right.quantity.units(),
            };
            sum = sum.saturating_add(units.unwrap_or(0));
            let units = units.unwrap_or(u64::MAX);
            self.giving.push(Giving { supply: of_entitlement(right, None), units, entitlement: Some(right) });
        }
        self.entitled = if unlimited { Quantity::Unlimited } else { Quantity::Units(sum) };
        for grant in &selected.grants {
            // What does not state an environment counts as production.
            if let Some(environment) = grant.terms.environment.filter(|wanted| *wanted != Environment::default()) {
                let environment = crate::working::spoken(environment);
                let why = format!("{} holds in {environment}, and use counts as production.", grant.case);
                self.left_out.push(of_grant(grant, Some(why)));
                continue;
            }
            self.giving.push(Giving { supply: of_grant(grant, None), units: grant.terms.quantity, entitlement: None });
        }
    }

    pub(crate) fn consumed(&self) -> u64 {
        self.measured.units - self.exempt
    }

    fn spend(&mut self) {
        let mut left = self.consumed();
        for giving in &mut self.giving {
            let taken = giving.units.min(left);
            left -= taken;
            giving.supply.used = taken;
            giving.supply.covers = taken;
        }
    }

    pub(super) fn covered(&self, by_right: bool) -> u64 {
        let of_kind = self.giving.iter().filter(|giving| giving.entitlement.is_some() == by_right);
        of_kind.map(|giving| giving.supply.covers).sum()
    }

    pub(crate) fn short(&self) -> u64 {
        self.consumed() - self.covered(true) - self.covered(false)
    }

    pub(crate) fn surplus(&self) -> Option<u64> {
        Some(self.entitled.units()?.saturating_sub(self.covered(true)))
    }

    /// Of every right that counts, unused units × its own unit price.
    fn saving(&self) -> Amount {
        let unused = |giving: &Giving<'_>| {
            let right = giving.entitlement.filter(|right| right.right.quantity != Quantity::Unlimited)?;
            let units = giving.units - giving.supply.used;
            (units > 0).then_some(Unused { of: right.id, units, price: right.right.unit_price })
        };
        price::of_unused(self.giving.iter().filter_map(unused).collect())
    }

    fn freshness(&self, moment: &Moment) -> Freshness {
        let mut newest: Option<Date> = None;
        let mut oldest: Option<Date> = None;
        for facts in &self.features {
            let by_sessions = facts.seen().and_then(|(_, last)| jiff::Timestamp::from_second(last).ok());
            let by_sessions = by_sessions.map(|last| moment.day(last));
            let by_readings = facts.readings.values().map(|read| read.until).max();
            let Some(last) = by_sessions.max(by_readings) else { continue };
            newest = newest.max(Some(last));
            oldest = Some(oldest.map_or(last, |oldest| oldest.min(last)));
        }
        Freshness { oldest, newest, undated: 0 }
    }

    fn supplies(&self) -> Vec<Supply> {
        self.giving.iter().map(|giving| giving.supply.clone()).chain(self.left_out.iter().cloned()).collect()
    }

    fn working(&self, exposure: &Amount, saving: &Amount) -> Vec<Step> {
        let metric = self.product.metric;
        let mut text = format!("{}: {}", self.definition.title, self.definition.description);
        if !self.definition.sources.is_empty() {
            let sources = self.definition.sources.iter().map(|source| source.document.as_str());
            text.push_str(&format!(" From: {}.", list(sources, "; ")));
        }
        let mut steps = vec![Step { label: "Metric", amount: metric.to_string(), text, rows: None }];
        steps.extend(self.measured.steps.iter().cloned());
        if self.exempt > 0 {
            let text = format!(
                "The agreement tolerates an overdraft: {} of {} above the {} that rights give.",
                Grouped(self.exempt),
                Counted(self.measured.units, metric),
                self.entitled
            );
            steps.push(step("Overdraft", self.exempt, text, Some(RowKind::Exempt)));
        }
        let consumed = self.consumed();
        let text = if self.exempt > 0 {
            format!("{} − {} = {}.", Grouped(self.measured.units), Grouped(self.exempt), Counted(consumed, metric))
        } else {
            format!("{} in use.", Counted(consumed, metric))
        };
        steps.push(step("Consumed", consumed, text, Some(RowKind::Consumed)));
        steps.push(self.entitled_step());
        steps.extend(self.covering());
        steps.push(self.surplus_step());
        let money = |label, amount: &Amount| Step {
            label,
            amount: amount.money.map_or_else(|| "not known".to_owned(), |money| money.to_string()),
            text: amount.basis.to_string(),
            rows: None,
        };
        if self.short() > 0 {
            steps.push(money("Exposure", exposure));
        }
        if saving.money.is_some() || self.surplus().is_some_and(|surplus| surplus > 0) {
            steps.push(money("Saving", saving));
        }
        if !self.left_out.is_empty() {
            let reasons = self.left_out.iter().filter_map(|supply| supply.why_not.as_deref());
            let text = list(reasons, " ").to_string();
            steps.push(step("Does not count", self.left_out.len() as u64, text, None));
        }
        steps
    }

    /// The supplies of a kind that cover something, each with how many units.
    fn covering_terms(&self, by_right: bool) -> Vec<String> {
        let of_kind = self.giving.iter().filter(|giving| giving.entitlement.is_some() == by_right);
        let covering = of_kind.filter(|giving| giving.supply.covers > 0);
        covering.map(|giving| format!("{} {}", giving.supply.source, Grouped(giving.supply.covers))).collect()
    }

    /// The steps from what was in use to what is short.
    fn covering(&self) -> Vec<Step> {
        let metric = self.product.metric;
        let (consumed, covered, by_grants, short) =
            (self.consumed(), self.covered(true), self.covered(false), self.short());
        let mut steps = Vec::new();
        let text = match covered {
            0 => format!("Rights cover none of the {}.", Grouped(consumed)),
            _ => {
                let terms = self.covering_terms(true);
                format!("{}: {} of {}.", list(terms.iter(), " + "), Counted(covered, metric), Grouped(consumed))
            }
        };
        steps.push(step("Covered by rights", covered, text, Some(RowKind::Covered)));
        if by_grants > 0 {
            let terms = self.covering_terms(false);
            let (by, left) = (Grouped(by_grants), Grouped(consumed - covered));
            let text = format!("{}: {by} of the {left} that rights leave.", list(terms.iter(), "; "));
            steps.push(step("Covered by exceptions", by_grants, text, Some(RowKind::Covered)));
        }
        let (of, rights, units) = (Grouped(consumed), Grouped(covered), Counted(short, metric));
        let text = match by_grants {
            0 => format!("{of} − {rights} = {units}."),
            _ => format!("{of} − {rights} − {} = {units}.", Grouped(by_grants)),
        };
        steps.push(step("Short", short, text, Some(RowKind::Short)));
        steps
    }

    fn entitled_step(&self) -> Step {
        let metric = self.product.metric;
        let rights = self.giving.iter().filter_map(|giving| Some((giving.entitlement?, giving.units)));
        let (amount, text) = match self.entitled {
            Quantity::Unlimited => {
                let without = rights.clone().find(|(right, _)| right.right.quantity == Quantity::Unlimited);
                let id = without.map_or_else(String::new, |(right, _)| right.id.to_string());
                ("unlimited".to_owned(), format!("{id} sets no limit."))
            }
            Quantity::Units(units) => {
                let terms = rights.map(|(right, units)| match right.right.quantity {
                    Quantity::Units(whole) if whole != units => {
                        format!("{} of the {} of {} for this period", Grouped(units), Grouped(whole), right.id)
                    }
                    Quantity::Units(_) | Quantity::Unlimited => format!("{} ({})", Grouped(units), right.id),
                });
                let terms: Vec<String> = terms.collect();
                let text = match terms.len() {
                    0 => format!("No right in {} counts.", metric.unit(2)),
                    _ => format!("{} = {}.", list(terms.iter(), " + "), Counted(units, metric)),
                };
                (Grouped(units).to_string(), text)
            }
        };
        Step { label: "Entitled", amount, text, rows: None }
    }

    fn surplus_step(&self) -> Step {
        let label = "Surplus";
        let (Some(surplus), Some(entitled)) = (self.surplus(), self.entitled.units()) else {
            let text = "Without a limit nothing is left over.".to_owned();
            return Step { label, amount: "unlimited".to_owned(), text, rows: None };
        };
        let text = format!(
            "{} − {} used = {}.",
            Grouped(entitled),
            Grouped(entitled - surplus),
            Counted(surplus, self.product.metric)
        );
        Step { label, amount: Grouped(surplus).to_string(), text, rows: None }
    }
}

fn step(label: &'static str, number: u64, text: String, rows: Option<RowKind>) -> Step {
    Step { label, amount: Grouped(number).to_string(), text, rows }
}

/// The line of a product whose metric counts usage; `None` where it counts what is installed.
pub(crate) fn line(state: &State, base: &Base, product: &Product, moment: &Moment, with_working: bool) -> Option<Line> {
    if !super::counts_for(state, product, moment.at) {
        return None;
    }
    let held = base.held(state, product.id);
    let reckoned = reckon(state, base, &held, product, moment)?;
    let exposure = price::of_shortage(reckoned.short(), product.metric, reckoned.priced);
    let saving = reckoned.saving();
    let measured = &reckoned.measured;
    // What is tolerated is taken from both ends.
    let low = measured.low.saturating_sub(reckoned.exempt);
    Some(Line {
        product: product.id,
        metric: product.metric,
        devices: base.device_count_of(product.id),
        entitled: reckoned.entitled,
        consumed: reckoned.consumed(),
        exempt: reckoned.exempt,
        included: 0,
        compliant_by: reckoned.compliant_by.clone(),
        covered_by_entitlements: reckoned.covered(true),
        covered_by_grants: reckoned.covered(false),
        short: reckoned.short(),
        surplus: reckoned.surplus(),
        range: measured.why.clone().filter(|_| low < reckoned.consumed()).map(|why| Range {
            low,
            high: reckoned.consumed(),
            why,
        }),
        freshness: reckoned.freshness(moment),
        supplies: reckoned.supplies(),
        working: if with_working { reckoned.working(&exposure, &saving) } else { Vec::new() },
        exposure,
        saving,
    })
}

/// The rows behind a number of the line of a product whose metric counts usage; `None` where it counts what is installed.
pub(crate) fn rows(state: &State, base: &Base, product: &Product, kind: RowKind, moment: &Moment) -> Option<Vec<Row>> {
    let held = base.held(state, product.id);
    let reckoned = reckon(state, base, &held, product, moment)?;
    let mut spans: Vec<(u64, Option<SupplySource>, bool)> =
        reckoned.giving.iter().map(|giving| (giving.supply.covers, Some(giving.supply.source), false)).collect();
    spans.push((reckoned.short(), None, false));
    spans.push((reckoned.exempt, None, true));
    let wanted = |by: Option<SupplySource>, exempt: bool| match kind {
        RowKind::Consumed => !exempt,
        RowKind::Covered => by.is_some(),
        RowKind::Short => by.is_none() && !exempt,
        RowKind::Exempt => exempt,
        RowKind::Included => false,
    };
    let mut spans = spans.into_iter().filter(|(units, _, _)| *units > 0);
    let mut current = spans.next();
    let mut all = Vec::new();
    for fact in &reckoned.measured.facts {
        let mut left = fact.units;
        if left == 0 && kind == RowKind::Consumed {
            all.push(row(base, &reckoned.features, fact, 0, None, moment));
        }
        while left > 0 {
            let Some((units, by, exempt)) = current.as_mut() else { break };
            let taken = left.min(*units);
            if wanted(*by, *exempt) {
                all.push(row(base, &reckoned.features, fact, taken, *by, moment));
            }
            left -= taken;
            *units -= taken;
            if *units == 0 {
                current = spans.next();
            }
        }
    }
    Some(all)
}

fn row(
    base: &Base,
    features: &[&FeatureFacts],
    fact: &Fact,
    units: u64,
    by: Option<SupplySource>,
    moment: &Moment,
) -> Row {
    let usage = base.usage();
    let of = |feature: usize| features.get(feature).map(|facts| &facts.feature);
    let title = |feature: Option<&Feature>| RawTitle {
        publisher: feature.and_then(|feature| feature.vendor.clone()),
        name: feature.map_or_else(String::new, |feature| feature.name.clone()),
        version: None,
    };
    let second = |at: i64| jiff::Timestamp::from_second(at).ok();
    match &fact.behind {
        Behind::Sessions(unit) => {
            let evidence = unit.held.iter().map(|held| Evidence {
                device: usage.name(held.session.host).to_owned(),
                title: title(of(held.feature)),
                sources: vec![usage.source_of(held.session.origin).to_owned()],
                last_used_on: second(held.session.from).map(|from| moment.day(from)),
            });
            let ends = unit.held.iter().map(|held| held.session);
            let open = ends.clone().any(|session| session.open);
            let until = ends.clone().map(|session| session.certain_until).max().filter(|_| !open);
            let first = ends.clone().next();
            let person = first.map(|session| usage.name(session.user).to_owned());
            Row {
                units,
                person: person.filter(|person| !person.is_empty()),
                device: first.map_or_else(String::new, |session| usage.name(session.host).to_owned()),
                index: DeviceIndex(u32::MAX),
                environment: None,
                evidence: evidence.collect(),
                by,
                span: first
                    .and_then(|session| second(session.from))
                    .map(|from| Span { from, until: until.and_then(second) }),
            }
        }
        Behind::Reading(reading) => {
            let midnight = |day: Date| moment.zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok();
            let read = reading.read;
            let until = read.until.tomorrow().ok().and_then(midnight);
            Row {
                units,
                person: None,
                device: String::new(),
                index: DeviceIndex(u32::MAX),
                environment: None,
                evidence: vec![Evidence {
                    device: String::new(),
                    title: title(of(reading.feature)),
                    sources: vec![usage.source_of(read.origin).to_owned()],
                    last_used_on: Some(read.until),
                }],
                by,
                span: midnight(read.from).map(|from| Span { from, until }),
            }
        }
    }
}
