//! Trends: the numbers of the position over the sealed days, their peaks, and forecasts.

use app::seals::figures::Figures;
use app::trends::{self, Forecast, Peak, Units, Whole};
use axum::response::Response;
use domain::entitlement::Metric;
use domain::id::ProductId;
use domain::seal::Seal;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::positions::Format;
use super::values::{DateText, MetricWord, MoneyValue, ProductNumber, ProductRef, QuantityValue};
use crate::Site;
use crate::csv::Csv;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Reading, off_thread};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(whole)).routes(routes!(of_product)).routes(routes!(forecast))
}

/// The numbers of a product on a sealed day.
#[derive(Debug, Serialize, ToSchema)]
struct TrendPointObject {
    /// The day.
    #[schema(value_type = DateText)]
    day: Date,
    /// The entry of its seal.
    sealed_in: u64,
    /// What the counts counted then.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Units that rights gave.
    entitled: QuantityValue,
    /// Units used.
    used: u64,
    /// Used units that rights or exceptions covered.
    covered: u64,
    /// Used units that nothing covered.
    short: u64,
    /// Units of rights that nothing used; null where there was no limit.
    surplus: Option<u64>,
    /// What the shortage would have cost.
    exposure: Option<MoneyValue>,
}

fn point((seal, figures): &(Arc<Seal>, Figures)) -> TrendPointObject {
    TrendPointObject {
        day: seal.day,
        sealed_in: seal.recorded_in,
        metric: figures.metric,
        entitled: QuantityValue(figures.entitled),
        used: figures.used,
        covered: figures.covered(),
        short: figures.short,
        surplus: figures.surplus,
        exposure: figures.exposure.map(MoneyValue::from),
    }
}

/// The highest number of a time.
#[derive(Debug, Serialize, ToSchema)]
struct PeakObject {
    /// `2026-Q3`; null for the highest ever.
    quarter: Option<String>,
    /// The day on which it was reached first.
    #[schema(value_type = DateText)]
    day: Date,
    /// The entry of that day's seal.
    sealed_in: u64,
    /// Units used then.
    used: u64,
}

fn peak(quarter: Option<(i16, i8)>, peak: &Peak) -> PeakObject {
    PeakObject {
        quarter: quarter.map(|(year, quarter)| format!("{year}-Q{quarter}")),
        day: peak.day,
        sealed_in: peak.sealed_in,
        used: peak.used,
    }
}

/// The trend of a product.
#[derive(Debug, Serialize, ToSchema)]
struct ProductTrend {
    /// The product.
    product: ProductRef,
    /// Its numbers, day by day.
    points: Vec<TrendPointObject>,
    /// The highest use ever sealed, in the metric of the last day.
    highest: Option<PeakObject>,
    /// The highest use of every quarter, the newest first.
    quarters: Vec<PeakObject>,
    /// Whether the metric's publisher has it reported by its highest number of a quarter.
    reported_by_peak: bool,
    /// The ledger size that everything was read at.
    ledger_size: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TrendQuery {
    /// Only from this day on.
    #[param(value_type = Option<DateText>)]
    from: Option<Date>,
    /// Only up to this day.
    #[param(value_type = Option<DateText>)]
    to: Option<Date>,
    /// JSON or CSV.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

impl TrendQuery {
    fn wants(&self, seal: &Seal) -> bool {
        self.from.is_none_or(|from| from <= seal.day) && self.to.is_none_or(|to| seal.day <= to)
    }
}

/// One product on the sealed days. Peaks are those of all days, whichever are asked for.
#[utoipa::path(get, path = "/v1/trends/{product}", tag = "trends",
    params(("product" = ProductNumber, Path), TrendQuery),
    responses((status = 200, content((ProductTrend = "application/json"), (String = "text/csv")))))]
async fn of_product(
    reading: Reading,
    At(product): At<ProductId>,
    Asked(query): Asked<TrendQuery>,
) -> Result<Response, Problem> {
    if !reading.snapshot.state.products.contains_key(&product) {
        return Err(Problem::none("product", product));
    }
    let app = reading.app.clone();
    let mut points = off_thread(move || app.trend(product)).await?;
    let peaks = trends::peaks(&points);
    points.retain(|(seal, _)| query.wants(seal));
    Ok(match query.format {
        Format::Csv => csv_of(product, &points),
        Format::Json => reading.answer(ProductTrend {
            product: ProductRef::of(&reading.snapshot.state, product),
            reported_by_peak: peaks.highest.is_some_and(|highest| trends::needs_peaks(highest.metric)),
            points: points.iter().map(point).collect(),
            highest: peaks.highest.as_ref().map(|highest| peak(None, highest)),
            quarters: peaks.quarters.iter().map(|(quarter, highest)| peak(Some(*quarter), highest)).collect(),
            ledger_size: reading.snapshot.size(),
        }),
    })
}

/// A product's trend as a file for a spreadsheet.
pub(crate) fn csv_of(product: ProductId, points: &[(Arc<Seal>, Figures)]) -> Response {
    let mut table = Csv::headed(&[
        "day",
        "sealed_in",
        "product",
        "metric",
        "entitled",
        "used",
        "covered",
        "short",
        "surplus",
        "exposure",
        "currency",
    ]);
    for (seal, figures) in points {
        let (amount, currency) =
            figures.exposure.map(|money| (money.amount.to_string(), money.currency.to_string())).unwrap_or_default();
        table.row(&[
            seal.day.to_string(),
            seal.recorded_in.to_string(),
            product.to_string(),
            figures.metric.name().into_owned(),
            figures.entitled.to_string(),
            figures.used.to_string(),
            figures.covered().to_string(),
            figures.short.to_string(),
            figures.surplus.map(|surplus| surplus.to_string()).unwrap_or_default(),
            amount,
            currency,
        ]);
    }
    table.download(&format!("{product}-trend.csv"))
}

/// Sums of units of one metric.
#[derive(Debug, Serialize, ToSchema)]
struct UnitsObject {
    /// What the units count.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Products counted by it.
    products: u64,
    /// Units that rights gave; null where one gave them without limit.
    entitled: Option<u64>,
    /// Units used.
    used: u64,
    /// Used units that rights or exceptions covered.
    covered: u64,
    /// Used units that nothing covered.
    short: u64,
}

fn units((metric, units): (&Metric, &Units)) -> UnitsObject {
    UnitsObject {
        metric: *metric,
        products: units.products,
        entitled: units.entitled,
        used: units.used,
        covered: units.covered,
        short: units.short,
    }
}

/// The whole position on a sealed day.
#[derive(Debug, Serialize, ToSchema)]
struct WholePoint {
    /// The day.
    #[schema(value_type = DateText)]
    day: Date,
    /// The entry of its seal.
    sealed_in: u64,
    /// Devices of the estate.
    devices: u64,
    /// Installations of the estate.
    installations: u64,
    /// Products.
    products: u64,
    /// Products of which something was short.
    products_short: u64,
    /// Short products of which no price was known.
    unpriced: u64,
    /// Exposure by currency.
    exposure: Vec<MoneyValue>,
    /// Units by metric; those of different metrics are never added up.
    units: Vec<UnitsObject>,
}

fn whole_point((seal, whole): &(Arc<Seal>, Arc<Whole>)) -> WholePoint {
    WholePoint {
        day: seal.day,
        sealed_in: seal.recorded_in,
        devices: seal.contents.devices,
        installations: seal.contents.installations,
        products: whole.products,
        products_short: whole.products_short,
        unpriced: whole.unpriced,
        exposure: whole.exposure.iter().copied().map(MoneyValue::from).collect(),
        units: whole.units.iter().map(units).collect(),
    }
}

/// The whole position over the sealed days.
#[derive(Debug, Serialize, ToSchema)]
struct WholeTrend {
    /// Its numbers, day by day.
    points: Vec<WholePoint>,
    /// The ledger size that everything was read at.
    ledger_size: u64,
}

/// The whole position on the sealed days.
#[utoipa::path(get, path = "/v1/trends", tag = "trends", params(TrendQuery),
    responses((status = 200, content((WholeTrend = "application/json"), (String = "text/csv")))))]
async fn whole(reading: Reading, Asked(query): Asked<TrendQuery>) -> Result<Response, Problem> {
    let app = reading.app.clone();
    let mut points = off_thread(move || app.whole_trend()).await?;
    points.retain(|(seal, _)| query.wants(seal));
    Ok(match query.format {
        Format::Csv => whole_csv(&points),
        Format::Json => reading.answer(WholeTrend {
            points: points.iter().map(whole_point).collect(),
            ledger_size: reading.snapshot.size(),
        }),
    })
}

/// The whole trend as a file for a spreadsheet: a row for each day and currency.
pub(crate) fn whole_csv(points: &[(Arc<Seal>, Arc<Whole>)]) -> Response {
    let columns = [
        "day",
        "sealed_in",
        "devices",
        "installations",
        "products",
        "products_short",
        "unpriced",
        "exposure",
        "currency",
    ];
    let mut table = Csv::headed(&columns);
    for (seal, whole) in points {
        let mut amounts: Vec<(String, String)> =
            whole.exposure.iter().map(|money| (money.amount.to_string(), money.currency.to_string())).collect();
        if amounts.is_empty() {
            amounts.push(("0".to_owned(), String::new()));
        }
        for (amount, currency) in amounts {
            table.row(&[
                seal.day.to_string(),
                seal.recorded_in.to_string(),
                seal.contents.devices.to_string(),
                seal.contents.installations.to_string(),
                whole.products.to_string(),
                whole.products_short.to_string(),
                whole.unpriced.to_string(),
                amount,
                currency,
            ]);
        }
    }
    table.download("position-trend.csv")
}

/// A step of the history of a forecast.
#[derive(Debug, Serialize, ToSchema)]
struct HistoryObject {
    /// Its last day.
    #[schema(value_type = DateText)]
    day: Date,
    /// Units used, as last sealed in it.
    used: u64,
}

/// A method that was tried.
#[derive(Debug, Serialize, ToSchema)]
struct CandidateObject {
    /// Its name.
    method: &'static str,
    /// Forecasts of one step ahead that were tried on the past.
    trials: u64,
    /// How far they were off in the mean, in units.
    mean_error: String,
}

/// A step that is forecast.
#[derive(Debug, Serialize, ToSchema)]
struct ForecastPointObject {
    /// Its last day.
    #[schema(value_type = DateText)]
    day: Date,
    /// Units that are expected.
    expected: u64,
    /// The lower end of the band.
    low: u64,
    /// The upper end of the band.
    high: u64,
    /// Units that the rights known today give then.
    entitled: QuantityValue,
}

/// A sentence of the working.
#[derive(Debug, Serialize, ToSchema)]
struct WorkingObject {
    /// What it is about.
    label: &'static str,
    /// The sentence.
    text: String,
}

/// What a product's use is heading for.
#[derive(Debug, Serialize, ToSchema)]
struct ForecastObject {
    /// The product.
    product: ProductRef,
    /// `month` or `week`: the steps.
    period: &'static str,
    /// What it rests on.
    history: Vec<HistoryObject>,
    /// The methods that were tried, the one that is used first.
    methods: Vec<CandidateObject>,
    /// The steps ahead; none where the history is too short.
    points: Vec<ForecastPointObject>,
    /// The last day of the first step in which what is expected exceeds the rights.
    #[schema(value_type = Option<DateText>)]
    runs_out_on: Option<Date>,
    /// The same for the upper end of the band.
    #[schema(value_type = Option<DateText>)]
    may_run_out_on: Option<Date>,
    /// How it was made.
    working: Vec<WorkingObject>,
}

fn forecast_object(product: ProductRef, forecast: Forecast) -> ForecastObject {
    ForecastObject {
        product,
        period: forecast.period.word(),
        history: forecast.history.iter().map(|(day, used)| HistoryObject { day: *day, used: *used }).collect(),
        methods: forecast
            .candidates
            .iter()
            .map(|candidate| CandidateObject {
                method: candidate.method.name(),
                trials: u64::try_from(candidate.trials).unwrap_or(u64::MAX),
                mean_error: candidate.mean_error.round_dp(2).normalize().to_string(),
            })
            .collect(),
        points: forecast
            .points
            .iter()
            .map(|point| ForecastPointObject {
                day: point.day,
                expected: point.expected,
                low: point.low,
                high: point.high,
                entitled: QuantityValue(point.entitled),
            })
            .collect(),
        runs_out_on: forecast.runs_out_on,
        may_run_out_on: forecast.may_run_out_on,
        working: forecast
            .working
            .into_iter()
            .map(|step| WorkingObject { label: step.label, text: step.text })
            .collect(),
    }
}

/// What a product's use is heading for, with the error that the same method made on the past.
#[utoipa::path(get, path = "/v1/forecasts/{product}", tag = "trends", params(("product" = ProductNumber, Path)),
    responses((status = 200, body = ForecastObject)))]
async fn forecast(reading: Reading, At(product): At<ProductId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    let app = reading.app.clone();
    let found = off_thread(move || app.forecast(product)).await?;
    let found = found.ok_or_else(|| Problem::none("product", product))?;
    Ok(reading.answer(forecast_object(ProductRef::of(&reading.snapshot.state, product), found)))
}
