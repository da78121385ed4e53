//! Known software in the queue, recorded as products, and rules for several titles at once.

use domain::person::Role;
use serde_json::json;

use crate::pages_people::{fill, page};
use crate::world::{self, World};

const INVENTORY: &str = "device,product,publisher,version\n\
    pc-1,Microsoft Visio Professional 2016,Microsoft Corporation,16.0.4266\n\
    pc-1,Microsoft Visual C++ 2013 Redistributable (x64),Microsoft Corporation,12.0\n\
    pc-2,Microsoft Visio Professional 2016,Microsoft Corporation,16.0.4266\n\
    pc-2,Parts List,Lineworks,1\n\
    pc-2,Parts Printer,Lineworks,1\n";

#[tokio::test]
async fn known_software_becomes_a_product_with_one_act_and_back() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let fleet = "/v1/imports/inventory?source=fleet&file_name=fleet.csv";
    world.upload(&ana, fleet, INVENTORY.as_bytes()).await.good();
    let known = world.get(&ana, "/v1/titles?recognition=known").await.good().json();
    assert_eq!(known["total"], 1);
    let visio = &known["data"][0];
    assert_eq!(
        (
            visio["devices"].clone(),
            visio["known_as"]["catalogue_key"].clone(),
            visio["known_as"]["supported_until"].clone()
        ),
        (json!(2), json!("microsoft/visio/professional"), json!("2025-10-14"))
    );
    let page = world.get(&ana, "/v1/titles?recognition=needs_no_licence").await.good().json();
    assert_eq!(page["data"][0]["known_as"]["needs_licence"], json!(false));

    let adoption = json!({ "catalogue_keys": ["microsoft/visio/professional"] });
    assert_eq!(world.post(&ana, "/v1/products/adoptions", &adoption).await.status, 201);
    let line = world.get(&ana, "/v1/positions/PRD-1").await.good().json();
    assert_eq!((line["consumed"].clone(), line["short"].clone()), (json!(2), json!(2)));
    let again = world.post(&ana, "/v1/products/adoptions", &adoption).await;
    assert_eq!(again.said(), "422 validation: PRD-1 is linked to microsoft/visio/professional already.");
    let unknown = json!({ "catalogue_keys": ["nobody/nothing"] });
    assert_eq!(
        world.post(&ana, "/v1/products/adoptions", &unknown).await.said(),
        "422 validation: The software catalogue has nothing called nobody/nothing that needs a licence."
    );

    world.post(&ana, "/v1/products/PRD-1/links", &json!({ "catalogue_key": null })).await.good();
    let known = world.get(&ana, "/v1/titles?recognition=known").await.good().json();
    assert_eq!(known["total"], 1);
}

#[tokio::test]
async fn several_titles_are_recognised_at_once_or_none() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let fleet = "/v1/imports/inventory?source=fleet&file_name=fleet.csv";
    world.upload(&ana, fleet, INVENTORY.as_bytes()).await.good();
    let size = world.size();
    let with_a_fault = json!({ "matches": [
        { "title": "Parts List", "product": null }, { "title": "Parts Printer", "product": "PRD-9" }
    ] });
    assert_eq!(
        world.post(&ana, "/v1/titles/matches", &with_a_fault).await.said(),
        "404 not-found: There is no product PRD-9."
    );
    let twice =
        json!({ "matches": [{ "title": "Parts List", "product": null }, { "title": "parts  list", "product": null }] });
    assert_eq!(
        world.post(&ana, "/v1/titles/matches", &twice).await.said(),
        "422 validation: \u{201c}parts  list\u{201d} stands twice; say once what it is."
    );
    assert_eq!(world.size(), size);
    let both = json!({ "matches": [{ "title": "Parts List", "product": null }, { "title": "Parts Printer", "product": null }] });
    let done = world.post(&ana, "/v1/titles/matches", &both).await.good().json();
    assert_eq!(done["recorded"].as_array().map(Vec::len), Some(2));
    let queue = world.get(&ana, "/v1/titles?recognition=unrecognised").await.good().json();
    assert_eq!(queue["total"], 0);
}

#[tokio::test]
async fn a_recognition_is_taken_back_by_a_page_that_says_what_will_be() {
    let world = world::short().await;
    let (_, jonas) = world.person("jonas", &[Role::SamManager]).await;
    let (_, rita) = world.person("rita", &[Role::Requester]).await;
    let product = page(&world, &jonas, "/products/PRD-1").await.good().text();
    let link = product.split("href=\"").find_map(|rest| rest.split('"').next().filter(|link| link.ends_with("/end")));
    let link = link.expect("the product's page leads to taking its recognition back").to_owned();

    let asked = page(&world, &jonas, &link).await.good().text();
    assert!(asked.contains("Take MAT-1 back?") && asked.contains("10 installations"), "{asked}");
    for act in [page(&world, &rita, &link).await, fill(&world, &rita, &link, &[]).await] {
        assert_eq!(act.status, 403);
    }
    let done = fill(&world, &jonas, &link, &[]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/products/PRD-1"));
    assert!(world.app.snapshot().state.title_matches.is_empty());
    assert_eq!(page(&world, &jonas, &link).await.status, 404);
    assert_eq!(fill(&world, &jonas, &link, &[]).await.status, 404);
}
