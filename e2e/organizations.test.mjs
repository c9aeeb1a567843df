// A session made by one worker opens a tenant at another.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { startStack } from '../scripts/lib/stack.mjs';

let stack;
before(async () => {
  const state = resolve('.local/test/e2e-organizations');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 1200, state });
});
after(() => stack?.stop());

test('a person signs up and opens an organization that anyone can find', async () => {
  const post = (url, body, cookie) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...(cookie && { cookie }) }, body: JSON.stringify(body) });
  const organizations = `${stack.urls['organization-api']}/api/organizations`;
  const person = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };
  const registered = await post(`${stack.urls.auth}/api/auth/email/register`, person);
  const cookie = registered.headers.get('set-cookie').split(';')[0];

  assert.equal((await post(organizations, { name: 'Yoga', slug: 'yoga' })).status, 401);
  const opened = await post(organizations, { name: 'Yoga', slug: 'yoga' }, cookie);
  assert.equal(opened.status, 201, await opened.clone().text());
  const { data } = await opened.json();
  assert.deepEqual((await (await fetch(`${organizations}/slug/yoga`)).json()).data, data);

  const session = await (await fetch(`${stack.urls.auth}/api/auth/session`, { headers: { cookie } })).json();
  assert.equal(session.user.role, 'creator', 'the cached session was forgotten');
  const attempts = await Promise.all(Array.from({ length: 19 }, () => post(organizations, { name: 'Ayurveda', slug: 'ayurveda' }, cookie)));
  assert.deepEqual([201, 409].map((status) => attempts.filter((answer) => answer.status === status).length), [1, 18]);
});
