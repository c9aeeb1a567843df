use axum::Json;
use codex_http::{Body, Caller, Cx, Data, NoContent, Path, Reply, Upload};
use codex_kernel::OrganizationId;
use codex_organizations::{
    self as organizations, Branding, Contact, Features, ReplaceBranding, ReplaceContact, ReplaceFeatures, Settings,
    SettingsPatch, WithWarnings,
};

pub(crate) async fn all(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<Data<Settings>> {
    Ok(Data(organizations::settings(&cx.platform, id, caller.id()).await?))
}

pub(crate) async fn branding(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<Data<Branding>> {
    Ok(Data(organizations::settings(&cx.platform, id, caller.id()).await?.branding))
}

pub(crate) async fn contact(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<Data<Contact>> {
    Ok(Data(organizations::settings(&cx.platform, id, caller.id()).await?.contact))
}

pub(crate) async fn features(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<Data<Features>> {
    Ok(Data(organizations::settings(&cx.platform, id, caller.id()).await?.features))
}

pub(crate) async fn update(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(patch): Body<SettingsPatch>,
) -> Reply<Json<WithWarnings<Settings>>> {
    let settings = organizations::update_settings(&cx.platform, id, caller.id(), &patch, cx.now).await?;
    Ok(Json(settings.into()))
}

pub(crate) async fn replace_branding(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(section): Body<ReplaceBranding>,
) -> Reply<Json<WithWarnings<Branding>>> {
    let settings = organizations::replace_settings(&cx.platform, id, caller.id(), &section, cx.now).await?;
    Ok(Json(settings.branding.into()))
}

pub(crate) async fn replace_contact(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(section): Body<ReplaceContact>,
) -> Reply<Data<Contact>> {
    Ok(Data(organizations::replace_settings(&cx.platform, id, caller.id(), &section, cx.now).await?.contact))
}

pub(crate) async fn replace_features(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Body(section): Body<ReplaceFeatures>,
) -> Reply<Data<Features>> {
    Ok(Data(organizations::replace_settings(&cx.platform, id, caller.id(), &section, cx.now).await?.features))
}

pub(crate) async fn put_logo(
    cx: Cx,
    caller: Caller,
    Path(id): Path<OrganizationId>,
    Upload(picture): Upload,
) -> Reply<Data<Branding>> {
    Ok(Data(organizations::set_logo(&cx.platform, id, caller.id(), Some(picture), cx.now).await?))
}

pub(crate) async fn delete_logo(cx: Cx, caller: Caller, Path(id): Path<OrganizationId>) -> Reply<NoContent> {
    organizations::set_logo(&cx.platform, id, caller.id(), None, cx.now).await?;
    Ok(NoContent)
}
