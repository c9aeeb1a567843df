use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_edge::Platform;
use codex_kernel::{ContentId, Error, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    fulfilment::settle,
    inbox::Source,
    lifecycle::CheckoutStatus,
    statements::{OFFER, OPEN_CHECKOUT},
    stripe,
};

/// What buying takes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CreateCheckout {
    /// What is bought.
    pub content_id: ContentId,
    /// Where the buyer lands after paying; `{CHECKOUT_SESSION_ID}` in it becomes the session's id.
    #[garde(length(max = 2_000))]
    pub success_url: String,
    /// Where the buyer lands after turning back.
    #[garde(length(max = 2_000))]
    pub cancel_url: String,
}

/// A page of Stripe's to send the buyer to.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// The page.
    pub session_url: String,
    /// `cs_...`; `GET /checkout/verify` takes it.
    pub session_id: String,
}

#[derive(Deserialize)]
struct Offer {
    title: String,
    description: Option<String>,
    price_cents: i64,
    currency: String,
    published: bool,
    for_sale: bool,
    /// Its organization sells.
    enabled: bool,
    own: bool,
    owned: bool,
    pending: bool,
    disputed: bool,
    customer: Option<String>,
    buyer_email: String,
    open: Option<OpenSession>,
    latest: Option<String>,
}

#[derive(Deserialize)]
struct OpenSession {
    id: String,
    url: String,
}

/// Opens a checkout session for `buyer`, or gives the one they left open. The price is the database's, never the caller's.
///
/// 404 no such content; 409 `ALREADY_PURCHASED`, `PAYMENT_PENDING` while a bank debit is under way, `PURCHASE_DISPUTED`; 422
/// `CONTENT_NOT_AVAILABLE`, `CONTENT_FREE`, `PURCHASES_DISABLED` or `OWN_CONTENT`.
/// The caller has checked that both addresses are the platform's own.
pub async fn create_checkout(platform: &Platform, buyer: UserId, input: &CreateCheckout, now: Timestamp) -> Result<Checkout> {
    let offer: Option<Offer> = platform.database.one(&OFFER, &[&input.content_id, &buyer, &now]).await?;
    let offer = offer.ok_or_else(|| Error::not_found("content"))?;
    if offer.own {
        return Err(Error::rule("OWN_CONTENT", "This is your own content"));
    }
    if offer.owned {
        return Err(owned());
    }
    if offer.pending {
        return Err(pending());
    }
    if offer.disputed {
        return Err(Error::conflict("PURCHASE_DISPUTED", "Your payment for this is disputed and not decided yet"));
    }
    if !offer.published {
        return Err(Error::rule("CONTENT_NOT_AVAILABLE", "This content is not published"));
    }
    if !offer.for_sale {
        return Err(Error::rule("CONTENT_FREE", "This content is not for sale"));
    }
    if !offer.enabled {
        return Err(Error::rule("PURCHASES_DISABLED", "This organization sells nothing at the moment"));
    }
    let mut latest = offer.latest;
    if let Some(open) = offer.open {
        // The buyer may have paid a moment ago, or their bank may be about to: Stripe knows.
        let found = stripe::session(platform, &open.id).await?;
        match settle(platform, &open.id, found, Source::Landing, now).await?.0 {
            CheckoutStatus::Open => return Ok(Checkout { session_url: open.url, session_id: open.id }),
            CheckoutStatus::Paid => return Err(owned()),
            CheckoutStatus::Pending => return Err(pending()),
            CheckoutStatus::Expired | CheckoutStatus::Failed => latest = Some(open.id),
        }
    }
    let (buyer_text, content_text, price) = (buyer.to_string(), input.content_id.to_string(), offer.price_cents.to_string());
    let description = offer.description.as_deref().filter(|text| !text.trim().is_empty());
    let mut params = vec![
        ("mode", "payment"),
        ("success_url", input.success_url.as_str()),
        ("cancel_url", &input.cancel_url),
        ("client_reference_id", &buyer_text),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", &offer.currency),
        ("line_items[0][price_data][unit_amount]", &price),
        ("line_items[0][price_data][product_data][name]", &offer.title),
    ];
    // Who bought before is a customer of Stripe's, with one list of receipts in the portal.
    match &offer.customer {
        Some(customer) => params.push(("customer", customer)),
        None => params.extend([("customer_email", offer.buyer_email.as_str()), ("customer_creation", "always")]),
    }
    params.extend(description.map(|text| ("line_items[0][price_data][product_data][description]", text)));
    for (session, payment, value) in [
        ("metadata[userId]", "payment_intent_data[metadata][userId]", &buyer_text),
        ("metadata[contentId]", "payment_intent_data[metadata][contentId]", &content_text),
    ] {
        params.extend([(session, value.as_str()), (payment, value.as_str())]);
    }
    let session = stripe::open_session(platform, &params, &idempotency_key("checkout", &params, latest.as_deref())).await?;
    let unusable = || Error::bad_gateway("Stripe", std::io::Error::other("a session without an address or an end"));
    let url = session.url.ok_or_else(unusable)?;
    let expires = session.expires_at.and_then(|at| Timestamp::from_second(at).ok()).ok_or_else(unusable)?;
    let row: &[&dyn codex_edge::Param] = &[&session.id, &buyer, &input.content_id, &offer.price_cents, &url, &now, &expires];
    let _: Option<Value> = platform.database.one(&OPEN_CHECKOUT, row).await?;
    Ok(Checkout { session_url: url, session_id: session.id })
}

fn owned() -> Error {
    Error::conflict("ALREADY_PURCHASED", "You own this already")
}

fn pending() -> Error {
    Error::conflict("PAYMENT_PENDING", "Your payment for this is on its way; your bank has not confirmed it yet")
}

/// Two clicks at once ask Stripe for the same `thing` under the same key, and get one. Whatever differs (buyer, content,
/// price, addresses, or the session before this one having ended) makes another key, because Stripe remembers answers for a day.
pub(crate) fn idempotency_key(thing: &str, params: &[(&str, &str)], before: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for text in params.iter().flat_map(|(name, value)| [name, value]).chain([&before.unwrap_or_default()]) {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    format!("{thing}-{}", URL_SAFE_NO_PAD.encode(hash.finalize()))
}
