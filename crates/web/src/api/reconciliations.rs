//! Reconciliations: what a publisher says that we own beside the rights that are recorded.

use std::collections::{BTreeMap, BTreeSet};

use app::imports::{DateStyle, DecimalStyle, Delimiter, Encoding, GivenMapping, HowToRead, Layout};
use app::reconciliations::{ComparedStatement, Comparison, FindingKind, GivenStatement, Side, publisher_meant};
use axum::Json;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::entitlement::{Entitlement, Metric};
use domain::id::{EntitlementId, PartyId};
use domain::observation::{PublisherStatementRow, StatedMetric};
use domain::person::Scope;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::imports::{FilesForm, RejectObject, TableObject, reject, sent_files, table};
use super::positions::Format;
use super::values::{DateText, EntitlementNumber, MetricWord, ProductRef, QuantityValue};
use crate::caller::{Caller, Readers};
use crate::csv::Csv;
use crate::given::Asked;
use crate::problem::Problem;
use crate::{FILE_BODY_BYTES_MAX, Site};

pub(super) fn routes() -> OpenApiRouter<Site> {
    let with_files = axum::extract::DefaultBodyLimit::max(FILE_BODY_BYTES_MAX);
    OpenApiRouter::default().routes(routes!(statement).layer(with_files))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatementQuery {
    /// Whose statement it is: the party's number or name. Absent, the publishers are those that its rows name, and
    /// those of the products that they are.
    publisher: Option<String>,
    /// The day on which rows and rights have to be in force; absent, today.
    #[param(value_type = Option<DateText>)]
    on: Option<Date>,
    /// JSON, or a file for a spreadsheet.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// The file's name, where the body is the file.
    file_name: Option<String>,
    /// The name of a mapping of columns: one that was remembered or comes with the program. Absent, it is the one that
    /// was remembered under the publisher's name, else found by the headers.
    map: Option<String>,
    /// The sheet of a workbook; absent, the first that holds anything.
    sheet: Option<String>,
    /// The line of the headers, the first being 1; absent, it is found.
    #[param(minimum = 1)]
    header_row: Option<u64>,
    /// What parts cells: `comma`, `semicolon`, `tab` or `bar`; absent, it is found.
    #[param(value_type = Option<String>)]
    delimiter: Option<Delimiter>,
    /// How the text is encoded: `utf8`, `windows1252`, `utf16_little_endian` or `utf16_big_endian`; absent, it is found.
    #[param(value_type = Option<String>)]
    encoding: Option<Encoding>,
    /// The character before decimals: `point` or `comma`; absent, as the file shows it.
    #[param(value_type = Option<String>)]
    decimal: Option<DecimalStyle>,
    /// The order of day and month: `day_first` or `month_first`; absent, dates with two readings are left out.
    #[param(value_type = Option<String>)]
    dates: Option<DateStyle>,
}

impl StatementQuery {
    fn how(&self, mapping: Option<String>) -> Result<HowToRead, Problem> {
        let mapping = match (&self.map, mapping) {
            (Some(_), Some(_)) => return Err(Problem::parameter("map", "Name a mapping or send one, not both.")),
            (Some(name), None) => Some(GivenMapping::Named(name.clone())),
            (None, Some(text)) => Some(GivenMapping::Text(text)),
            (None, None) => None,
        };
        let layout = Layout {
            sheet: self.sheet.clone().filter(|sheet| !sheet.is_empty()),
            header_row: self.header_row,
            delimiter: self.delimiter,
            encoding: self.encoding,
            decimal: self.decimal,
            dates: self.dates,
        };
        Ok(HowToRead { mapping, layout })
    }

    fn publisher(&self, state: &domain::State) -> Result<Option<PartyId>, Problem> {
        let Some(words) = self.publisher.as_ref().filter(|words| !words.trim().is_empty()) else { return Ok(None) };
        let meant = publisher_meant(state, words);
        meant.map(Some).ok_or_else(|| Problem::parameter("publisher", no_publisher(words)))
    }
}

/// Says that no party is called so.
pub(crate) fn no_publisher(words: &str) -> String {
    let shown: String = words.chars().take(80).collect();
    format!("No party is called “{shown}”. Write its name as its products have it, or its number.")
}

/// A row of the publisher's statement.
#[derive(Debug, Serialize, ToSchema)]
struct StatementRowObject {
    /// Line in the file.
    line: u64,
    /// Product as the publisher calls it.
    product: String,
    /// Part number.
    sku: Option<String>,
    /// Units.
    quantity: QuantityValue,
    /// The metric as it is known here, or in the publisher's words.
    metric: Option<String>,
    /// The agreement.
    agreement: Option<String>,
    /// The order.
    order_number: Option<String>,
    /// First day.
    #[schema(value_type = Option<DateText>)]
    starts_on: Option<Date>,
    /// Last day, inclusive.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// Last day of maintenance.
    #[schema(value_type = Option<DateText>)]
    maintained_until: Option<Date>,
}

/// The metric of a row in words.
pub(crate) fn metric_words(row: &PublisherStatementRow) -> Option<String> {
    Some(match row.metric.as_ref()? {
        StatedMetric::Known(metric) => metric.name().to_string(),
        StatedMetric::Other(words) => words.clone(),
    })
}

fn row_object(row: &PublisherStatementRow) -> StatementRowObject {
    StatementRowObject {
        line: row.line,
        product: row.product.clone(),
        sku: row.sku.clone(),
        quantity: QuantityValue(row.quantity),
        metric: metric_words(row),
        agreement: row.agreement.clone(),
        order_number: row.order_number.clone(),
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        maintained_until: row.maintained_until,
    }
}

/// A right of ours.
#[derive(Debug, Serialize, ToSchema)]
struct OwnRightObject {
    /// Number.
    #[schema(value_type = EntitlementNumber)]
    id: EntitlementId,
    /// Units.
    quantity: QuantityValue,
    /// What one unit licenses.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// The agreement, by its reference.
    agreement: Option<String>,
    /// The buyer's own reference.
    purchase_reference: Option<String>,
    /// First day; null is since ever.
    #[schema(value_type = Option<DateText>)]
    starts_on: Option<Date>,
    /// Last day, inclusive; null is for ever.
    #[schema(value_type = Option<DateText>)]
    ends_on: Option<Date>,
    /// Last day of maintenance; null is none.
    #[schema(value_type = Option<DateText>)]
    maintained_until: Option<Date>,
}

fn right_object(state: &domain::State, known: &Entitlement) -> OwnRightObject {
    let agreement = known.agreement.and_then(|agreement| state.agreements.get(&agreement));
    OwnRightObject {
        id: known.id,
        quantity: QuantityValue(known.right.quantity),
        metric: known.right.metric,
        agreement: agreement.map(|agreement| agreement.terms.reference.clone()),
        purchase_reference: known.purchase_reference.clone(),
        starts_on: known.right.starts_on,
        ends_on: known.right.ends_on,
        maintained_until: known.right.use_rights.versions.as_ref().and_then(|versions| versions.maintained_until),
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
struct FindingObject {
    /// `equal`, `quantity`, `term`, `maintenance`, `theirs_only`, `ours_only` or `not_comparable`.
    kind: &'static str,
    /// The same with its numbers, as a sentence.
    sentence: String,
    /// What to do about it; empty where there is nothing to do.
    remedy: &'static str,
}

/// Rows and rights that speak of the same.
#[derive(Debug, Serialize, ToSchema)]
struct ComparisonObject {
    /// The product; null where the rows were recognised as none.
    product: Option<ProductRef>,
    /// Its name, or what the publisher calls it.
    name: String,
    /// By what they were found to be the same: `order`, `order_alone`, `agreement` or `product`; null where one side
    /// stands alone.
    paired_by: Option<&'static str>,
    /// Units of the rows; null where there are none.
    theirs: Option<QuantityValue>,
    /// Units of the rights; null where there are none.
    ours: Option<QuantityValue>,
    /// What was found, at least one thing.
    findings: Vec<FindingObject>,
    /// The rows of the file.
    rows: Vec<StatementRowObject>,
    /// Our rights.
    rights: Vec<OwnRightObject>,
}

/// A publisher's statement beside our rights.
#[derive(Debug, Serialize, ToSchema)]
struct ReconciliationObject {
    /// The day on which both have to be in force.
    #[schema(value_type = DateText)]
    on: Date,
    /// The ledger size that our rights were read at.
    ledger_size: u64,
    /// Whose rights were looked for.
    publishers: BTreeSet<String>,
    /// Whether every row could be read and everything agrees.
    agrees: bool,
    /// How it comes out, as a sentence.
    summary: String,
    /// How many comparisons came to each kind of finding; one may come to several.
    counts: BTreeMap<&'static str, usize>,
    /// Every comparison, in order of product name.
    comparisons: Vec<ComparisonObject>,
    /// Rows that are not in force on the day and answer to no right.
    not_in_force: u64,
    /// Rows of other publishers than the one that was asked for.
    of_other_publishers: u64,
    /// Rows that repeat an earlier one.
    merged: u64,
    /// What could not be read, and was not compared.
    rejects: Vec<RejectObject>,
    /// How the table was read.
    table: Option<TableObject>,
}

fn comparison_object(compared: &ComparedStatement, comparison: &Comparison) -> ComparisonObject {
    let state = &compared.snapshot.state;
    let quantity = |side: &Option<Side>| side.as_ref().map(|side| QuantityValue(side.quantity));
    let finding = |finding: &app::reconciliations::Finding| FindingObject {
        kind: finding.kind().name(),
        sentence: finding.sentence(comparison),
        remedy: finding.remedy(),
    };
    let rights = comparison.rights.iter().filter_map(|right| state.entitlements.get(right));
    ComparisonObject {
        product: comparison.product.map(|product| ProductRef::of(state, product)),
        name: comparison.name.clone(),
        paired_by: comparison.paired_by.map(app::reconciliations::PairedBy::name),
        theirs: quantity(&comparison.theirs),
        ours: quantity(&comparison.ours),
        findings: comparison.findings.iter().map(finding).collect(),
        rows: comparison.rows.iter().filter_map(|place| compared.rows.get(*place)).map(row_object).collect(),
        rights: rights.map(|right| right_object(state, right)).collect(),
    }
}

fn object(compared: ComparedStatement) -> ReconciliationObject {
    let found = &compared.reconciliation;
    let state = &compared.snapshot.state;
    let name = |publisher: &PartyId| state.parties.get(publisher).map(|party| party.name.clone());
    ReconciliationObject {
        on: found.on,
        ledger_size: compared.snapshot.size(),
        publishers: found.publishers.iter().filter_map(name).collect(),
        agrees: compared.agrees(),
        summary: found.summary(),
        counts: FindingKind::ALL.into_iter().map(|kind| (kind.name(), found.count(kind))).collect(),
        comparisons: found.comparisons.iter().map(|comparison| comparison_object(&compared, comparison)).collect(),
        not_in_force: found.not_in_force,
        of_other_publishers: found.of_other_publishers,
        merged: compared.merged,
        rejects: compared.rejects.into_iter().map(reject).collect(),
        table: compared.table.map(table),
    }
}

/// One row for each finding, with the lines and rights behind it.
pub(crate) fn csv_of(compared: &ComparedStatement) -> Response {
    let mut table = Csv::headed(&[
        "product",
        "name",
        "finding",
        "theirs",
        "ours",
        "sentence",
        "what_to_do",
        "paired_by",
        "lines",
        "entitlements",
        "on",
        "ledger_size",
    ]);
    let found = &compared.reconciliation;
    let quantity = |side: &Option<Side>| side.as_ref().map(|side| side.quantity.to_string()).unwrap_or_default();
    for comparison in &found.comparisons {
        let rows = comparison.rows.iter().filter_map(|place| compared.rows.get(*place));
        let lines: Vec<String> = rows.map(|row| row.line.to_string()).collect();
        let rights: Vec<String> = comparison.rights.iter().map(ToString::to_string).collect();
        for finding in &comparison.findings {
            table.row(&[
                comparison.product.map(|product| product.to_string()).unwrap_or_default(),
                comparison.name.clone(),
                finding.kind().name().to_owned(),
                quantity(&comparison.theirs),
                quantity(&comparison.ours),
                finding.sentence(comparison),
                finding.remedy().to_owned(),
                comparison.paired_by.map(|by| by.name().to_owned()).unwrap_or_default(),
                lines.join(" "),
                rights.join(" "),
                found.on.to_string(),
                compared.snapshot.size().to_string(),
            ]);
        }
    }
    table.download("reconciliation.csv")
}

/// Compare what a publisher says that we own (an export of its portal, a licence statement) with the rights that are
/// recorded: what agrees, what differs, what one side alone has. Nothing is recorded by it.
#[utoipa::path(post, path = "/v1/reconciliations/statement", tag = "entitlements", params(StatementQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, content((ReconciliationObject = "application/json"), (String = "text/csv")))))]
async fn statement(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::of(&parts, &site)?;
    caller.needs_scope(&[Scope::Read], "compare a statement")?;
    caller.must_be_among(Readers::Staff, &site.app.snapshot().state)?;
    let Asked(query) = Asked::<StatementQuery>::from_request_parts(&mut parts, &()).await?;
    let publisher = query.publisher(&site.app.snapshot().state)?;
    let (mut files, mapping) = sent_files(Request::from_parts(parts, body), query.file_name.clone()).await?;
    let how = query.how(mapping)?;
    let (Some(file), true) = (files.pop(), files.is_empty()) else {
        return Err(Problem::at("file", "Send one file at a time; each is compared by itself."));
    };
    let given = GivenStatement { file, how, publisher, on: query.on };
    let compared = site.app.reconcile_statement(given).await?;
    Ok(match query.format {
        Format::Csv => csv_of(&compared),
        Format::Json => Json(object(compared)).into_response(),
    })
}
