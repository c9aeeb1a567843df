use axum::Json;
use codex_commerce::{self as commerce, Earned, Purchase, Search, SoldItem, Spent, Summed};
use codex_http::{Caller, Cx, Data, Pagination, Path, Query, Reply};
use codex_kernel::PurchaseId;
use http::{HeaderMap, HeaderName, header};
use schemars::JsonSchema;
use serde::Serialize;

/// A page of a list, and beside it the sums of the whole list. `Accept: text/csv` gets all of the list as a file instead, as the same path
/// with `.csv` does: 422 `EXPORT_TOO_LARGE` past 10,000 rows.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Totalled<T, S> {
    /// The page.
    items: Vec<T>,
    pagination: Pagination,
    /// One entry a currency.
    totals: Vec<S>,
}

fn totalled<T, S>(Summed { items, total, totals }: Summed<T, S>, search: &Search) -> Json<Totalled<T, S>> {
    Json(Totalled { items, pagination: Pagination::of(total, search.paging()), totals })
}

/// A file to save.
type Csv = ([(HeaderName, String); 2], String);

fn csv(name: &str, text: String) -> Csv {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)], text)
}

/// A list, or all of it as a file for who says `Accept: text/csv`.
type ListOrFile<T, S> = Result<Json<Totalled<T, S>>, Csv>;

fn wants_file(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/csv"))
}

pub(crate) async fn list(
    cx: Cx,
    caller: Caller,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Reply<ListOrFile<Purchase, Spent>> {
    if wants_file(&headers) {
        return export(cx, caller, Query(search)).await.map(Err);
    }
    Ok(Ok(totalled(commerce::purchases(&cx.platform.database, caller.id(), &search).await?, &search)))
}

pub(crate) async fn export(cx: Cx, caller: Caller, Query(search): Query<Search>) -> Reply<Csv> {
    Ok(csv("purchases", commerce::export_purchases(&cx.platform.database, caller.id(), &search).await?))
}

pub(crate) async fn read(cx: Cx, caller: Caller, Path(id): Path<PurchaseId>) -> Reply<Data<Purchase>> {
    Ok(Data(commerce::purchase(&cx.platform.database, caller.id(), id).await?))
}

pub(crate) async fn sales(
    cx: Cx,
    caller: Caller,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Reply<ListOrFile<SoldItem, Earned>> {
    if wants_file(&headers) {
        return export_sales(cx, caller, Query(search)).await.map(Err);
    }
    Ok(Ok(totalled(commerce::sales(&cx.platform.database, caller.id(), &search).await?, &search)))
}

pub(crate) async fn export_sales(cx: Cx, caller: Caller, Query(search): Query<Search>) -> Reply<Csv> {
    Ok(csv("sales", commerce::export_sales(&cx.platform.database, caller.id(), &search).await?))
}
