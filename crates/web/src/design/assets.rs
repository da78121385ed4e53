//! The files that pages refer to, under addresses that carry their digest, so that they can be cached for ever.
//!
//! Serving them is the router's business.

use std::sync::LazyLock;

use domain::digest::Digest;

/// A file that is part of the program.
#[derive(Debug)]
pub struct Asset {
    /// Its address, which changes with its bytes.
    pub address: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

impl Asset {
    fn new(name: &str, ending: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { address: format!("/assets/{name}-{}.{ending}", Digest::of(bytes).short()), media_type, bytes }
    }
}

/// The style sheet.
pub static STYLES: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("indult", "css", "text/css; charset=utf-8", include_bytes!("../../assets/indult.css")));

/// What a script adds where scripts run; every page works without it.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("indult", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/indult.js"))
});

/// The seal in the browser's tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("indult", "svg", "image/svg+xml", include_bytes!("../../assets/indult.svg")));

/// Every file.
pub fn all() -> [&'static Asset; 3] {
    [&STYLES, &SCRIPT, &ICON]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_small_enough_to_be_no_burden() {
        assert!(STYLES.bytes.len() <= 26_000, "{} bytes of styles", STYLES.bytes.len());
        assert!(SCRIPT.bytes.len() <= 5_000, "{} bytes of script", SCRIPT.bytes.len());
        for asset in all() {
            let text = String::from_utf8_lossy(asset.bytes);
            // The name space of SVG is not fetched.
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("//") || !text.contains("http"), "{} refers to another place", asset.address);
        }
    }
}
