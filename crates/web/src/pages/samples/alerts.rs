//! Samples of alerts, their rules, who answers for what, and who has left.

use app::alerts::{AlertRow, RowAbout};
use domain::alert::{AlertStatus, Phase, TriggerKind};
use domain::id::{AlertId, AlertRuleId, EntitlementId, LeaverId, ProductId, QuietPeriodId};

use super::{Sample, at, copy, day, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::alert_rules::{
    self, LeaverItem, LeaversPage, OwnerItem, OwnerPage, OwnersPage, QuietForm, QuietItem, RuleForm, RuleItem,
    RulesPage,
};
use crate::pages::alerts::{
    self, AlertItem, AlertPage, AlertsPage, AlertsView, DigestPage, HandledItem, MovedItem, TaskItem, TaskPage,
};
use crate::pages::layout::Link;

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let none = AlertsPage {
        view: AlertsView::Mine,
        counts: [0; 6],
        paging: Paging::whole(0),
        items: Vec::new(),
        rules: 0,
        ..alerts_page(mark)
    };
    let over = AlertPage {
        item: item(9, AlertStatus::Resolved, mark),
        now: None,
        working: None,
        rows: (0, Vec::new()),
        tasks: Vec::new(),
        may_handle: false,
        errors: Errors::default(),
        ..alert_page(mark)
    };
    vec![
        sample("alerts", alerts::page(&frame, &alerts_page(mark))),
        sample("alerts-none", alerts::page(&frame, &none)),
        sample("alert", alerts::alert_page(&frame, &alert_page(mark))),
        sample("alert-over", alerts::alert_page(&frame, &over)),
        sample("alert-task", alerts::task_page(&frame, &task_page(mark))),
        sample("alert-digest", alerts::digest_page(&frame, &digest_page(mark))),
        sample("alert-rules", alert_rules::page(&frame, &rules_page(mark))),
        sample("owners", alert_rules::owners_page(&frame, &owners_page(mark))),
        sample("owner", alert_rules::owner_page(&frame, &owner_page(mark))),
        sample("leavers", alert_rules::leavers_page(&frame, &leavers_page(mark))),
    ]
}

fn item(number: u64, status: AlertStatus, mark: &str) -> AlertItem {
    AlertItem {
        alert: AlertId(number),
        sentence: said("42 installations of Drafter Pro last used more than 90 days ago.", mark),
        kind: "Dormant installations",
        anomaly: true,
        product: Some((ProductId(7), said("Drafter Pro", mark))),
        owner: said("Ivo Marsh", mark),
        mine: number == 4,
        status,
        raised_at: at("2025-08-10T06:00:00Z"),
        snoozed_until: Some(day("2025-09-01")),
        holds: true,
        tasks: (1, 3),
    }
}

fn alerts_page(mark: &str) -> AlertsPage {
    AlertsPage {
        view: AlertsView::Open,
        counts: [3, 1, 2, 4, 1, 12],
        paging: Paging::whole(4),
        items: vec![
            item(9, AlertStatus::Open, mark),
            item(4, AlertStatus::Acknowledged, mark),
            item(3, AlertStatus::Snoozed, mark),
            item(1, AlertStatus::Resolved, mark),
        ],
        rules: 12,
        keeps_rules: true,
        counted_on: Some(day("2025-08-12")),
        key: "key".to_owned(),
        copy: copy("indult alert list --status open", "GET /v1/alerts?status=open"),
    }
}

fn tasks(mark: &str) -> Vec<TaskItem> {
    vec![
        TaskItem {
            number: 1,
            phase: Phase::Contain,
            wording: said("Take these installations out of the next renewal's numbers.", mark),
            done: Some((
                said("Ivo Marsh", mark),
                at("2025-08-11T09:00:00Z"),
                said("Noted at the renewal.", mark),
                Some(said("renewal.pdf", mark)),
            )),
        },
        TaskItem { number: 2, phase: Phase::Remediate, wording: said("Ask the holders.", mark), done: None },
    ]
}

fn alert_page(mark: &str) -> AlertPage {
    let device = RowAbout::Device {
        key: "name:pc-7".to_owned(),
        name: said("pc-7", mark),
        user: Some(said("marta", mark)),
        last_used_on: Some(day("2025-03-01")),
    };
    let rows = vec![
        AlertRow { about: device, detail: said("Last used on 2025-03-01, more than 90 days ago.", mark) },
        AlertRow { about: RowAbout::Entitlement(EntitlementId(3)), detail: said("The right ended.", mark) },
        AlertRow { about: RowAbout::Day(day("2025-07-01")), detail: said("12 used.", mark) },
        AlertRow { about: RowAbout::Source(said("fleet", mark)), detail: said("Last heard of in May.", mark) },
    ];
    AlertPage {
        item: item(4, AlertStatus::Open, mark),
        rule: (AlertRuleId(8), said("an installation was last used more than 90 days ago", mark)),
        now: Some(said("40 installations of Drafter Pro last used more than 90 days ago.", mark)),
        working: Some(Link::new("/products/PRD-7", said("The numbers of Drafter Pro", mark))),
        rows: (40, rows),
        tasks: tasks(mark),
        handled: vec![HandledItem {
            what: "Acknowledged".to_owned(),
            who: said("Ivo Marsh", mark),
            at: at("2025-08-11T08:00:00Z"),
            note: said("I ask the studio.", mark),
        }],
        ways: vec![Link::new("/reclaim", "Open a reclaim wave")],
        may_handle: true,
        typed: [said("", mark), String::new(), said("", mark), said("", mark)],
        key: "key".to_owned(),
        errors: Errors(vec![FieldError {
            field: "until".into(),
            sentence: "Choose the day on which it comes back.".into(),
        }]),
        copy: copy("indult alert show ALT-4", "GET /v1/alerts/ALT-4"),
    }
}

fn task_page(mark: &str) -> TaskPage {
    TaskPage {
        alert: AlertId(4),
        sentence: said("42 installations of Drafter Pro last used more than 90 days ago.", mark),
        task: TaskItem { number: 2, phase: Phase::Remediate, wording: said("Ask the holders.", mark), done: None },
        note: said("", mark),
        key: "key".to_owned(),
        errors: Errors(vec![FieldError { field: "note".into(), sentence: "Enter what was done.".into() }]),
    }
}

fn digest_page(mark: &str) -> DigestPage {
    DigestPage {
        since: day("2025-08-11"),
        parts: vec![
            ("New", vec![item(9, AlertStatus::Open, mark)]),
            ("Back from snoozing", Vec::new()),
            ("No longer so", vec![item(1, AlertStatus::Resolved, mark)]),
        ],
        moved: vec![MovedItem { product: (ProductId(7), said("Drafter Pro", mark)), used: (400, 431), short: (0, 31) }],
        totals: [3, 4, 1],
        copy: copy("indult alert digest --since 2025-08-11", "GET /v1/alert_digest?since=2025-08-11"),
    }
}

fn rules_page(mark: &str) -> RulesPage {
    RulesPage {
        rules: vec![RuleItem {
            rule: AlertRuleId(8),
            kind: TriggerKind::Dormant,
            sentence: said("an installation was last used more than 90 days ago", mark),
            product: Some((ProductId(7), said("Drafter Pro", mark))),
            holding: 3,
        }],
        quiet: vec![QuietItem {
            quiet: QuietPeriodId(1),
            days: (day("2025-08-20"), day("2025-08-31")),
            product: None,
            reason: said("The studios move.", mark),
            who: said("Ivo Marsh", mark),
        }],
        keeps: true,
        usual_missing: 2,
        form: RuleForm { kind: "dormant".to_owned(), product: said("Drafter", mark), ..RuleForm::default() },
        quiet_form: QuietForm { reason: said("", mark), ..QuietForm::default() },
        key: "key".to_owned(),
        errors: Errors(vec![FieldError { field: "days".into(), sentence: "Enter a number of days.".into() }]),
        copy: copy("indult alert rules", "GET /v1/alert_rules"),
    }
}

fn choices(mark: &str) -> Vec<Choice> {
    vec![Choice::plain("", "Nobody"), Choice::plain("PER-3", said("Ivo Marsh", mark))]
}

fn owners_page(mark: &str) -> OwnersPage {
    OwnersPage {
        paging: Paging::whole(1),
        items: vec![OwnerItem {
            product: (ProductId(7), said("Drafter Pro", mark)),
            category: Some(said("engineering", mark)),
            owner: said("Ivo Marsh", mark),
            by: "its category",
        }],
        categories: vec![(said("engineering", mark), said("Ivo Marsh", mark))],
        keeps: true,
        typed: [said("office", mark), "PER-3".to_owned()],
        owners: choices(mark),
        key: "key".to_owned(),
        errors: Errors::default(),
        copy: copy("indult product owners", "GET /v1/accountabilities"),
    }
}

fn owner_page(mark: &str) -> OwnerPage {
    OwnerPage {
        product: (ProductId(7), said("Drafter Pro", mark)),
        typed: [said("engineering", mark), String::new()],
        owners: choices(mark),
        key: "key".to_owned(),
        errors: Errors::default(),
    }
}

fn leavers_page(mark: &str) -> LeaversPage {
    LeaversPage {
        paging: Paging::whole(1),
        items: vec![LeaverItem { leaver: LeaverId(2), name: said("marta", mark), left_on: day("2025-06-30") }],
        keeps: true,
        list: said("marta", mark),
        rejected: vec![(3, said("Write the last day as 2026-03-31.", mark))],
        key: "key".to_owned(),
        errors: Errors(vec![FieldError { field: "list".into(), sentence: "Some lines could not be used.".into() }]),
        copy: copy("indult leaver list", "GET /v1/leavers"),
    }
}
