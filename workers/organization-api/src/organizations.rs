use codex_http::{Body, Caller, Created, Cx, Data, Page, Path, Query, Reply};
use codex_kernel::{Error, OrganizationId, Paging, Slug};
use codex_organizations::{self as organizations, Organization};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) async fn create(cx: Cx, caller: Caller, Body(input): Body<organizations::Create>) -> Reply<Created<Organization>> {
    let opened = organizations::create(&cx.platform.database, caller.id(), &input, cx.now).await?;
    codex_identity::forget_sessions(&cx.platform, &opened.session_hashes).await;
    Ok(Created(opened.organization))
}

pub(crate) async fn mine(cx: Cx, caller: Caller, Query(paging): Query<Paging>) -> Reply<Page<Organization>> {
    let listed = organizations::of_member(&cx.platform.database, caller.id(), paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn by_id(cx: Cx, Path(id): Path<OrganizationId>) -> Reply<Data<Organization>> {
    Ok(Data(organizations::by_id(&cx.platform.database, id).await?))
}

pub(crate) async fn by_slug(cx: Cx, Path(slug): Path<String>) -> Reply<Data<Organization>> {
    Ok(Data(organizations::by_slug(&cx.platform.database, &slug).await?))
}

/// Whether a name can be had now.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Availability {
    available: bool,
}

pub(crate) async fn check_slug(cx: Cx, Path(slug): Path<String>) -> Reply<Data<Availability>> {
    let slug = Slug::try_from(slug).map_err(|message| Error::invalid_at("slug", message))?;
    let available = organizations::is_available(&cx.platform.database, &slug).await?;
    Ok(Data(Availability { available }))
}
