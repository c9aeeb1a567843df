//! What platform and organizations keep of a sale; for those who run the platform. A sale is split by the rates of its moment.

use codex_edge::Database;
use codex_kernel::{Error, Listed, OrganizationId, Paging, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    scope::{first_page, page_size},
    statements::{FEE_CHANGES, ORGANIZATION_FEES, PLATFORM_FEE, REMOVE_FEES, SET_FEES},
};

/// Rates in force.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct FeeRate {
    /// Whose sales; where there is none, those of all who have no rates of their own.
    pub organization_id: Option<OrganizationId>,
    /// What it is called.
    pub organization_name: Option<String>,
    /// What the platform keeps, in hundredths of a percent, rounded up.
    pub platform_bp: u32,
    /// What the organization keeps of the rest, in hundredths of a percent, rounded up.
    pub organization_bp: u32,
    /// Who set them; nobody where they were set up with the platform.
    pub updated_by: Option<UserId>,
    /// When.
    pub updated_at: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// Rates to set.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetFees {
    /// What the platform keeps, in hundredths of a percent.
    #[garde(range(min = 0, max = 10_000))]
    pub platform_bp: u32,
    /// What the organization keeps of the rest, in hundredths of a percent.
    #[garde(range(min = 0, max = 10_000))]
    pub organization_bp: u32,
    /// Why, for the record.
    #[garde(length(chars, min = 1, max = 500))]
    pub reason: Option<String>,
}

/// Rates as they were set, or removed.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct FeeChange {
    /// Whose; the platform's own where there is none.
    pub organization_id: Option<OrganizationId>,
    /// What the platform kept from then on, in hundredths of a percent; none where they were removed.
    pub platform_bp: Option<u32>,
    /// What the organization kept of the rest; none where they were removed.
    pub organization_bp: Option<u32>,
    /// Who did it; nobody where they were set up with the platform.
    pub changed_by: Option<UserId>,
    /// When.
    pub changed_at: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// Whose history, and which page of it.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct FeeFilter {
    /// Only of this organization.
    pub organization_id: Option<OrganizationId>,
    /// From 1.
    #[serde(default = "first_page")]
    #[garde(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 100))]
    pub limit: u32,
}

impl FeeFilter {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// The rates of all who have none of their own.
pub async fn platform_fee(database: &Database) -> Result<FeeRate> {
    database.one(&PLATFORM_FEE, &[]).await?.ok_or_else(|| Error::not_found("fee rate"))
}

/// The organizations that have rates of their own, the latest set first.
pub async fn organization_fees(database: &Database, paging: Paging) -> Result<Listed<FeeRate>> {
    Ok(database.one(&ORGANIZATION_FEES, &[&paging.limit, &paging.offset()]).await?.unwrap_or_default())
}

/// Sets the rates of `organization`, or of all who have none of their own. Sales that were made stay as they were split. 404 for an
/// organization that does not exist.
pub async fn set_fees(
    database: &Database,
    organization: Option<OrganizationId>,
    fees: &SetFees,
    by: UserId,
    now: Timestamp,
) -> Result<FeeRate> {
    let set =
        database.one(&SET_FEES, &[&organization, &fees.platform_bp, &fees.organization_bp, &by, &fees.reason, &now]).await?;
    set.ok_or_else(|| Error::not_found("organization"))
}

/// Removes the rates of `organization`: those of all others count for it again. 404 where it had none.
pub async fn remove_organization_fee(
    database: &Database,
    organization: OrganizationId,
    by: UserId,
    reason: Option<&str>,
) -> Result<()> {
    let removed: Option<IgnoredAny> = database.one(&REMOVE_FEES, &[&organization, &by, &reason]).await?;
    removed.map(|_| ()).ok_or_else(|| Error::not_found("fee rate"))
}

/// A page of every rate there ever was, the newest first.
pub async fn fee_changes(database: &Database, filter: &FeeFilter) -> Result<Listed<FeeChange>> {
    let found = database.one(&FEE_CHANGES, &[&filter.organization_id, &filter.limit, &filter.paging().offset()]).await?;
    Ok(found.unwrap_or_default())
}
