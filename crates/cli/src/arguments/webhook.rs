//! The arguments of `indult webhook`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Webhook {
    /// List the webhooks.
    List,
    /// Tell an address what happens from now on.
    Add {
        /// What it is called.
        #[arg(long)]
        name: String,
        /// Where messages are sent.
        #[arg(long)]
        url: String,
        /// What is told, such as purchase.approved; once for each.
        #[arg(long = "kind", value_name = "KIND", required = true)]
        kinds: Vec<String>,
    },
    /// Change a webhook; what is not given stays.
    Change {
        /// Its number, such as WHK-1.
        webhook: String,
        /// What it is called.
        #[arg(long)]
        name: Option<String>,
        /// Where messages are sent.
        #[arg(long)]
        url: Option<String>,
        /// What is told; once for each.
        #[arg(long = "kind", value_name = "KIND")]
        kinds: Vec<String>,
    },
    /// Show one, its key, and how the last attempts went.
    Show {
        /// Its number.
        webhook: String,
    },
    /// Send nothing until it is resumed.
    Pause {
        /// Its number.
        webhook: String,
    },
    /// Go on where it was paused: what happened meanwhile is told.
    Resume {
        /// Its number.
        webhook: String,
    },
    /// Remove a webhook.
    Remove {
        /// Its number.
        webhook: String,
    },
    /// Send a test message, once.
    Test {
        /// Its number.
        webhook: String,
    },
    /// Send the message about an entry again, once.
    Resend {
        /// Its number.
        webhook: String,
        /// The entry that the message is about.
        entry: u64,
    },
}
