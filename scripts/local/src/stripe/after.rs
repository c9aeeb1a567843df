//! What happens to a payment afterwards: refunds and disputes; and reading charges, refunds, disputes and customers.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, Uri},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Failure, Stripe, form, found, new_id, number, session, text, webhook, with};
use crate::{
    clock,
    state::{Answer, Change, World, digest},
};

/// What a change of the world comes to: the object to answer, all objects that changed, and the events that tell of it.
pub(super) type Done = (Value, Vec<Value>, Vec<(&'static str, Value)>);

/// Decides in one step, keeps the objects with the events that tell of them, and sends those.
pub(super) fn happen(
    stripe: &Stripe,
    idempotency: Option<(String, String)>,
    decide: impl FnOnce(&World) -> Result<Done, Failure>,
) -> Result<(String, bool), Failure> {
    let (body, replayed, events) = stripe.state.change(|world| {
        if let Some((key, request)) = &idempotency
            && let Some(first) = world.answers.get(key)
        {
            let same = first.request == *request;
            return (Vec::new(), if same { Ok((first.body.clone(), true, Vec::new())) } else { Err(session::key_reused(key)) });
        }
        let (answer, objects, news) = match decide(world) {
            Ok(done) => done,
            Err(failure) => return (Vec::new(), Err(failure)),
        };
        let events: Vec<_> = news.iter().map(|(kind, object)| webhook::event(kind, object)).collect();
        let ids: Vec<String> = events.iter().map(|event| text(&event.object, "id").to_owned()).collect();
        let body = answer.to_string();
        let kept = idempotency.map(|(key, request)| Change::Answer(Answer { key, request, body: body.clone() }));
        let changes = objects.into_iter().map(Change::Object).chain(events.into_iter().map(Change::Event)).chain(kept).collect();
        (changes, Ok((body, false, ids)))
    })?;
    events.into_iter().for_each(|event| stripe.courier.deliver(event));
    Ok((body, replayed))
}

pub(super) fn get(world: &World, kind: &str, id: &str, param: &str) -> Result<Value, Failure> {
    let object = world.objects.get(id).filter(|object| text(object, "object") == kind);
    object.cloned().ok_or_else(|| Failure::no_such(kind, id, param))
}

/// The charge that `id` names: its own id or its payment's.
fn charge(world: &World, id: &str) -> Result<Value, Failure> {
    let intent = world.objects.get(id).filter(|object| text(object, "object") == "payment_intent");
    let id = intent.map_or(id, |intent| text(intent, "latest_charge"));
    get(world, "charge", id, "charge")
}

/// `POST /v1/refunds`
pub async fn refund(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, body: Bytes) -> Response {
    let made = stripe.admits(&headers).and_then(|()| {
        let form = form::parse(&body).map_err(|message| Failure::invalid(&message, None))?;
        let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let request = digest(format!("refund {}", Value::Object(form.clone())).as_bytes());
        happen(&stripe, key.map(|key| (format!("stripe {key}"), request)), |world| refunded(&form, world))
    });
    match made {
        Ok((body, replayed)) => session::made_under_key(&headers, body, replayed),
        Err(failure) => failure.into(),
    }
}

fn refunded(form: &Map<String, Value>, world: &World) -> Result<Done, Failure> {
    let known = ["amount", "charge", "payment_intent", "reason", "metadata"];
    if let Some(unknown) = form.keys().find(|name| !known.contains(&name.as_str())) {
        let message = format!("Received unknown parameter: {unknown}");
        return Err(Failure { code: Some("parameter_unknown"), ..Failure::invalid(&message, Some(unknown)) });
    }
    let get = |name: &str| form.get(name).and_then(Value::as_str);
    let charge = charge(world, get("charge").or(get("payment_intent")).ok_or_else(|| Failure::missing_param("payment_intent"))?)?;
    let (amount, before) = (number(&charge, "amount"), number(&charge, "amount_refunded"));
    let refusal = |code: &'static str, message: &str| Failure { code: Some(code), ..Failure::invalid(message, None) };
    if before >= amount {
        return Err(refusal("charge_already_refunded", &format!("Charge {} has already been refunded.", text(&charge, "id"))));
    }
    if charge.get("disputed") == Some(&Value::Bool(true)) {
        return Err(refusal(
            "charge_disputed",
            &format!("Charge {} has been charged back; cannot issue a refund.", text(&charge, "id")),
        ));
    }
    let part = match get("amount") {
        None => amount - before,
        Some(given) => given.parse().ok().filter(|part| (1..=amount - before).contains(part)).ok_or_else(|| {
            Failure::invalid(&format!("Refund amount ({given}) is greater than unrefunded amount on charge."), Some("amount"))
        })?,
    };
    let refund = json!({
        "id": new_id("re_"), "object": "refund", "amount": part, "balance_transaction": null, "charge": charge.get("id"), "created": clock::now(),
        "currency": charge.get("currency"), "metadata": form.get("metadata").unwrap_or(&json!({})), "payment_intent": charge.get("payment_intent"),
        "reason": get("reason"), "receipt_number": null, "source_transfer_reversal": null, "status": "succeeded", "transfer_reversal": null,
    });
    let charge = with(charge, json!({"amount_refunded": before + part, "refunded": before + part == amount}));
    let news = vec![("refund.created", refund.clone()), ("charge.refunded", charge.clone())];
    Ok((refund.clone(), vec![refund, charge], news))
}

/// `POST /charges/:id/dispute`: the buyer's bank asks for the money back. Stripe has no call for that; its test cards do it.
pub async fn dispute(Shared(stripe): Shared<Arc<Stripe>>, Path(id): Path<String>) -> Response {
    answer(happen(&stripe, None, |world| {
        let charge = with(charge(world, &id)?, json!({"disputed": true}));
        let dispute = json!({
            "id": new_id("du_"), "object": "dispute", "amount": charge.get("amount"), "balance_transactions": [], "charge": charge.get("id"),
            "created": clock::now(), "currency": charge.get("currency"), "evidence": {}, "evidence_details": {"due_by": null, "has_evidence": false},
            "is_charge_refundable": false, "livemode": false, "metadata": {}, "payment_intent": charge.get("payment_intent"),
            "reason": "fraudulent", "status": "needs_response",
        });
        Ok((dispute.clone(), vec![dispute.clone(), charge], vec![("charge.dispute.created", dispute)]))
    }))
}

/// `POST /disputes/:id/close` with `won` or `lost`, as the bank decides.
pub async fn decide(Shared(stripe): Shared<Arc<Stripe>>, Path(id): Path<String>, body: String) -> Response {
    answer(closed(&stripe, &id, &body))
}

/// `POST /v1/disputes/:id/close`: we do not contest it.
pub async fn concede(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    answer(stripe.admits(&headers).and_then(|()| closed(&stripe, &id, "lost")))
}

fn closed(stripe: &Stripe, id: &str, outcome: &str) -> Result<(String, bool), Failure> {
    if !["won", "lost"].contains(&outcome) {
        return Err(Failure::invalid("A dispute is won or lost.", None));
    }
    happen(stripe, None, |world| {
        let dispute = get(world, "dispute", id, "dispute")?;
        if text(&dispute, "status") != "needs_response" {
            return Err(Failure::invalid("This dispute is already closed", None));
        }
        let dispute = with(dispute, json!({"status": outcome}));
        let charge = with(charge(world, text(&dispute, "charge"))?, json!({"disputed": outcome == "lost"}));
        Ok((dispute.clone(), vec![dispute.clone(), charge], vec![("charge.dispute.closed", dispute)]))
    })
}

/// `DELETE /v1/customers/:id`
pub async fn forget(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    answer(stripe.admits(&headers).and_then(|()| {
        happen(&stripe, None, |world| {
            let customer = get(world, "customer", &id, "id")?;
            let gone = json!({"id": id, "object": "customer", "deleted": true});
            let buried = with(customer.clone(), json!({"object": "deleted_customer"}));
            Ok((gone, vec![buried], vec![("customer.deleted", customer)]))
        })
    }))
}

/// `POST /v1/billing_portal/sessions`
pub async fn portal(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(stripe.admits(&headers).and_then(|()| {
        let form = form::parse(&body).map_err(|message| Failure::invalid(&message, None))?;
        let customer = form.get("customer").and_then(Value::as_str).ok_or_else(|| Failure::missing_param("customer"))?;
        happen(&stripe, None, |world| {
            get(world, "customer", customer, "customer").map_err(|missing| Failure { status: 400, ..missing })?;
            let id = new_id("bps_");
            let session = json!({
                "id": id, "object": "billing_portal.session", "configuration": "bpc_1", "created": clock::now(), "customer": customer, "flow": null,
                "livemode": false, "locale": null, "on_behalf_of": null, "return_url": form.get("return_url"), "url": format!("{}/portal/{id}", stripe.origin),
            });
            Ok((session.clone(), vec![session], Vec::new()))
        })
    }))
}

/// What a path of Stripe's is about: `/v1/charges/ch_1` is about a charge.
fn kind_of(uri: &Uri) -> &str {
    let noun = uri.path().split('/').nth(2).unwrap_or_default();
    noun.strip_suffix('s').unwrap_or(noun)
}

/// `GET /v1/{charges,refunds,disputes,customers,payment_intents,products,prices,subscriptions,invoices,invoice_payments}/:id`
pub async fn retrieve(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, uri: Uri, Path(id): Path<String>) -> Response {
    let object = stripe.admits(&headers).and_then(|()| stripe.state.read(|world| get(world, kind_of(&uri), &id, "id")));
    object.map_or_else(Into::into, |object| found(&object))
}

#[derive(Deserialize)]
pub struct Filter {
    payment_intent: Option<String>,
    charge: Option<String>,
    customer: Option<String>,
    invoice: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/{charges,refunds,disputes,subscriptions,invoices,invoice_payments}`: newest first, by payment, charge, customer or invoice.
pub async fn list(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, uri: Uri, Query(filter): Query<Filter>) -> Response {
    let kind = kind_of(&uri);
    let is =
        |object: &Value, field: &str, wanted: &Option<String>| wanted.as_deref().is_none_or(|value| text(object, field) == value);
    let objects = stripe.admits(&headers).map(|()| {
        stripe.state.read(|world| {
            let newest = world.object_order.iter().rev().filter_map(|id| world.objects.get(id));
            let matching = newest.filter(|object| {
                text(object, "object") == kind
                    && is(object, "payment_intent", &filter.payment_intent)
                    && is(object, "charge", &filter.charge)
                    && is(object, "customer", &filter.customer)
                    && is(object, "invoice", &filter.invoice)
            });
            matching.take(filter.limit.unwrap_or(10).clamp(1, 100)).cloned().collect::<Vec<Value>>()
        })
    });
    match objects {
        Ok(data) => found(&json!({"object": "list", "data": data, "has_more": false, "url": uri.path()})),
        Err(failure) => failure.into(),
    }
}

pub(super) fn answer(made: Result<(String, bool), Failure>) -> Response {
    match made {
        Ok((body, _)) => super::answered(200, body),
        Err(failure) => failure.into(),
    }
}
