// Passwords in real workerd: imported accounts sign in and their hashes are replaced; the hasher is a process that can be away.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { argon2Sync, randomBytes, scryptSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { LIMITS } from '../scripts/lib/bench/limits.mjs';
import { PASSWORD, clientOf } from '../scripts/lib/client.mjs';
import { emailOf } from '../scripts/lib/import/account.mjs';
import { records } from '../scripts/lib/import/csv.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 2100;
/** Of PASSWORD, by bcryptjs. */
const BCRYPT = '$2b$10$1cvElt2dxKRbxgOY0X6ADedkq7SPLHCLLL80z42VMNaYyTX4ggrqK';
const state = resolve('.local/test/e2e-passwords');

/** As better-auth stores a password: the digits of the salt, as text, are the salt. */
function scrypt(password) {
  const salt = 'bd1ece0e3a5f4d1d42fd2c2c9120b14a';
  const key = scryptSync(password.normalize('NFKC'), salt, 64, { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 });
  return `${salt}:${key.toString('hex')}`;
}

/** A PHC string by OpenSSL. */
function argon2id(password, { memory, passes, nonce = randomBytes(16), tagLength = 32, parallelism = 1 }) {
  const key = argon2Sync('argon2id', { message: password, nonce, memory, passes, parallelism, tagLength });
  const text = (bytes) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(nonce)}$${text(key)}`;
}

let stack;
let client;
before(async () => {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state, { recursive: true });
  stack = await startStack({ offset: OFFSET, state, vars: { LIMITS }, onLog: () => {} });
  client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
});
after(async () => {
  await client?.end();
  await stack?.stop();
});

const query = async (text, params) => (await client.query(text, params)).rows;
const hashOf = async (email) => (await query('SELECT password_hash FROM users WHERE email = $1', [email]))[0]?.password_hash;
const logIn = (email, password) => clientOf(stack).call('auth', 'POST', '/api/auth/email/login', { body: { email, password } });

/** What the script says, line by line. */
function importUsers(...args) {
  return new Promise((done, failed) => {
    execFile(process.execPath, ['scripts/lib/import-users.mjs', '--to', stack.databaseUrl, ...args], (error, said, complained) => {
      if (error) failed(new Error(complained));
      else done(said.trim().split('\n').map((line) => line.trim()));
    });
  });
}

test('an imported account signs in with its password, once by the old hash and then by ours', async () => {
  const file = join(state, 'accounts.csv');
  const report = join(state, 'report.csv');
  await clientOf(stack).person('here@example.com');
  const before = await hashOf('here@example.com');
  const lines = [
    '\uFEFFEmail,name,password_hash,emailVerified,created_at,plan',
    `Bcrypt@Example.com,"Lovelace, ""Ada""",${BCRYPT},true,2024-02-03T04:05:06Z,gold`,
    `scrypt@example.com,,${scrypt('o\u0308\ufb01ne words')},,,`,
    `old@example.com,Old,${BCRYPT.replace('$2b$', '$2y$')},0,1700000000,`,
    `bcrypt@example.com,Again,${BCRYPT},,,`,
    `here@example.com,Here,${BCRYPT},,,`,
    `not an address,Nobody,${BCRYPT},,,`,
    'md5@example.com,,5f4dcc3b5aa765d61d8327deb882cf99,,,',
    'dear@example.com,,$2b$31$1cvElt2dxKRbxgOY0X6ADedkq7SPLHCLLL80z42VMNaYyTX4ggrqK,,,',
    'social@example.com,Social,,,,',
    'short@example.com',
  ];
  writeFileSync(file, lines.join('\r\n'));
  const skipped = ['7 skipped', '2 unsupported hash'];
  const dry = await importUsers('--csv', file, '--dry-run');
  assert.deepEqual(dry.slice(0, 4), ['10 accounts read', '3 would be imported (dry run)', ...skipped]);
  assert.equal(await hashOf('bcrypt@example.com'), undefined);

  const said = await importUsers('--csv', file, '--report', report);
  assert.deepEqual(said.slice(0, 4), ['10 accounts read', '3 imported', ...skipped]);
  assert.deepEqual(said.slice(4, -1).sort(), ['1 duplicate', '1 existing', '1 invalid e-mail address', '1 no password', '1 wrong number of fields']);
  assert.deepEqual(readFileSync(report, 'utf8').trim().split('\n').sort(), [
    'line 10,no password',
    'line 11,wrong number of fields',
    'line 5,duplicate',
    'line 6,existing',
    'line 7,invalid e-mail address',
    'line 8,unsupported hash',
    'line 9,unsupported hash',
    'where,why',
  ]);
  assert.equal(await hashOf('here@example.com'), before, 'who was here keeps their password');
  const [ada] = await query(`SELECT name, role, created_at, email_verified_at FROM users WHERE email = 'bcrypt@example.com'`);
  const created = new Date('2024-02-03T04:05:06Z');
  assert.deepEqual(ada, { name: 'Lovelace, "Ada"', role: 'customer', created_at: created, email_verified_at: created });
  const again = await importUsers('--csv', file);
  assert.ok(again.includes('0 imported') && again.includes('4 existing'), again.join('\n'));

  for (const [email, password] of [['bcrypt@example.com', PASSWORD], ['old@example.com', PASSWORD], ['scrypt@example.com', '\u00f6\ufb01ne words']]) {
    const imported = await hashOf(email);
    assert.equal((await logIn(email, `${password}!`)).status, 401);
    assert.equal(await hashOf(email), imported);
    const first = await logIn(email, password);
    assert.equal(first.status, 200, first.text);
    const replaced = await hashOf(email);
    assert.match(replaced, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const cookie = (await logIn(email, password)).headers.get('set-cookie').split(';')[0];
    assert.equal(await hashOf(email), replaced);
    assert.equal((await clientOf(stack).expect(200, 'auth', 'GET', '/api/auth/session', { cookie })).user.email, email);
  }
});

test('a BetterAuth database is imported, whatever its tables and columns are called', async () => {
  await client.query('CREATE DATABASE better_auth');
  const url = stack.databaseUrl.replace(/\/codex$/, '/better_auth');
  const source = new pg.Client({ connectionString: url });
  await source.connect();
  try {
    const layouts = [
      ['public', '"user"', 'account', '"emailVerified"', '"createdAt"', '"userId"', '"providerId"'],
      ['plural', 'plural.users', 'plural.accounts', 'email_verified', 'created_at', 'user_id', 'provider_id'],
    ];
    for (const [schema, users, accounts, emailVerified, createdAt, userId, providerId] of layouts) {
      await source.query(`CREATE SCHEMA IF NOT EXISTS ${schema};
        CREATE TABLE ${users} (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, ${emailVerified} boolean NOT NULL, image text, ${createdAt} timestamp NOT NULL, role text);
        CREATE TABLE ${accounts} (id text PRIMARY KEY, ${userId} text NOT NULL REFERENCES ${users}, ${providerId} text NOT NULL, password text);
        INSERT INTO ${users} SELECT 'user' || n, 'Person ' || n, '${schema}-' || n || '@example.com', n % 2 = 0, NULL, '2025-01-01', 'admin' FROM generate_series(1, 2500) n`);
      await source.query(
        `INSERT INTO ${accounts} SELECT 'a' || n, 'user' || n, CASE WHEN n % 5 = 0 THEN 'google' ELSE 'credential' END, CASE WHEN n % 5 = 0 THEN NULL ELSE $1 END FROM generate_series(1, 2500) n
         UNION ALL SELECT 'g' || n, 'user' || n, 'google', NULL FROM generate_series(1, 10) n`,
        [scrypt(PASSWORD)],
      );
      const args = ['--better-auth', url, '--schema', schema];
      assert.deepEqual(await importUsers(...args), ['2,500 accounts read', '2,000 imported', '500 skipped', '500 no password']);
      assert.deepEqual(await importUsers(...args, '--without-password'), ['2,500 accounts read', '500 imported', '2,000 skipped', '2,000 existing']);
      const counted = await query(`SELECT count(*)::int AS all, count(email_verified_at)::int AS verified, count(*) FILTER (WHERE role = 'customer')::int AS customers
                                   FROM users WHERE email LIKE $1`, [`${schema}-%`]);
      assert.deepEqual(counted, [{ all: 2500, verified: 1250, customers: 2500 }]);
      assert.equal((await logIn(`${schema}-7@example.com`, PASSWORD)).status, 200);
      assert.match(await hashOf(`${schema}-7@example.com`), /^\$argon2id\$/);
      assert.equal((await logIn(`${schema}-5@example.com`, PASSWORD)).status, 401, 'no password yet');
    }
    await assert.rejects(importUsers('--better-auth', url, '--schema', 'nowhere'), /no table of BetterAuth's in schema nowhere/);
  } finally {
    await source.end();
  }
});

test('any spelling of a password is the password, and none of it is cut off', async () => {
  const { call } = clientOf(stack);
  const chosen = `${'\u{1f511}'.repeat(200)}\u00f6`;
  const register = (password) => call('auth', 'POST', '/api/auth/email/register', { body: { email: 'spelling@example.com', password, name: 'A' } });
  assert.equal((await register('o\u0308'.repeat(7))).json.error.details.issues[0].path, 'password');
  assert.equal((await register('PassWord123')).status, 400);
  assert.equal((await register(chosen)).status, 200);
  assert.equal((await logIn('spelling@example.com', chosen.normalize('NFD'))).status, 200);
  assert.equal((await logIn('spelling@example.com', chosen.slice(0, -1))).status, 401);
});

test('the hasher computes what OpenSSL does', async () => {
  await clientOf(stack).person('openssl@example.com');
  const set = (hash) => query(`UPDATE users SET password_hash = $1 WHERE email = 'openssl@example.com'`, [hash]);
  const made = await hashOf('openssl@example.com');
  const nonce = Buffer.from(made.split('$')[4], 'base64');
  assert.equal(made, argon2id(PASSWORD, { memory: 19_456, passes: 2, nonce }));
  const shapes = [
    { memory: 19_456, passes: 2 },
    { memory: 8, passes: 1 },
    { memory: 1_023, passes: 3, nonce: randomBytes(64) },
    { memory: 4_096, passes: 4, nonce: randomBytes(8) },
    { memory: 65_536, passes: 1 },
    { memory: 512, passes: 2, parallelism: 4 },
    { memory: 512, passes: 2, tagLength: 64 },
  ];
  for (const shape of shapes) {
    for (const password of [PASSWORD, '\u{1f511}'.repeat(256)]) {
      await set(argon2id(password, shape));
      assert.equal((await logIn('openssl@example.com', `${password}?`)).status, 401, JSON.stringify(shape));
      assert.equal((await logIn('openssl@example.com', password)).status, 200, JSON.stringify(shape));
    }
  }
});

test('while the hasher is away nobody is signed in and nobody is told that a password is wrong', async () => {
  await clientOf(stack).person('away@example.com');
  const status = async (password) => (await logIn('away@example.com', password)).status;
  await stack.hasher.stop();
  assert.deepEqual([await status(PASSWORD), await status('not the password')], [503, 503]);
  await stack.hasher.start();
  assert.deepEqual([await status(PASSWORD), await status('not the password')], [200, 401]);
});

test('the hasher answers its own platform only', async () => {
  const hasher = `http://127.0.0.1:${portsOf(OFFSET).hasher}`;
  const ask = (path, headers) => {
    const body = JSON.stringify({ password: PASSWORD, ...(path.endsWith('verify') && { stored: BCRYPT }) });
    return fetch(hasher + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  };
  const forged = { 'x-codex-signature': 'AAAA', 'x-codex-timestamp': String(Math.floor(Date.now() / 1000)), 'x-codex-nonce': 'n', 'x-codex-identity': 'e30' };
  for (const path of ['/internal/hash', '/internal/verify']) for (const headers of [{}, forged]) assert.equal((await ask(path, headers)).status, 401);
  const health = await fetch(`${hasher}/health`);
  assert.deepEqual([health.status, (await health.json()).checks], [200, {}]);
});

test('records of a CSV file are read as RFC 4180 has them', async () => {
  const read = async (...chunks) => {
    const found = [];
    for await (const { line, fields } of records(chunks)) found.push([line, ...fields]);
    return found;
  };
  assert.deepEqual(await read('a,b\r\n\r\n"x\r', '\n""y""",\n', '"",z'), [[1, 'a', 'b'], [3, 'x\r\n"y"', ''], [5, '', 'z']]);
  assert.deepEqual(await read('a"b,"c"'), [[1, 'a"b', 'c']]);
  await assert.rejects(read('a,"b\nc\nd'), /line 1: a quote is not closed/);
  await assert.rejects(read(`a\n"${'x'.repeat(100_001)}`), /line 2: a record of more than/);
});

test('addresses are read as the platform reads them', () => {
  assert.equal(emailOf(' Ada@Example.COM '), 'ada@example.com');
  assert.equal(emailOf('\u00e9va@m\u00fcnchen.example'), '\u00e9va@m\u00fcnchen.example');
  for (const bad of ['', 'a', 'a@b', '@b.c', 'a@b.', 'a b@c.d', 'a@-b.c', 'a@b@c.d\n', `${'x'.repeat(65)}@b.c`, `a@${'b'.repeat(64)}.c`]) {
    assert.equal(emailOf(bad), undefined, bad);
  }
});
