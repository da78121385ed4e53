//! The words of `indult entitlement`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OnADay;
use super::imports::TableReading;

#[derive(Debug, Subcommand)]
pub enum Entitlement {
    /// List rights.
    List {
        /// Only rights on this product.
        #[arg(long, value_name = "PRODUCT")]
        product: Option<String>,
        /// Only those that count today.
        #[arg(long)]
        counting: bool,
        #[command(flatten)]
        on: OnADay,
    },
    /// Show a right with its terms.
    Show {
        /// Its number, such as ENT-3.
        entitlement: String,
        #[command(flatten)]
        on: OnADay,
    },
    /// Record a right.
    Record(Box<NewEntitlement>),
    /// Stop a right from counting.
    Retire {
        /// Its number, such as ENT-3.
        entitlement: String,
        /// The first day on which it no longer counts.
        #[arg(long, value_name = "DAY")]
        on: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Compare what a publisher says that you own (an export of its portal, a licence statement) with the rights that
    /// are recorded. Nothing is recorded by it. Ends with 0 where all agrees and with 3 where anything differs.
    Reconcile(Box<Reconcile>),
}

#[derive(Debug, Args)]
pub struct Reconcile {
    /// The file: a table as CSV or XLSX, or JSON; `-` is standard input.
    pub file: PathBuf,
    /// Whose statement it is, by number or name; found from the rows where not given.
    #[arg(long, value_name = "PUBLISHER")]
    pub publisher: Option<String>,
    /// The day on which both sides have to be in force; today where not given.
    #[arg(long, value_name = "DAY")]
    pub on: Option<String>,
    /// Print every finding as CSV.
    #[arg(long)]
    pub csv: bool,
    #[command(flatten)]
    pub reading: TableReading,
}

#[derive(Debug, Args)]
pub struct NewEntitlement {
    /// The product's number, such as PRD-7.
    pub product: String,
    /// Units: a number, or unlimited.
    pub quantity: String,
    /// What one unit licenses; indult metric list shows them all.
    #[arg(long, default_value = "device")]
    pub metric: String,
    /// First day.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day, inclusive.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// Price of one unit, such as 345.00.
    #[arg(long, value_name = "AMOUNT", requires = "currency")]
    pub price: Option<String>,
    /// The currency of the price, such as EUR.
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// The agreement's number, such as AGR-3.
    #[arg(long)]
    pub agreement: Option<String>,
    /// Purchase order or invoice.
    #[arg(long)]
    pub reference: Option<String>,
    /// Environments that need no licence under it; may be given several times.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub exempt: Vec<String>,
    /// A second device of the same person is free.
    #[arg(long)]
    pub secondary_use: bool,
    /// Only in these environments.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub only_in: Vec<String>,
    /// Only in these regions or countries; Europe holds Europe/Norway.
    #[arg(long, value_name = "PLACE")]
    pub region: Vec<String>,
    /// Only in these business units.
    #[arg(long, value_name = "UNIT")]
    pub business_unit: Vec<String>,
    /// Only in these cost centres.
    #[arg(long, value_name = "CENTRE")]
    pub cost_centre: Vec<String>,
    /// The newest version that was bought; 12 is 12.0, 12.1 and so on.
    #[arg(long, value_name = "VERSION")]
    pub newest: Option<String>,
    /// Older versions may be used in its place.
    #[arg(long, requires = "newest")]
    pub downgrade: bool,
    /// Until this day every newer version may be used.
    #[arg(long, value_name = "DAY", requires = "newest")]
    pub maintained_until: Option<String>,
    /// Products on which a unit may be spent instead, by number.
    #[arg(long, value_name = "PRODUCT")]
    pub instead_for: Vec<String>,
    /// Only show what would be recorded.
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}
