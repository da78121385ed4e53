//! The command line's words. The doc comment of each is its help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::exit::Exit;

/// Know what software is used, prove what may be used, and govern the exceptions.
#[derive(Debug, Parser)]
#[command(name = "indult", version, propagate_version = true, infer_subcommands = false, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub output: Output,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 yes · 1 failure · 2 usage · 3 the answer is no · 4 sign in · 5 not allowed · \
6 not found · 7 conflict · 8 evidence does not verify · 9 yes, with warnings.\n\
First steps: indult demo   or   indult init --data DIR --organisation NAME --admin E-MAIL";

/// Where the organisation is, and who asks.
#[derive(Debug, Clone, Args)]
pub struct Target {
    /// The organisation's folder on this machine.
    #[arg(long, global = true, env = "INDULT_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A running server.
    #[arg(long, global = true, env = "INDULT_SERVER", value_name = "URL")]
    pub server: Option<String>,
    /// A file with an API token for the server.
    #[arg(long, global = true, env = "INDULT_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The API token itself; for automation that has no files.
    #[arg(long, global = true, env = "INDULT_TOKEN", hide = true, hide_env_values = true)]
    pub token: Option<String>,
    /// The person for whom the operator of the folder acts: a number, an e-mail address or a name.
    #[arg(long = "as", global = true, value_name = "PERSON")]
    pub act_as: Option<String>,
}

impl Target {
    /// The token that was given.
    pub fn token(&self) -> Result<Option<String>, Exit> {
        if let Some(file) = &self.token_file {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Exit::failure(format!("{} could not be read: {error}", file.display())))?;
            return Ok(Some(text.trim().to_owned()));
        }
        Ok(self.token.clone())
    }
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, Args)]
pub struct Output {
    /// Print the API's JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print tables without lines, columns separated by tabs.
    #[arg(long, global = true)]
    pub plain: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create an organisation in a new folder.
    Init(Init),
    /// Serve the web pages and the API.
    Serve(Serve),
    /// Look around in a sample company: creates it, prints a sign-in link, and serves.
    Demo(Demo),
    /// Take in inventory and entitlements; every import can be undone.
    #[command(subcommand)]
    Import(Import),
    /// Sources whose inventory agents report by themselves.
    #[command(subcommand)]
    Source(Source),
    /// Report the software of this machine.
    Discover(Discover),
    /// Products and how raw titles are recognised as them.
    #[command(subcommand)]
    Product(Product),
    /// What units count: the library of metrics, your own, and a calculator.
    #[command(subcommand)]
    Metric(Metric),
    /// What is used against what is owned.
    #[command(subcommand)]
    Position(Position),
    /// Requests for an exception.
    #[command(subcommand)]
    Case(Case),
    /// Vote on a request.
    Decide(Decide),
    /// Exceptions in force and ended.
    #[command(subcommand)]
    Exception(Exception),
    /// Agreements that end: notice, cost, use and plans.
    #[command(subcommand)]
    Renewal(Renewal),
    /// What has to be looked at, by which rules, and what is done about it.
    #[command(subcommand)]
    Alert(Alert),
    /// People who have left, as the personnel office says.
    #[command(subcommand)]
    Leaver(Leaver),
    /// Ask to buy, approve within a limit, order, and receive what becomes a right.
    #[command(subcommand)]
    Purchase(Purchase),
    /// What rights cost, who uses them, budgets, and the summary.
    #[command(subcommand)]
    Cost(Cost),
    /// Ask holders whether they still need software, decide, and see what it saved.
    #[command(subcommand)]
    Reclaim(Reclaim),
    /// Ask whether more of a product may be used. Exit code 3 is "no".
    Check(Check),
    /// The record of everything that happened, and its proofs.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Verify a folder, an export of the ledger, or both against a checkpoint that was kept elsewhere.
    Verify(Verify),
    /// Witnesses outside, who cosign the ledger's checkpoints.
    #[command(subcommand)]
    Witness(Witness),
    /// Persons, their roles and how they sign in.
    #[command(subcommand)]
    Person(Person),
    /// API tokens of the person who asks.
    #[command(subcommand)]
    Token(Token),
    /// The catalogue of exceptions: which kinds there are and who decides.
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// Write a backup of the whole organisation to a file. It holds the keys: guard it.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
    },
    /// Restore a backup into a new folder (--data).
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Send any request to the API.
    Api(Api),
    /// Print a completion script for a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct Init {
    /// The organisation's name.
    #[arg(long)]
    pub organisation: String,
    /// The e-mail address of the first administrator.
    #[arg(long, value_name = "E-MAIL")]
    pub admin: String,
    /// The name of the first administrator; what stands before the @ where it is not given.
    #[arg(long, value_name = "NAME")]
    pub admin_name: Option<String>,
    /// The currency of totals.
    #[arg(long, default_value = "EUR")]
    pub currency: String,
    /// The time zone in which days begin and end.
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub time_zone: String,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: String,
    /// The address by which browsers reach the server; needed behind a proxy. https:// makes cookies secure.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// The address to listen on; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: String,
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Take in reports of devices; the format is detected.
    Inventory {
        /// The files; `-` is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The name of the source: a later report of the same source and device replaces the earlier.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// The name of the device, for files that do not say it: tags, exports of the registry, the dpkg status.
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// Only show what would change.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// Take in rights from a CSV file.
    Entitlements {
        /// The file; `-` is standard input.
        file: PathBuf,
        /// How columns map to fields: a name (indult, snipe-it) or a TOML file. Recognised where it is not given.
        #[arg(long, value_name = "NAME|FILE")]
        map: Option<String>,
        /// Only show what would change.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// List imports.
    List,
    /// Show an import.
    Show {
        /// Its number, such as IMP-3.
        import: String,
    },
    /// Undo an import as a whole.
    Undo {
        /// Its number, such as IMP-3.
        import: String,
    },
}

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

#[derive(Debug, Args)]
pub struct Discover {
    /// Print what was found as CSV and report nothing.
    #[arg(long)]
    pub print: bool,
    /// The name of the source; that of the token where it is one of an agent source, else discover.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Where this machine serves: production, test, development or disaster_recovery.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub environment: Option<String>,
    /// Who mainly uses this machine.
    #[arg(long, value_name = "PERSON")]
    pub primary_user: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Product {
    /// List products.
    List {
        /// Only names that contain this.
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
    },
    /// Show a product with its rights and the titles recognised as it.
    Show {
        /// Its number, such as PRD-7.
        product: String,
    },
    /// Record a product.
    Add {
        /// Its name.
        name: String,
        /// Who publishes it.
        #[arg(long)]
        publisher: Option<String>,
        /// The metric in which its shortage is stated; indult metric list shows them all.
        #[arg(long, default_value = "device")]
        metric: String,
    },
    /// Recognise a raw title as a product. A final * stands for any ending.
    Match {
        /// The title as the source writes it.
        title: String,
        /// The product's number; leave it out with --no-licence.
        #[arg(required_unless_present = "no_licence")]
        product: Option<String>,
        /// Only titles of this publisher.
        #[arg(long)]
        publisher: Option<String>,
        /// The title needs no licence.
        #[arg(long, conflicts_with = "product")]
        no_licence: bool,
    },
    /// Say who answers for a product, and under which category it stands.
    Assign {
        /// Its number, such as PRD-7.
        product: String,
        /// A person's number or a role; without it, the category's owner answers.
        #[arg(long, value_name = "OWNER")]
        owner: Option<String>,
        /// Its category; without it, it has none.
        #[arg(long)]
        category: Option<String>,
    },
    /// Say who answers for the products of a category.
    Category {
        /// The category.
        category: String,
        /// A person's number or a role; without it, nobody in particular.
        #[arg(long, value_name = "OWNER")]
        owner: Option<String>,
    },
    /// List who answers for which product.
    Owners,
    /// List the titles that are not recognised yet, most devices first.
    Titles {
        /// Those that are known software without a product instead, with their keys.
        #[arg(long)]
        known: bool,
    },
    /// Record products for known software; its titles count in their positions from then on.
    Adopt {
        /// Keys of the software catalogue, as `indult product titles --known` lists them.
        #[arg(required = true)]
        keys: Vec<String>,
    },
    /// Link a product to known software, whose titles count in its position from then on.
    Link {
        /// The product's number.
        product: String,
        /// The key of the software; leave it out to end the link.
        key: Option<String>,
    },
    /// Take a recognition back.
    Unmatch {
        /// The title match's number, such as MAT-2.
        title_match: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Metric {
    /// List the metrics.
    List {
        /// Only those whose name, title or publisher contains this.
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
    },
    /// Show what a metric counts, by which rule and from which source.
    Show {
        /// Its name, or its number such as MET-3.
        metric: String,
        /// Print the definition as a file, to start your own from.
        #[arg(long)]
        toml: bool,
    },
    /// Work out what machines and users come to, with every rounding. Metrics of the library need no organisation.
    Try(TryMetric),
    /// Check a definition file and run its worked examples. Needs no organisation.
    Lint {
        /// The file.
        file: PathBuf,
    },
    /// Define a metric of your own, or define it anew: lines count by it from now on.
    Define {
        /// The definition file.
        file: PathBuf,
        /// Only show every line that would change.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub struct TryMetric {
    /// Its name, or its number such as MET-3.
    pub metric: String,
    /// Machines that are alike, in one cluster.
    #[arg(long, default_value_t = 0)]
    pub machines: u64,
    /// Processors of each machine.
    #[arg(long)]
    pub processors: Option<u32>,
    /// Cores of each machine, all processors together.
    #[arg(long)]
    pub cores: Option<u32>,
    /// The processor model.
    #[arg(long)]
    pub model: Option<String>,
    /// Virtual machines with the product, on the first machine; without any, it is on the machines.
    #[arg(long, default_value_t = 0)]
    pub virtual_machines: u64,
    /// Virtual processors of each virtual machine.
    #[arg(long)]
    pub virtual_processors: Option<u32>,
    /// Named users.
    #[arg(long, default_value_t = 0)]
    pub users: u64,
}

#[derive(Debug, Subcommand)]
pub enum Position {
    /// List the position of every product.
    List {
        /// Only some: all, short, surplus, unlicensed or expiring.
        #[arg(long, default_value = "all")]
        view: String,
        /// Only names that contain this.
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
    },
    /// Show the position of a product.
    Show {
        /// Its number, such as PRD-7.
        product: String,
    },
    /// Show how the numbers of a product were made.
    Explain {
        /// Its number, such as PRD-7.
        product: String,
        /// List the rows behind a number: consumed, covered, short or exempt.
        #[arg(long, value_name = "NUMBER")]
        rows: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Case {
    /// Open a request from a TOML or JSON file.
    #[command(
        after_help = "The file names category, product, quantity, until, title and justification; and optionally \
environment, beneficiary and a table [answers]."
    )]
    New {
        /// The file; `-` is standard input.
        file: PathBuf,
        /// Send it at once to those who decide.
        #[arg(long)]
        submit: bool,
    },
    /// Change a request; votes on the earlier state are void.
    Revise {
        /// Its number, such as EXC-1.
        case: String,
        /// The file, as for new; `-` is standard input.
        file: PathBuf,
    },
    /// List requests.
    List {
        /// Only those in a status: draft, needs_information, deciding, approved, denied or withdrawn.
        #[arg(long)]
        status: Option<String>,
        /// Only those that wait for the one who asks.
        #[arg(long)]
        waiting_for_me: bool,
    },
    /// Show a request with everything that bears on its decision.
    Show {
        /// Its number, such as EXC-1.
        case: String,
    },
    /// Send a request to those who decide.
    Submit {
        /// Its number, such as EXC-1.
        case: String,
    },
    /// Take a request back.
    Withdraw {
        /// Its number, such as EXC-1.
        case: String,
    },
    /// Say something about a request.
    Comment {
        /// Its number, such as EXC-1.
        case: String,
        /// What.
        text: String,
    },
    /// Attach a file to a request.
    Attach {
        /// Its number, such as EXC-1.
        case: String,
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
#[command(group = clap::ArgGroup::new("ballot").required(true).multiple(false))]
pub struct Decide {
    /// The request's number, such as EXC-1.
    pub case: String,
    /// Say yes.
    #[arg(long, group = "ballot")]
    pub approve: bool,
    /// Say no; one no ends the request.
    #[arg(long, group = "ballot")]
    pub deny: bool,
    /// Say nothing, on the record.
    #[arg(long, group = "ballot")]
    pub abstain: bool,
    /// Send it back to the requester.
    #[arg(long, group = "ballot")]
    pub request_changes: bool,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// A condition of the approval; may be given several times.
    #[arg(long, value_name = "TEXT", num_args = 1..)]
    pub condition: Vec<String>,
    /// The person in whose place you decide, by their delegation.
    #[arg(long, value_name = "PERSON")]
    pub on_behalf_of: Option<String>,
    /// The digest of what you looked at; what the request says now where it is not given.
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Exception {
    /// List exceptions.
    List {
        /// Only those in a status: active, expired or revoked.
        #[arg(long)]
        status: Option<String>,
    },
    /// Show an exception.
    Show {
        /// Its number, such as EXC-1.
        exception: String,
    },
    /// End an exception early.
    Revoke {
        /// Its number, such as EXC-1.
        exception: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Renewal {
    /// List what ends or asks for notice, what is due first at the top.
    List {
        /// Only on or before this day; within 180 days where it is not given.
        #[arg(long, value_name = "DAY")]
        until: Option<String>,
    },
    /// Show one, with what is used of it.
    Show {
        /// The agreement's number, such as AGR-1.
        agreement: String,
    },
    /// Plan what happens when an agreement ends; an earlier plan gives way.
    Plan {
        /// The agreement's number, such as AGR-1.
        agreement: String,
        /// What shall happen.
        #[arg(value_parser = ["renew", "reduce", "renegotiate", "let-end"])]
        choice: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Print the calendar of the next three years (iCalendar).
    Calendar,
}

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
    /// Record a list: one a line, name and last day separated by a comma.
    Import {
        /// The file; - is standard input.
        file: PathBuf,
        /// Only say what would be recorded.
        #[arg(short = 'n', long)]
        dry_run: bool,
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

#[derive(Debug, Args)]
pub struct Check {
    /// What is about to be done: deploy, provision or use.
    pub action: String,
    /// The product: its number or its exact name.
    pub product: String,
    /// How many further units.
    #[arg(long, default_value_t = 1)]
    pub quantity: u64,
    /// Where: environment=test, for example.
    #[arg(long, value_name = "KEY=VALUE")]
    pub scope: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// List entries, newest first.
    List {
        /// Only of this actor: a person's number, operator or program.
        #[arg(long)]
        actor: Option<String>,
        /// Only of this type, such as vote-cast, or of every type that begins with a word, such as case.
        #[arg(long)]
        action: Option<String>,
        /// Only about this object, such as EXC-1.
        #[arg(long)]
        object: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show an entry.
    Show {
        /// Its place, the first being 0.
        seq: u64,
    },
    /// Print a signed checkpoint of everything recorded so far. Keep it somewhere else.
    Checkpoint,
    /// Print the proof that an entry is in the ledger, as a tlog-proof file.
    Proof {
        /// Its place, the first being 0.
        seq: u64,
    },
    /// Write the ledger as C2SP tiles with its checkpoint and keys, for verifiers that are not ours.
    Export {
        /// The folder to write; it must be empty or absent.
        directory: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Verify {
    /// An export of the ledger; the folder of --data where it is not given.
    pub export: Option<PathBuf>,
    /// A checkpoint that was kept elsewhere, which the ledger must continue.
    #[arg(long, value_name = "CHECKPOINT-FILE")]
    pub against: Option<PathBuf>,
    /// The log's key, from somewhere you trust: the key itself or a file. Without it an export is only checked in itself.
    #[arg(long, value_name = "VKEY|FILE")]
    pub log_key: Option<String>,
    /// A witness's key, from somewhere you trust, whose cosignature must stand on the export's checkpoint.
    #[arg(long, value_name = "VKEY|FILE")]
    pub witness_key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Witness {
    /// Be a witness for other ledgers. Run it outside the control of those who keep them.
    Serve {
        /// The address to listen on.
        #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS")]
        listen: String,
    },
    /// Make a witness's folder (--data) with its key, and print the key that others verify by.
    Init {
        /// The witness's name, such as a domain name and a path.
        #[arg(long)]
        name: String,
    },
    /// Let a witness (--data) cosign a ledger.
    Trust {
        /// The ledger's key: the key itself or a file.
        log_key: String,
    },
    /// Have the organisation's checkpoints cosigned by a witness.
    Add {
        /// Where the witness answers.
        #[arg(long)]
        url: String,
        /// The witness's key: the key itself or a file.
        #[arg(long)]
        key: String,
    },
    /// List the organisation's witnesses.
    List,
    /// Stop asking a witness.
    Remove {
        /// Its name.
        name: String,
    },
    /// Ask every witness of the folder (--data) to cosign now.
    Ask,
}

#[derive(Debug, Subcommand)]
pub enum Person {
    /// List persons.
    List,
    /// Add a person and print a one-time sign-in link.
    Add {
        /// Their name.
        name: String,
        /// Their e-mail address, with which they sign in.
        #[arg(long)]
        email: String,
        /// A role; may be given several times.
        #[arg(long = "role", required = true, num_args = 1..)]
        roles: Vec<String>,
    },
    /// Set somebody's roles.
    Roles {
        /// Their number, such as PER-3.
        person: String,
        /// The roles they shall have.
        #[arg(required = true)]
        roles: Vec<String>,
    },
    /// Print a new one-time sign-in link for somebody.
    Link {
        /// Their number, such as PER-3.
        person: String,
    },
    /// Stop somebody from acting.
    Deactivate {
        /// Their number, such as PER-3.
        person: String,
    },
    /// Let somebody act again.
    Reactivate {
        /// Their number, such as PER-3.
        person: String,
    },
    /// Erase what is recorded about somebody; the ledger still verifies.
    Erase {
        /// Their number, such as PER-3.
        person: String,
        /// The legal basis.
        #[arg(long)]
        legal_basis: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Token {
    /// List tokens.
    List,
    /// Make a token and print it once.
    New {
        /// What it is for.
        label: String,
        /// What it may be used for: read, check, report or write; may be given several times.
        #[arg(long = "scope", required = true, num_args = 1..)]
        scopes: Vec<String>,
        /// Days until it ends.
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// Revoke a token.
    Revoke {
        /// Its number, such as TOK-2.
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Catalogue {
    /// Show the catalogue in force.
    Show,
    /// Check a folder of catalogue files.
    Lint {
        /// The folder.
        folder: PathBuf,
    },
    /// Put a folder of catalogue files in force.
    Publish {
        /// The folder.
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Api {
    /// GET, POST, …
    pub method: String,
    /// The path, such as /v1/positions.
    pub path: String,
    /// A field of the JSON body; a number, true, false, null or a text. May be given several times.
    #[arg(short = 'f', long = "field", value_name = "KEY=VALUE")]
    pub fields: Vec<String>,
    /// A file to send as it is; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "fields")]
    pub input: Option<PathBuf>,
}
