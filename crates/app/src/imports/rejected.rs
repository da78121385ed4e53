//! What an import left out, as a table: rows as they were with their reasons, to be repaired and brought in alone; or,
//! where a piece cannot be brought in alone, its place and reason.

use domain::id::ImportId;
use domain::observation::Reject;
use importers::RejectedRow;

use super::reading::Read;
use crate::failure::Failure;
use crate::organisation::App;

/// What was left out, as a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RejectFile {
    /// Its headers.
    pub headers: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// Whether its rows, once repaired, can be brought in as a file of their own.
    pub can_come_in: bool,
}

impl RejectFile {
    pub(super) fn of(read: &Read) -> Self {
        match read {
            Read::Entitlements(_, file) if file.view.is_some() => {
                let headers = file.view.as_ref().map(|view| view.headers.clone()).unwrap_or_default();
                Self::of_rows(headers, &file.rejected_rows)
            }
            Read::Leavers(_, file) => Self::of_rows(file.view.headers.clone(), &file.rejected_rows),
            // The rows of a device count together, and sessions of a time do: some of them alone would take the place of
            // all.
            Read::Inventory(..) | Read::Entitlements(..) | Read::Usage(..) => Self::of_places(read),
        }
    }

    fn of_rows(mut headers: Vec<String>, rejected: &[RejectedRow]) -> Self {
        let width = headers.len();
        headers.extend(["line", "problem", "repair"].map(str::to_owned));
        let row = |row: &RejectedRow| {
            let joined = |part: fn(&Reject) -> &String| {
                let mut parts: Vec<&str> = row.rejects.iter().map(|reject| part(reject).as_str()).collect();
                parts.dedup();
                parts.join(" ")
            };
            let mut cells = row.cells.clone();
            cells.resize(width, String::new());
            cells.extend([row.line.to_string(), joined(|reject| &reject.problem), joined(|reject| &reject.repair)]);
            cells
        };
        Self { headers, rows: rejected.iter().map(row).collect(), can_come_in: true }
    }

    fn of_places(read: &Read) -> Self {
        let row = |file: &str, reject: &Reject| {
            let Reject { place, found, problem, repair } = reject.clone();
            vec![file.to_owned(), place, found, problem, repair]
        };
        Self {
            headers: ["file", "place", "found", "problem", "repair"].map(str::to_owned).to_vec(),
            rows: read
                .rejects()
                .iter()
                .flat_map(|file| file.rejects.iter().map(|reject| row(&file.file, reject)))
                .collect(),
            can_come_in: false,
        }
    }
}

impl App {
    /// What an import left out, read again from the files that are kept as evidence.
    pub fn rejects_of(&self, import: ImportId) -> Result<RejectFile, Failure> {
        Ok(RejectFile::of(&self.read_again(import)?))
    }
}
