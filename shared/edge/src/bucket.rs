//! What both halves' buckets do alike.

use codex_kernel::Result;

use crate::{Bucket, LIST};

impl Bucket {
    /// Deletes every object whose key begins with `prefix`, a page at a time, and says how many that were. An empty prefix would
    /// mean all objects, and means none.
    pub async fn delete_prefix(&self, prefix: &str) -> Result<usize> {
        let mut deleted = 0;
        while !prefix.is_empty() {
            let keys: Vec<String> = self.list(prefix, "", LIST).await?.into_iter().map(|object| object.key).collect();
            if keys.is_empty() {
                break;
            }
            deleted += keys.len();
            self.delete_many(keys).await?;
        }
        Ok(deleted)
    }
}
