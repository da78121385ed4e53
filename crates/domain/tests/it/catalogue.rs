//! The catalogue: what may be published, so that no rule approves by an empty or a double seat.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::catalogue::{Category, Field, Seats};
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::id::PersonId;
use domain::person::Role;

use crate::scenario::check;
use crate::world::{World, categories};

fn publish(change: impl FnOnce(&mut Vec<Category>)) -> Result<usize, String> {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let ana = world.session_of(PersonId(1));
    let add = Intent::AddPerson {
        name: "eve".into(),
        email: "eve@acme.example".into(),
        roles: [Role::Legal].into(),
        login: None,
    };
    world.carry(ana, add).unwrap();
    let mut categories = categories();
    change(&mut categories);
    let intent = Intent::PublishCatalogue { digest: Digest::of(b"catalogue 2"), categories };
    let actor = Actor::Person(PersonId(2), Via::Operator);
    world.carry(actor, intent).map(|events| events.len()).map_err(|refusal| refusal.to_string())
}

#[test]
fn a_category_names_who_decides_each_role_once() {
    assert_eq!(publish(|_| {}), Ok(1));
    let seats = |seats: &[(Role, u32)]| {
        let seats: Vec<Seats> = seats.iter().map(|(role, count)| Seats { role: *role, count: *count }).collect();
        publish(|categories| categories[0].decided_by = seats).unwrap_err()
    };
    let empty = "exceed-entitlement: it must name who decides: at least one person of each role, at most 50 together.";
    assert_eq!(seats(&[]), empty);
    assert_eq!(seats(&[(Role::Legal, 0)]), empty);
    assert_eq!(seats(&[(Role::Legal, 51)]), empty);
    assert_eq!(seats(&[(Role::Legal, u32::MAX), (Role::Finance, 2)]), empty);
    assert_eq!(
        seats(&[(Role::Legal, 1), (Role::Legal, 1)]),
        "exceed-entitlement: the role legal is named twice; name it once, with the sum."
    );
    for role in [Role::Requester, Role::Auditor, Role::Administrator] {
        assert_eq!(seats(&[(role, 1)]), format!("exceed-entitlement: the role {} decides nothing.", role.title()));
    }
}

#[test]
fn limits_and_keys_of_a_category_are_checked() {
    let refused = |change: fn(&mut Category)| publish(|categories| change(&mut categories[0])).unwrap_err();
    assert!(refused(|category| category.days_max = 0).contains("1 to 1825 days"));
    assert!(refused(|category| category.days_max = u32::MAX).contains("1 to 1825 days"));
    assert!(refused(|category| category.quantity_max = Some(u64::MAX)).contains("1 to 1000000000"));
    assert!(refused(|category| "$pd".clone_into(&mut category.key)).contains("a key has"));
    // A key of the sealed form as a question would make every answer to it unreadable.
    assert!(refused(|category| "$pd".clone_into(&mut category.fields[0].key)).contains("the key of a question"));
    assert!(refused(|category| category.fields = vec![category.fields[0].clone(); 2]).contains("two questions"));
    let many = |category: &mut Category| {
        category.fields = (0..21)
            .map(|number| Field {
                key: format!("q{number}"),
                label: "Why?".to_owned(),
                help: String::new(),
                required: false,
            })
            .collect();
    };
    assert!(refused(many).contains("at most 20 questions"));
    assert!(publish(Vec::clear).unwrap_err().contains("1 to 50 categories"));
    assert!(publish(|categories| categories.push(categories[0].clone())).unwrap_err().contains("two categories"));
}

#[test]
fn a_version_cannot_change_under_its_digest() {
    check(
        "
        ana adds eve legal -> ok, account-opened
        eve publishes 2 -> ok
        eve publishes 2 -> nothing
        eve publishes 1 one-approver-by finance -> The version 2f11a48a is recorded with other categories; a changed catalogue has another digest.
        eve publishes 1 -> ok
        ana publishes 3 -> To do this you need to be legal. You are requester, SAM manager and administrator.
        ",
    );
}
