//! Usage files: logs and status lists of licence managers, tables of sessions and readings, reports of Microsoft 365.
//!
//! A file is recognised by its content. Times without a zone are those of the organisation; what a file does not date is
//! dated when it comes in, which the caller says. Which feature is which product is not known here.

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

use std::fmt;

use domain::observation::Reject;
use domain::usage::UsageReport;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::encoding::{Encoding, decode, decode_table, unpack};
use crate::findings::Remark;
use crate::inventory::other_kind;
use crate::json::outline;
use crate::table::ColumnUse;
use crate::unreadable::Unreadable;
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
    let bytes = unpack(bytes).ok()?;
    let (text, _) = decode_text(&bytes).ok()?;
    recognise(&text).ok().flatten()
}

fn decode_text(bytes: &[u8]) -> Result<(std::borrow::Cow<'_, str>, Encoding), Unreadable> {
    match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') | None => decode(bytes),
        Some(_) => decode_table(bytes),
    }
}

/// Whether a text is of a format.
type Is = fn(&str) -> bool;

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
    Ok(microsoft_365::table_format(text).or_else(|| {
        let sessions = sessions_csv::is_table(text).then_some(UsageFormat::SessionsCsv);
        sessions.or_else(|| readings_csv::is_table(text).then_some(UsageFormat::ReadingsCsv))
    }))
}

/// Reads a file of usage of any format.
pub fn read_usage(bytes: &[u8], clock: Clock<'_>) -> Result<UsageFile, Unreadable> {
    let bytes = unpack(bytes)?;
    if let Some(refusal) = other_kind(&bytes) {
        return Err(refusal);
    }
    let (text, encoding) = decode_text(&bytes)?;
    let Some(format) = recognise(&text)? else {
        return Err(Unreadable::OtherKind {
            what: "of a kind that tells nothing of usage that is known here",
            instead: "Import a file of a kind that docs/USAGE.md lists, such as a FlexLM debug log, what lmstat -a prints, or a table headed user, feature, start and end.",
        });
    };
    let mut gathering = Gathering::new(clock);
    let read = match format {
        UsageFormat::FlexlmLog => flexlm_log::read,
        UsageFormat::Lmstat => lmstat::read,
        UsageFormat::Rlm => rlm::read,
        UsageFormat::LmX => lm_x::read,
        UsageFormat::Dsls => dsls::read,
        UsageFormat::Olicense => olicense::read,
        UsageFormat::LsDyna => ls_dyna::read,
        UsageFormat::SessionsCsv => sessions_csv::read,
        UsageFormat::ReadingsCsv => readings_csv::read,
        UsageFormat::SubscribedSkusJson => microsoft_365::read_skus,
        UsageFormat::SubscribedSkusCsv => microsoft_365::read_sku_table,
        UsageFormat::ActiveUserDetail => microsoft_365::read_detail,
        UsageFormat::ActiveUserCounts => microsoft_365::read_counts,
    };
    read(&text, &mut gathering)?;
    Ok(gathering.finish(format, encoding))
}
