//! The catalogue that a new organisation starts with. Its files are in the folder `catalogue` of this crate.
//!
//! None of its categories is for terms that a customer asks for: a grant is supply of a product that we use, so one for
//! a customer would count as cover for ourselves.

use crate::catalogue::CatalogueFile;

/// The files of the catalogue that comes with the program.
pub fn shipped() -> Vec<CatalogueFile> {
    let files: [(&str, &[u8]); 3] = [
        ("exceed-entitlement.toml", include_bytes!("../catalogue/exceed-entitlement.toml")),
        ("open-source-component.toml", include_bytes!("../catalogue/open-source-component.toml")),
        ("outside-scope.toml", include_bytes!("../catalogue/outside-scope.toml")),
    ];
    files.into_iter().map(|(name, bytes)| CatalogueFile { name: name.to_owned(), bytes: bytes.to_vec() }).collect()
}
