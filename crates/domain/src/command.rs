//! Commands: what somebody wants to happen, in the imperative, and who they are.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::accountability::Owner;
use crate::agreement::{AgreementTerms, RenewalChoice};
use crate::alert::{AlertTerms, Finding, PlaybookTask, ProductCount, QuietTerms, TriggerKind};
use crate::case::{Ballot, CaseTerms, CaseWords, Condition};
use crate::catalogue::Category;
use crate::digest::Digest;
use crate::entitlement::{Metric, Right};
use crate::evidence::Evidence;
use crate::id::{
    AccountId, AgreementId, AlertId, AlertRuleId, BudgetId, CaseId, DelegationId, EntitlementId, ImportId, LeaverId,
    LegalHoldId, PersonId, ProductId, PurchaseId, QuietPeriodId, ScenarioId, SourceId, TitleMatchId, TokenId, WaveId,
    WebhookId,
};
use crate::import::{Brought, ImportedFile, TableKind};
use crate::metric::Definition;
use crate::observation::EntitlementRow;
use crate::organisation::Organisation;
use crate::person::{Role, Scope, SetUpLink};
use crate::product::{KnownSoftware, Suite, TitlePattern};
use crate::purchase::{BudgetTerms, PurchaseTerms, SpendLimit};
use crate::reclaim::{Candidate, HoldSubject, HolderAnswer, ReclaimChoice, WaveTerms};
use crate::scenario::ScenarioTerms;
use crate::seal::{SealContents, StatementFile};
use crate::source::{Approval, DeviceMark, GivenReport};
use crate::text::Text;
use crate::usage::Feature;
use crate::webhook::{PauseCause, WebhookTerms};
use crate::witness::Witness;

/// Through what somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Via {
    /// A signed-in browser of the account.
    Session(AccountId),
    /// A one-time link of the account.
    Link(AccountId),
    /// An API token.
    Token(TokenId),
    /// The operator of the data folder, at its command line.
    Operator,
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(account) => write!(f, "session/{account}"),
            Self::Link(account) => write!(f, "link/{account}"),
            Self::Token(token) => write!(f, "token/{token}"),
            Self::Operator => f.write_str("operator"),
        }
    }
}

impl std::str::FromStr for Via {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("\u{201c}{text}\u{201d} names no way to act");
        if text == "operator" {
            return Ok(Self::Operator);
        }
        let (kind, id) = text.split_once('/').ok_or_else(unknown)?;
        match kind {
            "session" => id.parse().map(Self::Session).map_err(|_| unknown()),
            "link" => id.parse().map(Self::Link).map_err(|_| unknown()),
            "token" => id.parse().map(Self::Token).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The program itself, when a ledger is founded and when it seals the estate by itself.
    Program,
    /// A person, through something.
    Person(PersonId, Via),
}

impl Actor {
    /// The person who acts, where it is one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Program => None,
            Self::Person(person, _) => Some(person),
        }
    }
}

/// A command: an intent, with everything that `decide` may not make up itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its id, chosen by the caller; at most [`COMMAND_ID_BYTES_MAX`] bytes.
    pub id: String,
    /// The time at which it is decided.
    pub at: Timestamp,
    /// Who wants it.
    pub actor: Actor,
    /// What they want.
    pub intent: Intent,
}

/// Long enough for a UUID with a prefix; it stands in every entry.
pub const COMMAND_ID_BYTES_MAX: usize = 64;

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the nouns of the other modules, under the same names")]
pub enum Intent {
    /// Begin the ledger with its first administrator, who also keeps the software, and a catalogue.
    FoundOrganisation {
        organisation: Organisation,
        name: Text,
        email: Text,
        catalogue: Digest,
        categories: Vec<Category>,
    },
    /// Add a person; with a login, they get an account.
    AddPerson { name: Text, email: Text, roles: BTreeSet<Role>, login: Option<Text> },
    /// Set somebody's roles.
    SetRoles { person: PersonId, roles: BTreeSet<Role> },
    /// Stop somebody from acting.
    DeactivatePerson { person: PersonId },
    /// Let somebody act again.
    ReactivatePerson { person: PersonId },
    /// Erase what the ledger committed to about a person.
    ErasePerson { person: PersonId, legal_basis: String },
    /// Give a person another way to sign in.
    OpenAccount { person: PersonId, login: Text },
    /// Make a one-time link for an account.
    IssueSetUpLink { account: AccountId, link: SetUpLink },
    /// Set the password of one's own account.
    SetPassword { account: AccountId, verifier: Text },
    /// Sign in. The password or the link was checked before.
    OpenSession { account: AccountId, digest: Digest, expires_at: Timestamp },
    /// Sign out.
    CloseSession { digest: Digest },
    /// Make an API token for oneself.
    IssueToken { label: Text, scopes: BTreeSet<Scope>, digest: Digest, expires_at: Option<Timestamp> },
    /// Revoke an API token.
    RevokeToken { token: TokenId },
    /// Let somebody decide for oneself.
    Delegate { to: PersonId, starts_on: Date, ends_on: Date },
    /// End a delegation early.
    EndDelegation { delegation: DelegationId },
    /// Record an agreement; the party is found by name or added.
    RecordAgreement { party: String, terms: AgreementTerms },
    /// Amend an agreement's terms.
    AmendAgreement { agreement: AgreementId, terms: AgreementTerms },
    /// Plan what happens when an agreement ends. `ends_on` is the end that the planner saw.
    PlanRenewal { agreement: AgreementId, ends_on: Date, choice: RenewalChoice, reason: Text },
    /// Record a product; the publisher is found by name or added.
    AddProduct { name: String, publisher: Option<String>, metric: Metric },
    /// Change the metric in which a product's shortage is stated.
    SetProductMetric { product: ProductId, metric: Metric },
    /// Define a metric of the organisation's own, or define it anew where there is one of that name.
    DefineMetric { definition: Box<Definition> },
    /// Recognise raw titles.
    MatchTitle { pattern: TitlePattern, product: Option<ProductId> },
    /// Recognise raw titles by several rules at once.
    MatchTitles { matches: Vec<(TitlePattern, Option<ProductId>)> },
    /// Take a recognition back.
    UnmatchTitle { title_match: TitleMatchId },
    /// Record products for known software, each linked to it.
    AdoptSoftware { software: Vec<KnownSoftware> },
    /// Link a product to known software, whose titles are its titles from then on; `None` ends that.
    LinkProduct { product: ProductId, catalogue_key: Option<String> },
    /// Say what a suite is made of; `None` says that the product is none.
    DefineSuite { product: ProductId, suite: Option<Suite> },
    /// Record a right.
    RecordEntitlement {
        product: ProductId,
        right: Right,
        agreement: Option<AgreementId>,
        purchase_reference: Option<String>,
    },
    /// Stop a right from counting.
    RetireEntitlement { entitlement: EntitlementId, retired_on: Date, reason: Text },
    /// Take in reports of devices.
    ImportInventory { source: String, files: Vec<ImportedFile>, brought: Brought },
    /// Take in rights.
    ImportEntitlements {
        source: String,
        file: ImportedFile,
        /// How its columns are read, where that does not come with the program.
        mapping: Option<ImportedFile>,
        rows: Vec<EntitlementRow>,
        rejected: u64,
        merged: u64,
    },
    /// Take in people who have left.
    ImportLeavers { source: String, files: Vec<ImportedFile>, leavers: Vec<(Text, Date)>, rejected: u64, merged: u64 },
    /// Remember how the columns of tables from one source are read.
    RememberMapping { kind: TableKind, name: String, mapping: String },
    /// Undo an import as a whole.
    UndoImport { import: ImportId },
    /// Open a source whose inventory agents report by themselves, with a token of its own.
    OpenSource { name: String, approval: Approval, interval_hours: u32, digest: Digest },
    /// Change what becomes of unknown devices, and how often reports are expected.
    ChangeSource { source: SourceId, approval: Approval, interval_hours: u32 },
    /// Give a source another token; the one so far stops working.
    RenewSourceToken { source: SourceId, digest: Digest },
    /// Close a source; its reports no longer count.
    CloseSource { source: SourceId },
    /// Let a device of a source count.
    ApproveDevice { source: SourceId, device: DeviceMark },
    /// Turn a device of a source away.
    RejectDevice { source: SourceId, device: DeviceMark },
    /// Take in reports that inventory agents sent.
    ReceiveReports { source: SourceId, reports: Vec<GivenReport> },
    /// Have a witness cosign the ledger's checkpoints. Its key was parsed before.
    AddWitness { witness: Witness },
    /// Stop asking a witness.
    RemoveWitness { name: String },
    /// Put a version of the catalogue in force.
    PublishCatalogue { digest: Digest, categories: Vec<Category> },
    /// Begin a request.
    OpenCase { terms: CaseTerms, words: CaseWords },
    /// Change a request.
    ReviseCase { case: CaseId, terms: CaseTerms, words: CaseWords },
    /// Attach a file to a request.
    AttachEvidence { case: CaseId, evidence: Evidence },
    /// Put a request to those who decide.
    SubmitCase { case: CaseId },
    /// Say something about a request.
    Comment { case: CaseId, wording: Text },
    /// Take a request back.
    WithdrawCase { case: CaseId },
    /// Vote. `digest` is what the voter saw.
    CastVote {
        case: CaseId,
        digest: Digest,
        on_behalf_of: Option<PersonId>,
        ballot: Ballot,
        reason: Text,
        conditions: Vec<Condition>,
    },
    /// End an exception early.
    RevokeGrant { case: CaseId, reason: Text },
    /// Take in usage that licence managers, services and meters report.
    ImportUsage { source: String, files: Vec<ImportedFile>, brought: Brought },
    /// Say which product the use of features is; `None` ends that. All of them, or none.
    LinkFeatures { links: Vec<(Feature, Option<ProductId>)> },
    /// Commit to the estate of a day: what counted after the first `size` entries, reckoned before.
    SealEstate { day: Date, as_of: Timestamp, size: u64, contents: SealContents },
    /// State the position of a sealed day, in files that are kept.
    MakeStatement { day: Date, sealed_in: u64, files: Vec<StatementFile> },
    /// Set rules by which alerts are raised.
    AddAlertRules { rules: Vec<AlertTerms> },
    /// Change what a rule looks for.
    ChangeAlertRule { rule: AlertRuleId, terms: AlertTerms },
    /// End a rule.
    EndAlertRule { rule: AlertRuleId },
    /// Record what was found to hold on a snapshot, everything that does and nothing that does not.
    /// `gone` are items of waves that stand on none of their devices any more.
    RecordFindings { findings: Vec<Finding>, counts: Vec<ProductCount>, gone: Vec<(WaveId, u64)> },
    /// Say that one is on it.
    AcknowledgeAlert { alert: AlertId, note: Text },
    /// See it again on a day.
    SnoozeAlert { alert: AlertId, until: Date, note: Text },
    /// Say that it is over. `measured` is the number that is accepted.
    ResolveAlert { alert: AlertId, reason: Text, measured: u64 },
    /// Do a task of an alert's playbook. Tasks count from 0.
    CompleteAlertTask { alert: AlertId, task: u64, note: Text, evidence: Option<Evidence> },
    /// Set the playbook for a kind of alert; without tasks, there is none.
    SetPlaybook { kind: TriggerKind, tasks: Vec<PlaybookTask> },
    /// Raise no alerts on some days.
    KeepQuiet { terms: QuietTerms, reason: Text },
    /// End a quiet period early.
    EndQuiet { quiet: QuietPeriodId },
    /// Say who answers for a product, and under which category it stands.
    AssignProduct { product: ProductId, owner: Option<Owner>, category: Option<String> },
    /// Say who answers for the products of a category.
    AssignCategory { category: String, owner: Option<Owner> },
    /// Record who has left.
    RecordLeavers { leavers: Vec<(Text, Date)> },
    /// Take back that somebody has left.
    RemoveLeaver { leaver: LeaverId },
    /// Ask to buy something.
    RequestPurchase { terms: PurchaseTerms, reason: Text },
    /// Approve a purchase within one's spend limit.
    ApprovePurchase { purchase: PurchaseId, note: Text },
    /// Refuse a purchase.
    RefusePurchase { purchase: PurchaseId, reason: Text },
    /// Order what was approved.
    OrderPurchase { purchase: PurchaseId, reference: String },
    /// Record what came in as a right.
    ReceivePurchase {
        purchase: PurchaseId,
        quantity: u64,
        starts_on: Option<Date>,
        ends_on: Option<Date>,
        agreement: Option<AgreementId>,
    },
    /// Take one's own purchase back.
    WithdrawPurchase { purchase: PurchaseId },
    /// Set up to which total each role approves.
    SetSpendLimits { limits: Vec<SpendLimit> },
    /// Set a budget; without a number, a new one.
    SetBudget { budget: Option<BudgetId>, terms: BudgetTerms },
    /// Set what is added to the cost of what is short, in per cent, for a product or for all others.
    SetSurcharge { product: Option<ProductId>, percent: u32 },
    /// Open a reclaim wave, and ask the holder of each candidate by a link of this digest.
    OpenWave { terms: WaveTerms, items: Vec<(Candidate, Digest)> },
    /// Give the holder of an item another link. Items count from 0.
    AskHolderAgain { wave: WaveId, item: u64, link: Digest },
    /// Answer by a link, which is all that a holder needs.
    AnswerReclaim { link: Digest, answer: HolderAnswer, reason: Option<Text> },
    /// Decide what becomes of items. Items count from 0.
    DecideReclaim { wave: WaveId, items: Vec<u64>, choice: ReclaimChoice, reason: Text },
    /// Close a wave.
    CloseWave { wave: WaveId },
    /// Let nothing of a device or a holder be touched.
    SetLegalHold { subject: HoldSubject, name: Text, reason: Text },
    /// End a legal hold.
    LiftLegalHold { hold: LegalHoldId, reason: Text },
    /// Record a scenario.
    RecordScenario { terms: ScenarioTerms, reason: Text },
    /// Change a scenario.
    ChangeScenario { scenario: ScenarioId, terms: ScenarioTerms, reason: Text },
    /// Retire a scenario.
    RetireScenario { scenario: ScenarioId },
    /// Tell an address what happens from now on.
    RecordWebhook { terms: WebhookTerms },
    /// Change a webhook.
    ChangeWebhook { webhook: WebhookId, terms: WebhookTerms },
    /// Send nothing to a webhook until it is resumed. Only the program says that a receiver was the cause.
    PauseWebhook { webhook: WebhookId, cause: PauseCause },
    /// Go on where a webhook was paused.
    ResumeWebhook { webhook: WebhookId },
    /// Remove a webhook.
    RemoveWebhook { webhook: WebhookId },
}
