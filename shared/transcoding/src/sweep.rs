//! Objects that belong to nothing: what a deleted media item leaves, what an attempt wrote before another took its place, what
//! arrived for something that was given up.

use std::collections::BTreeMap;

use codex_edge::{LIST, Platform};
use codex_kernel::{Result, Timestamp};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::statements::{ORPHANS, WALKED};

/// What lies under a creator's folder, by kind.
const KINDS: [&str; 5] = ["originals", "hls", "audio", "thumbnails", "waveforms"];

/// Where all that was made of one thing, or by one attempt, lies: `{creator}/{kind}/{folder}/`. Of pictures each is a thing by itself: the
/// one that another took the place of lies beside it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Folder<'a> {
    prefix: String,
    creator: Uuid,
    kind: &'a str,
    folder: &'a str,
    owner: Uuid,
}

impl<'a> Folder<'a> {
    /// The folder of an object, if its key is one of ours.
    fn of(key: &'a str) -> Option<Self> {
        let mut names = key.splitn(4, '/');
        let (creator, kind, folder, file) = (names.next()?, names.next()?, names.next()?, names.next()?);
        let id = |text: &str| text.get(..36).and_then(|id| id.parse::<Uuid>().ok());
        let known = KINDS.contains(&kind) && creator.len() == 36;
        let prefix = if kind == "thumbnails" { key.to_owned() } else { key.strip_suffix(file)?.to_owned() };
        known.then_some(Self { prefix, creator: id(creator)?, kind, folder, owner: id(folder)? })
    }
}

/// How old an object is before it may be one, seconds: `ORPHAN_AGE_SECONDS`, or longer than anybody holds an address to write it.
fn least_age(platform: &Platform) -> i64 {
    platform.config.find("ORPHAN_AGE_SECONDS").and_then(|seconds| seconds.parse().ok()).unwrap_or(25 * 3600)
}

/// Who walks over the bucket, and for how many seconds: a page takes a few, and one with much to delete a minute.
const WALK: (&str, u32) = ("walk-media", 300);

/// Walks on over the bucket, a page of objects, and deletes the folders there that nothing needs; how many objects those held.
/// Every object is come by in turn, however many there are, at the same price each time. One walks at a time: while somebody else does,
/// there is nothing to do.
pub async fn sweep_objects(platform: &Platform, now: Timestamp) -> Result<usize> {
    let (coordinator, (name, seconds)) = (platform.coordinator.get()?, WALK);
    let Some(lease) = coordinator.lock(name, seconds).await? else { return Ok(0) };
    let swept = sweep_page(platform, now).await;
    // A lease that cannot be ended now ends by itself.
    let _ = coordinator.unlock(&lease).await;
    swept
}

async fn sweep_page(platform: &Platform, now: Timestamp) -> Result<usize> {
    let bucket = platform.media.get()?;
    let after: String = platform.database.one(&WALKED, &[]).await?.unwrap_or_default();
    let page = bucket.list("", &after, LIST).await?;
    let last = page.last().map_or("", |object| object.key.as_str());
    let (least, mut young) = (least_age(platform), BTreeMap::new());
    for object in &page {
        if let Some(folder) = Folder::of(&object.key) {
            *young.entry(folder).or_insert(false) |= now.as_second() - object.uploaded.as_second() < least;
        }
    }
    let old: Vec<Folder<'_>> = young.into_iter().filter(|(_, young)| !young).map(|(folder, _)| folder).collect();
    let orphans: Vec<String> = platform.database.all(&ORPHANS, &[&json!(old), &last, &now]).await?;
    let mut deleted = 0;
    for prefix in &orphans {
        deleted += bucket.delete_prefix(prefix).await?;
    }
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_ours_are_looked_at() {
        let (creator, media) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let key = format!("{creator}/hls/{media}-2/720p/media.mp4");
        let folder = Folder::of(&key).unwrap();
        assert_eq!((folder.prefix.as_str(), folder.owner), (format!("{creator}/hls/{media}-2/").as_str(), media));
        let pictures = ["a", "b"].map(|name| format!("{creator}/thumbnails/{media}/{name}.png"));
        assert_eq!(pictures.each_ref().map(|key| Folder::of(key).unwrap().prefix), pictures, "each by itself");
        for other in [
            "readme.txt".to_owned(),
            format!("{creator}/hls/{media}"),
            format!("{creator}/other/{media}/x"),
            format!("{creator}/hls/x/y"),
            format!("backups/hls/{media}/x"),
            format!("{creator}x/hls/{media}/x"),
        ] {
            assert_eq!(Folder::of(&other), None, "{other}");
        }
    }
}
