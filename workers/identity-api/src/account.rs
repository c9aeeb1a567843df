use axum::Json;
use codex_http::{Body, Caller, Cookies, Cx, NoContent, Reply, set_cookies};
use codex_profiles::{self as profiles, DeleteAccount};
use http::{HeaderName, header};
use serde_json::{Map, Value};

/// A header of an answer.
type Header = [(HeaderName, String); 1];

pub(crate) async fn export(cx: Cx, caller: Caller) -> Reply<(Header, Json<Map<String, Value>>)> {
    let export = profiles::export(&cx.platform, caller.id(), cx.now).await?;
    cx.event("account_exported", &[("userId", caller.id().to_string())]);
    Ok(([(header::CONTENT_DISPOSITION, "attachment; filename=\"codex-export.json\"".to_owned())], Json(export)))
}

pub(crate) async fn delete(cx: Cx, caller: Caller, Body(_): Body<DeleteAccount>) -> Reply<(Cookies, NoContent)> {
    let session_hashes = profiles::delete_account(&cx.platform, caller.id(), cx.now).await?;
    codex_identity::forget_sessions(&cx.platform, &session_hashes).await;
    cx.event("account_deleted", &[("userId", caller.id().to_string())]);
    Ok((set_cookies([codex_identity::cleared_cookie(&cx.platform.config)]), NoContent))
}
