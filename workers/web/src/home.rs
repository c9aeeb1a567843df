use askama::Template;
use axum::response::Response;
use codex_http::{Query, Reply};
use codex_kernel::{Result, Timestamp};
use codex_pages::{Brand, Frame, Pagination, Rendered, Section, Visit, Worker, first, kind, origin_of, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::following::Following;

/// What of a catalogue to show.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Asked {
    /// Words to look for.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    q: String,
    /// video, audio or written.
    #[serde(default)]
    #[garde(length(max = 20))]
    kind: String,
    /// free or paid.
    #[serde(default)]
    #[garde(length(max = 20))]
    price: String,
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    category: String,
    /// newest, oldest, title, price or -price.
    #[serde(default)]
    #[garde(length(max = 20))]
    sort: String,
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
}

/// A content on a shelf, as the content worker tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) organization_slug: String,
    organization_name: String,
    pub(crate) title: String,
    pub(crate) slug: String,
    pub(crate) description: Option<String>,
    content_type: String,
    category: Option<String>,
    thumbnail_url: Option<String>,
    visibility: String,
    price_cents: i64,
    currency: String,
    pub(crate) published_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    duration_seconds: Option<f64>,
}

/// A page of a catalogue.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shelves {
    pub(crate) items: Vec<Item>,
    pub(crate) pagination: Pagination,
    #[serde(default)]
    categories: Vec<String>,
}

/// A link of a choice, and whether it is the one in force.
struct Choice {
    words: String,
    path: String,
    chosen: bool,
}

impl Item {
    fn price(&self) -> String {
        match self.visibility.as_str() {
            "public" => "Free".to_owned(),
            "members_only" => "Members".to_owned(),
            _ => words::price(self.price_cents, &self.currency),
        }
    }

    fn length(&self) -> Option<String> {
        self.duration_seconds.filter(|seconds| *seconds >= 1.0).map(words::length)
    }

    fn kind(&self) -> &'static str {
        kind(&self.content_type)
    }
}

impl Asked {
    /// The address of this selection; the same whatever else was in the query.
    fn path(&self) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let Self { q, kind, price, category, sort, .. } = self;
        let all = [("q", q.trim()), ("kind", kind), ("price", price), ("category", category), ("sort", sort), ("page", &page)];
        with_query("/", &all)
    }

    fn on_page(&self, page: u32) -> String {
        Self { page, ..self.clone() }.path()
    }

    fn is_narrowed(&self) -> bool {
        [self.q.trim(), &self.kind, &self.price, &self.category].iter().any(|filter| !filter.is_empty())
    }

    fn kinds(&self) -> Vec<Choice> {
        let choice = |kind: &str, words: &str| Choice {
            words: words.to_owned(),
            path: Self { kind: kind.to_owned(), page: 1, ..self.clone() }.path(),
            chosen: self.kind == kind,
        };
        vec![choice("", "Everything"), choice("video", "Video"), choice("audio", "Audio"), choice("written", "Reading")]
    }

    fn prices(&self) -> Vec<Choice> {
        let choice = |price: &str, words: &str| {
            let chosen = self.price == price;
            // Choosing again what is chosen lets go of it.
            let price = if chosen { String::new() } else { price.to_owned() };
            Choice { words: words.to_owned(), path: Self { price, page: 1, ..self.clone() }.path(), chosen }
        };
        vec![choice("free", "Free"), choice("paid", "For sale")]
    }

    fn categories(&self, known: &[String]) -> Vec<Choice> {
        let choice = |category: &String| {
            let chosen = self.category == *category;
            let next = if chosen { String::new() } else { category.clone() };
            Choice { words: category.clone(), path: Self { category: next, page: 1, ..self.clone() }.path(), chosen }
        };
        known.iter().map(choice).collect()
    }

    /// What the content worker is asked with.
    fn query(&self, tenant: &str) -> String {
        let visibility = match self.price.as_str() {
            "free" => "public",
            "paid" => "purchased_only",
            other => other,
        };
        let page = self.page.to_string();
        with_query(
            "/api/content/storefront",
            &[
                ("organization", tenant),
                ("search", self.q.trim()),
                ("contentType", &self.kind),
                ("visibility", visibility),
                ("category", &self.category),
                ("sort", &self.sort),
                ("page", &page),
                ("limit", "24"),
            ],
        )
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    brand: Brand,
    following: Following,
    is_tenant: bool,
    signed_in: bool,
    asked: Asked,
    shelves: Shelves,
    /// Where each item is, in order.
    addresses: Vec<String>,
}

/// A page of a catalogue: a tenant's, or everybody's.
pub(crate) async fn home(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let path = asked.path();
    // Words are typed once, and half of them are halves of words.
    let kept = asked.q.trim().is_empty();
    visit.page_for_all(path, kept, move |visit, path| async move { render(&visit, asked, path).await }).await
}

async fn render(visit: &Visit, asked: Asked, path: String) -> Result<Rendered> {
    let tenant = visit.site.tenant.as_ref().map_or("", AsRef::as_ref);
    let query = asked.query(tenant);
    let look = async {
        let brand = visit.brand().await?;
        let following = Following::of(visit, &brand).await?;
        Ok((brand, following))
    };
    let ((brand, following), shelves) = try_join(look, visit.get_new::<Shelves>(Worker::Content, &query)).await?;
    let config = &visit.cx.platform.config;
    let address = |item: &Item| match &visit.site.tenant {
        Some(_) => Ok(format!("/content/{}", item.slug)),
        None => Ok(format!("{}/content/{}", origin_of(config, &item.organization_slug)?, item.slug)),
    };
    let addresses = shelves.items.iter().map(address).collect::<Result<_>>()?;
    let frame = Frame::new(visit, brand.clone(), path).in_section(Section::Catalogue);
    // What somebody searched for is nothing that a search engine should list.
    let frame = if asked.q.trim().is_empty() { frame.listed() } else { frame };
    let (is_tenant, signed_in) = (visit.site.tenant.is_some(), visit.caller.is_some());
    frame.around(&Home { brand, following, is_tenant, signed_in, asked, shelves, addresses })
}
