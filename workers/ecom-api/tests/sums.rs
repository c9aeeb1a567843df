//! What lists come to: the same whichever way it is computed, and at the price of what is summed.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use serde_json::json;
use shop::Shop;

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

#[tokio::test]
async fn a_million_sales_would_be_summed_out_of_an_index() {
    let shop = Shop::open().await;
    shop.deliver("evt_1", "checkout.session.completed", &shop.session("cs_1", json!({}))).await.expect(200);
    // Many more of the same and of others, without what writing one sets off.
    let many = "SET session_replication_role = replica;
        INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status, amount_cents, currency,
            platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at)
        SELECT gen_random_uuid(), gen_random_uuid(), content_id, CASE WHEN i % 20 = 0 THEN organization_id ELSE gen_random_uuid() END,
            CASE WHEN i % 20 = 0 THEN creator_id ELSE gen_random_uuid() END, 'cs_' || i, 'pi_' || i, status, amount_cents, currency,
            platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at - i * interval '1 minute'
        FROM purchases, generate_series(2, 20000) i";
    shop.app.execute(many).await;
    // Whatever else looks at the table at this moment keeps its pages from being marked as seen by all.
    while shop.app.count("pg_class WHERE relname = 'purchases' AND (relpages = 0 OR relallvisible < relpages)").await > 0 {
        shop.app.execute("VACUUM (ANALYZE) purchases").await;
    }
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
        assert!(plan.contains(&format!("Index Only Scan using {index}")), "{plan}");
        assert!(!plan.contains("Seq Scan on public.purchases"), "{plan}");
        assert!(!plan.contains("sale_parts("), "it is written into the query: {plan}");
        // The page is the first rows of an index, and nothing is sorted but the page and the currencies.
        assert_eq!(plan.matches(&format!("using {index}")).count(), 2, "{plan}");
    }
}
