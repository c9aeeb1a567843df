//! What the pages of an organization show: its catalogue by its own name, one content by its name, and where to play that.

use codex_edge::Platform;
use codex_kernel::{ContentId, Paging, Result, Slug, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Order, hashed_key},
    content::{Content, Found, seen_by},
    kinds::{ContentType, Visibility},
    playback::{Stream, start},
    progress::Progress,
    rule::{Verdict, access_rule, admit},
    statements::{STOREFRONT, STOREFRONT_FIND},
};
use codex_kernel::Error;

/// What of a storefront to list.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct StorefrontFilter {
    /// Of the organization with this name; of all of them where it is left out.
    organization: Option<Slug>,
    content_type: Option<ContentType>,
    visibility: Option<Visibility>,
    #[garde(length(chars, max = 100))]
    category: Option<String>,
    /// Words, `"phrases"`, `or`, `-without`: in title, tags, category and description.
    #[garde(length(chars, max = 200))]
    search: Option<String>,
    /// `relevance` where there is a search, else `newest`. A list is the first 1,000 in this order, the first 2,000 of one organization;
    /// where it is searched, the newest 1,000 that match. What comes after is found by narrowing.
    sort: Option<Order>,
}

impl StorefrontFilter {
    /// All of one organization.
    pub(crate) fn of(organization: Slug) -> Self {
        Self { organization: Some(organization), ..Self::default() }
    }
}

/// A content as a storefront shows it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct StorefrontItem {
    id: ContentId,
    /// The name of its organization in addresses.
    organization_slug: Slug,
    /// What its organization calls itself.
    organization_name: String,
    title: String,
    slug: String,
    description: Option<String>,
    content_type: ContentType,
    category: Option<String>,
    thumbnail_url: Option<String>,
    visibility: Visibility,
    price_cents: i64,
    currency: String,
    published_at: Timestamp,
    updated_at: Timestamp,
    duration_seconds: Option<f64>,
}

/// A page of a storefront, and what it can be narrowed to.
#[derive(Debug, Default, Deserialize)]
pub struct Storefront {
    /// The page.
    pub items: Vec<StorefrontItem>,
    /// How long the list is: 1,000 at most, 2,000 of one organization.
    pub total: u64,
    /// The commonest categories of the newest 1,000, 12 at most; none where no organization was named.
    pub categories: Vec<String>,
}

/// Under which key a page of a storefront is kept.
pub fn storefront_key(filter: &StorefrontFilter, paging: Paging) -> String {
    hashed_key("storefront", &(filter, paging.page, paging.limit))
}

/// A page of what an organization, or all of them, show to everybody.
pub async fn storefront(platform: &Platform, filter: &StorefrontFilter, paging: Paging) -> Result<Storefront> {
    let search = filter.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
    let order = match (filter.sort, search) {
        (Some(Order::Relevance) | None, None) => Order::Newest,
        (None, Some(_)) => Order::Relevance,
        (Some(order), _) => order,
    };
    let found = platform
        .database
        .one(
            &STOREFRONT,
            &[
                &filter.organization,
                &filter.content_type.map(ContentType::name),
                &filter.visibility.map(Visibility::name),
                &filter.category,
                &search,
                &order.name(),
                &paging.limit,
                &paging.offset(),
            ],
        )
        .await?;
    Ok(found.unwrap_or_default())
}

/// One content as somebody stands before it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shown {
    content: Content,
    /// Whether they may watch or read it.
    allowed: bool,
    /// Whether it was bought by or given to them.
    purchased: bool,
    /// How far they came.
    progress: Option<Progress>,
}

/// The same, about to be played.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Playing {
    #[serde(flatten)]
    shown: Shown,
    stream: Stream,
}

#[derive(Deserialize)]
struct Row {
    found: Found,
    progress: Option<Progress>,
}

async fn look_up(
    platform: &Platform,
    organization: &Slug,
    slug: &Slug,
    viewer: Option<UserId>,
    writing: bool,
    now: Timestamp,
) -> Result<Row> {
    let params: &[&dyn codex_edge::Param] = &[organization, slug, &viewer, &writing, &now];
    let found: Option<Row> = platform.database.one(&STOREFRONT_FIND, params).await?;
    found.ok_or_else(|| Error::not_found("content"))
}

/// The content `slug` of `organization` as `viewer` may see it: with its writing, or with how it begins.
pub async fn show(
    platform: &Platform,
    organization: &Slug,
    slug: &Slug,
    viewer: Option<UserId>,
    now: Timestamp,
) -> Result<Shown> {
    let Row { found, progress } = look_up(platform, organization, slug, viewer, true, now).await?;
    let (allowed, purchased) = (access_rule(&found.grounds) == Verdict::Allowed, found.grounds.purchased);
    Ok(Shown { content: seen_by(found)?, allowed, purchased, progress })
}

/// Where to play the content `slug` of `organization`, for `viewer`, who must have access.
pub async fn play_shown(
    platform: &Platform,
    organization: &Slug,
    slug: &Slug,
    viewer: UserId,
    now: Timestamp,
) -> Result<Playing> {
    let Row { found, progress } = look_up(platform, organization, slug, Some(viewer), false, now).await?;
    admit(&found.grounds)?;
    let stream = start(platform, &found, viewer, now)?;
    Ok(Playing { shown: Shown { purchased: found.grounds.purchased, content: found.content, allowed: true, progress }, stream })
}
