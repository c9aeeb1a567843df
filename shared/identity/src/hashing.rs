//! What the auth worker asks the hasher, and what that answers.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a [`Hash`] is sent.
pub const HASH_PATH: &str = "/internal/hash";
/// Where a [`Verify`] is sent.
pub const VERIFY_PATH: &str = "/internal/verify";

/// A password to store.
#[derive(Deserialize, Serialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Hash {
    /// Accepted already, in NFC.
    #[garde(length(chars, min = 1, max = 256))]
    pub password: String,
}

/// What to store.
#[derive(Deserialize, Serialize, JsonSchema)]
pub struct Hashed {
    /// A PHC string.
    pub hash: String,
}

/// A password that somebody claims is theirs.
#[derive(Deserialize, Serialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// As it was typed, in whatever normal form.
    #[garde(length(chars, min = 1, max = 1024))]
    pub password: String,
    /// What is stored for them; none where there is no such account.
    #[serde(default)]
    #[garde(inner(length(max = 512)))]
    pub stored: Option<String>,
}

/// Whether a password is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// It is not, or what is stored is no hash that is known here.
    Wrong,
    /// It is.
    Right,
    /// It is, and what is stored is out of date.
    Outdated {
        /// What to store instead.
        hash: String,
    },
}
