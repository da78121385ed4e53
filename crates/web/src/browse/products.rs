//! Products: the list, one with its working, and the rows behind each number.

use std::sync::Arc;

use app::positions::{Line, SupplySource};
use axum::response::Response;
use domain::id::{AgreementId, ProductId};
use domain::person::Role;
use domain::product::{Necessity, Product, folded};

use crate::browse::visitor::Visitor;
use crate::browse::{history, lines};
use crate::given::{At, AtBoth};
use crate::pages::layout::{CopyAs, Link};
use crate::pages::product::{
    Happened, ProductPage, Recognised, Related, RowsKind, RowsPage, Step, SuiteShown, Supply, SupplyKind, UsageRow,
};
use crate::pages::products::{ProductRow, ProductsPage};
use crate::pages::{addresses, product, products};
use crate::problem::{Kind, Problem};

/// Entries of a history on a page of something else.
const HISTORY_SHOWN: usize = 8;

/// The products.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let state = visitor.state();
    let today = state.day(visitor.now);
    let text = folded(visitor.asked("q"));
    let mut known: Vec<_> = state
        .products
        .values()
        .filter(|product| {
            folded(&product.name).contains(&text)
                || state.publisher_name(product).is_some_and(|publisher| folded(publisher).contains(&text))
        })
        .collect();
    known.sort_by_key(|product| folded(&product.name));
    let paging = visitor.paging(known.len());
    let rows = visitor
        .part(&known, paging)
        .iter()
        .map(|product| {
            let titles = visitor.snapshot.base.titles_of(product.id);
            ProductRow {
                product: product.id,
                name: product.name.clone(),
                publisher: state.publisher_name(product).map(str::to_owned),
                metric: product.metric,
                titles: count(titles.len()),
                devices: visitor.snapshot.base.device_count_of(product.id),
                rights: count(state.entitlements_of(product.id).filter(|right| right.counts_on(today)).count()),
            }
        })
        .collect();
    let view = ProductsPage {
        text: visitor.asked("q").to_owned(),
        paging,
        rows,
        unrecognised: count(visitor.snapshot.unrecognised().len()),
        may_import: visitor.has(&[Role::SamManager, Role::Procurement]),
        copy: CopyAs {
            command: "indult product list".to_owned(),
            request: "GET /v1/products".to_owned(),
            csv: None,
            json: Some("/v1/products".to_owned()),
        },
    };
    Ok(visitor.page(products::page(&visitor.frame(), &view)))
}

/// A number of things.
pub fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

fn line_of(visitor: &Visitor, product: ProductId) -> Result<Line, Problem> {
    visitor
        .snapshot
        .line(product, visitor.now)
        .ok_or_else(|| Problem::new(Kind::NotFound, format!("There is no product {product}.")))
}

/// A product with its working.
pub async fn show(visitor: Visitor, At(number): At<ProductId>) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let line = line_of(&visitor, number)?;
    let state = visitor.state();
    let today = state.day(visitor.now);
    let seqs = visitor.snapshot.objects.of_stream(&format!("product/{number}"));
    let history: Vec<Happened> = history::latest(&visitor, &seqs, HISTORY_SHOWN)?;
    let asks = [
        Role::Requester,
        Role::Approver,
        Role::SamManager,
        Role::Procurement,
        Role::Finance,
        Role::Legal,
        Role::Administrator,
    ];
    let request = visitor.has(&asks).then(|| {
        let missing = line.short.max(1).to_string();
        let product = number.to_string();
        let filled = [("product", product.as_str()), ("quantity", missing.as_str())];
        Link::new(addresses::with_query(addresses::REQUEST_NEW, &filled), "Request an exception")
    });
    let view = ProductPage {
        by_entitlement: line.covered_by_entitlements,
        sentence: app::positions::sentence(state, &line),
        steps: line.working.iter().map(step).collect(),
        supplies: line.supplies.iter().map(|supply| shown_supply(&visitor, supply)).collect(),
        titles: recognised(&visitor, number),
        requests: related(&visitor, number),
        history,
        history_total: count(seqs.len()),
        // What is counted by its use says so itself, and stands on no device.
        reported: line
            .freshness
            .oldest
            .zip(line.freshness.newest)
            .filter(|_| !visitor.snapshot.counts_usage(number, visitor.now)),
        undated: line.freshness.undated,
        freshness: lines::freshness(state),
        request,
        copy: CopyAs {
            command: format!("indult position explain {number}"),
            request: format!("GET /v1/positions/{number}"),
            csv: None,
            json: Some(format!("/v1/positions/{number}")),
        },
        may_unmatch: visitor.has(&[Role::SamManager]),
        may_record: visitor.has(&[Role::SamManager, Role::Procurement]),
        suite: suite(&visitor, number),
        compliant_by: line.compliant_by.iter().map(|agreement| agreement_link(&visitor, *agreement)).collect(),
        usage: (visitor.snapshot.counts_usage(number, visitor.now)
            && visitor.caller.is_among(crate::caller::Readers::Staff, state))
        .then(|| Link::new(addresses::usage(number), "Peaks by day, who held licences, who was turned away")),
        line: lines::shown(state, &line, today),
    };
    Ok(visitor.page(product::page(&visitor.frame(), &view)))
}

/// A product by its name.
pub fn product_link(visitor: &Visitor, product: ProductId) -> Link {
    let known = visitor.state().products.get(&product);
    let name = known.map_or_else(|| product.to_string(), |product| product.name.clone());
    Link::new(addresses::product(product), name)
}

fn agreement_link(visitor: &Visitor, agreement: AgreementId) -> Link {
    let known = visitor.state().agreements.get(&agreement);
    let reference = known.map_or_else(|| agreement.to_string(), |agreement| agreement.terms.reference.clone());
    Link::new(addresses::agreement(agreement), reference)
}

/// The components of a product, and the suites of which it is one.
fn suite(visitor: &Visitor, number: ProductId) -> SuiteShown {
    let products = &visitor.state().products;
    let suite = products.get(&number).and_then(|product| product.suite.as_ref());
    let component = |(product, necessity): (&ProductId, &Necessity)| {
        (product_link(visitor, *product), *necessity == Necessity::Mandatory)
    };
    let holds =
        |product: &&Arc<Product>| product.suite.as_ref().is_some_and(|suite| suite.components.contains_key(&number));
    SuiteShown {
        components: suite.iter().flat_map(|suite| &suite.components).map(component).collect(),
        inferred_from: suite.map_or(0, |suite| suite.inferred_from),
        part_of: products.values().filter(holds).map(|product| product_link(visitor, product.id)).collect(),
    }
}

fn step(step: &app::positions::Step) -> Step {
    Step {
        label: step.label.to_string(),
        amount: Some(step.amount.clone()).filter(|amount| !amount.is_empty()),
        text: step.text.clone(),
        rows: step.rows.map(lines::rows_kind),
    }
}

fn shown_supply(visitor: &Visitor, supply: &app::positions::Supply) -> Supply {
    let state = visitor.state();
    let (kind, under, starts_on) = match supply.source {
        SupplySource::Entitlement(id) => {
            let right = state.entitlements.get(&id);
            let agreement = right.and_then(|right| state.agreements.get(&right.agreement?));
            let reference = right.and_then(|right| right.purchase_reference.clone());
            let under = agreement.map(|agreement| agreement.terms.reference.clone()).or(reference).unwrap_or_default();
            (SupplyKind::Entitlement(id), under, right.and_then(|right| right.right.starts_on))
        }
        SupplySource::Grant(case) => {
            let title = state.cases.get(&case).map_or_else(String::new, |case| case.words.title.shown().to_owned());
            let from = state.grants.get(&case).map(|grant| state.day(grant.granted_at));
            (SupplyKind::Exception(case), title, from)
        }
    };
    Supply {
        kind,
        under,
        metric: supply.metric,
        quantity: supply.given,
        starts_on,
        ends_on: supply.ends_on,
        used: supply.used,
        covers: supply.covers,
        lent: supply.lent,
        of: supply.of.map(|of| product_link(visitor, of)),
        rejected: supply.why_not.clone(),
    }
}

/// The titles of a product, each with the rule that recognises it.
fn recognised(visitor: &Visitor, product: ProductId) -> Vec<Recognised> {
    let state = visitor.state();
    state
        .title_matches
        .values()
        .filter(|rule| rule.product == Some(product))
        .map(|rule| Recognised {
            title_match: Some(rule.id),
            title: rule.pattern.name.clone(),
            publisher: rule.pattern.publisher.clone(),
            installations: visitor
                .snapshot
                .base
                .titles_fitting(&rule.pattern)
                .into_iter()
                .filter(|(_, recognition)| *recognition == app::positions::Recognition::Product(product))
                .map(|(title, _)| title.devices)
                .sum(),
        })
        .collect()
}

fn related(visitor: &Visitor, product: ProductId) -> Vec<Related> {
    let cases = visitor.state().cases.values().rev();
    cases
        .filter(|case| case.terms.product == product && app::cases::may_see(visitor.person(), case))
        .map(|case| Related {
            case: case.id,
            title: case.words.title.shown().to_owned(),
            status: case.status(),
            quantity: case.terms.quantity,
            until: case.terms.until,
        })
        .collect()
}

/// The rows behind a number: their units sum to it.
pub async fn rows(visitor: Visitor, AtBoth(number, word): AtBoth<ProductId, String>) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let kind = RowsKind::from_word(&word)
        .ok_or_else(|| Problem::new(Kind::NotFound, format!("No number is called {word}.")))?;
    let line = line_of(&visitor, number)?;
    let rows = lines::rows(&visitor, number, kind);
    let paging = visitor.paging(rows.len());
    let product = visitor.state().products.get(&number);
    let api_kind = match kind {
        RowsKind::Consumed => "consumed",
        RowsKind::Exempt => "exempt",
        RowsKind::Short => "short",
        RowsKind::Included => "included",
        RowsKind::Covered | RowsKind::ByEntitlement | RowsKind::ByException => "covered",
    };
    let view = RowsPage {
        product: number,
        name: product.map_or_else(|| number.to_string(), |product| product.name.clone()),
        metric: line.metric,
        kind,
        number: rows.iter().map(|row| row.units).sum(),
        counting: line.range.as_ref().map(|range| range.why.clone()),
        paging,
        rows: visitor.part(&rows, paging).iter().map(|row| usage(&visitor, row)).collect(),
        copy: CopyAs {
            command: format!("indult position explain {number} --rows {api_kind}"),
            request: format!("GET /v1/positions/{number}/rows?kind={api_kind}"),
            csv: Some(format!("/v1/positions/{number}/rows?kind={api_kind}&format=csv")),
            json: Some(format!("/v1/positions/{number}/rows?kind={api_kind}")),
        },
    };
    Ok(visitor.page(product::rows_page(&visitor.frame(), &view)))
}

fn usage(_visitor: &Visitor, row: &app::positions::Row) -> UsageRow {
    let mut sources: Vec<String> = row.evidence.iter().flat_map(|found| found.sources.clone()).collect();
    sources.sort();
    sources.dedup();
    let title = |found: &app::positions::Evidence| match &found.title.version {
        Some(version) => format!("{} {version}", found.title.name),
        None => found.title.name.clone(),
    };
    let mut titles: Vec<String> = row.evidence.iter().map(title).collect();
    titles.dedup();
    UsageRow {
        units: row.units,
        device: row.device.clone(),
        person: row.person.clone(),
        titles,
        environment: row
            .environment
            .map_or_else(|| "not stated".to_owned(), |environment| environment.name().replace('_', " ")),
        last_used_on: row.evidence.iter().filter_map(|found| found.last_used_on).max(),
        sources,
        covered_by: row.by.map(|by| match by {
            SupplySource::Entitlement(id) => Link::new(addresses::entitlement(id), id.to_string()),
            SupplySource::Grant(case) => Link::new(addresses::case(case), case.to_string()),
        }),
        span: row.span.map(|span| (span.from, span.until)),
    }
}
