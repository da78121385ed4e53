//! What suites are made of.

use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::id::ProductId;
use domain::product::{Necessity, Product, Suite};

use crate::browse::entitlement_form::{lines_of, product_named};
use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::suites::{self, SuiteForm};
use crate::problem::Problem;

fn find(state: &State, number: ProductId) -> Result<&Product, Problem> {
    state.products.get(&number).map(AsRef::as_ref).ok_or_else(|| Problem::none("product", number))
}

fn view(visitor: &Visitor, product: &Product, errors: Errors) -> SuiteForm {
    let state = visitor.state();
    let component = |(component, necessity): (&ProductId, &Necessity)| {
        let name = state.products.get(component).map_or_else(|| component.to_string(), |known| known.name.clone());
        let mark = if *necessity == Necessity::Mandatory { "!" } else { "" };
        format!("{name}{mark}")
    };
    let suite = product.suite.as_ref();
    let components = suite.iter().flat_map(|suite| &suite.components).map(component);
    SuiteForm {
        product: product.id,
        name: product.name.clone(),
        components: components.collect::<Vec<_>>().join("\n"),
        inferred_from: suite.map_or(0, |suite| suite.inferred_from).to_string(),
        is_suite: suite.is_some(),
        key: visitor.key(),
        errors,
    }
}

/// The components as they are.
pub async fn ask(visitor: Visitor, At(number): At<ProductId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let product = find(visitor.state(), number)?;
    Ok(visitor.page(suites::page(&visitor.frame(), &view(&visitor, product, Errors::default()))))
}

fn typed(state: &State, form: &Form) -> Result<Option<Suite>, Errors> {
    let component = |line: String| {
        let (words, necessity) = match line.strip_suffix('!') {
            Some(words) => (words.trim().to_owned(), Necessity::Mandatory),
            None => (line, Necessity::Optional),
        };
        product_named(state, &words).map(|product| (product, necessity))
    };
    let lines = lines_of(form, "components");
    let components: Result<_, String> = lines.into_iter().map(component).collect();
    let suite = Suite {
        components: components.map_err(|sentence| error("components", sentence))?,
        inferred_from: match form.get("inferred_from") {
            "" => 0,
            words => words.parse().map_err(|_| error("inferred_from", "Enter a number; 0 is never."))?,
        },
    };
    Ok((!suite.components.is_empty()).then_some(suite))
}

/// Says what the suite is made of.
pub async fn define(visitor: Visitor, At(number): At<ProductId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let product = find(visitor.state(), number)?;
    let again = |errors: Errors| {
        let view = SuiteForm {
            components: form.words("components"),
            inferred_from: form.get("inferred_from").to_owned(),
            ..view(&visitor, product, errors)
        };
        visitor.page_with_errors(suites::page(&visitor.frame(), &view))
    };
    let suite = match typed(visitor.state(), &form) {
        Ok(suite) => suite,
        Err(errors) => return Ok(again(errors)),
    };
    let sentence = match &suite {
        Some(suite) => format!("{} is a suite of {} components.", product.name, suite.components.len()),
        None => format!("{} is no suite.", product.name),
    };
    match visitor
        .carry(&format!("products/{number}/suite"), &form, Intent::DefineSuite { product: number, suite })
        .await
    {
        Ok(_) => Ok(done(&addresses::product(number), sentence, None)),
        Err(failure) => Ok(again(refused(failure, "components")?)),
    }
}
