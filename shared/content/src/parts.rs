//! Large originals arrive in parts, each straight at R2 by its own address: an upload that breaks off goes on where it was, in
//! another browser too, because we keep the list of what arrived.

use std::{collections::BTreeMap, time::Duration};

use codex_edge::{Platform, presign::Presigner};
use codex_kernel::{Error, MediaId, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::statements::{ARRIVED_PARTS, EXPIRED_UPLOADS};

/// Bytes of a part; R2 wants at least 5 MiB, all of one length but the last, and at most 10,000 of them.
const PART: u64 = 16 * 1024 * 1024;
/// How long the whole may take, seconds.
const UPLOAD_SECONDS: i64 = 24 * 3600;
/// How long a part may be started, seconds.
const PART_SECONDS: u64 = 3600;
/// Uploads given up at once.
const SWEEP: u32 = 50;

/// How to send a file in parts: ask for addresses of some, send those, tell of their ETags, ask for the next.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Parts {
    /// Of every part but the last.
    pub(crate) part_size_bytes: u64,
    /// They are numbered from 1.
    part_count: u64,
    /// Until when all must have arrived.
    pub(crate) expires_at: Timestamp,
    /// What has, by number.
    arrived: BTreeMap<u32, String>,
    /// Where to send those that were wanted.
    wanted: Vec<PartAddress>,
}

impl Parts {
    pub(crate) fn new(size: u64, now: Timestamp) -> Result<Self> {
        let expires_at = Timestamp::from_second(now.as_second() + UPLOAD_SECONDS).map_err(Error::internal)?;
        Ok(Self {
            part_size_bytes: PART,
            part_count: size.div_ceil(PART),
            expires_at,
            arrived: BTreeMap::new(),
            wanted: Vec::new(),
        })
    }
}

/// Where to send one part, by PUT.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PartAddress {
    part_number: u32,
    url: String,
    /// Exactly so many.
    size_bytes: u64,
}

/// What arrived, and which parts are to be sent next. Both may be empty: then it asks how far the upload is.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NextParts {
    /// With the ETag that each was answered with.
    #[serde(default)]
    #[garde(length(max = 1000), dive)]
    arrived: Vec<ArrivedPart>,
    /// By number.
    #[serde(default)]
    #[garde(length(max = 100), inner(range(min = 1, max = 10_000)))]
    wanted: Vec<u32>,
}

#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ArrivedPart {
    #[garde(range(min = 1, max = 10_000))]
    part_number: u32,
    #[garde(length(min = 1, max = 400))]
    etag: String,
}

#[derive(Deserialize)]
struct Row {
    key: String,
    size: u64,
    upload_id: Option<String>,
    part_size: Option<u64>,
    parts: BTreeMap<u32, String>,
    expires_at: Option<Timestamp>,
}

async fn note(platform: &Platform, creator: UserId, id: MediaId, arrived: &BTreeMap<u32, &str>) -> Result<Row> {
    let row: Option<Row> = platform.database.one(&ARRIVED_PARTS, &[&id, &creator, &json!(arrived)]).await?;
    row.ok_or_else(|| Error::not_found("media item"))
}

/// Takes note of parts that arrived, and answers where the next ones go.
pub async fn next_parts(platform: &Platform, creator: UserId, id: MediaId, input: &NextParts, now: Timestamp) -> Result<Parts> {
    // Browsers show an ETag in its quotes.
    let arrived = input.arrived.iter().map(|part| (part.part_number, part.etag.trim_matches('"'))).collect();
    let Row { key, size, upload_id, part_size, parts: arrived, expires_at } = note(platform, creator, id, &arrived).await?;
    let (Some(upload), Some(part_size), Some(expires_at)) = (upload_id, part_size, expires_at) else {
        return Err(Error::rule("UPLOAD_NOT_IN_PARTS", "This file is sent whole"));
    };
    let presigner = Presigner::new(&platform.config, now)?;
    let part_count = size.div_ceil(part_size.max(1));
    let mut wanted = Vec::with_capacity(input.wanted.len());
    for number in &input.wanted {
        let from = part_size * u64::from(number.saturating_sub(1));
        if from >= size {
            return Err(Error::invalid_at("wanted", "names a part that this file does not have"));
        }
        let length = part_size.min(size - from);
        let url = presigner.part(&key, &upload, *number, length, Duration::from_secs(PART_SECONDS));
        wanted.push(PartAddress { part_number: *number, url, size_bytes: length });
    }
    Ok(Parts { part_size_bytes: part_size, part_count, expires_at, arrived, wanted })
}

/// Makes the file of its parts, if it is sent in parts and all arrived.
pub(crate) async fn complete_parts(platform: &Platform, creator: UserId, id: MediaId) -> Result<()> {
    let incomplete = || Error::rule("UPLOAD_INCOMPLETE", "The file has not arrived");
    let row = note(platform, creator, id, &BTreeMap::new()).await?;
    let (Some(upload), Some(part_size)) = (row.upload_id, row.part_size) else { return Err(incomplete()) };
    let count = row.size.div_ceil(part_size.max(1));
    let parts: Vec<(u16, String)> =
        row.parts.into_iter().filter_map(|(number, etag)| Some((u16::try_from(number).ok()?, etag))).collect();
    let whole = parts.len() as u64 == count && parts.last().is_some_and(|(last, _)| u64::from(*last) == count);
    if whole && platform.media.get()?.complete_upload(&row.key, &upload, parts).await? { Ok(()) } else { Err(incomplete()) }
}

/// An upload whose remains are in the way.
#[derive(Deserialize)]
struct Remains {
    key: String,
    upload_id: Option<String>,
}

/// Gives up what did not arrive in time, and removes what did of it; how many uploads that were. What cannot be removed is left to
/// the bucket's own rule for parts, and to the sweep of objects that belong to nothing.
pub async fn sweep_uploads(platform: &Platform, now: Timestamp) -> Result<usize> {
    let bucket = platform.media.get()?;
    let expired: Vec<Remains> = platform.database.all(&EXPIRED_UPLOADS, &[&now, &SWEEP]).await?;
    let mut outcome = Ok(expired.len());
    for Remains { key, upload_id } in &expired {
        let removed = match upload_id {
            Some(upload) => bucket.abort_upload(key, upload).await,
            None => bucket.delete(key).await,
        };
        // They are given up already: one that R2 does not remove keeps it from none of the others.
        outcome = removed.and(outcome);
    }
    outcome
}
