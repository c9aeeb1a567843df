use axum::Json;
use codex_http::{Cx, Data, Page, Reply};
use codex_insights::{
    self as insights, ContentPerformance, CustomerReport, CustomerReportFilter, Dashboard, DashboardFilter, Overview,
    OverviewFilter, PerformanceFilter, Range, Revenue, RevenueFilter, TopContent, TopFilter,
};
use codex_kernel::Listed;
use schemars::JsonSchema;
use serde::Serialize;

use crate::asked::Asked;

pub(crate) async fn revenue(cx: Cx, Asked { scope, query }: Asked<RevenueFilter>) -> Reply<Data<Revenue>> {
    Ok(Data(insights::revenue(&cx.platform.database, scope, &query, cx.now).await?))
}

pub(crate) async fn customers(cx: Cx, Asked { scope, query }: Asked<CustomerReportFilter>) -> Reply<Data<CustomerReport>> {
    Ok(Data(insights::customer_report(&cx.platform.database, scope, &query, cx.now).await?))
}

pub(crate) async fn dashboard(cx: Cx, Asked { scope, query }: Asked<DashboardFilter>) -> Reply<Data<Dashboard>> {
    Ok(Data(insights::dashboard(&cx.platform.database, scope, &query, cx.now).await?))
}

pub(crate) async fn overview(cx: Cx, Asked { scope, query }: Asked<OverviewFilter>) -> Reply<Data<Overview>> {
    Ok(Data(insights::overview(&cx.platform.database, scope, &query, cx.now).await?))
}

/// A page of a ranking, and what it ranks by.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Ranked {
    #[serde(flatten)]
    page: Page<TopContent>,
    /// Which days.
    range: Range,
    /// The sales that count; none where nothing was sold.
    currency: Option<String>,
    /// Every currency in which something was sold on these days.
    currencies: Vec<String>,
}

pub(crate) async fn top_content(cx: Cx, Asked { scope, query }: Asked<TopFilter>) -> Reply<Json<Ranked>> {
    let found = insights::top_content(&cx.platform.database, scope, &query, cx.now).await?;
    let listed = Listed { items: found.items, total: found.total };
    let page = Page::new(listed, query.paging());
    Ok(Json(Ranked { page, range: found.range, currency: found.currency, currencies: found.currencies }))
}

/// A page of contents, and the days it is about.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Performing {
    #[serde(flatten)]
    page: Page<ContentPerformance>,
    /// Which days.
    range: Range,
}

pub(crate) async fn content_performance(cx: Cx, Asked { scope, query }: Asked<PerformanceFilter>) -> Reply<Json<Performing>> {
    let found = insights::content_performance(&cx.platform.database, scope, &query, cx.now).await?;
    Ok(Json(Performing { page: Page::new(found.contents, query.paging()), range: found.range }))
}
