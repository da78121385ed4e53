//! Figures: the numbers of every position line on a sealed day, kept so that a trend need not load an estate.
//!
//! ```text
//! figures = "indult figures v1\n" ‖ u64be(length) ‖ zlib(text)
//! text    = "base " (digest | "-") " " links "\n" line*
//! line    = product "," metric "," entitled "," used "," exempt "," by rights "," by exceptions "," short
//!           "," surplus "," exposure "," currency "\n"      what is absent is empty; without limit is "unlimited"
//!         | "-" product "\n"                                gone since the base
//! ```
//!
//! With a base only the lines stand there that differ from it, so that a quiet day takes next to nothing.
//! Everything in them can be reckoned again from the seal; whether it agrees is looked at in `checking`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::Decimal;
use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity};
use domain::id::ProductId;
use domain::money::Money;

use super::chunk::{pack, unpack};
use crate::positions::Line;

const MAGIC: &[u8] = b"indult figures v1\n";
/// Files that have to be read for one day at most.
const LINKS_MAX: u32 = 31;

/// The numbers of a position line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// What the counts count.
    pub metric: Metric,
    /// Units that rights give.
    pub entitled: Quantity,
    /// Units used.
    pub used: u64,
    /// Units that need no right.
    pub exempt: u64,
    /// Used units that rights cover.
    pub by_rights: u64,
    /// Used units that only exceptions cover.
    pub by_exceptions: u64,
    /// Used units that nothing covers.
    pub short: u64,
    /// Units of rights that nothing uses; absent where there is no limit.
    pub surplus: Option<u64>,
    /// What the shortage would cost; absent where that cannot be stated.
    pub exposure: Option<Money>,
}

impl Figures {
    /// Those of a line.
    pub fn of(line: &Line) -> Self {
        Self {
            metric: line.metric,
            entitled: line.entitled,
            used: line.consumed,
            exempt: line.exempt,
            by_rights: line.covered_by_entitlements,
            by_exceptions: line.covered_by_grants,
            short: line.short,
            surplus: line.surplus,
            exposure: line.exposure.money,
        }
    }

    /// Used units that a right or an exception covers.
    pub fn covered(&self) -> u64 {
        self.by_rights.saturating_add(self.by_exceptions)
    }
}

/// The figures of a day, by product.
pub type Day = BTreeMap<ProductId, Figures>;

/// The figures of these lines.
pub(crate) fn of_lines(lines: &[Line]) -> Day {
    lines.iter().map(|line| (line.product, Figures::of(line))).collect()
}

/// The day whose figures are written next to, with the digest of its file and the files behind it.
pub(crate) struct Before<'a> {
    pub(crate) digest: Digest,
    pub(crate) links: u32,
    pub(crate) day: &'a Day,
}

/// The file of a day's figures.
pub(crate) fn write(day: &Day, before: Option<&Before<'_>>) -> Vec<u8> {
    let before = before.filter(|before| before.links < LINKS_MAX);
    let mut text = match before {
        Some(before) => format!("base {} {}\n", before.digest, before.links.saturating_add(1)),
        None => "base - 0\n".to_owned(),
    };
    let known = |product: &ProductId| before.and_then(|before| before.day.get(product));
    for (product, figures) in day.iter().filter(|(product, figures)| known(product) != Some(*figures)) {
        line(&mut text, *product, figures);
    }
    for gone in before.into_iter().flat_map(|before| before.day.keys()).filter(|product| !day.contains_key(product)) {
        let _ = writeln!(text, "-{gone}");
    }
    pack(MAGIC, text.as_bytes())
}

fn line(text: &mut String, product: ProductId, figures: &Figures) {
    let Figures { metric, entitled, used, exempt, by_rights, by_exceptions, short, surplus, exposure } = figures;
    let surplus = surplus.map(|surplus| surplus.to_string()).unwrap_or_default();
    let (amount, currency) =
        exposure.map(|money| (money.amount.to_string(), money.currency.to_string())).unwrap_or_default();
    let _ = writeln!(
        text,
        "{product},{},{entitled},{used},{exempt},{by_rights},{by_exceptions},{short},{surplus},{amount},{currency}",
        metric.name()
    );
}

/// A file of figures, read.
#[derive(Debug)]
pub(crate) struct Written {
    /// The file that it is written next to.
    pub(crate) base: Option<Digest>,
    /// Files behind it.
    pub(crate) links: u32,
    changed: Vec<(ProductId, Figures)>,
    gone: Vec<ProductId>,
}

impl Written {
    /// Reads a file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8(unpack(MAGIC, bytes)?).map_err(|_| "it is not UTF-8")?;
        let (head, rest) = text.split_once('\n').ok_or("it has no first line")?;
        let mut words = head.split(' ');
        let (Some("base"), Some(base), Some(links), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err("its first line is not one".to_owned());
        };
        let base = match base {
            "-" => None,
            digest => Some(digest.parse().map_err(|_| "its base is not a digest")?),
        };
        let links = links.parse().map_err(|_| "its base is not counted")?;
        let mut read = Self { base, links, changed: Vec::new(), gone: Vec::new() };
        for line in rest.lines() {
            match line.strip_prefix('-') {
                Some(product) => read.gone.push(ProductId::from_exact(product).ok_or("a product in it is not one")?),
                None => {
                    read.changed.push(parse(line).ok_or_else(|| format!("\u{201c}{line}\u{201d} is no line of it"))?)
                }
            }
        }
        Ok(read)
    }

    /// The day's figures, from those of its base.
    pub(crate) fn on(&self, mut base: Day) -> Day {
        for gone in &self.gone {
            base.remove(gone);
        }
        base.extend(self.changed.iter().copied());
        base
    }
}

fn parse(line: &str) -> Option<(ProductId, Figures)> {
    let mut fields = line.split(',');
    let mut next = || fields.next();
    let product = ProductId::from_exact(next()?)?;
    let metric = Metric::from_exact(next()?)?;
    let entitled = match next()? {
        "unlimited" => Quantity::Unlimited,
        units => Quantity::Units(units.parse().ok()?),
    };
    let mut number = || -> Option<u64> { next()?.parse().ok() };
    let (used, exempt, by_rights, by_exceptions, short) = (number()?, number()?, number()?, number()?, number()?);
    let surplus = match next()? {
        "" => None,
        units => Some(units.parse().ok()?),
    };
    let exposure = match (next()?, next()?) {
        ("", "") => None,
        (amount, currency) => Some(Money { amount: amount.parse::<Decimal>().ok()?, currency: currency.parse().ok()? }),
    };
    let ended = next().is_none();
    let figures = Figures { metric, entitled, used, exempt, by_rights, by_exceptions, short, surplus, exposure };
    ended.then_some((product, figures))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn figures(used: u64) -> Figures {
        Figures {
            metric: Metric::Device,
            entitled: Quantity::Units(100),
            used,
            exempt: 2,
            by_rights: used.min(100),
            by_exceptions: 0,
            short: used.saturating_sub(100),
            surplus: Some(100_u64.saturating_sub(used)),
            exposure: (used > 100)
                .then(|| Money { amount: "12.50".parse().unwrap(), currency: "EUR".parse().unwrap() }),
        }
    }

    fn product(number: u64) -> ProductId {
        ProductId(number)
    }

    #[test]
    fn figures_come_back_whole_and_next_to_the_day_before() {
        let unlimited = Figures { entitled: Quantity::Unlimited, surplus: None, ..figures(7) };
        let first: Day = [(product(1), figures(90)), (product(2), figures(120)), (product(3), unlimited)].into();
        let whole = write(&first, None);
        let read = Written::read(&whole).unwrap();
        assert_eq!((read.base, read.links), (None, 0));
        assert_eq!(read.on(Day::new()), first);

        let second: Day = [(product(1), figures(91)), (product(2), figures(120)), (product(9), unlimited)].into();
        let before = Before { digest: Digest::of(&whole), links: 0, day: &first };
        let next = Written::read(&write(&second, Some(&before))).unwrap();
        assert_eq!((next.base, next.links), (Some(Digest::of(&whole)), 1));
        assert_eq!((next.changed.len(), next.gone.as_slice()), (2, [product(3)].as_slice()));
        assert_eq!(next.on(first.clone()), second);
    }

    #[test]
    fn after_so_many_days_everything_is_written_again() {
        let day: Day = [(product(1), figures(90))].into();
        let before = Before { digest: Digest::of(b"x"), links: LINKS_MAX, day: &day };
        assert_eq!(Written::read(&write(&day, Some(&before))).unwrap().base, None);
    }

    #[test]
    fn a_line_that_is_not_one_is_refused() {
        for line in ["PRD-1", "PRD-1,device,1,1,0,1,0,0,0,,,more", "PRD-0,device,1,1,0,1,0,0,0,,", "-ENT-1"] {
            assert!(Written::read(&pack(MAGIC, format!("base - 0\n{line}\n").as_bytes())).is_err(), "{line}");
        }
    }
}
