//! The register of exceptions: what was granted, how much of it is used, and when it ends.
//!
//! An exception has the number of its request and is shown in full on that request's page.

use domain::entitlement::Metric;
use domain::grant::GrantStatus;
use domain::id::{CaseId, ProductId};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::numbers::count;
use crate::design::tables::{self, Paging};
use crate::design::{moments, states};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, page as whole_page};

/// Which exceptions are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionsView {
    /// In force.
    Active,
    /// In force, and ending within 30 days.
    Expiring,
    /// Past their last day.
    Expired,
    /// Ended early.
    Revoked,
    /// All that there ever were.
    All,
}

impl ExceptionsView {
    /// Every view, in its order.
    pub const ALL: [Self; 5] = [Self::Active, Self::Expiring, Self::Expired, Self::Revoked, Self::All];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::All => "all",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expiring => "Ending within 30 days",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::All => "All",
        }
    }

    /// Reads a name as in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == word)
    }
}

/// An exception in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionRow {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub product_name: String,
    /// Units granted.
    pub granted: u64,
    /// Units in use.
    pub used: u64,
    /// Their metric.
    pub metric: Metric,
    /// Where it holds; absent is everywhere.
    pub environment: Option<String>,
    /// Its last day.
    pub until: Date,
    /// How it stands.
    pub status: GrantStatus,
    /// Whether it ends within 30 days.
    pub ending: bool,
    /// Conditions to keep.
    pub conditions: u64,
    /// Whether the viewer may end it.
    pub may_revoke: bool,
}

/// The register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionsPage {
    /// Which are shown.
    pub view: ExceptionsView,
    /// How many each view has.
    pub counts: [u64; 5],
    /// Which part is shown.
    pub paging: Paging,
    /// That part, the one that ends first at the top.
    pub rows: Vec<ExceptionRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &ExceptionsPage) -> Markup {
    let title = format!("Exceptions: {}{}", view.view.title(), view.paging.title_suffix());
    let heading = Heading {
        words: "Exceptions",
        lede: Some(html! { "What was granted, until when, and how much of it is in use. Every exception ends." }),
        ..Heading::default()
    };
    let address = |number: u64| {
        let number = number.to_string();
        addresses::with_query(addresses::EXCEPTIONS, &[("status", view.view.name()), ("page", &number)])
    };
    let main = html! {
        (heading.render())
        @if view.counts.last() == Some(&0) {
            (tables::empty(
                "No exceptions yet",
                "An approved request becomes an exception. It stands here until its last day, and after that as expired.",
                frame.shows(Place::Requests).then_some((addresses::REQUESTS, "See the requests")),
                Some("indult exception list"),
            ))
        } @else {
            nav.views aria-label="Views of the exceptions" { ul {
                @for (other, number) in ExceptionsView::ALL.into_iter().zip(view.counts) {
                    li { a href=(addresses::with_query(addresses::EXCEPTIONS, &[("status", other.name())]))
                        aria-current=[(other == view.view).then_some("true")] {
                        (other.title()) " " span.tally { (count(number)) }
                    } }
                }
            } }
            @if view.rows.is_empty() {
                div.empty { h2 { "None" } p { "No exception is in this view." } }
            } @else {
                (table(frame, view))
                (tables::pages(view.paging, address))
            }
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head::new(&title, Place::Exceptions), &main)
}

fn table(frame: &Frame, view: &ExceptionsPage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "exception" } else { "exceptions" }) };
    tables::region(
        "exceptions",
        &caption,
        &html! {
            (tables::heads(&["Number", "Exception", "Product", "#In use", "#Granted", "Where", "Until the end of", "State", "Act"]))
            tbody { @for row in &view.rows { tr {
                th.id scope="row" { a href=(addresses::case(row.case)) { (row.case) } }
                td.prose { (row.title)
                    @if row.conditions > 0 {
                        span.under { (crate::design::numbers::counted(row.conditions, "condition", "conditions")) }
                    }
                }
                td { a href=(addresses::product(row.product)) { (row.product_name) } }
                td.n { (count(row.used)) }
                td.n { (count(row.granted)) span.under { (row.metric.unit(row.granted)) } }
                td { (row.environment.as_deref().unwrap_or("everywhere")) }
                td { (moments::weekday(row.until)) span.under { (moments::distance(row.until, frame.today())) } }
                td { (states::exception(row.status, row.ending)) }
                td { @if row.may_revoke {
                    a.danger href=(addresses::revocation(row.case)) { "Revoke" span.aside { " " (row.case) } }
                } }
            } } }
        },
    )
}
