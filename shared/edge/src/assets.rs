//! Pictures for everybody: logos and avatars, in a bucket that a host of its own serves. Each has an address that is never
//! used again, so that browsers keep it for ever; smaller sizes are made by that host, on request, and not here.

use codex_kernel::{Picture, Result, SizedPicture, Timestamp, random_bytes};

use crate::{Config, Platform};

/// Pixels of the smaller sizes: an icon, a card, a header; browsers with dense screens take the next.
const WIDTHS: [u16; 3] = [64, 256, 512];

/// The smaller sizes of the picture at `address`. Cloudflare makes each when it is first asked for, at the pictures' own host, where
/// `IMAGE_TRANSFORMATIONS` is `on`: <https://developers.cloudflare.com/images/transform-images/transform-via-url/>. None where it is not,
/// and of pictures that are kept elsewhere.
pub fn sizes(config: &Config, address: &str) -> Vec<SizedPicture> {
    let base = config.find("ASSETS_URL").filter(|_| config.find("IMAGE_TRANSFORMATIONS") == Some("on"));
    let Some((base, key)) = base.and_then(|base| Some((base, address.strip_prefix(base)?.strip_prefix('/')?))) else {
        return Vec::new();
    };
    let size =
        |width| SizedPicture { width, url: format!("{base}/cdn-cgi/image/width={width},fit=scale-down,format=auto/{key}") };
    WIDTHS.map(size).into()
}

/// Stores `picture` in `folder` (`organizations/{id}/logo`); its address.
pub async fn keep(platform: &Platform, folder: &str, picture: Picture, now: Timestamp) -> Result<String> {
    let kind = picture.kind();
    let random = u64::from_be_bytes(random_bytes()?);
    let key = format!("{folder}/{:x}-{random:016x}.{}", now.as_millisecond(), kind.extension());
    platform.assets.get()?.put(&key, picture.into_bytes(), kind.media_type()).await?;
    Ok(format!("{}/{key}", platform.config.get("ASSETS_URL")?))
}

/// Deletes what is at `address`, if it is a picture in `folder`; other addresses are not ours to delete. It may stay where
/// the store is away: nobody knows its address then.
pub async fn discard(platform: &Platform, folder: &str, address: &str) {
    let key = platform.config.find("ASSETS_URL").and_then(|base| address.strip_prefix(base)?.strip_prefix('/'));
    if let (Some(key), Some(bucket)) = (key.filter(|key| key.starts_with(folder)), platform.assets.ok()) {
        let _ = bucket.delete(key).await;
    }
}
