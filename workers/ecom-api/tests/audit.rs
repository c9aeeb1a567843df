//! Every way in which money moves leaves a row that says who, when, why, and which event.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use std::collections::BTreeSet;

use club::Club;
use codex_commerce::Event;
use codex_identity::Role;
use codex_testkit::TestApp;
use serde_json::{Value, json};

/// One event, to which address it comes, and the row that it must leave.
struct Told {
    kind: &'static str,
    endpoint: &'static str,
    object: Value,
    row: &'static str,
}

fn told(kind: &'static str, endpoint: &'static str, object: Value, row: &'static str) -> Told {
    Told { kind, endpoint, object, row }
}

/// A row of the ledger: why, of what, and who told.
const SALE: &str = "ledger_entries WHERE kind = 'sale' AND purchase_id IS NOT NULL AND caused_by = 'booking'";
const INVOICE: &str = "ledger_entries WHERE kind = 'sale' AND invoice_id IS NOT NULL AND caused_by = 'subscription'";
const REFUND: &str = "ledger_entries WHERE kind = 'refund' AND caused_by = 'payment'";
const FAILED: &str = "ledger_entries WHERE kind = 'refund_failed' AND caused_by = 'payment'";
const OPENED: &str = "ledger_entries WHERE kind = 'dispute_opened' AND caused_by = 'dispute'";
const WON: &str = "ledger_entries WHERE kind = 'dispute_won' AND caused_by = 'dispute'";
const LOST: &str = "ledger_entries WHERE kind = 'dispute_lost' AND caused_by = 'dispute'";
/// Nothing moved: that it was told is kept.
const KEPT: &str = "webhook_events WHERE endpoint IS NOT NULL AND received_at IS NOT NULL";

#[tokio::test]
async fn every_kind_of_event_leaves_its_row() {
    let club = Club::open().await;
    let shop = &club.shop;
    let mut buyers = Vec::new();
    for index in 0..6 {
        buyers.push(shop.app.person(&format!("buyer-{index}"), Role::Customer).await.id.to_string());
    }
    let session = |index: usize| {
        let marks = json!({ "userId": buyers[index], "contentId": shop.content_id });
        shop.session(&format!("cs_{index}"), json!({ "metadata": marks }))
    };
    let ended = |id: &str| json!({ "id": id, "object": "checkout.session", "mode": "payment", "status": "expired", "payment_status": "unpaid", "metadata": {} });
    let refund =
        |status: &str| json!({ "id": "re_1", "object": "refund", "payment_intent": "pi_cs_1", "amount": 400, "status": status });
    let again =
        |status: &str| json!({ "id": "re_2", "object": "refund", "payment_intent": "pi_cs_1", "amount": 300, "status": status });
    let dispute = |status: &str| json!({ "id": "du_1", "payment_intent": "pi_cs_2", "amount": 2999, "status": status });
    let warned = json!({ "id": "du_2", "payment_intent": "pi_cs_3", "amount": 2999, "status": "needs_response" });
    let held = |status: &str| json!({ "id": "du_3", "payment_intent": "pi_cs_4", "amount": 2999, "status": status });
    let account = json!({ "id": "acct_1", "object": "account", "charges_enabled": true, "payouts_enabled": true, "details_submitted": true, "metadata": {} });
    let mut unpaid = club.invoice("in_3", 0);
    unpaid["amount_remaining"] = json!(999);
    let steps = [
        told("checkout.session.completed", "booking", session(0), SALE),
        told("checkout.session.async_payment_succeeded", "booking", session(1), SALE),
        told("checkout.session.completed", "booking", session(2), SALE),
        told("checkout.session.completed", "booking", session(3), SALE),
        told("checkout.session.completed", "booking", session(4), SALE),
        told("checkout.session.completed", "booking", session(5), SALE),
        told("checkout.session.async_payment_failed", "booking", ended("cs_8"), KEPT),
        told("checkout.session.expired", "booking", ended("cs_9"), KEPT),
        told("charge.refunded", "payment", json!({ "id": "ch_0", "payment_intent": "pi_cs_0", "amount_refunded": 999 }), REFUND),
        told("charge.refunded", "payment", json!({ "id": "ch_5", "payment_intent": "pi_cs_5", "amount_refunded": 2999 }), REFUND),
        told("refund.created", "payment", refund("pending"), REFUND),
        told("refund.failed", "payment", refund("failed"), FAILED),
        told("refund.updated", "payment", again("succeeded"), REFUND),
        told("charge.dispute.created", "dispute", dispute("needs_response"), OPENED),
        told("charge.dispute.updated", "dispute", warned, OPENED),
        told("charge.dispute.closed", "dispute", dispute("lost"), LOST),
        told("charge.dispute.created", "dispute", held("needs_response"), OPENED),
        told("charge.dispute.closed", "dispute", held("won"), WON),
        told("invoice.paid", "subscription", club.invoice("in_1", 999), INVOICE),
        told("invoice.payment_succeeded", "subscription", club.invoice("in_2", 999), INVOICE),
        told("invoice_payment.paid", "subscription", club.invoice_payment("in_1", "pi_in_1"), KEPT),
        told("charge.refunded", "payment", json!({ "id": "ch_9", "payment_intent": "pi_in_1", "amount_refunded": 999 }), REFUND),
        told(
            "invoice.payment_failed",
            "subscription",
            unpaid,
            "failed_payments WHERE changed_by = 'subscription' AND failed_at IS NOT NULL",
        ),
        told("account.updated", "connect", account.clone(), KEPT),
        told("account.application.deauthorized", "connect", account, KEPT),
        told("customer.deleted", "customer", json!({ "id": "cus_9", "object": "customer" }), KEPT),
    ];
    let mut seen = BTreeSet::new();
    // A subscription's events are hints: the change that Stripe's answer shows names the event that led to the question.
    for (kind, changes) in [
        ("customer.subscription.created", json!({})),
        ("customer.subscription.updated", json!({ "cancel_at_period_end": true })),
        ("customer.subscription.paused", json!({ "status": "paused" })),
        ("customer.subscription.resumed", json!({})),
        ("customer.subscription.deleted", json!({ "status": "canceled", "ended_at": shop::now() })),
    ] {
        let id = format!("evt_{kind}");
        club.news(&id, kind, &changes).await;
        let row =
            format!("subscription_changes WHERE event_id = '{id}' AND caused_by = 'subscription' AND changed_at IS NOT NULL");
        assert_eq!(shop.app.count(&row).await, 1, "{kind}");
        seen.insert(kind);
    }
    for (step, Told { kind, endpoint, object, row }) in steps.into_iter().enumerate() {
        let id = format!("evt_{step}");
        let event = json!({ "id": id, "object": "event", "created": shop::now(), "type": kind, "account": "acct_1", "data": { "object": object } });
        let delivered = match endpoint {
            "booking" => shop.deliver(&id, kind, &event["data"]["object"]).await,
            other => shop.deliver_to(other, &event).await,
        };
        delivered.expect(200);
        let column = if row == KEPT { "id" } else { "event_id" };
        assert_eq!(shop.app.count(&format!("{row} AND {column} = '{id}'")).await, 1, "{kind}");
        seen.insert(kind);
    }
    assert_eq!(seen, BTreeSet::from(Event::APPLIED), "a kind of event that changes something is not tried here");
    // Access came and went with what the ledger says of the purchase that it names.
    for (purchases, kind) in
        [("revoked_at IS NULL", "sale"), ("revoked_at IS NOT NULL", "refund"), ("revoked_at IS NOT NULL", "dispute_lost")]
    {
        let explained = format!(
            "content_access a WHERE {purchases} AND EXISTS (SELECT FROM ledger_entries l WHERE l.purchase_id = a.purchase_id AND l.kind = '{kind}')"
        );
        assert!(shop.app.count(&explained).await > 0, "{kind}");
    }
    nothing_is_unexplained(&club).await;
}

/// What moves money without an event says who asked for it instead.
#[tokio::test]
async fn what_no_event_told_says_who_did() {
    let club = Club::open().await;
    let shop = &club.shop;
    let paid = shop.session("cs_1", json!({}));
    shop.stripe_answers("/sessions/cs_1", paid);
    shop.app.get("/checkout/verify?session_id=cs_1").cookie(&shop.buyer).send().await.expect(200);
    assert_eq!(shop.app.count("ledger_entries WHERE kind = 'sale' AND caused_by = 'landing' AND event_id IS NULL").await, 1);
    // Paid twice: it is owed back, and given back.
    shop.deliver("evt_2", "checkout.session.completed", &shop.session("cs_2", json!({}))).await.expect(200);
    assert_eq!(shop.app.count("refunds_due WHERE reason = 'duplicate' AND created_at IS NOT NULL").await, 1);
    shop.stripe_answers(
        "/v1/refunds",
        json!({ "id": "re_1", "payment_intent": "pi_cs_2", "amount": 2999, "status": "succeeded" }),
    );
    let now = codex_kernel::Timestamp::from_second(shop::now() + 3_600).unwrap();
    codex_commerce::make_refunds(shop.app.platform(), now).await.unwrap();
    assert_eq!(shop.app.count("refunds_due WHERE refund_id = 're_1' AND made_at IS NOT NULL").await, 1);
    assert_eq!(shop.app.count("ledger_entries WHERE kind = 'refund' AND caused_by = 'refund'").await, 1);
    nothing_is_unexplained(&club).await;
}

/// What people decide about money says who, when and why: rates, and what is given away or taken back.
#[tokio::test]
async fn what_people_decide_says_who_and_why() {
    let club = Club::open().await;
    let shop = &club.shop;
    let office = TestApp::on(codex_admin_api::api(), shop.app.database_url.clone(), &[]);
    let chief = shop.app.person("chief", Role::PlatformOwner).await;
    let act = async |method: &str, path: &str, cookie: &str, body: Value| {
        let answer = office.call(method.parse().unwrap(), path).cookie(cookie).json(&body).send().await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.json);
    };
    let own = format!("/api/admin/fees/organizations/{}", club.organization_id);
    let rates = |platform: i64, reason: &str| json!({ "platformBp": platform, "organizationBp": 1000, "reason": reason });
    act("PUT", "/api/admin/fees", &chief.cookie, rates(900, "For all")).await;
    act("PUT", &own, &chief.cookie, rates(500, "A friend")).await;
    act("DELETE", &own, &chief.cookie, json!({ "reason": "No more" })).await;
    for (reason, rate) in
        [("For all", "platform_bp = 900"), ("A friend", "platform_bp = 500"), ("No more", "platform_bp IS NULL")]
    {
        let row = format!(
            "fee_rate_changes WHERE {rate} AND reason = '{reason}' AND changed_by = '{}' AND changed_at IS NOT NULL",
            chief.id
        );
        assert_eq!(shop.app.count(&row).await, 1, "{reason}");
    }
    let gift = format!("/api/admin/customers/{}/grant-access/{}", shop.buyer_id, shop.content_id);
    act("POST", &gift, &shop.creator, json!({ "reason": "A review copy" })).await;
    act("DELETE", &gift, &chief.cookie, json!({ "reason": "Enough" })).await;
    let by_creator = "granted_by = (SELECT id FROM users WHERE email = 'creator@example.com') AND granted_at IS NOT NULL AND reason = 'A review copy'";
    let by_chief = format!("revoked_by = '{}' AND revoked_at IS NOT NULL AND revoke_reason = 'Enough'", chief.id);
    assert_eq!(shop.app.count(&format!("access_grants WHERE {by_creator} AND {by_chief}")).await, 1);
}

/// No row of the ledger, and no change of a subscription, is without its teller; what an event told names one that is kept.
async fn nothing_is_unexplained(club: &Club) {
    for table in ["ledger_entries", "subscription_changes"] {
        let unexplained = format!(
            "{table} WHERE CASE WHEN event_id IS NULL THEN caused_by NOT IN ('landing', 'sweep', 'refund', 'subscriber')
                ELSE event_id NOT IN (SELECT id FROM webhook_events) END"
        );
        assert_eq!(club.shop.app.count(&unexplained).await, 0, "{table}");
    }
    assert!(club.shop.app.count("ledger_entries").await > 0);
}
