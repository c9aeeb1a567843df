use codex_http::{Body, Created, Cx, Reply};
use codex_notifications::{Queued, Send};

pub(crate) async fn send(cx: Cx, Body(input): Body<Send>) -> Reply<Created<Queued>> {
    let queued = codex_notifications::send(&cx.platform.database, &input, cx.now).await?;
    cx.event("mail_queued", &[("mailId", queued.id.to_string())]);
    cx.wake_mail();
    Ok(Created(queued))
}
