//! What is made: the form that a work is written in, what it looks like, and whether it is to be seen.

use askama::Template;
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Path, Paths, Query, Reply};
use codex_kernel::{ContentId, Error, Result, UserId};
use codex_pages::{Done, Entries, Refusal, Section, Visit, Worker, see_other, with_query, words};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    desk::{Before, Choice, Desk},
    money,
    picture::{self, Picture},
    settings::filled,
    tiers,
};

const HERE: &str = "/studio/content";
/// The price as the content worker names it, and as forms do.
const PRICE: [(&str, &str); 1] = [("priceCents", "price")];

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
    currency: String,
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
        let price = if self.price_cents == 0 { String::new() } else { words::amount(self.price_cents, &self.currency) };
        [
            ("title", self.title.clone()),
            ("description", text(&self.description)),
            ("contentType", self.content_type.clone()),
            ("contentBody", text(&self.content_body)),
            ("category", text(&self.category)),
            ("tags", self.tags.join(", ")),
            ("visibility", self.visibility.clone()),
            ("price", price),
            ("currency", self.currency.clone()),
            ("minimumTierId", text(&self.minimum_tier_id)),
            ("version", self.version.to_string()),
        ]
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
    }
}

#[derive(Template)]
#[template(path = "new.html")]
struct NewView {
    desk: Desk,
    entries: Entries,
    media: Vec<Choice>,
}

async fn show_new(visit: &Visit, entries: Entries) -> Result<Response> {
    let status = entries.status();
    let (desk, ready) =
        Desk::with(visit, HERE, &tiers::WITH, |_| visit.list::<Choice>(Worker::Content, "/api/media?status=ready&limit=100"))
            .await?;
    let frame = desk.frame(visit, "/studio/new", "New").framing();
    let view = NewView { desk, entries, media: ready.items };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

/// The media that a link of the files' page names is chosen already.
pub(crate) async fn new(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    Ok(show_new(&visit, filled([("media", before.media)])).await?)
}

/// What a form says of a work, for the content worker.
fn fields(form: &Form) -> Result<Map<String, Value>, Refusal> {
    let text = |field: &str| Some(form.text(field).trim().to_owned()).filter(|text| !text.is_empty());
    let price = if text("price").is_some() { money::cents(form, "price")? } else { 0 };
    let tags: Vec<&str> = form.text("tags").split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
    let fields = json!({
        "title": form.text("title").trim(),
        "description": text("description"),
        "category": text("category"),
        "tags": tags,
        "visibility": form.text("visibility"),
        "priceCents": price,
        "currency": money::currency(form),
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
        Err(refusal) => {
            let refusal = money::told(refusal, &form, &PRICE);
            Ok(show_new(&visit, Entries::refused(form, refusal)?).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "edit.html")]
struct EditView {
    desk: Desk,
    work: Work,
    entries: Entries,
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
    let path = format!("/api/content/{id}");
    let (desk, work) = Desk::with(visit, HERE, &tiers::WITH, |_| visit.one::<Work>(Worker::Content, &path)).await?;
    // What may be seen is not yet one's own to change, and a tenant's studio shows that tenant's works.
    let own = visit.caller.as_ref().is_some_and(|caller| caller.id() == work.creator_id);
    if !own || work.organization_id.as_ref() != Some(&desk.brand.id) {
        return Err(Error::not_found("content"));
    }
    let entries = match refused {
        Some((form, refusal)) => {
            let refusal = money::told(refusal, &form, &PRICE);
            Entries::refused(form, refusal)?
        }
        None => Entries::filled(work.filled_in()),
    };
    let status = entries.status().max(picture.status());
    let desk = desk.after(&before.done);
    let frame = desk.frame(visit, &format!("{HERE}/{id}"), &work.title).framing();
    let view = EditView { desk, work, entries, picture, problem: problem(&before.problem) };
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
    let place = match visit.send(Worker::Content, Method::POST, &path, &announced).await? {
        Ok(answer) => answer.data::<Value>()?,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let text = |pointer: &str| place.pointer(pointer).and_then(Value::as_str);
    let mut request = http::Request::put(text("/upload/url").unwrap_or_default());
    for (name, value) in place.pointer("/upload/headers").and_then(Value::as_object).into_iter().flatten() {
        request = request.header(name, value.as_str().unwrap_or_default());
    }
    let response = visit.cx.platform.http.send("R2", request.body(bytes).map_err(Error::internal)?).await?;
    if !response.status().is_success() {
        return Err(Error::bad_gateway("R2", format!("{} to a picture", response.status())));
    }
    visit.send(Worker::Content, Method::PUT, &path, &json!({ "key": text("/key") })).await
}

#[derive(Template)]
#[template(path = "written.html")]
struct Written {
    title: String,
    html: String,
}

/// What is being written, as its readers will see it; shown in a frame of the form's page.
pub(crate) async fn preview(visit: Visit, form: Form) -> Reply<Response> {
    let desk = Desk::alone(&visit, HERE, &[]).await?;
    let html = codex_content::written_html(form.text("contentBody"));
    let view = Written { title: form.text("title").to_owned(), html };
    let frame = desk.frame(&visit, HERE, "Preview").in_section(Section::Catalogue).framed();
    Ok(frame.around(&view)?.for_one(&visit, StatusCode::OK))
}
