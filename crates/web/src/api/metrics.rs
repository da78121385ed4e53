//! Metrics: the library, the organisation's own, and what numbers come to in them.

use app::metrics::{LineChange, Trial, defining, work, write};
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use domain::command::Intent;
use domain::entitlement::Metric;
use domain::id::ProductId;
use domain::metric::Definition;
use domain::product::folded;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{MetricWord, ProductNumber};
use crate::Site;
use crate::given::{Asked, At, Nothing};
use crate::problem::{Kind, Problem};
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list, define)).routes(routes!(show)).routes(routes!(trial))
}

/// A metric in a list.
#[derive(Debug, Serialize, ToSchema)]
struct MetricObject {
    /// What stands for it wherever a metric is asked for.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Its name.
    name: String,
    /// Its name for people.
    title: String,
    /// The publisher whose metric it is; null for a common one.
    publisher: Option<String>,
    /// What several of its units are called.
    units: String,
    /// What is counted.
    #[schema(example = "cores")]
    counts: &'static str,
    /// What it counts, in plain sentences.
    description: String,
}

fn object(metric: Metric, definition: &Definition) -> MetricObject {
    MetricObject {
        metric,
        name: definition.name.clone(),
        title: definition.title.clone(),
        publisher: definition.publisher.clone(),
        units: definition.units.clone(),
        counts: definition.counts.words(),
        description: definition.description.clone(),
    }
}

/// A document that a metric rests on.
#[derive(Debug, Serialize, ToSchema)]
struct SourceObject {
    /// Its title.
    document: String,
    /// Its date, as it gives one.
    dated: Option<String>,
}

/// A metric with its definition.
#[derive(Debug, Serialize, ToSchema)]
struct WholeMetric {
    /// The metric.
    #[serde(flatten)]
    metric: MetricObject,
    /// What it rests on.
    sources: Vec<SourceObject>,
    /// How many definitions there were; a line counts by the one in force at its instant.
    versions: u64,
    /// The definition as a file, as it can be changed and defined.
    definition: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words in the name, the title or the publisher.
    q: Option<String>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The metrics: those that every organisation has, then the organisation's own.
#[utoipa::path(get, path = "/v1/metrics", tag = "metrics", params(ListQuery),
    responses((status = 200, body = Page<MetricObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let words = query.q.as_deref().map(folded).unwrap_or_default();
    let mut metrics = reading.snapshot.metrics(reading.now);
    metrics.retain(|(_, definition)| {
        let texts = [Some(&definition.name), Some(&definition.title), definition.publisher.as_ref()];
        texts.into_iter().flatten().any(|text| folded(text).contains(&words))
    });
    Ok(reading.page(&metrics, &paging, |(metric, definition)| object(*metric, definition)))
}

/// The metric of that name.
pub(crate) fn called<'a>(
    snapshot: &'a app::Snapshot,
    word: &str,
    at: jiff::Timestamp,
) -> Result<(Metric, &'a Definition), Problem> {
    let metric = snapshot.metric_called(word);
    let found = metric.and_then(|metric| Some((metric, app::metrics::definition(&snapshot.state, metric, at)?)));
    found.ok_or_else(|| {
        let shown: String = word.chars().take(80).collect();
        let nearest = Metric::nearest(word, 3).join(", ");
        Problem::new(Kind::NotFound, format!("There is no metric {shown}. The nearest names are {nearest}."))
    })
}

/// One metric with its definition.
#[utoipa::path(get, path = "/v1/metrics/{metric}", tag = "metrics", params(("metric" = MetricWord, Path)),
    responses((status = 200, body = WholeMetric)))]
async fn show(reading: Reading, At(word): At<String>, _: Asked<Nothing>) -> Result<Response, Problem> {
    let (metric, definition) = called(&reading.snapshot, &word, reading.now)?;
    let versions = match metric {
        Metric::Custom(id) => reading.snapshot.state.metrics.get(&id).map_or(1, |known| known.versions.len()),
        Metric::Device | Metric::Installation | Metric::NamedUser | Metric::Library(_) => 1,
    };
    let source = |source: &domain::metric::Source| SourceObject {
        document: source.document.clone(),
        dated: source.dated.clone(),
    };
    Ok(reading.answer(WholeMetric {
        metric: object(metric, definition),
        sources: definition.sources.iter().map(source).collect(),
        versions: u64::try_from(versions).unwrap_or(u64::MAX),
        definition: write(definition),
    }))
}

/// What is tried: machines that are alike, virtual machines on the first of them, users.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrialQuery {
    /// Machines, at most 10000; they are one cluster.
    #[serde(default)]
    machines: u64,
    /// Processors of each.
    processors: Option<u32>,
    /// Cores of each, all processors together.
    cores: Option<u32>,
    /// Their processor model.
    model: Option<String>,
    /// Virtual machines with the product, at most 10000; without any, it is on the machines.
    #[serde(default)]
    virtual_machines: u64,
    /// Virtual processors of each virtual machine.
    virtual_processors: Option<u32>,
    /// Named users.
    #[serde(default)]
    users: u64,
}

impl TrialQuery {
    /// As the engine takes it.
    fn trial(self) -> Trial {
        Trial {
            machines: self.machines,
            processors: self.processors,
            cores: self.cores,
            model: self.model.filter(|model| !model.trim().is_empty()),
            virtual_machines: self.virtual_machines,
            virtual_processors: self.virtual_processors,
            users: self.users,
        }
    }
}

/// One step of a working.
#[derive(Debug, Serialize, ToSchema)]
struct TrialStep {
    /// What is worked out.
    label: &'static str,
    /// The number.
    amount: String,
    /// How, with every rounding.
    text: String,
}

/// What numbers come to in a metric.
#[derive(Debug, Serialize, ToSchema)]
struct TrialObject {
    /// The metric.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Its name for people.
    title: String,
    /// What the units are called.
    units: String,
    /// The least that it comes to.
    low: u64,
    /// The most, which is what counts.
    high: u64,
    /// What is not known, where the two differ.
    missing: Vec<String>,
    /// How it was worked out.
    working: Vec<TrialStep>,
}

/// Try a metric: what machines and users come to in it.
#[utoipa::path(get, path = "/v1/metrics/{metric}/trial", tag = "metrics",
    params(("metric" = MetricWord, Path), TrialQuery), responses((status = 200, body = TrialObject)))]
async fn trial(reading: Reading, At(word): At<String>, Asked(query): Asked<TrialQuery>) -> Result<Response, Problem> {
    let (metric, definition) = called(&reading.snapshot, &word, reading.now)?;
    let trial = query.trial();
    if let Some((field, problem)) = trial.fault() {
        return Err(Problem::parameter(field, problem));
    }
    let worked = work(definition, &trial.example());
    let step = |step: app::positions::Step| TrialStep { label: step.label, amount: step.amount, text: step.text };
    Ok(reading.answer(TrialObject {
        metric,
        title: definition.title.clone(),
        units: if worked.high == 1 { definition.unit.clone() } else { definition.units.clone() },
        low: worked.low,
        high: worked.high,
        missing: worked.missing,
        working: worked.steps.into_iter().map(step).collect(),
    }))
}

/// A definition to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDefinition {
    /// The definition as a TOML file. One of a name that there is takes the place of the definition until now.
    definition: String,
}

/// A line that a definition changes.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeObject {
    /// The product.
    #[schema(value_type = ProductNumber)]
    product: ProductId,
    /// Units used until now.
    consumed_before: u64,
    /// Units used from now on.
    consumed_after: u64,
    /// Units short until now.
    short_before: u64,
    /// Units short from now on.
    short_after: u64,
}

fn change(change: &LineChange) -> ChangeObject {
    ChangeObject {
        product: change.product,
        consumed_before: change.before.0,
        consumed_after: change.after.0,
        short_before: change.before.1,
        short_after: change.after.1,
    }
}

/// What a definition would do.
#[derive(Debug, Serialize, ToSchema)]
struct DefinitionPreview {
    /// As of any act that is rehearsed.
    #[serde(flatten)]
    written: Written,
    /// Every line that would change.
    changes: Vec<ChangeObject>,
}

/// A definition of the kind that is asked for: who may record one is known before a file is read.
fn like() -> Intent {
    let definitions = app::metrics::library().next().map(|(_, definition)| definition.clone());
    definitions.map_or(Intent::CloseSession { digest: domain::digest::Digest([0; 32]) }, |definition| {
        Intent::DefineMetric { definition: Box::new(definition) }
    })
}

/// Define a metric of the organisation's own, or define it anew. With `dry_run`, every line that would change.
#[utoipa::path(post, path = "/v1/metrics", tag = "metrics", request_body = NewDefinition,
    responses((status = 200, body = DefinitionPreview), (status = 201, body = Written)))]
async fn define(act: Act<NewDefinition>) -> Result<Response, Problem> {
    let (act, NewDefinition { definition }) = act.take();
    act.must_be_allowed(like())?;
    let intent = defining(&definition)?;
    if !act.dry_run {
        return act.carry(intent).await;
    }
    let events = act.writer.app.rehearse(act.writer.caller.actor, intent.clone())?;
    let snapshot = act.writer.app.snapshot();
    let changes = match &intent {
        Intent::DefineMetric { definition } => {
            snapshot.effect_of_definition(definition, act.writer.app.surroundings().now())
        }
        _ => Vec::new(),
    };
    let written = Written {
        recorded: Vec::new(),
        ledger_size: snapshot.size(),
        object: None,
        dry_run: true,
        would_record: events.iter().map(app::ledgers::kind_of).collect(),
    };
    Ok(Json(DefinitionPreview { written, changes: changes.iter().map(change).collect() }).into_response())
}
