use codex_edge::Database;
use codex_kernel::{Result, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Figures,
    period::{Range, report_query, unknown_zone, with},
    scope::Scope,
    statements::DASHBOARD,
};

report_query! {
    /// Whose dashboard, and for which days.
    DashboardFilter {}
}

/// The sales in one currency.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct CurrencyTotals {
    /// ISO 4217, lowercase.
    pub currency: String,
    /// All of the period.
    pub total: Figures,
    /// All of the period before.
    pub previous: Figures,
}

/// How many customers there are.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct CustomerTotals {
    /// Who had ever bought by the end of the period.
    pub total: u64,
    /// Who bought for the first time in it.
    pub new: u64,
    /// Who bought for the first time in the period before.
    pub previous_new: u64,
}

/// How many contents there are now; to 10,000 of each.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct ContentCounts {
    /// Not to be seen yet.
    pub draft: u64,
    /// To be seen.
    pub published: u64,
    /// No longer to be seen.
    pub archived: u64,
}

/// What somebody looks at first.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Dashboard {
    /// Which days.
    pub range: Range,
    /// What sales come to, each currency by itself.
    pub revenue: Vec<CurrencyTotals>,
    /// Who buys.
    pub customers: CustomerTotals,
    /// What there is to buy.
    pub content: ContentCounts,
    /// Who follows the organization now; none where it is all of the platform.
    pub followers: Option<u64>,
}

/// The most important of all reports. 404 to strangers, 403 to members who do not manage it, 422 `UNKNOWN_TIMEZONE`.
pub async fn dashboard(database: &Database, scope: Scope, filter: &DashboardFilter, now: Timestamp) -> Result<Dashboard> {
    let period = filter.period().params(now);
    unknown_zone(scope.report(database, &DASHBOARD, &with(&period, &[])).await)
}
