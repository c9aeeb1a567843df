use codex_edge::Database;
use codex_kernel::{Error, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::statements::{PREFERENCES, SET_PREFERENCES};

/// Which mail somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "NotificationPreferences")]
pub struct Preferences {
    /// What concerns their account and what they did: always.
    pub transactional: bool,
    /// Something new that they may like; yes unless refused.
    pub marketing: bool,
    /// What happened lately, in one mail; yes unless refused.
    pub digest: bool,
}

/// A change of [`Preferences`]; what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schemars(rename = "SetNotificationPreferences")]
pub struct SetPreferences {
    /// Cannot be refused: false is 422.
    #[serde(default)]
    pub transactional: Option<bool>,
    /// Something new that they may like.
    #[serde(default)]
    pub marketing: Option<bool>,
    /// What happened lately, in one mail.
    #[serde(default)]
    pub digest: Option<bool>,
}

/// What `user` wants.
pub async fn preferences(database: &Database, user: UserId) -> Result<Preferences> {
    database.one(&PREFERENCES, &[&user]).await?.ok_or_else(Error::unauthenticated)
}

/// Changes what `user` wants.
pub async fn set_preferences(database: &Database, user: UserId, to: SetPreferences, now: Timestamp) -> Result<Preferences> {
    if to.transactional == Some(false) {
        return Err(Error::rule("TRANSACTIONAL_REQUIRED", "Mail about your account and your purchases cannot be refused"));
    }
    database.one(&SET_PREFERENCES, &[&user, &to.marketing, &to.digest, &now]).await?.ok_or_else(Error::unauthenticated)
}
