// Brings a database to the newest schema: numbered files, each in a transaction, each once, never changed afterwards.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** Any number: whoever migrates holds the advisory lock of this name. */
const LOCK = 4_206_969;

const files = () => readdirSync('migrations').filter((name) => name.endsWith('.sql')).sort();

/** Applies what `url` lacks of migrations/; the names of what was applied. */
export async function migrate(url, log = () => {}) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    const { rows } = await client.query('SELECT version, checksum FROM schema_migrations');
    const applied = new Map(rows.map(({ version, checksum }) => [version, checksum]));
    const done = [];
    for (const name of files()) {
      const sql = readFileSync(`migrations/${name}`, 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      const version = Number.parseInt(name, 10);
      if (applied.has(version)) {
        if (applied.get(version) !== checksum) throw new Error(`migrations/${name} was changed after it was applied; write a new one`);
        continue;
      }
      await client.query('BEGIN');
      try {
        await client.query(sql);
        await client.query('INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)', [version, name, checksum]);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw new Error(`migrations/${name}: ${error.message}`);
      }
      log(`migrated ${name}`);
      done.push(name);
    }
    return done;
  } finally {
    await client.end();
  }
}

/** The names of the files that the database at `url` lacks. It changes nothing. */
export async function pending(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows: [{ known }] } = await client.query("SELECT to_regclass('schema_migrations') IS NOT NULL AS known");
    const { rows } = known ? await client.query('SELECT version FROM schema_migrations') : { rows: [] };
    const applied = new Set(rows.map(({ version }) => version));
    return files().filter((name) => !applied.has(Number.parseInt(name, 10)));
  } finally {
    await client.end();
  }
}

/** Makes the database of `url` if the server has none. */
export async function ensureDatabase(url) {
  const target = new URL(url);
  const name = target.pathname.slice(1);
  target.pathname = '/postgres';
  const client = new pg.Client({ connectionString: target.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.argv[2] ?? process.env.DATABASE_URL;
  if (!url) {
    console.error('usage: node scripts/lib/migrate.mjs postgres://user:password@host/database');
    process.exit(2);
  }
  const done = await migrate(url, console.log);
  console.log(done.length > 0 ? `${done.length} applied` : 'nothing to apply');
}
