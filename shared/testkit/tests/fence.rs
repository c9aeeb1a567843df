//! The second fence by itself: statements without any condition, on behalf of somebody from another tenant.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use codex_testkit::fresh_database;
use tokio_postgres::{Client, NoTls};

/// Ids of the two tenants' people and things: those of the first end in 1, those of the second in 2.
const WORLD: &str = "
INSERT INTO users (id, email, name, password_hash, role, created_at, updated_at)
SELECT id(n), n || '@example.com', 'n', 'x', CASE n WHEN 3 THEN 'platform_owner' ELSE 'creator' END, now(), now() FROM generate_series(1, 3) n;
INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at) SELECT id(n), 'o' || n, 'n', id(n), now(), now() FROM generate_series(1, 2) n;
INSERT INTO organization_members SELECT id(n), id(n), 'owner', now() FROM generate_series(1, 2) n;
INSERT INTO organization_invitations (id, organization_id, email, role, token_hash, created_at, sent_at, expires_at)
SELECT id(n), id(n), 'a', 'member', n, now(), now(), now() FROM generate_series(1, 2) n;
INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
SELECT id(n), id(n), 'n', 1, 1, 1, 'usd', now(), now() FROM generate_series(1, 2) n;
INSERT INTO media_items (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, created_at, updated_at)
SELECT id(n), id(n), 't', 'audio', 'a', 1, 'k', now(), now() FROM generate_series(1, 2) n;
INSERT INTO media_usage SELECT id(n), 1 FROM generate_series(1, 2) n;
INSERT INTO transcoding_jobs (id, media_item_id, creator_id, attempt, due_at, created_at) SELECT id(n), id(n), id(n), 1, now(), now() FROM generate_series(1, 2) n;
INSERT INTO content (id, creator_id, organization_id, media_item_id, title, slug, content_type, visibility, created_at, updated_at)
SELECT id(n), id(n), id(n), id(n), 't', 's', 'audio', 'public', now(), now() FROM generate_series(1, 2) n;
INSERT INTO content_interventions (content_id, organization_id, action, created_at) SELECT id(n), id(n), 'published', now() FROM generate_series(1, 2) n;
INSERT INTO access_grants (id, user_id, content_id, organization_id, granted_at) SELECT id(n), id(n), id(n), id(n), now() FROM generate_series(1, 2) n;
INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, status, amount_cents, currency, platform_fee_cents,
    organization_fee_cents, creator_payout_cents, purchased_at)
SELECT id(n), id(n), id(n), id(n), id(n), n, 'paid', 100, 'usd', 10, 9, 81, now() FROM generate_series(1, 2) n;
INSERT INTO subscriptions (id, stripe_id, item_id, price_id, user_id, organization_id, tier_id, status, interval, amount_cents, currency, period_start,
    period_end, cancel_at_period_end, created_at, ticket, changed_by, changed_at)
SELECT id(n), n, 'i', 'p', id(n), id(n), id(n), 'active', 'monthly', 1, 'usd', now(), now(), false, now(), 1, 'x', now() FROM generate_series(1, 2) n;
INSERT INTO subscription_payments (id, stripe_subscription_id, user_id, organization_id, creator_id, tier_id, status, amount_cents, currency,
    platform_fee_cents, organization_fee_cents, creator_payout_cents, period_start, period_end, paid_at, changed_by, changed_at)
SELECT n, n, id(n), id(n), id(n), id(n), 'paid', 1, 'usd', 1, 0, 0, now(), now(), now(), 'x', now() FROM generate_series(1, 2) n;
INSERT INTO email_templates (id, organization_id, name, subject, html_body, text_body, status, created_at, updated_at)
SELECT id(n), id(n), 'abc', 's', 'h', 't', 'draft', now(), now() FROM generate_series(1, 2) n;
INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id) SELECT id(n), 't', 'r', '{}', now(), now(), id(n) FROM generate_series(1, 2) n;
INSERT INTO fee_rates (organization_id, platform_bp, organization_bp) SELECT id(n), 1, 1 FROM generate_series(1, 2) n;
INSERT INTO connect_accounts (id, user_id, charges_enabled, payouts_enabled, details_submitted, told_at) SELECT n, id(n), true, true, true, now() FROM generate_series(1, 2) n;
INSERT INTO failed_payments (invoice_id, attempt, stripe_subscription_id, user_id, organization_id, tier_id, amount_cents, currency, renewal, event_id, changed_by, failed_at)
SELECT n, 1, n, id(n), id(n), id(n), 1, 'usd', false, 'e', 'x', now() FROM generate_series(1, 2) n;
INSERT INTO tier_prices (id, tier_id, interval, amount_cents, created_at) SELECT n, id(n), 'monthly', 1, now() FROM generate_series(1, 2) n;
INSERT INTO subscription_checkouts (id, user_id, organization_id, price_id, url, created_at, expires_at, ask_at) SELECT n, id(n), id(n), n, 'u', now(), now(), now() FROM generate_series(1, 2) n;
INSERT INTO notification_preferences SELECT id(n), 'digest', true, now() FROM generate_series(1, 2) n;
INSERT INTO verification_tokens SELECT n, id(n), 'verify_email', now(), now() FROM generate_series(1, 2) n;
INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied) SELECT 'evt_' || n, 'booking', 't', '{}', now(), true FROM generate_series(1, 2) n;
UPDATE purchases SET event_id = 'evt_' || right(user_id::text, 1);
SET CONSTRAINTS ALL IMMEDIATE;
SELECT fold_sums(NULL);
INSERT INTO unsummed_sales SELECT id(n), id(n), id(n), now(), 'usd', 'paid', 1, 0, 100, 0, 0, 0, 10, 9, 81 FROM generate_series(1, 2) n;
INSERT INTO unsummed_customers SELECT id(n), now(), NULL, 1, 1 FROM generate_series(1, 2) n;
";

/// What everybody may read, and what is nobody's to read but those who run the platform.
const READ_BY_ALL: [&str; 4] = ["content", "fee_rates", "organizations", "tiers"];
const READ_BY_NONE: [&str; 1] = ["fee_rate_changes"];
/// What is everybody's own, and not even for those who run the platform.
const PERSONAL: [&str; 6] = [
    "connect_accounts",
    "failed_payments",
    "notification_preferences",
    "subscription_checkouts",
    "verification_tokens",
    "webhook_events",
];
/// Of these there are rows of all tenants together, which are for those who run the platform.
const SUMMED: [&str; 3] = ["buyer_sums", "customer_sums", "sales_sums"];

async fn world() -> Client {
    let (client, connection) = tokio_postgres::connect(&fresh_database().await, NoTls).await.unwrap();
    tokio::spawn(connection);
    let id = "CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid $$;";
    client.batch_execute(&format!("{id}{WORLD}")).await.unwrap();
    client
}

/// What `sql` answers person `n`; `None` where it is refused.
async fn asked(client: &Client, n: i32, sql: &str) -> Option<String> {
    client.query_one("SELECT r::text FROM fenced(id($1), $2, '{}') r", &[&n, &sql]).await.ok().map(|row| row.get(0))
}

async fn text(client: &Client, sql: &str) -> Option<String> {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

async fn guarded(client: &Client) -> Vec<String> {
    let rows = client.query("SELECT relname::text FROM pg_class WHERE relrowsecurity ORDER BY 1", &[]).await.unwrap();
    let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(tables.len() > 15, "{tables:?}");
    tables
}

#[tokio::test]
async fn a_statement_without_conditions_sees_ones_own() {
    let client = world().await;
    for table in guarded(&client).await {
        let count = format!("SELECT to_json(count(*)) FROM {table}");
        let all: i64 = client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().get(0);
        assert!(all > 1, "{table} is empty");
        let own = asked(&client, 2, &count).await.unwrap();
        let expected = match table.as_str() {
            table if READ_BY_ALL.contains(&table) => all,
            table if READ_BY_NONE.contains(&table) => 0,
            table if SUMMED.contains(&table) => client
                .query_one(&format!("SELECT count(*) FROM {table} WHERE organization_id = id(2)"), &[])
                .await
                .unwrap()
                .get(0),
            _ => all / 2,
        };
        assert_eq!(own, expected.to_string(), "{table}");
        let overseen = if PERSONAL.contains(&table.as_str()) { 0 } else { all };
        assert_eq!(asked(&client, 3, &count).await.unwrap(), overseen.to_string(), "{table}, to those who run the platform");
        let nobody = asked(&client, 9, &count).await.unwrap();
        assert_eq!(nobody, if READ_BY_ALL.contains(&table.as_str()) { all } else { 0 }.to_string(), "{table}, to nobody");
    }
}

/// All that the first has in a table, and which transaction wrote it.
fn of_the_first(table: &str) -> String {
    let theirs = match table {
        "organizations" => "id = id(1)",
        "media_items" | "media_usage" | "transcoding_jobs" => "creator_id = id(1)",
        "connect_accounts" | "notification_preferences" | "verification_tokens" => "user_id = id(1)",
        "webhook_events" => "id = 'evt_1'",
        _ => "organization_id = id(1)",
    };
    format!("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (SELECT xmin, * FROM {table} WHERE {theirs}) t")
}

#[tokio::test]
async fn a_statement_without_conditions_changes_ones_own() {
    let client = world().await;
    for table in guarded(&client).await {
        let column: String = client
            .query_one(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND attgenerated = '' AND attidentity = '' ORDER BY attnum LIMIT 1",
                &[&table],
            )
            .await
            .unwrap()
            .get(0);
        let whole = of_the_first(&table);
        let before = text(&client, &whole).await;
        for change in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")] {
            // Refused as a whole where a row is held by another's; else without effect on what is not theirs.
            let _ = asked(&client, 2, &format!("WITH x AS ({change} RETURNING 1) SELECT to_json(count(*)) FROM x")).await;
            assert_eq!(text(&client, &whole).await, before, "{change}");
        }
    }
}

#[tokio::test]
async fn nobody_writes_in_anothers_name() {
    let client = world().await;
    let theirs = [
        "INSERT INTO content (id, creator_id, title, slug, content_type, visibility, created_at, updated_at) VALUES (id(7), id(1), 't', 'q', 'audio', 'public', now(), now())",
        "INSERT INTO content (id, creator_id, organization_id, title, slug, content_type, visibility, created_at, updated_at) VALUES (id(7), id(2), id(1), 't', 'q', 'audio', 'public', now(), now())",
        "INSERT INTO organization_members VALUES (id(1), id(2), 'owner', now())",
        "INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at) VALUES (id(7), id(1), 'n', 1, 1, 1, 'usd', now(), now())",
        "INSERT INTO media_usage VALUES (id(3), 1)",
        "INSERT INTO fee_rates (organization_id, platform_bp, organization_bp) VALUES (NULL, 0, 0)",
        "UPDATE organization_members SET organization_id = id(1) WHERE user_id = id(2)",
    ];
    for sql in theirs {
        let told = client.query("SELECT r::text FROM fenced(id(2), $1, '{}') r", &[&format!("{sql} RETURNING to_json(1)")]).await;
        let refused = told.unwrap_err();
        assert_eq!(refused.code().map(|code| code.code()), Some("42501"), "{sql}: {refused:?}");
    }
    for table in ["payments", "subscription_changes", "refunds_due", "schema_migrations"] {
        assert_eq!(asked(&client, 3, &format!("SELECT to_json(count(*)) FROM {table}")).await, None, "{table}");
    }
}

/// The one statement of people's that is not behind the fence, though it deletes and changes rows of two dozen tables.
#[tokio::test]
async fn deleting_an_account_changes_nobody_elses_rows() {
    let client = world().await;
    let free = "INSERT INTO organization_members VALUES (id(2), id(3), 'owner', now());
        INSERT INTO organization_followers SELECT id(1), id(n), now() FROM generate_series(1, 3) n;
        INSERT INTO ledger_entries (creator_id, kind, currency, buyer_cents, stripe_cents, platform_cents, organization_cents, creator_cents, bank_cents, caused_by, posted_at)
        SELECT creator_id, 'transfer', currency, 0, 0, 0, 0, -sum(creator_cents), sum(creator_cents), 'x', now() FROM ledger_entries GROUP BY 1, 3;
        UPDATE organizations SET follower_count = 3 WHERE id = id(1)";
    client.batch_execute(free).await.unwrap();
    let mut tables = guarded(&client).await;
    tables.retain(|table| table != "organizations");
    let mut before = Vec::new();
    for table in &tables {
        before.push(text(&client, &of_the_first(table)).await);
    }
    let sql = include_str!("../../profiles/src/sql/delete_account.sql").replace("$1", "id(2)").replace("$2", "now()");
    client.batch_execute(&sql).await.unwrap();
    for (table, before) in tables.iter().zip(before) {
        assert!(before.is_some(), "{table} has nothing of the first");
        assert_eq!(text(&client, &of_the_first(table)).await, before, "{table}");
    }
    let people = "SELECT string_agg(right(id::text, 1) || (deleted_at IS NULL), ' ' ORDER BY id) FROM users";
    assert_eq!(text(&client, people).await.unwrap(), "1true 2false 3true");
    let followers = "SELECT string_agg(follower_count::text, ' ' ORDER BY id) FROM organizations";
    assert_eq!(text(&client, followers).await.unwrap(), "2 0", "what it followed is followed by one less");
}

#[tokio::test]
async fn it_ends_with_the_transaction() {
    let client = world().await;
    assert_eq!(asked(&client, 2, "SELECT to_json(current_user)").await.unwrap(), "\"codex_caller\"");
    let after: String =
        client.query_one("SELECT current_user || coalesce(current_setting('codex.caller', true), '')", &[]).await.unwrap().get(0);
    let login: String = client.query_one("SELECT session_user::text", &[]).await.unwrap().get(0);
    assert_eq!(after, login);
}
