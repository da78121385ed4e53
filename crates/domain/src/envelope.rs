//! The envelope: how an event stands on the ledger, byte by byte, and how it is read back.
//!
//! An entry is a UTF-8 JSON object with sorted keys and without floats, at most [`ENTRY_BYTES_MAX`] bytes.
//! Stored bytes are hashed and verified as they are; nothing re-serialises an entry to check it.
//! Where entries, salts and payloads are kept is the business of `store`.

mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::command::{Actor, Via};
use crate::digest::Digest;
use crate::event::Event;
use crate::evolve::Recorded;
use crate::id::{AccountId, PersonId, TokenId};
use crate::text::OPEN_KEY;

/// The longest entry: a bundle of entries gives the length of each in two bytes (C2SP tlog-tiles).
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// The version of this format.
pub const FORMAT: u32 = 1;
/// Where a text was, the sealed form of a body has its index among the commitments.
const SEALED_KEY: &str = "$pd";
/// What is hashed before a text, so that its digest is of nothing else.
const COMMITMENT_PREFIX: &[u8] = b"indult/pd/v1\n";

/// What an entry says besides the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The organisation's name on the ledger (the log's origin).
    pub org: Arc<str>,
    /// Place in the ledger.
    pub seq: u64,
    /// The command that led to it.
    pub command: String,
    /// Which of how many events of the command it is, the first being 0.
    pub part: (u32, u32),
    /// Place in the stream of its object, the first being 1.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The catalogue in force.
    pub policy: Option<Digest>,
}

/// A text and the salt under which the entry commits to it. Kept beside the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidePayload {
    /// Random bytes, fresh for every text.
    pub salt: [u8; 32],
    /// The text.
    pub payload: Vec<u8>,
}

/// An event made ready for the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent {
    /// The entry.
    pub bytes: Vec<u8>,
    /// The texts that it commits to, in order.
    pub side: Vec<SidePayload>,
}

/// An event that does not fit an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "This needs {bytes} bytes on the ledger and an entry holds {ENTRY_BYTES_MAX}. Make it shorter, or attach the long part as a file."
)]
pub struct EntryTooLarge {
    /// The bytes that it would need.
    pub bytes: usize,
}

/// Why stored bytes are not an entry of this ledger.
#[derive(Debug, thiserror::Error)]
pub enum BadEntry {
    /// The bytes are not an envelope.
    #[error("the entry is not an envelope of this ledger: {expected} is missing at byte {place}")]
    Malformed {
        /// Where, the first byte being 0.
        place: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The body is not one of its type.
    #[error("the entry's body is not one of its type: {0}")]
    Form(#[from] serde_json::Error),
    /// Something in the envelope contradicts something else.
    #[error("the entry contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A text is not the one that the entry commits to.
    #[error("text {index} is not the one that the entry commits to")]
    Commitment {
        /// Which text.
        index: usize,
    },
}

/// SHA-256 of `"indult/pd/v1\n" ‖ salt ‖ u64be(length) ‖ payload`.
pub fn commitment(side: &SidePayload) -> Digest {
    let mut hash = Sha256::new();
    hash.update(COMMITMENT_PREFIX);
    hash.update(side.salt);
    hash.update(u64::try_from(side.payload.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(&side.payload);
    Digest(hash.finalize().into())
}

/// The wire form as it is written; its fields stand in the order of their names, as JSON with sorted keys demands.
#[derive(Serialize)]
struct Wire<'a> {
    actor: &'a str,
    at: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    att: Vec<Digest>,
    body: Value,
    cmd: &'a str,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    on_behalf: Option<PersonId>,
    org: &'a str,
    part: (u32, u32),
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pd: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Digest>,
    seq: u64,
    stream: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    v: u32,
    ver: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
}

/// Makes `event` ready for the ledger; `salt` gives fresh random bytes at every call.
pub fn seal(header: &Header, event: &Event, salt: &mut dyn FnMut() -> [u8; 32]) -> Result<SealedEvent, EntryTooLarge> {
    let mut side = Vec::new();
    // Plain strings, integers and maps with string keys always serialise; were it otherwise, nothing is written.
    let (kind, mut body) = split(event).ok_or(EntryTooLarge { bytes: usize::MAX })?;
    take_texts_out(&mut body, &mut |text| {
        side.push(SidePayload { salt: salt(), payload: text.into_bytes() });
        side.len() - 1
    });
    let (actor, on_behalf, via) = match header.actor {
        Actor::Program => ("program".to_owned(), None, None),
        Actor::Person(person, Via::Operator) => ("operator".to_owned(), Some(person), None),
        Actor::Person(person, via) => (person.to_string(), None, Some(via.to_string())),
    };
    let wire = Wire {
        actor: &actor,
        at: header.at,
        att: event.attachments(),
        body,
        cmd: &header.command,
        on_behalf,
        org: &header.org,
        part: header.part,
        pd: side.iter().map(commitment).collect(),
        policy: header.policy,
        seq: header.seq,
        stream: &event.stream(),
        kind: &kind,
        v: FORMAT,
        ver: header.version,
        via,
    };
    let bytes = serde_json::to_vec(&wire).map_err(|_| EntryTooLarge { bytes: usize::MAX })?;
    if bytes.len() > ENTRY_BYTES_MAX {
        return Err(EntryTooLarge { bytes: bytes.len() });
    }
    Ok(SealedEvent { bytes, side })
}

/// Reads an entry back. A text whose payload is `None` comes back as erased; whether it may be missing is for the caller to judge.
///
/// What it accepts is what [`seal`] writes and nothing else: there are no two ways to write one entry.
pub fn open(bytes: &[u8], side: &[Option<SidePayload>]) -> Result<(Header, Recorded), BadEntry> {
    let wire = read(bytes)?;
    if wire.pd.len() != side.len() {
        return Err(BadEntry::Contradiction("it commits to another number of texts than are kept"));
    }
    for (index, (committed, kept)) in wire.pd.iter().zip(side).enumerate() {
        if kept.as_ref().is_some_and(|kept| commitment(kept) != *committed) {
            return Err(BadEntry::Commitment { index });
        }
    }
    let body = with_texts(wire.body, side)?;
    let event =
        Event::deserialize(MapAccessDeserializer::new(TypeAndBody { kind: Some(&wire.kind), body: Some(&body) }))?;
    if event.stream() != wire.stream {
        return Err(BadEntry::Contradiction("its stream is not the one of its event"));
    }
    if event.attachments() != wire.att {
        return Err(BadEntry::Contradiction("its attachments are not those of its event"));
    }
    let at = wire::instant(wire.at)?;
    let actor = read_actor(&wire.actor, wire.on_behalf.as_deref(), wire.via.as_deref())?;
    let header = Header {
        org: wire.org.as_ref().into(),
        seq: wire.seq,
        command: wire.cmd.into_owned(),
        part: wire.part,
        version: wire.version,
        at,
        actor,
        policy: wire.policy,
    };
    Ok((header, Recorded { seq: wire.seq, at, actor, event }))
}

fn read(bytes: &[u8]) -> Result<wire::Wire<'_>, BadEntry> {
    if bytes.len() > ENTRY_BYTES_MAX {
        return Err(BadEntry::Contradiction("it is longer than an entry can be"));
    }
    let wire = wire::read(bytes)?;
    if wire.format != u64::from(FORMAT) {
        return Err(BadEntry::Contradiction("its format is not one that this program knows"));
    }
    Ok(wire)
}

/// What can be read of an entry without its body, quickly.
#[derive(Debug)]
#[expect(missing_docs, reason = "the fields are those of the envelope")]
pub struct Skim<'a> {
    pub org: Cow<'a, str>,
    pub seq: u64,
    pub cmd: Cow<'a, str>,
    pub part: (u32, u32),
    pub stream: Cow<'a, str>,
    pub ver: u64,
    pub kind: Cow<'a, str>,
    pub pd: Vec<Digest>,
    pub att: Vec<Digest>,
}

/// Reads what can be read of an entry without its body.
pub fn skim(bytes: &[u8]) -> Result<Skim<'_>, BadEntry> {
    let wire = read(bytes)?;
    Ok(Skim {
        org: wire.org,
        seq: wire.seq,
        cmd: wire.cmd,
        part: wire.part,
        stream: wire.stream,
        ver: wire.version,
        kind: wire.kind,
        pd: wire.pd,
        att: wire.att,
    })
}

fn read_actor(actor: &str, on_behalf: Option<&str>, via: Option<&str>) -> Result<Actor, BadEntry> {
    let wrong = || BadEntry::Contradiction("it does not say who acted");
    let person = |text: &str| PersonId::from_exact(text).ok_or_else(wrong);
    match (actor, on_behalf, via) {
        ("program", None, None) => Ok(Actor::Program),
        ("operator", Some(whom), None) => Ok(Actor::Person(person(whom)?, Via::Operator)),
        (whom, None, Some(through)) => {
            let (way, number) = through.split_once('/').ok_or_else(wrong)?;
            let via = match way {
                "session" => AccountId::from_exact(number).map(Via::Session),
                "link" => AccountId::from_exact(number).map(Via::Link),
                "token" => TokenId::from_exact(number).map(Via::Token),
                _ => None,
            };
            Ok(Actor::Person(person(whom)?, via.ok_or_else(wrong)?))
        }
        _ => Err(wrong()),
    }
}

/// Type and body as the two members of an adjacently tagged enum, so that the body is read once, straight into its type.
struct TypeAndBody<'a> {
    kind: Option<&'a str>,
    body: Option<&'a str>,
}

impl<'de> MapAccess<'de> for TypeAndBody<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let key = match (self.kind, self.body) {
            (Some(_), _) => "type",
            (None, Some(_)) => "body",
            (None, None) => return Ok(None),
        };
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        if let Some(kind) = self.kind.take() {
            return seed.deserialize(kind.into_deserializer());
        }
        let mut body = serde_json::Deserializer::from_str(self.body.take().unwrap_or_default());
        let value = seed.deserialize(&mut body)?;
        body.end()?;
        Ok(value)
    }
}

/// The event's type word and its body with open texts.
fn split(event: &Event) -> Option<(String, Value)> {
    let Ok(Value::Object(mut tagged)) = serde_json::to_value(event) else { return None };
    let Some(Value::String(kind)) = tagged.remove("type") else { return None };
    let mut body = tagged.remove("body")?;
    // Keys are sorted here whatever features another crate asks of serde_json.
    body.sort_all_objects();
    Some((kind, body))
}

/// Puts the number of its commitment in the place of every open text, in the order of the body's keys;
/// a text that was erased before has none.
fn take_texts_out(value: &mut Value, take: &mut dyn FnMut(String) -> usize) {
    match value {
        Value::Object(map) => {
            if map.len() == 1
                && let Some(text) = map.get_mut(OPEN_KEY)
            {
                let sealed = if let Value::String(text) = text.take() { Value::from(take(text)) } else { Value::Null };
                *value = serde_json::json!({ SEALED_KEY: sealed });
                return;
            }
            map.values_mut().for_each(|inner| take_texts_out(inner, take));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| take_texts_out(inner, take)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The body with the kept texts in the places of their numbers.
///
/// It works on the bytes: within a string a quote is always escaped, and after one no `$` can follow,
/// so the marks below stand only where an object with that single key begins.
fn with_texts<'a>(body: &'a str, side: &[Option<SidePayload>]) -> Result<Cow<'a, str>, BadEntry> {
    const SEALED: &str = "{\"$pd\":";
    if body.contains("{\"$text\":") {
        return Err(BadEntry::Contradiction("a text stands open in it"));
    }
    let mut pieces = body.split(SEALED);
    let before = pieces.next().unwrap_or_default();
    if before.len() == body.len() {
        return if side.is_empty() { Ok(Cow::Borrowed(body)) } else { Err(not_all_named()) };
    }
    let mut open = String::with_capacity(body.len() + 64);
    open.push_str(before);
    let mut texts = side.iter().enumerate();
    for piece in pieces {
        let (number, after) = piece.split_once('}').ok_or_else(not_all_named)?;
        let text = if number == "null" {
            None
        } else {
            let (index, kept) = texts.next().ok_or_else(not_all_named)?;
            if number != index.to_string() {
                return Err(not_all_named());
            }
            kept.as_ref()
        };
        let text = text
            .map(|kept| std::str::from_utf8(&kept.payload))
            .transpose()
            .map_err(|_| BadEntry::Contradiction("a text is not UTF-8"))?;
        open.push_str("{\"$text\":");
        open.push_str(&serde_json::to_string(&text)?);
        open.push('}');
        open.push_str(after);
    }
    if texts.next().is_some() { Err(not_all_named()) } else { Ok(Cow::Owned(open)) }
}

fn not_all_named() -> BadEntry {
    BadEntry::Contradiction("its body does not name every commitment once, in order")
}
