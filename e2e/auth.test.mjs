// The auth worker in real workerd, on real PostgreSQL, KV and Durable Objects, over each road to the database.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { rmSync } from 'node:fs';
import { until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const PASSWORD = 'correct horse battery';
let people = 0;

for (const [index, transport] of ['http', 'hyperdrive'].entries()) {
  describe(`auth over ${transport}`, () => {
    let stack;
    const send = (method, path, { body, headers } = {}) =>
      fetch(stack.urls.auth + path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: 'manual',
      });
    const person = () => ({ email: `person-${transport}-${++people}@example.com`, password: PASSWORD, name: 'A Person' });
    const cookieOf = (response) => response.headers.get('set-cookie').split(';')[0];

    before(async () => {
      const state = resolve(`.local/test/e2e-${transport}`);
      rmSync(state, { recursive: true, force: true });
      stack = await startStack({ offset: 1000 + 100 * index, state, transport });
    });
    after(() => stack?.stop());

    test('is healthy', async () => {
      const response = await send('GET', '/health');
      assert.equal(response.status, 200, await response.clone().text());
      assert.deepEqual((await response.json()).checks, { database: 'healthy', kv_rate_limit: 'healthy', kv_session: 'healthy' });
    });

    test('signs up, verifies by the mailed link, signs out', async () => {
      const who = person();
      const registered = await send('POST', '/api/auth/email/register', { body: who });
      assert.equal(registered.status, 200, await registered.clone().text());
      const headers = { cookie: cookieOf(registered) };
      assert.equal((await (await send('GET', '/api/auth/session', { headers })).json()).user.emailVerified, false);

      const mail = await mailTo(who.email);
      const link = new URL(mail.text.match(/http\S+/)[0]);
      const followed = await send('GET', link.pathname + link.search);
      assert.equal(followed.headers.get('location'), 'http://localhost:3000/login?verified=1');
      assert.equal((await send('GET', link.pathname + link.search)).status, 400);
      assert.equal((await (await send('GET', '/api/auth/session', { headers })).json()).user.emailVerified, true);

      assert.equal((await send('POST', '/api/auth/signout', { headers })).status, 200);
      assert.equal((await send('GET', '/api/auth/session', { headers })).status, 401);
    });

    test('lets exactly five of a hundred concurrent guesses reach the password hash', async () => {
      const body = { email: person().email, password: 'not the password' };
      const answers = await Promise.all(Array.from({ length: 100 }, () => send('POST', '/api/auth/email/login', { body })));
      const count = (status) => answers.filter((answer) => answer.status === status).length;
      assert.deepEqual([count(401), count(429)], [5, 95]);
    });

    test('answers bad input with the documented error', async () => {
      const code = async (response) => [response.status, (await response.json()).error.code];
      assert.deepEqual(await code(await send('POST', '/api/auth/verify-email', { body: {} })), [400, 'VALIDATION_ERROR']);
      assert.deepEqual(await code(await send('GET', '/api/auth/nothing')), [404, 'NOT_FOUND']);
      assert.deepEqual(await code(await send('DELETE', '/api/auth/session')), [405, 'METHOD_NOT_ALLOWED']);
      const text = { headers: { 'content-type': 'text/plain' }, body: 'x' };
      assert.deepEqual(await code(await send('POST', '/api/auth/verify-email', text)), [415, 'UNSUPPORTED_MEDIA_TYPE']);
      const huge = { body: { token: 'x'.repeat(3_000_000) } };
      assert.deepEqual(await code(await send('POST', '/api/auth/verify-email', huge)), [413, 'PAYLOAD_TOO_LARGE']);
    });

    test('says so while the database refuses, and works again after', async () => {
      await stack.postgres.stop();
      const refused = await send('POST', '/api/auth/email/register', { body: person() });
      assert.equal(refused.status, 503, await refused.clone().text());
      assert.ok((await refused.json()).requestId);
      await stack.postgres.start();
      const registered = await send('POST', '/api/auth/email/register', { body: person() });
      assert.equal(registered.status, 200, await registered.text());
    });

    /** Waits for the mail: it is sent after the answer, or by the schedule. */
    async function mailTo(address) {
      return until(`a mail to ${address}`, async () => {
        await stack.cron('notifications-api');
        const { items } = await (await fetch(`${stack.local}/api/messages?to=${encodeURIComponent(address)}`)).json();
        return items[0];
      });
    }
  });
}
