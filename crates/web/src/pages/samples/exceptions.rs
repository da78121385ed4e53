//! Samples of requests, decisions and exceptions.

use domain::case::{Ballot, CaseStatus, Outcome};
use domain::entitlement::Quantity;
use domain::grant::GrantStatus;
use domain::id::{CaseId, ProductId};

use super::{Sample, at, day, digest, eur, frame, said, sample};
use crate::design::forms::{Errors, FieldError};
use crate::pages::effect::{Effect, Standing};
use crate::pages::product::Happened;
use crate::pages::request::{
    self, Acts, Change, Changed, Deciding, EvidenceFile, ExceptionInForce, OpenSeat, Precedent, Remark, RequestPage,
    Rule, Seat, VoteCast, VoteForm,
};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    vec![
        sample("request", request::page(&frame, &request_page(mark))),
        sample("request-errors", request::page(&frame, &with_errors(mark))),
        sample("request-own", request::page(&frame, &own(mark))),
        sample("request-decided", request::page(&frame, &decided(mark))),
    ]
}

pub(super) fn effect() -> Effect {
    let before = Standing {
        entitled: Quantity::Units(500),
        used: 550,
        by_exception: 30,
        short: 20,
        surplus: Some(0),
        exposure: Some(eur(6_900)),
    };
    Effect {
        act: "If approved, until 31 Dec 2025".into(),
        before,
        after: Standing { by_exception: 50, short: 0, exposure: None, ..before },
        afterwards: Some(
            "On 1 Jan 2026 this exception and EXC-97 are over, and 50 devices are short unless something changes."
                .into(),
        ),
    }
}

fn change(term: &str, today: &str, asked: &str) -> Change {
    Change { term: term.into(), today: today.into(), asked: asked.into() }
}

fn vote(mark: &str) -> VoteCast {
    VoteCast {
        by: said("Dana Oakes", mark),
        on_behalf_of: None,
        role: "finance".into(),
        ballot: Ballot::Approve,
        reason: said("Cheaper than buying 20 for four months; the order for January is in the budget.", mark),
        conditions: vec![said("The order for 50 is placed by 1 December.", mark)],
        at: at("2025-08-12T09:14:00Z"),
        entry: 1_199,
        dissent: false,
    }
}

fn form(mark: &str) -> VoteForm {
    VoteForm {
        digest: digest("EXC-142"),
        key: "c0ffee-1".into(),
        seats: vec![
            Seat { on_behalf_of: String::new(), words: "As approver".into() },
            Seat { on_behalf_of: "PER-9".into(), words: said("For Tunde Okoro, as approver", mark) },
        ],
        ballot: String::new(),
        on_behalf_of: String::new(),
        reason: String::new(),
        conditions: String::new(),
        errors: Errors::default(),
    }
}

fn precedents(mark: &str) -> Vec<Precedent> {
    vec![
        Precedent {
            case: CaseId(97),
            title: said("Field laptops for the harbour survey", mark),
            outcome: Outcome::ApprovedWithConditions,
            decided_on: day("2025-03-03"),
            differences: vec!["10 devices fewer".into(), "161 days shorter".into()],
            reason: said("The survey ends with the year, and the laptops go back.", mark),
        },
        Precedent {
            case: CaseId(31),
            title: said("Workbench on every lab machine", mark),
            outcome: Outcome::Denied,
            decided_on: day("2024-11-20"),
            differences: vec!["180 devices fewer".into(), "an order is promised here".into()],
            reason: said("No plan to buy. Ask again with an order date.", mark),
        },
    ]
}

#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
pub(super) fn request_page(mark: &str) -> RequestPage {
    RequestPage {
        case: CaseId(142),
        title: said("Twenty more for the pump line", mark),
        status: CaseStatus::Deciding,
        in_one_line: said(
            "Martin Hale asks to use Lumen Workbench Professional on 20 devices more than we own, until 31 Dec 2025.",
            mark,
        ),
        waits_for: Some("1 approver".into()),
        requester: said("Martin Hale", mark),
        beneficiary: Some(said("Priya Raman", mark)),
        category: said("Temporary over-use", mark),
        category_scope: said("More units than we own, for a time, until they are bought or given back.", mark),
        product: ProductId(7),
        product_name: said("Lumen Workbench Professional", mark),
        revision: 3,
        opened_at: at("2025-08-11T08:00:00Z"),
        due_at: Some(at("2025-08-14T16:00:00Z")),
        question: None,
        changed: None,
        changes: vec![
            change("Units", "0 beyond what we own", "20 devices"),
            change("Where", "nowhere", "production"),
            change("Until the end of", "no day", "Wed 31 Dec 2025 (141 days)"),
            change("Rule", "No use beyond the rights owned", "Temporary over-use, at most 180 days and 50 units"),
        ],
        justification: said(
            "The pump line moves to the new test rig in September.\nTwenty workstations need Workbench until the January order arrives.",
            mark,
        ),
        answers: vec![(
            said("What happens if the answer is no?", mark),
            said("Two shifts share machines and the line starts six weeks later.", mark),
        )],
        evidence: vec![EvidenceFile {
            name: said("quote-arclight-2025.pdf", mark),
            digest: digest("quote"),
            bytes: 184_320,
        }],
        effect: Some(effect()),
        precedents: precedents(mark),
        votes: vec![vote(mark)],
        open_seats: vec![OpenSeat {
            role: "approver".into(),
            persons: vec![said("Ana Sevcik", mark), said("Tunde Okoro", mark)],
        }],
        past_rounds: vec![vec![VoteCast {
            ballot: Ballot::RequestChanges,
            conditions: Vec::new(),
            reason: said("Which machines?", mark),
            ..vote(mark)
        }]],
        rules: vec![
            Rule { kept: true, sentence: "It needs finance and 1 approver; you are an approver.".into() },
            Rule { kept: true, sentence: "You are neither the requester nor the one it is for.".into() },
            Rule { kept: true, sentence: "You have not voted on this revision.".into() },
            Rule { kept: true, sentence: "20 units for 141 days are within 50 units and 180 days.".into() },
        ],
        deciding: Some(Deciding::Open(Box::new(form(mark)))),
        decided: None,
        exception: None,
        remarks: vec![Remark {
            by: said("Priya Raman", mark),
            at: at("2025-08-11T15:20:00Z"),
            wording: said("The rig is delivered on 1 September.", mark),
        }],
        comment: String::new(),
        errors: Errors::default(),
        history: vec![
            Happened {
                entry: 1_199,
                at: at("2025-08-12T09:14:00Z"),
                who: said("Dana Oakes", mark),
                what: "voted: approve".into(),
            },
            Happened {
                entry: 1_190,
                at: at("2025-08-11T08:30:00Z"),
                who: said("Martin Hale", mark),
                what: "sent revision 3".into(),
            },
        ],
        acts: Acts { attach: true, comment: true, ..Acts::default() },
        key: "c0ffee-2".into(),
    }
}

fn with_errors(mark: &str) -> RequestPage {
    let errors = Errors(vec![
        FieldError { field: "conditions".into(), sentence: "Write at least one condition, or choose Approve.".into() },
        FieldError { field: "reason".into(), sentence: "Give a reason that the requester can read.".into() },
    ]);
    let form = VoteForm { ballot: "approve_with_conditions".into(), errors, ..form(mark) };
    RequestPage {
        title: said("Twenty more, with a form to mend", mark),
        deciding: Some(Deciding::Open(Box::new(form))),
        changed: Some(Changed {
            sentence: "Martin Hale changed the request after you opened it. Your vote was not recorded.".into(),
            differences: vec![("Units".into(), said("40 devices", mark), said("20 devices", mark))],
        }),
        ..request_page(mark)
    }
}

fn own(mark: &str) -> RequestPage {
    RequestPage {
        title: said("Twenty more, as its requester sees it", mark),
        status: CaseStatus::NeedsInformation,
        question: Some((
            said("Tunde Okoro", mark),
            said("Which twenty machines, and are any of them in development?", mark),
        )),
        rules: vec![Rule { kept: false, sentence: "You asked for this yourself.".into() }],
        deciding: Some(Deciding::Closed {
            why: "You cannot decide on your own request.".into(),
            who_can: vec![said("Ana Sevcik", mark), said("Tunde Okoro", mark)],
        }),
        evidence: Vec::new(),
        precedents: Vec::new(),
        remarks: Vec::new(),
        acts: Acts { edit: true, send: true, withdraw: true, attach: true, comment: true },
        ..request_page(mark)
    }
}

fn decided(mark: &str) -> RequestPage {
    RequestPage {
        case: CaseId(97),
        title: said("Field laptops for the harbour survey", mark),
        status: CaseStatus::Approved,
        waits_for: None,
        due_at: None,
        votes: vec![
            vote(mark),
            VoteCast {
                by: said("Ana Sevcik", mark),
                role: "approver".into(),
                ballot: Ballot::Abstain,
                dissent: true,
                conditions: Vec::new(),
                ..vote(mark)
            },
        ],
        open_seats: Vec::new(),
        past_rounds: Vec::new(),
        deciding: Some(Deciding::Closed { why: "It was decided on 3 Mar 2025.".into(), who_can: Vec::new() }),
        decided: Some((Outcome::ApprovedWithConditions, at("2025-03-03T10:40:00Z"), 904)),
        exception: Some(ExceptionInForce {
            status: GrantStatus::Active,
            until: day("2025-12-31"),
            granted: "30 devices in production".into(),
            used: 30,
            conditions: vec![said("The laptops are returned by 31 December.", mark)],
            revocation: None,
            may_revoke: true,
        }),
        acts: Acts { comment: true, ..Acts::default() },
        ..request_page(mark)
    }
}
