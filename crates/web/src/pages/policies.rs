//! The catalogue of rules in force: which kinds of exception there are, within what limits, and who decides.

use domain::digest::Digest;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::moments;
use crate::design::numbers::{self, count};
use crate::design::tables;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, facts, page as whole_page};

/// A question that a category asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionShown {
    /// The question.
    pub label: String,
    /// Help; may be empty.
    pub help: String,
    /// Whether it must be answered.
    pub required: bool,
}

/// A kind of exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryShown {
    /// Its key.
    pub key: String,
    /// Its name.
    pub title: String,
    /// What it is for, and what not.
    pub scope: String,
    /// The longest time.
    pub days_max: u32,
    /// The largest quantity, where there is one.
    pub quantity_max: Option<u64>,
    /// Who decides, in words: `1 finance`.
    pub decided_by: Vec<String>,
    /// Days within which a decision is promised.
    pub decision_days: u32,
    /// Its questions.
    pub questions: Vec<QuestionShown>,
    /// Requests under it so far: open, approved, denied.
    pub requests: (u64, u64, u64),
}

/// A version of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its digest.
    pub digest: Digest,
    /// When it was published.
    pub published_at: Timestamp,
    /// How many categories it has.
    pub categories: u64,
    /// Whether it is in force.
    pub in_force: bool,
}

/// The catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoliciesPage {
    /// The digest of the version in force.
    pub digest: Digest,
    /// When it was published.
    pub published_at: Timestamp,
    /// Its categories.
    pub categories: Vec<CategoryShown>,
    /// Every version, newest first.
    pub versions: Vec<Version>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &PoliciesPage) -> Markup {
    let heading = Heading {
        words: "Policies",
        lede: Some(
            html! { "What can be asked for, within what limits, and who decides. Every decision records the version it was taken under." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        (facts(&[
            ("In force since", html! { (moments::instant(view.published_at)) }),
            ("Version", html! { code.digest { (view.digest) } }),
        ]))
        @for category in &view.categories { (category_section(category)) }
        section aria-labelledby="versions-title" {
            h2 #versions-title { "Versions" }
            (tables::region("versions", &html! { "Every version that was in force" }, &html! {
                (tables::heads(&["Version", "Published", "#Categories", "In force"]))
                tbody { @for version in &view.versions { tr {
                    th scope="row" { code { (version.digest.short()) } }
                    td { (moments::instant(version.published_at)) }
                    td.n { (count(version.categories)) }
                    td { (if version.in_force { "now" } else { "earlier" }) }
                } } }
            }))
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new("Policies", Place::Policies), &main)
}

fn category_section(category: &CategoryShown) -> Markup {
    let id = format!("category-{}", category.key);
    let (open, approved, denied) = category.requests;
    let units = category
        .quantity_max
        .map_or_else(|| "no limit of its own".to_owned(), |most| format!("at most {}", count(most)));
    html! {
        section.category aria-labelledby=(id) {
            h2 id=(id) { (category.title) }
            p.words { (category.scope.trim()) }
            (facts(&[
                ("Decided by", html! { (numbers::list(&category.decided_by, "and")) }),
                ("At most", html! { (category.days_max) " days" }),
                ("Units", html! { (units) }),
                ("Decision within", html! { (category.decision_days) " calendar days" }),
                ("Requests so far", html! { (count(open)) " open, " (count(approved)) " approved, " (count(denied)) " denied" }),
            ]))
            @if !category.questions.is_empty() {
                details {
                    summary { "What it asks (" (category.questions.len()) ")" }
                    ul { @for question in &category.questions { li {
                        (question.label) @if !question.required { " (optional)" }
                        @if !question.help.is_empty() { span.under { (question.help) } }
                    } } }
                }
            }
        }
    }
}
