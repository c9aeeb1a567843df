use bytes::Bytes;
use codex_edge::Platform;
use codex_kernel::{Error, Result, Timestamp};
use futures_util::future::join_all;
use std::time::Duration;

use crate::{
    callback::{Heard, hear},
    lifecycle::JobStatus,
    order::{Claimed, Order},
    signature::{SIGNATURE, TIMESTAMP, sign},
    statements::CLAIM,
};

/// Jobs claimed at once; a Worker keeps six connections open.
const BATCH: u32 = 5;
/// How long the transcoder may take to say that it has a job: less than the first claim holds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a job waits for a transcoder that is away, seconds.
const LONGEST_WAIT: i64 = 24 * 3600;

/// Hands the jobs that are due to the transcoder; how many it took. Any number may do this at once: a claim is one's. A job that
/// is not taken is due again later; one that is handed over twice, because nobody heard that it was taken, the transcoder knows by
/// its id.
pub async fn hand_over(platform: &Platform, now: Timestamp) -> Result<usize> {
    let mut taken = 0;
    loop {
        let jobs: Vec<Claimed> = platform.database.all(&CLAIM, &[&now, &BATCH]).await?;
        for outcome in join_all(jobs.iter().map(|job| offer(platform, job, now))).await {
            taken += usize::from(outcome?);
        }
        if jobs.len() < BATCH as usize {
            return Ok(taken);
        }
    }
}

/// Offers one job; whether it was taken.
async fn offer(platform: &Platform, job: &Claimed, now: Timestamp) -> Result<bool> {
    let end = |error| async move {
        let heard = Heard { error: Some(error), ..Heard::new(job.id, JobStatus::Failed) };
        hear(platform, &heard, now).await.map(|_| false)
    };
    if !job.wanted {
        return end("CANCELLED").await;
    }
    match post(platform, &Order::new(&platform.config, job, now)?, now).await {
        Ok(200..=299) => hear(platform, &Heard::new(job.id, JobStatus::Running), now).await.map(|_| true),
        Ok(400 | 413 | 422) => end("TRANSCODER_REFUSED").await,
        _ if now.as_second() - job.created_at.as_second() >= LONGEST_WAIT => end("TRANSCODER_AWAY").await,
        // The transcoder is full, or away, or refuses our signature, which is ours to put right.
        Ok(_) | Err(_) => Ok(false),
    }
}

/// The status that the transcoder answers.
async fn post(platform: &Platform, order: &Order, now: Timestamp) -> Result<u16> {
    let body = serde_json::to_vec(order).map_err(Error::internal)?;
    let (timestamp, signature) = sign(&platform.config, &body, now)?;
    let request = http::Request::post(format!("{}/jobs", platform.config.get("TRANSCODER_URL")?))
        .header("content-type", "application/json")
        .header(TIMESTAMP, timestamp)
        .header(SIGNATURE, signature)
        .body(Bytes::from(body))
        .map_err(|_| Error::configuration("TRANSCODER_URL"))?;
    Ok(platform.http.send_within(PATIENCE, "the transcoder", request).await?.status().as_u16())
}
