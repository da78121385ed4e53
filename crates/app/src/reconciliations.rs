//! What others say that we own or owe beside what is recorded: files in, comparisons out, nothing written.
//!
//! How rows and rights are paired, and what follows, is in `position`.

use std::sync::Arc;

use domain::State;
use domain::id::PartyId;
use domain::observation::{PublisherStatementRow, Reject};
use jiff::civil::Date;
pub use position::reconciliation::{Comparison, Finding, FindingKind, Incomparable, PairedBy, Reconciliation, Side};
use position::reconciliation::{Question, reconcile};

use crate::failure::Failure;
use crate::imports::{GivenFile, HowToRead, SeenTable, blocking};
use crate::organisation::App;
use crate::snapshot::Snapshot;

/// A publisher's statement to compare.
#[derive(Debug, Clone)]
pub struct GivenStatement {
    /// The file.
    pub file: GivenFile,
    /// How its table is read.
    pub how: HowToRead,
    /// Whose statement it is, where somebody says so.
    pub publisher: Option<PartyId>,
    /// The day; today where nobody says.
    pub on: Option<Date>,
}

/// A publisher's statement beside our rights.
#[derive(Debug, Clone)]
pub struct ComparedStatement {
    /// What was read.
    pub snapshot: Arc<Snapshot>,
    /// The rows of the statement that were read.
    pub rows: Vec<PublisherStatementRow>,
    /// What came of them.
    pub reconciliation: Reconciliation,
    /// What could not be read, and was not compared.
    pub rejects: Vec<Reject>,
    /// Rows that repeat an earlier one.
    pub merged: u64,
    /// How the table was read.
    pub table: Option<SeenTable>,
}

impl ComparedStatement {
    /// Whether every row could be read and everything agrees.
    pub fn agrees(&self) -> bool {
        self.rejects.is_empty() && self.reconciliation.agrees()
    }
}

/// The party that words mean: its number, or its name.
pub fn publisher_meant(state: &State, words: &str) -> Option<PartyId> {
    let by_number = words.trim().parse().ok().filter(|party| state.parties.contains_key(party));
    by_number.or_else(|| state.party_named(words).map(|party| party.id))
}

impl App {
    /// Sets a publisher's statement beside our rights. Nothing is recorded.
    pub async fn reconcile_statement(&self, given: GivenStatement) -> Result<ComparedStatement, Failure> {
        let app = self.clone();
        blocking(move || {
            let snapshot = app.snapshot();
            let party = given.publisher.and_then(|publisher| snapshot.state.parties.get(&publisher));
            let source = party.map_or("", |party| party.name.as_str());
            let (read, table) = app.read_publisher_statement(&given.file, source, &given.how)?;
            let on = given.on.unwrap_or_else(|| snapshot.state.day(app.surroundings().now()));
            let question = Question { rows: &read.rows, publisher: given.publisher, on };
            let reconciliation = reconcile(&snapshot.state, &snapshot.base, &question);
            Ok(ComparedStatement {
                rows: read.rows,
                rejects: read.rejects,
                merged: read.duplicates_merged,
                snapshot,
                reconciliation,
                table,
            })
        })
        .await
    }
}
