//! The words of what is done about the position: alerts, leavers, purchases, costs and reclaiming.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Alert {
    /// List alerts, newest first.
    List {
        /// Only those that stand like this.
        #[arg(long, value_parser = ["open", "acknowledged", "snoozed", "resolved"])]
        status: Option<String>,
        /// Only what the one who asks answers for.
        #[arg(long)]
        mine: bool,
        /// Only anomalies.
        #[arg(long)]
        anomalies: bool,
        /// Only those about this product.
        #[arg(long, value_name = "PRODUCT")]
        product: Option<String>,
    },
    /// Show one with its number now, its playbook and the rows behind it.
    Show {
        /// The alert's number, such as ALT-1.
        alert: String,
    },
    /// Evaluate every rule now, and record what is news.
    Evaluate {
        /// Only say what would be recorded.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// What changed since a day, as a text; since yesterday where none is given.
    Digest {
        /// From the beginning of this day.
        #[arg(long, value_name = "DAY")]
        since: Option<String>,
    },
    /// Say that one is on it.
    Acknowledge {
        /// The alert's number.
        alert: String,
        /// What is done about it.
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// See an alert again on a day.
    Snooze {
        /// The alert's number.
        alert: String,
        /// The day on which it comes back.
        #[arg(long, value_name = "DAY")]
        until: String,
        /// Why it can wait.
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Say that an alert is over although it may still hold; it is raised again where it grows by half.
    Resolve {
        /// The alert's number.
        alert: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Do a task of an alert's playbook.
    Task {
        /// The alert's number.
        alert: String,
        /// The task's number, from 1.
        task: u64,
        /// What was done.
        #[arg(long, value_name = "TEXT")]
        note: String,
        /// A file that shows it.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List the rules.
    Rules,
    /// Set the rules that most organisations begin with.
    Adopt,
    /// Set a rule, such as: indult alert add dormant --days 90
    Add(NewAlertRule),
    /// End a rule; its alerts are over with the next evaluation.
    End {
        /// The rule's number, such as RUL-1.
        rule: String,
    },
    /// Raise no alerts on some days.
    Quiet {
        /// First day.
        #[arg(long, value_name = "DAY")]
        from: String,
        /// Last day.
        #[arg(long, value_name = "DAY")]
        to: String,
        /// Only for this product.
        #[arg(long, value_name = "PRODUCT")]
        product: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Print the playbook for a kind of alert, or set the organisation's own from a JSON file.
    Playbook {
        /// The kind, such as dormant.
        kind: String,
        /// A file with a list of tasks, each with phase and wording.
        #[arg(long, value_name = "FILE")]
        set: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct NewAlertRule {
    /// What to look for: short-over, exposure-over, surplus-over, surplus-worth, use-over, exception-ends, right-ends,
    /// source-silent, coverage-under, duplicate-activation, dormant, use-after-leaving, expired-with-use,
    /// unauthorised-deployment or sudden-growth.
    pub kind: String,
    /// Units.
    #[arg(long)]
    pub units: Option<u64>,
    /// An amount, such as EUR:5000.
    #[arg(long, value_name = "CURRENCY:AMOUNT")]
    pub amount: Option<String>,
    /// Per cent.
    #[arg(long)]
    pub percent: Option<u32>,
    /// Days.
    #[arg(long)]
    pub days: Option<u32>,
    /// Devices.
    #[arg(long)]
    pub devices: Option<u32>,
    /// Only for this product.
    #[arg(long, value_name = "PRODUCT")]
    pub product: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Leaver {
    /// List who has left.
    List,
    /// Record that somebody has left.
    Add {
        /// The name, log-in name or e-mail address as devices know their users.
        name: String,
        /// The last day.
        #[arg(long, value_name = "DAY")]
        left_on: String,
    },
    /// Take back that somebody has left; the name is erased.
    Remove {
        /// The leaver's number, such as LVR-1.
        leaver: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Purchase {
    /// List purchases, newest first.
    List {
        /// Only those that stand like this.
        #[arg(long, value_parser = ["requested", "approved", "ordered", "received", "refused", "withdrawn"])]
        status: Option<String>,
    },
    /// Show one.
    Show {
        /// Its number, such as BUY-1.
        purchase: String,
    },
    /// Ask to buy something.
    Ask {
        /// The product's number, such as PRD-7.
        product: String,
        /// Units of its metric.
        quantity: u64,
        /// What a unit is expected to cost, such as EUR:300.
        #[arg(long, value_name = "CURRENCY:AMOUNT")]
        price: String,
        /// Whose money it is.
        #[arg(long)]
        cost_centre: Option<String>,
        /// What it is for.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Approve one within one's spend limit; whoever asked cannot.
    Approve {
        /// Its number.
        purchase: String,
        /// Why it may be bought.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Refuse one; whoever asked cannot.
    Refuse {
        /// Its number.
        purchase: String,
        /// Why it is not bought.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record the order of what was approved; whoever asked or approved cannot.
    Order {
        /// Its number.
        purchase: String,
        /// The number of the order.
        reference: String,
    },
    /// Record what came in as a right.
    Receive {
        /// Its number.
        purchase: String,
        /// Units.
        quantity: u64,
        /// First day of the right.
        #[arg(long, value_name = "DAY")]
        starts_on: Option<String>,
        /// Last day of the right.
        #[arg(long, value_name = "DAY")]
        ends_on: Option<String>,
        /// The agreement under which it was bought, such as AGR-1.
        #[arg(long, value_name = "AGREEMENT")]
        agreement: Option<String>,
    },
    /// Take one's own back.
    Withdraw {
        /// Its number.
        purchase: String,
    },
    /// List up to which total each role approves, or set it: approver=EUR:5000
    Limits {
        /// The limits of all roles; without any, they are listed.
        limits: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Cost {
    /// What every product costs, the dearest first.
    Products,
    /// The cost of all rights, shared out by who uses them.
    Chargeback {
        /// By what.
        #[arg(long, default_value = "cost-centre", value_parser = ["cost-centre", "business-unit"])]
        by: String,
    },
    /// List the budgets and what is left of them.
    Budgets,
    /// Set a budget.
    Budget {
        /// The amount, such as EUR:50000.
        amount: String,
        /// First day.
        #[arg(long, value_name = "DAY")]
        from: String,
        /// Last day.
        #[arg(long, value_name = "DAY")]
        to: String,
        /// The cost centre; without one, the whole organisation.
        #[arg(long)]
        cost_centre: Option<String>,
        /// The budget to change, such as BUD-1; without one, a new one.
        #[arg(long)]
        budget: Option<String>,
    },
    /// Set what is added to the cost of what is short, in per cent.
    Surcharge {
        /// Per cent.
        percent: u32,
        /// Only for this product.
        #[arg(long, value_name = "PRODUCT")]
        product: Option<String>,
    },
    /// Few figures for those who decide.
    Summary {
        /// For whom.
        #[arg(long, default_value = "all", value_parser = ["all", "it", "finance", "procurement"])]
        view: String,
    },
}

/// Which installations are candidates.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct ReclaimBasis {
    /// Those last used more than so many days ago.
    #[arg(long, value_name = "DAYS")]
    pub dormant: Option<u32>,
    /// Those that nothing covers.
    #[arg(long)]
    pub uncovered: bool,
    /// Those with people who have left.
    #[arg(long)]
    pub leavers: bool,
}

#[derive(Debug, Subcommand)]
pub enum Reclaim {
    /// List what might be reclaimed of a product, the longest unused first.
    Candidates {
        /// The product's number, such as PRD-7.
        product: String,
        #[command(flatten)]
        basis: ReclaimBasis,
    },
    /// Open a wave and print the letters to its holders, whose links are told this once.
    Open {
        /// The product's number, such as PRD-7.
        product: String,
        #[command(flatten)]
        basis: ReclaimBasis,
        /// The last day on which a holder can answer.
        #[arg(long, value_name = "DAY")]
        answer_by: String,
        /// Only the candidate on this device; may be given several times.
        #[arg(long, value_name = "NAME")]
        device: Vec<String>,
    },
    /// List the waves with what they would save and what they saved.
    List,
    /// Show a wave with its items.
    Show {
        /// The wave's number, such as WAV-1.
        wave: String,
    },
    /// Give the holder of an item another link, and print the letter.
    Again {
        /// The wave's number.
        wave: String,
        /// The item's number, from 1.
        item: u64,
    },
    /// Decide what becomes of items; what was decided can be decided otherwise.
    Decide {
        /// The wave's number.
        wave: String,
        /// What becomes of them.
        #[arg(value_parser = ["keep", "reclaim"])]
        choice: String,
        /// The items' numbers, from 1.
        #[arg(required = true)]
        items: Vec<u64>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Close a wave.
    Close {
        /// The wave's number.
        wave: String,
    },
    /// List the legal holds.
    Holds,
    /// Set a legal hold on a device or on everything of a holder: nothing of it is reclaimed.
    Hold {
        /// The device's key or name.
        #[arg(long, conflicts_with = "holder", required_unless_present = "holder")]
        device: Option<String>,
        /// The holder, as devices name their users.
        #[arg(long)]
        holder: Option<String>,
        /// Why it must not be touched.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End a legal hold.
    Lift {
        /// The hold's number, such as HLD-1.
        hold: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Scenario {
    /// Record a scenario from a TOML or JSON file with name, assumptions and reason.
    Record {
        /// The file.
        file: PathBuf,
        /// A hiring or project plan as CSV: day, unit or product, number.
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
    },
    /// Change a scenario to what a file says.
    Change {
        /// Its number, such as SCN-1.
        scenario: String,
        /// The file.
        file: PathBuf,
        /// A hiring or project plan as CSV: day, unit or product, number.
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
    },
    /// List the scenarios, newest first.
    List {
        /// Those that were retired too.
        #[arg(long)]
        retired: bool,
    },
    /// Show what one assumes.
    Show {
        /// Its number.
        scenario: String,
    },
    /// Set one to four side by side with today.
    Compare {
        /// Their numbers.
        #[arg(required = true, num_args = 1..=4)]
        scenarios: Vec<String>,
        /// The day of the numbers; without one, a year from today.
        #[arg(long, value_name = "DAY")]
        on: Option<String>,
        /// As CSV.
        #[arg(long)]
        csv: bool,
    },
    /// Retire a scenario: it is kept, and no longer offered.
    Retire {
        /// Its number.
        scenario: String,
    },
}
