use codex_edge::{OnConstraint, Param, Platform, Statement};
use codex_kernel::{ContentId, Error, Id, Kind, MediaId, OrganizationId, Result, Slug, TierId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    content::Content,
    input::{currency_code, present, slug_of, web_url},
    kinds::{AccessType, ContentType, Status, Visibility},
    oversight::{Editor, Parts},
    statements::{CHANGE_STATUS, CREATE, DELETE, UPDATE},
};

/// A new content.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CreateContent {
    #[garde(length(chars, min = 1, max = 500))]
    title: String,
    slug: Option<Slug>,
    #[garde(length(chars, max = 10_000))]
    description: Option<String>,
    content_type: ContentType,
    media_item_id: Option<MediaId>,
    #[garde(length(chars, max = 500_000))]
    content_body: Option<String>,
    organization_id: Option<OrganizationId>,
    #[garde(length(chars, max = 100))]
    category: Option<String>,
    #[serde(default)]
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 50)))]
    tags: Vec<String>,
    #[garde(length(max = 2_000), inner(custom(web_url)))]
    #[schemars(url)]
    thumbnail_url: Option<String>,
    visibility: Option<Visibility>,
    access_type: Option<AccessType>,
    /// A tier of the organization: a subscription to it or a higher one opens the content. Not for what is public.
    minimum_tier_id: Option<TierId>,
    #[serde(default)]
    #[garde(range(min = 0, max = 10_000_000))]
    price_cents: i64,
    #[garde(inner(custom(currency_code)))]
    #[schemars(extend("pattern" = "^[a-z]{3}$"))]
    currency: Option<String>,
}

/// Changes to a content: a field absent stays, null empties it.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct UpdateContent {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 500))]
    #[schemars(with = "String")]
    title: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Slug")]
    slug: Option<Slug>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 10_000))]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    media_item_id: Option<Option<MediaId>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 500_000))]
    content_body: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 100))]
    category: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 20), inner(inner(length(chars, min = 1, max = 50))))]
    #[schemars(with = "Vec<String>", inner(length(min = 1, max = 50)))]
    tags: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 2_000), inner(inner(custom(web_url))))]
    #[schemars(url)]
    thumbnail_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Visibility")]
    visibility: Option<Visibility>,
    #[serde(default, deserialize_with = "present", skip_serializing)]
    #[schemars(with = "AccessType")]
    access_type: Option<AccessType>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    minimum_tier_id: Option<Option<TierId>>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    audience: Option<&'static str>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 0, max = 10_000_000))]
    #[schemars(with = "i64")]
    price_cents: Option<i64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(custom(currency_code)))]
    #[schemars(with = "String", extend("pattern" = "^[a-z]{3}$"))]
    currency: Option<String>,
}

/// What a statement changed, or why it did not.
#[derive(Deserialize)]
struct Change {
    content: Option<Content>,
    current: bool,
    organization_ok: bool,
    media_ok: bool,
    tier_ok: bool,
    type_ok: bool,
    complete: bool,
    priced: bool,
}

impl Change {
    fn outcome(self) -> Result<Content> {
        if !self.current {
            return Err(outdated());
        }
        if !self.organization_ok {
            return Err(Error::not_found("organization"));
        }
        if !self.media_ok {
            return Err(Error::not_found("media item"));
        }
        if !self.tier_ok {
            return Err(Error::not_found("tier"));
        }
        if !self.type_ok {
            return Err(Error::rule("MEDIA_TYPE_MISMATCH", "This kind of content does not go with that media or text"));
        }
        if !self.complete {
            return Err(Error::rule("MEDIA_NOT_READY", "Published content needs media that is ready, or text"));
        }
        if !self.priced {
            return Err(price_required());
        }
        self.content.ok_or_else(|| Error::not_found("content"))
    }
}

fn price_required() -> Error {
    Error::rule("PRICE_REQUIRED", "Content for sale needs a price")
}

fn slug_taken() -> Error {
    Error::conflict("CONFLICT", "Another content has this slug")
}

pub(crate) async fn change(platform: &Platform, statement: &Statement, params: &[&dyn Param]) -> Result<Content> {
    let change: Option<Change> = platform
        .database
        .one(statement, params)
        .await
        .on_constraint("content_organization_slug_key", slug_taken)
        .on_constraint("content_creator_slug_key", slug_taken)
        .on_constraint("content_tier_check", || Error::rule("TIER_NEEDS_VISIBILITY", "What everybody may watch asks for no tier"))
        .on_constraint("content_withheld_check", || {
            Error::rule("CONTENT_WITHHELD", "The platform took this down: write to its support")
        })
        .on_constraint("content_price_check", price_required)?;
    change.ok_or_else(|| Error::not_found("content"))?.outcome()
}

/// A new draft of `creator`.
pub async fn create(platform: &Platform, creator: UserId, input: &CreateContent, now: Timestamp) -> Result<Content> {
    let id = ContentId::new(now)?;
    let slug = match &input.slug {
        Some(slug) => slug.clone(),
        None => slug_of(&input.title, id.to_string().get(28..).unwrap_or_default())?,
    };
    let (visibility, audience) = visibility_of(input.visibility, input.access_type)?;
    change(
        platform,
        &CREATE,
        &[
            &id,
            &creator,
            &input.organization_id,
            &input.media_item_id,
            &input.title,
            &slug,
            &input.description,
            &input.content_type.name(),
            &input.content_body,
            &input.category,
            &json!(input.tags),
            &input.thumbnail_url,
            &visibility.unwrap_or(Visibility::Public).name(),
            &input.price_cents,
            &input.currency.as_deref().unwrap_or("usd"),
            &audience.unwrap_or("team"),
            &now,
            &input.minimum_tier_id,
        ],
    )
    .await
}

/// Which versions a client is willing to change; `None` is any.
pub type Versions<'a> = Option<&'a [i64]>;

fn outdated() -> Error {
    Error::new(Kind::PreconditionFailed, "PRECONDITION_FAILED", "It was changed since you read it: read it again")
}

/// What two vocabularies say together: the visibility, and what members are called. They may not contradict each other.
fn visibility_of(
    visibility: Option<Visibility>,
    access_type: Option<AccessType>,
) -> Result<(Option<Visibility>, Option<&'static str>)> {
    let Some(access_type) = access_type else { return Ok((visibility, None)) };
    let meant = Visibility::from(access_type);
    if visibility.is_some_and(|visibility| visibility != meant) {
        return Err(Error::invalid_at("accessType", "contradicts visibility"));
    }
    Ok((Some(meant), (meant == Visibility::MembersOnly).then_some(access_type.name())))
}

/// Changes a content of `creator`; never whether it is published. A version that nobody named is 412.
pub async fn update(
    platform: &Platform,
    creator: UserId,
    id: ContentId,
    mut input: UpdateContent,
    versions: Versions<'_>,
    now: Timestamp,
) -> Result<Content> {
    (input.visibility, input.audience) = visibility_of(input.visibility, input.access_type)?;
    change_content(platform, creator, id, &json!(input), versions, now).await
}

/// Changes columns of a content of `creator`.
pub(crate) async fn change_content(
    platform: &Platform,
    creator: UserId,
    id: ContentId,
    columns: &Value,
    versions: Versions<'_>,
    now: Timestamp,
) -> Result<Content> {
    change(platform, &UPDATE, &[&id, &creator, columns, &versions.map(|versions| json!(versions)), &now]).await
}

#[derive(Deserialize)]
struct StatusChange {
    current: bool,
    content: Option<Content>,
}

async fn changed(platform: &Platform, statement: &Statement, params: &[&dyn Param]) -> Result<Content> {
    let changed: Option<StatusChange> = platform.database.one(statement, params).await?;
    let StatusChange { current, content } = changed.ok_or_else(|| Error::not_found("content"))?;
    if current { content.ok_or_else(|| Error::not_found("content")) } else { Err(outdated()) }
}

/// Makes a content a draft or archives it, in the name of `editor`.
pub(crate) async fn change_status(
    platform: &Platform,
    editor: Editor<'_>,
    id: ContentId,
    status: Status,
    versions: Versions<'_>,
    now: Timestamp,
) -> Result<Content> {
    let Parts { id: who, oversees, runs_platform, reason } = editor.parts();
    let versions = versions.map(|versions| json!(versions));
    let params: &[&dyn Param] = &[&id, &who, &status.name(), &versions, &now, &oversees, &runs_platform, &reason];
    changed(platform, &CHANGE_STATUS, params).await
}

/// Takes a content out of the catalogue for good; whoever bought it or was given it keeps it.
pub async fn archive(
    platform: &Platform,
    creator: UserId,
    id: ContentId,
    versions: Versions<'_>,
    now: Timestamp,
) -> Result<Content> {
    change_status(platform, creator.into(), id, Status::Archived, versions, now).await
}

/// Deletes a content, which is answered as it was last; its purchases stay on record.
pub async fn delete(
    platform: &Platform,
    creator: UserId,
    id: ContentId,
    versions: Versions<'_>,
    now: Timestamp,
) -> Result<Content> {
    changed(platform, &DELETE, &[&id, &creator, &versions.map(|versions| json!(versions)), &now]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_where_a_field_may_be_null_or_absent() {
        let fits =
            |json: serde_json::Value| serde_json::from_value::<UpdateContent>(json).is_ok_and(|change| change.validate().is_ok());
        let text = |length: usize| "x".repeat(length);
        for good in [
            json!({}),
            json!({ "description": null, "thumbnailUrl": null }),
            json!({ "description": text(10_000), "tags": [text(50)], "thumbnailUrl": "https://a.example/b.png" }),
        ] {
            assert!(fits(good.clone()), "{good}");
        }
        for bad in [
            json!({ "description": text(10_001) }),
            json!({ "category": text(101) }),
            json!({ "tags": [text(51)] }),
            json!({ "tags": [""] }),
            json!({ "tags": vec!["x"; 21] }),
            json!({ "thumbnailUrl": "javascript:1" }),
            json!({ "thumbnailUrl": format!("https://a.example/{}", text(2000)) }),
            json!({ "title": null }),
            json!({ "currency": "GBP" }),
            json!({ "priceCents": -1 }),
        ] {
            assert!(!fits(bad.clone()), "{bad}");
        }
    }
}
