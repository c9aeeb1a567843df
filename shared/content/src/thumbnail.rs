//! Pictures of contents: uploaded straight to R2, looked at, and shown by an address that leads there.

use std::time::Duration;

use codex_edge::{Platform, presign::Presigner};
use codex_kernel::{ContentId, Error, Result, Timestamp, UserId, is_plain_path};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    content::{Content, Text, look_up},
    edit::change_content,
    rule::{Verdict, access_rule},
    upload::Upload,
};

/// The largest picture, bytes.
const MAX_PICTURE: u64 = 10 * 1024 * 1024;
/// How long an address that shows one is good, seconds; it is cached for a little less.
const SHOWN_SECONDS: u64 = 3600;
/// What is taken, the ending it gets, and where in such a file which bytes stand. No SVG: it can hold scripts.
const KINDS: [(&str, &str, usize, &[u8]); 4] = [
    ("image/jpeg", "jpg", 0, &[0xff, 0xd8, 0xff]),
    ("image/png", "png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/webp", "webp", 8, b"WEBP"),
    ("image/avif", "avif", 4, b"ftypavif"),
];

/// A picture about to be uploaded.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPicture {
    #[garde(length(min = 1, max = 100))]
    mime_type: String,
    #[garde(range(min = 1, max = MAX_PICTURE))]
    file_size_bytes: u64,
}

/// Where to send a picture.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PictureUpload {
    key: String,
    upload: Upload,
}

/// A picture that was uploaded.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UploadedPicture {
    #[garde(length(min = 1, max = 300))]
    key: String,
}

fn folder(creator: UserId, id: ContentId) -> String {
    format!("{creator}/thumbnails/{id}/")
}

async fn check_owner(platform: &Platform, creator: UserId, id: ContentId, now: Timestamp) -> Result<()> {
    let found = look_up(platform, id, Some(creator), Text::Without, now).await?;
    if found.grounds.owner { Ok(()) } else { Err(Error::not_found("content")) }
}

/// Where to upload a picture of a content of `creator`.
pub async fn start_picture(
    platform: &Platform,
    creator: UserId,
    id: ContentId,
    input: &NewPicture,
    now: Timestamp,
) -> Result<PictureUpload> {
    let Some((mime_type, ending, ..)) = KINDS.iter().find(|(mime_type, ..)| *mime_type == input.mime_type) else {
        return Err(Error::invalid_at("mimeType", "must be image/jpeg, image/png, image/webp or image/avif"));
    };
    check_owner(platform, creator, id, now).await?;
    let name = Uuid::from_bytes(codex_kernel::random_bytes()?);
    let key = format!("{}{name}.{ending}", folder(creator, id));
    let upload = Upload::new(&Presigner::new(&platform.config, now)?, &key, mime_type, input.file_size_bytes, now)?;
    Ok(PictureUpload { key, upload })
}

/// Makes an uploaded picture that of a content of `creator`, having looked at it: its size and how it begins.
pub async fn keep_picture(
    platform: &Platform,
    creator: UserId,
    id: ContentId,
    UploadedPicture { key }: &UploadedPicture,
    now: Timestamp,
) -> Result<Content> {
    check_owner(platform, creator, id, now).await?;
    let name = key.strip_prefix(&folder(creator, id)).filter(|name| is_plain_path(name));
    let kind = name.and_then(|name| KINDS.iter().find(|(_, ending, ..)| name.rsplit('.').next() == Some(*ending)));
    let Some((_, _, at, begins)) = kind else {
        return Err(Error::rule("MEDIA_KEY_NOT_ALLOWED", "The key is not that of a picture of this content"));
    };
    let bucket = platform.media.get()?;
    let incomplete = || Error::rule("UPLOAD_INCOMPLETE", "The file has not arrived");
    let head = bucket.head(key).await?.ok_or_else(incomplete)?;
    let bytes = bucket.read(key, 16).await?.ok_or_else(incomplete)?;
    if head.size > MAX_PICTURE || !bytes.get(*at..).is_some_and(|bytes| bytes.starts_with(begins)) {
        return Err(Error::rule("UPLOAD_MISMATCH", "The file that arrived is not the one announced: its size or type differs"));
    }
    // The address changes with the picture, so that nobody keeps seeing the old one.
    let url = format!("{}/api/content/{id}/thumbnail?v={}", platform.config.get("CONTENT_API_URL")?, head.etag);
    change_content(platform, creator, id, &json!({ "thumbnail_url": url, "thumbnail_key": key }), None, now).await
}

/// Where the picture of a content is shown, for those who may know of the content; and for how long that may be remembered, seconds.
pub async fn picture(platform: &Platform, id: ContentId, viewer: Option<UserId>, now: Timestamp) -> Result<(String, u64)> {
    let found = look_up(platform, id, viewer, Text::Without, now).await?;
    let shown = access_rule(&found.grounds) != Verdict::Hidden;
    let key = found.thumbnail_key.filter(|_| shown).ok_or_else(|| Error::not_found("content"))?;
    let address = Presigner::new(&platform.config, now)?.get(&key, Duration::from_secs(SHOWN_SECONDS));
    Ok((address, SHOWN_SECONDS / 2))
}
