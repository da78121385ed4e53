//! Every route × every role × every kind of credential, from one declared table.
//!
//! What is expected stands here and nowhere else; a route without a line fails.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::person::{Role, Scope};

use crate::world::{self, As, World};

/// Method, path, who may by role, which tokens may by scope, and the body.
///
/// - Roles: `everyone`, `public`, or roles; everybody holds one role only here.
/// - Tokens: scopes, `none`, or `-` where nothing is asserted (the owner holds every role but auditor).
/// - Numbers of things that depend on their state name nothing, so that the answer is about authority alone.
const TABLE: &str = r#"
GET  /v1/organisation                     everyone                          read,write
GET  /v1/me                               everyone                          read,write
POST /v1/sessions                         public                            -       {"login":"nobody","password":"nothing at all"}
GET  /v1/persons                          everyone                          read,write
POST /v1/persons                          administrator                     write   {"name":"N","email":"n@acme.example"}
GET  /v1/persons/{person}                 everyone                          read,write
POST /v1/persons/{person}/roles           administrator                     none    {"roles":[]}
POST /v1/persons/{person}/deactivations   administrator                     write   {}
POST /v1/persons/{person}/reactivations   administrator                     write   {}
POST /v1/persons/{person}/erasures        administrator                     none    {"legal_basis":"Art. 17 GDPR"}
POST /v1/persons/{person}/accounts        administrator                     write   {"login":"x"}
POST /v1/accounts/{account}/links         administrator                     none    {}
GET  /v1/tokens                           everyone                          read,write
POST /v1/tokens                           everyone                          none    {"label":"x","scopes":["read"]}
POST /v1/tokens/{token}/revocations       everyone                          write   {}
GET  /v1/delegations                      everyone                          read,write
POST /v1/delegations                      everyone                          none    {"to":"PER-999999","starts_on":"2025-09-01","ends_on":"2025-09-02"}
POST /v1/delegations/{delegation}/ends    everyone                          write   {}
GET  /v1/products                         everyone                          read,write
POST /v1/products                         sam_manager,procurement           write   {"name":"P","metric":"device"}
GET  /v1/products/{product}               everyone                          read,write
POST /v1/products/{product}/metric        sam_manager,procurement           write   {"metric":"device"}
GET  /v1/metrics                          everyone                          read,write
POST /v1/metrics                          sam_manager,procurement           write   {"definition":"x"}
GET  /v1/metrics/{metric}                 everyone                          read,write
GET  /v1/metrics/{metric}/trial           everyone                          read,write
GET  /v1/titles                           everyone                          read,write
GET  /v1/title_matches                    everyone                          read,write
POST /v1/title_matches                    sam_manager                       write   {"title":"Some title","product":null}
POST /v1/titles/matches                   sam_manager                       write   {"matches":[{"title":"Some title","product":null}]}
POST /v1/products/adoptions               sam_manager                       write   {"catalogue_keys":["microsoft/visio/professional"]}
POST /v1/products/{product}/links         sam_manager                       write   {"catalogue_key":null}
POST /v1/products/{product}/suites        sam_manager,procurement           write   {"suite":null}
POST /v1/title_matches/{title_match}/removals  sam_manager                  write   {}
GET  /v1/entitlements                     everyone                          read,write
POST /v1/entitlements                     sam_manager,procurement           write   {"product":"PRD-999999","metric":"device","quantity":1}
POST /v1/reconciliations/statement        staff                             read,write  product,quantity
GET  /v1/entitlements/{entitlement}       everyone                          read,write
POST /v1/entitlements/{entitlement}/retirements  sam_manager,procurement    write   {"retired_on":"2025-09-01","reason":"x"}
GET  /v1/agreements                       everyone                          read,write
POST /v1/agreements                       sam_manager,procurement,legal     write   {"party":"Y","terms":{"direction":"inbound","reference":"R"}}
GET  /v1/agreements/{agreement}           everyone                          read,write
POST /v1/agreements/{agreement}/renewal-plans  sam_manager,procurement,legal   write   {"ends_on":"2030-12-31","choice":"renew","reason":"R"}
GET  /v1/renewals                         staff                             read,write
GET  /v1/renewals.ics                     staff                             read,write
GET  /v1/renewals/{agreement}             staff                             read,write
GET  /v1/alerts                           staff                             read,write
GET  /v1/alerts/{alert}                   staff                             read,write
GET  /v1/alerts/{alert}/rows              staff                             read,write
POST /v1/alerts/{alert}/acknowledgements  approver,sam_manager,procurement,finance,legal,administrator  write  {"note":"x"}
POST /v1/alerts/{alert}/snoozes           approver,sam_manager,procurement,finance,legal,administrator  write  {"until":"2025-09-01","note":"x"}
POST /v1/alerts/{alert}/resolutions       approver,sam_manager,procurement,finance,legal,administrator  write  {"reason":"x"}
POST /v1/alerts/{alert}/tasks/{task}/completions  approver,sam_manager,procurement,finance,legal,administrator  write  {"note":"x"}
POST /v1/alerts/{alert}/tasks/{task}/evidence?name=x&note=x  approver,sam_manager,procurement,finance,legal,administrator  write  bytes
GET  /v1/alerts/{alert}/tasks/{task}/evidence  staff                        read,write
POST /v1/alert_evaluations                sam_manager                       write   {}
GET  /v1/alert_digest                     staff                             read,write
GET  /v1/alert_digest.txt                 staff                             read,write
GET  /v1/alert_rules                      staff                             read,write
POST /v1/alert_rules                      sam_manager                       write   {"trigger":{"kind":"dormant","days":99},"product":"PRD-999999"}
POST /v1/alert_rules/adoptions            sam_manager                       write   {}
POST /v1/alert_rules/{rule}/changes       sam_manager                       write   {"trigger":{"kind":"dormant","days":99}}
POST /v1/alert_rules/{rule}/ends          sam_manager                       write   {}
GET  /v1/quiet_periods                    staff                             read,write
POST /v1/quiet_periods                    sam_manager                       write   {"starts_on":"2025-09-01","ends_on":"2025-09-02","product":"PRD-999999","reason":"x"}
POST /v1/quiet_periods/{quiet}/ends       sam_manager                       write   {}
GET  /v1/playbooks                        staff                             read,write
POST /v1/playbooks/{kind}                 sam_manager                       write   {"tasks":[]}
GET  /v1/accountabilities                 staff                             read,write
POST /v1/products/{product}/accountability  sam_manager                     write   {"category":"x"}
POST /v1/product_categories               sam_manager                       write   {"category":"x","owner":{"person":"PER-999999"}}
GET  /v1/leavers                          staff                             read,write
POST /v1/leavers                          sam_manager                       write   {"leavers":[]}
POST /v1/leavers/{leaver}/removals        sam_manager                       write   {}
GET  /v1/reclaim_candidates?product=PRD-1&basis=uncovered  staff                read,write
GET  /v1/reclaim_waves                    staff                             read,write
POST /v1/reclaim_waves                    sam_manager                       write   {"product":"PRD-999999","basis":"uncovered","answer_by":"2025-09-01"}
GET  /v1/reclaim_waves/{wave}             staff                             read,write
GET  /v1/reclaim_waves/{wave}/items       staff                             read,write
POST /v1/reclaim_waves/{wave}/items/{item}/links  sam_manager               write   {}
POST /v1/reclaim_waves/{wave}/decisions   sam_manager                       write   {"items":[1],"choice":"keep","reason":"x"}
POST /v1/reclaim_waves/{wave}/closings    sam_manager                       write   {}
GET  /v1/legal_holds                      staff                             read,write
POST /v1/legal_holds                      legal                             write   {"device":"nowhere","reason":"x"}
POST /v1/legal_holds/{hold}/lifts         legal                             write   {"reason":"x"}
GET  /v1/purchases                        everyone                          read,write
POST /v1/purchases                        requester,approver,sam_manager,procurement,finance,legal,administrator  write  {"product":"PRD-999999","quantity":1,"unit_price":{"amount":"1","currency":"EUR"},"reason":"x"}
GET  /v1/purchases/{purchase}             everyone                          read,write
POST /v1/purchases/{purchase}/approvals   approver,sam_manager,procurement,finance,legal  none  {"reason":"x"}
POST /v1/purchases/{purchase}/refusals    approver,sam_manager,procurement,finance,legal  none  {"reason":"x"}
POST /v1/purchases/{purchase}/orders      procurement                       write   {"reference":"x"}
POST /v1/purchases/{purchase}/receipts    sam_manager,procurement           write   {"quantity":1}
POST /v1/purchases/{purchase}/withdrawals  everyone                         write   {}
GET  /v1/spend_limits                     everyone                          read,write
POST /v1/spend_limits                     finance                           none    {"limits":[]}
GET  /v1/product_costs                    staff                             read,write
GET  /v1/chargeback                       staff                             read,write
GET  /v1/scenarios                        staff                             read,write
POST /v1/scenarios                        sam_manager,procurement,finance   write   {"name":"x","assumptions":["hire 1 from 2027-01-01"],"reason":"x"}
GET  /v1/scenarios/compare                staff                             read,write
GET  /v1/scenarios/{scenario}             staff                             read,write
POST /v1/scenarios/{scenario}/changes     sam_manager,procurement,finance   write   {"name":"x","assumptions":["hire 1 from 2027-01-01"],"reason":"x"}
POST /v1/scenarios/{scenario}/retirements  sam_manager,procurement,finance  write   {}
GET  /v1/budgets                          staff                             read,write
POST /v1/budgets                          finance                           write   {"budget":"BUD-999999","starts_on":"2025-01-01","ends_on":"2025-12-31","amount":{"amount":"1","currency":"EUR"}}
POST /v1/surcharges                       sam_manager,finance               write   {"product":"PRD-999999","percent":1}
GET  /v1/summary                          staff                             read,write
POST /v1/agreements/{agreement}/amendments  sam_manager,procurement,legal   write   {"direction":"inbound","reference":"R"}
GET  /v1/positions                        everyone                          read,write
GET  /v1/positions/{product}              everyone                          read,write
GET  /v1/positions/{product}/rows?kind=consumed  staff                      read,write
GET  /v1/devices                          staff                             read,write
GET  /v1/devices/{key}                    staff                             read,write
GET  /v1/facets                           staff                             read,write
GET  /v1/gaps                             staff                             read,write
GET  /v1/incomplete_titles?lacking=version  staff                           read,write
GET  /v1/device_conflicts                 staff                             read,write
GET  /v1/device_duplicates?shared=name    staff                             read,write
GET  /v1/imports                          staff                             read,write
POST /v1/imports/inventory                sam_manager                       report,write  device,product
POST /v1/imports/usage                    sam_manager                       report,write  user,feature,start,end
GET  /v1/usage                            staff                             read,write
GET  /v1/usage/{product}                  staff                             read,write
GET  /v1/features                         staff                             read,write
POST /v1/features/links                   sam_manager                       write   {"links":[{"feature":"draft","product":null}]}
POST /v1/imports/entitlements             sam_manager,procurement           write         product,metric,quantity
POST /v1/imports/leavers                  sam_manager                       write         login,left on
GET  /v1/imports/{import}/rejects         staff                             read,write
GET  /v1/mappings                         staff                             read,write
GET  /v1/exports/{subject}                staff                             read,write
POST /v1/mappings                         sam_manager,procurement           write   {"kind":"leavers","name":"HR","file":"name=\"HR\"\n[columns]\nperson=\"a\"\nleft_on=\"b\""}
GET  /v1/imports/{import}                 staff                             read,write
POST /v1/imports/{import}/undo            sam_manager,procurement           write   {}
GET  /v1/sources                          staff                             read,write
POST /v1/sources                          sam_manager                       none    {"name":"Fleet"}
GET  /v1/sources/{source}                 staff                             read,write
GET  /v1/sources/{source}/devices         staff                             read,write
POST /v1/sources/{source}/changes         sam_manager                       write   {"interval_hours":12}
POST /v1/sources/{source}/tokens          sam_manager                       none    {}
POST /v1/sources/{source}/closings        sam_manager                       write   {}
POST /v1/sources/{source}/devices/{device}/approvals  sam_manager           write   {}
POST /v1/sources/{source}/devices/{device}/rejections  sam_manager          write   {}
GET  /v1/catalogue                        everyone                          read,write
POST /v1/catalogue/versions               legal                             write   CATALOGUE
GET  /v1/cases                            everyone                          read,write
POST /v1/cases                            requester,approver,sam_manager,procurement,finance,legal,administrator  write  WISH
GET  /v1/cases/{case}                     everyone                          read,write
POST /v1/cases/{case}/revisions           everyone                          write   WISH
POST /v1/cases/{case}/submissions         everyone                          write   {}
POST /v1/cases/{case}/withdrawals         everyone                          write   {}
POST /v1/cases/{case}/votes               everyone                          none    {"ballot":"approve","reason":"x"}
POST /v1/cases/{case}/comments            requester,approver,sam_manager,procurement,finance,legal,administrator  write  {"wording":"x"}
POST /v1/cases/{case}/evidence?name=x     everyone                          write   bytes
GET  /v1/cases/{case}/evidence/{digest}   everyone                          read,write
GET  /v1/exceptions                       everyone                          read,write
GET  /v1/exceptions/{case}                everyone                          read,write
POST /v1/exceptions/{case}/revocations    approver,finance,legal            write   {"reason":"x"}
POST /v1/checks                           everyone                          check,read,write  {"action":"use","product":"PRD-1"}
GET  /v1/ledger                           everyone                          read,write
GET  /v1/ledger/entries                   staff                             read,write
GET  /v1/ledger/entries/{entry}           staff                             read,write
GET  /v1/ledger/entries/{entry}/proof     everyone                          read,write
GET  /v1/ledger/checkpoint                everyone                          read,write
GET  /v1/ledger/log.vkey                  everyone                          read,write
GET  /v1/ledger/witness.vkeys             everyone                          read,write
GET  /v1/webhooks                         administrator                     read,write
POST /v1/webhooks                         administrator                     none    {"name":"x","url":"https://hooks.example.com","kinds":["alert.opened"]}
GET  /v1/webhooks/{webhook}               administrator                     read,write
GET  /v1/webhooks/{webhook}/attempts      administrator                     read,write
POST /v1/webhooks/{webhook}/changes       administrator                     none    {"name":"x","url":"https://hooks.example.com","kinds":["alert.opened"]}
POST /v1/webhooks/{webhook}/pauses        administrator                     none    {}
POST /v1/webhooks/{webhook}/resumptions   administrator                     none    {}
POST /v1/webhooks/{webhook}/removals      administrator                     none    {}
POST /v1/webhooks/{webhook}/tests         administrator                     none    {}
POST /v1/webhooks/{webhook}/resends       administrator                     none    {"entry":0}
GET  /v1/witnesses                        everyone                          read,write
POST /v1/witnesses                        administrator                     none    {"url":"https://w.example","verifier_key":"WITNESS"}
POST /v1/witnesses/{name}/removals        administrator                     none    {}
POST /v1/verifications                    auditor,administrator             read,write  {}
GET  /v1/backup                           administrator                     write
GET  /checkpoint                          everyone                          read,write
GET  /tile/{path}                         everyone                          read,write
POST /access/v1/evaluation                everyone                          check,read,write  {"subject":{"type":"t","id":"i"},"action":{"name":"use"},"resource":{"type":"product","id":"PRD-1"}}
POST /access/v1/evaluations               everyone                          check,read,write  {"subject":{"type":"t","id":"i"},"action":{"name":"use"},"evaluations":[{"resource":{"type":"product","id":"PRD-1"}}]}
GET  /.well-known/authzen-configuration   public                            -
GET  /v1/openapi.json                     public                            -
GET  /problems                            public                            -
GET  /problems/{slug}                     public                            -
GET  /healthz                             public                            -
GET  /readyz                              public                            -
GET  /v1/seals                            everyone                          read,write
POST /v1/seals                            sam_manager,finance,auditor,administrator  write  {}
GET  /v1/seals/{day}                      everyone                          read,write
GET  /v1/seals/{day}/agreement            staff                             read,write
GET  /v1/statements                       staff                             read,write
POST /v1/statements                       sam_manager,finance,auditor,administrator  write  {}
GET  /v1/statements/{statement}           staff                             read,write
GET  /v1/statements/{statement}/file?form=json  staff                       read,write
POST /v1/statements/verifications         staff                             read,write  bytes
GET  /v1/trends                           everyone                          read,write
GET  /v1/trends/{product}                 everyone                          read,write
GET  /v1/forecasts/{product}              everyone                          read,write
DELETE /v1/sessions/current               everyone                          -       {}
"#;

struct Line {
    method: Method,
    path: String,
    roles: Vec<String>,
    scopes: String,
    body: String,
}

fn table() -> Vec<Line> {
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    TABLE
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let found = words(line);
            let [method, path, roles, scopes] = found.get(..4).unwrap() else { panic!("{line}") };
            let after = line.split_whitespace().nth(3).unwrap();
            // The body is the rest of the line behind the scopes, as it stands.
            let body = found[4..].join(" ");
            assert!(!after.is_empty());
            Line {
                method: method.parse().unwrap(),
                path: path.clone(),
                roles: roles.split(',').map(str::to_owned).collect(),
                scopes: scopes.clone(),
                body,
            }
        })
        .collect()
}

/// The path with numbers of things that are not there, where it is about one.
fn filled(path: &str) -> String {
    let samples = BTreeMap::from([
        ("{person}", "PER-999999"),
        ("{account}", "ACC-999999"),
        ("{token}", "TOK-999999"),
        ("{delegation}", "DEL-999999"),
        ("{product}", "PRD-999999"),
        ("{metric}", "core"),
        ("{title_match}", "MAT-999999"),
        ("{entitlement}", "ENT-999999"),
        ("{agreement}", "AGR-999999"),
        ("{key}", "name:nowhere"),
        ("{import}", "IMP-999999"),
        ("{subject}", "entitlements"),
        ("{source}", "SRC-999999"),
        ("{day}", "2001-01-01"),
        ("{statement}", "STM-999999"),
        ("{device}", "0f6e2d4c8b1a397550c3d2e1f4a5b697"),
        ("{case}", "EXC-999999"),
        ("{digest}", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("{entry}", "0"),
        ("{name}", "nobody"),
        ("{slug}", "validation"),
        ("{path}", "0/000.p/1"),
        ("{alert}", "ALT-999999"),
        ("{task}", "1"),
        ("{rule}", "RUL-999999"),
        ("{quiet}", "QUI-999999"),
        ("{kind}", "dormant"),
        ("{leaver}", "LVR-999999"),
        ("{wave}", "WAV-999999"),
        ("{purchase}", "BUY-999999"),
        ("{scenario}", "SCN-999999"),
        ("{webhook}", "WHK-999999"),
        ("{item}", "1"),
        ("{hold}", "HLD-999999"),
    ]);
    samples.iter().fold(path.to_owned(), |path, (name, sample)| path.replace(name, sample))
}

/// The body that a word of the table stands for.
fn body(word: &str) -> String {
    match word {
        "WISH" => world::wish().to_string().replace("PRD-1", "PRD-999999"),
        "CATALOGUE" => {
            let file = |file: app::catalogues::CatalogueFile| serde_json::json!({ "name": file.name, "content": String::from_utf8(file.bytes).unwrap() });
            let files: Vec<_> = app::catalogues::shipped().into_iter().map(file).collect();
            serde_json::json!({ "files": files }).to_string()
        }
        "device,product" => "device,product\npc-1,Something\n".to_owned(),
        "product,metric,quantity" => "product,metric,quantity\nSomething,device,1\n".to_owned(),
        "product,quantity" => "product,quantity\nSomething,1\n".to_owned(),
        "login,left on" => "login,left on\nana,2026-10-31\n".to_owned(),
        word => word.replace("WITNESS", "witness.example+0c2e7b5a+BAAA"),
    }
}

/// A request of a line. A dry run, so that one line does not change what the next one meets.
fn request(line: &Line, world: &World) -> Request<Body> {
    let mut path = filled(&line.path);
    let is_write = line.method == Method::POST;
    let rehearsed =
        ["/v1/persons", "/v1/products", "/v1/title_matches", "/v1/agreements", "/v1/cases", "/v1/playbooks/{kind}"];
    if is_write
        && (rehearsed.contains(&line.path.as_str())
            || line.path.starts_with("/v1/imports/inv")
            || line.path.starts_with("/v1/imports/ent")
            || line.path.starts_with("/v1/imports/lea")
            || line.path == "/v1/mappings")
    {
        path.push_str("?dry_run=true");
    }
    let body = body(&line.body);
    let kind = if body.starts_with('{') { "application/json" } else { "application/octet-stream" };
    let mut request = Request::builder().method(line.method.clone()).uri(path);
    if line.method != Method::GET {
        request = request.header(header::CONTENT_TYPE, kind).header("idempotency-key", world.fresh_key());
    }
    request.body(Body::from(body)).unwrap()
}

fn may(line: &Line, role: Role) -> bool {
    line.roles.iter().any(|word| match word.as_str() {
        "everyone" | "public" => true,
        "staff" => role != Role::Requester,
        word => word == role.name(),
    })
}

#[tokio::test]
async fn every_route_lets_in_exactly_those_whom_the_table_names() {
    let world = world::short().await;
    let mut browsers = Vec::new();
    for role in Role::ALL {
        browsers.push((role, world.person(role.name(), &[role]).await));
    }
    let every_role: Vec<Role> = Role::ALL.into_iter().filter(|role| *role != Role::Auditor).collect();
    let (owner, _) = world.person("owner", &every_role).await;
    let mut tokens = Vec::new();
    for scope in Scope::ALL {
        tokens.push((scope, world.token(owner, &[scope]).await));
    }
    let mut wrong = Vec::new();
    let mut asked = 0;
    for line in table() {
        let is_public = line.roles == ["public"];
        let mut expect = |who: &str, let_in: bool, answer: &world::Answer| {
            asked += 1;
            let refused = matches!(answer.status.as_u16(), 401 | 403) && !answer.said().contains("sign-in-failed");
            if refused == let_in || answer.status.is_server_error() {
                wrong.push(format!("{} {} by {who}: {}", line.method, line.path, answer.said()));
            }
        };
        let answer = world.send(&As::Stranger, request(&line, &world)).await;
        expect("a stranger", is_public, &answer);
        if !is_public {
            assert_eq!(answer.status, 401, "{} {}: {}", line.method, line.path, answer.text());
        }
        let stale = As::Token("indult_pat_of-nobody".to_owned());
        expect("a token of nobody", is_public, &world.send(&stale, request(&line, &world)).await);
        for (role, (_, browser)) in &browsers {
            let before = world.size();
            let answer = world.send(browser, request(&line, &world)).await;
            expect(role.name(), may(&line, *role), &answer);
            if !may(&line, *role) {
                assert_eq!(
                    world.size(),
                    before,
                    "{} {} by {}: refused and recorded",
                    line.method,
                    line.path,
                    role.name()
                );
            }
        }
        if line.scopes == "-" {
            continue;
        }
        for (scope, token) in &tokens {
            let allowed: Vec<&str> = line.scopes.split(',').collect();
            let answer = world.send(token, request(&line, &world)).await;
            expect(&format!("a token to {}", scope.name()), allowed.contains(&scope.name()), &answer);
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} requests:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 900, "{asked} requests only");
}

#[test]
fn every_route_has_a_line_and_every_line_a_route() {
    let document = serde_json::to_value(web::openapi::document()).unwrap();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let lines: BTreeSet<String> = table()
        .iter()
        .map(|line| format!("{} {}", line.method, line.path.split('?').next().unwrap_or_default()))
        .collect();
    let without_line: Vec<_> = described.difference(&lines).collect();
    let without_route: Vec<_> = lines.difference(&described).collect();
    assert!(
        without_line.is_empty() && without_route.is_empty(),
        "no line: {without_line:?}\nno route: {without_route:?}"
    );
}

#[tokio::test]
async fn texts_about_persons_are_for_those_who_keep_or_audit_them_and_verifiers_for_nobody() {
    let world = World::founded().await;
    let (_, requester) = world.person("rita", &[Role::Requester]).await;
    let (_, finance) = world.person("fred", &[Role::Finance]).await;
    let (_, auditor) = world.person("udo", &[Role::Auditor]).await;
    let link = world.app.issue_link(
        domain::command::Actor::Person(world::ANA, domain::command::Via::Operator),
        domain::id::AccountId(1),
    );
    let (link, _) = link.await.unwrap();
    world.app.set_password_by_link(&link.0, "seven small grey horses").await.unwrap();

    let emails = |answer: world::Answer| {
        let persons = answer.good().json();
        persons["data"].as_array().unwrap().iter().filter(|person| person["email"].is_string()).count()
    };
    assert_eq!(emails(world.get(&requester, "/v1/persons").await), 1, "only one's own");
    assert_eq!(emails(world.get(&auditor, "/v1/persons").await), 4);

    let entries = |answer: world::Answer| answer.good().text();
    let seen_by_finance = entries(world.get(&finance, "/v1/ledger/entries?limit=200").await);
    assert!(seen_by_finance.contains("[withheld]") && !seen_by_finance.contains("rita@acme.example"));
    let seen_by_auditor = entries(world.get(&auditor, "/v1/ledger/entries?limit=200").await);
    assert!(seen_by_auditor.contains("rita@acme.example"));
    let page = world.get(&auditor, "/v1/ledger/entries?action=password-set").await.good().json();
    let place = page["data"][0]["entry"].as_u64().unwrap();
    let whole = world.get(&auditor, &format!("/v1/ledger/entries/{place}")).await.good();
    assert!(!seen_by_auditor.contains("argon2") && !whole.text().contains("argon2"));
    assert_eq!(whole.json()["texts"][0]["state"], "withheld");
}

#[tokio::test]
async fn whoever_is_deactivated_is_nobody_at_once() {
    let world = World::founded().await;
    let (fred, browser) = world.person("fred", &[Role::Finance]).await;
    let token = world.token(fred, &[Scope::Write]).await;
    world.get(&browser, "/v1/me").await.good();
    world.get(&token, "/v1/me").await.good();
    let ana = world.ana().await;
    world.post(&ana, &format!("/v1/persons/{fred}/deactivations"), &serde_json::json!({})).await.good();
    assert_eq!(world.get(&browser, "/v1/me").await.status, 401);
    assert_eq!(world.get(&token, "/v1/me").await.status, 401);
}
