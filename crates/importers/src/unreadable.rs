//! Why a whole file cannot be read: a sentence, and another that says what to do.
//!
//! A single row or title that cannot be used is no reason to refuse a file; that is a reject.

use domain::observation::Reject;

use crate::limits::Limit;

/// A file that cannot be read. `Display` says what is wrong; [`Unreadable::repair`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No bytes, or white space only.
    #[error("the file is empty")]
    Empty,
    /// Beyond a limit; `place` is where, or empty for the file as a whole.
    #[error("{}{}", .limit, at(.place))]
    OverLimit {
        /// The limit.
        limit: Limit,
        /// A line or a path, where one is known.
        place: String,
    },
    /// Too many rejects; the first one tells the cause.
    #[error("more than {} pieces of the file could not be used; the first at {}: {}", .limit.shown, .first.place, .first.problem)]
    TooManyRejects {
        /// The limit.
        limit: Limit,
        /// The first reject.
        first: Box<Reject>,
    },
    /// gzip or zlib that does not unpack.
    #[error("the file is packed and does not unpack: it is cut off or damaged")]
    DamagedGzip,
    /// Bytes that are no text in any encoding read here.
    #[error("the file is neither UTF-8 nor {also}: byte {offset} (counted from 0) does not belong")]
    NotText {
        /// Offset of the first byte that does not belong.
        offset: usize,
        /// The other encodings that were tried.
        also: &'static str,
    },
    /// The text ends before the document does.
    #[error("the {format} ends before it is complete")]
    Truncated {
        /// Name of the notation.
        format: &'static str,
    },
    /// The notation's own rules are broken.
    #[error("the file is not well-formed {format}: line {line}, column {column}")]
    NotWellFormed {
        /// Name of the notation.
        format: &'static str,
        /// Line, the first being 1.
        line: usize,
        /// Column, the first being 1.
        column: usize,
    },
    /// A JSON object says one key twice, and nobody can tell which counts.
    #[error("the key “{key}” stands twice in one JSON object (line {line}), so it is unclear which one counts")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Line of the second one.
        line: usize,
    },
    /// CBOR that breaks its own rules, or is no tag.
    #[error("the file is no well-formed tag in CBOR: byte {offset} (counted from 0) does not belong")]
    DamagedCbor {
        /// Offset of the first byte that does not belong.
        offset: usize,
    },
    /// A map in CBOR says one key twice.
    #[error("the key {key} stands twice in one map of the tag, so it is unclear which one counts")]
    DuplicateCborKey {
        /// The key.
        key: u64,
    },
    /// XML with a document type definition.
    #[error("the XML declares a document type (DTD), which can make a small file grow without end")]
    DocumentType,
    /// An XML entity beyond the five predefined ones.
    #[error("the XML uses the entity “{name}”, which only a document type could define")]
    Entity {
        /// Its name.
        name: String,
    },
    /// A version of a format that is not read.
    #[error("the file is {format} version {version}, which is not read")]
    Version {
        /// The format.
        format: &'static str,
        /// The version it states.
        version: String,
        /// The versions that are read.
        read: &'static str,
    },
    /// A known kind of file that is not imported.
    #[error("the file is {what}, which is not imported")]
    OtherKind {
        /// What it is.
        what: &'static str,
        /// What to do instead, as a sentence.
        instead: &'static str,
    },
    /// Nothing in the content tells what the file is.
    #[error("nothing in the file tells that it is an inventory")]
    NotRecognised {
        /// What to do, as a sentence.
        instead: &'static str,
    },
    /// A quoted cell that never ends.
    #[error("the quotation mark that opens a cell on line {line} is never closed")]
    OpenQuote {
        /// Line of the opening mark.
        line: u64,
    },
    /// A field without which no row can be read has no column.
    #[error("no column gives the {field}; the file has these: {}", .headers.join(", "))]
    MissingColumn {
        /// Our field.
        field: &'static str,
        /// Headers that would have been taken.
        wanted: Vec<String>,
        /// Headers of the file.
        headers: Vec<String>,
    },
    /// A workbook that does not unpack or breaks its own rules.
    #[error("the workbook is cut off or damaged: {what}")]
    DamagedWorkbook {
        /// What its reader says, shortened.
        what: String,
    },
    /// The process that reads workbooks did not come to an end within its limits.
    #[error("the workbook could not be read within the limits of time and memory")]
    BeyondReading,
    /// A sheet that the workbook does not have.
    #[error("the workbook has no sheet “{wanted}”; it has {}", .sheets.join(", "))]
    NoSuchSheet {
        /// The name that was asked for.
        wanted: String,
        /// The first names that there are.
        sheets: Vec<String>,
    },
    /// A refusal that another process has put into words.
    #[error("{problem}")]
    Said {
        /// What is wrong.
        problem: String,
        /// What to do, as a sentence.
        repair: String,
    },
    /// Two columns that mean the same field.
    #[error("two columns are headed “{header}”, and only one can give the {field}")]
    TwoColumns {
        /// Our field.
        field: &'static str,
        /// The header that stands twice.
        header: String,
    },
}

impl Unreadable {
    /// What to do, as a sentence.
    pub fn repair(&self) -> String {
        match self {
            Self::Empty => "Export the file again; nothing arrived.".to_owned(),
            Self::OverLimit { limit, .. } => limit.repair.to_owned(),
            Self::TooManyRejects { first, .. } => {
                format!("{} Then import the whole file again.", first.repair)
            }
            Self::DamagedGzip => "Transfer the file again, or import it unpacked.".to_owned(),
            Self::NotText { .. } => "Save the file as UTF-8 and import it again.".to_owned(),
            Self::Truncated { .. } => "Transfer the file again; compare its size with the original.".to_owned(),
            Self::NotWellFormed { .. } => {
                "Export the file again from the tool that wrote it, without editing it by hand.".to_owned()
            }
            Self::DuplicateKey { .. } => "Delete one of the two, or report the fault to the tool's maker.".to_owned(),
            Self::DamagedCbor { .. } => "Make the tag again with the tool that wrote it.".to_owned(),
            Self::DuplicateCborKey { .. } => "Report the fault to the tag's maker.".to_owned(),
            Self::DocumentType => "Export the file without a DOCTYPE line.".to_owned(),
            Self::Entity { .. } => "Write the character itself in place of the entity.".to_owned(),
            Self::Version { read, .. } => format!("Export the file as version {read}."),
            Self::OtherKind { instead, .. } | Self::NotRecognised { instead } => (*instead).to_owned(),
            Self::OpenQuote { .. } => "Close the quotation mark, or double it where it belongs to the text.".to_owned(),
            Self::MissingColumn { wanted, .. } => {
                format!("Head the column with one of: {}; or use a mapping that names your column.", wanted.join(", "))
            }
            Self::DamagedWorkbook { .. } => {
                "Open it in a spreadsheet and save it again as .xlsx, or save the sheet as CSV (UTF-8).".to_owned()
            }
            Self::BeyondReading => "Save the sheet alone as CSV (UTF-8) and import that.".to_owned(),
            Self::NoSuchSheet { .. } => "Name one of its sheets, as it is written there.".to_owned(),
            Self::Said { repair, .. } => repair.clone(),
            Self::TwoColumns { .. } => "Rename one of the two columns.".to_owned(),
        }
    }
}

/// ` at PLACE`, or nothing.
fn at(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" ({place})") }
}
