use codex_edge::Platform;
use codex_kernel::{Error, Result, SubscriptionId, TierId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Subscription,
    checkout::{Held, Offer},
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
    /// As a preview within the last hour said: then exactly what it showed is due.
    pub prorated_at: Option<Timestamp>,
}

/// A change that may be made: what is held, Stripe's price of what is wanted and the tier's own, and as of when it is reckoned.
struct Wanted {
    held: Held,
    price: String,
    amount: i64,
    at: Timestamp,
}

impl Wanted {
    /// Refused as [`change`] says.
    async fn of(
        platform: &Platform,
        user: UserId,
        id: SubscriptionId,
        input: &ChangeSubscription,
        now: Timestamp,
    ) -> Result<Self> {
        own(platform, user, id).await?;
        let at = input.prorated_at.unwrap_or(now);
        if !(now.as_second() - PREVIEWED..=now.as_second()).contains(&at.as_second()) {
            return Err(outdated());
        }
        let offer = Offer::of(platform, input.tier_id, input.interval, user, now).await?;
        let held = offer.subscription.filter(|held| held.id == id).ok_or_else(|| Error::not_found("tier"))?;
        if held.ending {
            return Err(Error::rule("SUBSCRIPTION_ENDING", "This subscription is to end: resume it first"));
        }
        let price = price_of(platform, &offer.tier, input.interval, now).await?;
        if held.price_id.as_deref() == Some(price.as_str()) {
            return Err(Error::conflict("ALREADY_SUBSCRIBED", "This is what you have"));
        }
        Ok(Self { held, price, amount: offer.tier.amount, at })
    }
}

/// Seconds for which what a preview says can be had.
const PREVIEWED: i64 = 3_600;

pub(crate) fn outdated() -> Error {
    Error::rule("PREVIEW_OUTDATED", "What this comes to has changed since you looked: look again")
}

/// What a change of a subscription comes to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePreview {
    /// What is paid at once, in minor units: the rest of this period at the new price, or a new period, less what was paid for it already.
    pub due_cents: i64,
    /// What is credited to the payments to come, where less than was paid is wanted.
    pub credit_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// What each period costs from then on.
    pub amount_cents: i64,
    /// When that is paid next.
    pub next_payment_at: Timestamp,
    /// As of when this is reckoned: a change with this `proratedAt`, within an hour, comes to exactly this.
    pub prorated_at: Timestamp,
}

/// What [`change`] would come to now, by Stripe's reckoning; nothing is changed. Refused where the change would be.
pub async fn preview_change(
    platform: &Platform,
    user: UserId,
    id: SubscriptionId,
    input: &ChangeSubscription,
    now: Timestamp,
) -> Result<ChangePreview> {
    let Wanted { held, price, amount, at } = Wanted::of(platform, user, id, input, now).await?;
    let params = [
        ("subscription", held.stripe_id.as_str()),
        ("subscription_details[items][0][id]", &held.item_id),
        ("subscription_details[items][0][price]", &price),
        ("subscription_details[proration_behavior]", "always_invoice"),
        ("subscription_details[proration_date]", &at.as_second().to_string()),
    ];
    let preview = stripe::preview_invoice(platform, &params).await?;
    let next = preview.until().ok_or_else(|| Error::bad_gateway("Stripe", std::io::Error::other("an invoice without lines")))?;
    Ok(ChangePreview {
        due_cents: preview.amount_due,
        credit_cents: preview.total.saturating_neg().max(0),
        currency: preview.currency,
        amount_cents: amount,
        next_payment_at: next,
        prorated_at: at,
    })
}

/// Moves a subscription of `user` to another tier or interval, now. What is left of the period that was paid counts towards the new
/// price, and the difference is paid at once; less is credited to the payments to come.
///
/// 404 a subscription that is not theirs, or no tier of its organization; 409 `ALREADY_SUBSCRIBED` where it is so already; 422
/// `SUBSCRIPTION_ENDED`, `SUBSCRIPTION_ENDING` (resume it first), `PAYMENT_FAILED` (and it stays as it was), `PREVIEW_OUTDATED`, and as for
/// subscribing. A tier whose price has changed is such a change, too: who subscribed goes on paying what they agreed to until they ask for it.
pub async fn change(
    platform: &Platform,
    user: UserId,
    id: SubscriptionId,
    input: &ChangeSubscription,
    now: Timestamp,
) -> Result<Subscription> {
    let Wanted { held, price, at, .. } = Wanted::of(platform, user, id, input, now).await?;
    let (tier, proof) = (input.tier_id.to_string(), ticket(platform, &held.stripe_id, Source::Subscriber, now).await?);
    let params = [
        ("items[0][id]", held.item_id.as_str()),
        ("items[0][price]", &price),
        ("proration_behavior", "always_invoice"),
        ("proration_date", &at.as_second().to_string()),
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
