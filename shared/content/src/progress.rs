use std::collections::BTreeMap;

use codex_edge::Platform;
use codex_kernel::{ContentId, Error, Listed, Paging, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    rule::{Grounds, admit},
    statements::{ALL_PROGRESS, PROGRESS, SAVE_PROGRESS},
};

/// From this part on something counts as watched.
const COMPLETE: f64 = 0.95;

#[derive(Deserialize, JsonSchema)]
struct ProgressRow {
    content_id: ContentId,
    position_seconds: f64,
    duration_seconds: f64,
    completed: bool,
    updated_at: Timestamp,
}

/// How far somebody came.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"), from = "ProgressRow")]
pub struct Progress {
    /// In what.
    pub content_id: ContentId,
    /// Where they are.
    pub position_seconds: f64,
    /// How long it is.
    pub duration_seconds: f64,
    /// Whether they saw it to the end once.
    pub completed: bool,
    /// Where they are, 0 to 100.
    pub percent_complete: f64,
    /// When the player said so.
    pub updated_at: Timestamp,
}

impl From<ProgressRow> for Progress {
    fn from(row: ProgressRow) -> Self {
        let ProgressRow { content_id, position_seconds, duration_seconds, completed, updated_at } = row;
        let percent_complete = (position_seconds / duration_seconds * 100.0).clamp(0.0, 100.0).round();
        Self { content_id, position_seconds, duration_seconds, completed, percent_complete, updated_at }
    }
}

/// What a player reports.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct SaveProgress {
    #[garde(range(min = 0.0, max = 1_000_000.0))]
    position_seconds: f64,
    #[garde(range(min = 0.001, max = 1_000_000.0))]
    duration_seconds: f64,
    #[serde(default)]
    completed: bool,
    updated_at: Option<Timestamp>,
}

impl SaveProgress {
    fn position(&self) -> f64 {
        self.position_seconds.min(self.duration_seconds)
    }

    fn at(&self, now: Timestamp) -> Timestamp {
        self.updated_at.map_or(now, |at| at.min(now))
    }

    fn is_complete(&self) -> bool {
        self.completed || self.position() >= self.duration_seconds * COMPLETE
    }
}

/// What a player reports of several contents: kept while it was offline, or sent as the page closes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveAll {
    #[garde(length(min = 1, max = 100), dive)]
    items: Vec<SaveOne>,
}

/// What a player reports of one of them. Spelled out: a flattened field is decoded by way of a map, which weighs 5 kB of the upload.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
struct SaveOne {
    content_id: ContentId,
    #[garde(range(min = 0.0, max = 1_000_000.0))]
    position_seconds: f64,
    #[garde(range(min = 0.001, max = 1_000_000.0))]
    duration_seconds: f64,
    #[serde(default)]
    completed: bool,
    updated_at: Option<Timestamp>,
}

impl SaveOne {
    fn progress(&self) -> SaveProgress {
        let Self { position_seconds, duration_seconds, completed, updated_at, .. } = *self;
        SaveProgress { position_seconds, duration_seconds, completed, updated_at }
    }
}

/// How far `user` came in `content`.
pub async fn progress(platform: &Platform, user: UserId, content: ContentId) -> Result<Option<Progress>> {
    platform.database.one(&PROGRESS, &[&user, &content]).await
}

#[derive(Deserialize)]
struct Saving {
    content_id: ContentId,
    saved: bool,
    grounds: Grounds,
}

/// A row of the statement's list. A clock that runs ahead does not shut out later reports.
fn report(content: ContentId, input: &SaveProgress, now: Timestamp) -> Value {
    json!({
        "content_id": content, "position": input.position(), "duration": input.duration_seconds, "completed": input.is_complete(),
        "updated_at": input.at(now),
    })
}

/// Keeps what the player of `user` reports, who must have access.
pub async fn save_progress(
    platform: &Platform,
    user: UserId,
    content: ContentId,
    input: &SaveProgress,
    now: Timestamp,
) -> Result<()> {
    let saving: Option<Saving> =
        platform.database.one(&SAVE_PROGRESS, &[&user, &json!([report(content, input, now)]), &now]).await?;
    let saving = saving.ok_or_else(|| Error::not_found("content"))?;
    if saving.saved { Ok(()) } else { admit(&saving.grounds) }
}

/// What became of a batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Saved {
    saved: Vec<ContentId>,
    /// Unknown to the user, or not theirs to watch: there is no use in sending it again.
    refused: Vec<ContentId>,
}

/// Keeps what the player of `user` reports of several contents; of one that is named twice, the later report.
pub async fn save_all(platform: &Platform, user: UserId, input: &SaveAll, now: Timestamp) -> Result<Saved> {
    let mut latest: BTreeMap<ContentId, SaveProgress> = BTreeMap::new();
    for one in &input.items {
        let progress = one.progress();
        let later = latest.get(&one.content_id).is_none_or(|known| progress.at(now) >= known.at(now));
        if later {
            latest.insert(one.content_id, progress);
        }
    }
    let reports: Vec<Value> = latest.iter().map(|(content, input)| report(*content, input, now)).collect();
    let savings: Vec<Saving> = platform.database.all(&SAVE_PROGRESS, &[&user, &json!(reports), &now]).await?;
    let saved: Vec<ContentId> = savings.iter().filter(|saving| saving.saved).map(|saving| saving.content_id).collect();
    let refused = latest.into_keys().filter(|content| !saved.contains(content)).collect();
    Ok(Saved { saved, refused })
}

/// How far `user` came in anything, the latest first.
pub async fn all_progress(platform: &Platform, user: UserId, paging: Paging) -> Result<Listed<Progress>> {
    Ok(platform.database.one(&ALL_PROGRESS, &[&user, &paging.limit, &paging.offset()]).await?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(json: &str) -> SaveProgress {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn complete_at_95_percent_or_when_said() {
        assert!(!report(r#"{"positionSeconds":94.9,"durationSeconds":100}"#).is_complete());
        assert!(report(r#"{"positionSeconds":95,"durationSeconds":100}"#).is_complete());
        assert!(report(r#"{"positionSeconds":1,"durationSeconds":100,"completed":true}"#).is_complete());
        assert!((report(r#"{"positionSeconds":500,"durationSeconds":100}"#).position() - 100.0).abs() < f64::EPSILON);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(report(r#"{"positionSeconds":-1,"durationSeconds":100}"#).validate().is_err());
        assert!(report(r#"{"positionSeconds":1,"durationSeconds":0}"#).validate().is_err());
        assert!(serde_json::from_str::<SaveProgress>(r#"{"positionSeconds":NaN,"durationSeconds":1}"#).is_err());
    }
}
