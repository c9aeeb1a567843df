//! Who wants which mail.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_identity::Role;
use codex_identity_api::api;
use codex_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/user/notification-preferences";

#[tokio::test]
async fn everybody_decides_on_their_own_mail() {
    let app = TestApp::new(api()).await;
    let (ada, bob) = (app.person("ada", Role::Customer).await, app.person("bob", Role::Customer).await);
    let read = async |cookie: &str| app.get(PATH).cookie(cookie).send().await.expect(200)["data"].clone();
    let put = |body: Value| app.call(Method::PUT, PATH).cookie(&ada.cookie).json(&body).send();
    let all = json!({ "transactional": true, "marketing": true, "digest": true });
    assert_eq!(read(&ada.cookie).await, all);

    let without = json!({ "transactional": true, "marketing": false, "digest": true });
    assert_eq!(put(json!({ "marketing": false })).await.expect(200)["data"], without);
    assert_eq!(
        put(json!({ "marketing": false, "transactional": true })).await.expect(200)["data"],
        without,
        "again changes nothing"
    );
    assert_eq!(read(&ada.cookie).await, without);
    assert_eq!(read(&bob.cookie).await, all, "nobody else's");
    app.call(Method::PUT, PATH).cookie(&bob.cookie).json(&json!({ "digest": false })).send().await.expect(200);
    assert_eq!(put(json!({})).await.expect(200)["data"], without, "what is left out stays, and is nobody else's");
    assert_eq!(put(json!({ "marketing": true, "digest": false })).await.expect(200)["data"]["digest"], false);
    assert_eq!(read(&ada.cookie).await, json!({ "transactional": true, "marketing": true, "digest": false }));

    assert_eq!(put(json!({ "transactional": false, "digest": true })).await.expect_error(422), "TRANSACTIONAL_REQUIRED");
    assert_eq!(read(&ada.cookie).await["digest"], false, "a refused change changes nothing");
    for bad in [json!({ "marketing": "no" }), json!({ "sms": true }), json!([]), json!({ "marketing": 0 })] {
        assert_eq!(put(bad).await.expect_error(400), "VALIDATION_ERROR");
    }
}
