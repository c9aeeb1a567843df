use codex_http::{Api, Limited, Policy, get, post};
use codex_pages::failure_page;

use crate::{
    account, checkout, content, creators, feeds, following, home, library, membership, organizations, recovery, sign_in, studio,
    subscriptions, watch,
};

const REQUIRED: &[&str] = &[
    "BASE_DOMAIN",
    "SESSION_SECRET",
    "WORKER_SHARED_SECRET",
    "WEB_APP_URL",
    "CONTENT_API_URL",
    "AUTH_SESSION_KV",
    "CACHE_KV",
    "API_LIMIT",
    "AUTH",
    "CONTENT_API",
    "ECOM_API",
    "IDENTITY_API",
    "ORGANIZATION_API",
    "STUDIO",
];

/// Where creators work; these pages are another worker's.
const STUDIO: &str = "/studio";
const BELOW: &str = "/studio/{*path}";

/// Every page. What a page asks the other workers is limited there, where it costs; who asks is proven here, once, and from the
/// database wherever those want that. A form is shown and sent under one address.
pub fn api() -> Api {
    Api::new("web", REQUIRED)
        .for_people(failure_page)
        .under(
            Policy::PUBLIC,
            [
                get("/", home::home),
                get("/content/{slug}", content::show),
                get("/membership", membership::show),
                get("/creators", creators::show),
                get("/verified", recovery::verified),
                get("/verify", recovery::verify),
                post("/verify", recovery::send_verification),
                get("/forgot-password", recovery::forgot),
                post("/forgot-password", recovery::request_reset),
                get("/reset-password", recovery::reset_form),
                post("/reset-password", recovery::reset),
                post("/login", sign_in::log_in),
                post("/register", sign_in::register),
                post("/sign-out", sign_in::sign_out),
                get("/robots.txt", feeds::robots),
                get("/sitemap.xml", feeds::sitemap),
                get("/feed.xml", feeds::feed),
                get("/icon.svg", feeds::icon),
                get("/organizations/check/{slug}", organizations::check),
                get("/invitations", organizations::invitation),
                post("/invitations/decline", organizations::decline),
            ],
        )
        .under(Policy::PUBLIC.fresh().limited(Limited::Api), [get("/login", sign_in::login), get("/register", sign_in::join)])
        .under(
            Policy::SIGNED_IN,
            [
                get("/watch/{slug}", watch::show),
                post("/progress", watch::progress),
                get("/library", library::show),
                get("/checkout/return", checkout::returned),
                get("/membership/return", membership::returned),
                post("/following", following::set),
                get("/account", account::profile),
                get("/account/password", account::password),
                get("/account/purchases", account::purchases),
                get("/account/subscriptions", subscriptions::list),
                get("/account/subscriptions/{id}", subscriptions::plans),
                get("/account/following", following::list),
                get("/account/data", account::data),
                get("/organizations", organizations::mine),
                post("/account/mail", account::save_mail),
            ],
        )
        .under(
            Policy::SIGNED_IN.fresh(),
            [
                post("/content/{slug}/buy", content::buy),
                post("/membership", membership::subscribe),
                post("/account/subscriptions/{id}/cancel", subscriptions::cancel),
                post("/account/subscriptions/{id}/resume", subscriptions::resume),
                post("/account/subscriptions/{id}/change", subscriptions::change),
                post("/account/billing", subscriptions::billing),
                post("/account", account::save_profile),
                post("/account/password", account::change_password),
                get("/account/devices", account::devices),
                post("/account/devices", account::end_others),
                post("/account/devices/{id}", account::end_device),
                get("/account/export", account::export),
                post("/account/delete", account::delete),
                post("/organizations", organizations::open),
                post("/invitations/accept", organizations::accept),
            ],
        )
        .under(
            Policy::PASSED_ON,
            [get(STUDIO, studio::ask), post(STUDIO, studio::ask), get(BELOW, studio::ask), post(BELOW, studio::ask)],
        )
}
