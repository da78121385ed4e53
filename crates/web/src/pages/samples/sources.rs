//! Samples of agent sources.

use domain::id::SourceId;
use domain::observation::DeviceIdentity;
use domain::source::{Approval, DeviceMark, Standing, Tally};

use super::{Sample, at, copy, frame, said, sample};
use crate::design::forms::{Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::sources::{self, DeviceRow, SourceForm, SourcePage, SourceRow, SourcesPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let closed = SourcePage {
        row: SourceRow { closed: true, can_report: false, ..row(2, "Branch office", mark) },
        made: None,
        held: Vec::new(),
        devices: Vec::new(),
        paging: Paging::whole(0),
        form: None,
        ..source_page(mark)
    };
    vec![
        sample("sources", sources::page(&frame, &sources_page(mark))),
        sample("source", sources::source_page(&frame, &source_page(mark))),
        sample("source-closed", sources::source_page(&frame, &closed)),
    ]
}

fn row(number: u64, name: &str, mark: &str) -> SourceRow {
    SourceRow {
        source: SourceId(number),
        name: said(name, mark),
        tally: Tally { accepted: 1_204, silent: 17, held: 2, rejected: 1 },
        last_report_at: Some(at("2025-08-12T12:59:00Z")),
        silent: false,
        closed: false,
        can_report: true,
    }
}

fn form(mark: &str) -> SourceForm {
    SourceForm {
        name: said("Servers", mark),
        approval: "hold_unknown".into(),
        interval_hours: said("24", mark),
        errors: Errors(vec![FieldError {
            field: "interval_hours".into(),
            sentence: "Enter a number of hours, such as 24.".into(),
        }]),
        key: "c0ffee-8".into(),
    }
}

fn sources_page(mark: &str) -> SourcesPage {
    SourcesPage {
        rows: vec![
            row(1, "Workstations", mark),
            SourceRow { silent: true, ..row(3, "Laboratory", mark) },
            SourceRow { last_report_at: None, tally: Tally::default(), ..row(4, "New site", mark) },
            SourceRow { can_report: false, ..row(5, "Old site", mark) },
        ],
        form: Some(form(mark)),
        copy: copy("indult source list", "GET /v1/sources"),
    }
}

fn device(name: &str, standing: Standing, silent: bool, mark: &str) -> DeviceRow {
    DeviceRow {
        device: DeviceMark::of(&DeviceIdentity { name: name.to_owned(), serial: None, uuid: None }),
        name: said(name, mark),
        operating_system: Some(said("Debian GNU/Linux 12", mark)),
        installations: 791,
        standing,
        first_at: at("2025-08-11T08:00:00Z"),
        seen_at: at("2025-08-12T08:00:00Z"),
        silent,
    }
}

fn source_page(mark: &str) -> SourcePage {
    SourcePage {
        row: row(1, "Workstations", mark),
        approval: Approval::HoldUnknown,
        interval_hours: 24,
        opened_by: said("Ana Sevcik", mark),
        opened_at: at("2025-08-01T08:00:00Z"),
        base: "https://indult.kestrel.example".into(),
        made: Some(said("indult_pat_0000000000", mark)),
        held: vec![device("bench-07", Standing::Held, false, mark), device("bench-08", Standing::Held, false, mark)],
        paging: Paging { number: 1, size: 50, total: 1_205 },
        devices: vec![
            device("desk-001", Standing::Accepted, false, mark),
            device("desk-002", Standing::Accepted, true, mark),
            device("guest-9", Standing::Rejected, false, mark),
        ],
        form: Some(form(mark)),
        copy: copy("indult source show SRC-1", "GET /v1/sources/SRC-1/devices"),
    }
}
