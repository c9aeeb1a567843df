use axum::{Json, http::HeaderMap};
use codex_http::{Body, Caller, Context, Cx, Limited, Onward, Query, Reply, destination, enforce};
use codex_identity as identity;
use codex_kernel::Email;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    mailed::{DONE, Done, Token, onward},
    sessions::count_guess,
};

/// Another address for the account.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangeEmail {
    #[garde(skip)]
    new_email: Email,
    /// The account's password, again.
    #[garde(length(chars, min = 1, max = 1024))]
    password: String,
    /// A page of this platform: where the links in the mails lead in the end.
    #[serde(default, rename = "callbackURL")]
    #[garde(inner(length(max = 2048)))]
    callback_url: Option<String>,
}

/// Where links lead that do not say so.
const PAGE: &str = "/account";

pub(crate) async fn ask(cx: Cx, headers: HeaderMap, Caller(caller): Caller, Body(input): Body<ChangeEmail>) -> Reply<Json<Done>> {
    let callback = destination(&cx.platform.config, "callbackURL", input.callback_url.as_deref(), PAGE)?;
    count_guess(&cx, &headers, &caller.user.email).await?;
    enforce(&cx, Limited::Mail, "account", &identity::fingerprint(caller.user.email.as_ref())).await?;
    let change = identity::ChangeEmail { email: &input.new_email, password: &input.password, callback: &callback };
    identity::change_email(&cx.platform, &caller, &change, cx.now).await?;
    cx.event("email_change_asked", &[("userId", caller.user.id.to_string())]);
    cx.wake_mail();
    Ok(DONE)
}

pub(crate) async fn approve(cx: Cx, headers: HeaderMap, Body(input): Body<Token>) -> Reply<Onward<Json<Done>>> {
    follow_approval(&cx, &headers, &input).await
}

pub(crate) async fn approve_by_link(cx: Cx, headers: HeaderMap, Query(input): Query<Token>) -> Reply<Onward<Json<Done>>> {
    follow_approval(&cx, &headers, &input).await
}

async fn follow_approval(cx: &Context, headers: &HeaderMap, input: &Token) -> Reply<Onward<Json<Done>>> {
    let page = input.page(cx)?;
    let callback = destination(&cx.platform.config, "callbackURL", input.callback_url.as_deref(), PAGE)?;
    let outcome = identity::approve_email_change(&cx.platform, &input.token, &callback, cx.now).await;
    if let Ok(user) = &outcome {
        cx.event("email_change_approved", &[("userId", user.to_string())]);
        cx.wake_mail();
    }
    onward(headers, page, outcome)
}

pub(crate) async fn confirm(cx: Cx, headers: HeaderMap, Body(input): Body<Token>) -> Reply<Onward<Json<Done>>> {
    follow_confirmation(&cx, &headers, &input).await
}

pub(crate) async fn confirm_by_link(cx: Cx, headers: HeaderMap, Query(input): Query<Token>) -> Reply<Onward<Json<Done>>> {
    follow_confirmation(&cx, &headers, &input).await
}

async fn follow_confirmation(cx: &Context, headers: &HeaderMap, input: &Token) -> Reply<Onward<Json<Done>>> {
    let page = input.page(cx)?;
    let outcome = identity::confirm_email_change(&cx.platform, &input.token, cx.now).await;
    if let Ok(user) = &outcome {
        cx.event("email_changed", &[("userId", user.to_string())]);
        cx.wake_mail();
    }
    onward(headers, page, outcome)
}
