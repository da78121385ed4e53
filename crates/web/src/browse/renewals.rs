//! Renewals: the list, its files, and the plan for one agreement.

use app::renewals::Renewal;
use axum::extract::{Path, State as Extracted};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::agreement::RenewalChoice;
use domain::command::Intent;
use domain::id::AgreementId;
use domain::money::sums;
use domain::person::{Role, Scope};
use domain::text::Text;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::Site;
use crate::browse::form::{Form, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::calendar;
use crate::caller::{Caller, Readers};
use crate::csv::Csv;
use crate::design::forms::{Errors, FieldError};
use crate::design::numbers;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::layout::CopyAs;
use crate::pages::renewals::{self, EndingRow, HORIZONS, PlanPage, RenewalRow, RenewalsPage};
use crate::problem::Problem;

/// How far ahead the list looks where nothing else is asked for.
const DAYS_DEFAULT: i64 = 180;

/// Who may plan: the same who may amend an agreement.
const PLANNERS: [Role; 3] = [Role::SamManager, Role::Procurement, Role::Legal];

fn days_asked(visitor: &Visitor) -> i64 {
    let asked = visitor.asked("days").parse().ok();
    asked.filter(|days| HORIZONS.contains(days)).unwrap_or(DAYS_DEFAULT)
}

fn until(visitor: &Visitor, days: i64) -> Date {
    visitor.state().day(visitor.now).checked_add(days.days()).unwrap_or(Date::MAX)
}

fn row(visitor: &Visitor, renewal: Renewal) -> RenewalRow {
    let state = visitor.state();
    let known = state.agreements.get(&renewal.agreement);
    let party = known.and_then(|known| state.parties.get(&known.party));
    let plan = known.and_then(|known| known.plan()).map(|plan| {
        let who = plan.by.map_or_else(|| "the program".to_owned(), |person| visitor.name(person));
        (plan.choice, plan.reason.shown().to_owned(), who)
    });
    let mut products: Vec<_> =
        renewal.products.iter().map(|product| (product.product, state.product_name(product.product))).collect();
    products.dedup();
    RenewalRow {
        reference: known.map_or_else(|| renewal.agreement.to_string(), |known| known.terms.reference.clone()),
        party: party.map(|party| party.name.clone()).unwrap_or_default(),
        products,
        plan,
        renewal,
    }
}

fn rows(visitor: &Visitor, days: i64) -> Vec<RenewalRow> {
    let renewals = visitor.snapshot.renewals(visitor.now, until(visitor, days));
    renewals.into_iter().map(|renewal| row(visitor, renewal)).collect()
}

/// The page.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let days = days_asked(&visitor);
    let rows = rows(&visitor, days);
    let rights = visitor.snapshot.ending_rights(visitor.now, until(&visitor, days)).into_iter().filter_map(|right| {
        let product = visitor.state().entitlements.get(&right.entitlement)?.product;
        let product = (product, visitor.state().product_name(product));
        Some(EndingRow { entitlement: right.entitlement, product, ends_on: right.ends_on })
    });
    let view = RenewalsPage {
        days,
        cost: sums(rows.iter().flat_map(|row| row.renewal.cost.iter().copied())),
        unused_cost: sums(rows.iter().flat_map(|row| row.renewal.unused_cost.iter().copied())),
        unplanned: count(rows.iter().filter(|row| row.plan.is_none()).count()),
        rights: rights.collect(),
        rows,
        any_agreement: !visitor.state().agreements.is_empty(),
        copy: CopyAs {
            command: format!("indult renewal list --until {}", until(&visitor, days)),
            request: format!("GET /v1/renewals?until={}", until(&visitor, days)),
            csv: Some(addresses::with_query("/renewals.csv", &[("days", &days.to_string())])),
            json: Some(format!("/v1/renewals?until={}", until(&visitor, days))),
        },
    };
    Ok(visitor.page(renewals::page(&visitor.frame(), &view)))
}

/// The same rows as a CSV file.
pub async fn csv(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let mut table = Csv::headed(&[
        "agreement",
        "reference",
        "party",
        "products",
        "notice_by",
        "ends_on",
        "cost",
        "not_used",
        "plan",
        "reason",
        "suggestion",
        "why",
    ]);
    for row in rows(&visitor, days_asked(&visitor)) {
        let names: Vec<String> = row.products.iter().map(|(_, name)| name.clone()).collect();
        let (plan, reason) = row.plan.map_or_else(Default::default, |(choice, reason, _)| (choice.name(), reason));
        table.row(&[
            row.renewal.agreement.to_string(),
            row.reference,
            row.party,
            names.join("; "),
            row.renewal.notice_by.map_or_else(String::new, |day| day.to_string()),
            row.renewal.ends_on.to_string(),
            numbers::sums(&row.renewal.cost),
            numbers::sums(&row.renewal.unused_cost),
            plan.to_owned(),
            reason,
            row.renewal.suggestion.choice.name().to_owned(),
            row.renewal.suggestion.why,
        ]);
    }
    Ok(visitor.told(table.download("renewals.csv")))
}

/// The calendar as a file.
pub async fn calendar(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    Ok(as_calendar(calendar::renewals(&visitor.snapshot, visitor.app.origin(), visitor.now)))
}

/// The calendar for a program that cannot sign in: the address holds a token of the scope for it.
pub async fn feed(Extracted(site): Extracted<Site>, Path(secret): Path<String>) -> Result<Response, Problem> {
    let caller = Caller::of_secret(&secret, &site.app).ok_or_else(Problem::not_signed_in)?;
    caller.needs_scope(&[Scope::Calendar], "read the calendar of renewals")?;
    let snapshot = site.app.snapshot();
    caller.must_be_among(Readers::Staff, &snapshot.state)?;
    Ok(as_calendar(calendar::renewals(&snapshot, site.app.origin(), site.app.surroundings().now())))
}

fn as_calendar(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, calendar::CONTENT_TYPE),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"renewals.ics\""),
    ];
    (headers, text).into_response()
}

fn plan_view(
    visitor: &Visitor,
    number: AgreementId,
    given: Option<&Form>,
    errors: Errors,
) -> Result<PlanPage, Problem> {
    let renewal = visitor.snapshot.renewal(number, visitor.now).ok_or_else(|| Problem::none("renewal", number))?;
    let row = row(visitor, renewal);
    let planned = row.plan.as_ref().map_or(row.renewal.suggestion.choice, |(choice, _, _)| *choice);
    Ok(PlanPage {
        choice: given.map_or_else(|| planned.name().to_owned(), |form| form.get("choice").to_owned()),
        reason: given.map_or_else(String::new, |form| form.get("reason").to_owned()),
        may_plan: visitor.has(&PLANNERS),
        key: visitor.key(),
        row,
        errors,
    })
}

/// One renewal, with the form of its plan.
pub async fn ask(visitor: Visitor, At(number): At<AgreementId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let view = plan_view(&visitor, number, None, Errors::default())?;
    Ok(visitor.page(renewals::plan_page(&visitor.frame(), &view)))
}

/// What the form says, or what has to change in it.
fn intent(agreement: AgreementId, form: &Form) -> Result<Intent, Errors> {
    let error = |field: &str, sentence: &str| {
        Err(Errors(vec![FieldError { field: field.to_owned(), sentence: sentence.to_owned() }]))
    };
    let Some(choice) = RenewalChoice::from_word(form.get("choice")) else {
        return error("choice", "Choose what shall happen.");
    };
    let Ok(ends_on) = form.get("ends_on").parse() else {
        return error("choice", "The form had lost the day of the end. Look at the renewal again.");
    };
    Ok(Intent::PlanRenewal { agreement, ends_on, choice, reason: Text::from(form.get("reason")) })
}

/// Records the plan.
pub async fn plan(visitor: Visitor, At(number): At<AgreementId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let errors = match intent(number, &form) {
        Err(errors) => errors,
        Ok(intent) => match visitor.carry(&format!("agreements/{number}/renewal"), &form, intent).await {
            Ok(_) => return Ok(done(&addresses::renewal(number), "The plan is recorded.", None)),
            Err(failure) => refused(failure, "reason")?,
        },
    };
    let view = plan_view(&visitor, number, Some(&form), errors)?;
    Ok(visitor.page_with_errors(renewals::plan_page(&visitor.frame(), &view)))
}
