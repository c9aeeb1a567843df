use codex_http::{Body, Caller, Cx, Data, NoContent, Page, Path, Query, Reply};
use codex_insights::{self as insights, FeeChange, FeeFilter, FeeRate, Reason, SetFees};
use codex_kernel::{OrganizationId, Paging};

use crate::asked::why;

pub(crate) async fn platform(cx: Cx) -> Reply<Data<FeeRate>> {
    Ok(Data(insights::platform_fee(&cx.platform.database).await?))
}

pub(crate) async fn list(cx: Cx, Query(paging): Query<Paging>) -> Reply<Page<FeeRate>> {
    Ok(Page::new(insights::organization_fees(&cx.platform.database, paging).await?, paging))
}

pub(crate) async fn changes(cx: Cx, Query(filter): Query<FeeFilter>) -> Reply<Page<FeeChange>> {
    Ok(Page::new(insights::fee_changes(&cx.platform.database, &filter).await?, filter.paging()))
}

pub(crate) async fn set(cx: Cx, caller: Caller, Body(fees): Body<SetFees>) -> Reply<Data<FeeRate>> {
    write(&cx, &caller, None, &fees).await
}

pub(crate) async fn set_own(
    cx: Cx,
    caller: Caller,
    Path(organization): Path<OrganizationId>,
    Body(fees): Body<SetFees>,
) -> Reply<Data<FeeRate>> {
    write(&cx, &caller, Some(organization), &fees).await
}

async fn write(cx: &Cx, caller: &Caller, organization: Option<OrganizationId>, fees: &SetFees) -> Reply<Data<FeeRate>> {
    let rate = insights::set_fees(&cx.platform.database, organization, fees, caller.id(), cx.now).await?;
    note(cx, "fees_set", caller, organization);
    Ok(Data(rate))
}

pub(crate) async fn remove_own(
    cx: Cx,
    caller: Caller,
    Path(organization): Path<OrganizationId>,
    reason: Option<Body<Reason>>,
) -> Reply<NoContent> {
    insights::remove_organization_fee(&cx.platform.database, organization, caller.id(), why(reason).as_deref()).await?;
    note(&cx, "fees_removed", &caller, Some(organization));
    Ok(NoContent)
}

fn note(cx: &Cx, event: &'static str, caller: &Caller, organization: Option<OrganizationId>) {
    let organization = organization.map_or_else(|| "all".to_owned(), |id| id.to_string());
    cx.event(event, &[("userId", caller.id().to_string()), ("organizationId", organization)]);
}
