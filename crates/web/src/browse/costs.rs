//! Costs, budgets, surcharges and the summary.

use app::costs::SharedBy;
use app::summary::SummaryView;
use axum::response::Response;
use domain::Decimal;
use domain::command::Intent;
use domain::money::Money;
use domain::person::Role;
use domain::purchase::BudgetTerms;

use crate::browse::form::{Form, error, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::pages::addresses;
use crate::pages::costs::{self, BudgetRow, CostRow, CostsPage, SummaryPage};
use crate::pages::layout::CopyAs;
use crate::problem::Problem;

/// Products that the page shows; the API has all.
const PRODUCTS_SHOWN: usize = 50;

fn view_of(visitor: &Visitor, typed: [String; 4], surcharge: [String; 2], errors: Errors) -> CostsPage {
    let state = visitor.state();
    let by = SharedBy::from_word(visitor.asked("by")).unwrap_or(SharedBy::CostCentre);
    let all = visitor.snapshot.product_costs(visitor.now);
    let budget = |standing: app::costs::BudgetStanding| {
        let known = state.budgets.get(&standing.budget)?;
        Some(BudgetRow { budget: known.id, terms: known.terms.clone(), standing })
    };
    CostsPage {
        more_products: count(all.len().saturating_sub(PRODUCTS_SHOWN)),
        products: all
            .into_iter()
            .take(PRODUCTS_SHOWN)
            .map(|cost| CostRow { product: (cost.product, state.product_name(cost.product)), cost })
            .collect(),
        chargeback: visitor.snapshot.chargeback(by, visitor.now).filter(|found| !found.total.amount.is_zero()),
        by,
        budgets: visitor.snapshot.budgets(visitor.now).into_iter().filter_map(budget).collect(),
        keeps: visitor.has(&[Role::Finance]),
        typed,
        surcharge,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: format!("indult cost chargeback --by {}", by.name().replace('_', "-")),
            request: format!("GET /v1/chargeback?by={}", by.name()),
            csv: None,
            json: Some(format!("/v1/chargeback?by={}", by.name())),
        },
    }
}

/// The costs.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = view_of(&visitor, Default::default(), Default::default(), Errors::default());
    Ok(visitor.page(costs::page(&visitor.frame(), &view)))
}

/// Sets a budget.
pub async fn set_budget(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let day = |field: &str| form.get(field).parse().map_err(|_| error(field, "Choose a day."));
    let terms = || {
        let amount = form.get("amount").parse::<Decimal>();
        let amount = amount.map_err(|_| error("amount", "Enter an amount, such as 50000."))?;
        let currency = visitor.state().organisation.as_ref().map(|organisation| organisation.currency);
        let currency = currency.ok_or_else(|| error("amount", "There is no organisation yet."))?;
        Ok::<BudgetTerms, Errors>(BudgetTerms {
            cost_centre: form.some("cost_centre"),
            starts_on: day("starts_on")?,
            ends_on: day("ends_on")?,
            amount: Money { amount, currency },
        })
    };
    let errors = match terms() {
        Err(errors) => errors,
        Ok(terms) => match visitor.carry("costs/budgets", &form, Intent::SetBudget { budget: None, terms }).await {
            Ok(_) => return Ok(done(addresses::COSTS, "The budget is set.", None)),
            Err(failure) => refused(failure, "amount")?,
        },
    };
    let typed = ["cost_centre", "starts_on", "ends_on", "amount"].map(|name| form.words(name));
    let view = view_of(&visitor, typed, Default::default(), errors);
    Ok(visitor.page_with_errors(costs::page(&visitor.frame(), &view)))
}

/// Sets a surcharge.
pub async fn set_surcharge(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let state = visitor.state();
    let typed = form.get("surcharge_product");
    let by_number = typed.parse().ok().filter(|product| state.products.contains_key(product));
    let product = by_number.or_else(|| state.product_named(typed, None).map(|product| product.id));
    let errors = match (form.get("percent").parse(), product) {
        (Err(_), _) => error("percent", "Enter a whole number of per cent."),
        (Ok(_), None) if !typed.is_empty() => error("surcharge_product", "Enter the number or the name of a product."),
        (Ok(percent), product) => {
            match visitor.carry("costs/surcharges", &form, Intent::SetSurcharge { product, percent }).await {
                Ok(_) => return Ok(done(addresses::COSTS, "The surcharge is set.", None)),
                Err(failure) => refused(failure, "percent")?,
            }
        }
    };
    let surcharge = ["surcharge_product", "percent"].map(|name| form.words(name));
    let view = view_of(&visitor, Default::default(), surcharge, errors);
    Ok(visitor.page_with_errors(costs::page(&visitor.frame(), &view)))
}

/// The summary.
pub async fn summary(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let asked = visitor.asked("view");
    let view = SummaryView::ALL.into_iter().find(|view| view.name() == asked).unwrap_or(SummaryView::All);
    let page = SummaryPage {
        view,
        figures: visitor.snapshot.summary(view, visitor.now),
        copy: CopyAs {
            command: format!("indult cost summary --view {}", view.name()),
            request: format!("GET /v1/summary?view={}", view.name()),
            csv: None,
            json: Some(format!("/v1/summary?view={}", view.name())),
        },
    };
    Ok(visitor.page(costs::summary_page(&visitor.frame(), &page)))
}
