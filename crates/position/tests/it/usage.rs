//! Lines of products whose metric counts usage: sessions at the peak and readings of a period, against rights.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::State;
use domain::entitlement::{Metric, Quantity};
use domain::id::{ImportId, MetricId, ProductId};
use domain::metric::{CustomMetric, Definition, Features, MetricVersion, OnePer, ReadingRule, SessionRule};
use domain::state::FeatureLink;
use domain::usage::{Denial, End, Feature, Reading, ReadingKind, ReportedFeature, Session, UsageReport};
use jiff::Timestamp;
use position::check::{Action, Question, Reason};
use position::usage::{Interval, Share, highest, overview, peak, steps};
use position::{Base, Estate, RowKind, line, lines, rows};
use proptest::prelude::*;

use crate::world::{GrantSpec, add_entitlement, add_grant, add_product, date, euros, organisation, right};

const PRODUCT: ProductId = ProductId(1);

fn second(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

fn feature(name: &str) -> Feature {
    Feature { vendor: Some("northd".to_owned()), name: name.to_owned() }
}

fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap()
}

/// A report of lines: `FEATURE USER HOST FROM UNTIL [xN]`, times on one day in UTC, `-` for an end that was never seen.
fn report(day: &str, text: &str) -> UsageReport {
    let mut report = UsageReport::default();
    let at = |time: &str| second(&format!("{day}T{time}:00Z"));
    let (first, last) = (second(&format!("{day}T00:00:00Z")), second(&format!("{day}T23:59:59Z")));
    report.covers = Some((first, last));
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut place = |name: &str| -> usize {
            let known = report.names.iter().position(|known| known == name);
            known.unwrap_or_else(|| {
                report.names.push(name.to_owned());
                report.names.len() - 1
            })
        };
        let (user, host) = (small(place(words[1])), small(place(words[2])));
        let known = report.features.iter().position(|known| known.feature == feature(words[0]));
        let feature = known.unwrap_or_else(|| {
            report.features.push(ReportedFeature { feature: feature(words[0]), label: None });
            report.features.len() - 1
        });
        let feature = small(feature);
        let from = at(words[3]);
        let count = words.get(5).map_or(1, |count| count.trim_start_matches('x').parse().unwrap());
        match words[4] {
            "DENIED" => report.denials.push(Denial { feature, user, host, at: from, count }),
            "-" => {
                let end = End::Open { seen_at: from, watched_until: last };
                report.sessions.push(Session { feature, user, host, from, count, end });
            }
            until => {
                report.sessions.push(Session { feature, user, host, from, count, end: End::At(at(until)) });
            }
        }
    }
    report
}

struct World {
    state: State,
    base: Base,
    imports: u64,
    at: Timestamp,
}

impl World {
    fn new(metric: &str, at: &str) -> Self {
        let mut state = State { organisation: Some(Arc::new(organisation("UTC"))), ..State::default() };
        add_product(&mut state, 1, "Drafter", Metric::from_exact(metric).unwrap());
        let base = Base::of(Estate::new(), &state);
        let mut world = Self { state, base, imports: 0, at: at.parse().unwrap() };
        for name in ["draft", "package"] {
            world.link(feature(name));
        }
        world
    }

    fn link(&mut self, feature: Feature) {
        self.state.feature_links.insert(feature.folded(), FeatureLink { feature, product: PRODUCT });
    }

    fn take(&mut self, source: &str, report: &UsageReport) {
        self.imports += 1;
        self.base.take_usage(source, ImportId(self.imports), report);
        self.base.follow(&self.state);
    }

    fn own(&mut self, id: u64, metric: &str, units: u64) {
        let mut right = right(Metric::from_exact(metric).unwrap(), Quantity::Units(units));
        right.unit_price = Some(euros("100"));
        add_entitlement(&mut self.state, id, PRODUCT, right, None);
        self.base.follow(&self.state);
    }

    /// `entitled used exempt covered by-exception short surplus`, after all rows were counted.
    fn numbers(&self) -> String {
        let line = line(&self.state, &self.base, PRODUCT, self.at).unwrap();
        let in_all = &lines(&self.state, &self.base, self.at)[0];
        assert_eq!((in_all.consumed, in_all.short, in_all.surplus), (line.consumed, line.short, line.surplus));
        let sum = |kind| rows(&self.state, &self.base, PRODUCT, kind, self.at).iter().map(|row| row.units).sum::<u64>();
        assert_eq!(sum(RowKind::Consumed), line.consumed, "consumed");
        assert_eq!(sum(RowKind::Covered), line.covered_by_entitlements + line.covered_by_grants, "covered");
        assert_eq!(sum(RowKind::Short), line.short, "short");
        assert_eq!(sum(RowKind::Exempt), line.exempt, "exempt");
        assert_eq!(line.consumed, line.covered_by_entitlements + line.covered_by_grants + line.short);
        format!(
            "{} {} {} {} {} {} {}",
            line.entitled,
            line.consumed,
            line.exempt,
            line.covered_by_entitlements,
            line.covered_by_grants,
            line.short,
            line.surplus.map_or_else(|| "-".to_owned(), |surplus| surplus.to_string())
        )
    }
}

const DAY: &str = "
    draft   ana pc-1 09:00 12:00
    package ana pc-1 09:00 12:00
    draft   ben pc-2 09:30 11:00
    package ben pc-2 09:30 11:00
    draft   eve pc-3 10:00 10:30
    package eve pc-3 10:00 10:30
";

#[test]
fn the_peak_is_set_against_rights_then_exceptions_and_every_session_is_a_row() {
    let mut world = World::new("concurrent_session", "2026-03-02T18:00:00Z");
    assert_eq!(world.numbers(), "0 0 0 0 0 0 0");
    world.take("flexlm", &report("2026-03-02", DAY));
    assert_eq!(world.numbers(), "0 3 0 0 0 3 0");
    world.own(1, "concurrent_session", 1);
    assert_eq!(world.numbers(), "1 3 0 1 0 2 0");
    add_grant(
        &mut world.state,
        GrantSpec {
            id: 7,
            product: PRODUCT,
            metric: Metric::from_exact("concurrent_session").unwrap(),
            quantity: 1,
            environment: None,
            until: date("2026-12-31"),
            granted_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            revoked_at: None,
        },
    );
    world.base.follow(&world.state);
    assert_eq!(world.numbers(), "1 3 0 1 1 1 0");
    let covered = rows(&world.state, &world.base, PRODUCT, RowKind::Covered, world.at);
    let shown: Vec<String> = covered
        .iter()
        .map(|row| format!("{} on {} {}", row.person.as_deref().unwrap_or("-"), row.device, row.by.unwrap()))
        .collect();
    assert_eq!(shown, ["ana on pc-1 ENT-1", "ben on pc-2 EXC-7"]);
    // The package and the feature of one start stand behind one licence.
    assert_eq!(covered[0].evidence.len(), 2);
    assert_eq!(covered[0].span.unwrap().from.to_string(), "2026-03-02T09:00:00Z");
    let line = line(&world.state, &world.base, PRODUCT, world.at).unwrap();
    assert_eq!(line.exposure.money, Some(euros("100")));
    assert_eq!(line.freshness.newest, Some(date("2026-03-02")));
}

#[test]
fn the_working_tells_of_the_instant_of_the_peak() {
    let mut world = World::new("concurrent_session", "2026-03-02T18:00:00Z");
    world.take("flexlm", &report("2026-03-02", DAY));
    world.own(1, "concurrent_session", 5);
    world.own(2, "named_user", 9);
    let line = line(&world.state, &world.base, PRODUCT, world.at).unwrap();
    let working: Vec<String> =
        line.working.iter().skip(1).map(|step| format!("{} {}: {}", step.label, step.amount, step.text)).collect();
    insta::assert_snapshot!(working.join("\n"), @r"
    Sessions 6: 6 sessions of draft (northd), package (northd). A package and the features in it are one licence: of what a user has open on a host at once, the feature with most counts.
    Peak 3: The most at once from 2026-03-02 09:00:00 to 2026-03-02 18:00:00: 3 on 2026-03-02 10:00:00.
    Consumed 3: 3 concurrent sessions in use.
    Entitled 5: 5 (ENT-1) = 5 concurrent sessions.
    Covered by rights 3: ENT-1 3: 3 concurrent sessions of 3.
    Short 0: 3 − 3 = 0 concurrent sessions.
    Surplus 2: 5 − 3 used = 2 concurrent sessions.
    Saving EUR 200.00: Unused: 2 × EUR 100.00 (ENT-1) = EUR 200.00.
    Does not count 1: ENT-2 gives named users, which say nothing of concurrent sessions.
    ");
}

#[test]
fn rights_in_other_metrics_say_nothing_of_use_and_the_other_way_round() {
    let mut world = World::new("concurrent_session", "2026-03-02T18:00:00Z");
    world.take("flexlm", &report("2026-03-02", DAY));
    world.own(1, "named_user", 50);
    assert_eq!(world.numbers(), "0 3 0 0 0 3 0");
    let mut installed = World::new("device", "2026-03-02T18:00:00Z");
    installed.take("flexlm", &report("2026-03-02", DAY));
    installed.own(1, "concurrent_session", 50);
    let line = line(&installed.state, &installed.base, PRODUCT, installed.at).unwrap();
    assert_eq!((line.consumed, line.covered_by_entitlements), (0, 0));
}

#[test]
fn a_later_import_of_a_source_replaces_what_it_covers_and_an_unlinked_feature_counts_nothing() {
    let mut world = World::new("concurrent_session", "2026-03-03T18:00:00Z");
    world.take("flexlm", &report("2026-03-02", DAY));
    world.take("flexlm", &report("2026-03-03", "draft joe pc-9 08:00 09:00"));
    assert_eq!(world.numbers(), "0 3 0 0 0 3 0");
    world.take("flexlm", &report("2026-03-02", "draft ana pc-1 09:00 12:00\ndraft ben pc-2 10:00 11:00"));
    assert_eq!(world.numbers(), "0 2 0 0 0 2 0");
    // Another source of the same hours adds to it.
    world.take("other", &report("2026-03-02", "draft zoe pc-4 10:00 11:00"));
    assert_eq!(world.numbers(), "0 3 0 0 0 3 0");
    world.state.feature_links.remove(&feature("draft").folded());
    assert_eq!(world.numbers(), "0 0 0 0 0 0 0");
}

#[test]
fn a_session_that_several_status_lists_show_is_one() {
    let mut world = World::new("concurrent_session", "2026-03-02T18:00:00Z");
    let listed = |seen: &str, users: &[&str]| {
        let mut report =
            report("2026-03-02", &users.iter().map(|user| format!("draft {user} pc 09:00 -\n")).collect::<String>());
        report.covers = None;
        for session in &mut report.sessions {
            let seen_at = second(&format!("2026-03-02T{seen}:00Z"));
            session.end = End::Open { seen_at, watched_until: seen_at };
        }
        report
    };
    world.take("lmstat", &listed("09:15", &["ana", "ana", "ben"]));
    world.take("lmstat", &listed("09:30", &["ana", "ana"]));
    assert_eq!(world.numbers(), "0 3 0 0 0 3 0");
    let view = overview(&world.state, &world.base, PRODUCT, world.at, 30).unwrap();
    assert_eq!((view.peak, view.peak_at.unwrap().to_string().as_str()), (3, "2026-03-02T09:00:00Z"));
    // Two went on to half past, and nobody knows of later.
    let later =
        highest(&steps(&[Interval { from: 0, until: 10, count: 2, group: 0, feature: 0 }], Share::Nothing), &[(5, 8)]);
    assert_eq!(later.unwrap().level, 2);
}

#[test]
fn a_session_without_an_end_is_a_range() {
    let mut world = World::new("concurrent_session", "2026-03-09T18:00:00Z");
    world.take("flexlm", &report("2026-03-02", "draft ana pc-1 09:00 -\ndraft ben pc-2 10:00 11:00"));
    let line = line(&world.state, &world.base, PRODUCT, world.at).unwrap();
    let range = line.range.unwrap();
    assert_eq!((range.low, range.high, line.consumed), (1, 2, 2));
    let why = "1 session was never seen to end; each counts for 24 hours at most, and at least until it was last seen.";
    assert_eq!(range.why, why);
}

/// A metric of the organisation's own.
fn custom(world: &mut World, counts: &str, change: impl Fn(&mut Definition)) {
    let (_, definition) = position::metrics::library().find(|(metric, _)| metric.name() == counts).unwrap();
    let mut definition = definition.clone();
    definition.name = "our_own".to_owned();
    change(&mut definition);
    let version = MetricVersion { defined_at: Timestamp::UNIX_EPOCH, recorded_in: 0, definition };
    let metric = CustomMetric { id: MetricId(1), versions: vec![version] };
    world.state.metrics.insert(MetricId(1), Arc::new(metric));
    add_product(&mut world.state, 1, "Drafter", Metric::Custom(MetricId(1)));
    world.base.follow(&world.state);
}

#[test]
fn what_an_overdraft_tolerates_is_exempt_and_the_rest_is_short() {
    let mut world = World::new("concurrent_session", "2026-03-02T18:00:00Z");
    let all: String = (0..14).map(|user| format!("draft u{user} pc-{user} 09:00 10:00\n")).collect();
    world.take("flexlm", &report("2026-03-02", &all));
    custom(&mut world, "concurrent_session", |definition| {
        definition.sessions = Some(Box::new(SessionRule { overdraft_percent: 25, ..SessionRule::default() }));
    });
    world.own(1, "MET-1", 10);
    // Of 14 the tolerated two and a half are two.
    assert_eq!(world.numbers(), "10 12 2 10 0 2 0");
}

#[test]
fn only_the_hours_that_count_are_looked_at() {
    let mut world = World::new("concurrent_session", "2026-03-09T18:00:00Z");
    let saturday = "draft a pc-1 09:00 10:00\ndraft b pc-2 09:00 10:00\ndraft c pc-3 09:00 10:00";
    world.take("flexlm", &report("2026-03-07", saturday));
    world.take(
        "flexlm",
        &report("2026-03-09", "draft a pc-1 05:00 08:30\ndraft b pc-2 05:00 07:59\ndraft c pc-3 12:00 13:00"),
    );
    custom(&mut world, "concurrent_session", |definition| {
        let hours: domain::metric::Hours =
            serde_json::from_str(r#"{"from":"08:00:00","until":"18:00:00","days":["monday","friday"]}"#).unwrap();
        definition.sessions = Some(Box::new(SessionRule { hours: Some(hours), ..SessionRule::default() }));
    });
    assert_eq!(world.numbers(), "0 1 0 0 0 1 0");
}

#[test]
fn denials_that_came_together_are_one() {
    let mut world = World::new("concurrent_session", "2026-03-02T18:00:00Z");
    let text = "
        draft   ana pc-1 09:00 12:00
        draft   ben pc-2 09:10 DENIED
        package ben pc-2 09:10 DENIED
        draft   ben pc-2 09:20 DENIED
        draft   eve pc-3 09:20 DENIED
    ";
    world.take("flexlm", &report("2026-03-02", text));
    let view = overview(&world.state, &world.base, PRODUCT, world.at, 7).unwrap();
    assert_eq!(view.denials, 3);
    let denied: Vec<_> = view.denied.iter().map(|denied| (denied.user.as_str(), denied.denials)).collect();
    assert_eq!(denied, [("ben", 2), ("eve", 1)]);
    assert_eq!(view.days.len(), 7);
    assert_eq!((view.days[6].peak, view.days[6].denials, view.days[5].peak), (1, 3, 0));
    assert_eq!(view.holders.iter().map(|holder| holder.licences).sum::<u64>(), view.peak);
    assert_eq!(view.enough, Some(1));
}

fn read(name: &str, from: &str, until: &str, units: u64, kind: ReadingKind) -> UsageReport {
    UsageReport {
        features: vec![ReportedFeature { feature: feature(name), label: None }],
        readings: vec![Reading { feature: 0, from: date(from), until: date(until), units, kind }],
        ..UsageReport::default()
    }
}

#[test]
fn readings_of_a_month_are_set_against_what_was_committed_for_it() {
    let mut world = World::new("metered_monthly", "2026-03-20T12:00:00Z");
    let take = |world: &mut World, from, until, units| {
        world.take("meter", &read("draft", from, until, units, ReadingKind::Used));
    };
    take(&mut world, "2026-02-01", "2026-02-28", 9_000);
    take(&mut world, "2026-03-01", "2026-03-07", 700);
    take(&mut world, "2026-03-08", "2026-03-14", 900);
    world.own(1, "metered_monthly", 1_000);
    assert_eq!(world.numbers(), "1000 1600 0 1000 0 600 0");
    // The same days read again replace what was read.
    take(&mut world, "2026-03-08", "2026-03-14", 200);
    assert_eq!(world.numbers(), "1000 900 0 900 0 0 100");
    // A right that began on the 17th gives 15 of 31 parts of its quantity; one that ended on the 10th, 10 of them.
    let mut late = right(Metric::from_exact("metered_monthly").unwrap(), Quantity::Units(310));
    late.starts_on = Some(date("2026-03-17"));
    add_entitlement(&mut world.state, 2, PRODUCT, late, None);
    let mut ended = right(Metric::from_exact("metered_monthly").unwrap(), Quantity::Units(31));
    ended.ends_on = Some(date("2026-03-10"));
    add_entitlement(&mut world.state, 3, PRODUCT, ended, None);
    world.base.follow(&world.state);
    assert_eq!(world.numbers(), "1160 900 0 900 0 0 260");
    world.at = "2026-04-01T00:00:00Z".parse().unwrap();
    assert_eq!(world.numbers(), "1310 0 0 0 0 0 1310");
}

#[test]
fn overage_is_priced_in_tiers() {
    let mut world = World::new("metered_monthly", "2026-03-20T12:00:00Z");
    custom(&mut world, "metered_monthly", |definition| {
        definition.tiers = serde_json::from_str(r#"[{"up_to":1000,"factor":"1"},{"factor":"0.5"}]"#).unwrap();
        definition.readings = Some(ReadingRule::default());
    });
    world.take("meter", &read("draft", "2026-03-01", "2026-03-07", 900, ReadingKind::Used));
    world.take("meter", &read("package", "2026-03-01", "2026-03-07", 301, ReadingKind::Used));
    world.own(1, "MET-1", 1_050);
    // 1,000 whole and 201 by half, rounded up.
    assert_eq!(world.numbers(), "1050 1101 0 1050 0 51 0");
}

#[test]
fn what_a_service_says_is_there_stands_beside_the_rights() {
    let mut world = World::new("assigned_subscription", "2026-03-20T12:00:00Z");
    for (units, kind) in [(14, ReadingKind::Used), (25, ReadingKind::Available), (9, ReadingKind::Active)] {
        world.take("tenant", &read("draft", "2026-03-19", "2026-03-19", units, kind));
    }
    world.own(1, "assigned_subscription", 20);
    assert_eq!(world.numbers(), "20 14 0 14 0 0 6");
    let view = overview(&world.state, &world.base, PRODUCT, world.at, 5).unwrap();
    assert_eq!((view.available, view.active, view.peak), (Some(25), Some(9), 14));
}

#[test]
fn the_check_answers_from_the_same_numbers() {
    let mut world = World::new("concurrent_session", "2026-03-02T18:00:00Z");
    world.take("flexlm", &report("2026-03-02", DAY));
    world.own(1, "concurrent_session", 4);
    let ask = |world: &World, quantity| {
        let question =
            Question { action: Action::Provision, product: PRODUCT, quantity, environment: None, at: world.at };
        position::check::answer(&world.state, &world.base, &question)
    };
    let yes = ask(&world, 1);
    assert_eq!(yes.sentence, "Yes: 1 concurrent session of Drafter free by right, 1 asked for.");
    let no = ask(&world, 3);
    assert_eq!((no.decision, no.reason), (false, Reason::Exhausted));
    assert_eq!(no.sentence, "No: 3 concurrent sessions of Drafter in use and all covered; 1 free, 2 missing.");
    world.state.entitlements = State::default().entitlements;
    world.base.follow(&world.state);
    assert_eq!(ask(&world, 1).reason, Reason::NeedsException);
}

/// The level at a second, counted the slow way.
fn naive(intervals: &[Interval], share: Share, at: i64) -> u64 {
    let mut groups: BTreeMap<u32, BTreeMap<u32, Vec<u64>>> = BTreeMap::new();
    for interval in intervals.iter().filter(|interval| interval.from <= at && at < interval.until) {
        let group = groups.entry(interval.group).or_default();
        group.entry(interval.feature).or_default().push(u64::from(interval.count));
    }
    groups
        .values()
        .map(|features| {
            let sums = features.values().map(|counts| counts.iter().sum::<u64>());
            let largest = features.values().map(|counts| counts.iter().copied().max().unwrap_or(0));
            match share {
                Share::Nothing => sums.sum(),
                Share::MostOfFeatures => sums.max().unwrap_or(0),
                Share::MostOfAll => largest.max().unwrap_or(0),
                Share::MostOfEach => largest.sum::<u64>(),
            }
        })
        .sum()
}

proptest! {
    #[test]
    fn the_sweep_counts_what_counting_every_second_counts(
        spans in prop::collection::vec((0..40i64, 1..20i64, 1..4u32, 0..4u32, 0..3u32), 0..30),
        from in 0..30i64, length in 1..40i64,
    ) {
        let mut intervals: Vec<Interval> = spans.into_iter()
            .map(|(from, length, count, group, feature)| Interval { from, until: from + length, count, group, feature })
            .collect();
        intervals.sort_unstable();
        for share in [Share::Nothing, Share::MostOfFeatures, Share::MostOfAll, Share::MostOfEach] {
            let steps = steps(&intervals, share);
            prop_assert!(steps.is_sorted_by(|one, next| one.at < next.at && one.level != next.level));
            let levels: BTreeSet<(i64, u64)> = (from..from + length).map(|at| (at, naive(&intervals, share, at))).collect();
            let most = levels.iter().map(|(_, level)| *level).max().unwrap_or(0);
            let found = highest(&steps, &[(from, from + length)]);
            prop_assert_eq!(found.map_or(0, |step| step.level), most);
            if let Some(found) = found {
                prop_assert_eq!(levels.iter().find(|(_, level)| *level == most).map(|(at, _)| *at), Some(found.at));
            }
        }
    }

    #[test]
    fn the_peak_of_times_alone_is_that_of_the_sweep(spans in prop::collection::vec((0..60u32, 1..20u32), 0..40)) {
        let mut intervals: Vec<Interval> = spans.iter()
            .map(|(from, length)| Interval { from: i64::from(*from), until: i64::from(from + length), count: 1, group: 0, feature: 0 })
            .collect();
        intervals.sort_unstable();
        let mut starts: Vec<u32> = spans.iter().map(|(from, _)| *from).collect();
        let mut ends: Vec<u32> = spans.iter().map(|(from, length)| from + length).collect();
        let swept = highest(&steps(&intervals, Share::Nothing), &[(0, 100)]);
        let found = peak(&mut starts, &mut ends);
        prop_assert_eq!(found.map(|(level, at)| (level, i64::from(at))), swept.map(|step| (step.level, step.at)));
    }

    #[test]
    fn rows_always_sum_to_the_line(
        sessions in prop::collection::vec((0..3usize, 0..4u8, 0..3u8, 0..20u8, 1..8u8, 1..3u32, any::<bool>()), 0..25),
        own in 0..6u64, per in 0..4usize, each in any::<bool>(), pack in 1..3u32, percentile in prop_oneof![Just(0u32), 50..100u32],
    ) {
        let mut world = World::new("concurrent_session", "2026-03-02T23:59:59Z");
        let text: String = sessions.iter().map(|(feature, user, host, from, length, count, open)| {
            let until = (from + length).min(23);
            let end = if *open { "-".to_owned() } else { format!("{until:02}:30") };
            format!("{} u{user} h{host} {from:02}:00 {end} x{count}\n", ["draft", "package", "else"][*feature])
        }).collect();
        world.take("flexlm", &report("2026-03-02", &text));
        custom(&mut world, "concurrent_session", |definition| {
            definition.counted_per_unit = pack;
            definition.rounding = domain::metric::Rounding::Sum;
            definition.sessions = Some(Box::new(SessionRule {
                one_per: [OnePer::Checkout, OnePer::User, OnePer::Host, OnePer::UserAndHost][per],
                features: if each { Features::Each } else { Features::Shared },
                percentile,
                ..SessionRule::default()
            }));
        });
        world.own(1, "MET-1", own.max(1));
        world.numbers();
        let line = line(&world.state, &world.base, PRODUCT, world.at).unwrap();
        if let Some(range) = &line.range {
            prop_assert!(range.low < range.high && range.high == line.consumed);
        }
    }
}
