use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codex_kernel::Timestamp;

/// The most that is remembered, keys and texts together, bytes; past that all is forgotten, which costs a few reads.
const MOST_BYTES: usize = 4 << 20;

/// What this isolate read from KV within the last seconds: a page asks for the same session several times at once, and a crowd
/// for the same page.
pub struct Recent {
    seconds: i64,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    by_key: HashMap<String, (i64, Arc<str>)>,
    bytes: usize,
}

impl Default for Recent {
    /// Empty; an entry is believed for five seconds.
    fn default() -> Self {
        Self::new(5)
    }
}

impl Recent {
    /// Empty; an entry is believed for this many seconds.
    pub fn new(seconds: i64) -> Self {
        Self { seconds, entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text under `key`, if it was put there in time.
    pub fn get(&self, key: &str, now: Timestamp) -> Option<Arc<str>> {
        let entries = self.entries();
        let (put, text) = entries.by_key.get(key)?;
        (now.as_second().abs_diff(*put) < self.seconds.unsigned_abs()).then(|| text.clone())
    }

    /// Remembers `text`.
    pub fn put(&self, key: &str, text: &str, now: Timestamp) {
        let mut entries = self.entries();
        entries.remove(key);
        let size = key.len() + text.len();
        if entries.bytes + size > MOST_BYTES {
            *entries = Entries::default();
        }
        entries.bytes += size;
        entries.by_key.insert(key.to_owned(), (now.as_second(), text.into()));
    }

    /// Forgets `key`.
    pub fn forget(&self, key: &str) {
        self.entries().remove(key);
    }
}

impl Entries {
    fn remove(&mut self, key: &str) {
        if let Some((_, text)) = self.by_key.remove(key) {
            self.bytes -= key.len() + text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_believed_for_long() {
        let (recent, at) = (Recent::new(5), |second| Timestamp::from_second(second).unwrap());
        recent.put("a", "1", at(100));
        assert_eq!(recent.get("a", at(104)).as_deref(), Some("1"));
        assert_eq!(recent.get("a", at(105)), None);
        assert_eq!(recent.get("b", at(100)), None);
        recent.forget("a");
        assert_eq!(recent.get("a", at(100)), None);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let (recent, text) = (Recent::new(5), "x".repeat(10_000));
        for index in 0..1_000 {
            recent.put(&index.to_string(), &text, Timestamp::UNIX_EPOCH);
            recent.put("again", &text, Timestamp::UNIX_EPOCH);
            let entries = recent.entries();
            let held: usize = entries.by_key.iter().map(|(key, (_, text))| key.len() + text.len()).sum();
            assert!(held == entries.bytes && held <= MOST_BYTES, "{held} bytes, {} counted", entries.bytes);
        }
    }
}
