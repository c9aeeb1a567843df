use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use codex_kernel::Result;

use crate::ObjectHead;

#[derive(Default)]
struct Objects {
    whole: HashMap<String, Vec<u8>>,
    /// Uploads in parts by name: the key, and what arrived.
    uploads: BTreeMap<String, (String, BTreeMap<u16, Vec<u8>>)>,
    started: usize,
}

/// An R2 bucket in memory.
#[derive(Default)]
pub struct Bucket(Mutex<Objects>);

/// The ETag of `bytes`, near enough.
fn etag(bytes: &[u8]) -> String {
    format!("{:x}-{:x}", bytes.len(), bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into())))
}

impl Bucket {
    fn objects(&self) -> MutexGuard<'_, Objects> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an object there, as a presigned upload would.
    pub fn insert(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.objects().whole.insert(key.to_owned(), bytes.into());
    }

    /// Puts a part there, as a presigned upload would; its ETag. None where there is no such upload.
    pub fn insert_part(&self, upload: &str, number: u16, bytes: impl Into<Vec<u8>>) -> Option<String> {
        let bytes = bytes.into();
        let etag = etag(&bytes);
        self.objects().uploads.get_mut(upload)?.1.insert(number, bytes);
        Some(etag)
    }

    /// The names of the uploads in parts that are under way.
    pub fn uploads(&self) -> Vec<String> {
        self.objects().uploads.keys().cloned().collect()
    }

    /// Starts an upload of the object at `key` in parts; its name.
    pub async fn create_upload(&self, key: &str, _content_type: &str) -> Result<String> {
        let mut objects = self.objects();
        objects.started += 1;
        let upload = format!("upload-{}", objects.started);
        objects.uploads.insert(upload.clone(), (key.to_owned(), BTreeMap::new()));
        Ok(upload)
    }

    /// Makes the object at `key` of the parts that arrived, each with the ETag it was answered with. False where the upload or a
    /// part is not known as described.
    pub async fn complete_upload(&self, key: &str, upload: &str, parts: Vec<(u16, String)>) -> Result<bool> {
        let mut objects = self.objects();
        let Some((_, arrived)) = objects.uploads.get(upload).filter(|(of, _)| of == key) else { return Ok(false) };
        let mut whole = Vec::new();
        for (number, tag) in &parts {
            match arrived.get(number).filter(|bytes| etag(bytes) == *tag) {
                Some(bytes) => whole.extend_from_slice(bytes),
                None => return Ok(false),
            }
        }
        objects.uploads.remove(upload);
        objects.whole.insert(key.to_owned(), whole);
        Ok(true)
    }

    /// Gives up an upload in parts; one that is over already is left alone.
    pub async fn abort_upload(&self, _key: &str, upload: &str) -> Result<()> {
        self.objects().uploads.remove(upload);
        Ok(())
    }

    /// Stores `bytes` at `key`.
    pub async fn put(&self, key: &str, bytes: Vec<u8>, _media_type: &str) -> Result<()> {
        self.insert(key, bytes);
        Ok(())
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.objects().whole.keys().cloned().collect()
    }

    /// Deletes the object at `key`, if it exists.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.objects().whole.remove(key);
        Ok(())
    }

    /// What is known of the object at `key`, if it exists.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectHead>> {
        Ok(self.objects().whole.get(key).map(|bytes| ObjectHead { size: bytes.len() as u64, etag: etag(bytes) }))
    }

    /// The first `length` bytes of the object at `key`, if it exists.
    pub async fn read(&self, key: &str, length: u64) -> Result<Option<Vec<u8>>> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(self.objects().whole.get(key).map(|bytes| bytes.iter().take(length).copied().collect()))
    }
}
