//! What sources leave out, and the titles behind a number; the devices behind one are in the list of devices.

use app::devices::{DeviceGap, Differing, IncompleteTitle, Lacking, Sharing, TitleGap};
use axum::response::Response;

use crate::browse::visitor::Visitor;
use crate::caller::Readers;
use crate::pages::addresses;
use crate::pages::conflicts::{attribute_words, mark_words};
use crate::pages::gaps::{self, GapRow, GapsPage, IncompletePage, IncompleteRow};
use crate::pages::layout::CopyAs;
use crate::problem::Problem;
use crate::reading::off_thread;

/// The gaps.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let snapshot = visitor.snapshot.clone();
    let (devices, titles, differing, sharing) = off_thread(move || {
        Ok((snapshot.device_gaps(), snapshot.title_gaps(), snapshot.differing(), snapshot.sharing()))
    })
    .await?;
    let of_devices = |lacking: &Lacking<DeviceGap>| {
        let (words, effect) = gaps::device_gap_words(lacking.gap);
        let rows = addresses::with_query(addresses::DEVICES, &[("lacking", lacking.gap.name())]);
        GapRow { words, effect, count: lacking.count, of: lacking.of, rows }
    };
    let of_titles = |lacking: &Lacking<TitleGap>| {
        let (words, effect) = gaps::title_gap_words(lacking.gap);
        let rows = addresses::with_query(addresses::INCOMPLETE_TITLES, &[("lacking", lacking.gap.name())]);
        GapRow { words, effect, count: lacking.count, of: lacking.of, rows }
    };
    let of_conflicts = |differing: &Differing| {
        let (words, effect) = attribute_words(differing.attribute);
        let rows = addresses::with_query(addresses::CONFLICTS, &[("attribute", differing.attribute.name())]);
        GapRow { words, effect, count: differing.count, of: differing.of, rows }
    };
    let of_twins = |sharing: &Sharing| {
        let (words, effect) = mark_words(sharing.mark);
        let rows = addresses::with_query(addresses::TWINS, &[("shared", sharing.mark.name())]);
        GapRow { words, effect, count: sharing.count, of: sharing.of, rows }
    };
    let view = GapsPage {
        devices: devices.iter().map(of_devices).collect(),
        installations: titles.iter().map(of_titles).collect(),
        conflicts: differing.iter().map(of_conflicts).collect(),
        twins: sharing.iter().map(of_twins).collect(),
        nothing_imported: visitor.snapshot.base.estate().device_count() == 0,
        copy: CopyAs {
            command: "indult device gaps".to_owned(),
            request: "GET /v1/gaps".to_owned(),
            csv: None,
            json: Some("/v1/gaps".to_owned()),
        },
    };
    Ok(visitor.page(gaps::page(&visitor.frame(), &view)))
}

/// The titles that lack something.
pub async fn titles(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let asked = visitor.asked("lacking");
    let gap = TitleGap::from_name(asked).ok_or_else(|| {
        Problem::parameter("lacking", format!("Ask for publisher or version, and not for \u{201c}{asked}\u{201d}."))
    })?;
    let snapshot = visitor.snapshot.clone();
    let found = off_thread(move || Ok(snapshot.incomplete_titles(gap))).await?;
    let paging = visitor.paging(found.len());
    let row = |of: &IncompleteTitle| IncompleteRow {
        name: of.title.name.clone(),
        version: of.title.version.clone(),
        publisher: of.title.publisher.clone(),
        installations: of.installations,
    };
    let request = addresses::with_query("/v1/incomplete_titles", &[("lacking", gap.name())]);
    let view = IncompletePage {
        gap,
        installations: found.iter().map(|title| title.installations).sum(),
        paging,
        rows: visitor.part(&found, paging).iter().map(row).collect(),
        copy: CopyAs {
            command: format!("indult device titles --lacking {}", gap.name()),
            request: format!("GET {request}"),
            csv: None,
            json: Some(request),
        },
    };
    Ok(visitor.page(gaps::titles_page(&visitor.frame(), &view)))
}
