use codex_commerce::{self as commerce, Purchase};
use codex_http::{Caller, Cx, Data, Page, Path, Query, Reply};
use codex_kernel::{Paging, PurchaseId};

pub(crate) async fn list(cx: Cx, caller: Caller, Query(paging): Query<Paging>) -> Reply<Page<Purchase>> {
    let listed = commerce::purchases(&cx.platform.database, caller.id(), paging).await?;
    Ok(Page::new(listed, paging))
}

pub(crate) async fn read(cx: Cx, caller: Caller, Path(id): Path<PurchaseId>) -> Reply<Data<Purchase>> {
    Ok(Data(commerce::purchase(&cx.platform.database, caller.id(), id).await?))
}
