use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name that may stand in a host name or a path: 3 to 63 characters of `a-z`, `0-9` and single inner hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(!try_from, extend("minLength" = 3, "maxLength" = 63, "pattern" = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
pub struct Slug(String);

impl TryFrom<String> for Slug {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(3..=63).contains(&text.len()) {
            return Err("must be 3 to 63 characters long");
        }
        if !text.bytes().all(allowed) || text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err("may hold lowercase letters, digits and single hyphens between them");
        }
        Ok(Self(text))
    }
}

/// An e-mail address, trimmed and lowercased: two spellings of one mailbox are one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(!try_from, extend("format" = "email", "maxLength" = 254))]
pub struct Email(String);

impl TryFrom<String> for Email {
    type Error = &'static str;

    /// The shape RFC 5321 allows an address to have in practice: one `@`, a dotted domain, at most 254 bytes.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "must be an e-mail address";
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(WRONG)?;
        let local_ok = (1..=64).contains(&local.len())
            && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "@<>(),;:\\\"[]".contains(c));
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() <= 254 && local_ok && domain.contains('.') && domain.split('.').all(label_ok) {
            Ok(Self(text))
        } else {
            Err(WRONG)
        }
    }
}

/// Whether `path` stays where it is put: plain names joined by single slashes.
pub fn is_plain_path(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    path.len() <= 512 && path.split('/').all(|name| !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain))
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

as_text!(Slug, Email);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_what_a_host_name_can_carry() {
        for good in ["abc", "a-b", "studio-1", &"x".repeat(63)] {
            assert!(Slug::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["ab", "-abc", "abc-", "a--b", "ABC", "a_b", "ümlaut", "a.b", &"x".repeat(64)] {
            assert!(Slug::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_paths_do_not_climb() {
        for good in ["master.m3u8", "720p/segment_001.ts"] {
            assert!(is_plain_path(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", "a\\b", "a%2fb", "a?b", "a b", ".hidden"] {
            assert!(!is_plain_path(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_are_folded_and_checked() {
        assert_eq!(Email::try_from(" Ada@Example.COM ".to_owned()).unwrap().as_ref(), "ada@example.com");
        for bad in ["", "a", "a@b", "@b.c", "a@b.", "a b@c.d", "a@-b.c", "a@b@c.d\n"] {
            assert!(Email::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
