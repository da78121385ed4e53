//! Catalogues: text files in, a version in force out.
//!
//! What the files may say is in `policy`.

use domain::command::Intent;
pub use policy::{CatalogueFile, Finding};

use crate::failure::Failure;

/// The intent to put a catalogue in force, or everything that has to be mended first.
pub fn publication(files: &[CatalogueFile]) -> Result<Intent, Failure> {
    let catalogue = policy::read(files).map_err(Failure::Catalogue)?;
    Ok(Intent::PublishCatalogue { digest: catalogue.digest, categories: catalogue.categories })
}

/// The files that a new organisation starts with.
pub fn shipped() -> Vec<CatalogueFile> {
    policy::shipped()
}
