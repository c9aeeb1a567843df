use codex_edge::{Outcome, Platform};
use codex_kernel::{Result, Timestamp};

use crate::{
    LONGEST_SESSION_SECONDS, SESSION_SECONDS, SignedIn, after, cookie,
    statements::{RENEW_SESSION, SESSION},
    token::fingerprint,
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

/// Who a request comes from.
#[derive(Default)]
pub struct Authenticated {
    /// Nobody is known where this is none.
    pub who: Option<SignedIn>,
    /// How the cache of sessions answered, where it was asked.
    pub cache: Option<Outcome>,
}

/// Who the cookies of a request prove it comes from. A cookie that proves nothing is passed over, not an error.
pub async fn authenticate<'a>(
    platform: &Platform,
    cookies: impl Iterator<Item = &'a [u8]>,
    freshness: Freshness,
    now: Timestamp,
) -> Result<Authenticated> {
    let mut found = Authenticated::default();
    for token in cookie::ours(&platform.config, cookies)? {
        found = look_up(platform, &fingerprint(token), freshness, now).await?;
        if found.who.is_some() {
            break;
        }
    }
    Ok(found)
}

async fn look_up(platform: &Platform, token_hash: &str, freshness: Freshness, now: Timestamp) -> Result<Authenticated> {
    if freshness == Freshness::Database {
        let who = platform.database.one(&SESSION, &[&token_hash, &now]).await?;
        return Ok(Authenticated { who, cache: None });
    }
    let (cache, key) = (platform.sessions.get()?, cache_key(token_hash));
    let hit = |signed_in: SignedIn| {
        let who = Some(signed_in).filter(|signed_in| signed_in.session.expires_at > now);
        Authenticated { who, cache: Some(Outcome::Hit) }
    };
    if let Some(json) = platform.recent_sessions.get(&key, now)
        && let Ok(signed_in) = serde_json::from_str::<SignedIn>(&json)
    {
        return Ok(hit(signed_in));
    }
    // The cache may be away; the database is the truth.
    let cached = cache.get(&key).await;
    let outcome = if cached.is_ok() { Outcome::Miss } else { Outcome::Error };
    if let Ok(Some(json)) = cached
        && let Ok(signed_in) = serde_json::from_str::<SignedIn>(&json)
    {
        platform.recent_sessions.put(&key, &json, now);
        return Ok(hit(signed_in));
    }
    let who: Option<SignedIn> = platform.database.one(&SESSION, &[&token_hash, &now]).await?;
    if let Some(signed_in) = &who
        && let Ok(json) = serde_json::to_string(signed_in)
    {
        platform.recent_sessions.put(&key, &json, now);
        let left = signed_in.session.expires_at.as_second() - now.as_second();
        let _ = cache.put(&key, &json, left.clamp(0, CACHE_SECONDS).unsigned_abs()).await;
    }
    Ok(Authenticated { who, cache: Some(outcome) })
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

/// Prolongs the session that the cookies carry when less than half of its life is left, up to the end that no renewal passes;
/// the session as it then is, and its cookie if it changed.
pub async fn renew<'a>(
    platform: &Platform,
    cookies: impl Iterator<Item = &'a [u8]>,
    mut signed_in: SignedIn,
    now: Timestamp,
) -> Result<(SignedIn, Option<String>)> {
    let session = &mut signed_in.session;
    let until = after(now, SESSION_SECONDS)?.min(after(session.created_at, LONGEST_SESSION_SECONDS)?);
    if session.expires_at.as_second() - now.as_second() >= SESSION_SECONDS / 2 || until <= session.expires_at {
        return Ok((signed_in, None));
    }
    for token in cookie::ours(&platform.config, cookies)? {
        let token_hash = fingerprint(token);
        let renewed: Option<bool> = platform.database.one(&RENEW_SESSION, &[&token_hash, &session.id, &until]).await?;
        if renewed.is_some() {
            session.expires_at = until;
            forget_sessions(platform, &[token_hash]).await;
            let cookie = cookie::session_cookie(&platform.config, token, until.as_second() - now.as_second());
            return Ok((signed_in, Some(cookie)));
        }
    }
    Ok((signed_in, None))
}
