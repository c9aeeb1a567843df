//! The half for tests on a developer's machine: a real database, everything else in memory, with faults that can be switched on.

mod bucket;
#[cfg(feature = "coordination")]
mod coordinator;
mod database;
mod memory;

use crate::NormalForm;
pub use bucket::Bucket;
use codex_kernel::Result;
#[cfg(feature = "coordination")]
pub use coordinator::Coordinator;
pub use database::Database;
pub use memory::{CoarseLimiter, ExactLimiter, Fault, Flights, HttpClient, Kv, Queue, Services};
use tokio_util::task::TaskTracker;
use unicode_normalization::UnicodeNormalization;

/// Work that goes on after the answer was sent.
#[derive(Clone, Debug, Default)]
pub struct Background(TaskTracker);

impl Background {
    /// Runs `work` without keeping the answer waiting.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(work);
    }

    /// Waits for all of it.
    pub async fn done(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

/// `text` in `form`, by the tables of a crate.
pub(crate) fn normalize(text: &str, form: NormalForm) -> String {
    match form {
        NormalForm::Nfc => text.nfc().collect(),
        NormalForm::Nfkc => text.nfkc().collect(),
    }
}

/// The host's clock.
#[allow(clippy::disallowed_methods, reason = "this is where time becomes a value")]
pub fn now() -> Result<codex_kernel::Timestamp> {
    Ok(codex_kernel::Timestamp::now())
}
