//! Purchases: the list and its forms, and one purchase with what the visitor may do.

use axum::response::Response;
use domain::Decimal;
use domain::command::Intent;
use domain::id::PurchaseId;
use domain::money::Money;
use domain::person::Role;
use domain::purchase::{Part, Purchase, PurchaseStatus, PurchaseTerms, SpendLimit};
use domain::text::Text;
use jiff::civil::Date;

use crate::browse::cases;
use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::alerts::HandledItem;
use crate::pages::layout::{CopyAs, Link};
use crate::pages::purchases::{self, PurchaseAct, PurchasePage, PurchaseRow, PurchasesPage};
use crate::problem::Problem;

fn row(visitor: &Visitor, purchase: &Purchase) -> PurchaseRow {
    PurchaseRow {
        purchase: purchase.id,
        product: (purchase.terms.product, visitor.state().product_name(purchase.terms.product)),
        quantity: purchase.terms.quantity,
        total: purchase.terms.total(),
        cost_centre: purchase.terms.cost_centre.clone(),
        requester: visitor.name(purchase.requester),
        requested_at: purchase.requested_at,
        status: purchase.status(),
    }
}

/// Whether the visitor may see a purchase: staff see all, and whoever only asks their own.
fn seen(visitor: &Visitor, purchase: &Purchase) -> bool {
    purchase.requester == visitor.person() || visitor.caller.is_among(Readers::Staff, visitor.state())
}

fn currency(visitor: &Visitor) -> Option<domain::money::Currency> {
    visitor.state().organisation.as_ref().map(|organisation| organisation.currency)
}

fn list_view(visitor: &Visitor, typed: [String; 5], limits_typed: Option<String>, errors: Errors) -> PurchasesPage {
    let asked = visitor.asked("view");
    let view = PurchaseStatus::ALL.into_iter().find(|status| status.name() == asked);
    let all: Vec<&Purchase> = visitor
        .state()
        .purchases
        .values()
        .rev()
        .map(AsRef::as_ref)
        .filter(|purchase| seen(visitor, purchase) && view.is_none_or(|view| purchase.status() == view))
        .collect();
    let paging = visitor.paging(all.len());
    let limits = &visitor.state().spend_limits;
    let as_typed = || {
        let lines: Vec<String> =
            limits.iter().map(|limit| format!("{} {}", limit.role.name(), limit.amount.amount)).collect();
        lines.join("\n")
    };
    let query = view.map_or_else(String::new, |view| format!("?status={}", view.name()));
    PurchasesPage {
        view,
        rows: visitor.part(&all, paging).iter().map(|purchase| row(visitor, purchase)).collect(),
        paging,
        limits: limits.iter().map(|limit| (limit.role.title(), limit.amount)).collect(),
        may_ask: visitor.has(&cases::ASKING),
        may_limit: visitor.has(&[Role::Finance]),
        typed,
        limits_typed: limits_typed.unwrap_or_else(as_typed),
        currency: currency(visitor).map(|currency| currency.to_string()).unwrap_or_default(),
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: "indult purchase list".to_owned(),
            request: format!("GET /v1/purchases{query}"),
            csv: None,
            json: Some(format!("/v1/purchases{query}")),
        },
    }
}

/// The list.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    let [_, quantity, price, cost_centre, reason]: [String; 5] = Default::default();
    let product = visitor.asked("product").to_owned();
    let view = list_view(&visitor, [product, quantity, price, cost_centre, reason], None, Errors::default());
    Ok(visitor.page(purchases::page(&visitor.frame(), &view)))
}

fn terms(visitor: &Visitor, form: &Form) -> Result<PurchaseTerms, Errors> {
    let state = visitor.state();
    let typed = form.get("product");
    let by_number = typed.parse().ok().filter(|product| state.products.contains_key(product));
    let product = by_number.or_else(|| state.product_named(typed, None).map(|product| product.id));
    let product = product.ok_or_else(|| error("product", "Enter the number or the name of a product."))?;
    let quantity = form.get("quantity").parse().map_err(|_| error("quantity", "Enter a whole number of units."))?;
    let price = form.get("unit_price").parse::<Decimal>();
    let amount = price.map_err(|_| error("unit_price", "Enter the price of a unit, such as 300.00."))?;
    let currency = currency(visitor).ok_or_else(|| error("unit_price", "There is no organisation yet."))?;
    Ok(PurchaseTerms {
        product,
        quantity,
        unit_price: Money { amount, currency },
        cost_centre: form.some("cost_centre"),
    })
}

/// Asks for something.
pub async fn ask(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let errors = match terms(&visitor, &form) {
        Err(errors) => errors,
        Ok(terms) => {
            let intent = Intent::RequestPurchase { terms, reason: Text::from(form.words("reason")) };
            match visitor.carry("purchases", &form, intent).await {
                Ok(receipt) => {
                    let number = receipt.recorded.iter().find_map(|recorded| match recorded.event {
                        domain::event::Event::PurchaseRequested { purchase, .. } => Some(purchase),
                        _ => None,
                    });
                    let link = number.map(|number| Link::new(addresses::purchase(number), number.to_string()));
                    return Ok(done(addresses::PURCHASES, "It is asked for. Somebody else approves it.", link));
                }
                Err(failure) => refused(failure, "reason")?,
            }
        }
    };
    let typed = ["product", "quantity", "unit_price", "cost_centre", "reason"].map(|name| form.words(name));
    let view = list_view(&visitor, typed, None, errors);
    Ok(visitor.page_with_errors(purchases::page(&visitor.frame(), &view)))
}

fn limits(visitor: &Visitor, text: &str) -> Result<Vec<SpendLimit>, Errors> {
    let currency = currency(visitor).ok_or_else(|| error("limits", "There is no organisation yet."))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let wrong = || error("limits", format!("Write a role and an amount: {line:.60}"));
            let (role, amount) = line.rsplit_once(' ').ok_or_else(wrong)?;
            let role = Role::from_word(role).ok_or_else(wrong)?;
            let amount = amount.parse::<Decimal>().map_err(|_| wrong())?;
            Ok(SpendLimit { role, amount: Money { amount, currency } })
        })
        .collect()
}

/// Sets the spend limits.
pub async fn set_limits(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let text = form.words("limits");
    let errors = match limits(&visitor, &text) {
        Err(errors) => errors,
        Ok(limits) => match visitor.carry("purchases/limits", &form, Intent::SetSpendLimits { limits }).await {
            Ok(_) => return Ok(done(addresses::PURCHASES, "The limits are set.", None)),
            Err(failure) => {
                let mut errors = refused(failure, "limits")?;
                errors.0.iter_mut().for_each(|error| "limits".clone_into(&mut error.field));
                errors
            }
        },
    };
    let view = list_view(&visitor, Default::default(), Some(text), errors);
    Ok(visitor.page_with_errors(purchases::page(&visitor.frame(), &view)))
}

fn known(visitor: &Visitor, number: PurchaseId) -> Result<&Purchase, Problem> {
    let found = visitor.state().purchases.get(&number).filter(|purchase| seen(visitor, purchase));
    found.map(AsRef::as_ref).ok_or_else(|| Problem::none("purchase", number))
}

fn handled(visitor: &Visitor, purchase: &Purchase) -> Vec<HandledItem> {
    let who =
        |by: Option<domain::id::PersonId>| by.map_or_else(|| "the program".to_owned(), |person| visitor.name(person));
    let part = |what: &str, part: &Part| HandledItem {
        what: what.to_owned(),
        who: who(part.by),
        at: part.at,
        note: part.note.shown().to_owned(),
    };
    let approved = purchase.approved.as_ref().map(|known| part("Approved", known));
    let refused = purchase.refused.as_ref().map(|known| part("Refused", known));
    let ordered = purchase.ordered.as_ref().map(|ordered| HandledItem {
        what: "Ordered".to_owned(),
        who: who(ordered.by),
        at: ordered.at,
        note: ordered.reference.clone(),
    });
    [approved, refused, ordered].into_iter().flatten().collect()
}

/// What the visitor may do: offered by stage and role; who may not for another reason is told so by the core.
fn acts(visitor: &Visitor, purchase: &Purchase) -> Vec<PurchaseAct> {
    let own = purchase.requester == visitor.person();
    let mut acts = Vec::new();
    let deciding = [Role::Approver, Role::SamManager, Role::Procurement, Role::Finance, Role::Legal];
    match purchase.status() {
        PurchaseStatus::Requested if !own && visitor.has(&deciding) => acts.push(PurchaseAct::Decide),
        PurchaseStatus::Approved if !own && visitor.has(&[Role::Procurement]) => acts.push(PurchaseAct::Order),
        PurchaseStatus::Ordered if visitor.has(&[Role::Procurement, Role::SamManager]) => {
            acts.push(PurchaseAct::Receive)
        }
        PurchaseStatus::Requested
        | PurchaseStatus::Approved
        | PurchaseStatus::Ordered
        | PurchaseStatus::Received
        | PurchaseStatus::Refused
        | PurchaseStatus::Withdrawn => {}
    }
    if own && matches!(purchase.status(), PurchaseStatus::Requested | PurchaseStatus::Approved) {
        acts.push(PurchaseAct::Withdraw);
    }
    acts
}

fn view_of(
    visitor: &Visitor,
    number: PurchaseId,
    form: Option<&Form>,
    errors: Errors,
) -> Result<PurchasePage, Problem> {
    let purchase = known(visitor, number)?;
    let today = visitor.state().day(visitor.now);
    let typed = match form {
        Some(form) => ["note", "reference", "quantity", "starts_on", "ends_on"].map(|name| form.words(name)),
        None => [String::new(), String::new(), purchase.terms.quantity.to_string(), today.to_string(), String::new()],
    };
    Ok(PurchasePage {
        row: row(visitor, purchase),
        unit_price: purchase.terms.unit_price,
        reason: purchase.reason.shown().to_owned(),
        received: purchase.received,
        handled: handled(visitor, purchase),
        acts: acts(visitor, purchase),
        typed,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: format!("indult purchase show {number}"),
            request: format!("GET /v1/purchases/{number}"),
            csv: None,
            json: Some(format!("/v1/purchases/{number}")),
        },
    })
}

/// One purchase.
pub async fn show(visitor: Visitor, At(number): At<PurchaseId>) -> Result<Response, Problem> {
    let view = view_of(&visitor, number, None, Errors::default())?;
    Ok(visitor.page(purchases::purchase_page(&visitor.frame(), &view)))
}

async fn act(
    visitor: Visitor,
    (number, place): (PurchaseId, &str),
    form: Form,
    intent: Result<Intent, Errors>,
    (field, sentence): (&str, &str),
) -> Result<Response, Problem> {
    let mut errors = match intent {
        Err(errors) => errors,
        Ok(intent) => match visitor.carry(&addresses::purchase_act(number, place), &form, intent).await {
            Ok(_) => return Ok(done(&addresses::purchase(number), sentence, None)),
            Err(failure) => refused(failure, field)?,
        },
    };
    for error in errors.0.iter_mut().filter(|error| error.field == "reason") {
        field.clone_into(&mut error.field);
    }
    let view = view_of(&visitor, number, Some(&form), errors)?;
    Ok(visitor.page_with_errors(purchases::purchase_page(&visitor.frame(), &view)))
}

/// Approves or refuses.
pub async fn decide(visitor: Visitor, At(purchase): At<PurchaseId>, form: Form) -> Result<Response, Problem> {
    let words = Text::from(form.words("note"));
    let (intent, sentence) = if form.get("choice") == "approve" {
        (Intent::ApprovePurchase { purchase, note: words }, "It is approved. Somebody else orders it.")
    } else {
        (Intent::RefusePurchase { purchase, reason: words }, "It is refused.")
    };
    act(visitor, (purchase, "decision"), form, Ok(intent), ("note", sentence)).await
}

/// Records the order.
pub async fn order(visitor: Visitor, At(purchase): At<PurchaseId>, form: Form) -> Result<Response, Problem> {
    let intent = Intent::OrderPurchase { purchase, reference: form.get("reference").to_owned() };
    act(visitor, (purchase, "order"), form, Ok(intent), ("reference", "It is ordered.")).await
}

/// Records what came in.
pub async fn receive(visitor: Visitor, At(purchase): At<PurchaseId>, form: Form) -> Result<Response, Problem> {
    let day = |field: &str| -> Result<Option<Date>, Errors> {
        let typed = form.some(field).map(|day| day.parse().map_err(|_| error(field, "Choose a day, or none.")));
        typed.transpose()
    };
    let intent = || {
        let quantity = form.get("quantity").parse().map_err(|_| error("quantity", "Enter a whole number of units."))?;
        let (starts_on, ends_on) = (day("starts_on")?, day("ends_on")?);
        Ok(Intent::ReceivePurchase { purchase, quantity, starts_on, ends_on, agreement: None })
    };
    let intent = intent();
    act(visitor, (purchase, "receipt"), form, intent, ("quantity", "It is a right now.")).await
}

/// Takes one's own purchase back.
pub async fn withdraw(visitor: Visitor, At(purchase): At<PurchaseId>, form: Form) -> Result<Response, Problem> {
    let intent = Intent::WithdrawPurchase { purchase };
    visitor.carry(&addresses::purchase_act(purchase, "withdrawal"), &form, intent).await?;
    Ok(done(&addresses::purchase(purchase), format!("{purchase} is taken back."), None))
}
