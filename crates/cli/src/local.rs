//! What only the executable may touch: the clock, the source of randomness and the folder that was named.

use std::path::Path;
use std::sync::Arc;

use app::{App, Surroundings};

use crate::exit::Exit;
use crate::workbooks;

/// The real clock and the system's randomness.
pub fn surroundings() -> Surroundings {
    Surroundings { clock: Arc::new(jiff::Timestamp::now), randomness: Arc::new(random) }
}

/// 32 bytes from the system.
#[expect(clippy::expect_used, reason = "a machine without randomness must not make keys, tokens or salts")]
pub fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Opens a folder and runs it.
pub fn open(folder: &Path) -> Result<App, Exit> {
    if !folder.exists() {
        return Err(Exit::with_code(
            6,
            format!(
                "There is no folder {}. Make one with: indult init --data {0} --organisation NAME --admin E-MAIL",
                folder.display()
            ),
        ));
    }
    let app = App::open(folder, surroundings())?;
    app.read_workbooks_with(workbooks::reader());
    Ok(app)
}
