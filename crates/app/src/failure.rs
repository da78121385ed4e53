//! Why something was not done: a refusal with its sentence, or a failure with its source.
//!
//! What status or exit code each becomes is decided in `web` and `cli`.

use domain::Refusal;
use domain::envelope::EntryTooLarge;
use importers::Unreadable;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It may not be done.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A file cannot be read as a whole.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A mapping of columns cannot be used.
    #[error("{0}")]
    UnusableMapping(String),
    /// A catalogue has findings.
    #[error("The catalogue has {} that must be mended first.", counted(.0.len(), "finding", "findings"))]
    Catalogue(Vec<policy::Finding>),
    /// An event does not fit an entry.
    #[error(transparent)]
    TooLarge(#[from] EntryTooLarge),
    /// There is nothing there.
    #[error("There is no {0}.")]
    NotFound(String),
    /// Name and password do not go together.
    #[error("The name and the password do not go together. Check both, or ask an administrator for a new link.")]
    SignIn,
    /// A one-time link does not work.
    #[error("This link was used or has ended. Ask an administrator for a new one.")]
    Link,
    /// A password is too weak to be taken.
    #[error("{0}")]
    Password(String),
    /// The same idempotency key came with another request.
    #[error("This idempotency key was used for a different request. Use a new key.")]
    KeyReused,
    /// Too much is waiting.
    #[error("Too much is waiting to be recorded. Try again in a few seconds.")]
    Busy,
    /// Nothing more is written until a restart.
    #[error(
        "Recording stopped after a storage failure, and nothing more is accepted until the program is restarted. Reading goes on. The cause: {0}"
    )]
    ReadOnly(String),
    /// The folder could not be read or written.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// What is stored is not what the ledger says.
    #[error("The ledger does not verify: {0}")]
    Damaged(String),
}

/// `1 finding`, `2 findings`.
pub(crate) fn counted(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}
