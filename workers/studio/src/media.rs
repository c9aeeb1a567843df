//! A creator's files: what there is, how far each is, and the way up for more. The files themselves go straight from the browser to R2.

use askama::Template;
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use codex_http::{Form, Path, Paths, Query, RawBody, Reply};
use codex_kernel::{Error, MediaId, Result};
use codex_pages::{Entries, Listed, Pagination, Visit, Worker, assets, see_other, with_query, words};
use futures_util::future::join;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    desk::{Asked, Desk},
    upload,
};

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
struct Job {
    progress: u32,
    step: Option<String>,
    error: Option<String>,
    #[serde(skip)]
    retries_left: u32,
}

/// What the media worker knows of a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    media_id: MediaId,
    retries_left: u32,
    job: Option<Job>,
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
    pages: String,
    /// Whether something changes by itself.
    busy: bool,
    problem: Option<String>,
    /// What is wrong with the file that was sent.
    entries: Entries,
}

/// A page of files, and how far they are, which the media worker knows: it lists them in the same order.
async fn files(visit: &Visit, page: &str) -> Result<(Vec<Media>, Pagination)> {
    let query = |path| with_query(path, &[("page", page), ("limit", "20")]);
    let (files, statuses) = (query("/api/media"), query("/api/transcoding/status"));
    let asked = join(visit.list::<Media>(Worker::Content, &files), visit.list::<Status>(Worker::Media, &statuses)).await;
    let (Listed { mut items, pagination }, statuses) = (asked.0?, asked.1);
    // They are told of as they are without that.
    for Status { media_id, retries_left, job } in statuses.map_or_else(|_| Vec::new(), |statuses| statuses.items) {
        let unfinished = |media: &&mut Media| media.id == media_id && (media.is_busy() || media.has_failed());
        if let Some(media) = items.iter_mut().find(unfinished) {
            media.job = job.map(|job| Job { retries_left, ..job });
        }
    }
    Ok((items, pagination))
}

async fn render(visit: &Visit, asked: &Asked, problem: Option<String>, entries: Entries) -> Result<Response> {
    let page = asked.page();
    let (desk, (media, pagination)) = Desk::open(visit, HERE, |_| files(visit, &page)).await?;
    let desk = desk.after(&asked.done);
    let busy = media.iter().any(Media::is_busy);
    let frame = desk.frame(visit, HERE, "Files").scripted(assets::UPLOAD);
    let frame = if busy { frame.looked_after(LOOKS_AGAIN) } else { frame };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { entries.status() };
    let pages = asked.pages(HERE, &pagination).to_string();
    let view = View { desk, media, pages, busy, problem, entries };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    Ok(render(&visit, &asked, None, Entries::default()).await?)
}

/// Takes a file in one form, from a browser without JavaScript.
pub(crate) async fn send(visit: Visit, request: Request) -> Reply<Response> {
    match upload::send(&visit, request).await? {
        Ok(()) => Ok(see_other(&format!("{HERE}?done=arrived"), [])?),
        Err(refusal) => {
            let file = [("file".to_owned(), String::new())].into_iter().collect();
            Ok(render(&visit, &Asked::default(), None, Entries::refused(file, refusal)?).await?)
        }
    }
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
        Err(refusal) if refusal.is_about_state() => {
            Ok(render(&visit, &Asked::default(), Some(refusal.message), Entries::default()).await?)
        }
        Err(refusal) => Err(Error::from(refusal).into()),
    }
}
