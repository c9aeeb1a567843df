use tokio_postgres::NoTls;
use uuid::Uuid;

/// Databases whose test has ended, each with the lock taken that only a living test holds.
const ABANDONED: &str = r"SELECT datname::text FROM pg_database
    WHERE datname LIKE 'test\_%' AND pg_try_advisory_lock(hashtextextended(datname, 0))";

/// The URL of a new database with the migrated schema, cloned from the template that `TEST_DATABASE_URL` names. It lives as long
/// as the test's runtime: its name is locked until then, and whoever comes later drops what nobody holds. Six hundred tests
/// together would fill a small disk.
pub async fn fresh_database() -> String {
    let template = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run the tests through scripts/test");
    let (server, template_name) = template.rsplit_once('/').unwrap();
    let (client, connection) = tokio_postgres::connect(&format!("{server}/postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    let name = format!("test_{}", Uuid::new_v4().simple());
    client.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", &[&name]).await.unwrap();
    for abandoned in client.query(ABANDONED, &[]).await.unwrap() {
        let abandoned: String = abandoned.get(0);
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {abandoned} WITH (FORCE)")).await.unwrap();
    }
    // Cloning locks the template for a moment; whoever comes at that moment tries again.
    while let Err(error) = client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template_name}")).await {
        assert_eq!(error.code().map(|code| code.code()), Some("55006"), "{error:?}");
        tokio::task::yield_now().await;
    }
    // Whoever drops the client ends the connection, and with it the lock.
    tokio::spawn(async move {
        let _locks = client;
        std::future::pending::<()>().await;
    });
    format!("{server}/{name}")
}
