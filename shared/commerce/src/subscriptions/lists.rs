use codex_edge::Database;
use codex_kernel::{Error, Listed, OrganizationId, Paging, Result, SubscriptionId, TierId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{lifecycle::SubscriptionStatus, shape::Interval};
use crate::statements::{SUBSCRIBERS, SUBSCRIPTION, SUBSCRIPTIONS};

/// A subscription, as its subscriber sees it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Subscription {
    /// Identity.
    pub id: SubscriptionId,
    /// To which organization.
    pub organization_id: OrganizationId,
    /// What that calls itself.
    pub organization_name: String,
    /// Its host name's first label.
    pub organization_slug: String,
    /// To which of its tiers.
    pub tier_id: TierId,
    /// What that is called today.
    pub tier_name: String,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// How often it is paid.
    pub interval: Interval,
    /// What each period costs, in minor units, as was agreed to: a tier's new price is for who subscribes, or changes, after it.
    pub amount_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// Since when this period runs.
    pub current_period_start: Timestamp,
    /// Until when.
    pub current_period_end: Timestamp,
    /// Whether it ends then.
    pub cancel_at_period_end: bool,
    /// Until when it opens what it opens, as it stands; null while it opens nothing.
    pub access_until: Option<Timestamp>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Which of one's own subscriptions to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SubscriptionFilter {
    /// Only to this organization.
    organization_id: Option<OrganizationId>,
    /// Only those that stand so.
    status: Option<SubscriptionStatus>,
}

/// The subscriptions of `user`, the newest first.
pub async fn subscriptions(
    database: &Database,
    user: UserId,
    filter: &SubscriptionFilter,
    paging: Paging,
) -> Result<Listed<Subscription>> {
    let status = filter.status.map(SubscriptionStatus::name);
    let params: &[&dyn codex_edge::Param] = &[&user, &filter.organization_id, &status, &paging.limit, &paging.offset()];
    Ok(database.one(&SUBSCRIPTIONS, params).await?.unwrap_or_default())
}

/// The subscription `id` of `user`, or 404.
pub async fn subscription(database: &Database, user: UserId, id: SubscriptionId) -> Result<Subscription> {
    let none: Option<String> = None;
    database.one(&SUBSCRIPTION, &[&user, &id, &none]).await?.ok_or_else(|| Error::not_found("subscription"))
}

/// The same by Stripe's name.
pub(super) async fn subscription_of_stripe(database: &Database, user: UserId, stripe_id: &str) -> Result<Option<Subscription>> {
    let none: Option<SubscriptionId> = None;
    database.one(&SUBSCRIPTION, &[&user, &none, &stripe_id]).await
}

/// Somebody who subscribes, as those see it who manage the organization.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Subscriber {
    /// The subscription.
    pub id: SubscriptionId,
    /// Who.
    pub user_id: UserId,
    /// What they call themselves.
    pub name: String,
    /// To which tier.
    pub tier_id: TierId,
    /// What that is called today.
    pub tier_name: String,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// How often it is paid.
    pub interval: Interval,
    /// What each period costs, in minor units.
    pub amount_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// Until when this period runs.
    pub current_period_end: Timestamp,
    /// Whether it ends then.
    pub cancel_at_period_end: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Whose subscribers, and which of them.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SubscriberFilter {
    /// Of which organization.
    organization_id: OrganizationId,
    /// Only of this tier.
    tier_id: Option<TierId>,
    /// Only those that stand so.
    status: Option<SubscriptionStatus>,
}

#[derive(Deserialize)]
struct Found {
    manages: bool,
    #[serde(flatten)]
    listed: Listed<Subscriber>,
}

/// The subscribers of an organization, the newest first, for those who manage it; 403 to its other members, 404 to everybody else.
pub async fn subscribers(
    database: &Database,
    who: UserId,
    filter: &SubscriberFilter,
    paging: Paging,
) -> Result<Listed<Subscriber>> {
    let status = filter.status.map(SubscriptionStatus::name);
    let params: &[&dyn codex_edge::Param] =
        &[&filter.organization_id, &who, &filter.tier_id, &status, &paging.limit, &paging.offset()];
    let found: Option<Found> = database.one(&SUBSCRIBERS, params).await?;
    match found {
        Some(Found { manages: true, listed }) => Ok(listed),
        Some(_) => Err(Error::forbidden("FORBIDDEN", "Your role in this organization does not allow this")),
        None => Err(Error::not_found("organization")),
    }
}
