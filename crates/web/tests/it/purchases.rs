//! Purchases, costs, budgets and the summary, over the API and on pages.

use axum::http::StatusCode;
use domain::command::Actor;
use domain::person::{Role, Scope};
use serde_json::{Value, json};

use crate::pages_people::{fill, page, words};
use crate::world::{ANA, As, World};

const OPERATOR: As = As::Operator(ANA);

/// Drafter Pro: 4 rights at 300, 5 used, by two cost centres and one that states none. Ledgerline: 3 rights at 100, 2 used.
async fn world() -> World {
    let world = World::founded().await;
    let rights = "product,publisher,metric,quantity,unit price,currency\n\
        Drafter Pro,Northlight,device,4,300.00,EUR\n\
        Ledgerline,Oakbank,device,3,100.00,EUR\n\
        Foreign,Oakbank,device,3,100.00,USD\n";
    world.upload(&OPERATOR, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();
    let fleet = "device,product,publisher,cost centre,business unit\n\
        pc-1,Drafter Pro,Northlight,4110,Studio\npc-2,Drafter Pro,Northlight,4110,Studio\n\
        pc-3,Drafter Pro,Northlight,4200,Works\npc-4,Drafter Pro,Northlight,4200,Works\n\
        pc-5,Drafter Pro,Northlight,,\n\
        pc-1,Ledgerline,Oakbank,4110,Studio\npc-3,Ledgerline,Oakbank,4200,Works\n\
        pc-3,Rogue Tool,Nobody,4200,Works\n";
    world.upload(&OPERATOR, "/v1/imports/inventory?source=fleet&file_name=fleet.csv", fleet.as_bytes()).await.good();
    world.post(&OPERATOR, "/v1/products", &json!({ "name": "Rogue Tool", "metric": "device" })).await.good();
    for (title, product) in [("Drafter Pro", "PRD-1"), ("Ledgerline", "PRD-2"), ("Rogue Tool", "PRD-4")] {
        world.post(&OPERATOR, "/v1/title_matches", &json!({ "title": title, "product": product })).await.good();
    }
    world
}

fn amount(value: &Value) -> &str {
    value["amount"].as_str().unwrap()
}

#[tokio::test]
async fn shares_and_what_is_unused_sum_to_what_the_rights_cost() {
    let world = world().await;
    for (by, expected) in [
        ("cost_centre", [("4110", "580.00"), ("4200", "580.00"), ("none", "240.00")]),
        ("business_unit", [("Studio", "580.00"), ("Works", "580.00"), ("none", "240.00")]),
    ] {
        let found = world.get(&OPERATOR, &format!("/v1/chargeback?by={by}")).await.good().json();
        let told: Vec<(&str, &str)> = found["shares"]
            .as_array()
            .unwrap()
            .iter()
            .map(|share| (share["name"].as_str().unwrap_or("none"), amount(&share["amount"])))
            .collect();
        assert_eq!(told, expected);
        assert_eq!((amount(&found["unused"]), amount(&found["total"])), ("100.00", "1500.00"));
        let products = found["shares"][0]["products"].as_array().unwrap();
        assert_eq!((products[0]["units"].clone(), amount(&products[0]["amount"])), (json!(2), "480.00"));
    }
    world.post(&OPERATOR, "/v1/surcharges", &json!({ "percent": 20 })).await.good();
    let costs = world.get(&OPERATOR, "/v1/product_costs").await.good().json();
    let drafter = &costs["data"][0];
    assert_eq!((amount(&drafter["exposure"]), amount(&drafter["surcharge"])), ("300.00", "60.00"));
    assert_eq!(costs["data"][2]["unpriced"], 1, "what is priced in another currency is not converted");
}

#[tokio::test]
async fn a_purchase_authorises_deployment_counts_against_its_budget_and_becomes_a_right() {
    let world = world().await;
    let (_, milan) = world.person("milan", &[Role::Requester]).await;
    let (_, ines) = world.person("ines", &[Role::Finance]).await;
    let (sofia_id, sofia) = world.person("sofia", &[Role::Procurement]).await;
    world.post(&OPERATOR, "/v1/alert_rules", &json!({ "trigger": { "kind": "unauthorised_deployment" } })).await.good();
    world.app.evaluate_alerts(Actor::Program).await.unwrap();
    let open = async || world.get(&OPERATOR, "/v1/alerts?status=open").await.good().json()["total"].clone();
    assert_eq!(open().await, 1);
    let limits = json!({ "limits": [{ "role": "finance", "amount": { "amount": "5000", "currency": "EUR" } }] });
    world.post(&ines, "/v1/spend_limits", &limits).await.good();
    let budget = json!({ "cost_centre": "4200", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "amount": { "amount": "700", "currency": "EUR" } });
    world.post(&ines, "/v1/budgets", &budget).await.good();
    let wish = json!({ "product": "PRD-4", "quantity": 2, "unit_price": { "amount": "100", "currency": "EUR" },
        "cost_centre": "4200", "reason": "The works." });
    world.post(&milan, "/v1/purchases", &wish).await.good();
    let left = async || {
        let found = world.get(&OPERATOR, "/v1/budgets").await.good().json();
        let budget = &found["data"][0];
        ["running", "committed", "asked", "left"].map(|field| amount(&budget[field]).to_owned())
    };
    assert_eq!(left().await, ["580.00", "0.00", "200.00", "120.00"]);
    let own = world.post(&OPERATOR, "/v1/purchases/BUY-1/orders", &json!({ "reference": "PO-7" })).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.said());
    let token = world.token(sofia_id, &[Scope::Write]).await;
    let by_token = world.post(&token, "/v1/purchases/BUY-1/approvals", &json!({ "reason": "x" })).await;
    assert!(by_token.said().contains("a token cannot decide"), "{}", by_token.said());

    let refused = fill(&world, &ines, "/purchases/BUY-1/decision", &[("choice", "approve")]).await;
    assert!(words(&refused).contains("Enter why it may be bought."), "{}", words(&refused));
    let fields = [("choice", "approve"), ("note", "Needed.")];
    assert_eq!(fill(&world, &ines, "/purchases/BUY-1/decision", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(left().await, ["580.00", "200.00", "0.00", "-80.00"]);
    world.app.evaluate_alerts(Actor::Program).await.unwrap();
    assert_eq!(open().await, 0, "what is approved is authorised");
    let order = [("reference", "PO-7")];
    assert_eq!(fill(&world, &sofia, "/purchases/BUY-1/order", &order).await.status, StatusCode::SEE_OTHER);
    let receipt = [("quantity", "2"), ("starts_on", "2025-08-12"), ("ends_on", "")];
    assert_eq!(fill(&world, &sofia, "/purchases/BUY-1/receipt", &receipt).await.status, StatusCode::SEE_OTHER);
    let line = world.get(&OPERATOR, "/v1/positions/PRD-4").await.good().json();
    assert_eq!((line["entitled"].clone(), line["short"].clone()), (json!(2), json!(0)));
    let shown = words(&page(&world, &milan, "/purchases/BUY-1").await);
    assert!(shown.contains("Ordered : PO-7 sofia") && shown.contains("Received"), "{shown}");
    let (_, other) = world.person("otto", &[Role::Requester]).await;
    assert_eq!(page(&world, &other, "/purchases/BUY-1").await.status, StatusCode::NOT_FOUND, "others' are for staff");
    assert!(world.app.verify(None).unwrap().is_sound());
}

#[tokio::test]
async fn pages_ask_limit_and_budget_and_keep_what_was_typed() {
    let world = world().await;
    let (_, ines) = world.person("ines", &[Role::Finance]).await;
    let wrong = fill(&world, &ines, "/purchases", &[("product", "Drafter Pro"), ("quantity", "many")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&wrong).contains("Enter a whole number of units.") && wrong.text().contains("many"));
    let fields = [("product", "drafter  pro"), ("quantity", "2"), ("unit_price", "300"), ("reason", "Two more.")];
    assert_eq!(fill(&world, &ines, "/purchases", &fields).await.status, StatusCode::SEE_OTHER);
    let limits = fill(&world, &ines, "/purchases/limits", &[("limits", "approver five")]).await;
    assert!(words(&limits).contains("Write a role and an amount: approver five"), "{}", words(&limits));
    let limits = [("limits", "approver 500\nfinance 9000")];
    assert_eq!(fill(&world, &ines, "/purchases/limits", &limits).await.status, StatusCode::SEE_OTHER);
    let list = words(&page(&world, &ines, "/purchases").await);
    assert!(list.contains("finance: up to EUR 9,000") && list.contains("EUR 600"), "{list}");
    let budget = [("starts_on", "2025-12-31"), ("ends_on", "2025-01-01"), ("amount", "100")];
    let refused = fill(&world, &ines, "/costs/budgets", &budget).await;
    assert!(words(&refused).contains("The last day must not be before 2025-12-31."), "{}", words(&refused));
    let budget = [("starts_on", "2025-01-01"), ("ends_on", "2025-12-31"), ("amount", "100")];
    assert_eq!(fill(&world, &ines, "/costs/budgets", &budget).await.status, StatusCode::SEE_OTHER);
    assert_eq!(fill(&world, &ines, "/costs/surcharges", &[("percent", "10")]).await.status, StatusCode::SEE_OTHER);
    let costs = words(&page(&world, &ines, "/costs?by=business_unit").await);
    for part in
        ["By business unit", "Studio 2 EUR 580", "Not used by anybody EUR 100", "All rights EUR 1,500", "Overdrawn"]
    {
        assert!(costs.contains(part), "{part}: {costs}");
    }
}

#[tokio::test]
async fn every_figure_of_the_summary_is_the_one_that_its_page_shows() {
    let world = world().await;
    let (_, ines) = world.person("ines", &[Role::Finance, Role::SamManager]).await;
    for view in ["all", "it", "finance", "procurement"] {
        let found = world.get(&ines, &format!("/v1/summary?view={view}")).await.good().json();
        let figures = found["figures"].as_array().unwrap();
        assert!(figures.len() >= 6, "{view}: {found}");
        let shown = words(&page(&world, &ines, &format!("/summary?view={view}")).await);
        for figure in figures {
            assert!(shown.contains(figure["label"].as_str().unwrap()), "{figure}: {shown}");
            let address = figure["address"].as_str().unwrap();
            assert_eq!(page(&world, &ines, address).await.status, StatusCode::OK, "{address}");
        }
    }
    let finance = world.get(&ines, "/v1/summary?view=finance").await.good().json();
    let value = |key: &str| {
        let figures = finance["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["key"] == key).unwrap()["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(value("total_cost"), "EUR 1,500.00");
    assert_eq!(value("unused_cost"), "EUR 100.00");
    assert_eq!(value("exposure"), "EUR 300.00");
}
