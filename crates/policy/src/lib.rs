//! The catalogue as text files: what kinds of exception there are, what they ask and who decides on them.
//!
//! A catalogue is a folder of TOML files, one for each category. [`read`] turns the files into categories, or says
//! everything that has to be mended before they can be put in force, each with its file, place and repair.
//! The digest of the files names the version.
//!
//! Pure: the caller brings the bytes. What a category means for a request is decided in `domain`.

#![warn(clippy::wildcard_enum_match_arm)]

mod catalogue;
mod category;
mod finding;
mod shipped;
mod table;

pub use catalogue::{CATALOGUE_BYTES_MAX, CatalogueFile, FILE_BYTES_MAX, FILES_MAX, ReadCatalogue, digest, read};
pub use category::{
    DAYS_MAX, DECISION_DAYS_MAX, FIELDS_MAX, HELP_CHARS_MAX, KEY_CHARS_MAX, LABEL_CHARS_MAX, QUANTITY_MAX,
    SCOPE_CHARS_MAX, SEATS_COUNT_MAX, TITLE_CHARS_MAX,
};
pub use finding::Finding;
pub use shipped::shipped;
