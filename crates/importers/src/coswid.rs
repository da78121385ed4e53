//! Concise SWID tags (RFC 9393): the tags of `swid` in CBOR, plain or inside a COSE signature of one signer.
//!
//! A signature is not checked. Only the keys that say what the title is are looked at; the rest is passed over.

use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};

use crate::assembly::Assembly;
use crate::limits::CBOR_DEPTH;
use crate::swid::{ENTITIES, Entity, Tag, Use, add};
use crate::unreadable::Unreadable;

/// The CBOR tag of a concise SWID tag (RFC 9393, section 8).
const CONCISE_TAG: u64 = 1_398_229_316;
/// The CBOR tag of a signature by one signer, `COSE_Sign1` (RFC 9052, section 2).
const SIGNED_BY_ONE: u64 = 18;

/// Keys of the map of a tag and of an entity (RFC 9393, section 2.2).
mod key {
    pub const TAG_ID: u64 = 0;
    pub const SOFTWARE_NAME: u64 = 1;
    pub const ENTITY: u64 = 2;
    pub const CORPUS: u64 = 8;
    pub const PATCH: u64 = 9;
    pub const SUPPLEMENTAL: u64 = 11;
    pub const SOFTWARE_VERSION: u64 = 13;
    pub const ENTITY_NAME: u64 = 31;
    pub const ROLE: u64 = 33;
}

/// Role words by their numbers, the first being 1 (RFC 9393, table 4).
const ROLES: [&str; 6] = ["tagCreator", "softwareCreator", "aggregator", "distributor", "licensor", "maintainer"];

/// Whether the bytes begin as a concise tag does: its CBOR tag, a signature, or a map whose first key is a small number.
pub(crate) fn is_tag(bytes: &[u8]) -> bool {
    let mut decoder = Decoder::new(bytes);
    let mut tagged = false;
    while matches!(decoder.datatype(), Ok(Type::Tag)) {
        match decoder.tag().map(minicbor::data::Tag::as_u64) {
            Ok(CONCISE_TAG | SIGNED_BY_ONE) if decoder.position() < 16 => tagged = true,
            Ok(_) | Err(_) => return false,
        }
    }
    // No text begins with the bytes of a map: they continue a character in UTF-8.
    tagged || (matches!(decoder.map(), Ok(Some(2..) | None)) && matches!(decoder.u64(), Ok(0..=57)))
}

/// Reads the tag of the bytes.
pub(crate) fn read(bytes: &[u8], name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut decoder = Decoder::new(bytes);
    let (tag, signed) = read_tag(&mut decoder).map_err(Broken::refusal)?;
    if decoder.position() < bytes.len() {
        return Err(Unreadable::DamagedCbor { offset: decoder.position() });
    }
    if signed {
        assembly.findings.remark("tag", "The tag is signed; its signature was not checked.");
    }
    add(&tag, name_if_absent, assembly)
}

/// Why bytes are no tag.
enum Broken {
    Cbor(Error),
    TooDeep,
    /// A key stands twice in one map, at this offset.
    Twice(u64),
    /// Something else is expected at this offset.
    Unexpected(usize),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Cbor(error)
    }
}

impl Broken {
    fn refusal(self) -> Unreadable {
        match self {
            Self::Cbor(error) if error.is_end_of_input() => Unreadable::Truncated { format: "CBOR" },
            Self::Cbor(error) => Unreadable::DamagedCbor { offset: error.position().unwrap_or(0) },
            Self::TooDeep => Unreadable::OverLimit { limit: CBOR_DEPTH, place: String::new() },
            Self::Twice(key) => Unreadable::DuplicateCborKey { key },
            Self::Unexpected(offset) => Unreadable::DamagedCbor { offset },
        }
    }
}

/// The tag, and whether it is inside a signature.
fn read_tag(decoder: &mut Decoder<'_>) -> Result<(Tag, bool), Broken> {
    let mut signed = false;
    while decoder.datatype()? == Type::Tag {
        match decoder.tag()?.as_u64() {
            CONCISE_TAG => {}
            SIGNED_BY_ONE if !signed => signed = true,
            _ => return Err(Broken::Unexpected(decoder.position())),
        }
    }
    if !signed {
        return Ok((read_map(decoder)?, false));
    }
    // COSE_Sign1 = [protected, unprotected, payload, signature] (RFC 9052, section 4.2).
    if decoder.array()? != Some(4) {
        return Err(Broken::Unexpected(decoder.position()));
    }
    skip(decoder, 1)?;
    skip(decoder, 1)?;
    let payload = decoder.bytes()?;
    let mut inner = Decoder::new(payload);
    if inner.datatype()? == Type::Tag && inner.tag()?.as_u64() != CONCISE_TAG {
        return Err(Broken::Unexpected(decoder.position()));
    }
    let tag = read_map(&mut inner)?;
    skip(decoder, 1)?;
    Ok((tag, true))
}

/// Whether a map or list goes on. `rest` is how much of it is left, where that was stated; else a mark ends it.
fn has_next(decoder: &mut Decoder<'_>, rest: &mut Option<u64>) -> Result<bool, Broken> {
    match rest {
        Some(0) => return Ok(false),
        Some(count) => *count -= 1,
        None if decoder.datatype()? == Type::Break => {
            skip_break(decoder);
            return Ok(false);
        }
        None => {}
    }
    Ok(true)
}

/// Hands every entry of a map to `take`, which reads its value or passes it over. Keys that are no small numbers are
/// passed over with their values.
fn entries(
    decoder: &mut Decoder<'_>,
    depth: u64,
    mut take: impl FnMut(u64, &mut Decoder<'_>) -> Result<bool, Broken>,
) -> Result<(), Broken> {
    let mut rest = decoder.map()?;
    let mut seen = Vec::new();
    while has_next(decoder, &mut rest)? {
        let number = match decoder.datatype()? {
            Type::U8 => Some(decoder.u64()?),
            _ => {
                skip(decoder, depth)?;
                None
            }
        };
        // Of at most 256 keys, so looking through the list stays cheap.
        if let Some(number) = number {
            if seen.contains(&number) {
                return Err(Broken::Twice(number));
            }
            seen.push(number);
            if take(number, decoder)? {
                continue;
            }
        }
        skip(decoder, depth)?;
    }
    Ok(())
}

fn read_map(decoder: &mut Decoder<'_>) -> Result<Tag, Broken> {
    let mut tag = Tag::default();
    entries(decoder, 1, |number, decoder| {
        match number {
            key::TAG_ID => tag.id = Some(tag_id(decoder)?),
            key::SOFTWARE_NAME => tag.name = Some(text(decoder)?),
            key::SOFTWARE_VERSION => tag.version = Some(text(decoder)?),
            key::CORPUS if decoder.bool()? => tag.use_of = Use::Corpus,
            key::PATCH if decoder.bool()? && tag.use_of == Use::Primary => tag.use_of = Use::Patch,
            key::SUPPLEMENTAL if decoder.bool()? && tag.use_of == Use::Primary => tag.use_of = Use::Supplemental,
            key::CORPUS | key::PATCH | key::SUPPLEMENTAL => {}
            key::ENTITY => one_or_more(decoder, |decoder| {
                let entity = read_entity(decoder)?;
                if tag.entities.len() < ENTITIES {
                    tag.entities.push(entity);
                }
                Ok(())
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(tag)
}

fn read_entity(decoder: &mut Decoder<'_>) -> Result<Entity, Broken> {
    let mut entity = Entity::default();
    entries(decoder, 2, |number, decoder| {
        match number {
            key::ENTITY_NAME => entity.name = Some(text(decoder)?).filter(|name| !name.trim().is_empty()),
            key::ROLE => one_or_more(decoder, |decoder| {
                let role = match decoder.datatype()? {
                    Type::U8 => {
                        let place = usize::from(decoder.u8()?).checked_sub(1);
                        place.and_then(|place| ROLES.get(place)).map(|role| (*role).to_owned())
                    }
                    Type::String | Type::StringIndef => Some(text(decoder)?),
                    _ => {
                        skip(decoder, 3)?;
                        None
                    }
                };
                if entity.roles.len() < ENTITIES {
                    entity.roles.extend(role);
                }
                Ok(())
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(entity)
}

/// A value, or an array of such values (RFC 9393 writes `one-or-more`).
fn one_or_more(
    decoder: &mut Decoder<'_>,
    mut take: impl FnMut(&mut Decoder<'_>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    if !matches!(decoder.datatype()?, Type::Array | Type::ArrayIndef) {
        return take(decoder);
    }
    let mut rest = decoder.array()?;
    while has_next(decoder, &mut rest)? {
        take(decoder)?;
    }
    Ok(())
}

/// The identifier: a text, or a UUID in 16 bytes.
fn tag_id(decoder: &mut Decoder<'_>) -> Result<String, Broken> {
    if decoder.datatype()? != Type::Bytes {
        return text(decoder);
    }
    let bytes = decoder.bytes()?;
    let mut id = String::new();
    for (index, byte) in bytes.iter().take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        for half in [byte >> 4, byte & 15] {
            id.extend(char::from_digit(u32::from(half), 16));
        }
    }
    Ok(id)
}

fn text(decoder: &mut Decoder<'_>) -> Result<String, Broken> {
    let mut text = String::new();
    for part in decoder.str_iter()? {
        text.push_str(part?);
    }
    Ok(text)
}

/// Passes over the break that ends a list without a length.
fn skip_break(decoder: &mut Decoder<'_>) {
    decoder.set_position(decoder.position() + 1);
}

/// Passes over one item, however it is made up, down to the limit of nesting.
fn skip(decoder: &mut Decoder<'_>, depth: u64) -> Result<(), Broken> {
    if depth > CBOR_DEPTH.max {
        return Err(Broken::TooDeep);
    }
    let (mut rest, per_entry) = match decoder.datatype()? {
        Type::Tag => {
            decoder.tag()?;
            return skip(decoder, depth + 1);
        }
        Type::Array | Type::ArrayIndef => (decoder.array()?, 1),
        Type::Map | Type::MapIndef => (decoder.map()?, 2),
        Type::Break | Type::Unknown(_) => return Err(Broken::Unexpected(decoder.position())),
        _ => return decoder.skip().map_err(Broken::from),
    };
    while has_next(decoder, &mut rest)? {
        for _ in 0..per_entry {
            skip(decoder, depth + 1)?;
        }
    }
    Ok(())
}
