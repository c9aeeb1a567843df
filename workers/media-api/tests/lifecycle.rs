//! The database does with a job's news what the model in `transcoding/src/lifecycle.rs` says: random stories, told in any order,
//! twice, and at once.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod studio;

use codex_transcoding::{JobStatus, News, State};
use serde_json::{Value, json};
use studio::{Studio, failed, progress};

/// As many stories as `TRANSCODING_SEEDS` says.
fn stories() -> u64 {
    std::env::var("TRANSCODING_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
}

/// What the database knows of a film: each job's status and progress, and its own status.
async fn known(studio: &Studio, media: &str) -> State {
    let sql = format!(
        "SELECT json_build_object('jobs', (SELECT json_agg(json_build_array(status, progress) ORDER BY attempt)
        FROM transcoding_jobs WHERE media_item_id = m.id), 'media', status)::text FROM media_items m WHERE id = '{media}'"
    );
    let row: Value = serde_json::from_str(&studio.app.text(&sql).await).unwrap();
    let jobs: Vec<(JobStatus, i32)> = serde_json::from_value(row["jobs"].clone()).unwrap();
    let media = ["transcoding", "ready", "failed"].into_iter().find(|status| row["media"] == *status).unwrap();
    State { jobs, media }
}

#[tokio::test]
async fn every_story_ends_as_the_model_says() {
    let studio = Studio::new().await;
    for seed in 0..stories() {
        let mut chance = Chance(seed);
        let (media, first) = studio.running().await;
        let mut jobs = vec![first];
        let mut model = State::started();
        model.hear(0, News::Progress(0));
        let mut story = Vec::new();
        for _ in 0..4 + chance.below(8) {
            let attempt = chance.below(jobs.len());
            let (event, body) = match chance.below(7) {
                0 => {
                    let again = model.retry();
                    let answer = studio.retry(&media).await;
                    story.push(format!("retry: {again}"));
                    if again {
                        jobs.push(answer.expect(200)["data"]["jobId"].as_str().unwrap().to_owned());
                        assert_eq!(studio.status(&media).await["status"], "running");
                        model.hear(jobs.len() - 1, News::Progress(0));
                    }
                    continue;
                }
                1 | 2 => (News::Failed, failed(&media, &jobs[attempt])),
                3 => (News::Completed, studio.completed(&media, &jobs[attempt])),
                _ => {
                    let percent = i32::try_from(chance.below(100)).unwrap();
                    (News::Progress(percent), progress(&media, &jobs[attempt], percent))
                }
            };
            story.push(format!("{attempt}: {event:?}"));
            for _ in 0..1 + chance.below(2) {
                model.hear(attempt, event);
                studio.tells(&body).await.expect(200);
            }
            assert_eq!(known(&studio, &media).await, model, "story {seed}: {story:?}");
        }
    }
}

#[tokio::test]
async fn news_that_comes_at_once_ends_alike_in_any_order() {
    let studio = Studio::new().await;
    for seed in 0..stories() / 2 {
        let mut chance = Chance(1000 + seed);
        let (media, job) = studio.running().await;
        let completes = chance.below(2) == 1;
        let mut news = vec![failed(&media, &job), progress(&media, &job, 70), progress(&media, &job, 20)];
        if completes {
            news.push(studio.completed(&media, &job));
        }
        let calls = (0..10).map(|_| news[chance.below(news.len())].clone()).chain(news.clone()).collect::<Vec<_>>();
        let answers = futures_util::future::join_all(calls.iter().map(|body| studio.tells(body))).await;
        answers.into_iter().for_each(|answer| drop(answer.expect(200)));
        let state = known(&studio, &media).await;
        let expected = if completes { (JobStatus::Completed, "ready") } else { (JobStatus::Failed, "failed") };
        assert_eq!((state.jobs[0].0, state.media), expected, "{seed}: {state:?}");
    }
    let done = studio.app.count("media_items WHERE status = 'ready'").await;
    assert_eq!(studio.mails("transcoding-done").await, done, "one mail each");
}

#[tokio::test]
async fn late_news_and_a_retry_at_once_leave_one_job_in_charge() {
    let studio = Studio::new().await;
    for seed in 0..stories() / 2 {
        let (media, first) = studio.running().await;
        studio.tells(&failed(&media, &first)).await.expect(200);
        let late = studio.completed(&media, &first);
        let (retried, told) = tokio::join!(studio.retry(&media), studio.tells(&late));
        told.expect(200);
        let state = known(&studio, &media).await;
        // Whoever came first decides: ready by the first job, or a second one that is under way.
        match retried.status.as_u16() {
            409 => assert_eq!((state.media, state.jobs.len()), ("ready", 1), "{seed}"),
            200 => match state.jobs.len() {
                2 => assert_eq!((state.media, state.jobs[0].0), ("transcoding", JobStatus::Completed), "{seed}"),
                _ => assert_eq!((state.media, &retried.json["data"]["status"]), ("ready", &json!("completed")), "{seed}"),
            },
            other => panic!("{other}: {}", retried.json),
        }
    }
}
