//! Trends: the numbers of position lines over the sealed days, their peaks, and what they are heading for.
//!
//! They come from the figures that seals keep; no estate is loaded for them. The arithmetic of a forecast is in `position`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity};
use domain::id::ProductId;
use domain::money::{Currency, Money};
use domain::seal::Seal;
use domain::{Decimal, State};
use jiff::civil::Date;
pub use position::forecast::{Candidate, Forecast, Method, Period, Point as ForecastPoint, Step as ForecastStep};
use store::Blobs;

use crate::failure::Failure;
use crate::organisation::App;
use crate::seals::figures::{Day, Figures, Written};

/// Files of figures that may stand behind one: far more than are ever written, so that a circle ends.
const LINKS_READ_MAX: usize = 64;

/// The figures in a file, and how many files stand behind it.
pub(crate) fn read_figures(blobs: &Blobs, digest: Digest) -> Result<(Day, u32), Failure> {
    let mut behind = Vec::new();
    let mut next = Some(digest);
    while let Some(digest) = next {
        let written = file_of(blobs, digest)?;
        next = written.base;
        behind.push(written);
        if behind.len() > LINKS_READ_MAX {
            return Err(Failure::Damaged(format!("more than {LINKS_READ_MAX} files stand behind figures {digest}")));
        }
    }
    let links = behind.first().map_or(0, |written| written.links);
    Ok((behind.iter().rev().fold(Day::new(), |day, written| written.on(day)), links))
}

fn file_of(blobs: &Blobs, digest: Digest) -> Result<Written, Failure> {
    let damaged = |what: &str| Failure::Damaged(format!("figures {digest}: {what}"));
    let bytes = blobs.get(&digest.0)?.ok_or_else(|| damaged("they are missing"))?;
    Written::read(&bytes).map_err(|what| damaged(&what))
}

/// Sums of units of one metric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the sum of the number it names")]
pub struct Units {
    pub products: u64,
    /// Absent where a product may be used without limit.
    pub entitled: Option<u64>,
    pub used: u64,
    pub covered: u64,
    pub short: u64,
}

/// All lines of a day together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// Products with a line.
    pub products: u64,
    /// Products of which something is short.
    pub products_short: u64,
    /// Short products of which no price is known.
    pub unpriced: u64,
    /// Exposure by currency.
    pub exposure: Vec<Money>,
    /// Units by metric; those of different metrics are never added up.
    pub units: BTreeMap<Metric, Units>,
}

impl Whole {
    fn of(day: &Day) -> Self {
        let mut whole = Self::default();
        let mut exposure: BTreeMap<Currency, Decimal> = BTreeMap::new();
        for figures in day.values() {
            whole.products += 1;
            whole.products_short += u64::from(figures.short > 0);
            whole.unpriced += u64::from(figures.short > 0 && figures.exposure.is_none());
            if let Some(money) = figures.exposure {
                let sum = exposure.entry(money.currency).or_default();
                *sum = sum.saturating_add(money.amount);
            }
            let units =
                whole.units.entry(figures.metric).or_insert_with(|| Units { entitled: Some(0), ..Units::default() });
            units.products += 1;
            units.entitled = units.entitled.zip(figures.entitled.units()).map(|(sum, more)| sum.saturating_add(more));
            units.used = units.used.saturating_add(figures.used);
            units.covered = units.covered.saturating_add(figures.covered());
            units.short = units.short.saturating_add(figures.short);
        }
        whole.exposure = exposure.into_iter().map(|(currency, amount)| Money { amount, currency }).collect();
        whole
    }
}

/// The figures of all sealed days, kept by product where they change, so that years of thousands of products fit.
#[derive(Debug, Default)]
pub(crate) struct KeptFigures(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    seals: Vec<Arc<Seal>>,
    wholes: Vec<Arc<Whole>>,
    /// From which seal on which figures held.
    changes: BTreeMap<ProductId, Vec<(usize, Option<Figures>)>>,
    last: Day,
}

impl Kept {
    /// Takes in the seals that are not known yet; begins anew where an earlier day was sealed after a later one.
    fn follow(&mut self, state: &State, blobs: &Blobs) -> Result<(), Failure> {
        let seals: Vec<Arc<Seal>> = state.sealed_days().cloned().collect();
        let same = |(one, other): (&Arc<Seal>, &Arc<Seal>)| one.recorded_in == other.recorded_in;
        if self.seals.len() > seals.len() || !self.seals.iter().zip(&seals).all(same) {
            *self = Self::default();
        }
        for seal in seals.into_iter().skip(self.seals.len()) {
            let written = file_of(blobs, seal.contents.figures)?;
            let before = self.seals.last().map(|seal| seal.contents.figures);
            let day = match written.base {
                base if base.is_some() && base == before => written.on(self.last.clone()),
                _ => read_figures(blobs, seal.contents.figures)?.0,
            };
            let index = self.seals.len();
            for (product, figures) in day.iter().filter(|(product, figures)| self.last.get(product) != Some(*figures)) {
                self.changes.entry(*product).or_default().push((index, Some(*figures)));
            }
            for gone in self.last.keys().filter(|product| !day.contains_key(product)) {
                self.changes.entry(*gone).or_default().push((index, None));
            }
            self.wholes.push(Arc::new(Whole::of(&day)));
            self.seals.push(seal);
            self.last = day;
        }
        Ok(())
    }

    fn of_product(&self, product: ProductId) -> Vec<(Arc<Seal>, Figures)> {
        let mut changes = self.changes.get(&product).into_iter().flatten().peekable();
        let mut holds = None;
        let mut points = Vec::new();
        for (index, seal) in self.seals.iter().enumerate() {
            while let Some((_, figures)) = changes.next_if(|(from, _)| *from <= index) {
                holds = *figures;
            }
            points.extend(holds.map(|figures| (Arc::clone(seal), figures)));
        }
        points
    }
}

/// A quarter's highest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// The sealed day on which it was reached first.
    pub day: Date,
    /// The entry of that day's seal.
    pub sealed_in: u64,
    /// Units used then.
    pub used: u64,
    /// What the units counted.
    pub metric: Metric,
}

/// The highest numbers of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peaks {
    /// The highest ever.
    pub highest: Option<Peak>,
    /// The highest of every quarter, by year and quarter, the newest first.
    pub quarters: Vec<((i16, i8), Peak)>,
}

/// The quarter of a day: year, and 1 to 4.
pub fn quarter_of(day: Date) -> (i16, i8) {
    (day.year(), (day.month() - 1) / 3 + 1)
}

/// The peaks of a product's use in the metric in which it is counted now; another metric counts something else.
pub fn peaks(points: &[(Arc<Seal>, Figures)]) -> Peaks {
    let Some(metric) = points.last().map(|(_, figures)| figures.metric) else { return Peaks::default() };
    let mut peaks = Peaks::default();
    let mut quarters: BTreeMap<(i16, i8), Peak> = BTreeMap::new();
    for (seal, figures) in points.iter().filter(|(_, figures)| figures.metric == metric) {
        let peak = Peak { day: seal.day, sealed_in: seal.recorded_in, used: figures.used, metric };
        let higher = |known: &Peak| known.used < peak.used;
        if peaks.highest.as_ref().is_none_or(higher) {
            peaks.highest = Some(peak);
        }
        let of = quarters.entry(quarter_of(seal.day)).or_insert(peak);
        if higher(of) {
            *of = peak;
        }
    }
    peaks.quarters = quarters.into_iter().rev().collect();
    peaks
}

/// Whether the publisher of a metric has it reported by its highest number of a quarter (IBM's sub-capacity terms).
pub fn needs_peaks(metric: Metric) -> bool {
    metric.name().starts_with("ibm_")
}

/// What there is of each sealed day, in order of day.
pub type BySeal<T> = Vec<(Arc<Seal>, T)>;

impl App {
    /// The figures of a product on every sealed day on which it had a line, in order of day.
    pub fn trend(&self, product: ProductId) -> Result<BySeal<Figures>, Failure> {
        let state = &self.snapshot().state;
        let mut kept = self.inner.times.figures.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.follow(state, self.ledger().blobs())?;
        Ok(kept.of_product(product))
    }

    /// All lines together on every sealed day, in order of day.
    pub fn whole_trend(&self) -> Result<BySeal<Arc<Whole>>, Failure> {
        let state = &self.snapshot().state;
        let mut kept = self.inner.times.figures.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.follow(state, self.ledger().blobs())?;
        Ok(kept.seals.iter().cloned().zip(kept.wholes.iter().cloned()).collect())
    }

    /// The figures of the products whose use or shortage differs between two sealed days, in one metric.
    pub fn moved_between(&self, earlier: Date, later: Date) -> Result<Vec<(ProductId, Figures, Figures)>, Failure> {
        let state = &self.snapshot().state;
        let blobs = self.ledger().blobs();
        let on = |day: Date| -> Result<Day, Failure> {
            let seal = state.seal_of(day).ok_or_else(|| Failure::NotFound(format!("seal of {day}")))?;
            Ok(read_figures(blobs, seal.contents.figures)?.0)
        };
        let (then, now) = (on(earlier)?, on(later)?);
        let moved = now.into_iter().filter_map(|(product, after)| {
            let before = *then.get(&product)?;
            let differs = before.metric == after.metric && (before.used, before.short) != (after.used, after.short);
            differs.then_some((product, before, after))
        });
        Ok(moved.collect())
    }

    /// What a product's use is heading for; `None` where there is no such product.
    pub fn forecast(&self, product: ProductId) -> Result<Option<Forecast>, Failure> {
        let snapshot = self.snapshot();
        let Some(known) = snapshot.state.products.get(&product) else { return Ok(None) };
        let metric = known.metric;
        let points = self.trend(product)?;
        let history: Vec<(Date, u64)> = points
            .iter()
            .filter(|(_, figures)| figures.metric == metric)
            .map(|(seal, figures)| (seal.day, figures.used))
            .collect();
        let zone = snapshot.state.zone();
        let entitled = |day: Date| -> Quantity {
            let at = day.to_zoned(zone.clone()).map(|noon| noon.timestamp());
            let line = at.ok().and_then(|at| snapshot.line(product, at));
            line.map_or(Quantity::Units(0), |line| line.entitled)
        };
        Ok(Some(position::forecast::forecast(&history, entitled)))
    }
}
