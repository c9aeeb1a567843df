use codex_edge::Platform;
use codex_kernel::{Email, Error, Id, Listed, OrganizationId, Paging, Result, Slug, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    OrganizationRole,
    role::{forbidden, no_organization},
    statements::{CHANGE_ROLE, MEMBERS, MEMBERSHIP, REMOVE_MEMBER},
};

/// Somebody who belongs to an organization.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What they call themselves.
    pub name: String,
    /// Their name in addresses, once chosen.
    pub username: Option<Slug>,
    /// Their picture.
    pub avatar_url: Option<String>,
    /// Their address, for those who manage the organization.
    pub email: Option<Email>,
    /// Their role in it.
    pub role: OrganizationRole,
    /// Since when.
    pub joined_at: Timestamp,
}

/// One's own place in an organization.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Membership {
    /// One's role.
    pub role: OrganizationRole,
    /// Since when.
    pub joined_at: Timestamp,
}

/// Which members to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct MemberFilter {
    /// Only those of this role.
    role: Option<OrganizationRole>,
}

/// A member's new role.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ChangeRole {
    role: OrganizationRole,
}

/// A member changed, and whose cached sessions are now out of date.
#[derive(Debug)]
pub struct Changed {
    /// As they now are.
    pub member: Member,
    /// The token hashes of their sessions, where the role made them a creator.
    pub session_hashes: Vec<String>,
}

/// Where a mail about one's place in an organization leads.
pub(crate) fn link(platform: &Platform) -> Result<String> {
    Ok(format!("{}/organizations", platform.config.get("WEB_APP_URL")?))
}

fn last_owner() -> Error {
    Error::rule("LAST_OWNER", "An organization needs an owner: make somebody else one first")
}

/// The members of an organization, for its members; others get 404.
pub async fn members(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    filter: &MemberFilter,
    paging: Paging,
) -> Result<Listed<Member>> {
    let role = filter.role.map(OrganizationRole::name);
    let listed = platform.database.one(&MEMBERS, &[&id, &who, &role, &paging.limit, &paging.offset()]).await?;
    listed.ok_or_else(no_organization)
}

/// The place of `who` in an organization, if they have one.
pub async fn membership(platform: &Platform, id: OrganizationId, who: UserId) -> Result<Option<Membership>> {
    #[derive(Deserialize)]
    struct Row {
        membership: Option<Membership>,
    }
    let row: Option<Row> = platform.database.one(&MEMBERSHIP, &[&id, &who]).await?;
    Ok(row.ok_or_else(no_organization)?.membership)
}

/// What the statements found of the two people; why nothing was changed follows from it.
#[derive(Deserialize)]
struct Grounds {
    /// The role of whom it is about; none where they are no member.
    current: Option<OrganizationRole>,
    /// Whether who acts manages the organization.
    manages: bool,
    may: Option<bool>,
    last_owner: Option<bool>,
}

impl Grounds {
    fn refusal(&self) -> Error {
        match self {
            // Other members learn nothing of who belongs to it from what they may not do.
            Self { may: None | Some(false), manages: false, .. } => forbidden(),
            Self { current: None, .. } => Error::not_found("member"),
            Self { may: Some(true), last_owner: Some(true), .. } => last_owner(),
            Self { may: Some(true), .. } => Error::conflict("CONFLICT", "This member changed meanwhile, try again"),
            _ => forbidden(),
        }
    }
}

/// Gives a member another role, and tells them by mail. Owners and admins may; only owners make and unmake owners (403), and one
/// must remain (422 `LAST_OWNER`).
pub async fn change_role(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    whose: UserId,
    input: &ChangeRole,
    now: Timestamp,
) -> Result<Changed> {
    #[derive(Deserialize)]
    struct Row {
        #[serde(flatten)]
        grounds: Grounds,
        member: Option<Member>,
        session_hashes: Vec<String>,
    }
    let params: &[&dyn codex_edge::Param] = &[&id, &who, &whose, &input.role.name(), &now, &UserId::new(now)?, &link(platform)?];
    let row: Option<Row> = platform.database.one(&CHANGE_ROLE, params).await?;
    let Row { grounds, member, session_hashes } = row.ok_or_else(no_organization)?;
    let member = member.ok_or_else(|| grounds.refusal())?;
    Ok(Changed { member, session_hashes })
}

/// Removes a member; anybody may remove themselves, except the last owner (422 `LAST_OWNER`).
pub async fn remove(platform: &Platform, id: OrganizationId, who: UserId, whom: UserId) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        #[serde(flatten)]
        grounds: Grounds,
        removed: bool,
    }
    let row: Option<Row> = platform.database.one(&REMOVE_MEMBER, &[&id, &who, &whom]).await?;
    let Row { grounds, removed } = row.ok_or_else(no_organization)?;
    if removed { Ok(()) } else { Err(grounds.refusal()) }
}
