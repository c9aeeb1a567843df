use codex_content::{self as content, Content, CreateContent, Filter, UpdateContent};
use codex_http::{Body, Caller, Created, Cx, Data, NoContent, Page, Path, Query, Reply, Visitor};
use codex_kernel::{ContentId, Paging};

pub(crate) async fn create(cx: Cx, caller: Caller, Body(input): Body<CreateContent>) -> Reply<Created<Content>> {
    Ok(Created(content::create(&cx.platform, caller.id(), &input, cx.now).await?))
}

/// One's own where somebody is signed in, else what everybody may see.
pub(crate) async fn list(
    cx: Cx,
    visitor: Visitor,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Content>> {
    let listed = match visitor.id() {
        Some(creator) => content::list_own(&cx.platform, creator, &filter, paging).await?,
        None => content::list_public(&cx.platform, &filter, paging).await?,
    };
    Ok(Page::new(listed, paging))
}

pub(crate) async fn list_public(cx: Cx, Query(filter): Query<Filter>, Query(paging): Query<Paging>) -> Reply<Page<Content>> {
    let listed = content::list_public(&cx.platform, &filter, paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn find(cx: Cx, visitor: Visitor, Path(id): Path<ContentId>) -> Reply<Data<Content>> {
    Ok(Data(content::find(&cx.platform, id, visitor.id()).await?))
}

pub(crate) async fn update(
    cx: Cx,
    caller: Caller,
    Path(id): Path<ContentId>,
    Body(input): Body<UpdateContent>,
) -> Reply<Data<Content>> {
    Ok(Data(content::update(&cx.platform, caller.id(), id, input, cx.now).await?))
}

pub(crate) async fn delete(cx: Cx, caller: Caller, Path(id): Path<ContentId>) -> Reply<NoContent> {
    content::delete(&cx.platform, caller.id(), id, cx.now).await?;
    Ok(NoContent)
}

pub(crate) async fn publish(cx: Cx, caller: Caller, Path(id): Path<ContentId>) -> Reply<Data<Content>> {
    Ok(Data(content::publish(&cx.platform, caller.id(), id, cx.now).await?))
}

pub(crate) async fn unpublish(cx: Cx, caller: Caller, Path(id): Path<ContentId>) -> Reply<Data<Content>> {
    Ok(Data(content::unpublish(&cx.platform, caller.id(), id, cx.now).await?))
}
