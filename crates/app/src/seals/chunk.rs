//! A chunk: reports of devices in a compact form from which every one comes back byte by byte.
//!
//! ```text
//! chunk   = "indult estate chunk v1\n" ‖ u64be(length of body) ‖ zlib(body)
//! body    = varint(titles) ‖ title* ‖ varint(reports) ‖ report*
//! title   = flags (1 publisher, 2 version, 4 source id) ‖ [text] ‖ name text ‖ [text] ‖ [text]
//! report  = varint(import) ‖ varint(ordinal) ‖ head text ‖ varint(installations + 1)
//!           ‖ (zigzag(title - title before) ‖ varint(0, or 1 + zigzag(days since 1970)))*
//!         | varint(import) ‖ varint(ordinal) ‖ the report as JSON, text ‖ varint(0)
//! text    = varint(length) ‖ UTF-8
//! ```
//!
//! A head is the report as JSON without installations. The second form is for a report that would not come back as
//! the same bytes from the first. Which reports stand in which chunk, and why, is in `making`.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use domain::digest::Digest;
use domain::observation::{DeviceReport, Installation, RawTitle};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use jiff::civil::Date;

/// What a chunk begins with.
const MAGIC: &[u8] = b"indult estate chunk v1\n";
/// What a chunk may unpack to: several times what this program puts into one.
const BODY_BYTES_MAX: u64 = 1 << 30;
/// Heads of one chunk are alike, and a chunk is kept for years.
const COMPRESSION_LEVEL: u32 = 6;

/// Where a report is kept: the import or delivery that brought it, and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) import: u64,
    pub(crate) ordinal: u32,
}

/// A title with its id in the source's scheme.
type Key = (RawTitle, Option<String>);

/// Titles by number, each once, for reports on their way into chunks.
#[derive(Debug, Default)]
pub(crate) struct Titles {
    known: BTreeMap<Key, u32>,
    listed: Vec<Key>,
}

impl Titles {
    fn number(&mut self, key: Key) -> u32 {
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let number = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        self.listed.push(key.clone());
        self.known.insert(key, number);
        number
    }
}

/// A report on its way into a chunk.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) place: Place,
    pub(crate) installations: u64,
    head: Vec<u8>,
    /// `None` where the head is the whole report.
    titles: Option<Vec<(u32, Option<i32>)>>,
}

impl Packed {
    /// Packs a stored report.
    pub(crate) fn of(place: Place, body: &[u8], titles: &mut Titles) -> Result<Self, String> {
        let mut report: DeviceReport = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let returns = serde_json::to_vec(&report).is_ok_and(|again| again == body);
        let installations = u64::try_from(report.installations.len()).unwrap_or(u64::MAX);
        if !returns {
            return Ok(Self { place, installations, head: body.to_vec(), titles: None });
        }
        let installed = std::mem::take(&mut report.installations);
        let head = serde_json::to_vec(&report).map_err(|error| error.to_string())?;
        let numbered = installed
            .into_iter()
            .map(|one| {
                let day = one.last_used_on.map(days_since_1970).transpose()?;
                Ok((titles.number((one.title, one.source_id)), day))
            })
            .collect::<Result<_, String>>()?;
        Ok(Self { place, installations, head, titles: Some(numbered) })
    }
}

fn days_since_1970(day: Date) -> Result<i32, String> {
    let since = day.since(Date::constant(1970, 1, 1)).map_err(|error| error.to_string())?;
    Ok(since.get_days())
}

fn day_of(days: i64) -> Result<Date, String> {
    let days = jiff::Span::new().try_days(days).map_err(|error| error.to_string())?;
    Date::constant(1970, 1, 1).checked_add(days).map_err(|error| error.to_string())
}

/// The bytes of a chunk of these reports.
pub(crate) fn write(reports: &[Packed], titles: &Titles) -> Vec<u8> {
    let used: BTreeMap<&Key, u32> = reports
        .iter()
        .flat_map(|report| report.titles.iter().flatten())
        .filter_map(|(number, _)| {
            let key = titles.listed.get(usize::try_from(*number).ok()?)?;
            Some((key, *number))
        })
        .collect();
    let mut body = Vec::new();
    let mut places = BTreeMap::new();
    put(&mut body, count(used.len()));
    for (place, (key, number)) in (0_i64..).zip(&used) {
        places.insert(*number, place);
        put_title(&mut body, key);
    }
    put(&mut body, count(reports.len()));
    for report in reports {
        put(&mut body, report.place.import);
        put(&mut body, u64::from(report.place.ordinal));
        put_text(&mut body, &report.head);
        let Some(installed) = &report.titles else {
            put(&mut body, 0);
            continue;
        };
        put(&mut body, count(installed.len()).saturating_add(1));
        let mut before = 0;
        for (number, day) in installed {
            let place = places.get(number).copied().unwrap_or(0);
            put(&mut body, zigzag(place - before));
            before = place;
            put(&mut body, day.map_or(0, |day| zigzag(i64::from(day)).saturating_add(1)));
        }
    }
    pack(MAGIC, &body)
}

fn put_title(body: &mut Vec<u8>, (title, source_id): &Key) {
    let flags = u8::from(title.publisher.is_some())
        | (u8::from(title.version.is_some()) << 1)
        | (u8::from(source_id.is_some()) << 2);
    body.push(flags);
    let texts = [title.publisher.as_deref(), Some(title.name.as_str()), title.version.as_deref(), source_id.as_deref()];
    for text in texts.into_iter().flatten() {
        put_text(body, text.as_bytes());
    }
}

/// `magic ‖ u64be(length) ‖ zlib(body)`.
pub(crate) fn pack(magic: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = magic.to_vec();
    bytes.extend(count(body.len()).to_be_bytes());
    let mut encoder = ZlibEncoder::new(&mut bytes, Compression::new(COMPRESSION_LEVEL));
    // Writing to memory does not fail.
    let written = encoder.write_all(body).and_then(|()| encoder.finish().map(|_| ()));
    debug_assert!(written.is_ok(), "memory takes what is written");
    bytes
}

/// What was packed under `magic`.
pub(crate) fn unpack(magic: &[u8], bytes: &[u8]) -> Result<Vec<u8>, String> {
    let rest = bytes.strip_prefix(magic).ok_or("it does not begin as one does")?;
    let (length, packed) = rest.split_first_chunk::<8>().ok_or("it ends in its head")?;
    let length = u64::from_be_bytes(*length);
    if length > BODY_BYTES_MAX {
        return Err(format!("it would unpack to {length} bytes; {BODY_BYTES_MAX} are allowed"));
    }
    let mut body = Vec::new();
    // One byte more than stated shows a wrong length.
    let read = ZlibDecoder::new(packed).take(length.saturating_add(1)).read_to_end(&mut body);
    read.map_err(|_| "it cannot be unpacked")?;
    if count(body.len()) != length {
        return Err("its length is not the one that it states".to_owned());
    }
    Ok(body)
}

/// A chunk, unpacked.
#[derive(Debug)]
pub(crate) struct Chunk {
    titles: Vec<Key>,
    /// Every report, in its place's order.
    pub(crate) reports: BTreeMap<Place, Encoded>,
}

/// A report inside a chunk.
#[derive(Debug)]
pub(crate) struct Encoded {
    head: Vec<u8>,
    /// Absent where the head is the whole report.
    titles: Option<Vec<(u32, Option<i32>)>>,
}

impl Chunk {
    /// Reads the bytes of a chunk.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let body = unpack(MAGIC, bytes)?;
        let mut input = Input(&body);
        let listed = input.size()?;
        let mut titles = Vec::new();
        for _ in 0..listed {
            titles.push(input.title()?);
        }
        let mut reports = BTreeMap::new();
        for _ in 0..input.size()? {
            let import = input.varint()?;
            let ordinal = u32::try_from(input.varint()?).map_err(|_| "a place is too large")?;
            let head = input.text()?.to_vec();
            let installed = match input.size()?.checked_sub(1) {
                None => None,
                Some(installations) => Some(input.installations(installations, titles.len())?),
            };
            reports.insert(Place { import, ordinal }, Encoded { head, titles: installed });
        }
        if input.0.is_empty() { Ok(Self { titles, reports }) } else { Err("something stands after its end".to_owned()) }
    }

    /// The report in a place.
    pub(crate) fn report(&self, place: Place) -> Result<DeviceReport, String> {
        let encoded = self.reports.get(&place).ok_or("the report is not in its chunk")?;
        let mut report: DeviceReport = serde_json::from_slice(&encoded.head).map_err(|error| error.to_string())?;
        if let Some(installed) = &encoded.titles {
            report.installations = installed
                .iter()
                .map(|(title, day)| {
                    let (title, source_id) = usize::try_from(*title)
                        .ok()
                        .and_then(|place| self.titles.get(place))
                        .ok_or("a title is missing")?;
                    let last_used_on = day.map(|day| day_of(i64::from(day))).transpose()?;
                    Ok(Installation { title: title.clone(), last_used_on, source_id: source_id.clone() })
                })
                .collect::<Result<_, String>>()?;
        }
        Ok(report)
    }

    /// The bytes of the report in a place, as they were stored when it came in.
    pub(crate) fn body(&self, place: Place) -> Result<Vec<u8>, String> {
        let encoded = self.reports.get(&place).ok_or("the report is not in its chunk")?;
        if encoded.titles.is_none() {
            return Ok(encoded.head.clone());
        }
        serde_json::to_vec(&self.report(place)?).map_err(|error| error.to_string())
    }

    /// The digest of those bytes.
    pub(crate) fn digest(&self, place: Place) -> Result<Digest, String> {
        Ok(Digest::of(&self.body(place)?))
    }

    /// What the report in a place says of its device, without its titles.
    pub(crate) fn head(&self, place: Place) -> Result<DeviceReport, String> {
        let encoded = self.reports.get(&place).ok_or("the report is not in its chunk")?;
        serde_json::from_slice(&encoded.head).map_err(|error| error.to_string())
    }
}

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
fn put(body: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0x7f);
        number >>= 7;
        if number == 0 {
            body.push(low);
            return;
        }
        body.push(low | 0x80);
    }
}

fn put_text(body: &mut Vec<u8>, text: &[u8]) {
    put(body, count(text.len()));
    body.extend_from_slice(text);
}

/// 0, -1, 1, -2, … as 0, 1, 2, 3, …
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// The rest of a body.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn varint(&mut self) -> Result<u64, String> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or("it ends in a number")?;
            self.0 = rest;
            let part = u64::from(byte & 0x7f);
            if part.leading_zeros() < shift {
                break;
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("a number in it is too large".to_owned())
    }

    /// A number of things, each of which takes at least one byte of the rest.
    fn size(&mut self) -> Result<usize, String> {
        let size = usize::try_from(self.varint()?).map_err(|_| "a number in it is too large")?;
        if size > self.0.len().saturating_add(1) { Err("it ends before it is complete".to_owned()) } else { Ok(size) }
    }

    fn text(&mut self) -> Result<&'a [u8], String> {
        let length = self.size()?;
        let (text, rest) = self.0.split_at_checked(length).ok_or("it ends in a text")?;
        self.0 = rest;
        Ok(text)
    }

    fn string(&mut self) -> Result<String, String> {
        String::from_utf8(self.text()?.to_vec()).map_err(|_| "a text in it is not UTF-8".to_owned())
    }

    fn title(&mut self) -> Result<Key, String> {
        let (flags, rest) = self.0.split_first().ok_or("it ends in its titles")?;
        self.0 = rest;
        let publisher = if flags & 1 == 0 { None } else { Some(self.string()?) };
        let name = self.string()?;
        let version = if flags & 2 == 0 { None } else { Some(self.string()?) };
        let source_id = if flags & 4 == 0 { None } else { Some(self.string()?) };
        Ok((RawTitle { publisher, name, version }, source_id))
    }

    fn installations(&mut self, installations: usize, titles: usize) -> Result<Vec<(u32, Option<i32>)>, String> {
        let mut installed = Vec::with_capacity(installations);
        let mut before = 0_i64;
        for _ in 0..installations {
            before = before.checked_add(unzigzag(self.varint()?)).ok_or("a title is missing")?;
            let title = u32::try_from(before).map_err(|_| "a title is missing")?;
            if usize::try_from(title).map_or(true, |title| title >= titles) {
                return Err("a title is missing".to_owned());
            }
            let day = match self.varint()?.checked_sub(1) {
                None => None,
                Some(day) => Some(i32::try_from(unzigzag(day)).map_err(|_| "a day is out of range")?),
            };
            installed.push((title, day));
        }
        Ok(installed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn place(ordinal: u32) -> Place {
        Place { import: 7, ordinal }
    }

    fn bodies() -> Vec<Vec<u8>> {
        [
            concat!(
                r#"{"device":{"name":"pc","serial":"S1"},"attributes":{"kind":"virtual","cores":4,"last_seen_on":"2026-03-02"},"#,
                r#""installations":[{"title":{"publisher":"N","name":"b","version":"1"},"last_used_on":"2026-02-28","source_id":"purl:x"},"#,
                r#"{"title":{"name":"a"},"last_used_on":"1969-12-30"},{"title":{"name":"b"}}],"reported_at":"2026-03-02T07:15:07Z"}"#
            ),
            r#"{"device":{"name":"other"},"attributes":{"kind":"unknown"},"installations":[],"from_outside":true}"#,
            // Written by hand: it does not come back as the same bytes from its fields.
            r#"{ "device": {"name":"spaced"}, "installations": [{"title":{"name":"a"}}] }"#,
        ]
        .map(|body| body.as_bytes().to_vec())
        .to_vec()
    }

    fn chunk() -> Vec<u8> {
        let mut titles = Titles::default();
        let packed: Vec<Packed> = (0..)
            .zip(bodies())
            .map(|(ordinal, body)| Packed::of(place(ordinal), &body, &mut titles).unwrap())
            .collect();
        write(&packed, &titles)
    }

    #[test]
    fn every_report_comes_back_byte_by_byte() {
        let read = Chunk::read(&chunk()).unwrap();
        for (ordinal, body) in (0..).zip(bodies()) {
            let again = read.body(place(ordinal)).unwrap();
            assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&body));
            assert_eq!(read.digest(place(ordinal)).unwrap(), Digest::of(&body));
        }
        assert_eq!(read.reports.len(), 3);
    }

    #[test]
    fn a_chunk_that_is_cut_or_changed_anywhere_is_refused_or_says_something_else() {
        let whole = chunk();
        let digests = |chunk: &Chunk| -> Vec<_> {
            chunk.reports.keys().map(|place| chunk.digest(*place).map_err(|_| ())).collect()
        };
        let right = digests(&Chunk::read(&whole).unwrap());
        for end in 0..whole.len() {
            assert!(Chunk::read(&whole[..end]).is_err(), "cut at {end}");
        }
        for place in MAGIC.len()..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 0x10;
            if let Ok(read) = Chunk::read(&changed) {
                // zlib's own check catches nearly all; the digests catch the rest.
                assert!(digests(&read) != right || place >= MAGIC.len() + 8, "byte {place}");
            }
        }
    }

    #[test]
    fn numbers_come_back_and_what_does_not_end_is_refused() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut body = Vec::new();
            put(&mut body, number);
            assert_eq!(Input(&body).varint().unwrap(), number);
        }
        assert!(Input(&[0x80; 12]).varint().is_err());
        assert!(Input(&[0xff; 9]).varint().is_err());
        for number in [0, -1, 1, i64::MAX, i64::MIN] {
            assert_eq!(unzigzag(zigzag(number)), number);
        }
    }

    #[test]
    fn a_chunk_that_promises_more_than_it_holds_takes_no_memory() {
        let mut body = Vec::new();
        put(&mut body, u64::MAX >> 1);
        assert!(Chunk::read(&pack(MAGIC, &body)).unwrap_err().contains("complete"));
        let mut bomb = MAGIC.to_vec();
        bomb.extend((1_u64 << 40).to_be_bytes());
        assert!(Chunk::read(&bomb).unwrap_err().contains("allowed"));
    }
}
