//! Who may act: roles, accounts, links, tokens and delegations.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::command::{Actor, Intent, Via};
use domain::id::{AccountId, PersonId};
use domain::person::Role;

use crate::scenario::check;
use crate::world::World;

#[test]
fn nobody_is_auditor_and_administrator() {
    check(
        "
        ana adds ben auditor, administrator -> Nobody can be auditor and administrator at once: the one who keeps access does not audit it.
        ana adds ben auditor -> ok, account-opened
        ana gives ben auditor, administrator -> Nobody can be auditor and administrator at once: the one who keeps access does not audit it.
        ana gives ben administrator -> ok
        ",
    );
}

#[test]
fn an_auditor_changes_nothing() {
    check(
        "
        ana adds ben auditor -> ok, account-opened
        ana adds product \"Vectra\" -> ok
        ben opens EXC-1 one-approver PRD-1 x1 until 2026-12-31 -> To do this you need to be requester, approver, SAM manager, procurement, finance, legal or administrator. You are auditor.
        ben adds product \"Other\" -> To do this you need to be SAM manager or procurement. You are auditor.
        ana delegates to ben 2026-11-02..2026-11-03 -> An auditor decides nothing, so nobody's decisions can be handed to one.
        ",
    );
}

#[test]
fn one_active_administrator_always_remains() {
    check(
        "
        ana deactivates ana -> This would leave the organisation without an active administrator.
        ana erases ana -> This would leave the organisation without an active administrator.
        ana adds ben administrator -> ok, account-opened
        ana deactivates ben -> ok
        ana deactivates ben -> nothing
        ana deactivates ana -> This would leave the organisation without an active administrator.
        ana reactivates ben -> ok
        ben gives ana requester -> ok
        ben deactivates ben -> This would leave the organisation without an active administrator.
        ana gives ben approver -> To do this you need to be administrator. You are requester.
        ",
    );
}

#[test]
fn nobody_changes_their_own_roles() {
    check(
        "
        ana gives ana administrator, approver -> You cannot change your own roles. Ask another administrator.
        ana as operator gives ana administrator, approver -> You cannot change your own roles. Ask another administrator.
        ana adds ben administrator -> ok, account-opened
        ben gives ana administrator, approver -> ok
        ",
    );
}

#[test]
fn a_person_comes_in_once() {
    check(
        "
        ana adds ben approver -> ok, account-opened
        ana adds BEN approver -> PER-2 has this e-mail address already. One person stands here once.
        ana opens-account ben \"Ana@ACME.example\" -> Somebody signs in as ana@acme.example already.
        ",
    );
}

#[test]
fn whoever_is_deactivated_loses_every_way_in() {
    check(
        "
        ana adds ben approver -> ok, account-opened
        ben makes-token read,write -> ok
        ana issues-link ACC-2 -> ok
        ana deactivates ben -> ok
        ben by-link ACC-2 signs-in ACC-2 -> PER-2 was deactivated and cannot act.
        ana issues-link ACC-2 -> PER-2 was deactivated and cannot act.
        ana opens-account ben \"ben2\" -> PER-2 was deactivated and cannot act.
        ana reactivates ben -> ok
        ana reactivates ben -> nothing
        ben through TOK-1 makes-token read -> This token has ended or was revoked.
        ben by-link ACC-2 signs-in ACC-2 -> This link was used already or has ended. Ask for a new one.
        ben signs-in ACC-2 -> ok
        ",
    );
}

#[test]
fn a_link_works_once_for_a_while_and_only_for_signing_in() {
    check(
        "
        ana adds ben approver -> ok, account-opened
        ben by-link ACC-2 signs-in ACC-2 -> This link was used already or has ended. Ask for a new one.
        ana issues-link ACC-2 -> ok
        ben by-link ACC-2 makes-token write -> A link is for signing in; sign in with it first.
        ben by-link ACC-2 signs-in ACC-1 -> A link is for signing in; sign in with it first.
        ben by-link ACC-1 signs-in ACC-1 -> ACC-1 is not an account of PER-2.
        ben by-link ACC-2 sets-password ACC-2 -> ok
        ben by-link ACC-2 sets-password ACC-2 -> This link was used already or has ended. Ask for a new one.
        ana issues-link ACC-2 -> ok
        clock 2026-11-03T09:00:00Z -> ok
        ben by-link ACC-2 signs-in ACC-2 -> This link was used already or has ended. Ask for a new one.
        ana sets-password ACC-2 -> This is somebody else's account; only its owner can do this.
        ",
    );
}

#[test]
fn a_token_does_what_its_scopes_say_and_no_more() {
    check(
        "
        ana makes-token report -> ok
        ana through TOK-1 imports inventory \"HR\" \"one\" -> ok
        ana through TOK-1 adds product \"Vectra\" -> This token is for report; it cannot be used to write.
        ana through TOK-1 makes-token write -> A person signs in for this; a token cannot decide.
        ana revokes TOK-1 -> ok
        ana revokes TOK-1 -> nothing
        ana through TOK-1 imports inventory \"HR\" \"two\" -> This token has ended or was revoked.
        ana adds ben requester -> ok, account-opened
        ben makes-token write -> ok
        ben through TOK-2 adds product \"Vectra\" -> To do this you need to be SAM manager or procurement. You are requester.
        ben revokes TOK-1 -> To do this you need to be administrator. You are requester.
        ana revokes TOK-2 -> ok
        ",
    );
}

#[test]
fn a_delegation_has_an_end_that_is_not_far() {
    check(
        "
        ana adds ben approver -> ok, account-opened
        ana adds cyd requester -> ok, account-opened
        ben delegates to cyd 2026-11-10..2026-11-09 -> The last day must not be before 2026-11-10.
        ben delegates to cyd 2026-10-01..2026-10-09 -> The last day must not be before 2026-11-02.
        ben delegates to cyd 2026-11-02..2027-11-04 -> A delegation lasts at most 366 days.
        ben delegates to cyd 2026-11-02..2027-11-03 -> ok
        cyd ends DEL-1 -> To do this you need to be administrator. You are requester.
        ana ends DEL-1 -> ok
        ben ends DEL-1 -> nothing
        ",
    );
}

#[test]
fn an_operator_who_acts_for_a_person_is_recorded_as_the_operator() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let intent = Intent::AddPerson {
        name: "ben".into(),
        email: "ben@acme.example".into(),
        roles: [Role::Approver].into(),
        login: None,
    };
    world.carry(Actor::Person(PersonId(1), Via::Operator), intent.clone()).unwrap();
    let entry = String::from_utf8(world.entries.last().unwrap().bytes.clone()).unwrap();
    assert!(entry.starts_with(r#"{"actor":"operator","at":"#), "{entry}");
    assert!(entry.contains(r#","for":"PER-1","#), "{entry}");
    assert!(!entry.contains("\"via\""), "{entry}");
    let in_person = Actor::Person(PersonId(1), Via::Session(AccountId(1)));
    let again =
        Intent::AddPerson { name: "cyd".into(), email: "cyd@acme.example".into(), roles: [].into(), login: None };
    world.carry(in_person, again).unwrap();
    let entry = String::from_utf8(world.entries.last().unwrap().bytes.clone()).unwrap();
    assert!(entry.starts_with(r#"{"actor":"PER-1","at":"#) && entry.ends_with(r#","via":"session/ACC-1"}"#), "{entry}");
}

#[test]
fn the_clock_never_runs_backwards_on_the_ledger() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let add = |name: &str| Intent::AddProduct {
        name: name.to_owned(),
        publisher: None,
        metric: domain::entitlement::Metric::Device,
    };
    let ana = world.session_of(PersonId(1));
    world.now = "2026-11-02T08:59:58Z".parse().unwrap();
    world.carry(ana, add("Vectra")).unwrap();
    assert_eq!(world.state.last_at.unwrap().to_string(), "2026-11-02T09:00:00Z");
    world.now = "2026-11-02T08:59:57.999Z".parse().unwrap();
    assert_eq!(
        world.carry(ana, add("Other")).unwrap_err().to_string(),
        "The clock says 2026-11-02T08:59:57.999Z, before the last entry of 2026-11-02T09:00:00Z. Nothing is decided until the clock is right again."
    );
    assert_eq!(world.replayed(false), world.state);
}

#[test]
fn names_have_no_hidden_characters() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let ana = world.session_of(PersonId(1));
    for hidden in [
        '\u{0}',
        '\u{7f}',
        '\u{ad}',
        '\u{200b}',
        '\u{202e}',
        '\u{2066}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{e0041}',
    ] {
        let name = format!("Vec{hidden}tra");
        let intent = Intent::AddProduct { name, publisher: None, metric: domain::entitlement::Metric::Device };
        let refusal = world.carry(ana, intent).unwrap_err().to_string();
        assert!(refusal.contains(&format!("U+{:04X}", u32::from(hidden))), "{refusal}");
    }
    assert_eq!(world.state.products.len(), 0);
}
