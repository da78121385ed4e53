//! The pages' handlers: each fills a view from one snapshot, or turns a form into an order.
//!
//! What a page looks like is in [`crate::pages`]; what an act means and whether it may be done is in `domain`.

pub mod agreements;
pub mod audits;
pub mod base;
pub mod cases;
pub mod decisions;
pub mod deliberations;
pub mod entitlements;
pub mod evidence;
pub mod exceptions;
pub mod form;
pub mod history;
pub mod imports;
pub mod known_software;
pub mod lines;
pub mod mapping_form;
pub mod metrics;
pub mod my_work;
pub mod persons;
pub mod policies;
pub mod positions;
pub mod products;
pub mod renewals;
pub mod request_form;
pub mod requests;
pub mod sign_ins;
pub mod sources;
pub mod staging;
pub mod titles;
pub mod tokens;
pub mod visitor;
pub mod votes;
pub mod welcome;
pub mod you;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::design::assets;
use crate::pages::addresses;
use crate::problem::{Kind, Problem};
use crate::{FILE_BODY_BYTES_MAX, Site};

/// Every page and every form.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/assets/{name}", get(asset))
        .route(addresses::SIGN_IN, get(sign_ins::show).post(sign_ins::sign_in))
        .route(addresses::SIGN_OUT, post(sign_ins::sign_out))
        .route("/set-up/{token}", get(sign_ins::show_set_up).post(sign_ins::set_up))
        .route(addresses::MY_WORK, get(my_work::show))
        .route(addresses::REQUESTS, get(requests::list).post(request_form::open))
        .route(addresses::REQUEST_NEW, get(request_form::begin))
        .route("/requests/{case}", get(decisions::show))
        .route("/requests/{case}/edit", get(request_form::edit).post(request_form::revise))
        .route("/requests/{case}/check", get(request_form::check))
        .route("/requests/{case}/submission", post(request_form::submit))
        .route("/requests/{case}/withdrawal", get(requests::confirm_withdrawal).post(requests::withdraw))
        .route("/requests/{case}/comments", post(decisions::comment))
        .route("/requests/{case}/evidence", post(evidence::attach).layer(DefaultBodyLimit::max(FILE_BODY_BYTES_MAX)))
        .route("/requests/{case}/evidence/{digest}", get(evidence::download))
        .route("/requests/{case}/votes", post(votes::sign))
        .route("/requests/{case}/votes/review", post(votes::review))
        .route("/requests/{case}/votes/{entry}", get(votes::receipt))
        .route(addresses::EXCEPTIONS, get(exceptions::list))
        .route("/exceptions/{case}/revocation", get(exceptions::confirm_revocation).post(exceptions::revoke))
        .route(addresses::POLICIES, get(policies::show))
        .route(addresses::POSITION, get(positions::list))
        .route("/position.csv", get(positions::csv))
        .route("/products/{product}", get(products::show))
        .route("/products/{product}/rows/{kind}", get(products::rows))
        .route(addresses::PRODUCTS, get(products::list))
        .route(addresses::METRICS, get(metrics::list))
        .route("/software/metrics/{metric}", get(metrics::show))
        .route(addresses::TITLES, get(titles::list))
        .route(addresses::KNOWN_SOFTWARE, get(known_software::list).post(known_software::adopt))
        .route(addresses::TITLE_MATCH, get(titles::ask).post(titles::recognise))
        .route("/titles/{title_match}/end", post(titles::end))
        .route(addresses::AUDIT, get(audits::list))
        .route(addresses::CHECKPOINT, get(audits::checkpoint))
        .route("/audit/{entry}", get(audits::show))
        .route("/audit/{entry}/proof", get(audits::entry_proof))
        .merge(data())
        .route(addresses::PERSONS, get(persons::list).post(persons::add))
        .route("/persons/{person}", get(persons::show))
        .route("/persons/{person}/roles", post(persons::set_roles))
        .route("/persons/{person}/link", post(persons::link))
        .route("/persons/{person}/deactivation", get(persons::confirm_deactivation).post(persons::deactivate))
        .route("/persons/{person}/reactivation", post(persons::reactivate))
        .route("/persons/{person}/erasure", get(persons::confirm_erasure).post(persons::erase))
        .route(addresses::TOKENS, get(tokens::list).post(tokens::make))
        .route("/tokens/{token}/revocation", get(tokens::confirm_revocation).post(tokens::revoke))
        .route(addresses::YOU, get(you::show))
        .route(addresses::PASSWORD, post(you::set_password))
        .route(addresses::DELEGATIONS, post(you::delegate))
        .route("/you/delegations/{delegation}/end", post(you::end_delegation))
        .route("/you/sessions/{session}/end", post(you::end_session))
        .route(addresses::WELCOME, get(welcome::show))
}

/// What comes in, what is owned, and what ends.
fn data() -> Router<Site> {
    Router::new()
        .route(addresses::IMPORTS, get(imports::list).post(imports::commit))
        .route(addresses::IMPORT_NEW, get(imports::ask))
        .route(addresses::IMPORT_PREVIEW_REJECTS, post(imports::preview_rejects))
        .route(addresses::IMPORT_PREVIEW, post(imports::preview).layer(DefaultBodyLimit::max(FILE_BODY_BYTES_MAX)))
        .route("/imports/{import}", get(imports::show))
        .route("/imports/{import}/undo", get(imports::confirm_undo).post(imports::undo))
        .route("/imports/{import}/rejects.csv", get(imports::rejects))
        .route(addresses::SOURCES, get(sources::list).post(sources::open))
        .route("/sources/{source}", get(sources::show))
        .route("/sources/{source}/changes", post(sources::change))
        .route("/sources/{source}/token", post(sources::renew))
        .route("/sources/{source}/closing", get(sources::confirm_closing).post(sources::close))
        .route("/sources/{source}/devices/{device}/approval", post(sources::approve))
        .route("/sources/{source}/devices/{device}/rejection", post(sources::reject))
        .route(addresses::ENTITLEMENTS, get(entitlements::list))
        .route("/entitlements/{entitlement}", get(entitlements::show))
        .route(
            "/entitlements/{entitlement}/retirement",
            get(entitlements::confirm_retirement).post(entitlements::retire),
        )
        .route(addresses::AGREEMENTS, get(agreements::list))
        .route("/agreements/{agreement}", get(agreements::show))
        .route(addresses::RENEWALS, get(renewals::list))
        .route("/renewals.csv", get(renewals::csv))
        .route("/renewals.ics", get(renewals::calendar))
        .route("/calendars/{token}/renewals.ics", get(renewals::feed))
        .route("/agreements/{agreement}/renewal", get(renewals::ask).post(renewals::plan))
}

/// A file of the program. Its address changes with its bytes, so it can be kept for ever.
async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let found = assets::all().into_iter().find(|asset| asset.address.strip_prefix("/assets/") == Some(name.as_str()));
    let asset = found.ok_or_else(|| Problem::new(Kind::NotFound, format!("There is no file {name}.")))?;
    let headers =
        [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.bytes).into_response())
}
