use codex_http::{Api, Limited, Policy, delete, get, post, put};

use crate::{activity, analytics, content, customers, fees};

const GRANT: &str = "/api/admin/customers/{id}/grant-access/{contentId}";
const OF_ORGANIZATION: &str = "/api/admin/fees/organizations/{organizationId}";

const REQUIRED: &[&str] = &[
    "BASE_DOMAIN",
    "SESSION_SECRET",
    "WORKER_SHARED_SECRET",
    "AUTH_SESSION_KV",
    "RATE_LIMIT_KV",
    "CACHE_KV",
    "LIMITER",
    "API_LIMIT",
];

/// Every route of this worker. Whether the caller manages what they ask about is read where it is answered.
pub fn api() -> Api {
    Api::new("admin-api", REQUIRED)
        .under(
            Policy::SIGNED_IN.limited(Limited::Api),
            [
                get("/api/admin/analytics/revenue", analytics::revenue),
                get("/api/admin/analytics/customers", analytics::customers),
                get("/api/admin/analytics/top-content", analytics::top_content),
                get("/api/admin/analytics/content-performance", analytics::content_performance),
                get("/api/admin/analytics/dashboard-stats", analytics::dashboard),
                get("/api/admin/analytics/dashboard", analytics::overview),
                get("/api/admin/activity", activity::list),
                get("/api/admin/content", content::list),
                get("/api/admin/customers", customers::list),
                get("/api/admin/customers/{id}", customers::find),
            ],
        )
        .under(
            Policy::SIGNED_IN.fresh().limited(Limited::Costly),
            [
                post("/api/admin/content/{id}/publish", content::publish),
                post("/api/admin/content/{id}/unpublish", content::unpublish),
                post(GRANT, customers::grant),
                delete(GRANT, customers::revoke),
            ],
        )
        .under(
            Policy::PLATFORM_OWNER.limited(Limited::Api),
            [
                get("/api/admin/fees", fees::platform),
                get("/api/admin/fees/organizations", fees::list),
                get("/api/admin/fees/changes", fees::changes),
            ],
        )
        .under(
            Policy::PLATFORM_OWNER.fresh().limited(Limited::Costly),
            [put("/api/admin/fees", fees::set), put(OF_ORGANIZATION, fees::set_own), delete(OF_ORGANIZATION, fees::remove_own)],
        )
}
