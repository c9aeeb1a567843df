use codex_edge::{OnConstraint, Platform};
use codex_kernel::{Error, Result, SubscriptionId, TierId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Subscription,
    lists::subscription_of_stripe,
    news::{self, checkout_word},
    prices::{Priced, price_of},
    shape::Interval,
};
use crate::{
    Checkout,
    checkout::idempotency_key,
    inbox::Source,
    lifecycle::CheckoutStatus,
    statements::{OPEN_SUBSCRIPTION_CHECKOUT, SETTLE_SUBSCRIPTION_CHECKOUT, TIER_OFFER},
    stripe,
};

/// What subscribing takes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Subscribe {
    /// What is subscribed to.
    pub tier_id: TierId,
    /// How often it is paid.
    pub interval: Interval,
    /// Where the subscriber lands after paying; `{CHECKOUT_SESSION_ID}` in it becomes the session's id.
    #[garde(length(max = 2_000))]
    pub success_url: String,
    /// Where the subscriber lands after turning back.
    #[garde(length(max = 2_000))]
    pub cancel_url: String,
}

/// A tier on offer to somebody, and what they have already.
#[derive(Deserialize)]
pub(super) struct Offer {
    pub(super) tier: Priced,
    active: bool,
    /// Its organization takes subscriptions.
    enabled: bool,
    /// They run the organization, and see everything anyway.
    own: bool,
    customer: Option<String>,
    email: String,
    /// Their subscription to its organization that has not ended.
    pub(super) subscription: Option<Held>,
    open: Option<OpenCheckout>,
    latest: Option<String>,
}

/// A subscription that somebody has.
#[derive(Deserialize)]
pub(super) struct Held {
    pub(super) id: SubscriptionId,
    pub(super) stripe_id: String,
    pub(super) item_id: String,
    pub(super) price_id: Option<String>,
    pub(super) ending: bool,
}

#[derive(Deserialize)]
struct OpenCheckout {
    id: String,
    url: String,
    price_id: String,
    /// It will not expire while it is filled in.
    fresh: bool,
}

impl Offer {
    /// The tier `tier` for `user`, or 404; 422 where nobody may subscribe to it.
    pub(super) async fn of(platform: &Platform, tier: TierId, interval: Interval, user: UserId, now: Timestamp) -> Result<Self> {
        let offer: Option<Self> = platform.database.one(&TIER_OFFER, &[&tier, &interval.name(), &user, &now]).await?;
        let offer = offer.ok_or_else(|| Error::not_found("tier"))?;
        if !offer.enabled {
            return Err(Error::rule("SUBSCRIPTIONS_DISABLED", "This organization takes no subscriptions at the moment"));
        }
        if !offer.active {
            return Err(Error::rule("TIER_NOT_AVAILABLE", "This tier takes nobody new"));
        }
        Ok(offer)
    }
}

fn subscribed() -> Error {
    Error::conflict("ALREADY_SUBSCRIBED", "You have a subscription to this organization: change it instead")
}

/// Opens a checkout session in which `user` subscribes, or gives the one they left open. The price is the tier's, never the caller's.
///
/// 404 no such tier; 409 `ALREADY_SUBSCRIBED` to its organization, `CHECKOUT_IN_PROGRESS` where another is being opened this moment; 422
/// `SUBSCRIPTIONS_DISABLED`, `TIER_NOT_AVAILABLE`, `OWN_ORGANIZATION`. The caller has checked that both addresses are the platform's own.
pub async fn subscribe(platform: &Platform, user: UserId, input: &Subscribe, now: Timestamp) -> Result<Checkout> {
    let offer = Offer::of(platform, input.tier_id, input.interval, user, now).await?;
    if offer.own {
        return Err(Error::rule("OWN_ORGANIZATION", "You run this organization, and see all of it"));
    }
    if offer.subscription.is_some() {
        return Err(subscribed());
    }
    let mut latest = offer.latest;
    if let Some(open) = offer.open {
        // They may have paid a moment ago: Stripe knows.
        let standing = settle(platform, &open.id, Source::Landing, now).await?.0;
        let wanted = offer.tier.price.as_deref() == Some(open.price_id.as_str());
        match standing {
            CheckoutStatus::Open if wanted && open.fresh => {
                return Ok(Checkout { session_url: open.url, session_id: open.id });
            }
            CheckoutStatus::Open => close(platform, &open.id, now).await?,
            CheckoutStatus::Pending | CheckoutStatus::Paid => return Err(subscribed()),
            CheckoutStatus::Expired | CheckoutStatus::Failed => {}
        }
        latest = Some(open.id);
    }
    let price = price_of(platform, &offer.tier, input.interval, now).await?;
    let (user_text, tier_text) = (user.to_string(), input.tier_id.to_string());
    let mut params = vec![
        ("mode", "subscription"),
        ("success_url", input.success_url.as_str()),
        ("cancel_url", &input.cancel_url),
        ("client_reference_id", &user_text),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price]", &price),
    ];
    params.push(match &offer.customer {
        Some(customer) => ("customer", customer),
        None => ("customer_email", &offer.email),
    });
    for (session, subscription, value) in [
        ("metadata[userId]", "subscription_data[metadata][userId]", &user_text),
        ("metadata[tierId]", "subscription_data[metadata][tierId]", &tier_text),
    ] {
        params.extend([(session, value.as_str()), (subscription, value.as_str())]);
    }
    let key = idempotency_key("subscribe", &params, latest.as_deref());
    let session = stripe::open_session(platform, &params, &key).await?;
    let unusable = || Error::bad_gateway("Stripe", std::io::Error::other("a session without an address or an end"));
    let url = session.url.ok_or_else(unusable)?;
    let expires = session.expires_at.and_then(|at| Timestamp::from_second(at).ok()).ok_or_else(unusable)?;
    let row: &[&dyn codex_edge::Param] = &[&session.id, &user, &input.tier_id, &price, &url, &now, &expires];
    let in_progress = || Error::conflict("CHECKOUT_IN_PROGRESS", "You are subscribing already: go on there, or try again");
    let kept = platform.database.one::<Value>(&OPEN_SUBSCRIPTION_CHECKOUT, row).await;
    match kept.on_constraint("subscription_checkouts_open_key", in_progress) {
        Ok(_) => Ok(Checkout { session_url: url, session_id: session.id }),
        Err(error) => {
            // Nobody knows its address, so nobody pays in it; it need not stay open for a day.
            stripe::expire_session(platform, &session.id).await?;
            Err(error)
        }
    }
}

/// Ends an open session, so that another may be opened.
async fn close(platform: &Platform, id: &str, now: Timestamp) -> Result<()> {
    if !stripe::expire_session(platform, id).await? {
        return Err(Error::conflict("CHECKOUT_IN_PROGRESS", "You have just subscribed elsewhere: look again in a moment"));
    }
    write(platform, id, CheckoutStatus::Expired, now).await
}

async fn write(platform: &Platform, id: &str, status: CheckoutStatus, now: Timestamp) -> Result<()> {
    platform.database.one::<Value>(&SETTLE_SUBSCRIPTION_CHECKOUT, &[&id, &checkout_word(status), &now]).await.map(drop)
}

/// Brings our record of a session to what Stripe says of it, with the subscription it made; how it stands, and that subscription.
pub(super) async fn settle(
    platform: &Platform,
    id: &str,
    source: Source,
    now: Timestamp,
) -> Result<(CheckoutStatus, Option<String>)> {
    let found = stripe::session(platform, id).await?;
    let status = found.as_ref().map_or(CheckoutStatus::Expired, crate::event::Session::standing);
    let made = found.and_then(crate::event::Session::subscription);
    if let Some(made) = &made {
        let ticket = news::ticket(platform, made, source, now).await?;
        news::answer(platform, ticket, now).await?;
    }
    if status != CheckoutStatus::Open {
        write(platform, id, status, now).await?;
    }
    Ok((status, made))
}

/// How subscribing stands, for the page the subscriber lands on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subscribed {
    /// `complete` when they are done, else `open` or `expired`.
    pub status: String,
    /// What they have now.
    pub subscription: Option<Subscription>,
}

/// How the checkout `session` of `user` stands. What the webhook has not told of yet is asked for here. 404 for a session that is not theirs.
pub async fn verify_subscription(platform: &Platform, user: UserId, session: &str, now: Timestamp) -> Result<Subscribed> {
    let found = stripe::session(platform, session).await?.filter(|found| found.belongs_to(user));
    found.ok_or_else(|| Error::not_found("checkout session"))?;
    let (status, made) = settle(platform, session, Source::Landing, now).await?;
    let subscription = match &made {
        Some(made) => subscription_of_stripe(&platform.database, user, made).await?,
        None => None,
    };
    Ok(Subscribed { status: checkout_word(status).to_owned(), subscription })
}
