use codex_http::{Caller, Cx, Data, NoContent, Path, Reply};
use codex_kernel::OrganizationId;
use codex_organizations::{self as organizations, FollowerCount, Following};

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

pub(crate) async fn count(cx: Cx, Path(id): Path<OrganizationId>) -> Reply<Data<FollowerCount>> {
    Ok(Data(organizations::follower_count(&cx.platform.database, id).await?))
}
