//! Writes every sample page as a file that a browser opens without a server: `cargo run -p web --example page_gallery`.
//!
//! The pages go to the folder given as the first argument, `target/gallery` without one.

use std::path::PathBuf;
use std::{env, fs, io};

use web::design::assets;
use web::pages::samples;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in assets::all() {
        fs::write(folder.join(asset.address.trim_start_matches('/')), asset.bytes)?;
    }
    for sample in samples::all("") {
        // From a file, the assets lie beside the page.
        let page = sample.page.into_string().replace("\"/assets/", "\"assets/");
        fs::write(folder.join(format!("{}.html", sample.name)), page)?;
    }
    Ok(())
}
