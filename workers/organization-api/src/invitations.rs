use codex_http::{Body, Caller, Cookies, Created, Cx, Data, NoContent, Page, Path, Paths, Query, Reply, rotate_session};
use codex_kernel::{InvitationId, OrganizationId, Paging};
use codex_organizations::{self as organizations, Invitation, InvitationFilter, InvitationToken, Invite, OwnOrganization};

pub(crate) async fn invite(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(input): Body<Invite>,
) -> Reply<Created<Invitation>> {
    let invitation = organizations::invite(&cx.platform, id, caller.id(), &input, cx.now).await?;
    cx.event("member_invited", &[("organizationId", id.to_string()), ("invitationId", invitation.id.to_string())]);
    cx.wake_mail();
    Ok(Created(invitation))
}

pub(crate) async fn list(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Query(filter): Query<InvitationFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Invitation>> {
    let listed = organizations::invitations(&cx.platform, id, caller.id(), &filter, paging, cx.now).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn resend(
    cx: Cx,
    caller: Caller,
    Paths(id, invitation): Paths<OrganizationId, InvitationId>,
) -> Reply<Data<Invitation>> {
    let resent = organizations::resend(&cx.platform, id, invitation, caller.id(), cx.now).await?;
    cx.wake_mail();
    Ok(Data(resent))
}

pub(crate) async fn revoke(
    cx: Cx,
    caller: Caller,
    Paths(id, invitation): Paths<OrganizationId, InvitationId>,
) -> Reply<NoContent> {
    organizations::revoke(&cx.platform, id, invitation, caller.id(), cx.now).await?;
    Ok(NoContent)
}

pub(crate) async fn accept(
    cx: Cx,
    caller: Caller,
    Body(token): Body<InvitationToken>,
) -> Reply<(Cookies, Data<OwnOrganization>)> {
    let joined = organizations::accept(&cx.platform, &token, caller.id(), cx.now).await?;
    codex_identity::forget_sessions(&cx.platform, &joined.session_hashes).await;
    cx.event("member_joined", &[("organizationId", joined.organization.organization.id.to_string())]);
    let gained = !joined.session_hashes.is_empty();
    Ok((rotate_session(&cx, &caller, gained).await, Data(joined.organization)))
}

pub(crate) async fn decline(cx: Cx, Body(token): Body<InvitationToken>) -> Reply<NoContent> {
    organizations::decline(&cx.platform, &token, cx.now).await?;
    Ok(NoContent)
}
