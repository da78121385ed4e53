//! Renewals: agreements that end, with what they cost, how much of it is used, and what is planned.

use app::Snapshot;
use app::renewals::{Renewal, RenewalProduct};
use axum::response::Response;
use domain::agreement::{RenewalChoice, RenewalPlan};
use domain::command::Intent;
use domain::entitlement::Metric;
use domain::id::{AgreementId, PersonId};
use domain::text::Text;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{
    AgreementNumber, DateText, InstantText, MetricWord, MoneyValue, PersonNumber, ProductRef, QuantityValue,
};
use crate::Site;
use crate::calendar;
use crate::caller::Readers;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading};
use crate::writing::{Act, Written};

/// How far ahead the list looks where no day is asked for.
const DAYS_DEFAULT: i64 = 180;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(as_calendar))
        .routes(routes!(plan))
}

/// What shall happen when an agreement ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChoiceWord {
    /// Renewed as it is.
    Renew,
    /// Renewed with fewer units.
    Reduce,
    /// Renewed on terms that are talked about first.
    Renegotiate,
    /// Not renewed.
    LetEnd,
}

impl From<RenewalChoice> for ChoiceWord {
    fn from(choice: RenewalChoice) -> Self {
        match choice {
            RenewalChoice::Renew => Self::Renew,
            RenewalChoice::Reduce => Self::Reduce,
            RenewalChoice::Renegotiate => Self::Renegotiate,
            RenewalChoice::LetEnd => Self::LetEnd,
        }
    }
}

impl From<ChoiceWord> for RenewalChoice {
    fn from(word: ChoiceWord) -> Self {
        match word {
            ChoiceWord::Renew => Self::Renew,
            ChoiceWord::Reduce => Self::Reduce,
            ChoiceWord::Renegotiate => Self::Renegotiate,
            ChoiceWord::LetEnd => Self::LetEnd,
        }
    }
}

/// A plan for the end that the agreement has now.
#[derive(Debug, Serialize, ToSchema)]
struct PlanObject {
    /// What shall happen.
    choice: ChoiceWord,
    /// Why.
    reason: String,
    /// Who planned it.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// When.
    #[schema(value_type = InstantText)]
    planned_at: Timestamp,
    /// The entry that recorded it.
    recorded_in: u64,
}

impl From<&RenewalPlan> for PlanObject {
    fn from(plan: &RenewalPlan) -> Self {
        Self {
            choice: plan.choice.into(),
            reason: plan.reason.shown().to_owned(),
            by: plan.by,
            planned_at: plan.planned_at,
            recorded_in: plan.recorded_in,
        }
    }
}

/// A product that an agreement covers, in one metric.
#[derive(Debug, Serialize, ToSchema)]
struct RenewalProductObject {
    /// The product.
    product: ProductRef,
    /// What the units count.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Units that the agreement gives.
    given: QuantityValue,
    /// Units of it that nothing uses.
    unused: u64,
    /// Units that are short with all rights together.
    short: u64,
    /// Units that would be short without the agreement.
    short_without: u64,
}

/// What the numbers speak for.
#[derive(Debug, Serialize, ToSchema)]
struct SuggestionObject {
    /// What.
    choice: ChoiceWord,
    /// Why, with the numbers.
    why: String,
}

/// An agreement that ends, where we are the licensee.
#[derive(Debug, Serialize, ToSchema)]
struct RenewalObject {
    /// The agreement.
    #[schema(value_type = AgreementNumber)]
    agreement: AgreementId,
    /// The number or name by which both sides know it.
    reference: String,
    /// With whom.
    party: String,
    /// The last day on which notice is in time.
    #[schema(value_type = Option<DateText>)]
    notice_by: Option<Date>,
    /// Its last day, inclusive.
    #[schema(value_type = DateText)]
    ends_on: Date,
    /// What its rights cost a term, by currency.
    cost: Vec<MoneyValue>,
    /// Rights under it that state no price.
    unpriced: u64,
    /// What their unused units cost, the dearest first.
    unused_cost: Vec<MoneyValue>,
    /// The products that it covers.
    products: Vec<RenewalProductObject>,
    /// What the numbers speak for.
    suggestion: SuggestionObject,
    /// What is planned; null where nothing is.
    plan: Option<PlanObject>,
}

fn object(snapshot: &Snapshot, renewal: &Renewal) -> RenewalObject {
    let state = &snapshot.state;
    let known = state.agreements.get(&renewal.agreement);
    let party = known.and_then(|known| state.parties.get(&known.party));
    let product = |product: &RenewalProduct| RenewalProductObject {
        product: ProductRef::of(state, product.product),
        metric: product.metric,
        given: QuantityValue(product.given),
        unused: product.unused,
        short: product.short,
        short_without: product.short_without,
    };
    RenewalObject {
        agreement: renewal.agreement,
        reference: known.map(|known| known.terms.reference.clone()).unwrap_or_default(),
        party: party.map(|party| party.name.clone()).unwrap_or_default(),
        notice_by: renewal.notice_by,
        ends_on: renewal.ends_on,
        cost: renewal.cost.iter().copied().map(MoneyValue::from).collect(),
        unpriced: renewal.unpriced,
        unused_cost: renewal.unused_cost.iter().copied().map(MoneyValue::from).collect(),
        products: renewal.products.iter().map(product).collect(),
        suggestion: SuggestionObject { choice: renewal.suggestion.choice.into(), why: renewal.suggestion.why.clone() },
        plan: known.and_then(|known| known.plan()).map(PlanObject::from),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only what ends or asks for notice on or before this day; without it, within 180 days.
    #[param(value_type = Option<DateText>)]
    until: Option<Date>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// What ends, what is due first at the top.
#[utoipa::path(get, path = "/v1/renewals", tag = "agreements", params(ListQuery),
    responses((status = 200, body = Page<RenewalObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let today = reading.snapshot.state.day(reading.now);
    let until = query.until.unwrap_or_else(|| today.checked_add(DAYS_DEFAULT.days()).unwrap_or(Date::MAX));
    let renewals = reading.snapshot.renewals(reading.now, until);
    Ok(reading.page(&renewals, &paging, |renewal| object(&reading.snapshot, renewal)))
}

/// The renewal of one agreement.
#[utoipa::path(get, path = "/v1/renewals/{agreement}", tag = "agreements",
    params(("agreement" = AgreementNumber, Path), OnADay), responses((status = 200, body = RenewalObject)))]
async fn show(
    reading: Reading,
    At(agreement): At<AgreementId>,
    Asked(query): Asked<OnADay>,
) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let reading = reading.as_of(query.as_of).await?;
    let renewal = reading.snapshot.renewal(agreement, reading.now);
    let renewal = renewal.ok_or_else(|| Problem::none("renewal", agreement))?;
    Ok(reading.answer(object(&reading.snapshot, &renewal)))
}

/// Ends and days of notice of the next three years as an iCalendar file.
#[utoipa::path(get, path = "/v1/renewals.ics", tag = "agreements",
    responses((status = 200, body = String, content_type = "text/calendar")))]
async fn as_calendar(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let text = calendar::renewals(&reading.snapshot, reading.app.origin(), reading.now);
    Ok(reading.bytes(calendar::CONTENT_TYPE, text))
}

/// A plan to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPlan {
    /// The end that it is for: the agreement's last day, as the planner saw it.
    #[schema(value_type = DateText)]
    ends_on: Date,
    /// What shall happen.
    choice: ChoiceWord,
    /// Why.
    reason: String,
}

/// Plan what happens when an agreement ends; an earlier plan gives way.
#[utoipa::path(post, path = "/v1/agreements/{agreement}/renewal-plans", tag = "agreements",
    params(("agreement" = AgreementNumber, Path)), request_body = NewPlan, responses((status = 200, body = Written)))]
async fn plan(At(agreement): At<AgreementId>, act: Act<NewPlan>) -> Result<Response, Problem> {
    let (act, NewPlan { ends_on, choice, reason }) = act.take();
    let reason = Text::from(reason);
    act.carry(Intent::PlanRenewal { agreement, ends_on, choice: choice.into(), reason }).await
}
