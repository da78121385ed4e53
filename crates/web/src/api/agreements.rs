//! Agreements with vendors and customers, and their clauses.

use axum::response::Response;
use domain::State;
use domain::agreement::{Agreement, AgreementTerms, Clause};
use domain::command::Intent;
use domain::id::{AgreementId, EntitlementId, ImportId, PartyId};
use domain::party::Direction;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{AgreementNumber, DateText, EntitlementNumber, ImportNumber, PartyNumber};
use crate::Site;
use crate::given::{Asked, At};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list, record)).routes(routes!(show)).routes(routes!(amend))
}

/// Which way licences flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DirectionWord {
    /// We are the licensee.
    Inbound,
    /// We are the licensor.
    Outbound,
}

impl From<Direction> for DirectionWord {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Inbound => Self::Inbound,
            Direction::Outbound => Self::Outbound,
        }
    }
}

impl From<DirectionWord> for Direction {
    fn from(word: DirectionWord) -> Self {
        match word {
            DirectionWord::Inbound => Self::Inbound,
            DirectionWord::Outbound => Self::Outbound,
        }
    }
}

/// A clause, addressed by its mark.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClauseValue {
    /// The mark by which people cite it.
    #[schema(example = "4.2")]
    mark: String,
    /// Its heading.
    heading: String,
    /// Its words.
    wording: String,
}

/// Terms to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Terms {
    /// Which way licences flow.
    direction: DirectionWord,
    /// The number or name by which both sides know it.
    reference: String,
    /// First day.
    #[schema(value_type = Option<DateText>)]
    starts_on: Option<Date>,
    /// Last day, inclusive.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// Days before the end by which notice must be given.
    notice_days: Option<u32>,
    /// Whether use of its products counts as compliant by contract while it lasts.
    #[serde(default)]
    compliant_by_contract: bool,
    /// Its clauses.
    #[serde(default)]
    clauses: Vec<ClauseValue>,
}

impl Terms {
    fn recorded(self) -> AgreementTerms {
        let clause =
            |clause: ClauseValue| Clause { mark: clause.mark, heading: clause.heading, wording: clause.wording };
        AgreementTerms {
            direction: self.direction.into(),
            reference: self.reference,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            notice_days: self.notice_days,
            compliant_by_contract: self.compliant_by_contract,
            clauses: self.clauses.into_iter().map(clause).collect(),
        }
    }
}

/// A vendor or a customer.
#[derive(Debug, Serialize, ToSchema)]
struct PartyRef {
    /// Number.
    #[schema(value_type = PartyNumber)]
    id: PartyId,
    /// Name.
    name: String,
}

/// An agreement.
#[derive(Debug, Serialize, ToSchema)]
struct AgreementObject {
    /// Number.
    #[schema(value_type = AgreementNumber)]
    id: AgreementId,
    /// With whom.
    party: PartyRef,
    /// Which way licences flow.
    direction: DirectionWord,
    /// The number or name by which both sides know it.
    reference: String,
    /// First day.
    #[schema(value_type = Option<DateText>)]
    starts_on: Option<Date>,
    /// Last day, inclusive.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// Days before the end by which notice must be given.
    notice_days: Option<u32>,
    /// The last day on which notice is in time.
    #[schema(value_type = Option<DateText>)]
    notice_by: Option<Date>,
    /// Whether use of its products counts as compliant by contract while it lasts.
    compliant_by_contract: bool,
    /// Its clauses.
    clauses: Vec<ClauseValue>,
    /// How often the terms were recorded.
    revision: u32,
    /// The import that brought it.
    #[schema(value_type = Option<ImportNumber>)]
    import: Option<ImportId>,
    /// The rights that were bought under it.
    #[schema(value_type = Vec<EntitlementNumber>)]
    entitlements: Vec<EntitlementId>,
}

fn object(state: &State, agreement: &Agreement) -> AgreementObject {
    let AgreementTerms { direction, reference, starts_on, ends_on, notice_days, compliant_by_contract, clauses } =
        agreement.terms.clone();
    let clause = |clause: Clause| ClauseValue { mark: clause.mark, heading: clause.heading, wording: clause.wording };
    let party = state.parties.get(&agreement.party);
    let rights = state.entitlements.values().filter(|entitlement| entitlement.agreement == Some(agreement.id));
    AgreementObject {
        id: agreement.id,
        party: PartyRef {
            id: agreement.party,
            name: party.map_or_else(|| agreement.party.to_string(), |party| party.name.clone()),
        },
        direction: direction.into(),
        reference,
        starts_on,
        ends_on,
        notice_days,
        notice_by: agreement.terms.notice_by(),
        compliant_by_contract,
        clauses: clauses.into_iter().map(clause).collect(),
        revision: agreement.revision,
        import: agreement.import,
        entitlements: rights.map(|entitlement| entitlement.id).collect(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words in the reference or the party's name.
    q: Option<String>,
    /// Only those in which we are licensee (`inbound`), or licensor (`outbound`).
    direction: Option<DirectionWord>,
    /// Only those that end on or before this day.
    #[param(value_type = Option<DateText>)]
    ends_by: Option<Date>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The agreements of the organisation.
#[utoipa::path(get, path = "/v1/agreements", tag = "agreements", params(ListQuery),
    responses((status = 200, body = Page<AgreementObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    use domain::product::folded;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let words = query.q.as_deref().map(folded).unwrap_or_default();
    let has_words = |agreement: &Agreement| {
        let party = state.parties.get(&agreement.party).map(|party| folded(&party.name)).unwrap_or_default();
        folded(&agreement.terms.reference).contains(&words) || party.contains(&words)
    };
    let fitting: Vec<&Agreement> = state
        .agreements
        .values()
        .map(AsRef::as_ref)
        .filter(|agreement| has_words(agreement))
        .filter(|agreement| query.direction.is_none_or(|word| Direction::from(word) == agreement.terms.direction))
        .filter(|agreement| query.ends_by.is_none_or(|day| agreement.terms.ends_on.is_some_and(|end| end <= day)))
        .collect();
    Ok(reading.page(&fitting, &paging, |agreement| object(state, agreement)))
}

/// One agreement.
#[utoipa::path(get, path = "/v1/agreements/{agreement}", tag = "agreements",
    params(("agreement" = AgreementNumber, Path), OnADay), responses((status = 200, body = AgreementObject)))]
async fn show(
    reading: Reading,
    At(agreement): At<AgreementId>,
    Asked(query): Asked<OnADay>,
) -> Result<Response, Problem> {
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let known = state.agreements.get(&agreement).ok_or_else(|| Problem::none("agreement", agreement))?;
    Ok(reading.answer(object(state, known)))
}

/// An agreement to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAgreement {
    /// The vendor or customer; found by name, or added.
    party: String,
    /// The terms.
    terms: Terms,
}

/// Record an agreement.
#[utoipa::path(post, path = "/v1/agreements", tag = "agreements", request_body = NewAgreement,
    responses((status = 201, body = Written)))]
async fn record(act: Act<NewAgreement>) -> Result<Response, Problem> {
    let (act, NewAgreement { party, terms }) = act.take();
    act.carry(Intent::RecordAgreement { party, terms: terms.recorded() }).await
}

/// Amend an agreement: the terms take the place of the earlier ones as a whole.
#[utoipa::path(post, path = "/v1/agreements/{agreement}/amendments", tag = "agreements",
    params(("agreement" = AgreementNumber, Path)), request_body = Terms, responses((status = 200, body = Written)))]
async fn amend(At(agreement): At<AgreementId>, act: Act<Terms>) -> Result<Response, Problem> {
    let (act, terms) = act.take();
    act.carry(Intent::AmendAgreement { agreement, terms: terms.recorded() }).await
}
