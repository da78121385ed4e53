//! Trends: the whole position and one product over the sealed days, and their files.

use std::cmp::Reverse;
use std::sync::Arc;

use app::seals::figures::Figures;
use app::trends::{self, Whole};
use axum::response::Response;
use domain::id::ProductId;
use domain::money::Money;
use domain::seal::{Seal, ends_month};
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::api::trends::{csv_of, whole_csv as whole_file};
use crate::browse::visitor::Visitor;
use crate::design::charts::{Chart, Series, Stroke};
use crate::design::numbers::{counted, money};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::layout::CopyAs;
use crate::pages::trends::{
    self as pages, AheadRow, Mover, PeakRow, ProductRow, ProductTrendPage, WholeRow, WholeTrendPage,
};
use crate::problem::Problem;
use crate::reading::off_thread;

/// Sealed days of late that a table shows one by one, besides months' ends.
const DAYS_SHOWN: i64 = 14;
/// Months' ends that a table shows.
const MONTHS_SHOWN: usize = 36;
/// Products whose use changed most.
const MOVERS_MAX: usize = 8;
/// Days between which what changed most is looked for.
const MOVED_WITHIN_DAYS: i64 = 28;

/// Which points a table shows: months' ends and the days of late, the newest first.
fn of_late<T>(points: &[(Arc<Seal>, T)]) -> Vec<&(Arc<Seal>, T)> {
    let last = points.last().map_or(Date::MIN, |(seal, _)| seal.day);
    let since = last.checked_sub(DAYS_SHOWN.days()).unwrap_or(Date::MIN);
    let mut months = 0;
    let wanted = points.iter().rev().filter(|(seal, _)| {
        if seal.day > since {
            return true;
        }
        months += usize::from(ends_month(seal.day));
        ends_month(seal.day) && months <= MONTHS_SHOWN
    });
    wanted.collect()
}

/// Whole units of a currency, for a drawing; the table has the exact amounts.
fn drawn(amount: Option<&Money>) -> u64 {
    amount.map_or(0, |money| u64::try_from(money.amount.round()).unwrap_or(u64::MAX))
}

/// The whole position.
pub async fn whole(visitor: Visitor) -> Result<Response, Problem> {
    let app = visitor.app.clone();
    let points = off_thread(move || app.whole_trend()).await?;
    let currency = visitor.state().organisation.as_ref().map(|organisation| organisation.currency);
    let of_currency = |whole: &Whole| whole.exposure.iter().find(|money| Some(money.currency) == currency).copied();
    let exposure: Vec<_> =
        points.iter().map(|(seal, whole)| (seal.day, Some(drawn(of_currency(whole).as_ref())))).collect();
    let short: Vec<_> = points.iter().map(|(seal, whole)| (seal.day, Some(whole.products_short))).collect();
    let between = compared(&points);
    let movers = match between {
        Some((earlier, last)) => movers(&visitor, earlier, last).await?,
        None => Vec::new(),
    };
    let view = WholeTrendPage {
        exposure: Chart {
            words: first_and_last(&points, |whole| {
                of_currency(whole).as_ref().map_or_else(|| "nothing".to_owned(), money)
            }),
            series: vec![Series { name: "Exposure".to_owned(), stroke: Stroke::Short, points: exposure }],
            band: Vec::new(),
            today: None,
        },
        currency: currency.map_or_else(String::new, |currency| currency.to_string()),
        short: Chart {
            words: first_and_last(&points, |whole| counted(whole.products_short, "product short", "products short")),
            series: vec![Series { name: "Products short".to_owned(), stroke: Stroke::Short, points: short }],
            band: Vec::new(),
            today: None,
        },
        rows: of_late(&points).into_iter().map(whole_row).collect(),
        total: u64::try_from(points.len()).unwrap_or(u64::MAX),
        between,
        movers,
        copy: CopyAs {
            command: "indult trend".to_owned(),
            request: "GET /v1/trends".to_owned(),
            csv: Some("/position/trends.csv".to_owned()),
            json: Some("/v1/trends".to_owned()),
        },
    };
    Ok(visitor.page(pages::whole_page_of(&visitor.frame(), &view)))
}

fn first_and_last(points: &[(Arc<Seal>, Arc<Whole>)], words: impl Fn(&Whole) -> String) -> String {
    match (points.first(), points.last()) {
        (Some((first, then)), Some((last, now))) => {
            format!("From {} on {} to {} on {}.", words(then), first.day, words(now), last.day)
        }
        _ => String::new(),
    }
}

fn whole_row((seal, whole): &(Arc<Seal>, Arc<Whole>)) -> WholeRow {
    WholeRow {
        day: seal.day,
        devices: seal.contents.devices,
        installations: seal.contents.installations,
        products: whole.products,
        short: whole.products_short,
        exposure: whole.exposure.clone(),
        unpriced: whole.unpriced,
    }
}

/// The last sealed day, and the last one that lies at least four weeks before it.
fn compared(points: &[(Arc<Seal>, Arc<Whole>)]) -> Option<(Date, Date)> {
    let last = points.last()?.0.day;
    let before = last.checked_sub(MOVED_WITHIN_DAYS.days()).ok()?;
    let earlier = points.iter().rev().map(|(seal, _)| seal.day).find(|day| *day <= before)?;
    Some((earlier, last))
}

async fn movers(visitor: &Visitor, earlier: Date, last: Date) -> Result<Vec<Mover>, Problem> {
    let app = visitor.app.clone();
    let found = off_thread(move || app.moved_between(earlier, last)).await?;
    let state = visitor.state();
    let mut movers: Vec<Mover> = found
        .into_iter()
        .map(|(product, before, after)| Mover {
            product,
            name: state.product_name(product),
            metric: after.metric,
            used: (before.used, after.used),
            short: (before.short, after.short),
        })
        .collect();
    movers.sort_by_key(|mover| (Reverse(mover.used.0.abs_diff(mover.used.1)), mover.product));
    movers.truncate(MOVERS_MAX);
    Ok(movers)
}

/// The whole trend as a file.
pub async fn whole_csv(visitor: Visitor) -> Result<Response, Problem> {
    let app = visitor.app.clone();
    Ok(whole_file(&off_thread(move || app.whole_trend()).await?))
}

/// One product.
pub async fn of_product(visitor: Visitor, At(number): At<ProductId>) -> Result<Response, Problem> {
    let product = visitor.state().products.get(&number).cloned().ok_or_else(|| Problem::none("product", number))?;
    let app = visitor.app.clone();
    let (points, forecast) = off_thread(move || Ok((app.trend(number)?, app.forecast(number)?))).await?;
    let forecast = forecast.ok_or_else(|| Problem::none("product", number))?;
    let peaks = trends::peaks(&points);
    let view = ProductTrendPage {
        product: number,
        name: product.name.clone(),
        metric: product.metric,
        chart: chart(&points, &forecast),
        rows: of_late(&points).into_iter().map(product_row).collect(),
        total: u64::try_from(points.len()).unwrap_or(u64::MAX),
        reported_by_peak: trends::needs_peaks(product.metric),
        peaks: peak_rows(&peaks),
        period: forecast.period.word(),
        runs_out_on: forecast.runs_out_on,
        may_run_out_on: forecast.may_run_out_on,
        ahead: forecast
            .points
            .iter()
            .map(|point| AheadRow {
                day: point.day,
                expected: point.expected,
                between: (point.low, point.high),
                entitled: point.entitled,
            })
            .collect(),
        working: forecast.working.into_iter().map(|step| (step.label, step.text)).collect(),
        copy: CopyAs {
            command: format!("indult trend {number}"),
            request: format!("GET /v1/trends/{number}"),
            csv: Some(format!("{}.csv", addresses::product_trend(number))),
            json: Some(format!("/v1/trends/{number}")),
        },
    };
    Ok(visitor.page(pages::product_page(&visitor.frame(), &view)))
}

fn chart(points: &[(Arc<Seal>, Figures)], forecast: &trends::Forecast) -> Chart {
    let used: Vec<_> = points.iter().map(|(seal, figures)| (seal.day, Some(figures.used))).collect();
    let mut entitled: Vec<_> = points.iter().map(|(seal, figures)| (seal.day, figures.entitled.units())).collect();
    entitled.extend(forecast.points.iter().map(|point| (point.day, point.entitled.units())));
    let last = points.last().map(|(seal, figures)| (seal.day, figures.used));
    let ahead = || forecast.points.iter().filter(|point| last.is_none_or(|(day, _)| point.day > day));
    let from = last.filter(|_| !forecast.points.is_empty());
    let expected = from.map(|(day, used)| (day, Some(used))).into_iter();
    let expected: Vec<_> = expected.chain(ahead().map(|point| (point.day, Some(point.expected)))).collect();
    let band = from.map(|(day, used)| (day, used, used)).into_iter();
    let words = match (points.first(), points.last()) {
        (Some((first, then)), Some((last, now))) => format!(
            "Used: {} on {}, {} on {}. Entitled: {} and {}.",
            then.used, first.day, now.used, last.day, then.entitled, now.entitled
        ),
        _ => String::new(),
    };
    let mut series = vec![
        Series { name: "Entitled".to_owned(), stroke: Stroke::Entitled, points: entitled },
        Series { name: "Used".to_owned(), stroke: Stroke::Used, points: used },
    ];
    if !expected.is_empty() {
        series.push(Series { name: "Expected, with its band".to_owned(), stroke: Stroke::Expected, points: expected });
    }
    Chart {
        words,
        series,
        band: band.chain(ahead().map(|point| (point.day, point.low, point.high))).collect(),
        today: from.map(|(day, _)| day),
    }
}

fn product_row((seal, figures): &(Arc<Seal>, Figures)) -> ProductRow {
    ProductRow {
        day: seal.day,
        metric: figures.metric,
        entitled: figures.entitled,
        used: figures.used,
        covered: figures.covered(),
        short: figures.short,
        exposure: figures.exposure,
    }
}

fn peak_rows(peaks: &trends::Peaks) -> Vec<PeakRow> {
    let row =
        |time: String, peak: &trends::Peak| PeakRow { time, used: peak.used, day: peak.day, sealed_in: peak.sealed_in };
    let quarter = |(year, quarter): (i16, i8)| {
        let word = match quarter {
            1 => "first",
            2 => "second",
            3 => "third",
            _ => "fourth",
        };
        format!("{year}, {word} quarter")
    };
    let ever = peaks.highest.iter().map(|peak| row("Ever".to_owned(), peak));
    ever.chain(peaks.quarters.iter().map(|(of, peak)| row(quarter(*of), peak))).collect()
}

/// A product's trend as a file.
pub async fn csv_of_product(visitor: Visitor, At(number): At<ProductId>) -> Result<Response, Problem> {
    if !visitor.state().products.contains_key(&number) {
        return Err(Problem::none("product", number));
    }
    let app = visitor.app.clone();
    Ok(csv_of(number, &off_thread(move || app.trend(number)).await?))
}
