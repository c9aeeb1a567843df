use codex_http::{Api, Limited, Policy, get, post};

use crate::organizations;

/// Every route of this worker.
pub fn api() -> Api {
    Api::new("organization-api", &["BASE_DOMAIN", "SESSION_SECRET", "WORKER_SHARED_SECRET"])
        .under(Policy::SIGNED_IN.fresh().limited(Limited::Costly), [post("/api/organizations", organizations::create)])
        .under(Policy::SIGNED_IN.limited(Limited::Api), [get("/api/organizations/my-organizations", organizations::mine)])
        .under(
            Policy::PUBLIC.limited(Limited::Api),
            [
                get("/api/organizations/{id}", organizations::by_id),
                get("/api/organizations/slug/{slug}", organizations::by_slug),
                get("/api/organizations/check-slug/{slug}", organizations::check_slug),
            ],
        )
}
