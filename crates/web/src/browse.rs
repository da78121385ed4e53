//! The pages' handlers: each fills a view from one snapshot, or turns a form into an order.
//!
//! What a page looks like is in [`crate::pages`]; what an act means and whether it may be done is in `domain`.

pub mod agreements;
pub mod alert_rules;
pub mod alerts;
pub mod audits;
pub mod base;
pub mod cases;
pub mod conflicts;
pub mod costs;
pub mod decisions;
pub mod deliberations;
pub mod devices;
pub mod entitlement_form;
pub mod entitlements;
pub mod evidence;
pub mod exceptions;
pub mod facets;
pub mod form;
pub mod gaps;
pub mod history;
pub mod imports;
pub mod known_software;
pub mod lines;
pub mod mapping_form;
pub mod metrics;
pub mod my_work;
pub mod past;
pub mod persons;
pub mod policies;
pub mod positions;
pub mod products;
pub mod purchases;
pub mod reclaim;
pub mod reconciliations;
pub mod renewals;
pub mod request_form;
pub mod requests;
pub mod scenarios;
pub mod seals;
pub mod sign_ins;
pub mod sources;
pub mod staging;
pub mod statements;
pub mod suites;
pub mod titles;
pub mod tokens;
pub mod trends;
pub mod usages;
pub mod visitor;
pub mod votes;
pub mod webhooks;
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
        .route("/products/{product}/suite", get(suites::ask).post(suites::define))
        .route(addresses::PRODUCTS, get(products::list))
        .route(addresses::METRICS, get(metrics::list))
        .merge(inventory())
        .route("/software/metrics/{metric}", get(metrics::show))
        .route(addresses::TITLES, get(titles::list))
        .route(addresses::KNOWN_SOFTWARE, get(known_software::list).post(known_software::adopt))
        .route(addresses::TITLE_MATCH, get(titles::ask).post(titles::recognise))
        .route("/titles/{title_match}/end", get(titles::confirm_end).post(titles::end))
        .route(addresses::AUDIT, get(audits::list))
        .route(addresses::CHECKPOINT, get(audits::checkpoint))
        .merge(time())
        .route("/audit/{entry}", get(audits::show))
        .route("/audit/{entry}/proof", get(audits::entry_proof))
        .merge(data())
        .merge(watch())
        .route(addresses::WEBHOOKS, get(webhooks::list).post(webhooks::record))
        .route("/webhooks/{webhook}", get(webhooks::show).post(webhooks::change))
        .route("/webhooks/{webhook}/acts", post(webhooks::act))
        .route("/webhooks/{webhook}/removal", get(webhooks::confirm_removal).post(webhooks::remove))
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

/// Devices, where software is on them, and what is not known of them.
fn inventory() -> Router<Site> {
    Router::new()
        .route(addresses::DEVICES, get(devices::list))
        .route(addresses::DEVICES_CSV, get(devices::csv))
        .route("/devices/{key}", get(devices::show))
        .route(addresses::FACETS, get(facets::list))
        .route(addresses::FACETS_CSV, get(facets::csv))
        .route(addresses::GAPS, get(gaps::list))
        .route(addresses::INCOMPLETE_TITLES, get(gaps::titles))
        .route(addresses::CONFLICTS, get(conflicts::list))
        .route(addresses::TWINS, get(conflicts::twins))
}

/// The past: what is sealed, what was stated, and how it went on.
fn time() -> Router<Site> {
    Router::new()
        .route(addresses::TRENDS, get(trends::whole))
        .route("/position/trends.csv", get(trends::whole_csv))
        .route("/products/{product}/trend", get(trends::of_product))
        .route("/products/{product}/trend.csv", get(trends::csv_of_product))
        .route(addresses::SEALS, get(seals::list).post(seals::make))
        .route(addresses::STATEMENTS, get(statements::list).post(statements::make))
        .route(addresses::STATEMENT_CHECK, post(statements::check).layer(DefaultBodyLimit::max(FILE_BODY_BYTES_MAX)))
        .route("/audit/statements/{statement}/{form}", get(statements::file))
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
        .route(addresses::USAGE, get(usages::list))
        .route(addresses::FEATURES, get(usages::features).post(usages::link))
        .route("/usage/{product}", get(usages::show))
        .route(addresses::SOURCES, get(sources::list).post(sources::open))
        .route("/sources/{source}", get(sources::show))
        .route("/sources/{source}/changes", post(sources::change))
        .route("/sources/{source}/token", post(sources::renew))
        .route("/sources/{source}/closing", get(sources::confirm_closing).post(sources::close))
        .route("/sources/{source}/devices/{device}/approval", post(sources::approve))
        .route("/sources/{source}/devices/{device}/rejection", post(sources::reject))
        .route(addresses::ENTITLEMENTS, get(entitlements::list).post(entitlement_form::record))
        .route(addresses::ENTITLEMENT_NEW, get(entitlement_form::ask))
        .route(
            addresses::ENTITLEMENTS_RECONCILIATION,
            get(reconciliations::ask).post(reconciliations::compare).layer(DefaultBodyLimit::max(FILE_BODY_BYTES_MAX)),
        )
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

/// What has to be looked at, and by which rules.
fn watch() -> Router<Site> {
    Router::new()
        .route(addresses::ALERTS, get(alerts::list))
        .route("/alerts.csv", get(alerts::csv))
        .route(addresses::ALERT_DIGEST, get(alerts::digest))
        .route("/alerts/digest.txt", get(alerts::digest_text))
        .route(addresses::ALERT_EVALUATION, post(alerts::evaluate))
        .route(addresses::ALERT_RULES, get(alert_rules::list).post(alert_rules::add))
        .route(addresses::ALERT_RULES_USUAL, post(alert_rules::adopt))
        .route("/alerts/rules/{rule}/end", post(alert_rules::end))
        .route(addresses::QUIET_PERIODS, post(alert_rules::keep_quiet))
        .route("/alerts/quiet/{quiet}/end", post(alert_rules::end_quiet))
        .route(addresses::OWNERS, get(alert_rules::owners))
        .route(addresses::CATEGORIES, post(alert_rules::assign_category))
        .route("/products/{product}/accountability", get(alert_rules::ask_owner).post(alert_rules::assign_product))
        .route(addresses::LEAVERS, get(alert_rules::leavers).post(alert_rules::record_leavers))
        .route("/alerts/leavers/{leaver}/removal", post(alert_rules::remove_leaver))
        .route("/alerts/{alert}", get(alerts::show))
        .route("/alerts/{alert}/rows.csv", get(alerts::rows_csv))
        .route("/alerts/{alert}/acknowledgement", post(alerts::acknowledge))
        .route("/alerts/{alert}/snooze", post(alerts::snooze))
        .route("/alerts/{alert}/resolution", post(alerts::resolve))
        .route(
            "/alerts/{alert}/tasks/{task}",
            get(alerts::ask_task).post(alerts::complete).layer(DefaultBodyLimit::max(FILE_BODY_BYTES_MAX)),
        )
        .route("/alerts/{alert}/tasks/{task}/file", get(alerts::task_file))
        .route(addresses::PURCHASES, get(purchases::list).post(purchases::ask))
        .route(addresses::SCENARIOS, get(scenarios::list).post(scenarios::record))
        .route(addresses::SCENARIOS_COMPARED, get(scenarios::compare))
        .route("/scenarios/{scenario}", get(scenarios::show).post(scenarios::change))
        .route("/scenarios/{scenario}/retirement", post(scenarios::retire))
        .route(addresses::SPEND_LIMITS, post(purchases::set_limits))
        .route("/purchases/{purchase}", get(purchases::show))
        .route("/purchases/{purchase}/decision", post(purchases::decide))
        .route("/purchases/{purchase}/order", post(purchases::order))
        .route("/purchases/{purchase}/receipt", post(purchases::receive))
        .route("/purchases/{purchase}/withdrawal", post(purchases::withdraw))
        .route(addresses::COSTS, get(costs::list))
        .route(addresses::BUDGETS, post(costs::set_budget))
        .route(addresses::SURCHARGES, post(costs::set_surcharge))
        .route(addresses::SUMMARY, get(costs::summary))
        .route(addresses::RECLAIM, get(reclaim::list).post(reclaim::open))
        .route(addresses::CANDIDATES, get(reclaim::candidates))
        .route("/reclaim/waves/{wave}", get(reclaim::show))
        .route("/reclaim/waves/{wave}/decisions", post(reclaim::decide))
        .route("/reclaim/waves/{wave}/closing", post(reclaim::close))
        .route(addresses::LEGAL_HOLDS, post(reclaim::hold))
        .route("/reclaim/holds/{hold}/lift", get(reclaim::confirm_lift).post(reclaim::lift))
        .route("/reclaim/answer/{secret}", get(reclaim::question).post(reclaim::answer))
}

/// A file of the program. Its address changes with its bytes, so it can be kept for ever.
async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let found = assets::all().into_iter().find(|asset| asset.address.strip_prefix("/assets/") == Some(name.as_str()));
    let asset = found.ok_or_else(|| Problem::new(Kind::NotFound, format!("There is no file {name}.")))?;
    let headers =
        [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.bytes).into_response())
}
