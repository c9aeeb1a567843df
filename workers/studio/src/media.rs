//! A creator's files: what there is, and the way up for more. The files themselves go straight from the browser to R2.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use codex_http::{Path, Query, RawBody, Reply};
use codex_kernel::MediaId;
use codex_pages::{Frame, Listed, Pagination, Section, Visit, Worker, assets, first, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

/// Which page of one's files.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Asked {
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Media {
    title: String,
    media_type: String,
    status: String,
    duration_seconds: Option<f64>,
}

impl Media {
    fn state(&self) -> &'static str {
        match self.status.as_str() {
            "uploading" => "Arriving",
            "ready" => "Ready",
            "failed" => "Failed",
            _ => "Being prepared",
        }
    }

    fn kind(&self) -> &'static str {
        if self.media_type == "audio" { "Audio" } else { "Video" }
    }

    fn length(&self) -> Option<String> {
        self.duration_seconds.filter(|seconds| *seconds >= 1.0).map(words::length)
    }
}

#[derive(Template)]
#[template(path = "media.html")]
struct View {
    media: Vec<Media>,
    pagination: Pagination,
    /// Whether something changes by itself.
    busy: bool,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    visit.tenant()?;
    let query = with_query("/api/media", &[("page", &asked.page.to_string()), ("limit", "20")]);
    let (brand, Listed { items, pagination }) =
        try_join(visit.brand(), visit.get::<Listed<Media>>(Worker::Content, &query)).await?;
    let busy = items.iter().any(|media| matches!(media.status.as_str(), "uploaded" | "transcoding"));
    let frame = Frame::new(&visit, brand, "/studio/media").titled("Files").in_section(Section::Studio).scripted(assets::UPLOAD);
    Ok(frame.around(&View { media: items, pagination, busy })?.for_one(&visit, StatusCode::OK))
}

/// Announces a file; the answer says where to send it.
pub(crate) async fn start(visit: Visit, RawBody(body): RawBody) -> Reply<Response> {
    Ok(visit.ask(Worker::Content, Method::POST, "/api/media", body).await?)
}

/// Tells of parts that arrived, and asks where the next ones go.
pub(crate) async fn parts(visit: Visit, Path(id): Path<MediaId>, RawBody(body): RawBody) -> Reply<Response> {
    Ok(visit.ask(Worker::Content, Method::POST, &format!("/api/media/{id}/parts"), body).await?)
}

/// Says that all of a file has arrived.
pub(crate) async fn complete(visit: Visit, Path(id): Path<MediaId>) -> Reply<Response> {
    Ok(visit.ask(Worker::Content, Method::POST, &format!("/api/media/{id}/upload-complete"), Bytes::new()).await?)
}
