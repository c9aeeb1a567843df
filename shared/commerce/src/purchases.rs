use codex_edge::Database;
use codex_kernel::{ContentId, Error, Listed, OrganizationId, Paging, PurchaseId, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::statements::{PURCHASE, PURCHASES};

/// How a purchase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseStatus {
    /// The money is there.
    Paid,
    /// A part of it went back.
    PartlyRefunded,
    /// All of it went back.
    Refunded,
    /// The buyer's bank asked for it back; not decided yet.
    Disputed,
    /// The buyer's bank got it back.
    Lost,
    /// Paid a second time for what was owned already: it is being refunded.
    Duplicate,
}

/// One sale, as its buyer sees it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Purchase {
    /// Identity.
    pub id: PurchaseId,
    /// What was bought.
    pub content_id: ContentId,
    /// Its headline today.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its picture.
    pub thumbnail_url: Option<String>,
    /// Who sold it; the creator alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// How it stands.
    pub status: PurchaseStatus,
    /// What was paid, in minor units.
    pub amount_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// When.
    pub purchased_at: Timestamp,
}

/// The purchases of `buyer`.
pub async fn purchases(database: &Database, buyer: UserId, paging: Paging) -> Result<Listed<Purchase>> {
    let listed = database.one(&PURCHASES, &[&buyer, &paging.limit, &paging.offset()]).await?;
    Ok(listed.unwrap_or_default())
}

/// The purchase `id` of `buyer`, or 404.
pub async fn purchase(database: &Database, buyer: UserId, id: PurchaseId) -> Result<Purchase> {
    let none: Option<String> = None;
    database.one(&PURCHASE, &[&id, &none, &buyer]).await?.ok_or_else(|| Error::not_found("purchase"))
}

/// What the checkout `session` of `buyer` led to so far.
pub(crate) async fn purchase_of_session(database: &Database, buyer: UserId, session: &str) -> Result<Option<Purchase>> {
    let none: Option<PurchaseId> = None;
    database.one(&PURCHASE, &[&none, &session, &buyer]).await
}
