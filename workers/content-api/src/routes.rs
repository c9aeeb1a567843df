use codex_http::{Api, Limited, Policy, delete, get, patch, post, put};

use crate::{access, content, media, storefront, thumbnail};

/// Every route of this worker.
pub fn api() -> Api {
    Api::new(
        "content-api",
        &[
            "BASE_DOMAIN",
            "SESSION_SECRET",
            "WORKER_SHARED_SECRET",
            "CONTENT_API_URL",
            "R2_BUCKET_NAME",
            "R2_ACCESS_KEY_ID",
            "R2_SECRET_ACCESS_KEY",
            "AUTH_SESSION_KV",
            "RATE_LIMIT_KV",
            "CACHE_KV",
            "LIMITER",
            "API_LIMIT",
            "STREAMING_LIMIT",
            "MEDIA_BUCKET",
            "MEDIA_API",
        ],
    )
    .under(
        Policy::PUBLIC.limited(Limited::Api),
        [
            get("/api/content", content::list),
            get("/api/content/public", content::list_public),
            get("/api/content/discover", content::discover),
            get("/api/content/facets", content::facets),
            get("/api/content/{id}", content::find),
            get("/api/content/{id}/list", content::list_of_creator),
            get("/api/content/{id}/thumbnail", thumbnail::show),
            get("/api/content/storefront", storefront::list),
            get("/api/content/storefront/{organization}/{slug}", storefront::show),
        ],
    )
    .under(
        Policy::CREATOR.limited(Limited::Costly),
        [
            post("/api/content", content::create),
            post("/api/content/{id}/thumbnail", thumbnail::start),
            post("/api/media", media::create),
            post("/api/media/{id}/package", media::package),
        ],
    )
    .under(
        Policy::CREATOR.limited(Limited::Api),
        [
            patch("/api/content/{id}", content::update),
            delete("/api/content/{id}", content::delete),
            post("/api/content/{id}/publish", content::publish),
            post("/api/content/{id}/unpublish", content::unpublish),
            post("/api/content/{id}/archive", content::archive),
            put("/api/content/{id}/thumbnail", thumbnail::keep),
            get("/api/media", media::list),
            get("/api/media/{id}", media::find),
            patch("/api/media/{id}", media::update),
            delete("/api/media/{id}", media::delete),
            post("/api/media/{id}/parts", media::parts),
            post("/api/media/{id}/upload-complete", media::upload_complete),
        ],
    )
    .under(
        Policy::SIGNED_IN.limited(Limited::Streaming),
        [
            get("/api/access/content/{id}/stream", access::stream),
            get("/api/access/streaming-url/{id}", access::stream),
            get("/api/access/storefront/{organization}/{slug}", storefront::play),
        ],
    )
    // The token in the path was made for somebody with access, who is counted and looked up again; players send no cookie.
    .under(Policy::PUBLIC, [get("/api/access/play/{token}/{*path}", access::play)])
    .under(
        Policy::SIGNED_IN.limited(Limited::Api),
        [
            get("/api/access/content/{id}/progress", access::progress),
            post("/api/access/content/{id}/progress", access::save_progress),
            get("/api/access/playback-progress/{id}", access::progress),
            post("/api/access/playback-progress/{id}", access::save_progress),
            get("/api/access/user/library", access::library),
            get("/api/user/library", access::library_alias),
            get("/api/user/playback-progress", access::all_progress),
            post("/api/user/playback-progress", access::save_all),
            get("/api/user/continue-watching", access::continue_watching),
        ],
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_but_playlists_is_played_without_a_session_check() {
        let table = super::api().routes_txt();
        let public: Vec<&str> = table.lines().filter(|line| line.contains(" public ") && line.contains(" - ")).collect();
        assert_eq!(public.len(), 2, "health and playlists: {public:?}");
    }
}
