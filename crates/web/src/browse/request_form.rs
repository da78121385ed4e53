//! Writing a request: the form, its draft, the check of the answers, and sending it.
//!
//! A form that comes back with something to change holds what was typed; the core judges what it says.

use std::collections::BTreeMap;

use axum::response::Response;
use domain::case::{Case, CaseTerms, CaseWords, Stage};
use domain::catalogue::{Category, Field};
use domain::command::Intent;
use domain::decide::catalogue_for;
use domain::event::Event;
use domain::id::{CaseId, PersonId, ProductId};
use domain::observation::Environment;
use domain::product::folded;
use domain::text::Text;
use jiff::civil::Date;

use crate::browse::form::{Form, refused};
use crate::browse::visitor::{Visitor, done, see_other};
use crate::browse::{cases, requests};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::{moments, numbers};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::layout::Link;
use crate::pages::request_form::{self, Answer, CheckPage, Decider, Preset, Question, RequestFormPage};
use crate::problem::{Kind, Problem};

/// Days that are offered for the end, where the category lasts that long.
const PRESET_DAYS: [u32; 3] = [30, 90, 180];
/// What stands before the key of a question in the name of its field.
const ANSWER: &str = "answer_";
/// The word for a day that is not among those offered.
const OTHER: &str = "other";

/// What stands in the form, as text.
#[derive(Debug, Clone, Default)]
struct Typed {
    category: String,
    title: String,
    product: String,
    quantity: String,
    environment: String,
    until_choice: String,
    until: String,
    beneficiary: String,
    justification: String,
    answers: BTreeMap<String, String>,
}

impl Typed {
    /// What the address carries for a new request.
    fn beginning(visitor: &Visitor, category: &str) -> Self {
        Self {
            category: category.to_owned(),
            product: visitor.asked("product").to_owned(),
            quantity: visitor.asked("quantity").to_owned(),
            ..Self::default()
        }
    }

    /// What a request says now.
    fn of(case: &Case) -> Self {
        let CaseTerms { category, product, quantity, environment, until, beneficiary } = &case.terms;
        let answers = case.words.answers.iter().map(|(key, answer)| (key.clone(), opened(answer))).collect();
        Self {
            category: category.clone(),
            title: opened(&case.words.title),
            product: product.to_string(),
            quantity: quantity.to_string(),
            environment: environment.map_or_else(String::new, |environment| environment.name().to_owned()),
            until_choice: until.to_string(),
            until: until.to_string(),
            beneficiary: beneficiary.map_or_else(String::new, |person| person.to_string()),
            justification: opened(&case.words.justification),
            answers,
        }
    }

    /// What was sent.
    fn sent(form: &Form) -> Self {
        let field = |name| form.get(name).to_owned();
        let answers = form.beginning(ANSWER);
        let answers = answers.iter();
        Self {
            category: field("category"),
            title: field("title"),
            product: field("product"),
            quantity: field("quantity"),
            environment: field("environment"),
            until_choice: field("until_choice"),
            until: field("until"),
            beneficiary: field("beneficiary"),
            justification: form.words("justification"),
            answers: answers.map(|(key, _)| (key.clone(), form.words(&format!("{ANSWER}{key}")))).collect(),
        }
    }

    /// The request that was typed, or everything about it that cannot be read.
    fn request(&self) -> Result<(CaseTerms, CaseWords), Errors> {
        let mut errors = Errors::default();
        let mut wrong = |field: &str, sentence: &str| {
            errors.0.push(FieldError { field: field.to_owned(), sentence: sentence.to_owned() });
        };
        if self.title.is_empty() {
            wrong("title", "Say in one line what it is for.");
        }
        let product = self.product.parse::<ProductId>().ok();
        if product.is_none() {
            wrong("product", "Choose a product.");
        }
        let quantity = whole_number(&self.quantity);
        if quantity.is_none() {
            wrong("quantity", "Enter how many as a whole number.");
        }
        let environment = Environment::ALL.into_iter().find(|known| known.name() == self.environment);
        if environment.is_none() && !self.environment.is_empty() {
            wrong("environment", "Choose where it holds.");
        }
        let until = self.last_day();
        if let Err(sentence) = until {
            wrong("until", sentence);
        }
        let beneficiary = self.beneficiary.parse::<PersonId>().ok();
        if beneficiary.is_none() && !self.beneficiary.is_empty() {
            wrong("beneficiary", "Choose for whom it is.");
        }
        if self.justification.is_empty() {
            wrong("justification", "Say why you need it.");
        }
        let (Some(product), Some(quantity), Ok(until)) = (product, quantity, until) else { return Err(errors) };
        if errors.any() {
            return Err(errors);
        }
        let terms = CaseTerms { category: self.category.clone(), product, quantity, environment, until, beneficiary };
        Ok((terms, self.words()))
    }

    fn words(&self) -> CaseWords {
        let answered = self.answers.iter().filter(|(_, answer)| !answer.is_empty());
        CaseWords {
            title: Text::from(self.title.as_str()),
            justification: Text::from(self.justification.as_str()),
            answers: answered.map(|(key, answer)| (key.clone(), Text::from(answer.as_str()))).collect(),
        }
    }

    fn last_day(&self) -> Result<Date, &'static str> {
        let (day, sentence) = match self.until_choice.as_str() {
            "" => (self.until.as_str(), "Choose until when it shall hold."),
            OTHER => (self.until.as_str(), "Enter the last day, as in 2025-12-31."),
            chosen => (chosen, "Choose until when it shall hold."),
        };
        day.parse().map_err(|_| sentence)
    }
}

/// A text to go on writing; what was erased is written anew.
fn opened(text: &Text) -> String {
    text.open().unwrap_or_default().to_owned()
}

/// A whole number as people type it, with or without separators of thousands.
fn whole_number(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(|digit| !matches!(digit, ',' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    digits.parse().ok().filter(|_| !digits.starts_with('+'))
}

/// The kind of exception that a form is about, by the rules that hold for whoever asks.
fn category_of<'a>(visitor: &'a Visitor, key: &str) -> Option<&'a Category> {
    catalogue_for(visitor.state(), visitor.person(), None)?.categories.get(key)
}

/// Days on offer: those that the category allows, and its longest.
fn presets(visitor: &Visitor, category: &Category) -> Vec<Preset> {
    let today = visitor.state().day(visitor.now);
    let mut offered: Vec<u32> = PRESET_DAYS.into_iter().filter(|days| *days < category.days_max).collect();
    offered.push(category.days_max);
    let preset = |days: u32| {
        let day = today.checked_add(jiff::Span::new().try_days(i64::from(days)).ok()?).ok()?;
        let longest = if days == category.days_max { ", the longest possible" } else { "" };
        Some(Preset { words: format!("{}{longest}", numbers::counted(u64::from(days), "day", "days")), day })
    };
    offered.into_iter().filter_map(preset).collect()
}

fn view(
    visitor: &Visitor,
    case: Option<CaseId>,
    category: &Category,
    typed: &Typed,
    errors: Errors,
) -> RequestFormPage {
    let presets = presets(visitor, category);
    // The days on offer move on with the calendar, so one that was chosen before may have become another day.
    let offered = presets.iter().any(|preset| preset.day.to_string() == typed.until_choice);
    let (until_choice, until) = match typed.until_choice.as_str() {
        "" | OTHER => (typed.until_choice.clone(), typed.until.clone()),
        chosen if offered => (chosen.to_owned(), String::new()),
        chosen => (OTHER.to_owned(), chosen.to_owned()),
    };
    RequestFormPage {
        case,
        category: category.key.clone(),
        category_title: category.title.clone(),
        category_scope: category.scope.clone(),
        limits: requests::kind_terms(category),
        other_category: case.is_none().then(|| other_category(visitor, typed)).flatten(),
        products: products(visitor),
        position: position(visitor, typed),
        persons: persons(visitor),
        environments: environments(),
        presets,
        title: typed.title.clone(),
        product: typed.product.clone(),
        quantity: typed.quantity.clone(),
        environment: typed.environment.clone(),
        until_choice,
        until,
        beneficiary: typed.beneficiary.clone(),
        justification: typed.justification.clone(),
        questions: category.fields.iter().map(|field| question(field, typed)).collect(),
        errors: placed(errors, category),
        key: visitor.key(),
    }
}

/// Errors at fields that the form has: what is about a question stands at it, what is about none at the top.
fn placed(errors: Errors, category: &Category) -> Errors {
    let fixed = ["title", "product", "quantity", "environment", "until", "beneficiary", "justification"];
    let place = |error: FieldError| {
        let asked = category.fields.iter().find(|field| error.sentence.contains(&field.key));
        let field = match error.field.as_str() {
            known if fixed.contains(&known) => known.to_owned(),
            "answers" => asked
                .or(category.fields.first())
                .map_or_else(|| "main".to_owned(), |field| format!("{ANSWER}{}", field.key)),
            _ => "main".to_owned(),
        };
        let sentence = match asked {
            Some(asked) => error.sentence.replace(&asked.key, &format!("\u{201c}{}\u{201d}", asked.label)),
            None => error.sentence,
        };
        FieldError { field, sentence }
    };
    Errors(errors.0.into_iter().map(place).collect())
}

fn other_category(visitor: &Visitor, typed: &Typed) -> Option<Link> {
    let catalogue = catalogue_for(visitor.state(), visitor.person(), None)?;
    let address =
        addresses::with_query(addresses::REQUEST_NEW, &[("product", &typed.product), ("quantity", &typed.quantity)]);
    (catalogue.categories.len() > 1).then(|| Link::new(address, "Ask for something else"))
}

fn products(visitor: &Visitor) -> Vec<Choice> {
    let mut known: Vec<_> = visitor.state().products.values().collect();
    known.sort_by_key(|product| folded(&product.name));
    let mut choices = vec![Choice::plain("", "Choose a product")];
    choices.extend(known.iter().map(|product| Choice::plain(product.id.to_string(), &product.name)));
    choices
}

/// The position of the chosen product, as a sentence.
fn position(visitor: &Visitor, typed: &Typed) -> Option<String> {
    let line = visitor.snapshot.line(typed.product.parse().ok()?, visitor.now)?;
    Some(app::positions::sentence(visitor.state(), &line))
}

fn persons(visitor: &Visitor) -> Vec<Choice> {
    let state = visitor.state();
    let mut others: Vec<(String, PersonId)> = state
        .persons
        .values()
        .filter(|person| person.active && person.id != visitor.person())
        .map(|person| (state.person_name(person.id), person.id))
        .collect();
    others.sort_by_cached_key(|(name, person)| (folded(name), *person));
    let mut choices = vec![Choice::plain("", "Nobody else")];
    choices.extend(
        others.into_iter().map(|(name, person)| Choice::plain(person.to_string(), format!("{name}, {person}"))),
    );
    choices
}

fn environments() -> Vec<Choice> {
    let mut choices = vec![Choice::plain("", "Everywhere")];
    choices.extend(
        Environment::ALL
            .iter()
            .map(|known| Choice::plain(known.name(), format!("Only in {}", known.name().replace('_', " ")))),
    );
    choices
}

fn question(field: &Field, typed: &Typed) -> Question {
    Question {
        key: field.key.clone(),
        label: field.label.clone(),
        help: field.help.clone(),
        required: field.required,
        answer: typed.answers.get(&field.key).cloned().unwrap_or_default(),
    }
}

/// A new request: its form, or the choice of what to ask for where there is one.
pub async fn begin(visitor: Visitor) -> Result<Response, Problem> {
    cases::only_for_roles(&visitor, &cases::ASKING)?;
    let catalogue = catalogue_for(visitor.state(), visitor.person(), None);
    let only = catalogue.filter(|catalogue| catalogue.categories.len() == 1);
    let only = only.and_then(|catalogue| catalogue.categories.values().next());
    let Some(category) = category_of(&visitor, visitor.asked("category")).or(only) else {
        return Ok(requests::start(&visitor));
    };
    let typed = Typed::beginning(&visitor, &category.key);
    let view = view(&visitor, None, category, &typed, Errors::default());
    Ok(visitor.page(request_form::page(&visitor.frame(), &view)))
}

/// Keeps a new request as a draft.
pub async fn open(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    cases::only_for_roles(&visitor, &cases::ASKING)?;
    let typed = Typed::sent(&form);
    let Some(category) = category_of(&visitor, &typed.category) else { return Ok(see_other(addresses::REQUEST_NEW)) };
    let again = |errors| {
        let view = view(&visitor, None, category, &typed, errors);
        visitor.page_with_errors(request_form::page(&visitor.frame(), &view))
    };
    let (terms, words) = match typed.request() {
        Ok(request) => request,
        Err(errors) => return Ok(again(errors)),
    };
    match visitor.carry(addresses::REQUESTS, &form, Intent::OpenCase { terms, words }).await {
        Ok(receipt) => {
            let opened = receipt.recorded.iter().find_map(|recorded| match recorded.event {
                Event::CaseOpened { case, .. } => Some(case),
                _ => None,
            });
            let address = opened.map_or_else(|| addresses::REQUESTS.to_owned(), addresses::case_check);
            let kept = opened.map_or_else(|| "It".to_owned(), |case| case.to_string());
            Ok(done(&address, format!("{kept} is kept as a draft. Nobody else sees it before you send it."), None))
        }
        Err(failure) => Ok(again(refused(failure, "main")?)),
    }
}

/// The request, where its requester can still change it, with the kind that it asks for.
fn changeable(visitor: &Visitor, number: CaseId) -> Result<(std::sync::Arc<Case>, &Category), Problem> {
    let case = cases::own(visitor, number)?;
    cases::must_be_open(&case)?;
    let category = category_of(visitor, &case.terms.category).ok_or_else(|| {
        let sentence = format!(
            "Exceptions of the kind {} are no longer granted. Withdraw {number} and make a new request.",
            case.terms.category
        );
        Problem::new(Kind::Conflict, sentence)
    })?;
    Ok((case, category))
}

/// The form of a request that exists.
pub async fn edit(visitor: Visitor, At(number): At<CaseId>) -> Result<Response, Problem> {
    let (case, category) = changeable(&visitor, number)?;
    let view = view(&visitor, Some(number), category, &Typed::of(&case), Errors::default());
    Ok(visitor.page(request_form::page(&visitor.frame(), &view)))
}

/// Changes a request. Votes on what it said before no longer count, so what says the same changes nothing.
pub async fn revise(visitor: Visitor, At(number): At<CaseId>, form: Form) -> Result<Response, Problem> {
    let (case, category) = changeable(&visitor, number)?;
    let mut typed = Typed::sent(&form);
    category.key.clone_into(&mut typed.category);
    let again = |errors| {
        let view = view(&visitor, Some(number), category, &typed, errors);
        visitor.page_with_errors(request_form::page(&visitor.frame(), &view))
    };
    let (terms, words) = match typed.request() {
        Ok(request) => request,
        Err(errors) => return Ok(again(errors)),
    };
    if terms == case.terms && words == case.words {
        return Ok(done(&after_change(&case), "Nothing was changed.", None));
    }
    match visitor.carry(&addresses::case_edit(number), &form, Intent::ReviseCase { case: number, terms, words }).await {
        Ok(_) => Ok(done(&addresses::case_check(number), format!("{number} was changed and is a draft."), None)),
        Err(failure) => Ok(again(refused(failure, "main")?)),
    }
}

/// Where one goes after a change that was none.
fn after_change(case: &Case) -> String {
    match case.stage {
        Stage::Draft | Stage::Returned { .. } => addresses::case_check(case.id),
        Stage::Deciding(_) | Stage::Withdrawn | Stage::Decided(_) => addresses::case(case.id),
    }
}

/// The answers before they are sent.
pub async fn check(visitor: Visitor, At(number): At<CaseId>) -> Result<Response, Problem> {
    let case = cases::own(&visitor, number)?;
    match case.stage {
        Stage::Draft | Stage::Returned { .. } => {}
        Stage::Deciding(_) | Stage::Withdrawn | Stage::Decided(_) => return Ok(see_other(&addresses::case(number))),
    }
    let view = check_view(&visitor, &case, Errors::default())?;
    Ok(visitor.page(request_form::check_page(&visitor.frame(), &view)))
}

fn check_view(visitor: &Visitor, case: &Case, errors: Errors) -> Result<CheckPage, Problem> {
    let state = visitor.state();
    let (_, category) = changeable(visitor, case.id)?;
    let catalogue = cases::catalogue(state, case).ok_or_else(|| Problem::none("catalogue", "in force"))?;
    let sent = cases::once_sent(case, catalogue, visitor.now);
    let decider = |seats: &domain::catalogue::Seats| Decider {
        words: cases::seats_words(seats),
        persons: cases::who_can(state, &sent, seats.role, visitor.now),
    };
    let files = case.evidence.iter();
    Ok(CheckPage {
        case: case.id,
        title: case.words.title.shown().to_owned(),
        answers: answers(visitor, case, category),
        evidence: files.map(|file| (file.name.shown().to_owned(), file.digest, file.bytes)).collect(),
        deciders: category.decided_by.iter().map(decider).collect(),
        decided_by: cases::promised_by(state, category, visitor.now).unwrap_or(visitor.now),
        effect: cases::effect(&visitor.snapshot, case, visitor.now),
        obstacles: obstacles(visitor, case, category),
        addressees: cases::all_seats_words(&category.decided_by),
        key: visitor.key(),
        errors,
    })
}

fn answers(visitor: &Visitor, case: &Case, category: &Category) -> Vec<Answer> {
    let state = visitor.state();
    let terms = &case.terms;
    let answer = |question: &str, answer: String, field: &str| Answer {
        question: question.to_owned(),
        answer,
        field: field.to_owned(),
    };
    let place =
        cases::environment_words(terms).map_or_else(|| "everywhere".to_owned(), |place| format!("only in {place}"));
    let whom = terms.beneficiary.map_or_else(|| "nobody else".to_owned(), |person| state.person_name(person));
    let mut answers = vec![
        answer("What it is for", case.words.title.shown().to_owned(), "title"),
        answer("Product", cases::product_name(state, terms.product), "product"),
        answer("How many", cases::units(state, terms.product, terms.quantity), "quantity"),
        answer("Where", place, "environment"),
        answer("Until the end of", moments::weekday_text(terms.until), "until_choice"),
        answer("For whom", whom, "beneficiary"),
        answer("Why", case.words.justification.shown().to_owned(), "justification"),
    ];
    answers.extend(category.fields.iter().map(|field| {
        let given = case.words.answers.get(&field.key).map(|answer| answer.shown().to_owned());
        answer(&field.label, given.unwrap_or_default(), &format!("{ANSWER}{}", field.key))
    }));
    answers
}

/// Everything that stands in the way of sending a request: unanswered questions, then what the core says.
fn obstacles(visitor: &Visitor, case: &Case, category: &Category) -> Vec<String> {
    let missing = category.fields.iter().filter(|field| field.required && !case.words.answers.contains_key(&field.key));
    let mut obstacles: Vec<String> =
        missing.map(|field| format!("Answer \u{201c}{}\u{201d} before you send it.", field.label)).collect();
    if obstacles.is_empty()
        && let Err(app::Failure::Refused(refusal)) =
            visitor.app.rehearse(visitor.caller.actor, Intent::SubmitCase { case: case.id })
    {
        obstacles.push(cases::with_names(visitor.state(), &refusal.to_string()));
    }
    obstacles
}

/// Sends a request to those who decide.
pub async fn submit(visitor: Visitor, At(number): At<CaseId>, form: Form) -> Result<Response, Problem> {
    let case = cases::own(&visitor, number)?;
    match visitor.carry(&addresses::case_submit(number), &form, Intent::SubmitCase { case: number }).await {
        Ok(receipt) => {
            let state = &receipt.snapshot.state;
            let sent = state.cases.get(&number).map(|case| cases::waits_for(state, case, visitor.now));
            let addressees = sent.filter(|words| !words.is_empty()).unwrap_or_else(|| "those who decide".to_owned());
            Ok(done(&addresses::case(number), format!("{number} was sent to {addressees}."), None))
        }
        Err(failure) => {
            let view = check_view(&visitor, &case, refused(failure, "main")?)?;
            Ok(visitor.page_with_errors(request_form::check_page(&visitor.frame(), &view)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_type_it_and_nothing_else_is() {
        for (text, number) in [("20", Some(20)), ("1,200", Some(1_200)), ("1 200", Some(1_200)), ("0", Some(0))] {
            assert_eq!(whole_number(text), number, "{text}");
        }
        for text in ["", "-1", "+1", "1.5", "twenty", "99999999999999999999999"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }

    #[test]
    fn everything_that_cannot_be_read_is_said_at_once() {
        let errors = Typed::default().request().err().unwrap_or_default();
        let fields: Vec<&str> = errors.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["title", "product", "quantity", "until", "justification"]);
    }

    #[test]
    fn the_typed_day_counts_only_where_another_day_was_chosen() {
        let typed =
            |choice: &str, day: &str| Typed { until_choice: choice.into(), until: day.into(), ..Typed::default() };
        let day = |text: &str| text.parse::<Date>().ok();
        assert_eq!(typed("2026-01-31", "2027-01-01").last_day().ok(), day("2026-01-31"));
        assert_eq!(typed(OTHER, "2027-01-01").last_day().ok(), day("2027-01-01"));
        assert_eq!(typed(OTHER, "1 January").last_day().ok(), None);
        assert_eq!(typed("", "").last_day().ok(), None);
    }
}
