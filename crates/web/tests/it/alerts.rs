//! Alerts and anomalies: what the rules find on a real estate, the rows behind each, and what is done about it.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::command::Actor;
use domain::person::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::pages_people::{fill, page, words};
use crate::world::{ANA, As, World};

const OPERATOR: As = As::Operator(ANA);

/// On a day in August 2025: Drafter Pro is short, with one installation not used since March and one person on three
/// devices; Ledgerline's right has ended; Old Tool's agreement has; Rogue Tool has nothing at all.
async fn watched() -> World {
    let world = World::founded().await;
    let rights = "product,publisher,metric,quantity,unit price,currency,agreement,agreement ends on,ends on\n\
        Drafter Pro,Northlight,device,4,300.00,EUR,NL-1,2025-12-31,\n\
        Ledgerline,Oakbank,device,5,100.00,EUR,,,2025-06-30\n\
        Old Tool,Oakbank,device,4,10.00,EUR,OB-3,2025-05-31,\n\
        Viewer,Oakbank,device,9,,,,,2025-09-15\n";
    world.upload(&OPERATOR, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();
    fleet(&world, "").await;
    world.post(&OPERATOR, "/v1/products", &json!({ "name": "Rogue Tool", "metric": "device" })).await.good();
    for (title, product) in
        [("Drafter Pro", "PRD-1"), ("Ledgerline", "PRD-2"), ("Old Tool", "PRD-3"), ("Rogue Tool", "PRD-5")]
    {
        let rule = json!({ "title": title, "product": product });
        world.post(&OPERATOR, "/v1/title_matches", &rule).await.good();
    }
    world
}

async fn fleet(world: &World, more: &str) {
    let fleet = format!(
        "device,product,publisher,primary user,last used\n\
        pc-1,Drafter Pro,Northlight,marta,2025-08-01\n\
        pc-2,Drafter Pro,Northlight,marta,2025-08-02\n\
        pc-3,Drafter Pro,Northlight,Marta,2025-08-03\n\
        pc-4,Drafter Pro,Northlight,otto,2025-03-01\n\
        pc-5,Drafter Pro,Northlight,uma,2025-08-05\n\
        pc-1,Ledgerline,Oakbank,marta,2025-08-01\n\
        pc-5,Ledgerline,Oakbank,uma,2025-08-01\n\
        pc-5,Old Tool,Oakbank,uma,2025-08-01\n\
        pc-4,Rogue Tool,Nobody,otto,2025-08-01\n{more}"
    );
    let path = "/v1/imports/inventory?source=fleet&file_name=fleet.csv";
    world.upload(&OPERATOR, path, fleet.as_bytes()).await.good();
}

async fn rule(world: &World, trigger: Value) {
    world.post(&OPERATOR, "/v1/alert_rules", &json!({ "trigger": trigger })).await.good();
}

async fn evaluate(world: &World) {
    world.app.evaluate_alerts(Actor::Program).await.unwrap();
}

/// `status: sentence (rows)` of every alert, oldest first. The rows are as many as the number where it counts them.
async fn told(world: &World) -> Vec<String> {
    let all = world.get(&OPERATOR, "/v1/alerts?limit=200").await.good().json();
    let mut told = Vec::new();
    for alert in all["data"].as_array().unwrap().iter().rev() {
        let id = alert["id"].as_str().unwrap();
        let rows = world.get(&OPERATOR, &format!("/v1/alerts/{id}/rows?limit=200")).await.good().json();
        let whole = world.get(&OPERATOR, &format!("/v1/alerts/{id}")).await.good().json();
        let holds = alert["status"] != "resolved";
        assert_eq!(whole["now"].is_u64(), holds, "{whole}");
        let rows = rows["total"].as_u64().unwrap();
        let kind = alert["trigger"]["kind"].as_str().unwrap();
        if holds && ["dormant", "duplicate_activation", "use_after_leaving", "unauthorised_deployment"].contains(&kind)
        {
            assert_eq!(whole["now"], rows, "{whole}");
        }
        let (status, sentence) = (alert["status"].as_str().unwrap(), alert["sentence"].as_str().unwrap());
        told.push(format!("{status}: {sentence} ({rows})"));
    }
    told
}

#[tokio::test]
async fn each_kind_of_rule_finds_what_it_is_for_and_shows_its_rows() {
    let world = watched().await;
    let leavers = "name,left on\nOTTO,2025-07-31\n\numa,2025-08-31\n";
    let brought = world.upload(&OPERATOR, "/v1/imports/leavers", leavers.as_bytes()).await.good().json();
    assert_eq!((brought["brought"]["rows"].clone(), brought["brought"]["rejected"].clone()), (json!(2), json!(0)));
    for trigger in [
        json!({ "kind": "short_over", "units": 0 }),
        json!({ "kind": "exposure_over", "amount": { "amount": "299.99", "currency": "EUR" } }),
        json!({ "kind": "surplus_over", "units": 2 }),
        json!({ "kind": "surplus_worth", "amount": { "amount": "29", "currency": "EUR" } }),
        json!({ "kind": "use_over", "percent": 20 }),
        json!({ "kind": "right_ends", "days": 60 }),
        json!({ "kind": "duplicate_activation", "devices": 2 }),
        json!({ "kind": "dormant", "days": 90 }),
        json!({ "kind": "use_after_leaving" }),
        json!({ "kind": "expired_with_use" }),
        json!({ "kind": "unauthorised_deployment" }),
        json!({ "kind": "source_silent", "days": 14 }),
    ] {
        rule(&world, trigger).await;
    }
    evaluate(&world).await;
    assert_eq!(
        told(&world).await,
        [
            "open: Drafter Pro is 1 short. (0)",
            "open: Ledgerline is 2 short. (0)",
            "open: Rogue Tool is 1 short. (0)",
            "open: What is short of Drafter Pro would cost EUR 300.00. (0)",
            "open: 3 of Old Tool are to spare. (0)",
            "open: 9 of Viewer are to spare. (0)",
            "open: What is to spare of Old Tool is worth EUR 30.00. (0)",
            "open: 25 % of what is entitled of Old Tool is used. (0)",
            "open: ENT-4 of Viewer ends in 34 days. (1)",
            "open: 3 installations of Drafter Pro are with people who hold it on more than 2 devices. (3)",
            "open: 1 installation of Drafter Pro last used more than 90 days ago. (1)",
            "open: 1 installation of Rogue Tool with people who have left. (1)",
            "open: 2 of Ledgerline used although what covered them has ended. (1)",
            "open: 1 of Old Tool used although what covered them has ended. (1)",
            "open: 1 installation of Rogue Tool without a right, an exception or an authorised purchase. (1)",
        ]
    );
    let dormant = world.get(&OPERATOR, "/v1/alerts?kind=dormant").await.good().json();
    let rows = world.get(&OPERATOR, "/v1/alerts/ALT-11/rows").await.good().json();
    assert_eq!(dormant["data"][0]["id"], "ALT-11");
    assert_eq!(rows["data"][0]["device_name"], "pc-4");
    assert_eq!(rows["data"][0]["detail"], "Last used on 2025-03-01, more than 90 days ago.");

    let size = world.size();
    evaluate(&world).await;
    assert_eq!(world.size(), size, "nothing is raised twice");
    world.advance(SignedDuration::from_hours(24 * 16));
    evaluate(&world).await;
    assert!(told(&world).await.contains(&"open: Nothing was heard from fleet for 16 days. (1)".to_owned()));
    fleet(&world, "pc-9,Other,Nobody,zoe,2025-08-25\n").await;
    evaluate(&world).await;
    assert!(told(&world).await.contains(&"resolved: Nothing was heard from fleet for 16 days. (1)".to_owned()));
    assert!(world.app.verify(None).unwrap().is_sound(), "the whole folder verifies");
}

#[tokio::test]
async fn a_rule_for_one_product_stands_before_the_one_for_all() {
    let world = watched().await;
    rule(&world, json!({ "kind": "short_over", "units": 0 })).await;
    let own = json!({ "trigger": { "kind": "short_over", "units": 5 }, "product": "PRD-2" });
    world.post(&OPERATOR, "/v1/alert_rules", &own).await.good();
    evaluate(&world).await;
    assert_eq!(told(&world).await, ["open: Drafter Pro is 1 short. (0)", "open: Rogue Tool is 1 short. (0)"]);
}

#[tokio::test]
async fn sudden_growth_is_measured_from_what_was_noted_days_ago() {
    let world = watched().await;
    rule(&world, json!({ "kind": "sudden_growth", "percent": 50, "days": 7 })).await;
    evaluate(&world).await;
    world.advance(SignedDuration::from_hours(24 * 3));
    let more: String =
        (6..=8).map(|place| format!("pc-{place},Drafter Pro,Northlight,new{place},2025-08-05\n")).collect();
    fleet(&world, &more).await;
    evaluate(&world).await;
    assert_eq!(told(&world).await, ["open: The use of Drafter Pro grew by 60 % within 7 days. (2)"]);
    let digest = world.get(&OPERATOR, "/v1/alert_digest").await.good().json();
    assert_eq!(digest["new"].as_array().unwrap().len(), 1);
    assert_eq!(digest["products"][0]["used_before"], 5);
    assert_eq!(digest["products"][0]["used"], 8);
    let text = world.get(&OPERATOR, "/v1/alert_digest.txt").await.good().text();
    assert!(text.contains("ALT-1  The use of Drafter Pro grew by 60 % within 7 days. Answers: SAM manager."), "{text}");
    assert!(text.contains("PRD-1  Drafter Pro: used 5 \u{2192} 8, short 1 \u{2192} 4"), "{text}");
}

#[tokio::test]
async fn wrong_rules_and_lists_say_where_and_change_nothing() {
    let world = watched().await;
    let size = world.size();
    let refused =
        async |trigger: Value| world.post(&OPERATOR, "/v1/alert_rules", &json!({ "trigger": trigger })).await.said();
    assert_eq!(
        refused(json!({ "kind": "dormant" })).await,
        "422 validation: A rule of the kind dormant needs a number here."
    );
    assert_eq!(
        refused(json!({ "kind": "dormant", "days": 9, "units": 1 })).await,
        "422 validation: A rule of the kind dormant asks for nothing here; leave it out."
    );
    assert!(refused(json!({ "kind": "odd" })).await.starts_with("422 validation: Use one of these kinds: short_over"));
    let list = "name,left on\n,2025-07-01\notto,yesterday\n";
    let refused = world.upload(&OPERATOR, "/v1/imports/leavers", list.as_bytes()).await;
    assert!(refused.said().contains("Nothing in this file could be used"), "{}", refused.said());
    assert_eq!(world.size(), size);
}

#[tokio::test]
async fn a_leaver_who_is_taken_back_is_erased_and_the_ledger_still_verifies() {
    let world = watched().await;
    let list = b"name,left on\nOtto Quick,2025-07-31\n";
    world.upload(&OPERATOR, "/v1/imports/leavers", list).await.good();
    let list = b"name;left on\notto  QUICK;2025-07-31\nUma;2025-07-31\n";
    let again = world.upload(&OPERATOR, "/v1/imports/leavers?dry_run=true", list).await.good().json();
    assert_eq!((again["brought"]["rows"].clone(), again["brought"]["merged"].clone()), (json!(1), json!(1)));
    world.post(&OPERATOR, "/v1/leavers/LVR-1/removals", &json!({})).await.good();
    let ledger = world.get(&OPERATOR, "/v1/ledger/entries?limit=200").await.good().text();
    assert!(!ledger.contains("Otto Quick"));
    let verified = world.app.verify(None).unwrap();
    assert!(verified.is_sound() && verified.texts_erased == 1, "{verified:?}");
    let ana = world.ana().await;
    let recorded = world.get(&OPERATOR, "/v1/ledger/entries?action=leaver-recorded").await.good().json();
    let entry = recorded["data"][0]["entry"].as_u64().unwrap();
    let shown = words(&page(&world, &ana, &format!("/audit/{entry}")).await);
    assert!(shown.contains("rased"), "{shown}");
}

#[tokio::test]
async fn whoever_answers_for_a_product_finds_its_alerts_and_handles_them_on_pages() {
    let world = watched().await;
    let (paul, pauls) = world.person("paul", &[Role::Procurement]).await;
    let (_, rita) = world.person("rita", &[Role::Auditor]).await;
    let ana = world.ana().await;
    let empty = words(&page(&world, &ana, "/alerts").await);
    assert!(empty.contains("Begin with the usual rules"), "{empty}");
    assert_eq!(fill(&world, &ana, "/alerts/rules/usual", &[]).await.status, StatusCode::SEE_OTHER);
    let owner = json!({ "category": "drawing", "owner": null });
    world.post(&ana, "/v1/products/PRD-1/accountability", &owner).await.good();
    let category = [("category", "drawing"), ("owner", &*paul.to_string())];
    assert_eq!(fill(&world, &ana, "/alerts/categories", &category).await.status, StatusCode::SEE_OTHER);
    assert_eq!(fill(&world, &ana, "/alerts/evaluation", &[]).await.status, StatusCode::SEE_OTHER);

    let mine = words(&page(&world, &pauls, "/alerts?view=mine").await);
    assert!(mine.contains("Drafter Pro is 1 short. ALT-1: Short paul that is you"), "{mine}");
    assert!(!mine.contains("Ledgerline"), "{mine}");
    let shown = words(&page(&world, &pauls, "/alerts/ALT-1").await);
    for part in
        ["What is short of Drafter Pro, row by row", "Contain To do Let no more of it be deployed", "Acknowledge"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let refused = fill(&world, &pauls, "/alerts/ALT-1/snooze", &[("until", "2025-08-01"), ("why", "Later.")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&refused).contains("Enter a day after today") && refused.text().contains("Later."));
    let fields = [("until", "2025-08-20"), ("why", "The order is out.")];
    assert_eq!(fill(&world, &pauls, "/alerts/ALT-1/snooze", &fields).await.status, StatusCode::SEE_OTHER);
    assert!(words(&page(&world, &pauls, "/alerts?view=snoozed").await).contains("Drafter Pro is 1 short."));
    world.advance(SignedDuration::from_hours(24 * 8));
    let (pauls, rita) = (world.signed_in(paul).await, rita);
    let open = words(&page(&world, &pauls, "/alerts").await);
    assert!(open.contains("Drafter Pro is 1 short."), "back on its day: {open}");
    assert_eq!(
        fill(&world, &pauls, "/alerts/ALT-1/resolution", &[("reason", "Bought.")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(words(&page(&world, &pauls, "/alerts/ALT-1").await).contains("Resolved : Bought."));
    assert_eq!(page(&world, &rita, "/alerts/ALT-1").await.status, StatusCode::SEE_OTHER, "her session has ended");
    let csv = page(&world, &pauls, "/alerts.csv?view=resolved").await.text();
    assert!(csv.contains("ALT-1,short_over,Drafter Pro is 1 short.,Drafter Pro,paul,resolved,"), "{csv}");
}

#[tokio::test]
async fn a_task_is_done_with_the_file_that_shows_it() {
    let world = watched().await;
    let ana = world.ana().await;
    rule(&world, json!({ "kind": "unauthorised_deployment" })).await;
    evaluate(&world).await;
    let boundary = "parts";
    let part = |name: &str, extra: &str, value: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{extra}\r\n\r\n{value}\r\n")
    };
    let body = |note: &str| {
        let file = part("file", "; filename=\"list.csv\"", "pc-4");
        format!("{}{}{file}--{boundary}--\r\n", part("key", "", &world.fresh_key()), part("note", "", note))
    };
    let send = async |note: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/alerts/ALT-1/tasks/1")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .header(header::HOST, "indult.acme.example")
            .header(header::ORIGIN, "https://indult.acme.example")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body(note)))
            .unwrap();
        world.send(&ana, request).await
    };
    let refused = send("").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&refused).contains("Enter what was done."), "{}", words(&refused));
    assert_eq!(send("Told the workshop.").await.status, StatusCode::SEE_OTHER);
    let shown = words(&page(&world, &ana, "/alerts/ALT-1").await);
    assert!(shown.contains("Done Find out who installed it and stop it from spreading. Told the workshop."), "{shown}");
    assert_eq!(page(&world, &ana, "/alerts/ALT-1/tasks/1/file").await.good().text(), "pc-4");
    let file = world.get(&OPERATOR, "/v1/alerts/ALT-1/tasks/1/evidence").await.good();
    assert_eq!(file.text(), "pc-4");
    let second = world.post(&OPERATOR, "/v1/alerts/ALT-1/tasks/1/completions", &json!({ "note": "x" })).await;
    assert_eq!(second.said(), "409 conflict: Task 1 of ALT-1 is done already.");
    assert!(world.app.verify(None).unwrap().is_sound(), "the file is kept under its digest");
}
