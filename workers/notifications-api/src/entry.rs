//! What workerd calls.

use std::sync::OnceLock;

use codex_edge::{Answered, Env, Event, Platform, RawRequest, log, now};
use codex_http::{App, handle};
use codex_notifications::Delivered;

static APP: OnceLock<App> = OnceLock::new();

#[worker::event(fetch)]
async fn fetch(request: RawRequest, env: Env, event: Event) -> Answered {
    handle(&APP, crate::api, request, &env, event).await
}

/// Somebody caused a mail. However many messages say so, the outbox says which; where it cannot be asked they come again.
#[worker::event(queue)]
async fn queue(batch: worker::MessageBatch<()>, env: Env, _event: Event) -> worker::Result<()> {
    if !deliver(&env).await {
        batch.retry_all();
    }
    Ok(())
}

/// Every minute: what could not be sent before, what no message told of, and what is old enough to be forgotten.
#[worker::event(scheduled)]
async fn scheduled(_event: worker::ScheduledEvent, env: Env, _context: worker::ScheduleContext) {
    deliver(&env).await;
    if let Ok(now) = now() {
        // What is not forgotten now is next time.
        let _ = codex_notifications::forget(&Platform::from_env(&env), now).await;
    }
}

/// Sends what is due; whether the outbox could be asked.
async fn deliver(env: &Env) -> bool {
    let Ok(now) = now() else { return false };
    match codex_notifications::deliver(&Platform::from_env(env), now).await {
        Ok(done) => {
            if done != Delivered::default() {
                log(
                    &serde_json::json!({ "event": "outbox", "worker": "notifications-api", "done": done }).to_string(),
                    done.failed > 0,
                );
            }
            true
        }
        Err(error) => {
            log(&serde_json::json!({ "event": "outbox", "worker": "notifications-api", "code": error.code }).to_string(), true);
            false
        }
    }
}
