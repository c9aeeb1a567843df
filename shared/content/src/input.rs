use codex_kernel::{Error, Issue, Slug};
use serde::{Deserialize, Deserializer};

/// The largest file, bytes: R2 takes no larger one in a single PUT.
pub(crate) const MAX_FILE: u64 = 5 * 1024 * 1024 * 1024;

/// For a field of a patch: absent is `None` (by `default`), present is `Some`, and null is what `T` makes of it.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Only what a browser loads from the web; `javascript:` and `data:` are no pictures.
pub(crate) fn web_url(url: &str, (): &()) -> garde::Result {
    match url::Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(()),
        _ => Err(garde::Error::new("must be an http(s) address")),
    }
}

/// ISO 4217's shape, lowercase.
pub(crate) fn currency_code(code: &str, (): &()) -> garde::Result {
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase()) {
        return Ok(());
    }
    Err(garde::Error::new("must be three lowercase letters"))
}

/// `type/subtype`, without parameters.
pub(crate) fn mime_type(name: &str, (): &()) -> garde::Result {
    let token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b));
    match name.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => Ok(()),
        _ => Err(garde::Error::new("must be a media type such as video/mp4")),
    }
}

/// `text` as the pattern of an ILIKE that finds it anywhere.
pub(crate) fn contains_pattern(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// A slug from a title; `suffix` keeps two equal titles apart.
pub(crate) fn slug_of(title: &str, suffix: &str) -> codex_kernel::Result<Slug> {
    let mut text = String::new();
    for c in title.chars().map(|c| c.to_ascii_lowercase()) {
        if text.len() >= 48 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with('-') {
            text.push('-');
        }
    }
    let text = text.trim_end_matches('-');
    let text = if text.is_empty() { "content" } else { text };
    Slug::try_from(format!("{text}-{suffix}"))
        .map_err(|message| Error::invalid(vec![Issue { path: "slug".to_owned(), message: message.to_owned() }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_slugs() {
        assert_eq!(slug_of("  Yoga: für Anfänger! ", "a1b2c3").unwrap().as_ref(), "yoga-f-r-anf-nger-a1b2c3");
        assert_eq!(slug_of("日本", "a1b2c3").unwrap().as_ref(), "content-a1b2c3");
        assert!(slug_of(&"x".repeat(500), "a1b2c3").is_ok());
    }

    #[test]
    fn search_text_matches_itself_only() {
        assert_eq!(contains_pattern("50%_\\"), "%50\\%\\_\\\\%");
    }
}
