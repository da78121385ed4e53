//! Agreements: the list, those that are due, and one with its clauses.

use axum::response::Response;
use domain::agreement::{Agreement, AgreementTerms};
use domain::id::AgreementId;
use domain::product::folded;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::browse::products::count;
use crate::browse::visitor::Visitor;
use crate::browse::{entitlements, history};
use crate::caller::Readers;
use crate::given::At;
use crate::pages::agreements::{self, AgreementPage, AgreementRow, AgreementsPage, ClauseShown};
use crate::pages::layout::CopyAs;
use crate::pages::renewals;
use crate::problem::Problem;

/// How far ahead an end or a notice is called due.
const DUE_DAYS: i64 = 90;
/// Entries of a history on a page of something else.
const HISTORY_SHOWN: usize = 8;

/// The next day on which something is due: the last one for notice, else the end; `None` where nothing is to come.
fn next_due(terms: &AgreementTerms, today: Date) -> Option<Date> {
    let to_come = |day: &Date| today <= *day;
    terms.notice_by().filter(to_come).or(terms.ends_on.filter(to_come))
}

/// Whether its end or its notice is near.
fn is_due(terms: &AgreementTerms, today: Date) -> bool {
    let Ok(horizon) = today.checked_add(DUE_DAYS.days()) else { return false };
    next_due(terms, today).is_some_and(|day| day <= horizon)
}

fn row(visitor: &Visitor, agreement: &Agreement) -> AgreementRow {
    let state = visitor.state();
    let party = state.parties.get(&agreement.party);
    let rights = state.entitlements.values().filter(|right| right.agreement == Some(agreement.id));
    AgreementRow {
        agreement: agreement.id,
        reference: agreement.terms.reference.clone(),
        party: party.map_or_else(|| agreement.party.to_string(), |party| party.name.clone()),
        direction: agreement.terms.direction,
        starts_on: agreement.terms.starts_on,
        ends_on: agreement.terms.ends_on,
        notice_by: agreement.terms.notice_by(),
        rights: count(rights.count()),
    }
}

/// The agreements, the one that is due first at the top.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let today = visitor.state().day(visitor.now);
    let due_only = visitor.asked("view") == "due";
    let all = || visitor.state().agreements.values();
    let counts = (count(all().count()), count(all().filter(|known| is_due(&known.terms, today)).count()));
    let mut shown: Vec<_> = all().filter(|known| !due_only || is_due(&known.terms, today)).collect();
    shown.sort_by_cached_key(|known| {
        let due = next_due(&known.terms, today);
        (due.is_none(), due, folded(&known.terms.reference))
    });
    let paging = visitor.paging(shown.len());
    let view = AgreementsPage {
        due_only,
        counts,
        paging,
        rows: visitor.part(&shown, paging).iter().map(|agreement| row(&visitor, agreement)).collect(),
        copy: CopyAs {
            command: "indult api GET /v1/agreements".to_owned(),
            request: "GET /v1/agreements".to_owned(),
            csv: None,
            json: Some("/v1/agreements".to_owned()),
        },
    };
    Ok(visitor.page(agreements::page(&visitor.frame(), &view)))
}

/// An agreement.
pub async fn show(visitor: Visitor, At(number): At<AgreementId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let state = visitor.state();
    let agreement = state.agreements.get(&number).ok_or_else(|| Problem::none("agreement", number))?;
    let clauses = agreement.terms.clauses.iter().map(|clause| ClauseShown {
        mark: clause.mark.clone(),
        heading: clause.heading.clone(),
        wording: clause.wording.clone(),
    });
    let rights = state.entitlements.values().filter(|right| right.agreement == Some(number));
    let seqs = visitor.snapshot.objects.of_stream(&format!("agreement/{number}"));
    let view = AgreementPage {
        row: row(&visitor, agreement),
        revision: agreement.revision,
        clauses: clauses.collect(),
        rights: rights.map(|right| entitlements::row(&visitor, right)).collect(),
        renewal: visitor.snapshot.renewal(number, visitor.now).map(|_| renewals::link(number)),
        history: history::latest(&visitor, &seqs, HISTORY_SHOWN)?,
    };
    Ok(visitor.page(agreements::agreement_page(&visitor.frame(), &view)))
}
