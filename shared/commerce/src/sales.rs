use codex_edge::Database;
use codex_kernel::{ContentId, Error, OrganizationId, PurchaseId, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    PurchaseStatus, Search,
    purchases::Summed,
    statements::{ORGANIZATION_SALES, SALES},
};

/// One sale, as its seller sees it. The parts are what each has of it as it stands now.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct SoldItem {
    /// Identity.
    pub id: PurchaseId,
    /// What was sold.
    pub content_id: ContentId,
    /// Its headline today.
    pub title: String,
    /// Whose sale; the creator's alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// How it stands.
    pub status: PurchaseStatus,
    /// What was paid, in minor units.
    pub amount_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// What went back of it.
    pub refunded_cents: i64,
    /// What an open dispute holds of it.
    pub held_cents: i64,
    /// The platform's part.
    pub platform_cents: i64,
    /// The organization's part.
    pub organization_cents: i64,
    /// The creator's part.
    pub creator_cents: i64,
    /// When.
    pub purchased_at: Timestamp,
}

/// What sales in one currency come to.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Earned {
    /// ISO 4217, lowercase.
    pub currency: String,
    /// How many.
    pub count: u64,
    /// What was paid, in minor units.
    pub amount_cents: i64,
    /// What went back of it.
    pub refunded_cents: i64,
    /// What open disputes hold of it.
    pub held_cents: i64,
    /// The platform's part.
    pub platform_cents: i64,
    /// The organizations' part.
    pub organization_cents: i64,
    /// The creators' part.
    pub creator_cents: i64,
}

#[derive(Deserialize)]
pub(crate) struct Sold {
    member: bool,
    #[serde(flatten)]
    sales: Summed<SoldItem, Earned>,
}

/// What `seller` sold as a creator; in the organization searched for, all that was sold if they are its owner or admin. The newest
/// first. 404 for an organization they do not belong to.
pub async fn sales(database: &Database, seller: UserId, search: &Search) -> Result<Summed<SoldItem, Earned>> {
    page_of_sales(database, seller, search, search.limit, search.paging().offset()).await
}

pub(crate) async fn page_of_sales(
    database: &Database,
    seller: UserId,
    search: &Search,
    limit: u32,
    offset: u32,
) -> Result<Summed<SoldItem, Earned>> {
    let statement = if search.organization_id.is_some() { &ORGANIZATION_SALES } else { &SALES };
    let sold: Sold = search.run(database, statement, seller, limit, offset).await?;
    if sold.member { Ok(sold.sales) } else { Err(Error::not_found("organization")) }
}
