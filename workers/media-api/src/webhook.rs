use axum::{Json, http::HeaderMap};
use codex_http::{Cx, Reply, Signed, SigningScheme};
use codex_transcoding::{Callback, Received, receive, verify};

/// How a transcoder signs, by its protocol.
pub(crate) struct ByTranscoder;

impl SigningScheme for ByTranscoder {
    const HEADERS: &'static [(&'static str, &'static str)] = &[
        ("X-Transcoding-Timestamp", "The second it was sent at, within 300 seconds."),
        ("X-Transcoding-Signature", "The HMAC-SHA256 (hex) of `{timestamp}.{body}` with `TRANSCODING_WEBHOOK_SECRET`."),
    ];
}

/// The transcoder's news of a job: completed, failed, or how far it is. Any number of times, in any order. Anything but a 2xx or a
/// 4xx is to be told again.
pub(crate) async fn webhook(
    cx: Cx,
    headers: HeaderMap,
    Signed { body, .. }: Signed<Callback, ByTranscoder>,
) -> Reply<Json<Received>> {
    verify(&cx.platform.config, &headers, &body, cx.now)?;
    let callback: Callback = codex_http::from_json(&body)?;
    let received = receive(&cx.platform, &callback, cx.now).await?;
    cx.event("transcoding_news", &callback.ids());
    if received.mailed {
        cx.wake_mail();
    }
    Ok(Json(received))
}
