//! Files travel straight between browser and R2, by presigned address.

use std::{collections::BTreeMap, time::Duration};

use codex_edge::{Platform, presign::Presigner};
use codex_kernel::{Error, Id, MediaId, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    media::{CreateMedia, Media, find_media},
    parts::{Parts, complete_parts},
    statements::{CREATE_MEDIA, UPLOADED},
};

/// How long an upload may be started, seconds.
const UPLOAD_SECONDS: u64 = 3600;
/// What is sent whole, bytes.
const MAX_WHOLE: u64 = 100 * 1000 * 1000;
/// Enough of a file to know its kind, bytes.
const HEAD_BYTES: u64 = 16;

/// What is taken, the ending it gets, and how such files begin.
const KINDS: &[(&str, &str, Kind)] = &[
    ("video/mp4", "mp4", Kind::Iso),
    ("video/quicktime", "mov", Kind::Iso),
    ("video/x-m4v", "m4v", Kind::Iso),
    ("video/webm", "webm", Kind::Matroska),
    ("video/x-matroska", "mkv", Kind::Matroska),
    ("video/x-msvideo", "avi", Kind::Riff),
    ("video/mpeg", "mpg", Kind::Mpeg),
    ("audio/mpeg", "mp3", Kind::Frames),
    ("audio/aac", "aac", Kind::Frames),
    ("audio/mp4", "m4a", Kind::Iso),
    ("audio/x-m4a", "m4a", Kind::Iso),
    ("audio/wav", "wav", Kind::Riff),
    ("audio/x-wav", "wav", Kind::Riff),
    ("audio/flac", "flac", Kind::Flac),
    ("audio/ogg", "ogg", Kind::Ogg),
    ("audio/webm", "weba", Kind::Matroska),
];

#[derive(Clone, Copy)]
enum Kind {
    Iso,
    Matroska,
    Riff,
    Mpeg,
    Frames,
    Flac,
    Ogg,
}

impl Kind {
    fn begins(self, bytes: &[u8]) -> bool {
        match self {
            Self::Iso => matches!(bytes.get(4..8), Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip")),
            Self::Matroska => bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]),
            Self::Riff => bytes.starts_with(b"RIFF"),
            Self::Mpeg => bytes.starts_with(&[0, 0, 1]) || bytes.first() == Some(&0x47),
            Self::Frames => bytes.starts_with(b"ID3") || matches!(bytes, [0xff, second, ..] if second & 0xe0 == 0xe0),
            Self::Flac => bytes.starts_with(b"fLaC") || bytes.starts_with(b"ID3"),
            Self::Ogg => bytes.starts_with(b"OggS"),
        }
    }
}

fn kind_of(mime_type: &str) -> Option<(&'static str, Kind)> {
    KINDS.iter().find(|(name, ..)| *name == mime_type).map(|(_, ending, kind)| (*ending, *kind))
}

/// How to send one file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    method: &'static str,
    url: String,
    headers: BTreeMap<&'static str, String>,
    expires_at: Timestamp,
}

impl Upload {
    pub(crate) fn new(presigner: &Presigner, key: &str, content_type: &str, length: u64, now: Timestamp) -> Result<Self> {
        let expires_at =
            Timestamp::from_second(now.as_second().saturating_add_unsigned(UPLOAD_SECONDS)).map_err(Error::internal)?;
        Ok(Self {
            method: "PUT",
            url: presigner.put(key, content_type, length, Duration::from_secs(UPLOAD_SECONDS)),
            headers: BTreeMap::from([("content-type", content_type.to_owned())]),
            expires_at,
        })
    }
}

/// Where to send a file: whole, or above 100 MB in parts whose addresses are asked for in batches.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Destination {
    Whole(Upload),
    Parts(Parts),
}

/// A media item and where to send its file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NewMedia {
    #[serde(flatten)]
    media: Media,
    upload: Destination,
}

/// What each creator may keep here, bytes: `MEDIA_QUOTA_BYTES`, or 1 TB.
fn quota(platform: &Platform) -> u64 {
    platform.config.find("MEDIA_QUOTA_BYTES").and_then(|bytes| bytes.parse().ok()).unwrap_or(1_000_000_000_000)
}

/// A new media item of `creator`, awaiting its file.
pub async fn start_upload(platform: &Platform, creator: UserId, input: &CreateMedia, now: Timestamp) -> Result<NewMedia> {
    let mime_type = input.mime_type.to_ascii_lowercase();
    let of_type = mime_type.split('/').next() == Some(input.media_type.name());
    let Some((ending, _)) = kind_of(&mime_type).filter(|_| of_type) else {
        return Err(Error::invalid_at("mimeType", "is not a type we take for this kind of media"));
    };
    let (id, size) = (MediaId::new(now)?, input.file_size_bytes);
    let key = format!("{creator}/originals/{id}/original.{ending}");
    let in_parts = if size > MAX_WHOLE { Some(platform.media.get()?.create_upload(&key, &mime_type).await?) } else { None };
    let upload = match in_parts {
        None => Destination::Whole(Upload::new(&Presigner::new(&platform.config, now)?, &key, &mime_type, size, now)?),
        Some(_) => Destination::Parts(Parts::new(size, now)?),
    };
    let (part_size, expires_at) = match &upload {
        Destination::Whole(upload) => (None, upload.expires_at),
        Destination::Parts(parts) => (Some(parts.part_size_bytes), parts.expires_at),
    };
    let media: Result<Option<Media>> = platform
        .database
        .one(
            &CREATE_MEDIA,
            &[
                &id,
                &creator,
                &input.title,
                &input.media_type.name(),
                &mime_type,
                &size,
                &key,
                &in_parts,
                &part_size,
                &expires_at,
                &quota(platform),
                &now,
            ],
        )
        .await;
    if let (Some(upload), Ok(None) | Err(_)) = (in_parts, &media) {
        // Nobody will send it a part. What cannot be given up now, R2 forgets after a week.
        let _ = platform.media.get()?.abort_upload(&key, &upload).await;
    }
    let media = media?.ok_or_else(|| Error::rule("QUOTA_EXCEEDED", "This file does not fit into what you may keep here"))?;
    Ok(NewMedia { media, upload })
}

/// Takes note that the file arrived, having looked at it: its size and how it begins.
pub async fn upload_complete(platform: &Platform, creator: UserId, id: MediaId, now: Timestamp) -> Result<Media> {
    let media = find_media(platform, creator, id).await?;
    if media.status.name() != "uploading" {
        return Ok(media);
    }
    let bucket = platform.media.get()?;
    let incomplete = || Error::rule("UPLOAD_INCOMPLETE", "The file has not arrived");
    if bucket.head(&media.original_key).await?.is_none() {
        complete_parts(platform, creator, id).await?;
    }
    let head = bucket.head(&media.original_key).await?.ok_or_else(incomplete)?;
    let bytes = bucket.read(&media.original_key, HEAD_BYTES).await?.ok_or_else(incomplete)?;
    let (size, expected) = (head.size, media.file_size_bytes);
    let as_named = kind_of(&media.mime_type).is_some_and(|(_, kind)| kind.begins(&bytes));
    if size != expected || !as_named {
        return Err(Error::rule("UPLOAD_MISMATCH", "The file that arrived is not the one announced: its size or type differs"));
    }
    let media: Option<Media> = platform.database.one(&UPLOADED, &[&id, &creator, &now]).await?;
    media.ok_or_else(|| Error::not_found("media item"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_begin_as_their_type_says() {
        let begins = |mime: &str, bytes: &[u8]| kind_of(mime).unwrap().1.begins(bytes);
        assert!(begins("video/mp4", b"\0\0\0\x20ftypisom"));
        assert!(begins("audio/mpeg", &[0xff, 0xfb, 0x90]));
        assert!(!begins("video/mp4", b"<html>"));
        assert!(!begins("audio/mpeg", b""));
        assert!(kind_of("text/html").is_none() && kind_of("image/svg+xml").is_none());
    }
}
