//! What is made: the form that a work is written in, what it looks like, and whether it is to be seen.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Path, Paths, Query, Reply};
use codex_kernel::{ContentId, Error, Result, UserId};
use codex_pages::{Done, Entries, Refusal, Section, Visit, Worker, see_other, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    desk::{Before, Desk},
    picture::{self, Picture},
    settings::filled,
};

const HERE: &str = "/studio/content";

/// Something a creator made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Work {
    id: ContentId,
    creator_id: UserId,
    organization_id: Option<String>,
    title: String,
    slug: String,
    description: Option<String>,
    content_type: String,
    content_body: Option<String>,
    thumbnail_url: Option<String>,
    minimum_tier_id: Option<String>,
    category: Option<String>,
    tags: Vec<String>,
    visibility: String,
    price_cents: i64,
    status: String,
    version: i64,
}

impl Work {
    fn state(&self) -> &'static str {
        crate::works::state(&self.status)
    }

    /// As its form shows it.
    fn filled_in(&self) -> Form {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let price = if self.price_cents == 0 { String::new() } else { words::amount(self.price_cents) };
        [
            ("title", self.title.clone()),
            ("description", text(&self.description)),
            ("contentType", self.content_type.clone()),
            ("contentBody", text(&self.content_body)),
            ("category", text(&self.category)),
            ("tags", self.tags.join(", ")),
            ("visibility", self.visibility.clone()),
            ("price", price),
            ("minimumTierId", text(&self.minimum_tier_id)),
            ("version", self.version.to_string()),
        ]
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
    }
}

/// Media that something can be made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Media {
    id: String,
    title: String,
    media_type: String,
}

/// What can be subscribed to, and so open a work.
#[derive(Deserialize)]
struct Tier {
    id: String,
    name: String,
}

/// The organization's tiers, for the form.
async fn tiers(visit: &Visit, organization: &str) -> Result<Vec<Tier>> {
    let path = format!("/api/organizations/{organization}/tiers?limit=100");
    Ok(visit.list::<Tier>(Worker::Organization, &path).await?.items)
}

#[derive(Template)]
#[template(path = "new.html")]
struct NewView {
    desk: Desk,
    entries: Entries,
    media: Vec<Media>,
    tiers: Vec<Tier>,
}

async fn show_new(visit: &Visit, entries: Entries) -> Result<Response> {
    let status = entries.status();
    let (desk, (ready, tiers)) = Desk::open(visit, HERE, |id| async move {
        let ready = visit.list::<Media>(Worker::Content, "/api/media?status=ready&limit=100");
        try_join(ready, tiers(visit, &id)).await
    })
    .await?;
    let frame = desk.frame(visit, "/studio/new", "New").framing();
    let view = NewView { desk, entries, media: ready.items, tiers };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

/// The media that a link of the files' page names is chosen already.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Of {
    /// `video:ID`.
    #[garde(length(max = 50))]
    media: String,
}

pub(crate) async fn new(visit: Visit, Query(of): Query<Of>) -> Reply<Response> {
    Ok(show_new(&visit, filled([("media", of.media)])).await?)
}

/// What a form says of a work, for the content worker; what is no amount is refused here, because only here it is text.
fn fields(form: &Form) -> Result<Map<String, Value>, Refusal> {
    let text = |field: &str| Some(form.text(field).trim().to_owned()).filter(|text| !text.is_empty());
    let price = match text("price") {
        None => 0,
        Some(price) => words::cents(&price).ok_or_else(|| Refusal::at("price", "must be an amount such as 12.50"))?,
    };
    let tags: Vec<&str> = form.text("tags").split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
    let fields = json!({
        "title": form.text("title").trim(),
        "description": text("description"),
        "category": text("category"),
        "tags": tags,
        "visibility": form.text("visibility"),
        "priceCents": price,
        "minimumTierId": text("minimumTierId"),
    });
    match fields {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

pub(crate) async fn create(visit: Visit, form: Form) -> Reply<Response> {
    let asked = async {
        let mut work = match fields(&form) {
            Ok(work) => work,
            Err(refusal) => return Ok(Err(refusal)),
        };
        work.insert("organizationId".to_owned(), json!(visit.brand().await?.id));
        // Media says itself what kind of work it makes: `video:ID`.
        match form.text("media").split_once(':') {
            Some((kind, media)) => {
                work.extend([("contentType".to_owned(), json!(kind)), ("mediaItemId".to_owned(), json!(media))])
            }
            None => {
                work.extend([
                    ("contentType".to_owned(), json!("written")),
                    ("contentBody".to_owned(), json!(form.text("contentBody"))),
                ]);
            }
        }
        visit.send(Worker::Content, Method::POST, "/api/content", &Value::Object(work)).await
    };
    match asked.await? {
        Ok(done) => Ok(see_other(&format!("/studio/content/{}?done=created", done.data::<Work>()?.id), [])?),
        Err(refusal) => Ok(show_new(&visit, Entries::refused(form, refusal.told_at("priceCents", "price"))?).await?),
    }
}

#[derive(Template)]
#[template(path = "edit.html")]
struct EditView {
    desk: Desk,
    work: Work,
    entries: Entries,
    tiers: Vec<Tier>,
    /// What is wrong with the picture that was sent.
    picture: Entries,
    problem: Option<&'static str>,
}

/// Why a work was not published, in words of ours.
fn problem(code: &str) -> Option<&'static str> {
    Some(match code {
        "" => return None,
        "MEDIA_NOT_READY" => "It cannot be published yet: its media is not ready, or it has no text.",
        "PRICE_REQUIRED" => "What is for sale needs a price.",
        _ => "That did not work. Look at it again and try once more.",
    })
}

async fn show_edit(
    visit: &Visit,
    id: ContentId,
    refused: Option<(Form, Refusal)>,
    picture: Entries,
    before: &Before,
) -> Result<Response> {
    let (desk, (work, tiers)) = Desk::open(visit, HERE, |organization| async move {
        let path = format!("/api/content/{id}");
        try_join(visit.one::<Work>(Worker::Content, &path), tiers(visit, &organization)).await
    })
    .await?;
    // What may be seen is not yet one's own to change, and a tenant's studio shows that tenant's works.
    let own = visit.caller.as_ref().is_some_and(|caller| caller.id() == work.creator_id);
    if !own || work.organization_id.as_ref() != Some(&desk.brand.id) {
        return Err(Error::not_found("content"));
    }
    let entries = match refused {
        Some((form, refusal)) => Entries::refused(form, refusal.told_at("priceCents", "price"))?,
        None => Entries::filled(work.filled_in()),
    };
    let status = entries.status().max(picture.status());
    let desk = desk.after(&before.done);
    let frame = desk.frame(visit, &format!("{HERE}/{id}"), &work.title).framing();
    let view = EditView { desk, work, entries, tiers, picture, problem: problem(&before.problem) };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn edit(visit: Visit, Path(id): Path<ContentId>, Query(before): Query<Before>) -> Reply<Response> {
    Ok(show_edit(&visit, id, None, Entries::default(), &before).await?)
}

/// Changes the version that was shown; what was changed since is not overwritten.
pub(crate) async fn save(visit: Visit, Path(id): Path<ContentId>, form: Form) -> Reply<Response> {
    let path = format!("/api/content/{id}");
    let outcome = match fields(&form) {
        Ok(mut work) => {
            if form.text("contentType") == "written" {
                work.insert("contentBody".to_owned(), json!(form.text("contentBody")));
            }
            visit.send_version(Worker::Content, Method::PATCH, &path, &Value::Object(work), form.text("version")).await?
        }
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok(_) => Ok(see_other(&format!("{HERE}/{id}?done=saved"), [])?),
        Err(refusal) => Ok(show_edit(&visit, id, Some((form, refusal)), Entries::default(), &Before::default()).await?),
    }
}

/// Publishes a work, takes it back, archives or deletes it.
pub(crate) async fn act(visit: Visit, Paths(id, action): Paths<ContentId, String>, _form: Form) -> Reply<Response> {
    let (method, path, done) = match action.as_str() {
        "delete" => (Method::DELETE, format!("/api/content/{id}"), "deleted"),
        "publish" => (Method::POST, format!("/api/content/{id}/publish"), "published"),
        "unpublish" => (Method::POST, format!("/api/content/{id}/unpublish"), "unpublished"),
        "archive" => (Method::POST, format!("/api/content/{id}/archive"), "archived"),
        _ => return Err(Error::not_found("page").into()),
    };
    let page = if action == "delete" { HERE.to_owned() } else { format!("{HERE}/{id}") };
    match visit.send(Worker::Content, method, &path, &Value::Null).await? {
        Ok(_) => Ok(see_other(&format!("{page}?done={done}"), [])?),
        Err(refusal) if refusal.is_about_state() => {
            Ok(see_other(&with_query(&format!("{HERE}/{id}"), &[("problem", &refusal.code)]), [])?)
        }
        Err(refusal) => Err(Error::from(refusal).into()),
    }
}

/// Where to send a picture.
#[derive(Deserialize)]
struct Sending {
    key: String,
    upload: Address,
}

#[derive(Deserialize)]
struct Address {
    url: String,
    headers: BTreeMap<String, String>,
}

/// Puts a picture in place of the thumbnail: the content worker says where in R2 it goes, and looks at it once it is there.
pub(crate) async fn set_picture(visit: Visit, Path(id): Path<ContentId>, request: Request) -> Reply<Response> {
    match send_picture(&visit, id, picture::sent(request, "picture").await?).await? {
        Ok(_) => Ok(see_other(&format!("{HERE}/{id}?done=saved"), [])?),
        Err(refusal) => {
            let refusal = refusal.told_at("mimeType", "picture").told_at("fileSizeBytes", "picture");
            let picture = Entries::refused([("picture".to_owned(), String::new())].into_iter().collect(), refusal)?;
            Ok(show_edit(&visit, id, None, picture, &Before::default()).await?)
        }
    }
}

async fn send_picture(visit: &Visit, id: ContentId, sent: Result<Picture, Refusal>) -> Result<Result<Done, Refusal>> {
    let Picture { bytes, mime_type } = match sent {
        Ok(picture) => picture,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let path = format!("/api/content/{id}/thumbnail");
    let announced = json!({ "mimeType": mime_type, "fileSizeBytes": bytes.len() });
    let Sending { key, upload } = match visit.send(Worker::Content, Method::POST, &path, &announced).await? {
        Ok(answer) => answer.data::<Sending>()?,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut request = http::Request::put(upload.url);
    for (name, value) in &upload.headers {
        request = request.header(name, value);
    }
    let response = visit.cx.platform.http.send("R2", request.body(bytes).map_err(Error::internal)?).await?;
    if !response.status().is_success() {
        return Err(Error::bad_gateway("R2", format!("{} to a picture", response.status())));
    }
    visit.send(Worker::Content, Method::PUT, &path, &json!({ "key": key })).await
}

#[derive(Template)]
#[template(path = "written.html")]
struct Written {
    title: String,
    html: String,
}

/// What is being written, as its readers will see it; shown in a frame of the form's page.
pub(crate) async fn preview(visit: Visit, form: Form) -> Reply<Response> {
    let desk = Desk::empty(&visit, HERE).await?;
    let html = codex_content::written_html(form.text("contentBody"));
    let view = Written { title: form.text("title").to_owned(), html };
    let frame = desk.frame(&visit, HERE, "Preview").in_section(Section::Catalogue).framed();
    Ok(frame.around(&view)?.for_one(&visit, StatusCode::OK))
}
