//! Alerts: what somebody has to look at, why, since when, and what was done about it.
//!
//! A rule says what is looked for; what it finds is worked out from a snapshot elsewhere and handed in as findings.
//! Status is never stored: [`Alert::status`] says how an alert stands on a day.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::id::{AlertId, AlertRuleId, CaseId, EntitlementId, PersonId, ProductId, QuietPeriodId};
use crate::money::Money;
use crate::text::Text;

/// What a rule looks for, with its threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// More than so many units of a product are short.
    ShortOver {
        /// Units that may be short without an alert.
        units: u64,
    },
    /// What is short of a product would cost more than this.
    ExposureOver {
        /// The amount that is not yet an alert.
        amount: Money,
    },
    /// More than so many units of a product are to spare.
    SurplusOver {
        /// Units that may be to spare without an alert.
        units: u64,
    },
    /// What is to spare of a product is worth more than this.
    SurplusWorth {
        /// The amount that is not yet an alert.
        amount: Money,
    },
    /// More of a product is used than this share of what is entitled, and nothing is short yet.
    UseOver {
        /// Per cent of the entitled units.
        percent: u32,
    },
    /// An exception ends within so many days.
    ExceptionEnds {
        /// Days ahead.
        days: u32,
    },
    /// A right ends within so many days.
    RightEnds {
        /// Days ahead.
        days: u32,
    },
    /// Nothing was heard from a source for more than so many days.
    SourceSilent {
        /// Days without a report.
        days: u32,
    },
    /// Fewer devices than this share were heard of within so many days.
    CoverageUnder {
        /// Per cent of all devices.
        percent: u32,
        /// Days back.
        days: u32,
    },
    /// One person holds a product on more than so many devices.
    DuplicateActivation {
        /// Devices that one person may hold it on.
        devices: u32,
    },
    /// Installations of a product were last used more than so many days ago.
    Dormant {
        /// Days without use.
        days: u32,
    },
    /// A product is used, or still held, by somebody who has left.
    UseAfterLeaving,
    /// A right on a product has ended, or the agreement that maintained it, and what it covered is used.
    ExpiredWithUse,
    /// A product is installed without any right, exception or authorised purchase.
    UnauthorisedDeployment,
    /// The use of a product grew by more than this share within so many days.
    SuddenGrowth {
        /// Per cent of the use before.
        percent: u32,
        /// Days back.
        days: u32,
    },
}

/// The kind of a trigger, without its threshold: what a playbook is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the trigger of the same name")]
pub enum TriggerKind {
    ShortOver,
    ExposureOver,
    SurplusOver,
    SurplusWorth,
    UseOver,
    ExceptionEnds,
    RightEnds,
    SourceSilent,
    CoverageUnder,
    DuplicateActivation,
    Dormant,
    UseAfterLeaving,
    ExpiredWithUse,
    UnauthorisedDeployment,
    SuddenGrowth,
}

impl TriggerKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 15] = [
        Self::ShortOver,
        Self::ExposureOver,
        Self::SurplusOver,
        Self::SurplusWorth,
        Self::UseOver,
        Self::ExceptionEnds,
        Self::RightEnds,
        Self::SourceSilent,
        Self::CoverageUnder,
        Self::DuplicateActivation,
        Self::Dormant,
        Self::UseAfterLeaving,
        Self::ExpiredWithUse,
        Self::UnauthorisedDeployment,
        Self::SuddenGrowth,
    ];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShortOver => "short_over",
            Self::ExposureOver => "exposure_over",
            Self::SurplusOver => "surplus_over",
            Self::SurplusWorth => "surplus_worth",
            Self::UseOver => "use_over",
            Self::ExceptionEnds => "exception_ends",
            Self::RightEnds => "right_ends",
            Self::SourceSilent => "source_silent",
            Self::CoverageUnder => "coverage_under",
            Self::DuplicateActivation => "duplicate_activation",
            Self::Dormant => "dormant",
            Self::UseAfterLeaving => "use_after_leaving",
            Self::ExpiredWithUse => "expired_with_use",
            Self::UnauthorisedDeployment => "unauthorised_deployment",
            Self::SuddenGrowth => "sudden_growth",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::ShortOver => "Short",
            Self::ExposureOver => "Exposure",
            Self::SurplusOver => "Surplus",
            Self::SurplusWorth => "Surplus in money",
            Self::UseOver => "Nearly used up",
            Self::ExceptionEnds => "Exception ends",
            Self::RightEnds => "Right ends",
            Self::SourceSilent => "Source gone silent",
            Self::CoverageUnder => "Devices not heard of",
            Self::DuplicateActivation => "Duplicate activation",
            Self::Dormant => "Dormant installations",
            Self::UseAfterLeaving => "Use after leaving",
            Self::ExpiredWithUse => "Ended right in use",
            Self::UnauthorisedDeployment => "Unauthorised deployment",
            Self::SuddenGrowth => "Sudden growth",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().replace('-', "_");
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }

    /// Whether it is an anomaly: something that should not be, rather than a number that passed a threshold.
    pub fn is_anomaly(self) -> bool {
        match self {
            Self::SourceSilent
            | Self::DuplicateActivation
            | Self::Dormant
            | Self::UseAfterLeaving
            | Self::ExpiredWithUse
            | Self::UnauthorisedDeployment
            | Self::SuddenGrowth => true,
            Self::ShortOver
            | Self::ExposureOver
            | Self::SurplusOver
            | Self::SurplusWorth
            | Self::UseOver
            | Self::ExceptionEnds
            | Self::RightEnds
            | Self::CoverageUnder => false,
        }
    }

    /// Whether a rule of this kind can be about one product.
    pub fn is_about_products(self) -> bool {
        match self {
            Self::SourceSilent | Self::CoverageUnder => false,
            Self::ShortOver
            | Self::ExposureOver
            | Self::SurplusOver
            | Self::SurplusWorth
            | Self::UseOver
            | Self::ExceptionEnds
            | Self::RightEnds
            | Self::DuplicateActivation
            | Self::Dormant
            | Self::UseAfterLeaving
            | Self::ExpiredWithUse
            | Self::UnauthorisedDeployment
            | Self::SuddenGrowth => true,
        }
    }
}

impl Trigger {
    /// Its kind.
    pub fn kind(&self) -> TriggerKind {
        match self {
            Self::ShortOver { .. } => TriggerKind::ShortOver,
            Self::ExposureOver { .. } => TriggerKind::ExposureOver,
            Self::SurplusOver { .. } => TriggerKind::SurplusOver,
            Self::SurplusWorth { .. } => TriggerKind::SurplusWorth,
            Self::UseOver { .. } => TriggerKind::UseOver,
            Self::ExceptionEnds { .. } => TriggerKind::ExceptionEnds,
            Self::RightEnds { .. } => TriggerKind::RightEnds,
            Self::SourceSilent { .. } => TriggerKind::SourceSilent,
            Self::CoverageUnder { .. } => TriggerKind::CoverageUnder,
            Self::DuplicateActivation { .. } => TriggerKind::DuplicateActivation,
            Self::Dormant { .. } => TriggerKind::Dormant,
            Self::UseAfterLeaving => TriggerKind::UseAfterLeaving,
            Self::ExpiredWithUse => TriggerKind::ExpiredWithUse,
            Self::UnauthorisedDeployment => TriggerKind::UnauthorisedDeployment,
            Self::SuddenGrowth { .. } => TriggerKind::SuddenGrowth,
        }
    }

    /// What it looks for, as half a sentence: `more than 5 units are short`.
    pub fn sentence(&self) -> String {
        match self {
            Self::ShortOver { units } => format!("more than {units} units are short"),
            Self::ExposureOver { amount } => format!("what is short would cost more than {amount}"),
            Self::SurplusOver { units } => format!("more than {units} units are to spare"),
            Self::SurplusWorth { amount } => format!("what is to spare is worth more than {amount}"),
            Self::UseOver { percent } => format!("more than {percent} % of what is entitled is used"),
            Self::ExceptionEnds { days } => format!("an exception ends within {}", days_of(*days)),
            Self::RightEnds { days } => format!("a right ends within {}", days_of(*days)),
            Self::SourceSilent { days } => format!("a source says nothing for more than {}", days_of(*days)),
            Self::CoverageUnder { percent, days } => {
                format!("less than {percent} % of the devices were heard of within {}", days_of(*days))
            }
            Self::DuplicateActivation { devices } => format!("one person holds it on more than {devices} devices"),
            Self::Dormant { days } => format!("an installation was last used more than {} ago", days_of(*days)),
            Self::UseAfterLeaving => "somebody who has left uses it or still holds it".to_owned(),
            Self::ExpiredWithUse => "a right has ended and what it covered is used".to_owned(),
            Self::UnauthorisedDeployment => {
                "it is installed without a right, an exception or an authorised purchase".to_owned()
            }
            Self::SuddenGrowth { percent, days } => {
                format!("its use grows by more than {percent} % within {}", days_of(*days))
            }
        }
    }
}

fn days_of(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// What a rule looks for, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertTerms {
    /// What.
    pub trigger: Trigger,
    /// For one product; `None` is for all, or for what is not about products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
}

/// A recorded rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRule {
    /// Its number.
    pub id: AlertRuleId,
    /// What it looks for.
    pub terms: AlertTerms,
    /// Since when it is like this.
    pub set_at: Timestamp,
    /// Who set it.
    pub by: Option<PersonId>,
    /// Whether it was ended.
    pub ended: bool,
}

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A product.
    Product(ProductId),
    /// A right.
    Entitlement(EntitlementId),
    /// An exception.
    Exception(CaseId),
    /// A source, by name.
    Source(String),
    /// All devices.
    Estate,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product(product) => product.fmt(f),
            Self::Entitlement(entitlement) => entitlement.fmt(f),
            Self::Exception(case) => case.fmt(f),
            Self::Source(name) => f.write_str(name),
            Self::Estate => f.write_str("all devices"),
        }
    }
}

/// When a task of a playbook is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Stop it from getting worse.
    Contain,
    /// Put it right.
    Remediate,
    /// Tell those who must know, and keep what shows it.
    Report,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Contain, Self::Remediate, Self::Report];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contain => "contain",
            Self::Remediate => "remediate",
            Self::Report => "report",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Contain => "Contain",
            Self::Remediate => "Remediate",
            Self::Report => "Report",
        }
    }
}

/// A task of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaybookTask {
    /// When it is due.
    pub phase: Phase,
    /// What is to be done, as a sentence.
    pub wording: String,
}

/// A task of an alert, with what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertTask {
    /// The task as it stood in the playbook when the alert was raised.
    pub task: PlaybookTask,
    /// Who did it, when and how it shows; `None` while it is open.
    pub done: Option<TaskDone>,
}

/// What was done of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDone {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What was done, in their words.
    pub note: Text,
    /// The file that shows it, where there is one.
    pub evidence: Option<Evidence>,
}

/// That a rule holds for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: AlertRuleId,
    /// For what.
    pub subject: Subject,
    /// The number that was found: units, cents, per cent, days or installations, as the kind counts.
    pub measured: u64,
    /// The number of the rule.
    pub limit: u64,
    /// The playbook in force.
    pub tasks: Vec<PlaybookTask>,
}

/// Who looked, when, and what they said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub note: Text,
}

/// Not before a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snooze {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The day on which the alert comes back.
    pub until: Date,
    /// Why.
    pub note: Text,
}

/// How an alert ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Who; `None` says that it no longer holds.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// Why; `None` where it no longer holds.
    pub reason: Option<Text>,
    /// The number that was accepted.
    pub measured: u64,
}

/// How an alert stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStatus {
    /// Nobody has looked yet.
    Open,
    /// Somebody is on it.
    Acknowledged,
    /// Comes back on a day.
    Snoozed,
    /// Over.
    Resolved,
}

impl AlertStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Acknowledged, Self::Snoozed, Self::Resolved];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Acknowledged => "Acknowledged",
            Self::Snoozed => "Snoozed",
            Self::Resolved => "Resolved",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == word.trim())
    }
}

/// A recorded alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its number.
    pub id: AlertId,
    /// The rule that found it.
    pub rule: AlertRuleId,
    /// What the rule looked for then.
    pub trigger: Trigger,
    /// What it is about.
    pub subject: Subject,
    /// The number that was found when it was raised.
    pub measured: u64,
    /// The number of the rule then.
    pub limit: u64,
    /// When it was first seen.
    pub raised_at: Timestamp,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// Its playbook.
    pub tasks: Vec<AlertTask>,
    /// Who acknowledged it last.
    pub acknowledgement: Option<Acknowledgement>,
    /// The latest snooze.
    pub snooze: Option<Snooze>,
    /// How it ended.
    pub resolution: Option<Resolution>,
    /// Whether what it is about still held at the last evaluation.
    pub holds: bool,
}

impl Alert {
    /// How it stands on `day`.
    pub fn status(&self, day: Date) -> AlertStatus {
        if self.resolution.is_some() {
            return AlertStatus::Resolved;
        }
        if self.snooze.as_ref().is_some_and(|snooze| day < snooze.until) {
            return AlertStatus::Snoozed;
        }
        if self.acknowledgement.is_some() { AlertStatus::Acknowledged } else { AlertStatus::Open }
    }

    /// Tasks that nobody has done yet.
    pub fn tasks_open(&self) -> usize {
        self.tasks.iter().filter(|task| task.done.is_none()).count()
    }
}

/// Days on which no alert is raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietTerms {
    /// First day.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub starts_on: Date,
    /// Last day, inclusive.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub ends_on: Date,
    /// For one product; `None` is for everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
}

/// A recorded quiet period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietPeriod {
    /// Its number.
    pub id: QuietPeriodId,
    /// When and for what.
    pub terms: QuietTerms,
    /// Why.
    pub reason: Text,
    /// Who.
    pub by: Option<PersonId>,
    /// Whether it was ended early.
    pub ended: bool,
}

impl QuietPeriod {
    /// Whether it holds on `day` for `product`, or for what is about no product.
    pub fn holds_on(&self, day: Date, product: Option<ProductId>) -> bool {
        !self.ended
            && self.terms.starts_on <= day
            && day <= self.terms.ends_on
            && self.terms.product.is_none_or(|only| product == Some(only))
    }
}

/// The counts of a product on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductCount {
    /// The product.
    pub product: ProductId,
    /// Units used.
    pub used: u64,
    /// Units short.
    pub short: u64,
    /// Units to spare; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surplus: Option<u64>,
}

/// Counts as they were noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotedCount {
    /// On this day.
    pub day: Date,
    /// What.
    pub count: ProductCount,
}
