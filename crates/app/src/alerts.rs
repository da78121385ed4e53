//! Alerts: what the rules find on a snapshot, the rows behind each, and who answers for it.
//!
//! What of it is news, and what becomes of an alert, is decided in `domain`. Nothing is found without a rule.

mod digest;
mod evidence;
mod search;
mod shipped;

use std::collections::BTreeSet;

use domain::State;
use domain::accountability::Owner;
use domain::alert::{Alert, Finding, ProductCount, Subject, Trigger};
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::evidence::Evidence;
use domain::id::{AlertId, LeaverId, ProductId, WaveId};
use domain::person::Role;
use domain::product::folded;
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;

pub use digest::{AlertDigest, Moved};
pub use evidence::{AlertRow, RowAbout};
pub use shipped::{playbook_of, usual_rules};

use crate::failure::Failure;
use crate::order::{Order, Receipt, Repetition};
use crate::organisation::App;
use crate::snapshot::Snapshot;

/// Everything that the rules of a state find at an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// That a rule holds for something, in order of rule and subject.
    pub findings: Vec<Finding>,
    /// The counts of every product.
    pub counts: Vec<ProductCount>,
    /// Items of reclaim waves that are gone from every one of their devices.
    pub gone: Vec<(WaveId, u64)>,
}

impl Snapshot {
    /// What the rules in force find at `at`.
    pub fn find(&self, at: Timestamp) -> Found {
        search::find(self, at)
    }

    /// The rows behind an alert as it is at `at`: as many as its number where it counts something, and else what shows
    /// it.
    pub fn alert_rows(&self, trigger: &Trigger, subject: &Subject, at: Timestamp) -> Vec<AlertRow> {
        evidence::rows(self, trigger, subject, at)
    }

    /// The number of an alert as it is at `at`; `None` where it no longer holds.
    pub fn alert_now(&self, alert: &Alert, at: Timestamp) -> Option<u64> {
        search::measure(self, &alert.trigger, &alert.subject, at)
    }

    /// What changed since the beginning of `since`.
    pub fn alert_digest(&self, since: Date, at: Timestamp) -> AlertDigest {
        digest::of(self, since, at)
    }
}

/// The product that an alert is about.
pub fn product_of(state: &State, subject: &Subject) -> Option<ProductId> {
    match subject {
        Subject::Product(product) => Some(*product),
        Subject::Entitlement(entitlement) => Some(state.entitlements.get(entitlement)?.product),
        Subject::Exception(case) => Some(state.grants.get(case)?.terms.product),
        Subject::Source(_) | Subject::Estate => None,
    }
}

/// Who answers for an alert: whoever answers for its product, and the SAM managers for what is about none.
pub fn owner_of(state: &State, alert: &Alert) -> Owner {
    product_of(state, &alert.subject).map_or(Owner::Role(Role::SamManager), |product| state.owner_of(product))
}

/// An owner in words.
pub fn owner_words(state: &State, owner: Owner) -> String {
    match owner {
        Owner::Person(person) => state.person_name(person),
        Owner::Role(role) => role.title().to_owned(),
    }
}

/// What an alert is about, in words.
pub fn subject_words(state: &State, subject: &Subject) -> String {
    match subject {
        Subject::Product(product) => state.product_name(*product),
        Subject::Entitlement(id) => {
            let product = state.entitlements.get(id).map(|known| state.product_name(known.product));
            product.map_or_else(|| id.to_string(), |product| format!("{id} of {product}"))
        }
        Subject::Exception(id) => {
            let product = state.grants.get(id).map(|known| state.product_name(known.terms.product));
            product.map_or_else(|| id.to_string(), |product| format!("{id} for {product}"))
        }
        Subject::Source(name) => name.clone(),
        Subject::Estate => "All devices".to_owned(),
    }
}

/// What a number of a rule means, as a sentence.
pub fn sentence(state: &State, trigger: &Trigger, subject: &Subject, measured: u64) -> String {
    let name = subject_words(state, subject);
    let money = |cents: u64| {
        let currency = state.organisation.as_ref().map(|organisation| organisation.currency.to_string());
        let currency = currency.unwrap_or_default();
        format!("{currency} {}.{:02}", cents / 100, cents % 100)
    };
    let days = |days: u64| crate::failure::counted(usize::try_from(days).unwrap_or(usize::MAX), "day", "days");
    let installations = if measured == 1 { "1 installation".to_owned() } else { format!("{measured} installations") };
    match trigger {
        Trigger::ShortOver { .. } => format!("{name} is {measured} short."),
        Trigger::ExposureOver { .. } => format!("What is short of {name} would cost {}.", money(measured)),
        Trigger::SurplusOver { .. } => format!("{measured} of {name} are to spare."),
        Trigger::SurplusWorth { .. } => format!("What is to spare of {name} is worth {}.", money(measured)),
        Trigger::UseOver { .. } => format!("{measured} % of what is entitled of {name} is used."),
        Trigger::ExceptionEnds { .. } | Trigger::RightEnds { .. } if measured == 0 => format!("{name} ends today."),
        Trigger::ExceptionEnds { .. } | Trigger::RightEnds { .. } => format!("{name} ends in {}.", days(measured)),
        Trigger::SourceSilent { .. } => format!("Nothing was heard from {name} for {}.", days(measured)),
        Trigger::CoverageUnder { days: back, .. } => {
            format!("{measured} % of the devices were heard of within {}.", days(u64::from(*back)))
        }
        Trigger::DuplicateActivation { devices } => {
            format!("{installations} of {name} are with people who hold it on more than {devices} devices.")
        }
        Trigger::Dormant { days: back } => {
            format!("{installations} of {name} last used more than {} ago.", days(u64::from(*back)))
        }
        Trigger::UseAfterLeaving => format!("{installations} of {name} with people who have left."),
        Trigger::ExpiredWithUse => format!("{measured} of {name} used although what covered them has ended."),
        Trigger::UnauthorisedDeployment => {
            format!("{installations} of {name} without a right, an exception or an authorised purchase.")
        }
        Trigger::SuddenGrowth { days: back, .. } => {
            format!("The use of {name} grew by {measured} % within {}.", days(u64::from(*back)))
        }
    }
}

/// Whether an installation that was last used on `used` is dormant by a trigger.
pub(crate) fn is_dormant(trigger: &Trigger, used: Option<Date>, today: Date) -> bool {
    search::is_dormant(trigger, used, today)
}

/// Devices that were heard of within so many days, and devices of which it is known when they were.
pub(crate) fn coverage(snapshot: &Snapshot, days: u32, at: Timestamp) -> (u64, u64) {
    search::coverage(snapshot, days, at)
}

/// The users who have left, as devices are compared by them.
pub(crate) fn leavers(snapshot: &Snapshot) -> BTreeSet<String> {
    let estate = snapshot.base.estate();
    search::leavers_by_user(snapshot).keys().map(|user| position::user_name(estate, *user).to_owned()).collect()
}

/// What reading a list of leavers gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaverList {
    /// Those that can be recorded.
    pub leavers: Vec<(String, Date)>,
    /// Lines that cannot be used: the line's number, and what to do.
    pub rejected: Vec<(u64, String)>,
    /// Lines that say what is recorded already.
    pub known: u64,
}

impl Snapshot {
    /// Reads a list of leavers: one a line, the name and the last day, separated by a comma, a semicolon or a tab.
    /// A heading may stand above.
    pub fn read_leavers(&self, text: &str) -> LeaverList {
        let known = self.state.leavers.values();
        let mut recorded: BTreeSet<(String, Date)> =
            known.filter_map(|known| Some((folded(known.name.open()?), known.left_on))).collect();
        let mut list = LeaverList { leavers: Vec::new(), rejected: Vec::new(), known: 0 };
        for (number, line) in (1_u64..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let parts = line.rsplit_once([',', ';', '\t']);
            let unquoted = |part: &str| part.trim().trim_matches('"').trim().to_owned();
            let Some((name, day)) = parts.map(|(name, day)| (unquoted(name), unquoted(day))) else {
                list.rejected.push((number, "Write the name, a comma and the last day.".to_owned()));
                continue;
            };
            match day.parse::<Date>() {
                Ok(left_on) if !name.is_empty() => {
                    if recorded.insert((folded(&name), left_on)) {
                        list.leavers.push((name, left_on));
                    } else {
                        list.known += 1;
                    }
                }
                Ok(_) => list.rejected.push((number, "Write a name before the day.".to_owned())),
                // The first line may name the columns.
                Err(_) if number == 1 && !day.bytes().any(|byte| byte.is_ascii_digit()) => {}
                Err(_) => list.rejected.push((number, "Write the last day as 2026-03-31.".to_owned())),
            }
        }
        list
    }

    /// The leaver of this name, compared as people compare names.
    pub fn leaver_named(&self, name: &str) -> Option<LeaverId> {
        let name = folded(name);
        let named = |known: &str| folded(known) == name;
        self.state.leavers.values().find(|known| known.name.open().is_some_and(named)).map(|known| known.id)
    }
}

impl App {
    /// Evaluates every rule on the present snapshot and records what is news, as `actor`. The findings are worked out
    /// away from the threads that answer everybody.
    pub async fn evaluate_alerts(&self, actor: Actor) -> Result<Receipt, Failure> {
        let intent = self.evaluation().await?;
        self.carry(Order::new(actor, intent)).await
    }

    /// The intent that records what every rule finds on the present snapshot.
    pub async fn evaluation(&self) -> Result<Intent, Failure> {
        let snapshot = self.snapshot();
        let now = self.surroundings().now();
        let found = tokio::task::spawn_blocking(move || snapshot.find(now)).await;
        let Found { findings, counts, gone } = found.map_err(|error| Failure::Damaged(error.to_string()))?;
        Ok(Intent::RecordFindings { findings, counts, gone })
    }

    /// The intent that resolves an alert at the number that it has now.
    pub fn resolution_of(&self, alert: AlertId, reason: &str) -> Intent {
        let snapshot = self.snapshot();
        let known = snapshot.state.alerts.get(&alert);
        let now = known.and_then(|known| snapshot.alert_now(known, self.surroundings().now()));
        let measured = now.or(known.map(|known| known.measured)).unwrap_or_default();
        Intent::ResolveAlert { alert, reason: Text::from(reason), measured }
    }

    /// Does a task of an alert's playbook; the file that shows it is kept before the entry that names it is written.
    pub async fn complete_task(
        &self,
        actor: Actor,
        (alert, task): (AlertId, u64),
        note: &str,
        file: Option<(String, Vec<u8>)>,
        repetition: Option<Repetition>,
    ) -> Result<Receipt, Failure> {
        let evidence = file.as_ref().map(|(name, bytes)| Evidence {
            digest: Digest::of(bytes),
            name: Text::from(name.as_str()),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        });
        let intent = Intent::CompleteAlertTask { alert, task, note: Text::from(note), evidence };
        if let Some((_, bytes)) = file {
            let (app, rehearsed) = (self.clone(), intent.clone());
            let is_new = match &repetition {
                None => true,
                Some(repetition) => app.ledger().answer(&repetition.key)?.is_none(),
            };
            let kept = tokio::task::spawn_blocking(move || {
                if is_new {
                    app.rehearse(actor, rehearsed)?;
                }
                app.ledger().blobs().put(&bytes)?;
                Ok::<_, Failure>(())
            });
            kept.await.map_err(|error| Failure::Damaged(error.to_string()))??;
        }
        self.carry(Order { actor, intent, repetition, reports: Vec::new(), usage: Vec::new() }).await
    }

    /// The file that shows that a task of an alert was done.
    pub async fn task_evidence(&self, alert: AlertId, task: u64) -> Result<(Evidence, Vec<u8>), Failure> {
        let missing = || Failure::NotFound(format!("file at task {} of {alert}", task.saturating_add(1)));
        let snapshot = self.snapshot();
        let known = snapshot.state.alerts.get(&alert).ok_or_else(|| Failure::NotFound(format!("alert {alert}")))?;
        let task = usize::try_from(task).ok().and_then(|place| known.tasks.get(place));
        let done = task.and_then(|task| task.done.as_ref()).ok_or_else(missing)?;
        let evidence = done.evidence.clone().ok_or_else(missing)?;
        let app = self.clone();
        let digest = evidence.digest;
        let bytes = tokio::task::spawn_blocking(move || app.ledger().blobs().get(&digest.0))
            .await
            .map_err(|error| Failure::Damaged(error.to_string()))??;
        Ok((evidence, bytes.ok_or_else(missing)?))
    }
}
