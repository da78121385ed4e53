//! Scenarios: their sentences and plans as people write them, and the comparison, read from one snapshot.
//!
//! What follows from assumptions is reckoned in `position`.

use domain::State;
use domain::id::ScenarioId;
use domain::scenario::{ASSUMPTIONS_MAX, Assumption, Staffing};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
pub use position::supposition::Effect;
use position::supposition::comparison;
pub use position::supposition::comparison::{Column, Comparison, ProductRow, SCENARIOS_MAX, Standing};

use crate::snapshot::Snapshot;

/// Months after which scenarios are compared where no day is asked for.
const MONTHS_AHEAD: i32 = 12;

/// Why scenarios cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCompared {
    /// There is no such scenario.
    Missing(ScenarioId),
    /// A sentence.
    Refused(String),
}

impl Snapshot {
    /// Sets scenarios side by side on a day; without one, a year ahead.
    pub fn compare_scenarios(
        &self,
        of: &[ScenarioId],
        on: Option<Date>,
        now: Timestamp,
    ) -> Result<Comparison, NotCompared> {
        let today = self.state.day(now);
        let found = of.iter().map(|id| self.state.scenarios.get(id).ok_or(NotCompared::Missing(*id)));
        let found = found.collect::<Result<Vec<_>, NotCompared>>()?;
        let scenarios =
            found.iter().map(|known| (known.id, known.terms.name.as_str(), known.terms.assumptions.as_slice()));
        let ahead = || today.saturating_add(Span::new().months(MONTHS_AHEAD));
        let on = on.unwrap_or_else(ahead);
        let question = comparison::Question { scenarios: scenarios.collect(), today, on };
        comparison::compare(&self.state, &self.base, &question).map_err(NotCompared::Refused)
    }
}

/// Reads assumptions, one sentence on each line that is not empty; what is wrong is one sentence with its line.
pub fn read_assumptions<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Vec<Assumption>, String> {
    let numbered = (1_u64..).zip(lines).map(|(number, line)| (number, line.trim()));
    let read = numbered.filter(|(_, line)| !line.is_empty()).map(|(number, line)| {
        line.parse().map_err(|error: domain::scenario::NotAnAssumption| format!("Line {number}: {error}"))
    });
    read.collect()
}

/// Reads a hiring or project plan: day, then a product or a business unit, then how many, on each line. Of a product so
/// many devices more from the day on; of a unit so many persons, who leave where the number is less than nothing.
pub fn read_plan(state: &State, text: &str) -> Result<Vec<Assumption>, String> {
    let mut read = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let delimiter = [';', '\t', ','].into_iter().find(|delimiter| line.contains(*delimiter)).unwrap_or(',');
        let cells: Vec<&str> = line.split(delimiter).map(|cell| cell.trim().trim_matches('"').trim()).collect();
        let [day, subject, count, ..] = cells.as_slice() else {
            return Err(format!("Line {number} of the plan: write day, unit or product, and a number."));
        };
        let Ok(from) = day.trim_start_matches('\u{feff}').parse::<Date>() else {
            if number == 1 {
                continue;
            }
            return Err(format!("Line {number} of the plan: write the day like 2027-01-31."));
        };
        let Ok(count) = count.parse::<i64>() else {
            return Err(format!("Line {number} of the plan: write a whole number of persons or devices."));
        };
        if subject.is_empty() {
            return Err(format!("Line {number} of the plan: name a business unit or a product."));
        }
        read.push(planned(state, from, subject, count).map_err(|wrong| format!("Line {number} of the plan: {wrong}"))?);
        if read.len() > ASSUMPTIONS_MAX {
            return Err(format!("A plan has at most {ASSUMPTIONS_MAX} lines."));
        }
    }
    if read.is_empty() { Err("The plan has no lines.".to_owned()) } else { Ok(read) }
}

fn planned(state: &State, from: Date, subject: &str, count: i64) -> Result<Assumption, &'static str> {
    let by_number = subject.parse().ok().filter(|product| state.products.contains_key(product));
    let product = by_number.or_else(|| state.product_named(subject, None).map(|product| product.id));
    let many = count.unsigned_abs();
    let staffing = || Staffing { persons: many, unit: Some(subject.to_owned()), ..Staffing::default() };
    match product {
        Some(product) if count > 0 => Ok(Assumption::Project { devices: many, product, from, until: None }),
        Some(_) => Err("a product needs at least 1 device."),
        None if count > 0 => Ok(Assumption::Hire { staffing: staffing(), from, until: None }),
        None if count < 0 => Ok(Assumption::Leave { staffing: staffing(), from }),
        None => Err("0 persons change nothing."),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_plan_becomes_sentences_and_says_which_line_is_wrong() {
        let state = State::default();
        let plan = "day,unit,count\n2027-01-01,Engineering,20\n2027-03-01;\"Sales\";-3\n";
        let read: Vec<String> = read_plan(&state, plan).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(read, ["hire 20 in Engineering from 2027-01-01", "leave 3 in Sales from 2027-03-01"]);
        for (plan, said) in [
            ("", "The plan has no lines."),
            ("day,unit,count\n", "The plan has no lines."),
            ("2027-01-01,Sales", "Line 1 of the plan: write day, unit or product, and a number."),
            ("2027-01-01,Sales,1\nsoon,Sales,1", "Line 2 of the plan: write the day like 2027-01-31."),
            ("2027-01-01,Sales,few", "Line 1 of the plan: write a whole number of persons or devices."),
            ("2027-01-01,Sales,0", "Line 1 of the plan: 0 persons change nothing."),
        ] {
            assert_eq!(read_plan(&state, plan).unwrap_err(), said);
        }
    }

    #[test]
    fn sentences_are_read_line_by_line() {
        let read = read_assumptions("hire 2 from 2027-01-01\n\nend ENT-1 on 2027-01-31".lines()).unwrap();
        assert_eq!(read.len(), 2);
        let wrong = read_assumptions(["hire 2 from 2027-01-01", "grow"]).unwrap_err();
        assert!(wrong.starts_with("Line 2: "), "{wrong}");
    }
}
