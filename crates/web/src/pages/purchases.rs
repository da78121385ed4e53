//! Purchases: the list, asking, and one purchase from its request to the right that it becomes.

use domain::id::{EntitlementId, ProductId, PurchaseId};
use domain::money::Money;
use domain::purchase::PurchaseStatus;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::{self, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::alerts::HandledItem;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// A purchase in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseRow {
    /// Its number.
    pub purchase: PurchaseId,
    /// The product.
    pub product: (ProductId, String),
    /// Units.
    pub quantity: u64,
    /// What it costs.
    pub total: Option<Money>,
    /// Whose money it is.
    pub cost_centre: Option<String>,
    /// Who asked.
    pub requester: String,
    /// When.
    pub requested_at: jiff::Timestamp,
    /// How it stands.
    pub status: PurchaseStatus,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchasesPage {
    /// The status that is shown; `None` is all.
    pub view: Option<PurchaseStatus>,
    /// Which part of the list is shown.
    pub paging: Paging,
    /// That part.
    pub rows: Vec<PurchaseRow>,
    /// Up to which total each role approves.
    pub limits: Vec<(&'static str, Money)>,
    /// Whether the reader may ask.
    pub may_ask: bool,
    /// Whether the reader sets limits.
    pub may_limit: bool,
    /// What stands in the form: product, quantity, price, cost centre, reason.
    pub typed: [String; 5],
    /// What stands in the form of limits.
    pub limits_typed: String,
    /// The currency of all amounts.
    pub currency: String,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn view_address(view: Option<PurchaseStatus>, page: u64) -> String {
    let page = if page > 1 { page.to_string() } else { String::new() };
    addresses::with_query(addresses::PURCHASES, &[("view", view.map_or("all", PurchaseStatus::name)), ("page", &page)])
}

fn status(status: PurchaseStatus) -> Markup {
    let tone = match status {
        PurchaseStatus::Requested => Tone::Attention,
        PurchaseStatus::Approved | PurchaseStatus::Ordered => Tone::Open,
        PurchaseStatus::Received => Tone::Good,
        PurchaseStatus::Refused => Tone::Bad,
        PurchaseStatus::Withdrawn => Tone::Quiet,
    };
    states::mark(tone, status.title())
}

fn total(total: Option<&Money>) -> String {
    total.map_or_else(|| "too large to be stated".to_owned(), numbers::money)
}

/// The list.
pub fn page(frame: &Frame, view_of: &PurchasesPage) -> Markup {
    let heading = Heading {
        words: "Purchases",
        lede: Some(
            html! { "Ask, approve within a limit, order, receive. Whoever asked does not approve, and whoever approved does not buy." },
        ),
        ..Heading::default()
    };
    let views = [None].into_iter().chain(PurchaseStatus::ALL.map(Some));
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        nav.views aria-label="Which purchases" { ul { @for view in views {
            li { a href=(view_address(view, 1)) aria-current=[(view == view_of.view).then_some("true")] { (view.map_or("All", PurchaseStatus::title)) } }
        } } }
        @if view_of.rows.is_empty() {
            (tables::empty("No purchases here", "Whoever needs more of a product asks for it below.", None, Some("indult purchase ask PRODUCT QUANTITY --price EUR:300 --reason TEXT")))
        } @else {
            (table(view_of))
            (tables::pages(view_of.paging, |page| view_address(view_of.view, page)))
        }
        @if view_of.may_ask { (ask(view_of)) }
        h2 { "Spend limits" }
        @if view_of.limits.is_empty() { p { "None are set, so nobody can approve." } } @else {
            ul { @for (role, amount) in &view_of.limits { li { (role) ": up to " (numbers::money(amount)) } } }
        }
        @if view_of.may_limit { (limits(view_of)) }
        (copy_as(&view_of.copy))
    };
    let title =
        format!("Purchases: {}{}", view_of.view.map_or("all", PurchaseStatus::name), view_of.paging.title_suffix());
    whole_page(frame, Head { title: &title, place: Place::Purchases, errors: view_of.errors.any() }, &main)
}

fn table(view_of: &PurchasesPage) -> Markup {
    tables::region(
        "purchases",
        &html! { (view_of.paging.words()) " purchases, newest first" },
        &html! {
            (tables::heads(&["Purchase", "Asked by", "#Units", "#Total", "Cost centre", "State"]))
            tbody { @for row in &view_of.rows { tr {
                th scope="row" { a href=(addresses::purchase(row.purchase)) { (row.product.1) } span.under { (row.purchase) } }
                td { (row.requester) span.under { (moments::instant(row.requested_at)) } }
                td.n { (count(row.quantity)) }
                td.n { (total(row.total.as_ref())) }
                td { @match &row.cost_centre { Some(cost_centre) => (cost_centre), None => span.none { "none" } } }
                td { (status(row.status)) }
            } } }
        },
    )
}

fn ask(view_of: &PurchasesPage) -> Markup {
    let errors = &view_of.errors;
    let [product, quantity, price, cost_centre, reason] = &view_of.typed;
    html! {
        section aria-labelledby="ask-title" {
            h2 #ask-title { "Ask for something" }
            form method="post" action=(addresses::PURCHASES) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "product", label: "Product", hint: "Its number or its name.", value: product, errors }.line(Input::Text, "off"))
                (Field { name: "quantity", label: "Units", hint: "", value: quantity, errors }.line(Input::Number, "off"))
                (Field { name: "unit_price", label: "Price of a unit", hint: &format!("In {}, such as 300.00.", view_of.currency), value: price, errors }.line(Input::Number, "off"))
                (Field { name: "cost_centre", label: "Cost centre", hint: "Whose money it is; may be empty.", value: cost_centre, errors }.line(Input::Text, "off"))
                (Field { name: "reason", label: "What it is for", hint: "", value: reason, errors }.lines(3))
                div.buttons { button type="submit" { "Ask" } }
            }
        }
    }
}

fn limits(view_of: &PurchasesPage) -> Markup {
    html! {
        form method="post" action=(addresses::SPEND_LIMITS) novalidate {
            (hidden("key", &view_of.key))
            (Field { name: "limits", label: "Set the limits", hint: "One a line, such as: approver 5000. A role that is not named approves nothing.", value: &view_of.limits_typed, errors: &view_of.errors }.lines(4))
            div.buttons { button.second type="submit" { "Set the limits" } }
        }
    }
}

/// What the reader may do with a purchase now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurchaseAct {
    /// Approve or refuse it.
    Decide,
    /// Order it.
    Order,
    /// Receive it.
    Receive,
    /// Take it back.
    Withdraw,
}

/// One purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchasePage {
    /// What the list says of it.
    pub row: PurchaseRow,
    /// What a unit is expected to cost.
    pub unit_price: Money,
    /// Why.
    pub reason: String,
    /// The right that it became.
    pub received: Option<EntitlementId>,
    /// What was done with it.
    pub handled: Vec<HandledItem>,
    /// What the reader may do.
    pub acts: Vec<PurchaseAct>,
    /// What stands in the forms: note, reference, quantity, first day, last day.
    pub typed: [String; 5],
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// One purchase.
pub fn purchase_page(frame: &Frame, view_of: &PurchasePage) -> Markup {
    let row = &view_of.row;
    let words = format!("{} of {}", numbers::counted(row.quantity, "unit", "units"), row.product.1);
    let heading = Heading {
        above: Some(Link::new(addresses::PURCHASES, "Purchases")),
        words: &words,
        marks: Some(status(row.status)),
        lede: Some(html! { span.words { (view_of.reason) } }),
        ..Heading::default()
    };
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        (facts(&[
            ("Number", html! { (row.purchase) }),
            ("Product", html! { a href=(addresses::product(row.product.0)) { (row.product.1) } }),
            ("Total", html! { (total(row.total.as_ref())) span.under { (count(row.quantity)) " at " (numbers::money(&view_of.unit_price)) } }),
            ("Cost centre", html! { (row.cost_centre.as_deref().unwrap_or("none")) }),
            ("Asked by", html! { (row.requester) span.under { (moments::instant(row.requested_at)) } }),
            ("Became", html! { @match view_of.received { Some(right) => a href=(addresses::entitlement(right)) { (right) }, None => "no right yet" } }),
        ]))
        @if !view_of.handled.is_empty() {
            h2 { "What happened" }
            ul.remarks { @for item in &view_of.handled { li {
                p { strong { (item.what) } ": " span.words { (item.note) } }
                p.under { (item.who) ", " (moments::instant(item.at)) }
            } } }
        }
        @for act in &view_of.acts { (form(view_of, *act)) }
        (copy_as(&view_of.copy))
    };
    let title = format!("{}: {words}", row.purchase);
    whole_page(frame, Head { title: &title, place: Place::Purchases, errors: view_of.errors.any() }, &main)
}

fn form(view_of: &PurchasePage, act: PurchaseAct) -> Markup {
    let errors = &view_of.errors;
    let [note, reference, quantity, starts_on, ends_on] = &view_of.typed;
    let purchase = view_of.row.purchase;
    html! {
        @match act {
            PurchaseAct::Decide => form method="post" action=(addresses::purchase_act(purchase, "decision")) novalidate {
                h2 { "Decide" }
                (hidden("key", &view_of.key))
                (Field { name: "note", label: "Why", hint: "", value: note, errors }.lines(2))
                div.buttons {
                    button type="submit" name="choice" value="approve" { "Approve " (total(view_of.row.total.as_ref())) }
                    button.second type="submit" name="choice" value="refuse" { "Refuse" }
                }
            },
            PurchaseAct::Order => form method="post" action=(addresses::purchase_act(purchase, "order")) novalidate {
                h2 { "Order" }
                (hidden("key", &view_of.key))
                (Field { name: "reference", label: "Number of the order", hint: "", value: reference, errors }.line(Input::Text, "off"))
                div.buttons { button type="submit" { "It is ordered" } }
            },
            PurchaseAct::Receive => form method="post" action=(addresses::purchase_act(purchase, "receipt")) novalidate {
                h2 { "Receive" }
                (hidden("key", &view_of.key))
                (Field { name: "quantity", label: "Units that came in", hint: "", value: quantity, errors }.line(Input::Number, "off"))
                (Field { name: "starts_on", label: "Right from", hint: "Empty is since ever.", value: starts_on, errors }.line(Input::Day, "off"))
                (Field { name: "ends_on", label: "Right until", hint: "Empty is for ever.", value: ends_on, errors }.line(Input::Day, "off"))
                div.buttons { button type="submit" { "Record the right" } }
            },
            PurchaseAct::Withdraw => p { (crate::design::forms::act(&addresses::purchase_act(purchase, "withdrawal"), "Take it back", true, &[("key", &view_of.key)])) },
        }
    }
}
