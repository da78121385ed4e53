//! Samples of the list of requests, of writing one, and of signing a vote.

use domain::case::CaseStatus;
use domain::entitlement::Metric;
use domain::grant::GrantStatus;
use domain::id::{CaseId, ProductId};

use super::exceptions::effect;
use super::{Sample, at, copy, day, digest, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::addresses;
use crate::pages::confirmation::{self, Asked, ConfirmationPage};
use crate::pages::exceptions::{self, ExceptionRow, ExceptionsPage, ExceptionsView};
use crate::pages::layout::{Link, Place};
use crate::pages::request_form::{self, Answer, CheckPage, Decider, Preset, Question, RequestFormPage};
use crate::pages::requests::{self, Kind, RequestRow, RequestsPage, RequestsView, StartPage};
use crate::pages::vote::{self, ReceiptPage, ReviewPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let empty = RequestsPage { counts: [0; 9], view: RequestsView::All, rows: Vec::new(), ..requests_page(mark) };
    let no_exceptions =
        ExceptionsPage { counts: [0; 5], view: ExceptionsView::Active, rows: Vec::new(), ..exceptions_page(mark) };
    vec![
        sample("requests", requests::page(&frame, &requests_page(mark))),
        sample("requests-empty", requests::page(&frame, &empty)),
        sample("request-start", requests::start_page(&frame, &start_page(mark))),
        sample("request-form", request_form::page(&frame, &form_page(mark))),
        sample("request-check", request_form::check_page(&frame, &check_page(mark))),
        sample("vote-review", vote::review_page(&frame, &review_page(mark))),
        sample("receipt", vote::receipt_page(&frame, &receipt_page(mark))),
        sample("exceptions", exceptions::page(&frame, &exceptions_page(mark))),
        sample("exceptions-empty", exceptions::page(&frame, &no_exceptions)),
        sample("revocation", confirmation::page(&frame, &revocation(mark))),
    ]
}

fn requests_page(mark: &str) -> RequestsPage {
    let row = |number, title: &str, status, waits_for: &str, due: Option<&str>| RequestRow {
        case: CaseId(number),
        title: said(title, mark),
        product: ProductId(7),
        product_name: said("Lumen Workbench Professional", mark),
        quantity: 20,
        metric: Metric::Device,
        requester: said("Martin Hale", mark),
        status,
        waits_for: said(waits_for, if waits_for.is_empty() { "" } else { mark }),
        opened_at: at("2025-08-11T08:00:00Z"),
        due_at: due.map(at),
    };
    RequestsPage {
        view: RequestsView::Open,
        counts: [4, 2, 1, 1, 3, 12, 4, 2, 22],
        text: said("", mark),
        paging: Paging::whole(4),
        rows: vec![
            row(
                139,
                "Diagram editor for the auditors",
                CaseStatus::Deciding,
                "1 approver",
                Some("2025-08-11T15:00:00Z"),
            ),
            row(142, "Twenty more for the pump line", CaseStatus::Deciding, "1 approver", Some("2025-08-14T16:00:00Z")),
            row(
                141,
                "Remote control for the night shift",
                CaseStatus::NeedsInformation,
                "Ana Sevcik, who is asked which machines",
                None,
            ),
            row(143, "Office suite for two trainees", CaseStatus::Draft, "", None),
        ],
        may_request: true,
        copy: copy("indult case list --status open", "GET /v1/cases?status=open"),
    }
}

fn start_page(mark: &str) -> StartPage {
    let kind = |title: &str, scope: &str, terms: &str, key: &str| Kind {
        title: said(title, mark),
        scope: said(scope, mark),
        terms: said(terms, mark),
        address: addresses::with_query(addresses::REQUEST_NEW, &[("category", key), ("product", "PRD-7")]),
    };
    StartPage {
        product: Some(said("Lumen Workbench Professional", mark)),
        kinds: vec![
            kind(
                "Use more than we own",
                "For a product of which more is in use than we own, or soon will be, while the gap is being closed.\nIt does not replace a purchase that is already decided.",
                "Finance and 1 approver decide within 5 days. At most 180 days.",
                "exceed-entitlement",
            ),
            kind(
                "Use outside the licence\u{2019}s terms",
                "For a use that the agreement does not allow, such as another country or another company of the group.",
                "Legal and 1 approver decide within 10 days. At most 365 days.",
                "outside-scope",
            ),
        ],
    }
}

fn form_page(mark: &str) -> RequestFormPage {
    let question = |key: &str, label: &str, help: &str, required| Question {
        key: key.into(),
        label: said(label, mark),
        help: said(help, mark),
        required,
        answer: said("", mark),
    };
    RequestFormPage {
        case: None,
        category: "exceed-entitlement".into(),
        category_title: said("Use more than we own", mark),
        category_scope: said("While the gap is being closed.\nIt does not replace a purchase.", mark),
        limits: "At most 180 days. Finance and 1 approver decide within 5 days.".into(),
        other_category: Some(Link::new(addresses::REQUEST_NEW, "Choose another kind of request")),
        products: vec![
            Choice::plain("", "Choose a product"),
            Choice::plain("PRD-7", said("Lumen Workbench Professional", mark)),
        ],
        position: Some(said("You own 500, use 550, and 30 are covered; 20 are short.", mark)),
        persons: vec![Choice::plain("", "Myself"), Choice::plain("PER-8", said("Priya Raman", mark))],
        environments: vec![Choice::plain("", "Everywhere"), Choice::plain("production", "Production")],
        presets: vec![
            Preset { words: "30 days".into(), day: day("2025-09-11") },
            Preset { words: "90 days".into(), day: day("2025-11-10") },
            Preset { words: "180 days, the longest possible".into(), day: day("2026-02-08") },
        ],
        title: said("Twenty more for the pump line", mark),
        product: "PRD-7".into(),
        quantity: said("twenty", mark),
        environment: String::new(),
        until_choice: "2025-11-10".into(),
        until: String::new(),
        beneficiary: String::new(),
        justification: said("The pump line moves to the new test rig.", mark),
        questions: vec![
            question(
                "closing_plan",
                "How and when will the gap be closed?",
                "Name the step, who takes it and by which day.",
                true,
            ),
            question("cost_centre", "Which cost centre pays?", "", false),
        ],
        errors: Errors(vec![
            FieldError { field: "quantity".into(), sentence: "Write how many as a whole number, such as 20.".into() },
            FieldError { field: "answer_closing_plan".into(), sentence: "Say how the gap will be closed.".into() },
        ]),
        key: "c0ffee-8".into(),
    }
}

fn check_page(mark: &str) -> CheckPage {
    let answer = |question: &str, answer: &str, field: &str| Answer {
        question: question.into(),
        answer: said(answer, mark),
        field: field.into(),
    };
    CheckPage {
        case: CaseId(144),
        title: said("Twenty more for the pump line", mark),
        answers: vec![
            answer("Product", "Lumen Workbench Professional", "product"),
            answer("How many", "20 devices", "quantity"),
            answer("Where", "everywhere", "environment"),
            answer("Until the end of", "Mon 10 Nov 2025 (90 days)", "until_choice"),
            answer("Why", "The pump line moves to the new test rig.\nThe order arrives in January.", "justification"),
            Answer {
                question: said("Which cost centre pays?", mark),
                answer: String::new(),
                field: "answer_cost_centre".into(),
            },
        ],
        evidence: vec![(said("quote.pdf", mark), digest("quote"), 184_320)],
        deciders: vec![
            Decider { words: "1 finance".into(), persons: vec![said("Dana Oakes", mark)] },
            Decider { words: "1 approver".into(), persons: Vec::new() },
        ],
        decided_by: at("2025-08-17T21:59:59Z"),
        effect: Some(effect()),
        obstacles: Vec::new(),
        addressees: "Finance and 1 approver".into(),
        key: "c0ffee-9".into(),
        errors: Errors::default(),
    }
}

fn review_page(mark: &str) -> ReviewPage {
    ReviewPage {
        case: CaseId(142),
        title: said("Twenty more for the pump line", mark),
        sentence: said(
            "I, Ana Sevcik, as approver, approve with conditions EXC-142, revision 3: 20 devices of Lumen Workbench Professional in production until the end of 31 Dec 2025.",
            mark,
        ),
        consequences: vec!["This is the last vote that is needed: the exception comes into force at once.".into()],
        digest: digest("EXC-142"),
        ballot: "approve_with_conditions".into(),
        on_behalf_of: String::new(),
        reason: said("Cheaper than buying, and it ends with the order.", mark),
        conditions: said("The order is placed by 1 December.\nUse is reported monthly.", mark),
        key: "c0ffee-1".into(),
        errors: Errors::default(),
    }
}

fn receipt_page(mark: &str) -> ReceiptPage {
    ReceiptPage {
        case: CaseId(142),
        title: said("Twenty more for the pump line", mark),
        sentence: said("Ana Sevcik, as approver, approved with conditions EXC-142, revision 3.", mark),
        next: vec!["The exception is in force until the end of 31 Dec 2025, and the position and every check count it from now on.".into()],
        entry: 1_205,
        at: at("2025-08-12T13:05:00Z"),
        by: said("Ana Sevcik", mark),
        digest: digest("EXC-142"),
        leaf: digest("1205"),
        checkpoint: Some((1_207, at("2025-08-12T13:05:01Z"))),
        commands: vec!["indult ledger proof 1205".into(), "indult verify --against checkpoint".into()],
    }
}

fn exceptions_page(mark: &str) -> ExceptionsPage {
    let row = |number, title: &str, granted, used, until: &str, status, ending| ExceptionRow {
        case: CaseId(number),
        title: said(title, mark),
        product: ProductId(7),
        product_name: said("Lumen Workbench Professional", mark),
        granted,
        used,
        metric: Metric::Device,
        environment: (number == 97).then(|| "production".to_owned()),
        until: day(until),
        status,
        ending,
        conditions: u64::from(number == 97),
        may_revoke: status == GrantStatus::Active,
    };
    ExceptionsPage {
        view: ExceptionsView::All,
        counts: [2, 1, 1, 1, 4],
        paging: Paging::whole(4),
        rows: vec![
            row(118, "Backup agent on leased servers", 8, 8, "2025-08-20", GrantStatus::Active, true),
            row(97, "Field laptops for the harbour survey", 30, 30, "2025-12-31", GrantStatus::Active, false),
            row(77, "Statistics for one more analyst", 1, 0, "2025-06-30", GrantStatus::Expired, false),
            row(64, "Viewer for the museum", 12, 0, "2025-12-31", GrantStatus::Revoked, false),
        ],
        copy: copy("indult exception list", "GET /v1/exceptions?status=all"),
    }
}

fn revocation(mark: &str) -> ConfirmationPage {
    ConfirmationPage {
        place: Place::Exceptions,
        above: Link::new("/requests/EXC-97", "EXC-97"),
        question: "Revoke EXC-97?".into(),
        sentence: said("30 devices of Lumen Workbench Professional, until 31 Dec 2025.", mark),
        consequences: vec![
            said("30 devices will be short at once, about EUR 10,350.", mark),
            "Checks will answer no from now on.".into(),
        ],
        stays: vec!["The request, its votes and its decision stay on the record.".into()],
        effects: Vec::new(),
        asked: Some(Asked {
            name: "reason".into(),
            label: "Reason".into(),
            hint: "The requester reads it.".into(),
            value: said("", mark),
        }),
        action: addresses::revocation(CaseId(97)),
        button: "Revoke EXC-97".into(),
        key: "c0ffee-a".into(),
        errors: Errors(vec![FieldError {
            field: "reason".into(),
            sentence: "Give a reason that the requester can read.".into(),
        }]),
    }
}
