//! Workers that die: whatever is done in several steps is killed at each of them, one after the other, and then done again by whoever
//! does so in life: Stripe, the buyer, or the schedule. The lists of steps are complete, and it always ends as if nobody had died.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod bank;
mod club;
mod shop;

use std::{collections::BTreeSet, pin::pin, task::Poll};

use bank::{Bank, Shared};
use club::Club;
use codex_commerce::{
    CreateCheckout, Endpoint, Event, Left, Source, create_checkout, make_refunds, receive, reconcile,
    subscriptions::{ask, cancel, sweep_subscriptions},
    sweep, verify_checkout,
};
use codex_edge::Platform;
use codex_kernel::{ContentId, Result, Timestamp, UserId};
use serde_json::{Value, json};
use shop::Shop;

const DAY: i64 = 86_400;

/// Runs `work` until it has waited for an answer so many times, and drops it then: nobody can say whether that last step was done.
async fn killed_after<T>(waits: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), waits);
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Somebody with something under way.
struct Case {
    buyer: UserId,
    /// What its things at Stripe are called after.
    name: String,
    now: Timestamp,
}

impl Case {
    fn later(&self, seconds: i64) -> Timestamp {
        Timestamp::from_second(self.now.as_second() + seconds).unwrap()
    }

    /// What was paid in the session called so.
    fn paid(&self, shop: &Shop, which: &str) -> Value {
        shop.session(
            &format!("cs_{which}_{}", self.name),
            json!({ "metadata": { "userId": self.buyer, "contentId": shop.content_id } }),
        )
    }

    fn event(&self, kind: &str, object: &Value) -> Value {
        let id = format!("evt_{}_{}", object["id"].as_str().unwrap(), self.name);
        json!({ "id": id, "object": "event", "type": kind, "created": self.now.as_second(), "data": { "object": object } })
    }

    async fn bought_once(&self, shop: &Shop) {
        let own = format!("user_id = '{}'", self.buyer);
        let rows = |from: String| async move { shop.app.count(&from).await };
        assert_eq!(rows(format!("purchases WHERE status = 'paid' AND {own}")).await, 1);
        assert_eq!(rows(format!("content_access WHERE revoked_at IS NULL AND {own}")).await, 1);
        assert_eq!(rows(format!("outbox WHERE template = 'receipt' AND {own}")).await, 1);
        let entries = format!(
            "ledger_entries l JOIN purchases p ON p.id = l.purchase_id WHERE kind = 'sale' AND p.status = 'paid' AND p.{own}"
        );
        assert_eq!(rows(entries).await, 1);
    }
}

const PAID: &str = "checkout.session.completed";

async fn tell(platform: &Platform, event: &Value, now: Timestamp) -> Result<Left> {
    let body = event.to_string();
    receive(platform, Source::Webhook(Endpoint::Booking), &Event::parse(body.as_bytes()).unwrap(), body.as_bytes(), now).await
}

/// Kills `work` at each of its `steps` (the statements that it runs, in order), one case each, until it has died in all of them and was
/// done at last. `mend` is what life does about it afterwards, and `check` looks.
async fn at_every_step(
    shop: &Shop,
    steps: &[&str],
    begin: impl AsyncFn(&Case),
    work: impl AsyncFn(&Case),
    mend: impl AsyncFn(&Case),
    check: impl AsyncFn(&Case),
) {
    let (mut died_in, mut waits) = (BTreeSet::new(), 0);
    for turn in 0.. {
        let name = format!("{}_{turn}", steps.join("_").replace("commerce.", ""));
        let id = shop
            .app
            .text(&format!(
                "INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
            VALUES (gen_random_uuid(), '{name}@example.com', 'x', 'x', now(), now()) RETURNING id::text"
            ))
            .await;
        let case = Case { buyer: id.parse().unwrap(), name, now: Timestamp::from_second(shop::now()).unwrap() };
        begin(&case).await;
        let database = &shop.app.platform().database;
        database.take_ran();
        let done = killed_after(waits, work(&case)).await;
        let ran = database.take_ran();
        assert_eq!(ran, steps[..ran.len()]);
        mend(&case).await;
        check(&case).await;
        match done {
            None => {
                died_in.insert(ran.len());
                waits += 1;
            }
            Some(()) => {
                assert_eq!(ran, steps);
                if died_in.len() == steps.len() {
                    return;
                }
                waits = 0;
            }
        }
    }
}

async fn shop_and_bank() -> (Shop, Shared) {
    let shop = Shop::open().await;
    let bank = Bank::of(&shop.app, false);
    (shop, bank)
}

#[tokio::test]
async fn between_a_second_payment_and_its_refund() {
    let (shop, bank) = shop_and_bank().await;
    let platform = shop.app.platform();
    at_every_step(
        &shop,
        &["commerce.fulfil", "commerce.claim_refunds", "commerce.hear_payment", "commerce.close_refund"],
        async |case| drop(tell(platform, &case.event(PAID, &case.paid(&shop, "first")), case.now).await.unwrap()),
        async |case| {
            let left = tell(platform, &case.event(PAID, &case.paid(&shop, "second")), case.now).await.unwrap();
            assert_eq!(left, Left::Refund);
            assert_eq!(make_refunds(platform, case.now).await.unwrap(), 1);
        },
        async |case| {
            // Stripe got no answer, and the schedule comes again.
            tell(platform, &case.event(PAID, &case.paid(&shop, "second")), case.now).await.unwrap();
            make_refunds(platform, case.later(DAY)).await.unwrap();
        },
        async |case| {
            case.bought_once(&shop).await;
            let payment = format!("pi_cs_second_{}", case.name);
            let returned = format!("purchases WHERE duplicate AND status = 'refunded' AND refunded_cents = 2999 AND payment_intent_id = '{payment}'");
            assert_eq!(shop.app.count(&returned).await, 1);
            let told = format!("refunds_due r JOIN purchases p ON p.id = r.purchase_id WHERE r.made_at IS NOT NULL AND r.refund_id IS NOT NULL AND p.payment_intent_id = '{payment}'");
            assert_eq!(shop.app.count(&told).await, 1);
            assert_eq!(bank.lock().unwrap().refunds_of(&payment).len(), 1, "the money went back once");
            assert_eq!(shop.app.count(&format!("outbox WHERE template = 'refund' AND user_id = '{}'", case.buyer)).await, 1);
        },
    )
    .await;
}

#[tokio::test]
async fn on_the_page_where_the_buyer_lands() {
    let (shop, bank) = shop_and_bank().await;
    let platform = shop.app.platform();
    let verify = async |case: &Case| {
        let session = format!("cs_first_{}", case.name);
        assert!(verify_checkout(platform, case.buyer, &session, case.now).await.unwrap().purchase.is_some());
    };
    at_every_step(
        &shop,
        &["commerce.purchase", "commerce.fulfil", "commerce.purchase"],
        async |case| {
            let paid = case.paid(&shop, "first");
            bank.lock().unwrap().sessions.insert(paid["id"].as_str().unwrap().to_owned(), paid);
        },
        &verify,
        &verify,
        async |case| case.bought_once(&shop).await,
    )
    .await;
}

#[tokio::test]
async fn while_a_checkout_is_opened() {
    let (shop, bank) = shop_and_bank().await;
    let platform = shop.app.platform();
    let content_id: ContentId = shop.content_id.parse().unwrap();
    let page = || "http://localhost:3000/".to_owned();
    let open = async |case: &Case| {
        let wanted = CreateCheckout { content_id, success_url: page(), cancel_url: page() };
        drop(create_checkout(platform, case.buyer, &wanted, case.now).await.unwrap());
    };
    let opened = std::cell::Cell::new(0);
    at_every_step(
        &shop,
        &["commerce.offer", "commerce.open_checkout"],
        async |_| {},
        &open,
        &open,
        async |case| {
            assert_eq!(
                shop.app.count(&format!("checkout_sessions WHERE status = 'open' AND user_id = '{}'", case.buyer)).await,
                1
            );
            opened.set(opened.get() + 1);
            assert_eq!(bank.lock().unwrap().sessions.len(), opened.get(), "one for each buyer, however often it was asked for");
        },
    )
    .await;
}

#[tokio::test]
async fn while_stripe_is_asked_about_what_it_did_not_tell() {
    let (shop, bank) = shop_and_bank().await;
    let platform = shop.app.platform();
    let begin = async |case: &Case, object: Value| {
        let id = object["id"].as_str().unwrap().to_owned();
        shop.app
            .execute(&format!(
                "INSERT INTO checkout_sessions (id, user_id, content_id, price_cents, url, created_at, expires_at, ask_at)
            VALUES ('{id}', '{}', '{}', 2999, 'x', now(), now(), now())",
                case.buyer, shop.content_id
            ))
            .await;
        bank.lock().unwrap().sessions.insert(id, object);
    };
    let work = async |case: &Case| {
        sweep(platform, case.later(60)).await.unwrap();
    };
    let mend = async |case: &Case| {
        sweep(platform, case.later(7_200)).await.unwrap();
    };
    at_every_step(
        &shop,
        &["commerce.claim_unsettled", "commerce.fulfil"],
        async |case| begin(case, case.paid(&shop, "first")).await,
        &work,
        &mend,
        async |case| {
            case.bought_once(&shop).await;
            assert_eq!(
                shop.app.count(&format!("checkout_sessions WHERE status = 'paid' AND user_id = '{}'", case.buyer)).await,
                1
            );
        },
    )
    .await;
    shop.app.execute("DELETE FROM checkout_sessions").await;
    at_every_step(
        &shop,
        &["commerce.claim_unsettled", "commerce.settle"],
        async |case| {
            let mut expired = case.paid(&shop, "expired");
            (expired["status"], expired["payment_status"]) = (json!("expired"), json!("unpaid"));
            begin(case, expired).await;
        },
        &work,
        &mend,
        async |case| {
            assert_eq!(
                shop.app.count(&format!("checkout_sessions WHERE status = 'expired' AND user_id = '{}'", case.buyer)).await,
                1
            )
        },
    )
    .await;
}

#[tokio::test]
async fn while_what_arrived_is_compared_with_what_was_sent() {
    let (shop, bank) = shop_and_bank().await;
    let platform = shop.app.platform();
    let compare = async |case: &Case| {
        reconcile(platform, case.now).await.unwrap();
    };
    at_every_step(
        &shop,
        &["commerce.reconciled_until", "commerce.unseen_events", "commerce.fulfil", "commerce.note_reconciliation"],
        async |case| bank.lock().unwrap().events = vec![case.event(PAID, &case.paid(&shop, "first"))],
        compare,
        compare,
        async |case| {
            case.bought_once(&shop).await;
            let applied = format!("webhook_events WHERE applied AND payload::text LIKE '%{}%'", case.buyer);
            assert_eq!(shop.app.count(&applied).await, 1);
        },
    )
    .await;
}

#[tokio::test]
async fn between_news_of_a_subscription_and_stripes_answer() {
    let club = Club::open().await;
    let (shop, platform) = (&club.shop, club.shop.app.platform());
    let named = |case: &Case| {
        let mut item = club.item("price_gold", 999, "month", case.now.as_second(), case.now.as_second() + 30 * DAY);
        item["id"] = json!(format!("si_{}", case.name));
        let marks = json!({ "userId": case.buyer, "tierId": club.gold });
        club.subscription(&json!({ "id": format!("sub_{}", case.name), "metadata": marks, "items": { "data": [item] } }))
    };
    let says = |case: &Case| shop.stripe_answers(&format!("/v1/subscriptions/sub_{}", case.name), named(case));
    let subscribed = async |case: &Case| {
        let own = format!("user_id = '{}'", case.buyer);
        assert_eq!(shop.app.count(&format!("subscriptions WHERE status = 'active' AND {own}")).await, 1);
        assert_eq!(shop.app.count(&format!("outbox WHERE template = 'subscription-started' AND {own}")).await, 1);
    };
    at_every_step(
        shop,
        &["commerce.hear_news", "commerce.take_ticket", "commerce.keep_subscription"],
        async |case| says(case),
        async |case| {
            let left = tell(platform, &case.event("customer.subscription.created", &named(case)), case.now).await.unwrap();
            let Left::Ask(id) = left else { unreachable!("{left:?}") };
            ask(platform, &id, Source::Webhook(Endpoint::Subscription), case.now).await.unwrap();
        },
        async |case| {
            tell(platform, &case.event("customer.subscription.created", &named(case)), case.now).await.unwrap();
            sweep_subscriptions(platform, case.later(300)).await.unwrap();
        },
        &subscribed,
    )
    .await;
    // And the subscriber who wants to end it: they ask again.
    let end = async |case: &Case| {
        let id = shop.app.text(&format!("SELECT id::text FROM subscriptions WHERE user_id = '{}'", case.buyer)).await;
        drop(cancel(platform, case.buyer, id.parse().unwrap(), case.now).await.unwrap());
    };
    at_every_step(
        shop,
        &["commerce.own_subscription", "commerce.take_ticket", "commerce.keep_subscription", "commerce.subscription"],
        async |case| {
            says(case);
            let left = tell(platform, &case.event("customer.subscription.created", &named(case)), case.now).await.unwrap();
            let Left::Ask(id) = left else { unreachable!("{left:?}") };
            ask(platform, &id, Source::Webhook(Endpoint::Subscription), case.now).await.unwrap();
            let mut ending = named(case);
            ending["cancel_at_period_end"] = json!(true);
            shop.stripe_answers(&format!("/v1/subscriptions/sub_{}", case.name), ending);
        },
        &end,
        &end,
        async |case| {
            subscribed(case).await;
            let own = format!("user_id = '{}'", case.buyer);
            assert_eq!(shop.app.count(&format!("subscriptions WHERE cancel_at_period_end AND {own}")).await, 1);
            assert_eq!(shop.app.count(&format!("outbox WHERE template = 'subscription-cancelled' AND {own}")).await, 1);
        },
    )
    .await;
}
