//! Events, and the courier that brings them to the webhook until it takes them.

use std::{
    fmt::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Path, Query, RawQuery, State as Shared},
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
    options::Secrets,
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

/// Which of the platform's webhooks an event of this type goes to.
fn endpoint(kind: &str) -> &'static str {
    match kind.split_once('.').map_or(kind, |(first, _)| first) {
        _ if kind.starts_with("charge.dispute.") => "dispute",
        "charge" | "refund" | "payment_intent" => "payment",
        _ if kind.starts_with("customer.subscription.") => "subscription",
        "invoice" | "invoice_payment" => "subscription",
        "customer" => "customer",
        "account" => "connect",
        _ => "booking",
    }
}

/// How events travel: at once, each once, and all of them, unless told otherwise.
#[derive(Clone, Copy, Default)]
struct Travel {
    /// None at all, but those that are resent by hand.
    held: bool,
    /// Each takes its time, so that they overtake each other.
    late: bool,
    /// Each twice, at once.
    doubled: bool,
    /// Every second one is lost for good: only the list of events shows it.
    lossy: bool,
}

impl Travel {
    /// Reads words such as `late doubled`; `flowing` is none of them.
    fn read(words: &str) -> Option<Self> {
        let mut travel = Self::default();
        for word in words.split_ascii_whitespace() {
            match word {
                "flowing" => {}
                "held" => travel.held = true,
                "late" => travel.late = true,
                "doubled" => travel.doubled = true,
                "lossy" => travel.lossy = true,
                _ => return None,
            }
        }
        Some(travel)
    }

    /// How long the `turn`th event is under way.
    fn delay(self, turn: usize) -> Duration {
        Duration::from_millis(if self.late { 300 * (7 * turn as u64 % 5) } else { 0 })
    }
}

/// Brings events to the webhook.
#[derive(Clone)]
pub struct Courier {
    client: reqwest::Client,
    /// The booking webhook; the others are its siblings.
    url: String,
    secrets: Secrets,
    state: Arc<State>,
    travel: Arc<Mutex<Travel>>,
    /// How many events set out.
    turns: Arc<AtomicUsize>,
}

impl Courier {
    pub fn new(url: String, secrets: Secrets, state: Arc<State>) -> Self {
        Self { client: reqwest::Client::new(), url, secrets, state, travel: Arc::default(), turns: Arc::default() }
    }

    fn travel(&self) -> Travel {
        *self.travel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Delivers in the background, with a few further tries; what is refused to the end waits for a resend or a restart.
    pub fn deliver(&self, id: String) {
        let (travel, turn) = (self.travel(), self.turns.fetch_add(1, Ordering::Relaxed));
        if travel.lossy && turn % 2 == 1 {
            return;
        }
        for _ in 0..1 + usize::from(travel.doubled) {
            self.bring(id.clone(), travel.delay(turn));
        }
    }

    fn bring(&self, id: String, delay: Duration) {
        let courier = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            for pause in PAUSES {
                if courier.travel().held {
                    return;
                }
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
        let endpoint = endpoint(super::text(&event.object, "type"));
        let url = self.url.rsplit_once('/').map_or_else(|| self.url.clone(), |(base, _)| format!("{base}/{endpoint}"));
        let answer = self
            .client
            .post(url)
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature(&self.secrets.of(endpoint), clock::now(), &body)?)
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

struct Filter {
    since: i64,
    until: i64,
    after: Option<String>,
    limit: usize,
    types: Vec<String>,
}

impl Filter {
    fn read(query: &str) -> Result<Self, Failure> {
        let mut filter = Self { since: 0, until: i64::MAX, after: None, limit: 10, types: Vec::new() };
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(query).map_err(|error| Failure::invalid(&error.to_string(), None))?;
        for (name, value) in pairs {
            let number = || value.parse().map_err(|_| Failure::invalid(&format!("Invalid integer: {value}"), Some(&name)));
            match name.as_str() {
                "created[gte]" => filter.since = number()?,
                "created[gt]" => filter.since = number()? + 1,
                "created[lt]" => filter.until = number()?,
                "created[lte]" => filter.until = number()? + 1,
                "starting_after" => filter.after = Some(value),
                "limit" => filter.limit = usize::try_from(number()?).unwrap_or(10).clamp(1, 100),
                _ if name.starts_with("types[") => filter.types.push(value),
                "type" => filter.types.push(value),
                _ => return Err(Failure::invalid(&format!("Received unknown parameter: {name}"), Some(&name))),
            }
        }
        Ok(filter)
    }

    fn admits(&self, event: &Value) -> bool {
        let created = super::number(event, "created");
        let kind = super::text(event, "type");
        (self.since..self.until).contains(&created) && (self.types.is_empty() || self.types.iter().any(|wanted| wanted == kind))
    }
}

/// `GET /v1/events`: newest first.
pub async fn page(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let filter = match stripe.admits(&headers).and_then(|()| Filter::read(query.as_deref().unwrap_or_default())) {
        Ok(filter) => filter,
        Err(failure) => return failure.into(),
    };
    let mut events: Vec<Value> = stripe.state.read(|world| {
        let newest = world.event_order.iter().rev();
        let skipped = filter.after.as_ref().and_then(|last| newest.clone().position(|id| id == last)).map_or(0, |at| at + 1);
        let objects = newest.skip(skipped).filter_map(|id| world.events.get(id)).map(|event| &event.object);
        objects.filter(|event| filter.admits(event)).take(filter.limit + 1).cloned().collect()
    });
    let has_more = events.len() > filter.limit;
    events.truncate(filter.limit);
    found(&json!({"object": "list", "data": events, "has_more": has_more, "url": "/v1/events"}))
}

/// `POST /delivery`: from now on events travel as these words say. `flowing` as they happen, `held` not at all until they are resent by hand;
/// `late` and in another order, `doubled`, `lossy`, or several of these.
pub async fn travel(Shared(stripe): Shared<Arc<Stripe>>, body: String) -> Response {
    let Some(travel) = Travel::read(&body) else {
        return Failure::invalid("Unknown: say flowing, held, late, doubled or lossy", None).into();
    };
    *stripe.courier.travel.lock().unwrap_or_else(PoisonError::into_inner) = travel;
    json(200, json!({"delivery": body}).to_string())
}

#[derive(Deserialize)]
pub struct About {
    object: String,
}

/// `GET /events?object=ID`: the events about one object, oldest first, and whether the webhook took them. Stripe shows this
/// on its dashboard.
pub async fn list(Shared(stripe): Shared<Arc<Stripe>>, Query(about): Query<About>) -> Response {
    let events: Vec<Event> = stripe.state.read(|world| {
        let concerns = |event: &&Event| event.object.pointer("/data/object/id").and_then(Value::as_str) == Some(&about.object);
        world.event_order.iter().filter_map(|id| world.events.get(id)).filter(concerns).cloned().collect()
    });
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
    fn every_event_has_its_webhook() {
        for (kind, endpoint) in [
            ("checkout.session.completed", "booking"),
            ("charge.refunded", "payment"),
            ("charge.dispute.closed", "dispute"),
            ("refund.created", "payment"),
            ("customer.deleted", "customer"),
            ("customer.subscription.paused", "subscription"),
            ("invoice.paid", "subscription"),
            ("invoice_payment.paid", "subscription"),
            ("account.updated", "connect"),
        ] {
            assert_eq!(super::endpoint(kind), endpoint, "{kind}");
        }
    }

    #[test]
    fn signs_as_stripe_does() {
        // The value of `stripe.webhooks.generateTestHeaderString` for the same input.
        let header = super::signature("whsec_test", 1_700_000_000, r#"{"id":"evt_1"}"#).unwrap();
        assert_eq!(header, "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925");
    }
}
