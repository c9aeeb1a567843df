use std::sync::Arc;

use codex_identity::Role;
use serde_json::json;

use crate::{office::Office, story::story};

const MIGRATIONS: [&str; 3] = [
    include_str!("../../../../migrations/0008_insights.sql"),
    include_str!("../../../../migrations/0017_figures.sql"),
    include_str!("../../../../migrations/0018_rollup.sql"),
];

/// What each table holds, whichever rows it is spread over; sums of rows before those, because writing rows is what sums them.
const SUMMED: [(&str, &str); 8] = [
    (
        "sales_days",
        "SELECT organization_id, at, currency, ARRAY[sum(purchases), sum(subscription_payments), sum(subscription_cents), sum(amount_cents),
            sum(refunded_cents), sum(held_cents), sum(platform_cents), sum(organization_cents), sum(creator_cents)] AS sums
        FROM sales_days GROUP BY 1, 2, 3",
    ),
    ("buyer_days", "SELECT organization_id, at, before, sum(buyers) FROM buyer_days GROUP BY 1, 2, 3 HAVING sum(buyers) <> 0"),
    ("buying_days", "TABLE buying_days"),
    ("customer_days", "SELECT organization_id, at, sum(customers) FROM customer_days GROUP BY 1, 2 HAVING sum(customers) <> 0"),
    (
        "content_sales",
        "SELECT content_id, organization_id, creator_id, currency, status, span, at, ARRAY[sum(purchases), sum(amount_cents), sum(refunded_cents),
            sum(held_cents), sum(platform_cents), sum(organization_cents), sum(creator_cents)] AS sums
        FROM content_sales GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(purchases) > 0",
    ),
    ("customers", "TABLE customers"),
    ("customer_spending", "TABLE customer_spending"),
    (
        "sales_figures",
        "SELECT organization_id, at, currency, ARRAY[sum(purchases), sum(subscription_payments), sum(subscription_cents), sum(amount_cents),
            sum(refunded_cents), sum(held_cents), sum(platform_cents), sum(organization_cents), sum(creator_cents)] AS sums
        FROM sales_figures GROUP BY 1, 2, 3",
    ),
];

/// What migrations sum of sales before them is what their triggers sum one by one.
#[tokio::test]
async fn sums_made_at_once_are_those_made_one_by_one() {
    let office = Office::open().await;
    story(&office, 120).await;
    for (table, held) in SUMMED {
        let start = format!("\nINSERT INTO {table} ");
        let sums: Vec<&str> =
            MIGRATIONS.iter().filter_map(|migration| migration[migration.find(&start)?..].split(';').next()).collect();
        assert!(!sums.is_empty(), "no migration sums {table}");
        // 0017 met the rows of 0008, which were one each until 0018 made sixteen of them.
        let made = sums.join(";").replace("(organization_id, at, currency) DO", "(organization_id, at, currency, shard) DO");
        office.run(&format!("CREATE TABLE kept AS {held}; DELETE FROM {table}; {made}; CREATE TABLE remade AS {held}")).await;
        assert!(office.app.count("kept").await > 5);
        for (one, other) in [("kept", "remade"), ("remade", "kept")] {
            let differing = format!("(TABLE {one} EXCEPT TABLE {other}) d");
            assert_eq!(office.app.count(&differing).await, 0, "{table}: {one} has what {other} has not");
        }
        office.run("DROP TABLE kept, remade").await;
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
    assert_eq!(office.app.count("(SELECT DISTINCT organization_id, at, currency FROM sales_figures) f").await, 1);
    for who in [&office.owner, &office.platform_owner] {
        let report = office.get("/api/admin/analytics/revenue?from=2025-03-01&to=2025-03-01", who).await.expect(200);
        assert_eq!(report["data"]["currencies"][0]["total"], office.sums("true").await);
    }
    let customers = office.get("/api/admin/analytics/customers?from=2025-03-01&to=2025-03-01", &office.owner).await.expect(200);
    assert_eq!(customers["data"]["current"], json!({ "buyers": 3, "new": 3 }));
    let by_status = "(SELECT status, count(*) AS purchases, sum(amount_cents) AS amount, sum(refunded_cents + lost_cents) AS refunded, sum(held_cents) AS held
            FROM purchases GROUP BY 1) p
        FULL JOIN (SELECT status, sum(purchases) AS purchases, sum(amount_cents) AS amount, sum(refunded_cents) AS refunded, sum(held_cents) AS held
            FROM content_sales WHERE span = 'month' AND content_id IS NULL GROUP BY 1 HAVING sum(purchases) > 0) s USING (status)
        WHERE (s.purchases, s.amount, s.refunded, s.held) IS DISTINCT FROM (p.purchases, p.amount, p.refunded, p.held)";
    assert_eq!(office.app.count(by_status).await, 0);
    let spent = "(SELECT user_id, sum(purchases) AS purchases, sum(amount_cents) AS amount, sum(net_cents) AS net FROM customer_spending GROUP BY 1) s
        FULL JOIN (SELECT p.user_id, count(*) AS purchases, sum(p.amount_cents) AS amount, sum(l.platform + l.organization + l.creator) AS net
            FROM purchases p JOIN (SELECT purchase_id, sum(platform_cents) AS platform, sum(organization_cents) AS organization, sum(creator_cents) AS creator
                FROM ledger_entries GROUP BY 1) l ON l.purchase_id = p.id GROUP BY 1) r USING (user_id)
        WHERE (s.purchases, s.amount, s.net) IS DISTINCT FROM (r.purchases, r.amount, r.net)";
    assert_eq!(office.app.count(spent).await, 0);
    assert_eq!(office.app.count("customers c WHERE c.purchases = 16").await, 3);
}
