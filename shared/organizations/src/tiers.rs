use codex_edge::Database;
use codex_kernel::{Error, Id, Listed, OrganizationId, Paging, Result, TierId, Timestamp, UserId, input::present};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    OrganizationRole,
    role::{forbidden, no_organization},
    statements::{CREATE_TIER, TIER, TIERS, UPDATE_TIER},
};

/// Whether a tier can be subscribed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierStatus {
    /// It can.
    #[default]
    Active,
    /// By nobody new; who has it keeps it.
    Archived,
}

impl TierStatus {
    fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// What an organization offers to subscribers.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Tier {
    /// Identity.
    pub id: TierId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// 1 to 100 characters.
    pub name: String,
    /// What it brings.
    pub description: Option<String>,
    /// A tier opens what those with a smaller number open.
    pub sort_order: u32,
    /// What a month costs, in minor units.
    #[serde(rename(deserialize = "monthly_cents"))]
    pub monthly_price_cents: i64,
    /// What a year costs, in minor units.
    #[serde(rename(deserialize = "annual_cents"))]
    pub annual_price_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// Whether it can be subscribed to.
    pub status: TierStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A new tier.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateTier {
    #[garde(length(chars, min = 1, max = 100))]
    name: String,
    #[garde(length(chars, max = 5000))]
    description: Option<String>,
    /// Left out: above all others.
    #[garde(range(max = 1000))]
    sort_order: Option<u32>,
    /// In minor units.
    #[garde(range(min = 50, max = 10_000_000))]
    monthly_price_cents: i64,
    /// In minor units.
    #[garde(range(min = 50, max = 10_000_000))]
    annual_price_cents: i64,
    /// ISO 4217, lowercase; it stays what it is. `usd` if left out.
    #[garde(inner(custom(currency_code)))]
    #[schemars(extend("pattern" = "^[a-z]{3}$"))]
    currency: Option<String>,
}

/// Changes to a tier: a field absent stays, null empties it. A new price is for whom subscribes or changes from now on.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
pub struct UpdateTier {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 100))]
    #[schemars(with = "String")]
    name: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 5000))]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(range(max = 1000))]
    #[schemars(with = "u32")]
    sort_order: Option<u32>,
    /// In minor units.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none", rename(serialize = "monthly_cents"))]
    #[garde(range(min = 50, max = 10_000_000))]
    #[schemars(with = "i64")]
    monthly_price_cents: Option<i64>,
    /// In minor units.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none", rename(serialize = "annual_cents"))]
    #[garde(range(min = 50, max = 10_000_000))]
    #[schemars(with = "i64")]
    annual_price_cents: Option<i64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schemars(with = "TierStatus")]
    status: Option<TierStatus>,
}

/// Which tiers to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct TierFilter {
    /// `archived` shows something to those who manage the organization only.
    #[serde(default)]
    status: TierStatus,
}

fn currency_code(code: &str, (): &()) -> garde::Result {
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase()) {
        return Ok(());
    }
    Err(garde::Error::new("must be three lowercase letters"))
}

fn no_tier() -> Error {
    Error::not_found("tier")
}

/// What a change of tiers found and made.
#[derive(Deserialize)]
struct Change {
    role: OrganizationRole,
    /// Whether the organization takes subscriptions.
    enabled: bool,
    /// Whether it may have one more active tier.
    room: bool,
    tier: Option<Tier>,
}

impl Change {
    fn outcome(self) -> Result<Tier> {
        if !self.role.manages() {
            return Err(forbidden());
        }
        if !self.enabled {
            return Err(Error::rule("SUBSCRIPTIONS_DISABLED", "This organization takes no subscriptions"));
        }
        if !self.room {
            return Err(Error::rule("TOO_MANY_TIERS", "An organization has at most 20 active tiers"));
        }
        self.tier.ok_or_else(no_tier)
    }
}

/// A new tier of an organization that `who` manages. 404 to those outside it, 403 to other members, 422 where subscriptions are
/// switched off. Stripe hears of it when somebody first wants to pay for it.
pub async fn create_tier(
    database: &Database,
    id: OrganizationId,
    who: UserId,
    input: &CreateTier,
    now: Timestamp,
) -> Result<Tier> {
    let tier = TierId::new(now)?;
    let currency = input.currency.as_deref().unwrap_or("usd");
    let params: &[&dyn codex_edge::Param] = &[
        &tier,
        &id,
        &who,
        &input.name,
        &input.description,
        &input.sort_order,
        &input.monthly_price_cents,
        &input.annual_price_cents,
        &currency,
        &now,
    ];
    let change: Option<Change> = database.one(&CREATE_TIER, params).await?;
    change.ok_or_else(no_organization)?.outcome()
}

/// Changes a tier, as [`create_tier`] makes one.
pub async fn update_tier(
    database: &Database,
    id: OrganizationId,
    tier: TierId,
    who: UserId,
    patch: &UpdateTier,
    now: Timestamp,
) -> Result<Tier> {
    change(database, id, tier, who, &json!(patch), now).await
}

/// Takes a tier out of what is offered; again is no different from once. Who has it keeps it.
pub async fn archive_tier(database: &Database, id: OrganizationId, tier: TierId, who: UserId, now: Timestamp) -> Result<Tier> {
    change(database, id, tier, who, &json!({ "status": TierStatus::Archived }), now).await
}

async fn change(
    database: &Database,
    id: OrganizationId,
    tier: TierId,
    who: UserId,
    columns: &Value,
    now: Timestamp,
) -> Result<Tier> {
    let change: Option<Change> = database.one(&UPDATE_TIER, &[&tier, &id, &who, columns, &now]).await?;
    change.ok_or_else(no_organization)?.outcome()
}

/// What an organization offers, the lowest tier first; nothing while its subscriptions are switched off. Those who manage it see all.
pub async fn tiers(
    database: &Database,
    id: OrganizationId,
    visitor: Option<UserId>,
    filter: &TierFilter,
    paging: Paging,
) -> Result<Listed<Tier>> {
    let listed = database.one(&TIERS, &[&id, &visitor, &filter.status.name(), &paging.limit, &paging.offset()]).await?;
    listed.ok_or_else(no_organization)
}

/// One of them.
pub async fn tier(database: &Database, id: OrganizationId, tier: TierId, visitor: Option<UserId>) -> Result<Tier> {
    database.one(&TIER, &[&id, &tier, &visitor]).await?.ok_or_else(no_tier)
}
