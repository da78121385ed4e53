//! Samples of the ledger and of the catalogue of rules.

use super::{Sample, at, copy, digest, frame, said, sample};
use crate::pages::audit::{self, AuditPage, Checkpoint, Commitment, EntryPage, EntryRow, Filter, Proof, Witnessing};
use crate::pages::policies::{self, CategoryShown, PoliciesPage, QuestionShown, Version};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let filtered = AuditPage {
        filter: Filter {
            text: said("actor:PER-4 action:vote", mark),
            action: "vote-cast".into(),
            from: "2025-08-01".into(),
            problem: Some(said("\u{201c}size:3\u{201d} is no qualifier. Use actor, action, object or created.", mark)),
            ..Filter::default()
        },
        entries: Vec::new(),
        older: None,
        proof: Proof {
            checkpoint: None,
            witnessing: Witnessing::Seen {
                name: said("witness.example", mark),
                size: 1_190,
                at: at("2025-08-12T12:40:00Z"),
            },
            ..proof(mark)
        },
        ..audit_page(mark)
    };
    vec![
        sample("audit", audit::page(&frame, &audit_page(mark))),
        sample("audit-nothing-found", audit::page(&frame, &filtered)),
        sample("entry", audit::entry_page(&frame, &entry_page(mark))),
        sample("policies", policies::page(&frame, &policies_page(mark))),
    ]
}

fn row(entry: u64, who: &str, action: &str, object: &str, what: &str, mark: &str) -> EntryRow {
    EntryRow {
        entry,
        at: at("2025-08-12T09:14:03Z"),
        who: said(who, mark),
        via: "browser".into(),
        action: action.into(),
        object: object.into(),
        address: Some(format!("/requests/{object}")),
        what: said(what, mark),
    }
}

fn proof(mark: &str) -> Proof {
    Proof {
        origin: said("indult.kestrel.example/ledger", mark),
        verifier_key: "indult.kestrel.example/ledger+8e2f1c04+AWqL0cDkTqYH0Yl5Yb3o0Q5h3yU5dK8nqkJw0mZc5p7x".into(),
        checkpoint: Some(Checkpoint {
            size: 1_202,
            root: "5oL8nqkJw0mZc5p7xAWqL0cDkTqYH0Yl5Yb3o0Q5h3yU=".into(),
            signed_at: at("2025-08-12T12:58:00Z"),
            note: said(
                "indult.kestrel.example/ledger\n1202\n5oL8nqkJw0mZc5p7xAWqL0cDkTqYH0Yl5Yb3o0Q5h3yU=\n\n\u{2014} indult.kestrel.example/ledger ji8cBAk0o6x0d8m2nqkJw0mZc5p7xAWqL0cDkTqYH0Yl5Yb3o0Q5h3yU5dK8nqkJw0mZc5p7xAWqL0cDkTqYH0Yl5Yb3o0Q5h3yU5dK8=\n",
                mark,
            ),
        }),
        unsigned: 2,
        witnessing: Witnessing::None,
        commands: vec![
            (
                "indult ledger export copy && indult verify copy".into(),
                "exports the whole ledger and checks every entry of the copy".into(),
            ),
            (
                "indult verify --against checkpoint".into(),
                "checks that this ledger still contains what a kept checkpoint covers".into(),
            ),
        ],
    }
}

fn audit_page(mark: &str) -> AuditPage {
    AuditPage {
        filter: Filter::default(),
        actions: vec!["case-submitted".into(), "vote-cast".into()],
        entries: vec![
            row(1_203, "Ana Sevcik", "comment-made", "EXC-142", "commented on Twenty more for the pump line", mark),
            row(1_199, "Dana Oakes", "vote-cast", "EXC-142", "voted approve on Twenty more for the pump line", mark),
            row(
                1_190,
                "Martin Hale",
                "case-submitted",
                "EXC-142",
                "sent Twenty more for the pump line, revision 3",
                mark,
            ),
            EntryRow {
                address: None,
                via: "command line".into(),
                ..row(1_188, "the operator for Ivo Marsh", "imported", "IMP-14", "imported 300 reports from glpi", mark)
            },
        ],
        older: Some(1_188),
        is_later_part: false,
        size: 1_204,
        proof: proof(mark),
        copy: copy("indult ledger list", "GET /v1/entries?limit=50"),
    }
}

fn entry_page(mark: &str) -> EntryPage {
    EntryPage {
        row: row(1_199, "Dana Oakes", "vote-cast", "EXC-142", "voted approve on Twenty more for the pump line", mark),
        stream: ("case/EXC-142".into(), 6),
        command: ("0198a-77".into(), 1, 2),
        policy: Some(digest("policy")),
        leaf: digest("1199"),
        json: said(
            "{\n  \"actor\": \"PER-4\",\n  \"at\": \"2025-08-12T09:14:03Z\",\n  \"type\": \"vote-cast\"\n}",
            mark,
        ),
        commitments: vec![
            ("/reason".into(), Commitment::Opened(said("Cheaper than buying 20 for four months.", mark))),
            ("/conditions/0".into(), Commitment::ErasedBy(1_201)),
            ("/conditions/1".into(), Commitment::Missing),
        ],
        is_signed: true,
        size: 1_204,
        copy: copy("indult ledger show 1199", "GET /v1/entries/1199?pretty=true"),
    }
}

fn policies_page(mark: &str) -> PoliciesPage {
    PoliciesPage {
        digest: digest("policy"),
        published_at: at("2025-01-08T09:00:00Z"),
        categories: vec![CategoryShown {
            key: "exceed-entitlement".into(),
            title: said("Use more than we own", mark),
            scope: said(
                "For a product of which more is in use than we own, while the gap is being closed.\nIt does not replace a purchase.",
                mark,
            ),
            days_max: 180,
            quantity_max: Some(50),
            decided_by: vec!["1 finance".into(), "1 approver".into()],
            decision_days: 5,
            questions: vec![QuestionShown {
                label: said("How and when will the gap be closed?", mark),
                help: said("Name the step.", mark),
                required: true,
            }],
            requests: (3, 12, 4),
        }],
        versions: vec![Version {
            digest: digest("policy"),
            published_at: at("2025-01-08T09:00:00Z"),
            categories: 3,
            in_force: true,
        }],
        copy: copy("indult api GET /v1/policies", "GET /v1/policies?version=current"),
    }
}
