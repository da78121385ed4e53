//! Renewals: what ends, by when notice must be given, what it costs, how much of it is used, and what is planned.

use app::renewals::Renewal;
use domain::agreement::RenewalChoice;
use domain::id::{AgreementId, EntitlementId, ProductId};
use domain::money::Money;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, hidden};
use crate::design::moments;
use crate::design::numbers::{self, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// Days before the last day for notice from which it is worth a mark.
const NOTICE_SOON_DAYS: i64 = 30;

/// How far ahead the page looks, in days, as its views offer it.
pub const HORIZONS: [i64; 4] = [60, 90, 180, 365];

/// An agreement that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalRow {
    /// Its numbers.
    pub renewal: Renewal,
    /// The reference by which both sides know it.
    pub reference: String,
    /// With whom.
    pub party: String,
    /// The names of the products that it covers.
    pub products: Vec<(ProductId, String)>,
    /// What is planned, why, and by whom.
    pub plan: Option<(RenewalChoice, String, String)>,
}

/// A right that ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingRow {
    /// The right.
    pub entitlement: EntitlementId,
    /// Its product.
    pub product: (ProductId, String),
    /// Its last day.
    pub ends_on: Date,
}

/// The renewals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalsPage {
    /// How far ahead it looks: one of [`HORIZONS`].
    pub days: i64,
    /// What ends, what is due first at the top.
    pub rows: Vec<RenewalRow>,
    /// Rights that end without an agreement that does.
    pub rights: Vec<EndingRow>,
    /// What everything in the list costs a term, by currency.
    pub cost: Vec<Money>,
    /// What of that is not used.
    pub unused_cost: Vec<Money>,
    /// How many have no plan.
    pub unplanned: u64,
    /// Whether there is any agreement at all.
    pub any_agreement: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn view(days: i64) -> String {
    addresses::with_query(addresses::RENEWALS, &[("days", &days.to_string())])
}

fn amount(sums: &[Money]) -> String {
    if sums.is_empty() { NONE.to_owned() } else { numbers::sums(sums) }
}

/// The page.
pub fn page(frame: &Frame, view_of: &RenewalsPage) -> Markup {
    let heading = Heading {
        words: "Renewals",
        lede: Some(html! { "What ends, by when notice must be given, and how much of it is used." }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @if view_of.any_agreement || !view_of.rights.is_empty() { (listed(frame, view_of)) } @else {
            (tables::empty(
                "No agreements yet",
                "A list of entitlements brings the agreements that it names, with their ends and days of notice.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import entitlements")),
                Some("indult import entitlements FILE"),
            ))
        }
    };
    let title = format!("Renewals within {} days", view_of.days);
    whole_page(frame, Head::new(&title, Place::Renewals), &main)
}

fn listed(frame: &Frame, view_of: &RenewalsPage) -> Markup {
    html! {
        nav.views aria-label="How far ahead" { ul { @for days in HORIZONS {
            li { a href=(view(days)) aria-current=[(days == view_of.days).then_some("true")] { "Within " (days) " days" } }
        } } }
        (facts(&[
            ("Agreements", html! { (count(u64::try_from(view_of.rows.len()).unwrap_or(u64::MAX))) }),
            ("Without a plan", html! { (count(view_of.unplanned)) }),
            ("Cost a term", html! { (amount(&view_of.cost)) }),
            ("Of that not used", html! { (amount(&view_of.unused_cost)) }),
        ]))
        @if view_of.rows.is_empty() {
            div.empty { h2 { "Nothing ends" } p { "No agreement ends or asks for notice within " (view_of.days) " days." } }
        } @else { (table(frame, view_of)) }
        @if !view_of.rights.is_empty() { (rights(frame, view_of)) }
        h2 { "In your calendar" }
        p { a href="/renewals.ics" { "Download the calendar" } ", or let your calendar program read "
            code { "/calendars/TOKEN/renewals.ics" } " at this address, with a token of the scope “calendar” in place of TOKEN: "
            a href=(addresses::TOKENS) { "make one" } ". It shows renewals and nothing else, and can be revoked." }
        (copy_as(&view_of.copy))
    }
}

fn table(frame: &Frame, view_of: &RenewalsPage) -> Markup {
    tables::region(
        "renewals",
        &html! { "Agreements that end or ask for notice within " (view_of.days) " days" },
        &html! {
            (tables::heads(&["Agreement", "Notice by", "Ends", "#Cost a term", "#Not used", "Plan"]))
            tbody { @for row in &view_of.rows { tr {
                th scope="row" {
                    a href=(addresses::renewal(row.renewal.agreement)) { (row.reference) }
                    span.under { (row.party) @if !row.products.is_empty() { ": " (products(row)) } }
                }
                td { (notice(frame, &row.renewal)) }
                td { (moments::weekday(row.renewal.ends_on)) span.under { (moments::distance(row.renewal.ends_on, frame.today())) } }
                td.n { (amount(&row.renewal.cost)) @if row.renewal.unpriced > 0 { span.under { (unpriced(row.renewal.unpriced)) } } }
                td.n { (amount(&row.renewal.unused_cost)) }
                td { (planned(row)) }
            } } }
        },
    )
}

fn products(row: &RenewalRow) -> String {
    let names: Vec<String> = row.products.iter().map(|(_, name)| name.clone()).collect();
    numbers::list(&names, "and")
}

fn unpriced(rights: u64) -> String {
    format!("{} without a price", numbers::counted(rights, "right", "rights"))
}

fn notice(frame: &Frame, renewal: &Renewal) -> Markup {
    let Some(day) = renewal.notice_by else { return html! { span.none { "no notice known" } } };
    let distance = moments::distance(day, frame.today());
    let mark = match moments::days_until(day, frame.today()) {
        ..0 => states::mark(Tone::Bad, &format!("was {distance}")),
        0..=NOTICE_SOON_DAYS => states::mark(Tone::Attention, &distance),
        _ => html! { span.under { (distance) } },
    };
    html! { (moments::weekday(day)) " " div { (mark) } }
}

fn planned(row: &RenewalRow) -> Markup {
    html! {
        @match &row.plan {
            Some((choice, _, who)) => { (states::mark(Tone::Good, choice.title())) span.under { (who) } }
            None => {
                (states::mark(Tone::Attention, "Not planned"))
                span.under { "The numbers speak for: " (row.renewal.suggestion.choice.title().to_lowercase()) }
            }
        }
    }
}

fn rights(frame: &Frame, view_of: &RenewalsPage) -> Markup {
    tables::region(
        "rights",
        &html! { "Rights that end although no agreement of theirs does" },
        &html! {
            (tables::heads(&["Right", "Product", "Ends"]))
            tbody { @for row in &view_of.rights { tr {
                th scope="row" { a href=(addresses::entitlement(row.entitlement)) { (row.entitlement) } }
                td { a href=(addresses::product(row.product.0)) { (row.product.1) } }
                td { (moments::weekday(row.ends_on)) span.under { (moments::distance(row.ends_on, frame.today())) } }
            } } }
        },
    )
}

/// Planning what happens when one agreement ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPage {
    /// The agreement and its numbers.
    pub row: RenewalRow,
    /// Whether the reader may plan.
    pub may_plan: bool,
    /// The choice that stands in the form.
    pub choice: String,
    /// The reason that stands in the form.
    pub reason: String,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
}

/// The page of one renewal.
pub fn plan_page(frame: &Frame, view_of: &PlanPage) -> Markup {
    let row = &view_of.row;
    let renewal = &row.renewal;
    let title = format!("Renewal of {}", row.reference);
    let heading = Heading {
        above: Some(Link::new(addresses::RENEWALS, "Renewals")),
        words: &title,
        lede: Some(
            html! { "With " (row.party) "; " a href=(addresses::agreement(renewal.agreement)) { (renewal.agreement) } "." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        (facts(&[
            ("Notice by", notice(frame, renewal)),
            ("Ends", html! { (moments::weekday(renewal.ends_on)) }),
            ("Cost a term", html! { (amount(&renewal.cost)) @if renewal.unpriced > 0 { span.under { (unpriced(renewal.unpriced)) } } }),
            ("Of that not used", html! { (amount(&renewal.unused_cost)) }),
        ]))
        h2 { "What the numbers speak for" }
        p { strong { (renewal.suggestion.choice.title()) ". " } (renewal.suggestion.why) }
        @if !renewal.products.is_empty() { (uses(row)) }
        h2 { "Plan" }
        @match &row.plan {
            Some((choice, reason, who)) => p { strong { (choice.title()) ". " } (reason) " " span.under { "Planned by " (who) "." } },
            None => p { "Nothing is planned for this end." },
        }
        @if view_of.may_plan { (form(view_of)) }
    };
    whole_page(frame, Head { title: &title, place: Place::Renewals, errors: view_of.errors.any() }, &main)
}

fn uses(row: &RenewalRow) -> Markup {
    let name = |product: ProductId| {
        let found = row.products.iter().find(|(known, _)| *known == product);
        found.map_or_else(|| product.to_string(), |(_, name)| name.clone())
    };
    tables::region(
        "uses",
        &html! { "What the agreement gives, and what would be short without it" },
        &html! {
            (tables::heads(&["Product", "#Gives", "#Not used", "#Short now", "#Short without it"]))
            tbody { @for product in &row.renewal.products { tr {
                th scope="row" { a href=(addresses::product(product.product)) { (name(product.product)) } span.under { (product.metric.unit(2)) } }
                td.n { (numbers::quantity(product.given)) }
                td.n { (count(product.unused)) }
                td.n { (count(product.short)) }
                td.n { (count(product.short_without)) }
            } } }
        },
    )
}

fn form(view_of: &PlanPage) -> Markup {
    let choices: Vec<Choice> =
        RenewalChoice::ALL.into_iter().map(|choice| Choice::plain(choice.name(), choice.title())).collect();
    let errors = &view_of.errors;
    html! {
        form.long method="post" action=(addresses::renewal(view_of.row.renewal.agreement)) novalidate {
            (hidden("key", &view_of.key))
            (hidden("ends_on", &view_of.row.renewal.ends_on.to_string()))
            (Field { name: "choice", label: "What shall happen", hint: "", value: &view_of.choice, errors }.radios(&choices))
            (Field {
                name: "reason",
                label: "Why",
                hint: "What was weighed, and with whom. It stands beside the ledger.",
                value: &view_of.reason,
                errors,
            }.lines(3))
            div.buttons { button type="submit" { "Record the plan" } }
        }
    }
}

/// The address of the page about one agreement, where it is a renewal.
pub fn link(agreement: AgreementId) -> Link {
    Link::new(addresses::renewal(agreement), "Plan its renewal")
}
