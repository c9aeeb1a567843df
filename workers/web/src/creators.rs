//! Whose pages there are: the platform's list of organizations.

use askama::Template;
use axum::{http::Method, response::Response};
use codex_http::{Query, Reply};
use codex_kernel::{Error, Result};
use codex_pages::{Frame, Listed, Pagination, Rendered, Section, Visit, Worker, first, origin_of, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Which of them to show.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Asked {
    /// Part of a name.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    q: String,
    /// newest or name.
    #[serde(default)]
    #[garde(length(max = 20))]
    sort: String,
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
}

impl Asked {
    fn path(&self, page: u32) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        with_query("/creators", &[("q", self.q.trim()), ("sort", &self.sort), ("page", &page)])
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Creator {
    name: String,
    slug: String,
    description: Option<String>,
    logo_url: Option<String>,
}

impl Creator {
    /// The letter that stands for it where it has no logo.
    fn initial(&self) -> String {
        let letter = self.name.chars().find(|c| c.is_alphanumeric());
        letter.map_or_else(|| "•".to_owned(), |letter| letter.to_uppercase().collect())
    }
}

#[derive(Template)]
#[template(path = "creators.html")]
struct View {
    asked: Asked,
    /// Each with the address of its pages.
    creators: Vec<(String, Creator)>,
    pagination: Pagination,
    /// Why what was asked for cannot be looked for.
    hint: Option<&'static str>,
}

/// Everybody who has pages here, for the platform's own.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    if visit.site.tenant.is_some() {
        return Err(Error::not_found("page").into());
    }
    let kept = asked.q.trim().is_empty();
    visit.page_for_all(asked.path(asked.page), kept, move |visit, path| async move { render(&visit, asked, path).await }).await
}

async fn render(visit: &Visit, asked: Asked, path: String) -> Result<Rendered> {
    let (name, page) = (asked.q.trim(), asked.page.to_string());
    let query = with_query("/api/organizations", &[("search", name), ("sort", &asked.sort), ("page", &page), ("limit", "24")]);
    let (brand, found) = try_join(visit.brand(), visit.send(Worker::Organization, Method::GET, &query, &Value::Null)).await?;
    let (listed, hint) = match found {
        Ok(done) => (done.read::<Listed<Creator>>()?, None),
        // Fewer letters than an index can find.
        Err(refusal) if refusal.issues.iter().any(|issue| issue.path == "search") => {
            let pagination = Pagination { page: 1, total: 0, total_pages: 0 };
            (Listed { items: Vec::new(), pagination }, Some("Look for three letters or more, without a break."))
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let Listed { items, pagination } = listed;
    let addressed = |one: Creator| Ok((origin_of(&visit.cx.platform.config, &one.slug)?, one));
    let creators = items.into_iter().map(addressed).collect::<Result<_>>()?;
    let frame = Frame::new(visit, brand, path).titled("Creators").in_section(Section::Creators);
    let frame = if name.is_empty() { frame.listed() } else { frame };
    frame.around(&View { asked, creators, pagination, hint })
}
