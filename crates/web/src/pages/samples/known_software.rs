//! Samples of known software.

use domain::id::ProductId;

use super::{Sample, copy, frame, said, sample};
use crate::design::forms::Errors;
use crate::pages::known_software::{self, KnownPage, KnownRow};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    vec![sample("known-software", known_software::page(&frame(mark), &page(mark)))]
}

fn page(mark: &str) -> KnownPage {
    let row = |key: &str, name: &str, devices: u64| KnownRow {
        key: key.to_owned(),
        name: name.to_owned(),
        publisher: Some("Northlight".to_owned()),
        category: "drawing".to_owned(),
        metric: "Device".to_owned(),
        devices,
        titles: vec![said(&format!("{name} 2024 (64-bit)"), mark)],
        similar: vec![(ProductId(7), said("Drafter", mark))],
    };
    KnownPage {
        rows: vec![row("northlight/drafter/pro", "Drafter Pro", 42), row("northlight/viewer", "Viewer", 3)],
        chosen: vec!["northlight/viewer".to_owned()],
        may_adopt: true,
        errors: Errors::default(),
        key: "key".to_owned(),
        copy: copy("indult product titles --known", "GET /v1/titles?recognition=known"),
    }
}
