use askama::Template;
use axum::{http::Method, response::Response};
use codex_http::{Form, Query, Reply};
use codex_kernel::{Error, Result};
use codex_pages::{Entries, Visit, Worker, see_other, with_query};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// What somebody is about to do once they are signed in.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Asked {
    /// A page of this site.
    #[garde(length(max = 2_000))]
    redirect: String,
    /// What has just happened: `reset`, `verified`, `deleted`.
    #[garde(length(max = 20))]
    notice: String,
    /// `1` where a mailed link led here that was asked for without saying where to.
    #[garde(length(max = 20))]
    verified: String,
    /// Why that link did not work: an error's code.
    #[garde(length(max = 50))]
    error: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LogIn {
    entries: Entries,
    redirect: String,
    notice: Option<&'static str>,
    register: String,
}

#[derive(Template)]
#[template(path = "register.html")]
struct Register {
    entries: Entries,
    redirect: String,
    login: String,
    is_open: bool,
}

/// The form; who is signed in already goes on. That is read from the database, because pages that do so send people here, too.
pub(crate) async fn login(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let redirect = visit.site.path(&asked.redirect, "/");
    if !asked.verified.is_empty() {
        return Ok(see_other(&with_query("/verified", &[("error", &asked.error)]), [])?);
    }
    if visit.caller.is_some() && visit.is_fresh() {
        return Ok(see_other(&redirect, [])?);
    }
    let notice = match asked.notice.as_str() {
        "reset" => Some("Your password was changed. Sign in with the new one."),
        "verified" => Some("Your e-mail address is confirmed."),
        "deleted" => Some("Your account was deleted."),
        _ => None,
    };
    Ok(show_login(&visit, Entries::default(), redirect, notice).await?)
}

async fn show_login(visit: &Visit, entries: Entries, redirect: String, notice: Option<&'static str>) -> Result<Response> {
    let status = entries.status();
    let register = with_query("/register", &[("redirect", &redirect)]);
    let frame = visit.frame("/login").await?.titled("Sign in");
    Ok(frame.around(&LogIn { entries, redirect, notice, register })?.for_one(visit, status))
}

pub(crate) async fn log_in(visit: Visit, form: Form) -> Reply<Response> {
    let redirect = visit.site.path(form.text("redirect"), "/");
    let credentials = json!({ "email": form.text("email"), "password": form.text("password") });
    match visit.send(Worker::Auth, Method::POST, "/api/auth/email/login", &credentials).await? {
        Ok(done) => Ok(see_other(&redirect, done.cookies)?),
        Err(refusal) => Ok(show_login(&visit, Entries::refused(form, refusal)?, redirect, None).await?),
    }
}

pub(crate) async fn join(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let redirect = visit.site.path(&asked.redirect, "/");
    if visit.caller.is_some() && visit.is_fresh() {
        return Ok(see_other(&redirect, [])?);
    }
    Ok(show_register(&visit, Entries::default(), redirect).await?)
}

async fn show_register(visit: &Visit, entries: Entries, redirect: String) -> Result<Response> {
    let status = entries.status();
    let login = with_query("/login", &[("redirect", &redirect)]);
    let is_open = admits(visit, &redirect).await?;
    let frame = visit.frame("/register").await?.titled("Create an account");
    Ok(frame.around(&Register { entries, redirect, login, is_open })?.for_one(visit, status))
}

/// Whether somebody may join here on their way to `redirect`: a site that takes nobody new still takes whom it invited.
async fn admits(visit: &Visit, redirect: &str) -> Result<bool> {
    Ok(redirect.starts_with("/invitations?") || visit.brand().await?.signups_enabled)
}

pub(crate) async fn register(visit: Visit, form: Form) -> Reply<Response> {
    #[derive(Deserialize)]
    struct Account {
        session: Option<Value>,
    }
    let redirect = visit.site.path(form.text("redirect"), "/");
    if !admits(&visit, &redirect).await? {
        return Err(Error::forbidden("SIGNUPS_DISABLED", "This site takes no new members at the moment").into());
    }
    let landing = with_query(&format!("{}/verified", visit.site.origin), &[("redirect", &redirect)]);
    let account = json!({
        "name": form.text("name"), "email": form.text("email"), "password": form.text("password"), "callbackURL": landing,
    });
    match visit.send(Worker::Auth, Method::POST, "/api/auth/email/register", &account).await? {
        // Where addresses are to be confirmed first, there is no session yet.
        Ok(done) if done.read::<Account>()?.session.is_none() => Ok(see_other("/verify", done.cookies)?),
        Ok(done) => Ok(see_other(&redirect, done.cookies)?),
        Err(refusal) => Ok(show_register(&visit, Entries::refused(form, refusal)?, redirect).await?),
    }
}

pub(crate) async fn sign_out(visit: Visit, _form: Form) -> Reply<Response> {
    let done = visit.send(Worker::Auth, Method::POST, "/api/auth/signout", &Value::Null).await??;
    Ok(see_other("/", done.cookies)?)
}
