use std::sync::Arc;

use codex_identity::Role;
use serde_json::json;

use crate::{office::Office, story::story};

const MIGRATIONS: [&str; 3] = [
    include_str!("../../../../migrations/0008_insights.sql"),
    include_str!("../../../../migrations/0017_figures.sql"),
    include_str!("../../../../migrations/0018_rollup.sql"),
];

/// What each table holds; what comes to nothing may be there or not.
const SUMMED: [(&str, &str); 8] = [
    ("customers", "TABLE customers"),
    ("customer_spending", "TABLE customer_spending"),
    ("buying_days", "TABLE buying_days"),
    ("sales_figures", "TABLE sales_figures"),
    ("sales_sums", "TABLE sales_sums"),
    ("content_sales", "SELECT * FROM content_sales WHERE purchases > 0"),
    ("customer_sums", "SELECT * FROM customer_sums WHERE customers <> 0"),
    ("buyer_sums", "SELECT * FROM buyer_sums WHERE buyers <> 0"),
];

/// What migrations sum of sales before them is what their triggers sum one by one.
#[tokio::test]
async fn sums_made_at_once_are_those_made_one_by_one() {
    let office = Office::open().await;
    story(&office, 120).await;
    office.run("SELECT fold_sums(7); SELECT fold_sums(NULL)").await;
    for (table, held) in SUMMED {
        office.run(&format!("CREATE TABLE kept_{table} AS {held}; DELETE FROM {table}")).await;
        assert!(office.app.count(&format!("kept_{table}")).await > 5, "{table}");
    }
    let [people, figures, rollup] = MIGRATIONS;
    for (migration, table) in
        [(people, "customers"), (people, "customer_spending"), (figures, "customers"), (figures, "customer_spending")]
    {
        let made = &migration[migration.find(&format!("\nINSERT INTO {table} ")).unwrap()..];
        office.run(made.split(';').next().unwrap()).await;
    }
    let made = &rollup[rollup.find("\n-- What was sold before").unwrap()..rollup.find("\n-- Who sees them").unwrap()];
    // To write customers was to count them.
    office.run(&format!("DELETE FROM unsummed_customers; {made}")).await;
    for (table, held) in SUMMED {
        for (one, other) in [(format!("TABLE kept_{table}"), held.to_owned()), (held.to_owned(), format!("TABLE kept_{table}"))] {
            assert_eq!(
                office.app.count(&format!("(({one}) EXCEPT ({other})) d")).await,
                0,
                "{table}: {one} has what {other} has not"
            );
        }
    }
}

/// Sales, refunds and disputes of one quarter of an hour, all at once, while they are summed: nothing is lost, nothing counted twice, and
/// nobody waits for ever.
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
                office.run("SELECT fold_sums(11)").await;
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
    office.run("SELECT fold_sums(5)").await;
    assert!(office.app.count("unsummed_sales").await > 0);
    for who in [&office.owner, &office.platform_owner] {
        let report = office.get("/api/admin/analytics/revenue?from=2025-03-01&to=2025-03-01", who).await.expect(200);
        assert_eq!(report["data"]["currencies"][0]["total"], office.sums("true").await);
    }
    let customers = office.get("/api/admin/analytics/customers?from=2025-03-01&to=2025-03-01", &office.owner).await.expect(200);
    assert_eq!(customers["data"]["current"], json!({ "buyers": 3, "new": 3 }));
    office.run("SELECT fold_sums(NULL)").await;
    assert_eq!(office.app.count("unsummed_sales").await + office.app.count("unsummed_customers").await, 0);
    assert_eq!(office.app.count("sales_figures").await, 1);
    let by_status = "(SELECT status, count(*) AS purchases, sum(amount_cents) AS amount, sum(refunded_cents + lost_cents) AS refunded, sum(held_cents) AS held
            FROM purchases GROUP BY 1) p
        FULL JOIN (SELECT status, sum(purchases) AS purchases, sum(amount_cents) AS amount, sum(refunded_cents) AS refunded, sum(held_cents) AS held
            FROM content_sales WHERE span = 1536 AND content_id IS NULL GROUP BY 1 HAVING sum(purchases) > 0) s USING (status)
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
