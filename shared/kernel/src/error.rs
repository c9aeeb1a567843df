use std::{borrow::Cow, fmt};

use schemars::JsonSchema;
use serde::Serialize;

/// The result of anything that can fail in this system.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something failed; the HTTP layer turns each kind into one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400: the input has the wrong shape.
    Invalid,
    /// 401: nobody is signed in.
    Unauthenticated,
    /// 403: somebody is, but may not.
    Forbidden,
    /// 404: it does not exist, or is not theirs to know of.
    NotFound,
    /// 405: the path exists, the method does not.
    MethodNotAllowed,
    /// 412: somebody changed it since the client last saw it.
    PreconditionFailed,
    /// 409: it contradicts what already is.
    Conflict,
    /// 413: the body is larger than the route takes.
    TooLarge,
    /// 415: the body is in a form the route does not read.
    UnsupportedMediaType,
    /// 422: well formed, but a rule forbids it.
    Unprocessable,
    /// 429: too often.
    RateLimited,
    /// 500: our fault.
    Internal,
    /// 502: a service we depend on answered nonsense.
    BadGateway,
    /// 503: something we depend on is away for now; try again.
    Unavailable,
}

/// One thing wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Issue {
    /// Where: `title`, `tags[3]`; empty for the whole input.
    pub path: String,
    /// What, in words for a person.
    pub message: String,
}

/// The one error type: a kind, a stable code that clients switch on, words for people, and the cause for the log.
#[derive(Debug)]
pub struct Error {
    /// The class of failure.
    pub kind: Kind,
    /// Stable, `SCREAMING_SNAKE_CASE`, part of the client contract.
    pub code: &'static str,
    /// For a person; never SQL, secrets or personal data.
    pub message: Cow<'static, str>,
    /// With `Invalid`: every issue found.
    pub issues: Vec<Issue>,
    /// With `RateLimited` and `Unavailable`: seconds until a retry makes sense.
    pub retry_after: Option<u64>,
    /// For the log only.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Any error; prefer the named constructors.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, code, message: message.into(), issues: Vec::new(), retry_after: None, source: None }
    }

    /// 400 with the issues found.
    pub fn invalid(issues: Vec<Issue>) -> Self {
        Self { issues, ..Self::new(Kind::Invalid, "VALIDATION_ERROR", "The request is not valid") }
    }

    /// 400 with a single issue.
    pub fn invalid_at(path: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![Issue { path: path.to_owned(), message: message.into() }])
    }

    /// 401.
    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "UNAUTHORIZED", "Sign in to continue")
    }

    /// 403 with a code of its own.
    pub fn forbidden(code: &'static str, message: &'static str) -> Self {
        Self::new(Kind::Forbidden, code, message)
    }

    /// 404 for `what` ("content", "organization", ...).
    pub fn not_found(what: &'static str) -> Self {
        Self::new(Kind::NotFound, "NOT_FOUND", format!("No such {what}"))
    }

    /// 409.
    pub fn conflict(code: &'static str, message: &'static str) -> Self {
        Self::new(Kind::Conflict, code, message)
    }

    /// 422.
    pub fn rule(code: &'static str, message: &'static str) -> Self {
        Self::new(Kind::Unprocessable, code, message)
    }

    /// 500 naming the missing binding or variable, which is no secret; its value never appears.
    pub fn configuration(name: &str) -> Self {
        Self::new(Kind::Internal, "CONFIGURATION_ERROR", format!("{name} is not configured"))
    }

    /// 500; the cause goes to the log only.
    pub fn internal(source: impl fmt::Display) -> Self {
        Self::new(Kind::Internal, "INTERNAL_ERROR", "Something went wrong on our side").because(Words(source.to_string()))
    }

    /// 502: `who` answered something we cannot use.
    pub fn bad_gateway(who: &'static str, source: impl fmt::Display) -> Self {
        Self::new(Kind::BadGateway, "BAD_GATEWAY", format!("{who} gave no usable answer")).because(Words(source.to_string()))
    }

    /// 503: `who` cannot be reached.
    pub fn unavailable(who: &'static str, source: impl fmt::Display) -> Self {
        Self {
            retry_after: Some(5),
            ..Self::new(Kind::Unavailable, "SERVICE_UNAVAILABLE", format!("{who} is not available, try again shortly"))
        }
        .because(Words(source.to_string()))
    }

    /// 429 until `retry_after` seconds have passed.
    pub fn rate_limited(retry_after: u64) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(Kind::RateLimited, "RATE_LIMITED", "Too many requests, try again later")
        }
    }

    /// The same error with its cause, which can be found again by its type.
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

/// What a cause of another crate's said. Keeping the cause itself would keep its `Debug` too, 10 kB of every upload.
#[derive(Debug)]
struct Words(String);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Words {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
