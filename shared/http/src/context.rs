use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use codex_edge::{Background, Platform};
use codex_kernel::Timestamp;
use http::HeaderMap;
use serde_json::{Value, json};
use uuid::Uuid;

/// What one request is handled with. Time is a value here, so that tests own it.
#[derive(Clone)]
pub struct Context {
    /// The platform.
    pub platform: Arc<Platform>,
    /// When the request arrived.
    pub now: Timestamp,
    /// The id that the answer and the log carry.
    pub request_id: Uuid,
    /// Who to count when nobody is signed in: an IPv4 address, or the /64 of an IPv6 one.
    pub client: String,
    /// For work after the answer.
    pub background: Background,
    pub(crate) events: Arc<Mutex<Vec<Value>>>,
}

impl Context {
    /// For one request.
    pub fn new(platform: Arc<Platform>, now: Timestamp, request_id: Uuid, client: String, background: Background) -> Self {
        Self { platform, now, request_id, client, background, events: Arc::default() }
    }

    /// Notes something worth a log line of its own ("login", "webhook"), with ids and names that are nobody's: no address, no token.
    pub fn event(&self, name: &'static str, fields: &[(&'static str, String)]) {
        let mut line = json!({ "event": name, "requestId": self.request_id });
        if let Some(map) = line.as_object_mut() {
            map.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        }
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Mail was queued: wakes the worker that delivers it, after the answer. Where that fails, its schedule finds the mail within a minute.
    pub fn wake_mail(&self) {
        let platform = self.platform.clone();
        self.background.spawn(async move {
            if let Some(queue) = platform.mail_queue.ok() {
                let _ = queue.send("due").await;
            }
        });
    }

    /// The lines noted so far.
    pub(crate) fn take_events(&self) -> Vec<Value> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The caller's network as Cloudflare saw it. `X-Forwarded-For` is whatever the caller wrote, so it is never read.
pub(crate) fn client_of(headers: &HeaderMap) -> String {
    let address = headers.get("cf-connecting-ip").and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    match address {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => format!("{}/64", std::net::Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX))),
        },
        None => "local".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_client() {
        let client = |address: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("cf-connecting-ip", address.parse().unwrap());
            headers.insert("x-forwarded-for", "9.9.9.9".parse().unwrap());
            client_of(&headers)
        };
        assert_eq!(client("203.0.113.7"), "203.0.113.7");
        assert_eq!(client("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(client("2001:db8:1:2:3:4:5:6"), client("2001:db8:1:2:ffff::1"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("nonsense"), "local");
    }
}
