//! Entitlements: the list, one with its terms, and retiring one.

use axum::response::Response;
use domain::command::Intent;
use domain::entitlement::Entitlement;
use domain::id::EntitlementId;
use domain::observation::Environment;
use domain::person::Role;
use domain::product::folded;
use domain::text::Text;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::browse::form::{Form, refused};
use crate::browse::products::product_link;
use crate::browse::visitor::{Visitor, done};
use crate::browse::{history, lines};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, Asked, ConfirmationPage, ProductEffect};
use crate::pages::effect::Effect;
use crate::pages::entitlements::{self, EntitlementPage, EntitlementRow, EntitlementsPage, Standing};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::problem::Problem;

/// How far ahead a right's end is called near.
const ENDING_DAYS: i64 = 90;
/// Entries of a history on a page of something else.
const HISTORY_SHOWN: usize = 8;

/// How a right stands on a day. One that is to be retired counts until then.
fn standing(right: &Entitlement, today: Date) -> Standing {
    let near = |day: Date| today.checked_add(ENDING_DAYS.days()).is_ok_and(|horizon| day <= horizon);
    if right.retired_on.is_some_and(|day| day <= today) {
        Standing::Retired
    } else if right.right.starts_on.is_some_and(|start| today < start) {
        Standing::NotYet
    } else if right.right.ends_on.is_some_and(|end| end < today) {
        Standing::Ended
    } else if right.right.ends_on.is_some_and(near) || right.retired_on.is_some_and(near) {
        Standing::Ending
    } else {
        Standing::Counts
    }
}

/// A right as lists show it.
pub fn row(visitor: &Visitor, right: &Entitlement) -> EntitlementRow {
    let state = visitor.state();
    let product = state.products.get(&right.product);
    let agreement = right.agreement.and_then(|agreement| state.agreements.get(&agreement));
    EntitlementRow {
        entitlement: right.id,
        product: right.product,
        product_name: product.map_or_else(|| right.product.to_string(), |product| product.name.clone()),
        metric: right.right.metric,
        quantity: right.right.quantity,
        starts_on: right.right.starts_on,
        ends_on: right.right.ends_on,
        agreement: agreement.map(|agreement| (agreement.id, agreement.terms.reference.clone())),
        purchase_reference: right.purchase_reference.clone(),
        unit_price: right.right.unit_price,
        standing: standing(right, state.day(visitor.now)),
    }
}

fn contains(row: &EntitlementRow, text: &str) -> bool {
    let has = |words: &str| folded(words).contains(text);
    has(&row.product_name)
        || row.agreement.as_ref().is_some_and(|(_, reference)| has(reference))
        || row.purchase_reference.as_deref().is_some_and(has)
        || has(&row.entitlement.to_string())
}

/// The entitlements, in order of product and number.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let text = folded(visitor.asked("q"));
    let rights = visitor.state().entitlements.values();
    let mut rows: Vec<_> = rights.map(|right| row(&visitor, right)).filter(|row| contains(row, &text)).collect();
    rows.sort_by_cached_key(|row| (folded(&row.product_name), row.entitlement));
    let paging = visitor.paging(rows.len());
    let view = EntitlementsPage {
        text: visitor.asked("q").to_owned(),
        paging,
        rows: visitor.part(&rows, paging).to_vec(),
        may_import: visitor.has(&[Role::SamManager, Role::Procurement]),
        copy: CopyAs {
            command: "indult entitlement list".to_owned(),
            request: "GET /v1/entitlements".to_owned(),
            csv: None,
            json: Some("/v1/entitlements".to_owned()),
        },
    };
    Ok(visitor.page(entitlements::page(&visitor.frame(), &view)))
}

fn find(visitor: &Visitor, number: EntitlementId) -> Result<&Entitlement, Problem> {
    let found = visitor.state().entitlements.get(&number).map(AsRef::as_ref);
    found.ok_or_else(|| Problem::none("entitlement", number))
}

/// A right.
pub async fn show(visitor: Visitor, At(number): At<EntitlementId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let right = find(&visitor, number)?;
    let in_words = |environment: &Environment| environment.name().replace('_', " ");
    let seqs = visitor.snapshot.objects.of_stream(&format!("entitlement/{number}"));
    let view = EntitlementPage {
        row: row(&visitor, right),
        exempt_environments: right.right.exempt_environments.iter().map(in_words).collect(),
        secondary_use: right.right.secondary_use,
        scope: right.right.use_rights.scope.to_string(),
        versions: right.right.use_rights.versions.as_ref().map(ToString::to_string),
        instead_for: right.right.use_rights.instead_for.iter().map(|other| product_link(&visitor, *other)).collect(),
        import: right.import,
        history: history::latest(&visitor, &seqs, HISTORY_SHOWN)?,
        may_retire: right.retired_on.is_none() && visitor.has(&[Role::SamManager, Role::Procurement]),
    };
    Ok(visitor.page(entitlements::entitlement_page(&visitor.frame(), &view)))
}

fn retirement_view(
    visitor: &Visitor,
    number: EntitlementId,
    reason: &str,
    errors: Errors,
) -> Result<ConfirmationPage, Problem> {
    let right = find(visitor, number)?;
    let shown = row(visitor, right);
    let today = visitor.state().day(visitor.now);
    let effect = visitor.snapshot.effect_of_retirement(number, today, visitor.now);
    let effects = effect.into_iter().map(|effect| ProductEffect {
        product: Link::new(addresses::product(right.product), shown.product_name.clone()),
        effect: Effect {
            act: format!("If {number} is retired"),
            before: lines::standing(&effect.before),
            after: lines::standing(&effect.after),
            afterwards: None,
        },
    });
    Ok(ConfirmationPage {
        place: Place::Entitlements,
        above: Link::new(addresses::entitlement(number), number.to_string()),
        question: format!("Retire {number}?"),
        sentence: format!(
            "{} {} of {}.",
            right.right.quantity,
            right.right.metric.unit(right.right.quantity.units().unwrap_or(2)),
            shown.product_name
        ),
        consequences: vec![format!("It covers nothing from {today} on, and cannot be brought back.")],
        stays: vec![
            "The right stays in the list with its terms, and so do its import and its agreement.".to_owned(),
            "Positions of days before are worked out with it.".to_owned(),
        ],
        effects: effects.collect(),
        asked: Some(Asked {
            name: "reason".to_owned(),
            label: "Reason".to_owned(),
            hint: "Such as sold, returned or replaced, and by what. It stands beside the ledger.".to_owned(),
            value: reason.to_owned(),
        }),
        action: addresses::entitlement_retire(number),
        button: format!("Retire {number}"),
        key: visitor.key(),
        errors,
    })
}

/// Asks before retiring a right.
pub async fn confirm_retirement(visitor: Visitor, At(number): At<EntitlementId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = retirement_view(&visitor, number, "", Errors::default())?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Retires a right from today on.
pub async fn retire(visitor: Visitor, At(number): At<EntitlementId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let right = find(&visitor, number)?;
    let intent = Intent::RetireEntitlement {
        entitlement: number,
        retired_on: visitor.state().day(visitor.now),
        reason: Text::from(form.get("reason")),
    };
    match visitor.carry(&format!("entitlements/{number}/retirement"), &form, intent).await {
        Ok(_) => {
            let link = Link::new(addresses::product(right.product), "See the position of the product");
            Ok(done(&addresses::entitlement(number), format!("{number} is retired."), Some(link)))
        }
        Err(failure) => {
            let view = retirement_view(&visitor, number, form.get("reason"), refused(failure, "reason")?)?;
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}
