//! Scenarios over the API and on pages.

use axum::http::StatusCode;
use domain::person::Role;
use serde_json::json;

use crate::pages_people::{fill, page, words};
use crate::world::{ANA, As, World};

const OPERATOR: As = As::Operator(ANA);

#[tokio::test]
async fn a_scenario_is_recorded_compared_changed_and_retired_on_every_face() {
    let world = World::founded().await;
    let rights = "product,publisher,metric,quantity,unit price,currency\nDrafter Pro,Northlight,device,4,300.00,EUR\n";
    world.upload(&OPERATOR, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();
    let plan = "day,product,count\n2025-09-01,Drafter Pro,6\n";
    let growth = json!({ "name": "Growth", "assumptions": [], "plan": plan, "reason": "The plan." });
    world.post(&OPERATOR, "/v1/scenarios", &growth).await.good();
    let path = "/v1/scenarios/compare?of=SCN-1&on=2025-12-31";
    let found = world.get(&OPERATOR, path).await.good().json();
    let standings = &found["products"][0]["standings"];
    let told = [0, 1, 2].map(|column| standings[column]["short"].clone());
    assert_eq!(told, [json!(0), json!(0), json!(2)], "{found}");
    assert_eq!(standings[2]["first_short_on"], "2025-09-01");
    assert_eq!(standings[2]["shortage_cost"]["amount"], "600.00");
    assert_eq!(world.get(&OPERATOR, path).await.good().json(), found, "again the same");
    let csv = world.get(&OPERATOR, &format!("{path}&format=csv")).await.good();
    let row = "PRD-1,Drafter Pro,device,Growth,2025-12-31,6,4,2,0,1200.00,EUR,600.00,EUR,2025-09-01,2";
    assert!(csv.text().contains(row), "{}", csv.text());

    let (_, ines) = world.person("ines", &[Role::Finance]).await;
    let wrong = [("name", "More"), ("assumptions", "grow 5"), ("plan", ""), ("reason", "x")];
    let refused = words(&fill(&world, &ines, "/scenarios", &wrong).await);
    assert!(refused.contains("Line 1:") && refused.contains("begin with one of hire"), "{refused}");
    let fields =
        [("name", "Growth"), ("assumptions", "project 5 of PRD-1 from 2025-09-01"), ("plan", ""), ("reason", "x")];
    assert_eq!(fill(&world, &ines, "/scenarios/SCN-1", &fields).await.status, StatusCode::SEE_OTHER);
    let shown = words(&page(&world, &ines, "/scenarios/compare?of=SCN-1&on=2025-12-31").await);
    assert!(shown.contains("Drafter Pro") && shown.contains("5 further devices hold it."), "{shown}");
    assert_eq!(fill(&world, &ines, "/scenarios/SCN-1/retirement", &[]).await.status, StatusCode::SEE_OTHER);
    let gone = world.post(&OPERATOR, "/v1/scenarios/SCN-1/retirements", &json!({})).await;
    assert!(gone.said().contains("SCN-1 is retired"), "{}", gone.said());
    let missing = world.get(&OPERATOR, "/v1/scenarios/compare?of=SCN-9").await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.said().contains("There is no scenario SCN-9."), "{}", missing.said());
}
