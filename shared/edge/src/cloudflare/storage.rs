use std::{pin::pin, time::Duration};

use codex_kernel::{Error, Result, Timestamp};
use futures_util::future::{Either, select};
use wasm_bindgen::JsValue;
use worker::{Delay, send::SendFuture};

use super::{away, glue};
use crate::{LIST, Listed, ObjectHead};

/// A KV namespace: a cache, up to 60 s stale elsewhere, never the truth. What takes longer than a second is away.
pub struct Kv(JsValue);

impl Kv {
    pub(super) fn new(namespace: JsValue) -> Self {
        Self(namespace)
    }

    /// The text under `key`, if any.
    pub async fn get(&self, key: &str) -> Result<Option<String>> {
        Ok(SendFuture::new(glue::read(&self.0, key)).await.map_err(no_cache)?.as_string())
    }

    /// Stores `value` for `ttl` seconds (60 at least, as KV demands).
    pub async fn put(&self, key: &str, value: &str, ttl: u64) -> Result<()> {
        let seconds = u32::try_from(ttl.max(60)).unwrap_or(u32::MAX);
        SendFuture::new(glue::keep(&self.0, key, value, seconds)).await.map(drop).map_err(no_cache)
    }

    /// Forgets `key`.
    pub async fn delete(&self, key: &str) -> Result<()> {
        SendFuture::new(glue::forget(&self.0, key)).await.map(drop).map_err(no_cache)
    }
}

fn no_cache(error: JsValue) -> Error {
    away("the cache", worker::Error::from(error))
}

/// How long R2 may take to say something, and to put an upload of many parts together.
const PATIENCE: Duration = Duration::from_secs(10);
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// What R2 says to `work`, if it says it in time.
fn within<T>(
    patience: Duration,
    work: impl Future<Output = worker::Result<T>>,
) -> SendFuture<impl Future<Output = worker::Result<T>>> {
    SendFuture::new(async move {
        match select(pin!(work), Delay::from(patience)).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Err(worker::Error::RustError("no answer in time".to_owned())),
        }
    })
}

fn no_store(error: worker::Error) -> Error {
    away("the media store", error)
}

/// One flight for a key in this isolate.
#[derive(Default)]
pub struct Flights;

impl Flights {
    /// Whether the caller is to make the text for `key`; else somebody is about to.
    pub fn board(&self, key: &str) -> bool {
        glue::board(key)
    }

    /// The text that is being made for `key`; none where that fails or its request ended.
    pub async fn landing(&self, key: &str) -> Option<String> {
        SendFuture::new(glue::landing(key)).await.ok()?.as_string()
    }

    /// Hands the text for `key` to those who wait. Whether it was still wanted.
    pub fn land(&self, key: &str, text: Option<&str>) -> bool {
        glue::land(key, text)
    }
}

/// An R2 bucket through its binding; bytes for people travel by presigned URL instead. What it does not say in time is `Unavailable`.
pub struct Bucket(worker::Bucket);

impl Bucket {
    pub(super) fn new(bucket: worker::Bucket) -> Self {
        Self(bucket)
    }

    /// Starts an upload of the object at `key` in parts; its name.
    pub async fn create_upload(&self, key: &str, content_type: &str) -> Result<String> {
        let metadata = worker::HttpMetadata { content_type: Some(content_type.to_owned()), ..Default::default() };
        let upload = async { Ok(self.0.create_multipart_upload(key).http_metadata(metadata).execute().await?.upload_id().await) };
        within(PATIENCE, upload).await.map_err(no_store)
    }

    /// Makes the object at `key` of the parts that arrived, each with the ETag it was answered with. False where R2 does not know
    /// the upload or a part as described.
    pub async fn complete_upload(&self, key: &str, upload: &str, parts: Vec<(u16, String)>) -> Result<bool> {
        let parts: Vec<_> = parts.into_iter().map(|(number, etag)| worker::UploadedPart::new(number, etag)).collect();
        let done = async { self.0.resume_multipart_upload(key, upload)?.complete(parts).await.map(|_| true) };
        match within(LONG_PATIENCE, done).await {
            // 10024: no such upload; 10025: no such part; 10048: parts of different lengths; 10011: too small a part.
            Err(error) if ["(10024)", "(10025)", "(10048)", "(10011)"].iter().any(|code| error.to_string().contains(code)) => {
                Ok(false)
            }
            done => done.map_err(no_store),
        }
    }

    /// Gives up an upload in parts; one that is over already is left alone.
    pub async fn abort_upload(&self, key: &str, upload: &str) -> Result<()> {
        let aborted = async { self.0.resume_multipart_upload(key, upload)?.abort().await };
        match within(PATIENCE, aborted).await {
            Err(error) if error.to_string().contains("(10024)") => Ok(()),
            aborted => aborted.map_err(no_store),
        }
    }

    /// Deletes the object at `key`, if it exists.
    pub async fn delete(&self, key: &str) -> Result<()> {
        within(PATIENCE, self.0.delete(key)).await.map_err(no_store)
    }

    /// Deletes these, [`LIST`] at most; what does not exist is as good as deleted.
    pub async fn delete_many(&self, keys: Vec<String>) -> Result<()> {
        within(PATIENCE, self.0.delete_multiple(keys)).await.map_err(no_store)
    }

    /// The first `limit` objects ([`LIST`] at most) whose keys begin with `prefix` and come after `after`, in the order of their keys.
    pub async fn list(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<Listed>> {
        let limit = u32::try_from(limit.min(LIST)).unwrap_or_default();
        let list = self.0.list().limit(limit).prefix(prefix);
        let list = if after.is_empty() { list } else { list.start_after(after) };
        let page = within(PATIENCE, list.execute()).await.map_err(no_store)?;
        let objects = page.objects().into_iter();
        let uploaded = |object: &worker::Object| {
            let millis = i64::try_from(object.uploaded().as_millis()).unwrap_or(i64::MAX);
            Timestamp::from_millisecond(millis).map_err(Error::internal)
        };
        objects.map(|object| Ok(Listed { uploaded: uploaded(&object)?, key: object.key() })).collect()
    }

    /// What is known of the object at `key`, if it exists.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectHead>> {
        let object = within(PATIENCE, self.0.head(key)).await.map_err(no_store)?;
        Ok(object.map(|object| ObjectHead { size: object.size(), etag: object.etag() }))
    }

    /// The first `length` bytes of the object at `key`, if it exists.
    pub async fn read(&self, key: &str, length: u64) -> Result<Option<Vec<u8>>> {
        let read = async {
            let range = worker::Range::OffsetWithLength { offset: 0, length };
            let Some(object) = self.0.get(key).range(range).execute().await? else { return Ok(None) };
            match object.body() {
                Some(body) => body.bytes().await.map(Some),
                None => Ok(None),
            }
        };
        within(PATIENCE, read).await.map_err(no_store)
    }

    /// Stores `bytes` at `key`; browsers get them as `media_type` and may keep them for ever.
    pub async fn put(&self, key: &str, bytes: Vec<u8>, media_type: &str) -> Result<()> {
        let metadata = worker::HttpMetadata {
            content_type: Some(media_type.to_owned()),
            cache_control: Some("public, max-age=31536000, immutable".to_owned()),
            ..Default::default()
        };
        let put = self.0.put(key, bytes).http_metadata(metadata);
        within(PATIENCE, put.execute()).await.map(|_| ()).map_err(no_store)
    }
}
