//! Devices, where software is, and gaps: behind each number are exactly as many rows, on every face.

use axum::http::StatusCode;
use domain::person::Role;
use serde_json::{Value, json};

use crate::pages_people::{page, words};
use crate::world::{ANA, As, World};

const OPERATOR: As = As::Operator(ANA);
const FLEET: &str = "device,product,publisher,version,primary user,environment,region,business unit,cost centre\n\
    pc-1,Drafter Pro,Northlight,7,ada,production,Moravia,Research,4711\n\
    pc-1,Drafter Pro,Northlight,8,ada,production,Moravia,Research,4711\n\
    pc-2,Drafter Pro,Northlight,7,,test,MORAVIA,Sales,\n\
    pc-3,A tool of our own,,,bo,,North & South,Research,4711\n\
    pc-4,A tool of our own,,1,,,,,\n";

async fn placed() -> World {
    let world = World::founded().await;
    let rights = "product,publisher,metric,quantity\nDrafter Pro,Northlight,device,1\n";
    world.upload(&OPERATOR, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();
    let path = "/v1/imports/inventory?source=fleet&file_name=fleet.csv";
    world.upload(&OPERATOR, path, FLEET.as_bytes()).await.good();
    let rule = json!({ "title": "Drafter Pro", "publisher": "Northlight", "product": "PRD-1" });
    world.post(&OPERATOR, "/v1/title_matches", &rule).await.good();
    world
}

/// Addresses of links with the number that each shows.
fn linked_numbers(page: &str, path: &str) -> Vec<(String, u64)> {
    let links = page.split("<a href=\"").skip(1).filter(|link| link.starts_with(path));
    let number = |link: &str| {
        let (address, rest) = link.split_once("\">")?;
        let number = rest.split('<').next()?.replace(',', "").parse().ok()?;
        Some((address.replace("&amp;", "&"), number))
    };
    links.filter_map(number).collect()
}

fn data(answer: &Value) -> Vec<Value> {
    answer["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_facet_leads_to_exactly_as_many_devices_on_every_face() {
    let world = placed().await;
    let ana = world.ana().await;
    let mut followed = 0;
    for by in ["region", "business_unit", "cost_centre", "environment"] {
        for product in ["", "&product=PRD-1"] {
            let facets = world.get(&ana, &format!("/v1/facets?by={by}{product}")).await.good().json();
            for facet in data(&facets) {
                let devices = world.get(&ana, facet["rows"].as_str().unwrap()).await.good().json();
                assert_eq!(devices["total"], facet["devices"], "{facet}");
            }
            let shown = page(&world, &ana, &format!("/facets?by={by}{product}")).await.text();
            let links = linked_numbers(&shown, "/devices?");
            assert_eq!(links.len(), data(&facets).len(), "{shown}");
            for (address, number) in links {
                let listed = page(&world, &ana, &address).await;
                assert!(words(&listed).contains(&format!("{number} device")), "{address}: {}", words(&listed));
                let csv = world.get(&ana, &address.replace("/devices?", "/devices.csv?")).await.good().text();
                assert_eq!(csv.lines().count() as u64, number + 1, "{address}: {csv}");
                followed += 1;
            }
        }
    }
    assert!(followed > 12, "{followed} links followed");
}

#[tokio::test]
async fn a_facet_counts_versions_products_and_those_without_a_place() {
    let world = placed().await;
    let ana = world.ana().await;
    let facets = world.get(&ana, "/v1/facets").await.good().json();
    let told: Vec<Value> = data(&facets)
        .iter()
        .map(|facet| {
            json!([facet["place"], facet["devices"], facet["installations"], facet["licensable"], facet["products"]])
        })
        .collect();
    let expected = [json!(["Moravia", 2, 3, 3, 1]), json!(["North & South", 1, 1, 0, 0]), json!([null, 1, 1, 0, 0])];
    assert_eq!(told, expected);
    let csv = world.get(&ana, "/facets.csv?by=business_unit&product=PRD-1").await.good();
    assert!(csv.header("content-disposition").contains("facets.csv"));
    assert_eq!(
        csv.text(),
        "business_unit,devices,installations,licensable,products\r\nResearch,1,2,2,1\r\nSales,1,1,1,1\r\n"
    );
    let by_name = words(&page(&world, &ana, "/facets?product=drafter+pro").await);
    assert!(by_name.contains("Where Drafter Pro is") && by_name.contains("All places 2 3"), "{by_name}");
    let missing = world.get(&ana, "/v1/facets?product=PRD-9").await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.said().contains("There is no product PRD-9."), "{}", missing.said());
    let wrong = world.get(&ana, "/v1/facets?by=colour").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.said());
    let typed = world.get(&ana, "/facets?product=nothing").await;
    assert_eq!(typed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&typed).contains("There is no product \u{201c}nothing\u{201d}."), "{}", words(&typed));
}

#[tokio::test]
async fn filters_narrow_the_list_down_together() {
    let world = placed().await;
    let ana = world.ana().await;
    let names = async |query: &str| {
        let found = world.get(&ana, &format!("/v1/devices?{query}")).await.good().json();
        data(&found).iter().map(|device| device["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("").await, "pc-1 pc-2 pc-3 pc-4");
    assert_eq!(names("region=%20moravia").await, "pc-1 pc-2");
    assert_eq!(names("region=Mora").await, "", "a place is named whole");
    assert_eq!(names("region=Moravia&environment=test").await, "pc-2");
    assert_eq!(names("cost_centre=4711&product=PRD-1").await, "pc-1");
    assert_eq!(names("lacking=primary_user").await, "pc-2 pc-4");
    assert_eq!(names("lacking=primary_user&product=PRD-1").await, "pc-2");
    assert_eq!(names("source=fleet&q=BO").await, "pc-3");
    assert_eq!(names("source=another").await, "");
    let wrong = world.get(&ana, "/devices?environment=moon").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words(&wrong).contains("There is no environment \u{201c}moon\u{201d}."), "{}", words(&wrong));
    let listed = page(&world, &ana, "/devices?region=Moravia").await.text();
    assert!(
        listed.contains("indult device list --region &#39;Moravia&#39;")
            || listed.contains("indult device list --region 'Moravia'"),
        "{listed}"
    );
}

#[tokio::test]
async fn each_gap_leads_to_exactly_what_lacks_it() {
    let world = placed().await;
    let ana = world.ana().await;
    let gaps = world.get(&ana, "/v1/gaps").await.good().json();
    let number = |name: &str| data(&gaps).iter().find(|gap| gap["lacking"] == name).unwrap()["count"].clone();
    let told = ["primary_user", "host", "cores", "environment", "region", "publisher", "version"].map(number);
    assert_eq!(json!(told), json!([2, 0, 4, 2, 1, 2, 1]));
    for gap in data(&gaps) {
        let rows = world.get(&ana, gap["rows"].as_str().unwrap()).await.good().json();
        let behind = match gap["subject"].as_str().unwrap() {
            "device" => rows["total"].as_u64().unwrap(),
            _ => data(&rows).iter().map(|title| title["installations"].as_u64().unwrap()).sum(),
        };
        assert_eq!(json!(behind), gap["count"], "{gap}");
    }
    let shown = page(&world, &ana, "/gaps").await.text();
    for (address, number) in linked_numbers(&shown, "/devices?") {
        assert!(words(&page(&world, &ana, &address).await).contains(&format!("{number} device")), "{address}");
    }
    let titles = words(&page(&world, &ana, "/gaps/titles?lacking=publisher").await);
    assert!(titles.contains("Together they are 2 installations.") && titles.contains("2 titles"), "{titles}");
    let wrong = world.get(&ana, "/gaps/titles?lacking=colour").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.said());
}

#[tokio::test]
async fn where_sources_differ_each_number_leads_to_what_each_says() {
    let world = placed().await;
    let ana = world.ana().await;
    let other = "device,product,publisher,version,environment,region,business unit,hardware uuid\n\
        pc-1,Drafter Pro,Northlight,7,production,moravia,Sales,\n\
        pc-2,Drafter Pro,Northlight,7,disaster_recovery,Bohemia,,\n\
        pc-5,Drafter Pro,Northlight,7,,,,4c4c4544-0001-4a10-8054-b4c04f4b3332\n\
        PC-5,Drafter Pro,Northlight,7,,,,4c4c4544-0002-4a10-8054-b4c04f4b3332\n";
    let path = "/v1/imports/inventory?source=assets&file_name=assets.csv";
    world.upload(&OPERATOR, path, other.as_bytes()).await.good();
    let gaps = world.get(&ana, "/v1/gaps").await.good().json();
    let counted = |part: &str, name: &str| -> Vec<Value> {
        let parts = gaps[part].as_array().unwrap().iter();
        parts.filter(|one| one["count"] != 0).map(|one| json!([one[name], one["count"], one["of"]])).collect()
    };
    let expected = [json!(["environment", 1, 2]), json!(["region", 1, 2]), json!(["business_unit", 1, 1])];
    assert_eq!(counted("conflicts", "attribute"), expected);
    assert_eq!(counted("duplicates", "shared"), [json!(["name", 2, 6])]);
    for one in gaps["conflicts"].as_array().unwrap().iter().chain(gaps["duplicates"].as_array().unwrap()) {
        let rows = world.get(&ana, one["rows"].as_str().unwrap()).await.good().json();
        assert_eq!(rows["total"], one["count"], "{one}");
    }
    let regions = world.get(&ana, "/v1/device_conflicts?attribute=region").await.good().json();
    let region = &data(&regions)[0];
    assert_eq!(
        json!([region["device"]["name"], region["counts"]["value"], region["counts"]["source"]]),
        json!(["pc-2", "Bohemia", "assets"])
    );
    assert_eq!(region["others"][0]["value"], "MORAVIA");
    let device = world.get(&ana, "/v1/devices/name%3Apc-2").await.good().json();
    assert_eq!(device["region"], "Bohemia", "what stands first is what counts");
    assert_eq!(device["conflicts"].as_array().unwrap().len(), 2);

    let shown = page(&world, &ana, "/gaps").await.text();
    let mut followed = 0;
    for (path, words_of) in [("/gaps/conflicts?", "difference"), ("/gaps/duplicates?", "device")] {
        for (address, number) in linked_numbers(&shown, path) {
            let listed = words(&page(&world, &ana, &address).await);
            assert!(listed.contains(&format!("{number} {words_of}")), "{address}: {listed}");
            followed += 1;
        }
    }
    assert_eq!(followed, 4, "{shown}");
    let listed = words(&page(&world, &ana, "/gaps/conflicts?attribute=environment").await);
    assert!(listed.contains("disaster recovery by assets") && listed.contains("test by fleet"), "{listed}");
    let device = words(&page(&world, &ana, "/devices/name%3Apc-1").await);
    assert!(device.contains("Sources differ") && device.contains("Business unit Sales by assets"), "{device}");
    let agrees = words(&page(&world, &ana, "/gaps/conflicts?attribute=cores").await);
    assert!(agrees.contains("No differences"), "{agrees}");
    for path in ["/gaps/conflicts?attribute=colour", "/gaps/duplicates?shared=colour", "/v1/device_duplicates"] {
        assert_eq!(world.get(&ana, path).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
}

#[tokio::test]
async fn a_device_has_a_page_for_staff_alone() {
    let world = placed().await;
    let ana = world.ana().await;
    let shown = words(&page(&world, &ana, "/devices/name%3Apc-1").await);
    assert!(shown.contains("Region Moravia") && shown.contains("2 titles") && shown.contains("Drafter Pro"), "{shown}");
    assert_eq!(world.get(&ana, "/devices/name%3Anowhere").await.status, StatusCode::NOT_FOUND);
    let (_, rika) = world.person("rika", &[Role::Requester]).await;
    for path in [
        "/devices",
        "/devices.csv",
        "/devices/name%3Apc-1",
        "/facets",
        "/facets.csv",
        "/gaps",
        "/gaps/conflicts",
        "/gaps/duplicates",
    ] {
        assert_eq!(world.get(&rika, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let empty = World::founded().await;
    let ana = empty.ana().await;
    for path in ["/devices", "/facets", "/gaps"] {
        assert!(words(&page(&empty, &ana, path).await).contains("No inventory yet"), "{path}");
    }
}
