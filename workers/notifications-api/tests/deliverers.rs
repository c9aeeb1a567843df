//! Several who deliver at once, some that die, and some that are late: each mail is one's, and is sent.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod post;

use std::sync::Arc;

use codex_edge::now;
use codex_notifications::Delivered;
use codex_testkit::OutsideFault;
use post::{Post, SENT, later};
use serde_json::json;

#[tokio::test]
async fn of_many_deliverers_at_once_each_mail_is_one_s() {
    let post = Post::open().await;
    post.app
        .run(
            "INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
             SELECT gen_random_uuid(), 'verify-email', n || '@example.com', '{}', now(), now() FROM generate_series(1, 150) n",
        )
        .await;
    let post = Arc::new(post);
    let at = now().unwrap();
    // None of them claims before all twelve are there.
    let gate = {
        let post = post.clone();
        tokio::spawn(async move {
            let gate = "BEGIN; LOCK TABLE outbox; DO $$ BEGIN
                WHILE (SELECT count(*) FROM pg_locks WHERE relation = 'outbox'::regclass AND NOT granted) < 12 LOOP PERFORM pg_sleep(0.001); END LOOP;
                END $$; COMMIT";
            post.app.execute(gate).await;
        })
    };
    while post.app.count("pg_locks WHERE relation = 'outbox'::regclass AND mode = 'AccessExclusiveLock' AND granted").await == 0 {
    }
    let deliverers: Vec<_> = (0..12)
        .map(|_| {
            let post = post.clone();
            tokio::spawn(async move { post.deliver_at(at).await.sent })
        })
        .collect();
    let mut sent = Vec::new();
    for deliverer in deliverers {
        sent.push(deliverer.await.unwrap());
    }
    gate.await.unwrap();
    assert_eq!(sent.iter().sum::<usize>(), 150);
    assert!(sent.iter().filter(|sent| **sent > 0).count() > 1, "they raced: {sent:?}");
    let mut to: Vec<String> = post.app.mails().iter().map(|mail| mail["to"].to_string()).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), post.app.mails().len()), (150, 150));
}

#[tokio::test]
async fn what_has_waited_longest_goes_first() {
    let post = Post::open().await;
    let waiting = "INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
        SELECT gen_random_uuid(), 'receipt', n || '@example.com', '{}', now(), now() - n * interval '1 minute' FROM generate_series(1, 25) n";
    post.app.run(waiting).await;
    assert_eq!(post.deliver().await.sent, 25);
    let last: Vec<String> = post.app.mails()[20..].iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect();
    assert!((1..=5).all(|n| last.contains(&format!("{n}@example.com"))), "{last:?}");
}

#[tokio::test]
async fn a_mail_that_another_is_about_to_claim_keeps_no_other_waiting() {
    let post = Post::open().await;
    for to in ["claimed@example.com", "free@example.com"] {
        post.mail("receipt", to, json!({ "title": "x" }), &[]).await;
    }
    // The other one has its row until the free mail is sent; ten seconds at most, lest this test wait for itself.
    let other = "BEGIN; SELECT FROM outbox WHERE recipient = 'claimed@example.com' FOR UPDATE; DO $$ BEGIN
        FOR turn IN 1..10000 LOOP
            EXIT WHEN EXISTS (SELECT FROM outbox WHERE recipient = 'free@example.com' AND sent_at IS NOT NULL);
            PERFORM pg_sleep(0.001);
        END LOOP; END $$; COMMIT";
    let delivered = async {
        while post.app.count("pg_locks WHERE relation = 'outbox'::regclass AND mode = 'RowShareLock' AND granted").await == 0 {}
        post.deliver().await
    };
    assert_eq!(tokio::join!(post.app.execute(other), delivered).1, SENT);
    assert_eq!(post.app.mails()[0]["to"], json!(["free@example.com"]));
    assert_eq!(post.deliver().await, SENT, "and then it, too");
}

#[tokio::test]
async fn a_deliverer_that_dies_is_followed_by_another() {
    let post = Post::open().await;
    post.mail("verify-email", "ada@example.com", json!({ "link": "https://x.test/" }), &[]).await;
    // Its request is taken and it never hears so, nor tells: its future is dropped while the provider is silent.
    post.provider(Some(OutsideFault::Silent));
    {
        let died = post.deliver();
        tokio::pin!(died);
        while post.app.mails().is_empty() {
            tokio::select! { _ = &mut died => panic!("it was to be silent"), () = tokio::task::yield_now() => {} }
        }
    }
    post.provider(None);
    assert_eq!(post.deliver_at(later(60)).await, Delivered::default(), "its claim holds for a while");
    assert_eq!(post.deliver_at(later(121)).await, SENT);
    let mails = post.app.mails();
    assert_eq!((mails.len(), &mails[0]), (2, &mails[1]), "the same body under the same key: the provider takes it once");
    let keys = post.app.idempotency_keys();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));

    post.mail("verify-email", "bob@example.com", json!({}), &[("attempts", "10")]).await;
    post.mail("verify-email", "cyd@example.com", json!({}), &[("attempts", "10"), ("last_error", "PROVIDER_BUSY")]).await;
    assert_eq!(post.deliver_at(later(121)).await, Delivered::default());
    for error in ["INTERRUPTED", "PROVIDER_BUSY"] {
        let given_up = format!("outbox WHERE last_error = '{error}' AND failed_at IS NOT NULL");
        assert_eq!(post.app.count(&given_up).await, 1, "not for ever: {error}");
    }
}

/// A deliverer that was slower than its lease, and the one that followed it, tell of the same mail in any order.
#[tokio::test]
async fn a_late_verdict_counts_where_it_is_good_news_and_changes_no_other_mail() {
    let post = Post::open().await;
    let settle = codex_notifications::STATEMENTS.iter().find(|statement| statement.name() == "notifications.settle").unwrap();
    let id = |index: usize| format!("019aa000-0000-7000-8000-00000000000{index}");
    for (index, state) in [(1, "attempts = 2"), (2, "attempts = 2"), (3, "attempts = 2, failed_at = now()")] {
        post.mail("receipt", "ada@example.com", json!({ "title": "x" }), &[]).await;
        post.app.run(&format!("UPDATE outbox SET id = '{}', {state} WHERE attempts = 0", id(index))).await;
    }
    let tell = async |index: usize, attempts: i64, outcome: &str| {
        let told = json!([{ "id": id(index), "attempts": attempts, "outcome": outcome, "provider_id": format!("{outcome}-{attempts}"),
            "error": "X", "due_at": later(9_999) }]);
        let changed: Vec<serde_json::Value> =
            post.app.platform().database.all(settle, &[&told.to_string(), &later(0)]).await.unwrap();
        changed.len()
    };
    assert_eq!((tell(1, 1, "failed").await, tell(1, 1, "retry").await), (0, 0), "another has it by now");
    assert_eq!((tell(3, 2, "retry").await, tell(3, 1, "failed").await), (0, 0), "it was given up");
    assert_eq!(tell(1, 1, "sent").await, 1, "whoever sent it, it is sent");
    assert_eq!((tell(1, 2, "failed").await, tell(1, 2, "retry").await, tell(1, 2, "sent").await), (0, 0, 0), "and stays so");
    let stands = |index: usize, so: &str| format!("outbox WHERE id = '{}' AND {so}", id(index));
    assert_eq!(post.app.count(&stands(1, "provider_id = 'sent-1' AND failed_at IS NULL AND data = '{}'")).await, 1);
    assert_eq!(
        post.app.count(&stands(2, "sent_at IS NULL AND failed_at IS NULL AND data <> '{}' AND last_error IS NULL")).await,
        1
    );
    assert_eq!(tell(3, 1, "sent").await, 1, "it was taken after all");
    assert_eq!(tell(2, 2, "retry").await, 1);
    assert_eq!(post.app.count(&stands(2, "due_at > now() + interval '2 hours' AND data <> '{}'")).await, 1);
}
