use std::{
    borrow::Cow,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use codex_kernel::{Error, Result};
use deadpool_postgres::{Manager, Pool};
use serde::de::DeserializeOwned;
use tokio_postgres::{
    NoTls,
    types::{ToSql, Type},
};

use crate::{
    DatabaseError, OnBehalf, Param, Statement,
    sql::{JsonText, decode, sent},
};

/// Real PostgreSQL over a small pool, with the parameters and the row shape of the other half.
pub struct Database {
    server: Arc<Server>,
    on_behalf: OnBehalf,
}

struct Server {
    pool: Pool,
    /// Where a file is left for every statement that ran, so that the suite can tell which never did.
    executed: Option<PathBuf>,
    /// The names of what ran, in order.
    ran: Mutex<Vec<&'static str>>,
}

impl Database {
    /// A pool of at most 16 connections to `url`; connects when first used. `EXECUTED_STATEMENTS` names the folder for the names of what ran.
    pub fn connect(url: &str) -> Result<Self> {
        let config: tokio_postgres::Config = url.parse().map_err(Error::internal)?;
        let pool = Pool::builder(Manager::new(config, NoTls)).max_size(16).build().map_err(Error::internal)?;
        let executed = std::env::var_os("EXECUTED_STATEMENTS").map(PathBuf::from);
        Ok(Self { server: Arc::new(Server { pool, executed, ran: Mutex::default() }), on_behalf: OnBehalf::System })
    }

    /// The same database on behalf of somebody else.
    pub(crate) fn on_behalf(&self, on_behalf: OnBehalf) -> Self {
        Self { server: self.server.clone(), on_behalf }
    }

    /// The names of the statements that ran since this was last asked, in order.
    pub fn take_ran(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.server.ran.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every row of the answer.
    pub async fn all<T: DeserializeOwned>(&self, statement: &Statement, params: &[&dyn Param]) -> Result<Vec<T>> {
        let params: Vec<Option<Cow<'_, str>>> = params.iter().map(|param| param.text()).collect();
        let (sql, params) = sent(statement, self.on_behalf, params);
        let params: Vec<(&(dyn ToSql + Sync), Type)> =
            params.iter().map(|param| (param as &(dyn ToSql + Sync), Type::TEXT)).collect();
        let client = self.server.pool.get().await.map_err(|error| Error::unavailable("the database", error))?;
        let rows = client.query_typed(&sql, &params).await.map_err(|error| match error.as_db_error() {
            Some(refusal) => DatabaseError {
                statement: statement.name(),
                code: refusal.code().code().to_owned(),
                constraint: refusal.constraint().map(str::to_owned),
                message: refusal.message().to_owned(),
            }
            .into(),
            None => Error::unavailable("the database", error),
        })?;
        self.server.ran.lock().unwrap_or_else(PoisonError::into_inner).push(statement.name());
        if let Some(folder) = &self.server.executed {
            std::fs::write(folder.join(statement.name()), "").map_err(Error::internal)?;
        }
        rows.iter()
            .map(|row| row.try_get::<_, JsonText<'_>>(0).map_err(Error::internal).and_then(|json| decode(statement, json.0)))
            .collect()
    }

    /// The first row, if any.
    pub async fn one<T: DeserializeOwned>(&self, statement: &Statement, params: &[&dyn Param]) -> Result<Option<T>> {
        Ok(self.all(statement, params).await?.into_iter().next())
    }
}
