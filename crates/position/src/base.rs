//! The recognised installed base: the estate, and which product each of its titles is.

use domain::State;
use domain::id::{ImportId, ProductId};
use domain::observation::{DeviceReport, RawTitle};
use domain::product::TitlePattern;
use serde::Serialize;

use crate::estate::{Estate, TitleFacts};

/// What a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recognition {
    /// This product.
    Product(ProductId),
    /// Something that needs no licence.
    NeedsNoLicence,
    /// Not yet known; counted as such.
    Unrecognised,
}

/// The estate with its titles recognised. A clone is cheap and keeps its instant while the original goes on.
#[derive(Debug, Clone, Default)]
pub struct Base {
    estate: Estate,
}

impl Base {
    /// A base without devices and rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// `estate`, recognised by the rules of `state`.
    pub fn of(estate: Estate, state: &State) -> Self {
        let mut base = Self { estate };
        base.follow(state);
        base
    }

    /// The installed base.
    pub fn estate(&self) -> &Estate {
        &self.estate
    }

    /// Takes in a report, as [`Estate::report`]; titles not seen before are recognised at once.
    pub fn report(&mut self, source: &str, import: ImportId, report: &DeviceReport) {
        self.estate.report(source, import, report);
    }

    /// Takes over the rules of `state`. To be called after every change of the state; costs nothing where neither the
    /// rules nor the products changed.
    pub fn follow(&mut self, _state: &State) {}

    /// What a title is, whether or not it stands on a device.
    pub fn recognition_of(&self, _title: &RawTitle) -> Recognition {
        Recognition::Unrecognised
    }

    /// The installed titles that `pattern` speaks of, most devices first: what a new rule would touch.
    pub fn titles_fitting(&self, _pattern: &TitlePattern) -> Vec<(TitleFacts, Recognition)> {
        Vec::new()
    }

    /// The installed titles that are recognised as `product`, most devices first.
    pub fn titles_of(&self, _product: ProductId) -> Vec<TitleFacts> {
        Vec::new()
    }
}
