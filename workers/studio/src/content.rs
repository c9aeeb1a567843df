//! Where a creator works: what they made in an organization, and the form that each is written in.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Path, Paths, Query, Reply};
use codex_kernel::{ContentId, Error, Result, UserId};
use codex_pages::{
    Brand, Entries, Frame, Listed, Pagination, Refusal, Section, Visit, Worker, Wrapped, first, kind, see_other, with_query,
    words,
};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Which page of one's works, and what has just happened.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Asked {
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
    #[serde(default)]
    #[garde(skip)]
    deleted: bool,
}

/// What has just happened to a work.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Before {
    #[garde(skip)]
    saved: bool,
    /// Why something was not done: an error's code.
    #[garde(length(max = 50))]
    problem: String,
}

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
    category: Option<String>,
    tags: Vec<String>,
    visibility: String,
    price_cents: i64,
    currency: String,
    status: String,
    version: i64,
}

impl Work {
    fn kind(&self) -> &'static str {
        kind(&self.content_type)
    }

    fn state(&self) -> &'static str {
        match self.status.as_str() {
            "published" => "Published",
            "archived" => "Archived",
            _ => "Draft",
        }
    }

    fn offer(&self) -> String {
        match self.visibility.as_str() {
            "purchased_only" => words::price(self.price_cents, &self.currency),
            "members_only" => "Members".to_owned(),
            _ => "Free".to_owned(),
        }
    }

    /// As its form shows it.
    fn filled_in(&self) -> Form {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let price = if self.price_cents == 0 {
            String::new()
        } else {
            format!("{}.{:02}", self.price_cents / 100, self.price_cents % 100)
        };
        [
            ("title", self.title.clone()),
            ("description", text(&self.description)),
            ("contentType", self.content_type.clone()),
            ("contentBody", text(&self.content_body)),
            ("category", text(&self.category)),
            ("tags", self.tags.join(", ")),
            ("visibility", self.visibility.clone()),
            ("price", price),
            ("version", self.version.to_string()),
        ]
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
    }
}

#[derive(Template)]
#[template(path = "works.html")]
struct WorksView {
    works: Vec<Work>,
    pagination: Pagination,
    deleted: bool,
}

fn frame_of(visit: &Visit, brand: Brand, path: &str, title: &str) -> Frame {
    Frame::new(visit, brand, path).titled(title).in_section(Section::Studio)
}

/// What the caller made for this organization, drafts included.
pub(crate) async fn works(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    visit.tenant()?;
    let brand = visit.brand().await?;
    let query = with_query("/api/content", &[("organizationId", &brand.id), ("page", &asked.page.to_string()), ("limit", "20")]);
    let Listed { items, pagination } = visit.get::<Listed<Work>>(Worker::Content, &query).await?;
    let view = WorksView { works: items, pagination, deleted: asked.deleted };
    Ok(frame_of(&visit, brand, "/studio", "Studio").around(&view)?.for_one(&visit, StatusCode::OK))
}

/// Media that something can be made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Media {
    id: String,
    title: String,
    media_type: String,
}

#[derive(Template)]
#[template(path = "new.html")]
struct NewView {
    entries: Entries,
    media: Vec<Media>,
}

async fn show_new(visit: &Visit, entries: Entries) -> Result<Response> {
    visit.tenant()?;
    let status = entries.status();
    let ready = visit.get::<Listed<Media>>(Worker::Content, "/api/media?status=ready&limit=100");
    let (brand, Listed { items, .. }) = try_join(visit.brand(), ready).await?;
    let frame = frame_of(visit, brand, "/studio/new", "New");
    Ok(frame.around(&NewView { entries, media: items })?.for_one(visit, status))
}

pub(crate) async fn new(visit: Visit) -> Reply<Response> {
    Ok(show_new(&visit, Entries::default()).await?)
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
        Ok(done) => Ok(see_other(&format!("/studio/content/{}?saved=true", done.read::<Wrapped<Work>>()?.data.id), [])?),
        Err(refusal) => Ok(show_new(&visit, Entries::refused(form, refusal.told_at("priceCents", "price"))?).await?),
    }
}

#[derive(Template)]
#[template(path = "edit.html")]
struct EditView {
    work: Work,
    entries: Entries,
    saved: bool,
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

async fn show_edit(visit: &Visit, id: ContentId, refused: Option<(Form, Refusal)>, before: &Before) -> Result<Response> {
    let path = format!("/api/content/{id}");
    let found = visit.get::<Wrapped<Work>>(Worker::Content, &path);
    let (brand, Wrapped { data: work }) = try_join(visit.brand(), found).await?;
    // What may be seen is not yet one's own to change, and a tenant's studio shows that tenant's works.
    let own = visit.caller.as_ref().is_some_and(|caller| caller.id() == work.creator_id);
    if !own || work.organization_id.as_ref() != Some(&brand.id) {
        return Err(Error::not_found("content"));
    }
    let entries = match refused {
        Some((form, refusal)) => Entries::refused(form, refusal)?,
        None => Entries::filled(work.filled_in()),
    };
    let status = entries.status();
    let frame = frame_of(visit, brand, &format!("/studio/content/{id}"), &work.title);
    let view = EditView { work, entries, saved: before.saved, problem: problem(&before.problem) };
    Ok(frame.around(&view)?.for_one(visit, status))
}

pub(crate) async fn edit(visit: Visit, Path(id): Path<ContentId>, Query(before): Query<Before>) -> Reply<Response> {
    Ok(show_edit(&visit, id, None, &before).await?)
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
        Ok(_) => Ok(see_other(&format!("/studio/content/{id}?saved=true"), [])?),
        Err(refusal) => {
            let refused = Some((form, refusal.told_at("priceCents", "price")));
            Ok(show_edit(&visit, id, refused, &Before::default()).await?)
        }
    }
}

/// Publishes a work, takes it back, archives or deletes it.
pub(crate) async fn act(visit: Visit, Paths(id, action): Paths<ContentId, String>, _form: Form) -> Reply<Response> {
    let (method, path) = match action.as_str() {
        "delete" => (Method::DELETE, format!("/api/content/{id}")),
        "publish" | "unpublish" | "archive" => (Method::POST, format!("/api/content/{id}/{action}")),
        _ => return Err(Error::not_found("page").into()),
    };
    match visit.send(Worker::Content, method, &path, &Value::Null).await? {
        Ok(_) if action == "delete" => Ok(see_other("/studio?deleted=true", [])?),
        Ok(_) => Ok(see_other(&format!("/studio/content/{id}?saved=true"), [])?),
        Err(refusal) if refusal.is_about_state() => {
            Ok(see_other(&with_query(&format!("/studio/content/{id}"), &[("problem", &refusal.code)]), [])?)
        }
        Err(refusal) => Err(Error::from(refusal).into()),
    }
}
