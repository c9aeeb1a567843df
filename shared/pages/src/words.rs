//! Money, time and lengths for people. The script writes dates again in the reader's own language.

use codex_kernel::{Timestamp, money};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
/// The signs that CLDR has for currencies in American English, which is what the pages speak; the others go by their codes.
const SIGNS: [(&str, &str); 16] = [
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("INR", "₹"),
    ("AUD", "A$"),
    ("BRL", "R$"),
    ("CAD", "CA$"),
    ("CNY", "CN¥"),
    ("HKD", "HK$"),
    ("ILS", "₪"),
    ("KRW", "₩"),
    ("MXN", "MX$"),
    ("NZD", "NZ$"),
    ("PHP", "₱"),
    ("VND", "₫"),
];

/// `$2,999.00`, `¥3,000`, `CHF 30.00`: as `Intl.NumberFormat('en-US', ..)` writes it, with the decimals that Stripe counts in.
pub fn price(cents: i64, currency: &str) -> String {
    let words = money::display(cents.saturating_abs(), currency);
    let Some((amount, code)) = words.rsplit_once(' ') else { return words };
    let (minus, amount) = (if cents < 0 { "-" } else { "" }, grouped(amount));
    match SIGNS.iter().find(|(known, _)| *known == code) {
        Some((_, sign)) => format!("{minus}{sign}{amount}"),
        // A line does not break there.
        None => format!("{minus}{code}\u{a0}{amount}"),
    }
}

/// `12,345.67`, of `12345.67`.
pub fn grouped(number: &str) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    let mut grouped = String::with_capacity(number.len() + number.len() / 3);
    for (index, digit) in number.char_indices() {
        if index > 0 && index < whole && (whole - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `29.99`, as a form takes it: of an amount (>= 0) in minor units.
pub fn amount(cents: i64, currency: &str) -> String {
    let words = money::display(cents, currency);
    words.split(' ').next().unwrap_or_default().to_owned()
}

/// So many whole ones of `currency` in its minor units.
pub fn units(whole: i64, currency: &str) -> i64 {
    whole.saturating_mul(10_i64.pow(money::decimals(currency)))
}

/// The minor units of `currency` in `29.99`, `30` or `29,9`; none where that is no amount in it.
pub fn cents(amount: &str, currency: &str) -> Option<i64> {
    let width = money::decimals(currency) as usize;
    let (whole, rest) = amount.trim().split_once(['.', ',']).unwrap_or((amount.trim(), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || rest.len() > width || !digits(whole) || !digits(rest) {
        return None;
    }
    format!("{whole}{rest:0<width$}").parse().ok()
}

/// A `time` element that says its day, as HTML.
pub fn time(at: Timestamp) -> String {
    format!("<time datetime=\"{at}\">{}</time>", day(at))
}

/// `21 November 2026`.
pub fn day(at: Timestamp) -> String {
    date(at.to_string().split('T').next().unwrap_or_default())
}

/// `21 November 2026`, of `2026-11-21`.
pub fn date(day: &str) -> String {
    let (year, month, day) = parts(day);
    format!("{day} {month} {year}")
}

/// `21 Nov`, of `2026-11-21`.
pub fn short_date(day: &str) -> String {
    let (_, month, day) = parts(day);
    format!("{day} {}", month.get(..3).unwrap_or(month))
}

/// Year, month by name, and day of `2026-11-21`.
fn parts(day: &str) -> (usize, &'static str, usize) {
    let mut parts = day.split('-').map(|part| part.parse::<usize>().unwrap_or_default());
    let (year, month, day) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    (year, MONTHS.get(month.wrapping_sub(1)).unwrap_or(&""), day)
}

/// `Sat, 21 Nov 2026 15:38:24 GMT`, as RSS wants it (RFC 822).
pub fn rfc822(at: Timestamp) -> String {
    // 1 January 1970 was a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let index = usize::try_from(at.as_second().div_euclid(86_400).rem_euclid(7)).unwrap_or_default();
    let (date, text) = (day(at), at.to_string());
    let mut date = date.split(' ');
    let (day, month, year) = (date.next().unwrap_or_default(), date.next().unwrap_or_default(), date.next().unwrap_or_default());
    let clock: String = text.split('T').nth(1).unwrap_or_default().chars().take(8).collect();
    let month: String = month.chars().take(3).collect();
    format!("{}, {day:0>2} {month} {year} {clock} GMT", weekday.get(index).unwrap_or(&""))
}

/// `1:02:03`, `4:05`.
pub fn length(seconds: f64) -> String {
    // Lengths are bounded by what is stored; a negative or odd one is nothing.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `1.4 GB`, `12 MB`, `3 kB`, as decimal units count.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
    }
}

/// As many characters of `text` as fit into `most`, whole words, for descriptions.
pub fn beginning(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let cut: String = line.chars().take(most).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", cut.trim_end_matches([',', '.', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Node's `Intl.NumberFormat('en-US', { style: 'currency', currency })` says.
    #[test]
    fn money_is_written_as_intl_writes_it() {
        for (cents, currency, words) in [
            (123_456_789, "usd", "$1,234,567.89"),
            (123_456_789, "eur", "€1,234,567.89"),
            (1_234_568, "jpy", "¥1,234,568"),
            (1_234_568, "krw", "₩1,234,568"),
            (1_234_568, "vnd", "₫1,234,568"),
            (123_456_789, "cad", "CA$1,234,567.89"),
            (3000, "chf", "CHF\u{a0}30.00"),
            (1_234_567_891, "kwd", "KWD\u{a0}1,234,567.891"),
            (1_234_568, "clp", "CLP\u{a0}1,234,568"),
            (-500, "usd", "-$5.00"),
            (-500, "sek", "-SEK\u{a0}5.00"),
            (5, "gbp", "£0.05"),
        ] {
            assert_eq!(price(cents, currency), words);
        }
    }

    #[test]
    fn amounts_are_typed_as_their_currency_counts() {
        for (typed, currency, minor) in [
            ("29.99", "usd", Some(2999)),
            ("30", "eur", Some(3000)),
            (" 0,5 ", "usd", Some(50)),
            ("1.", "usd", Some(100)),
            ("1200", "jpy", Some(1200)),
            ("1200.", "jpy", Some(1200)),
            ("12.50", "jpy", None),
            ("1.2", "kwd", Some(1200)),
            ("1.2345", "kwd", None),
            ("1,234", "usd", None),
        ] {
            assert_eq!(cents(typed, currency), minor, "{typed} {currency}");
        }
        for nonsense in ["", ".5", "1.234", "-1", "1e3", "$5", "1.2.3", "12345678901"] {
            assert_eq!(cents(nonsense, "usd"), None, "{nonsense}");
        }
        for currency in ["usd", "jpy", "kwd"] {
            for minor in [0, 5, 50, 1205, 10_000_000] {
                assert_eq!(cents(&amount(minor, currency), currency), Some(minor), "{minor} {currency}");
            }
            assert_eq!(amount(units(12, currency), currency).parse::<f64>().unwrap(), 12.0);
        }
    }

    #[test]
    fn words() {
        let at = Timestamp::from_second(1_795_275_504).unwrap();
        assert_eq!((day(at), rfc822(at)), ("21 November 2026".to_owned(), "Sat, 21 Nov 2026 15:38:24 GMT".to_owned()));
        assert_eq!((date("2026-02-03"), short_date("2026-02-03")), ("3 February 2026".to_owned(), "3 Feb".to_owned()));
        assert_eq!(price(2999, "usd"), "$29.99");
        assert_eq!((price(123_456_789, "eur"), price(100_000, "usd")), ("€1,234,567.89".to_owned(), "$1,000.00".to_owned()));
        assert_eq!((grouped("999"), grouped("1000"), grouped("12.3456")), ("999".into(), "1,000".into(), "12.3456".into()));
        assert_eq!((length(3723.4), length(245.0), length(-1.0)), ("1:02:03".to_owned(), "4:05".to_owned(), "0:00".to_owned()));
        assert_eq!([size(10), size(4_600_000), size(1_480_000_000)], ["1 kB", "4 MB", "1.4 GB"]);
        assert_eq!(beginning("One  two,\nthree", 40), "One two, three");
        assert_eq!(beginning("One two, three", 10), "One two…");
    }
}
