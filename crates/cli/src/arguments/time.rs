//! The words of `indult seal`, `statement`, `trend` and `forecast`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Seal {
    /// The day; today where it is not given. What counted on a past day follows from the ledger.
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    #[command(subcommand)]
    pub act: Option<SealAct>,
}

#[derive(Debug, Subcommand)]
pub enum SealAct {
    /// List the sealed days, the newest first.
    List,
    /// Show the seal of a day.
    Show {
        /// The day.
        day: String,
    },
    /// Load a sealed day, reckon its position again, and compare it with what was sealed. Exit code 8 where it differs.
    Verify {
        /// The day; the last sealed one where it is not given.
        day: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Statement {
    /// State the position of a day; a day without a seal is sealed first.
    Make {
        /// The day; the last month's end where it is not given.
        #[arg(long, value_name = "DAY")]
        day: Option<String>,
    },
    /// List the statements, the newest first.
    List,
    /// Print a statement's file.
    Show {
        /// Its number, such as STM-3.
        statement: String,
        /// In which form.
        #[arg(long, default_value = "json", value_parser = ["json", "csv", "html"])]
        form: String,
        /// Write it to this file instead; it must not exist.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Compare a file with the statement that was recorded, and its numbers with what the seal comes to. Exit code 8
    /// where anything differs.
    Verify {
        /// The file, in any of its forms.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Trend {
    /// The product's number, such as PRD-7; the whole position where it is not given.
    pub product: Option<String>,
    /// Only from this day on.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Only up to this day.
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Print CSV.
    #[arg(long)]
    pub csv: bool,
}

#[derive(Debug, Args)]
pub struct Forecast {
    /// The product's number, such as PRD-7.
    pub product: String,
}
