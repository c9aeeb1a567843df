use codex_edge::{OnConstraint, Platform};
use codex_kernel::{Error, Id, OrganizationId, Result, Slug, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Organization, OrganizationRole,
    members::link,
    public,
    role::{forbidden, no_organization},
    statements::{DELETE, RESTORE, TRANSFER},
};

/// To whom ownership goes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schemars(rename = "TransferOwnership")]
pub struct Transfer {
    /// A member.
    user_id: UserId,
}

/// Deletes an organization that `who` owns: it is found no more, its content is unpublished, and its name stays its owners' for
/// 30 days. 404 to those outside it, 403 to members who do not own it.
pub async fn delete(platform: &Platform, id: OrganizationId, who: UserId, now: Timestamp) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        slug: Slug,
    }
    let row: Option<Row> = platform.database.one(&DELETE, &[&id, &who, &now]).await?;
    let row = row.ok_or_else(no_organization)?;
    if row.role != OrganizationRole::Owner {
        return Err(forbidden());
    }
    public::forget(platform, &row.slug).await;
    Ok(())
}

/// Brings back an organization that `who` owned, with the content its deletion unpublished. Again is no different from once;
/// 409 where its name has gone to somebody else.
pub async fn restore(platform: &Platform, id: OrganizationId, who: UserId, now: Timestamp) -> Result<Organization> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        organization: Option<Organization>,
    }
    let taken = || Error::conflict("CONFLICT", "The address of this organization has been taken");
    let row: Result<Option<Row>> = platform.database.one(&RESTORE, &[&id, &who, &now]).await;
    match row.on_constraint("organizations_slug_key", taken)?.ok_or_else(no_organization)? {
        Row { role, .. } if role != OrganizationRole::Owner => Err(forbidden()),
        Row { organization, .. } => organization.ok_or_else(taken),
    }
}

/// Makes a member an owner in place of `who`, who becomes an admin; the token hashes of sessions that are now out of date.
pub async fn transfer(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    input: &Transfer,
    now: Timestamp,
) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Row {
        may: bool,
        done: bool,
        session_hashes: Vec<String>,
    }
    if input.user_id == who {
        return Err(Error::rule("ALREADY_OWNER", "You own this organization already"));
    }
    let params: &[&dyn codex_edge::Param] = &[&id, &who, &input.user_id, &now, &UserId::new(now)?, &link(platform)?];
    let row: Option<Row> = platform.database.one(&TRANSFER, params).await?;
    match row.ok_or_else(no_organization)? {
        Row { may: false, .. } => Err(forbidden()),
        Row { done: false, .. } => Err(Error::not_found("member")),
        Row { session_hashes, .. } => Ok(session_hashes),
    }
}
