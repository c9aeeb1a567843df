use codex_edge::Database;
use codex_kernel::{Result, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    period::{Day, Interval, Range, report_query, unknown_zone, with},
    scope::Scope,
    statements::REVENUE,
};

report_query! {
    /// Which revenue.
    RevenueFilter {
        /// How days are put together; `day` where it is left out.
        pub interval: Option<Interval>,
    }
}

/// What sales in one currency come to, as they stand now, in minor units: what was paid is what went back, what is held, and what
/// platform, organization and creator have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Figures {
    /// How many contents were bought.
    pub purchases: u64,
    /// How many payments subscriptions made.
    pub subscription_payments: u64,
    /// What they come to, of `amountCents`.
    pub subscription_cents: i64,
    /// What was paid.
    pub amount_cents: i64,
    /// What went back of it, by refund or lost dispute.
    pub refunded_cents: i64,
    /// What Stripe holds of it: disputed, or paid twice and on its way back.
    pub held_cents: i64,
    /// The platform's part of the rest.
    pub platform_cents: i64,
    /// The organization's part.
    pub organization_cents: i64,
    /// The creators' part.
    pub creator_cents: i64,
}

impl Figures {
    /// What is left of what was paid.
    pub fn net_cents(&self) -> i64 {
        self.amount_cents - self.refunded_cents - self.held_cents
    }
}

/// The sales of a day, week or month.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Point {
    /// Its first day; within the report.
    pub from: Day,
    /// What was sold then, as it stands now.
    pub figures: Figures,
}

/// The sales in one currency.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct CurrencyFigures {
    /// ISO 4217, lowercase.
    pub currency: String,
    /// All of the period.
    pub total: Figures,
    /// All of the period before.
    pub previous: Figures,
    /// Every interval of the period in order, those without sales too.
    pub series: Vec<Point>,
}

/// What sales come to.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Revenue {
    /// Which days.
    pub range: Range,
    /// Each currency in which something was sold, in this period or the one before.
    pub currencies: Vec<CurrencyFigures>,
}

/// What was sold on some days, by the day of the sale and as it stands now: a refund lessens the day of its sale. 404 to strangers, 403
/// to members who do not manage it, 422 `UNKNOWN_TIMEZONE`.
pub async fn revenue(database: &Database, scope: Scope, filter: &RevenueFilter, now: Timestamp) -> Result<Revenue> {
    let period = filter.period().params(now);
    let interval = filter.interval.unwrap_or(Interval::Day).name();
    unknown_zone(scope.report(database, &REVENUE, &with(&period, &[&interval])).await)
}
