use codex_http::{Api, Policy, get, post};
use codex_pages::failure_page;

use crate::{content, media};

const REQUIRED: &[&str] = &["BASE_DOMAIN", "SESSION_SECRET", "WORKER_SHARED_SECRET", "WEB_APP_URL", "CONTENT_API_URL"];

/// Every page. What a page asks the other workers is limited there, where it costs, and what somebody may do in a tenant is decided
/// there; who asks is proven here, once. A form is shown and sent under one address.
pub fn api() -> Api {
    Api::new("studio", REQUIRED).for_people(failure_page).under(
        Policy::CREATOR,
        [
            get("/studio", content::works),
            get("/studio/new", content::new),
            post("/studio/new", content::create),
            get("/studio/media", media::show),
            post("/studio/media", media::start),
            post("/studio/media/{id}/parts", media::parts),
            post("/studio/media/{id}/complete", media::complete),
            get("/studio/content/{id}", content::edit),
            post("/studio/content/{id}", content::save),
            post("/studio/content/{id}/{action}", content::act),
        ],
    )
}
