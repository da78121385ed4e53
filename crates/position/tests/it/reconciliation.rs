//! A publisher's statement beside our rights, as a table: what each pair of sides comes to.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::State;
use domain::agreement::{Agreement, AgreementTerms};
use domain::entitlement::{Metric, Quantity, Right, UseRights, Versions};
use domain::id::{AgreementId, EntitlementId, PartyId};
use domain::observation::{PublisherStatementRow, StatedMetric};
use domain::party::{Direction, Party};
use position::reconciliation::{Question, Reconciliation, reconcile};

use crate::world::{World, add_entitlement, add_match, add_product, date, make_outbound, organisation, pattern, right};

const NORTHLIGHT: PartyId = PartyId(1);
const OAKBANK: PartyId = PartyId(2);

fn agreement(state: &mut State, id: u64, reference: &str) {
    let terms = AgreementTerms {
        direction: Direction::Inbound,
        reference: reference.to_owned(),
        starts_on: None,
        ends_on: None,
        notice_days: None,
        compliant_by_contract: false,
        clauses: Vec::new(),
    };
    let id = AgreementId(id);
    let known = Agreement { id, party: NORTHLIGHT, terms, revision: 1, import: None, renewal_plan: None };
    state.agreements.insert(id, Arc::new(known));
}

fn of(state: &mut State, id: u64, agreement: Option<u64>, order: Option<&str>) {
    let known = state.entitlements.get_mut(&EntitlementId(id)).unwrap();
    let known = Arc::make_mut(known);
    known.agreement = agreement.map(AgreementId);
    known.purchase_reference = order.map(str::to_owned);
}

/// Northlight's Draw (PRD-1) and Write (PRD-2), Oakbank's Count (PRD-3); agreement N-1.
/// ENT-1: 60 Draw under PO-1; ENT-2: 40 Draw without any reference; ENT-3: 20 Write under N-1 until the end of 2026 with
/// maintenance until June; ENT-4: 5 Write for named users; ENT-5: 7 Count; ENT-6: 9 Draw that ended in 2025.
fn company() -> World {
    let mut state = State { organisation: Some(Arc::new(organisation("Europe/Prague"))), ..State::default() };
    for (id, name) in [(NORTHLIGHT, "Northlight"), (OAKBANK, "Oakbank")] {
        state.parties.insert(id, Arc::new(Party { id, name: name.to_owned(), import: None }));
    }
    let mut product = |id, name, publisher| {
        let id = add_product(&mut state, id, name, Metric::Device);
        Arc::make_mut(state.products.get_mut(&id).unwrap()).publisher = Some(publisher);
        id
    };
    let (draw, write) = (product(1, "Draw", NORTHLIGHT), product(2, "Write", NORTHLIGHT));
    let count = product(3, "Count", OAKBANK);
    add_match(&mut state, 1, pattern("Northlight Draw*"), Some(draw));
    add_match(&mut state, 2, pattern("NL-WR-01"), Some(write));
    add_match(&mut state, 3, pattern("Free Reader"), None);
    agreement(&mut state, 1, "N-1");
    let units = |metric, units| right(metric, Quantity::Units(units));
    let maintained = Versions { newest: "5".to_owned(), downgrade: false, maintained_until: Some(date("2026-06-30")) };
    let write_right = Right {
        ends_on: Some(date("2026-12-31")),
        use_rights: UseRights { versions: Some(maintained), ..UseRights::default() },
        ..units(Metric::Device, 20)
    };
    add_entitlement(&mut state, 1, draw, units(Metric::Device, 60), None);
    add_entitlement(&mut state, 2, draw, units(Metric::Device, 40), None);
    add_entitlement(&mut state, 3, write, write_right, None);
    add_entitlement(&mut state, 5, count, units(Metric::Device, 7), None);
    let ended = Right { ends_on: Some(date("2025-12-31")), ..units(Metric::Device, 9) };
    add_entitlement(&mut state, 6, draw, ended, None);
    of(&mut state, 1, None, Some("PO-1"));
    of(&mut state, 3, Some(1), None);
    World { said: Vec::new(), state, at: "2026-03-31T10:00:00Z".parse().unwrap() }
}

/// `product | sku | quantity | metric | agreement | order | from | until | maintained until`.
fn read(lines: &[&str]) -> Vec<PublisherStatementRow> {
    let row = |(line, text): (u64, &&str)| {
        let cells: Vec<Option<String>> =
            text.split('|').map(|cell| Some(cell.trim().to_owned()).filter(|cell| !cell.is_empty())).collect();
        let cell = |place: usize| cells.get(place).cloned().flatten();
        let day = |place| cell(place).map(|day: String| date(&day));
        let metric = |words: String| Metric::from_word(&words).map_or(StatedMetric::Other(words), StatedMetric::Known);
        PublisherStatementRow {
            line,
            product: cell(0).unwrap(),
            sku: cell(1),
            publisher: None,
            quantity: cell(2).unwrap().parse().map_or(Quantity::Unlimited, Quantity::Units),
            metric: cell(3).map(metric),
            agreement: cell(4),
            order_number: cell(5),
            starts_on: day(6),
            ends_on: day(7),
            maintained_until: day(8),
        }
    };
    (2..).zip(lines).map(row).collect()
}

fn reconciled(world: &World, publisher: Option<PartyId>, rows: &[PublisherStatementRow]) -> Reconciliation {
    reconcile(&world.state, &world.base(), &Question { rows, publisher, on: date("2026-03-31") })
}

/// One line for each comparison: `name [rows] [rights] by: theirs/ours findings`.
fn told(found: &Reconciliation, rows: &[PublisherStatementRow]) -> Vec<String> {
    let line = |comparison: &position::reconciliation::Comparison| {
        let lines: Vec<String> = comparison.rows.iter().map(|place| rows[*place].line.to_string()).collect();
        let rights: Vec<String> = comparison.rights.iter().map(ToString::to_string).collect();
        let by = comparison.paired_by.map_or("alone", position::reconciliation::PairedBy::name);
        let units = |side: &Option<position::reconciliation::Side>| {
            side.as_ref().map_or_else(|| "-".to_owned(), |side| side.quantity.to_string())
        };
        let findings: Vec<&str> = comparison.findings.iter().map(|finding| finding.kind().name()).collect();
        let (theirs, ours) = (units(&comparison.theirs), units(&comparison.ours));
        format!(
            "{} [{}] [{}] {by} {theirs}/{ours} {}",
            comparison.name,
            lines.join(" "),
            rights.join(" "),
            findings.join(" ")
        )
    };
    found.comparisons.iter().map(line).collect()
}

#[track_caller]
fn check(lines: &[&str], expected: &[&str]) {
    let (world, rows) = (company(), read(lines));
    let found = reconciled(&world, Some(NORTHLIGHT), &rows);
    assert_eq!(told(&found, &rows), expected, "{lines:?}");
    for comparison in &found.comparisons {
        for finding in &comparison.findings {
            assert!(finding.sentence(comparison).ends_with('.'), "{}", finding.sentence(comparison));
            let is_equal = finding.kind() == position::reconciliation::FindingKind::Equal;
            assert_eq!(finding.remedy().is_empty(), is_equal, "{finding:?}");
        }
    }
}

#[test]
fn orders_pair_before_agreements_and_those_before_products() {
    let write = "Write||20||n 1|||2026-12-31|2026-06-30";
    check(
        &["Draw||60|||po 1", "Draw||40", write],
        &[
            "Draw [2] [ENT-1] order 60/60 equal",
            "Draw [3] [ENT-2] product 40/40 equal",
            "Write [4] [ENT-3] agreement 20/20 equal",
        ],
    );
    check(
        &["Northlight Draw 2026||100|||PO-1", write],
        &["Draw [2] [ENT-1 ENT-2] product 100/100 equal", "Write [3] [ENT-3] agreement 20/20 equal"],
    );
    check(
        &["Something|NL-WR-01|20", "Draw||100"],
        &["Draw [3] [ENT-1 ENT-2] product 100/100 equal", "Write [2] [ENT-3] product 20/20 equal"],
    );
}

#[test]
fn every_difference_is_told_and_one_pair_may_have_several() {
    check(
        &["Draw||70|||PO-1", "Draw||40", "Write||25||N-1||2026-01-01|2027-12-31|2027-06-30"],
        &[
            "Draw [2 3] [ENT-1 ENT-2] product 110/100 quantity",
            "Write [4] [ENT-3] agreement 25/20 quantity term maintenance",
        ],
    );
    check(
        &["Draw||unlimited", "Write||20"],
        &["Draw [2] [ENT-1 ENT-2] product unlimited/100 quantity", "Write [3] [ENT-3] product 20/20 equal"],
    );
}

#[test]
fn what_one_side_alone_has_is_told_unless_it_is_nothing() {
    check(&["Draw||100"], &["Draw [2] [ENT-1 ENT-2] product 100/100 equal", "Write [] [ENT-3] alone -/20 ours_only"]);
    check(
        &["Draw||100", "Write||20", "Microsoft Visio Professional 2019||3"],
        &[
            "Draw [2] [ENT-1 ENT-2] product 100/100 equal",
            "Microsoft Visio Professional 2019 [4] [] alone 3/- theirs_only",
            "Write [3] [ENT-3] product 20/20 equal",
        ],
    );
    check(
        &["Draw||100", "Write||20", "Microsoft Visio Professional 2019||0"],
        &[
            "Draw [2] [ENT-1 ENT-2] product 100/100 equal",
            "Microsoft Visio Professional 2019 [4] [] alone 0/- equal",
            "Write [3] [ENT-3] product 20/20 equal",
        ],
    );
}

#[test]
fn what_cannot_be_compared_says_why() {
    check(
        &["Draw||100|bushels", "Write||20|named_user", "Nobody knows||1", "Free Reader||1"],
        &[
            "Draw [2] [ENT-1 ENT-2] product 100/100 not_comparable",
            "Free Reader [5] [] alone 1/- not_comparable",
            "Nobody knows [4] [] alone 1/- not_comparable",
            "Write [3] [ENT-3] product 20/20 not_comparable",
        ],
    );
    let (world, rows) = (company(), read(&["Write||20|named_user"]));
    let found = reconciled(&world, None, &rows);
    let write = found.comparisons.iter().find(|comparison| comparison.name == "Write").unwrap();
    let why = write.findings[0].sentence(write);
    assert_eq!(why, "The publisher counts in named user; our rights count in device.");
}

#[test]
fn an_unrecognised_name_is_paired_by_an_order_that_has_one_product_on_either_side() {
    check(
        &["Drawing tool, academic||60|||PO-1", "Draw||40", "Write||20"],
        &[
            "Draw [2] [ENT-1] order_alone 60/60 equal",
            "Draw [3] [ENT-2] product 40/40 equal",
            "Write [4] [ENT-3] product 20/20 equal",
        ],
    );
    check(
        &["Drawing tool||60|||PO-1", "Painting tool||1|||PO-1", "Draw||100", "Write||20"],
        &[
            "Draw [4] [ENT-1 ENT-2] product 100/100 equal",
            "Drawing tool [2] [] alone 60/- not_comparable",
            "Painting tool [3] [] alone 1/- not_comparable",
            "Write [5] [ENT-3] product 20/20 equal",
        ],
    );
}

#[test]
fn metrics_are_compared_apart_where_both_sides_say_them() {
    let mut world = company();
    let write = domain::id::ProductId(2);
    add_entitlement(&mut world.state, 4, write, right(Metric::NamedUser, Quantity::Units(5)), None);
    let check = |lines: &[&str], expected: &[&str]| {
        let rows = read(lines);
        assert_eq!(told(&reconciled(&world, None, &rows), &rows), expected);
    };
    check(
        &["Write||20|device", "Write||6|named_user", "Draw||100"],
        &[
            "Draw [4] [ENT-1 ENT-2] product 100/100 equal",
            "Write [2] [ENT-3] product 20/20 equal",
            "Write [3] [ENT-4] product 6/5 quantity",
        ],
    );
    check(
        &["Write||25", "Draw||100"],
        &["Draw [3] [ENT-1 ENT-2] product 100/100 equal", "Write [2] [ENT-3 ENT-4] product 25/25 not_comparable"],
    );
}

#[test]
fn a_renewal_that_one_side_does_not_know_is_a_different_term() {
    let mut world = company();
    for id in [1, 2] {
        world.state.entitlements.remove(&EntitlementId(id));
    }
    let rows = read(&["Draw||9||||2026-01-01|2026-12-31", "Write||20||||2025-01-01|2025-12-31"]);
    let found = reconciled(&world, Some(NORTHLIGHT), &rows);
    assert_eq!(told(&found, &rows), ["Draw [2] [ENT-6] product 9/9 term", "Write [3] [ENT-3] product 20/20 term"]);
    let draw = &found.comparisons[0];
    assert_eq!(
        draw.findings[0].sentence(draw),
        "The publisher says from 2026-01-01 until 2026-12-31; our rights say until 2025-12-31."
    );
    let rows = read(&["Count||7||||2024-01-01|2024-12-31"]);
    let found = reconciled(&world, Some(OAKBANK), &rows);
    assert_eq!(told(&found, &rows), ["Count [2] [ENT-5] product 7/7 term"]);
}

#[test]
fn retired_rights_and_those_of_customers_count_for_nothing() {
    let mut world = company();
    Arc::make_mut(world.state.entitlements.get_mut(&EntitlementId(2)).unwrap()).retired_on = Some(date("2026-03-31"));
    make_outbound(&mut world.state, 3);
    let rows = read(&["Draw||100"]);
    let found = reconciled(&world, Some(NORTHLIGHT), &rows);
    assert_eq!(told(&found, &rows), ["Draw [2] [ENT-1] product 100/60 quantity"]);
}

#[test]
fn the_publishers_are_those_that_were_named_or_are_found() {
    let (world, rows) = (company(), read(&["Count||7", "Draw||100", "Write||20", "Draw||1||||2020-01-01|2020-12-31"]));
    let found = reconciled(&world, None, &rows);
    assert_eq!(found.publishers, BTreeSet::from([NORTHLIGHT, OAKBANK]));
    assert_eq!((found.comparisons.len(), found.not_in_force, found.of_other_publishers), (3, 1, 0));
    assert!(found.agrees() && found.summary() == "All agree: 3 of 3.", "{}", found.summary());
    let found = reconciled(&world, Some(NORTHLIGHT), &rows);
    assert_eq!((found.comparisons.len(), found.of_other_publishers), (2, 1));
    let found = reconciled(&world, Some(OAKBANK), &read(&["Draw||100"]));
    assert_eq!(found.summary(), "1 of 1 do not agree: ours only 1.");
}
