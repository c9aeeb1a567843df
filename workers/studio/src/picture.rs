use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, header},
};
use bytes::Bytes;
use codex_kernel::{Error, Kind, Result};
use codex_pages::Refusal;
use futures_util::stream;

/// The largest form with a picture in it, bytes: ten MiB, as content takes them, and the form around them.
const MOST: usize = 10 * 1024 * 1024 + 4096;

/// A file that is said to be a picture.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) bytes: Bytes,
    /// What the browser takes it for.
    pub(crate) mime_type: String,
}

/// The picture in `field` of a form that was sent as `multipart/form-data`; what is wrong with it otherwise. Whether it is a picture at
/// all is for whoever keeps it to say.
pub(crate) async fn sent(request: Request, field: &str) -> Result<Result<Picture, Refusal>> {
    let (parts, body) = request.into_parts();
    let boundary = boundary(&parts.headers)?;
    let Ok(body) = to_bytes(body, MOST).await else {
        return Ok(Err(Refusal::at(field, "may have ten megabytes")));
    };
    let mut form = multer::Multipart::new(stream::iter([Ok::<_, std::convert::Infallible>(body)]), boundary);
    let wrong = |_| Error::invalid_at("", "must be a form");
    while let Some(part) = form.next_field().await.map_err(wrong)? {
        if part.name() == Some(field) {
            let mime_type = part.content_type().map_or("", |kind| kind.essence_str()).to_owned();
            let bytes = part.bytes().await.map_err(wrong)?;
            return Ok(if bytes.is_empty() {
                Err(Refusal::at(field, "must be chosen"))
            } else {
                Ok(Picture { bytes, mime_type })
            });
        }
    }
    Ok(Err(Refusal::at(field, "must be chosen")))
}

fn boundary(headers: &HeaderMap) -> Result<String> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    multer::parse_boundary(sent)
        .map_err(|_| Error::new(Kind::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Send a form with a file"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn picture_in(body: impl Into<Body>) -> Result<Result<Picture, Refusal>> {
        let mut request = Request::new(body.into());
        request.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=x".parse().unwrap());
        sent(request, "logo").await
    }

    fn part(name: &str, bytes: &str) -> String {
        format!(
            "--x\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a\"\r\ncontent-type: image/gif\r\n\r\n{bytes}\r\n--x--\r\n"
        )
    }

    #[tokio::test]
    async fn a_picture_is_found_in_its_field() {
        let found = picture_in(part("logo", "GIF")).await.unwrap().unwrap();
        assert_eq!((&found.bytes[..], found.mime_type.as_str()), (&b"GIF"[..], "image/gif"));
        for nothing in [part("logo", ""), part("other", "GIF")] {
            let refusal = picture_in(nothing).await.unwrap().unwrap_err();
            assert_eq!((refusal.issues[0].path.as_str(), refusal.issues[0].message.as_str()), ("logo", "must be chosen"));
        }
        let large = picture_in(part("logo", &"x".repeat(MOST))).await.unwrap().unwrap_err();
        assert_eq!(large.issues[0].message, "may have ten megabytes");
        assert!(picture_in("--x\r\nnonsense").await.is_err(), "half a form");
        assert_eq!(sent(Request::new(Body::empty()), "logo").await.unwrap_err().kind, Kind::UnsupportedMediaType);
    }
}
