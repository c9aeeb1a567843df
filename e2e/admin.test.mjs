// The owner of an organization sees what was sold, to whom, and what happened; gives a content away and takes it back; hides what a
// creator published. The owner of another organization sees nothing of it. In real workerd.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const LANDING = 'http://yoga.localhost:3000/thanks?session_id={CHECKOUT_SESSION_ID}';

for (const [index, transport] of ['http', 'hyperdrive'].entries()) {
  describe(`administration, by ${transport}`, () => {
    let stack;
    let api;
    let [owner, rival, viewer, platformOwner] = [];
    let [organizationId, contentId, viewerId] = [];

    const ask = (status, cookie, path) => api.expect(status, 'admin-api', 'GET', `/api/admin/${path}`, { cookie });
    const act = (status, cookie, method, path, body) => api.expect(status, 'admin-api', method, `/api/admin/${path}`, { cookie, body });
    const session = async (cookie) => (await api.expect(200, 'auth', 'GET', '/api/auth/session', { cookie })).user;

    before(async () => {
      const state = resolve(`.local/test/e2e-admin-${transport}`);
      rmSync(state, { recursive: true, force: true });
      stack = await startStack({ offset: 2600 + 25 * index, state, transport, adjust: COARSE.local, vars: { LIMITS } });
      api = clientOf(stack);
      [owner, rival, viewer, platformOwner] = await Promise.all(['owner', 'rival', 'viewer', 'platform'].map((name) => api.person(`${name}@example.com`)));
      const database = new pg.Client({ connectionString: stack.databaseUrl });
      await database.connect();
      await database.query("UPDATE users SET role = 'platform_owner' WHERE email = 'platform@example.com'");
      await database.end();
      const open = (cookie, slug) => api.expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: slug, slug } });
      organizationId = (await open(owner, 'yoga')).data.id;
      await open(rival, 'rival');
      const body = { title: 'On breathing', contentType: 'written', contentBody: 'In, and out.', organizationId, visibility: 'purchased_only', priceCents: 2999 };
      contentId = (await api.expect(201, 'content-api', 'POST', '/api/content', { cookie: owner, body })).data.id;
      await api.expect(200, 'content-api', 'POST', `/api/content/${contentId}/publish`, { cookie: owner });
      viewerId = (await session(viewer)).id;
    });
    after(() => stack?.stop());

    test('a sale appears in figures, customers and activity', async () => {
      const nothing = await ask(200, owner, 'analytics/revenue?preset=today');
      assert.deepEqual(nothing.data.currencies, []);
      const { data } = await api.expect(200, 'ecom-api', 'POST', '/checkout/create', { cookie: viewer, body: { contentId, successUrl: LANDING, cancelUrl: LANDING } });
      await fetch(data.sessionUrl, { method: 'POST', body: new URLSearchParams({ action: 'pay' }), redirect: 'manual' });
      const report = await until('the sale', async () => {
        const { data } = await ask(200, owner, `analytics/revenue?preset=last7days&organizationId=${organizationId}`);
        return data.currencies.length > 0 && data;
      });
      const figures = { purchases: 1, subscriptionPayments: 0, subscriptionCents: 0, amountCents: 2999, refundedCents: 0, heldCents: 0, platformCents: 300, organizationCents: 270, creatorCents: 2429 };
      assert.deepEqual(report.currencies[0].total, figures);
      assert.equal(report.currencies[0].series.length, 7);
      const { data: all } = await ask(200, platformOwner, 'analytics/dashboard-stats?preset=last7days');
      assert.deepEqual([all.revenue[0].total, all.customers.new], [figures, 1]);
      const { items: customers } = await ask(200, owner, 'customers?search=viewer');
      assert.deepEqual(customers.map(({ id, spent }) => [id, spent[0].netCents]), [[viewerId, 2999]]);
      const { items: happened } = await ask(200, owner, 'activity');
      assert.deepEqual(happened.map(({ type }) => type), ['sale', 'content_published', 'member_joined']);
      const { items: top } = await ask(200, owner, 'analytics/top-content?preset=last7days');
      assert.deepEqual([top[0].id, top[0].sales.purchases], [contentId, 1]);
      assert.equal((await ask(200, owner, `customers/${viewerId}`)).data.bought.items[0].contentId, contentId);
      assert.equal((await ask(200, owner, 'analytics/content-performance?preset=last7days')).items[0].sales[0].amountCents, 2999);
      assert.equal((await ask(200, owner, 'analytics/customers?preset=last7days')).data.current.buyers, 1);
    });

    test('a gift opens the content, and taken back it closes', async () => {
      const guest = await api.person('guest@example.com');
      const gift = `customers/${(await session(guest)).id}/grant-access/${contentId}`;
      const reads = async () => (await api.expect(200, 'content-api', 'GET', `/api/content/${contentId}`, { cookie: guest })).data.contentBody !== null;
      assert.equal(await reads(), false);
      await act(404, rival, 'POST', gift, { reason: 'Mine' });
      await act(201, owner, 'POST', gift, { reason: 'A review copy' });
      assert.equal(await reads(), true);
      await act(204, owner, 'DELETE', gift);
      assert.equal(await reads(), false);
      const { items } = await ask(200, owner, 'activity?limit=2');
      assert.deepEqual(items.map(({ type, reason }) => [type, reason]), [['access_revoked', null], ['access_granted', 'A review copy']]);
    });

    test('what is hidden by oversight leaves the catalogue at once', async () => {
      const shown = async () => (await api.expect(200, 'content-api', 'GET', '/api/content/discover')).pagination.total;
      assert.equal(await shown(), 1);
      assert.equal((await act(200, platformOwner, 'POST', `content/${contentId}/unpublish`, { reason: 'A complaint' })).data.status, 'draft');
      await until('an empty catalogue', async () => (await shown()) === 0);
      assert.equal((await ask(200, owner, 'content?status=draft')).items[0].id, contentId);
      assert.equal((await act(422, owner, 'POST', `content/${contentId}/publish`)).error.code, 'CONTENT_WITHHELD');
      await act(200, platformOwner, 'POST', `content/${contentId}/publish`);
      await until('the content again', async () => (await shown()) === 1);
    });

    test('to the owner of another organization none of it exists', async () => {
      for (const path of ['analytics/revenue', 'analytics/customers', 'analytics/top-content', 'analytics/content-performance', 'analytics/dashboard-stats', 'activity', 'content', 'customers', `customers/${viewerId}`]) {
        assert.equal((await ask(404, rival, `${path}?organizationId=${organizationId}`)).error.code, 'NOT_FOUND');
      }
      await act(404, rival, 'POST', `content/${contentId}/unpublish`);
      assert.deepEqual((await ask(200, rival, 'customers')).items, []);
      assert.equal((await ask(403, owner, 'fees')).error.code, 'FORBIDDEN');
      assert.equal((await ask(403, viewer, 'activity')).error.code, 'FORBIDDEN');
      assert.equal((await ask(200, platformOwner, 'fees')).data.platformBp, 1000);
      assert.equal((await api.call('admin-api', 'GET', '/api/admin/activity')).status, 401);
    });
  });
}
