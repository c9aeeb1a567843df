//! What a paid session makes: a payment, its charge, a customer.

use serde_json::{Value, json};

use super::{new_id, number, session::End, subscription, text, with};
use crate::{
    clock,
    state::{Change, World},
};

/// Where the metadata meant for a session's payment waits for it.
pub(super) fn data_of(session: &str) -> String {
    format!("data_{session}")
}

/// The buyer is done; the money is there `now`, or days later.
pub(super) fn completed(session: Value, world: &World, email: Option<&str>, now: bool) -> End {
    let known = session.get("customer_email").and_then(Value::as_str);
    let email = known.or(email.filter(|email| !email.is_empty())).unwrap_or("buyer@example.com").to_owned();
    let address = json!({"city": null, "country": "GB", "line1": null, "line2": null, "postal_code": "SW1A 1AA", "state": null});
    let details = json!({
        "address": address, "business_name": null, "email": email, "individual_name": null, "name": "Test Buyer",
        "phone": null, "tax_exempt": "none", "tax_ids": [],
    });
    let mut changes = Vec::new();
    let mut customer = session.get("customer").cloned().unwrap_or_default();
    if customer.is_null() && text(&session, "customer_creation") == "always" {
        let made = json!({
            "id": new_id("cus_"), "object": "customer", "created": clock::now(), "email": email, "livemode": false, "metadata": {},
            "name": "Test Buyer",
        });
        customer = made.get("id").cloned().unwrap_or_default();
        changes.push(Change::Object(made));
    }
    if text(&session, "mode") == "subscription" {
        let done = json!({"status": "complete", "customer": customer, "customer_details": details, "url": null});
        return subscription::begun(with(session, done), world, changes);
    }
    let free = number(&session, "amount_total") == 0;
    let intent = if free { Value::Null } else { new_id("pi_").into() };
    let status = if free { "no_payment_required" } else { "unpaid" };
    let session = with(
        session,
        json!({
            "status": "complete", "payment_status": status, "payment_intent": intent, "customer": customer, "customer_details": details,
            "url": null,
        }),
    );
    if free || !now {
        return (vec![("checkout.session.completed", session.clone())], changes, session);
    }
    let session = with(session, json!({"payment_status": "paid"}));
    let (intent, charge) = paid(&session, world);
    changes.extend([Change::Object(intent.clone()), Change::Object(charge.clone())]);
    let news =
        vec![("charge.succeeded", charge), ("payment_intent.succeeded", intent), ("checkout.session.completed", session.clone())];
    (news, changes, session)
}

/// What the buyer's bank says of a debit.
pub(super) fn debited(session: Value, world: &World, arrives: bool) -> End {
    if !arrives {
        return (vec![("checkout.session.async_payment_failed", session.clone())], Vec::new(), session);
    }
    let session = with(session, json!({"payment_status": "paid"}));
    let (intent, charge) = paid(&session, world);
    let changes = vec![Change::Object(intent.clone()), Change::Object(charge.clone())];
    let news = vec![
        ("charge.succeeded", charge),
        ("payment_intent.succeeded", intent),
        ("checkout.session.async_payment_succeeded", session.clone()),
    ];
    (news, changes, session)
}

/// The payment of a session and its charge.
fn paid(session: &Value, world: &World) -> (Value, Value) {
    let metadata = world.objects.get(&data_of(text(session, "id"))).and_then(|data| data.get("metadata")).cloned();
    let metadata = metadata.unwrap_or_else(|| json!({}));
    let (amount, currency) = (number(session, "amount_total"), text(session, "currency"));
    let (intent, charge) = (text(session, "payment_intent"), new_id("ch_"));
    let customer = session.get("customer");
    let both = json!({
        "amount": amount, "created": clock::now(), "currency": currency, "customer": customer, "livemode": false, "metadata": metadata,
        "status": "succeeded",
    });
    let intent_object = with(
        both.clone(),
        json!({"id": intent, "object": "payment_intent", "amount_received": amount, "latest_charge": charge, "capture_method": "automatic"}),
    );
    let charge_object = with(
        both,
        json!({
            "id": charge, "object": "charge", "amount_captured": amount, "amount_refunded": 0, "captured": true, "disputed": false,
            "paid": true, "payment_intent": intent, "refunded": false, "balance_transaction": null, "failure_code": null,
        }),
    );
    (intent_object, charge_object)
}
