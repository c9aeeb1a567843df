use codex_http::{Api, Limited, Policy, get, post};

use crate::{checkout, purchases, subscriptions, webhooks};

/// Every route of this worker.
pub fn api() -> Api {
    Api::new(
        "ecom-api",
        &[
            "BASE_DOMAIN",
            "SESSION_SECRET",
            "WORKER_SHARED_SECRET",
            "STRIPE_SECRET_KEY",
            "STRIPE_WEBHOOK_SECRET_BOOKING",
            "STRIPE_WEBHOOK_SECRET_PAYMENT",
            "STRIPE_WEBHOOK_SECRET_SUBSCRIPTION",
            "STRIPE_WEBHOOK_SECRET_CUSTOMER",
            "STRIPE_WEBHOOK_SECRET_CONNECT",
            "STRIPE_WEBHOOK_SECRET_DISPUTE",
            "AUTH_SESSION_KV",
            "RATE_LIMIT_KV",
            "LIMITER",
            "API_LIMIT",
            "WEBHOOK_LIMIT",
            "MAIL_QUEUE",
        ],
    )
    .under(
        Policy::SIGNED_IN.fresh().limited(Limited::Costly),
        [
            post("/checkout/create", checkout::create),
            post("/checkout/portal-session", checkout::portal),
            post("/subscriptions/checkout", subscriptions::checkout),
            post("/subscriptions/{id}/change", subscriptions::change),
            post("/subscriptions/{id}/change-preview", subscriptions::preview_change),
            post("/subscriptions/{id}/cancel", subscriptions::cancel),
            post("/subscriptions/{id}/resume", subscriptions::resume),
        ],
    )
    .under(
        Policy::SIGNED_IN.limited(Limited::Api),
        [
            get("/checkout/verify", checkout::verify),
            get("/purchases", purchases::list),
            get("/purchases/{id}", purchases::read),
            get("/purchases.csv", purchases::export),
            get("/sales", purchases::sales),
            get("/sales.csv", purchases::export_sales),
            get("/subscriptions", subscriptions::list),
            get("/subscriptions/{id}", subscriptions::read),
            get("/subscriptions/verify", subscriptions::verify),
            get("/subscribers", subscriptions::subscribers),
        ],
    )
    .under(
        Policy::SIGNED.limited(Limited::Webhook),
        [
            post("/webhooks/stripe/booking", webhooks::booking),
            post("/webhooks/stripe/payment", webhooks::payment),
            post("/webhooks/stripe/subscription", webhooks::subscription),
            post("/webhooks/stripe/customer", webhooks::customer),
            post("/webhooks/stripe/connect", webhooks::connect),
            post("/webhooks/stripe/dispute", webhooks::dispute),
        ],
    )
}
