//! Software that the catalogue knows: it stands in a list until a product is recorded for it, and then in the position.

use axum::http::StatusCode;
use domain::person::Role;

use crate::pages_people::{fill, page, words};
use crate::world::{ANA, As, World};

#[tokio::test]
async fn known_software_becomes_a_product_with_its_titles_in_one_act() {
    let world = World::founded().await;
    let ana = world.ana().await;
    let fleet = "device,product,publisher\n\
        pc-1,Microsoft Visio Professional 2019,Microsoft Corporation\n\
        pc-2,Microsoft Visio Professional 2021,Microsoft Corporation\n\
        pc-2,A tool of our own,\n";
    world.upload(&As::Operator(ANA), "/v1/imports/inventory?file_name=fleet.csv", fleet.as_bytes()).await.good();
    let list = words(&page(&world, &ana, "/software/known").await);
    assert!(list.contains("1 known without a product") && list.contains("Visio"), "{list}");
    let queue = words(&page(&world, &ana, "/titles").await);
    assert!(queue.contains("A tool of our own") && !queue.contains("Visio"), "what is known does not wait: {queue}");

    let size = world.size();
    let none = fill(&world, &ana, "/software/known", &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = fill(&world, &ana, "/software/known", &[("software", "made/up")]).await;
    assert!(words(&unknown).contains("nothing called made/up"), "{}", words(&unknown));
    let (_, rita) = world.person("rita", &[Role::Auditor]).await;
    let size_with_rita = world.size();
    let forbidden = fill(&world, &rita, "/software/known", &[("software", "microsoft/visio/professional")]).await;
    assert_ne!(forbidden.status, StatusCode::SEE_OTHER);
    assert!(size < size_with_rita && world.size() == size_with_rita, "nothing was recorded by these");

    let done = fill(&world, &ana, "/software/known", &[("software", "microsoft/visio/professional")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", words(&done));
    let line = world.get(&As::Operator(ANA), "/v1/positions/PRD-1").await.good().json();
    assert_eq!((&line["consumed"], &line["short"]), (&2.into(), &2.into()), "both versions are its titles");
    assert!(words(&page(&world, &ana, "/software/known").await).contains("Nothing is missing"));
}
