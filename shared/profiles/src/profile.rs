use codex_edge::{OnConstraint, Platform, assets};
use codex_kernel::{
    Email, Error, Picture, Result, Slug, Timestamp, UserId,
    input::{is_web_address, present},
    is_reserved,
};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::statements::{PROFILE, UPDATE_PROFILE};

/// A person, as they see themselves.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Profile {
    /// Identity.
    pub id: UserId,
    /// Trimmed, lowercased.
    pub email: Email,
    /// Whether the mailed link was followed.
    pub email_verified: bool,
    /// What they call themselves.
    pub display_name: String,
    /// Their name in addresses, once chosen.
    pub username: Option<Slug>,
    /// A few words about themselves.
    pub bio: Option<String>,
    /// Their picture.
    pub avatar_url: Option<String>,
    /// Where else they are.
    pub social_links: SocialLinks,
    /// customer, creator, admin or platform_owner.
    pub role: String,
    /// When they signed up.
    pub created_at: Timestamp,
    /// When this last changed.
    pub updated_at: Timestamp,
}

macro_rules! social_links {
    ($($network:ident),+) => {
        /// Where else somebody is: http(s) addresses.
        #[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct SocialLinks {
            $(#[allow(missing_docs, reason = "named after the network")] pub $network: Option<String>,)+
        }

        /// Changes to social links: one absent stays, null removes it.
        #[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct SocialLinksPatch {
            $(
                #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
                #[garde(inner(inner(custom(web_address))))]
                #[schemars(url, length(max = 2048))]
                $network: Option<Option<String>>,
            )+
        }
    };
}

social_links! { website, youtube, instagram, tiktok, x, facebook, linkedin, soundcloud }

/// Changes to a profile: a field absent stays, null empties it.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
pub struct UpdateProfile {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 255))]
    #[schemars(with = "String")]
    display_name: Option<String>,
    /// Choosing one makes a customer a creator.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schemars(with = "Slug")]
    username: Option<Slug>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 2000))]
    bio: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    social_links: Option<Option<SocialLinksPatch>>,
}

fn web_address(text: &str, _: &()) -> garde::Result {
    if is_web_address(text) { Ok(()) } else { Err(garde::Error::new("must be an http or https address")) }
}

/// A profile changed, and the token hashes of its owner's sessions, whose cached copies are now out of date.
#[derive(Debug, Deserialize)]
pub struct Changed {
    /// As it now is.
    pub profile: Profile,
    /// Of all their sessions.
    pub session_hashes: Vec<String>,
    old_avatar: Option<String>,
}

/// The profile of `who`.
pub async fn profile(platform: &Platform, who: UserId) -> Result<Profile> {
    platform.database.one(&PROFILE, &[&who]).await?.ok_or_else(Error::unauthenticated)
}

/// Changes the profile of `who`. A reserved username is 422, a taken one 409.
pub async fn update_profile(platform: &Platform, who: UserId, input: &UpdateProfile, now: Timestamp) -> Result<Changed> {
    if input.username.as_ref().is_some_and(|name| is_reserved(name.as_ref())) {
        return Err(Error::rule("USERNAME_RESERVED", "This name belongs to the platform"));
    }
    write(platform, who, &json!(input), now).await
}

/// Puts `picture` in place of the avatar, or nothing. The old one is deleted.
pub async fn set_avatar(platform: &Platform, who: UserId, picture: Option<Picture>, now: Timestamp) -> Result<Changed> {
    let folder = folder(who);
    let address = match picture {
        Some(picture) => Some(assets::keep(platform, &folder, picture, now).await?),
        None => None,
    };
    let written = write(platform, who, &json!({ "avatar_url": address }), now).await;
    let obsolete = written.as_ref().map_or(&address, |changed| &changed.old_avatar);
    if let Some(obsolete) = obsolete {
        assets::discard(platform, &folder, obsolete).await;
    }
    written
}

/// Where somebody's pictures are.
pub(crate) fn folder(who: UserId) -> String {
    format!("users/{who}/avatar")
}

async fn write(platform: &Platform, who: UserId, patch: &Value, now: Timestamp) -> Result<Changed> {
    let taken = || Error::conflict("CONFLICT", "This username is taken");
    let changed: Result<Option<Changed>> = platform.database.one(&UPDATE_PROFILE, &[&who, patch, &now]).await;
    changed.on_constraint("users_username_key", taken)?.ok_or_else(Error::unauthenticated)
}
