//! Resend's HTTP API, or one like it.

use std::time::Duration;

use bytes::Bytes;
use codex_edge::{Config, Platform};
use codex_kernel::{Error, MailId, Result};
use serde::Deserialize;
use serde_json::json;

/// A mail as the provider takes it.
pub(crate) struct Letter {
    /// Under which the provider takes it once.
    pub(crate) key: MailId,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
    /// Where answers go, if not to the sender.
    pub(crate) reply_to: Option<String>,
    /// Where one click ends such mail (RFC 8058).
    pub(crate) unsubscribe: Option<String>,
}

/// What became of a mail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The provider has it, under this name.
    Taken(Option<String>),
    /// Another attempt may succeed.
    Later(&'static str),
    /// None will.
    Refused(&'static str),
}

/// Hands `letter` over. Nothing that the provider does is an error here: it is a verdict.
pub(crate) async fn send(platform: &Platform, letter: &Letter) -> Verdict {
    match request(platform, letter) {
        Ok(request) => match platform.http.send_within(patience(&platform.config), "the mail provider", request).await {
            Ok(answer) => judge(answer.status().as_u16(), answer.body()),
            Err(_) => Verdict::Later("PROVIDER_UNREACHABLE"),
        },
        Err(error) => Verdict::Later(error.code),
    }
}

/// How long the provider may take: `MAIL_TIMEOUT_MS`, or ten seconds.
fn patience(config: &Config) -> Duration {
    let configured = config.find("MAIL_TIMEOUT_MS").and_then(|text| text.parse().ok());
    Duration::from_millis(configured.unwrap_or(10_000).min(20_000))
}

fn request(platform: &Platform, letter: &Letter) -> Result<http::Request<Bytes>> {
    let config = &platform.config;
    let mut body = json!({
        "from": letter.from,
        "to": [letter.to],
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
    });
    if let (Some(address), Some(body)) = (&letter.reply_to, body.as_object_mut()) {
        body.insert("reply_to".to_owned(), json!(address));
    }
    if let (Some(address), Some(body)) = (&letter.unsubscribe, body.as_object_mut()) {
        let headers =
            json!({ "List-Unsubscribe": format!("<{address}>"), "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" });
        body.insert("headers".to_owned(), headers);
    }
    http::Request::post(config.get("MAIL_API_URL")?)
        .header("authorization", format!("Bearer {}", config.get("MAIL_API_KEY")?))
        .header("content-type", "application/json")
        .header("idempotency-key", letter.key.to_string())
        .body(Bytes::from(body.to_string()))
        .map_err(Error::internal)
}

/// What an answer means. Only the provider's own id proves that it took the mail. A key that is refused is ours to put right, so
/// the mail waits for that.
fn judge(status: u16, body: &[u8]) -> Verdict {
    #[derive(Deserialize)]
    struct Taken {
        id: String,
    }
    #[derive(Deserialize)]
    struct Refusal {
        name: String,
    }
    match status {
        200..300 => match serde_json::from_slice::<Taken>(body) {
            Ok(Taken { id }) if !id.is_empty() && id.len() <= 200 => Verdict::Taken(Some(id)),
            _ => Verdict::Later("PROVIDER_NONSENSE"),
        },
        // The same key with another body: an earlier attempt was taken, its answer lost, and the words have changed since.
        409 => match serde_json::from_slice::<Refusal>(body) {
            Ok(Refusal { name }) if name == "invalid_idempotent_request" => Verdict::Taken(None),
            _ => Verdict::Later("PROVIDER_BUSY"),
        },
        401 | 403 => Verdict::Later("PROVIDER_REFUSES_KEY"),
        408 | 425 | 429 => Verdict::Later("PROVIDER_BUSY"),
        400..500 => Verdict::Refused("PROVIDER_REFUSED"),
        _ => Verdict::Later("PROVIDER_FAILED"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_verdict() {
        let taken = Verdict::Taken(Some("re_1".to_owned()));
        for (status, body, verdict) in [
            (200, r#"{"id":"re_1"}"#, taken),
            (200, "{}", Verdict::Later("PROVIDER_NONSENSE")),
            (200, r#"{"id":""}"#, Verdict::Later("PROVIDER_NONSENSE")),
            (200, "<html>", Verdict::Later("PROVIDER_NONSENSE")),
            (204, "", Verdict::Later("PROVIDER_NONSENSE")),
            (302, "", Verdict::Later("PROVIDER_FAILED")),
            (400, "", Verdict::Refused("PROVIDER_REFUSED")),
            (401, "", Verdict::Later("PROVIDER_REFUSES_KEY")),
            (403, "", Verdict::Later("PROVIDER_REFUSES_KEY")),
            (408, "", Verdict::Later("PROVIDER_BUSY")),
            (409, r#"{"name":"concurrent_idempotent_requests"}"#, Verdict::Later("PROVIDER_BUSY")),
            (409, r#"{"name":"invalid_idempotent_request"}"#, Verdict::Taken(None)),
            (422, r#"{"name":"validation_error"}"#, Verdict::Refused("PROVIDER_REFUSED")),
            (429, "", Verdict::Later("PROVIDER_BUSY")),
            (500, r#"{"id":"re_1"}"#, Verdict::Later("PROVIDER_FAILED")),
            (503, "", Verdict::Later("PROVIDER_FAILED")),
        ] {
            assert_eq!(judge(status, body.as_bytes()), verdict, "{status} {body}");
        }
    }
}
