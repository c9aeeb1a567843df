use std::sync::OnceLock;

use axum::{body::Body, response::Response};
use codex_edge::{Background, Env, Event, HttpRequest, Platform, log, now};

use crate::{Api, App, serve};

/// Answers one `fetch` event. The application is built at the isolate's first request and kept.
pub async fn handle(app: &'static OnceLock<App>, api: fn() -> Api, request: HttpRequest, env: &Env, event: Event) -> Response {
    let app = app.get_or_init(|| App::new(api(), Platform::from_env(env)));
    serve(app, request.map(Body::new), Background::new(event), now().unwrap_or_default(), log).await
}
