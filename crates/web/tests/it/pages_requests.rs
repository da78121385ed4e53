//! The pages of requests, decisions and exceptions, used as a browser uses them: forms are read from the page and
//! sent back with what they carry.

use app::{App, Surroundings};
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use domain::case::CaseStatus;
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::event::Event;
use domain::id::{CaseId, PersonId};
use domain::person::{Role, Scope};
use jiff::SignedDuration;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::world::{self, Answer, As, World};

const EXC_1: CaseId = CaseId(1);

/// Somebody who asks, two who decide, and two who look on.
struct Cast {
    world: World,
    milan: (PersonId, As),
    dana: (PersonId, As),
    ines: (PersonId, As),
    marek: (PersonId, As),
}

async fn cast() -> Cast {
    let world = world::short().await;
    let milan = world.person("Milan", &[Role::Requester]).await;
    let dana = world.person("Dana", &[Role::Approver]).await;
    let ines = world.person("Ines", &[Role::Finance, Role::Requester]).await;
    let marek = world.person("Marek", &[Role::Requester]).await;
    Cast { world, milan, dana, ines, marek }
}

/// A page, which must be there and have one heading.
async fn page(world: &World, who: &As, path: &str) -> String {
    let answer = world.get(who, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    one_heading(path, &answer.text())
}

fn one_heading(path: &str, text: &str) -> String {
    assert_eq!(text.matches("<h1").count(), 1, "{path}");
    assert!(text.starts_with("<!DOCTYPE html>"), "{path}");
    text.to_owned()
}

async fn send(world: &World, who: &As, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.join("&")))
        .unwrap();
    world.send(who, request).await
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Where an act led to.
fn went_to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// A page that came back with something to change.
fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    let text = one_heading("a refused form", &answer.text());
    assert!(text.contains("There is a problem") && text.contains("<title>Error: "), "{text}");
    text
}

/// The value that a form on the page carries under `name`.
fn carried(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let found = page.split_once(&mark).unwrap_or_else(|| panic!("no {name} in {page}")).1;
    found.split('"').next().unwrap().to_owned()
}

/// The fields of a request for four units, as a browser sends them.
fn wish<'a>(key: &'a str, until: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("category", "exceed-entitlement"),
        ("key", key),
        ("title", "Four more seats of Drafter Pro"),
        ("product", "PRD-1"),
        ("quantity", "4"),
        ("environment", ""),
        ("until_choice", "other"),
        ("until", until),
        ("beneficiary", ""),
        ("justification", "The new team starts before the order is through.\r\nThe order is dated."),
        ("answer_closing_plan", "Order four more by October."),
        ("answer_cost_expected", "EUR 1,380 by the price list."),
        ("answer_effect_of_denial", "Four draughtsmen stop drawing."),
        ("answer_cost_centre", ""),
    ]
}

fn with<'a>(mut fields: Vec<(&'a str, &'a str)>, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    for field in &mut fields {
        if field.0 == name {
            field.1 = value;
        }
    }
    fields
}

/// EXC-1, kept as Milan's draft.
async fn drafted(cast: &Cast) {
    let form = page(&cast.world, &cast.milan.1, "/requests/new?category=exceed-entitlement").await;
    let key = carried(&form, "key");
    let answer = send(&cast.world, &cast.milan.1, "/requests", &wish(&key, "2025-12-31")).await;
    assert_eq!(went_to(&answer), "/requests/EXC-1/check");
}

/// EXC-1, waiting for Dana and Ines.
async fn sent(cast: &Cast) {
    drafted(cast).await;
    submit(cast).await;
}

async fn submit(cast: &Cast) {
    let check = page(&cast.world, &cast.milan.1, "/requests/EXC-1/check").await;
    let key = carried(&check, "key");
    let answer = send(&cast.world, &cast.milan.1, "/requests/EXC-1/submission", &[("key", &key)]).await;
    assert_eq!(went_to(&answer), "/requests/EXC-1");
}

/// The decision as it is typed on the request page.
async fn typed(world: &World, who: &As, ballot: &str, reason: &str, conditions: &str) -> Vec<(String, String)> {
    let shown = page(world, who, "/requests/EXC-1").await;
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        field("digest", &carried(&shown, "digest")),
        field("key", &carried(&shown, "key")),
        field("on_behalf_of", ""),
        field("ballot", ballot),
        field("reason", reason),
        field("conditions", conditions),
    ]
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Reviews a decision, then signs what the review carries; where that led to.
async fn decide(world: &World, who: &As, ballot: &str, reason: &str, conditions: &str) -> String {
    let fields = typed(world, who, ballot, reason, conditions).await;
    let review = send(world, who, "/requests/EXC-1/votes/review", &borrowed(&fields)).await.good();
    let mut signed = fields;
    for field in &mut signed {
        if field.0 == "key" {
            field.1 = carried(&review.text(), "key");
        }
    }
    let answer = send(world, who, "/requests/EXC-1/votes", &borrowed(&signed)).await;
    went_to(&answer)
}

fn status(world: &World) -> CaseStatus {
    world.app.snapshot().state.cases.get(&EXC_1).unwrap().status()
}

fn votes_recorded(world: &World) -> usize {
    let entries = world.app.snapshot().state.cases.get(&EXC_1).unwrap().entries.clone();
    let history = world.app.history(&entries).unwrap();
    history.iter().filter(|entry| matches!(entry.recorded.event, Event::VoteCast { .. })).count()
}

#[tokio::test]
async fn a_request_goes_from_its_form_to_the_receipt_of_the_vote_that_decides_it() {
    let cast = cast().await;
    let (world, milan) = (&cast.world, &cast.milan.1);
    let start = page(world, milan, "/requests/new?product=PRD-1&quantity=4").await;
    assert!(start.contains("/requests/new?category=exceed-entitlement&amp;product=PRD-1&amp;quantity=4"), "{start}");
    assert!(start.contains("Decided by finance and 1 approver, within 5 calendar days."));
    let form = page(world, milan, "/requests/new?category=exceed-entitlement&product=PRD-1&quantity=4").await;
    assert!(form.contains("value=\"PRD-1\" selected") && form.contains("You own 6 devices of Drafter Pro and use 10"));
    // 30 and 90 days, and 180 as the longest: three days on offer.
    assert!(
        form.contains("2025-09-11") && form.contains("2025-11-10") && form.contains("180 days, the longest possible")
    );
    let nothing = refused(&send(world, milan, "/requests", &[("category", "exceed-entitlement")]).await);
    for sentence in ["Choose a product.", "Enter how many as a whole number.", "Choose until when it shall hold."] {
        assert!(nothing.contains(sentence), "{sentence}");
    }
    sent(&cast).await;
    let own = page(world, milan, "/requests/EXC-1").await;
    assert!(own.contains("You asked for EXC-1 yourself"));

    let dana = &cast.dana.1;
    let shown = page(world, dana, "/requests/EXC-1").await;
    // Five calendar days after 12 August, to the end of the day in Prague.
    assert!(shown.contains("Sun 17 Aug 2025, 21:59 UTC (23:59 in Prague)"), "{shown}");
    assert!(shown.contains("If approved, until 31 Dec 2025") && shown.contains("4 devices are short unless"));
    let fields = typed(world, dana, "approve", "The team starts in September.", "").await;
    let review = send(world, dana, "/requests/EXC-1/votes/review", &borrowed(&fields)).await.good().text();
    assert!(
        review.contains("Dana, as approver, approves EXC-1, revision 1: 4 devices of Drafter Pro until 31 Dec 2025.")
    );
    assert!(review.contains("It decides nothing yet: the request then waits for finance."));
    assert!(review.contains(&carried(&shown, "digest")));
    assert_eq!(votes_recorded(world), 0, "a review records nothing");
    let receipt = decide(world, dana, "approve", "The team starts in September.", "").await;
    let receipt = page(world, dana, &receipt).await;
    assert!(receipt.contains("Dana, as approver, approved EXC-1") && receipt.contains("EXC-1 waits for finance."));
    assert!(receipt.contains("checkpoint "), "a decision is signed before anybody hears of it");

    let ines = &cast.ines.1;
    assert!(page(world, ines, "/").await.contains("4 devices of Drafter Pro until 31 Dec 2025"));
    let fields =
        typed(world, ines, "approve_with_conditions", "Within the budget.", " \r\nOrder by October.\r\n").await;
    let review = send(world, ines, "/requests/EXC-1/votes/review", &borrowed(&fields)).await.good().text();
    assert!(review.contains("with 1 condition.") && review.contains("EXC-1 is approved by it with the conditions"));
    let receipt = decide(world, ines, "approve_with_conditions", "Within the budget.", "Order by October.").await;
    assert!(page(world, ines, &receipt).await.contains("EXC-1 is approved until the end of 31 Dec 2025"));
    assert_eq!(status(world), CaseStatus::Approved);
    let decided = page(world, milan, "/requests/EXC-1").await;
    assert!(decided.contains("Approved with conditions") && decided.contains("Order by October."));
    assert!(decided.contains("Without this exception") && decided.contains("It was decided on 12 Aug 2025."));
    assert!(page(world, milan, "/exceptions").await.contains("Four more seats of Drafter Pro"));
    assert!(page(world, milan, "/policies").await.contains("0 open, 1 approved, 0 denied"));
}

#[tokio::test]
async fn the_requester_is_told_why_they_cannot_decide_and_who_can_and_a_made_up_form_changes_nothing() {
    let cast = cast().await;
    let world = &cast.world;
    sent(&cast).await;
    let own = page(world, &cast.milan.1, "/requests/EXC-1").await;
    assert!(own.contains("You asked for EXC-1 yourself, so somebody else decides."));
    assert!(own.contains("Who can: Ines or Dana."), "{own}");
    assert!(!own.contains("/requests/EXC-1/votes/review"));
    // Somebody without a seat is told what is needed.
    let onlooker = page(world, &cast.marek.1, "/requests/EXC-1").await;
    assert!(onlooker.contains("EXC-1 is decided by finance and approver. You are requester."));
    let digest = carried(&page(world, &cast.dana.1, "/requests/EXC-1").await, "digest");
    let size = world.size();
    for path in ["/requests/EXC-1/votes", "/requests/EXC-1/votes/review"] {
        let fields = [("digest", digest.as_str()), ("key", "k"), ("ballot", "approve"), ("reason", "Mine.")];
        let answer = refused(&send(world, &cast.milan.1, path, &fields).await);
        assert!(answer.contains("You asked for EXC-1 yourself, so somebody else decides."), "{path}");
    }
    assert_eq!(world.size(), size);
}

#[tokio::test]
async fn a_vote_on_what_has_changed_is_not_recorded_and_shows_the_difference() {
    let cast = cast().await;
    let (world, dana) = (&cast.world, &cast.dana.1);
    sent(&cast).await;
    let fields = typed(world, dana, "approve", "Four are few.", "").await;
    let form = page(world, &cast.milan.1, "/requests/EXC-1/edit").await;
    assert!(form.contains("Four more seats of Drafter Pro"));
    let (key, same_key) = (carried(&form, "key"), carried(&form, "key"));
    // What says the same voids no votes.
    let same = send(world, &cast.milan.1, "/requests/EXC-1/edit", &wish(&same_key, "2025-12-31")).await;
    assert_eq!(went_to(&same), "/requests/EXC-1");
    assert_eq!(status(world), CaseStatus::Deciding);
    let forty = with(wish(&key, "2025-12-31"), "quantity", "40");
    assert_eq!(went_to(&send(world, &cast.milan.1, "/requests/EXC-1/edit", &forty).await), "/requests/EXC-1/check");

    let meanwhile = refused(&send(world, dana, "/requests/EXC-1/votes", &borrowed(&fields)).await);
    assert!(meanwhile.contains("Milan is changing the request and has not sent it again yet."), "{meanwhile}");
    submit(&cast).await;
    for path in ["/requests/EXC-1/votes/review", "/requests/EXC-1/votes"] {
        let stale = refused(&send(world, dana, path, &borrowed(&fields)).await);
        assert!(stale.contains("Milan changed the request after you opened it. Your vote was not recorded."), "{path}");
        assert!(stale.contains("<del>4 devices</del>") && stale.contains("<ins>40 devices</ins>"), "{stale}");
        assert!(stale.contains("Four are few."), "what was typed is kept");
        assert_ne!(carried(&stale, "digest"), fields[0].1, "the form is about what it says now");
    }
    assert_eq!(votes_recorded(world), 0);
}

#[tokio::test]
async fn signing_twice_with_the_same_form_is_one_vote_and_one_receipt() {
    let cast = cast().await;
    let (world, dana) = (&cast.world, &cast.dana.1);
    sent(&cast).await;
    let fields = typed(world, dana, "abstain", "I know the team too well.", "").await;
    let first = went_to(&send(world, dana, "/requests/EXC-1/votes", &borrowed(&fields)).await);
    let size = world.size();
    let second = went_to(&send(world, dana, "/requests/EXC-1/votes", &borrowed(&fields)).await);
    assert_eq!((first, world.size(), votes_recorded(world)), (second, size, 1));
    // Whoever goes back, thinks again and signs again votes again.
    let receipt = decide(world, dana, "approve", "On second thoughts it is plain.", "").await;
    assert!(page(world, dana, &receipt).await.contains("approved EXC-1"));
    assert_eq!(votes_recorded(world), 2);
}

#[tokio::test]
async fn a_form_that_is_sent_again_with_other_words_is_not_taken_for_the_first() {
    let cast = cast().await;
    let (world, milan) = (&cast.world, &cast.milan.1);
    drafted(&cast).await;
    let key = carried(&page(world, milan, "/requests/new?category=exceed-entitlement").await, "key");
    let fields = wish(&key, "2025-12-31");
    assert_eq!(went_to(&send(world, milan, "/requests", &fields).await), "/requests/EXC-2/check");
    assert_eq!(went_to(&send(world, milan, "/requests", &fields).await), "/requests/EXC-2/check");
    let other = with(fields, "quantity", "5");
    let again = refused(&send(world, milan, "/requests", &other).await);
    assert!(again.contains("This form was sent before with other words, and that was recorded."));
    let fresh = carried(&again, "key");
    assert_ne!(fresh, key);
    let meant = with(wish(&fresh, "2025-12-31"), "quantity", "5");
    assert_eq!(went_to(&send(world, milan, "/requests", &meant).await), "/requests/EXC-3/check");
}

#[tokio::test]
async fn a_vote_needs_a_decision_a_reason_and_the_conditions_it_speaks_of() {
    let cast = cast().await;
    let (world, dana) = (&cast.world, &cast.dana.1);
    sent(&cast).await;
    let fields = typed(world, dana, "", "", "").await;
    let empty = refused(&send(world, dana, "/requests/EXC-1/votes/review", &borrowed(&fields)).await);
    assert!(empty.contains("Choose a decision.") && empty.contains("Give a reason that the requester can read."));
    let fields = typed(world, dana, "approve_with_conditions", "Yes, but.", " \r\n ").await;
    let bare = refused(&send(world, dana, "/requests/EXC-1/votes/review", &borrowed(&fields)).await);
    assert!(bare.contains("Write at least one condition, or choose Approve.") && bare.contains("Yes, but."));
    // "Change it" on the review leads back to the form with everything in it.
    let mut fields = typed(world, dana, "deny", "Not like this.", "").await;
    fields.push(("change".to_owned(), "yes".to_owned()));
    let back = send(world, dana, "/requests/EXC-1/votes/review", &borrowed(&fields)).await.good().text();
    assert!(back.contains("Not like this.") && back.contains("value=\"deny\" checked"));
}

#[tokio::test]
async fn a_question_goes_back_to_the_requester_and_its_answer_tells_the_voter_what_changed() {
    let cast = cast().await;
    let (world, milan, dana) = (&cast.world, &cast.milan.1, &cast.dana.1);
    sent(&cast).await;
    decide(world, dana, "request_changes", "Which four, and are two enough?", "").await;
    assert_eq!(status(world), CaseStatus::NeedsInformation);
    let asked = page(world, milan, "/requests/EXC-1").await;
    assert!(asked.contains("Dana asks") && asked.contains("Which four, and are two enough?"));
    assert!(page(world, milan, "/").await.contains("you, to answer Dana"));
    let key = carried(&page(world, milan, "/requests/EXC-1/edit").await, "key");
    let two = with(wish(&key, "2025-12-31"), "quantity", "2");
    went_to(&send(world, milan, "/requests/EXC-1/edit", &two).await);
    submit(&cast).await;
    let changed = page(world, dana, "/requests/EXC-1").await;
    assert!(changed.contains("Milan changed it after you voted on revision 1. That vote no longer counts."));
    assert!(changed.contains("<del>4 devices</del>") && changed.contains("<ins>2 devices</ins>"));
    assert!(changed.contains("Votes of an earlier round, which no longer count (1)"));
    assert!(!page(world, &cast.ines.1, "/requests/EXC-1").await.contains("It changed"), "Ines had not voted");
}

#[tokio::test]
async fn an_exception_is_revoked_after_its_effect_was_shown_and_for_a_reason() {
    let cast = cast().await;
    let (world, dana, ines) = (&cast.world, &cast.dana.1, &cast.ines.1);
    sent(&cast).await;
    decide(world, dana, "approve", "Yes.", "").await;
    decide(world, ines, "approve", "Yes.", "").await;
    let refused_page = world.get(&cast.milan.1, "/exceptions/EXC-1/revocation").await;
    assert_eq!(refused_page.status, StatusCode::FORBIDDEN);
    let confirm = page(world, dana, "/exceptions/EXC-1/revocation").await;
    assert!(confirm.contains("Revoke EXC-1?") && confirm.contains("If revoked"));
    let key = carried(&confirm, "key");
    let path = "/exceptions/EXC-1/revocation";
    assert!(
        refused(&send(world, dana, path, &[("key", &key), ("reason", " ")]).await).contains("why the exception ends")
    );
    let fields = [("key", key.as_str()), ("reason", "The order came.")];
    assert_eq!(went_to(&send(world, dana, path, &fields).await), "/requests/EXC-1");
    let size = world.size();
    assert_eq!(went_to(&send(world, dana, path, &fields).await), "/requests/EXC-1", "twice is once");
    assert_eq!(world.size(), size);
    assert!(
        page(world, ines, "/requests/EXC-1")
            .await
            .contains("Dana revoked it on 12 Aug 2025: \u{201c}The order came.\u{201d}")
    );
    assert!(page(world, ines, "/exceptions?status=revoked").await.contains("Four more seats"));
    assert!(page(world, ines, "/exceptions").await.contains("No exception is in this view."));
    assert_eq!(world.get(dana, path).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_request_is_withdrawn_by_its_requester_and_by_nobody_else() {
    let cast = cast().await;
    let (world, milan) = (&cast.world, &cast.milan.1);
    sent(&cast).await;
    assert_eq!(world.get(&cast.dana.1, "/requests/EXC-1/withdrawal").await.status, StatusCode::FORBIDDEN);
    let confirm = page(world, milan, "/requests/EXC-1/withdrawal").await;
    assert!(confirm.contains("It no longer waits for finance and 1 approver."));
    let fields = [("key", carried(&confirm, "key"))].map(|(name, value)| (name, value));
    let fields = [(fields[0].0, fields[0].1.as_str())];
    let stolen = send(world, &cast.dana.1, "/requests/EXC-1/withdrawal", &fields).await;
    assert_eq!((stolen.status, status(world)), (StatusCode::FORBIDDEN, CaseStatus::Deciding));
    assert_eq!(went_to(&send(world, milan, "/requests/EXC-1/withdrawal", &fields).await), "/requests/EXC-1");
    assert_eq!(status(world), CaseStatus::Withdrawn);
    assert!(page(world, &cast.dana.1, "/requests/EXC-1").await.contains("Milan withdrew it."));
    assert_eq!(world.get(milan, "/requests/EXC-1/withdrawal").await.status, StatusCode::CONFLICT);
    assert_eq!(world.get(milan, "/requests/EXC-1/edit").await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_draft_is_hidden_from_everybody_but_its_requester_until_it_is_sent() {
    let cast = cast().await;
    let (world, dana) = (&cast.world, &cast.dana.1);
    drafted(&cast).await;
    for path in ["", "/edit", "/check", "/withdrawal"] {
        let answer = world.get(dana, &format!("/requests/EXC-1{path}")).await;
        assert_eq!(answer.said(), "404 not-found: There is no request EXC-1.", "{path}");
    }
    for act in ["comments", "submission", "withdrawal", "edit", "votes", "votes/review"] {
        let answer = send(world, dana, &format!("/requests/EXC-1/{act}"), &[("comment", "I see it.")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
    }
    for path in ["/requests?status=all", "/products/PRD-1", "/"] {
        assert!(!page(world, dana, path).await.contains("Four more seats"), "{path}");
    }
    assert!(page(world, &cast.milan.1, "/requests?status=all").await.contains("Four more seats"));
    submit(&cast).await;
    assert!(page(world, dana, "/requests").await.contains("Four more seats"));
    // What was sent stays in sight while it is changed.
    let key = carried(&page(world, &cast.milan.1, "/requests/EXC-1/edit").await, "key");
    let fields = with(wish(&key, "2025-12-31"), "quantity", "3");
    went_to(&send(world, &cast.milan.1, "/requests/EXC-1/edit", &fields).await);
    assert!(page(world, dana, "/requests/EXC-1").await.contains("Milan, to send it"));
}

async fn attach(world: &World, who: &As, name: &str, bytes: &str, key: &str) -> Answer {
    let body = format!(
        "--line\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{key}\r\n\
         --line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n{bytes}\r\n--line--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri("/requests/EXC-1/evidence")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    world.send(who, request).await
}

#[tokio::test]
async fn a_file_comes_back_as_a_download_and_voids_the_votes_on_the_request_without_it() {
    let cast = cast().await;
    let (world, milan, dana) = (&cast.world, &cast.milan.1, &cast.dana.1);
    sent(&cast).await;
    decide(world, dana, "approve", "Yes.", "").await;
    assert!(refused(&attach(world, milan, "", "", "k0").await).contains("Choose a file that is not empty."));
    assert_eq!(attach(world, dana, "mine.txt", "x", "k1").await.status, StatusCode::FORBIDDEN);
    let script = "<script>alert(1)</script>";
    assert_eq!(went_to(&attach(world, milan, "quote.html", script, "k2").await), "/requests/EXC-1");
    assert_eq!(went_to(&attach(world, milan, "quote.html", script, "k2").await), "/requests/EXC-1", "twice is once");
    assert!(
        refused(&attach(world, milan, "quote.html", script, "k3").await).contains("This file is attached already.")
    );
    assert_eq!(status(world), CaseStatus::Draft);
    let digest = Digest::of(script.as_bytes());
    assert!(page(world, dana, "/requests/EXC-1").await.contains(&digest.to_string()));
    let file = world.get(dana, &format!("/requests/EXC-1/evidence/{digest}")).await.good();
    assert_eq!(file.text(), script);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"quote.html\""));
    assert!(file.header("content-security-policy").contains("sandbox"));
    let nothing = world.get(dana, &format!("/requests/EXC-1/evidence/{}", Digest::of(b"other"))).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_delegate_decides_in_the_seat_of_the_one_who_asked_for_it() {
    let cast = cast().await;
    let (world, marek) = (&cast.world, &cast.marek.1);
    let today = world.app.snapshot().state.day(world.app.surroundings().now());
    let intent = Intent::Delegate { to: cast.marek.0, starts_on: today, ends_on: today.tomorrow().unwrap() };
    let dana = Actor::Person(cast.dana.0, Via::Operator);
    world.app.carry(app::Order::new(dana, intent)).await.unwrap();
    sent(&cast).await;
    assert!(page(world, marek, "/").await.contains("approver for Dana"));
    let shown = page(world, marek, "/requests/EXC-1").await;
    assert!(shown.contains("You decide: For Dana, as approver."), "{shown}");
    assert!(shown.contains("Dana or Marek for Dana"), "{shown}");
    let fields: Vec<(String, String)> = typed(world, marek, "approve", "As Dana would.", "")
        .await
        .into_iter()
        .map(|(name, value)| if name == "on_behalf_of" { (name, cast.dana.0.to_string()) } else { (name, value) })
        .collect();
    let receipt = went_to(&send(world, marek, "/requests/EXC-1/votes", &borrowed(&fields)).await);
    assert!(page(world, marek, &receipt).await.contains("Marek, for Dana, as approver, approved EXC-1"));
    // Dana's seat is taken, so she no longer finds the request among what waits for her.
    assert!(page(world, &cast.dana.1, "/").await.contains("Nothing waits for you."));
}

#[tokio::test]
async fn a_token_reads_pages_only_where_it_may_read_and_decides_nowhere() {
    let cast = cast().await;
    let world = &cast.world;
    sent(&cast).await;
    let narrow = world.token(cast.dana.0, &[Scope::Check]).await;
    for path in ["/", "/requests", "/requests/EXC-1", "/exceptions"] {
        assert_eq!(world.get(&narrow, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let wide = world.token(cast.dana.0, &[Scope::Read, Scope::Write]).await;
    let shown = page(world, &wide, "/requests/EXC-1").await;
    assert!(shown.contains("A person signs in for this; a token cannot decide."), "{shown}");
    assert!(!shown.contains("/requests/EXC-1/votes/review"));
}

#[tokio::test]
async fn a_comment_is_kept_and_an_empty_one_is_asked_for_again() {
    let cast = cast().await;
    let (world, marek) = (&cast.world, &cast.marek.1);
    sent(&cast).await;
    let key = carried(&page(world, marek, "/requests/EXC-1").await, "key");
    assert!(
        refused(&send(world, marek, "/requests/EXC-1/comments", &[("key", &key)]).await).contains("Enter a comment.")
    );
    let fields = [("key", key.as_str()), ("comment", "Two were idle <in> July.")];
    assert_eq!(went_to(&send(world, marek, "/requests/EXC-1/comments", &fields).await), "/requests/EXC-1");
    assert!(page(world, marek, "/requests/EXC-1").await.contains("Two were idle &lt;in&gt; July."));
}

#[tokio::test]
async fn an_exception_that_ends_soon_is_called_so_and_one_that_ended_stays_readable() {
    let cast = cast().await;
    let (world, milan) = (&cast.world, &cast.milan.1);
    let key = carried(&page(world, milan, "/requests/new?category=exceed-entitlement").await, "key");
    went_to(&send(world, milan, "/requests", &wish(&key, "2025-08-20")).await);
    submit(&cast).await;
    decide(world, &cast.dana.1, "approve", "Short.", "").await;
    decide(world, &cast.ines.1, "approve", "Short.", "").await;
    assert!(page(world, milan, "/").await.contains("Exceptions about to end"));
    assert!(page(world, milan, "/exceptions?status=expiring").await.contains("Ending soon"));
    world.advance(SignedDuration::from_hours(24 * 9));
    // The session ended meanwhile, so Milan signs in again.
    let milan = &world.signed_in(cast.milan.0).await;
    assert!(page(world, milan, "/exceptions?status=expired").await.contains("Four more seats"));
    assert!(
        page(world, milan, "/requests/EXC-1")
            .await
            .contains("It changes nothing in the position of this product today.")
    );
}

/// The sample company on a clock that stands, with the browser of its visitor.
async fn sample() -> (TempDir, App, axum::Router, String) {
    let folder = TempDir::new().unwrap();
    let drawn = std::sync::atomic::AtomicU64::new(0);
    let surroundings = Surroundings {
        clock: std::sync::Arc::new(|| world::BEGINNING.parse().unwrap()),
        randomness: std::sync::Arc::new(move || {
            let place = drawn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Digest::of(format!("sample, draw {place}").as_bytes()).0
        }),
    };
    let founding = app::sample::founding().unwrap();
    let app = App::found(&folder.path().join("sample"), founding, surroundings).await.unwrap();
    let link = app::sample::fill(&app).await.unwrap();
    let (session, _) = app.sign_in_by_link(&link.0).await.unwrap();
    let router = web::router(app.clone(), web::Options::default());
    (folder, app, router, session.0)
}

#[tokio::test]
async fn every_page_of_requests_and_exceptions_opens_in_the_sample_company_with_one_heading() {
    let (_folder, app, router, session) = sample().await;
    let mut paths: Vec<String> =
        ["/", "/policies", "/requests/new", "/requests/new?category=outside-scope"].map(str::to_owned).into();
    for view in ["open", "for-me", "mine", "needs_information", "deciding", "approved", "denied", "withdrawn", "all"] {
        paths.push(format!("/requests?status={view}"));
    }
    for view in ["active", "expiring", "expired", "revoked", "all"] {
        paths.push(format!("/exceptions?status={view}"));
    }
    let snapshot = app.snapshot();
    for case in snapshot.state.cases.values() {
        paths.push(format!("/requests/{}", case.id));
        if case.requester == PersonId(1) {
            paths.extend(["edit", "check", "withdrawal"].map(|page| format!("/requests/{}/{page}", case.id)));
        }
    }
    paths.extend(snapshot.state.grants.keys().map(|case| format!("/exceptions/{case}/revocation")));
    for path in paths {
        let request = Request::builder()
            .uri(&path)
            .header(header::COOKIE, format!("indult={session}"))
            .header(header::ACCEPT, "text/html")
            .body(Body::empty())
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&body);
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        one_heading(&path, &text);
        match path.as_str() {
            // Devices are not subtracted from persons.
            "/requests/EXC-1" => assert!(text.contains("12 named users instead of 40 devices"), "{text}"),
            // The approver has voted, so the visitor, who is both, decides as finance.
            "/requests/EXC-5" => assert!(text.contains("You decide: As finance."), "{text}"),
            "/exceptions?status=active" => assert!(text.contains("Ending soon"), "{text}"),
            _ => {}
        }
    }
}
