//! The search: every rule in force against one snapshot.
//!
//! A rule for one product stands before a rule of the same kind for all. The numbers of products come from the
//! position; what people hold comes from one pass over the estate.

use std::collections::{BTreeMap, BTreeSet};

use domain::Decimal;
use domain::alert::{AlertRule, Finding, NotedCount, ProductCount, Subject, Trigger, TriggerKind};
use domain::entitlement::Quantity;
use domain::id::{AlertRuleId, ProductId};
use domain::money::Money;
use domain::product::folded;
use imbl::Vector;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use position::{Line, SupplySource, UserIndex};

use super::{Found, playbook_of};
use crate::snapshot::Snapshot;

/// Units by which use must have grown before it is sudden: from one to two is no news.
const GROWTH_UNITS_MIN: u64 = 3;

/// The rules in force, and which products have one of their own.
struct Rules<'a> {
    in_force: Vec<&'a AlertRule>,
    own: BTreeSet<(TriggerKind, ProductId)>,
}

impl<'a> Rules<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let in_force: Vec<&AlertRule> =
            snapshot.state.alert_rules.values().map(AsRef::as_ref).filter(|rule| !rule.ended).collect();
        let own = in_force.iter().filter_map(|rule| Some((rule.terms.trigger.kind(), rule.terms.product?))).collect();
        Self { in_force, own }
    }

    /// Whether a rule speaks about a product.
    fn speaks(&self, rule: &AlertRule, product: ProductId) -> bool {
        match rule.terms.product {
            Some(only) => only == product,
            None => !self.own.contains(&(rule.terms.trigger.kind(), product)),
        }
    }

    fn of_kind(&self, kind: TriggerKind) -> impl Iterator<Item = &&'a AlertRule> {
        self.in_force.iter().filter(move |rule| rule.terms.trigger.kind() == kind)
    }
}

pub(super) fn find(snapshot: &Snapshot, at: Timestamp) -> Found {
    let rules = Rules::of(snapshot);
    let mut found: BTreeMap<(AlertRuleId, Subject), u64> = BTreeMap::new();
    let lines = snapshot.lines(at);
    for line in &lines {
        for rule in rules.in_force.iter().filter(|rule| rules.speaks(rule, line.product)) {
            if let Some(measured) = of_line(snapshot, &rule.terms.trigger, line, at) {
                found.insert((rule.id, Subject::Product(line.product)), measured);
            }
        }
    }
    ends(snapshot, &rules, at, &mut found);
    for rule in &rules.in_force {
        for (subject, measured) in of_sources(snapshot, &rule.terms.trigger, at) {
            found.insert((rule.id, subject), measured);
        }
    }
    holdings(snapshot, &rules, at, &mut found);
    let finding = |((rule, subject), measured): ((AlertRuleId, Subject), u64)| {
        let trigger = &snapshot.state.alert_rules.get(&rule)?.terms.trigger;
        let tasks = playbook_of(&snapshot.state, trigger.kind()).to_vec();
        Some(Finding { rule, subject, measured, limit: limit(trigger), tasks })
    };
    Found {
        findings: found.into_iter().filter_map(finding).collect(),
        counts: lines.iter().map(count_of).collect(),
        gone: snapshot.gone(),
    }
}

fn count_of(line: &Line) -> ProductCount {
    ProductCount { product: line.product, used: line.consumed, short: line.short, surplus: line.surplus }
}

/// The number of one trigger for one subject; `None` where it does not hold.
pub(super) fn measure(snapshot: &Snapshot, trigger: &Trigger, subject: &Subject, at: Timestamp) -> Option<u64> {
    match subject {
        Subject::Product(product) => {
            let by_rows = [TriggerKind::Dormant, TriggerKind::DuplicateActivation, TriggerKind::UseAfterLeaving];
            if !by_rows.contains(&trigger.kind()) {
                return of_line(snapshot, trigger, &snapshot.line(*product, at)?, at);
            }
            let rows = snapshot.alert_rows(trigger, subject, at);
            u64::try_from(rows.len()).ok().filter(|rows| *rows > 0)
        }
        Subject::Entitlement(id) => {
            let right = snapshot.state.entitlements.get(id).filter(|right| right.counts_on(snapshot.state.day(at)))?;
            days_left(trigger, right.right.ends_on?, snapshot.state.day(at))
        }
        Subject::Exception(id) => {
            let grant = snapshot.state.grants.get(id).filter(|grant| grant.applies(at, &snapshot.state.zone()))?;
            days_left(trigger, grant.terms.until, snapshot.state.day(at))
        }
        Subject::Source(_) | Subject::Estate => {
            let found = of_sources(snapshot, trigger, at);
            found.into_iter().find(|(found, _)| found == subject).map(|(_, measured)| measured)
        }
    }
}

/// What the numbers of a product say to a trigger.
fn of_line(snapshot: &Snapshot, trigger: &Trigger, line: &Line, at: Timestamp) -> Option<u64> {
    let today = snapshot.state.day(at);
    match trigger {
        Trigger::ShortOver { units } => Some(line.short).filter(|short| short > units),
        Trigger::SurplusOver { units } => line.surplus.filter(|surplus| surplus > units),
        Trigger::ExposureOver { amount } => over(line.exposure.money, *amount),
        Trigger::SurplusWorth { amount } => over(line.saving.money, *amount),
        Trigger::UseOver { percent } => {
            // Once something is short, that is another alert.
            let Quantity::Units(entitled) = line.entitled else { return None };
            if line.short > 0 {
                return None;
            }
            let used = line.consumed.saturating_mul(100).checked_div(entitled)?;
            Some(used).filter(|used| *used > u64::from(*percent))
        }
        Trigger::ExpiredWithUse => {
            Some(expired(snapshot, line, today).iter().fold(0, |sum: u64, (_, units, _)| sum.saturating_add(*units)))
                .filter(|units| *units > 0)
        }
        Trigger::UnauthorisedDeployment => {
            // What a right covered until it ended is another matter.
            let ended = |end: Option<Date>| end.is_some_and(|end| end < today);
            let covered = line.supplies.iter().any(|supply| supply.why_not.is_none() || ended(supply.ends_on));
            (line.devices > 0 && !covered && !is_authorised(snapshot, line.product)).then_some(line.devices)
        }
        Trigger::SuddenGrowth { percent, days } => {
            let before = count_before(snapshot.state.counts.get(&line.product)?, today, *days)?.count.used;
            let grown = line.consumed.checked_sub(before).filter(|grown| *grown >= GROWTH_UNITS_MIN)?;
            let share = grown.saturating_mul(100).checked_div(before)?;
            Some(share).filter(|share| *share > u64::from(*percent))
        }
        Trigger::ExceptionEnds { .. }
        | Trigger::RightEnds { .. }
        | Trigger::SourceSilent { .. }
        | Trigger::CoverageUnder { .. }
        | Trigger::DuplicateActivation { .. }
        | Trigger::Dormant { .. }
        | Trigger::UseAfterLeaving => None,
    }
}

/// Whether somebody was authorised to deploy a product for which no right counts yet.
fn is_authorised(snapshot: &Snapshot, product: ProductId) -> bool {
    let mut purchases = snapshot.state.purchases.values();
    purchases.any(|purchase| purchase.terms.product == product && purchase.is_authorised())
}

/// The rights of a line that ended, or whose agreement did, with the units that are used without cover, and why.
pub(super) fn expired(snapshot: &Snapshot, line: &Line, today: Date) -> Vec<(domain::id::EntitlementId, u64, String)> {
    let mut found = Vec::new();
    let mut short = line.short;
    for supply in &line.supplies {
        let SupplySource::Entitlement(id) = supply.source else { continue };
        let Some(right) = snapshot.state.entitlements.get(&id).filter(|right| right.retired_on.is_none()) else {
            continue;
        };
        let agreement = right.agreement.and_then(|agreement| snapshot.state.agreements.get(&agreement));
        let agreement_end = agreement.and_then(|known| known.terms.ends_on).filter(|end| *end < today);
        match (right.right.ends_on.filter(|end| *end < today), agreement_end) {
            (Some(end), _) => {
                let units = right.right.quantity.units().unwrap_or(u64::MAX).min(short);
                short -= units;
                if units > 0 {
                    found.push((id, units, format!("The right ended on {end}.")));
                }
            }
            (None, Some(end)) if supply.why_not.is_none() && supply.covers > 0 => {
                found.push((id, supply.covers, format!("Its agreement, and with it the maintenance, ended on {end}.")));
            }
            (None, _) => {}
        }
    }
    found
}

/// The count that a growth is measured from: the last one noted at least `days` ago, else the first that was noted.
pub(super) fn count_before(counts: &Vector<NotedCount>, today: Date, days: u32) -> Option<NotedCount> {
    let cutoff = today.checked_sub(i64::from(days).days()).ok()?;
    let old = counts.iter().rev().find(|noted| noted.day <= cutoff);
    old.or_else(|| counts.front().filter(|first| first.day < today)).copied()
}

fn over(found: Option<Money>, limit: Money) -> Option<u64> {
    found
        .filter(|found| found.currency == limit.currency && found.amount > limit.amount)
        .map(|found| cents(found.amount))
}

/// Hundredths, rounded down: what an alert counts in.
fn cents(amount: Decimal) -> u64 {
    amount.checked_mul(Decimal::from(100)).and_then(|cents| u64::try_from(cents.trunc()).ok()).unwrap_or(u64::MAX)
}

/// The number of a rule.
fn limit(trigger: &Trigger) -> u64 {
    match trigger {
        Trigger::ShortOver { units } | Trigger::SurplusOver { units } => *units,
        Trigger::ExposureOver { amount } | Trigger::SurplusWorth { amount } => cents(amount.amount),
        Trigger::UseOver { percent }
        | Trigger::CoverageUnder { percent, .. }
        | Trigger::SuddenGrowth { percent, .. } => u64::from(*percent),
        Trigger::ExceptionEnds { days }
        | Trigger::RightEnds { days }
        | Trigger::SourceSilent { days }
        | Trigger::Dormant { days } => u64::from(*days),
        Trigger::DuplicateActivation { devices } => u64::from(*devices),
        Trigger::UseAfterLeaving | Trigger::ExpiredWithUse | Trigger::UnauthorisedDeployment => 0,
    }
}

fn days_left(trigger: &Trigger, ends_on: Date, today: Date) -> Option<u64> {
    let (Trigger::ExceptionEnds { days } | Trigger::RightEnds { days }) = trigger else { return None };
    let left = u64::try_from(today.until(ends_on).ok()?.get_days()).ok()?;
    Some(left).filter(|left| *left <= u64::from(*days))
}

/// Exceptions and rights that end.
fn ends(snapshot: &Snapshot, rules: &Rules<'_>, at: Timestamp, found: &mut BTreeMap<(AlertRuleId, Subject), u64>) {
    let state = &snapshot.state;
    let (today, zone) = (state.day(at), state.zone());
    for rule in rules.of_kind(TriggerKind::ExceptionEnds) {
        for grant in state.grants.values().filter(|grant| rules.speaks(rule, grant.terms.product)) {
            let left = days_left(&rule.terms.trigger, grant.terms.until, today);
            if let Some(left) = left.filter(|_| grant.applies(at, &zone)) {
                found.insert((rule.id, Subject::Exception(grant.case)), left);
            }
        }
    }
    for rule in rules.of_kind(TriggerKind::RightEnds) {
        for right in state.entitlements.values().filter(|right| rules.speaks(rule, right.product)) {
            let left = right.right.ends_on.and_then(|end| days_left(&rule.terms.trigger, end, today));
            if let Some(left) = left.filter(|_| right.counts_on(today)) {
                found.insert((rule.id, Subject::Entitlement(right.id)), left);
            }
        }
    }
}

/// When each source was heard of last, by name: agent sources that are open, and sources of files.
pub(super) fn heard_of(snapshot: &Snapshot) -> BTreeMap<String, Timestamp> {
    let state = &snapshot.state;
    let mut heard: BTreeMap<String, Timestamp> = BTreeMap::new();
    let mut note = |name: &str, at: Timestamp| {
        let last = heard.entry(name.to_owned()).or_insert(at);
        *last = at.max(*last);
    };
    for source in state.sources.values().filter(|source| source.closed.is_none()) {
        if let Some(at) = source.last_report_at {
            note(&source.name, at);
        }
    }
    let inventories = state.imports.values().filter(|import| import.undone.is_none());
    for import in inventories.filter(|import| matches!(import.brought, domain::import::Brought::Inventory { .. })) {
        note(&import.source, import.at);
    }
    heard
}

/// What the sources say to a trigger.
fn of_sources(snapshot: &Snapshot, trigger: &Trigger, at: Timestamp) -> Vec<(Subject, u64)> {
    let state = &snapshot.state;
    match trigger {
        Trigger::SourceSilent { days } => {
            let silent = |(name, last): (String, Timestamp)| {
                let since = state.day(last).until(state.day(at)).ok()?.get_days();
                let since = u64::try_from(since).ok().filter(|since| *since > u64::from(*days))?;
                Some((Subject::Source(name), since))
            };
            heard_of(snapshot).into_iter().filter_map(silent).collect()
        }
        Trigger::CoverageUnder { percent, days } => {
            let (heard, dated) = coverage(snapshot, *days, at);
            let share = heard.saturating_mul(100).checked_div(dated);
            let share = share.filter(|share| *share < u64::from(*percent));
            share.map(|share| (Subject::Estate, share)).into_iter().collect()
        }
        Trigger::ShortOver { .. }
        | Trigger::ExposureOver { .. }
        | Trigger::SurplusOver { .. }
        | Trigger::SurplusWorth { .. }
        | Trigger::UseOver { .. }
        | Trigger::ExceptionEnds { .. }
        | Trigger::RightEnds { .. }
        | Trigger::DuplicateActivation { .. }
        | Trigger::Dormant { .. }
        | Trigger::UseAfterLeaving
        | Trigger::ExpiredWithUse
        | Trigger::UnauthorisedDeployment
        | Trigger::SuddenGrowth { .. } => Vec::new(),
    }
}

/// Devices that were heard of within so many days, and devices of which it is known when they were.
pub(super) fn coverage(snapshot: &Snapshot, days: u32, at: Timestamp) -> (u64, u64) {
    let estate = snapshot.base.estate();
    let cutoff = snapshot.state.day(at).checked_sub(i64::from(days).days()).unwrap_or(Date::MIN);
    let seen = estate.devices().filter_map(|device| position::seen_at(estate, device));
    seen.fold((0, 0), |(heard, dated), seen| (heard + u64::from(snapshot.state.day(seen) >= cutoff), dated + 1))
}

/// The last day of everybody who has left, by the index of the user.
pub(super) fn leavers_by_user(snapshot: &Snapshot) -> BTreeMap<UserIndex, Date> {
    let mut by_name: BTreeMap<String, Date> = BTreeMap::new();
    for leaver in snapshot.state.leavers.values() {
        if let Some(name) = leaver.name.open() {
            let day = by_name.entry(folded(name)).or_insert(leaver.left_on);
            *day = leaver.left_on.max(*day);
        }
    }
    if by_name.is_empty() {
        return BTreeMap::new();
    }
    let estate = snapshot.base.estate();
    let users = (0_u32..).map(UserIndex).take(position::devices_by_user(estate).len());
    users.filter_map(|user| Some((user, *by_name.get(position::user_name(estate, user))?))).collect()
}

/// Whether a product is used, or its device still held, after its user's last day.
pub(super) fn is_after_leaving(left_on: Date, used: Option<Date>, seen: Option<Date>) -> bool {
    used.is_some_and(|used| used > left_on) || seen.is_some_and(|seen| seen > left_on)
}

/// What people hold: one pass over the estate for all rules.
fn holdings(snapshot: &Snapshot, rules: &Rules<'_>, at: Timestamp, found: &mut BTreeMap<(AlertRuleId, Subject), u64>) {
    let of = |kind| rules.of_kind(kind).copied().collect::<Vec<&AlertRule>>();
    let dormant = of(TriggerKind::Dormant);
    let duplicates = of(TriggerKind::DuplicateActivation);
    let after_leaving = of(TriggerKind::UseAfterLeaving);
    if dormant.is_empty() && duplicates.is_empty() && after_leaving.is_empty() {
        return;
    }
    let state = &snapshot.state;
    let today = state.day(at);
    let leavers = if after_leaving.is_empty() { BTreeMap::new() } else { leavers_by_user(snapshot) };
    let devices = if duplicates.is_empty() { Vec::new() } else { position::devices_by_user(snapshot.base.estate()) };
    let has_several = |user: UserIndex| {
        usize::try_from(user.0).ok().and_then(|user| devices.get(user)).is_some_and(|devices| *devices > 1)
    };
    let mut held: BTreeMap<(UserIndex, ProductId), u32> = BTreeMap::new();
    let mut add = |rule: &AlertRule, product: ProductId, units: u64| {
        *found.entry((rule.id, Subject::Product(product))).or_default() += units;
    };
    position::holders(&snapshot.base, |holder| {
        let left_on = holder.user.and_then(|user| leavers.get(&user));
        let seen = holder.seen_at.map(|seen| state.day(seen));
        for (product, used) in holder.products {
            for rule in dormant.iter().filter(|rule| rules.speaks(rule, *product)) {
                if is_dormant(&rule.terms.trigger, *used, today) {
                    add(rule, *product, 1);
                }
            }
            if left_on.is_some_and(|left_on| is_after_leaving(*left_on, *used, seen)) {
                for rule in after_leaving.iter().filter(|rule| rules.speaks(rule, *product)) {
                    add(rule, *product, 1);
                }
            }
            if let Some(user) = holder.user.filter(|user| has_several(*user)) {
                *held.entry((user, *product)).or_default() += 1;
            }
        }
    });
    for ((_, product), devices) in held {
        for rule in duplicates.iter().filter(|rule| rules.speaks(rule, product)) {
            if matches!(rule.terms.trigger, Trigger::DuplicateActivation { devices: most } if devices > most) {
                add(rule, product, u64::from(devices));
            }
        }
    }
}

/// Whether an installation that was last used on `used` is dormant.
pub(super) fn is_dormant(trigger: &Trigger, used: Option<Date>, today: Date) -> bool {
    let Trigger::Dormant { days } = trigger else { return false };
    let cutoff = today.checked_sub(i64::from(*days).days()).unwrap_or(Date::MIN);
    used.is_some_and(|used| used < cutoff)
}
