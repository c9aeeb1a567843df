use codex_edge::Database;
use codex_kernel::{ContentId, Listed, OrganizationId, Paging, PurchaseId, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    scope::{Scope, first_page, names, page_size},
    statements::ACTIVITY,
};

names! {
    /// What may happen.
    ActivityKind {
        /// Somebody bought.
        Sale = "sale",
        /// Money went back to a buyer.
        Refund = "refund",
        /// It did not arrive and is here again.
        RefundFailed = "refund_failed",
        /// A buyer's bank asked for money back.
        DisputeOpened = "dispute_opened",
        /// It did not get it.
        DisputeWon = "dispute_won",
        /// It got it.
        DisputeLost = "dispute_lost",
        /// Somebody was given a content.
        AccessGranted = "access_granted",
        /// It was taken back.
        AccessRevoked = "access_revoked",
        /// A content became visible for the first time, and is.
        ContentPublished = "content_published",
        /// A content was made visible in its creator's place.
        OversightPublished = "oversight_published",
        /// A content was hidden in its creator's place.
        OversightUnpublished = "oversight_unpublished",
        /// Somebody became a member.
        MemberJoined = "member_joined",
    }
}

/// What happened where.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ActivityFilter {
    /// Whose. Left out: all of the platform's, for those who run it; else that of the one organization that the caller manages.
    pub organization_id: Option<OrganizationId>,
    /// Only this.
    #[serde(rename = "type")]
    pub kind: Option<ActivityKind>,
    /// From 1.
    #[serde(default = "first_page")]
    #[garde(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 100))]
    pub limit: u32,
}

impl ActivityFilter {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// Something that happened.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Activity {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(rename(serialize = "type"))]
    pub kind: ActivityKind,
    /// Whose it was; a creator's alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// Buyer, recipient, creator or member.
    pub user_id: Option<UserId>,
    /// What they are called.
    pub user_name: Option<String>,
    /// The content it was about.
    pub content_id: Option<ContentId>,
    /// Its headline today.
    pub content_title: Option<String>,
    /// The purchase it was about.
    pub purchase_id: Option<PurchaseId>,
    /// How much it was about, in minor units.
    pub amount_cents: Option<i64>,
    /// ISO 4217, lowercase.
    pub currency: Option<String>,
    /// Who did it, where it was done in somebody's place.
    pub actor_id: Option<UserId>,
    /// Why, where that was said.
    pub reason: Option<String>,
}

/// A page of what happened, the newest first; the newest 10,000 can be leafed through, and 2,000
/// are counted. 404 to strangers, 403 to members who do not
/// manage it.
pub async fn activity(database: &Database, scope: Scope, filter: &ActivityFilter) -> Result<Listed<Activity>> {
    let kind = filter.kind.map(ActivityKind::name);
    scope.report(database, &ACTIVITY, &[&kind, &filter.limit, &filter.paging().offset()]).await
}
