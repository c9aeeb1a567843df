use codex_http::{Api, Limited, Policy, delete, get, patch, post, put};

use crate::{
    notifications,
    organizations::{read, write},
};

const ALL: &str = "/api/organizations";
const NOTIFICATIONS: &str = "/api/user/notification-preferences";
const BELOW: &str = "/api/organizations/{*path}";

/// Every route of this worker. The organization worker limits, and decides what a caller may do; who calls is proven here, once,
/// and from the database wherever something may change.
pub fn api() -> Api {
    Api::new("identity-api", &["BASE_DOMAIN", "SESSION_SECRET", "WORKER_SHARED_SECRET"])
        .under(Policy::PUBLIC, [get(ALL, read), get(BELOW, read)])
        .under(
            Policy::PUBLIC.fresh(),
            [post(ALL, write), post(BELOW, write), put(BELOW, write), patch(BELOW, write), delete(BELOW, write)],
        )
        .under(
            Policy::SIGNED_IN.limited(Limited::Api),
            [get(NOTIFICATIONS, notifications::read), put(NOTIFICATIONS, notifications::write)],
        )
}
