// What happens to an account after it was opened, in real workerd: taken back, renamed, signed in elsewhere, guessed at, swept.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { PASSWORD, clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const NEW_PASSWORD = 'a wholly different stapler';

let stack;
let api;
let people = 0;

before(async () => {
  const state = resolve('.local/test/e2e-accounts');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 2000, state });
  api = clientOf(stack);
});
after(() => stack?.stop());

/** Somebody at an address of their own, so that no limit by address is shared between stories. */
function somebody() {
  const email = `person-${++people}@example.com`;
  const address = `2001:db8:${people}::1`;
  const call = (method, path, { cookie, body, headers } = {}) =>
    api.call('auth', method, `/api/auth${path}`, { cookie, body, headers: { 'cf-connecting-ip': address, ...headers } });
  const ok = async (...request) => {
    const answer = await call(...request);
    assert.ok(answer.status < 400, answer.text);
    return answer;
  };
  const cookieOf = ({ headers }) => headers.get('set-cookie').split(';')[0];
  const register = async () => cookieOf(await ok('POST', '/email/register', { body: { email, password: PASSWORD, name: 'A Person' } }));
  const logIn = async (password, headers) => cookieOf(await ok('POST', '/email/login', { body: { email, password }, headers }));
  const status = async (cookie) => [(await call('GET', '/session', { cookie })).status, (await call('GET', '/sessions', { cookie })).status];
  return { email, call, ok, register, logIn, status };
}

/** The link in the newest mail to `address` whose subject matches. */
async function link(address, subject) {
  const found = await until(`a mail to ${address} about ${subject}`, async () => {
    await stack.cron('notifications-api');
    const { items } = await (await fetch(`${stack.local}/api/messages?to=${encodeURIComponent(address)}`)).json();
    return items.find((mail) => subject.test(mail.subject));
  });
  return new URL(found.text.match(/http\S+/)[0]);
}

test('a forgotten password is replaced once, and every session ends', async () => {
  const ada = somebody();
  const cookie = await ada.register();
  assert.deepEqual(await ada.status(cookie), [200, 200]);
  await ada.ok('POST', '/request-password-reset', { body: { email: ada.email } });
  const token = (await link(ada.email, /new password/)).searchParams.get('token');
  // From twenty networks: the limit is not what is tried here.
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const headers = { 'cf-connecting-ip': `2001:db8:ffff:${index}::1` };
      return (await ada.call('POST', '/reset-password', { body: { token, newPassword: `${NEW_PASSWORD} ${index}` }, headers })).status;
    }),
  );
  assert.deepEqual(statuses.toSorted(), [200, ...Array(19).fill(400)]);
  assert.deepEqual(await ada.status(cookie), [401, 401]);
  const winner = statuses.indexOf(200);
  assert.deepEqual(await ada.status(await ada.logIn(`${NEW_PASSWORD} ${winner}`)), [200, 200]);
  await link(ada.email, /password was changed/);
});

test('a new password signs the other devices out and one of them in', async () => {
  const ada = somebody();
  const own = await ada.register();
  const other = await ada.logIn(PASSWORD, { 'user-agent': 'Firefox' });
  assert.deepEqual(await ada.status(other), [200, 200]);
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  const rotated = (await ada.ok('POST', '/change-password', { cookie: own, body })).headers.get('set-cookie').split(';')[0];
  assert.deepEqual([await ada.status(own), await ada.status(other), await ada.status(rotated)], [[401, 401], [401, 401], [200, 200]]);
});

test('devices are told of, listed and ended', async () => {
  const ada = somebody();
  const own = await ada.register();
  const phone = await ada.logIn(PASSWORD, { 'user-agent': 'A Phone/1.0' });
  await link(ada.email, /new device/i);
  const { items, pagination } = (await ada.ok('GET', '/sessions', { cookie: own })).json;
  assert.deepEqual([pagination.total, items[0].current, items[1].userAgent], [2, true, 'A Phone/1.0']);
  const ended = await ada.ok('DELETE', `/sessions/${items[1].id}`, { cookie: own });
  assert.deepEqual([ended.status, ended.text], [204, '']);
  assert.deepEqual([await ada.status(phone), await ada.status(own)], [[401, 401], [200, 200]]);
  const [tablet, desk] = [await ada.logIn(PASSWORD), await ada.logIn(PASSWORD)];
  await ada.ok('DELETE', '/sessions', { cookie: own });
  assert.deepEqual([await ada.status(tablet), await ada.status(desk), await ada.status(own)], [[401, 401], [401, 401], [200, 200]]);
});

test('an address changes when the old and the new one agree', async () => {
  const ada = somebody();
  const cookie = await ada.register();
  const wish = { newEmail: `new-${ada.email}`, password: PASSWORD, callbackURL: '/settings' };
  assert.equal((await ada.call('POST', '/change-email', { cookie, body: wish })).json.code, 'EMAIL_NOT_VERIFIED');
  const follow = async ({ pathname, search }) => {
    const { status, headers } = await ada.call('GET', (pathname + search).replace('/api/auth', ''));
    return [status, headers.get('location')];
  };
  await follow(await link(ada.email, /Confirm your e-mail/));
  await ada.ok('POST', '/change-email', { cookie, body: wish });
  const settings = [302, 'http://localhost:3000/settings'];
  assert.deepEqual(await follow(await link(ada.email, /Change your e-mail/)), settings);
  assert.deepEqual(await follow(await link(wish.newEmail, /Confirm your new/)), settings);
  assert.equal((await ada.ok('GET', '/session', { cookie })).json.user.email, wish.newEmail);
  await link(ada.email, /address was changed/);
});

test('of two hundred guesses at one account from one network five reach the hash', async () => {
  const ada = somebody();
  await ada.register();
  const guess = async (address) => {
    const body = { email: ada.email, password: 'not the password' };
    return (await ada.call('POST', '/email/login', { body, headers: { 'cf-connecting-ip': address } })).status;
  };
  const burst = async (address) => {
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, index) => guess(address(index))));
    return [401, 429].map((wanted) => statuses.filter((status) => status === wanted).length);
  };
  assert.deepEqual(await burst((index) => `2001:db8:aaaa:1:${index.toString(16)}::1`), [5, 195]);
  assert.deepEqual(await burst(() => '203.0.113.77'), [0, 200], 'the account has had its five');
});

test('what is tossed beside the cookie changes nothing', async () => {
  const ada = somebody();
  const cookie = await ada.register();
  for (const junk of ['codex-session=junk', 'codex-session=', 'name=caf\u00e9', 'codex-session=\u00ff.\u00fe', `codex-session=${'x'.repeat(6000)}`]) {
    assert.deepEqual(await ada.status(`${junk}; ${cookie}`), [200, 200], junk.slice(0, 40));
    assert.deepEqual(await ada.status(junk), [401, 401], junk.slice(0, 40));
    await ada.ok('POST', '/signout', { cookie: junk });
  }
  const foreign = { origin: 'https://evil.example' };
  assert.equal((await ada.call('POST', '/signout', { cookie, headers: foreign })).json.code, 'CSRF_REJECTED');
  const body = { email: ada.email, password: PASSWORD };
  assert.equal((await ada.call('POST', '/email/login', { body, headers: foreign })).json.code, 'CSRF_REJECTED');
  assert.deepEqual(await ada.status(cookie), [200, 200]);
});

test('the schedule sweeps what has expired', async () => {
  const ada = somebody();
  const cookie = await ada.register();
  const database = new pg.Client(stack.databaseUrl);
  await database.connect();
  try {
    await database.query(`INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at)
      SELECT gen_random_uuid(), 'expired-' || n, u.id, now(), now() - interval '1 second' FROM users u, generate_series(1, 50) n WHERE u.email = '${ada.email}'`);
    await stack.cron('auth');
    const { rows } = await database.query("SELECT count(*)::int AS left FROM sessions WHERE token_hash LIKE 'expired-%'");
    assert.equal(rows[0].left, 0);
  } finally {
    await database.end();
  }
  assert.deepEqual(await ada.status(cookie), [200, 200]);
});
