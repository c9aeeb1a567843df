use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codex_kernel::Timestamp;

/// How long an entry is believed, seconds.
const SECONDS: i64 = 5;
/// The most entries; past that all are forgotten, which costs a few reads.
const MOST: usize = 2_000;

/// What this isolate read from KV within the last five seconds: a page asks for the same session several times at once.
#[derive(Default)]
pub struct Recent(Mutex<HashMap<String, (i64, Arc<str>)>>);

impl Recent {
    fn entries(&self) -> MutexGuard<'_, HashMap<String, (i64, Arc<str>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text under `key`, if it was put there within five seconds.
    pub fn get(&self, key: &str, now: Timestamp) -> Option<Arc<str>> {
        let entries = self.entries();
        let (put, text) = entries.get(key)?;
        (now.as_second().abs_diff(*put) < SECONDS.unsigned_abs()).then(|| text.clone())
    }

    /// Remembers `text`.
    pub fn put(&self, key: &str, text: &str, now: Timestamp) {
        let mut entries = self.entries();
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(key.to_owned(), (now.as_second(), text.into()));
    }

    /// Forgets `key`.
    pub fn forget(&self, key: &str) {
        self.entries().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_believed_for_long() {
        let (recent, at) = (Recent::default(), |second| Timestamp::from_second(second).unwrap());
        recent.put("a", "1", at(100));
        assert_eq!(recent.get("a", at(104)).as_deref(), Some("1"));
        assert_eq!(recent.get("a", at(105)), None);
        assert_eq!(recent.get("b", at(100)), None);
        recent.forget("a");
        assert_eq!(recent.get("a", at(100)), None);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let recent = Recent::default();
        for index in 0..10 * MOST {
            recent.put(&index.to_string(), "x", Timestamp::UNIX_EPOCH);
        }
        assert!(recent.entries().len() <= MOST);
    }
}
