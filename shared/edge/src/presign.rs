//! Presigned R2 addresses: files travel straight between browser and R2, never through a worker. Pure: the time is a value.

use std::time::Duration;

use codex_kernel::{Error, Result, Timestamp};
use url::Url;

use crate::{
    Config,
    sigv4::{Credentials, Permit, Permitted, Signer, encoded_path},
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
        let permit = self.permit(method, &path, query, headers, lifetime);
        format!("{}{path}?{}", self.origin, permit.query(""))
    }

    fn permit(&self, method: &str, path: &str, query: &[(&str, &str)], headers: &[(&str, &str)], lifetime: Duration) -> Permit {
        let permitted = Permitted { method, host: &self.host, path, query, headers, payload: "UNSIGNED-PAYLOAD" };
        self.signer.permit(&permitted, lifetime.as_secs())
    }

    /// Whoever holds it may read the object at `key` until `lifetime` has passed; Range requests included.
    pub fn get(&self, key: &str, lifetime: Duration) -> String {
        self.sign("GET", key, &[], &[], lifetime)
    }

    /// The same for many objects in `folder`, named with its slash: a playlist of a film names thousands.
    pub fn folder(&self, folder: &str, lifetime: Duration) -> Folder {
        let path = format!("{}{}", self.folder, encoded_path(folder));
        Folder { permit: self.permit("GET", &path, &[], &[], lifetime), address: format!("{}{path}", self.origin) }
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

/// Signs addresses in one folder, to be read until one moment.
pub struct Folder {
    permit: Permit,
    /// Where the folder is, percent-encoded, with its slash.
    address: String,
}

impl Folder {
    /// What [`Presigner::get`] makes of the object `name` in this folder.
    pub fn get(&self, name: &str) -> String {
        let name = encoded_path(name);
        [&self.address, &*name, "?", &self.permit.query(&name)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_signs_as_each_address_is_signed() {
        let names = ["R2_ACCOUNT_ID", "R2_BUCKET_NAME", "R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"];
        let config = Config::new(names.map(|name| (name.to_owned(), "a-value".to_owned())));
        let presigner = Presigner::new(&config, Timestamp::from_second(1_000_000_000).unwrap()).unwrap();
        let lifetime = Duration::from_secs(60);
        for folder in ["", "a/hls/b/", "a name/with%signs/"] {
            for name in ["", "segment-1.ts", "720p/über.ts"] {
                assert_eq!(presigner.folder(folder, lifetime).get(name), presigner.get(&format!("{folder}{name}"), lifetime));
            }
        }
    }
}
