//! The vocabulary every other crate speaks: identifiers, slugs, e-mail addresses, money, errors. No I/O and no clock.

mod error;
mod ids;
pub mod money;
mod page;
mod random;
mod text;
mod time;

pub use error::{Error, Issue, Kind, Result};
pub use ids::{ContentId, Id, MediaId, OrganizationId, PurchaseId, SessionId, UserId};
pub use page::{Listed, Paging};
pub use random::random_bytes;
pub use text::{Email, Slug};
pub use time::{NoTime, Timestamp};
