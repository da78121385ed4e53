//! One category: the keys of its file, what each may hold, and the limits.

use std::collections::BTreeSet;

use domain::catalogue::{Category, Field, Seats};
use domain::person::Role;

use crate::table::{Report, Table};

/// A key stands in addresses and on command lines.
pub const KEY_CHARS_MAX: usize = 40;
/// A title stands in a list on a narrow screen.
pub const TITLE_CHARS_MAX: usize = 80;
/// A scope is read before every request: about a page.
pub const SCOPE_CHARS_MAX: usize = 2_000;
/// A question fits two lines of a form.
pub const LABEL_CHARS_MAX: usize = 120;
/// Help is read beside the field.
pub const HELP_CHARS_MAX: usize = 500;
/// A form with more questions is not filled in honestly.
pub const FIELDS_MAX: usize = 20;
/// Five years: what lasts longer is no exception but another rule.
pub const DAYS_MAX: u64 = 1_825;
/// A quarter: a promise beyond it promises nothing.
pub const DECISION_DAYS_MAX: u64 = 90;
/// More units than any organisation has; keeps arithmetic over grants far from its end.
pub const QUANTITY_MAX: u64 = 1_000_000_000;
/// A larger body meets and votes as a body, which is not how seats of a role work.
pub const SEATS_COUNT_MAX: u64 = 20;

/// Roles that decide nothing: who asks, who checks afterwards, and who hands out the roles.
const CANNOT_DECIDE: [Role; 3] = [Role::Requester, Role::Auditor, Role::Administrator];

/// Reads a category. With `None` there is at least one finding; with a category there may be some as well.
pub(crate) fn read(table: &Table<'_>, report: &mut Report<'_>) -> Option<Category> {
    let known = ["key", "title", "scope", "days_max", "quantity_max", "decision_days", "decided_by", "fields"];
    table.allow_only(&known, report);
    let key = table.key("key", KEY_CHARS_MAX, '-', report);
    let title = table.line("title", TITLE_CHARS_MAX, report);
    let scope = table.paragraphs("scope", SCOPE_CHARS_MAX, report);
    let days_max = table.number("days_max", 1..=DAYS_MAX, report);
    let quantity_max = table.number_if_any("quantity_max", 1..=QUANTITY_MAX, report);
    let decision_days = table.number("decision_days", 1..=DECISION_DAYS_MAX, report);
    let decided_by = read_seats(table, report);
    let fields = read_fields(table, report);
    Some(Category {
        key: key?,
        title: title?,
        scope: scope?,
        days_max: u32::try_from(days_max?).ok()?,
        quantity_max,
        fields,
        decided_by,
        decision_days: u32::try_from(decision_days?).ok()?,
    })
}

fn read_seats(table: &Table<'_>, report: &mut Report<'_>) -> Vec<Seats> {
    let tables = table.tables("decided_by", report);
    if tables.is_empty() {
        let repair = "add `decided_by = [{ role = \"approver\", count = 1 }]` with at least one role";
        report.add(table.byte_of("decided_by"), &table.path_to("decided_by"), "nobody decides", repair);
    }
    let mut seen = BTreeSet::new();
    let mut seats = Vec::new();
    for seat in &tables {
        seat.allow_only(&["role", "count"], report);
        let role = read_role(seat, report);
        let count = seat.number("count", 1..=SEATS_COUNT_MAX, report).and_then(|count| u32::try_from(count).ok());
        if role.is_some_and(|role| !seen.insert(role)) {
            report.add(
                seat.byte(),
                seat.path(),
                "its role is named twice",
                "name each role once, with the sum as count",
            );
        }
        seats.extend(role.zip(count).map(|(role, count)| Seats { role, count }));
    }
    seats
}

fn read_role(seat: &Table<'_>, report: &mut Report<'_>) -> Option<Role> {
    let word = seat.line("role", KEY_CHARS_MAX, report)?;
    let (byte, path) = (seat.byte_of("role"), seat.path_to("role"));
    let deciders = Role::ALL.into_iter().filter(|role| !CANNOT_DECIDE.contains(role)).map(Role::name);
    let repair = format!("use one of: {}", deciders.collect::<Vec<_>>().join(", "));
    // The exact name only: the same file has to mean the same to every reader.
    match Role::ALL.into_iter().find(|role| role.name() == word) {
        None => report.add(byte, &path, format!("there is no role \u{201c}{word}\u{201d}"), repair),
        Some(role) if CANNOT_DECIDE.contains(&role) => {
            report.add(byte, &path, format!("the role {} decides nothing", role.name()), repair);
        }
        Some(role) => return Some(role),
    }
    None
}

fn read_fields(table: &Table<'_>, report: &mut Report<'_>) -> Vec<Field> {
    let tables = table.tables("fields", report);
    if tables.len() > FIELDS_MAX {
        let problem = format!("there are {} questions and {FIELDS_MAX} are allowed", tables.len());
        report.add(table.byte_of("fields"), &table.path_to("fields"), problem, "ask what the deciders need, not more");
    }
    let mut seen = BTreeSet::new();
    let mut fields = Vec::new();
    for field in &tables {
        field.allow_only(&["key", "label", "help", "required"], report);
        let key = field.key("key", KEY_CHARS_MAX, '_', report);
        let label = field.line("label", LABEL_CHARS_MAX, report);
        let help = field.line_if_any("help", HELP_CHARS_MAX, report).unwrap_or_default();
        let required = field.flag("required", report);
        if key.as_ref().is_some_and(|key| !seen.insert(key.clone())) {
            report.add(
                field.byte_of("key"),
                &field.path_to("key"),
                "two questions have this key",
                "rename one of them",
            );
        }
        fields.extend(key.zip(label).map(|(key, label)| Field { key, label, help, required }));
    }
    fields
}
