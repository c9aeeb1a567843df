//! The mails that go out in an organization's name: the platform's words, and its own in their place.

use askama::Template;
use axum::{
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use codex_http::{Form, Path, Query, Reply};
use codex_kernel::{Error, Result, Slug, TemplateId};
use codex_pages::{Entries, Refusal, Visit, Worker, see_other, with_query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    desk::{Before, Desk},
    settings::{filled, with},
};

const HERE: &str = "/studio/mails";

/// A mail, as the platform words it, and as the organization does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    name: String,
    subject: String,
    html_body: String,
    text_body: String,
    variables: Vec<Variable>,
    own: Option<Own>,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    example: String,
}

impl Mail {
    /// Whether it goes out in an organization's name.
    fn is_organizations(&self) -> bool {
        self.variables.iter().any(|variable| variable.name == "organization")
    }
}

/// An organization's own words: those in use, or those written last.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    id: TemplateId,
    subject: String,
    html_body: String,
    text_body: String,
    status: String,
}

/// `Subscription payment failed`.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Every mail that goes out in the organization's name, or the one of this name.
async fn mails(visit: &Visit, organization: &str, name: &str) -> Result<Vec<Mail>> {
    let path = with_query(&format!("/api/templates/organizations/{organization}/standard"), &[("name", name)]);
    let all = visit.one::<Vec<Mail>>(Worker::Notifications, &path).await?;
    Ok(all.into_iter().filter(Mail::is_organizations).collect())
}

/// A mail in the list.
struct Row {
    name: String,
    title: String,
    subject: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "mails.html")]
struct ListView {
    desk: Desk,
    rows: Vec<Row>,
}

pub(crate) async fn list(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    let (desk, mails) = Desk::open(&visit, HERE, |id| {
        let visit = visit.clone();
        async move { mails(&visit, &id, "").await }
    })
    .await?;
    let row = |Mail { name, subject, own, .. }: Mail| {
        let state = own.as_ref().map_or("", |own| if own.status == "active" { "Your words" } else { "Draft" });
        let subject = own.filter(|own| own.status == "active").map_or(subject, |own| own.subject);
        Row { title: title(&name), name, subject, state }
    };
    let desk = desk.after(&before.done);
    let frame = desk.frame(&visit, HERE, "E-mails");
    let view = ListView { desk, rows: mails.into_iter().map(row).collect() };
    Ok(view.desk.around(frame, &view)?.for_one(&visit, StatusCode::OK))
}

#[derive(Template)]
#[template(path = "mail.html")]
struct View {
    desk: Desk,
    mail: Mail,
    title: String,
    entries: Entries,
    /// What the trial's form holds.
    trial: Entries,
}

async fn render(visit: &Visit, name: &str, entries: Option<Entries>, trial: Option<Entries>, done: &str) -> Result<Response> {
    let (desk, mails) = Desk::open(visit, HERE, |id| async move { mails(visit, &id, name).await }).await?;
    let mail = mails.into_iter().next().ok_or_else(|| Error::not_found("mail"))?;
    let entries = entries.unwrap_or_else(|| {
        let words = mail.own.as_ref().map(|own| (&own.subject, &own.html_body, &own.text_body));
        let (subject, html, text) = words.unwrap_or((&mail.subject, &mail.html_body, &mail.text_body));
        filled([("subject", subject.clone()), ("htmlBody", html.clone()), ("textBody", text.clone())])
    });
    let trial = trial.unwrap_or_else(|| {
        let email = visit.caller.as_ref().map(|caller| caller.0.user.email.to_string()).unwrap_or_default();
        filled([("recipientEmail", email)])
    });
    let status = entries.status().max(trial.status());
    let desk = desk.after(done);
    let title = title(name);
    let frame = desk.frame(visit, &format!("{HERE}/{name}"), &title).framing();
    let view = View { desk, mail, title, entries, trial };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn edit(visit: Visit, Path(name): Path<String>, Query(before): Query<Before>) -> Reply<Response> {
    Ok(render(&visit, &name, None, None, &before.done).await?)
}

/// The organization's words that a form is about, if it has any.
fn id(form: &Form) -> Option<TemplateId> {
    form.text("id").parse().ok()
}

/// The mail that an address names; there is none whose name is no name.
fn named(name: String) -> Result<Slug> {
    Slug::try_from(name).map_err(|_| Error::not_found("mail"))
}

fn back(name: &Slug, done: &str) -> Reply<Response> {
    Ok(see_other(&format!("{HERE}/{name}?done={done}"), [])?)
}

/// Writes the organization's own words, or changes them.
pub(crate) async fn save(visit: Visit, Path(name): Path<String>, form: Form) -> Reply<Response> {
    let name = named(name)?;
    let organization = visit.brand().await?.id;
    let path = format!("/api/templates/organizations/{organization}");
    let status = if form.text("status") == "active" { "active" } else { "draft" };
    let words = json!({
        "subject": form.text("subject").trim(),
        "htmlBody": form.text("htmlBody"),
        "textBody": form.text("textBody"),
        "status": status,
    });
    let asked = match id(&form) {
        Some(id) => visit.send(Worker::Notifications, Method::PATCH, &format!("{path}/{id}"), &words).await?,
        None => visit.send(Worker::Notifications, Method::POST, &path, &with(words, "name", name.as_ref())).await?,
    };
    match asked {
        Ok(_) => back(&name, "saved"),
        Err(refusal) => Ok(render(&visit, name.as_ref(), Some(Entries::refused(form, refusal)?), None, "").await?),
    }
}

/// Goes back to the platform's words.
pub(crate) async fn restore(visit: Visit, Path(name): Path<String>, form: Form) -> Reply<Response> {
    let name = named(name)?;
    let organization = visit.brand().await?.id;
    if let Some(id) = id(&form) {
        let path = format!("/api/templates/organizations/{organization}/{id}");
        visit.send(Worker::Notifications, Method::DELETE, &path, &Value::Null).await??;
    }
    back(&name, "restored")
}

/// Mails the organization's words to somebody, filled with examples.
pub(crate) async fn test(visit: Visit, Path(name): Path<String>, form: Form) -> Reply<Response> {
    let name = named(name)?;
    let asked = match id(&form) {
        Some(id) => {
            let to = json!({ "recipientEmail": form.text("recipientEmail").trim() });
            visit.send(Worker::Notifications, Method::POST, &format!("/api/templates/{id}/test-send"), &to).await?
        }
        None => Err(Refusal::at("recipientEmail", "needs words of your own: save them first")),
    };
    match asked {
        Ok(_) => back(&name, "sent"),
        Err(refusal) => Ok(render(&visit, name.as_ref(), None, Some(Entries::refused(form, refusal)?), "").await?),
    }
}

/// The mail itself, filled with examples, for a frame of the editor's page. It is somebody's own HTML: nothing in it runs, and it is
/// of no origin.
pub(crate) async fn preview(visit: Visit, Path(id): Path<TemplateId>) -> Reply<Response> {
    visit.tenant()?;
    let path = format!("/api/templates/{id}/preview");
    let mail = visit.send(Worker::Notifications, Method::POST, &path, &json!({})).await??;
    let mail = Entries::of(&mail.data()?).value("html").to_owned();
    let mut response = mail.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; form-action 'none'; base-uri 'none'; \
             frame-ancestors 'self'; sandbox",
        ),
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_has_a_title() {
        assert_eq!(title("new-sale"), "New sale");
    }
}
