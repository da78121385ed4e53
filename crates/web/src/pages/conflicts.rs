//! Where sources differ about devices, and devices that may be one machine.

use app::devices::{Attribute, SharedMark};
use domain::id::ImportId;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::moments;
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};

/// What a report states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedCell {
    /// The value.
    pub value: String,
    /// The source.
    pub source: String,
    /// The import that brought the report.
    pub import: ImportId,
    /// When the source looked.
    pub reported_at: Option<Timestamp>,
}

/// An attribute of a device that sources state differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    /// The device, with its page.
    pub device: Link,
    /// The attribute.
    pub attribute: Attribute,
    /// What counts.
    pub counts: StatedCell,
    /// What the other reports state.
    pub others: Vec<StatedCell>,
}

/// The conflicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictsPage {
    /// About what; everything where nothing is asked for.
    pub attribute: Option<Attribute>,
    /// Which part is shown.
    pub paging: Paging,
    /// That part, by name of the device.
    pub rows: Vec<ConflictRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// What an attribute is called, and what follows where sources differ about it.
pub fn attribute_words(attribute: Attribute) -> (&'static str, &'static str) {
    match attribute {
        Attribute::PrimaryUser => ("Primary user", "It decides which person counts and who is asked."),
        Attribute::Environment => ("Environment", "It decides whether rights exempt or reach the device."),
        Attribute::Kind => ("Kind of machine", "It decides whether the machine or its host is counted."),
        Attribute::Host => ("Host", "It decides which host a virtual machine is licensed on."),
        Attribute::Cluster => ("Cluster", "It decides which hosts count with a virtual machine."),
        Attribute::Processors => ("Processors", "It decides what metrics by processor count."),
        Attribute::Cores => ("Cores", "It decides what metrics by core count."),
        Attribute::ProcessorModel => ("Processor model", "It decides the factor of a core."),
        Attribute::VirtualProcessors => ("Virtual processors", "It decides what a virtual machine counts."),
        Attribute::Region => ("Region", "It decides which rights reach the device."),
        Attribute::BusinessUnit => ("Business unit", "It decides which rights reach the device, and whose cost it is."),
        Attribute::CostCentre => ("Cost centre", "It decides which rights reach the device, and whose cost it is."),
    }
}

/// The page of conflicts.
pub fn page(frame: &Frame, view: &ConflictsPage) -> Markup {
    let words = match view.attribute {
        Some(attribute) => format!("Sources differ: {}", attribute_words(attribute).0.to_lowercase()),
        None => "Sources differ".to_owned(),
    };
    let heading = Heading {
        above: Some(Link::new(addresses::GAPS, "Gaps in the inventory")),
        words: &words,
        lede: Some(html! {
            "What several sources say differently of one device. What the latest report states counts; a source that is \
             wrong is best put right where it is kept."
        }),
        ..Heading::default()
    };
    let attribute = view.attribute.map_or("", Attribute::name);
    let address = |number: u64| {
        addresses::with_query(addresses::CONFLICTS, &[("attribute", attribute), ("page", &number.to_string())])
    };
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "difference" } else { "differences" }) ", by device" };
    let main = html! {
        (heading.render())
        @if view.rows.is_empty() {
            div.empty { h2 { "No differences" } p { "Where several sources state this of a device, they agree." } }
        } @else {
            (tables::region("conflicts", &caption, &html! {
                (tables::heads(&["Device", "About", "Counts", "Others say"]))
                tbody { @for row in &view.rows { tr {
                    th scope="row" { a href=(row.device.address) { (row.device.words) } }
                    td { (attribute_words(row.attribute).0) }
                    td { (stated(&row.counts)) }
                    td { @for other in &row.others { div { (stated(other)) } } }
                } } }
            }))
            (tables::pages(view.paging, address))
        }
        (copy_as(&view.copy))
    };
    let title = format!("{words}{}", view.paging.title_suffix());
    whole_page(frame, Head::new(&title, Place::Gaps), &main)
}

/// A value with whose it is.
pub fn stated(cell: &StatedCell) -> Markup {
    html! {
        (cell.value) " "
        small { "by " a href=(addresses::import(cell.import)) { (cell.source) } ", " (looked_at(cell.reported_at)) }
    }
}

fn looked_at(at: Option<Timestamp>) -> Markup {
    html! { @match at { Some(at) => (moments::instant(at)), None => "day not known" } }
}

/// A device that shares a mark with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwinRow {
    /// The mark.
    pub mark: String,
    /// The device, with its page.
    pub device: Link,
    /// What names it for good.
    pub key: String,
    /// The sources that report it.
    pub sources: Vec<String>,
    /// When a source last looked at it.
    pub reported_at: Option<Timestamp>,
}

/// The devices that may be one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwinsPage {
    /// What they share.
    pub mark: SharedMark,
    /// Which part is shown.
    pub paging: Paging,
    /// That part, by mark.
    pub rows: Vec<TwinRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// What a mark is called, and what follows where devices share it.
pub fn mark_words(mark: SharedMark) -> (&'static str, &'static str) {
    match mark {
        SharedMark::Serial => ("Serial number", "Their hardware UUIDs differ, so each counts."),
        SharedMark::Name => ("Name", "Their UUIDs or serial numbers differ, so each counts."),
    }
}

/// The page of devices that may be one machine.
pub fn twins_page(frame: &Frame, view: &TwinsPage) -> Markup {
    let shared = mark_words(view.mark).0.to_lowercase();
    let words = format!("Devices with the same {shared}");
    let heading = Heading {
        above: Some(Link::new(addresses::GAPS, "Gaps in the inventory")),
        words: &words,
        lede: Some(html! {
            "Each counts by itself. Where two are one machine that was set up anew, it counts twice until the older \
             one is gone from its source, is rejected there, or its import is undone."
        }),
        ..Heading::default()
    };
    let address = |number: u64| {
        addresses::with_query(addresses::TWINS, &[("shared", view.mark.name()), ("page", &number.to_string())])
    };
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "device" } else { "devices" }) ", by " (shared) };
    let main = html! {
        (heading.render())
        @if view.rows.is_empty() {
            div.empty { h2 { "No such devices" } p { "No two devices share a " (shared) "." } }
        } @else {
            (tables::region("twins", &caption, &html! {
                (tables::heads(&[mark_words(view.mark).0, "Device", "Key", "Source", "Looked at"]))
                tbody { @for row in &view.rows { tr {
                    td.verbatim { (row.mark) }
                    th scope="row" { a href=(row.device.address) { (row.device.words) } }
                    td.verbatim { (row.key) }
                    td { (row.sources.join(", ")) }
                    td { (looked_at(row.reported_at)) }
                } } }
            }))
            (tables::pages(view.paging, address))
        }
        (copy_as(&view.copy))
    };
    let title = format!("{words}{}", view.paging.title_suffix());
    whole_page(frame, Head::new(&title, Place::Gaps), &main)
}
