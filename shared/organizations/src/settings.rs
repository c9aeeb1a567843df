use codex_edge::{Platform, assets};
use codex_kernel::{Email, Error, Issue, OrganizationId, Picture, Result, Timestamp, UserId, input::present};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    OrganizationRole, contrast,
    organization::{change, web_address},
    role::{forbidden, no_organization},
    statements::MANAGED,
};

/// How its pages look.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Branding {
    /// `#RRGGBB`.
    primary_color: String,
    /// `#RRGGBB`.
    secondary_color: Option<String>,
    /// http(s).
    logo_url: Option<String>,
    /// A font family; the platform's where there is none.
    heading_font: Option<String>,
    /// A font family; the platform's where there is none.
    body_font: Option<String>,
}

/// How its customers and its reports reach it.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Contact {
    /// What its pages call themselves; its name where there is none.
    platform_name: Option<String>,
    /// Where its customers write to.
    support_email: Option<Email>,
    /// IANA's name of a time zone.
    timezone: String,
}

/// What its customers may do.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Features {
    /// Follow it.
    #[serde(rename(deserialize = "signups_enabled"))]
    signups: bool,
    /// Buy its content.
    #[serde(rename(deserialize = "purchases_enabled"))]
    purchases: bool,
    /// Subscribe to it.
    #[serde(rename(deserialize = "subscriptions_enabled"))]
    subscriptions: bool,
}

/// All settings of an organization.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Settings {
    /// How its pages look.
    pub branding: Branding,
    /// How its customers and its reports reach it.
    pub contact: Contact,
    /// What its customers may do.
    pub features: Features,
}

impl Settings {
    /// From all columns.
    pub(crate) fn of(row: &Value) -> Result<Self> {
        fn part<'a, T: Deserialize<'a>>(row: &'a Value) -> Result<T> {
            T::deserialize(row).map_err(Error::internal)
        }
        Ok(Self { branding: part(row)?, contact: part(row)?, features: part(row)? })
    }
}

impl Branding {
    /// What is allowed and yet not wise.
    fn warnings(&self, under: &str) -> Vec<Issue> {
        let colors = [("primaryColor", Some(&self.primary_color)), ("secondaryColor", self.secondary_color.as_ref())];
        colors.into_iter().filter_map(|(name, color)| contrast::warning(&format!("{under}{name}"), color?)).collect()
    }
}

/// 200 `{"data": T, "warnings": [..]}`: done, and what is allowed and yet not wise.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WithWarnings<T> {
    data: T,
    /// Colours that are hard to see.
    warnings: Vec<Issue>,
}

impl From<Settings> for WithWarnings<Settings> {
    fn from(settings: Settings) -> Self {
        Self { warnings: settings.branding.warnings("branding."), data: settings }
    }
}

impl From<Branding> for WithWarnings<Branding> {
    fn from(branding: Branding) -> Self {
        Self { warnings: branding.warnings(""), data: branding }
    }
}

/// Changes to branding: a field absent stays, null restores its default.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
pub struct BrandingPatch {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(color))))]
    #[schemars(with = "Option<String>", inner(regex(pattern = "^#[0-9A-Fa-f]{6}$")))]
    primary_color: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(color))))]
    #[schemars(with = "Option<String>", inner(regex(pattern = "^#[0-9A-Fa-f]{6}$")))]
    secondary_color: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(web_address))))]
    #[schemars(url, length(max = 2048))]
    logo_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(font))))]
    heading_font: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(font))))]
    body_font: Option<Option<String>>,
}

/// Changes to contact: a field absent stays, null restores its default.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
pub struct ContactPatch {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 255))]
    platform_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    support_email: Option<Option<Email>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 64))]
    timezone: Option<Option<String>>,
}

/// Changes to features: a field absent stays, null restores its default, which is on.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct FeaturesPatch {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    signups: Option<Option<bool>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    purchases: Option<Option<bool>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    subscriptions: Option<Option<bool>>,
}

/// Changes to settings: what is absent stays.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SettingsPatch {
    #[serde(default)]
    #[garde(dive)]
    branding: BrandingPatch,
    #[serde(default)]
    #[garde(dive)]
    contact: ContactPatch,
    #[serde(default)]
    #[garde(dive)]
    features: FeaturesPatch,
}

/// All branding: what is absent or null becomes its default; only a logo stays until it is null.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
pub struct ReplaceBranding {
    #[garde(inner(custom(color)))]
    #[schemars(inner(regex(pattern = "^#[0-9A-Fa-f]{6}$")))]
    primary_color: Option<String>,
    #[garde(inner(custom(color)))]
    #[schemars(inner(regex(pattern = "^#[0-9A-Fa-f]{6}$")))]
    secondary_color: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(web_address))))]
    #[schemars(url, length(max = 2048))]
    logo_url: Option<Option<String>>,
    #[garde(inner(custom(font)))]
    heading_font: Option<String>,
    #[garde(inner(custom(font)))]
    body_font: Option<String>,
}

/// All of contact: what is absent or null becomes its default.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
pub struct ReplaceContact {
    #[garde(length(chars, min = 1, max = 255))]
    platform_name: Option<String>,
    #[garde(skip)]
    support_email: Option<Email>,
    #[garde(length(chars, min = 1, max = 64))]
    timezone: Option<String>,
}

/// All features: what is absent or null is on.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ReplaceFeatures {
    signups: Option<bool>,
    purchases: Option<bool>,
    subscriptions: Option<bool>,
}

fn color(text: &str, _: &()) -> garde::Result {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    digits.map(|_| ()).ok_or_else(|| garde::Error::new("must be a colour such as #3B82F6"))
}

/// The name goes into style sheets: nothing in it may end there what it stands in.
fn font(text: &str, _: &()) -> garde::Result {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-');
    let fits = (1..=99).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if plain && fits {
        Ok(())
    } else {
        Err(garde::Error::new("must be the name of a font family: letters, digits, spaces, hyphens"))
    }
}

/// The settings, for those who manage the organization: 404 to those outside it, 403 to other members.
pub async fn settings(platform: &Platform, id: OrganizationId, who: UserId) -> Result<Settings> {
    #[derive(Deserialize)]
    struct Row {
        role: OrganizationRole,
        organization: Value,
    }
    let row: Option<Row> = platform.database.one(&MANAGED, &[&id, &who]).await?;
    match row.ok_or_else(no_organization)? {
        Row { role, organization } if role.manages() => Settings::of(&organization),
        _ => Err(forbidden()),
    }
}

/// What stands for a whole section of the settings.
pub trait Section: Serialize {}
impl Section for ReplaceBranding {}
impl Section for ReplaceContact {}
impl Section for ReplaceFeatures {}

/// Replaces a section of the settings. 404, 403, and 422 for a time zone that is none.
pub async fn replace_settings(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    section: &impl Section,
    now: Timestamp,
) -> Result<Settings> {
    Ok(write(platform, id, who, &json!(section), now).await?.0)
}

/// Changes settings. 404, 403, and 422 for a time zone that is none.
pub async fn update_settings(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    patch: &SettingsPatch,
    now: Timestamp,
) -> Result<Settings> {
    let sections = [json!(patch.branding), json!(patch.contact), json!(patch.features)];
    let columns: serde_json::Map<String, Value> = sections
        .into_iter()
        .filter_map(|section| match section {
            Value::Object(columns) => Some(columns),
            _ => None,
        })
        .flatten()
        .collect();
    Ok(write(platform, id, who, &Value::Object(columns), now).await?.0)
}

/// Puts `picture` in place of the logo, or nothing. The old one is deleted, if it was kept here.
pub async fn set_logo(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    picture: Option<Picture>,
    now: Timestamp,
) -> Result<Branding> {
    // Whoever may not is told before anything is stored.
    settings(platform, id, who).await?;
    let folder = format!("organizations/{id}/logo");
    let address = match picture {
        Some(picture) => Some(assets::keep(platform, &folder, picture, now).await?),
        None => None,
    };
    let written = write(platform, id, who, &json!({ "logo_url": address }), now).await;
    let obsolete = match &written {
        Ok((_, old)) => old,
        Err(_) => &address,
    };
    if let Some(obsolete) = obsolete {
        assets::discard(platform, &folder, obsolete).await;
    }
    Ok(written?.0.branding)
}

/// The settings as written, and the logo before.
async fn write(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    columns: &Value,
    now: Timestamp,
) -> Result<(Settings, Option<String>)> {
    let change = change(platform, id, who, columns, now).await?;
    match change.organization {
        Some(row) => Ok((Settings::of(&row)?, change.old_logo)),
        None if !change.role.manages() => Err(forbidden()),
        None if !change.timezone_ok => Err(Error::rule("UNKNOWN_TIMEZONE", "There is no such time zone")),
        None => Err(no_organization()),
    }
}
