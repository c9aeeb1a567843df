//! What workerd calls.

use std::sync::OnceLock;

use codex_edge::{Answered, Env, Event, Platform, RawRequest, log, now};
use codex_http::{App, handle};

static APP: OnceLock<App> = OnceLock::new();

#[worker::event(fetch)]
async fn fetch(request: RawRequest, env: Env, event: Event) -> Answered {
    handle(&APP, crate::api, request, &env, event).await
}

/// Every ten minutes: uploads that did not arrive in time.
#[worker::event(scheduled)]
async fn scheduled(_event: worker::ScheduledEvent, env: Env, _context: worker::ScheduleContext) {
    let Ok(now) = now() else { return };
    match codex_content::sweep_uploads(&Platform::from_env(&env), now).await {
        Ok(0) => {}
        Ok(found) => log(&format!("{{\"event\":\"uploads_given_up\",\"found\":{found}}}"), false),
        Err(error) => log(&format!("{{\"event\":\"uploads_given_up\",\"code\":\"{}\"}}", error.code), true),
    }
}
