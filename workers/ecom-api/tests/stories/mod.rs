//! What may happen to a payment, as Stripe would tell it: made of chance, which a seed repeats.

use std::collections::BTreeMap;

use codex_commerce::{Facts, lifecycle::CheckoutStatus};
use serde_json::{Value, json};

use crate::shop::Shop;

/// A generator of chance that tells what it did: the same seed is the same run.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

impl Shop {
    pub fn paid_by(&self, buyer: &str, session: &str) -> Value {
        self.session(session, json!({ "metadata": { "userId": buyer, "contentId": self.content_id } }))
    }
}

/// One event, and what it tells of a payment.
#[derive(Clone)]
pub struct News {
    pub event: String,
    pub about: Option<Facts>,
}

pub fn event(id: &str, kind: &str, object: &Value) -> String {
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } }).to_string()
}

/// What may happen to the payment of session `session`, as Stripe would tell it.
pub fn story(chance: &mut Chance, shop: &Shop, buyer: &str, session: &str) -> Vec<News> {
    let (intent, amount) = (format!("pi_{session}"), 2999);
    let named = |name: &str| format!("{name}_{session}");
    let metadata = json!({ "userId": buyer, "contentId": shop.content_id });
    let paid = shop.paid_by(buyer, session);
    let plain = |kind: &str, object: &Value| News { event: event(&named(kind), kind, object), about: None };
    let mut news = vec![plain("checkout.session.completed", &paid)];
    if chance.below(3) == 0 {
        news.push(plain("checkout.session.async_payment_succeeded", &paid));
    }
    let charge =
        json!({ "id": named("ch"), "object": "charge", "payment_intent": intent, "metadata": metadata, "amount_refunded": 0 });
    news.push(plain("charge.succeeded", &charge));
    let empty = || Facts { payment_intent: intent.clone(), ..Facts::default() };
    let mut refunded = 0;
    for index in 0..chance.below(4) {
        let part = if index == 2 { amount - refunded } else { 1 + chance.below(1400) as i64 };
        refunded += part;
        let charge =
            json!({ "id": named("ch"), "payment_intent": intent, "amount_refunded": refunded, "refunded": refunded == amount });
        let told = event(&named(&format!("evt_charge_{index}")), "charge.refunded", &charge);
        news.push(News { event: told, about: Some(Facts { refunded, ..empty() }) });
        if chance.below(2) == 0 {
            let id = named(&format!("re_{index}"));
            let refund = |status: &str| json!({ "id": id, "payment_intent": intent, "amount": part, "status": status });
            let refunds = BTreeMap::from([(id.clone(), part)]);
            let created = event(&named(&format!("evt_refund_{index}")), "refund.created", &refund("pending"));
            news.push(News { event: created, about: Some(Facts { refunds: refunds.clone(), ..empty() }) });
            if chance.below(3) == 0 {
                let failed = event(&named(&format!("evt_failed_{index}")), "refund.failed", &refund("failed"));
                let about = Facts { refunds: refunds.clone(), failed_refunds: refunds, ..empty() };
                news.push(News { event: failed, about: Some(about) });
            }
        }
    }
    for index in 0..chance.below(3) {
        let id = named(&format!("du_{index}"));
        let part = if index == 0 { amount } else { 700 };
        let status = ["won", "lost", "warning_closed"][chance.below(3)];
        let dispute = |status: &str| json!({ "id": id, "payment_intent": intent, "amount": part, "status": status });
        let disputes = BTreeMap::from([(id.clone(), part)]);
        let created = event(&named(&format!("evt_opened_{index}")), "charge.dispute.created", &dispute("needs_response"));
        news.push(News { event: created, about: Some(Facts { disputes: disputes.clone(), ..empty() }) });
        if chance.below(3) > 0 {
            let closed = event(&named(&format!("evt_closed_{index}")), "charge.dispute.closed", &dispute(status));
            let (lost, won) =
                if status == "lost" { (disputes.clone(), BTreeMap::new()) } else { (BTreeMap::new(), disputes.clone()) };
            let about = Facts { disputes, lost_disputes: lost, won_disputes: won, ..empty() };
            news.push(News { event: closed, about: Some(about) });
        }
    }
    news
}

/// A checkout session in which nobody pays: what Stripe says of it when asked, the events that tell of its end, and that end.
pub fn lapse(chance: &mut Chance, session: &str) -> (Value, Vec<News>, CheckoutStatus) {
    let named = |name: &str| format!("{name}_{session}");
    let stands = |status: &str| json!({ "id": session, "object": "checkout.session", "mode": "payment", "status": status, "payment_status": "unpaid", "metadata": {} });
    let news = |kind: &str, object: &Value| News { event: event(&named(kind), kind, object), about: None };
    if chance.below(2) == 0 {
        let expired = stands("expired");
        let told = vec![news("checkout.session.expired", &expired)];
        return (expired, told, CheckoutStatus::Expired);
    }
    // The buyer was done, and then the bank did not pay.
    let done = stands("complete");
    let told = ["checkout.session.completed", "checkout.session.async_payment_failed"].map(|kind| news(kind, &done)).to_vec();
    (done, told, CheckoutStatus::Failed)
}
