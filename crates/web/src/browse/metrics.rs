//! Metrics: the list, and one with a calculator.

use app::metrics::{Trial, Worked, work, write};
use axum::response::Response;
use domain::entitlement::Metric;
use domain::metric::{Definition, Source};
use domain::product::folded;

use crate::api::metrics::called;
use crate::browse::products::count;
use crate::browse::visitor::Visitor;
use crate::design::forms::{Errors, FieldError};
use crate::given::At;
use crate::pages::layout::CopyAs;
use crate::pages::metrics;
use crate::pages::metrics::{ExampleRow, FIELDS, MetricPage, MetricRow, MetricStep, MetricsPage, Tried};
use crate::problem::Problem;

/// The metrics.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    let text = folded(visitor.asked("q"));
    let mut known = visitor.snapshot.metrics(visitor.now);
    known.retain(|(_, definition)| {
        let texts = [Some(&definition.name), Some(&definition.title), definition.publisher.as_ref()];
        texts.into_iter().flatten().any(|name| folded(name).contains(&text))
    });
    let paging = visitor.paging(known.len());
    let products =
        |metric: Metric| count(visitor.state().products.values().filter(|product| product.metric == metric).count());
    let row = |(metric, definition): &(Metric, &Definition)| MetricRow {
        metric: *metric,
        name: definition.name.clone(),
        title: definition.title.clone(),
        publisher: definition.publisher.clone(),
        counts: definition.counts.words(),
        products: products(*metric),
    };
    let view = MetricsPage {
        text: visitor.asked("q").to_owned(),
        paging,
        rows: visitor.part(&known, paging).iter().map(row).collect(),
        copy: CopyAs {
            command: "indult metric list".to_owned(),
            request: "GET /v1/metrics".to_owned(),
            csv: None,
            json: Some("/v1/metrics".to_owned()),
        },
    };
    Ok(visitor.page(metrics::page(&visitor.frame(), &view)))
}

/// One metric, and what the numbers in its calculator come to.
pub async fn show(visitor: Visitor, At(word): At<String>) -> Result<Response, Problem> {
    let (metric, definition) = called(&visitor.snapshot, &word, visitor.now)?;
    let typed: Vec<(&'static str, String)> = FIELDS
        .iter()
        .map(|(name, _, _)| (*name, visitor.asked(name).trim().to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let mut errors = Errors::default();
    let trial = trial(&typed, &mut errors);
    let tried = (!typed.is_empty() && !errors.any()).then(|| tried(work(definition, &trial.example())));
    let source = |source: &Source| match &source.dated {
        Some(dated) => format!("{} ({dated})", source.document),
        None => source.document.clone(),
    };
    let view = MetricPage {
        metric,
        title: definition.title.clone(),
        publisher: definition.publisher.clone(),
        units: definition.units.clone(),
        description: definition.description.clone(),
        sources: definition.sources.iter().map(source).collect(),
        examples: definition
            .examples
            .iter()
            .map(|example| ExampleRow { title: example.title.clone(), units: example.units })
            .collect(),
        typed,
        tried,
        definition: write(definition),
        copy: CopyAs {
            command: format!("indult metric show {metric}"),
            request: format!("GET /v1/metrics/{metric}"),
            csv: None,
            json: Some(format!("/v1/metrics/{metric}")),
        },
        errors,
    };
    let page = metrics::metric_page(&visitor.frame(), &view);
    Ok(if view.errors.any() { visitor.page_with_errors(page) } else { visitor.page(page) })
}

fn tried(worked: Worked) -> Tried {
    let step = |step: app::positions::Step| MetricStep { label: step.label, amount: step.amount, text: step.text };
    Tried {
        low: worked.low,
        high: worked.high,
        missing: worked.missing,
        steps: worked.steps.into_iter().map(step).collect(),
    }
}

/// What was typed as a trial, and what cannot be read of it.
fn trial(typed: &[(&'static str, String)], errors: &mut Errors) -> Trial {
    let mut trial = Trial::default();
    for (name, text) in typed {
        if *name == "model" {
            trial.model = Some(text.clone());
            continue;
        }
        let Ok(number) = text.parse::<u64>() else {
            errors.0.push(FieldError { field: (*name).to_owned(), sentence: "Enter a whole number.".to_owned() });
            continue;
        };
        // Larger than any that is tried, and refused as such below.
        let small = Some(u32::try_from(number).unwrap_or(u32::MAX));
        match *name {
            "machines" => trial.machines = number,
            "virtual_machines" => trial.virtual_machines = number,
            "users" => trial.users = number,
            "processors" => trial.processors = small,
            "cores" => trial.cores = small,
            _ => trial.virtual_processors = small,
        }
    }
    if let Some((field, sentence)) = trial.fault() {
        errors.0.push(FieldError { field: field.to_owned(), sentence });
    }
    trial
}
