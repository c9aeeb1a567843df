use codex_edge::Database;
use codex_kernel::{ContentId, OrganizationId, Paging, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    period::{Range, report_query, unknown_zone, with},
    scope::{Scope, first_page, names, page_size},
    statements::TOP_CONTENT,
};

names! {
    /// What decides who is on top.
    Ranking {
        /// What is left of what was paid.
        Revenue = "revenue",
        /// How often it was sold.
        Purchases = "purchases",
    }
}

/// ISO 4217, lowercase.
pub(crate) fn currency_code(text: &str, _: &()) -> garde::Result {
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_lowercase()) {
        Ok(())
    } else {
        Err(garde::Error::new("must be a currency such as usd"))
    }
}

report_query! {
    /// Which contents are ranked.
    TopFilter {
        /// The sales that count, ISO 4217, lowercase. Left out: of the currency with most sales.
        #[garde(inner(custom(currency_code)))]
        #[schemars(extend("pattern" = "^[a-z]{3}$"))]
        pub currency: Option<String>,
        /// What decides; `revenue` where it is left out.
        pub by: Option<Ranking>,
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

impl TopFilter {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// What one content's sales in one currency come to, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct ContentSales {
    /// How many.
    pub purchases: u64,
    /// What was paid.
    pub amount_cents: i64,
    /// What went back of it, by refund or lost dispute.
    pub refunded_cents: i64,
    /// What is left: without what went back and what Stripe holds.
    pub net_cents: i64,
}

/// A content and its rank.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct TopContent {
    /// From 1.
    pub place: u64,
    /// Identity.
    pub id: ContentId,
    /// Its headline today.
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
    /// On these days.
    pub sales: ContentSales,
    /// In the period before.
    pub previous: ContentSales,
}

/// A page of a ranking.
#[derive(Debug, Deserialize)]
pub struct TopContents {
    /// Which days.
    pub range: Range,
    /// The sales that count; none where nothing was sold.
    pub currency: Option<String>,
    /// Every currency in which something was sold on these days.
    pub currencies: Vec<String>,
    /// How many contents were sold in it.
    pub total: u64,
    /// The page.
    pub items: Vec<TopContent>,
}

/// What sold best on some days, in one currency. 404 to strangers, 403 to members who do not manage it, 422 `UNKNOWN_TIMEZONE`.
pub async fn top_content(database: &Database, scope: Scope, filter: &TopFilter, now: Timestamp) -> Result<TopContents> {
    let period = filter.period().params(now);
    let by = filter.by.unwrap_or(Ranking::Revenue).name();
    let offset = filter.paging().offset();
    let params = with(&period, &[&filter.currency, &by, &filter.limit, &offset]);
    unknown_zone(scope.report(database, &TOP_CONTENT, &params).await)
}
