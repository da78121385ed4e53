//! Tables brought in by browser and API: how they are read is shown, chosen, remembered; what is left out comes back.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;

use crate::pages_people::{fill, words};
use crate::world::{Answer, As, World, short};

const PURCHASES: &str =
    "Einkäufe;;;\nArtikel;Menge;Preis;Ab\nDrawing Board;3;12,50;03/04/2026\nMap;7;9,00;04/05/2026\nBad;x;1,00;\n";

/// A form with files as a browser sends it.
async fn send_form(
    world: &World,
    who: &As,
    path: &str,
    fields: &[(&str, &str)],
    file: Option<(&str, &[u8])>,
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
        );
    }
    if let Some((name, bytes)) = file {
        body.extend(
            format!("--b0undary\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n")
                .into_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b0undary--\r\n");
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b0undary")
        .header(header::HOST, "indult.acme.example")
        .header(header::ORIGIN, "https://indult.acme.example")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    world.send(who, request).await
}

/// The value of a hidden field on a page.
fn carried(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let from = text.rfind(&format!("name=\"{name}\" value=\"")).expect("the page carries the field");
    let value = text[from..].split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[tokio::test]
async fn columns_are_chosen_in_the_browser_and_remembered_for_the_source() {
    let world = short().await;
    let ana = world.ana().await;
    let begun = [("kind", "entitlements"), ("source", "Reseller"), ("mapping", "")];
    let first = send_form(&world, &ana, "/imports/preview", &begun, Some(("kauf.csv", PURCHASES.as_bytes()))).await;
    let shown = words(&first);
    assert_eq!(first.status, StatusCode::UNPROCESSABLE_ENTITY, "{shown}");
    assert!(shown.contains("No column gives the product"), "{shown}");
    assert!(shown.contains("Needed and not there yet"), "{shown}");

    // The headers stand on the second row, and the dates have two readings until their order is chosen.
    let staged = carried(&first, "staged");
    let was = carried(&first, "was");
    let base = [("kind", "entitlements"), ("source", "Reseller"), ("staged", staged.as_str()), ("was", was.as_str())];
    let moved = [("header_row", "2"), ("delimiter", "semicolon"), ("encoding", "utf8")];
    let fields: Vec<_> = base.iter().chain(&moved).copied().collect();
    let second = send_form(&world, &ana, "/imports/preview", &fields, None).await;
    let text = second.text();
    assert!(words(&second).contains("likely, look again"), "{}", words(&second));
    let option = text.split("id=\"column-0\"").nth(1).unwrap().split("</select>").next().unwrap();
    assert!(option.contains("value=\"product\" selected"), "{option}");

    let was = carried(&second, "was");
    let columns = [
        ("kind", "entitlements"),
        ("source", "Reseller"),
        ("staged", staged.as_str()),
        ("was", was.as_str()),
        ("header_row", "2"),
        ("delimiter", "semicolon"),
        ("encoding", "utf8"),
        ("decimal", "comma"),
        ("header-0", "Artikel"),
        ("column-0", "product"),
        ("header-1", "Menge"),
        ("column-1", "quantity"),
        ("header-2", "Preis"),
        ("column-2", "unit_price"),
        ("header-3", "Ab"),
        ("column-3", "starts_on"),
        ("default-metric", "device"),
    ];
    let third = send_form(&world, &ana, "/imports/preview", &columns, None).await;
    assert!(words(&third).contains("2 dates have two readings"), "{}", words(&third));
    let chosen: Vec<_> = columns.iter().copied().chain([("dates", "day_first")]).collect();
    let fourth = send_form(&world, &ana, "/imports/preview", &chosen, None).await.good();
    assert!(words(&fourth).contains("2 entitlements from Reseller"), "{}", words(&fourth));

    let mapping = carried(&fourth, "mapping_file");
    let kept = [
        ("kind", "entitlements"),
        ("source", "Reseller"),
        ("staged", staged.as_str()),
        ("mapping_file", mapping.as_str()),
    ];
    let left_out = fill(&world, &ana, "/imports/preview/rejects", &kept).await.good();
    let lines: Vec<String> = left_out.text().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "Artikel,Menge,Preis,Ab,line,problem,repair");
    assert!(lines[1].starts_with("Bad,x,\"1,00\",,5,This is no number."), "{}", lines[1]);

    let committed: Vec<_> = kept.iter().copied().chain([("remember", "yes")]).collect();
    let done = fill(&world, &ana, "/imports", &committed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", words(&done));

    // The next file of the source is read in the same manner by itself, over the API too.
    let mappings = world.get(&ana, "/v1/mappings").await.good().json();
    assert_eq!(
        (mappings["data"][0]["name"].clone(), mappings["data"][0]["built_in"].clone()),
        (json!("Reseller"), json!(false))
    );
    let next = "x\nArtikel;Menge;Preis;Ab\nMap;1;10,00;07/08/2026\n";
    let path = "/v1/imports/entitlements?source=reseller&dry_run=true";
    let seen = world.upload(&ana, path, next.as_bytes()).await.good().json();
    assert_eq!((seen["brought"]["rows"].clone(), seen["table"]["header_row"].clone()), (json!(1), json!(2)));
    // What was left out comes back from the evidence, by the mapping that was kept with it.
    let imports = world.get(&ana, "/v1/imports").await.good().json();
    let import = imports["data"][0]["id"].as_str().unwrap();
    let again = world.get(&ana, &format!("/v1/imports/{import}/rejects")).await.good().json();
    assert_eq!((again["rows"][0][0].clone(), again["can_come_in"].clone()), (json!("Bad"), json!(true)));
    // Another mapping does not make it another file.
    let path = "/v1/imports/entitlements?source=other&header_row=2&map=purchases";
    let refused = world.upload(&ana, path, PURCHASES.as_bytes()).await;
    assert!(
        refused.said().contains("were imported already") || refused.said().contains("column"),
        "{}",
        refused.said()
    );
}

#[tokio::test]
async fn tags_are_brought_in_with_the_device_that_was_typed() {
    let world = short().await;
    let ana = world.ana().await;
    let tag = br#"<SoftwareIdentity name="Drawing Board" version="4" tagId="t"><Entity name="Kestrel" role="softwareCreator"/></SoftwareIdentity>"#;
    let fields = [("kind", "inventory"), ("source", "tags"), ("device", "LT-7")];
    let page = send_form(&world, &ana, "/imports/preview", &fields, Some(("board.swidtag", tag))).await.good();
    assert!(words(&page).contains("1 report, 1 installation from tags"), "{}", words(&page));
    let staged = carried(&page, "staged");
    let fields = [("kind", "inventory"), ("source", "tags"), ("device", "LT-7"), ("staged", staged.as_str())];
    let done = fill(&world, &ana, "/imports", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", words(&done));
    let devices = world.get(&ana, "/v1/devices?limit=200").await.good().json();
    assert!(devices["data"].as_array().unwrap().iter().any(|device| device["name"] == "LT-7"));
}

#[tokio::test]
async fn leavers_come_in_and_go_with_the_import() {
    let world = short().await;
    let ana = world.ana().await;
    let table = "login;leaving date\nana.ruiz;2026-10-31\n;2026-10-31\n";
    let answer =
        world.upload(&ana, "/v1/imports/leavers?source=HR&file_name=hr.csv", table.as_bytes()).await.good().json();
    assert_eq!(answer["summary"], "1 leaver, 1 row left out");
    let import = answer["id"].as_str().unwrap().to_owned();
    assert!(words(&crate::pages_people::page(&world, &ana, &format!("/imports/{import}")).await).contains("1 leaver"));
    let again = world.upload(&ana, "/v1/imports/leavers?source=HR&file_name=hr.csv", table.as_bytes()).await;
    assert!(again.said().contains(&import), "{}", again.said());
    let recorded = world.get(&ana, "/v1/leavers").await.good().json();
    assert_eq!(
        (recorded["data"][0]["id"].clone(), recorded["data"][0]["name"].clone()),
        (json!("LVR-1"), json!("ana.ruiz"))
    );
    world.post(&ana, &format!("/v1/imports/{import}/undo"), &json!({})).await.good();
    assert_eq!(world.get(&ana, "/v1/leavers").await.good().json()["data"], json!([]));
    let verified = world.app.verify(None).unwrap();
    assert!(verified.is_sound() && verified.texts_erased == 1, "{verified:?}");
    world.upload(&ana, "/v1/imports/leavers?source=HR&file_name=hr.csv", table.as_bytes()).await.good();
}

#[tokio::test]
async fn exports_come_in_every_format_and_rights_read_back_as_they_were() {
    let world = short().await;
    let ana = world.ana().await;
    let lines = world.get(&ana, "/v1/positions?limit=200").await.good().json();
    let export = world.get(&ana, "/v1/exports/positions?format=json").await.good().json();
    assert_eq!(export.as_array().unwrap().len(), lines["data"].as_array().unwrap().len());
    assert_eq!(export[0]["used"], lines["data"][0]["consumed"]);
    for (subject, format, begin) in [
        ("positions", "csv", "product,name,publisher,metric,"),
        ("positions", "xlsx", "PK"),
        ("installations", "parquet", "PAR1"),
        ("installations", "csv", "device_key,device,"),
        ("entitlements", "ent", "<?xml"),
        ("entitlements", "cyclonedx", "{"),
    ] {
        let answer = world.get(&ana, &format!("/v1/exports/{subject}?format={format}")).await.good();
        assert!(answer.body.starts_with(begin.as_bytes()), "{subject} as {format}");
        assert!(answer.header("content-disposition").contains(subject), "{}", answer.header("content-disposition"));
    }
    // What Accept asks for, where no parameter does.
    let request = Request::builder().uri("/v1/exports/positions").header(header::ACCEPT, "application/json");
    let answer = world.send(&ana, request.body(Body::empty()).unwrap()).await.good();
    assert_eq!(answer.header("content-type"), "application/json");
    let refused = world.get(&ana, "/v1/exports/positions?format=ent").await;
    assert!(refused.said().contains("Use one of: csv, xlsx, json, parquet."), "{}", refused.said());
    assert_eq!(world.get(&ana, "/v1/exports/secrets").await.status, StatusCode::NOT_FOUND);

    // Rights go out as CycloneDX and CSV, and come back as the same rights.
    let rights = world.get(&ana, "/v1/exports/entitlements?format=json").await.good().json();
    for format in ["cyclonedx", "csv", "xlsx"] {
        let bytes = world.get(&ana, &format!("/v1/exports/entitlements?format={format}")).await.good().body;
        let path = format!("/v1/imports/entitlements?dry_run=true&file_name=back.{format}");
        let back = world.upload(&ana, &path, &bytes).await.good().json();
        assert_eq!(back["brought"]["rows"], rights.as_array().unwrap().len(), "{format}: {}", back["rejects"]);
        assert_eq!(back["products_added"], json!([]), "{format}");
    }
}

#[tokio::test]
async fn use_rights_go_out_as_columns_and_come_back_as_the_same_rights() {
    let table = "product,publisher,metric,quantity,unlimited,agreement,agreement_ends_on,notice_days,compliant_by_contract,environments,regions,business_units,cost_centres,newest_version,downgrade,maintained_until,instead_for\n\
        Board Pro,Kestrel,device,10,,KES-1,2027-12-31,60,yes,prod;test,EU; North America,Design,4110,2026,yes,2027-06-30,Board; Board Lite\n\
        Board,Kestrel,named_user,5,,KES-1,,,,,,,,12,no,,\n\
        Site,,device,,yes,,,,,,,,,,,,\n";
    let rights = async |world: &World, who: &As| {
        let mut rights = world.get(who, "/v1/exports/entitlements?format=json").await.good().json();
        for right in rights.as_array_mut().unwrap() {
            let right = right.as_object_mut().unwrap();
            right.retain(|key, _| !["entitlement", "product_number", "import"].contains(&key.as_str()));
        }
        rights
    };
    let (world, other) = (World::founded().await, World::founded().await);
    let (ana, her) = (world.ana().await, other.ana().await);
    let import = world.upload(&ana, "/v1/imports/entitlements?file_name=a.csv", table.as_bytes()).await.good().json();
    assert_eq!(import["brought"]["rejected"], json!(0), "{}", import["rejects"]);
    let first = world.get(&ana, "/v1/entitlements").await.good().json();
    let shown = first["data"].as_array().unwrap().iter().find(|right| right["use_rights"] != json!({})).unwrap();
    assert!(shown["use_rights"].to_string().contains("North America"), "{shown}");
    let before = rights(&world, &ana).await;
    assert_eq!(before[0]["instead_for"], json!("Board; Board Lite"), "{before}");
    assert_eq!(before[0]["compliant_by_contract"], json!(true), "{before}");
    let mut last = None;
    for format in ["csv", "xlsx", "cyclonedx"] {
        if let Some(import) = last {
            other.post(&her, &format!("/v1/imports/{import}/undo"), &json!({})).await.good();
        }
        let bytes = world.get(&ana, &format!("/v1/exports/entitlements?format={format}")).await.good().body;
        let path = format!("/v1/imports/entitlements?file_name=back.{format}");
        let back = other.upload(&her, &path, &bytes).await.good().json();
        assert_eq!(rights(&other, &her).await, before, "{format}: {}", back["rejects"]);
        last = back["id"].as_str().map(str::to_owned);
    }
    let ent = world.get(&ana, "/v1/exports/entitlements?format=ent").await.good().text();
    assert!(ent.contains("<UseRight name=\"regions\">EU; North America</UseRight>"), "{ent}");
}

#[tokio::test]
async fn a_table_of_use_is_mapped_in_the_browser_remembered_and_undone() {
    let world = short().await;
    let ana = world.ana().await;
    let table = "Programm;Wer;Von;Bis\nDrafter;ana;2026-03-02 09:00;2026-03-02 10:00\n";
    let fields = [("kind", "usage"), ("source", "portal")];
    let page = send_form(&world, &ana, "/imports/preview", &fields, Some(("use.csv", table.as_bytes()))).await;
    assert!(words(&page).contains("Choose below what each column gives."), "{}", words(&page));
    let mapping =
        "name = \"portal\"\n[columns]\nfeature = \"Programm\"\nuser = \"Wer\"\nstart = \"Von\"\nend = \"Bis\"\n";
    world.post(&ana, "/v1/mappings", &json!({ "kind": "usage", "name": "portal", "file": mapping })).await.good();
    let page = send_form(&world, &ana, "/imports/preview", &fields, Some(("use.csv", table.as_bytes()))).await.good();
    assert!(words(&page).contains("1 session, 0 denials, 0 readings"), "{}", words(&page));
    let (staged, mapping_file) = (carried(&page, "staged"), carried(&page, "mapping_file"));
    let fields = [("kind", "usage"), ("source", "portal"), ("staged", &staged), ("mapping_file", &mapping_file)];
    let done = fill(&world, &ana, "/imports", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", words(&done));
    let features = async || world.get(&ana, "/v1/features").await.good().json()["data"].to_string();
    assert!(features().await.contains("Drafter"));
    let imports = world.get(&ana, "/v1/imports?kind=usage").await.good().json();
    let import = imports["data"][0]["id"].as_str().unwrap();
    world.post(&ana, &format!("/v1/imports/{import}/undo"), &json!({})).await.good();
    assert!(!features().await.contains("Drafter"));
}
