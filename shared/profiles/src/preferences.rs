use codex_edge::Platform;
use codex_kernel::{Error, Result, Timestamp, UserId, input::present};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::statements::{PREFERENCES, UPDATE_PREFERENCES};

/// How pages look.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the device has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What a person chose for themselves; what they did not choose is the default.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Preferences {
    /// How pages look.
    theme: Theme,
    /// BCP 47: `en`, `de-AT`.
    language: String,
    /// IANA's name of a time zone.
    timezone: String,
    /// Whether the next video starts by itself.
    autoplay: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { theme: Theme::System, language: "en".to_owned(), timezone: "UTC".to_owned(), autoplay: true }
    }
}

/// Changes to preferences: one absent stays, null restores its default.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct PreferencesPatch {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    theme: Option<Option<Theme>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(language_tag))))]
    language: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 64))]
    timezone: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    autoplay: Option<Option<bool>>,
}

/// A language and perhaps a region.
fn language_tag(text: &str, _: &()) -> garde::Result {
    let (language, region) = text.split_once('-').unwrap_or((text, "XX"));
    let fits = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
    let region_fits = region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase());
    if fits && region_fits { Ok(()) } else { Err(garde::Error::new("must be a language such as en or de-AT")) }
}

/// The preferences of `who`.
pub async fn preferences(platform: &Platform, who: UserId) -> Result<Preferences> {
    platform.database.one(&PREFERENCES, &[&who]).await?.ok_or_else(Error::unauthenticated)
}

/// Changes the preferences of `who`. 422 for a time zone that is none.
pub async fn update_preferences(
    platform: &Platform,
    who: UserId,
    patch: &PreferencesPatch,
    now: Timestamp,
) -> Result<Preferences> {
    #[derive(Deserialize)]
    struct Row {
        preferences: Option<Preferences>,
    }
    let row: Option<Row> = platform.database.one(&UPDATE_PREFERENCES, &[&who, &json!(patch), &now]).await?;
    let unknown = || Error::rule("UNKNOWN_TIMEZONE", "There is no such time zone");
    row.ok_or_else(Error::unauthenticated)?.preferences.ok_or_else(unknown)
}
