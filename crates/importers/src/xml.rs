//! XML from strangers, walked as a stream of events within limits and handed over element by element.
//!
//! No document types, and no entities beyond the five predefined ones and character numbers.
//! Names are compared without their prefixes; what elements mean is the business of the formats.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::limits::{Limit, XML_ATTRIBUTES, XML_DEPTH, XML_EVENTS};
use crate::name::shorten;
use crate::unreadable::Unreadable;

const FORMAT: &str = "XML";

/// What takes the elements of a document.
pub(crate) trait Elements {
    /// An element begins. `path` holds the names of the open elements, parted by slashes.
    fn open(&mut self, path: &str, tag: &Tag<'_>) -> Result<(), Unreadable>;

    /// An element ends. `text` is what it holds since its last child, without white space at the ends.
    fn close(&mut self, path: &str, text: &str) -> Result<(), Unreadable>;
}

/// A tag that begins an element.
pub(crate) struct Tag<'a> {
    start: &'a BytesStart<'a>,
    text: &'a str,
    offset: usize,
}

impl Tag<'_> {
    /// The value of an attribute by its name without prefix. An attribute that stands twice refuses the document.
    pub fn attribute(&self, name: &str) -> Result<Option<String>, Unreadable> {
        let broken = || {
            let (line, column) = line_and_column(self.text, self.offset);
            Unreadable::NotWellFormed { format: FORMAT, line, column }
        };
        let mut found = None;
        for attribute in self.start.attributes() {
            let attribute = attribute.map_err(|_| broken())?;
            if local(attribute.key.as_ref()) != name || attribute.key.as_ref().starts_with("xmlns") {
                continue;
            }
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| broken())?;
            found = found.or_else(|| Some(value.trim().to_owned()).filter(|value| !value.is_empty()));
        }
        Ok(found)
    }

    /// The namespace that the tag itself declares for names like its own.
    pub fn namespace(&self) -> Option<String> {
        let key = match self.start.name().as_ref().rsplit_once(':') {
            Some((prefix, _)) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        self.start
            .attributes()
            .flatten()
            .find(|attribute| attribute.key.as_ref() == key)
            .map(|found| found.value.into())
    }
}

/// Walks the whole document.
pub(crate) fn walk(text: &str, elements: &mut impl Elements) -> Result<(), Unreadable> {
    let mut walk = Walk {
        text,
        offset: 0,
        events: 0,
        opened: Vec::new(),
        path: String::new(),
        content: String::new(),
        is_over: false,
    };
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let event = reader.read_event().map_err(|error| refusal(&error, text, reader.error_position()))?;
        walk.offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        if !walk.take(event, elements)? {
            return Ok(());
        }
    }
}

/// The name of the outermost element without prefix; `None` where there is none or a document type comes first.
pub(crate) fn root_name(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => return Some(local(tag.name().as_ref()).to_owned()),
            Event::DocType(_) | Event::Eof => return None,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_)
            | Event::End(_) => {}
        }
    }
}

/// Whether a document type comes before the first element.
pub(crate) fn has_document_type(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::DocType(_)) => return true,
            Ok(Event::Start(_) | Event::Empty(_) | Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// `NAME` of `prefix:NAME`.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

struct Walk<'a> {
    /// The whole text, for the line of a refusal.
    text: &'a str,
    offset: usize,
    events: usize,
    /// Where each open element's name begins in the path.
    opened: Vec<usize>,
    /// Names of the open elements, parted by slashes.
    path: String,
    /// Text of the innermost element since its last child.
    content: String,
    is_over: bool,
}

impl Walk<'_> {
    /// Takes one event; `false` at the end of the document.
    fn take(&mut self, event: Event<'_>, elements: &mut impl Elements) -> Result<bool, Unreadable> {
        self.events += 1;
        self.check(XML_EVENTS, self.events)?;
        match event {
            Event::Start(tag) | Event::Empty(tag) => self.open(&tag, elements)?,
            Event::End(_) => self.close(elements)?,
            Event::Text(text) => self.content.push_str(&text.into_inner()),
            Event::CData(text) => self.content.push_str(&text.into_inner()),
            Event::GeneralRef(reference) => self.content.push(resolve(&reference)?),
            Event::DocType(_) => return Err(Unreadable::DocumentType),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if !self.opened.is_empty() || !self.is_over => {
                return Err(Unreadable::Truncated { format: FORMAT });
            }
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn check(&self, limit: Limit, count: usize) -> Result<(), Unreadable> {
        if !limit.is_exceeded_by(count) {
            return Ok(());
        }
        Err(Unreadable::OverLimit { limit, place: format!("line {}", line_and_column(self.text, self.offset).0) })
    }

    fn open(&mut self, tag: &BytesStart<'_>, elements: &mut impl Elements) -> Result<(), Unreadable> {
        if self.is_over {
            let (line, column) = line_and_column(self.text, self.offset);
            return Err(Unreadable::NotWellFormed { format: FORMAT, line, column });
        }
        self.opened.push(self.path.len());
        self.check(XML_DEPTH, self.opened.len())?;
        self.check(XML_ATTRIBUTES, count_attributes(tag.attributes_raw()))?;
        if self.opened.len() > 1 {
            self.path.push('/');
        }
        self.path.push_str(local(tag.name().as_ref()));
        self.content.clear();
        elements.open(&self.path, &Tag { start: tag, text: self.text, offset: self.offset })
    }

    fn close(&mut self, elements: &mut impl Elements) -> Result<(), Unreadable> {
        elements.close(&self.path, self.content.trim())?;
        let parent = self.opened.pop().unwrap_or(0);
        self.is_over = self.opened.is_empty();
        self.path.truncate(parent);
        self.content.clear();
        Ok(())
    }
}

/// The character of a reference: one of the five predefined entities, or a number (XML 1.0, section 4.6 and 4.1).
fn resolve(reference: &BytesRef<'_>) -> Result<char, Unreadable> {
    let name = reference.xml10_content();
    let character = match name.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    };
    character.ok_or_else(|| Unreadable::Entity { name: shorten(&name) })
}

/// Counts attributes by their equals signs outside quotation marks, without looking for duplicates.
fn count_attributes(raw: &str) -> usize {
    let mut quote = None;
    let mut count = 0;
    for byte in raw.bytes() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'=') => count += 1,
            _ => {}
        }
    }
    count
}

fn refusal(error: &Error, text: &str, offset: u64) -> Unreadable {
    let is_cut_off = match error {
        Error::Syntax(syntax) => !matches!(syntax, SyntaxError::InvalidBangMarkup),
        Error::IllFormed(fault) => matches!(fault, IllFormedError::MissingEndTag(_)),
        Error::Io(_) | Error::InvalidAttr(_) | Error::Encoding(_) | Error::Escape(_) | Error::Namespace(_) => false,
    };
    if is_cut_off {
        return Unreadable::Truncated { format: FORMAT };
    }
    let (line, column) = line_and_column(text, usize::try_from(offset).unwrap_or(usize::MAX));
    Unreadable::NotWellFormed { format: FORMAT, line, column }
}

/// Line and column of a byte offset, both from 1.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}
