use codex_http::{Body, Caller, Cookies, Cx, Data, NoContent, Page, Query, Reply, Upload, rotate_session};
use codex_kernel::Paging;
use codex_organizations::{MineFilter, OwnOrganization};
use codex_profiles::{self as profiles, Preferences, PreferencesPatch, Profile, UpdateProfile};

pub(crate) async fn find(cx: Cx, caller: Caller) -> Reply<Data<Profile>> {
    Ok(Data(profiles::profile(&cx.platform, caller.id()).await?))
}

pub(crate) async fn update(cx: Cx, caller: Caller, Body(input): Body<UpdateProfile>) -> Reply<(Cookies, Data<Profile>)> {
    let changed = profiles::update_profile(&cx.platform, caller.id(), &input, cx.now).await?;
    codex_identity::forget_sessions(&cx.platform, &changed.session_hashes).await;
    let gained = changed.profile.role != caller.0.user.role.name();
    Ok((rotate_session(&cx, &caller, gained).await, Data(changed.profile)))
}

pub(crate) async fn put_avatar(cx: Cx, caller: Caller, Upload(picture): Upload) -> Reply<Data<Profile>> {
    let changed = profiles::set_avatar(&cx.platform, caller.id(), Some(picture), cx.now).await?;
    Ok(Data(changed.profile))
}

pub(crate) async fn delete_avatar(cx: Cx, caller: Caller) -> Reply<NoContent> {
    profiles::set_avatar(&cx.platform, caller.id(), None, cx.now).await?;
    Ok(NoContent)
}

pub(crate) async fn preferences(cx: Cx, caller: Caller) -> Reply<Data<Preferences>> {
    Ok(Data(profiles::preferences(&cx.platform, caller.id()).await?))
}

pub(crate) async fn update_preferences(cx: Cx, caller: Caller, Body(patch): Body<PreferencesPatch>) -> Reply<Data<Preferences>> {
    Ok(Data(profiles::update_preferences(&cx.platform, caller.id(), &patch, cx.now).await?))
}

pub(crate) async fn organizations(
    cx: Cx,
    caller: Caller,
    Query(filter): Query<MineFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<OwnOrganization>> {
    let listed = codex_organizations::of_member(&cx.platform.database, caller.id(), &filter, paging).await?;
    Ok(Page::new(listed, paging))
}
