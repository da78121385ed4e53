//! Events: what happened, in the past tense. Everything that is ever recorded is one of these.
//!
//! How an event stands in an entry on the ledger is in `envelope`; what it changes is in `evolve`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::accountability::Owner;
use crate::agreement::{AgreementTerms, RenewalChoice};
use crate::alert::{AlertTerms, PlaybookTask, ProductCount, QuietTerms, Subject, TriggerKind};
use crate::case::{Ballot, CaseTerms, CaseWords, Condition, Outcome, SeatMove};
use crate::catalogue::Category;
use crate::digest::Digest;
use crate::entitlement::{Metric, Right};
use crate::evidence::Evidence;
use crate::id::{
    AccountId, AgreementId, AlertId, AlertRuleId, BudgetId, CaseId, DelegationId, EntitlementId, ImportId, LeaverId,
    LegalHoldId, MetricId, PartyId, PersonId, ProductId, PurchaseId, QuietPeriodId, ScenarioId, SourceId, StatementId,
    TitleMatchId, TokenId, WaveId, WebhookId,
};
use crate::import::{Brought, ImportedFile, TableKind};
use crate::metric::Definition;
use crate::organisation::Organisation;
use crate::person::{Role, Scope, SetUpLink};
use crate::product::{Suite, TitlePattern};
use crate::purchase::{BudgetTerms, PurchaseTerms, SpendLimit};
use crate::reclaim::{Candidate, HoldSubject, HolderAnswer, ReclaimChoice, WaveTerms};
use crate::scenario::Assumption;
use crate::seal::{SealContents, StatementFile};
use crate::source::{Approval, DeliveredDevice, DeviceMark};
use crate::text::Text;
use crate::usage::Feature;
use crate::webhook::{PauseCause, WebhookTerms};
use crate::witness::Witness;

/// Something that happened. What is absent is not written; only where absence says something there is a `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "body", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are the nouns of the other modules, under the same names")]
pub enum Event {
    /// The ledger begins.
    OrganisationFounded { organisation: Organisation },
    /// Somebody joined.
    PersonAdded { person: PersonId, name: Text, email: Text, roles: BTreeSet<Role> },
    /// Somebody's roles were set.
    RolesSet { person: PersonId, roles: BTreeSet<Role> },
    /// Somebody may no longer act.
    PersonDeactivated { person: PersonId },
    /// Somebody may act again.
    PersonReactivated { person: PersonId },
    /// What the ledger committed to about somebody was erased.
    DataErased { person: PersonId, entries: Vec<u64>, legal_basis: String },
    /// Somebody got a way to sign in.
    AccountOpened { account: AccountId, person: PersonId, login: Text },
    /// A one-time link was made for an account.
    SetUpLinkIssued { account: AccountId, link: SetUpLink },
    /// An account's password was set; a link that was used for it is spent.
    PasswordSet { account: AccountId, verifier: Text },
    /// A browser signed in; a link that was used for it is spent.
    SessionOpened {
        account: AccountId,
        digest: Digest,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        expires_at: Timestamp,
        by_link: bool,
    },
    /// A browser signed out.
    SessionClosed { account: AccountId, digest: Digest },
    /// An API token was made.
    TokenIssued {
        token: TokenId,
        person: PersonId,
        label: Text,
        scopes: BTreeSet<Scope>,
        digest: Digest,
        #[serde(
            default,
            deserialize_with = "crate::exact::option::deserialize",
            skip_serializing_if = "Option::is_none"
        )]
        expires_at: Option<Timestamp>,
    },
    /// An API token was revoked.
    TokenRevoked { token: TokenId },
    /// Somebody lets somebody else decide for them.
    Delegated {
        delegation: DelegationId,
        from: PersonId,
        to: PersonId,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        starts_on: Date,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        ends_on: Date,
    },
    /// A delegation was ended early.
    DelegationEnded { delegation: DelegationId },
    /// A vendor or customer was recorded.
    PartyAdded {
        party: PartyId,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        import: Option<ImportId>,
    },
    /// An agreement was recorded.
    AgreementRecorded {
        agreement: AgreementId,
        party: PartyId,
        terms: AgreementTerms,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        import: Option<ImportId>,
    },
    /// An agreement's terms were amended.
    AgreementAmended { agreement: AgreementId, terms: AgreementTerms },
    /// It was planned what happens when an agreement ends.
    RenewalPlanned {
        agreement: AgreementId,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        ends_on: Date,
        choice: RenewalChoice,
        reason: Text,
    },
    /// A product was recorded.
    ProductAdded {
        product: ProductId,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        publisher: Option<PartyId>,
        metric: Metric,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        import: Option<ImportId>,
    },
    /// A product's metric was changed.
    ProductMetricSet { product: ProductId, metric: Metric },
    /// A metric of the organisation's own was defined, or defined anew.
    MetricDefined { metric: MetricId, definition: Definition },
    /// A product was linked to known software, or the link was ended.
    ProductLinked {
        product: ProductId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        catalogue_key: Option<String>,
    },
    /// Raw titles were recognised as a product, or as needing no licence.
    TitleMatched { title_match: TitleMatchId, pattern: TitlePattern, product: Option<ProductId> },
    /// A recognition was taken back.
    TitleUnmatched { title_match: TitleMatchId },
    /// A right was recorded.
    EntitlementRecorded {
        entitlement: EntitlementId,
        product: ProductId,
        right: Right,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreement: Option<AgreementId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purchase_reference: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        import: Option<ImportId>,
    },
    /// A right stopped counting.
    EntitlementRetired {
        entitlement: EntitlementId,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        retired_on: Date,
        reason: Text,
    },
    /// It was recorded what a suite is made of; `None` says that the product is none.
    SuiteDefined {
        product: ProductId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suite: Option<Suite>,
    },
    /// Files came in.
    Imported { import: ImportId, source: String, files: Vec<ImportedFile>, brought: Brought },
    /// An import was undone as a whole.
    ImportUndone { import: ImportId },
    /// How the columns of tables from one source are read was remembered.
    MappingRemembered { kind: TableKind, name: String, mapping: String },
    /// A source was opened whose inventory agents report by themselves.
    SourceOpened { source: SourceId, name: String, token: TokenId, approval: Approval, interval_hours: u32 },
    /// What becomes of unknown devices of an agent source, or how often it is expected to report, was changed.
    SourceChanged { source: SourceId, approval: Approval, interval_hours: u32 },
    /// The agents of a source report with another token from now on.
    SourceTokenRenewed { source: SourceId, token: TokenId },
    /// An agent source was closed; its reports no longer count.
    SourceClosed { source: SourceId },
    /// A device of an agent source counts from now on.
    DeviceApproved { source: SourceId, device: DeviceMark },
    /// A device of an agent source is turned away from now on.
    DeviceRejected { source: SourceId, device: DeviceMark },
    /// Reports of one agent source came in together. `installations` are those of the reports that are kept.
    ReportsReceived {
        source: SourceId,
        delivery: ImportId,
        devices: Vec<DeliveredDevice>,
        installations: u64,
        rejected: u64,
        reports_digest: Digest,
    },
    /// A witness was asked to cosign the ledger's checkpoints.
    WitnessAdded { witness: Witness },
    /// A witness is no longer asked.
    WitnessRemoved { name: String },
    /// A version of the catalogue came into force.
    CataloguePublished { digest: Digest, categories: Vec<Category> },
    /// A request was begun.
    CaseOpened { case: CaseId, requester: PersonId, terms: CaseTerms, words: CaseWords },
    /// A request was changed.
    CaseRevised { case: CaseId, revision: u32, terms: CaseTerms, words: CaseWords },
    /// A file was attached to a request.
    EvidenceAttached { case: CaseId, revision: u32, evidence: Evidence },
    /// A request was put to those who decide.
    CaseSubmitted { case: CaseId, digest: Digest, catalogue: Digest },
    /// Somebody said something about a request.
    CommentMade { case: CaseId, wording: Text },
    /// Somebody voted.
    VoteCast {
        case: CaseId,
        digest: Digest,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
        role: Role,
        ballot: Ballot,
        reason: Text,
        conditions: Vec<Condition>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        moved: Vec<SeatMove>,
    },
    /// A request went back to its requester.
    CaseReturned { case: CaseId, reason: Text },
    /// A request was taken back.
    CaseWithdrawn { case: CaseId },
    /// A request was decided.
    CaseDecided { case: CaseId, digest: Digest, outcome: Outcome },
    /// An exception came into force.
    GrantIssued { case: CaseId, terms: CaseTerms, metric: Metric, conditions: Vec<Condition> },
    /// An exception was ended early.
    GrantRevoked { case: CaseId, reason: Text },
    /// The use of a feature is the use of a product from now on.
    FeatureLinked { feature: Feature, product: ProductId },
    /// The use of a feature is no longer that of a product.
    FeatureUnlinked { feature: Feature, product: ProductId },
    /// The estate of a day was committed to: what counted after the first `size` entries.
    EstateSealed {
        #[serde(deserialize_with = "crate::exact::deserialize")]
        day: Date,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        as_of: Timestamp,
        size: u64,
        contents: SealContents,
    },
    /// The position of a sealed day was stated in files.
    StatementMade {
        statement: StatementId,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        day: Date,
        sealed_in: u64,
        files: Vec<StatementFile>,
    },
    /// A rule by which alerts are raised was set, or set anew.
    AlertRuleSet { rule: AlertRuleId, terms: AlertTerms },
    /// A rule was ended; nothing is raised by it any more.
    AlertRuleEnded { rule: AlertRuleId },
    /// A rule was found to hold.
    AlertRaised {
        alert: AlertId,
        rule: AlertRuleId,
        subject: Subject,
        measured: u64,
        limit: u64,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tasks: Vec<PlaybookTask>,
    },
    /// What an alert is about no longer holds.
    AlertCleared { alert: AlertId },
    /// Somebody is on it.
    AlertAcknowledged { alert: AlertId, note: Text },
    /// Somebody wants to see it again on a day.
    AlertSnoozed {
        alert: AlertId,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        until: Date,
        note: Text,
    },
    /// Somebody says that it is over, and why.
    AlertResolved { alert: AlertId, reason: Text, measured: u64 },
    /// A task of an alert's playbook was done. Tasks count from 0.
    AlertTaskDone {
        alert: AlertId,
        task: u64,
        note: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<Evidence>,
    },
    /// The organisation's own playbook for a kind of alert was set.
    PlaybookSet { kind: TriggerKind, tasks: Vec<PlaybookTask> },
    /// On some days no alert is raised.
    QuietPeriodSet { quiet: QuietPeriodId, terms: QuietTerms, reason: Text },
    /// A quiet period was ended early.
    QuietPeriodEnded { quiet: QuietPeriodId },
    /// The counts of products that changed since they were noted last.
    CountsNoted {
        #[serde(deserialize_with = "crate::exact::deserialize")]
        day: Date,
        counts: Vec<ProductCount>,
    },
    /// It was said who answers for a product, and under which category it stands.
    ProductAssigned {
        product: ProductId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Owner>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<String>,
    },
    /// It was said who answers for the products of a category.
    CategoryAssigned {
        category: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Owner>,
    },
    /// Somebody has left.
    LeaverRecorded {
        leaver: LeaverId,
        name: Text,
        #[serde(deserialize_with = "crate::exact::deserialize")]
        left_on: Date,
        /// The import that named them, where one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        import: Option<ImportId>,
    },
    /// Somebody has not left after all.
    LeaverRemoved { leaver: LeaverId },
    /// A reclaim wave was opened.
    WaveOpened { wave: WaveId, terms: WaveTerms },
    /// The holder of a candidate was asked; it is the next item of the wave.
    ReclaimAsked { wave: WaveId, candidate: Candidate, link: Digest },
    /// The holder of an item got another link. Items count from 0.
    ReclaimAskedAgain { wave: WaveId, item: u64, link: Digest },
    /// A holder answered.
    ReclaimAnswered {
        wave: WaveId,
        item: u64,
        answer: HolderAnswer,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
    },
    /// It was decided what becomes of an item.
    ReclaimDecided { wave: WaveId, item: u64, choice: ReclaimChoice, reason: Text },
    /// What was to be removed is gone from every device of the item.
    ReclaimConfirmed { wave: WaveId, item: u64 },
    /// A wave was closed.
    WaveClosed { wave: WaveId },
    /// A device, or everything of a holder, must not be touched.
    LegalHoldSet { hold: LegalHoldId, subject: HoldSubject, name: Text, reason: Text },
    /// Somebody asked to buy something.
    PurchaseRequested { purchase: PurchaseId, requester: PersonId, terms: PurchaseTerms, reason: Text },
    /// A purchase was approved.
    PurchaseApproved { purchase: PurchaseId, note: Text },
    /// A purchase was refused.
    PurchaseRefused { purchase: PurchaseId, reason: Text },
    /// A purchase was ordered.
    PurchaseOrdered { purchase: PurchaseId, reference: String },
    /// A purchase came in and became a right.
    PurchaseReceived { purchase: PurchaseId, entitlement: EntitlementId },
    /// A purchase was taken back.
    PurchaseWithdrawn { purchase: PurchaseId },
    /// It was set up to which total each role approves.
    SpendLimitsSet { limits: Vec<SpendLimit> },
    /// A budget was set, or set anew.
    BudgetSet { budget: BudgetId, terms: BudgetTerms },
    /// It was set what is added to the cost of what is short, for a product or for all others.
    SurchargeSet {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<ProductId>,
        percent: u32,
    },
    /// A legal hold ended.
    LegalHoldLifted { hold: LegalHoldId, reason: Text },
    /// A scenario was recorded.
    ScenarioRecorded { scenario: ScenarioId, owner: PersonId, name: String, assumptions: Vec<Assumption>, reason: Text },
    /// A scenario was changed.
    ScenarioChanged { scenario: ScenarioId, name: String, assumptions: Vec<Assumption>, reason: Text },
    /// A scenario was retired.
    ScenarioRetired { scenario: ScenarioId },
    /// An address is told of what happens from now on.
    WebhookRecorded { webhook: WebhookId, terms: WebhookTerms },
    /// A webhook was changed.
    WebhookChanged { webhook: WebhookId, terms: WebhookTerms },
    /// Nothing is sent to a webhook until it is resumed.
    WebhookPaused { webhook: WebhookId, cause: PauseCause },
    /// A webhook goes on where it was paused.
    WebhookResumed { webhook: WebhookId },
    /// A webhook was removed.
    WebhookRemoved { webhook: WebhookId },
}

impl Event {
    /// The object that the event is about, as `kind/number`: its stream on the ledger.
    /// Texts of the event are sealed under a key of this object, so that they can be erased with it.
    #[expect(clippy::too_many_lines, reason = "a table, one line for each")]
    pub fn stream(&self) -> String {
        match self {
            Self::OrganisationFounded { .. } => "organisation".to_owned(),
            Self::PersonAdded { person, .. }
            | Self::RolesSet { person, .. }
            | Self::PersonDeactivated { person }
            | Self::PersonReactivated { person }
            | Self::DataErased { person, .. } => format!("person/{person}"),
            Self::AccountOpened { account, .. }
            | Self::SetUpLinkIssued { account, .. }
            | Self::PasswordSet { account, .. }
            | Self::SessionOpened { account, .. }
            | Self::SessionClosed { account, .. } => format!("account/{account}"),
            Self::TokenIssued { token, .. } | Self::TokenRevoked { token } => format!("token/{token}"),
            Self::Delegated { delegation, .. } | Self::DelegationEnded { delegation } => {
                format!("delegation/{delegation}")
            }
            Self::PartyAdded { party, .. } => format!("party/{party}"),
            Self::AgreementRecorded { agreement, .. }
            | Self::AgreementAmended { agreement, .. }
            | Self::RenewalPlanned { agreement, .. } => {
                format!("agreement/{agreement}")
            }
            Self::ProductAdded { product, .. }
            | Self::ProductMetricSet { product, .. }
            | Self::ProductLinked { product, .. }
            | Self::SuiteDefined { product, .. }
            | Self::FeatureLinked { product, .. }
            | Self::FeatureUnlinked { product, .. }
            | Self::ProductAssigned { product, .. }
            | Self::SurchargeSet { product: Some(product), .. } => {
                format!("product/{product}")
            }
            Self::MetricDefined { metric, .. } => format!("metric/{metric}"),
            Self::TitleMatched { title_match, .. } | Self::TitleUnmatched { title_match } => {
                format!("title-match/{title_match}")
            }
            Self::EntitlementRecorded { entitlement, .. } | Self::EntitlementRetired { entitlement, .. } => {
                format!("entitlement/{entitlement}")
            }
            Self::Imported { import, .. } | Self::ImportUndone { import } => format!("import/{import}"),
            Self::MappingRemembered { kind, name, .. } => format!("mapping/{kind}/{}", crate::product::folded(name)),
            Self::SourceOpened { source, .. }
            | Self::SourceChanged { source, .. }
            | Self::SourceTokenRenewed { source, .. }
            | Self::SourceClosed { source }
            | Self::DeviceApproved { source, .. }
            | Self::DeviceRejected { source, .. }
            | Self::ReportsReceived { source, .. } => format!("source/{source}"),
            Self::CataloguePublished { .. } => "catalogue".to_owned(),
            Self::WitnessAdded { witness } => format!("witness/{}", witness.name),
            Self::WitnessRemoved { name } => format!("witness/{name}"),
            Self::CaseOpened { case, .. }
            | Self::CaseRevised { case, .. }
            | Self::EvidenceAttached { case, .. }
            | Self::CaseSubmitted { case, .. }
            | Self::CommentMade { case, .. }
            | Self::VoteCast { case, .. }
            | Self::CaseReturned { case, .. }
            | Self::CaseWithdrawn { case }
            | Self::CaseDecided { case, .. } => format!("case/{case}"),
            Self::GrantIssued { case, .. } | Self::GrantRevoked { case, .. } => format!("exception/{case}"),
            Self::EstateSealed { .. } => "estate".to_owned(),
            Self::StatementMade { statement, .. } => format!("statement/{statement}"),
            Self::AlertRuleSet { rule, .. } | Self::AlertRuleEnded { rule } => format!("alert-rule/{rule}"),
            Self::AlertRaised { alert, .. }
            | Self::AlertCleared { alert }
            | Self::AlertAcknowledged { alert, .. }
            | Self::AlertSnoozed { alert, .. }
            | Self::AlertResolved { alert, .. }
            | Self::AlertTaskDone { alert, .. } => format!("alert/{alert}"),
            Self::PlaybookSet { kind, .. } => format!("playbook/{}", kind.name()),
            Self::QuietPeriodSet { quiet, .. } | Self::QuietPeriodEnded { quiet } => format!("quiet-period/{quiet}"),
            Self::CountsNoted { .. } => "counts".to_owned(),
            Self::CategoryAssigned { category, .. } => format!("category/{category}"),
            Self::LeaverRecorded { leaver, .. } | Self::LeaverRemoved { leaver } => format!("leaver/{leaver}"),
            Self::WaveOpened { wave, .. }
            | Self::ReclaimAsked { wave, .. }
            | Self::ReclaimAskedAgain { wave, .. }
            | Self::ReclaimAnswered { wave, .. }
            | Self::ReclaimDecided { wave, .. }
            | Self::ReclaimConfirmed { wave, .. }
            | Self::WaveClosed { wave } => format!("wave/{wave}"),
            Self::PurchaseRequested { purchase, .. }
            | Self::PurchaseApproved { purchase, .. }
            | Self::PurchaseRefused { purchase, .. }
            | Self::PurchaseOrdered { purchase, .. }
            | Self::PurchaseReceived { purchase, .. }
            | Self::PurchaseWithdrawn { purchase } => format!("purchase/{purchase}"),
            Self::SpendLimitsSet { .. } => "spend-limits".to_owned(),
            Self::BudgetSet { budget, .. } => format!("budget/{budget}"),
            Self::ScenarioRecorded { scenario, .. }
            | Self::ScenarioChanged { scenario, .. }
            | Self::ScenarioRetired { scenario } => format!("scenario/{scenario}"),
            Self::WebhookRecorded { webhook, .. }
            | Self::WebhookChanged { webhook, .. }
            | Self::WebhookPaused { webhook, .. }
            | Self::WebhookResumed { webhook }
            | Self::WebhookRemoved { webhook } => format!("webhook/{webhook}"),
            Self::SurchargeSet { product: None, .. } => "surcharge".to_owned(),
            Self::LegalHoldSet { hold, .. } | Self::LegalHoldLifted { hold, .. } => format!("legal-hold/{hold}"),
        }
    }

    /// Digests of the files that the event is about, which are kept as evidence.
    pub fn attachments(&self) -> Vec<Digest> {
        if let Self::Imported { files, .. } = self {
            return files.iter().map(|file| file.digest).collect();
        }
        if let Self::EvidenceAttached { evidence, .. } = self {
            return vec![evidence.digest];
        }
        if let Self::EstateSealed { contents, .. } = self {
            return vec![contents.list, contents.figures];
        }
        if let Self::StatementMade { files, .. } = self {
            return files.iter().map(|file| file.digest).collect();
        }
        if let Self::AlertTaskDone { evidence: Some(evidence), .. } = self {
            return vec![evidence.digest];
        }
        Vec::new()
    }
}
