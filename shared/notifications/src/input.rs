//! What inputs have in common.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What a template is filled with: words and numbers by name.
pub type Data = BTreeMap<String, Value>;

/// The most variables of one mail.
const MOST: usize = 50;
/// The longest value, characters.
const LONGEST: usize = 2_000;

/// For a field of a patch: absent is `None` (by `default`), present is `Some`, and null is what `T` makes of it.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Words and numbers, and not too many.
pub(crate) fn fillings(data: &Data, (): &()) -> garde::Result {
    let fits = |value: &Value| match value {
        Value::String(text) => text.chars().count() <= LONGEST && !text.contains('\0'),
        Value::Number(_) | Value::Null => true,
        _ => false,
    };
    if data.len() > MOST || data.keys().any(|name| name.len() > 64 || name.contains('\0')) || !data.values().all(fits) {
        return Err(garde::Error::new("may hold 50 words and numbers of at most 2000 characters"));
    }
    Ok(())
}

/// Lowercase letters, digits and hyphens, 3 to 100, beginning with a letter and not ending with a hyphen.
pub(crate) fn template_name(name: &str, (): &()) -> garde::Result {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let fits = (3..=100).contains(&name.len()) && name.bytes().all(inner);
    if fits && name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.ends_with('-') {
        return Ok(());
    }
    Err(garde::Error::new("must be lowercase letters, digits and hyphens, beginning with a letter"))
}

/// Nothing that begins a new line: what is checked here becomes a header.
pub(crate) fn single_line(text: &str, (): &()) -> garde::Result {
    if text.chars().any(char::is_control) || text.trim().is_empty() {
        return Err(garde::Error::new("must be one line of words"));
    }
    Ok(())
}

/// Nothing but text and its line breaks.
pub(crate) fn plain_text(text: &str, (): &()) -> garde::Result {
    if text.chars().any(|c| c.is_control() && !"\n\r\t".contains(c)) {
        return Err(garde::Error::new("may not hold control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_the_contract_says() {
        for good in ["a-b", "abc", "a12", &format!("a{}", "b".repeat(99))] {
            assert!(template_name(good, &()).is_ok(), "{good}");
        }
        for bad in ["", "ab", "1ab", "-ab", "ab-", "Abc", "a_b", "a b", "ä-b", &format!("a{}", "b".repeat(100))] {
            assert!(template_name(bad, &()).is_err(), "{bad}");
        }
    }
}
