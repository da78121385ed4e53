//! Samples of devices, of where software is, and of gaps.

use app::devices::{Attribute, DeviceGap, Dimension, SharedMark, TitleGap};
use domain::id::{ImportId, ProductId};

use super::{Sample, at, copy, day, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::conflicts::{self, ConflictRow, ConflictsPage, StatedCell, TwinRow, TwinsPage};
use crate::pages::devices::{
    self, DeviceFilter, DevicePage, DeviceRow, DevicesPage, FilterChoices, InstalledRow, ReportRow,
};
use crate::pages::facets::{self, FacetRow, FacetsPage};
use crate::pages::gaps::{self, GapRow, GapsPage, IncompletePage, IncompleteRow};
use crate::pages::layout::{CopyAs, Link};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    vec![
        sample("devices", devices::page(&frame, &devices_page(mark))),
        sample("devices-wrong", devices::page(&frame, &wrong(mark))),
        sample("device", devices::device_page(&frame, &device_page(mark))),
        sample("facets", facets::page(&frame, &facets_page(mark))),
        sample("facets-of-product", facets::page(&frame, &facets_of_product(mark))),
        sample("gaps", gaps::page(&frame, &gaps_page())),
        sample("gaps-titles", gaps::titles_page(&frame, &incomplete(mark))),
        sample("gaps-conflicts", conflicts::page(&frame, &conflicts_page(mark))),
        sample("gaps-twins", conflicts::twins_page(&frame, &twins_page(mark))),
    ]
}

fn devices_page(mark: &str) -> DevicesPage {
    let row = |name: &str, user: Option<&str>, region: Option<&str>| DeviceRow {
        key: said(&format!("name:{name}"), mark),
        name: said(name, mark),
        primary_user: user.map(|user| said(user, mark)),
        places: [region.map(|region| said(region, mark)), Some(said("Research", mark)), None],
        environment: region.map(|_| "test".to_owned()),
        installations: 84,
        sources: vec![said("workstations", mark)],
    };
    DevicesPage {
        filter: DeviceFilter { region: said("Moravia", mark), ..DeviceFilter::default() },
        choices: FilterChoices {
            regions: vec![said("Bohemia", mark), said("Moravia", mark)],
            business_units: vec![said("Research", mark)],
            cost_centres: Vec::new(),
            environments: vec![Choice::plain("test", "test")],
            sources: vec![said("workstations", mark)],
            gaps: vec![Choice::plain("cores", "Cores or virtual processors")],
        },
        errors: Errors::default(),
        paging: Paging { number: 2, size: 50, total: 412 },
        rows: vec![row("build-07", None, Some("Moravia")), row("lt-0412", Some("t.vesely"), None)],
        nothing_imported: false,
        copy: devices_copy(),
    }
}

fn devices_copy() -> CopyAs {
    copy("indult device list --region 'Moravia'", "GET /v1/devices?region=Moravia")
}

fn wrong(mark: &str) -> DevicesPage {
    let sentence = said("There is no product \u{201c}Drafter\u{201d}.", mark);
    DevicesPage {
        filter: DeviceFilter { product: said("Drafter", mark), ..DeviceFilter::default() },
        errors: Errors(vec![FieldError { field: "product".to_owned(), sentence }]),
        paging: Paging::whole(0),
        rows: Vec::new(),
        ..devices_page(mark)
    }
}

fn device_page(mark: &str) -> DevicePage {
    DevicePage {
        key: said("name:build-07", mark),
        name: said("build-07", mark),
        facts: vec![("Key", Some(said("name:build-07", mark))), ("Cores", Some("16".to_owned())), ("Host", None)],
        reports: vec![ReportRow {
            source: said("workstations", mark),
            import: Link::new("/imports/IMP-3", "IMP-3"),
            reported_at: Some(at("2025-08-12T06:12:00Z")),
            installations: 2,
        }],
        conflicts: vec![conflict(mark)],
        paging: Paging::whole(2),
        installed: vec![
            InstalledRow {
                name: said("Drafter Pro 2024 (64-bit)", mark),
                version: Some(said("24.1", mark)),
                publisher: Some(said("Northlight", mark)),
                product: Some((ProductId(7), said("Drafter Pro", mark))),
                last_used_on: Some(day("2025-08-01")),
                sources: vec![said("workstations", mark)],
            },
            InstalledRow {
                name: said("A tool of our own", mark),
                version: None,
                publisher: None,
                product: None,
                last_used_on: None,
                sources: vec![said("workstations", mark)],
            },
        ],
        copy: copy("indult device show 'name:build-07'", "GET /v1/devices/name%3Abuild-07"),
    }
}

fn facets_page(mark: &str) -> FacetsPage {
    let row = |place: Option<&str>, devices: u64, rows: &str| FacetRow {
        place: place.map(|place| said(place, mark)),
        rows: rows.to_owned(),
        devices,
        installations: devices * 84,
        licensable: devices * 6,
        products: 31,
    };
    FacetsPage {
        by: Dimension::Region,
        typed: String::new(),
        product: None,
        errors: Errors::default(),
        paging: Paging::whole(3),
        rows: vec![
            row(Some("Bohemia"), 1_204, "/devices?region=Bohemia"),
            row(Some("Moravia"), 412, "/devices?region=Moravia"),
            row(None, 9, "/devices?lacking=region"),
        ],
        devices: 1_625,
        installations: 136_500,
        licensable: 9_750,
        nothing_imported: false,
        copy: copy("indult device facets --by region", "GET /v1/facets?by=region"),
    }
}

fn facets_of_product(mark: &str) -> FacetsPage {
    FacetsPage {
        by: Dimension::CostCentre,
        typed: "PRD-7".to_owned(),
        product: Some((ProductId(7), said("Drafter Pro", mark))),
        ..facets_page(mark)
    }
}

fn gaps_page() -> GapsPage {
    let row = |(words, effect): (&'static str, &'static str), count: u64, rows: &str| GapRow {
        words,
        effect,
        count,
        of: 1_625,
        rows: rows.to_owned(),
    };
    GapsPage {
        devices: vec![
            row(gaps::device_gap_words(DeviceGap::PrimaryUser), 210, "/devices?lacking=primary_user"),
            row(gaps::device_gap_words(DeviceGap::Host), 0, "/devices?lacking=host"),
        ],
        installations: vec![row(gaps::title_gap_words(TitleGap::Version), 12, "/gaps/titles?lacking=version")],
        conflicts: vec![row(conflicts::attribute_words(Attribute::Cores), 4, "/gaps/conflicts?attribute=cores")],
        twins: vec![row(conflicts::mark_words(SharedMark::Name), 2, "/gaps/duplicates?shared=name")],
        nothing_imported: false,
        copy: copy("indult device gaps", "GET /v1/gaps"),
    }
}

fn incomplete(mark: &str) -> IncompletePage {
    IncompletePage {
        gap: TitleGap::Version,
        installations: 12,
        paging: Paging::whole(1),
        rows: vec![IncompleteRow {
            name: said("A tool of our own", mark),
            version: None,
            publisher: Some(said("Kestrel & Vane", mark)),
            installations: 12,
        }],
        copy: copy("indult device titles --lacking version", "GET /v1/incomplete_titles?lacking=version"),
    }
}

fn conflict(mark: &str) -> ConflictRow {
    let stated = |value: &str, source: &str| StatedCell {
        value: said(value, mark),
        source: said(source, mark),
        import: ImportId(3),
        reported_at: Some(at("2025-08-12T06:12:00Z")),
    };
    ConflictRow {
        device: Link::new("/devices/name%3Abuild-07", said("build-07", mark)),
        attribute: Attribute::BusinessUnit,
        counts: stated("Research", "workstations"),
        others: vec![
            stated("Sales", "asset list"),
            StatedCell { reported_at: None, ..stated("Research & Development", "directory") },
        ],
    }
}

fn conflicts_page(mark: &str) -> ConflictsPage {
    ConflictsPage {
        attribute: Some(Attribute::BusinessUnit),
        paging: Paging::whole(1),
        rows: vec![conflict(mark)],
        copy: copy("indult device conflicts --attribute business_unit", "GET /v1/device_conflicts"),
    }
}

fn twins_page(mark: &str) -> TwinsPage {
    let row = |key: &str| TwinRow {
        mark: said("build-07", mark),
        device: Link::new("/devices/name%3Abuild-07", said("build-07", mark)),
        key: said(key, mark),
        sources: vec![said("workstations", mark)],
        reported_at: Some(at("2025-08-12T06:12:00Z")),
    };
    TwinsPage {
        mark: SharedMark::Name,
        paging: Paging::whole(2),
        rows: vec![row("uuid:0a11"), row("serial:s-3")],
        copy: copy("indult device duplicates --shared name", "GET /v1/device_duplicates?shared=name"),
    }
}
