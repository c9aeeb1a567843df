use codex_edge::Platform;
use codex_kernel::{ContentId, Error, MediaId, OrganizationId, Result, Slug, TierId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    kinds::{AccessType, ContentType, Status, Visibility},
    rule::{Grounds, Verdict, access_rule},
    statements::FIND,
    writing,
};

/// Something a creator publishes.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Content {
    /// Identity.
    pub id: ContentId,
    /// Who made it.
    pub creator_id: UserId,
    /// Who sells it; the creator alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// What is played.
    pub media_item_id: Option<MediaId>,
    /// Its headline.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// For the catalogue.
    pub description: Option<String>,
    /// What it is made of.
    pub content_type: ContentType,
    /// The writing itself, markdown, for those who may read it.
    pub content_body: Option<String>,
    /// The writing as HTML without anything that could act, for those who may read it; not in lists.
    pub content_html: Option<String>,
    /// How the writing begins, as plain text, for those who may not read it; not in lists.
    pub teaser: Option<String>,
    /// A shelf of the catalogue.
    pub category: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its picture.
    pub thumbnail_url: Option<String>,
    /// Who may watch it.
    pub visibility: Visibility,
    /// The same in the other vocabulary.
    pub access_type: AccessType,
    /// A subscription to this tier of its organization, or to a higher one, opens it.
    pub minimum_tier_id: Option<TierId>,
    /// Its price in minor units.
    pub price_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// Whether it can be seen yet.
    pub status: Status,
    /// When it first was.
    pub published_at: Option<Timestamp>,
    /// Since when the platform withholds it: until they publish it, nobody can.
    pub withheld_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How often it was changed; the first part of its ETag.
    pub version: i64,
    /// How far its media is.
    pub media_status: Option<String>,
    /// How long it plays.
    pub duration_seconds: Option<f64>,
    /// The name of its organization in addresses, where it was changed: its pages are forgotten by it.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    pub(crate) organization_slug: Option<Slug>,
}

/// A content and all that decides who sees what of it.
#[derive(Deserialize)]
pub(crate) struct Found {
    pub(crate) content: Content,
    pub(crate) grounds: Grounds,
    pub(crate) hls_master_key: Option<String>,
    pub(crate) audio_key: Option<String>,
    pub(crate) thumbnail_key: Option<String>,
    /// A still picture of the media.
    pub(crate) poster_key: Option<String>,
    pub(crate) waveform_key: Option<String>,
}

/// Whether the writing is wanted too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    With,
    Without,
}

pub(crate) async fn look_up(
    platform: &Platform,
    id: ContentId,
    viewer: Option<UserId>,
    text: Text,
    now: Timestamp,
) -> Result<Found> {
    let found: Option<Found> = platform.database.one(&FIND, &[&id, &viewer, &(text == Text::With), &now]).await?;
    found.ok_or_else(|| Error::not_found("content"))
}

/// One content as `viewer` may see it: with its writing, or with how it begins.
pub async fn find(platform: &Platform, id: ContentId, viewer: Option<UserId>, now: Timestamp) -> Result<Content> {
    seen_by(look_up(platform, id, viewer, Text::With, now).await?)
}

/// What was found with its writing, without what its viewer may not see.
pub(crate) fn seen_by(Found { mut content, grounds, .. }: Found) -> Result<Content> {
    match access_rule(&grounds) {
        Verdict::Allowed => content.content_html = content.content_body.as_deref().map(writing::html),
        Verdict::Denied => content.teaser = content.content_body.take().as_deref().map(writing::teaser),
        Verdict::Hidden => return Err(Error::not_found("content")),
    }
    Ok(content)
}
