//! A backup is one tar file of a consistent copy; restoring builds a folder beside the wanted one,
//! verifies it whole, and only then gives it its name.
//!
//! ```text
//! ledger.db  signer.state  keys/master.key  keys/log.key  blobs/ab/abcd..  manifest.json
//! ```
//!
//! The manifest comes last and names every file with its SHA-256, and the size and root of the
//! ledger; a backup cut short has none. Any tar program lists and unpacks it.
//!
//! It holds the keys: whoever reads it reads every field and can sign as the log. Keep it where the
//! keys may be kept, or encrypt it. Restoring brings back what was erased after the backup was made,
//! to be erased again, and a ledger that ends where it ended then: checkpoints that others hold show
//! what came after.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use merkle_log::{Hash, TreeHead};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{io as io_error, sql};
use crate::folder::{FORMAT, Folder, create_private, partial_path, refuse_network_for, sync_folder_of};
use crate::reader::{Reader, read_head};
use crate::verification::{StorageOnly, verify_folder};
use crate::{Store, StoreError, schema};

const MANIFEST: &str = "manifest.json";
const MANIFEST_TITLE: &str = "Indult backup";

/// A manifest takes 140 bytes per file: enough for 400,000 pieces of evidence.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;

/// Keys and the signer's state take less than 300 bytes.
const SMALL_FILE_BYTES_MAX: u64 = 4096;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupContents {
    /// Name of the log.
    pub origin: String,
    /// Size and root of the ledger in it.
    pub head: TreeHead,
    /// Number of files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    title: String,
    format: u32,
    origin: String,
    size: u64,
    root: String,
    files: BTreeMap<String, Described>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    bytes: u64,
    sha256: String,
}

impl Reader {
    /// Writes a backup of the ledger as it is now, while it is in use. The file must not exist yet;
    /// it appears whole or not at all, readable by its owner alone.
    pub fn backup(&self, target: &Path) -> Result<BackupContents, StoreError> {
        if target.exists() {
            return Err(StoreError::NotEmpty { path: target.to_owned() });
        }
        let (copy, partial) = (partial_path(target)?, partial_path(target)?);
        let written = self.write_backup(&copy, &partial).and_then(|contents| {
            fs::rename(&partial, target).map_err(io_error("putting it in place", target))?;
            sync_folder_of(target)?;
            Ok(contents)
        });
        // The copy has served; on failure nothing half-made is left either.
        let _ = fs::remove_file(&copy);
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        written
    }

    fn write_backup(&self, copy: &Path, partial: &Path) -> Result<BackupContents, StoreError> {
        let folder = self.folder();
        // Before the copy of the ledger, so that it never speaks of more entries than the copy has.
        let signed = fs::read(folder.signer_state()).map_err(io_error("reading", folder.signer_state()))?;
        let head = copy_ledger(folder, copy)?;
        let mut archive = Archive::create(partial)?;
        archive.add_file("ledger.db", copy)?;
        archive.add("signer.state", signed.as_slice(), u64::try_from(signed.len()).unwrap_or(0))?;
        archive.add_file("keys/master.key", &folder.master_key())?;
        archive.add_file("keys/log.key", &folder.log_key())?;
        // Entries name evidence only after it was stored, so the copy's is all there.
        for digest in self.blobs().list()?.0 {
            let path = self.blobs().path(&digest);
            if path.exists() {
                archive.add_file(&blob_name(&digest), &path)?;
            }
        }
        archive.finish(self.verifier().name().as_str(), head)
    }
}

/// A compact copy of one instant, with everything committed up to then.
fn copy_ledger(folder: &Folder, copy: &Path) -> Result<TreeHead, StoreError> {
    // An empty file of ours keeps the copy private from its first byte.
    create_private(copy, &[])?;
    let connection = schema::open_for_copy(&folder.ledger())?;
    let name = copy.to_str().ok_or_else(|| StoreError::Backup {
        path: copy.to_owned(),
        reason: "its path is not UTF-8 text, which the database needs".to_owned(),
    })?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(sql("copying itself"))?;
    let copied = schema::open_for_copy(copy)?;
    Ok(read_head(&copied)?.head)
}

fn blob_name(digest: &[u8; 32]) -> String {
    let name = Hash(*digest).to_hex();
    format!("blobs/{}/{name}", name.get(..2).unwrap_or_default())
}

/// A tar file being written, with what was put into it.
struct Archive {
    path: PathBuf,
    tar: tar::Builder<File>,
    files: BTreeMap<String, Described>,
}

impl Archive {
    fn create(path: &Path) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(io_error("creating the backup", path))?;
        Ok(Self { path: path.to_owned(), tar: tar::Builder::new(file), files: BTreeMap::new() })
    }

    fn add_file(&mut self, name: &str, path: &Path) -> Result<(), StoreError> {
        let file = File::open(path).map_err(io_error("opening", path))?;
        let bytes = file.metadata().map_err(io_error("measuring", path))?.len();
        self.add(name, file, bytes)
    }

    fn add(&mut self, name: &str, content: impl Read, bytes: u64) -> Result<(), StoreError> {
        let mut content = Hashing { inner: content.take(bytes), digest: Sha256::new(), bytes: 0 };
        self.append(name, bytes, &mut content)?;
        if content.bytes != bytes {
            return Err(StoreError::Backup {
                path: self.path.clone(),
                reason: format!("{name} became shorter while it was read"),
            });
        }
        self.files.insert(name.to_owned(), content.described());
        Ok(())
    }

    fn append(&mut self, name: &str, bytes: u64, content: impl Read) -> Result<(), StoreError> {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_entry_type(tar::EntryType::Regular);
        self.tar.append_data(&mut header, name, content).map_err(io_error("writing the backup", &self.path))
    }

    fn finish(mut self, origin: &str, head: TreeHead) -> Result<BackupContents, StoreError> {
        let contents = BackupContents {
            origin: origin.to_owned(),
            head,
            files: self.files.len(),
            bytes: self.files.values().map(|file| file.bytes).sum(),
        };
        let manifest = Manifest {
            title: MANIFEST_TITLE.to_owned(),
            format: FORMAT,
            origin: origin.to_owned(),
            size: head.size,
            root: head.root.to_base64(),
            files: std::mem::take(&mut self.files),
        };
        let text = serde_json::to_vec_pretty(&manifest)
            .map_err(|error| io_error("writing the backup", &self.path)(error.into()))?;
        self.append(MANIFEST, u64::try_from(text.len()).unwrap_or(0), text.as_slice())?;
        self.tar.into_inner().and_then(|file| file.sync_all()).map_err(io_error("writing the backup", &self.path))?;
        Ok(contents)
    }
}

/// Passes bytes on and hashes them.
struct Hashing<R> {
    inner: R,
    digest: Sha256,
    bytes: u64,
}

impl<R> Hashing<R> {
    fn described(self) -> Described {
        Described { bytes: self.bytes, sha256: Hash(self.digest.finalize().into()).to_hex() }
    }

    fn note(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.bytes += u64::try_from(bytes.len()).unwrap_or(0);
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.note(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Makes a folder out of a backup. `target` must be new or empty; it appears only after every file
/// was compared with the manifest and the whole ledger was verified.
pub fn restore(backup: &Path, target: &Path) -> Result<BackupContents, StoreError> {
    let empty = match fs::read_dir(target) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if !empty {
        return Err(StoreError::NotEmpty { path: target.to_owned() });
    }
    refuse_network_for(target)?;
    let partial = partial_path(target)?;
    let restored = restore_into(backup, &partial).and_then(|contents| {
        fs::rename(&partial, target).map_err(io_error("putting it in place", target))?;
        sync_folder_of(target)?;
        Ok(contents)
    });
    if restored.is_err() {
        // It holds keys; nobody is to find it half-made.
        let _ = fs::remove_dir_all(&partial);
    }
    restored
}

fn restore_into(backup: &Path, partial: &Path) -> Result<BackupContents, StoreError> {
    let refused = |reason: String| StoreError::Backup { path: backup.to_owned(), reason };
    let folder = Folder::at(partial);
    folder.create()?;
    let (files, manifest) = unpack(backup, &folder)?;
    let manifest: Manifest =
        serde_json::from_slice(&manifest).map_err(|error| refused(format!("its manifest does not read: {error}")))?;
    if manifest.title != MANIFEST_TITLE || manifest.format > FORMAT {
        return Err(refused(format!(
            "it says that it is {:?} of format {}; this program reads {MANIFEST_TITLE:?} up to format {FORMAT}",
            manifest.title, manifest.format
        )));
    }
    let differs = |name: &&String| manifest.files.get(*name) != files.get(*name);
    if let Some(name) = manifest.files.keys().chain(files.keys()).find(differs) {
        return Err(refused(format!("{name} is not as the manifest describes it")));
    }
    folder.write_format()?;
    let seen = verify_folder(partial, &mut StorageOnly)?;
    if let Some(finding) = seen.findings.first() {
        return Err(refused(format!("its ledger does not verify: {finding}")));
    }
    let store = Store::open(partial)?;
    let head = store.head();
    if store.origin() != manifest.origin || head.size != manifest.size || head.root.to_base64() != manifest.root {
        return Err(refused("its ledger is not the one that the manifest describes".to_owned()));
    }
    drop(store);
    sync_file_system(partial)?;
    Ok(BackupContents {
        origin: manifest.origin,
        head,
        files: files.len(),
        bytes: files.values().map(|file| file.bytes).sum(),
    })
}

/// Everything unpacked at once: a sync per file would take minutes for much evidence.
fn sync_file_system(path: &Path) -> Result<(), StoreError> {
    let folder = File::open(path).map_err(io_error("opening", path))?;
    rustix::fs::syncfs(&folder).map_err(|error| io_error("syncing", path)(error.into()))
}

/// Unpacks files that a backup can have, into places that this program chose, and returns what they
/// hold and the manifest.
fn unpack(backup: &Path, folder: &Folder) -> Result<(BTreeMap<String, Described>, Vec<u8>), StoreError> {
    let refused = |reason: String| StoreError::Backup { path: backup.to_owned(), reason };
    let reading = |error| io_error("reading the backup", backup)(error);
    let mut archive = tar::Archive::new(io::BufReader::new(File::open(backup).map_err(reading)?));
    let mut files = BTreeMap::new();
    let mut manifest = None;
    // Raw: extension headers could rename files or ask for memory, and ours has none.
    for entry in archive.entries().map_err(reading)?.raw(true) {
        let entry = entry.map_err(reading)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(refused(format!("{name:?} is not a plain file")));
        }
        if manifest.is_some() {
            return Err(refused("something follows its manifest".to_owned()));
        }
        let bytes = entry.size();
        if name == MANIFEST {
            manifest = Some(read_manifest(entry, bytes).map_err(|error| match error.kind() {
                io::ErrorKind::FileTooLarge => refused(format!("its manifest has {bytes} bytes")),
                _ => reading(error),
            })?);
            continue;
        }
        let path = place(folder, &name, bytes)
            .ok_or_else(|| refused(format!("{name:?} of {bytes} bytes does not belong into a backup")))?;
        if files.contains_key(&name) {
            return Err(refused(format!("{name} is there twice")));
        }
        let described = unpack_file(entry, &path)?;
        files.insert(name, described);
    }
    let manifest = manifest.ok_or_else(|| refused("it ends without a manifest; it was cut short".to_owned()))?;
    Ok((files, manifest))
}

fn read_manifest(entry: impl Read, bytes: u64) -> io::Result<Vec<u8>> {
    if bytes > MANIFEST_BYTES_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut text = Vec::new();
    entry.take(bytes).read_to_end(&mut text)?;
    Ok(text)
}

/// Where a file of a backup belongs; nothing for any other name. Names are compared with those we
/// make, never joined to a path as they come.
fn place(folder: &Folder, name: &str, bytes: u64) -> Option<PathBuf> {
    let small = bytes <= SMALL_FILE_BYTES_MAX;
    match name {
        "ledger.db" => Some(folder.ledger()),
        "signer.state" if small => Some(folder.signer_state()),
        "keys/master.key" if small => Some(folder.master_key()),
        "keys/log.key" if small => Some(folder.log_key()),
        _ => {
            let digest = Hash::from_hex(name.rsplit('/').next()?).ok()?;
            let hex = digest.to_hex();
            (name == blob_name(&digest.0)).then(|| folder.blobs().join(hex.get(..2).unwrap_or_default()).join(hex))
        }
    }
}

fn unpack_file(content: impl Read, path: &Path) -> Result<Described, StoreError> {
    if let Some(shelf) = path.parent() {
        crate::folder::make_private_folder(shelf)?;
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io_error("creating", path))?;
    let mut content = Hashing { inner: content, digest: Sha256::new(), bytes: 0 };
    io::copy(&mut content, &mut file).and_then(|_| file.flush()).map_err(io_error("writing", path))?;
    Ok(content.described())
}
