//! Samples around the person: signing in, first steps, my work, persons, tokens, oneself, and what did not work.

use domain::case::CaseStatus;
use domain::id::{CaseId, DelegationId, PersonId, TokenId};
use domain::person::{Role, Scope};

use super::{Sample, at, copy, day, digest, eur, frame, outside, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::addresses;
use crate::pages::error::{self, ErrorPage};
use crate::pages::first_run::{self, FirstRunPage, Task};
use crate::pages::layout::{Frame, Link, Notice};
use crate::pages::my_work::{self, DecisionWaiting, EndingException, Figures, MyWorkPage, OwnRequest};
use crate::pages::persons::{self, PersonForm, PersonPage, PersonRow, PersonsPage, SignInState};
use crate::pages::product::Happened;
use crate::pages::sign_in::{self, SetUpPage, SignInPage};
use crate::pages::tokens::{self, TokenForm, TokenRow, TokenState, TokensPage};
use crate::pages::you::{self, DelegationForm, DelegationRow, SessionRow, YouPage};
use crate::problem::{Kind, Problem};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let (frame, outside) = (frame(mark), outside(mark));
    vec![
        sample("my-work", my_work::page(&frame, &my_work_page(mark))),
        sample("my-work-empty", my_work::page(&new_organisation(&frame), &my_work_empty())),
        sample("sign-in", sign_in::page(&outside, &sign_in_page(mark))),
        sample("sign-in-errors", sign_in::page(&outside, &sign_in_errors(mark))),
        sample("set-up", sign_in::set_up_page(&outside, &set_up_page(mark))),
        sample("first-run", first_run::page(&frame, &first_run_page())),
        sample("persons", persons::page(&frame, &persons_page(mark))),
        sample("person", persons::person_page(&frame, &person_page(mark))),
        sample("tokens", tokens::page(&frame, &tokens_page(mark))),
        sample("you", you::page(&frame, &you_page(mark))),
        sample("not-found", error::page(&frame, &error_page(Kind::NotFound, "No request has the number EXC-900."))),
        sample(
            "not-allowed",
            error::page(&frame, &error_page(Kind::NotAllowed, &said("You need to be administrator.", mark))),
        ),
        sample(
            "failed",
            error::page(&outside, &error_page(Kind::Internal, "The program failed while it made this page.")),
        ),
        sample("problem", error::page(&outside, &ErrorPage::explaining(Kind::Conflict))),
    ]
}

/// The same company as somebody's own, a minute old.
fn new_organisation(frame: &Frame) -> Frame {
    let mut frame = Frame { sample: false, ..frame.clone() };
    frame.viewer = frame.viewer.map(|viewer| crate::pages::layout::Viewer { decisions_waiting: 0, ..viewer });
    frame.notice = Some(Notice {
        sentence: "Your password is set.".into(),
        link: Some(Link::new(addresses::WELCOME, "See the first steps")),
    });
    frame
}

fn my_work_page(mark: &str) -> MyWorkPage {
    MyWorkPage {
        figures: Figures {
            exposure: vec![eur(35_300)],
            unpriced: 1,
            surplus_value: vec![eur(18_940)],
            notices_due: 2,
            unrecognised: 38,
        },
        decisions: vec![
            DecisionWaiting {
                case: CaseId(139),
                title: said("Diagram editor for the auditors", mark),
                asked: said("3 devices of Pelican Diagram until 30 Sep 2025", mark),
                requester: said("Tunde Okoro", mark),
                role: "approver".into(),
                due_at: at("2025-08-11T15:00:00Z"),
            },
            DecisionWaiting {
                case: CaseId(142),
                title: said("Twenty more for the pump line", mark),
                asked: said("20 devices of Lumen Workbench Professional until 31 Dec 2025", mark),
                requester: said("Martin Hale", mark),
                role: "approver".into(),
                due_at: at("2025-08-14T16:00:00Z"),
            },
        ],
        requests: vec![
            OwnRequest {
                case: CaseId(141),
                title: said("Remote control for the night shift", mark),
                status: CaseStatus::NeedsInformation,
                waits_for: "your answer".into(),
            },
            OwnRequest {
                case: CaseId(128),
                title: said("Statistics for one more analyst", mark),
                status: CaseStatus::Approved,
                waits_for: String::new(),
            },
        ],
        ending: vec![EndingException {
            case: CaseId(118),
            title: said("Backup agent on leased servers", mark),
            until: day("2025-08-20"),
        }],
        may_request: true,
    }
}

fn my_work_empty() -> MyWorkPage {
    MyWorkPage {
        figures: Figures {
            exposure: Vec::new(),
            unpriced: 0,
            surplus_value: Vec::new(),
            notices_due: 0,
            unrecognised: 0,
        },
        decisions: Vec::new(),
        requests: Vec::new(),
        ending: Vec::new(),
        may_request: true,
    }
}

fn sign_in_page(mark: &str) -> SignInPage {
    SignInPage {
        login: said("", mark),
        then: "/requests/EXC-142".into(),
        why: "You were signed out after 12 hours. What you typed is kept.".into(),
        errors: Errors::default(),
    }
}

fn sign_in_errors(mark: &str) -> SignInPage {
    SignInPage {
        login: said("ana@kestrel.example", mark),
        why: String::new(),
        errors: Errors(vec![FieldError {
            field: "login".into(),
            sentence:
                "The name and the password do not go together. Check both, or ask an administrator for a new link."
                    .into(),
        }]),
        ..sign_in_page(mark)
    }
}

fn set_up_page(mark: &str) -> SetUpPage {
    SetUpPage {
        token: said("k3J9", mark),
        person: said("Ana Sevcik", mark),
        login: said("ana@kestrel.example", mark),
        characters_min: 12,
        errors: Errors::default(),
    }
}

fn first_run_page() -> FirstRunPage {
    let task = |words: &str, why: &str, address: &str, done| Task {
        words: words.into(),
        why: why.into(),
        address: address.into(),
        done,
    };
    FirstRunPage {
        tasks: vec![
            task(
                "Decide the request that waits for you",
                "Everything you need stands on one page, and you get a receipt.",
                "/requests/EXC-142",
                true,
            ),
            task(
                "Open a number\u{2019}s working",
                "Every number of the position leads to its rows and its arithmetic.",
                "/products/PRD-7",
                false,
            ),
            task(
                "Import a file",
                "You see what it changes before it does, and can undo it after.",
                addresses::IMPORT_NEW,
                false,
            ),
            task("Invite an approver", "Nobody decides on their own request.", addresses::PERSONS, false),
            task("Check the audit trail yourself", "With tools that are not ours.", addresses::AUDIT, false),
        ],
        own_command: "indult init --data my-folder --organisation \"Acme\" --admin you@acme.example".into(),
        sample_command: "indult demo".into(),
    }
}

fn person_row(number: u64, name: &str, roles: &[Role], sign_in: SignInState, mark: &str) -> PersonRow {
    PersonRow {
        person: PersonId(number),
        name: said(name, mark),
        email: said("someone@kestrel.example", mark),
        roles: roles.to_vec(),
        active: true,
        sign_in,
    }
}

fn persons_page(mark: &str) -> PersonsPage {
    PersonsPage {
        paging: Paging::whole(4),
        rows: vec![
            person_row(1, "Ana Sevcik", &[Role::Approver, Role::SamManager], SignInState::Password, mark),
            person_row(4, "Dana Oakes", &[Role::Finance], SignInState::LinkOpen(at("2025-08-15T09:00:00Z")), mark),
            person_row(6, "Ivo Marsh", &[Role::Administrator], SignInState::LinkEnded, mark),
            PersonRow { active: false, ..person_row(8, "Priya Raman", &[], SignInState::NoAccount, mark) },
        ],
        form: Some(PersonForm {
            name: said("Lena Brandt", mark),
            email: String::new(),
            roles: vec!["requester".into()],
            errors: Errors(vec![FieldError {
                field: "email".into(),
                sentence: "Give the e-mail address with which they sign in.".into(),
            }]),
            key: "c0ffee-4".into(),
        }),
        copy: copy("indult person list", "GET /v1/persons"),
    }
}

fn person_page(mark: &str) -> PersonPage {
    PersonPage {
        row: person_row(4, "Dana Oakes", &[Role::Finance], SignInState::LinkOpen(at("2025-08-15T09:00:00Z")), mark),
        link: Some((said("https://indult.kestrel.example/set-up/k3J9-aaaa", mark), at("2025-08-15T09:00:00Z"))),
        roles: vec!["finance".into()],
        errors: Errors::default(),
        may_change: true,
        why_not_roles: String::new(),
        texts: 5,
        history: vec![Happened {
            entry: 12,
            at: at("2025-01-08T09:00:00Z"),
            who: said("Ivo Marsh", mark),
            what: "added this person".into(),
        }],
        key: "c0ffee-5".into(),
    }
}

fn tokens_page(mark: &str) -> TokensPage {
    let row = |number, label: &str, scopes: &[Scope], state| TokenRow {
        token: TokenId(number),
        label: said(label, mark),
        scopes: scopes.to_vec(),
        expires_at: Some(at("2025-11-10T09:00:00Z")),
        state,
    };
    TokensPage {
        made: Some((
            said("indult_pat_0000000000", mark),
            "indult position list --server https://indult.kestrel.example".into(),
        )),
        rows: vec![
            row(3, "GLPI inventory", &[Scope::Report], TokenState::Works),
            row(2, "Build server", &[Scope::Check, Scope::Read], TokenState::Ended),
            TokenRow { expires_at: None, ..row(1, "Trial", &[Scope::Write], TokenState::Revoked) },
        ],
        form: TokenForm { label: said("", mark), days: "90".into(), key: "c0ffee-6".into(), ..TokenForm::default() },
    }
}

fn you_page(mark: &str) -> YouPage {
    YouPage {
        person: PersonId(1),
        name: said("Ana Sevcik", mark),
        email: said("ana@kestrel.example", mark),
        login: said("ana@kestrel.example", mark),
        roles: vec![Role::Approver, Role::SamManager],
        has_password: true,
        characters_min: 12,
        sessions: vec![
            SessionRow {
                digest: digest("here"),
                opened_at: at("2025-08-12T07:00:00Z"),
                expires_at: at("2025-08-12T19:00:00Z"),
                here: true,
            },
            SessionRow {
                digest: digest("there"),
                opened_at: at("2025-08-12T05:30:00Z"),
                expires_at: at("2025-08-12T17:30:00Z"),
                here: false,
            },
        ],
        delegations: vec![DelegationRow {
            delegation: DelegationId(2),
            words: said("You decide for Tunde Okoro", mark),
            starts_on: day("2025-08-11"),
            ends_on: day("2025-08-22"),
            holds: true,
            may_end: true,
        }],
        delegation: DelegationForm {
            persons: vec![Choice::plain("PER-4", said("Dana Oakes", mark))],
            to: String::new(),
            starts_on: said("2025-08-13", mark),
            ends_on: String::new(),
            key: "c0ffee-7".into(),
        },
        errors: Errors::default(),
    }
}

fn error_page(kind: Kind, sentence: &str) -> ErrorPage {
    ErrorPage::of(kind, &Problem::new(kind, sentence).body("/requests/EXC-900", "5f0c1a2e"))
}
