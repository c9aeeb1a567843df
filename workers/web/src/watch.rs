use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Path, RawBody, Reply};
use codex_kernel::{Error, Slug};
use codex_pages::{Frame, Visit, Worker, assets, see_other, with_query};
use futures_util::future::join;
use serde::Deserialize;
use serde_json::Value;

use crate::content::{Content, Progress};

#[derive(Deserialize)]
struct Wrapped {
    data: Playing,
}

#[derive(Deserialize)]
struct Playing {
    content: Content,
    progress: Option<Progress>,
    stream: Stream,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    streaming_url: String,
    /// A still of the film itself.
    poster_url: Option<String>,
}

impl Playing {
    /// What stands there until it plays.
    fn poster(&self) -> Option<String> {
        self.content.thumbnail_url.clone().or_else(|| self.stream.poster_url.clone())
    }
}

#[derive(Template)]
#[template(path = "watch.html")]
struct View {
    content: Content,
    stream: Stream,
    poster: Option<String>,
    /// Where to begin, seconds.
    position: f64,
}

/// The player. Who may not watch this is sent to where it is offered.
pub(crate) async fn show(visit: Visit, Path(slug): Path<String>) -> Reply<Response> {
    let slug = Slug::try_from(slug).map_err(|_| Error::not_found("page"))?;
    let asked = format!("/api/access/storefront/{}/{slug}", visit.tenant()?);
    let (brand, answer) = join(visit.brand(), visit.send(Worker::Content, Method::GET, &asked, &Value::Null)).await;
    let done = match answer? {
        Ok(done) => done,
        Err(refusal) if matches!(refusal.code.as_str(), "ACCESS_DENIED" | "NOT_STREAMABLE") => {
            return Ok(see_other(&format!("/content/{slug}"), [])?);
        }
        Err(refusal) if refusal.code == "MEDIA_NOT_READY" => {
            return Ok(see_other(&with_query(&format!("/content/{slug}"), &[("problem", &refusal.code)]), [])?);
        }
        Err(refusal) => return Err(Error::from(refusal).into()),
    };
    let playing = done.read::<Wrapped>()?.data;
    let poster = playing.poster();
    let Playing { content, progress, stream } = playing;
    let position = progress.filter(|progress| !progress.completed).map_or(0.0, |progress| progress.position_seconds);
    let frame = Frame::new(&visit, brand?, format!("/watch/{slug}")).titled(&content.title).scripted(assets::PLAYER);
    Ok(frame.around(&View { content, stream, poster, position })?.for_one(&visit, StatusCode::OK))
}

/// How far a player is, every few seconds and as its page closes. The content worker reads it.
pub(crate) async fn progress(visit: Visit, RawBody(body): RawBody) -> Reply<Response> {
    Ok(visit.ask(Worker::Content, Method::POST, "/api/user/playback-progress", body).await?)
}
