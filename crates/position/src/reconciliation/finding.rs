//! What a comparison comes to, and what to do about it.

use std::collections::BTreeSet;

use domain::State;
use domain::entitlement::{Entitlement, Metric, Quantity};
use domain::observation::{PublisherStatementRow, StatedMetric};
use jiff::civil::Date;

use super::Comparison;
use super::pairing::Group;
use super::products::Found;
use super::side::Side;

/// What kinds of findings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Both sides say the same.
    Equal,
    /// They have different quantities.
    Quantity,
    /// They begin or end on different days.
    Term,
    /// Their maintenance ends on different days.
    Maintenance,
    /// The publisher says that we own it, and no right is recorded.
    TheirsOnly,
    /// A right is recorded, and the publisher's statement does not have it.
    OursOnly,
    /// The two cannot be compared.
    NotComparable,
}

impl FindingKind {
    /// Every kind, what needs somebody first.
    pub const ALL: [Self; 7] = [
        Self::Quantity,
        Self::TheirsOnly,
        Self::OursOnly,
        Self::Term,
        Self::Maintenance,
        Self::NotComparable,
        Self::Equal,
    ];

    /// The name in files, addresses and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Quantity => "quantity",
            Self::Term => "term",
            Self::Maintenance => "maintenance",
            Self::TheirsOnly => "theirs_only",
            Self::OursOnly => "ours_only",
            Self::NotComparable => "not_comparable",
        }
    }

    /// Reads a name as in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word.trim())
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Equal => "Equal",
            Self::Quantity => "Different quantity",
            Self::Term => "Different term",
            Self::Maintenance => "Different maintenance end",
            Self::TheirsOnly => "Theirs only",
            Self::OursOnly => "Ours only",
            Self::NotComparable => "Not comparable",
        }
    }
}

/// Why rows and rights cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incomparable {
    /// Nothing recognises the row's product.
    UnknownProduct,
    /// The row's product needs no licence here.
    NeedsNoLicence,
    /// The row counts in words that are no metric here.
    UnknownMetric(String),
    /// The two sides count in different metrics.
    OtherMetric {
        /// Theirs.
        theirs: BTreeSet<Metric>,
        /// Ours.
        ours: BTreeSet<Metric>,
    },
    /// Our rights count in several metrics, and rows say none.
    SeveralMetrics(BTreeSet<Metric>),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Both sides say the same.
    Equal,
    /// They have different quantities.
    Quantity,
    /// They begin or end on different days.
    Term,
    /// Their maintenance ends on different days.
    Maintenance,
    /// No right is recorded.
    TheirsOnly,
    /// The statement does not have it.
    OursOnly,
    /// The two cannot be compared.
    NotComparable(Incomparable),
}

impl Finding {
    /// Its kind.
    pub fn kind(&self) -> FindingKind {
        match self {
            Self::Equal => FindingKind::Equal,
            Self::Quantity => FindingKind::Quantity,
            Self::Term => FindingKind::Term,
            Self::Maintenance => FindingKind::Maintenance,
            Self::TheirsOnly => FindingKind::TheirsOnly,
            Self::OursOnly => FindingKind::OursOnly,
            Self::NotComparable(_) => FindingKind::NotComparable,
        }
    }

    /// What was found between the two sides of `comparison`, as a sentence.
    pub fn sentence(&self, comparison: &Comparison) -> String {
        let said = |side: &Option<Side>, days: fn(&Side) -> String| side.as_ref().map_or_else(String::new, days);
        let both = |days: fn(&Side) -> String| (said(&comparison.theirs, days), said(&comparison.ours, days));
        match self {
            Self::Equal => "Both say the same.".to_owned(),
            Self::Quantity => {
                let (theirs, ours) = both(|side| side.quantity.to_string());
                format!("The publisher says {theirs}; our rights are {ours}.")
            }
            Self::Term => {
                let (theirs, ours) = both(term);
                format!("The publisher says {theirs}; our rights say {ours}.")
            }
            Self::Maintenance => {
                let (theirs, ours) = both(|side| days(&side.maintained_until, "none"));
                format!("The publisher says maintenance until {theirs}; our rights say {ours}.")
            }
            Self::TheirsOnly => {
                format!(
                    "The publisher says {}; no right is recorded.",
                    said(&comparison.theirs, |side| side.quantity.to_string())
                )
            }
            Self::OursOnly => {
                let ours = said(&comparison.ours, |side| side.quantity.to_string());
                format!("Our rights are {ours}; the statement does not have them.")
            }
            Self::NotComparable(why) => why.sentence(),
        }
    }

    /// What to do about it, as a sentence; empty where there is nothing to do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::Quantity => {
                "Look for the order behind the difference; record what is missing, retire what was returned, or have the publisher correct its books."
            }
            Self::Term => {
                "Compare with the order or renewal; record the renewed right and retire the old one, or have the publisher correct its books."
            }
            Self::Maintenance => {
                "Look whether maintenance was renewed or cancelled; record the right with the day that holds."
            }
            Self::TheirsOnly => {
                "Ask the publisher for the order, and record the right where it is ours: it may cover what is short."
            }
            Self::OursOnly => {
                "Keep the proof of purchase of these rights at hand and ask the publisher why its books lack them; an audit would start from the statement."
            }
            Self::NotComparable(why) => why.remedy(),
        }
    }
}

impl Incomparable {
    fn sentence(&self) -> String {
        match self {
            Self::UnknownProduct => "No product here is called so, and no rule recognises the name.".to_owned(),
            Self::NeedsNoLicence => "This software is recognised as needing no licence.".to_owned(),
            Self::UnknownMetric(words) => format!("The publisher counts in “{words}”, which is no metric here."),
            Self::OtherMetric { theirs, ours } => {
                format!("The publisher counts in {}; our rights count in {}.", names(theirs), names(ours))
            }
            Self::SeveralMetrics(ours) => {
                format!("Our rights count in {}, and the publisher does not say in which.", names(ours))
            }
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::UnknownProduct => {
                "Say which product the name or part number is, as for a title that nothing recognises, or record the product."
            }
            Self::NeedsNoLicence => "Look whether the rule is right, or leave the row out.",
            Self::UnknownMetric(_) => {
                "Write the name of a metric in the file, or leave its column out and name the metric as a default."
            }
            Self::OtherMetric { .. } => {
                "Look in the agreement which metric holds; convert the rights, or have the publisher correct its books."
            }
            Self::SeveralMetrics(_) => "Add a column “metric” to the file.",
        }
    }
}

fn names(metrics: &BTreeSet<Metric>) -> String {
    let names: Vec<String> = metrics.iter().map(|metric| metric.name().to_string().replace('_', " ")).collect();
    names.join(" and ")
}

fn days(days: &BTreeSet<Option<Date>>, open: &str) -> String {
    let words: Vec<String> =
        days.iter().map(|day| day.map_or_else(|| open.to_owned(), |day| day.to_string())).collect();
    words.join(" and ")
}

fn term(side: &Side) -> String {
    let (starts, ends) = (days(&side.starts_on, "ever"), days(&side.ends_on, "without end"));
    format!("from {starts} until {ends}")
        .replace("from ever until without end", "without end")
        .replace("from ever until ", "until ")
        .replace("until without end", "without end")
}

/// The comparisons of a group: one, or one for each metric where both sides say their metrics.
pub(super) fn compared(
    state: &State,
    rows: &[PublisherStatementRow],
    products: &[Found],
    group: Group<'_>,
) -> Vec<Comparison> {
    let ours: BTreeSet<Metric> = group.rights.iter().map(|right| right.right.metric).collect();
    let said: Vec<&PublisherStatementRow> = group.rows.iter().filter_map(|place| rows.get(*place)).collect();
    let all_known = said.iter().all(|row| matches!(row.metric, Some(StatedMetric::Known(_))));
    let theirs = Side::of_rows(&said).map(|side| side.metrics).unwrap_or_default();
    if ours.len() < 2 || !all_known || !theirs.is_subset(&ours) {
        return vec![one(state, rows, products, group)];
    }
    let of_metric = |metric: Metric| {
        let is_of = |place: &usize| rows.get(*place).is_some_and(|row| row.metric == Some(StatedMetric::Known(metric)));
        let rows: Vec<usize> = group.rows.iter().copied().filter(is_of).collect();
        let rights = group.rights.iter().copied().filter(|right| right.right.metric == metric).collect();
        let paired_by = group.paired_by.filter(|_| !rows.is_empty());
        Group { product: group.product, paired_by, rows, rights }
    };
    ours.iter().map(|metric| one(state, rows, products, of_metric(*metric))).collect()
}

fn one(state: &State, rows: &[PublisherStatementRow], products: &[Found], group: Group<'_>) -> Comparison {
    let said: Vec<&PublisherStatementRow> = group.rows.iter().filter_map(|place| rows.get(*place)).collect();
    let theirs_called = || said.first().map_or_else(String::new, |row| row.product.clone());
    let findings = match (group.rows.first(), group.rights.as_slice()) {
        (Some(place), []) => vec![theirs_alone(products.get(*place).copied(), &said)],
        (None, _) => vec![Finding::OursOnly],
        (Some(_), rights) => differences(&said, rights),
    };
    Comparison {
        product: group.product,
        name: group.product.map_or_else(theirs_called, |product| state.product_name(product)),
        paired_by: group.paired_by,
        theirs: Side::of_rows(&said),
        ours: Side::of_rights(&group.rights),
        rows: group.rows,
        rights: group.rights.iter().map(|right| right.id).collect(),
        findings,
    }
}

fn theirs_alone(found: Option<Found>, rows: &[&PublisherStatementRow]) -> Finding {
    match found {
        Some(Found::Product(_) | Found::NotRecorded) if rows.iter().all(|row| row.quantity == Quantity::Units(0)) => {
            Finding::Equal
        }
        Some(Found::Product(_) | Found::NotRecorded) => Finding::TheirsOnly,
        Some(Found::NeedsNoLicence) => Finding::NotComparable(Incomparable::NeedsNoLicence),
        Some(Found::Unknown) | None => Finding::NotComparable(Incomparable::UnknownProduct),
    }
}

/// Everything in which rows and rights that belong together differ.
fn differences(rows: &[&PublisherStatementRow], rights: &[&Entitlement]) -> Vec<Finding> {
    let (Some(theirs), Some(ours)) = (Side::of_rows(rows), Side::of_rights(rights)) else { return Vec::new() };
    if let Some(why) = incomparable(rows, &theirs, &ours) {
        return vec![Finding::NotComparable(why)];
    }
    let mut findings = Vec::new();
    if theirs.quantity != ours.quantity {
        findings.push(Finding::Quantity);
    }
    if terms_differ(&theirs, &ours, rows.len() == 1 && rights.len() == 1) {
        findings.push(Finding::Term);
    }
    if is_stated(&theirs.maintained_until) && theirs.maintained_until != ours.maintained_until {
        findings.push(Finding::Maintenance);
    }
    if findings.is_empty() {
        findings.push(Finding::Equal);
    }
    findings
}

fn incomparable(rows: &[&PublisherStatementRow], theirs: &Side, ours: &Side) -> Option<Incomparable> {
    let other = rows.iter().find_map(|row| match &row.metric {
        Some(StatedMetric::Other(words)) => Some(words.clone()),
        Some(StatedMetric::Known(_)) | None => None,
    });
    if let Some(words) = other {
        return Some(Incomparable::UnknownMetric(words));
    }
    if theirs.metrics.is_subset(&ours.metrics) && ours.metrics.len() == 1 {
        return None;
    }
    let ours = ours.metrics.clone();
    Some(if theirs.metrics.is_empty() {
        Incomparable::SeveralMetrics(ours)
    } else {
        Incomparable::OtherMetric { theirs: theirs.metrics.clone(), ours }
    })
}

/// Whether rows say any of these days at all. Where one does, a row without is taken at its word.
fn is_stated(days: &BTreeSet<Option<Date>>) -> bool {
    days.iter().any(Option::is_some)
}

/// Whether the last days differ, where rows say any; of one row and one right also the first, where both say it.
fn terms_differ(theirs: &Side, ours: &Side, is_one_to_one: bool) -> bool {
    let starts = || is_one_to_one && is_stated(&theirs.starts_on) && is_stated(&ours.starts_on);
    (is_stated(&theirs.ends_on) && theirs.ends_on != ours.ends_on) || (starts() && theirs.starts_on != ours.starts_on)
}
