//! The catalogue that a new organisation starts with. Its files are in the folder `catalogue` of this crate.

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
