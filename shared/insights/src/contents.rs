use codex_edge::Database;
use codex_kernel::{ContentId, Listed, OrganizationId, Paging, Result, Timestamp, UserId, input::contains_pattern};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    scope::{Scope, first_page, names, page_size},
    statements::CONTENTS,
};

names! {
    /// In which order; ties by id, so that pages neither repeat nor skip.
    ContentOrder {
        /// What was made last first.
        Newest = "newest",
        /// What was made first first.
        Oldest = "oldest",
        /// A to Z.
        Title = "title",
    }
}

names! {
    /// Whether a content can be seen.
    ContentStatus {
        /// Not yet.
        Draft = "draft",
        /// Yes.
        Published = "published",
        /// No longer.
        Archived = "archived",
    }
}

names! {
    /// What a content is made of.
    ContentKind {
        /// Moving pictures.
        Video = "video",
        /// Sound.
        Audio = "audio",
        /// Markdown.
        Written = "written",
    }
}

names! {
    /// Who may watch a content.
    Audience {
        /// Anybody.
        Public = "public",
        /// Whoever bought it.
        PurchasedOnly = "purchased_only",
        /// Members of its organization.
        MembersOnly = "members_only",
    }
}

/// Which contents.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ContentFilter {
    /// Whose. Left out: all of the platform's, for those who run it; else those of the one organization that the caller manages.
    pub organization_id: Option<OrganizationId>,
    /// Only those that stand so.
    pub status: Option<ContentStatus>,
    /// Only those made of this.
    pub content_type: Option<ContentKind>,
    /// Only those for these.
    pub visibility: Option<Audience>,
    /// Only those by this creator.
    pub creator_id: Option<UserId>,
    /// Any part of the title, three characters or more.
    #[garde(length(chars, min = 3, max = 100))]
    pub search: Option<String>,
    /// In which order; `newest` where it is left out.
    pub sort: Option<ContentOrder>,
    /// From 1.
    #[serde(default = "first_page")]
    #[garde(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 100))]
    pub limit: u32,
}

impl ContentFilter {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// A content, for those who answer for it.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct OverseenContent {
    /// Identity.
    pub id: ContentId,
    /// Its headline.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// What it is made of.
    pub content_type: ContentKind,
    /// Who may watch it.
    pub visibility: Audience,
    /// Whether it can be seen.
    pub status: ContentStatus,
    /// Its price in minor units.
    pub price_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// Whose it is; the creator's alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// That one's name in addresses.
    pub organization_slug: Option<String>,
    /// Who made it.
    pub creator_id: UserId,
    /// What they are called.
    pub creator_name: String,
    /// How far its media is.
    pub media_status: Option<String>,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// Since when the platform withholds it: until they publish it, nobody can.
    pub withheld_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How often it was changed; what `If-Match` names begins with it.
    pub version: i64,
}

/// A page of contents, drafts included. 404 to strangers, 403 to members who do not manage it.
pub async fn contents(database: &Database, scope: Scope, filter: &ContentFilter) -> Result<Listed<OverseenContent>> {
    let pattern = filter.search.as_deref().map(contains_pattern);
    scope
        .report(
            database,
            &CONTENTS,
            &[
                &filter.status.map(ContentStatus::name),
                &filter.content_type.map(ContentKind::name),
                &filter.visibility.map(Audience::name),
                &filter.creator_id,
                &pattern,
                &filter.sort.unwrap_or(ContentOrder::Newest).name(),
                &filter.limit,
                &filter.paging().offset(),
            ],
        )
        .await
}
