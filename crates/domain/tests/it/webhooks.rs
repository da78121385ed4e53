//! Webhooks: recorded, changed, paused, resumed and removed, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use domain::command::{Actor, Intent, Via};
use domain::event::Event;
use domain::id::{CaseId, EntitlementId, ImportId, PersonId, ProductId, PurchaseId, WaveId, WebhookId};
use domain::person::Role;
use domain::reclaim::ReclaimChoice;
use domain::webhook::{PauseCause, Told, ToldKind, WEBHOOKS_MAX, WebhookTerms};

use crate::world::World;

const ANA: Actor = Actor::Person(PersonId(1), Via::Operator);
const WEBHOOK: WebhookId = WebhookId(1);

fn terms(name: &str, url: &str, kinds: &[ToldKind]) -> WebhookTerms {
    WebhookTerms { name: name.to_owned(), url: url.to_owned(), kinds: kinds.iter().copied().collect() }
}

fn record(name: &str, url: &str) -> Intent {
    Intent::RecordWebhook { terms: terms(name, url, &[ToldKind::PurchaseApproved]) }
}

pub fn events() -> Vec<Event> {
    let webhook = WebhookId(2);
    let both = [ToldKind::PurchaseReceived, ToldKind::ExceptionGranted];
    vec![
        Event::WebhookRecorded { webhook, terms: terms("Provisioning", "https://hooks.example.com/a?b=c", &both) },
        Event::WebhookChanged { webhook, terms: terms("Provisioning", "https://hooks.example.com/b", &both[..1]) },
        Event::WebhookPaused { webhook, cause: PauseCause::Unanswered },
        Event::WebhookResumed { webhook },
        Event::WebhookRemoved { webhook },
    ]
}

fn founded() -> World {
    World::founded("2026-11-02T09:00:00Z", "Europe/Prague")
}

#[test]
fn a_webhook_is_recorded_changed_paused_resumed_and_removed_and_its_number_is_never_given_again() {
    let mut world = founded();
    world.carry(ANA, record(" Provisioning ", " https://hooks.example.com/a ")).unwrap();
    let known = world.state.webhooks[&WEBHOOK].clone();
    assert_eq!((known.terms.name.as_str(), known.terms.url.as_str()), ("Provisioning", "https://hooks.example.com/a"));
    assert_eq!((known.recorded_in, known.fresh_since), (world.state.size - 1, world.state.size - 1));
    let changed = terms("Provisioning", "https://hooks.example.com/b", &[ToldKind::AlertOpened]);
    let change = Intent::ChangeWebhook { webhook: WEBHOOK, terms: changed };
    world.carry(ANA, change.clone()).unwrap();
    assert_eq!(world.carry(ANA, change).unwrap(), [], "nothing changes the second time");
    assert_eq!(world.state.webhooks[&WEBHOOK].fresh_since, world.state.size - 1);
    let pause = |cause| Intent::PauseWebhook { webhook: WEBHOOK, cause };
    world.carry(ANA, pause(PauseCause::Gone)).unwrap();
    let paused = world.state.webhooks[&WEBHOOK].paused.unwrap();
    assert_eq!((paused.by, paused.cause), (Some(PersonId(1)), PauseCause::Asked), "people pause because they ask to");
    assert_eq!(world.carry(Actor::Program, pause(PauseCause::Gone)).unwrap(), []);
    world.carry(ANA, Intent::ResumeWebhook { webhook: WEBHOOK }).unwrap();
    assert_eq!(world.state.webhooks[&WEBHOOK].fresh_since, world.state.size - 1);
    world.carry(Actor::Program, pause(PauseCause::Gone)).unwrap();
    let paused = world.state.webhooks[&WEBHOOK].paused.unwrap();
    assert_eq!((paused.by, paused.cause), (None, PauseCause::Gone));
    world.carry(ANA, Intent::RemoveWebhook { webhook: WEBHOOK }).unwrap();
    let refusal = world.carry(ANA, Intent::ResumeWebhook { webhook: WEBHOOK }).unwrap_err().to_string();
    assert!(refusal.contains("WHK-1"), "{refusal}");
    world.carry(ANA, record("Provisioning", "https://hooks.example.com/a")).unwrap();
    assert_eq!(world.state.webhooks.keys().copied().collect::<Vec<_>>(), [WebhookId(2)]);
}

#[test]
fn only_administrators_keep_webhooks_and_the_program_does_nothing_but_pause_them() {
    let mut world = founded();
    world.carry(ANA, record("Provisioning", "https://hooks.example.com/a")).unwrap();
    let roles = [Role::SamManager, Role::Auditor].into_iter().collect();
    let add = Intent::AddPerson { name: "Ben".into(), email: "ben@acme.example".into(), roles, login: None };
    world.carry(ANA, add).unwrap();
    let ben = Actor::Person(PersonId(2), Via::Operator);
    let url = "https://hooks.example.com/b";
    for intent in [
        record("Other", url),
        Intent::ChangeWebhook { webhook: WEBHOOK, terms: terms("Other", url, &[ToldKind::AlertOpened]) },
        Intent::PauseWebhook { webhook: WEBHOOK, cause: PauseCause::Asked },
        Intent::ResumeWebhook { webhook: WEBHOOK },
        Intent::RemoveWebhook { webhook: WEBHOOK },
    ] {
        let refusal = world.carry(ben, intent.clone()).unwrap_err().to_string();
        assert!(refusal.contains("administrator"), "{refusal}");
        let by_program = world.carry(Actor::Program, intent.clone());
        assert_eq!(by_program.is_ok(), matches!(intent, Intent::PauseWebhook { .. }), "{intent:?}");
    }
}

#[test]
fn what_cannot_be_an_address_is_refused_in_one_sentence() {
    let mut world = founded();
    let long = format!("https://hooks.example.com/{}", "a".repeat(2_000));
    for (url, said) in [
        ("", "begins with https://"),
        ("hooks.example.com", "begins with https://"),
        ("ftp://hooks.example.com", "begins with https://"),
        ("HTTPS://hooks.example.com", "begins with https://"),
        ("http://hooks.example.com", "for this computer alone"),
        ("http://127.0.0.1.example.com/", "for this computer alone"),
        ("http://localhost.example.com/", "for this computer alone"),
        ("http://localhost@hooks.example.com/", "the ledger keeps no secrets"),
        ("https://ana:secret@hooks.example.com/", "the ledger keeps no secrets"),
        ("https://hooks.example.com/#part", "from the # on"),
        ("https:///a", "with a host"),
        ("https://:443/a", "with a host"),
        ("https://hooks.example.com/a b", "without spaces"),
        ("https://hooks.example.com\\@10.0.0.1/", "plain letters"),
        ("https://höoks.example.com/", "plain letters"),
        (&long, "at most 2000 characters"),
    ] {
        let refusal = world.carry(ANA, record("Provisioning", url)).unwrap_err().to_string();
        assert!(refusal.contains(said), "{url}: {refusal}");
    }
    let nothing = Intent::RecordWebhook { terms: terms("Provisioning", "https://hooks.example.com", &[]) };
    assert!(world.carry(ANA, nothing).unwrap_err().to_string().contains("at least one thing"));
    for (place, url) in ["https://a.example", "http://localhost:8080/a", "http://[::1]:9/"].into_iter().enumerate() {
        world.carry(ANA, record(&format!("Number {place}"), url)).unwrap();
    }
    let again = world.carry(ANA, record("Number 0", "https://b.example")).unwrap_err().to_string();
    assert_eq!(again, "WHK-1 has this name already.");
    for place in 3..WEBHOOKS_MAX {
        world.carry(ANA, record(&format!("Number {place}"), "https://a.example")).unwrap();
    }
    let many = world.carry(ANA, record("One more", "https://a.example")).unwrap_err().to_string();
    assert!(many.contains("At most 20 webhooks"), "{many}");
}

#[test]
fn an_event_is_told_under_one_name_with_the_number_of_its_object() {
    let told = |event: Event| Told::of(&event).map(|told| format!("{} {} {:?}", told.kind, told.number, told.item));
    let purchase = PurchaseId(3);
    let approved = Event::PurchaseApproved { purchase, note: "x".into() };
    assert_eq!(told(approved).unwrap(), "purchase.approved BUY-3 None");
    let decided = Event::ReclaimDecided { wave: WaveId(2), item: 0, choice: ReclaimChoice::Keep, reason: "x".into() };
    assert_eq!(told(decided).unwrap(), "reclaim.decided WAV-2 Some(1)");
    let revoked = Event::GrantRevoked { case: CaseId(7), reason: "x".into() };
    assert_eq!(told(revoked).unwrap(), "exception.revoked EXC-7 None");
    assert_eq!(told(Event::ImportUndone { import: ImportId(4) }).unwrap(), "import.undone IMP-4 None");
    let right = |import| Event::EntitlementRecorded {
        entitlement: EntitlementId(5),
        product: ProductId(1),
        right: crate::entries::right(),
        agreement: None,
        purchase_reference: None,
        import,
    };
    assert_eq!(told(right(None)).unwrap(), "entitlement.recorded ENT-5 None");
    assert_eq!(told(right(Some(ImportId(1)))), None, "the import is told, and not each of its rights");
    for event in events() {
        assert_eq!(told(event), None, "what becomes of webhooks is told to none");
    }
    for kind in ToldKind::ALL {
        assert_eq!(kind.name().parse(), Ok(*kind));
        let parts: Vec<&str> = kind.name().split('.').collect();
        assert!(parts.len() == 2 && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_lowercase())));
    }
}
