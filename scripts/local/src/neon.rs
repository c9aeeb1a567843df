//! Neon's SQL over HTTP (`POST /sql`) in front of a connection pool.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::Response,
    routing::{get, post, put},
};
use bytes::BytesMut;
use deadpool_postgres::{GenericClient, Manager, Pool, PoolError, Runtime};
use futures_util::TryStreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_postgres::{
    Config, IsolationLevel, NoTls, Row, RowStream, Statement,
    error::{DbError, ErrorPosition},
    types::{Format, FromSql, IsNull, ToSql, Type, to_sql_checked},
};

use crate::{
    http::json,
    neon_text::{command, quoted, supported, text},
    ownerless::without_owners,
};

const CONNECTIONS: usize = 16;

/// The database behind the endpoint.
pub struct Neon {
    pool: Pool,
    url: String,
    config: Config,
    statements: AtomicU64,
    /// Whether fenced statements arrive without their own conditions on the owner: a test of the other fence.
    ownerless: AtomicBool,
}

impl Neon {
    /// A pool that connects when it is first used.
    pub fn new(url: &str) -> Result<Self, String> {
        let mut config: Config = url.parse().map_err(|error| format!("DATABASE_URL is not a Postgres URL: {error}"))?;
        // Neon's sessions are in UTC, which shows in every `timestamptz` inside JSON. Statements are unnamed there, so that each is
        // planned for its own parameters; here they are prepared once, and planned each time all the same.
        let session = "-c TimeZone=UTC -c plan_cache_mode=force_custom_plan";
        let options = config.get_options().map_or_else(|| session.to_owned(), |own| format!("{session} {own}"));
        config.options(options);
        let pool = Pool::builder(Manager::new(config.clone(), NoTls))
            .max_size(CONNECTIONS)
            .wait_timeout(Some(Duration::from_secs(10)))
            .create_timeout(Some(Duration::from_secs(5)))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { pool, url: url.to_owned(), config, statements: AtomicU64::new(0), ownerless: AtomicBool::new(false) })
    }

    /// A caller must name this database, or a wrong DATABASE_URL would pass unnoticed. Its host may have another name.
    fn admits(&self, headers: &HeaderMap) -> Result<(), Failure> {
        let given = headers.get("neon-connection-string").and_then(|value| value.to_str().ok());
        let Some(given) = given else { return Err(Failure::request("the header Neon-Connection-String is missing")) };
        let same = |other: Config| {
            (other.get_user(), other.get_password(), other.get_dbname())
                == (self.config.get_user(), self.config.get_password(), self.config.get_dbname())
        };
        if given == self.url || given.parse().is_ok_and(same) {
            return Ok(());
        }
        Err(Failure::request("the connection string's user, password or database is not that of this endpoint's DATABASE_URL"))
    }
}

/// The routes of this part.
pub fn router(neon: Arc<Neon>) -> Router {
    Router::new()
        .route("/sql", post(answer))
        .route("/sql/count", get(count))
        .route("/sql/ownerless", put(ownerless))
        .with_state(neon)
}

async fn count(State(neon): State<Arc<Neon>>) -> Response {
    json(200, json!({"statements": neon.statements.load(Ordering::Relaxed)}).to_string())
}

/// `true`: from now on fenced statements lack their own conditions on the owner. `false`: no longer.
async fn ownerless(State(neon): State<Arc<Neon>>, body: String) -> Response {
    neon.ownerless.store(body == "true", Ordering::Relaxed);
    json(200, "{}")
}

async fn answer(State(neon): State<Arc<Neon>>, headers: HeaderMap, body: Bytes) -> Response {
    match run(&neon, &headers, &body).await {
        Ok(body) => json(200, body),
        Err(Failure { status, body }) => json(status, body.to_string()),
    }
}

struct Failure {
    status: u16,
    body: Value,
}

impl Failure {
    fn request(message: &str) -> Self {
        Self { status: 400, body: json!({ "message": message }) }
    }

    /// The database cannot be reached; Neon's proxy answers so too, without a code.
    fn away(error: &dyn std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Self { status: 502, body: json!({ "message": message }) }
    }
}

impl From<PoolError> for Failure {
    /// Even a server that gives a code here, such as "starting up", has not seen the statement.
    fn from(error: PoolError) -> Self {
        match &error {
            PoolError::Backend(cause) => Self::away(cause),
            other => Self::away(other),
        }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(refusal) = error.as_db_error() else { return Self::away(&error) };
        Self { status: 400, body: described(refusal) }
    }
}

fn described(refusal: &DbError) -> Value {
    let (position, internal_position, internal_query) = match refusal.position() {
        Some(ErrorPosition::Original(position)) => (Some(position.to_string()), None, None),
        Some(ErrorPosition::Internal { position, query }) => (None, Some(position.to_string()), Some(query)),
        None => (None, None, None),
    };
    json!({
        "message": refusal.message(), "code": refusal.code().code(), "severity": refusal.severity(),
        "detail": refusal.detail(), "hint": refusal.hint(), "position": position, "internalPosition": internal_position,
        "internalQuery": internal_query, "where": refusal.where_(), "schema": refusal.schema(), "table": refusal.table(),
        "column": refusal.column(), "dataType": refusal.datatype(), "constraint": refusal.constraint(),
        "file": refusal.file(), "line": refusal.line().map(|line| line.to_string()), "routine": refusal.routine(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query<'a> {
    #[serde(borrow)]
    query: Cow<'a, str>,
    #[serde(default)]
    params: Vec<Value>,
    array_mode: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Request<'a> {
    Batch {
        #[serde(borrow)]
        queries: Vec<Query<'a>>,
    },
    One(#[serde(borrow)] Query<'a>),
}

/// How the caller wants its rows.
#[derive(Clone, Copy)]
struct Shape {
    raw: bool,
    array: bool,
}

async fn run(neon: &Neon, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Failure> {
    neon.admits(headers)?;
    let is = |name: &str| headers.get(name).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let request = serde_json::from_slice(body).map_err(|error| Failure::request(&format!("not a query: {error}")))?;
    let shape = Shape { raw: is("neon-raw-text-output"), array: is("neon-array-mode") };
    let mut client = neon.pool.get().await?;
    let mut out = Vec::with_capacity(512);
    match request {
        Request::One(mut query) => {
            if neon.ownerless.load(Ordering::Relaxed)
                && query.query.contains("FROM fenced(")
                && let Some(Value::String(statement)) = query.params.get_mut(1)
            {
                *statement = without_owners(statement);
            }
            neon.statements.fetch_add(1, Ordering::Relaxed);
            match execute(&client, &query, shape, &mut out).await {
                // The table changed since the statement was prepared. Nothing was executed yet, so prepare it again.
                Err(failure)
                    if failure.body.get("message").is_some_and(|text| text == "cached plan must not change result type") =>
                {
                    client.statement_cache.remove(&query.query, &[]);
                    out.clear();
                    execute(&client, &query, shape, &mut out).await?;
                }
                other => other?,
            }
        }
        Request::Batch { queries } => {
            let level = headers.get("neon-batch-isolation-level").and_then(|value| value.to_str().ok());
            let mut transaction = client.build_transaction().read_only(is("neon-batch-read-only"));
            if is("neon-batch-deferrable") {
                transaction = transaction.deferrable(true);
            }
            if let Some(level) = level {
                let level = isolation(level).ok_or_else(|| Failure::request("the isolation level is not known"))?;
                transaction = transaction.isolation_level(level);
            }
            let transaction = transaction.start().await?;
            out.extend_from_slice(b"{\"results\":[");
            for (index, query) in queries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                neon.statements.fetch_add(1, Ordering::Relaxed);
                execute(&transaction, query, shape, &mut out).await?;
            }
            transaction.commit().await?;
            out.extend_from_slice(b"]}");
        }
    }
    Ok(out)
}

fn isolation(level: &str) -> Option<IsolationLevel> {
    Some(match level {
        "ReadUncommitted" => IsolationLevel::ReadUncommitted,
        "ReadCommitted" => IsolationLevel::ReadCommitted,
        "RepeatableRead" => IsolationLevel::RepeatableRead,
        "Serializable" => IsolationLevel::Serializable,
        _ => return None,
    })
}

async fn execute(client: &impl GenericClient, query: &Query<'_>, shape: Shape, out: &mut Vec<u8>) -> Result<(), Failure> {
    let statement = client.prepare_cached(&query.query).await?;
    if let Some(column) = statement.columns().iter().find(|column| !supported(column.type_())) {
        return Err(Failure::request(&format!("column {} is of type {}: cast it to text", column.name(), column.type_())));
    }
    let expected = statement.params().len();
    if expected != query.params.len() {
        return Err(Failure::request(&format!("{} parameters given, {expected} expected", query.params.len())));
    }
    let params: Vec<TextParam<'_>> = query.params.iter().map(TextParam::new).collect();
    let rows = client.query_raw(&statement, &params).await?;
    let shape = Shape { array: query.array_mode.unwrap_or(shape.array), ..shape };
    write_result(&statement, &query.query, rows, shape, out).await
}

async fn write_result(statement: &Statement, sql: &str, rows: RowStream, shape: Shape, out: &mut Vec<u8>) -> Result<(), Failure> {
    let mut rows = std::pin::pin!(rows);
    let names: Vec<String> = statement.columns().iter().map(|column| json_string(column.name())).collect();
    out.extend_from_slice(b"{\"rows\":[");
    let mut first = true;
    while let Some(row) = rows.try_next().await? {
        if !first {
            out.push(b',');
        }
        first = false;
        write_row(&row, &names, shape, out)?;
    }
    let fields: Vec<String> = statement
        .columns()
        .iter()
        .zip(&names)
        .map(|(column, name)| {
            let (table, number) = (column.table_oid().unwrap_or(0), column.column_id().unwrap_or(0));
            format!(
                r#"{{"name":{name},"dataTypeID":{},"tableID":{table},"columnID":{number},"dataTypeSize":{},"dataTypeModifier":{},"format":"text"}}"#,
                column.type_().oid(), size(column.type_()), column.type_modifier(),
            )
        })
        .collect();
    let affected = rows.rows_affected().map_or_else(|| "null".to_owned(), |count| count.to_string());
    let tail = format!(
        r#"],"fields":[{}],"rowCount":{affected},"command":"{}","rowAsArray":{}}}"#,
        fields.join(","),
        command(sql),
        shape.array,
    );
    out.extend_from_slice(tail.as_bytes());
    Ok(())
}

fn write_row(row: &Row, names: &[String], shape: Shape, out: &mut Vec<u8>) -> Result<(), Failure> {
    let (open, close) = if shape.array { (b'[', b']') } else { (b'{', b'}') };
    out.push(open);
    for (index, (column, name)) in row.columns().iter().zip(names).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        if !shape.array {
            out.extend_from_slice(name.as_bytes());
            out.push(b':');
        }
        let ty = column.type_();
        let Some(Binary(bytes)) = row.try_get::<_, Option<Binary<'_>>>(index)? else {
            out.extend_from_slice(b"null");
            continue;
        };
        let value = text(ty, bytes).ok_or_else(|| Failure::request(&format!("cannot show column {name} of type {ty}")))?;
        match *ty {
            // Neon gives these as JSON values unless raw text is asked for; a document is passed on as the server wrote it.
            Type::JSON | Type::JSONB | Type::INT2 | Type::INT4 if !shape.raw => out.extend_from_slice(value.as_bytes()),
            Type::FLOAT4 | Type::FLOAT8 if !shape.raw && !value.contains('N') && !value.contains('I') => {
                out.extend_from_slice(value.as_bytes());
            }
            Type::BOOL if !shape.raw => out.extend_from_slice(if value == "t" { b"true" } else { b"false" }),
            _ => serde_json::to_writer(&mut *out, &value).map_err(|error| Failure::request(&error.to_string()))?,
        }
    }
    out.push(close);
    Ok(())
}

fn json_string(text: &str) -> String {
    Value::from(text).to_string()
}

/// Postgres's `typlen`.
fn size(ty: &Type) -> i16 {
    match *ty {
        Type::BOOL | Type::CHAR => 1,
        Type::INT2 => 2,
        Type::INT4 | Type::FLOAT4 | Type::DATE | Type::OID | Type::VOID => 4,
        Type::INT8 | Type::FLOAT8 | Type::TIMESTAMP | Type::TIMESTAMPTZ => 8,
        Type::UUID => 16,
        Type::NAME => 64,
        Type::UNKNOWN => -2,
        _ => -1,
    }
}

/// The bytes of a value, of any type.
struct Binary<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Binary<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A parameter in Postgres's text format, of whatever type the server inferred.
#[derive(Debug)]
struct TextParam<'a>(Option<Cow<'a, str>>);

impl<'a> TextParam<'a> {
    fn new(value: &'a Value) -> Self {
        Self(match value {
            Value::Null => None,
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Array(items) => Some(Cow::Owned(literal(items))),
            other => Some(Cow::Owned(other.to_string())),
        })
    }
}

/// A list as Postgres's array literal.
fn literal(items: &[Value]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| match item {
            Value::Null => "NULL".to_owned(),
            Value::Array(nested) => literal(nested),
            Value::String(text) => quoted(text),
            other => quoted(&other.to_string()),
        })
        .collect();
    format!("{{{}}}", items.join(","))
}

impl ToSql for TextParam<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let Some(text) = &self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
