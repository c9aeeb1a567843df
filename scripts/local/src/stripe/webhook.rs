//! Events, and the courier that brings them to the webhook until it takes them.

use std::{fmt::Write, sync::Arc, time::Duration};

use axum::{
    extract::{Path, Query, State as Shared},
    http::HeaderMap,
    response::Response,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{API_VERSION, Failure, Stripe, found, new_id};
use crate::{
    clock,
    http::json,
    state::{Change, Event, State},
};

/// Seconds to wait before each further try.
const PAUSES: [u64; 8] = [1, 1, 2, 4, 8, 15, 30, 60];

/// A new event about an object.
pub fn event(kind: &str, object: &Value) -> Event {
    let object = json!({
        "id": new_id("evt_"), "object": "event", "api_version": API_VERSION, "created": clock::now(),
        "data": {"object": object}, "livemode": false, "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null}, "type": kind,
    });
    Event { object, delivered: false }
}

/// Brings events to the webhook.
#[derive(Clone)]
pub struct Courier {
    client: reqwest::Client,
    url: String,
    secret: String,
    state: Arc<State>,
}

impl Courier {
    pub fn new(url: String, secret: String, state: Arc<State>) -> Self {
        Self { client: reqwest::Client::new(), url, secret, state }
    }

    /// Delivers in the background, with a few further tries; what is refused to the end waits for a resend or a restart.
    pub fn deliver(&self, id: String) {
        let courier = self.clone();
        tokio::spawn(async move {
            for pause in PAUSES {
                match courier.deliver_once(&id).await {
                    Ok(()) => return,
                    Err(problem) => eprintln!("local: {} did not take {id}: {problem}", courier.url),
                }
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
        });
    }

    async fn deliver_once(&self, id: &str) -> Result<(), String> {
        let Some(event) = self.state.read(|world| world.events.get(id).cloned()) else { return Err("no such event".to_owned()) };
        let body = event.object.to_string();
        let answer = self
            .client
            .post(&self.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature(&self.secret, clock::now(), &body)?)
            .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .timeout(Duration::from_secs(20))
            .body(body)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("status {}", answer.status().as_u16()));
        }
        self.state.change(|_| (vec![Change::Event(Event { delivered: true, ..event })], ()));
        Ok(())
    }
}

/// The value of `Stripe-Signature`.
fn signature(secret: &str, time: i64, body: &str) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(format!("{time}.{body}").as_bytes());
    let mut header = format!("t={time},v1=");
    for byte in mac.finalize().into_bytes() {
        let _ = write!(header, "{byte:02x}");
    }
    Ok(header)
}

/// `GET /v1/events/:id`
pub async fn retrieve(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let event = stripe.admits(&headers).and_then(|()| {
        let event = stripe.state.read(|world| world.events.get(&id).cloned());
        event.ok_or_else(|| Failure::no_such("event", &id, "id"))
    });
    match event {
        Ok(event) => found(&super::with(event.object, json!({"pending_webhooks": i64::from(!event.delivered)}))),
        Err(failure) => failure.into(),
    }
}

#[derive(Deserialize)]
pub struct About {
    object: String,
}

/// `GET /events?object=ID`: the events about one object, oldest first, and whether the webhook took them. Stripe shows this
/// on its dashboard.
pub async fn list(Shared(stripe): Shared<Arc<Stripe>>, Query(about): Query<About>) -> Response {
    let mut events: Vec<Event> = stripe.state.read(|world| {
        let concerns = |event: &&Event| event.object.pointer("/data/object/id").and_then(Value::as_str) == Some(&about.object);
        world.events.values().filter(concerns).cloned().collect()
    });
    events.sort_by_key(|event| super::number(&event.object, "created"));
    let items: Vec<Value> = events
        .iter()
        .map(|event| {
            let (id, kind) = (super::text(&event.object, "id"), super::text(&event.object, "type"));
            json!({"id": id, "type": kind, "delivered": event.delivered})
        })
        .collect();
    json(200, json!({"items": items}).to_string())
}

/// `POST /events/:id/resend`: delivers an event once more and tells what the webhook said.
pub async fn resend(Shared(stripe): Shared<Arc<Stripe>>, Path(id): Path<String>) -> Response {
    match stripe.courier.deliver_once(&id).await {
        Ok(()) => json(200, json!({"id": id, "delivered": true}).to_string()),
        Err(problem) => json(502, json!({"id": id, "delivered": false, "problem": problem}).to_string()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_as_stripe_does() {
        // The value of `stripe.webhooks.generateTestHeaderString` for the same input.
        let header = super::signature("whsec_test", 1_700_000_000, r#"{"id":"evt_1"}"#).unwrap();
        assert_eq!(header, "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925");
    }
}
