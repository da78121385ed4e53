//! Products that can be licensed.

use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::entitlement::Metric;
use domain::id::{ImportId, ProductId, TitleMatchId};
use domain::product::{Necessity, Product, Suite, folded};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entitlements::{self, EntitlementObject};
use super::values::{DateText, ImportNumber, MetricWord, ProductNumber, TitleMatchNumber};
use crate::Site;
use crate::given::{Asked, At};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, add))
        .routes(routes!(show))
        .routes(routes!(set_metric))
        .routes(routes!(adopt))
        .routes(routes!(link))
        .routes(routes!(define_suite))
}

/// A product that can be licensed.
#[derive(Debug, Serialize, ToSchema)]
struct ProductObject {
    /// Number.
    #[schema(value_type = ProductNumber)]
    id: ProductId,
    /// Name.
    name: String,
    /// Who publishes it.
    publisher: Option<String>,
    /// The metric in which its shortage is stated.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// The import that brought it.
    #[schema(value_type = Option<ImportNumber>)]
    import: Option<ImportId>,
    /// What it is made of, where it is a suite.
    suite: Option<SuiteValue>,
}

/// What a suite is made of. One unit of it licenses all its components on one device, or for one person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuiteValue {
    /// The components; one may be a suite itself.
    components: Vec<ComponentValue>,
    /// A device (or person) has the suite from so many of its components on, even where the suite itself is not found;
    /// 0 never says so.
    #[serde(default)]
    inferred_from: u32,
}

/// A component of a suite.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ComponentValue {
    /// The product.
    #[schema(value_type = ProductNumber)]
    product: ProductId,
    /// Whether the suite is only inferred where it is.
    #[serde(default)]
    mandatory: bool,
}

impl From<&Suite> for SuiteValue {
    fn from(suite: &Suite) -> Self {
        let components = suite.components.iter().map(|(product, necessity)| ComponentValue {
            product: *product,
            mandatory: *necessity == Necessity::Mandatory,
        });
        Self { components: components.collect(), inferred_from: suite.inferred_from }
    }
}

impl From<SuiteValue> for Suite {
    fn from(value: SuiteValue) -> Self {
        let components = value.components.into_iter().map(|ComponentValue { product, mandatory }| {
            (product, if mandatory { Necessity::Mandatory } else { Necessity::Optional })
        });
        Self { components: components.collect(), inferred_from: value.inferred_from }
    }
}

fn object(state: &State, product: &Product) -> ProductObject {
    ProductObject {
        id: product.id,
        name: product.name.clone(),
        publisher: state.publisher_name(product).map(str::to_owned),
        metric: product.metric,
        import: product.import,
        suite: product.suite.as_ref().map(SuiteValue::from),
    }
}

/// A title that is recognised as the product.
#[derive(Debug, Serialize, ToSchema)]
struct RecognisedTitle {
    /// Publisher as a source wrote it.
    publisher: Option<String>,
    /// Name as a source wrote it.
    name: String,
    /// The versions that are installed.
    versions: Vec<String>,
    /// Distinct devices that hold it.
    devices: u64,
}

/// A product with what belongs to it.
#[derive(Debug, Serialize, ToSchema)]
struct WholeProduct {
    /// The product.
    #[serde(flatten)]
    product: ProductObject,
    /// The rights on it.
    entitlements: Vec<EntitlementObject>,
    /// The installed titles that are recognised as it, most devices first.
    titles: Vec<RecognisedTitle>,
    /// The rules by which people recognised titles as it.
    #[schema(value_type = Vec<TitleMatchNumber>)]
    title_matches: Vec<TitleMatchId>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words in the name of the product or its publisher.
    q: Option<String>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The products of the organisation.
#[utoipa::path(get, path = "/v1/products", tag = "products", params(ListQuery),
    responses((status = 200, body = Page<ProductObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let words = query.q.as_deref().map(folded).unwrap_or_default();
    let has_words = |product: &&Product| {
        folded(&product.name).contains(&words)
            || state.publisher_name(product).is_some_and(|publisher| folded(publisher).contains(&words))
    };
    let fitting: Vec<&Product> = state.products.values().map(AsRef::as_ref).filter(has_words).collect();
    Ok(reading.page(&fitting, &paging, |product| object(state, product)))
}

/// One product with its rights and titles.
#[utoipa::path(get, path = "/v1/products/{product}", tag = "products",
    params(("product" = ProductNumber, Path), OnADay), responses((status = 200, body = WholeProduct)))]
async fn show(reading: Reading, At(product): At<ProductId>, Asked(query): Asked<OnADay>) -> Result<Response, Problem> {
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let known = state.products.get(&product).ok_or_else(|| Problem::none("product", product))?;
    let titles = reading.snapshot.base.titles_of(product);
    let matches = state.title_matches.values().filter(|title_match| title_match.product == Some(product));
    Ok(reading.answer(WholeProduct {
        product: object(state, known),
        entitlements: state
            .entitlements_of(product)
            .map(|entitlement| entitlements::object(state, entitlement, reading.now))
            .collect(),
        titles: titles
            .into_iter()
            .map(|title| RecognisedTitle {
                publisher: title.publisher,
                name: title.name,
                versions: title.versions,
                devices: title.devices,
            })
            .collect(),
        title_matches: matches.map(|title_match| title_match.id).collect(),
    }))
}

/// A product to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProduct {
    /// Name.
    name: String,
    /// Who publishes it; found by name, or added.
    publisher: Option<String>,
    /// The metric in which its shortage is stated.
    #[schema(value_type = MetricWord)]
    metric: Metric,
}

/// Record a product.
#[utoipa::path(post, path = "/v1/products", tag = "products", request_body = NewProduct,
    responses((status = 201, body = Written)))]
async fn add(act: Act<NewProduct>) -> Result<Response, Problem> {
    let (act, NewProduct { name, publisher, metric }) = act.take();
    act.carry(Intent::AddProduct { name, publisher, metric }).await
}

/// A metric to count in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMetric {
    /// The metric in which the shortage is stated from now on.
    #[schema(value_type = MetricWord)]
    metric: Metric,
}

/// Change the metric in which a product's shortage is stated.
#[utoipa::path(post, path = "/v1/products/{product}/metric", tag = "products",
    params(("product" = ProductNumber, Path)), request_body = NewMetric, responses((status = 200, body = Written)))]
async fn set_metric(At(product): At<ProductId>, act: Act<NewMetric>) -> Result<Response, Problem> {
    let (act, NewMetric { metric }) = act.take();
    act.carry(Intent::SetProductMetric { product, metric }).await
}

/// Known software that becomes products.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Adoption {
    /// Keys of the software catalogue, as titles name them.
    catalogue_keys: Vec<String>,
}

/// Record products for known software, linked to it so that its titles are theirs; all or none.
#[utoipa::path(post, path = "/v1/products/adoptions", tag = "products", request_body = Adoption,
    responses((status = 201, body = Written)))]
async fn adopt(act: Act<Adoption>) -> Result<Response, Problem> {
    let (act, Adoption { catalogue_keys }) = act.take();
    act.must_be_allowed(Intent::AdoptSoftware { software: Vec::new() })?;
    let snapshot = act.writer.app.snapshot();
    let intent = snapshot.adoption(&catalogue_keys).map_err(|key| {
        let sentence = format!("The software catalogue has nothing called {key} that needs a licence.");
        Problem::at("catalogue_keys", sentence)
    })?;
    act.carry(intent).await
}

/// Known software for a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLink {
    /// The key in the software catalogue; null ends the link.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    catalogue_key: Option<String>,
}

/// Link a product to known software, whose titles are its titles from then on, or end that.
#[utoipa::path(post, path = "/v1/products/{product}/links", tag = "products",
    params(("product" = ProductNumber, Path)), request_body = NewLink, responses((status = 200, body = Written)))]
async fn link(At(product): At<ProductId>, act: Act<NewLink>) -> Result<Response, Problem> {
    let (act, NewLink { catalogue_key }) = act.take();
    act.carry(Intent::LinkProduct { product, catalogue_key }).await
}

/// What a product is made of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSuite {
    /// The suite; null says that the product is none.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    suite: Option<SuiteValue>,
}

/// Say what a suite is made of, or that the product is none.
#[utoipa::path(post, path = "/v1/products/{product}/suites", tag = "products",
    params(("product" = ProductNumber, Path)), request_body = NewSuite, responses((status = 200, body = Written)))]
async fn define_suite(At(product): At<ProductId>, act: Act<NewSuite>) -> Result<Response, Problem> {
    let (act, NewSuite { suite }) = act.take();
    act.carry(Intent::DefineSuite { product, suite: suite.map(Suite::from) }).await
}
