use codex_content::{self as content, Playing, Shown, Storefront, StorefrontFilter, StorefrontItem};
use codex_http::{Caller, Cx, Data, Page, Paths, Query, Ready, Reply, Visitor};
use codex_kernel::{Error, Listed, Paging, Result, Slug};
use schemars::JsonSchema;
use serde::Serialize;

use crate::content::shared;

/// A page of a storefront, and what it can be narrowed to.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Shelves {
    #[serde(flatten)]
    page: Page<StorefrontItem>,
    /// The commonest categories, 12 at most; none where no organization was named.
    categories: Vec<String>,
}

/// What an organization, or all of them, show to everybody.
pub(crate) async fn list(
    cx: Cx,
    visitor: Visitor,
    Query(filter): Query<StorefrontFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Ready<Shelves>> {
    let (platform, key) = (cx.platform.clone(), content::storefront_key(&filter, paging));
    let make = async move {
        let Storefront { items, total, categories } = content::storefront(&platform, &filter, paging).await?;
        codex_http::json_text(&Shelves { page: Page::new(Listed { items, total }, paging), categories })
    };
    shared(&cx, &visitor, &key, Box::pin(make)).await
}

/// A name that is none is nobody's.
fn named(text: String) -> Result<Slug> {
    Slug::try_from(text).map_err(|_| Error::not_found("content"))
}

pub(crate) async fn show(cx: Cx, visitor: Visitor, Paths(organization, slug): Paths<String, String>) -> Reply<Data<Shown>> {
    Ok(Data(content::show(&cx.platform, &named(organization)?, &named(slug)?, visitor.id(), cx.now).await?))
}

pub(crate) async fn play(cx: Cx, caller: Caller, Paths(organization, slug): Paths<String, String>) -> Reply<Data<Playing>> {
    Ok(Data(content::play_shown(&cx.platform, &named(organization)?, &named(slug)?, caller.id(), cx.now).await?))
}
