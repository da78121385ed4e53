//! The ledger's files at the paths of C2SP tlog-tiles: the checkpoint, the tiles and the bundles of entries.
//!
//! Every answer is bytes that verify against a checkpoint, or 404; what an entry means is not known here.

use axum::extract::OriginalUri;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Site;
use crate::given::{Asked, Nothing};
use crate::problem::Problem;
use crate::reading::{Reading, off_thread};

pub(crate) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(checkpoint)).routes(routes!(tile))
}

/// The newest signed checkpoint (C2SP tlog-checkpoint), with its cosignatures.
#[utoipa::path(get, path = "/checkpoint", tag = "files",
    responses((status = 200, content_type = "text/plain", body = String)))]
async fn checkpoint(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let note = reading.app.checkpoint().await?;
    Ok(reading.bytes("text/plain; charset=utf-8", note.to_string()))
}

/// A tile of the tree or a bundle of entries (C2SP tlog-tiles).
#[utoipa::path(get, path = "/tile/{*path}", tag = "files",
    params(("path" = String, Path, description = "Level and place, or `entries` and place, with `.p/` and a width where it is not full.")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn tile(reading: Reading, OriginalUri(uri): OriginalUri, _: Asked<Nothing>) -> Result<Response, Problem> {
    let path = uri.path().trim_start_matches('/').to_owned();
    let is_full = !path.contains(".p/");
    let app = reading.app.clone();
    let bytes = off_thread(move || app.ledger_file(&path)).await?;
    let mut response = reading.bytes("application/octet-stream", bytes);
    if is_full {
        // A full tile never changes.
        let kept = HeaderValue::from_static("private, max-age=604800, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
    }
    Ok(response)
}
