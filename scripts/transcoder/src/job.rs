//! A job as it comes, and what is told of it. `shared/transcoding/PROTOCOL.md` describes both; its examples are read by the tests.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What to do.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub job_id: Uuid,
    pub media_id: Uuid,
    pub media_type: MediaType,
    pub source: Source,
    pub uploads: Vec<Destination>,
    pub callback_url: String,
}

/// What is to be seen or heard in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaType {
    Video,
    Audio,
}

/// Where the original is read.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    pub url: String,
}

/// Where one file of the result is written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// `hls/master.m3u8`, ...
    pub name: String,
    pub key: String,
    pub url: String,
    pub content_type: String,
}

impl Job {
    /// Where the file called `name` goes; none where it is not wanted.
    pub fn destination(&self, name: &str) -> Option<&Destination> {
        self.uploads.iter().find(|upload| upload.name == name)
    }

    /// The heights of the renditions that are wanted, as they are listed: `hls/720p/media.mp4` is one of 720 lines.
    pub fn heights(&self) -> Vec<u32> {
        let height = |name: &str| name.strip_prefix("hls/")?.strip_suffix("p/media.mp4")?.parse().ok();
        self.uploads.iter().filter_map(|upload| height(&upload.name)).collect()
    }
}

/// News of a job.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Callback {
    pub job_id: Uuid,
    pub media_id: Uuid,
    #[serde(flatten)]
    pub news: News,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum News {
    Progress { progress: u8, step: String },
    Completed { output: Output },
    Failed { error: String },
}

/// What was made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    pub hls_master_playlist_key: Option<String>,
    pub audio_key: Option<String>,
    pub thumbnail_key: Option<String>,
    pub waveform_key: Option<String>,
    pub duration_seconds: f64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub ready_variants: Vec<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn the_documented_messages_are_ours() {
        let job: Job = serde_json::from_str(include_str!("../../../shared/transcoding/examples/job.json")).unwrap();
        assert_eq!(job.heights(), [1080, 720, 480]);
        assert!(job.destination("hls/master.m3u8").is_some() && job.destination("elsewhere").is_none());
        for text in [
            include_str!("../../../shared/transcoding/examples/progress.json"),
            include_str!("../../../shared/transcoding/examples/completed.json"),
            include_str!("../../../shared/transcoding/examples/failed.json"),
        ] {
            let documented: serde_json::Value = serde_json::from_str(text).unwrap();
            let ours: Callback = serde_json::from_value(documented.clone()).unwrap();
            assert_eq!(serde_json::to_value(ours).unwrap(), documented);
        }
    }
}
