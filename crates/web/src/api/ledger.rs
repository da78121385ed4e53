//! The ledger as auditors read it: its state, its entries with their exact bytes, proofs and keys.
//!
//! Its files under the paths of C2SP tlog-tiles are in [`crate::ledger_files`].

use app::ledgers::{AuditEntry, EntryFilter, ProofState, kind_of};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::command::{Actor, Via};
use domain::digest::Digest;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DateText, DigestText, InstantText, PersonRef};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Paging, Reading, off_thread};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(state))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(proof))
        .routes(routes!(checkpoint))
        .routes(routes!(log_vkey))
        .routes(routes!(witness_vkeys))
}

/// A signed statement of size and root.
#[derive(Debug, Serialize, ToSchema)]
struct CheckpointObject {
    /// Entries that it covers.
    size: u64,
    /// Root of their tree, in base64.
    root: String,
}

/// The newest cosignature of somebody outside.
#[derive(Debug, Serialize, ToSchema)]
struct WitnessedObject {
    /// Entries that it covers.
    size: u64,
    /// The witness's name.
    witness: String,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
}

/// How far the ledger is recorded, signed and witnessed.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerObject {
    /// The ledger's name, which is also the name of its key.
    origin: String,
    /// Entries.
    size: u64,
    /// The newest signed checkpoint.
    checkpoint: Option<CheckpointObject>,
    /// Entries that it does not cover yet.
    unsigned: u64,
    /// The newest cosignature.
    witnessed: Option<WitnessedObject>,
    /// The key that checkpoints are signed with.
    #[schema(example = "indult/acme-1a2b3c4d+8f3e2d1c+AbCd…")]
    verifier_key: String,
    /// The same in words.
    sentence: String,
}

fn sentence(size: u64, state: &ProofState, now: Timestamp) -> String {
    let Some((witnessed, witness, at)) = &state.witnessed else {
        return format!(
            "{size} entries, signed by this server's key alone. Without a witness outside, whoever holds the key could \
             sign another history."
        );
    };
    let minutes = now.duration_since(*at).as_secs().max(0) / 60;
    let behind = size.saturating_sub(*witnessed);
    if behind == 0 {
        format!("All {size} entries are cosigned by {witness}.")
    } else {
        format!(
            "{witness} cosigned the first {witnessed} of {size} entries {minutes} minutes ago; {behind} are unwitnessed."
        )
    }
}

/// How far the ledger is recorded, signed and witnessed.
#[utoipa::path(get, path = "/v1/ledger", tag = "ledger", responses((status = 200, body = LedgerObject)))]
async fn state(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let app = reading.app.clone();
    let state = off_thread(move || app.proof_state()).await?;
    let size = reading.snapshot.size();
    let sentence = sentence(size, &state, reading.now);
    Ok(reading.fresh(LedgerObject {
        origin: reading.app.origin().to_owned(),
        size,
        checkpoint: state
            .checkpoint
            .as_ref()
            .map(|stored| CheckpointObject { size: stored.head.size, root: stored.head.root.to_string() }),
        unsigned: state.unsigned,
        witnessed: state.witnessed.map(|(size, witness, at)| WitnessedObject { size, witness, at }),
        verifier_key: reading.app.ledger().verifier().to_string(),
        sentence,
    }))
}

/// Who acted.
#[derive(Debug, Serialize, ToSchema)]
struct ActorObject {
    /// The person; null for the program itself.
    person: Option<PersonRef>,
    /// Through what: `session/ACC-1`, `token/TOK-2`, `link/ACC-1`, `operator` or `program`.
    via: String,
}

/// An entry of the ledger.
#[derive(Debug, Serialize, ToSchema)]
struct EntryObject {
    /// Its place, from 0.
    entry: u64,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// Who.
    actor: ActorObject,
    /// The type of its event.
    #[serde(rename = "type")]
    kind: String,
    /// The object that it is about, as `kind/number`.
    stream: String,
    /// Its place in the stream of its object, from 1.
    version: u64,
    /// The act that it is part of.
    command: String,
    /// Which part of the act it is, from 0, and of how many.
    part: [u32; 2],
    /// The catalogue in force.
    #[schema(value_type = Option<DigestText>)]
    policy: Option<Digest>,
    /// What the event says, with its texts as far as they are there and may be read here: `[erased]` and `[withheld]`
    /// stand for the others.
    #[schema(value_type = Object)]
    body: Value,
    /// Texts that it commits to and that are no longer there.
    texts_erased: u64,
}

/// Stands for a text that is there and is not for this reader.
const WITHHELD: &str = "[withheld]";

/// What of an entry's texts a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sight {
    /// Whether texts about persons and their ways to sign in are shown.
    persons: bool,
}

impl Sight {
    fn of(reading: &Reading) -> Self {
        Self { persons: reading.caller.is_among(Readers::PersonKeepers, &reading.snapshot.state) }
    }

    /// Password verifiers are for nobody: whoever has one can try passwords against it.
    fn shows(self, stream: &str, kind: &str) -> bool {
        let about_persons = ["person/", "account/", "token/"].iter().any(|kind| stream.starts_with(kind));
        kind != "password-set" && (self.persons || !about_persons)
    }
}

/// The event's body for people: texts as texts.
fn body(entry: &AuditEntry, shown: bool) -> Value {
    let tagged = serde_json::to_value(&entry.recorded.event).unwrap_or_default();
    let mut body = tagged.get("body").cloned().unwrap_or_default();
    plain(&mut body, shown);
    body
}

fn plain(value: &mut Value, shown: bool) {
    match value {
        Value::Object(map) => {
            if let (1, Some(text)) = (map.len(), map.get("$text")) {
                *value = match text.as_str() {
                    Some(text) if shown => Value::from(text),
                    Some(_) => Value::from(WITHHELD),
                    None => Value::from("[erased]"),
                };
                return;
            }
            map.values_mut().for_each(|inner| plain(inner, shown));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| plain(inner, shown)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn object(reading: &Reading, sight: Sight, entry: &AuditEntry) -> EntryObject {
    let state = &reading.snapshot.state;
    let actor = match entry.recorded.actor {
        Actor::Program => ActorObject { person: None, via: "program".to_owned() },
        Actor::Person(person, via) => {
            let via = match via {
                Via::Operator => "operator".to_owned(),
                Via::Session(_) | Via::Link(_) | Via::Token(_) => via.to_string(),
            };
            ActorObject { person: Some(PersonRef::of(state, person)), via }
        }
    };
    let kind = kind_of(&entry.recorded.event);
    let stream = entry.recorded.event.stream();
    EntryObject {
        entry: entry.recorded.seq,
        at: entry.recorded.at,
        actor,
        body: body(entry, sight.shows(&stream, &kind)),
        kind,
        stream,
        version: entry.header.version,
        command: entry.header.command.to_string(),
        part: [entry.header.part.0, entry.header.part.1],
        policy: entry.header.policy,
        texts_erased: u64::try_from(entry.texts_erased).unwrap_or(u64::MAX),
    }
}

/// A page of entries, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct EntryPage {
    /// The entries.
    data: Vec<EntryObject>,
    /// What to send as `cursor` for the next page; null at the end.
    next_cursor: Option<String>,
    /// How many entries there are in all; null where a filter would have to look at each.
    total: Option<u64>,
    /// The ledger size that the page was read at.
    ledger_size: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The acting person's number, `operator` or `program`.
    actor: Option<String>,
    /// The event's type, or its beginning: `case` stands for every type that begins with `case-`.
    action: Option<String>,
    /// The object's stream (`case/EXC-1`) or its number.
    object: Option<String>,
    /// Only entries on or after this day.
    #[param(value_type = Option<DateText>)]
    from: Option<Date>,
    /// Only entries on or before this day.
    #[param(value_type = Option<DateText>)]
    to: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The entries of the ledger, newest first.
#[utoipa::path(get, path = "/v1/ledger/entries", tag = "ledger", params(ListQuery),
    responses((status = 200, body = EntryPage)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, None)?;
    let before = query.cursor.as_deref().map(Paging::place).transpose()?;
    let before = before.and_then(|before| u64::try_from(before).ok());
    let filter =
        EntryFilter { actor: query.actor, action: query.action, object: query.object, from: query.from, to: query.to };
    let unfiltered = filter == EntryFilter::default();
    let app = reading.app.clone();
    let page = off_thread(move || app.entries(&filter, before, paging.limit)).await?;
    let sight = Sight::of(&reading);
    let next = page.next.and_then(|next| usize::try_from(next).ok()).map(Paging::cursor);
    let link = next.as_ref().and_then(|cursor| reading.next_link(cursor));
    let mut response = reading.fresh(EntryPage {
        data: page.entries.iter().map(|entry| object(&reading, sight, entry)).collect(),
        next_cursor: next,
        total: unfiltered.then_some(page.size),
        ledger_size: page.size,
    });
    if let Some(link) = link {
        response.headers_mut().insert(axum::http::header::LINK, link);
    }
    Ok(response)
}

/// A text that an entry commits to.
#[derive(Debug, Serialize, ToSchema)]
struct CommitmentObject {
    /// The commitment: SHA-256 of `indult/pd/v1\n`, the salt, the length as eight bytes, and the text.
    #[schema(value_type = DigestText)]
    digest: Digest,
    /// `open`, `erased` or `withheld`.
    state: &'static str,
    /// The salt in base64, where the text is open.
    salt: Option<String>,
    /// The text, where it is open.
    text: Option<String>,
}

/// An entry with everything by which it can be checked.
#[derive(Debug, Serialize, ToSchema)]
struct WholeEntry {
    /// As in a list.
    #[serde(flatten)]
    brief: EntryObject,
    /// The exact bytes that were hashed, in base64.
    bytes: String,
    /// The same bytes, read as JSON.
    #[schema(value_type = Object)]
    json: Value,
    /// The texts that it commits to.
    texts: Vec<CommitmentObject>,
}

/// One entry, with its exact bytes and the texts that it commits to.
#[utoipa::path(get, path = "/v1/ledger/entries/{entry}", tag = "ledger", params(("entry" = u64, Path)),
    responses((status = 200, body = WholeEntry)))]
async fn show(reading: Reading, At(entry): At<Place>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let app = reading.app.clone();
    let (known, bytes, sides) = off_thread(move || {
        let (known, bytes) = app.entry(entry.0)?;
        let sides: Vec<(u32, [u8; 32], Vec<u8>)> =
            app.ledger().sides(entry.0)?.into_iter().map(|side| (side.index, side.salt, side.payload)).collect();
        Ok((known, bytes, sides))
    })
    .await?;
    let sight = Sight::of(&reading);
    let brief = object(&reading, sight, &known);
    let shown = sight.shows(&brief.stream, &brief.kind);
    let json: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let committed: Vec<Digest> =
        json.get("pd").and_then(|pd| serde_json::from_value(pd.clone()).ok()).unwrap_or_default();
    let texts = (0_u32..).zip(committed).map(|(index, digest)| {
        let kept = sides.iter().find(|(place, ..)| *place == index);
        match kept {
            None => CommitmentObject { digest, state: "erased", salt: None, text: None },
            Some(_) if !shown => CommitmentObject { digest, state: "withheld", salt: None, text: None },
            Some((_, salt, payload)) => CommitmentObject {
                digest,
                state: "open",
                salt: Some(STANDARD.encode(salt)),
                text: Some(String::from_utf8_lossy(payload).into_owned()),
            },
        }
    });
    Ok(reading.answer(WholeEntry { texts: texts.collect(), brief, bytes: STANDARD.encode(&bytes), json }))
}

/// The place of an entry, as digits.
#[derive(Debug, Clone, Copy)]
struct Place(u64);

impl std::str::FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(place) if digits => Ok(Self(place)),
            _ => Err("An entry is named by its place, a whole number from 0."),
        }
    }
}

/// The proof that an entry is in the ledger, as a C2SP tlog-proof file.
#[utoipa::path(get, path = "/v1/ledger/entries/{entry}/proof", tag = "ledger", params(("entry" = u64, Path)),
    responses((status = 200, content_type = "text/plain", body = String)))]
async fn proof(reading: Reading, At(entry): At<Place>, _: Asked<Nothing>) -> Result<Response, Problem> {
    let proof = reading.app.proof(entry.0).await?;
    Ok(reading.bytes("text/plain; charset=utf-8", proof.to_string()))
}

/// A signed checkpoint that covers everything recorded so far, as a C2SP signed note.
#[utoipa::path(get, path = "/v1/ledger/checkpoint", tag = "ledger",
    responses((status = 200, content_type = "text/plain", body = String)))]
async fn checkpoint(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let note = reading.app.checkpoint().await?;
    Ok(reading.bytes("text/plain; charset=utf-8", note.to_string()))
}

/// The key that checkpoints are signed with, as a C2SP verifier key.
#[utoipa::path(get, path = "/v1/ledger/log.vkey", tag = "ledger",
    responses((status = 200, content_type = "text/plain", body = String)))]
async fn log_vkey(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let key = format!("{}\n", reading.app.ledger().verifier());
    Ok(reading.bytes("text/plain; charset=utf-8", key))
}

/// The keys of the witnesses, one a line.
#[utoipa::path(get, path = "/v1/ledger/witness.vkeys", tag = "ledger",
    responses((status = 200, content_type = "text/plain", body = String)))]
async fn witness_vkeys(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let witnesses = reading.snapshot.state.witnesses.values();
    let lines: String = witnesses.map(|witness| format!("{}\n", witness.verifier_key)).collect();
    Ok(reading.bytes("text/plain; charset=utf-8", lines))
}
