//! What one worker signs for another: HMAC-SHA256 over method, path, time, nonce, identity and body. The checking half, which
//! needs a limiter and a request to answer, is `codex_http::internal`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use codex_edge::Config;
use codex_kernel::{Error, Result, Timestamp, random_bytes};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::SignedIn;

/// The header with the HMAC, base64url.
pub const SIGNATURE: &str = "x-codex-signature";
/// The header with the time of signing, Unix seconds.
pub const TIMESTAMP: &str = "x-codex-timestamp";
/// The header with what is accepted once.
pub const NONCE: &str = "x-codex-nonce";
/// The header with the [`Identity`], JSON in base64url.
pub const IDENTITY: &str = "x-codex-identity";

/// What one worker vouches for to another.
#[derive(Serialize, Deserialize)]
pub struct Identity {
    /// Who is signed in, if anybody.
    pub caller: Option<SignedIn>,
    /// Whether the caller's session was read from the database, as sensitive routes want it.
    pub fresh: bool,
    /// The network that is counted where a limit counts addresses.
    pub client: String,
}

impl Identity {
    /// For what a worker does by itself.
    pub fn of_nobody() -> Self {
        Self { caller: None, fresh: false, client: "internal".to_owned() }
    }
}

/// The signature of a request; `headers` are timestamp, nonce and identity.
pub fn mac(config: &Config, method: &str, path: &str, headers: [&str; 3], body: &[u8]) -> Result<Hmac<Sha256>> {
    let secret = config.get("WORKER_SHARED_SECRET")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Error::configuration("WORKER_SHARED_SECRET"))?;
    let [timestamp, nonce, identity] = headers;
    for part in [method, path, timestamp, nonce, identity] {
        mac.update(part.as_bytes());
        mac.update(b"\n");
    }
    mac.update(&Sha256::digest(body));
    Ok(mac)
}

/// Signs `request` in the name of this platform.
pub fn sign(config: &Config, now: Timestamp, identity: &Identity, request: &mut http::Request<Bytes>) -> Result<()> {
    let identity = URL_SAFE_NO_PAD.encode(serde_json::to_vec(identity).map_err(Error::internal)?);
    let timestamp = now.as_second().to_string();
    let nonce = URL_SAFE_NO_PAD.encode(random_bytes::<16>()?);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mac = mac(config, request.method().as_str(), &path, [&timestamp, &nonce, &identity], request.body())?;
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    for (name, value) in [(TIMESTAMP, timestamp), (NONCE, nonce), (IDENTITY, identity), (SIGNATURE, signature)] {
        request.headers_mut().insert(name, HeaderValue::from_str(&value).map_err(Error::internal)?);
    }
    Ok(())
}
