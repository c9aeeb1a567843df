use codex_http::{Cx, Page, Reply};
use codex_insights::{self as insights, Activity, ActivityFilter};

use crate::asked::Asked;

pub(crate) async fn list(cx: Cx, Asked { scope, query }: Asked<ActivityFilter>) -> Reply<Page<Activity>> {
    Ok(Page::new(insights::activity(&cx.platform.database, scope, &query).await?, query.paging()))
}
