//! The folder of a witness: its key, and what it has cosigned of every log.
//!
//! It is no organisation's folder. What the kept text means is for the caller.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

const KEY: &str = "witness.key";
const STATE: &str = "witness.json";

/// The folder of a witness.
#[derive(Clone, Debug)]
pub struct WitnessFolder(PathBuf);

impl WitnessFolder {
    /// The folder at `path`, whether or not it is there.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folder with its key; fails where there is a key already.
    pub fn create(&self, secret: &str) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.0.join(KEY))?;
        file.write_all(secret.as_bytes())?;
        file.sync_all()?;
        File::open(&self.0)?.sync_all()
    }

    /// The key's text.
    pub fn key(&self) -> io::Result<String> {
        fs::read_to_string(self.0.join(KEY))
    }

    /// What was kept last; `None` before the first time.
    pub fn kept(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(STATE)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces what is kept as a whole: written, synced, renamed, and the rename synced.
    pub fn keep(&self, bytes: &[u8]) -> io::Result<()> {
        let fresh = self.0.join("witness.json.new");
        let mut file = File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, self.0.join(STATE))?;
        File::open(&self.0)?.sync_all()
    }
}
