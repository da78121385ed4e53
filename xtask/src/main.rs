//! Repository automation: `cargo xtask ci`, `cargo xtask test` and `cargo xtask tidy`.
//!
//! Uses the standard library and a reader of JSON alone, so that it builds in seconds on a fresh machine.
//! What the program itself does is tested in the crates; here the tests are found, run and summed up.

#![expect(clippy::print_stdout, reason = "the summary is for whoever ran the command")]

mod checks;
mod demo;
mod judges;
mod packages;
mod step;
mod tally;
mod tidy;
mod workspace;

use std::env;
use std::process::ExitCode;

use crate::step::Step;
use crate::workspace::Workspace;

/// What a change has to pass on a machine that has everything.
const CI: &[Step] = &[
    Step { name: "format", act: checks::format },
    Step { name: "lints", act: checks::lints },
    Step { name: "tests", act: checks::tests },
    Step { name: "docs", act: checks::docs },
    Step { name: "licences", act: checks::licences },
    Step { name: "tidy", act: checks::tidy },
];

/// Everything, on a fresh machine: first what the tests need, last the judges that we did not write.
const TEST: &[Step] = &[
    Step { name: "packages", act: packages::install },
    Step { name: "format", act: checks::format },
    Step { name: "tidy", act: checks::tidy },
    Step { name: "lints", act: checks::lints },
    Step { name: "tests", act: checks::tests },
    Step { name: "docs", act: checks::docs },
    Step { name: "licences", act: checks::licences },
    Step { name: "program", act: judges::program },
    Step { name: "demo", act: judges::demo },
    Step { name: "judge-ledger", act: judges::ledger },
    Step { name: "verify", act: judges::verify },
    Step { name: "judge-pages", act: judges::pages },
    Step { name: "judge-numbers", act: judges::numbers },
    Step { name: "judge-position", act: judges::position },
    Step { name: "judge-rights", act: judges::rights },
    Step { name: "judge-usage", act: judges::usage },
    Step { name: "judge-api", act: judges::api },
];

const USAGE: &str = "\
cargo xtask ci            format, lints, tests, docs, licences, tidy
cargo xtask test [STEP…]  installs what the tests need, runs everything (or the steps named), prints one summary
cargo xtask tidy          the rules about the tree alone";

/// What was asked for.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let steps = match words.as_slice() {
        ["ci"] => Step::all(CI),
        ["tidy"] => Step::named(CI, &["tidy"]),
        ["test"] => Step::all(TEST),
        ["test", names @ ..] => Step::named(TEST, names),
        _ => None,
    };
    let Some(steps) = steps else {
        let names = |steps: &[Step]| steps.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
        println!("{USAGE}\n\nSteps: {}", names(TEST));
        return ExitCode::from(WRONG_USAGE);
    };
    if step::run(&steps, &mut Workspace::new()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
