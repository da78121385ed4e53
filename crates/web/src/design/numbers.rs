//! Counts, sizes and money as people read them: thousands in groups, units last.
//!
//! Nothing is rounded here; an amount is printed as it is.

use std::borrow::Cow;

use app::metrics::library_title;
use domain::entitlement::{Metric, Quantity};
use domain::money::{Currency, Money};

/// What stands in a cell without a value: a dash that is not a minus.
pub const NONE: &str = "\u{2013}";

/// `1204` as `1,204`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with its noun: `1 title`, `3 titles`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Units of a metric: `20 devices`.
pub fn units(number: u64, metric: Metric) -> String {
    format!("{} {}", count(number), metric.unit(number))
}

/// The name of a metric in a column.
pub fn metric(metric: Metric) -> Cow<'static, str> {
    match metric {
        Metric::Device => Cow::Borrowed("Device"),
        Metric::Installation => Cow::Borrowed("Installation"),
        Metric::NamedUser => Cow::Borrowed("Named user"),
        Metric::Library(_) => library_title(metric).map_or_else(|| metric.name(), Cow::Borrowed),
        Metric::Custom(_) => metric.name(),
    }
}

/// A quantity: a count, or `unlimited`.
pub fn quantity(quantity: Quantity) -> String {
    match quantity {
        Quantity::Units(number) => count(number),
        Quantity::Unlimited => "unlimited".to_owned(),
    }
}

/// A size in the largest decimal unit that leaves a whole part: `1.2 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        // Tenths are cut off, so that a limit never looks kept when it was not.
        Some((unit, name)) => format!("{}.{} {name}", count(bytes / unit), bytes % unit / (unit / 10)),
        None => counted(bytes, "byte", "bytes"),
    }
}

/// An amount with its currency; cents only where there are some: `EUR 6,900`, `EUR 90.30`.
pub fn money(money: &Money) -> String {
    let exact = money.to_string();
    exact.strip_suffix(".00").map_or(exact.clone(), str::to_owned)
}

/// Sums in several currencies, side by side because they are never converted: `EUR 6,900 + USD 120`.
pub fn sums(sums: &[Money]) -> String {
    if sums.is_empty() {
        return "0".to_owned();
    }
    sums.iter().map(money).collect::<Vec<_>>().join(" + ")
}

/// How the amounts of one column are printed, so that their decimal points stand below each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyColumn {
    cents: bool,
    currency: Option<Currency>,
}

impl MoneyColumn {
    /// Looks at every amount of the column, the totals row included.
    pub fn of<'a>(amounts: impl IntoIterator<Item = &'a Money>) -> Self {
        let mut cents = false;
        let mut currencies: Vec<Currency> = Vec::new();
        for amount in amounts {
            cents |= !amount.to_string().ends_with(".00");
            if !currencies.contains(&amount.currency) {
                currencies.push(amount.currency);
            }
        }
        let currency = if let [only] = currencies.as_slice() { Some(*only) } else { None };
        Self { cents, currency }
    }

    /// The heading, which carries the currency where the column has only one.
    pub fn heading(self, words: &str) -> String {
        self.currency.map_or_else(|| words.to_owned(), |currency| format!("{words}, {currency}"))
    }

    /// An amount in this column.
    pub fn cell(self, amount: &Money) -> String {
        let exact = amount.to_string();
        let text = match self.currency {
            Some(_) => exact.split_once(' ').map_or(exact.as_str(), |(_, digits)| digits),
            None => exact.as_str(),
        };
        if self.cents { text.to_owned() } else { text.strip_suffix(".00").unwrap_or(text).to_owned() }
    }
}

/// Words as a list: `a`, `a and b`, `a, b and c`.
pub fn list(words: &[String], conjunction: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {conjunction} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn eur(amount: &str) -> Money {
        Money { amount: amount.parse().unwrap(), currency: "EUR".parse().unwrap() }
    }

    #[test]
    fn thousands_stand_in_groups() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (1_204, "1,204"), (118_402, "118,402"), (1_000_000, "1,000,000")]
        {
            assert_eq!(count(number), text);
        }
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn a_size_keeps_its_whole_part_and_cuts_the_rest() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (1_999, "1.9 kB"),
            (1_250_000, "1.2 MB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn cents_show_only_where_there_are_some() {
        assert_eq!(money(&eur("6900")), "EUR 6,900");
        assert_eq!(money(&eur("90.3")), "EUR 90.30");
        assert_eq!(money(&eur("-1250")), "EUR \u{2212}1,250");
        assert_eq!(sums(&[]), "0");
    }

    #[test]
    fn a_column_prints_all_its_amounts_alike() {
        let whole = [eur("6900"), eur("345")];
        let column = MoneyColumn::of(&whole);
        assert_eq!((column.heading("Exposure"), column.cell(&whole[0])), ("Exposure, EUR".into(), "6,900".into()));
        let mixed = [eur("6900"), eur("90.30")];
        assert_eq!(MoneyColumn::of(&mixed).cell(&mixed[0]), "6,900.00");
        let dollars = Money { currency: "USD".parse().unwrap(), ..eur("1") };
        let both = [eur("6900"), dollars];
        let column = MoneyColumn::of(&both);
        assert_eq!((column.heading("Exposure"), column.cell(&dollars)), ("Exposure".into(), "USD 1".into()));
    }

    #[test]
    fn a_list_reads_as_a_sentence() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(list(&words(&["a"]), "and"), "a");
        assert_eq!(list(&words(&["a", "b", "c"]), "or"), "a, b or c");
    }
}
