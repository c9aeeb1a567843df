use codex_edge::Platform;
use codex_kernel::{Error, Result, SubscriptionId, TierId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Subscription,
    checkout::Offer,
    lifecycle::SubscriptionStatus,
    news::{keep, ticket},
    prices::price_of,
    shape::Interval,
    subscription,
};
use crate::{inbox::Source, statements::OWN_SUBSCRIPTION, stripe};

/// What a subscriber wants instead.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ChangeSubscription {
    /// A tier of the same organization.
    pub tier_id: TierId,
    /// How often it is paid.
    pub interval: Interval,
}

/// Moves a subscription of `user` to another tier or interval, now. What is left of the period that was paid counts towards the new
/// price, and the difference is paid at once; less is credited to the payments to come.
///
/// 404 a subscription that is not theirs, or no tier of its organization; 409 `ALREADY_SUBSCRIBED` where it is so already; 422
/// `SUBSCRIPTION_ENDED`, `SUBSCRIPTION_ENDING` (resume it first), `PAYMENT_FAILED` (and it stays as it was), and as for subscribing.
pub async fn change(
    platform: &Platform,
    user: UserId,
    id: SubscriptionId,
    input: &ChangeSubscription,
    now: Timestamp,
) -> Result<Subscription> {
    own(platform, user, id).await?;
    let offer = Offer::of(platform, input.tier_id, input.interval, user, now).await?;
    let held = offer.subscription.filter(|held| held.id == id).ok_or_else(|| Error::not_found("tier"))?;
    if held.ending {
        return Err(Error::rule("SUBSCRIPTION_ENDING", "This subscription is to end: resume it first"));
    }
    let price = price_of(platform, &offer.tier, input.interval, now).await?;
    if held.price_id.as_deref() == Some(price.as_str()) {
        return Err(Error::conflict("ALREADY_SUBSCRIBED", "This is what you have"));
    }
    let (tier, proof) = (offer.tier.id.to_string(), ticket(platform, &held.stripe_id, Source::Subscriber, now).await?);
    let params = [
        ("items[0][id]", held.item_id.as_str()),
        ("items[0][price]", &price),
        ("proration_behavior", "always_invoice"),
        ("payment_behavior", "error_if_incomplete"),
        ("metadata[tierId]", &tier),
    ];
    let changed = stripe::update_subscription(platform, &held.stripe_id, &params).await?;
    keep(platform, &proof, Some(&changed), now).await?;
    subscription(&platform.database, user, id).await
}

#[derive(Deserialize)]
struct Own {
    stripe_id: String,
    status: SubscriptionStatus,
    ending: bool,
}

/// A subscription of `user` that has not ended.
async fn own(platform: &Platform, user: UserId, id: SubscriptionId) -> Result<Own> {
    let own: Option<Own> = platform.database.one(&OWN_SUBSCRIPTION, &[&id, &user]).await?;
    let own = own.ok_or_else(|| Error::not_found("subscription"))?;
    if own.status.has_ended() {
        return Err(Error::rule("SUBSCRIPTION_ENDED", "This subscription has ended: subscribe again"));
    }
    Ok(own)
}

/// Lets a subscription of `user` end with its period, until when it goes on to open; again is no different from once.
pub async fn cancel(platform: &Platform, user: UserId, id: SubscriptionId, now: Timestamp) -> Result<Subscription> {
    let own = own(platform, user, id).await?;
    if !own.ending {
        end_renewal(platform, &own.stripe_id, Source::Subscriber, now).await?;
    }
    subscription(&platform.database, user, id).await
}

/// Asks Stripe not to renew a subscription.
pub(super) async fn end_renewal(platform: &Platform, stripe_id: &str, source: Source, now: Timestamp) -> Result<()> {
    let proof = ticket(platform, stripe_id, source, now).await?;
    let changed = stripe::update_subscription(platform, stripe_id, &[("cancel_at_period_end", "true")]).await?;
    keep(platform, &proof, Some(&changed), now).await
}

/// Lets a subscription of `user` go on that was to end; again is no different from once.
pub async fn resume(platform: &Platform, user: UserId, id: SubscriptionId, now: Timestamp) -> Result<Subscription> {
    let own = own(platform, user, id).await?;
    if own.ending {
        let proof = ticket(platform, &own.stripe_id, Source::Subscriber, now).await?;
        // The customer portal may have set a date, which is taken away in another way than the flag.
        let found = stripe::subscription(platform, &own.stripe_id).await?.ok_or_else(|| Error::not_found("subscription"))?;
        let way = if found.cancel_at_period_end { ("cancel_at_period_end", "false") } else { ("cancel_at", "") };
        let changed = stripe::update_subscription(platform, &own.stripe_id, &[way]).await?;
        keep(platform, &proof, Some(&changed), now).await?;
    }
    subscription(&platform.database, user, id).await
}
