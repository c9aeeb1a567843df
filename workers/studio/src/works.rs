//! What a creator made for an organization.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use codex_http::{Query, Reply};
use codex_kernel::ContentId;
use codex_pages::{Listed, Pagination, Visit, Worker, kind, with_query, words};
use serde::Deserialize;

use crate::desk::{Asked, Desk};

const HERE: &str = "/studio/content";

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

impl View {
    /// Each state's address, and whether it is the one that is shown.
    fn states(&self) -> [(&'static str, String, bool); 4] {
        [("", "All"), ("published", "Published"), ("draft", "Drafts"), ("archived", "Archived")].map(|(status, words)| {
            let asked = Asked { status: status.to_owned(), ..self.asked.clone() };
            (words, asked.at(HERE, 1), self.asked.status == status)
        })
    }
}

pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let page = asked.page();
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
