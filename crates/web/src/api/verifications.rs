//! Verifications: every stored byte read again and compared with what the ledger says.

use app::verification::Verified;
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::person::Scope;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Site;
use crate::caller::{Caller, Readers};
use crate::given;
use crate::problem::{Kind, Problem};
use crate::reading::off_thread;

/// Verifications at once: each reads everything, and a second one would find the same.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(verify))
}

/// What to verify against.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVerification {
    /// A signed checkpoint that was kept elsewhere: the ledger must continue it.
    against: Option<String>,
}

/// What a verification found.
#[derive(Debug, Serialize, ToSchema)]
struct VerificationObject {
    /// Whether everything holds.
    sound: bool,
    /// The same in words.
    sentence: String,
    /// Entries read and hashed.
    entries: u64,
    /// Root of their tree, in base64.
    root: String,
    /// Checkpoints whose signature and root were checked.
    checkpoints: u64,
    /// Device reports opened and hashed.
    reports: u64,
    /// Files opened and hashed.
    files: u64,
    /// Seals of the estate whose chunks and reports were compared with the entries before them.
    seals: u64,
    /// Texts opened against their commitments.
    texts_opened: u64,
    /// Texts that entries say were erased.
    texts_erased: u64,
    /// The size of the kept checkpoint that the ledger continues.
    continues: Option<u64>,
    /// What does not hold, each as a sentence with its place.
    findings: Vec<String>,
    /// How many things do not hold.
    findings_total: u64,
}

impl From<Verified> for VerificationObject {
    fn from(verified: Verified) -> Self {
        let storage = &verified.storage;
        let sentence = if verified.is_sound() {
            format!("All {} entries, their texts, reports, files and seals are what the ledger says.", storage.entries)
        } else {
            format!("{} things do not hold. Keep the folder as it is and look at the findings.", storage.findings_total)
        };
        Self {
            sound: verified.is_sound(),
            sentence,
            entries: storage.entries,
            root: storage.head.root.to_string(),
            checkpoints: storage.checkpoints,
            reports: storage.reports,
            files: storage.blobs,
            seals: verified.seals,
            texts_opened: verified.texts_opened,
            texts_erased: verified.texts_erased,
            continues: verified.continues,
            findings: storage.findings.iter().map(ToString::to_string).collect(),
            findings_total: storage.findings_total,
        }
    }
}

/// Verify everything that is stored. One at a time; it changes nothing.
#[utoipa::path(post, path = "/v1/verifications", tag = "ledger", request_body = NewVerification,
    responses((status = 200, body = VerificationObject)))]
async fn verify(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let caller = Caller::of(&parts, &site)?;
    caller.needs_scope(&[Scope::Read], "verify")?;
    caller.must_be_among(Readers::PersonKeepers, &site.app.snapshot().state)?;
    let headers = parts.headers.clone();
    let body = given::body(Request::from_parts(parts, body)).await?;
    let given: NewVerification = given::json(&headers, &body)?;
    let Ok(_turn) = AT_ONCE.try_acquire() else {
        return Err(Problem::new(Kind::Busy, "A verification is running already. Try again when it has ended."));
    };
    let app = site.app.clone();
    let verified = off_thread(move || app.verify(given.against.as_deref().map(str::as_bytes))).await?;
    Ok(Json(VerificationObject::from(verified)).into_response())
}
