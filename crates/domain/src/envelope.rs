//! The envelope: how an event stands on the ledger, byte by byte, and how it is read back.
//!
//! An entry is a UTF-8 JSON object with sorted keys and without floats, at most [`ENTRY_BYTES_MAX`] bytes.
//! Stored bytes are hashed and verified as they are; nothing re-serialises an entry to check it.
//! Where entries, salts and payloads are kept is the business of `store`.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::command::{Actor, Via};
use crate::digest::Digest;
use crate::event::Event;
use crate::evolve::Recorded;
use crate::id::PersonId;
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
    #[error("the entry is not an envelope of this ledger: {0}")]
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

/// The wire form; its fields stand in the order of their names, as JSON with sorted keys demands.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    actor: Cow<'a, str>,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    att: Vec<Digest>,
    body: Value,
    #[serde(borrow)]
    cmd: Cow<'a, str>,
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    on_behalf: Option<PersonId>,
    #[serde(borrow)]
    org: Cow<'a, str>,
    part: (u32, u32),
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pd: Vec<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<Digest>,
    seq: u64,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    v: u32,
    ver: u64,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    via: Option<Cow<'a, str>>,
}

/// Makes `event` ready for the ledger; `salt` gives fresh random bytes at every call.
pub fn seal(header: &Header, event: &Event, salt: &mut dyn FnMut() -> [u8; 32]) -> Result<SealedEvent, EntryTooLarge> {
    let mut side = Vec::new();
    let (kind, mut body) = split(event);
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
        actor: actor.into(),
        at: header.at,
        att: event.attachments(),
        body,
        cmd: header.command.as_str().into(),
        on_behalf,
        org: header.org.as_ref().into(),
        part: header.part,
        pd: side.iter().map(commitment).collect(),
        policy: header.policy,
        seq: header.seq,
        stream: event.stream().into(),
        kind: kind.into(),
        v: FORMAT,
        ver: header.version,
        via: via.map(Cow::from),
    };
    // Serialising plain strings, integers and sorted maps cannot fail.
    let bytes = serde_json::to_vec(&wire).unwrap_or_default();
    if bytes.is_empty() || bytes.len() > ENTRY_BYTES_MAX {
        return Err(EntryTooLarge { bytes: bytes.len() });
    }
    Ok(SealedEvent { bytes, side })
}

/// Reads an entry back. A text whose payload is `None` comes back as erased; whether it may be missing is for the caller to judge.
pub fn open(bytes: &[u8], side: &[Option<SidePayload>]) -> Result<(Header, Recorded), BadEntry> {
    let wire: Wire<'_> = serde_json::from_slice(bytes)?;
    if wire.v != FORMAT {
        return Err(BadEntry::Contradiction("its format is newer than this program"));
    }
    if wire.pd.len() != side.len() {
        return Err(BadEntry::Contradiction("it commits to another number of texts than are kept"));
    }
    for (index, (committed, kept)) in wire.pd.iter().zip(side).enumerate() {
        if kept.as_ref().is_some_and(|kept| commitment(kept) != *committed) {
            return Err(BadEntry::Commitment { index });
        }
    }
    let mut body = wire.body;
    put_texts_back(&mut body, side)?;
    let mut tagged = Map::new();
    tagged.insert("type".to_owned(), Value::String(wire.kind.into_owned()));
    tagged.insert("body".to_owned(), body);
    let event: Event = serde_json::from_value(Value::Object(tagged))?;
    if event.stream() != wire.stream {
        return Err(BadEntry::Contradiction("its stream is not the one of its event"));
    }
    if event.attachments() != wire.att {
        return Err(BadEntry::Contradiction("its attachments are not those of its event"));
    }
    let actor = read_actor(&wire.actor, wire.on_behalf, wire.via.as_deref())?;
    let header = Header {
        org: wire.org.as_ref().into(),
        seq: wire.seq,
        command: wire.cmd.into_owned(),
        part: wire.part,
        version: wire.ver,
        at: wire.at,
        actor,
        policy: wire.policy,
    };
    let recorded = Recorded { seq: wire.seq, at: wire.at, actor, event };
    Ok((header, recorded))
}

/// What can be read of an entry without its body, quickly.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the envelope")]
pub struct Skim<'a> {
    #[serde(borrow)]
    pub org: Cow<'a, str>,
    pub seq: u64,
    #[serde(borrow)]
    pub cmd: Cow<'a, str>,
    pub part: (u32, u32),
    #[serde(borrow)]
    pub stream: Cow<'a, str>,
    pub ver: u64,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(default)]
    pub pd: Vec<Digest>,
    #[serde(default)]
    pub att: Vec<Digest>,
}

/// Reads what can be read of an entry without its body.
pub fn skim(bytes: &[u8]) -> Result<Skim<'_>, BadEntry> {
    Ok(serde_json::from_slice(bytes)?)
}

fn read_actor(actor: &str, on_behalf: Option<PersonId>, via: Option<&str>) -> Result<Actor, BadEntry> {
    let wrong = || BadEntry::Contradiction("it does not say who acted");
    match (actor, on_behalf, via) {
        ("program", None, None) => Ok(Actor::Program),
        ("operator", Some(person), None) => Ok(Actor::Person(person, Via::Operator)),
        (person, None, Some(via)) => {
            let person = person.parse().map_err(|_| wrong())?;
            Ok(Actor::Person(person, via.parse().map_err(|_| wrong())?))
        }
        _ => Err(wrong()),
    }
}

/// The event's type word and its body with open texts.
fn split(event: &Event) -> (String, Value) {
    let Ok(Value::Object(mut tagged)) = serde_json::to_value(event) else {
        return (String::new(), Value::Null);
    };
    let kind = match tagged.remove("type") {
        Some(Value::String(kind)) => kind,
        _ => String::new(),
    };
    (kind, tagged.remove("body").unwrap_or(Value::Null))
}

fn take_texts_out(value: &mut Value, take: &mut dyn FnMut(String) -> usize) {
    match value {
        Value::Object(map) => {
            if map.len() == 1
                && let Some(Value::String(text)) = map.get_mut(OPEN_KEY)
            {
                let index = take(std::mem::take(text));
                *value = serde_json::json!({ SEALED_KEY: index });
                return;
            }
            map.values_mut().for_each(|inner| take_texts_out(inner, take));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| take_texts_out(inner, take)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn put_texts_back(value: &mut Value, side: &[Option<SidePayload>]) -> Result<(), BadEntry> {
    match value {
        Value::Object(map) => {
            if map.len() == 1
                && let Some(index) = map.get(SEALED_KEY)
            {
                let kept = index
                    .as_u64()
                    .and_then(|index| side.get(usize::try_from(index).ok()?))
                    .ok_or(BadEntry::Contradiction("a text refers to no commitment"))?;
                let text = match kept {
                    None => Value::Null,
                    Some(kept) => String::from_utf8(kept.payload.clone())
                        .map(Value::String)
                        .map_err(|_| BadEntry::Contradiction("a text is not UTF-8"))?,
                };
                *value = serde_json::json!({ OPEN_KEY: text });
                return Ok(());
            }
            map.values_mut().try_for_each(|inner| put_texts_back(inner, side))
        }
        Value::Array(items) => items.iter_mut().try_for_each(|inner| put_texts_back(inner, side)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}
