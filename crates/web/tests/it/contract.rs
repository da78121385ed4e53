//! The description of the API against the API itself.

use serde_json::Value;

use crate::world::{self, As, World};

fn document() -> Value {
    serde_json::to_value(web::openapi::document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.clone(), path.clone(), operation));
        }
    }
    all
}

#[test]
fn every_operation_is_described_whole() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let operations = operations(&document);
    assert!(operations.len() > 70, "{} operations", operations.len());
    let mut names = std::collections::BTreeSet::new();
    for (method, path, operation) in &operations {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "{name} stands twice");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{method} {path}");
        assert!(operation["tags"][0].is_string(), "{method} {path}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
        let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
        assert_eq!(is_public, web::openapi::PUBLIC.contains(&path.as_str()), "{method} {path}");
        if !is_public {
            assert!(responses.contains_key("401") && responses.contains_key("403"), "{method} {path}");
        }
        let rehearses =
            operation["parameters"].as_array().into_iter().flatten().any(|given| given["name"] == "dry_run");
        assert!(!rehearses || responses.contains_key("200"), "{method} {path}: a rehearsal is answered with 200");
        for name in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(
                parameters.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path"),
                "{path}"
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    found.push(reference.clone());
                }
                map.values().for_each(|inner| references(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn words_for_people_are_in_the_description_too() {
    let text = document().to_string().to_lowercase();
    for word in ["oops", "please", " invalid "] {
        assert!(!text.contains(word), "{word}");
    }
}

/// Answers have the fields that their schemas name, and no others.
#[tokio::test]
async fn answers_have_exactly_the_fields_that_are_described() {
    let document = document();
    let world = world::short().await;
    let ana = world.ana().await;
    world.post(&ana, "/v1/cases", &world::wish()).await.good();
    let leavers = serde_json::json!({ "leavers": [{ "name": "user1", "left_on": "2025-07-01" }] });
    world.post(&ana, "/v1/leavers", &leavers).await.good();
    let rule = serde_json::json!({ "trigger": { "kind": "use_after_leaving" } });
    world.post(&ana, "/v1/alert_rules", &rule).await.good();
    world.post(&ana, "/v1/alert_evaluations", &serde_json::json!({})).await.good();
    let wish = serde_json::json!({ "product": "PRD-1", "quantity": 1, "reason": "x",
        "unit_price": { "amount": "300", "currency": "EUR" } });
    world.post(&ana, "/v1/purchases", &wish).await.good();
    let wave = serde_json::json!({ "product": "PRD-1", "basis": "leavers", "answer_by": "2025-08-20" });
    world.post(&ana, "/v1/reclaim_waves", &wave).await.good();
    for (path, described) in [
        ("/v1/organisation", "/v1/organisation"),
        ("/v1/me", "/v1/me"),
        ("/v1/persons", "/v1/persons"),
        ("/v1/persons/PER-1", "/v1/persons/{person}"),
        ("/v1/products", "/v1/products"),
        ("/v1/products/PRD-1", "/v1/products/{product}"),
        ("/v1/metrics", "/v1/metrics"),
        ("/v1/metrics/core", "/v1/metrics/{metric}"),
        ("/v1/metrics/core/trial?cores=8", "/v1/metrics/{metric}/trial"),
        ("/v1/titles", "/v1/titles"),
        ("/v1/title_matches", "/v1/title_matches"),
        ("/v1/entitlements", "/v1/entitlements"),
        ("/v1/agreements", "/v1/agreements"),
        ("/v1/positions", "/v1/positions"),
        ("/v1/positions/PRD-1", "/v1/positions/{product}"),
        ("/v1/positions/PRD-1/rows?kind=short", "/v1/positions/{product}/rows"),
        ("/v1/devices", "/v1/devices"),
        ("/v1/devices/name:pc-01", "/v1/devices/{key}"),
        ("/v1/facets?by=environment&product=PRD-1", "/v1/facets"),
        ("/v1/gaps", "/v1/gaps"),
        ("/v1/incomplete_titles?lacking=publisher", "/v1/incomplete_titles"),
        ("/v1/device_conflicts?attribute=region", "/v1/device_conflicts"),
        ("/v1/device_duplicates?shared=serial", "/v1/device_duplicates"),
        ("/v1/imports", "/v1/imports"),
        ("/v1/alerts", "/v1/alerts"),
        ("/v1/alerts/ALT-1", "/v1/alerts/{alert}"),
        ("/v1/alerts/ALT-1/rows", "/v1/alerts/{alert}/rows"),
        ("/v1/alert_digest", "/v1/alert_digest"),
        ("/v1/alert_rules", "/v1/alert_rules"),
        ("/v1/playbooks", "/v1/playbooks"),
        ("/v1/accountabilities", "/v1/accountabilities"),
        ("/v1/leavers", "/v1/leavers"),
        ("/v1/reclaim_candidates?product=PRD-1&basis=leavers", "/v1/reclaim_candidates"),
        ("/v1/purchases", "/v1/purchases"),
        ("/v1/purchases/BUY-1", "/v1/purchases/{purchase}"),
        ("/v1/product_costs", "/v1/product_costs"),
        ("/v1/chargeback", "/v1/chargeback"),
        ("/v1/summary", "/v1/summary"),
        ("/v1/reclaim_waves", "/v1/reclaim_waves"),
        ("/v1/reclaim_waves/WAV-1", "/v1/reclaim_waves/{wave}"),
        ("/v1/reclaim_waves/WAV-1/items", "/v1/reclaim_waves/{wave}/items"),
        ("/v1/catalogue", "/v1/catalogue"),
        ("/v1/cases", "/v1/cases"),
        ("/v1/cases/EXC-1", "/v1/cases/{case}"),
        ("/v1/ledger", "/v1/ledger"),
        ("/v1/ledger/entries", "/v1/ledger/entries"),
        ("/v1/ledger/entries/3", "/v1/ledger/entries/{entry}"),
    ] {
        let answer = world.get(&ana, path).await.good().json();
        let schema = &document["paths"][described]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{described}");
        same_fields(&document, schema, &answer, path);
    }
}

/// The schema behind a reference.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => resolved(document, document.pointer(reference.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

fn properties<'a>(document: &'a Value, schema: &'a Value, into: &mut Vec<(&'a str, &'a Value)>) {
    let schema = resolved(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        properties(document, part, into);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        into.push((name, inner));
    }
}

fn same_fields(document: &Value, schema: &Value, value: &Value, place: &str) {
    let schema = resolved(document, schema);
    match value {
        Value::Object(map) => {
            let mut described = Vec::new();
            properties(document, schema, &mut described);
            for choice in schema["oneOf"].as_array().into_iter().flatten() {
                properties(document, choice, &mut described);
            }
            if described.is_empty() {
                // An object of anything.
                return;
            }
            for (name, inner) in map {
                let (_, schema) = described
                    .iter()
                    .find(|(known, _)| known == name)
                    .unwrap_or_else(|| panic!("{place}: {name} is not described"));
                same_fields(document, schema, inner, &format!("{place} {name}"));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| same_fields(document, &schema["items"], item, place)),
        _ => {}
    }
}

#[tokio::test]
async fn the_description_is_served_to_anybody_and_problems_explain_themselves() {
    let world = World::founded().await;
    let served = world.get(&As::Stranger, "/v1/openapi.json").await.good();
    assert_eq!(served.json(), document());
    let kinds = world.get(&As::Stranger, "/problems").await.good().json();
    for kind in kinds.as_array().unwrap() {
        let address = kind["type"].as_str().unwrap();
        let explained = world.get(&As::Stranger, address).await.good().json();
        assert_eq!(explained, *kind);
    }
    let page = axum::http::Request::get("/problems/busy").header("accept", "text/html").body(axum::body::Body::empty());
    let page = world.send(&As::Stranger, page.unwrap()).await.good();
    assert!(
        page.header("content-type").starts_with("text/html") && page.text().contains("<h1>Too much is waiting</h1>")
    );
    assert_eq!(world.get(&As::Stranger, "/problems/none").await.status, 404);
    assert_eq!(world.get(&As::Stranger, "/healthz").await.good().json()["status"], "alive");
    assert_eq!(world.get(&As::Stranger, "/readyz").await.good().json()["status"], "ready");
}
