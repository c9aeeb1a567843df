//! The life of a job, and of the media item that follows it.
//!
//! | job | taken, or progress | failed | completed | silent for 2 h |
//! |---|---|---|---|---|
//! | queued | running | failed | completed | - |
//! | running | running | failed | completed | failed |
//! | failed | - | - | completed | - |
//! | completed | - | - | - | - |
//!
//! A job only moves down this table, so the order of its news and their number do not matter: what came last is what came
//! furthest. That the result is there is a fact, whatever was said before; so `completed` is taken after `failed`, too.
//!
//! | media item | its latest job ends well | ends badly | an older job ends | retried | its owner says it is ready |
//! |---|---|---|---|---|---|
//! | transcoding | ready | failed | - | - | ready |
//! | failed | ready (late news) | - | - | transcoding, with a new job | ready |
//! | ready | - | - | - | - | - |
//!
//! The database does this in `transcoding.hear` and `transcoding.retry`; [`State`] is the same in Rust, and tests hold them together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often the file of a media item is tried, at most.
pub(crate) const ATTEMPTS: i32 = 3;

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// It waits for the transcoder.
    Queued,
    /// The transcoder has it.
    Running,
    /// The transcoder gave up, or was given up.
    Failed,
    /// What it makes is there.
    Completed,
}

impl JobStatus {
    /// Its word in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Completed => "completed",
        }
    }
}

/// What is heard of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The transcoder took it, or came further: percent.
    Progress(i32),
    /// It is there.
    Completed,
    /// It failed.
    Failed,
    /// Nothing was heard for two hours.
    Silent,
}

/// Everything that depends on the news: the jobs of one media item in the order of their attempts, and what the item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Each with its progress in percent.
    pub jobs: Vec<(JobStatus, i32)>,
    /// `transcoding`, `ready` or `failed`.
    pub media: &'static str,
}

impl State {
    /// After the first job was made.
    pub fn started() -> Self {
        Self { jobs: vec![(JobStatus::Queued, 0)], media: "transcoding" }
    }

    /// News of the job of that attempt, from 0.
    pub fn hear(&mut self, attempt: usize, news: News) {
        let latest = attempt + 1 == self.jobs.len();
        let Some((status, progress)) = self.jobs.get_mut(attempt) else { return };
        let next = match news {
            News::Progress(_) => JobStatus::Running,
            News::Completed => JobStatus::Completed,
            News::Failed => JobStatus::Failed,
            News::Silent if *status == JobStatus::Running => JobStatus::Failed,
            News::Silent => return,
        };
        let ended = *status >= JobStatus::Failed;
        if next < *status || (ended && next == *status) {
            return;
        }
        *status = next;
        match (news, next) {
            (News::Progress(percent), _) => *progress = percent.max(*progress),
            (_, JobStatus::Completed) => *progress = 100,
            _ => {}
        }
        if latest && self.media != "ready" {
            match next {
                JobStatus::Completed => self.media = "ready",
                JobStatus::Failed => self.media = "failed",
                JobStatus::Queued | JobStatus::Running => {}
            }
        }
    }

    /// The owner tries again; whether that makes a new job.
    pub fn retry(&mut self) -> bool {
        let again = self.media == "failed" && self.jobs.len() < ATTEMPTS.unsigned_abs() as usize;
        if again {
            self.jobs.push((JobStatus::Queued, 0));
            self.media = "transcoding";
        }
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_becomes_what_the_table_says() {
        use JobStatus::{Completed, Failed, Queued, Running};
        // What led to the state, the state, and what it becomes by each column of the table.
        let table: [(&[News], JobStatus, [JobStatus; 4]); 4] = [
            (&[], Queued, [Running, Failed, Completed, Queued]),
            (&[News::Progress(10)], Running, [Running, Failed, Completed, Failed]),
            (&[News::Failed], Failed, [Failed, Failed, Completed, Failed]),
            (&[News::Completed], Completed, [Completed, Completed, Completed, Completed]),
        ];
        for (before, status, row) in table {
            let mut state = State::started();
            before.iter().for_each(|news| state.hear(0, *news));
            assert_eq!(state.jobs[0].0, status);
            for (news, expected) in [News::Progress(5), News::Failed, News::Completed, News::Silent].into_iter().zip(row) {
                let mut after = state.clone();
                after.hear(0, news);
                assert_eq!(after.jobs[0].0, expected, "{status:?} after {news:?}");
            }
        }
    }

    #[test]
    fn an_older_job_changes_nothing_but_itself() {
        for late in [News::Progress(99), News::Failed, News::Completed, News::Silent] {
            let mut state = State::started();
            state.hear(0, News::Failed);
            assert!(state.retry());
            state.hear(1, News::Progress(40));
            let newer = (state.jobs[1], state.media);
            state.hear(0, late);
            assert_eq!((state.jobs[1], state.media), newer, "{late:?}");
        }
    }

    #[test]
    fn three_attempts_and_no_more() {
        let mut state = State::started();
        assert!(!state.retry(), "it has not failed");
        for attempt in 0..3 {
            state.hear(attempt, News::Failed);
            assert_eq!(state.retry(), attempt < 2);
        }
        assert_eq!((state.jobs.len(), state.media), (3, "failed"));
    }
}
