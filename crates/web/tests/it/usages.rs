//! Use over time, over HTTP alone: files in, features linked, a line with its rows, pages, and everything back by undo.

use axum::body::Body;
use axum::http::{Request, header};
use domain::person::Role;
use serde_json::json;

use crate::world::{self, Answer, As, World};

const LOG: &str = " 8:00:00 (lmgrd) TIMESTAMP 8/11/2025
 9:00:02 (northd) OUT: \"87393DRAFT_2026_0F\" ana@PC-1
 9:00:02 (northd) OUT: \"64300DRAFT_F\" ana@PC-1
 9:30:00 (northd) OUT: \"64300DRAFT_F\" <b>ben</b>@PC-2
10:00:00 (northd) DENIED: \"64300DRAFT_F\" eve@PC-3  (Licensed number of users already reached.)
10:00:01 (northd) DENIED: \"87393DRAFT_2026_0F\" eve@PC-3  (Licensed number of users already reached.)
11:00:00 (northd) IN: \"64300DRAFT_F\" <b>ben</b>@PC-2
12:00:00 (northd) IN: \"64300DRAFT_F\" ana@PC-1
12:00:00 (northd) IN: \"87393DRAFT_2026_0F\" ana@PC-1
";

async fn submit(world: &World, who: &As, path: &str, body: &str) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "http://localhost")
        .header(header::HOST, "localhost")
        .body(Body::from(body.to_owned()))
        .unwrap();
    world.send(who, request).await
}

#[tokio::test]
async fn a_log_becomes_a_position_whose_rows_are_sessions_and_undoing_it_takes_all_back() {
    let mut world = World::founded().await;
    let ana = world.ana().await;
    let product = json!({ "name": "Drafter", "metric": "ibm_floating_user" });
    assert_eq!(world.post(&ana, "/v1/products", &product).await.good().json()["object"], "PRD-1");
    let right = json!({ "product": "PRD-1", "metric": "ibm_floating_user", "quantity": 1 });
    world.post(&ana, "/v1/entitlements", &right).await.good();
    let before = world.get(&ana, "/v1/positions").await.good().json();

    let address = "/v1/imports/usage?source=licences&file_name=northd.log";
    let preview = world.upload(&ana, &format!("{address}&dry_run=true"), LOG.as_bytes()).await.good().json();
    assert_eq!(preview["summary"], "3 sessions, 2 denials, 0 readings");
    assert_eq!(preview["files"][0]["format"], "FlexLM debug log");
    let import = world.upload(&ana, address, LOG.as_bytes()).await.good().json();
    assert_eq!(import["brought"]["kind"], "usage");
    let again = world.upload(&ana, address, LOG.as_bytes()).await;
    assert_eq!(again.status, 409, "{}", again.text());

    let features = world.get(&ana, "/v1/features?linked=false").await.good().json();
    assert_eq!(features["total"], 2);
    let links = json!({ "links": [
        { "feature": "87393draft_2026_0f", "vendor": "northd", "product": "PRD-1" },
        { "feature": "64300DRAFT_F", "product": "PRD-1" },
    ] });
    world.post(&ana, "/v1/features/links", &links).await.good();
    let line = world.get(&ana, "/v1/positions/PRD-1").await.good().json();
    assert_eq!((line["consumed"].clone(), line["short"].clone()), (json!(2), json!(1)));
    for (kind, count) in [("consumed", 2), ("covered", 1), ("short", 1), ("exempt", 0)] {
        let rows = world.get(&ana, &format!("/v1/positions/PRD-1/rows?kind={kind}")).await.good().json();
        assert_eq!(rows["total"], count, "{kind}");
    }
    let usage = world.get(&ana, "/v1/usage/PRD-1?days=366").await.good().json();
    assert_eq!((usage["peak"].clone(), usage["denials"].clone()), (json!(2), json!(1)));
    assert_eq!(usage["holders"].as_array().unwrap().len(), 2);
    let file = world.get(&ana, "/v1/usage/PRD-1?days=7&format=csv").await.good().text();
    assert_eq!(file.lines().count(), 8, "{file}");
    assert_eq!(world.get(&ana, "/v1/usage").await.good().json()["total"], 1);
    assert_eq!(world.get(&ana, "/v1/usage/PRD-9").await.status, 404);

    // It is there after a restart, and the verifier compares the stored reports.
    world.restart().await;
    let ana = world.ana().await;
    assert_eq!(world.get(&ana, "/v1/positions/PRD-1").await.good().json()["consumed"], 2);
    let verified = world.post(&ana, "/v1/verifications", &json!({})).await.good().json();
    assert_eq!(verified["sound"], true, "{verified}");

    // A sealed day counts the use that was known then, whatever is undone after.
    let sealed = world.post(&ana, "/v1/seals", &json!({})).await.good().json()["seal"]["day"].clone();
    let sealed_day = format!("/v1/positions/PRD-1?as_of={}", sealed.as_str().unwrap());
    let links = json!({ "links": [{ "feature": "64300DRAFT_F", "product": null },
        { "feature": "87393DRAFT_2026_0F", "vendor": "northd", "product": null }] });
    world.post(&ana, "/v1/features/links", &links).await.good();
    world.post(&ana, "/v1/imports/IMP-1/undo", &json!({})).await.good();
    assert_eq!(world.get(&ana, "/v1/features").await.good().json()["total"], 0);
    let after = world.get(&ana, "/v1/positions").await.good().json();
    assert_eq!(after["data"], before["data"]);
    assert_eq!(world.get(&ana, &sealed_day).await.good().json()["consumed"], 2);
}

#[tokio::test]
async fn pages_show_peaks_and_link_features_and_names_are_text() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let product = json!({ "name": "Drafter", "metric": "ibm_floating_user" });
    world.post(&ana, "/v1/products", &product).await.good();
    let address = "/v1/imports/usage?source=licences&file_name=northd.log";
    world.upload(&ana, address, LOG.as_bytes()).await.good();
    let page = world.get(&ana, "/usage/features").await.good().text();
    assert!(page.contains("64300DRAFT_F") && page.contains("None yet"), "{page}");
    let key = "northd%1F64300DRAFT_F";
    let nothing = submit(&world, &ana, "/usage/features", "feature=&product=").await;
    assert_eq!(nothing.status, 422);
    let linked = submit(&world, &ana, "/usage/features", &format!("feature={key}&product=PRD-1&key=k1")).await;
    assert_eq!(linked.status, 303, "{}", linked.text());
    let page = world.get(&ana, "/usage/PRD-1?days=365").await.good().text();
    assert!(page.contains("<svg class=\"days\""), "{page}");
    assert!(page.contains("&lt;b&gt;ben&lt;/b&gt;") && !page.contains("<b>ben"));
    let list = world.get(&ana, "/usage").await.good().text();
    assert!(list.contains("href=\"/usage/PRD-1\""));
    let rows = world.get(&ana, "/products/PRD-1/rows/consumed").await.good().text();
    assert!(rows.contains("2025-08-11") && rows.contains("&lt;b&gt;ben&lt;/b&gt;"), "{rows}");
    let (_, requester) = world.person("rita", &[Role::Requester]).await;
    assert_eq!(world.get(&requester, "/usage/PRD-1").await.status, 403);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_changes_nothing() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let size = world.size();
    for (name, bytes) in
        [("a.log", b"hello".as_slice()), ("b.csv", world::RIGHTS.as_bytes()), ("c.gz", &[0x1f, 0x8b, 1])]
    {
        let answer = world.upload(&ana, &format!("/v1/imports/usage?file_name={name}"), bytes).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
    }
    let empty = world.upload(&ana, "/v1/imports/usage", b"start,end,user,feature\n").await;
    assert_eq!(empty.status, 422, "{}", empty.text());
    assert_eq!(world.size(), size);
}
