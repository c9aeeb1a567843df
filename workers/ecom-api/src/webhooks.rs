use axum::{Json, http::HeaderMap};
use codex_commerce::{Endpoint, Event, receive, verify_signature};
use codex_http::{Cx, RawBody, Reply};
use schemars::JsonSchema;
use serde::Serialize;

/// What Stripe takes for an answer; only the status matters to it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Received {
    received: bool,
}

pub(crate) async fn booking(cx: Cx, headers: HeaderMap, body: RawBody) -> Reply<Json<Received>> {
    accept(&cx, Endpoint::Booking, &headers, &body).await
}

/// 200 once the event is stored and applied, and only then: Stripe brings anything else again.
async fn accept(cx: &Cx, endpoint: Endpoint, headers: &HeaderMap, RawBody(body): &RawBody) -> Reply<Json<Received>> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    verify_signature(&cx.platform.config, endpoint, signature, body, cx.now)?;
    let event = Event::parse(body)?;
    cx.event("webhook", &[("eventId", event.id.clone()), ("type", event.kind.clone())]);
    receive(&cx.platform, endpoint, &event, body, cx.now).await?;
    // It may have been a sale: then a receipt waits.
    cx.wake_mail();
    Ok(Json(Received { received: true }))
}
