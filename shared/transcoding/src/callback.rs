//! What the transcoder tells of a job.

use codex_edge::Platform;
use codex_kernel::{Error, Id, JobId, MailId, MediaId, Result, Timestamp, UserId, is_plain_path};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    lifecycle::JobStatus,
    statements::{HEAR, OWNER},
};

/// What the transcoder tells; what else it says is not for us.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Callback {
    job_id: JobId,
    media_id: MediaId,
    status: Told,
    /// With `completed`.
    #[garde(dive)]
    output: Option<Output>,
    /// With `failed`: a code, or words.
    #[garde(inner(length(chars, min = 1, max = 500)))]
    error: Option<String>,
    /// Percent.
    #[garde(inner(range(min = 0.0, max = 100.0)))]
    progress: Option<f64>,
    /// What it is doing.
    #[garde(inner(length(chars, min = 1, max = 100)))]
    step: Option<String>,
}

impl Callback {
    /// What it is about, for the log.
    pub fn ids(&self) -> [(&'static str, String); 3] {
        let status = format!("{:?}", self.status).to_lowercase();
        [("jobId", self.job_id.to_string()), ("mediaId", self.media_id.to_string()), ("status", status)]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Told {
    Completed,
    Failed,
    Progress,
}

/// What was made of a file.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"))]
#[garde(allow_unvalidated)]
pub struct Output {
    /// Where playing starts.
    #[garde(inner(length(max = 512)))]
    hls_master_playlist_key: Option<String>,
    /// The sound alone, in one file.
    #[garde(inner(length(max = 512)))]
    audio_key: Option<String>,
    /// A still picture.
    #[garde(inner(length(max = 512)))]
    thumbnail_key: Option<String>,
    /// How loud it is along the way.
    #[garde(inner(length(max = 512)))]
    waveform_key: Option<String>,
    /// How long it plays.
    #[garde(inner(range(min = 0.001, max = 1_000_000.0)))]
    duration_seconds: Option<f64>,
    /// Pixels, of the original.
    #[garde(inner(range(min = 1, max = 100_000)))]
    width: Option<u32>,
    /// Pixels, of the original.
    #[garde(inner(range(min = 1, max = 100_000)))]
    height: Option<u32>,
    /// What a player may choose from.
    #[serde(default)]
    #[garde(length(max = 20), inner(length(min = 1, max = 50)))]
    ready_variants: Vec<String>,
}

/// What the transcoder is answered.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
pub struct Received {
    #[serde(default = "yes")]
    received: bool,
    /// What the job is now.
    pub status: JobStatus,
    /// Whether to go on: false where the file was deleted, plays already, or another job took this one's place.
    pub wanted: bool,
    /// Whether there is mail to send.
    #[serde(skip_serializing)]
    #[schemars(skip)]
    pub mailed: bool,
}

fn yes() -> bool {
    true
}

/// Something heard of a job.
pub(crate) struct Heard<'a> {
    pub(crate) job: JobId,
    pub(crate) status: JobStatus,
    pub(crate) progress: Option<i32>,
    pub(crate) step: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
    pub(crate) output: Option<&'a Output>,
    /// Only where nothing was heard of it since.
    pub(crate) silent_since: Option<Timestamp>,
}

impl Heard<'_> {
    pub(crate) fn new(job: JobId, status: JobStatus) -> Self {
        Self { job, status, progress: None, step: None, error: None, output: None, silent_since: None }
    }
}

/// Applies what was heard, to the job and to its media item.
pub(crate) async fn hear(platform: &Platform, heard: &Heard<'_>, now: Timestamp) -> Result<Received> {
    let received: Option<Received> = platform
        .database
        .one(
            &HEAR,
            &[
                &heard.job,
                &heard.status.name(),
                &heard.progress,
                &heard.step,
                &heard.error,
                &heard.error.and_then(in_words),
                &heard.output.map(|output| json!(output)),
                &now,
                &MailId::new(now)?,
                &heard.silent_since,
            ],
        )
        .await?;
    received.ok_or_else(|| Error::not_found("job"))
}

/// What the creator is told of a failure; what we have no words for, the mail has its own.
fn in_words(error: &str) -> Option<&'static str> {
    Some(match error {
        "NO_SOUND" => "the file has no sound",
        "NO_PICTURE" => "the file has no picture",
        "NOTHING_TO_PLAY" => "the file has no sound or picture",
        "SOURCE_UNREADABLE" => "the file could not be read",
        _ => "something went wrong on our side",
    })
}

/// Applies a callback whose signature was checked. 404 for a job that is none; 422 where it says that something is there which is
/// not, or not the owner's: then the job has failed.
pub async fn receive(platform: &Platform, callback: &Callback, now: Timestamp) -> Result<Received> {
    let job = callback.job_id;
    let owner: Option<UserId> = platform.database.one(&OWNER, &[&job, &callback.media_id]).await?;
    let owner = owner.ok_or_else(|| Error::not_found("job"))?;
    #[allow(clippy::cast_possible_truncation, reason = "it is at most 100")]
    let progress = callback.progress.map(|percent| percent as i32);
    let heard = match callback.status {
        Told::Progress => {
            Heard { progress: progress.or(Some(0)), step: callback.step.as_deref(), ..Heard::new(job, JobStatus::Running) }
        }
        Told::Failed => {
            let error = callback.error.as_deref().unwrap_or("UNKNOWN");
            Heard { error: Some(error), ..Heard::new(job, JobStatus::Failed) }
        }
        Told::Completed => match playable(platform, owner, callback.output.as_ref()).await? {
            Ok(output) => Heard { output: Some(output), ..Heard::new(job, JobStatus::Completed) },
            Err(refusal) => {
                hear(platform, &Heard { error: Some(refusal.code), ..Heard::new(job, JobStatus::Failed) }, now).await?;
                return Err(refusal);
            }
        },
    };
    hear(platform, &heard, now).await
}

/// The output, if what it names is `owner`'s and exists, and it plays and for how long is said.
async fn playable<'a>(platform: &Platform, owner: UserId, output: Option<&'a Output>) -> Result<Result<&'a Output>> {
    let not_ready =
        || Ok(Err(Error::rule("MEDIA_NOT_READY", "Ready media needs a playlist or an audio file that exists, and a duration")));
    let Some(output) = output else { return not_ready() };
    let plays = output.hls_master_playlist_key.is_some() || output.audio_key.is_some();
    if !plays || output.duration_seconds.is_none() {
        return not_ready();
    }
    let files = [
        (&output.hls_master_playlist_key, &[".m3u8"][..]),
        (&output.audio_key, &[".mp3", ".m4a", ".aac"]),
        (&output.thumbnail_key, &[".jpg", ".png", ".webp"]),
        (&output.waveform_key, &[".json"]),
    ];
    for (key, endings) in files {
        let Some(key) = key else { continue };
        if !is_own(key, owner, endings) {
            return Ok(Err(Error::rule("MEDIA_KEY_NOT_ALLOWED", "The key is not that of a playable file of the media's owner")));
        }
        if platform.media.get()?.head(key).await?.is_none() {
            return not_ready();
        }
    }
    Ok(Ok(output))
}

/// Whether `key` lies in a folder of `owner`'s: a playlist authorises everything beside it.
fn is_own(key: &str, owner: UserId, endings: &[&str]) -> bool {
    let inside = key.strip_prefix(&format!("{owner}/")).is_some_and(|rest| rest.contains('/'));
    inside && is_plain_path(key) && endings.iter().any(|ending| key.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owners_files_are_taken() {
        let now = Timestamp::from_second(1).unwrap();
        let (owner, other) = (UserId::new(now).unwrap(), UserId::new(now).unwrap());
        assert!(is_own(&format!("{owner}/hls/x/master.m3u8"), owner, &[".m3u8"]));
        for bad in [
            format!("{other}/hls/x/master.m3u8"),
            format!("{owner}/../{other}/hls/x/master.m3u8"),
            format!("{owner}/master.m3u8"),
            format!("{owner}/hls/x/master.mp4"),
            format!("{owner}x/hls/master.m3u8"),
        ] {
            assert!(!is_own(&bad, owner, &[".m3u8"]), "{bad}");
        }
    }
}
