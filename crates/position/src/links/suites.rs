//! Suites: where they are, and how their rights are spent on their components.
//!
//! A device with the suite's own title needs one unit of the suite, and none of its components. Elsewhere the suite may be
//! inferred from the components that are there; its rights then cover all of them with one unit, where that saves most.
//! Which devices (or persons) get one is found step by step: each step spends the units that save most at the margin, and
//! in the end single units are moved as long as that saves anything.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::devices::DeviceSet;
use domain::State;
use domain::id::{EntitlementId, ProductId};
use domain::product::{Necessity, Product, Suite};

use super::{Borrowed, Member, Pool, Shares, owner};
use crate::base::Base;
use crate::demand::{Demand, holding};
use crate::flow::{Cost, Weights};
use crate::metrics::{Kind, Plain};
use crate::reach::Reach;
use crate::simplex::{self, Column};
use crate::supply::CountingRight;

/// Parts of the devices that are told apart for one suite. Beyond it the smallest get no unit.
const BUNDLES_MAX: usize = 256;

/// Units that are moved at once in search of a cheaper way.
const EXCHANGED_UNITS_MAX: usize = 3;
/// Ways between which units are moved one by one. With more the steps of steepest descent stand.
const EXCHANGED_WAYS_MAX: usize = 24;

/// All products within a suite, those of its suites too.
fn within(state: &State, suite: &Suite) -> BTreeSet<ProductId> {
    let (mut found, mut open): (BTreeSet<ProductId>, Vec<&Suite>) = (BTreeSet::new(), vec![suite]);
    while let Some(suite) = open.pop() {
        for component in suite.components.keys() {
            if found.insert(*component) {
                open.extend(state.products.get(component).and_then(|product| product.suite.as_ref()));
            }
        }
    }
    found
}

/// For every product the devices with a suite that includes it.
pub(super) fn included(state: &State, base: &Base, products: &[&Arc<Product>]) -> Shares {
    let mut shares = Shares::new();
    for suite in products {
        let Some(parts) = suite.suite.as_ref().map(|parts| within(state, parts)) else { continue };
        let devices = holding(base.estate(), base.title_indexes_of(suite.id));
        if devices.is_empty() {
            continue;
        }
        for part in parts.into_iter().filter(|part| state.products.contains_key(part)) {
            let share = shares.entry(part).or_default();
            *share.with_suite.get_or_insert_default() |= &*devices;
            share.suites.insert(suite.id);
        }
    }
    shares
}

/// Devices or persons whose open units are covered alike and who may get the same suite.
struct Bundle {
    holders: DeviceSet,
    /// The demands of the flow of which one unit each is covered.
    demands: Vec<usize>,
}

/// Units of a right that are spent as a suite.
#[derive(Debug)]
pub(super) struct Spent {
    right: EntitlementId,
    holders: DeviceSet,
    members: BTreeSet<usize>,
    units: u64,
}

/// A way to spend a right on a bundle.
struct Way {
    bundle: usize,
    /// The right's place among the sources.
    source: usize,
    right: EntitlementId,
    spent: u64,
}

/// Spends suites' rights on components and takes both out of the pool.
pub(super) fn spend(state: &State, pool: &mut Pool, members: &[Member<'_>]) -> Vec<Spent> {
    let (mut bundles, mut ways) = (Vec::new(), Vec::new());
    for member in members {
        let Some(suite) = member.product.suite.as_ref().filter(|suite| suite.inferred_from > 0) else { continue };
        let Kind::Plain(plain @ (Plain::Device | Plain::NamedUser)) = member.selected.kind else { continue };
        let own = member.selected.own().filter(|right| !right.secondary);
        let rights: Vec<_> = own
            .filter_map(|right| {
                let source = pool.place_of(right.entitlement.id)?;
                Some((source, right.entitlement.id, reached(members, member, right, plain)))
            })
            .collect();
        if rights.is_empty() {
            continue;
        }
        let candidates = inferred(members, suite, plain, &mut BTreeSet::new());
        let mut parts = bundles_of(state, pool, members, member, &candidates);
        for (.., reached) in &rights {
            parts = part(parts, reached.as_ref());
        }
        for (source, right, reached) in rights {
            let fits = |bundle: &Bundle| reached.as_ref().is_none_or(|reached| !reached.is_disjoint(&bundle.holders));
            let places = (bundles.len()..).zip(&parts).filter(|(_, bundle)| fits(bundle));
            ways.extend(places.map(|(bundle, _)| Way { bundle, source, right, spent: 0 }));
        }
        bundles.extend(parts);
    }
    if ways.is_empty() {
        return Vec::new();
    }
    let mut descent = Descent::of(pool, &bundles, ways);
    descent.go_down();
    descent.follow_programme();
    descent.exchange();
    let ways = descent.ways;
    let spent = ways.into_iter().filter(|way| way.spent > 0);
    spent
        .map(|way| Spent {
            right: way.right,
            holders: bundles[way.bundle].holders.clone(),
            members: bundles[way.bundle].demands.iter().map(|demand| pool.member_of(*demand)).collect(),
            units: way.spent,
        })
        .collect()
}

/// The devices or persons from whose components the suite is inferred. `seen` are the suites around it.
fn inferred(members: &[Member<'_>], suite: &Suite, plain: Plain, seen: &mut BTreeSet<ProductId>) -> DeviceSet {
    let mut at_least: Vec<DeviceSet> = vec![DeviceSet::new(); suite.components.len()];
    let mut mandatory: Option<DeviceSet> = None;
    for (component, necessity) in &suite.components {
        let Some(member) = members.iter().find(|member| member.product.id == *component) else { continue };
        let mut there = member.demand.holders(plain, &member.demand.holding);
        if let Some(inner) = member.product.suite.as_ref().filter(|inner| inner.inferred_from > 0)
            && seen.insert(*component)
        {
            there |= inferred(members, inner, plain, seen);
            seen.remove(component);
        }
        for count in (1..at_least.len()).rev() {
            let also = &at_least[count - 1] & &there;
            at_least[count] |= also;
        }
        if let Some(first) = at_least.first_mut() {
            *first |= &there;
        }
        if *necessity == Necessity::Mandatory {
            mandatory = Some(mandatory.map_or_else(|| there.clone(), |all| all & &there));
        }
    }
    let enough = usize::try_from(suite.inferred_from).ok().and_then(|count| at_least.get(count.checked_sub(1)?));
    let enough = enough.cloned().unwrap_or_default();
    match mandatory {
        Some(all) => enough & all,
        None => enough,
    }
}

/// The candidates for a suite in parts whose open units are in the same classes.
fn bundles_of(
    state: &State,
    pool: &Pool,
    members: &[Member<'_>],
    suite: &Member<'_>,
    candidates: &DeviceSet,
) -> Vec<Bundle> {
    let parts = suite.product.suite.as_ref().map(|parts| within(state, parts)).unwrap_or_default();
    let mut bundles = vec![Bundle { holders: candidates.clone(), demands: Vec::new() }];
    for (first, member) in pool.first_demand.iter().zip(members) {
        if member.selected.kind != suite.selected.kind || !parts.contains(&member.product.id) {
            continue;
        }
        for (demand, class) in (*first..).zip(&member.classes) {
            let Some(holders) = class.holders.first() else { continue };
            let mut parted = Vec::with_capacity(bundles.len() + 1);
            for bundle in bundles {
                let (within, without) = (&bundle.holders & holders, &bundle.holders - holders);
                if !within.is_empty() {
                    let demands = bundle.demands.iter().copied().chain([demand]).collect();
                    parted.push(Bundle { holders: within, demands });
                }
                if !without.is_empty() {
                    parted.push(Bundle { holders: without, ..bundle });
                }
            }
            bundles = parted;
        }
    }
    bundles.retain(|bundle| !bundle.demands.is_empty());
    bundles.sort_by(|one, other| (other.holders.len(), &one.demands).cmp(&(one.holders.len(), &other.demands)));
    bundles.truncate(BUNDLES_MAX);
    bundles.sort_by(|one, other| one.demands.cmp(&other.demands));
    bundles
}

/// The devices or persons that a suite's right reaches; `None` is all.
fn reached(members: &[Member<'_>], suite: &Member<'_>, right: &CountingRight<'_>, plain: Plain) -> Option<DeviceSet> {
    if right.entitlement.right.use_rights.scope.is_everywhere() {
        return None;
    }
    let mut devices = DeviceSet::new();
    for member in members {
        devices |= member.demand.liable();
    }
    let all = Demand::of_devices(suite.demand.estate, &devices);
    let reach = Reach::of_right(&all, right, suite.selected.kind, &[], suite.selected.today);
    let beyond = &devices - &reach.devices?;
    Some(all.holders(plain, &devices) - all.holders(plain, &beyond))
}

/// The bundles, parted where a right reaches only some of one.
fn part(bundles: Vec<Bundle>, reached: Option<&DeviceSet>) -> Vec<Bundle> {
    let Some(reached) = reached else { return bundles };
    let mut parts = Vec::with_capacity(bundles.len());
    for bundle in bundles {
        let sides = [&bundle.holders & reached, &bundle.holders - reached];
        let sides = sides.into_iter().filter(|holders| !holders.is_empty());
        parts.extend(sides.map(|holders| Bundle { holders, demands: bundle.demands.clone() }));
    }
    parts
}

/// The search for where suites save most.
struct Descent<'a> {
    pool: &'a mut Pool,
    /// Only units change in the search, never costs.
    weights: Weights,
    bundles: &'a [Bundle],
    ways: Vec<Way>,
    /// Holders of every bundle who have no suite yet.
    open: Vec<u64>,
    cost: Cost,
}

/// What a unit of a suite costs beside what it saves: as few as possible are spent.
const LENT: Cost = Cost { exposure: 0, short: 0, exceptions: 0, lent_worth: 0, lent: 1, turn: 0 };

impl<'a> Descent<'a> {
    fn of(pool: &'a mut Pool, bundles: &'a [Bundle], ways: Vec<Way>) -> Self {
        let open = bundles.iter().map(|bundle| bundle.holders.len()).collect();
        let weights = pool.problem.weights();
        let mut descent = Self { pool, weights, bundles, ways, open, cost: Cost::default() };
        if !descent.ways.is_empty() {
            descent.cost = descent.cost_now();
        }
        descent
    }

    /// Moves so many units into a way, or out of it.
    fn turn(&mut self, way: usize, units: u64, into: bool) {
        let Way { bundle, source, spent, .. } = &mut self.ways[way];
        let add = |value: u64, plus: bool| {
            debug_assert!(plus || units <= value, "more is spent than there is");
            if plus { value.saturating_add(units) } else { value.saturating_sub(units) }
        };
        *spent = add(*spent, into);
        self.open[*bundle] = add(self.open[*bundle], !into);
        let problem = &mut self.pool.problem;
        let given = &mut problem.sources[*source].units;
        // What has no limit has none after it either.
        if *given != u64::MAX {
            *given = add(*given, !into);
        }
        for demand in &self.bundles[*bundle].demands {
            let open = &mut problem.demands[*demand].0;
            *open = add(*open, !into);
        }
    }

    fn cost_now(&self) -> Cost {
        let spent = self.ways.iter().map(|way| way.spent).sum();
        self.pool.problem.cost(&self.pool.problem.solve_by(&self.weights)) + LENT.times(spent)
    }

    /// The cost after so many units more in a way.
    fn cost_with(&mut self, way: usize, units: u64) -> Cost {
        self.turn(way, units, true);
        let cost = self.cost_now();
        self.turn(way, units, false);
        cost
    }

    /// The most units that a way can still take.
    fn most(&self, way: usize) -> u64 {
        let Way { bundle, source, .. } = &self.ways[way];
        let problem = &self.pool.problem;
        let demands = self.bundles[*bundle].demands.iter().map(|demand| problem.demands[*demand].0);
        demands.fold(self.open[*bundle].min(problem.sources[*source].units), u64::min)
    }

    /// Spends units where one saves most, as many as save as much each, until none saves anything.
    fn go_down(&mut self) {
        while let Some((cost, way)) = self.best_way() {
            let units = self.equally_good(way, self.cost - cost);
            self.turn(way, units, true);
            self.cost = self.cost_now();
        }
    }

    /// The way where one unit saves most, and the cost after it; `None` where none saves anything. A unit saves no more
    /// than the prices say, so only ways that may be the best are tried.
    fn best_way(&mut self) -> Option<(Cost, usize)> {
        if self.ways.is_empty() {
            return None;
        }
        let (_, prices) = self.pool.problem.solve_with_prices_by(&self.weights);
        let saves_at_most = |way: &Way| {
            let demands = &self.bundles[way.bundle].demands;
            let worth = demands.iter().fold(Cost::default(), |sum, demand| sum + prices.demands[*demand]);
            worth - prices.sources[way.source] - LENT
        };
        let most: Vec<Cost> = self.ways.iter().map(saves_at_most).collect();
        let mut order: Vec<usize> = (0..self.ways.len()).filter(|way| most[*way] > Cost::default()).collect();
        order.sort_by_key(|way| (Reverse(most[*way]), *way));
        let mut best: Option<(Cost, usize)> = None;
        for way in order {
            if best.is_some_and(|(cost, _)| self.cost - cost >= most[way]) {
                break;
            }
            if self.most(way) > 0 {
                let cost = self.cost_with(way, 1);
                if cost < best.map_or(self.cost, |(least, _)| least) {
                    best = Some((cost, way));
                }
            }
        }
        best
    }

    /// How many units of a way save `saved` each. Savings never grow along a way, so these are its first.
    fn equally_good(&mut self, way: usize, saved: Cost) -> u64 {
        let before = self.cost;
        let is_equal = |descent: &mut Self, units: u64| before - descent.cost_with(way, units) == saved.times(units);
        let (mut fits, mut most) = (1, self.most(way));
        if is_equal(self, most) {
            return most;
        }
        while most - fits > 1 {
            let middle = fits + (most - fits) / 2;
            if is_equal(self, middle) { fits = middle } else { most = middle }
        }
        fits
    }

    /// Starts again from the best answer in parts of units, unless it is proved that nothing is better than what was
    /// found, and keeps what comes of it where that is cheaper.
    fn follow_programme(&mut self) {
        if self.ways.is_empty() || self.is_proved_best() {
            return;
        }
        let found: Vec<u64> = self.ways.iter().map(|way| way.spent).collect();
        let cost = self.cost;
        self.spend_exactly(&vec![0; found.len()]);
        if let Some(whole) = self.in_parts() {
            self.spend_exactly(&whole);
            self.go_down();
        }
        if self.cost >= cost {
            self.spend_exactly(&found);
        }
    }

    fn spend_exactly(&mut self, spent: &[u64]) {
        // All is taken back before anything is spent, or a right would be spent twice in between.
        for way in 0..self.ways.len() {
            self.turn(way, self.ways[way].spent, false);
        }
        for (way, units) in spent.iter().enumerate() {
            self.turn(way, *units, true);
        }
        self.cost = self.cost_now();
    }

    /// The best spending where units may be divided, rounded down; `None` where its numbers are too large. Nothing is
    /// spent as a suite yet.
    fn in_parts(&self) -> Option<Vec<u64>> {
        let problem = &self.pool.problem;
        let demanded = problem.demands.iter().try_fold(0u64, |sum, (units, _)| sum.checked_add(*units))?;
        // One part of a cost outweighs all that the parts after it can come to.
        let heavier = i128::from(demanded) + 1;
        let weighed = |cost: Cost| {
            let parts = [cost.short, cost.exceptions, cost.lent];
            parts.into_iter().try_fold(cost.exposure, |sum, part| sum.checked_mul(heavier)?.checked_add(part))
        };
        let amount = |units: u64| i64::try_from(units.min(demanded)).ok();
        let mut slacks = Vec::new();
        for (units, short) in &problem.demands {
            slacks.push((amount(*units)?, weighed(*short)?));
        }
        let first_source = slacks.len();
        for source in &problem.sources {
            slacks.push((amount(source.units)?, 0));
        }
        let first_bundle = slacks.len();
        for open in &self.open {
            slacks.push((amount(*open)?, 0));
        }
        let mut columns = Vec::new();
        for way in &self.ways {
            let demands = self.bundles[way.bundle].demands.iter().copied();
            let rows = demands.chain([first_source + way.source, first_bundle + way.bundle]).collect();
            columns.push(Column { cost: weighed(LENT)?, most: None, rows });
        }
        for (place, source) in problem.sources.iter().enumerate() {
            for (demand, cost) in &source.reaches {
                columns.push(Column { cost: weighed(*cost)?, most: None, rows: vec![*demand, first_source + place] });
            }
        }
        let (amounts, divisor) = simplex::minimise(&slacks, &columns)?;
        let whole = amounts.into_iter().take(self.ways.len()).map(|amount| u64::try_from(amount / divisor).ok());
        whole.collect()
    }

    /// Moves up to three units at once between ways as long as that saves anything, unless it is proved that nothing
    /// does.
    fn exchange(&mut self) {
        let count = self.ways.len();
        if count == 0 || count > EXCHANGED_WAYS_MAX {
            return;
        }
        let ways = || (0..count).map(Some).chain([None]);
        let pairs =
            || ways().enumerate().flat_map(move |(place, one)| ways().skip(place).map(move |other| [one, other]));
        while !self.is_proved_best() {
            let cost = self.cost;
            for (out, into) in pairs().flat_map(|out| pairs().map(move |into| (out, into))) {
                if out.iter().chain(&into).flatten().count() <= EXCHANGED_UNITS_MAX {
                    self.try_move(&out, &into);
                }
            }
            if self.cost == cost {
                return;
            }
        }
    }

    /// Takes single units out of ways and puts single units into others, and leaves it so where that is cheaper.
    fn try_move(&mut self, out: &[Option<usize>], into: &[Option<usize>]) {
        let mut done = Vec::new();
        for (way, into) in out.iter().map(|way| (way, false)).chain(into.iter().map(|way| (way, true))) {
            let Some(way) = *way else { continue };
            let most = if into { self.most(way) } else { self.ways[way].spent };
            if most == 0 {
                break;
            }
            self.turn(way, 1, into);
            done.push((way, into));
        }
        let is_whole = done.len() == out.iter().chain(into).flatten().count();
        let cost = if is_whole { self.cost_now() } else { self.cost };
        if cost < self.cost {
            self.cost = cost;
        } else {
            done.into_iter().rev().for_each(|(way, into)| self.turn(way, 1, !into));
        }
    }

    /// Whether the prices of the flow prove that no other way of spending suites is cheaper: by the duality of linear
    /// programmes, what all demands are worth at any prices that no source, bundle or way undercuts is a lower bound.
    fn is_proved_best(&self) -> bool {
        let (_, prices) = self.pool.problem.solve_with_prices_by(&self.weights);
        let worth =
            |bundle: &Bundle| bundle.demands.iter().fold(Cost::default(), |sum, demand| sum + prices.demands[*demand]);
        let mut value_of: Vec<Cost> = vec![Cost::default(); self.bundles.len()];
        for way in &self.ways {
            let value = worth(&self.bundles[way.bundle]) - prices.sources[way.source] - LENT;
            value_of[way.bundle] = value_of[way.bundle].max(value);
        }
        let problem = &self.pool.problem;
        let mut bound = Cost::default();
        for ((units, _), price) in problem.demands.iter().zip(&prices.demands) {
            bound = bound + price.times(*units);
        }
        for (source, price) in problem.sources.iter().zip(&prices.sources) {
            bound = bound - price.times(source.units);
        }
        for (value, open) in value_of.iter().zip(&self.open) {
            bound = bound - value.times(*open);
        }
        // What is spent is out of the problem: its demands and its source's units are put back.
        for way in &self.ways {
            let unit = worth(&self.bundles[way.bundle]) - prices.sources[way.source] - value_of[way.bundle];
            bound = bound + unit.times(way.spent);
        }
        bound == self.cost
    }
}

/// Writes what was spent as suites into the shares.
pub(super) fn settle(shares: &mut Shares, members: &[Member<'_>], spent: &[Spent]) {
    let mut by_right: BTreeMap<EntitlementId, Vec<&Spent>> = BTreeMap::new();
    for one in spent {
        by_right.entry(one.right).or_default().push(one);
    }
    for (id, spent) in by_right {
        let Some((owner, entitlement)) = owner(members, id) else { continue };
        let mut bundles_of: BTreeMap<usize, Vec<(DeviceSet, u64)>> = BTreeMap::new();
        for one in &spent {
            for member in &one.members {
                bundles_of.entry(*member).or_default().push((one.holders.clone(), one.units));
            }
        }
        let products = bundles_of.keys().map(|member| members[*member].product.id).collect();
        let units = spent.iter().map(|one| one.units).sum();
        shares.entry(members[owner].product.id).or_default().lent.push((id, units, products));
        for (member, bundles) in bundles_of {
            let units = bundles.iter().map(|(_, units)| units).sum();
            let borrowed = Borrowed { entitlement: entitlement.clone(), units, spare: 0, bundles };
            shares.entry(members[member].product.id).or_default().borrowed.push(borrowed);
        }
    }
}
