use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_edge::Platform;
use codex_kernel::{
    Email, Error, Id, InvitationId, Kind, Listed, OrganizationId, Paging, Result, Timestamp, UserId, random_bytes,
};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    OrganizationRole, OwnOrganization,
    role::{forbidden, no_organization},
    statements::{ACCEPT_INVITATION, DECLINE_INVITATION, INVITATIONS, INVITE, RESEND_INVITATION, REVOKE_INVITATION},
};

/// How long an invitation can be accepted, seconds.
const LIFE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// How an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// It can be accepted.
    Pending,
    /// It was.
    Accepted,
    /// It was not wanted.
    Declined,
    /// It was taken back.
    Revoked,
    /// Nobody answered in seven days.
    Expired,
}

impl InvitationStatus {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// An invitation, as those who manage the organization see it.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Invitation {
    /// Identity.
    pub id: InvitationId,
    /// Who is invited; they may have no account yet.
    pub email: Email,
    /// The role that waits for them.
    pub role: OrganizationRole,
    /// How it stands.
    pub status: InvitationStatus,
    /// By whom.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last mailed.
    pub sent_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// Whom to invite.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Invite {
    email: Email,
    role: OrganizationRole,
}

/// Which invitations to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct InvitationFilter {
    /// Only those that stand so.
    status: Option<InvitationStatus>,
}

/// The answer to an invitation.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    /// As the mailed link holds it.
    #[garde(length(min = 1, max = 128))]
    token: String,
}

/// A new member, and whose cached sessions are now out of date.
#[derive(Debug)]
pub struct Joined {
    /// The organization, and their role.
    pub organization: OwnOrganization,
    /// The token hashes of their sessions, where the role made them a creator.
    pub session_hashes: Vec<String>,
}

/// A token for a mail: what is stored, and the link that holds it. Configuration says where it leads, never the request.
struct Mailed {
    token_hash: String,
    link: String,
    expires_at: Timestamp,
}

impl Mailed {
    fn new(platform: &Platform, now: Timestamp) -> Result<Self> {
        let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>()?);
        let link = format!("{}/invitations?token={token}", platform.config.get("WEB_APP_URL")?);
        let expires_at = Timestamp::from_second(now.as_second() + LIFE_SECONDS).map_err(Error::internal)?;
        Ok(Self { token_hash: hash(&token), link, expires_at })
    }
}

fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

fn no_invitation() -> Error {
    Error::not_found("invitation")
}

/// Invites an address by mail, whether or not it has an account. 403 where `who` may not give that role, 409 `ALREADY_MEMBER` or
/// `ALREADY_INVITED`, 422 where 500 are waiting.
pub async fn invite(platform: &Platform, id: OrganizationId, who: UserId, input: &Invite, now: Timestamp) -> Result<Invitation> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        is_member: bool,
        is_full: bool,
        invitation: Option<Invitation>,
    }
    let Mailed { token_hash, link, expires_at } = Mailed::new(platform, now)?;
    let (invitation, mail) = (InvitationId::new(now)?, InvitationId::new(now)?);
    let params: &[&dyn codex_edge::Param] =
        &[&invitation, &id, &who, &input.email, &input.role.name(), &token_hash, &now, &expires_at, &mail, &link];
    let row: Option<Row> = platform.database.one(&INVITE, params).await?;
    match row.ok_or_else(no_organization)? {
        Row { invitation: Some(invitation), .. } => Ok(invitation),
        Row { role, .. } if !may_give(role, input.role) => Err(forbidden()),
        Row { is_member: true, .. } => Err(Error::conflict("ALREADY_MEMBER", "This address belongs to a member")),
        Row { is_full: true, .. } => Err(Error::rule("TOO_MANY_INVITATIONS", "500 invitations are waiting: revoke some first")),
        _ => Err(Error::conflict("ALREADY_INVITED", "This address is invited: resend or revoke that invitation")),
    }
}

/// Only an owner makes owners.
fn may_give(role: OrganizationRole, given: OrganizationRole) -> bool {
    role == OrganizationRole::Owner || role == OrganizationRole::Admin && given != OrganizationRole::Owner
}

/// The invitations of an organization that `who` manages.
pub async fn invitations(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    filter: &InvitationFilter,
    paging: Paging,
    now: Timestamp,
) -> Result<Listed<Invitation>> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        listed: Listed<Invitation>,
    }
    let status = filter.status.map(InvitationStatus::name);
    let params: &[&dyn codex_edge::Param] = &[&id, &who, &status, &now, &paging.limit, &paging.offset()];
    let row: Option<Row> = platform.database.one(&INVITATIONS, params).await?;
    match row.ok_or_else(no_organization)? {
        Row { role, listed } if role.manages() => Ok(listed),
        _ => Err(forbidden()),
    }
}

/// Mails a pending or expired invitation again, with a new link and another seven days; the old link ends. 429 within a minute.
pub async fn resend(
    platform: &Platform,
    id: OrganizationId,
    invitation: InvitationId,
    who: UserId,
    now: Timestamp,
) -> Result<Invitation> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        found: bool,
        may: bool,
        too_soon: bool,
        invitation: Option<Invitation>,
    }
    let Mailed { token_hash, link, expires_at } = Mailed::new(platform, now)?;
    let params: &[&dyn codex_edge::Param] =
        &[&invitation, &id, &who, &token_hash, &now, &expires_at, &InvitationId::new(now)?, &link];
    let row: Option<Row> = platform.database.one(&RESEND_INVITATION, params).await?;
    match row.ok_or_else(no_organization)? {
        Row { invitation: Some(invitation), .. } => Ok(invitation),
        Row { role, .. } if !role.manages() => Err(forbidden()),
        Row { found: false, .. } => Err(no_invitation()),
        Row { may: false, .. } => Err(forbidden()),
        Row { too_soon: true, .. } => Err(Error::rate_limited(60)),
        _ => Err(no_invitation()),
    }
}

/// Takes an invitation back; again is no different from once. 404 where it was answered.
pub async fn revoke(
    platform: &Platform,
    id: OrganizationId,
    invitation: InvitationId,
    who: UserId,
    now: Timestamp,
) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        revoked: bool,
    }
    let row: Option<Row> = platform.database.one(&REVOKE_INVITATION, &[&invitation, &id, &who, &now]).await?;
    match row.ok_or_else(no_organization)? {
        Row { revoked: true, .. } => Ok(()),
        Row { role, .. } if !role.manages() => Err(forbidden()),
        _ => Err(no_invitation()),
    }
}

/// Makes `who` a member, by the mailed token; again is no different from once. 400 `INVALID_TOKEN` where it is unknown, answered,
/// taken back or expired; 403 where it was mailed to another address than theirs.
pub async fn accept(platform: &Platform, token: &InvitationToken, who: UserId, now: Timestamp) -> Result<Joined> {
    #[derive(Deserialize)]
    struct Row {
        is_theirs: bool,
        joined: Option<OwnOrganization>,
        session_hashes: Vec<String>,
    }
    let row: Option<Row> = platform.database.one(&ACCEPT_INVITATION, &[&hash(&token.token), &who, &now]).await?;
    match row.ok_or_else(spent)? {
        Row { joined: Some(organization), session_hashes, .. } => Ok(Joined { organization, session_hashes }),
        Row { is_theirs: false, .. } => {
            Err(Error::forbidden("INVITATION_FOR_ANOTHER", "This invitation is for another address: sign in with that one"))
        }
        _ => Err(spent()),
    }
}

/// Declines an invitation, by the mailed token; it takes no account.
pub async fn decline(platform: &Platform, token: &InvitationToken, now: Timestamp) -> Result<()> {
    let declined: Option<InvitationId> = platform.database.one(&DECLINE_INVITATION, &[&hash(&token.token), &now]).await?;
    declined.map(|_| ()).ok_or_else(spent)
}

fn spent() -> Error {
    Error::new(Kind::Invalid, "INVALID_TOKEN", "This invitation was answered or taken back, or has expired")
}
