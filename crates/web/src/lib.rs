//! HTTP: one router with the JSON API, the pages, the ledger's files and the check endpoint of AuthZEN.
//!
//! It turns requests into orders and snapshots into answers; what may be done is decided in `domain`, and what a request
//! sets off is carried out in `app`. Sockets and TLS are not known here.

pub mod agents;
pub mod api;
pub mod authzen;
pub mod browse;
pub mod calendar;
pub mod caller;
pub mod csv;
pub mod design;
mod edge;
mod given;
pub mod ledger_files;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod reading;
mod witness;
pub mod writing;

use std::sync::Arc;

use app::App;
use axum::Router;

pub use caller::LocalOperator;
pub use witness::router as witness_router;

/// A JSON body at most; every text has a limit of its own far below.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// A body with files at most: a little more than the largest file that is read.
pub const FILE_BODY_BYTES_MAX: usize = 26 << 20;

/// How the organisation is served.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The address that people and machines use, without a final slash; absent, answers name paths only.
    pub base_url: Option<String>,
    /// Whether browsers come by HTTPS only, so that the session's cookie never travels in the open.
    pub secure_cookies: bool,
}

/// What every handler has at hand.
#[derive(Debug, Clone)]
pub struct Site {
    /// The organisation.
    pub app: App,
    /// How it is served.
    pub options: Arc<Options>,
    /// Files between a preview and its commit.
    pub staging: Arc<browse::staging::Staging>,
}

/// Everything that answers.
pub fn router(app: App, options: Options) -> Router {
    let site = Site { app, options: Arc::new(options), staging: Arc::default() };
    let (described, _) = openapi::described().split_for_parts();
    let router = described
        .merge(agents::routes())
        .merge(browse::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(another_method)
        .with_state(site.clone());
    edge::around(router, &site)
}

async fn nothing_here(uri: axum::http::Uri) -> problem::Problem {
    problem::Problem::new(
        problem::Kind::NotFound,
        format!("There is nothing at {}.", agents::without_token(uri.path())),
    )
}

async fn another_method(method: axum::http::Method, uri: axum::http::Uri) -> problem::Problem {
    problem::Problem::new(
        problem::Kind::Method,
        format!("{} does not answer to {method}.", agents::without_token(uri.path())),
    )
}
