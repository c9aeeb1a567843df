use codex_edge::Database;
use codex_kernel::{Error, Listed, OrganizationId, Paging, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Organization,
    role::no_organization,
    statements::{FOLLOW, FOLLOWED, FOLLOWER_COUNT, FOLLOWING, UNFOLLOW},
};

/// Whether one follows an organization.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Following {
    /// Whether one does.
    following: bool,
    /// Since when.
    since: Option<Timestamp>,
}

/// How many follow an organization.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct FollowerCount {
    count: u64,
}

/// Makes `who` a follower; again is no different from once. 422 where the organization takes nobody new.
pub async fn follow(database: &Database, id: OrganizationId, who: UserId, now: Timestamp) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        follows: bool,
    }
    let row: Option<Row> = database.one(&FOLLOW, &[&id, &who, &now]).await?;
    match row.ok_or_else(no_organization)? {
        Row { follows: true } => Ok(()),
        Row { follows: false } => Err(Error::rule("SIGNUPS_DISABLED", "This organization takes no new followers")),
    }
}

/// Ends following; again is no different from once.
pub async fn unfollow(database: &Database, id: OrganizationId, who: UserId) -> Result<()> {
    let found: Option<OrganizationId> = database.one(&UNFOLLOW, &[&id, &who]).await?;
    found.map(|_| ()).ok_or_else(no_organization)
}

/// Whether `who` follows.
pub async fn following(database: &Database, id: OrganizationId, who: UserId) -> Result<Following> {
    database.one(&FOLLOWING, &[&id, &who]).await?.ok_or_else(no_organization)
}

/// The organizations `who` follows, by name.
pub async fn followed(database: &Database, who: UserId, paging: Paging) -> Result<Listed<Organization>> {
    Ok(database.one(&FOLLOWED, &[&who, &paging.limit, &paging.offset()]).await?.unwrap_or_default())
}

/// How many follow.
pub async fn follower_count(database: &Database, id: OrganizationId) -> Result<FollowerCount> {
    database.one(&FOLLOWER_COUNT, &[&id]).await?.ok_or_else(no_organization)
}
