use bytes::Bytes;
use codex_content::{
    self as content, CreateMedia, Media, MediaFilter, MediaStatus, NewMedia, NextParts, Package, PackageFiles, Parts, UpdateMedia,
};
use codex_http::{Body, Caller, Created, Cx, Data, Freshness, NoContent, Page, Path, Query, Reply, internal};
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
    let media = content::upload_complete(&cx.platform, caller.id(), id, cx.now).await?;
    if media.status == MediaStatus::Uploaded {
        transcode_soon(&cx, id);
    }
    Ok(Data(media))
}

/// Tells the media worker once the answer is out. Where that fails, its schedule finds the file within two minutes.
fn transcode_soon(cx: &Cx, id: MediaId) {
    let request = http::Request::post(format!("https://media-api/internal/media/{id}/transcode")).body(Bytes::new());
    let Ok(mut request) = request else { return };
    if internal::sign(cx, None, Freshness::Cache, &mut request).is_ok() {
        let platform = cx.platform.clone();
        cx.background.spawn(async move { drop(platform.services.call("MEDIA_API", request).await) });
    }
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
