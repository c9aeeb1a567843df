use codex_http::{Caller, Cx, Data, Page, Path, Query, Reply};
use codex_kernel::{MediaId, Paging};
use codex_transcoding::{self as transcoding, FileJob, MediaJob, Started};

/// How the transcoding of a media item stands; the id is the media item's.
pub(crate) async fn status(cx: Cx, caller: Caller, Path(id): Path<MediaId>) -> Reply<Data<MediaJob>> {
    Ok(Data(transcoding::latest(&cx.platform, caller.id(), id).await?))
}

/// How the caller's files stand, the newest first.
pub(crate) async fn list(cx: Cx, caller: Caller, Query(paging): Query<Paging>) -> Reply<Page<FileJob>> {
    Ok(Page::new(transcoding::of_creator(&cx.platform, caller.id(), paging).await?, paging))
}

/// Tries a failed media item again, three times in all; the id is the media item's.
pub(crate) async fn retry(cx: Cx, caller: Caller, Path(id): Path<MediaId>) -> Reply<Data<MediaJob>> {
    let job = transcoding::retry(&cx.platform, caller.id(), id, cx.now).await?;
    hand_over_soon(&cx);
    Ok(Data(job))
}

pub(crate) async fn transcode(cx: Cx, Path(id): Path<MediaId>) -> Reply<Data<Started>> {
    let started = transcoding::start(&cx.platform, id, cx.now).await?;
    cx.event("transcoding_started", &[("mediaId", id.to_string())]);
    hand_over_soon(&cx);
    Ok(Data(started))
}

/// Hands over what is due once the answer is out; what fails now is handed over by the schedule.
fn hand_over_soon(cx: &Cx) {
    let (platform, now) = (cx.platform.clone(), cx.now);
    cx.background.spawn(async move {
        let _ = transcoding::hand_over(&platform, now).await;
    });
}
