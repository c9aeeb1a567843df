use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use codex_http::{Form, Path, Query, Reply};
use codex_kernel::{Error, Result, Slug};
use codex_pages::{Entries, Frame, Section, Visit, Worker, origin_of, see_other};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// What has just happened.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Before {
    #[garde(skip)]
    opened: bool,
    #[garde(skip)]
    joined: bool,
}

/// What a mail held.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Token {
    #[garde(length(max = 128))]
    token: String,
}

#[derive(Deserialize)]
struct Listed {
    items: Vec<Own>,
}

/// An organization of one's own.
#[derive(Deserialize)]
struct Own {
    name: String,
    slug: String,
    role: String,
}

#[derive(Template)]
#[template(path = "organizations.html")]
struct View {
    /// Each with the address of its pages.
    organizations: Vec<(String, Own)>,
    entries: Entries,
    done: Option<&'static str>,
}

impl Own {
    fn publishes(&self) -> bool {
        self.role != "member"
    }
}

async fn render(visit: &Visit, entries: Entries, done: Option<&'static str>) -> Result<Response> {
    let status = entries.status();
    let asked = visit.get::<Listed>(Worker::Organization, "/api/organizations/my-organizations?limit=100");
    let (brand, Listed { items }) = try_join(visit.brand(), asked).await?;
    let addressed = |own: Own| Ok((origin_of(&visit.cx.platform.config, &own.slug)?, own));
    let organizations = items.into_iter().map(addressed).collect::<Result<_>>()?;
    let frame = Frame::new(visit, brand, "/organizations").titled("Organizations").in_section(Section::Account);
    Ok(frame.around(&View { organizations, entries, done })?.for_one(visit, status))
}

/// One's organizations, and the form to open another.
pub(crate) async fn mine(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    let done = match before {
        Before { opened: true, .. } => Some("It is open. Its pages are yours to fill."),
        Before { joined: true, .. } => Some("Welcome. You belong to it now."),
        _ => None,
    };
    Ok(render(&visit, Entries::default(), done).await?)
}

pub(crate) async fn open(visit: Visit, form: Form) -> Reply<Response> {
    let description = Some(form.text("description").trim()).filter(|text| !text.is_empty());
    let organization = json!({ "name": form.text("name").trim(), "slug": form.text("slug"), "description": description });
    match visit.send(Worker::Organization, Method::POST, "/api/organizations", &organization).await? {
        Ok(done) => Ok(see_other("/organizations?opened=true", done.cookies)?),
        Err(refusal) => Ok(render(&visit, Entries::refused(form, refusal)?, None).await?),
    }
}

/// Whether an address can be had, for the form that asks while it is typed.
pub(crate) async fn check(visit: Visit, Path(slug): Path<String>) -> Reply<Response> {
    let slug = Slug::try_from(slug).map_err(|message| Error::invalid_at("slug", message))?;
    let path = format!("/api/organizations/check-slug/{slug}");
    Ok(visit.ask(Worker::Organization, Method::GET, &path, Bytes::new()).await?)
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct Invitation {
    token: String,
    entries: Entries,
}

async fn show_invitation(visit: &Visit, token: String, entries: Entries) -> Result<Response> {
    let status = entries.status();
    let frame = visit.frame("/invitations").await?.titled("Invitation");
    Ok(frame.around(&Invitation { token, entries })?.for_one(visit, status))
}

/// Where the link of an invitation leads.
pub(crate) async fn invitation(visit: Visit, Query(Token { token }): Query<Token>) -> Reply<Response> {
    Ok(show_invitation(&visit, token, Entries::default()).await?)
}

pub(crate) async fn accept(visit: Visit, form: Form) -> Reply<Response> {
    let token = form.text("token").to_owned();
    match visit
        .send(Worker::Organization, Method::POST, "/api/organizations/invitations/accept", &json!({ "token": token }))
        .await?
    {
        Ok(done) => Ok(see_other("/organizations?joined=true", done.cookies)?),
        Err(refusal) => Ok(show_invitation(&visit, token, Entries::refused(form, refusal)?).await?),
    }
}

#[derive(Template)]
#[template(path = "declined.html")]
struct Declined;

pub(crate) async fn decline(visit: Visit, form: Form) -> Reply<Response> {
    let token = form.text("token").to_owned();
    match visit
        .send(Worker::Organization, Method::POST, "/api/organizations/invitations/decline", &json!({ "token": token }))
        .await?
    {
        Ok(_) => {
            let frame = visit.frame("/invitations").await?.titled("Declined");
            Ok(frame.around(&Declined)?.for_one(&visit, StatusCode::OK))
        }
        Err(refusal) => Ok(show_invitation(&visit, token, Entries::refused(form, refusal)?).await?),
    }
}
