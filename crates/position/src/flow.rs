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
    fn by_part(self, other: Self, part: impl Fn(i128, i128) -> i128) -> Self {
        Self {
            exposure: part(self.exposure, other.exposure),
            short: part(self.short, other.short),
            exceptions: part(self.exceptions, other.exceptions),
            lent_worth: part(self.lent_worth, other.lent_worth),
            lent: part(self.lent, other.lent),
            turn: part(self.turn, other.turn),
        }
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
        let mut search = Search::of(self);
        for (demand, (units, _)) in self.demands.iter().enumerate() {
            search.cover(demand, *units);
        }
        search.solution
    }

    /// The cheapest answer, and what a further unit of every demand would cost and of every source would save.
    pub(crate) fn solve_with_prices(&self) -> (Solution, Prices) {
        let mut search = Search::of(self);
        for (demand, (units, _)) in self.demands.iter().enumerate() {
            search.cover(demand, *units);
        }
        let end = search.potentials[search.end()];
        let price = |node: usize| (end - search.potentials[node]).max(Cost::default());
        let demands = self.demands.len();
        let prices = Prices {
            demands: (0..demands).map(|node| price(node).min(self.demands[node].1)).collect(),
            sources: (demands..demands + self.sources.len()).map(price).collect(),
        };
        (search.solution, prices)
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
#[derive(Debug, Clone, Default)]
pub(crate) struct Prices {
    /// What one unit more of every demand costs.
    pub(crate) demands: Vec<Cost>,
    /// What one unit more of every source saves.
    pub(crate) sources: Vec<Cost>,
}

/// A place on a path: a demand, a source, or the end, in one numbering.
type Node = usize;

/// How a node was reached.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// What the path to it costs, beyond the potentials.
    distance: Cost,
    from: Node,
    /// The place in [`Source::reaches`] of the source at either end; of no meaning at the end of the path.
    slot: usize,
    /// Whether no cheaper path can be found any more.
    settled: bool,
}

struct Search<'a> {
    problem: &'a Problem,
    /// The sources that reach every demand, each with its place in [`Source::reaches`].
    reached_by: Vec<Vec<(usize, usize)>>,
    left: Vec<u64>,
    solution: Solution,
    potentials: Vec<Cost>,
    steps: Vec<Option<Step>>,
    open: BinaryHeap<Reverse<(Cost, Node)>>,
}

impl<'a> Search<'a> {
    fn of(problem: &'a Problem) -> Self {
        let mut reached_by = vec![Vec::new(); problem.demands.len()];
        for (source, of) in problem.sources.iter().enumerate() {
            for (slot, (demand, _)) in of.reaches.iter().enumerate() {
                reached_by[*demand].push((source, slot));
            }
        }
        let nodes = problem.demands.len() + problem.sources.len() + 1;
        Self {
            problem,
            reached_by,
            left: problem.sources.iter().map(|source| source.units).collect(),
            solution: Solution {
                given: problem.sources.iter().map(|source| vec![0; source.reaches.len()]).collect(),
                short: vec![0; problem.demands.len()],
            },
            potentials: vec![Cost::default(); nodes],
            steps: vec![None; nodes],
            open: BinaryHeap::new(),
        }
    }

    fn end(&self) -> Node {
        self.potentials.len() - 1
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
    fn go_on(&mut self, (node, distance): (Node, Cost), next: Node, slot: usize, cost: Cost) {
        let through = distance + cost + self.potentials[node] - self.potentials[next];
        let known = &mut self.steps[next];
        if known.is_none_or(|known| !known.settled && through < known.distance) {
            *known = Some(Step { distance: through, from: node, slot, settled: false });
            self.open.push(Reverse((through, next)));
        }
    }

    /// Finds the cheapest path from `start` to the end, as the step by which each node was reached.
    fn find_shortest(&mut self, start: Node) {
        let (problem, end, demands) = (self.problem, self.end(), self.problem.demands.len());
        self.steps.fill(None);
        self.open.clear();
        self.steps[start] = Some(Step { distance: Cost::default(), from: start, slot: 0, settled: false });
        self.open.push(Reverse((Cost::default(), start)));
        let mut to_end = Cost::default();
        while let Some(Reverse((distance, node))) = self.open.pop() {
            let Some(step) = self.steps[node].as_mut().filter(|step| !step.settled) else { continue };
            step.settled = true;
            if node == end {
                to_end = distance;
                break;
            }
            let here = (node, distance);
            if let Some((_, short)) = problem.demands.get(node) {
                for place in 0..self.reached_by[node].len() {
                    let (source, slot) = self.reached_by[node][place];
                    let (_, cost) = problem.sources[source].reaches[slot];
                    self.go_on(here, demands + source, slot, cost);
                }
                self.go_on(here, end, 0, *short);
                continue;
            }
            let source = node - demands;
            if self.left[source] > 0 {
                self.go_on(here, end, 0, Cost::default());
            }
            for (slot, (demand, cost)) in problem.sources[source].reaches.iter().enumerate() {
                if self.solution.given[source][slot] > 0 {
                    self.go_on(here, *demand, slot, Cost::default() - *cost);
                }
            }
        }
        // What was not settled lies no nearer than the end.
        for (potential, step) in self.potentials.iter_mut().zip(&self.steps) {
            *potential = *potential + step.filter(|step| step.settled).map_or(to_end, |step| step.distance);
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
        let demands = self.problem.demands.len();
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

    proptest::proptest! {
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
