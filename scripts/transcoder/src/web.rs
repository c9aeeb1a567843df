//! HTTP to the store and to whoever wants to know: files as streams, and another try for what passes.

use std::{fmt, io, path::Path, time::Duration};

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{client::legacy, client::legacy::connect::HttpConnector, rt::TokioExecutor};
use tokio::{fs::File, io::AsyncWriteExt};
use tokio_util::io::ReaderStream;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// How long a side may be silent.
const SILENCE: Duration = Duration::from_secs(60);
/// How long sending a file may take: R2 takes 5 GiB at most.
const SENDING: Duration = Duration::from_secs(2 * 3600);
/// How often a file is fetched or sent before that is given up.
const TRIES: u32 = 5;

/// Why a request came to nothing. Addresses are secrets here: they are never part of it.
#[derive(Debug)]
pub enum Trouble {
    /// It was answered, and the answer will be the same next time.
    Refused(StatusCode),
    /// It may work later.
    Passing(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "refused with {status}"),
            Self::Passing(words) => f.write_str(words),
        }
    }
}

impl Trouble {
    fn passing(error: &impl ToString) -> Self {
        Self::Passing(error.to_string())
    }

    fn of(status: StatusCode) -> Self {
        let passes = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        if passes { Self::Passing(status.to_string()) } else { Self::Refused(status) }
    }
}

/// A client that keeps its connections.
#[derive(Clone)]
pub struct Web(legacy::Client<HttpsConnector<HttpConnector>, Body>);

impl Web {
    /// One that believes the certificate authorities that Mozilla does.
    pub fn new() -> Self {
        let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        Self(legacy::Client::builder(TokioExecutor::new()).build(connector))
    }

    async fn send(&self, request: Request<Body>, patience: Duration) -> Result<http::Response<hyper::body::Incoming>, Trouble> {
        let answer = tokio::time::timeout(patience, self.0.request(request)).await;
        let answer = answer.map_err(|late| Trouble::passing(&late))?.map_err(|error| Trouble::passing(&error))?;
        if answer.status().is_success() { Ok(answer) } else { Err(Trouble::of(answer.status())) }
    }

    /// What a POST of `body` is answered.
    pub async fn post(&self, url: &str, headers: &[(&str, &str)], body: Bytes) -> Result<Bytes, Trouble> {
        let mut request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(body).map_err(|never| match never {}).boxed_unsync();
        let request = request.body(body).map_err(|_| Trouble::Refused(StatusCode::BAD_REQUEST))?;
        let answer = self.send(request, SILENCE).await?;
        let read = tokio::time::timeout(SILENCE, answer.into_body().collect()).await;
        Ok(read.map_err(|late| Trouble::passing(&late))?.map_err(|error| Trouble::passing(&error))?.to_bytes())
    }

    /// Fetches the file at `url` to `path`.
    pub async fn fetch(&self, url: &str, path: &Path) -> Result<(), Trouble> {
        persistently(|| self.fetch_once(url, path)).await
    }

    async fn fetch_once(&self, url: &str, path: &Path) -> Result<(), Trouble> {
        let request = Request::get(url).body(Full::default().map_err(|never| match never {}).boxed_unsync());
        let request = request.map_err(|_| Trouble::Refused(StatusCode::BAD_REQUEST))?;
        let mut body = self.send(request, SILENCE).await?.into_body();
        let mut file = File::create(path).await.map_err(|error| Trouble::passing(&error))?;
        loop {
            let frame = tokio::time::timeout(SILENCE, body.frame()).await.map_err(|late| Trouble::passing(&late))?;
            let Some(frame) = frame else { break };
            if let Ok(bytes) = frame.map_err(|error| Trouble::passing(&error))?.into_data() {
                file.write_all(&bytes).await.map_err(|error| Trouble::passing(&error))?;
            }
        }
        file.flush().await.map_err(|error| Trouble::passing(&error))
    }

    /// Sends the file at `path` to `url`, where it replaces what is there.
    pub async fn store(&self, path: &Path, url: &str, content_type: &str) -> Result<(), Trouble> {
        persistently(|| self.store_once(path, url, content_type)).await
    }

    async fn store_once(&self, path: &Path, url: &str, content_type: &str) -> Result<(), Trouble> {
        let file = File::open(path).await.map_err(|error| Trouble::passing(&error))?;
        let length = file.metadata().await.map_err(|error| Trouble::passing(&error))?.len();
        let stream = ReaderStream::with_capacity(file, 64 * 1024).map_ok(hyper::body::Frame::data);
        let request = Request::put(url)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, length)
            .body(StreamBody::new(stream).boxed_unsync())
            .map_err(|_| Trouble::Refused(StatusCode::BAD_REQUEST))?;
        self.send(request, SENDING).await.map(drop)
    }
}

/// Tries until it is done, refused, or was tried often enough; each time waits twice as long as the one before.
async fn persistently<F: Future<Output = Result<(), Trouble>>>(attempt: impl Fn() -> F) -> Result<(), Trouble> {
    for tried in 1.. {
        match attempt().await {
            Err(Trouble::Passing(_)) if tried < TRIES => tokio::time::sleep(Duration::from_secs(1 << tried)).await,
            done => return done,
        }
    }
    Ok(())
}
