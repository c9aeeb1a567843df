//! Subscribing: what is refused, what Stripe is asked for, and how it goes on.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use club::Club;
use codex_testkit::OutsideFault;
use http::Method;
use serde_json::{Value, json};
use shop::now;

const DAY: i64 = 86_400;
const CREATED: &str = "customer.subscription.created";
const UPDATED: &str = "customer.subscription.updated";

#[tokio::test]
async fn stripe_is_told_of_a_tier_once_and_the_open_session_is_reused() {
    let club = Club::open().await;
    club.stripe_opens("cs_1");
    for _ in 0..2 {
        let opened = club.subscribe(&club.gold, "monthly").await.expect(200);
        assert_eq!(opened["data"], json!({ "sessionUrl": "https://stripe.test/cs_1", "sessionId": "cs_1" }));
    }
    let (products, prices, sessions) =
        (club.shop.asked("/v1/products"), club.shop.asked("/v1/prices"), club.shop.asked("/v1/checkout/sessions"));
    assert_eq!((products.len(), prices.len()), (1, 1));
    assert!(
        products[0].contains("name=Gold") && prices[0].contains("unit_amount=999") && prices[0].contains("interval%5D=month"),
        "{prices:?}"
    );
    let opened: Vec<_> = sessions.iter().filter(|body| !body.is_empty()).collect();
    assert_eq!(opened.len(), 1, "{sessions:?}");
    for part in
        ["mode=subscription", "price%5D=price_gold", &club.gold, &club.shop.buyer_id, "customer_email=buyer%40example.com"]
    {
        assert!(opened[0].contains(part), "{part} is not in {}", opened[0]);
    }
    let keys = club.shop.app.idempotency_keys();
    assert!(["product-", "price-", "subscribe-"].iter().all(|start| keys.iter().any(|key| key.starts_with(start))), "{keys:?}");
    // Another interval is another price, and the session before is closed.
    club.stripe_prices("price_gold_year", 9990, "year");
    club.stripe_opens("cs_2");
    assert_eq!(club.subscribe(&club.gold, "annual").await.expect(200)["data"]["sessionId"], "cs_2");
    assert_eq!((club.shop.asked("/v1/products").len(), club.shop.asked("/cs_1/expire").len()), (1, 1));
    assert_eq!(club.shop.app.count("subscription_checkouts WHERE status = 'expired' AND id = 'cs_1'").await, 1);
    // A tier that was renamed is called so at Stripe, and one that costs more has a price more.
    let path = format!("/api/organizations/{}/tiers/{}", club.organization_id, club.gold);
    let change = json!({ "name": "Golden", "annualPriceCents": 12_000 });
    club.organizations.call(Method::PATCH, &path).cookie(&club.shop.creator).json(&change).send().await.expect(200);
    club.shop.stripe_answers("/v1/products/prod_price_gold", json!({ "id": "prod_price_gold" }));
    club.stripe_prices("price_gold_12000", 12_000, "year");
    club.stripe_opens("cs_3");
    assert_eq!(club.subscribe(&club.gold, "annual").await.expect(200)["data"]["sessionId"], "cs_3");
    assert!(club.shop.asked("/v1/products/prod_price_gold")[0].contains("name=Golden"));
    assert_eq!(club.shop.app.count("tier_prices").await, 3);
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_refused() {
    let club = Club::open().await;
    let nothing = "019aa000-0000-7000-8000-000000000001";
    assert_eq!(club.subscribe(nothing, "monthly").await.expect_error(404), "NOT_FOUND");
    assert_eq!(club.subscribe(&club.gold, "weekly").await.expect_error(400), "VALIDATION_ERROR");
    let wanted = |success: &str| json!({ "tierId": club.gold, "interval": "monthly", "successUrl": success, "cancelUrl": "http://localhost:3000/" });
    let foreign = club.call("/subscriptions/checkout", &wanted("https://evil.org/")).send().await.expect(400);
    assert_eq!(foreign["error"]["details"]["issues"][0]["path"], "successUrl");
    let own = club.shop.app.post("/subscriptions/checkout").cookie(&club.shop.creator).json(&wanted("http://localhost:3000/"));
    assert_eq!(own.send().await.expect_error(422), "OWN_ORGANIZATION");
    club.shop.app.execute(&format!("UPDATE tiers SET status = 'archived' WHERE id = '{}'", club.silver)).await;
    assert_eq!(club.subscribe(&club.silver, "monthly").await.expect_error(422), "TIER_NOT_AVAILABLE");
    club.shop.app.execute("UPDATE organizations SET subscriptions_enabled = false").await;
    assert_eq!(club.subscribe(&club.gold, "monthly").await.expect_error(422), "SUBSCRIPTIONS_DISABLED");
    club.shop.app.execute("UPDATE organizations SET deleted_at = now()").await;
    assert_eq!(club.subscribe(&club.gold, "monthly").await.expect_error(404), "NOT_FOUND");
    assert!(club.shop.app.sent.lock().unwrap().is_empty(), "Stripe was asked nothing");
}

#[tokio::test]
async fn nobody_subscribes_twice_to_one_organization() {
    let club = Club::open().await;
    club.stripe_opens("cs_1");
    club.subscribe(&club.gold, "monthly").await.expect(200);
    // Paid a moment ago, and Stripe has not told yet: it is asked.
    club.stripe_says(&json!({}));
    club.stripe_says_of_session("cs_1", &json!({ "subscription": "sub_1" }));
    assert_eq!(club.subscribe(&club.silver, "monthly").await.expect_error(409), "ALREADY_SUBSCRIBED");
    assert_eq!(club.subscriptions().await[0]["status"], "active");
    assert_eq!(club.subscribe(&club.gold, "annual").await.expect_error(409), "ALREADY_SUBSCRIBED");
    // Once it has ended, it may begin again; the customer is known.
    club.news("evt_1", "customer.subscription.deleted", &json!({ "status": "canceled", "ended_at": now() })).await;
    club.stripe_opens("cs_2");
    assert_eq!(club.subscribe(&club.gold, "monthly").await.expect(200)["data"]["sessionId"], "cs_2");
    assert!(club.shop.asked("/v1/checkout/sessions").iter().any(|body| body.contains("customer=cus_1")));
}

#[tokio::test]
async fn of_two_checkouts_at_once_one_is_closed_before_anybody_sees_it() {
    let club = Club::open().await;
    club.stripe_opens("cs_1");
    club.subscribe(&club.gold, "monthly").await.expect(200);
    // Another tab was as fast: its session is what Stripe opens next, and ours is open in between.
    club.shop.app.execute("UPDATE subscription_checkouts SET settled_at = now()").await;
    club.stripe_opens("cs_2");
    club.stripe_prices("price_silver", 500, "month");
    let racing = "CREATE FUNCTION another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE subscription_checkouts SET settled_at = NULL WHERE id = 'cs_1'; RETURN NEW; END $$;
        CREATE TRIGGER another BEFORE INSERT ON subscription_checkouts FOR EACH ROW EXECUTE FUNCTION another()";
    club.shop.app.execute(racing).await;
    assert_eq!(club.subscribe(&club.silver, "monthly").await.expect_error(409), "CHECKOUT_IN_PROGRESS");
    assert_eq!(club.shop.asked("/cs_2/expire").len(), 1);
    assert_eq!(club.shop.app.count("subscription_checkouts").await, 1);
}

#[tokio::test]
async fn it_is_cancelled_resumed_and_changed() {
    let club = Club::open().await;
    club.stripe_opens("cs_1");
    club.subscribe(&club.gold, "monthly").await.expect(200);
    club.stripe_says(&json!({}));
    club.stripe_says_of_session("cs_1", &json!({ "subscription": "sub_1" }));
    let landing = club.shop.app.get("/subscriptions/verify?session_id=cs_1").cookie(&club.shop.buyer).send().await.expect(200);
    assert_eq!((&landing["data"]["status"], &landing["data"]["subscription"]["tierName"]), (&json!("complete"), &json!("Gold")));
    let other = club.shop.app.get("/subscriptions/verify?session_id=cs_1").cookie(&club.shop.creator).send().await;
    assert_eq!(other.expect_error(404), "NOT_FOUND");
    let id = club.subscriptions().await[0]["id"].as_str().unwrap().to_owned();
    let act = async |what: &str, body: Value| club.call(&format!("/subscriptions/{id}/{what}"), &body).send().await;

    club.stripe_says(&json!({ "cancel_at_period_end": true }));
    for _ in 0..2 {
        assert_eq!(act("cancel", json!({})).await.expect(200)["data"]["cancelAtPeriodEnd"], true);
    }
    let asked = club.shop.asked("/v1/subscriptions/sub_1");
    assert_eq!(asked.iter().filter(|body| *body == "cancel_at_period_end=true").count(), 1, "{asked:?}");
    let change = json!({ "tierId": club.silver, "interval": "monthly" });
    assert_eq!(act("change", change.clone()).await.expect_error(422), "SUBSCRIPTION_ENDING");
    // Stripe shows the flag while it is asked, and says that it is gone when it is taken away.
    assert_eq!(act("resume", json!({})).await.expect(200)["data"]["cancelAtPeriodEnd"], true);
    club.stripe_says(&json!({ "cancel_at": now() + DAY }));
    club.settle().await;
    assert_eq!(act("resume", json!({})).await.expect(200)["data"]["cancelAtPeriodEnd"], true);
    let asked = club.shop.asked("/v1/subscriptions/sub_1");
    assert!(asked.contains(&"cancel_at_period_end=false".to_owned()) && asked.contains(&"cancel_at=".to_owned()), "{asked:?}");
    club.news("evt_1", UPDATED, &json!({})).await;

    club.stripe_prices("price_silver", 500, "month");
    club.stripe_says(
        &json!({ "items": { "data": [club.item("price_silver", 500, "month", club.began, club.began + 30 * DAY)] } }),
    );
    let changed = act("change", change.clone()).await.expect(200);
    assert_eq!((&changed["data"]["tierName"], &changed["data"]["amountCents"]), (&json!("Silver"), &json!(500)));
    let asked = club.shop.asked("/v1/subscriptions/sub_1");
    let body = asked.iter().find(|body| body.contains("price_silver")).unwrap();
    assert!(
        body.contains("items%5B0%5D%5Bid%5D=si_1")
            && body.contains("proration_behavior=always_invoice")
            && body.contains(&club.silver)
    );
    assert_eq!(act("change", change).await.expect_error(409), "ALREADY_SUBSCRIBED");
    let nothing = json!({ "tierId": "019aa000-0000-7000-8000-000000000001", "interval": "monthly" });
    assert_eq!(act("change", nothing).await.expect_error(404), "NOT_FOUND");
    // The bank does not pay the difference.
    club.shop
        .app
        .faults
        .lock()
        .unwrap()
        .push(("/sub_1".to_owned(), OutsideFault::Says(402, r#"{"error":{"code":"card_declined"}}"#)));
    assert_eq!(act("change", json!({ "tierId": club.gold, "interval": "monthly" })).await.expect_error(422), "PAYMENT_FAILED");
    club.shop.app.faults.lock().unwrap().clear();
    assert_eq!(club.subscriptions().await[0]["tierName"], "Silver");

    club.news("evt_2", "customer.subscription.deleted", &json!({ "status": "canceled", "ended_at": now() })).await;
    for what in ["cancel", "resume", "change"] {
        let body = if what == "change" { json!({ "tierId": club.gold, "interval": "annual" }) } else { json!({}) };
        assert_eq!(act(what, body).await.expect_error(422), "SUBSCRIPTION_ENDED", "{what}");
    }
    assert!(club.shop.app.count("subscription_changes WHERE caused_by = 'subscriber' AND event_id IS NULL").await == 2);
    assert_eq!(
        club.shop
            .app
            .count("subscription_changes WHERE caused_by = 'subscription' AND event_id = 'evt_2' AND status = 'canceled'")
            .await,
        1
    );
    assert_eq!(club.shop.app.count("subscription_changes WHERE caused_by = 'landing'").await, 1);
}

#[tokio::test]
async fn those_concerned_are_told_once() {
    let club = Club::open().await;
    for (step, changes) in [
        json!({ "status": "incomplete" }),
        json!({}),
        json!({}),
        json!({ "status": "past_due" }),
        json!({ "status": "past_due" }),
        json!({}),
        json!({ "cancel_at_period_end": true }),
        json!({ "cancel_at_period_end": true }),
        json!({ "status": "canceled", "cancel_at_period_end": true, "ended_at": now() }),
        json!({ "status": "canceled", "cancel_at_period_end": true, "ended_at": now() }),
    ]
    .iter()
    .enumerate()
    {
        for _ in 0..2 {
            club.news(&format!("evt_{step}"), UPDATED, changes).await;
        }
    }
    let mut counts = Vec::new();
    for letter in
        ["subscription-started", "subscription-payment-failed", "subscription-cancelled", "subscription-ended", "new-sale"]
    {
        counts.push(club.mails(letter).await);
    }
    assert_eq!(counts, [1, 0, 1, 1, 1], "a failed payment is told of by itself");
    let first = "outbox WHERE template = 'subscription-started' AND recipient = 'buyer@example.com'
        AND data ->> 'amount' = '9.99 USD' AND data ->> 'title' = 'Gold' AND data ->> 'date' ~ '^[0-9]+ [A-Z][a-z]+ [0-9]{4}$'";
    assert_eq!(club.shop.app.count(first).await, 1);
    assert_eq!(club.shop.app.count("outbox WHERE template = 'new-sale' AND recipient = 'creator@example.com'").await, 1);
}

#[tokio::test]
async fn nobody_goes_on_paying_what_is_gone() {
    for gone in
        ["UPDATE users SET deleted_at = now() WHERE email = 'buyer@example.com'", "UPDATE organizations SET deleted_at = now()"]
    {
        let club = Club::open().await;
        club.news("evt_1", CREATED, &json!({})).await;
        club.shop.app.execute(gone).await;
        club.stripe_says(&json!({ "cancel_at_period_end": true }));
        assert!(club.sweep(5).await > 0);
        assert_eq!(
            club.shop.asked("/v1/subscriptions/sub_1").iter().filter(|body| *body == "cancel_at_period_end=true").count(),
            1,
            "{gone}"
        );
        assert_eq!(
            club.shop.app.count("subscriptions WHERE cancel_at_period_end AND end_due_at IS NULL AND changed_by = 'sweep'").await,
            1
        );
        club.sweep(4000).await;
        assert_eq!(
            club.shop.asked("/v1/subscriptions/sub_1").iter().filter(|body| *body == "cancel_at_period_end=true").count(),
            1
        );
    }
}

#[tokio::test]
async fn the_sweeper_finds_what_nobody_told_us_of() {
    let club = Club::open().await;
    club.stripe_opens("cs_1");
    club.subscribe(&club.gold, "monthly").await.expect(200);
    club.stripe_says(&json!({}));
    club.stripe_says_of_session("cs_1", &json!({ "subscription": "sub_1" }));
    assert_eq!(club.sweep(600).await, 0, "too early to ask");
    assert_eq!(club.sweep(1000).await, 1);
    assert_eq!(club.subscriptions().await[0]["status"], "active");
    assert_eq!(club.shop.app.count("subscription_checkouts WHERE status = 'complete' AND settled_at IS NOT NULL").await, 1);
    // Its period ends, and nobody says how it goes on.
    let asked = || club.shop.asked("/v1/subscriptions/sub_1").len();
    let before = asked();
    assert_eq!(club.sweep(30 * DAY).await, 0);
    club.stripe_says(&json!({ "status": "canceled", "ended_at": now() + 30 * DAY }));
    assert_eq!(club.sweep(30 * DAY + 3700).await, 1);
    assert_eq!((asked() - before, &club.subscriptions().await[0]["status"]), (1, &json!("canceled")));
    assert_eq!(club.sweep(90 * DAY).await, 0, "what has ended is not asked about");
}

#[tokio::test]
async fn a_question_that_fails_is_asked_again_and_a_late_answer_undoes_nothing() {
    let club = Club::open().await;
    club.stripe_says(&json!({}));
    club.shop.app.faults.lock().unwrap().push(("/sub_1".to_owned(), OutsideFault::DoesAndSays(500, "{}")));
    club.tell("evt_1", CREATED, &club.subscription(&json!({}))).await;
    assert_eq!(club.shop.asked("/v1/subscriptions/sub_1").len(), 1);
    let platform = club.shop.app.platform();
    let at = |seconds: i64| codex_kernel::Timestamp::from_second(now() + seconds).unwrap();
    assert!(club.subscriptions().await.is_empty());
    club.shop.app.faults.lock().unwrap().clear();
    // Whoever asks has two minutes.
    assert_eq!(codex_commerce::subscriptions::sweep_subscriptions(platform, at(130)).await.unwrap(), 1);
    assert_eq!(club.subscriptions().await.len(), 1);
    // Two ask; the answer to the second is written first.
    let statement = |name: &str| codex_commerce::STATEMENTS.iter().find(|statement| statement.name() == name).unwrap();
    let ticket = async || {
        let row: Option<Value> =
            platform.database.one(statement("commerce.take_ticket"), &[&"sub_1", &at(0), &"sweep", &true]).await.unwrap();
        row.unwrap()["ticket"].as_i64().unwrap()
    };
    let (early, late) = (ticket().await, ticket().await);
    for (ticket, ending) in [(late, true), (early, false), (late, false)] {
        let none: Option<String> = None;
        let (id, user, tier) =
            (club.subscriptions().await[0]["id"].as_str().unwrap().to_owned(), &club.shop.buyer_id, &club.gold);
        let params: &[&dyn codex_edge::Param] = &[
            &id,
            &"sub_1",
            &ticket,
            &0_i64,
            &none,
            &none,
            &"sweep",
            &at(0),
            user,
            tier,
            &"price_gold",
            &"si_1",
            &"cus_1",
            &"active",
            &"monthly",
            &999_i64,
            &"usd",
            &at(0),
            &at(100),
            &ending,
            &at(0),
            &none,
        ];
        let _: Option<Value> = platform.database.one(statement("commerce.keep_subscription"), params).await.unwrap();
        assert_eq!(club.subscriptions().await[0]["cancelAtPeriodEnd"], true, "{ticket}");
    }
}

#[tokio::test]
async fn subscribers_are_shown_to_those_who_manage_the_organization() {
    let club = Club::open().await;
    club.news("evt_1", CREATED, &json!({})).await;
    let list = |cookie: &str, more: &str| {
        club.shop.app.get(&format!("/subscribers?organizationId={}{more}", club.organization_id)).cookie(cookie).send()
    };
    let page = list(&club.shop.creator, "").await.expect(200);
    assert_eq!((&page["items"][0]["userId"], &page["items"][0]["tierName"]), (&json!(club.shop.buyer_id), &json!("Gold")));
    for (more, total) in [("&status=active", 1), ("&status=canceled", 0), (&format!("&tierId={}", club.silver), 0)] {
        assert_eq!(list(&club.shop.creator, more).await.expect(200)["pagination"]["total"], total, "{more}");
    }
    assert_eq!(list(&club.shop.buyer, "").await.expect_error(404), "NOT_FOUND");
    club.shop
        .app
        .execute(&format!(
            "INSERT INTO organization_members VALUES ('{}', '{}', 'member', now())",
            club.organization_id, club.shop.buyer_id
        ))
        .await;
    assert_eq!(list(&club.shop.buyer, "").await.expect_error(403), "FORBIDDEN");
    assert_eq!(club.shop.app.get("/subscribers").cookie(&club.shop.creator).send().await.expect_error(400), "VALIDATION_ERROR");
}
