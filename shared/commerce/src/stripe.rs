//! The calls to Stripe's API. Written by hand: the official crate does not build for wasm32.

use bytes::Bytes;
use codex_edge::Platform;
use codex_kernel::{Error, Result};
use http::Request;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use url::form_urlencoded::Serializer;

use crate::{
    event::Session,
    facts::Refund,
    reconcile::Events,
    subscriptions::{
        invoice::Preview,
        manage::outdated,
        shape::{Price, StripeSubscription},
    },
};

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
    param: Option<String>,
}

/// Opens a checkout session. The same `key` with the same parameters gives the same session for 24 hours.
pub(crate) async fn open_session(platform: &Platform, params: &[(&str, &str)], key: &str) -> Result<Session> {
    let request = post(platform, "/v1/checkout/sessions", params, Some(key))?;
    sent(platform, request).await?.map_err(|refused| match refused.code.as_deref() {
        Some("amount_too_small") => Error::rule("PRICE_TOO_LOW", "The price is below what can be charged"),
        _ => refused.into(),
    })
}

/// The session `id`, if Stripe knows it.
pub(crate) async fn session(platform: &Platform, id: &str) -> Result<Option<Session>> {
    find(platform, &format!("/v1/checkout/sessions/{id}")).await
}

async fn find<T: DeserializeOwned>(platform: &Platform, path: &str) -> Result<Option<T>> {
    match sent(platform, get(platform, path)?).await? {
        Ok(found) => Ok(Some(found)),
        Err(Refused { status: 404, .. }) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// Ends an open session, so that nobody pays in it; whether it was open still.
pub(crate) async fn expire_session(platform: &Platform, id: &str) -> Result<bool> {
    let request = post(platform, &format!("/v1/checkout/sessions/{id}/expire"), &[], None)?;
    match sent::<IgnoredAny>(platform, request).await? {
        Ok(_) => Ok(true),
        Err(Refused { status: 400, .. }) => Ok(false),
        Err(refused) => Err(refused.into()),
    }
}

/// The subscription `id`, if Stripe knows it.
pub(crate) async fn subscription(platform: &Platform, id: &str) -> Result<Option<StripeSubscription>> {
    find(platform, &format!("/v1/subscriptions/{id}")).await
}

/// Changes a subscription; as it is then. 422 `PAYMENT_FAILED` where that had to be paid and was not.
pub(crate) async fn update_subscription(platform: &Platform, id: &str, params: &[(&str, &str)]) -> Result<StripeSubscription> {
    let request = post(platform, &format!("/v1/subscriptions/{id}"), params, None)?;
    sent(platform, request).await?.map_err(|refused: Refused| match refused.status {
        402 => Error::rule("PAYMENT_FAILED", "Your bank did not pay the difference; nothing has changed"),
        _ => refused.of_change(),
    })
}

/// The invoice that a change of a subscription would make: <https://docs.stripe.com/api/invoices/create_preview>.
pub(crate) async fn preview_invoice(platform: &Platform, params: &[(&str, &str)]) -> Result<Preview> {
    let request = post(platform, "/v1/invoices/create_preview", params, None)?;
    sent(platform, request).await?.map_err(Refused::of_change)
}

/// What Stripe calls something it made.
#[derive(Deserialize)]
pub(crate) struct Made {
    pub(crate) id: String,
}

/// A product, of which prices are made. The same `key` is the same product.
pub(crate) async fn make_product(platform: &Platform, params: &[(&str, &str)], key: &str) -> Result<Made> {
    sent(platform, post(platform, "/v1/products", params, Some(key))?).await?.map_err(Into::into)
}

/// A product under another name.
pub(crate) async fn rename_product(platform: &Platform, id: &str, name: &str) -> Result<Made> {
    sent(platform, post(platform, &format!("/v1/products/{id}"), &[("name", name)], None)?).await?.map_err(Into::into)
}

/// A price. The same `key` is the same price.
pub(crate) async fn make_price(platform: &Platform, params: &[(&str, &str)], key: &str) -> Result<Price> {
    sent(platform, post(platform, "/v1/prices", params, Some(key))?).await?.map_err(Into::into)
}

/// Gives a payment back. The same `key` is the same refund.
pub(crate) async fn refund(platform: &Platform, params: &[(&str, &str)], key: &str) -> Result<Result<Refund, Refused>> {
    let request = post(platform, "/v1/refunds", params, Some(key))?;
    sent(platform, request).await
}

#[derive(Deserialize)]
struct PortalPage {
    url: String,
}

/// A page where `customer` sees their payments, if Stripe knows the customer.
pub(crate) async fn portal(platform: &Platform, customer: &str, return_url: &str) -> Result<Option<String>> {
    let request = post(platform, "/v1/billing_portal/sessions", &[("customer", customer), ("return_url", return_url)], None)?;
    match sent::<PortalPage>(platform, request).await? {
        Ok(page) => Ok(Some(page.url)),
        Err(Refused { code: Some(code), .. }) if code == "resource_missing" => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// A page of the events of `types` made from `since` until before `until`, the newest first, after the event `after`.
pub(crate) async fn events(platform: &Platform, types: &[&str], since: i64, until: i64, after: Option<&str>) -> Result<Events> {
    let request = get(platform, &events_path(types, since, until, after))?;
    sent(platform, request).await?.map_err(Into::into)
}

fn events_path(types: &[&str], since: i64, until: i64, after: Option<&str>) -> String {
    let mut query = Serializer::for_suffix("/v1/events?".to_owned(), 11);
    query
        .append_pair("limit", "100")
        .append_pair("created[gte]", &since.to_string())
        .append_pair("created[lt]", &until.to_string());
    query.extend_pairs(types.iter().map(|kind| ("types[]", kind))).extend_pairs(after.map(|id| ("starting_after", id)));
    query.finish()
}

fn get(platform: &Platform, path: &str) -> Result<Request<Bytes>> {
    request(platform, "GET", path)?.body(Bytes::new()).map_err(Error::internal)
}

fn post(platform: &Platform, path: &str, params: &[(&str, &str)], key: Option<&str>) -> Result<Request<Bytes>> {
    let mut request = request(platform, "POST", path)?.header("content-type", "application/x-www-form-urlencoded");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let form = Serializer::new(String::new()).extend_pairs(params).finish();
    request.body(Bytes::from(form)).map_err(Error::internal)
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

/// Why Stripe did not do it.
pub(crate) struct Refused {
    pub(crate) status: u16,
    /// Stripe's own code.
    pub(crate) code: Option<String>,
    /// What it is about.
    param: Option<String>,
}

impl Refused {
    /// Of a change reckoned as of a moment of a period that is over.
    fn of_change(self) -> Error {
        let outdates = self.param.as_deref().is_some_and(|param| param.contains("proration_date"));
        if self.status == 400 && outdates { outdated() } else { self.into() }
    }

    /// Whether it may do it later: too often, the same key still being worked on, or trouble of Stripe's own.
    pub(crate) fn passes(&self) -> bool {
        matches!(self.status, 409 | 429 | 500..)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let reason = format!("status {} {}", refused.status, refused.code.as_deref().unwrap_or_default());
        let source = std::io::Error::other(reason);
        if refused.passes() { Self::unavailable(STRIPE, source) } else { Self::bad_gateway(STRIPE, source) }
    }
}

/// Stripe's answer, or why there is none; an error where Stripe cannot be reached or understood.
async fn sent<T: DeserializeOwned>(platform: &Platform, request: Request<Bytes>) -> Result<Result<T, Refused>> {
    let response = platform.http.send(STRIPE, request).await?;
    let status = response.status().as_u16();
    if response.status().is_success() {
        return serde_json::from_slice(response.body()).map(Ok).map_err(|error| Error::bad_gateway(STRIPE, error));
    }
    let reason = serde_json::from_slice(response.body()).ok().map(|refusal: Refusal| refusal.error);
    let (code, param) = reason.map(|reason| (reason.code, reason.param)).unwrap_or_default();
    Ok(Err(Refused { status, code, param }))
}
