use base64::{
    Engine,
    alphabet::BCRYPT,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use subtle::ConstantTimeEq;

/// bcrypt's base64 has no padding, and some programs leave something in the bits that are left over.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &BCRYPT,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::RequireNone),
);
/// The exponent of the work; each one more doubles it, and 14 is a second.
const COSTS: std::ops::RangeInclusive<u32> = 4..=14;
/// What bcrypt reads of a password, bytes.
const LONGEST: usize = 72;

/// A hash taken apart; the three versions differ in errors of programs long gone.
struct Stored {
    cost: u32,
    salt: [u8; 16],
    key: [u8; 23],
}

impl Stored {
    fn parse(stored: &str) -> Option<Self> {
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|version| stored.strip_prefix(version))?;
        let (cost, rest) =
            rest.split_once('$').filter(|(cost, rest)| cost.len() == 2 && rest.len() == 53 && !cost.contains('+'))?;
        let cost = cost.parse().ok().filter(|cost| COSTS.contains(cost))?;
        let (salt, key) = rest.split_at_checked(22)?;
        let salt = BASE64.decode(salt).ok()?.try_into().ok()?;
        let key = BASE64.decode(key).ok()?.try_into().ok()?;
        Some(Self { cost, salt, key })
    }
}

/// Whether `password` made `stored`; nothing where that is no bcrypt, or a dearer one than is computed here.
///
/// Programs that use bcrypt hash what was typed, unnormalized, and read 72 bytes of it: so does this, else nobody with a longer
/// password could come along. The Argon2id that takes its place reads all of it. After a null byte bcrypt repeats itself, and
/// several passwords are one: such a password is refused.
pub(crate) fn verify(password: &str, stored: &str) -> Option<bool> {
    let Stored { cost, salt, key } = Stored::parse(stored)?;
    if password.contains('\0') {
        return Some(false);
    }
    let terminated: Vec<u8> = password.bytes().chain([0]).take(LONGEST).collect();
    let derived = bcrypt::bcrypt(cost, salt, &terminated);
    Some(derived.iter().take(key.len()).copied().collect::<Vec<u8>>().ct_eq(&key).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_read_up_to_72_bytes() {
        // By bcryptjs, of 71 times x and yz.
        const LONG: &str = "$2b$04$2HNGOM6lq3E0GeqWDItHbee0tx7OWkJ1FGGHVLp8e/JN4mDN2dTge";
        let long = |end: &str| verify(&format!("{}{end}", "x".repeat(71)), LONG);
        assert_eq!([long("yz"), long("y"), long("ya"), long("z"), long("")], [true, true, true, false, false].map(Some));
        // And of an o with a combining diaeresis.
        const DECOMPOSED: &str = "$2b$04$l/XHaubg/Rh3pVlmi3HQU.rF4MiXTazQnNP0UeY6OkUuvtBSG/BFi";
        assert_eq!(verify("o\u{308}l ist teuer", DECOMPOSED), Some(true));
        assert_eq!(verify("\u{f6}l ist teuer", DECOMPOSED), Some(false));
        for version in ["$2a$", "$2y$"] {
            assert_eq!(verify("o\u{308}l ist teuer", &DECOMPOSED.replace("$2b$", version)), Some(true), "{version}");
        }
    }

    #[test]
    fn a_null_byte_does_not_make_two_passwords_one() {
        let stored = |password: &[u8]| {
            let salt = [7; 16];
            let key = bcrypt::bcrypt(4, salt, password);
            format!("$2b$04${}{}", BASE64.encode(salt).trim_end_matches('='), BASE64.encode(&key[..23]).trim_end_matches('='))
        };
        let ab = stored(b"ab\0");
        assert_eq!(ab, stored(b"ab\0ab\0"), "bcrypt takes them for one");
        assert_eq!((verify("ab", &ab), verify("ab\0ab", &ab)), (Some(true), Some(false)));
    }

    #[test]
    fn only_whole_hashes_within_bounds_are_read() {
        let whole = "$2b$04$l/XHaubg/Rh3pVlmi3HQU.rF4MiXTazQnNP0UeY6OkUuvtBSG/BFi";
        for at in 0..whole.len() {
            let (before, after) = whole.split_at(at);
            assert!(Stored::parse(before).is_none(), "{before}");
            for broken in
                [format!("{before}\u{f6}{}", &after[1..]), format!("{before}x{after}"), format!("{before}={}", &after[1..])]
            {
                assert!(Stored::parse(&broken).is_none(), "{broken}");
            }
        }
        for (cost, read) in
            [("04", true), ("14", true), ("03", false), ("15", false), ("31", false), ("99", false), ("+4", false)]
        {
            assert_eq!(Stored::parse(&whole.replace("$04$", &format!("${cost}$"))).is_some(), read, "{cost}");
        }
        for version in ["$2x$", "$2$", "$1$"] {
            assert!(Stored::parse(&whole.replace("$2b$", version)).is_none(), "{version}");
        }
    }
}
