use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Query, Reply};
use codex_kernel::Result;
use codex_pages::{Entries, Visit, Worker, see_other, with_query};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Where a mailed link led.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Landed {
    /// A page of this site.
    #[garde(length(max = 2_000))]
    redirect: String,
    /// Why the link did not work: an error's code.
    #[garde(length(max = 50))]
    error: String,
}

/// Whether the mail has just been sent.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Mailed {
    #[garde(skip)]
    sent: bool,
}

/// What a mail held.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Token {
    #[garde(length(max = 128))]
    token: String,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Verify {
    entries: Entries,
    /// The address of whoever is signed in.
    known: Option<String>,
    sent: bool,
    failed: bool,
}

#[derive(Template)]
#[template(path = "verified.html")]
struct Verified {
    redirect: String,
    login: Option<String>,
}

#[derive(Template)]
#[template(path = "forgot.html")]
struct Forgot {
    entries: Entries,
    sent: bool,
}

#[derive(Template)]
#[template(path = "reset.html")]
struct Reset {
    entries: Entries,
    token: String,
}

/// Where the link of a verification mail leads in the end.
pub(crate) async fn verified(visit: Visit, Query(landed): Query<Landed>) -> Reply<Response> {
    if !landed.error.is_empty() {
        return Ok(show_verify(&visit, Entries::default(), false, true).await?);
    }
    let redirect = visit.site.path(&landed.redirect, "/");
    let login = visit.caller.is_none().then(|| with_query("/login", &[("redirect", &redirect), ("notice", "verified")]));
    let frame = visit.frame("/verified").await?.titled("Address confirmed");
    Ok(frame.around(&Verified { redirect, login })?.for_one(&visit, StatusCode::OK))
}

async fn show_verify(visit: &Visit, entries: Entries, sent: bool, failed: bool) -> Result<Response> {
    let status = entries.status();
    let known = visit.caller.as_ref().map(|caller| caller.0.user.email.to_string());
    let frame = visit.frame("/verify").await?.titled("Confirm your address");
    Ok(frame.around(&Verify { entries, known, sent, failed })?.for_one(visit, status))
}

pub(crate) async fn verify(visit: Visit, Query(Mailed { sent }): Query<Mailed>) -> Reply<Response> {
    Ok(show_verify(&visit, Entries::default(), sent, false).await?)
}

/// Sends the verification mail again: to whoever is signed in, else to the address typed.
pub(crate) async fn send_verification(visit: Visit, form: Form) -> Reply<Response> {
    let known = visit.caller.as_ref().map(|caller| caller.0.user.email.as_ref());
    let asked = json!({
        "email": known.unwrap_or_else(|| form.text("email")), "callbackURL": format!("{}/verified", visit.site.origin),
    });
    match visit.send(Worker::Auth, Method::POST, "/api/auth/email/send-verification-email", &asked).await? {
        Ok(_) => Ok(see_other("/verify?sent=true", [])?),
        Err(refusal) => Ok(show_verify(&visit, Entries::refused(form, refusal)?, false, false).await?),
    }
}

async fn show_forgot(visit: &Visit, entries: Entries, sent: bool) -> Result<Response> {
    let status = entries.status();
    let frame = visit.frame("/forgot-password").await?.titled("Forgotten password");
    Ok(frame.around(&Forgot { entries, sent })?.for_one(visit, status))
}

pub(crate) async fn forgot(visit: Visit, Query(Mailed { sent }): Query<Mailed>) -> Reply<Response> {
    Ok(show_forgot(&visit, Entries::default(), sent).await?)
}

/// Whether or not there is such an account, the answer is the same.
pub(crate) async fn request_reset(visit: Visit, form: Form) -> Reply<Response> {
    let asked = json!({ "email": form.text("email"), "callbackURL": format!("{}/reset-password", visit.site.origin) });
    match visit.send(Worker::Auth, Method::POST, "/api/auth/email/send-reset-password-email", &asked).await? {
        Ok(_) => Ok(see_other("/forgot-password?sent=true", [])?),
        Err(refusal) => Ok(show_forgot(&visit, Entries::refused(form, refusal)?, false).await?),
    }
}

async fn show_reset(visit: &Visit, entries: Entries, token: String) -> Result<Response> {
    let status = entries.status();
    let frame = visit.frame("/reset-password").await?.titled("New password");
    Ok(frame.around(&Reset { entries, token })?.for_one(visit, status))
}

pub(crate) async fn reset_form(visit: Visit, Query(Token { token }): Query<Token>) -> Reply<Response> {
    Ok(show_reset(&visit, Entries::default(), token).await?)
}

pub(crate) async fn reset(visit: Visit, form: Form) -> Reply<Response> {
    let token = form.text("token").to_owned();
    let asked = json!({ "token": token, "newPassword": form.text("newPassword") });
    match visit.send(Worker::Auth, Method::POST, "/api/auth/email/reset-password", &asked).await? {
        Ok(_) => Ok(see_other("/login?notice=reset", [])?),
        Err(refusal) => Ok(show_reset(&visit, Entries::refused(form, refusal)?, token).await?),
    }
}
