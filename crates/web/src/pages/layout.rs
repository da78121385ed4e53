//! What surrounds every page: head, navigation, ribbon, notice and the line that says at which entry it was read.
//!
//! Which places a person may see is decided by whoever fills the frame in.

use std::collections::BTreeSet;

use domain::organisation::Zone;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::design::{assets, moments, numbers};
use crate::pages::addresses;

/// A place of the product that has a page of its own in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the page it names")]
pub enum Place {
    MyWork,
    Position,
    Products,
    Titles,
    Metrics,
    KnownSoftware,
    Requests,
    Exceptions,
    Policies,
    Audit,
    Imports,
    Sources,
    Entitlements,
    Agreements,
    Renewals,
    Alerts,
    Reclaim,
    Purchases,
    Costs,
    Summary,
    You,
    Tokens,
    Persons,
    Usage,
    Features,
    Trends,
    Seals,
    Statements,
    Scenarios,
    Webhooks,
    Devices,
    Facets,
    Gaps,
    /// A page outside the navigation: signing in, an error, the first steps.
    Outside,
}

impl Place {
    /// Every place of the navigation, in its order.
    pub const ALL: [Self; 33] = [
        Self::MyWork,
        Self::Position,
        Self::Usage,
        Self::Features,
        Self::Trends,
        Self::Products,
        Self::KnownSoftware,
        Self::Titles,
        Self::Devices,
        Self::Facets,
        Self::Metrics,
        Self::Renewals,
        Self::Alerts,
        Self::Reclaim,
        Self::Purchases,
        Self::Scenarios,
        Self::Costs,
        Self::Summary,
        Self::Requests,
        Self::Exceptions,
        Self::Policies,
        Self::Audit,
        Self::Seals,
        Self::Statements,
        Self::Imports,
        Self::Sources,
        Self::Gaps,
        Self::Entitlements,
        Self::Agreements,
        Self::Webhooks,
        Self::You,
        Self::Tokens,
        Self::Persons,
    ];

    fn section(self) -> Section {
        match self {
            Self::MyWork => Section::MyWork,
            Self::Position | Self::Usage | Self::Features | Self::Trends => Section::Position,
            Self::Products | Self::KnownSoftware | Self::Titles | Self::Devices | Self::Facets | Self::Metrics => {
                Section::Software
            }
            Self::Renewals
            | Self::Alerts
            | Self::Reclaim
            | Self::Purchases
            | Self::Scenarios
            | Self::Costs
            | Self::Summary => Section::Plan,
            Self::Requests => Section::Requests,
            Self::Exceptions => Section::Exceptions,
            Self::Policies => Section::Policies,
            Self::Audit | Self::Seals | Self::Statements => Section::Audit,
            Self::Imports | Self::Sources | Self::Gaps | Self::Entitlements | Self::Agreements | Self::Webhooks => {
                Section::Data
            }
            Self::You | Self::Tokens | Self::Persons => Section::You,
            Self::Outside => Section::Outside,
        }
    }

    fn address(self) -> &'static str {
        match self {
            Self::MyWork | Self::Outside => addresses::MY_WORK,
            Self::Position => addresses::POSITION,
            Self::Products => addresses::PRODUCTS,
            Self::Titles => addresses::TITLES,
            Self::KnownSoftware => addresses::KNOWN_SOFTWARE,
            Self::Metrics => addresses::METRICS,
            Self::Requests => addresses::REQUESTS,
            Self::Exceptions => addresses::EXCEPTIONS,
            Self::Policies => addresses::POLICIES,
            Self::Audit => addresses::AUDIT,
            Self::Imports => addresses::IMPORTS,
            Self::Sources => addresses::SOURCES,
            Self::Entitlements => addresses::ENTITLEMENTS,
            Self::Agreements => addresses::AGREEMENTS,
            Self::Renewals => addresses::RENEWALS,
            Self::Alerts => addresses::ALERTS,
            Self::Reclaim => addresses::RECLAIM,
            Self::Purchases => addresses::PURCHASES,
            Self::Costs => addresses::COSTS,
            Self::Summary => addresses::SUMMARY,
            Self::You => addresses::YOU,
            Self::Tokens => addresses::TOKENS,
            Self::Persons => addresses::PERSONS,
            Self::Usage => addresses::USAGE,
            Self::Features => addresses::FEATURES,
            Self::Trends => addresses::TRENDS,
            Self::Seals => addresses::SEALS,
            Self::Statements => addresses::STATEMENTS,
            Self::Scenarios => addresses::SCENARIOS,
            Self::Webhooks => addresses::WEBHOOKS,
            Self::Devices => addresses::DEVICES,
            Self::Facets => addresses::FACETS,
            Self::Gaps => addresses::GAPS,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::MyWork | Self::Outside => "My work",
            Self::Position => "Position",
            Self::Products => "Products",
            Self::Titles => "Unrecognised titles",
            Self::KnownSoftware => "Known software",
            Self::Metrics => "Metrics",
            Self::Requests => "Requests",
            Self::Exceptions => "Exceptions",
            Self::Policies => "Policies",
            Self::Audit => "Audit",
            Self::Imports => "Imports",
            Self::Sources => "Sources",
            Self::Entitlements => "Entitlements",
            Self::Agreements => "Agreements",
            Self::Renewals => "Renewals",
            Self::Alerts => "Alerts",
            Self::Reclaim => "Reclaim",
            Self::Purchases => "Purchases",
            Self::Costs => "Costs",
            Self::Summary => "Summary",
            Self::You => "You",
            Self::Tokens => "API tokens",
            Self::Persons => "Persons and roles",
            Self::Usage => "Use over time",
            Self::Features => "Features",
            Self::Trends => "Trends",
            Self::Seals => "Seals",
            Self::Statements => "Statements",
            Self::Scenarios => "Scenarios",
            Self::Webhooks => "Webhooks",
            Self::Devices => "Devices",
            Self::Facets => "Where software is",
            Self::Gaps => "Gaps",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    MyWork,
    Position,
    Software,
    Plan,
    Requests,
    Exceptions,
    Policies,
    Audit,
    Data,
    You,
    Outside,
}

impl Section {
    const BAR: [Self; 9] = [
        Self::MyWork,
        Self::Position,
        Self::Software,
        Self::Plan,
        Self::Requests,
        Self::Exceptions,
        Self::Policies,
        Self::Audit,
        Self::Data,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::MyWork | Self::Outside => "My work",
            Self::Position => "Position",
            Self::Software => "Software",
            Self::Plan => "Plan",
            Self::Requests => "Requests",
            Self::Exceptions => "Exceptions",
            Self::Policies => "Policies",
            Self::Audit => "Audit",
            Self::Data => "Data",
            Self::You => "You",
        }
    }
}

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Their name.
    pub name: String,
    /// How many decisions wait for them.
    pub decisions_waiting: u64,
    /// What they may see.
    pub places: BTreeSet<Place>,
}

/// At which size of the ledger a page was read, and how far that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAt {
    /// Entries.
    pub size: u64,
    /// The last signed checkpoint: its size and when it was signed.
    pub checkpoint: Option<(u64, Timestamp)>,
}

/// What the act before this page did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// A sentence.
    pub sentence: String,
    /// Where to look at it.
    pub link: Option<Link>,
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub address: String,
    /// What it says.
    pub words: String,
}

impl Link {
    /// A link.
    pub fn new(address: impl Into<String>, words: impl Into<String>) -> Self {
        Self { address: address.into(), words: words.into() }
    }
}

/// From which seal a page about the past was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The day.
    pub day: Date,
    /// The entry that records its seal.
    pub sealed_in: u64,
    /// When the page was made.
    pub made_at: Timestamp,
    /// The same page as of now.
    pub back: String,
}

/// The choice of a sealed day on a page that can be read as of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The page's path.
    pub path: String,
    /// What else stands in its address.
    pub kept: Vec<(String, String)>,
    /// The day that is shown; absent for now.
    pub chosen: Option<Date>,
    /// The sealed months' ends, the newest first.
    pub months: Vec<Date>,
    /// Other sealed days of late, the newest first.
    pub days: Vec<Date>,
}

/// What is the same on every page of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The organisation's name.
    pub organisation: String,
    /// Whether it is the sample company.
    pub sample: bool,
    /// The zone in which its days begin and end.
    pub zone: Zone,
    /// When the page was made.
    pub now: Timestamp,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// What the ledger was when the page was read; absent where nothing was read from it.
    pub read_at: Option<ReadAt>,
    /// What was just done.
    pub notice: Option<Notice>,
    /// The seal of the day that the page is about, where it is one of the past.
    pub past: Option<Past>,
    /// The days that it can be read as of, where it can.
    pub days: Option<Days>,
}

impl Frame {
    /// The organisation's day.
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.rules().clone()).date()
    }

    /// Whether the one who is signed in may see a place.
    pub fn shows(&self, place: Place) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.places.contains(&place))
    }
}

/// What a page says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// The title in the browser's tab, without the product's name.
    pub title: &'a str,
    /// Where the page is.
    pub place: Place,
    /// Whether a form on it has something to change.
    pub errors: bool,
}

impl<'a> Head<'a> {
    /// A page without errors.
    pub fn new(title: &'a str, place: Place) -> Self {
        Self { title, place, errors: false }
    }
}

/// A whole page.
pub fn page(frame: &Frame, head: Head<'_>, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { @if head.errors { "Error: " } (head.title) " \u{b7} Indult" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                link rel="stylesheet" href=(assets::STYLES.address);
                link rel="icon" type="image/svg+xml" href=(assets::ICON.address);
                script src=(assets::SCRIPT.address) defer {}
            }
            body {
                a.skip href="#main" { "Skip to the main content" }
                (top(frame, head.place))
                main #main tabindex="-1" {
                    (notice(frame))
                    (past(frame))
                    (days(frame))
                    (main)
                }
                (foot(frame))
            }
        }
    }
}

fn top(frame: &Frame, place: Place) -> Markup {
    html! {
        header.top {
            @if frame.sample {
                div.ribbon { p {
                    strong { "Sample company." } " Everything here is invented. "
                    @if frame.viewer.is_some() { a href=(addresses::WELCOME) { "First steps, and how to bring your own data" } }
                } }
            }
            div.bar {
                a.brand href=(addresses::MY_WORK) { (seal()) span { "Indult" } }
                @if let Some(viewer) = &frame.viewer { (navigation(viewer, place)) }
            }
            @if let Some(viewer) = &frame.viewer { (neighbours(viewer, place)) }
        }
    }
}

fn navigation(viewer: &Viewer, place: Place) -> Markup {
    let first_of = |section: Section| {
        Place::ALL.into_iter().find(|place| place.section() == section && viewer.places.contains(place))
    };
    // "true" says "within this section"; "page" would say that the link leads to where the reader is.
    let current = |section: Section| (place.section() == section).then_some("true");
    html! {
        nav.sections aria-label="Main" {
            ul {
                @for section in Section::BAR {
                    @if let Some(first) = first_of(section) {
                        li { a href=(first.address()) aria-current=[current(section)] {
                            (section.title())
                            @if section == Section::MyWork && viewer.decisions_waiting > 0 {
                                span.tally { (numbers::count(viewer.decisions_waiting)) span.aside { " waiting" } }
                            }
                        } }
                    }
                }
            }
        }
        nav.person aria-label="You" {
            a href=(addresses::YOU) aria-current=[current(Section::You)] { (viewer.name) }
            form method="post" action=(addresses::SIGN_OUT) { button.plain type="submit" { "Sign out" } }
        }
    }
}

/// The other places of the same section.
fn neighbours(viewer: &Viewer, place: Place) -> Markup {
    let here: Vec<Place> = Place::ALL
        .into_iter()
        .filter(|other| other.section() == place.section() && viewer.places.contains(other))
        .collect();
    html! {
        @if here.len() > 1 {
            nav.neighbours aria-label={ "In " (place.section().title()) } {
                ul { @for other in here {
                    li { a href=(other.address()) aria-current=[(other == place).then_some("true")] { (other.title()) } }
                } }
            }
        }
    }
}

fn notice(frame: &Frame) -> Markup {
    html! {
        @if let Some(notice) = &frame.notice {
            div.notice role="status" {
                p { (notice.sentence)
                    @if let Some(link) = &notice.link { " " a href=(link.address) { (link.words) } }
                }
            }
        }
    }
}

/// Says that the page is about a day of the past, and leads back.
fn past(frame: &Frame) -> Markup {
    html! {
        @if let Some(past) = &frame.past {
            div.call role="status" {
                p {
                    strong { "As of " (past.day) ", sealed in entry " a href=(addresses::entry(past.sealed_in)) { (numbers::count(past.sealed_in)) } "." }
                    " Rights, exceptions and the estate are those of that day; nothing can be changed here. "
                    a data-now href=(past.back) { "Back to now" }
                }
            }
        }
    }
}

/// The choice of a sealed day.
fn days(frame: &Frame) -> Markup {
    let option = |days: &Days, day: Date| {
        html! { option value=(day) selected[days.chosen == Some(day)] { (day) } }
    };
    html! {
        @if let Some(days) = &frame.days {
            form.filter.as-of method="get" action=(days.path) role="search" aria-label="Read as of a sealed day" {
                @for (name, value) in &days.kept { input type="hidden" name=(name) value=(value); }
                label for="as-of" { "As of" }
                select id="as-of" name="as_of" {
                    option value="" selected[days.chosen.is_none()] { "Now" }
                    @if !days.months.is_empty() {
                        optgroup label="Months\u{2019} ends" { @for day in &days.months { (option(days, *day)) } }
                    }
                    @if !days.days.is_empty() {
                        optgroup label="Days" { @for day in &days.days { (option(days, *day)) } }
                    }
                }
                button type="submit" { "Show" }
                @if days.months.is_empty() && days.days.is_empty() { span.hint { "No day is sealed yet." } }
            }
        }
    }
}

fn foot(frame: &Frame) -> Markup {
    html! {
        footer.foot {
            p {
                (frame.organisation)
                @if let Some(read_at) = &frame.read_at {
                    " \u{b7} Read at entry " a href=(addresses::AUDIT) { (numbers::count(read_at.size)) }
                    @match read_at.checkpoint {
                        Some((size, signed_at)) => {
                            ", checkpoint " (numbers::count(size)) " signed " (moments::recent_text(signed_at, frame.now))
                        }
                        None => { ", not signed yet" }
                    }
                }
            }
            p { "Indult " (env!("CARGO_PKG_VERSION")) " \u{b7} made " (moments::instant(frame.past.as_ref().map_or(frame.now, |past| past.made_at))) }
        }
    }
}

/// The seal beside the product's name.
fn seal() -> Markup {
    PreEscaped(
        "<svg class=\"seal\" viewBox=\"0 0 32 32\" width=\"26\" height=\"26\" aria-hidden=\"true\">\
         <circle cx=\"16\" cy=\"16\" r=\"14.5\"/><circle class=\"inner\" cx=\"16\" cy=\"16\" r=\"11\"/>\
         <path d=\"M12.5 9h7M12.5 23h7M16 9v14\"/></svg>"
            .to_owned(),
    )
}

/// The top of a page's content: where it belongs, its heading, a sentence, and what can be done here.
#[derive(Debug, Clone, Default)]
pub struct Heading<'a> {
    /// The page above, where there is one.
    pub above: Option<Link>,
    /// The heading.
    pub words: &'a str,
    /// Marks beside it.
    pub marks: Option<Markup>,
    /// The sentence below it.
    pub lede: Option<Markup>,
    /// Buttons and links.
    pub acts: Option<Markup>,
}

impl Heading<'_> {
    /// As markup.
    pub fn render(&self) -> Markup {
        html! {
            header.heading {
                div {
                    @if let Some(above) = &self.above { p.above { a href=(above.address) { (above.words) } } }
                    h1 { (self.words) @if let Some(marks) = &self.marks { " " (marks) } }
                    @if let Some(lede) = &self.lede { p.lede { (lede) } }
                }
                @if let Some(acts) = &self.acts { div.acts { (acts) } }
            }
        }
    }
}

/// Ways to have what the page shows somewhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyAs {
    /// The command that prints the same.
    pub command: String,
    /// The request that answers the same, as a method and an address.
    pub request: String,
    /// The same rows as a CSV file, where there is one.
    pub csv: Option<String>,
    /// The same as JSON.
    pub json: Option<String>,
}

/// The block below a table by which what it shows can be had elsewhere.
pub fn copy_as(copy: &CopyAs) -> Markup {
    html! {
        details.copy-as {
            summary { "Take this elsewhere" }
            dl {
                div { dt { "Command line" } dd { code.copyable { (copy.command) } } }
                div { dt { "API" } dd { code.copyable { (copy.request) } } }
                @if copy.csv.is_some() || copy.json.is_some() {
                    div { dt { "File" } dd {
                        @if let Some(csv) = &copy.csv { a href=(csv) { "CSV" } " " }
                        @if let Some(json) = &copy.json { a href=(json) { "JSON" } }
                    } }
                }
            }
        }
    }
}

/// A list of names and values.
pub fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } }
    }
}
