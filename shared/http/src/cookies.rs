use axum::response::AppendHeaders;
use http::{HeaderName, HeaderValue, header};

use crate::{Caller, Context};

/// `Set-Cookie` headers, before an answer.
pub type Cookies = AppendHeaders<Vec<(HeaderName, HeaderValue)>>;

/// Sets `cookies`, each as the header has it.
pub fn set_cookies(cookies: impl IntoIterator<Item = String>) -> Cookies {
    let values = cookies.into_iter().filter_map(|cookie| HeaderValue::from_str(&cookie).ok());
    AppendHeaders(values.map(|value| (header::SET_COOKIE, value)).collect())
}

/// Where `caller` has `gained` rights, their session goes on under a new token: whoever knew the old one has gained nothing.
pub async fn rotate_session(cx: &Context, caller: &Caller, gained: bool) -> Cookies {
    if !gained {
        return set_cookies([]);
    }
    let rotated = codex_identity::rotate(&cx.platform, &caller.0.session, cx.now).await;
    // What was asked for is done. A session that keeps its token is worth a line, and no failure.
    let cookie = rotated.unwrap_or_else(|error| {
        cx.event("session_not_rotated", &[("sessionId", caller.0.session.id.to_string()), ("code", error.code.to_owned())]);
        None
    });
    set_cookies(cookie)
}
