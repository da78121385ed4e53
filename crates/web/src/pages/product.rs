//! A product: the sentence, the bar, the working step by step, the rights that count and those that do not, and the
//! rows behind each number.
//!
//! The sentence and the words of the working come from the position engine, so that every face says the same.

use domain::case::CaseStatus;
use domain::entitlement::{Metric, Quantity};
use domain::id::{CaseId, EntitlementId, ProductId, TitleMatchId};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::bars;
use crate::design::moments;
use crate::design::numbers::{self, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};
use crate::pages::position::{Freshness, Line};

/// Which rows of a product are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsKind {
    /// Everything that uses a unit.
    Consumed,
    /// Everything that needs no right.
    Exempt,
    /// What rights and exceptions cover.
    Covered,
    /// What rights cover.
    ByEntitlement,
    /// What exceptions cover.
    ByException,
    /// What nothing covers.
    Short,
    /// What counts as part of a suite.
    Included,
}

impl RowsKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Consumed,
        Self::Covered,
        Self::ByEntitlement,
        Self::ByException,
        Self::Short,
        Self::Exempt,
        Self::Included,
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Consumed => "consumed",
            Self::Exempt => "exempt",
            Self::Covered => "covered",
            Self::ByEntitlement => "by-entitlement",
            Self::ByException => "by-exception",
            Self::Short => "short",
            Self::Included => "included",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Consumed => "Used",
            Self::Exempt => "Exempt",
            Self::Covered => "Covered",
            Self::ByEntitlement => "Covered by entitlements",
            Self::ByException => "Covered by exceptions",
            Self::Short => "Short",
            Self::Included => "Part of a suite",
        }
    }

    /// Reads a name as in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// A step of the working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is worked out.
    pub label: String,
    /// The result; absent where the step only explains.
    pub amount: Option<String>,
    /// How.
    pub text: String,
    /// The rows behind the result.
    pub rows: Option<RowsKind>,
}

/// What a supply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupplyKind {
    /// A right that was bought.
    Entitlement(EntitlementId),
    /// An exception that was granted.
    Exception(CaseId),
}

/// A right or an exception that was considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    /// Which.
    pub kind: SupplyKind,
    /// Under what: an agreement's reference, a request's title.
    pub under: String,
    /// Its metric.
    pub metric: Metric,
    /// Its units.
    pub quantity: Quantity,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    pub ends_on: Option<Date>,
    /// Its units in use, in its own metric.
    pub used: u64,
    /// Units of the position that it covers, in the product's metric.
    pub covers: u64,
    /// Its units that are spent on other products.
    pub lent: u64,
    /// The product whose right it is, where it is another one's.
    pub of: Option<Link>,
    /// Why it does not count; absent where it does.
    pub rejected: Option<String>,
}

/// What a product is made of, and what it is part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuiteShown {
    /// Its components, and whether each is mandatory.
    pub components: Vec<(Link, bool)>,
    /// From how many components on it is inferred; 0 is never.
    pub inferred_from: u32,
    /// The suites of which it is a component.
    pub part_of: Vec<Link>,
}

/// Raw titles that a rule recognises as this product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The rule; absent where the title is the product's own name.
    pub title_match: Option<TitleMatchId>,
    /// The title, or the beginning of it.
    pub title: String,
    /// The publisher the rule asks for.
    pub publisher: Option<String>,
    /// Installations it recognises.
    pub installations: u64,
}

/// A request about this product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: CaseStatus,
    /// Units asked for.
    pub quantity: u64,
    /// Until when.
    pub until: Date,
}

/// Something the ledger says about this product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The entry.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What, as a short sentence.
    pub what: String,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPage {
    /// Its numbers.
    pub line: Line,
    /// Used units that rights cover.
    pub by_entitlement: u64,
    /// The position in one sentence.
    pub sentence: String,
    /// The working.
    pub steps: Vec<Step>,
    /// Rights and exceptions, those that do not count too.
    pub supplies: Vec<Supply>,
    /// Titles recognised as this product.
    pub titles: Vec<Recognised>,
    /// Requests about it.
    pub requests: Vec<Related>,
    /// The latest entries about it.
    pub history: Vec<Happened>,
    /// Entries about it in all.
    pub history_total: u64,
    /// Between which days the devices behind the numbers reported, and how many of them gave no day.
    pub reported: Option<(Date, Date)>,
    /// Devices whose sources do not say when they looked.
    pub undated: u64,
    /// How fresh the facts are in all.
    pub freshness: Freshness,
    /// Asking for an exception, already filled in; absent for those who cannot ask.
    pub request: Option<Link>,
    /// The same elsewhere.
    pub copy: CopyAs,
    /// Whether the viewer may take recognitions back.
    pub may_unmatch: bool,
    /// Whether the viewer may record rights and components.
    pub may_record: bool,
    /// What it is made of, and what it is part of.
    pub suite: SuiteShown,
    /// Agreements under which its use is compliant by contract.
    pub compliant_by: Vec<Link>,
    /// Its use over time, where its metric counts that and the viewer may see it.
    pub usage: Option<Link>,
}

/// The page.
pub fn page(frame: &Frame, view: &ProductPage) -> Markup {
    let line = &view.line;
    let title = format!("{} ({})", line.name, line.product);
    let heading = Heading {
        above: Some(Link::new(addresses::POSITION, "Position")),
        words: &line.name,
        acts: view.request.as_ref().map(|request| {
            html! { a.button href=(request.address) { (request.words) } }
        }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        p.byline {
            @if let Some(publisher) = &line.publisher { (publisher) " \u{b7} " }
            "counted by " a href=(addresses::metric(line.metric)) { (line.metric.unit(1)) } " \u{b7} " (line.product)
            " \u{b7} " a href=(addresses::product_trend(line.product)) { "Trend and forecast" }
        }
        p.sentence { (view.sentence) }
        @if let Some(usage) = &view.usage { p { a href=(usage.address) { (usage.words) } } }
        (drawing(view))
        @if let Some((least, most, why)) = &line.range {
            p { (states::mark(Tone::Attention, "A range")) " Between " (count(*least)) " and " (count(*most)) " are used. " (why) }
        }
        @if !view.compliant_by.is_empty() {
            p { (states::mark(Tone::Good, "Compliant by contract")) " Any use counts as compliant while "
                @for (place, link) in view.compliant_by.iter().enumerate() {
                    @if place > 0 { ", " } a href=(link.address) { (link.words) }
                }
                " is in force. The numbers are counted all the same." }
        }
        (working(view))
        (supplies(frame, view))
        (suite(view))
        (titles(view))
        @if frame.shows(Place::Facets) && !view.titles.is_empty() {
            p { a href=(addresses::with_query(addresses::FACETS, &[("product", &line.product.to_string())])) { "Where it is installed" } }
        }
        (requests(view))
        (history(view))
        p.provenance { (reported(view)) (view.freshness.sentence(frame.now)) }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Position), &main)
}

fn reported(view: &ProductPage) -> Markup {
    html! {
        @if let Some((first, last)) = view.reported {
            "The devices counted here reported " @if first == last { "on " } @else { "between " (moments::day(first)) " and " }
            (moments::day(last))
            @if view.undated > 0 { "; " (numbers::counted(view.undated, "device", "devices")) " without a date" }
            ". "
        }
    }
}

fn drawing(view: &ProductPage) -> Markup {
    let line = &view.line;
    let rows = |kind: RowsKind, number: u64| {
        html! {
            @if number == 0 { "0" } @else { a href=(addresses::product_rows(line.product, kind)) { (count(number)) } }
        }
    };
    html! {
        div.drawing {
            (bars::coverage("coverage-bar", line.coverage()))
            (tables::region("coverage", &html! { "May be used, and is used" }, &html! {
                thead { tr {
                    th.n scope="col" { span.key.entitled {} "Entitled" }
                    th.n scope="col" { span.key.granted {} "By exception" }
                    th.n scope="col" { span.key.used {} "Used" }
                    th.n scope="col" { "By entitlement" }
                    th.n scope="col" { "Exempt" }
                    th.n scope="col" { span.key.short {} "Short" }
                    th.n scope="col" { "Surplus" }
                    th.n scope="col" { "Exposure" }
                } }
                tbody { tr {
                    td.n { (numbers::quantity(line.entitled)) }
                    td.n { (rows(RowsKind::ByException, line.by_exception)) }
                    td.n { (rows(RowsKind::Consumed, line.used)) }
                    td.n { (rows(RowsKind::ByEntitlement, view.by_entitlement)) }
                    td.n { (rows(RowsKind::Exempt, line.exempt)) }
                    td.n { (rows(RowsKind::Short, line.short)) }
                    td.n { (line.surplus.map_or_else(|| "no limit".to_owned(), count)) }
                    td.n { @match (&line.exposure, line.short) {
                        (Some(exposure), _) => { (numbers::money(exposure)) }
                        (None, 0) => { (NONE) }
                        (None, _) => { "no price known" }
                    } }
                } }
            }))
        }
    }
}

fn working(view: &ProductPage) -> Markup {
    html! {
        section.working aria-labelledby="working-title" {
            h2 #working-title { "The working" }
            ol {
                @for step in &view.steps {
                    li {
                        div.step-label { (step.label) }
                        div.step-amount { @if let Some(amount) = &step.amount { (amount) } }
                        p { (step.text)
                            @if let Some(kind) = step.rows {
                                " " a href=(addresses::product_rows(view.line.product, kind)) {
                                    "Show the rows" span.aside { ": " (kind.title()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn validity(supply: &Supply) -> Markup {
    html! {
        @match (supply.starts_on, supply.ends_on) {
            (None, None) => { "without end" }
            (Some(start), None) => { "from " (moments::day(start)) }
            (None, Some(end)) => { "until " (moments::day(end)) }
            (Some(start), Some(end)) => { (moments::day(start)) " \u{2013} " (moments::day(end)) }
        }
    }
}

fn supplies(frame: &Frame, view: &ProductPage) -> Markup {
    html! {
        section aria-labelledby="supplies-title" {
            h2 #supplies-title { "Rights and exceptions" }
            @if view.supplies.is_empty() {
                p { "Nothing gives a right to use this product. "
                    @if frame.shows(Place::Imports) { a href=(addresses::IMPORT_NEW) { "Import entitlements" } }
                }
            } @else {
                (tables::region("supplies", &html! { "Everything that was considered, with the reason where it does not count" }, &html! {
                    (tables::heads(&["Number", "Under", "Metric", "#Units", "#In use", "#Covers", "Valid", "Counts"]))
                    tbody { @for supply in &view.supplies { (supply_row(supply)) } }
                }))
            }
            @if view.may_record {
                p { a href=(addresses::with_query(addresses::ENTITLEMENT_NEW, &[("product", &view.line.product.to_string())])) {
                    "Record an entitlement"
                } }
            }
        }
    }
}

fn supply_row(supply: &Supply) -> Markup {
    html! {
        tr class=[supply.rejected.as_ref().map(|_| "rejected")] {
            th.id scope="row" { @match supply.kind {
                SupplyKind::Entitlement(entitlement) => { a href=(addresses::entitlement(entitlement)) { (entitlement) } }
                SupplyKind::Exception(case) => { a href=(addresses::case(case)) { (case) } }
            } }
            td.prose { (supply.under)
                @if let Some(of) = &supply.of { span.under { "a right on " a href=(of.address) { (of.words) } } }
            }
            td { (numbers::metric(supply.metric)) }
            td.n { (numbers::quantity(supply.quantity)) }
            @if supply.rejected.is_some() { td.n { span.none { (NONE) } } td.n { span.none { (NONE) } } }
            @else {
                td.n { (count(supply.used))
                    @if supply.lent > 0 { span.under { (count(supply.lent)) " on other products" } }
                }
                td.n { (count(supply.covers)) }
            }
            td { (validity(supply)) }
            td.prose { @match &supply.rejected {
                None => { (states::mark(Tone::Good, "Counts")) }
                Some(reason) => { (states::mark(Tone::Quiet, "Does not count")) span.under { (reason) } }
            } }
        }
    }
}

fn suite(view: &ProductPage) -> Markup {
    let suite = &view.suite;
    let shown = !suite.components.is_empty() || !suite.part_of.is_empty();
    html! {
        @if shown || view.may_record {
            section aria-labelledby="suite-title" {
                h2 #suite-title { "Suite" }
                @if suite.components.is_empty() {
                    p { "It is no suite of other products." }
                } @else {
                    p { "One unit licenses, on one device or for one person:" }
                    ul { @for (component, mandatory) in &suite.components {
                        li { a href=(component.address) { (component.words) } @if *mandatory { " (mandatory)" } }
                    } }
                    p { @if suite.inferred_from == 0 {
                        "It counts only where it is found itself."
                    } @else {
                        "Where it is not found itself, its rights may cover devices or persons with "
                        (suite.inferred_from) " of them or more."
                    } }
                }
                @if !suite.part_of.is_empty() {
                    p { "It is part of "
                        @for (place, link) in suite.part_of.iter().enumerate() {
                            @if place > 0 { ", " } a href=(link.address) { (link.words) }
                        } "." }
                }
                @if view.may_record {
                    p { a href=(addresses::product_suite(view.line.product)) { "Change the components" } }
                }
            }
        }
    }
}

fn titles(view: &ProductPage) -> Markup {
    html! {
        section aria-labelledby="titles-title" {
            h2 #titles-title { "Recognised as this product" }
            @if view.titles.is_empty() {
                p { "No title in the inventory is recognised as this product." }
            } @else {
                (tables::region("titles", &html! { "Titles as the sources write them" }, &html! {
                    thead { tr {
                        th scope="col" { "Title" } th scope="col" { "Publisher" } th.n scope="col" { "Installations" }
                        th scope="col" { "Rule" }
                    } }
                    tbody { @for title in &view.titles { tr {
                        th.verbatim scope="row" { (title.title) }
                        td { @match &title.publisher { Some(publisher) => (publisher), None => span.none { "any" } } }
                        td.n { (count(title.installations)) }
                        td { @match title.title_match {
                            None => { "Same name as the product" }
                            Some(title_match) => {
                                (title_match)
                                @if view.may_unmatch {
                                    " " a href=(addresses::title_match_end(title_match)) {
                                        "Take back" span.aside { " " (title_match) }
                                    }
                                }
                            }
                        } }
                    } } }
                }))
            }
        }
    }
}

fn requests(view: &ProductPage) -> Markup {
    html! {
        section aria-labelledby="requests-title" {
            h2 #requests-title { "Requests" }
            @if view.requests.is_empty() {
                p { "Nobody has asked for an exception for this product." }
            } @else {
                (tables::region("requests", &html! { "Requests for this product" }, &html! {
                    (tables::heads(&["Number", "Request", "State", "#Units", "Until"]))
                    tbody { @for request in &view.requests { tr {
                        th.id scope="row" { a href=(addresses::case(request.case)) { (request.case) } }
                        td.prose { (request.title) }
                        td { (states::case(request.status)) }
                        td.n { (count(request.quantity)) }
                        td { (moments::day(request.until)) }
                    } } }
                }))
            }
        }
    }
}

fn history(view: &ProductPage) -> Markup {
    html! {
        section aria-labelledby="history-title" {
            h2 #history-title { "History" }
            (happenings(&view.history))
            @if view.history_total > u64::try_from(view.history.len()).unwrap_or(u64::MAX) {
                p { a href=(addresses::history(&format!("product/{}", view.line.product))) {
                    "All " (count(view.history_total)) " entries about this product"
                } }
            }
        }
    }
}

/// Entries about one object, each with its number.
pub(crate) fn happenings(history: &[Happened]) -> Markup {
    html! {
        ol.history { @for happened in history { li {
            a href=(addresses::entry(happened.entry)) { (count(happened.entry)) }
            " " (moments::instant(happened.at)) " " span { (happened.who) ": " (happened.what) }
        } } }
    }
}

/// A row behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// How many units.
    pub units: u64,
    /// The device.
    pub device: String,
    /// The person who mainly uses it.
    pub person: Option<String>,
    /// The titles as the sources write them, with their versions.
    pub titles: Vec<String>,
    /// The device's environment.
    pub environment: String,
    /// The last day of use.
    pub last_used_on: Option<Date>,
    /// Which sources say so.
    pub sources: Vec<String>,
    /// What covers it, or why it needs nothing; absent where nothing does.
    pub covered_by: Option<Link>,
    /// From when until when it was used, where it is a session or a reading; without an end where none was seen.
    pub span: Option<(Timestamp, Option<Timestamp>)>,
}

/// The rows behind a number of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsPage {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Its metric.
    pub metric: Metric,
    /// Which rows.
    pub kind: RowsKind,
    /// The number they stand behind.
    pub number: u64,
    /// What makes one unit of several rows, where that is so; as a sentence.
    pub counting: Option<String>,
    /// Which part is shown.
    pub paging: Paging,
    /// That part.
    pub rows: Vec<UsageRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The rows page.
pub fn rows_page(frame: &Frame, view: &RowsPage) -> Markup {
    let words = format!("{}: {}", view.name, view.kind.title());
    let title = format!("{words} ({}){}", view.product, view.paging.title_suffix());
    let heading = Heading {
        above: Some(Link::new(addresses::product(view.product), view.name.clone())),
        words: &words,
        lede: Some(html! {
            (numbers::units(view.number, view.metric)) ". "
            @if let Some(counting) = &view.counting { (counting) }
        }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        nav.views aria-label="Numbers of this product" { ul { @for kind in RowsKind::ALL {
            li { a href=(addresses::product_rows(view.product, kind))
                aria-current=[(kind == view.kind).then_some("true")] { (kind.title()) } }
        } } }
        @if view.rows.is_empty() {
            div.empty { h2 { "No rows" } p { "This number is 0, so no row stands behind it." } }
        } @else {
            (rows_table(view))
            (tables::pages(view.paging, |number| {
                let number = number.to_string();
                addresses::with_query(&addresses::product_rows(view.product, view.kind), &[("page", &number)])
            }))
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Position), &main)
}

/// The rows of a number that counts use over time.
fn uses_table(view: &RowsPage, caption: &Markup) -> Markup {
    let none = || html! { span.none { (NONE) } };
    tables::region(
        "rows",
        caption,
        &html! {
            (tables::heads(&["Person", "Host", "Feature", "#Units", "From", "Until", "Source", "Covered by"]))
            tbody { @for row in &view.rows { tr {
                th scope="row" { @match &row.person { Some(person) => (person), None => (none()) } }
                td { @if row.device.is_empty() { (none()) } @else { (row.device) } }
                td.verbatim { @for (place, title) in row.titles.iter().enumerate() { @if place > 0 { br; } (title) } }
                td.n { (count(row.units)) }
                td { @match row.span { Some((from, _)) => (moments::instant(from)), None => (none()) } }
                td { @match row.span { Some((_, Some(until))) => (moments::instant(until)), Some((_, None)) => "no end seen", None => (none()) } }
                td { (row.sources.join(", ")) }
                td { @match &row.covered_by {
                    Some(link) => { a href=(link.address) { (link.words) } }
                    None => { (states::mark(Tone::Bad, "Nothing")) }
                } }
            } } }
        },
    )
}

fn rows_table(view: &RowsPage) -> Markup {
    let with_units = view.rows.iter().any(|row| row.units != 1);
    let caption = html! {
        (view.paging.words()) " " (if view.paging.total == 1 { "row" } else { "rows" })
    };
    if view.rows.iter().any(|row| row.span.is_some()) {
        return uses_table(view, &caption);
    }
    tables::region(
        "rows",
        &caption,
        &html! {
            (tables::heads(if with_units {
                &["Device", "#Units", "Person", "Title", "Environment", "Last used", "Source", "Covered by"]
            } else {
                &["Device", "Person", "Title", "Environment", "Last used", "Source", "Covered by"]
            }))
            tbody { @for row in &view.rows { tr {
                th scope="row" { (row.device) }
                @if with_units { td.n { (count(row.units)) } }
                td { @match &row.person { Some(person) => (person), None => span.none { (NONE) } } }
                td.verbatim { @for (place, title) in row.titles.iter().enumerate() { @if place > 0 { br; } (title) } }
                td { (row.environment) }
                td { @match row.last_used_on { Some(day) => (moments::day(day)), None => span.none { "not known" } } }
                td { (row.sources.join(", ")) }
                td { @match &row.covered_by {
                    Some(link) => { a href=(link.address) { (link.words) } }
                    None => { (states::mark(Tone::Bad, "Nothing")) }
                } }
            } } }
        },
    )
}
