use codex_http::{Api, Limited, Policy, get, post};

use crate::{checkout, purchases, webhooks};

/// Every route of this worker.
pub fn api() -> Api {
    Api::new(
        "ecom-api",
        &["BASE_DOMAIN", "SESSION_SECRET", "WORKER_SHARED_SECRET", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET_BOOKING"],
    )
    .under(Policy::SIGNED_IN.fresh().limited(Limited::Costly), [post("/checkout/create", checkout::create)])
    .under(
        Policy::SIGNED_IN.limited(Limited::Api),
        [get("/checkout/verify", checkout::verify), get("/purchases", purchases::list), get("/purchases/{id}", purchases::read)],
    )
    .under(Policy::SIGNED.limited(Limited::Webhook), [post("/webhooks/stripe/booking", webhooks::booking)])
}
