//! Where software is: devices and installations by region, business unit, cost centre or environment.

use app::devices::{DeviceGap, Dimension, Facet};
use axum::response::Response;
use domain::State;
use domain::id::ProductId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DateText, ProductNumber};
use crate::Site;
use crate::caller::Readers;
use crate::given::Asked;
use crate::pages::addresses;
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, off_thread};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list))
}

/// By what devices are told apart.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position's own type")]
enum DimensionWord {
    /// Region or country.
    Region,
    /// Business unit.
    BusinessUnit,
    /// Cost centre.
    CostCentre,
    /// What the device serves, where a source states it.
    Environment,
}

/// What the devices of one place hold.
#[derive(Debug, Serialize, ToSchema)]
struct FacetObject {
    /// The place as a source writes it; null for devices that state none.
    place: Option<String>,
    /// Distinct devices.
    devices: u64,
    /// Titles on them, each version once for each device; of the product, where one is asked for.
    installations: u64,
    /// Those of the titles that need a licence: of a product, or of known software that is no product yet.
    licensable: u64,
    /// Distinct products.
    products: u64,
    /// Where exactly these devices are listed.
    rows: String,
}

/// A product that a parameter asks for, which must be there.
pub(super) fn known_product(state: &State, product: Option<ProductId>) -> Result<Option<ProductId>, Problem> {
    match product {
        Some(product) if !state.products.contains_key(&product) => {
            Err(Problem::parameter("product", format!("There is no product {product}.")))
        }
        product => Ok(product),
    }
}

/// The address under `path` of exactly the devices that a facet counts.
pub(crate) fn rows_of(
    path: &str,
    (dimension, place): (Dimension, Option<&str>),
    product: Option<ProductId>,
    as_of: Option<Date>,
) -> String {
    let gap = match dimension {
        Dimension::Region => DeviceGap::Region,
        Dimension::BusinessUnit => DeviceGap::BusinessUnit,
        Dimension::CostCentre => DeviceGap::CostCentre,
        Dimension::Environment => DeviceGap::Environment,
    };
    let (name, value) = place.map_or(("lacking", gap.name()), |place| (dimension.name(), place));
    let product = product.map(|product| product.to_string()).unwrap_or_default();
    let day = as_of.map(|day| day.to_string()).unwrap_or_default();
    addresses::with_query(path, &[(name, value), ("product", &product), ("as_of", &day)])
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// By what devices are told apart; by region where nothing is said.
    #[param(value_type = Option<DimensionWord>, inline)]
    by: Option<Dimension>,
    /// Only devices that hold this product, and its installations.
    #[param(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// Where software is, most devices first; devices that state no place come last.
#[utoipa::path(get, path = "/v1/facets", tag = "devices", params(ListQuery),
    responses((status = 200, body = Page<FacetObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let snapshot = reading.snapshot.clone();
    let dimension = query.by.unwrap_or_default();
    let product = known_product(&snapshot.state, query.product)?;
    let facets = off_thread(move || Ok(snapshot.facets(dimension, product))).await?;
    let object = |facet: &Facet| FacetObject {
        place: facet.place.clone(),
        devices: facet.devices,
        installations: facet.installations,
        licensable: facet.licensable,
        products: facet.products,
        rows: rows_of("/v1/devices", (dimension, facet.place.as_deref()), product, query.as_of),
    };
    Ok(reading.page(&facets, &paging, object))
}
