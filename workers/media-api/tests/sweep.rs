//! Objects that belong to nothing are found in turn and deleted; whatever anybody needs stays.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod studio;

use codex_edge::Fault;
use codex_kernel::{ContentId, Id, Timestamp};
use studio::{Studio, failed};

/// Beyond the age at which an object may be one that belongs to nothing.
const LATER: i64 = 26 * 3600;

async fn sweep(studio: &Studio, seconds: i64) -> usize {
    let at = Timestamp::from_second(studio.app.now().as_second() + seconds).unwrap();
    codex_transcoding::sweep_objects(studio.app.platform(), at).await.unwrap()
}

#[tokio::test]
async fn what_belongs_to_nothing_goes_and_the_rest_stays() {
    let studio = Studio::new().await;
    let bucket = studio.app.platform().media.get().unwrap();
    let (media, first) = studio.running().await;
    let deleted = studio.uploaded().await;
    let creator = studio.creator.id;
    let unknown = "019aa7c2-0000-7000-8000-000000000002";
    studio.app.run(&format!("UPDATE media_items SET deleted_at = now() WHERE id = '{deleted}'")).await;
    let content = ContentId::new(studio.app.now()).unwrap();
    studio
        .app
        .run(&format!(
            "INSERT INTO content (id, creator_id, title, slug, content_type, visibility, thumbnail_key, created_at, updated_at)
            VALUES ('{content}', '{creator}', 'A', 'a-b', 'written', 'public', '{creator}/thumbnails/{content}/a.png', now(), now())"
        ))
        .await;
    let needed = [
        format!("{creator}/originals/{media}/original.mp4"),
        format!("{creator}/hls/{media}/master.m3u8"),
        format!("{creator}/hls/{media}/720p/media.mp4"),
        format!("{creator}/thumbnails/{content}/a.png"),
        "readme.txt".to_owned(),
        format!("{creator}/elsewhere/{unknown}/x"),
    ];
    let orphans = [
        format!("{creator}/originals/{deleted}/original.mp4"),
        format!("{creator}/hls/{deleted}/master.m3u8"),
        format!("{creator}/audio/{unknown}/audio.mp3"),
        format!("{creator}/thumbnails/{unknown}/a.png"),
        // Pictures that the content's own took the place of, or that were sent and never kept.
        format!("{creator}/thumbnails/{content}/0.png"),
        format!("{creator}/thumbnails/{content}/b.png"),
        // Somebody else's folder that names a media item of the creator's.
        format!("{unknown}/hls/{media}/master.m3u8"),
    ];
    needed.iter().chain(&orphans).for_each(|key| bucket.insert(key, "x"));
    let left = |keys: &[String]| {
        let mut found = bucket.keys();
        let mut keys = keys.to_vec();
        found.sort();
        keys.sort();
        assert_eq!(found, keys);
    };
    assert_eq!(sweep(&studio, 0).await, 0, "they are young");
    assert_eq!(sweep(&studio, LATER).await, 0, "the end of the bucket");
    assert_eq!(sweep(&studio, LATER).await, orphans.len());
    left(&needed);

    // Another attempt took the place of the first, and plays.
    studio.tells(&failed(&media, &first)).await.expect(200);
    let second = studio.retry(&media).await.expect(200)["data"]["jobId"].as_str().unwrap().to_owned();
    let mut body = studio.completed(&media, &second);
    let key = format!("{creator}/hls/{media}-2/master.m3u8");
    bucket.insert(&key, "#EXTM3U\n");
    body["output"]["hlsMasterPlaylistKey"] = serde_json::json!(key);
    studio.tells(&body).await.expect(200);
    assert_eq!((sweep(&studio, LATER).await, sweep(&studio, LATER).await), (0, 2));
    left(&[needed[0].clone(), key, needed[3].clone(), needed[4].clone(), needed[5].clone()]);
}

#[tokio::test]
async fn a_long_bucket_is_walked_page_by_page() {
    let studio = Studio::new().await;
    let bucket = studio.app.platform().media.get().unwrap();
    let (creator, media) = (studio.creator.id, studio.uploaded().await);
    let other = "019aa7c2-0000-7000-8000-000000000002";
    for part in 0..2500 {
        let owner = if part < 1200 { other } else { &media };
        bucket.insert(&format!("{creator}/hls/{owner}/{part:04}.ts"), "x");
    }
    bucket.set_fault(Fault::Down);
    let refused = codex_transcoding::sweep_objects(studio.app.platform(), studio.app.now()).await;
    assert_eq!(refused.unwrap_err().code, "SERVICE_UNAVAILABLE");
    bucket.set_fault(Fault::None);
    let mut deleted = Vec::new();
    for _ in 0..5 {
        deleted.push(sweep(&studio, LATER).await);
    }
    assert_eq!(deleted.iter().sum::<usize>(), 1200, "{deleted:?}");
    assert_eq!(bucket.keys().len(), 1300);
    assert_eq!(bucket.delete_prefix("").await.unwrap(), 0, "nothing, and not everything");
}

#[tokio::test]
async fn one_walks_at_a_time() {
    let studio = Studio::new().await;
    let (bucket, coordinator) = (studio.app.platform().media.get().unwrap(), studio.app.platform().coordinator.get().unwrap());
    let unknown = "019aa7c2-0000-7000-8000-000000000002";
    bucket.insert(&format!("{}/audio/{unknown}/audio.mp3", studio.creator.id), "x");
    // Somebody else is at it.
    let lease = coordinator.lock("walk-media", 300).await.unwrap().unwrap();
    assert_eq!((sweep(&studio, LATER).await, bucket.keys().len()), (0, 1));
    coordinator.unlock(&lease).await.unwrap();
    assert_eq!((sweep(&studio, LATER).await, bucket.keys().len()), (1, 0));
    // Whoever walks lets go of it, even where the walk fails.
    bucket.set_fault(Fault::Down);
    assert!(codex_transcoding::sweep_objects(studio.app.platform(), studio.app.now()).await.is_err());
    assert!(coordinator.lock("walk-media", 300).await.unwrap().is_some());
    coordinator.set_fault(Fault::Down);
    let refused = codex_transcoding::sweep_objects(studio.app.platform(), studio.app.now()).await;
    assert_eq!(refused.unwrap_err().code, "SERVICE_UNAVAILABLE", "nobody walks who cannot know that they do so alone");
}
