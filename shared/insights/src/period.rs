//! The days of a report.

use std::fmt;

use codex_edge::{DatabaseError, Param};
use codex_kernel::{Error, Result, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::scope::names;

/// The most days of a report.
const MOST_DAYS: i64 = 366;
const DAY: i64 = 86_400;

/// A day of the calendar, `2025-01-31`, of the years 2000 to 2099.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub struct Day(String);

impl Day {
    /// Days after 1970 began.
    fn number(&self) -> Option<i64> {
        format!("{}T00:00:00Z", self.0).parse::<Timestamp>().ok().map(|midnight| midnight.as_second() / DAY)
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let day = Self(text);
        if day.0.starts_with("20") && day.0.len() == 10 && day.number().is_some() {
            Ok(day)
        } else {
            Err("must be a day such as 2025-01-31")
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

names! {
    /// Days that need no dates; `this...` and `last...days` end today.
    Preset {
        /// One day.
        Today = "today",
        /// One day.
        Yesterday = "yesterday",
        /// A week.
        Last7Days = "last7days",
        /// What a report covers unless told otherwise.
        Last30Days = "last30days",
        /// A quarter.
        Last90Days = "last90days",
        /// A year.
        Last365Days = "last365days",
        /// From the first of the month.
        ThisMonth = "thisMonth",
        /// A whole month.
        LastMonth = "lastMonth",
        /// From the first of January.
        ThisYear = "thisYear",
        /// A whole year.
        LastYear = "lastYear",
    }
}

names! {
    /// How the days of a report are put together.
    Interval {
        /// Each by itself.
        Day = "day",
        /// From Monday on.
        Week = "week",
        /// By the calendar.
        Month = "month",
    }
}

/// The days that somebody asks about.
#[derive(Clone, Debug)]
pub struct Period {
    /// IANA's name of a time zone; the organization's where there is none.
    pub timezone: Option<String>,
    /// Days that need no dates.
    pub preset: Option<Preset>,
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
}

impl Period {
    /// Its parameters, and `now`: zone, preset, first day, last day, now.
    pub(crate) fn params(&self, now: Timestamp) -> [Option<String>; 5] {
        let day = |day: &Option<Day>| day.as_ref().map(Day::to_string);
        let preset = self.preset.map(|preset| preset.name().to_owned());
        [self.timezone.clone(), preset, day(&self.from), day(&self.to), Some(now.to_string())]
    }
}

/// The days of a report, and those before that it is compared with: as many, ending the day before.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Range {
    /// IANA's name of the time zone that days begin and end in.
    timezone: String,
    /// The first day.
    from: Day,
    /// The last day, included.
    to: Day,
    /// The first day of the period before.
    previous_from: Day,
}

/// For `to`: the two ends of a range come together and instead of a preset, in this order, and not too far apart.
pub(crate) fn range_end<'a>(
    from: &'a Option<Day>,
    preset: &'a Option<Preset>,
) -> impl FnOnce(&Option<Day>, &()) -> garde::Result + 'a {
    move |to, ()| {
        let problem = match (from.as_ref().and_then(Day::number), to.as_ref().and_then(Day::number)) {
            (None, None) => return Ok(()),
            (Some(_), None) | (None, Some(_)) => "from and to come together",
            _ if preset.is_some() => "come instead of a preset",
            (Some(from), Some(to)) if to < from => "must not be before from",
            (Some(from), Some(to)) if to - from >= MOST_DAYS => "must be within 366 days",
            _ => return Ok(()),
        };
        Err(garde::Error::new(problem))
    }
}

/// A name such as IANA gives zones, and no rule of its own making, which Postgres would take too. Whether there is one of this name
/// only Postgres knows.
pub(crate) fn zone_name(name: &str, _: &()) -> garde::Result {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
    };
    let mut words = name.split('/');
    let first = words.next().is_some_and(|first| !first.is_empty() && first.bytes().all(|b| b.is_ascii_alphabetic()));
    if name.len() <= 64 && first && words.all(word) {
        Ok(())
    } else {
        Err(garde::Error::new("must be the name of a time zone such as Europe/Berlin"))
    }
}

/// Postgres's refusal of a zone as an answer.
pub(crate) fn unknown_zone<T>(result: Result<T>) -> Result<T> {
    result.map_err(|error| {
        let code =
            error.source.as_deref().and_then(|source| source.downcast_ref::<DatabaseError>()).map(|error| error.code.as_str());
        if code == Some("22023") { Error::rule("UNKNOWN_TIMEZONE", "There is no such time zone") } else { error }
    })
}

/// Parameters of a period, and those that follow it.
pub(crate) fn with<'a>(period: &'a [Option<String>; 5], more: &[&'a dyn Param]) -> Vec<&'a dyn Param> {
    period.iter().map(|param| param as &dyn Param).chain(more.iter().copied()).collect()
}

/// Declares a query about an organization and some days: the fields that all have, and its own.
macro_rules! report_query {
    ($(#[$doc:meta])* $name:ident { $($fields:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize, schemars::JsonSchema, garde::Validate)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[garde(allow_unvalidated)]
        pub struct $name {
            /// Whose figures. Left out: all of the platform's, for those who run it; else those of the one organization that the
            /// caller manages.
            pub organization_id: Option<codex_kernel::OrganizationId>,
            /// IANA's name of the time zone that days begin and end in; the organization's where it is left out.
            #[garde(inner(custom(crate::period::zone_name)))]
            #[schemars(length(max = 64))]
            pub timezone: Option<String>,
            /// Days that need no dates; `last30days` where neither they nor dates are given.
            pub preset: Option<crate::period::Preset>,
            /// The first day.
            pub from: Option<crate::period::Day>,
            /// The last day, included; 366 at most.
            #[garde(custom(crate::period::range_end(&self.from, &self.preset)))]
            pub to: Option<crate::period::Day>,
            $($fields)*
        }

        impl $name {
            /// The days it asks about.
            pub fn period(&self) -> crate::period::Period {
                crate::period::Period {
                    timezone: self.timezone.clone(),
                    preset: self.preset,
                    from: self.from.clone(),
                    to: self.to.clone(),
                }
            }
        }
    };
}
pub(crate) use report_query;

#[cfg(test)]
mod tests {
    use garde::Validate;

    use super::*;
    use crate::RevenueFilter;

    fn asked(from: Option<&str>, to: Option<&str>, preset: Option<Preset>) -> bool {
        let day = |text: Option<&str>| text.map(|text| Day::try_from(text.to_owned()).unwrap());
        let query = RevenueFilter { organization_id: None, timezone: None, preset, from: day(from), to: day(to), interval: None };
        query.validate().is_ok()
    }

    #[test]
    fn ranges_have_two_ends_in_order_and_bounds() {
        assert!(asked(None, None, None) && asked(None, None, Some(Preset::Today)));
        assert!(asked(Some("2025-01-01"), Some("2025-01-01"), None));
        assert!(asked(Some("2024-01-01"), Some("2024-12-31"), None), "a leap year has 366 days");
        assert!(!asked(Some("2024-01-01"), Some("2025-01-01"), None));
        assert!(!asked(Some("2025-01-02"), Some("2025-01-01"), None));
        assert!(!asked(Some("2025-01-01"), None, None) && !asked(None, Some("2025-01-01"), None));
        assert!(!asked(Some("2025-01-01"), Some("2025-01-01"), Some(Preset::Today)));
    }

    #[test]
    fn days_are_of_the_calendar() {
        assert!(Day::try_from("2024-02-29".to_owned()).is_ok());
        for bad in ["2025-02-29", "2025-1-01", "1999-12-31", "20250101", "2025-01-01T00:00:00Z", "2025-01-01 ", ""] {
            assert!(Day::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn zones_are_names() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "America/Port-au-Prince"] {
            assert!(zone_name(good, &()).is_ok(), "{good}");
        }
        for bad in ["", "UTC+3", "<+03>-3", "Europe/", "europe/../etc", "Foo5", "'", "Europe/Berlin;", &"A".repeat(65)] {
            assert!(zone_name(bad, &()).is_err(), "{bad}");
        }
    }
}
