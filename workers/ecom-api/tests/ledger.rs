//! The books: what the database computes is what the model says, nothing unbalanced is written, and what was written stays.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use std::collections::BTreeMap;

use codex_commerce::{
    Facts, PurchaseStatus,
    lifecycle::{Sale, Standing, Told},
};
use codex_edge::Statement;
use codex_kernel::money;
use serde::Deserialize;
use serde_json::{Value, json};
use shop::Shop;

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

#[derive(Deserialize)]
struct Split {
    session: String,
    parts: [i64; 3],
}

/// The statement that makes a purchase splits as the model does, whose own test tries every amount up to 100,000.
#[tokio::test]
async fn a_sale_is_split_as_the_model_splits() {
    let shop = Shop::open().await;
    let rates = [(1000, 1000), (0, 0), (0, 10_000), (10_000, 10_000), (1, 9_999), (3333, 1500), (777, 4242), (5000, 5000)];
    for (offset, (platform_bp, organization_bp)) in rates.into_iter().enumerate() {
        let sales = format!(
            "DELETE FROM fee_rates WHERE organization_id IS NOT NULL;
             INSERT INTO fee_rates (organization_id, platform_bp, organization_bp) SELECT id, {platform_bp}, {organization_bp} FROM organizations;
             SELECT fulfil_sale(gen_random_uuid(), 'cs_{platform_bp}_{organization_bp}_' || amount, NULL, NULL, '{}', '{}', amount, 'usd', 'sweep', now(), NULL, NULL, NULL)
             FROM generate_series({offset}, 100000, 503) amount",
            shop.buyer_id, shop.content_id
        );
        shop.app.execute(&sales).await;
    }
    const SPLIT: Statement = Statement {
        sql: "-- test.split
SELECT json_build_object('session', checkout_session_id, 'parts', json_build_array(platform_fee_cents, organization_fee_cents, creator_payout_cents)) FROM purchases",
        fenced: false,
    };
    let rows: Vec<Split> = shop.app.platform().database.all(&SPLIT, &[]).await.unwrap();
    assert_eq!(rows.len(), 199 * rates.len());
    for Split { session, parts } in rows {
        let numbers: Vec<i64> = session.split('_').skip(1).map(|number| number.parse().unwrap()).collect();
        let [platform_bp, organization_bp, amount] = numbers[..] else { unreachable!("{session}") };
        let sale = Sale::split(amount, platform_bp, organization_bp);
        assert_eq!(parts, [sale.platform, sale.organization, sale.creator()], "{session}");
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
