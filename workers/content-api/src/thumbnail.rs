use axum::{
    http::{HeaderName, header},
    response::Redirect,
};
use codex_content::{self as content, Content, NewPicture, PictureUpload, UploadedPicture};
use codex_http::{Body, Caller, Created, Cx, Path, Reply, Versioned, Visitor};
use codex_kernel::ContentId;

use crate::content::changed;

pub(crate) async fn start(
    cx: Cx,
    caller: Caller,
    Path(id): Path<ContentId>,
    Body(input): Body<NewPicture>,
) -> Reply<Created<PictureUpload>> {
    Ok(Created(content::start_picture(&cx.platform, caller.id(), id, &input, cx.now).await?))
}

pub(crate) async fn keep(
    cx: Cx,
    caller: Caller,
    Path(id): Path<ContentId>,
    Body(input): Body<UploadedPicture>,
) -> Reply<Versioned<Content>> {
    let content = content::keep_picture(&cx.platform, caller.id(), id, &input, cx.now).await?;
    changed(&cx, &content);
    Ok(Versioned { version: content.version, data: content })
}

/// On to where the picture is.
pub(crate) async fn show(cx: Cx, visitor: Visitor, Path(id): Path<ContentId>) -> Reply<([(HeaderName, String); 1], Redirect)> {
    let (address, seconds) = content::picture(&cx.platform, id, visitor.id(), cx.now).await?;
    Ok(([(header::CACHE_CONTROL, format!("private, max-age={seconds}"))], Redirect::to(&address)))
}
