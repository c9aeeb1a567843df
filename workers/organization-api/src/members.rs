use codex_http::{Body, Caller, Cx, Data, NoContent, Page, Path, Paths, Query, Reply};
use codex_kernel::{OrganizationId, Paging, UserId};
use codex_organizations::{self as organizations, ChangeRole, Member, MemberFilter, Membership};

pub(crate) async fn list(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Query(filter): Query<MemberFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Member>> {
    let listed = organizations::members(&cx.platform, id, caller.id(), &filter, paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn my_membership(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<Data<Option<Membership>>> {
    Ok(Data(organizations::membership(&cx.platform, id, caller.id()).await?))
}

pub(crate) async fn change_role(
    cx: Cx,
    caller: Caller,
    Paths(id, whose): Paths<OrganizationId, UserId>,
    Body(input): Body<ChangeRole>,
) -> Reply<Data<Member>> {
    let changed = organizations::change_role(&cx.platform, id, caller.id(), whose, &input, cx.now).await?;
    codex_identity::forget_sessions(&cx.platform, &changed.session_hashes).await;
    cx.wake_mail();
    let role = changed.member.role.name().to_owned();
    cx.event("role_changed", &[("organizationId", id.to_string()), ("memberId", whose.to_string()), ("role", role)]);
    Ok(Data(changed.member))
}

pub(crate) async fn remove(cx: Cx, caller: Caller, Paths(id, whom): Paths<OrganizationId, UserId>) -> Reply<NoContent> {
    organizations::remove(&cx.platform, id, caller.id(), whom).await?;
    cx.event("member_removed", &[("organizationId", id.to_string()), ("memberId", whom.to_string())]);
    Ok(NoContent)
}

pub(crate) async fn leave(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<NoContent> {
    organizations::remove(&cx.platform, id, caller.id(), caller.id()).await?;
    cx.event("member_left", &[("organizationId", id.to_string())]);
    Ok(NoContent)
}
