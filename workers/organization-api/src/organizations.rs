use codex_http::{
    Body, Caller, Cookies, Created, Cx, Data, NoContent, Page, Path, Query, Ready, Reply, Visitor, Wrapped, rotate_session,
};
use codex_kernel::{Error, OrganizationId, Paging, Slug};
use codex_organizations::{self as organizations, Desk, Organization, OwnOrganization, PublicOrganization};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) async fn create(
    cx: Cx,
    caller: Caller,
    Body(input): Body<organizations::Create>,
) -> Reply<(Cookies, Created<Organization>)> {
    let opened = organizations::create(&cx.platform.database, caller.id(), &input, cx.now).await?;
    codex_identity::forget_sessions(&cx.platform, &opened.session_hashes).await;
    cx.event("organization_opened", &[("organizationId", opened.organization.id.to_string())]);
    let gained = !opened.session_hashes.is_empty();
    Ok((rotate_session(&cx, &caller, gained).await, Created(opened.organization)))
}

pub(crate) async fn list(
    cx: Cx,
    Query(filter): Query<organizations::Filter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Organization>> {
    let listed = organizations::list(&cx.platform.database, &filter, paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn mine(
    cx: Cx,
    caller: Caller,
    Query(filter): Query<organizations::MineFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<OwnOrganization>> {
    let listed = organizations::of_member(&cx.platform.database, caller.id(), &filter, paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn by_id(cx: Cx, Path(id): Path<OrganizationId>) -> Reply<Data<Organization>> {
    Ok(Data(organizations::by_id(&cx.platform.database, id).await?))
}

pub(crate) async fn by_slug(cx: Cx, Path(slug): Path<String>) -> Reply<Ready<Wrapped<PublicOrganization>>> {
    let slug = Slug::try_from(slug).map_err(|_| Error::not_found("organization"))?;
    Ok(Ready::for_all(organizations::by_slug(&cx.platform, &cx.background, &slug, cx.now).await?))
}

pub(crate) async fn desk(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Query(filter): Query<organizations::DeskFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Data<Desk>> {
    Ok(Data(organizations::desk(&cx.platform, id, caller.id(), &filter, paging, cx.now).await?))
}

/// Whether a name can be had now.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Availability {
    available: bool,
}

pub(crate) async fn check_slug(cx: Cx, visitor: Visitor, Path(slug): Path<String>) -> Reply<Data<Availability>> {
    let slug = Slug::try_from(slug).map_err(|message| Error::invalid_at("slug", message))?;
    let available = organizations::is_available(&cx.platform.database, &slug, visitor.id(), cx.now).await?;
    Ok(Data(Availability { available }))
}

pub(crate) async fn update(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(input): Body<organizations::Update>,
) -> Reply<Data<Organization>> {
    Ok(Data(organizations::update(&cx.platform, id, caller.id(), &input, cx.now).await?))
}

pub(crate) async fn delete(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<NoContent> {
    organizations::delete(&cx.platform, id, caller.id(), cx.now).await?;
    cx.event("organization_deleted", &[("organizationId", id.to_string())]);
    Ok(NoContent)
}

pub(crate) async fn restore(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<Data<Organization>> {
    let restored = organizations::restore(&cx.platform, id, caller.id(), cx.now).await?;
    cx.event("organization_restored", &[("organizationId", id.to_string())]);
    Ok(Data(restored))
}

pub(crate) async fn transfer(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(input): Body<organizations::Transfer>,
) -> Reply<NoContent> {
    let session_hashes = organizations::transfer(&cx.platform, id, caller.id(), &input, cx.now).await?;
    codex_identity::forget_sessions(&cx.platform, &session_hashes).await;
    cx.wake_mail();
    cx.event("ownership_transferred", &[("organizationId", id.to_string())]);
    Ok(NoContent)
}
