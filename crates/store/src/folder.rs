//! Where everything lies in the folder, and the rules for touching it: one process, a local disk,
//! private keys, files replaced whole.
//!
//! What is in the files is the business of the module that writes them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock, statfs};

use crate::StoreError;
use crate::error::io as io_error;

/// Newest folder format that this release reads and writes.
pub const FORMAT: u32 = 1;

/// `PRAGMA application_id` of the database: `Indu`.
pub(crate) const APPLICATION_ID: u32 = 0x496e_6475;

/// What opens the format file; the number follows.
const FORMAT_TITLE: &str = "Indult data folder\nformat ";

/// Offsets in the SQLite file header (fileformat2, section 1.3).
const USER_VERSION_OFFSET: usize = 60;
const HEADER_BYTES: usize = 100;

/// Paths inside one folder. Holds no file open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Names a folder; looks at nothing.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { root: path.into() }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The database; `-wal` and `-shm` appear beside it while it is open.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger.db")
    }

    /// 32 random bytes that all other storage keys come from.
    pub fn master_key(&self) -> PathBuf {
        self.keys().join("master.key")
    }

    /// The log's private signing key.
    pub fn log_key(&self) -> PathBuf {
        self.keys().join("log.key")
    }

    /// What the log's key signed last.
    pub fn signer_state(&self) -> PathBuf {
        self.root.join("signer.state")
    }

    /// Evidence, one encrypted file per content.
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// What was sent to webhooks and what is to be sent.
    pub(crate) fn outbox(&self) -> PathBuf {
        self.root.join("outbox.db")
    }

    /// What can be worked out again.
    pub(crate) fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    pub(crate) fn format(&self) -> PathBuf {
        self.root.join("format")
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Makes the empty folder with its subfolders, readable by the owner alone.
    pub(crate) fn create(&self) -> Result<(), StoreError> {
        refuse_network_for(&self.root)?;
        match fs::read_dir(&self.root) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(StoreError::NotEmpty { path: self.root.clone() });
                }
                fs::set_permissions(&self.root, fs::Permissions::from_mode(0o700))
                    .map_err(io_error("making it private", &self.root))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let missing: Vec<&Path> = self.root.ancestors().take_while(|path| !path.exists()).collect();
                make_private_folder(&self.root)?;
                // A power cut must not take the folder's own name with it.
                for created in missing.into_iter().filter(|path| !path.as_os_str().is_empty()) {
                    sync_folder_of(created)?;
                }
            }
            Err(error) => return Err(io_error("listing it", &self.root)(error)),
        }
        make_private_folder(&self.keys())?;
        make_private_folder(&self.blobs())
    }

    /// Marks the folder as whole. Written last, so that a creation cut short is recognised.
    pub(crate) fn write_format(&self) -> Result<(), StoreError> {
        write_durably(&self.format(), format!("{FORMAT_TITLE}{FORMAT}\n").as_bytes())
    }

    /// Refuses what this release cannot work with. Writes nothing, not even a lock.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let not_a_ledger = |reason| StoreError::NotALedger { path: self.root.clone(), reason };
        let text = match fs::read_to_string(self.format()) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(not_a_ledger("it was never created, or its creation did not finish"));
            }
            Err(error) => return Err(io_error("reading it", self.format())(error)),
        };
        let format = text
            .strip_prefix(FORMAT_TITLE)
            .and_then(|rest| rest.strip_suffix('\n'))
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| not_a_ledger("its format file is not one of ours"))?;
        self.require_known(format)?;
        refuse_network(&self.root)?;
        self.require_known(self.database_format()?)
    }

    fn require_known(&self, found: u32) -> Result<(), StoreError> {
        if found > FORMAT {
            return Err(StoreError::NewerFormat { path: self.root.clone(), found, known: FORMAT });
        }
        Ok(())
    }

    /// `PRAGMA user_version` straight from the file: opening the database would create files.
    fn database_format(&self) -> Result<u32, StoreError> {
        let path = self.ledger();
        let mut header = [0; HEADER_BYTES];
        File::open(&path)
            .and_then(|mut file| file.read_exact(&mut header))
            .map_err(io_error("reading its header", &path))?;
        let version = header
            .get(USER_VERSION_OFFSET..)
            .and_then(|rest| rest.first_chunk::<4>())
            .map_or(0, |bytes| u32::from_be_bytes(*bytes));
        Ok(version)
    }

    /// Deletes what a crash left half-written. Only while the folder is locked: a file of that name
    /// may be in the making otherwise.
    pub(crate) fn sweep(&self) -> Result<(), StoreError> {
        let mut folders = vec![self.root.clone(), self.blobs()];
        folders.extend(list(&self.blobs())?.into_iter().filter(|path| path.is_dir()));
        for folder in folders {
            for path in list(&folder)?.into_iter().filter(|path| is_partial(path) && path.is_file()) {
                fs::remove_file(&path).map_err(io_error("deleting", &path))?;
            }
        }
        Ok(())
    }

    /// Takes the folder for this process until the lock is dropped.
    pub(crate) fn lock(&self) -> Result<FolderLock, StoreError> {
        let path = self.lock_file();
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(io_error("opening the lock", &path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut text = String::new();
                let read = file.read_to_string(&mut text);
                return Err(StoreError::InUse {
                    path: self.root.clone(),
                    process: read.ok().and_then(|_| text.trim().parse().ok()),
                });
            }
            Err(error) => return Err(io_error("locking", &path)(error.into())),
        }
        // Only to name the process to the next one; the lock itself is the kernel's.
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(io_error("writing the process id", &path))?;
        Ok(FolderLock { _file: file })
    }
}

/// Held while the folder is in use; the kernel frees it when the process ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

pub(crate) fn make_private_folder(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io_error("creating the folder", path))
}

/// What lies in a folder.
pub(crate) fn list(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(io_error("listing", path))
}

fn nearest_existing(path: &Path) -> &Path {
    path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("."))
}

/// `f_type` of file systems where WAL's shared memory, locks or `fsync` do not hold (magic.h of
/// Linux). FUSE is among them because it hides what is behind: sshfs, S3 and shared folders of a
/// virtual machine look the same as a local disk.
const NETWORK_FILE_SYSTEMS: [(u32, &str); 13] = [
    (0x6969, "NFS"),
    (0x517b, "an SMB share"),
    (0xff53_4d42, "a CIFS share"),
    (0xfe53_4d42, "an SMB2 share"),
    (0x6573_5546, "FUSE or a shared folder of the host"),
    (0x0102_1997, "a 9P share"),
    (0x00c3_6400, "CephFS"),
    (0x0bd0_0bd0, "Lustre"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x564c, "NCP"),
    (0x7461_636f, "OCFS2"),
];

fn refuse_network(path: &Path) -> Result<(), StoreError> {
    let found = statfs(path).map_err(|error| io_error("asking for its file system", path)(error.into()))?;
    file_system_refused(path, found.f_type.cast_unsigned())
}

/// Refuses a place that may not exist yet.
pub(crate) fn refuse_network_for(path: &Path) -> Result<(), StoreError> {
    refuse_network(nearest_existing(path))
}

fn file_system_refused(path: &Path, magic: u64) -> Result<(), StoreError> {
    let known = NETWORK_FILE_SYSTEMS
        .iter()
        // The kernel's type is a signed long; only the low 32 bits carry the number.
        .find(|(number, _)| u64::from(*number) == magic & 0xffff_ffff);
    match known {
        None => Ok(()),
        Some((_, name)) => Err(StoreError::FileSystem {
            path: path.to_owned(),
            file_system: name,
            reason: "its locks and its answers to a sync cannot be relied on",
        }),
    }
}

/// Creates a private file that must not exist yet, and syncs it and its folder.
pub(crate) fn create_private(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(io_error("creating the file", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io_error("writing", path))?;
    sync_folder_of(path)
}

/// How the names of files end that are not finished yet.
const PARTIAL: &str = ".partial";

/// A name beside `path` that nobody uses.
pub(crate) fn partial_path(path: &Path) -> Result<PathBuf, StoreError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}{PARTIAL}", random_suffix()?));
    Ok(PathBuf::from(partial))
}

pub(crate) fn is_partial(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(PARTIAL.as_bytes())
}

/// Replaces a file whole: after a crash there is the old or the new content.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let partial = partial_path(path)?;
    let written = create_private(&partial, bytes)
        .and_then(|()| fs::rename(&partial, path).map_err(io_error("putting it in place", path)));
    if written.is_err() {
        // Nothing refers to it; a leftover would only take space.
        let _ = fs::remove_file(&partial);
    }
    written?;
    sync_folder_of(path)
}

/// Makes a rename or a creation durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("syncing the folder", folder))
}

/// Makes temporary names unique among concurrent writers.
fn random_suffix() -> Result<String, StoreError> {
    getrandom::u64().map(|number| format!("{number:016x}")).map_err(|_| StoreError::Randomness)
}

/// Reads a secret after making sure that only its owner can.
pub(crate) fn read_private(path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::Key { path: path.to_owned(), reason: "the key file is missing".to_owned() });
        }
        Err(error) => return Err(io_error("opening", path)(error)),
    };
    let mode = file.metadata().map_err(io_error("reading its permissions", path))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(StoreError::KeyExposed { path: path.to_owned(), mode });
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(io_error("reading", path))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn network_file_systems_are_refused_by_name_and_local_ones_are_not() {
        let path = Path::new("/srv/indult");
        for (magic, name) in NETWORK_FILE_SYSTEMS {
            let refusal = file_system_refused(path, u64::from(magic)).unwrap_err();
            assert!(refusal.to_string().contains(name), "{refusal}");
            // As the kernel gives it where `long` is 64 bits and the number has its top bit set.
            let extended = i64::from(magic.cast_signed()).cast_unsigned();
            assert!(file_system_refused(path, extended).is_err());
        }
        // ext4, XFS, Btrfs, ZFS, tmpfs, overlayfs.
        for local in [0xef53, 0x5846_5342, 0x9123_683e, 0x2fc1_2fc1, 0x0102_1994, 0x794c_7630] {
            assert!(file_system_refused(path, local).is_ok());
        }
    }
}
