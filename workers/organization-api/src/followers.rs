use codex_http::{Caller, Cx, Data, NoContent, Page, Path, Query, Reply};
use codex_kernel::{OrganizationId, Paging};
use codex_organizations::{self as organizations, FollowerCount, Following, Organization};

pub(crate) async fn follow(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<NoContent> {
    organizations::follow(&cx.platform.database, id, caller.id(), cx.now).await?;
    Ok(NoContent)
}

pub(crate) async fn unfollow(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<NoContent> {
    organizations::unfollow(&cx.platform.database, id, caller.id()).await?;
    Ok(NoContent)
}

pub(crate) async fn me(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<Data<Following>> {
    Ok(Data(organizations::following(&cx.platform.database, id, caller.id()).await?))
}

/// The organizations one follows.
pub(crate) async fn list(cx: Cx, caller: Caller, Query(paging): Query<Paging>) -> Reply<Page<Organization>> {
    Ok(Page::new(organizations::followed(&cx.platform.database, caller.id(), paging).await?, paging))
}

pub(crate) async fn count(cx: Cx, Path(id): Path<OrganizationId>) -> Reply<Data<FollowerCount>> {
    Ok(Data(organizations::follower_count(&cx.platform.database, id).await?))
}
