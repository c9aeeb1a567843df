//! A file from a browser without JavaScript: one form, whose file streams on to R2 as it arrives.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{Method, header},
};
use codex_kernel::{Error, Kind, Result};
use codex_pages::{Refusal, Visit, Worker};
use futures_util::{Stream, StreamExt, future::ready, stream};
use serde_json::{Value, json};

use crate::picture::{boundary, find};

/// The largest file of a form, bytes: what content takes in one piece, and what most plans let through.
const MOST: u64 = 100_000_000;
/// The longest head of a form's part, bytes: a file's name is within it.
const HEAD: usize = 8 * 1024;

/// The file of a form, the first of its parts and the only one.
#[derive(Debug)]
struct Sent {
    title: String,
    mime_type: String,
    /// Bytes, by the length of the form.
    size: u64,
    bytes: Body,
}

/// Announces the form's file, sends it on, and says that it is there.
pub(crate) async fn send(visit: &Visit, request: Request) -> Result<Result<(), Refusal>> {
    let Some(sent) = opened(request).await? else { return Ok(Err(Refusal::at("file", "must be chosen"))) };
    if sent.size > MOST {
        return Ok(Err(Refusal::at(
            "file",
            "may have 100 MB where there is no JavaScript: with it, larger ones are sent in pieces",
        )));
    }
    let media_type = sent.mime_type.split('/').next().unwrap_or_default();
    let announced =
        json!({ "title": sent.title, "mediaType": media_type, "mimeType": sent.mime_type, "fileSizeBytes": sent.size });
    let place = match visit.send(Worker::Content, Method::POST, "/api/media", &announced).await? {
        Ok(answer) => answer.data::<Value>()?,
        Err(refusal) => {
            let told = ["mediaType", "mimeType", "fileSizeBytes", "title"].into_iter();
            return Ok(Err(told.fold(refusal, |refusal, field| refusal.told_at(field, "file"))));
        }
    };
    let text = |pointer: &str| place.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let mut request = http::Request::put(text("/upload/url"));
    for (name, value) in place.pointer("/upload/headers").and_then(Value::as_object).into_iter().flatten() {
        request = request.header(name, value.as_str().unwrap_or_default());
    }
    let request = request.body(sent.bytes).map_err(Error::internal)?;
    let response = visit.cx.platform.http.send_stream("R2", request, sent.size).await?;
    if !response.status().is_success() {
        return Err(Error::bad_gateway("R2", format!("{} to a file", response.status())));
    }
    let path = format!("/api/media/{}/upload-complete", text("/id"));
    Ok(visit.send(Worker::Content, Method::POST, &path, &Value::Null).await?.map(|_| ()))
}

/// The file in a form, as browsers write forms (RFC 7578): what is before it is read, what is after it is known. None where none was chosen.
async fn opened(request: Request) -> Result<Option<Sent>> {
    let wrong = || Error::new(Kind::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Send a form with a file");
    let boundary = boundary(request.headers()).ok_or_else(wrong)?;
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let length = length.ok_or_else(|| Error::invalid_at("", "the form must say how long it is"))?;
    let mut body = request.into_body().into_data_stream();
    let mut begun = Vec::new();
    let end = loop {
        if let Some(end) = find(&begun, b"\r\n\r\n") {
            break end + 4;
        }
        match body.next().await {
            Some(Ok(chunk)) if begun.len() <= HEAD => begun.extend_from_slice(&chunk),
            _ => return Ok(None),
        }
    };
    let around = end + format!("\r\n--{boundary}--\r\n").len();
    let size = length.saturating_sub(u64::try_from(around).unwrap_or(u64::MAX));
    let first = Bytes::from(begun.split_off(end));
    let head = String::from_utf8_lossy(&begun);
    let Some(name) = quoted(&head, "; filename=\"").filter(|name| !name.is_empty() && size > 0) else { return Ok(None) };
    let title = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mime_type =
        head.lines().find_map(|line| line.split_once(':').filter(|(field, _)| field.eq_ignore_ascii_case("content-type")));
    Ok(Some(Sent {
        title: if title.is_empty() { name } else { title }.chars().take(255).collect(),
        mime_type: mime_type.map_or_else(String::new, |(_, kind)| kind.trim().to_owned()),
        size,
        bytes: Body::from_stream(cut(stream::iter([Ok(first)]).chain(body), size)),
    }))
}

/// What stands after `field` to the next quotation mark; browsers write one in a name as `%22`.
fn quoted<'a>(head: &'a str, field: &str) -> Option<&'a str> {
    Some(head.split_once(field)?.1.split_once('"')?.0)
}

/// The first `left` bytes of what streams.
fn cut<E>(bytes: impl Stream<Item = Result<Bytes, E>>, left: u64) -> impl Stream<Item = Result<Bytes, E>> {
    bytes.scan(left, |left, chunk| {
        ready(match chunk {
            Ok(_) if *left == 0 => None,
            Ok(mut chunk) => {
                chunk.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= u64::try_from(chunk.len()).unwrap_or(*left);
                Some(Ok(chunk))
            }
            failed => Some(failed),
        })
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    /// A form as Chromium, Firefox and WebKit write it, arriving in pieces of `piece` bytes.
    fn form(name: &str, bytes: &[u8], piece: usize) -> Request {
        let head = format!(
            "------x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: video/mp4\r\n\r\n"
        );
        let whole = [head.as_bytes(), bytes, b"\r\n------x--\r\n"].concat();
        let pieces: Vec<_> = whole.chunks(piece).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
        let request = Request::builder().header("content-type", "multipart/form-data; boundary=----x");
        request.header("content-length", whole.len()).body(Body::from_stream(stream::iter(pieces))).unwrap()
    }

    #[tokio::test]
    async fn a_file_is_what_stands_between_the_form() {
        let bytes = b"\r\n\r\n------x--\r\n\0film".repeat(40);
        for piece in [1, 2, 7, 100, 1 << 20] {
            let sent = opened(form("My film.final.mp4", &bytes, piece)).await.unwrap().unwrap();
            assert_eq!((sent.title.as_str(), sent.mime_type.as_str()), ("My film.final", "video/mp4"));
            assert_eq!(sent.size, u64::try_from(bytes.len()).unwrap());
            assert_eq!(to_bytes(sent.bytes, usize::MAX).await.unwrap(), bytes, "in pieces of {piece}");
        }
    }

    #[tokio::test]
    async fn what_is_no_file_is_none() {
        assert!(opened(form("", b"", 100)).await.unwrap().is_none(), "nothing was chosen");
        assert!(opened(form(&"x".repeat(2 * HEAD), b"film", 100)).await.unwrap().is_none(), "a head has an end");
        let request = Request::builder().header("content-length", 1).body(Body::from("x")).unwrap();
        assert_eq!(opened(request).await.unwrap_err().kind, Kind::UnsupportedMediaType);
        let mut endless = form("a.mp4", b"film", 100);
        endless.headers_mut().remove("content-length");
        assert_eq!(opened(endless).await.unwrap_err().kind, Kind::Invalid);
    }
}
