//! What workerd calls.

use std::sync::OnceLock;

use codex_edge::{Answered, Env, Event, Platform, RawRequest, log, now};
use codex_http::{App, handle};
use codex_kernel::Result;
use codex_transcoding::{give_up_silent, hand_over, start_forgotten, sweep_objects};

static APP: OnceLock<App> = OnceLock::new();

#[worker::event(fetch)]
async fn fetch(request: RawRequest, env: Env, event: Event) -> Answered {
    handle(&APP, crate::api, request, &env, event).await
}

/// Every minute: files that nobody told us of, jobs that the transcoder did not take, those it says nothing of, and a page of the
/// bucket. Mail that follows is found by its own schedule.
#[worker::event(scheduled)]
async fn scheduled(_event: worker::ScheduledEvent, env: Env, _context: worker::ScheduleContext) {
    let Ok(now) = now() else { return };
    let platform = Platform::from_env(&env);
    note("transcoding_found", start_forgotten(&platform, now).await);
    note("transcoding_handed_over", hand_over(&platform, now).await);
    note("transcoding_silent", give_up_silent(&platform, now).await);
    note("orphans_deleted", sweep_objects(&platform, now).await);
}

fn note(event: &str, done: Result<usize>) {
    match done {
        Ok(0) => {}
        Ok(found) => log(&format!("{{\"event\":\"{event}\",\"found\":{found}}}"), false),
        Err(error) => log(&format!("{{\"event\":\"{event}\",\"code\":\"{}\"}}", error.code), true),
    }
}
