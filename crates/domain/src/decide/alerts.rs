//! Decisions about alerts: rules, what becomes of findings, and how alerts are handled.
//!
//! Whether a rule holds is worked out from a snapshot elsewhere; here it is decided what of that is news.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Asking, check_line, check_name, check_quantity, check_words};
use crate::alert::{
    Alert, AlertRule, AlertTerms, Finding, PlaybookTask, ProductCount, QuietTerms, Subject, Trigger, TriggerKind,
};
use crate::command::Intent;
use crate::event::Event;
use crate::id::{AlertId, AlertRuleId, ProductId, QuietPeriodId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Rules that hold at once: every one is looked at in every evaluation.
const RULES_MAX: usize = 500;
/// Days of a threshold: ten years.
pub const THRESHOLD_DAYS_MAX: u32 = 3_650;
/// Per cent of a threshold: a hundred times.
const THRESHOLD_PERCENT_MAX: u32 = 10_000;
/// New alerts of one evaluation, so that a new rule over a large estate floods nobody; the rest comes with the next.
pub const ALERTS_RAISED_AT_ONCE_MAX: usize = 1_000;
/// Tasks of one playbook: what somebody gets done.
pub const PLAYBOOK_TASKS_MAX: usize = 30;
/// Letters of one task.
const TASK_CHARS_MAX: usize = 500;
/// Counts of one entry: about 70 bytes each, in an entry of at most 65,535.
const COUNTS_AT_ONCE: usize = 500;
/// Days of one quiet period: a long migration. What is quiet for longer is better a changed rule.
const QUIET_DAYS_MAX: i32 = 185;
/// Days of one snooze.
const SNOOZE_DAYS_MAX: i32 = 366;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::AddAlertRules { rules } => add_rules(state, rules),
        Intent::ChangeAlertRule { rule, terms } => change_rule(state, *rule, terms),
        Intent::EndAlertRule { rule } => {
            rule_in_force(state, *rule)?;
            Ok(vec![Event::AlertRuleEnded { rule: *rule }])
        }
        Intent::RecordFindings { findings, counts, gone } => {
            let mut events = record(asking, findings, counts);
            events.extend(super::reclaim::confirmed(state, gone));
            Ok(events)
        }
        Intent::AcknowledgeAlert { alert, note } => {
            unresolved(state, *alert)?;
            check_words("note", "what you do about it", note)?;
            Ok(vec![Event::AlertAcknowledged { alert: *alert, note: note.clone() }])
        }
        Intent::SnoozeAlert { alert, until, note } => snooze(asking, *alert, *until, note),
        Intent::ResolveAlert { alert, reason, measured } => {
            unresolved(state, *alert)?;
            check_words("reason", "why it is over", reason)?;
            Ok(vec![Event::AlertResolved { alert: *alert, reason: reason.clone(), measured: *measured }])
        }
        Intent::CompleteAlertTask { .. } => complete(asking),
        Intent::SetPlaybook { kind, tasks } => set_playbook(state, *kind, tasks),
        Intent::KeepQuiet { terms, reason } => keep_quiet(state, terms, reason),
        Intent::EndQuiet { quiet } => {
            let known = state
                .quiet_periods
                .get(quiet)
                .ok_or_else(|| Refusal::NotFound { what: "quiet period", number: quiet.to_string() })?;
            Ok(if known.ended { Vec::new() } else { vec![Event::QuietPeriodEnded { quiet: *quiet }] })
        }
        _ => Ok(Vec::new()),
    }
}

fn rule_in_force(state: &State, rule: AlertRuleId) -> Result<&AlertRule, Refusal> {
    let known = state
        .alert_rules
        .get(&rule)
        .ok_or_else(|| Refusal::NotFound { what: "alert rule", number: rule.to_string() })?;
    if known.ended {
        return Err(Refusal::Gone { message: format!("{rule} was ended. Set a new rule.") });
    }
    Ok(known)
}

fn unresolved(state: &State, alert: AlertId) -> Result<&Alert, Refusal> {
    let known = alert_of(state, alert)?;
    if known.resolution.is_some() {
        return Err(Refusal::Gone { message: format!("{alert} is resolved already.") });
    }
    Ok(known)
}

fn alert_of(state: &State, alert: AlertId) -> Result<&Alert, Refusal> {
    state
        .alerts
        .get(&alert)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "alert", number: alert.to_string() })
}

/// Records the rules that are not there yet; two rules that say the same would raise everything twice.
fn add_rules(state: &State, rules: &[AlertTerms]) -> Result<Vec<Event>, Refusal> {
    if rules.is_empty() {
        return Err(Refusal::about("rules", "Say what to look for."));
    }
    let in_force = state.alert_rules.values().filter(|rule| !rule.ended);
    let mut known: Vec<&AlertTerms> = in_force.map(|rule| &rule.terms).collect();
    let mut events = Vec::new();
    let mut number = state.last_numbers.alert_rule;
    for terms in rules {
        check_terms(state, terms)?;
        if known.contains(&terms) {
            continue;
        }
        if known.len() >= RULES_MAX {
            return Err(Refusal::about(
                "rules",
                format!("At most {RULES_MAX} rules are kept at once. End some first."),
            ));
        }
        known.push(terms);
        number += 1;
        events.push(Event::AlertRuleSet { rule: AlertRuleId(number), terms: terms.clone() });
    }
    Ok(events)
}

fn change_rule(state: &State, rule: AlertRuleId, terms: &AlertTerms) -> Result<Vec<Event>, Refusal> {
    let known = rule_in_force(state, rule)?;
    check_terms(state, terms)?;
    if known.terms == *terms {
        return Ok(Vec::new());
    }
    if known.terms.trigger.kind() != terms.trigger.kind() {
        let sentence = "A rule keeps its kind, so that its alerts stay comparable. Set a new rule and end this one.";
        return Err(Refusal::about("trigger", sentence));
    }
    let twin = state.alert_rules.values().find(|other| !other.ended && other.id != rule && other.terms == *terms);
    if let Some(twin) = twin {
        return Err(Refusal::about("trigger", format!("{} looks for exactly that already.", twin.id)));
    }
    Ok(vec![Event::AlertRuleSet { rule, terms: terms.clone() }])
}

fn check_terms(state: &State, terms: &AlertTerms) -> Result<(), Refusal> {
    let kind = terms.trigger.kind();
    if let Some(product) = terms.product {
        if !kind.is_about_products() {
            return Err(Refusal::about("product", "This kind of rule is not about products; leave the product out."));
        }
        super::software::product_of(state, product)?;
    }
    match &terms.trigger {
        Trigger::ShortOver { units } | Trigger::SurplusOver { units } => {
            // Nothing at all may be short: 0 is a threshold.
            if *units > 0 { check_quantity("units", *units) } else { Ok(()) }
        }
        Trigger::ExposureOver { amount } | Trigger::SurplusWorth { amount } => check_amount(state, *amount),
        Trigger::UseOver { percent } => check_percent(*percent),
        Trigger::CoverageUnder { percent, days } => {
            if *percent > 100 {
                return Err(Refusal::about("percent", "Enter 1 to 100 per cent of the devices."));
            }
            check_percent(*percent).and_then(|()| check_days(*days))
        }
        Trigger::SuddenGrowth { percent, days } => check_percent(*percent).and_then(|()| check_days(*days)),
        Trigger::ExceptionEnds { days }
        | Trigger::RightEnds { days }
        | Trigger::SourceSilent { days }
        | Trigger::Dormant { days } => check_days(*days),
        Trigger::DuplicateActivation { devices } => check_quantity("devices", u64::from(*devices)),
        Trigger::UseAfterLeaving | Trigger::ExpiredWithUse | Trigger::UnauthorisedDeployment => Ok(()),
    }
}

fn check_days(days: u32) -> Result<(), Refusal> {
    if days == 0 || days > THRESHOLD_DAYS_MAX {
        return Err(Refusal::about("days", format!("Enter 1 to {THRESHOLD_DAYS_MAX} days.")));
    }
    Ok(())
}

fn check_percent(percent: u32) -> Result<(), Refusal> {
    if percent == 0 || percent > THRESHOLD_PERCENT_MAX {
        return Err(Refusal::about("percent", format!("Enter 1 to {THRESHOLD_PERCENT_MAX} per cent.")));
    }
    Ok(())
}

/// A threshold in money is in the organisation's currency: nothing is converted.
pub(super) fn check_amount(state: &State, amount: Money) -> Result<(), Refusal> {
    let own = state.organisation.as_ref().map(|organisation| organisation.currency);
    if own.is_some_and(|own| own != amount.currency) {
        let own = own.map(|own| own.to_string()).unwrap_or_default();
        return Err(Refusal::about("amount", format!("Enter the amount in {own}; nothing is converted.")));
    }
    if amount.amount.is_sign_negative() || amount.amount > rust_decimal::Decimal::from(super::QUANTITY_MAX) {
        return Err(Refusal::about("amount", format!("Enter an amount from 0 to {}.", super::QUANTITY_MAX)));
    }
    Ok(())
}

/// What of the findings is news: raised where it was not there, cleared where it no longer holds.
fn record(asking: Asking<'_>, findings: &[Finding], counts: &[ProductCount]) -> Vec<Event> {
    let state = asking.state;
    let day = state.day(asking.at);
    let mut events = Vec::new();
    let mut number = state.last_numbers.alert;
    let mut holding: BTreeSet<(AlertRuleId, &Subject)> = BTreeSet::new();
    for finding in findings {
        let in_force = state.alert_rules.get(&finding.rule).is_some_and(|rule| !rule.ended);
        if !in_force || !holding.insert((finding.rule, &finding.subject)) || events.len() >= ALERTS_RAISED_AT_ONCE_MAX {
            continue;
        }
        let key = (finding.rule, finding.subject.clone());
        let known = state.alerts_holding.get(&key).and_then(|alert| state.alerts.get(alert));
        if !is_news(known.map(AsRef::as_ref), finding) {
            continue;
        }
        let product = product_of(state, &finding.subject);
        if state.quiet_periods.values().any(|quiet| quiet.holds_on(day, product)) {
            continue;
        }
        number += 1;
        events.push(Event::AlertRaised {
            alert: AlertId(number),
            rule: finding.rule,
            subject: finding.subject.clone(),
            measured: finding.measured,
            limit: finding.limit,
            tasks: finding.tasks.clone(),
        });
    }
    let gone = state.alerts_holding.iter().filter(|((rule, subject), _)| !holding.contains(&(*rule, subject)));
    events.extend(gone.map(|(_, alert)| Event::AlertCleared { alert: *alert }));
    if state.counted_on.is_none_or(|counted| counted < day) {
        let changed: Vec<ProductCount> =
            counts.iter().copied().filter(|count| last_count(state, count.product) != Some(*count)).collect();
        events.extend(changed.chunks(COUNTS_AT_ONCE).map(|part| Event::CountsNoted { day, counts: part.to_vec() }));
    }
    events
}

/// Whether a finding is worth an alert: nothing is known of it yet, or somebody accepted a number and it has grown by
/// half since.
fn is_news(known: Option<&Alert>, finding: &Finding) -> bool {
    let Some(known) = known else { return true };
    let accepted = known.resolution.as_ref().filter(|resolution| resolution.by.is_some());
    accepted.is_some_and(|accepted| {
        let grown = accepted.measured.saturating_mul(3) <= finding.measured.saturating_mul(2);
        grown && finding.measured > accepted.measured && counts_up(known.trigger.kind())
    })
}

/// Whether a greater number is worse. Days until an end only ever go down.
fn counts_up(kind: TriggerKind) -> bool {
    !matches!(kind, TriggerKind::ExceptionEnds | TriggerKind::RightEnds | TriggerKind::CoverageUnder)
}

fn last_count(state: &State, product: ProductId) -> Option<ProductCount> {
    state.counts.get(&product)?.last().map(|noted| noted.count)
}

/// The product that a subject is about.
pub(crate) fn product_of(state: &State, subject: &Subject) -> Option<ProductId> {
    match subject {
        Subject::Product(product) => Some(*product),
        Subject::Entitlement(entitlement) => Some(state.entitlements.get(entitlement)?.product),
        Subject::Exception(case) => Some(state.grants.get(case)?.terms.product),
        Subject::Source(_) | Subject::Estate => None,
    }
}

fn snooze(asking: Asking<'_>, alert: AlertId, until: Date, note: &Text) -> Result<Vec<Event>, Refusal> {
    unresolved(asking.state, alert)?;
    let today = asking.state.day(asking.at);
    let days = today.until(until).map_or(i32::MAX, |span| span.get_days());
    if !(1..=SNOOZE_DAYS_MAX).contains(&days) {
        return Err(Refusal::about("until", format!("Enter a day after today, at most {SNOOZE_DAYS_MAX} days ahead.")));
    }
    check_words("note", "why it can wait", note)?;
    Ok(vec![Event::AlertSnoozed { alert, until, note: note.clone() }])
}

fn complete(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let Intent::CompleteAlertTask { alert, task, note, evidence } = &asking.command.intent else {
        return Ok(Vec::new());
    };
    let known = alert_of(asking.state, *alert)?;
    let wanted = usize::try_from(*task).ok().and_then(|place| known.tasks.get(place));
    let number = task.saturating_add(1);
    let wanted = wanted.ok_or_else(|| Refusal::NotFound { what: "task", number: format!("{number} of {alert}") })?;
    if wanted.done.is_some() {
        return Err(Refusal::Gone { message: format!("Task {number} of {alert} is done already.") });
    }
    check_words("note", "what was done", note)?;
    if let Some(evidence) = evidence {
        check_name("file", "a file name", evidence.name.open().unwrap_or_default())?;
        super::check_integer("file", "The length of a file", evidence.bytes)?;
    }
    Ok(vec![Event::AlertTaskDone { alert: *alert, task: *task, note: note.clone(), evidence: evidence.clone() }])
}

fn set_playbook(state: &State, kind: TriggerKind, tasks: &[PlaybookTask]) -> Result<Vec<Event>, Refusal> {
    if tasks.len() > PLAYBOOK_TASKS_MAX {
        return Err(Refusal::about("tasks", format!("A playbook has at most {PLAYBOOK_TASKS_MAX} tasks.")));
    }
    for task in tasks {
        check_line(&task.wording, TASK_CHARS_MAX).map_err(|sentence| Refusal::about("tasks", sentence))?;
    }
    if !tasks.is_sorted_by_key(|task| task.phase) {
        return Err(Refusal::about("tasks", "Put the tasks in order: contain, then remediate, then report."));
    }
    if state.playbooks.get(&kind).is_some_and(|known| known.as_slice() == tasks) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::PlaybookSet { kind, tasks: tasks.to_vec() }])
}

fn keep_quiet(state: &State, terms: &QuietTerms, reason: &Text) -> Result<Vec<Event>, Refusal> {
    if let Some(product) = terms.product {
        super::software::product_of(state, product)?;
    }
    let days = terms.starts_on.until(terms.ends_on).map_or(i32::MAX, |span| span.get_days());
    if days < 0 {
        return Err(Refusal::about("ends_on", format!("The last day must not be before {}.", terms.starts_on)));
    }
    if days >= QUIET_DAYS_MAX {
        let sentence = format!("A quiet period has at most {QUIET_DAYS_MAX} days; for longer, change the rule.");
        return Err(Refusal::about("ends_on", sentence));
    }
    check_words("reason", "why nothing is to be raised", reason)?;
    let quiet = QuietPeriodId(state.last_numbers.quiet_period + 1);
    Ok(vec![Event::QuietPeriodSet { quiet, terms: terms.clone(), reason: reason.clone() }])
}
