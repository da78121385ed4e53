//! What sources leave out: how many devices and installations lack what, and which.

use app::devices::{IncompleteTitle, TitleGap};
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::DateText;
use crate::Site;
use crate::caller::Readers;
use crate::given::Asked;
use crate::pages::addresses;
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading, off_thread};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(titles))
}

/// What no source says of a device.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position's own type")]
pub(super) enum DeviceGapWord {
    /// Who mainly uses it.
    PrimaryUser,
    /// Of a virtual machine: the device on which it runs.
    Host,
    /// Of all but delivered software: its cores or virtual processors.
    Cores,
    /// What it serves.
    Environment,
    /// Its region or country.
    Region,
    /// Its business unit.
    BusinessUnit,
    /// Its cost centre.
    CostCentre,
}

/// What a source does not say of a title.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position's own type")]
enum TitleGapWord {
    /// Who publishes it.
    Publisher,
    /// Its version.
    Version,
}

/// Of what something is not said.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum GapSubject {
    /// Of devices.
    Device,
    /// Of installations.
    Installation,
}

/// How often something is not said.
#[derive(Debug, Serialize, ToSchema)]
struct GapObject {
    /// Of what.
    subject: GapSubject,
    /// What is not said, such as `primary_user` or `publisher`.
    lacking: &'static str,
    /// Of how many devices or installations.
    count: u64,
    /// Of how many it could be.
    of: u64,
    /// Where exactly they are listed.
    rows: String,
}

/// On how many devices sources differ.
#[derive(Debug, Serialize, ToSchema)]
struct DifferingObject {
    /// About what, such as `environment` or `cores`.
    attribute: &'static str,
    /// On how many devices.
    count: u64,
    /// Of how many several reports state it.
    of: u64,
    /// Where exactly they are listed.
    rows: String,
}

/// How many devices share a mark with another.
#[derive(Debug, Serialize, ToSchema)]
struct SharingObject {
    /// What they share: `serial` or `name`.
    shared: &'static str,
    /// How many devices.
    count: u64,
    /// How many have such a mark.
    of: u64,
    /// Where exactly they are listed.
    rows: String,
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
struct Gaps {
    /// What is looked at, devices first.
    data: Vec<GapObject>,
    /// Devices on which sources differ.
    conflicts: Vec<DifferingObject>,
    /// Devices that may be one machine.
    duplicates: Vec<SharingObject>,
    /// The ledger size that it was read at.
    ledger_size: u64,
}

/// What sources leave out: of how many devices and installations they do not say what; where they differ, and what may
/// count twice.
#[utoipa::path(get, path = "/v1/gaps", tag = "devices", params(OnADay), responses((status = 200, body = Gaps)))]
async fn list(reading: Reading, Asked(query): Asked<OnADay>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let reading = reading.as_of(query.as_of).await?;
    let snapshot = reading.snapshot.clone();
    let (devices, titles, differing, sharing) = off_thread(move || {
        Ok((snapshot.device_gaps(), snapshot.title_gaps(), snapshot.differing(), snapshot.sharing()))
    })
    .await?;
    let day = query.as_of.map(|day| day.to_string()).unwrap_or_default();
    let linked =
        |path: &str, parameter: &str, name: &str| addresses::with_query(path, &[(parameter, name), ("as_of", &day)]);
    let rows = |path: &str, name: &str| linked(path, "lacking", name);
    let of_devices = devices.into_iter().map(|lacking| GapObject {
        subject: GapSubject::Device,
        lacking: lacking.gap.name(),
        count: lacking.count,
        of: lacking.of,
        rows: rows("/v1/devices", lacking.gap.name()),
    });
    let of_titles = titles.into_iter().map(|lacking| GapObject {
        subject: GapSubject::Installation,
        lacking: lacking.gap.name(),
        count: lacking.count,
        of: lacking.of,
        rows: rows("/v1/incomplete_titles", lacking.gap.name()),
    });
    let of_conflicts = differing.into_iter().map(|differing| DifferingObject {
        attribute: differing.attribute.name(),
        count: differing.count,
        of: differing.of,
        rows: linked("/v1/device_conflicts", "attribute", differing.attribute.name()),
    });
    let of_twins = sharing.into_iter().map(|sharing| SharingObject {
        shared: sharing.mark.name(),
        count: sharing.count,
        of: sharing.of,
        rows: linked("/v1/device_duplicates", "shared", sharing.mark.name()),
    });
    Ok(reading.answer(Gaps {
        data: of_devices.chain(of_titles).collect(),
        conflicts: of_conflicts.collect(),
        duplicates: of_twins.collect(),
        ledger_size: reading.snapshot.size(),
    }))
}

/// A title of which something is not said.
#[derive(Debug, Serialize, ToSchema)]
struct IncompleteTitleObject {
    /// Name as a source writes it.
    name: String,
    /// Publisher, where a source says it.
    publisher: Option<String>,
    /// Version, where a source says it.
    version: Option<String>,
    /// Its installations, one on each of as many devices.
    installations: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TitlesQuery {
    /// What is not said of them.
    #[param(value_type = TitleGapWord, inline)]
    lacking: TitleGap,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The installed titles that lack a publisher or a version, most installations first. Their installations sum to the
/// number in `/v1/gaps`.
#[utoipa::path(get, path = "/v1/incomplete_titles", tag = "devices", params(TitlesQuery),
    responses((status = 200, body = Page<IncompleteTitleObject>)))]
async fn titles(reading: Reading, Asked(query): Asked<TitlesQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let snapshot = reading.snapshot.clone();
    let titles = off_thread(move || Ok(snapshot.incomplete_titles(query.lacking))).await?;
    let object = |of: &IncompleteTitle| IncompleteTitleObject {
        name: of.title.name.clone(),
        publisher: of.title.publisher.clone(),
        version: of.title.version.clone(),
        installations: of.installations,
    };
    Ok(reading.page(&titles, &paging, object))
}
