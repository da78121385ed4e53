//! Known software without a product: the list, and recording products for what was chosen.

use app::positions::KnownEntry;
use axum::response::Response;
use domain::command::Intent;
use domain::person::Role;

use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::design::numbers;
use crate::pages::addresses;
use crate::pages::known_software::{self, KnownPage, KnownRow};
use crate::pages::layout::{CopyAs, Link};
use crate::problem::Problem;

/// Titles of one software that are shown: enough to see what it is.
const TITLES_SHOWN: usize = 3;

fn row(visitor: &Visitor, entry: &KnownEntry) -> KnownRow {
    let software = visitor.snapshot.base.catalogue().at(entry.software);
    KnownRow {
        key: software.key.clone(),
        name: software.name.clone(),
        publisher: software.publisher.clone(),
        category: software.category.words().to_owned(),
        metric: software.metric.map_or_else(String::new, |metric| numbers::metric(metric).into_owned()),
        devices: entry.devices,
        titles: entry.titles.iter().take(TITLES_SHOWN).map(|title| title.name.clone()).collect(),
        similar: entry.suggestions.iter().map(|one| (one.product, one.name.clone())).collect(),
    }
}

fn view(visitor: &Visitor, chosen: Vec<String>, errors: Errors) -> KnownPage {
    KnownPage {
        rows: visitor.snapshot.known().iter().map(|entry| row(visitor, entry)).collect(),
        chosen,
        may_adopt: visitor.has(&[Role::SamManager]),
        errors,
        key: visitor.key(),
        copy: CopyAs {
            command: "indult product titles --known".to_owned(),
            request: "GET /v1/titles?recognition=known".to_owned(),
            csv: None,
            json: Some("/v1/titles?recognition=known".to_owned()),
        },
    }
}

/// The list.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    Ok(visitor.page(known_software::page(&visitor.frame(), &view(&visitor, Vec::new(), Errors::default()))))
}

/// Records a product for each that was chosen, all or none.
pub async fn adopt(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let chosen = form.all("software");
    let errors = if chosen.is_empty() {
        error("software", "Choose the software to record.")
    } else {
        match visitor.snapshot.adoption(&chosen) {
            Err(key) => {
                error("software", format!("The software catalogue has nothing called {key} that needs a licence."))
            }
            Ok(intent) => match carry(&visitor, &form, intent, chosen.len()).await? {
                Ok(response) => return Ok(response),
                Err(errors) => errors,
            },
        }
    };
    let view = view(&visitor, chosen, errors);
    Ok(visitor.page_with_errors(known_software::page(&visitor.frame(), &view)))
}

async fn carry(
    visitor: &Visitor,
    form: &Form,
    intent: Intent,
    chosen: usize,
) -> Result<Result<Response, Errors>, Problem> {
    match visitor.carry("software/known", form, intent).await {
        Ok(_) => {
            let products = numbers::counted(crate::browse::products::count(chosen), "product", "products");
            let link = Link::new(addresses::POSITION, "See the position");
            let sentence = format!("{products} recorded, with the titles that the catalogue knows.");
            Ok(Ok(done(addresses::KNOWN_SOFTWARE, sentence, Some(link))))
        }
        Err(failure) => Ok(Err(refused(failure, "software")?)),
    }
}
