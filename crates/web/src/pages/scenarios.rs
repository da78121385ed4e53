//! Scenarios: the list with its form, one scenario, and scenarios side by side on a sheet that prints.

use app::scenarios::{Comparison, ProductRow, SCENARIOS_MAX, Standing};
use domain::id::{ProductId, ScenarioId};
use domain::money::Money;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::{self, NONE, count, counted};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// The sentences that a form takes, one of each kind.
const SENTENCES: [&str; 13] = [
    "hire 20 in UNIT from 2027-01-01",
    "hire 5 with PRD-1, PRD-2 from 2027-01-01 until 2027-06-30",
    "leave 5 in UNIT from 2027-01-01",
    "project 30 of PRD-1 from 2027-01-01 until 2027-06-30",
    "migrate 50% of PRD-1 to PRD-2 from 2027-01-01",
    "price PRD-1 by 7% from 2027-01-01 (or: at EUR 120.00)",
    "tier PRD-1 of 100 at EUR 90.00 from 2027-01-01",
    "bundle 50 of PRD-9 instead PRD-1, PRD-2 at EUR 300 from 2027-01-01",
    "buy 50 of PRD-1 at EUR 120.00 from 2027-01-01 until 2027-12-31",
    "end ENT-3 on 2027-01-31; renew ENT-3 until 2028-01-31 at EUR 130",
    "machine NAME processors 2 cores 64 from 2027-01-01 (on HOST: a virtual machine)",
    "host NAME cluster NAME processors 2 cores 64 from 2027-01-01",
    "remove NAME from 2027-01-01",
];

/// A scenario in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioRow {
    /// Its number.
    pub scenario: ScenarioId,
    /// Its name.
    pub name: String,
    /// What is assumed.
    pub assumptions: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who recorded it.
    pub owner: String,
    /// The day on which it was recorded or changed last.
    pub stands_since: Date,
    /// Whether it was retired.
    pub retired: bool,
}

/// What stands in the form: name, assumptions, plan, reason.
pub type Typed = [String; 4];

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenariosPage {
    /// The scenarios, newest first.
    pub rows: Vec<ScenarioRow>,
    /// The day of the comparison as it stands in its form.
    pub on: String,
    /// Whether the reader records scenarios.
    pub keeps: bool,
    /// What stands in the form.
    pub typed: Typed,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The list.
pub fn page(frame: &Frame, view_of: &ScenariosPage) -> Markup {
    let heading = Heading {
        words: "Scenarios",
        lede: Some(
            html! { "What would be needed, short and paid if these assumptions held. Nothing of the position changes by them." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        @if view_of.rows.is_empty() {
            (tables::empty("No scenarios yet", "A scenario is a name and a few sentences of what is assumed.", None, Some("indult scenario record FILE")))
        } @else { (list(view_of)) }
        @if view_of.keeps {
            section aria-labelledby="new-title" {
                h2 #new-title { "New scenario" }
                (form(addresses::SCENARIOS, &view_of.typed, &view_of.key, &view_of.errors, "Record the scenario"))
            }
        }
        (copy_as(&view_of.copy))
    };
    whole_page(
        frame,
        Head {
            title: if view_of.rows.is_empty() { "Scenarios: none yet" } else { "Scenarios" },
            place: Place::Scenarios,
            errors: view_of.errors.any(),
        },
        &main,
    )
}

fn list(view_of: &ScenariosPage) -> Markup {
    html! {
        form.calculator method="get" action=(addresses::SCENARIOS_COMPARED) {
            (tables::region("scenarios", &html! { "Choose up to " (SCENARIOS_MAX) " to set side by side" }, &html! {
                (tables::heads(&["Compare", "Scenario", "#Assumptions", "Owner", "Stands since"]))
                tbody { @for row in &view_of.rows { tr {
                    td { div.choice {
                        input type="checkbox" name="of" value=(row.scenario) id={ "of-" (row.scenario) };
                        label for={ "of-" (row.scenario) } { (row.scenario) }
                    } }
                    th scope="row" { a href=(addresses::scenario(row.scenario)) { (row.name) } }
                    td.n { (row.assumptions.len()) }
                    td { (row.owner) }
                    td { (moments::day(row.stands_since)) }
                } } }
            }))
            (Field { name: "on", label: "On which day", hint: "Empty is a year from today.", value: &view_of.on, errors: &Errors::default() }.line(Input::Day, "off"))
            div.buttons { button type="submit" { "Compare" } }
        }
    }
}

fn form(action: &str, typed: &Typed, key: &str, errors: &Errors, button: &str) -> Markup {
    let [name, assumptions, plan, reason] = typed;
    html! {
        form method="post" action=(action) novalidate {
            (hidden("key", key))
            (Field { name: "name", label: "Name", hint: "", value: name, errors }.line(Input::Text, "off"))
            (Field { name: "assumptions", label: "Assumptions", hint: "One sentence on each line; later ones build on earlier ones.", value: assumptions, errors }.lines(6))
            details {
                summary { "The sentences" }
                ul { @for sentence in SENTENCES { li { code { (sentence) } } } }
                p { "Without " code { "with" } ", persons have what the persons of their unit have on average. Days are included." }
            }
            (Field { name: "plan", label: "Hiring or project plan", hint: "May be empty. Lines of a CSV file: day, unit or product, number. Fewer than none leave.", value: plan, errors }.lines(3))
            (Field { name: "reason", label: "What it is for", hint: "", value: reason, errors }.lines(2))
            div.buttons { button type="submit" { (button) } }
        }
    }
}

/// One scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioPage {
    /// What the list says of it.
    pub row: ScenarioRow,
    /// Whether the reader changes it.
    pub keeps: bool,
    /// What stands in the form.
    pub typed: Typed,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// One scenario with its assumptions and the form that changes it.
pub fn scenario_page(frame: &Frame, view_of: &ScenarioPage) -> Markup {
    let row = &view_of.row;
    let heading = Heading {
        above: Some(Link::new(addresses::SCENARIOS, "Scenarios")),
        words: &row.name,
        marks: row.retired.then(|| states::mark(Tone::Quiet, "Retired")),
        lede: Some(html! { span.words { (row.reason) } }),
        ..Heading::default()
    };
    let compared = addresses::with_query(addresses::SCENARIOS_COMPARED, &[("of", &row.scenario.to_string())]);
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        (facts(&[
            ("Number", html! { (row.scenario) }),
            ("Owner", html! { (row.owner) }),
            ("Stands since", html! { (moments::day(row.stands_since)) }),
        ]))
        h2 { "Assumptions" }
        ol { @for assumption in &row.assumptions { li { (assumption) } } }
        p { a href=(compared) { "What would follow from it" } }
        @if view_of.keeps && !row.retired {
            section aria-labelledby="change-title" {
                h2 #change-title { "Change it" }
                (form(&addresses::scenario(row.scenario), &view_of.typed, &view_of.key, &view_of.errors, "Change the scenario"))
            }
            form method="post" action=(addresses::scenario_retirement(row.scenario)) {
                (hidden("key", &view_of.key))
                div.buttons { button.second type="submit" { "Retire the scenario" } }
            }
        }
        (copy_as(&view_of.copy))
    };
    whole_page(frame, Head { title: &row.name, place: Place::Scenarios, errors: view_of.errors.any() }, &main)
}

/// Scenarios side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonPage {
    /// The numbers.
    pub comparison: Comparison,
    /// The names of the products.
    pub names: Vec<(ProductId, String)>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

impl ComparisonPage {
    fn name(&self, product: ProductId) -> String {
        let known = self.names.iter().find(|(id, _)| *id == product);
        known.map_or_else(|| product.to_string(), |(_, name)| name.clone())
    }
}

/// How a number differs from today's.
fn difference(now: u64, today: u64) -> Markup {
    html! {
        @if now > today { span.under { "+" (count(now - today)) } }
        @if now < today { span.under { "\u{2212}" (count(today - now)) } }
    }
}

fn amounts(sums: &[Money]) -> String {
    if sums.is_empty() { NONE.to_owned() } else { numbers::sums(sums) }
}

/// How sums of the same currency differ from today's.
fn cost_difference(now: &[Money], today: &[Money]) -> Markup {
    let less = |money: &Money| Money { amount: -money.amount, currency: money.currency };
    let differences = domain::money::sums(now.iter().copied().chain(today.iter().map(less)));
    html! { @for difference in &differences { span.under {
        @if !difference.amount.is_sign_negative() { "+" } (numbers::money(difference))
    } } }
}

/// Scenarios side by side: sums first, then each product, then what changed and how the numbers were made.
pub fn comparison_page(frame: &Frame, view_of: &ComparisonPage) -> Markup {
    let found = &view_of.comparison;
    let heading = Heading {
        above: Some(Link::new(addresses::SCENARIOS, "Scenarios")),
        words: "Scenarios side by side",
        lede: Some(
            html! { "On " (moments::weekday(found.on)) ", reckoned as the position is. What is smaller below a number is its difference to today." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        (facts(&[
            ("Today", html! { (moments::day(found.today)) }),
            ("Compared on", html! { (moments::day(found.on)) }),
            ("Read at entry", html! { (count(found.ledger_size)) }),
        ]))
        @if found.rows.is_empty() {
            (tables::empty("No number changes by then", "The assumptions change no product on that day or before. Below it says what each did.", None, None))
        } @else { (sums(found)) (products(view_of)) }
        h2 { "What changed" }
        @for column in found.columns.iter().filter(|column| column.scenario.is_some()) {
            section {
                h3 { (column.name) }
                ol { @for (place, assumption) in column.assumptions.iter().enumerate() { li {
                    strong { (assumption) }
                    @let effects: Vec<_> = column.effects.iter().filter(|effect| effect.assumption == place).collect();
                    @if effects.is_empty() { span.under { "It changes nothing on that day." } }
                    @else { ul { @for effect in effects { li {
                        @if let Some(product) = effect.product { a href=(addresses::product(product)) { (view_of.name(product)) } ": " }
                        (effect.text)
                    } } } }
                } } }
            }
        }
        @if !found.rows.is_empty() { h2 { "Working" } @for row in &found.rows { (workings(view_of, row)) } }
        (copy_as(&view_of.copy))
    };
    let changed = counted(u64::try_from(found.rows.len()).unwrap_or(u64::MAX), "product changes", "products change");
    let title = format!("Scenarios side by side: {changed}");
    whole_page(frame, Head::new(&title, Place::Scenarios), &main)
}

fn headings(found: &Comparison) -> Vec<String> {
    let first = [String::new()].into_iter();
    first.chain(found.columns.iter().map(|column| format!("#{}", column.name))).collect()
}

fn heads(found: &Comparison, first: &str) -> Markup {
    let mut headings = headings(found);
    if let Some(heading) = headings.first_mut() {
        first.clone_into(heading);
    }
    tables::heads(&headings.iter().map(String::as_str).collect::<Vec<_>>())
}

fn sums(found: &Comparison) -> Markup {
    let today = found.columns.first();
    let (cost, short) = today.map(|today| (&*today.cost, &*today.shortage_cost)).unwrap_or_default();
    tables::region(
        "sums",
        &html! { "All products that the scenarios change, together" },
        &html! {
            (heads(found, "Sum"))
            tbody {
                tr { th scope="row" { "Rights cost" } @for column in &found.columns { td.n { (amounts(&column.cost)) (cost_difference(&column.cost, cost)) } } }
                tr { th scope="row" { "What is short would cost" } @for column in &found.columns { td.n { (amounts(&column.shortage_cost)) (cost_difference(&column.shortage_cost, short)) } } }
                tr { th scope="row" { "Products short" } @for column in &found.columns { td.n { (count(column.short_products)) " of " (found.rows.len()) } } }
            }
        },
    )
}

/// A line of a product in the table: what it shows of each standing.
fn line(label: &str, row: &ProductRow, cell: impl Fn(&Standing, &Standing) -> Markup) -> Markup {
    html! {
        tr { th scope="row" { (label) }
            @if let Some(today) = row.standings.first() { @for standing in &row.standings { td.n { (cell(standing, today)) } } }
        }
    }
}

fn products(view_of: &ComparisonPage) -> Markup {
    let found = &view_of.comparison;
    html! { @for row in &found.rows {
        (tables::region(&format!("of-{}", row.product), &html! { a href=(addresses::product(row.product)) { (view_of.name(row.product)) } span.provenance { "in " (row.metric.unit(2)) } }, &html! {
            (heads(found, "Number"))
            tbody {
                (line("Needed", row, |standing, today| html! { (count(standing.need)) (difference(standing.need, today.need)) }))
                (line("Rights", row, |standing, today| html! {
                    (numbers::quantity(standing.entitled))
                    @if let Some((now, before)) = standing.entitled.units().zip(today.entitled.units()) { (difference(now, before)) }
                }))
                (line("Short", row, |standing, today| html! {
                    @if standing.short > 0 { strong { (count(standing.short)) } } @else { (count(0)) }
                    (difference(standing.short, today.short))
                }))
                (line("Not used", row, |standing, _| html! { (standing.unused.map_or_else(|| "no limit".to_owned(), count)) }))
                (line("Short first on", row, |standing, _| html! { @match standing.first_short_on { Some(day) => (moments::day(day)), None => "never" } }))
                (line("Short at most until then", row, |standing, _| html! { (count(standing.most_short)) }))
                (line("Rights cost", row, |standing, today| html! {
                    (amounts(&standing.cost)) (cost_difference(&standing.cost, &today.cost))
                    @if standing.unpriced > 0 { span.under { (counted(standing.unpriced, "right", "rights")) " without a price" } }
                }))
                (line("What is short would cost", row, |standing, _| html! { @match &standing.shortage_cost.money { Some(money) if standing.short > 0 => (numbers::money(money)), _ => (NONE) } }))
            }
        }))
    } }
}

fn workings(view_of: &ComparisonPage, row: &ProductRow) -> Markup {
    html! {
        details {
            summary { (view_of.name(row.product)) }
            @for (column, standing) in view_of.comparison.columns.iter().zip(&row.standings) {
                h3 { (column.name) ", " (moments::day(column.on)) }
                ul { @for step in &standing.working { li { strong { (step.label) ": " (step.amount) } ". " (step.text) } } }
                p { (standing.shortage_cost.basis) }
            }
        }
    }
}
