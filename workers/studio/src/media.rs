//! A creator's files: what there is, how far each is, and the way up for more. The files themselves go straight from the browser to R2.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use codex_http::{Form, Path, Paths, Query, RawBody, Reply};
use codex_kernel::{Error, MediaId, Result};
use codex_pages::{Listed, Pagination, Visit, Worker, assets, see_other, with_query, words};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::Value;

use crate::desk::{Desk, Leafing};

const HERE: &str = "/studio/media";
/// How often a page looks how far its files are where no script does, seconds.
const LOOKS_AGAIN: u32 = 15;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Media {
    id: MediaId,
    title: String,
    media_type: String,
    status: String,
    duration_seconds: Option<f64>,
    file_size_bytes: u64,
    /// How its transcoding stands, where it is under way or failed.
    #[serde(skip)]
    job: Option<Job>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    progress: u32,
    step: Option<String>,
    error: Option<String>,
    retries_left: u32,
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

    fn size(&self) -> String {
        words::size(self.file_size_bytes)
    }

    fn is_busy(&self) -> bool {
        matches!(self.status.as_str(), "uploaded" | "transcoding")
    }

    fn has_failed(&self) -> bool {
        self.status == "failed"
    }
}

#[derive(Template)]
#[template(path = "media.html")]
struct View {
    desk: Desk,
    media: Vec<Media>,
    pagination: Pagination,
    /// Whether something changes by itself.
    busy: bool,
    problem: Option<String>,
}

/// A page of files; those that are not ready with how far they are, which the media worker knows.
async fn files(visit: &Visit, page: &str) -> Result<(Vec<Media>, Pagination)> {
    let query = with_query("/api/media", &[("page", page), ("limit", "20")]);
    let Listed { mut items, pagination } = visit.list::<Media>(Worker::Content, &query).await?;
    join_all(items.iter_mut().filter(|media| media.is_busy() || media.has_failed()).map(|media| async {
        let status = format!("/api/transcoding/status/{}", media.id);
        // It is told as it is without that.
        media.job = visit.one::<Job>(Worker::Media, &status).await.ok();
    }))
    .await;
    Ok((items, pagination))
}

async fn render(visit: &Visit, asked: &Leafing, problem: Option<String>) -> Result<Response> {
    let page = asked.page();
    let (desk, (media, pagination)) = Desk::open(visit, HERE, |_| files(visit, &page)).await?;
    let desk = desk.after(&asked.done);
    let busy = media.iter().any(Media::is_busy);
    let frame = desk.frame(visit, HERE, "Files").scripted(assets::UPLOAD);
    let frame = if busy { frame.looked_after(LOOKS_AGAIN) } else { frame };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = View { desk, media, pagination, busy, problem };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Leafing>) -> Reply<Response> {
    Ok(render(&visit, &asked, None).await?)
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

/// Has a file prepared once more, or deletes it.
pub(crate) async fn act(visit: Visit, Paths(id, action): Paths<MediaId, String>, _form: Form) -> Reply<Response> {
    let (worker, method, path, done) = match action.as_str() {
        "retry" => (Worker::Media, Method::POST, format!("/api/transcoding/retry/{id}"), "retried"),
        "delete" => (Worker::Content, Method::DELETE, format!("/api/media/{id}"), "deleted"),
        _ => return Err(Error::not_found("page").into()),
    };
    match visit.send(worker, method, &path, &Value::Null).await? {
        Ok(_) => Ok(see_other(&format!("{HERE}?done={done}"), [])?),
        Err(refusal) if refusal.is_about_state() => Ok(render(&visit, &Leafing::default(), Some(refusal.message)).await?),
        Err(refusal) => Err(Error::from(refusal).into()),
    }
}
