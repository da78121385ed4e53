//! Purchases: three people at least, limits by role, and the right that comes of it. Budgets and surcharges.
#![allow(clippy::unwrap_used, clippy::panic, clippy::too_many_lines, reason = "tests")]

use domain::command::{Actor, Intent, Via};
use domain::entitlement::Metric;
use domain::event::Event;
use domain::id::{BudgetId, EntitlementId, PersonId, ProductId, PurchaseId};
use domain::money::Money;
use domain::person::Role;
use domain::purchase::{BudgetTerms, PurchaseStatus, PurchaseTerms, SpendLimit};

use crate::world::World;

const ANA: Actor = Actor::Person(PersonId(1), Via::Operator);
/// Asks; is also an approver.
const MILAN: Actor = Actor::Person(PersonId(2), Via::Operator);
/// Approves up to 1,000, and buys.
const DANA: Actor = Actor::Person(PersonId(3), Via::Operator);
/// Buys.
const SOFIA: Actor = Actor::Person(PersonId(4), Via::Operator);
/// Finance.
const INES: Actor = Actor::Person(PersonId(5), Via::Operator);
const BUY: PurchaseId = PurchaseId(1);

fn eur(amount: &str) -> Money {
    Money { amount: amount.parse().unwrap(), currency: "EUR".parse().unwrap() }
}

fn terms(quantity: u64) -> PurchaseTerms {
    let cost_centre = Some("4110".to_owned());
    PurchaseTerms { product: ProductId(1), quantity, unit_price: eur("300.00"), cost_centre }
}

fn year(cost_centre: Option<&str>) -> BudgetTerms {
    BudgetTerms {
        cost_centre: cost_centre.map(str::to_owned),
        starts_on: "2026-01-01".parse().unwrap(),
        ends_on: "2026-12-31".parse().unwrap(),
        amount: eur("50000"),
    }
}

/// One event of every kind, more where a kind has optional parts.
pub fn events() -> Vec<Event> {
    let purchase = PurchaseId(3);
    let requested =
        |terms| Event::PurchaseRequested { purchase, requester: PersonId(4), terms, reason: "For two.".into() };
    vec![
        requested(terms(3)),
        requested(PurchaseTerms { cost_centre: None, ..terms(3) }),
        Event::PurchaseApproved { purchase, note: "Within the plan.".into() },
        Event::PurchaseRefused { purchase, reason: "Reclaim first.".into() },
        Event::PurchaseOrdered { purchase, reference: "PO-7".to_owned() },
        Event::PurchaseReceived { purchase, entitlement: EntitlementId(11) },
        Event::PurchaseWithdrawn { purchase },
        Event::SpendLimitsSet { limits: vec![SpendLimit { role: Role::Approver, amount: eur("1000") }] },
        Event::BudgetSet { budget: BudgetId(1), terms: year(Some("4110")) },
        Event::BudgetSet { budget: BudgetId(2), terms: year(None) },
        Event::SurchargeSet { product: Some(ProductId(7)), percent: 20 },
        Event::SurchargeSet { product: None, percent: 0 },
    ]
}

fn buying() -> World {
    let mut world = World::founded("2026-11-02T09:00:00Z", "Europe/Prague");
    world
        .carry(ANA, Intent::AddProduct { name: "Vectra".to_owned(), publisher: None, metric: Metric::Device })
        .unwrap();
    let people: [(&str, &[Role]); 4] = [
        ("milan", &[Role::Requester, Role::Approver]),
        ("dana", &[Role::Approver, Role::Procurement]),
        ("sofia", &[Role::Procurement]),
        ("ines", &[Role::Finance]),
    ];
    for (name, roles) in people {
        let roles = roles.iter().copied().collect();
        world
            .carry(
                ANA,
                Intent::AddPerson {
                    name: name.into(),
                    email: format!("{name}@acme.example").into(),
                    roles,
                    login: None,
                },
            )
            .unwrap();
    }
    world
}

fn limited() -> World {
    let mut world = buying();
    let limits = vec![
        SpendLimit { role: Role::Approver, amount: eur("1000") },
        SpendLimit { role: Role::Finance, amount: eur("20000") },
    ];
    world.carry(INES, Intent::SetSpendLimits { limits }).unwrap();
    world.carry(MILAN, ask(3)).unwrap();
    world
}

fn ask(quantity: u64) -> Intent {
    Intent::RequestPurchase { terms: terms(quantity), reason: "The new team.".into() }
}

fn approve(purchase: PurchaseId) -> Intent {
    Intent::ApprovePurchase { purchase, note: "Within the plan.".into() }
}

fn order() -> Intent {
    Intent::OrderPurchase { purchase: BUY, reference: "PO-7".to_owned() }
}

fn receive(quantity: u64) -> Intent {
    let starts_on = Some("2026-11-03".parse().unwrap());
    Intent::ReceivePurchase { purchase: BUY, quantity, starts_on, ends_on: None, agreement: None }
}

fn refused(world: &mut World, actor: Actor, intent: Intent) -> String {
    world.carry(actor, intent).unwrap_err().to_string()
}

#[test]
fn what_is_asked_for_passes_three_hands_and_becomes_a_right() {
    let mut world = limited();
    assert_eq!(refused(&mut world, SOFIA, order()), "BUY-1 is requested, so it cannot be ordered.");
    world.carry(DANA, approve(BUY)).unwrap();
    assert!(world.state.purchases[&BUY].is_authorised());
    assert_eq!(refused(&mut world, DANA, order()), "You approved BUY-1 yourself, so somebody else orders it.");
    world.carry(SOFIA, order()).unwrap();
    assert_eq!(refused(&mut world, DANA, receive(3)), "You approved BUY-1 yourself, so somebody else receives it.");
    let more = refused(&mut world, SOFIA, receive(4));
    assert_eq!(more, "BUY-1 is for 3 units. Ask for the rest as a purchase of its own.");
    world.carry(SOFIA, receive(2)).unwrap();
    let bought = &world.state.purchases[&BUY];
    assert_eq!((bought.status(), bought.received), (PurchaseStatus::Received, Some(EntitlementId(1))));
    let right = &world.state.entitlements[&EntitlementId(1)];
    assert_eq!(right.purchase_reference.as_deref(), Some("PO-7"));
    assert_eq!((right.right.quantity.units(), right.right.unit_price), (Some(2), Some(eur("300.00"))));
    assert_eq!(world.replayed(false), world.state);
    assert_eq!(refused(&mut world, SOFIA, receive(1)), "BUY-1 is received, so it cannot be received.");
}

#[test]
fn nobody_approves_what_they_asked_for_themselves_nor_through_a_delegate() {
    let mut world = limited();
    assert_eq!(refused(&mut world, MILAN, approve(BUY)), "You asked for BUY-1 yourself, so somebody else approves it.");
    let refuse = Intent::RefusePurchase { purchase: BUY, reason: "No.".into() };
    assert_eq!(refused(&mut world, MILAN, refuse), "You asked for BUY-1 yourself, so somebody else decides on it.");
    let (starts_on, ends_on) = ("2026-11-02".parse().unwrap(), "2026-11-30".parse().unwrap());
    world.carry(MILAN, Intent::Delegate { to: PersonId(3), starts_on, ends_on }).unwrap();
    let delegate = refused(&mut world, DANA, approve(BUY));
    assert_eq!(delegate, "You stand in for PER-2, who asked for BUY-1, so somebody else approves it.");
    world.carry(INES, approve(BUY)).unwrap();
}

#[test]
fn each_approves_up_to_the_limit_of_their_roles_and_nobody_without_limits() {
    let mut world = buying();
    world.carry(MILAN, ask(3)).unwrap();
    assert!(refused(&mut world, INES, approve(BUY)).starts_with("No spend limits are set yet"));
    let mut world = limited();
    world.carry(MILAN, ask(4)).unwrap();
    let large = refused(&mut world, DANA, approve(PurchaseId(2)));
    assert_eq!(
        large,
        "BUY-2 costs EUR 1,200.00, and you approve up to EUR 1,000.00. Ask somebody with a higher limit."
    );
    let none = refused(&mut world, SOFIA, approve(BUY));
    assert_eq!(none, "BUY-1 costs EUR 900.00, and none of your roles has a spend limit.");
    world.carry(INES, approve(PurchaseId(2))).unwrap();
    world.carry(MILAN, ask(1)).unwrap();
    let limits = vec![SpendLimit { role: Role::Approver, amount: eur("1") }];
    world.carry(INES, Intent::SetSpendLimits { limits }).unwrap();
    assert!(refused(&mut world, DANA, approve(BUY)).contains("up to EUR 1.00"), "the limits of today count");
}

#[test]
fn a_role_that_the_requester_gave_after_asking_does_not_approve() {
    let mut world = limited();
    world.carry(ANA, ask(1)).unwrap();
    let roles = [Role::Procurement, Role::Finance].into();
    world.now += jiff::SignedDuration::from_secs(60);
    world.carry(ANA, Intent::SetRoles { person: PersonId(4), roles }).unwrap();
    let given = refused(&mut world, SOFIA, approve(PurchaseId(2)));
    assert_eq!(given, "BUY-2 costs EUR 300.00, and none of your roles has a spend limit.");
    world.carry(SOFIA, approve(BUY)).unwrap();
}

#[test]
fn only_whoever_asked_takes_it_back_and_only_before_it_is_ordered() {
    let mut world = limited();
    let withdraw = || Intent::WithdrawPurchase { purchase: BUY };
    assert_eq!(refused(&mut world, SOFIA, withdraw()), "Only PER-2 can take BUY-1 back, who asked for it.");
    world.carry(DANA, approve(BUY)).unwrap();
    world.carry(MILAN, withdraw()).unwrap();
    assert_eq!(refused(&mut world, SOFIA, order()), "BUY-1 is withdrawn, so it cannot be ordered.");
}

#[test]
fn budgets_of_one_cost_centre_do_not_overlap_and_change_under_their_number() {
    let mut world = buying();
    let set = |budget, terms| Intent::SetBudget { budget, terms };
    world.carry(INES, set(None, year(Some("4110")))).unwrap();
    let twice = refused(&mut world, INES, set(None, year(Some("4110"))));
    assert_eq!(twice, "BUD-1 covers days of this period for the same cost centre. Change that one.");
    world.carry(INES, set(None, year(None))).unwrap();
    let more = BudgetTerms { amount: eur("60000"), ..year(Some("4110")) };
    world.carry(INES, set(Some(BudgetId(1)), more.clone())).unwrap();
    assert_eq!(world.carry(INES, set(Some(BudgetId(1)), more)).unwrap(), []);
    assert_eq!(refused(&mut world, INES, set(Some(BudgetId(9)), year(None))), "There is no budget BUD-9.");
    let much = Intent::SetSurcharge { product: None, percent: 1_001 };
    assert_eq!(refused(&mut world, INES, much), "Enter 0 to 1000 per cent.");
}
