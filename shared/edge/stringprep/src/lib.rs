//! Stands in for the `stringprep` crate, of which `postgres-protocol` uses one function, for passwords in SCRAM.
//!
//! The real one carries the Unicode tables of normalization and direction, a tenth of every worker's upload. Printable ASCII
//! is left as it is by SASLprep (RFC 4013), and Hyperdrive's and Neon's passwords are nothing else. For any other password
//! this reports an error, upon which `postgres-protocol` uses it as it stands, as PostgreSQL does with what is not UTF-8.

use std::borrow::Cow;

/// The password has characters that this cannot prepare.
#[derive(Debug)]
pub struct Error;

/// `text` prepared by SASLprep.
pub fn saslprep(text: &str) -> Result<Cow<'_, str>, Error> {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) { Ok(Cow::Borrowed(text)) } else { Err(Error) }
}
