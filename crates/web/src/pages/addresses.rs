//! The address of every page and of every form, in one place. The router answers exactly these.
//!
//! An address is state: filters, order and page number stand in its query.

use std::fmt::Write as _;

use domain::digest::Digest;
use domain::entitlement::Metric;
use domain::id::{
    AgreementId, AlertId, AlertRuleId, CaseId, DelegationId, EntitlementId, ImportId, LeaverId, LegalHoldId, PersonId,
    ProductId, PurchaseId, QuietPeriodId, ScenarioId, SourceId, StatementId, TitleMatchId, TokenId, WaveId, WebhookId,
};
use domain::seal::StatementForm;
use domain::source::DeviceMark;
use jiff::civil::Date;

use crate::pages::product::RowsKind;

/// My work.
pub const MY_WORK: &str = "/";
/// Signing in.
pub const SIGN_IN: &str = "/sign-in";
/// Signing out.
pub const SIGN_OUT: &str = "/sign-out";
/// The first steps.
pub const WELCOME: &str = "/welcome";
/// The position.
pub const POSITION: &str = "/position";
/// The products.
pub const PRODUCTS: &str = "/software";
/// The devices.
pub const DEVICES: &str = "/devices";
/// The devices as a file.
pub const DEVICES_CSV: &str = "/devices.csv";
/// Where software is.
pub const FACETS: &str = "/facets";
/// Where software is, as a file.
pub const FACETS_CSV: &str = "/facets.csv";
/// What sources leave out.
pub const GAPS: &str = "/gaps";
/// Titles of which sources leave something out.
pub const INCOMPLETE_TITLES: &str = "/gaps/titles";
/// Devices about which sources differ.
pub const CONFLICTS: &str = "/gaps/conflicts";
/// Devices that may be one machine.
pub const TWINS: &str = "/gaps/duplicates";
/// Titles that nothing recognises.
pub const TITLES: &str = "/titles";
/// What units count.
pub const METRICS: &str = "/software/metrics";
/// Recognising titles.
pub const TITLE_MATCH: &str = "/titles/match";
/// The requests.
pub const REQUESTS: &str = "/requests";
/// A new request.
pub const REQUEST_NEW: &str = "/requests/new";
/// The register of exceptions.
pub const EXCEPTIONS: &str = "/exceptions";
/// The catalogue of rules.
pub const POLICIES: &str = "/policies";
/// The ledger.
pub const AUDIT: &str = "/audit";
/// The last signed checkpoint, as a file.
pub const CHECKPOINT: &str = "/audit/checkpoint";
/// The imports.
pub const IMPORTS: &str = "/imports";
/// A new import.
pub const IMPORT_NEW: &str = "/imports/new";
/// What an import would do.
pub const IMPORT_PREVIEW: &str = "/imports/preview";
/// What a preview leaves out, as a file.
pub const IMPORT_PREVIEW_REJECTS: &str = "/imports/preview/rejects";
/// The agent sources.
pub const SOURCES: &str = "/sources";
/// The entitlements.
pub const ENTITLEMENTS: &str = "/entitlements";
/// A publisher's statement beside the entitlements.
pub const ENTITLEMENTS_RECONCILIATION: &str = "/entitlements/reconciliation";
/// A new entitlement.
pub const ENTITLEMENT_NEW: &str = "/entitlements/new";
/// The agreements.
pub const AGREEMENTS: &str = "/agreements";
/// Software that needs a licence and is no product yet.
pub const KNOWN_SOFTWARE: &str = "/software/known";
/// What ends, and by when notice must be given.
pub const RENEWALS: &str = "/renewals";
/// Products that are counted by use over time.
pub const USAGE: &str = "/usage";
/// Features, and which product each is.
pub const FEATURES: &str = "/usage/features";
/// The whole position over the sealed days.
pub const TRENDS: &str = "/position/trends";
/// The sealed days.
pub const SEALS: &str = "/audit/seals";
/// The statements.
pub const STATEMENTS: &str = "/audit/statements";
/// Whether a file is a statement.
pub const STATEMENT_CHECK: &str = "/audit/statements/check";
/// What has to be looked at.
pub const ALERTS: &str = "/alerts";
/// What changed with alerts.
pub const ALERT_DIGEST: &str = "/alerts/digest";
/// Evaluating the rules now.
pub const ALERT_EVALUATION: &str = "/alerts/evaluation";
/// The rules by which alerts are raised.
pub const ALERT_RULES: &str = "/alerts/rules";
/// Adding the usual rules.
pub const ALERT_RULES_USUAL: &str = "/alerts/rules/usual";
/// Days on which nothing is raised.
pub const QUIET_PERIODS: &str = "/alerts/quiet";
/// Who answers for which product.
pub const OWNERS: &str = "/alerts/owners";
/// Who answers for which category.
pub const CATEGORIES: &str = "/alerts/categories";
/// What is bought.
pub const PURCHASES: &str = "/purchases";
/// Up to which total each role approves.
pub const SPEND_LIMITS: &str = "/purchases/limits";
/// What rights cost.
pub const COSTS: &str = "/costs";
/// Setting a budget.
pub const BUDGETS: &str = "/costs/budgets";
/// Setting a surcharge.
pub const SURCHARGES: &str = "/costs/surcharges";
/// Scenarios.
pub const SCENARIOS: &str = "/scenarios";
/// Scenarios side by side.
pub const SCENARIOS_COMPARED: &str = "/scenarios/compare";
/// Webhooks.
pub const WEBHOOKS: &str = "/webhooks";
/// Few figures for those who decide.
pub const SUMMARY: &str = "/summary";
/// What might be reclaimed, and what was.
pub const RECLAIM: &str = "/reclaim";
/// What might be reclaimed of one product.
pub const CANDIDATES: &str = "/reclaim/candidates";
/// What must not be touched.
pub const LEGAL_HOLDS: &str = "/reclaim/holds";
/// Those who have left.
pub const LEAVERS: &str = "/alerts/leavers";
/// The one who is signed in.
pub const YOU: &str = "/you";
/// Their password.
pub const PASSWORD: &str = "/you/password";
/// Their delegations.
pub const DELEGATIONS: &str = "/you/delegations";
/// Their tokens.
pub const TOKENS: &str = "/tokens";
/// The persons.
pub const PERSONS: &str = "/persons";

/// An address with a query; parts without a value are left out.
pub fn with_query(path: &str, parts: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut separator = '?';
    for (name, value) in parts {
        if !value.is_empty() {
            address.push(separator);
            address.push_str(name);
            address.push('=');
            encode(value, &mut address);
            separator = '&';
        }
    }
    address
}

/// Percent-encodes everything but letters, digits and what never has a meaning of its own (RFC 3986, 2.3).
fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => into.push(char::from(byte)),
            b' ' => into.push('+'),
            // Writing to a string cannot fail.
            other => drop(write!(into, "%{other:02X}")),
        }
    }
}

/// The address of something under `path`, by a name that may hold anything.
pub fn below(path: &str, name: &str) -> String {
    let mut address = format!("{path}/");
    for (place, word) in name.split(' ').enumerate() {
        // A plus stands for a blank in a query alone.
        address.push_str(if place > 0 { "%20" } else { "" });
        encode(word, &mut address);
    }
    address
}

/// A device.
pub fn device(key: &str) -> String {
    below(DEVICES, key)
}

/// A one-time link by which somebody sets their password.
pub fn set_up(token: &str) -> String {
    let mut address = "/set-up/".to_owned();
    encode(token, &mut address);
    address
}

/// A metric.
pub fn metric(metric: Metric) -> String {
    format!("{METRICS}/{metric}")
}

/// A product with its working.
pub fn product(product: ProductId) -> String {
    format!("/products/{product}")
}

/// The rows behind a number of a product.
pub fn product_rows(product: ProductId, kind: RowsKind) -> String {
    format!("/products/{product}/rows/{}", kind.name())
}

/// What a suite is made of.
pub fn product_suite(product: ProductId) -> String {
    format!("/products/{product}/suite")
}

/// A product over the sealed days, with its peaks and where it is heading.
pub fn product_trend(product: ProductId) -> String {
    format!("/products/{product}/trend")
}

/// The position as it was on a sealed day.
pub fn position_on(day: Date) -> String {
    with_query(POSITION, &[("as_of", &day.to_string())])
}

/// A file of a statement.
pub fn statement_file(statement: StatementId, form: StatementForm) -> String {
    format!("{STATEMENTS}/{statement}/{}", form.name())
}

/// A recognition that can be taken back.
pub fn title_match_end(title_match: TitleMatchId) -> String {
    format!("/titles/{title_match}/end")
}

/// Where to say which product a title is.
pub fn title_match(name: &str, publisher: &str) -> String {
    with_query(TITLE_MATCH, &[("name", name), ("publisher", publisher)])
}

/// A request, and the exception of the same number.
pub fn case(case: CaseId) -> String {
    format!("/requests/{case}")
}

/// Changing a request.
pub fn case_edit(case: CaseId) -> String {
    format!("/requests/{case}/edit")
}

/// The answers before they are sent.
pub fn case_check(case: CaseId) -> String {
    format!("/requests/{case}/check")
}

/// Sending a request.
pub fn case_submit(case: CaseId) -> String {
    format!("/requests/{case}/submission")
}

/// Taking a request back.
pub fn case_withdraw(case: CaseId) -> String {
    format!("/requests/{case}/withdrawal")
}

/// Saying something about a request.
pub fn case_comments(case: CaseId) -> String {
    format!("/requests/{case}/comments")
}

/// Attaching a file to a request.
pub fn case_evidence(case: CaseId) -> String {
    format!("/requests/{case}/evidence")
}

/// A file attached to a request.
pub fn evidence(case: CaseId, digest: Digest) -> String {
    format!("/requests/{case}/evidence/{digest}")
}

/// A decision before it is signed.
pub fn vote_review(case: CaseId) -> String {
    format!("/requests/{case}/votes/review")
}

/// Recording a vote.
pub fn votes(case: CaseId) -> String {
    format!("/requests/{case}/votes")
}

/// The receipt of a vote.
pub fn receipt(case: CaseId, entry: u64) -> String {
    format!("/requests/{case}/votes/{entry}")
}

/// Ending an exception early.
pub fn revocation(case: CaseId) -> String {
    format!("/exceptions/{case}/revocation")
}

/// An entry of the ledger.
pub fn entry(entry: u64) -> String {
    format!("/audit/{entry}")
}

/// The proof that an entry is in the ledger, as a file.
pub fn entry_proof(entry: u64) -> String {
    format!("/audit/{entry}/proof")
}

/// Everything the ledger says about an object (`case/EXC-142`).
pub fn history(stream: &str) -> String {
    with_query(AUDIT, &[("object", stream)])
}

/// An import.
pub fn import(import: ImportId) -> String {
    format!("/imports/{import}")
}

/// Undoing an import.
pub fn import_undo(import: ImportId) -> String {
    format!("/imports/{import}/undo")
}

/// The rows that an import left out, as a file with reasons.
pub fn import_rejects(import: ImportId) -> String {
    format!("/imports/{import}/rejects.csv")
}

/// An agent source.
pub fn source(source: SourceId) -> String {
    format!("{SOURCES}/{source}")
}

/// Something done to an agent source: `changes`, `token` or `closing`.
pub fn source_act(source: SourceId, act: &str) -> String {
    format!("{SOURCES}/{source}/{act}")
}

/// Something done to a device of an agent source: `approval` or `rejection`.
pub fn source_device_act(source: SourceId, device: DeviceMark, act: &str) -> String {
    format!("{SOURCES}/{source}/devices/{device}/{act}")
}

/// An entitlement in the list of all.
pub fn entitlement(entitlement: EntitlementId) -> String {
    format!("{ENTITLEMENTS}/{entitlement}")
}

/// Stopping an entitlement from counting.
pub fn entitlement_retire(entitlement: EntitlementId) -> String {
    format!("{ENTITLEMENTS}/{entitlement}/retirement")
}

/// An agreement with its clauses.
pub fn agreement(agreement: AgreementId) -> String {
    format!("{AGREEMENTS}/{agreement}")
}

/// Where it is planned what happens when an agreement ends.
pub fn renewal(agreement: AgreementId) -> String {
    format!("{AGREEMENTS}/{agreement}/renewal")
}

/// A product's use over time.
pub fn usage(product: ProductId) -> String {
    format!("{USAGE}/{product}")
}

/// A person.
pub fn person(person: PersonId) -> String {
    format!("{PERSONS}/{person}")
}

/// Something done to a person: `roles`, `link`, `deactivation`, `reactivation` or `erasure`.
pub fn person_act(person: PersonId, act: &str) -> String {
    format!("{PERSONS}/{person}/{act}")
}

/// Revoking a token.
pub fn token_revoke(token: TokenId) -> String {
    format!("{TOKENS}/{token}/revocation")
}

/// Signing out another browser.
pub fn session_end(digest: Digest) -> String {
    format!("{YOU}/sessions/{digest}/end")
}

/// Ending a delegation.
pub fn delegation_end(delegation: DelegationId) -> String {
    format!("{DELEGATIONS}/{delegation}/end")
}

/// An alert.
pub fn alert(alert: AlertId) -> String {
    format!("/alerts/{alert}")
}

/// Doing something with an alert: `acknowledgement`, `snooze` or `resolution`.
pub fn alert_act(alert: AlertId, act: &str) -> String {
    format!("/alerts/{alert}/{act}")
}

/// A task of an alert, from 1.
pub fn alert_task(alert: AlertId, task: u64) -> String {
    format!("/alerts/{alert}/tasks/{task}")
}

/// The file that shows that a task was done.
pub fn alert_task_file(alert: AlertId, task: u64) -> String {
    format!("/alerts/{alert}/tasks/{task}/file")
}

/// Ending a rule.
pub fn alert_rule_end(rule: AlertRuleId) -> String {
    format!("/alerts/rules/{rule}/end")
}

/// Ending a quiet period.
pub fn quiet_end(quiet: QuietPeriodId) -> String {
    format!("/alerts/quiet/{quiet}/end")
}

/// Saying who answers for a product.
pub fn accountability(product: ProductId) -> String {
    format!("/products/{product}/accountability")
}

/// A purchase.
pub fn purchase(purchase: PurchaseId) -> String {
    format!("/purchases/{purchase}")
}

/// Doing something with a purchase: `decision`, `order`, `receipt` or `withdrawal`.
pub fn purchase_act(purchase: PurchaseId, act: &str) -> String {
    format!("/purchases/{purchase}/{act}")
}

/// A scenario.
pub fn scenario(scenario: ScenarioId) -> String {
    format!("/scenarios/{scenario}")
}

/// Retiring a scenario.
pub fn scenario_retirement(scenario: ScenarioId) -> String {
    format!("/scenarios/{scenario}/retirement")
}

/// A webhook.
pub fn webhook(webhook: WebhookId) -> String {
    format!("{WEBHOOKS}/{webhook}")
}

/// What becomes of a webhook.
pub fn webhook_acts(webhook: WebhookId) -> String {
    format!("{WEBHOOKS}/{webhook}/acts")
}

/// Removing a webhook.
pub fn webhook_removal(webhook: WebhookId) -> String {
    format!("{WEBHOOKS}/{webhook}/removal")
}

/// A reclaim wave.
pub fn wave(wave: WaveId) -> String {
    format!("/reclaim/waves/{wave}")
}

/// Doing something with a reclaim wave: `decisions` or `closing`.
pub fn wave_act(wave: WaveId, act: &str) -> String {
    format!("/reclaim/waves/{wave}/{act}")
}

/// Lifting a legal hold.
pub fn hold_lift(hold: LegalHoldId) -> String {
    format!("/reclaim/holds/{hold}/lift")
}

/// Taking back that somebody has left.
pub fn leaver_removal(leaver: LeaverId) -> String {
    format!("/alerts/leavers/{leaver}/removal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_cannot_leave_its_place_in_an_address() {
        assert_eq!(with_query("/position", &[("q", "a&b=c #1"), ("view", "")]), "/position?q=a%26b%3Dc+%231");
        assert_eq!(with_query("/titles", &[("q", "Žluťák"), ("page", "2")]), "/titles?q=%C5%BDlu%C5%A5%C3%A1k&page=2");
        assert_eq!(device("name:a b/../c"), "/devices/name%3Aa%20b%2F..%2Fc");
        assert_eq!(set_up("../sign-out"), "/set-up/..%2Fsign-out");
    }
}
