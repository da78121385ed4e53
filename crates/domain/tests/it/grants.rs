//! Exceptions in force: when they begin, when they end, and that nobody prolongs them.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::case::CaseTerms;
use domain::entitlement::Metric;
use domain::grant::{Grant, GrantStatus, end_of_day};
use domain::id::{CaseId, PersonId, ProductId};
use domain::organisation::Zone;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::scenario::check;

/// A granted exception until `until` in `zone`, and questions about it.
fn check_granted(zone: &str, until: &str, questions: &str) {
    check(&format!(
        "
        founded in {zone} -> ok
        ana adds ben approver -> ok, account-opened
        ana adds dee requester -> ok, account-opened
        ana adds product \"Vectra\" -> ok
        dee opens EXC-1 one-approver PRD-1 x30 until {until} -> ok
        dee submits EXC-1 -> ok
        clock 2026-11-02T10:00:00Z -> ok
        ben approves EXC-1 -> ok, case-decided, grant-issued
        {questions}
        "
    ));
}

#[test]
fn an_exception_holds_from_its_decision_to_the_end_of_its_last_day() {
    check_granted(
        "UTC",
        "2026-12-31",
        "
        EXC-1 applies at 2026-11-02T09:59:59.999999999Z -> no
        EXC-1 applies at 2026-11-02T10:00:00Z -> yes
        EXC-1 applies at 2026-12-31T23:59:59.999999999Z -> yes
        EXC-1 applies at 2027-01-01T00:00:00Z -> no
        EXC-1 is -> Active
        clock 2027-01-01T00:00:00Z -> ok
        EXC-1 is -> Expired
        ben revokes EXC-1 -> EXC-1 is Expired. An exception that has ended cannot be revoked.
        ",
    );
}

#[test]
fn the_last_day_ends_when_it_ends_in_the_zone_of_the_organisation() {
    check_granted(
        "Etc/GMT+12",
        "2026-12-31",
        "
        EXC-1 applies at 2027-01-01T11:59:59Z -> yes
        EXC-1 applies at 2027-01-01T12:00:00Z -> no
        ",
    );
    check_granted(
        "Pacific/Kiritimati",
        "2026-12-31",
        "
        EXC-1 applies at 2026-12-31T09:59:59Z -> yes
        EXC-1 applies at 2026-12-31T10:00:00Z -> no
        ",
    );
    check_granted(
        "Asia/Kathmandu",
        "2026-12-31",
        "
        EXC-1 applies at 2026-12-31T18:14:59Z -> yes
        EXC-1 applies at 2026-12-31T18:15:00Z -> no
        ",
    );
}

#[test]
fn a_day_with_a_change_of_the_clocks_ends_at_its_own_midnight() {
    // The last Sunday of March has 23 hours: it ends at 22:00 UTC, two hours before UTC's midnight.
    check_granted(
        "Europe/Prague",
        "2027-03-28",
        "
        EXC-1 applies at 2027-03-28T21:59:59Z -> yes
        EXC-1 applies at 2027-03-28T22:00:00Z -> no
        ",
    );
    // In Beirut the clocks go forward at midnight: the 28th of March 2027 begins at one.
    check_granted(
        "Asia/Beirut",
        "2027-03-27",
        "
        EXC-1 applies at 2027-03-27T21:59:59Z -> yes
        EXC-1 applies at 2027-03-27T22:00:00Z -> no
        ",
    );
    // In Santiago the 4th of April 2027 has 25 hours.
    check_granted(
        "America/Santiago",
        "2027-04-03",
        "
        EXC-1 applies at 2027-04-04T03:59:59Z -> yes
        EXC-1 applies at 2027-04-04T04:00:00Z -> no
        ",
    );
}

#[test]
fn an_end_lies_between_today_and_the_limit_of_the_category() {
    check(
        "
        founded in Pacific/Kiritimati -> ok
        ana adds product \"Vectra\" -> ok
        clock 2026-11-02T10:00:00Z -> ok
        today -> 2026-11-03
        ana opens EXC-1 one-approver PRD-1 x30 until 2026-11-02 -> Until must not be before today, 2026-11-03.
        ana opens EXC-1 one-approver PRD-1 x30 until 2027-05-03 -> one-approver lasts at most 180 days; until must not be after 2027-05-02.
        ana opens EXC-1 one-approver PRD-1 x1001 until 2026-11-03 -> one-approver is granted for at most 1000.
        ana opens EXC-1 one-approver PRD-1 x0 until 2026-11-03 -> Enter a number from 1 to 1000000000.
        ana opens EXC-1 one-approver PRD-2 x1 until 2026-11-03 -> There is no product PRD-2.
        ana opens EXC-1 one-approver PRD-1 x1 until 2026-11-03 answers colour \"Red\" -> one-approver does not ask for colour.
        ana opens EXC-1 one-approver PRD-1 x1 until 2026-11-03 answers plan \"We buy.\" -> ok
        ana opens EXC-2 one-approver PRD-1 x1 until 2027-05-02 -> ok
        # A draft that waits too long is no longer sent.
        clock 2026-11-03T10:00:00Z -> ok
        ana submits EXC-1 -> Until must not be before today, 2026-11-04.
        ",
    );
}

#[test]
fn a_revoked_exception_ends_at_once_and_for_good() {
    check_granted(
        "UTC",
        "2026-12-31",
        "
        dee revokes EXC-1 -> To do this you need to be approver, legal or finance. You are requester.
        ana revokes EXC-1 -> To do this you need to be approver, legal or finance. You are requester, SAM manager and administrator.
        clock 2026-11-10T12:00:00Z -> ok
        ben revokes EXC-1 \"Misused\" -> ok
        EXC-1 is -> Revoked
        EXC-1 applies at 2026-11-10T12:00:00Z -> no
        EXC-1 applies at 2026-11-10T11:59:59Z -> yes
        ben revokes EXC-1 -> EXC-1 is Revoked. An exception that has ended cannot be revoked.
        ben revokes EXC-7 -> There is no exception EXC-7.
        ",
    );
}

fn grant(until: jiff::civil::Date) -> Grant {
    Grant {
        case: CaseId(1),
        terms: CaseTerms {
            category: "one-approver".to_owned(),
            product: ProductId(1),
            quantity: 1,
            environment: None,
            until,
            beneficiary: Some(PersonId(1)),
        },
        metric: Metric::Device,
        conditions: Vec::new(),
        granted_at: Timestamp::MIN,
        recorded_in: 0,
        revocation: None,
    }
}

proptest! {
    /// The rule in words: it applies while the organisation's day is not after the last day.
    #[test]
    fn an_exception_applies_exactly_while_its_last_day_is_not_over(
        zone in prop::sample::select(vec![
            "UTC", "Etc/GMT+12", "Pacific/Kiritimati", "Europe/Prague", "Asia/Beirut", "America/Havana",
            "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Africa/Cairo",
        ]),
        seconds in 1_700_000_000_i64..1_900_000_000,
        days in -3_i64..3,
    ) {
        let zone: Zone = zone.parse().unwrap();
        let at = Timestamp::from_second(seconds).unwrap();
        let today = at.to_zoned(zone.rules().clone()).date();
        let until = today.checked_add(jiff::Span::new().days(days)).unwrap();
        let wanted = if days >= 0 { GrantStatus::Active } else { GrantStatus::Expired };
        prop_assert_eq!(grant(until).status(at, zone.rules()), wanted);
        let end = end_of_day(until, zone.rules()).unwrap();
        prop_assert_eq!(grant(until).status(end, zone.rules()), GrantStatus::Expired);
        let before = end - jiff::Span::new().nanoseconds(1);
        prop_assert_eq!(grant(until).status(before, zone.rules()), GrantStatus::Active);
    }
}
