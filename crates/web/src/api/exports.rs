//! Exports: positions, rights and installations whole, as files for other programs.
//!
//! Rows are written while they are sent, from one snapshot, so that an export of millions needs little memory.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll};

use app::exports::{Format, Subject};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use http_body::{Body as HttpBody, Frame};
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Site;
use crate::caller::Readers;
use crate::csv::attachment;
use crate::given::{Asked, At};
use crate::problem::{Kind, Problem};
use crate::reading::Reading;

/// A piece that is sent at once.
const PIECE_BYTES: usize = 64 << 10;
/// Pieces that are written ahead of the receiver.
const PIECES_AHEAD: usize = 8;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(export))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `csv`, `xlsx`, `json`, `parquet`; of entitlements also `ent` (ISO/IEC 19770-3) and `cyclonedx`. Absent, the
    /// header `Accept` chooses, and CSV where it does not.
    format: Option<String>,
}

/// Positions, entitlements or installations as a file.
#[utoipa::path(get, path = "/v1/exports/{subject}", tag = "exports",
    params(("subject" = String, Path, description = "`positions`, `entitlements` or `installations`."), ExportQuery),
    responses((status = 200, content(
        (Vec<u8> = "text/csv"),
        (Vec<u8> = "application/json"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.parquet"),
        (Vec<u8> = "application/xml"),
        (Vec<u8> = "application/vnd.cyclonedx+json"),
    ))))]
async fn export(
    reading: Reading,
    At(subject): At<String>,
    headers: HeaderMap,
    Asked(query): Asked<ExportQuery>,
) -> Result<Response, Problem> {
    let names = Subject::ALL.map(Subject::name).join(", ");
    let Some(subject) = Subject::named(&subject) else {
        return Err(Problem::new(Kind::NotFound, format!("There is no export of this name; there are {names}.")));
    };
    reading.only_for(match subject {
        Subject::Positions => Readers::Everyone,
        Subject::Entitlements | Subject::Installations => Readers::Staff,
    })?;
    let format = match &query.format {
        Some(name) => Format::named(name).filter(|format| subject.formats().contains(format)),
        None => Some(accepted(&headers, subject)),
    };
    let Some(format) = format else {
        let known: Vec<&str> = subject.formats().iter().map(|format| format.name()).collect();
        return Err(Problem::parameter("format", format!("Use one of: {}.", known.join(", "))));
    };
    reading.snapshot.check_export(subject, format).map_err(|error| Problem::parameter("format", error.to_string()))?;
    let name = format!("{}-{}.{}", subject.name(), reading.snapshot.state.day(reading.now), format.ending());
    let mut response = reading.bytes(format.media_type(), Bytes::new());
    response.headers_mut().remove(header::ETAG);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment(&name));
    let (snapshot, at) = (reading.snapshot.clone(), reading.now);
    *response.body_mut() = Body::new(Pieces::written_by(move |out| {
        if let Err(error) = snapshot.export(subject, format, at, out) {
            tracing::info!(%error, "an export was not taken to its end");
            return Err(std::io::Error::other(error.to_string()));
        }
        Ok(())
    }));
    Ok(response)
}

/// The first format of the subject that `Accept` names; CSV where it names none.
fn accepted(headers: &HeaderMap, subject: Subject) -> Format {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut wanted = accept.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
    wanted
        .find_map(|kind| {
            let is = |format: &&Format| format.media_type().split(';').next() == Some(kind);
            subject.formats().iter().find(is).copied()
        })
        .unwrap_or(Format::Csv)
}

/// What is written on a thread of its own, as a body.
struct Pieces {
    incoming: mpsc::Receiver<std::io::Result<Bytes>>,
}

impl Pieces {
    fn written_by(write: impl FnOnce(&mut Sender) -> std::io::Result<()> + Send + 'static) -> Self {
        let (to, incoming) = mpsc::channel(PIECES_AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut sender = Sender { to, piece: Vec::with_capacity(PIECE_BYTES) };
            let outcome = write(&mut sender).and_then(|()| sender.send());
            if let Err(error) = outcome {
                // The receiver learns that the file is not whole; one that has gone away learns nothing.
                let _ = sender.to.blocking_send(Err(error));
            }
        });
        Self { incoming }
    }
}

/// Gathers what is written into pieces and hands them over.
struct Sender {
    to: mpsc::Sender<std::io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Sender {
    fn send(&mut self) -> std::io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        self.to.blocking_send(Ok(Bytes::from(piece))).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Sender {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.incoming.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
