use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use codex_edge::{NormalForm, normalized};
use codex_kernel::{Error, Result, random_bytes};
use subtle::ConstantTimeEq;

/// OWASP's second recommended setting for Argon2id, as it begins a PHC string.
const PREFIX: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
const CURRENT: Cost = Cost { memory: 19_456, passes: 2, lanes: 1 };
/// The most that a stored hash may ask for: an isolate has 128 MB, and a login should not take seconds.
const MOST: Cost = Cost { memory: 65_536, passes: 4, lanes: 4 };

/// What one hash takes: KiB, passes over them, and lanes.
#[derive(Clone, Copy)]
struct Cost {
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// A PHC string taken apart.
struct Stored {
    cost: Cost,
    salt: Vec<u8>,
    key: Vec<u8>,
}

impl Stored {
    fn parse(phc: &str) -> Option<Self> {
        let mut parts = phc.strip_prefix("$argon2id$v=19$")?.split('$');
        let (cost, salt, key) = (parts.next()?, parts.next()?, parts.next()?);
        let mut costs = cost.split(',');
        let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
        let cost = Cost { memory: cost("m")?, passes: cost("t")?, lanes: cost("p")? };
        let stored = Self { cost, salt: STANDARD_NO_PAD.decode(salt).ok()?, key: STANDARD_NO_PAD.decode(key).ok()? };
        let bounded = (8..=64).contains(&stored.salt.len())
            && (16..=64).contains(&stored.key.len())
            && (1..=MOST.lanes).contains(&cost.lanes)
            && (1..=MOST.passes).contains(&cost.passes)
            && (8 * cost.lanes..=MOST.memory).contains(&cost.memory);
        (bounded && parts.next().is_none() && costs.next().is_none()).then_some(stored)
    }
}

fn derive(password: &str, salt: &[u8], cost: Cost, key: &mut [u8]) -> Result<()> {
    let wrong = |error: argon2::Error| Error::internal(std::io::Error::other(error.to_string()));
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(key.len())).map_err(wrong)?;
    let normal = normalized(password, NormalForm::Nfc);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(normal.as_bytes(), salt, key).map_err(wrong)
}

/// The PHC string to store for `password`.
pub(crate) fn hash(password: &str) -> Result<String> {
    let salt = random_bytes::<16>()?;
    let mut key = [0; 32];
    derive(password, &salt, CURRENT, &mut key)?;
    Ok(format!("{PREFIX}{}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(key)))
}

/// Whether `password` made `stored`; nothing where that is no Argon2id, or one beyond what is computed here.
pub(crate) fn verify(password: &str, stored: &str) -> Result<Option<bool>> {
    let Some(Stored { cost, salt, key }) = Stored::parse(stored) else { return Ok(None) };
    let mut derived = vec![0; key.len()];
    derive(password, &salt, cost, &mut derived)?;
    Ok(Some(derived.ct_eq(&key).into()))
}

/// Whether a new hash would be made as `stored` was.
pub(crate) fn is_current(stored: &str) -> bool {
    stored.starts_with(PREFIX)
}

/// The work of one hash, for nothing.
pub(crate) fn waste(password: &str) -> Result<()> {
    derive(password, &[0; 16], CURRENT, &mut [0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_hashes_within_bounds_are_read() {
        const KEY: &str = "Lkij3leFVBXR4EltW9R1IOE3tGrBLpOBpjqnuujZG+M";
        const SALT: &str = "qaYIoqANpv1UkmIDF+k1Mg";
        let is_read = |cost: &str, salt: &str, key: &str| Stored::parse(&format!("$argon2id$v=19${cost}${salt}${key}")).is_some();
        for cost in ["m=19456,t=2,p=1", "m=8,t=1,p=1", "m=65536,t=4,p=4"] {
            assert!(is_read(cost, SALT, KEY), "{cost}");
        }
        for cost in [
            "m=65537,t=2,p=1",
            "m=4294967296,t=2,p=1",
            "m=7,t=1,p=1",
            "m=31,t=1,p=4",
            "m=19456,t=0,p=1",
            "m=19456,t=5,p=1",
            "m=19456,t=2,p=0",
            "m=19456,t=2,p=5",
            "m=-1,t=2,p=1",
            "t=2,m=19456,p=1",
            "m=19456,t=2",
            "m=19456,t=2,p=1,x=1",
            "",
        ] {
            assert!(!is_read(cost, SALT, KEY), "{cost}");
        }
        let cost = "m=19456,t=2,p=1";
        for (salt, key) in
            [("", KEY), (SALT, ""), ("AAAA", KEY), (SALT, "AAAA"), (SALT, "not base64"), (SALT, &format!("{KEY}$"))]
        {
            assert!(!is_read(cost, salt, key), "{salt} {key}");
        }
        for other in ["$argon2i$v=19$", "$argon2id$v=16$", "$argon2id$"] {
            assert!(Stored::parse(&format!("{other}{cost}${SALT}${KEY}")).is_none(), "{other}");
        }
    }
}
