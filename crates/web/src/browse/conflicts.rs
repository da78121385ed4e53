//! Where sources differ about devices, and devices that may be one machine.

use app::devices::{Attribute, Conflict, SharedMark, Stated, Twin};
use app::positions::DeviceFacts;
use axum::response::Response;

use crate::browse::visitor::Visitor;
use crate::caller::Readers;
use crate::pages::addresses;
use crate::pages::conflicts::{self, ConflictRow, ConflictsPage, StatedCell, TwinRow, TwinsPage};
use crate::pages::layout::{CopyAs, Link};
use crate::problem::Problem;
use crate::reading::off_thread;

/// What sources state differently of a device, as it is shown.
pub fn conflict_row(facts: &DeviceFacts, conflict: &Conflict) -> Option<ConflictRow> {
    let is_word = matches!(conflict.attribute, Attribute::Environment | Attribute::Kind);
    let cell = |stated: &Stated| StatedCell {
        value: if is_word { stated.value.replace('_', " ") } else { stated.value.clone() },
        source: stated.source.clone(),
        import: stated.import,
        reported_at: stated.reported_at,
    };
    let (counts, others) = conflict.stated.split_first()?;
    Some(ConflictRow {
        device: Link::new(addresses::device(&facts.key), facts.name.clone()),
        attribute: conflict.attribute,
        counts: cell(counts),
        others: others.iter().map(cell).collect(),
    })
}

/// The conflicts.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let asked = visitor.asked("attribute").to_owned();
    let attribute = Attribute::from_name(&asked);
    if attribute.is_none() && !asked.is_empty() {
        return Err(Problem::parameter(
            "attribute",
            format!("There is no attribute \u{201c}{asked}\u{201d} that sources can differ about."),
        ));
    }
    let snapshot = visitor.snapshot.clone();
    let found = off_thread(move || Ok(snapshot.conflicts(attribute))).await?;
    let paging = visitor.paging(found.len());
    let estate = visitor.snapshot.base.estate();
    let row = |conflict: &Conflict| conflict_row(&estate.device(conflict.device)?, conflict);
    let request = addresses::with_query("/v1/device_conflicts", &[("attribute", &asked)]);
    let option = if asked.is_empty() { String::new() } else { format!(" --attribute {asked}") };
    let view = ConflictsPage {
        attribute,
        paging,
        rows: visitor.part(&found, paging).iter().filter_map(row).collect(),
        copy: CopyAs {
            command: format!("indult device conflicts{option}"),
            request: format!("GET {request}"),
            csv: None,
            json: Some(request),
        },
    };
    Ok(visitor.page(conflicts::page(&visitor.frame(), &view)))
}

/// The devices that share a mark.
pub async fn twins(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let asked = visitor.asked("shared");
    let mark = SharedMark::from_name(asked).ok_or_else(|| {
        Problem::parameter("shared", format!("Ask for serial or name, and not for \u{201c}{asked}\u{201d}."))
    })?;
    let snapshot = visitor.snapshot.clone();
    let found = off_thread(move || Ok(snapshot.twins(mark))).await?;
    let paging = visitor.paging(found.len());
    let estate = visitor.snapshot.base.estate();
    let row = |twin: &Twin| {
        let facts = estate.device(twin.device)?;
        Some(TwinRow {
            mark: twin.mark.clone(),
            device: Link::new(addresses::device(&facts.key), facts.name),
            key: facts.key,
            reported_at: facts.reports.iter().filter_map(|report| report.reported_at).max(),
            sources: facts.reports.into_iter().map(|report| report.source).collect(),
        })
    };
    let request = addresses::with_query("/v1/device_duplicates", &[("shared", mark.name())]);
    let view = TwinsPage {
        mark,
        paging,
        rows: visitor.part(&found, paging).iter().filter_map(row).collect(),
        copy: CopyAs {
            command: format!("indult device duplicates --shared {}", mark.name()),
            request: format!("GET {request}"),
            csv: None,
            json: Some(request),
        },
    };
    Ok(visitor.page(conflicts::twins_page(&visitor.frame(), &view)))
}
