//! Usage: files of it in, as one act that can be looked at before and undone after; and what is known of it.
//!
//! Reading the files is for `importers`, what they come to for `position`.

use std::sync::Arc;

use domain::State;
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::entitlement::Quantity;
use domain::event::Event;
use domain::id::ProductId;
use domain::import::{Brought, Import, ImportedFile, reports_digest};
use domain::usage::{Feature, UsageReport};
use importers::UsageFile;
pub use importers::UsageFormat;
use jiff::Timestamp;
use jiff::civil::Date;
use position::Base;
pub use position::usage::{DayPeak, DeniedBy, Holder, Metered, Overview};

use crate::failure::Failure;
use crate::imports::{
    FileRejects, GivenFile, ImportOutcome, blocking, imported, in_file, length, repetition_is_absent_or_new,
};
use crate::order::{Order, Repetition, UsageToStore};
use crate::organisation::App;
use crate::snapshot::Snapshot;

/// Days of usage that are shown where nobody says how many.
pub const DAYS_SHOWN: u32 = 30;

/// Usage files, read.
struct ReadUsage {
    files: Vec<ImportedFile>,
    reports: Vec<UsageToStore>,
    rejects: Vec<FileRejects>,
    columns: Vec<importers::ColumnUse>,
    brought: Brought,
}

/// Reads a file by the clock of the organisation.
pub(crate) fn read_one(given: &GivenFile, state: &State, read_at: Timestamp) -> Result<UsageFile, Failure> {
    let zone = state.zone();
    let clock = importers::Clock { zone: &zone, read_at };
    Ok(importers::read_usage(&given.bytes, clock)?)
}

/// Reads files of usage; one that cannot be read as a whole refuses them all.
fn read(given: &[GivenFile], state: &State, read_at: Timestamp) -> Result<ReadUsage, Failure> {
    let (mut files, mut reports, mut rejects, mut columns) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut sessions, mut denials, mut readings, mut rejected, mut merged) = (0, 0, 0, 0, 0);
    for file in given {
        let read = read_one(file, state, read_at).map_err(|failure| match failure {
            Failure::Unreadable(unreadable) => in_file(unreadable, &file.name, given.len()),
            other => other,
        })?;
        files.push(imported(file, read.format.name()));
        rejected += length(&read.rejects);
        merged += read.duplicates_merged;
        columns.extend(read.columns);
        if !read.rejects.is_empty() {
            rejects.push(FileRejects { file: file.name.clone(), rejects: read.rejects });
        }
        for report in read.reports {
            sessions += length(&report.sessions);
            denials += length(&report.denials);
            readings += length(&report.readings);
            // A report is plain strings and integers, which always serialise.
            let body = serde_json::to_vec(&report).unwrap_or_default();
            reports.push(UsageToStore { digest: Digest::of(&body), report: Arc::new(report), body });
        }
    }
    let reports_digest = reports_digest(reports.iter().map(|report| report.digest));
    let brought = Brought::Usage { sessions, denials, readings, rejected, merged, reports_digest };
    Ok(ReadUsage { files, reports, rejects, columns, brought })
}

/// Takes in the stored reports of an import.
pub(crate) fn take_stored(base: &mut Base, ledger: &store::Snapshot, import: &Import) -> Result<(), Failure> {
    ledger.reports(import.id.0, |ordinal, body| {
        let report: UsageReport = serde_json::from_slice(&body)
            .map_err(|error| Failure::Damaged(format!("report {ordinal} of {}: {error}", import.id)))?;
        base.take_usage(&import.source, import.id, &report);
        Ok::<(), Failure>(())
    })
}

impl App {
    /// What files of usage would bring, without taking them in. The same code as [`App::import_usage`] runs.
    pub async fn preview_usage(
        &self,
        actor: Actor,
        source: String,
        given: Vec<GivenFile>,
    ) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        blocking(move || {
            let before = app.snapshot();
            let read = read(&given, &before.state, app.surroundings().now())?;
            let intent =
                Intent::ImportUsage { source: source.clone(), files: read.files.clone(), brought: read.brought };
            let events = app.rehearse(actor, intent)?;
            let mut with = before.as_ref().clone();
            for event in &events {
                if let Event::Imported { import, .. } = event {
                    read.reports.iter().for_each(|report| with.base.take_usage(&source, *import, &report.report));
                }
            }
            let after = app.rehearsed(&with, actor, events, &source, &[]);
            Ok(app.usage_outcome(read, &before, &after, None))
        })
        .await
    }

    /// Takes in files of usage as one import.
    pub async fn import_usage(
        &self,
        actor: Actor,
        source: String,
        given: Vec<GivenFile>,
        repetition: Option<Repetition>,
    ) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        let named = source.clone();
        let (read, repetition) = blocking(move || {
            let read = read(&given, &app.snapshot().state, app.surroundings().now())?;
            let intent = Intent::ImportUsage { source: named, files: read.files.clone(), brought: read.brought };
            // Refused before anything is kept.
            if repetition_is_absent_or_new(&app, repetition.as_ref())? {
                app.rehearse(actor, intent)?;
            }
            app.keep_files(&given)?;
            Ok((read, repetition))
        })
        .await?;
        let before = self.snapshot();
        let intent = Intent::ImportUsage { source, files: read.files.clone(), brought: read.brought };
        let order = Order { repetition, usage: read.reports.clone(), ..Order::new(actor, intent) };
        let receipt = self.carry(order).await?;
        let app = self.clone();
        blocking(move || {
            let after = Arc::clone(&receipt.snapshot);
            Ok(app.usage_outcome(read, &before, &after, Some(receipt)))
        })
        .await
    }

    fn usage_outcome(
        &self,
        read: ReadUsage,
        before: &Snapshot,
        after: &Snapshot,
        receipt: Option<crate::order::Receipt>,
    ) -> ImportOutcome {
        ImportOutcome {
            files: read.files,
            brought: read.brought,
            rejects: read.rejects,
            devices_added: 0,
            products_added: Vec::new(),
            changes: self.line_changes(before, after),
            columns: read.columns,
            receipt,
        }
    }
}

/// A feature with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFeature {
    /// The feature as a source writes it.
    pub feature: Feature,
    /// What the source calls it for people.
    pub label: Option<String>,
    /// The product that its use is.
    pub product: Option<ProductId>,
    /// Sessions that are known.
    pub sessions: u64,
    /// Denials that are known.
    pub denials: u64,
    /// Readings that are known.
    pub readings: u64,
    /// When it was first and last used.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// The last day that a reading tells of.
    pub read_until: Option<Date>,
}

/// A product whose metric counts usage, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedProduct {
    /// The product.
    pub product: ProductId,
    /// Its line.
    pub line: position::Line,
    /// Features that are linked to it and known.
    pub features: u64,
}

impl Snapshot {
    /// Every feature that any source tells of: those without a product first, those with most facts before others.
    pub fn features(&self) -> Vec<KnownFeature> {
        let instant = |second: i64| Timestamp::from_second(second).ok();
        let known = |facts: &Arc<position::usage::FeatureFacts>| KnownFeature {
            feature: facts.feature.clone(),
            label: facts.label.clone(),
            product: self.state.product_of_feature(&facts.feature),
            sessions: facts.session_count(),
            denials: facts.denial_count(),
            readings: facts.reading_count(),
            read_until: facts.read_until(),
            seen: facts.seen().and_then(|(first, last)| Some((instant(first)?, instant(last)?))),
        };
        let mut features: Vec<KnownFeature> = self.base.usage().features().map(known).collect();
        let facts = |known: &KnownFeature| known.sessions + known.denials + known.readings;
        features.sort_by(|one, other| {
            (one.product.is_some(), facts(other), &one.feature).cmp(&(
                other.product.is_some(),
                facts(one),
                &other.feature,
            ))
        });
        features
    }

    /// What is shown of a product's usage at `at`, of so many days; `None` where its metric counts what is installed.
    pub fn usage_of(&self, product: ProductId, at: Timestamp, days: u32) -> Option<Overview> {
        position::usage::overview(&self.state, &self.base, product, at, days)
    }

    /// Whether the metric of a product counts usage at `at`.
    pub fn counts_usage(&self, product: ProductId, at: Timestamp) -> bool {
        let known = self.state.products.get(&product);
        known
            .and_then(|known| position::metrics::definition(&self.state, known.metric, at))
            .is_some_and(domain::metric::Definition::is_of_usage)
    }

    /// The products whose metric counts usage, in order of name.
    pub fn used_products(&self, at: Timestamp) -> Vec<UsedProduct> {
        let counting = self.state.products.keys().filter(|product| self.counts_usage(**product, at));
        let used = counting.filter_map(|product| {
            Some(UsedProduct {
                product: *product,
                line: self.line(*product, at)?,
                features: length(&self.base.usage().features_of(&self.state, *product)),
            })
        });
        let mut used: Vec<UsedProduct> = used.collect();
        used.sort_by_key(|used| domain::product::folded(&self.state.product_name(used.product)));
        used
    }
}

/// What an overview comes to, as one sentence.
pub fn sentence(overview: &Overview, days: u32) -> String {
    let mut sentence = match (overview.metered, overview.peak) {
        (Some(Metered { units, from: Some(from), until, .. }), _) => format!("{units} used from {from} to {until}"),
        (Some(Metered { units, from: None, until, .. }), _) => format!("{units} used until {until}"),
        (None, 0) => format!("Nothing was in use in the last {days} days"),
        (None, peak) => format!("At most {peak} in use at once in the last {days} days"),
    };
    match (overview.enough, overview.entitled) {
        (Some(enough), Quantity::Units(entitled)) if overview.peak > 0 => {
            sentence.push_str(&format!(
                "; {enough} would have been enough for {} per cent of the time, and rights give {entitled}",
                position::usage::ENOUGH_PERCENT
            ));
        }
        (None | Some(_), Quantity::Units(entitled)) => sentence.push_str(&format!("; rights give {entitled}")),
        (None | Some(_), Quantity::Unlimited) => sentence.push_str("; a right sets no limit"),
    }
    match overview.denials {
        0 => {}
        1 => sentence.push_str("; 1 request was denied"),
        denials => sentence.push_str(&format!("; {denials} requests were denied")),
    }
    sentence.push('.');
    sentence
}
