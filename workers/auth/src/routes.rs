use codex_http::{Api, Limited, Policy, delete, get, post};

use crate::{accounts, email_change, passwords, sessions};

const REQUIRED: &[&str] = &[
    "BASE_DOMAIN",
    "SESSION_SECRET",
    "WORKER_SHARED_SECRET",
    "AUTH_URL",
    "WEB_APP_URL",
    "AUTH_SESSION_KV",
    "RATE_LIMIT_KV",
    "LIMITER",
    "API_LIMIT",
    "MAIL_QUEUE",
    "HASHER",
];

/// Every route of this worker.
pub fn api() -> Api {
    Api::new("auth", REQUIRED)
        .under(
            Policy::PUBLIC.limited(Limited::Register),
            [post("/api/auth/email/register", accounts::register), post("/api/auth/sign-up/email", accounts::register)],
        )
        .under(
            Policy::PUBLIC.limited(Limited::Login),
            [post("/api/auth/email/login", sessions::log_in), post("/api/auth/sign-in/email", sessions::log_in)],
        )
        .under(
            Policy::PUBLIC.limited(Limited::Mail),
            [
                post("/api/auth/email/send-verification-email", accounts::send_verification),
                post("/api/auth/send-verification-email", accounts::send_verification),
                post("/api/auth/email/send-reset-password-email", passwords::request_reset),
                post("/api/auth/request-password-reset", passwords::request_reset),
            ],
        )
        .under(
            Policy::PUBLIC.limited(Limited::Costly),
            [post("/api/auth/email/reset-password", passwords::reset), post("/api/auth/reset-password", passwords::reset)],
        )
        .under(
            Policy::PUBLIC.limited(Limited::Api),
            [
                get("/api/auth/verify-email", accounts::verify_by_link),
                post("/api/auth/verify-email", accounts::verify),
                post("/api/auth/email/verify-email", accounts::verify),
                get("/api/auth/change-email/approve", email_change::approve_by_link),
                post("/api/auth/change-email/approve", email_change::approve),
                get("/api/auth/change-email/confirm", email_change::confirm_by_link),
                post("/api/auth/change-email/confirm", email_change::confirm),
                get("/api/auth/get-session", sessions::peek),
                post("/api/auth/signout", sessions::sign_out),
                post("/api/auth/sign-out", sessions::sign_out),
            ],
        )
        .under(Policy::SIGNED_IN, [get("/api/auth/session", sessions::current)])
        .under(
            Policy::SIGNED_IN.fresh().limited(Limited::Api),
            [
                get("/api/auth/sessions", sessions::devices),
                delete("/api/auth/sessions", sessions::end_others),
                delete("/api/auth/sessions/{id}", sessions::end),
            ],
        )
        .under(Policy::SIGNED_IN.fresh().limited(Limited::Costly), [post("/api/auth/change-password", passwords::change)])
        .under(Policy::SIGNED_IN.fresh().verified().limited(Limited::Costly), [post("/api/auth/change-email", email_change::ask)])
}
