//! What subscribers pay: split once, refunded and disputed in any order, and what that closes.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use club::Club;
use codex_commerce::lifecycle::Sale;
use codex_edge::Statement;
use serde::Deserialize;
use serde_json::{Value, json};

const PAID: &str = "invoice.paid";

impl Club {
    async fn position(&self) -> [i64; 5] {
        const POSITION: Statement = Statement {
            sql: "-- test.position
SELECT json_build_array(sum(buyer_cents), sum(stripe_cents), sum(platform_cents), sum(organization_cents), sum(creator_cents)) FROM ledger_entries",
            fenced: false,
        };
        self.shop.app.platform().database.one(&POSITION, &[]).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_paid_invoice_is_split_and_posted_once() {
    let club = Club::open().await;
    let invoice = club.invoice("in_1", 999);
    club.stripe_says(&json!({}));
    for (event, kind) in [("evt_1", PAID), ("evt_2", "invoice.payment_succeeded"), ("evt_1", PAID), ("evt_3", PAID)] {
        club.tell(event, kind, &invoice).await;
    }
    // 10 % of 999, and 15 % of what is left, both rounded up.
    let payments = "subscription_payments WHERE (platform_fee_cents, organization_fee_cents, creator_payout_cents, status) = (100, 135, 764, 'paid')";
    assert_eq!((club.shop.app.count(payments).await, club.shop.app.count("subscription_payments").await), (1, 1));
    let entry = "ledger_entries WHERE (kind, invoice_id, buyer_cents, platform_cents, organization_cents, creator_cents, event_id, caused_by)
        = ('sale', 'in_1', -999, 100, 135, 764, 'evt_1', 'subscription') AND purchase_id IS NULL";
    assert_eq!((club.shop.app.count(entry).await, club.shop.app.count("ledger_entries").await), (1, 1));
    let owner = "ledger_entries l JOIN users u ON u.id = l.creator_id WHERE u.email = 'creator@example.com'";
    assert_eq!(club.shop.app.count(owner).await, 1, "what is left is the owner's");
    club.settle().await;
    assert_eq!(club.subscriptions().await[0]["status"], "active", "an invoice says that there is news, too");
    // Rates are rows; what was split stays split as it was.
    let rates = format!(
        "INSERT INTO fee_rates (organization_id, platform_bp, organization_bp, subscription_organization_bp) VALUES ('{}', 500, 1000, 2000)",
        club.organization_id
    );
    club.shop.app.execute(&rates).await;
    club.tell("evt_4", PAID, &club.invoice("in_2", 999)).await;
    let override_ = "subscription_payments WHERE id = 'in_2' AND (platform_fee_cents, organization_fee_cents, creator_payout_cents) = (50, 190, 759)";
    assert_eq!(club.shop.app.count(override_).await, 1);
    assert_eq!(club.shop.app.count("fee_rate_changes WHERE subscription_organization_bp = 2000").await, 1);
    // Nothing paid is nothing posted.
    club.tell("evt_5", PAID, &club.invoice("in_3", 0)).await;
    assert_eq!((club.shop.app.count("subscription_payments").await, club.shop.app.count("ledger_entries").await), (3, 2));
}

#[tokio::test]
async fn fifty_at_once_are_one_payment() {
    let club = std::sync::Arc::new(Club::open().await);
    club.stripe_says(&json!({}));
    let tasks: Vec<_> = (0..50)
        .map(|turn| {
            let club = club.clone();
            tokio::spawn(async move {
                let (event, kind) = [("evt_1", PAID), ("evt_2", "invoice.payment_succeeded")][turn % 2];
                match turn % 5 {
                    4 => club.tell("evt_3", "invoice_payment.paid", &club.invoice_payment("in_1", "pi_1")).await,
                    _ => club.tell(event, kind, &club.invoice("in_1", 999)).await,
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    club.settle().await;
    assert_eq!((club.shop.app.count("subscription_payments").await, club.shop.app.count("ledger_entries").await), (1, 1));
    assert_eq!((club.subscriptions().await.len(), club.mails("subscription-started").await), (1, 1));
}

#[tokio::test]
async fn what_is_taken_back_closes_what_it_paid_for_whatever_comes_first() {
    let refund = |amount: i64| json!({ "id": "ch_1", "object": "charge", "payment_intent": "pi_1", "amount_refunded": amount });
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        let club = Club::open().await;
        let content = club.writes_for(&club.gold, json!({})).await;
        club.news("evt_0", "customer.subscription.created", &json!({})).await;
        assert!(club.reads(&content, 0).await);
        let told = [
            (PAID, club.invoice("in_1", 999)),
            ("invoice_payment.paid", club.invoice_payment("in_1", "pi_1")),
            ("charge.refunded", refund(999)),
        ];
        for step in order {
            let (kind, object) = &told[step];
            club.tell(&format!("evt_1{step}"), kind, object).await;
        }
        club.settle().await;
        assert_eq!(
            club.shop.app.count("subscription_payments WHERE status = 'refunded' AND refunded_cents = 999").await,
            1,
            "{order:?}"
        );
        assert_eq!(club.position().await, [0; 5], "{order:?}");
        assert_eq!(club.mails("refund").await, 1, "{order:?}");
        assert!(!club.reads(&content, 0).await, "{order:?}");
        // The next period is paid for, and open.
        assert!(!club.reads(&content, 29 * 86_400).await && club.reads(&content, 30 * 86_400 + 60).await, "{order:?}");
    }
}

/// An invoice, its payment and what was taken back of it are written by three statements that see nothing of each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invoice_its_payment_and_its_refund_told_at_once_miss_nothing() {
    const INVOICES: i64 = 100;
    let club = std::sync::Arc::new(Club::open().await);
    club.stripe_says(&json!({}));
    // Every commit takes long enough for the others to come in between.
    let linger = "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER linger AFTER INSERT OR UPDATE ON payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger();
        CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON subscription_payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger()";
    club.shop.app.execute(linger).await;
    let mut tasks = Vec::new();
    for index in 0..INVOICES {
        let (invoice, payment) = (format!("in_{index}"), format!("pi_{index}"));
        let told = [
            (PAID, club.invoice(&invoice, 999)),
            ("invoice_payment.paid", club.invoice_payment(&invoice, &payment)),
            ("charge.refunded", json!({ "id": "ch_1", "object": "charge", "payment_intent": payment, "amount_refunded": 999 })),
        ];
        for (kind, object) in told {
            let club = club.clone();
            let event = json!({ "id": format!("evt_{index}_{kind}"), "type": kind, "data": { "object": object } }).to_string();
            tasks.push(tokio::spawn(async move {
                let now = codex_kernel::Timestamp::from_second(shop::now()).unwrap();
                let (platform, source) = (club.shop.app.platform(), codex_commerce::Source::Reconcile);
                let parsed = codex_commerce::Event::parse(event.as_bytes()).unwrap();
                codex_commerce::receive(platform, source, &parsed, event.as_bytes(), now).await.unwrap();
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(club.shop.app.count("subscription_payments WHERE status = 'refunded' AND refunded_cents = 999").await, INVOICES);
    assert_eq!(club.position().await, [0; 5]);
}

#[tokio::test]
async fn a_part_given_back_closes_nothing_and_a_dispute_suspends() {
    let club = Club::open().await;
    let content = club.writes_for(&club.gold, json!({})).await;
    club.news("evt_0", "customer.subscription.created", &json!({})).await;
    // An event of before basil names the payment itself.
    let mut invoice = club.invoice("in_1", 999);
    invoice["payment_intent"] = json!("pi_1");
    club.tell("evt_1", PAID, &invoice).await;
    let refund =
        |status: &str| json!({ "id": "re_1", "object": "refund", "payment_intent": "pi_1", "amount": 400, "status": status });
    club.tell("evt_2", "refund.created", &refund("pending")).await;
    assert_eq!(club.shop.app.count("subscription_payments WHERE status = 'partly_refunded' AND event_id = 'evt_2'").await, 1);
    assert!(club.reads(&content, 0).await);
    let [buyer, _, platform, organization, creator] = club.position().await;
    assert_eq!((buyer, platform + organization + creator), (-599, 599));
    club.tell("evt_3", "refund.failed", &refund("failed")).await;
    assert_eq!(club.position().await, [-999, 0, 100, 135, 764]);
    let dispute = |status: &str| json!({ "id": "du_1", "payment_intent": "pi_1", "amount": 999, "status": status });
    club.tell("evt_4", "charge.dispute.created", &dispute("needs_response")).await;
    assert_eq!((club.position().await, club.reads(&content, 0).await), ([-999, 999, 0, 0, 0], false));
    club.tell("evt_5", "charge.dispute.closed", &dispute("won")).await;
    assert_eq!((club.position().await, club.reads(&content, 0).await), ([-999, 0, 100, 135, 764], true));
    club.tell("evt_4", "charge.dispute.created", &dispute("needs_response")).await;
    assert!(club.reads(&content, 0).await, "what was told before");
    for (kind, count) in [("refund", 1), ("refund_failed", 1), ("dispute_opened", 1), ("dispute_won", 1)] {
        assert_eq!(
            club.shop.app.count(&format!("ledger_entries WHERE kind = '{kind}' AND event_id IS NOT NULL")).await,
            count,
            "{kind}"
        );
    }
}

#[derive(Deserialize)]
struct Split {
    invoice: String,
    amount: i64,
    parts: [i64; 3],
}

#[tokio::test]
async fn an_invoice_is_split_as_the_model_splits() {
    let club = Club::open().await;
    let rates = [(1000, 1500), (0, 0), (10_000, 10_000), (1, 9_999), (3333, 777), (250, 4242)];
    for (offset, (platform_bp, organization_bp)) in rates.into_iter().enumerate() {
        let rate = format!(
            "DELETE FROM fee_rates WHERE organization_id = '{0}';
             INSERT INTO fee_rates (organization_id, platform_bp, organization_bp, subscription_organization_bp) VALUES ('{0}', {platform_bp}, 0, {organization_bp})",
            club.organization_id
        );
        club.shop.app.execute(&rate).await;
        for amount in (1 + offset as i64..=100_000).step_by(2_503) {
            let id = format!("in_{platform_bp}_{organization_bp}_{amount}");
            club.tell(&format!("evt_{id}"), PAID, &club.invoice(&id, amount)).await;
        }
    }
    const SPLIT: Statement = Statement {
        sql: "-- test.split
SELECT json_build_object('invoice', l.invoice_id, 'amount', -l.buyer_cents, 'parts', json_build_array(l.platform_cents, l.organization_cents, l.creator_cents))
FROM ledger_entries l",
        fenced: false,
    };
    let rows: Vec<Split> = club.shop.app.platform().database.all(&SPLIT, &[]).await.unwrap();
    assert_eq!(rows.len(), 40 * rates.len());
    for Split { invoice, amount, parts } in rows {
        let numbers: Vec<i64> = invoice.split('_').skip(1).map(|number| number.parse().unwrap()).collect();
        let [platform_bp, organization_bp, billed] = numbers[..] else { unreachable!("{invoice}") };
        let sale = Sale::split(billed, platform_bp, organization_bp);
        assert_eq!((amount, parts), (billed, [sale.platform, sale.organization, sale.creator()]), "{invoice}");
    }
}

#[tokio::test]
async fn an_invoice_of_nobody_is_kept_and_applied_when_it_comes_again() {
    let club = Club::open().await;
    let buyer = "019aa000-0000-7000-8000-000000000009";
    let mut invoice = club.invoice("in_1", 999);
    invoice["parent"]["subscription_details"]["metadata"]["userId"] = json!(buyer);
    club.tell("evt_1", PAID, &invoice).await;
    assert_eq!(
        (club.shop.app.count("webhook_events WHERE NOT applied").await, club.shop.app.count("subscription_payments").await),
        (1, 0)
    );
    let somebody = format!(
        "INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ('{buyer}', 'late@example.com', 'x', 'x', now(), now())"
    );
    club.shop.app.execute(&somebody).await;
    for _ in 0..2 {
        club.tell("evt_1", PAID, &invoice).await;
    }
    assert_eq!(
        (club.shop.app.count("webhook_events WHERE applied").await, club.shop.app.count("subscription_payments").await),
        (1, 1)
    );
    // A subscription that is none of ours is kept, and asked about by nobody.
    let asked = club.shop.asked("/v1/subscriptions").len();
    club.tell("evt_2", "customer.subscription.updated", &json!({ "id": "sub_9", "object": "subscription", "metadata": {} }))
        .await;
    assert_eq!(
        (
            club.shop.app.count("webhook_events WHERE NOT applied").await,
            club.shop.app.count("subscription_news WHERE id = 'sub_9'").await
        ),
        (1, 0)
    );
    assert_eq!(club.shop.asked("/v1/subscriptions").len(), asked);
}

#[tokio::test]
async fn what_never_arrived_of_a_subscription_is_found_in_stripes_list() {
    let club = Club::open().await;
    let event = |id: &str, kind: &str, object: &Value| json!({ "id": id, "type": kind, "created": shop::now(), "data": { "object": object } });
    let listed = [
        event("evt_2", "customer.subscription.deleted", &club.subscription(&json!({}))),
        event("evt_1", PAID, &club.invoice("in_1", 999)),
    ];
    club.shop.stripe_answers("types%5B%5D=customer.deleted", json!({ "object": "list", "data": listed, "has_more": false }));
    club.stripe_says(&json!({ "status": "canceled", "ended_at": shop::now() }));
    let now = codex_kernel::Timestamp::from_second(shop::now()).unwrap();
    assert_eq!(codex_commerce::reconcile(club.shop.app.platform(), now).await.unwrap(), 2);
    club.settle().await;
    assert_eq!(club.subscriptions().await[0]["status"], "canceled");
    assert_eq!(club.shop.app.count("ledger_entries WHERE caused_by = 'reconcile' AND invoice_id = 'in_1'").await, 1);
    assert_eq!(club.shop.app.count("subscription_changes WHERE caused_by = 'reconcile'").await, 1);
}
