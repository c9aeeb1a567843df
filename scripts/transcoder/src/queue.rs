//! The jobs that are here. Each is on disk before it is said to be taken, and its outcome is before it is told: whenever this
//! program is killed, what it has taken is done by the next one, and what it has done is told.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    fs,
    sync::{Semaphore, watch},
    time::{interval, sleep},
};
use uuid::Uuid;

use crate::{
    ffmpeg::Failure,
    job::{Callback, Job, News},
    signature::{SIGNATURE, Secrets, TIMESTAMP},
    web::{Trouble, Web},
    work::work,
};

/// Jobs here at once, waiting or not; others are refused for now.
const ROOM: usize = 100;
/// How often it is told how far a job is.
const REPORT: Duration = Duration::from_secs(5);
/// After so many of those without anything new it is told all the same.
const SIGN_OF_LIFE: u32 = 12;
/// The longest wait before an outcome is told again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often that is tried: for a day.
const TELLINGS: u32 = 24 * 60;

/// The queue, its store on disk, and what it needs.
pub struct Queue {
    web: Web,
    secrets: Secrets,
    folder: PathBuf,
    at_once: Semaphore,
    here: Mutex<HashSet<Uuid>>,
}

/// What became of an offer.
#[derive(Debug, PartialEq, Eq)]
pub enum Offer {
    Taken,
    Full,
}

impl Queue {
    /// A queue in `folder` that works on so many jobs at once, with what was left there by the one before.
    pub async fn open(folder: &Path, at_once: usize, web: Web, secrets: Secrets) -> Result<Arc<Self>, String> {
        let words = |error: std::io::Error| format!("{}: {error}", folder.display());
        let _ = fs::remove_dir_all(folder.join("work")).await;
        for kind in ["jobs", "outcomes", "work"] {
            fs::create_dir_all(folder.join(kind)).await.map_err(words)?;
        }
        let (here, at_once) = (Mutex::default(), Semaphore::new(at_once));
        let queue = Arc::new(Self { web, secrets, folder: folder.to_owned(), at_once, here });
        for job in queue.kept::<Job>("jobs").await.map_err(words)? {
            queue.admit(&job);
            queue.clone().begin(job);
        }
        Ok(queue)
    }

    /// Everything of a kind on disk; what cannot be read is left alone.
    async fn kept<T: DeserializeOwned>(&self, kind: &str) -> std::io::Result<Vec<T>> {
        let (mut found, mut files) = (Vec::new(), fs::read_dir(self.folder.join(kind)).await?);
        while let Some(file) = files.next_entry().await? {
            found.extend(serde_json::from_slice(&fs::read(file.path()).await?).ok());
        }
        Ok(found)
    }

    fn file(&self, kind: &str, id: Uuid) -> PathBuf {
        self.folder.join(kind).join(format!("{id}.json"))
    }

    /// Puts a value on disk, whole or not at all, for this program's eyes only: it holds addresses that are secrets.
    async fn keep(&self, kind: &str, id: Uuid, value: &impl Serialize) -> std::io::Result<()> {
        let (file, part) = (self.file(kind, id), self.folder.join(kind).join(format!("{id}.part")));
        fs::write(&part, serde_json::to_vec(value)?).await?;
        fs::File::open(&part).await?.sync_all().await?;
        fs::rename(part, file).await
    }

    fn admit(&self, job: &Job) -> Option<bool> {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if here.len() >= ROOM && !here.contains(&job.job_id) {
            return None;
        }
        Some(here.insert(job.job_id))
    }

    fn leave(&self, id: Uuid) {
        self.here.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Takes a job, unless there is no room; one that is here already is taken, too.
    pub async fn offer(self: Arc<Self>, job: Job) -> std::io::Result<Offer> {
        match self.admit(&job) {
            None => return Ok(Offer::Full),
            Some(false) => return Ok(Offer::Taken),
            Some(true) => {}
        }
        if let Err(error) = self.keep("jobs", job.job_id, &job).await {
            self.leave(job.job_id);
            return Err(error);
        }
        self.begin(job);
        Ok(Offer::Taken)
    }

    fn begin(self: Arc<Self>, job: Job) {
        tokio::spawn(async move {
            let id = job.job_id;
            let outcome =
                match fs::read(self.file("outcomes", id)).await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                    Some(known) => Some(known),
                    None => self.outcome(&job).await,
                };
            if let Some(news) = outcome {
                self.tell(&job, news).await;
            }
            let _ = fs::remove_file(self.file("jobs", id)).await;
            let _ = fs::remove_file(self.file("outcomes", id)).await;
            self.leave(id);
        });
    }

    /// Does a job when it is its turn, and tells how far it is meanwhile. None where nobody wants it any more.
    async fn outcome(&self, job: &Job) -> Option<News> {
        let folder = self.folder.join("work").join(job.job_id.to_string());
        let progress = watch::Sender::new((0, "waiting"));
        let done = async {
            let _turn = self.at_once.acquire().await.map_err(|error| Failure::new("CLOSED", error))?;
            fs::create_dir_all(&folder).await.map_err(|error| Failure::new("DISK", error))?;
            work(&self.web, job, &folder, &progress).await
        };
        let outcome = tokio::select! {
            done = done => Some(match done {
                Ok(output) => News::Completed { output },
                Err(Failure { code, words }) => {
                    say(job.job_id, code, &words);
                    News::Failed { error: code.to_owned() }
                }
            }),
            () = self.report(job, &progress) => None,
        };
        let _ = fs::remove_dir_all(&folder).await;
        if let Some(news) = &outcome {
            // Where this fails, the next program would do the job again: that is all that is lost.
            let _ = self.keep("outcomes", job.job_id, news).await;
        }
        outcome
    }

    /// Tells how far a job is whenever it came further, and at least now and then, until nobody wants it any more.
    async fn report(&self, job: &Job, progress: &watch::Sender<(u8, &'static str)>) {
        let (mut ticks, mut told, mut since) = (interval(REPORT), None, 0);
        loop {
            ticks.tick().await;
            let (progress, step) = *progress.borrow();
            since += 1;
            if told == Some((progress, step)) && since < SIGN_OF_LIFE {
                continue;
            }
            (told, since) = (Some((progress, step)), 0);
            let news = News::Progress { progress, step: step.to_owned() };
            if self.call_back(job, &news).await.is_ok_and(|wanted| !wanted) {
                return say(job.job_id, "UNWANTED", "");
            }
        }
    }

    /// Tells an outcome until it is heard, or refused for good.
    async fn tell(&self, job: &Job, news: News) {
        let mut wait = Duration::from_secs(1);
        for _ in 0..TELLINGS {
            match self.call_back(job, &news).await {
                Ok(_) => return say(job.job_id, "TOLD", ""),
                Err(Trouble::Refused(status)) => return say(job.job_id, "REFUSED", &status.to_string()),
                Err(Trouble::Passing(_)) => sleep(wait).await,
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// One callback; whether the job is still wanted.
    async fn call_back(&self, job: &Job, news: &News) -> Result<bool, Trouble> {
        #[derive(serde::Deserialize)]
        struct Answer {
            #[serde(default = "wanted")]
            wanted: bool,
        }
        fn wanted() -> bool {
            true
        }
        let callback = Callback { job_id: job.job_id, media_id: job.media_id, news: news.clone() };
        let body = serde_json::to_vec(&callback).map_err(|error| Trouble::Passing(error.to_string()))?;
        let (timestamp, signature) = self.secrets.sign(&body);
        let headers = [(TIMESTAMP, timestamp.as_str()), (SIGNATURE, signature.as_str())];
        let answer = self.web.post(&job.callback_url, &headers, body.into()).await?;
        Ok(serde_json::from_slice::<Answer>(&answer).map_or(true, |answer| answer.wanted))
    }
}

/// A line of the log: ids, codes and the words of programs; no address, which would be a secret.
fn say(job: Uuid, code: &str, words: &str) {
    eprintln!("{}", serde_json::json!({ "event": "transcoding", "jobId": job, "code": code, "words": words }));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn job() -> Job {
        let text = include_str!("../../../shared/transcoding/examples/job.json");
        // Nobody is told: nothing listens there.
        Job { job_id: Uuid::new_v4(), callback_url: "http://127.0.0.1:9/".to_owned(), ..serde_json::from_str(text).unwrap() }
    }

    #[tokio::test]
    async fn what_was_taken_is_known_to_the_next_program_and_more_than_fits_is_refused() {
        let folder = std::env::temp_dir().join(format!("codex-transcoder-{}", Uuid::new_v4()));
        // Nobody's turn ever comes.
        let open = || Queue::open(&folder, 0, Web::new(), Secrets::parse("secret").unwrap());
        let queue = open().await.unwrap();
        let first = job();
        assert_eq!(queue.clone().offer(first.clone()).await.unwrap(), Offer::Taken);
        for _ in 1..ROOM {
            assert_eq!(queue.clone().offer(job()).await.unwrap(), Offer::Taken);
        }
        let next = open().await.unwrap();
        std::fs::create_dir_all(folder.join("work/left-over")).unwrap();
        for queue in [queue, next] {
            assert_eq!(queue.clone().offer(first.clone()).await.unwrap(), Offer::Taken, "it is here already");
            assert_eq!(queue.clone().offer(job()).await.unwrap(), Offer::Full);
        }
        assert_eq!(std::fs::read_dir(folder.join("jobs")).unwrap().count(), ROOM);
        open().await.unwrap();
        assert!(!folder.join("work/left-over").exists(), "what a killed program left is cleared away");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
