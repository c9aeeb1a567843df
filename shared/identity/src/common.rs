use sha2::{Digest, Sha256};

/// A Bloom filter over the 10,000 commonest passwords of 8 characters and more, which `scripts/lib/common-passwords.mjs` made of a
/// list of leaked ones. 24 KiB, a third of the text. One in 12,600 passwords that are not on the list is taken for one that is.
const FILTER: &[u8; 24_576] = include_bytes!("common_passwords.bin");
const BITS: u64 = FILTER.len() as u64 * 8;
/// The number of bits a password that makes errors rarest: 0.69 times the bits there are for each.
const PROBES: u64 = 13;

/// Whether `password` is among the commonest, in whatever case. It is to be in NFC.
pub(crate) fn is_common(password: &str) -> bool {
    let digest: [u8; 32] = Sha256::digest(password.to_lowercase().as_bytes()).into();
    let [first, step, ..] = digest.as_chunks::<8>().0 else { return false };
    let (first, step) = (u64::from_le_bytes(*first), u64::from_le_bytes(*step));
    (0..PROBES).all(|probe| {
        let bit = first.wrapping_add(probe.wrapping_mul(step)) % BITS;
        let byte = usize::try_from(bit / 8).ok().and_then(|index| FILTER.get(index));
        byte.is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMON: [&str; 11] = [
        "password",
        "12345678",
        "qwertyuiop",
        "redskins",
        "nuttertools",
        "bookworm",
        "21071987",
        "21011981",
        "456123789",
        "bailey12",
        "dalmatio",
    ];

    #[test]
    fn the_commonest_are_known() {
        // From the first of the list to the last of the 10,000.
        for common in COMMON {
            assert!(is_common(common), "{common}");
            assert!(is_common(&common.to_uppercase()), "{common} in capitals");
        }
        for rare in ["correct horse battery", "password-of-mine", "Tr0ub4dor&3", "korrekt pferd batterie"] {
            assert!(!is_common(rare), "{rare}");
        }
    }

    #[test]
    fn few_others_are_taken_for_common() {
        const TRIED: usize = 400_000;
        let wrong = (0..TRIED).filter(|number| is_common(&format!("not on any list {number}"))).count();
        // 32 are expected; sixty is five standard deviations above.
        assert!((1..60).contains(&wrong), "{wrong} of {TRIED}");
    }
}
