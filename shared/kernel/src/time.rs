use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;
/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z, seconds.
const RANGE: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

/// A point in time, UTC, microsecond resolution as in Postgres, years 0 to 9999; on the wire RFC 3339.
///
/// A crate for dates and time zones weighs 30 kB of every upload; this is what we need of one, and a test holds it against one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A time that is no time, or none of the years 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTime;

impl fmt::Display for NoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a time such as 2025-01-31T23:59:59Z")
    }
}

impl std::error::Error for NoTime {}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);

    /// So many seconds after 1970 began.
    pub fn from_second(second: i64) -> Result<Self, NoTime> {
        if RANGE.contains(&second) { Ok(Self(second * SECOND)) } else { Err(NoTime) }
    }

    /// So many milliseconds after 1970 began.
    pub fn from_millisecond(millisecond: i64) -> Result<Self, NoTime> {
        let second = Self::from_second(millisecond.div_euclid(1000))?;
        Ok(Self(second.0 + millisecond.rem_euclid(1000) * 1000))
    }

    /// The host's clock, for tests and native programs.
    #[cfg(not(target_arch = "wasm32"))]
    #[allow(clippy::disallowed_methods, reason = "this is where time becomes a value")]
    pub fn now() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_micros()).unwrap_or_default())
    }

    /// Seconds after 1970 began.
    pub fn as_second(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Milliseconds after 1970 began.
    pub fn as_millisecond(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// Year, month and day of the Gregorian calendar, so many days after 1970-01-01; years begin in March here, so that leap days end them.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, date)
}

/// The other way.
fn days_of(year: i64, month: i64, date: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = (month + 9) % 12;
    let day = year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + date - 1;
    era * 146_097 + day - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (second, fraction) = (self.as_second(), self.0.rem_euclid(SECOND));
        let ((year, month, date), second) = (date_of(second.div_euclid(DAY)), second.rem_euclid(DAY));
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}")?;
        if fraction != 0 {
            f.write_str(".")?;
            f.write_str(format!("{fraction:06}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// Takes a number of so many digits off the front.
fn number(text: &mut &str, digits: usize) -> Option<i64> {
    let (number, rest) = text.split_at_checked(digits)?;
    *text = rest;
    if number.bytes().all(|b| b.is_ascii_digit()) { number.parse().ok() } else { None }
}

/// Takes one of `signs` off the front.
fn sign(text: &mut &str, signs: &[char]) -> Option<char> {
    let sign = text.chars().next().filter(|c| signs.contains(c))?;
    *text = text.get(sign.len_utf8()..)?;
    Some(sign)
}

fn parse(mut text: &str) -> Option<i64> {
    let text = &mut text;
    let year = number(text, 4)?;
    sign(text, &['-'])?;
    let month = number(text, 2)?;
    sign(text, &['-'])?;
    let date = number(text, 2)?;
    sign(text, &['T', 't', ' '])?;
    let hour = number(text, 2)?;
    sign(text, &[':'])?;
    let minute = number(text, 2)?;
    sign(text, &[':'])?;
    let second = number(text, 2)?;
    let mut fraction = 0;
    if sign(text, &['.']).is_some() {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at_checked(digits).filter(|(digits, _)| (1..=9).contains(&digits.len()))?;
        fraction = format!("{digits:0<6}").get(..6)?.parse().ok()?;
        *text = rest;
    }
    let offset = match sign(text, &['Z', 'z', '+', '-'])? {
        'Z' | 'z' => 0,
        sign_of => {
            let hours = number(text, 2)?;
            sign(text, &[':'])?;
            let minutes = number(text, 2)?;
            let offset = hours * 3600 + minutes * 60;
            (hours < 24 && minutes < 60).then_some(if sign_of == '-' { -offset } else { offset })?
        }
    };
    let days = days_of(year, month, date);
    // A date that the calendar does not have comes back as another; a leap second is the one before it.
    let is_date = (1..=12).contains(&month) && date_of(days) == (year, month, date);
    if !text.is_empty() || !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let second = days * DAY + hour * 3600 + minute * 60 + second.min(59) - offset;
    RANGE.contains(&second).then_some(second * SECOND + fraction)
}

impl FromStr for Timestamp {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        parse(text).map(Self).ok_or(NoTime)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_its_date() {
        for day in (-719_528..2_932_897).step_by(7) {
            let (year, month, date) = date_of(day);
            assert_eq!(days_of(year, month, date), day);
            let ours = Timestamp::from_second(day * DAY + 3_661).unwrap();
            let theirs = jiff::Timestamp::from_second(day * DAY + 3_661).unwrap();
            assert_eq!(ours.to_string(), theirs.to_string());
        }
    }

    #[test]
    fn it_reads_what_others_write() {
        for text in [
            "2025-01-31T23:59:59Z",
            "2024-02-29t12:00:00.5z",
            "2000-02-29 00:00:00+00:00",
            "1969-12-31T23:59:59.999999Z",
            "2026-11-21T12:45:39.123456+05:30",
            "2026-11-21T12:45:39.1234567-11:00",
            "0000-01-01T00:00:00Z",
            "9999-12-30T21:59:59.000001Z",
            "2016-12-31T23:59:60Z",
        ] {
            let ours: Timestamp = text.parse().unwrap();
            let theirs: jiff::Timestamp = text.parse().unwrap();
            assert_eq!(i128::from(ours.0), theirs.as_nanosecond().div_euclid(1000), "{text}");
            assert_eq!(ours.to_string().parse::<Timestamp>().unwrap(), ours);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "2025-01-31",
            "2025-02-29T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-00-01T00:00:00Z",
            "2025-01-00T00:00:00Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:60:00Z",
            "2025-01-01T00:00:61Z",
            "2025-01-01T00:00:00",
            "2025-01-01T00:00:00.Z",
            "2025-01-01T00:00:00.1234567890Z",
            "2025-01-01T00:00:00+24:00",
            "2025-01-01T00:00:00Zx",
            "2025-01-01T00:00:00+0000",
            "+2025-01-01T00:00:00Z",
            "2025-1-1T00:00:00Z",
            "２０２５-01-01T00:00:00Z",
            "0000-01-01T00:00:00+01:00",
            "-001-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NoTime), "{text}");
        }
        assert!(Timestamp::from_second(i64::MAX).is_err() && Timestamp::from_millisecond(i64::MIN).is_err());
        let json: Timestamp = serde_json::from_str("\"2025-01-01T00:00:00.250Z\"").unwrap();
        assert_eq!((json.as_second(), json.as_millisecond() % 1000), (1_735_689_600, 250));
        assert_eq!(serde_json::to_string(&json).unwrap(), "\"2025-01-01T00:00:00.25Z\"");
        assert!(serde_json::from_str::<Timestamp>("5").is_err());
    }
}
