use codex_edge::Database;
use codex_kernel::{Result, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Activity, ContentCounts, CurrencyFigures, NewCustomers, TopContent,
    period::{Interval, Range, report_query, unknown_zone, with},
    scope::Scope,
    statements::OVERVIEW,
};

report_query! {
    /// Whose dashboard, for which days, and how much of each part.
    OverviewFilter {
        /// How days are put together; `day` where it is left out.
        pub interval: Option<Interval>,
        /// How many of the contents that sold best, 0 to 20.
        #[serde(default = "top_size")]
        #[garde(range(max = 20))]
        pub top: u32,
        /// How much of what happened last, 0 to 50.
        #[serde(default = "activity_size")]
        #[garde(range(max = 50))]
        pub activity: u32,
    }
}

fn top_size() -> u32 {
    5
}

fn activity_size() -> u32 {
    10
}

/// How many customers there are, and when the new ones came.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct CustomerArrivals {
    /// Who had ever bought by the end of the period.
    pub total: u64,
    /// Who bought for the first time in it.
    pub new: u64,
    /// Who bought for the first time in the period before.
    pub previous_new: u64,
    /// Every interval of the period in order, those without new customers too.
    pub series: Vec<NewCustomers>,
}

/// All that a dashboard shows.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Overview {
    /// Which days.
    pub range: Range,
    /// What sales come to, each currency by itself, and when.
    pub revenue: Vec<CurrencyFigures>,
    /// Who buys.
    pub customers: CustomerArrivals,
    /// What there is to buy.
    pub content: ContentCounts,
    /// Who follows the organization now; none where it is all of the platform.
    pub followers: Option<u64>,
    /// The currency with most sales of contents, in which they are ranked; none where nothing was sold.
    pub top_currency: Option<String>,
    /// What sold best, by what is left of what was paid.
    pub top: Vec<TopContent>,
    /// What happened last, whatever the days.
    pub activity: Vec<Activity>,
}

/// A whole dashboard, in one statement: revenue, customers, ranking and activity as their own reports tell them. 404 to strangers, 403 to
/// members who do not manage it, 422 `UNKNOWN_TIMEZONE`.
pub async fn overview(database: &Database, scope: Scope, filter: &OverviewFilter, now: Timestamp) -> Result<Overview> {
    let period = filter.period().params(now);
    let interval = filter.interval.unwrap_or(Interval::Day).name();
    unknown_zone(scope.report(database, &OVERVIEW, &with(&period, &[&interval, &filter.top, &filter.activity])).await)
}
