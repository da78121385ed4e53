//! Usage files: logs and status lists of licence managers, tables of sessions and readings, reports of Microsoft 365.
//!
//! A file is recognised by its content. Times without a zone are those of the organisation; what a file does not date is
//! dated when it comes in, which the caller says. Which feature is which product is not known here.

mod columns;
mod dsls;
mod flexlm_log;
mod gathering;
mod lm_x;
mod lmstat;
mod ls_dyna;
mod microsoft_365;
mod moments;
mod olicense;
mod readings_csv;
mod rlm;
mod sessions_csv;

use std::borrow::Cow;
use std::fmt;

use domain::observation::Reject;
use domain::usage::UsageReport;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::encoding::{Encoding, decode, decode_as, decode_table};
use crate::findings::Remark;
use crate::json::outline;
use crate::layout::{Table, TableView, unpacked};
use crate::mapping::Layout;
use crate::table::ColumnUse;
use crate::unreadable::Unreadable;
use crate::workbook::{ReadWorkbook, is_workbook, read_workbook};
pub use columns::{UsageField, UsageMapping};
use gathering::Gathering;

/// Formats of usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageFormat {
    /// The debug log of a FlexLM (FlexNet) vendor daemon.
    FlexlmLog,
    /// What `lmstat -a` prints.
    Lmstat,
    /// What `rlmstat -a` prints.
    Rlm,
    /// What `lmxendutil -licstat` prints.
    LmX,
    /// What `DSLicSrv -admin` prints for `getLicenseUsage -all -csv`.
    Dsls,
    /// What `olixtool -sv` prints.
    Olicense,
    /// What `lstc_qrun -r` prints.
    LsDyna,
    /// A table with a row for each session.
    SessionsCsv,
    /// A table with a row for each reading.
    ReadingsCsv,
    /// Subscribed SKUs of Microsoft Graph in JSON.
    SubscribedSkusJson,
    /// Subscribed SKUs of Microsoft Graph as a table.
    SubscribedSkusCsv,
    /// The report of active users of Microsoft 365, user by user.
    ActiveUserDetail,
    /// The report of active users of Microsoft 365, day by day.
    ActiveUserCounts,
}

impl UsageFormat {
    /// Every format.
    pub const ALL: [Self; 13] = [
        Self::FlexlmLog,
        Self::Lmstat,
        Self::Rlm,
        Self::LmX,
        Self::Dsls,
        Self::Olicense,
        Self::LsDyna,
        Self::SessionsCsv,
        Self::ReadingsCsv,
        Self::SubscribedSkusJson,
        Self::SubscribedSkusCsv,
        Self::ActiveUserDetail,
        Self::ActiveUserCounts,
    ];

    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::FlexlmLog => "FlexLM debug log",
            Self::Lmstat => "lmstat",
            Self::Rlm => "RLM status",
            Self::LmX => "LM-X status",
            Self::Dsls => "DSLS usage",
            Self::Olicense => "OLicense status",
            Self::LsDyna => "LS-Dyna queue",
            Self::SessionsCsv => "sessions CSV",
            Self::ReadingsCsv => "readings CSV",
            Self::SubscribedSkusJson => "Microsoft 365 subscribed SKUs, JSON",
            Self::SubscribedSkusCsv => "Microsoft 365 subscribed SKUs, CSV",
            Self::ActiveUserDetail => "Microsoft 365 active users, detail",
            Self::ActiveUserCounts => "Microsoft 365 active users, counts",
        }
    }
}

impl fmt::Display for UsageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a file of usage does not say itself.
#[derive(Debug, Clone, Copy)]
pub struct Clock<'a> {
    /// The zone of times that state none.
    pub zone: &'a TimeZone,
    /// When the file came in: the time of a status list that states none.
    pub read_at: Timestamp,
}

/// A file of usage, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageFile {
    /// The format that was recognised.
    pub format: UsageFormat,
    /// The text's encoding.
    pub encoding: Encoding,
    /// Columns and their uses; empty for other formats than tables.
    pub columns: Vec<ColumnUse>,
    /// How a table of sessions or readings was read, and the mapping with the layout that was stated.
    pub table: Option<(TableView, UsageMapping)>,
    /// What was found, in parts that are stored one by one.
    pub reports: Vec<UsageReport>,
    /// Pieces that could not be used.
    pub rejects: Vec<Reject>,
    /// What was used with an assumption.
    pub remarks: Vec<Remark>,
    /// Repetitions that were merged.
    pub duplicates_merged: u64,
}

/// The format of a file by its content; `None` where it is none that tells of usage.
pub fn detect_usage(bytes: &[u8]) -> Option<UsageFormat> {
    let bytes = unpacked(bytes).ok()?;
    let opened = open(&bytes, None, &Layout::default(), &read_workbook).ok()?;
    match opened {
        Opened::Other(format, _, _) => Some(format),
        Opened::Table(table) => columns::kind_of(&table, None),
    }
}

/// A file of usage, opened: a table whose columns are read by a mapping, or anything else.
enum Opened<'a> {
    Other(UsageFormat, Cow<'a, str>, Encoding),
    Table(Table<'a>),
}

fn open<'a>(
    bytes: &'a [u8],
    mapping: Option<&UsageMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<Opened<'a>, Unreadable> {
    let layout = layout.or(mapping.map(UsageMapping::layout).unwrap_or_default());
    if is_workbook(bytes) {
        return Ok(Opened::Table(Table::open(bytes, layout, read_workbook)?));
    }
    let (text, encoding) = match layout.encoding {
        None => decode_text(bytes)?,
        Some(encoding) => decode_as(bytes, encoding)?,
    };
    Ok(match recognise(&text)? {
        Some(format) => Opened::Other(format, text, encoding),
        None => Opened::Table(Table::of_text(text, encoding, layout)),
    })
}

fn decode_text(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Unreadable> {
    match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') | None => decode(bytes),
        Some(_) => decode_table(bytes),
    }
}

/// Whether a text is of a format.
type Is = fn(&str) -> bool;

/// The format of a text; `None` where it may be a table whose columns are read by a mapping.
fn recognise(text: &str) -> Result<Option<UsageFormat>, Unreadable> {
    let begin = text.trim_start();
    if begin.is_empty() {
        return Err(Unreadable::Empty);
    }
    if begin.starts_with(['{', '[']) {
        let (outline, check) = outline(text);
        let skus = (outline.has("value") && outline.has("@odata.context")) || outline.has("skuId");
        let known = skus.then_some(UsageFormat::SubscribedSkusJson);
        // A broken file often breaks before it shows what it is.
        return if known.is_some() { check.map(|()| known) } else { check.map(|()| None) };
    }
    let formats: [(Is, UsageFormat); 7] = [
        (flexlm_log::is_log, UsageFormat::FlexlmLog),
        (lmstat::is_status, UsageFormat::Lmstat),
        (rlm::is_status, UsageFormat::Rlm),
        (lm_x::is_status, UsageFormat::LmX),
        (dsls::is_usage, UsageFormat::Dsls),
        (olicense::is_status, UsageFormat::Olicense),
        (ls_dyna::is_queue, UsageFormat::LsDyna),
    ];
    if let Some((_, format)) = formats.into_iter().find(|(is, _)| is(text)) {
        return Ok(Some(format));
    }
    Ok(microsoft_365::table_format(text))
}

/// Reads a file of usage of any format.
pub fn read_usage(bytes: &[u8], clock: Clock<'_>) -> Result<UsageFile, Unreadable> {
    read_usage_as(bytes, clock, None, &Layout::default(), &read_workbook)
}

/// [`read_usage`] with a mapping of the columns of a table, a layout that counts before the mapping's, and a reader of
/// workbooks.
pub fn read_usage_as(
    bytes: &[u8],
    clock: Clock<'_>,
    mapping: Option<&UsageMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<UsageFile, Unreadable> {
    let bytes = unpacked(bytes)?;
    let mut gathering = Gathering::new(clock);
    let (format, encoding) = match open(&bytes, mapping, layout, read_workbook)? {
        Opened::Table(table) => {
            let format = columns::kind_of(&table, mapping).filter(|_| !table.is_markup()).ok_or(NOT_OF_USAGE)?;
            columns::read(&table, format, mapping, &mut gathering)?;
            (format, table.encoding)
        }
        Opened::Other(format, text, encoding) => {
            read_other(format, &text, &mut gathering)?;
            (format, encoding)
        }
    };
    Ok(gathering.finish(format, encoding))
}

/// How a table of sessions or readings would be read, whether or not all the needed columns are there. `None` where the
/// file is of another format.
pub fn view_usage(
    bytes: &[u8],
    mapping: Option<&UsageMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<Option<TableView>, Unreadable> {
    let bytes = unpacked(bytes)?;
    match open(&bytes, mapping, layout, read_workbook)? {
        Opened::Table(table) if !table.is_markup() => columns::view(&table, mapping).map(Some),
        Opened::Table(_) | Opened::Other(..) => Ok(None),
    }
}

const NOT_OF_USAGE: Unreadable = Unreadable::OtherKind {
    what: "of a kind that tells nothing of usage that is known here",
    instead: "Import a file of a kind that docs/USAGE.md lists, such as a FlexLM debug log, what lmstat -a prints, or a table headed user, feature, start and end.",
};

fn read_other(format: UsageFormat, text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let read = match format {
        UsageFormat::FlexlmLog => flexlm_log::read,
        UsageFormat::Lmstat => lmstat::read,
        UsageFormat::Rlm => rlm::read,
        UsageFormat::LmX => lm_x::read,
        UsageFormat::Dsls => dsls::read,
        UsageFormat::Olicense => olicense::read,
        UsageFormat::LsDyna => ls_dyna::read,
        UsageFormat::SubscribedSkusJson => microsoft_365::read_skus,
        UsageFormat::SubscribedSkusCsv => microsoft_365::read_sku_table,
        UsageFormat::ActiveUserDetail => microsoft_365::read_detail,
        UsageFormat::ActiveUserCounts => microsoft_365::read_counts,
        UsageFormat::SessionsCsv | UsageFormat::ReadingsCsv => return Err(NOT_OF_USAGE),
    };
    read(text, gathering)
}
