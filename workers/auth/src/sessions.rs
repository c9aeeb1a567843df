use axum::{
    Json,
    http::{HeaderMap, HeaderValue, header},
};
use codex_http::{
    Body, Caller, Context, Cookies, Cx, Limited, NoContent, Page, Path, Query, Reply, Visitor, destination, enforce, set_cookies,
};
use codex_identity::{self as identity, Browser, Device, LogIn, Session, SignedIn, User};
use codex_kernel::{Email, Paging, Result, SessionId};
use schemars::JsonSchema;
use serde::Serialize;

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes)
}

/// What the request was sent with.
pub(crate) fn browser(cx: &Context, headers: &HeaderMap) -> Result<Browser> {
    let user_agent = headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    Browser::new(&cx.platform, user_agent.as_deref(), cookies(headers))
}

/// Counts one guess at the password of `email`: for the browser where it has signed in to that account before, else for the
/// account. So nobody's guesses elsewhere keep its owner out of a browser that they use.
pub(crate) async fn count_guess(cx: &Context, headers: &HeaderMap, email: &Email) -> Result<()> {
    let (who, key) = match identity::known_browser(&cx.platform.config, cookies(headers), email)? {
        Some(proof) => ("browser", proof),
        None => ("account", email.as_ref()),
    };
    enforce(cx, Limited::Login, who, &identity::fingerprint(key)).await.map(drop)
}

/// An answer that may set cookies.
pub(crate) type WithCookies<T> = (Cookies, Json<T>);

fn with_cookies<T>(body: T, cookies: impl IntoIterator<Item = String>) -> WithCookies<T> {
    (set_cookies(cookies), Json(body))
}

/// Somebody who signed up or in; no session where the address must be verified first.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Account {
    user: User,
    session: Option<Session>,
}

/// `{user, session}`; where there is a session its cookie and, if the browser has none yet, the proof that it is known.
pub(crate) fn signed_in(
    cx: &Context,
    headers: &HeaderMap,
    user: User,
    session: Option<(Session, String)>,
) -> Result<WithCookies<Account>> {
    let config = &cx.platform.config;
    let Some((session, token)) = session else { return Ok(with_cookies(Account { user, session: None }, [])) };
    let is_known = identity::known_browser(config, cookies(headers), &user.email)?.is_some();
    let known = if is_known { None } else { Some(identity::known_cookie(config, &user.email)?) };
    let cookies = [identity::session_cookie(config, &token, identity::SESSION_SECONDS)].into_iter().chain(known);
    Ok(with_cookies(Account { user, session: Some(session) }, cookies))
}

pub(crate) async fn log_in(cx: Cx, headers: HeaderMap, Body(input): Body<LogIn>) -> Reply<WithCookies<Account>> {
    destination(&cx.platform.config, "callbackURL", input.callback_url.as_deref(), "/")?;
    count_guess(&cx, &headers, &input.email).await?;
    let attempt = identity::log_in(&cx.platform, &input, &browser(&cx, &headers)?, cx.now).await;
    let (SignedIn { user, session }, token) =
        attempt.inspect_err(|error| cx.event("login_failed", &[("code", error.code.to_owned())]))?;
    cx.event("login", &[("userId", user.id.to_string()), ("sessionId", session.id.to_string())]);
    Ok(signed_in(&cx, &headers, user, Some((session, token)))?)
}

pub(crate) async fn current(cx: Cx, headers: HeaderMap, Caller(session): Caller) -> Reply<WithCookies<SignedIn>> {
    let (session, cookie) = identity::renew(&cx.platform, cookies(&headers), session, cx.now).await?;
    Ok(with_cookies(session, cookie))
}

/// Like [`current`], for clients that expect `null` where nobody is signed in.
pub(crate) async fn peek(visitor: Visitor) -> Json<Option<SignedIn>> {
    Json(visitor.caller.map(|caller| caller.0))
}

/// There is no session any more.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SignedOut {
    success: bool,
}

pub(crate) async fn sign_out(cx: Cx, visitor: Visitor, headers: HeaderMap) -> Reply<WithCookies<SignedOut>> {
    identity::sign_out(&cx.platform, cookies(&headers)).await?;
    if let Some(user) = visitor.id() {
        cx.event("logout", &[("userId", user.to_string())]);
    }
    let cookie = identity::cleared_cookie(&cx.platform.config);
    Ok(with_cookies(SignedOut { success: true }, [cookie]))
}

pub(crate) async fn devices(cx: Cx, Caller(caller): Caller, Query(paging): Query<Paging>) -> Reply<Page<Device>> {
    Ok(Page::new(identity::devices(&cx.platform, &caller, paging, cx.now).await?, paging))
}

pub(crate) async fn end_others(cx: Cx, Caller(caller): Caller) -> Reply<NoContent> {
    identity::end_others(&cx.platform, &caller).await?;
    cx.event("sessions_ended", &[("userId", caller.user.id.to_string())]);
    Ok(NoContent)
}

/// Ending the session that asks is signing out, and clears the cookie.
pub(crate) async fn end(cx: Cx, Caller(caller): Caller, Path(session): Path<SessionId>) -> Reply<(Cookies, NoContent)> {
    identity::end_session(&cx.platform, &caller, session).await?;
    cx.event("session_ended", &[("userId", caller.user.id.to_string()), ("sessionId", session.to_string())]);
    let cookie = (session == caller.session.id).then(|| identity::cleared_cookie(&cx.platform.config));
    Ok((set_cookies(cookie), NoContent))
}
