use codex_edge::Platform;
use codex_kernel::{ContentId, Listed, OrganizationId, Paging, Result, Slug, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    input::contains_pattern,
    kinds::{ContentType, names},
    progress::Progress,
    statements::{CONTINUE_WATCHING, LIBRARY},
};

names! {
    /// Why something is in somebody's library.
    Reason {
        /// They bought it.
        Purchased = "purchased",
        /// It was given to them.
        Granted = "granted",
        /// They belong to the organization whose members it is for.
        Member = "member",
        /// Their subscription opens it.
        Subscriber = "subscriber",
    }
}

names! {
    /// How far somebody is with something.
    Watched {
        /// Not begun.
        New = "new",
        /// Begun.
        Begun = "begun",
        /// To the end, once.
        Done = "done",
    }
}

/// What of the library to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct LibraryFilter {
    content_type: Option<ContentType>,
    reason: Option<Reason>,
    watched: Option<Watched>,
    /// A part of the title.
    #[garde(length(chars, max = 200))]
    search: Option<String>,
    organization_id: Option<OrganizationId>,
    /// The organization by its name in addresses.
    organization: Option<Slug>,
}

/// What of what was begun to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct BegunFilter {
    /// Of the organization with this name only.
    organization: Option<Slug>,
}

/// Something in somebody's library.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub struct LibraryItem {
    content: LibraryContent,
    purchase: LibraryPurchase,
    reason: Reason,
    progress: Option<Progress>,
}

/// Something that was begun.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub struct Begun {
    content: LibraryContent,
    progress: Progress,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
struct LibraryContent {
    id: ContentId,
    title: String,
    slug: String,
    organization_id: Option<OrganizationId>,
    /// The organization's name in addresses.
    organization_slug: Option<Slug>,
    description: String,
    thumbnail_url: Option<String>,
    content_type: ContentType,
    duration_seconds: f64,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
struct LibraryPurchase {
    purchased_at: Timestamp,
    price_cents: i64,
}

/// What `user` bought, was given, or may watch as a member or a subscriber; the newest first.
pub async fn library(
    platform: &Platform,
    user: UserId,
    filter: &LibraryFilter,
    paging: Paging,
    now: Timestamp,
) -> Result<Listed<LibraryItem>> {
    let found = platform
        .database
        .one(
            &LIBRARY,
            &[
                &user,
                &filter.content_type.map(ContentType::name),
                &filter.reason.map(Reason::name),
                &filter.watched.map(Watched::name),
                &filter.search.as_deref().map(contains_pattern),
                &filter.organization_id,
                &paging.limit,
                &paging.offset(),
                &now,
                &filter.organization,
            ],
        )
        .await?;
    Ok(found.unwrap_or_default())
}

/// What `user` has begun and not finished, the latest first.
pub async fn continue_watching(
    platform: &Platform,
    user: UserId,
    filter: &BegunFilter,
    paging: Paging,
    now: Timestamp,
) -> Result<Listed<Begun>> {
    let params: &[&dyn codex_edge::Param] = &[&user, &paging.limit, &paging.offset(), &now, &filter.organization];
    Ok(platform.database.one(&CONTINUE_WATCHING, params).await?.unwrap_or_default())
}
