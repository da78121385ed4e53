//! The past: seals, sealed days as they were, statements, trends and forecasts.

use std::collections::BTreeSet;
use std::path::PathBuf;

use axum::http::StatusCode;
use domain::person::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{self, ANA, As, World};

const OPERATOR: As = As::Operator(ANA);

async fn days(world: &World, days: i64) {
    world.advance(SignedDuration::from_hours(24 * days));
}

async fn seal(world: &World, day: Option<&str>) -> Value {
    world.post(&OPERATOR, "/v1/seals", &json!({ "day": day })).await.good().json()["seal"].clone()
}

async fn import(world: &World, source: &str, rows: &str) -> String {
    let csv = format!("device,product,publisher,version,primary user,environment,last used\n{rows}");
    let path = format!("/v1/imports/inventory?source={source}&file_name={source}.csv");
    world.upload(&OPERATOR, &path, csv.as_bytes()).await.good().json()["object"].as_str().unwrap().to_owned()
}

/// Everything that is read of positions, as text, without the size that it was read at.
async fn told(world: &World, as_of: Option<&str>) -> String {
    let mut told = String::new();
    let paths = [
        "/v1/positions",
        "/v1/positions/PRD-1",
        "/v1/positions/PRD-1/rows?kind=consumed",
        "/v1/positions/PRD-1/rows?kind=short",
        "/v1/positions?format=csv",
        "/v1/titles",
        "/v1/devices",
        "/v1/products",
        "/v1/products/PRD-1",
        "/v1/entitlements",
    ];
    for path in paths {
        let path = match as_of {
            Some(day) => format!("{path}{}as_of={day}", if path.contains('?') { '&' } else { '?' }),
            None => path.to_owned(),
        };
        let answer = world.get(&OPERATOR, &path).await.good();
        if let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) {
            value.as_object_mut().unwrap().remove("ledger_size");
            // Devices stand in the order in which they were first heard of, which reports that no longer count decide.
            if let Some(data) = value["data"].as_array_mut() {
                data.sort_by_key(Value::to_string);
            }
            told.push_str(&value.to_string());
        } else {
            let text = answer.text();
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            told.push_str(&lines.join("\n"));
        }
        told.push('\n');
    }
    told
}

/// The stored files, by name.
fn blobs(world: &World) -> BTreeSet<PathBuf> {
    let root = world.app.ledger().folder().path().join("blobs");
    let shelves = std::fs::read_dir(root).unwrap().map(|shelf| shelf.unwrap().path());
    shelves.flat_map(|shelf| std::fs::read_dir(shelf).unwrap().map(|file| file.unwrap().path())).collect()
}

async fn findings(world: &World) -> Vec<String> {
    let found = world.post(&OPERATOR, "/v1/verifications", &json!({})).await.good().json();
    found["findings"].as_array().unwrap().iter().map(|finding| finding.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_sealed_day_is_read_as_it_was_whatever_came_after() {
    let world = world::short().await;
    let then = told(&world, None).await;
    let sealed = seal(&world, None).await;
    assert_eq!((sealed["day"].as_str(), sealed["devices"].as_u64()), (Some("2025-08-12"), Some(10)), "{sealed}");

    days(&world, 3).await;
    import(&world, "fleet", "pc-01,Drafter Pro,Northlight,8.0,user1,production,\npc-30,Other,,,,,\n").await;
    let retirement = json!({ "retired_on": "2025-08-14", "reason": "Sold." });
    world.post(&OPERATOR, "/v1/entitlements/ENT-1/retirements", &retirement).await.good();
    world.post(&OPERATOR, "/v1/products", &json!({ "name": "New", "metric": "device" })).await.good();
    let now = told(&world, None).await;
    assert_ne!(now, then);
    assert_eq!(told(&world, Some("2025-08-12")).await, then);

    let answer = world.get(&OPERATOR, "/v1/positions?as_of=2025-08-12").await.good();
    assert_eq!(answer.header("indult-as-of"), "2025-08-12");
    assert_eq!(answer.header("indult-sealed-in"), sealed["entry"].to_string());
    assert_eq!(answer.header("indult-ledger-size"), sealed["ledger_size"].to_string());
    assert_eq!(answer.json()["ledger_size"], sealed["ledger_size"]);
    assert!(findings(&world).await.is_empty());
}

#[tokio::test]
async fn the_past_is_read_after_a_restart_and_from_a_restored_backup() {
    let mut world = world::short().await;
    let then = told(&world, None).await;
    seal(&world, None).await;
    days(&world, 1).await;
    import(&world, "fleet", "pc-01,Drafter Pro,Northlight,8.0,,,\n").await;
    world.restart().await;
    assert_eq!(told(&world, Some("2025-08-12")).await, then);

    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("backup.tar"), folder.path().join("copy"));
    world.app.backup(&file).await.unwrap();
    app::restore(&file, &copy).unwrap();
    let found = app::verification::verify_folder(&copy, None).unwrap();
    assert!(found.is_sound() && found.seals == 1, "{found:?}");
    let restored = app::App::open(&copy, world.app.surroundings().clone()).unwrap();
    world.router = web::router(restored, web::Options::default());
    assert_eq!(told(&world, Some("2025-08-12")).await, then);
}

#[tokio::test]
async fn a_day_without_a_seal_names_its_neighbours() {
    let world = world::short().await;
    let said = |day: &'static str| async move { day };
    let none = world.get(&OPERATOR, "/v1/positions?as_of=2025-08-12").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.said().contains("2025-08-12 is not sealed, and no other day is."), "{}", none.said());
    seal(&world, None).await;
    days(&world, 4).await;
    seal(&world, None).await;
    for (day, sentence) in [
        ("2025-08-10", "2025-08-10 is not sealed; the nearest sealed day is 2025-08-12."),
        ("2025-08-14", "2025-08-14 is not sealed; the nearest sealed days are 2025-08-12 and 2025-08-16."),
        ("2025-08-20", "2025-08-20 is not sealed; the nearest sealed day is 2025-08-16."),
    ] {
        let day = said(day).await;
        let answer = world.get(&OPERATOR, &format!("/v1/positions/PRD-1?as_of={day}")).await;
        assert!(answer.said().contains(sentence), "{}", answer.said());
    }
    let future = world.post(&OPERATOR, "/v1/seals", &json!({ "day": "2025-08-17" })).await;
    assert!(future.said().contains("2025-08-17 is not over"), "{}", future.said());
    let before = world.post(&OPERATOR, "/v1/seals", &json!({ "day": "2025-08-11" })).await;
    assert_eq!(before.status, StatusCode::NOT_FOUND, "{}", before.said());
}

#[tokio::test]
async fn what_did_not_change_is_stored_once() {
    let world = world::short().await;
    let first = seal(&world, None).await;
    let before = blobs(&world);
    days(&world, 1).await;
    let second = seal(&world, None).await;
    assert_eq!((&first["root"], &first["chunks"]), (&second["root"], &second["chunks"]));
    // The list names another size; the figures stand next to those of the day before.
    assert_eq!(blobs(&world).difference(&before).count(), 2);

    let before = blobs(&world);
    import(&world, "branch", "far-1,Drafter Pro,Northlight,7.2,user1,production,\n").await;
    let third = seal(&world, None).await;
    assert_ne!(third["root"], second["root"]);
    assert_eq!((third["chunks"].as_u64(), third["reports"].as_u64()), (Some(2), Some(11)));
    // The file that was imported, a chunk with one report, the list, the figures.
    assert_eq!(blobs(&world).difference(&before).count(), 4);
}

#[tokio::test]
async fn a_past_day_sealed_later_is_sealed_as_it_would_have_been_then() {
    let world = world::short().await;
    let then = told(&world, None).await;
    days(&world, 30).await;
    import(&world, "fleet", "pc-01,Drafter Pro,Northlight,8.0,,,\n").await;
    seal(&world, None).await;
    let late = seal(&world, Some("2025-08-12")).await;
    assert_eq!(told(&world, Some("2025-08-12")).await, then);
    let again = world.post(&OPERATOR, "/v1/seals", &json!({ "day": "2025-08-12" })).await.good().json();
    assert_eq!(
        (again["recorded"].as_array().unwrap().len(), &again["seal"]),
        (0, &late),
        "it is sealed just so already"
    );
    assert!(findings(&world).await.is_empty());
}

#[tokio::test]
async fn every_state_of_a_random_history_comes_back_from_its_seal() {
    let world = world::short().await;
    let mut random = 20_260_731_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut imports: Vec<String> = Vec::new();
    let mut sealed: Vec<(String, String)> = Vec::new();
    for step in 0..24 {
        days(&world, 1).await;
        if next(4) == 0 && !imports.is_empty() {
            let place = usize::try_from(next(imports.len() as u64)).unwrap();
            let undone = imports.swap_remove(place);
            world.post(&OPERATOR, &format!("/v1/imports/{undone}/undo"), &json!({})).await.good();
        } else {
            let mut rows = String::new();
            for _ in 0..=next(6) {
                let (device, version) = (next(12), next(3));
                let title =
                    ["Drafter Pro,Northlight", "Ledgerline,Oakbank", "Viewer,"][usize::try_from(next(3)).unwrap()];
                rows.push_str(&format!(
                    "pc-{device:02},{title},{version}.{step},user{device},production,2025-08-0{}\n",
                    next(8) + 1
                ));
            }
            imports.push(import(&world, ["fleet", "branch"][usize::try_from(next(2)).unwrap()], &rows).await);
        }
        if next(3) > 0 {
            let day = seal(&world, None).await["day"].as_str().unwrap().to_owned();
            sealed.push((day, told(&world, None).await));
        }
    }
    assert!(sealed.len() > 10);
    for (day, then) in &sealed {
        assert_eq!(&told(&world, Some(day)).await, then, "{day}");
        let agreement = world.get(&OPERATOR, &format!("/v1/seals/{day}/agreement")).await.good().json();
        assert_eq!(agreement["agrees"], true, "{agreement}");
    }
    assert!(findings(&world).await.is_empty());
}

#[tokio::test]
async fn verification_finds_every_altered_lost_or_exchanged_part_of_a_seal() {
    let world = world::short().await;
    let before = blobs(&world);
    seal(&world, None).await;
    let parts: Vec<PathBuf> = blobs(&world).difference(&before).cloned().collect();
    assert_eq!(parts.len(), 3, "a chunk, a list, figures");
    assert!(findings(&world).await.is_empty());
    for part in &parts {
        let whole = std::fs::read(part).unwrap();
        for place in [0, whole.len() / 2, whole.len() - 1] {
            let mut altered = whole.clone();
            altered[place] ^= 1;
            std::fs::write(part, &altered).unwrap();
            let found = findings(&world).await;
            assert!(found.iter().any(|finding| finding.starts_with("entry ")), "{part:?} {place}: {found:?}");
        }
        std::fs::remove_file(part).unwrap();
        let found = findings(&world).await;
        assert!(found.iter().any(|finding| finding.starts_with("entry ")), "{part:?} gone: {found:?}");
        std::fs::write(part, &whole).unwrap();
    }
    assert!(findings(&world).await.is_empty(), "everything is back");
}

#[tokio::test]
async fn yesterday_and_every_months_end_are_sealed_and_stated_by_the_program_itself() {
    let world = world::short().await;
    assert_eq!(world.app.seal_what_is_due().await.unwrap(), 0, "the first day is not over");
    days(&world, 1).await;
    assert_eq!(world.app.seal_what_is_due().await.unwrap(), 1);
    assert_eq!(world.app.seal_what_is_due().await.unwrap(), 0);
    days(&world, 60).await;
    // August and September with a seal and a statement each, and yesterday.
    assert_eq!(world.app.seal_what_is_due().await.unwrap(), 5);
    let seals = world.get(&OPERATOR, "/v1/seals").await.good().json();
    let days: Vec<&str> = seals["data"].as_array().unwrap().iter().map(|seal| seal["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2025-10-11", "2025-09-30", "2025-08-31", "2025-08-12"]);
    assert!(seals["data"].as_array().unwrap().iter().all(|seal| seal["by"].is_null()));
    let statements = world.get(&OPERATOR, "/v1/statements").await.good().json();
    let days: Vec<&str> =
        statements["data"].as_array().unwrap().iter().map(|one| one["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2025-09-30", "2025-08-31"]);
    let entries = world.get(&OPERATOR, "/v1/ledger/entries?action=estate-sealed").await.good().json();
    assert_eq!(entries["data"][0]["actor"]["via"], "program", "{entries}");
}

#[tokio::test]
async fn only_those_who_answer_for_the_position_seal_it_and_what_they_may_read_of_the_past_is_what_they_may_today() {
    let world = world::short().await;
    let (number, rita) = world.person("rita", &[Role::SamManager]).await;
    world.post(&rita, "/v1/seals", &json!({})).await.good();
    world.get(&rita, "/v1/positions/PRD-1/rows?kind=short&as_of=2025-08-12").await.good();
    world.post(&OPERATOR, &format!("/v1/persons/{number}/roles"), &json!({ "roles": ["requester"] })).await.good();
    assert_eq!(world.post(&rita, "/v1/seals", &json!({})).await.status, 403);
    assert_eq!(world.get(&rita, "/v1/positions/PRD-1/rows?kind=short&as_of=2025-08-12").await.status, 403);
    world.get(&rita, "/v1/positions/PRD-1?as_of=2025-08-12").await.good();
}
