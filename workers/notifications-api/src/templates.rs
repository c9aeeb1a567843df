use codex_http::{Body, Caller, Created, Cx, Data, NoContent, Page, Path, Query, Reply};
use codex_kernel::TemplateId;
use codex_notifications::{
    Preview, Rendered, Standard, TestSend,
    templates::{self, Create, Filter, Summary, Template, Update, Which, Worded},
};

use crate::owner::{Owned, manager};

pub(crate) async fn standard() -> Reply<Data<Vec<Standard>>> {
    Ok(Data(codex_notifications::standards()))
}

pub(crate) async fn list(cx: Cx, Owned(owner): Owned, Query(filter): Query<Filter>) -> Reply<Page<Summary>> {
    Ok(Page::new(templates::list(&cx.platform.database, owner, &filter).await?, filter.paging()))
}

pub(crate) async fn worded(cx: Cx, Owned(owner): Owned, Query(which): Query<Which>) -> Reply<Data<Vec<Worded>>> {
    Ok(Data(templates::worded(&cx.platform.database, owner, &which).await?))
}

pub(crate) async fn create(cx: Cx, Owned(owner): Owned, Body(input): Body<Create>) -> Reply<Created<Template>> {
    Ok(Created(templates::create(&cx.platform.database, owner, &input, cx.now).await?))
}

pub(crate) async fn read(cx: Cx, Owned(owner): Owned, Path(id): Path<TemplateId>) -> Reply<Data<Template>> {
    Ok(Data(templates::find(&cx.platform.database, owner, id).await?))
}

pub(crate) async fn update(
    cx: Cx,
    Owned(owner): Owned,
    Path(id): Path<TemplateId>,
    Body(input): Body<Update>,
) -> Reply<Data<Template>> {
    Ok(Data(templates::update(&cx.platform.database, owner, id, &input, cx.now).await?))
}

pub(crate) async fn delete(cx: Cx, Owned(owner): Owned, Path(id): Path<TemplateId>) -> Reply<NoContent> {
    templates::delete(&cx.platform.database, owner, id).await?;
    Ok(NoContent)
}

pub(crate) async fn preview(
    cx: Cx,
    caller: Caller,
    Path(id): Path<TemplateId>,
    Body(input): Body<Preview>,
) -> Reply<Data<Rendered>> {
    Ok(Data(codex_notifications::preview(&cx.platform, manager(&caller), id, &input).await?))
}

pub(crate) async fn test_send(
    cx: Cx,
    caller: Caller,
    Path(id): Path<TemplateId>,
    Body(input): Body<TestSend>,
) -> Reply<NoContent> {
    codex_notifications::try_out(&cx.platform, manager(&caller), id, &input, cx.now).await?;
    cx.event("template_tried", &[("templateId", id.to_string()), ("userId", caller.id().to_string())]);
    cx.wake_mail();
    Ok(NoContent)
}
