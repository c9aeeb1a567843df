use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::AppendHeaders,
};
use codex_http::{Body, Caller, Context, Cx, Limited, NoContent, Page, Path, Query, Reply, Visitor, destination, enforce};
use codex_identity::{self as identity, Browser, Device, LogIn, Session, SignedIn, User};
use codex_kernel::{Paging, Result, SessionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::mailed::deliver_soon;

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes)
}

/// What the request was sent with.
pub(crate) fn browser(cx: &Context, headers: &HeaderMap) -> Result<Browser> {
    let user_agent = headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    Browser::new(&cx.platform, user_agent.as_deref(), cookies(headers))
}

/// An answer that may set the cookie.
pub(crate) type WithCookie<T> = (MaybeCookie, Json<T>);
type MaybeCookie = AppendHeaders<Option<(HeaderName, HeaderValue)>>;

fn with_cookie<T>(body: T, cookie: Option<String>) -> WithCookie<T> {
    (set_cookie(cookie), Json(body))
}

fn set_cookie(cookie: Option<String>) -> MaybeCookie {
    let cookie = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok());
    AppendHeaders(cookie.map(|cookie| (header::SET_COOKIE, cookie)))
}

/// Somebody who signed up or in; no session where the address must be verified first.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Account {
    user: User,
    session: Option<Session>,
}

/// `{user, session}`, and the cookie where there is a session.
pub(crate) fn signed_in(cx: &Context, user: User, session: Option<(Session, String)>) -> WithCookie<Account> {
    let (session, token) = session.unzip();
    let cookie = token.map(|token| identity::session_cookie(&cx.platform.config, &token, identity::SESSION_SECONDS));
    with_cookie(Account { user, session }, cookie)
}

pub(crate) async fn log_in(cx: Cx, headers: HeaderMap, Body(input): Body<LogIn>) -> Reply<WithCookie<Account>> {
    destination(&cx.platform.config, "callbackURL", input.callback_url.as_deref(), "/")?;
    enforce(&cx, Limited::Login, "account", &identity::fingerprint(input.email.as_ref())).await?;
    let attempt = identity::log_in(&cx.platform, &input, &browser(&cx, &headers)?, cx.now).await;
    let (SignedIn { user, session }, token) =
        attempt.inspect_err(|error| cx.event("login_failed", &[("code", error.code.to_owned())]))?;
    cx.event("login", &[("userId", user.id.to_string()), ("sessionId", session.id.to_string())]);
    deliver_soon(&cx);
    Ok(signed_in(&cx, user, Some((session, token))))
}

pub(crate) async fn current(cx: Cx, headers: HeaderMap, Caller(session): Caller) -> Reply<WithCookie<SignedIn>> {
    let (session, cookie) = identity::renew(&cx.platform, cookies(&headers), session, cx.now).await?;
    Ok(with_cookie(session, cookie))
}

/// Like [`current`], for clients that expect `null` where nobody is signed in.
pub(crate) async fn peek(visitor: Visitor) -> Json<Option<SignedIn>> {
    Json(visitor.0.map(|caller| caller.0))
}

/// There is no session any more.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SignedOut {
    success: bool,
}

pub(crate) async fn sign_out(cx: Cx, visitor: Visitor, headers: HeaderMap) -> Reply<WithCookie<SignedOut>> {
    identity::sign_out(&cx.platform, cookies(&headers)).await?;
    if let Some(user) = visitor.id() {
        cx.event("logout", &[("userId", user.to_string())]);
    }
    let cookie = identity::cleared_cookie(&cx.platform.config);
    Ok(with_cookie(SignedOut { success: true }, Some(cookie)))
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
pub(crate) async fn end(cx: Cx, Caller(caller): Caller, Path(session): Path<SessionId>) -> Reply<(MaybeCookie, NoContent)> {
    identity::end_session(&cx.platform, &caller, session).await?;
    cx.event("session_ended", &[("userId", caller.user.id.to_string()), ("sessionId", session.to_string())]);
    let cookie = (session == caller.session.id).then(|| identity::cleared_cookie(&cx.platform.config));
    Ok((set_cookie(cookie), NoContent))
}
