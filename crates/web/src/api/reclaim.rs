//! Reclaiming: candidates, waves with their items, and legal holds.
//!
//! Holders answer on a page of their own, by a link; nothing here answers for them.

use app::Snapshot;
use app::reclaim::{Letter, NotNow, Worth};
use axum::extract::State as Extracted;
use axum::response::{IntoResponse as _, Response};
use domain::command::Intent;
use domain::id::{LegalHoldId, PersonId, ProductId, WaveId};
use domain::reclaim::{
    Candidate, HoldSubject, HolderAnswer, LegalHold, ReclaimBasis, ReclaimChoice, Wave, WaveItem, WaveTerms,
};
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{
    DateText, InstantText, LegalHoldNumber, MoneyValue, PersonNumber, ProductNumber, ProductRef, ReasonGiven,
    WaveNumber,
};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At, AtBoth, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, KeyNeed, Written, rehearsed, with_receipt};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(candidates))
        .routes(routes!(list, open))
        .routes(routes!(show))
        .routes(routes!(items))
        .routes(routes!(ask_again))
        .routes(routes!(decide))
        .routes(routes!(close))
        .routes(routes!(holds, set_hold))
        .routes(routes!(lift_hold))
}

/// Why installations are candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BasisWord {
    /// Last used more than so many days ago.
    Dormant,
    /// Nothing covers them.
    Uncovered,
    /// Their users have left.
    Leavers,
}

fn basis(word: BasisWord, days: Option<u32>) -> Result<ReclaimBasis, Problem> {
    match (word, days) {
        (BasisWord::Dormant, Some(days)) => Ok(ReclaimBasis::Dormant { days }),
        (BasisWord::Dormant, None) => Err(Problem::parameter("days", "Say after how many days it is dormant.")),
        (BasisWord::Uncovered, None) => Ok(ReclaimBasis::Uncovered),
        (BasisWord::Leavers, None) => Ok(ReclaimBasis::Leavers),
        (BasisWord::Uncovered | BasisWord::Leavers, Some(_)) => {
            Err(Problem::parameter("days", "Days go with dormant installations only; leave them out."))
        }
    }
}

fn basis_word(basis: ReclaimBasis) -> (BasisWord, Option<u32>) {
    match basis {
        ReclaimBasis::Dormant { days } => (BasisWord::Dormant, Some(days)),
        ReclaimBasis::Uncovered => (BasisWord::Uncovered, None),
        ReclaimBasis::Leavers => (BasisWord::Leavers, None),
    }
}

/// What might be reclaimed.
#[derive(Debug, Serialize, ToSchema)]
struct CandidateObject {
    /// The device; the first, where there are several.
    device: String,
    /// How many devices it stands on.
    devices: u64,
    /// The holder.
    holder: Option<String>,
    /// The last day of use that any source knows.
    #[schema(value_type = Option<DateText>)]
    last_used_on: Option<Date>,
    /// Units that it uses.
    units: u64,
    /// What it would save.
    saving: Option<MoneyValue>,
    /// The legal hold it is under.
    #[schema(value_type = Option<LegalHoldNumber>)]
    legal_hold: Option<LegalHoldId>,
    /// The wave in which it is asked already.
    #[schema(value_type = Option<WaveNumber>)]
    wave: Option<WaveId>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CandidatesQuery {
    /// The product.
    #[param(value_type = ProductNumber)]
    product: ProductId,
    /// Why they are candidates.
    basis: BasisWord,
    /// Days without use, for dormant installations.
    days: Option<u32>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// What might be reclaimed of a product, the longest unused first.
#[utoipa::path(get, path = "/v1/reclaim_candidates", tag = "reclaim", params(CandidatesQuery),
    responses((status = 200, body = Page<CandidateObject>)))]
async fn candidates(reading: Reading, Asked(query): Asked<CandidatesQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let basis = basis(query.basis, query.days)?;
    let found = reading.snapshot.reclaimable(query.product, basis, reading.now);
    let price = reading.snapshot.unit_worth(query.product, reading.now);
    Ok(reading.page(&found, &paging, |found| {
        let candidate = &found.candidate;
        CandidateObject {
            device: candidate.device_name.shown().to_owned(),
            devices: count(candidate.devices.len()),
            holder: candidate.holder.as_ref().map(|holder| holder.shown().to_owned()),
            last_used_on: candidate.last_used_on,
            units: candidate.units,
            saving: price.and_then(|price| price.times(candidate.units)).map(MoneyValue::from),
            legal_hold: match found.not_now {
                Some(NotNow::Held(hold)) => Some(hold),
                Some(NotNow::Asked(_)) | None => None,
            },
            wave: match found.not_now {
                Some(NotNow::Asked(wave)) => Some(wave),
                Some(NotNow::Held(_)) | None => None,
            },
        }
    }))
}

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

/// A reclaim wave.
#[derive(Debug, Serialize, ToSchema)]
struct WaveObject {
    /// Number.
    #[schema(value_type = WaveNumber)]
    id: WaveId,
    /// The product.
    product: ProductRef,
    /// Why its installations are candidates.
    basis: BasisWord,
    /// Days without use, for dormant installations.
    days: Option<u32>,
    /// The last day on which a holder can answer.
    #[schema(value_type = DateText)]
    answer_by: Date,
    /// What a unit is worth.
    unit_price: Option<MoneyValue>,
    /// Whether it was closed.
    closed: bool,
    /// When it was opened.
    #[schema(value_type = InstantText)]
    opened_at: Timestamp,
    /// Who opened it.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// Items.
    items: u64,
    /// Items whose holders have been asked and have time.
    asked: u64,
    /// Items whose holders said nothing in time.
    silent: u64,
    /// Items whose holders want to keep them.
    wants_to_keep: u64,
    /// Items that their holders let go.
    released: u64,
    /// Items that stay.
    kept: u64,
    /// Items that are to be removed and are still there.
    to_be_removed: u64,
    /// Items that were removed.
    removed: u64,
    /// What all its items would save.
    potential: Vec<MoneyValue>,
    /// What was saved: items that were removed and are still gone.
    measured: Vec<MoneyValue>,
    /// Items that were removed and came back, by number.
    came_back: Vec<u64>,
}

fn wave(snapshot: &Snapshot, wave: &Wave, today: Date) -> WaveObject {
    let [asked, silent, wants_to_keep, released, kept, to_be_removed, removed] = snapshot.tally(wave, today);
    let Worth { potential, measured, came_back, .. } = snapshot.worth(wave);
    let (basis, days) = basis_word(wave.terms.basis);
    WaveObject {
        id: wave.id,
        product: ProductRef::of(&snapshot.state, wave.terms.product),
        basis,
        days,
        answer_by: wave.terms.answer_by,
        unit_price: wave.terms.unit_price.map(MoneyValue::from),
        closed: wave.closed,
        opened_at: wave.opened_at,
        by: wave.by,
        items: count(wave.items.len()),
        asked,
        silent,
        wants_to_keep,
        released,
        kept,
        to_be_removed,
        removed,
        potential: potential.into_iter().map(MoneyValue::from).collect(),
        measured: measured.into_iter().map(MoneyValue::from).collect(),
        came_back: came_back.into_iter().map(|place| place.saturating_add(1)).collect(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The waves, newest first.
#[utoipa::path(get, path = "/v1/reclaim_waves", tag = "reclaim", params(PageQuery),
    responses((status = 200, body = Page<WaveObject>)))]
async fn list(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let snapshot = &reading.snapshot;
    let today = snapshot.state.day(reading.now);
    let waves: Vec<&Wave> = snapshot.state.waves.values().rev().map(AsRef::as_ref).collect();
    Ok(reading.page(&waves, &paging, |known| wave(snapshot, known, today)))
}

fn known(snapshot: &Snapshot, wave: WaveId) -> Result<&Wave, Problem> {
    snapshot.state.waves.get(&wave).map(AsRef::as_ref).ok_or_else(|| Problem::none("reclaim wave", wave))
}

/// One wave.
#[utoipa::path(get, path = "/v1/reclaim_waves/{wave}", tag = "reclaim", params(("wave" = WaveNumber, Path)),
    responses((status = 200, body = WaveObject)))]
async fn show(reading: Reading, At(number): At<WaveId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let today = reading.snapshot.state.day(reading.now);
    Ok(reading.answer(wave(&reading.snapshot, known(&reading.snapshot, number)?, today)))
}

/// How an item stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the domain's own type")]
enum ItemStatusWord {
    /// The holder has been asked and has time.
    Asked,
    /// The holder said nothing in time.
    Silent,
    /// The holder wants to keep it.
    WantsToKeep,
    /// The holder lets it go.
    Released,
    /// It stays.
    Kept,
    /// It is to be removed and is still there.
    ToBeRemoved,
    /// It was removed.
    Removed,
}

/// An item of a wave.
#[derive(Debug, Serialize, ToSchema)]
struct ItemObject {
    /// Its number, from 1.
    number: u64,
    /// The device; the first, where there are several.
    device: String,
    /// The holder.
    holder: Option<String>,
    /// The last day of use when it was asked.
    #[schema(value_type = Option<DateText>)]
    last_used_on: Option<Date>,
    /// Units that it uses.
    units: u64,
    /// How it stands.
    #[schema(value_type = ItemStatusWord)]
    status: &'static str,
    /// What the holder answered: keep or release.
    answer: Option<&'static str>,
    /// Why.
    answer_reason: Option<String>,
    /// Why it was decided like this.
    decision_reason: Option<String>,
    /// Who decided.
    #[schema(value_type = Option<PersonNumber>)]
    decided_by: Option<PersonId>,
    /// When it was found to be gone.
    #[schema(value_type = Option<InstantText>)]
    removed_at: Option<Timestamp>,
    /// The legal hold it is under.
    #[schema(value_type = Option<LegalHoldNumber>)]
    legal_hold: Option<LegalHoldId>,
}

fn item(snapshot: &Snapshot, wave: &Wave, (number, item): (u64, &WaveItem), today: Date) -> ItemObject {
    let hold = snapshot.state.legal_holds.values().find(|hold| hold.holds(&item.candidate));
    ItemObject {
        number,
        device: item.candidate.device_name.shown().to_owned(),
        holder: item.candidate.holder.as_ref().map(|holder| holder.shown().to_owned()),
        last_used_on: item.candidate.last_used_on,
        units: item.candidate.units,
        status: wave.status(item, today).name(),
        answer: item.answered.as_ref().map(|answered| match answered.answer {
            HolderAnswer::Keep => "keep",
            HolderAnswer::Release => "release",
        }),
        answer_reason: item
            .answered
            .as_ref()
            .and_then(|answered| answered.reason.as_ref())
            .map(|reason| reason.shown().to_owned()),
        decision_reason: item.decision.as_ref().map(|decision| decision.reason.shown().to_owned()),
        decided_by: item.decision.as_ref().and_then(|decision| decision.by),
        removed_at: item.confirmed_at,
        legal_hold: hold.map(|hold| hold.id),
    }
}

/// The items of a wave.
#[utoipa::path(get, path = "/v1/reclaim_waves/{wave}/items", tag = "reclaim",
    params(("wave" = WaveNumber, Path), PageQuery), responses((status = 200, body = Page<ItemObject>)))]
async fn items(reading: Reading, At(number): At<WaveId>, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let wave = known(&reading.snapshot, number)?;
    let today = reading.snapshot.state.day(reading.now);
    let items: Vec<(u64, &WaveItem)> = (1..).zip(&wave.items).collect();
    Ok(reading.page(&items, &paging, |found| item(&reading.snapshot, wave, *found, today)))
}

/// A wave to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWave {
    /// The product.
    #[schema(value_type = ProductNumber)]
    product: ProductId,
    /// Why its installations are candidates.
    basis: BasisWord,
    /// Days without use, for dormant installations.
    days: Option<u32>,
    /// The last day on which a holder can answer.
    #[schema(value_type = DateText)]
    answer_by: Date,
    /// Only candidates on these devices, by name; absent is all that are under no hold and in no other wave.
    devices: Option<Vec<String>>,
}

/// A letter to a holder. Its link is told this once; only a digest of it is kept.
#[derive(Debug, Serialize, ToSchema)]
struct LetterObject {
    /// The item's number, from 1.
    number: u64,
    /// The holder.
    holder: String,
    /// The device.
    device: String,
    /// The path at which the holder answers.
    path: String,
    /// The letter.
    text: String,
}

impl From<Letter> for LetterObject {
    fn from(letter: Letter) -> Self {
        let Letter { number, holder, device, path, text } = letter;
        Self { number, holder, device, path, text }
    }
}

/// What was opened, and the letters to its holders.
#[derive(Debug, Serialize, ToSchema)]
struct WaveOpened {
    /// What was recorded.
    #[serde(flatten)]
    written: Written,
    /// The letters.
    letters: Vec<LetterObject>,
}

/// Open a wave: its holders are asked by links that are told in the letters and nowhere else.
#[utoipa::path(post, path = "/v1/reclaim_waves", tag = "reclaim", request_body = NewWave,
    responses((status = 201, body = WaveOpened)))]
async fn open(Extracted(site): Extracted<Site>, act: Act<NewWave>) -> Result<Response, Problem> {
    let (act, NewWave { product, basis: word, days, answer_by, devices }) = act.take();
    let basis = basis(word, days)?;
    let snapshot = site.app.snapshot();
    let now = site.app.surroundings().now();
    let terms = WaveTerms { product, basis, answer_by, unit_price: snapshot.unit_worth(product, now) };
    act.must_be_allowed(Intent::OpenWave { terms: terms.clone(), items: Vec::new() })?;
    let wanted = |candidate: &Candidate| {
        devices.as_ref().is_none_or(|devices| devices.iter().any(|device| device == candidate.device_name.shown()))
    };
    let found = snapshot.reclaimable(product, basis, now).into_iter();
    let candidates: Vec<Candidate> =
        found.filter(|found| found.not_now.is_none()).map(|found| found.candidate).filter(wanted).collect();
    if act.dry_run {
        let items = candidates.into_iter().map(|candidate| (candidate, domain::digest::Digest([0; 32]))).collect();
        let events = site.app.rehearse(act.writer.caller.actor, Intent::OpenWave { terms, items })?;
        return Ok(rehearsed(&site.app, &events));
    }
    let repetition = act.repetition(KeyNeed::Optional)?;
    let (letters, receipt) = site.app.open_wave(act.writer.caller.actor, terms, candidates, repetition).await?;
    let number = app::reclaim::wave_of(&receipt);
    let object = WaveOpened {
        written: Written::of(&receipt, number.map(|number| number.to_string())),
        letters: letters.into_iter().map(LetterObject::from).collect(),
    };
    let address = number.map(|number| format!("/v1/reclaim_waves/{number}"));
    Ok(with_receipt(axum::Json(object).into_response(), &receipt, address))
}

fn place(wave: WaveId, number: u64) -> Result<u64, Problem> {
    number.checked_sub(1).ok_or_else(|| Problem::none("item", format!("0 of {wave}")))
}

/// Give the holder of an item another link; the one so far stops working.
#[utoipa::path(post, path = "/v1/reclaim_waves/{wave}/items/{item}/links", tag = "reclaim",
    params(("wave" = WaveNumber, Path), ("item" = u64, Path, minimum = 1)),
    responses((status = 200, body = WaveOpened)))]
async fn ask_again(
    Extracted(site): Extracted<Site>,
    AtBoth(wave, item): AtBoth<WaveId, u64>,
    act: Act<Nothing>,
) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.not_rehearsed()?;
    let at = (wave, place(wave, item)?);
    let repetition = act.repetition(KeyNeed::Optional)?;
    let (letter, receipt) = site.app.ask_again(act.writer.caller.actor, at, repetition).await?;
    let object = WaveOpened {
        written: Written::of(&receipt, Some(wave.to_string())),
        letters: letter.into_iter().map(LetterObject::from).collect(),
    };
    Ok(with_receipt(axum::Json(object).into_response(), &receipt, None))
}

/// What is decided about an item.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReclaimChoiceWord {
    /// It stays.
    Keep,
    /// It is to be removed.
    Reclaim,
}

/// A decision about items.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDecision {
    /// The items' numbers, from 1.
    items: Vec<u64>,
    /// What becomes of them.
    choice: ReclaimChoiceWord,
    /// Why.
    reason: String,
}

/// Decide what becomes of items. What was decided can be decided otherwise; that is the way to undo it.
#[utoipa::path(post, path = "/v1/reclaim_waves/{wave}/decisions", tag = "reclaim",
    params(("wave" = WaveNumber, Path)), request_body = NewDecision, responses((status = 200, body = Written)))]
async fn decide(At(wave): At<WaveId>, act: Act<NewDecision>) -> Result<Response, Problem> {
    let (act, NewDecision { items, choice, reason }) = act.take();
    let items = items.into_iter().map(|item| place(wave, item)).collect::<Result<_, Problem>>()?;
    let choice = match choice {
        ReclaimChoiceWord::Keep => ReclaimChoice::Keep,
        ReclaimChoiceWord::Reclaim => ReclaimChoice::Reclaim,
    };
    act.carry(Intent::DecideReclaim { wave, items, choice, reason: Text::from(reason) }).await
}

/// Close a wave: nothing more is asked or decided in it.
#[utoipa::path(post, path = "/v1/reclaim_waves/{wave}/closings", tag = "reclaim",
    params(("wave" = WaveNumber, Path)), responses((status = 200, body = Written)))]
async fn close(At(wave): At<WaveId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::CloseWave { wave }).await
}

/// A legal hold.
#[derive(Debug, Serialize, ToSchema)]
struct HoldObject {
    /// Number.
    #[schema(value_type = LegalHoldNumber)]
    id: LegalHoldId,
    /// What it is about: device or holder.
    about: &'static str,
    /// The name of the device or holder.
    name: String,
    /// Why.
    reason: String,
    /// Who set it.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// When.
    #[schema(value_type = InstantText)]
    set_at: Timestamp,
    /// When it was lifted.
    #[schema(value_type = Option<InstantText>)]
    lifted_at: Option<Timestamp>,
}

/// The legal holds, newest first.
#[utoipa::path(get, path = "/v1/legal_holds", tag = "reclaim", params(PageQuery),
    responses((status = 200, body = Page<HoldObject>)))]
async fn holds(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let holds: Vec<&LegalHold> = reading.snapshot.state.legal_holds.values().rev().map(AsRef::as_ref).collect();
    Ok(reading.page(&holds, &paging, |hold| HoldObject {
        id: hold.id,
        about: match hold.subject {
            HoldSubject::Device(_) => "device",
            HoldSubject::Holder(_) => "holder",
        },
        name: hold.name.shown().to_owned(),
        reason: hold.reason.shown().to_owned(),
        by: hold.by,
        set_at: hold.set_at,
        lifted_at: hold.lifted.map(|(_, at)| at),
    }))
}

/// A legal hold to set: on a device or on everything of a holder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHold {
    /// The device's key or name.
    device: Option<String>,
    /// The holder, as devices name their users.
    holder: Option<String>,
    /// Why it must not be touched.
    reason: String,
}

/// Set a legal hold: nothing of it is reclaimed.
#[utoipa::path(post, path = "/v1/legal_holds", tag = "reclaim", request_body = NewHold,
    responses((status = 200, body = Written)))]
async fn set_hold(act: Act<NewHold>) -> Result<Response, Problem> {
    let (act, NewHold { device, holder, reason }) = act.take();
    let like = HoldSubject::Holder(domain::digest::Digest([0; 32]));
    act.must_be_allowed(Intent::SetLegalHold { subject: like, name: Text::from("x"), reason: Text::from("x") })?;
    let snapshot = act.writer.app.snapshot();
    let (subject, name) = snapshot
        .hold_subject(device.as_deref(), holder.as_deref())
        .map_err(|sentence| Problem::at(if device.is_some() { "device" } else { "holder" }, sentence))?;
    act.carry(Intent::SetLegalHold { subject, name: Text::from(name), reason: Text::from(reason) }).await
}

/// End a legal hold.
#[utoipa::path(post, path = "/v1/legal_holds/{hold}/lifts", tag = "reclaim",
    params(("hold" = LegalHoldNumber, Path)), request_body = ReasonGiven, responses((status = 200, body = Written)))]
async fn lift_hold(At(hold): At<LegalHoldId>, act: Act<ReasonGiven>) -> Result<Response, Problem> {
    let (act, ReasonGiven { reason }) = act.take();
    act.carry(Intent::LiftLegalHold { hold, reason: Text::from(reason) }).await
}
