//! Refunds that we owe: the second payment for what a buyer owned already.

use codex_edge::Platform;
use codex_kernel::{Result, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    inbox::{Source, hear},
    statements::{CLAIM_REFUNDS, CLOSE_REFUND},
    stripe::{self, Refused},
};

/// Refunds claimed at once.
const BATCH: i32 = 10;

#[derive(Deserialize)]
struct Due {
    id: Uuid,
    purchase: Uuid,
    reason: String,
    payment_intent: String,
}

/// Asks Stripe for the refunds that are due; how many were made. One that fails for now is due again later; asking twice is one
/// refund, by its idempotency key. Stripe's answer is recorded as its event will be.
pub async fn make_refunds(platform: &Platform, now: Timestamp) -> Result<usize> {
    let due: Vec<Due> = platform.database.all(&CLAIM_REFUNDS, &[&now, &BATCH]).await?;
    let (mut made, mut trouble) = (0, None);
    for refund in due {
        match make(platform, &refund, now).await {
            Ok(done) => made += usize::from(done),
            Err(error) => trouble = Some(error),
        }
    }
    trouble.map_or(Ok(made), Err)
}

async fn make(platform: &Platform, due: &Due, now: Timestamp) -> Result<bool> {
    let purchase = due.purchase.to_string();
    let params = [("payment_intent", due.payment_intent.as_str()), ("reason", &due.reason), ("metadata[purchaseId]", &purchase)];
    let (refund, problem, in_vain) = match stripe::refund(platform, &params, &format!("refund-{}", due.id)).await? {
        Ok(refund) => {
            let (id, problem) = (refund.id.clone(), refund.failed().then(|| "refund_failed".to_owned()));
            if let Some(facts) = refund.facts() {
                hear(platform, &facts, Source::Refund, None, now).await?;
            }
            (Some(id), problem, true)
        }
        // Somebody gave it back by hand; the event tells how much.
        Err(Refused { code: Some(code), .. }) if code == "charge_already_refunded" => (None, None, false),
        Err(refused) => {
            let in_vain = !refused.passes();
            (None, Some(refused.code.unwrap_or_else(|| "unknown".to_owned())), in_vain)
        }
    };
    let row: &[&dyn codex_edge::Param] = &[&due.id.to_string(), &now, &refund, &problem, &in_vain];
    platform.database.one::<Value>(&CLOSE_REFUND, row).await?;
    Ok(problem.is_none())
}
