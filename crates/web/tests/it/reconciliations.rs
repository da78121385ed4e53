//! A publisher's statement beside our rights, over the API and on pages.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::person::{Role, Scope};
use serde_json::{Value, json};

use crate::pages_people::{page, words};
use crate::world::{ANA, As, World};

const OPERATOR: As = As::Operator(ANA);
const PATH: &str = "/v1/reconciliations/statement";

/// Northlight's Drafter Pro (4 under PO-7) and Ledgerline (3), Oakbank's Counter (2).
async fn world() -> World {
    let world = World::founded().await;
    let rights = "product,publisher,metric,quantity,purchase reference,ends on\n\
        Drafter Pro,Northlight,device,4,PO-7,2026-12-31\n\
        Ledgerline,Northlight,device,3,,\n\
        Counter,Oakbank,device,2,,\n";
    world.upload(&OPERATOR, "/v1/imports/entitlements?file_name=rights.csv", rights.as_bytes()).await.good();
    world
}

const PORTAL: &str = "Product Description;Part Number;Licensed Quantity;PO Number;Valid until\n\
    Drafter Pro;NL-1;5;PO-7;2027-12-31\n\
    Northlight Extra;NL-9;1;;\n\
    Ledgerline;NL-2;three;;\n";

fn findings(found: &Value) -> Vec<String> {
    let comparisons = found["comparisons"].as_array().unwrap();
    let line = |comparison: &Value| {
        let kinds: Vec<&str> = comparison["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["kind"].as_str().unwrap())
            .collect();
        format!(
            "{} {}/{} {}",
            comparison["name"].as_str().unwrap(),
            comparison["theirs"],
            comparison["ours"],
            kinds.join(" ")
        )
    };
    comparisons.iter().map(line).collect()
}

#[tokio::test]
async fn a_statement_is_compared_by_everybody_of_the_staff_and_records_nothing() {
    let world = world().await;
    let (auditor_id, auditor) = world.person("mira", &[Role::Auditor]).await;
    let size = world.get(&OPERATOR, "/v1/ledger").await.good().json()["size"].clone();
    let found = world.upload(&auditor, &format!("{PATH}?publisher=northlight"), PORTAL.as_bytes()).await.good().json();
    assert_eq!(
        findings(&found),
        ["Drafter Pro 5/4 quantity term", "Ledgerline null/3 ours_only", "Northlight Extra 1/null not_comparable"],
        "{found}"
    );
    assert_eq!(found["agrees"], json!(false));
    assert_eq!(found["rejects"][0]["place"], json!("line 4, column “Licensed Quantity”"));
    assert_eq!(found["publishers"], json!(["Northlight"]));
    assert_eq!(found["comparisons"][0]["rows"][0]["line"], json!(2));
    assert_eq!(found["comparisons"][0]["rights"][0]["id"], json!("ENT-1"));
    assert_eq!(found["comparisons"][0]["paired_by"], json!("order"));
    assert_eq!(world.get(&OPERATOR, "/v1/ledger").await.good().json()["size"], size, "nothing is recorded");

    let csv =
        world.upload(&auditor, &format!("{PATH}?publisher=northlight&format=csv"), PORTAL.as_bytes()).await.good();
    let row = "PRD-1,Drafter Pro,quantity,5,4,The publisher says 5; our rights are 4.,";
    assert!(csv.text().contains(row) && csv.text().contains(",order,2,ENT-1,"), "{}", csv.text());

    let equal = "product,quantity\nDrafter Pro,4\nLedgerline,3\n";
    let found = world.upload(&auditor, PATH, equal.as_bytes()).await.good().json();
    assert_eq!((found["agrees"].clone(), found["summary"].clone()), (json!(true), json!("All agree: 2 of 2.")));

    let (_, requester) = world.person("rolf", &[Role::Requester]).await;
    assert_eq!(world.upload(&requester, PATH, equal.as_bytes()).await.status, StatusCode::FORBIDDEN);
    let token = world.token(auditor_id, &[Scope::Read]).await;
    world.upload(&token, PATH, equal.as_bytes()).await.good();
}

#[tokio::test]
async fn what_cannot_be_compared_at_all_is_refused_with_what_to_do() {
    let world = world().await;
    let refused = world.upload(&OPERATOR, &format!("{PATH}?publisher=Nobody"), PORTAL.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.said().contains("No party is called “Nobody”."), "{}", refused.said());
    let refused = world.upload(&OPERATOR, PATH, b"product,price\nDrafter,1\n").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.said().contains("quantity"), "{}", refused.said());
    let mapping = "name = \"Northlight\"\n[columns]\nproduct = \"Artikel\"\nquantity = \"Stand\"\n";
    let remembered = json!({ "kind": "publisher_statement", "name": "Northlight", "file": mapping });
    world.post(&OPERATOR, "/v1/mappings", &remembered).await.good();
    let file = "Artikel,Stand\nDrafter Pro,4\nLedgerline,3\n";
    let found = world.upload(&OPERATOR, &format!("{PATH}?publisher=Northlight"), file.as_bytes()).await.good().json();
    assert_eq!(found["agrees"], json!(true), "what was remembered of the publisher counts: {found}");
    let imported = world.upload(&OPERATOR, &format!("{PATH}?map=nothing"), file.as_bytes()).await;
    assert!(
        imported.said().contains("There is no mapping of publisher_statement called nothing"),
        "{}",
        imported.said()
    );
}

/// Sends a form with a file, as a browser does.
async fn sent(world: &World, who: &As, fields: &[(&str, &str)], file: Option<&str>) -> crate::world::Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--line\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    if let Some(file) = file {
        body.push_str(&format!(
            "--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"portal.csv\"\r\n\r\n{file}\r\n"
        ));
    }
    body.push_str("--line--\r\n");
    let request = Request::post("/entitlements/reconciliation")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    world.send(who, request).await
}

fn hidden(text: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = text.split(&start).nth(1).unwrap_or_else(|| panic!("no field {name} in {text}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_page_compares_filters_and_gives_the_same_as_csv() {
    let world = world().await;
    let (_, mira) = world.person("mira", &[Role::Auditor]).await;
    let asked = words(&page(&world, &mira, "/entitlements/reconciliation").await);
    assert!(asked.contains("Nothing is written by it."), "{asked}");
    let empty = sent(&world, &mira, &[("publisher", "")], None).await;
    assert!(words(&empty).contains("Choose a file that is not empty."), "{}", words(&empty));
    let first = sent(&world, &mira, &[("publisher", "Northlight"), ("on", "")], Some(PORTAL)).await;
    let shown = words(&first);
    assert!(shown.contains("3 of 3 do not agree: different quantity 1, ours only 1, different term 1"), "{shown}");
    assert!(shown.contains("Line 2: 5, Drafter Pro, part NL-1, order PO-7, until 2027-12-31"), "{shown}");
    assert!(shown.contains("portal.csv, line 4, column “Licensed Quantity”: three"), "{shown}");

    let kept = hidden(&first.text(), "staged");
    let carried = [("staged", kept.as_str()), ("publisher", "Northlight"), ("on", "")];
    let filtered = sent(&world, &mira, &[&carried[..], &[("finding", "ours_only")]].concat(), None).await;
    let shown = words(&filtered);
    assert!(shown.contains("1 comparison") && !shown.contains("Line 2: 5"), "{shown}");
    let csv = sent(&world, &mira, &[&carried[..], &[("as", "csv")]].concat(), None).await;
    assert!(csv.text().contains("PRD-1,Drafter Pro,quantity,5,4,"), "{}", csv.text());

    let (_, other) = world.person("nora", &[Role::Auditor]).await;
    let strange = sent(&world, &other, &carried, None).await;
    assert!(words(&strange).contains("The file is no longer kept."), "{}", words(&strange));
    let unread = sent(&world, &mira, &[("publisher", "")], Some("Artikel,Stand\nDrafter Pro,4\n")).await;
    assert!(words(&unread).contains("Choose below what each column gives."), "{}", words(&unread));
}
