//! What a transcoder is told to do: read this, make that, write it there.

use std::time::Duration;

use codex_edge::{Config, presign::Presigner};
use codex_kernel::{JobId, MediaId, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// How long a transcoder may read and write what a job names, seconds.
const ADDRESS_SECONDS: u64 = 24 * 3600;

/// The heights that a film is offered in (a lower one is offered as the last), and its sound alone.
const RENDITIONS: [&str; 4] = ["1080p", "720p", "480p", SOUND];
/// The only one of what is but heard.
const SOUND: &str = "audio";

/// A job that was claimed, with what is known of its file.
#[derive(Deserialize)]
pub(crate) struct Claimed {
    pub(crate) id: JobId,
    media_id: MediaId,
    creator_id: UserId,
    attempt: i32,
    pub(crate) created_at: Timestamp,
    media_type: String,
    mime_type: String,
    original_key: String,
    /// Its file is there and does not play yet.
    pub(crate) wanted: bool,
}

/// A job as the transcoder gets it; `PROTOCOL.md` says what it means.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    job_id: JobId,
    media_id: MediaId,
    media_type: String,
    source: Source,
    uploads: Vec<Destination>,
    callback_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    url: String,
    mime_type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    name: String,
    key: String,
    url: String,
    content_type: &'static str,
}

/// The folder of an attempt, within each kind's: a later one writes beside the first, which may still be at it.
fn folder(media: MediaId, attempt: i32) -> String {
    if attempt > 1 { format!("{media}-{attempt}") } else { media.to_string() }
}

impl Order {
    /// The order that `job` is; its addresses are good for a day from `now`.
    pub(crate) fn new(config: &Config, job: &Claimed, now: Timestamp) -> Result<Self> {
        let presigner = Presigner::new(config, now)?;
        let lifetime = Duration::from_secs(ADDRESS_SECONDS);
        let (creator, folder) = (job.creator_id, folder(job.media_id, job.attempt));
        let to = |name: String, key: String, content_type| {
            let url = presigner.put_any(&key, content_type, lifetime);
            Destination { name, key, url, content_type }
        };
        let hls = |file: &str, content_type| to(format!("hls/{file}"), format!("{creator}/hls/{folder}/{file}"), content_type);
        let beside =
            |kind: &str, file: &str, content_type| to(file.to_owned(), format!("{creator}/{kind}/{folder}/{file}"), content_type);
        let mut uploads = vec![hls("master.m3u8", "application/vnd.apple.mpegurl")];
        let is_video = job.media_type == "video";
        for rendition in if is_video { &RENDITIONS[..] } else { &[SOUND] } {
            uploads.push(hls(&format!("{rendition}/playlist.m3u8"), "application/vnd.apple.mpegurl"));
            uploads.push(hls(&format!("{rendition}/media.mp4"), if *rendition == SOUND { "audio/mp4" } else { "video/mp4" }));
        }
        uploads.push(if is_video {
            beside("thumbnails", "thumbnail.jpg", "image/jpeg")
        } else {
            beside("audio", "audio.mp3", "audio/mpeg")
        });
        uploads.push(beside("waveforms", "waveform.json", "application/json"));
        Ok(Self {
            job_id: job.id,
            media_id: job.media_id,
            media_type: job.media_type.clone(),
            source: Source { url: presigner.get(&job.original_key, lifetime), mime_type: job.mime_type.clone() },
            uploads,
            callback_url: format!("{}/api/transcoding/webhook", config.get("MEDIA_API_URL")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use codex_kernel::Id;
    use serde_json::{Value, json};

    use super::*;

    fn order(media_type: &str, attempt: i32) -> (Value, String, String) {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let (creator, media) = (UserId::new(now).unwrap().to_string(), MediaId::new(now).unwrap().to_string());
        let values = [
            ("R2_ENDPOINT", "http://r2.test"),
            ("R2_BUCKET_NAME", "media"),
            ("R2_ACCESS_KEY_ID", "id"),
            ("R2_SECRET_ACCESS_KEY", "secret"),
            ("MEDIA_API_URL", "https://media-api.example"),
        ];
        let config = Config::new(values.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let claimed = json!({
            "id": JobId::new(now).unwrap(), "media_id": media, "creator_id": creator, "attempt": attempt, "created_at": now,
            "media_type": media_type, "mime_type": "video/mp4", "original_key": "o/original.mp4", "wanted": true,
        });
        let claimed: Claimed = serde_json::from_value(claimed).unwrap();
        (json!(Order::new(&config, &claimed, now).unwrap()), creator, media)
    }

    /// The names of all fields, and the list of files.
    fn shape(order: &Value) -> (Vec<String>, Vec<String>) {
        let fields = order.as_object().unwrap().keys().cloned().collect();
        let uploads = order["uploads"].as_array().unwrap().iter();
        (fields, uploads.map(|upload| format!("{} {} {}", upload["name"], upload["key"], upload["contentType"])).collect())
    }

    #[test]
    fn the_documented_job_is_ours() {
        let documented: Value = serde_json::from_str(include_str!("../examples/job.json")).unwrap();
        let (ours, creator, media) = order("video", 1);
        let ours = ours.to_string().replace(&creator, "{creator}").replace(&media, "{media}");
        let ours: Value = serde_json::from_str(&ours).unwrap();
        assert_eq!(shape(&ours), shape(&documented));
        assert_eq!(ours["callbackUrl"], documented["callbackUrl"]);
        let url = ours["uploads"][0]["url"].as_str().unwrap();
        assert!(
            url.contains("/hls/") && url.contains("X-Amz-Expires=86400") && url.contains("SignedHeaders=content-type%3Bhost")
        );
    }

    #[test]
    fn a_sound_gets_no_pictures_and_another_attempt_other_folders() {
        let (ours, creator, media) = order("audio", 2);
        let keys: Vec<&str> = ours["uploads"].as_array().unwrap().iter().map(|upload| upload["key"].as_str().unwrap()).collect();
        let expected = [
            "hls/{}/master.m3u8",
            "hls/{}/audio/playlist.m3u8",
            "hls/{}/audio/media.mp4",
            "audio/{}/audio.mp3",
            "waveforms/{}/waveform.json",
        ];
        assert_eq!(keys, expected.map(|key| format!("{creator}/{}", key.replace("{}", &format!("{media}-2")))));
    }
}
