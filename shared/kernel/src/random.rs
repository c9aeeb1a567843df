use crate::{Error, Result};

/// `N` bytes of the host's cryptographic randomness.
pub fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(std::io::Error::other(error.to_string())))?;
    Ok(bytes)
}
