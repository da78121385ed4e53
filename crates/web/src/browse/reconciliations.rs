//! A publisher's statement beside our rights, as pages: choosing a file, and what came of it.

use app::imports::{GivenFile, GivenImport, GivenMapping, HowToRead, Layout, TableKind};
use app::reconciliations::{ComparedStatement, FindingKind, GivenStatement, publisher_meant};
use axum::extract::Multipart;
use axum::response::Response;
use domain::id::PartyId;
use jiff::civil::Date;

use crate::api::reconciliations::{csv_of, no_publisher};
use crate::browse::form::{Form, FormWithFile, error, refused};
use crate::browse::imports::reject_groups;
use crate::browse::mapping_form;
use crate::browse::visitor::Visitor;
use crate::caller::Readers;
use crate::design::forms::{Choice, Errors};
use crate::pages::layout::CopyAs;
use crate::pages::reconciliations::{self, AskPage, ResultPage};
use crate::problem::Problem;

fn publishers(visitor: &Visitor) -> Vec<Choice> {
    let state = visitor.state();
    let of_products: std::collections::BTreeSet<PartyId> =
        state.products.values().filter_map(|product| product.publisher).collect();
    let mut named: Vec<(String, PartyId)> = of_products
        .into_iter()
        .filter_map(|publisher| Some((state.parties.get(&publisher)?.name.clone(), publisher)))
        .collect();
    named.sort();
    let choice = |(name, publisher): (String, PartyId)| Choice::plain(publisher.to_string(), name);
    std::iter::once(Choice::plain("", "As the file says")).chain(named.into_iter().map(choice)).collect()
}

fn ask_view(visitor: &Visitor, form: &Form, errors: Errors) -> AskPage {
    AskPage {
        publishers: publishers(visitor),
        publisher: form.get("publisher").to_owned(),
        on: form.get("on").to_owned(),
        errors,
        copy: CopyAs {
            command: "indult entitlement reconcile FILE".to_owned(),
            request: "POST /v1/reconciliations/statement".to_owned(),
            csv: None,
            json: None,
        },
    }
}

/// The choice of a file.
pub async fn ask(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = ask_view(&visitor, &Form::default(), Errors::default());
    Ok(visitor.page(reconciliations::ask_page(&visitor.frame(), &view)))
}

fn again(visitor: &Visitor, form: &Form, errors: Errors) -> Response {
    let view = ask_view(visitor, form, errors);
    visitor.page_with_errors(reconciliations::ask_page(&visitor.frame(), &view))
}

/// Whose statement it is, and the day.
fn asked(visitor: &Visitor, form: &Form) -> Result<(Option<PartyId>, Option<Date>), Errors> {
    let publisher = match form.some("publisher") {
        None => None,
        Some(words) => match publisher_meant(visitor.state(), &words) {
            None => return Err(error("publisher", no_publisher(&words))),
            known => known,
        },
    };
    let on = match form.some("on") {
        None => None,
        Some(text) => {
            Some(text.parse().map_err(|_| error("on", "Write the day like 2026-03-31, or leave it empty for today."))?)
        }
    };
    Ok((publisher, on))
}

/// How the table is read: as the form for its columns says, else as it was read before.
fn how(source: &str, form: &Form) -> Result<HowToRead, (Layout, String)> {
    if form.get("was").is_empty()
        && let Some(text) = form.some("mapping_file")
    {
        return Ok(HowToRead { mapping: Some(GivenMapping::Text(text)), layout: Layout::default() });
    }
    mapping_form::how(TableKind::PublisherStatement, source, "", form)
}

/// The file that came, or the one that is kept from before, with the name under which it is kept from now on.
fn staged(visitor: &Visitor, sent: &FormWithFile) -> Option<(GivenFile, String)> {
    let person = visitor.person();
    if !sent.bytes.is_empty() {
        let file = GivenFile { name: sent.name.clone(), bytes: sent.bytes.clone(), device: None };
        let name = visitor.key();
        visitor.site.staging.keep(name.clone(), person, visitor.now, vec![file.clone()]);
        return Some((file, name));
    }
    let name = sent.form.some("staged")?;
    let file = visitor.site.staging.files(&name, person)?.pop()?;
    Some((file, name))
}

/// Compares a file with our rights. Nothing is recorded.
pub async fn compare(visitor: Visitor, multipart: Multipart) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let sent = FormWithFile::of(multipart).await?;
    let form = &sent.form;
    let (publisher, on) = match asked(&visitor, form) {
        Ok(asked) => asked,
        Err(errors) => return Ok(again(&visitor, form, errors)),
    };
    let Some((file, staged)) = staged(&visitor, &sent) else {
        let sentence = if form.get("staged").is_empty() {
            "Choose a file that is not empty."
        } else {
            "The file is no longer kept. Choose it again."
        };
        return Ok(again(&visitor, form, error("file", sentence)));
    };
    let source = publisher.and_then(|publisher| visitor.state().parties.get(&publisher));
    let source = source.map(|party| party.name.clone()).unwrap_or_default();
    let (how, mut errors) = match how(&source, form) {
        Ok(how) => (how, Errors::default()),
        Err((layout, sentence)) => {
            (HowToRead { mapping: Some(GivenMapping::Usual), layout }, error("columns", sentence))
        }
    };
    let table =
        GivenImport { kind: TableKind::PublisherStatement, source, files: vec![file.clone()], how: how.clone() };
    let table = visitor.app.see_table(table).await;
    let mut compared = None;
    if !errors.any() {
        match visitor.app.reconcile_statement(GivenStatement { file, how, publisher, on }).await {
            Ok(found) => compared = Some(found),
            Err(app::Failure::Unreadable(unreadable)) if matches!(table, Ok(Some(_))) => {
                let sentence = crate::problem::sentence(&unreadable.to_string());
                errors = error("columns", format!("{sentence} Choose below what each column gives."));
            }
            Err(failure) if matches!(table, Ok(Some(_))) => errors = refused(failure, "columns")?,
            Err(failure) => return Ok(again(&visitor, form, refused(failure, "file")?)),
        }
    }
    if form.get("as") == "csv"
        && let Some(compared) = &compared
    {
        return Ok(csv_of(compared));
    }
    let table = table.ok().flatten().map(|seen| mapping_form::table(seen, form));
    let view = result_view(&visitor, form, Staged { name: staged, compared, table }, errors);
    let page = reconciliations::result_page(&visitor.frame(), &view);
    Ok(if view.errors.any() { visitor.page_with_errors(page) } else { visitor.page(page) })
}

/// What came of a file that is kept.
struct Staged {
    name: String,
    compared: Option<ComparedStatement>,
    table: Option<crate::pages::imports::TableForm>,
}

fn result_view(visitor: &Visitor, form: &Form, of: Staged, errors: Errors) -> ResultPage {
    let Staged { name: staged, compared, table } = of;
    let used = compared.as_ref().and_then(|compared| compared.table.as_ref()?.mapping.as_ref());
    let mapping_file = used.map(|used| used.text.clone()).unwrap_or_default();
    let file = compared.as_ref().and_then(|compared| Some(compared.table.as_ref()?.file.clone()));
    let file = file.or_else(|| table.as_ref().map(|table| table.file.clone())).unwrap_or_default();
    let rejects = compared
        .as_ref()
        .map(|compared| reject_groups(compared.rejects.iter().map(|reject| (file.clone(), reject.clone()))));
    let on = compared.as_ref().map_or_else(|| form.get("on").to_owned(), |found| found.reconciliation.on.to_string());
    ResultPage {
        rejects: rejects.unwrap_or_default(),
        finding: FindingKind::from_word(form.get("finding")),
        publisher: form.get("publisher").to_owned(),
        copy: CopyAs {
            command: format!("indult entitlement reconcile FILE --on {on}"),
            request: format!("POST /v1/reconciliations/statement?on={on}"),
            csv: None,
            json: None,
        },
        publishers: compared.as_ref().map(|compared| names(visitor, compared)).unwrap_or_default(),
        on,
        file,
        staged,
        mapping_file,
        compared,
        table,
        errors,
    }
}

fn names(visitor: &Visitor, compared: &ComparedStatement) -> Vec<String> {
    let parties = &visitor.state().parties;
    let known = compared.reconciliation.publishers.iter().filter_map(|publisher| parties.get(publisher));
    known.map(|party| party.name.clone()).collect()
}
