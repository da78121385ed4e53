//! Purchases: asking, approving within a limit, ordering, and what came in as a right.

use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::id::{AgreementId, EntitlementId, PersonId, ProductId, PurchaseId};
use domain::purchase::{Part, Purchase, PurchaseStatus, PurchaseTerms, SpendLimit};
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{
    AgreementNumber, DateText, EntitlementNumber, InstantText, MoneyValue, PersonNumber, PersonRef, ProductNumber,
    ProductRef, PurchaseNumber, ReasonGiven, RoleWord,
};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, ask))
        .routes(routes!(show))
        .routes(routes!(approve))
        .routes(routes!(refuse))
        .routes(routes!(order))
        .routes(routes!(receive))
        .routes(routes!(withdraw))
        .routes(routes!(limits, set_limits))
}

/// Somebody's part in a purchase.
#[derive(Debug, Serialize, ToSchema)]
struct PartObject {
    /// Who.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// What they said.
    note: String,
}

impl From<&Part> for PartObject {
    fn from(part: &Part) -> Self {
        Self { by: part.by, at: part.at, note: part.note.shown().to_owned() }
    }
}

/// A purchase.
#[derive(Debug, Serialize, ToSchema)]
struct PurchaseObject {
    /// Number.
    #[schema(value_type = PurchaseNumber)]
    id: PurchaseId,
    /// The product.
    product: ProductRef,
    /// Units.
    quantity: u64,
    /// What a unit is expected to cost.
    unit_price: MoneyValue,
    /// What it costs; null where that is too large to be stated.
    total: Option<MoneyValue>,
    /// Whose money it is.
    cost_centre: Option<String>,
    /// Why.
    reason: String,
    /// How it stands: requested, approved, ordered, received, refused or withdrawn.
    status: &'static str,
    /// Who asked.
    requester: PersonRef,
    /// When.
    #[schema(value_type = InstantText)]
    requested_at: Timestamp,
    /// Who approved it.
    approved: Option<PartObject>,
    /// Who refused it.
    refused: Option<PartObject>,
    /// Who ordered it; the note is the number of the order.
    ordered: Option<PartObject>,
    /// The right that it became.
    #[schema(value_type = Option<EntitlementNumber>)]
    received: Option<EntitlementId>,
}

fn object(state: &State, purchase: &Purchase) -> PurchaseObject {
    PurchaseObject {
        id: purchase.id,
        product: ProductRef::of(state, purchase.terms.product),
        quantity: purchase.terms.quantity,
        unit_price: purchase.terms.unit_price.into(),
        total: purchase.terms.total().map(MoneyValue::from),
        cost_centre: purchase.terms.cost_centre.clone(),
        reason: purchase.reason.shown().to_owned(),
        status: purchase.status().name(),
        requester: PersonRef::of(state, purchase.requester),
        requested_at: purchase.requested_at,
        approved: purchase.approved.as_ref().map(PartObject::from),
        refused: purchase.refused.as_ref().map(PartObject::from),
        ordered: purchase.ordered.as_ref().map(|ordered| PartObject {
            by: ordered.by,
            at: ordered.at,
            note: ordered.reference.clone(),
        }),
        received: purchase.received,
    }
}

/// How a purchase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PurchaseStatusWord {
    /// Asked for.
    Requested,
    /// May be ordered.
    Approved,
    /// On its way.
    Ordered,
    /// A right by now.
    Received,
    /// Not to be bought.
    Refused,
    /// Taken back.
    Withdrawn,
}

impl From<PurchaseStatusWord> for PurchaseStatus {
    fn from(word: PurchaseStatusWord) -> Self {
        match word {
            PurchaseStatusWord::Requested => Self::Requested,
            PurchaseStatusWord::Approved => Self::Approved,
            PurchaseStatusWord::Ordered => Self::Ordered,
            PurchaseStatusWord::Received => Self::Received,
            PurchaseStatusWord::Refused => Self::Refused,
            PurchaseStatusWord::Withdrawn => Self::Withdrawn,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only purchases that stand like this.
    #[param(inline)]
    status: Option<PurchaseStatusWord>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The purchases, newest first; whoever only asks sees their own.
#[utoipa::path(get, path = "/v1/purchases", tag = "purchases", params(ListQuery),
    responses((status = 200, body = Page<PurchaseObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let wanted = query.status.map(PurchaseStatus::from);
    let all = reading.caller.is_among(Readers::Staff, state);
    let purchases: Vec<&Purchase> = state
        .purchases
        .values()
        .rev()
        .map(AsRef::as_ref)
        .filter(|purchase| all || purchase.requester == reading.caller.person)
        .filter(|purchase| wanted.is_none_or(|wanted| purchase.status() == wanted))
        .collect();
    Ok(reading.page(&purchases, &paging, |purchase| object(state, purchase)))
}

/// One purchase.
#[utoipa::path(get, path = "/v1/purchases/{purchase}", tag = "purchases",
    params(("purchase" = PurchaseNumber, Path)), responses((status = 200, body = PurchaseObject)))]
async fn show(reading: Reading, At(purchase): At<PurchaseId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    let state = &reading.snapshot.state;
    let seen = |known: &&std::sync::Arc<Purchase>| {
        known.requester == reading.caller.person || reading.caller.is_among(Readers::Staff, state)
    };
    let known = state.purchases.get(&purchase).filter(seen).ok_or_else(|| Problem::none("purchase", purchase))?;
    Ok(reading.answer(object(state, known)))
}

/// Something to buy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPurchase {
    /// The product.
    #[schema(value_type = ProductNumber)]
    product: ProductId,
    /// Units of its metric.
    quantity: u64,
    /// What a unit is expected to cost.
    unit_price: MoneyValue,
    /// Whose money it is.
    cost_centre: Option<String>,
    /// What it is for.
    reason: String,
}

/// Ask to buy something.
#[utoipa::path(post, path = "/v1/purchases", tag = "purchases", request_body = NewPurchase,
    responses((status = 201, body = Written)))]
async fn ask(act: Act<NewPurchase>) -> Result<Response, Problem> {
    let (act, NewPurchase { product, quantity, unit_price, cost_centre, reason }) = act.take();
    let unit_price = unit_price.money().map_err(|sentence| Problem::at("unit_price", sentence))?;
    let terms = PurchaseTerms { product, quantity, unit_price, cost_centre };
    act.carry(Intent::RequestPurchase { terms, reason: Text::from(reason) }).await
}

/// Approve a purchase within one's spend limit. Needs a person who signed in, and who is not the requester.
#[utoipa::path(post, path = "/v1/purchases/{purchase}/approvals", tag = "purchases",
    params(("purchase" = PurchaseNumber, Path)), request_body = ReasonGiven, responses((status = 200, body = Written)))]
async fn approve(At(purchase): At<PurchaseId>, act: Act<ReasonGiven>) -> Result<Response, Problem> {
    let (act, ReasonGiven { reason }) = act.take();
    act.carry(Intent::ApprovePurchase { purchase, note: Text::from(reason) }).await
}

/// Refuse a purchase. Needs a person who signed in, and who is not the requester.
#[utoipa::path(post, path = "/v1/purchases/{purchase}/refusals", tag = "purchases",
    params(("purchase" = PurchaseNumber, Path)), request_body = ReasonGiven, responses((status = 200, body = Written)))]
async fn refuse(At(purchase): At<PurchaseId>, act: Act<ReasonGiven>) -> Result<Response, Problem> {
    let (act, ReasonGiven { reason }) = act.take();
    act.carry(Intent::RefusePurchase { purchase, reason: Text::from(reason) }).await
}

/// An order that went out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    /// The number of the order.
    reference: String,
}

/// Record the order of what was approved. Whoever asked or approved cannot.
#[utoipa::path(post, path = "/v1/purchases/{purchase}/orders", tag = "purchases",
    params(("purchase" = PurchaseNumber, Path)), request_body = NewOrder, responses((status = 200, body = Written)))]
async fn order(At(purchase): At<PurchaseId>, act: Act<NewOrder>) -> Result<Response, Problem> {
    let (act, NewOrder { reference }) = act.take();
    act.carry(Intent::OrderPurchase { purchase, reference }).await
}

/// What came in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReceipt {
    /// Units.
    quantity: u64,
    /// First day of the right.
    #[schema(value_type = Option<DateText>)]
    starts_on: Option<Date>,
    /// Last day of the right, inclusive.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// The agreement under which it was bought.
    #[schema(value_type = Option<AgreementNumber>)]
    agreement: Option<AgreementId>,
}

/// Record what came in as a right, under the number of the order.
#[utoipa::path(post, path = "/v1/purchases/{purchase}/receipts", tag = "purchases",
    params(("purchase" = PurchaseNumber, Path)), request_body = NewReceipt, responses((status = 201, body = Written)))]
async fn receive(At(purchase): At<PurchaseId>, act: Act<NewReceipt>) -> Result<Response, Problem> {
    let (act, NewReceipt { quantity, starts_on, ends_on, agreement }) = act.take();
    act.carry(Intent::ReceivePurchase { purchase, quantity, starts_on, ends_on, agreement }).await
}

/// Take one's own purchase back.
#[utoipa::path(post, path = "/v1/purchases/{purchase}/withdrawals", tag = "purchases",
    params(("purchase" = PurchaseNumber, Path)), responses((status = 200, body = Written)))]
async fn withdraw(At(purchase): At<PurchaseId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::WithdrawPurchase { purchase }).await
}

/// Up to which total a role approves.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LimitValue {
    /// The role.
    #[schema(value_type = RoleWord)]
    role: String,
    /// The largest total, inclusive.
    amount: MoneyValue,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// Up to which total each role approves.
#[utoipa::path(get, path = "/v1/spend_limits", tag = "purchases", params(PageQuery),
    responses((status = 200, body = Page<LimitValue>)))]
async fn limits(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let limits = &reading.snapshot.state.spend_limits;
    Ok(reading
        .page(limits, &paging, |limit| LimitValue { role: limit.role.name().to_owned(), amount: limit.amount.into() }))
}

/// The limits of all roles.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLimits {
    /// Every role at most once; one that is not named approves nothing.
    limits: Vec<LimitValue>,
}

/// Set up to which total each role approves. Needs a person who signed in.
#[utoipa::path(post, path = "/v1/spend_limits", tag = "purchases", request_body = NewLimits,
    responses((status = 200, body = Written)))]
async fn set_limits(act: Act<NewLimits>) -> Result<Response, Problem> {
    let (act, NewLimits { limits }) = act.take();
    let limit = |(place, limit): (usize, LimitValue)| {
        let role = domain::person::Role::ALL.into_iter().find(|role| role.name() == limit.role);
        let role = role.ok_or_else(|| Problem::at(&format!("limits/{place}/role"), "Use the name of a role."))?;
        let amount = limit.amount.money();
        let amount = amount.map_err(|sentence| Problem::at(&format!("limits/{place}/amount"), sentence))?;
        Ok(SpendLimit { role, amount })
    };
    let limits = limits.into_iter().enumerate().map(limit).collect::<Result<_, Problem>>()?;
    act.carry(Intent::SetSpendLimits { limits }).await
}
