use std::time::Duration;

use codex_edge::{Platform, presign::Presigner};
use codex_kernel::{ContentId, Error, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    content::Content,
    input::is_plain_path,
    kinds::{ContentType, Visibility},
    playlist,
    statements::FIND,
    token::Ticket,
};

/// How long a streaming address may be started with, seconds.
const START_SECONDS: i64 = 3600;
/// S3 signatures live a week at most, seconds.
const LONGEST_SIGNATURE: u64 = 7 * 24 * 3600;
/// The largest playlist that is rewritten, bytes.
const MAX_PLAYLIST: u64 = 2 * 1024 * 1024;

/// A place in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationRole {
    /// Owns it.
    Owner,
    /// Manages it.
    Admin,
    /// Publishes in it.
    Creator,
    /// Belongs to it.
    Member,
}

/// All that decides whether somebody may watch something.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Grounds {
    /// They made it.
    pub owner: bool,
    /// It can be seen at all.
    pub published: bool,
    /// Who is meant to.
    pub visibility: Visibility,
    /// They have a living access row.
    pub purchased: bool,
    /// Their place in its organization.
    pub role: Option<OrganizationRole>,
}

/// What follows from the grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may watch it.
    Allowed,
    /// They may know of it.
    Denied,
    /// For them it does not exist.
    Hidden,
}

/// The rule. Those who answer for a content see it always; a membership never opens what is for sale.
pub fn access_rule(grounds: &Grounds) -> Verdict {
    if grounds.owner || matches!(grounds.role, Some(OrganizationRole::Owner | OrganizationRole::Admin)) {
        return Verdict::Allowed;
    }
    if !grounds.published {
        return Verdict::Hidden;
    }
    let allowed = match grounds.visibility {
        Visibility::Public => true,
        Visibility::PurchasedOnly => grounds.purchased,
        Visibility::MembersOnly => grounds.role.is_some(),
    };
    if allowed { Verdict::Allowed } else { Verdict::Denied }
}

#[derive(Deserialize)]
pub(crate) struct Found {
    pub(crate) content: Content,
    pub(crate) grounds: Grounds,
    hls_master_key: Option<String>,
    audio_key: Option<String>,
}

pub(crate) async fn look_up(platform: &Platform, id: ContentId, viewer: Option<UserId>) -> Result<Found> {
    let found: Option<Found> = platform.database.one(&FIND, &[&id, &viewer]).await?;
    found.ok_or_else(|| Error::not_found("content"))
}

/// The content, for somebody who may watch it; else 404 or 403.
pub(crate) async fn admitted(platform: &Platform, id: ContentId, viewer: UserId) -> Result<Found> {
    let found = look_up(platform, id, Some(viewer)).await?;
    admit(&found.grounds)?;
    Ok(found)
}

/// The verdict as an answer.
pub(crate) fn admit(grounds: &Grounds) -> Result<()> {
    match access_rule(grounds) {
        Verdict::Allowed => Ok(()),
        Verdict::Denied => Err(Error::forbidden("ACCESS_DENIED", "You have no access to this content")),
        Verdict::Hidden => Err(Error::not_found("content")),
    }
}

/// Where to play something.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stream {
    /// For the player.
    pub streaming_url: String,
    /// Until when it can be started.
    pub expires_at: Timestamp,
    /// What it plays.
    pub content_type: ContentType,
}

/// An address that plays `id` for `viewer`, who must have access.
pub async fn stream(platform: &Platform, id: ContentId, viewer: UserId, now: Timestamp) -> Result<Stream> {
    let found = admitted(platform, id, viewer).await?;
    let content_type = found.content.content_type;
    if content_type == ContentType::Written {
        return Err(Error::rule("NOT_STREAMABLE", "Written content is read, not played"));
    }
    let not_ready = || Error::rule("MEDIA_NOT_READY", "The media of this content is not ready");
    if found.content.media_status.as_deref() != Some("ready") {
        return Err(not_ready());
    }
    let duration = Duration::try_from_secs_f64(found.content.duration_seconds.unwrap_or_default()).unwrap_or_default().as_secs();
    let expires_at = Timestamp::from_second(now.as_second() + START_SECONDS).map_err(Error::internal)?;
    let streaming_url = match (found.hls_master_key, found.audio_key) {
        (Some(master), _) => {
            let (prefix, file) = master.rsplit_once('/').ok_or_else(not_ready)?;
            let prefix = format!("{prefix}/");
            let ticket = Ticket { user: viewer, content: id, prefix, duration, expires: expires_at.as_second() };
            let token = ticket.seal(&platform.config)?;
            format!("{}/api/access/play/{token}/{file}", platform.config.get("CONTENT_API_URL")?)
        }
        (None, Some(audio)) => Presigner::new(&platform.config)?.get(&audio, now, lifetime(duration)).to_string(),
        (None, None) => return Err(not_ready()),
    };
    Ok(Stream { streaming_url, expires_at, content_type })
}

/// Long enough to watch to the end, with a pause.
fn lifetime(duration: u64) -> Duration {
    Duration::from_secs(duration.saturating_add(3600).min(LONGEST_SIGNATURE))
}

/// The playlist at `path` under `ticket`, its segments signed. Access is looked up again: a ticket outlives a refund.
pub async fn play(platform: &Platform, ticket: &Ticket, path: &str, now: Timestamp) -> Result<String> {
    if !is_plain_path(path) || !path.ends_with(".m3u8") {
        return Err(Error::forbidden("ACCESS_DENIED", "This address opens playlists of its own media only"));
    }
    admitted(platform, ticket.content, ticket.user).await?;
    let key = format!("{}{path}", ticket.prefix);
    let bytes = platform.media.get()?.read(&key, MAX_PLAYLIST + 1).await?.ok_or_else(|| Error::not_found("playlist"))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) if text.len() as u64 <= MAX_PLAYLIST => text,
        _ => return Err(playlist::unusable()),
    };
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    let presigner = Presigner::new(&platform.config)?;
    let lifetime = lifetime(ticket.duration);
    playlist::rewrite(&text, |file| presigner.get(&format!("{folder}/{file}"), now, lifetime).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_table() {
        use OrganizationRole::{Admin, Creator, Member, Owner};
        use Verdict::{Allowed, Denied, Hidden};
        use Visibility::{MembersOnly, Public, PurchasedOnly};
        for owner in [false, true] {
            for published in [false, true] {
                for visibility in [Public, PurchasedOnly, MembersOnly] {
                    for purchased in [false, true] {
                        for role in [None, Some(Owner), Some(Admin), Some(Creator), Some(Member)] {
                            let expected = match (owner, role, published, visibility, purchased) {
                                (true, ..) | (_, Some(Owner | Admin), ..) => Allowed,
                                (_, _, false, ..) => Hidden,
                                (_, _, _, Public, _) | (_, _, _, PurchasedOnly, true) => Allowed,
                                (_, Some(Creator | Member), _, MembersOnly, _) => Allowed,
                                _ => Denied,
                            };
                            let grounds = Grounds { owner, published, visibility, purchased, role };
                            assert_eq!(access_rule(&grounds), expected, "{grounds:?}");
                        }
                    }
                }
            }
        }
        let member = Grounds { owner: false, published: true, visibility: PurchasedOnly, purchased: false, role: Some(Member) };
        assert_eq!(access_rule(&member), Denied, "a membership never opens paid content");
    }
}
