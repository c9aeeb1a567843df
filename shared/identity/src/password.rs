use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use codex_kernel::{Error, Result, random_bytes};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;

/// OWASP's second recommended setting for Argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const PREFIX: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

fn derive(password: &str, salt: &[u8]) -> Result<[u8; 32]> {
    let wrong = |error: argon2::Error| Error::internal(std::io::Error::other(error.to_string()));
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(wrong)?;
    let normal: String = password.nfc().collect();
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(normal.as_bytes(), salt, &mut key)
        .map_err(wrong)?;
    Ok(key)
}

/// The PHC string to store for `password`.
pub(crate) fn hash(password: &str) -> Result<String> {
    let salt = random_bytes::<16>()?;
    let key = derive(password, &salt)?;
    Ok(format!("{PREFIX}{}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(key)))
}

/// Whether `password` made `stored`. Without a `stored` the same work is done and the answer is no, so that time does not
/// tell whether an account exists.
pub(crate) fn verify(password: &str, stored: Option<&str>) -> Result<bool> {
    let parts = stored.and_then(|phc| phc.strip_prefix(PREFIX)).and_then(|rest| rest.split_once('$'));
    let decoded = parts.and_then(|(salt, key)| Some((STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(key).ok()?)));
    match decoded {
        Some((salt, key)) => Ok(derive(password, &salt)?.ct_eq(key.as_slice()).into()),
        None => derive(password, &[0; 16]).map(|_| false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_verifies_its_password_in_any_normal_form() {
        let stored = hash("pa\u{df}wo\u{308}rd").unwrap();
        assert!(verify("pa\u{df}w\u{f6}rd", Some(&stored)).unwrap());
        assert!(!verify("password", Some(&stored)).unwrap());
        assert!(!verify("anything", None).unwrap());
        assert!(!verify("anything", Some("$2b$10$abc")).unwrap());
        assert_ne!(stored, hash("pa\u{df}w\u{f6}rd").unwrap(), "salted");
    }
}
