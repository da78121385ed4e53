//! Power cuts: a file system of its own, shut down under a writer without flushing anything, mounted again and opened.
//!
//! Only what was acknowledged before the cut began must be there: a sync that was under way may or may not have held.
//! The control with `synchronous=NORMAL` must lose acknowledged entries, or the harness would prove nothing.
//! A shutdown drops what was not synced; it does not tear sectors, and it says nothing of disks that lie.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use store::{Durability, Store};

use crate::fixture::{ORIGIN, command, entry};

const CUTS: u64 = 20;
/// More than the control has ever needed.
const CONTROL_CUTS_MAX: u64 = 8;
const IMAGE_BYTES: u64 = 64 << 20;

fn run(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// A file system in a file, unmounted with the value.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new() -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(disk.mount_point()).unwrap();
        std::fs::File::create(disk.image()).unwrap().set_len(IMAGE_BYTES).unwrap();
        let image = disk.image();
        let made = run("mkfs.ext4", &["-q", "-F", image.to_str().unwrap()]);
        (made && disk.mount()).then_some(disk)
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("disk.image")
    }

    fn mount_point(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    fn mount(&self) -> bool {
        let (image, point) = (self.image(), self.mount_point());
        run("mount", &["-o", "loop", image.to_str().unwrap(), point.to_str().unwrap()])
    }

    fn unmount(&self) -> bool {
        run("umount", &[self.mount_point().to_str().unwrap()])
    }

    /// From the start of this call nothing more needs to reach the disk, and after it nothing does.
    fn cut_power(&self) {
        assert!(run("xfs_io", &["-x", "-c", "shutdown", self.mount_point().to_str().unwrap()]), "the cut failed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if !self.unmount() {
            run("umount", &["-l", self.mount_point().to_str().unwrap()]);
        }
    }
}

/// Appends one entry after the other until the disk is gone, and says how many were acknowledged.
fn write_until_cut(store: &mut Store, acknowledged: &AtomicU64) {
    loop {
        let seq = store.size();
        let reason = format!("the reason given in entry {seq}");
        let next = command(&format!("c{seq}"), vec![entry(&format!("case/EXC-{seq}"), 1, &[&reason])]);
        match store.append(seq, &[next]) {
            Ok(appended) => acknowledged.store(appended.size, Ordering::SeqCst),
            Err(_) => return,
        }
    }
}

/// One cut: how many entries were acknowledged before it, and how many are there after it.
fn cut(disk: &Disk, durability: Durability, after: Duration) -> (u64, u64) {
    let data = disk.mount_point().join("data");
    let mut store = Store::create_with(&data, ORIGIN, "Acme", durability).unwrap();
    let acknowledged = AtomicU64::new(0);
    let before = std::thread::scope(|scope| {
        scope.spawn(|| write_until_cut(&mut store, &acknowledged));
        std::thread::sleep(after);
        let before = acknowledged.load(Ordering::SeqCst);
        disk.cut_power();
        before
    });
    assert!(store.append(store.size(), &[command("late", vec![entry("late", 1, &[])])]).is_err(), "poisoned for good");
    drop(store);
    assert!(disk.unmount() && disk.mount(), "the disk could not be mounted again");
    (before, size_of(&data))
}

/// Entries in a folder after the power came back; all of them verify.
fn size_of(data: &Path) -> u64 {
    let Ok(store) = Store::open(data) else { return 0 };
    let size = store.size();
    drop(store);
    let seen = store::verify_folder(data, &mut store::StorageOnly).unwrap();
    assert!(seen.is_sound(), "{:?}", seen.findings.first());
    size
}

#[test]
fn no_acknowledged_entry_is_lost_when_the_power_is_cut() {
    if !cfg!(target_os = "linux") || Disk::new().is_none() {
        println!("skipped: no loop file system can be mounted here, so power cuts were not tried");
        return;
    }
    let mut total = 0;
    for number in 0..CUTS {
        let disk = Disk::new().unwrap();
        let (before, after) = cut(&disk, Durability::Full, Duration::from_millis(60 + number * 17));
        assert!(after >= before, "cut {number}: {before} entries were acknowledged before it and {after} are left");
        total += before;
    }
    assert!(total > 50, "too few entries to mean anything: {total}");
    println!("{CUTS} cuts, {total} entries acknowledged before them, 0 lost");
}

#[test]
fn the_harness_notices_a_store_that_answers_before_the_sync() {
    if Disk::new().is_none() {
        println!("skipped: no loop file system can be mounted here, so the control was not tried");
        return;
    }
    for number in 0..CONTROL_CUTS_MAX {
        let disk = Disk::new().unwrap();
        let (before, after) = cut(&disk, Durability::NormalForControl, Duration::from_millis(300 + number * 40));
        if after < before {
            println!("cut {number} lost {} of {before} acknowledged entries, as it must", before - after);
            return;
        }
    }
    panic!("{CONTROL_CUTS_MAX} cuts lost nothing without the sync; the harness cannot see a loss");
}
