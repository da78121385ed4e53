//! The HTTP face of a witness (C2SP tlog-witness): one route, and the statuses that the specification gives.

use std::sync::Arc;

use app::witnessing::{Witnessed, Witnessing};
use app::{Clock, WitnessAnswer};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

#[derive(Clone)]
struct Running {
    witness: Arc<Witnessing>,
    clock: Clock,
}

/// The routes of a witness.
pub fn router(witness: Witnessing, clock: Clock) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/healthz", get(|| async { "ok\n" }))
        .layer(DefaultBodyLimit::max(app::WITNESS_REQUEST_BYTES_MAX + 1))
        .with_state(Running { witness: Arc::new(witness), clock })
}

async fn add_checkpoint(State(running): State<Running>, body: Bytes) -> Response {
    let seconds = u64::try_from((running.clock)().as_second()).unwrap_or(0);
    let answered = tokio::task::spawn_blocking(move || running.witness.answer(&body, seconds)).await;
    match answered {
        Ok(Witnessed::Cosigned(lines)) => (StatusCode::OK, lines).into_response(),
        Ok(Witnessed::Refused(answer)) => refusal(&answer),
        Ok(Witnessed::NotKept) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refusal(answer: &WitnessAnswer) -> Response {
    match answer {
        WitnessAnswer::UnknownOrigin => (StatusCode::NOT_FOUND, "no such log is witnessed here\n").into_response(),
        WitnessAnswer::NotSigned(error) => (StatusCode::FORBIDDEN, format!("{error}\n")).into_response(),
        WitnessAnswer::Malformed(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
        WitnessAnswer::Conflict { size } => {
            let kind = [(header::CONTENT_TYPE, app::WITNESS_CONFLICT_CONTENT_TYPE)];
            (StatusCode::CONFLICT, kind, format!("{size}\n")).into_response()
        }
        WitnessAnswer::NotConsistent(error) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n")).into_response(),
        WitnessAnswer::Cosign(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
