//! What is held about a person, and the end of their account.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use codex_identity::Role;
use codex_identity_api::api;
use codex_testkit::{Answer, Person, TestApp};
use http::Method;
use serde_json::{Value, json};

async fn delete(app: &TestApp, who: &Person, body: Value) -> Answer {
    app.call(Method::DELETE, "/api/user/account").cookie(&who.cookie).json(&body).send().await
}

fn confirmed() -> Value {
    json!({ "confirmation": "DELETE" })
}

/// Gives `who` one of everything that can be held about a person: `what` are the statements, `{who}` stands for them.
async fn fill(app: &TestApp, who: &Person) {
    let sql = "
        UPDATE users SET username = 'ada', bio = 'Counts.', preferences = '{\"theme\":\"dark\"}' WHERE id = '{who}';
        INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
            VALUES ('019aa000-0000-7000-8000-0000000000aa', 'other@example.com', 'Other', '', now(), now());
        INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at, follower_count)
            VALUES ('019aa000-0000-7000-8000-000000000001', 'yoga', 'Yoga', '019aa000-0000-7000-8000-0000000000aa', now(), now(), 2);
        INSERT INTO organization_members VALUES ('019aa000-0000-7000-8000-000000000001', '019aa000-0000-7000-8000-0000000000aa', 'owner', now()),
            ('019aa000-0000-7000-8000-000000000001', '{who}', 'creator', now());
        INSERT INTO organization_followers VALUES ('019aa000-0000-7000-8000-000000000001', '{who}', now());
        INSERT INTO organization_invitations (id, organization_id, email, role, token_hash, status, created_at, sent_at, expires_at)
            SELECT gen_random_uuid(), '019aa000-0000-7000-8000-000000000001', email, 'creator', 'hash', 'accepted', now(), now(), now() FROM users WHERE id = '{who}';
        INSERT INTO media_items (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, created_at, updated_at)
            VALUES ('019aa000-0000-7000-8000-000000000002', '{who}', 'A recording', 'audio', 'audio/mpeg', 1, 'key', now(), now());
        INSERT INTO transcoding_jobs (id, media_item_id, creator_id, attempt, due_at, created_at)
            VALUES ('019aa000-0000-7000-8000-000000000009', '019aa000-0000-7000-8000-000000000002', '{who}', 1, now(), now());
        INSERT INTO content (id, creator_id, organization_id, media_item_id, title, slug, content_type, visibility, status, created_at, updated_at) VALUES
            ('019aa000-0000-7000-8000-000000000003', '{who}', NULL, NULL, 'A writing', 'a', 'written', 'public', 'published', now(), now()),
            ('019aa000-0000-7000-8000-000000000004', '{who}', '019aa000-0000-7000-8000-000000000001', '019aa000-0000-7000-8000-000000000002', 'A song', 'b', 'audio', 'public', 'draft', now(), now()),
            ('019aa000-0000-7000-8000-000000000005', '019aa000-0000-7000-8000-0000000000aa', NULL, NULL, 'Bought', 'c', 'written', 'public', 'draft', now(), now());
        INSERT INTO playback_progress VALUES ('{who}', '019aa000-0000-7000-8000-000000000005', 1, 2, false, now());
        INSERT INTO purchases (id, user_id, content_id, creator_id, checkout_session_id, status, amount_cents, currency, platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at)
            VALUES ('019aa000-0000-7000-8000-000000000006', '{who}', '019aa000-0000-7000-8000-000000000005', '019aa000-0000-7000-8000-0000000000aa', 'cs_1', 'paid', 100, 'usd', 10, 0, 90, now());
        INSERT INTO content_access VALUES ('{who}', '019aa000-0000-7000-8000-000000000005', '019aa000-0000-7000-8000-000000000006', now(), NULL);
        INSERT INTO checkout_sessions (id, user_id, content_id, price_cents, url, created_at, expires_at)
            VALUES ('cs_1', '{who}', '019aa000-0000-7000-8000-000000000005', 100, 'https://pay.example', now(), now());
        INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
            VALUES ('019aa000-0000-7000-8000-000000000007', '019aa000-0000-7000-8000-000000000001', 'Gold', 1, 500, 5000, 'usd', now(), now());
        INSERT INTO tier_prices VALUES ('price_1', '019aa000-0000-7000-8000-000000000007', 'monthly', 500, now());
        INSERT INTO subscription_checkouts (id, user_id, organization_id, price_id, url, created_at, expires_at, ask_at)
            VALUES ('cs_2', '{who}', '019aa000-0000-7000-8000-000000000001', 'price_1', 'https://pay.example', now(), now(), now());
        INSERT INTO subscriptions (id, stripe_id, item_id, price_id, user_id, organization_id, tier_id, status, interval, amount_cents, currency,
                period_start, period_end, cancel_at_period_end, created_at, ticket, changed_by, changed_at)
            VALUES ('019aa000-0000-7000-8000-000000000008', 'sub_1', 'si_1', 'price_1', '{who}', '019aa000-0000-7000-8000-000000000001',
                '019aa000-0000-7000-8000-000000000007', 'incomplete', 'monthly', 500, 'usd', now(), now(), false, now(), 1, 'test', now());
        INSERT INTO subscription_payments (id, stripe_subscription_id, user_id, organization_id, creator_id, tier_id, status, amount_cents, currency,
                platform_fee_cents, organization_fee_cents, creator_payout_cents, period_start, period_end, paid_at, changed_by, changed_at)
            VALUES ('in_1', 'sub_1', '{who}', '019aa000-0000-7000-8000-000000000001', '019aa000-0000-7000-8000-0000000000aa',
                '019aa000-0000-7000-8000-000000000007', 'paid', 0, 'usd', 0, 0, 0, now(), now(), now(), 'test', now());
        UPDATE purchases SET event_id = 'evt_1' WHERE user_id = '{who}';
        INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied) VALUES
            ('evt_1', 'booking', 'checkout.session.completed', '{\"id\":\"evt_1\",\"data\":{\"object\":{\"id\":\"cs_1\",\"amount_total\":100,
                \"customer_details\":{\"email\":\"card@ada.example\",\"name\":\"Ada L.\"},\"items\":[{\"price\":\"price_1\",\"shipping\":{\"name\":\"Ada L.\"}}]}}}', now(), true),
            ('evt_2', 'booking', 'checkout.session.completed', '{\"data\":{\"object\":{\"customer_email\":\"somebody.else@example.com\"}}}', now(), true);
    ";
    app.run(&sql.replace("{who}", &who.id.to_string())).await;
}

#[tokio::test]
async fn an_export_holds_everything_and_no_secret() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Creator).await;
    fill(&app, &ada).await;
    let answer = app.get("/api/user/export").cookie(&ada.cookie).send().await;
    assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let export = answer.expect(200);
    assert_eq!((&export["account"]["email"], &export["account"]["bio"]), (&json!("ada@example.com"), &json!("Counts.")));
    let lists = [
        "sessions",
        "pendingVerifications",
        "memberships",
        "follows",
        "invitations",
        "media",
        "transcodings",
        "playbackProgress",
        "purchases",
        "access",
        "checkouts",
        "subscriptions",
        "subscriptionPayments",
        "subscriptionCheckouts",
        "stripeEvents",
        "mails",
    ];
    for list in lists {
        assert_eq!(export[list].as_array().map(Vec::len), Some(1), "{list}: {export}");
    }
    assert_eq!((export["content"].as_array().map(Vec::len), &export["sales"]), (Some(2), &json!([])));
    assert_eq!(export["stripeEvents"][0]["payload"]["data"]["object"]["customer_details"]["name"], "Ada L.");
    let text = export.to_string();
    for secret in ["$argon2id$", "token=", "hash", "other@example.com", "https://pay.example", "somebody.else"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let bob = app.person("bob", Role::Customer).await;
    let theirs = app.get("/api/user/export").cookie(&bob.cookie).send().await.expect(200).to_string();
    assert!(!theirs.contains(&ada.id.to_string()) && !theirs.contains("Yoga"), "{theirs}");
}

/// A table that says whose its rows are belongs in the export, and its rows end with the account or are named here as what stays.
#[tokio::test]
async fn no_table_about_people_is_forgotten() {
    let app = TestApp::new(api()).await;
    let (client, connection) = tokio_postgres::connect(&app.database_url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "SELECT DISTINCT c.table_name::text FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name IN ('user_id', 'creator_id')
            AND table_name NOT IN ('content_sales', 'unsummed_sales', 'buying_days') -- made of sales and payments, which are there one by one
        ORDER BY 1";
    let tables: Vec<String> = client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(tables.len() > 8, "{tables:?}");
    let statement = |name: &str| codex_profiles::STATEMENTS.iter().find(|statement| statement.name() == name).unwrap().sql;
    for table in tables {
        assert!(statement("profiles.export").contains(&format!("FROM {table} ")), "{table} is missing in export.sql");
        // Sales, subscriptions and their sums are records of trade, a checkout may still be paid, a job belongs to its file; they say no name.
        let records = [
            "purchases",
            "checkout_sessions",
            "ledger_entries",
            "subscriptions",
            "subscription_payments",
            "subscription_checkouts",
            "failed_payments",
            "customers",
            "customer_spending",
            "transcoding_jobs",
        ];
        let stays = records.contains(&table.as_str());
        let ends = ["DELETE FROM", "UPDATE"]
            .iter()
            .any(|verb| statement("profiles.delete_account").contains(&format!("{verb} {table} ")));
        assert!(stays != ends, "{table} in delete_account.sql");
    }
}

#[tokio::test]
async fn an_account_ends_and_what_stays_says_no_name() {
    let app = TestApp::new(api()).await;
    let auth = TestApp::on(codex_auth::api(), app.database_url.clone(), &[]);
    let ada = app.person("ada", Role::Creator).await;
    fill(&app, &ada).await;
    for bad in [json!({}), json!({ "confirmation": "delete" }), json!({ "confirmation": "DELETE", "really": true })] {
        assert_eq!(delete(&app, &ada, bad).await.expect_error(400), "VALIDATION_ERROR");
    }
    let answer = delete(&app, &ada, confirmed()).await;
    assert!(answer.cookie().contains("Max-Age=0"));
    answer.expect(204);
    assert_eq!(app.get("/api/user/profile").cookie(&ada.cookie).send().await.expect_error(401), "UNAUTHORIZED");
    assert_eq!(delete(&app, &ada, confirmed()).await.expect_error(401), "UNAUTHORIZED");
    let who = ada.id;
    for gone in [
        "sessions",
        "verification_tokens",
        "organization_members WHERE user_id = '{who}'",
        "organization_followers",
        "organization_invitations",
        "playback_progress",
        "content_access",
        "outbox WHERE recipient = 'ada@example.com'",
        "content WHERE organization_id IS NULL AND creator_id = '{who}' AND deleted_at IS NULL",
        "users WHERE email = 'ada@example.com' OR name = 'ada' OR username = 'ada'",
    ] {
        assert_eq!(app.count(&gone.replace("{who}", &who.to_string())).await, 0, "{gone}");
    }
    for stays in
        ["purchases", "content WHERE organization_id IS NOT NULL AND deleted_at IS NULL", "media_items WHERE deleted_at IS NULL"]
    {
        assert_eq!(app.count(stays).await, 1, "{stays}");
    }
    assert_eq!(app.count("organizations WHERE follower_count = 1").await, 1);
    let kept = app.text("SELECT payload::text FROM webhook_events WHERE id = 'evt_1'").await;
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        kept,
        json!({ "id": "evt_1", "data": { "object": { "id": "cs_1", "amount_total": 100, "items": [{ "price": "price_1" }] } } })
    );
    assert_eq!(app.count("webhook_events WHERE payload::text LIKE '%somebody.else@example.com%'").await, 1, "others' stay");
    assert_eq!(app.count("subscriptions WHERE end_due_at IS NOT NULL").await, 1, "and is not paid for any longer");
    let log_in = json!({ "email": "ada@example.com", "password": "correct horse battery" });
    assert_eq!(auth.post("/api/auth/email/login").json(&log_in).send().await.expect_error(401), "INVALID_CREDENTIALS");
    auth.person("ada", Role::Customer).await;
}

#[tokio::test]
async fn what_stands_against_it_is_told_and_nothing_changes() {
    let app = TestApp::new(api()).await;
    let organizations = TestApp::on(codex_organization_api::api(), app.database_url.clone(), &[]);
    let ada = app.person("ada", Role::Creator).await;
    let yoga = json!({ "name": "Ada's", "slug": "adas" });
    let opened = organizations.post("/api/organizations").cookie(&ada.cookie).json(&yoga).send().await.expect(201);
    fill(&app, &ada).await;
    let sale = "INSERT INTO purchases (id, user_id, content_id, creator_id, checkout_session_id, status, amount_cents, currency, platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at)
        SELECT '019aa000-0000-7000-8000-000000000007', id, '019aa000-0000-7000-8000-000000000003', '{who}', 'cs_2', 'paid', 100, 'usd', 10, 0, 90, now() FROM users WHERE email = 'other@example.com'";
    app.run(&sale.replace("{who}", &ada.id.to_string())).await;
    let refusal = delete(&app, &ada, confirmed()).await.expect(409);
    assert_eq!(refusal["error"]["code"], "DELETION_BLOCKED");
    let issues = refusal["error"]["details"]["issues"].as_array().unwrap();
    let paths: Vec<_> = issues.iter().map(|issue| issue["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["organizations", "balance"], "{refusal}");
    assert!(
        issues[0]["message"].as_str().unwrap().contains("adas") && issues[1]["message"].as_str().unwrap().contains("0.90 USD")
    );
    assert_eq!(app.count("users WHERE email = 'ada@example.com' AND deleted_at IS NULL").await, 1);
    assert_eq!((app.count("playback_progress").await, app.count("organization_followers").await), (1, 1), "nothing was deleted");
    let own = app.get("/api/user/organizations").cookie(&ada.cookie).send().await.expect(200);
    assert_eq!((&own["items"][0]["slug"], &own["items"][0]["role"]), (&json!("adas"), &json!("owner")));

    app.run("UPDATE purchases SET status = 'refunded', refunded_cents = amount_cents, changed_at = now()").await;
    let id = opened["data"]["id"].as_str().unwrap();
    organizations.call(Method::DELETE, &format!("/api/organizations/{id}")).cookie(&ada.cookie).send().await.expect(204);
    delete(&app, &ada, confirmed()).await.expect(204);
}

#[tokio::test]
async fn of_the_last_two_owners_who_leave_at_once_one_stays() {
    let app = Arc::new(TestApp::new(api()).await);
    for round in 0..10 {
        let pair = [app.person(&format!("a{round}"), Role::Creator).await, app.person(&format!("b{round}"), Role::Creator).await];
        let id = format!("019aa000-0000-7000-8000-0000000000{round:02}");
        let mut sql = format!(
            "INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at) VALUES ('{id}', 'yoga-{round}', 'Yoga', '{}', now(), now());",
            pair[0].id
        );
        for person in &pair {
            sql += &format!("INSERT INTO organization_members VALUES ('{id}', '{}', 'owner', now());", person.id);
        }
        app.run(&sql).await;
        let attempts = pair.map(|person| {
            let app = app.clone();
            tokio::spawn(async move { delete(&app, &person, confirmed()).await.status.as_u16() })
        });
        let mut statuses = Vec::new();
        for attempt in attempts {
            statuses.push(attempt.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "round {round}");
        assert_eq!(app.count(&format!("organization_members WHERE organization_id = '{id}' AND role = 'owner'")).await, 1);
    }
}
