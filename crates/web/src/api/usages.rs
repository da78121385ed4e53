//! Usage over time: features, which of them are which product, and peaks, holders and denials of a product.

use app::usages::{DAYS_SHOWN, DayPeak, KnownFeature, Overview, UsedProduct, sentence};
use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::id::ProductId;
use domain::product::folded;
use domain::usage::Feature;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::positions::{self, PositionObject};
use super::values::{DateText, InstantText, ProductNumber, ProductRef, QuantityValue};
use crate::Site;
use crate::caller::Readers;
use crate::csv::Csv;
use crate::given::{Asked, At};
use crate::problem::{Kind, Problem};
use crate::reading::{Page, Paging, Reading, off_thread};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(show)).routes(routes!(features)).routes(routes!(link))
}

/// A feature as a source writes it.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureName {
    /// Its vendor: a vendor daemon, an editor, a publisher.
    vendor: Option<String>,
    /// Its name.
    name: String,
}

impl From<&Feature> for FeatureName {
    fn from(feature: &Feature) -> Self {
        Self { vendor: feature.vendor.clone(), name: feature.name.clone() }
    }
}

/// A feature with what is known of it.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureObject {
    /// Its vendor.
    vendor: Option<String>,
    /// Its name.
    feature: String,
    /// What the source calls it for people.
    label: Option<String>,
    /// The product that its use is; null where nobody said so.
    product: Option<ProductRef>,
    /// Sessions that are known.
    sessions: u64,
    /// Denials that are known.
    denials: u64,
    /// Readings that are known.
    readings: u64,
    /// The beginning of the first session or denial.
    #[schema(value_type = Option<InstantText>)]
    first_seen: Option<Timestamp>,
    /// The last instant that any of them tells of.
    #[schema(value_type = Option<InstantText>)]
    last_seen: Option<Timestamp>,
    /// The last day that a reading tells of.
    #[schema(value_type = Option<DateText>)]
    read_until: Option<Date>,
}

fn feature(state: &State, known: KnownFeature) -> FeatureObject {
    FeatureObject {
        vendor: known.feature.vendor,
        feature: known.feature.name,
        label: known.label,
        product: known.product.map(|product| ProductRef::of(state, product)),
        sessions: known.sessions,
        denials: known.denials,
        readings: known.readings,
        first_seen: known.seen.map(|(first, _)| first),
        last_seen: known.seen.map(|(_, last)| last),
        read_until: known.read_until,
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FeaturesQuery {
    /// Only features that are linked to a product, or only those that are not.
    linked: Option<bool>,
    /// Words in the feature's name, label or vendor.
    q: Option<String>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The features that sources tell of: those without a product first.
#[utoipa::path(get, path = "/v1/features", tag = "usage", params(FeaturesQuery),
    responses((status = 200, body = Page<FeatureObject>)))]
async fn features(reading: Reading, Asked(query): Asked<FeaturesQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let snapshot = reading.snapshot.clone();
    let mut known = off_thread(move || Ok(snapshot.features())).await?;
    let words = query.q.as_deref().map(folded).unwrap_or_default();
    known.retain(|known| {
        let texts = [Some(&known.feature.name), known.label.as_ref(), known.feature.vendor.as_ref()];
        let says = texts.into_iter().flatten().any(|text| folded(text).contains(&words));
        says && query.linked.is_none_or(|linked| known.product.is_some() == linked)
    });
    let state = &reading.snapshot.state;
    Ok(reading.page(&known, &paging, |known| feature(state, known.clone())))
}

/// Which product the use of a feature is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLink {
    /// The feature's name as the source writes it.
    feature: String,
    /// Its vendor as the source writes it; absent is any or none.
    vendor: Option<String>,
    /// The product; null ends the link.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(value_type = Option<ProductNumber>, required = true)]
    product: Option<ProductId>,
}

/// Several links.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLinks {
    /// The links; all are made, or none.
    links: Vec<NewLink>,
}

/// Say which product the use of features is, all or none.
#[utoipa::path(post, path = "/v1/features/links", tag = "usage", request_body = NewLinks,
    responses((status = 200, body = Written)))]
async fn link(act: Act<NewLinks>) -> Result<Response, Problem> {
    let (act, NewLinks { links }) = act.take();
    let link = |NewLink { feature, vendor, product }| (Feature { vendor, name: feature }, product);
    act.carry(Intent::LinkFeatures { links: links.into_iter().map(link).collect() }).await
}

/// A product whose metric counts usage.
#[derive(Debug, Serialize, ToSchema)]
struct UsedObject {
    /// Its position.
    position: PositionObject,
    /// Features that are linked to it and known.
    features: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The products whose metric counts usage over time, in order of name.
#[utoipa::path(get, path = "/v1/usage", tag = "usage", params(ListQuery),
    responses((status = 200, body = Page<UsedObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let (snapshot, now) = (reading.snapshot.clone(), reading.now);
    let used = off_thread(move || Ok(snapshot.used_products(now))).await?;
    Ok(reading.page(&used, &paging, |used: &UsedProduct| UsedObject {
        position: positions::object(&reading.snapshot, &used.line),
        features: used.features,
    }))
}

/// The most of a day.
#[derive(Debug, Serialize, ToSchema)]
struct DayObject {
    /// The day.
    #[schema(value_type = DateText)]
    day: Date,
    /// The most licences in use at once, or what was read.
    peak: u64,
    /// When that was first reached.
    #[schema(value_type = Option<InstantText>)]
    at: Option<Timestamp>,
    /// Denials of the day.
    denials: u64,
}

impl From<&DayPeak> for DayObject {
    fn from(day: &DayPeak) -> Self {
        Self { day: day.day, peak: day.peak, at: day.at, denials: day.denials }
    }
}

/// Who held licences at the peak.
#[derive(Debug, Serialize, ToSchema)]
struct HolderObject {
    /// Who.
    user: String,
    /// Where.
    host: String,
    /// The features.
    features: Vec<FeatureName>,
    /// Licences.
    licences: u64,
    /// Since when.
    #[schema(value_type = Option<InstantText>)]
    since: Option<Timestamp>,
}

/// What meters read in the period of a commitment.
#[derive(Debug, Serialize, ToSchema)]
struct MeteredObject {
    /// Units.
    units: u64,
    /// First day; null where the rights have no beginning.
    #[schema(value_type = Option<DateText>)]
    from: Option<Date>,
    /// Last day.
    #[schema(value_type = DateText)]
    until: Date,
}

/// Denials of one user.
#[derive(Debug, Serialize, ToSchema)]
struct DeniedObject {
    /// Who.
    user: String,
    /// How often.
    denials: u64,
    /// When last.
    #[schema(value_type = Option<InstantText>)]
    last: Option<Timestamp>,
}

/// How a product was used over time.
#[derive(Debug, Serialize, ToSchema)]
struct UsageObject {
    /// The product.
    product: ProductRef,
    /// The same in one sentence.
    sentence: String,
    /// The features that are linked to it and known.
    features: Vec<FeatureName>,
    /// Units of the rights that count now.
    entitled: QuantityValue,
    /// The peak in the days that are shown.
    peak: u64,
    /// When it was first reached.
    #[schema(value_type = Option<InstantText>)]
    peak_at: Option<Timestamp>,
    /// Licences that would have been enough for 95 per cent of the time; null without sessions.
    enough_for_95_percent: Option<u64>,
    /// Seconds in which more licences were in use than rights give now.
    seconds_above: u64,
    /// Units that the source itself says there are.
    available: Option<u64>,
    /// Persons who were active.
    active: Option<u64>,
    /// Of meters: what they read in the period of the commitment; null of sessions.
    metered: Option<MeteredObject>,
    /// Denials in the days that are shown; those that came together are one.
    denials: u64,
    /// The days, oldest first.
    days: Vec<DayObject>,
    /// Who held the licences at the peak; their licences sum to it.
    holders: Vec<HolderObject>,
    /// Denials by user, most first.
    denied: Vec<DeniedObject>,
}

fn usage(state: &State, product: ProductId, overview: &Overview, days: u32) -> UsageObject {
    let holder = |holder: &app::usages::Holder| HolderObject {
        user: holder.user.clone(),
        host: holder.host.clone(),
        features: holder.features.iter().map(FeatureName::from).collect(),
        licences: holder.licences,
        since: holder.since,
    };
    let denied = |denied: &app::usages::DeniedBy| DeniedObject {
        user: denied.user.clone(),
        denials: denied.denials,
        last: denied.last,
    };
    UsageObject {
        product: ProductRef::of(state, product),
        sentence: sentence(overview, days),
        features: overview.features.iter().map(FeatureName::from).collect(),
        entitled: QuantityValue(overview.entitled),
        peak: overview.peak,
        peak_at: overview.peak_at,
        enough_for_95_percent: overview.enough,
        seconds_above: overview.seconds_above,
        available: overview.available,
        active: overview.active,
        metered: overview.metered.map(|metered| MeteredObject {
            units: metered.units,
            from: metered.from,
            until: metered.until,
        }),
        denials: overview.denials,
        days: overview.days.iter().map(DayObject::from).collect(),
        holders: overview.holders.iter().map(holder).collect(),
        denied: overview.denied.iter().map(denied).collect(),
    }
}

/// JSON or CSV.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Shape {
    /// JSON.
    #[default]
    Json,
    /// A row for each day.
    Csv,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShowQuery {
    /// Days that are shown, 1 to 366, today included.
    #[serde(default = "days_shown")]
    #[param(minimum = 1, maximum = 366, default = 30, required = false)]
    days: u32,
    /// JSON, or CSV with a row for each day.
    #[serde(default)]
    #[param(inline)]
    format: Shape,
}

fn days_shown() -> u32 {
    DAYS_SHOWN
}

/// How a product was used: peaks by day, who held licences at the peak, denials.
#[utoipa::path(get, path = "/v1/usage/{product}", tag = "usage", params(("product" = ProductNumber, Path), ShowQuery),
    responses((status = 200, content((UsageObject = "application/json"), (String = "text/csv")))))]
async fn show(
    reading: Reading,
    At(product): At<ProductId>,
    Asked(query): Asked<ShowQuery>,
) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    if !(1..=366).contains(&query.days) {
        return Err(Problem::parameter("days", "Ask for 1 to 366 days."));
    }
    let (snapshot, now) = (reading.snapshot.clone(), reading.now);
    if !snapshot.state.products.contains_key(&product) {
        return Err(Problem::none("product", product));
    }
    let days = query.days;
    let overview = off_thread(move || Ok(snapshot.usage_of(product, now, days))).await?;
    let overview = overview.ok_or_else(|| not_over_time(product))?;
    Ok(match query.format {
        Shape::Json => reading.answer(usage(&reading.snapshot.state, product, &overview, days)),
        Shape::Csv => days_csv(product, &overview),
    })
}

/// A product that counts what is installed has no usage over time.
pub(crate) fn not_over_time(product: ProductId) -> Problem {
    let detail = format!(
        "The metric of {product} counts what is installed. Set one that counts concurrent sessions or readings."
    );
    Problem::new(Kind::NotFound, detail)
}

fn days_csv(product: ProductId, overview: &Overview) -> Response {
    let mut table = Csv::headed(&["day", "peak", "at", "denials"]);
    for day in &overview.days {
        table.row(&[
            day.day.to_string(),
            day.peak.to_string(),
            day.at.map(|at| at.to_string()).unwrap_or_default(),
            day.denials.to_string(),
        ]);
    }
    table.download(&format!("{product}-usage.csv"))
}
