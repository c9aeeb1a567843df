//! The two calls to Stripe's API that a checkout takes. Written by hand: the official crate does not build for wasm32.

use bytes::Bytes;
use codex_edge::Platform;
use codex_kernel::{Error, Result};
use http::Request;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::event::Session;

/// The API version these requests and answers are written for.
const VERSION: &str = "2026-10-28.endive";
const STRIPE: &str = "Stripe";

#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: Option<String>,
}

/// Opens a checkout session. The same `key` with the same parameters gives the same session for 24 hours.
pub(crate) async fn open_session(platform: &Platform, params: &[(&str, &str)], key: &str) -> Result<Session> {
    let form = Serializer::new(String::new()).extend_pairs(params).finish();
    let request = request(platform, "POST", "/v1/checkout/sessions")?
        .header("content-type", "application/x-www-form-urlencoded")
        .header("idempotency-key", key)
        .body(Bytes::from(form))
        .map_err(Error::internal)?;
    answer(platform, request).await?.ok_or_else(|| unusable("404"))
}

/// The session `id`, if Stripe knows it.
pub(crate) async fn session(platform: &Platform, id: &str) -> Result<Option<Session>> {
    let request =
        request(platform, "GET", &format!("/v1/checkout/sessions/{id}"))?.body(Bytes::new()).map_err(Error::internal)?;
    answer(platform, request).await
}

fn request(platform: &Platform, method: &str, path: &str) -> Result<http::request::Builder> {
    let base = platform.config.find("STRIPE_API_URL").unwrap_or("https://api.stripe.com");
    let key = platform.config.get("STRIPE_SECRET_KEY")?;
    Ok(Request::builder()
        .method(method)
        .uri(format!("{base}{path}"))
        .header("authorization", format!("Bearer {key}"))
        .header("stripe-version", VERSION))
}

async fn answer(platform: &Platform, request: Request<Bytes>) -> Result<Option<Session>> {
    let response = platform.http.send(STRIPE, request).await?;
    let status = response.status().as_u16();
    if response.status().is_success() {
        return serde_json::from_slice(response.body()).map(Some).map_err(|error| Error::bad_gateway(STRIPE, error));
    }
    let code = serde_json::from_slice(response.body()).ok().and_then(|refusal: Refusal| refusal.error.code);
    match (status, code.as_deref()) {
        (404, _) => Ok(None),
        (_, Some("amount_too_small")) => Err(Error::rule("PRICE_TOO_LOW", "The price is below what can be charged")),
        // Too often, the same key still being worked on, or trouble of Stripe's own: all of it passes.
        (409 | 429 | 500.., _) => Err(Error::unavailable(STRIPE, std::io::Error::other(format!("status {status}")))),
        (_, code) => Err(unusable(&format!("status {status} {}", code.unwrap_or_default()))),
    }
}

fn unusable(reason: &str) -> Error {
    Error::bad_gateway(STRIPE, std::io::Error::other(reason.to_owned()))
}
