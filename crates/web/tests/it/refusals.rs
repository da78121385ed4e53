//! What is turned down, with which status and sentence, and that it changes nothing.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::person::Role;
use serde_json::json;

use crate::world::{self, ANA, As, World, json_request};

/// Sends bodies to a path and compares what is said.
async fn check(world: &World, who: &As, path: &str, cases: &[(&str, &str)]) {
    for (body, said) in cases {
        let before = world.size();
        let answer = world.send(who, json_request(path, body, Some(&world.fresh_key()))).await;
        let errors = answer.json()["errors"].clone();
        let place = errors[0]["pointer"].as_str().unwrap_or_default().to_owned();
        assert_eq!(format!("{} {place}", answer.said()).trim(), *said, "{body}");
        assert_eq!(world.size(), before, "{body}: refused and recorded");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_taken_is_refused_with_its_place() {
    let world = world::short().await;
    let ana = world.ana().await;
    check(
        &world,
        &ana,
        "/v1/entitlements",
        &[
            (r#"{"product":"PRD-1","metric":"device","quantity":1,"status":"x"}"#,
             "422 validation: There is no field status here. These are read: product, metric, quantity, starts_on, ends_on, exempt_environments, secondary_use, unit_price, use_rights, agreement, purchase_reference. #/status"),
            (r#"{"product":"PRD-1","metric":"device","quantity":1,"quantity":2}"#,
             "422 validation: quantity stands twice, and nobody can tell which one counts. #/quantity"),
            (r#"{"product":"PRD-1","metric":"device","quantity":-1}"#,
             "422 validation: Here stands the number -1, and a whole number or the text \"unlimited\" is needed. #/quantity"),
            (r#"{"product":"PRD-1","metric":"device","quantity":0}"#,
             "422 validation: Enter a number from 1 to 1000000000. #/quantity"),
            (r#"{"product":"PRD-1","metric":"site","quantity":1}"#,
             "422 validation: \u{201c}site\u{201d} is not the name of a metric, such as device, named_user, core or MET-3. #/metric"),
            (r#"{"product":"PRD-1","metric":"device","quantity":1,"ends_on":"31 December"}"#,
             "422 validation: Write a day as year, month and day, such as 2025-12-31. #/ends_on"),
            (r#"{"product":"PRD-1","metric":"device","quantity":1,"unit_price":{"amount":"1e3","currency":"EUR"}}"#,
             "422 validation: Write the amount in digits with a point, such as \"345.00\"; at most 15 digits before it and 8 after it. #/unit_price/amount"),
            (r#"{"product":"PRD-9","metric":"device","quantity":1}"#, "404 not-found: There is no product PRD-9."),
            (r#"{"product":"#, "400 not-readable: The JSON in the body ends before it is complete."),
            (r"[1]", "422 validation: Here stands a list, and an object is needed. #/"),
        ],
    )
    .await;
    let unread =
        Request::post("/v1/products").header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(
        world.send(&ana, unread).await.said(),
        "415 content-type: Send JSON, with Content-Type: application/json."
    );
}

#[tokio::test]
async fn parameters_are_known_single_and_within_their_limits() {
    let world = World::founded().await;
    let ana = world.ana().await;
    for (path, said) in [
        ("/v1/products?limit=0", "422 validation: Ask for 1 to 200 items at once."),
        ("/v1/products?limit=201", "422 validation: Ask for 1 to 200 items at once."),
        ("/v1/products?limit=many", "422 validation: Enter a whole number."),
        ("/v1/products?limit=1&limit=2", "422 validation: limit stands twice, and nobody can tell which one counts."),
        (
            "/v1/products?status=x",
            "422 validation: There is no field status here. These are read: q, as_of, limit, cursor.",
        ),
        ("/v1/products?cursor=1", "422 validation: Send the cursor exactly as the page before gave it."),
        ("/v1/organisation?x=1", "422 validation: There is no field x here. Nothing is read here."),
        (
            "/v1/cases?status=open",
            "422 validation: \u{201c}open\u{201d} is not known here; use one of: draft, needs_information, deciding, approved, denied, withdrawn.",
        ),
        ("/v1/products/ENT-1", "404 not-found: \u{201c}ENT-1\u{201d} is not a product number; it looks like PRD-7."),
        ("/v1/products/PRD-1", "404 not-found: There is no product PRD-1."),
        ("/v1/ledger/entries/-1", "404 not-found: An entry is named by its place, a whole number from 0."),
        ("/v1/nothing", "404 not-found: There is nothing at /v1/nothing."),
    ] {
        assert_eq!(world.get(&ana, path).await.said(), said, "{path}");
    }
    let wrong = Request::builder().method(Method::PUT).uri("/v1/products").body(Body::empty()).unwrap();
    let wrong = world.send(&ana, wrong).await;
    assert_eq!(wrong.said(), "405 method: /v1/products does not answer to PUT.");
    assert!(wrong.header("allow").contains("POST"), "{:?}", wrong.headers);
}

#[tokio::test]
async fn another_sites_page_cannot_use_a_signed_in_browser() {
    let world = World::founded().await;
    let (fred, browser) = world.person("fred", &[Role::Procurement]).await;
    let product = json!({ "name": "P", "metric": "device" }).to_string();
    let from = |site: &str, origin: Option<&str>| {
        let mut request = json_request("/v1/products?dry_run=true", &product, None);
        request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
            request.headers_mut().insert("host", "indult.acme.example".parse().unwrap());
        }
        request
    };
    for site in ["cross-site", "same-site"] {
        let answer = world.send(&browser, from(site, None)).await;
        assert_eq!((answer.status.as_u16(), answer.said().split(':').next().unwrap()), (403, "403 cross-site"));
    }
    world.send(&browser, from("same-origin", None)).await.good();
    let mut old = from("none", Some("https://evil.example"));
    old.headers_mut().remove("sec-fetch-site");
    assert_eq!(world.send(&browser, old).await.status, 403);
    // A token is sent by a program on purpose, wherever it runs.
    let token = world.token(fred, &[domain::person::Scope::Write]).await;
    world.send(&token, from("cross-site", None)).await.good();
    // A token that does not work is not made up for by the cookie beside it.
    let mut both = from("cross-site", None);
    both.headers_mut().insert("authorization", "Bearer indult_pat_none".parse().unwrap());
    assert_eq!(world.send(&browser, both).await.status, 401);
}

#[tokio::test]
async fn every_answer_tells_browsers_to_keep_to_themselves() {
    let world = World::founded().await;
    let ana = world.ana().await;
    for path in ["/v1/me", "/v1/nothing", "/healthz", "/v1/products/x"] {
        let answer = world.get(&ana, path).await;
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
    }
    let mut named = Request::get("/v1/nothing").body(Body::empty()).unwrap();
    named.headers_mut().insert("x-request-id", "build-7".parse().unwrap());
    let answer = world.send(&ana, named).await;
    assert_eq!((answer.header("x-request-id"), answer.json()["request_id"].clone()), ("build-7", json!("build-7")));
}

#[tokio::test]
async fn only_the_same_process_can_be_the_operator() {
    let world = World::founded().await;
    let mut claimed = Request::get("/v1/me").body(Body::empty()).unwrap();
    for header in ["x-local-operator", "local-operator", "x-forwarded-user", "x-webauth-user"] {
        claimed.headers_mut().insert(header, "PER-1".parse().unwrap());
    }
    assert_eq!(world.send(&As::Stranger, claimed).await.status, 401);
    let me = world.get(&As::Operator(ANA), "/v1/me").await.good().json();
    assert_eq!((me["by"].clone(), me["id"].clone()), (json!("operator"), json!("PER-1")));
}

#[tokio::test]
async fn a_secure_cookie_is_bound_to_the_host_and_no_other_counts() {
    let options = web::Options { base_url: Some("https://indult.acme.example".to_owned()), secure_cookies: true };
    let world = World::served(options).await;
    let As::Session(secret) = world.ana().await else { panic!("no session") };
    assert_eq!(world.get(&As::Session(secret.clone()), "/v1/me").await.status, 401);
    let mut bound = Request::get("/v1/me").body(Body::empty()).unwrap();
    bound.headers_mut().insert(header::COOKIE, format!("__Host-indult={secret}").parse().unwrap());
    world.send(&As::Stranger, bound).await.good();
    let found = world.get(&As::Stranger, "/.well-known/authzen-configuration").await.good().json();
    assert_eq!(found["access_evaluation_endpoint"], "https://indult.acme.example/access/v1/evaluation");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_changes_nothing() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let hostile: [(&str, Vec<u8>); 9] = [
        ("empty", Vec::new()),
        ("truncated JSON", br#"{"deviceid":"pc","content":{"hardware":{"name":"#.to_vec()),
        ("nested JSON", [b"[".repeat(100_000), b"]".repeat(100_000)].concat()),
        ("not text", vec![0xff, 0xfe, 0x00, 0xd8, 0x01]),
        (
            "XML with a document type",
            b"<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"b\">]><REQUEST>&a;</REQUEST>".to_vec(),
        ),
        ("an open quotation mark", b"device,product\npc,\"x\n".to_vec()),
        ("gzip cut off", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1]),
        ("nothing known", b"hello\n".to_vec()),
        ("a duplicate key", br#"{"deviceid":"a","deviceid":"b","content":{}}"#.to_vec()),
    ];
    let before = world.size();
    for (what, bytes) in &hostile {
        for path in ["/v1/imports/inventory", "/v1/imports/entitlements"] {
            let answer = world.upload(&ana, path, bytes).await;
            assert!(answer.status == 422, "{what} to {path}: {}", answer.said());
            assert_eq!(world.size(), before, "{what}");
        }
    }
    let large = vec![b'x'; (26 << 20) + 1];
    let answer = world.upload(&ana, "/v1/imports/inventory", &large).await;
    assert_eq!(
        answer.said(),
        "413 too-large: The body is longer than is read here: 26 MiB for files, 1 MiB for everything else."
    );
    let long = json!({ "name": "x".repeat(2 << 20), "metric": "device" });
    assert_eq!(world.post(&ana, "/v1/products", &long).await.status, 413);
    assert_eq!(world.size(), before);
    // A file of the same rows can come as a part of a form, and only once.
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\r\n".to_owned()
        + world::RIGHTS
        + "\r\n--b--\r\n";
    let send = |key: &str| {
        Request::post("/v1/imports/entitlements")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header("idempotency-key", key)
            .body(Body::from(form.clone()))
            .unwrap()
    };
    world.send(&ana, send("form-1")).await.good();
    let again = world.send(&ana, send("form-2")).await;
    assert_eq!(
        again.said(),
        "409 conflict: These files were imported already as IMP-1. Undo it first to import them again."
    );
    assert_eq!(world.send(&ana, send("form-1")).await.good().header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn authzen_speaks_its_own_words() {
    let world = world::short().await;
    let ana = world.ana().await;
    let ask = |action: &str, product: &str| {
        json!({ "subject": { "type": "user", "id": "x" }, "action": { "name": action },
                "resource": { "type": "product", "id": product } })
    };
    let no = world.post(&ana, "/access/v1/evaluation", &ask("deploy", "PRD-1")).await.good().json();
    assert_eq!((no["decision"].clone(), no["context"]["reason"].clone()), (json!(false), json!("exhausted")));
    assert!(no["context"]["remedies"].as_array().is_some_and(|remedies| !remedies.is_empty()));
    let unknown = world.post(&ana, "/access/v1/evaluation", &ask("deploy", "No such thing")).await.good().json();
    assert_eq!(
        (unknown["decision"].clone(), unknown["context"]["reason"].clone()),
        (json!(false), json!("unknown_product"))
    );
    let wrong = world.post(&ana, "/access/v1/evaluation", &ask("ship", "PRD-1")).await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.text()),
        (400, "#/action/name: This action is not known here; use one of: deploy, provision, use.\n".to_owned())
    );
    let batch = json!({
        "subject": { "type": "user", "id": "x" }, "action": { "name": "deploy" },
        "options": { "evaluations_semantic": "deny_on_first_deny" },
        "evaluations": [
            { "resource": { "type": "product", "id": "PRD-1" } },
            { "resource": { "type": "product", "id": "PRD-1" } },
        ],
    });
    let answers = world.post(&ana, "/access/v1/evaluations", &batch).await.good().json();
    assert_eq!(answers["evaluations"].as_array().unwrap().len(), 1);
    let mut echoed = json_request("/access/v1/evaluation", &ask("use", "PRD-1").to_string(), None);
    echoed.headers_mut().insert("x-request-id", "pipeline-9".parse().unwrap());
    assert_eq!(world.send(&ana, echoed).await.good().header("x-request-id"), "pipeline-9");
}

#[tokio::test]
async fn a_draft_is_its_requesters_alone_until_it_is_sent() {
    let world = world::short().await;
    let ana = world.ana().await;
    let (_, other) = world.person("jonas", &[Role::SamManager]).await;
    world.post(&ana, "/v1/cases", &world::wish()).await.good();
    world.upload(&ana, "/v1/cases/EXC-1/evidence?name=offer.pdf", b"an offer").await.good();
    let file = world.get(&ana, "/v1/cases/EXC-1").await.good().json()["evidence"][0]["url"].clone();
    let file = file.as_str().unwrap().to_owned();
    let total = async |who: &As| world.get(who, "/v1/cases").await.good().json()["total"].clone();
    assert_eq!((total(&ana).await, total(&other).await), (json!(1), json!(0)));
    for path in ["/v1/cases/EXC-1", &file] {
        assert_eq!(world.get(&other, path).await.status, 404, "{path}");
        world.get(&ana, path).await.good();
    }
    world.post(&ana, "/v1/cases/EXC-1/submissions", &json!({})).await.good();
    assert_eq!(total(&other).await, 1);
    world.get(&other, &file).await.good();
}
