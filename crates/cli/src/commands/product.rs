//! `indult product`: products and the recognition of raw titles.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use crate::arguments::Product;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, product: Product) -> Result<ExitCode, Exit> {
    match product {
        Product::List { query } => {
            let query = query.map_or_else(String::new, |query| format!("?q={}", escaped(&query)));
            let items = asked.client.list(&format!("/v1/products{query}")).await?;
            let columns = [
                ("PRODUCT", "id", false),
                ("NAME", "name", false),
                ("PUBLISHER", "publisher", false),
                ("METRIC", "metric", false),
            ];
            print::table(
                asked.output,
                &items,
                &columns,
                "No products yet. They come with: indult import entitlements FILE, or indult product add NAME",
            );
        }
        Product::Show { product } => {
            let answer = asked.client.get(&format!("/v1/products/{}", escaped(&product))).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                show(asked, &answer);
            }
        }
        Product::Add { name, publisher, metric } => {
            let body = json!({ "name": name, "publisher": publisher, "metric": metric });
            let answer = asked.client.post("/v1/products", body).await?;
            said(asked, &answer, &format!("Recorded {}.", words(at(&answer, "object"))));
        }
        Product::Match { title, product, publisher, no_licence } => {
            let product = if no_licence { None } else { product };
            let body = json!({ "title": title, "publisher": publisher, "product": product });
            let answer = asked.client.post("/v1/title_matches", body).await?;
            let meaning = product.unwrap_or_else(|| "needing no licence".to_owned());
            said(asked, &answer, &format!("\u{201c}{title}\u{201d} is recognised as {meaning} from now on."));
        }
        Product::Suite { product, components, inferred_from } => {
            suite(asked, &product, &components, inferred_from).await?;
        }
        Product::Adopt { keys } => {
            let body = json!({ "catalogue_keys": keys });
            let answer = asked.client.post("/v1/products/adoptions", body).await?;
            said(asked, &answer, &format!("Recorded for {}.", keys.join(", ")));
        }
        Product::Link { product, key } => {
            let body = json!({ "catalogue_key": key });
            let answer = asked.client.post(&format!("/v1/products/{}/links", escaped(&product)), body).await?;
            let sentence = match key {
                Some(key) => format!("{product} is linked to {key}."),
                None => format!("{product} is linked to no known software."),
            };
            said(asked, &answer, &sentence);
        }
        Product::Unmatch { title_match } => {
            let path = format!("/v1/title_matches/{}/removals", escaped(&title_match));
            let answer = asked.client.post(&path, json!({})).await?;
            said(asked, &answer, &format!("{title_match} recognises nothing from now on."));
        }
        Product::Titles { known } => titles(asked, known).await?,
        accounting => account(asked, accounting).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what a suite is made of.
async fn suite(asked: &Asked, product: &str, components: &[String], inferred_from: u32) -> Result<(), Exit> {
    let component = |words: &String| match words.strip_suffix('!') {
        Some(product) => json!({ "product": product, "mandatory": true }),
        None => json!({ "product": words, "mandatory": false }),
    };
    let parts: Vec<Value> = components.iter().map(component).collect();
    let suite =
        if parts.is_empty() { Value::Null } else { json!({ "components": parts, "inferred_from": inferred_from }) };
    let path = format!("/v1/products/{}/suites", escaped(product));
    let answer = asked.client.post(&path, json!({ "suite": suite })).await?;
    let sentence = if components.is_empty() {
        format!("{product} is no suite.")
    } else {
        format!("{product} is a suite of {}.", components.join(", "))
    };
    said(asked, &answer, &sentence);
    Ok(())
}

/// Who answers for what.
async fn account(asked: &Asked, product: Product) -> Result<(), Exit> {
    match product {
        Product::Assign { product, owner, category } => {
            let body = json!({ "owner": owner.as_deref().map(owner_given), "category": category });
            let answer = asked.client.post(&format!("/v1/products/{}/accountability", escaped(&product)), body).await?;
            said(asked, &answer, &format!("It is set who answers for {product}."));
        }
        Product::Category { category, owner } => {
            let body = json!({ "category": category, "owner": owner.as_deref().map(owner_given) });
            let answer = asked.client.post("/v1/product_categories", body).await?;
            said(asked, &answer, &format!("It is set who answers for {category}."));
        }
        Product::Owners => {
            let items = asked.client.list("/v1/accountabilities").await?;
            let columns = [
                ("PRODUCT", "product.id", false),
                ("NAME", "product.name", false),
                ("CATEGORY", "category", false),
                ("PERSON", "owner.person", false),
                ("ROLE", "owner.role", false),
            ];
            print::table(asked.output, &items, &columns, "No products yet.");
        }
        _ => {}
    }
    Ok(())
}

/// An owner as it was typed: a person's number, or a role.
fn owner_given(owner: &str) -> Value {
    if owner.to_uppercase().starts_with("PER-") {
        json!({ "person": owner.to_uppercase() })
    } else {
        json!({ "role": owner.replace('-', "_") })
    }
}

/// Titles that wait: for a rule, or known software for a product.
async fn titles(asked: &Asked, known: bool) -> Result<(), Exit> {
    let (word, from, to) = if known {
        ("known", "known_as.catalogue_key", "catalogue_key")
    } else {
        ("unrecognised", "suggestions.0", "suggestion")
    };
    let items = asked.client.list(&format!("/v1/titles?recognition={word}")).await?;
    let lifted = |mut item: Value| {
        let value = at(&item, from).clone();
        if let Some(map) = item.as_object_mut() {
            map.insert(to.to_owned(), value);
        }
        item
    };
    let rows: Vec<Value> = items.into_iter().map(lifted).collect();
    let mut columns = vec![("TITLE", "name", false), ("PUBLISHER", "publisher", false), ("DEVICES", "devices", true)];
    columns.push(if known { ("KEY", "catalogue_key", false) } else { ("VERSIONS", "versions", false) });
    let none = if known { "All known software has its product." } else { "Every title is recognised." };
    print::table(asked.output, &rows, &columns, none);
    Ok(())
}

fn show(asked: &Asked, answer: &Value) {
    print::fields(answer, &[("Product", "id"), ("Name", "name"), ("Publisher", "publisher"), ("Metric", "metric")]);
    let entitlements = at(answer, "entitlements").as_array().cloned().unwrap_or_default();
    if !entitlements.is_empty() {
        print::line("");
        let columns = [
            ("RIGHT", "id", false),
            ("METRIC", "metric", false),
            ("QUANTITY", "quantity", true),
            ("PRICE", "unit_price", true),
            ("FROM", "starts_on", false),
            ("TO", "ends_on", false),
            ("AGREEMENT", "agreement", false),
        ];
        print::table(asked.output, &entitlements, &columns, "");
    }
    let titles = at(answer, "titles").as_array().cloned().unwrap_or_default();
    if !titles.is_empty() {
        print::line("");
        let columns = [("TITLE", "name", false), ("PUBLISHER", "publisher", false), ("DEVICES", "devices", true)];
        print::table(asked.output, &titles, &columns, "");
    }
}

/// Says that something was recorded, or prints the receipt.
pub fn said(asked: &Asked, answer: &Value, sentence: &str) {
    if asked.output.json {
        print::json(answer);
    } else {
        print::line(sentence);
    }
}
