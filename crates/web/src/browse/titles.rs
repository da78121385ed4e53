//! Raw titles: the queue of those that nothing recognises, and saying what a title is.

use std::sync::Arc;

use app::positions::{QueueEntry, Recognition};
use axum::response::Response;
use domain::command::Intent;
use domain::entitlement::Metric;
use domain::event::Event;
use domain::id::{ProductId, TitleMatchId};
use domain::person::Role;
use domain::product::{TitleMatch, TitlePattern, folded};

use crate::browse::cases;
use crate::browse::form::{Form, error, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::{Choice, Errors};
use crate::design::numbers;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, ConfirmationPage};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::pages::titles::{self, MatchPage, Suggestion, TitleRow, TitlesPage};
use crate::problem::Problem;

fn suggestions(entry: &QueueEntry) -> Vec<Suggestion> {
    let suggestion = |suggestion: &app::positions::Suggestion| Suggestion {
        product: suggestion.product,
        name: suggestion.name.clone(),
        shared_words: suggestion.shared_words.clone(),
    };
    entry.suggestions.iter().map(suggestion).collect()
}

/// The queue.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let text = folded(visitor.asked("q"));
    let mut queue = visitor.snapshot.unrecognised();
    queue.retain(|entry| {
        folded(&entry.name).contains(&text)
            || entry.publisher.as_deref().is_some_and(|publisher| folded(publisher).contains(&text))
    });
    let paging = visitor.paging(queue.len());
    let row = |entry: &QueueEntry| TitleRow {
        name: entry.name.clone(),
        publisher: entry.publisher.clone(),
        devices: entry.devices,
        versions: entry.versions.clone(),
        suggestions: suggestions(entry),
    };
    let view = TitlesPage {
        text: visitor.asked("q").to_owned(),
        paging,
        rows: visitor.part(&queue, paging).iter().map(row).collect(),
        may_match: visitor.has(&[Role::SamManager]),
        nothing_imported: visitor.snapshot.base.estate().device_count() == 0,
        copy: CopyAs {
            command: "indult product titles".to_owned(),
            request: "GET /v1/titles?recognition=unrecognised".to_owned(),
            csv: None,
            json: Some("/v1/titles?recognition=unrecognised".to_owned()),
        },
    };
    Ok(visitor.page(titles::page(&visitor.frame(), &view)))
}

/// The form for a title, with what is known already filled in.
pub async fn ask(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let name = visitor.asked("name").to_owned();
    let suggested = visitor.asked("product").to_owned();
    let mut view = match_view(&visitor, &name, &name, visitor.asked("publisher"));
    if !suggested.is_empty() {
        view.choice = suggested;
    }
    Ok(visitor.page(titles::match_page(&visitor.frame(), &view)))
}

fn match_view(visitor: &Visitor, name: &str, pattern: &str, publisher: &str) -> MatchPage {
    let state = visitor.state();
    let queue = visitor.snapshot.unrecognised();
    let entry = queue.iter().find(|entry| folded(&entry.name) == folded(name));
    let mut products: Vec<_> = state.products.values().collect();
    products.sort_by_key(|product| folded(&product.name));
    let mut choices = vec![Choice::plain("", "Choose a product")];
    choices.extend(products.iter().map(|product| Choice::plain(product.id.to_string(), &product.name)));
    MatchPage {
        name: name.to_owned(),
        pattern: pattern.to_owned(),
        publisher: publisher.to_owned(),
        suggestions: entry.map(suggestions).unwrap_or_default(),
        products: choices,
        metrics: metric_choices(visitor),
        choice: String::new(),
        product: String::new(),
        new_name: name.to_owned(),
        new_publisher: publisher.to_owned(),
        new_metric: Metric::Device.name().into_owned(),
        reach: Some(reach(visitor, &pattern_of(pattern, publisher))),
        errors: Errors::default(),
        key: visitor.key(),
    }
}

fn pattern_of(name: &str, publisher: &str) -> TitlePattern {
    let publisher = Some(publisher.trim().to_owned()).filter(|publisher| !publisher.is_empty());
    TitlePattern { name: name.trim().to_owned(), publisher }
}

/// How many titles and devices a pattern speaks of.
fn reach(visitor: &Visitor, pattern: &TitlePattern) -> (u64, u64) {
    let fitting = visitor.snapshot.base.titles_fitting(pattern);
    (count(fitting.len()), fitting.iter().map(|(title, _)| title.devices).sum())
}

/// Recognises titles, or shows how many would be.
pub async fn recognise(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let pattern = pattern_of(form.get("pattern"), form.get("publisher"));
    let again = |errors: Errors| {
        let mut view = match_view(&visitor, form.get("name"), form.get("pattern"), form.get("publisher"));
        for (field, value) in [
            (&mut view.choice, "choice"),
            (&mut view.product, "product"),
            (&mut view.new_name, "new_name"),
            (&mut view.new_publisher, "new_publisher"),
            (&mut view.new_metric, "new_metric"),
        ] {
            form.get(value).clone_into(field);
        }
        view.reach = Some(reach(&visitor, &pattern));
        let failed = errors.any();
        view.errors = errors;
        let page = titles::match_page(&visitor.frame(), &view);
        if failed { visitor.page_with_errors(page) } else { visitor.page(page) }
    };
    if form.get("preview") == "yes" {
        return Ok(again(Errors::default()));
    }
    let product = match chosen(&visitor, &form).await {
        Ok(product) => product,
        Err(Ok(errors)) => return Ok(again(errors)),
        Err(Err(problem)) => return Err(problem),
    };
    let intent = Intent::MatchTitle { pattern: pattern.clone(), product };
    match visitor.carry("titles/match", &form, intent).await {
        Ok(_) => {
            let (titles, devices) = reach(&visitor, &pattern);
            let what = product.map_or_else(|| "needing no licence".to_owned(), |product| product.to_string());
            let sentence = format!(
                "\u{201c}{}\u{201d} is recognised as {what}: {titles} titles on {devices} devices.",
                pattern.name
            );
            let link = product.map(|product| Link::new(addresses::product(product), "See its position"));
            Ok(done(addresses::TITLES, sentence, link))
        }
        Err(failure) => {
            let mut errors = refused(failure, "pattern")?;
            for error in &mut errors.0 {
                if error.field == "title" {
                    "pattern".clone_into(&mut error.field);
                }
            }
            Ok(again(errors))
        }
    }
}

/// The product that was chosen, made where it is new; `None` where the title needs no licence.
async fn chosen(visitor: &Visitor, form: &Form) -> Result<Option<ProductId>, Result<Errors, Problem>> {
    let number = |text: &str, field: &str| {
        text.parse::<ProductId>().map(Some).map_err(|_| Ok(error(field, "Choose a product.")))
    };
    match form.get("choice") {
        "" => Err(Ok(error("choice", "Say what this is."))),
        "none" => Ok(None),
        "other" => number(form.get("product"), "product"),
        "new" => {
            let metric = Metric::from_word(form.get("new_metric"))
                .ok_or_else(|| Ok(error("new_metric", "Choose what one unit of the product licenses.")))?;
            let intent = Intent::AddProduct {
                name: form.get("new_name").to_owned(),
                publisher: form.some("new_publisher"),
                metric,
            };
            match visitor.carry("titles/new-product", form, intent).await {
                Ok(receipt) => Ok(receipt.recorded.iter().find_map(|recorded| match recorded.event {
                    Event::ProductAdded { product, .. } => Some(product),
                    _ => None,
                })),
                Err(failure) => Err(refused(failure, "new_name").map(|mut errors| {
                    for error in &mut errors.0 {
                        if error.field == "name" {
                            "new_name".clone_into(&mut error.field);
                        }
                    }
                    errors
                })),
            }
        }
        suggested => number(suggested, "choice"),
    }
}

/// The rule of this number, where the visitor may take it back.
fn endable(visitor: &Visitor, number: TitleMatchId) -> Result<Arc<TitleMatch>, Problem> {
    cases::only_for_roles(visitor, &[Role::SamManager])?;
    visitor.state().title_matches.get(&number).cloned().ok_or_else(|| Problem::none("recognition", number))
}

/// The page on which the rule was made: its product's, else the queue.
fn page_of(visitor: &Visitor, rule: &TitleMatch) -> Link {
    match rule.product {
        Some(product) => Link::new(addresses::product(product), visitor.state().product_name(product)),
        None => Link::new(addresses::TITLES, "Titles"),
    }
}

fn end_view(visitor: &Visitor, rule: &TitleMatch, errors: Errors) -> ConfirmationPage {
    let number = rule.id;
    let above = page_of(visitor, rule);
    let fitting = visitor.snapshot.base.titles_fitting(&rule.pattern);
    let recognised_so = rule.product.map_or(Recognition::NeedsNoLicence, Recognition::Product);
    let by_it = fitting.iter().filter(|(_, recognition)| *recognition == recognised_so);
    let installations: u64 = by_it.map(|(title, _)| title.devices).sum();
    let installations = numbers::counted(installations, "installation", "installations");
    let what = rule.product.map_or_else(|| "needing no licence".to_owned(), |_| above.words.clone());
    ConfirmationPage {
        place: Place::Titles,
        above,
        question: format!("Take {number} back?"),
        sentence: format!("It recognises \u{201c}{}\u{201d} as {what}: {installations}.", rule.pattern.name),
        consequences: vec![
            "What no other rule recognises stands in the queue of titles again.".to_owned(),
            "The position counts it no longer from then on, on every page and in every check.".to_owned(),
        ],
        stays: vec!["The titles stay as their sources wrote them, and can be recognised again at any time.".to_owned()],
        effects: Vec::new(),
        asked: None,
        action: addresses::title_match_end(number),
        button: format!("Take {number} back"),
        key: visitor.key(),
        errors,
    }
}

/// What taking a recognition back does.
pub async fn confirm_end(visitor: Visitor, At(number): At<TitleMatchId>) -> Result<Response, Problem> {
    let rule = endable(&visitor, number)?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &end_view(&visitor, &rule, Errors::default()))))
}

/// Takes a recognition back.
pub async fn end(visitor: Visitor, At(number): At<TitleMatchId>, form: Form) -> Result<Response, Problem> {
    let rule = endable(&visitor, number)?;
    let intent = Intent::UnmatchTitle { title_match: number };
    match visitor.carry(&addresses::title_match_end(number), &form, intent).await {
        Ok(_) => {
            let sentence = format!("\u{201c}{}\u{201d} is no longer recognised by {number}.", rule.pattern.name);
            Ok(done(&page_of(&visitor, &rule).address, sentence, None))
        }
        Err(failure) => {
            let view = end_view(&visitor, &rule, refused(failure, "main")?);
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}

/// Every metric that a product may be in, the plain ones first, those of a publisher with its name.
pub(super) fn metric_choices(visitor: &Visitor) -> Vec<Choice> {
    let metrics = visitor.snapshot.metrics(visitor.now);
    let label = |definition: &domain::metric::Definition| match &definition.publisher {
        Some(publisher) => format!("{publisher}: {}", definition.title),
        None => definition.title.clone(),
    };
    metrics.iter().map(|(metric, definition)| Choice::plain(metric.name(), label(definition))).collect()
}
