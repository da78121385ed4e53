//! Gaps: what sources leave out of devices and titles and where they differ, with the rows behind each number.

use app::devices::{DeviceGap, TitleGap};
use maud::{Markup, html};

use crate::design::numbers::{NONE, count};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};

/// What a missing attribute does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// What is not said.
    pub words: &'static str,
    /// What follows from that.
    pub effect: &'static str,
    /// Of how many it is not said.
    pub count: u64,
    /// Of how many it could be.
    pub of: u64,
    /// Where exactly they are listed.
    pub rows: String,
}

/// The gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapsPage {
    /// Of devices.
    pub devices: Vec<GapRow>,
    /// Of installations.
    pub installations: Vec<GapRow>,
    /// What sources state differently.
    pub conflicts: Vec<GapRow>,
    /// What devices share that may be one.
    pub twins: Vec<GapRow>,
    /// Whether there is any inventory at all.
    pub nothing_imported: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// What no source says of a device, and what follows from that.
pub fn device_gap_words(gap: DeviceGap) -> (&'static str, &'static str) {
    match gap {
        DeviceGap::PrimaryUser => ("Primary user", "Named users are counted as a range; nobody can be asked about it."),
        DeviceGap::Host => ("Host of a virtual machine", "What is licensed by host cannot be told apart."),
        DeviceGap::Cores => ("Cores or virtual processors", "Metrics by core give a range."),
        DeviceGap::Environment => ("Environment", "It counts as production."),
        DeviceGap::Region => ("Region", "Rights for one region do not reach it."),
        DeviceGap::BusinessUnit => ("Business unit", "Rights for one unit do not reach it; its cost falls on nobody."),
        DeviceGap::CostCentre => {
            ("Cost centre", "Rights for one cost centre do not reach it; its cost falls on nobody.")
        }
    }
}

/// What a source does not say of a title, and what follows from that.
pub fn title_gap_words(gap: TitleGap) -> (&'static str, &'static str) {
    match gap {
        TitleGap::Publisher => ("Publisher", "It is recognised by its name alone."),
        TitleGap::Version => ("Version", "A right on some versions may or may not reach it."),
    }
}

/// The page.
pub fn page(frame: &Frame, view: &GapsPage) -> Markup {
    let heading = Heading {
        words: "Gaps in the inventory",
        lede: Some(
            html! { "What no source says, where sources differ, what may count twice, and what follows from it. Each number leads to its rows." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @if view.nothing_imported {
            (tables::empty(
                "No inventory yet",
                "What sources leave out is counted here once they report.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import inventory")),
                Some("indult import inventory FILE..."),
            ))
        } @else {
            (table("device-gaps", "Devices of which this is not known", ["Not known", "Of", "Devices"], &view.devices))
            (table("title-gaps", "Installations of which this is not known", ["Not known", "Of", "Installations"], &view.installations))
            (table("device-conflicts", "Devices on which sources differ", ["About", "Stated by several", "Differ"], &view.conflicts))
            (table("device-twins", "Devices that may be one machine", ["They share", "Of", "Devices"], &view.twins))
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head::new("Gaps in the inventory", Place::Gaps), &main)
}

fn table(id: &str, caption: &str, [what, of, count_of]: [&str; 3], rows: &[GapRow]) -> Markup {
    tables::region(
        id,
        &html! { (caption) },
        &html! {
            (tables::heads(&[what, &format!("#{of}"), &format!("#{count_of}"), "What follows"]))
            tbody { @for row in rows { tr {
                th scope="row" { (row.words) }
                td.n { (count(row.of)) }
                td.n { @if row.count == 0 { "0" } @else { a href=(row.rows) { (count(row.count)) } } }
                td.prose { (row.effect) }
            } } }
        },
    )
}

/// A title that lacks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteRow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Its publisher.
    pub publisher: Option<String>,
    /// Its installations.
    pub installations: u64,
}

/// The titles behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompletePage {
    /// What they lack.
    pub gap: TitleGap,
    /// The installations of all of them.
    pub installations: u64,
    /// Which part is shown.
    pub paging: Paging,
    /// That part, most installations first.
    pub rows: Vec<IncompleteRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page of titles.
pub fn titles_page(frame: &Frame, view: &IncompletePage) -> Markup {
    let words = match view.gap {
        TitleGap::Publisher => "Titles without a publisher",
        TitleGap::Version => "Titles without a version",
    };
    let title = format!("{words}{}", view.paging.title_suffix());
    let heading = Heading {
        above: Some(Link::new(addresses::GAPS, "Gaps in the inventory")),
        words,
        lede: Some(html! { "Together they are " (count(view.installations)) " installations." }),
        ..Heading::default()
    };
    let address = |number: u64| {
        addresses::with_query(
            addresses::INCOMPLETE_TITLES,
            &[("lacking", view.gap.name()), ("page", &number.to_string())],
        )
    };
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "title" } else { "titles" }) ", most installations first" };
    let text = |text: Option<&String>| html! { @match text { Some(text) => (text), None => span.none { (NONE) } } };
    let main = html! {
        (heading.render())
        @if view.rows.is_empty() {
            div.empty { h2 { "No titles" } p { "Sources say this of every title." } }
        } @else {
            (tables::region("titles", &caption, &html! {
                (tables::heads(&["Title", "Version", "Publisher", "#Installations"]))
                tbody { @for row in &view.rows { tr {
                    th.verbatim scope="row" { (row.name) }
                    td { (text(row.version.as_ref())) }
                    td.prose { (text(row.publisher.as_ref())) }
                    td.n { (count(row.installations)) }
                } } }
            }))
            (tables::pages(view.paging, address))
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Gaps), &main)
}
