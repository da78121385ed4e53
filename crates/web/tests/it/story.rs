//! The main job from end to end, over HTTP alone.

use domain::person::{Role, Scope};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{self, ANA, As, World};

/// The numbers of a position: entitled, used, by exception, short.
async fn numbers(world: &World, who: &As) -> (u64, u64, u64, u64) {
    let position = world.get(who, "/v1/positions/PRD-1").await.good().json();
    let number = |key: &str| position[key].as_u64().unwrap();
    (number("entitled"), number("consumed"), number("covered_by_grants"), number("short"))
}

fn kinds(receipt: &Value) -> Vec<&str> {
    receipt["recorded"].as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn files_become_a_position_a_request_is_decided_by_others_and_everything_honours_it() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let (_, finance) = world.person("fred", &[Role::Finance]).await;
    let (_, approver) = world.person("petra", &[Role::Approver]).await;
    let (_, auditor) = world.person("udo", &[Role::Auditor]).await;

    // Rights, then what is installed.
    let rights = world.upload(&ana, "/v1/imports/entitlements?file_name=rights.csv", world::RIGHTS.as_bytes()).await;
    assert_eq!(rights.status, 201, "{}", rights.text());
    assert_eq!(rights.header("location"), "/v1/imports/IMP-1");
    assert_eq!(rights.json()["products_added"], json!(["Drafter Pro"]));
    let fleet = "/v1/imports/inventory?source=fleet&file_name=fleet.csv";
    let preview = world.upload(&ana, &format!("{fleet}&dry_run=true"), world::inventory().as_bytes()).await.good();
    assert_eq!((preview.json()["dry_run"].clone(), preview.json()["devices_added"].clone()), (json!(true), json!(10)));
    let import = world.upload(&ana, fleet, world::inventory().as_bytes()).await.good().json();
    assert_eq!((import["id"].clone(), import["devices_added"].clone()), (json!("IMP-2"), json!(10)));

    // The title waits for recognition, with the product as a suggestion.
    let queue = world.get(&ana, "/v1/titles?recognition=unrecognised").await.good().json();
    if queue["total"] == 1 {
        assert_eq!(queue["data"][0]["suggestions"][0]["id"], "PRD-1");
    }
    let recognised = json!({ "title": "Drafter Pro", "publisher": "Northlight", "product": "PRD-1" });
    world.post(&ana, "/v1/title_matches", &recognised).await.good();
    assert_eq!(numbers(&world, &ana).await, (6, 10, 0, 4));
    let short = world.get(&ana, "/v1/positions?view=short").await.good().json();
    assert_eq!(
        (short["total"].clone(), short["data"][0]["exposure"]["money"].clone()),
        (json!(1), json!({"amount": "1380.00", "currency": "EUR"}))
    );
    for (kind, count) in [("consumed", 10), ("covered", 6), ("short", 4), ("exempt", 0)] {
        let rows = world.get(&ana, &format!("/v1/positions/PRD-1/rows?kind={kind}&limit=3")).await.good().json();
        assert_eq!(rows["total"], count, "{kind}");
    }
    let robot = world.token(ANA, &[Scope::Check]).await;
    let question = json!({ "action": "deploy", "product": "Drafter Pro" });
    let no = world.post(&robot, "/v1/checks", &question).await.good().json();
    assert_eq!((no["decision"].clone(), no["product"]["id"].clone()), (json!(false), json!("PRD-1")));

    // The request.
    let mut wish = world::wish();
    wish["quantity"] = json!(5);
    let opened = world.post(&ana, "/v1/cases", &wish).await;
    assert_eq!((opened.status.as_u16(), opened.header("location")), (201, "/v1/cases/EXC-1"));
    assert_eq!(opened.json()["object"], "EXC-1");
    world.upload(&ana, "/v1/cases/EXC-1/evidence?name=offer.pdf", b"%PDF-1.7 an offer").await.good();
    let submitted = world.post(&ana, "/v1/cases/EXC-1/submissions", &json!({})).await.good().json();
    assert_eq!(kinds(&submitted), ["case-submitted"]);
    let case = world.get(&approver, "/v1/cases/EXC-1").await.good().json();
    assert_eq!(case["waits_for"], json!(["finance", "approver"]));
    assert_eq!(
        (case["effect"]["before"]["short"].clone(), case["effect"]["after"]["short"].clone()),
        (json!(4), json!(0))
    );
    assert_eq!(
        (case["standing"]["may_vote"].clone(), case["standing"]["sentence"].clone()),
        (json!(true), json!("You may vote as approver."))
    );
    assert_eq!(world.get(&approver, "/v1/cases?waiting_for_me=true").await.good().json()["total"], 1);
    let file = world.get(&approver, case["evidence"][0]["url"].as_str().unwrap()).await.good();
    assert_eq!(file.body, b"%PDF-1.7 an offer");
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-security-policy").contains("sandbox"));
    assert!(file.header("content-disposition").starts_with("attachment"));

    // Nobody decides on their own request, and no token decides anything.
    let vote = json!({ "digest": case["digest"], "ballot": "approve", "reason": "The order is under way." });
    let own = world.post(&ana, "/v1/cases/EXC-1/votes", &vote).await;
    assert_eq!(own.said(), "403 separation-of-duties: You asked for EXC-1 yourself, so somebody else decides.");
    let robot_writes = world.token(ANA, &[Scope::Write]).await;
    let by_token = world.post(&robot_writes, "/v1/cases/EXC-1/votes", &vote).await;
    assert_eq!(by_token.said(), "403 not-allowed: A person signs in for this; a token cannot decide.");
    let stale = json!({ "digest": "0".repeat(64), "ballot": "approve", "reason": "Yes." });
    let stale = world.post(&finance, "/v1/cases/EXC-1/votes", &stale).await;
    assert_eq!((stale.status.as_u16(), stale.json()["current_digest"].clone()), (409, case["digest"].clone()));

    // Two others decide.
    let first = world.post(&finance, "/v1/cases/EXC-1/votes", &vote).await.good().json();
    assert_eq!(kinds(&first), ["vote-cast"]);
    let mut with_condition = vote.clone();
    with_condition["conditions"] = json!(["Report the order number by October."]);
    let second = world.post(&approver, "/v1/cases/EXC-1/votes", &with_condition).await.good().json();
    assert_eq!(kinds(&second), ["vote-cast", "case-decided", "grant-issued"]);
    assert_eq!(numbers(&world, &ana).await, (6, 10, 4, 0));

    // Position, exception, check and AuthZEN agree.
    let exception = world.get(&ana, "/v1/exceptions/EXC-1").await.good().json();
    assert_eq!((exception["status"].clone(), exception["used"].clone()), (json!("active"), json!(4)));
    assert_eq!(exception["conditions"], json!(["Report the order number by October."]));
    assert_eq!(exception["ends_at"], "2025-12-31T23:00:00Z");
    let yes = world.post(&robot, "/v1/checks", &question).await.good().json();
    assert_eq!((yes["decision"].clone(), yes["reason"].clone()), (json!(true), json!("covered_by_exception")));
    let asked = json!({
        "subject": { "type": "workload", "id": "ci/drawing" },
        "action": { "name": "deploy", "properties": { "quantity": 1 } },
        "resource": { "type": "product", "id": "PRD-1" },
    });
    let authzen = world.post(&robot, "/access/v1/evaluation", &asked).await.good().json();
    assert_eq!(
        (authzen["decision"].clone(), authzen["context"]["reason"].clone()),
        (json!(true), json!("covered_by_exception"))
    );
    assert_eq!(authzen["context"]["reason_user"], yes["sentence"]);

    // The auditor reads the decision's entry and verifies its proof with the log's key alone.
    let entry = second["recorded"][1]["entry"].as_u64().unwrap();
    verify_entry(&world, &auditor, entry).await;
    let found = world.get(&auditor, "/v1/ledger/entries?action=grant&object=EXC-1").await.good().json();
    assert_eq!(found["data"][0]["type"], "grant-issued");
    let verified = world.post(&auditor, "/v1/verifications", &json!({})).await.good().json();
    assert_eq!((verified["sound"].clone(), verified["findings_total"].clone()), (json!(true), json!(0)));

    // The day after its last day it covers nothing, without anybody doing anything.
    world.advance(SignedDuration::from_hours(24 * 145));
    let ana = world.ana().await;
    assert_eq!(numbers(&world, &ana).await, (6, 10, 0, 4));
    assert_eq!(world.get(&ana, "/v1/exceptions?status=expired").await.good().json()["total"], 1);

    // Undoing the inventory takes the demand away; what was recorded stays.
    let before = world.size();
    let undone = world.post(&ana, "/v1/imports/IMP-2/undo", &json!({})).await.good().json();
    assert_eq!((kinds(&undone), undone["object"].clone()), (vec!["import-undone"], json!("IMP-2")));
    assert_eq!(numbers(&world, &ana).await, (6, 0, 0, 0));
    assert_eq!(world.size(), before + 1);
}

async fn verify_entry(world: &World, auditor: &As, entry: u64) {
    use base64::Engine as _;
    use merkle_log::{NoteVerifier, TlogProof, leaf_hash, verify_inclusion};

    let whole = world.get(auditor, &format!("/v1/ledger/entries/{entry}")).await.good().json();
    let bytes = base64::engine::general_purpose::STANDARD.decode(whole["bytes"].as_str().unwrap()).unwrap();
    let key: NoteVerifier = world.get(auditor, "/v1/ledger/log.vkey").await.good().text().trim().parse().unwrap();
    let proof = world.get(auditor, &format!("/v1/ledger/entries/{entry}/proof")).await.good();
    assert!(proof.header("content-type").starts_with("text/plain"));
    let proof = TlogProof::parse(&proof.body).unwrap();
    assert_eq!(proof.checkpoint.verify(std::slice::from_ref(&key)).unwrap().len(), 1);
    let checkpoint: merkle_log::Checkpoint = proof.checkpoint.text().parse().unwrap();
    let head = checkpoint.head();
    verify_inclusion(&leaf_hash(&bytes), proof.index, head.size, &proof.hashes, &head.root).unwrap();
    let mut altered = bytes.clone();
    *altered.last_mut().unwrap() ^= 1;
    verify_inclusion(&leaf_hash(&altered), proof.index, head.size, &proof.hashes, &head.root).unwrap_err();

    // The same tree by its files.
    let served = world.get(auditor, "/checkpoint").await.good();
    assert!(served.text().starts_with(world.app.origin()));
    let bundle = world.get(auditor, &format!("/tile/entries/000.p/{}", head.size)).await.good();
    let held = merkle_log::decode_bundle(&bundle.body, u16::try_from(head.size).unwrap());
    assert!(held.unwrap().iter().any(|held| **held == bytes[..]), "the entry is not in its bundle");
    assert_eq!(world.get(auditor, "/tile/0/999").await.status, 404);
}

#[tokio::test]
async fn a_password_signs_in_and_out_and_a_link_works_once() {
    let world = World::founded().await;
    let operator = As::Operator(ANA);
    let link = world.post(&operator, "/v1/accounts/ACC-1/links", &json!({})).await;
    assert_eq!(link.status, 201);
    let secret = link.json()["secret"].as_str().unwrap().to_owned();
    let stranger = As::Stranger;
    let set = json!({ "link": secret, "password": "seven small grey horses" });
    world.post(&stranger, "/v1/sessions", &set).await.good();
    let again = world.post(&stranger, "/v1/sessions", &set).await;
    assert_eq!(again.said().split(':').next(), Some("410 link-ended"));

    let wrong = json!({ "login": "ana@acme.example", "password": "six small grey horses" });
    assert_eq!(
        world.post(&stranger, "/v1/sessions", &wrong).await.said().split(':').next(),
        Some("401 sign-in-failed")
    );
    let right = json!({ "login": "Ana@acme.example", "password": "seven small grey horses" });
    let session = world.post(&stranger, "/v1/sessions", &right).await.good();
    assert_eq!(session.status, 201);
    let cookie = session.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    let value = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    let ana = As::Session(value);
    assert_eq!(world.get(&ana, "/v1/me").await.good().json()["id"], "PER-1");
    let end = axum::http::Request::delete("/v1/sessions/current").body(axum::body::Body::empty()).unwrap();
    let ended = world.send(&ana, end).await.good();
    assert!(ended.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(world.get(&ana, "/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_backup_is_the_whole_folder_and_restores_to_the_same_ledger() {
    let world = world::short().await;
    let ana = world.ana().await;
    let size = world.size();
    let backup = world.get(&ana, "/v1/backup").await.good();
    assert_eq!(backup.header("content-length"), backup.body.len().to_string());
    let place = tempfile::TempDir::new().unwrap();
    let file = place.path().join("backup.tar");
    std::fs::write(&file, &backup.body).unwrap();
    let restored = app::restore(&file, &place.path().join("again")).unwrap();
    assert_eq!(restored.head.size, size);
    let reader = world.token(ANA, &[Scope::Read]).await;
    assert_eq!(world.get(&reader, "/v1/backup").await.status, 403);
}
