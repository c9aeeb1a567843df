use std::{borrow::Cow, pin::Pin, sync::Arc};

use codex_kernel::{Error, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio_postgres::types::Type;
use worker::{Env, Hyperdrive, postgres_tls::PassthroughTls, send::SendFuture};

use super::{away, glue};
use crate::{
    Config, DatabaseError, OnBehalf, Param, Statement,
    sql::{decode, sent},
};

const WHO: &str = "the database";

/// Postgres, by whichever road the configuration names, on behalf of somebody.
pub struct Database {
    transport: Arc<Transport>,
    on_behalf: OnBehalf,
}

enum Transport {
    /// Neon's SQL-over-HTTP: one `fetch`, one round trip.
    Http { endpoint: String, connection_string: String },
    /// The wire protocol through Hyperdrive. A socket cannot outlive its request, so each statement connects.
    Hyperdrive(Hyperdrive),
    /// Not configured; the name of what is missing.
    Missing(&'static str),
}

impl Database {
    pub(super) fn new(config: &Config, env: &Env) -> Self {
        Self { transport: Arc::new(Transport::new(config, env)), on_behalf: OnBehalf::System }
    }

    /// The same database on behalf of somebody else.
    pub(crate) fn on_behalf(&self, on_behalf: OnBehalf) -> Self {
        Self { transport: self.transport.clone(), on_behalf }
    }

    /// Every row of the answer.
    pub async fn all<T: DeserializeOwned>(&self, statement: &Statement, params: &[&dyn Param]) -> Result<Vec<T>> {
        let rows = self.rows(statement, params).await?;
        rows.iter().map(|json| decode(statement, json)).collect()
    }

    /// Every row's JSON text. Neither generic nor `async`: the transports are compiled here, once, not once for each row type nor
    /// again in each crate that waits for rows (20 kB each).
    fn rows<'a>(
        &'a self,
        statement: &'a Statement,
        params: &'a [&'a dyn Param],
    ) -> Pin<Box<dyn Future<Output = Result<Vec<String>>> + Send + 'a>> {
        let params = params.iter().map(|param| param.text()).collect();
        let (sql, params) = sent(statement, self.on_behalf, params);
        Box::pin(SendFuture::new(async move {
            let name = statement.name();
            match &*self.transport {
                Transport::Http { endpoint, connection_string } => {
                    over_http(endpoint, connection_string, name, &sql, &params).await
                }
                Transport::Hyperdrive(hyperdrive) => over_socket(hyperdrive, name, &sql, &params).await,
                Transport::Missing(name) => Err(Error::configuration(name)),
            }
        }))
    }

    /// The first row, if any.
    pub async fn one<T: DeserializeOwned>(&self, statement: &Statement, params: &[&dyn Param]) -> Result<Option<T>> {
        Ok(self.all(statement, params).await?.into_iter().next())
    }
}

impl Transport {
    fn new(config: &Config, env: &Env) -> Self {
        if config.find("DATABASE_TRANSPORT") == Some("hyperdrive") {
            return env.hyperdrive("HYPERDRIVE").map_or(Self::Missing("HYPERDRIVE"), Self::Hyperdrive);
        }
        let Some(connection_string) = config.find("DATABASE_URL") else { return Self::Missing("DATABASE_URL") };
        let endpoint = config.find("DATABASE_HTTP_URL").map(str::to_owned).or_else(|| neon_endpoint(connection_string));
        endpoint.map_or(Self::Missing("DATABASE_HTTP_URL"), |endpoint| Self::Http {
            endpoint,
            connection_string: connection_string.to_owned(),
        })
    }
}

/// Where Neon's own driver sends a query: the database's host with its first label replaced by `api`.
fn neon_endpoint(connection_string: &str) -> Option<String> {
    let url = url::Url::parse(connection_string).ok()?;
    let (_, rest) = url.host_str()?.split_once('.')?;
    Some(format!("https://api.{rest}/sql"))
}

async fn over_http(
    endpoint: &str,
    connection_string: &str,
    name: &'static str,
    sql: &str,
    params: &[Option<Cow<'_, str>>],
) -> Result<Vec<String>> {
    #[derive(Serialize)]
    struct Query<'a> {
        query: &'a str,
        params: &'a [Option<Cow<'a, str>>],
    }
    #[derive(Deserialize)]
    struct Answer {
        rows: Vec<[String; 1]>,
    }
    #[derive(Deserialize)]
    struct Refusal {
        code: Option<String>,
        constraint: Option<String>,
        #[serde(default)]
        message: String,
    }
    let query = serde_json::to_string(&Query { query: sql, params }).map_err(Error::internal)?;
    let answer = glue::query(endpoint, connection_string, &query).await.map_err(|error| away(WHO, worker::Error::from(error)))?;
    let answer = answer.as_string().unwrap_or_default();
    let (status, text) = answer.split_at_checked(3).unwrap_or_default();
    if status == "200" {
        let answer: Answer = serde_json::from_str(text).map_err(|error| Error::bad_gateway(WHO, error))?;
        return Ok(answer.rows.into_iter().map(|[json]| json).collect());
    }
    match serde_json::from_str::<Refusal>(text) {
        Ok(Refusal { code: Some(code), constraint, message }) => {
            Err(DatabaseError { statement: name, code, constraint, message }.into())
        }
        _ => Err(away(WHO, format!("status {status}"))),
    }
}

async fn over_socket(
    hyperdrive: &Hyperdrive,
    name: &'static str,
    sql: &str,
    params: &[Option<Cow<'_, str>>],
) -> Result<Vec<String>> {
    let socket = hyperdrive.connect().map_err(|error| away(WHO, error))?;
    let config: tokio_postgres::Config = hyperdrive.connection_string().parse().map_err(Error::internal)?;
    let (client, connection) = config.connect_raw(socket, PassthroughTls).await.map_err(|error| away(WHO, error))?;
    worker::wasm_bindgen_futures::spawn_local(async move {
        // How the connection ends is told to the query that waits on it.
        let _ = connection.await;
    });
    let params: Vec<(&(dyn tokio_postgres::types::ToSql + Sync), Type)> =
        params.iter().map(|param| (param as &(dyn tokio_postgres::types::ToSql + Sync), Type::TEXT)).collect();
    let rows = client.query_typed(sql, &params).await.map_err(|error| match error.as_db_error() {
        Some(refusal) => DatabaseError {
            statement: name,
            code: refusal.code().code().to_owned(),
            constraint: refusal.constraint().map(str::to_owned),
            message: refusal.message().to_owned(),
        }
        .into(),
        None => away(WHO, error),
    })?;
    rows.iter()
        .map(|row| row.try_get::<_, crate::sql::JsonText<'_>>(0).map(|json| json.0.to_owned()).map_err(Error::internal))
        .collect()
}
