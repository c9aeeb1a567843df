//! The life of a purchase: the database against the pure state machine, in any order, any number of times and at once.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use codex_commerce::{
    Event, Facts, PurchaseStatus, Source,
    lifecycle::{Sale, Standing, Told},
    receive, verify_checkout,
};
use codex_edge::{Platform, Statement};
use codex_kernel::{Timestamp, UserId, money};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::Shop;

/// A generator of chance that tells what it did: the same seed is the same run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

impl Shop {
    fn paid_by(&self, buyer: &str, session: &str) -> Value {
        self.session(session, json!({ "metadata": { "userId": buyer, "contentId": self.content_id } }))
    }
}

/// One event, and what it tells of a payment.
#[derive(Clone)]
struct News {
    event: String,
    about: Option<Facts>,
}

fn event(id: &str, kind: &str, object: &Value) -> String {
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } }).to_string()
}

/// What may happen to the payment of session `session`, as Stripe would tell it.
fn story(chance: &mut Chance, shop: &Shop, buyer: &str, session: &str) -> Vec<News> {
    let (intent, amount) = (format!("pi_{session}"), 2999);
    let named = |name: &str| format!("{name}_{session}");
    let metadata = json!({ "userId": buyer, "contentId": shop.content_id });
    let paid = shop.paid_by(buyer, session);
    let plain = |kind: &str, object: &Value| News { event: event(&named(kind), kind, object), about: None };
    let mut news = vec![plain("checkout.session.completed", &paid)];
    if chance.below(3) == 0 {
        news.push(plain("checkout.session.async_payment_succeeded", &paid));
    }
    let charge =
        json!({ "id": named("ch"), "object": "charge", "payment_intent": intent, "metadata": metadata, "amount_refunded": 0 });
    news.push(plain("charge.succeeded", &charge));
    let empty = || Facts { payment_intent: intent.clone(), ..Facts::default() };
    let mut refunded = 0;
    for index in 0..chance.below(4) {
        let part = if index == 2 { amount - refunded } else { 1 + chance.below(1400) as i64 };
        refunded += part;
        let charge =
            json!({ "id": named("ch"), "payment_intent": intent, "amount_refunded": refunded, "refunded": refunded == amount });
        let told = event(&named(&format!("evt_charge_{index}")), "charge.refunded", &charge);
        news.push(News { event: told, about: Some(Facts { refunded, ..empty() }) });
        if chance.below(2) == 0 {
            let id = named(&format!("re_{index}"));
            let refund = |status: &str| json!({ "id": id, "payment_intent": intent, "amount": part, "status": status });
            let refunds = BTreeMap::from([(id.clone(), part)]);
            let created = event(&named(&format!("evt_refund_{index}")), "refund.created", &refund("pending"));
            news.push(News { event: created, about: Some(Facts { refunds: refunds.clone(), ..empty() }) });
            if chance.below(3) == 0 {
                let failed = event(&named(&format!("evt_failed_{index}")), "refund.failed", &refund("failed"));
                let about = Facts { refunds: refunds.clone(), failed_refunds: refunds, ..empty() };
                news.push(News { event: failed, about: Some(about) });
            }
        }
    }
    for index in 0..chance.below(3) {
        let id = named(&format!("du_{index}"));
        let part = if index == 0 { amount } else { 700 };
        let status = ["won", "lost", "warning_closed"][chance.below(3)];
        let dispute = |status: &str| json!({ "id": id, "payment_intent": intent, "amount": part, "status": status });
        let disputes = BTreeMap::from([(id.clone(), part)]);
        let created = event(&named(&format!("evt_opened_{index}")), "charge.dispute.created", &dispute("needs_response"));
        news.push(News { event: created, about: Some(Facts { disputes: disputes.clone(), ..empty() }) });
        if chance.below(3) > 0 {
            let closed = event(&named(&format!("evt_closed_{index}")), "charge.dispute.closed", &dispute(status));
            let (lost, won) =
                if status == "lost" { (disputes.clone(), BTreeMap::new()) } else { (BTreeMap::new(), disputes.clone()) };
            let about = Facts { disputes, lost_disputes: lost, won_disputes: won, ..empty() };
            news.push(News { event: closed, about: Some(about) });
        }
    }
    news
}

/// How news arrives.
#[derive(Clone)]
enum Arrival {
    /// As Stripe's event.
    Event(String),
    /// By the buyer, who lands on our page with this session.
    Landing(String),
}

/// Whether it was taken; an error where the database refused.
async fn arrive(platform: &Platform, buyer: UserId, arrival: &Arrival, now: Timestamp) -> codex_kernel::Result<()> {
    match arrival {
        Arrival::Event(body) => {
            let event = Event::parse(body.as_bytes()).unwrap();
            receive(platform, Source::Reconcile, &event, body.as_bytes(), now).await?;
        }
        Arrival::Landing(session) => {
            let outcome = verify_checkout(platform, buyer, session, now).await?;
            assert!(outcome.purchase.is_some(), "{session} is paid");
        }
    }
    Ok(())
}

/// Brings it again until it is taken, as Stripe does.
async fn insist(platform: &Platform, buyer: UserId, arrival: &Arrival, now: Timestamp) {
    while let Err(error) = arrive(platform, buyer, arrival, now).await {
        assert_eq!(error.code, "SERVICE_UNAVAILABLE", "{error:?}");
    }
}

/// Lets everything arrive in a random order, some of it again, up to four at once, and some of that cut off or refused, and brought again.
async fn arrive_all(chance: &mut Chance, platform: &Arc<Platform>, buyer: UserId, news: &[Arrival], now: Timestamp) {
    let mut arrivals = news.to_vec();
    for _ in 0..chance.below(4) {
        arrivals.push(news[chance.below(news.len())].clone());
    }
    chance.shuffle(&mut arrivals);
    let mut rest = arrivals.as_slice();
    while !rest.is_empty() {
        let (together, later) = rest.split_at((1 + chance.below(4)).min(rest.len()));
        let tasks: Vec<_> = together
            .iter()
            .map(|arrival| {
                let (platform, arrival) = (platform.clone(), arrival.clone());
                let cut = (chance.below(6) == 0).then(|| Duration::from_micros(chance.below(3000) as u64));
                tokio::spawn(async move {
                    if let Some(cut) = cut {
                        // Whether it was applied by then is anybody's guess: nobody got an answer, so it comes again.
                        let _ = tokio::time::timeout(cut, arrive(&platform, buyer, &arrival, now)).await;
                    }
                    insist(&platform, buyer, &arrival, now).await;
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        rest = later;
    }
}

/// One purchase as the database has it, with the sum of its ledger entries.
#[derive(Debug, Deserialize)]
struct Row {
    payment_intent_id: String,
    status: PurchaseStatus,
    duplicate: bool,
    refunded_cents: i64,
    held_cents: i64,
    lost_cents: i64,
    ledger: [i64; 5],
}

#[derive(Debug, Deserialize)]
struct Found {
    purchases: Vec<Row>,
    access: Option<bool>,
    returned: i64,
    owed: i64,
}

const FOUND: Statement = Statement {
    sql: "-- test.found
SELECT json_build_object(
    'purchases', (SELECT json_agg(json_build_object('payment_intent_id', payment_intent_id, 'status', status, 'duplicate', duplicate,
        'refunded_cents', refunded_cents, 'held_cents', held_cents, 'lost_cents', lost_cents, 'ledger', (
            SELECT json_build_array(sum(buyer_cents), sum(stripe_cents), sum(platform_cents), sum(organization_cents), sum(creator_cents))
            FROM ledger_entries l WHERE l.purchase_id = p.id))) FROM purchases p WHERE p.user_id = $1::text::uuid),
    'access', (SELECT revoked_at IS NULL FROM content_access a WHERE a.user_id = $1::text::uuid),
    'returned', (SELECT count(*) FROM outbox o JOIN users u ON u.email = o.recipient WHERE u.id = $1::text::uuid AND o.template = 'refund'),
    'owed', (SELECT count(*) FROM refunds_due r JOIN purchases p ON p.id = r.purchase_id WHERE p.user_id = $1::text::uuid))",
    fenced: false,
};

async fn check(platform: &Platform, buyer: &str, sessions: &[String], news: &[News]) {
    let found: Found = platform.database.one(&FOUND, &[&buyer]).await.unwrap().unwrap();
    assert_eq!(found.purchases.len(), sessions.len());
    for row in &found.purchases {
        let mut told = Told::default();
        for about in
            news.iter().filter_map(|news| news.about.as_ref()).filter(|about| about.payment_intent == row.payment_intent_id)
        {
            told.hear(about);
        }
        let sale = Sale { amount: 2999, platform: 300, organization: 270, duplicate: row.duplicate };
        let expected = sale.standing(&told);
        let Row { status, refunded_cents: refunded, held_cents: held, lost_cents: lost, .. } = *row;
        assert_eq!(Standing { status, refunded, held, lost }, expected, "{row:?}");
        assert_eq!(row.ledger, sale.position(expected), "{row:?}");
        assert!(expected.refunded == 0 || found.returned > 0, "nobody was told of a refund: {row:?}");
    }
    assert_eq!(found.access, Some(found.purchases.iter().any(|row| row.status.gives_access())), "{found:?}");
    assert_eq!(found.owed, found.purchases.iter().filter(|row| row.duplicate).count() as i64);
}

/// `LIFECYCLE_SEEDS=10000` tries more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_order_of_any_news_ends_as_the_state_machine_says() {
    let seeds: u64 = std::env::var("LIFECYCLE_SEEDS").map_or(2000, |text| text.parse().unwrap());
    let shop = Arc::new(Shop::open().await);
    shop.app
        .run(&format!(
            "INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
             SELECT ('019aa000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, i || '@example.com', 'x', 'x', now(), now()
             FROM generate_series(1, {seeds}) i"
        ))
        .await;
    shop.refuses_sometimes().await;
    let now = Timestamp::from_second(shop::now()).unwrap();
    let lanes: Vec<_> = (0..8)
        .map(|lane| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let platform = shop.app.platform();
                for seed in (1..=seeds).filter(|seed| seed % 8 == lane) {
                    let mut chance = Chance(seed);
                    let buyer = format!("019aa000-0000-7000-8000-{seed:012x}");
                    let sessions: Vec<String> = (0..=chance.below(2)).map(|index| format!("cs_{seed}_{index}")).collect();
                    let news: Vec<News> =
                        sessions.iter().flat_map(|session| story(&mut chance, &shop, &buyer, session)).collect();
                    let mut arrivals: Vec<Arrival> = news.iter().map(|news| Arrival::Event(news.event.clone())).collect();
                    for session in sessions.iter().filter(|_| chance.below(2) == 0) {
                        let paid = shop.paid_by(&buyer, session);
                        shop.stripe_answers(&format!("/sessions/{session}"), paid);
                        arrivals.extend([Arrival::Landing(session.clone()), Arrival::Landing(session.clone())]);
                    }
                    // The test's output tells which seeds were under way when it failed.
                    println!("seed {seed}");
                    arrive_all(&mut chance, platform, buyer.parse().unwrap(), &arrivals, now).await;
                    check(platform, &buyer, &sessions, &news).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
    let unbalanced =
        "ledger_entries WHERE buyer_cents + stripe_cents + platform_cents + organization_cents + creator_cents + bank_cents <> 0";
    assert_eq!(shop.app.count(unbalanced).await, 0);
    let refusals = shop.refusals().await;
    assert!(refusals > seeds.cast_signed() / 2, "only {refusals} refusals");
}

#[derive(Deserialize)]
struct Compared {
    standing: (i64, bool, i64, Option<String>),
    parts: (i64, i64, i64, i64),
    status: PurchaseStatus,
    position: [i64; 5],
}

/// What the database computes is what the state machine says, over a grid.
#[tokio::test]
async fn the_functions_of_the_database_are_those_of_the_state_machine() {
    let shop = Shop::open().await;
    const GRID: Statement = Statement {
        sql: "-- test.grid
SELECT json_build_object('standing', json_build_array(amount, duplicate, refunded, dispute), 'parts', json_build_array(platform, organization, held, lost),
    'status', purchase_status(amount, duplicate, refunded, dispute),
    'position', purchase_position(amount, platform, organization, duplicate, refunded, held, lost))
FROM unnest('{0,1,2,99,2999,10000000}'::bigint[]) amount
CROSS JOIN unnest('{0,1,1000,3333,10000}'::bigint[]) rate
CROSS JOIN LATERAL (SELECT (amount * rate + 9999) / 10000 AS platform) a
CROSS JOIN LATERAL (SELECT ((amount - platform) * 1500 + 9999) / 10000 AS organization) b
CROSS JOIN unnest('{t,f}'::boolean[]) duplicate
CROSS JOIN LATERAL unnest(ARRAY[0, amount / 3, amount]) refunded
CROSS JOIN LATERAL unnest(ARRAY[0, (amount - refunded) / 2, amount - refunded]) lost
CROSS JOIN LATERAL unnest(ARRAY[0, amount - refunded - lost]) held
CROSS JOIN unnest(ARRAY[NULL, 'open', 'won', 'lost']) dispute",
        fenced: false,
    };
    let rows: Vec<Compared> = shop.app.platform().database.all(&GRID, &[]).await.unwrap();
    assert!(rows.len() > 3000);
    for Compared {
        standing: (amount, duplicate, refunded, dispute),
        parts: (platform, organization, held, lost),
        status,
        position,
    } in rows
    {
        let sale = Sale { amount, platform, organization, duplicate };
        let disputes = BTreeMap::from([("du_1".to_owned(), 0)]);
        let mut told = Told::default();
        told.hear(&Facts { refunded, ..Facts::default() });
        if let Some(dispute) = &dispute {
            let only = |word: &str| if dispute == word { disputes.clone() } else { BTreeMap::new() };
            let (lost_disputes, won_disputes) = (only("lost"), only("won"));
            told.hear(&Facts { disputes: disputes.clone(), lost_disputes, won_disputes, ..Facts::default() });
        }
        assert_eq!(sale.standing(&told).status, status, "{sale:?} refunded {refunded} {dispute:?}");
        let standing = Standing { status, refunded, held, lost };
        assert_eq!(sale.position(standing), position, "{sale:?} {standing:?}");
    }
    for currency in ["usd", "jpy", "kwd", "eur", "xpf", "tnd"] {
        for amount in [0, 5, 99, 100, 12_345, 10_000_000] {
            const WORDS: Statement =
                Statement { sql: "-- test.words\nSELECT to_json(money_words($1::text::bigint, $2))", fenced: false };
            let words: String = shop.app.platform().database.one(&WORDS, &[&amount, &currency]).await.unwrap().unwrap();
            assert_eq!(words, money::display(amount, currency));
        }
    }
}

/// Nobody changes what was written, and nothing unbalanced is.
#[tokio::test]
async fn the_ledger_is_append_only_and_balanced() {
    let shop = Shop::open().await;
    shop.deliver("evt_1", "checkout.session.completed", &shop.session("cs_1", json!({}))).await.expect(200);
    let sale = "ledger_entries WHERE (kind, buyer_cents, platform_cents, organization_cents, creator_cents, event_id, caused_by)
        = ('sale', -2999, 300, 270, 2429, 'evt_1', 'booking')";
    assert_eq!(shop.app.count(sale).await, 1);
    for (sql, code) in [
        ("UPDATE ledger_entries SET creator_cents = 0", "23001"),
        ("DELETE FROM ledger_entries", "23001"),
        ("TRUNCATE ledger_entries", "23001"),
        ("DELETE FROM fee_rate_changes", "23001"),
        (
            "INSERT INTO ledger_entries (kind, currency, buyer_cents, stripe_cents, platform_cents, organization_cents, creator_cents, caused_by, posted_at)
             VALUES ('transfer', 'usd', 0, 0, 0, 0, -1, 'x', now())",
            "23514",
        ),
    ] {
        let statement = Statement { sql, fenced: false };
        let error = shop.app.platform().database.one::<Value>(&statement, &[]).await.unwrap_err();
        let refusal = error.source.as_deref().and_then(|source| source.downcast_ref::<codex_edge::DatabaseError>());
        assert_eq!(refusal.map(|refusal| refusal.code.as_str()), Some(code), "{sql}");
    }
    shop.app.run("UPDATE fee_rates SET platform_bp = 500, updated_at = now(); DELETE FROM fee_rates").await;
    assert_eq!(shop.app.count("fee_rate_changes WHERE platform_bp IN (1000, 500) OR platform_bp IS NULL").await, 3);
}
