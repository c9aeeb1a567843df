use codex_commerce::{self as commerce, Checkout, CreateCheckout, OpenPortal, Outcome, Portal};
use codex_http::{Body, Caller, Created, Cx, Data, Query, Reply, is_own_address};
use codex_kernel::{Error, Issue};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) async fn create(cx: Cx, caller: Caller, Body(input): Body<CreateCheckout>) -> Reply<Data<Checkout>> {
    check_addresses(&cx, &[("successUrl", &input.success_url), ("cancelUrl", &input.cancel_url)])?;
    Ok(Data(commerce::create_checkout(&cx.platform, caller.id(), &input, cx.now).await?))
}

/// Which checkout.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    /// Stripe's id of it.
    #[garde(length(max = 255), custom(is_session))]
    session_id: String,
}

impl Session {
    pub(crate) fn id(&self) -> &str {
        &self.session_id
    }
}

fn is_session(id: &str, _: &()) -> garde::Result {
    let fits = id.strip_prefix("cs_").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    if fits { Ok(()) } else { Err(garde::Error::new("is no checkout session")) }
}

pub(crate) async fn verify(cx: Cx, caller: Caller, Query(session): Query<Session>) -> Reply<Data<Outcome>> {
    let outcome = commerce::verify_checkout(&cx.platform, caller.id(), session.id(), cx.now).await?;
    cx.wake_mail();
    Ok(Data(outcome))
}

pub(crate) async fn portal(cx: Cx, caller: Caller, Body(input): Body<OpenPortal>) -> Reply<Created<Portal>> {
    check_addresses(&cx, &[("returnUrl", &input.return_url)])?;
    Ok(Created(commerce::open_portal(&cx.platform, caller.id(), &input).await?))
}

/// People are sent to pages of ours only.
pub(crate) fn check_addresses(cx: &Cx, addresses: &[(&str, &str)]) -> Result<(), Error> {
    let foreign = addresses.iter().filter(|(_, address)| !is_own_address(&cx.platform.config, address));
    let issues: Vec<Issue> = foreign
        .map(|(path, _)| Issue { path: (*path).to_owned(), message: "must lead to a page of this platform".to_owned() })
        .collect();
    if issues.is_empty() { Ok(()) } else { Err(Error::invalid(issues)) }
}
