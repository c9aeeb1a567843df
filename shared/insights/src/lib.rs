//! Administration: what sales come to, who buys, what is given away, what happened, and what everybody keeps of a sale.
//!
//! Owners and admins of an organization ask about it; those who run the platform about any, or about all at once. Who asks is
//! checked in the statement that answers. Currencies are never added up.

mod activity;
mod contents;
mod customer_report;
mod customers;
mod dashboard;
mod fees;
mod grants;
mod overview;
mod performance;
mod period;
mod revenue;
mod scope;
mod statements;
mod top_content;

pub use activity::{Activity, ActivityFilter, ActivityKind, activity};
pub use contents::{Audience, ContentFilter, ContentKind, ContentOrder, ContentStatus, OverseenContent, contents};
pub use customer_report::{CustomerCounts, CustomerReport, CustomerReportFilter, NewCustomers, customer_report};
pub use customers::{
    Bought, Customer, CustomerFilter, CustomerOrder, CustomerPage, CustomerPerson, CustomerView, PaidPeriod, Spending, customer,
    customers,
};
pub use dashboard::{ContentCounts, CurrencyTotals, CustomerTotals, Dashboard, DashboardFilter, dashboard};
pub use fees::{
    FeeChange, FeeFilter, FeeRate, SetFees, fee_changes, organization_fees, platform_fee, remove_organization_fee, set_fees,
};
pub use grants::{Grant, grant_access, revoke_access};
pub use overview::{CustomerArrivals, Overview, OverviewFilter, overview};
pub use performance::{ContentPerformance, CurrencySales, Performance, PerformanceFilter, Viewers, content_performance};
pub use period::{Day, Interval, Period, Preset, Range};
pub use revenue::{CurrencyFigures, Figures, Point, Revenue, RevenueFilter, revenue};
pub use scope::{Reason, Scope};
pub use statements::STATEMENTS;
pub use top_content::{ContentSales, Ranking, TopContent, TopContents, TopFilter, top_content};
