//! Small worlds: states and reports built by hand, and random ones for the properties.

use std::sync::Arc;

use domain::State;
use domain::agreement::{Agreement, AgreementTerms};
use domain::case::CaseTerms;
use domain::entitlement::{Entitlement, Metric, Quantity, Right, UseRights};
use domain::grant::{Grant, Revocation};
use domain::id::{AgreementId, CaseId, EntitlementId, ImportId, PartyId, PersonId, ProductId, TitleMatchId};
use domain::money::Money;
use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceReport, Environment, Installation, RawTitle};
use domain::organisation::Organisation;
use domain::party::Direction;
use domain::product::{Product, TitleMatch, TitlePattern};
use jiff::Timestamp;
use jiff::civil::Date;
use position::{Base, Estate};
use proptest::prelude::*;

/// What a source said, in the order in which it was said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) source: String,
    pub(crate) import: ImportId,
    pub(crate) report: DeviceReport,
}

/// A state and the reports beside it.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) said: Vec<Said>,
    pub(crate) at: Timestamp,
}

impl World {
    pub(crate) fn base(&self) -> Base {
        let mut estate = Estate::new();
        for said in &self.said {
            estate.report(&said.source, said.import, &said.report);
        }
        Base::of(estate, &self.state)
    }
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn euros(amount: &str) -> Money {
    Money { amount: amount.parse().unwrap(), currency: "EUR".parse().unwrap() }
}

pub(crate) fn organisation(zone: &str) -> Organisation {
    Organisation {
        name: "Contoso".to_owned(),
        currency: "EUR".parse().unwrap(),
        zone: zone.parse().unwrap(),
        sample: false,
    }
}

pub(crate) fn add_product(state: &mut State, id: u64, name: &str, metric: Metric) -> ProductId {
    let id = ProductId(id);
    let product = Product { id, name: name.to_owned(), publisher: None, metric, import: None, suite: None };
    state.products.insert(id, Arc::new(product));
    id
}

pub(crate) fn add_match(state: &mut State, id: u64, pattern: TitlePattern, product: Option<ProductId>) {
    let id = TitleMatchId(id);
    state.title_matches.insert(id, Arc::new(TitleMatch { id, pattern, product }));
}

pub(crate) fn pattern(name: &str) -> TitlePattern {
    TitlePattern { name: name.to_owned(), publisher: None }
}

pub(crate) fn right(metric: Metric, quantity: Quantity) -> Right {
    Right {
        metric,
        quantity,
        starts_on: None,
        ends_on: None,
        exempt_environments: Vec::new(),
        secondary_use: false,
        unit_price: None,
        use_rights: UseRights::default(),
    }
}

pub(crate) fn add_entitlement(state: &mut State, id: u64, product: ProductId, right: Right, retired_on: Option<Date>) {
    let id = EntitlementId(id);
    let entitlement = Entitlement {
        id,
        product,
        right,
        agreement: None,
        purchase_reference: None,
        import: None,
        recorded_in: 0,
        retired_on,
    };
    state.entitlements.insert(id, Arc::new(entitlement));
}

/// Says that the right was given to a customer.
pub(crate) fn make_outbound(state: &mut State, id: u64) {
    let agreement = AgreementId(1);
    let terms = AgreementTerms {
        direction: Direction::Outbound,
        reference: "C-1".to_owned(),
        starts_on: None,
        ends_on: None,
        notice_days: None,
        compliant_by_contract: false,
        clauses: Vec::new(),
    };
    let recorded = Agreement { id: agreement, party: PartyId(1), terms, revision: 1, import: None, renewal_plan: None };
    state.agreements.insert(agreement, Arc::new(recorded));
    let mut entitlement = state.entitlements[&EntitlementId(id)].as_ref().clone();
    entitlement.agreement = Some(agreement);
    state.entitlements.insert(entitlement.id, Arc::new(entitlement));
}

pub(crate) struct GrantSpec {
    pub(crate) id: u64,
    pub(crate) product: ProductId,
    pub(crate) metric: Metric,
    pub(crate) quantity: u64,
    pub(crate) environment: Option<Environment>,
    pub(crate) until: Date,
    pub(crate) granted_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

pub(crate) fn add_grant(state: &mut State, spec: GrantSpec) {
    let case = CaseId(spec.id);
    let grant = Grant {
        case,
        terms: CaseTerms {
            category: "over-deployment".to_owned(),
            product: spec.product,
            quantity: spec.quantity,
            environment: spec.environment,
            until: spec.until,
            beneficiary: None,
        },
        metric: spec.metric,
        conditions: Vec::new(),
        granted_at: spec.granted_at,
        recorded_in: 0,
        revocation: spec.revoked_at.map(|at| Revocation { by: PersonId(1), at, reason: "over".into() }),
    };
    state.grants.insert(case, Arc::new(grant));
}

pub(crate) fn title(name: &str, version: Option<&str>) -> RawTitle {
    RawTitle { publisher: None, name: name.to_owned(), version: version.map(str::to_owned) }
}

pub(crate) fn report(identity: DeviceIdentity, titles: Vec<RawTitle>) -> DeviceReport {
    let mut titles = titles;
    titles.sort();
    titles.dedup();
    let installations =
        titles.into_iter().map(|title| Installation { title, last_used_on: None, source_id: None }).collect();
    let attributes = DeviceAttributes::default();
    DeviceReport { device: identity, attributes, installations, from_outside: false, reported_at: None }
}

pub(crate) fn named(name: &str) -> DeviceIdentity {
    DeviceIdentity { name: name.to_owned(), serial: None, uuid: None }
}

/// The instant at which random worlds are looked at, and the day of the organisation then.
pub(crate) const NOW: &str = "2026-03-31T22:30:00Z";

fn environments() -> impl Strategy<Value = Option<Environment>> {
    prop_oneof![
        3 => Just(None),
        2 => Just(Some(Environment::Production)),
        2 => Just(Some(Environment::Test)),
        1 => Just(Some(Environment::Development)),
        1 => Just(Some(Environment::DisasterRecovery)),
    ]
}

fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![3 => Just(Metric::Device), 1 => Just(Metric::Installation), 2 => Just(Metric::NamedUser)]
}

fn titles() -> impl Strategy<Value = RawTitle> {
    let names = prop_oneof![Just("Draw"), Just("draw"), Just("Draw  Pro"), Just("Write"), Just("Solve 3"), Just("Toy")];
    let versions = prop_oneof![Just(None), Just(Some("1")), Just(Some(" 1")), Just(Some("2"))];
    let publishers = prop_oneof![3 => Just(None), 1 => Just(Some("Contoso")), 1 => Just(Some("CONTOSO"))];
    (publishers, names, versions).prop_map(|(publisher, name, version)| RawTitle {
        publisher: publisher.map(str::to_owned),
        name: name.to_owned(),
        version: version.map(str::to_owned),
    })
}

pub(crate) fn said() -> impl Strategy<Value = Said> {
    let marks = (
        prop_oneof![2 => Just(None), 1 => (1..4u8).prop_map(Some)],
        prop_oneof![2 => Just(None), 1 => (1..4u8).prop_map(Some)],
        1..5u8,
        any::<bool>(),
    );
    let user = prop_oneof![2 => Just(None), 3 => (1..5u8).prop_map(Some)];
    let reported = prop_oneof![1 => Just(None), 3 => (0..6i64).prop_map(Some)];
    let use_day = prop_oneof![2 => Just(None), 1 => (1..28i8).prop_map(Some)];
    let installed = prop::collection::vec((titles(), use_day), 0..5);
    (0..3u8, 1..4u64, marks, environments(), user, reported, installed).prop_map(
        |(source, import, (uuid, serial, name, upper), environment, user, reported, installed)| {
            let name = format!("pc-{name}");
            let identity = DeviceIdentity {
                name: if upper { name.to_uppercase() } else { name },
                serial: serial.map(|serial| format!("s{serial}")),
                uuid: uuid.map(|uuid| format!("u{uuid}")),
            };
            let mut report = report(identity, installed.iter().map(|(title, _)| title.clone()).collect());
            for installation in &mut report.installations {
                let day = installed.iter().find(|(title, _)| *title == installation.title).and_then(|(_, day)| *day);
                installation.last_used_on = day.map(|day| jiff::civil::date(2025, 12, day));
            }
            report.attributes.environment = environment;
            report.attributes.primary_user =
                user.map(|user| if upper { format!("U{user}") } else { format!("u{user}") });
            report.reported_at = reported.map(|day| Timestamp::from_second(1_767_000_000 + day * 80_000).unwrap());
            Said { source: format!("source {source}"), import: ImportId(import), report }
        },
    )
}

fn days() -> impl Strategy<Value = Option<Date>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(date("2026-03-31"))),
        2 => Just(Some(date("2026-04-01"))),
        1 => Just(Some(date("2026-04-02"))),
        1 => Just(Some(date("2027-01-01"))),
    ]
}

fn rights() -> impl Strategy<Value = (u64, Right, Option<Date>, bool)> {
    let quantity = prop_oneof![
        12 => (0..5u64).prop_map(Quantity::Units),
        1 => Just(Quantity::Unlimited),
        1 => Just(Quantity::Units(u64::MAX)),
    ];
    let exempt = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(environments(), 1..3)];
    let price = prop_oneof![1 => Just(None), 2 => (1..5u32).prop_map(Some)];
    let starts = prop_oneof![6 => Just(None), 1 => days()];
    let retired = prop_oneof![6 => Just(None), 1 => days()];
    let fields = (metrics(), quantity, starts, days(), exempt, any::<bool>(), price);
    (1..4u64, fields, retired, prop::bool::weighted(0.05)).prop_map(
        |(product, (metric, quantity, starts_on, ends_on, exempt, secondary_use, price), retired_on, outbound)| {
            let right = Right {
                metric,
                quantity,
                starts_on,
                ends_on,
                exempt_environments: exempt.into_iter().flatten().collect(),
                secondary_use,
                unit_price: price.map(|price| euros(&format!("{price}.50"))),
                use_rights: UseRights::default(),
            };
            (product, right, retired_on, outbound)
        },
    )
}

fn grants() -> impl Strategy<Value = GrantSpec> {
    let until = prop_oneof![Just("2026-03-31"), Just("2026-04-01"), Just("2026-05-01")];
    let granted = prop_oneof![5 => Just("2026-01-01T00:00:00Z"), 1 => Just("2026-04-10T00:00:00Z")];
    let revoked = prop_oneof![6 => Just(None), 1 => Just(Some("2026-03-01T00:00:00Z"))];
    let quantity = prop_oneof![12 => 0..4u64, 1 => Just(u64::MAX)];
    (1..4u64, metrics(), quantity, environments(), until, granted, revoked).prop_map(
        |(product, metric, quantity, environment, until, granted, revoked)| GrantSpec {
            id: 0,
            product: ProductId(product),
            metric,
            quantity,
            environment,
            until: date(until),
            granted_at: granted.parse().unwrap(),
            revoked_at: revoked.map(|at| at.parse().unwrap()),
        },
    )
}

impl std::fmt::Debug for GrantSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} × {} in {:?} of {}", self.quantity, self.metric.name(), self.environment, self.product)
    }
}

fn matches() -> impl Strategy<Value = (TitlePattern, u64)> {
    let names = prop_oneof![Just("Draw"), Just("draw*"), Just("DRAW pro"), Just("write"), Just("solve*"), Just("*")];
    let publishers = prop_oneof![3 => Just(None), 1 => Just(Some("contoso".to_owned()))];
    // Product 4 is none: a rule that needs no licence. Product 5 is not recorded.
    (names, publishers, 1..6u64)
        .prop_map(|(name, publisher, product)| (TitlePattern { name: name.to_owned(), publisher }, product))
}

pub(crate) fn states() -> impl Strategy<Value = State> {
    (
        prop::collection::vec(metrics(), 3),
        prop::collection::vec(matches(), 0..6),
        prop::collection::vec(rights(), 0..7),
        prop::collection::vec(grants(), 0..4),
    )
        .prop_map(|(metrics, matches, rights, grants)| {
            let mut state = State { organisation: Some(Arc::new(organisation("Europe/Prague"))), ..State::default() };
            for (place, metric) in (1..).zip(metrics) {
                add_product(&mut state, place, &format!("Product {place}"), metric);
            }
            for (place, (pattern, product)) in (1..).zip(matches) {
                add_match(&mut state, place, pattern, (product != 4).then_some(ProductId(product)));
            }
            for (place, (product, right, retired_on, outbound)) in (1..).zip(rights) {
                add_entitlement(&mut state, place, ProductId(product), right, retired_on);
                if outbound {
                    make_outbound(&mut state, place);
                }
            }
            for (place, mut grant) in (1..).zip(grants) {
                grant.id = place;
                // Mostly in the product's metric, or none would ever count.
                if place % 4 != 0 {
                    grant.metric = state.products[&grant.product].metric;
                }
                add_grant(&mut state, grant);
            }
            state
        })
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (states(), prop::collection::vec(said(), 0..14)).prop_map(|(state, said)| World {
        state,
        said,
        at: NOW.parse().unwrap(),
    })
}
