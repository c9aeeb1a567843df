//! A stand-in for the part of Stripe that Codex uses: checkout sessions, a page to pay them on, what happens to payments
//! afterwards, subscriptions with a clock of their own, and webhooks.

mod after;
mod billing;
mod catalogue;
mod form;
mod page;
mod payment;
mod session;
mod subscription;
mod webhook;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{http::json, options::Options, state::State};

/// The version whose objects this stand-in makes.
const API_VERSION: &str = "2026-10-28.endive";

/// The stand-in.
pub struct Stripe {
    key: String,
    origin: String,
    state: Arc<State>,
    courier: webhook::Courier,
}

impl Stripe {
    /// A stand-in whose payment pages are at `origin`.
    pub fn new(options: &Options, origin: String, state: Arc<State>) -> Self {
        let courier = webhook::Courier::new(options.webhook_url.clone(), options.webhook_secrets.clone(), state.clone());
        Self { key: options.stripe_key.clone(), origin, state, courier }
    }

    /// Takes up the deliveries that the end of the program cut short.
    pub fn deliver_pending(&self) {
        let pending: Vec<String> = self
            .state
            .read(|world| world.events.iter().filter(|(_, event)| !event.delivered).map(|(id, _)| id.clone()).collect());
        for id in pending {
            self.courier.deliver(id);
        }
    }

    fn admits(&self, headers: &HeaderMap) -> Result<(), Failure> {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let message = match given.and_then(|value| value.strip_prefix("Bearer ")) {
            Some(key) if key == self.key => return Ok(()),
            Some(_) => "Invalid API Key provided.",
            None => {
                "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."
            }
        };
        Err(Failure { status: 401, ..Failure::invalid(message, None) })
    }
}

/// The routes of this part.
pub fn router(stripe: Arc<Stripe>) -> Router {
    Router::new()
        .route("/v1/checkout/sessions", post(session::create).get(session::list))
        .route("/v1/checkout/sessions/{id}", get(session::retrieve))
        .route("/v1/checkout/sessions/{id}/expire", post(session::expire))
        .route("/v1/refunds", post(after::refund).get(after::list))
        .route("/v1/refunds/{id}", get(after::retrieve))
        .route("/v1/charges", get(after::list))
        .route("/v1/charges/{id}", get(after::retrieve))
        .route("/v1/payment_intents/{id}", get(after::retrieve))
        .route("/v1/disputes", get(after::list))
        .route("/v1/disputes/{id}", get(after::retrieve))
        .route("/v1/disputes/{id}/close", post(after::concede))
        .route("/v1/customers/{id}", get(after::retrieve).delete(after::forget))
        .route("/v1/billing_portal/sessions", post(after::portal))
        .route("/v1/products", post(catalogue::make_product))
        .route("/v1/products/{id}", get(after::retrieve).post(catalogue::change_product))
        .route("/v1/prices", post(catalogue::make_price))
        .route("/v1/prices/{id}", get(after::retrieve))
        .route("/v1/subscriptions", get(after::list))
        .route("/v1/subscriptions/{id}", get(after::retrieve).post(subscription::change).delete(subscription::cancel))
        .route("/v1/invoices", get(after::list))
        .route("/v1/invoices/create_preview", post(subscription::preview))
        .route("/v1/invoices/{id}", get(after::retrieve))
        .route("/v1/invoices/{id}/pay", post(billing::pay))
        .route("/v1/invoice_payments", get(after::list))
        .route("/v1/invoice_payments/{id}", get(after::retrieve))
        .route("/subscriptions/{id}/card", post(billing::card))
        .route("/clock", post(billing::advance))
        .route("/v1/events", get(webhook::page))
        .route("/v1/events/{id}", get(webhook::retrieve))
        .route("/charges/{id}/dispute", post(after::dispute))
        .route("/disputes/{id}/close", post(after::decide))
        .route("/delivery", post(webhook::travel))
        .route("/v1/{*rest}", axum::routing::any(unknown))
        .route("/events", get(webhook::list))
        .route("/events/{id}/resend", post(webhook::resend))
        .route("/pay/{id}", get(page::show).post(page::act))
        .route("/portal/{id}", get(page::portal))
        .with_state(stripe)
}

async fn unknown(method: axum::http::Method, uri: axum::http::Uri) -> Response {
    let message = format!("Unrecognized request URL ({method}: {}): this stand-in has no such route.", uri.path());
    Failure { status: 404, ..Failure::invalid(&message, None) }.into()
}

/// An error in Stripe's shape.
struct Failure {
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl Failure {
    fn invalid(message: &str, param: Option<&str>) -> Self {
        let param = param.map(str::to_owned);
        Self { status: 400, kind: "invalid_request_error", code: None, message: message.to_owned(), param }
    }

    fn missing_param(param: &str) -> Self {
        let message = format!("Missing required param: {param}.");
        Self { code: Some("parameter_missing"), ..Self::invalid(&message, Some(param)) }
    }

    fn no_such(kind: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {kind}: {id}");
        Self { status: 404, code: Some("resource_missing"), ..Self::invalid(&message, Some(param)) }
    }
}

impl From<Failure> for Response {
    fn from(failure: Failure) -> Self {
        let mut error = json!({"type": failure.kind, "message": failure.message});
        for (name, value) in [("code", failure.code.map(str::to_owned)), ("param", failure.param)] {
            if let (Some(value), Some(error)) = (value, error.as_object_mut()) {
                error.insert(name.to_owned(), value.into());
            }
        }
        answered(failure.status, json!({"error": error}).to_string())
    }
}

fn found(object: &Value) -> Response {
    answered(200, object.to_string())
}

/// Every answer carries the id by which Stripe's support would find it.
fn answered(status: u16, body: String) -> Response {
    let mut response = json(status, body);
    let headers = response.headers_mut();
    headers.insert("stripe-version", HeaderValue::from_static(API_VERSION));
    if let Ok(id) = HeaderValue::from_str(&new_id("req_")) {
        headers.insert("request-id", id);
    }
    response
}

fn new_id(prefix: &str) -> String {
    format!("{prefix}{}", uuid::Uuid::new_v4().simple())
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn number(object: &Value, field: &str) -> i64 {
    object.get(field).and_then(Value::as_i64).unwrap_or_default()
}

/// Replaces fields of an object.
fn with(mut object: Value, fields: Value) -> Value {
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
    object
}
