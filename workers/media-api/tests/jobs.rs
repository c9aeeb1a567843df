//! Jobs: begun, handed over, told of, tried again.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod studio;

use codex_edge::{Config, Fault};
use codex_testkit::OutsideFault;
use futures_util::future::join_all;
use serde_json::{Value, json};
use studio::{Studio, failed, progress};

#[tokio::test]
async fn a_film_that_arrived_is_transcoded_and_plays() {
    let studio = Studio::new().await;
    let media = studio.uploaded().await;
    let starts = join_all((0..8).map(|_| studio.start(&media))).await;
    let jobs: Vec<Value> = starts.into_iter().map(|answer| answer.expect(200)["data"]["jobId"].clone()).collect();
    assert!(jobs.iter().all(|job| *job == jobs[0]), "one job, however often it is begun: {jobs:?}");
    assert_eq!(studio.status(&media).await["status"], "running");
    let orders = studio.orders();
    assert_eq!(orders.len(), 1, "handed over once");
    let job = jobs[0].as_str().unwrap();
    assert_eq!((&orders[0]["jobId"], &orders[0]["mediaType"]), (&jobs[0], &json!("video")));
    assert_eq!(orders[0]["callbackUrl"], "http://localhost:4002/api/transcoding/webhook");

    let heard = studio.tells(&progress(&media, job, 40)).await.expect(200);
    assert_eq!(heard, json!({ "received": true, "status": "running", "wanted": true }));
    let status = studio.status(&media).await;
    assert_eq!(
        (&status["progress"], &status["step"], &status["mediaStatus"]),
        (&json!(40), &json!("at 40"), &json!("transcoding"))
    );
    studio.tells(&progress(&media, job, 30)).await.expect(200);
    assert_eq!(studio.status(&media).await["step"], "at 40", "late news of less");

    let completed = studio.completed(&media, job);
    for _ in 0..2 {
        assert_eq!(studio.tells(&completed).await.expect(200)["status"], "completed");
    }
    for late in [progress(&media, job, 99), failed(&media, job)] {
        assert_eq!(studio.tells(&late).await.expect(200), json!({ "received": true, "status": "completed", "wanted": false }));
    }
    let status = studio.status(&media).await;
    assert_eq!(
        (&status["status"], &status["progress"], &status["mediaStatus"]),
        (&json!("completed"), &json!(100), &json!("ready"))
    );
    let made = "status = 'ready' AND duration_seconds = 4.5 AND width = 1920 AND ready_variants = '[\"1080p\"]'";
    assert_eq!(studio.app.count(&format!("media_items WHERE {made}")).await, 1);
    assert_eq!((studio.mails("transcoding-done").await, studio.mails("transcoding-failed").await), (1, 0));
}

#[tokio::test]
async fn all_files_are_told_of_at_once() {
    let studio = Studio::new().await;
    let (first, job) = studio.running().await;
    studio.tells(&progress(&first, &job, 40)).await.expect(200);
    let (second, job) = studio.running().await;
    studio.tells(&failed(&second, &job)).await.expect(200);
    let third = studio.uploaded().await;
    let list = async |query: &str| {
        studio.app.get(&format!("/api/transcoding/status{query}")).cookie(&studio.creator.cookie).send().await.expect(200)
    };
    let all = list("").await;
    let ids: Vec<_> = all["items"].as_array().unwrap().iter().map(|item| item["mediaId"].as_str().unwrap()).collect();
    assert_eq!(ids, [&third, &second, &first], "the newest first");
    assert_eq!((&all["items"][0]["job"], &all["items"][0]["retriesLeft"]), (&Value::Null, &json!(3)));
    for (item, media) in [(&all["items"][1], &second), (&all["items"][2], &first)] {
        let one = studio.status(media).await;
        assert_eq!(item["retriesLeft"], one["retriesLeft"]);
        for field in ["jobId", "status", "progress", "step", "error"] {
            assert_eq!(item["job"][field], one[field], "{field}");
        }
    }
    let page = list("?page=2&limit=2").await;
    assert_eq!(page["pagination"], json!({ "page": 2, "limit": 2, "total": 3, "totalPages": 2 }));
    assert_eq!(page["items"], json!([all["items"][2]]));
    let other = studio.app.person("other", codex_identity::Role::Creator).await;
    let theirs = studio.app.get("/api/transcoding/status").cookie(&other.cookie).send().await.expect(200);
    assert_eq!(theirs["pagination"]["total"], 0, "everybody has their own");
}

#[tokio::test]
async fn what_is_not_there_or_not_theirs_does_not_make_it_ready() {
    let studio = Studio::new().await;
    let other = "00000000-0000-7000-8000-000000000000";
    studio.app.platform().media.get().unwrap().insert(&format!("{other}/hls/x/master.m3u8"), "#EXTM3U\n");
    let own = format!("{}/hls/x/nothing.m3u8", studio.creator.id);
    type Change = fn(&mut Value, &str);
    let cases: [(Change, &str); 6] = [
        (
            |output, _| output["hlsMasterPlaylistKey"] = json!("00000000-0000-7000-8000-000000000000/hls/x/master.m3u8"),
            "MEDIA_KEY_NOT_ALLOWED",
        ),
        (|output, own| output["hlsMasterPlaylistKey"] = json!(own), "MEDIA_NOT_READY"),
        (|output, own| output["thumbnailKey"] = json!(own.replace("nothing.m3u8", "nothing.jpg")), "MEDIA_NOT_READY"),
        (|output, _| output["hlsMasterPlaylistKey"] = Value::Null, "MEDIA_NOT_READY"),
        (|output, _| output["durationSeconds"] = Value::Null, "MEDIA_NOT_READY"),
        (|output, own| output["waveformKey"] = json!(format!("{own}/../../x.json")), "MEDIA_KEY_NOT_ALLOWED"),
    ];
    for (change, code) in cases {
        let (media, job) = studio.running().await;
        let mut body = studio.completed(&media, &job);
        let right = body.clone();
        change(&mut body["output"], &own);
        assert_eq!(studio.tells(&body).await.expect_error(422), code, "{body}");
        let status = studio.status(&media).await;
        assert_eq!((&status["mediaStatus"], &status["error"]), (&json!("failed"), &json!(code)));
        assert_eq!(studio.tells(&right).await.expect(200)["status"], "completed", "the truth is taken late, too");
    }
    let (media, job) = studio.running().await;
    let body = studio.completed(&media, &job);
    studio.app.platform().media.get().unwrap().set_fault(Fault::Down);
    assert_eq!(studio.tells(&body).await.expect_error(503), "SERVICE_UNAVAILABLE");
    assert_eq!(studio.status(&media).await["mediaStatus"], "transcoding", "it is told again");
    studio.app.platform().media.get().unwrap().set_fault(Fault::None);
    studio.tells(&body).await.expect(200);
}

#[tokio::test]
async fn only_the_transcoder_is_heard() {
    let studio = Studio::new().await;
    let (media, job) = studio.running().await;
    let body = studio.completed(&media, &job);
    let forged = Config::new([("TRANSCODING_WEBHOOK_SECRET".to_owned(), "another".to_owned())]);
    assert_eq!(studio.signed(&forged, &body).send().await.expect_error(401), "INVALID_SIGNATURE");
    assert_eq!(studio.tells_at(-301, &body).await.expect_error(401), "INVALID_SIGNATURE");
    assert_eq!(studio.tells_at(301, &body).await.expect_error(401), "INVALID_SIGNATURE");
    let unsigned = studio.app.post("/api/transcoding/webhook").body(body.to_string()).send().await;
    assert_eq!(unsigned.expect_error(400), "SIGNATURE_MISSING");
    let nobody = "00000000-0000-7000-8000-000000000000";
    for (field, code) in [("jobId", 404), ("mediaId", 404)] {
        let mut other = body.clone();
        other[field] = json!(nobody);
        studio.tells(&other).await.expect(code);
    }
    for bad in [
        json!({}),
        json!({ "jobId": job, "mediaId": media, "status": "done" }),
        json!({ "jobId": "x", "mediaId": media, "status": "failed" }),
    ] {
        assert_eq!(studio.tells(&bad).await.expect_error(400), "VALIDATION_ERROR");
    }
    let mut bad = body.clone();
    bad["progress"] = json!(101);
    assert_eq!(studio.tells(&bad).await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(studio.status(&media).await["status"], "running", "none of it was heard");
    studio.tells_at(299, &body).await.expect(200);
}

#[tokio::test]
async fn a_transcoder_that_is_away_gets_the_job_later() {
    let studio = Studio::new().await;
    studio.transcoder_does(Some(OutsideFault::Says(503, "")));
    let media = studio.uploaded().await;
    studio.start(&media).await.expect(200);
    assert_eq!(studio.app.count("transcoding_jobs WHERE handovers = 1").await, 1);
    // Each wait is twice as long: 30 s, 60 s, ...
    for (wait, handovers) in [(29, 1), (2, 2), (58, 2), (3, 3)] {
        studio.app.advance(wait);
        assert_eq!(studio.hand_over().await, 0);
        assert_eq!(studio.app.count(&format!("transcoding_jobs WHERE handovers = {handovers}")).await, 1, "after {wait} s");
    }
    assert_eq!(studio.status(&media).await["status"], "queued");
    studio.transcoder_does(None);
    studio.app.advance(900);
    assert_eq!(join_all((0..4).map(|_| studio.hand_over())).await.iter().sum::<usize>(), 1, "handed over once");
    assert_eq!((studio.orders().len(), studio.status(&media).await["status"].clone()), (1, json!("running")));

    // Taken, and nobody heard so: it is offered again, and what is told of it meanwhile counts.
    studio.transcoder_does(Some(OutsideFault::DoesAndSays(502, "")));
    let media = studio.uploaded().await;
    let job = studio.start(&media).await.expect(200)["data"]["jobId"].as_str().unwrap().to_owned();
    assert_eq!(studio.orders().len(), 2);
    studio.tells(&studio.completed(&media, &job)).await.expect(200);
    studio.app.advance(3600);
    assert_eq!((studio.hand_over().await, studio.orders().len()), (0, 2));

    // Refused for what it is, or away for a day: it fails.
    studio.transcoder_does(Some(OutsideFault::Says(422, "")));
    let refused = studio.uploaded().await;
    studio.start(&refused).await.expect(200);
    let status = studio.status(&refused).await;
    assert_eq!((&status["status"], &status["error"]), (&json!("failed"), &json!("TRANSCODER_REFUSED")));
    studio.transcoder_does(Some(OutsideFault::Says(500, "")));
    let late = studio.uploaded().await;
    studio.start(&late).await.expect(200);
    studio.app.advance(24 * 3600 + 1);
    studio.hand_over().await;
    let away = "status = 'failed' AND error = 'TRANSCODER_AWAY'";
    assert_eq!(studio.app.count(&format!("transcoding_jobs WHERE media_item_id = '{late}' AND {away}")).await, 1);
    assert_eq!(studio.mails("transcoding-failed").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_job_is_handed_over_once_however_many_do_it() {
    let studio = Studio::new().await;
    let mut films = Vec::new();
    for _ in 0..20 {
        films.push(studio.uploaded().await);
    }
    studio.app.advance(61);
    codex_transcoding::start_forgotten(studio.app.platform(), studio.app.now()).await.unwrap();
    let (platform, now) = (studio.app.platform(), studio.app.now());
    let claims = (0..16).map(|_| {
        let platform = platform.clone();
        tokio::spawn(async move { codex_transcoding::hand_over(&platform, now).await.unwrap() })
    });
    let taken: usize = join_all(claims).await.into_iter().map(Result::unwrap).sum();
    let mut jobs: Vec<String> = studio.orders().iter().map(|order| order["jobId"].to_string()).collect();
    jobs.sort();
    jobs.dedup();
    assert_eq!((taken, studio.orders().len(), jobs.len()), (films.len(), films.len(), films.len()));
}

#[tokio::test]
async fn what_nobody_told_of_is_found_and_what_is_silent_is_given_up() {
    let studio = Studio::new().await;
    let platform = studio.app.platform();
    let media = studio.uploaded().await;
    assert_eq!(codex_transcoding::start_forgotten(platform, studio.app.now()).await.unwrap(), 0, "it has just arrived");
    studio.app.advance(61);
    let found = join_all((0..4).map(|_| codex_transcoding::start_forgotten(platform, studio.app.now()))).await;
    assert!(found.into_iter().all(|found| found.unwrap() <= 1));
    assert_eq!(studio.app.count("transcoding_jobs").await, 1);
    studio.hand_over().await;

    let silent = || codex_transcoding::give_up_silent(platform, studio.app.now());
    studio.app.advance(2 * 3600 - 10);
    assert_eq!(silent().await.unwrap(), 0);
    let job = studio.status(&media).await["jobId"].as_str().unwrap().to_owned();
    studio.tells(&progress(&media, &job, 5)).await.expect(200);
    studio.app.advance(2 * 3600 - 10);
    assert_eq!(silent().await.unwrap(), 0, "it was heard of");
    studio.app.advance(20);
    assert_eq!(silent().await.unwrap(), 1);
    let status = studio.status(&media).await;
    assert_eq!(
        (&status["status"], &status["error"], &status["mediaStatus"]),
        (&json!("failed"), &json!("SILENT"), &json!("failed"))
    );
    assert_eq!((silent().await.unwrap(), studio.mails("transcoding-failed").await), (0, 1));
}

#[tokio::test]
async fn what_failed_is_tried_three_times_in_all() {
    let studio = Studio::new().await;
    let (media, first) = studio.running().await;
    assert_eq!(studio.retry(&media).await.expect(200)["data"]["jobId"], first, "it is under way");
    studio.tells(&failed(&media, &first)).await.expect(200);
    assert_eq!(studio.status(&media).await["retriesLeft"], 2);
    let retries = join_all((0..8).map(|_| studio.retry(&media))).await;
    let jobs: Vec<Value> = retries.into_iter().map(|answer| answer.expect(200)["data"]["jobId"].clone()).collect();
    assert!(jobs.iter().all(|job| *job == jobs[0] && *job != first), "one new job: {jobs:?}");
    assert_eq!(studio.status(&media).await["status"], "running");
    let second = jobs[0].as_str().unwrap();

    // The first one is not dead after all: nothing it says is about the second.
    for late in [progress(&media, &first, 90), failed(&media, &first), studio.completed(&media, &first)] {
        assert_eq!(studio.tells(&late).await.expect(200)["wanted"], false);
        let status = studio.status(&media).await;
        assert_eq!((&status["jobId"], &status["status"], &status["progress"]), (&json!(second), &json!("running"), &json!(0)));
    }
    assert_eq!(studio.orders().last().unwrap()["uploads"][0]["key"], format!("{}/hls/{media}-2/master.m3u8", studio.creator.id));
    studio.tells(&failed(&media, second)).await.expect(200);
    let third = studio.retry(&media).await.expect(200)["data"]["jobId"].as_str().unwrap().to_owned();
    studio.tells(&failed(&media, &third)).await.expect(200);
    assert_eq!(studio.retry(&media).await.expect_error(422), "TRANSCODING_ATTEMPTS_EXHAUSTED");
    studio.tells(&studio.completed(&media, &third)).await.expect(200);
    assert_eq!(studio.status(&media).await["mediaStatus"], "ready");
    assert_eq!(studio.retry(&media).await.expect_error(409), "CONFLICT");
    let unknown = "00000000-0000-7000-8000-000000000000";
    assert_eq!(studio.retry(unknown).await.expect_error(404), "NOT_FOUND");
    assert_eq!(studio.start(unknown).await.expect_error(404), "NOT_FOUND");
    let awaited = studio.uploaded().await;
    assert_eq!(studio.retry(&awaited).await.expect_error(404), "NOT_FOUND", "there is nothing to try again");
    studio.app.run(&format!("UPDATE media_items SET status = 'uploading' WHERE id = '{awaited}'")).await;
    assert_eq!(studio.start(&awaited).await.expect_error(422), "UPLOAD_INCOMPLETE");
}

#[tokio::test]
async fn a_deleted_film_is_not_wanted_any_more() {
    let studio = Studio::new().await;
    let (media, job) = studio.running().await;
    studio.app.run(&format!("UPDATE media_items SET deleted_at = now() WHERE id = '{media}'")).await;
    assert_eq!(studio.tells(&progress(&media, &job, 10)).await.expect(200)["wanted"], false);
    studio.tells(&studio.completed(&media, &job)).await.expect(200);
    assert_eq!(studio.mails("transcoding-done").await, 0);
    studio.transcoder_does(Some(OutsideFault::Says(500, "")));
    let waiting = studio.uploaded().await;
    studio.start(&waiting).await.expect(200);
    assert_eq!(studio.app.count("transcoding_jobs WHERE handovers = 1").await, 2);
    studio.app.run(&format!("UPDATE media_items SET deleted_at = now() WHERE id = '{waiting}'")).await;
    studio.app.advance(60);
    studio.hand_over().await;
    assert_eq!(studio.app.count("transcoding_jobs WHERE error = 'CANCELLED'").await, 1);
    assert_eq!(studio.orders().len(), 1);
}
