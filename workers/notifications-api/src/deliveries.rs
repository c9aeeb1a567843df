use codex_http::{Cx, Page, Query, Reply};
use codex_notifications::{Delivery, DeliveryFilter, deliveries};

use crate::owner::Managed;

pub(crate) async fn list(cx: Cx, Query(filter): Query<DeliveryFilter>) -> Reply<Page<Delivery>> {
    Ok(Page::new(deliveries(&cx.platform.database, None, filter).await?, filter.paging()))
}

pub(crate) async fn of_organization(
    cx: Cx,
    Managed(organization): Managed,
    Query(filter): Query<DeliveryFilter>,
) -> Reply<Page<Delivery>> {
    Ok(Page::new(deliveries(&cx.platform.database, Some(organization), filter).await?, filter.paging()))
}
