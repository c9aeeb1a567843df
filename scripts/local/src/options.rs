//! What the program is told when it starts: flags first, then the environment.

use std::path::PathBuf;

const USAGE: &str = "usage: codex-local [--port N] [--state FILE] [--exit-with-stdin]
environment: DATABASE_URL, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET_BOOKING, BOOKING_WEBHOOK_URL; and, where other webhooks have
secrets of their own, STRIPE_WEBHOOK_SECRET_{PAYMENT,SUBSCRIPTION,CUSTOMER,CONNECT,DISPUTE}";

/// The program's settings.
pub struct Options {
    pub port: u16,
    pub state: Option<PathBuf>,
    pub exit_with_stdin: bool,
    pub database_url: String,
    pub stripe_key: String,
    pub webhook_secrets: Secrets,
    pub webhook_url: String,
}

/// What webhooks are signed with.
#[derive(Clone)]
pub struct Secrets {
    booking: String,
}

impl Secrets {
    /// That of the webhook called `endpoint`; one without its own shares the booking's.
    pub fn of(&self, endpoint: &str) -> String {
        let own = std::env::var(format!("STRIPE_WEBHOOK_SECRET_{}", endpoint.to_ascii_uppercase()));
        own.ok().filter(|secret| !secret.is_empty()).unwrap_or_else(|| self.booking.clone())
    }
}

impl Options {
    /// Reads the flags and the environment.
    pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            port: 4100,
            state: None,
            exit_with_stdin: false,
            database_url: required("DATABASE_URL")?,
            stripe_key: required("STRIPE_SECRET_KEY")?,
            webhook_secrets: Secrets { booking: required("STRIPE_WEBHOOK_SECRET_BOOKING")? },
            webhook_url: std::env::var("BOOKING_WEBHOOK_URL")
                .unwrap_or_else(|_| "http://localhost:42072/webhooks/stripe/booking".to_owned()),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
            match argument.as_str() {
                "--port" => options.port = value()?.parse().map_err(|_| format!("--port needs a number\n{USAGE}"))?,
                "--state" => options.state = Some(value()?.into()),
                "--exit-with-stdin" => options.exit_with_stdin = true,
                other => return Err(format!("what is {other}?\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

fn required(name: &str) -> Result<String, String> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| format!("{name} is not set\n{USAGE}"))
}
