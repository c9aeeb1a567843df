//! What workerd calls.

use std::sync::OnceLock;

use codex_edge::{Answered, Env, Event, Platform, RawRequest, log, now};
use codex_http::{App, handle};

static APP: OnceLock<App> = OnceLock::new();

#[worker::event(fetch)]
async fn fetch(request: RawRequest, env: Env, event: Event) -> Answered {
    handle(&APP, crate::api, request, &env, event).await
}

/// Every ten minutes: sessions and tokens that have expired.
#[worker::event(scheduled)]
async fn scheduled(_event: worker::ScheduledEvent, env: Env, _context: worker::ScheduleContext) {
    let Ok(now) = now() else { return };
    match codex_identity::sweep(&Platform::from_env(&env), now).await {
        Ok(0) => {}
        Ok(swept) => log(&format!("{{\"event\":\"sweep\",\"deleted\":{swept}}}"), false),
        Err(error) => log(&format!("{{\"event\":\"sweep\",\"code\":\"{}\"}}", error.code), true),
    }
}
