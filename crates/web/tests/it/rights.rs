//! Rights that reach only parts of a line, other products and suites, over HTTP: recorded, shown and explained alike.

use serde_json::{Value, json};

use crate::pages_people::{fill, page, words};
use crate::world::{self, As, World};

async fn product(world: &World, who: &As, name: &str) -> String {
    let body = json!({ "name": name, "metric": "device" });
    world.post(who, "/v1/products", &body).await.good().json()["object"].as_str().unwrap().to_owned()
}

async fn supplies(world: &World, who: &As, product: &str) -> Vec<Value> {
    let position = world.get(who, &format!("/v1/positions/{product}")).await.good().json();
    position["supplies"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_right_on_a_higher_edition_is_lent_and_every_face_says_so() {
    let world = world::short().await;
    let ana = world.ana().await;
    let higher = product(&world, &ana, "Draw Enterprise").await;
    let before = world.get(&ana, "/v1/positions/PRD-1").await.good().json();
    let short = before["short"].as_u64().unwrap();
    assert!(short > 0, "the sample is short");
    let right = json!({
        "product": higher,
        "metric": before["metric"],
        "quantity": short + 4,
        "use_rights": { "instead_for": ["PRD-1"] },
    });
    world.post(&ana, "/v1/products", &json!({ "name": "Draw Lite", "metric": "device" })).await.good();
    world.post(&ana, &format!("/v1/products/{higher}/metric"), &json!({ "metric": before["metric"] })).await.good();
    let recorded = world.post(&ana, "/v1/entitlements", &right).await.good().json()["object"].clone();
    let after = world.get(&ana, "/v1/positions/PRD-1").await.good().json();
    assert_eq!(after["short"], 0);
    let borrowed = supplies(&world, &ana, "PRD-1").await;
    let borrowed = borrowed.iter().find(|supply| supply["of"] == json!(higher)).unwrap();
    assert_eq!(borrowed["covers"].as_u64(), Some(short));
    let lent = supplies(&world, &ana, &higher).await;
    assert_eq!((lent[0]["lent"].as_u64(), lent[0]["used"].as_u64()), (Some(short), Some(0)));
    let shown = words(&page(&world, &ana, "/products/PRD-1").await);
    assert!(shown.contains("a right on Draw Enterprise"), "{shown}");
    let shown = words(&page(&world, &ana, &format!("/products/{higher}")).await);
    assert!(shown.contains(&format!("{short} on other products")), "{shown}");
    let free = world.get(&ana, "/v1/checks?action=deploy&product=PRD-1&quantity=4").await;
    if free.status.is_success() {
        assert_eq!(free.json()["decision"], true);
    }
    let entitlement = world.get(&ana, &format!("/v1/entitlements/{}", recorded.as_str().unwrap())).await.good().json();
    assert_eq!(entitlement["use_rights"]["instead_for"], json!(["PRD-1"]));
}

#[tokio::test]
async fn a_right_is_recorded_by_form_with_its_scope_and_versions() {
    let world = world::short().await;
    let ana = world.ana().await;
    let fields = [
        ("product", "PRD-1"),
        ("metric", "device"),
        ("quantity", "12"),
        ("unit_price", "99.50"),
        ("currency", "EUR"),
        ("regions", "Europe\r\nAsia/Japan"),
        ("environments", "test"),
        ("newest", "12"),
        ("downgrade", "true"),
        ("maintained_until", "2027-01-31"),
    ];
    let asked = page(&world, &ana, "/entitlements/new?product=PRD-1").await;
    assert!(asked.text().contains("value=\"PRD-1\""), "{}", asked.text());
    let wrong = [("product", "Nothing of the kind"), ("metric", "device"), ("quantity", "12")];
    let refused = fill(&world, &ana, "/entitlements", &wrong).await;
    assert!(words(&refused).contains("There is no product"), "{}", refused.text());
    let size = world.size();
    let missing = [("product", "PRD-1"), ("metric", "device"), ("quantity", "12"), ("downgrade", "true")];
    let refused = fill(&world, &ana, "/entitlements", &missing).await;
    assert!(words(&refused).contains("Enter the newest version"), "{}", refused.text());
    assert_eq!(world.size(), size, "refused and recorded");
    let done = fill(&world, &ana, "/entitlements", &fields).await;
    let address = done.header("location").to_owned();
    let shown = words(&page(&world, &ana, &address).await);
    for part in [
        "test, region Asia/Japan or Europe",
        "version 12 and older, every newer one under maintenance until 2027-01-31",
        "EUR 99.50",
    ] {
        assert!(shown.contains(part), "{part} is not on the page: {shown}");
    }
}

#[tokio::test]
async fn a_suite_is_defined_shown_and_cannot_hold_itself() {
    let world = world::short().await;
    let ana = world.ana().await;
    let suite = product(&world, &ana, "Draw Suite").await;
    let outer = product(&world, &ana, "Everything").await;
    let define = |components: Value| json!({ "suite": { "components": components, "inferred_from": 1 } });
    let path = format!("/v1/products/{suite}/suites");
    let of_outer = format!("/v1/products/{outer}/suites");
    world.post(&ana, &path, &define(json!([{ "product": "PRD-1", "mandatory": true }]))).await.good();
    world.post(&ana, &of_outer, &define(json!([{ "product": suite }]))).await.good();
    let itself = world.post(&ana, &path, &define(json!([{ "product": suite }]))).await;
    assert!(itself.said().contains("cannot be a component of itself"), "{}", itself.said());
    let around = world.post(&ana, &path, &define(json!([{ "product": outer }]))).await;
    assert!(around.said().contains(&format!("{outer} holds {suite}")), "{}", around.said());
    let known = world.get(&ana, &format!("/v1/products/{suite}")).await.good().json();
    assert_eq!(
        known["suite"],
        json!({ "components": [{ "product": "PRD-1", "mandatory": true }], "inferred_from": 1 })
    );
    assert!(words(&page(&world, &ana, &format!("/products/{suite}")).await).contains("It is part of Everything"));
    let form = page(&world, &ana, &format!("/products/{suite}/suite")).await;
    assert!(form.text().contains("!</textarea>"), "{}", form.text());
    let none = [("components", ""), ("inferred_from", "0")];
    fill(&world, &ana, &format!("/products/{suite}/suite"), &none).await;
    let known = world.get(&ana, &format!("/v1/products/{suite}")).await.good().json();
    assert_eq!(known["suite"], Value::Null);
}
