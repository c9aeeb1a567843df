use codex_edge::Database;
use codex_kernel::{Result, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    period::{Day, Interval, Range, report_query, unknown_zone, with},
    scope::Scope,
    statements::CUSTOMER_REPORT,
};

report_query! {
    /// Which customers are counted.
    CustomerReportFilter {
        /// How days are put together; `day` where it is left out.
        pub interval: Option<Interval>,
    }
}

/// How many people paid, for contents or by subscriptions. Somebody who buys from two organizations is a customer of each.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct CustomerCounts {
    /// Who bought.
    pub buyers: u64,
    /// Who of them bought for the first time.
    pub new: u64,
}

/// The new customers of a day, week or month.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct NewCustomers {
    /// Its first day; within the report.
    pub from: Day,
    /// Who bought for the first time.
    pub new: u64,
}

/// How many customers there are.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct CustomerReport {
    /// Which days.
    pub range: Range,
    /// Who had ever bought by the end of them.
    pub total: u64,
    /// On these days.
    pub current: CustomerCounts,
    /// In the period before.
    pub previous: CustomerCounts,
    /// Every interval of the period in order, those without new customers too.
    pub series: Vec<NewCustomers>,
}

/// How many people bought on some days. 404 to strangers, 403 to members who do not manage it, 422 `UNKNOWN_TIMEZONE`.
pub async fn customer_report(
    database: &Database,
    scope: Scope,
    filter: &CustomerReportFilter,
    now: Timestamp,
) -> Result<CustomerReport> {
    let period = filter.period().params(now);
    let interval = filter.interval.unwrap_or(Interval::Day).name();
    unknown_zone(scope.report(database, &CUSTOMER_REPORT, &with(&period, &[&interval])).await)
}
