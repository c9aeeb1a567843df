// The flows that are measured, what each must answer, and what it is measured against.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as open } from 'node:http';
import { PAGE_FLOWS } from './pages.mjs';
import { PASSWORD } from './seed.mjs';
import { webhookFlow } from './webhook.mjs';

const JSON_TYPE = { 'content-type': 'application/json' };
/** Where a list ends. */
const LAST = 1000;

/**
 * name, worker; `expect`: the status of every answer; `requests(world)`: what is sent, in turns; `check(answer, world)`:
 * whether one answer is right; `uses`: the floors that it stands on; `aim`: CPU seconds of workerd per 1,000 requests;
 * `like`: the one floor that it is compared with by itself.
 * `reference`: the strongest system doing this job (TypeScript, on the same workerd and PostgreSQL, a machine of this
 * kind): requests a second at 1, 10 and 50 connections, and its CPU seconds.
 */
export const FLOWS = [
  {
    name: 'unknown-path',
    worker: 'content-api',
    expect: 404,
    aim: 0.15,
    reference: { rate: { 1: 3415, 10: 5647, 50: 5492 }, cpu: 0.17 },
    uses: ['answer'],
    requests: () => [{ path: '/nothing/here' }],
    check: ({ json }) => assert.equal(json.error.code, 'NOT_FOUND'),
  },
  {
    name: 'session',
    worker: 'auth',
    expect: 200,
    aim: 0.7,
    reference: { rate: { 1: 322, 10: 441, 50: 431 }, cpu: 2.6 },
    uses: ['answer', 'kv'],
    like: 'kv',
    requests: ({ viewer }) => [{ path: '/api/auth/session', headers: { cookie: viewer.cookie } }],
    check: ({ json }, { viewer }) => assert.equal(json.user.email, viewer.email),
  },
  {
    name: 'content',
    worker: 'content-api',
    expect: 200,
    aim: 1.0,
    reference: { rate: { 1: 258, 10: 366, 50: 354 }, cpu: 2.6 },
    uses: ['answer', 'kv', 'limit', 'sql'],
    requests: ({ bought, viewer }) => bought.map((id) => ({ path: `/api/content/${id}`, headers: { cookie: viewer.cookie } })),
    check: ({ json }, { bought }) => assert.equal(json.data.id, bought[0]),
  },
  {
    name: 'list',
    worker: 'content-api',
    expect: 200,
    aim: 0.7,
    reference: { rate: { 1: 139, 10: 211, 50: 269 }, cpu: 4.5 },
    uses: ['answer', 'limit', 'sql'],
    requests: () => [{ path: '/api/content/public' }],
    check({ json }, { published }) {
      assert.equal(json.items.length, 20);
      assert.equal(json.pagination.total, Math.min(published * 0.6, LAST));
    },
  },
  {
    name: 'progress',
    worker: 'content-api',
    expect: 204,
    aim: 1.0,
    reference: { rate: { 1: 228, 10: 311, 50: 419 }, cpu: 3.2 },
    uses: ['answer', 'kv', 'limit', 'sql'],
    requests: ({ bought, viewer }) =>
      bought.map((id, index) => ({
        method: 'POST',
        path: `/api/access/content/${id}/progress`,
        headers: { ...JSON_TYPE, cookie: viewer.cookie },
        body: JSON.stringify({ positionSeconds: index + 1, durationSeconds: 600, completed: false }),
      })),
    async check(_answer, { query, viewer, bought }) {
      const rows = await query('SELECT position_seconds FROM playback_progress WHERE user_id = $1 AND content_id = $2', [viewer.id, bought[0]]);
      assert.deepEqual(rows, [{ position_seconds: 1 }]);
    },
  },
  {
    name: 'stream',
    worker: 'content-api',
    expect: 200,
    aim: 1.1,
    reference: { rate: { 1: 44, 10: 84, 50: 125 }, cpu: 6.0 },
    uses: ['answer', 'kv', 'limit', 'sql'],
    requests: ({ bought, viewer }) => bought.map((id) => ({ path: `/api/access/content/${id}/stream`, headers: { cookie: viewer.cookie } })),
    check: ({ json }) => assert.match(json.data.streamingUrl, /^http.*\.m3u8$/),
  },
  {
    name: 'organization',
    worker: 'organization-api',
    expect: 200,
    aim: 0.7,
    reference: { rate: { 1: 387, 10: 759, 50: 691 }, cpu: 1.4 },
    uses: ['answer', 'limit', 'kv'],
    like: 'kv',
    requests: ({ organization }) => [{ path: `/api/organizations/slug/${organization.slug}` }],
    check: ({ json }, { organization }) => assert.equal(json.data.id, organization.id),
  },
  webhookFlow,
  {
    name: 'register',
    worker: 'auth',
    expect: 200,
    aim: 40,
    reference: { rate: { 1: 9.5, 10: 9.5, 50: 9.5 }, cpu: 112 },
    uses: ['answer', 'hash', 'sql'],
    requests() {
      const person = () => JSON.stringify({ email: `new-${crypto.randomUUID()}@example.com`, password: PASSWORD, name: 'A Person' });
      const setupRequest = (request) => ({ ...request, body: person() });
      return [{ method: 'POST', path: '/api/auth/email/register', headers: JSON_TYPE, setupRequest }];
    },
    check: ({ json, headers }) => assert.ok(json.user.id && headers.get('set-cookie')),
  },
  {
    name: 'login',
    worker: 'auth',
    expect: 200,
    aim: 40,
    reference: { rate: { 1: 9.5, 10: 9.5, 50: 9.5 }, cpu: 112 },
    uses: ['answer', 'hash', 'sql'],
    requests: ({ viewer }) => [
      { method: 'POST', path: '/api/auth/email/login', headers: JSON_TYPE, body: JSON.stringify({ email: viewer.email, password: PASSWORD }) },
    ],
    check: ({ json, headers }, { viewer }) => assert.ok(json.user.id === viewer.id && headers.get('set-cookie')),
  },
  ...PAGE_FLOWS,
];

/** One answer. `fetch` would not do: it sends no Host but the address's own, and pages are asked for by theirs. */
async function ask(url, { method, path, headers, body }) {
  const asking = open(url + path, { method, headers }).end(body);
  const [response] = await once(asking, 'response');
  const text = Buffer.concat(await response.toArray()).toString();
  const lines = Object.entries(response.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
  return { status: response.statusCode, headers: new Headers(lines), text };
}

/** Sends the first request of `flow` once. What is wrong with the answer, in one sentence; undefined when it is right. */
export async function fault(flow, target, world) {
  const [first] = target.requests;
  const request = first.setupRequest ? first.setupRequest(first) : first;
  const { status, headers, text } = await ask(target.url, request);
  try {
    assert.equal(status, flow.expect, `status ${status}, not ${flow.expect}: ${text.slice(0, 300)}`);
    const json = headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : undefined;
    await flow.check({ headers, text, json }, world);
  } catch (error) {
    return error.message;
  }
}
