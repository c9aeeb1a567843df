//! What lists come to: the same whichever way it is computed, and not at the price of what was sold.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use serde_json::{Value, json};
use shop::{COMPLETED, Shop};

/// Two functions say whose part of a sale is what: one posts it, the other sums it.
#[tokio::test]
async fn what_is_summed_is_what_was_posted() {
    let shop = Shop::open().await;
    let grid = "unnest('{0,1,2,99,2999,10000000}'::bigint[]) amount
        CROSS JOIN unnest('{0,1,1000,3333,10000}'::bigint[]) rate
        CROSS JOIN LATERAL (SELECT (amount * rate + 9999) / 10000 AS platform) a
        CROSS JOIN LATERAL (SELECT ((amount - platform) * 1500 + 9999) / 10000 AS organization) b
        CROSS JOIN unnest('{t,f}'::boolean[]) duplicate
        CROSS JOIN LATERAL unnest(ARRAY[0, amount / 3, amount]) refunded
        CROSS JOIN LATERAL unnest(ARRAY[0, (amount - refunded) / 2, amount - refunded]) lost
        CROSS JOIN LATERAL unnest(ARRAY[0, amount - refunded - lost]) held
        CROSS JOIN LATERAL sale_parts(amount, platform, organization, duplicate, refunded, held, lost) has
        CROSS JOIN LATERAL purchase_position(amount, platform, organization, duplicate, refunded, held, lost) position";
    assert!(shop.app.count(grid).await > 1000);
    let different = "ARRAY[has.platform_cents, has.organization_cents, has.creator_cents] <> position[3:5]";
    assert_eq!(shop.app.count(&format!("{grid} WHERE {different}")).await, 0);
}

/// Four hundred sales of a tenant over half a year, half of them by somebody else, all of which changes afterwards.
const SALES: &str = "
    INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status, amount_cents, currency,
        platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at, duplicate)
    SELECT gen_random_uuid(), '{buyer}', CASE WHEN i % 3 = 0 THEN '{content}' ELSE '{other}' END::uuid, CASE WHEN i % 5 = 0 THEN NULL ELSE '{studio}' END::uuid,
        CASE WHEN i % 2 = 0 THEN '{creator}' ELSE '{buyer}' END::uuid, 'cs_' || i, 'pi_' || i, CASE WHEN i % 11 = 0 THEN 'duplicate' ELSE 'paid' END, 2999,
        CASE WHEN i % 7 = 0 THEN 'eur' ELSE 'usd' END, 300, 270, 2429,
        timestamptz '2025-01-01' + (hashint4(i) & 1073741823) % 15000000 * interval '1 second', i % 11 = 0
    FROM generate_series(1, 400) i;
    UPDATE purchases SET status = 'partly_refunded', refunded_cents = 1001 WHERE substr(payment_intent_id, 4)::int % 4 = 1 AND NOT duplicate;
    UPDATE purchases SET status = 'disputed', held_cents = 1998 WHERE substr(payment_intent_id, 4)::int % 8 = 1 AND NOT duplicate;
    UPDATE purchases SET status = 'lost', lost_cents = 1998, held_cents = 0 WHERE substr(payment_intent_id, 4)::int % 16 = 1 AND NOT duplicate;
    UPDATE purchases SET status = 'refunded', refunded_cents = amount_cents WHERE substr(payment_intent_id, 4)::int % 4 = 2";

/// The sums are of days and hours, of what is not yet summed and of single sales; whatever is asked for, they are what its rows come to.
#[tokio::test]
async fn sums_are_what_the_rows_come_to() {
    let shop = Shop::open().await;
    let other = json!({ "title": "Other", "contentType": "written", "contentBody": "x" });
    let other = shop.content_api.post("/api/content").cookie(&shop.creator).json(&other).send().await.expect(201);
    let studio = shop.app.text("SELECT id::text FROM organizations").await;
    let creator = shop.app.text(&format!("SELECT creator_id::text FROM content WHERE id = '{}'", shop.content_id)).await;
    let mut sales = SALES.to_owned();
    for (name, id) in [
        ("{buyer}", shop.buyer_id.as_str()),
        ("{content}", &shop.content_id),
        ("{other}", other["data"]["id"].as_str().unwrap()),
        ("{studio}", &studio),
        ("{creator}", &creator),
    ] {
        sales = sales.replace(name, id);
    }
    shop.app.execute(&sales).await;
    let whose = [
        (shop.creator.as_str(), String::new(), format!("creator_id = '{creator}'")),
        (&shop.creator, format!("&organizationId={studio}"), format!("organization_id = '{studio}'")),
        (&shop.buyer, String::new(), format!("creator_id = '{}'", shop.buyer_id)),
    ];
    let days = [
        (String::new(), "true".to_owned()),
        between("2025-01-17T13:14:15Z", "2025-05-20T01:02:03Z"),
        between("2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z"),
        between("2025-01-31T23:59:59Z", "2025-02-11T12:00:01Z"),
        between("2025-03-04T05:06:07Z", "2025-03-04T21:06:07Z"),
        between("2025-03-04T21:06:07Z", "2025-03-04T05:06:07Z"),
        ("&from=2025-03-15T11:00:00Z".to_owned(), "purchased_at >= '2025-03-15T11:00:00Z'".to_owned()),
        ("&to=2025-03-15T11:00:00Z".to_owned(), "purchased_at < '2025-03-15T11:00:00Z'".to_owned()),
    ];
    let mut filters = vec![(String::new(), "true".to_owned())];
    filters.push((format!("&contentId={}", shop.content_id), format!("content_id = '{}'", shop.content_id)));
    for status in ["paid", "partly_refunded", "refunded", "disputed", "lost", "duplicate"] {
        filters.push((format!("&status={status}"), format!("status = '{status}'")));
    }
    // None of it summed, some of it, all of it.
    for most in [Some(0), Some(300), None] {
        match most {
            Some(most) => drop(shop.app.text(&format!("SELECT fold_sums({most})::text")).await),
            None => assert!(codex_commerce::fold_sums(shop.app.platform()).await.unwrap() > 0),
        }
        for (cookie, scope, rows) in &whose {
            for (days, within) in &days {
                for (filter, such) in &filters {
                    let path = format!("/sales?limit=1{scope}{days}{filter}");
                    let page = shop.app.get(&path).cookie(cookie).send().await.expect(200);
                    let sums = format!(
                        "SELECT coalesce(json_agg(s ORDER BY s.currency), '[]')::text FROM (
                            SELECT currency, count(*) AS count, sum(amount_cents) AS \"amountCents\", sum(refunded_cents + lost_cents) AS \"refundedCents\",
                                sum(held_cents) AS \"heldCents\", sum(has.platform_cents) AS \"platformCents\",
                                sum(has.organization_cents) AS \"organizationCents\", sum(has.creator_cents) AS \"creatorCents\"
                            FROM purchases CROSS JOIN LATERAL sale_parts(amount_cents, platform_fee_cents, organization_fee_cents, duplicate, refunded_cents,
                                held_cents, lost_cents) has
                            WHERE {rows} AND {within} AND {such} GROUP BY 1) s"
                    );
                    let sums: Value = serde_json::from_str(&shop.app.text(&sums).await).unwrap();
                    assert_eq!(page["totals"], sums, "{path}");
                    let total: i64 = sums.as_array().unwrap().iter().map(|sum| sum["count"].as_i64().unwrap()).sum();
                    assert_eq!(page["pagination"]["total"], total, "{path}");
                }
            }
        }
    }
    assert_eq!((shop.app.count("unsummed_sales").await, shop.app.count("unsummed_customers").await), (0, 0));
    assert_eq!(codex_commerce::fold_sums(shop.app.platform()).await.unwrap(), 0, "once");
}

fn between(from: &str, to: &str) -> (String, String) {
    (format!("&from={from}&to={to}"), format!("purchased_at >= '{from}' AND purchased_at < '{to}'"))
}

#[tokio::test]
async fn one_adds_up_at_a_time() {
    let shop = Shop::open().await;
    for session in ["cs_1", "cs_2"] {
        shop.deliver(&format!("evt_{session}"), COMPLETED, &shop.session(session, json!({}))).await.expect(200);
    }
    let waiting = shop.app.count("unsummed_sales").await;
    assert!(waiting > 1, "one for each");
    shop.app.execute("CREATE TABLE second_is_done ()").await;
    // It is not done before the other is; half a minute at most, lest this test wait for itself.
    let first = "BEGIN; SELECT fold_sums(1); DO $$ BEGIN
        FOR turn IN 1..10000 LOOP
            EXIT WHEN EXISTS (SELECT FROM second_is_done);
            PERFORM pg_sleep(0.001);
        END LOOP; END $$; COMMIT";
    let second = async {
        let here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while shop.app.count(&format!("pg_locks WHERE locktype = 'advisory' AND granted AND {here}")).await == 0 {}
        let folded = codex_commerce::fold_sums(shop.app.platform()).await.unwrap();
        shop.app.execute("INSERT INTO second_is_done DEFAULT VALUES").await;
        folded
    };
    assert_eq!(tokio::join!(shop.app.execute(first), second).1, 0, "there is nothing to do for a second");
    assert_eq!(shop.app.count("unsummed_sales").await, waiting - 1);
    assert!(codex_commerce::fold_sums(shop.app.platform()).await.unwrap() > 0, "the rest");
    assert_eq!(shop.app.count("unsummed_sales").await, 0);
}

#[tokio::test]
async fn a_million_sales_would_be_read_by_index() {
    let shop = Shop::open().await;
    shop.deliver("evt_1", COMPLETED, &shop.session("cs_1", json!({}))).await.expect(200);
    // Many more of the same and of others, without what writing one sets off.
    let many = "SET session_replication_role = replica;
        INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status, amount_cents, currency,
            platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at)
        SELECT gen_random_uuid(), gen_random_uuid(), content_id, CASE WHEN i % 20 = 0 THEN organization_id ELSE gen_random_uuid() END,
            CASE WHEN i % 20 = 0 THEN creator_id ELSE gen_random_uuid() END, 'cs_' || i, 'pi_' || i, status, amount_cents, currency,
            platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at - i * interval '1 minute'
        FROM purchases, generate_series(2, 20000) i";
    shop.app.execute(many).await;
    let migration = include_str!("../../../migrations/0018_rollup.sql");
    let sums = &migration[migration.find("\nINSERT INTO unsummed_sales ").unwrap()..];
    shop.app
        .execute(&format!("DELETE FROM unsummed_sales; {}; SELECT fold_sums(NULL); ANALYZE", sums.split(';').next().unwrap()))
        .await;
    shop.app
        .execute(
            "CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
            DECLARE line text; plan text := ''; BEGIN FOR line IN EXECUTE 'EXPLAIN (VERBOSE) ' || query LOOP plan := plan || line || E'\\n'; END LOOP; RETURN plan; END $$",
        )
        .await;
    let seller = shop.app.text("SELECT creator_id::text FROM purchases WHERE checkout_session_id = 'cs_1'").await;
    let organization = shop.app.text("SELECT organization_id::text FROM purchases WHERE checkout_session_id = 'cs_1'").await;
    for (name, organization, index) in [
        ("commerce.sales", None, "purchases_creator_sums_idx"),
        ("commerce.organization_sales", Some(organization), "purchases_organization_sums_idx"),
    ] {
        let mut sql = codex_commerce::STATEMENTS.iter().find(|statement| statement.name() == name).unwrap().sql.to_owned();
        let organization = organization.map_or("NULL".to_owned(), |id| format!("'{id}'"));
        for (parameter, value) in [
            ("$1", format!("'{seller}'")),
            ("$2", "20".to_owned()),
            ("$3", "0".to_owned()),
            ("$4", "NULL".to_owned()),
            ("$5", "NULL".to_owned()),
            ("$6", organization),
            ("$7", "NULL".to_owned()),
            ("$8", "NULL".to_owned()),
        ] {
            sql = sql.replace(parameter, &value);
        }
        let plan = shop.app.text(&format!("SELECT plan($plan${sql}$plan$)")).await;
        // The page is the first rows of an index; the sums are those of days and hours, and the sales of an hour or two at either end.
        assert!(plan.contains(&format!("using {index}")), "{plan}");
        for table in ["purchases", "content_sales"] {
            assert!(!plan.contains(&format!("Seq Scan on public.{table}")), "{plan}");
        }
        assert!(
            !plan.contains("Function Scan on public.sold_within"),
            "what was sold within a time is written into the query: {plan}"
        );
    }
}
