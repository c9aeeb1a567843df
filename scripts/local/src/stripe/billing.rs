//! Invoices, and the clock by which they fall due: `POST /clock` moves it, and what was to happen meanwhile happens, in order.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{
    Failure, Stripe,
    after::{Done, answer, get, happen},
    new_id, number,
    subscription::{end_of, ended, item, with_item},
    text, with,
};
use crate::{clock, state::World};

const DAY: i64 = 86_400;
/// Times a payment is tried before its subscription ends.
const TRIES: i64 = 4;

/// The time for whatever is billed: the machine's, and what the clock was moved by.
pub(super) fn now(world: &World) -> i64 {
    clock::now() + world.objects.get("clock").map_or(0, |clock| number(clock, "ahead"))
}

/// Whether the card behind a subscription is refused from now on.
pub(super) fn declines(world: &World, subscription: &str) -> bool {
    world.objects.get(&format!("card_{subscription}")).is_some_and(|card| text(card, "pays") == "declines")
}

/// What an invoice asks for.
pub(super) struct Bill {
    pub(super) amount: i64,
    pub(super) reason: &'static str,
}

type News = Vec<(&'static str, Value)>;

/// An invoice of a subscription for the period of its item: not paid, after so many tries.
pub(super) fn invoice(subscription: &Value, bill: &Bill, tries: i64) -> Value {
    let (item, id) = (item(subscription), new_id("in_"));
    let price = item.get("price").cloned().unwrap_or_default();
    let (start, end) = (number(&item, "current_period_start"), number(&item, "current_period_end"));
    let line = json!({
        "id": new_id("il_"), "object": "line_item", "amount": bill.amount, "currency": subscription.get("currency"), "description": null,
        "discount_amounts": [], "discountable": true, "discounts": [], "invoice": id, "livemode": false, "metadata": subscription.get("metadata"),
        "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {
            "invoice_item": null, "proration": false, "subscription": subscription.get("id"), "subscription_item": item.get("id")}},
        "period": {"start": start, "end": end}, "pretax_credit_amounts": [], "quantity": 1, "subscription": subscription.get("id"), "subtotal": bill.amount,
        "pricing": {"type": "price_details", "price_details": {"price": price.get("id"), "product": price.get("product")},
            "unit_amount_decimal": bill.amount.to_string()}, "taxes": [],
    });
    json!({
        "id": id, "object": "invoice", "amount_due": bill.amount, "amount_paid": 0, "amount_remaining": bill.amount, "amount_overpaid": 0,
        "amount_shipping": 0, "attempt_count": tries, "attempted": true, "auto_advance": true, "billing_reason": bill.reason,
        "collection_method": "charge_automatically", "created": clock::now(), "currency": subscription.get("currency"),
        "customer": subscription.get("customer"), "livemode": false, "metadata": {}, "next_payment_attempt": null, "period_start": start, "period_end": end,
        "lines": {"object": "list", "data": [line], "has_more": false, "total_count": 1, "url": format!("/v1/invoices/{id}/lines")},
        "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {
            "metadata": subscription.get("metadata"), "subscription": subscription.get("id")}},
        "status": "open", "status_transitions": {"finalized_at": clock::now(), "marked_uncollectible_at": null, "paid_at": null, "voided_at": null},
        "subtotal": bill.amount, "total": bill.amount, "total_taxes": [], "default_tax_rates": [], "discounts": [],
    })
}

/// The subscription with its latest invoice paid (`open` one, or a new one), the objects that makes, and the events that tell of it.
pub(super) fn paid(subscription: &Value, bill: &Bill, open: Option<Value>) -> (Value, Vec<Value>, News) {
    let invoice = open.unwrap_or_else(|| invoice(subscription, bill, 1));
    let amount = number(&invoice, "amount_due");
    let transitions = invoice.get("status_transitions").cloned().unwrap_or_default();
    let fields = json!({
        "status": "paid", "amount_paid": amount, "amount_remaining": 0, "next_payment_attempt": null,
        "status_transitions": with(transitions, json!({"paid_at": clock::now()})),
    });
    let invoice = with(invoice, fields);
    let subscription = with(subscription.clone(), json!({"latest_invoice": invoice.get("id"), "status": "active"}));
    let mut news = vec![("invoice.paid", invoice.clone()), ("invoice.payment_succeeded", invoice.clone())];
    let mut objects = vec![invoice.clone()];
    if amount > 0 {
        let (intent, charge) = (new_id("pi_"), new_id("ch_"));
        let both = json!({
            "amount": amount, "created": clock::now(), "currency": invoice.get("currency"), "customer": invoice.get("customer"), "livemode": false,
            "metadata": {}, "status": "succeeded",
        });
        let charged = json!({
            "id": charge, "object": "charge", "amount_captured": amount, "amount_refunded": 0, "captured": true, "disputed": false, "paid": true,
            "payment_intent": intent, "refunded": false, "balance_transaction": null, "failure_code": null,
        });
        let intended = json!({"id": intent, "object": "payment_intent", "amount_received": amount, "latest_charge": charge, "capture_method": "automatic"});
        let link = json!({
            "id": new_id("inpay_"), "object": "invoice_payment", "amount_paid": amount, "amount_requested": amount, "created": clock::now(),
            "currency": invoice.get("currency"), "invoice": invoice.get("id"), "is_default": true, "livemode": false,
            "payment": {"type": "payment_intent", "payment_intent": intent}, "status": "paid",
            "status_transitions": {"canceled_at": null, "paid_at": clock::now()},
        });
        let (charged, intended) = (with(both.clone(), charged), with(both, intended));
        news.extend([
            ("charge.succeeded", charged.clone()),
            ("payment_intent.succeeded", intended.clone()),
            ("invoice_payment.paid", link.clone()),
        ]);
        objects.extend([charged, intended, link]);
    }
    (subscription, objects, news)
}

/// `POST /subscriptions/:id/card` with `declines` or `pays`: what its bank says from now on. Stripe's test cards do it.
pub async fn card(Shared(stripe): Shared<Arc<Stripe>>, Path(id): Path<String>, body: String) -> Response {
    answer(happen(&stripe, None, |world| {
        get(world, "subscription", &id, "id")?;
        let card = json!({"id": format!("card_{id}"), "object": "card", "pays": body});
        Ok((card.clone(), vec![card], Vec::new()))
    }))
}

/// `POST /v1/invoices/:id/pay`
pub async fn pay(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    answer(stripe.admits(&headers).and_then(|()| {
        happen(&stripe, None, |world| {
            let invoice = get(world, "invoice", &id, "id")?;
            let owner = invoice.pointer("/parent/subscription_details/subscription").and_then(Value::as_str).unwrap_or_default();
            let subscription = get(world, "subscription", owner, "subscription")?;
            if text(&invoice, "status") != "open" {
                return Err(Failure::invalid("Invoice is already paid", None));
            }
            if declines(world, owner) {
                let message = "Your card was declined.";
                return Err(Failure {
                    status: 402,
                    kind: "card_error",
                    code: Some("card_declined"),
                    ..Failure::invalid(message, None)
                });
            }
            collected(&subscription, invoice)
        })
    }))
}

/// An open invoice that is paid after all; the invoice is the answer.
fn collected(subscription: &Value, invoice: Value) -> Result<Done, Failure> {
    let bill = Bill { amount: 0, reason: "" };
    let (active, mut objects, mut news) = paid(subscription, &bill, Some(invoice));
    news.push(("customer.subscription.updated", active.clone()));
    objects.push(active);
    Ok((objects.first().cloned().unwrap_or_default(), objects, news))
}

/// `POST /clock` with seconds: the time for whatever is billed moves on. Stripe has test clocks for that.
pub async fn advance(Shared(stripe): Shared<Arc<Stripe>>, body: String) -> Response {
    let Ok(seconds) = body.trim().parse::<u32>() else {
        return Failure::invalid("The clock moves on by seconds.", None).into();
    };
    let moved = happen(&stripe, None, |world| {
        let ahead = now(world) - clock::now() + i64::from(seconds);
        let clock = json!({"id": "clock", "object": "clock", "ahead": ahead});
        Ok((clock.clone(), vec![clock], Vec::new()))
    });
    while let Some(id) = stripe.state.read(due) {
        if let Err(failure) = happen(&stripe, None, |world| fall_due(world, &id)) {
            return failure.into();
        }
    }
    answer(moved)
}

/// The invoice that a subscription waits for, and when that is tried again.
fn awaited(world: &World, subscription: &Value) -> Option<(Value, i64)> {
    let invoice = world.objects.get(text(subscription, "latest_invoice")).filter(|invoice| text(invoice, "status") == "open")?;
    Some((invoice.clone(), number(invoice, "next_payment_attempt")))
}

/// When something happens to a subscription next.
fn next(world: &World, subscription: &Value) -> Option<i64> {
    match text(subscription, "status") {
        "past_due" => awaited(world, subscription).map(|(_, at)| at),
        "active" => Some(number(&item(subscription), "current_period_end")),
        _ => None,
    }
}

/// The subscription to which something happens first, up to now.
fn due(world: &World) -> Option<String> {
    let subscriptions = world.objects.values().filter(|object| text(object, "object") == "subscription");
    let first = subscriptions.filter_map(|subscription| Some((next(world, subscription)?, text(subscription, "id")))).min()?;
    (first.0 <= now(world)).then(|| first.1.to_owned())
}

/// It ends, is renewed, or is paid for at last.
fn fall_due(world: &World, id: &str) -> Result<Done, Failure> {
    let subscription = get(world, "subscription", id, "id")?;
    if let Some((invoice, at)) = awaited(world, &subscription).filter(|_| text(&subscription, "status") == "past_due") {
        if !declines(world, id) {
            return collected(&subscription, invoice);
        }
        return Ok(failed(subscription, invoice, at));
    }
    let at = number(&item(&subscription), "current_period_end");
    if subscription.get("cancel_at").is_some_and(|end| end.as_i64().is_some_and(|end| end <= at)) {
        let ended = ended(subscription, at, "cancellation_requested");
        return Ok((ended.clone(), vec![ended.clone()], vec![("customer.subscription.deleted", ended)]));
    }
    let price = item(&subscription).get("price").cloned().unwrap_or_default();
    let renewed = with_item(subscription, json!({"current_period_start": at, "current_period_end": end_of(&price, at)}));
    let bill = Bill { amount: number(&price, "unit_amount"), reason: "subscription_cycle" };
    if declines(world, id) {
        let invoice = invoice(&renewed, &bill, 0);
        let renewed = with(renewed, json!({"latest_invoice": invoice.get("id")}));
        return Ok(failed(renewed, invoice, at));
    }
    let (renewed, mut objects, mut news) = paid(&renewed, &bill, None);
    news.push(("customer.subscription.updated", renewed.clone()));
    objects.push(renewed.clone());
    Ok((renewed, objects, news))
}

/// An invoice that was not paid then: it is tried again three days later, or its subscription ends.
fn failed(subscription: Value, invoice: Value, at: i64) -> Done {
    let tries = number(&invoice, "attempt_count") + 1;
    let last = tries >= TRIES;
    let again = (!last).then_some(at + 3 * DAY);
    let invoice = with(invoice, json!({"attempt_count": tries, "next_payment_attempt": again}));
    let (kind, subscription) = if last {
        ("customer.subscription.deleted", ended(subscription, at, "payment_failed"))
    } else {
        ("customer.subscription.updated", with(subscription, json!({"status": "past_due"})))
    };
    let news = vec![("invoice.payment_failed", invoice.clone()), (kind, subscription.clone())];
    (subscription.clone(), vec![invoice, subscription], news)
}
