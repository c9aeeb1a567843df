//! The outside world on one machine, for development and tests only: a Stripe stand-in, a mailbox and Neon's
//! SQL-over-HTTP endpoint, all on one port.

mod clock;
mod http;
mod mailbox;
mod neon;
mod neon_text;
mod options;
mod ownerless;
mod state;
mod stripe;

use std::{io::Read, process::ExitCode, sync::Arc};

use axum::{Router, extract::DefaultBodyLimit, response::Html, routing::get, serve::ListenerExt};
use tokio::net::TcpListener;

use crate::{neon::Neon, options::Options, state::State, stripe::Stripe};

/// Neon takes statements with large parameters, so the limit of axum (2 MB) is too small.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("local: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let options = Options::read(std::env::args().skip(1))?;
    if options.exit_with_stdin {
        exit_with_stdin();
    }
    let address = format!("127.0.0.1:{}", options.port);
    let listener = TcpListener::bind(&address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let origin = format!("http://{address}");
    let state = Arc::new(State::open(options.state.as_deref())?);
    let neon = Arc::new(Neon::new(&options.database_url)?);
    let stripe = Stripe::new(&options, origin.clone(), state.clone());
    stripe.deliver_pending();
    let app = Router::new()
        .route("/", get(Html(include_str!("index.html"))))
        .route("/health", get(|| async { http::json(200, r#"{"status":"healthy"}"#) }))
        .merge(neon::router(neon))
        .merge(stripe::router(Arc::new(stripe)))
        .merge(mailbox::router(state))
        .layer(DefaultBodyLimit::max(LARGEST_BODY));
    println!("ready {origin}");
    // Small answers would otherwise wait for the acknowledgement of the ones before them.
    let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    axum::serve(listener, app).await.map_err(|error| error.to_string())
}

/// Ends the program when whoever started it goes away. Every change is on disk before it is answered, so nothing is lost.
fn exit_with_stdin() {
    std::thread::spawn(|| {
        let mut stdin = std::io::stdin();
        let mut ignored = [0; 1024];
        while matches!(stdin.read(&mut ignored), Ok(1..)) {}
        std::process::exit(0);
    });
}
