//! Renewals: what ends, what it costs, what is unused, what is planned, and the calendar.

use axum::http::StatusCode;
use domain::person::{Role, Scope};
use serde_json::json;

use crate::pages_people::{fill, page, words};
use crate::world::{ANA, As, World};

/// Three agreements on a day in August 2025: one short, one with unused units, one that nothing needs; a customer's; a
/// right of its own.
async fn world() -> World {
    let world = World::founded().await;
    let operator = As::Operator(ANA);
    let rights = "product,publisher,metric,quantity,unit price,currency,agreement,agreement ends on,notice days,ends on\n\
        Drafter Pro,Northlight,device,1,300.00,EUR,NL-1,2025-12-31,60,\n\
        Ledgerline,Oakbank,device,5,100.00,EUR,OB-2,2025-10-31,90,\n\
        Ledgerline,Oakbank,device,2,250.00,EUR,OB-2,2025-10-31,90,\n\
        Old Tool,Oakbank,device,4,10.00,EUR,OB-3,2025-09-30,,\n\
        Far Tool,Oakbank,device,1,10.00,EUR,OB-4,2028-09-30,30,\n\
        Viewer,Oakbank,device,9,,,,,,2025-11-15\n";
    world.upload(&operator, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();
    let fleet = "device,product,publisher\n\
        pc-1,Drafter Pro,Northlight\npc-2,Drafter Pro,Northlight\npc-3,Drafter Pro,Northlight\n\
        pc-1,Ledgerline,Oakbank\npc-2,Ledgerline,Oakbank\npc-3,Ledgerline,Oakbank\n";
    world.upload(&operator, "/v1/imports/inventory?file_name=fleet.csv", fleet.as_bytes()).await.good();
    for (title, product) in [("Drafter Pro", "PRD-1"), ("Ledgerline", "PRD-2")] {
        let rule = json!({ "title": title, "product": product });
        world.post(&operator, "/v1/title_matches", &rule).await.good();
    }
    world
}

#[tokio::test]
async fn each_renewal_says_what_it_costs_what_is_unused_and_what_would_be_short_without_it() {
    let world = world().await;
    let found = world.get(&As::Operator(ANA), "/v1/renewals").await.good().json();
    let told: Vec<String> = found["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|renewal| {
            let product = &renewal["products"][0];
            format!(
                "{} by {} of {} cost {} unused {} ({}) short {} without {}: {}",
                renewal["reference"].as_str().unwrap(),
                renewal["notice_by"],
                renewal["ends_on"],
                renewal["cost"][0]["amount"],
                product["unused"],
                renewal["unused_cost"][0]["amount"],
                product["short"],
                product["short_without"],
                renewal["suggestion"]["choice"].as_str().unwrap()
            )
            .replace('"', "")
        })
        .collect();
    // Ledgerline: 7 units and 3 used, so 4 unused: the two at 250 first, then two at 100.
    assert_eq!(
        told,
        [
            "OB-3 by null of 2025-09-30 cost 40.00 unused 4 (40.00) short 0 without 0: let_end",
            "OB-2 by 2025-08-02 of 2025-10-31 cost 1000.00 unused 4 (700.00) short 0 without 3: reduce",
            "NL-1 by 2025-11-01 of 2025-12-31 cost 300.00 unused 0 (null) short 2 without 3: renegotiate",
        ]
    );
    let soon = world.get(&As::Operator(ANA), "/v1/renewals?until=2025-10-01").await.good().json();
    assert_eq!(soon["total"], 2, "a notice that is due counts, even where the end is later");
}

#[tokio::test]
async fn a_plan_is_for_the_end_that_was_seen_and_is_history_once_the_end_moves() {
    let world = world().await;
    let operator = As::Operator(ANA);
    let plan = |ends_on: &str| json!({ "ends_on": ends_on, "choice": "reduce", "reason": "Four are not used." });
    let path = "/v1/agreements/AGR-2/renewal-plans";
    let size = world.size();
    let late = world.post(&operator, path, &plan("2025-12-31")).await;
    assert_eq!(late.said(), "422 validation: AGR-2 ends on 2025-10-31, not on 2025-12-31. Look at it again.");
    let empty = json!({ "ends_on": "2025-10-31", "choice": "reduce", "reason": " " });
    assert_eq!(world.post(&operator, path, &empty).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.size(), size, "nothing was recorded");

    world.post(&operator, path, &plan("2025-10-31")).await.good();
    let planned = world.get(&operator, "/v1/renewals/AGR-2").await.good().json();
    assert_eq!(planned["plan"]["choice"], "reduce");
    assert_eq!(planned["plan"]["by"], "PER-1");

    let amended = json!({ "direction": "inbound", "reference": "OB-2", "ends_on": "2026-10-31", "notice_days": 90 });
    world.post(&operator, "/v1/agreements/AGR-2/amendments", &amended).await.good();
    let moved = world.get(&operator, "/v1/renewals/AGR-2").await.good().json();
    assert_eq!(moved["plan"], json!(null));
    assert!(world.app.verify(None).unwrap().is_sound(), "the whole folder verifies");
}

#[tokio::test]
async fn the_page_plans_by_a_form_and_keeps_what_was_typed() {
    let world = world().await;
    let ana = world.ana().await;
    let list = words(&page(&world, &ana, "/renewals").await);
    assert!(list.contains("Within 180 days") && list.contains("Not planned"), "{list}");
    assert!(list.contains("ENT-6") && list.contains("Viewer"), "a right of its own: {list}");
    let refused = fill(&world, &ana, "/agreements/AGR-2/renewal", &[("choice", "reduce"), ("ends_on", "2025-10-31")]);
    let refused = refused.await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&refused).contains("Enter why this is planned."), "{}", words(&refused));
    let fields = [("choice", "let_end"), ("ends_on", "2025-10-31"), ("reason", "The team leaves.")];
    let done = fill(&world, &ana, "/agreements/AGR-2/renewal", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let shown = words(&page(&world, &ana, "/agreements/AGR-2/renewal").await);
    assert!(shown.contains("Let it end. The team leaves. Planned by"), "{shown}");
    let table = page(&world, &ana, "/renewals.csv").await.text();
    assert!(table.contains("AGR-2,OB-2,Oakbank,Ledgerline,2025-08-02,2025-10-31"), "{table}");
    let (_, rita) = world.person("rita", &[Role::Auditor]).await;
    assert!(!page(&world, &rita, "/agreements/AGR-2/renewal").await.text().contains("Record the plan"));
    assert_ne!(fill(&world, &rita, "/agreements/AGR-2/renewal", &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_calendar_is_read_by_an_address_with_a_token_of_its_scope_and_by_no_other() {
    let world = world().await;
    let token = |who: &As| match who {
        As::Token(secret) => secret.clone(),
        As::Stranger | As::Operator(_) | As::Session(_) => panic!("no token"),
    };
    let feed = token(&world.token(ANA, &[Scope::Calendar]).await);
    let file = world.get(&As::Stranger, &format!("/calendars/{feed}/renewals.ics")).await.good();
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    let text = file.text();
    assert!(text.lines().all(|line| line.len() <= 75), "lines are folded");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), text.matches("END:VEVENT").count());
    let unfolded = text.replace("\r\n ", "");
    for words in
        ["DTSTART;VALUE=DATE:20251101", "SUMMARY:Last day for notice: NL-1 with Northlight", "ENT-6 of Viewer ends"]
    {
        assert!(unfolded.contains(words), "{words}: {unfolded}");
    }
    let reads = token(&world.token(ANA, &[Scope::Read]).await);
    let narrow = world.get(&As::Stranger, &format!("/calendars/{reads}/renewals.ics")).await;
    assert_eq!(narrow.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get(&As::Stranger, "/calendars/made-up/renewals.ics").await.status, StatusCode::UNAUTHORIZED);
    let used = As::Token(feed);
    assert_eq!(world.get(&used, "/v1/renewals").await.status, StatusCode::FORBIDDEN, "it reads nothing else");
}
