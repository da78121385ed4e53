//! The files of the sample company, from a seed: two inventories and its entitlements, as CSV.
//!
//! Every name is made up. The same seed and day give the same files.

use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Persons who work there.
pub const PERSONS: usize = 280;
/// Workstations and servers together.
pub const DEVICES: usize = 300;
/// Of which servers.
const SERVERS: usize = 40;

/// The sample company's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// What is owned.
    pub entitlements: String,
    /// What is on the workstations.
    pub workstations: String,
    /// What is on the servers.
    pub servers: String,
}

/// On which devices a product stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Workstations.
    Workstation,
    /// Servers.
    Server,
}

/// A product of the sample, with what is owned of it.
#[derive(Debug, Clone, Copy)]
pub struct SampleProduct {
    /// Who publishes it.
    publisher: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The version that most devices have.
    version: &'static str,
    /// On what it is installed.
    place: Place,
    /// On about so many of a thousand such devices.
    of_thousand: u64,
    /// What is owned, as the file says it.
    metric: &'static str,
    /// How much is owned; `unlimited` for a site licence.
    quantity: &'static str,
    /// Price of one unit in euro.
    price: &'static str,
    /// Whether test and development need no licence.
    exempt: bool,
    /// Days until the agreement ends; 0 for none.
    ends_in: i64,
}

impl SampleProduct {
    /// The titles that are this product: its name with any version behind it.
    pub fn title_pattern(&self) -> String {
        format!("{}*", self.name)
    }
}

const fn product(
    publisher: &'static str,
    name: &'static str,
    version: &'static str,
    installed: (Place, u64),
    owned: (&'static str, &'static str, &'static str),
    exempt: bool,
    ends_in: i64,
) -> SampleProduct {
    SampleProduct {
        publisher,
        name,
        version,
        place: installed.0,
        of_thousand: installed.1,
        metric: owned.0,
        quantity: owned.1,
        price: owned.2,
        exempt,
        ends_in,
    }
}

use Place::{Server, Workstation};

/// The products that are owned.
pub const PRODUCTS: &[SampleProduct] = &[
    product(
        "Harrowgate Software",
        "Harrow Studio",
        "12.1",
        (Workstation, 260),
        ("named_user", "60", "345.00"),
        false,
        96,
    ),
    product(
        "Harrowgate Software",
        "Harrow Reader Plus",
        "9.4",
        (Workstation, 610),
        ("device", "200", "29.00"),
        false,
        96,
    ),
    product(
        "Harrowgate Software",
        "Harrow Publisher",
        "12.0",
        (Workstation, 40),
        ("named_user", "25", "410.00"),
        false,
        96,
    ),
    product(
        "Lumen Works",
        "Lumen Suite Standard",
        "2026.2",
        (Workstation, 700),
        ("named_user", "220", "138.00"),
        false,
        180,
    ),
    product(
        "Lumen Works",
        "Lumen Suite Professional",
        "2026.2",
        (Workstation, 180),
        ("named_user", "40", "264.00"),
        false,
        180,
    ),
    product("Lumen Works", "Lumen Mail Gateway", "8.3", (Server, 60), ("device", "4", "1900.00"), true, 180),
    product("Lumen Works", "Lumen Diagram", "2026.1", (Workstation, 120), ("named_user", "45", "96.00"), false, 180),
    product("Tessel Systems", "Tessel Modeller", "25.3", (Workstation, 110), ("device", "24", "2150.00"), true, 40),
    product("Tessel Systems", "Tessel Viewer", "25.3", (Workstation, 300), ("device", "unlimited", "0.00"), false, 40),
    product("Tessel Systems", "Tessel Simulation", "25.1", (Workstation, 30), ("device", "10", "4800.00"), true, 40),
    product("Tessel Systems", "Tessel Data Vault", "7.0", (Server, 80), ("device", "3", "5200.00"), true, 40),
    product("Quarry Data", "Quarry Database Enterprise", "19.8", (Server, 240), ("device", "8", "7400.00"), true, 400),
    product("Quarry Data", "Quarry Database Standard", "19.8", (Server, 300), ("device", "14", "2100.00"), true, 400),
    product("Quarry Data", "Quarry Warehouse", "6.2", (Server, 110), ("device", "6", "3900.00"), true, 400),
    product("Quarry Data", "Quarry Reporting", "6.2", (Workstation, 90), ("named_user", "60", "180.00"), false, 400),
    product("Cobalt Forge", "Cobalt Render", "4.1", (Server, 420), ("device", "9", "880.00"), false, 121),
    product("Cobalt Forge", "Cobalt Paint", "4.1", (Workstation, 70), ("named_user", "30", "240.00"), false, 121),
    product(
        "Cobalt Forge",
        "Cobalt Scene Builder",
        "4.0",
        (Workstation, 35),
        ("named_user", "12", "620.00"),
        false,
        121,
    ),
    product("Northmere", "Northmere Backup Server", "11.5", (Server, 500), ("device", "20", "410.00"), false, 260),
    product("Northmere", "Northmere Backup Agent", "11.5", (Workstation, 820), ("device", "260", "18.00"), false, 260),
    product("Northmere", "Northmere Archive", "3.2", (Server, 90), ("device", "6", "760.00"), false, 260),
    product("Verdant Labs", "Verdant Analytics", "5.7", (Workstation, 60), ("named_user", "14", "690.00"), false, 75),
    product("Verdant Labs", "Verdant Notebook", "5.7", (Workstation, 130), ("named_user", "50", "72.00"), false, 75),
    product("Verdant Labs", "Verdant Compute", "5.6", (Server, 150), ("installation", "7", "1250.00"), true, 75),
    product("Sablewood", "Sablewood Accounts", "18.0", (Workstation, 85), ("named_user", "30", "290.00"), false, 330),
    product("Sablewood", "Sablewood Payroll", "18.0", (Workstation, 25), ("named_user", "8", "340.00"), false, 330),
    product("Sablewood", "Sablewood Planning", "18.0", (Workstation, 45), ("named_user", "20", "410.00"), false, 330),
    product(
        "Ironbridge Security",
        "Ironbridge Endpoint",
        "22.4",
        (Workstation, 980),
        ("device", "300", "24.00"),
        false,
        150,
    ),
    product(
        "Ironbridge Security",
        "Ironbridge Server Guard",
        "22.4",
        (Server, 950),
        ("device", "45", "61.00"),
        false,
        150,
    ),
    product(
        "Ironbridge Security",
        "Ironbridge Vault",
        "4.9",
        (Workstation, 190),
        ("named_user", "60", "48.00"),
        false,
        150,
    ),
    product("Pellucid", "Pellucid Remote Desk", "15.2", (Workstation, 240), ("named_user", "75", "84.00"), false, 28),
    product("Pellucid", "Pellucid Remote Host", "15.2", (Server, 180), ("device", "6", "190.00"), false, 28),
    product(
        "Kestrel Mapping",
        "Kestrel Map Desktop",
        "10.9",
        (Workstation, 50),
        ("device", "15", "1480.00"),
        false,
        200,
    ),
    product("Kestrel Mapping", "Kestrel Map Server", "10.9", (Server, 50), ("device", "2", "6900.00"), true, 200),
    product(
        "Oakline",
        "Oakline Integrated Developer",
        "2026.1",
        (Workstation, 210),
        ("named_user", "50", "199.00"),
        false,
        300,
    ),
    product("Oakline", "Oakline Profiler", "2026.1", (Workstation, 60), ("named_user", "25", "149.00"), false, 300),
    product("Oakline", "Oakline Build Farm", "7.4", (Server, 260), ("device", "unlimited", "0.00"), false, 300),
    product("Pellucid", "Marlowe Print Manager", "6.6", (Server, 70), ("installation", "4", "320.00"), false, 0),
    product("Pellucid", "Marlowe Label Designer", "6.6", (Workstation, 55), ("device", "20", "115.00"), false, 0),
    product("Pellucid", "Marlowe Forms", "5.1", (Workstation, 35), ("installation", "15", "87.00"), false, 0),
];

/// Titles that need no licence.
pub const NEED_NO_LICENCE: &[&str] = &["Openwell Document Reader*", "Brightline Archive Tool*", "Fernway Browser*"];

/// Titles that nobody has looked at yet.
const UNRECOGNISED: &[(&str, &str, u64)] = &[
    ("Grainger Tools", "Unit Converter Deluxe", 140),
    ("", "PumpCalc 3", 95),
    ("Halyard", "Halyard Screen Recorder Trial", 60),
    ("Lumen Works GmbH", "Lumen Ste Std 2024", 45),
    ("", "colour-picker", 40),
    ("Ostrava Plugins", "CAD Batch Plot Pro", 22),
    ("Tessel", "TesselMod v24 Evaluation", 18),
    ("Northwind Utilities", "Clipboard Keeper", 15),
    ("", "legacy-erp-client", 12),
    ("Quarry Data Ltd.", "Quarry DB Client Tools", 9),
];

const GIVEN: &[&str] = &[
    "adam", "alena", "boris", "clara", "david", "elena", "filip", "greta", "hugo", "irena", "jakub", "karin", "leon",
    "marta", "nico", "olga", "pavel", "renata", "simon", "tereza", "viktor", "yvona", "zdenek", "anton", "bianca",
    "cyril", "dora", "emil",
];
const FAMILY: &[&str] = &["adler", "benes", "cerny", "dolezal", "erben", "fiala", "gruber", "hanak", "janda", "kubat"];
const UNITS: &[&str] = &["Engineering", "Production", "Sales", "Finance", "Service", "Logistics"];
const REGIONS: &[&str] = &["Czechia", "Germany", "Spain"];

/// A small generator of numbers (xorshift): the sample needs no more than being the same everywhere.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides.max(1)
    }

    pub(super) fn of_thousand(&mut self, chance: u64) -> bool {
        self.roll(1_000) < chance
    }
}

/// An item of a list that is used over and over.
pub(super) fn nth(list: &[&'static str], index: usize) -> &'static str {
    list.get(index % list.len().max(1)).copied().unwrap_or_default()
}

/// The files of the sample company as of `today`.
pub fn company(seed: u64, today: Date) -> Files {
    let mut dice = Dice::new(seed);
    Files {
        entitlements: entitlements(today),
        workstations: inventory(&mut dice, today, Workstation),
        servers: inventory(&mut dice, today, Server),
    }
}

fn entitlements(today: Date) -> String {
    let mut file = String::from(
        "product,publisher,metric,quantity,unit price,currency,starts on,ends on,exempt environments,secondary use,agreement,agreement ends on,notice days,purchase reference\n",
    );
    let day = |days: i64| today.checked_add(days.days()).unwrap_or(today).to_string();
    for (number, product) in (1..).zip(PRODUCTS) {
        let agreement = format!("{}-{}", product.publisher.split(' ').next().unwrap_or("A"), "2024");
        let (reference, ends_on, notice) = if product.ends_in == 0 {
            (String::new(), String::new(), "")
        } else {
            (agreement, day(product.ends_in), "90")
        };
        let _ = writeln!(
            file,
            "{},{},{},{},{},EUR,{},,{},{},{},{},{},PO-{}",
            product.name,
            product.publisher,
            product.metric,
            product.quantity,
            product.price,
            day(-400),
            if product.exempt { "test;development" } else { "" },
            if product.name == "Tessel Modeller" { "yes" } else { "no" },
            reference,
            ends_on,
            notice,
            4_000 + number,
        );
    }
    // Bought earlier and ended: owned once, counted no more.
    let _ = writeln!(
        file,
        "Harrow Studio,Harrowgate Software,named_user,20,310.00,EUR,{},{},,no,,,,PO-3107",
        day(-900),
        day(-30),
    );
    file
}

/// The e-mail address of an employee; the number counts from 0 to [`PERSONS`].
pub fn email(number: usize) -> String {
    format!("{}.{}@meridian.example", nth(GIVEN, number), nth(FAMILY, number / GIVEN.len()))
}

/// The name of an employee.
pub fn full_name(number: usize) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    format!("{} {}", capital(nth(GIVEN, number)), capital(nth(FAMILY, number / GIVEN.len())))
}

fn inventory(dice: &mut Dice, today: Date, place: Place) -> String {
    let mut file = String::from(
        "device,serial,publisher,product,version,primary user,environment,region,business unit,cost centre,processors,cores,last used,last seen\n",
    );
    let devices = match place {
        Workstation => DEVICES - SERVERS,
        Server => SERVERS,
    };
    for number in 0..devices {
        let unit = nth(UNITS, number / 7);
        let region = nth(REGIONS, number / 90);
        let (name, user, environment, processors, cores) = match place {
            Workstation => (format!("MP-WS-{:03}", number + 1), email(number % PERSONS), "production", 1, 8),
            Server => {
                let environment = match number % 10 {
                    0..=5 => "production",
                    6 | 7 => "test",
                    8 => "development",
                    _ => "disaster_recovery",
                };
                (format!("mp-srv-{:02}", number + 1), String::new(), environment, 2, 32)
            }
        };
        // A few persons of the workplace have a second device.
        let user = if place == Workstation && number % 13 == 12 { email(number.saturating_sub(6)) } else { user };
        let seen = today.checked_sub(i64::try_from(dice.roll(9)).unwrap_or(0).days()).unwrap_or(today);
        let serial = format!("MP{:06}", 41_000 + number * 7 + if place == Server { 900_000 } else { 0 });
        let mut row = |publisher: &str, title: &str, version: &str, dice: &mut Dice| {
            let unused = if dice.of_thousand(120) { 120 + dice.roll(200) } else { dice.roll(30) };
            let used = seen.checked_sub(i64::try_from(unused).unwrap_or(0).days()).unwrap_or(seen);
            let _ = writeln!(
                file,
                "{name},{serial},{publisher},{title},{version},{user},{environment},{region},{unit},{},{processors},{cores},{used},{seen}",
                4_000 + (number / 7 % UNITS.len()) * 110,
            );
        };
        for product in PRODUCTS.iter().filter(|product| product.place == place) {
            if dice.of_thousand(product.of_thousand) {
                let older = dice.of_thousand(150);
                let title =
                    if older { format!("{} (previous release)", product.name) } else { product.name.to_owned() };
                row(product.publisher, &title, if older { "previous" } else { product.version }, dice);
            }
        }
        for (index, free) in NEED_NO_LICENCE.iter().enumerate() {
            if dice.of_thousand(if index == 0 { 800 } else { 350 }) {
                row("", free.trim_end_matches('*'), "", dice);
            }
        }
        for (publisher, title, chance) in UNRECOGNISED {
            if place == Workstation && dice.of_thousand(*chance) {
                row(publisher, title, "", dice);
            }
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_day_give_the_same_files() {
        let day = jiff::civil::date(2026, 4, 1);
        assert_eq!(company(7, day), company(7, day));
        assert_ne!(company(7, day).workstations, company(8, day).workstations);
    }

    #[test]
    fn the_company_has_the_size_that_is_promised() {
        let files = company(super::super::SEED, jiff::civil::date(2026, 4, 1));
        let devices = |file: &str| {
            file.lines()
                .skip(1)
                .filter_map(|line| line.split(',').next())
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        assert_eq!(PRODUCTS.len(), 40);
        let vendors: std::collections::BTreeSet<_> = PRODUCTS.iter().map(|product| product.publisher).collect();
        assert_eq!(vendors.len(), 12, "{vendors:?}");
        assert_eq!(devices(&files.workstations) + devices(&files.servers), DEVICES);
    }
}
