//! The vocabulary every other crate speaks: identifiers, slugs, e-mail addresses, money, errors. No I/O and no clock.

mod error;
mod ids;
pub mod money;
mod page;
mod random;
mod text;

pub use error::{Error, Issue, Kind, Result};
pub use ids::{ContentId, Id, MailId, MediaId, OrganizationId, PurchaseId, SessionId, TemplateId, UserId};
pub use page::{Listed, Paging};
pub use random::random_bytes;
pub use text::{Email, Slug};

/// A point in time, UTC, nanosecond resolution; on the wire RFC 3339.
pub type Timestamp = jiff::Timestamp;
