use axum::{Json, http::HeaderMap, response::Redirect};
use codex_http::{Body, Context, Cx, Limited, Query, Reply, enforce};
use codex_identity::{self as identity, NewPassword};
use codex_kernel::Email;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sessions::{Account, WithCookie, signed_in, user_agent};

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
    #[serde(default, rename = "callbackURL")]
    _callback_url: Option<Value>,
}

/// What was mailed.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    #[garde(length(min = 1, max = 128))]
    token: String,
}

/// Whom to mail.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Address {
    email: Email,
    #[serde(default, rename = "callbackURL")]
    _callback_url: Option<Value>,
}

pub(crate) async fn register(cx: Cx, headers: HeaderMap, Body(input): Body<Register>) -> Reply<WithCookie<Account>> {
    enforce(&cx, Limited::Register, "account", &identity::fingerprint(input.email.as_ref())).await?;
    let agent = user_agent(&headers);
    let registered = identity::register(&cx.platform, &input.email, input.name.trim(), &input.password, agent, cx.now).await?;
    cx.event("register", &[]);
    deliver_soon(&cx);
    Ok(signed_in(&cx, registered.user, registered.session))
}

/// Sends waiting mail once the answer is out; what fails now is sent by the schedule.
fn deliver_soon(cx: &Context) {
    let (platform, now) = (cx.platform.clone(), cx.now);
    cx.background.spawn(async move {
        let _ = codex_notifications::deliver(&platform, now).await;
    });
}

/// Both words that clients look for.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Done {
    success: bool,
    status: bool,
}

pub(crate) async fn verify(cx: Cx, Body(input): Body<Token>) -> Reply<Json<Done>> {
    identity::verify_email(&cx.platform, &input.token, cx.now).await?;
    Ok(Json(Done { success: true, status: true }))
}

/// The link in the mail: on to the web application, whatever the page the person came from.
pub(crate) async fn verify_by_link(cx: Cx, Query(input): Query<Token>) -> Reply<Redirect> {
    let web = cx.platform.config.get("WEB_APP_URL")?;
    identity::verify_email(&cx.platform, &input.token, cx.now).await?;
    Ok(Redirect::to(&format!("{web}/login?verified=1")))
}

pub(crate) async fn send_verification(cx: Cx, Body(input): Body<Address>) -> Reply<Json<Done>> {
    enforce(&cx, Limited::Mail, "account", &identity::fingerprint(input.email.as_ref())).await?;
    identity::resend_verification(&cx.platform, &input.email, cx.now).await?;
    deliver_soon(&cx);
    Ok(Json(Done { success: true, status: true }))
}
