//! The life of a subscription: the database against the pure state machine, its events in any order, any number of times, at once
//! and lost, while Stripe goes on meanwhile.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use std::{sync::Arc, time::Duration};

use club::Club;
use codex_commerce::{
    Endpoint, Event, Left, Source, receive,
    subscriptions::{
        ask,
        lifecycle::{Happening, SubscriptionStatus, opens_until},
        sweep_subscriptions,
    },
};
use codex_edge::{Platform, Statement};
use codex_kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

/// A generator of chance that tells what it did: the same seed is the same run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// How Stripe has it.
struct Real {
    id: String,
    user: String,
    status: SubscriptionStatus,
    start: i64,
    ending: bool,
    gold: bool,
    invoices: Vec<i64>,
}

impl Real {
    fn object(&self, club: &Club) -> Value {
        let (price, amount) = if self.gold { ("price_gold", 999) } else { ("price_silver", 500) };
        let tier = if self.gold { &club.gold } else { &club.silver };
        let ended = self.status.has_ended().then_some(self.start);
        let mut item = club.item(price, amount, "month", self.start, self.start + 30 * DAY);
        item["id"] = json!(format!("si_{}", self.id));
        club.subscription(&json!({
            "id": self.id, "status": self.status, "cancel_at_period_end": self.ending, "ended_at": ended,
            "metadata": { "userId": self.user, "tierId": tier }, "items": { "data": [item] },
        }))
    }

    /// Something happens at Stripe; the events that tell of it, as they show it now.
    fn goes_on(&mut self, chance: &mut Chance, club: &Club) -> Vec<String> {
        let steps =
            [Happening::Paid, Happening::Failed, Happening::GivenUp, Happening::Paused, Happening::Resumed, Happening::Ended];
        let mut news = Vec::new();
        match chance.below(10) {
            turn @ 0..=7 => {
                let happening = steps[[0, 0, 0, 1, 2, 3, 4, 5][turn]];
                let before = self.status;
                self.status = before.after(happening);
                if happening == Happening::Paid && self.status == SubscriptionStatus::Active {
                    if before == SubscriptionStatus::Active {
                        self.start += 30 * DAY;
                    }
                    self.invoices.push(400 + chance.below(600) as i64);
                    news.extend(self.invoice(club));
                }
                let kind = match happening {
                    Happening::Paused => "customer.subscription.paused",
                    Happening::Resumed => "customer.subscription.resumed",
                    Happening::Ended => "customer.subscription.deleted",
                    _ => "customer.subscription.updated",
                };
                news.push(event(kind, &self.object(club), chance));
            }
            8 => {
                self.ending = !self.ending && !self.status.has_ended();
                news.push(event("customer.subscription.updated", &self.object(club), chance));
            }
            _ => {
                self.gold ^= !self.status.has_ended();
                news.push(event("customer.subscription.updated", &self.object(club), chance));
            }
        }
        news
    }

    /// Its latest invoice was paid: two types of event say so.
    fn invoice(&self, club: &Club) -> Vec<String> {
        let name = format!("in_{}_{}", self.id, self.invoices.len());
        let mut invoice = club.invoice(&name, *self.invoices.last().unwrap());
        let details = json!({ "subscription": self.id, "metadata": { "userId": self.user, "tierId": club.gold } });
        invoice["parent"]["subscription_details"] = details;
        ["invoice.paid", "invoice.payment_succeeded"]
            .map(|kind| json!({ "id": format!("evt_{kind}_{name}"), "type": kind, "data": { "object": invoice } }).to_string())
            .to_vec()
    }
}

fn event(kind: &str, object: &Value, chance: &mut Chance) -> String {
    let id = format!("evt_{}_{}_{}", object["id"].as_str().unwrap(), chance.below(1 << 30), chance.below(1 << 30));
    json!({ "id": id, "object": "event", "created": 1, "type": kind, "data": { "object": object } }).to_string()
}

/// A delivery, answered, and what is left to do after the answer: which may be cut off.
async fn deliver(platform: &Platform, body: &str, now: Timestamp, cut: Option<Duration>) {
    let event = Event::parse(body.as_bytes()).unwrap();
    let source = Source::Webhook(Endpoint::Subscription);
    // Brought again until it is taken, as Stripe does.
    let left = loop {
        match receive(platform, source, &event, body.as_bytes(), now).await {
            Ok(left) => break left,
            Err(error) => assert_refused(&error),
        }
    };
    let subscription = match left {
        Left::Ask(subscription) => subscription,
        other => unreachable!("{other:?}"),
    };
    let asking = ask(platform, &subscription, source, now);
    match cut {
        Some(cut) => drop(tokio::time::timeout(cut, asking).await),
        // What is refused is asked again by the schedule.
        None => drop(asking.await.inspect_err(assert_refused)),
    }
}

/// The database refused, and nothing else went wrong.
fn assert_refused(error: &codex_kernel::Error) {
    assert_eq!(error.code, "SERVICE_UNAVAILABLE", "{error:?}");
}

#[derive(Debug, Deserialize)]
struct Found {
    status: SubscriptionStatus,
    period_start: Timestamp,
    period_end: Timestamp,
    cancel_at_period_end: bool,
    opens_until: Option<Timestamp>,
    amount_cents: i64,
    tier: String,
    paid: Vec<i64>,
    ledger: Option<[i64; 2]>,
    last: (SubscriptionStatus, bool),
    started: i64,
}

const FOUND: Statement = Statement {
    sql: "-- test.found
SELECT json_build_object('status', s.status, 'period_start', s.period_start, 'period_end', s.period_end, 'opens_until', s.opens_until,
    'cancel_at_period_end', s.cancel_at_period_end, 'amount_cents', s.amount_cents, 'tier', s.tier_id,
    'paid', (SELECT coalesce(json_agg(p.amount_cents ORDER BY p.amount_cents), '[]') FROM subscription_payments p WHERE p.stripe_subscription_id = s.stripe_id),
    'ledger', (SELECT json_build_array(-sum(l.buyer_cents), sum(l.platform_cents + l.organization_cents + l.creator_cents))
        FROM ledger_entries l JOIN subscription_payments p ON p.id = l.invoice_id WHERE p.stripe_subscription_id = s.stripe_id HAVING count(*) > 0),
    'last', (SELECT json_build_array(c.status, c.cancel_at_period_end) FROM subscription_changes c WHERE c.subscription_id = s.id ORDER BY c.id DESC LIMIT 1),
    'started', (SELECT count(*) FROM outbox o WHERE o.user_id = s.user_id AND o.template = 'subscription-started'))
FROM subscriptions s WHERE s.stripe_id = $1::text",
    fenced: false,
};

async fn check(platform: &Platform, club: &Club, real: &Real) {
    let found: Found = platform.database.one(&FOUND, &[&real.id]).await.unwrap().unwrap();
    assert_eq!(found.status, real.status, "{found:?}");
    assert_eq!((found.period_start.as_second(), found.period_end.as_second()), (real.start, real.start + 30 * DAY), "{found:?}");
    assert_eq!(found.cancel_at_period_end, real.ending, "{found:?}");
    let (tier, amount) = if real.gold { (&club.gold, 999) } else { (&club.silver, 500) };
    assert_eq!((&found.tier, found.amount_cents), (tier, amount), "{found:?}");
    assert_eq!(found.opens_until, opens_until(real.status, found.period_start, found.period_end, real.ending), "{found:?}");
    assert_eq!(found.last, (real.status, real.ending), "the last change is noted: {found:?}");
    let mut paid = real.invoices.clone();
    paid.sort_unstable();
    assert_eq!(found.paid, paid, "each invoice once");
    let sum: i64 = paid.iter().sum();
    assert_eq!(found.ledger, (!paid.is_empty()).then_some([sum, sum]), "{found:?}");
    assert!(found.started <= 1, "{found:?}");
}

/// `LIFECYCLE_SEEDS=10000` tries more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_order_of_any_news_ends_as_stripe_has_it() {
    let seeds: u64 = std::env::var("LIFECYCLE_SEEDS").map_or(2000, |text| text.parse().unwrap());
    let club = Arc::new(Club::open().await);
    let people = format!(
        "INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
         SELECT ('019aa000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, i || '@example.com', 'x', 'x', now(), now() FROM generate_series(1, {seeds}) i;
         INSERT INTO tier_prices VALUES ('price_gold', '{}', 'monthly', 999, now()), ('price_silver', '{}', 'monthly', 500, now())",
        club.gold, club.silver
    );
    club.shop.app.execute(&people).await;
    club.shop.refuses_sometimes().await;
    let lanes: Vec<_> = (0..8)
        .map(|lane| {
            let club = club.clone();
            tokio::spawn(async move {
                for seed in (1..=seeds).filter(|seed| seed % 8 == lane) {
                    // The test's output tells which seeds were under way when it failed.
                    println!("seed {seed}");
                    live(&club, seed).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
    let refusals = club.shop.refusals().await;
    assert!(refusals > seeds.cast_signed() / 2, "only {refusals} refusals");
}

async fn live(club: &Arc<Club>, seed: u64) {
    let mut chance = Chance(seed);
    let platform = club.shop.app.platform();
    let now = Timestamp::from_second(shop::now()).unwrap();
    let user = format!("019aa000-0000-7000-8000-{seed:012x}");
    let mut real = Real {
        id: format!("sub_{seed}"),
        user,
        status: SubscriptionStatus::Incomplete,
        start: now.as_second() - 30 * DAY * chance.below(3) as i64,
        ending: false,
        gold: true,
        invoices: Vec::new(),
    };
    let end = format!("/v1/subscriptions/{}", real.id);
    club.shop.stripe_answers(&end, real.object(club));
    let mut waiting = vec![event("customer.subscription.created", &real.object(club), &mut chance)];
    for _ in 0..1 + chance.below(6) {
        let news = real.goes_on(&mut chance, club);
        club.shop.stripe_answers(&end, real.object(club));
        waiting.extend(news);
        // Some of what is waiting arrives, in any order, some of it twice, up to three at once, and some of it is cut off.
        let mut together = Vec::new();
        for _ in 0..chance.below(4).min(waiting.len()) {
            let body = waiting[chance.below(waiting.len())].clone();
            let cut = (chance.below(4) == 0).then(|| Duration::from_micros(chance.below(3000) as u64));
            let platform = platform.clone();
            together.push(tokio::spawn(async move { deliver(&platform, &body, now, cut).await }));
        }
        for delivery in together {
            delivery.await.unwrap();
        }
    }
    // In the end Stripe has brought everything at least once; what was cut off is asked again by the schedule.
    while let Some(body) = (!waiting.is_empty()).then(|| waiting.swap_remove(chance.below(waiting.len()))) {
        let cut = (chance.below(4) == 0).then(|| Duration::from_micros(chance.below(3000) as u64));
        deliver(platform, &body, now, cut).await;
    }
    const DUE: Statement = Statement {
        sql: "-- test.due
SELECT json_build_object('id', id) FROM subscription_news WHERE id = $1::text AND ask_at < now() + interval '50 minutes'",
        fenced: false,
    };
    let mut later = now;
    while platform.database.one::<Value>(&DUE, &[&real.id]).await.unwrap().is_some() {
        // Who asked and got no answer has it for two minutes.
        later = Timestamp::from_second(later.as_second() + 121).unwrap();
        drop(sweep_subscriptions(platform, later).await.inspect_err(assert_refused));
    }
    check(platform, club, &real).await;
}

/// What the database computes is what the state machine says, over a grid.
#[tokio::test]
async fn it_opens_in_the_database_until_when_the_state_machine_says() {
    let club = Club::open().await;
    const UNTIL: Statement = Statement {
        sql: "-- test.until
SELECT json_build_array(subscription_opens_until($1, $2::text::timestamptz, $3::text::timestamptz, $4::text::boolean))",
        fenced: false,
    };
    let at = |days: i64| Timestamp::from_second(1_800_000_000 + days * DAY).unwrap();
    for status in SubscriptionStatus::ALL {
        for (start, end) in [(0, 30), (0, 3), (0, 366)] {
            for ending in [false, true] {
                let params: &[&dyn codex_edge::Param] = &[&status.name(), &at(start), &at(end), &ending];
                let until: Option<[Option<Timestamp>; 1]> = club.shop.app.platform().database.one(&UNTIL, params).await.unwrap();
                assert_eq!(
                    until.unwrap()[0],
                    opens_until(status, at(start), at(end), ending),
                    "{status:?} {start} {end} {ending}"
                );
            }
        }
    }
}
