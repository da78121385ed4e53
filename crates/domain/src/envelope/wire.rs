//! The outer form of an entry, read by hand: keys in their one order, no white space, strings escaped in one way.
//!
//! Being this strict costs less than being lenient, and leaves no second way to write the same entry:
//! no repeated or unknown key, no float, no other spelling of a number, a string or a time.
//! It does not read the body, only where it begins and ends.

use std::borrow::Cow;

use jiff::Timestamp;

use super::BadEntry;
use crate::digest::Digest;

/// The members of an entry, as they stand there.
pub(super) struct Wire<'a> {
    pub actor: Cow<'a, str>,
    pub at: &'a str,
    pub att: Vec<Digest>,
    pub body: &'a str,
    pub cmd: Cow<'a, str>,
    pub on_behalf: Option<Cow<'a, str>>,
    pub org: Cow<'a, str>,
    pub part: (u32, u32),
    pub pd: Vec<Digest>,
    pub policy: Option<Digest>,
    pub seq: u64,
    pub stream: Cow<'a, str>,
    pub kind: Cow<'a, str>,
    pub format: u64,
    pub version: u64,
    pub via: Option<Cow<'a, str>>,
}

/// Reads the outer form of an entry.
pub(super) fn read(bytes: &[u8]) -> Result<Wire<'_>, BadEntry> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| BadEntry::Malformed { place: error.valid_up_to(), expected: "UTF-8" })?;
    let mut cursor = Cursor { text, bytes, place: 0 };
    let wire = Wire {
        actor: cursor.required("{\"actor\":", Cursor::string)?,
        at: cursor.required(",\"at\":", Cursor::plain_string)?,
        att: cursor.optional(",\"att\":", Cursor::digests)?.unwrap_or_default(),
        body: cursor.required(",\"body\":", Cursor::value)?,
        cmd: cursor.required(",\"cmd\":", Cursor::string)?,
        on_behalf: cursor.optional(",\"for\":", Cursor::string)?,
        org: cursor.required(",\"org\":", Cursor::string)?,
        part: cursor.required(",\"part\":", Cursor::pair)?,
        pd: cursor.optional(",\"pd\":", Cursor::digests)?.unwrap_or_default(),
        policy: cursor.optional(",\"policy\":", Cursor::digest)?,
        seq: cursor.required(",\"seq\":", Cursor::integer)?,
        stream: cursor.required(",\"stream\":", Cursor::string)?,
        kind: cursor.required(",\"type\":", Cursor::string)?,
        format: cursor.required(",\"v\":", Cursor::integer)?,
        version: cursor.required(",\"ver\":", Cursor::integer)?,
        via: cursor.optional(",\"via\":", Cursor::string)?,
    };
    cursor.expect("}")?;
    if cursor.place != text.len() {
        return Err(cursor.bad("the end of the entry"));
    }
    Ok(wire)
}

/// An instant in the one form in which it is written: `2026-11-02T09:00:00Z`, with as many decimals as needed.
pub(super) fn instant(text: &str) -> Result<Timestamp, BadEntry> {
    let wrong = || BadEntry::Contradiction("its time is not written as an instant of UTC");
    let (seconds, decimals) = match text.as_bytes() {
        [seconds @ .., b'Z'] if seconds.len() == 19 => (seconds, &[][..]),
        [rest @ .., b'Z'] if rest.len() > 20 && rest.get(19) == Some(&b'.') => rest.split_at(19),
        _ => return Err(wrong()),
    };
    let in_shape = b"0000-00-00T00:00:00"
        .iter()
        .zip(seconds)
        .all(|(shape, byte)| if *shape == b'0' { byte.is_ascii_digit() } else { shape == byte });
    let decimals = decimals.get(1..).unwrap_or_default();
    let in_full = !decimals.ends_with(b"0") && decimals.len() <= 9 && decimals.iter().all(u8::is_ascii_digit);
    // A leap second would be read as the second before it, which is written otherwise.
    if !in_shape || !in_full || seconds.ends_with(b":60") {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

struct Cursor<'a> {
    text: &'a str,
    /// The same, to look at: no mark that is looked for can stand within a letter.
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.place..).unwrap_or_default()
    }

    /// The text between two places.
    fn text(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn bad(&self, expected: &'static str) -> BadEntry {
        BadEntry::Malformed { place: self.place, expected }
    }

    fn expect(&mut self, token: &'static str) -> Result<(), BadEntry> {
        if !self.rest().starts_with(token.as_bytes()) {
            return Err(self.bad(token));
        }
        self.place += token.len();
        Ok(())
    }

    fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, BadEntry>,
    ) -> Result<T, BadEntry> {
        self.expect(key)?;
        read(self)
    }

    fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, BadEntry>,
    ) -> Result<Option<T>, BadEntry> {
        if self.rest().starts_with(key.as_bytes()) { self.required(key, read).map(Some) } else { Ok(None) }
    }

    /// The string that begins here, without its quotes, and whether it has escapes.
    fn quoted(&mut self) -> Result<(&'a str, bool), BadEntry> {
        self.expect("\"")?;
        let (length, escaped) = string_length(self.rest()).ok_or_else(|| self.bad("a string in its one form"))?;
        let quoted = self.text(self.place, self.place + length);
        self.place += length + 1;
        Ok((quoted, escaped))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, BadEntry> {
        let from = self.place;
        let (quoted, escaped) = self.quoted()?;
        if !escaped {
            return Ok(Cow::Borrowed(quoted));
        }
        Ok(Cow::Owned(serde_json::from_str(self.text(from, self.place))?))
    }

    fn plain_string(&mut self) -> Result<&'a str, BadEntry> {
        match self.quoted()? {
            (quoted, false) => Ok(quoted),
            (_, true) => Err(self.bad("a string without escapes")),
        }
    }

    fn digest(&mut self) -> Result<Digest, BadEntry> {
        let quoted = self.plain_string()?;
        quoted.parse().map_err(|_| self.bad("a digest"))
    }

    fn digests(&mut self) -> Result<Vec<Digest>, BadEntry> {
        self.expect("[")?;
        let mut digests = vec![self.digest()?];
        while self.rest().first() == Some(&b',') {
            self.place += 1;
            digests.push(self.digest()?);
        }
        self.expect("]")?;
        Ok(digests)
    }

    fn integer(&mut self) -> Result<u64, BadEntry> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.text(self.place, self.place + digits);
        if number.len() > 1 && number.starts_with('0') {
            return Err(self.bad("a number without leading zeros"));
        }
        let number = number.parse().map_err(|_| self.bad("a whole number"))?;
        self.place += digits;
        Ok(number)
    }

    fn pair(&mut self) -> Result<(u32, u32), BadEntry> {
        let small = |cursor: &Self, number: u64| u32::try_from(number).map_err(|_| cursor.bad("a smaller number"));
        self.expect("[")?;
        let first = self.integer()?;
        self.expect(",")?;
        let second = self.integer()?;
        self.expect("]")?;
        Ok((small(self, first)?, small(self, second)?))
    }

    /// The object that begins here, checked as far as its brackets, strings and white space go.
    fn value(&mut self) -> Result<&'a str, BadEntry> {
        let length = object_length(self.rest()).ok_or_else(|| self.bad("an object in its one form"))?;
        let object = self.text(self.place, self.place + length);
        self.place += length;
        Ok(object)
    }
}

/// How many bytes a string has up to its closing quote, and whether some are escapes;
/// `None` where it is escaped otherwise than our writer does.
#[inline]
fn string_length(bytes: &[u8]) -> Option<(usize, bool)> {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    let mut place = bytes.iter().position(ends)?;
    let mut escaped = false;
    while bytes.get(place) == Some(&b'\\') {
        escaped = true;
        place += 1 + escape_length(bytes.get(place + 1..)?)?;
        place += bytes.get(place..)?.iter().position(ends)?;
    }
    (bytes.get(place) == Some(&b'"')).then_some((place, escaped))
}

/// How many bytes follow the backslash: one of the short escapes,
/// or four lower-case hexadecimal digits of a control character that has no short one.
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(1),
        [b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
        | [b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Some(5),
        _ => None,
    }
}

/// How many bytes the object has that begins here.
fn object_length(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'{') {
        return None;
    }
    let mut depth: usize = 0;
    let mut place = 0;
    loop {
        match *bytes.get(place)? {
            b'"' => place += 1 + string_length(bytes.get(place + 1..)?)?.0,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(place + 1);
                }
            }
            0..=b' ' => return None,
            _ => {}
        }
        place += 1;
    }
}
