//! Money is integers in minor units (cents), and a split always sums to what was split.

use serde::{Deserialize, Serialize};

/// What each party keeps of one payment, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Kept by the platform.
    pub platform: i64,
    /// Kept by the organization that sold it.
    pub organization: i64,
    /// Paid to the creator: the remainder, so nothing is lost to rounding.
    pub creator: i64,
}

/// The share of `amount` at `basis_points` (1/10,000), rounded up.
fn share(amount: i64, basis_points: i64) -> i64 {
    (amount.saturating_mul(basis_points)).saturating_add(9_999) / 10_000
}

/// Splits `amount` (>= 0): the platform first, then the organization from the rest, the creator keeps the remainder.
pub fn split(amount: i64, platform_bp: i64, organization_bp: i64) -> Split {
    let platform = share(amount, platform_bp).min(amount);
    let rest = amount - platform;
    let organization = share(rest, organization_bp).min(rest);
    Split { platform, organization, creator: rest - organization }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_example() {
        assert_eq!(split(2999, 1000, 1000), Split { platform: 300, organization: 270, creator: 2429 });
    }

    #[test]
    fn every_split_sums_and_nobody_pays_in() {
        for amount in (0..=2_000).chain([9_999_999, 10_000_000]) {
            for rate in [0, 1, 1000, 1500, 9_999, 10_000] {
                let s = split(amount, 1000, rate);
                assert_eq!(s.platform + s.organization + s.creator, amount);
                assert!(s.platform >= 0 && s.organization >= 0 && s.creator >= 0);
            }
        }
    }
}
