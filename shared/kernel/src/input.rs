//! What many inputs share.

use serde::{Deserialize, Deserializer};

/// For a field of a patch: absent is `None` (by `default`), present is `Some`, and null is what `T` makes of it.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Whether `text` is an http(s) address of at most 2,048 bytes that may stand in a page: `javascript:` and `data:` may not.
pub fn is_web_address(text: &str) -> bool {
    let fits = text.len() <= 2048 && (text.starts_with("https://") || text.starts_with("http://"));
    fits && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c))
}

/// `text` as the pattern of an ILIKE that finds it anywhere.
pub fn contains_pattern(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_web() {
        assert!(is_web_address("https://a.example/b?c=d"));
        for bad in [
            "javascript:alert(1)",
            "data:,x",
            "https://a b",
            "//a.example",
            "https://a/\"><script>",
            &format!("https://{}", "a".repeat(2048)),
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn search_text_matches_itself_only() {
        assert_eq!(contains_pattern("50%_\\"), "%50\\%\\_\\\\%");
    }
}
