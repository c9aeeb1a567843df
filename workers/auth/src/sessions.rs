use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::AppendHeaders,
};
use codex_http::{Body, Caller, Context, Cx, Limited, Reply, Visitor, enforce};
use codex_identity::{self as identity, LogIn, Session, SignedIn, User};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok())
}

/// An answer that may set the cookie.
pub(crate) type WithCookie<T> = (AppendHeaders<Option<(HeaderName, HeaderValue)>>, Json<T>);

fn with_cookie<T>(body: T, cookie: Option<String>) -> WithCookie<T> {
    let cookie = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok());
    (AppendHeaders(cookie.map(|cookie| (header::SET_COOKIE, cookie))), Json(body))
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
    enforce(&cx, Limited::Login, "account", &identity::fingerprint(input.email.as_ref())).await?;
    let attempt = identity::log_in(&cx.platform, &input, user_agent(&headers), cx.now).await;
    let (SignedIn { user, session }, token) =
        attempt.inspect_err(|error| cx.event("login_failed", &[("code", error.code.to_owned())]))?;
    cx.event("login", &[("userId", user.id.to_string()), ("sessionId", session.id.to_string())]);
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
