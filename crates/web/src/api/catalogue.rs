//! The catalogue: what kinds of exception there are, what they ask and who decides on them.

use app::catalogues::{CatalogueFile, publication};
use axum::response::Response;
use domain::catalogue::{Catalogue, Category};
use domain::command::Intent;
use domain::digest::Digest;
use domain::person::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DigestText, InstantText, RoleWord};
use crate::Site;
use crate::given::{Asked, Nothing};
use crate::problem::Problem;
use crate::reading::Reading;
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(in_force)).routes(routes!(publish))
}

/// A question of a category's form, beyond the fixed ones.
#[derive(Debug, Serialize, ToSchema)]
struct FieldObject {
    /// Its key in a request's answers.
    key: String,
    /// The question.
    label: String,
    /// Help below the question.
    help: String,
    /// Whether a request without an answer cannot be submitted.
    required: bool,
}

/// So many different persons of a role.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct SeatsObject {
    /// The role.
    #[schema(value_type = RoleWord)]
    pub(super) role: Role,
    /// How many persons.
    pub(super) count: u32,
}

/// A kind of exception and how it is decided.
#[derive(Debug, Serialize, ToSchema)]
struct CategoryObject {
    /// Its key.
    key: String,
    /// Its name.
    title: String,
    /// What it is for, and what not.
    scope: String,
    /// The longest time for which it can be granted.
    days_max: u32,
    /// The largest quantity that can be granted; null where there is no limit.
    quantity_max: Option<u64>,
    /// Further questions.
    fields: Vec<FieldObject>,
    /// Who decides.
    decided_by: Vec<SeatsObject>,
    /// Days within which a decision is promised.
    decision_days: u32,
}

fn category(of: &Category) -> CategoryObject {
    let fields = of.fields.iter().map(|field| FieldObject {
        key: field.key.clone(),
        label: field.label.clone(),
        help: field.help.clone(),
        required: field.required,
    });
    CategoryObject {
        key: of.key.clone(),
        title: of.title.clone(),
        scope: of.scope.clone(),
        days_max: of.days_max,
        quantity_max: of.quantity_max,
        fields: fields.collect(),
        decided_by: of.decided_by.iter().map(|seats| SeatsObject { role: seats.role, count: seats.count }).collect(),
        decision_days: of.decision_days,
    }
}

/// A version of the catalogue, named by the digest of its files.
#[derive(Debug, Serialize, ToSchema)]
struct VersionObject {
    /// The digest.
    #[schema(value_type = DigestText)]
    digest: Digest,
    /// When it was published.
    #[schema(value_type = InstantText)]
    published_at: Timestamp,
    /// Its categories, by key.
    categories: Vec<CategoryObject>,
}

fn version(of: &Catalogue) -> VersionObject {
    VersionObject {
        digest: of.digest,
        published_at: of.published_at,
        categories: of.categories.values().map(category).collect(),
    }
}

/// The catalogue in force, and the versions before it.
#[derive(Debug, Serialize, ToSchema)]
struct CatalogueObject {
    /// The version in force.
    #[serde(flatten)]
    in_force: VersionObject,
    /// Every version that was ever in force, the oldest first.
    #[schema(value_type = Vec<DigestText>)]
    versions: Vec<Digest>,
}

/// The catalogue in force.
#[utoipa::path(get, path = "/v1/catalogue", tag = "catalogue", responses((status = 200, body = CatalogueObject)))]
async fn in_force(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let state = &reading.snapshot.state;
    let in_force = state.catalogue_in_force().ok_or(domain::Refusal::NotFounded)?;
    let mut versions: Vec<&Catalogue> = state.catalogues.values().map(AsRef::as_ref).collect();
    versions.sort_by_key(|catalogue| catalogue.published_at);
    Ok(reading.answer(CatalogueObject {
        in_force: version(in_force),
        versions: versions.into_iter().map(|catalogue| catalogue.digest).collect(),
    }))
}

/// A file of a catalogue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileValue {
    /// Its name, ending in `.toml`.
    name: String,
    /// Its text.
    content: String,
}

/// A catalogue to put in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVersion {
    /// All of its files.
    files: Vec<FileValue>,
}

/// Put a version of the catalogue in force.
#[utoipa::path(post, path = "/v1/catalogue/versions", tag = "catalogue", request_body = NewVersion,
    responses((status = 200, body = Written)))]
async fn publish(act: Act<NewVersion>) -> Result<Response, Problem> {
    let (act, NewVersion { files }) = act.take();
    act.must_be_allowed(Intent::PublishCatalogue { digest: Digest([0; 32]), categories: Vec::new() })?;
    let file = |file: FileValue| CatalogueFile { name: file.name, bytes: file.content.into_bytes() };
    let files: Vec<CatalogueFile> = files.into_iter().map(file).collect();
    act.carry(publication(&files)?).await
}
