use codex_edge::Platform;
use codex_kernel::{Error, Listed, Paging, Result, SessionId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    SignedIn,
    authenticate::forget_sessions,
    statements::{DEVICES, END_OTHERS, END_SESSION},
};

/// Where somebody is signed in.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
#[schemars(rename_all(serialize = "camelCase"))]
pub struct Device {
    /// The session's identity.
    id: SessionId,
    /// What the browser calls itself, at most 255 characters.
    user_agent: Option<String>,
    /// When it signed in.
    created_at: Timestamp,
    /// When it was last used, to the hour.
    last_seen_at: Timestamp,
    /// When its session ends unless it is used before.
    expires_at: Timestamp,
    /// Whether this is the one that asks.
    current: bool,
}

/// Everywhere that somebody is signed in: first where they are now, then by last use.
pub async fn devices(platform: &Platform, caller: &SignedIn, paging: Paging, now: Timestamp) -> Result<Listed<Device>> {
    let (user, session) = (caller.user.id, caller.session.id);
    let listed = platform.database.one(&DEVICES, &[&user, &session, &now, &paging.limit, &paging.offset()]).await?;
    Ok(listed.unwrap_or_default())
}

/// Ends one session of the caller's; 404 where it is none of theirs.
pub async fn end_session(platform: &Platform, caller: &SignedIn, session: SessionId) -> Result<()> {
    let token_hashes: Vec<String> = platform.database.all(&END_SESSION, &[&session, &caller.user.id]).await?;
    if token_hashes.is_empty() {
        return Err(Error::not_found("session"));
    }
    forget_sessions(platform, &token_hashes).await;
    Ok(())
}

/// Ends every session of the caller's but the one that asks.
pub async fn end_others(platform: &Platform, caller: &SignedIn) -> Result<()> {
    let token_hashes: Vec<String> = platform.database.all(&END_OTHERS, &[&caller.user.id, &caller.session.id]).await?;
    forget_sessions(platform, &token_hashes).await;
    Ok(())
}
