use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why somebody gets a mail, which decides whether they can refuse it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Something they did or that happened to their account: it cannot be refused.
    #[default]
    Transactional,
    /// Something new that they may like.
    Marketing,
    /// What happened lately, in one mail.
    Digest,
}

impl Category {
    /// Its name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transactional => "transactional",
            Self::Marketing => "marketing",
            Self::Digest => "digest",
        }
    }
}
