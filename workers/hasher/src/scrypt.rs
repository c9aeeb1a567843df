use codex_edge::{NormalForm, normalized};
use scrypt::Params;
use subtle::ConstantTimeEq;

/// N = 16384, r = 16, p = 1: what BetterAuth derives its keys with.
const LOG_N: u8 = 14;
const R: u32 = 16;
const P: u32 = 1;
/// Hexadecimal digits of a salt, at most; BetterAuth makes 32.
const LONGEST_SALT: usize = 128;

/// A hash `salt:key` taken apart.
struct Stored<'a> {
    salt: &'a str,
    key: [u8; 64],
}

impl<'a> Stored<'a> {
    fn parse(stored: &'a str) -> Option<Self> {
        let (salt, key) = stored.split_once(':').filter(|(salt, _)| (1..=LONGEST_SALT).contains(&salt.len()))?;
        bytes_of(salt)?;
        Some(Self { salt, key: bytes_of(key)?.try_into().ok()? })
    }
}

/// Whether `password` made `stored`; nothing where that is no hash of BetterAuth's. The salt is the text of its digits rather
/// than the bytes they stand for, and the password is in NFKC.
pub(crate) fn verify(password: &str, stored: &str) -> Option<bool> {
    let Stored { salt, key } = Stored::parse(stored)?;
    let mut derived = [0; 64];
    let params = Params::new(LOG_N, R, P).ok()?;
    scrypt::scrypt(normalized(password, NormalForm::Nfkc).as_bytes(), salt.as_bytes(), &params, &mut derived).ok()?;
    Some(derived.ct_eq(&key).into())
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let nibbles: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(16)).collect();
    let (pairs, []) = nibbles.as_ref()?.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(high << 4 | low).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By better-auth, of an o with a combining diaeresis, the ligature fi, and "ne words".
    const COMPATIBLE: &str = concat!(
        "0adbf3f8afde485ec1e34eb96a166b9f:373f4d1974a2785be468a7cd770081232da83e9053a0dd45cc44cbb140b1ed00",
        "22d5b7721fac3c9172f70a9485f72fd3fdd9da5fa08d4a7bcc5ec7de2530dc8e"
    );

    #[test]
    fn compatible_characters_are_one() {
        assert_eq!(verify("o\u{308}\u{fb01}ne words", COMPATIBLE), Some(true));
        assert_eq!(verify("\u{f6}fine words", COMPATIBLE), Some(true));
        assert_eq!(verify("ofine words", COMPATIBLE), Some(false));
        assert_eq!(verify("\u{f6}fine words", &COMPATIBLE.to_uppercase()), Some(false), "another salt");
    }

    #[test]
    fn only_whole_hashes_are_read() {
        for at in 0..COMPATIBLE.len() {
            let (before, after) = COMPATIBLE.split_at(at);
            assert!(Stored::parse(before).is_none(), "{before}");
            for broken in [format!("{before}\u{f6}{}", &after[1..]), format!("{before}+{}", &after[1..])] {
                assert!(Stored::parse(&broken).is_none(), "{broken}");
            }
        }
        let (_, key) = COMPATIBLE.split_once(':').unwrap();
        for salt in ["", "abc", &"ab".repeat(65)] {
            assert!(Stored::parse(&format!("{salt}:{key}")).is_none(), "{salt}");
        }
    }
}
