// People look after their profile and leave; and one worker speaks for a person at another: the identity worker serves the
// organizations of the organization worker.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

let stack;
before(async () => {
  const state = resolve('.local/test/e2e-identity');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 2300, state });
});
after(() => stack?.stop());

test('organizations are opened and found through the identity worker', async () => {
  const { call, expect, person } = clientOf(stack);
  const cookie = await person('ada@example.com');
  const open = (slug, as) => call('identity-api', 'POST', '/api/organizations', { cookie: as, body: { name: 'Yoga', slug } });

  const stranger = await open('yoga');
  assert.deepEqual([stranger.status, stranger.json.error.code], [401, 'UNAUTHORIZED']);
  const opened = await open('yoga', cookie);
  assert.equal(opened.status, 201, opened.text);
  assert.deepEqual((await open('yoga', cookie)).status, 409);
  assert.equal((await open('Not A Slug', cookie)).json.error.details.issues[0].path, 'slug');
  for (const worker of ['identity-api', 'organization-api']) {
    assert.deepEqual((await expect(200, worker, 'GET', '/api/organizations/slug/yoga')).data, { ...opened.json.data, logoSizes: [] });
    const mine = await expect(200, worker, 'GET', '/api/organizations/my-organizations?limit=1', { cookie });
    assert.equal(mine.pagination.total, 1);
  }
  // One request, one id, whichever workers it passes; and one set of headers.
  const requestId = '019aa000-0000-7000-8000-000000000001';
  const found = await call('identity-api', 'GET', '/api/organizations/slug/nobody', { headers: { 'x-request-id': requestId } });
  assert.deepEqual([found.status, found.json.requestId, found.headers.get('x-request-id')], [404, requestId, requestId]);
  assert.equal(found.headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");

  // Who signed out is nobody at the other worker too, whatever a cache still says.
  await expect(200, 'auth', 'POST', '/api/auth/signout', { cookie });
  assert.equal((await open('yoga-2', cookie)).status, 401);
});

test('nobody else can speak for a person', async () => {
  const { call } = clientOf(stack);
  const identity = Buffer.from(JSON.stringify({ caller: { user: { id: '019aa000-0000-7000-8000-000000000001' } }, fresh: true, client: 'x' }));
  const headers = {
    'x-codex-signature': 'AAAA',
    'x-codex-timestamp': String(Math.floor(Date.now() / 1000)),
    'x-codex-nonce': 'once',
    'x-codex-identity': identity.toString('base64url'),
  };
  const forged = await call('organization-api', 'GET', '/api/organizations/my-organizations', { headers });
  assert.deepEqual([forged.status, forged.json.error.code], [401, 'INVALID_SIGNATURE']);
});

test('what one worker signed for another passes once, however many bring it at the same time', async () => {
  const { call } = clientOf(stack);
  const path = '/api/organizations/slug/nobody';
  const identity = Buffer.from(JSON.stringify({ caller: null, fresh: false, client: 'test' })).toString('base64url');
  const signed = (nonce, timestamp = String(Math.floor(Date.now() / 1000))) => {
    const mac = createHmac('sha256', stack.secrets.WORKER_SHARED_SECRET).update(`GET\n${path}\n${timestamp}\n${nonce}\n${identity}\n`);
    const signature = mac.update(createHash('sha256').digest()).digest('base64url');
    return { 'x-codex-signature': signature, 'x-codex-timestamp': timestamp, 'x-codex-nonce': nonce, 'x-codex-identity': identity };
  };
  const send = async (headers) => (await call('organization-api', 'GET', path, { headers })).status;
  const headers = signed('first');
  const statuses = await Promise.all(Array.from({ length: 20 }, () => send(headers)));
  assert.deepEqual(statuses.sort(), [404, ...Array(19).fill(401)]);
  assert.deepEqual([await send(signed('fresh')), await send(signed('fresh-too')), await send(headers)], [404, 404, 401]);
});

test('a person has a profile, takes their data along, and leaves', async () => {
  const { call, expect, person } = clientOf(stack);
  const cookie = await person('leaver@example.com');
  const profile = await expect(200, 'identity-api', 'PATCH', '/api/user/profile', { cookie, body: { username: 'leaver', bio: 'Off.' } });
  assert.equal(profile.data.role, 'creator');
  assert.equal((await expect(200, 'auth', 'GET', '/api/auth/session', { cookie })).user.role, 'creator', 'the cached session was forgotten');
  const jpeg = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(10_000, 9)]);
  const posted = await fetch(`${stack.urls['identity-api']}/api/user/avatar`, { method: 'POST', headers: { cookie }, body: jpeg });
  const { avatarUrl } = (await posted.json()).data;
  assert.deepEqual(Buffer.from(await (await fetch(avatarUrl)).arrayBuffer()), jpeg);

  const exported = await expect(200, 'identity-api', 'GET', '/api/user/export', { cookie });
  // Choosing a username lets the session go on as another; the first lives for minutes more.
  assert.deepEqual([exported.account.email, exported.sessions.length], ['leaver@example.com', 2]);

  const { data } = await expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Held', slug: 'held' } });
  const leave = () => call('identity-api', 'DELETE', '/api/user/account', { cookie, body: { confirmation: 'DELETE' } });
  const blocked = await leave();
  assert.deepEqual([blocked.status, blocked.json.error.details.issues.map(({ path }) => path)], [409, ['organizations']]);
  await expect(204, 'organization-api', 'DELETE', `/api/organizations/${data.id}`, { cookie });
  await expect(404, 'organization-api', 'GET', '/api/organizations/slug/held');
  const left = await leave();
  assert.equal(left.status, 204, left.text);
  assert.match(left.headers.get('set-cookie'), /Max-Age=0/);
  await expect(401, 'identity-api', 'PATCH', '/api/user/profile', { cookie, body: { displayName: 'Ghost' } });
  // Reads may trust what their isolate remembers for five seconds.
  for (const [worker, path] of [['auth', '/api/auth/session'], ['identity-api', '/api/user/profile'], ['content-api', '/api/user/library']]) {
    await until(`${path} refuses who left`, async () => (await call(worker, 'GET', path, { cookie })).status === 401);
  }
  assert.equal((await fetch(avatarUrl)).status, 404);
  await person('leaver@example.com');
});
