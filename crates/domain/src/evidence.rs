//! Evidence: files kept under the digest of their bytes.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::text::Text;

/// A file attached to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its name as given.
    pub name: Text,
    /// Its length.
    pub bytes: u64,
}
