//! What workerd calls.

use std::sync::OnceLock;

use codex_edge::{Env, Event, HttpRequest};
use codex_http::{App, Response, handle};

static APP: OnceLock<App> = OnceLock::new();

#[worker::event(fetch)]
async fn fetch(request: HttpRequest, env: Env, event: Event) -> worker::Result<Response> {
    Ok(handle(&APP, crate::api, request, &env, event).await)
}
