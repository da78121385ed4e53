//! Numbers and prices as spreadsheets write them: decimal point or comma, thousands in groups, currency signs.
//!
//! `1,234` means two numbers and is read only where the file or its mapping shows which. No floats.

use domain::money::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// The character before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalStyle {
    /// `1,234.50`.
    Point,
    /// `1.234,50`.
    Comma,
}

impl DecimalStyle {
    /// The name in a mapping file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }
}

/// Decimals of a price that are still exact; a finer price is a slip or a float that was written out.
const DECIMALS_MAX: u32 = 10;

/// Decimals of a price per unit where the exact one does not end.
const ROUNDED_DECIMALS: u32 = 4;

/// Why a text gives no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// Anything but digits with separators.
    Malformed,
    /// One separator before three digits, and nothing shows whether it parts thousands or decimals.
    Ambiguous,
    /// Below zero.
    Negative,
    /// More digits than an exact decimal holds.
    TooLong,
}

impl NotANumber {
    /// The problem and its repair, as sentences.
    pub fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("This is no number.", "Write digits only, such as 1250 or 1250.50."),
            Self::Ambiguous => (
                "The separator can part thousands or decimals.",
                "Write the number without separators for thousands, or name a mapping with decimal style.",
            ),
            Self::Negative => (
                "The number is below zero.",
                "Leave the row out; returned or sold units are entered by retiring their entitlement.",
            ),
            Self::TooLong => (
                "The number has more digits than can be kept exactly.",
                "Write it with at most 10 decimals and below 1,000,000,000,000.",
            ),
        }
    }
}

/// What a price says of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CurrencyMark {
    /// An ISO 4217 code.
    Code(Currency),
    /// A sign that one or several currencies use.
    Sign(&'static str),
}

impl CurrencyMark {
    /// Whether amounts of `currency` carry this mark.
    pub fn fits(self, currency: Currency) -> bool {
        match self {
            Self::Code(code) => code == currency,
            Self::Sign(sign) => {
                let code = currency.to_string();
                SIGNS.iter().any(|(known, codes)| *known == sign && codes.contains(&code.as_str()))
            }
        }
    }

    /// The one currency that carries this mark, if it is one.
    pub fn currency(self) -> Option<Currency> {
        match self {
            Self::Code(code) => Some(code),
            Self::Sign(sign) => match SIGNS.iter().find(|(known, _)| *known == sign)?.1 {
                [code] => code.parse().ok(),
                _ => None,
            },
        }
    }
}

/// Currency signs and the ISO 4217 codes of their currencies; longer signs first.
const SIGNS: [(&str, &[&str]); 12] = [
    ("US$", &["USD"]),
    ("Kč", &["CZK"]),
    ("zł", &["PLN"]),
    ("Ft", &["HUF"]),
    ("kr", &["DKK", "ISK", "NOK", "SEK"]),
    ("$", &["ARS", "AUD", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD", "USD"]),
    ("€", &["EUR"]),
    ("£", &["EGP", "FKP", "GBP", "GIP", "SHP"]),
    ("¥", &["CNY", "JPY"]),
    ("₹", &["INR"]),
    ("₽", &["RUB"]),
    ("₩", &["KRW"]),
];

/// Parts a price into its number and its currency mark.
pub(crate) fn split_currency(text: &str) -> (&str, Option<CurrencyMark>) {
    let text = text.trim();
    for (sign, _) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)) {
            return (rest.trim(), Some(CurrencyMark::Sign(sign)));
        }
    }
    let code = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase()).then(|| word.parse().ok()).flatten();
    if let Some((word, rest)) = text.split_at_checked(3)
        && let Some(currency) = code(word)
    {
        return (rest.trim(), Some(CurrencyMark::Code(currency)));
    }
    if let Some((rest, word)) = text.len().checked_sub(3).and_then(|middle| text.split_at_checked(middle))
        && let Some(currency) = code(word)
    {
        return (rest.trim(), Some(CurrencyMark::Code(currency)));
    }
    (text, None)
}

/// The number that `text` writes, at or above zero.
pub(crate) fn read_number(text: &str, style: Option<DecimalStyle>) -> Result<Decimal, NotANumber> {
    let text = text.trim();
    let text = text.strip_suffix(",-").or_else(|| text.strip_suffix(".-")).unwrap_or(text);
    if text.starts_with(['-', '−']) || (text.starts_with('(') && text.ends_with(')')) {
        return Err(NotANumber::Negative);
    }
    let text = without_blank_groups(text)?;
    let (whole, decimals) = split_decimals(&text, style)?;
    let whole = without_groups(whole)?;
    if decimals.len() > usize::try_from(DECIMALS_MAX).unwrap_or(usize::MAX) || whole.len() > 15 {
        return Err(NotANumber::TooLong);
    }
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && decimals.is_empty()) {
        return Err(NotANumber::Malformed);
    }
    let whole = if whole.is_empty() { "0" } else { &whole };
    let written = if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") };
    written.parse().map_err(|_| NotANumber::TooLong)
}

/// The decimal style that a number shows by itself, such as `12,50`.
pub(crate) fn style_shown(text: &str) -> Option<DecimalStyle> {
    let (text, _) = split_currency(text);
    let has = |style| read_number(text, Some(style)).is_ok();
    match (has(DecimalStyle::Point), has(DecimalStyle::Comma)) {
        (true, false) => Some(DecimalStyle::Point),
        (false, true) => Some(DecimalStyle::Comma),
        (true, true) | (false, false) => None,
    }
}

/// Removes blanks and apostrophes that part thousands.
fn without_blank_groups(text: &str) -> Result<String, NotANumber> {
    const BLANKS: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’'];
    let mut groups = text.split(BLANKS);
    let mut joined = groups.next().unwrap_or_default().to_owned();
    for group in groups {
        let digits = group.split(['.', ',']).next().unwrap_or_default();
        if digits.len() != 3 || joined.is_empty() {
            return Err(NotANumber::Malformed);
        }
        joined.push_str(group);
    }
    Ok(joined)
}

/// Parts a number at its decimal separator. What stands before may still hold groups.
fn split_decimals(text: &str, style: Option<DecimalStyle>) -> Result<(&str, &str), NotANumber> {
    let decimal = |separator: char| match separator {
        ',' => DecimalStyle::Comma,
        _ => DecimalStyle::Point,
    };
    let mut separators = text.chars().filter(|character| matches!(character, '.' | ','));
    let (Some(first), last, count) = (separators.next(), separators.next_back(), text.matches(['.', ',']).count())
    else {
        return Ok((text, ""));
    };
    let last = last.unwrap_or(first);
    let (before, after) = text.rsplit_once(last).unwrap_or((text, ""));
    let parts_decimals = if first != last {
        true
    } else if count > 1 {
        false
    } else {
        match style {
            Some(style) => style == decimal(last),
            None if after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0') => {
                return Err(NotANumber::Ambiguous);
            }
            None => true,
        }
    };
    // A number that contradicts the style of its file was mistyped.
    if style.is_some_and(|style| (style == decimal(last)) != parts_decimals) {
        return Err(NotANumber::Malformed);
    }
    Ok(if parts_decimals { (before, after) } else { (text, "") })
}

/// Removes points or commas that part thousands; every group but the first has three digits.
fn without_groups(text: &str) -> Result<String, NotANumber> {
    let separator = if text.contains(',') { ',' } else { '.' };
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let mut joined = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return Err(NotANumber::Malformed);
        }
        joined.push_str(group);
    }
    if joined.bytes().all(|byte| byte.is_ascii_digit()) { Ok(joined) } else { Err(NotANumber::Malformed) }
}

/// A total over a count of units: the exact price of one where its decimals end, else the nearest with four decimals.
/// The flag says whether it is exact. `None` for no units.
pub(crate) fn price_per_unit(total: Decimal, units: u64) -> Option<(Decimal, bool)> {
    let price = total.checked_div(Decimal::from(units))?;
    let exact = price.normalize();
    // The decimals end exactly where multiplying back gives the total with few decimals; see the reference in the tests.
    if exact.scale() <= DECIMALS_MAX && exact.checked_mul(Decimal::from(units)) == Some(total) {
        return Some((exact, true));
    }
    Some((price.round_dp_with_strategy(ROUNDED_DECIMALS, RoundingStrategy::MidpointAwayFromZero), false))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, style: Option<DecimalStyle>, expect: &str) {
        let shown = match read_number(text, style) {
            Ok(number) => number.to_string(),
            Err(problem) => format!("{problem:?}"),
        };
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn numbers_with_one_reading_are_read() {
        for (text, expect) in [
            ("12", "12"),
            ("12.50", "12.50"),
            ("12,50", "12.50"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("1.234.567", "1234567"),
            ("1 234 567,8", "1234567.8"),
            ("1\u{a0}234", "1234"),
            ("1'234.50", "1234.50"),
            ("0.125", "0.125"),
            (".5", "0.5"),
            ("1234.567", "1234.567"),
            ("100,-", "100"),
        ] {
            check(text, None, expect);
        }
    }

    #[test]
    fn numbers_with_two_readings_need_a_style() {
        check("1,234", None, "Ambiguous");
        check("1.000", None, "Ambiguous");
        check("1,234", Some(DecimalStyle::Point), "1234");
        check("1,234", Some(DecimalStyle::Comma), "1.234");
        check("12,5", Some(DecimalStyle::Point), "Malformed");
        check("1,234.5", Some(DecimalStyle::Comma), "Malformed");
    }

    #[test]
    fn hostile_numbers_are_told_apart() {
        for text in
            ["", "1e400", "NaN", "inf", "0x10", "12a", "1..2", "1,,2", ",", ".", "1,23,456", "12 34", "١٢", "1.2.3"]
        {
            check(text, None, "Malformed");
        }
        check("-3", None, "Negative");
        check("(3.00)", None, "Negative");
        check(&"9".repeat(40), None, "TooLong");
        check("0.12345678901", None, "TooLong");
    }

    #[test]
    fn currency_marks_stand_before_or_after() {
        let code = |text: &str| CurrencyMark::Code(text.parse().unwrap());
        assert_eq!(split_currency("$12.58"), ("12.58", Some(CurrencyMark::Sign("$"))));
        assert_eq!(split_currency("12,58 €"), ("12,58", Some(CurrencyMark::Sign("€"))));
        assert_eq!(split_currency("EUR 12.58"), ("12.58", Some(code("EUR"))));
        assert_eq!(split_currency("12.58 CZK"), ("12.58", Some(code("CZK"))));
        assert_eq!(split_currency("12.58"), ("12.58", None));
        assert_eq!(split_currency("é€"), ("é", Some(CurrencyMark::Sign("€"))));
    }

    #[test]
    fn thirteen_units_for_250_cost_a_rounded_price_each() {
        let price = |total: &str, units| price_per_unit(total.parse().unwrap(), units).map(|(p, e)| (p.to_string(), e));
        assert_eq!(price("250", 13), Some(("19.2308".to_owned(), false)));
        assert_eq!(price("250", 8), Some(("31.25".to_owned(), true)));
        assert_eq!(price("0.01", 3), Some(("0.0033".to_owned(), false)));
        assert_eq!(price("6900.00", 20), Some(("345".to_owned(), true)));
        assert_eq!(price("1", 0), None);
    }

    proptest! {
        /// The reference: a fraction ends exactly where its reduced denominator has no factor but two and five.
        #[test]
        fn a_price_is_exact_exactly_where_its_decimals_end(cents in 0u64..10_000_000, units in 1u64..5_000) {
            let (price, exact) = price_per_unit(Decimal::new(cents.try_into().unwrap(), 2), units).unwrap();
            let mut numerator = cents;
            let mut denominator = units * 100;
            let (mut a, mut b) = (numerator, denominator);
            while b != 0 { (a, b) = (b, a % b); }
            numerator /= a;
            denominator /= a;
            let mut places = 0;
            while numerator % denominator != 0 && places <= DECIMALS_MAX { numerator = numerator % denominator * 10; places += 1; }
            prop_assert_eq!(exact, places <= DECIMALS_MAX, "{} / {} = {}", cents, units, price);
        }

        #[test]
        fn any_text_is_read_or_told_apart(text in "\\PC{0,24}") {
            let _ = (read_number(&text, None), style_shown(&text), split_currency(&text));
        }

        #[test]
        fn a_number_written_in_a_style_reads_back(whole in 0u64..1_000_000_000, cents in 0u32..100) {
            let number = Decimal::new(i64::try_from(whole).unwrap() * 100 + i64::from(cents), 2);
            let point = format!("{whole}.{cents:02}");
            let comma = format!("{whole},{cents:02}");
            prop_assert_eq!(read_number(&point, None), Ok(number));
            prop_assert_eq!(read_number(&comma, None), Ok(number));
            prop_assert_eq!(style_shown(&comma), Some(DecimalStyle::Comma));
        }
    }
}
