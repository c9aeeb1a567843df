//! The life of a purchase: the database against the pure state machine, in any order, any number of times and at once, with workers
//! that die between any two steps, a database that refuses any of them, and a Stripe that loses its answers.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod bank;
mod shop;
mod stories;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use bank::Bank;
use codex_commerce::{
    Event, Facts, PurchaseStatus, Source,
    lifecycle::{CheckoutStatus, Sale, Standing, Told},
    make_refunds, receive, reconcile, sweep, verify_checkout,
};
use codex_edge::{Platform, Statement};
use codex_kernel::{Result, Timestamp, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::Shop;
use stories::{Chance, News, event, lapse, story};

/// What comes to pass at the worker.
#[derive(Clone)]
enum Arrival {
    /// Stripe brings an event.
    Event(String),
    /// The buyer lands on our page with this session.
    Landing(String),
    /// The schedule gives back what is owed.
    Refunds,
    /// The schedule asks about sessions whose end nobody told of.
    Sweep,
    /// The schedule compares with Stripe's list of events.
    Comparison,
}

/// Whether it was done; an error where the database refused, or Stripe gave no answer.
async fn arrive(platform: &Platform, buyer: UserId, arrival: &Arrival, now: Timestamp) -> Result<()> {
    match arrival {
        Arrival::Event(body) => {
            let event = Event::parse(body.as_bytes()).unwrap();
            receive(platform, Source::Reconcile, &event, body.as_bytes(), now).await?;
        }
        Arrival::Landing(session) => {
            let outcome = verify_checkout(platform, buyer, session, now).await?;
            assert!(outcome.purchase.is_some(), "{session} is paid");
        }
        Arrival::Refunds => {
            make_refunds(platform, now).await?;
        }
        Arrival::Sweep => {
            sweep(platform, now).await?;
        }
        Arrival::Comparison => {
            reconcile(platform, now).await?;
        }
    }
    Ok(())
}

/// Does it again until it is done, as Stripe, a buyer and the schedule do.
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
    checkouts: BTreeMap<String, CheckoutStatus>,
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
    'checkouts', (SELECT json_object_agg(id, status) FROM checkout_sessions WHERE user_id = $1::text::uuid),
    'access', (SELECT revoked_at IS NULL FROM content_access a WHERE a.user_id = $1::text::uuid),
    'returned', (SELECT count(*) FROM outbox o JOIN users u ON u.email = o.recipient WHERE u.id = $1::text::uuid AND o.template = 'refund'),
    'owed', (SELECT count(*) FROM refunds_due r JOIN purchases p ON p.id = r.purchase_id WHERE p.user_id = $1::text::uuid))",
    fenced: false,
};

async fn check(platform: &Platform, buyer: &str, checkouts: &BTreeMap<String, CheckoutStatus>, news: &[News]) {
    let found: Found = platform.database.one(&FOUND, &[&buyer]).await.unwrap().unwrap();
    assert_eq!(&found.checkouts, checkouts);
    assert_eq!(found.purchases.len(), checkouts.values().filter(|status| **status == CheckoutStatus::Paid).count());
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

const OPEN: Statement = Statement {
    sql: "-- test.open
INSERT INTO checkout_sessions (id, user_id, content_id, price_cents, url, created_at, expires_at, ask_at)
VALUES ($1, $2::uuid, $3::uuid, 2999, 'https://stripe.test', now(), now() + interval '1 day', to_timestamp(0)) RETURNING to_json(id)",
    fenced: false,
};

const OWED: Statement = Statement {
    sql:
        "-- test.owed
SELECT to_json(r.id) FROM refunds_due r JOIN purchases p ON p.id = r.purchase_id WHERE p.user_id = $1::uuid AND r.made_at IS NULL",
    fenced: false,
};

/// One buyer's story, from their checkouts to the end.
async fn live(shop: &Shop, bank: &bank::Shared, seed: u64) {
    let platform = shop.app.platform();
    let now = Timestamp::from_second(shop::now()).unwrap();
    let mut chance = Chance(seed);
    let buyer_text = format!("019aa000-0000-7000-8000-{seed:012x}");
    let buyer: UserId = buyer_text.parse().unwrap();
    let (mut news, mut arrivals, mut checkouts) = (Vec::new(), Vec::new(), BTreeMap::new());
    for index in 0..=chance.below(2) {
        let session = format!("cs_{seed}_{index}");
        let told = story(&mut chance, shop, &buyer_text, &session);
        let mut bank = bank.lock().unwrap();
        if told.iter().any(|news| news.about.as_ref().is_some_and(|about| about.refunded == 2999)) {
            bank.spent.insert(format!("pi_{session}"));
        }
        bank.sessions.insert(session.clone(), shop.paid_by(&buyer_text, &session));
        if chance.below(2) == 0 {
            arrivals.extend([Arrival::Landing(session.clone()), Arrival::Landing(session.clone())]);
        }
        news.extend(told);
        checkouts.insert(session, CheckoutStatus::Paid);
    }
    if chance.below(2) == 0 {
        let session = format!("cs_{seed}_lapsed");
        let (says, told, end) = lapse(&mut chance, &session);
        bank.lock().unwrap().sessions.insert(session.clone(), says);
        news.extend(told);
        checkouts.insert(session, end);
    }
    for session in checkouts.keys() {
        while platform.database.one::<Value>(&OPEN, &[&session, &buyer, &shop.content_id]).await.is_err() {}
    }
    let mut lost = Vec::new();
    for news in &news {
        // What Stripe cannot bring is in its list all the same.
        if chance.below(6) == 0 { lost.push(&news.event) } else { arrivals.push(Arrival::Event(news.event.clone())) }
    }
    bank.lock().unwrap().events.extend(lost.iter().map(|event| serde_json::from_str::<Value>(event).unwrap()));
    let jobs = [Arrival::Refunds, Arrival::Sweep, Arrival::Comparison];
    arrivals.extend(jobs.into_iter().filter(|_| chance.below(3) == 0));
    arrive_all(&mut chance, platform, buyer, &arrivals, now).await;
    insist(platform, buyer, &Arrival::Comparison, now).await;
    bank.lock().unwrap().events.retain(|event| !event["id"].as_str().unwrap().contains(&format!("cs_{seed}_")));
    // A refund that failed or was cut off is asked for again, later each time.
    let mut later = now;
    while platform.database.one::<Value>(&OWED, &[&buyer]).await.unwrap().is_some() {
        later = Timestamp::from_second(later.as_second() + 86_400).unwrap();
        assert!(later.as_second() - now.as_second() < 30 * 86_400, "a refund is never made");
        insist(platform, buyer, &Arrival::Refunds, later).await;
    }
    // The events of our own refunds come late, and twice.
    let made: Vec<Value> =
        checkouts.keys().flat_map(|session| bank.lock().unwrap().refunds_of(&format!("pi_{session}"))).collect();
    for refund in &made {
        let (id, payment_intent) = (refund["id"].as_str().unwrap(), refund["payment_intent"].as_str().unwrap());
        let refunds = BTreeMap::from([(id.to_owned(), 2999)]);
        let about = Facts { payment_intent: payment_intent.to_owned(), refunds, ..Facts::default() };
        let told = event(&format!("evt_{id}"), "refund.created", refund);
        for _ in 0..2 {
            insist(platform, buyer, &Arrival::Event(told.clone()), now).await;
        }
        news.push(News { event: told, about: Some(about) });
    }
    check(platform, &buyer_text, &checkouts, &news).await;
}

/// `LIFECYCLE_SEEDS=10000` tries more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_order_of_any_news_ends_as_the_state_machine_says() {
    let seeds: u64 = std::env::var("LIFECYCLE_SEEDS").map_or(2000, |text| text.parse().unwrap());
    let shop = Arc::new(Shop::open().await);
    let bank = Bank::of(&shop.app, true);
    shop.app
        .run(&format!(
            "INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
             SELECT ('019aa000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, i || '@example.com', 'x', 'x', now(), now()
             FROM generate_series(1, {seeds}) i"
        ))
        .await;
    shop.refuses_sometimes().await;
    let lanes: Vec<_> = (0..8)
        .map(|lane| {
            let (shop, bank) = (shop.clone(), bank.clone());
            tokio::spawn(async move {
                for seed in (1..=seeds).filter(|seed| seed % 8 == lane) {
                    // The test's output tells which seeds were under way when it failed.
                    println!("seed {seed}");
                    live(&shop, &bank, seed).await;
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
    // Whatever was asked for again, nobody got their money back twice.
    let refunds: Vec<Value> = bank.lock().unwrap().refunds.values().cloned().collect();
    let payments: BTreeSet<&str> = refunds.iter().map(|refund| refund["payment_intent"].as_str().unwrap()).collect();
    assert_eq!(refunds.len(), payments.len());
    assert!(refunds.len() as u64 > seeds / 10, "only {} refunds", refunds.len());
    let again = shop.app.count("refunds_due WHERE attempts > 1").await;
    assert!(again > seeds.cast_signed() / 10, "only {again} refunds were asked for again");
    let refusals = shop.refusals().await;
    assert!(refusals > seeds.cast_signed() / 2, "only {refusals} refusals");
}

/// Access that passes from one payment to another refers to that other, of which there is news at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_of_two_payments_for_one_thing_at_once_does_not_deadlock() {
    let shop = Arc::new(Shop::open().await);
    // Whoever changes access holds its row a little longer, so that the other comes meanwhile.
    let linger =
        "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;
        CREATE TRIGGER linger BEFORE UPDATE ON content_access FOR EACH ROW EXECUTE FUNCTION linger();";
    shop.app.execute(linger).await;
    for round in 0..3 {
        let id = format!("019aa000-0000-7000-8000-{round:012x}");
        let sql = format!(
            "INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ('{id}', '{round}@example.com', 'x', 'x', now(), now())"
        );
        shop.app.run(&sql).await;
        let payment = |which: &str| format!("pi_cs_{which}_{round}");
        let tell = async |kind: &str, object: Value| {
            let name = format!("evt_{kind}_{round}_{}", object["status"].as_str().or(object["id"].as_str()).unwrap());
            shop.deliver(&name, kind, &object).await.expect(200);
        };
        // The first was given back and a second paid; but what was given back did not arrive, so that there are two.
        let refund = |status: &str| json!({ "id": format!("re_{round}"), "payment_intent": payment("a"), "amount": 2999, "status": status });
        tell("checkout.session.completed", shop.paid_by(&id, &format!("cs_a_{round}"))).await;
        tell("refund.created", refund("succeeded")).await;
        tell("checkout.session.async_payment_succeeded", shop.paid_by(&id, &format!("cs_b_{round}"))).await;
        tell("refund.failed", refund("failed")).await;
        let charge = json!({ "id": format!("ch_{round}"), "payment_intent": payment("b"), "amount_refunded": 2999 });
        let dispute = json!({ "id": format!("du_{round}"), "payment_intent": payment("a"), "amount": 700, "status": "won" });
        tokio::join!(tell("charge.refunded", charge), tell("charge.dispute.closed", dispute));
        let access = format!(
            "content_access a JOIN purchases p ON p.id = a.purchase_id WHERE a.user_id = '{id}' AND a.revoked_at IS NULL AND p.status = 'paid'"
        );
        assert_eq!(shop.app.count(&access).await, 1);
    }
}
