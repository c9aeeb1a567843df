//! What reports say is what the rows of the purchases come to, to the minor unit, whatever became of them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod office;

use std::sync::Arc;

use codex_identity::Role;
use codex_testkit::Person;
use office::Office;
use serde_json::{Value, json};

/// A generator of chance that tells what it did: the same seed is the same run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % bound
    }
}

/// Sales over the days around two changes of clocks, in two currencies, of two organizations and of a creator alone; refunded in
/// part and in whole, disputed, won, lost, paid twice.
async fn story(office: &Office, sales: u32) {
    let mut chance = Chance(7);
    let mut buyers: Vec<Person> = Vec::new();
    for index in 0..6 {
        buyers.push(office.person(&format!("buyer-{index}"), Role::Customer).await);
    }
    let alone = office.draft_of(&office.stranger, json!({ "visibility": "purchased_only", "priceCents": 700 })).await;
    office.content_api.post(&format!("/api/content/{alone}/publish")).cookie(&office.stranger.cookie).send().await.expect(200);
    let things = [
        (office.sell(2999, "usd").await, 2999, "usd"),
        (office.sell(1001, "usd").await, 1001, "usd"),
        (office.sell(500, "eur").await, 500, "eur"),
        (office.sell_of(&office.rival, &office.other_organization, 333, "usd").await, 333, "usd"),
        (alone, 700, "usd"),
    ];
    for _ in 0..sales {
        let (thing, cents, currency) = &things[chance.below(5) as usize];
        let buyer = &buyers[chance.below(6) as usize];
        // Between 2025-03-01 and 2025-04-05, often within an hour of some zone's midnight.
        let (day, hour) = (chance.below(36), [0, 3, 4, 5, 12, 18, 22, 23][chance.below(8) as usize]);
        let (month, day) = if day < 31 { (3, day + 1) } else { (4, day - 30) };
        let at = format!("2025-{month:02}-{day:02}T{hour:02}:{:02}:{:02}Z", chance.below(60), chance.below(60));
        let intent = office.buy(buyer, thing, *cents, currency, &at).await;
        match chance.below(8) {
            0 => office.refund(&intent, *cents, "2025-04-06T00:00:00Z").await,
            1 | 2 => {
                let part = 1 + chance.below(cents - 1);
                office.refund(&intent, part, "2025-04-07T00:00:00Z").await;
                if chance.below(2) == 0 {
                    office.dispute(&intent, *cents, "needs_response", "2025-04-08T00:00:00Z").await;
                }
            }
            3 => {
                office.dispute(&intent, *cents, "needs_response", "2025-04-08T00:00:00Z").await;
                let status = ["won", "lost", "needs_response"][chance.below(3) as usize];
                office.dispute(&intent, *cents, status, "2025-04-09T00:00:00Z").await;
                // What was lost may still be won.
                if chance.below(2) == 0 {
                    office.dispute(&intent, *cents, "won", "2025-04-10T00:00:00Z").await;
                }
            }
            _ => {}
        }
    }
    subscribe(office, &buyers, &mut chance, sales / 3).await;
}

/// Subscriptions' payments over the same days, some of them taken back in part, in whole, or held in a dispute.
async fn subscribe(office: &Office, buyers: &[Person], chance: &mut Chance, payments: u32) {
    let tiers = [(office.organization.as_str(), office.owner.id), (office.other_organization.as_str(), office.rival.id)];
    for (index, (organization, _)) in tiers.iter().enumerate() {
        let sql = format!(
            "INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
             VALUES ('019aa000-0000-7000-8000-00000000000{index}', '{organization}', 'Gold', 1, 999, 9999, 'usd', now(), now())"
        );
        office.run(&sql).await;
    }
    for number in 0..payments {
        let index = chance.below(2) as usize;
        let (organization, payee) = tiers[index];
        let buyer = buyers[chance.below(6) as usize].id;
        let currency = ["usd", "eur"][chance.below(2) as usize];
        let at = format!("2025-03-{:02}T{:02}:{:02}:00Z", 1 + chance.below(31), chance.below(24), chance.below(60));
        let sql = format!(
            "INSERT INTO subscription_payments (id, stripe_subscription_id, user_id, organization_id, creator_id, tier_id, status, amount_cents, currency,
                platform_fee_cents, organization_fee_cents, creator_payout_cents, period_start, period_end, paid_at, changed_by, changed_at)
             VALUES ('in_{number}', 'sub_{buyer}', '{buyer}', '{organization}', '{payee}', '019aa000-0000-7000-8000-00000000000{index}', 'paid', 999,
                '{currency}', 100, 135, 764, '{at}', '{at}', '{at}', 'subscription', '{at}');
             INSERT INTO payments (id, invoice_id, changed_by, changed_at) VALUES ('pi_in_{number}', 'in_{number}', 'subscription', '{at}')"
        );
        office.run(&sql).await;
        let intent = format!("pi_in_{number}");
        match chance.below(5) {
            0 => office.refund(&intent, 999, "2025-04-06T00:00:00Z").await,
            1 => office.refund(&intent, 1 + chance.below(998), "2025-04-07T00:00:00Z").await,
            2 => {
                office.dispute(&intent, 999, "needs_response", "2025-04-08T00:00:00Z").await;
                let status = ["won", "lost", "needs_response"][chance.below(3) as usize];
                office.dispute(&intent, 999, status, "2025-04-09T00:00:00Z").await;
            }
            _ => {}
        }
    }
}

const SUMS: &str = "json_build_object('purchases', count(*) FILTER (WHERE NOT p.subscribed), 'subscriptionPayments', count(*) FILTER (WHERE p.subscribed),
    'subscriptionCents', coalesce(sum(p.amount_cents) FILTER (WHERE p.subscribed), 0), 'amountCents', coalesce(sum(p.amount_cents), 0),
    'refundedCents', coalesce(sum(p.refunded_cents + p.lost_cents), 0), 'heldCents', coalesce(sum(l.stripe), 0),
    'platformCents', coalesce(sum(l.platform), 0), 'organizationCents', coalesce(sum(l.organization), 0), 'creatorCents', coalesce(sum(l.creator), 0))";

/// The purchases and the subscriptions' payments, each with what the ledger says everybody has of it.
const ROWS: &str = "(
    SELECT id::text AS sale, false AS subscribed, content_id, organization_id, user_id, currency, amount_cents, refunded_cents, lost_cents, purchased_at FROM purchases
    UNION ALL
    SELECT id, true, NULL, organization_id, user_id, currency, amount_cents, refunded_cents, lost_cents, paid_at FROM subscription_payments) p
JOIN (
    SELECT coalesce(purchase_id::text, invoice_id) AS sale, sum(stripe_cents) AS stripe, sum(platform_cents) AS platform,
        sum(organization_cents) AS organization, sum(creator_cents) AS creator
    FROM ledger_entries GROUP BY 1) l USING (sale)";

impl Office {
    async fn json(&self, sql: &str) -> Value {
        serde_json::from_str(&self.app.text(sql).await).unwrap()
    }

    /// The sums over the rows that `condition` names.
    async fn sums(&self, condition: &str) -> Value {
        self.json(&format!("SELECT ({SUMS})::text FROM {ROWS} WHERE {condition}")).await
    }
}

#[tokio::test]
async fn revenue_is_what_the_rows_come_to() {
    let office = Office::open().await;
    story(&office, 220).await;
    for status in ["paid", "partly_refunded", "refunded", "disputed", "lost", "duplicate"] {
        assert!(office.app.count(&format!("purchases WHERE status = '{status}'")).await > 0, "the story has no {status}");
    }
    let (yoga, rival) = (office.organization.as_str(), office.other_organization.as_str());
    let scopes = [
        (format!("&organizationId={yoga}"), &office.admin, format!("p.organization_id = '{yoga}'")),
        (format!("&organizationId={rival}"), &office.platform_owner, format!("p.organization_id = '{rival}'")),
        (String::new(), &office.platform_owner, "true".to_owned()),
    ];
    let ranges = [
        ("2025-03-10", "2025-03-31", "2025-02-16"),
        ("2025-03-30", "2025-03-30", "2025-03-29"),
        ("2025-03-01", "2025-04-30", "2024-12-30"),
    ];
    let nothing = office.sums("false").await;
    let mut compared = 0;
    for (scope, who, condition) in &scopes {
        for zone in ["UTC", "America/New_York", "Asia/Kathmandu", "Europe/Berlin", "Pacific/Chatham"] {
            for (from, to, previous) in ranges {
                let path = format!("/api/admin/analytics/revenue?from={from}&to={to}&timezone={zone}{scope}");
                let report = office.get(&path, who).await.expect(200)["data"].clone();
                assert_eq!(
                    report["range"],
                    json!({ "timezone": zone, "from": from, "to": to, "previousFrom": previous }),
                    "{path}"
                );
                let local = format!("(p.purchased_at AT TIME ZONE '{zone}')::date");
                let mut currencies = Vec::new();
                for currency in ["eur", "usd"] {
                    let within = |first: &str, last: &str| {
                        format!("{condition} AND p.currency = '{currency}' AND {local} BETWEEN '{first}' AND {last}")
                    };
                    let (total, before) = (
                        office.sums(&within(from, &format!("'{to}'"))).await,
                        office.sums(&within(previous, &format!("'{from}'::date - 1"))).await,
                    );
                    if total["amountCents"] == 0 && before["amountCents"] == 0 {
                        continue;
                    }
                    currencies.push(currency);
                    let told = &report["currencies"][currencies.len() - 1];
                    assert_eq!(told["currency"], currency, "{path}");
                    assert_eq!(told["total"], total, "{path} {currency}");
                    assert_eq!(told["previous"], before, "{path} {currency}");
                    let days = within(from, &format!("'{to}'"));
                    let days = office
                        .json(&format!(
                            "SELECT coalesce(json_object_agg(day, sums), '{{}}')::text FROM (SELECT {local} AS day, {SUMS} AS sums FROM {ROWS} WHERE {days} GROUP BY 1) d"
                        ))
                        .await;
                    for point in told["series"].as_array().unwrap() {
                        let sold = days.get(point["from"].as_str().unwrap()).unwrap_or(&nothing);
                        assert_eq!(&point["figures"], sold, "{path} {}", point["from"]);
                        compared += 1;
                    }
                }
                assert_eq!(report["currencies"].as_array().unwrap().len(), currencies.len(), "{path}");
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

/// What migrations 0008 and 0017 sum of sales before them is what their triggers sum one by one.
#[tokio::test]
async fn sums_made_at_once_are_those_made_one_by_one() {
    let office = Office::open().await;
    story(&office, 120).await;
    let migrations =
        [include_str!("../../../migrations/0008_insights.sql"), include_str!("../../../migrations/0017_figures.sql")];
    for table in ["customers", "customer_spending", "sales_figures"] {
        let sums = migrations.map(|migration| {
            let start = migration.find(&format!("\nINSERT INTO {table} ")).unwrap();
            migration[start..].split(';').next().unwrap()
        });
        let made = format!("CREATE TABLE kept AS TABLE {table}; DELETE FROM {table}; {};", sums.join(";"));
        office.run(&made).await;
        assert!(office.app.count(table).await > 5);
        for (one, other) in [("kept", table), (table, "kept")] {
            let differing = format!("(TABLE {one} EXCEPT TABLE {other}) d");
            assert_eq!(office.app.count(&differing).await, 0, "{table}: {one} has what {other} has not");
        }
        office.run("DROP TABLE kept").await;
    }
}

/// Everything was paid once: what went back, what is held, and what everybody has is all of it.
#[tokio::test]
async fn weeks_and_months_and_dashboards_agree_with_days() {
    let office = Office::open().await;
    story(&office, 80).await;
    let at = |path: &str| format!("/api/admin/{path}?from=2025-03-05&to=2025-04-20&timezone=Europe/Berlin");
    let days = office.get(&at("analytics/revenue"), &office.owner).await.expect(200)["data"]["currencies"].clone();
    let sum = |series: &Value, field: &str| -> i64 {
        series.as_array().unwrap().iter().map(|point| point["figures"][field].as_i64().unwrap()).sum()
    };
    for (interval, points) in [("day", 47), ("week", 7), ("month", 2)] {
        let report = office.get(&format!("{}&interval={interval}", at("analytics/revenue")), &office.owner).await.expect(200);
        let currencies = report["data"]["currencies"].as_array().unwrap();
        assert_eq!(currencies.len(), 2);
        for (currency, by_day) in currencies.iter().zip(days.as_array().unwrap()) {
            let series = &currency["series"];
            assert_eq!(series.as_array().unwrap().len(), points, "{interval}");
            assert_eq!(series[0]["from"], "2025-03-05");
            assert_eq!((&currency["total"], &currency["previous"]), (&by_day["total"], &by_day["previous"]));
            for field in [
                "purchases",
                "subscriptionPayments",
                "subscriptionCents",
                "amountCents",
                "refundedCents",
                "heldCents",
                "platformCents",
                "organizationCents",
                "creatorCents",
            ] {
                assert_eq!(sum(series, field), currency["total"][field].as_i64().unwrap(), "{interval} {field}");
            }
        }
    }
    let dashboard = office.get(&at("analytics/dashboard-stats"), &office.owner).await.expect(200)["data"].clone();
    for (currency, by_day) in dashboard["revenue"].as_array().unwrap().iter().zip(days.as_array().unwrap()) {
        for field in ["currency", "total", "previous"] {
            assert_eq!(currency[field], by_day[field]);
        }
    }
    assert_eq!(dashboard["content"], json!({ "draft": 0, "published": 3, "archived": 0 }));
    assert_eq!(dashboard["followers"], 0);
    let customers = office.get(&at("analytics/customers"), &office.owner).await.expect(200)["data"].clone();
    assert_eq!(
        (&dashboard["customers"]["new"], &dashboard["customers"]["total"]),
        (&customers["current"]["new"], &customers["total"])
    );
    let bought = |first: &str, last: &str| {
        format!(
            "(SELECT DISTINCT p.user_id FROM {ROWS} WHERE p.organization_id = '{}' AND (p.purchased_at AT TIME ZONE 'Europe/Berlin')::date BETWEEN '{first}' AND '{last}') b",
            office.organization
        )
    };
    assert_eq!(customers["current"]["buyers"], office.app.count(&bought("2025-03-05", "2025-04-20")).await);
    let early = office.app.count(&bought("2000-01-01", "2025-03-04")).await;
    assert_eq!(customers["current"]["new"], customers["total"].as_i64().unwrap() - early);
    let new: i64 = customers["series"].as_array().unwrap().iter().map(|point| point["new"].as_i64().unwrap()).sum();
    assert_eq!(customers["current"]["new"], new);
    assert_eq!(customers["previous"]["new"], early, "the whole story is in the two periods");
}

/// A dashboard that is asked for at once is what its parts are when they are asked for one by one.
#[tokio::test]
async fn a_whole_dashboard_is_its_parts() {
    let office = Office::open().await;
    story(&office, 120).await;
    let gift = office.draft_of(&office.creator, json!({ "organizationId": office.organization })).await;
    office.content_api.post(&format!("/api/content/{gift}/publish")).cookie(&office.creator.cookie).send().await.expect(200);
    let given = format!("/api/admin/customers/{}/grant-access/{gift}", office.member.id);
    office.post(&given, &office.owner, json!({ "reason": "a friend" })).await.expect(201);
    office.call(http::Method::DELETE, &given, &office.owner, Value::Null).await;
    for (who, scope) in
        [(&office.admin, format!("&organizationId={}", office.organization)), (&office.platform_owner, String::new())]
    {
        for (days, interval) in
            [("from=2025-03-10&to=2025-03-31", "day"), ("from=2025-03-01&to=2025-05-01", "week"), ("preset=today", "month")]
        {
            let of = |path: &str, more: &str| format!("/api/admin/{path}?{days}&timezone=Asia/Kathmandu{scope}{more}");
            let get = async |path: String| office.get(&path, who).await.expect(200);
            let interval = format!("&interval={interval}");
            let whole = get(of("analytics/dashboard", &format!("{interval}&top=2&activity=40"))).await["data"].clone();
            let revenue = get(of("analytics/revenue", &interval)).await["data"].clone();
            assert_eq!((&whole["range"], &whole["revenue"]), (&revenue["range"], &revenue["currencies"]), "{days}");
            let customers = get(of("analytics/customers", &interval)).await["data"].clone();
            for (part, told) in [
                ("total", &customers["total"]),
                ("new", &customers["current"]["new"]),
                ("previousNew", &customers["previous"]["new"]),
                ("series", &customers["series"]),
            ] {
                assert_eq!(&whole["customers"][part], told, "{days} {part}");
            }
            let stats = get(of("analytics/dashboard-stats", "")).await["data"].clone();
            assert_eq!((&whole["content"], &whole["followers"]), (&stats["content"], &stats["followers"]));
            let top = get(of("analytics/top-content", "&limit=2")).await;
            assert_eq!((&whole["topCurrency"], &whole["top"]), (&top["currency"], &top["items"]), "{days}");
            let activity = get(format!("/api/admin/activity?limit=40{scope}")).await;
            assert_eq!(whole["activity"], activity["items"]);
            assert!(whole["activity"].as_array().unwrap().len() >= 40);
        }
    }
    let bare = format!("/api/admin/analytics/dashboard?top=0&activity=0&organizationId={}", office.organization);
    let bare = office.get(&bare, &office.owner).await.expect(200)["data"].clone();
    assert_eq!((&bare["top"], &bare["activity"], &bare["topCurrency"]), (&json!([]), &json!([]), &Value::Null));
}

#[tokio::test]
async fn contents_are_ranked_in_one_currency_and_agree_with_their_sales() {
    let office = Office::open().await;
    story(&office, 120).await;
    let at = "from=2025-03-10&to=2025-03-31&timezone=America/New_York";
    let local = "(p.purchased_at AT TIME ZONE 'America/New_York')::date BETWEEN";
    let sums = "json_build_object('purchases', count(*), 'amountCents', coalesce(sum(p.amount_cents), 0), 'refundedCents', coalesce(sum(p.refunded_cents + p.lost_cents), 0),
        'netCents', coalesce(sum(l.platform + l.organization + l.creator), 0))::text";
    for currency in ["usd", "eur"] {
        for by in ["revenue", "purchases"] {
            let path = format!("/api/admin/analytics/top-content?{at}&currency={currency}&by={by}&limit=1");
            let mut last = i64::MAX;
            let mut seen = Vec::new();
            for page in 1.. {
                let answer = office.get(&format!("{path}&page={page}"), &office.owner).await.expect(200);
                assert_eq!((&answer["currency"], &answer["currencies"]), (&json!(currency), &json!(["eur", "usd"])));
                let Some(item) = answer["items"].as_array().unwrap().first() else {
                    assert_eq!(answer["pagination"]["total"], page - 1);
                    break;
                };
                assert_eq!(item["place"], page);
                let of = |days: &str| {
                    format!(
                        "SELECT {sums} FROM {ROWS} WHERE p.content_id = '{}' AND p.currency = '{currency}' AND {local} {days}",
                        item["id"].as_str().unwrap()
                    )
                };
                assert_eq!(item["sales"], office.json(&of("'2025-03-10' AND '2025-03-31'")).await);
                assert_eq!(item["previous"], office.json(&of("'2025-02-16' AND '2025-03-09'")).await);
                let rank = item["sales"][if by == "revenue" { "netCents" } else { "purchases" }].as_i64().unwrap();
                assert!(rank <= last, "{path}: {rank} after {last}");
                last = rank;
                seen.push(item["id"].clone());
            }
            assert_eq!(seen.len(), if currency == "usd" { 2 } else { 1 });
        }
    }
    let unasked = office.get(&format!("/api/admin/analytics/top-content?{at}"), &office.owner).await.expect(200);
    assert_eq!(unasked["currency"], "usd", "the one with most sales");
    let performance =
        office.get(&format!("/api/admin/analytics/content-performance?{at}&sort=title"), &office.owner).await.expect(200);
    assert_eq!(performance["pagination"]["total"], 3);
    for item in performance["items"].as_array().unwrap() {
        for sale in item["sales"].as_array().unwrap() {
            let of = |days: &str| {
                format!(
                    "SELECT {sums} FROM {ROWS} WHERE p.content_id = '{}' AND p.currency = '{}' AND {local} {days}",
                    item["id"].as_str().unwrap(),
                    sale["currency"].as_str().unwrap()
                )
            };
            let (now, before) = (
                office.json(&of("'2025-03-10' AND '2025-03-31'")).await,
                office.json(&of("'2025-02-16' AND '2025-03-09'")).await,
            );
            for field in ["purchases", "amountCents", "refundedCents", "netCents"] {
                assert_eq!(sale[field], now[field]);
            }
            assert_eq!((&sale["previousPurchases"], &sale["previousNetCents"]), (&before["purchases"], &before["netCents"]));
        }
    }
}

/// Sales, refunds and disputes of one quarter of an hour, all at once: nothing is lost, nothing counted twice, and nobody waits for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_hold_under_concurrency() {
    let office = Arc::new(Office::open().await);
    let thing = office.sell(2999, "usd").await;
    let mut buyers = Vec::new();
    for index in 0..3 {
        buyers.push(office.person(&format!("buyer-{index}"), Role::Customer).await);
    }
    let tasks: Vec<_> = (0..48)
        .map(|index| {
            let (office, thing, buyer) = (office.clone(), thing.clone(), buyers[index % 3].clone());
            tokio::spawn(async move {
                let at = "2025-03-01T12:07:00Z";
                let intent = office.buy(&buyer, &thing, 2999, "usd", at).await;
                match index % 4 {
                    0 => office.refund(&intent, 1000 + index as u32, at).await,
                    1 => office.dispute(&intent, 2999, "lost", at).await,
                    2 => {
                        let gift = format!("/api/admin/customers/{}/grant-access/{thing}", buyer.id);
                        office.post(&gift, &office.owner, json!({})).await.expect(201);
                        office.refund(&intent, 2999, at).await;
                    }
                    _ => office.dispute(&intent, 100, "needs_response", at).await,
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(office.app.count("sales_figures").await, 1);
    let path = "/api/admin/analytics/revenue?from=2025-03-01&to=2025-03-01";
    let report = office.get(path, &office.owner).await.expect(200);
    assert_eq!(report["data"]["currencies"][0]["total"], office.sums("true").await);
    let spent = "(SELECT user_id, sum(purchases) AS purchases, sum(amount_cents) AS amount, sum(net_cents) AS net FROM customer_spending GROUP BY 1) s
        FULL JOIN (SELECT p.user_id, count(*) AS purchases, sum(p.amount_cents) AS amount, sum(l.platform + l.organization + l.creator) AS net
            FROM purchases p JOIN (SELECT purchase_id, sum(platform_cents) AS platform, sum(organization_cents) AS organization, sum(creator_cents) AS creator
                FROM ledger_entries GROUP BY 1) l ON l.purchase_id = p.id GROUP BY 1) r USING (user_id)
        WHERE (s.purchases, s.amount, s.net) IS DISTINCT FROM (r.purchases, r.amount, r.net)";
    assert_eq!(office.app.count(spent).await, 0);
    assert_eq!(office.app.count("customers c WHERE c.purchases = 16").await, 3);
}

/// Days are those of the zone that is asked for, else the organization's.
#[tokio::test]
async fn days_are_those_of_the_zone() {
    let office = Office::open().await;
    let thing = office.sell(100, "usd").await;
    let buyer = office.person("buyer", Role::Customer).await;
    // Half past nine in the evening of the 1st in Bogotá.
    office.buy(&buyer, &thing, 100, "usd", "2025-03-02T02:30:00Z").await;
    let sold = async |query: &str| {
        let report = office.get(&format!("/api/admin/analytics/revenue?{query}"), &office.owner).await.expect(200);
        report["data"]["currencies"].as_array().unwrap().first().map_or(0, |first| first["total"]["purchases"].as_i64().unwrap())
    };
    let (first, second) = ("from=2025-03-01&to=2025-03-01", "from=2025-03-02&to=2025-03-02");
    assert_eq!((sold(first).await, sold(second).await), (0, 1));
    office.run("UPDATE organizations SET timezone = 'America/Bogota'").await;
    assert_eq!((sold(first).await, sold(second).await), (1, 0));
    assert_eq!(sold(&format!("{second}&timezone=UTC")).await, 1);
    for (zone, status) in [("Mars/Olympus", 422), ("UTC%2B3", 400), ("%3C%2B03%3E-3", 400), ("", 400)] {
        let answer = office.get(&format!("/api/admin/analytics/revenue?timezone={zone}"), &office.owner).await;
        assert_eq!(answer.status.as_u16(), status, "{zone}: {}", answer.json);
    }
    for preset in [
        "today",
        "yesterday",
        "last7days",
        "last30days",
        "last90days",
        "last365days",
        "thisMonth",
        "lastMonth",
        "thisYear",
        "lastYear",
    ] {
        let report = office.get(&format!("/api/admin/analytics/revenue?preset={preset}"), &office.owner).await.expect(200);
        let range = &report["data"]["range"];
        let days = format!(
            "(SELECT ('{}'::date - '{}'::date) - ('{}'::date - '{}'::date) AS off) d WHERE off = -1",
            range["to"].as_str().unwrap(),
            range["from"].as_str().unwrap(),
            range["from"].as_str().unwrap(),
            range["previousFrom"].as_str().unwrap()
        );
        assert_eq!(office.app.count(&days).await, 1, "{preset}: {range}");
    }
    for bad in [
        "from=2025-03-01",
        "to=2025-03-01",
        "from=2025-03-02&to=2025-03-01",
        "from=2024-01-01&to=2025-01-01",
        "from=2025-02-30&to=2025-03-01",
        "preset=today&from=2025-03-01&to=2025-03-01",
        "preset=ever",
        "interval=hour",
        "page=1",
    ] {
        assert_eq!(
            office.get(&format!("/api/admin/analytics/revenue?{bad}"), &office.owner).await.expect_error(400),
            "VALIDATION_ERROR",
            "{bad}"
        );
    }
}
