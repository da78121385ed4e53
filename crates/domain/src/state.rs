//! The state: what the events so far amount to. A clone is cheap, so that every reader has one instant.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::accountability::{Accountability, Owner};
use crate::agreement::Agreement;
use crate::alert::{Alert, AlertRule, NotedCount, PlaybookTask, QuietPeriod, Subject, TriggerKind};
use crate::case::Case;
use crate::catalogue::{Catalogue, Publication};
use crate::digest::Digest;
use crate::entitlement::Entitlement;
use crate::grant::Grant;
use crate::id::{
    AccountId, AgreementId, AlertId, AlertRuleId, BudgetId, CaseId, DelegationId, EntitlementId, ImportId, LeaverId,
    LegalHoldId, MetricId, PartyId, PersonId, ProductId, PurchaseId, QuietPeriodId, ScenarioId, SourceId, StatementId,
    TitleMatchId, TokenId, WaveId, WebhookId,
};
use crate::import::{Import, RememberedMapping, TableKind};
use crate::leaver::Leaver;
use crate::metric::CustomMetric;
use crate::organisation::Organisation;
use crate::party::Party;
use crate::person::{Account, Delegation, Person, Session, Token};
use crate::product::{Product, TitleMatch, folded, folds_to};
use crate::purchase::{Budget, Purchase, SpendLimit};
use crate::reclaim::{LegalHold, Wave};
use crate::scenario::Scenario;
use crate::seal::{Seal, Statement};
use crate::source::AgentSource;
use crate::usage::Feature;
use crate::webhook::Webhook;
use crate::witness::Witness;

/// Everything that the ledger says, at one size.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each field is the collection of the type it names")]
pub struct State {
    /// Entries folded so far.
    pub size: u64,
    /// The time of the last entry.
    pub last_at: Option<Timestamp>,
    /// The next version of every stream, which is also the number of its entries.
    pub streams: OrdMap<Arc<str>, u64>,
    pub organisation: Option<Arc<Organisation>>,
    pub persons: OrdMap<PersonId, Arc<Person>>,
    pub accounts: OrdMap<AccountId, Arc<Account>>,
    /// Sessions that have not ended, and some that have: whether one works is for its end to say.
    pub sessions: OrdMap<Digest, Session>,
    /// When ended sessions were last forgotten.
    pub sessions_swept_at: Option<Timestamp>,
    pub tokens: OrdMap<TokenId, Arc<Token>>,
    pub delegations: OrdMap<DelegationId, Arc<Delegation>>,
    pub parties: OrdMap<PartyId, Arc<Party>>,
    pub agreements: OrdMap<AgreementId, Arc<Agreement>>,
    pub products: OrdMap<ProductId, Arc<Product>>,
    /// The organisation's own.
    pub metrics: OrdMap<MetricId, Arc<CustomMetric>>,
    /// The known software to which products are linked, by its key in the software catalogue.
    pub catalogue_keys: OrdMap<ProductId, Arc<str>>,
    pub title_matches: OrdMap<TitleMatchId, Arc<TitleMatch>>,
    pub entitlements: OrdMap<EntitlementId, Arc<Entitlement>>,
    pub imports: OrdMap<ImportId, Arc<Import>>,
    /// How tables are read, by what they hold and the name of their source, compared [`folded`].
    pub mappings: OrdMap<(TableKind, String), Arc<RememberedMapping>>,
    pub sources: OrdMap<SourceId, Arc<AgentSource>>,
    pub catalogues: OrdMap<Digest, Arc<Catalogue>>,
    /// The version in force.
    pub catalogue: Option<Digest>,
    /// How the versions came into force, in order; the last is in force.
    pub publications: Vector<Publication>,
    /// By name.
    pub witnesses: OrdMap<String, Arc<Witness>>,
    pub cases: OrdMap<CaseId, Arc<Case>>,
    pub grants: OrdMap<CaseId, Arc<Grant>>,
    /// By day and by the entry that records each; the last of a day holds.
    pub seals: OrdMap<(Date, u64), Arc<Seal>>,
    pub statements: OrdMap<StatementId, Arc<Statement>>,
    pub alert_rules: OrdMap<AlertRuleId, Arc<AlertRule>>,
    pub alerts: OrdMap<AlertId, Arc<Alert>>,
    /// The alerts that held at the last evaluation, by rule and by what they are about.
    pub alerts_holding: OrdMap<(AlertRuleId, Subject), AlertId>,
    /// The organisation's own playbooks.
    pub playbooks: OrdMap<TriggerKind, Arc<Vec<PlaybookTask>>>,
    pub quiet_periods: OrdMap<QuietPeriodId, Arc<QuietPeriod>>,
    /// The counts of every product on the days on which they changed, at most [`COUNTS_KEPT_MAX`] of each.
    pub counts: OrdMap<ProductId, Vector<NotedCount>>,
    /// The day on which counts were noted last.
    pub counted_on: Option<Date>,
    pub accountabilities: OrdMap<ProductId, Arc<Accountability>>,
    /// Who answers for the products of a category, by its name.
    pub category_owners: OrdMap<Arc<str>, Owner>,
    pub leavers: OrdMap<LeaverId, Arc<Leaver>>,
    pub waves: OrdMap<WaveId, Arc<Wave>>,
    /// The items of waves, by the digest of the link by which their holders answer.
    pub reclaim_links: OrdMap<Digest, (WaveId, u64)>,
    pub legal_holds: OrdMap<LegalHoldId, Arc<LegalHold>>,
    pub purchases: OrdMap<PurchaseId, Arc<Purchase>>,
    pub spend_limits: Arc<Vec<SpendLimit>>,
    pub budgets: OrdMap<BudgetId, Arc<Budget>>,
    /// Per cent that is added to what is short, by product; without one, for all others.
    pub surcharges: OrdMap<Option<ProductId>, u32>,
    pub scenarios: OrdMap<ScenarioId, Arc<Scenario>>,
    pub webhooks: OrdMap<WebhookId, Arc<Webhook>>,
    /// The highest number given so far, of every kind; numbers are never given twice.
    pub last_numbers: LastNumbers,
    /// The products to which features are linked, by the feature as it is compared.
    pub feature_links: OrdMap<Feature, FeatureLink>,
}

/// A feature that is linked to a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureLink {
    /// The feature as it was written.
    pub feature: Feature,
    /// The product.
    pub product: ProductId,
}

/// The highest number given so far, of every kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the kind it names")]
pub struct LastNumbers {
    pub person: u64,
    pub account: u64,
    pub token: u64,
    pub delegation: u64,
    pub party: u64,
    pub agreement: u64,
    pub product: u64,
    pub metric: u64,
    pub title_match: u64,
    pub entitlement: u64,
    /// Of imports and of deliveries, which share one series.
    pub import: u64,
    pub source: u64,
    pub case: u64,
    pub statement: u64,
    pub alert_rule: u64,
    pub alert: u64,
    pub quiet_period: u64,
    pub leaver: u64,
    pub wave: u64,
    pub legal_hold: u64,
    pub purchase: u64,
    pub budget: u64,
    pub scenario: u64,
    pub webhook: u64,
}

/// Noted counts of one product that are kept at hand: more than a quarter of days on which it changed. The ledger keeps
/// all of them.
pub const COUNTS_KEPT_MAX: usize = 100;

impl State {
    /// The time zone in which the organisation's days begin and end; UTC before it was founded.
    pub fn zone(&self) -> TimeZone {
        self.organisation.as_ref().map_or(TimeZone::UTC, |organisation| organisation.zone.rules().clone())
    }

    /// The organisation's day at `at`.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone()).date()
    }

    /// The catalogue in force.
    pub fn catalogue_in_force(&self) -> Option<&Arc<Catalogue>> {
        self.catalogues.get(&self.catalogue?)
    }

    /// The rights on `product` that have not been undone, in order of number.
    pub fn entitlements_of(&self, product: ProductId) -> impl Iterator<Item = &Arc<Entitlement>> {
        self.entitlements.values().filter(move |entitlement| entitlement.product == product)
    }

    /// The exceptions on `product`, in order of number.
    pub fn grants_of(&self, product: ProductId) -> impl Iterator<Item = &Arc<Grant>> {
        self.grants.values().filter(move |grant| grant.terms.product == product)
    }

    /// The product called `name` (compared [`folded`]) by the publisher of that name, or by any where none is given.
    pub fn product_named(&self, name: &str, publisher: Option<&str>) -> Option<&Arc<Product>> {
        let name = folded(name);
        let publisher = publisher.map(folded);
        self.products.values().find(|product| {
            folds_to(&product.name, &name)
                && publisher
                    .as_ref()
                    .is_none_or(|wanted| self.publisher_name(product).is_some_and(|given| folds_to(given, wanted)))
        })
    }

    /// The name of a product's publisher.
    pub fn publisher_name(&self, product: &Product) -> Option<&str> {
        Some(self.parties.get(&product.publisher?)?.name.as_str())
    }

    /// The party called `name`, compared [`folded`].
    pub fn party_named(&self, name: &str) -> Option<&Arc<Party>> {
        let name = folded(name);
        self.parties.values().find(|party| folds_to(&party.name, &name))
    }

    /// The name of a product, or its number where it is not recorded (any more).
    pub fn product_name(&self, product: ProductId) -> String {
        self.products.get(&product).map_or_else(|| product.to_string(), |known| known.name.clone())
    }

    /// A person's name as shown, or their number where it was erased.
    pub fn person_name(&self, person: PersonId) -> String {
        self.persons
            .get(&person)
            .and_then(|person| person.name.open().map(str::to_owned))
            .unwrap_or_else(|| person.to_string())
    }

    /// The account whose login is `login`, letter case apart.
    pub fn account_with_login(&self, login: &str) -> Option<&Arc<Account>> {
        let login = folded(login);
        self.accounts.values().find(|account| account.login.open().is_some_and(|given| folds_to(given, &login)))
    }

    /// The agent source called `name`, compared [`folded`], that is open.
    pub fn source_named(&self, name: &str) -> Option<&Arc<AgentSource>> {
        let name = folded(name);
        self.sources.values().find(|source| source.closed.is_none() && folds_to(&source.name, &name))
    }

    /// The agent source that reports with `token`.
    pub fn source_with_token(&self, token: TokenId) -> Option<&Arc<AgentSource>> {
        self.sources.values().find(|source| source.closed.is_none() && source.token == token)
    }

    /// How tables of a kind from the source called `name` are read, where that was remembered.
    pub fn mapping_of(&self, kind: TableKind, name: &str) -> Option<&Arc<RememberedMapping>> {
        self.mappings.get(&(kind, folded(name)))
    }

    /// Whether the agents of a source can report at `at`: it is open, and its token and the token's owner work.
    pub fn can_report(&self, source: &AgentSource, at: Timestamp) -> bool {
        source.closed.is_none()
            && self.tokens.get(&source.token).is_some_and(|token| {
                token.works_at(at) && self.persons.get(&token.person).is_some_and(|person| person.active)
            })
    }

    /// The product that the use of a feature is: a link with its vendor comes before one for any vendor.
    pub fn product_of_feature(&self, feature: &Feature) -> Option<ProductId> {
        let feature = feature.folded();
        let link = self.feature_links.get(&feature).or_else(|| self.feature_links.get(&feature.of_any_vendor()));
        link.map(|link| link.product)
    }

    /// The token with this digest.
    pub fn token_with_digest(&self, digest: &Digest) -> Option<&Arc<Token>> {
        self.tokens.values().find(|token| token.digest == *digest)
    }
}
