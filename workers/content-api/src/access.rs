use axum::{
    Json,
    extract::{RawPathParams, rejection::RawPathParamsRejection},
    http::{HeaderName, header},
};
use codex_content::{
    self as content, Begun, BegunFilter, LibraryFilter, LibraryItem, Progress, SaveAll, SaveProgress, Saved, Stream, Ticket,
};
use codex_http::{Beacon, Body, Caller, Cx, Data, Limited, NoContent, Page, Path, Query, Reply, Visitor, enforce};
use codex_kernel::{ContentId, Error, Paging};
use schemars::JsonSchema;
use serde::Serialize;

/// The same three in `data` and at top level: clients of both kinds exist.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Streaming {
    data: Stream,
    #[serde(flatten)]
    stream: Stream,
}

pub(crate) async fn stream(cx: Cx, caller: Caller, Path(id): Path<ContentId>) -> Reply<Json<Streaming>> {
    let stream = content::stream(&cx.platform, id, caller.id(), cx.now).await?;
    Ok(Json(Streaming { data: stream.clone(), stream }))
}

pub(crate) async fn play(
    cx: Cx,
    visitor: Visitor,
    params: Result<RawPathParams, RawPathParamsRejection>,
) -> Reply<([(HeaderName, &'static str); 2], String)> {
    let params = params.map_err(|_| Error::not_found("playlist"))?;
    let value = |name| params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
    let ticket = Ticket::open(&cx.platform.config, value("token"))?;
    ticket.admit(value("path"), visitor.id(), cx.now)?;
    enforce(&cx, Limited::Streaming, "playlists", &ticket.user.to_string()).await?;
    let playlist = content::play(&cx.platform, &ticket, value("path"), cx.now).await?;
    let headers = [(header::CONTENT_TYPE, "application/vnd.apple.mpegurl"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, playlist))
}

/// How far somebody came; null where they never played it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct KnownProgress {
    progress: Option<Progress>,
}

pub(crate) async fn progress(cx: Cx, caller: Caller, Path(id): Path<ContentId>) -> Reply<Json<KnownProgress>> {
    let progress = content::progress(&cx.platform, caller.id(), id).await?;
    Ok(Json(KnownProgress { progress }))
}

pub(crate) async fn save_progress(
    cx: Cx,
    caller: Caller,
    Path(id): Path<ContentId>,
    Body(input): Body<SaveProgress>,
) -> Reply<NoContent> {
    content::save_progress(&cx.platform, caller.id(), id, &input, cx.now).await?;
    Ok(NoContent)
}

pub(crate) async fn all_progress(cx: Cx, caller: Caller, Query(paging): Query<Paging>) -> Reply<Page<Progress>> {
    let listed = content::all_progress(&cx.platform, caller.id(), paging).await?;
    Ok(Page::new(listed, paging))
}

/// Keeps reports of several contents at once. `navigator.sendBeacon` may send them as `text/plain` while the page closes.
pub(crate) async fn save_all(cx: Cx, caller: Caller, Beacon(input): Beacon<SaveAll>) -> Reply<Data<Saved>> {
    Ok(Data(content::save_all(&cx.platform, caller.id(), &input, cx.now).await?))
}

pub(crate) async fn continue_watching(
    cx: Cx,
    caller: Caller,
    Query(filter): Query<BegunFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Begun>> {
    Ok(Page::new(content::continue_watching(&cx.platform, caller.id(), &filter, paging, cx.now).await?, paging))
}

pub(crate) async fn library(
    cx: Cx,
    caller: Caller,
    Query(filter): Query<LibraryFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<LibraryItem>> {
    let listed = content::library(&cx.platform, caller.id(), &filter, paging, cx.now).await?;
    Ok(Page::new(listed, paging))
}

/// A page whose items stand under `data` too.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Library {
    data: Vec<LibraryItem>,
    #[serde(flatten)]
    page: Page<LibraryItem>,
}

/// Like [`library`], for clients that look for the items under `data`.
pub(crate) async fn library_alias(
    cx: Cx,
    caller: Caller,
    filter: Query<LibraryFilter>,
    paging: Query<Paging>,
) -> Reply<Json<Library>> {
    let page = library(cx, caller, filter, paging).await?;
    Ok(Json(Library { data: page.items.clone(), page }))
}
