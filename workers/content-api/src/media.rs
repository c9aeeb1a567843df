use codex_content::{
    self as content, CreateMedia, Media, MediaFilter, NewMedia, NextParts, Package, PackageFiles, Parts, UpdateMedia,
};
use codex_http::{Body, Caller, Created, Cx, Data, NoContent, Page, Path, Query, Reply};
use codex_kernel::{MediaId, Paging};

pub(crate) async fn create(cx: Cx, caller: Caller, Body(input): Body<CreateMedia>) -> Reply<Created<NewMedia>> {
    Ok(Created(content::start_upload(&cx.platform, caller.id(), &input, cx.now).await?))
}

pub(crate) async fn list(
    cx: Cx,
    caller: Caller,
    Query(filter): Query<MediaFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Media>> {
    let listed = content::list_media(&cx.platform, caller.id(), &filter, paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn find(cx: Cx, caller: Caller, Path(id): Path<MediaId>) -> Reply<Data<Media>> {
    Ok(Data(content::find_media(&cx.platform, caller.id(), id).await?))
}

pub(crate) async fn update(
    cx: Cx,
    caller: Caller,
    Path(id): Path<MediaId>,
    Body(input): Body<UpdateMedia>,
) -> Reply<Data<Media>> {
    Ok(Data(content::update_media(&cx.platform, caller.id(), id, &input, cx.now).await?))
}

pub(crate) async fn delete(cx: Cx, caller: Caller, Path(id): Path<MediaId>) -> Reply<NoContent> {
    content::delete_media(&cx.platform, caller.id(), id, cx.now).await?;
    Ok(NoContent)
}

pub(crate) async fn upload_complete(cx: Cx, caller: Caller, Path(id): Path<MediaId>) -> Reply<Data<Media>> {
    Ok(Data(content::upload_complete(&cx.platform, caller.id(), id, cx.now).await?))
}

pub(crate) async fn package(
    cx: Cx,
    caller: Caller,
    Path(id): Path<MediaId>,
    Body(input): Body<PackageFiles>,
) -> Reply<Data<Package>> {
    Ok(Data(content::package(&cx.platform, caller.id(), id, input, cx.now).await?))
}

/// Notes which parts arrived, and answers where the next ones go.
pub(crate) async fn parts(cx: Cx, caller: Caller, Path(id): Path<MediaId>, Body(input): Body<NextParts>) -> Reply<Data<Parts>> {
    Ok(Data(content::next_parts(&cx.platform, caller.id(), id, &input, cx.now).await?))
}
