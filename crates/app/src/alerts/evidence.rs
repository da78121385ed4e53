//! The rows behind an alert: devices with their users and last use, rights, days with their counts, or sources.

use std::collections::BTreeMap;

use domain::alert::{Subject, Trigger};
use domain::id::{EntitlementId, ProductId};
use jiff::Timestamp;
use jiff::civil::Date;
use position::{DeviceIndex, UserIndex};

use super::search;
use crate::snapshot::Snapshot;

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowAbout {
    /// An installation of the product on a device.
    Device {
        /// The device's key, by which it is found.
        key: String,
        /// Its name.
        name: String,
        /// Its primary user as a source writes them, where known.
        user: Option<String>,
        /// The last day of use that any source knows.
        last_used_on: Option<Date>,
    },
    /// A right.
    Entitlement(EntitlementId),
    /// A day.
    Day(Date),
    /// A source, by name.
    Source(String),
}

/// A row behind an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// What it is about.
    pub about: RowAbout,
    /// What it shows, as a sentence.
    pub detail: String,
}

pub(super) fn rows(snapshot: &Snapshot, trigger: &Trigger, subject: &Subject, at: Timestamp) -> Vec<AlertRow> {
    let today = snapshot.state.day(at);
    match (trigger, subject) {
        (Trigger::Dormant { days }, Subject::Product(product)) => installations(snapshot, *product, |holding| {
            let used = holding.used.filter(|_| search::is_dormant(trigger, holding.used, today))?;
            Some(format!("Last used on {used}, more than {days} days ago."))
        }),
        (Trigger::UseAfterLeaving, Subject::Product(product)) => {
            let leavers = search::leavers_by_user(snapshot);
            installations(snapshot, *product, |holding| after_leaving(&leavers, holding))
        }
        (Trigger::DuplicateActivation { devices }, Subject::Product(product)) => {
            let mut held: BTreeMap<UserIndex, u32> = BTreeMap::new();
            position::holders_of(&snapshot.base, *product, |_, user, _, _| {
                if let Some(user) = user {
                    *held.entry(user).or_default() += 1;
                }
            });
            installations(snapshot, *product, |holding| {
                let count = held.get(&holding.user?).filter(|count| *count > devices)?;
                Some(format!("One of {count} devices on which this person holds it."))
            })
        }
        (Trigger::UnauthorisedDeployment, Subject::Product(product)) => installations(snapshot, *product, |_| {
            Some("Nothing covers it: no right, no exception and no authorised purchase.".to_owned())
        }),
        (Trigger::ExpiredWithUse, Subject::Product(product)) => {
            let Some(line) = snapshot.line(*product, at) else { return Vec::new() };
            let expired = search::expired(snapshot, &line, today).into_iter();
            expired
                .map(|(id, units, why)| AlertRow {
                    about: RowAbout::Entitlement(id),
                    detail: format!("{why} Used all the same: {units}."),
                })
                .collect()
        }
        (Trigger::SuddenGrowth { days, .. }, Subject::Product(product)) => growth(snapshot, *product, *days, at),
        (Trigger::SourceSilent { .. }, Subject::Source(name)) => {
            let last = search::heard_of(snapshot).remove(name);
            let detail = last.map(|last| format!("Last heard of on {}.", snapshot.state.day(last)));
            detail.map(|detail| AlertRow { about: RowAbout::Source(name.clone()), detail }).into_iter().collect()
        }
        (Trigger::CoverageUnder { days, .. }, Subject::Estate) => {
            let (heard, dated) = search::coverage(snapshot, *days, at);
            let detail = format!(
                "{heard} of {dated} devices whose sources say when they looked were heard of within {days} days; \
                 {} say nothing of it.",
                snapshot.base.estate().device_count().saturating_sub(dated)
            );
            vec![AlertRow { about: RowAbout::Day(today), detail }]
        }
        (_, Subject::Entitlement(id)) => {
            let end = snapshot.state.entitlements.get(id).and_then(|right| right.right.ends_on);
            let detail = end.map(|end| format!("Its last day is {end}."));
            detail.map(|detail| AlertRow { about: RowAbout::Entitlement(*id), detail }).into_iter().collect()
        }
        // The rows of these stand behind the numbers of the position.
        _ => Vec::new(),
    }
}

/// A product on a device.
struct Holding {
    user: Option<UserIndex>,
    seen: Option<Date>,
    used: Option<Date>,
}

fn installations(snapshot: &Snapshot, product: ProductId, say: impl Fn(&Holding) -> Option<String>) -> Vec<AlertRow> {
    let mut rows: Vec<(DeviceIndex, Option<Date>, String)> = Vec::new();
    position::holders_of(&snapshot.base, product, |device, user, seen_at, used| {
        let holding = Holding { user, seen: seen_at.map(|seen| snapshot.state.day(seen)), used };
        rows.extend(say(&holding).map(|detail| (device, used, detail)));
    });
    let estate = snapshot.base.estate();
    let mut rows: Vec<AlertRow> = rows
        .into_iter()
        .filter_map(|(device, last_used_on, detail)| {
            let facts = estate.device(device)?;
            let user = facts.attributes.primary_user;
            Some(AlertRow { about: RowAbout::Device { key: facts.key, name: facts.name, user, last_used_on }, detail })
        })
        .collect();
    // By person, so that what belongs together stands together.
    rows.sort_by_cached_key(|row| match &row.about {
        RowAbout::Device { user, name, key, .. } => (user.clone(), name.clone(), key.clone()),
        RowAbout::Entitlement(_) | RowAbout::Day(_) | RowAbout::Source(_) => Default::default(),
    });
    rows
}

fn after_leaving(leavers: &BTreeMap<UserIndex, Date>, holding: &Holding) -> Option<String> {
    let left_on = *leavers.get(&holding.user?)?;
    if !search::is_after_leaving(left_on, holding.used, holding.seen) {
        return None;
    }
    let used = holding.used.filter(|used| *used > left_on).map(|used| format!("Used on {used}"));
    let seen = || holding.seen.map(|seen| format!("Seen with this person on {seen}"));
    used.or_else(seen).map(|what| format!("{what}; their last day was {left_on}."))
}

fn growth(snapshot: &Snapshot, product: ProductId, days: u32, at: Timestamp) -> Vec<AlertRow> {
    let today = snapshot.state.day(at);
    let noted = snapshot.state.counts.get(&product);
    let before = noted.and_then(|noted| search::count_before(noted, today, days));
    let now = snapshot.line(product, at).map(|line| line.consumed);
    let since = before.map_or(today, |before| before.day);
    let earlier = noted.into_iter().flatten().filter(|noted| noted.day >= since && noted.day < today);
    let mut rows: Vec<AlertRow> = earlier
        .map(|noted| AlertRow { about: RowAbout::Day(noted.day), detail: format!("{} used.", noted.count.used) })
        .collect();
    rows.extend(now.map(|used| AlertRow { about: RowAbout::Day(today), detail: format!("{used} used now.") }));
    rows
}
