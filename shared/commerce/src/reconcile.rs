//! Comparing what arrived with what Stripe says it sent.

use codex_edge::Platform;
use codex_kernel::{Error, Kind, Result, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::{
    Event,
    inbox::{Source, receive},
    statements::{NOTE_RECONCILIATION, RECONCILED_UNTIL, UNSEEN_EVENTS},
    stripe,
};

/// Seconds for an event to arrive by itself before it is missed.
const GRACE: i64 = 600;
/// Seconds of the time before that are looked at again: Stripe may list an event later than it made it.
const OVERLAP: i64 = 1_800;
/// Seconds covered at most by one run.
const LONGEST: i64 = 6 * 3_600;
/// Seconds looked back at first: as long as Stripe goes on trying.
const FIRST: i64 = 3 * 86_400;
/// Pages of a hundred events read in one run.
const PAGES: usize = 50;

/// Lists Stripe's events since the last run, applies those that never arrived, and notes which they were; how many there were.
/// A run that fails is made again from where the last one ended. An event that cannot be applied is noted, and keeps none after it waiting.
pub async fn reconcile(platform: &Platform, now: Timestamp) -> Result<usize> {
    let last: Option<Timestamp> = platform.database.one(&RECONCILED_UNTIL, &[]).await?;
    let now_second = now.as_second();
    let since = last.map_or(now_second - FIRST, |until| until.as_second() - OVERLAP);
    let until = (now_second - GRACE).min(since + LONGEST);
    let (mut seen, mut missing, mut failed) = (0, Vec::new(), Vec::new());
    let mut after: Option<String> = None;
    for page in 1.. {
        let listed = stripe::events(platform, &Event::APPLIED, since, until, after.as_deref()).await?;
        let events: Vec<(Event, &RawValue)> =
            listed.data.iter().map(|raw| Ok((Event::parse(raw.get().as_bytes())?, raw.as_ref()))).collect::<Result<_>>()?;
        let ids: Vec<&str> = events.iter().map(|(event, _)| event.id.as_str()).collect();
        let unseen: Vec<String> = platform.database.all(&UNSEEN_EVENTS, &[&json!(ids)]).await?;
        seen += events.len();
        // Stripe lists the newest first.
        for (event, raw) in events.iter().rev().filter(|(event, _)| unseen.contains(&event.id)) {
            match receive(platform, Source::Reconcile, event, raw.get().as_bytes(), now).await {
                Ok(_) => missing.push(event.id.clone()),
                Err(error) if error.kind == Kind::Unavailable => return Err(error),
                Err(_) => failed.push(event.id.clone()),
            }
        }
        after = events.last().map(|(event, _)| event.id.clone());
        if !listed.has_more || after.is_none() {
            break;
        }
        if page == PAGES {
            return Err(Error::internal(std::io::Error::other("more events than one run reads")));
        }
    }
    let covered = |second: i64| Timestamp::from_second(second).map_err(Error::internal);
    let seen = i32::try_from(seen).unwrap_or(i32::MAX);
    let row: &[&dyn codex_edge::Param] = &[&covered(since)?, &covered(until)?, &seen, &json!(missing), &json!(failed)];
    platform.database.one::<Value>(&NOTE_RECONCILIATION, row).await?;
    Ok(missing.len())
}

/// A page of Stripe's events: <https://docs.stripe.com/api/events/list>. They stay there for thirty days.
#[derive(Deserialize)]
pub(crate) struct Events {
    data: Vec<Box<RawValue>>,
    has_more: bool,
}
