use codex_edge::{OnConstraint, Platform};
use codex_kernel::{ContentId, Error, Id, Listed, MediaId, OrganizationId, Paging, Result, Slug, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    access::{Verdict, access_rule, look_up},
    input::{contains_pattern, currency_code, present, slug_of, web_url},
    kinds::{Access, AccessType, ContentType, Status, Visibility},
    statements::{CREATE, DELETE, LIST_OWN, LIST_PUBLIC, PUBLISH, UNPUBLISH, UPDATE},
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
    /// The writing itself, for those who may read it.
    pub content_body: Option<String>,
    /// A shelf of the catalogue.
    pub category: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its picture.
    pub thumbnail_url: Option<String>,
    /// Who may watch it.
    #[serde(flatten)]
    pub access: Access,
    /// Its price in minor units.
    pub price_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// Whether it can be seen yet.
    pub status: Status,
    /// When it first was.
    pub published_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How far its media is.
    pub media_status: Option<String>,
    /// How long it plays.
    pub duration_seconds: Option<f64>,
}

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
    #[garde(range(min = 0, max = 10_000_000))]
    #[schemars(with = "i64")]
    price_cents: Option<i64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(custom(currency_code)))]
    #[schemars(with = "String", extend("pattern" = "^[a-z]{3}$"))]
    currency: Option<String>,
}

/// Which contents to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Filter {
    status: Option<Status>,
    content_type: Option<ContentType>,
    visibility: Option<Visibility>,
    access_type: Option<AccessType>,
    organization_id: Option<OrganizationId>,
    creator_id: Option<UserId>,
    #[garde(length(chars, max = 100))]
    category: Option<String>,
    #[garde(length(chars, max = 200))]
    search: Option<String>,
}

/// What a statement changed, or why it did not.
#[derive(Deserialize)]
struct Change {
    content: Option<Content>,
    organization_ok: bool,
    media_ok: bool,
    type_ok: bool,
    complete: bool,
    priced: bool,
}

impl Change {
    fn outcome(self) -> Result<Content> {
        if !self.organization_ok {
            return Err(Error::not_found("organization"));
        }
        if !self.media_ok {
            return Err(Error::not_found("media item"));
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

async fn change(platform: &Platform, statement: &codex_edge::Statement, params: &[&dyn codex_edge::Param]) -> Result<Content> {
    let change: Option<Change> = platform
        .database
        .one(statement, params)
        .await
        .on_constraint("content_organization_slug_key", slug_taken)
        .on_constraint("content_creator_slug_key", slug_taken)
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
    let visibility = input.visibility.or(input.access_type.map(Visibility::from)).unwrap_or(Visibility::Public);
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
            &visibility.name(),
            &input.price_cents,
            &input.currency.as_deref().unwrap_or("usd"),
            &now,
        ],
    )
    .await
}

/// One content as `viewer` may see it: without its text where they may not read that.
pub async fn find(platform: &Platform, id: ContentId, viewer: Option<UserId>) -> Result<Content> {
    let found = look_up(platform, id, viewer).await?;
    let mut content = found.content;
    match access_rule(&found.grounds) {
        Verdict::Allowed => {}
        Verdict::Denied => content.content_body = None,
        Verdict::Hidden => return Err(Error::not_found("content")),
    }
    Ok(content)
}

/// What everybody may see.
pub async fn list_public(platform: &Platform, filter: &Filter, paging: Paging) -> Result<Listed<Content>> {
    let found = platform
        .database
        .one(
            &LIST_PUBLIC,
            &[
                &filter.content_type.map(ContentType::name),
                &filter.organization_id,
                &filter.creator_id,
                &filter.category,
                &filter.search.as_deref().map(contains_pattern),
                &paging.limit,
                &paging.offset(),
            ],
        )
        .await?;
    Ok(found.unwrap_or_default())
}

/// What `creator` made.
pub async fn list_own(platform: &Platform, creator: UserId, filter: &Filter, paging: Paging) -> Result<Listed<Content>> {
    let visibility = filter.visibility.or(filter.access_type.map(Visibility::from));
    let found = platform
        .database
        .one(
            &LIST_OWN,
            &[
                &creator,
                &filter.status.map(Status::name),
                &filter.content_type.map(ContentType::name),
                &visibility.map(Visibility::name),
                &filter.organization_id,
                &filter.category,
                &filter.search.as_deref().map(contains_pattern),
                &paging.limit,
                &paging.offset(),
            ],
        )
        .await?;
    Ok(found.unwrap_or_default())
}

/// Changes a content of `creator`; never whether it is published.
pub async fn update(
    platform: &Platform,
    creator: UserId,
    id: ContentId,
    mut input: UpdateContent,
    now: Timestamp,
) -> Result<Content> {
    input.visibility = input.visibility.or(input.access_type.map(Visibility::from));
    change(platform, &UPDATE, &[&id, &creator, &json!(input), &now]).await
}

/// Makes a content visible; again is no different from once.
pub async fn publish(platform: &Platform, creator: UserId, id: ContentId, now: Timestamp) -> Result<Content> {
    change(platform, &PUBLISH, &[&id, &creator, &now]).await
}

/// Makes a content a draft again.
pub async fn unpublish(platform: &Platform, creator: UserId, id: ContentId, now: Timestamp) -> Result<Content> {
    let content: Option<Content> = platform.database.one(&UNPUBLISH, &[&id, &creator, &now]).await?;
    content.ok_or_else(|| Error::not_found("content"))
}

/// Deletes a content; its purchases stay on record.
pub async fn delete(platform: &Platform, creator: UserId, id: ContentId, now: Timestamp) -> Result<()> {
    let deleted: Option<ContentId> = platform.database.one(&DELETE, &[&id, &creator, &now]).await?;
    deleted.map(|_| ()).ok_or_else(|| Error::not_found("content"))
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
