//! Money is integers in minor units, whatever the currency; these are its words for people.

/// Currencies without minor units, as <https://docs.stripe.com/currencies#zero-decimal> lists them.
const ZERO_DECIMAL: [&str; 16] =
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];
/// Currencies of which a thousand minor units make one.
const THREE_DECIMAL: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// How many digits of an amount in `currency` (ISO 4217, lowercase) are minor units.
pub fn decimals(currency: &str) -> u32 {
    match currency {
        code if ZERO_DECIMAL.contains(&code) => 0,
        code if THREE_DECIMAL.contains(&code) => 3,
        _ => 2,
    }
}

/// `amount` minor units (>= 0) of `currency` (ISO 4217, lowercase) for a person: `29.99 USD`, `3000 JPY`.
pub fn display(amount: i64, currency: &str) -> String {
    let decimals = decimals(currency);
    let unit = 10_i64.pow(decimals);
    let (whole, rest) = (amount / unit, amount % unit);
    let code = currency.to_ascii_uppercase();
    match decimals {
        0 => format!("{whole} {code}"),
        width => format!("{whole}.{rest:0width$} {code}", width = width as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_has_its_decimals() {
        for (amount, currency, words) in [
            (2999, "usd", "29.99 USD"),
            (5, "eur", "0.05 EUR"),
            (3000, "jpy", "3000 JPY"),
            (12_345, "kwd", "12.345 KWD"),
            (0, "gbp", "0.00 GBP"),
        ] {
            assert_eq!(display(amount, currency), words);
        }
    }
}
