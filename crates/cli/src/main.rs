//! The one executable: the command line, the server, and the building of the objects from the environment.
//!
//! Every command that reads or writes the organisation is a client of the HTTP API, in the same process or over the network.
//! What may be done is decided far from here.

mod arguments;
mod client;
mod commands;
mod exit;
mod local;
mod print;
mod receivers;
mod workbooks;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;
use crate::exit::Exit;

fn main() -> ExitCode {
    if let Some(ended) = workbooks::as_reader() {
        return ended;
    }
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::failure(format!("The program could not start: {error}")).report(false),
    };
    let as_json = arguments.output.json;
    match runtime.block_on(commands::run(arguments)) {
        Ok(exit) => exit,
        Err(exit) => exit.report(as_json),
    }
}
