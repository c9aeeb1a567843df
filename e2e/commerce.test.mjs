// From a refusal to the library: checkout, Stripe's webhook many times at once, and a database that is away while money comes in.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const LANDING = 'http://yoga.localhost:3000/thanks?session_id={CHECKOUT_SESSION_ID}';

for (const [index, transport] of ['http', 'hyperdrive'].entries()) {
  describe(`commerce over ${transport}`, () => {
    let stack;
    let api;
    let creator;
    let organizationId;
    let made = 0;

    const person = () => api.person(`person-${++made}@example.com`);

    /** Something new for sale. */
    async function sell() {
      const body = {
        title: `On breathing, part ${++made}`,
        contentType: 'written',
        contentBody: 'In, and out.',
        organizationId,
        visibility: 'purchased_only',
        priceCents: 2999,
      };
      const { data } = await api.expect(201, 'content-api', 'POST', '/api/content', { cookie: creator, body });
      await api.expect(200, 'content-api', 'POST', `/api/content/${data.id}/publish`, { cookie: creator });
      return data.id;
    }

    async function checkout(cookie, contentId) {
      const body = { contentId, successUrl: LANDING, cancelUrl: 'http://yoga.localhost:3000/' };
      return (await api.expect(200, 'ecom-api', 'POST', '/checkout/create', { cookie, body })).data;
    }

    async function press(button, { sessionUrl }) {
      return fetch(sessionUrl, { method: 'POST', body: new URLSearchParams({ action: button }), redirect: 'manual' });
    }

    const purchases = async (cookie) => (await api.expect(200, 'ecom-api', 'GET', '/purchases', { cookie })).items;
    const library = async (cookie) => (await api.expect(200, 'content-api', 'GET', '/api/user/library', { cookie })).items;

    async function query(sql, ...values) {
      const client = new pg.Client({ connectionString: stack.databaseUrl });
      await client.connect();
      try {
        return (await client.query(sql, values)).rows;
      } finally {
        await client.end();
      }
    }

    /** Waits where no limit counts the attempts. */
    const purchaseOf = (contentId) =>
      until('the purchase', async () => (await query('SELECT FROM purchases WHERE content_id = $1', contentId)).length > 0);

    before(async () => {
      const state = resolve(`.local/test/e2e-commerce-${transport}`);
      rmSync(state, { recursive: true, force: true });
      const vars = { LIMITS: JSON.stringify({ register: [1000, 900] }) };
      stack = await startStack({ offset: 1500 + 100 * index, state, transport, vars });
      api = clientOf(stack);
      creator = await person();
      const body = { name: 'Yoga', slug: 'yoga' };
      organizationId = (await api.expect(201, 'organization-api', 'POST', '/api/organizations', { cookie: creator, body })).data.id;
    });
    after(() => stack?.stop());

    test('a viewer is refused, pays, and finds it in the library with a receipt', async () => {
      const contentId = await sell();
      const address = `viewer-${transport}@example.com`;
      const viewer = await api.person(address);
      const stream = () => api.call('content-api', 'GET', `/api/access/content/${contentId}/stream`, { cookie: viewer });
      assert.equal((await stream()).json.error.code, 'ACCESS_DENIED');
      const preview = await api.expect(200, 'content-api', 'GET', `/api/content/${contentId}`, { cookie: viewer });
      assert.equal(preview.data.contentBody, null, 'the writing is not shown before it is paid');

      const session = await checkout(viewer, contentId);
      assert.deepEqual(await checkout(viewer, contentId), session, 'the open session is reused');
      assert.equal((await press('decline', session)).status, 303);
      assert.deepEqual(await purchases(viewer), []);
      const paid = await press('pay', session);
      assert.equal(paid.headers.get('location'), LANDING.replace('{CHECKOUT_SESSION_ID}', session.sessionId));
      await purchaseOf(contentId);
      const [purchase] = await purchases(viewer);
      assert.deepEqual([purchase.status, purchase.amountCents, purchase.currency], ['paid', 2999, 'usd']);
      assert.equal((await library(viewer))[0].content.id, contentId);
      const bought = await api.expect(200, 'content-api', 'GET', `/api/content/${contentId}`, { cookie: viewer });
      assert.equal(bought.data.contentBody, 'In, and out.');
      const again = await api.call('ecom-api', 'POST', '/checkout/create', {
        cookie: viewer,
        body: { contentId, successUrl: LANDING, cancelUrl: LANDING },
      });
      assert.deepEqual([again.status, again.json.error.code], [409, 'ALREADY_PURCHASED']);
      await until('the receipt', async () => {
        await stack.cron('notifications-api');
        const { items } = await (await fetch(`${stack.local}/api/messages?to=${address}`)).json();
        return items.some(({ subject }) => subject.startsWith('Your receipt for On breathing'));
      });
    });

    test('fifty deliveries mixed with the landing page make one purchase', async () => {
      const [viewer, contentId] = [await person(), await sell()];
      const session = await checkout(viewer, contentId);
      const deliver = (how) => fetch(`${stack.local}/delivery`, { method: 'POST', body: how });
      await deliver('held');
      await press('pay', session);
      const { items } = await (await fetch(`${stack.local}/events?object=${session.sessionId}`)).json();
      const event = items[0].id;
      const landing = () => api.expect(200, 'ecom-api', 'GET', `/checkout/verify?session_id=${session.sessionId}`, { cookie: viewer });
      const delivery = async () => assert.equal((await fetch(`${stack.local}/events/${event}/resend`, { method: 'POST' })).status, 200);
      const outcomes = await Promise.all(Array.from({ length: 60 }, (_, turn) => (turn % 6 === 0 ? landing() : delivery())));
      await deliver('flowing');
      for (const outcome of outcomes.filter(Boolean)) assert.equal(outcome.data.purchase.contentId, contentId);
      const [{ bought, granted, receipts }] = await query(
        `SELECT (SELECT count(*)::int FROM purchases WHERE content_id = $1) AS bought,
                (SELECT count(*)::int FROM content_access WHERE content_id = $1) AS granted,
                (SELECT count(*)::int FROM outbox o JOIN purchases p ON p.user_id = o.user_id WHERE p.content_id = $1 AND o.template = 'receipt') AS receipts`,
        contentId,
      );
      assert.deepEqual({ bought, granted, receipts }, { bought: 1, granted: 1, receipts: 1 });
    });

    test('a payment that comes while the database is away is not lost', async () => {
      const [viewer, contentId] = [await person(), await sell()];
      const session = await checkout(viewer, contentId);
      await stack.postgres.stop();
      const refused = await api.call('ecom-api', 'GET', '/purchases', { cookie: viewer });
      assert.equal(refused.status, 503, refused.text);
      await press('pay', session);
      await stack.postgres.start();
      await purchaseOf(contentId);
      const [purchase] = await purchases(viewer);
      assert.equal(purchase.contentId, contentId);
    });
  });
}
