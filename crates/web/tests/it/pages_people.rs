//! The pages about people and what is owned, sent for and filled in as a browser does.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::command::{Actor, Intent, Via};
use domain::id::PersonId;
use domain::person::Role;
use jiff::SignedDuration;

use crate::world::{ANA, Answer, As, World, short};

pub async fn page(world: &World, who: &As, path: &str) -> Answer {
    let request = Request::builder().uri(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap();
    world.send(who, request).await
}

/// A form as a browser sends it from a page of the same site.
pub async fn fill(world: &World, who: &As, path: &str, fields: &[(&str, &str)]) -> Answer {
    let key = world.fresh_key();
    fill_with_key(world, who, path, fields, &key).await
}

async fn fill_with_key(world: &World, who: &As, path: &str, fields: &[(&str, &str)], key: &str) -> Answer {
    let mut form = vec![format!("key={key}")];
    let encode = |value: &str| -> String { value.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    form.extend(fields.iter().map(|(name, value)| format!("{name}={}", encode(value))));
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "indult.acme.example")
        .header(header::ORIGIN, "https://indult.acme.example")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(form.join("&")))
        .unwrap();
    world.send(who, request).await
}

/// What is read on a page, without tags, white space as one space.
pub fn words(answer: &Answer) -> String {
    let text = answer.text();
    let mut words = String::new();
    for part in text.split('<') {
        words.push(' ');
        words.push_str(part.split_once('>').map_or(part, |(_, after)| after));
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a page shows to be copied: secrets and commands.
fn copyable(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    let shown = text.split("<code class=\"copyable\">").skip(1);
    shown.map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

fn check_page(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::OK, "{what}: {}", answer.text());
    assert_eq!(answer.text().matches("<h1").count(), 1, "{what}");
    assert_eq!(answer.header("cache-control"), "private, no-store", "{what}");
    assert!(!answer.header("indult-ledger-size").is_empty(), "{what}");
}

/// Adds a person by the form, and gives the page that answers it.
async fn add(world: &World, ana: &As, name: &str, roles: &[&str]) -> Answer {
    let email = format!("{name}@acme.example");
    let mut fields = vec![("name", name), ("email", email.as_str())];
    fields.extend(roles.iter().map(|role| ("roles", *role)));
    fill(world, ana, "/persons", &fields).await
}

#[tokio::test]
async fn every_page_opens_for_an_administrator() {
    let world = short().await;
    let ana = world.ana().await;
    let (bob, _) = world.person("bob", &[Role::Approver]).await;
    fill(&world, &ana, "/tokens", &[("label", "robot"), ("scopes", "read"), ("days", "90")]).await.good();
    for path in [
        "/persons",
        "/persons/PER-1",
        &format!("/persons/{bob}"),
        &format!("/persons/{bob}/deactivation"),
        &format!("/persons/{bob}/erasure"),
        "/tokens",
        "/tokens/TOK-1/revocation",
        "/you",
        "/welcome",
        "/entitlements",
        "/entitlements?q=northlight",
        "/entitlements?q=NL-2024-17",
        "/entitlements/ENT-1",
        "/entitlements/ENT-1/retirement",
        "/agreements",
        "/agreements?view=due",
        "/agreements/AGR-1",
    ] {
        check_page(&page(&world, &ana, path).await, path);
    }
}

#[tokio::test]
async fn numbers_that_were_never_given_and_tokens_of_others_are_not_there() {
    let world = short().await;
    let ana = world.ana().await;
    let (_, bob) = world.person("bob", &[Role::Auditor]).await;
    fill(&world, &ana, "/tokens", &[("label", "robot"), ("scopes", "read")]).await.good();
    for path in ["/persons/PER-99", "/entitlements/ENT-99", "/agreements/AGR-99", "/persons/someone"] {
        assert_eq!(page(&world, &ana, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(page(&world, &bob, "/tokens/TOK-1/revocation").await.status, StatusCode::NOT_FOUND);
    assert_eq!(fill(&world, &bob, "/tokens/TOK-1/revocation", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_only_asks_sees_no_persons_and_no_contracts() {
    let world = short().await;
    let (_, bob) = world.person("bob", &[Role::Requester]).await;
    for path in
        ["/persons", "/persons/PER-1", "/entitlements", "/entitlements/ENT-1", "/agreements", "/agreements/AGR-1"]
    {
        let answer = page(&world, &bob, path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(answer.text().contains("<h1"), "{path}: a page and not a file");
    }
    for path in ["/you", "/tokens", "/welcome"] {
        check_page(&page(&world, &bob, path).await, path);
    }
    let size = world.size();
    assert_eq!(add(&world, &bob, "eve", &["administrator"]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.size(), size, "nothing was recorded");
}

#[tokio::test]
async fn an_auditor_reads_persons_and_finds_nothing_to_change_them_with() {
    let world = World::founded().await;
    let (_, rita) = world.person("rita", &[Role::Auditor]).await;
    for path in ["/persons", "/persons/PER-1"] {
        let answer = page(&world, &rita, path).await;
        check_page(&answer, path);
        assert!(!answer.text().contains("action=\"/persons"), "{path} has a form");
    }
    for act in ["deactivation", "erasure"] {
        let path = format!("/persons/PER-1/{act}");
        assert_eq!(page(&world, &rita, &path).await.status, StatusCode::FORBIDDEN, "{act}");
        assert_eq!(fill(&world, &rita, &path, &[("legal_basis", "x")]).await.status, StatusCode::FORBIDDEN, "{act}");
    }
}

#[tokio::test]
async fn adding_a_person_shows_a_link_once_that_signs_them_in() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let fields = [("name", "Bea Long"), ("email", "bea@acme.example"), ("roles", "approver"), ("roles", "finance")];
    let answer = fill_with_key(&world, &ana, "/persons", &fields, "once").await;
    check_page(&answer, "the person's page");
    let link = copyable(&answer).pop().unwrap();
    let secret = link.strip_prefix("https://indult.acme.example/set-up/").unwrap();

    let again = fill_with_key(&world, &ana, "/persons", &fields, "once").await;
    check_page(&again, "the same form again");
    assert!(copyable(&again).is_empty(), "the link is shown once");
    assert_eq!(world.app.snapshot().state.persons.len(), 2, "sending twice is one person");
    assert!(copyable(&page(&world, &ana, "/persons/PER-2").await).is_empty());

    let listed = words(&page(&world, &ana, "/persons").await);
    assert!(listed.contains("Bea Long PER-2 bea@acme.example approver, finance link, until"), "{listed}");

    let set_up = page(&world, &As::Stranger, &format!("/set-up/{secret}")).await;
    assert!(set_up.text().contains("name=\"act\" value=\"sign-in\""));
    let entered = fill(&world, &As::Stranger, &format!("/set-up/{secret}"), &[("act", "sign-in")]).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/welcome"));
    assert!(entered.header("set-cookie").starts_with("indult="));
    let spent = fill(&world, &As::Stranger, &format!("/set-up/{secret}"), &[("act", "sign-in")]).await;
    assert_eq!(spent.status, StatusCode::GONE);
}

#[tokio::test]
async fn what_was_typed_is_kept_and_each_error_stands_at_its_field() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let size = world.size();
    for (fields, field, sentence) in [
        (
            [("name", "Bea Long"), ("email", "bea@acme.example"), ("roles", "auditor"), ("roles", "administrator")],
            "roles",
            "Nobody can be auditor and administrator at once",
        ),
        (
            [("name", "Bea Long"), ("email", "not an address"), ("roles", "auditor"), ("roles", "auditor")],
            "email",
            "Enter an e-mail address such as",
        ),
        (
            [("name", "Bea Long"), ("email", "ANA@acme.example"), ("roles", "auditor"), ("roles", "auditor")],
            "email",
            "PER-1 has this e-mail address already",
        ),
        (
            [("name", "Bea Long"), ("email", "bea@acme.example"), ("roles", "auditor"), ("roles", "king")],
            "roles",
            "There is no role \u{201c}king\u{201d}",
        ),
    ] {
        let answer = fill(&world, &ana, "/persons", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text();
        assert!(text.contains(&format!("<a href=\"#{field}\">{sentence}")), "{text}");
        assert!(text.contains("value=\"Bea Long\""), "the name is kept");
        assert!(text.contains(&format!("value=\"{}\"", fields[1].1)), "the address is kept");
        assert!(text.contains("value=\"auditor\" checked"), "the role is kept");
    }
    assert_eq!(world.size(), size, "nothing was recorded");
}

#[tokio::test]
async fn roles_are_set_by_another_administrator_only() {
    let world = World::founded().await;
    let ana = world.ana().await;
    add(&world, &ana, "bob", &["requester"]).await.good();
    let both = [("roles", "auditor"), ("roles", "administrator")];
    let refused = fill(&world, &ana, "/persons/PER-2/roles", &both).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("<a href=\"#roles\">Nobody can be auditor and administrator at once"));
    assert!(refused.text().contains("value=\"auditor\" checked"));

    let set = fill(&world, &ana, "/persons/PER-2/roles", &[("roles", "finance")]).await;
    assert_eq!((set.status, set.header("location")), (StatusCode::SEE_OTHER, "/persons/PER-2"));
    assert!(words(&page(&world, &ana, "/persons/PER-2").await).contains("Roles finance"));

    assert!(words(&page(&world, &ana, "/persons/PER-1").await).contains("You cannot change your own roles."));
    let own = fill(&world, &ana, "/persons/PER-1/roles", &[("roles", "finance")]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn somebody_deactivated_is_signed_out_and_comes_back_by_a_new_link() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let (bob, browser) = world.person("bob", &[Role::Requester]).await;
    check_page(&page(&world, &browser, "/you").await, "before");
    fill(&world, &ana, &format!("/persons/{bob}/deactivation"), &[]).await;
    assert_eq!(page(&world, &browser, "/you").await.status, StatusCode::SEE_OTHER, "asked to sign in");
    let shown = page(&world, &ana, &format!("/persons/{bob}")).await.text();
    assert!(shown.contains("Deactivated") && !shown.contains("Make a new one-time link"));

    let back = fill(&world, &ana, &format!("/persons/{bob}/reactivation"), &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let link = fill(&world, &ana, &format!("/persons/{bob}/link"), &[]).await;
    check_page(&link, "a new link");
    assert_eq!(copyable(&link).len(), 1);

    let last = fill(&world, &ana, "/persons/PER-1/deactivation", &[]).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&last).contains("without an active administrator"));
}

#[tokio::test]
async fn a_person_without_an_account_gets_one_with_the_first_link() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let intent = Intent::AddPerson {
        name: "Device user".into(),
        email: "user@acme.example".into(),
        roles: [Role::Requester].into(),
        login: None,
    };
    world.app.carry(app::Order::new(Actor::Person(ANA, Via::Operator), intent)).await.unwrap();
    assert!(words(&page(&world, &ana, "/persons/PER-2").await).contains("cannot sign in"));
    let answer = fill(&world, &ana, "/persons/PER-2/link", &[]).await;
    check_page(&answer, "the first link");
    assert_eq!(copyable(&answer).len(), 1);
    let state = world.app.snapshot();
    let account = state.state.accounts.values().find(|account| account.person == PersonId(2)).unwrap();
    assert_eq!(account.login.open(), Some("user@acme.example"));
}

#[tokio::test]
async fn an_erasure_leaves_a_number_and_a_word_in_place_of_the_name() {
    let world = World::founded().await;
    let ana = world.ana().await;
    add(&world, &ana, "carla", &["requester"]).await.good();
    let asked = page(&world, &ana, "/persons/PER-2/erasure").await;
    assert!(words(&asked).contains("3 texts that nobody can bring back"), "{}", words(&asked));

    let without = fill(&world, &ana, "/persons/PER-2/erasure", &[("legal_basis", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("<a href=\"#legal_basis\">"));

    let basis = [("legal_basis", "Article 17(1)(a) GDPR")];
    let erased = fill(&world, &ana, "/persons/PER-2/erasure", &basis).await;
    assert_eq!((erased.status, erased.header("location")), (StatusCode::SEE_OTHER, "/persons/PER-2"));
    let shown = page(&world, &ana, "/persons/PER-2").await;
    check_page(&shown, "after");
    assert!(shown.text().contains("<h1>[erased]"));
    for path in ["/persons", "/persons/PER-2"] {
        let text = page(&world, &ana, path).await.text();
        assert!(text.contains("[erased]") && !text.contains("carla"), "{path}");
    }
    assert!(!shown.text().contains("action=\"/persons/PER-2"), "nothing is left to change");
    assert_eq!(fill(&world, &ana, "/persons/PER-2/link", &[]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    let world = short().await;
    let ana = world.ana().await;
    let wrong = fill(&world, &ana, "/tokens", &[("label", "robot"), ("days", "30")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("<a href=\"#scopes\">") && wrong.text().contains("value=\"robot\""));
    assert!(wrong.text().contains("value=\"30\" selected"));

    let fields = [("label", "robot"), ("scopes", "read"), ("days", "30")];
    let made = fill_with_key(&world, &ana, "/tokens", &fields, "once").await;
    check_page(&made, "the token");
    let shown = copyable(&made);
    let token = shown[0].clone();
    assert!(token.starts_with("indult_pat_"));
    assert_eq!(shown[1], format!("INDULT_TOKEN={token} indult position list --server https://indult.acme.example"));
    let reader = As::Token(token.clone());
    assert_eq!(world.get(&reader, "/v1/positions").await.status, StatusCode::OK);

    let again = fill_with_key(&world, &ana, "/tokens", &fields, "once").await;
    assert!(!again.text().contains("indult_pat_") && words(&again).contains("This token was made already"));
    assert_eq!(world.app.snapshot().state.tokens.len(), 1);
    assert!(!page(&world, &ana, "/tokens").await.text().contains("indult_pat_"));

    let revoked = fill(&world, &ana, "/tokens/TOK-1/revocation", &[]).await;
    assert_eq!((revoked.status, revoked.header("location")), (StatusCode::SEE_OTHER, "/tokens"));
    assert_eq!(world.get(&reader, "/v1/positions").await.status, StatusCode::UNAUTHORIZED);
    assert!(words(&page(&world, &ana, "/tokens").await).contains("Revoked"));
}

#[tokio::test]
async fn a_token_ends_after_its_days() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let made = fill(&world, &ana, "/tokens", &[("label", "robot"), ("scopes", "read"), ("days", "30")]).await;
    let reader = As::Token(copyable(&made)[0].clone());
    world.advance(SignedDuration::from_hours(24 * 30 - 1));
    assert_eq!(world.get(&reader, "/v1/products").await.status, StatusCode::OK);
    world.advance(SignedDuration::from_hours(2));
    assert_eq!(world.get(&reader, "/v1/products").await.status, StatusCode::UNAUTHORIZED);
    let ana = world.ana().await;
    assert!(words(&page(&world, &ana, "/tokens").await).contains("Ended"));
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_the_present_one() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let first = [("password", "correct horse battery")];
    let short = fill(&world, &ana, "/you/password", &[("password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("<a href=\"#password\">Use at least 12 characters"));
    assert!(!short.text().contains("value=\"short\""), "no password is sent back");
    assert_eq!(fill(&world, &ana, "/you/password", &first).await.status, StatusCode::SEE_OTHER, "none was set before");

    let second = ("password", "staple battery horse");
    for current in ["", "wrong horse battery"] {
        let refused = fill(&world, &ana, "/you/password", &[("current", current), second]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{current}");
        assert!(refused.text().contains("<a href=\"#current\">"), "{current}");
    }
    let changed = fill(&world, &ana, "/you/password", &[("current", "correct horse battery"), second]).await;
    assert_eq!((changed.status, changed.header("location")), (StatusCode::SEE_OTHER, "/you"));
    assert!(world.app.sign_in("ana@acme.example", "correct horse battery").await.is_err());
    assert!(world.app.sign_in("ana@acme.example", "staple battery horse").await.is_ok());
}

#[tokio::test]
async fn another_browser_is_signed_out_and_nobody_elses() {
    let world = World::founded().await;
    let (ana, other) = (world.ana().await, world.ana().await);
    let (_, bob) = world.person("bob", &[Role::Requester]).await;
    let text = page(&world, &ana, "/you").await.text();
    let end = text.split("action=\"/you/sessions/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(text.matches("action=\"/you/sessions/").count(), 1, "only the other one can be ended here");
    let path = format!("/you/sessions/{end}");
    assert_eq!(fill(&world, &bob, &path, &[]).await.status, StatusCode::CONFLICT);
    check_page(&page(&world, &other, "/you").await, "still signed in");
    assert_eq!(fill(&world, &ana, &path, &[]).await.header("location"), "/you");
    assert_eq!(page(&world, &other, "/you").await.status, StatusCode::SEE_OTHER);
    assert_eq!(fill(&world, &ana, &path, &[]).await.header("location"), "/you", "twice is as good as once");
}

#[tokio::test]
async fn a_delegation_holds_until_it_is_ended() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let (dana, browser) = world.person("dana", &[Role::Approver]).await;
    world.person("rita", &[Role::Auditor]).await;
    let form = page(&world, &ana, "/you").await.text();
    assert!(form.contains("dana (PER-2)") && !form.contains("rita (PER-3)"), "an auditor decides nothing");

    let empty = fill(&world, &ana, "/you/delegations", &[("to", ""), ("starts_on", "soon"), ("ends_on", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["to", "starts_on", "ends_on"] {
        assert!(empty.text().contains(&format!("<a href=\"#{field}\">")), "{field}");
    }
    let number = dana.to_string();
    let past = [("to", number.as_str()), ("starts_on", "2025-08-12"), ("ends_on", "2025-08-01")];
    let past = fill(&world, &ana, "/you/delegations", &past).await;
    assert!(past.text().contains("<a href=\"#ends_on\">") && past.text().contains("value=\"2025-08-01\""));
    assert!(past.text().contains("value=\"PER-2\" selected"), "the choice is kept");

    let fields = [("to", number.as_str()), ("starts_on", "2025-08-12"), ("ends_on", "2025-08-22")];
    assert_eq!(fill(&world, &ana, "/you/delegations", &fields).await.header("location"), "/you");
    let shown = words(&page(&world, &ana, "/you").await);
    assert!(shown.contains("dana decides for you") && shown.contains("Holds"), "{shown}");
    assert!(words(&page(&world, &browser, "/you").await).contains("You decide for Ana"));
    assert_eq!(fill(&world, &browser, "/you/delegations/DEL-1/end", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(fill(&world, &ana, "/you/delegations/DEL-1/end", &[]).await.header("location"), "/you");
    assert!(words(&page(&world, &ana, "/you").await).contains("Does not hold"));
}

#[tokio::test]
async fn retiring_a_right_says_before_what_it_costs_and_then_does_that() {
    let world = short().await;
    let ana = world.ana().await;
    let asked = words(&page(&world, &ana, "/entitlements/ENT-1/retirement").await);
    assert!(asked.contains("6 devices of Drafter Pro.") && asked.contains("If ENT-1 is retired"), "{asked}");
    let without = fill(&world, &ana, "/entitlements/ENT-1/retirement", &[("reason", "")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("<a href=\"#reason\">"));

    let line = || {
        let snapshot = world.app.snapshot();
        let line = snapshot.lines(world.app.surroundings().now()).remove(0);
        (line.consumed, line.short)
    };
    let promised = world.app.snapshot();
    let today = promised.state.day(world.app.surroundings().now());
    let number = "ENT-1".parse().unwrap();
    let promised = promised.effect_of_retirement(number, today, world.app.surroundings().now()).unwrap();
    assert_eq!((promised.before.consumed, promised.before.short), line());
    assert!(promised.after.short > promised.before.short, "what it covered is short without it");
    let done = fill(&world, &ana, "/entitlements/ENT-1/retirement", &[("reason", "Returned to the seller.")]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/entitlements/ENT-1"));
    assert_eq!((promised.after.consumed, promised.after.short), line(), "what was shown is what came");
    let shown = page(&world, &ana, "/entitlements/ENT-1").await;
    assert!(words(&shown).contains("Entitlement ENT-1 Retired"));
    assert!(!shown.text().contains("/entitlements/ENT-1/retirement"));

    let (_, rita) = world.person("rita", &[Role::Auditor]).await;
    let refused = fill(&world, &rita, "/entitlements/ENT-1/retirement", &[("reason", "x")]).await;
    assert_ne!(refused.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn rights_and_agreements_are_found_by_their_words_and_their_days() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let rights = "product,publisher,metric,quantity,unit price,currency,agreement,agreement ends on,notice days,purchase reference\n\
        Drafter Pro,Northlight,device,6,345.00,EUR,NL-1,2025-12-31,60,PO-77\n\
        Ledgerline,Oakbank,named user,20,12.00,EUR,OB-2,2027-12-31,30,PO-78\n\
        Old Tool,Oakbank,device,2,,,OB-3,2025-09-01,90,\n";
    let operator = As::Operator(ANA);
    world.upload(&operator, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();

    let found = words(&page(&world, &ana, "/entitlements?q=po-78").await);
    assert!(
        found.contains("1 entitlement") && found.contains("Ledgerline") && !found.contains("Drafter Pro"),
        "{found}"
    );
    let none = words(&page(&world, &ana, "/entitlements?q=nothing").await);
    assert!(none.contains("No entitlements found"));

    let all = words(&page(&world, &ana, "/agreements").await);
    let place = |what: &str| all.find(what).unwrap_or_else(|| panic!("{what}: {all}"));
    assert!(all.contains("All 3") && all.contains("within 90 days 2"), "{all}");
    assert!(place("OB-3") < place("NL-1") && place("NL-1") < place("OB-2"), "what is due first stands first");
    let due = words(&page(&world, &ana, "/agreements?view=due").await);
    assert!(due.contains("OB-3") && due.contains("NL-1") && !due.contains("OB-2"), "{due}");
    assert!(due.contains("1 Nov 2025"), "sixty days before the end of the year: {due}");
}

#[tokio::test]
async fn the_first_steps_are_marked_when_somebody_took_them() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let before = words(&page(&world, &ana, "/welcome").await);
    assert!(before.contains("0 of 5 done"), "{before}");
    add(&world, &ana, "dana", &["approver"]).await.good();
    let after = words(&page(&world, &ana, "/welcome").await);
    assert!(after.contains("1 of 5 done") && after.contains("request. Done"), "{after}");

    let (_, bob) = world.person("bob", &[Role::Requester]).await;
    let his = page(&world, &bob, "/welcome").await;
    assert!(words(&his).contains("0 of 1 done"), "only what he may do: {}", words(&his));
    assert!(his.text().contains("href=\"/position\""));
}
