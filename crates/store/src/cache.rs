//! The cache: one sealed file with what can be worked out again from everything else in the folder.
//!
//! It is never evidence and never backed up. A file that is missing, cut or altered reads as none.
//! It goes before anything is erased, because it may hold what is to be erased.
//! What it holds, and whether it still belongs to the ledger, is the caller's to say.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::StoreError;
use crate::error::io as io_error;
use crate::folder::{Folder, partial_path, sync_folder_of};
use crate::keyring::{Keyring, SEAL_BYTES, random};

/// What opens the file; a number that makes it this file follows.
const TITLE: &[u8; 16] = b"Indult cache 1\n\0";
const NUMBER_BYTES: usize = 16;
/// Bytes that are sealed together.
const CHUNK_BYTES: usize = 1 << 20;

/// The cache of a folder. A clone is the same one.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Folder,
    keyring: Arc<Keyring>,
    /// How often it was forgotten, so that what was gathered before is not written after.
    forgotten: Arc<AtomicU64>,
}

/// Leave to write the cache with what is known now.
#[derive(Debug)]
pub struct CacheWriting {
    cache: Cache,
    forgotten: u64,
}

impl Cache {
    pub(crate) fn new(folder: Folder, keyring: Arc<Keyring>) -> Self {
        Self { folder, keyring, forgotten: Arc::new(AtomicU64::new(0)) }
    }

    /// What was written last; nothing where it is not there or is not what was written.
    pub fn read(&self) -> Option<Vec<u8>> {
        let file = File::open(self.folder.cache()).ok()?;
        let size = usize::try_from(file.metadata().ok()?.len()).ok()?;
        let mut file = BufReader::with_capacity(CHUNK_BYTES, file);
        let mut head = [0; TITLE.len() + NUMBER_BYTES];
        file.read_exact(&mut head).ok()?;
        let (title, number) = head.split_first_chunk::<{ TITLE.len() }>()?;
        if title != TITLE {
            return None;
        }
        let mut content = Vec::with_capacity(size);
        let mut sealed = Vec::with_capacity(CHUNK_BYTES + SEAL_BYTES);
        for chunk in 0_u64.. {
            sealed.clear();
            let read = (&mut file).take((CHUNK_BYTES + SEAL_BYTES) as u64).read_to_end(&mut sealed).ok()?;
            let last = read < CHUNK_BYTES + SEAL_BYTES;
            let start = content.len();
            let place = place(number, chunk, last);
            let opened = self.keyring.cache.open_into(&place, &sealed, &mut content, start).ok()?;
            content.truncate(start + opened);
            if last {
                return Some(content);
            }
        }
        None
    }

    /// Asks for leave to write. To be asked before what is to be written is gathered.
    pub fn begin(&self) -> CacheWriting {
        CacheWriting { cache: self.clone(), forgotten: self.forgotten.load(Ordering::SeqCst) }
    }

    /// Removes the cache, and revokes leave to write it.
    pub fn forget(&self) -> Result<(), StoreError> {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        match fs::remove_file(self.folder.cache()) {
            Ok(()) => sync_folder_of(&self.folder.cache()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io_error("deleting", self.folder.cache())(error)),
        }
    }
}

impl CacheWriting {
    /// Replaces the cache by `content`, unless it was forgotten meanwhile; whether it was replaced.
    pub fn write(self, content: &[u8]) -> Result<bool, StoreError> {
        let path = self.cache.folder.cache();
        let partial = partial_path(&path)?;
        let written = self.write_sealed(&partial, content);
        let replaced = written.and_then(|()| {
            if self.is_revoked() {
                return Ok(false);
            }
            fs::rename(&partial, &path).map_err(io_error("putting it in place", &path))?;
            if self.is_revoked() {
                // It was forgotten between the two.
                self.cache.forget()?;
                return Ok(false);
            }
            Ok(true)
        });
        if !matches!(replaced, Ok(true)) {
            // Nothing refers to it; a leftover would only take space.
            let _ = fs::remove_file(&partial);
        }
        replaced
    }

    fn is_revoked(&self) -> bool {
        self.cache.forgotten.load(Ordering::SeqCst) != self.forgotten
    }

    /// Title ‖ number ‖ chunks, each nonce ‖ ciphertext ‖ tag. The last has fewer bytes than a chunk, perhaps none.
    fn write_sealed(&self, path: &Path, content: &[u8]) -> Result<(), StoreError> {
        let number: [u8; NUMBER_BYTES] = random()?;
        let writing = |error| io_error("writing", path)(error);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(writing)?;
        file.write_all(TITLE).and_then(|()| file.write_all(&number)).map_err(writing)?;
        let (chunks, rest) = content.as_chunks::<CHUNK_BYTES>();
        let chunks = chunks.iter().map(<[u8; CHUNK_BYTES]>::as_slice).chain([rest]);
        let last = content.len() / CHUNK_BYTES;
        for (index, chunk) in chunks.enumerate() {
            let place = place(&number, u64::try_from(index).unwrap_or(u64::MAX), index == last);
            let sealed = self.cache.keyring.cache.seal(&place, &[chunk])?;
            file.write_all(&sealed).map_err(writing)?;
        }
        // Without a sync: what a power cut leaves of it does not open, and reads as none.
        Ok(())
    }
}

/// number ‖ u64be(chunk) ‖ whether it is the last
fn place(number: &[u8], chunk: u64, last: bool) -> Vec<u8> {
    [number, &chunk.to_be_bytes(), &[u8::from(last)]].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn cache(folder: &Path) -> Cache {
        let folder = Folder::at(folder.join("data"));
        folder.create().unwrap();
        let keyring = Keyring::create(&folder).unwrap();
        Cache::new(folder, Arc::new(keyring))
    }

    fn content(len: usize) -> Vec<u8> {
        (0..len).map(|place| (place * 7 % 251).to_le_bytes()[0]).collect()
    }

    #[test]
    fn what_was_written_last_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        assert_eq!(cache.read(), None);
        for len in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 77] {
            assert!(cache.begin().write(&content(len)).unwrap());
            assert_eq!(cache.read().unwrap(), content(len), "{len}");
        }
        let path = folder.path().join("data/cache");
        let whole = fs::read(&path).unwrap();
        let chunk = CHUNK_BYTES + SEAL_BYTES;
        let cut = [0, 10, TITLE.len() + NUMBER_BYTES, TITLE.len() + NUMBER_BYTES + chunk, whole.len() - 1];
        for len in cut {
            fs::write(&path, &whole[..len]).unwrap();
            assert_eq!(cache.read(), None, "cut to {len}");
        }
        for place in [3, TITLE.len() + 2, TITLE.len() + NUMBER_BYTES + 99, whole.len() - 30] {
            let mut altered = whole.clone();
            altered[place] ^= 1;
            fs::write(&path, &altered).unwrap();
            assert_eq!(cache.read(), None, "altered at {place}");
        }
        let head = TITLE.len() + NUMBER_BYTES;
        let swapped = [&whole[..head], &whole[head + chunk..head + 2 * chunk], &whole[head..head + chunk]].concat();
        fs::write(&path, [&swapped, &whole[head + 2 * chunk..]].concat()).unwrap();
        assert_eq!(cache.read(), None, "two chunks in each other's place");
    }

    #[test]
    fn what_was_gathered_before_it_was_forgotten_is_not_written_after() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        assert!(cache.begin().write(b"old").unwrap());
        let writing = cache.begin();
        cache.forget().unwrap();
        assert_eq!(cache.read(), None);
        assert!(!writing.write(b"old").unwrap());
        assert_eq!(cache.read(), None);
        assert!(cache.begin().write(b"new").unwrap());
        assert_eq!(cache.read().unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path().join("data")).unwrap().count(), 3, "keys, blobs and the cache");
    }
}
