//! One module for each noun of the command line.

mod alert;
mod api;
mod case;
mod catalogue;
mod check;
mod cost;
mod demo;
mod device;
mod discover;
mod entitlement;
mod exception;
mod export;
mod import;
mod leaver;
mod ledger;
mod metric;
mod organisation;
mod person;
mod position;
mod product;
mod purchase;
mod reclaim;
mod renewal;
mod scenario;
mod seal;
mod serve;
mod source;
mod statement;
mod token;
mod trend;
mod usage;
mod verify;
mod webhook;
mod witness;

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::arguments::{Arguments, Command, Output, Target};
use crate::client::Client;
use crate::exit::Exit;

/// What most commands need.
pub(crate) struct Asked {
    pub(crate) client: Client,
    pub(crate) output: Output,
}

/// Runs the command that was asked for.
pub async fn run(arguments: Arguments) -> Result<ExitCode, Exit> {
    let Arguments { target, output, command } = arguments;
    match command {
        Command::Init(init) => organisation::init(&target, init).await,
        Command::Serve(serve) => serve::serve(&target, serve).await,
        Command::Demo(demo) => demo::demo(&target, demo).await,
        Command::Restore { file } => organisation::restore(&target, &file),
        Command::Verify(verify) => verify::verify(&target, output, &verify).await,
        Command::Catalogue(crate::arguments::Catalogue::Lint { folder }) => catalogue::lint(&folder),
        Command::Metric(crate::arguments::Metric::Lint { file }) => metric::lint(&file),
        Command::Discover(discover) if discover.print || discover.timer => discover::print(&discover),
        Command::Witness(
            witness @ (crate::arguments::Witness::Serve { .. }
            | crate::arguments::Witness::Init { .. }
            | crate::arguments::Witness::Trust { .. }),
        ) => witness::keep(&target, witness).await,
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "indult", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        command => {
            if let Command::Metric(crate::arguments::Metric::Try(trial)) = &command
                && let Some(code) = metric::try_library(output, trial)?
            {
                return Ok(code);
            }
            let asked = Asked { client: Client::open(&target)?, output };
            let result = with_client(&asked, command, &target).await;
            asked.client.close().await;
            result
        }
    }
}

async fn with_client(asked: &Asked, command: Command, target: &Target) -> Result<ExitCode, Exit> {
    match command {
        Command::Export(export) => export::run(asked, export).await,
        Command::Import(import) => import::run(asked, import).await,
        Command::Source(source) => source::run(asked, source).await,
        Command::Discover(discover) => discover::report(asked, &discover).await,
        Command::Product(product) => product::run(asked, product).await,
        Command::Device(device) => device::run(asked, device).await,
        Command::Metric(metric) => metric::run(asked, metric).await,
        Command::Entitlement(entitlement) => entitlement::run(asked, entitlement).await,
        Command::Position(position) => position::run(asked, position).await,
        Command::Usage(usage) => usage::run(asked, usage).await,
        Command::Seal(seal) => seal::run(asked, seal).await,
        Command::Statement(statement) => statement::run(asked, statement).await,
        Command::Trend(trend) => trend::run(asked, trend).await,
        Command::Forecast(forecast) => trend::forecast(asked, &forecast).await,
        Command::Case(case) => case::run(asked, case).await,
        Command::Decide(decide) => case::decide(asked, decide).await,
        Command::Exception(exception) => exception::run(asked, exception).await,
        Command::Renewal(renewal) => renewal::run(asked, renewal).await,
        Command::Alert(alert) => alert::run(asked, alert).await,
        Command::Leaver(leaver) => leaver::run(asked, leaver).await,
        Command::Purchase(purchase) => purchase::run(asked, purchase).await,
        Command::Webhook(webhook) => webhook::run(asked, webhook).await,
        Command::Scenario(scenario) => scenario::run(asked, scenario).await,
        Command::Cost(cost) => cost::run(asked, cost).await,
        Command::Reclaim(reclaim) => reclaim::run(asked, reclaim).await,
        Command::Check(check) => check::run(asked, check).await,
        Command::Ledger(ledger) => ledger::run(asked, ledger).await,
        Command::Witness(witness) => witness::run(asked, witness).await,
        Command::Person(person) => person::run(asked, person).await,
        Command::Token(token) => token::run(asked, token).await,
        Command::Catalogue(catalogue) => catalogue::run(asked, catalogue).await,
        Command::Backup { file } => organisation::backup(asked, target, &file).await,
        Command::Api(api) => api::run(asked, api).await,
        Command::Init(_)
        | Command::Serve(_)
        | Command::Demo(_)
        | Command::Restore { .. }
        | Command::Verify(_)
        | Command::Completion { .. } => Ok(ExitCode::SUCCESS),
    }
}
