use codex_http::{Api, Limited, Policy, delete, get, patch, post, put};

use crate::{followers, invitations, members, organizations, settings, tiers};

const REQUIRED: &[&str] = &[
    "BASE_DOMAIN",
    "SESSION_SECRET",
    "WORKER_SHARED_SECRET",
    "WEB_APP_URL",
    "ASSETS_URL",
    "IMAGE_TRANSFORMATIONS",
    "AUTH_SESSION_KV",
    "RATE_LIMIT_KV",
    "CACHE_KV",
    "LIMITER",
    "API_LIMIT",
    "ASSETS_BUCKET",
    "MAIL_QUEUE",
];

/// Every route of this worker. What somebody may do in an organization is their role in it, which the statement of the use case
/// reads: a role taken away is gone with the next request.
pub fn api() -> Api {
    Api::new("organization-api", REQUIRED)
        .under(
            Policy::PUBLIC.limited(Limited::Api),
            [
                get("/api/organizations", organizations::list),
                get("/api/organizations/{id}", organizations::by_id),
                get("/api/organizations/slug/{slug}", organizations::by_slug),
                get("/api/organizations/check-slug/{slug}", organizations::check_slug),
                get("/api/organizations/{id}/followers/count", followers::count),
                post("/api/organizations/invitations/decline", invitations::decline),
                get("/api/organizations/{id}/tiers", tiers::list),
                get("/api/organizations/{id}/tiers/{tier_id}", tiers::read),
            ],
        )
        .under(
            Policy::SIGNED_IN.limited(Limited::Api),
            [
                get("/api/organizations/my-organizations", organizations::mine),
                get("/api/organizations/followed", followers::list),
                get("/api/organizations/{id}/desk", organizations::desk),
                get("/api/organizations/{id}/members", members::list),
                get("/api/organizations/{id}/members/my-membership", members::my_membership),
                get("/api/organizations/{id}/invitations", invitations::list),
                get("/api/organizations/{id}/followers/me", followers::me),
                post("/api/organizations/{id}/followers", followers::follow),
                delete("/api/organizations/{id}/followers", followers::unfollow),
                get("/api/organizations/{id}/settings", settings::all),
                get("/api/organizations/{id}/settings/branding", settings::branding),
                get("/api/organizations/{id}/settings/contact", settings::contact),
                get("/api/organizations/{id}/settings/features", settings::features),
            ],
        )
        .under(
            Policy::SIGNED_IN.fresh().limited(Limited::Costly),
            [
                post("/api/organizations", organizations::create),
                patch("/api/organizations/{id}", organizations::update),
                delete("/api/organizations/{id}", organizations::delete),
                post("/api/organizations/{id}/restore", organizations::restore),
                post("/api/organizations/{id}/transfer", organizations::transfer),
                post("/api/organizations/{id}/members", invitations::invite),
                post("/api/organizations/{id}/members/invite", invitations::invite),
                patch("/api/organizations/{id}/members/{user_id}", members::change_role),
                delete("/api/organizations/{id}/members/{user_id}", members::remove),
                post("/api/organizations/{id}/leave", members::leave),
                post("/api/organizations/{id}/invitations/{invitation_id}/resend", invitations::resend),
                delete("/api/organizations/{id}/invitations/{invitation_id}", invitations::revoke),
                post("/api/organizations/invitations/accept", invitations::accept),
                patch("/api/organizations/{id}/settings", settings::update),
                put("/api/organizations/{id}/settings/branding", settings::replace_branding),
                put("/api/organizations/{id}/settings/contact", settings::replace_contact),
                put("/api/organizations/{id}/settings/features", settings::replace_features),
                post("/api/organizations/{id}/settings/branding/logo", settings::put_logo),
                delete("/api/organizations/{id}/settings/branding/logo", settings::delete_logo),
                post("/api/organizations/{id}/tiers", tiers::create),
                patch("/api/organizations/{id}/tiers/{tier_id}", tiers::update),
                delete("/api/organizations/{id}/tiers/{tier_id}", tiers::archive),
            ],
        )
}
