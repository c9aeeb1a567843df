use codex_kernel::Result;
use wasm_bindgen::JsValue;
use worker::send::SendFuture;

use super::{away, glue};

/// The end of a queue where messages go in. They come out at another worker, at least once, in no certain order.
pub struct Queue(JsValue);

impl Queue {
    pub(super) fn new(queue: JsValue) -> Self {
        Self(queue)
    }

    /// Puts `message` in.
    pub async fn send(&self, message: &str) -> Result<()> {
        let sent = SendFuture::new(glue::enqueue(&self.0, message)).await;
        sent.map(drop).map_err(|error| away("the queue", worker::Error::from(error)))
    }
}
