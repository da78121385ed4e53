//! The cheapest way to cover demands from sources, exactly: a minimum-cost flow.
//!
//! A source gives so many units and reaches some demands, each at a cost of its own; what is left of a demand is short at
//! the demand's own cost. Costs are compared in order of their parts, so that a smaller shortage is worth any number of
//! units of what comes after it. The answer is the same for the same question: what is equal goes to the demand and the
//! source that come first.
//!
//! By successive shortest paths with potentials (Edmonds and Karp, 1972): every path is found among costs that are not
//! negative, so Dijkstra's search finds it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::{Add, Sub};

/// What a unit costs, the most important part first. No part is negative in a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    /// The price of a unit that is short, in the smallest part of money that prices have.
    pub(crate) exposure: i128,
    /// Units short.
    pub(crate) short: i128,
    /// Units of exceptions.
    pub(crate) exceptions: i128,
    /// The price of units that are spent on another product than their own.
    pub(crate) lent_worth: i128,
    /// Units that are spent on another product than their own.
    pub(crate) lent: i128,
    /// The place of the source in the order in which sources are spent.
    pub(crate) turn: i128,
}

impl Cost {
    const PARTS: usize = 6;

    fn parts(self) -> [i128; Self::PARTS] {
        let Self { exposure, short, exceptions, lent_worth, lent, turn } = self;
        [exposure, short, exceptions, lent_worth, lent, turn]
    }

    fn of_parts([exposure, short, exceptions, lent_worth, lent, turn]: [i128; Self::PARTS]) -> Self {
        Self { exposure, short, exceptions, lent_worth, lent, turn }
    }

    fn by_part(self, other: Self, part: impl Fn(i128, i128) -> i128) -> Self {
        let mut parts = self.parts();
        parts.iter_mut().zip(other.parts()).for_each(|(one, other)| *one = part(*one, other));
        Self::of_parts(parts)
    }

    /// So many units at this cost.
    pub(crate) fn times(self, units: u64) -> Self {
        self.by_part(Self::default(), |part, _| part.saturating_mul(i128::from(units)))
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.by_part(other, i128::saturating_add)
    }
}

impl Sub for Cost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.by_part(other, i128::saturating_sub)
    }
}

/// What gives units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// How many.
    pub(crate) units: u64,
    /// The demands that it reaches, each once, with the cost of a unit there.
    pub(crate) reaches: Vec<(usize, Cost)>,
}

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The units of every demand, and the cost of leaving one short.
    pub(crate) demands: Vec<(u64, Cost)>,
    /// The sources, in the order in which they are spent where nothing else decides.
    pub(crate) sources: Vec<Source>,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Solution {
    /// Beside [`Source::reaches`] of every source, the units that it gives there.
    pub(crate) given: Vec<Vec<u64>>,
    /// The units of every demand that are short.
    pub(crate) short: Vec<u64>,
}

impl Problem {
    /// The cheapest answer.
    pub(crate) fn solve(&self) -> Solution {
        self.solve_by(&self.weights())
    }

    /// How the costs are compared, which stays the same whatever units there are.
    pub(crate) fn weights(&self) -> Weights {
        match Packing::of(self) {
            Some(packing) => Weights::Numbers(Weighed::of(self, |cost| packing.pack(cost)), packing),
            None => Weights::Parts(Weighed::of(self, |cost| cost)),
        }
    }

    /// The cheapest answer, by the weights of this problem.
    pub(crate) fn solve_by(&self, weights: &Weights) -> Solution {
        match weights {
            Weights::Numbers(weighed, _) => self.search(weighed).solution,
            Weights::Parts(weighed) => self.search(weighed).solution,
        }
    }

    /// The same, and what a further unit of every demand would cost and of every source would save.
    pub(crate) fn solve_with_prices_by(&self, weights: &Weights) -> (Solution, Prices) {
        match weights {
            Weights::Numbers(weighed, packing) => self.with_prices(self.search(weighed), |price| packing.unpack(price)),
            Weights::Parts(weighed) => self.with_prices(self.search(weighed), |price| price),
        }
    }

    fn search<W: Weight>(&self, weighed: &Weighed<W>) -> Search<W> {
        let mut search = Search::of(self, weighed);
        for (demand, (units, _)) in self.demands.iter().enumerate() {
            search.cover(demand, *units);
        }
        search
    }

    fn with_prices<W: Weight>(&self, search: Search<W>, cost: impl Fn(W) -> Cost) -> (Solution, Prices) {
        let mut prices = search.prices.iter().map(|price| cost(*price).max(Cost::default()));
        let shorts = self.demands.iter().map(|(_, short)| *short);
        let demands: Vec<Cost> = prices.by_ref().zip(shorts).map(|(price, short)| price.min(short)).collect();
        let of_source = |(source, price): (&Source, Cost)| {
            if source.units > 0 {
                return price;
            }
            let saved = source.reaches.iter().map(|(demand, cost)| demands[*demand] - *cost);
            saved.fold(Cost::default(), Cost::max)
        };
        let sources = self.sources.iter().zip(prices).map(of_source).collect();
        (search.solution, Prices { demands, sources })
    }

    /// What an answer costs.
    pub(crate) fn cost(&self, solution: &Solution) -> Cost {
        let short = self.demands.iter().zip(&solution.short).map(|((_, cost), units)| cost.times(*units));
        let given =
            self.sources.iter().zip(&solution.given).flat_map(|(source, given)| {
                source.reaches.iter().zip(given).map(|((_, cost), units)| cost.times(*units))
            });
        short.chain(given).fold(Cost::default(), Cost::add)
    }
}

/// The dual of an answer: prices that prove that nothing is cheaper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prices {
    /// What one unit more of every demand costs.
    pub(crate) demands: Vec<Cost>,
    /// What one unit more of every source saves.
    pub(crate) sources: Vec<Cost>,
}

/// A cost as the search adds and compares it.
trait Weight: Copy + Ord + Default + Add<Output = Self> + Sub<Output = Self> {}

impl Weight for Cost {}
impl Weight for i128 {}

/// The costs of one problem as they are compared.
pub(crate) enum Weights {
    /// As one number each.
    Numbers(Weighed<i128>, Packing),
    /// In parts, where they do not fit into one number.
    Parts(Weighed<Cost>),
}

/// The costs of one problem in their order.
pub(crate) struct Weighed<W> {
    shorts: Vec<W>,
    /// Beside [`Source::reaches`] of every source.
    reaches: Vec<Vec<W>>,
}

impl<W> Weighed<W> {
    fn of(problem: &Problem, weigh: impl Fn(Cost) -> W) -> Self {
        let of_source = |source: &Source| source.reaches.iter().map(|(_, cost)| weigh(*cost)).collect();
        Self {
            shorts: problem.demands.iter().map(|(_, short)| weigh(*short)).collect(),
            reaches: problem.sources.iter().map(of_source).collect(),
        }
    }
}

/// How the costs of one problem are written as one number each: that of a part begins above all that the parts after it
/// can come to on paths. So a sum of costs is the sum of their numbers, and what is less is the lesser number.
pub(crate) struct Packing {
    /// For each part the common divisor of its values, zero where all are, and what one of that is worth.
    parts: [(i128, i128); Cost::PARTS],
}

impl Packing {
    /// The numbers that the search compares are each made from at most so many costs of paths: a distance is a path's, and
    /// of either end a price, which is the difference of two; and two such are compared.
    const PATHS: i128 = 10;

    /// `None` where the costs do not fit into one number.
    fn of(problem: &Problem) -> Option<Self> {
        let short = Values::of(problem.demands.iter().map(|(_, short)| *short));
        let reaches = Values::of(problem.sources.iter().flat_map(|of| of.reaches.iter().map(|(_, cost)| *cost)));
        let steps = 2 * problem.demands.len().min(problem.sources.len()) + 2;
        let mut parts = [(1, 1); Cost::PARTS];
        let mut worth = 1_i128;
        for (part, packed) in parts.iter_mut().enumerate().rev() {
            let divisor = gcd(short.divisors[part], reaches.divisors[part]);
            *packed = (divisor, worth);
            if divisor == 0 {
                continue;
            }
            let on_a_path = (reaches.greatest[part] / divisor).checked_mul(i128::try_from(steps).ok()?)?;
            let most = on_a_path.checked_add(short.greatest[part] / divisor)?.checked_mul(Self::PATHS)?;
            worth = most.checked_mul(2)?.checked_add(1)?.checked_mul(worth)?;
        }
        Some(Self { parts })
    }

    fn pack(&self, cost: Cost) -> i128 {
        let parts = cost.parts().into_iter().zip(self.parts).filter(|(part, _)| *part != 0);
        parts.map(|(part, (divisor, worth))| part / divisor * worth).sum()
    }

    fn unpack(&self, packed: i128) -> Cost {
        let mut left = packed;
        Cost::of_parts(self.parts.map(|(divisor, worth)| {
            if divisor == 0 {
                return 0;
            }
            // What comes after a part is less than half of what one of it is worth, either way.
            let units = (left + (worth - 1) / 2).div_euclid(worth);
            left -= units * worth;
            units * divisor
        }))
    }
}

/// What the values of each part of some costs have in common.
struct Values {
    greatest: [i128; Cost::PARTS],
    divisors: [i128; Cost::PARTS],
}

impl Values {
    fn of(costs: impl Iterator<Item = Cost>) -> Self {
        let mut values = Self { greatest: [0; Cost::PARTS], divisors: [0; Cost::PARTS] };
        let mut before = None;
        for cost in costs.filter(|cost| before.replace(*cost) != Some(*cost)) {
            for (place, part) in cost.parts().into_iter().enumerate() {
                if part != 0 && part != values.greatest[place] {
                    values.greatest[place] = values.greatest[place].max(part.saturating_abs());
                    values.divisors[place] = gcd(part.saturating_abs(), values.divisors[place]);
                }
            }
        }
        values
    }
}

/// The greatest common divisor; of zero and another, the other.
fn gcd(one: i128, other: i128) -> i128 {
    let (mut one, mut other) = (one, other);
    while other > 1 {
        (one, other) = (other, one % other);
    }
    if other == 1 { 1 } else { one }
}

/// A place on a path: a demand, a source, or the end, in one numbering.
type Node = usize;

/// How a node was reached.
#[derive(Debug, Clone, Copy)]
struct Step<W> {
    /// What the path to it costs, beyond the prices.
    distance: W,
    from: Node,
    /// The place in [`Source::reaches`] of the source at either end; of no meaning at the end of the path.
    slot: usize,
    /// Whether no cheaper path can be found any more.
    settled: bool,
}

/// An end of a reach: the node there, the place in [`Source::reaches`], and the cost of a unit.
type Reach<W> = (Node, usize, W);

struct Search<W> {
    /// The cost of leaving a unit of every demand short.
    shorts: Vec<W>,
    /// The sources with units that reach every demand.
    reached_by: Vec<Vec<Reach<W>>>,
    /// The demands that every source reaches.
    reaches: Vec<Vec<Reach<W>>>,
    left: Vec<u64>,
    solution: Solution,
    /// What a unit at every node is known to cost on its way to the end: the potentials, from the end.
    prices: Vec<W>,
    steps: Vec<Option<Step<W>>>,
    open: BinaryHeap<Reverse<(W, Node)>>,
}

impl<W: Weight> Search<W> {
    fn of(problem: &Problem, weighed: &Weighed<W>) -> Self {
        let mut reached_by = vec![Vec::new(); problem.demands.len()];
        let mut reaches = Vec::with_capacity(problem.sources.len());
        for ((node, source), costs) in (problem.demands.len()..).zip(&problem.sources).zip(&weighed.reaches) {
            let reached = (0..).zip(source.reaches.iter().zip(costs));
            let reached = reached.map(|(slot, ((demand, _), cost))| (*demand, slot, *cost));
            let reached: Vec<Reach<W>> = if source.units > 0 { reached.collect() } else { Vec::new() };
            for (demand, slot, cost) in &reached {
                reached_by[*demand].push((node, *slot, *cost));
            }
            reaches.push(reached);
        }
        let nodes = problem.demands.len() + problem.sources.len() + 1;
        Self {
            shorts: weighed.shorts.clone(),
            reached_by,
            reaches,
            left: problem.sources.iter().map(|source| source.units).collect(),
            solution: Solution {
                given: problem.sources.iter().map(|source| vec![0; source.reaches.len()]).collect(),
                short: vec![0; problem.demands.len()],
            },
            prices: vec![W::default(); nodes],
            steps: vec![None; nodes],
            open: BinaryHeap::new(),
        }
    }

    fn end(&self) -> Node {
        self.prices.len() - 1
    }

    /// Covers so many units of `demand`, or leaves them short, at the least cost, and moves what was given before
    /// where that makes it cheaper.
    fn cover(&mut self, demand: Node, units: u64) {
        let mut missing = units;
        while missing > 0 {
            self.find_shortest(demand);
            missing -= self.carry(demand, missing);
        }
    }

    /// Goes on from `node`, which was reached at `distance`, to `next`.
    fn go_on(&mut self, (node, distance): (Node, W), (next, slot, cost): Reach<W>) {
        let through = distance + cost + self.prices[next] - self.prices[node];
        let known = &mut self.steps[next];
        if known.is_none_or(|known| !known.settled && through < known.distance) {
            *known = Some(Step { distance: through, from: node, slot, settled: false });
            self.open.push(Reverse((through, next)));
        }
    }

    /// Finds the cheapest path from `start` to the end, as the step by which each node was reached.
    fn find_shortest(&mut self, start: Node) {
        let (end, demands) = (self.end(), self.shorts.len());
        self.steps.fill(None);
        self.open.clear();
        self.steps[start] = Some(Step { distance: W::default(), from: start, slot: 0, settled: false });
        self.open.push(Reverse((W::default(), start)));
        let mut to_end = W::default();
        while let Some(Reverse((distance, node))) = self.open.pop() {
            let Some(step) = self.steps[node].as_mut().filter(|step| !step.settled) else { continue };
            step.settled = true;
            if node == end {
                to_end = distance;
                break;
            }
            let here = (node, distance);
            let Some(source) = node.checked_sub(demands) else {
                for place in 0..self.reached_by[node].len() {
                    self.go_on(here, self.reached_by[node][place]);
                }
                self.go_on(here, (end, 0, self.shorts[node]));
                continue;
            };
            if self.left[source] > 0 {
                self.go_on(here, (end, 0, W::default()));
            }
            for place in 0..self.reaches[source].len() {
                let (demand, slot, cost) = self.reaches[source][place];
                if self.solution.given[source][slot] > 0 {
                    self.go_on(here, (demand, slot, W::default() - cost));
                }
            }
        }
        // What was not settled lies no nearer than the end.
        for (price, step) in self.prices.iter_mut().zip(&self.steps) {
            if let Some(step) = step.filter(|step| step.settled) {
                *price = *price + to_end - step.distance;
            }
        }
    }

    /// The nodes of the path from `start` to the end, without the end, each with the slot of the step that follows.
    fn path(&self, start: Node) -> Vec<(Node, usize)> {
        let mut path = Vec::new();
        let mut node = self.end();
        while let Some(step) = self.steps[node].filter(|_| node != start) {
            path.push((step.from, step.slot));
            node = step.from;
        }
        path.reverse();
        path
    }

    /// Carries at most `most` units along the path, and returns how many.
    fn carry(&mut self, start: Node, most: u64) -> u64 {
        let demands = self.shorts.len();
        let path = self.path(start);
        let last = path.last().map_or(start, |(node, _)| *node);
        let mut units = most;
        for (node, slot) in &path {
            if let Some(source) = node.checked_sub(demands) {
                let limit = if *node == last { self.left[source] } else { self.solution.given[source][*slot] };
                units = units.min(limit);
            }
        }
        for (place, (node, slot)) in path.iter().enumerate() {
            match node.checked_sub(demands) {
                Some(source) if *node == last => self.left[source] -= units,
                Some(source) => self.solution.given[source][*slot] -= units,
                None if *node == last => self.solution.short[*node] += units,
                None => {
                    let source = path[place + 1].0 - demands;
                    self.solution.given[source][*slot] += units;
                }
            }
        }
        units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(units: i128) -> Cost {
        Cost { short: units, ..Cost::default() }
    }

    fn turn(turn: i128) -> Cost {
        Cost { turn, ..Cost::default() }
    }

    #[test]
    fn a_source_that_reaches_all_gives_way_to_where_it_alone_reaches() {
        // The first source reaches both demands, the second only the first; in turn the first source would go there.
        let problem = Problem {
            demands: vec![(10, short(1)), (10, short(1))],
            sources: vec![
                Source { units: 10, reaches: vec![(0, turn(0)), (1, turn(0))] },
                Source { units: 10, reaches: vec![(0, turn(1))] },
            ],
        };
        let solution = problem.solve();
        assert_eq!(solution, Solution { given: vec![vec![0, 10], vec![10]], short: vec![0, 0] });
        assert_eq!(problem.cost(&solution), turn(10));
    }

    #[test]
    fn what_is_dearer_is_covered_first_whatever_it_displaces() {
        let dear = Cost { exposure: 900, short: 1, ..Cost::default() };
        let cheap = Cost { exposure: 100, short: 1, ..Cost::default() };
        let all = vec![(0, turn(0)), (1, turn(0)), (2, turn(0))];
        let problem = Problem {
            demands: vec![(5, cheap), (3, dear), (5, cheap)],
            sources: vec![Source { units: 7, reaches: all }],
        };
        assert_eq!(problem.solve(), Solution { given: vec![vec![4, 3, 0]], short: vec![1, 0, 5] });
    }

    #[test]
    fn nothing_asked_and_nothing_given_is_an_answer() {
        assert_eq!(Problem::default().solve(), Solution::default());
        let lone = Problem { demands: vec![(4, short(1))], sources: Vec::new() };
        assert_eq!(lone.solve().short, [4]);
        let unlimited = Source { units: u64::MAX, reaches: vec![(0, turn(0))] };
        let covered = Problem { demands: vec![(4, short(1))], sources: vec![unlimited] };
        assert_eq!(covered.solve().given, [[4]]);
    }

    /// Costs of every way to share `left` units of each source, by trying them all.
    fn least(problem: &Problem) -> Cost {
        fn share(problem: &Problem, source: usize, slot: usize, left: u64, open: &mut Vec<u64>) -> Cost {
            let Some(of) = problem.sources.get(source) else {
                let short = problem.demands.iter().zip(open).map(|((_, cost), units)| cost.times(*units));
                return short.fold(Cost::default(), Cost::add);
            };
            let Some((demand, cost)) = of.reaches.get(slot) else {
                let next = problem.sources.get(source + 1).map_or(0, |next| next.units);
                return share(problem, source + 1, 0, next, open);
            };
            let most = left.min(open[*demand]);
            let ways = (0..=most).map(|units| {
                open[*demand] -= units;
                let rest = share(problem, source, slot + 1, left - units, open);
                open[*demand] += units;
                rest + cost.times(units)
            });
            ways.min().unwrap_or_default()
        }
        let mut open: Vec<u64> = problem.demands.iter().map(|(units, _)| *units).collect();
        share(problem, 0, 0, problem.sources.first().map_or(0, |first| first.units), &mut open)
    }

    #[test]
    fn costs_too_large_for_one_number_are_compared_in_parts() {
        let cost = |part: i128| Cost { exposure: part, short: part, exceptions: part, ..Cost::default() };
        let large = i128::from(u64::MAX) - 58;
        let problem = Problem {
            demands: vec![(2, cost(large)), (2, cost(large - 3))],
            sources: vec![Source { units: 3, reaches: vec![(0, cost(1)), (1, cost(0))] }],
        };
        assert!(Packing::of(&problem).is_none());
        assert_eq!(problem.solve(), Solution { given: vec![vec![2, 1]], short: vec![0, 1] });
    }

    fn costs() -> impl proptest::strategy::Strategy<Value = Cost> {
        use proptest::prelude::*;
        let money = prop_oneof![Just(0_i128), (1_i128..9).prop_map(|euros| euros * 100_000_000)];
        (money.clone(), 0_i128..2, 0_i128..3, money, 0_i128..3, 0_i128..5).prop_map(
            |(exposure, short, exceptions, lent_worth, lent, turn)| Cost {
                exposure,
                short,
                exceptions,
                lent_worth,
                lent,
                turn,
            },
        )
    }

    proptest::proptest! {
        #[test]
        fn costs_as_numbers_give_the_same_answer_and_prices_as_costs_in_parts(
            demands in proptest::collection::vec((0u64..9, costs()), 1..7),
            sources in proptest::collection::vec((0u64..9, proptest::collection::btree_map(0usize..6, costs(), 0..6)), 0..7),
        ) {
            let count = demands.len();
            let sources = sources.into_iter().map(|(units, reaches)| {
                Source { units, reaches: reaches.into_iter().filter(|(demand, _)| *demand < count).collect() }
            });
            let problem = Problem { demands, sources: sources.collect() };
            proptest::prop_assert!(Packing::of(&problem).is_some());
            let in_parts = problem.search(&Weighed::of(&problem, |cost| cost));
            let in_parts = problem.with_prices(in_parts, |cost| cost);
            proptest::prop_assert_eq!(problem.solve_with_prices_by(&problem.weights()), in_parts);
        }

        #[test]
        fn no_other_way_is_cheaper(
            demands in proptest::collection::vec((0u64..4, 0i128..3, 0i128..4), 1..4),
            sources in proptest::collection::vec((0u64..4, proptest::collection::btree_map(0usize..3, 0i128..5, 0..3)), 0..4),
        ) {
            let count = demands.len();
            let problem = Problem {
                demands: demands
                    .into_iter()
                    .map(|(units, exposure, short)| (units, Cost { exposure, short, ..Cost::default() }))
                    .collect(),
                sources: sources
                    .into_iter()
                    .map(|(units, reaches)| {
                        let reaches = reaches.into_iter().filter(|(demand, _)| *demand < count);
                        Source { units, reaches: reaches.map(|(demand, cost)| (demand, turn(cost))).collect() }
                    })
                    .collect(),
            };
            let solution = problem.solve();
            proptest::prop_assert_eq!(problem.cost(&solution), least(&problem));
        }
    }
}
