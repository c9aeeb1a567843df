use std::time::Duration;

use codex_edge::{Platform, presign::Presigner};
use codex_kernel::{ContentId, Error, Result, Timestamp, UserId, is_plain_path};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    content::{Found, Text, look_up},
    kinds::ContentType,
    playlist,
    rule::admit,
    token::{Ticket, watching},
};

/// How long a streaming address may be started with, seconds.
const START_SECONDS: i64 = 3600;
/// S3 signatures live a week at most, seconds.
const LONGEST_SIGNATURE: u64 = 7 * 24 * 3600;
/// The largest playlist that is rewritten, bytes.
const MAX_PLAYLIST: u64 = 2 * 1024 * 1024;

/// The content, for somebody who may watch it; else 404 or 403.
async fn admitted(platform: &Platform, id: ContentId, viewer: UserId, now: Timestamp) -> Result<Found> {
    let found = look_up(platform, id, Some(viewer), Text::Without, now).await?;
    admit(&found.grounds)?;
    Ok(found)
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
    /// A still picture, for before it plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poster_url: Option<String>,
    /// How loud it is along the way: the JSON of audiowaveform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waveform_url: Option<String>,
}

/// An address that plays `id` for `viewer`, who must have access.
pub async fn stream(platform: &Platform, id: ContentId, viewer: UserId, now: Timestamp) -> Result<Stream> {
    start(platform, &admitted(platform, id, viewer, now).await?, viewer, now)
}

/// An address that plays what was found for `viewer`, who was admitted.
pub(crate) fn start(platform: &Platform, found: &Found, viewer: UserId, now: Timestamp) -> Result<Stream> {
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
    let presigner = Presigner::new(&platform.config, now)?;
    let signed = |key: &String| presigner.get(key, lifetime(duration));
    let streaming_url = match (&found.hls_master_key, &found.audio_key) {
        (Some(master), _) => {
            let (prefix, file) = master.rsplit_once('/').ok_or_else(not_ready)?;
            let prefix = format!("{prefix}/");
            let (content, first, expires) = (found.content.id, file.to_owned(), expires_at.as_second());
            let token = Ticket { user: viewer, content, prefix, first, duration, expires }.seal(&platform.config)?;
            format!("{}/api/access/play/{token}/{file}", platform.config.get("CONTENT_API_URL")?)
        }
        (None, Some(audio)) => signed(audio),
        (None, None) => return Err(not_ready()),
    };
    let (poster_url, waveform_url) = (found.poster_key.as_ref().map(signed), found.waveform_key.as_ref().map(signed));
    Ok(Stream { streaming_url, expires_at, content_type, poster_url, waveform_url })
}

fn lifetime(duration: u64) -> Duration {
    Duration::from_secs(watching(duration).min(LONGEST_SIGNATURE))
}

/// The playlist at `path` under a ticket that admits to it, its segments signed. Access is looked up again: a ticket outlives a refund.
pub async fn play(platform: &Platform, ticket: &Ticket, path: &str, now: Timestamp) -> Result<String> {
    if !is_plain_path(path) || !path.ends_with(".m3u8") {
        return Err(Error::forbidden("ACCESS_DENIED", "This address opens playlists of its own media only"));
    }
    admitted(platform, ticket.content, ticket.user, now).await?;
    let key = format!("{}{path}", ticket.prefix);
    let bytes = platform.media.get()?.read(&key, MAX_PLAYLIST + 1).await?.ok_or_else(|| Error::not_found("playlist"))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) if text.len() as u64 <= MAX_PLAYLIST => text,
        _ => return Err(playlist::unusable()),
    };
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = Presigner::new(&platform.config, now)?.folder(&format!("{folder}/"), lifetime(ticket.duration));
    playlist::rewrite(&text, |file| folder.get(file))
}
