//! Devices of the installed base, with the titles on them.

use app::devices::{DeviceGap, Selection};
use app::positions::{DeviceFacts, Recognition};
use axum::response::Response;
use domain::id::{ImportId, ProductId};
use domain::observation::{DeviceAttributes, DeviceKind, Environment};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::conflicts::ConflictObject;
use super::facets::known_product;
use super::gaps::DeviceGapWord;
use super::positions::TitleValue;
use super::values::{DateText, EnvironmentWord, ImportNumber, InstantText, ProductNumber, ProductRef};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading, off_thread};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(show))
}

/// What kind of machine a device is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the domain's own type")]
enum DeviceKindWord {
    /// The source does not say.
    Unknown,
    /// A machine of its own.
    Physical,
    /// A guest of a hypervisor.
    Virtual,
    /// A container.
    Container,
    /// A delivered piece of software with its parts.
    Application,
}

/// A device; what no source says is null.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceObject {
    /// What names it for good: `uuid:…`, `serial:…` or `name:…`.
    key: String,
    /// Host name as last reported.
    name: String,
    /// Serial number.
    serial: Option<String>,
    /// Hardware UUID.
    uuid: Option<String>,
    /// What kind of machine it is.
    #[schema(value_type = DeviceKindWord)]
    kind: DeviceKind,
    /// Where it serves; null counts as production.
    #[schema(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
    /// Operating system.
    operating_system: Option<String>,
    /// The person who mainly uses it, as a source names them.
    primary_user: Option<String>,
    /// Physical processors.
    processors: Option<u32>,
    /// Cores in all processors together.
    cores: Option<u32>,
    /// Processor model.
    processor_model: Option<String>,
    /// Virtual processors that a hypervisor gives it.
    virtual_processors: Option<u32>,
    /// The device on which it runs, as a source names it.
    host: Option<String>,
    /// The cluster of hypervisors that it belongs to.
    cluster: Option<String>,
    /// Region or country.
    region: Option<String>,
    /// Business unit.
    business_unit: Option<String>,
    /// Cost centre.
    cost_centre: Option<String>,
    /// The last day on which a source saw it.
    #[schema(value_type = Option<DateText>)]
    last_seen_on: Option<Date>,
    /// The reports that count.
    reports: Vec<ReportObject>,
}

/// A report that counts for a device.
#[derive(Debug, Serialize, ToSchema)]
struct ReportObject {
    /// The source.
    source: String,
    /// The import that brought it.
    #[schema(value_type = ImportNumber)]
    import: ImportId,
    /// When the source looked.
    #[schema(value_type = Option<InstantText>)]
    reported_at: Option<Timestamp>,
    /// Titles in it.
    installations: u64,
}

fn object(facts: DeviceFacts) -> DeviceObject {
    let DeviceAttributes {
        kind,
        environment,
        operating_system,
        primary_user,
        processors,
        cores,
        processor_model,
        virtual_processors,
        host,
        cluster,
        region,
        business_unit,
        cost_centre,
        last_seen_on,
    } = facts.attributes;
    let report = |report: app::positions::SourceReport| ReportObject {
        source: report.source,
        import: report.import,
        reported_at: report.reported_at,
        installations: report.installations,
    };
    DeviceObject {
        key: facts.key,
        name: facts.name,
        serial: facts.serial,
        uuid: facts.uuid,
        kind,
        environment,
        operating_system,
        primary_user,
        processors,
        cores,
        processor_model,
        virtual_processors,
        host,
        cluster,
        region,
        business_unit,
        cost_centre,
        last_seen_on,
        reports: facts.reports.into_iter().map(report).collect(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words in the device's name, key or primary user.
    q: Option<String>,
    /// Only devices that state this environment.
    #[param(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
    /// Only devices that state exactly this region, letter case and white space apart.
    region: Option<String>,
    /// Only devices that state exactly this business unit.
    business_unit: Option<String>,
    /// Only devices that state exactly this cost centre.
    cost_centre: Option<String>,
    /// Only devices that hold this product.
    #[param(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Only devices that this source reports.
    source: Option<String>,
    /// Only devices of which no source says this.
    #[param(value_type = Option<DeviceGapWord>, inline)]
    lacking: Option<DeviceGap>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The devices of the installed base, by name.
#[utoipa::path(get, path = "/v1/devices", tag = "devices", params(ListQuery),
    responses((status = 200, body = Page<DeviceObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let snapshot = reading.snapshot.clone();
    let selection = Selection {
        words: query.q.unwrap_or_default(),
        region: query.region,
        business_unit: query.business_unit,
        cost_centre: query.cost_centre,
        environment: query.environment,
        product: known_product(&snapshot.state, query.product)?,
        source: query.source,
        lacking: query.lacking,
    };
    let devices = off_thread(move || Ok(snapshot.selected(&selection))).await?;
    let estate = reading.snapshot.base.estate();
    Ok(reading.page(&devices, &paging, |device| estate.device(*device).map(object)))
}

/// A title on a device.
#[derive(Debug, Serialize, ToSchema)]
struct InstalledObject {
    /// The title.
    title: TitleValue,
    /// The last day of use that any source knows.
    #[schema(value_type = Option<DateText>)]
    last_used_on: Option<Date>,
    /// The sources that report it.
    sources: Vec<String>,
    /// The product that it is.
    product: Option<ProductRef>,
}

/// A device with the titles on it.
#[derive(Debug, Serialize, ToSchema)]
struct WholeDevice {
    /// The device.
    #[serde(flatten)]
    device: DeviceObject,
    /// What sources state differently of it.
    conflicts: Vec<ConflictObject>,
    /// What is installed.
    installed: Vec<InstalledObject>,
}

/// One device with what is installed on it.
#[utoipa::path(get, path = "/v1/devices/{key}", tag = "devices",
    params(("key" = String, Path, description = "The device's key, such as `name:build-07`."), OnADay),
    responses((status = 200, body = WholeDevice)))]
async fn show(reading: Reading, At(key): At<String>, Asked(query): Asked<OnADay>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let reading = reading.as_of(query.as_of).await?;
    let base = &reading.snapshot.base;
    let none = || Problem::none("device", &key);
    let index = base.estate().device_with_key(&key).ok_or_else(none)?;
    let facts = base.estate().device(index).ok_or_else(none)?;
    let installed = base.estate().installed_on(index).into_iter().map(|installed| InstalledObject {
        product: match base.recognition_of(&installed.title) {
            Recognition::Product(product) => Some(ProductRef::of(&reading.snapshot.state, product)),
            Recognition::Known(_) | Recognition::NeedsNoLicence | Recognition::Unrecognised => None,
        },
        title: TitleValue::from(&installed.title),
        last_used_on: installed.last_used_on,
        sources: installed.sources,
    });
    let conflicts = base.estate().conflicts_on(index);
    let conflicts = conflicts.iter().filter_map(|conflict| ConflictObject::of(&facts, conflict)).collect();
    Ok(reading.answer(WholeDevice { conflicts, device: object(facts), installed: installed.collect() }))
}
