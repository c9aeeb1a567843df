use codex_http::{Body, Caller, Created, Cx, Data, NoContent, Page, Path, Paths, Reply};
use codex_insights::{self as insights, Bought, Customer, CustomerFilter, CustomerPage, Grant, PaidPeriod, Reason};
use codex_kernel::{ContentId, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::asked::{Asked, runs_platform, why};

pub(crate) async fn list(cx: Cx, Asked { scope, query }: Asked<CustomerFilter>) -> Reply<Page<Customer>> {
    Ok(Page::new(insights::customers(&cx.platform.database, scope, &query).await?, query.paging()))
}

/// One customer, a page of what they bought, what they were given, and what their subscriptions paid.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerAndPurchases {
    #[serde(flatten)]
    customer: Customer,
    /// The newest first.
    bought: Page<Bought>,
    /// The newest hundred.
    grants: Vec<Grant>,
    /// What their subscriptions paid, the newest hundred.
    paid_periods: Vec<PaidPeriod>,
}

pub(crate) async fn find(
    cx: Cx,
    Path(id): Path<UserId>,
    Asked { scope, query }: Asked<CustomerPage>,
) -> Reply<Data<CustomerAndPurchases>> {
    let found = insights::customer(&cx.platform.database, scope, id, &query).await?;
    let bought = Page::new(found.bought, query.paging());
    Ok(Data(CustomerAndPurchases { customer: found.customer, bought, grants: found.grants, paid_periods: found.paid_periods }))
}

pub(crate) async fn grant(
    cx: Cx,
    caller: Caller,
    Paths(customer, content): Paths<UserId, ContentId>,
    reason: Option<Body<Reason>>,
) -> Reply<Created<Grant>> {
    let (database, by, all) = (&cx.platform.database, caller.id(), runs_platform(&caller));
    let grant = insights::grant_access(database, by, all, customer, content, why(reason).as_deref(), cx.now).await?;
    note(&cx, "access_granted", by, customer, content);
    Ok(Created(grant))
}

pub(crate) async fn revoke(
    cx: Cx,
    caller: Caller,
    Paths(customer, content): Paths<UserId, ContentId>,
    reason: Option<Body<Reason>>,
) -> Reply<NoContent> {
    let (database, by, all) = (&cx.platform.database, caller.id(), runs_platform(&caller));
    insights::revoke_access(database, by, all, customer, content, why(reason).as_deref(), cx.now).await?;
    note(&cx, "access_revoked", by, customer, content);
    Ok(NoContent)
}

fn note(cx: &Cx, event: &'static str, by: UserId, customer: UserId, content: ContentId) {
    let ids = [("userId", by.to_string()), ("customerId", customer.to_string()), ("contentId", content.to_string())];
    cx.event(event, &ids);
}
