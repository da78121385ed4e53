//! An assumption as a sentence, both ways.
//!
//! Every sentence begins with its verb; what follows stands behind small words, in any order.
//! What the numbers mean together is not judged here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Assumption, MachineFacts, Part, PriceChange, Staffing};
use crate::money::Money;

/// Characters of one sentence.
const SENTENCE_CHARS_MAX: usize = 400;

/// A text that is no assumption, with the form that it should have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAnAssumption(String);

/// Each verb with the words that part its sentence, and its form.
const FORMS: &[(&str, &[&str], &str)] = &[
    ("hire", &["in", "with", "from", "until"], "hire 20 in UNIT with PRD-1, PRD-2 from 2027-01-01 until 2027-06-30"),
    ("leave", &["in", "with", "from"], "leave 5 in UNIT from 2027-01-01"),
    ("project", &["of", "from", "until"], "project 30 of PRD-1 from 2027-01-01 until 2027-06-30"),
    ("migrate", &["of", "to", "from"], "migrate 50% of PRD-1 to PRD-2 from 2027-01-01"),
    ("price", &["at", "by", "from"], "price PRD-1 at EUR 120.00 from 2027-01-01, or by 7%"),
    ("tier", &["of", "at", "from"], "tier PRD-1 of 100 at EUR 90.00 from 2027-01-01"),
    (
        "bundle",
        &["of", "instead", "at", "from", "until"],
        "bundle 50 of PRD-9 instead PRD-1, PRD-2 at EUR 300 from 2027-01-01",
    ),
    ("buy", &["of", "at", "from", "until"], "buy 50 of PRD-1 at EUR 120.00 from 2027-01-01 until 2027-12-31"),
    ("end", &["on"], "end ENT-3 on 2027-01-31"),
    ("renew", &["until", "at"], "renew ENT-3 until 2028-01-31 at EUR 130"),
    (
        "machine",
        &["processors", "cores", "vcpus", "on", "cluster", "from"],
        "machine esx-1 processors 2 cores 64 from 2027-01-01",
    ),
    (
        "host",
        &["cluster", "processors", "cores", "from"],
        "host esx-9 cluster Prague processors 2 cores 64 from 2027-01-01",
    ),
    ("remove", &["from"], "remove esx-1 from 2027-01-01"),
];

/// A sentence in parts: what stands right behind the verb is under the empty word.
struct Sentence<'a> {
    verb: &'static str,
    form: &'static str,
    parts: BTreeMap<&'a str, String>,
}

impl Sentence<'_> {
    fn of(text: &str) -> Result<Self, NotAnAssumption> {
        if text.chars().count() > SENTENCE_CHARS_MAX {
            return Err(NotAnAssumption(format!("Use at most {SENTENCE_CHARS_MAX} characters for an assumption.")));
        }
        let mut words = text.split_whitespace();
        let verb = words.next().unwrap_or_default().to_lowercase();
        let Some((verb, parting, form)) = FORMS.iter().find(|(known, _, _)| *known == verb) else {
            let verbs: Vec<&str> = FORMS.iter().map(|(verb, _, _)| *verb).collect();
            let text: String = text.chars().take(60).collect();
            return Err(NotAnAssumption(format!("\u{201c}{text}\u{201d}: begin with one of {}.", verbs.join(", "))));
        };
        let mut parts: BTreeMap<&str, String> = BTreeMap::new();
        let mut here = "";
        for word in words {
            if let Some(next) = parting.iter().find(|part| **part == word && !parts.contains_key(*part)) {
                here = next;
                parts.insert(next, String::new());
                continue;
            }
            let part = parts.entry(here).or_default();
            if !part.is_empty() {
                part.push(' ');
            }
            part.push_str(word);
        }
        Ok(Self { verb, form, parts })
    }

    fn wrong(&self) -> NotAnAssumption {
        NotAnAssumption(format!("Write it like \u{201c}{}\u{201d}.", self.form))
    }

    fn some<T: FromStr>(&self, part: &str) -> Result<Option<T>, NotAnAssumption> {
        self.parts.get(part).map(|text| text.parse().map_err(|_| self.wrong())).transpose()
    }

    fn one<T: FromStr>(&self, part: &str) -> Result<T, NotAnAssumption> {
        self.some(part)?.ok_or_else(|| self.wrong())
    }

    fn name(&self, part: &str) -> Result<String, NotAnAssumption> {
        self.some(part)?.filter(|name: &String| !name.is_empty()).ok_or_else(|| self.wrong())
    }

    fn some_name(&self, part: &str) -> Result<Option<String>, NotAnAssumption> {
        if self.parts.contains_key(part) { self.name(part).map(Some) } else { Ok(None) }
    }

    fn many<T: FromStr + Ord>(&self, part: &str) -> Result<BTreeSet<T>, NotAnAssumption> {
        let Some(text) = self.parts.get(part) else { return Ok(BTreeSet::new()) };
        text.split(',').map(|one| one.trim().parse().map_err(|_| self.wrong())).collect()
    }

    fn price(&self) -> Result<Option<Money>, NotAnAssumption> {
        let Some(text) = self.parts.get("at") else { return Ok(None) };
        let (currency, amount) = text.split_once([' ', ':']).ok_or_else(|| self.wrong())?;
        let amount: Decimal = amount.trim().parse().map_err(|_| self.wrong())?;
        Ok(Some(Money { amount, currency: currency.parse().map_err(|_| self.wrong())? }))
    }

    fn change(&self) -> Result<PriceChange, NotAnAssumption> {
        match (self.price()?, self.parts.get("by")) {
            (Some(price), None) => Ok(PriceChange::Fixed(price)),
            (None, Some(by)) => {
                let number = by.strip_suffix('%').map(str::trim).and_then(|number| number.parse().ok());
                number.map(PriceChange::Percent).ok_or_else(|| self.wrong())
            }
            (Some(_), Some(_)) | (None, None) => Err(self.wrong()),
        }
    }

    fn part(&self) -> Result<Part, NotAnAssumption> {
        let text: String = self.one("")?;
        let part = match text.strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().map(Part::Percent),
            None => text.parse().ok().map(Part::Devices),
        };
        part.ok_or_else(|| self.wrong())
    }

    fn staffing(&self) -> Result<Staffing, NotAnAssumption> {
        Ok(Staffing { persons: self.one("")?, unit: self.some_name("in")?, products: self.many("with")? })
    }

    fn facts(&self) -> Result<MachineFacts, NotAnAssumption> {
        Ok(MachineFacts {
            processors: self.some("processors")?,
            cores: self.some("cores")?,
            virtual_processors: self.some("vcpus")?,
            host: self.some_name("on")?,
            cluster: self.some_name("cluster")?,
        })
    }

    fn read(&self) -> Result<Assumption, NotAnAssumption> {
        let from = || self.one::<Date>("from");
        Ok(match self.verb {
            "hire" => Assumption::Hire { staffing: self.staffing()?, from: from()?, until: self.some("until")? },
            "leave" => Assumption::Leave { staffing: self.staffing()?, from: from()? },
            "project" => Assumption::Project {
                devices: self.one("")?,
                product: self.one("of")?,
                from: from()?,
                until: self.some("until")?,
            },
            "migrate" => {
                Assumption::Migrate { part: self.part()?, product: self.one("of")?, to: self.one("to")?, from: from()? }
            }
            "price" => Assumption::Price { product: self.one("")?, change: self.change()?, from: from()? },
            "tier" => {
                let price = self.price()?.ok_or_else(|| self.wrong())?;
                Assumption::Tier { product: self.one("")?, units: self.one("of")?, price, from: from()? }
            }
            "bundle" => Assumption::Bundle {
                units: self.one("")?,
                suite: self.one("of")?,
                parts: self.many("instead")?,
                price: self.price()?.ok_or_else(|| self.wrong())?,
                from: from()?,
                until: self.some("until")?,
            },
            "buy" => Assumption::Buy {
                units: self.one("")?,
                product: self.one("of")?,
                price: self.price()?,
                from: from()?,
                until: self.some("until")?,
            },
            "end" => Assumption::End { entitlement: self.one("")?, on: self.one("on")? },
            "renew" => {
                Assumption::Renew { entitlement: self.one("")?, until: self.one("until")?, price: self.price()? }
            }
            "machine" => Assumption::Machine { device: self.name("")?, facts: self.facts()?, from: from()? },
            "host" => Assumption::Host { name: self.name("")?, facts: self.facts()?, from: from()? },
            _ => Assumption::Remove { device: self.name("")?, from: from()? },
        })
    }
}

impl FromStr for Assumption {
    type Err = NotAnAssumption;

    fn from_str(text: &str) -> Result<Self, NotAnAssumption> {
        Sentence::of(text)?.read()
    }
}

impl TryFrom<String> for Assumption {
    type Error = NotAnAssumption;

    /// Accepts a sentence as it is printed only: this is how stored values are read.
    fn try_from(text: String) -> Result<Self, NotAnAssumption> {
        let read: Self = text.parse()?;
        let printed = read.to_string();
        if printed == text {
            Ok(read)
        } else {
            Err(NotAnAssumption(format!("It is written \u{201c}{printed}\u{201d}.")))
        }
    }
}

impl From<Assumption> for String {
    fn from(assumption: Assumption) -> Self {
        assumption.to_string()
    }
}

/// A price as it stands in a sentence.
struct At<'a>(&'a Money);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " at {} {}", self.0.currency, self.0.amount)
    }
}

fn listed<T: fmt::Display>(things: &BTreeSet<T>) -> String {
    let things: Vec<String> = things.iter().map(ToString::to_string).collect();
    things.join(", ")
}

fn optional<T: fmt::Display>(f: &mut fmt::Formatter<'_>, word: &str, value: Option<&T>) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(f, " {word} {value}"))
}

impl fmt::Display for Staffing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.persons)?;
        optional(f, "in", self.unit.as_ref())?;
        if self.products.is_empty() { Ok(()) } else { write!(f, " with {}", listed(&self.products)) }
    }
}

impl fmt::Display for MachineFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        optional(f, "cluster", self.cluster.as_ref())?;
        optional(f, "on", self.host.as_ref())?;
        optional(f, "processors", self.processors.as_ref())?;
        optional(f, "cores", self.cores.as_ref())?;
        optional(f, "vcpus", self.virtual_processors.as_ref())
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hire { staffing, from, until } => {
                write!(f, "hire {staffing} from {from}")?;
                optional(f, "until", until.as_ref())
            }
            Self::Leave { staffing, from } => write!(f, "leave {staffing} from {from}"),
            Self::Project { devices, product, from, until } => {
                write!(f, "project {devices} of {product} from {from}")?;
                optional(f, "until", until.as_ref())
            }
            Self::Migrate { part: Part::Devices(devices), product, to, from } => {
                write!(f, "migrate {devices} of {product} to {to} from {from}")
            }
            Self::Migrate { part: Part::Percent(percent), product, to, from } => {
                write!(f, "migrate {percent}% of {product} to {to} from {from}")
            }
            Self::Price { product, change: PriceChange::Fixed(price), from } => {
                write!(f, "price {product}{} from {from}", At(price))
            }
            Self::Price { product, change: PriceChange::Percent(percent), from } => {
                write!(f, "price {product} by {percent}% from {from}")
            }
            Self::Tier { product, units, price, from } => {
                write!(f, "tier {product} of {units}{} from {from}", At(price))
            }
            Self::Bundle { units, suite, parts, price, from, until } => {
                write!(f, "bundle {units} of {suite}")?;
                if !parts.is_empty() {
                    write!(f, " instead {}", listed(parts))?;
                }
                write!(f, "{} from {from}", At(price))?;
                optional(f, "until", until.as_ref())
            }
            Self::Buy { units, product, price, from, until } => {
                write!(f, "buy {units} of {product}")?;
                price.as_ref().map_or(Ok(()), |price| At(price).fmt(f))?;
                write!(f, " from {from}")?;
                optional(f, "until", until.as_ref())
            }
            Self::End { entitlement, on } => write!(f, "end {entitlement} on {on}"),
            Self::Renew { entitlement, until, price } => {
                write!(f, "renew {entitlement} until {until}")?;
                price.as_ref().map_or(Ok(()), |price| At(price).fmt(f))
            }
            Self::Machine { device, facts, from } => write!(f, "machine {device}{facts} from {from}"),
            Self::Host { name, facts, from } => write!(f, "host {name}{facts} from {from}"),
            Self::Remove { device, from } => write!(f, "remove {device} from {from}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_kind_of_sentence_reads_back_what_it_prints() {
        for sentence in [
            "hire 20 in Engineering/Design North from 2027-01-01",
            "hire 20 with PRD-1, PRD-2 from 2027-01-01 until 2027-06-30",
            "leave 5 in Sales from 2027-01-01",
            "project 30 of PRD-1 from 2027-01-01 until 2027-06-30",
            "migrate 50% of PRD-1 to PRD-2 from 2027-01-01",
            "migrate 7 of PRD-1 to PRD-2 from 2027-01-01",
            "price PRD-1 at EUR 120.00 from 2027-01-01",
            "price PRD-1 by -2.5% from 2027-01-01",
            "tier PRD-1 of 100 at EUR 90.00 from 2027-01-01",
            "bundle 50 of PRD-9 instead PRD-1, PRD-2 at EUR 300 from 2027-01-01",
            "buy 50 of PRD-1 at EUR 120.00 from 2027-01-01 until 2027-12-31",
            "end ENT-3 on 2027-01-31",
            "renew ENT-3 until 2028-01-31 at EUR 130",
            "machine esx-1 cluster Prague on esx-2 processors 2 cores 64 vcpus 8 from 2027-01-01",
            "host esx-9 cluster Prague processors 2 cores 64 from 2027-01-01",
            "remove esx-1 from 2027-01-01",
        ] {
            let read: Assumption = sentence.parse().unwrap();
            assert_eq!(read.to_string(), sentence);
            assert_eq!(Assumption::try_from(sentence.to_owned()).unwrap(), read);
        }
    }

    #[test]
    fn what_is_no_assumption_is_answered_with_the_form() {
        for (wrong, sentence) in [
            ("", "begin with one of hire"),
            ("grow 5", "begin with one of hire"),
            ("hire many from 2027-01-01", "hire 20 in UNIT"),
            ("hire 5", "hire 20 in UNIT"),
            ("price PRD-1 at EUR 5 by 7% from 2027-01-01", "price PRD-1 at"),
            ("remove from 2027-01-01", "remove esx-1"),
        ] {
            let error = wrong.parse::<Assumption>().unwrap_err().to_string();
            assert!(error.contains(sentence), "{wrong}: {error}");
        }
        assert!(Assumption::try_from("end  ent-3 on 2027-01-31".to_owned()).is_err());
    }
}
