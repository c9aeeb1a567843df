use codex_edge::{OnConstraint, Platform};
use codex_kernel::{Error, Listed, MediaId, Paging, Result, Timestamp, UserId, is_plain_path};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    input::{MAX_FILE, present},
    kinds::names,
    statements::{DELETE_MEDIA, FIND_MEDIA, LIST_MEDIA, UPDATE_MEDIA},
};

names! {
    /// What is seen or heard.
    MediaType {
        /// Moving pictures.
        Video = "video",
        /// Sound.
        Audio = "audio",
    }
}

names! {
    /// How far a media item is.
    MediaStatus {
        /// The file is awaited.
        Uploading = "uploading",
        /// The file is there.
        Uploaded = "uploaded",
        /// It is being made playable.
        Transcoding = "transcoding",
        /// It plays.
        Ready = "ready",
        /// It could not be made playable.
        Failed = "failed",
    }
}

/// An uploaded file and what was made of it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Media {
    /// Identity.
    pub id: MediaId,
    /// Whose it is.
    pub creator_id: UserId,
    /// Its name for its creator.
    pub title: String,
    /// What it is.
    pub media_type: MediaType,
    /// What the original is, exactly.
    pub mime_type: String,
    /// The original's size.
    pub file_size_bytes: u64,
    /// Where the original is.
    pub original_key: String,
    /// How far it is.
    pub status: MediaStatus,
    /// Where playing starts.
    #[serde(rename(serialize = "hlsMasterPlaylistKey"))]
    pub hls_master_key: Option<String>,
    /// Where the sound alone is.
    pub audio_key: Option<String>,
    /// A still picture of it.
    pub thumbnail_key: Option<String>,
    /// How loud it is along the way, as JSON.
    pub waveform_key: Option<String>,
    /// How long it plays.
    pub duration_seconds: Option<f64>,
    /// Pixels, of the original.
    pub width: Option<u32>,
    /// Pixels, of the original.
    pub height: Option<u32>,
    /// What a player may choose from: `1080p`, `720p`, ...
    pub ready_variants: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A file about to be uploaded.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CreateMedia {
    #[garde(length(chars, min = 1, max = 500))]
    pub(crate) title: String,
    pub(crate) media_type: MediaType,
    #[garde(length(min = 1, max = 100))]
    pub(crate) mime_type: String,
    #[garde(range(min = 1, max = MAX_FILE))]
    pub(crate) file_size_bytes: u64,
}

/// The only status a creator may claim; the others follow from events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Claim {
    Ready,
}

/// Changes to a media item.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct UpdateMedia {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 500))]
    #[schemars(with = "String")]
    title: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Claim")]
    status: Option<Claim>,
    #[serde(rename(deserialize = "hlsMasterPlaylistKey"))]
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    hls_master_key: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    audio_key: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 0.001, max = 1_000_000.0))]
    #[schemars(with = "f64")]
    duration_seconds: Option<f64>,
}

/// Which media items to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MediaFilter {
    status: Option<MediaStatus>,
    media_type: Option<MediaType>,
}

/// One media item of `creator`.
pub async fn find_media(platform: &Platform, creator: UserId, id: MediaId) -> Result<Media> {
    let media: Option<Media> = platform.database.one(&FIND_MEDIA, &[&id, &creator]).await?;
    media.ok_or_else(|| Error::not_found("media item"))
}

/// The media items of `creator`, the newest first.
pub async fn list_media(platform: &Platform, creator: UserId, filter: &MediaFilter, paging: Paging) -> Result<Listed<Media>> {
    let found = platform
        .database
        .one(
            &LIST_MEDIA,
            &[
                &creator,
                &filter.status.map(MediaStatus::name),
                &filter.media_type.map(MediaType::name),
                &paging.limit,
                &paging.offset(),
            ],
        )
        .await?;
    Ok(found.unwrap_or_default())
}

/// Changes a media item. What it plays must be the creator's own and must exist.
pub async fn update_media(
    platform: &Platform,
    creator: UserId,
    id: MediaId,
    input: &UpdateMedia,
    now: Timestamp,
) -> Result<Media> {
    let not_ready =
        || Error::rule("MEDIA_NOT_READY", "Ready media needs a playlist or an audio file that exists, and a duration");
    let files = [(&input.hls_master_key, &[".m3u8"][..]), (&input.audio_key, &[".mp3", ".m4a", ".aac"][..])];
    for (key, endings) in files {
        let Some(key) = key else { continue };
        check_key(creator, key, endings)?;
        if platform.media.get()?.head(key).await?.is_none() {
            return Err(not_ready());
        }
    }
    let media: Option<Media> = platform
        .database
        .one(&UPDATE_MEDIA, &[&id, &creator, &json!(input), &now])
        .await
        .on_constraint("media_items_ready_check", not_ready)?;
    media.ok_or_else(|| Error::not_found("media item"))
}

/// A key must lie in a folder of its owner: a playlist authorises everything beside it.
fn check_key(creator: UserId, key: &str, endings: &[&str]) -> Result<()> {
    let own = key.strip_prefix(&format!("{creator}/")).is_some_and(|rest| rest.contains('/'));
    if own && is_plain_path(key) && endings.iter().any(|ending| key.ends_with(ending)) {
        return Ok(());
    }
    Err(Error::rule("MEDIA_KEY_NOT_ALLOWED", "The key is not that of a playable file of yours"))
}

/// What was deleted, or why it was not.
#[derive(Deserialize)]
struct Deletion {
    in_use: bool,
    key: String,
    upload_id: Option<String>,
}

/// Deletes a media item that no content uses; an upload that is under way is given up.
pub async fn delete_media(platform: &Platform, creator: UserId, id: MediaId, now: Timestamp) -> Result<()> {
    let deletion: Option<Deletion> = platform.database.one(&DELETE_MEDIA, &[&id, &creator, &now]).await?;
    match deletion {
        None => Err(Error::not_found("media item")),
        Some(Deletion { in_use: true, .. }) => Err(Error::conflict("CONFLICT", "Content still uses this media item")),
        Some(Deletion { upload_id: Some(upload), key, .. }) => {
            // It is deleted. The parts that cannot be given up now, the bucket's own rule forgets.
            let _ = platform.media.get()?.abort_upload(&key, &upload).await;
            Ok(())
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use codex_kernel::Id;

    use super::*;

    #[test]
    fn only_keys_of_the_owner_are_taken() {
        let now = Timestamp::from_second(1).unwrap();
        let (me, you) = (UserId::new(now).unwrap(), UserId::new(now).unwrap());
        let check = |key: String| check_key(me, &key, &[".m3u8"]).is_ok();
        assert!(check(format!("{me}/hls/x/master.m3u8")));
        assert!(!check(format!("{you}/hls/x/master.m3u8")));
        assert!(!check(format!("{me}/../{you}/hls/x/master.m3u8")));
        assert!(!check(format!("{me}/master.m3u8")));
        assert!(!check(format!("{me}/hls/x/master.mp4")));
        assert!(!check(format!("{me}x/hls/master.m3u8")));
    }
}
