//! The backup: everything as one file, sent piece by piece.
//!
//! It holds the keys of the folder, so it is for administrators alone, and for no token that only reads.

use std::fs::File;
use std::io::Read as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use domain::person::Scope;
use http_body::Frame;
use tokio::sync::mpsc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Site;
use crate::caller::Readers;
use crate::csv::attachment;
use crate::given::{Asked, Nothing};
use crate::problem::Problem;
use crate::reading::Reading;

/// A piece: large enough that a gigabyte takes few of them, small enough to hold several in memory.
const PIECE_BYTES: usize = 256 << 10;
/// Pieces that are read ahead of the receiver.
const PIECES_AHEAD: usize = 4;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(backup))
}

/// Everything in the folder, keys included, as one tar file. Guard it like the folder itself.
#[utoipa::path(get, path = "/v1/backup", tag = "server",
    responses((status = 200, content_type = "application/x-tar", body = Vec<u8>)))]
async fn backup(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Administrators)?;
    reading.caller.needs_scope(&[Scope::Write], "take a backup, which holds every key")?;
    let file = reading.app.backup_to_send().await?;
    let name = format!("indult-{}.tar", reading.snapshot.state.day(reading.now));
    let mut response = reading.bytes("application/x-tar", Bytes::new());
    if let Ok(length) = file.metadata().map(|about| about.len()) {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment(&name));
    // Half a backup that was packed again on its way helps nobody.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store, no-transform"));
    *response.body_mut() = Body::new(Pieces::of(file));
    Ok(response)
}

/// A file as a body, read on a thread of its own.
struct Pieces {
    incoming: mpsc::Receiver<std::io::Result<Bytes>>,
}

impl Pieces {
    fn of(mut file: File) -> Self {
        let (sender, incoming) = mpsc::channel(PIECES_AHEAD);
        tokio::task::spawn_blocking(move || {
            loop {
                let mut piece = vec![0; PIECE_BYTES];
                let read = match file.read(&mut piece) {
                    Ok(0) => return,
                    Ok(read) => {
                        piece.truncate(read);
                        Ok(Bytes::from(piece))
                    }
                    Err(error) => Err(error),
                };
                let ends = read.is_err();
                // Nobody listens any more: the file goes with this thread.
                if sender.blocking_send(read).is_err() || ends {
                    return;
                }
            }
        });
        Self { incoming }
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
