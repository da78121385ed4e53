//! What the ledger says about something, in words for people.

use app::ledgers::AuditEntry;
use domain::command::{Actor, Via};
use domain::event::Event;

use crate::browse::visitor::Visitor;
use crate::design::numbers;
use crate::pages::product::Happened;
use crate::problem::Problem;

/// The latest of these entries, newest first.
pub fn latest(visitor: &Visitor, seqs: &[u64], at_most: usize) -> Result<Vec<Happened>, Problem> {
    let newest: Vec<u64> = seqs.iter().rev().take(at_most).copied().collect();
    Ok(visitor.app.history(&newest)?.iter().map(|entry| happened(visitor, entry)).collect())
}

/// An entry in words.
pub fn happened(visitor: &Visitor, entry: &AuditEntry) -> Happened {
    Happened {
        entry: entry.recorded.seq,
        at: entry.header.at,
        who: who(visitor, entry.header.actor),
        what: what(&entry.recorded.event),
    }
}

/// Who acted, and through what where that matters.
pub fn who(visitor: &Visitor, actor: Actor) -> String {
    match actor {
        Actor::Program => "the program".to_owned(),
        Actor::Person(person, Via::Operator) => format!("the operator for {}", visitor.name(person)),
        Actor::Person(person, Via::Token(token)) => format!("{} by {token}", visitor.name(person)),
        Actor::Person(person, Via::Session(_) | Via::Link(_)) => visitor.name(person),
    }
}

/// What happened, as a short sentence.
#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
pub fn what(event: &Event) -> String {
    match event {
        Event::OrganisationFounded { organisation } => format!("{} was founded", organisation.name),
        Event::PersonAdded { person, .. } => format!("{person} was added"),
        Event::RolesSet { person, roles } => {
            let roles: Vec<&str> = roles.iter().map(|role| role.title()).collect();
            let roles = if roles.is_empty() { "none".to_owned() } else { roles.join(", ") };
            format!("The roles of {person} were set: {roles}")
        }
        Event::PersonDeactivated { person } => format!("{person} was deactivated"),
        Event::PersonReactivated { person } => format!("{person} was reactivated"),
        Event::DataErased { person, legal_basis, .. } => format!("The data of {person} was erased: {legal_basis}"),
        Event::AccountOpened { account, person, .. } => format!("{account} was opened for {person}"),
        Event::SetUpLinkIssued { account, .. } => format!("A one-time link was made for {account}"),
        Event::PasswordSet { account, .. } => format!("The password of {account} was set"),
        Event::SessionOpened { account, .. } => format!("{account} signed in"),
        Event::SessionClosed { account, .. } => format!("{account} signed out"),
        Event::TokenIssued { token, person, .. } => format!("{token} was made for {person}"),
        Event::TokenRevoked { token } => format!("{token} was revoked"),
        Event::Delegated { from, to, starts_on, ends_on, .. } => {
            format!("{to} decides for {from} from {starts_on} to {ends_on}")
        }
        Event::DelegationEnded { delegation } => format!("{delegation} was ended"),
        Event::PartyAdded { name, .. } => format!("{name} was recorded as a party"),
        Event::AgreementRecorded { agreement, terms, .. } => {
            format!("{agreement} was recorded: {}", terms.reference)
        }
        Event::AgreementAmended { agreement, .. } => format!("{agreement} was amended"),
        Event::RenewalPlanned { agreement, ends_on, choice, .. } => {
            format!("{agreement}: for its end on {ends_on} the plan is: {}", choice.title())
        }
        Event::ProductAdded { product, name, .. } => format!("{product} was recorded: {name}"),
        Event::ProductMetricSet { product, metric } => {
            format!("The metric of {product} was set to {}", numbers::metric(*metric))
        }
        Event::MetricDefined { metric, definition } => format!("{metric} was defined: {}", definition.title),
        Event::ProductLinked { product, catalogue_key: Some(key) } => format!("{product} was linked to {key}"),
        Event::ProductLinked { product, catalogue_key: None } => format!("{product} was unlinked from known software"),
        Event::SuiteDefined { product, suite: Some(suite) } => {
            format!(
                "{product} is a suite of {}",
                numbers::counted(suite.components.len() as u64, "component", "components")
            )
        }
        Event::SuiteDefined { product, suite: None } => format!("{product} is no suite any more"),
        Event::TitleMatched { pattern, product: Some(product), .. } => {
            format!("\u{201c}{}\u{201d} was recognised as {product}", pattern.name)
        }
        Event::TitleMatched { pattern, product: None, .. } => {
            format!("\u{201c}{}\u{201d} was marked as needing no licence", pattern.name)
        }
        Event::TitleUnmatched { title_match } => format!("{title_match} was taken back"),
        Event::EntitlementRecorded { entitlement, product, right, .. } => {
            format!("{entitlement} was recorded: {} for {product}", right.quantity)
        }
        Event::EntitlementRetired { entitlement, retired_on, .. } => {
            format!("{entitlement} was retired from {retired_on}")
        }
        Event::Imported { import, source, .. } => format!("{import} came in from {source}"),
        Event::ImportUndone { import } => format!("{import} was undone"),
        Event::MappingRemembered { kind, name, .. } => {
            format!("How tables of {kind} from {name} are read was remembered")
        }
        Event::SourceOpened { source, name, .. } => format!("{source} was opened: {name}"),
        Event::SourceChanged { source, .. } => format!("{source} was changed"),
        Event::SourceTokenRenewed { source, token } => format!("The agents of {source} report with {token}"),
        Event::SourceClosed { source } => format!("{source} was closed"),
        Event::DeviceApproved { source, .. } => format!("A device of {source} was approved"),
        Event::DeviceRejected { source, .. } => format!("A device of {source} was rejected"),
        Event::ReportsReceived { source, devices, .. } => match devices.len() {
            1 => format!("1 device reported to {source}"),
            more => format!("{more} devices reported to {source}"),
        },
        Event::WitnessAdded { witness } => format!("{} was added as a witness", witness.name),
        Event::WitnessRemoved { name } => format!("{name} was removed as a witness"),
        Event::CataloguePublished { digest, categories } => {
            format!("Catalogue {} with {} categories was published", digest.short(), categories.len())
        }
        Event::CaseOpened { case, .. } => format!("{case} was begun"),
        Event::CaseRevised { case, revision, .. } => format!("{case} was changed to revision {revision}"),
        Event::EvidenceAttached { case, .. } => format!("A file was attached to {case}"),
        Event::CaseSubmitted { case, .. } => format!("{case} was sent to those who decide"),
        Event::CommentMade { case, .. } => format!("A comment was made on {case}"),
        Event::VoteCast { case, ballot, role, .. } => {
            format!("A vote was cast on {case} as {}: {}", role.title(), ballot.name().replace('_', " "))
        }
        Event::CaseReturned { case, .. } => format!("{case} went back to its requester"),
        Event::CaseWithdrawn { case } => format!("{case} was withdrawn"),
        Event::CaseDecided { case, outcome, .. } => {
            let outcome = match outcome {
                domain::case::Outcome::Approved => "approved",
                domain::case::Outcome::ApprovedWithConditions => "approved with conditions",
                domain::case::Outcome::Denied => "denied",
            };
            format!("{case} was {outcome}")
        }
        Event::GrantIssued { case, terms, .. } => {
            format!("Exception {case} came into force for {} until {}", terms.quantity, terms.until)
        }
        Event::GrantRevoked { case, .. } => format!("Exception {case} was revoked"),
        Event::FeatureLinked { feature, product } => {
            format!("The use of \u{201c}{feature}\u{201d} was linked to {product}")
        }
        Event::FeatureUnlinked { feature, product } => {
            format!("The use of \u{201c}{feature}\u{201d} is no longer that of {product}")
        }
        Event::EstateSealed { day, contents, .. } => {
            format!("The estate of {day} was sealed: {} devices, root {}", contents.devices, contents.root.short())
        }
        Event::StatementMade { statement, day, .. } => format!("{statement} stated the position of {day}"),
        Event::AlertRuleSet { rule, terms } => format!("{rule} was set: {}", terms.trigger.sentence()),
        Event::AlertRuleEnded { rule } => format!("{rule} was ended"),
        Event::AlertRaised { alert, rule, subject, .. } => format!("{alert} was raised by {rule}: {subject}"),
        Event::AlertCleared { alert } => format!("{alert} no longer holds"),
        Event::AlertAcknowledged { alert, .. } => format!("{alert} was acknowledged"),
        Event::AlertSnoozed { alert, until, .. } => format!("{alert} was snoozed until {until}"),
        Event::AlertResolved { alert, .. } => format!("{alert} was resolved"),
        Event::AlertTaskDone { alert, task, .. } => format!("Task {} of {alert} was done", task.saturating_add(1)),
        Event::PlaybookSet { kind, .. } => format!("The playbook for \u{201c}{}\u{201d} was set", kind.title()),
        Event::QuietPeriodSet { quiet, terms, .. } => {
            format!("{quiet} was set: no alerts from {} to {}", terms.starts_on, terms.ends_on)
        }
        Event::QuietPeriodEnded { quiet } => format!("{quiet} was ended"),
        Event::CountsNoted { counts, .. } => match counts.len() {
            1 => "The counts of 1 product were noted".to_owned(),
            more => format!("The counts of {more} products were noted"),
        },
        Event::ProductAssigned { product, .. } => format!("It was set who answers for {product}"),
        Event::CategoryAssigned { category, .. } => format!("It was set who answers for {category}"),
        Event::LeaverRecorded { leaver, left_on, .. } => format!("{leaver} was recorded: left on {left_on}"),
        Event::LeaverRemoved { leaver } => format!("{leaver} was taken back"),
        Event::WaveOpened { wave, terms } => format!("{wave} was opened for {}", terms.product),
        Event::ReclaimAsked { wave, .. } => format!("A holder was asked in {wave}"),
        Event::ReclaimAskedAgain { wave, item, .. } => {
            format!("The holder of item {} of {wave} got another link", item.saturating_add(1))
        }
        Event::ReclaimAnswered { wave, item, answer, .. } => {
            let answer = match answer {
                domain::reclaim::HolderAnswer::Keep => "keep it",
                domain::reclaim::HolderAnswer::Release => "let it go",
            };
            format!("The holder of item {} of {wave} answered: {answer}", item.saturating_add(1))
        }
        Event::ReclaimDecided { wave, item, choice, .. } => {
            let choice = match choice {
                domain::reclaim::ReclaimChoice::Keep => "it stays",
                domain::reclaim::ReclaimChoice::Reclaim => "it is to be removed",
            };
            format!("Item {} of {wave} was decided: {choice}", item.saturating_add(1))
        }
        Event::ReclaimConfirmed { wave, item } => format!("Item {} of {wave} is gone", item.saturating_add(1)),
        Event::WaveClosed { wave } => format!("{wave} was closed"),
        Event::PurchaseRequested { purchase, terms, .. } => {
            format!("{purchase} was asked for: {} of {}", terms.quantity, terms.product)
        }
        Event::PurchaseApproved { purchase, .. } => format!("{purchase} was approved"),
        Event::PurchaseRefused { purchase, .. } => format!("{purchase} was refused"),
        Event::PurchaseOrdered { purchase, reference } => format!("{purchase} was ordered as {reference}"),
        Event::PurchaseReceived { purchase, entitlement } => format!("{purchase} came in as {entitlement}"),
        Event::PurchaseWithdrawn { purchase } => format!("{purchase} was taken back"),
        Event::SpendLimitsSet { limits } => format!("Spend limits of {} roles were set", limits.len()),
        Event::BudgetSet { budget, terms } => format!("{budget} was set: {}", terms.amount),
        Event::SurchargeSet { product: Some(product), percent } => {
            format!("The surcharge on what is short of {product} was set to {percent} %")
        }
        Event::SurchargeSet { product: None, percent } => {
            format!("The surcharge on what is short was set to {percent} %")
        }
        Event::ScenarioRecorded { scenario, name, .. } => format!("{scenario} was recorded: {name}"),
        Event::ScenarioChanged { scenario, name, .. } => format!("{scenario} was changed: {name}"),
        Event::ScenarioRetired { scenario } => format!("{scenario} was retired"),
        Event::WebhookRecorded { webhook, terms } => format!("{webhook} was recorded: {}", terms.name),
        Event::WebhookChanged { webhook, terms } => format!("{webhook} was changed: {}", terms.name),
        Event::WebhookPaused { webhook, cause } => format!("{webhook} was paused: {}", cause.sentence()),
        Event::WebhookResumed { webhook } => format!("{webhook} was resumed"),
        Event::WebhookRemoved { webhook } => format!("{webhook} was removed"),
        Event::LegalHoldSet { hold, .. } => format!("{hold} was set"),
        Event::LegalHoldLifted { hold, .. } => format!("{hold} was lifted"),
    }
}
