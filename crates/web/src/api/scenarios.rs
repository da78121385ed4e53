//! Scenarios: recorded assumptions, and what would follow from them side by side.

use app::scenarios::{self, Column, Comparison, Effect, NotCompared, ProductRow, Standing};
use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::entitlement::Metric;
use domain::id::{ProductId, ScenarioId};
use domain::scenario::{Scenario, ScenarioTerms};
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::positions::Format;
use super::values::{
    DateText, InstantText, MetricWord, MoneyValue, PersonRef, ProductNumber, ProductRef, QuantityValue, ScenarioNumber,
};
use crate::Site;
use crate::caller::Readers;
use crate::csv::Csv;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, off_thread};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, record))
        .routes(routes!(compare))
        .routes(routes!(show))
        .routes(routes!(change))
        .routes(routes!(retire))
}

/// A scenario.
#[derive(Debug, Serialize, ToSchema)]
struct ScenarioObject {
    /// Number.
    #[schema(value_type = ScenarioNumber)]
    id: ScenarioId,
    /// Name.
    name: String,
    /// What is assumed, one sentence each, in the order in which it is applied.
    assumptions: Vec<String>,
    /// What it is for; null where it was erased.
    reason: Option<String>,
    /// Who recorded it.
    owner: PersonRef,
    /// When.
    #[schema(value_type = InstantText)]
    recorded_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = Option<InstantText>)]
    changed_at: Option<Timestamp>,
    /// Whether it was retired.
    retired: bool,
}

fn object(state: &State, known: &Scenario) -> ScenarioObject {
    ScenarioObject {
        id: known.id,
        name: known.terms.name.clone(),
        assumptions: known.terms.assumptions.iter().map(ToString::to_string).collect(),
        reason: known.reason.open().map(str::to_owned),
        owner: PersonRef::of(state, known.owner),
        recorded_at: known.recorded_at,
        changed_at: known.changed_at,
        retired: known.retired,
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Whether retired scenarios are listed too.
    #[serde(default)]
    retired: bool,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The scenarios, newest first.
#[utoipa::path(get, path = "/v1/scenarios", tag = "scenarios", params(ListQuery),
    responses((status = 200, body = Page<ScenarioObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let known = state.scenarios.values().rev().map(AsRef::as_ref);
    let known: Vec<&Scenario> = known.filter(|known: &&Scenario| query.retired || !known.retired).collect();
    Ok(reading.page(&known, &paging, |known| object(state, known)))
}

/// One scenario.
#[utoipa::path(get, path = "/v1/scenarios/{scenario}", tag = "scenarios",
    params(("scenario" = ScenarioNumber, Path)), responses((status = 200, body = ScenarioObject)))]
async fn show(reading: Reading, At(scenario): At<ScenarioId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let state = &reading.snapshot.state;
    let known = state.scenarios.get(&scenario).ok_or_else(|| Problem::none("scenario", scenario))?;
    Ok(reading.answer(object(state, known)))
}

/// A scenario to record, or what becomes of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewScenario {
    /// Name; no other scenario that is kept has it.
    name: String,
    /// What is assumed, one sentence each.
    #[serde(default)]
    #[schema(example = json!(["hire 20 in Engineering from 2027-01-01"]))]
    assumptions: Vec<String>,
    /// A hiring or project plan as CSV: day, unit or product, number. It is put behind the assumptions.
    plan: Option<String>,
    /// What it is for.
    reason: String,
}

impl NewScenario {
    fn read(self, state: &State) -> Result<(ScenarioTerms, Text), Problem> {
        let read = scenarios::read_assumptions(self.assumptions.iter().map(String::as_str));
        let mut assumptions = read.map_err(|sentence| Problem::at("assumptions", sentence))?;
        if let Some(plan) = &self.plan {
            let planned = scenarios::read_plan(state, plan);
            assumptions.extend(planned.map_err(|sentence| Problem::at("plan", sentence))?);
        }
        Ok((ScenarioTerms { name: self.name, assumptions }, Text::from(self.reason)))
    }
}

/// Whoever may not record a scenario, its sentences are not read at all.
fn like() -> Intent {
    let terms = ScenarioTerms { name: String::new(), assumptions: Vec::new() };
    Intent::RecordScenario { terms, reason: Text::from("") }
}

/// Record a scenario.
#[utoipa::path(post, path = "/v1/scenarios", tag = "scenarios", request_body = NewScenario,
    responses((status = 201, body = Written)))]
async fn record(act: Act<NewScenario>) -> Result<Response, Problem> {
    act.must_be_allowed(like())?;
    let (act, given) = act.take();
    let (terms, reason) = given.read(&act.writer.app.snapshot().state)?;
    act.carry(Intent::RecordScenario { terms, reason }).await
}

/// Change a scenario: what is sent stands in place of what stood there.
#[utoipa::path(post, path = "/v1/scenarios/{scenario}/changes", tag = "scenarios",
    params(("scenario" = ScenarioNumber, Path)), request_body = NewScenario, responses((status = 200, body = Written)))]
async fn change(At(scenario): At<ScenarioId>, act: Act<NewScenario>) -> Result<Response, Problem> {
    act.must_be_allowed(like())?;
    let (act, given) = act.take();
    let (terms, reason) = given.read(&act.writer.app.snapshot().state)?;
    act.carry(Intent::ChangeScenario { scenario, terms, reason }).await
}

/// Retire a scenario: it is kept, and no longer offered.
#[utoipa::path(post, path = "/v1/scenarios/{scenario}/retirements", tag = "scenarios",
    params(("scenario" = ScenarioNumber, Path)), responses((status = 200, body = Written)))]
async fn retire(At(scenario): At<ScenarioId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::RetireScenario { scenario }).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CompareQuery {
    /// The numbers of one to four scenarios, with commas between them.
    #[serde(default)]
    #[param(required = true, example = "SCN-1,SCN-2")]
    of: String,
    /// The day on which they are compared, today or later; absent is a year ahead.
    #[param(value_type = Option<DateText>)]
    on: Option<Date>,
    /// JSON, or a file for a spreadsheet.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// How a product stands.
#[derive(Debug, Serialize, ToSchema)]
struct StandingObject {
    /// Units that need a licence.
    need: u64,
    /// Units of the rights that count.
    entitled: QuantityValue,
    /// Units that nothing covers.
    short: u64,
    /// Units that nothing uses; null where there is no limit.
    unused: Option<u64>,
    /// What the rights cost that count, by currency.
    cost: Vec<MoneyValue>,
    /// Rights that count and state no price.
    unpriced: u64,
    /// What the shortage would cost; null where it cannot be stated.
    shortage_cost: Option<MoneyValue>,
    /// How that was made, as a sentence.
    shortage_basis: String,
    /// The first day from today on which something is short.
    #[schema(value_type = Option<DateText>)]
    first_short_on: Option<Date>,
    /// The most that is short on any day until then.
    most_short: u64,
    /// How the numbers were made.
    working: Vec<WorkedStep>,
}

/// One step of a working.
#[derive(Debug, Serialize, ToSchema)]
struct WorkedStep {
    /// What is counted.
    label: &'static str,
    /// The number or amount.
    amount: String,
    /// One plain sentence with the arithmetic.
    text: String,
}

/// A product in every column.
#[derive(Debug, Serialize, ToSchema)]
struct ComparedProduct {
    /// The product.
    product: ProductRef,
    /// The metric of its numbers.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Beside the columns.
    standings: Vec<StandingObject>,
}

/// What an assumption did.
#[derive(Debug, Serialize, ToSchema)]
struct EffectObject {
    /// The place of the assumption in its scenario, from 0.
    assumption: usize,
    /// The product; null where it met none.
    #[schema(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// What it did, as a sentence.
    text: String,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
struct ColumnObject {
    /// The scenario; null is what is known.
    #[schema(value_type = Option<ScenarioNumber>)]
    scenario: Option<ScenarioId>,
    /// What stands above it.
    name: String,
    /// The day of its numbers.
    #[schema(value_type = DateText)]
    on: Date,
    /// What is assumed.
    assumptions: Vec<String>,
    /// What the assumptions did on that day.
    effects: Vec<EffectObject>,
    /// What the rights of the listed products cost, by currency.
    cost: Vec<MoneyValue>,
    /// What is short of them would cost, by currency.
    shortage_cost: Vec<MoneyValue>,
    /// Products that are short.
    short_products: u64,
}

/// Scenarios side by side.
#[derive(Debug, Serialize, ToSchema)]
struct ComparisonObject {
    /// Today.
    #[schema(value_type = DateText)]
    today: Date,
    /// The day that is compared.
    #[schema(value_type = DateText)]
    on: Date,
    /// The ledger size that it was read at.
    ledger_size: u64,
    /// Today, then the day if nothing changes, then the scenarios.
    columns: Vec<ColumnObject>,
    /// The products whose numbers some scenario changes.
    products: Vec<ComparedProduct>,
}

fn standing(standing: &Standing) -> StandingObject {
    let step = |step: &app::positions::Step| WorkedStep {
        label: step.label,
        amount: step.amount.clone(),
        text: step.text.clone(),
    };
    StandingObject {
        need: standing.need,
        entitled: QuantityValue(standing.entitled),
        short: standing.short,
        unused: standing.unused,
        cost: standing.cost.iter().map(|cost| (*cost).into()).collect(),
        unpriced: standing.unpriced,
        shortage_cost: standing.shortage_cost.money.map(Into::into),
        shortage_basis: standing.shortage_cost.basis.to_string(),
        first_short_on: standing.first_short_on,
        most_short: standing.most_short,
        working: standing.working.iter().map(step).collect(),
    }
}

fn column(column: &Column) -> ColumnObject {
    let effect = |effect: &Effect| EffectObject {
        assumption: effect.assumption,
        product: effect.product,
        text: effect.text.clone(),
    };
    ColumnObject {
        scenario: column.scenario,
        name: column.name.clone(),
        on: column.on,
        assumptions: column.assumptions.clone(),
        effects: column.effects.iter().map(effect).collect(),
        cost: column.cost.iter().map(|cost| (*cost).into()).collect(),
        shortage_cost: column.shortage_cost.iter().map(|cost| (*cost).into()).collect(),
        short_products: column.short_products,
    }
}

/// What a comparison that cannot be made is as a problem.
pub(crate) fn not_compared(reason: NotCompared) -> Problem {
    match reason {
        NotCompared::Missing(scenario) => Problem::parameter("of", format!("There is no scenario {scenario}.")),
        NotCompared::Refused(sentence) => Problem::parameter("of", sentence),
    }
}

/// Scenarios side by side on one day: need, rights, shortage and cost of every product that they change, with what
/// changed it. Nothing is recorded by it.
#[utoipa::path(get, path = "/v1/scenarios/compare", tag = "scenarios", params(CompareQuery),
    responses((status = 200, content((ComparisonObject = "application/json"), (String = "text/csv")))))]
async fn compare(reading: Reading, Asked(query): Asked<CompareQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let of = query.of.split(',').map(str::parse::<ScenarioId>);
    let of = of.collect::<Result<Vec<_>, _>>().map_err(|error| Problem::parameter("of", format!("{error}.")))?;
    let (snapshot, now) = (reading.snapshot.clone(), reading.now);
    let found = off_thread(move || Ok(snapshot.compare_scenarios(&of, query.on, now))).await?.map_err(not_compared)?;
    let state = &reading.snapshot.state;
    let row = |row: &ProductRow| ComparedProduct {
        product: ProductRef::of(state, row.product),
        metric: row.metric,
        standings: row.standings.iter().map(standing).collect(),
    };
    Ok(match query.format {
        Format::Csv => reading.told(csv_of(state, &found)),
        Format::Json => reading.answer(ComparisonObject {
            today: found.today,
            on: found.on,
            ledger_size: found.ledger_size,
            columns: found.columns.iter().map(column).collect(),
            products: found.rows.iter().map(row).collect(),
        }),
    })
}

/// One row for each product, column and currency of its cost.
fn csv_of(state: &State, found: &Comparison) -> Response {
    let mut table = Csv::headed(&[
        "product",
        "name",
        "metric",
        "column",
        "on",
        "need",
        "entitled",
        "short",
        "unused",
        "cost",
        "currency",
        "shortage_cost",
        "shortage_currency",
        "first_short_on",
        "most_short",
        "ledger_size",
    ]);
    let text = |number: Option<u64>| number.map_or_else(|| "unlimited".to_owned(), |number| number.to_string());
    for row in &found.rows {
        for (column, standing) in found.columns.iter().zip(&row.standings) {
            let costs: Vec<_> =
                if standing.cost.is_empty() { vec![None] } else { standing.cost.iter().map(Some).collect() };
            for (place, cost) in costs.into_iter().enumerate() {
                // Counted once where a cost has several currencies.
                let short = standing.shortage_cost.money.filter(|_| place == 0);
                table.row(&[
                    row.product.to_string(),
                    state.product_name(row.product),
                    row.metric.name().to_string(),
                    column.name.clone(),
                    column.on.to_string(),
                    standing.need.to_string(),
                    text(standing.entitled.units()),
                    standing.short.to_string(),
                    text(standing.unused),
                    cost.map(|cost| cost.amount.to_string()).unwrap_or_default(),
                    cost.map(|cost| cost.currency.to_string()).unwrap_or_default(),
                    short.map(|short| short.amount.to_string()).unwrap_or_default(),
                    short.map(|short| short.currency.to_string()).unwrap_or_default(),
                    standing.first_short_on.map(|day| day.to_string()).unwrap_or_default(),
                    standing.most_short.to_string(),
                    found.ledger_size.to_string(),
                ]);
            }
        }
    }
    table.download("scenarios.csv")
}
