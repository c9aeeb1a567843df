// A session made by one worker opens a tenant at another.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

let stack;
before(async () => {
  const state = resolve('.local/test/e2e-organizations');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 1200, state });
});
after(() => stack?.stop());

test('a person signs up and opens an organization that anyone can find', async () => {
  const { call, expect, person } = clientOf(stack);
  const cookie = await person('ada@example.com');
  const open = (slug, as) => call('organization-api', 'POST', '/api/organizations', { cookie: as, body: { name: 'Yoga', slug } });

  assert.equal((await open('yoga')).status, 401);
  const opened = await open('yoga', cookie);
  assert.equal(opened.status, 201, opened.text);
  assert.deepEqual(await expect(200, 'organization-api', 'GET', '/api/organizations/slug/yoga'), opened.json);

  const session = await expect(200, 'auth', 'GET', '/api/auth/session', { cookie });
  assert.equal(session.user.role, 'creator', 'the cached session was forgotten');
  const attempts = await Promise.all(Array.from({ length: 19 }, () => open('ayurveda', cookie)));
  assert.deepEqual([201, 409].map((status) => attempts.filter((answer) => answer.status === status).length), [1, 18]);
});
