use std::{future::Future, pin::Pin};

use codex_content::{self as content, Catalogue, Content, CreateContent, FacetFilter, Facets, Filter, UpdateContent};
use codex_edge::Ages;
use codex_http::{Body, Caller, Created, Cx, IfMatch, NoContent, Page, Path, Query, Ready, Reply, Versioned, Visitor};
use codex_kernel::{ContentId, Paging, Result, UserId};

/// Others see a change of the catalogue within a minute.
const AGES: Ages = Ages { fresh: 30, stale: 30 };

fn versioned(content: Content) -> Versioned<Content> {
    Versioned { version: content.version, data: content }
}

pub(crate) async fn create(cx: Cx, caller: Caller, Body(input): Body<CreateContent>) -> Reply<Created<Content>> {
    Ok(Created(content::create(&cx.platform, caller.id(), &input, cx.now).await?))
}

pub(crate) type Make = Pin<Box<dyn Future<Output = Result<String>> + Send>>;

/// An answer of the catalogue: from the cache, but for those who publish, who see at once what they changed, and for the web worker,
/// which keeps pages of its own.
pub(crate) async fn shared<T>(cx: &Cx, visitor: &Visitor, key: &str, make: Make) -> Reply<Ready<T>> {
    if visitor.publishes() || visitor.keeps {
        return Ok(Ready::for_one(make.await?));
    }
    let (json, outcome) = cx.platform.cache.get_or_set(&cx.background, key, AGES, cx.now, make).await?;
    cx.event("cache", &[("of", "catalogue".to_owned()), ("outcome", outcome.name().to_owned())]);
    Ok(Ready::for_all(json).by_visitor())
}

async fn catalogue(cx: &Cx, visitor: &Visitor, which: Catalogue, filter: Filter, paging: Paging) -> Reply<Ready<Page<Content>>> {
    let (platform, key) = (cx.platform.clone(), content::catalogue_key(which, &filter, paging));
    let make = async move { Page::new(content::list_catalogue(&platform, which, &filter, paging).await?, paging).json() };
    shared(cx, visitor, &key, Box::pin(make)).await
}

/// One's own where somebody is signed in, else what everybody may watch.
pub(crate) async fn list(
    cx: Cx,
    visitor: Visitor,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Reply<Ready<Page<Content>>> {
    match visitor.id() {
        Some(creator) => {
            let listed = content::list_own(&cx.platform, creator, &filter, paging).await?;
            Ok(Ready::for_one(Page::new(listed, paging).json()?))
        }
        None => catalogue(&cx, &visitor, Catalogue::Free, filter, paging).await,
    }
}

pub(crate) async fn list_public(
    cx: Cx,
    visitor: Visitor,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Reply<Ready<Page<Content>>> {
    catalogue(&cx, &visitor, Catalogue::Free, filter, paging).await
}

/// What anybody may watch or buy.
pub(crate) async fn discover(
    cx: Cx,
    visitor: Visitor,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Reply<Ready<Page<Content>>> {
    catalogue(&cx, &visitor, Catalogue::All, filter, paging).await
}

/// The same of one creator.
pub(crate) async fn list_of_creator(
    cx: Cx,
    visitor: Visitor,
    Path(creator): Path<UserId>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Reply<Ready<Page<Content>>> {
    catalogue(&cx, &visitor, Catalogue::All, filter.of_creator(creator), paging).await
}

/// Categories and tags to filter the catalogue by.
pub(crate) async fn facets(cx: Cx, visitor: Visitor, Query(filter): Query<FacetFilter>) -> Reply<Ready<Facets>> {
    let (platform, key) = (cx.platform.clone(), content::facets_key(&filter));
    let make = async move { codex_http::json_text(&content::facets(&platform, &filter).await?) };
    shared(&cx, &visitor, &key, Box::pin(make)).await
}

pub(crate) async fn find(cx: Cx, visitor: Visitor, Path(id): Path<ContentId>) -> Reply<Versioned<Content>> {
    Ok(versioned(content::find(&cx.platform, id, visitor.id(), cx.now).await?))
}

/// What was changed is forgotten where lists and pages were kept, after the answer.
pub(crate) fn changed(cx: &Cx, content: &Content) {
    let (cache, keys) = (cx.platform.cache.clone(), content::stale_keys(content));
    // What cannot be forgotten expires.
    cx.background.spawn(async move { drop(cache.delete_many(&keys).await) });
}

pub(crate) async fn update(
    cx: Cx,
    caller: Caller,
    Path(id): Path<ContentId>,
    versions: IfMatch,
    Body(input): Body<UpdateContent>,
) -> Reply<Versioned<Content>> {
    let content = content::update(&cx.platform, caller.id(), id, input, versions.versions(), cx.now).await?;
    changed(&cx, &content);
    Ok(versioned(content))
}

pub(crate) async fn delete(cx: Cx, caller: Caller, Path(id): Path<ContentId>, versions: IfMatch) -> Reply<NoContent> {
    changed(&cx, &content::delete(&cx.platform, caller.id(), id, versions.versions(), cx.now).await?);
    Ok(NoContent)
}

pub(crate) async fn publish(cx: Cx, caller: Caller, Path(id): Path<ContentId>, versions: IfMatch) -> Reply<Versioned<Content>> {
    let content = content::publish(&cx.platform, caller.id(), id, versions.versions(), cx.now).await?;
    changed(&cx, &content);
    Ok(versioned(content))
}

pub(crate) async fn unpublish(cx: Cx, caller: Caller, Path(id): Path<ContentId>, versions: IfMatch) -> Reply<Versioned<Content>> {
    let content = content::unpublish(&cx.platform, caller.id(), id, versions.versions(), cx.now).await?;
    changed(&cx, &content);
    Ok(versioned(content))
}

/// Taken out of the catalogue; whoever has it keeps it.
pub(crate) async fn archive(cx: Cx, caller: Caller, Path(id): Path<ContentId>, versions: IfMatch) -> Reply<Versioned<Content>> {
    let content = content::archive(&cx.platform, caller.id(), id, versions.versions(), cx.now).await?;
    changed(&cx, &content);
    Ok(versioned(content))
}
