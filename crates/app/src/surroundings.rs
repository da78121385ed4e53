//! What the world gives that the core may not take itself: the time and random bytes.
//!
//! Only the executable makes the real one.

use std::sync::Arc;

use jiff::Timestamp;

/// The time, as of the call.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Fresh random bytes, at every call.
pub type Randomness = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// The time and random bytes.
#[derive(Clone)]
pub struct Surroundings {
    /// Tells the time.
    pub clock: Clock,
    /// Gives random bytes.
    pub randomness: Randomness,
}

impl Surroundings {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// 32 fresh random bytes.
    pub fn random(&self) -> [u8; 32] {
        (self.randomness)()
    }
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Surroundings")
    }
}
