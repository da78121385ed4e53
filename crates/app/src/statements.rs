//! Statements: the position of a sealed day in files, recorded by digest and under a signed checkpoint.
//!
//! Everything in a statement follows from the seal and the entries before it, so it can be made again and compared.
//! How its page looks is in `page`.

mod page;

use std::sync::Arc;

use domain::State;
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::entitlement::Entitlement;
use domain::grant::Grant;
use domain::money::Money;
use domain::seal::{Seal, Statement, StatementFile, StatementForm};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::order::{Order, Receipt, Repetition};
use crate::organisation::App;
use crate::positions::Line;
use crate::seals::statement_of;
use crate::snapshot::Snapshot;

/// What a statement says that it is.
const TITLE: &str = "Indult statement of the position, version 1";
/// Differences of a statement that are told one by one.
const DIFFERENCES_TOLD_MAX: usize = 50;

/// A statement's content.
#[derive(Debug, Serialize)]
struct Content {
    statement: &'static str,
    organisation: String,
    ledger: String,
    zone: String,
    day: Date,
    as_of: String,
    ledger_size: u64,
    seal: SealContent,
    checkpoint: String,
    totals: Totals,
    lines: Vec<LineContent>,
    rights: Vec<RightContent>,
    exceptions: Vec<ExceptionContent>,
}

#[derive(Debug, Serialize)]
struct SealContent {
    entry: u64,
    root: Digest,
    list: Digest,
    figures: Digest,
    chunks: u64,
    reports: u64,
    devices: u64,
    installations: u64,
}

#[derive(Debug, Serialize)]
struct Totals {
    products: u64,
    products_short: u64,
    exposure: Vec<MoneyContent>,
    unpriced: u64,
}

#[derive(Debug, Clone, Serialize)]
struct MoneyContent {
    amount: String,
    currency: String,
}

impl From<Money> for MoneyContent {
    fn from(money: Money) -> Self {
        Self { amount: money.amount.to_string(), currency: money.currency.to_string() }
    }
}

#[derive(Debug, Serialize)]
struct LineContent {
    product: String,
    name: String,
    publisher: Option<String>,
    metric: String,
    entitled: String,
    used: u64,
    exempt: u64,
    covered_by_rights: u64,
    covered_by_exceptions: u64,
    short: u64,
    surplus: Option<u64>,
    exposure: Option<MoneyContent>,
    exposure_basis: String,
    at_least: Option<u64>,
    missing: Option<String>,
}

#[derive(Debug, Serialize)]
struct RightContent {
    entitlement: String,
    product: String,
    name: String,
    metric: String,
    quantity: String,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    counts: bool,
    agreement: Option<String>,
    purchase_reference: Option<String>,
    recorded_in: u64,
}

#[derive(Debug, Serialize)]
struct ExceptionContent {
    exception: String,
    product: String,
    name: String,
    metric: String,
    quantity: u64,
    environment: Option<&'static str>,
    until: Date,
    status: &'static str,
    recorded_in: u64,
}

/// A statement's files, before they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Everything.
    pub json: Vec<u8>,
    /// The lines.
    pub csv: Vec<u8>,
    /// The page.
    pub html: Vec<u8>,
}

impl Files {
    /// The file of a form.
    pub fn of(&self, form: StatementForm) -> &[u8] {
        match form {
            StatementForm::Json => &self.json,
            StatementForm::Csv => &self.csv,
            StatementForm::Html => &self.html,
        }
    }
}

/// A statement that was made.
#[derive(Debug, Clone)]
pub struct Stated {
    /// The newest statement of the day now.
    pub statement: Arc<Statement>,
    /// What was recorded; nothing where the same was stated already.
    pub receipt: Receipt,
}

/// What came of a file that is said to be a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The recorded statement of which it is a file, with its form.
    pub recorded: Option<(Arc<Statement>, StatementForm)>,
    /// Position lines that were reckoned again from the seal.
    pub lines: u64,
    /// What does not agree, each as a sentence.
    pub differences: Vec<String>,
}

impl Verdict {
    /// Whether the file is recorded and everything in it follows from the seal.
    pub fn holds(&self) -> bool {
        self.recorded.is_some() && self.differences.is_empty()
    }
}

impl App {
    /// States the position of a day, the last month's end where none is given. A day without a seal is sealed first.
    pub async fn make_statement(
        &self,
        actor: Actor,
        day: Option<Date>,
        repetition: Option<Repetition>,
    ) -> Result<Stated, Failure> {
        let snapshot = self.snapshot();
        let day = match day {
            Some(day) => day,
            None => last_month_end(&snapshot.state, self)?,
        };
        let seal = match snapshot.state.seal_of(day) {
            Some(seal) => Arc::clone(seal),
            None => self.seal(actor, Some(day), None).await?.seal,
        };
        // The seal is under a checkpoint since it was recorded, except after a crash in between.
        self.checkpoint().await?;
        let (app, sealed) = (self.clone(), Arc::clone(&seal));
        let files = tokio::task::spawn_blocking(move || {
            let files = app.statement_files(&sealed)?;
            let blobs = app.ledger().blobs();
            let keep = |form: StatementForm| -> Result<StatementFile, Failure> {
                let bytes = files.of(form);
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                Ok(StatementFile { form, digest: Digest(blobs.put(bytes)?), bytes: length })
            };
            StatementForm::ALL.into_iter().map(keep).collect::<Result<Vec<_>, Failure>>()
        });
        let files = files.await.map_err(|error| Failure::Damaged(error.to_string()))??;
        let intent = Intent::MakeStatement { day, sealed_in: seal.recorded_in, files };
        let receipt = self.carry(Order { repetition, ..Order::new(actor, intent) }).await?;
        let statement = statement_of(&receipt.snapshot.state, day).cloned();
        let statement =
            statement.ok_or_else(|| Failure::Damaged(format!("the statement of {day} is not in the state")))?;
        Ok(Stated { statement, receipt })
    }

    /// The files of a statement from a seal: the same bytes whenever they are made.
    pub fn statement_files(&self, seal: &Seal) -> Result<Files, Failure> {
        let snapshot = self.instant(seal)?;
        let content = content(self, &snapshot, seal)?;
        let mut json = serde_json::to_vec_pretty(&content).map_err(|error| Failure::Damaged(error.to_string()))?;
        json.push(b'\n');
        let digest = Digest::of(&json);
        Ok(Files { json, csv: csv(&content).into_bytes(), html: page::page(&content, digest).into_bytes() })
    }

    /// A file of a statement, as it is kept.
    pub fn statement_file(&self, statement: &Statement, form: StatementForm) -> Result<Vec<u8>, Failure> {
        let missing = || Failure::Damaged(format!("the {} of {} is missing", form.name(), statement.id));
        let file = statement.file(form).ok_or_else(missing)?;
        self.ledger().blobs().get(&file.digest.0)?.ok_or_else(missing)
    }

    /// Compares a file with the statement that was recorded, and its numbers with what the seal comes to.
    pub fn verify_statement(&self, file: &[u8]) -> Result<Verdict, Failure> {
        let state = &self.snapshot().state;
        let digest = Digest::of(file);
        let of = |statement: &Arc<Statement>| {
            let found = statement.files.iter().find(|file| file.digest == digest)?;
            Some((Arc::clone(statement), found.form))
        };
        let recorded = state.statements.values().find_map(of);
        let given: Option<Value> = serde_json::from_slice(file).ok();
        let entry = match &recorded {
            Some((statement, _)) => Some(statement.sealed_in),
            None => given.as_ref().and_then(|given| given.get("seal")?.get("entry")?.as_u64()),
        };
        let seal = entry.and_then(|entry| state.seals.values().find(|seal| seal.recorded_in == entry));
        let Some(seal) = seal else {
            let differences = vec![
                "No statement of this ledger has these bytes, and they name no seal of it: the file was altered, or it is of another ledger.".to_owned(),
            ];
            return Ok(Verdict { recorded, lines: 0, differences });
        };
        let again = self.statement_files(seal)?;
        let reckoned: Value =
            serde_json::from_slice(&again.json).map_err(|error| Failure::Damaged(error.to_string()))?;
        let lines = reckoned.get("lines").and_then(Value::as_array).map_or(0, Vec::len);
        let mut differences = Vec::new();
        if recorded.is_none() {
            differences.push("No statement is recorded with these bytes: the file was altered.".to_owned());
        }
        match (&recorded, given) {
            (Some((_, form)), _) if again.of(*form) == file => {}
            // Another version of the program may draw a page otherwise; its numbers are those of the JSON beside it.
            (Some((statement, StatementForm::Csv | StatementForm::Html)), _) => {
                let kept = self.statement_file(statement, StatementForm::Json)?;
                let kept: Value = serde_json::from_slice(&kept).map_err(|error| Failure::Damaged(error.to_string()))?;
                compare("", &kept, &reckoned, &mut differences);
            }
            (_, Some(given)) => compare("", &given, &reckoned, &mut differences),
            (_, None) => {}
        }
        let more = differences.len().saturating_sub(DIFFERENCES_TOLD_MAX);
        if more > 0 {
            differences.truncate(DIFFERENCES_TOLD_MAX);
            differences.push(format!("And {more} more differences."));
        }
        Ok(Verdict { recorded, lines: u64::try_from(lines).unwrap_or(u64::MAX), differences })
    }
}

/// The last day of the month before this one.
fn last_month_end(state: &State, app: &App) -> Result<Date, Failure> {
    let today = state.day(app.surroundings().now());
    today.first_of_month().yesterday().map_err(|error| Failure::Damaged(error.to_string()))
}

/// The first checkpoint that covers the entry of a seal.
fn checkpoint_over(app: &App, seal: &Seal) -> Result<String, Failure> {
    let ledger = app.ledger().snapshot()?;
    let size = ledger.checkpoint_sizes()?.into_iter().find(|size| *size > seal.recorded_in);
    let missing = || Failure::NotFound(format!("checkpoint over entry {} yet", seal.recorded_in));
    let stored = ledger.checkpoint(size.ok_or_else(missing)?)?.ok_or_else(missing)?;
    Ok(stored.note.to_string())
}

fn content(app: &App, snapshot: &Snapshot, seal: &Seal) -> Result<Content, Failure> {
    let state = &snapshot.state;
    let lines = snapshot.lines(seal.as_of);
    let organisation = state.organisation.as_deref();
    let contents = seal.contents;
    let mut exposure = std::collections::BTreeMap::new();
    for money in lines.iter().filter_map(|line| line.exposure.money) {
        let sum: &mut domain::Decimal = exposure.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.amount);
    }
    let counted =
        |wanted: fn(&Line) -> bool| u64::try_from(lines.iter().filter(|line| wanted(line)).count()).unwrap_or(u64::MAX);
    Ok(Content {
        statement: TITLE,
        organisation: organisation.map_or_else(String::new, |organisation| organisation.name.clone()),
        ledger: app.origin().to_owned(),
        zone: organisation.map_or_else(String::new, |organisation| organisation.zone.name().to_owned()),
        day: seal.day,
        as_of: seal.as_of.to_string(),
        ledger_size: seal.size,
        seal: SealContent {
            entry: seal.recorded_in,
            root: contents.root,
            list: contents.list,
            figures: contents.figures,
            chunks: contents.chunks,
            reports: contents.reports,
            devices: contents.devices,
            installations: contents.installations,
        },
        checkpoint: checkpoint_over(app, seal)?,
        totals: Totals {
            products: counted(|_| true),
            products_short: counted(|line| line.short > 0),
            exposure: exposure.into_iter().map(|(currency, amount)| Money { amount, currency }.into()).collect(),
            unpriced: counted(|line| line.short > 0 && line.exposure.money.is_none()),
        },
        lines: lines.iter().map(|line| stated_line(state, line)).collect(),
        rights: state.entitlements.values().map(|right| stated_right(state, right, seal.day)).collect(),
        exceptions: state.grants.values().map(|grant| stated_exception(state, grant, seal)).collect(),
    })
}

fn stated_line(state: &State, line: &Line) -> LineContent {
    let product = state.products.get(&line.product);
    LineContent {
        product: line.product.to_string(),
        name: state.product_name(line.product),
        publisher: product.and_then(|product| state.publisher_name(product)).map(str::to_owned),
        metric: line.metric.name().into_owned(),
        entitled: line.entitled.to_string(),
        used: line.consumed,
        exempt: line.exempt,
        covered_by_rights: line.covered_by_entitlements,
        covered_by_exceptions: line.covered_by_grants,
        short: line.short,
        surplus: line.surplus,
        exposure: line.exposure.money.map(MoneyContent::from),
        exposure_basis: line.exposure.basis.to_string(),
        at_least: line.range.as_ref().map(|range| range.low),
        missing: line.range.as_ref().map(|range| range.why.clone()),
    }
}

fn stated_right(state: &State, entitlement: &Entitlement, day: Date) -> RightContent {
    let right = &entitlement.right;
    RightContent {
        entitlement: entitlement.id.to_string(),
        product: entitlement.product.to_string(),
        name: state.product_name(entitlement.product),
        metric: right.metric.name().into_owned(),
        quantity: right.quantity.to_string(),
        starts_on: right.starts_on,
        ends_on: right.ends_on,
        counts: entitlement.counts_on(day),
        agreement: entitlement.agreement.map(|agreement| agreement.to_string()),
        purchase_reference: entitlement.purchase_reference.clone(),
        recorded_in: entitlement.recorded_in,
    }
}

fn stated_exception(state: &State, grant: &Grant, seal: &Seal) -> ExceptionContent {
    ExceptionContent {
        exception: grant.case.to_string(),
        product: grant.terms.product.to_string(),
        name: state.product_name(grant.terms.product),
        metric: grant.metric.name().into_owned(),
        quantity: grant.terms.quantity,
        environment: grant.terms.environment.map(domain::observation::Environment::name),
        until: grant.terms.until,
        status: grant.status(seal.as_of, &state.zone()).name(),
        recorded_in: grant.recorded_in,
    }
}

/// A quoted cell that no spreadsheet reckons with.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn csv(content: &Content) -> String {
    let mut file = String::from(
        "day,seal_entry,seal_root,product,name,publisher,metric,entitled,used,exempt,covered_by_rights,covered_by_exceptions,short,surplus,exposure,currency\r\n",
    );
    for line in &content.lines {
        let (amount, currency) =
            line.exposure.as_ref().map(|money| (money.amount.as_str(), money.currency.as_str())).unwrap_or_default();
        let numbers = [line.used, line.exempt, line.covered_by_rights, line.covered_by_exceptions, line.short];
        let mut cells = vec![
            content.day.to_string(),
            content.seal.entry.to_string(),
            content.seal.root.to_string(),
            line.product.clone(),
            line.name.clone(),
            line.publisher.clone().unwrap_or_default(),
            line.metric.clone(),
            line.entitled.clone(),
        ];
        cells.extend(numbers.iter().map(u64::to_string));
        cells.push(line.surplus.map(|surplus| surplus.to_string()).unwrap_or_default());
        cells.extend([amount.to_owned(), currency.to_owned()]);
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        file.push_str(&cells.join(","));
        file.push_str("\r\n");
    }
    file
}

/// What differs between a given statement and the one that the seal comes to.
fn compare(place: &str, given: &Value, reckoned: &Value, differences: &mut Vec<String>) {
    let under = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}, {key}") };
    match (given, reckoned) {
        (Value::Object(given), Value::Object(reckoned)) => {
            for (key, value) in reckoned {
                compare(&under(key), given.get(key).unwrap_or(&Value::Null), value, differences);
            }
            for key in given.keys().filter(|key| !reckoned.contains_key(*key)) {
                differences.push(format!("{}: a statement has no such field.", under(key)));
            }
        }
        (Value::Array(given), Value::Array(reckoned)) => {
            let names = |value: &Value| {
                let id = ["entitlement", "exception", "product"].iter().find_map(|key| value.get(*key)?.as_str());
                id.map(str::to_owned)
            };
            for (index, value) in reckoned.iter().enumerate() {
                let name = names(value).unwrap_or_else(|| (index + 1).to_string());
                compare(&under(&name), given.get(index).unwrap_or(&Value::Null), value, differences);
            }
            if given.len() > reckoned.len() {
                differences.push(format!("{place}: {} more than there are.", given.len() - reckoned.len()));
            }
        }
        (given, reckoned) if given == reckoned => {}
        (given, reckoned) => {
            differences.push(format!("{place}: the file says {given}, the seal comes to {reckoned}."));
        }
    }
}
