//! What workerd calls.

use std::sync::OnceLock;

use codex_edge::{Answered, Env, Event, RawRequest};
use codex_http::{App, handle};

static APP: OnceLock<App> = OnceLock::new();

#[worker::event(fetch)]
async fn fetch(request: RawRequest, env: Env, event: Event) -> Answered {
    handle(&APP, crate::api, request, &env, event).await
}
