//! The position: one line for each product, what may be used against what is used, and what the difference costs.
//!
//! The numbers come ready; nothing is added up here but what the view already states as totals.

use app::exports::Subject;
use domain::entitlement::{Metric, Quantity};
use domain::id::ProductId;
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::bars::{self, Coverage};
use crate::design::moments;
use crate::design::numbers::{self, MoneyColumn, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging, Sorted};
use crate::pages::addresses;
use crate::pages::exports;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, page as whole_page};
use crate::pages::product::RowsKind;

/// A view of the position that somebody asks for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavedView {
    /// Every product.
    All,
    /// More used than covered.
    Short,
    /// More owned than used.
    Surplus,
    /// Used without any right.
    Unlicensed,
    /// A right or an exception ends within 90 days.
    Expiring,
}

impl SavedView {
    /// Every view, in its order.
    pub const ALL: [Self; 5] = [Self::All, Self::Short, Self::Surplus, Self::Unlicensed, Self::Expiring];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Short => "short",
            Self::Surplus => "surplus",
            Self::Unlicensed => "unlicensed",
            Self::Expiring => "expiring",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Short => "Short",
            Self::Surplus => "Surplus",
            Self::Unlicensed => "Unlicensed",
            Self::Expiring => "Expiring",
        }
    }

    /// Reads a name as in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == word)
    }

    fn nothing_found(self) -> &'static str {
        match self {
            Self::All => "No product fits these words.",
            Self::Short => "Nothing is short: everything that is used is covered.",
            Self::Surplus => "Nothing is left over: every right is in use.",
            Self::Unlicensed => "Every product in use has at least one right.",
            Self::Expiring => "No right and no exception ends within 90 days.",
        }
    }
}

/// A column by which the position can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column it names")]
pub enum Column {
    Product,
    Entitled,
    Used,
    Balance,
    Exposure,
}

impl Column {
    /// Every column that sorts.
    pub const ALL: [Self; 5] = [Self::Product, Self::Entitled, Self::Used, Self::Balance, Self::Exposure];

    /// The name in addresses; with `-` before it, largest first.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Entitled => "entitled",
            Self::Used => "used",
            Self::Balance => "balance",
            Self::Exposure => "exposure",
        }
    }
}

/// How the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By which column.
    pub column: Column,
    /// Whether the largest stands first.
    pub descending: bool,
}

impl Sort {
    /// As in addresses: `exposure` or `-exposure`.
    pub fn name(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.column.name())
    }

    /// Reads a sort as in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        let (descending, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
        let column = Column::ALL.into_iter().find(|column| column.name() == name)?;
        Some(Self { column, descending })
    }
}

/// How fresh the facts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// Sources that reported.
    pub sources: u64,
    /// The latest report of all.
    pub newest: Option<Timestamp>,
    /// The source that has been silent for longest, and since when.
    pub oldest: Option<(String, Timestamp)>,
    /// Days of silence after which a source counts as stale.
    pub stale_after_days: i64,
}

impl Freshness {
    /// Whether a source has been silent for too long.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.oldest.as_ref().is_some_and(|(_, at)| days_between(*at, now) > self.stale_after_days)
    }

    /// `From 4 sources, newest 06:12 UTC today, oldest 9 days (branch-office).`
    pub fn sentence(&self, now: Timestamp) -> String {
        let Some(newest) = self.newest else { return "No source has reported yet.".to_owned() };
        let mut sentence = format!(
            "From {}, newest {}",
            numbers::counted(self.sources, "source", "sources"),
            moments::recent_text(newest, now)
        );
        if let Some((source, at)) = &self.oldest {
            let age = match days_between(*at, now) {
                0 => "less than a day".to_owned(),
                days => numbers::counted(days.unsigned_abs(), "day", "days"),
            };
            sentence = format!("{sentence}, oldest {age} ({source})");
        }
        sentence.push('.');
        sentence
    }
}

fn days_between(at: Timestamp, now: Timestamp) -> i64 {
    const SECONDS_PER_DAY: i64 = 86_400;
    now.as_second().saturating_sub(at.as_second()) / SECONDS_PER_DAY
}

/// The numbers of a product in one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// What one unit licenses.
    pub metric: Metric,
    /// Units that valid rights give.
    pub entitled: Quantity,
    /// Units used, exempt ones apart.
    pub used: u64,
    /// Units that need no right.
    pub exempt: u64,
    /// Used units that exceptions cover.
    pub by_exception: u64,
    /// Used units that nothing covers.
    pub short: u64,
    /// Units owned and not used; absent where there is no limit.
    pub surplus: Option<u64>,
    /// What the shortage costs; absent where no price is known.
    pub exposure: Option<Money>,
    /// What the surplus cost; absent where no price is known.
    pub saving: Option<Money>,
    /// The least and the most that may be used, where inputs are missing, and which ones are.
    pub range: Option<(u64, u64, String)>,
    /// The next day on which a right or an exception ends, where within 90 days.
    pub next_end: Option<Date>,
    /// Whether a source it rests on has been silent for too long.
    pub stale: bool,
}

impl Line {
    /// The numbers of its bar.
    pub fn coverage(&self) -> Coverage {
        Coverage { entitled: self.entitled.units(), excepted: self.by_exception, used: self.used, short: self.short }
    }
}

/// Sums over every line that fits, not only the page that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Units, where all lines count the same: entitled, used, by exception, short, surplus.
    pub units: Option<UnitTotals>,
    /// Exposure by currency.
    pub exposure: Vec<Money>,
    /// Short lines of which no price is known.
    pub unpriced: u64,
}

/// Sums of units of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the sum of the column it names")]
pub struct UnitTotals {
    pub entitled: Quantity,
    pub used: u64,
    pub by_exception: u64,
    pub short: u64,
    pub surplus: u64,
}

/// The position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionPage {
    /// The view that is shown.
    pub view: SavedView,
    /// How many lines each view has.
    pub counts: [u64; 5],
    /// Words that product or publisher must contain; may be empty.
    pub text: String,
    /// How it is sorted.
    pub sort: Sort,
    /// Which part is shown.
    pub paging: Paging,
    /// That part.
    pub lines: Vec<Line>,
    /// Sums over everything that fits.
    pub totals: Totals,
    /// How fresh the facts are.
    pub freshness: Freshness,
    /// The same elsewhere.
    pub copy: CopyAs,
    /// Whether there is anything at all to have a position of.
    pub nothing_imported: bool,
}

impl PositionPage {
    fn address(&self, view: SavedView, sort: Sort, number: u64) -> String {
        let number = if number > 1 { number.to_string() } else { String::new() };
        addresses::with_query(
            addresses::POSITION,
            &[("view", view.name()), ("q", &self.text), ("sort", &sort.name()), ("page", &number)],
        )
    }
}

/// The page.
pub fn page(frame: &Frame, view: &PositionPage) -> Markup {
    let title = if view.view == SavedView::All { "Position" } else { &format!("Position: {}", view.view.title()) };
    let title = format!("{title}{}", view.paging.title_suffix());
    let heading = Heading {
        words: "Position",
        lede: Some(html! { "What is used against what may be used. Every number leads to the rows behind it." }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @if view.nothing_imported {
            (tables::empty(
                "No position yet",
                "Once inventory and entitlements are in, every product stands here with what it needs and what it has.",
                Some((addresses::IMPORT_NEW, "Import files")),
                Some("indult import inventory FILE..."),
            ))
        } @else {
            (views(view))
            (filter(view))
            @if view.lines.is_empty() {
                (nothing_found(view))
            } @else {
                (table(frame, view))
                (tables::pages(view.paging, |number| view.address(view.view, view.sort, number)))
            }
            (copy_as(&view.copy))
            (exports::links(Subject::Positions))
        }
    };
    whole_page(frame, Head::new(&title, Place::Position), &main)
}

fn views(view: &PositionPage) -> Markup {
    html! {
        nav.views aria-label="Views of the position" {
            ul { @for (saved, number) in SavedView::ALL.into_iter().zip(view.counts) {
                li { a href=(view.address(saved, view.sort, 1)) aria-current=[(saved == view.view).then_some("true")] {
                    (saved.title()) " " span.tally { (count(number)) }
                } }
            } }
        }
    }
}

fn filter(view: &PositionPage) -> Markup {
    html! {
        form.filter method="get" action=(addresses::POSITION) role="search" aria-label="Products" {
            input type="hidden" name="view" value=(view.view.name());
            input type="hidden" name="sort" value=(view.sort.name());
            label for="q" { "Product or publisher" }
            input id="q" name="q" type="search" value=(view.text) autocomplete="off";
            button type="submit" { "Filter" }
            @if !view.text.is_empty() {
                a href=(addresses::with_query(addresses::POSITION, &[("view", view.view.name())])) { "Clear" }
            }
        }
    }
}

fn nothing_found(view: &PositionPage) -> Markup {
    html! {
        div.empty {
            h2 { "No lines" }
            p { @if view.text.is_empty() { (view.view.nothing_found()) }
                @else { "No product or publisher here contains \u{201c}" (view.text) "\u{201d}." } }
            p { a href=(addresses::POSITION) { "Show every product" } }
        }
    }
}

fn table(frame: &Frame, view: &PositionPage) -> Markup {
    let money =
        MoneyColumn::of(view.lines.iter().filter_map(|line| line.exposure.as_ref()).chain(&view.totals.exposure));
    let head = |words: &str, column: Column, number: bool| {
        let sorted = match (view.sort.column == column, view.sort.descending) {
            (false, _) => Sorted::No,
            (true, false) => Sorted::Ascending,
            (true, true) => Sorted::Descending,
        };
        // Numbers are looked at from the largest, names from the first; a second click turns the order round.
        let descending = if sorted == Sorted::No { number } else { !view.sort.descending };
        tables::sort_heading(words, sorted, number, &view.address(view.view, Sort { column, descending }, 1))
    };
    let stale = view.freshness.is_stale(frame.now);
    let caption = html! {
        (view.paging.words()) " " (if view.paging.total == 1 { "product" } else { "products" })
        span.provenance {
            @if stale { (states::mark(Tone::Attention, "Stale")) " " }
            (view.freshness.sentence(frame.now))
        }
    };
    tables::region(
        "position",
        &caption,
        &html! {
            thead { tr {
                (head("Product", Column::Product, false))
                th scope="col" { "Metric" }
                (head("Entitled", Column::Entitled, true))
                (head("Used", Column::Used, true))
                th.n scope="col" { "By exception" }
                (head("Short or surplus", Column::Balance, true))
                (head(&money.heading("Exposure"), Column::Exposure, true))
            } }
            tbody { @for line in &view.lines { (row(frame, line, money)) } }
            (totals(view, money))
        },
    )
}

fn row(frame: &Frame, line: &Line, money: MoneyColumn) -> Markup {
    let rows = |kind: RowsKind, number: u64| {
        html! {
            @if number == 0 { span.none { "0" } }
            @else { a href=(addresses::product_rows(line.product, kind)) { (count(number)) } }
        }
    };
    html! {
        tr {
            th scope="row" {
                a.name href=(addresses::product(line.product)) { (line.name) }
                @if let Some(publisher) = &line.publisher { span.under { (publisher) } }
                @if let Some(end) = line.next_end {
                    span.under.soon { "Something ends " (moments::weekday(end)) ", " (moments::distance(end, frame.today())) }
                }
                @if line.stale { span.under { (states::mark(Tone::Attention, "Stale source")) } }
            }
            td { (numbers::metric(line.metric)) }
            td.n { @match line.entitled {
                Quantity::Units(0) => { span.none { "0" } }
                other => { (numbers::quantity(other)) }
            } }
            td.n.with-bar {
                (rows(RowsKind::Consumed, line.used))
                (bars::small(line.coverage()))
                @if let Some((least, most, _)) = &line.range { span.under { (count(*least)) " to " (count(*most)) } }
            }
            td.n { (rows(RowsKind::ByException, line.by_exception)) }
            td.n { (balance(line)) }
            td.n {
                @match (&line.exposure, line.short) {
                    (Some(exposure), _) => { (money.cell(exposure)) }
                    (None, 0) => { span.none { (NONE) } }
                    (None, _) => { span.none { "no price" } }
                }
            }
        }
    }
}

/// Short, surplus or even, as a mark with its number; a shortage leads to its rows.
pub(crate) fn balance(line: &Line) -> Markup {
    html! {
        @if line.short > 0 {
            a.balance href=(addresses::product_rows(line.product, RowsKind::Short)) {
                (states::mark(Tone::Bad, &format!("{} short", count(line.short))))
            }
        } @else if line.surplus.is_none() {
            (states::mark(Tone::Good, "No limit"))
        } @else if let Some(surplus @ 1..) = line.surplus {
            (states::mark(Tone::Surplus, &format!("{} surplus", count(surplus))))
        } @else {
            (states::mark(Tone::Good, "Even"))
        }
    }
}

fn totals(view: &PositionPage, money: MoneyColumn) -> Markup {
    let totals = &view.totals;
    html! {
        tfoot { tr {
            th scope="row" {
                (numbers::counted(view.paging.total, "product", "products"))
                @if totals.units.is_none() { span.under { "Units of different metrics are not added up" } }
            }
            td {}
            @match totals.units {
                Some(units) => {
                    td.n { (numbers::quantity(units.entitled)) }
                    td.n { (count(units.used)) }
                    td.n { (count(units.by_exception)) }
                    td.n {
                        (count(units.short)) " short"
                        span.under { (count(units.surplus)) " surplus" }
                    }
                }
                None => { td.n { (NONE) } td.n { (NONE) } td.n { (NONE) } td.n { (NONE) } }
            }
            td.n {
                @for (place, sum) in totals.exposure.iter().enumerate() {
                    @if place > 0 { br; }
                    (money.cell(sum))
                }
                @if totals.exposure.is_empty() { "0" }
                @if totals.unpriced > 0 {
                    span.under { "and " (numbers::counted(totals.unpriced, "line", "lines")) " without a price" }
                }
            }
        } }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_freshness_names_the_source_that_fell_silent() {
        let now: Timestamp = "2025-08-12T13:00:00Z".parse().unwrap();
        let freshness = Freshness {
            sources: 4,
            newest: Some("2025-08-12T06:12:00Z".parse().unwrap()),
            oldest: Some(("branch-office".into(), "2025-08-03T05:00:00Z".parse().unwrap())),
            stale_after_days: 7,
        };
        assert_eq!(freshness.sentence(now), "From 4 sources, newest 06:12 UTC today, oldest 9 days (branch-office).");
        assert!(freshness.is_stale(now));
        assert!(!Freshness { stale_after_days: 9, ..freshness }.is_stale(now));
    }

    #[test]
    fn a_sort_reads_back_what_it_prints() {
        for column in Column::ALL {
            for descending in [false, true] {
                let sort = Sort { column, descending };
                assert_eq!(Sort::from_word(&sort.name()), Some(sort));
            }
        }
        assert_eq!(Sort::from_word("-price"), None);
    }
}
