//! Decisions about the catalogue, cases and grants. Who may vote, and what follows from a vote, is in `votes`.

use std::collections::BTreeSet;

use super::people::person_of;
use super::software::product_of;
use super::{Asking, EVIDENCE_MAX, QUANTITY_MAX, check_integer, check_name, check_quantity, check_words};
use crate::case::{Case, CaseTerms, CaseWords, Round, Stage};
use crate::catalogue::{Catalogue, Category};
use crate::command::Intent;
use crate::digest::Digest;
use crate::event::Event;
use crate::grant::GrantStatus;
use crate::id::{CaseId, PersonId};
use crate::person::Role;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Categories of one catalogue: they stand in one entry.
const CATEGORIES_MAX: usize = 50;
/// A key stands in addresses, on command lines and in every request.
const KEY_CHARS_MAX: usize = 40;
/// Questions of one category.
const FIELDS_MAX: usize = 20;
/// Five years: what lasts longer is no exception but another rule.
const DAYS_MAX: u32 = 1_825;
/// Persons who decide one request: the conditions of all of them stand in one entry.
const SEATS_MAX: u32 = 50;
/// Comments on one request: a longer talk belongs elsewhere, with its result here.
const COMMENTS_MAX: usize = 1_000;
/// Changes of one request: whoever needs more asks for something else.
const REVISIONS_MAX: u32 = 1_000;
/// Roles that decide nothing: who asks, who checks afterwards, and who hands out the roles.
const CANNOT_DECIDE: [Role; 3] = [Role::Requester, Role::Auditor, Role::Administrator];

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::PublishCatalogue { digest, categories } => {
            check_categories(categories)?;
            publish(asking, *digest, categories)
        }
        Intent::OpenCase { terms, words } => {
            check_request(asking, terms, words)?;
            Ok(vec![Event::CaseOpened {
                case: CaseId(state.last_numbers.case + 1),
                requester: asking.asker()?,
                terms: terms.clone(),
                words: words.clone(),
            }])
        }
        Intent::ReviseCase { case, terms, words } => revise(asking, *case, terms, words),
        Intent::AttachEvidence { case, evidence } => {
            let known = own_open_case(asking, *case)?;
            if known.evidence.len() >= EVIDENCE_MAX {
                return Err(Refusal::about("file", format!("A request holds at most {EVIDENCE_MAX} files.")));
            }
            if known.evidence.iter().any(|earlier| earlier.digest == evidence.digest) {
                return Err(Refusal::about("file", "This file is attached already."));
            }
            check_name("file", "a file name", evidence.name.open().unwrap_or_default())?;
            check_integer("file", "The length of a file", evidence.bytes)?;
            check_revisions(known)?;
            Ok(vec![Event::EvidenceAttached { case: *case, revision: known.revision + 1, evidence: evidence.clone() }])
        }
        Intent::SubmitCase { case } => submit(asking, *case),
        Intent::Comment { case, wording } => {
            if case_of(state, *case)?.comments.len() >= COMMENTS_MAX {
                return Err(Refusal::about("comment", format!("A request holds at most {COMMENTS_MAX} comments.")));
            }
            check_words("comment", "a comment", wording)?;
            Ok(vec![Event::CommentMade { case: *case, wording: wording.clone() }])
        }
        Intent::WithdrawCase { case } => {
            own_open_case(asking, *case)?;
            Ok(vec![Event::CaseWithdrawn { case: *case }])
        }
        Intent::RevokeGrant { case, reason } => revoke(asking, *case, reason),
        _ => Ok(Vec::new()),
    }
}

/// Puts a version in force. To publish again what is in force already changes nothing,
/// unless somebody else published it: then a second person stands for it.
fn publish(asking: Asking<'_>, digest: Digest, categories: &[Category]) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    if let Some(known) = state.catalogues.get(&digest) {
        let same = known.categories.len() == categories.len()
            && categories.iter().all(|category| known.categories.get(&category.key) == Some(category));
        if !same {
            return Err(Refusal::about(
                "categories",
                format!(
                    "The version {} is recorded with other categories; a changed catalogue has another digest.",
                    digest.short()
                ),
            ));
        }
    }
    let published_by = state.publications.last().and_then(|publication| publication.by);
    if state.catalogue == Some(digest) && published_by.is_none_or(|by| asking.person == Some(by)) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::CataloguePublished { digest, categories: categories.to_vec() }])
}

pub(super) fn check_categories(categories: &[Category]) -> Result<(), Refusal> {
    if categories.is_empty() || categories.len() > CATEGORIES_MAX {
        return Err(Refusal::about("categories", format!("A catalogue has 1 to {CATEGORIES_MAX} categories.")));
    }
    let mut keys = BTreeSet::new();
    for category in categories {
        if !keys.insert(&category.key) {
            return Err(Refusal::about("categories", format!("The key {} stands at two categories.", category.key)));
        }
        check_category(category)?;
    }
    Ok(())
}

fn is_key(key: &str, joined_by: u8) -> bool {
    (1..=KEY_CHARS_MAX).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == joined_by)
}

fn check_category(category: &Category) -> Result<(), Refusal> {
    let refused = |problem: &str| Err(Refusal::about("categories", format!("{}: {problem}", category.key)));
    if !is_key(&category.key, b'-') {
        return refused("a key has up to 40 lower-case letters, digits and -.");
    }
    check_name("categories", "the title of a category", &category.title)?;
    check_words("categories", "what a category is for", &Text::from(category.scope.as_str()))?;
    if !(1..=DAYS_MAX).contains(&category.days_max) {
        return refused(&format!("an exception lasts 1 to {DAYS_MAX} days."));
    }
    if category.quantity_max.is_some_and(|most| !(1..=QUANTITY_MAX).contains(&most)) {
        return refused(&format!("the largest quantity is 1 to {QUANTITY_MAX}."));
    }
    let mut roles = BTreeSet::new();
    for seats in &category.decided_by {
        if CANNOT_DECIDE.contains(&seats.role) {
            return refused(&format!("the role {} decides nothing.", seats.role.title()));
        }
        if !roles.insert(seats.role) {
            return refused(&format!("the role {} is named twice; name it once, with the sum.", seats.role.title()));
        }
    }
    let seats = category.decided_by.iter().fold(0, |sum: u32, seats| sum.saturating_add(seats.count));
    if category.decided_by.is_empty() || category.decided_by.iter().any(|seats| seats.count == 0) || seats > SEATS_MAX {
        return refused(&format!(
            "it must name who decides: at least one person of each role, at most {SEATS_MAX} together."
        ));
    }
    check_fields(category)
}

fn check_fields(category: &Category) -> Result<(), Refusal> {
    let refused = |problem: &str| Err(Refusal::about("categories", format!("{}: {problem}", category.key)));
    if category.fields.len() > FIELDS_MAX {
        return refused(&format!("it asks at most {FIELDS_MAX} questions."));
    }
    let mut keys = BTreeSet::new();
    for field in &category.fields {
        if !is_key(&field.key, b'_') {
            return refused("the key of a question has up to 40 lower-case letters, digits and _.");
        }
        if !keys.insert(&field.key) {
            return refused(&format!("two questions have the key {}.", field.key));
        }
        check_name("categories", "a question", &field.label)?;
        if !field.help.is_empty() {
            check_words("categories", "the help of a question", &Text::from(field.help.as_str()))?;
        }
    }
    Ok(())
}

fn check_revisions(case: &Case) -> Result<(), Refusal> {
    if case.revision >= REVISIONS_MAX {
        return Err(Refusal::about(
            "case",
            format!("A request is changed at most {REVISIONS_MAX} times; open a new one."),
        ));
    }
    Ok(())
}

/// The catalogue by which a request of these parties is judged: the version in force,
/// or the last one before it that none of them published themselves.
pub fn catalogue_for(state: &State, requester: PersonId, beneficiary: Option<PersonId>) -> Option<&Catalogue> {
    let by_party = |by: PersonId| by == requester || Some(by) == beneficiary;
    let publication = state.publications.iter().rev().find(|publication| !publication.by.is_some_and(by_party))?;
    state.catalogues.get(&publication.digest).map(AsRef::as_ref)
}

fn category_for<'a>(
    asking: Asking<'a>,
    requester: PersonId,
    terms: &CaseTerms,
) -> Result<(&'a Catalogue, &'a Category), Refusal> {
    let state = asking.state;
    let catalogue = catalogue_for(state, requester, terms.beneficiary).ok_or(Refusal::NotFounded)?;
    if let Some(category) = catalogue.categories.get(&terms.category) {
        return Ok((catalogue, category));
    }
    let in_force = state.catalogue_in_force().is_some_and(|newest| newest.categories.contains_key(&terms.category));
    if in_force {
        return Err(Refusal::about(
            "category",
            format!(
                "A party to this request published the rules in force, so it follows the version before, which has no {}.",
                terms.category
            ),
        ));
    }
    let known: Vec<&str> = catalogue.categories.keys().map(String::as_str).collect();
    Err(Refusal::about("category", format!("Choose a category: {}.", known.join(", "))))
}

pub(super) fn case_of(state: &State, case: CaseId) -> Result<&Case, Refusal> {
    state
        .cases
        .get(&case)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "request", number: case.to_string() })
}

/// The case, where the asker is its requester and it is not final.
fn own_open_case(asking: Asking<'_>, case: CaseId) -> Result<&Case, Refusal> {
    let known = case_of(asking.state, case)?;
    if asking.person != Some(known.requester) {
        return Err(Refusal::RequesterOnly { case, requester: known.requester });
    }
    match known.stage {
        Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) => Ok(known),
        Stage::Withdrawn | Stage::Decided(_) => Err(Refusal::WrongStage {
            case,
            status: status_word(known),
            hint: "What is final stays so; open a new request.",
        }),
    }
}

pub(super) fn status_word(case: &Case) -> &'static str {
    case.status().title()
}

fn check_request(asking: Asking<'_>, terms: &CaseTerms, words: &CaseWords) -> Result<(), Refusal> {
    let state = asking.state;
    let (_, category) = category_for(asking, asking.asker()?, terms)?;
    product_of(state, terms.product).map_err(|refusal| Refusal::about("product", refusal.to_string()))?;
    check_quantity("quantity", terms.quantity)?;
    if let Some(most) = category.quantity_max
        && terms.quantity > most
    {
        return Err(Refusal::about("quantity", format!("{} is granted for at most {most}.", category.title)));
    }
    if let Some(beneficiary) = terms.beneficiary {
        let known =
            person_of(state, beneficiary).map_err(|refusal| Refusal::about("beneficiary", refusal.to_string()))?;
        if !known.active {
            return Err(Refusal::about("beneficiary", format!("{beneficiary} was deactivated; choose somebody else.")));
        }
    }
    check_until(asking, category, terms)?;
    check_name("title", "one line that says what you ask for", words.title.open().unwrap_or_default())?;
    check_words("justification", "why you need it", &words.justification)?;
    for (key, answer) in &words.answers {
        if !category.fields.iter().any(|field| field.key == *key) {
            return Err(Refusal::about("answers", format!("{} does not ask for {key}.", category.title)));
        }
        check_words("answers", &format!("an answer to {key}, or leave it out"), answer)?;
    }
    Ok(())
}

pub(super) fn check_until(asking: Asking<'_>, category: &Category, terms: &CaseTerms) -> Result<(), Refusal> {
    let today = asking.state.day(asking.at);
    if terms.until < today {
        return Err(Refusal::about("until", format!("Until must not be before today, {today}.")));
    }
    let latest = jiff::Span::new()
        .try_days(i64::from(category.days_max))
        .ok()
        .and_then(|days| today.checked_add(days).ok())
        .unwrap_or(jiff::civil::Date::MAX);
    if terms.until > latest {
        return Err(Refusal::about(
            "until",
            format!("{} lasts at most {} days; until must not be after {latest}.", category.title, category.days_max),
        ));
    }
    Ok(())
}

fn revise(asking: Asking<'_>, case: CaseId, terms: &CaseTerms, words: &CaseWords) -> Result<Vec<Event>, Refusal> {
    let known = own_open_case(asking, case)?;
    check_revisions(known)?;
    check_request(asking, terms, words)?;
    Ok(vec![Event::CaseRevised { case, revision: known.revision + 1, terms: terms.clone(), words: words.clone() }])
}

fn submit(asking: Asking<'_>, case: CaseId) -> Result<Vec<Event>, Refusal> {
    let known = own_open_case(asking, case)?;
    if let Stage::Deciding(_) = known.stage {
        return Err(Refusal::WrongStage {
            case,
            status: status_word(known),
            hint: "It was submitted already; those who decide can see it.",
        });
    }
    let (catalogue, category) = category_for(asking, known.requester, &known.terms)?;
    check_until(asking, category, &known.terms)?;
    if category.quantity_max.is_some_and(|most| known.terms.quantity > most) {
        return Err(Refusal::about("quantity", format!("{} is no longer granted for so many.", category.title)));
    }
    for field in category.fields.iter().filter(|field| field.required) {
        if !known.words.answers.contains_key(&field.key) {
            return Err(Refusal::about(
                "answers",
                format!("Answer \u{201c}{}\u{201d} before you send it.", field.label),
            ));
        }
    }
    let digest = known.digest(catalogue.digest);
    Ok(vec![Event::CaseSubmitted { case, digest, catalogue: catalogue.digest }])
}

pub(super) fn category_of<'a>(state: &'a State, case: &Case, round: &Round) -> Result<&'a Category, Refusal> {
    state
        .catalogues
        .get(&round.catalogue)
        .and_then(|catalogue: &std::sync::Arc<Catalogue>| catalogue.categories.get(&case.terms.category))
        .ok_or_else(|| Refusal::NotFound { what: "category", number: case.terms.category.clone() })
}

fn revoke(asking: Asking<'_>, case: CaseId, reason: &Text) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    let grant =
        state.grants.get(&case).ok_or_else(|| Refusal::NotFound { what: "exception", number: case.to_string() })?;
    check_words("reason", "why the exception ends", reason)?;
    let at = asking.at;
    match grant.status(at, &state.zone()) {
        GrantStatus::Active | GrantStatus::NotYet => Ok(vec![Event::GrantRevoked { case, reason: reason.clone() }]),
        status @ (GrantStatus::Expired | GrantStatus::Revoked) => Err(Refusal::WrongStage {
            case,
            status: status.title(),
            hint: "An exception that has ended cannot be revoked.",
        }),
    }
}
