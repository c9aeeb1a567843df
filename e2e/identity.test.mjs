// One worker speaks for a person at another: the identity worker serves the organizations of the organization worker.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

let stack;
before(async () => {
  const state = resolve('.local/test/e2e-identity');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 1200, state });
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
    assert.deepEqual(await expect(200, worker, 'GET', '/api/organizations/slug/yoga'), opened.json);
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
