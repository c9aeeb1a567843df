//! ffmpeg and ffprobe, as programs. What they read was sent by strangers: they may open nothing but that one file, as one of
//! the formats that uploads may have. A playlist in disguise would otherwise have them fetch what it names.

use std::{path::Path, process::Stdio};

use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
};

const CONFINED: [&str; 4] = [
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    "mov,mp4,m4a,matroska,webm,avi,mpeg,mpegts,mpegvideo,mp3,aac,wav,flac,ogg",
];

/// Why it came to nothing: a code for the creator, and words for the log.
#[derive(Debug)]
pub struct Failure {
    pub code: &'static str,
    pub words: String,
}

impl Failure {
    pub fn new(code: &'static str, words: impl ToString) -> Self {
        Self { code, words: words.to_string() }
    }
}

/// What is in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Contents {
    /// Width and height as they are shown, pixels.
    pub picture: Option<(u32, u32)>,
    pub sound: bool,
    /// Seconds; not every file tells.
    pub duration: Option<f64>,
}

#[derive(Deserialize)]
struct Probed {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

/// A program that dies with this one, and when nobody waits for it any longer.
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "prctl is safe to call between fork and exec")]
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    command
}

/// What is in the file at `path`.
pub async fn probe(path: &Path) -> Result<Contents, Failure> {
    let mut command = program("ffprobe");
    command.args(["-v", "error"]).args(CONFINED).args(["-print_format", "json", "-show_format", "-show_streams"]).arg(path);
    let output = command.output().await.map_err(|error| Failure::new("FFMPEG_MISSING", error))?;
    let probed: Probed = serde_json::from_slice(&output.stdout).map_err(|error| Failure::new("SOURCE_UNREADABLE", error))?;
    if !output.status.success() {
        return Err(Failure::new("SOURCE_UNREADABLE", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(contents(&probed))
}

fn contents(probed: &Probed) -> Contents {
    let of = |kind: &'static str| probed.streams.iter().filter(move |stream| stream.codec_type.as_deref() == Some(kind));
    // A cover of an album is no film.
    let film = of("video").find(|stream| stream.disposition.attached_pic == 0);
    let picture = film.and_then(|stream| {
        let (width, height) = (stream.width?, stream.height?);
        let turned = stream.side_data_list.iter().filter_map(|data| data.rotation).any(|degrees| degrees.abs() % 180.0 == 90.0);
        Some(if turned { (height, width) } else { (width, height) })
    });
    let duration = probed.format.duration.as_ref().and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0.0);
    Contents { picture, sound: of("audio").next().is_some(), duration }
}

/// The end of what a program complained of.
async fn complaint(child: &mut Child) -> String {
    let mut text = Vec::new();
    if let Some(mut stderr) = child.stderr.take() {
        let _ = stderr.read_to_end(&mut text).await;
    }
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(" | ")
}

/// Runs ffmpeg on the file at `input`, from so many seconds into it, within `folder`; tells how many seconds it has done.
pub async fn run(folder: &Path, input: &Path, from: f64, arguments: &[String], mut done: impl FnMut(f64)) -> Result<(), Failure> {
    let mut command = program("ffmpeg");
    command.current_dir(folder).args(["-hide_banner", "-loglevel", "error", "-nostats", "-progress", "pipe:1", "-y"]);
    if from > 0.0 {
        command.args(["-ss", &format!("{from:.3}")]);
    }
    command.args(CONFINED).arg("-i").arg(input).args(arguments);
    let mut child = command.spawn().map_err(|error| Failure::new("FFMPEG_MISSING", error))?;
    let stdout = child.stdout.take();
    let listen = async {
        let mut lines = BufReader::new(stdout?).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(micros) = line.strip_prefix("out_time_us=").and_then(|text| text.parse::<f64>().ok()) {
                done(micros / 1_000_000.0);
            }
        }
        Some(())
    };
    let (_, words) = tokio::join!(listen, complaint(&mut child));
    let status = child.wait().await.map_err(|error| Failure::new("FFMPEG_FAILED", error))?;
    if status.success() { Ok(()) } else { Err(Failure::new("SOURCE_UNREADABLE", words)) }
}

/// The sound of the file at `input` as 8-bit samples of one channel at `rate` a second, given to `heard` piece by piece.
pub async fn listen(input: &Path, rate: u32, mut heard: impl FnMut(&[u8])) -> Result<(), Failure> {
    let mut command = program("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostats"]).args(CONFINED).arg("-i").arg(input);
    command.args(["-map", "0:a:0", "-ac", "1", "-ar", &rate.to_string(), "-f", "s8", "-c:a", "pcm_s8", "pipe:1"]);
    let mut child = command.spawn().map_err(|error| Failure::new("FFMPEG_MISSING", error))?;
    let stdout = child.stdout.take();
    let hear = async {
        let mut stdout = stdout?;
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = stdout.read(&mut buffer).await {
            heard(buffer.get(..length)?);
        }
        Some(())
    };
    let (_, words) = tokio::join!(hear, complaint(&mut child));
    let status = child.wait().await.map_err(|error| Failure::new("FFMPEG_FAILED", error))?;
    if status.success() { Ok(()) } else { Err(Failure::new("SOURCE_UNREADABLE", words)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn contents_of(json: &str) -> Contents {
        contents(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_file_holds_what_is_shown_and_heard() {
        let film = r#"{"streams":[{"codec_type":"video","width":1920,"height":1080,"side_data_list":[{"rotation":-90}]},{"codec_type":"audio"}],"format":{"duration":"12.5"}}"#;
        assert_eq!(contents_of(film), Contents { picture: Some((1080, 1920)), sound: true, duration: Some(12.5) });
        let song = r#"{"streams":[{"codec_type":"audio"},{"codec_type":"video","width":9,"height":9,"disposition":{"attached_pic":1}}],"format":{}}"#;
        assert_eq!(contents_of(song), Contents { picture: None, sound: true, duration: None });
        assert_eq!(contents_of("{}"), Contents::default());
    }
}
