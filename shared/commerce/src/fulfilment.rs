use codex_edge::{Param, Platform};
use codex_kernel::{Error, Id, PurchaseId, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Purchase,
    event::{Sale, Session},
    inbox::{Arrived, Source},
    lifecycle::CheckoutStatus,
    purchases::purchase_of_session,
    statements::{CLAIM_UNSETTLED, FULFIL, SETTLE},
    stripe,
};

/// Sessions asked about in one sweep.
const SWEEP: i32 = 20;

#[derive(Deserialize)]
struct Recorded {
    duplicate: Option<bool>,
}

/// What became of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fulfilled {
    /// It is a purchase now.
    Sold,
    /// It is kept, to be refunded: the buyer had it already.
    Duplicate,
    /// It was recorded before, or is about somebody or something unknown.
    Nothing,
}

/// Makes a purchase of a sale, once, however many tell of it.
pub(crate) async fn fulfil(
    platform: &Platform,
    sale: &Sale,
    source: Source,
    event: Option<&Arrived<'_>>,
    now: Timestamp,
) -> Result<Fulfilled> {
    let params: &[&dyn Param] = &[
        &PurchaseId::new(now)?,
        &sale.session,
        &sale.payment_intent,
        &sale.customer,
        &sale.buyer,
        &sale.content,
        &sale.amount,
        &sale.currency,
        &source.name(),
        &now,
        &event.map(|arrived| arrived.event.id.as_str()),
        &event.map(|arrived| arrived.event.kind.as_str()),
        &event.map(|arrived| arrived.payload),
    ];
    let recorded: Option<Recorded> = platform.database.one(&FULFIL, params).await?;
    Ok(match recorded.and_then(|recorded| recorded.duplicate) {
        Some(true) => Fulfilled::Duplicate,
        Some(false) => Fulfilled::Sold,
        None => Fulfilled::Nothing,
    })
}

/// How a checkout stands, for the page the buyer lands on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// `complete` when the buyer is done, else `open` or `expired`.
    pub status: String,
    /// What was bought, once it is paid; a bank debit takes days.
    pub purchase: Option<Purchase>,
}

/// How the checkout `session` of `buyer` stands. A payment the webhook has not told of yet is fulfilled here, by the same statement.
/// 404 for a session that is not theirs.
pub async fn verify_checkout(platform: &Platform, buyer: UserId, session: &str, now: Timestamp) -> Result<Outcome> {
    if let Some(purchase) = purchase_of_session(&platform.database, buyer, session).await? {
        return Ok(Outcome { status: "complete".to_owned(), purchase: Some(purchase) });
    }
    let found = stripe::session(platform, session).await?.filter(|found| found.belongs_to(buyer));
    let found = found.ok_or_else(|| Error::not_found("checkout session"))?;
    let status = found.status.clone().unwrap_or_default();
    settle(platform, session, Some(found), Source::Landing, now).await?;
    Ok(Outcome { status, purchase: purchase_of_session(&platform.database, buyer, session).await? })
}

/// Brings our record of the checkout session `id` to what Stripe answered about it: a purchase where it was paid.
pub(crate) async fn settle(
    platform: &Platform,
    id: &str,
    found: Option<Session>,
    source: Source,
    now: Timestamp,
) -> Result<(CheckoutStatus, Fulfilled)> {
    let status = found.as_ref().map_or(CheckoutStatus::Failed, Session::standing);
    if let Some(sale) = found.and_then(Session::sale) {
        return Ok((CheckoutStatus::Paid, fulfil(platform, &sale, source, None, now).await?));
    }
    if status != CheckoutStatus::Open {
        platform.database.one::<Value>(&SETTLE, &[&id, &now, &status.name()]).await?;
    }
    Ok((status, Fulfilled::Nothing))
}

/// Asks Stripe about checkouts whose end nobody told us of for a quarter of an hour, and fulfils the paid ones; how many there were.
pub async fn sweep(platform: &Platform, now: Timestamp) -> Result<usize> {
    let sessions: Vec<String> = platform.database.all(&CLAIM_UNSETTLED, &[&now, &SWEEP]).await?;
    let mut found = 0;
    for id in sessions {
        let session = stripe::session(platform, &id).await?;
        let (_, fulfilled) = settle(platform, &id, session, Source::Sweep, now).await?;
        found += usize::from(fulfilled != Fulfilled::Nothing);
    }
    Ok(found)
}
