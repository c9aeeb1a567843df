use codex_http::{Body, Caller, Cx, Data, Reply};
use codex_notifications::{Preferences, SetPreferences, preferences, set_preferences};

pub(crate) async fn read(cx: Cx, caller: Caller) -> Reply<Data<Preferences>> {
    Ok(Data(preferences(&cx.platform.database, caller.id()).await?))
}

pub(crate) async fn write(cx: Cx, caller: Caller, Body(input): Body<SetPreferences>) -> Reply<Data<Preferences>> {
    Ok(Data(set_preferences(&cx.platform.database, caller.id(), input, cx.now).await?))
}
