//! Products that share rights: a higher edition's right is spent on a lower edition, a suite's right on its components.
//!
//! Which products are linked is in [`Links`]; what each of them gets of the others' rights is a [`Share`]. The rights of
//! linked products are spent together, at the least exposure, as one minimum-cost flow over the classes of all their
//! lines. Which units of suites are spent on which components is found by steps of steepest descent over that flow, in
//! `suites`.

mod suites;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::devices::DeviceSet;
use domain::State;
use domain::entitlement::Entitlement;
use domain::id::{EntitlementId, ProductId};
use domain::product::Product;

use crate::base::{Base, Held};
use crate::demand::Demand;
use crate::flow::{Cost, Problem, Source};
use crate::matching::by_classes::{self, Class};
use crate::matching::by_rows::By;
use crate::matching::{by_capacity, by_rows};
use crate::metrics::{self, Kind};
use crate::price;
use crate::supply::{Moment, Selected, Supply, of_entitlement, why_no_right};
use crate::usage;

/// Which products share rights.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    groups: BTreeMap<ProductId, Arc<BTreeSet<ProductId>>>,
}

impl Links {
    /// The links that a state's rights and suites make.
    pub(crate) fn of(state: &State) -> Self {
        let mut links = Self::default();
        for entitlement in state.entitlements.values() {
            for other in &entitlement.right.use_rights.instead_for {
                links.join(entitlement.product, *other);
            }
        }
        for product in state.products.values() {
            for component in product.suite.iter().flat_map(|suite| suite.components.keys()) {
                links.join(product.id, *component);
            }
        }
        links
    }

    fn join(&mut self, one: ProductId, other: ProductId) {
        if self.groups.get(&one).is_some_and(|group| group.contains(&other)) {
            return;
        }
        let of =
            |product: ProductId| self.groups.get(&product).map_or_else(|| [product].into(), |group| (**group).clone());
        let mut joined: BTreeSet<ProductId> = of(one);
        joined.append(&mut of(other));
        let joined = Arc::new(joined);
        for product in joined.iter() {
            self.groups.insert(*product, joined.clone());
        }
    }

    /// The products whose rights, exceptions and devices the line of `product` depends on, itself among them; `None`
    /// where it stands alone.
    pub(crate) fn group(&self, product: ProductId) -> Option<&Arc<BTreeSet<ProductId>>> {
        self.groups.get(&product)
    }
}

/// A right of another product.
#[derive(Debug, Clone)]
pub(crate) struct Borrowed {
    pub(crate) entitlement: Arc<Entitlement>,
    /// The units that are spent on this product.
    pub(crate) units: u64,
    /// The units that nothing needs.
    pub(crate) spare: u64,
    /// Where it is spent as a suite, the devices or persons with the suite, in parts, and how many of each.
    pub(crate) bundles: Vec<(DeviceSet, u64)>,
}

/// What a product gives to others of its group, and gets from them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Share {
    /// Units of its rights that are spent on others, and on which.
    pub(crate) lent: Vec<(EntitlementId, u64, BTreeSet<ProductId>)>,
    /// The rights that it gets.
    pub(crate) borrowed: Vec<Borrowed>,
    /// Rights of others that could be spent on it and are not, each with its reason.
    pub(crate) rejected: Vec<Supply>,
    /// The devices that hold a suite which includes it.
    pub(crate) with_suite: Option<DeviceSet>,
    /// The suites that include it.
    pub(crate) suites: BTreeSet<ProductId>,
    /// What one more unit of a right on it would save, where that was asked for.
    pub(crate) worth: Option<Worth>,
}

/// What one more unit of a right would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Worth {
    /// In the smallest part of money; `None` where prices of the group are not known or not in one currency.
    pub(crate) exposure: Option<i128>,
    /// Units that would no longer be short.
    pub(crate) short: i128,
}

impl Share {
    /// The units of a right that are spent on others.
    pub(crate) fn lent_of(&self, entitlement: EntitlementId) -> u64 {
        self.lent.iter().filter(|(id, ..)| *id == entitlement).map(|(_, units, _)| units).sum()
    }
}

/// The products of a group, and what each gives and gets.
pub(crate) type Shares = BTreeMap<ProductId, Share>;

/// Shares the rights of a group's products.
pub(crate) fn shares(state: &State, base: &Base, group: &BTreeSet<ProductId>, moment: &Moment) -> Shares {
    shared(state, base, group, None, moment)
}

/// The same, with what one more unit of a right on `product` would save. That asks for the sharing once more.
pub(crate) fn shares_with_worth(
    state: &State,
    base: &Base,
    group: &BTreeSet<ProductId>,
    product: ProductId,
    moment: &Moment,
) -> Shares {
    shared(state, base, group, Some(product), moment)
}

fn shared(
    state: &State,
    base: &Base,
    group: &BTreeSet<ProductId>,
    worth_of: Option<ProductId>,
    moment: &Moment,
) -> Shares {
    // Use over time is spent by itself: nothing is lent there.
    let products = group.iter().filter_map(|product| state.products.get(product));
    let products: Vec<&Arc<Product>> =
        products.filter(|product| !usage::counts_for(state, product, moment.at)).collect();
    let held: Vec<Arc<Held>> = products.iter().map(|product| base.held(state, product.id)).collect();
    let mut shares = suites::included(state, base, &products);
    for product in &products {
        let share = offered(state, product, &products, &held, moment);
        let of = shares.entry(product.id).or_default();
        (of.borrowed, of.rejected) = (share.borrowed, share.rejected);
    }
    let members: Vec<Member<'_>> = products
        .iter()
        .zip(&held)
        .map(|(product, held)| Member::of(state, base, product, held, shares.get(&product.id), moment))
        .collect();
    let mut pool = Pool::of(&members);
    let bundles = suites::spend(state, &mut pool, &members);
    let settled = pool.settle(&members, &bundles, worth_of);
    for (product, settled) in settled {
        let share = shares.entry(product).or_default();
        (share.borrowed, share.lent, share.worth) = (settled.borrowed, settled.lent, settled.worth);
    }
    shares
}

/// The rights of other products that may be spent on `product`, whole, and those that count in another metric.
fn offered(state: &State, product: &Product, products: &[&Arc<Product>], held: &[Arc<Held>], moment: &Moment) -> Share {
    let mut share = Share::default();
    let kind = metrics::kind(state, product.metric, moment.at);
    for (owner, held) in products.iter().zip(held).filter(|(owner, _)| owner.id != product.id) {
        let of_owner = metrics::kind(state, owner.metric, moment.at);
        for entitlement in &held.entitlements {
            if !entitlement.right.use_rights.instead_for.contains(&product.id) {
                continue;
            }
            let counted = metrics::kind(state, entitlement.right.metric, moment.at);
            let why_not = match why_no_right(state, entitlement, moment.today) {
                Some(why_not) => Some(why_not.sentence),
                None if counted != kind || counted != of_owner => {
                    let (given, wanted) = (entitlement.right.metric.unit(2), product.metric.unit(2));
                    let id = entitlement.id;
                    Some(format!("{id} of {} is a right in {given}, and this line counts {wanted}.", owner.name))
                }
                None => None,
            };
            match why_not {
                None => share.borrowed.push(Borrowed {
                    entitlement: entitlement.clone(),
                    units: entitlement.right.quantity.units().unwrap_or(u64::MAX),
                    spare: 0,
                    bundles: Vec::new(),
                }),
                Some(sentence) => {
                    let supply = of_entitlement(entitlement, Some(sentence));
                    share.rejected.push(Supply { of: Some(owner.id), ..supply });
                }
            }
        }
    }
    share
}

/// A product of the group, with all that may be spent on it.
struct Member<'a> {
    product: &'a Product,
    selected: Selected<'a>,
    demand: Demand<'a>,
    supplies: Vec<By>,
    classes: Vec<Class>,
    /// The price of a unit that is short.
    price: Option<domain::money::Money>,
}

impl<'a> Member<'a> {
    fn of(
        state: &'a State,
        base: &'a Base,
        product: &'a Product,
        held: &'a Held,
        share: Option<&'a Share>,
        moment: &Moment,
    ) -> Self {
        let selected = Selected::at(state, product, held, share, moment);
        let demand = Demand::of(base.estate(), base.title_indexes_of(product.id), selected.exempt, selected.with_suite);
        let supplies = by_classes::supplies(&selected);
        let classes = if selected.unlimited().is_some() { Vec::new() } else { classes(&demand, &selected, &supplies) };
        let price = price::of_unit(held, &selected).map(|(_, price)| price);
        Self { product, selected, demand, supplies, classes, price }
    }
}

/// The classes of what rights in other metrics leave, with who they are in plain metrics.
fn classes(demand: &Demand<'_>, selected: &Selected<'_>, supplies: &[By]) -> Vec<Class> {
    let Kind::Plain(plain) = selected.kind else {
        let versions = if selected.asks_for_versions() { demand.versions() } else { Vec::new() };
        let reaches = by_classes::reaches(demand, selected, supplies, &versions);
        let units = by_capacity::open(demand, selected);
        return by_classes::classes_of(units.iter(), &reaches).0;
    };
    if selected.rights.iter().all(|right| right.kind == selected.kind) {
        let versions = if selected.asks_for_versions() { demand.versions() } else { Vec::new() };
        let reaches = by_classes::reaches(demand, selected, supplies, &versions);
        return by_classes::classes(demand, plain, &reaches, &versions);
    }
    let (units, versions) = by_rows::open(demand, selected, plain);
    let reaches = by_classes::reaches(demand, selected, supplies, &versions);
    let (mut classes, class_of) = by_classes::classes_of(units.iter(), &reaches);
    for (unit, class) in units.iter().zip(class_of) {
        let holders = demand.holders(plain, &unit.devices.iter().copied().collect());
        let class = &mut classes[class];
        match class.holders.first_mut() {
            Some(known) => *known |= holders,
            None => class.holders.push(holders),
        }
    }
    classes
}

/// A right or an exception, as a source of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Giver {
    Right(EntitlementId),
    Grant(usize, usize),
}

/// The flow over the classes of all members.
struct Pool {
    problem: Problem,
    givers: Vec<Giver>,
    /// The place of every member's first class among the demands.
    first_demand: Vec<usize>,
    /// Whether exposure is compared.
    by_price: bool,
}

impl Pool {
    fn of(members: &[Member<'_>]) -> Self {
        let mut currencies = members.iter().map(|member| member.price.map(|price| price.currency));
        let first = currencies.next().flatten();
        let by_price = first.is_some() && currencies.all(|currency| currency == first);
        let mut pool = Self { problem: Problem::default(), givers: Vec::new(), first_demand: Vec::new(), by_price };
        let mut place_of: BTreeMap<Giver, usize> = BTreeMap::new();
        for (number, member) in members.iter().enumerate() {
            let first = pool.problem.demands.len();
            pool.first_demand.push(first);
            let exposure = member.price.filter(|_| by_price).map_or(0, price::in_parts);
            let short = Cost { exposure, short: 1, ..Cost::default() };
            pool.problem.demands.extend(member.classes.iter().map(|class| (class.units, short)));
            for (turn, by) in member.supplies.iter().enumerate() {
                let (giver, units) = match by {
                    By::Right(place) => {
                        let right = &member.selected.rights[*place];
                        (Giver::Right(right.entitlement.id), right.available())
                    }
                    By::Grant(place) => (Giver::Grant(number, *place), member.selected.grants[*place].terms.quantity),
                };
                let place = *place_of.entry(giver).or_insert_with(|| {
                    pool.givers.push(giver);
                    pool.problem.sources.push(Source { units, reaches: Vec::new() });
                    pool.givers.len() - 1
                });
                let cost = by_classes::cost(&member.selected, *by, turn);
                let reached = (first..).zip(&member.classes).filter(|(_, class)| class.reached_by.contains(&turn));
                pool.problem.sources[place].reaches.extend(reached.map(|(demand, _)| (demand, cost)));
            }
        }
        pool
    }

    fn place_of(&self, entitlement: EntitlementId) -> Option<usize> {
        self.givers.iter().position(|giver| *giver == Giver::Right(entitlement))
    }

    /// The member whose class a demand is.
    fn member_of(&self, demand: usize) -> usize {
        self.first_demand.partition_point(|first| *first <= demand) - 1
    }

    /// What each member gives and gets in the end, and what one more unit on the product `worth_of` would change.
    fn settle(&self, members: &[Member<'_>], bundles: &[suites::Spent], worth_of: Option<ProductId>) -> Shares {
        let solution = self.problem.solve();
        let mut shares: Shares = members.iter().map(|member| (member.product.id, Share::default())).collect();
        for (place, giver) in self.givers.iter().enumerate() {
            let Giver::Right(id) = giver else { continue };
            let Some((owner, entitlement)) = owner(members, *id) else { continue };
            let (source, given) = (&self.problem.sources[place], &solution.given[place]);
            let spare = source.units.saturating_sub(given.iter().sum());
            let mut by_member: BTreeMap<usize, u64> = BTreeMap::new();
            for ((demand, _), units) in source.reaches.iter().zip(given) {
                *by_member.entry(self.member_of(*demand)).or_default() += units;
            }
            // A member without classes may still ask for further units.
            for (number, member) in members.iter().enumerate() {
                if member.selected.rights.iter().any(|right| right.entitlement.id == *id) {
                    by_member.entry(number).or_default();
                }
            }
            for (number, units) in by_member.into_iter().filter(|(number, _)| *number != owner) {
                let product = members[number].product.id;
                let (entitlement, bundles) = (entitlement.clone(), Vec::new());
                shares.entry(product).or_default().borrowed.push(Borrowed { entitlement, units, spare, bundles });
                if units > 0 {
                    let lent = (*id, units, [product].into());
                    shares.entry(members[owner].product.id).or_default().lent.push(lent);
                }
            }
        }
        suites::settle(&mut shares, members, bundles);
        let asked = members.iter().enumerate().filter(|(_, member)| Some(member.product.id) == worth_of);
        for (number, member) in asked {
            let worth = self.worth(number, member, &solution);
            shares.entry(member.product.id).or_default().worth = Some(worth);
        }
        shares
    }

    /// What one more unit of a right that reaches all of a member would change.
    fn worth(&self, number: usize, member: &Member<'_>, solution: &crate::flow::Solution) -> Worth {
        let mut problem = self.problem.clone();
        let first = self.first_demand[number];
        let reaches = (first..first + member.classes.len()).map(|demand| (demand, Cost::default())).collect();
        problem.sources.push(Source { units: 1, reaches });
        let saved = self.problem.cost(solution) - problem.cost(&problem.solve());
        Worth { exposure: self.by_price.then_some(saved.exposure), short: saved.short }
    }
}

/// The member whose own a right is.
fn owner(members: &[Member<'_>], id: EntitlementId) -> Option<(usize, Arc<Entitlement>)> {
    members.iter().enumerate().find_map(|(number, member)| {
        let right = member.selected.rights.iter().find(|right| right.entitlement.id == id && right.from.is_none())?;
        Some((number, Arc::new(right.entitlement.clone())))
    })
}
