use codex_edge::Platform;
use codex_kernel::Result;

use crate::statements::FOLD_SUMS;

/// Rows of each kind that one statement adds up, and statements of one run.
const BATCH: u32 = 10_000;
const ROUNDS: u32 = 30;

/// Adds to the sums of reports what sales left behind since the last run. Reports are right without it: what is not yet summed they read
/// row by row. How many rows that were.
pub async fn fold_sums(platform: &Platform) -> Result<usize> {
    let mut folded = 0;
    for _ in 0..ROUNDS {
        let some: u32 = platform.database.one(&FOLD_SUMS, &[&BATCH]).await?.unwrap_or_default();
        folded += some as usize;
        if some < BATCH {
            break;
        }
    }
    Ok(folded)
}
