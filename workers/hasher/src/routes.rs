use codex_http::{Api, Policy, post};
use codex_identity::hashing::{HASH_PATH, VERIFY_PATH};

use crate::passwords::{hash, verify};

/// Every route of this worker.
pub fn api() -> Api {
    Api::new("hasher", &["WORKER_SHARED_SECRET", "LIMITER"])
        .without_database()
        .under(Policy::WORKER, [post(HASH_PATH, hash), post(VERIFY_PATH, verify)])
}
