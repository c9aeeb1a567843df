use codex_edge::{Param, Platform};
use codex_kernel::{Id, Result, SessionId, Timestamp};

use crate::{Session, after, cookie, statements::ROTATE_SESSION, token};

/// How long the old token is good for, seconds: for requests under way and for programs that keep what they were given first.
const OVERLAP_SECONDS: i64 = 300;

/// Lets `session` go on under a new token, as after any gain of rights (OWASP's session management cheat sheet): its cookie. None
/// where it has ended or was replaced already.
pub async fn rotate(platform: &Platform, session: &Session, now: Timestamp) -> Result<Option<String>> {
    let token = token::new_session_token(&platform.config)?;
    let params: [&dyn Param; 6] =
        [&session.id, &session.user_id, &SessionId::new(now)?, &token::fingerprint(&token), &now, &after(now, OVERLAP_SECONDS)?];
    let expires_at: Option<Timestamp> = platform.database.one(&ROTATE_SESSION, &params).await?;
    let left = |end: Timestamp| end.as_second() - now.as_second();
    Ok(expires_at.map(|end| cookie::session_cookie(&platform.config, &token, left(end))))
}
