//! Pages, links, ETags, and counts that agree with their rows.

use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{self, As, World};

/// Every item of a list, page after page by its links.
async fn followed(world: &World, who: &As, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = world.get(who, &path).await.good();
        let page = answer.json();
        assert_eq!(page["ledger_size"].to_string(), answer.header("indult-ledger-size"));
        items.extend(page["data"].as_array().unwrap().clone());
        let link = answer.header("link");
        assert_eq!(link.is_empty(), page["next_cursor"].is_null(), "{path}");
        next = link.strip_prefix('<').and_then(|link| link.split_once('>')).map(|(path, _)| path.to_owned());
    }
    items
}

#[tokio::test]
async fn pages_hold_every_item_once_whatever_their_size() {
    let world = world::short().await;
    let ana = world.ana().await;
    let whole = followed(&world, &ana, "/v1/devices?limit=200").await;
    assert_eq!(whole.len(), 10);
    for limit in [1, 3, 10, 11] {
        assert_eq!(followed(&world, &ana, &format!("/v1/devices?limit={limit}")).await, whole, "{limit}");
    }
    let found = followed(&world, &ana, "/v1/devices?q=PC-0&environment=test&limit=1").await;
    assert_eq!(found.iter().map(|device| device["name"].as_str().unwrap()).collect::<Vec<_>>(), ["pc-09"]);
    let entries = followed(&world, &ana, "/v1/ledger/entries?limit=4").await;
    let places: Vec<u64> = entries.iter().map(|entry| entry["entry"].as_u64().unwrap()).collect();
    assert_eq!(places, (0..world.size()).rev().collect::<Vec<_>>());
    let imports = followed(&world, &ana, "/v1/imports?limit=1").await;
    assert_eq!(imports.iter().map(|import| import["id"].clone()).collect::<Vec<_>>(), [json!("IMP-2"), json!("IMP-1")]);
    assert_eq!(imports[0]["summary"], "10 devices with 10 installations");
}

#[tokio::test]
async fn rows_are_exactly_as_many_as_their_number_in_every_form() {
    let world = world::short().await;
    let ana = world.ana().await;
    let position = world.get(&ana, "/v1/positions/PRD-1").await.good().json();
    for (kind, number) in [("consumed", "consumed"), ("short", "short"), ("exempt", "exempt")] {
        let path = format!("/v1/positions/PRD-1/rows?kind={kind}");
        let rows = followed(&world, &ana, &format!("{path}&limit=2")).await;
        assert_eq!(rows.len().to_string(), position[number].to_string(), "{kind}");
        let csv = world.get(&ana, &format!("{path}&format=csv")).await.good();
        assert!(csv.header("content-type").starts_with("text/csv"));
        assert_eq!(csv.text().lines().count(), rows.len() + 1, "{kind}");
    }
    for row in followed(&world, &ana, "/v1/positions/PRD-1/rows?kind=covered").await {
        assert_eq!(row["by"]["id"], "ENT-1");
        assert!(row["device"]["key"].as_str().unwrap().starts_with("name:"));
    }
    let working = position["working"].as_array().unwrap();
    assert!(working.len() > 2 && working.iter().all(|step| step["text"].as_str().unwrap().ends_with('.')));
}

#[tokio::test]
async fn views_and_orders_of_the_position_are_by_query() {
    let world = world::short().await;
    let ana = world.ana().await;
    world.post(&ana, "/v1/products", &json!({ "name": "Abacus", "metric": "named_user" })).await.good();
    let right = json!({ "product": "PRD-2", "metric": "named_user", "quantity": "unlimited", "ends_on": "2025-09-30" });
    world.post(&ana, "/v1/entitlements", &right).await.good();
    let names = async |query: &str| {
        let page = world.get(&ana, &format!("/v1/positions?{query}")).await.good().json();
        let name = |line: &Value| line["product"]["name"].as_str().unwrap().to_owned();
        page["data"].as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["Drafter Pro", "Abacus"]);
    assert_eq!(names("sort=name").await, ["Abacus", "Drafter Pro"]);
    assert_eq!(names("sort=-exposure").await, ["Drafter Pro", "Abacus"]);
    assert_eq!(names("view=short").await, ["Drafter Pro"]);
    assert_eq!(names("view=expiring").await, ["Abacus"]);
    assert_eq!(names("view=surplus").await, [""; 0]);
    assert_eq!(names("q=northl").await, ["Drafter Pro"]);
    let line = world.get(&ana, "/v1/positions/PRD-2").await.good().json();
    assert_eq!((line["entitled"].clone(), line["surplus"].clone()), (json!("unlimited"), json!(null)));
}

#[tokio::test]
async fn an_answer_that_is_known_already_is_not_sent_again_until_something_changes() {
    let world = world::short().await;
    let ana = world.ana().await;
    let first = world.get(&ana, "/v1/positions").await.good();
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with("W/\""), "{etag}");
    let ask = |path: &str| Request::get(path).header("if-none-match", etag.as_str()).body(Body::empty()).unwrap();
    let known = world.send(&ana, ask("/v1/positions")).await;
    assert_eq!((known.status.as_u16(), known.body.len(), known.header("etag")), (304, 0, etag.as_str()));
    assert_eq!(known.header("indult-ledger-size"), world.size().to_string());
    assert_eq!(world.send(&ana, ask("/v1/positions?sort=name")).await.status, 200, "another address");
    let (_, other) = world.person("petra", &[domain::person::Role::Approver]).await;
    assert_eq!(world.send(&other, ask("/v1/positions")).await.status, 200, "another reader, and more entries");
    let after = world.get(&ana, "/v1/positions").await.good();
    assert_ne!(after.header("etag"), etag);
    // The same ledger on another day is another answer: exceptions end with a day.
    let operator = As::Operator(world::ANA);
    let etag = world.get(&operator, "/v1/positions").await.good().header("etag").to_owned();
    let again = || Request::get("/v1/positions").header("if-none-match", etag.as_str()).body(Body::empty()).unwrap();
    world.advance(SignedDuration::from_hours(13));
    assert_eq!(world.send(&operator, again()).await.status, 304, "23:00 in Prague");
    world.advance(SignedDuration::from_hours(2));
    assert_eq!(world.send(&operator, again()).await.status, 200, "01:00 of the next day");
}

#[tokio::test]
async fn answers_are_packed_for_whoever_reads_gzip() {
    let world = World::founded().await;
    let packed = Request::get("/v1/openapi.json").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let packed = world.send(&As::Stranger, packed).await.good();
    let plain = world.get(&As::Stranger, "/v1/openapi.json").await.good();
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 4 < plain.body.len(), "{} of {}", packed.body.len(), plain.body.len());
}
