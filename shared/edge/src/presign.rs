//! Presigned R2 URLs (S3's SigV4 in the query string). Pure: the time is a parameter.

use std::time::Duration;

use codex_kernel::{Error, Result, Timestamp};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use url::Url;

use crate::Config;

/// Signs URLs for one bucket.
pub struct Presigner {
    bucket: Bucket,
    credentials: Credentials,
}

impl Presigner {
    /// From `R2_BUCKET_NAME`, `R2_ACCESS_KEY_ID`, `R2_SECRET_ACCESS_KEY` and `R2_ACCOUNT_ID` (or `R2_ENDPOINT`, on a developer's machine).
    pub fn new(config: &Config) -> Result<Self> {
        let endpoint = match config.find("R2_ENDPOINT") {
            Some(endpoint) => endpoint.to_owned(),
            None => format!("https://{}.r2.cloudflarestorage.com", config.get("R2_ACCOUNT_ID")?),
        };
        let endpoint = Url::parse(&endpoint).map_err(|_| Error::configuration("R2_ENDPOINT"))?;
        let bucket = Bucket::new(endpoint, UrlStyle::Path, config.get("R2_BUCKET_NAME")?.to_owned(), "auto")
            .map_err(|_| Error::configuration("R2_BUCKET_NAME"))?;
        let credentials = Credentials::new(config.get("R2_ACCESS_KEY_ID")?, config.get("R2_SECRET_ACCESS_KEY")?);
        Ok(Self { bucket, credentials })
    }

    /// Whoever holds it may read the object at `key` until `lifetime` from `now` has passed; Range requests included.
    pub fn get(&self, key: &str, now: Timestamp, lifetime: Duration) -> Url {
        self.bucket.get_object(Some(&self.credentials), key).sign_with_time(lifetime, &now)
    }

    /// Whoever holds it may write the object at `key` once or more until `lifetime` from `now` has passed, as `content_type` only.
    pub fn put(&self, key: &str, content_type: &str, now: Timestamp, lifetime: Duration) -> Url {
        let mut action = self.bucket.put_object(Some(&self.credentials), key);
        action.headers_mut().insert("content-type", content_type.to_owned());
        action.sign_with_time(lifetime, &now)
    }
}
