use axum::{Json, http::HeaderMap};
use codex_http::{Body, Context, Cx, Limited, Onward, Query, Reply, destination, enforce};
use codex_identity::{self as identity, NewPassword};
use codex_kernel::Email;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    mailed::{Address, DONE, Done, Token, onward},
    sessions::{Account, WithCookies, browser, signed_in},
};

/// Where the mailed link leads that does not say so.
const VERIFIED_PAGE: &str = "/login?verified=1";

/// A new account. `role` and the other fields that clients send along are accepted and ignored.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Register {
    email: Email,
    password: NewPassword,
    #[garde(length(chars, min = 1, max = 255))]
    name: String,
    #[serde(default, rename = "role")]
    _role: Option<Value>,
    #[serde(default, rename = "image")]
    _image: Option<Value>,
    /// A page of this platform: where the link in the mail leads in the end.
    #[serde(default, rename = "callbackURL")]
    #[garde(inner(length(max = 2048)))]
    callback_url: Option<String>,
}

pub(crate) async fn register(cx: Cx, headers: HeaderMap, Body(input): Body<Register>) -> Reply<WithCookies<Account>> {
    let callback = destination(&cx.platform.config, "callbackURL", input.callback_url.as_deref(), VERIFIED_PAGE)?;
    enforce(&cx, Limited::Register, "account", &identity::fingerprint(input.email.as_ref())).await?;
    let (email, name) = (&input.email, input.name.trim());
    let account = identity::NewAccount { email, name, password: &input.password, callback: &callback };
    let registered = identity::register(&cx.platform, &account, &browser(&cx, &headers)?, cx.now).await?;
    cx.event("register", &[]);
    cx.wake_mail();
    Ok(signed_in(&cx, &headers, registered.user, registered.session)?)
}

pub(crate) async fn verify(cx: Cx, headers: HeaderMap, Body(input): Body<Token>) -> Reply<Onward<Json<Done>>> {
    follow_verification(&cx, &headers, &input).await
}

pub(crate) async fn verify_by_link(cx: Cx, headers: HeaderMap, Query(input): Query<Token>) -> Reply<Onward<Json<Done>>> {
    follow_verification(&cx, &headers, &input).await
}

async fn follow_verification(cx: &Context, headers: &HeaderMap, input: &Token) -> Reply<Onward<Json<Done>>> {
    let page = input.page(cx)?;
    let outcome = identity::verify_email(&cx.platform, &input.token, cx.now).await;
    if let Ok(user) = &outcome {
        cx.event("email_verified", &[("userId", user.to_string())]);
    }
    onward(headers, page, outcome)
}

pub(crate) async fn send_verification(cx: Cx, Body(input): Body<Address>) -> Reply<Json<Done>> {
    let callback = destination(&cx.platform.config, "callbackURL", input.callback_url.as_deref(), VERIFIED_PAGE)?;
    enforce(&cx, Limited::Mail, "account", &identity::fingerprint(input.email.as_ref())).await?;
    identity::resend_verification(&cx.platform, &input.email, &callback, cx.now).await?;
    cx.wake_mail();
    Ok(DONE)
}
