//! Entitlements: rights to use a product.

use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::entitlement::{Entitlement, Metric, Right};
use domain::id::{AgreementId, EntitlementId, ImportId, ProductId};
use domain::observation::Environment;
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::use_rights::UseRightsValue;
use super::values::{
    AgreementNumber, DateText, EntitlementNumber, EnvironmentWord, ImportNumber, MetricWord, MoneyValue, ProductNumber,
    ProductRef, QuantityValue,
};
use crate::Site;
use crate::given::{Asked, At};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list, record)).routes(routes!(show)).routes(routes!(retire))
}

/// A right to use a product.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntitlementObject {
    /// Number.
    #[schema(value_type = EntitlementNumber)]
    id: EntitlementId,
    /// What it licenses.
    product: ProductRef,
    /// What one unit licenses.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// How many units.
    quantity: QuantityValue,
    /// First day; null is since ever.
    #[schema(value_type = Option<DateText>)]
    starts_on: Option<Date>,
    /// Last day, inclusive; null is for ever.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// Environments that need no licence under it.
    #[schema(value_type = Vec<EnvironmentWord>)]
    exempt_environments: Vec<Environment>,
    /// Whether a person's second device is free.
    secondary_use: bool,
    /// Price of one unit.
    unit_price: Option<MoneyValue>,
    /// On what the units may be spent.
    use_rights: UseRightsValue,
    /// The agreement under which it was bought.
    #[schema(value_type = Option<AgreementNumber>)]
    agreement: Option<AgreementId>,
    /// The buyer's own reference.
    purchase_reference: Option<String>,
    /// The import that brought it.
    #[schema(value_type = Option<ImportNumber>)]
    import: Option<ImportId>,
    /// The entry that recorded it.
    recorded_in: u64,
    /// The day from which it no longer counts, where it was retired.
    #[schema(value_type = Option<DateText>)]
    retired_on: Option<Date>,
    /// Whether it counts today.
    counts: bool,
}

pub(super) fn object(state: &State, entitlement: &Entitlement, now: Timestamp) -> EntitlementObject {
    let Right { metric, quantity, starts_on, ends_on, exempt_environments, secondary_use, unit_price, use_rights } =
        entitlement.right.clone();
    EntitlementObject {
        id: entitlement.id,
        product: ProductRef::of(state, entitlement.product),
        metric,
        quantity: QuantityValue(quantity),
        starts_on,
        ends_on,
        exempt_environments,
        secondary_use,
        unit_price: unit_price.map(MoneyValue::from),
        use_rights: UseRightsValue::from(&use_rights),
        agreement: entitlement.agreement,
        purchase_reference: entitlement.purchase_reference.clone(),
        import: entitlement.import,
        recorded_in: entitlement.recorded_in,
        retired_on: entitlement.retired_on,
        counts: entitlement.counts_on(state.day(now)),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only rights on this product.
    #[param(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Only rights under this agreement.
    #[param(value_type = Option<AgreementNumber>)]
    agreement: Option<AgreementId>,
    /// Only those that count today, or only the others.
    counts: Option<bool>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The rights of the organisation.
#[utoipa::path(get, path = "/v1/entitlements", tag = "entitlements", params(ListQuery),
    responses((status = 200, body = Page<EntitlementObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let today = state.day(reading.now);
    let fitting: Vec<&Entitlement> = state
        .entitlements
        .values()
        .map(AsRef::as_ref)
        .filter(|entitlement| query.product.is_none_or(|product| entitlement.product == product))
        .filter(|entitlement| query.agreement.is_none_or(|agreement| entitlement.agreement == Some(agreement)))
        .filter(|entitlement| query.counts.is_none_or(|counts| entitlement.counts_on(today) == counts))
        .collect();
    Ok(reading.page(&fitting, &paging, |entitlement| object(state, entitlement, reading.now)))
}

/// One right.
#[utoipa::path(get, path = "/v1/entitlements/{entitlement}", tag = "entitlements",
    params(("entitlement" = EntitlementNumber, Path), OnADay), responses((status = 200, body = EntitlementObject)))]
async fn show(
    reading: Reading,
    At(entitlement): At<EntitlementId>,
    Asked(query): Asked<OnADay>,
) -> Result<Response, Problem> {
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let known = state.entitlements.get(&entitlement).ok_or_else(|| Problem::none("entitlement", entitlement))?;
    Ok(reading.answer(object(state, known, reading.now)))
}

/// A right to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEntitlement {
    /// What it licenses.
    #[schema(value_type = ProductNumber)]
    product: ProductId,
    /// What one unit licenses.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// How many units.
    quantity: QuantityValue,
    /// First day; absent is since ever.
    #[schema(value_type = Option<DateText>)]
    starts_on: Option<Date>,
    /// Last day, inclusive; absent is for ever.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// Environments that need no licence under it.
    #[serde(default)]
    #[schema(value_type = Vec<EnvironmentWord>)]
    exempt_environments: Vec<Environment>,
    /// Whether a person's second device is free.
    #[serde(default)]
    secondary_use: bool,
    /// Price of one unit.
    unit_price: Option<MoneyValue>,
    /// On what the units may be spent; absent is everywhere, on every version, on the product itself.
    #[serde(default)]
    use_rights: UseRightsValue,
    /// The agreement under which it was bought.
    #[schema(value_type = Option<AgreementNumber>)]
    agreement: Option<AgreementId>,
    /// The buyer's own reference.
    purchase_reference: Option<String>,
}

/// Record a right.
#[utoipa::path(post, path = "/v1/entitlements", tag = "entitlements", request_body = NewEntitlement,
    responses((status = 201, body = Written)))]
async fn record(act: Act<NewEntitlement>) -> Result<Response, Problem> {
    let (act, body) = act.take();
    let price = body.unit_price.as_ref().map(MoneyValue::money).transpose();
    let right = Right {
        metric: body.metric,
        quantity: body.quantity.0,
        starts_on: body.starts_on,
        ends_on: body.ends_on,
        exempt_environments: body.exempt_environments.clone(),
        secondary_use: body.secondary_use,
        unit_price: price.map_err(|detail| Problem::at("unit_price/amount", detail))?,
        use_rights: body.use_rights.clone().into(),
    };
    let NewEntitlement { product, agreement, purchase_reference, .. } = body;
    act.carry(Intent::RecordEntitlement { product, right, agreement, purchase_reference }).await
}

/// Why a right stops counting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Retirement {
    /// The first day on which it no longer counts.
    #[schema(value_type = DateText)]
    retired_on: Date,
    /// Why.
    reason: String,
}

/// Stop a right from counting.
#[utoipa::path(post, path = "/v1/entitlements/{entitlement}/retirements", tag = "entitlements",
    params(("entitlement" = EntitlementNumber, Path)), request_body = Retirement,
    responses((status = 200, body = Written)))]
async fn retire(At(entitlement): At<EntitlementId>, act: Act<Retirement>) -> Result<Response, Problem> {
    let (act, Retirement { retired_on, reason }) = act.take();
    let reason = Text::from(reason);
    act.carry(Intent::RetireEntitlement { entitlement, retired_on, reason }).await
}
