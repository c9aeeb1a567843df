use askama::Template;
use axum::{http::StatusCode, response::Response};
use codex_http::{Query, Reply};
use codex_kernel::Result;
use codex_pages::{Frame, Pagination, Section, Visit, Worker, first, kind, origin_of, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::content::Progress;

/// Which part of the library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shelf {
    #[default]
    All,
    Continue,
    Done,
}

/// What of the library to show.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub(crate) struct Asked {
    #[serde(default)]
    show: Shelf,
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
}

#[derive(Deserialize)]
struct Listed {
    items: Vec<Item>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Item {
    content: Content,
    progress: Option<Progress>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    title: String,
    slug: String,
    organization_slug: Option<String>,
    thumbnail_url: Option<String>,
    content_type: String,
    duration_seconds: f64,
}

impl Item {
    fn kind(&self) -> &'static str {
        kind(&self.content.content_type)
    }

    fn length(&self) -> Option<String> {
        Some(self.content.duration_seconds).filter(|seconds| *seconds >= 1.0).map(words::length)
    }
}

#[derive(Template)]
#[template(path = "library.html")]
struct View {
    show: Shelf,
    items: Vec<(String, Item)>,
    pagination: Pagination,
}

impl View {
    fn is_showing(&self, shelf: Shelf) -> bool {
        self.show == shelf
    }

    fn on_page(&self, page: u32) -> String {
        let show = match self.show {
            Shelf::All => "",
            Shelf::Continue => "continue",
            Shelf::Done => "done",
        };
        with_query("/library", &[("show", show), ("page", &page.to_string())])
    }
}

/// What somebody has, here or, on the platform's own pages, everywhere.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let tenant = visit.site.tenant.as_ref().map_or("", AsRef::as_ref);
    let page = asked.page.to_string();
    let (path, watched) = match asked.show {
        Shelf::All => ("/api/access/user/library", ""),
        Shelf::Continue => ("/api/user/continue-watching", ""),
        Shelf::Done => ("/api/access/user/library", "done"),
    };
    let query = with_query(path, &[("organization", tenant), ("watched", watched), ("page", &page), ("limit", "24")]);
    let (brand, listed) = try_join(visit.brand(), visit.get::<Listed>(Worker::Content, &query)).await?;
    let items = listed.items.into_iter().map(|item| Ok((address(&visit, &item.content)?, item))).collect::<Result<_>>()?;
    let frame = Frame::new(&visit, brand, "/library").titled("Library").in_section(Section::Library);
    let view = View { show: asked.show, items, pagination: listed.pagination };
    Ok(frame.around(&view)?.for_one(&visit, StatusCode::OK))
}

/// Where something is watched: on the pages of its own organization. What belongs to none has no page.
fn address(visit: &Visit, content: &Content) -> Result<String> {
    let page = if content.content_type == "written" { "content" } else { "watch" };
    match (&visit.site.tenant, &content.organization_slug) {
        (None, Some(tenant)) => Ok(format!("{}/{page}/{}", origin_of(&visit.cx.platform.config, tenant)?, content.slug)),
        (Some(_), _) => Ok(format!("/{page}/{}", content.slug)),
        (None, None) => Ok("/library".to_owned()),
    }
}
