//! The catalogue of rules in force, and its versions.

use axum::response::Response;
use domain::State;
use domain::case::Stage;
use domain::catalogue::{Category, Field};

use crate::browse::cases;
use crate::browse::products::count;
use crate::browse::visitor::Visitor;
use crate::pages::layout::CopyAs;
use crate::pages::policies::{self, CategoryShown, PoliciesPage, QuestionShown, Version};
use crate::problem::Problem;

/// The page.
pub async fn show(visitor: Visitor) -> Result<Response, Problem> {
    let state = visitor.state();
    let catalogue = state.catalogue_in_force().ok_or_else(|| Problem::none("catalogue", "in force"))?;
    let view = PoliciesPage {
        digest: catalogue.digest,
        published_at: state.publications.last().map_or(catalogue.published_at, |publication| publication.at),
        categories: catalogue.categories.values().map(|category| shown(state, category)).collect(),
        versions: versions(state),
        copy: CopyAs {
            command: "indult catalogue show".to_owned(),
            request: "GET /v1/catalogue".to_owned(),
            csv: None,
            json: Some("/v1/catalogue".to_owned()),
        },
    };
    Ok(visitor.page(policies::page(&visitor.frame(), &view)))
}

fn shown(state: &State, category: &Category) -> CategoryShown {
    let question = |field: &Field| QuestionShown {
        label: field.label.clone(),
        help: field.help.clone(),
        required: field.required,
    };
    CategoryShown {
        key: category.key.clone(),
        title: category.title.clone(),
        scope: category.scope.clone(),
        days_max: category.days_max,
        quantity_max: category.quantity_max,
        decided_by: category.decided_by.iter().map(cases::seats_words).collect(),
        decision_days: category.decision_days,
        questions: category.fields.iter().map(question).collect(),
        requests: requests(state, &category.key),
    }
}

/// Requests of a kind: open, approved and denied. What was never sent counts nowhere.
fn requests(state: &State, category: &str) -> (u64, u64, u64) {
    let (mut open, mut approved, mut denied) = (0, 0, 0);
    for case in state.cases.values().filter(|case| case.terms.category == category) {
        match &case.stage {
            Stage::Returned { .. } | Stage::Deciding(_) => open += 1,
            Stage::Decided(decision) if decision.outcome == domain::case::Outcome::Denied => denied += 1,
            Stage::Decided(_) => approved += 1,
            Stage::Draft | Stage::Withdrawn => {}
        }
    }
    (open, approved, denied)
}

/// Every publication, newest first; the last one is in force.
fn versions(state: &State) -> Vec<Version> {
    let newest = state.publications.len().saturating_sub(1);
    let version = |(place, publication): (usize, &domain::catalogue::Publication)| Version {
        digest: publication.digest,
        published_at: publication.at,
        categories: state.catalogues.get(&publication.digest).map_or(0, |known| count(known.categories.len())),
        in_force: place == newest,
    };
    let mut versions: Vec<Version> = state.publications.iter().enumerate().map(version).collect();
    versions.reverse();
    versions
}
