//! Agent sources: inventory agents that report by themselves, and the devices that they report of.
//!
//! What a device has installed is in its report, which is kept beside the ledger; how a message of an agent is read is
//! not known here.

use std::fmt;
use std::str::FromStr;

use imbl::OrdMap;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Digest;
use crate::id::{ImportId, PersonId, SourceId, TokenId};
use crate::observation::{DeviceIdentity, DeviceReport};
use crate::product::folded;

/// What becomes of a device that a source did not know before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// It counts at once.
    AcceptAll,
    /// It is held until somebody approves or rejects it.
    HoldUnknown,
}

impl Approval {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AcceptAll, Self::HoldUnknown];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::AcceptAll => "accept_all",
            Self::HoldUnknown => "hold_unknown",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|approval| approval.name() == word.trim())
    }
}

/// How a device stands with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its reports count.
    Accepted,
    /// Its latest report is kept and counts once somebody approves it.
    Held,
    /// Its reports are turned away.
    Rejected,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Held, Self::Rejected];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Held => "held",
            Self::Rejected => "rejected",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == word.trim())
    }
}

/// What the ledger calls a device: half a SHA-256 of its strongest mark (hardware UUID, else serial, else name), so
/// that names of machines, which often are names of people, stay beside the ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceMark([u8; 16]);

impl DeviceMark {
    /// The mark of the device of a report. What a host says of its guests has marks of its own, so that it never takes
    /// the place of what a guest says of itself.
    pub fn of_report(report: &DeviceReport) -> Self {
        Self::under(
            if report.from_outside { "indult/device/v1\noutside:" } else { "indult/device/v1\n" },
            &report.device,
        )
    }

    /// The mark of a device as a source names it that looks at it from inside.
    pub fn of(device: &DeviceIdentity) -> Self {
        Self::under("indult/device/v1\n", device)
    }

    fn under(label: &str, device: &DeviceIdentity) -> Self {
        let stated = |mark: &Option<String>| mark.as_deref().map(folded).filter(|mark| !mark.is_empty());
        // SHA-256("indult/device/v1\n" ‖ perhaps "outside:" ‖ kind ‖ ":" ‖ the mark, folded), its first half
        let text = match (stated(&device.uuid), stated(&device.serial)) {
            (Some(uuid), _) => format!("{label}uuid:{uuid}"),
            (None, Some(serial)) => format!("{label}serial:{serial}"),
            (None, None) => format!("{label}name:{}", folded(&device.name)),
        };
        let mut half = [0; 16];
        for (to, from) in half.iter_mut().zip(Digest::of(text.as_bytes()).0) {
            *to = from;
        }
        Self(half)
    }
}

impl fmt::Display for DeviceMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeviceMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a device of a source is named by 32 lower-case hexadecimal digits")]
pub struct NotAMark;

impl FromStr for DeviceMark {
    type Err = NotAMark;

    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let plain = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let number = u128::from_str_radix(text, 16).map_err(|_| NotAMark)?;
        if plain { Ok(Self(number.to_be_bytes())) } else { Err(NotAMark) }
    }
}

impl Serialize for DeviceMark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceMark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::exact::from_str(deserializer, |text| text.parse().ok(), "32 lower-case hexadecimal digits")
    }
}

/// A device in a delivery, as it stands on the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveredDevice {
    /// The device.
    pub device: DeviceMark,
    /// Digest of its report, which is kept beside the ledger; absent where it said what it had said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
}

/// A report that came in and asks to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenReport {
    /// The device.
    pub device: DeviceMark,
    /// Digest of the report as it would be kept.
    pub digest: Digest,
    /// Installations in it.
    pub installations: u64,
    /// Pieces of the message that could not be used.
    pub rejected: u64,
}

/// A device that agents of a source report of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportingDevice {
    /// How it stands.
    pub standing: Standing,
    /// When it reported first.
    pub first_at: Timestamp,
    /// When it reported last, whether or not anything was new.
    pub seen_at: Timestamp,
    /// The delivery that brought the report that holds, and its place in it.
    pub kept_in: (ImportId, u32),
    /// Digest of that report.
    pub digest: Digest,
}

/// How many devices of a source stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Devices whose reports count.
    pub accepted: u64,
    /// Those of them that missed two reports in a row.
    pub silent: u64,
    /// Devices that are held.
    pub held: u64,
    /// Devices that are turned away.
    pub rejected: u64,
}

/// A source whose inventory agents report by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSource {
    /// Its number.
    pub id: SourceId,
    /// The name under which its reports count.
    pub name: String,
    /// The token with which its agents report.
    pub token: TokenId,
    /// What becomes of devices that it does not know.
    pub approval: Approval,
    /// How often a device is expected to report, in hours.
    pub interval_hours: u32,
    /// Who opened it, and when.
    pub opened: (PersonId, Timestamp),
    /// Who closed it, and when; then its reports no longer count.
    pub closed: Option<(PersonId, Timestamp)>,
    /// When the last report of any device came.
    pub last_report_at: Option<Timestamp>,
    /// The devices, by mark.
    pub devices: OrdMap<DeviceMark, ReportingDevice>,
    /// How many of them are held.
    pub held: u64,
}

impl AgentSource {
    /// Whether a device that was last seen at `seen_at` is silent at `now`: it missed two reports in a row.
    pub fn is_silent(&self, seen_at: Timestamp, now: Timestamp) -> bool {
        now.duration_since(seen_at) > SignedDuration::from_hours(2 * i64::from(self.interval_hours))
    }

    /// How its devices stand at `now`.
    pub fn tally(&self, now: Timestamp) -> Tally {
        let mut tally = Tally::default();
        for device in self.devices.values() {
            match device.standing {
                Standing::Accepted => {
                    tally.accepted += 1;
                    tally.silent += u64::from(self.is_silent(device.seen_at, now));
                }
                Standing::Held => tally.held += 1,
                Standing::Rejected => tally.rejected += 1,
            }
        }
        tally
    }
}
