//! Seals: the days whose estate the ledger commits to, and making one.

use std::sync::Arc;

use app::seals::seal_on;
use axum::response::Response;
use domain::digest::Digest;
use domain::id::PersonId;
use domain::seal::{Seal, ends_month};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DateText, DigestText, InstantText, PersonNumber};
use crate::Site;
use crate::given::{Asked, At, Nothing};
use crate::problem::{Kind, Problem};
use crate::reading::{Page, Paging, Reading, off_thread};
use crate::writing::{Act, KeyNeed, Written, with_receipt};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list, make)).routes(routes!(show)).routes(routes!(agreement))
}

/// The estate of a day, committed to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SealObject {
    /// The day.
    #[schema(value_type = DateText)]
    day: Date,
    /// Whether it is the last of its month.
    ends_month: bool,
    /// The instant at which the position of the day is read.
    #[schema(value_type = InstantText)]
    as_of: Timestamp,
    /// The entry that records it.
    entry: u64,
    /// The ledger's size then: the state of the day is what so many entries amount to.
    ledger_size: u64,
    /// Merkle root over the digests of the chunks.
    #[schema(value_type = DigestText)]
    root: Digest,
    /// Digest of the list of the chunks.
    #[schema(value_type = DigestText)]
    list: Digest,
    /// Digest of the numbers of every position line.
    #[schema(value_type = DigestText)]
    figures: Digest,
    /// Chunks.
    chunks: u64,
    /// Reports that count.
    reports: u64,
    /// Devices.
    devices: u64,
    /// Installations.
    installations: u64,
    /// Who had it made; null where the program did so by itself.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// When it was made.
    #[schema(value_type = InstantText)]
    made_at: Timestamp,
}

impl From<&Seal> for SealObject {
    fn from(seal: &Seal) -> Self {
        let contents = seal.contents;
        Self {
            day: seal.day,
            ends_month: ends_month(seal.day),
            as_of: seal.as_of,
            entry: seal.recorded_in,
            ledger_size: seal.size,
            root: contents.root,
            list: contents.list,
            figures: contents.figures,
            chunks: contents.chunks,
            reports: contents.reports,
            devices: contents.devices,
            installations: contents.installations,
            by: seal.by,
            made_at: seal.at,
        }
    }
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

/// The sealed days, the newest first, each with the seal that holds.
#[utoipa::path(get, path = "/v1/seals", tag = "seals", params(ListQuery),
    responses((status = 200, body = Page<SealObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let seals: Vec<_> = reading.snapshot.state.sealed_days().rev().cloned().collect();
    Ok(reading.page(&seals, &paging, |seal| SealObject::from(&**seal)))
}

/// The seal of a day as it stands in an address.
fn seal_at(reading: &Reading, day: &str) -> Result<Arc<Seal>, Problem> {
    let none = |detail: String| Problem::new(Kind::NotFound, detail);
    let parsed = day.parse();
    let day = parsed.map_err(|_| none(format!("\u{201c}{day}\u{201d} is not a day. Write it as 2026-10-31.")))?;
    seal_on(&reading.snapshot.state, day).map_err(|not_sealed| none(not_sealed.to_string()))
}

/// The seal that holds for a day.
#[utoipa::path(get, path = "/v1/seals/{day}", tag = "seals", params(("day" = DateText, Path)),
    responses((status = 200, body = SealObject)))]
async fn show(reading: Reading, At(day): At<String>, _: Asked<Nothing>) -> Result<Response, Problem> {
    let seal = seal_at(&reading, &day)?;
    Ok(reading.answer(SealObject::from(&*seal)))
}

/// What came of reckoning a sealed day again.
#[derive(Debug, Serialize, ToSchema)]
struct AgreementOfSeal {
    /// Whether every number comes out as it was sealed.
    agrees: bool,
    /// Position lines that were compared.
    lines: u64,
    /// Where the numbers of then and of now differ.
    differences: Vec<String>,
    /// The seal.
    seal: SealObject,
}

/// Load a sealed day, reckon its position again, and compare it with the numbers that were sealed.
#[utoipa::path(get, path = "/v1/seals/{day}/agreement", tag = "seals", params(("day" = DateText, Path)),
    responses((status = 200, body = AgreementOfSeal)))]
async fn agreement(reading: Reading, At(day): At<String>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(crate::caller::Readers::Staff)?;
    let seal = seal_at(&reading, &day)?;
    let (app, of) = (reading.app.clone(), seal.clone());
    let found = off_thread(move || app.reckon_again(&of)).await?;
    Ok(reading.fresh(AgreementOfSeal {
        agrees: found.differences.is_empty(),
        lines: found.lines,
        differences: found.differences,
        seal: SealObject::from(&*seal),
    }))
}

/// What to seal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSeal {
    /// The day; today where it is not given.
    #[schema(value_type = Option<DateText>)]
    day: Option<Date>,
}

/// A seal that was made, with its receipt.
#[derive(Debug, Serialize, ToSchema)]
struct SealMade {
    /// The seal that holds for the day now.
    seal: SealObject,
    /// What was recorded; nothing where the day was sealed just so already.
    #[serde(flatten)]
    written: Written,
}

/// Seal the estate of a day. What counted on a past day follows from the ledger, so it can be sealed later too.
#[utoipa::path(post, path = "/v1/seals", tag = "seals", request_body = NewSeal,
    responses((status = 201, body = SealMade)))]
async fn make(act: Act<NewSeal>) -> Result<Response, Problem> {
    let (act, NewSeal { day }) = act.take();
    if act.dry_run {
        return Err(Problem::parameter("dry_run", "A seal is reckoned from the whole estate; leave dry_run out."));
    }
    let repetition = act.repetition(KeyNeed::Optional)?;
    let sealed = act.writer.app.seal(act.writer.caller.actor, day, repetition).await?;
    let address = format!("/v1/seals/{}", sealed.seal.day);
    let body = SealMade {
        seal: SealObject::from(&*sealed.seal),
        written: Written::of(&sealed.receipt, Some(sealed.seal.day.to_string())),
    };
    let response = axum::response::IntoResponse::into_response(axum::Json(body));
    Ok(with_receipt(response, &sealed.receipt, Some(address)))
}
