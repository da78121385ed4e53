//! Devices, where software is on them, what sources leave out and where they differ, read from one snapshot.
//!
//! The arithmetic is in `position`; what must be licensed is in `positions`.

use domain::id::ProductId;
use position::facets;
pub use position::facets::{Dimension, Facet};
use position::quality;
pub use position::quality::{DeviceGap, IncompleteTitle, Lacking, TitleGap};
pub use position::selection::{Choices, Selection};
pub use position::{Attribute, Conflict, Differing, SharedMark, Sharing, Stated, Twin};

use crate::positions::DeviceIndex;
use crate::snapshot::Snapshot;

impl Snapshot {
    /// The devices that fit a selection, by name.
    pub fn selected(&self, selection: &Selection) -> Vec<DeviceIndex> {
        selection.devices(&self.base)
    }

    /// Where the installed base is, or one product of it.
    pub fn facets(&self, dimension: Dimension, product: Option<ProductId>) -> Vec<Facet> {
        match product {
            Some(product) => facets::facets_of(&self.base, dimension, product),
            None => facets::facets(&self.base, dimension),
        }
    }

    /// How many devices lack what.
    pub fn device_gaps(&self) -> Vec<Lacking<DeviceGap>> {
        quality::device_gaps(self.base.estate())
    }

    /// How many installations lack what.
    pub fn title_gaps(&self) -> Vec<Lacking<TitleGap>> {
        quality::title_gaps(self.base.estate())
    }

    /// The titles that lack something, most installations first.
    pub fn incomplete_titles(&self, gap: TitleGap) -> Vec<IncompleteTitle> {
        quality::incomplete_titles(self.base.estate(), gap)
    }

    /// On how many devices sources differ about what.
    pub fn differing(&self) -> Vec<Differing> {
        self.base.estate().differing()
    }

    /// What sources state differently of devices, by name of the device.
    pub fn conflicts(&self, attribute: Option<Attribute>) -> Vec<Conflict> {
        self.base.estate().conflicts(attribute)
    }

    /// How many devices share a mark with another.
    pub fn sharing(&self) -> Vec<Sharing> {
        self.base.estate().sharing()
    }

    /// The devices that share a mark with another, by mark.
    pub fn twins(&self, mark: SharedMark) -> Vec<Twin> {
        self.base.estate().twins(mark)
    }
}
