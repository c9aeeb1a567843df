//! AWS Signature Version 4 in a query string. Pure: the time is a value. AWS's own test vectors are its tests.

use codex_kernel::{Error, Result, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, but names joined by slashes stay joined.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// What may be done by whoever holds the address.
pub(crate) struct Permitted<'a> {
    pub(crate) method: &'a str,
    /// With its port, where that is not the scheme's own.
    pub(crate) host: &'a str,
    /// Percent-encoded; all of it, or what it begins with.
    pub(crate) path: &'a str,
    /// Not encoded.
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// What must be sent beside `host`, with these values; names in lowercase.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// SHA-256 of the body, or `UNSIGNED-PAYLOAD`.
    pub(crate) payload: &'a str,
}

/// Whose key signs.
pub(crate) struct Credentials<'a> {
    pub(crate) key: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) token: Option<&'a str>,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

/// Signs at one moment. The day's key is derived once, however many addresses are signed.
pub(crate) struct Signer {
    credential: String,
    scope: String,
    date: String,
    token: Option<String>,
    key: Hmac<Sha256>,
}

impl Signer {
    pub(crate) fn new(credentials: &Credentials<'_>, now: Timestamp) -> Result<Self> {
        let Credentials { key, secret, token, region, service } = *credentials;
        // 2015-08-30T12:36:00Z, without what separates.
        let mut date: String = now.to_string().chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
        date.push('Z');
        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let mut derived = mac(format!("AWS4{secret}").as_bytes())?;
        for step in [day, region, service, "aws4_request"] {
            derived.update(step.as_bytes());
            derived = mac(&derived.finalize().into_bytes())?;
        }
        Ok(Self { credential: format!("{key}/{scope}"), scope, date, token: token.map(str::to_owned), key: derived })
    }

    /// The right to do what is `permitted` until `lifetime` seconds have passed, at any path that begins as its own does.
    pub(crate) fn permit(&self, permitted: &Permitted<'_>, lifetime: u64) -> Permit {
        let Permitted { method, host, path, query, headers, payload } = *permitted;
        let mut headers: Vec<(&str, String)> =
            headers.iter().map(|(name, value)| (*name, value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))).collect();
        headers.push(("host", host.to_owned()));
        headers.sort_by_key(|(name, _)| *name);
        headers.dedup_by(|(later, value), (name, values)| {
            let same = later == name;
            if same {
                values.push(',');
                values.push_str(value);
            }
            same
        });
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lifetime = lifetime.to_string();
        let own = [
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &self.credential),
            ("X-Amz-Date", &self.date),
            ("X-Amz-Expires", &lifetime),
            ("X-Amz-SignedHeaders", &names),
        ];
        let token = self.token.as_deref().map(|token| ("X-Amz-Security-Token", token));
        let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let mut query: Vec<(String, String)> =
            own.iter().chain(&token).chain(query).map(|(name, value)| (encoded(name), encoded(value))).collect();
        query.sort_unstable();
        let query = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let request = Sha256::new().chain_update(format!("{method}\n{path}"));
        let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let rest = format!("\n{query}\n{headers}\n{names}\n{payload}");
        let signature = self.key.clone().chain_update(format!("{ALGORITHM}\n{}\n{}\n", self.date, self.scope));
        Permit { request, rest, query, signature }
    }
}

/// What somebody may do. Many addresses differ in the end of their path only: what comes before it is hashed once for all of them.
pub(crate) struct Permit {
    /// The hash of the canonical request, as far as the path that was permitted.
    request: Sha256,
    /// The canonical request after its path.
    rest: String,
    query: String,
    /// The signature, as far as the hash of the request.
    signature: Hmac<Sha256>,
}

impl Permit {
    /// The query string, signature last, for the permitted path with `end` after it.
    pub(crate) fn query(&self, end: &str) -> String {
        let request = self.request.clone().chain_update(end).chain_update(&self.rest).finalize();
        let signature = self.signature.clone().chain_update(hex(&request)).finalize().into_bytes();
        [&self.query, "&X-Amz-Signature=", &hex(&signature)].concat()
    }
}

/// `path` as it stands in an address.
pub(crate) fn encoded_path(path: &str) -> String {
    utf8_percent_encode(path, RESERVED_IN_PATH).to_string()
}

fn mac(key: &[u8]) -> Result<Hmac<Sha256>> {
    Hmac::new_from_slice(key).map_err(|_| Error::configuration("R2_SECRET_ACCESS_KEY"))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        method: String,
        path: String,
        query: Vec<(String, String)>,
        headers: Vec<(String, String)>,
        payload: String,
        token: Option<String>,
        signed: String,
    }

    fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The presigned cases of AWS's signing test suite (aws-c-auth, Apache-2.0), each with the path in its canonical form: what S3
    /// is asked for is never normalized.
    #[test]
    fn aws_agrees() {
        let vectors: Vec<Vector> = serde_json::from_str(include_str!("sigv4_vectors.json")).unwrap();
        assert_eq!(vectors.len(), 38);
        let now = "2015-08-30T12:36:00Z".parse().unwrap();
        for vector in &vectors {
            let credentials = Credentials {
                key: "AKIDEXAMPLE",
                secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                token: vector.token.as_deref(),
                region: "us-east-1",
                service: "service",
            };
            let permitted = Permitted {
                method: &vector.method,
                host: "example.amazonaws.com",
                path: &vector.path,
                query: &pairs(&vector.query),
                headers: &pairs(&vector.headers),
                payload: &vector.payload,
            };
            let signer = Signer::new(&credentials, now).unwrap();
            assert_eq!(signer.permit(&permitted, 3600).query(""), vector.signed, "{}", vector.name);
            // The same, permitted for all that begins with the first half of the path.
            let (start, end) = vector.path.split_at(vector.path.len() / 2);
            assert_eq!(signer.permit(&Permitted { path: start, ..permitted }, 3600).query(end), vector.signed, "{}", vector.name);
        }
    }

    #[test]
    fn paths_keep_their_slashes_only() {
        assert_eq!(encoded_path("a b/ü/c+d.ts"), "a%20b/%C3%BC/c%2Bd.ts");
    }
}
