//! Costs: what rights cost, who uses them, budgets, and the summary that prints on one sheet.

use app::costs::{BudgetStanding, Chargeback, ProductCost, SharedBy};
use app::summary::{Figure, SummaryView};
use domain::Decimal;
use domain::id::{BudgetId, ProductId};
use domain::money::Money;
use domain::purchase::BudgetTerms;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::{self, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, facts, page as whole_page};

/// What a product costs, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostRow {
    /// The product.
    pub product: (ProductId, String),
    /// Its numbers.
    pub cost: ProductCost,
}

/// A budget with how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// Its number.
    pub budget: BudgetId,
    /// Its terms.
    pub terms: BudgetTerms,
    /// How it stands.
    pub standing: BudgetStanding,
}

/// The costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostsPage {
    /// What the products cost, the dearest first.
    pub products: Vec<CostRow>,
    /// How many more there are.
    pub more_products: u64,
    /// By what cost is shared out, and the shares.
    pub chargeback: Option<Chargeback>,
    /// Names of the products in the shares are not shown; their number is.
    pub by: SharedBy,
    /// The budgets.
    pub budgets: Vec<BudgetRow>,
    /// Whether the reader sets budgets and surcharges.
    pub keeps: bool,
    /// What stands in the form of a budget: cost centre, first day, last day, amount.
    pub typed: [String; 4],
    /// What stands in the form of a surcharge: product, per cent.
    pub surcharge: [String; 2],
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn amount(money: &Money) -> String {
    if money.amount.is_zero() { NONE.to_owned() } else { numbers::money(money) }
}

/// The costs.
pub fn page(frame: &Frame, view_of: &CostsPage) -> Markup {
    let heading = Heading {
        words: "Costs",
        lede: Some(
            html! { "What rights cost a term, who uses them, and what is left of budgets. Nothing is converted between currencies." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        @if let Some(chargeback) = &view_of.chargeback { (shares(view_of, chargeback)) }
        @if view_of.products.is_empty() {
            (tables::empty("No costs yet", "Rights bring them, where they state a price.", None, Some("indult import entitlements FILE")))
        } @else { (products(view_of)) }
        section aria-labelledby="budgets-title" {
            h2 #budgets-title { "Budgets" }
            @if view_of.budgets.is_empty() { p { "No budget is set for today or later." } } @else { (budgets(view_of)) }
        }
        @if view_of.keeps { (forms(view_of)) }
        (copy_as(&view_of.copy))
    };
    let title = format!("Costs by {}", view_of.by.title().to_lowercase());
    whole_page(frame, Head { title: &title, place: Place::Costs, errors: view_of.errors.any() }, &main)
}

fn shares(view_of: &CostsPage, chargeback: &Chargeback) -> Markup {
    html! {
        nav.views aria-label="Shared out by" { ul { @for by in SharedBy::ALL {
            li { a href=(addresses::with_query(addresses::COSTS, &[("by", by.name())])) aria-current=[(by == view_of.by).then_some("true")] { "By " (by.title().to_lowercase()) } }
        } } }
        (tables::region("shares", &html! { "Who uses what the rights cost. Shares and what is unused sum to the total." }, &html! {
            (tables::heads(&[view_of.by.title(), "#Products", "#Carries"]))
            tbody {
                @for share in &chargeback.shares { tr {
                    th scope="row" { @match &share.name { Some(name) => (name), None => span.none { "devices state none" } } }
                    td.n { (count(u64::try_from(share.products.len()).unwrap_or(u64::MAX))) }
                    td.n { (numbers::money(&share.amount)) }
                } }
                tr { th scope="row" { "Not used by anybody" } td.n {} td.n { (amount(&chargeback.unused)) } }
                tr { th scope="row" { "All rights" } td.n {} td.n { strong { (numbers::money(&chargeback.total)) } } }
            }
        }))
    }
}

fn products(view_of: &CostsPage) -> Markup {
    tables::region(
        "products",
        &html! { "Products, the dearest first" @if view_of.more_products > 0 { span.provenance { "and " (count(view_of.more_products)) " more" } } },
        &html! {
            (tables::heads(&["Product", "#Rights cost", "#Not used", "#Short would cost", "#Surcharge", "#Without a price"]))
            tbody { @for row in &view_of.products { tr {
                th scope="row" { a href=(addresses::product(row.product.0)) { (row.product.1) } }
                td.n { (amount(&row.cost.total)) }
                td.n { (amount(&row.cost.unused)) }
                td.n { (amount(&row.cost.exposure)) }
                td.n { (amount(&row.cost.surcharge)) }
                td.n { (count(row.cost.unpriced)) }
            } } }
        },
    )
}

fn budgets(view_of: &CostsPage) -> Markup {
    tables::region(
        "budgets",
        &html! { "Budgets against what runs and what is committed" },
        &html! {
            (tables::heads(&["Cost centre", "Period", "#Budget", "#Runs", "#Committed", "#Asked for", "#Left"]))
            tbody { @for row in &view_of.budgets { tr {
                th scope="row" { (row.terms.cost_centre.as_deref().unwrap_or("The whole organisation")) span.under { (row.budget) } }
                td { (moments::day(row.terms.starts_on)) " to " (moments::day(row.terms.ends_on)) }
                td.n { (numbers::money(&row.terms.amount)) }
                td.n { (amount(&row.standing.running)) }
                td.n { (amount(&row.standing.committed)) }
                td.n { (amount(&row.standing.asked)) }
                td.n { (numbers::money(&row.standing.left)) @if row.standing.left.amount < Decimal::ZERO { " " (states::mark(Tone::Bad, "Overdrawn")) } }
            } } }
        },
    )
}

fn forms(view_of: &CostsPage) -> Markup {
    let errors = &view_of.errors;
    let [cost_centre, starts_on, ends_on, sum] = &view_of.typed;
    let [product, percent] = &view_of.surcharge;
    html! {
        section aria-labelledby="budget-title" {
            h2 #budget-title { "New budget" }
            form method="post" action=(addresses::BUDGETS) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "cost_centre", label: "Cost centre", hint: "As devices state it; empty is the whole organisation.", value: cost_centre, errors }.line(Input::Text, "off"))
                (Field { name: "starts_on", label: "First day", hint: "", value: starts_on, errors }.line(Input::Day, "off"))
                (Field { name: "ends_on", label: "Last day", hint: "", value: ends_on, errors }.line(Input::Day, "off"))
                (Field { name: "amount", label: "Amount", hint: "In the organisation's currency.", value: sum, errors }.line(Input::Number, "off"))
                div.buttons { button type="submit" { "Set the budget" } }
            }
        }
        section aria-labelledby="surcharge-title" {
            h2 #surcharge-title { "Surcharge on what is short" }
            p { "What a publisher would add to the price, such as maintenance for the years before." }
            form method="post" action=(addresses::SURCHARGES) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "surcharge_product", label: "Product", hint: "Its number or its name; empty is all others.", value: product, errors }.line(Input::Text, "off"))
                (Field { name: "percent", label: "Per cent", hint: "", value: percent, errors }.line(Input::Number, "off"))
                div.buttons { button.second type="submit" { "Set the surcharge" } }
            }
        }
    }
}

/// The summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryPage {
    /// For whom.
    pub view: SummaryView,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The summary: few figures, each a link to its working. It prints on one sheet.
pub fn summary_page(frame: &Frame, view_of: &SummaryPage) -> Markup {
    let heading = Heading {
        words: "Summary",
        lede: Some(
            html! { (frame.organisation) " on " (moments::weekday(frame.today())) ". Every figure leads to its working." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        nav.views aria-label="For whom" { ul { @for view in SummaryView::ALL {
            li { a href=(addresses::with_query(addresses::SUMMARY, &[("view", view.name())])) aria-current=[(view == view_of.view).then_some("true")] { (view.title()) } }
        } } }
        ul.figures { @for figure in &view_of.figures { li {
            a href=(figure.address) { span.figure { (figure.value) } span.figure-label { (figure.label) } }
            span.under { (figure.basis) }
        } } }
        @if let Some(read_at) = &frame.read_at { (facts(&[
            ("Read at entry", html! { (count(read_at.size)) }),
            ("Signed", html! { @match read_at.checkpoint { Some((size, _)) => { "up to entry " (count(size)) } None => "not yet" } }),
        ])) }
        (copy_as(&view_of.copy))
    };
    let title = format!("Summary: {}", view_of.view.title());
    whole_page(frame, Head::new(&title, Place::Summary), &main)
}
