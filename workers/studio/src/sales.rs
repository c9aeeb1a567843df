//! What was sold: one's own, or the organization's for those who manage it; as a page and as a file.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use codex_http::{Query, Reply};
use codex_kernel::Timestamp;
use codex_pages::{Pagination, Visit, Worker, with_query, words};
use serde::Deserialize;

use crate::desk::{Asked, Desk};

/// The seconds of a day.
const DAY: i64 = 86_400;
/// How a sale can stand, in words.
const STATES: [(&str, &str); 6] = [
    ("paid", "Paid"),
    ("partly_refunded", "Partly refunded"),
    ("refunded", "Refunded"),
    ("disputed", "Disputed"),
    ("lost", "Lost"),
    ("duplicate", "Paid twice"),
];

/// What the commerce worker is asked with; a day that is none is left out.
fn query(asked: &Asked, path: &str, organization: &str, page: &str) -> String {
    let start = |day: &str| format!("{day}T00:00:00Z").parse::<Timestamp>().ok();
    let from = start(&asked.from).map(|at| at.to_string()).unwrap_or_default();
    let end = start(&asked.to).and_then(|at| Timestamp::from_second(at.as_second() + DAY).ok());
    let to = end.map(|at| at.to_string()).unwrap_or_default();
    let all = [
        ("organizationId", organization),
        ("status", &asked.status),
        ("contentId", &asked.content),
        ("from", &from),
        ("to", &to),
        ("page", page),
    ];
    with_query(path, &all)
}

#[derive(Deserialize)]
struct Sold {
    items: Vec<Sale>,
    pagination: Pagination,
    totals: Vec<Total>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sale {
    title: String,
    content_id: String,
    status: String,
    amount_cents: i64,
    currency: String,
    refunded_cents: i64,
    platform_cents: i64,
    organization_cents: i64,
    creator_cents: i64,
    purchased_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    currency: String,
    count: u64,
    amount_cents: i64,
    refunded_cents: i64,
    held_cents: i64,
    platform_cents: i64,
    organization_cents: i64,
    creator_cents: i64,
}

/// How a sale stands, for people.
pub(crate) fn state(status: &str) -> &'static str {
    STATES.iter().find(|(known, _)| *known == status).map_or("Unknown", |(_, words)| words)
}

impl Sale {
    fn money(&self, cents: &i64) -> String {
        words::price(*cents, &self.currency)
    }

    fn day(&self) -> String {
        words::time(self.purchased_at)
    }
}

impl Total {
    fn money(&self, cents: i64) -> String {
        words::price(cents, &self.currency)
    }

    fn net(&self) -> String {
        self.money(self.organization_cents + self.creator_cents)
    }

    fn count(&self) -> String {
        words::grouped(&self.count.to_string())
    }
}

#[derive(Template)]
#[template(path = "sales.html")]
struct View {
    desk: Desk,
    asked: Asked,
    sold: Sold,
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let (desk, sold) = Desk::open(&visit, "/studio/sales", |id| {
        let (visit, query) = (visit.clone(), query(&asked, "/sales", &id, &asked.page()));
        async move { visit.get::<Sold>(Worker::Ecom, &query).await }
    })
    .await?;
    let frame = desk.frame(&visit, "/studio/sales", "Sales");
    let view = View { desk, asked, sold };
    Ok(view.desk.around(frame, &view)?.for_one(&visit, StatusCode::OK))
}

/// All of the selection as a table for other programs.
pub(crate) async fn file(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let desk = Desk::alone(&visit, "/studio/sales", &[]).await?;
    let query = query(&asked, "/sales.csv", &desk.brand.id, "");
    Ok(visit.ask(Worker::Ecom, Method::GET, &query, Bytes::new()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_included() {
        let asked = |from: &str, to: &str| Asked { from: from.to_owned(), to: to.to_owned(), ..Asked::default() };
        let days = query(&asked("2026-02-28", "2026-02-28"), "/sales", "x", "1");
        assert!(days.contains("from=2026-02-28T00%3A00%3A00") && days.contains("to=2026-03-01T00%3A00%3A00"), "{days}");
        assert_eq!(query(&asked("yesterday", ""), "/sales", "x", "1"), "/sales?organizationId=x&page=1");
    }
}
