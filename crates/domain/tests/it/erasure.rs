//! Erasure: what is gone, what stays, and that nothing decides differently afterwards.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use domain::command::Intent;
use domain::event::Event;
use domain::id::PersonId;
use domain::text::Text;

use crate::scenario::check;
use crate::world::World;

#[test]
fn an_erased_person_never_acts_again_and_their_votes_no_longer_count() {
    check(
        "
        ana adds ben approver -> ok, account-opened
        ana adds cyd finance -> ok, account-opened
        ana adds product \"Vectra\" -> ok
        ana opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        ana submits EXC-1 -> ok
        ben makes-token write -> ok
        ben approves EXC-1 -> ok
        ana erases ben -> ok
        EXC-1 waits for -> 1 finance, 1 approver
        ben approves EXC-1 -> PER-2 was deactivated and cannot act.
        ana erases ben -> PER-2 was erased already.
        ana reactivates ben -> PER-2 was erased; add the person anew.
        ana opens-account ben \"ben\" -> PER-2 was deactivated and cannot act.
        # The address is free again, for another number.
        ana adds ben approver -> ok, account-opened
        ben approves EXC-1 -> PER-1 is a party to EXC-1 and made PER-4 approver after it was begun, so that does not count here. Another administrator can confirm the role.
        ",
    );
}

#[test]
fn erasure_names_every_entry_with_a_text_about_the_person() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let ana = world.session_of(PersonId(1));
    let add = Intent::AddPerson {
        name: "ben".into(),
        email: "ben@acme.example".into(),
        roles: [].into(),
        login: Some("ben".into()),
    };
    world.carry(ana, add).unwrap();
    let ben = world.session_of(PersonId(2));
    let account = *world.state.accounts.get_max().map(|(id, _)| id).unwrap();
    world.carry(ben, Intent::SetPassword { account, verifier: "$argon2id$a".into() }).unwrap();
    let token = Intent::IssueToken {
        label: "ben's laptop".into(),
        scopes: [domain::person::Scope::Read].into(),
        digest: domain::digest::Digest::of(b"token"),
        expires_at: None,
    };
    world.carry(ben, token).unwrap();
    let about_ben: Vec<u64> = (0..)
        .zip(&world.entries)
        .filter(|(_, entry)| {
            entry.side.iter().any(|side| {
                String::from_utf8_lossy(&side.payload).contains("ben") || side.payload.starts_with(b"$argon2id$")
            })
        })
        .map(|(seq, _)| seq)
        .collect();
    assert_eq!(about_ben.len(), 4);
    let erase = Intent::ErasePerson { person: PersonId(2), legal_basis: "GDPR Art. 17".to_owned() };
    let events = world.carry(ana, erase).unwrap();
    let [Event::DataErased { entries, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*entries, about_ben);
    let state = &world.state;
    assert_eq!(state.persons[&PersonId(2)].name, Text::Erased);
    assert_eq!(state.accounts[&account].login, Text::Erased);
    assert!(state.tokens.values().all(|token| token.revoked && token.label == Text::Erased));
    // The state that is left is the one that a ledger amounts to whose texts about the person are gone.
    let mut replayed = domain::State::default();
    for (seq, entry) in (0..).zip(&world.entries) {
        replayed.evolve(&crate::world::recorded(entry, about_ben.contains(&seq)));
    }
    assert_eq!(replayed, *state);
}

#[test]
fn an_erasure_of_very_many_entries_takes_several() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let ana = world.session_of(PersonId(1));
    let add = |name: &str, roles: &[domain::person::Role]| Intent::AddPerson {
        name: name.into(),
        email: format!("{name}@acme.example").into(),
        roles: roles.iter().copied().collect(),
        login: Some(name.into()),
    };
    world.carry(ana, add("ben", &[domain::person::Role::Administrator])).unwrap();
    let ben = world.session_of(PersonId(2));
    let account = *world.state.accounts.get_min().map(|(id, _)| id).unwrap();
    for number in 0..6_000 {
        let intent = Intent::SetPassword { account, verifier: format!("$argon2id${number}").into() };
        world.carry(ana, intent).unwrap();
    }
    let erase = Intent::ErasePerson { person: PersonId(1), legal_basis: "GDPR Art. 17".to_owned() };
    let events = world.carry(ben, erase).unwrap();
    assert_eq!(events.len(), 2);
    assert!(world.state.persons[&PersonId(1)].entries.is_empty());
    assert!(world.state.persons[&PersonId(1)].erased);
}
