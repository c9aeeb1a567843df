//! Presigned R2 addresses: files travel straight between browser and R2, never through a worker. Pure: the time is a value.

use std::time::Duration;

use codex_kernel::{Error, Result, Timestamp};
use url::Url;

use crate::{
    Config,
    sigv4::{Credentials, Permitted, Signer, encoded_path},
};

/// Signs addresses in one bucket, as of one moment.
pub struct Presigner {
    signer: Signer,
    /// Scheme and host.
    origin: String,
    host: String,
    /// Where the bucket's objects are, percent-encoded, with its slash.
    folder: String,
}

impl Presigner {
    /// From `R2_BUCKET_NAME`, `R2_ACCESS_KEY_ID`, `R2_SECRET_ACCESS_KEY` and `R2_ACCOUNT_ID` (or `R2_ENDPOINT`, on a developer's
    /// machine); what it signs is valid from `now`.
    pub fn new(config: &Config, now: Timestamp) -> Result<Self> {
        let endpoint = match config.find("R2_ENDPOINT") {
            Some(endpoint) => endpoint.to_owned(),
            None => format!("https://{}.r2.cloudflarestorage.com", config.get("R2_ACCOUNT_ID")?),
        };
        let endpoint = Url::parse(&endpoint).map_err(|_| Error::configuration("R2_ENDPOINT"))?;
        let origin = endpoint.origin().ascii_serialization();
        let host = origin.split_once("://").ok_or_else(|| Error::configuration("R2_ENDPOINT"))?.1.to_owned();
        let bucket = encoded_path(config.get("R2_BUCKET_NAME")?);
        let credentials = Credentials {
            key: config.get("R2_ACCESS_KEY_ID")?,
            secret: config.get("R2_SECRET_ACCESS_KEY")?,
            token: None,
            region: "auto",
            service: "s3",
        };
        let folder = format!("{}/{bucket}/", endpoint.path().trim_end_matches('/'));
        Ok(Self { signer: Signer::new(&credentials, now)?, origin, host, folder })
    }

    fn sign(&self, method: &str, key: &str, query: &[(&str, &str)], headers: &[(&str, &str)], lifetime: Duration) -> String {
        let path = format!("{}{}", self.folder, encoded_path(key));
        let permitted = Permitted { method, host: &self.host, path: &path, query, headers, payload: "UNSIGNED-PAYLOAD" };
        let query = self.signer.query(&permitted, lifetime.as_secs());
        format!("{}{path}?{query}", self.origin)
    }

    /// Whoever holds it may read the object at `key` until `lifetime` has passed; Range requests included.
    pub fn get(&self, key: &str, lifetime: Duration) -> String {
        self.sign("GET", key, &[], &[], lifetime)
    }

    /// Whoever holds it may write the object at `key`, once or more, until `lifetime` has passed: `length` bytes of `content_type`.
    pub fn put(&self, key: &str, content_type: &str, length: u64, lifetime: Duration) -> String {
        let headers = [("content-length", length.to_string()), ("content-type", content_type.to_owned())];
        self.sign("PUT", key, &[], &headers.each_ref().map(|(name, value)| (*name, value.as_str())), lifetime)
    }

    /// The same for any number of bytes, for a program of ours that learns it as it goes.
    pub fn put_any(&self, key: &str, content_type: &str, lifetime: Duration) -> String {
        self.sign("PUT", key, &[], &[("content-type", content_type)], lifetime)
    }

    /// Whoever holds it may send part `number` (from 1), `length` bytes, of the multipart upload `upload` until `lifetime` has passed.
    pub fn part(&self, key: &str, upload: &str, number: u32, length: u64, lifetime: Duration) -> String {
        let query = [("partNumber", &*number.to_string()), ("uploadId", upload)];
        self.sign("PUT", key, &query, &[("content-length", &length.to_string())], lifetime)
    }
}
