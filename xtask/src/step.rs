//! Steps: what is run one after the other, how each ended, and the one summary.
//!
//! A failed step does not stop the others: whoever reads the summary wants all that is broken.

use std::time::{Duration, Instant};

use crate::tally::Tally;
use crate::workspace::Workspace;

/// A step and what it does.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    pub act: fn(&mut Workspace) -> Outcome,
}

impl Step {
    /// All of `table`.
    #[expect(clippy::unnecessary_wraps, reason = "stands beside `named` in one match")]
    pub fn all(table: &[Self]) -> Option<Vec<Self>> {
        Some(table.to_vec())
    }

    /// Those of `table` that are named, in the table's order; `None` where a name is not in it.
    pub fn named(table: &[Self], names: &[&str]) -> Option<Vec<Self>> {
        let known = |name: &&str| table.iter().any(|step| step.name == *name);
        let chosen = || table.iter().filter(|step| names.contains(&step.name)).copied().collect();
        names.iter().all(known).then(chosen)
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With the tests that it counted, where it counts some.
    Passed(Tally),
    /// With the tests that it counted, and why.
    Failed(Tally, String),
    /// Why it could not run.
    Skipped(String),
}

impl Outcome {
    /// Failed without any test counted.
    pub fn failed(why: impl Into<String>) -> Self {
        Self::Failed(Tally::default(), why.into())
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Failed(..) => "FAILED",
            Self::Skipped(_) => "skipped",
        }
    }

    /// What the step adds to the sum: its tests, or itself where it counts none.
    fn tally(&self) -> Tally {
        match self {
            Self::Passed(tally) if tally.is_empty() => Tally { passed: 1, ..Tally::default() },
            Self::Failed(tally, _) if tally.failed == 0 => Tally { failed: 1, ..tally.clone() },
            Self::Passed(tally) | Self::Failed(tally, _) => tally.clone(),
            // Why stands on the line of the step itself.
            Self::Skipped(_) => Tally { skipped: 1, ..Tally::default() },
        }
    }

    fn remark(&self) -> String {
        match self {
            Self::Passed(tally) if tally.is_empty() => String::new(),
            Self::Passed(tally) => tally.to_string(),
            Self::Failed(tally, why) if tally.is_empty() => why.clone(),
            Self::Failed(tally, why) => format!("{why} ({tally})"),
            Self::Skipped(why) => why.clone(),
        }
    }
}

/// Runs the steps, prints the summary, and says whether nothing failed.
pub fn run(steps: &[Step], workspace: &mut Workspace) -> bool {
    let ended = run_each(steps, workspace);
    println!("\n{}", summary(&ended));
    nothing_failed(&ended)
}

fn run_each(steps: &[Step], workspace: &mut Workspace) -> Vec<(&'static str, Outcome, Duration)> {
    let mut ended = Vec::new();
    for step in steps {
        println!("\n==> {}", step.name);
        let began = Instant::now();
        let outcome = (step.act)(workspace);
        ended.push((step.name, outcome, began.elapsed()));
    }
    ended
}

fn nothing_failed(ended: &[(&str, Outcome, Duration)]) -> bool {
    !ended.iter().any(|(_, outcome, _)| matches!(outcome, Outcome::Failed(..)))
}

/// A line for each step, a line for each reason to skip, and the sum alone on the last line.
fn summary(ended: &[(&str, Outcome, Duration)]) -> String {
    let mut sum = Tally::default();
    let mut lines = Vec::new();
    for (name, outcome, time) in ended {
        sum.add(&outcome.tally());
        let line = format!("{name:16}{:9}{:>6} s   {}", outcome.word(), time.as_secs(), outcome.remark());
        lines.push(line.trim_end().to_owned());
    }
    lines.extend(sum.reasons.iter().map(|reason| format!("skipped: {reason}")));
    lines.push(sum.to_string());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Step] = &[
        Step { name: "one", act: |_| Outcome::Passed(Tally::default()) },
        Step { name: "two", act: |_| Outcome::failed("it broke") },
    ];

    #[test]
    fn the_summary_has_every_step_every_reason_and_the_sum_alone_on_its_last_line() {
        let counted = |passed, failed| Tally { passed, failed, skipped: 0, reasons: Vec::new() };
        let with_skip = Tally { skipped: 1, reasons: vec!["no loop device".to_owned()], ..counted(410, 0) };
        let summary = summary(&[
            ("format", Outcome::Passed(Tally::default()), Duration::from_millis(2_400)),
            ("tests", Outcome::Passed(with_skip), Duration::from_secs(312)),
            ("docs", Outcome::failed("exit status: 101"), Duration::from_secs(9)),
            ("judge-ledger", Outcome::Failed(counted(3, 2), "exit status: 1".to_owned()), Duration::from_secs(4)),
            ("licences", Outcome::Skipped("cargo-deny is not to be had".to_owned()), Duration::ZERO),
        ]);
        let expected = "\
format          passed        2 s
tests           passed      312 s   410 passed, 0 failed, 1 skipped
docs            FAILED        9 s   exit status: 101
judge-ledger    FAILED        4 s   exit status: 1 (3 passed, 2 failed)
licences        skipped       0 s   cargo-deny is not to be had
skipped: no loop device
414 passed, 3 failed, 2 skipped";
        assert_eq!(summary, expected);
    }

    #[test]
    fn a_failed_step_fails_the_run_and_the_others_still_run() {
        // Without the summary, whose counts would be taken for those of the run that this test is part of.
        let ended = run_each(TABLE, &mut Workspace::new());
        assert_eq!((ended.len(), nothing_failed(&ended)), (2, false));
        assert!(nothing_failed(&run_each(&TABLE[..1], &mut Workspace::new())));
    }

    #[test]
    fn steps_are_chosen_by_name_and_unknown_names_choose_nothing() {
        let names = |chosen: Option<Vec<Step>>| chosen.map(|steps| steps.iter().map(|step| step.name).collect());
        assert_eq!(names(Step::named(TABLE, &["two", "one"])), Some(vec!["one", "two"]));
        assert_eq!(names(Step::named(TABLE, &["three"])), None);
    }
}
