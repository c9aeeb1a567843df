// KV fails at every call, or never answers: what only remembered is slower, and nothing else changes. R2 likewise: 503, and nothing half done.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { withBindings } from '../scripts/lib/bindings.mjs';
import { PASSWORD, clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

/** KV and R2 that fail at every call, or, where they are to hang, never answer. */
const broken = ({ namespaces, buckets, hang }) => {
  const fail = () => (hang ? new Promise(() => {}) : Promise.reject(new Error('500 Internal Server Error')));
  const kv = { get: fail, getWithMetadata: fail, put: fail, delete: fail, list: fail };
  // workers-rs takes a binding for what its class is called.
  class R2Bucket {
    head = fail;
    get = fail;
    put = fail;
    delete = fail;
    list = fail;
    createMultipartUpload = fail;
  }
  const all = (names, binding) => names.map((name) => [name, binding]);
  return Object.fromEntries([...all(namespaces, kv), ...all(buckets, new R2Bucket())]);
};

/** A stack on which they are broken. */
function brokenStack(name, offset, hang) {
  const state = resolve(`.local/test/${name}`);
  rmSync(state, { recursive: true, force: true });
  const adjust = (options) => {
    const [namespaces, buckets] = [options.kvNamespaces, options.r2Buckets].map((bindings) => Object.keys(bindings ?? {}));
    return withBindings(options, broken, { namespaces, buckets, hang });
  };
  return startStack({ offset, state, adjust });
}

const LONG = { title: 'Long', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: 200_000_000 };

let stack;
before(async () => {
  stack = await brokenStack('e2e-faults', 1400, false);
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
  const media = await expect(503, 'content-api', 'POST', '/api/media', { cookie, body: LONG });
  assert.equal(media.error.code, 'SERVICE_UNAVAILABLE');
  assert.equal((await expect(200, 'content-api', 'GET', '/api/media', { cookie })).pagination.total, 0, 'nothing half begun');

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

test('whoever waits for KV or R2 waits no longer than is said', async () => {
  await stack.stop();
  stack = await brokenStack('e2e-faults-slow', 1400, true);
  const { expect, person } = clientOf(stack);
  const cookie = await person('ada@example.com');
  const timed = async (most, work) => {
    const from = performance.now();
    await work();
    assert.ok(performance.now() - from < most, `${performance.now() - from} ms, not ${most}`);
  };
  // A second for each look into KV: whether the address is blocked, and the session. The rest of these times is a loaded machine's.
  await timed(12_000, () => expect(200, 'auth', 'GET', '/api/auth/session', { cookie }));
  await expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Yoga', slug: 'yoga' } });
  await timed(12_000, async () => assert.deepEqual((await expect(200, 'content-api', 'GET', '/api/content/discover')).items, []));
  // Ten seconds for R2.
  await timed(22_000, () => expect(503, 'content-api', 'POST', '/api/media', { cookie, body: LONG }));
  assert.equal((await expect(200, 'content-api', 'GET', '/api/media', { cookie })).pagination.total, 0, 'nothing half begun');
});
