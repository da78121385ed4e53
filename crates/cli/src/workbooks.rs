//! Workbooks are read in a process of their own, with little time, little memory and nothing to write to: their notation
//! is large, and whoever made one may want the program to fall over it.
//!
//! The process is this program again, under a word that no help mentions. Bytes go in at its standard input; a sheet, or
//! the reason why there is none, comes out as JSON.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::imports::{Unreadable, Workbook, WorkbookReader, read_workbook};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde_json::{Value, json};

/// The word under which the program is a reader of workbooks.
const READER: &str = "read-workbook-from-standard-input";

/// Memory of the reader, the program's own image included: the unpacked workbook and its sheet fit twice.
const MEMORY_BYTES_MAX: u64 = 1_536 << 20;
/// Seconds of a core that the reader may use; the largest workbook within the limits takes about ten.
const CPU_SECONDS_MAX: u64 = 60;
/// Files that the reader may have open: its three streams and a few for the runtime.
const FILES_MAX: u64 = 16;
/// How long anybody waits for it, on a machine that does other things too.
const WAIT_MAX: Duration = Duration::from_mins(2);
/// What it may say: the texts of a sheet, written as JSON.
const SAID_BYTES_MAX: u64 = 400 << 20;
/// What it may be told: the largest file that is imported, and a byte by which a larger one shows.
const FILE_BYTES_READ: u64 = (25 << 20) + 1;

/// Does the reader's work, where that is what this process was started for.
pub fn as_reader() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(READER) {
        return None;
    }
    let sheet = arguments.next();
    Some(if limit_myself().is_ok() && answer(sheet.as_deref()).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// From here on this process can do little harm.
fn limit_myself() -> Result<(), rustix::io::Errno> {
    for (resource, most) in [
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Cpu, CPU_SECONDS_MAX),
        (Resource::Nofile, FILES_MAX),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

fn answer(sheet: Option<&str>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(FILE_BYTES_READ).read_to_end(&mut bytes)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match read_workbook(&bytes, sheet) {
        Ok(workbook) => serde_json::to_writer(&mut out, &workbook)?,
        Err(refusal) => {
            let said = json!({ "problem": refusal.to_string(), "repair": refusal.repair() });
            serde_json::to_writer(&mut out, &said)?;
        }
    }
    out.flush()
}

/// Reads workbooks in such a process.
pub fn reader() -> WorkbookReader {
    Arc::new(read_elsewhere)
}

fn read_elsewhere(bytes: &[u8], sheet: Option<&str>) -> Result<Workbook, Unreadable> {
    let said = ask_reader(bytes, sheet).map_err(|error| {
        tracing::warn!(%error, "a workbook could not be read in a process of its own");
        Unreadable::BeyondReading
    })?;
    let said = said.ok_or(Unreadable::BeyondReading)?;
    if let Ok(workbook) = serde_json::from_slice::<Workbook>(&said) {
        return Ok(workbook);
    }
    let refusal: Value = serde_json::from_slice(&said).map_err(|_| Unreadable::BeyondReading)?;
    let word = |key: &str| refusal.get(key).and_then(Value::as_str).map(str::to_owned);
    match (word("problem"), word("repair")) {
        (Some(problem), Some(repair)) => Err(Unreadable::Said { problem, repair }),
        (Some(_) | None, _) => Err(Unreadable::BeyondReading),
    }
}

/// What the reader says; `None` where it ended without an answer.
fn ask_reader(bytes: &[u8], sheet: Option<&str>) -> std::io::Result<Option<Vec<u8>>> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg(READER)
        .args(sheet)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Ok(None);
    };
    let child = Arc::new(Mutex::new(child));
    std::thread::scope(|scope| {
        let (done, is_done) = channel::<()>();
        scope.spawn(move || {
            // A reader that has ended early is heard of by what it said.
            let _ = to.write_all(bytes);
        });
        let watched = Arc::clone(&child);
        scope.spawn(move || {
            if is_done.recv_timeout(WAIT_MAX) == Err(RecvTimeoutError::Timeout) {
                end(&watched);
            }
        });
        let mut said = Vec::new();
        let read = from.take(SAID_BYTES_MAX).read_to_end(&mut said);
        drop(done);
        end(&child);
        let ended_well = child.lock().unwrap_or_else(PoisonError::into_inner).wait()?.success();
        read?;
        Ok((ended_well || !said.is_empty()).then_some(said))
    })
}

/// Ends the reader, where it has not ended by itself.
fn end(child: &Mutex<Child>) {
    // One that has ended cannot be ended again.
    let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
}
