//! What is looked for: the rules with their quiet periods, who answers for which product, and who has left.

use domain::alert::TriggerKind;
use domain::id::{AlertRuleId, LeaverId, ProductId, QuietPeriodId};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, act, hidden};
use crate::design::moments;
use crate::design::numbers::count;
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleItem {
    /// Its number.
    pub rule: AlertRuleId,
    /// Its kind.
    pub kind: TriggerKind,
    /// What it looks for, as half a sentence.
    pub sentence: String,
    /// The only product that it is about.
    pub product: Option<(ProductId, String)>,
    /// Alerts of it that hold.
    pub holding: u64,
}

/// A quiet period that has not passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietItem {
    /// Its number.
    pub quiet: QuietPeriodId,
    /// First and last day.
    pub days: (Date, Date),
    /// The only product that it is about.
    pub product: Option<(ProductId, String)>,
    /// Why.
    pub reason: String,
    /// Who.
    pub who: String,
}

/// The form of a new rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleForm {
    /// The kind.
    pub kind: String,
    /// Units, per cent, devices or an amount.
    pub number: String,
    /// Days.
    pub days: String,
    /// The product's number or name.
    pub product: String,
}

/// The form of a quiet period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuietForm {
    /// First day.
    pub starts_on: String,
    /// Last day.
    pub ends_on: String,
    /// The product's number or name.
    pub quiet_product: String,
    /// Why.
    pub reason: String,
}

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesPage {
    /// The rules in force.
    pub rules: Vec<RuleItem>,
    /// Quiet periods that have not passed.
    pub quiet: Vec<QuietItem>,
    /// Whether the reader keeps them.
    pub keeps: bool,
    /// How many of the usual rules are not there.
    pub usual_missing: u64,
    /// What stands in the form of a rule.
    pub form: RuleForm,
    /// What stands in the form of a quiet period.
    pub quiet_form: QuietForm,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn about(product: Option<&(ProductId, String)>) -> Markup {
    html! { @match product {
        Some((id, name)) => a href=(addresses::product(*id)) { (name) },
        None => "everything",
    } }
}

/// The rules.
pub fn page(frame: &Frame, view_of: &RulesPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::ALERTS, "Alerts")),
        words: "Rules",
        lede: Some(
            html! { "What is looked for. A rule for one product stands before a rule of the same kind for everything." },
        ),
        acts: Some(html! {
            a.button.second href=(addresses::OWNERS) { "Who answers for what" }
            a.button.second href=(addresses::LEAVERS) { "Leavers" }
        }),
        ..Heading::default()
    };
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        @if view_of.keeps && view_of.usual_missing > 0 {
            div.panel { p { "The program comes with usual rules; " (count(view_of.usual_missing)) " of them are not here. "
                (act(addresses::ALERT_RULES_USUAL, "Add the usual rules", false, &[("key", &view_of.key)])) } }
        }
        @if view_of.rules.is_empty() {
            (tables::empty("No rules yet", "Nothing is raised without a rule.", None, Some("indult alert adopt")))
        } @else { (rules(view_of)) }
        @if !view_of.quiet.is_empty() { (quiet(view_of)) }
        @if view_of.keeps { (new_rule(view_of)) (new_quiet(view_of)) }
        (copy_as(&view_of.copy))
    };
    whole_page(frame, Head { title: "Alert rules", place: Place::Alerts, errors: view_of.errors.any() }, &main)
}

fn rules(view_of: &RulesPage) -> Markup {
    tables::region(
        "rules",
        &html! { "Rules in force" },
        &html! {
            (tables::heads(&["Rule", "Raised when", "About", "#Hold now", "End it"]))
            tbody { @for rule in &view_of.rules { tr {
                th scope="row" { (rule.kind.title()) span.under { (rule.rule) } }
                td.prose { (rule.sentence) }
                td { (about(rule.product.as_ref())) }
                td.n { (count(rule.holding)) }
                td { @if view_of.keeps { (act(&addresses::alert_rule_end(rule.rule), "End", true, &[("key", &view_of.key)])) } }
            } } }
        },
    )
}

fn quiet(view_of: &RulesPage) -> Markup {
    tables::region(
        "quiet",
        &html! { "Quiet periods: nothing is raised on these days" },
        &html! {
            (tables::heads(&["From", "To", "About", "Why", "End it"]))
            tbody { @for period in &view_of.quiet { tr {
                th scope="row" { (moments::weekday(period.days.0)) }
                td { (moments::weekday(period.days.1)) }
                td { (about(period.product.as_ref())) }
                td.prose { (period.reason) span.under { (period.who) } }
                td { @if view_of.keeps { (act(&addresses::quiet_end(period.quiet), "End", true, &[("key", &view_of.key)])) } }
            } } }
        },
    )
}

fn new_rule(view_of: &RulesPage) -> Markup {
    let errors = &view_of.errors;
    let form = &view_of.form;
    let kinds: Vec<Choice> = TriggerKind::ALL
        .into_iter()
        .map(|kind| {
            let family = if kind.is_anomaly() { "anomaly" } else { "threshold" };
            Choice::plain(kind.name(), format!("{} ({family})", kind.title()))
        })
        .collect();
    html! {
        section aria-labelledby="new-title" {
            h2 #new-title { "New rule" }
            form method="post" action=(addresses::ALERT_RULES) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "kind", label: "Look for", hint: "", value: &form.kind, errors }.choice(&kinds))
                (Field { name: "number", label: "More than", hint: "Units, per cent, devices, or an amount in the organisation's currency, as the kind counts.", value: &form.number, errors }.line(Input::Number, "off"))
                (Field { name: "days", label: "Days", hint: "For what ends, is silent, dormant, covered or grows.", value: &form.days, errors }.line(Input::Number, "off"))
                (Field { name: "product", label: "Only this product", hint: "Its number or its name; empty is everything.", value: &form.product, errors }.line(Input::Text, "off"))
                div.buttons { button type="submit" { "Set the rule" } }
            }
        }
    }
}

fn new_quiet(view_of: &RulesPage) -> Markup {
    let errors = &view_of.errors;
    let form = &view_of.quiet_form;
    html! {
        section aria-labelledby="quiet-title" {
            h2 #quiet-title { "New quiet period" }
            p { "During a migration, say. What still holds afterwards is raised on the day after." }
            form method="post" action=(addresses::QUIET_PERIODS) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "starts_on", label: "First day", hint: "", value: &form.starts_on, errors }.line(Input::Day, "off"))
                (Field { name: "ends_on", label: "Last day", hint: "", value: &form.ends_on, errors }.line(Input::Day, "off"))
                (Field { name: "quiet_product", label: "Only for this product", hint: "Its number or its name; empty is everything.", value: &form.quiet_product, errors }.line(Input::Text, "off"))
                (Field { name: "reason", label: "Why", hint: "", value: &form.reason, errors }.lines(2))
                div.buttons { button type="submit" { "Keep quiet" } }
            }
        }
    }
}

/// Who answers for a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerItem {
    /// The product.
    pub product: (ProductId, String),
    /// Its category.
    pub category: Option<String>,
    /// Who answers.
    pub owner: String,
    /// From where that comes.
    pub by: &'static str,
}

/// Who answers for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnersPage {
    /// Which part of the products is shown.
    pub paging: Paging,
    /// That part.
    pub items: Vec<OwnerItem>,
    /// Categories with who answers for them.
    pub categories: Vec<(String, String)>,
    /// Whether the reader may say who answers.
    pub keeps: bool,
    /// What stands in the form of a category: name, owner.
    pub typed: [String; 2],
    /// Persons and roles to choose from.
    pub owners: Vec<Choice>,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// Who answers for what.
pub fn owners_page(frame: &Frame, view_of: &OwnersPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::ALERT_RULES, "Rules")),
        words: "Who answers for what",
        lede: Some(
            html! { "Alerts go to the owner of the product, else to the owner of its category, else to the SAM managers." },
        ),
        ..Heading::default()
    };
    let errors = &view_of.errors;
    let [category, owner] = &view_of.typed;
    let main = html! {
        (errors.summary())
        (heading.render())
        @if view_of.items.is_empty() {
            (tables::empty("No products yet", "Products come with entitlements.", None, None))
        } @else {
            (tables::region("owners", &html! { (view_of.paging.words()) " products" }, &html! {
                (tables::heads(&["Product", "Category", "Answers", "By", "Change"]))
                tbody { @for item in &view_of.items { tr {
                    th scope="row" { a href=(addresses::product(item.product.0)) { (item.product.1) } }
                    td { @match &item.category { Some(category) => (category), None => span.none { "none" } } }
                    td { (item.owner) }
                    td { (item.by) }
                    td { @if view_of.keeps { a href=(addresses::accountability(item.product.0)) { "Change" span.aside { " who answers for " (item.product.1) } } } }
                } } }
            }))
            (tables::pages(view_of.paging, |page| addresses::with_query(addresses::OWNERS, &[("page", &page.to_string())])))
        }
        @if !view_of.categories.is_empty() {
            (tables::region("categories", &html! { "Categories" }, &html! {
                (tables::heads(&["Category", "Answers"]))
                tbody { @for (name, answers) in &view_of.categories { tr { th scope="row" { (name) } td { (answers) } } } }
            }))
        }
        @if view_of.keeps {
            section aria-labelledby="category-title" {
                h2 #category-title { "Owner of a category" }
                form method="post" action=(addresses::CATEGORIES) novalidate {
                    (hidden("key", &view_of.key))
                    (Field { name: "category", label: "Category", hint: "Such as engineering or office.", value: category, errors }.line(Input::Text, "off"))
                    (Field { name: "owner", label: "Answers for it", hint: "", value: owner, errors }.choice(&view_of.owners))
                    div.buttons { button type="submit" { "Set the owner" } }
                }
            }
        }
        (copy_as(&view_of.copy))
    };
    let title = format!("Who answers for what{}", view_of.paging.title_suffix());
    whole_page(frame, Head { title: &title, place: Place::Alerts, errors: errors.any() }, &main)
}

/// Saying who answers for one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerPage {
    /// The product.
    pub product: (ProductId, String),
    /// What stands in the form: category, owner.
    pub typed: [String; 2],
    /// Persons and roles to choose from; the first leaves it to the category.
    pub owners: Vec<Choice>,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
}

/// The form by which it is said who answers for one product.
pub fn owner_page(frame: &Frame, view_of: &OwnerPage) -> Markup {
    let errors = &view_of.errors;
    let [category, owner] = &view_of.typed;
    let words = format!("Who answers for {}", view_of.product.1);
    let heading = Heading {
        above: Some(Link::new(addresses::OWNERS, "Who answers for what")),
        words: &words,
        ..Heading::default()
    };
    let main = html! {
        (errors.summary())
        (heading.render())
        form.long method="post" action=(addresses::accountability(view_of.product.0)) novalidate {
            (hidden("key", &view_of.key))
            (Field { name: "category", label: "Category", hint: "Empty is none.", value: category, errors }.line(Input::Text, "off"))
            (Field { name: "owner", label: "Answers for it", hint: "", value: owner, errors }.choice(&view_of.owners))
            div.buttons { button type="submit" { "Set who answers" } }
        }
    };
    whole_page(frame, Head { title: &words, place: Place::Alerts, errors: errors.any() }, &main)
}

/// Somebody who has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaverItem {
    /// Their number.
    pub leaver: LeaverId,
    /// Their name as devices know it.
    pub name: String,
    /// Their last day.
    pub left_on: Date,
}

/// Those who have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaversPage {
    /// Which part is shown.
    pub paging: Paging,
    /// That part.
    pub items: Vec<LeaverItem>,
    /// Whether the reader may record leavers.
    pub keeps: bool,
    /// The list that stands in the form.
    pub list: String,
    /// Lines that could not be used, with what to do.
    pub rejected: Vec<(u64, String)>,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// Those who have left.
pub fn leavers_page(frame: &Frame, view_of: &LeaversPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::ALERT_RULES, "Rules")),
        words: "Leavers",
        lede: Some(
            html! { "People who have left, as the personnel office says. What is used or held in their name afterwards is an anomaly." },
        ),
        ..Heading::default()
    };
    let errors = &view_of.errors;
    let main = html! {
        (errors.summary())
        (heading.render())
        @if view_of.items.is_empty() {
            (tables::empty("Nobody yet", "Record who has left, and their last day.", None, Some("indult import leavers FILE")))
        } @else {
            (tables::region("leavers", &html! { (view_of.paging.words()) " leavers, the latest record first" }, &html! {
                (tables::heads(&["Name", "Last day", "Number", "Take back"]))
                tbody { @for item in &view_of.items { tr {
                    th scope="row" { (item.name) }
                    td { (moments::weekday(item.left_on)) }
                    td { (item.leaver) }
                    td { @if view_of.keeps { (act(&addresses::leaver_removal(item.leaver), "Take back", true, &[("key", &view_of.key)])) } }
                } } }
            }))
            (tables::pages(view_of.paging, |page| addresses::with_query(addresses::LEAVERS, &[("page", &page.to_string())])))
        }
        @if !view_of.rejected.is_empty() {
            h2 { "Lines that could not be used" }
            ul { @for (line, repair) in &view_of.rejected { li { (states::mark(Tone::Attention, &format!("Line {line}"))) " " (repair) } } }
        }
        @if view_of.keeps {
            section aria-labelledby="new-title" {
                h2 #new-title { "Record leavers" }
                form method="post" action=(addresses::LEAVERS) novalidate {
                    (hidden("key", &view_of.key))
                    (Field { name: "list", label: "One a line: name, last day", hint: "The name, log-in name or e-mail address as devices know their users; the day as 2026-03-31.", value: &view_of.list, errors }.lines(6))
                    div.buttons { button type="submit" { "Record" } a href=(addresses::IMPORT_NEW) { "Import a file instead" } }
                }
            }
        }
        (copy_as(&view_of.copy))
    };
    let title = format!("Leavers{}", view_of.paging.title_suffix());
    whole_page(frame, Head { title: &title, place: Place::Alerts, errors: errors.any() }, &main)
}
