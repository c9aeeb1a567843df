//! What has expired goes, a bounded number at a time, and nothing else.

use super::*;

#[tokio::test]
async fn expired_sessions_and_tokens_go() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let sweep = async || codex_identity::sweep(app.platform(), app.now()).await.unwrap();
    assert_eq!(sweep().await, 0);
    app.run(
        "INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at)
         SELECT gen_random_uuid(), 's' || n, users.id, now(), now() - interval '1 second' FROM users, generate_series(1, 6000) n;
         INSERT INTO verification_tokens (token_hash, user_id, purpose, created_at, expires_at)
         SELECT 't' || n, users.id, 'reset_password', now(), now() - interval '1 second' FROM users, generate_series(1, 5500) n",
    )
    .await;
    assert_eq!([sweep().await, sweep().await, sweep().await], [10_000, 1500, 0], "five thousand of each at most");
    assert_eq!((app.count("sessions").await, app.count("verification_tokens").await), (1, 1));
    assert_eq!(is_signed_in(&app, &cookie).await, (true, true));
    app.advance(86_401);
    assert_eq!(sweep().await, 2);
}

#[tokio::test]
async fn two_sweeps_at_once_share_the_work() {
    let app = std::sync::Arc::new(unlimited().await);
    sign_up(&app, "ada@example.com").await;
    app.run(
        "INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at)
         SELECT gen_random_uuid(), 's' || n, users.id, now(), now() - interval '1 second' FROM users, generate_series(1, 1500) n",
    )
    .await;
    let sweeps = (0..4).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { codex_identity::sweep(app.platform(), app.now()).await.unwrap() })
    });
    let mut swept = 0;
    for sweep in sweeps.collect::<Vec<_>>() {
        swept += sweep.await.unwrap();
    }
    while app.count("sessions").await > 1 {
        swept += codex_identity::sweep(app.platform(), app.now()).await.unwrap();
    }
    assert_eq!(swept, 1500);
}
