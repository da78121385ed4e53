//! The command line's words. The doc comment of each is its help text.

mod acts;
mod device;
mod imports;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::exit::Exit;

mod entitlement;
mod source;
mod time;
mod webhook;

pub use acts::{Alert, Cost, Leaver, NewAlertRule, Purchase, Reclaim, ReclaimBasis, Scenario};
pub use device::{Device, DeviceList};
pub use entitlement::{Entitlement, NewEntitlement, Reconcile};
pub use imports::{Import, TableReading, Tables};
pub use source::Source;
pub use time::{Forecast, Seal, SealAct, Statement, Trend};
pub use webhook::Webhook;

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
    /// Write positions, entitlements or installations whole, as a file for other programs.
    Export(Export),
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
    /// Devices, where software is on them, and what sources leave out.
    #[command(subcommand)]
    Device(Device),
    /// Rights to use products: what was bought, and on what it may be used.
    #[command(subcommand)]
    Entitlement(Entitlement),
    /// What units count: the library of metrics, your own, and a calculator.
    #[command(subcommand)]
    Metric(Metric),
    /// What is used against what is owned.
    #[command(subcommand)]
    Position(Position),
    /// Use over time: peaks of concurrent sessions, denials, readings, and which feature is which product.
    #[command(subcommand)]
    Usage(Usage),
    /// Seal the estate of a day, so that it can be looked at later and not rewritten; without more, of today.
    Seal(Seal),
    /// Statements of the position on a sealed day, in files that the ledger records.
    #[command(subcommand)]
    Statement(Statement),
    /// The position over the sealed days, of one product with its peaks or of all.
    Trend(Trend),
    /// What a product's use is heading for, with the error that the method made on the past.
    Forecast(Forecast),
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
    /// What would be needed, short and paid if assumptions held, side by side.
    #[command(subcommand)]
    Scenario(Scenario),
    /// Tell other systems what happens, so that they can provision, reallocate or react.
    #[command(subcommand)]
    Webhook(Webhook),
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
    /// Let webhooks go to private addresses and, on this computer, unencrypted. Whoever records webhooks can then send
    /// requests to whatever this computer reaches.
    #[arg(long)]
    pub webhooks_to_private_addresses: bool,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// The address to listen on; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: String,
    /// Let webhooks go to private addresses and, on this computer, unencrypted.
    #[arg(long)]
    pub webhooks_to_private_addresses: bool,
}

/// What is exported, and how.
#[derive(Debug, Args)]
pub struct Export {
    /// What: positions, entitlements or installations.
    pub subject: String,
    /// The format: csv, xlsx, json, parquet; of entitlements also ent (ISO/IEC 19770-3) and cyclonedx. Where it is not
    /// given, the ending of the file says it, and without a file it is csv.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// The file to write; standard output where it is not given.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
pub enum Usage {
    /// List the products whose metric counts use over time.
    List,
    /// Show peaks by day, who held licences at the peak, and denials of a product.
    Show {
        /// Its number, such as PRD-7.
        product: String,
        /// Days that are shown, today included.
        #[arg(long, default_value_t = 30, value_name = "DAYS")]
        days: u32,
    },
    /// List the features that sources tell of, those without a product first.
    Features {
        /// Only features with these words in their name, label or vendor.
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
        /// Only features that are no product's yet.
        #[arg(long)]
        unlinked: bool,
    },
    /// Say that the use of features is that of a product; all of them, or none.
    Link {
        /// The product's number, such as PRD-7.
        product: String,
        /// The features as the source writes them.
        #[arg(required = true)]
        features: Vec<String>,
        /// Their vendor as the source writes it; any where it is not given.
        #[arg(long, value_name = "NAME")]
        vendor: Option<String>,
    },
    /// Say that the use of features is no product's.
    Unlink {
        /// The features as the source writes them.
        #[arg(required = true)]
        features: Vec<String>,
        /// Their vendor as it was linked.
        #[arg(long, value_name = "NAME")]
        vendor: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Discover {
    /// Print what was found as CSV and report nothing.
    #[arg(long)]
    pub print: bool,
    /// Print units of systemd that report every day, and report nothing.
    #[arg(long)]
    pub timer: bool,
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
    /// Say what a suite is made of; without components it is none.
    Suite {
        /// The suite's number, such as PRD-7.
        product: String,
        /// Its components by number; an exclamation mark at the end makes one mandatory.
        #[arg(long = "component", value_name = "PRODUCT")]
        components: Vec<String>,
        /// From how many components on its rights may cover devices where it is not found itself; 0 is never.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        inferred_from: u32,
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
        #[command(flatten)]
        on: OnADay,
    },
    /// Show the position of a product.
    Show {
        /// Its number, such as PRD-7.
        product: String,
        #[command(flatten)]
        on: OnADay,
    },
    /// Show how the numbers of a product were made.
    Explain {
        /// Its number, such as PRD-7.
        product: String,
        #[command(flatten)]
        on: OnADay,
        /// List the rows behind a number: consumed, covered, short, exempt or included.
        #[arg(long, value_name = "NUMBER")]
        rows: Option<String>,
    },
}

/// Whether today is asked about or a sealed day.
#[derive(Debug, Args)]
pub struct OnADay {
    /// As it was on this sealed day.
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
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
        #[command(flatten)]
        on: OnADay,
    },
    /// Show a request with everything that bears on its decision.
    Show {
        /// Its number, such as EXC-1.
        case: String,
        #[command(flatten)]
        on: OnADay,
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
        #[command(flatten)]
        on: OnADay,
    },
    /// Show an exception.
    Show {
        /// Its number, such as EXC-1.
        exception: String,
        #[command(flatten)]
        on: OnADay,
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
        #[command(flatten)]
        on: OnADay,
    },
    /// Show one, with what is used of it.
    Show {
        /// The agreement's number, such as AGR-1.
        agreement: String,
        #[command(flatten)]
        on: OnADay,
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
