use codex_commerce::{
    Checkout,
    subscriptions::{
        self, ChangePreview, ChangeSubscription, Subscribe, Subscribed, Subscriber, SubscriberFilter, Subscription,
        SubscriptionFilter,
    },
};
use codex_http::{Body, Caller, Cx, Data, Page, Path, Query, Reply};
use codex_kernel::{Paging, SubscriptionId};

use crate::checkout::{Session, check_addresses};

pub(crate) async fn checkout(cx: Cx, caller: Caller, Body(input): Body<Subscribe>) -> Reply<Data<Checkout>> {
    check_addresses(&cx, &[("successUrl", &input.success_url), ("cancelUrl", &input.cancel_url)])?;
    Ok(Data(subscriptions::subscribe(&cx.platform, caller.id(), &input, cx.now).await?))
}

pub(crate) async fn verify(cx: Cx, caller: Caller, Query(session): Query<Session>) -> Reply<Data<Subscribed>> {
    let outcome = subscriptions::verify_subscription(&cx.platform, caller.id(), session.id(), cx.now).await?;
    cx.wake_mail();
    Ok(Data(outcome))
}

/// One's own.
pub(crate) async fn list(
    cx: Cx,
    caller: Caller,
    Query(filter): Query<SubscriptionFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Subscription>> {
    let listed = subscriptions::subscriptions(&cx.platform.database, caller.id(), &filter, paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn read(cx: Cx, caller: Caller, Path(id): Path<SubscriptionId>) -> Reply<Data<Subscription>> {
    Ok(Data(subscriptions::subscription(&cx.platform.database, caller.id(), id).await?))
}

pub(crate) async fn change(
    cx: Cx,
    caller: Caller,
    Path(id): Path<SubscriptionId>,
    Body(input): Body<ChangeSubscription>,
) -> Reply<Data<Subscription>> {
    told(&cx, "subscription_changed", id, subscriptions::change(&cx.platform, caller.id(), id, &input, cx.now).await?)
}

/// What that would come to.
pub(crate) async fn preview_change(
    cx: Cx,
    caller: Caller,
    Path(id): Path<SubscriptionId>,
    Body(input): Body<ChangeSubscription>,
) -> Reply<Data<ChangePreview>> {
    Ok(Data(subscriptions::preview_change(&cx.platform, caller.id(), id, &input, cx.now).await?))
}

/// At the end of its period.
pub(crate) async fn cancel(cx: Cx, caller: Caller, Path(id): Path<SubscriptionId>) -> Reply<Data<Subscription>> {
    told(&cx, "subscription_cancelled", id, subscriptions::cancel(&cx.platform, caller.id(), id, cx.now).await?)
}

pub(crate) async fn resume(cx: Cx, caller: Caller, Path(id): Path<SubscriptionId>) -> Reply<Data<Subscription>> {
    told(&cx, "subscription_resumed", id, subscriptions::resume(&cx.platform, caller.id(), id, cx.now).await?)
}

fn told(cx: &Cx, event: &'static str, id: SubscriptionId, now: Subscription) -> Reply<Data<Subscription>> {
    cx.event(event, &[("subscriptionId", id.to_string())]);
    cx.wake_mail();
    Ok(Data(now))
}

/// Those of an organization, for those who manage it.
pub(crate) async fn subscribers(
    cx: Cx,
    caller: Caller,
    Query(filter): Query<SubscriberFilter>,
    Query(paging): Query<Paging>,
) -> Reply<Page<Subscriber>> {
    let listed = subscriptions::subscribers(&cx.platform.database, caller.id(), &filter, paging).await?;
    Ok(Page::new(listed, paging))
}
