//! A ready-made HLS package, uploaded file by file.

use codex_edge::{Platform, presign::Presigner};
use codex_kernel::{Error, MediaId, Result, Timestamp, UserId, is_plain_path};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    input::{MAX_FILE, mime_type},
    statements::TAKE_OVER,
    upload::Upload,
};

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

/// Addresses to upload a package of `creator`'s media item to. The platform stops making one itself, in the same folder.
pub async fn package(platform: &Platform, creator: UserId, id: MediaId, input: PackageFiles, now: Timestamp) -> Result<Package> {
    let taken: Option<MediaId> = platform.database.one(&TAKE_OVER, &[&id, &creator, &now]).await?;
    taken.ok_or_else(|| Error::not_found("media item"))?;
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
    fn packages_stay_in_their_folder() {
        assert!(package_path("720p/segment_001.ts", &()).is_ok());
        for bad in ["../a.ts", "/a.ts", "a.html", "ts", "a/..ts"] {
            assert!(package_path(bad, &()).is_err(), "{bad}");
        }
    }
}
