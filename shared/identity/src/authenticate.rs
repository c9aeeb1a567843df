use codex_edge::Platform;
use codex_kernel::{Result, Timestamp};

use crate::{
    SESSION_SECONDS, SignedIn, cookie,
    statements::{RENEW_SESSION, SESSION},
    token::{fingerprint, is_ours},
};

/// How old the answer to "is this session alive" may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As old as KV's copy (at most five minutes, normally seconds) or this isolate's own, five seconds.
    Cache,
    /// Read now: for money, passwords and roles.
    Database,
}

/// The longest a session is cached, seconds.
const CACHE_SECONDS: i64 = 300;

pub(crate) fn cache_key(token_hash: &str) -> String {
    format!("session:{token_hash}")
}

/// Who the cookies of a request prove it comes from. A cookie that proves nothing is passed over, not an error.
pub async fn authenticate<'a>(
    platform: &Platform,
    cookies: impl Iterator<Item = &'a str>,
    freshness: Freshness,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    for token in cookie::candidates(cookies) {
        if is_ours(&platform.config, token)?
            && let Some(signed_in) = look_up(platform, &fingerprint(token), freshness, now).await?
        {
            return Ok(Some(signed_in));
        }
    }
    Ok(None)
}

async fn look_up(platform: &Platform, token_hash: &str, freshness: Freshness, now: Timestamp) -> Result<Option<SignedIn>> {
    if freshness == Freshness::Database {
        return platform.database.one(&SESSION, &[&token_hash, &now]).await;
    }
    let (cache, key) = (platform.sessions.get()?, cache_key(token_hash));
    let alive = |signed_in: &SignedIn| signed_in.session.expires_at > now;
    if let Some(json) = platform.recent_sessions.get(&key, now)
        && let Ok(signed_in) = serde_json::from_str::<SignedIn>(&json)
    {
        return Ok(Some(signed_in).filter(alive));
    }
    // The cache may be away; the database is the truth.
    if let Ok(Some(json)) = cache.get(&key).await
        && let Ok(signed_in) = serde_json::from_str::<SignedIn>(&json)
    {
        platform.recent_sessions.put(&key, &json, now);
        return Ok(Some(signed_in).filter(alive));
    }
    let found: Option<SignedIn> = platform.database.one(&SESSION, &[&token_hash, &now]).await?;
    if let Some(signed_in) = &found
        && let Ok(json) = serde_json::to_string(signed_in)
    {
        platform.recent_sessions.put(&key, &json, now);
        let left = signed_in.session.expires_at.as_second() - now.as_second();
        let _ = cache.put(&key, &json, left.clamp(0, CACHE_SECONDS).unsigned_abs()).await;
    }
    Ok(found)
}

/// Forgets cached sessions whose user has changed. The cache may be away: sensitive routes do not read it.
pub async fn forget_sessions(platform: &Platform, token_hashes: &[String]) {
    for token_hash in token_hashes {
        let key = cache_key(token_hash);
        platform.recent_sessions.forget(&key);
        if let Some(cache) = platform.sessions.ok() {
            let _ = cache.delete(&key).await;
        }
    }
}

/// Prolongs the session of `token` when less than half of its life is left; the session as it then is.
pub async fn renew<'a>(
    platform: &Platform,
    cookies: impl Iterator<Item = &'a str>,
    mut signed_in: SignedIn,
    now: Timestamp,
) -> Result<(SignedIn, Option<String>)> {
    if signed_in.session.expires_at.as_second() - now.as_second() >= SESSION_SECONDS / 2 {
        return Ok((signed_in, None));
    }
    let expires_at = crate::accounts::expiry(now)?;
    for token in cookie::candidates(cookies) {
        let token_hash = fingerprint(token);
        let renewed: Option<bool> =
            platform.database.one(&RENEW_SESSION, &[&token_hash, &signed_in.session.id, &expires_at]).await?;
        if renewed.is_some() {
            signed_in.session.expires_at = expires_at;
            forget_sessions(platform, &[token_hash]).await;
            return Ok((signed_in, Some(cookie::session_cookie(&platform.config, token, SESSION_SECONDS))));
        }
    }
    Ok((signed_in, None))
}
