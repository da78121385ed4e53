//! `indult serve`: the web pages and the API on a socket.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::witnesses::{Response, Transport};

use crate::arguments::{Serve, Target};
use crate::exit::Exit;
use crate::receivers::{self, Reach};
use crate::{local, print};

/// How long after the start the rules of alerts are evaluated first: whoever waited for the start is answered before.
const EVALUATE_ALERTS_AFTER: Duration = Duration::from_secs(10);
/// How often the rules of alerts are evaluated, where anything changed: one pass over the estate each time.
const EVALUATE_ALERTS_EVERY: Duration = Duration::from_mins(5);
/// How often witnesses are asked.
const ASK_WITNESSES_EVERY: Duration = Duration::from_secs(20);
/// How often it is looked whether a day is due to be sealed.
const SEAL_EVERY: Duration = Duration::from_mins(1);
/// How long a witness may take.
const WITNESS_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a witness's answer may be.
const WITNESS_ANSWER_BYTES_MAX: usize = 64 * 1024;

pub async fn serve(target: &Target, serve: Serve) -> Result<ExitCode, Exit> {
    let folder = target.data.as_ref().ok_or_else(|| {
        Exit::usage("Name the organisation's folder with --data DIR. To look around first: indult demo")
    })?;
    start_logging();
    let app = local::open(folder)?;
    let listener = bind(&serve.listen).await?;
    let address = listener.local_addr()?;
    let base = serve.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let ready = format!("Serving on {base}");
    run(app, listener, serve.base_url, Reach::of(serve.webhooks_to_private_addresses), ready).await
}

pub async fn bind(listen: &str) -> Result<tokio::net::TcpListener, Exit> {
    tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| Exit::failure(format!("Could not listen on {listen}: {error}. Choose another with --listen.")))
}

pub fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Serves until the process is asked to end, then signs what is unsigned. Prints `ready` once requests are answered.
pub async fn run(
    app: App,
    listener: tokio::net::TcpListener,
    base_url: Option<String>,
    reach: Reach,
    ready: String,
) -> Result<ExitCode, Exit> {
    let address = listener.local_addr()?;
    let links = base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let secure = base_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let router = web::router(app.clone(), web::Options { base_url, secure_cookies: secure });
    let witnesses = tokio::spawn(ask_witnesses(app.clone()));
    let seals = tokio::spawn(seal_days(app.clone()));
    let alerts = tokio::spawn(evaluate_alerts(app.clone()));
    let webhooks = tokio::spawn(send_webhooks(app.clone(), links, reach));
    print::line(ready);
    let served = axum::serve(listener, router).with_graceful_shutdown(asked_to_end()).await;
    witnesses.abort();
    seals.abort();
    alerts.abort();
    webhooks.abort();
    app.close().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn asked_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}

async fn ask_witnesses(app: App) {
    tokio::time::sleep(ASK_WITNESSES_EVERY).await;
    // Made after the start: it reads the certificates of the machine.
    let transport = transport();
    loop {
        match app.ask_witnesses(&*transport).await {
            Ok(answers) => {
                for answer in answers {
                    if let Err(error) = answer.result {
                        tracing::warn!(witness = answer.witness, error, "a witness did not cosign");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "witnesses could not be asked"),
        }
        tokio::time::sleep(ASK_WITNESSES_EVERY).await;
    }
}

/// Seals yesterday soon after midnight, and states the position at every month's end.
async fn seal_days(app: App) {
    loop {
        match app.seal_what_is_due().await {
            Ok(0) => {}
            Ok(made) => tracing::info!(made, "seals and statements that were due were made"),
            Err(error) => tracing::warn!(%error, "a day that was due could not be sealed; it is tried again"),
        }
        tokio::time::sleep(SEAL_EVERY).await;
    }
}

/// Evaluates the rules of alerts, as the program itself, whenever something was recorded or a new day has begun.
async fn evaluate_alerts(app: App) {
    let mut evaluated = None;
    tokio::time::sleep(EVALUATE_ALERTS_AFTER).await;
    loop {
        let snapshot = app.snapshot();
        let seen = (snapshot.size(), snapshot.state.day(app.surroundings().now()));
        if evaluated != Some(seen) {
            match app.evaluate_alerts(domain::command::Actor::Program).await {
                // What the evaluation recorded itself asks for no other; what came in meanwhile does.
                Ok(receipt) => {
                    let own = u64::try_from(receipt.recorded.len()).unwrap_or(u64::MAX);
                    evaluated = Some((seen.0.saturating_add(own), seen.1));
                }
                Err(error) => tracing::warn!(%error, "the rules of alerts could not be evaluated"),
            }
        }
        tokio::time::sleep(EVALUATE_ALERTS_EVERY).await;
    }
}

/// Tells webhooks what happens, until the server ends.
async fn send_webhooks(app: App, base: String, reach: Reach) {
    let base = base.trim_end_matches('/').to_owned();
    let links = Arc::new(move |told: &domain::webhook::Told| format!("{base}{}", web::api::webhooks::address(told)));
    app.send_webhooks(app::webhooks::Sending { transport: receivers::transport(reach), links }).await;
}

/// Requests to witnesses: no redirects, and not longer or larger than they need.
pub fn transport() -> Box<Transport> {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(WITNESS_TIMEOUT)
        .build()
        .map(Arc::new);
    Box::new(move |url, body| {
        let http = http.as_ref().map(Arc::clone).map_err(ToString::to_string);
        Box::pin(async move {
            let response = http?.post(url).body(body).send().await.map_err(|error| error.to_string())?;
            let status = response.status().as_u16();
            let body = response.bytes().await.map_err(|error| error.to_string())?;
            if body.len() > WITNESS_ANSWER_BYTES_MAX {
                return Err(format!("its answer has {} bytes", body.len()));
            }
            Ok(Response { status, body: body.to_vec() })
        })
    })
}
