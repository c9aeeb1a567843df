use codex_http::{Body, Caller, Created, Cx, Data, NoContent, Page, Path, Paths, Query, Reply, Visitor};
use codex_kernel::{OrganizationId, Paging, TierId};
use codex_organizations::{self as organizations, CreateTier, Tier, TierFilter, UpdateTier};

pub(crate) async fn list(
    cx: Cx,
    visitor: Visitor,
    Path(id): Path<OrganizationId>,
    Query(filter): Query<TierFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Tier>> {
    let listed = organizations::tiers(&cx.platform.database, id, visitor.id(), &filter, paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn read(cx: Cx, visitor: Visitor, Paths(id, tier): Paths<OrganizationId, TierId>) -> Reply<Data<Tier>> {
    Ok(Data(organizations::tier(&cx.platform.database, id, tier, visitor.id()).await?))
}

pub(crate) async fn create(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(input): Body<CreateTier>,
) -> Reply<Created<Tier>> {
    let tier = organizations::create_tier(&cx.platform.database, id, caller.id(), &input, cx.now).await?;
    cx.event("tier_created", &[("organizationId", id.to_string()), ("tierId", tier.id.to_string())]);
    Ok(Created(tier))
}

pub(crate) async fn update(
    cx: Cx,
    caller: Caller,
    Paths(id, tier): Paths<OrganizationId, TierId>,
    Body(input): Body<UpdateTier>,
) -> Reply<Data<Tier>> {
    let changed = organizations::update_tier(&cx.platform.database, id, tier, caller.id(), &input, cx.now).await?;
    cx.event("tier_changed", &[("organizationId", id.to_string()), ("tierId", tier.to_string())]);
    Ok(Data(changed))
}

pub(crate) async fn archive(cx: Cx, caller: Caller, Paths(id, tier): Paths<OrganizationId, TierId>) -> Reply<NoContent> {
    organizations::archive_tier(&cx.platform.database, id, tier, caller.id(), cx.now).await?;
    cx.event("tier_archived", &[("organizationId", id.to_string()), ("tierId", tier.to_string())]);
    Ok(NoContent)
}
