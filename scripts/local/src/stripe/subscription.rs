//! Subscriptions: begun by a checkout session, changed, ended. A month has thirty days here, and a year 365.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State as Shared},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    Failure, Stripe,
    after::{Done, get},
    billing::{self, Bill},
    catalogue::{given, make, only},
    new_id, number,
    payment::data_of,
    session::End,
    text, with,
};
use crate::state::{Change, World};

const DAY: i64 = 86_400;

/// The fields of a subscription that are null at first.
const NULL_FIELDS: [&str; 26] = [
    "application",
    "application_fee_percent",
    "billing_cycle_anchor_config",
    "billing_thresholds",
    "cancel_at",
    "canceled_at",
    "customer_account",
    "days_until_due",
    "default_payment_method",
    "default_source",
    "description",
    "ended_at",
    "latest_invoice",
    "managed_payments",
    "next_pending_invoice_item_invoice",
    "on_behalf_of",
    "pause_collection",
    "payment_settings",
    "pending_invoice_item_interval",
    "pending_setup_intent",
    "pending_update",
    "schedule",
    "test_clock",
    "transfer_data",
    "trial_end",
    "trial_start",
];

/// When a period ends that begins then.
pub(super) fn end_of(price: &Value, start: i64) -> i64 {
    let interval = price.get("recurring").map(|recurring| text(recurring, "interval")).unwrap_or_default();
    start + DAY * if interval == "year" { 365 } else { 30 }
}

/// The one item of a subscription.
pub(super) fn item(subscription: &Value) -> Value {
    subscription.pointer("/items/data/0").cloned().unwrap_or_else(|| json!({}))
}

/// The subscription with its item changed.
pub(super) fn with_item(subscription: Value, fields: Value) -> Value {
    let id = text(&subscription, "id").to_owned();
    let item = with(item(&subscription), fields);
    let items = json!({"object": "list", "data": [item], "has_more": false, "total_count": 1, "url": format!("/v1/subscription_items?subscription={id}")});
    with(subscription, json!({"items": items}))
}

/// What somebody subscribed to in `session`, which has its customer by now.
pub(super) fn begun(session: Value, world: &World, mut changes: Vec<Change>) -> End {
    let data = world.objects.get(&data_of(text(&session, "id"))).cloned().unwrap_or_default();
    let price = world.objects.get(text(&data, "price")).cloned().unwrap_or_default();
    let (now, id) = (billing::now(world), new_id("sub_"));
    let nulls: Map<String, Value> = NULL_FIELDS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let subscription = with(
        Value::Object(nulls),
        json!({
            "id": id, "object": "subscription", "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
            "billing_cycle_anchor": now, "billing_mode": {"type": "flexible"}, "billing_schedules": [], "cancel_at_period_end": false,
            "cancellation_details": {"comment": null, "feedback": null, "reason": null}, "collection_method": "charge_automatically",
            "created": now, "currency": session.get("currency"), "customer": session.get("customer"), "default_tax_rates": [], "discounts": [],
            "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}}, "livemode": false,
            "metadata": data.get("subscription").unwrap_or(&json!({})), "start_date": now, "status": "incomplete",
            "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        }),
    );
    let subscription = with_item(
        subscription,
        json!({
            "id": new_id("si_"), "object": "subscription_item", "billing_thresholds": null, "created": now, "current_period_start": now,
            "current_period_end": end_of(&price, now), "current_trial": null, "discounts": [], "metadata": {}, "price": price, "quantity": 1,
            "subscription": id, "tax_rates": [],
        }),
    );
    let made = ("customer.subscription.created", subscription.clone());
    let bill = Bill { amount: number(&session, "amount_total"), reason: "subscription_create" };
    let (active, objects, mut news) = billing::paid(&with(subscription, json!({"status": "active"})), &bill, None);
    let session = with(
        session,
        json!({"payment_status": "paid", "subscription": active.get("id"), "invoice": active.get("latest_invoice")}),
    );
    news.insert(0, made);
    news.push(("customer.subscription.updated", active.clone()));
    news.push(("checkout.session.completed", session.clone()));
    changes.extend(objects.into_iter().chain([active]).map(Change::Object));
    (news, changes, session)
}

/// `POST /v1/subscriptions/:id`
pub async fn change(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>, body: Bytes) -> Response {
    make(&stripe, &headers, "subscription", &body, |form, world| changed(&id, form, world))
}

/// `DELETE /v1/subscriptions/:id`: it ends now.
pub async fn cancel(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    make(&stripe, &headers, "cancel", b"", |_, world| {
        let ended = ended(alive(world, &id)?, billing::now(world), "cancellation_requested");
        Ok((ended.clone(), vec![ended.clone()], vec![("customer.subscription.deleted", ended)]))
    })
}

/// A subscription that has ended then.
pub(super) fn ended(subscription: Value, at: i64, reason: &str) -> Value {
    let details = json!({"comment": null, "feedback": null, "reason": reason});
    with(subscription, json!({"status": "canceled", "ended_at": at, "canceled_at": at, "cancellation_details": details}))
}

fn alive(world: &World, id: &str) -> Result<Value, Failure> {
    let subscription = get(world, "subscription", id, "id")?;
    if text(&subscription, "status") == "canceled" {
        return Err(Failure::invalid("A canceled subscription can only update its cancellation_details and metadata.", None));
    }
    Ok(subscription)
}

fn changed(id: &str, form: &Map<String, Value>, world: &World) -> Result<Done, Failure> {
    only(
        form,
        &[
            "items",
            "metadata",
            "cancel_at_period_end",
            "cancel_at",
            "proration_behavior",
            "proration_date",
            "payment_behavior",
            "pause_collection",
        ],
    )?;
    let mut subscription = alive(world, id)?;
    if let Some(pairs) = form.get("metadata") {
        let metadata = subscription.get("metadata").cloned().unwrap_or_else(|| json!({}));
        subscription = with(subscription, json!({"metadata": with(metadata, pairs.clone())}));
    }
    let end = number(&item(&subscription), "current_period_end");
    let canceled = |ending: bool| if ending { json!(billing::now(world)) } else { Value::Null };
    match (given(form, "cancel_at_period_end"), form.get("cancel_at").and_then(Value::as_str)) {
        (Some(_), Some(_)) => {
            return Err(Failure::invalid("You may only specify one of cancel_at and cancel_at_period_end.", None));
        }
        (Some(flag), None) => {
            let at = if flag == "true" { json!(end) } else { Value::Null };
            let fields =
                json!({"cancel_at_period_end": flag == "true", "cancel_at": at, "canceled_at": canceled(flag == "true")});
            subscription = with(subscription, fields);
        }
        (None, Some(at)) => {
            let at = at.parse::<i64>().ok();
            subscription = with(
                subscription,
                json!({"cancel_at": at, "cancel_at_period_end": false, "canceled_at": canceled(at.is_some())}),
            );
        }
        (None, None) => {}
    }
    if let Some(pause) = form.get("pause_collection") {
        let pause = pause.is_object().then(|| json!({"behavior": text(pause, "behavior"), "resumes_at": null}));
        subscription = with(subscription, json!({"pause_collection": pause}));
    }
    let (mut objects, mut news) = (Vec::new(), Vec::new());
    if let Some(wanted) = form.get("items").and_then(|items| items.get("0")) {
        let at = prorated_at(&subscription, form.get("proration_date"), "proration_date", world)?;
        let total;
        (subscription, total) = moved(subscription, wanted, at, world)?;
        let bill = Bill { amount: total.max(0), reason: "subscription_update" };
        if form.get("proration_behavior").and_then(Value::as_str) == Some("always_invoice") {
            if billing::declines(world, id) {
                let message = "Your card was declined.";
                return Err(Failure {
                    status: 402,
                    kind: "card_error",
                    code: Some("card_declined"),
                    ..Failure::invalid(message, None)
                });
            }
            (subscription, objects, news) = billing::paid(&subscription, &bill, None);
        }
    }
    news.push(("customer.subscription.updated", subscription.clone()));
    objects.push(subscription.clone());
    Ok((subscription, objects, news))
}

/// `POST /v1/invoices/create_preview`: of a change of a subscription's price that is invoiced at once.
pub async fn preview(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, body: Bytes) -> Response {
    make(&stripe, &headers, "preview", &body, |form, world| {
        only(form, &["subscription", "subscription_details", "customer"])?;
        let id = given(form, "subscription").ok_or_else(|| Failure::missing_param("subscription"))?;
        let details = form.get("subscription_details").and_then(Value::as_object).cloned().unwrap_or_default();
        only(&details, &["items", "proration_behavior", "proration_date"])?;
        let wanted = details.get("items").and_then(|items| items.get("0"));
        let wanted = wanted.ok_or_else(|| Failure::missing_param("subscription_details[items]"))?;
        if given(&details, "proration_behavior") != Some("always_invoice") {
            return Err(Failure::invalid("This stand-in previews what is invoiced at once.", None));
        }
        let subscription = alive(world, id)?;
        let at = prorated_at(&subscription, details.get("proration_date"), "subscription_details[proration_date]", world)?;
        let (changed, total) = moved(subscription, wanted, at, world)?;
        let bill = Bill { amount: total, reason: "subscription_update" };
        let preview = with(
            billing::invoice(&changed, &bill, 0),
            json!({
                "id": new_id("upcoming_in_"), "status": "draft", "attempted": false, "auto_advance": false, "amount_due": total.max(0),
                "amount_remaining": total.max(0), "starting_balance": 0, "ending_balance": total.min(0),
            }),
        );
        Ok((preview, Vec::new(), Vec::new()))
    })
}

/// As of when a change is reckoned: a moment of the period that runs.
fn prorated_at(subscription: &Value, asked: Option<&Value>, name: &str, world: &World) -> Result<i64, Failure> {
    let Some(asked) = asked.and_then(Value::as_str) else { return Ok(billing::now(world)) };
    let item = item(subscription);
    let period = number(&item, "current_period_start")..=number(&item, "current_period_end");
    let at = asked.parse().ok().filter(|at| period.contains(at));
    at.ok_or_else(|| Failure::invalid("Invalid proration date: it must lie in the current period.", Some(name)))
}

/// The subscription at another price, and what that comes to as of then: the rest of the period at the new price less the same at the
/// old one; where the interval changes, a new period begins.
fn moved(subscription: Value, wanted: &Value, at: i64, world: &World) -> Result<(Value, i64), Failure> {
    let item = item(&subscription);
    if text(wanted, "id") != text(&item, "id") {
        return Err(Failure::no_such("subscription_item", text(wanted, "id"), "items[0][id]"));
    }
    let price = get(world, "price", text(wanted, "price"), "items[0][price]")?;
    let (start, end) = (number(&item, "current_period_start"), number(&item, "current_period_end"));
    let old = item.get("price").cloned().unwrap_or_default();
    let share = |amount: i64| amount * (end - at).max(0) / (end - start).max(1);
    let same = old.get("recurring") == price.get("recurring");
    let (start, end) = if same { (start, end) } else { (at, end_of(&price, at)) };
    let due = if same { share(number(&price, "unit_amount")) } else { number(&price, "unit_amount") };
    let total = due - share(number(&old, "unit_amount"));
    let fields = json!({"price": price, "current_period_start": start, "current_period_end": end});
    Ok((with_item(subscription, fields), total))
}
