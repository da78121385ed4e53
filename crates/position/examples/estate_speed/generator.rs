//! The estate that figures are stated for: seeded, so that the same arguments give the same on every machine.
//!
//! Popularity of titles is Zipf's, as it is in real estates. What is measured on it is in the programs that include it.

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceReport, Environment, Installation, RawTitle};
use jiff::Timestamp;
pub use random::Random;

#[path = "random.rs"]
mod random;

/// Few titles stand nearly everywhere and most on few devices (Zipf): picks are spread evenly over the sum of 1/rank.
struct Popularity {
    cumulated: Vec<u64>,
}

impl Popularity {
    fn of(titles: u64) -> Self {
        let mut sum = 0;
        let cumulated = (1..=titles).map(|rank| {
            sum += 1_000_000_000 / rank;
            sum
        });
        Self { cumulated: cumulated.collect() }
    }

    fn pick(&self, random: &mut Random) -> usize {
        let place = random.below(*self.cumulated.last().unwrap());
        self.cumulated.partition_point(|sum| *sum <= place)
    }
}

const VERSIONS: u64 = 3;

pub fn title(rank: usize, version: u64) -> RawTitle {
    RawTitle {
        publisher: Some(format!("Vendor {}", rank % 97)),
        name: format!("Application {rank:05} for Desktops"),
        version: Some(format!("{version}.0.{rank}")),
    }
}

/// The reports of so many devices, one after the other: an estate of 100 million installations does not fit a memory
/// as reports.
pub fn reports(devices: u64, per_device: u64, products: u64) -> impl Iterator<Item = DeviceReport> {
    let mut random = Random(2);
    // A third more titles than products: some stay unrecognised, some are a second title of a product.
    let popularity = Popularity::of(products * 4 / 3);
    let report = move |device: u64| {
        let mut titles: Vec<RawTitle> = Vec::new();
        let mut ranks = std::collections::BTreeSet::new();
        while (ranks.len() as u64) < per_device {
            ranks.insert(popularity.pick(&mut random));
        }
        for rank in ranks {
            titles.push(title(rank, 1 + random.below(VERSIONS)));
        }
        titles.sort();
        let environment = match random.below(20) {
            0..=12 => None,
            13 | 14 => Some(Environment::Production),
            15 | 16 => Some(Environment::Test),
            17 | 18 => Some(Environment::Development),
            _ => Some(Environment::DisasterRecovery),
        };
        let person = random.below(devices * 9 / 10);
        DeviceReport {
            device: DeviceIdentity {
                name: format!("host-{device:06}"),
                serial: Some(format!("SN{device:08}")),
                uuid: Some(format!("00000000-0000-4000-8000-{device:012}")),
            },
            attributes: DeviceAttributes {
                environment,
                primary_user: (!random.one_in(10)).then(|| format!("person{person}@contoso.example")),
                operating_system: Some("Desktop 11".to_owned()),
                ..DeviceAttributes::default()
            },
            installations: titles
                .into_iter()
                .map(|title| Installation { title, last_used_on: None, source_id: None })
                .collect(),
            from_outside: false,
            reported_at: Some(
                Timestamp::from_second(1_770_000_000 + i64::try_from(device % 700_000).unwrap()).unwrap(),
            ),
        }
    };
    (0..devices).map(report)
}
