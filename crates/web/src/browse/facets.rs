//! Where software is, as a table and as a file.

use app::devices::{Dimension, Facet};
use axum::response::Response;
use domain::id::ProductId;

use crate::api::facets::rows_of;
use crate::browse::entitlement_form::product_named;
use crate::browse::form::error;
use crate::browse::visitor::Visitor;
use crate::caller::Readers;
use crate::csv::Csv;
use crate::design::forms::Errors;
use crate::pages::addresses;
use crate::pages::facets::{self, FacetRow, FacetsPage};
use crate::pages::layout::CopyAs;
use crate::problem::Problem;
use crate::reading::{off_thread, tell_seal};

/// What the address asks for: by what, and of which product.
fn asked(visitor: &Visitor) -> Result<(Dimension, Option<ProductId>), Errors> {
    let by = match visitor.asked("by") {
        "" => Dimension::default(),
        name => Dimension::from_name(name)
            .ok_or_else(|| error("by", format!("Devices are not told apart by \u{201c}{name}\u{201d}.")))?,
    };
    let product = match visitor.asked("product") {
        "" => None,
        words => Some(product_named(visitor.state(), words).map_err(|sentence| error("product", sentence))?),
    };
    Ok((by, product))
}

async fn found(visitor: &Visitor, by: Dimension, product: Option<ProductId>) -> Result<Vec<Facet>, Problem> {
    let snapshot = visitor.snapshot.clone();
    off_thread(move || Ok(snapshot.facets(by, product))).await
}

/// The places.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let (by, product, errors) = match asked(&visitor) {
        Ok((by, product)) => (by, product, Errors::default()),
        Err(errors) => (Dimension::from_name(visitor.asked("by")).unwrap_or_default(), None, errors),
    };
    let failed = errors.any();
    let facets = if failed { Vec::new() } else { found(&visitor, by, product).await? };
    let paging = visitor.paging(facets.len());
    let row = |facet: &Facet| FacetRow {
        place: facet.place.as_deref().map(|place| shown(by, place)),
        rows: rows_of(addresses::DEVICES, (by, facet.place.as_deref()), product, None),
        devices: facet.devices,
        installations: facet.installations,
        licensable: facet.licensable,
        products: facet.products,
    };
    let number = product.map(|product| product.to_string()).unwrap_or_default();
    let parts = [("by", by.name()), ("product", number.as_str())];
    let of_product = product.map(|product| format!(" --product {product}")).unwrap_or_default();
    let view = FacetsPage {
        by,
        typed: visitor.asked("product").to_owned(),
        product: product.map(|product| (product, visitor.state().product_name(product))),
        errors,
        paging,
        rows: visitor.part(&facets, paging).iter().map(row).collect(),
        devices: facets.iter().map(|facet| facet.devices).sum(),
        installations: facets.iter().map(|facet| facet.installations).sum(),
        licensable: facets.iter().map(|facet| facet.licensable).sum(),
        nothing_imported: visitor.snapshot.base.estate().device_count() == 0,
        copy: CopyAs {
            command: format!("indult device facets --by {}{of_product}", by.name().replace('_', "-")),
            request: format!("GET {}", addresses::with_query("/v1/facets", &parts)),
            csv: Some(addresses::with_query(addresses::FACETS_CSV, &parts)),
            json: Some(addresses::with_query("/v1/facets", &parts)),
        },
    };
    let page = facets::page(&visitor.frame(), &view);
    Ok(if failed { visitor.page_with_errors(page) } else { visitor.page(page) })
}

/// A place as people read it: environments have names of two words.
fn shown(by: Dimension, place: &str) -> String {
    match by {
        Dimension::Environment => place.replace('_', " "),
        Dimension::Region | Dimension::BusinessUnit | Dimension::CostCentre => place.to_owned(),
    }
}

/// The same places as a CSV file.
pub async fn csv(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let (by, product) = asked(&visitor).map_err(|errors| {
        let error = errors.0.into_iter().next();
        error.map_or_else(
            || Problem::parameter("by", "Choose by what devices are told apart."),
            |error| Problem::parameter(&error.field, error.sentence),
        )
    })?;
    let mut file = Csv::headed(&[by.name(), "devices", "installations", "licensable", "products"]);
    for facet in found(&visitor, by, product).await? {
        let numbers = [facet.devices, facet.installations, facet.licensable, facet.products];
        let mut cells = vec![facet.place.unwrap_or_default()];
        cells.extend(numbers.map(|number| number.to_string()));
        file.row(&cells);
    }
    let mut response = file.download("facets.csv");
    if let Some(seal) = &visitor.past {
        tell_seal(response.headers_mut(), seal);
    }
    Ok(response)
}
