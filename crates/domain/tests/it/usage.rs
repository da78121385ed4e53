//! Usage: imports of it, and which feature is which product.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::command::Intent;
use domain::digest::Digest;
use domain::entitlement::Metric;
use domain::event::Event;
use domain::id::{PersonId, ProductId};
use domain::import::{Brought, ImportedFile};
use domain::usage::Feature;

use crate::world::World;

fn feature(vendor: Option<&str>, name: &str) -> Feature {
    Feature { vendor: vendor.map(str::to_owned), name: name.to_owned() }
}

fn with_products() -> (World, domain::command::Actor) {
    let mut world = World::founded("2026-11-02T09:00:00Z", "Europe/Prague");
    let ana = world.session_of(PersonId(1));
    for name in ["Drafter", "Solver"] {
        let add = Intent::AddProduct { name: name.to_owned(), publisher: None, metric: Metric::Device };
        world.carry(ana, add).unwrap();
    }
    (world, ana)
}

fn import(files: &[&str], sessions: u64) -> Intent {
    let file = |name: &&str| ImportedFile {
        name: (*name).into(),
        digest: Digest::of(name.as_bytes()),
        bytes: 10,
        format: "FlexLM debug log".to_owned(),
    };
    let brought = Brought::Usage {
        sessions,
        denials: 0,
        readings: 0,
        rejected: 0,
        merged: 0,
        reports_digest: Digest::of(b"reports"),
    };
    Intent::ImportUsage { source: " flexlm ".to_owned(), files: files.iter().map(file).collect(), brought }
}

#[test]
fn a_link_with_a_vendor_comes_before_one_for_any_vendor() {
    let (mut world, ana) = with_products();
    let links = vec![
        (feature(None, "Draft  Pro"), Some(ProductId(1))),
        (feature(Some("SolveD"), "draft pro"), Some(ProductId(2))),
    ];
    world.carry(ana, Intent::LinkFeatures { links: links.clone() }).unwrap();
    let of = |world: &World, vendor, name| world.state.product_of_feature(&feature(vendor, name));
    assert_eq!(of(&world, Some("northd"), "DRAFT PRO"), Some(ProductId(1)));
    assert_eq!(of(&world, Some("solved"), "DRAFT PRO"), Some(ProductId(2)));
    assert_eq!(of(&world, None, "draft"), None);
    assert_eq!(world.carry(ana, Intent::LinkFeatures { links }).unwrap().len(), 0);
    let moved = vec![(feature(None, "DRAFT PRO"), Some(ProductId(2)))];
    let events = world.carry(ana, Intent::LinkFeatures { links: moved }).unwrap();
    assert!(matches!(events[0], Event::FeatureUnlinked { product: ProductId(1), .. }));
    assert!(matches!(events[1], Event::FeatureLinked { product: ProductId(2), .. }));
    let ended = vec![(feature(None, "draft pro"), None)];
    world.carry(ana, Intent::LinkFeatures { links: ended }).unwrap();
    assert_eq!(of(&world, Some("northd"), "DRAFT PRO"), None);
}

#[test]
fn features_are_linked_all_or_none() {
    let (mut world, ana) = with_products();
    let good = (feature(None, "draft"), Some(ProductId(1)));
    for (wrong, why) in [
        ((feature(None, "solve"), Some(ProductId(9))), "There is no product PRD-9."),
        ((feature(None, " DRAFT"), Some(ProductId(2))), "\u{201c} DRAFT\u{201d} stands twice; link it once."),
        ((feature(None, " "), None), "Enter the feature as the source writes it."),
    ] {
        let refused = world.carry(ana, Intent::LinkFeatures { links: vec![good.clone(), wrong] }).unwrap_err();
        assert_eq!(refused.to_string(), why);
        assert!(world.state.feature_links.is_empty());
    }
    let none = world.carry(ana, Intent::LinkFeatures { links: Vec::new() }).unwrap_err();
    assert_eq!(none.to_string(), "Link 1 to 200 features at once.");
}

#[test]
fn usage_comes_in_once_and_can_be_undone() {
    let (mut world, ana) = with_products();
    let nothing = world.carry(ana, import(&["a.log"], 0)).unwrap_err();
    assert_eq!(nothing.to_string(), "Nothing in these files tells of use, so nothing was imported.");
    world.carry(ana, import(&["a.log"], 5)).unwrap();
    assert_eq!(world.state.imports.values().next().unwrap().source, "flexlm");
    let again = world.carry(ana, import(&["a.log"], 5)).unwrap_err();
    assert_eq!(again.to_string(), "These files were imported already as IMP-1. Undo it first to import them again.");
    world.carry(ana, Intent::UndoImport { import: domain::id::ImportId(1) }).unwrap();
    world.carry(ana, import(&["a.log"], 5)).unwrap();
    assert_eq!(world.state.imports.len(), 2);
}
