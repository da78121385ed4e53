//! The software catalogue that comes with the program, read once.

use std::sync::{Arc, LazyLock};

use super::SoftwareCatalogue;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../catalogue/", $name, ".toml")))),*]
    };
}

/// The files, by name. Their order decides nothing but between two equally precise patterns.
const FILES: &[(&str, &str)] = files![
    "microsoft",
    "oracle",
    "ibm",
    "adobe",
    "autodesk",
    "engineering",
    "infrastructure",
    "business",
    "security",
    "desktop",
    "development",
    "science",
    "media",
    "automation",
    "components",
    "free",
];

// A test reads the files, so that an empty catalogue never stands in for a faulty one.
static SHIPPED: LazyLock<Arc<SoftwareCatalogue>> =
    LazyLock::new(|| Arc::new(SoftwareCatalogue::read(FILES).unwrap_or_default()));

/// The software catalogue that comes with this version of the program.
pub fn shipped() -> &'static Arc<SoftwareCatalogue> {
    &SHIPPED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_files_are_read_without_a_fault() {
        let fault = SoftwareCatalogue::read(FILES).err().map(|fault| fault.to_string());
        assert_eq!(fault, None);
    }
}
