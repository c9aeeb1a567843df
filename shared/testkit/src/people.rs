use codex_http::destination;
use codex_identity::{Browser, NewAccount, Role, SESSION_SECONDS, register, session_cookie};
use codex_kernel::{Email, UserId};
use tokio_postgres::NoTls;

use crate::TestApp;

/// Somebody with an account and a session.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their session, as `Set-Cookie` gave it.
    pub cookie: String,
}

impl TestApp {
    /// Somebody new in this app's database, called `name` and mailed at `{name}@example.com`.
    pub async fn person(&self, name: &str, role: Role) -> Person {
        let email = Email::try_from(format!("{name}@example.com")).unwrap();
        let callback = destination(&self.platform().config, "callbackURL", None, "/").unwrap();
        let password = "correct horse battery".to_owned().try_into().unwrap();
        let account = NewAccount { email: &email, name, password: &password, callback: &callback };
        let registered = register(self.platform(), &account, &Browser::default(), self.now()).await.unwrap();
        let id = registered.user.id;
        self.run(&format!("UPDATE users SET role = '{}' WHERE id = '{id}'", role.name())).await;
        let (_, token) = registered.session.unwrap();
        Person { id, cookie: session_cookie(&self.platform().config, &token, SESSION_SECONDS) }
    }

    /// The mails sent so far, oldest first, as the provider got them.
    pub fn mails(&self) -> Vec<serde_json::Value> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(to, _)| to.ends_with("/emails")).map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }

    /// Runs `sql` on this app's database: for what no route does yet.
    pub async fn run(&self, sql: &str) {
        let (client, connection) = tokio_postgres::connect(&self.database_url, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        connection.abort();
    }
}
