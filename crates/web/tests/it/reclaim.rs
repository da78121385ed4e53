//! Reclaiming from candidates to what was really saved, over the API, by link, and on pages.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::command::Actor;
use domain::person::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::pages_people::{fill, page, words};
use crate::world::{ANA, As, World};

const OPERATOR: As = As::Operator(ANA);

async fn fleet(world: &World, rows: &str) {
    let fleet = format!("device,product,publisher,primary user,last used\n{rows}");
    world.upload(&OPERATOR, "/v1/imports/inventory?source=fleet&file_name=fleet.csv", fleet.as_bytes()).await.good();
}

const ROWS: &str = "pc-1,Drafter Pro,Northlight,marta,2025-01-01\n\
    pc-2,Drafter Pro,Northlight,otto,2025-02-01\n\
    pc-3,Drafter Pro,Northlight,uma,2025-08-01\n\
    pc-4,Drafter Pro,Northlight,,\n";

async fn world() -> World {
    let world = World::founded().await;
    let rights = "product,publisher,metric,quantity,unit price,currency\nDrafter Pro,Northlight,device,3,300.00,EUR\n";
    world.upload(&OPERATOR, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();
    fleet(&world, ROWS).await;
    world.post(&OPERATOR, "/v1/title_matches", &json!({ "title": "Drafter Pro", "product": "PRD-1" })).await.good();
    world
}

async fn candidates(world: &World, query: &str) -> Vec<String> {
    let found = world.get(&OPERATOR, &format!("/v1/reclaim_candidates?product=PRD-1&{query}")).await.good().json();
    let told = |candidate: &Value| {
        let why = [&candidate["legal_hold"], &candidate["wave"]].into_iter().find_map(Value::as_str).unwrap_or("free");
        format!("{} {} {}", candidate["device"].as_str().unwrap(), candidate["saving"]["amount"].as_str().unwrap(), why)
    };
    found["data"].as_array().unwrap().iter().map(told).collect()
}

async fn open(world: &World) -> Vec<String> {
    let wave = json!({ "product": "PRD-1", "basis": "dormant", "days": 90, "answer_by": "2025-08-26" });
    let opened = world.post(&OPERATOR, "/v1/reclaim_waves", &wave).await.good().json();
    opened["letters"].as_array().unwrap().iter().map(|letter| letter["path"].as_str().unwrap().to_owned()).collect()
}

async fn answer(world: &World, path: &str, fields: &str) -> crate::world::Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(fields.to_owned()))
        .unwrap();
    world.send(&As::Stranger, request).await
}

#[tokio::test]
async fn a_wave_saves_what_is_gone_from_the_devices_and_nothing_else() {
    let mut world = world().await;
    assert_eq!(candidates(&world, "basis=dormant&days=90").await, ["pc-1 300.00 free", "pc-2 300.00 free"]);
    assert_eq!(candidates(&world, "basis=uncovered").await.len(), 1, "the one that is short");
    let links = open(&world).await;
    assert_eq!(candidates(&world, "basis=dormant&days=90").await, ["pc-1 300.00 WAV-1", "pc-2 300.00 WAV-1"]);

    let question = page(&world, &As::Stranger, &links[0]).await;
    assert!(
        words(&question).contains("Do you still need Drafter Pro? On pc-1 . It was last used on"),
        "{}",
        words(&question)
    );
    assert_eq!(
        world.get(&OPERATOR, "/v1/reclaim_waves/WAV-1").await.good().json()["asked"],
        2,
        "looking records nothing"
    );
    let unsaid = answer(&world, &links[0], "answer=keep&reason=").await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&answer(&world, &links[0], "answer=release").await).contains("Your answer is recorded: it can go"));
    assert!(words(&answer(&world, &links[1], "answer=keep&reason=The+audit.").await).contains("you keep it"));
    let guessed = answer(&world, "/reclaim/answer/guessed", "answer=release").await;
    assert_eq!(guessed.status, StatusCode::NOT_FOUND);
    assert!(!guessed.text().contains("guessed"));

    let decision = json!({ "items": [1], "choice": "reclaim", "reason": "Let go." });
    world.post(&OPERATOR, "/v1/reclaim_waves/WAV-1/decisions", &decision).await.good();
    let money = async |world: &World| {
        world.app.evaluate_alerts(Actor::Program).await.unwrap();
        let wave = world.get(&OPERATOR, "/v1/reclaim_waves/WAV-1").await.good().json();
        let amount = |value: &Value| value[0]["amount"].as_str().unwrap_or("nothing").to_owned();
        (amount(&wave["potential"]), amount(&wave["measured"]), wave["came_back"].clone())
    };
    assert_eq!(money(&world).await, ("600.00".to_owned(), "nothing".to_owned(), json!([])), "decided is not saved");
    fleet(&world, &ROWS.replace("pc-1,Drafter Pro", "pc-1,Something Else")).await;
    assert_eq!(money(&world).await, ("600.00".to_owned(), "300.00".to_owned(), json!([])));
    fleet(&world, &format!("{ROWS}pc-9,Other,Nobody,zoe,\n")).await;
    assert_eq!(money(&world).await, ("600.00".to_owned(), "nothing".to_owned(), json!([1])), "it came back");

    world.restart().await;
    let items = world.get(&OPERATOR, "/v1/reclaim_waves/WAV-1/items").await.good().json();
    assert_eq!(items["data"][1]["answer_reason"], "The audit.");
    assert!(world.app.verify(None).unwrap().is_sound(), "the whole folder verifies");
    let ledger = world.get(&OPERATOR, "/v1/ledger/entries?action=reclaim&limit=200").await.good().text();
    assert!(ledger.contains("\"program\"") && !ledger.contains(links[0].rsplit('/').next().unwrap()));
}

#[tokio::test]
async fn pages_find_candidates_open_a_wave_once_and_decide() {
    let world = world().await;
    let ana = world.ana().await;
    let (_, lea) = world.person("lea", &[Role::Legal]).await;
    let held = [("device", "PC-2"), ("reason", "Case 12.")];
    assert_eq!(fill(&world, &lea, "/reclaim/holds", &held).await.status, StatusCode::SEE_OTHER);
    let nowhere = fill(&world, &lea, "/reclaim/holds", &[("device", "pc-77"), ("reason", "x")]).await;
    assert!(words(&nowhere).contains("No device has the key or the name pc-77."), "{}", words(&nowhere));
    let found = words(&page(&world, &ana, "/reclaim/candidates?product=Drafter+Pro&basis=dormant&days=90").await);
    assert!(found.contains("Under HLD-1") && found.contains("EUR 300"), "{found}");
    let wrong = page(&world, &ana, "/reclaim/candidates?product=None&basis=dormant&days=x").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("product", "PRD-1"), ("basis", "dormant"), ("days", "90"), ("answer_by", "2025-08-26")];
    let letters = fill(&world, &ana, "/reclaim", &fields).await;
    let shown = words(&letters);
    assert!(shown.contains("Do you still need Drafter Pro on pc-1?") && !shown.contains("pc-2"), "{shown}");
    assert!(letters.text().contains("/reclaim/answer/"));
    let early = [("items", "1"), ("choice", "reclaim"), ("reason", "Now.")];
    let refused = fill(&world, &ana, "/reclaim/waves/WAV-1/decisions", &early).await;
    assert!(words(&refused).contains("The holder of item 1 has until 2025-08-26 to answer."), "{}", words(&refused));
    world.advance(SignedDuration::from_hours(24 * 15));
    let ana = world.ana().await;
    assert!(words(&page(&world, &ana, "/reclaim/waves/WAV-1").await).contains("No answer"));
    assert_eq!(fill(&world, &ana, "/reclaim/waves/WAV-1/decisions", &early).await.status, StatusCode::SEE_OTHER);
    let list = words(&page(&world, &ana, "/reclaim").await);
    assert!(list.contains("Would save EUR 300") && list.contains("HLD-1 device pc-2"), "{list}");
}
