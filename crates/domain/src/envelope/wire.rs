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
    let mut cursor = Cursor { text, place: 0 };
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

/// An instant in the one form in which it is written.
pub(super) fn instant(text: &str) -> Result<Timestamp, BadEntry> {
    let wrong = || BadEntry::Contradiction("its time is not written as an instant of UTC");
    let at: Timestamp = text.parse().map_err(|_| wrong())?;
    if at.to_string() == text { Ok(at) } else { Err(wrong()) }
}

struct Cursor<'a> {
    text: &'a str,
    place: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.place..).unwrap_or_default()
    }

    fn bad(&self, expected: &'static str) -> BadEntry {
        BadEntry::Malformed { place: self.place, expected }
    }

    fn expect(&mut self, token: &'static str) -> Result<(), BadEntry> {
        if !self.rest().starts_with(token) {
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
        if self.rest().starts_with(key) { self.required(key, read).map(Some) } else { Ok(None) }
    }

    /// The bytes between the quotes of the string that begins here.
    fn quoted(&mut self) -> Result<&'a str, BadEntry> {
        self.expect("\"")?;
        let rest = self.rest();
        let length = string_length(rest.as_bytes()).ok_or_else(|| self.bad("a string in its one form"))?;
        self.place += length + 1;
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, BadEntry> {
        let from = self.place;
        let quoted = self.quoted()?;
        if !quoted.contains('\\') {
            return Ok(Cow::Borrowed(quoted));
        }
        let whole = self.text.get(from..self.place).unwrap_or_default();
        Ok(Cow::Owned(serde_json::from_str(whole)?))
    }

    fn plain_string(&mut self) -> Result<&'a str, BadEntry> {
        let quoted = self.quoted()?;
        if quoted.contains('\\') { Err(self.bad("a string without escapes")) } else { Ok(quoted) }
    }

    fn digest(&mut self) -> Result<Digest, BadEntry> {
        let quoted = self.plain_string()?;
        quoted.parse().map_err(|_| self.bad("a digest"))
    }

    fn digests(&mut self) -> Result<Vec<Digest>, BadEntry> {
        self.expect("[")?;
        let mut digests = vec![self.digest()?];
        while self.rest().starts_with(',') {
            self.place += 1;
            digests.push(self.digest()?);
        }
        self.expect("]")?;
        Ok(digests)
    }

    fn integer(&mut self) -> Result<u64, BadEntry> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest().get(..digits).unwrap_or_default();
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
        let rest = self.rest();
        let length = object_length(rest.as_bytes()).ok_or_else(|| self.bad("an object in its one form"))?;
        self.place += length;
        Ok(rest.get(..length).unwrap_or_default())
    }
}

/// How many bytes a string has up to its closing quote; `None` where it is escaped otherwise than our writer does.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut place = 0;
    loop {
        match *bytes.get(place)? {
            b'"' => return Some(place),
            b'\\' => place += 1 + escape_length(bytes.get(place + 1..)?)?,
            0..=0x1f => return None,
            _ => place += 1,
        }
    }
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
            b'"' => place += 1 + string_length(bytes.get(place + 1..)?)?,
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
