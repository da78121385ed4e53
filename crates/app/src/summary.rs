//! The summary: few figures for those who decide, each with how it was made and where its working is.
//!
//! Every figure is the one that its page shows; nothing is counted here that is not counted there.

use domain::Decimal;
use domain::alert::AlertStatus;
use domain::entitlement::Quantity;
use domain::money::{Money, sums};
use domain::purchase::PurchaseStatus;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::snapshot::Snapshot;

/// How far ahead renewals are counted.
const RENEWAL_DAYS: i64 = 90;

/// For whom a summary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryView {
    /// Everybody: the figures that matter most.
    All,
    /// Those who run the devices.
    It,
    /// Those who pay.
    Finance,
    /// Those who buy.
    Procurement,
}

impl SummaryView {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::All, Self::It, Self::Finance, Self::Procurement];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::It => "it",
            Self::Finance => "finance",
            Self::Procurement => "procurement",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "Overview",
            Self::It => "IT",
            Self::Finance => "Finance",
            Self::Procurement => "Procurement",
        }
    }

    /// The figures that it shows, in order.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::All => &[
                "short_products",
                "exposure",
                "total_cost",
                "unused_cost",
                "alerts_open",
                "renewals",
                "saved",
                "coverage",
            ],
            Self::It => &["devices", "coverage", "unrecognised", "anomalies", "short_products", "to_remove"],
            Self::Finance => {
                &["total_cost", "unused_cost", "exposure", "surcharge", "budgets_over", "would_save", "saved"]
            }
            Self::Procurement => &[
                "short_products",
                "exposure",
                "renewals",
                "renewal_cost",
                "purchases_waiting",
                "purchases_open",
                "unused_cost",
            ],
        }
    }
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its name.
    pub key: &'static str,
    /// What it counts.
    pub label: &'static str,
    /// The number or amount.
    pub value: String,
    /// How it was made, as a sentence.
    pub basis: String,
    /// The page with its working.
    pub address: String,
}

fn figure(key: &'static str, label: &'static str, value: impl ToString, basis: String, address: &str) -> Figure {
    Figure { key, label, value: value.to_string(), basis, address: address.to_owned() }
}

fn amount(sums: &[Money]) -> String {
    if sums.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> = sums.iter().map(ToString::to_string).collect();
    shown.join(", ")
}

impl Snapshot {
    /// The figures of a view at `at`.
    pub fn summary(&self, view: SummaryView, at: Timestamp) -> Vec<Figure> {
        let mut found = self.position_figures(at);
        found.extend(self.cost_figures(at));
        found.extend(self.watch_figures(at));
        found.extend(self.buying_figures(at));
        let of = |key: &&'static str| found.iter().find(|figure| figure.key == *key).cloned();
        view.keys().iter().filter_map(of).collect()
    }

    fn position_figures(&self, at: Timestamp) -> Vec<Figure> {
        let lines = self.lines(at);
        let short: Vec<_> = lines.iter().filter(|line| line.short > 0).collect();
        let unlimited = lines.iter().filter(|line| line.entitled == Quantity::Unlimited).count();
        let unpriced = short.iter().filter(|line| line.exposure.money.is_none()).count();
        let exposure = sums(short.iter().filter_map(|line| line.exposure.money));
        let devices = self.base.estate().device_count();
        let unrecognised = self.unrecognised().len();
        vec![
            figure(
                "short_products",
                "Products that are short",
                short.len(),
                format!("Of {} products; {unlimited} of them may be used without limit.", lines.len()),
                "/position?view=short",
            ),
            figure(
                "exposure",
                "What is short would cost",
                amount(&exposure),
                format!(
                    "Units short \u{d7} unit price, without surcharges; {unpriced} products that are short state no price."
                ),
                "/position?view=short",
            ),
            figure(
                "devices",
                "Devices",
                devices,
                format!("With {} installations.", self.base.estate().installation_count()),
                "/sources",
            ),
            figure(
                "unrecognised",
                "Titles not recognised",
                unrecognised,
                "Nothing says yet what they are.".to_owned(),
                "/titles",
            ),
        ]
    }

    fn cost_figures(&self, at: Timestamp) -> Vec<Figure> {
        let costs = self.product_costs(at);
        let sum = |of: &dyn Fn(&crate::costs::ProductCost) -> Money| sums(costs.iter().map(of));
        let unpriced: u64 = costs.iter().map(|cost| cost.unpriced).sum();
        let budgets = self.budgets(at);
        let over = budgets.iter().filter(|budget| budget.left.amount < Decimal::ZERO).count();
        vec![
            figure(
                "total_cost",
                "What the rights cost a term",
                amount(&sum(&|cost| cost.total)),
                format!(
                    "Units \u{d7} unit price of every right that counts; {unpriced} rights are not in it for want of a price."
                ),
                "/costs",
            ),
            figure(
                "unused_cost",
                "Of that not used",
                amount(&sum(&|cost| cost.unused)),
                "Units of rights that nothing uses.".to_owned(),
                "/costs",
            ),
            figure(
                "surcharge",
                "Surcharges on what is short",
                amount(&sum(&|cost| cost.surcharge)),
                "What publishers would add, as set for each product or for all.".to_owned(),
                "/costs",
            ),
            figure(
                "budgets_over",
                "Budgets overdrawn",
                over,
                format!("Of {} budgets, by what runs and what is ordered.", budgets.len()),
                "/costs#budgets",
            ),
        ]
    }

    fn watch_figures(&self, at: Timestamp) -> Vec<Figure> {
        let today = self.state.day(at);
        let open = |anomaly: bool| {
            let alerts = self.state.alerts.values().filter(|alert| match alert.status(today) {
                AlertStatus::Open => !anomaly || alert.trigger.kind().is_anomaly(),
                AlertStatus::Acknowledged | AlertStatus::Snoozed => anomaly && alert.trigger.kind().is_anomaly(),
                AlertStatus::Resolved => false,
            });
            alerts.count()
        };
        let (heard, dated) = crate::alerts::coverage(self, 30, at);
        let share = heard.saturating_mul(100).checked_div(dated);
        let (would_save, saved) = crate::reclaim::all_worth(self);
        let to_remove: u64 = self
            .state
            .waves
            .values()
            .map(|wave| {
                let [.., to_be_removed, _] = self.tally(wave, today);
                to_be_removed
            })
            .sum();
        vec![
            figure("alerts_open", "Open alerts", open(false), "Nobody has looked at them yet.".to_owned(), "/alerts"),
            figure(
                "anomalies",
                "Anomalies",
                open(true),
                "Open, in hand or snoozed.".to_owned(),
                "/alerts?view=anomalies",
            ),
            figure(
                "coverage",
                "Devices heard of in 30 days",
                share.map_or_else(|| "not known".to_owned(), |share| format!("{share} %")),
                format!("{heard} of {dated} devices whose sources say when they looked."),
                "/sources",
            ),
            figure(
                "would_save",
                "Reclaim waves would save",
                amount(&would_save),
                "Units of all waves \u{d7} what a unit is worth.".to_owned(),
                "/reclaim",
            ),
            figure(
                "saved",
                "Reclaimed, as measured",
                amount(&saved),
                "Only what is gone from the devices and still is.".to_owned(),
                "/reclaim",
            ),
            figure(
                "to_remove",
                "Installations to be removed",
                to_remove,
                "Decided in reclaim waves and still there.".to_owned(),
                "/reclaim",
            ),
        ]
    }

    fn buying_figures(&self, at: Timestamp) -> Vec<Figure> {
        let until = self.state.day(at).checked_add(RENEWAL_DAYS.days()).unwrap_or(Date::MAX);
        let renewals = self.renewals(at, until);
        let cost = sums(renewals.iter().flat_map(|renewal| renewal.cost.iter().copied()));
        let of = |wanted: &[PurchaseStatus]| {
            self.state.purchases.values().filter(|purchase| wanted.contains(&purchase.status())).count()
        };
        let basis = format!("Agreements that end or ask for notice within {RENEWAL_DAYS} days.");
        vec![
            figure("renewals", "Renewals due", renewals.len(), basis.clone(), "/renewals?days=90"),
            figure("renewal_cost", "What they cost a term", amount(&cost), basis, "/renewals?days=90"),
            figure(
                "purchases_waiting",
                "Purchases to be approved",
                of(&[PurchaseStatus::Requested]),
                "Asked for and not decided.".to_owned(),
                "/purchases?view=requested",
            ),
            figure(
                "purchases_open",
                "Purchases approved or ordered",
                of(&[PurchaseStatus::Approved, PurchaseStatus::Ordered]),
                "Not a right yet.".to_owned(),
                "/purchases?view=approved",
            ),
        ]
    }
}
