//! What programs read: search engines, feed readers, browsers' tabs.

use askama::Template;
use axum::{
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use codex_http::{Query, Reply};
use codex_kernel::{Error, Result};
use codex_pages::{Brand, Color, Visit, Worker, origin_of, with_query, words};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::home::{Item, Shelves};

/// Half an hour is what feed readers and search engines leave between two looks.
const KEPT: &str = "public, max-age=1800";

fn file(kind: &'static str, text: String) -> Response {
    let headers: [(HeaderName, &str); 2] = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEPT)];
    (headers, text).into_response()
}

fn address(visit: &Visit, item: &Item) -> Result<String> {
    let origin = match &visit.site.tenant {
        Some(_) => visit.site.origin.clone(),
        None => origin_of(&visit.cx.platform.config, &item.organization_slug)?,
    };
    Ok(format!("{origin}/content/{}", item.slug))
}

async fn shelves(visit: &Visit, page: u32, limit: &str) -> Result<Shelves> {
    let tenant = visit.site.tenant.as_ref().map_or("", AsRef::as_ref);
    let page = page.to_string();
    let query = [("organization", tenant), ("sort", "newest"), ("page", page.as_str()), ("limit", limit)];
    visit.get(Worker::Content, &with_query("/api/content/storefront", &query)).await
}

pub(crate) async fn robots(visit: Visit) -> Reply<Response> {
    // A tenant that is not there has no rules.
    visit.brand().await?;
    let private = [
        "/account",
        "/library",
        "/studio",
        "/organizations",
        "/invitations",
        "/login",
        "/register",
        "/checkout",
        "/watch",
        "/verify",
        "/reset-password",
    ];
    let rules: String = private.iter().map(|path| format!("Disallow: {path}\n")).collect();
    Ok(file("text/plain; charset=utf-8", format!("User-agent: *\n{rules}Sitemap: {}/sitemap.xml\n", visit.site.origin)))
}

/// Which part of a sitemap; the index of its parts where it has several and none is named.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Part {
    /// From 1.
    #[garde(inner(range(min = 1, max = 100_000)))]
    page: Option<u32>,
}

#[derive(Template)]
#[template(path = "sitemap.xml")]
struct Sitemap {
    /// Addresses of parts, if this is the index of them.
    parts: Vec<String>,
    pages: Vec<(String, String)>,
}

pub(crate) async fn sitemap(visit: Visit, Query(Part { page }): Query<Part>) -> Reply<Response> {
    visit.brand().await?;
    let shelves = shelves(&visit, page.unwrap_or(1), "100").await?;
    let origin = &visit.site.origin;
    let map = if page.is_none() && shelves.pagination.total_pages > 1 {
        let part = |page| format!("{origin}/sitemap.xml?page={page}");
        Sitemap { parts: (1..=shelves.pagination.total_pages).map(part).collect(), pages: Vec::new() }
    } else {
        let newest = shelves.items.iter().map(|item| item.updated_at).max_by_key(|at| at.as_millisecond());
        let home = newest.filter(|_| page.is_none_or(|page| page == 1)).map(|at| (format!("{origin}/"), at.to_string()));
        let pages = shelves.items.iter().map(|item| Ok((address(&visit, item)?, item.updated_at.to_string())));
        Sitemap { parts: Vec::new(), pages: home.into_iter().map(Ok).chain(pages).collect::<Result<_>>()? }
    };
    Ok(file("application/xml; charset=utf-8", map.render().map_err(Error::internal)?))
}

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed {
    brand: Brand,
    origin: String,
    /// Each with its address and when it was published.
    entries: Vec<(String, String, Item)>,
}

/// The newest of a site, as RSS 2.0.
pub(crate) async fn feed(visit: Visit) -> Reply<Response> {
    let brand = visit.brand().await?;
    let shelves = shelves(&visit, 1, "50").await?;
    let entry = |item: Item| Ok((address(&visit, &item)?, words::rfc822(item.published_at), item));
    let entries = shelves.items.into_iter().map(entry).collect::<Result<_>>()?;
    let feed = Feed { brand, origin: visit.site.origin.clone(), entries };
    Ok(file("application/rss+xml; charset=utf-8", feed.render().map_err(Error::internal)?))
}

#[derive(Template)]
#[template(path = "icon.svg", escape = "html")]
struct Icon {
    color: String,
    initial: String,
}

/// What stands for a site in a browser's tab.
pub(crate) async fn icon(visit: Visit) -> Reply<Response> {
    let brand = visit.brand().await?;
    let color = Color::parse(&brand.primary_color).map_or_else(|| "#4f46e5".to_owned(), Color::hex);
    let icon = Icon { color, initial: brand.initial() };
    Ok(file("image/svg+xml", icon.render().map_err(Error::internal)?))
}
