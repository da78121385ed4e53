//! How a table is read, as a form: what was found goes out, what somebody chose comes back.
//!
//! Nothing is decided here: a mapping that is put together is checked where mappings are.

use app::imports::{
    ChosenColumns, DateStyle, DecimalStyle, Delimiter, Encoding, GivenMapping, HowToRead, Layout, SeenTable, TableKind,
    columns_chosen, field_names,
};

use crate::browse::form::Form;
use crate::design::forms::Choice;
use crate::pages::imports::{ColumnUse, TableForm};

/// Fields that a whole file often gives at once, by kind of table.
fn defaults_offered(kind: TableKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        TableKind::Entitlements => &[
            ("metric", "Metric"),
            ("quantity", "Quantity"),
            ("currency", "Currency"),
            ("publisher", "Publisher"),
            ("agreement", "Agreement"),
        ],
        TableKind::Installations => &[
            ("device", "Device"),
            ("environment", "Environment"),
            ("region", "Region"),
            ("business_unit", "Business unit"),
        ],
        TableKind::Leavers => &[],
        TableKind::PublisherStatement => {
            &[("metric", "Metric"), ("publisher", "Publisher"), ("agreement", "Agreement")]
        }
        TableKind::Usage => &[("feature", "Feature"), ("vendor", "Vendor"), ("kind", "Kind")],
    }
}

/// A name of a field as people read it.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What somebody chose: a mapping by name, or the columns of the form. Where they do not make a mapping, the layout and
/// the reason as a sentence.
pub fn how(kind: TableKind, source: &str, named: &str, form: &Form) -> Result<HowToRead, (Layout, String)> {
    let layout = layout(form);
    if form.get("was").is_empty() {
        let mapping = (!named.is_empty()).then(|| GivenMapping::Named(named.to_owned()));
        return Ok(HowToRead { mapping, layout });
    }
    // With another sheet, row, delimiter or encoding there are other columns.
    let now = [form.get("sheet"), form.get("header_row"), form.get("delimiter"), form.get("encoding")].join("\n");
    let was = form.exact("was").replace("\r\n", "\n");
    if now != was {
        let moved = was.split('\n').next() != Some(form.get("sheet"));
        let header_row = if moved { None } else { layout.header_row };
        return Ok(HowToRead { mapping: Some(GivenMapping::Usual), layout: Layout { header_row, ..layout } });
    }
    let chosen = ChosenColumns {
        name: if source.is_empty() { "chosen".to_owned() } else { source.to_owned() },
        columns: columns(form),
        defaults: form.beginning("default-").into_iter().collect(),
        layout: layout.clone(),
    };
    match columns_chosen(kind, &chosen) {
        Ok(text) => Ok(HowToRead { mapping: Some(GivenMapping::Text(text)), layout: Layout::default() }),
        Err(failure) => Err((layout, crate::problem::sentence(&failure.to_string()))),
    }
}

/// Headers with the fields that were chosen for them, in their order.
fn columns(form: &Form) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    let headers = form.beginning("header-");
    for place in 0..headers.len() {
        let header = form.get(&format!("header-{place}")).to_owned();
        columns.push((header, form.get(&format!("column-{place}")).to_owned()));
    }
    columns
}

fn layout(form: &Form) -> Layout {
    fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, wanted: &str) -> Option<T> {
        all.iter().copied().find(|value| name(*value) == wanted)
    }
    Layout {
        sheet: form.some("sheet"),
        header_row: form.get("header_row").parse().ok().filter(|row| *row > 0),
        delimiter: named(&Delimiter::ALL, Delimiter::name, form.get("delimiter")),
        encoding: named(&Encoding::OF_TEXTS, Encoding::name, form.get("encoding")),
        decimal: named(&[DecimalStyle::Point, DecimalStyle::Comma], DecimalStyle::name, form.get("decimal")),
        dates: named(&[DateStyle::DayFirst, DateStyle::MonthFirst], DateStyle::name, form.get("dates")),
    }
}

/// The form for a table as it was seen.
pub fn table(seen: SeenTable, form: &Form) -> TableForm {
    let SeenTable { kind, file, view, mapping } = seen;
    let fields = field_names(kind);
    let columns: Vec<ColumnUse> = view
        .columns
        .iter()
        .map(|column| ColumnUse {
            header: column.header.clone(),
            samples: column.samples.clone(),
            field: column.used_as.clone().or_else(|| column.suggestion.clone()).unwrap_or_default(),
            is_suggested: column.used_as.is_none() && column.suggestion.is_some(),
        })
        .collect();
    let stated = |name: &str| mapping.as_ref().and_then(|mapping| mapping.defaults.get(name).cloned());
    let default = |name: &str| form.some(&format!("default-{name}")).or_else(|| stated(name)).unwrap_or_default();
    let is_there = |name: &str| columns.iter().any(|column| column.field == name && !column.is_suggested);
    let missing = fields
        .iter()
        .filter(|(name, needed)| *needed && !is_there(name) && default(name).is_empty())
        .map(|(name, _)| label(name).to_lowercase())
        .collect();
    let is_text = view.sheet.is_none() && view.delimiter.is_some();
    let when = |choices: Vec<Choice>| if is_text { choices } else { Vec::new() };
    TableForm {
        file,
        sheet: view.sheet.unwrap_or_default(),
        sheets: view.sheets.into_iter().map(|name| Choice::plain(name.clone(), name)).collect(),
        header_row: view.header_row,
        delimiters: when(delimiters()),
        delimiter: view.delimiter.filter(|_| is_text).map(|delimiter| delimiter.name().to_owned()).unwrap_or_default(),
        encodings: when(encodings()),
        encoding: if is_text { view.encoding.name().to_owned() } else { String::new() },
        decimals: decimals(),
        decimal: view.decimal.map(|style| style.name().to_owned()).unwrap_or_default(),
        orders: orders(),
        order: view.dates.map(|style| style.name().to_owned()).unwrap_or_default(),
        ambiguous_dates: view.ambiguous_dates,
        order_shown: view.dates_shown.map(|style| in_words(style).to_owned()),
        fields: std::iter::once(Choice::plain("", "Ignored"))
            .chain(fields.iter().map(|(name, _)| Choice::plain(*name, label(name))))
            .collect(),
        missing,
        defaults: defaults_offered(kind)
            .iter()
            .map(|(name, label)| ((*name).to_owned(), (*label).to_owned(), default(name)))
            .collect(),
        columns,
        headers: view.headers,
        first_rows: view.first_rows,
    }
}

fn in_words(style: DateStyle) -> &'static str {
    match style {
        DateStyle::DayFirst => "the day first",
        DateStyle::MonthFirst => "the month first",
    }
}

fn delimiters() -> Vec<Choice> {
    let words = |delimiter: Delimiter| match delimiter {
        Delimiter::Comma => "Comma",
        Delimiter::Semicolon => "Semicolon",
        Delimiter::Tab => "Tabulator",
        Delimiter::Bar => "Bar |",
    };
    Delimiter::ALL.into_iter().map(|delimiter| Choice::plain(delimiter.name(), words(delimiter))).collect()
}

fn encodings() -> Vec<Choice> {
    Encoding::OF_TEXTS.into_iter().map(|encoding| Choice::plain(encoding.name(), encoding.to_string())).collect()
}

fn decimals() -> Vec<Choice> {
    vec![
        Choice::plain("", "Not shown by the file"),
        Choice::plain("point", "A point: 1,250.50"),
        Choice::plain("comma", "A comma: 1.250,50"),
    ]
}

fn orders() -> Vec<Choice> {
    vec![
        Choice::plain("", "As each shows by itself"),
        Choice::plain("day_first", "Day first: 31/03/2026"),
        Choice::plain("month_first", "Month first: 03/31/2026"),
    ]
}
