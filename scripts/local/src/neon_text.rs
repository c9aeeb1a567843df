//! Postgres's binary values as the text that `psql` would print, which is what Neon sends.

use std::{borrow::Cow, fmt::Write};

use tokio_postgres::types::{Kind, Type};

/// Days from 1970-01-01 to 2000-01-01, where Postgres starts counting.
const EPOCH_DAYS: i64 = 10_957;
const DAY_MICROS: i64 = 86_400_000_000;

/// Whether values of this type can be rendered.
pub fn supported(ty: &Type) -> bool {
    match ty.kind() {
        Kind::Array(element) => supported(element),
        Kind::Enum(_) => true,
        _ => matches!(
            *ty,
            Type::JSON
                | Type::JSONB
                | Type::TEXT
                | Type::VARCHAR
                | Type::BPCHAR
                | Type::NAME
                | Type::UNKNOWN
                | Type::CHAR
                | Type::XML
                | Type::VOID
                | Type::BOOL
                | Type::INT2
                | Type::INT4
                | Type::INT8
                | Type::OID
                | Type::FLOAT4
                | Type::FLOAT8
                | Type::NUMERIC
                | Type::UUID
                | Type::DATE
                | Type::TIMESTAMP
                | Type::TIMESTAMPTZ
                | Type::BYTEA
        ),
    }
}

/// The text of a value; `None` when the bytes are not a value of that type.
pub fn text<'a>(ty: &Type, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    if let Kind::Array(element) = ty.kind() {
        return array(element, bytes).map(Cow::Owned);
    }
    let owned = match *ty {
        Type::JSONB => return std::str::from_utf8(bytes.get(1..)?).ok().map(Cow::Borrowed),
        Type::BOOL => return Some(Cow::Borrowed(if bytes.first()? == &0 { "f" } else { "t" })),
        Type::INT2 => i16::from_be_bytes(bytes.try_into().ok()?).to_string(),
        Type::INT4 => i32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        Type::INT8 => i64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        Type::OID => u32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        Type::FLOAT4 => {
            let value = f32::from_be_bytes(bytes.try_into().ok()?);
            float(f64::from(value), value.to_string(), format!("{value:e}"), 6)
        }
        Type::FLOAT8 => {
            let value = f64::from_be_bytes(bytes.try_into().ok()?);
            float(value, value.to_string(), format!("{value:e}"), 15)
        }
        Type::NUMERIC => numeric(bytes)?,
        Type::UUID => uuid::Uuid::from_slice(bytes).ok()?.to_string(),
        Type::DATE => match i32::from_be_bytes(bytes.try_into().ok()?) {
            i32::MAX => "infinity".to_owned(),
            i32::MIN => "-infinity".to_owned(),
            days => day(i64::from(days)),
        },
        Type::TIMESTAMP => moment(bytes, "")?,
        Type::TIMESTAMPTZ => moment(bytes, "+00")?,
        Type::BYTEA => bytes.iter().fold("\\x".to_owned(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }),
        _ => return std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    };
    Some(Cow::Owned(owned))
}

/// Postgres prints the shortest digits that give the same value, with an exponent from `digits` digits on.
fn float(value: f64, plain: String, scientific: String, digits: i32) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return plain };
    match exponent.parse::<i32>() {
        Ok(exponent) if exponent < -4 || exponent >= digits => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => plain,
    }
}

fn moment(bytes: &[u8], zone: &str) -> Option<String> {
    let micros = i64::from_be_bytes(bytes.try_into().ok()?);
    if micros == i64::MAX {
        return Some("infinity".to_owned());
    }
    if micros == i64::MIN {
        return Some("-infinity".to_owned());
    }
    let (date, time) = (day(micros.div_euclid(DAY_MICROS)), micros.rem_euclid(DAY_MICROS));
    let (seconds, fraction) = (time / 1_000_000, time % 1_000_000);
    let mut text = format!("{date} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction != 0 {
        let _ = write!(text, ".{fraction:06}");
        text.truncate(text.trim_end_matches('0').len());
    }
    text.push_str(zone);
    Some(text)
}

/// A day since 2000-01-01 in the Gregorian calendar (Howard Hinnant's `civil_from_days`).
fn day(days: i64) -> String {
    let shifted = days + EPOCH_DAYS + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if year > 0 { format!("{year:04}-{month:02}-{day:02}") } else { format!("{:04}-{month:02}-{day:02} BC", 1 - year) }
}

/// Four decimal digits to a group, with the weight of the first group and the number of digits to show.
fn numeric(bytes: &[u8]) -> Option<String> {
    let mut words = bytes.chunks_exact(2).map(|word| word.try_into().map_or(0, u16::from_be_bytes));
    let (count, weight, sign, scale) = (words.next()?, words.next()?.cast_signed(), words.next()?, usize::from(words.next()?));
    match sign {
        0xC000 => return Some("NaN".to_owned()),
        0xD000 => return Some("Infinity".to_owned()),
        0xF000 => return Some("-Infinity".to_owned()),
        _ => {}
    }
    let groups: Vec<u16> = words.take(usize::from(count)).collect();
    let group = |power: i16| {
        usize::try_from(i32::from(weight) - i32::from(power)).ok().and_then(|index| groups.get(index)).copied().unwrap_or(0)
    };
    let mut whole: String = (0..=weight.max(0)).rev().map(|power| format!("{:04}", group(power))).collect();
    let leading = whole.len() - whole.trim_start_matches('0').len();
    whole.drain(..leading.min(whole.len() - 1));
    let mut fraction: String = (1..).take(scale.div_ceil(4)).map(|place: i16| format!("{:04}", group(-place))).collect();
    fraction.truncate(scale);
    let sign = if sign == 0x4000 { "-" } else { "" };
    Some(if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// A list of one dimension, or the empty list.
fn array(element: &Type, bytes: &[u8]) -> Option<String> {
    let mut rest = bytes;
    let mut word = || -> Option<i32> {
        let (first, others) = rest.split_first_chunk()?;
        rest = others;
        Some(i32::from_be_bytes(*first))
    };
    let (dimensions, _has_null, _oid) = (word()?, word()?, word()?);
    if dimensions == 0 {
        return Some("{}".to_owned());
    }
    if dimensions != 1 {
        return None;
    }
    let (length, _lower_bound) = (word()?, word()?);
    let mut items = Vec::new();
    for _ in 0..length {
        let (size, others) = rest.split_first_chunk()?;
        rest = others;
        match usize::try_from(i32::from_be_bytes(*size)) {
            Err(_) => items.push("NULL".to_owned()),
            Ok(size) => {
                let (value, others) = rest.split_at_checked(size)?;
                rest = others;
                items.push(quoted(&text(element, value)?));
            }
        }
    }
    Some(format!("{{{}}}", items.join(",")))
}

/// An element of an array's text, quoted where Postgres must.
pub fn quoted(item: &str) -> String {
    let special = |character: char| character.is_ascii_whitespace() || matches!(character, '{' | '}' | ',' | '"' | '\\');
    if !item.is_empty() && !item.contains(special) && !item.eq_ignore_ascii_case("null") {
        return item.to_owned();
    }
    format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The command of a statement, as Postgres's command tag names it: its first word, or after `WITH …` the first
/// command outside parentheses.
pub fn command(sql: &str) -> String {
    let (mut depth, mut rest, mut first) = (0_u32, sql, true);
    while let Some(character) = rest.chars().next() {
        let skipped = match character {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '\'' | '"' => rest.get(1..).and_then(|inner| inner.find(character)).map_or(rest.len(), |end| end + 2),
            '(' => {
                depth += 1;
                1
            }
            ')' => {
                depth = depth.saturating_sub(1);
                1
            }
            letter if letter.is_ascii_alphabetic() => {
                let end = rest.find(|other: char| !other.is_ascii_alphanumeric() && other != '_').unwrap_or(rest.len());
                let word = rest.get(..end).unwrap_or_default().to_ascii_uppercase();
                let is_command = matches!(word.as_str(), "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE");
                if (first && word != "WITH") || (depth == 0 && is_command) {
                    return word;
                }
                first = false;
                end
            }
            other => other.len_utf8(),
        };
        rest = rest.get(skipped..).unwrap_or_default();
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_command() {
        assert_eq!(command("-- a.b\n select 1"), "SELECT");
        assert_eq!(command("WITH a AS (SELECT ')' FROM b), c AS (UPDATE x SET y=1) /* delete */ INSERT INTO d"), "INSERT");
        assert_eq!(command("create table a()"), "CREATE");
        assert_eq!(command(""), "");
    }

    #[test]
    fn prints_days_and_moments() {
        assert_eq!(day(0), "2000-01-01");
        assert_eq!(day(-1), "1999-12-31");
        assert_eq!(day(59), "2000-02-29");
        assert_eq!(moment(&(-1_500_000_i64).to_be_bytes(), "+00").unwrap(), "1999-12-31 23:59:58.5+00");
    }
}
