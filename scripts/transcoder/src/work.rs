//! One job from its original to the files that play.

use std::path::{Path, PathBuf};

use tokio::{fs, sync::watch};

use crate::{
    encode,
    ffmpeg::{self, Contents, Failure},
    job::{Job, MediaType, Output},
    waveform::{RATE, Waveform},
    web::{Trouble, Web},
};

/// How far a job is: percent, and what is being done.
pub type Progress = watch::Sender<(u8, &'static str)>;

/// Does `job` in `folder`, which exists and is its own.
pub async fn work(web: &Web, job: &Job, folder: &Path, progress: &Progress) -> Result<Output, Failure> {
    let original = folder.join("original");
    progress.send_replace((0, "downloading"));
    web.fetch(&job.source.url, &original).await.map_err(|trouble| store_failure("reading the original", &trouble))?;

    let contents = ffmpeg::probe(&original).await?;
    let (arguments, variants) = plan(job, &contents)?;
    progress.send_replace((5, "encoding"));
    let encoded = |seconds: f64| {
        let part = contents.duration.map_or(0.0, |duration| (seconds / duration).clamp(0.0, 1.0));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "5 to 85")]
        progress.send_replace((5 + (80.0 * part) as u8, "encoding"));
    };
    ffmpeg::run(folder, &original, 0.0, &arguments, encoded).await?;
    let duration = duration_of(&folder.join("hls"), variants.first()).await?;

    progress.send_replace((85, "drawing"));
    if job.media_type == MediaType::Video {
        take_still(folder, &original, duration).await?;
    }
    if contents.sound {
        let mut waveform = Waveform::new(duration);
        ffmpeg::listen(&original, RATE, |samples| waveform.hear(samples)).await?;
        let written = fs::write(folder.join("waveform.json"), waveform.into_json()).await;
        written.map_err(|error| Failure::new("DISK", error))?;
    }

    progress.send_replace((90, "uploading"));
    let mut output = Output { duration_seconds: duration, ..Output::default() };
    (output.width, output.height) = contents.picture.unzip();
    // Whoever finds a playlist finds what it names: the master comes last.
    let media = variants.iter().flat_map(|variant| ["media.mp4", "playlist.m3u8"].map(|file| format!("hls/{variant}/{file}")));
    let names: Vec<String> =
        media.chain(["audio.mp3", "thumbnail.jpg", "waveform.json", "hls/master.m3u8"].map(str::to_owned)).collect();
    for name in names {
        let key = store(web, job, folder, &name).await?;
        match name.as_str() {
            "audio.mp3" => output.audio_key = key,
            "thumbnail.jpg" => output.thumbnail_key = key,
            "waveform.json" => output.waveform_key = key,
            "hls/master.m3u8" => output.hls_master_playlist_key = key,
            _ => {}
        }
    }
    output.ready_variants = variants;
    Ok(output)
}

/// What ffmpeg is asked for, and what the renditions are called.
fn plan(job: &Job, contents: &Contents) -> Result<(Vec<String>, Vec<String>), Failure> {
    match (job.media_type, contents.picture) {
        (MediaType::Audio, _) if contents.sound => Ok((encode::sound(), vec!["audio".to_owned()])),
        (MediaType::Audio, _) => Err(Failure::new("NO_SOUND", "the original has no sound")),
        (MediaType::Video, None) => Err(Failure::new("NO_PICTURE", "the original has no picture")),
        (MediaType::Video, Some(picture)) => {
            let renditions = encode::renditions(&job.heights(), picture);
            let pictures = renditions.iter().map(|rendition| format!("{}p", rendition.class));
            let variants = pictures.chain(contents.sound.then(|| "audio".to_owned())).collect();
            Ok((encode::film(contents, &renditions), variants))
        }
    }
}

/// A picture from a tenth into the film; where there is none, the first.
async fn take_still(folder: &Path, original: &Path, duration: f64) -> Result<(), Failure> {
    let made = |folder: &Path| folder.join("thumbnail.jpg").exists();
    let (arguments, picture): (_, PathBuf) = (encode::still(), folder.to_owned());
    let early = ffmpeg::run(folder, original, duration / 10.0, &arguments, |_| {}).await;
    if early.is_err() || !made(&picture) {
        ffmpeg::run(folder, original, 0.0, &arguments, |_| {}).await?;
    }
    Ok(())
}

/// How long a rendition plays, as its playlist says: seconds.
async fn duration_of(hls: &Path, variant: Option<&String>) -> Result<f64, Failure> {
    let nothing = || Failure::new("NOTHING_TO_PLAY", "no rendition came of it");
    let playlist = hls.join(variant.ok_or_else(nothing)?).join("playlist.m3u8");
    let text = fs::read_to_string(playlist).await.map_err(|error| Failure::new("FFMPEG_FAILED", error))?;
    let seconds = total_duration(&text);
    if seconds > 0.0 { Ok(seconds) } else { Err(nothing()) }
}

fn total_duration(playlist: &str) -> f64 {
    let segments = playlist.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.split(',').next()?.parse::<f64>().ok());
    (segments.sum::<f64>() * 1000.0).round() / 1000.0
}

/// Sends one file of the result where it goes; its key. None where it was not made, or is not wanted.
async fn store(web: &Web, job: &Job, folder: &Path, name: &str) -> Result<Option<String>, Failure> {
    let Some(destination) = job.destination(name) else { return Ok(None) };
    let path = folder.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let stored = web.store(&path, &destination.url, &destination.content_type).await;
    stored.map_err(|trouble| store_failure(name, &trouble))?;
    Ok(Some(destination.key.clone()))
}

fn store_failure(what: &str, trouble: &Trouble) -> Failure {
    Failure::new("STORE_FAILED", format!("{what}: {trouble}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playlist_says_how_long_it_plays() {
        let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4.000000,\n#EXT-X-BYTERANGE:1@2\nmedia.mp4\n#EXTINF:1.5,a title\nmedia.mp4\n";
        assert!((total_duration(playlist) - 5.5).abs() < 1e-9);
        assert!(total_duration("#EXTM3U\n") == 0.0);
    }
}
