//! A view of every page, of a company that does not exist: what the tests and the gallery render.
//!
//! Every person, company, product and number here is invented.
#![expect(clippy::expect_used, reason = "the texts read here are written a line above")]

mod alerts;
mod devices;
mod exceptions;
mod imports;
mod known_software;
mod ledger;
mod people;
mod purchases;
mod reclaim;
mod reconciliations;
mod renewals;
mod requests;
mod rights;
mod scenarios;
mod software;
mod sources;
mod time;
mod usages;
mod webhooks;

use std::collections::BTreeSet;

use domain::digest::Digest;
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::Markup;

use crate::pages::layout::{CopyAs, Frame, Place, ReadAt, Viewer};

/// A rendered sample.
#[derive(Debug)]
pub struct Sample {
    /// Its name in the gallery.
    pub name: &'static str,
    /// The page.
    pub page: Markup,
}

fn sample(name: &'static str, page: Markup) -> Sample {
    Sample { name, page }
}

/// Every sample. `mark` is appended to what comes from people and files, so that a test can send hostile text through.
pub fn all(mark: &str) -> Vec<Sample> {
    let mut samples = Vec::new();
    samples.extend(people::all(mark));
    samples.extend(software::all(mark));
    samples.extend(requests::all(mark));
    samples.extend(devices::all(mark));
    samples.extend(exceptions::all(mark));
    samples.extend(imports::all(mark));
    samples.extend(known_software::all(mark));
    samples.extend(renewals::all(mark));
    samples.extend(reconciliations::all(mark));
    samples.extend(reclaim::all(mark));
    samples.extend(purchases::all(mark));
    samples.extend(scenarios::all(mark));
    samples.extend(webhooks::all(mark));
    samples.extend(alerts::all(mark));
    samples.extend(sources::all(mark));
    samples.extend(rights::all(mark));
    samples.extend(usages::all(mark));
    samples.extend(ledger::all(mark));
    samples.extend(time::all(mark));
    samples
}

fn said(words: &str, mark: &str) -> String {
    format!("{words}{mark}")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn eur(amount: i64) -> Money {
    Money { amount: amount.into(), currency: "EUR".parse().expect("a currency") }
}

fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

fn frame(mark: &str) -> Frame {
    Frame {
        organisation: said("Kestrel & Vane Instruments", mark),
        sample: true,
        zone: "Europe/Prague".parse().expect("a zone"),
        now: at("2025-08-12T13:05:00Z"),
        viewer: Some(Viewer {
            name: said("Ana Sevcik", mark),
            decisions_waiting: 2,
            places: Place::ALL.into_iter().collect::<BTreeSet<Place>>(),
        }),
        read_at: Some(ReadAt { size: 1_204, checkpoint: Some((1_204, at("2025-08-12T12:58:00Z"))) }),
        notice: None,
        past: None,
        days: None,
    }
}

/// Nobody is signed in.
fn outside(mark: &str) -> Frame {
    Frame { viewer: None, read_at: None, ..frame(mark) }
}

fn copy(command: &str, request: &str) -> CopyAs {
    CopyAs {
        command: command.to_owned(),
        request: request.to_owned(),
        csv: Some(format!("{}&format=csv", request.trim_start_matches("GET "))),
        json: Some(request.trim_start_matches("GET ").to_owned()),
    }
}
