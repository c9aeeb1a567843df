//! Products and their recurring prices.

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
    after::{Done, answer, get, happen},
    form, new_id, session, text, with,
};
use crate::{
    clock,
    state::{World, digest},
};

/// `POST /v1/products`
pub async fn make_product(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, body: Bytes) -> Response {
    make(&stripe, &headers, "product", &body, |form, _| {
        only(form, &["name", "description", "metadata", "active"])?;
        let name = given(form, "name").ok_or_else(|| Failure::missing_param("name"))?;
        let now = clock::now();
        let product = json!({
            "id": new_id("prod_"), "object": "product", "active": true, "created": now, "default_price": null, "description": given(form, "description"),
            "images": [], "livemode": false, "marketing_features": [], "metadata": form.get("metadata").unwrap_or(&json!({})), "name": name,
            "package_dimensions": null, "shippable": null, "statement_descriptor": null, "tax_code": null, "tax_details": null, "type": "service",
            "unit_label": null, "updated": now, "url": null,
        });
        Ok((product.clone(), vec![product], Vec::new()))
    })
}

/// `POST /v1/products/:id`
pub async fn change_product(
    Shared(stripe): Shared<Arc<Stripe>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    make(&stripe, &headers, "product", &body, |form, world| {
        only(form, &["name", "description", "metadata", "active"])?;
        let product = get(world, "product", &id, "id")?;
        let product = with(product, json!({ "updated": clock::now() }));
        let name = given(form, "name").unwrap_or(text(&product, "name")).to_owned();
        let product = with(product, json!({ "name": name }));
        Ok((product.clone(), vec![product], Vec::new()))
    })
}

/// `POST /v1/prices`
pub async fn make_price(Shared(stripe): Shared<Arc<Stripe>>, headers: HeaderMap, body: Bytes) -> Response {
    make(&stripe, &headers, "price", &body, |form, world| {
        only(form, &["product", "currency", "unit_amount", "recurring", "metadata", "nickname"])?;
        let need = |name: &str| given(form, name).ok_or_else(|| Failure::missing_param(name));
        get(world, "product", need("product")?, "product")?;
        let interval = form.get("recurring").map(|recurring| text(recurring, "interval")).unwrap_or_default();
        if !["day", "week", "month", "year"].contains(&interval) {
            return Err(Failure::invalid(
                "Invalid recurring[interval]: must be one of day, month, week, or year",
                Some("recurring[interval]"),
            ));
        }
        let amount = need("unit_amount")?;
        let amount: i64 = amount.parse().ok().filter(|amount| *amount >= 0).ok_or_else(|| Failure {
            code: Some("parameter_invalid_integer"),
            ..Failure::invalid(&format!("Invalid integer: {amount}"), Some("unit_amount"))
        })?;
        let price = json!({
            "id": new_id("price_"), "object": "price", "active": true, "billing_scheme": "per_unit", "created": clock::now(),
            "currency": need("currency")?, "custom_unit_amount": null, "livemode": false, "lookup_key": null,
            "metadata": form.get("metadata").unwrap_or(&json!({})), "nickname": given(form, "nickname"), "product": need("product")?,
            "recurring": {"interval": interval, "interval_count": 1, "meter": null, "trial_period_days": null, "usage_type": "licensed"},
            "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null, "type": "recurring", "unit_amount": amount,
            "unit_amount_decimal": amount.to_string(),
        });
        Ok((price.clone(), vec![price], Vec::new()))
    })
}

/// Reads a form and does what it asks for, once for each idempotency key.
pub(super) fn make(
    stripe: &Stripe,
    headers: &HeaderMap,
    what: &str,
    body: &[u8],
    decide: impl FnOnce(&Map<String, Value>, &World) -> Result<Done, Failure>,
) -> Response {
    let made = stripe.admits(headers).and_then(|()| {
        let form = form::parse(body).map_err(|message| Failure::invalid(&message, None))?;
        let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let request = digest(format!("{what} {}", Value::Object(form.clone())).as_bytes());
        happen(stripe, key.map(|key| (format!("stripe {key}"), request)), |world| decide(&form, world))
    });
    match made {
        Ok((body, replayed)) => session::made_under_key(headers, body, replayed),
        failed => answer(failed),
    }
}

pub(super) fn given<'a>(form: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    form.get(name).and_then(Value::as_str).filter(|value| !value.is_empty())
}

/// Refuses parameters that this stand-in does not know, as Stripe refuses unknown ones.
pub(super) fn only(form: &Map<String, Value>, known: &[&str]) -> Result<(), Failure> {
    match form.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let message = format!("Received unknown parameter: {unknown}");
            Err(Failure { code: Some("parameter_unknown"), ..Failure::invalid(&message, Some(unknown)) })
        }
    }
}
