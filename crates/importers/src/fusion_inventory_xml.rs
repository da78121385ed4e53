//! FusionInventory and older GLPI agent inventory in XML, read as a stream of events.
//!
//! No document types, no entities beyond the five predefined and character numbers, no attributes: the format has none.
//! What the fields mean is in `agent_report`.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::agent_report::{AgentProcessor, AgentReport, AgentSoftware, Places, add};
use crate::assembly::Assembly;
use crate::limits::{Limit, TITLES_PER_REPORT, XML_ATTRIBUTES, XML_DEPTH, XML_EVENTS};
use crate::name::shorten;
use crate::unreadable::Unreadable;

const FORMAT: &str = "XML";
const SOFTWARE: &str = "REQUEST/CONTENT/SOFTWARES";
const PROCESSORS: &str = "REQUEST/CONTENT/CPUS";

/// Reads the report of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut walk = Walk { text, ..Walk::default() };
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let event = reader.read_event().map_err(|error| refusal(&error, text, reader.error_position()))?;
        walk.offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        if !walk.take(event)? {
            break;
        }
    }
    let places = Places { prefix: String::new(), software: SOFTWARE, processors: PROCESSORS, first: 1 };
    add(walk.report, &places, name_if_absent, assembly)
}

/// The name of the outermost element; `None` where there is none or a document type comes first.
pub(crate) fn root_name(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => return Some(tag.name().as_ref().to_owned()),
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

#[derive(Default)]
struct Walk<'a> {
    /// The whole text, for the line of a refusal.
    text: &'a str,
    offset: usize,
    events: usize,
    depth: usize,
    /// Names of the open elements, parted by slashes.
    path: String,
    /// Text of the innermost element since its last child.
    content: String,
    is_over: bool,
    report: AgentReport<'static>,
}

impl Walk<'_> {
    /// Takes one event; `false` at the end of the document.
    fn take(&mut self, event: Event<'_>) -> Result<bool, Unreadable> {
        self.events += 1;
        self.check(XML_EVENTS, self.events)?;
        match event {
            Event::Start(tag) | Event::Empty(tag) => self.open(&tag)?,
            Event::End(_) => self.close(),
            Event::Text(text) => self.content.push_str(&text.into_inner()),
            Event::CData(text) => self.content.push_str(&text.into_inner()),
            Event::GeneralRef(reference) => self.content.push(resolve(&reference)?),
            Event::DocType(_) => return Err(Unreadable::DocumentType),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if self.depth > 0 || !self.is_over => return Err(Unreadable::Truncated { format: FORMAT }),
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

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        if self.is_over {
            let (line, column) = line_and_column(self.text, self.offset);
            return Err(Unreadable::NotWellFormed { format: FORMAT, line, column });
        }
        self.depth += 1;
        self.check(XML_DEPTH, self.depth)?;
        self.check(XML_ATTRIBUTES, count_attributes(tag.attributes_raw()))?;
        if self.depth > 1 {
            self.path.push('/');
        }
        self.path.push_str(tag.name().as_ref());
        self.content.clear();
        match self.path.as_str() {
            SOFTWARE => {
                let list = self.report.software.get_or_insert_default();
                list.push(Some(AgentSoftware::default()));
                let count = list.len();
                self.check(TITLES_PER_REPORT, count)?;
            }
            PROCESSORS => self.report.processors.push(AgentProcessor::default()),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) {
        self.keep();
        self.depth = self.depth.saturating_sub(1);
        self.is_over = self.depth == 0;
        let parent = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(parent);
        self.content.clear();
    }

    /// Keeps the text of the element that ends, where it is one that counts.
    fn keep(&mut self) {
        let text = self.content.trim();
        if text.is_empty() {
            return;
        }
        let report = &mut self.report;
        let value = || Some(Cow::Owned(text.to_owned()));
        if let Some(field) = self.path.strip_prefix(SOFTWARE).and_then(|rest| rest.strip_prefix('/')) {
            let Some(Some(entry)) = report.software.as_mut().and_then(|list| list.last_mut()) else { return };
            match field {
                "NAME" => entry.name = value(),
                "PUBLISHER" => entry.publisher = value(),
                "VERSION" => entry.version = value(),
                "GUID" => entry.guid = value(),
                "FROM" => entry.from = value(),
                "COMMENTS" => entry.comments = value(),
                _ => {}
            }
            return;
        }
        match self.path.as_str() {
            "REQUEST/DEVICEID" => report.agent = value(),
            "REQUEST/QUERY" => report.action = value(),
            "REQUEST/ITEMTYPE" => report.item_type = value(),
            "REQUEST/CONTENT/HARDWARE/NAME" => report.name = value(),
            "REQUEST/CONTENT/HARDWARE/UUID" => report.uuid = value(),
            "REQUEST/CONTENT/HARDWARE/VMSYSTEM" => report.machine = value(),
            "REQUEST/CONTENT/HARDWARE/LASTLOGGEDUSER" => report.last_user = value(),
            // The oldest agents have no section for the operating system.
            "REQUEST/CONTENT/HARDWARE/OSNAME" if report.system_name.is_none() => report.system_name = value(),
            "REQUEST/CONTENT/BIOS/SSN" => report.serial = value(),
            "REQUEST/CONTENT/OPERATINGSYSTEM/FULL_NAME" => report.system_full_name = value(),
            "REQUEST/CONTENT/OPERATINGSYSTEM/NAME" => report.system_name = value(),
            "REQUEST/CONTENT/OPERATINGSYSTEM/VERSION" => report.system_version = value(),
            "REQUEST/CONTENT/OPERATINGSYSTEM/FQDN" => report.full_host_name = value(),
            "REQUEST/CONTENT/OPERATINGSYSTEM/TIMEZONE/OFFSET" => report.zone_offset = value(),
            "REQUEST/CONTENT/ACCESSLOG/LOGDATE" => report.logged_at = value(),
            "REQUEST/CONTENT/USERS/LOGIN" => report.logins.extend(value()),
            "REQUEST/CONTENT/CPUS/NAME" => {
                if let Some(processor) = report.processors.last_mut() {
                    processor.name = value();
                }
            }
            "REQUEST/CONTENT/CPUS/CORE" => {
                if let Some(processor) = report.processors.last_mut() {
                    processor.cores = value();
                }
            }
            _ => {}
        }
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
