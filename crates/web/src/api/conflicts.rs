//! Where sources differ about devices, and devices that may be one machine.

use app::devices::{Attribute, Conflict, SharedMark, Stated, Twin};
use app::positions::DeviceFacts;
use axum::response::Response;
use domain::id::ImportId;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DateText, ImportNumber, InstantText};
use crate::Site;
use crate::caller::Readers;
use crate::given::Asked;
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, off_thread};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(twins))
}

/// An attribute of devices that decides how something counts, or for whom.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position's own type")]
enum AttributeWord {
    /// Who mainly uses it.
    PrimaryUser,
    /// What it serves.
    Environment,
    /// Whether it is a machine of its own, a guest, a container or delivered software.
    Kind,
    /// The device on which it runs.
    Host,
    /// The cluster or pool that it belongs to.
    Cluster,
    /// Physical processors.
    Processors,
    /// Cores of all processors.
    Cores,
    /// The model of its processors.
    ProcessorModel,
    /// Virtual processors.
    VirtualProcessors,
    /// Region or country.
    Region,
    /// Business unit.
    BusinessUnit,
    /// Cost centre.
    CostCentre,
}

/// What devices have in common.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position's own type")]
enum SharedMarkWord {
    /// A serial number.
    Serial,
    /// The name as last reported.
    Name,
}

/// A device by what names it.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceRef {
    /// What names it for good.
    key: String,
    /// Host name.
    name: String,
}

impl DeviceRef {
    fn of(facts: &DeviceFacts) -> Self {
        Self { key: facts.key.clone(), name: facts.name.clone() }
    }
}

/// What a report states.
#[derive(Debug, Serialize, ToSchema)]
struct StatedObject {
    /// The value, as the source writes it.
    value: String,
    /// The source.
    source: String,
    /// The import that brought the report.
    #[schema(value_type = ImportNumber)]
    import: ImportId,
    /// When the source looked.
    #[schema(value_type = Option<InstantText>)]
    reported_at: Option<Timestamp>,
}

impl StatedObject {
    fn of(stated: &Stated) -> Self {
        let Stated { value, source, import, reported_at } = stated.clone();
        Self { value, source, import, reported_at }
    }
}

/// An attribute of a device that sources state differently.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConflictObject {
    /// The device.
    device: DeviceRef,
    /// The attribute.
    #[schema(value_type = AttributeWord)]
    attribute: Attribute,
    /// What counts: the statement of the latest report.
    counts: StatedObject,
    /// What the other reports state that state something, the latest first; some may agree with what counts.
    others: Vec<StatedObject>,
}

impl ConflictObject {
    /// A conflict of a device; `None` where nothing is stated.
    pub(super) fn of(facts: &DeviceFacts, conflict: &Conflict) -> Option<Self> {
        let (counts, others) = conflict.stated.split_first()?;
        Some(Self {
            device: DeviceRef::of(facts),
            attribute: conflict.attribute,
            counts: StatedObject::of(counts),
            others: others.iter().map(StatedObject::of).collect(),
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConflictsQuery {
    /// Only about this.
    #[param(value_type = Option<AttributeWord>, inline)]
    attribute: Option<Attribute>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// What sources state differently of devices, by name of the device.
#[utoipa::path(get, path = "/v1/device_conflicts", tag = "devices", params(ConflictsQuery),
    responses((status = 200, body = Page<ConflictObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ConflictsQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let snapshot = reading.snapshot.clone();
    let found = off_thread(move || Ok(snapshot.conflicts(query.attribute))).await?;
    let estate = reading.snapshot.base.estate();
    let object = |conflict: &Conflict| ConflictObject::of(&estate.device(conflict.device)?, conflict);
    Ok(reading.page(&found, &paging, object))
}

/// A device that shares a mark with another.
#[derive(Debug, Serialize, ToSchema)]
struct TwinObject {
    /// The mark that it shares, letter case and white space apart.
    mark: String,
    /// The device.
    device: DeviceRef,
    /// The sources that report it.
    sources: Vec<String>,
    /// When a source last looked at it.
    #[schema(value_type = Option<InstantText>)]
    reported_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TwinsQuery {
    /// What they share.
    #[param(value_type = SharedMarkWord, inline)]
    shared: SharedMark,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// Devices that may be one machine and count each by itself: those that share a serial number or a name, by that.
#[utoipa::path(get, path = "/v1/device_duplicates", tag = "devices", params(TwinsQuery),
    responses((status = 200, body = Page<TwinObject>)))]
async fn twins(reading: Reading, Asked(query): Asked<TwinsQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let snapshot = reading.snapshot.clone();
    let found = off_thread(move || Ok(snapshot.twins(query.shared))).await?;
    let estate = reading.snapshot.base.estate();
    let object = |twin: &Twin| {
        let facts = estate.device(twin.device)?;
        Some(TwinObject {
            mark: twin.mark.clone(),
            device: DeviceRef::of(&facts),
            reported_at: facts.reports.iter().filter_map(|report| report.reported_at).max(),
            sources: facts.reports.into_iter().map(|report| report.source).collect(),
        })
    };
    Ok(reading.page(&found, &paging, object))
}
