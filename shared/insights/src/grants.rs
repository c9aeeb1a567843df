//! Content that is given to somebody.

use codex_edge::Database;
use codex_kernel::{ContentId, Error, OrganizationId, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::statements::{GRANT_ACCESS, REVOKE_ACCESS};

/// A content that was given to somebody: by whom, when, why; and how that ended.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Grant {
    /// To whom.
    pub user_id: UserId,
    /// What.
    pub content_id: ContentId,
    /// Its headline today.
    pub title: String,
    /// Whose it was; the creator's alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// Who gave it.
    pub granted_by: Option<UserId>,
    /// When.
    pub granted_at: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// Who took it back.
    pub revoked_by: Option<UserId>,
    /// When; it lives where there is none.
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub revoke_reason: Option<String>,
}

/// Gives `content` to `to`, in the name of `by`, who must manage its organization or run the platform: else, and where there is no
/// such content or person, 404. What they have already stays as it is. A refund of what they bought as well leaves it to them.
pub async fn grant_access(
    database: &Database,
    by: UserId,
    runs_platform: bool,
    to: UserId,
    content: ContentId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<Grant> {
    #[derive(Deserialize)]
    struct Row {
        grant: Option<Grant>,
    }
    let row: Option<Row> = database.one(&GRANT_ACCESS, &[&to, &content, &by, &runs_platform, &reason, &now]).await?;
    let row = row.ok_or_else(|| Error::not_found("content"))?;
    row.grant.ok_or_else(|| Error::not_found("person"))
}

/// Takes back what was given; again is no different from once. 404 as for granting, and where nothing was given; 422
/// `ACCESS_WAS_PURCHASED` where it was bought: that is ended by a refund.
pub async fn revoke_access(
    database: &Database,
    by: UserId,
    runs_platform: bool,
    from: UserId,
    content: ContentId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        granted: bool,
        paid: bool,
    }
    let row: Option<Row> = database.one(&REVOKE_ACCESS, &[&from, &content, &by, &runs_platform, &reason, &now]).await?;
    match row.ok_or_else(|| Error::not_found("content"))? {
        Row { granted: true, .. } => Ok(()),
        Row { paid: true, .. } => Err(Error::rule("ACCESS_WAS_PURCHASED", "They paid for it: a refund takes it back")),
        Row { .. } => Err(Error::not_found("grant")),
    }
}
