//! The list of requests, how a request begins, and taking one back.

use std::cmp::Reverse;

use axum::response::Response;
use domain::case::{Case, Stage};
use domain::catalogue::Category;
use domain::command::Intent;
use domain::id::{CaseId, ProductId};
use domain::product::folded;

use crate::browse::cases;
use crate::browse::form::{Form, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::design::forms::Errors;
use crate::design::numbers;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, ConfirmationPage};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::pages::requests::{self, Kind, RequestRow, RequestsPage, RequestsView, StartPage};
use crate::problem::Problem;

fn is_in(visitor: &Visitor, case: &Case, view: RequestsView) -> bool {
    match view {
        RequestsView::Open => cases::is_open(case),
        RequestsView::ForMe => app::cases::waits_for(visitor.state(), case, visitor.person(), visitor.now),
        RequestsView::Mine => case.requester == visitor.person(),
        RequestsView::Status(status) => case.status() == status,
        RequestsView::All => true,
    }
}

/// The list: the newest first, or what is due first where the visitor has to decide.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let state = visitor.state();
    let view = RequestsView::from_word(visitor.asked("status")).unwrap_or(RequestsView::Open);
    let text = folded(visitor.asked("q"));
    let seen: Vec<&Case> =
        state.cases.values().map(AsRef::as_ref).filter(|case| app::cases::may_see(visitor.person(), case)).collect();
    let counts = RequestsView::ALL.map(|of| count(seen.iter().filter(|case| is_in(&visitor, case, of)).count()));
    let contains = |case: &Case| {
        folded(case.words.title.shown()).contains(&text)
            || folded(&cases::product_name(state, case.terms.product)).contains(&text)
            || folded(&state.person_name(case.requester)).contains(&text)
    };
    let mut fitting: Vec<&Case> =
        seen.into_iter().filter(|case| is_in(&visitor, case, view) && contains(case)).collect();
    let due = |case: &Case| if view == RequestsView::ForMe { cases::due_at(state, case) } else { None };
    fitting.sort_by_key(|case| (due(case), Reverse(case.id)));
    let paging = visitor.paging(fitting.len());
    let page = RequestsPage {
        view,
        counts,
        text: visitor.asked("q").to_owned(),
        paging,
        rows: visitor.part(&fitting, paging).iter().map(|case| row(&visitor, case)).collect(),
        may_request: visitor.has(&cases::ASKING),
        copy: copy(view),
    };
    Ok(visitor.page(requests::page(&visitor.frame(), &page)))
}

fn row(visitor: &Visitor, case: &Case) -> RequestRow {
    let state = visitor.state();
    let product = case.terms.product;
    RequestRow {
        case: case.id,
        title: case.words.title.shown().to_owned(),
        product,
        product_name: cases::product_name(state, product),
        quantity: case.terms.quantity,
        metric: state.products.get(&product).map_or(domain::entitlement::Metric::Device, |known| known.metric),
        requester: state.person_name(case.requester),
        status: case.status(),
        waits_for: cases::waits_for(state, case, visitor.now),
        opened_at: case.opened_at,
        due_at: cases::due_at(state, case),
    }
}

/// The same requests elsewhere. What is open stands in several states, which the API does not add up.
fn copy(view: RequestsView) -> CopyAs {
    let (option, query) = match view {
        RequestsView::Open | RequestsView::All => (String::new(), String::new()),
        RequestsView::ForMe => (" --waiting-for-me".to_owned(), "?waiting_for_me=true".to_owned()),
        RequestsView::Mine => (String::new(), "?mine=true".to_owned()),
        RequestsView::Status(status) => (format!(" --status {}", status.name()), format!("?status={}", status.name())),
    };
    CopyAs {
        command: format!("indult case list{option}"),
        request: format!("GET /v1/cases{query}"),
        csv: None,
        json: Some(format!("/v1/cases{query}")),
    }
}

/// `Granted for at most 180 days. Decided by finance and 1 approver within 5 days.`
pub fn kind_terms(category: &Category) -> String {
    format!(
        "Granted for at most {}. Decided by {}, within {}.",
        cases::limits(category),
        cases::all_seats_words(&category.decided_by),
        numbers::counted(u64::from(category.decision_days), "calendar day", "calendar days")
    )
}

/// The choice of what to ask for, with the product and the quantity that are known already carried along.
pub fn start(visitor: &Visitor) -> Response {
    let state = visitor.state();
    let (product, quantity) = (visitor.asked("product"), visitor.asked("quantity"));
    let kind = |category: &Category| Kind {
        title: category.title.clone(),
        scope: category.scope.clone(),
        terms: kind_terms(category),
        address: addresses::with_query(
            addresses::REQUEST_NEW,
            &[("category", &category.key), ("product", product), ("quantity", quantity)],
        ),
    };
    let catalogue = domain::decide::catalogue_for(state, visitor.person(), None);
    let known = product.parse::<ProductId>().ok().filter(|product| state.products.contains_key(product));
    let view = StartPage {
        product: known.map(|product| cases::product_name(state, product)),
        kinds: catalogue.map(|catalogue| catalogue.categories.values().map(kind).collect()).unwrap_or_default(),
    };
    visitor.page(requests::start_page(&visitor.frame(), &view))
}

fn withdrawal_view(visitor: &Visitor, case: &Case, errors: Errors) -> ConfirmationPage {
    let state = visitor.state();
    let mut consequences = vec!["It is final: whoever still needs it makes a new request.".to_owned()];
    if let Stage::Deciding(round) = &case.stage {
        let waiting = cases::waits_for(state, case, visitor.now);
        consequences.push(format!("It no longer waits for {waiting}."));
        if !round.votes.is_empty() {
            let votes = numbers::counted(count(round.votes.len()), "vote cast", "votes cast");
            consequences.push(format!("The {votes} so far no longer count."));
        }
    }
    ConfirmationPage {
        place: Place::Requests,
        above: Link::new(addresses::case(case.id), case.id.to_string()),
        question: format!("Withdraw {}?", case.id),
        sentence: format!("{}: {}.", case.words.title.shown(), cases::asked(state, &case.terms)),
        consequences,
        stays: vec!["Everything said and voted on it stays readable, to those who can read it now.".to_owned()],
        effects: Vec::new(),
        asked: None,
        action: addresses::case_withdraw(case.id),
        button: format!("Withdraw {}", case.id),
        key: visitor.key(),
        errors,
    }
}

/// What taking a request back does.
pub async fn confirm_withdrawal(visitor: Visitor, At(number): At<CaseId>) -> Result<Response, Problem> {
    let case = cases::own(&visitor, number)?;
    cases::must_be_open(&case)?;
    let view = withdrawal_view(&visitor, &case, Errors::default());
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Takes a request back.
pub async fn withdraw(visitor: Visitor, At(number): At<CaseId>, form: Form) -> Result<Response, Problem> {
    let case = cases::own(&visitor, number)?;
    let intent = Intent::WithdrawCase { case: number };
    match visitor.carry(&addresses::case_withdraw(number), &form, intent).await {
        Ok(_) => Ok(done(&addresses::case(number), format!("{number} was withdrawn."), None)),
        Err(failure) => {
            let view = withdrawal_view(&visitor, &case, refused(failure, "main")?);
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}
