//! Texts from foreign files: trimmed, limited, and free of characters that make a text show as another.
//!
//! Nothing is removed from inside a name: a title is recorded as its source wrote it, or not at all.

use crate::findings::Fault;
use crate::limits::NAME_CHARS;

/// How much of a found text a reject repeats.
const SHOWN_CHARS: usize = 80;

/// The text without white space at its ends, `None` where nothing is left, or why it cannot be used as `what`.
pub(crate) fn clean<'a>(what: &str, text: &'a str) -> Result<Option<&'a str>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(character) = text.chars().find(|character| is_control(*character)) {
        return Err(Fault::new(
            text,
            format!("The {what} holds the control character U+{:04X}.", u32::from(character)),
            "Remove the character at the source; it usually means that the file was damaged or is no text.",
        ));
    }
    if let Some(character) = text.chars().find(|character| turns_direction(*character)) {
        return Err(Fault::new(
            text,
            format!("The {what} holds U+{:04X}, which makes a text show in another order.", u32::from(character)),
            "Remove the character at the source; a name that reads differently from what it is cannot be decided on.",
        ));
    }
    let chars = text.chars().count();
    if NAME_CHARS.is_exceeded_by(chars) {
        return Err(Fault::new(
            text,
            format!("The {what} has {chars} characters; the limit is {}.", NAME_CHARS.shown),
            NAME_CHARS.repair,
        ));
    }
    Ok(Some(text))
}

/// [`clean`] for a value that may be absent.
pub(crate) fn clean_optional(what: &str, text: Option<&str>) -> Result<Option<String>, Fault> {
    Ok(clean(what, text.unwrap_or_default())?.map(str::to_owned))
}

/// C0 control characters and DEL, apart from tab and line ends, which wrapped cells hold.
/// C1 characters stay: agents write them where Windows-1252 was taken for Latin-1, in otherwise good names.
fn is_control(character: char) -> bool {
    character.is_ascii_control() && !matches!(character, '\t' | '\n' | '\r')
}

/// Embeddings, overrides and isolates of the bidirectional algorithm (Unicode Annex 9). The plain marks stay.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The beginning of a found text, with characters that cannot be shown written as escapes.
pub(crate) fn shorten(text: &str) -> String {
    let mut shown = String::new();
    for (count, character) in text.trim().chars().enumerate() {
        if count == SHOWN_CHARS {
            shown.push('…');
            break;
        }
        if character.is_control() || turns_direction(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}
