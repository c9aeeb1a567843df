//! Checkout sessions: create, retrieve, list, expire.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Failure, Stripe, answered, form, found, new_id, number, payment, text, webhook, with};
use crate::{
    clock,
    state::{Answer, Change, World, digest},
};

/// The parameters of Stripe's that this stand-in understands; others are refused, as Stripe refuses unknown ones.
const PARAMETERS: [&str; 17] = [
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_creation",
    "customer_email",
    "expand",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_types",
    "subscription_data",
    "success_url",
];

/// The fields of a session that are always null here.
const NULL_FIELDS: [&str; 34] = [
    "adaptive_pricing",
    "after_expiration",
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "billing_address_collection",
    "client_secret",
    "collected_information",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer_account",
    "customer_details",
    "discounts",
    "integration_identifier",
    "invoice",
    "invoice_creation",
    "locale",
    "managed_payments",
    "optional_items",
    "origin_context",
    "payment_intent",
    "payment_link",
    "payment_method_configuration_details",
    "permissions",
    "presentment_details",
    "recovered_from",
    "saved_payment_method_options",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "submit_type",
    "subscription",
    "tax_id_collection",
    "wallet_options",
];

const HALF_HOUR: i64 = 1_800;
const DAY: i64 = 86_400;

/// `POST /v1/checkout/sessions`
pub async fn create(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, body: Bytes) -> Response {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    match stripe.admits(&headers).and_then(|()| made(&stripe, &body, key)) {
        Ok((body, replayed)) => made_under_key(&headers, body, replayed),
        Err(failure) => failure.into(),
    }
}

/// What was made, with what Stripe says of its idempotency key.
pub(super) fn made_under_key(headers: &HeaderMap, body: String, replayed: bool) -> Response {
    let mut response = answered(200, body);
    if let Some(key) = headers.get("idempotency-key") {
        response.headers_mut().insert("idempotency-key", key.clone());
    }
    if replayed {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

fn made(stripe: &Stripe, body: &[u8], key: Option<&str>) -> Result<(String, bool), Failure> {
    let form = form::parse(body).map_err(|message| Failure::invalid(&message, None))?;
    let session = stripe.state.read(|world| session(&form, &stripe.origin, clock::now(), world))?;
    let customer = text(&session, "customer").to_owned();
    let intent = json!({
        "id": payment::data_of(text(&session, "id")), "object": "payment_intent_data",
        "metadata": form.get("payment_intent_data").and_then(|data| data.get("metadata")).unwrap_or(&json!({})),
        "subscription": form.get("subscription_data").and_then(|data| data.get("metadata")),
        "price": form.get("line_items").and_then(|items| items.get("0")).and_then(|item| item.get("price")),
    });
    let request = digest(Value::Object(form).to_string().as_bytes());
    stripe.state.change(|world| {
        let stored = key.map(|key| format!("stripe {key}"));
        match stored.as_ref().and_then(|key| world.answers.get(key)) {
            Some(first) if first.request == request => return (Vec::new(), Ok((first.body.clone(), true))),
            Some(_) => return (Vec::new(), Err(key_reused(key.unwrap_or_default()))),
            None => {}
        }
        let known = world.objects.get(&customer).is_some_and(|object| text(object, "object") == "customer");
        if !customer.is_empty() && !known {
            let missing = Failure::no_such("customer", &customer, "customer");
            return (Vec::new(), Err(Failure { status: 400, ..missing }));
        }
        let body = session.to_string();
        let answer = stored.map(|key| Change::Answer(Answer { key, request, body: body.clone() }));
        ([Change::Session(session), Change::Object(intent)].into_iter().chain(answer).collect(), Ok((body, false)))
    })
}

pub(super) fn key_reused(key: &str) -> Failure {
    let message = format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. \
         Try using a key other than '{key}' if you meant to execute a different request."
    );
    Failure { kind: "idempotency_error", ..Failure::invalid(&message, None) }
}

fn session(form: &Map<String, Value>, origin: &str, now: i64, world: &World) -> Result<Value, Failure> {
    if let Some(unknown) = form.keys().find(|name| !PARAMETERS.contains(&name.as_str())) {
        let message = format!("Received unknown parameter: {unknown}");
        return Err(Failure { code: Some("parameter_unknown"), ..Failure::invalid(&message, Some(unknown)) });
    }
    let get = |name: &str| form.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
    let mode = get("mode").ok_or_else(|| Failure::missing_param("mode"))?;
    if !["payment", "subscription"].contains(&mode) {
        return Err(Failure::invalid("This stand-in knows the modes payment and subscription only.", Some("mode")));
    }
    if mode == "subscription" && (form.contains_key("customer_creation") || form.contains_key("payment_intent_data")) {
        let message = "You can not pass `customer_creation` or `payment_intent_data` in `subscription` mode.";
        return Err(Failure::invalid(message, Some("mode")));
    }
    let success_url = get("success_url").ok_or_else(|| Failure::missing_param("success_url"))?;
    for (name, url) in [("success_url", Some(success_url)), ("cancel_url", get("cancel_url"))] {
        if url.is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            return Err(Failure { code: Some("url_invalid"), ..Failure::invalid("Not a valid URL", Some(name)) });
        }
    }
    if get("customer_email").is_some_and(|email| !email.contains('@')) {
        let message = "Invalid email address";
        return Err(Failure { code: Some("email_invalid"), ..Failure::invalid(message, Some("customer_email")) });
    }
    if get("customer").is_some() && get("customer_email").is_some() {
        return Err(Failure::invalid(
            "You may only specify one of these parameters: customer, customer_email.",
            Some("customer"),
        ));
    }
    let expires_at = match get("expires_at") {
        None => now + DAY,
        // A minute's grace for the caller's clock.
        Some(given) => given.parse().ok().filter(|at| (now + HALF_HOUR - 60..=now + DAY + 60).contains(at)).ok_or_else(|| {
            Failure::invalid("The expires_at timestamp must be 30 minutes to 24 hours from now.", Some("expires_at"))
        })?,
    };
    let (currency, amount) =
        if mode == "subscription" { recurring(form.get("line_items"), world)? } else { total(form.get("line_items"))? };
    let metadata = metadata(form.get("metadata"), "metadata")?;
    metadata_of_intent(form)?;
    let id = new_id("cs_test_");
    let nulls: Map<String, Value> = NULL_FIELDS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let paid = if amount == 0 { "no_payment_required" } else { "unpaid" };
    let session = with(
        Value::Object(nulls),
        json!({
            "id": id, "object": "checkout.session", "amount_subtotal": amount, "amount_total": amount,
            "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
            "cancel_url": get("cancel_url"), "client_reference_id": get("client_reference_id"), "created": now,
            "currency": currency, "custom_fields": [], "customer": get("customer"), "customer_email": get("customer_email"),
            "customer_creation": if mode == "subscription" { "always" } else { get("customer_creation").unwrap_or("if_required") }, "expires_at": expires_at, "livemode": false, "metadata": metadata,
            "mode": mode, "payment_method_collection": "if_required", "payment_method_options": {},
            "payment_method_types": ["card"], "payment_status": paid,
        }),
    );
    Ok(with(
        session,
        json!({
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
            },
            "phone_number_collection": {"enabled": false}, "shipping_options": [], "status": "open",
            "success_url": success_url, "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted_page", "url": format!("{origin}/pay/{id}"),
        }),
    ))
}

/// The metadata meant for the payment is checked as Stripe does.
fn metadata_of_intent(form: &Map<String, Value>) -> Result<(), Failure> {
    let given = form.get("payment_intent_data").and_then(|data| data.get("metadata"));
    metadata(given, "payment_intent_data[metadata]").map(drop)
}

/// The currency and the amount of the one price that is subscribed to.
fn recurring(items: Option<&Value>, world: &World) -> Result<(String, i64), Failure> {
    let item = items.and_then(|items| items.get("0")).ok_or_else(|| Failure::missing_param("line_items"))?;
    let id = text(item, "price");
    let price = world.objects.get(id).filter(|object| text(object, "object") == "price");
    let price = price.ok_or_else(|| Failure { status: 400, ..Failure::no_such("price", id, "line_items[0][price]") })?;
    Ok((text(price, "currency").to_owned(), number(price, "unit_amount")))
}

/// The currency and the sum of the items.
fn total(items: Option<&Value>) -> Result<(String, i64), Failure> {
    let items = items.and_then(Value::as_object).filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| Failure::missing_param("line_items"))?;
    let (mut currency, mut sum) = (None, 0_i64);
    for (index, item) in items {
        let param = |rest: &str| format!("line_items[{index}]{rest}");
        let price = item.get("price_data").ok_or_else(|| Failure::missing_param(&param("[price_data]")))?;
        if text(price.get("product_data").unwrap_or(&Value::Null), "name").is_empty() {
            return Err(Failure::missing_param(&param("[price_data][product_data][name]")));
        }
        let integer = |value: &str, name: &str, least: i64| {
            let invalid = || Failure {
                code: Some("parameter_invalid_integer"),
                ..Failure::invalid(&format!("Invalid integer: {value}"), Some(name))
            };
            value.parse::<i64>().ok().filter(|value| (least..=99_999_999).contains(value)).ok_or_else(invalid)
        };
        let amount = integer(text(price, "unit_amount"), &param("[price_data][unit_amount]"), 0)?;
        let quantity = integer(text(item, "quantity"), &param("[quantity]"), 1)?;
        let own = text(price, "currency").to_ascii_lowercase();
        if own.len() != 3 || !own.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(Failure::invalid(&format!("Invalid currency: {own}"), Some(&param("[price_data][currency]"))));
        }
        if currency.get_or_insert_with(|| own.clone()) != &own {
            return Err(Failure::invalid("All line items must have the same currency.", Some("line_items")));
        }
        sum = sum.saturating_add(amount.saturating_mul(quantity));
    }
    let currency = currency.unwrap_or_default();
    let least = if currency == "gbp" { 30 } else { 50 };
    if sum > 0 && sum < least {
        let message =
            format!("The Checkout Session's total amount must convert to at least {least} of the smallest unit of {currency}.");
        return Err(Failure { code: Some("amount_too_small"), ..Failure::invalid(&message, None) });
    }
    Ok((currency, sum))
}

/// At most 50 texts of at most 500 characters, under keys of at most 40.
fn metadata(given: Option<&Value>, param: &str) -> Result<Value, Failure> {
    let Some(given) = given else { return Ok(json!({})) };
    let fits = |(key, value): (&String, &Value)| {
        key.chars().count() <= 40 && value.as_str().is_some_and(|value| value.chars().count() <= 500)
    };
    let all_fit = |pairs: &Map<String, Value>| pairs.len() <= 50 && pairs.iter().all(fits);
    if given.as_object().is_some_and(all_fit) {
        return Ok(given.clone());
    }
    let message = "Metadata may have 50 keys of up to 40 characters, with values of up to 500 characters.";
    Err(Failure::invalid(message, Some(param)))
}

/// `GET /v1/checkout/sessions/:id`
pub async fn retrieve(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    match stripe.admits(&headers).and_then(|()| current(&stripe, &id)) {
        Ok(session) => found(&session),
        Err(failure) => failure.into(),
    }
}

/// A session as it is now: one whose time is over has expired.
pub(super) fn current(stripe: &Stripe, id: &str) -> Result<Value, Failure> {
    let session = stripe.state.read(|world| world.sessions.get(id).cloned());
    let session = session.ok_or_else(|| Failure::no_such("checkout.session", id, "session"))?;
    if text(&session, "status") == "open" && number(&session, "expires_at") <= clock::now() {
        return expired(stripe, id);
    }
    Ok(session)
}

fn expired(stripe: &Stripe, id: &str) -> Result<Value, Failure> {
    settle(stripe, id, "open", |session, _| {
        let session = with(session, json!({"status": "expired", "url": null}));
        (vec![("checkout.session.expired", session.clone())], Vec::new(), session)
    })
}

/// Events to send, further changes, and the session.
pub(super) type End = (Vec<(&'static str, Value)>, Vec<Change>, Value);

/// Changes a session that stands at `from` (its status, or its payment's) in one step with the events that tell of it, and sends those.
pub(super) fn settle(stripe: &Stripe, id: &str, from: &str, end: impl FnOnce(Value, &World) -> End) -> Result<Value, Failure> {
    let (session, events) = stripe.state.change(|world: &World| {
        let Some(session) = world.sessions.get(id).cloned() else {
            return (Vec::new(), Err(Failure::no_such("checkout.session", id, "session")));
        };
        let standing = if from == "open" { text(&session, "status") } else { text(&session, "payment_status") };
        if standing != from {
            let message = format!("Only Checkout Sessions with a status in [\"{from}\"] can be ended.");
            return (Vec::new(), Err(Failure::invalid(&message, None)));
        }
        let (news, mut changes, session) = end(session, world);
        let events: Vec<_> = news.iter().map(|(kind, object)| webhook::event(kind, object)).collect();
        let ids: Vec<String> = events.iter().map(|event| text(&event.object, "id").to_owned()).collect();
        changes.push(Change::Session(session.clone()));
        changes.extend(events.into_iter().map(Change::Event));
        (changes, Ok((session, ids)))
    })?;
    events.into_iter().for_each(|event| stripe.courier.deliver(event));
    Ok(session)
}

/// `POST /v1/checkout/sessions/:id/expire`
pub async fn expire(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    match stripe.admits(&headers).and_then(|()| expired(&stripe, &id)) {
        Ok(session) => found(&session),
        Err(failure) => failure.into(),
    }
}

#[derive(Deserialize)]
pub struct Filter {
    limit: Option<usize>,
    starting_after: Option<String>,
    payment_intent: Option<String>,
    status: Option<String>,
}

/// `GET /v1/checkout/sessions`: newest first.
pub async fn list(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, Query(filter): Query<Filter>) -> Response {
    if let Err(failure) = stripe.admits(&headers) {
        return failure.into();
    }
    let limit = filter.limit.unwrap_or(10).clamp(1, 100);
    let is = |session: &Value, field: &str, wanted: &Option<String>| {
        wanted.as_deref().is_none_or(|value| text(session, field) == value)
    };
    let mut sessions: Vec<Value> = stripe.state.read(|world| {
        let newest = world.session_order.iter().rev();
        let skipped =
            filter.starting_after.as_ref().and_then(|last| newest.clone().position(|id| id == last)).map_or(0, |at| at + 1);
        let matching = newest
            .skip(skipped)
            .filter_map(|id| world.sessions.get(id))
            .filter(|session| is(session, "status", &filter.status) && is(session, "payment_intent", &filter.payment_intent));
        matching.take(limit + 1).cloned().collect()
    });
    let has_more = sessions.len() > limit;
    sessions.truncate(limit);
    found(&json!({"object": "list", "data": sessions, "has_more": has_more, "url": "/v1/checkout/sessions"}))
}
