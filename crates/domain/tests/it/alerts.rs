//! Alerts: raised once, kept through their life, and judged by what the rules find.
#![allow(clippy::unwrap_used, clippy::panic, clippy::too_many_lines, reason = "tests")]

use domain::accountability::Owner;
use domain::alert::{
    AlertStatus, AlertTerms, Finding, Phase, PlaybookTask, ProductCount, QuietTerms, Subject, Trigger, TriggerKind,
};
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::entitlement::Metric;
use domain::event::Event;
use domain::evidence::Evidence;
use domain::id::{AlertId, AlertRuleId, CaseId, EntitlementId, LeaverId, PersonId, ProductId, QuietPeriodId};
use domain::money::Money;
use domain::person::Role;
use jiff::SignedDuration;

use crate::world::World;

const ANA: Actor = Actor::Person(PersonId(1), Via::Operator);
const RULE: AlertRuleId = AlertRuleId(1);
const PRODUCT: ProductId = ProductId(1);

fn task(phase: Phase, wording: &str) -> PlaybookTask {
    PlaybookTask { phase, wording: wording.to_owned() }
}

/// One event of every kind, more where a kind has optional parts.
pub fn events() -> Vec<Event> {
    let alert = AlertId(4);
    let rule = AlertRuleId(2);
    let money = Money { amount: "5000".parse().unwrap(), currency: "EUR".parse().unwrap() };
    let raised = |subject, tasks| Event::AlertRaised { alert, rule, subject, measured: 12, limit: 0, tasks };
    let terms = |trigger, product| AlertTerms { trigger, product };
    vec![
        Event::AlertRuleSet { rule, terms: terms(Trigger::ShortOver { units: 0 }, Some(ProductId(7))) },
        Event::AlertRuleSet { rule, terms: terms(Trigger::ExposureOver { amount: money }, None) },
        Event::AlertRuleSet { rule, terms: terms(Trigger::CoverageUnder { percent: 90, days: 30 }, None) },
        Event::AlertRuleSet { rule, terms: terms(Trigger::UseAfterLeaving, None) },
        Event::AlertRuleEnded { rule },
        raised(Subject::Product(ProductId(7)), vec![task(Phase::Contain, "Stop it.")]),
        raised(Subject::Entitlement(EntitlementId(11)), Vec::new()),
        raised(Subject::Exception(CaseId(1)), Vec::new()),
        raised(Subject::Source("HR".to_owned()), Vec::new()),
        raised(Subject::Estate, Vec::new()),
        Event::AlertCleared { alert },
        Event::AlertAcknowledged { alert, note: "Looking.".into() },
        Event::AlertSnoozed { alert, until: "2026-12-01".parse().unwrap(), note: "Ordered.".into() },
        Event::AlertResolved { alert, reason: "Accepted.".into(), measured: 12 },
        Event::AlertTaskDone { alert, task: 0, note: "Done.".into(), evidence: None },
        Event::AlertTaskDone {
            alert,
            task: 1,
            note: "Done.".into(),
            evidence: Some(Evidence { digest: Digest::of(b"shown"), name: "list.csv".into(), bytes: 12 }),
        },
        Event::PlaybookSet { kind: TriggerKind::Dormant, tasks: vec![task(Phase::Report, "Tell finance.")] },
        Event::QuietPeriodSet {
            quiet: QuietPeriodId(3),
            terms: QuietTerms {
                starts_on: "2026-12-24".parse().unwrap(),
                ends_on: "2027-01-06".parse().unwrap(),
                product: Some(ProductId(7)),
            },
            reason: "Migration.".into(),
        },
        Event::QuietPeriodEnded { quiet: QuietPeriodId(3) },
        Event::CountsNoted {
            day: "2026-11-02".parse().unwrap(),
            counts: vec![
                ProductCount { product: ProductId(7), used: 10, short: 2, surplus: None },
                ProductCount { product: ProductId(8), used: 10, short: 0, surplus: Some(5) },
            ],
        },
        Event::ProductAssigned {
            product: ProductId(7),
            owner: Some(Owner::Person(PersonId(4))),
            category: Some("engineering".to_owned()),
        },
        Event::ProductAssigned { product: ProductId(7), owner: None, category: None },
        Event::CategoryAssigned { category: "engineering".to_owned(), owner: Some(Owner::Role(Role::Procurement)) },
        Event::CategoryAssigned { category: "engineering".to_owned(), owner: None },
        Event::LeaverRecorded {
            leaver: LeaverId(2),
            name: "marek".into(),
            left_on: "2026-10-31".parse().unwrap(),
            import: None,
        },
        Event::LeaverRemoved { leaver: LeaverId(2) },
    ]
}

/// An organisation with one product and one rule about what is short.
fn watched() -> World {
    let mut world = World::founded("2026-11-02T09:00:00Z", "Europe/Prague");
    world
        .carry(ANA, Intent::AddProduct { name: "Vectra".to_owned(), publisher: None, metric: Metric::Device })
        .unwrap();
    set_rule(&mut world, Trigger::ShortOver { units: 0 });
    world
}

fn set_rule(world: &mut World, trigger: Trigger) {
    world.carry(ANA, Intent::AddAlertRules { rules: vec![AlertTerms { trigger, product: None }] }).unwrap();
}

fn short(measured: u64) -> Vec<Finding> {
    let tasks = vec![task(Phase::Contain, "Stop it."), task(Phase::Report, "Say so.")];
    vec![Finding { rule: RULE, subject: Subject::Product(PRODUCT), measured, limit: 0, tasks }]
}

/// Records findings as the program, and says what became of them.
fn found(world: &mut World, findings: Vec<Finding>) -> String {
    let events =
        world.carry(Actor::Program, Intent::RecordFindings { findings, counts: Vec::new(), gone: Vec::new() }).unwrap();
    let said: Vec<String> = events
        .iter()
        .map(|event| match event {
            Event::AlertRaised { alert, measured, .. } => format!("{alert} at {measured}"),
            Event::AlertCleared { alert } => format!("{alert} cleared"),
            other => panic!("{other:?}"),
        })
        .collect();
    said.join(", ")
}

fn status(world: &World, alert: u64) -> AlertStatus {
    world.state.alerts[&AlertId(alert)].status(world.state.day(world.now))
}

fn refusal(world: &mut World, intent: Intent) -> String {
    world.carry(ANA, intent).unwrap_err().to_string()
}

#[test]
fn what_holds_is_raised_once_and_over_when_it_no_longer_does() {
    let mut world = watched();
    assert_eq!(found(&mut world, short(3)), "ALT-1 at 3");
    assert_eq!(found(&mut world, short(3)), "", "the same again is no news");
    assert_eq!(found(&mut world, short(900)), "", "nor is more of it while somebody has still to look");
    assert_eq!(status(&world, 1), AlertStatus::Open);
    assert_eq!(found(&mut world, Vec::new()), "ALT-1 cleared");
    assert_eq!(status(&world, 1), AlertStatus::Resolved);
    assert_eq!(found(&mut world, Vec::new()), "");
    assert_eq!(found(&mut world, short(3)), "ALT-2 at 3", "it comes back under a number of its own");
    assert_eq!(world.replayed(false), world.state);
    let erased = world.replayed(true);
    assert_eq!(erased.alerts_holding, world.state.alerts_holding);
}

#[test]
fn what_somebody_accepted_stays_quiet_until_it_has_grown_by_half() {
    let mut world = watched();
    found(&mut world, short(10));
    let alert = AlertId(1);
    world.carry(ANA, Intent::ResolveAlert { alert, reason: "Bought in May.".into(), measured: 10 }).unwrap();
    assert_eq!(found(&mut world, short(14)), "");
    assert_eq!(found(&mut world, short(15)), "ALT-2 at 15");
    assert!(!world.state.alerts[&alert].holds, "the new one speaks for it");
    assert_eq!(found(&mut world, Vec::new()), "ALT-2 cleared");
    let again = refusal(&mut world, Intent::ResolveAlert { alert, reason: "Again.".into(), measured: 1 });
    assert_eq!(again, "ALT-1 is resolved already.");
}

#[test]
fn an_alert_is_acknowledged_snoozed_until_a_day_and_comes_back_on_it() {
    let mut world = watched();
    found(&mut world, short(3));
    let alert = AlertId(1);
    let until = "2026-11-05".parse().unwrap();
    world.carry(ANA, Intent::SnoozeAlert { alert, until, note: "The order is out.".into() }).unwrap();
    assert_eq!(status(&world, 1), AlertStatus::Snoozed);
    assert_eq!(found(&mut world, short(3)), "");
    world.now += SignedDuration::from_hours(2 * 24);
    assert_eq!(status(&world, 1), AlertStatus::Snoozed, "on the day before");
    world.now += SignedDuration::from_hours(24);
    assert_eq!(status(&world, 1), AlertStatus::Open, "on the day itself");
    world.carry(ANA, Intent::AcknowledgeAlert { alert, note: "I call them.".into() }).unwrap();
    assert_eq!(status(&world, 1), AlertStatus::Acknowledged);
    let past = refusal(&mut world, Intent::SnoozeAlert { alert, until, note: "Again.".into() });
    assert_eq!(past, "Enter a day after today, at most 366 days ahead.");
    assert_eq!(
        refusal(&mut world, Intent::AcknowledgeAlert { alert, note: " ".into() }),
        "Enter what you do about it."
    );
}

#[test]
fn nothing_is_raised_in_a_quiet_period_and_what_still_holds_is_raised_on_the_day_after() {
    let mut world = watched();
    let terms = QuietTerms {
        starts_on: "2026-11-02".parse().unwrap(),
        ends_on: "2026-11-03".parse().unwrap(),
        product: Some(PRODUCT),
    };
    world.carry(ANA, Intent::KeepQuiet { terms, reason: "Migration.".into() }).unwrap();
    assert_eq!(found(&mut world, short(3)), "");
    world.now += SignedDuration::from_hours(24);
    assert_eq!(found(&mut world, short(3)), "", "on the last day");
    world.now += SignedDuration::from_hours(24);
    assert_eq!(found(&mut world, short(3)), "ALT-1 at 3");
    let long =
        QuietTerms { starts_on: "2026-11-02".parse().unwrap(), ends_on: "2027-11-02".parse().unwrap(), product: None };
    let refused = refusal(&mut world, Intent::KeepQuiet { terms: long, reason: "x".into() });
    assert_eq!(refused, "A quiet period has at most 185 days; for longer, change the rule.");
}

#[test]
fn an_ended_rule_raises_nothing_and_its_alerts_are_over() {
    let mut world = watched();
    found(&mut world, short(3));
    world.carry(ANA, Intent::EndAlertRule { rule: RULE }).unwrap();
    assert_eq!(found(&mut world, short(3)), "ALT-1 cleared");
    assert_eq!(refusal(&mut world, Intent::EndAlertRule { rule: RULE }), "RUL-1 was ended. Set a new rule.");
    set_rule(&mut world, Trigger::ShortOver { units: 0 });
    assert!(world.state.alert_rules.contains_key(&AlertRuleId(2)), "the same may be set anew");
}

#[test]
fn rules_say_what_is_wrong_with_them() {
    let mut world = watched();
    let mut check = |trigger, product, sentence: &str| {
        let rules = vec![AlertTerms { trigger, product }];
        assert_eq!(refusal(&mut world, Intent::AddAlertRules { rules }), sentence);
    };
    check(Trigger::Dormant { days: 0 }, None, "Enter 1 to 3650 days.");
    check(Trigger::UseOver { percent: 0 }, None, "Enter 1 to 10000 per cent.");
    check(Trigger::CoverageUnder { percent: 101, days: 7 }, None, "Enter 1 to 100 per cent of the devices.");
    check(Trigger::ShortOver { units: 1 }, Some(ProductId(9)), "There is no product PRD-9.");
    let silent = Trigger::SourceSilent { days: 7 };
    check(silent, Some(PRODUCT), "This kind of rule is not about products; leave the product out.");
    let dollars = Money { amount: "5".parse().unwrap(), currency: "USD".parse().unwrap() };
    check(Trigger::ExposureOver { amount: dollars }, None, "Enter the amount in EUR; nothing is converted.");
    let same = vec![AlertTerms { trigger: Trigger::ShortOver { units: 0 }, product: None }];
    assert_eq!(world.carry(ANA, Intent::AddAlertRules { rules: same }).unwrap(), [], "two would raise all twice");
    let other = AlertTerms { trigger: Trigger::SurplusOver { units: 0 }, product: None };
    let kind = refusal(&mut world, Intent::ChangeAlertRule { rule: RULE, terms: other });
    assert!(kind.starts_with("A rule keeps its kind"), "{kind}");
}

#[test]
fn a_playbook_is_done_task_by_task_and_each_once() {
    let mut world = watched();
    found(&mut world, short(3));
    let done = |task, note: &str| Intent::CompleteAlertTask {
        alert: AlertId(1),
        task,
        note: note.into(),
        evidence: Some(Evidence { digest: Digest::of(b"list"), name: "list.csv".into(), bytes: 4 }),
    };
    world.carry(ANA, done(1, "Told finance.")).unwrap();
    let alert = &world.state.alerts[&AlertId(1)];
    assert_eq!((alert.tasks_open(), alert.tasks[1].done.as_ref().unwrap().by), (1, Some(PersonId(1))));
    assert_eq!(refusal(&mut world, done(1, "Again.")), "Task 2 of ALT-1 is done already.");
    assert_eq!(refusal(&mut world, done(2, "More.")), "There is no task 3 of ALT-1.");
    assert_eq!(refusal(&mut world, done(0, "")), "Enter what was done.");
    let tasks = vec![task(Phase::Report, "Tell."), task(Phase::Contain, "Stop.")];
    let order = refusal(&mut world, Intent::SetPlaybook { kind: TriggerKind::ShortOver, tasks });
    assert_eq!(order, "Put the tasks in order: contain, then remediate, then report.");
}

#[test]
fn counts_are_noted_once_a_day_and_only_where_they_changed() {
    let mut world = watched();
    let count = |used| ProductCount { product: PRODUCT, used, short: 0, surplus: None };
    let noted = |world: &mut World, used| {
        let counts = vec![count(used)];
        world
            .carry(Actor::Program, Intent::RecordFindings { findings: Vec::new(), counts, gone: Vec::new() })
            .unwrap()
            .len()
    };
    assert_eq!(noted(&mut world, 5), 1);
    assert_eq!(noted(&mut world, 6), 0, "the same day");
    world.now += SignedDuration::from_hours(24);
    assert_eq!(noted(&mut world, 5), 0, "nothing changed");
    world.now += SignedDuration::from_hours(24);
    assert_eq!(noted(&mut world, 7), 1);
    let days: Vec<u64> = world.state.counts[&PRODUCT].iter().map(|noted| noted.count.used).collect();
    assert_eq!(days, [5, 7]);
}

#[test]
fn nobody_makes_findings_up_before_there_is_an_organisation_nor_without_the_role() {
    let mut empty = World::new("2026-11-02T09:00:00Z");
    let nothing = || Intent::RecordFindings { findings: Vec::new(), counts: Vec::new(), gone: Vec::new() };
    assert!(empty.carry(Actor::Program, nothing()).is_err());
    let mut world = watched();
    let intent = Intent::AddPerson {
        name: "rita".into(),
        email: "rita@acme.example".into(),
        roles: [Role::Requester].into(),
        login: None,
    };
    world.carry(ANA, intent).unwrap();
    assert!(world.carry(Actor::Person(PersonId(2), Via::Operator), nothing()).is_err());
    let rule = Intent::AddAlertRules { rules: vec![AlertTerms { trigger: Trigger::UseAfterLeaving, product: None }] };
    assert!(world.carry(Actor::Program, rule).is_err(), "the program records what it finds and nothing else");
}

#[test]
fn a_product_is_answered_for_by_its_owner_else_by_its_categorys_else_by_the_sam_managers() {
    let mut world = watched();
    assert_eq!(world.state.owner_of(PRODUCT), Owner::Role(Role::SamManager));
    let category = Some("engineering".to_owned());
    world.carry(ANA, Intent::AssignProduct { product: PRODUCT, owner: None, category: category.clone() }).unwrap();
    let owner = Some(Owner::Role(Role::Procurement));
    world.carry(ANA, Intent::AssignCategory { category: "engineering".to_owned(), owner }).unwrap();
    assert_eq!(world.state.owner_of(PRODUCT), Owner::Role(Role::Procurement));
    let owner = Some(Owner::Person(PersonId(1)));
    world.carry(ANA, Intent::AssignProduct { product: PRODUCT, owner, category: category.clone() }).unwrap();
    assert_eq!(world.state.owner_of(PRODUCT), Owner::Person(PersonId(1)));
    let again = Intent::AssignProduct { product: PRODUCT, owner, category };
    assert_eq!(world.carry(ANA, again).unwrap(), []);
    let nobody = Some(Owner::Person(PersonId(9)));
    let refused = refusal(&mut world, Intent::AssignCategory { category: "x".to_owned(), owner: nobody });
    assert_eq!(refused, "There is no person PER-9.");
}
