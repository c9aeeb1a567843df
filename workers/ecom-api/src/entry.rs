//! What workerd calls.

use std::sync::OnceLock;

use codex_edge::{Answered, Env, Event, Platform, RawRequest, log, now};
use codex_http::{App, handle};

static APP: OnceLock<App> = OnceLock::new();

#[worker::event(fetch)]
async fn fetch(request: RawRequest, env: Env, event: Event) -> Answered {
    handle(&APP, crate::api, request, &env, event).await
}

/// Every ten minutes: payments that Stripe took and did not tell us of, what else it told nobody of, refunds that we owe,
/// subscriptions to ask about, people to be taken out of old events, and sales to be added to the sums.
#[worker::event(scheduled)]
async fn scheduled(_event: worker::ScheduledEvent, env: Env, _context: worker::ScheduleContext) {
    let Ok(now) = now() else { return };
    let platform = Platform::from_env(&env);
    note("sweep", codex_commerce::sweep(&platform, now).await);
    note("reconcile", codex_commerce::reconcile(&platform, now).await);
    note("forget", codex_commerce::forget_people(&platform, now).await);
    note("refunds", codex_commerce::make_refunds(&platform, now).await);
    note("subscriptions", codex_commerce::subscriptions::sweep_subscriptions(&platform, now).await);
    note("sums", codex_commerce::fold_sums(&platform).await);
}

fn note(event: &str, done: codex_kernel::Result<usize>) {
    match done {
        Ok(0) => {}
        Ok(found) => log(&format!("{{\"event\":\"{event}\",\"found\":{found}}}"), false),
        Err(error) => log(&format!("{{\"event\":\"{event}\",\"code\":\"{}\"}}", error.code), true),
    }
}
