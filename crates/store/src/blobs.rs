//! Evidence files: named by the SHA-256 of what is in them, encrypted on disk, written before the
//! ledger names them.
//!
//! Which digests the ledger names is the caller's to know.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use merkle_log::Hash;
use sha2::{Digest as _, Sha256};

use crate::StoreError;
use crate::error::{damaged, io as io_error};
use crate::folder::{Folder, is_partial, list, make_private_folder, sync_folder_of, write_durably};
use crate::keyring::Keyring;

/// The blobs of one folder. Cheap to clone; needs no writer.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: Folder,
    keyring: Arc<Keyring>,
}

impl Blobs {
    pub(crate) fn new(folder: Folder, keyring: Arc<Keyring>) -> Self {
        Self { folder, keyring }
    }

    /// Stores content and returns its SHA-256 when it is durable. Storing it again is free.
    pub fn put(&self, content: &[u8]) -> Result<[u8; 32], StoreError> {
        let digest: [u8; 32] = Sha256::digest(content).into();
        // A file that does not open any more is written anew.
        if self.get(&digest).is_ok_and(|found| found.is_some()) {
            return Ok(digest);
        }
        let path = self.path(&digest);
        if let Some(shelf) = path.parent()
            && !shelf.exists()
        {
            make_private_folder(shelf)?;
            sync_folder_of(shelf)?;
        }
        let sealed = self.keyring.blobs.seal(&digest, &[content])?;
        write_durably(&path, &sealed)?;
        Ok(digest)
    }

    /// The content, or nothing when no such blob is stored.
    pub fn get(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(digest);
        let sealed = match fs::read(&path) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error("reading", path)(error)),
        };
        let content = self
            .keyring
            .blobs
            .open(digest, &sealed)
            .ok()
            .filter(|content| Sha256::digest(content).as_slice() == digest)
            .ok_or_else(|| damaged(format!("{} is not the evidence stored there", path.display())))?;
        Ok(Some(content))
    }

    /// Deletes content for good. Deleting what is not there is free.
    pub fn remove(&self, digest: &[u8; 32]) -> Result<(), StoreError> {
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Ok(()) => sync_folder_of(&path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io_error("deleting", path)(error)),
        }
    }

    /// The digests stored, in order, and names in the folder that are no blob's.
    pub fn list(&self) -> Result<(Vec<[u8; 32]>, Vec<PathBuf>), StoreError> {
        let (mut digests, mut strangers) = (Vec::new(), Vec::new());
        let root = self.folder.blobs();
        for shelf in list(&root)? {
            if !shelf.is_dir() {
                strangers.push(shelf);
                continue;
            }
            for path in list(&shelf)? {
                let digest = path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .and_then(|name| Hash::from_hex(name).ok())
                    .map(|hash| hash.0)
                    .filter(|digest| self.path(digest) == path);
                match digest {
                    Some(digest) => digests.push(digest),
                    // Being written, or left behind by a crash while it was.
                    None if is_partial(&path) => {}
                    None => strangers.push(path),
                }
            }
        }
        digests.sort_unstable();
        strangers.sort_unstable();
        Ok((digests, strangers))
    }

    /// `blobs/ab/abcd...`
    pub(crate) fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let name = Hash(*digest).to_hex();
        let shelf = name.get(..2).unwrap_or_default().to_owned();
        self.folder.blobs().join(shelf).join(name)
    }
}
