//! Inventory agents over the wire: the real ones of Debian where they are installed, and messages written by hand.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use app::positions::DeviceFacts;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use domain::command::{Actor, Via};
use domain::id::{PersonId, SourceId, TokenId};
use domain::person::Role;
use domain::source::Approval;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{ANA, Answer, As, World};

/// An open source and the secret of its token.
struct Fleet {
    world: World,
    token: String,
}

const FLEET: &str = "Workstations";

impl Fleet {
    async fn opened(approval: Approval) -> Self {
        let world = World::founded().await;
        let operator = Actor::Person(ANA, Via::Operator);
        let (secret, _) = world.app.open_source(operator, FLEET, approval, 24, None).await.unwrap();
        Self { token: secret.unwrap().0, world }
    }

    /// A message as it stands, to the address with the token.
    async fn report(&self, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        self.report_to(&format!("/agents/{}", self.token), body, headers).await
    }

    async fn report_to(&self, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.world.send(&As::Stranger, request.body(Body::from(body.to_vec())).unwrap()).await
    }

    /// A report of a GLPI agent.
    async fn glpi(&self, message: &Value) -> Answer {
        self.report(message.to_string().as_bytes(), &GLPI).await
    }

    fn device(&self, name: &str) -> Option<DeviceFacts> {
        let snapshot = self.world.app.snapshot();
        let estate = snapshot.base.estate();
        estate.devices().filter_map(|index| estate.device(index)).find(|facts| facts.name == name)
    }

    fn titles(&self, name: &str) -> Vec<String> {
        let snapshot = self.world.app.snapshot();
        let Some(facts) = self.device(name) else { return Vec::new() };
        snapshot.base.estate().installed_on(facts.index).into_iter().map(|installed| installed.title.name).collect()
    }

    /// Everything is replayed from the folder, verified, and must come out the same.
    fn holds(&self) {
        let verified = self.world.app.verify(None).unwrap();
        assert!(verified.is_sound(), "{:?}", verified.storage.findings);
    }

    fn stored_reports(&self) -> u64 {
        self.world.app.verify(None).unwrap().storage.reports
    }
}

pub const GLPI: [(&str, &str); 2] =
    [("content-type", "application/json"), ("glpi-agent-id", "5c44a4a2-5d5b-4c2b-a9a5-0f6e2d4c8b1a")];

pub fn inventory(name: &str, titles: &[&str]) -> Value {
    let software: Vec<Value> = titles.iter().map(|title| json!({ "name": title, "version": "1.0" })).collect();
    json!({
        "action": "inventory",
        "deviceid": format!("{name}-2025-08-12-08-00-00"),
        "itemtype": "Computer",
        "content": {
            "hardware": { "name": name, "uuid": format!("uuid-of-{name}") },
            "operatingsystem": { "full_name": "Debian GNU/Linux 12" },
            "softwares": software,
        },
    })
}

fn xml_inventory(name: &str, titles: &[&str]) -> String {
    let software: String =
        titles.iter().map(|title| format!("<SOFTWARES><NAME>{title}</NAME><VERSION>1</VERSION></SOFTWARES>")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><REQUEST><CONTENT><HARDWARE><NAME>{name}</NAME></HARDWARE>{software}</CONTENT>\
         <DEVICEID>{name}-2025-08-12-08-00-00</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>"
    )
}

const PROLOG: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><REQUEST><DEVICEID>pc</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>";

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

fn unzlib(bytes: &[u8]) -> String {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::ZlibDecoder::new(bytes), &mut text).unwrap();
    text
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn a_prolog_is_answered_with_send_packed_as_it_came() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let plain = fleet.report(PROLOG.as_bytes(), &[("content-type", "application/xml")]).await.good();
    assert_eq!(plain.header("content-type"), "application/xml");
    assert_eq!(
        plain.text(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REPLY><PROLOG_FREQ>24</PROLOG_FREQ><RESPONSE>SEND</RESPONSE></REPLY>\n"
    );
    let packed =
        fleet.report(&zlib(PROLOG.as_bytes()), &[("content-type", "application/x-compress-zlib")]).await.good();
    assert_eq!(packed.header("content-type"), "application/x-compress-zlib");
    assert_eq!(packed.body[..2], [0x78, 0x9c], "agents know zlib by these two bytes");
    assert_eq!(unzlib(&packed.body), plain.text());
    // What OCS agents send carries a content type that says nothing.
    let ocs = fleet.report(&zlib(PROLOG.as_bytes()), &[("content-type", "application/x-compress")]).await.good();
    assert_eq!(unzlib(&ocs.body), plain.text());
    let zipped =
        fleet.report(&gzip(PROLOG.as_bytes()), &[("content-type", "application/x-compress-gzip")]).await.good();
    assert_eq!(zipped.body[..2], [0x1f, 0x8b]);
    assert_eq!(fleet.world.size(), fleet.world.app.snapshot().size(), "nothing is recorded for a question");
}

#[tokio::test]
async fn an_inventory_in_xml_counts_once_it_is_answered() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let answer = fleet.report(&zlib(xml_inventory("pc-01", &["Drafter Pro"]).as_bytes()), &[]).await.good();
    assert!(unzlib(&answer.body).contains("<RESPONSE>NO_ACCOUNT_UPDATE</RESPONSE>"));
    assert_eq!(fleet.titles("pc-01"), ["Drafter Pro"]);
    let facts = fleet.device("pc-01").unwrap();
    assert_eq!(facts.reports[0].source, FLEET);
    fleet.holds();
}

#[tokio::test]
async fn a_glpi_agent_makes_contact_and_reports_in_json() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let contact = json!({ "action": "contact", "deviceid": "pc", "installed-tasks": ["inventory"] });
    let answer = fleet.glpi(&contact).await.good().json();
    assert_eq!((&answer["status"], &answer["expiration"]), (&json!("ok"), &json!(24)));
    // An agent that does not know the server yet asks in XML and shows by its header that it speaks JSON.
    let answer = fleet.report(&zlib(PROLOG.as_bytes()), &GLPI).await.good();
    assert_eq!((answer.header("content-type"), &answer.json()["status"]), ("application/json", &json!("ok")));
    let answer = fleet.glpi(&inventory("pc-02", &["Drafter Pro", "Viewer"])).await.good().json();
    assert_eq!((&answer["status"], &answer["expiration"]), (&json!("ok"), &json!(24)));
    assert_eq!(fleet.titles("pc-02"), ["Drafter Pro", "Viewer"]);
    fleet.holds();
}

#[tokio::test]
async fn a_partial_report_leaves_what_it_does_not_list() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let part = |content: Value| json!({ "action": "inventory", "deviceid": "pc-03-2025-08-12-08-00-00", "partial": true, "content": content });
    let hardware = json!({ "name": "pc-03", "uuid": "uuid-of-pc-03" });
    let early = fleet.glpi(&part(json!({ "hardware": hardware, "softwares": [] }))).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(early.json()["status"], "error");
    assert!(early.json()["message"].as_str().unwrap().contains("Send a full one first"));
    fleet.glpi(&inventory("pc-03", &["Drafter Pro", "Viewer"])).await.good();

    // No list of software: the titles stay, the user is new, the operating system is as before.
    let user = json!({ "name": "pc-03", "uuid": "uuid-of-pc-03", "lastloggeduser": "lena" });
    fleet.glpi(&part(json!({ "hardware": user }))).await.good();
    assert_eq!(fleet.titles("pc-03"), ["Drafter Pro", "Viewer"]);
    let attributes = fleet.device("pc-03").unwrap().attributes;
    assert_eq!(attributes.primary_user.as_deref(), Some("lena"));
    assert_eq!(attributes.operating_system.as_deref(), Some("Debian GNU/Linux 12"));

    // A list of software is whole, as every category of a partial report is.
    fleet.glpi(&part(json!({ "hardware": hardware, "softwares": [{ "name": "Viewer" }] }))).await.good();
    assert_eq!(fleet.titles("pc-03"), ["Viewer"]);
    assert_eq!(fleet.device("pc-03").unwrap().attributes.primary_user.as_deref(), Some("lena"));
    fleet.holds();
}

#[tokio::test]
async fn a_token_comes_in_the_address_or_as_a_password_and_another_one_is_asked_for() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let basic = |pair: String| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let good = basic(format!("agent:{}", fleet.token));
    fleet.report_to("/agents", PROLOG.as_bytes(), &[("authorization", &good)]).await.good();
    let bearer = format!("Bearer {}", fleet.token);
    fleet.report_to("/agents", PROLOG.as_bytes(), &[("authorization", &bearer)]).await.good();

    let operator = Actor::Person(ANA, Via::Operator);
    let scopes = [domain::person::Scope::Report].into();
    let (other, _) = fleet.world.app.issue_token(operator, "of no source", scopes, None).await.unwrap();
    for wrong in ["indult_pat_nothing", "x", &other.0] {
        let answer = fleet.report_to(&format!("/agents/{wrong}"), PROLOG.as_bytes(), &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"Indult\"");
        assert!(!answer.text().contains(wrong) || wrong == "x", "a token is never given back");
    }
    let renewed = fleet.world.app.renew_source_token(operator, SourceId(1), None).await.unwrap().0.unwrap();
    assert_eq!(fleet.report(PROLOG.as_bytes(), &[]).await.status, StatusCode::UNAUTHORIZED);
    fleet.report_to(&format!("/agents/{}", renewed.0), PROLOG.as_bytes(), &[]).await.good();
    fleet.world.app.revoke_token(operator, TokenId(3)).await.unwrap();
    let answer = fleet.report_to(&format!("/agents/{}", renewed.0), PROLOG.as_bytes(), &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_repeated_report_moves_freshness_and_stores_nothing() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let message = inventory("pc-04", &["Drafter Pro"]);
    assert_eq!(fleet.glpi(&message).await.good().json()["devices"][0]["unchanged"], false);
    let (stored, before) = (fleet.stored_reports(), fleet.device("pc-04").unwrap().reports[0].reported_at.unwrap());
    fleet.world.advance(SignedDuration::from_hours(5));
    assert_eq!(fleet.glpi(&message).await.good().json()["devices"][0]["unchanged"], true);
    assert_eq!(fleet.stored_reports(), stored);
    let facts = fleet.device("pc-04").unwrap();
    assert_eq!(facts.reports[0].reported_at.unwrap().duration_since(before), SignedDuration::from_hours(5));

    let ana = fleet.world.ana().await;
    let source = fleet.world.get(&ana, "/v1/sources/SRC-1").await.good().json();
    assert_eq!((&source["devices"], &source["silent"]), (&json!(1), &json!(0)));
    fleet.world.advance(SignedDuration::from_hours(10));
    fleet.world.advance(SignedDuration::from_hours(39));
    let ana = fleet.world.ana().await;
    let source = fleet.world.get(&ana, "/v1/sources/SRC-1").await.good().json();
    assert_eq!((&source["devices"], &source["silent"]), (&json!(1), &json!(1)), "two intervals without a word");
    fleet.holds();
}

#[tokio::test]
async fn an_unknown_device_is_held_until_somebody_approves_it() {
    let fleet = Fleet::opened(Approval::HoldUnknown).await;
    let answer = fleet.glpi(&inventory("pc-05", &["Drafter Pro"])).await.good().json();
    assert_eq!((&answer["status"], &answer["devices"][0]["standing"]), (&json!("ok"), &json!("held")));
    assert_eq!(fleet.device("pc-05").map(|facts| facts.name), None, "a held device does not count");
    fleet.glpi(&inventory("pc-06", &["Viewer"])).await.good();
    fleet.glpi(&inventory("pc-07", &["Viewer"])).await.good();

    let ana = fleet.world.ana().await;
    let held = fleet.world.get(&ana, "/v1/sources/SRC-1/devices?standing=held").await.good().json();
    assert_eq!(held["total"], 3);
    let mark = |name: &str| {
        let all = held["data"].as_array().unwrap();
        let found = all.iter().find(|device| device["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let act = async |name: &str, act: &str| {
        let path = format!("/v1/sources/SRC-1/devices/{}/{act}", mark(name));
        fleet.world.post(&ana, &path, &json!({})).await.good().json()
    };
    assert_eq!(act("pc-05", "approvals").await["recorded"][0]["type"], "device-approved");
    assert_eq!(fleet.titles("pc-05"), ["Drafter Pro"], "its kept report counts at once");
    assert_eq!(act("pc-06", "rejections").await["recorded"][0]["type"], "device-rejected");
    let refused = fleet.glpi(&inventory("pc-06", &["Viewer", "More"])).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["message"], "This device was rejected as a device of SRC-1.");
    // What was approved counts without further acts.
    fleet.glpi(&inventory("pc-05", &["Drafter Pro", "Viewer"])).await.good();
    assert_eq!(fleet.titles("pc-05"), ["Drafter Pro", "Viewer"]);
    // Always accept: those that are held, and later ones; whoever was rejected stays so.
    let change = json!({ "approval": "accept_all" });
    fleet.world.post(&ana, "/v1/sources/SRC-1/changes", &change).await.good();
    assert_eq!(fleet.titles("pc-07"), ["Viewer"]);
    fleet.glpi(&inventory("pc-08", &["Viewer"])).await.good();
    assert_eq!(fleet.titles("pc-08"), ["Viewer"]);
    assert_eq!(fleet.device("pc-06").map(|facts| facts.name), None);
    fleet.holds();
}

#[tokio::test]
async fn a_closed_source_takes_nothing_and_its_reports_no_longer_count() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    fleet.glpi(&inventory("pc-09", &["Drafter Pro"])).await.good();
    let operator = As::Operator(ANA);
    fleet.world.post(&operator, "/v1/sources/SRC-1/closings", &json!({})).await.good();
    assert_eq!(fleet.device("pc-09").map(|facts| facts.name), None);
    assert_eq!(fleet.glpi(&inventory("pc-09", &["Drafter Pro"])).await.status, StatusCode::UNAUTHORIZED);
    fleet.holds();
}

#[tokio::test]
async fn what_was_reported_is_there_again_after_a_restart() {
    let mut fleet = Fleet::opened(Approval::HoldUnknown).await;
    fleet.glpi(&inventory("pc-10", &["Held Title"])).await.good();
    let change = json!({ "approval": "accept_all" });
    let operator = As::Operator(ANA);
    fleet.world.post(&operator, "/v1/sources/SRC-1/changes", &change).await.good();
    for round in 0..3 {
        fleet.world.advance(SignedDuration::from_mins(30));
        fleet.glpi(&inventory("pc-11", &["Drafter Pro", &format!("Round {round}")])).await.good();
        fleet.glpi(&inventory("pc-12", &["Viewer"])).await.good();
    }
    let drawn = |app: &app::App| {
        let snapshot = app.snapshot();
        let estate = snapshot.base.estate();
        let mut all: Vec<_> = estate
            .devices()
            .map(|index| format!("{:?} {:?}", estate.device(index).unwrap().reports, estate.installed_on(index)))
            .collect();
        all.sort();
        (all, snapshot.state.clone())
    };
    let before = drawn(&fleet.world.app);
    assert_eq!(before.0.len(), 3);
    fleet.world.restart().await;
    assert_eq!(drawn(&fleet.world.app), before);
    fleet.holds();
    // And it goes on from there.
    fleet.glpi(&inventory("pc-12", &["Viewer"])).await.good();
    assert_eq!(fleet.titles("pc-12"), ["Viewer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_devices_that_report_at_once_all_count_in_few_deliveries() {
    const DEVICES: usize = 300;
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let size = fleet.world.size();
    let mut all = tokio::task::JoinSet::new();
    for number in 0..DEVICES {
        let body = zlib(
            inventory(&format!("many-{number}"), &["Drafter Pro", &format!("Own {number}")]).to_string().as_bytes(),
        );
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/agents/{}", fleet.token))
            .header("glpi-agent-id", "x")
            .body(Body::from(body))
            .unwrap();
        let router = fleet.world.router.clone();
        all.spawn(async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status() });
    }
    while let Some(status) = all.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    let snapshot = fleet.world.app.snapshot();
    assert_eq!(snapshot.base.estate().device_count(), DEVICES as u64);
    assert_eq!(snapshot.base.estate().installation_count(), 2 * DEVICES as u64);
    let entries = fleet.world.size() - size;
    assert!(entries < DEVICES as u64 / 2, "{entries} entries for {DEVICES} devices");
    assert_eq!(fleet.stored_reports(), DEVICES as u64);
    fleet.holds();
}

#[tokio::test]
async fn hostile_messages_change_nothing_and_are_answered_with_a_sentence() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let size = fleet.world.size();
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{{\"deviceid\":\"a\",\"content\":{{\"softwares\":{deep}}}}}");
    let bomb = zlib(&vec![b'<'; 30 << 20]);
    let entity = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><REQUEST><QUERY>INVENTORY</QUERY></REQUEST>";
    let phone =
        json!({ "deviceid": "x", "itemtype": "Printer", "content": { "hardware": { "name": "x" }, "softwares": [] } });
    let nameless = json!({ "content": { "softwares": [] }, "deviceid": "" });
    let messages: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\0\0\0\0".to_vec(),
        b"<REQUEST>".to_vec(),
        entity.into(),
        nested.into(),
        bomb.clone(),
        zlib(&bomb),
        gzip(&gzip(PROLOG.as_bytes())),
        zlib(PROLOG.as_bytes())[..20].to_vec(),
        phone.to_string().into(),
        nameless.to_string().into(),
        b"{\"action\":\"inventory\"}".to_vec(),
        vec![b'x'; (8 << 20) + 1],
    ];
    for message in messages {
        for headers in [&GLPI[..], &[]] {
            let answer = fleet.report(&message, headers).await;
            assert!(answer.status.is_client_error(), "{} for {:?}", answer.status, &message[..message.len().min(40)]);
            assert!(answer.text().len() > 20, "a sentence says why");
        }
    }
    assert_eq!(fleet.world.size(), size);
    assert_eq!(fleet.stored_reports(), 0);
    let get = fleet.world.get(&As::Stranger, &format!("/agents/{}", fleet.token)).await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(!get.text().contains(&fleet.token), "a token is never given back");
}

/// A body of which nothing ever comes.
struct Silence;

impl http_body::Body for Silence {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn a_message_that_does_not_arrive_is_not_waited_for() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    for (token, status) in [(fleet.token.as_str(), StatusCode::SERVICE_UNAVAILABLE), ("x", StatusCode::UNAUTHORIZED)] {
        let request = Request::builder().method(Method::POST).uri(format!("/agents/{token}"));
        let request = request.body(Body::new(Silence)).unwrap();
        tokio::time::pause();
        let answer = fleet.world.send(&As::Stranger, request).await;
        tokio::time::resume();
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

#[tokio::test]
async fn scripts_and_statements_in_a_report_are_shown_as_they_are_and_do_nothing() {
    let fleet = Fleet::opened(Approval::HoldUnknown).await;
    let script = "<script>alert(1)</script>";
    let statement = "'); DROP TABLE reports; --";
    fleet.glpi(&inventory(script, &[statement, script])).await.good();
    let ana = fleet.world.ana().await;
    let page = fleet.world.get(&ana, "/sources/SRC-1").await.good().text();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains(script));
    let change = json!({ "approval": "accept_all" });
    fleet.world.post(&ana, "/v1/sources/SRC-1/changes", &change).await.good();
    assert_eq!(fleet.titles(script), [statement, script]);
    let titles = fleet.world.get(&ana, "/titles").await.good().text();
    assert!(!titles.contains(script));
    fleet.holds();
}

#[tokio::test]
async fn pages_open_a_source_show_its_token_once_and_approve_what_is_held() {
    let world = World::founded().await;
    let (_, keeper) = world.person("sam", &[Role::SamManager]).await;
    let form = async |who: &As, path: &str, body: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "http://indult.acme.example")
            .header(header::HOST, "indult.acme.example")
            .body(Body::from(body.to_owned()))
            .unwrap();
        world.send(who, request).await
    };
    let bad = form(&keeper, "/sources", "key=k0&name=&approval=hold_unknown&interval_hours=24").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text().contains("Enter the name of the source."));
    let made =
        form(&keeper, "/sources", "key=k1&name=Branch&approval=hold_unknown&interval_hours=12").await.good().text();
    let token = made.split("/agents/").nth(1).unwrap().split(['&', '\'', '<']).next().unwrap().to_owned();
    assert!(token.starts_with("indult_pat_"), "{token}");
    assert!(
        made.contains("ocsinventory-agent --nolocal --server &#39;http://indult.acme.example/agents/")
            || made.contains("ocsinventory-agent --nolocal --server 'http://indult.acme.example/agents/")
    );
    let again = world.get(&keeper, "/sources/SRC-1").await.good().text();
    assert!(!again.contains(&token) && again.contains("/agents/TOKEN"));

    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/agents/{token}"))
        .body(Body::from(xml_inventory("pc-held", &["Viewer"])))
        .unwrap();
    world.send(&As::Stranger, request).await.good();
    let page = world.get(&keeper, "/sources/SRC-1").await.good().text();
    let act = page.split("action=\"").find(|part| part.contains("/approval\"")).unwrap();
    let act = act.split('"').next().unwrap().to_owned();
    assert_eq!(form(&keeper, &act, "").await.status, StatusCode::SEE_OTHER);
    let page = world.get(&keeper, "/sources/SRC-1").await.good().text();
    assert!(!page.contains("/approval\"") && page.contains("pc-held"));
    let list = world.get(&keeper, "/sources").await.good().text();
    assert!(list.contains("Branch") && list.contains("Reports"));

    let (_, requester) = world.person("req", &[Role::Requester]).await;
    assert_eq!(world.get(&requester, "/sources").await.status, StatusCode::FORBIDDEN);
    let (_, auditor) = world.person("aud", &[Role::Auditor]).await;
    let read = world.get(&auditor, "/sources/SRC-1").await.good().text();
    assert!(!read.contains("<form class=\"long\""), "who only reads gets no form");
}

#[tokio::test]
async fn a_name_belongs_to_agents_or_to_imports_and_not_to_both() {
    let fleet = Fleet::opened(Approval::AcceptAll).await;
    let operator = As::Operator(ANA);
    let csv = b"device,product\npc,Viewer\n";
    let refused = fleet.world.upload(&operator, "/v1/imports/inventory?source=workstations&file_name=a.csv", csv).await;
    assert_eq!(refused.said(), "422 validation: The agents of SRC-1 report under this name; choose another.");
    fleet.world.upload(&operator, "/v1/imports/inventory?source=files&file_name=a.csv", csv).await.good();
    let taken = fleet.world.post(&operator, "/v1/sources", &json!({ "name": "Files" })).await;
    assert_eq!(taken.said(), "422 validation: Files were imported under Files; choose another name.");
    let (person, _) = fleet.world.person("req", &[Role::Requester]).await;
    let denied = fleet.world.post(&As::Operator(person), "/v1/sources", &json!({ "name": "Mine" })).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let _: PersonId = person;
}

/// Whether a program is here; says so where it is not.
#[expect(clippy::print_stdout, reason = "what is not tried is said aloud")]
fn is_here(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .chain(["/usr/bin".into(), "/usr/sbin".into()])
        .any(|folder| folder.join(program).is_file());
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Whether this is the administrator of the machine, whose folder of state an agent has no option to change.
#[expect(clippy::print_stdout, reason = "what is not tried is said aloud")]
fn is_root(program: &str) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or_default();
    let root = users.split_whitespace().nth(1) == Some("0");
    if !root {
        println!("skipped: {program} keeps its state where only root can write");
    }
    root
}

/// Runs a real agent against a fleet that is served; what the agent said.
async fn run_agent(fleet: &Fleet, program: &str, words: &[String]) -> String {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).env("LC_ALL", "C");
    for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(fleet.world.app.verify(None).unwrap().is_sound());
    said
}

async fn serve(fleet: &Fleet) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = fleet.world.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// This machine stands in the installed base with the packages that dpkg says it has.
fn this_machine_is_there(fleet: &Fleet, said: &str) {
    let snapshot = fleet.world.app.snapshot();
    let estate = snapshot.base.estate();
    assert_eq!(estate.device_count(), 1, "{said}");
    let device = estate.devices().next().unwrap();
    let facts = estate.device(device).unwrap();
    assert_eq!(facts.reports[0].source, FLEET);
    // OCS writes `libc6:amd64` where several architectures can stand side by side.
    let installed = estate.installed_on(device).into_iter();
    let names: Vec<String> =
        installed.map(|one| one.title.name.split(':').next().unwrap_or_default().to_owned()).collect();
    let status = std::fs::read_to_string("/var/lib/dpkg/status").unwrap();
    let installed: Vec<&str> = status
        .split("\n\n")
        .filter(|package| package.contains("\nStatus: install ok installed\n"))
        .filter_map(|package| package.lines().find_map(|line| line.strip_prefix("Package: ")))
        .collect();
    assert!(installed.len() > 50);
    let missing: Vec<&&str> = installed.iter().filter(|name| !names.iter().any(|known| known == **name)).collect();
    assert!(missing.is_empty(), "{} packages, of which these are missing: {missing:?}", installed.len());
}

fn path(folder: &Path) -> String {
    folder.to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fusioninventory_agent_of_debian_reports_as_it_is() {
    if !is_here("fusioninventory-agent") || !is_root("fusioninventory-agent") {
        return;
    }
    for (compression, password) in [(true, false), (false, true)] {
        let fleet = Fleet::opened(Approval::AcceptAll).await;
        let base = serve(&fleet).await;
        let mut words: Vec<String> = ["--tasks=inventory", "--logger=stderr", "--force"].map(str::to_owned).into();
        if password {
            let token = &fleet.token;
            words.extend([format!("--server={base}/agents"), "--user=agent".to_owned(), format!("--password={token}")]);
        } else {
            words.push(format!("--server={base}/agents/{}", fleet.token));
        }
        if !compression {
            words.push("--no-compression".to_owned());
        }
        let said = run_agent(&fleet, "fusioninventory-agent", &words).await;
        this_machine_is_there(&fleet, &said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ocsinventory_agent_of_debian_reports_as_it_is() {
    if !is_here("ocsinventory-agent") {
        return;
    }
    for password in [false, true] {
        let fleet = Fleet::opened(Approval::AcceptAll).await;
        let (base, state) = (serve(&fleet).await, tempfile::tempdir().unwrap());
        // The package is set up to write to a folder until somebody names a server.
        let mut words = vec![format!("--basevardir={}", path(state.path())), "--nolocal".to_owned()];
        if password {
            // This agent takes both in base64.
            let packed = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
            let (user, token) = (packed("agent"), packed(&fleet.token));
            words.extend([format!("--server={base}/agents"), format!("--user={user}"), format!("--password={token}")]);
            words.push("--realm=Indult".to_owned());
        } else {
            words.push(format!("--server={base}/agents/{}", fleet.token));
        }
        let said = run_agent(&fleet, "ocsinventory-agent", &words).await;
        this_machine_is_there(&fleet, &said);
    }
}
