//! The words of `indult source`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Source {
    /// List agent sources.
    List,
    /// Open an agent source; prints its token, once.
    New {
        /// The name under which its reports count.
        name: String,
        /// Hold devices that it does not know until somebody approves them.
        #[arg(long)]
        hold: bool,
        /// How often a device is expected to report, in hours.
        #[arg(long, default_value_t = 24, value_name = "HOURS")]
        interval_hours: u32,
    },
    /// Show an agent source with its devices.
    Show {
        /// Its number, such as SRC-1.
        source: String,
        /// Only devices that are accepted, held or rejected.
        #[arg(long)]
        standing: Option<String>,
    },
    /// Let devices count that are held or were rejected.
    Approve {
        /// The source's number, such as SRC-1.
        source: String,
        /// The devices, by name or id.
        #[arg(required_unless_present = "all")]
        devices: Vec<String>,
        /// All that are held.
        #[arg(long, conflicts_with = "devices")]
        all: bool,
    },
    /// Turn devices away that are held.
    Reject {
        /// The source's number, such as SRC-1.
        source: String,
        /// The devices, by name or id.
        #[arg(required = true)]
        devices: Vec<String>,
    },
    /// Change what becomes of unknown devices, and how often reports are expected.
    Change {
        /// Its number, such as SRC-1.
        source: String,
        /// accept_all, which approves those that are held, too; or hold_unknown.
        #[arg(long)]
        approval: Option<String>,
        /// How often a device is expected to report, in hours.
        #[arg(long, value_name = "HOURS")]
        interval_hours: Option<u32>,
    },
    /// Make a new token for an agent source; the one so far stops working.
    Token {
        /// Its number, such as SRC-1.
        source: String,
    },
    /// Close an agent source; its reports no longer count.
    Close {
        /// Its number, such as SRC-1.
        source: String,
    },
}
