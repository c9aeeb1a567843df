use codex_edge::Platform;
use codex_kernel::{Result, Timestamp};

use crate::statements::SWEEP;

/// The most rows of a kind that one sweep deletes, so that it never holds much.
const BATCH: i32 = 5_000;

/// Deletes sessions and tokens that have expired; how many. What is left over is for the next sweep.
pub async fn sweep(platform: &Platform, now: Timestamp) -> Result<u64> {
    Ok(platform.database.one(&SWEEP, &[&now, &BATCH]).await?.unwrap_or_default())
}
