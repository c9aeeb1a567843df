//! Files travel straight between browser and R2, by presigned address.

use std::{collections::BTreeMap, time::Duration};

use codex_edge::{Platform, presign::Presigner};
use codex_kernel::{Error, Id, MediaId, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    input::{MAX_FILE, is_plain_path, mime_type},
    media::{CreateMedia, Media, find_media},
    statements::{CREATE_MEDIA, UPLOADED},
};

/// How long an upload may be started, seconds.
const UPLOAD_SECONDS: u64 = 3600;
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
            headers: BTreeMap::from([("content-length", length.to_string()), ("content-type", content_type.to_owned())]),
            expires_at,
        })
    }
}

/// A media item and where to send its file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NewMedia {
    #[serde(flatten)]
    media: Media,
    upload: Upload,
}

/// A new media item of `creator`, awaiting its file.
pub async fn start_upload(platform: &Platform, creator: UserId, input: &CreateMedia, now: Timestamp) -> Result<NewMedia> {
    let mime_type = input.mime_type.to_ascii_lowercase();
    let of_type = mime_type.split('/').next() == Some(input.media_type.name());
    let Some((ending, _)) = kind_of(&mime_type).filter(|_| of_type) else {
        return Err(Error::invalid_at("mimeType", "is not a type we take for this kind of media"));
    };
    let id = MediaId::new(now)?;
    let key = format!("{creator}/originals/{id}/original.{ending}");
    let upload = Upload::new(&Presigner::new(&platform.config, now)?, &key, &mime_type, input.file_size_bytes, now)?;
    let media: Option<Media> = platform
        .database
        .one(
            &CREATE_MEDIA,
            &[&id, &creator, &input.title, &input.media_type.name(), &mime_type, &input.file_size_bytes, &key, &now],
        )
        .await?;
    let media = media.ok_or_else(|| Error::internal(std::io::Error::other("create_media returned no row")))?;
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

/// The files of a ready-made HLS package.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PackageFiles {
    #[garde(length(min = 1, max = 100), dive)]
    files: Vec<PackageFile>,
}

#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PackageFile {
    #[garde(custom(package_path))]
    path: String,
    #[garde(length(min = 1, max = 100), custom(mime_type))]
    content_type: String,
    #[garde(range(min = 1, max = MAX_FILE))]
    size_bytes: u64,
}

fn package_path(path: &str, (): &()) -> garde::Result {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    if is_plain_path(path) && matches!(ending, Some("m3u8" | "ts" | "m4s" | "mp4" | "aac" | "vtt")) {
        return Ok(());
    }
    Err(garde::Error::new("must be a plain relative path ending in m3u8, ts, m4s, mp4, aac or vtt"))
}

/// Where one file of a package goes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PackagedFile {
    path: String,
    key: String,
    #[serde(flatten)]
    upload: Upload,
}

/// Where a package goes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Package {
    prefix: String,
    files: Vec<PackagedFile>,
}

/// Addresses to upload a package of `creator`'s media item to.
pub async fn package(platform: &Platform, creator: UserId, id: MediaId, input: PackageFiles, now: Timestamp) -> Result<Package> {
    find_media(platform, creator, id).await?;
    let prefix = format!("{creator}/hls/{id}/");
    let presigner = Presigner::new(&platform.config, now)?;
    let file = |PackageFile { path, content_type, size_bytes }: PackageFile| {
        let key = format!("{prefix}{path}");
        let upload = Upload::new(&presigner, &key, &content_type, size_bytes, now)?;
        Ok(PackagedFile { path, key, upload })
    };
    let files = input.files.into_iter().map(file).collect::<Result<_>>()?;
    Ok(Package { prefix, files })
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

    #[test]
    fn packages_stay_in_their_folder() {
        assert!(package_path("720p/segment_001.ts", &()).is_ok());
        for bad in ["../a.ts", "/a.ts", "a.html", "ts", "a/..ts"] {
            assert!(package_path(bad, &()).is_err(), "{bad}");
        }
    }
}
