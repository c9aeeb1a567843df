use codex_http::{Api, Limited, Policy, delete, get, patch, post, put};

use crate::{
    account, notifications,
    organizations::{read, write},
    profile,
};

const ALL: &str = "/api/organizations";
const NOTIFICATIONS: &str = "/api/user/notification-preferences";
const BELOW: &str = "/api/organizations/{*path}";

const REQUIRED: &[&str] = &[
    "BASE_DOMAIN",
    "SESSION_SECRET",
    "WORKER_SHARED_SECRET",
    "ASSETS_URL",
    "AUTH_SESSION_KV",
    "RATE_LIMIT_KV",
    "LIMITER",
    "API_LIMIT",
    "ASSETS_BUCKET",
    "ORGANIZATION_API",
];

/// Every route of this worker. Of organizations, the organization worker limits and decides what a caller may do; who calls is
/// proven here, once, and from the database wherever something may change.
pub fn api() -> Api {
    Api::new("identity-api", REQUIRED)
        .under(
            Policy::SIGNED_IN.limited(Limited::Api),
            [
                get("/api/user/profile", profile::find),
                get("/api/user/preferences", profile::preferences),
                patch("/api/user/preferences", profile::update_preferences),
                get("/api/user/organizations", profile::organizations),
            ],
        )
        .under(
            Policy::SIGNED_IN.fresh().limited(Limited::Costly),
            [
                patch("/api/user/profile", profile::update),
                post("/api/user/avatar", profile::put_avatar),
                delete("/api/user/avatar", profile::delete_avatar),
                get("/api/user/export", account::export),
                delete("/api/user/account", account::delete),
            ],
        )
        .under(Policy::PUBLIC, [get(ALL, read), get(BELOW, read)])
        .under(
            Policy::PUBLIC.fresh(),
            [post(ALL, write), post(BELOW, write), put(BELOW, write), patch(BELOW, write), delete(BELOW, write)],
        )
        .under(
            Policy::SIGNED_IN.limited(Limited::Api),
            [get(NOTIFICATIONS, notifications::read), put(NOTIFICATIONS, notifications::write)],
        )
}
