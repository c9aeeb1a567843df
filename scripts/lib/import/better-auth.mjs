// The accounts of a BetterAuth database, row by row through a cursor: no more than one page is held.
import pg from 'pg';

const PAGE = 1_000;
/** BetterAuth's tables, and their plurals, which its adapters can be told to use. */
const TABLES = { user: ['user', 'users'], account: ['account', 'accounts'] };
/** Columns in either spelling. */
const COLUMNS = {
  user: { id: ['id'], email: ['email'], name: ['name'], emailVerified: ['emailVerified', 'email_verified'], createdAt: ['createdAt', 'created_at'] },
  account: { userId: ['userId', 'user_id'], providerId: ['providerId', 'provider_id'], password: ['password'] },
};

/** The table and its columns as they are called in `schema`, quoted. */
async function find(client, schema, what) {
  const { rows } = await client.query('SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1', [schema]);
  for (const table of TABLES[what]) {
    const present = rows.filter((row) => row.table_name === table).map((row) => row.column_name);
    const columns = Object.entries(COLUMNS[what]).map(([field, names]) => [field, names.find((name) => present.includes(name))]);
    if (present.length > 0 && columns.every(([, name]) => name)) {
      const quoted = columns.map(([field, name]) => [field, `${what[0]}.${pg.escapeIdentifier(name)}`]);
      return { from: `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)} ${what[0]}`, ...Object.fromEntries(quoted) };
    }
  }
  const wanted = Object.values(COLUMNS[what]).map((names) => names[0]).join(', ');
  throw new Error(`no table of BetterAuth's in schema ${schema}: ${TABLES[what].join(' or ')} with ${wanted}`);
}

/** `{at, source}` of each. Whoever signs in with a password has an account of the provider "credential", which holds its hash. */
export async function* accountsOfBetterAuth(url, schema) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [u, a] = [await find(client, schema, 'user'), await find(client, schema, 'account')];
    await client.query(
      `DECLARE accounts CURSOR FOR
       SELECT ${u.id}::text AS id, ${u.email} AS email, ${u.name} AS name, ${u.emailVerified}::text AS "emailVerified",
              extract(epoch FROM ${u.createdAt}) * 1000 AS "createdAt", ${a.password} AS "passwordHash"
       FROM ${u.from} LEFT JOIN ${a.from} ON ${a.userId} = ${u.id} AND ${a.providerId} = 'credential'`,
    );
    for (;;) {
      const { rows } = await client.query(`FETCH ${PAGE} FROM accounts`);
      for (const source of rows) yield { at: `user ${source.id}`, source: { ...source, createdAt: Math.round(source.createdAt) } };
      if (rows.length < PAGE) break;
    }
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
