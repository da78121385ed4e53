//! From bytes to text: unpacking gzip and zlib within limits, and the encodings that inventory tools write.
//!
//! What the text means is not looked at here.

use std::borrow::Cow;
use std::fmt;
use std::io::Read as _;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use serde::{Deserialize, Serialize};

use crate::limits::{FILE_BYTES, RATIO_FREE_BYTES, UNPACKED_BYTES, UNPACKING_RATIO};
use crate::unreadable::Unreadable;

/// How a file's text was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, the lower byte first.
    Utf16LittleEndian,
    /// UTF-16, the higher byte first.
    Utf16BigEndian,
    /// Windows-1252, the Western European code page.
    Windows1252,
    /// No text at all but items of CBOR, whose texts are UTF-8.
    Cbor,
    /// A workbook of a spreadsheet, whose texts are UTF-8.
    Workbook,
}

impl Encoding {
    /// Those of texts, which people may choose.
    pub const OF_TEXTS: [Self; 4] = [Self::Utf8, Self::Windows1252, Self::Utf16LittleEndian, Self::Utf16BigEndian];

    /// The name in mapping files and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Utf16LittleEndian => "utf16_little_endian",
            Self::Utf16BigEndian => "utf16_big_endian",
            Self::Windows1252 => "windows1252",
            Self::Cbor => "cbor",
            Self::Workbook => "workbook",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16LittleEndian => "UTF-16LE",
            Self::Utf16BigEndian => "UTF-16BE",
            Self::Windows1252 => "windows-1252",
            Self::Cbor => "CBOR",
            Self::Workbook => "an Excel workbook",
        })
    }
}

/// What 0x80 to 0x9F mean in Windows-1252; `\0` where the code page has no character.
const WINDOWS_1252_HIGH: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•',
    '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The bytes within the limits, unpacked where they are gzip.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    if FILE_BYTES.is_exceeded_by(bytes.len()) {
        return Err(Unreadable::OverLimit { limit: FILE_BYTES, place: String::new() });
    }
    let mut unpacked = Vec::new();
    // One byte more than allowed is enough to know.
    let most = UNPACKED_BYTES.max + 1;
    let outcome = match bytes {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(bytes).take(most).read_to_end(&mut unpacked),
        // zlib, as OCS agents send their reports (RFC 1950); no text begins with an x and a control or stray byte.
        [0x78, 0x01 | 0x9c | 0xda, ..] => ZlibDecoder::new(bytes).take(most).read_to_end(&mut unpacked),
        _ => return Ok(Cow::Borrowed(bytes)),
    };
    outcome.map_err(|_| Unreadable::DamagedGzip)?;
    for (limit, exceeded) in [
        (UNPACKED_BYTES, UNPACKED_BYTES.is_exceeded_by(unpacked.len())),
        (
            UNPACKING_RATIO,
            unpacked.len() > RATIO_FREE_BYTES && UNPACKING_RATIO.is_exceeded_by(unpacked.len() / bytes.len().max(1)),
        ),
    ] {
        if exceeded {
            return Err(Unreadable::OverLimit { limit, place: String::new() });
        }
    }
    Ok(Cow::Owned(unpacked))
}

/// The text of bytes in UTF-8 or UTF-16, recognised by the byte order mark or by where the zero bytes are.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Unreadable> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => decode_utf8(rest, 3),
        [0xff, 0xfe, rest @ ..] => decode_utf16(rest, u16::from_le_bytes, Encoding::Utf16LittleEndian),
        [0xfe, 0xff, rest @ ..] => decode_utf16(rest, u16::from_be_bytes, Encoding::Utf16BigEndian),
        // No text of ours begins with a zero character, so a lone zero byte is half of a UTF-16 unit.
        [1..=255, 0, 1..=255, 0, ..] => decode_utf16(bytes, u16::from_le_bytes, Encoding::Utf16LittleEndian),
        [0, 1..=255, 0, 1..=255, ..] => decode_utf16(bytes, u16::from_be_bytes, Encoding::Utf16BigEndian),
        _ => decode_utf8(bytes, 0),
    }
}

/// [`decode`] for tables, which spreadsheets also save as Windows-1252.
pub(crate) fn decode_table(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Unreadable> {
    match decode(bytes) {
        Err(Unreadable::NotText { offset, .. }) if !bytes.contains(&0) => Ok((
            Cow::Owned(
                decode_windows_1252(bytes).ok_or(Unreadable::NotText { offset, also: "UTF-16 or windows-1252" })?,
            ),
            Encoding::Windows1252,
        )),
        outcome => outcome,
    }
}

/// The text in the encoding that somebody chose.
pub(crate) fn decode_as(bytes: &[u8], encoding: Encoding) -> Result<(Cow<'_, str>, Encoding), Unreadable> {
    match encoding {
        Encoding::Utf8 => match bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => decode_utf8(rest, 3),
            _ => decode_utf8(bytes, 0),
        },
        Encoding::Utf16LittleEndian => decode_utf16(bytes, u16::from_le_bytes, encoding),
        Encoding::Utf16BigEndian => decode_utf16(bytes, u16::from_be_bytes, encoding),
        Encoding::Windows1252 => match decode_windows_1252(bytes) {
            Some(text) => Ok((Cow::Owned(text), encoding)),
            None => Err(Unreadable::NotText { offset: 0, also: "windows-1252" }),
        },
        Encoding::Cbor | Encoding::Workbook => decode_table(bytes),
    }
}

/// The text in Windows-1252; `None` where a byte has no character there (so it is another code page).
pub(crate) fn decode_windows_1252(bytes: &[u8]) -> Option<String> {
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0x9f => {
                WINDOWS_1252_HIGH.get(usize::from(byte - 0x80)).copied().filter(|character| *character != '\0')
            }
            _ => Some(char::from(*byte)),
        })
        .collect()
}

fn decode_utf8(bytes: &[u8], mark: usize) -> Result<(Cow<'_, str>, Encoding), Unreadable> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok((Cow::Borrowed(text), Encoding::Utf8)),
        Err(error) => Err(Unreadable::NotText { offset: mark + error.valid_up_to(), also: "UTF-16" }),
    }
}

fn decode_utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    encoding: Encoding,
) -> Result<(Cow<'static, str>, Encoding), Unreadable> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text: String = char::decode_utf16(units.iter().map(|pair| unit(*pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| Unreadable::NotText { offset: 0, also: "complete UTF-16" })?;
    if !rest.is_empty() {
        return Err(Unreadable::Truncated { format: "UTF-16 text" });
    }
    // Three bytes of UTF-8 at most for two of UTF-16: the limit holds for what is kept in memory.
    if UNPACKED_BYTES.is_exceeded_by(text.len()) {
        return Err(Unreadable::OverLimit { limit: UNPACKED_BYTES, place: String::new() });
    }
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok((Cow::Owned(text), encoding))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn check(bytes: &[u8], text: &str, encoding: Encoding) {
        assert_eq!(decode_table(bytes).unwrap(), (Cow::Borrowed(text), encoding));
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        check("Škoda ©".as_bytes(), "Škoda ©", Encoding::Utf8);
        check(b"\xef\xbb\xbfa", "a", Encoding::Utf8);
        check(b"\xff\xfea\0\x60\x01", "aŠ", Encoding::Utf16LittleEndian);
        check(b"\xfe\xff\0a\x01\x60", "aŠ", Encoding::Utf16BigEndian);
        check(b"a\0b\0", "ab", Encoding::Utf16LittleEndian);
        check(b"\0a\0b", "ab", Encoding::Utf16BigEndian);
        check(b"caf\xe9 \x80", "café €", Encoding::Windows1252);
    }

    #[test]
    fn text_in_another_code_page_is_refused_rather_than_garbled() {
        // 0x8D is Ť in windows-1250 and nothing in windows-1252.
        assert_eq!(
            decode_table(b"\x8deka").unwrap_err(),
            Unreadable::NotText { offset: 0, also: "UTF-16 or windows-1252" }
        );
        assert_eq!(decode(b"ab\xff").unwrap_err(), Unreadable::NotText { offset: 2, also: "UTF-16" });
        assert_eq!(decode(b"\xff\xfea").unwrap_err(), Unreadable::Truncated { format: "UTF-16 text" });
        assert!(matches!(decode(b"\xff\xfe\x00\xd8a\0").unwrap_err(), Unreadable::NotText { .. }));
    }
}
