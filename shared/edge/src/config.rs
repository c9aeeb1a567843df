use codex_kernel::{Error, Result};
use std::collections::BTreeMap;

/// Where this worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine or a test.
    Development,
    /// A pull request's own workers.
    Preview,
    /// The rehearsal.
    Staging,
    /// The real thing.
    Production,
}

impl Environment {
    /// The name used in configuration and in `/health`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Preview => "preview",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// Variables and secrets by name, read once per isolate.
pub struct Config {
    values: BTreeMap<String, String>,
    /// Where this worker runs; what is not named is production, the strictest.
    pub environment: Environment,
}

impl Config {
    /// From names and values.
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let values: BTreeMap<_, _> = values.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let environment = match values.get("ENVIRONMENT").map(String::as_str) {
            Some("development" | "test") => Environment::Development,
            Some("preview") => Environment::Preview,
            Some("staging") => Environment::Staging,
            _ => Environment::Production,
        };
        Self { values, environment }
    }

    /// A value that must be there; else an error naming it.
    pub fn get(&self, name: &str) -> Result<&str> {
        self.find(name).ok_or_else(|| Error::configuration(name))
    }

    /// A value that may be there.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}
