//! Scenarios side by side: the same products on the same day, today, if nothing changes, and under each scenario.
//!
//! Only products are listed whose numbers some scenario changes. The sums are those of the listed products.

use std::collections::BTreeSet;

use domain::State;
use domain::entitlement::{Metric, Quantity};
use domain::id::{ProductId, ScenarioId};
use domain::money::{Money, sums};
use domain::scenario::Assumption;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{Effect, Supposed, active, with_devices, with_rights};
use crate::base::Base;
use crate::line::{Amount, Line, Step, line, lines};
use crate::supply::SupplySource;

/// Scenarios of one comparison: as many columns as can be read beside two of what is known.
pub const SCENARIOS_MAX: usize = 4;
/// Days between today and the day that is compared: five years.
pub const HORIZON_DAYS_MAX: i32 = 1_827;
/// Days on which something changes and the position is reckoned, for each scenario.
pub const CHANGES_MAX: usize = 400;
/// Products of one comparison.
pub const PRODUCTS_MAX: usize = 500;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The scenarios, each with its name and what it assumes.
    pub scenarios: Vec<(ScenarioId, &'a str, &'a [Assumption])>,
    /// Today.
    pub today: Date,
    /// The day on which they are compared, today or later.
    pub on: Date,
}

/// How one product stands in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Units that need a licence.
    pub need: u64,
    /// Units of the rights that count.
    pub entitled: Quantity,
    /// Units that nothing covers.
    pub short: u64,
    /// Units that nothing uses; `None` where there is no limit.
    pub unused: Option<u64>,
    /// What the rights cost that count, at their unit prices.
    pub cost: Vec<Money>,
    /// Rights that count and state no price.
    pub unpriced: u64,
    /// What the shortage would cost.
    pub shortage_cost: Amount,
    /// The first day from today on which something is short.
    pub first_short_on: Option<Date>,
    /// The most that is short on any day until then.
    pub most_short: u64,
    /// How the numbers were made.
    pub working: Vec<Step>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The scenario; `None` is what is known.
    pub scenario: Option<ScenarioId>,
    /// What stands above it.
    pub name: String,
    /// The day of its numbers.
    pub on: Date,
    /// What is assumed.
    pub assumptions: Vec<String>,
    /// What the assumptions did on that day.
    pub effects: Vec<Effect>,
    /// What the rights of the listed products cost.
    pub cost: Vec<Money>,
    /// What is short of them would cost.
    pub shortage_cost: Vec<Money>,
    /// Units short; of different metrics, so a measure of how much is to do and no more.
    pub short_products: u64,
}

/// A product in every column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductRow {
    /// The product.
    pub product: ProductId,
    /// The metric of its numbers.
    pub metric: Metric,
    /// Beside the columns.
    pub standings: Vec<Standing>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Today.
    pub today: Date,
    /// The day that is compared.
    pub on: Date,
    /// Entries that it was read at.
    pub ledger_size: u64,
    /// Today, then as it is on the day, then the scenarios.
    pub columns: Vec<Column>,
    /// The products, in order of number.
    pub rows: Vec<ProductRow>,
}

/// Sets scenarios side by side; what cannot be reckoned is a sentence.
pub fn compare(state: &State, base: &Base, question: &Question<'_>) -> Result<Comparison, String> {
    check(question)?;
    let mut worlds: Vec<World<'_>> = vec![World::of(state, base, &[])];
    worlds.extend(question.scenarios.iter().map(|(_, _, assumptions)| World::of(state, base, assumptions)));
    let listed = touched(state, base, &mut worlds, question.on)?;
    let mut known = World::of(state, base, &[]);
    let mut columns =
        vec![(None, "Today".to_owned(), question.today, known.standings(&listed, question.today, question.today)?)];
    for (place, world) in worlds.iter_mut().enumerate() {
        let scenario = place.checked_sub(1).and_then(|place| question.scenarios.get(place));
        let name = scenario.map_or_else(|| "Nothing changes".to_owned(), |(_, name, _)| (*name).to_owned());
        let standings = world.standings(&listed, question.today, question.on)?;
        columns.push((scenario.map(|(id, _, _)| *id), name, question.on, standings));
    }
    let differs = |place: usize| {
        let mut here = columns.iter().skip(1).filter_map(|(_, _, _, standings)| standings.get(place));
        let first = here.next();
        here.any(|standing| !first.is_some_and(|first| alike(first, standing)))
    };
    let shown: Vec<usize> = (0..listed.len()).filter(|place| differs(*place)).collect();
    let rows = shown.iter().filter_map(|place| {
        let product = state.products.get(listed.get(*place)?)?;
        let standings = columns.iter().filter_map(|(_, _, _, standings)| standings.get(*place).cloned()).collect();
        Some(ProductRow { product: product.id, metric: product.metric, standings })
    });
    let rows: Vec<ProductRow> = rows.collect();
    let columns = columns.into_iter().enumerate().map(|(place, (scenario, name, on, _))| {
        let world = place.checked_sub(1).and_then(|place| worlds.get_mut(place));
        let here: Vec<&Standing> = rows.iter().filter_map(|row| row.standings.get(place)).collect();
        Column {
            scenario,
            name,
            on,
            assumptions: world.iter().flat_map(|world| world.assumptions).map(ToString::to_string).collect(),
            effects: world.map(|world| world.on(on).effects).unwrap_or_default(),
            cost: sums(here.iter().flat_map(|standing| standing.cost.iter().copied())),
            shortage_cost: sums(here.iter().filter_map(|standing| standing.shortage_cost.money)),
            short_products: here.iter().map(|standing| u64::from(standing.short > 0)).sum(),
        }
    });
    let columns: Vec<Column> = columns.collect();
    Ok(Comparison { today: question.today, on: question.on, ledger_size: state.size, columns, rows })
}

fn check(question: &Question<'_>) -> Result<(), String> {
    if question.scenarios.is_empty() || question.scenarios.len() > SCENARIOS_MAX {
        return Err(format!("Compare 1 to {SCENARIOS_MAX} scenarios."));
    }
    let ids: BTreeSet<ScenarioId> = question.scenarios.iter().map(|(id, _, _)| *id).collect();
    if ids.len() < question.scenarios.len() {
        return Err("Name each scenario once.".to_owned());
    }
    if question.on < question.today {
        return Err(format!("Compare on {} or later; the past is read as it was sealed.", question.today));
    }
    let days = question.today.until(question.on).map_or(i32::MAX, |span| span.get_days());
    if days > HORIZON_DAYS_MAX {
        return Err(format!("Compare on a day within {HORIZON_DAYS_MAX} days."));
    }
    Ok(())
}

/// Whether two standings show the same numbers; the working may name other rights.
fn alike(one: &Standing, other: &Standing) -> bool {
    let bare = |standing: &Standing| Standing { working: Vec::new(), ..standing.clone() };
    bare(one) == bare(other)
}

/// The middle of a day, so that whatever counts on the day counts then.
fn noon(state: &State, day: Date) -> Option<Timestamp> {
    day.at(12, 0, 0, 0).to_zoned(state.zone()).ok().map(|zoned| zoned.timestamp())
}

/// The known and one scenario's assumptions over it. What is installed is kept from one day to the next where the same
/// assumptions hold.
struct World<'a> {
    state: &'a State,
    base: &'a Base,
    assumptions: &'a [Assumption],
    installed: Option<(Vec<bool>, Supposed)>,
}

impl<'a> World<'a> {
    fn of(state: &'a State, base: &'a Base, assumptions: &'a [Assumption]) -> Self {
        Self { state, base, assumptions, installed: None }
    }

    fn on(&mut self, day: Date) -> Supposed {
        let active = active(self.assumptions, day);
        let kept = self.installed.take().filter(|(kept, _)| *kept == active);
        let (_, installed) = self.installed.insert(kept.unwrap_or_else(|| {
            let made = with_devices(self.state, self.base, self.assumptions, &active);
            (active, made)
        }));
        with_rights(installed.clone(), self.assumptions, day)
    }

    /// How each of `products` stands on `on`, and when it is short first.
    fn standings(&mut self, products: &[ProductId], today: Date, on: Date) -> Result<Vec<Standing>, String> {
        let last = self.on(on);
        let mut first_short: Vec<(Option<Date>, u64)> = vec![(None, 0); products.len()];
        for day in self.days(&last, products, today, on)? {
            let there = self.on(day);
            let Some(at) = noon(&there.state, day) else { continue };
            for (product, (first, most)) in products.iter().zip(&mut first_short) {
                let short = line(&there.state, &there.base, *product, at).map_or(0, |line| line.short);
                if short > 0 && first.is_none() {
                    *first = Some(day);
                }
                *most = short.max(*most);
            }
        }
        let at = noon(&last.state, on).ok_or_else(|| "Choose another day.".to_owned())?;
        let standing = |(product, (first_short_on, most_short)): (&ProductId, (Option<Date>, u64))| {
            let line = line(&last.state, &last.base, *product, at)?;
            let (cost, unpriced) = cost(&last.state, &line, on);
            Some(Standing {
                need: line.consumed,
                entitled: line.entitled,
                short: line.short,
                unused: line.surplus,
                cost,
                unpriced,
                shortage_cost: line.exposure,
                first_short_on,
                most_short,
                working: line.working,
            })
        };
        Ok(products.iter().zip(first_short).filter_map(standing).collect())
    }

    /// The days from `today` to `on` on which a number of `products` may change: the position stays between them.
    fn days(&self, last: &Supposed, products: &[ProductId], today: Date, on: Date) -> Result<Vec<Date>, String> {
        let mut days: BTreeSet<Date> = [today, on].into();
        days.extend(self.assumptions.iter().flat_map(Assumption::days));
        let wanted: BTreeSet<ProductId> = products.iter().copied().collect();
        let after = |day: Option<Date>| day.and_then(|day| day.tomorrow().ok());
        // The state as recorded knows the ends that an assumption moved; both are looked at.
        for state in [self.state, &last.state] {
            for right in state.entitlements.values().filter(|right| wanted.contains(&right.product)) {
                let maintained =
                    right.right.use_rights.versions.as_ref().and_then(|versions| versions.maintained_until);
                let terms = right.agreement.and_then(|agreement| state.agreements.get(&agreement));
                days.extend(right.right.starts_on);
                days.extend(right.retired_on);
                days.extend(after(right.right.ends_on));
                days.extend(after(maintained));
                days.extend(after(terms.and_then(|agreement| agreement.terms.ends_on)));
                days.extend(terms.and_then(|agreement| agreement.terms.starts_on));
            }
            let grants = state.grants.values().filter(|grant| wanted.contains(&grant.terms.product));
            days.extend(grants.filter_map(|grant| after(Some(grant.terms.until))));
        }
        let days: Vec<Date> = days.into_iter().filter(|day| (today..=on).contains(day)).collect();
        if days.len() > CHANGES_MAX {
            let found = days.len();
            return Err(format!(
                "Something changes on {found} days until {on}, and at most {CHANGES_MAX} are reckoned. Choose an earlier day."
            ));
        }
        Ok(days)
    }
}

/// What the rights behind a line cost that count on `day`, by currency, and how many state no price.
fn cost(state: &State, line: &Line, day: Date) -> (Vec<Money>, u64) {
    let rights = line.supplies.iter().filter_map(|supply| match supply.source {
        SupplySource::Entitlement(id) => state.entitlements.get(&id),
        SupplySource::Grant(_) => None,
    });
    let (mut amounts, mut unpriced) = (Vec::new(), 0);
    for right in rights.filter(|right| right.product == line.product && right.counts_on(day)) {
        let price = right.right.unit_price.zip(right.right.quantity.units());
        match price.and_then(|(price, units)| price.times(units)) {
            Some(amount) => amounts.push(amount),
            None => unpriced += 1,
        }
    }
    (sums(amounts.into_iter()), unpriced)
}

/// The products whose numbers a scenario may change: those that assumptions name or meet, and what shares their rights.
fn touched(state: &State, base: &Base, worlds: &mut [World<'_>], on: Date) -> Result<Vec<ProductId>, String> {
    let mut touched: BTreeSet<ProductId> = BTreeSet::new();
    let at = noon(state, on).ok_or_else(|| "Choose another day.".to_owned())?;
    let numbers = |lines: Vec<Line>| lines.into_iter().map(|line| (line.product, line.consumed, line.short));
    let plain: Vec<_> = numbers(lines(state, base, at)).collect();
    for world in worlds {
        let assumptions = world.assumptions;
        touched.extend(assumptions.iter().flat_map(Assumption::products));
        for day in assumptions.iter().flat_map(Assumption::days).filter(|day| *day <= on).chain([on]) {
            let there = world.on(day);
            touched.extend(there.effects.iter().filter_map(|effect| effect.product));
            let moves_machines = |assumption: &Assumption| {
                matches!(assumption, Assumption::Machine { .. } | Assumption::Host { .. } | Assumption::Remove { .. })
            };
            if day == on && assumptions.iter().any(moves_machines) {
                let changed = numbers(lines(&there.state, &there.base, at)).zip(&plain);
                touched.extend(changed.filter(|(one, other)| one != *other).map(|((product, ..), _)| product));
            }
            let links = there.base.links(&there.state);
            let shared: Vec<ProductId> = touched
                .iter()
                .filter_map(|product| links.group(*product))
                .flat_map(|group| group.iter().copied())
                .collect();
            touched.extend(shared);
        }
    }
    if touched.len() > PRODUCTS_MAX {
        let found = touched.len();
        return Err(format!("The scenarios touch {found} products, and at most {PRODUCTS_MAX} are compared."));
    }
    Ok(touched.into_iter().collect())
}
