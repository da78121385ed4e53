//! Rights that reach only parts of a line, other products and suites: told, and against every way of spending.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::entitlement::{Metric, Quantity, Right, Scope, UseRights, Versions};
use domain::id::{ImportId, ProductId};
use domain::observation::Environment;
use domain::product::{Necessity, Suite};
use position::{Line, RowKind, Supply, lines, rows};
use proptest::prelude::*;

use crate::scenario::tell;
use crate::world::{self, GrantSpec, Said, World, add_entitlement, add_grant, add_match, add_product, date, euros};

#[test]
fn a_right_for_one_region_leaves_the_right_for_all_to_the_others() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 device only Europe price 100
        right Draw 1 device
        report pc-1 region Europe/Norway: Draw
        report pc-2 region europe: Draw
        report pc-3 region Asia: Draw
        report pc-4: Draw
        line Draw -> 3 entitled, 4 consumed, 3 by rights, 1 short
        supplies Draw -> ENT-1 uses 2 of 2 and covers 2. ENT-2 uses 1 of 1 and covers 1.
        rows short Draw -> pc-4 (Draw -)
        check deploy 1 Draw -> No: 4 devices of Draw consumed and 1 short already; 0 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn what_is_free_reaches_the_environment_that_is_asked_about() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 5 device env test
        right Draw 1 device
        report pc-1 in test: Draw
        line Draw -> 6 entitled, 1 consumed, 1 by rights, 5 surplus
        check deploy 5 Draw in test -> Yes: 5 devices of Draw free by right, 5 asked for.
        check deploy 1 Draw -> Yes: 1 device of Draw free by right, 1 asked for.
        check deploy 2 Draw -> No: 1 device of Draw consumed and all covered; 1 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn rights_that_reach_an_environment_are_free_there_whatever_is_short_elsewhere() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 device env test
        report pc-1: Draw
        line Draw -> 2 entitled, 1 consumed, 1 short, 2 surplus
        check deploy 2 Draw in test -> Yes: 2 devices of Draw free by right, 2 asked for.
        check deploy 3 Draw in test -> No: 1 device of Draw consumed and 1 short already; 2 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn older_versions_need_downgrade_and_newer_ones_maintenance() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 9 device newest 3 older maintained 2026-04-01
        report pc-1: Draw 2.9
        report pc-2: Draw 3.4, Draw 2
        report pc-3: Draw 4
        report pc-4: Draw
        line Draw -> 9 entitled, 4 consumed, 4 by rights, 5 surplus
        now 2026-04-02T12:00:00Z
        line Draw -> 9 entitled, 4 consumed, 3 by rights, 1 short, 6 surplus
        rows short Draw -> pc-3 (Draw 4)
        product Write installation
        match write: Write
        right Write 9 installation newest 3
        report pc-5: Write 3.1, Write 2, Write 4
        line Write -> 9 entitled, 3 consumed, 1 by rights, 2 short, 8 surplus
        rows short Write -> pc-5 (Write 2); pc-5 (Write 4)
        ",
    );
}

#[test]
fn a_higher_edition_is_lent_where_it_saves_most() {
    tell(
        "
        product Lite device
        product Pro device
        product Max device
        match lite: Lite
        match pro: Pro
        match max: Max
        right Lite 1 device price 50
        right Pro 1 device price 200
        right Max 4 device price 900 instead Pro,Lite
        report pc-1: Lite
        report pc-2: Lite
        report pc-3: Lite
        report pc-4: Pro
        report pc-5: Pro
        report pc-6: Pro
        report pc-7: Max
        line Lite -> 1 entitled, 3 consumed, 2 by rights, 1 short
        line Pro -> 1 entitled, 3 consumed, 3 by rights
        line Max -> 4 entitled, 1 consumed, 1 by rights
        supplies Lite -> ENT-1 uses 1 of 1 and covers 1. ENT-3 of PRD-3 uses 1 of 4 and covers 1.
        supplies Max -> ENT-3 uses 1 of 4, lends 3 and covers 1.
        rows covered Pro -> pc-4 (Pro -) by ENT-2; pc-5 (Pro -) by ENT-3; pc-6 (Pro -) by ENT-3
        saving Max -> No unit is unused.
        ",
    );
}

#[test]
fn a_right_in_another_metric_says_why_it_is_not_lent() {
    tell(
        "
        product Lite named_user
        product Pro device
        match lite: Lite
        right Pro 5 device instead Lite
        report pc-1 by ana: Lite
        line Lite -> 0 entitled, 1 consumed, 1 short
        supplies Lite -> ENT-1 of Pro is a right in devices, and this line counts named users.
        ",
    );
}

#[test]
fn what_could_be_lent_is_free_for_what_asks() {
    tell(
        "
        product Lite device
        product Pro device
        match lite: Lite
        right Pro 2 device instead Lite
        check deploy 2 Lite -> Yes: 2 devices of Lite free by right, 2 asked for.
        check deploy 3 Lite -> No: 0 devices of Lite consumed and all covered; 2 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn a_suite_with_its_own_title_counts_in_place_of_its_components() {
    tell(
        "
        product Draw device
        product Write device
        product Office device
        match draw: Draw
        match write: Write
        match office: Office
        suite Office: Draw, Write
        right Draw 1 device
        right Office 1 device
        report pc-1: Office, Draw, Write
        report pc-2: Office
        report pc-3: Draw
        line Draw -> 1 entitled, 1 consumed, 1 in suites, 1 by rights
        line Write -> 0 entitled, 0 consumed, 1 in suites
        line Office -> 1 entitled, 2 consumed, 1 by rights, 1 short
        rows included Draw -> pc-1 (Draw -)
        ",
    );
}

#[test]
fn a_suite_is_spent_on_its_components_where_one_unit_saves_most() {
    tell(
        "
        product Draw device
        product Write device
        product Office device
        match draw: Draw
        match write: Write
        suite Office from 1: Draw, Write
        right Draw 1 device price 100
        right Write 0 device price 60
        right Office 2 device price 150
        report pc-1: Draw
        report pc-2: Draw, Write
        report pc-3: Draw, Write
        report pc-4: Write
        line Draw -> 1 entitled, 3 consumed, 3 by rights
        line Write -> 0 entitled, 3 consumed, 2 by rights, 1 short
        line Office -> 2 entitled, 0 consumed
        supplies Office -> ENT-3 uses 0 of 2, lends 2 and covers 0.
        rows covered Write -> pc-2 (Write -) by ENT-3; pc-3 (Write -) by ENT-3
        ",
    );
}

#[test]
fn a_suite_is_inferred_only_with_its_mandatory_components() {
    tell(
        "
        product Draw named_user
        product Write named_user
        product Office named_user
        match draw: Draw
        match write: Write
        suite Office from 1: Draw!, Write
        right Office 9 named_user
        report pc-1 by ana: Draw
        report pc-2 by ana: Write
        report pc-3 by bob: Write
        line Draw -> 0 entitled, 1 consumed, 1 by rights
        line Write -> 0 entitled, 2 consumed, 1 by rights, 1 short
        line Office -> 9 entitled, 0 consumed, 8 surplus
        ",
    );
}

#[test]
fn a_scoped_right_without_limit_covers_its_scope_alone() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw unlimited device only Europe
        report pc-1 region Europe: Draw
        report pc-2 region Asia: Draw
        line Draw -> unlimited entitled, 2 consumed, 1 by rights, 1 short
        ",
    );
}

const PRICES: [u64; 3] = [5, 3, 4];

fn prices(product: usize) -> u64 {
    PRICES[product]
}

fn use_rights(product: u64) -> impl Strategy<Value = UseRights> {
    let regions = prop_oneof![3 => Just(None), 1 => Just(Some("Eu")), 1 => Just(Some("Eu/No"))];
    let environments = prop_oneof![4 => Just(None), 1 => Just(Some(Environment::Test))];
    let versions = prop_oneof![
        4 => Just(None),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(downgrade, maintained)| Some(Versions {
            newest: "1".to_owned(),
            downgrade,
            maintained_until: maintained.then(|| date("2026-12-31")),
        })),
    ];
    let instead = prop_oneof![2 => Just(None), 1 => (1..4u64).prop_map(Some)];
    (regions, environments, versions, instead).prop_map(move |(region, environment, versions, instead)| UseRights {
        scope: Scope {
            environments: environment.into_iter().collect(),
            regions: region.into_iter().map(str::to_owned).collect(),
            ..Scope::default()
        },
        versions,
        instead_for: instead.into_iter().filter(|other| *other != product).map(ProductId).collect(),
    })
}

fn rights(metric: Metric) -> impl Strategy<Value = (u64, Right)> {
    (1..4u64, 0..3u64).prop_flat_map(move |(product, units)| {
        use_rights(product).prop_map(move |use_rights| {
            let price = euros(&prices(usize::try_from(product - 1).unwrap()).to_string());
            let right = world::right(metric, Quantity::Units(units));
            (product, Right { use_rights, unit_price: Some(price), ..right })
        })
    })
}

/// A device: what is on it, where it is, and whose.
#[derive(Debug, Clone)]
struct Machine {
    titles: BTreeSet<(&'static str, &'static str)>,
    region: Option<&'static str>,
    environment: Option<Environment>,
    person: Option<&'static str>,
}

fn machines() -> impl Strategy<Value = Vec<Machine>> {
    let titles = prop_oneof![
        3 => Just(("A", "1")), 1 => Just(("A", "2")), 3 => Just(("B", "1")), 1 => Just(("S", "1")), 1 => Just(("A", "0")),
    ];
    let region = prop_oneof![2 => Just(None), 1 => Just(Some("Eu")), 1 => Just(Some("Eu/No")), 1 => Just(Some("Us"))];
    let environment = prop_oneof![2 => Just(None), 1 => Just(Some(Environment::Test))];
    let person = prop_oneof![1 => Just(None), 1 => Just(Some("ana")), 1 => Just(Some("bob"))];
    let machine = (prop::collection::btree_set(titles, 1..3), region, environment, person)
        .prop_map(|(titles, region, environment, person)| Machine { titles, region, environment, person });
    prop::collection::vec(machine, 0..5)
}

#[derive(Debug, Clone)]
struct Linked {
    world: World,
    machines: Vec<Machine>,
}

fn linked(with_suites: bool) -> impl Strategy<Value = Linked> {
    let metric = prop_oneof![Just(Metric::Device), Just(Metric::NamedUser)];
    let suite = (any::<bool>(), any::<bool>(), 0..3u32);
    (metric, suite).prop_flat_map(move |(metric, suite)| {
        let grants = prop::collection::vec((1..4u64, 0..2u64, any::<bool>()), 0..2);
        (machines(), prop::collection::vec(rights(metric), 0..4), grants).prop_map(move |(machines, rights, grants)| {
            let world = world_of(metric, suite, with_suites, &machines, rights, grants);
            Linked { world, machines }
        })
    })
}

fn world_of(
    metric: Metric,
    (defined, mandatory, from): (bool, bool, u32),
    with_suites: bool,
    machines: &[Machine],
    rights: Vec<(u64, Right)>,
    grants: Vec<(u64, u64, bool)>,
) -> World {
    let mut state =
        domain::State { organisation: Some(Arc::new(world::organisation("Europe/Prague"))), ..Default::default() };
    for (place, name) in (1..).zip(["A", "B", "S"]) {
        let id = add_product(&mut state, place, name, metric);
        add_match(&mut state, place, world::pattern(name), Some(id));
        let price = euros(&PRICES[usize::try_from(place - 1).unwrap()].to_string());
        let priced = Right { unit_price: Some(price), ..world::right(metric, Quantity::Units(1)) };
        add_entitlement(&mut state, place, id, priced, Some(date("2020-01-01")));
    }
    if with_suites && defined {
        let necessity = if mandatory { Necessity::Mandatory } else { Necessity::Optional };
        let components = [(ProductId(1), necessity), (ProductId(2), Necessity::Optional)].into();
        let mut known = state.products[&ProductId(3)].as_ref().clone();
        known.suite = Some(Suite { components, inferred_from: from });
        state.products.insert(known.id, Arc::new(known));
    }
    for (place, (product, right)) in (4..).zip(rights) {
        add_entitlement(&mut state, place, ProductId(product), right, None);
    }
    for (id, (product, quantity, in_test)) in (1..).zip(grants) {
        add_grant(
            &mut state,
            GrantSpec {
                id,
                product: ProductId(product),
                metric,
                quantity,
                environment: in_test.then_some(Environment::Test),
                until: date("2026-12-31"),
                granted_at: "2026-01-01T00:00:00Z".parse().unwrap(),
                revoked_at: None,
            },
        );
    }
    let said = (0..).zip(machines).map(|(number, machine)| {
        let titles = machine.titles.iter().map(|(name, version)| world::title(name, Some(version))).collect();
        let mut report = world::report(world::named(&format!("pc-{number}")), titles);
        report.attributes.region = machine.region.map(str::to_owned);
        report.attributes.environment = machine.environment;
        report.attributes.primary_user = machine.person.map(str::to_owned);
        Said { source: "agent".to_owned(), import: ImportId(1), report }
    });
    World { state, said: said.collect(), at: world::NOW.parse().unwrap() }
}

/// Every way of spending, tried one by one.
struct Trial<'a> {
    state: &'a domain::State,
    machines: &'a [Machine],
    /// Per product its units: the machines of a device or person.
    units: Vec<(usize, Vec<usize>)>,
    left: BTreeMap<u64, u64>,
    grants_left: BTreeMap<u64, u64>,
}

impl Trial<'_> {
    fn holds(&self, machine: usize, product: usize) -> bool {
        let name = ["A", "B", "S"][product];
        self.machines[machine].titles.iter().any(|(title, _)| *title == name)
    }

    fn is_in_suite(&self, machine: usize) -> bool {
        self.state.products[&ProductId(3)].suite.is_some() && self.holds(machine, 2)
    }

    fn fits(&self, right: &Right, of: usize, product: usize, unit: &[usize]) -> bool {
        let use_rights = &right.use_rights;
        let product_id = ProductId(product as u64 + 1);
        (of == product || use_rights.instead_for.contains(&product_id))
            && unit.iter().all(|machine| {
                let machine = &self.machines[*machine];
                let scope = &use_rights.scope;
                let region = scope.regions.is_empty()
                    || machine.region.is_some_and(|region| {
                        scope.regions.iter().any(|whole| region == whole || region.starts_with(&format!("{whole}/")))
                    });
                let environment = scope.environments.is_empty()
                    || scope.environments.contains(&machine.environment.unwrap_or_default());
                let name = ["A", "B", "S"][product];
                let versions = of != product
                    || use_rights.versions.as_ref().is_none_or(|versions| {
                        machine.titles.iter().filter(|(title, _)| *title == name).all(|(_, version)| match *version {
                            "0" => versions.downgrade,
                            "2" => versions.maintained_until.is_some(),
                            _ => true,
                        })
                    });
                region && environment && versions
            })
    }

    /// The least (exposure, short, exceptions) for the units from `next` on.
    fn least(&mut self, next: usize) -> (u64, u64, u64) {
        let Some((product, unit)) = self.units.get(next).cloned() else { return (0, 0, 0) };
        let rest = self.least(next + 1);
        let mut best = (rest.0 + prices(product), rest.1 + 1, rest.2);
        let rights: Vec<(u64, usize, Right)> = self
            .state
            .entitlements
            .values()
            .filter(|right| right.retired_on.is_none())
            .map(|right| (right.id.0, usize::try_from(right.product.0 - 1).unwrap(), right.right.clone()))
            .collect();
        for (id, of, right) in rights {
            if self.left[&id] > 0 && self.fits(&right, of, product, &unit) {
                *self.left.get_mut(&id).unwrap() -= 1;
                best = best.min(self.least(next + 1));
                *self.left.get_mut(&id).unwrap() += 1;
            }
        }
        for grant in self.state.grants.values() {
            let reached = grant.terms.environment.is_none_or(|wanted| {
                unit.iter().all(|machine| self.machines[*machine].environment.unwrap_or_default() == wanted)
            });
            if grant.terms.product == ProductId(product as u64 + 1) && reached && self.grants_left[&grant.case.0] > 0 {
                *self.grants_left.get_mut(&grant.case.0).unwrap() -= 1;
                let rest = self.least(next + 1);
                best = best.min((rest.0, rest.1, rest.2 + 1));
                *self.grants_left.get_mut(&grant.case.0).unwrap() += 1;
            }
        }
        best
    }
}

/// The machines of a device or of a person.
fn holders(machines: &[Machine], metric: Metric) -> Vec<Vec<usize>> {
    let mut persons: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (place, machine) in machines.iter().enumerate() {
        match machine.person.filter(|_| metric == Metric::NamedUser) {
            Some(person) => persons.entry(person).or_default().push(place),
            None => alone.push(vec![place]),
        }
    }
    persons.into_values().chain(alone).collect()
}

/// The least that can be short, with suites tried on every set of holders.
fn least(linked: &Linked) -> (u64, u64, u64) {
    let state = &linked.world.state;
    let metric = state.products[&ProductId(1)].metric;
    let left: BTreeMap<u64, u64> =
        state.entitlements.values().map(|right| (right.id.0, right.right.quantity.units().unwrap())).collect();
    let grants_left = state.grants.values().map(|grant| (grant.case.0, grant.terms.quantity)).collect();
    let mut trial = Trial { state, machines: &linked.machines, units: Vec::new(), left, grants_left };
    let holders = holders(&linked.machines, metric);
    let suite = state.products[&ProductId(3)].suite.clone();
    let candidates: Vec<usize> = (0..holders.len())
        .filter(|holder| {
            let has = |product: usize| holders[*holder].iter().any(|machine| trial.holds(*machine, product));
            suite.as_ref().is_some_and(|suite| {
                let count = u32::from(has(0)) + u32::from(has(1));
                suite.inferred_from > 0
                    && count >= suite.inferred_from
                    && (suite.components[&ProductId(1)] == Necessity::Optional || has(0))
            })
        })
        .collect();
    let rights: Vec<u64> = state
        .entitlements
        .values()
        .filter(|right| right.product == ProductId(3) && right.retired_on.is_none())
        .map(|right| right.id.0)
        .collect();
    spread(&mut trial, &holders, &candidates, &rights, &mut BTreeSet::new())
}

fn spread(
    trial: &mut Trial<'_>,
    holders: &[Vec<usize>],
    candidates: &[usize],
    rights: &[u64],
    with_suite: &mut BTreeSet<usize>,
) -> (u64, u64, u64) {
    let Some((holder, others)) = candidates.split_first() else {
        trial.units = Vec::new();
        for product in 0..3 {
            for (place, holder) in holders.iter().enumerate() {
                let counts = |machine: &&usize| {
                    trial.holds(**machine, product) && !(product < 2 && trial.is_in_suite(**machine))
                };
                let machines: Vec<usize> = holder.iter().filter(counts).copied().collect();
                let by_suite = product < 2 && with_suite.contains(&place);
                if !(machines.is_empty() || by_suite) {
                    trial.units.push((product, machines));
                }
            }
        }
        return trial.least(0);
    };
    let mut best = spread(trial, holders, others, rights, with_suite);
    for right in rights {
        let terms = trial.state.entitlements[&domain::id::EntitlementId(*right)].right.clone();
        let liable: Vec<usize> = holders[*holder]
            .iter()
            .copied()
            .filter(|machine| {
                (0..3).any(|product| trial.holds(*machine, product) && !(product < 2 && trial.is_in_suite(*machine)))
            })
            .collect();
        let reached = Right { use_rights: UseRights { versions: None, ..terms.use_rights.clone() }, ..terms };
        if trial.left[right] > 0 && trial.fits(&reached, 2, 2, &liable) {
            *trial.left.get_mut(right).unwrap() -= 1;
            with_suite.insert(*holder);
            best = best.min(spread(trial, holders, others, rights, with_suite));
            with_suite.remove(holder);
            *trial.left.get_mut(right).unwrap() += 1;
        }
    }
    best
}

fn stated(lines: &[Line]) -> (u64, u64, u64) {
    let exposure = lines.iter().zip(PRICES).map(|(line, price)| line.short * price).sum();
    (exposure, lines.iter().map(|line| line.short).sum(), lines.iter().map(|line| line.covered_by_grants).sum())
}

fn check_rows(world: &World, lines: &[Line]) -> Result<(), TestCaseError> {
    let base = world.base();
    let mut spent: BTreeMap<position::SupplySource, (u64, u64)> = BTreeMap::new();
    for line in lines {
        let rows = |kind| rows(&world.state, &base, line.product, kind, world.at);
        prop_assert_eq!(line.consumed, line.covered_by_entitlements + line.covered_by_grants + line.short);
        prop_assert_eq!(rows(RowKind::Consumed).len() as u64, line.consumed);
        prop_assert_eq!(rows(RowKind::Short).len() as u64, line.short);
        prop_assert_eq!(rows(RowKind::Included).len() as u64, line.included);
        let covered = rows(RowKind::Covered);
        for supply in line.supplies.iter().filter(|supply| supply.why_not.is_none()) {
            let by = covered.iter().filter(|row| row.by == Some(supply.source)).count() as u64;
            let covers: u64 =
                line.supplies.iter().filter(|other| other.source == supply.source).map(|other| other.covers).sum();
            prop_assert_eq!(by, covers, "{:?} of {}", supply.source, line.product);
            if supply.of.is_none() {
                let given = supply.given.units().unwrap();
                prop_assert!(supply.used + supply.lent <= given, "{:?} gives more than it has", supply.source);
                spent.entry(supply.source).or_default().0 += supply.lent;
            }
        }
        let alone = position::line(&world.state, &base, line.product, world.at);
        let alone = alone.map(|alone| Line { working: Vec::new(), ..alone });
        prop_assert_eq!(Some(line), alone.as_ref());
    }
    Ok(())
}

/// Units that lines get of a right of another product.
fn borrowed(lines: &[Line]) -> u64 {
    let of = |line: &Line| -> u64 {
        line.supplies.iter().filter(|supply| supply.of.is_some()).map(|supply: &Supply| supply.used).sum()
    };
    lines.iter().map(of).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(512), ..ProptestConfig::default() })]

    #[test]
    fn no_other_way_of_spending_limited_and_lent_rights_leaves_less_short(linked in linked(false)) {
        let lines = lines(&linked.world.state, &linked.world.base(), linked.world.at);
        prop_assert_eq!(stated(&lines), least(&linked));
        let lent: u64 = lines.iter().flat_map(|line| &line.supplies).map(|supply| supply.lent).sum();
        prop_assert_eq!(borrowed(&lines), lent);
        check_rows(&linked.world, &lines)?;
    }

    #[test]
    fn no_other_way_of_spending_suites_leaves_less_short(linked in linked(true)) {
        let lines = lines(&linked.world.state, &linked.world.base(), linked.world.at);
        prop_assert_eq!(stated(&lines), least(&linked));
        check_rows(&linked.world, &lines)?;
    }
}
