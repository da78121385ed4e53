//! A request and its decision on one screen, for everybody who may see it; and what people say about it.
//!
//! The votes, the seats and whether the visitor can decide are in [`crate::browse::deliberations`].

use axum::response::Response;
use domain::State;
use domain::case::{Ballot, Case, CaseTerms, Decision, Outcome, Stage};
use domain::command::Intent;
use domain::grant::{Grant, GrantStatus};
use domain::id::CaseId;
use domain::text::Text;
use jiff::civil::Date;

use crate::browse::deliberations::{self, Typed};
use crate::browse::form::{Form, refused};
use crate::browse::visitor::{Visitor, done};
use crate::browse::{cases, exceptions, history};
use crate::design::forms::Errors;
use crate::design::{moments, numbers};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::request::{
    self, Acts, Change, Changed, Deciding, EvidenceFile, ExceptionInForce, Precedent, Remark, RequestPage,
};
use crate::problem::Problem;

/// Entries of the history on the page; the rest is a link away.
const HISTORY_SHOWN: usize = 8;

/// What a page that comes back holds besides what it is about.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// The decision as it was typed.
    pub vote: Option<Typed>,
    /// What changed since the visitor looked.
    pub changed: Option<Changed>,
    /// The comment as it was typed.
    pub comment: String,
    /// What has to change in the comment or the file.
    pub errors: Errors,
}

/// The page.
pub async fn show(visitor: Visitor, At(number): At<CaseId>) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let case = cases::seen(&visitor, number)?;
    let view = view(&visitor, &case, Again::default())?;
    Ok(visitor.page(request::page(&visitor.frame(), &view)))
}

/// The page once more, with what has to change.
pub fn show_again(visitor: &Visitor, number: CaseId, again: Again) -> Result<Response, Problem> {
    let case = cases::seen(visitor, number)?;
    let view = view(visitor, &case, again)?;
    Ok(visitor.page_with_errors(request::page(&visitor.frame(), &view)))
}

/// Everything that the page says.
pub fn view(visitor: &Visitor, case: &Case, again: Again) -> Result<RequestPage, Problem> {
    let state = visitor.state();
    let Again { vote, changed, comment, mut errors } = again;
    // What was typed into a form that is no longer there still has to be answered.
    let refused_vote = vote.as_ref().map(|typed| typed.errors.clone()).unwrap_or_default();
    let deciding = deliberations::deciding(visitor, case, vote);
    if !matches!(deciding, Some(Deciding::Open(_))) {
        errors.0.extend(
            refused_vote
                .0
                .into_iter()
                .map(|error| crate::design::forms::FieldError { field: "main".to_owned(), ..error }),
        );
    }
    let category = cases::category(state, case);
    let waits_for = cases::waits_for(state, case, visitor.now);
    let grant = state.grants.get(&case.id);
    Ok(RequestPage {
        case: case.id,
        title: case.words.title.shown().to_owned(),
        status: case.status(),
        in_one_line: in_one_line(state, case),
        waits_for: Some(waits_for).filter(|words| !words.is_empty()),
        requester: state.person_name(case.requester),
        beneficiary: case.terms.beneficiary.map(|person| state.person_name(person)),
        category: category.map_or_else(|| case.terms.category.clone(), |category| category.title.clone()),
        category_scope: category.map_or_else(String::new, |category| category.scope.trim().to_owned()),
        product: case.terms.product,
        product_name: cases::product_name(state, case.terms.product),
        revision: case.revision,
        opened_at: case.opened_at,
        due_at: cases::due_at(state, case),
        question: question(state, case),
        changed: changed.or_else(|| deliberations::changed_since_vote(visitor, case)),
        changes: changes(visitor, case),
        justification: case.words.justification.shown().to_owned(),
        answers: answers(state, case),
        evidence: evidence(case),
        effect: cases::effect(&visitor.snapshot, case, visitor.now),
        precedents: precedents(visitor, case),
        votes: deliberations::votes(state, case),
        open_seats: deliberations::open_seats(visitor, case),
        past_rounds: deliberations::past_rounds(state, case),
        rules: deliberations::rules(visitor, case),
        deciding,
        decided: decision(case).map(|decision| (decision.outcome, decision.at, decision.recorded_in)),
        exception: grant.map(|grant| exception(visitor, grant)),
        remarks: remarks(state, case),
        comment,
        errors,
        history: history::latest(visitor, &case.entries, HISTORY_SHOWN)?,
        acts: acts(visitor, case),
        key: visitor.key(),
    })
}

fn decision(case: &Case) -> Option<&Decision> {
    match &case.stage {
        Stage::Decided(decision) => Some(decision),
        Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) | Stage::Withdrawn => None,
    }
}

fn question(state: &State, case: &Case) -> Option<(String, String)> {
    match &case.stage {
        Stage::Returned { by, reason } => Some((state.person_name(*by), reason.shown().to_owned())),
        Stage::Draft | Stage::Deciding(_) | Stage::Decided(_) | Stage::Withdrawn => None,
    }
}

/// Who asks for what, and under which rule.
fn in_one_line(state: &State, case: &Case) -> String {
    let requester = state.person_name(case.requester);
    let asked = cases::asked(state, &case.terms);
    match cases::category(state, case) {
        Some(category) => format!(
            "{requester} asks for {asked}, as \u{201c}{}\u{201d}, which is granted for at most {}.",
            category.title,
            cases::limits(category)
        ),
        None => format!("{requester} asks for {asked}."),
    }
}

fn acts(visitor: &Visitor, case: &Case) -> Acts {
    let own = visitor.past.is_none() && case.requester == visitor.person() && cases::is_open(case);
    let unsent = match case.stage {
        Stage::Draft | Stage::Returned { .. } => true,
        Stage::Deciding(_) | Stage::Decided(_) | Stage::Withdrawn => false,
    };
    Acts { edit: own, send: own && unsent, withdraw: own, attach: own, comment: visitor.has(&cases::ASKING) }
}

/// The terms beside what other exceptions on the product give today.
fn changes(visitor: &Visitor, case: &Case) -> Vec<Change> {
    let state = visitor.state();
    let zone = state.zone();
    let terms = &case.terms;
    let others: Vec<&Grant> = state
        .grants_of(terms.product)
        .map(AsRef::as_ref)
        .filter(|grant| grant.case != case.id && grant.applies(visitor.now, &zone))
        .collect();
    let each = |words: &dyn Fn(&Grant) -> String, none: &str| {
        let listed: Vec<String> = others.iter().map(|grant| format!("{} ({})", words(grant), grant.case)).collect();
        if listed.is_empty() { none.to_owned() } else { numbers::list(&listed, "and") }
    };
    let place = |terms: &CaseTerms| cases::environment_words(terms).unwrap_or_else(|| "everywhere".to_owned());
    let days = cases::days_until(counted_from(visitor, case), terms.until);
    let until = format!("{} ({})", moments::weekday_text(terms.until), numbers::counted(days, "day", "days"));
    let change = |term: &str, today: String, asked: String| Change { term: term.to_owned(), today, asked };
    let mut changes = vec![
        change(
            "Units",
            each(&|grant| cases::units(state, terms.product, grant.terms.quantity), "none beyond our rights"),
            cases::units(state, terms.product, terms.quantity),
        ),
        change("Where", each(&|grant| place(&grant.terms), "nowhere"), place(terms)),
        change("Until the end of", each(&|grant| moments::weekday_text(grant.terms.until), "no day"), until),
    ];
    if let Some(category) = cases::category(state, case) {
        let rule = format!("{}, at most {}", category.title, cases::limits(category));
        changes.push(change("Rule", "No use beyond the rights and their terms".to_owned(), rule));
    }
    changes
}

/// The day from which the days of an exception are counted: that of its decision, or today.
pub fn counted_from(visitor: &Visitor, case: &Case) -> Date {
    let at = decision(case).map_or(visitor.now, |decision| decision.at);
    visitor.state().day(at)
}

fn answers(state: &State, case: &Case) -> Vec<(String, String)> {
    let asked = cases::category(state, case).map(|category| category.fields.as_slice()).unwrap_or_default();
    let order = |key: &str| asked.iter().position(|field| field.key == key).unwrap_or(asked.len());
    let mut given: Vec<(&String, &Text)> = case.words.answers.iter().collect();
    given.sort_by_key(|(key, _)| order(key));
    let label =
        |key: &str| asked.iter().find(|field| field.key == key).map_or(key, |field| field.label.as_str()).to_owned();
    given.into_iter().map(|(key, answer)| (label(key), answer.shown().to_owned())).collect()
}

fn evidence(case: &Case) -> Vec<EvidenceFile> {
    let file = |file: &domain::evidence::Evidence| EvidenceFile {
        name: file.name.shown().to_owned(),
        digest: file.digest,
        bytes: file.bytes,
    };
    case.evidence.iter().map(file).collect()
}

fn remarks(state: &State, case: &Case) -> Vec<Remark> {
    let remark = |comment: &domain::case::Comment| Remark {
        by: state.person_name(comment.by),
        at: comment.at,
        wording: comment.wording.shown().to_owned(),
    };
    case.comments.iter().map(remark).collect()
}

fn precedents(visitor: &Visitor, case: &Case) -> Vec<Precedent> {
    let state = visitor.state();
    let precedent = |other: &Case| {
        let decision = decision(other)?;
        Some(Precedent {
            case: other.id,
            title: other.words.title.shown().to_owned(),
            outcome: decision.outcome,
            decided_on: state.day(decision.at),
            differences: otherwise(visitor, case, other),
            reason: deciding_reason(decision),
        })
    };
    app::cases::precedents(state, case).into_iter().filter_map(precedent).collect()
}

/// The reason of the vote that decided.
fn deciding_reason(decision: &Decision) -> String {
    let deciding = match decision.outcome {
        Outcome::Denied => Ballot::Deny,
        Outcome::Approved | Outcome::ApprovedWithConditions => Ballot::Approve,
    };
    let vote = decision.round.votes.iter().rev().find(|vote| vote.ballot == deciding);
    vote.map_or_else(String::new, |vote| vote.reason.shown().to_owned())
}

/// What a request has otherwise than an earlier one, each as a short phrase.
fn otherwise(visitor: &Visitor, here: &Case, then: &Case) -> Vec<String> {
    let state = visitor.state();
    let mut phrases = Vec::new();
    if here.terms.product != then.terms.product {
        phrases.push(format!("another product than {}", cases::product_name(state, then.terms.product)));
    }
    if here.terms.category != then.terms.category {
        let kind = cases::category(state, then).map_or(then.terms.category.as_str(), |category| &category.title);
        phrases.push(format!("another kind than \u{201c}{kind}\u{201d}"));
    }
    phrases.extend(quantity_otherwise(state, &here.terms, &then.terms));
    let days = |case: &Case| cases::days_until(counted_from(visitor, case), case.terms.until);
    let (now, before) = (days(here), days(then));
    if now != before {
        let difference = numbers::counted(now.abs_diff(before), "day", "days");
        phrases.push(format!("{difference} {}", if now > before { "longer" } else { "shorter" }));
    }
    if here.terms.environment != then.terms.environment {
        let place = |case: &Case| {
            cases::environment_words(&case.terms).map_or_else(|| "everywhere".to_owned(), |place| format!("in {place}"))
        };
        phrases.push(format!("{} instead of {}", place(here), place(then)));
    }
    phrases
}

/// `3 devices more`; units of different metrics are set side by side and never subtracted.
fn quantity_otherwise(state: &State, here: &CaseTerms, then: &CaseTerms) -> Option<String> {
    let metric = |terms: &CaseTerms| state.products.get(&terms.product).map(|product| product.metric);
    let words = |terms: &CaseTerms| cases::units(state, terms.product, terms.quantity);
    if metric(here) != metric(then) {
        return Some(format!("{} instead of {}", words(here), words(then)));
    }
    let difference = cases::units(state, here.product, here.quantity.abs_diff(then.quantity));
    match here.quantity.cmp(&then.quantity) {
        std::cmp::Ordering::Greater => Some(format!("{difference} more")),
        std::cmp::Ordering::Less => Some(format!("{difference} fewer")),
        std::cmp::Ordering::Equal => None,
    }
}

fn exception(visitor: &Visitor, grant: &Grant) -> ExceptionInForce {
    let state = visitor.state();
    let status = grant.status(visitor.now, &state.zone());
    let line = visitor.snapshot.line(grant.terms.product, visitor.now);
    let place = cases::environment_words(&grant.terms).map_or_else(String::new, |place| format!(" in {place}"));
    let quantity = grant.terms.quantity;
    ExceptionInForce {
        status,
        until: grant.terms.until,
        granted: format!("{} {}{place}", numbers::count(quantity), grant.metric.unit(quantity)),
        used: match status {
            GrantStatus::Active => line.map_or(0, |line| exceptions::used_of(&line, grant.case)),
            GrantStatus::NotYet | GrantStatus::Expired | GrantStatus::Revoked => 0,
        },
        conditions: grant.conditions.iter().map(|condition| condition.wording.shown().to_owned()).collect(),
        revocation: grant.revocation.as_ref().map(|revocation| {
            format!(
                "{} revoked it on {}: \u{201c}{}\u{201d}",
                state.person_name(revocation.by),
                moments::day_text(state.day(revocation.at)),
                revocation.reason.shown()
            )
        }),
        may_revoke: status == GrantStatus::Active && visitor.has(&cases::REVOKING),
    }
}

/// Says something about a request.
pub async fn comment(visitor: Visitor, At(number): At<CaseId>, form: Form) -> Result<Response, Problem> {
    cases::seen(&visitor, number)?;
    let typed = form.words("comment");
    let intent = Intent::Comment { case: number, wording: Text::from(typed.as_str()) };
    match visitor.carry(&addresses::case_comments(number), &form, intent).await {
        Ok(_) => Ok(done(&addresses::case(number), "Your comment stands on the request.", None)),
        Err(failure) => {
            let errors = refused(failure, "comment")?;
            show_again(&visitor, number, Again { comment: typed, errors, ..Again::default() })
        }
    }
}
