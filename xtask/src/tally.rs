//! Counts tests by the closing lines of the runners that the steps use.
//!
//! Understood are cargo's test harness, pytest, node's test runner, and the plain line `3 passed, 0 failed` that our
//! own judges close with. A line `skipped: REASON` says what could not be tried on this machine.

use std::fmt;

/// So many tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    /// Why something was skipped, where the test says so.
    pub reasons: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.reasons.extend(other.reasons.iter().cloned());
    }

    pub fn is_empty(&self) -> bool {
        self.passed + self.failed + self.skipped == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 { write!(f, ", {} skipped", self.skipped) } else { Ok(()) }
    }
}

/// Reads the output of a runner line by line.
#[derive(Debug, Default)]
pub struct TallyReader {
    tally: Tally,
    /// Whether the lines are the output of one test of cargo's harness, and whether it said that it skipped.
    inside: Option<bool>,
    /// Tests that cargo's harness is going to call passed although they said that they skipped.
    skipped_inside: usize,
}

impl TallyReader {
    pub fn line(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.cargo_result(counts);
        } else if line.starts_with("---- ") && line.ends_with(" stdout ----") {
            self.inside = Some(false);
        } else if let Some(reason) = line.strip_prefix("skipped: ") {
            self.skip(reason);
        } else if let Some(counted) = node_count(line).or_else(|| listed_counts(line)) {
            self.tally.add(&counted);
        }
    }

    pub fn finish(self) -> Tally {
        self.tally
    }

    fn cargo_result(&mut self, counts: &str) {
        let count = |word| {
            let piece = counts.split([';', '.']).find_map(|piece| piece.trim().strip_suffix(word));
            piece.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
        };
        let (passed, ignored): (usize, usize) = (count("passed"), count("ignored"));
        self.tally.passed += passed.saturating_sub(self.skipped_inside);
        self.tally.failed += count("failed");
        self.tally.skipped += ignored + self.skipped_inside;
        (self.inside, self.skipped_inside) = (None, 0);
    }

    fn skip(&mut self, reason: &str) {
        self.tally.reasons.push(reason.to_owned());
        match self.inside {
            None => self.tally.skipped += 1,
            Some(true) => {}
            Some(false) => {
                self.inside = Some(true);
                self.skipped_inside += 1;
            }
        }
    }
}

/// `# pass 3` and `ℹ pass 3`.
fn node_count(line: &str) -> Option<Tally> {
    let (word, number) = line.strip_prefix("# ").or_else(|| line.strip_prefix("\u{2139} "))?.split_once(' ')?;
    let count = number.parse().ok()?;
    match word {
        "pass" => Some(Tally { passed: count, ..Tally::default() }),
        "fail" => Some(Tally { failed: count, ..Tally::default() }),
        "skipped" => Some(Tally { skipped: count, ..Tally::default() }),
        _ => None,
    }
}

/// `3 passed, 0 failed, 1 skipped`, and pytest's `=== 3 passed, 1 error in 0.1s ===`.
fn listed_counts(line: &str) -> Option<Tally> {
    let line = line.trim_matches('=').trim();
    let line = line.split_once(" in ").map_or(line, |(counts, _)| counts);
    let mut tally = Tally::default();
    for piece in line.split(", ") {
        let (number, word) = piece.split_once(' ')?;
        let count: usize = number.parse().ok()?;
        match word {
            "passed" | "xfailed" => tally.passed += count,
            "failed" | "error" | "errors" | "xpassed" => tally.failed += count,
            "skipped" | "deselected" => tally.skipped += count,
            "warning" | "warnings" => {}
            _ => return None,
        }
    }
    (!tally.is_empty()).then_some(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, expected: &str) {
        let mut reader = TallyReader::default();
        output.lines().for_each(|line| reader.line(line));
        assert_eq!(reader.finish().to_string(), expected, "{output}");
    }

    #[test]
    fn every_runner_is_counted_by_its_closing_lines() {
        check(
            "test result: ok. 17 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out",
            "17 passed, 0 failed, 2 skipped",
        );
        check("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", "1 passed, 2 failed");
        check(
            "test result: ok. 1 passed; 0 failed; 0 ignored\ntest result: ok. 2 passed; 0 failed; 0 ignored",
            "3 passed, 0 failed",
        );
        check("==== 3 passed, 1 skipped, 2 warnings in 0.12s ====", "3 passed, 0 failed, 1 skipped");
        check("2 failed, 1 error in 3.00s", "0 passed, 3 failed");
        check("# tests 4\n# pass 3\n# fail 1\n# skipped 0", "3 passed, 1 failed");
        check("12 passed, 0 failed", "12 passed, 0 failed");
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in
            ["", "3 passed the gate", "passed, failed", "# pass many", "12 products, 3 vendors", "a in b", "0 warnings"]
        {
            check(line, "0 passed, 0 failed");
        }
    }

    #[test]
    fn a_test_that_says_it_skipped_did_not_pass() {
        let output = "\
successes:
---- power_cuts stdout ----
skipped: no loop device
skipped: no xfs either
---- other stdout ----
seed 7
test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        check(output, "6 passed, 0 failed, 1 skipped");
        check("skipped: no browser", "0 passed, 0 failed, 1 skipped");
    }
}
