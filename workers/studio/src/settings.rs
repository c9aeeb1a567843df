//! What an organization is called, where it is, how it is reached and what its customers may do.

use askama::Template;
use axum::{http::Method, response::Response};
use codex_http::{Form, Query, Reply};
use codex_kernel::Result;
use codex_pages::{Brand, Entries, Refusal, Visit, Worker, origin_of, see_other};
use serde_json::{Value, json};

use crate::desk::{Before, Desk, Role, organization};

pub(crate) const HERE: &str = "/studio/settings";

/// What was typed, or nothing.
pub(crate) fn typed<'a>(form: &'a Form, field: &str) -> Option<&'a str> {
    Some(form.text(field).trim()).filter(|text| !text.is_empty())
}

/// A form filled in with `fields`.
pub(crate) fn filled<const N: usize>(fields: [(&str, String); N]) -> Entries {
    Entries::filled(fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect())
}

/// `object` with one more field.
pub(crate) fn with(mut object: Value, field: &str, value: impl Into<Value>) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value.into());
    }
    object
}

#[derive(Template)]
#[template(path = "settings/general.html")]
struct General {
    desk: Desk,
    slug: String,
    /// Where its pages are, around the name.
    host: (String, String),
    entries: Entries,
    /// What was typed to delete it, refused.
    ending: Entries,
}

async fn show_general(visit: &Visit, entries: Option<Entries>, ending: Entries, done: &str) -> Result<Response> {
    let desk = Desk::alone(visit, HERE, &[]).await?.managed()?.after(done);
    let slug = visit.tenant()?.to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let entries = entries.unwrap_or_else(|| {
        let Brand { name, description, website_url, .. } = &desk.brand;
        filled([
            ("name", name.clone()),
            ("slug", slug.clone()),
            ("description", text(description)),
            ("websiteUrl", text(website_url)),
        ])
    });
    let status = entries.status().max(ending.status());
    let origin = &visit.site.origin;
    let host = origin.split_once(&slug).unwrap_or((origin, ""));
    let host = (host.0.to_owned(), host.1.to_owned());
    let frame = desk.frame(visit, HERE, "Settings").leading_on();
    let view = General { desk, slug, host, entries, ending };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn general(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    Ok(show_general(&visit, None, Entries::default(), &before.done).await?)
}

pub(crate) async fn save_general(visit: Visit, form: Form) -> Reply<Response> {
    let organization = organization(&visit).await?;
    let mut changes = json!({
        "name": form.text("name").trim(),
        "description": typed(&form, "description"),
        "websiteUrl": typed(&form, "websiteUrl"),
    });
    let slug = form.text("slug").trim();
    // Only owners may, and there is nothing to do where it stays.
    if form.has("slug") && slug != visit.tenant()? {
        changes = with(changes, "slug", slug);
    }
    match visit.send(Worker::Organization, Method::PATCH, &organization, &changes).await? {
        Ok(_) if changes.get("slug").is_some() => {
            Ok(see_other(&format!("{}{HERE}?done=saved", origin_of(&visit.cx.platform.config, slug)?), [])?)
        }
        Ok(_) => Ok(see_other("/studio/settings?done=saved", [])?),
        Err(refusal) => Ok(show_general(&visit, Some(Entries::refused(form, refusal)?), Entries::default(), "").await?),
    }
}

/// Deletes the organization, for an owner who has typed its address.
pub(crate) async fn delete(visit: Visit, form: Form) -> Reply<Response> {
    let organization = organization(&visit).await?;
    let asked = if form.text("confirmation").trim() == visit.tenant()? {
        visit.send(Worker::Organization, Method::DELETE, &organization, &Value::Null).await?
    } else {
        Err(Refusal::at("confirmation", "is not its address"))
    };
    match asked {
        // Its pages are gone, and so is this one.
        Ok(answer) => {
            let web = visit.cx.platform.config.get("WEB_APP_URL")?;
            Ok(see_other(&format!("{}/organizations", web.trim_end_matches('/')), answer.cookies)?)
        }
        Err(refusal) => Ok(show_general(&visit, None, Entries::refused(form, refusal)?, "").await?),
    }
}

#[derive(Template)]
#[template(path = "settings/contact.html")]
struct ContactView {
    desk: Desk,
    entries: Entries,
}

async fn show_contact(visit: &Visit, refused: Option<Entries>, done: &str) -> Result<Response> {
    let desk = Desk::alone(visit, HERE, &[]).await?.managed()?.after(done);
    let entries = refused.unwrap_or_else(|| desk.section("contact"));
    let status = entries.status();
    let frame = desk.frame(visit, "/studio/settings/contact", "Contact");
    let view = ContactView { desk, entries };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn contact(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    Ok(show_contact(&visit, None, &before.done).await?)
}

pub(crate) async fn save_contact(visit: Visit, form: Form) -> Reply<Response> {
    let organization = organization(&visit).await?;
    let contact = json!({
        "platformName": typed(&form, "platformName"),
        "supportEmail": typed(&form, "supportEmail"),
        "timezone": typed(&form, "timezone"),
    });
    let path = format!("{organization}/settings/contact");
    match visit.send(Worker::Organization, Method::PUT, &path, &contact).await? {
        Ok(_) => Ok(see_other("/studio/settings/contact?done=saved", [])?),
        Err(refusal) => Ok(show_contact(&visit, Some(Entries::refused(form, refusal)?), "").await?),
    }
}

#[derive(Template)]
#[template(path = "settings/features.html")]
struct FeaturesView {
    desk: Desk,
    features: Entries,
}

pub(crate) async fn features(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    let desk = Desk::alone(&visit, HERE, &[]).await?.managed()?.after(&before.done);
    let features = desk.section("features");
    let frame = desk.frame(&visit, "/studio/settings/features", "Features");
    let view = FeaturesView { desk, features };
    Ok(view.desk.around(frame, &view)?.for_one(&visit, axum::http::StatusCode::OK))
}

pub(crate) async fn save_features(visit: Visit, form: Form) -> Reply<Response> {
    let organization = organization(&visit).await?;
    let on = |field: &str| form.text(field) == "on";
    let features = json!({ "signups": on("signups"), "purchases": on("purchases"), "subscriptions": on("subscriptions") });
    let path = format!("{organization}/settings/features");
    visit.send(Worker::Organization, Method::PUT, &path, &features).await??;
    Ok(see_other("/studio/settings/features?done=saved", [])?)
}
