//! Recording a right by hand.

use std::collections::BTreeSet;

use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::entitlement::{Metric, Quantity, Right, Scope, UseRights, Versions};
use domain::id::{AgreementId, EntitlementId, ProductId};
use domain::money::{Currency, Money};
use domain::observation::Environment;
use domain::product::folded;
use jiff::civil::Date;

use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::{Choice, Errors};
use crate::design::numbers;
use crate::pages::addresses;
use crate::pages::entitlement_form::{self, EntitlementForm};
use crate::pages::layout::Link;
use crate::problem::Problem;

const LINES: [&str; 14] = [
    "product",
    "metric",
    "quantity",
    "agreement",
    "purchase_reference",
    "starts_on",
    "ends_on",
    "unit_price",
    "currency",
    "newest",
    "maintained_until",
    "regions",
    "business_units",
    "cost_centres",
];
const BOXES: [&str; 4] = ["exempt_environments", "secondary_use", "environments", "downgrade"];

fn choices(visitor: &Visitor, form: EntitlementForm) -> EntitlementForm {
    let state = visitor.state();
    let custom = state.metrics.values().map(|metric| Metric::Custom(metric.id));
    let metric = |metric: Metric| {
        let title = match metric {
            Metric::Custom(id) => {
                let latest = state.metrics.get(&id).and_then(|custom| custom.latest());
                latest.map_or_else(|| id.to_string(), |latest| latest.definition.title.clone())
            }
            Metric::Device | Metric::Installation | Metric::NamedUser | Metric::Library(_) => {
                numbers::metric(metric).into_owned()
            }
        };
        Choice::plain(metric.name(), title)
    };
    let agreement = |agreement: &domain::agreement::Agreement| {
        Choice::plain(agreement.id.to_string(), format!("{} ({})", agreement.terms.reference, agreement.id))
    };
    let environment =
        |environment: Environment| Choice::plain(environment.name(), environment.name().replace('_', " "));
    EntitlementForm {
        metrics: Metric::all().chain(custom).map(metric).collect(),
        agreements: [Choice::plain("", "None")]
            .into_iter()
            .chain(state.agreements.values().map(|known| agreement(known)))
            .collect(),
        environments: Environment::ALL.into_iter().map(environment).collect(),
        key: visitor.key(),
        ..form
    }
}

/// An empty form; the address may name the product.
pub async fn ask(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let mut form = EntitlementForm::default();
    form.typed.insert("product".to_owned(), visitor.asked("product").to_owned());
    let currency = visitor.state().organisation.as_ref().map(|organisation| organisation.currency.to_string());
    form.typed.insert("currency".to_owned(), currency.unwrap_or_default());
    let asked =
        visitor.asked("product").parse().ok().and_then(|product: ProductId| visitor.state().products.get(&product));
    if let Some(product) = asked {
        form.typed.insert("metric".to_owned(), product.metric.name().into_owned());
    }
    Ok(visitor.page(entitlement_form::page(&visitor.frame(), &choices(&visitor, form))))
}

/// The product of a number or name.
pub fn product_named(state: &State, words: &str) -> Result<ProductId, String> {
    if let Some(product) = words.parse().ok().filter(|product| state.products.contains_key(product)) {
        return Ok(product);
    }
    let named: Vec<ProductId> = state
        .products
        .values()
        .filter(|product| folded(&product.name) == folded(words))
        .map(|product| product.id)
        .collect();
    match named[..] {
        [product] => Ok(product),
        [] => Err(format!("There is no product \u{201c}{words}\u{201d}.")),
        _ => Err(format!("Several products are called \u{201c}{words}\u{201d}; enter the number.")),
    }
}

fn read<T: std::str::FromStr>(form: &Form, field: &str, what: &str) -> Result<Option<T>, Errors> {
    match form.get(field) {
        "" => Ok(None),
        words => words.parse().map(Some).map_err(|_| error(field, format!("Enter {what}."))),
    }
}

/// The lines of a field that are not empty.
pub fn lines_of(form: &Form, field: &str) -> Vec<String> {
    form.get(field).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn environments(form: &Form, field: &str) -> Vec<Environment> {
    form.all(field).iter().filter_map(|word| Environment::from_word(word)).collect()
}

fn use_rights(state: &State, form: &Form) -> Result<UseRights, Errors> {
    let names = |field: &str| lines_of(form, field).into_iter().collect::<BTreeSet<String>>();
    let maintained_until: Option<Date> = read(form, "maintained_until", "a day")?;
    let downgrade = form.get("downgrade") == "true";
    let versions = form.some("newest").map(|newest| Versions { newest, downgrade, maintained_until });
    if versions.is_none() && (downgrade || maintained_until.is_some()) {
        return Err(error(
            "newest",
            "Enter the newest version that was bought, or leave downgrade and maintenance out.",
        ));
    }
    let named = lines_of(form, "instead_for");
    let products = named.iter().map(|words| product_named(state, words)).collect::<Result<_, _>>();
    Ok(UseRights {
        scope: Scope {
            environments: environments(form, "environments").into_iter().collect(),
            regions: names("regions"),
            business_units: names("business_units"),
            cost_centres: names("cost_centres"),
        },
        versions,
        instead_for: products.map_err(|sentence| error("instead_for", sentence))?,
    })
}

fn typed(state: &State, form: &Form) -> Result<Intent, Errors> {
    let product = product_named(state, form.get("product")).map_err(|sentence| error("product", sentence))?;
    let quantity = match form.get("quantity") {
        "unlimited" => Quantity::Unlimited,
        words => words.parse().map(Quantity::Units).map_err(|_| error("quantity", "Enter a number, or unlimited."))?,
    };
    let metric =
        Metric::from_exact(form.get("metric")).ok_or_else(|| error("metric", "Choose what one unit licenses."))?;
    let unit_price = match read(form, "unit_price", "a price such as 345.00")? {
        None => None,
        Some(amount) => {
            let currency: Option<Currency> = read(form, "currency", "the three letters of a currency")?;
            let currency = currency.ok_or_else(|| error("currency", "Enter the currency of the price."))?;
            Some(Money { amount, currency })
        }
    };
    let right = Right {
        metric,
        quantity,
        starts_on: read(form, "starts_on", "a day")?,
        ends_on: read(form, "ends_on", "a day")?,
        exempt_environments: environments(form, "exempt_environments"),
        secondary_use: form.get("secondary_use") == "true",
        unit_price,
        use_rights: use_rights(state, form)?,
    };
    let agreement: Option<AgreementId> = read(form, "agreement", "an agreement of the list")?;
    Ok(Intent::RecordEntitlement { product, right, agreement, purchase_reference: form.some("purchase_reference") })
}

fn again(visitor: &Visitor, form: &Form, errors: Errors) -> Response {
    let line = |name: &&str| ((*name).to_owned(), form.words(name));
    let boxes = |name: &&str| ((*name).to_owned(), form.all(name));
    let view = EntitlementForm {
        typed: LINES.iter().chain(&["instead_for"]).map(line).collect(),
        ticked: BOXES.iter().map(boxes).collect(),
        errors,
        ..EntitlementForm::default()
    };
    visitor.page_with_errors(entitlement_form::page(&visitor.frame(), &choices(visitor, view)))
}

/// Records a right.
pub async fn record(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let intent = match typed(visitor.state(), &form) {
        Ok(intent) => intent,
        Err(errors) => return Ok(again(&visitor, &form, errors)),
    };
    match visitor.carry("entitlements", &form, intent).await {
        Ok(receipt) => {
            let recorded = EntitlementId(receipt.snapshot.state.last_numbers.entitlement);
            let link = receipt.snapshot.state.entitlements.get(&recorded).map(|right| right.product);
            let link = link.map(|product| Link::new(addresses::product(product), "See the position of the product"));
            Ok(done(&addresses::entitlement(recorded), format!("{recorded} is recorded."), link))
        }
        Err(failure) => Ok(again(&visitor, &form, refused(failure, "product")?)),
    }
}
