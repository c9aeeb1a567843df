use codex_edge::Database;
use codex_kernel::{ContentId, Listed, OrganizationId, Paging, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    contents::ContentOrder,
    period::{Range, report_query, unknown_zone, with},
    scope::{Scope, first_page, page_size},
    statements::PERFORMANCE,
};

report_query! {
    /// Which contents.
    PerformanceFilter {
        /// This one only.
        pub content_id: Option<ContentId>,
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
}

impl PerformanceFilter {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// Who has begun to watch a content, ever.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Viewers {
    /// How many people.
    pub viewers: u64,
    /// How many of them came to its end.
    pub completed: u64,
}

/// What a content's sales in one currency come to, in minor units, and what they came to in the period before.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct CurrencySales {
    /// ISO 4217, lowercase.
    pub currency: String,
    /// How many.
    pub purchases: u64,
    /// What was paid.
    pub amount_cents: i64,
    /// What went back of it, by refund or lost dispute.
    pub refunded_cents: i64,
    /// What is left: without what went back and what Stripe holds.
    pub net_cents: i64,
    /// How many in the period before.
    pub previous_purchases: u64,
    /// What is left of what was paid in the period before.
    pub previous_net_cents: i64,
}

/// How one content does.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct ContentPerformance {
    /// Identity.
    pub id: ContentId,
    /// Its headline.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// video, audio or written.
    pub content_type: String,
    /// draft, published or archived.
    pub status: String,
    /// Who made it.
    pub creator_id: UserId,
    /// Whose it is; the creator's alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who watched it, ever.
    pub audience: Viewers,
    /// What was sold of it on these days, or in the period before.
    pub sales: Vec<CurrencySales>,
}

/// A page of contents and how they do.
#[derive(Debug, Deserialize)]
pub struct Performance {
    /// Which days.
    pub range: Range,
    /// The page.
    #[serde(flatten)]
    pub contents: Listed<ContentPerformance>,
}

/// How contents did on some days. 404 to strangers, 403 to members who do not manage it, 422 `UNKNOWN_TIMEZONE`.
pub async fn content_performance(
    database: &Database,
    scope: Scope,
    filter: &PerformanceFilter,
    now: Timestamp,
) -> Result<Performance> {
    let period = filter.period().params(now);
    let sort = filter.sort.unwrap_or(ContentOrder::Newest).name();
    let offset = filter.paging().offset();
    let params = with(&period, &[&filter.content_id, &sort, &filter.limit, &offset]);
    unknown_zone(scope.report(database, &PERFORMANCE, &params).await)
}
