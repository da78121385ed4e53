//! The register of exceptions, and ending one early.

use std::collections::BTreeMap;

use app::positions::{Line, SupplySource};
use axum::response::Response;
use domain::command::Intent;
use domain::grant::{Grant, GrantStatus};
use domain::id::{CaseId, ProductId};
use domain::refusal::Refusal;
use domain::text::Text;

use crate::browse::cases;
use crate::browse::form::{Form, refused};
use crate::browse::my_work::is_ending;
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::design::forms::Errors;
use crate::design::moments;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, Asked, ConfirmationPage, ProductEffect};
use crate::pages::effect::Effect;
use crate::pages::exceptions::{self, ExceptionRow, ExceptionsPage, ExceptionsView};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::problem::Problem;

fn is_in(visitor: &Visitor, grant: &Grant, view: ExceptionsView) -> bool {
    let status = grant.status(visitor.now, &visitor.state().zone());
    match view {
        ExceptionsView::Active => status == GrantStatus::Active,
        ExceptionsView::Expiring => is_ending(visitor, grant),
        ExceptionsView::Expired => status == GrantStatus::Expired,
        ExceptionsView::Revoked => status == GrantStatus::Revoked,
        ExceptionsView::All => true,
    }
}

/// The register.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let view = ExceptionsView::from_word(visitor.asked("status")).unwrap_or(ExceptionsView::Active);
    let all: Vec<&Grant> = visitor.state().grants.values().map(AsRef::as_ref).collect();
    let counts = ExceptionsView::ALL.map(|of| count(all.iter().filter(|grant| is_in(&visitor, grant, of)).count()));
    let mut fitting: Vec<&Grant> = all.into_iter().filter(|grant| is_in(&visitor, grant, view)).collect();
    fitting.sort_by_key(|grant| (grant.terms.until, grant.case));
    let paging = visitor.paging(fitting.len());
    let mut lines = Lines::default();
    let rows = visitor.part(&fitting, paging).iter().map(|grant| row(&visitor, grant, &mut lines)).collect();
    let view = ExceptionsPage { view, counts, paging, rows, copy: copy(&visitor, view) };
    Ok(visitor.page(exceptions::page(&visitor.frame(), &view)))
}

/// The lines of the products on one page, each worked out once.
type Lines = BTreeMap<ProductId, Option<Line>>;

fn row(visitor: &Visitor, grant: &Grant, lines: &mut Lines) -> ExceptionRow {
    let state = visitor.state();
    let status = grant.status(visitor.now, &state.zone());
    let product = grant.terms.product;
    let used = match status {
        GrantStatus::Active => {
            let line = lines.entry(product).or_insert_with(|| visitor.snapshot.line(product, visitor.now));
            line.as_ref().map_or(0, |line| used_of(line, grant.case))
        }
        GrantStatus::NotYet | GrantStatus::Expired | GrantStatus::Revoked => 0,
    };
    ExceptionRow {
        case: grant.case,
        title: state.cases.get(&grant.case).map_or_else(String::new, |case| case.words.title.shown().to_owned()),
        product,
        product_name: cases::product_name(state, product),
        granted: grant.terms.quantity,
        used,
        metric: grant.metric,
        environment: cases::environment_words(&grant.terms),
        until: grant.terms.until,
        status,
        ending: is_ending(visitor, grant),
        conditions: count(grant.conditions.len()),
        may_revoke: status == GrantStatus::Active && visitor.has(&cases::REVOKING),
    }
}

/// The units of an exception that are in use.
pub fn used_of(line: &Line, case: CaseId) -> u64 {
    let supply = line.supplies.iter().find(|supply| supply.source == SupplySource::Grant(case));
    supply.map_or(0, |supply| supply.used)
}

/// The same rows elsewhere.
fn copy(visitor: &Visitor, view: ExceptionsView) -> CopyAs {
    let status = match view {
        ExceptionsView::Active | ExceptionsView::Expiring => "active",
        ExceptionsView::Expired => "expired",
        ExceptionsView::Revoked => "revoked",
        ExceptionsView::All => "",
    };
    let option = if status.is_empty() { String::new() } else { format!(" --status {status}") };
    let ends_by = match view {
        ExceptionsView::Expiring => {
            let today = visitor.state().day(visitor.now);
            let last = today.checked_add(jiff::Span::new().days(cases::ENDING_DAYS));
            last.map_or_else(|_| String::new(), |last| last.to_string())
        }
        ExceptionsView::Active | ExceptionsView::Expired | ExceptionsView::Revoked | ExceptionsView::All => {
            String::new()
        }
    };
    let address = addresses::with_query("/v1/exceptions", &[("status", status), ("ends_by", &ends_by)]);
    CopyAs {
        command: format!("indult exception list{option}"),
        request: format!("GET {address}"),
        csv: None,
        json: Some(address),
    }
}

/// The exception of this number, where it can still be ended by the visitor.
fn revocable(visitor: &Visitor, number: CaseId) -> Result<&Grant, Problem> {
    let grant = visitor.state().grants.get(&number).ok_or_else(|| Problem::none("exception", number))?;
    cases::only_for_roles(visitor, &cases::REVOKING)?;
    match grant.status(visitor.now, &visitor.state().zone()) {
        GrantStatus::Active | GrantStatus::NotYet => Ok(grant),
        status @ (GrantStatus::Expired | GrantStatus::Revoked) => Err(Refusal::WrongStage {
            case: number,
            status: status.title(),
            hint: "An exception that has ended cannot be revoked.",
        }
        .into()),
    }
}

fn revocation_view(visitor: &Visitor, grant: &Grant, reason: &str, errors: Errors) -> ConfirmationPage {
    let state = visitor.state();
    let case = state.cases.get(&grant.case);
    let title = case.map_or_else(String::new, |case| case.words.title.shown().to_owned());
    let effect = case.and_then(|case| cases::effect(&visitor.snapshot, case, visitor.now));
    let product = grant.terms.product;
    let product_effect = |effect: Effect| ProductEffect {
        product: Link::new(addresses::product(product), cases::product_name(state, product)),
        effect: Effect { act: "If revoked".to_owned(), afterwards: None, ..effect },
    };
    ConfirmationPage {
        place: Place::Exceptions,
        above: Link::new(addresses::case(grant.case), grant.case.to_string()),
        question: format!("Revoke {}?", grant.case),
        sentence: format!("{title}: {}.", cases::asked(state, &grant.terms)),
        consequences: vec![
            "It ends at once: position and checks no longer count it.".to_owned(),
            "It cannot be put in force again; whoever needs it asks anew.".to_owned(),
        ],
        stays: vec![
            "The request stays readable with its votes and conditions, and with who revoked it and why.".to_owned(),
        ],
        effects: effect.map(product_effect).into_iter().collect(),
        asked: Some(Asked {
            name: "reason".to_owned(),
            label: "Why does it end?".to_owned(),
            hint: "Read by the requester and by whoever asks for something like it later.".to_owned(),
            value: reason.to_owned(),
        }),
        action: addresses::revocation(grant.case),
        button: format!("Revoke {}", grant.case),
        key: visitor.key(),
        errors,
    }
}

/// What ending an exception early does.
pub async fn confirm_revocation(visitor: Visitor, At(number): At<CaseId>) -> Result<Response, Problem> {
    let view = revocation_view(&visitor, revocable(&visitor, number)?, "", Errors::default());
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Ends an exception early.
pub async fn revoke(visitor: Visitor, At(number): At<CaseId>, form: Form) -> Result<Response, Problem> {
    let intent = Intent::RevokeGrant { case: number, reason: Text::from(form.words("reason")) };
    match visitor.carry(&addresses::revocation(number), &form, intent).await {
        Ok(_) => {
            let today = moments::day_text(visitor.state().day(visitor.now));
            let sentence = format!("{number} was revoked on {today} and no longer counts.");
            Ok(done(&addresses::case(number), sentence, None))
        }
        Err(failure) => {
            let errors = refused(failure, "reason")?;
            let view = revocation_view(&visitor, revocable(&visitor, number)?, &form.words("reason"), errors);
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}
