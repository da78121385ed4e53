//! Imports as pages: choosing files, looking at what they would do, bringing them in, and undoing it.

use app::Failure;
use app::imports::{GivenFile, ImportOutcome};
use axum::extract::Multipart;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::Refusal;
use domain::id::ImportId;
use domain::import::{Brought, Import};
use domain::observation::Reject;
use domain::person::Role;

use crate::browse::form::{Form, error, refused};
use crate::browse::lines;
use crate::browse::positions::csv_cell;
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done, see_other};
use crate::caller::Readers;
use crate::design::forms::{Choice, Errors};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, ConfirmationPage, ProductEffect};
use crate::pages::effect::Effect;
use crate::pages::imports::{
    self, ColumnUse, Counts, FileRow, ImportKind, ImportPage, ImportRow, ImportsPage, NewImportPage, Outcome,
    PositionChange, PreviewPage, RejectGroup, Shortly,
};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::problem::{Kind, Problem};

/// Positions that an outcome lists; the rest are counted.
const CHANGES_SHOWN: usize = 40;
/// Examples of one kind of reject.
const EXAMPLES_SHOWN: usize = 5;

fn kind_of(brought: &Brought) -> ImportKind {
    match brought {
        Brought::Inventory { .. } => ImportKind::Inventory,
        Brought::Entitlements { .. } => ImportKind::Entitlements,
        Brought::Usage { .. } => ImportKind::Usage,
    }
}

fn counts(brought: &Brought) -> Counts {
    match *brought {
        Brought::Inventory { reports, installations, rejected, merged, .. } => {
            Counts { reports, installations, rejected, merged, ..Counts::default() }
        }
        Brought::Entitlements { rows, rejected, merged } => Counts { rows, rejected, merged, ..Counts::default() },
        Brought::Usage { sessions, denials, readings, rejected, merged, .. } => {
            Counts { sessions, denials, readings, rejected, merged, ..Counts::default() }
        }
    }
}

fn may_import(visitor: &Visitor) -> bool {
    visitor.has(&[Role::SamManager, Role::Procurement])
}

/// The imports, newest first.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let all: Vec<&Import> = visitor.state().imports.values().rev().map(AsRef::as_ref).collect();
    let paging = visitor.paging(all.len());
    let row = |import: &&Import| ImportRow {
        import: import.id,
        kind: kind_of(&import.brought),
        source: import.source.clone(),
        files: import.files.iter().map(|file| file.name.shown().to_owned()).collect(),
        counts: counts(&import.brought),
        by: visitor.name(import.by),
        at: import.at,
        undone: import.undone.is_some(),
    };
    let view = ImportsPage {
        paging,
        rows: visitor.part(&all, paging).iter().map(row).collect(),
        may_import: may_import(&visitor),
        copy: CopyAs {
            command: "indult import list".to_owned(),
            request: "GET /v1/imports".to_owned(),
            csv: None,
            json: Some("/v1/imports".to_owned()),
        },
    };
    Ok(visitor.page(imports::page(&visitor.frame(), &view)))
}

fn mappings() -> Vec<Choice> {
    let mut choices = vec![Choice::plain("", "Find out by itself")];
    choices.extend(app::imports::built_in_mappings().into_iter().map(|name| Choice::plain(name.clone(), name)));
    choices
}

fn new_view(kind: &str, source: &str, mapping: &str, errors: Errors) -> NewImportPage {
    NewImportPage {
        kind: kind.to_owned(),
        source: source.to_owned(),
        mappings: mappings(),
        mapping: mapping.to_owned(),
        errors,
    }
}

/// The choice of files.
pub async fn ask(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let kind = if visitor.asked("kind").is_empty() { "inventory" } else { visitor.asked("kind") };
    let view = new_view(kind, "", "", Errors::default());
    Ok(visitor.page(imports::new_page(&visitor.frame(), &view)))
}

/// What was sent to be looked at.
#[derive(Default)]
struct Sent {
    kind: String,
    source: String,
    mapping: String,
    staged: String,
    files: Vec<GivenFile>,
}

async fn sent(mut multipart: Multipart) -> Result<Sent, Problem> {
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Problem::new(Kind::NotReadable, format!("The files did not arrive whole: {}.", error.body_text()))
    };
    let mut sent = Sent::default();
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(unreadable)?;
        let text = || String::from_utf8_lossy(&bytes).trim().to_owned();
        match name.as_str() {
            "kind" => sent.kind = text(),
            "source" => sent.source = text(),
            "mapping" => sent.mapping = text(),
            "staged" => sent.staged = text(),
            "files" => {
                // A browser sends an empty part where nothing was chosen.
                if let Some(name) = file_name.filter(|name| !name.is_empty()) {
                    sent.files.push(GivenFile { name, bytes: bytes.to_vec(), device: None });
                }
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// What files would do, with the same code that brings them in.
pub async fn preview(visitor: Visitor, multipart: Multipart) -> Result<Response, Problem> {
    let mut sent = sent(multipart).await?;
    let person = visitor.person();
    if sent.files.is_empty() && !sent.staged.is_empty() {
        sent.files = visitor.site.staging.files(&sent.staged, person).unwrap_or_default();
    }
    let again = |sent: &Sent, errors: Errors| {
        let view = new_view(&sent.kind, &sent.source, &sent.mapping, errors);
        visitor.page_with_errors(imports::new_page(&visitor.frame(), &view))
    };
    if sent.files.is_empty() {
        return Ok(again(&sent, error("files", "Choose at least one file.")));
    }
    if sent.kind == "entitlements" && sent.files.len() > 1 {
        return Ok(again(&sent, error("files", "Choose one file of entitlements at a time.")));
    }
    let staged = if sent.staged.is_empty() { visitor.key() } else { sent.staged.clone() };
    visitor.site.staging.keep(staged.clone(), person, visitor.now, sent.files.clone());
    let looked = look(&visitor, &sent).await;
    let already = match &looked {
        Err(Failure::Refused(Refusal::SameFiles { import })) => Some(*import),
        _ => None,
    };
    let outcome = match (looked, already) {
        (Ok(outcome), _) => shown(&visitor, &sent.source, &outcome),
        (Err(_), Some(import)) => known(&visitor, import)?,
        (Err(failure), None) => return Ok(again(&sent, refused(failure, "files")?)),
    };
    let view =
        PreviewPage { outcome, staged, mapping: sent.mapping, mappings: mappings(), already, key: visitor.key() };
    Ok(visitor.page(imports::preview_page(&visitor.frame(), &view)))
}

async fn look(visitor: &Visitor, sent: &Sent) -> Result<ImportOutcome, Failure> {
    let actor = visitor.caller.actor;
    if sent.kind == "entitlements" {
        let mapping = app::imports::named_mapping(&sent.mapping)?;
        let file = sent.files.first().cloned().ok_or_else(|| Failure::NotFound("file".to_owned()))?;
        return visitor.app.preview_entitlements(actor, file, mapping).await;
    }
    if sent.kind == "usage" {
        return visitor.app.preview_usage(actor, source(&sent.source), sent.files.clone()).await;
    }
    visitor.app.preview_inventory(actor, source(&sent.source), sent.files.clone()).await
}

/// The name of a source; files that nobody named are called what they are.
fn source(typed: &str) -> String {
    if typed.is_empty() { "file".to_owned() } else { typed.to_owned() }
}

/// An outcome as the page shows it.
fn shown(visitor: &Visitor, source: &str, outcome: &ImportOutcome) -> Outcome {
    let changes = outcome.changes.iter().map(|change| PositionChange {
        product: match (&change.before, &change.after) {
            (Some(line), Some(_)) if visitor.state().products.contains_key(&line.product) => Some(line.product),
            _ => None,
        },
        name: change.product.clone(),
        before: change.before.as_ref().map(shortly),
        after: change.after.as_ref().map(shortly),
    });
    Outcome {
        kind: kind_of(&outcome.brought),
        source: source.to_owned(),
        files: outcome
            .files
            .iter()
            .map(|file| FileRow {
                name: file.name.shown().to_owned(),
                bytes: file.bytes,
                format: file.format.clone(),
                digest: file.digest,
            })
            .collect(),
        counts: counts(&outcome.brought),
        devices_added: outcome.devices_added,
        products_added: outcome.products_added.clone(),
        rejects: grouped(outcome),
        columns: outcome
            .columns
            .iter()
            .map(|column| ColumnUse {
                header: column.header.clone(),
                samples: column.samples.clone(),
                used_as: column.used_as.clone().map(|field| field.to_string()),
            })
            .collect(),
        changes: changes.take(CHANGES_SHOWN).collect(),
        changes_more: count(outcome.changes.len().saturating_sub(CHANGES_SHOWN)),
    }
}

fn shortly(line: &app::positions::Line) -> Shortly {
    Shortly {
        entitled: line.entitled.to_string(),
        used: line.consumed,
        short: line.short,
        exposure: line.exposure.money,
    }
}

/// Rejects by what repairs them, the most frequent first.
fn grouped(outcome: &ImportOutcome) -> Vec<RejectGroup> {
    let mut groups: Vec<RejectGroup> = Vec::new();
    for file in &outcome.rejects {
        for reject in &file.rejects {
            let fits = |group: &&mut RejectGroup| group.problem == reject.problem && group.repair == reject.repair;
            let example = (format!("{}, {}", file.file, reject.place), reject.found.clone());
            match groups.iter_mut().find(fits) {
                Some(group) => {
                    group.count += 1;
                    if group.examples.len() < EXAMPLES_SHOWN {
                        group.examples.push(example);
                    }
                }
                None => groups.push(RejectGroup {
                    problem: reject.problem.clone(),
                    repair: reject.repair.clone(),
                    count: 1,
                    examples: vec![example],
                }),
            }
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// An import that is recorded, as an outcome without its effects.
fn known(visitor: &Visitor, number: ImportId) -> Result<Outcome, Problem> {
    let import = find(visitor, number)?;
    Ok(Outcome {
        kind: kind_of(&import.brought),
        source: import.source.clone(),
        files: files(import),
        counts: counts(&import.brought),
        devices_added: 0,
        products_added: Vec::new(),
        rejects: Vec::new(),
        columns: Vec::new(),
        changes: Vec::new(),
        changes_more: 0,
    })
}

fn files(import: &Import) -> Vec<FileRow> {
    let row = |file: &domain::import::ImportedFile| FileRow {
        name: file.name.shown().to_owned(),
        bytes: file.bytes,
        format: file.format.clone(),
        digest: file.digest,
    };
    import.files.iter().map(row).collect()
}

fn find(visitor: &Visitor, number: ImportId) -> Result<&Import, Problem> {
    let found = visitor.state().imports.get(&number).map(AsRef::as_ref);
    found.ok_or_else(|| Problem::new(Kind::NotFound, format!("There is no import {number}.")))
}

/// Brings in the files of a preview.
pub async fn commit(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let staged = form.get("staged");
    let kind = form.get("kind");
    let again = |errors: Errors| {
        let view = new_view(kind, form.get("source"), form.get("mapping"), errors);
        visitor.page_with_errors(imports::new_page(&visitor.frame(), &view))
    };
    let repetition = visitor.repetition("imports", &form);
    let Some(files) = visitor.site.staging.files(staged, visitor.person()) else {
        // Sent twice: the first time brought the files in and gave them up.
        if let Some(repetition) = &repetition
            && visitor.app.ledger().answer(&repetition.key).map_err(Failure::from)?.is_some()
        {
            return Ok(see_other(addresses::IMPORTS));
        }
        return Ok(again(error("files", "The files are no longer kept. Choose them again.")));
    };
    let actor = visitor.caller.actor;
    let outcome = if kind == "entitlements" {
        let mapping = app::imports::named_mapping(form.get("mapping"))?;
        let file = files.into_iter().next().ok_or_else(|| Failure::NotFound("file".to_owned()))?;
        visitor.app.import_entitlements(actor, file, mapping, repetition).await
    } else if kind == "usage" {
        visitor.app.import_usage(actor, source(form.get("source")), files, repetition).await
    } else {
        visitor.app.import_inventory(actor, source(form.get("source")), files, repetition).await
    };
    match outcome {
        Ok(outcome) => {
            visitor.site.staging.forget(staged);
            let words = counts(&outcome.brought).words(kind_of(&outcome.brought));
            let address = outcome.import().map_or_else(|| addresses::IMPORTS.to_owned(), addresses::import);
            Ok(done(&address, format!("Imported {words}."), Some(Link::new(addresses::POSITION, "See the position"))))
        }
        Err(failure) => Ok(again(refused(failure, "files")?)),
    }
}

/// An import.
pub async fn show(visitor: Visitor, At(number): At<ImportId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let import = find(&visitor, number)?;
    let why_not_undo = if import.undone.is_some() {
        "It was undone already.".to_owned()
    } else if may_import(&visitor) {
        String::new()
    } else {
        "A SAM manager or procurement can undo it.".to_owned()
    };
    let view = ImportPage {
        import: number,
        kind: kind_of(&import.brought),
        source: import.source.clone(),
        files: files(import),
        counts: counts(&import.brought),
        by: visitor.name(import.by),
        at: import.at,
        entry: import.recorded_in,
        undone: import.undone.map(|(person, at)| (visitor.name(person), at)),
        outcome: None,
        why_not_undo,
        copy: CopyAs {
            command: format!("indult import show {number}"),
            request: format!("GET /v1/imports/{number}"),
            csv: None,
            json: Some(format!("/v1/imports/{number}")),
        },
    };
    Ok(visitor.page(imports::import_page(&visitor.frame(), &view)))
}

fn undo_view(visitor: &Visitor, number: ImportId, errors: Errors) -> Result<ConfirmationPage, Problem> {
    let import = find(visitor, number)?;
    let changes = visitor.app.effect_of_undo(visitor.caller.actor, number).unwrap_or_default();
    let effects = changes.iter().take(CHANGES_SHOWN).filter_map(|change| {
        let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
        Some(ProductEffect {
            product: Link::new(addresses::product(before.product), change.product.clone()),
            effect: Effect {
                act: "undone".to_owned(),
                before: lines::standing(before),
                after: lines::standing(after),
                afterwards: None,
            },
        })
    });
    let words = counts(&import.brought).words(kind_of(&import.brought));
    Ok(ConfirmationPage {
        place: Place::Imports,
        above: Link::new(addresses::import(number), number.to_string()),
        question: format!("Undo {number}?"),
        sentence: format!("It brought {words} from {}.", import.source),
        consequences: vec!["Everything that it brought will no longer count, as if it had never come in.".to_owned()],
        stays: vec![
            "Both the import and its undoing stay on the ledger, with the files as evidence.".to_owned(),
            "Products stay where rights, recognitions or requests refer to them.".to_owned(),
        ],
        effects: effects.collect(),
        asked: None,
        action: addresses::import_undo(number),
        button: format!("Undo {number}"),
        key: visitor.key(),
        errors,
    })
}

/// Asks before undoing.
pub async fn confirm_undo(visitor: Visitor, At(number): At<ImportId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = undo_view(&visitor, number, Errors::default())?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Undoes an import.
pub async fn undo(visitor: Visitor, At(number): At<ImportId>, form: Form) -> Result<Response, Problem> {
    let repetition = visitor.repetition(&format!("imports/{number}/undo"), &form);
    match visitor.app.undo_import(visitor.caller.actor, number, repetition).await {
        Ok(_) => Ok(done(&addresses::import(number), format!("{number} is undone."), None)),
        Err(failure) => {
            let view = undo_view(&visitor, number, refused(failure, "act")?)?;
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}

/// The rows that an import left out, read again from the files that are kept.
pub async fn rejects(visitor: Visitor, At(number): At<ImportId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    find(&visitor, number)?;
    let app = visitor.app.clone();
    let all = crate::reading::off_thread(move || app.rejects_of(number)).await?;
    let mut file = String::from("file,place,found,problem,repair\r\n");
    for (name, reject) in all {
        let Reject { place, found, problem, repair } = reject;
        let cells: Vec<String> = [name, place, found, problem, repair].iter().map(|cell| csv_cell(cell)).collect();
        file.push_str(&cells.join(","));
        file.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{number}-rejects.csv\"")),
    ];
    Ok((headers, file).into_response())
}
