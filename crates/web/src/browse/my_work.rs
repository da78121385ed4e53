//! My work: five numbers, the decisions that wait for the visitor, and what the visitor asked for.

use app::positions::Line;
use axum::response::Response;
use domain::State;
use domain::case::{Case, Stage};
use domain::decide::{Standing, open_seats, standing};
use domain::grant::{Grant, GrantStatus};
use domain::person::Role;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::browse::cases;
use crate::browse::products::count;
use crate::browse::visitor::Visitor;
use crate::design::numbers;
use crate::pages::my_work::{self, DecisionWaiting, EndingException, Figures, MyWorkPage, OwnRequest};
use crate::problem::Problem;
use domain::money::sums;

/// How far ahead the end of an agreement, or its last day for notice, is called near.
const NOTICE_DAYS: i64 = 90;

/// The page.
pub async fn show(visitor: Visitor) -> Result<Response, Problem> {
    let view = MyWorkPage {
        figures: figures(&visitor),
        decisions: decisions(&visitor),
        requests: requests(&visitor),
        ending: ending(&visitor),
        may_request: visitor.has(&cases::ASKING),
    };
    Ok(visitor.page(my_work::page(&visitor.frame(), &view)))
}

fn figures(visitor: &Visitor) -> Figures {
    let lines = visitor.snapshot.lines(visitor.now);
    let short = |line: &&Line| line.short > 0;
    let unpriced = lines.iter().filter(short).filter(|line| line.exposure.money.is_none()).count();
    Figures {
        exposure: sums(lines.iter().filter(short).filter_map(|line| line.exposure.money)),
        unpriced: count(unpriced),
        surplus_value: sums(lines.iter().filter_map(|line| line.saving.money)),
        notices_due: notices_due(visitor.state(), visitor.state().day(visitor.now)),
        unrecognised: count(visitor.snapshot.unrecognised().len()),
    }
}

fn notices_due(state: &State, today: Date) -> u64 {
    let horizon = today.checked_add(NOTICE_DAYS.days()).unwrap_or(Date::MAX);
    let near = |day: Date| today <= day && day <= horizon;
    let due = state
        .agreements
        .values()
        .filter(|agreement| agreement.terms.ends_on.is_some_and(near) || agreement.terms.notice_by().is_some_and(near));
    count(due.count())
}

/// The requests that wait for the visitor's vote, the one due first at the top.
fn decisions(visitor: &Visitor) -> Vec<DecisionWaiting> {
    let state = visitor.state();
    let mut waiting: Vec<DecisionWaiting> = state
        .cases
        .values()
        .filter(|case| app::cases::waits_for(state, case, visitor.person(), visitor.now))
        .filter_map(|case| {
            Some(DecisionWaiting {
                case: case.id,
                title: case.words.title.shown().to_owned(),
                asked: cases::asked(state, &case.terms),
                requester: state.person_name(case.requester),
                role: role_words(visitor, case),
                due_at: cases::due_at(state, case)?,
            })
        })
        .collect();
    waiting.sort_by_key(|decision| (decision.due_at, decision.case));
    waiting
}

/// As what the visitor would decide: their own open roles, and those of the persons they stand in for.
fn role_words(visitor: &Visitor, case: &Case) -> String {
    let state = visitor.state();
    let Stage::Deciding(round) = &case.stage else { return String::new() };
    let open = open_seats(state, case, round, visitor.now);
    let is_open = |role: &&Role| open.iter().any(|seats| seats.role == **role);
    let mut words: Vec<String> = Vec::new();
    if let Standing::MayVote(roles) = standing(state, case, visitor.person(), visitor.now) {
        words.extend(roles.iter().filter(is_open).map(|role| role.title().to_owned()));
    }
    for proxy in app::cases::proxies(state, case, visitor.person(), visitor.now) {
        let principal = state.person_name(proxy.principal);
        words.extend(proxy.roles.iter().filter(is_open).map(|role| format!("{} for {principal}", role.title())));
    }
    numbers::list(&words, "or")
}

/// The visitor's own requests: those that wait for them first, then the newest.
fn requests(visitor: &Visitor) -> Vec<OwnRequest> {
    let state = visitor.state();
    let own = state.cases.values().rev().filter(|case| case.requester == visitor.person());
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|case| match case.stage {
        Stage::Returned { .. } => 0,
        Stage::Draft => 1,
        Stage::Deciding(_) => 2,
        Stage::Decided(_) | Stage::Withdrawn => 3,
    });
    let row = |case: &Case| OwnRequest {
        case: case.id,
        title: case.words.title.shown().to_owned(),
        status: case.status(),
        waits_for: own_wait(visitor, case),
    };
    own.into_iter().map(|case| row(case)).collect()
}

/// What an own request waits for; where it is the visitor, that is said plainly.
fn own_wait(visitor: &Visitor, case: &Case) -> String {
    match &case.stage {
        Stage::Draft => "you, to send it".to_owned(),
        Stage::Returned { by, .. } => format!("you, to answer {}", visitor.name(*by)),
        Stage::Deciding(_) | Stage::Decided(_) | Stage::Withdrawn => {
            cases::waits_for(visitor.state(), case, visitor.now)
        }
    }
}

/// Exceptions that the visitor asked for or that are for them, and that end before long.
fn ending(visitor: &Visitor) -> Vec<EndingException> {
    let state = visitor.state();
    let theirs = |grant: &Grant| {
        grant.terms.beneficiary == Some(visitor.person())
            || state.cases.get(&grant.case).is_some_and(|case| case.requester == visitor.person())
    };
    let mut ending: Vec<EndingException> = state
        .grants
        .values()
        .filter(|grant| theirs(grant) && is_ending(visitor, grant))
        .map(|grant| EndingException {
            case: grant.case,
            title: state.cases.get(&grant.case).map_or_else(String::new, |case| case.words.title.shown().to_owned()),
            until: grant.terms.until,
        })
        .collect();
    ending.sort_by_key(|exception| (exception.until, exception.case));
    ending
}

/// Whether an exception is in force and ends before long.
pub fn is_ending(visitor: &Visitor, grant: &Grant) -> bool {
    let state = visitor.state();
    let horizon = state.day(visitor.now).checked_add(cases::ENDING_DAYS.days()).unwrap_or(Date::MAX);
    grant.status(visitor.now, &state.zone()) == GrantStatus::Active && grant.terms.until <= horizon
}
