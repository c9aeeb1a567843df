use codex_http::{Api, Limited, Policy, get, post};

use crate::{jobs, webhook};

/// Every route of this worker.
pub fn api() -> Api {
    const REQUIRED: &[&str] = &[
        "BASE_DOMAIN",
        "SESSION_SECRET",
        "WORKER_SHARED_SECRET",
        "TRANSCODING_WEBHOOK_SECRET",
        "TRANSCODER_URL",
        "MEDIA_API_URL",
        "R2_BUCKET_NAME",
        "R2_ACCESS_KEY_ID",
        "R2_SECRET_ACCESS_KEY",
        "AUTH_SESSION_KV",
        "RATE_LIMIT_KV",
        "LIMITER",
        "COORDINATOR",
        "API_LIMIT",
        "WEBHOOK_LIMIT",
        "MEDIA_BUCKET",
        "MAIL_QUEUE",
    ];
    Api::new("media-api", REQUIRED)
        .under(
            Policy::CREATOR.limited(Limited::Api),
            [get("/api/transcoding/status", jobs::list), get("/api/transcoding/status/{id}", jobs::status)],
        )
        .under(Policy::CREATOR.limited(Limited::Costly), [post("/api/transcoding/retry/{id}", jobs::retry)])
        .under(Policy::SIGNED.limited(Limited::Webhook), [post("/api/transcoding/webhook", webhook::webhook)])
        .under(Policy::WORKER, [post("/internal/media/{id}/transcode", jobs::transcode)])
}
