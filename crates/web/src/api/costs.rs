//! Costs: total cost of products, shares by cost centre or business unit, budgets, surcharges, and the summary.

use app::costs::{BudgetStanding, ProductCost, Share, SharedBy};
use app::summary::{Figure, SummaryView};
use axum::response::Response;
use domain::command::Intent;
use domain::id::{BudgetId, ProductId};
use domain::purchase::BudgetTerms;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{BudgetNumber, DateText, MoneyValue, ProductNumber, ProductRef};
use crate::Site;
use crate::caller::Readers;
use crate::given::Asked;
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(products))
        .routes(routes!(chargeback))
        .routes(routes!(budgets, set_budget))
        .routes(routes!(set_surcharge))
        .routes(routes!(summary))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// What a product costs a term.
#[derive(Debug, Serialize, ToSchema)]
struct ProductCostObject {
    /// The product.
    product: ProductRef,
    /// What its rights cost that count today.
    total: MoneyValue,
    /// What of that nothing uses.
    unused: MoneyValue,
    /// What its shortage would cost.
    exposure: MoneyValue,
    /// The surcharge on that.
    surcharge: MoneyValue,
    /// Rights that state no price, or one in another currency.
    unpriced: u64,
}

/// What every product costs, the dearest first.
#[utoipa::path(get, path = "/v1/product_costs", tag = "costs", params(PageQuery),
    responses((status = 200, body = Page<ProductCostObject>)))]
async fn products(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let costs = reading.snapshot.product_costs(reading.now);
    Ok(reading.page(&costs, &paging, |cost: &ProductCost| ProductCostObject {
        product: ProductRef::of(&reading.snapshot.state, cost.product),
        total: cost.total.into(),
        unused: cost.unused.into(),
        exposure: cost.exposure.into(),
        surcharge: cost.surcharge.into(),
        unpriced: cost.unpriced,
    }))
}

/// By what cost is shared out.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SharedByWord {
    /// The cost centre that a device states.
    #[default]
    CostCentre,
    /// The business unit that a device states.
    BusinessUnit,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChargebackQuery {
    /// By what.
    #[serde(default)]
    #[param(inline)]
    by: SharedByWord,
}

/// A product behind a share.
#[derive(Debug, Serialize, ToSchema)]
struct ShareProduct {
    /// The product.
    product: ProductRef,
    /// Units that are used.
    units: u64,
    /// What they cost.
    amount: MoneyValue,
}

/// Who carries what.
#[derive(Debug, Serialize, ToSchema)]
struct ShareObject {
    /// The cost centre or business unit; null where devices state none.
    name: Option<String>,
    /// What it carries.
    amount: MoneyValue,
    /// The products behind it.
    products: Vec<ShareProduct>,
}

/// The cost of all rights, shared out by who uses them.
#[derive(Debug, Serialize, ToSchema)]
struct ChargebackObject {
    /// What all rights cost: the shares and what is unused.
    total: MoneyValue,
    /// What nothing uses, which nobody is charged for.
    unused: MoneyValue,
    /// The shares, the dearest first.
    shares: Vec<ShareObject>,
}

/// The cost of all rights, shared out by who uses them.
#[utoipa::path(get, path = "/v1/chargeback", tag = "costs", params(ChargebackQuery),
    responses((status = 200, body = ChargebackObject)))]
async fn chargeback(reading: Reading, Asked(query): Asked<ChargebackQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let by = match query.by {
        SharedByWord::CostCentre => SharedBy::CostCentre,
        SharedByWord::BusinessUnit => SharedBy::BusinessUnit,
    };
    let state = &reading.snapshot.state;
    let found = reading.snapshot.chargeback(by, reading.now).ok_or_else(Problem::not_signed_in)?;
    let share = |share: &Share| ShareObject {
        name: share.name.clone(),
        amount: share.amount.into(),
        products: share
            .products
            .iter()
            .map(|(product, units, amount)| ShareProduct {
                product: ProductRef::of(state, *product),
                units: *units,
                amount: (*amount).into(),
            })
            .collect(),
    };
    Ok(reading.answer(ChargebackObject {
        total: found.total.into(),
        unused: found.unused.into(),
        shares: found.shares.iter().map(share).collect(),
    }))
}

/// A budget and how it stands.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetObject {
    /// Number.
    #[schema(value_type = BudgetNumber)]
    id: BudgetId,
    /// The cost centre; null is the whole organisation.
    cost_centre: Option<String>,
    /// First day.
    #[schema(value_type = DateText)]
    starts_on: Date,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    ends_on: Date,
    /// How much.
    amount: MoneyValue,
    /// What its share of the rights costs a term, today.
    running: MoneyValue,
    /// Purchases that are approved or ordered.
    committed: MoneyValue,
    /// Purchases that are only asked for.
    asked: MoneyValue,
    /// What is left after what runs and what is committed.
    left: MoneyValue,
}

/// The budgets that have not passed.
#[utoipa::path(get, path = "/v1/budgets", tag = "costs", params(PageQuery),
    responses((status = 200, body = Page<BudgetObject>)))]
async fn budgets(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let standings = reading.snapshot.budgets(reading.now);
    let known: Vec<_> =
        standings.iter().filter_map(|standing| Some((standing, state.budgets.get(&standing.budget)?))).collect();
    Ok(reading.page(&known, &paging, |(standing, budget): &(&BudgetStanding, _)| BudgetObject {
        id: budget.id,
        cost_centre: budget.terms.cost_centre.clone(),
        starts_on: budget.terms.starts_on,
        ends_on: budget.terms.ends_on,
        amount: budget.terms.amount.into(),
        running: standing.running.into(),
        committed: standing.committed.into(),
        asked: standing.asked.into(),
        left: standing.left.into(),
    }))
}

/// A budget to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBudget {
    /// The budget to change; absent is a new one.
    #[schema(value_type = Option<BudgetNumber>)]
    budget: Option<BudgetId>,
    /// The cost centre; absent is the whole organisation.
    cost_centre: Option<String>,
    /// First day.
    #[schema(value_type = DateText)]
    starts_on: Date,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    ends_on: Date,
    /// How much.
    amount: MoneyValue,
}

/// Set a budget.
#[utoipa::path(post, path = "/v1/budgets", tag = "costs", request_body = NewBudget,
    responses((status = 200, body = Written)))]
async fn set_budget(act: Act<NewBudget>) -> Result<Response, Problem> {
    let (act, NewBudget { budget, cost_centre, starts_on, ends_on, amount }) = act.take();
    let amount = amount.money().map_err(|sentence| Problem::at("amount", sentence))?;
    let terms = BudgetTerms { cost_centre, starts_on, ends_on, amount };
    act.carry(Intent::SetBudget { budget, terms }).await
}

/// What is added to the cost of what is short.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSurcharge {
    /// The product; absent is all others.
    #[schema(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Per cent.
    percent: u32,
}

/// Set what is added to the cost of what is short, such as the back maintenance that a publisher asks for.
#[utoipa::path(post, path = "/v1/surcharges", tag = "costs", request_body = NewSurcharge,
    responses((status = 200, body = Written)))]
async fn set_surcharge(act: Act<NewSurcharge>) -> Result<Response, Problem> {
    let (act, NewSurcharge { product, percent }) = act.take();
    act.carry(Intent::SetSurcharge { product, percent }).await
}

/// For whom the summary is.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SummaryViewWord {
    /// Everybody: the figures that matter most.
    #[default]
    All,
    /// Those who run the devices.
    It,
    /// Those who pay.
    Finance,
    /// Those who buy.
    Procurement,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SummaryQuery {
    /// For whom.
    #[serde(default)]
    #[param(inline)]
    view: SummaryViewWord,
}

/// A figure of the summary.
#[derive(Debug, Serialize, ToSchema)]
struct FigureObject {
    /// Its name.
    key: &'static str,
    /// What it counts.
    label: &'static str,
    /// The number or amount.
    value: String,
    /// How it was made, as a sentence.
    basis: String,
    /// The page with its working.
    address: String,
}

/// The summary: few figures, each with its working.
#[derive(Debug, Serialize, ToSchema)]
struct SummaryObject {
    /// The figures.
    figures: Vec<FigureObject>,
    /// The ledger size that they were read at.
    ledger_size: u64,
}

/// Few figures, each with the page that has its working.
#[utoipa::path(get, path = "/v1/summary", tag = "costs", params(SummaryQuery),
    responses((status = 200, body = SummaryObject)))]
async fn summary(reading: Reading, Asked(query): Asked<SummaryQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let view = match query.view {
        SummaryViewWord::All => SummaryView::All,
        SummaryViewWord::It => SummaryView::It,
        SummaryViewWord::Finance => SummaryView::Finance,
        SummaryViewWord::Procurement => SummaryView::Procurement,
    };
    let figure = |figure: Figure| FigureObject {
        key: figure.key,
        label: figure.label,
        value: figure.value,
        basis: figure.basis,
        address: figure.address,
    };
    Ok(reading.answer(SummaryObject {
        figures: reading.snapshot.summary(view, reading.now).into_iter().map(figure).collect(),
        ledger_size: reading.snapshot.size(),
    }))
}
