#![allow(missing_docs, reason = "the durable_object macro generates undocumented items")]

use codex_kernel::Result;
use worker::{
    DurableObject, Env, Method, ObjectNamespace, Request, RequestInit, Response, State, durable_object, send::SendFuture,
    wasm_bindgen::JsValue,
};

use super::away;
use crate::coordination::{Ask, Kept};

/// The face of the [`Coordination`] objects: one object per name, wherever in the world the request arrives.
pub struct Coordinator(ObjectNamespace);

impl Coordinator {
    pub(super) fn new(namespace: ObjectNamespace) -> Self {
        Self(namespace)
    }

    /// Asks the object of `name`.
    pub(crate) async fn ask(&self, name: &str, ask: Ask) -> Result<Option<i64>> {
        SendFuture::new(async {
            let mut init = RequestInit::new();
            init.with_method(Method::Post).with_body(Some(JsValue::from(serde_json::to_string(&ask)?)));
            let request = Request::new_with_init("https://coordination/", &init)?;
            self.0.get_by_name(name)?.fetch_with_request(request).await?.json::<Option<i64>>().await
        })
        .await
        .map_err(|error: worker::Error| away("the coordinator", error))
    }
}

/// The Durable Object that decides, with what it remembers in its own storage.
#[durable_object]
pub struct Coordination {
    state: State,
}

impl DurableObject for Coordination {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let ask: Ask = request.json().await?;
        let sql = self.state.storage().sql();
        sql.exec("CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, json TEXT NOT NULL)", None)?;
        #[derive(serde::Deserialize)]
        struct Row {
            json: String,
        }
        let rows: Vec<Row> = sql.exec("SELECT json FROM kept WHERE id = 0", None)?.to_array()?;
        let mut kept: Kept = rows.first().and_then(|row| serde_json::from_str(&row.json).ok()).unwrap_or_default();
        // No await between the read and the write: nothing can come between.
        let answer = kept.answer(ask, worker::Date::now().as_millis());
        sql.exec("INSERT OR REPLACE INTO kept VALUES (0, ?)", vec![serde_json::to_string(&kept)?.into()])?;
        Response::from_json(&answer)
    }
}
