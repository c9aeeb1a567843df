//! Prices in forms: an amount as people type it, and the currency it is in.

use codex_http::Form;
use codex_pages::{Refusal, words};

/// What a form offers: those that creators are paid in most, in the order of their names. Content in another one, which any front end may
/// have made, keeps it.
const CURRENCIES: [(&str, &str); 32] = [
    ("aud", "Australian dollar"),
    ("brl", "Brazilian real"),
    ("gbp", "British pound"),
    ("cad", "Canadian dollar"),
    ("clp", "Chilean peso"),
    ("cop", "Colombian peso"),
    ("czk", "Czech koruna"),
    ("dkk", "Danish krone"),
    ("eur", "Euro"),
    ("hkd", "Hong Kong dollar"),
    ("huf", "Hungarian forint"),
    ("inr", "Indian rupee"),
    ("idr", "Indonesian rupiah"),
    ("ils", "Israeli shekel"),
    ("jpy", "Japanese yen"),
    ("kwd", "Kuwaiti dinar"),
    ("myr", "Malaysian ringgit"),
    ("mxn", "Mexican peso"),
    ("nzd", "New Zealand dollar"),
    ("nok", "Norwegian krone"),
    ("php", "Philippine peso"),
    ("pln", "Polish złoty"),
    ("ron", "Romanian leu"),
    ("sgd", "Singapore dollar"),
    ("zar", "South African rand"),
    ("krw", "South Korean won"),
    ("sek", "Swedish krona"),
    ("chf", "Swiss franc"),
    ("thb", "Thai baht"),
    ("aed", "UAE dirham"),
    ("usd", "US dollar"),
    ("vnd", "Vietnamese dong"),
];
/// Where nobody has chosen.
const USUAL: &str = "usd";

/// A currency to choose.
pub(crate) struct Choice {
    pub(crate) code: String,
    /// `JPY, Japanese yen`.
    pub(crate) words: String,
    pub(crate) chosen: bool,
}

/// What a form offers in which `current` is chosen.
pub(crate) fn currencies(current: &str) -> Vec<Choice> {
    let current = if current.is_empty() { USUAL } else { current };
    let known = CURRENCIES.iter().any(|(code, _)| *code == current);
    let other = (!known).then_some((current, "")).into_iter();
    let choice = |(code, name): (&str, &str)| {
        let upper = code.to_ascii_uppercase();
        let words = if name.is_empty() { upper } else { format!("{upper}, {name}") };
        Choice { words, chosen: code == current, code: code.to_owned() }
    };
    other.chain(CURRENCIES).map(choice).collect()
}

/// The currency that a form names.
pub(crate) fn currency(form: &Form) -> &str {
    Some(form.text("currency")).filter(|code| !code.is_empty()).unwrap_or(USUAL)
}

/// What stands in `field`, in minor units of the form's currency; what is no amount is refused here, because only here it is text.
pub(crate) fn cents(form: &Form, field: &str) -> Result<i64, Refusal> {
    let currency = currency(form);
    words::cents(form.text(field), currency).ok_or_else(|| {
        let code = currency.to_ascii_uppercase();
        Refusal::at(
            field,
            &format!("must be an amount of {code} such as {}", words::amount(words::units(12, currency), currency)),
        )
    })
}

/// A refusal told of the form's fields instead of those that the worker knows, with bounds in the form's currency.
pub(crate) fn told(mut refusal: Refusal, form: &Form, fields: &[(&str, &str)]) -> Refusal {
    for issue in &mut refusal.issues {
        let Some((_, shown)) = fields.iter().find(|(field, _)| *field == issue.path) else { continue };
        (*shown).clone_into(&mut issue.path);
        // `lower than 50`, `greater than 10000000`: in minor units.
        let bound = issue.message.rsplit_once(" than ").and_then(|(side, bound)| Some((side.to_owned(), bound.parse().ok()?)));
        if let Some((side, bound)) = bound {
            let least = if side.ends_with("lower") { "must be at least" } else { "may be at most" };
            issue.message = format!("{least} {}", words::price(bound, currency(form)));
        }
    }
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(currency: &str, price: &str) -> Form {
        [("currency", currency), ("price", price)]
            .map(|(field, value)| (field.to_owned(), value.to_owned()))
            .into_iter()
            .collect()
    }

    #[test]
    fn an_amount_is_read_in_its_currency() {
        for (currency, price, minor) in [("usd", "12.50", 1250), ("", "3", 300), ("jpy", "1200", 1200), ("kwd", "1,5", 1500)] {
            assert_eq!(cents(&form(currency, price), "price").unwrap(), minor, "{price} {currency}");
        }
        for (currency, price, told) in [
            ("jpy", "12.50", "must be an amount of JPY such as 12"),
            ("usd", "much", "must be an amount of USD such as 12.00"),
            ("kwd", "1.2345", "must be an amount of KWD such as 12.000"),
        ] {
            assert_eq!(cents(&form(currency, price), "price").unwrap_err().issues[0].message, told);
        }
    }

    #[test]
    fn bounds_are_told_in_the_forms_currency() {
        for (message, currency, shown) in [
            ("lower than 50", "jpy", "must be at least ¥50"),
            ("lower than 50", "usd", "must be at least $0.50"),
            ("greater than 10000000", "eur", "may be at most €100,000.00"),
            ("is missing", "eur", "is missing"),
        ] {
            let refusal = told(Refusal::at("priceCents", message), &form(currency, "1"), &[("priceCents", "price")]);
            assert_eq!((refusal.issues[0].path.as_str(), refusal.issues[0].message.as_str()), ("price", shown));
        }
    }

    #[test]
    fn a_currency_that_is_not_offered_is_kept() {
        let chosen = |current: &str| -> Vec<String> {
            currencies(current).into_iter().filter(|choice| choice.chosen).map(|choice| choice.words).collect()
        };
        assert_eq!((chosen(""), chosen("jpy")), (vec!["USD, US dollar".to_owned()], vec!["JPY, Japanese yen".to_owned()]));
        assert_eq!((chosen("isk"), currencies("isk").len()), (vec!["ISK".to_owned()], CURRENCIES.len() + 1));
    }
}
