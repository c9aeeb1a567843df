use codex_content::{self as content, Content, Editor};
use codex_http::{Body, Caller, Cx, IfMatch, Page, Path, Reply, Versioned};
use codex_insights::{self as insights, ContentFilter, OverseenContent, Reason};
use codex_kernel::ContentId;

use crate::asked::{Asked, runs_platform, why};

pub(crate) async fn list(cx: Cx, Asked { scope, query }: Asked<ContentFilter>) -> Reply<Page<OverseenContent>> {
    Ok(Page::new(insights::contents(&cx.platform.database, scope, &query).await?, query.paging()))
}

/// The caller, as somebody who answers for other people's content.
fn overseer<'a>(caller: &Caller, reason: &'a Option<String>) -> Editor<'a> {
    Editor::Overseer { id: caller.id(), runs_platform: runs_platform(caller), reason: reason.as_deref() }
}

/// As where creators publish: what was changed is forgotten where lists were kept, after the answer.
fn changed(cx: &Cx, caller: &Caller, event: &'static str, content: Content) -> Reply<Versioned<Content>> {
    cx.event(event, &[("contentId", content.id.to_string()), ("userId", caller.id().to_string())]);
    let (cache, keys) = (cx.platform.cache.clone(), content::stale_keys(&content));
    // What cannot be forgotten expires.
    cx.background.spawn(async move { drop(cache.delete_many(&keys).await) });
    Ok(Versioned { version: content.version, data: content })
}

pub(crate) async fn publish(
    cx: Cx,
    caller: Caller,
    Path(id): Path<ContentId>,
    versions: IfMatch,
    reason: Option<Body<Reason>>,
) -> Reply<Versioned<Content>> {
    let content = content::publish(&cx.platform, overseer(&caller, &why(reason)), id, versions.versions(), cx.now).await?;
    changed(&cx, &caller, "oversight_published", content)
}

pub(crate) async fn unpublish(
    cx: Cx,
    caller: Caller,
    Path(id): Path<ContentId>,
    versions: IfMatch,
    reason: Option<Body<Reason>>,
) -> Reply<Versioned<Content>> {
    let content = content::unpublish(&cx.platform, overseer(&caller, &why(reason)), id, versions.versions(), cx.now).await?;
    changed(&cx, &caller, "oversight_unpublished", content)
}
