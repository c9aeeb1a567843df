use axum::{
    Json,
    extract::{RawPathParams, rejection::RawPathParamsRejection},
    http::header,
    response::{IntoResponse, Response},
};
use codex_content::{self as content, LibraryItem, Progress, SaveProgress, Ticket};
use codex_http::{Body, Caller, Cx, Limited, NoContent, Page, Paging, Path, Query, Reply, enforce};
use codex_kernel::{ContentId, Error};
use serde_json::{Value, json};

/// The same three in `data` and at top level: clients of both kinds exist.
pub(crate) async fn stream(cx: Cx, caller: Caller, Path(id): Path<ContentId>) -> Reply<Json<Value>> {
    let stream = content::stream(&cx.platform, id, caller.id(), cx.now).await?;
    Ok(Json(json!({
        "data": stream,
        "streamingUrl": stream.streaming_url,
        "expiresAt": stream.expires_at,
        "contentType": stream.content_type,
    })))
}

pub(crate) async fn play(cx: Cx, params: Result<RawPathParams, RawPathParamsRejection>) -> Reply<Response> {
    let params = params.map_err(|_| Error::not_found("playlist"))?;
    let value = |name| params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
    let ticket = Ticket::open(&cx.platform.config, value("token"), cx.now)?;
    enforce(&cx, Limited::Streaming, "playlists", &ticket.user.to_string()).await?;
    let playlist = content::play(&cx.platform, &ticket, value("path"), cx.now).await?;
    let headers = [(header::CONTENT_TYPE, "application/vnd.apple.mpegurl"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, playlist).into_response())
}

pub(crate) async fn progress(cx: Cx, caller: Caller, Path(id): Path<ContentId>) -> Reply<Json<Value>> {
    let progress = content::progress(&cx.platform, caller.id(), id).await?;
    Ok(Json(json!({ "progress": progress })))
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
    let listed = content::all_progress(&cx.platform, caller.id(), paging.page, paging.limit).await?;
    Ok(Page::new(listed.items, listed.total, paging))
}

pub(crate) async fn library(cx: Cx, caller: Caller, Query(paging): Query<Paging>) -> Reply<Page<LibraryItem>> {
    let listed = content::library(&cx.platform, caller.id(), paging.page, paging.limit).await?;
    Ok(Page::new(listed.items, listed.total, paging))
}

/// Like [`library`], for clients that look for the items under `data`.
pub(crate) async fn library_alias(cx: Cx, caller: Caller, query: Query<Paging>) -> Reply<Json<Value>> {
    let mut page = json!(library(cx, caller, query).await?);
    if let Some(page) = page.as_object_mut() {
        let items = page.get("items").cloned().unwrap_or_default();
        page.insert("data".to_owned(), items);
    }
    Ok(Json(page))
}
