use axum::{Json, http::HeaderMap};
use codex_http::{Body, Caller, Cx, Limited, Reply, destination, enforce};
use codex_identity::{self as identity, NewPassword};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    mailed::{Address, DONE, Done},
    sessions::{Account, WithCookies, browser, count_guess, signed_in},
};

/// A new password for whoever was mailed the token.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reset {
    #[garde(length(min = 1, max = 128))]
    token: String,
    /// May be called `password`, too.
    #[serde(alias = "password")]
    #[garde(skip)]
    new_password: NewPassword,
}

/// A new password for who knows the present one.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    #[garde(length(chars, min = 1, max = 1024))]
    current_password: String,
    #[garde(skip)]
    new_password: NewPassword,
    /// Accepted from clients that send it; the other sessions end in any case.
    #[serde(default, rename = "revokeOtherSessions")]
    #[garde(skip)]
    _revoke_other_sessions: Option<bool>,
}

pub(crate) async fn request_reset(cx: Cx, Body(input): Body<Address>) -> Reply<Json<Done>> {
    let page = destination(&cx.platform.config, "callbackURL", input.callback_url.as_deref(), "/reset-password")?;
    enforce(&cx, Limited::Mail, "account", &identity::fingerprint(input.email.as_ref())).await?;
    identity::request_reset(&cx.platform, &input.email, page, cx.now).await?;
    cx.wake_mail();
    Ok(DONE)
}

pub(crate) async fn reset(cx: Cx, Body(input): Body<Reset>) -> Reply<Json<Done>> {
    let user = identity::reset_password(&cx.platform, &input.token, &input.new_password, cx.now).await?;
    cx.event("password_reset", &[("userId", user.to_string())]);
    cx.wake_mail();
    Ok(DONE)
}

pub(crate) async fn change(
    cx: Cx,
    headers: HeaderMap,
    Caller(caller): Caller,
    Body(input): Body<Change>,
) -> Reply<WithCookies<Account>> {
    count_guess(&cx, &headers, &caller.user.email).await?;
    let change = identity::ChangePassword { current: &input.current_password, new: &input.new_password };
    let session = identity::change_password(&cx.platform, &caller, &change, &browser(&cx, &headers)?, cx.now).await?;
    cx.event("password_changed", &[("userId", caller.user.id.to_string())]);
    cx.wake_mail();
    Ok(signed_in(&cx, &headers, caller.user, Some(session))?)
}
