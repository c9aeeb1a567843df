//! What subscribers are told of their payments: a receipt for each, and each attempt that failed while it is tried again.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use club::Club;
use serde_json::{Value, json};

const FAILED: &str = "invoice.payment_failed";
const PAGE: &str = "https://invoice.stripe.com/i/1";

impl Club {
    /// An invoice that was not paid, for the `attempt`th time; tried again in three days.
    fn unpaid(&self, id: &str, attempt: i32, changes: &Value) -> Value {
        let mut invoice = self.invoice(id, 0);
        let failed = json!({
            "status": "open", "amount_remaining": 999, "attempt_count": attempt, "next_payment_attempt": shop::now() + 3 * 86_400,
            "hosted_invoice_url": PAGE, "billing_reason": "subscription_cycle",
        });
        for more in [&failed, changes] {
            invoice.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        }
        invoice
    }
}

#[tokio::test]
async fn every_payment_has_its_receipt() {
    let club = Club::open().await;
    club.stripe_says(&json!({}));
    let mut first = club.invoice("in_1", 999);
    first["hosted_invoice_url"] = json!(PAGE);
    for event in ["evt_1", "evt_1", "evt_2"] {
        club.tell(event, "invoice.paid", &first).await;
    }
    club.tell("evt_3", "invoice.payment_succeeded", &first).await;
    assert_eq!(club.mails("subscription-receipt").await, 1);
    let said = "outbox WHERE template = 'subscription-receipt' AND recipient = 'buyer@example.com' AND data ->> 'title' = 'Gold'
        AND data ->> 'amount' = '9.99 USD' AND data ->> 'link' = 'https://invoice.stripe.com/i/1' AND data ->> 'until' ~ '^[0-9]+ [A-Z][a-z]+ [0-9]{4}$'";
    assert_eq!(club.shop.app.count(said).await, 1);
    club.tell("evt_4", "invoice.paid", &club.invoice("in_2", 999)).await;
    assert_eq!(club.mails("subscription-receipt").await, 2, "and the renewal");
    club.tell("evt_5", "invoice.paid", &club.invoice("in_3", 0)).await;
    assert_eq!(club.mails("subscription-receipt").await, 2, "nothing was paid");
    // Given back: told of it once, as of purchases.
    club.tell("evt_6", "invoice_payment.paid", &club.invoice_payment("in_2", "pi_2")).await;
    for amount in [999, 999] {
        let charge = json!({ "id": "ch_2", "object": "charge", "payment_intent": "pi_2", "amount_refunded": amount });
        club.tell(&format!("evt_7{amount}"), "charge.refunded", &charge).await;
    }
    let returned = "outbox WHERE template = 'refund' AND data ->> 'title' = 'Gold' AND data ->> 'amount' = '9.99 USD'";
    assert_eq!((club.shop.app.count(returned).await, club.mails("refund").await), (1, 1));
}

#[tokio::test]
async fn an_attempt_that_failed_is_told_of_once_while_there_is_another() {
    let club = Club::open().await;
    club.stripe_says(&json!({ "status": "past_due" }));
    for (event, attempt) in [("evt_1", 1), ("evt_1", 1), ("evt_2", 1), ("evt_3", 2)] {
        club.tell(event, FAILED, &club.unpaid("in_1", attempt, &json!({}))).await;
    }
    assert_eq!(club.mails("subscription-payment-failed").await, 2, "one for each attempt");
    let said = "outbox WHERE template = 'subscription-payment-failed' AND recipient = 'buyer@example.com' AND data ->> 'amount' = '9.99 USD'
        AND data ->> 'link' = 'https://invoice.stripe.com/i/1' AND data ->> 'date' ~ '^[0-9]+ [A-Z][a-z]+ [0-9]{4}$'";
    assert_eq!(club.shop.app.count(said).await, 2);
    club.settle().await;
    assert_eq!(club.subscriptions().await[0]["status"], "past_due", "it is news of the subscription, too");
    let noted = "failed_payments WHERE (invoice_id, stripe_subscription_id, amount_cents, changed_by) = ('in_1', 'sub_1', 999, 'subscription')";
    assert_eq!(club.shop.app.count(noted).await, 2);

    // Not told: the last attempt, the first payment, one that was paid before this arrived, and what would have been tried by now.
    club.tell("evt_4", FAILED, &club.unpaid("in_1", 3, &json!({ "next_payment_attempt": null }))).await;
    club.tell("evt_5", FAILED, &club.unpaid("in_2", 1, &json!({ "billing_reason": "subscription_create" }))).await;
    club.tell("evt_6", "invoice.paid", &club.invoice("in_3", 999)).await;
    club.tell("evt_7", FAILED, &club.unpaid("in_3", 1, &json!({}))).await;
    club.tell("evt_8", FAILED, &club.unpaid("in_4", 1, &json!({ "next_payment_attempt": shop::now() - 60 }))).await;
    assert_eq!(club.mails("subscription-payment-failed").await, 2);
    assert_eq!(club.shop.app.count("failed_payments").await, 6, "and all are noted");

    // Stripe gives up, and leaves it unpaid.
    for (event, status) in [("evt_9", "unpaid"), ("evt_10", "unpaid"), ("evt_11", "active"), ("evt_12", "unpaid")] {
        club.news(event, "customer.subscription.updated", &json!({ "status": status })).await;
    }
    assert_eq!(club.mails("subscription-closed").await, 2);
}

#[tokio::test]
async fn who_is_gone_gets_no_mail_and_what_is_nobodys_is_applied_when_it_comes_again() {
    let club = Club::open().await;
    club.stripe_says(&json!({}));
    club.shop.app.execute("UPDATE users SET deleted_at = now() WHERE email = 'buyer@example.com'").await;
    club.tell("evt_1", FAILED, &club.unpaid("in_1", 1, &json!({}))).await;
    club.tell("evt_2", "invoice.paid", &club.invoice("in_2", 999)).await;
    assert_eq!((club.mails("subscription-payment-failed").await, club.mails("subscription-receipt").await), (0, 0));
    let mut stranger = club.unpaid("in_3", 1, &json!({}));
    let late = "019aa000-0000-7000-8000-000000000009";
    stranger["parent"]["subscription_details"]["metadata"]["userId"] = json!(late);
    club.tell("evt_3", FAILED, &stranger).await;
    assert_eq!(club.shop.app.count("webhook_events WHERE id = 'evt_3' AND NOT applied").await, 1);
    club.shop
        .app
        .execute(&format!(
            "INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ('{late}', 'late@example.com', 'x', 'x', now(), now())"
        ))
        .await;
    club.tell("evt_3", FAILED, &stranger).await;
    assert_eq!(club.shop.app.count("outbox WHERE recipient = 'late@example.com'").await, 1);
}
