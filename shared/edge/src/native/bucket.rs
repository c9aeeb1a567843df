use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use codex_kernel::{Error, Result, Timestamp};

use super::{Fault, now};
use crate::{LIST, Listed, ObjectHead};

#[derive(Default)]
struct Objects {
    /// By key; each with when it was written.
    whole: BTreeMap<String, (Timestamp, Vec<u8>)>,
    fault: Fault,
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
        let written = now().unwrap_or_default();
        self.objects().whole.insert(key.to_owned(), (written, bytes.into()));
    }

    /// From now on, do this wrong (only [`Fault::Down`] means something here).
    pub fn set_fault(&self, fault: Fault) {
        self.objects().fault = fault;
    }

    /// The objects, unless they are away.
    fn reached(&self) -> Result<MutexGuard<'_, Objects>> {
        let objects = self.objects();
        if objects.fault == Fault::Down {
            return Err(Error::unavailable("the media store", std::io::Error::other("told to fail")));
        }
        Ok(objects)
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
        let mut objects = self.reached()?;
        objects.started += 1;
        let upload = format!("upload-{}", objects.started);
        objects.uploads.insert(upload.clone(), (key.to_owned(), BTreeMap::new()));
        Ok(upload)
    }

    /// Makes the object at `key` of the parts that arrived, each with the ETag it was answered with. False where the upload or a
    /// part is not known as described.
    pub async fn complete_upload(&self, key: &str, upload: &str, parts: Vec<(u16, String)>) -> Result<bool> {
        let mut objects = self.reached()?;
        let Some((_, arrived)) = objects.uploads.get(upload).filter(|(of, _)| of == key) else { return Ok(false) };
        let mut whole = Vec::new();
        for (number, tag) in &parts {
            match arrived.get(number).filter(|bytes| etag(bytes) == *tag) {
                Some(bytes) => whole.extend_from_slice(bytes),
                None => return Ok(false),
            }
        }
        objects.uploads.remove(upload);
        objects.whole.insert(key.to_owned(), (now()?, whole));
        Ok(true)
    }

    /// Gives up an upload in parts; one that is over already is left alone.
    pub async fn abort_upload(&self, _key: &str, upload: &str) -> Result<()> {
        self.reached()?.uploads.remove(upload);
        Ok(())
    }

    /// Stores `bytes` at `key`.
    pub async fn put(&self, key: &str, bytes: Vec<u8>, _media_type: &str) -> Result<()> {
        drop(self.reached()?);
        self.insert(key, bytes);
        Ok(())
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.objects().whole.keys().cloned().collect()
    }

    /// Deletes the object at `key`, if it exists.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.reached()?.whole.remove(key);
        Ok(())
    }

    /// Deletes these, [`LIST`] at most; what does not exist is as good as deleted.
    pub async fn delete_many(&self, keys: Vec<String>) -> Result<()> {
        let mut objects = self.reached()?;
        keys.iter().take(LIST).for_each(|key| drop(objects.whole.remove(key)));
        Ok(())
    }

    /// The first `limit` objects ([`LIST`] at most) whose keys begin with `prefix` and come after `after`, in the order of their keys.
    pub async fn list(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<Listed>> {
        let objects = self.reached()?;
        let later = objects.whole.range::<str, _>((Bound::Excluded(after), Bound::Unbounded));
        let found = later.filter(|(key, _)| key.starts_with(prefix)).take(limit.min(LIST));
        Ok(found.map(|(key, (uploaded, _))| Listed { key: key.clone(), uploaded: *uploaded }).collect())
    }

    /// What is known of the object at `key`, if it exists.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectHead>> {
        let found = self.reached()?.whole.get(key).map(|(_, bytes)| ObjectHead { size: bytes.len() as u64, etag: etag(bytes) });
        Ok(found)
    }

    /// The first `length` bytes of the object at `key`, if it exists.
    pub async fn read(&self, key: &str, length: u64) -> Result<Option<Vec<u8>>> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(self.reached()?.whole.get(key).map(|(_, bytes)| bytes.iter().take(length).copied().collect()))
    }
}
