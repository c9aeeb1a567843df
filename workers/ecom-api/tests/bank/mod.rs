//! Stripe, as far as it remembers: sessions, refunds under their idempotency keys, the events that it lists.

#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

#[derive(Default)]
pub struct Bank {
    /// By id.
    pub sessions: HashMap<String, Value>,
    /// By idempotency key: of a payment, the whole of it.
    pub refunds: BTreeMap<String, Value>,
    /// Payments of which nothing is left to give back.
    pub spent: HashSet<String>,
    /// What its list of events shows.
    pub events: Vec<Value>,
    /// Whether it fails and loses answers, up to twice for a refund.
    pub unreliable: bool,
    asked: HashMap<String, usize>,
    made: usize,
}

/// Shared with whoever answers in Stripe's place.
pub type Shared = Arc<Mutex<Bank>>;

impl Bank {
    /// One that answers `app`'s requests.
    pub fn of(app: &codex_testkit::TestApp, unreliable: bool) -> Shared {
        let bank = Arc::new(Mutex::new(Self { unreliable, ..Self::default() }));
        let answers = bank.clone();
        app.outside(move |request| answers.lock().unwrap().answer(request));
        bank
    }

    fn answer(&mut self, request: &Request<Bytes>) -> Option<(u16, Value)> {
        let path = request.uri().path();
        match (request.method(), path) {
            (&Method::GET, "/v1/events") => {
                let newest: Vec<&Value> = self.events.iter().rev().collect();
                Some((200, json!({ "object": "list", "data": newest, "has_more": false })))
            }
            (&Method::GET, _) => {
                let session = self.sessions.get(path.strip_prefix("/v1/checkout/sessions/")?);
                Some(session.map_or((404, missing()), |session| (200, session.clone())))
            }
            (_, "/v1/refunds") => Some(self.refund(request)),
            (_, "/v1/checkout/sessions") => Some(self.open(request)),
            _ => None,
        }
    }

    /// The same key is the same refund. One key in three fails before anything is done, then is done and loses its answer; another only loses it.
    fn refund(&mut self, request: &Request<Bytes>) -> (u16, Value) {
        let (key, payment) = (key_of(request), field(request, "payment_intent"));
        let turn = self.asked.entry(key.clone()).or_default();
        let first = if self.unreliable { usize::from(key.as_bytes()[key.len() - 1]) % 3 } else { 2 };
        let step = *turn + first;
        *turn += 1;
        if step == 0 {
            return (500, json!({}));
        }
        if self.spent.contains(&payment) {
            return (400, json!({ "error": { "code": "charge_already_refunded", "type": "invalid_request_error" } }));
        }
        let id = format!("re_of_{payment}");
        let refund = json!({ "id": id, "object": "refund", "payment_intent": payment, "amount": 2999, "status": "succeeded", "reason": "duplicate" });
        let kept = self.refunds.entry(key).or_insert(refund).clone();
        if step == 1 { (500, json!({})) } else { (200, kept) }
    }

    /// The same key is the same session.
    fn open(&mut self, request: &Request<Bytes>) -> (u16, Value) {
        let key = key_of(request);
        if let Some(session) = self.sessions.values().find(|session| session["key"] == key.as_str()) {
            return (200, session.clone());
        }
        self.made += 1;
        let id = format!("cs_open_{}", self.made);
        let session = json!({
            "id": id, "object": "checkout.session", "mode": "payment", "status": "open", "payment_status": "unpaid", "key": key,
            "url": format!("https://stripe.test/{id}"), "expires_at": 1_900_000_000, "metadata": {},
        });
        self.sessions.insert(id, session.clone());
        (200, session)
    }

    /// The refunds of this payment.
    pub fn refunds_of(&self, payment: &str) -> Vec<Value> {
        self.refunds.values().filter(|refund| refund["payment_intent"] == payment).cloned().collect()
    }
}

fn missing() -> Value {
    json!({ "error": { "code": "resource_missing", "type": "invalid_request_error" } })
}

fn key_of(request: &Request<Bytes>) -> String {
    request.headers()["idempotency-key"].to_str().unwrap().to_owned()
}

fn field(request: &Request<Bytes>, name: &str) -> String {
    let form = std::str::from_utf8(request.body()).unwrap();
    form.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap().to_owned()
}
