use std::borrow::Cow;

use codex_edge::Platform;
use codex_kernel::{Email, MailId, Result, Timestamp, UserId, random_bytes};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Category,
    catalogue::builtin,
    provider::{self, Letter, Verdict},
    render::{Brand, Rendered, Setting, Source, render, sender},
    statements::{CLAIM, FORGET, SETTLE},
    trial::with_examples,
    unsubscribe::unsubscribe_address,
};

/// Mails claimed at once.
const BATCH: usize = 20;
/// Mails at the provider at once: a Worker keeps six connections open.
const AT_ONCE: usize = 5;
/// The most batches of one run; what is left waits for the next.
const BATCHES: usize = 10;
/// Seconds that a claimed mail is nobody else's; every batch is done within them, also when each mail times out.
const LEASE: i32 = 120;
/// The most attempts; with the waiting between them they span nine hours, within the 24 that the provider remembers a key.
const ATTEMPTS: i32 = 10;
/// Seconds to wait after the first failed attempt; then twice as long each time.
const FIRST_WAIT: i64 = 60;
/// The longest wait, seconds.
const LONGEST_WAIT: i64 = 4 * 60 * 60;

/// How long the delivery log is kept, seconds.
const REMEMBERED: i64 = 90 * 24 * 60 * 60;

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Delivered {
    /// Taken by the provider.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Given up.
    pub failed: usize,
}

#[derive(Deserialize)]
struct Mail {
    id: MailId,
    template: String,
    recipient: String,
    data: Value,
    category: Category,
    /// With the one that is about to be made.
    attempts: i32,
    user_id: Option<UserId>,
    /// Somebody tries a template out.
    trial: bool,
    source: Option<Source>,
    brand: Option<Brand>,
}

#[derive(Serialize)]
struct Outcome {
    id: MailId,
    attempts: i32,
    outcome: &'static str,
    provider_id: Option<String>,
    error: Option<&'static str>,
    due_at: Option<Timestamp>,
}

/// Sends what is due. What cannot be sent now is due again later; what never can be, or was tried often enough, has failed.
///
/// Any number may do this at once: a claim is one deliverer's. One that dies between sending and saying so is followed by another
/// after the lease, and the provider knows the mail by its key.
pub async fn deliver(platform: &Platform, now: Timestamp) -> Result<Delivered> {
    let mut done = Delivered::default();
    for _ in 0..BATCHES {
        let limit = i32::try_from(BATCH).unwrap_or(i32::MAX);
        let mails: Vec<Mail> = platform.database.all(&CLAIM, &[&now, &limit, &LEASE, &ATTEMPTS]).await?;
        let mut outcomes = Vec::with_capacity(mails.len());
        for some in mails.chunks(AT_ONCE) {
            outcomes.extend(join_all(some.iter().map(|mail| attempt(platform, mail, now))).await);
        }
        for outcome in &outcomes {
            match outcome.outcome {
                "sent" => done.sent += 1,
                "retry" => done.postponed += 1,
                _ => done.failed += 1,
            }
        }
        if !outcomes.is_empty() {
            let _: Vec<MailId> = platform.database.all(&SETTLE, &[&json!(outcomes), &now]).await?;
        }
        if mails.len() < BATCH {
            break;
        }
    }
    Ok(done)
}

/// Forgets mail that was sent or given up more than 90 days ago, a thousand at a time; how many it were.
pub async fn forget(platform: &Platform, now: Timestamp) -> Result<usize> {
    let until = Timestamp::from_second(now.as_second().saturating_sub(REMEMBERED)).unwrap_or(Timestamp::UNIX_EPOCH);
    let forgotten: Vec<MailId> = platform.database.all(&FORGET, &[&until, &1000]).await?;
    Ok(forgotten.len())
}

/// One attempt at one mail.
async fn attempt(platform: &Platform, mail: &Mail, now: Timestamp) -> Outcome {
    let Mail { id, attempts, .. } = *mail;
    let verdict = match letter(platform, mail) {
        Ok(Some(letter)) => provider::send(platform, &letter).await,
        Ok(None) => Verdict::Refused("TEMPLATE_MISSING"),
        Err(error) => Verdict::Later(error.code),
    };
    let outcome = |outcome, provider_id, error, due_at| Outcome { id, attempts, outcome, provider_id, error, due_at };
    match verdict {
        Verdict::Taken(provider_id) => outcome("sent", provider_id, None, None),
        Verdict::Refused(error) => outcome("failed", None, Some(error), None),
        Verdict::Later(error) if attempts >= ATTEMPTS => outcome("failed", None, Some(error), None),
        Verdict::Later(error) => outcome("retry", None, Some(error), Some(next_attempt(attempts, now))),
    }
}

/// When to try again after so many attempts: twice as long each time, and somewhere between half of it and all of it, so that
/// mails that failed together do not come back together.
fn next_attempt(attempts: i32, now: Timestamp) -> Timestamp {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default().min(16);
    let wait = (FIRST_WAIT << doublings).min(LONGEST_WAIT);
    let chance = random_bytes::<2>().map_or(u16::MAX, u16::from_be_bytes);
    let wait = wait / 2 + wait / 2 * i64::from(chance) / i64::from(u16::MAX);
    Timestamp::from_second(now.as_second().saturating_add(wait)).unwrap_or(now)
}

/// The mail as the provider takes it; none where there are no words for it.
fn letter(platform: &Platform, mail: &Mail) -> Result<Option<Letter>> {
    let config = &platform.config;
    let unsubscribe = match (mail.category, mail.user_id) {
        (Category::Transactional, _) | (_, None) => None,
        (category, Some(user)) => Some(unsubscribe_address(config, user, category)?),
    };
    let setting = Setting { brand: mail.brand.as_ref(), home: config.get("WEB_APP_URL")?, unsubscribe: unsubscribe.as_deref() };
    let own = builtin(&mail.template).map(|builtin| Source {
        subject: builtin.subject.to_owned(),
        html: builtin.html.to_owned(),
        text: builtin.text(),
        preheader: Some(builtin.preheader.to_owned()),
    });
    let data = if mail.trial { Cow::Owned(with_examples(&mail.template, &mail.data)) } else { Cow::Borrowed(&mail.data) };
    // A template saved before the rules changed gives way to the platform's words.
    let rendered = [mail.source.as_ref(), own.as_ref()]
        .into_iter()
        .flatten()
        .find_map(|source| render(&mail.template, source, &data, setting).ok());
    let Some(Rendered { subject, html, text }) = rendered else { return Ok(None) };
    let subject = if mail.trial { format!("[Test] {subject}") } else { subject };
    let reply_to = mail.brand.as_ref().and_then(|brand| brand.support_email.as_ref()).map(Email::to_string);
    let from = sender(config.get("MAIL_FROM")?, mail.brand.as_ref());
    Ok(Some(Letter { key: mail.id, from, to: mail.recipient.clone(), subject, html, text, reply_to, unsubscribe }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_varies_and_stays_within_the_providers_memory() {
        let now = Timestamp::UNIX_EPOCH;
        for (attempts, most) in [(1, 60), (2, 120), (5, 960), (9, 14_400), (40, 14_400)] {
            let waits: Vec<i64> = (0..200).map(|_| next_attempt(attempts, now).as_second()).collect();
            assert!(waits.iter().all(|wait| (most / 2..=most).contains(wait)), "{attempts}: {waits:?}");
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{attempts} does not vary");
        }
        let longest: i64 = (0..ATTEMPTS - 1).map(|attempt| (FIRST_WAIT << attempt).min(LONGEST_WAIT)).sum();
        assert!(longest < 24 * 3600, "{longest}");
    }
}
