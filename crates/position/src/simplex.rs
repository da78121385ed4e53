//! Linear programmes in whole numbers: the simplex method with integer pivots (Edmonds; Bareiss), so that nothing is
//! rounded.
//!
//! Every entry of the tableau is kept times the determinant of the basis, which divides without rest. For the programmes
//! of this crate, whose columns have few ones, determinants stay small; one that grows beyond its type is given up.

/// A column: a variable with what a unit costs, at most how much there is of it, and in which rows it stands, with 1.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) cost: i128,
    pub(crate) most: Option<i64>,
    pub(crate) rows: Vec<usize>,
}

/// Pivots after which a programme is given up; its size tells how many are usual.
const PIVOTS_MAX: usize = 20_000;
/// Pivots that change nothing, after which the first fitting column is taken rather than the best, so that none repeats.
const IDLE_PIVOTS_MAX: usize = 50;

/// Minimises the cost of columns whose sum in every row, with a slack of its own, is the row's amount. `slacks` are the
/// rows' amounts and the costs of their slacks. Returns the columns' amounts, times the divisor that comes with them;
/// `None` where the programme is given up.
pub(crate) fn minimise(slacks: &[(i64, i128)], columns: &[Column]) -> Option<(Vec<i64>, i64)> {
    let mut tableau = Tableau::of(slacks, columns);
    let mut idle = 0;
    for _ in 0..PIVOTS_MAX {
        let Some(entering) = tableau.entering(idle > IDLE_PIVOTS_MAX) else {
            return Some((tableau.amounts(columns.len()), tableau.divisor));
        };
        idle = if tableau.enter(entering)? { 0 } else { idle + 1 };
    }
    None
}

/// A variable: a column, or the slack of a row after all columns. `flipped` is its distance from its upper bound.
#[derive(Debug, Clone, Copy)]
struct Variable {
    number: usize,
    most: Option<i64>,
    flipped: bool,
}

/// The basis in terms of what is not in it. Rows are as long as `outside`.
struct Tableau {
    divisor: i64,
    rows: Vec<Vec<i64>>,
    amounts: Vec<i64>,
    inside: Vec<Variable>,
    outside: Vec<Variable>,
    costs: Vec<i128>,
}

impl Tableau {
    fn of(slacks: &[(i64, i128)], columns: &[Column]) -> Self {
        let mut rows = vec![vec![0; columns.len()]; slacks.len()];
        let mut costs: Vec<i128> = columns.iter().map(|column| column.cost).collect();
        for (place, column) in columns.iter().enumerate() {
            for row in &column.rows {
                rows[*row][place] = 1;
                costs[place] -= slacks[*row].1;
            }
        }
        let slack = |row: usize| Variable { number: columns.len() + row, most: None, flipped: false };
        let outside = columns.iter().enumerate();
        Self {
            divisor: 1,
            rows,
            amounts: slacks.iter().map(|(amount, _)| *amount).collect(),
            inside: (0..slacks.len()).map(slack).collect(),
            outside: outside.map(|(number, column)| Variable { number, most: column.most, flipped: false }).collect(),
            costs,
        }
    }

    /// The column that lowers the cost most, or the first that lowers it.
    fn entering(&self, first: bool) -> Option<usize> {
        let lowering = (0..self.costs.len()).filter(|place| self.costs[*place] < 0);
        if first {
            lowering.min_by_key(|place| self.outside[*place].number)
        } else {
            lowering.min_by_key(|place| (self.costs[*place], *place))
        }
    }

    /// Takes a column into the basis, or to its upper bound. Says whether that changed any amount; `None` where a number
    /// grows too large.
    fn enter(&mut self, place: usize) -> Option<bool> {
        // How far it can go, times the divisor: until something in the basis is 0 or full, or it is full itself. Two such
        // distances, each a fraction, are compared without dividing.
        let mut least: Option<(i128, i128, usize, bool)> = None;
        for (row, entries) in self.rows.iter().enumerate() {
            let entry = i128::from(entries[place]);
            let (room, full) = match (entry, self.inside[row].most) {
                (1.., _) => (i128::from(self.amounts[row]), false),
                (..=-1, Some(most)) => {
                    (i128::from(most) * i128::from(self.divisor) - i128::from(self.amounts[row]), true)
                }
                _ => continue,
            };
            let size = entry.abs();
            let nearer = least.is_none_or(|(known, of, other, _)| {
                let (here, there) = (room * of, known * size);
                here < there || here == there && self.inside[row].number < self.inside[other].number
            });
            if nearer {
                least = Some((room, size, row, full));
            }
        }
        if let Some(most) = self.outside[place].most {
            let own = least.is_none_or(|(room, size, ..)| i128::from(most) * size <= room);
            if own {
                self.flip_outside(place, most)?;
                return Some(most > 0);
            }
        }
        let (room, _, row, full) = least?;
        if full {
            self.flip_inside(row)?;
        }
        self.pivot(row, place)?;
        Some(room > 0)
    }

    /// Counts a variable outside the basis from its other bound.
    fn flip_outside(&mut self, place: usize, most: i64) -> Option<()> {
        for (entries, amount) in self.rows.iter_mut().zip(&mut self.amounts) {
            *amount = amount.checked_sub(entries[place].checked_mul(most)?)?;
            entries[place] = -entries[place];
        }
        self.costs[place] = -self.costs[place];
        self.outside[place].flipped ^= true;
        Some(())
    }

    /// Counts a variable in the basis from its other bound.
    fn flip_inside(&mut self, row: usize) -> Option<()> {
        let most = self.inside[row].most?;
        self.amounts[row] = most.checked_mul(self.divisor)?.checked_sub(self.amounts[row])?;
        self.rows[row].iter_mut().for_each(|entry| *entry = -*entry);
        self.inside[row].flipped ^= true;
        Some(())
    }

    /// Changes places between the variable of a row and that of a column.
    fn pivot(&mut self, row: usize, place: usize) -> Option<()> {
        let pivot = self.rows[row][place];
        let divisor = self.divisor;
        let pivotal = self.rows[row].clone();
        let amount = self.amounts[row];
        // (a × pivot − b × c) ÷ divisor, which leaves no rest.
        let exchanged = |a: i64, b: i64, c: i64| -> Option<i64> {
            let crossed = i128::from(a) * i128::from(pivot) - i128::from(b) * i128::from(c);
            i64::try_from(crossed / i128::from(divisor)).ok()
        };
        for (other, entries) in self.rows.iter_mut().enumerate() {
            let factor = entries[place];
            if other == row || factor == 0 && pivot == divisor {
                continue;
            }
            for (entry, in_pivotal) in entries.iter_mut().zip(&pivotal) {
                if *entry != 0 || *in_pivotal != 0 {
                    *entry = exchanged(*entry, factor, *in_pivotal)?;
                }
            }
            entries[place] = -factor;
            self.amounts[other] = exchanged(self.amounts[other], factor, amount)?;
        }
        let factor = self.costs[place];
        for (cost, in_pivotal) in self.costs.iter_mut().zip(&pivotal) {
            let crossed =
                cost.checked_mul(i128::from(pivot))?.checked_sub(factor.checked_mul(i128::from(*in_pivotal))?)?;
            *cost = crossed / i128::from(divisor);
        }
        self.costs[place] = -factor;
        self.rows[row][place] = divisor;
        self.divisor = pivot;
        std::mem::swap(&mut self.inside[row], &mut self.outside[place]);
        Some(())
    }

    /// The amounts of the first `count` variables, times the divisor.
    fn amounts(&self, count: usize) -> Vec<i64> {
        let mut amounts = vec![0; count];
        let inside = self.inside.iter().zip(&self.amounts).map(|(variable, amount)| (variable, *amount));
        let outside = self.outside.iter().map(|variable| (variable, 0));
        for (variable, amount) in inside.chain(outside).filter(|(variable, _)| variable.number < count) {
            let most = variable.most.unwrap_or(0).saturating_mul(self.divisor);
            amounts[variable.number] = if variable.flipped { most - amount } else { amount };
        }
        amounts
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn column(cost: i128, most: Option<i64>, rows: &[usize]) -> Column {
        Column { cost, most, rows: rows.to_vec() }
    }

    #[test]
    fn what_is_cheap_is_taken_up_to_its_bound() {
        // 7 units are wanted, each missing one costs 10; 4 cost 1, and 2 more cost 3.
        let columns = [column(1, Some(4), &[0]), column(3, Some(2), &[0])];
        assert_eq!(minimise(&[(7, 10)], &columns), Some((vec![4, 2], 1)));
    }

    #[test]
    fn a_column_in_several_rows_serves_them_all() {
        // One bundle serves both rows; one single serves the first. Missing costs 5 and 4.
        let columns = [column(1, Some(3), &[0, 1]), column(0, Some(2), &[0])];
        assert_eq!(minimise(&[(4, 5), (3, 4)], &columns), Some((vec![3, 1], 1)));
    }

    #[test]
    fn halves_are_given_as_halves() {
        // Three rows of one, three pairs of rows: half of each pair covers everything.
        let columns = [column(2, None, &[0, 1]), column(2, None, &[1, 2]), column(2, None, &[0, 2])];
        let (amounts, divisor) = minimise(&[(1, 100), (1, 100), (1, 100)], &columns).unwrap();
        assert_eq!((amounts, divisor), (vec![1, 1, 1], 2));
    }

    proptest::proptest! {
        #[test]
        fn no_whole_answer_is_cheaper(
            slacks in proptest::collection::vec((0i64..4, 0i128..6), 1..4),
            columns in proptest::collection::vec(
                (0i128..5, proptest::option::of(0i64..4), proptest::collection::btree_set(0usize..3, 1..3)), 0..4),
        ) {
            let columns: Vec<Column> = columns
                .into_iter()
                .filter(|(_, _, rows)| rows.iter().all(|row| *row < slacks.len()))
                .map(|(cost, most, rows)| Column { cost, most, rows: rows.into_iter().collect() })
                .collect();
            let (amounts, divisor) = minimise(&slacks, &columns).unwrap();
            let mut left: Vec<i64> = slacks.iter().map(|(amount, _)| amount * divisor).collect();
            let mut cost = 0;
            for (column, amount) in columns.iter().zip(&amounts) {
                proptest::prop_assert!(*amount >= 0 && column.most.is_none_or(|most| *amount <= most * divisor));
                cost += column.cost * i128::from(*amount);
                column.rows.iter().for_each(|row| left[*row] -= amount);
            }
            proptest::prop_assert!(left.iter().all(|left| *left >= 0), "{left:?}");
            cost += slacks.iter().zip(&left).map(|((_, cost), left)| cost * i128::from(*left)).sum::<i128>();
            proptest::prop_assert!(cost <= least(&slacks, &columns, 0) * i128::from(divisor));
        }
    }

    fn least(slacks: &[(i64, i128)], columns: &[Column], next: usize) -> i128 {
        let Some(column) = columns.get(next) else {
            return slacks.iter().map(|(left, cost)| cost * i128::from(*left)).sum();
        };
        let room = column.rows.iter().map(|row| slacks[*row].0).min().unwrap();
        let ways = (0..=room.min(column.most.unwrap_or(i64::MAX))).map(|units| {
            let mut slacks = slacks.to_vec();
            column.rows.iter().for_each(|row| slacks[*row].0 -= units);
            column.cost * i128::from(units) + least(&slacks, columns, next + 1)
        });
        ways.min().unwrap()
    }
}
