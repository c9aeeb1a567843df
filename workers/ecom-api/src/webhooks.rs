use axum::{Json, http::HeaderMap};
use codex_commerce::{Endpoint, Event, Left, Source, make_refunds, receive, subscriptions::ask, verify_signature};
use codex_http::{Cx, Reply, Signed, SigningScheme};
use codex_kernel::{Error, Kind};
use schemars::JsonSchema;
use serde::Serialize;

/// What Stripe takes for an answer; only the status matters to it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Received {
    received: bool,
}

/// How Stripe signs: <https://docs.stripe.com/webhooks/signature>.
pub(crate) struct ByStripe;

impl SigningScheme for ByStripe {
    const HEADERS: &'static [(&'static str, &'static str)] = &[(
        "Stripe-Signature",
        "`t=` and the second it was sent at, within 300 seconds; `v1=` and the HMAC-SHA256 (hex) of `{t}.{body}` with a secret of this \
         address; several `v1` while a secret is replaced.",
    )];
}

type Message = Signed<Event, ByStripe>;

pub(crate) async fn booking(cx: Cx, headers: HeaderMap, body: Message) -> Reply<Json<Received>> {
    accept(&cx, Endpoint::Booking, &headers, &body).await
}

pub(crate) async fn payment(cx: Cx, headers: HeaderMap, body: Message) -> Reply<Json<Received>> {
    accept(&cx, Endpoint::Payment, &headers, &body).await
}

pub(crate) async fn subscription(cx: Cx, headers: HeaderMap, body: Message) -> Reply<Json<Received>> {
    accept(&cx, Endpoint::Subscription, &headers, &body).await
}

pub(crate) async fn customer(cx: Cx, headers: HeaderMap, body: Message) -> Reply<Json<Received>> {
    accept(&cx, Endpoint::Customer, &headers, &body).await
}

pub(crate) async fn connect(cx: Cx, headers: HeaderMap, body: Message) -> Reply<Json<Received>> {
    accept(&cx, Endpoint::Connect, &headers, &body).await
}

pub(crate) async fn dispute(cx: Cx, headers: HeaderMap, body: Message) -> Reply<Json<Received>> {
    accept(&cx, Endpoint::Dispute, &headers, &body).await
}

/// 200 once the event is stored and applied, and only then: Stripe brings anything else again. A receipt is in no hurry: the
/// schedule sends it within a minute.
async fn accept(cx: &Cx, endpoint: Endpoint, headers: &HeaderMap, Message { body, .. }: &Message) -> Reply<Json<Received>> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    verify_signature(&cx.platform.config, endpoint, signature, body, cx.now)?;
    let event = Event::parse(body)?;
    cx.event("webhook", &[("eventId", event.id.clone()), ("type", event.kind.clone())]);
    let source = Source::Webhook(endpoint);
    match receive(&cx.platform, source, &event, body, cx.now).await.map_err(not_stored)? {
        Left::Nothing => {}
        Left::Refund => refund_soon(cx),
        Left::Ask(subscription) => ask_soon(cx, subscription, source),
    }
    Ok(Json(Received { received: true }))
}

/// 500, as the contract has it, where the database could not take the event.
fn not_stored(error: Error) -> Error {
    match error.kind {
        Kind::Unavailable => Error { kind: Kind::Internal, code: "EVENT_NOT_STORED", ..error },
        _ => error,
    }
}

/// Gives duplicates back once the answer is out; what fails now is made by the schedule.
fn refund_soon(cx: &Cx) {
    let (platform, now) = (cx.platform.clone(), cx.now);
    cx.background.spawn(async move {
        let _ = make_refunds(&platform, now).await;
    });
}

/// Asks Stripe how a subscription stands once the answer is out; what fails now is asked by the schedule.
fn ask_soon(cx: &Cx, subscription: String, source: Source) {
    let (platform, now) = (cx.platform.clone(), cx.now);
    cx.background.spawn(async move {
        let _ = ask(&platform, &subscription, source, now).await;
    });
}
