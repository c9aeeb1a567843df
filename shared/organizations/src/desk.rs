use codex_edge::Platform;
use codex_kernel::{Error, OrganizationId, Paging, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Invitation, Member, Organization, OrganizationRole, PublicOrganization, Settings, Tier, role::no_organization,
    statements::DESK,
};

/// What a page shows beside what all of them do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Who belongs to it, who is invited, and how many follow it.
    Team,
    /// What it offers to subscribers.
    Tiers,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Tiers => "tiers",
        }
    }
}

/// What of an organization somebody works with.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct DeskFilter {
    /// What else is wanted; nothing where it is left out. `page` and `limit` are of the team's members.
    with: Option<Part>,
}

/// An organization's people.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Team {
    /// How many belong to it; to 10,000.
    total: u64,
    /// A page of them, the longest there first.
    members: Vec<Member>,
    /// Who is invited and has not answered, the latest 100 first; for those who manage it.
    invitations: Vec<Invitation>,
    /// How many follow it.
    followers: u64,
}

/// An organization as somebody who belongs to it works with it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Desk {
    /// What everybody sees of it.
    organization: PublicOrganization,
    /// One's place in it.
    role: OrganizationRole,
    /// Its settings, for those who manage it.
    settings: Option<Settings>,
    /// Its tiers, active ones first and the lowest of each first, where they were asked for. What is archived, and all of them while
    /// subscriptions are switched off, is for those who manage it.
    tiers: Option<Vec<Tier>>,
    /// Its people, where they were asked for.
    team: Option<Team>,
}

/// What somebody needs to work in an organization, in one statement; 404 to those outside it.
pub async fn desk(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    filter: &DeskFilter,
    paging: Paging,
    now: Timestamp,
) -> Result<Desk> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        organization: Value,
        tiers: Option<Vec<Tier>>,
        team: Option<Team>,
    }
    let params: &[&dyn codex_edge::Param] = &[&id, &who, &filter.with.map(Part::name), &now, &paging.limit, &paging.offset()];
    let row: Option<Row> = platform.database.one(&DESK, params).await?;
    let Row { role, organization, tiers, team } = row.ok_or_else(no_organization)?;
    let settings = if role.manages() { Some(Settings::of(&organization)?) } else { None };
    let organization = Organization::deserialize(&organization).map_err(Error::internal)?;
    Ok(Desk { organization: PublicOrganization::of(&platform.config, organization), role, settings, tiers, team })
}
