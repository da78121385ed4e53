//! Imports as pages: choosing files, looking at what they would do, bringing them in, and undoing it.

use app::Failure;
use app::imports::{GivenFile, GivenImport, GivenMapping, HowToRead, ImportOutcome, Layout, RejectFile, TableKind};
use axum::extract::Multipart;
use axum::response::Response;
use domain::Refusal;
use domain::id::ImportId;
use domain::import::{Brought, Import};
use domain::observation::Reject;
use domain::person::Role;

use crate::browse::form::{Form, error, refused};
use crate::browse::lines;
use crate::browse::mapping_form;
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done, see_other};
use crate::caller::Readers;
use crate::csv::Csv;
use crate::design::forms::{Choice, Errors};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, ConfirmationPage, ProductEffect};
use crate::pages::effect::Effect;
use crate::pages::imports::{
    self, Counts, FileRow, ImportKind, ImportPage, ImportRow, ImportsPage, NewImportPage, Outcome, PositionChange,
    PreviewPage, RejectGroup, RemarkGroup, Shortly,
};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::problem::{Kind, Problem};

/// Positions that an outcome lists; the rest are counted.
const CHANGES_SHOWN: usize = 40;
/// Examples of one kind of reject.
const EXAMPLES_SHOWN: usize = 5;
/// Remarks that a preview lists, and places of each.
const REMARKS_SHOWN: usize = 30;
const PLACES_SHOWN: usize = 3;

fn kind_of(brought: &Brought) -> ImportKind {
    match brought {
        Brought::Inventory { .. } => ImportKind::Inventory,
        Brought::Entitlements { .. } => ImportKind::Entitlements,
        Brought::Leavers { .. } => ImportKind::Leavers,
        Brought::Usage { .. } => ImportKind::Usage,
    }
}

fn counts(brought: &Brought) -> Counts {
    match *brought {
        Brought::Inventory { reports, installations, rejected, merged, .. } => {
            Counts { reports, installations, rejected, merged, ..Counts::default() }
        }
        Brought::Entitlements { rows, rejected, merged } | Brought::Leavers { rows, rejected, merged } => {
            Counts { rows, rejected, merged, ..Counts::default() }
        }
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

/// The mappings to choose from: those that were remembered, and those that come with the program.
fn mappings(visitor: &Visitor) -> Vec<Choice> {
    let mut choices = vec![Choice::plain("", "Find out by itself")];
    let importable = |kind: TableKind| kind != TableKind::PublisherStatement;
    for known in visitor.state().mappings.values().filter(|known| importable(known.kind)) {
        choices.push(Choice::plain(known.name.clone(), format!("As remembered for {} ({})", known.name, known.kind)));
    }
    for name in app::imports::built_in_mappings(TableKind::Entitlements) {
        if !choices.iter().any(|choice| choice.value == name) {
            choices.push(Choice::plain(name.clone(), format!("Entitlements: {name}")));
        }
    }
    choices
}

fn new_view(visitor: &Visitor, sent: &Sent, errors: Errors) -> NewImportPage {
    NewImportPage {
        kind: sent.kind.clone(),
        source: sent.source.clone(),
        device: sent.device.clone(),
        mappings: mappings(visitor),
        mapping: sent.mapping.clone(),
        errors,
    }
}

/// The choice of files.
pub async fn ask(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let kind = if visitor.asked("kind").is_empty() { "inventory" } else { visitor.asked("kind") };
    let sent = Sent { kind: kind.to_owned(), ..Sent::default() };
    let view = new_view(&visitor, &sent, Errors::default());
    Ok(visitor.page(imports::new_page(&visitor.frame(), &view)))
}

/// What was sent to be looked at.
#[derive(Default)]
struct Sent {
    kind: String,
    source: String,
    device: String,
    mapping: String,
    staged: String,
    /// Everything else of the form.
    fields: Form,
    files: Vec<GivenFile>,
}

impl Sent {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.get(name).to_owned();
        Self {
            kind: text("kind"),
            source: text("source"),
            device: text("device"),
            mapping: text("mapping"),
            staged: text("staged"),
            fields: form.clone(),
            files: Vec::new(),
        }
    }

    fn import_kind(&self) -> ImportKind {
        match self.kind.as_str() {
            "entitlements" => ImportKind::Entitlements,
            "leavers" => ImportKind::Leavers,
            "usage" => ImportKind::Usage,
            _ => ImportKind::Inventory,
        }
    }

    fn table_kind(&self) -> TableKind {
        match self.import_kind() {
            ImportKind::Inventory => TableKind::Installations,
            ImportKind::Entitlements => TableKind::Entitlements,
            ImportKind::Leavers => TableKind::Leavers,
            ImportKind::Usage => TableKind::Usage,
        }
    }

    /// The name of the source; inventory and usage that nobody named is called what it is.
    fn source(&self) -> String {
        let is_reported = matches!(self.table_kind(), TableKind::Installations | TableKind::Usage);
        if self.source.is_empty() && is_reported {
            return "file".to_owned();
        }
        self.source.clone()
    }

    fn given(&self, how: HowToRead) -> GivenImport {
        let device = Some(self.device.clone()).filter(|device| !device.is_empty());
        let files = self.files.iter().map(|file| GivenFile { device: device.clone(), ..file.clone() }).collect();
        GivenImport { kind: self.table_kind(), source: self.source(), files, how }
    }
}

async fn sent(mut multipart: Multipart) -> Result<Sent, Problem> {
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Problem::new(Kind::NotReadable, format!("The files did not arrive whole: {}.", error.body_text()))
    };
    let mut fields = Vec::new();
    let mut files = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(unreadable)?;
        if name != "files" {
            fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        } else if let Some(name) = file_name.filter(|name| !name.is_empty()) {
            // A browser sends an empty part where nothing was chosen.
            files.push(GivenFile { name, bytes: bytes.to_vec(), device: None });
        }
    }
    let form = Form::of(fields, domain::digest::Digest::of(b""));
    Ok(Sent { files, ..Sent::of(&form) })
}

/// What files would do, with the same code that brings them in.
pub async fn preview(visitor: Visitor, multipart: Multipart) -> Result<Response, Problem> {
    let mut sent = sent(multipart).await?;
    let person = visitor.person();
    if sent.files.is_empty() && !sent.staged.is_empty() {
        sent.files = visitor.site.staging.files(&sent.staged, person).unwrap_or_default();
    }
    let again = |sent: &Sent, errors: Errors| {
        let view = new_view(&visitor, sent, errors);
        visitor.page_with_errors(imports::new_page(&visitor.frame(), &view))
    };
    if sent.files.is_empty() {
        return Ok(again(&sent, error("files", "Choose at least one file.")));
    }
    if sent.table_kind() != TableKind::Installations && sent.files.len() > 1 {
        return Ok(again(&sent, error("files", "Choose one file of this kind at a time.")));
    }
    if sent.staged.is_empty() {
        sent.staged = visitor.key();
        visitor.site.staging.keep(sent.staged.clone(), person, visitor.now, sent.files.clone());
    }
    let (how, mut errors) = match mapping_form::how(sent.table_kind(), &sent.source(), &sent.mapping, &sent.fields) {
        Ok(how) => (how, Errors::default()),
        Err((layout, sentence)) => {
            (HowToRead { mapping: Some(GivenMapping::Usual), layout }, error("columns", sentence))
        }
    };
    let given = sent.given(how);
    let table = visitor.app.see_table(given.clone()).await;
    let outcome = match (errors.any(), visitor.app.look_at(visitor.caller.actor, given).await) {
        (true, _) => None,
        (false, outcome) => Some(outcome),
    };
    let mut view = PreviewPage {
        kind: sent.import_kind(),
        source: sent.source(),
        device: sent.device.clone(),
        outcome: None,
        table: None,
        staged: sent.staged.clone(),
        mapping_file: String::new(),
        can_be_remembered: false,
        already: None,
        key: visitor.key(),
        errors: Errors::default(),
    };
    match outcome {
        Some(Ok(outcome)) => fill(&visitor, &mut view, outcome),
        Some(Err(Failure::Refused(Refusal::SameFiles { import }))) => {
            view.already = Some(import);
            view.outcome = Some(known(&visitor, import)?);
        }
        Some(Err(Failure::Unreadable(unreadable))) if matches!(table, Ok(Some(_))) => {
            let sentence = crate::problem::sentence(&unreadable.to_string());
            errors = error("columns", format!("{sentence} Choose below what each column gives."));
        }
        Some(Err(failure)) if matches!(table, Ok(Some(_))) => errors = refused(failure, "columns")?,
        Some(Err(failure)) => return Ok(again(&sent, refused(failure, "files")?)),
        None => {}
    }
    if let Ok(Some(seen)) = table {
        view.table = Some(mapping_form::table(seen, &sent.fields));
    }
    view.errors = errors;
    let page = imports::preview_page(&visitor.frame(), &view);
    Ok(if view.errors.any() { visitor.page_with_errors(page) } else { visitor.page(page) })
}

/// What an outcome says on the page.
fn fill(visitor: &Visitor, view: &mut PreviewPage, outcome: ImportOutcome) {
    if let Some(used) = outcome.table.as_ref().and_then(|table| table.mapping.as_ref()) {
        if view.source.is_empty() {
            view.source = used.name.clone();
        }
        view.mapping_file = used.text.clone();
        view.can_be_remembered = !used.is_built_in;
    }
    view.outcome = Some(shown(visitor, &view.source, &outcome));
}

/// What a preview leaves out, as a file to repair it in.
pub async fn preview_rejects(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let mut sent = Sent::of(&form);
    let Some(files) = visitor.site.staging.files(&sent.staged, visitor.person()) else {
        let view = new_view(&visitor, &sent, error("files", "The files are no longer kept. Choose them again."));
        return Ok(visitor.page_with_errors(imports::new_page(&visitor.frame(), &view)));
    };
    sent.files = files;
    let outcome = visitor.app.look_at(visitor.caller.actor, sent.given(how_kept(&form))).await?;
    Ok(reject_download(outcome.reject_file, "left-out.csv"))
}

/// How the tables of a preview were read.
fn how_kept(form: &Form) -> HowToRead {
    let text = form.exact("mapping_file");
    let mapping = if text.is_empty() { None } else { Some(GivenMapping::Text(text.to_owned())) };
    HowToRead { mapping, layout: Layout::default() }
}

fn reject_download(file: RejectFile, name: &str) -> Response {
    let mut table = Csv::default();
    table.row(&file.headers);
    for row in &file.rows {
        table.row(row);
    }
    table.download(name)
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
        remarks: remarked(outcome),
        changes: changes.take(CHANGES_SHOWN).collect(),
        changes_more: count(outcome.changes.len().saturating_sub(CHANGES_SHOWN)),
    }
}

/// Remarks that say the same, with their places.
fn remarked(outcome: &ImportOutcome) -> Vec<RemarkGroup> {
    let mut groups: Vec<RemarkGroup> = Vec::new();
    for file in &outcome.remarks {
        for remark in &file.remarks {
            let place = format!("{}, {}", file.file, remark.place);
            match groups.iter_mut().find(|group| group.text == remark.text) {
                Some(group) => {
                    group.count += 1;
                    if group.places.len() < PLACES_SHOWN {
                        group.places.push(place);
                    }
                }
                None => groups.push(RemarkGroup { text: remark.text.clone(), places: vec![place], count: 1 }),
            }
        }
    }
    groups.truncate(REMARKS_SHOWN);
    groups
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
    let of_file = |file: &'_ app::imports::FileRejects| {
        file.rejects.iter().map(|reject| (file.file.clone(), reject.clone())).collect::<Vec<_>>()
    };
    reject_groups(outcome.rejects.iter().flat_map(of_file))
}

/// Rejects of files by what repairs them, the most frequent first.
pub(super) fn reject_groups(rejects: impl IntoIterator<Item = (String, Reject)>) -> Vec<RejectGroup> {
    let mut groups: Vec<RejectGroup> = Vec::new();
    for (file, reject) in rejects {
        let fits = |group: &&mut RejectGroup| group.problem == reject.problem && group.repair == reject.repair;
        let example = (format!("{file}, {}", reject.place), reject.found.clone());
        match groups.iter_mut().find(fits) {
            Some(group) => {
                group.count += 1;
                if group.examples.len() < EXAMPLES_SHOWN {
                    group.examples.push(example);
                }
            }
            None => groups.push(RejectGroup {
                problem: reject.problem,
                repair: reject.repair,
                count: 1,
                examples: vec![example],
            }),
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
        remarks: Vec::new(),
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
    let mut sent = Sent::of(&form);
    let again = |sent: &Sent, errors: Errors| {
        let view = new_view(&visitor, sent, errors);
        visitor.page_with_errors(imports::new_page(&visitor.frame(), &view))
    };
    let repetition = visitor.repetition("imports", &form);
    let Some(files) = visitor.site.staging.files(&sent.staged, visitor.person()) else {
        // Sent twice: the first time brought the files in and gave them up.
        if let Some(repetition) = &repetition
            && visitor.app.ledger().answer(&repetition.key).map_err(Failure::from)?.is_some()
        {
            return Ok(see_other(addresses::IMPORTS));
        }
        return Ok(again(&sent, error("files", "The files are no longer kept. Choose them again.")));
    };
    sent.files = files;
    let actor = visitor.caller.actor;
    let staged = sent.staged.as_str();
    let outcome = visitor.app.bring_in(actor, sent.given(how_kept(&form)), repetition).await;
    if outcome.is_ok() && form.get("remember") == "yes" {
        let mapping = form.exact("mapping_file");
        visitor.app.remember_mapping(actor, sent.table_kind(), sent.source(), mapping, None).await?;
    }
    match outcome {
        Ok(outcome) => {
            visitor.site.staging.forget(staged);
            let words = counts(&outcome.brought).words(kind_of(&outcome.brought));
            let address = outcome.import().map_or_else(|| addresses::IMPORTS.to_owned(), addresses::import);
            Ok(done(&address, format!("Imported {words}."), Some(Link::new(addresses::POSITION, "See the position"))))
        }
        Err(failure) => Ok(again(&sent, refused(failure, "files")?)),
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
    Ok(reject_download(all, &format!("{number}-left-out.csv")))
}
