use std::sync::OnceLock;

use codex_edge::{Answered, Background, Env, Event, Platform, RawRequest, answer, log, now, receive};

use crate::{Api, App, serve};

/// Answers one `fetch` event. The application is built at the isolate's first request and kept.
pub async fn handle(app: &'static OnceLock<App>, api: fn() -> Api, request: RawRequest, env: &Env, event: Event) -> Answered {
    let app = app.get_or_init(|| App::new(api(), Platform::from_env(env)));
    answer(serve(app, receive(&request)?, Background::new(event), now().unwrap_or_default(), log).await).await
}
