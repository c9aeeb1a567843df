// KV fails at every call: what only remembered is slower, and nothing else changes.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { withBindings } from '../scripts/lib/bindings.mjs';
import { PASSWORD, clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const brokenKv = (names) => {
  const fail = async () => {
    throw new Error('KV GET failed: 500 Internal Server Error');
  };
  const kv = { get: fail, getWithMetadata: fail, put: fail, delete: fail, list: fail };
  return Object.fromEntries(names.map((name) => [name, kv]));
};

let stack;
before(async () => {
  const state = resolve('.local/test/e2e-faults');
  rmSync(state, { recursive: true, force: true });
  const adjust = (options) => withBindings(options, brokenKv, Object.keys(options.kvNamespaces));
  stack = await startStack({ offset: 1400, state, adjust });
});
after(() => stack?.stop());

test('sign-in, sessions and content work while KV fails', async () => {
  const { call, expect, person } = clientOf(stack);
  const cookie = await person('ada@example.com');
  assert.equal((await expect(200, 'auth', 'GET', '/api/auth/session', { cookie })).user.email, 'ada@example.com');
  const body = { email: 'ada@example.com', password: PASSWORD };
  const again = await call('auth', 'POST', '/api/auth/email/login', { body });
  assert.equal(again.status, 200, again.text);

  await expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Yoga', slug: 'yoga' } });
  const article = { title: 'On breathing', contentType: 'written', contentBody: 'In, and out.', visibility: 'public' };
  const { data } = await expect(201, 'content-api', 'POST', '/api/content', { cookie, body: article });
  await expect(200, 'content-api', 'POST', `/api/content/${data.id}/publish`, { cookie });
  assert.equal((await expect(200, 'content-api', 'GET', `/api/content/${data.id}`, { cookie })).data.contentBody, 'In, and out.');
  assert.deepEqual((await expect(200, 'ecom-api', 'GET', '/purchases', { cookie })).items, []);

  await expect(200, 'auth', 'POST', '/api/auth/signout', { cookie });
  assert.equal((await call('auth', 'GET', '/api/auth/session', { cookie })).status, 401);
  const buy = { contentId: data.id, successUrl: 'http://localhost:3000/', cancelUrl: 'http://localhost:3000/' };
  assert.equal((await call('ecom-api', 'POST', '/checkout/create', { cookie, body: buy })).status, 401, 'at once where it matters');
  const library = () => call('content-api', 'GET', '/api/user/library', { cookie });
  await until('signing out everywhere', async () => (await library()).status === 401);
  const health = await call('auth', 'GET', '/health');
  assert.deepEqual([health.status, health.json.checks.kv_session, health.json.checks.database], [503, 'unhealthy', 'healthy']);
});

test('limits stay exact without the list of the blocked', async () => {
  const { call } = clientOf(stack);
  const body = { email: 'eve@example.com', password: 'not the password' };
  const guesses = await Promise.all(Array.from({ length: 40 }, () => call('auth', 'POST', '/api/auth/email/login', { body })));
  const count = (status) => guesses.filter((answer) => answer.status === status).length;
  // One of the address's five went to the sign-in above.
  assert.deepEqual([count(401), count(429)], [4, 36]);
});
