use askama::Template;
use axum::{http::Method, response::Response};
use codex_http::{Form, Path, Query, Reply};
use codex_kernel::{Error, Result, Slug, Timestamp};
use codex_pages::{Brand, Frame, Rendered, Section, Visit, Worker, kind, see_other, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// A content, as the content worker tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Content {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) slug: String,
    description: Option<String>,
    content_type: String,
    content_html: Option<String>,
    teaser: Option<String>,
    category: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    pub(crate) thumbnail_url: Option<String>,
    visibility: String,
    price_cents: i64,
    currency: String,
    published_at: Option<Timestamp>,
    media_status: Option<String>,
    duration_seconds: Option<f64>,
}

/// How far somebody came.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    pub(crate) position_seconds: f64,
    pub(crate) completed: bool,
    pub(crate) percent_complete: f64,
}

/// A content as somebody stands before it.
#[derive(Debug, Deserialize)]
struct Shown {
    content: Content,
    allowed: bool,
    purchased: bool,
    progress: Option<Progress>,
}

#[derive(Deserialize)]
struct Wrapped {
    data: Shown,
}

/// What the person can do next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Read,
    /// Where they stopped, if they have begun.
    Watch(Option<String>),
    SignInToWatch,
    NotReady,
    Buy,
    SignInToBuy,
    NotSold,
    MembersOnly,
}

impl Content {
    pub(crate) fn kind(&self) -> &'static str {
        kind(&self.content_type)
    }

    fn is_written(&self) -> bool {
        self.content_type == "written"
    }

    pub(crate) fn is_audio(&self) -> bool {
        self.content_type == "audio"
    }

    fn price(&self) -> String {
        words::price(self.price_cents, &self.currency)
    }

    fn is_for_sale(&self) -> bool {
        self.visibility == "purchased_only"
    }

    pub(crate) fn length(&self) -> Option<String> {
        self.duration_seconds.filter(|seconds| *seconds >= 1.0).map(words::length)
    }

    fn published(&self) -> Option<(String, String)> {
        self.published_at.map(|at| (at.to_string(), words::day(at)))
    }
}

impl Shown {
    fn next(&self, signed_in: bool, brand: &Brand) -> Next {
        let Self { content, allowed, progress, .. } = self;
        if *allowed {
            return match (content.is_written(), content.media_status.as_deref(), signed_in) {
                (true, ..) => Next::Read,
                (false, Some("ready"), true) => Next::Watch(
                    progress
                        .as_ref()
                        .filter(|p| !p.completed && p.position_seconds >= 1.0)
                        .map(|p| words::length(p.position_seconds)),
                ),
                (false, Some("ready"), false) => Next::SignInToWatch,
                _ => Next::NotReady,
            };
        }
        match (content.is_for_sale(), brand.purchases_enabled, signed_in) {
            (false, ..) => Next::MembersOnly,
            (true, false, _) => Next::NotSold,
            (true, true, true) => Next::Buy,
            (true, true, false) => Next::SignInToBuy,
        }
    }
}

/// What happened before somebody was sent here.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Before {
    /// Why a purchase did not begin: an error's code.
    #[garde(length(max = 50))]
    problem: String,
}

impl Before {
    /// In words of ours: what an address says is anybody's.
    fn words(&self) -> Option<&'static str> {
        Some(match self.problem.as_str() {
            "" => return None,
            "ALREADY_PURCHASED" => "You own this already.",
            "PAYMENT_PENDING" => "Your payment for this is on its way. Your bank has not confirmed it yet.",
            "PURCHASE_DISPUTED" => "Your payment for this is disputed and not decided yet.",
            "OWN_CONTENT" => "This is your own content.",
            "PURCHASES_DISABLED" | "CONTENT_NOT_AVAILABLE" | "CONTENT_FREE" => "This is not on sale at the moment.",
            "RATE_LIMITED" => "That was too often. Wait a minute and try again.",
            "MEDIA_NOT_READY" => "This is still being prepared. Come back in a little while.",
            _ => "That did not work. Nothing was charged; try again in a moment.",
        })
    }
}

#[derive(Template)]
#[template(path = "content.html")]
struct View {
    content: Content,
    purchased: bool,
    progress: Option<Progress>,
    next: Next,
    problem: Option<&'static str>,
    login: String,
    /// Whether the tenant offers any.
    memberships: bool,
}

/// One content.
pub(crate) async fn show(visit: Visit, Path(slug): Path<String>, Query(before): Query<Before>) -> Reply<Response> {
    let slug = Slug::try_from(slug).map_err(|_| Error::not_found("page"))?;
    let path = with_query(&format!("/content/{slug}"), &[("problem", before.words().map_or("", |_| &before.problem))]);
    visit.page_for_all(path, true, move |visit, path| async move { render(&visit, &slug, path, &before).await }).await
}

async fn render(visit: &Visit, slug: &Slug, path: String, before: &Before) -> Result<Rendered> {
    let asked = format!("/api/content/storefront/{}/{slug}", visit.tenant()?);
    let (brand, Wrapped { data }) = try_join(visit.brand(), visit.get::<Wrapped>(Worker::Content, &asked)).await?;
    let next = data.next(visit.caller.is_some(), &brand);
    let memberships = brand.subscriptions_enabled;
    let Shown { content, purchased, progress, .. } = data;
    let onward = if matches!(next, Next::SignInToWatch) { format!("/watch/{slug}") } else { format!("/content/{slug}") };
    let login = with_query("/login", &[("redirect", &onward)]);
    let description = content.description.as_deref().or(content.teaser.as_deref()).unwrap_or_default();
    let frame = Frame::new(visit, brand, path)
        .titled(&content.title)
        .described(description)
        .pictured(content.thumbnail_url.clone())
        .in_section(Section::Catalogue);
    let frame = if before.problem.is_empty() { frame.listed() } else { frame };
    frame.around(&View { content, purchased, progress, next, problem: before.words(), login, memberships })
}

/// Opens a checkout and sends the buyer there.
pub(crate) async fn buy(visit: Visit, Path(slug): Path<String>, form: Form) -> Reply<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Opened {
        data: Session,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Session {
        session_url: String,
    }
    let slug = Slug::try_from(slug).map_err(|_| Error::not_found("page"))?;
    let origin = &visit.site.origin;
    let order = json!({
        "contentId": form.text("contentId"),
        "successUrl": format!("{origin}/checkout/return?content={slug}&session_id={{CHECKOUT_SESSION_ID}}"),
        "cancelUrl": format!("{origin}/content/{slug}"),
    });
    match visit.send(Worker::Ecom, Method::POST, "/checkout/create", &order).await? {
        Ok(done) => Ok(see_other(&done.read::<Opened>()?.data.session_url, [])?),
        Err(refusal) if refusal.is_theirs() && refusal.code != "UNAUTHORIZED" => {
            Ok(see_other(&with_query(&format!("/content/{slug}"), &[("problem", &refusal.code)]), [])?)
        }
        Err(refusal) => Err(Error::from(refusal).into()),
    }
}
