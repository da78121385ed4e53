//! Positions: what is used against what is owned, the working behind every number and the rows behind every count.
//!
//! The numbers and their sentences come from the position engine; here they are only named.

use app::Snapshot;
use app::positions::{Amount, Line, Row, RowKind, Supply, SupplySource};
use axum::response::Response;
use domain::entitlement::Metric;
use domain::id::{AgreementId, ProductId};
use domain::observation::{Environment, RawTitle};
use domain::product::folded;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{
    AgreementNumber, DateText, EnvironmentWord, InstantText, MetricWord, MoneyValue, ProductNumber, ProductRef,
    QuantityValue,
};
use crate::Site;
use crate::caller::Readers;
use crate::csv::Csv;
use crate::given::{Asked, At};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading, off_thread};

/// A right or exception that ends within so many days makes its product an expiring one: a quarter is the time in
/// which a renewal can still be negotiated.
pub const EXPIRING_DAYS: i64 = 90;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(show)).routes(routes!(rows))
}

/// An amount of money, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AmountObject {
    /// The amount; null where it cannot be stated.
    money: Option<MoneyValue>,
    /// How it was made, or why it cannot be stated.
    basis: String,
}

impl From<&Amount> for AmountObject {
    fn from(amount: &Amount) -> Self {
        Self { money: amount.money.map(MoneyValue::from), basis: amount.basis.to_string() }
    }
}

/// Between which numbers the consumption lies.
#[derive(Debug, Serialize, ToSchema)]
struct RangeObject {
    /// The least.
    low: u64,
    /// The most, which is what is counted.
    high: u64,
    /// What is missing.
    why: String,
}

/// How old the reports behind a line are.
#[derive(Debug, Serialize, ToSchema)]
struct FreshnessObject {
    /// The day of the oldest.
    #[schema(value_type = Option<DateText>)]
    oldest: Option<Date>,
    /// The day of the newest.
    #[schema(value_type = Option<DateText>)]
    newest: Option<Date>,
    /// Devices whose sources do not say when they looked.
    undated: u64,
}

/// The position of one product. `consumed = covered_by_entitlements + covered_by_grants + short`, always.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PositionObject {
    /// The product.
    product: ProductRef,
    /// Its publisher.
    publisher: Option<String>,
    /// What the counts count.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Units of the rights that count.
    entitled: QuantityValue,
    /// Units that need a licence.
    consumed: u64,
    /// Units that need none because of their environment.
    exempt: u64,
    /// Devices that need none because they hold a suite that includes the product, and count there.
    included: u64,
    /// Units that rights cover.
    covered_by_entitlements: u64,
    /// Units that only exceptions cover.
    covered_by_grants: u64,
    /// Units that nothing covers.
    short: u64,
    /// Units of rights that nothing uses; null where there is no limit.
    surplus: Option<u64>,
    /// What the shortage would cost.
    exposure: AmountObject,
    /// What the unused units are worth.
    saving: AmountObject,
    /// Agreements under which use of the product is compliant by contract today, whatever the numbers say.
    #[schema(value_type = Vec<AgreementNumber>)]
    compliant_by: Vec<AgreementId>,
    /// Where inputs are missing, between which numbers the consumption lies.
    range: Option<RangeObject>,
    /// How old the reports are.
    freshness: FreshnessObject,
    /// The position in one sentence.
    sentence: String,
}

/// The numbers of a line in a few words: `100 entitled, 160 used, 60 short`.
pub(super) fn in_words(line: &Line) -> String {
    let mut words = format!("{} entitled, {} used", line.entitled, line.consumed);
    if line.covered_by_grants > 0 {
        words.push_str(&format!(", {} by exception", line.covered_by_grants));
    }
    if line.short > 0 {
        words.push_str(&format!(", {} short", line.short));
    } else if let Some(surplus) = line.surplus.filter(|surplus| *surplus > 0) {
        words.push_str(&format!(", {surplus} over"));
    }
    words
}

fn sentence(line: &Line) -> String {
    let unit = line.metric.unit(line.consumed);
    let mut text = format!("{} {unit} used, {} entitled", line.consumed, line.entitled);
    if line.covered_by_grants > 0 {
        text.push_str(&format!(", {} covered by exceptions", line.covered_by_grants));
    }
    match (line.short, line.surplus) {
        (0, Some(0)) => text.push_str(": nothing short, nothing over."),
        (0, Some(over)) => text.push_str(&format!(": nothing short, {over} over.")),
        (0, None) => text.push_str(": nothing can be short."),
        (short, _) => text.push_str(&format!(": {short} short.")),
    }
    text
}

pub(super) fn object(snapshot: &Snapshot, line: &Line) -> PositionObject {
    let state = &snapshot.state;
    let product = state.products.get(&line.product);
    PositionObject {
        product: ProductRef::of(state, line.product),
        publisher: product.and_then(|product| state.publisher_name(product)).map(str::to_owned),
        metric: line.metric,
        entitled: QuantityValue(line.entitled),
        consumed: line.consumed,
        exempt: line.exempt,
        included: line.included,
        covered_by_entitlements: line.covered_by_entitlements,
        covered_by_grants: line.covered_by_grants,
        short: line.short,
        surplus: line.surplus,
        exposure: AmountObject::from(&line.exposure),
        saving: AmountObject::from(&line.saving),
        compliant_by: line.compliant_by.clone(),
        range: line.range.as_ref().map(|range| RangeObject {
            low: range.low,
            high: range.high,
            why: range.why.clone(),
        }),
        freshness: FreshnessObject {
            oldest: line.freshness.oldest,
            newest: line.freshness.newest,
            undated: line.freshness.undated,
        },
        sentence: sentence(line),
    }
}

/// What covers a unit, or could.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct SourceRef {
    /// `entitlement` or `exception`.
    kind: &'static str,
    /// Its number, such as ENT-3 or EXC-1.
    #[schema(value_type = String)]
    id: SourceNumber,
}

/// The number of a right or an exception.
#[derive(Debug, Clone, Copy)]
struct SourceNumber(SupplySource);

impl Serialize for SourceNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl From<SupplySource> for SourceRef {
    fn from(source: SupplySource) -> Self {
        let kind = match source {
            SupplySource::Entitlement(_) => "entitlement",
            SupplySource::Grant(_) => "exception",
        };
        Self { kind, id: SourceNumber(source) }
    }
}

/// A right or exception on the product, and what it did for the position.
#[derive(Debug, Serialize, ToSchema)]
struct SupplyObject {
    /// Which.
    source: SourceRef,
    /// What one of its units licenses.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Its units.
    given: QuantityValue,
    /// The units that are used, in its own metric.
    used: u64,
    /// The units of the line that it covers.
    covers: u64,
    /// The units that are spent on other products: instead of this one, or as a suite.
    lent: u64,
    /// The product whose right it is; null where it is the line's own.
    #[schema(value_type = Option<ProductNumber>)]
    of: Option<ProductId>,
    /// The only environment where it holds.
    #[schema(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
    /// Its last day, inclusive.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// Why it does not count; null where it does.
    why_not: Option<String>,
}

fn supply(supply: &Supply) -> SupplyObject {
    SupplyObject {
        source: SourceRef::from(supply.source),
        metric: supply.metric,
        given: QuantityValue(supply.given),
        used: supply.used,
        covers: supply.covers,
        lent: supply.lent,
        of: supply.of,
        environment: supply.environment,
        ends_on: supply.ends_on,
        why_not: supply.why_not.clone(),
    }
}

/// One step of the working.
#[derive(Debug, Serialize, ToSchema)]
struct StepObject {
    /// What is counted.
    label: &'static str,
    /// The number or amount.
    amount: String,
    /// One plain sentence with the arithmetic.
    text: String,
    /// The kind of rows behind the number.
    #[schema(value_type = Option<RowKindWord>)]
    rows: Option<RowKind>,
}

/// Which number the rows stand behind.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position engine's own type")]
enum RowKindWord {
    /// `consumed`.
    Consumed,
    /// `covered_by_entitlements` and `covered_by_grants` together.
    Covered,
    /// `short`.
    Short,
    /// `exempt`.
    Exempt,
    /// `included`; each row is a device.
    Included,
}

/// The position of one product with its working.
#[derive(Debug, Serialize, ToSchema)]
struct WorkedPosition {
    /// The numbers.
    #[serde(flatten)]
    position: PositionObject,
    /// Every right and exception on the product: those that count in the order in which they were used, then the rest.
    supplies: Vec<SupplyObject>,
    /// How the numbers were made, step by step.
    working: Vec<StepObject>,
}

/// Which products are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum View {
    /// All of them.
    #[default]
    All,
    /// Those with a shortage.
    Short,
    /// Those with units that nothing uses.
    Surplus,
    /// Those that are used without any right that counts.
    Unlicensed,
    /// Those of which a right or exception that counts ends within 90 days.
    Expiring,
}

impl View {
    fn shows(self, line: &Line, today: Date) -> bool {
        match self {
            Self::All => true,
            Self::Short => line.short > 0,
            Self::Surplus => line.surplus.is_some_and(|surplus| surplus > 0),
            Self::Unlicensed => {
                line.consumed > 0
                    && line
                        .supplies
                        .iter()
                        .all(|supply| supply.why_not.is_some() || matches!(supply.source, SupplySource::Grant(_)))
            }
            Self::Expiring => {
                let soon = today.checked_add(jiff::Span::new().days(EXPIRING_DAYS)).unwrap_or(Date::MAX);
                line.supplies
                    .iter()
                    .any(|supply| supply.why_not.is_none() && supply.ends_on.is_some_and(|end| end <= soon))
            }
        }
    }
}

/// The order of a list of positions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
enum Sort {
    /// By number.
    #[default]
    #[serde(rename = "id")]
    Id,
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// Most used first.
    #[serde(rename = "-consumed")]
    MostConsumed,
    /// Most short first.
    #[serde(rename = "-short")]
    MostShort,
    /// Most over first.
    #[serde(rename = "-surplus")]
    MostSurplus,
    /// Most exposed first; what has no amount comes last.
    #[serde(rename = "-exposure")]
    MostExposed,
}

/// JSON, or a file for a spreadsheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// A page of objects.
    #[default]
    Json,
    /// Everything that fits the query, as a CSV file.
    Csv,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Which products.
    #[serde(default)]
    #[param(inline)]
    view: View,
    /// Words in the name of the product or its publisher.
    q: Option<String>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    /// JSON or CSV.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// What is used against what is owned, product by product.
#[utoipa::path(get, path = "/v1/positions", tag = "positions", params(ListQuery),
    responses((status = 200, content((Page<PositionObject> = "application/json"), (String = "text/csv")))))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let now = reading.now;
    let snapshot = reading.snapshot.clone();
    let lines = off_thread(move || Ok(fitting(&snapshot, &query, now))).await?;
    let (lines, format) = lines;
    Ok(match format {
        Format::Json => reading.page(&lines, &paging, |line| object(&reading.snapshot, line)),
        Format::Csv => reading.told(positions_csv(&reading.snapshot, &lines)),
    })
}

fn fitting(snapshot: &Snapshot, query: &ListQuery, now: jiff::Timestamp) -> (Vec<Line>, Format) {
    let state = &snapshot.state;
    let today = state.day(now);
    let words = query.q.as_deref().map(folded).unwrap_or_default();
    let has_words = |line: &Line| {
        words.is_empty()
            || state.products.get(&line.product).is_some_and(|product| {
                folded(&product.name).contains(&words)
                    || state.publisher_name(product).is_some_and(|publisher| folded(publisher).contains(&words))
            })
    };
    let mut lines: Vec<Line> = snapshot.lines(now);
    lines.retain(|line| query.view.shows(line, today) && has_words(line));
    let name = |line: &Line| state.products.get(&line.product).map(|product| folded(&product.name));
    let exposure = |line: &Line| line.exposure.money.map(|money| money.amount);
    match query.sort {
        Sort::Id => {}
        Sort::Name => lines.sort_by_cached_key(name),
        Sort::MostConsumed => lines.sort_by_key(|line| std::cmp::Reverse(line.consumed)),
        Sort::MostShort => lines.sort_by_key(|line| std::cmp::Reverse(line.short)),
        Sort::MostSurplus => lines.sort_by_key(|line| std::cmp::Reverse(line.surplus)),
        Sort::MostExposed => lines.sort_by_key(|line| std::cmp::Reverse(exposure(line))),
    }
    (lines, query.format)
}

fn positions_csv(snapshot: &Snapshot, lines: &[Line]) -> Response {
    let mut table = Csv::headed(&[
        "product",
        "name",
        "publisher",
        "metric",
        "entitled",
        "used",
        "exempt",
        "covered_by_rights",
        "covered_by_exceptions",
        "short",
        "surplus",
        "exposure",
        "currency",
    ]);
    for line in lines {
        let drawn = object(snapshot, line);
        let (exposure, currency) =
            drawn.exposure.money.map(|money| (money.amount, money.currency.to_string())).unwrap_or_default();
        table.row(&[
            line.product.to_string(),
            drawn.product.name,
            drawn.publisher.unwrap_or_default(),
            line.metric.name().into_owned(),
            line.entitled.to_string(),
            line.consumed.to_string(),
            line.exempt.to_string(),
            line.covered_by_entitlements.to_string(),
            line.covered_by_grants.to_string(),
            line.short.to_string(),
            line.surplus.map(|surplus| surplus.to_string()).unwrap_or_default(),
            exposure,
            currency,
        ]);
    }
    table.download("position.csv")
}

/// One product's position with its working.
#[utoipa::path(get, path = "/v1/positions/{product}", tag = "positions", 
    params(("product" = ProductNumber, Path), OnADay), responses((status = 200, body = WorkedPosition)))]
async fn show(reading: Reading, At(product): At<ProductId>, Asked(query): Asked<OnADay>) -> Result<Response, Problem> {
    let reading = reading.as_of(query.as_of).await?;
    let line = reading.snapshot.line(product, reading.now).ok_or_else(|| Problem::none("product", product))?;
    let step = |step: &app::positions::Step| StepObject {
        label: step.label,
        amount: step.amount.clone(),
        text: step.text.clone(),
        rows: step.rows,
    };
    Ok(reading.answer(WorkedPosition {
        position: object(&reading.snapshot, &line),
        supplies: line.supplies.iter().map(supply).collect(),
        working: line.working.iter().map(step).collect(),
    }))
}

/// A device by key and name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceRef {
    /// Its key.
    #[schema(example = "uuid:4c4c4544-0035-5910-8048-b4c04f584a32")]
    pub(super) key: String,
    /// Its name as last reported.
    pub(super) name: String,
}

/// A title that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct TitleValue {
    /// Publisher as the source wrote it.
    publisher: Option<String>,
    /// Name as the source wrote it.
    name: String,
    /// Version as the source wrote it.
    version: Option<String>,
}

impl From<&RawTitle> for TitleValue {
    fn from(title: &RawTitle) -> Self {
        Self { publisher: title.publisher.clone(), name: title.name.clone(), version: title.version.clone() }
    }
}

/// What was found, and where.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceObject {
    /// The device.
    device: String,
    /// The title.
    title: TitleValue,
    /// The sources that report it.
    sources: Vec<String>,
    /// The last day of use that any source knows.
    #[schema(value_type = Option<DateText>)]
    last_used_on: Option<Date>,
}

/// Units of a number. The units of all rows sum to the number.
#[derive(Debug, Serialize, ToSchema)]
struct RowObject {
    /// How many units: 1 where the metric counts devices, installations or persons.
    units: u64,
    /// The person, where the metric counts persons and the primary user is known.
    person: Option<String>,
    /// The device.
    device: DeviceRef,
    /// Its environment; null where no source states it, which counts as production.
    #[schema(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
    /// The first title that was found.
    title: Option<TitleValue>,
    /// The last day of use that any source knows of any of the titles.
    #[schema(value_type = Option<DateText>)]
    last_used_on: Option<Date>,
    /// What covers the unit; null where nothing does or nothing need.
    by: Option<SourceRef>,
    /// When it was used, where the unit is a session or a reading.
    span: Option<SpanObject>,
    /// Everything that was found for this unit.
    evidence: Vec<EvidenceObject>,
}

/// From when until when something was used.
#[derive(Debug, Serialize, ToSchema)]
struct SpanObject {
    /// The first instant.
    #[schema(value_type = InstantText)]
    from: Timestamp,
    /// The first instant after it; null where no end was seen.
    #[schema(value_type = Option<InstantText>)]
    until: Option<Timestamp>,
}

fn row(snapshot: &Snapshot, row: &Row) -> RowObject {
    let device = snapshot.base.estate().device(row.index);
    RowObject {
        units: row.units,
        person: row.person.clone(),
        device: DeviceRef { key: device.map(|device| device.key).unwrap_or_default(), name: row.device.clone() },
        environment: row.environment,
        title: row.evidence.first().map(|evidence| TitleValue::from(&evidence.title)),
        last_used_on: row.evidence.iter().filter_map(|evidence| evidence.last_used_on).max(),
        by: row.by.map(SourceRef::from),
        span: row.span.map(|span| SpanObject { from: span.from, until: span.until }),
        evidence: row
            .evidence
            .iter()
            .map(|evidence| EvidenceObject {
                device: evidence.device.clone(),
                title: TitleValue::from(&evidence.title),
                sources: evidence.sources.clone(),
                last_used_on: evidence.last_used_on,
            })
            .collect(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RowsQuery {
    /// Which number.
    #[param(value_type = RowKindWord, inline)]
    kind: RowKind,
    /// JSON or CSV.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// As they were on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The rows behind a number; their units sum to it.
#[utoipa::path(get, path = "/v1/positions/{product}/rows", tag = "positions",
    params(("product" = ProductNumber, Path), RowsQuery),
    responses((status = 200, content((Page<RowObject> = "application/json"), (String = "text/csv")))))]
async fn rows(
    reading: Reading,
    At(product): At<ProductId>,
    Asked(query): Asked<RowsQuery>,
) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    if !reading.snapshot.state.products.contains_key(&product) {
        return Err(Problem::none("product", product));
    }
    let (snapshot, kind, now) = (reading.snapshot.clone(), query.kind, reading.now);
    let found = off_thread(move || Ok(snapshot.rows(product, kind, now))).await?;
    Ok(match query.format {
        Format::Json => reading.page(&found, &paging, |found| row(&reading.snapshot, found)),
        Format::Csv => reading.told(rows_csv(product, &found)),
    })
}

fn rows_csv(product: ProductId, rows: &[Row]) -> Response {
    let mut table = Csv::headed(&[
        "person",
        "device",
        "environment",
        "publisher",
        "title",
        "version",
        "titles",
        "sources",
        "last_used_on",
        "by",
        "units",
        "from",
        "until",
    ]);
    for row in rows {
        let first = row.evidence.first();
        let title = first.map(|evidence| &evidence.title);
        let last_used_on = row.evidence.iter().filter_map(|evidence| evidence.last_used_on).max();
        table.row(&[
            row.person.clone().unwrap_or_default(),
            row.device.clone(),
            row.environment.map(Environment::name).unwrap_or_default().to_owned(),
            title.and_then(|title| title.publisher.clone()).unwrap_or_default(),
            title.map(|title| title.name.clone()).unwrap_or_default(),
            title.and_then(|title| title.version.clone()).unwrap_or_default(),
            row.evidence.len().to_string(),
            first.map(|evidence| evidence.sources.join("; ")).unwrap_or_default(),
            last_used_on.map(|day| day.to_string()).unwrap_or_default(),
            row.by.map(|by| by.to_string()).unwrap_or_default(),
            row.units.to_string(),
            row.span.map(|span| span.from.to_string()).unwrap_or_default(),
            row.span.and_then(|span| span.until).map(|until| until.to_string()).unwrap_or_default(),
        ]);
    }
    table.download(&format!("{product}-rows.csv"))
}
