//! Asking again, and only rehearsing.

use domain::person::Role;
use serde_json::json;

use crate::world::{self, As, World};

#[tokio::test]
async fn the_same_key_with_the_same_request_gives_the_same_answer_and_records_once() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let body = json!({ "name": "Drafter Pro", "metric": "device" });
    let first = world.post_with_key(&ana, "/v1/products", &body, Some("k")).await.good();
    let size = world.size();
    let again = world.post_with_key(&ana, "/v1/products", &body, Some("k")).await.good();
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(
        (first.status, first.json()["object"].clone(), first.json()["recorded"].clone()),
        (again.status, again.json()["object"].clone(), again.json()["recorded"].clone())
    );
    assert_eq!(world.size(), size);
    let other = json!({ "name": "Drafter Lite", "metric": "device" });
    let reused = world.post_with_key(&ana, "/v1/products", &other, Some("k")).await;
    assert_eq!(
        reused.said(),
        "422 idempotency-key-reused: This idempotency key was used for a different request. Use a new key."
    );
    let elsewhere = world.post_with_key(&ana, "/v1/products?dry_run=false", &body, Some("k")).await;
    assert_eq!(elsewhere.status, 422, "the query is part of the request");
    // Somebody else's key of the same name is another key.
    let (_, fred) = world.person("fred", &[Role::Procurement]).await;
    world.post_with_key(&fred, "/v1/products", &other, Some("k")).await.good();
}

#[tokio::test]
async fn acts_that_must_not_happen_twice_need_a_key_except_from_the_operator() {
    let world = world::short().await;
    let ana = world.ana().await;
    let needs = "400 idempotency-key-missing: Send an Idempotency-Key header with a value of your own, so that this cannot happen twice by accident.";
    let vote = json!({ "digest": "0".repeat(64), "ballot": "approve", "reason": "Yes." });
    for (path, body) in [
        ("/v1/cases/EXC-1/votes", vote),
        ("/v1/imports/IMP-2/undo", json!({})),
        ("/v1/exceptions/EXC-1/revocations", json!({ "reason": "x" })),
        ("/v1/tokens/TOK-1/revocations", json!({})),
    ] {
        // A vote on nothing is told so before its key is asked for only where nothing is named.
        let answer = world.post_with_key(&ana, path, &body, None).await;
        assert_eq!(answer.said(), needs, "{path}");
    }
    world.post_with_key(&As::Operator(world::ANA), "/v1/imports/IMP-2/undo", &json!({}), None).await.good();
    let long = "x".repeat(256);
    let answer =
        world.post_with_key(&ana, "/v1/products", &json!({ "name": "P", "metric": "device" }), Some(&long)).await;
    assert_eq!(answer.said(), "422 validation: Send one key of 1 to 255 printable ASCII characters.");
}

#[tokio::test]
async fn a_rehearsal_says_what_would_be_recorded_and_records_nothing() {
    let world = world::short().await;
    let ana = world.ana().await;
    let size = world.size();
    let position = world.get(&ana, "/v1/positions/PRD-1").await.good().body;
    for (path, body, would) in [
        (
            "/v1/products?dry_run=true",
            json!({ "name": "P", "publisher": "New", "metric": "device" }),
            vec!["party-added", "product-added"],
        ),
        ("/v1/cases?dry_run=true", world::wish(), vec!["case-opened"]),
        ("/v1/imports/IMP-2/undo?dry_run=true", json!({}), vec!["import-undone"]),
        ("/v1/title_matches/MAT-1/removals?dry_run=true", json!({}), vec!["title-unmatched"]),
    ] {
        let answer = world.post(&ana, path, &body).await.good();
        let said = answer.json();
        assert_eq!(
            (answer.status.as_u16(), said["dry_run"].clone(), said["would_record"].clone()),
            (200, json!(true), json!(would)),
            "{path}"
        );
        assert_eq!((said["recorded"].clone(), said["ledger_size"].clone()), (json!([]), json!(size)), "{path}");
    }
    // What a rehearsal refuses, the act refuses too.
    let refused =
        world.post(&ana, "/v1/products?dry_run=true", &json!({ "name": "Drafter Pro", "metric": "device" })).await;
    assert_eq!(refused.said(), "422 validation: PRD-1 is called Drafter Pro already.");
    let preview = world
        .upload(&ana, "/v1/imports/inventory?dry_run=true&source=other", world::inventory().as_bytes())
        .await
        .good();
    assert_eq!((preview.status.as_u16(), preview.json()["id"].clone()), (200, json!(null)));
    let secret = world.post(&ana, "/v1/tokens?dry_run=true", &json!({ "label": "x", "scopes": ["read"] })).await;
    assert_eq!(secret.status, 422);
    assert_eq!(world.size(), size);
    assert_eq!(world.get(&ana, "/v1/positions/PRD-1").await.good().body, position);
}

#[tokio::test]
async fn a_repeated_secret_is_not_shown_again() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let body = json!({ "label": "robot", "scopes": ["read"] });
    let first = world.post_with_key(&ana, "/v1/tokens", &body, Some("t")).await.good().json();
    let size = world.size();
    let again = world.post_with_key(&ana, "/v1/tokens", &body, Some("t")).await.good().json();
    assert_eq!((again["secret"].clone(), again["object"].clone()), (json!(null), first["object"].clone()));
    assert_eq!(world.size(), size);
    let token = As::Token(first["secret"].as_str().unwrap().to_owned());
    assert_eq!(world.get(&token, "/v1/me").await.good().json()["scopes"], json!(["read"]));
    world.post(&ana, "/v1/tokens/TOK-1/revocations", &json!({})).await.good();
    assert_eq!(world.get(&token, "/v1/me").await.status, 401);
}
