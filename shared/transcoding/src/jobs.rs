use codex_edge::{OnConstraint, Platform};
use codex_kernel::{Error, Id, JobId, Listed, MediaId, Paging, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    callback::{Heard, hear},
    lifecycle::{ATTEMPTS, JobStatus},
    statements::{LATEST, OF_CREATOR, RETRY, SILENT, START, UNSTARTED},
};

/// How long a transcoder may be silent, seconds.
const SILENCE: i64 = 2 * 3600;
/// How long after its file arrived a media item is thought forgotten, seconds.
const FORGOTTEN: i64 = 60;
/// What one run of the schedule takes on, of each.
const BATCH: u32 = 50;

/// A job that was begun.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Started {
    job_id: Option<JobId>,
}

/// Begins the first job of a media item whose file has arrived; the same job, however often it is asked for.
pub async fn start(platform: &Platform, id: MediaId, now: Timestamp) -> Result<Started> {
    let started: Option<Started> = platform.database.one(&START, &[&JobId::new(now)?, &id, &now]).await?;
    match started {
        None => Err(Error::not_found("media item")),
        Some(Started { job_id: None }) => Err(Error::rule("UPLOAD_INCOMPLETE", "The file has not arrived")),
        Some(started) => Ok(started),
    }
}

fn ago(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(now.as_second() - seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Begins jobs for files that arrived and that nobody told us of; how many.
pub async fn start_forgotten(platform: &Platform, now: Timestamp) -> Result<usize> {
    let forgotten: Vec<MediaId> = platform.database.all(&UNSTARTED, &[&ago(now, FORGOTTEN), &BATCH]).await?;
    for id in &forgotten {
        match start(platform, *id, now).await {
            Err(error) if error.code != "NOT_FOUND" => return Err(error),
            _ => {}
        }
    }
    Ok(forgotten.len())
}

/// Gives up jobs whose transcoder has said nothing for two hours; how many.
pub async fn give_up_silent(platform: &Platform, now: Timestamp) -> Result<usize> {
    let since = ago(now, SILENCE);
    let silent: Vec<JobId> = platform.database.all(&SILENT, &[&since, &BATCH]).await?;
    for job in &silent {
        let silence = Heard { error: Some("SILENT"), silent_since: Some(since), ..Heard::new(*job, JobStatus::Failed) };
        hear(platform, &silence, now).await?;
    }
    Ok(silent.len())
}

/// One attempt to make a file playable.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Job {
    job_id: JobId,
    /// How far it is.
    status: JobStatus,
    /// From 1.
    attempt: i32,
    /// Percent.
    progress: i32,
    /// What the transcoder is doing.
    step: Option<String>,
    /// Why it failed.
    error: Option<String>,
    created_at: Timestamp,
    /// When the transcoder last told of it.
    heard_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Latest {
    media_id: MediaId,
    media_status: String,
    job: Option<Job>,
}

/// How the transcoding of a media item stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MediaJob {
    media_id: MediaId,
    /// As the media item itself has it.
    media_status: String,
    /// How often it may still be tried again.
    retries_left: i32,
    #[serde(flatten)]
    job: Job,
}

/// How the latest job of `creator`'s media item stands; 404 where its file has not arrived.
pub async fn latest(platform: &Platform, creator: UserId, id: MediaId) -> Result<MediaJob> {
    let found: Option<Latest> = platform.database.one(&LATEST, &[&id, &creator]).await?;
    match found {
        Some(Latest { media_id, media_status, job: Some(job) }) => {
            Ok(MediaJob { media_id, media_status, retries_left: ATTEMPTS - job.attempt, job })
        }
        _ => Err(Error::not_found("job")),
    }
}

/// A file, and how its transcoding stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileJob {
    media_id: MediaId,
    /// As the media item itself has it.
    media_status: String,
    /// How often it may still be tried again.
    retries_left: i32,
    /// The latest one; none where the file has not arrived.
    job: Option<Job>,
}

/// A page of `creator`'s files with their latest jobs, the newest file first: the same files as on that page of their list.
pub async fn of_creator(platform: &Platform, creator: UserId, paging: Paging) -> Result<Listed<FileJob>> {
    let found: Option<Listed<Latest>> = platform.database.one(&OF_CREATOR, &[&creator, &paging.limit, &paging.offset()]).await?;
    let Listed { total, items } = found.unwrap_or_default();
    let with_retries = |Latest { media_id, media_status, job }: Latest| {
        let retries_left = ATTEMPTS - job.as_ref().map_or(0, |job| job.attempt);
        FileJob { media_id, media_status, retries_left, job }
    };
    Ok(Listed { total, items: items.into_iter().map(with_retries).collect() })
}

#[derive(Deserialize)]
struct Retried {
    media_status: String,
    attempt: Option<i32>,
    retried: bool,
}

/// Tries again what failed, three times in all. While a job is under way it is that one: whoever asks twice has one new job.
pub async fn retry(platform: &Platform, creator: UserId, id: MediaId, now: Timestamp) -> Result<MediaJob> {
    let conflict = || Error::conflict("CONFLICT", "Only what failed can be tried again");
    let retried: Option<Retried> = platform
        .database
        .one(&RETRY, &[&JobId::new(now)?, &id, &creator, &ATTEMPTS, &now])
        .await
        .on_constraint("transcoding_jobs_attempt_key", conflict)?;
    match retried {
        None | Some(Retried { attempt: None, .. }) => Err(Error::not_found("job")),
        Some(Retried { media_status, attempt: Some(ATTEMPTS..), .. }) if media_status == "failed" => {
            Err(Error::rule("TRANSCODING_ATTEMPTS_EXHAUSTED", "This file was tried three times: upload another one"))
        }
        Some(Retried { media_status, retried: false, .. }) if !matches!(media_status.as_str(), "failed" | "transcoding") => {
            Err(conflict())
        }
        Some(_) => latest(platform, creator, id).await,
    }
}
