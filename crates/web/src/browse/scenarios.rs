//! Scenarios: the list and its forms, one scenario, and scenarios side by side.

use app::scenarios::{self as read, NotCompared};
use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::id::ScenarioId;
use domain::person::Role;
use domain::scenario::{Scenario, ScenarioTerms};
use domain::text::Text;
use jiff::civil::Date;

use crate::api::scenarios::not_compared;
use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Link};
use crate::pages::scenarios::{self, ComparisonPage, ScenarioPage, ScenarioRow, ScenariosPage, Typed};
use crate::problem::Problem;
use crate::reading::off_thread;

/// Who records scenarios.
const KEEPERS: [Role; 3] = [Role::SamManager, Role::Procurement, Role::Finance];

fn row(visitor: &Visitor, known: &Scenario) -> ScenarioRow {
    ScenarioRow {
        scenario: known.id,
        name: known.terms.name.clone(),
        assumptions: known.terms.assumptions.iter().map(ToString::to_string).collect(),
        reason: known.reason.open().map(str::to_owned).unwrap_or_default(),
        owner: visitor.name(known.owner),
        stands_since: visitor.state().day(known.changed_at.unwrap_or(known.recorded_at)),
        retired: known.retired,
    }
}

fn list_view(visitor: &Visitor, typed: Typed, errors: Errors) -> ScenariosPage {
    let known = visitor.state().scenarios.values().rev().filter(|known| !known.retired);
    ScenariosPage {
        rows: known.map(|known| row(visitor, known)).collect(),
        on: visitor.asked("on").to_owned(),
        keeps: visitor.has(&KEEPERS),
        typed,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: "indult scenario list".to_owned(),
            request: "GET /v1/scenarios".to_owned(),
            csv: None,
            json: Some("/v1/scenarios".to_owned()),
        },
    }
}

/// The list.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = list_view(&visitor, Typed::default(), Errors::default());
    Ok(visitor.page(scenarios::page(&visitor.frame(), &view)))
}

fn terms(state: &State, form: &Form) -> Result<ScenarioTerms, Errors> {
    let lines = form.words("assumptions");
    let mut assumptions = read::read_assumptions(lines.lines()).map_err(|sentence| error("assumptions", sentence))?;
    if let Some(plan) = form.some("plan") {
        assumptions.extend(read::read_plan(state, &plan).map_err(|sentence| error("plan", sentence))?);
    }
    Ok(ScenarioTerms { name: form.get("name").to_owned(), assumptions })
}

fn typed(form: &Form) -> Typed {
    ["name", "assumptions", "plan", "reason"].map(|name| form.words(name))
}

/// Records a scenario.
pub async fn record(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let errors = match terms(visitor.state(), &form) {
        Err(errors) => errors,
        Ok(terms) => {
            let intent = Intent::RecordScenario { terms, reason: Text::from(form.words("reason")) };
            match visitor.carry("scenarios", &form, intent).await {
                Ok(receipt) => {
                    let number = receipt.recorded.iter().find_map(|recorded| match recorded.event {
                        domain::event::Event::ScenarioRecorded { scenario, .. } => Some(scenario),
                        _ => None,
                    });
                    let link = number.map(|number| Link::new(addresses::scenario(number), number.to_string()));
                    return Ok(done(addresses::SCENARIOS, "The scenario is recorded.", link));
                }
                Err(failure) => refused(failure, "assumptions")?,
            }
        }
    };
    let view = list_view(&visitor, typed(&form), errors);
    Ok(visitor.page_with_errors(scenarios::page(&visitor.frame(), &view)))
}

fn known(visitor: &Visitor, scenario: ScenarioId) -> Result<&Scenario, Problem> {
    visitor.only_for(Readers::Staff)?;
    visitor.state().scenarios.get(&scenario).map(AsRef::as_ref).ok_or_else(|| Problem::none("scenario", scenario))
}

fn one_view(visitor: &Visitor, known: &Scenario, typed: Option<Typed>, errors: Errors) -> ScenarioPage {
    let row = row(visitor, known);
    let as_recorded = || [row.name.clone(), row.assumptions.join("\n"), String::new(), row.reason.clone()];
    let address = format!("/v1/scenarios/{}", known.id);
    ScenarioPage {
        keeps: visitor.has(&KEEPERS),
        typed: typed.unwrap_or_else(as_recorded),
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: format!("indult scenario show {}", known.id),
            request: format!("GET {address}"),
            csv: None,
            json: Some(address),
        },
        row,
    }
}

/// One scenario.
pub async fn show(visitor: Visitor, At(scenario): At<ScenarioId>) -> Result<Response, Problem> {
    let view = one_view(&visitor, known(&visitor, scenario)?, None, Errors::default());
    Ok(visitor.page(scenarios::scenario_page(&visitor.frame(), &view)))
}

/// Changes a scenario.
pub async fn change(visitor: Visitor, At(scenario): At<ScenarioId>, form: Form) -> Result<Response, Problem> {
    let stands = known(&visitor, scenario)?;
    let errors = match terms(visitor.state(), &form) {
        Err(errors) => errors,
        Ok(terms) => {
            let intent = Intent::ChangeScenario { scenario, terms, reason: Text::from(form.words("reason")) };
            match visitor.carry(&format!("scenarios/{scenario}"), &form, intent).await {
                Ok(_) => return Ok(done(&addresses::scenario(scenario), "The scenario is changed.", None)),
                Err(failure) => refused(failure, "assumptions")?,
            }
        }
    };
    let view = one_view(&visitor, stands, Some(typed(&form)), errors);
    Ok(visitor.page_with_errors(scenarios::scenario_page(&visitor.frame(), &view)))
}

/// Retires a scenario.
pub async fn retire(visitor: Visitor, At(scenario): At<ScenarioId>, form: Form) -> Result<Response, Problem> {
    let stands = known(&visitor, scenario)?;
    let intent = Intent::RetireScenario { scenario };
    match visitor.carry(&format!("scenarios/{scenario}/retirement"), &form, intent).await {
        Ok(_) => Ok(done(addresses::SCENARIOS, "The scenario is retired.", None)),
        Err(failure) => {
            let view = one_view(&visitor, stands, None, refused(failure, "name")?);
            Ok(visitor.page_with_errors(scenarios::scenario_page(&visitor.frame(), &view)))
        }
    }
}

/// Scenarios side by side.
pub async fn compare(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let of: Vec<ScenarioId> =
        visitor.asked_all("of").iter().flat_map(|of| of.split(',')).filter_map(|of| of.parse().ok()).collect();
    let on: Option<Date> = visitor.asked("on").parse().ok();
    let (snapshot, now, asked) = (visitor.snapshot.clone(), visitor.now, of.clone());
    let comparison = match off_thread(move || Ok(snapshot.compare_scenarios(&asked, on, now))).await? {
        Ok(comparison) => comparison,
        Err(NotCompared::Refused(sentence)) => {
            let view = list_view(&visitor, Typed::default(), error("on", sentence));
            return Ok(visitor.page_with_errors(scenarios::page(&visitor.frame(), &view)));
        }
        Err(missing) => return Err(not_compared(missing)),
    };
    let numbers: Vec<String> = of.iter().map(ToString::to_string).collect();
    let (numbers, day) = (numbers.join(","), comparison.on);
    let address = format!("/v1/scenarios/compare?of={numbers}&on={day}");
    let named = comparison.rows.iter().map(|row| row.product);
    let met = comparison.columns.iter().flat_map(|column| &column.effects).filter_map(|effect| effect.product);
    let view = ComparisonPage {
        names: named.chain(met).map(|product| (product, visitor.state().product_name(product))).collect(),
        comparison,
        copy: CopyAs {
            command: format!("indult scenario compare {} --on {day}", numbers.replace(',', " ")),
            request: format!("GET {address}"),
            csv: Some(format!("{address}&format=csv")),
            json: Some(address),
        },
    };
    Ok(visitor.page(scenarios::comparison_page(&visitor.frame(), &view)))
}
