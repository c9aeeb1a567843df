//! What ffmpeg is asked to make, as arguments.

use crate::ffmpeg::Contents;

/// Seconds between key frames, the same in every rendition: there a player can change from one to another.
const SEGMENT: u32 = 4;
/// Bytes: R2 takes no larger file in one piece, so a very long film gets fewer bits a second.
const LARGEST: f64 = 4.9 * 1024.0 * 1024.0 * 1024.0;
/// Bits a second of the sound.
const SOUND: f64 = 128_000.0;

/// A rendition of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// What it is called: `720p`.
    pub class: u32,
    /// Pixels of its shorter side: no more than the film has.
    pub lines: u32,
}

/// Those of `classes` that the film is large enough for; the least of them in any case.
pub fn renditions(classes: &[u32], (width, height): (u32, u32)) -> Vec<Rendition> {
    let shorter = width.min(height).max(2) & !1;
    let fitting = classes.iter().filter(|class| **class <= shorter);
    let mut renditions: Vec<_> = fitting.map(|class| Rendition { class: *class, lines: *class }).collect();
    if renditions.is_empty() {
        renditions.extend(classes.iter().min().map(|class| Rendition { class: *class, lines: shorter }));
    }
    renditions
}

/// The most bits a second of a picture of so many lines.
fn picture_bits(lines: u32, duration: Option<f64>) -> u32 {
    let usual = match lines {
        0..=360 => 800_000.0,
        361..=480 => 1_400_000.0,
        481..=720 => 2_800_000.0,
        _ => 5_000_000.0,
    };
    let possible = duration.map_or(f64::MAX, |seconds| LARGEST * 8.0 / seconds - SOUND);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some millions")]
    let bits = f64::min(usual, possible).max(100_000.0) as u32;
    bits
}

/// A film as HLS: every rendition, and the sound alone for lines too thin for pictures, in one run, so that the original is decoded
/// once; each a single fragmented MP4 file that its playlist names in byte ranges.
pub fn film(contents: &Contents, renditions: &[Rendition]) -> Vec<String> {
    let count = renditions.len();
    let splits: String = (0..count).map(|index| format!("[s{index}]")).collect();
    // Square pixels first. The shorter side decides, so that upright films are treated alike; both sides must be even.
    let mut graph = format!("[0:v:0]scale='trunc(iw*sar/2)*2':'trunc(ih/2)*2',setsar=1,format=yuv420p,split={count}{splits}");
    let (mut arguments, mut map) = (Vec::new(), Vec::new());
    for (index, rendition) in renditions.iter().enumerate() {
        let lines = rendition.lines;
        graph += &format!(";[s{index}]scale='if(gt(iw,ih),-2,{lines})':'if(gt(iw,ih),{lines},-2)'[v{index}]");
        let bits = picture_bits(lines, contents.duration);
        arguments.extend(words(&format!("-map [v{index}]")));
        arguments.extend(words(&format!("-maxrate:v:{index} {bits} -bufsize:v:{index} {}", bits * 2)));
        if contents.sound {
            arguments.extend(words("-map 0:a:0"));
        }
        let sound = if contents.sound { format!("a:{index},") } else { String::new() };
        map.push(format!("v:{index},{sound}name:{}p", rendition.class));
    }
    if contents.sound {
        arguments.extend(words("-map 0:a:0"));
        map.push(format!("a:{count},name:audio"));
    }
    let mut all = vec!["-filter_complex".to_owned(), graph];
    all.extend(arguments);
    all.extend(words("-c:v libx264 -preset veryfast -profile:v high -crf 22 -sc_threshold 0 -force_key_frames"));
    all.push(format!("expr:gte(t,n_forced*{SEGMENT})"));
    all.extend(sound_and_package(&map.join(" ")));
    all
}

/// A sound as HLS, and as one MP3 file for what plays no HLS.
pub fn sound() -> Vec<String> {
    let mut all = words("-map 0:a:0 -vn");
    all.extend(sound_and_package("a:0,name:audio"));
    all.extend(words("-map 0:a:0 -vn -map_metadata -1 -c:a libmp3lame -b:a 192k audio.mp3"));
    all
}

fn sound_and_package(map: &str) -> Vec<String> {
    let mut all = words("-c:a aac -b:a 128k -ac 2 -ar 48000 -map_metadata -1 -max_muxing_queue_size 4096");
    all.extend(words(&format!(
        "-f hls -hls_time {SEGMENT} -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags single_file"
    )));
    all.extend(words("-master_pl_name master.m3u8 -hls_segment_filename hls/%v/media.mp4 -var_stream_map"));
    all.extend([map.to_owned(), "hls/%v/playlist.m3u8".to_owned()]);
    all
}

/// A picture of a film, the most typical of the next few.
pub fn still() -> Vec<String> {
    let mut all = words("-map 0:v:0 -frames:v 1");
    all.extend(["-vf".to_owned(), "thumbnail=24,scale='min(1280,iw)':-2".to_owned()]);
    all.extend(words("-q:v 4 -f image2 -update 1 thumbnail.jpg"));
    all
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_offered_as_far_as_it_goes() {
        let classes = |picture| renditions(&[1080, 720, 480], picture).iter().map(|r| (r.class, r.lines)).collect::<Vec<_>>();
        assert_eq!(classes((3840, 2160)), [(1080, 1080), (720, 720), (480, 480)]);
        assert_eq!(classes((1280, 720)), [(720, 720), (480, 480)]);
        assert_eq!(classes((720, 1280)), [(720, 720), (480, 480)], "upright");
        assert_eq!(classes((640, 360)), [(480, 360)]);
        assert_eq!(classes((101, 75)), [(480, 74)], "even");
    }

    #[test]
    fn no_file_is_larger_than_the_store_takes() {
        for hours in [1.0, 3.0, 12.0, 48.0] {
            let seconds = hours * 3600.0;
            let bytes = (f64::from(picture_bits(1080, Some(seconds))) + SOUND) / 8.0 * seconds;
            assert!(bytes <= 5.0 * 1024.0 * 1024.0 * 1024.0, "{hours} h: {bytes}");
        }
        assert_eq!(picture_bits(720, Some(60.0)), 2_800_000);
        assert_eq!(picture_bits(720, None), 2_800_000);
    }
}
