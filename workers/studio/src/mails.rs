//! The mails that go out in an organization's name: the platform's words, and its own in their place.

use askama::Template;
use axum::{
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use codex_http::{Form, Path, Query, Reply};
use codex_kernel::{Error, Result, Slug, TemplateId};
use codex_pages::{Entries, Refusal, Visit, Worker, see_other};
use futures_util::future::try_join;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    desk::{Before, Desk},
    settings::{filled, with},
};

const HERE: &str = "/studio/mails";

/// A mail, as the platform words it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Standard {
    name: String,
    subject: String,
    html_body: String,
    text_body: String,
    variables: Vec<Variable>,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    example: String,
}

impl Standard {
    /// Whether it goes out in an organization's name.
    fn is_organizations(&self) -> bool {
        self.variables.iter().any(|variable| variable.name == "organization")
    }
}

/// An organization's own words.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    id: TemplateId,
    name: String,
    subject: String,
    status: String,
}

/// `Subscription payment failed`.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Of `own`, those words for the mail `name` that are used, or else the last that were written.
fn used<'a>(own: &'a [Own], name: &str) -> Option<&'a Own> {
    let mut candidates = own.iter().filter(|own| own.name == name && own.status != "archived");
    candidates.clone().find(|own| own.status == "active").or_else(|| candidates.next())
}

async fn standards(visit: &Visit) -> Result<Vec<Standard>> {
    let all = visit.one::<Vec<Standard>>(Worker::Notifications, "/api/templates/standard").await?;
    Ok(all.into_iter().filter(Standard::is_organizations).collect())
}

/// The organization's own words, for one mail or all.
async fn own(visit: &Visit, organization: &str, name: &str) -> Result<Vec<Own>> {
    let path = format!("/api/templates/organizations/{organization}");
    let query = codex_pages::with_query(&path, &[("name", name), ("limit", "100")]);
    Ok(visit.list::<Own>(Worker::Notifications, &query).await?.items)
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
    let (desk, (standards, own)) = Desk::open(&visit, HERE, |id| {
        let visit = visit.clone();
        async move { try_join(standards(&visit), own(&visit, &id, "")).await }
    })
    .await?;
    let row = |standard: Standard| {
        let own = used(&own, &standard.name);
        let state = own.map_or("", |own| if own.status == "active" { "Your words" } else { "Draft" });
        let subject = own.filter(|own| own.status == "active").map_or(standard.subject, |own| own.subject.clone());
        Row { title: title(&standard.name), name: standard.name, subject, state }
    };
    let desk = desk.after(&before.done);
    let frame = desk.frame(&visit, HERE, "E-mails");
    let view = ListView { desk, rows: standards.into_iter().map(row).collect() };
    Ok(view.desk.around(frame, &view)?.for_one(&visit, StatusCode::OK))
}

#[derive(Template)]
#[template(path = "mail.html")]
struct View {
    desk: Desk,
    standard: Standard,
    title: String,
    /// The organization's own words, if there are any, and whether they are used.
    own: Option<Own>,
    entries: Entries,
    /// What the trial's form holds.
    trial: Entries,
}

async fn render(visit: &Visit, name: &str, entries: Option<Entries>, trial: Option<Entries>, done: &str) -> Result<Response> {
    let (desk, (standards, written)) = Desk::open(visit, HERE, |id| async move {
        try_join(standards(visit), async {
            let own = own(visit, &id, name).await?;
            let Some(own) = used(&own, name).cloned() else { return Ok(None) };
            let path = format!("/api/templates/organizations/{id}/{}", own.id);
            Ok(Some((own, Entries::of(&visit.one(Worker::Notifications, &path).await?))))
        })
        .await
    })
    .await?;
    let standard = standards.into_iter().find(|standard| standard.name == name).ok_or_else(|| Error::not_found("mail"))?;
    let (own, written) = written.unzip();
    let platforms = || {
        let Standard { subject, html_body, text_body, .. } = &standard;
        filled([("subject", subject.clone()), ("htmlBody", html_body.clone()), ("textBody", text_body.clone())])
    };
    let entries = entries.or(written).unwrap_or_else(platforms);
    let trial = trial.unwrap_or_else(|| {
        let email = visit.caller.as_ref().map(|caller| caller.0.user.email.to_string()).unwrap_or_default();
        filled([("recipientEmail", email)])
    });
    let status = entries.status().max(trial.status());
    let desk = desk.after(done);
    let title = title(name);
    let frame = desk.frame(visit, &format!("{HERE}/{name}"), &title).framing();
    let view = View { desk, standard, title, own, entries, trial };
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
    fn words_in_use_come_first() {
        let own = |id: u8, status: &str| Own {
            id: format!("019aa000-0000-7000-8000-0000000000{id:02}").parse().unwrap(),
            name: "receipt".to_owned(),
            subject: String::new(),
            status: status.to_owned(),
        };
        let all = [own(1, "archived"), own(2, "draft"), own(3, "active"), own(4, "draft")];
        let id = |own: Option<&Own>| own.map(|own| own.id.to_string()[34..].to_owned());
        assert_eq!(id(used(&all, "receipt")).as_deref(), Some("03"));
        assert_eq!(id(used(&all[..2], "receipt")).as_deref(), Some("02"), "the newest draft");
        assert_eq!((id(used(&all[..1], "receipt")), id(used(&all, "refund"))), (None, None));
        assert_eq!(title("new-sale"), "New sale");
    }
}
