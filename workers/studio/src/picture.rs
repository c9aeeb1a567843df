use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, header},
};
use bytes::Bytes;
use codex_kernel::{Error, Kind, Result};
use codex_pages::Refusal;

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
    let boundary = boundary(&parts.headers)
        .ok_or_else(|| Error::new(Kind::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Send a form with a file"))?;
    let Ok(body) = to_bytes(body, MOST).await else {
        return Ok(Err(Refusal::at(field, "may have ten megabytes")));
    };
    Ok(part(&body, &boundary, field)
        .filter(|picture| !picture.bytes.is_empty())
        .ok_or_else(|| Refusal::at(field, "must be chosen")))
}

/// What stands between the parts of a form that was sent as `multipart/form-data`.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = sent.strip_prefix("multipart/form-data;")?.trim().strip_prefix("boundary=")?.trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

/// The part of `form` in `field`, as browsers write forms (RFC 7578). A parser for everything that multipart can be weighs as much as a
/// page of the studio; browsers send one kind.
fn part(form: &Bytes, boundary: &str, field: &str) -> Option<Picture> {
    let delimiter = format!("\r\n--{boundary}");
    let named = format!("; name=\"{field}\"");
    // The first delimiter has no line before it.
    let mut at = delimiter.len() - 2;
    loop {
        let head_end = at + find(form.get(at..)?, b"\r\n\r\n")?;
        let end = head_end + 4 + find(form.get(head_end + 4..)?, delimiter.as_bytes())?;
        let head = str::from_utf8(form.get(at..head_end)?).ok()?;
        let line =
            |name: &str| head.lines().find(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        if line("content-disposition:").is_some_and(|line| line.contains(&named)) {
            let mime_type = line("content-type:").and_then(|line| line.split_once(':')).map_or("", |(_, kind)| kind.trim());
            return Some(Picture { bytes: form.slice(head_end + 4..end), mime_type: mime_type.to_owned() });
        }
        at = end + delimiter.len();
    }
}

/// Where `what` begins.
pub(crate) fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    let first = what.first()?;
    let mut candidates = within.iter().enumerate().filter(|(_, byte)| *byte == first).map(|(index, _)| index);
    candidates.find(|index| within.get(*index..).is_some_and(|rest| rest.starts_with(what)))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn picture_in(body: impl Into<Body>) -> Result<Picture, Refusal> {
        let mut request = Request::new(body.into());
        request.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=----x".parse().unwrap());
        sent(request, "logo").await.unwrap()
    }

    /// A field as Chromium, Firefox and WebKit write it.
    fn part(name: &str, bytes: &str) -> String {
        format!(
            "------x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.gif\"\r\nContent-Type: image/gif\r\n\r\n{bytes}\r\n"
        )
    }

    #[tokio::test]
    async fn a_picture_is_found_in_its_field() {
        let form = format!("{}{}------x--\r\n", part("other", "PNG"), part("logo", "GIF\r\n\r\n--x"));
        let found = picture_in(form).await.unwrap();
        assert_eq!((&found.bytes[..], found.mime_type.as_str()), (&b"GIF\r\n\r\n--x"[..], "image/gif"));
        let whole = part("logo", "GIF") + "------x--\r\n";
        for cut in 0..whole.len() {
            let beginning = picture_in(whole[..cut].to_owned()).await;
            assert!(beginning.is_err() || cut > whole.len() - 5, "half a form holds nothing: {cut}");
        }
        for nothing in [part("logo", "") + "------x--\r\n", part("other", "GIF") + "------x--\r\n", String::new()] {
            let refusal = picture_in(nothing).await.unwrap_err();
            assert_eq!((refusal.issues[0].path.as_str(), refusal.issues[0].message.as_str()), ("logo", "must be chosen"));
        }
        let large = picture_in(part("logo", &"x".repeat(MOST))).await.unwrap_err();
        assert_eq!(large.issues[0].message, "may have ten megabytes");
        assert_eq!(sent(Request::new(Body::empty()), "logo").await.unwrap_err().kind, Kind::UnsupportedMediaType);
    }
}
