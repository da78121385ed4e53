//! Metrics over HTTP: the library, a trial, a definition of one's own and what it changes.

use serde_json::json;

use crate::world;

const OURS: &str = r#"
name = "our_sockets"
title = "Our sockets"
unit = "socket"
units = "sockets"
description = "Sockets, at least MINIMUM for each server."
counts = "processor"
minimum_per_server = MINIMUM

[[examples]]
title = "A small server"
machines = [{ processors = 1 }]
units = MINIMUM
"#;

#[tokio::test]
async fn a_metric_of_ones_own_is_tried_previewed_and_counted() {
    let world = world::short().await;
    let ana = world.ana().await;
    let tried =
        world.get(&ana, "/v1/metrics/microsoft_windows_server_core/trial?processors=2&cores=32&virtual_machines=3");
    assert_eq!(tried.await.good().json()["high"], 64);
    let wrong = world.get(&ana, "/v1/metrics/oracle_procesor").await;
    assert_eq!(
        wrong.said().split(". ").last().unwrap().split(',').next().unwrap(),
        "The nearest names are oracle_processor"
    );

    let ours = |minimum: &str| json!({ "definition": OURS.replace("MINIMUM", minimum) });
    let not_so = world
        .post(
            &ana,
            "/v1/metrics",
            &json!({ "definition": OURS.replace("MINIMUM", "2").replace("units = 2", "units = 3") }),
        )
        .await;
    assert!(not_so.said().contains("\u{201c}A small server\u{201d} comes to 2, not to 3."), "{}", not_so.said());
    let made = world.post(&ana, "/v1/metrics", &ours("2")).await.good().json();
    assert_eq!(made["object"], "MET-1");
    world.post(&ana, "/v1/products/PRD-1/metric", &json!({ "metric": "MET-1" })).await.good();
    let position = world.get(&ana, "/v1/positions/PRD-1").await.good().json();
    assert_eq!(position["metric"], "MET-1");
    let consumed = position["consumed"].as_u64().unwrap();
    assert_eq!(position["range"]["high"].as_u64(), Some(consumed).filter(|_| !position["range"].is_null()));

    let preview = world.post(&ana, "/v1/metrics?dry_run=true", &ours("4")).await.good().json();
    assert_eq!(preview["would_record"], json!(["metric-defined"]));
    assert_eq!(preview["changes"][0]["product"], "PRD-1");
    assert_eq!(preview["changes"][0]["consumed_before"].as_u64(), Some(consumed));
    assert_eq!(preview["changes"][0]["consumed_after"].as_u64(), Some(2 * consumed));
    world.post(&ana, "/v1/metrics", &ours("4")).await.good();
    let position = world.get(&ana, "/v1/positions/PRD-1").await.good().json();
    assert_eq!(position["consumed"].as_u64(), Some(2 * consumed));
    let rows = world.get(&ana, "/v1/positions/PRD-1/rows?kind=consumed&limit=200").await.good().json();
    let units: u64 = rows["data"].as_array().unwrap().iter().map(|row| row["units"].as_u64().unwrap()).sum();
    assert_eq!(units, 2 * consumed);
    assert_eq!(world.get(&ana, "/v1/metrics/our_sockets").await.good().json()["versions"], 2);

    let page = world.get(&ana, "/software/metrics/core?processors=2").await.good().text();
    assert!(page.contains("2 to 64 cores"), "{page}");
    assert!(world.get(&ana, "/software/metrics?q=oracle").await.good().text().contains("Named User Plus"));
    assert!(world.get(&ana, "/software/metrics/core?cores=many").await.text().contains("Enter a whole number."));
    assert!(world.get(&ana, "/products/PRD-1/rows/consumed").await.good().text().contains("Units"));
}
