//! Witnesses: those outside who cosign the ledger's checkpoints.

use axum::response::Response;
use domain::command::Intent;
use domain::witness::Witness;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Site;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list, add)).routes(routes!(remove))
}

/// A witness that is asked to cosign.
#[derive(Debug, Serialize, ToSchema)]
struct WitnessObject {
    /// The name in its key.
    name: String,
    /// Where it answers.
    url: String,
    /// Its verifier key.
    verifier_key: String,
}

/// The witnesses that are asked.
#[utoipa::path(get, path = "/v1/witnesses", tag = "witnesses", responses((status = 200, body = Page<WitnessObject>)))]
async fn list(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let witnesses = &reading.snapshot.state.witnesses;
    let draw = |witness: &Witness| WitnessObject {
        name: witness.name.clone(),
        url: witness.url.clone(),
        verifier_key: witness.verifier_key.clone(),
    };
    let data: Vec<WitnessObject> = witnesses.values().map(|witness| draw(witness)).collect();
    let total = data.len();
    Ok(reading.list(data, None, total))
}

/// A witness to ask from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWitness {
    /// Where it answers.
    #[schema(example = "https://witness.example.org")]
    url: String,
    /// Its verifier key, as it publishes it.
    verifier_key: String,
}

/// Have a witness cosign the ledger's checkpoints.
#[utoipa::path(post, path = "/v1/witnesses", tag = "witnesses", request_body = NewWitness,
    responses((status = 200, body = Written)))]
async fn add(act: Act<NewWitness>) -> Result<Response, Problem> {
    let (act, NewWitness { url, verifier_key }) = act.take();
    let name = verifier_key.split('+').next().unwrap_or_default().to_owned();
    let like = Witness { name, url: url.clone(), verifier_key: verifier_key.clone() };
    act.must_be_allowed(Intent::AddWitness { witness: like })?;
    act.carry(app::witnesses::addition(&url, &verifier_key)?).await
}

/// Stop asking a witness.
#[utoipa::path(post, path = "/v1/witnesses/{name}/removals", tag = "witnesses", params(("name" = String, Path)),
    responses((status = 200, body = Written)))]
async fn remove(At(name): At<String>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry_once(Intent::RemoveWitness { name }).await
}
