//! The past: seals, sealed days as they were, statements, trends and forecasts.

use std::collections::BTreeSet;
use std::path::PathBuf;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use domain::command::{Actor, Via};
use domain::person::Role;
use domain::source::Approval;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::agents::{GLPI, inventory};
use crate::pages_people::fill;
use crate::world::{self, ANA, As, World};

const OPERATOR: As = As::Operator(ANA);

fn days(world: &World, days: i64) {
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
        "/v1/agreements",
        "/v1/renewals?until=2030-01-01",
        "/v1/cases",
        "/v1/exceptions",
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

async fn page(world: &World, who: &As, path: &str) -> String {
    crate::pages_people::page(world, who, path).await.good().text()
}

/// What does not hold. Over HTTP only one verification runs at a time, and tests run side by side.
fn findings(world: &World) -> Vec<String> {
    let verified = world.app.verify(None).unwrap();
    assert_eq!(verified.seals, world.app.snapshot().state.seals.len() as u64);
    verified.storage.findings.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_sealed_day_is_read_as_it_was_whatever_came_after() {
    let world = world::short().await;
    let then = told(&world, None).await;
    let sealed = seal(&world, None).await;
    assert_eq!((sealed["day"].as_str(), sealed["devices"].as_u64()), (Some("2025-08-12"), Some(10)), "{sealed}");

    days(&world, 3);
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
    assert!(findings(&world).is_empty());
}

#[tokio::test]
async fn the_past_is_read_after_a_restart_and_from_a_restored_backup() {
    let mut world = world::short().await;
    let then = told(&world, None).await;
    seal(&world, None).await;
    days(&world, 1);
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
    days(&world, 4);
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
    days(&world, 1);
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
    days(&world, 30);
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
    assert!(findings(&world).is_empty());
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
        days(&world, 1);
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
    assert!(findings(&world).is_empty());
}

#[tokio::test]
async fn verification_finds_every_altered_lost_or_exchanged_part_of_a_seal() {
    let world = world::short().await;
    let before = blobs(&world);
    seal(&world, None).await;
    let parts: Vec<PathBuf> = blobs(&world).difference(&before).cloned().collect();
    assert_eq!(parts.len(), 3, "a chunk, a list, figures");
    assert!(findings(&world).is_empty());
    for part in &parts {
        let whole = std::fs::read(part).unwrap();
        for place in [0, whole.len() / 2, whole.len() - 1] {
            let mut altered = whole.clone();
            altered[place] ^= 1;
            std::fs::write(part, &altered).unwrap();
            let found = findings(&world);
            assert!(found.iter().any(|finding| finding.starts_with("entry ")), "{part:?} {place}: {found:?}");
        }
        std::fs::remove_file(part).unwrap();
        let found = findings(&world);
        assert!(found.iter().any(|finding| finding.starts_with("entry ")), "{part:?} gone: {found:?}");
        std::fs::write(part, &whole).unwrap();
    }
    assert!(findings(&world).is_empty(), "everything is back");
}

#[tokio::test]
async fn yesterday_and_every_months_end_are_sealed_and_stated_by_the_program_itself() {
    let world = world::short().await;
    assert_eq!(world.app.seal_what_is_due().await.unwrap(), 0, "the first day is not over");
    days(&world, 1);
    assert_eq!(world.app.seal_what_is_due().await.unwrap(), 1);
    assert_eq!(world.app.seal_what_is_due().await.unwrap(), 0);
    days(&world, 60);
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

#[tokio::test]
async fn what_agents_reported_comes_back_with_the_day_on_which_they_were_last_heard_of() {
    let world = world::short().await;
    let (secret, _) = world
        .app
        .open_source(Actor::Person(ANA, Via::Operator), "Agents", Approval::HoldUnknown, 24, None)
        .await
        .unwrap();
    let token = secret.unwrap().0;
    let report = async |name: &str, titles: &[&str]| {
        let mut request = Request::builder().method(Method::POST).uri(format!("/agents/{token}"));
        for (header, value) in GLPI {
            request = request.header(header, value);
        }
        let body = Body::from(inventory(name, titles).to_string());
        world.send(&As::Stranger, request.body(body).unwrap()).await.good();
    };
    report("laptop-1", &["Drafter Pro", "Viewer"]).await;
    report("laptop-2", &["Drafter Pro"]).await;
    let held = world.get(&OPERATOR, "/v1/sources/SRC-1/devices").await.good().json();
    let first = held["data"][0]["id"].as_str().unwrap().to_owned();
    world.post(&OPERATOR, &format!("/v1/sources/SRC-1/devices/{first}/approvals"), &json!({})).await.good();
    let mut sealed = Vec::new();
    for step in 0..6 {
        let day = seal(&world, None).await;
        sealed.push((day["day"].as_str().unwrap().to_owned(), told(&world, None).await, day["root"].clone()));
        days(&world, 1);
        match step {
            // The same again: only the day on which it was heard of moves.
            0 => report("laptop-1", &["Drafter Pro", "Viewer"]).await,
            1 => report("laptop-1", &["Drafter Pro"]).await,
            2 => {
                let all = json!({ "approval": "accept_all" });
                world.post(&OPERATOR, "/v1/sources/SRC-1/changes", &all).await.good();
            }
            3 => report("laptop-3", &["Viewer"]).await,
            _ => drop(world.post(&OPERATOR, "/v1/sources/SRC-1/closings", &json!({})).await),
        }
    }
    assert_eq!(sealed[0].2, sealed[1].2, "a repeated report is stored once");
    assert_ne!(sealed[1].2, sealed[2].2);
    for (day, then, _) in &sealed {
        assert_eq!(&told(&world, Some(day)).await, then, "{day}");
    }
    assert!(findings(&world).is_empty());
}

/// Six month's ends in which one more device uses PRD-1 every month.
async fn growing() -> World {
    let world = world::short().await;
    for (month, last) in
        ["2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31"].iter().enumerate()
    {
        let rows: String =
            (0..=month).map(|device| format!("new-{device},Drafter Pro,Northlight,7.2,,production,\n")).collect();
        import(&world, "branch", &rows).await;
        while world.app.snapshot().state.day(world.app.surroundings().now()).to_string().as_str() <= *last {
            days(&world, 1);
        }
        world.app.seal_what_is_due().await.unwrap();
    }
    world
}

#[tokio::test]
async fn a_statement_is_the_same_whenever_it_is_made_and_every_altered_number_is_named() {
    let world = growing().await;
    let statements = world.get(&OPERATOR, "/v1/statements").await.good().json();
    assert_eq!(statements["total"], 6);
    let newest = &statements["data"][0];
    assert_eq!(newest["day"], "2026-01-31");
    let again = world.post(&OPERATOR, "/v1/statements", &json!({ "day": "2026-01-31" })).await.good().json();
    assert_eq!(again["recorded"].as_array().unwrap().len(), 0, "the same files are recorded already");

    let file = async |form: &str| {
        let path = format!("/v1/statements/{}/file?form={form}", newest["id"].as_str().unwrap());
        world.get(&OPERATOR, &path).await.good().body
    };
    let check = async |bytes: &[u8]| world.upload(&OPERATOR, "/v1/statements/verifications", bytes).await.good().json();
    for form in ["json", "csv", "html"] {
        let bytes = file(form).await;
        let verdict = check(&bytes).await;
        assert_eq!((&verdict["holds"], verdict["form"].as_str()), (&json!(true), Some(form)), "{verdict}");
        let mut altered = bytes.clone();
        let place = altered.iter().rposition(u8::is_ascii_digit).unwrap();
        altered[place] = if altered[place] == b'1' { b'2' } else { b'1' };
        assert_eq!(check(&altered).await["holds"], false, "{form}");
    }
    let json = String::from_utf8(file("json").await).unwrap();
    let content: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(content["lines"][0]["used"], 16);
    assert_eq!(content["seal"]["entry"], newest["sealed_in"]);
    assert!(content["checkpoint"].as_str().unwrap().starts_with(world.app.origin()));
    let verdict = check(json.replace("\"used\": 16", "\"used\": 6").as_bytes()).await;
    let said: Vec<&str> = verdict["differences"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(said.contains(&"lines, PRD-1, used: the file says 6, the seal comes to 16."), "{said:?}");
    let stranger = check(b"something else").await;
    assert!(stranger["differences"][0].as_str().unwrap().contains("of another ledger"), "{stranger}");
}

#[tokio::test]
async fn a_statement_as_a_page_carries_what_people_typed_as_text() {
    let world = world::short().await;
    let hostile = "<script>alert(1)</script>\"'&";
    world.post(&OPERATOR, "/v1/products", &json!({ "name": hostile, "metric": "device" })).await.good();
    days(&world, 1);
    let made = world.post(&OPERATOR, "/v1/statements", &json!({ "day": "2025-08-12" })).await.good().json();
    let path = format!("/v1/statements/{}/file?form=html", made["statement"]["id"].as_str().unwrap());
    let answer = world.get(&OPERATOR, &path).await.good();
    assert!(answer.header("content-disposition").starts_with("attachment"));
    let page = answer.text();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    for part in ["<h1>Statement of the licence position on 2025-08-12</h1>", "Rights", "Exceptions", "Drafter Pro"] {
        assert!(page.contains(part), "{part}");
    }
    let csv = world.get(&OPERATOR, &path.replace("html", "csv")).await.good().text();
    assert!(csv.lines().count() == 3 && csv.contains("\"<script>alert(1)</script>\"\"'&\""), "{csv}");
}

#[tokio::test]
async fn a_trend_has_the_numbers_of_every_sealed_day_with_peaks_and_a_forecast_that_says_how_it_was_made() {
    let world = growing().await;
    let trend = world.get(&OPERATOR, "/v1/trends/PRD-1").await.good().json();
    let told: Vec<String> = trend["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            format!("{} {} of {} short {}", point["day"], point["used"], point["entitled"], point["short"])
                .replace('"', "")
        })
        .collect();
    assert_eq!(
        told,
        [
            "2025-08-31 11 of 6 short 5",
            "2025-09-30 12 of 6 short 6",
            "2025-10-31 13 of 6 short 7",
            "2025-11-30 14 of 6 short 8",
            "2025-12-31 15 of 6 short 9",
            "2026-01-31 16 of 6 short 10",
        ]
    );
    let quarters: Vec<String> = trend["quarters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|peak| format!("{} {} on {}", peak["quarter"], peak["used"], peak["day"]).replace('"', ""))
        .collect();
    assert_eq!(quarters, ["2026-Q1 16 on 2026-01-31", "2025-Q4 15 on 2025-12-31", "2025-Q3 12 on 2025-09-30"]);
    assert_eq!(trend["highest"]["used"], 16);
    for point in trend["points"].as_array().unwrap() {
        let day = point["day"].as_str().unwrap();
        let then = world.get(&OPERATOR, &format!("/v1/positions/PRD-1?as_of={day}")).await.good().json();
        assert_eq!((&then["consumed"], &then["short"]), (&point["used"], &point["short"]));
    }

    let whole = world.get(&OPERATOR, "/v1/trends?from=2025-12-01").await.good().json();
    assert_eq!(whole["points"].as_array().unwrap().len(), 2);
    assert_eq!(whole["points"][1]["exposure"][0], json!({ "amount": "3450.00", "currency": "EUR" }));
    assert_eq!(whole["points"][1]["units"][0]["used"], 16);
    let csv = world.get(&OPERATOR, "/v1/trends/PRD-1?format=csv&to=2025-08-31").await.good().text();
    assert_eq!(
        csv.lines().nth(1),
        Some(format!("2025-08-31,{},PRD-1,device,6,11,6,5,0,1725.00,EUR", trend["points"][0]["sealed_in"]).as_str())
    );

    let forecast = world.get(&OPERATOR, "/v1/forecasts/PRD-1").await.good().json();
    assert_eq!(
        (forecast["period"].as_str(), forecast["methods"][0]["method"].as_str()),
        (Some("month"), Some("straight_line"))
    );
    assert_eq!(forecast["methods"][0]["mean_error"], "0");
    assert_eq!((&forecast["points"][0]["day"], &forecast["points"][0]["expected"]), (&json!("2026-02-28"), &json!(17)));
    assert_eq!(forecast["points"][11]["expected"], 28);
    assert_eq!(world.get(&OPERATOR, "/v1/forecasts/PRD-9").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_show_a_sealed_day_under_its_banner_and_offer_nothing_to_change() {
    let world = growing().await;
    let (_, jonas) = world.person("jonas", &[Role::SamManager]).await;
    let now = page(&world, &jonas, "/position").await;
    assert!(now.contains("<option value=\"2025-09-30\">2025-09-30</option>") && !now.contains("Back to now"), "{now}");
    let then = page(&world, &jonas, "/position?view=short&as_of=2025-09-30").await;
    assert!(then.contains("As of 2025-09-30, sealed in entry"), "{then}");
    assert!(then.contains("<a data-now href=\"/position?view=short\">Back to now</a>"), "{then}");
    assert!(then.contains("/products/PRD-1/rows/consumed?as_of=2025-09-30"), "{then}");
    assert!(then.contains("indult position list --view short --as-of 2025-09-30"), "{then}");
    let product = page(&world, &jonas, "/products/PRD-1?as_of=2025-09-30").await;
    assert!(product.contains("You own 6 devices of Drafter Pro and use 12"), "{product}");
    assert!(!product.contains("Request an exception") && !product.contains("Take back"), "{product}");
    let rows = page(&world, &jonas, "/products/PRD-1/rows/consumed?as_of=2025-09-30").await;
    assert!(rows.contains("new-1") && !rows.contains("new-2"), "{rows}");
    let titles = page(&world, &jonas, "/titles?as_of=2025-09-30").await;
    assert!(titles.contains("As of 2025-09-30"), "{titles}");
    let csv = world.get(&jonas, "/position.csv?as_of=2025-09-30").await.good();
    assert!(csv.text().contains("\"12\"") && csv.header("indult-as-of") == "2025-09-30", "{}", csv.text());
    let none = world.get(&jonas, "/position?as_of=2025-09-29").await;
    assert!(none.said().contains("the nearest sealed days are 2025-08-31 and 2025-09-30"), "{}", none.said());
}

#[tokio::test]
async fn a_request_and_its_exception_are_read_as_they_stood_and_cannot_be_decided_there() {
    let world = world::short().await;
    let ana = world.ana().await;
    let (_, finance) = world.person("finn", &[Role::Finance]).await;
    let (_, approver) = world.person("abe", &[Role::Approver]).await;
    world.post(&ana, "/v1/cases", &world::wish()).await.good();
    world.post(&ana, "/v1/cases/EXC-1/submissions", &json!({})).await.good();
    seal(&world, None).await;
    world.advance(SignedDuration::from_mins(5));
    let case = world.get(&approver, "/v1/cases/EXC-1").await.good().json();
    let vote = json!({ "digest": case["digest"], "ballot": "approve", "reason": "The order is under way." });
    for voter in [&finance, &approver] {
        world.post(voter, "/v1/cases/EXC-1/votes", &vote).await.good();
    }
    assert_eq!(world.get(&ana, "/v1/exceptions").await.good().json()["total"], 1);

    let then = world.get(&approver, "/v1/cases/EXC-1?as_of=2025-08-12").await.good();
    assert_eq!(then.header("indult-as-of"), "2025-08-12");
    let then = then.json();
    assert_eq!((&then["status"], &then["votes"], &then["decision"]), (&json!("deciding"), &json!([]), &json!(null)));
    assert_eq!(then["standing"]["may_vote"], false);
    assert!(then["standing"]["sentence"].as_str().unwrap().contains("how it stood on 2025-08-12"), "{then}");
    assert_eq!(world.get(&ana, "/v1/exceptions?as_of=2025-08-12").await.good().json()["total"], 0);
    assert_eq!(world.get(&ana, "/v1/exceptions/EXC-1?as_of=2025-08-12").await.status, StatusCode::NOT_FOUND);
    let none = world.get(&ana, "/v1/cases?as_of=2025-08-11").await;
    assert!(none.said().contains("2025-08-12"), "{}", none.said());

    let list = page(&world, &approver, "/requests?as_of=2025-08-12").await;
    assert!(list.contains("href=\"/requests/EXC-1?as_of=2025-08-12\""), "{list}");
    assert!(list.contains("indult case list --as-of 2025-08-12"), "{list}");
    let request = page(&world, &approver, "/requests/EXC-1?as_of=2025-08-12").await;
    assert!(request.contains("As of 2025-08-12, sealed in entry"), "{request}");
    assert!(request.contains("This is how it stood then."), "{request}");
    for act in ["/requests/EXC-1/votes", "/requests/EXC-1/comments", "/exceptions/EXC-1/revocation"] {
        assert!(!request.contains(act), "{act} is offered: {request}");
    }
    let own = page(&world, &ana, "/requests/EXC-1?as_of=2025-08-12").await;
    assert!(!own.contains("/requests/EXC-1/withdraw") && !own.contains("/requests/EXC-1/edit"), "{own}");
    let exceptions = page(&world, &ana, "/exceptions?as_of=2025-08-12").await;
    assert!(!exceptions.contains("/requests/EXC-1"), "{exceptions}");
}

#[tokio::test]
async fn rights_agreements_and_renewals_are_read_as_they_stood() {
    let world = world::short().await;
    let (jonas_id, jonas) = world.person("jonas", &[Role::SamManager]).await;
    let terms = |ends_on: &str| json!({ "direction": "inbound", "reference": "NL-2024-17", "ends_on": ends_on });
    world.post(&jonas, "/v1/agreements/AGR-1/amendments", &terms("2025-10-31")).await.good();
    seal(&world, None).await;
    days(&world, 1);
    let jonas = world.signed_in(jonas_id).await;
    world.post(&jonas, "/v1/agreements/AGR-1/amendments", &terms("2025-11-30")).await.good();
    let plan = json!({ "ends_on": "2025-11-30", "choice": "reduce", "reason": "Four are not used." });
    world.post(&jonas, "/v1/agreements/AGR-1/renewal-plans", &plan).await.good();

    let ends_on = async |path: &str| world.get(&jonas, path).await.good().json()["ends_on"].clone();
    assert_eq!(ends_on("/v1/agreements/AGR-1").await, "2025-11-30");
    assert_eq!(ends_on("/v1/agreements/AGR-1?as_of=2025-08-12").await, "2025-10-31");
    assert_eq!(ends_on("/v1/renewals/AGR-1?as_of=2025-08-12").await, "2025-10-31");
    let renewal = page(&world, &jonas, "/agreements/AGR-1/renewal?as_of=2025-08-12").await;
    assert!(renewal.contains("2025-10-31") || renewal.contains("31 Oct 2025"), "{renewal}");
    assert!(!renewal.contains("<form class=\"long\"") && !renewal.contains("Four are not used."), "{renewal}");
    let csv = world.get(&jonas, "/renewals.csv?as_of=2025-08-12").await.good();
    assert_eq!(csv.header("indult-as-of"), "2025-08-12");
    assert!(csv.text().contains("2025-10-31"), "{}", csv.text());
    for path in ["/renewals", "/agreements", "/agreements/AGR-1", "/entitlements", "/entitlements/ENT-1"] {
        let then = page(&world, &jonas, &format!("{path}?as_of=2025-08-12")).await;
        assert!(then.contains("As of 2025-08-12, sealed in entry"), "{path}: {then}");
        assert!(!then.contains("ENT-1/retire"), "{path} offers to retire a right of the past");
    }
}

#[tokio::test]
async fn days_are_sealed_and_statements_made_and_checked_from_pages() {
    let world = world::short().await;
    let (_, jonas) = world.person("jonas", &[Role::SamManager]).await;
    let answer = fill(&world, &jonas, "/audit/seals", &[("day", "")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let seals = page(&world, &jonas, "/audit/seals").await;
    assert!(seals.contains("Tue 12 Aug 2025") && seals.contains("jonas"), "{seals}");
    let wrong = fill(&world, &jonas, "/audit/seals", &[("day", "2025-08-13")]).await;
    assert!(wrong.text().contains("2025-08-13 is not over"), "{}", wrong.text());

    let answer = fill(&world, &jonas, "/audit/statements", &[("day", "2025-08-12")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let list = page(&world, &jonas, "/audit/statements").await;
    assert!(list.contains("STM-1") && list.contains("/audit/statements/STM-1/html"), "{list}");
    let file = world.get(&jonas, "/audit/statements/STM-1/csv").await.good();
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"s.csv\"\r\n\r\n{}\r\n--b--\r\n",
        file.text()
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri("/audit/statements/check")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(form))
        .unwrap();
    let checked = world.send(&jonas, request).await.good().text();
    assert!(checked.contains("This is STM-1 of 2025-08-12 as CSV"), "{checked}");

    let (_, rita) = world.person("rita", &[Role::Requester]).await;
    assert_eq!(fill(&world, &rita, "/audit/seals", &[("day", "")]).await.status, 403);
    assert_eq!(fill(&world, &rita, "/audit/statements", &[("day", "")]).await.status, 403);
    let trends = page(&world, &jonas, "/position/trends").await;
    assert!(trends.contains("1 of 1 sealed day"), "{trends}");
    let trend = page(&world, &jonas, "/products/PRD-1/trend").await;
    assert!(trend.contains("There are not enough sealed days for a forecast yet."), "{trend}");
}

#[tokio::test]
async fn what_was_erased_since_is_erased_in_the_past_even_where_it_was_read_before() {
    let world = world::short().await;
    let (number, _) = world.person("rita", &[Role::Requester]).await;
    let day: jiff::civil::Date = seal(&world, None).await["day"].as_str().unwrap().parse().unwrap();
    let name = || {
        let sealed = app::seals::seal_on(&world.app.snapshot().state, day).unwrap();
        world.app.instant(&sealed).unwrap().state.person_name(number)
    };
    assert_eq!(name(), "rita");
    let basis = json!({ "legal_basis": "Art. 17 GDPR" });
    world.post(&OPERATOR, &format!("/v1/persons/{number}/erasures"), &basis).await.good();
    assert_eq!(name(), number.to_string());
}
