//! Devices that may be one machine: apart by their marks, and under one serial or name all the same.
//!
//! Which reports are joined is in `identity`; these devices are those that its rules keep apart.

use std::collections::BTreeSet;

use domain::product::folded;
use serde::{Deserialize, Serialize};

use super::{DeviceIndex, Estate};

/// What devices have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedMark {
    /// A serial number.
    Serial,
    /// The name as last reported.
    Name,
}

impl SharedMark {
    /// Every mark, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Serial, Self::Name];

    /// The name used in files, addresses and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Name => "name",
        }
    }

    /// The mark of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.name() == name)
    }
}

/// A device with another under the same mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Twin {
    /// The mark, letter case and white space apart.
    pub mark: String,
    /// The device.
    pub device: DeviceIndex,
}

/// How many devices share a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sharing {
    /// The mark.
    pub mark: SharedMark,
    /// All devices with such a mark.
    pub of: u64,
    /// Those that share it with another.
    pub count: u64,
}

impl Estate {
    /// How many devices share what, in the order of [`SharedMark::ALL`].
    pub fn sharing(&self) -> Vec<Sharing> {
        let sharing = |mark| {
            let marked = self.marked(mark);
            let devices = |marked: &mut dyn Iterator<Item = u32>| {
                let mut devices: Vec<u32> = marked.collect();
                devices.sort_unstable();
                devices.dedup();
                devices.len() as u64
            };
            let of = devices(&mut marked.iter().map(|(_, device)| *device));
            let count = devices(&mut shared(&marked).flatten().map(|(_, device)| *device));
            Sharing { mark, of, count }
        };
        SharedMark::ALL.into_iter().map(sharing).collect()
    }

    /// The devices that share a mark, by mark and then by key. A device stands there once, under the first mark that it
    /// shares, so that there are as many as [`Estate::sharing`] counts.
    pub fn twins(&self, mark: SharedMark) -> Vec<Twin> {
        let mut listed = BTreeSet::new();
        let mut twins = Vec::new();
        let marked = self.marked(mark);
        for holders in shared(&marked) {
            let mut fresh: Vec<_> = holders.iter().filter(|(_, device)| listed.insert(*device)).collect();
            fresh.sort_by_cached_key(|(_, device)| self.order_of(*device).1);
            let twin = |(mark, device): &(String, u32)| Twin { mark: mark.clone(), device: DeviceIndex(*device) };
            twins.extend(fresh.into_iter().map(twin));
        }
        twins
    }

    /// Every mark with its device, in order.
    fn marked(&self, mark: SharedMark) -> Vec<(String, u32)> {
        let mut marked = Vec::new();
        for device in self.present() {
            match mark {
                SharedMark::Name => marked.push((folded(self.name_of(device)), device)),
                SharedMark::Serial => marked.extend(
                    self.counting(device)
                        .into_iter()
                        .filter_map(|report| Some((folded(report.identity.serial.as_deref()?), device))),
                ),
            }
        }
        marked.retain(|(mark, _)| !mark.is_empty());
        marked.sort_unstable();
        marked.dedup();
        marked
    }
}

/// The runs of several devices under one mark.
fn shared(marked: &[(String, u32)]) -> impl Iterator<Item = &[(String, u32)]> {
    marked.chunk_by(|one, other| one.0 == other.0).filter(|devices| devices.len() > 1)
}
