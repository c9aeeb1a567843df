//! The transcoder: takes jobs over HTTP, makes HLS of films and sounds with ffmpeg, and calls back. It needs no keys of the store:
//! a job brings addresses that are good for its own files and for a day. `shared/transcoding/PROTOCOL.md` says what it speaks.

mod encode;
mod ffmpeg;
mod job;
mod queue;
mod signature;
mod waveform;
mod web;
mod work;

use std::{io::Read, path::PathBuf, process::ExitCode, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::net::TcpListener;

use crate::{
    queue::{Offer, Queue},
    signature::Secrets,
    web::Web,
};

const USAGE: &str = "usage: codex-transcoder [--address HOST:PORT] [--folder FOLDER] [--at-once JOBS] [--exit-with-stdin]
environment: TRANSCODING_WEBHOOK_SECRET, several separated by commas while one is replaced";

struct Options {
    address: String,
    folder: PathBuf,
    at_once: usize,
    exit_with_stdin: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options =
            Self { address: "127.0.0.1:4101".to_owned(), folder: "transcoder".into(), at_once: 1, exit_with_stdin: false };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
            match argument.as_str() {
                "--address" => options.address = value()?,
                "--folder" => options.folder = value()?.into(),
                "--at-once" => options.at_once = value()?.parse().map_err(|_| format!("--at-once needs a number\n{USAGE}"))?,
                "--exit-with-stdin" => options.exit_with_stdin = true,
                other => return Err(format!("what is {other}?\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

struct Service {
    queue: Arc<Queue>,
    secrets: Secrets,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("transcoder: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let options = Options::read(std::env::args().skip(1))?;
    let secrets = std::env::var("TRANSCODING_WEBHOOK_SECRET").ok().and_then(|text| Secrets::parse(&text));
    let secrets = secrets.ok_or_else(|| format!("TRANSCODING_WEBHOOK_SECRET is not set\n{USAGE}"))?;
    if options.exit_with_stdin {
        exit_with_stdin();
    }
    for program in ["ffmpeg", "ffprobe"] {
        let found = std::process::Command::new(program).arg("-version").output().is_ok_and(|output| output.status.success());
        if !found {
            return Err(format!("{program} is missing: install the package ffmpeg"));
        }
    }
    let words = |error: std::io::Error| format!("cannot listen on {}: {error}", options.address);
    let listener = TcpListener::bind(&options.address).await.map_err(words)?;
    let queue = Queue::open(&options.folder, options.at_once.max(1), Web::new(), secrets.clone()).await?;
    let app = Router::new()
        .route("/health", get(|| async { r#"{"status":"healthy"}"# }))
        .route("/jobs", post(take))
        .with_state(Arc::new(Service { queue, secrets }));
    println!("ready http://{}", options.address);
    axum::serve(listener, app).await.map_err(|error| error.to_string())
}

/// 202 for a job that is here now, or was; 400 for what is none, 401 for who cannot sign, 503 where there is no room.
async fn take(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Response {
    if !service.secrets.believe(&headers, &body) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(job) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match service.queue.clone().offer(job).await {
        Ok(Offer::Taken) => StatusCode::ACCEPTED.into_response(),
        Ok(Offer::Full) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "60")]).into_response(),
    }
}

/// Ends the program when whoever started it goes away; what it has taken is on disk.
fn exit_with_stdin() {
    std::thread::spawn(|| {
        let mut stdin = std::io::stdin();
        let mut ignored = [0; 1024];
        while matches!(stdin.read(&mut ignored), Ok(1..)) {}
        std::process::exit(0);
    });
}
