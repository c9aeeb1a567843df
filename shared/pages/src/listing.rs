use std::fmt::Display;

use askama::{FastWritable, Template};
use serde::Deserialize;

/// Where in a list a page is.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// From 1.
    pub page: u32,
    /// How many there are on all pages.
    pub total: u64,
    /// How many pages there are; none of an empty list.
    pub total_pages: u32,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct Listed<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where it is.
    pub pagination: Pagination,
}

/// A single thing, as workers answer it.
#[derive(Debug, Deserialize)]
pub struct Wrapped<T> {
    /// The thing.
    pub data: T,
}

/// The page of a list that is shown first.
pub fn first() -> u32 {
    1
}

/// What a content is made of, for people.
pub fn kind(content_type: &str) -> &'static str {
    match content_type {
        "audio" => "Audio",
        "written" => "Article",
        _ => "Video",
    }
}

#[derive(Template)]
#[template(path = "pages.html")]
struct Pages<'a> {
    pagination: &'a Pagination,
    before: String,
    after: String,
}

impl Pagination {
    /// Of a list whose pages hold `limit` each.
    pub fn of(page: u32, limit: u32, total: u64) -> Self {
        let total_pages = u32::try_from(total.div_ceil(u64::from(limit.max(1)))).unwrap_or(u32::MAX);
        Self { page, total, total_pages }
    }

    /// Links to the pages before and after this one, whose addresses `at` tells; nothing where there is one page.
    pub fn links<'a>(&'a self, at: impl Fn(u32) -> String) -> impl Display + FastWritable + 'a {
        Pages { pagination: self, before: at(self.page.saturating_sub(1)), after: at(self.page.saturating_add(1)) }
    }
}

#[derive(Template)]
#[template(path = "picture.html")]
struct Picture<'a> {
    url: Option<&'a str>,
    kind: &'a str,
}

/// A content's picture, or what stands for one of its `kind`.
pub fn picture<'a>(url: &'a Option<String>, kind: &'a str) -> impl Display + FastWritable + 'a {
    Picture { url: url.as_deref(), kind }
}
