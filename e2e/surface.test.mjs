// Everything that every worker's OpenAPI document promises to take, given what it does not: the documented error, never a 5xx.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { clientOf } from '../scripts/lib/client.mjs';
import { WORKER_NAMES } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const JSON_TYPE = 'application/json';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

let stack;
let cookie;
let organization;
before(async () => {
  const state = resolve('.local/test/e2e-surface');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 1700, state, adjust: COARSE.local, vars: { LIMITS } });
  const { expect, person } = clientOf(stack);
  cookie = await person('ada@example.com');
  const database = new pg.Client({ connectionString: stack.databaseUrl });
  await database.connect();
  // Whom every route but those between workers lets in.
  await database.query("UPDATE users SET role = 'platform_owner', email_verified_at = now()");
  await database.end();
  const opened = await expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Yoga', slug: 'yoga' } });
  organization = opened.data.id;
});
after(() => stack?.stop());

/** The address with one of each: the person's own organization, and things that do not exist. */
const fill = (template) => template.replace('{organizationId}', organization).replace(/\{[^}]+\}/g, '019aa000-0000-7000-8000-000000000001');

/** Sends it as somebody who may, and checks that an error is one of ours. */
async function send(worker, method, path, type, body) {
  const headers = { cookie, ...(type && { 'content-type': type }) };
  const response = await fetch(stack.urls[worker] + path, { method, headers, body, redirect: 'manual' });
  const text = await response.text();
  const what = `${method} ${path} with ${type} ${String(body).slice(0, 40)}: ${response.status} ${text.slice(0, 300)}`;
  assert.ok(response.status < 500, what);
  const json = response.status >= 400 ? JSON.parse(text) : undefined;
  if (json) assert.ok(json.error.code && json.error.message && json.requestId && json.timestamp, what);
  return { status: response.status, code: json?.error.code, issues: json?.error.details?.issues ?? [], headers: response.headers, what };
}

for (const worker of WORKER_NAMES) {
  test(`${worker} answers bad input with the documented error`, async () => {
    const { paths } = JSON.parse(readFileSync(`workers/${worker}/openapi.json`, 'utf8'));
    const is = ({ status, code, what }, ...expected) => assert.deepEqual([status, code], expected, what);
    is(await send(worker, 'GET', '/no/such/path'), 404, 'NOT_FOUND');
    for (const [template, item] of Object.entries(paths)) {
      const path = fill(template);
      const absent = METHODS.find((method) => !(method.toLowerCase() in item));
      if (absent) {
        const refused = await send(worker, absent, path);
        is(refused, 405, 'METHOD_NOT_ALLOWED');
        assert.ok(refused.headers.get('allow'), refused.what);
      }
      for (const [method, { requestBody, parameters = [], 'x-policy': policy }] of Object.entries(item)) {
        if (policy === 'worker') {
          is(await send(worker, method.toUpperCase(), path, JSON_TYPE, '{}'), 401, 'UNAUTHORIZED');
          continue;
        }
        const types = Object.keys(requestBody?.content ?? {});
        const say = (type, body) => send(worker, method.toUpperCase(), path, type, body);
        // What is signed is refused for its signature, before anybody looks at what it is.
        if (policy === 'signature') {
          is(await say(JSON_TYPE, '{'), 400, 'SIGNATURE_MISSING');
          continue;
        }
        if (types.includes(JSON_TYPE)) {
          is(await say('text/css', 'x'), 415, 'UNSUPPORTED_MEDIA_TYPE');
          is(await say(JSON_TYPE, `"${'x'.repeat(3_000_000)}"`), 413, 'PAYLOAD_TOO_LARGE');
          for (const body of ['', '{', 'null', '[]', '"text"', '{"a":1}x', '\u0000']) is(await say(JSON_TYPE, body), 400, 'VALIDATION_ERROR');
          const unknown = await say(JSON_TYPE, '{"nonsense":1}');
          is(unknown, 400, 'VALIDATION_ERROR');
          assert.ok(unknown.issues.some(({ path }) => path === 'nonsense'), unknown.what);
        }
        for (const { name, in: place, schema } of parameters) {
          if (place === 'path' && schema.format === 'uuid') {
            is(await send(worker, method.toUpperCase(), fill(template.replace(`{${name}}`, 'nonsense')), JSON_TYPE, types.length ? '{}' : undefined), 400, 'VALIDATION_ERROR');
          }
          if (place === 'query' && schema.type === 'integer') {
            const least = schema.minimum > 0 ? ['0'] : [];
            for (const value of [...least, '-1', '101000', 'x', '']) is(await send(worker, method.toUpperCase(), `${path}?${name}=${value}`), 400, 'VALIDATION_ERROR');
          }
        }
      }
    }
  });
}
