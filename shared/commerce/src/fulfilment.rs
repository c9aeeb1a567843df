use codex_edge::{Param, Platform};
use codex_kernel::{Error, Id, PurchaseId, Result, Timestamp, UserId, money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Endpoint, Event, Purchase,
    event::{News, Sale},
    purchases::{PurchaseStatus, purchase_of_session},
    statements::{CLAIM_UNSETTLED, FULFIL, KEEP_EVENT, SETTLE},
    stripe,
};

/// Sessions asked about in one sweep.
const SWEEP: i32 = 20;

#[derive(Deserialize)]
struct Recorded {
    status: PurchaseStatus,
}

/// The event that told of a sale, if one did.
struct Told<'a> {
    endpoint: Endpoint,
    event: &'a Event,
    payload: &'a str,
}

/// Stores a verified event and applies it, in one statement. `body` is the event as it came.
pub async fn receive(platform: &Platform, endpoint: Endpoint, event: &Event, body: &[u8], now: Timestamp) -> Result<()> {
    let payload = std::str::from_utf8(body).map_err(|_| Error::invalid_at("", "not UTF-8"))?;
    let ended = match event.news() {
        News::Paid(sale) => {
            return fulfil(platform, &sale, Some(Told { endpoint, event, payload }), now).await.map(drop);
        }
        News::Ended(session) => Some(session),
        News::Other => None,
    };
    let row: &[&dyn Param] = &[&event.id, &endpoint.name(), &event.kind, &payload, &now, &ended];
    platform.database.one::<Value>(&KEEP_EVENT, row).await.map(drop)
}

/// What the sale became, if it was not recorded before.
async fn fulfil(platform: &Platform, sale: &Sale, told: Option<Told<'_>>, now: Timestamp) -> Result<Option<PurchaseStatus>> {
    let (purchase, receipt) = (PurchaseId::new(now)?, PurchaseId::new(now)?);
    let amount = money::display(sale.amount, &sale.currency);
    let told = told.as_ref();
    let params: &[&dyn Param] = &[
        &purchase,
        &sale.session,
        &sale.payment_intent,
        &sale.buyer,
        &sale.content,
        &sale.amount,
        &sale.currency,
        &amount,
        &receipt,
        &now,
        &told.map(|told| told.event.id.as_str()),
        &told.map(|told| told.endpoint.name()),
        &told.map(|told| told.event.kind.as_str()),
        &told.map(|told| told.payload),
    ];
    let recorded: Option<Recorded> = platform.database.one(&FULFIL, params).await?;
    Ok(recorded.map(|recorded| recorded.status))
}

/// How a checkout stands, for the page the buyer lands on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// `complete` when it is paid, else `open` or `expired`.
    pub status: String,
    /// What was bought, once it is paid.
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
    let Some(sale) = found.sale() else { return Ok(Outcome { status, purchase: None }) };
    fulfil(platform, &sale, None, now).await?;
    Ok(Outcome { status, purchase: purchase_of_session(&platform.database, buyer, session).await? })
}

/// Asks Stripe about checkouts whose end nobody told us of for a quarter of an hour, and fulfils the paid ones; how many there were.
pub async fn sweep(platform: &Platform, now: Timestamp) -> Result<usize> {
    let sessions: Vec<String> = platform.database.all(&CLAIM_UNSETTLED, &[&now, &SWEEP]).await?;
    let mut found = 0;
    for id in sessions {
        let session = stripe::session(platform, &id).await?;
        // One that is complete and not paid yet (a bank debit) may still be: only what expired or is unknown has ended.
        let ended = session.as_ref().is_none_or(|session| session.status.as_deref() == Some("expired"));
        match session.and_then(|session| session.sale()) {
            Some(sale) => found += usize::from(fulfil(platform, &sale, None, now).await?.is_some()),
            None if ended => platform.database.one::<Value>(&SETTLE, &[&id, &now]).await.map(drop)?,
            None => {}
        }
    }
    Ok(found)
}
