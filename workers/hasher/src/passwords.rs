use codex_http::{Body, Data, Reply};
use codex_identity::hashing::{Hash, Hashed, Verdict, Verify};
use codex_kernel::Result;

use crate::{argon2id, bcrypt, scrypt};

pub(crate) async fn hash(Body(input): Body<Hash>) -> Reply<Data<Hashed>> {
    Ok(Data(Hashed { hash: argon2id::hash(&input.password)? }))
}

pub(crate) async fn verify(Body(input): Body<Verify>) -> Reply<Data<Verdict>> {
    Ok(Data(verdict(&input.password, input.stored.as_deref())?))
}

/// Whatever is no hash of a kind known here costs what a wrong password does.
fn verdict(password: &str, stored: Option<&str>) -> Result<Verdict> {
    let stored = stored.unwrap_or_default();
    let right = argon2id::verify(password, stored)?
        .or_else(|| bcrypt::verify(password, stored))
        .or_else(|| scrypt::verify(password, stored));
    match right {
        Some(true) if argon2id::is_current(stored) => Ok(Verdict::Right),
        Some(true) => Ok(Verdict::Outdated { hash: argon2id::hash(password)? }),
        Some(false) => Ok(Verdict::Wrong),
        None => argon2id::waste(password).map(|()| Verdict::Wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of "correct horse battery", made by other programs: OpenSSL twice, bcryptjs, better-auth.
    const OURS: &str = "$argon2id$v=19$m=19456,t=2,p=1$qaYIoqANpv1UkmIDF+k1Mg$Lkij3leFVBXR4EltW9R1IOE3tGrBLpOBpjqnuujZG+M";
    const WEAKER: &str = "$argon2id$v=19$m=4096,t=3,p=1$+BbU1h0T9M/w5enZ2ep5Sg$6eZh2C+csk/Hc4jRyMY+Nfgi7zOZl7OsiyCB3roMIV8";
    const BCRYPT: &str = "$2b$10$1cvElt2dxKRbxgOY0X6ADedkq7SPLHCLLL80z42VMNaYyTX4ggrqK";
    const SCRYPT: &str = concat!(
        "bd1ece0e3a5f4d1d42fd2c2c9120b14a:667d463a5810aa20fa2c01d49f8adefddc13c9c463e25fabc8587a7eae874c87",
        "571ade532cdef0a2866ccba29ac52cdd4b08a94549f15da68ced74a6a7dfb32a"
    );

    #[test]
    fn every_kind_verifies_and_the_old_ones_are_replaced() {
        for (stored, current) in [(OURS, true), (WEAKER, false), (BCRYPT, false), (SCRYPT, false)] {
            assert_eq!(verdict("correct horse batterY", Some(stored)).unwrap(), Verdict::Wrong, "{stored}");
            match verdict("correct horse battery", Some(stored)).unwrap() {
                Verdict::Right => assert!(current, "{stored}"),
                Verdict::Outdated { hash } => {
                    assert!(!current, "{stored}");
                    assert_eq!(verdict("correct horse battery", Some(&hash)).unwrap(), Verdict::Right);
                }
                Verdict::Wrong => panic!("{stored}"),
            }
        }
    }

    #[test]
    fn what_is_no_hash_verifies_nothing() {
        for stored in [None, Some(""), Some(":"), Some("never signs in"), Some("$2b$"), Some("\u{1f511}:\u{1f511}")] {
            for password in ["correct horse battery", "never signs in", "$2b$"] {
                assert_eq!(verdict(password, stored).unwrap(), Verdict::Wrong, "{stored:?}");
            }
        }
    }

    #[test]
    fn any_normal_form_is_the_same_password() {
        let stored = argon2id::hash("pa\u{df}wo\u{308}rter").unwrap();
        assert_eq!(verdict("pa\u{df}w\u{f6}rter", Some(&stored)).unwrap(), Verdict::Right);
        assert_eq!(verdict("passw\u{f6}rter", Some(&stored)).unwrap(), Verdict::Wrong);
        assert_ne!(stored, argon2id::hash("pa\u{df}w\u{f6}rter").unwrap(), "salted");
        let all = "x".repeat(255);
        let stored = argon2id::hash(&format!("{all}y")).unwrap();
        assert_eq!(verdict(&format!("{all}z"), Some(&stored)).unwrap(), Verdict::Wrong, "all of it is read");
    }
}
