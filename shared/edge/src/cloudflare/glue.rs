//! The other side of `glue.js`.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use worker::worker_sys::web_sys;
#[allow(unused_imports, reason = "the macro names the one or the other: worker-build tells it to use js_sys")]
use worker::{js_sys, wasm_bindgen_futures};

#[wasm_bindgen(module = "/src/cloudflare/glue.js")]
extern "C" {
    pub(super) fn head(request: &web_sys::Request) -> String;
    #[wasm_bindgen(catch)]
    pub(super) async fn bytes(request: &web_sys::Request) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) fn respond(status: u16, steady: &str, own: &str, body: Option<Vec<u8>>) -> Result<web_sys::Response, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) async fn call(
        env: &JsValue,
        binding: &str,
        method: &str,
        url: &str,
        headers: &str,
        body: Option<Vec<u8>>,
    ) -> Result<JsValue, JsValue>;
    pub(super) fn normalize(text: &str, form: &str) -> String;
    #[wasm_bindgen(catch)]
    pub(super) async fn query(endpoint: &str, connection_string: &str, body: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) async fn enqueue(queue: &JsValue, body: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) async fn read(namespace: &JsValue, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) async fn keep(namespace: &JsValue, key: &str, text: &str, seconds: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) async fn forget(namespace: &JsValue, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) async fn passes(env: &JsValue, binding: &str, key: &str) -> Result<JsValue, JsValue>;
    pub(super) fn board(key: &str) -> bool;
    #[wasm_bindgen(catch)]
    pub(super) async fn landing(key: &str) -> Result<JsValue, JsValue>;
    pub(super) fn land(key: &str, text: Option<&str>) -> bool;
}
