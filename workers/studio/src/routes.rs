use codex_http::{Api, Policy, get, post};
use codex_pages::failure_page;

use crate::{branding, content, customers, dashboard, mails, media, members, sales, settings, tiers, works};

const REQUIRED: &[&str] = &[
    "BASE_DOMAIN",
    "SESSION_SECRET",
    "WORKER_SHARED_SECRET",
    "WEB_APP_URL",
    "CONTENT_API_URL",
    "AUTH_SESSION_KV",
    "CACHE_KV",
    "ADMIN_API",
    "CONTENT_API",
    "ECOM_API",
    "MEDIA_API",
    "NOTIFICATIONS_API",
    "ORGANIZATION_API",
];

/// Every page. What a page asks the other workers is limited there, where it costs, and what somebody may do in a tenant is decided
/// there; who asks is proven here, once, and from the database wherever those want that. A form is shown and sent under one address.
pub fn api() -> Api {
    Api::new("studio", REQUIRED)
        .for_people(failure_page)
        .under(
            Policy::CREATOR,
            [
                get("/studio", dashboard::show),
                get("/studio/content", works::list),
                get("/studio/new", content::new),
                post("/studio/new", content::create),
                get("/studio/content/{id}", content::edit),
                post("/studio/content/{id}", content::save),
                post("/studio/content/preview", content::preview),
                post("/studio/content/{id}/picture", content::set_picture),
                post("/studio/content/{id}/{action}", content::act),
                get("/studio/media", media::show),
                post("/studio/media", media::start),
                post("/studio/media/send", media::send),
                post("/studio/media/{id}/parts", media::parts),
                post("/studio/media/{id}/complete", media::complete),
                post("/studio/media/{id}/{action}", media::act),
                get("/studio/sales", sales::show),
                get("/studio/sales.csv", sales::file),
                get("/studio/customers", customers::list),
                get("/studio/customers/{id}", customers::show),
                get("/studio/tiers", tiers::list),
                get("/studio/tiers/{id}", tiers::edit),
                get("/studio/subscribers", tiers::subscribers),
                get("/studio/members", members::list),
                get("/studio/mails", mails::list),
                get("/studio/mails/{name}", mails::edit),
                get("/studio/mails/preview/{id}", mails::preview),
                get("/studio/settings", settings::general),
                get("/studio/settings/branding", branding::show),
                get("/studio/settings/branding/preview", branding::current),
                post("/studio/settings/branding/preview", branding::preview),
                get("/studio/settings/contact", settings::contact),
                get("/studio/settings/features", settings::features),
            ],
        )
        .under(
            Policy::CREATOR.fresh(),
            [
                post("/studio/customers/{id}/grants", customers::grant),
                post("/studio/customers/{id}/grants/{content}", customers::revoke),
                post("/studio/tiers", tiers::create),
                post("/studio/tiers/{id}", tiers::save),
                post("/studio/tiers/{id}/{action}", tiers::act),
                post("/studio/members", members::invite),
                post("/studio/members/leave", members::leave),
                post("/studio/members/{id}/{action}", members::member),
                post("/studio/invitations/{id}/{action}", members::invitation),
                post("/studio/mails/{name}", mails::save),
                post("/studio/mails/{name}/test", mails::test),
                post("/studio/mails/{name}/restore", mails::restore),
                post("/studio/settings", settings::save_general),
                post("/studio/settings/delete", settings::delete),
                post("/studio/settings/branding", branding::save),
                post("/studio/settings/branding/logo", branding::set_logo),
                post("/studio/settings/branding/logo/remove", branding::remove_logo),
                post("/studio/settings/contact", settings::save_contact),
                post("/studio/settings/features", settings::save_features),
            ],
        )
}
