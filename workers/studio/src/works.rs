//! What a creator made for an organization.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use codex_http::{Query, Reply};
use codex_kernel::ContentId;
use codex_pages::{Listed, Pagination, Visit, Worker, first, kind, with_query, words};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::Desk;

const HERE: &str = "/studio/content";

/// Which of one's works, and what has just happened.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Asked {
    /// Words to look for.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    q: String,
    /// draft, published or archived.
    #[serde(default)]
    #[garde(length(max = 20))]
    status: String,
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
    /// What has just happened, in a word.
    #[serde(default)]
    #[garde(length(max = 20))]
    done: String,
}

impl Asked {
    fn path(&self, status: &str, page: u32) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        with_query(HERE, &[("q", self.q.trim()), ("status", status), ("page", &page)])
    }

    fn on_page(&self, page: u32) -> String {
        self.path(&self.status, page)
    }

    /// Each state's address, and whether it is the one that is shown.
    fn states(&self) -> Vec<(&'static str, String, bool)> {
        let all = [("", "All"), ("published", "Published"), ("draft", "Drafts"), ("archived", "Archived")];
        all.map(|(status, words)| (words, self.path(status, 1), self.status == status)).into()
    }

    fn is_narrowed(&self) -> bool {
        !self.q.trim().is_empty() || !self.status.is_empty()
    }
}

/// Something a creator made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Work {
    id: ContentId,
    title: String,
    content_type: String,
    thumbnail_url: Option<String>,
    visibility: String,
    price_cents: i64,
    currency: String,
    status: String,
}

impl Work {
    fn kind(&self) -> &'static str {
        kind(&self.content_type)
    }

    fn state(&self) -> &'static str {
        state(&self.status)
    }

    fn offer(&self) -> String {
        match self.visibility.as_str() {
            "purchased_only" => words::price(self.price_cents, &self.currency),
            "members_only" => "Members".to_owned(),
            _ => "Free".to_owned(),
        }
    }
}

/// How a work stands, for people.
pub(crate) fn state(status: &str) -> &'static str {
    match status {
        "published" => "Published",
        "archived" => "Archived",
        _ => "Draft",
    }
}

#[derive(Template)]
#[template(path = "works.html")]
struct View {
    desk: Desk,
    asked: Asked,
    works: Vec<Work>,
    pagination: Pagination,
}

pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let page = asked.page.to_string();
    let (desk, Listed { items, pagination }) = Desk::open(&visit, HERE, |id| {
        let all = [
            ("organizationId", id.as_str()),
            ("search", asked.q.trim()),
            ("status", &asked.status),
            ("page", &page),
            ("limit", "20"),
        ];
        let (visit, query) = (visit.clone(), with_query("/api/content", &all));
        async move { visit.list::<Work>(Worker::Content, &query).await }
    })
    .await?;
    let desk = desk.after(&asked.done);
    let frame = desk.frame(&visit, HERE, "Content");
    let view = View { desk, asked, works: items, pagination };
    Ok(view.desk.around(frame, &view)?.for_one(&visit, StatusCode::OK))
}
