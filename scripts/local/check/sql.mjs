// Neon's SQL over HTTP, by Neon's own driver.
import assert from 'node:assert/strict';
import { neonConfig } from '@neondatabase/serverless';
import { base, check, databaseUrl, one, refused, sql } from './common.mjs';

await check('sql: tagged template, types of the driver', async () => {
  const rows = await sql`SELECT ${'a'}::text AS text, ${7}::int AS number, ${true}::bool AS truth, ${null}::text AS nothing`;
  assert.deepEqual(rows, [{ text: 'a', number: 7, truth: true, nothing: null }]);
});
await check('sql: every type prints as Postgres prints it', async () => {
  const values = {
    bool: ['true', 'false'], int2: ['-7'], int4: ['2147483647'], int8: ['-9223372036854775808'], oid: ['4000000000'],
    float4: ['1.5', '1e+06', '-1e-05', 'NaN', '0', '123456'], float8: ['0.1', '1e+15', '123456789012345', '-Infinity', '0.0001', '1.5e-07', '-0'],
    numeric: ['0', '0.00', '-12345.6780', '10000', '0.0001', '99999999999999999999.000000001', 'NaN', '100000000', '0.00012345'],
    text: ['', 'é"\\\n'], varchar: ['x'], name: ['pg_class'], bpchar: ['ab'], uuid: ['0190b6a4-8c1e-7bd4-8f3e-1d2c3b4a5968'],
    date: ['2026-11-21', '1999-12-31', '2000-02-29', '1900-03-01', 'infinity', '0044-03-15 BC'],
    timestamp: ['2026-11-21 07:49:40.120000', '1969-12-31 23:59:59.999999'], timestamptz: ['2026-11-21 07:49:40+02', '1970-01-01 00:00:00.5+00', '-infinity'],
    bytea: ['\\x00ff10', '\\x'], json: ['{"b": 1,  "a":[1,2]}', 'null'], jsonb: ['{"b": 1,  "a":[1,2]}'],
    'text[]': ['{}', '{a,"b c",NULL,"NULL","","x\\"y\\\\z","{,}"}'], 'int4[]': ['{1,2,NULL}'], 'uuid[]': ['{0190b6a4-8c1e-7bd4-8f3e-1d2c3b4a5968}'],
  };
  for (const [type, texts] of Object.entries(values)) {
    for (const text of texts) {
      const body = await raw({ query: `SELECT v, v::text FROM (SELECT $1::${type} AS v)`, params: [text] });
      const [ours, theirs] = body.rows[0];
      assert.equal(ours, type === 'bool' ? theirs[0] : theirs, `${type} ${text}`);
    }
  }
});
async function raw(body, headers = {}) {
  const response = await fetch(neonConfig.fetchEndpoint, {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'neon-connection-string': databaseUrl, 'neon-raw-text-output': 'true', 'neon-array-mode': 'true', ...headers },
  });
  return { status: response.status, ...(await response.json()) };
}
await check('sql: JSON documents pass through as the server wrote them', async () => {
  const { rows } = await raw({ query: `SELECT '{"b": 1,   "a": "é\\u0041"}'::json`, params: [] });
  assert.equal(rows[0][0], '{"b": 1,   "a": "é\\u0041"}');
  assert.deepEqual(await one('SELECT to_json(r) FROM (SELECT 1 AS a, NULL AS b) r'), { a: 1, b: null });
});
await check('sql: timestamps inside JSON are in UTC', async () => {
  assert.match(await one("SELECT to_json('2026-01-01 00:00:00+02'::timestamptz)"), /^2025-12-31T22:00:00\+00:00$/);
});
await check('sql: without raw text and array mode, JSON values and objects', async () => {
  const { rows, rowAsArray } = await raw(
    { query: `SELECT 1 AS a, true AS b, '{"c":[1]}'::jsonb AS c, 9007199254740993 AS d, 1.5::float8 AS e`, params: [] },
    { 'neon-raw-text-output': 'false', 'neon-array-mode': 'false' },
  );
  assert.deepEqual(rows, [{ a: 1, b: true, c: { c: [1] }, d: '9007199254740993', e: 1.5 }]);
  assert.equal(rowAsArray, false);
});
const table = `check_local_${process.pid}`;
await check('sql: full results, command, row count, constraint and its fields', async () => {
  const made = await sql.query(`CREATE TABLE ${table} (id int CONSTRAINT ${table}_pk PRIMARY KEY, tags text[], note text NOT NULL)`, [], { fullResults: true });
  assert.deepEqual([made.command, made.fields, made.rows], ['CREATE', [], []]);
  const insert = await sql.query(`INSERT INTO ${table} VALUES ($1,$2,$3),($4,'{}','n') RETURNING id, tags`, [1, ['a', 'b "c"', null], 'x', '2'], { fullResults: true });
  assert.deepEqual([insert.command, insert.rowCount, insert.rows], ['INSERT', 2, [{ id: 1, tags: ['a', 'b "c"', null] }, { id: 2, tags: [] }]]);
  assert.deepEqual(insert.fields.map((field) => [field.name, field.dataTypeID]), [['id', 23], ['tags', 1009]]);
  const changed = await sql.query(`WITH a AS (SELECT 1) UPDATE ${table} SET note = 'y'`, [], { fullResults: true });
  assert.deepEqual([changed.command, changed.rowCount], ['UPDATE', 2]);
  await refused(sql.query(`INSERT INTO ${table} VALUES (1,'{}','x')`), { code: '23505', constraint: `${table}_pk`, table, severity: 'ERROR' });
  await refused(sql.query(`INSERT INTO ${table} VALUES (3,'{}',NULL)`), { code: '23502', column: 'note' });
});
await check('sql: a statement prepared before its table changed', async () => {
  for (const column of ['a', 'b', 'c']) {
    await Promise.all(Array.from({ length: 16 }, () => sql.query(`SELECT * FROM ${table}`)));
    await sql.query(`ALTER TABLE ${table} ADD COLUMN ${column} int`);
  }
  assert.equal((await sql.query(`SELECT * FROM ${table}`)).length, 2);
});
await check('sql: transactions are atomic', async () => {
  const [a, b] = await sql.transaction([sql`SELECT 1 AS a`, sql`SELECT current_setting('transaction_isolation') AS b`], { isolationLevel: 'Serializable', readOnly: true });
  assert.deepEqual([a, b], [[{ a: 1 }], [{ b: 'serializable' }]]);
  await refused(sql.transaction([sql.query(`DELETE FROM ${table}`), sql`SELECT 1/0`]), { code: '22012' });
  assert.equal(await one(`SELECT count(*)::int FROM ${table}`), 2);
  await sql.query(`DROP TABLE ${table}`);
});
await check('sql: bad statements, bad parameters, bad bodies', async () => {
  await refused(sql.query('SELEC 1'), { code: '42601', position: '1' });
  await refused(sql.query('SELECT * FROM nowhere_at_all'), { code: '42P01' });
  await refused(sql.query('SELECT $1::int', ['x']), { code: '22P02' });
  await refused(sql.query('SELECT 1', ['x']), { name: 'NeonDbError' });
  await refused(sql.query('SELECT 1; SELECT 2'), { code: '42601' });
  await refused(sql.query('SELECT $1::text', ['a\0b']), { code: '22021' });
  assert.equal((await raw({})).status, 400);
  assert.equal((await raw({ query: 'SELECT 1' }, { 'neon-connection-string': 'postgres://someone:else@127.0.0.1/other' })).status, 400);
  assert.equal(await one('SELECT 1'), 1);
});
await check('sql: statements are counted; many at once', async () => {
  const count = async () => (await (await fetch(new URL('/sql/count', base))).json()).statements;
  const before = await count();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => one('SELECT $1::int', [i])));
  assert.deepEqual(answers, Array.from({ length: 200 }, (_, i) => i));
  if (process.env.CHECK_WEBHOOK !== '0') assert.equal((await count()) - before, 200);
});
