use codex_http::{Api, Limited, Policy, delete, get, patch, post};

use crate::{deliveries, sending, subscriptions, templates};

const GLOBAL: &str = "/api/templates/global";
const ONE_GLOBAL: &str = "/api/templates/global/{id}";
const CREATOR: &str = "/api/templates/creator";
const ONE_CREATOR: &str = "/api/templates/creator/{id}";
const ORGANIZATION: &str = "/api/templates/organizations/{organizationId}";
const ONE_ORGANIZATION: &str = "/api/templates/organizations/{organizationId}/{id}";

/// Every route of this worker.
pub fn api() -> Api {
    const REQUIRED: &[&str] = &[
        "BASE_DOMAIN",
        "SESSION_SECRET",
        "WORKER_SHARED_SECRET",
        "WEB_APP_URL",
        "NOTIFICATIONS_URL",
        "MAIL_API_URL",
        "MAIL_API_KEY",
        "MAIL_FROM",
        "AUTH_SESSION_KV",
        "RATE_LIMIT_KV",
        "LIMITER",
        "API_LIMIT",
        "MAIL_QUEUE",
    ];
    Api::new("notifications-api", REQUIRED)
        .under(
            Policy::PLATFORM_OWNER.limited(Limited::Api),
            [get(GLOBAL, templates::list), get(ONE_GLOBAL, templates::read), get("/api/deliveries", deliveries::list)],
        )
        .under(
            Policy::PLATFORM_OWNER.fresh().limited(Limited::Costly),
            [post(GLOBAL, templates::create), patch(ONE_GLOBAL, templates::update), delete(ONE_GLOBAL, templates::delete)],
        )
        .under(Policy::CREATOR.limited(Limited::Api), [get(CREATOR, templates::list), get(ONE_CREATOR, templates::read)])
        .under(
            Policy::CREATOR.fresh().limited(Limited::Costly),
            [post(CREATOR, templates::create), patch(ONE_CREATOR, templates::update), delete(ONE_CREATOR, templates::delete)],
        )
        .under(
            Policy::SIGNED_IN.limited(Limited::Api),
            [
                get(ORGANIZATION, templates::list),
                get("/api/templates/organizations/{organizationId}/standard", templates::worded),
                get(ONE_ORGANIZATION, templates::read),
                get("/api/deliveries/organizations/{organizationId}", deliveries::of_organization),
                get("/api/templates/standard", templates::standard),
                post("/api/templates/{id}/preview", templates::preview),
            ],
        )
        .under(
            Policy::SIGNED_IN.fresh().limited(Limited::Costly),
            [
                post(ORGANIZATION, templates::create),
                patch(ONE_ORGANIZATION, templates::update),
                delete(ONE_ORGANIZATION, templates::delete),
                post("/api/templates/{id}/test-send", templates::test_send),
            ],
        )
        // Not limited: one mail provider clicks for all of its users, and a token that is not ours costs no look-up.
        .under(
            Policy::PUBLIC,
            [get("/unsubscribe/{token}", subscriptions::confirm), post("/unsubscribe/{token}", subscriptions::end)],
        )
        .under(Policy::WORKER, [post("/internal/send", sending::send)])
}
