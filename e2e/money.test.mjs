// The life of a purchase after it was made: refunds, disputes, bank debits, payments made twice; in real workerd, with signed events.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import Stripe from 'stripe';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { addresses } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 2400;
/** The database's endpoint, which loses as many answers to the statement `lost.of` as it is told to, once they have been carried out. */
async function startLossyDatabase(lost) {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name === 'content-type' || name.startsWith('neon-')));
    const answer = await fetch(`${addresses(OFFSET).local}/sql`, { method: 'POST', headers, body });
    const text = await answer.text();
    if (lost.times > 0 && body.includes(lost.of)) {
      lost.times--;
      return request.socket.destroy();
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const LANDING = 'http://yoga.localhost:3000/thanks?session_id={CHECKOUT_SESSION_ID}';

describe('money', () => {
  const state = resolve('.local/test/e2e-money');
  let stack;
  let api;
  let creator;
  let stripe;
  let secrets;
  let made = 0;
  let database;
  const lost = { of: '', times: 0 };

  const person = () => api.person(`person-${++made}@example.com`);

  async function sell() {
    const body = { title: `On money, part ${++made}`, contentType: 'written', contentBody: 'Spend it.', visibility: 'purchased_only', priceCents: 2999 };
    const { data } = await api.expect(201, 'content-api', 'POST', '/api/content', { cookie: creator, body });
    await api.expect(200, 'content-api', 'POST', `/api/content/${data.id}/publish`, { cookie: creator });
    return data.id;
  }

  const checkout = (cookie, contentId) =>
    api.call('ecom-api', 'POST', '/checkout/create', { cookie, body: { contentId, successUrl: LANDING, cancelUrl: LANDING } });
  const press = (action, { sessionUrl }) => fetch(sessionUrl, { method: 'POST', body: new URLSearchParams({ action }), redirect: 'manual' });
  const outside = (path, body) => fetch(stack.local + path, { method: 'POST', body });
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

  /** A paid purchase: who, what, and Stripe's payment. */
  async function bought() {
    const [viewer, contentId] = [await person(), await sell()];
    const { data: session } = (await checkout(viewer, contentId)).json;
    await press('pay', session);
    const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.sessionId);
    await stands(contentId, 'paid');
    return { viewer, contentId, intent };
  }

  /** Waits where no limit counts the attempts. */
  const stands = (contentId, status) =>
    until(`a purchase that is ${status}`, async () => (await query('SELECT FROM purchases WHERE content_id = $1 AND status = $2', contentId, status)).length > 0);

  before(async () => {
    rmSync(state, { recursive: true, force: true });
    database = await startLossyDatabase(lost);
    const vars = { LIMITS: JSON.stringify({ register: [1000, 900] }), DATABASE_HTTP_URL: `http://127.0.0.1:${database.address().port}/sql` };
    stack = await startStack({ offset: OFFSET, state, vars });
    api = clientOf(stack);
    creator = await person();
    await api.expect(201, 'organization-api', 'POST', '/api/organizations', { cookie: creator, body: { name: 'Yoga', slug: 'yoga' } });
    secrets = JSON.parse(readFileSync(join(state, 'secrets.json'), 'utf8'));
    const { hostname: host, port } = new URL(stack.local);
    stripe = new Stripe(secrets.STRIPE_SECRET_KEY, { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
  });
  after(async () => {
    await stack?.stop();
    database?.close();
  });

  test('a payment whose statement ran and whose answer was lost is brought again, and changes nothing more', async () => {
    Object.assign(lost, { of: 'commerce.fulfil', times: 2 });
    const { viewer, contentId } = await bought();
    await until('the answers that were lost', async () => lost.times === 0);
    const events = () => query("SELECT FROM webhook_events WHERE applied AND payload::text LIKE '%' || $1 || '%' AND type = 'checkout.session.completed'", contentId);
    await until('the event', async () => (await events()).length === 1);
    const [counts] = await query(
      `SELECT (SELECT count(*)::int FROM purchases WHERE content_id = $1) AS purchases,
              (SELECT count(*)::int FROM ledger_entries l JOIN purchases p ON p.id = l.purchase_id WHERE p.content_id = $1) AS entries,
              (SELECT count(*)::int FROM outbox o JOIN purchases p ON p.user_id = o.user_id WHERE p.content_id = $1 AND o.template = 'receipt') AS receipts`,
      contentId,
    );
    assert.deepEqual(counts, { purchases: 1, entries: 1, receipts: 1 });
    assert.equal((await library(viewer)).length, 1);
  });

  test('a part goes back and the film stays; the rest goes back and it is gone', async () => {
    const { viewer, contentId, intent } = await bought();
    await stripe.refunds.create({ payment_intent: intent, amount: 1000 });
    await stands(contentId, 'partly_refunded');
    assert.equal((await library(viewer)).length, 1);
    await stripe.refunds.create({ payment_intent: intent });
    await stands(contentId, 'refunded');
    assert.equal((await library(viewer)).length, 0);
    const [purchase] = await purchases(viewer);
    assert.equal(purchase.refundedCents, 2999);
    const ledger = await query(
      `SELECT kind, buyer_cents::int AS buyer, caused_by FROM ledger_entries l JOIN purchases p ON p.id = l.purchase_id WHERE p.content_id = $1 ORDER BY l.id`,
      contentId,
    );
    assert.deepEqual(ledger.map(({ kind, buyer, caused_by }) => [kind, buyer, caused_by]), [
      ['sale', -2999, 'booking'],
      ['refund', 1000, 'payment'],
      ['refund', 1999, 'payment'],
    ]);
    assert.equal((await checkout(viewer, contentId)).status, 200, 'it may be bought again');
  });

  test('a dispute takes the film away until it is won, and for good when it is lost', async () => {
    const { viewer, contentId, intent } = await bought();
    for (const [outcome, status, films] of [['won', 'paid', 1], ['lost', 'lost', 0]]) {
      const dispute = await (await outside(`/charges/${intent}/dispute`)).json();
      await stands(contentId, 'disputed');
      assert.equal((await library(viewer)).length, 0);
      assert.equal((await checkout(viewer, contentId)).json.error.code, 'PURCHASE_DISPUTED');
      await outside(`/disputes/${dispute.id}/close`, outcome);
      await stands(contentId, status);
      assert.equal((await library(viewer)).length, films, outcome);
    }
  });

  test('a bank debit under way is not paid twice', async () => {
    const [viewer, contentId] = [await person(), await sell()];
    const { data: first } = (await checkout(viewer, contentId)).json;
    await press('debit', first);
    const again = await checkout(viewer, contentId);
    assert.deepEqual([again.status, again.json.error.code], [409, 'PAYMENT_PENDING']);
    await press('debit-fails', first);
    const second = await until('another try', async () => {
      const answer = await checkout(viewer, contentId);
      return answer.status === 200 && answer.json.data;
    });
    assert.notEqual(second.sessionId, first.sessionId);
    await press('debit', second);
    assert.equal((await checkout(viewer, contentId)).json.error.code, 'PAYMENT_PENDING');
    await press('debit-arrives', second);
    await stands(contentId, 'paid');
    assert.equal((await library(viewer)).length, 1);
  });

  test('what is paid twice is given back once', async () => {
    const [viewer, contentId] = [await person(), await sell()];
    const { data: first } = (await checkout(viewer, contentId)).json;
    await api.expect(200, 'content-api', 'PATCH', `/api/content/${contentId}`, { cookie: creator, body: { priceCents: 1999 } });
    const { data: second } = (await checkout(viewer, contentId)).json;
    assert.notEqual(second.sessionId, first.sessionId);
    await Promise.all([press('pay', first), press('pay', second)]);
    await stands(contentId, 'paid');
    await stands(contentId, 'refunded');
    const [kept, returned] = await query('SELECT status, duplicate, payment_intent_id FROM purchases WHERE content_id = $1 ORDER BY duplicate', contentId);
    assert.deepEqual([kept.status, kept.duplicate, returned.status, returned.duplicate], ['paid', false, 'refunded', true]);
    assert.equal((await stripe.refunds.list({ payment_intent: returned.payment_intent_id })).data.length, 1);
    assert.equal((await stripe.refunds.list({ payment_intent: kept.payment_intent_id })).data.length, 0);
    assert.equal((await library(viewer)).length, 1);
  });

  test('completion, refunds and disputes at once and in any order end the same', async () => {
    const [viewer, contentId] = [await person(), await sell()];
    const { data: session } = (await checkout(viewer, contentId)).json;
    await outside('/delivery', 'held');
    const since = Math.floor(Date.now() / 1000) - 1;
    await press('pay', session);
    const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.sessionId);
    await stripe.refunds.create({ payment_intent: intent, amount: 400 });
    await stripe.refunds.create({ payment_intent: intent, amount: 599 });
    const dispute = await (await outside(`/charges/${intent}/dispute`)).json();
    await outside(`/disputes/${dispute.id}/close`, 'won');
    const events = (await stripe.events.list({ created: { gte: since }, limit: 100 })).data.filter((event) => JSON.stringify(event).includes(intent));
    assert.ok(events.length >= 9, String(events.length));
    // Sixty deliveries at once, every event at least six times, shuffled.
    const deliveries = Array.from({ length: 60 }, (_, turn) => events[turn % events.length].id).sort(() => Math.random() - 0.5);
    const landing = Array.from({ length: 5 }, () => api.expect(200, 'ecom-api', 'GET', `/checkout/verify?session_id=${session.sessionId}`, { cookie: viewer }));
    const answers = await Promise.all(deliveries.map((id) => outside(`/events/${id}/resend`)));
    await Promise.all(landing);
    await outside('/delivery', 'flowing');
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const [purchase, ...others] = await query(
      `SELECT status, refunded_cents::int AS refunded, held_cents::int AS held, dispute,
              (SELECT sum(creator_cents)::int FROM ledger_entries l WHERE l.purchase_id = p.id) AS creator
       FROM purchases p WHERE content_id = $1`,
      contentId,
    );
    assert.equal(others.length, 0);
    assert.deepEqual(purchase, { status: 'partly_refunded', refunded: 999, held: 0, dispute: 'won', creator: 1799 });
    assert.equal((await library(viewer)).length, 1);
  });

  test('events that come late, doubled and out of order end as they should, and those that never come are found', async () => {
    await outside('/delivery', 'late doubled');
    const payments = await Promise.all([1, 2, 3].map(async () => {
      const [viewer, contentId] = [await person(), await sell()];
      const { data: session } = (await checkout(viewer, contentId)).json;
      await press('pay', session);
      const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.sessionId);
      await stripe.refunds.create({ payment_intent: intent, amount: 1000 });
      await stripe.refunds.create({ payment_intent: intent, amount: 500 });
      return { viewer, contentId };
    }));
    for (const { viewer, contentId } of payments) {
      await until('both refunds', async () => (await query('SELECT FROM purchases WHERE content_id = $1 AND refunded_cents = 1500', contentId)).length === 1);
      const [{ status, kept }] = await query(
        'SELECT status, (SELECT -sum(buyer_cents)::int FROM ledger_entries l WHERE l.purchase_id = p.id) AS kept FROM purchases p WHERE content_id = $1',
        contentId,
      );
      assert.deepEqual([status, kept, (await library(viewer)).length], ['partly_refunded', 1499, 1]);
    }
    // Nothing arrives at all: the schedule asks about the session.
    await outside('/delivery', 'held');
    const [viewer, contentId] = [await person(), await sell()];
    const { data: session } = (await checkout(viewer, contentId)).json;
    await press('pay', session);
    await outside('/delivery', 'flowing');
    await query("UPDATE checkout_sessions SET ask_at = now() - interval '1 second' WHERE id = $1", session.sessionId);
    await stack.cron('ecom-api');
    await stands(contentId, 'paid');
    assert.equal((await library(viewer)).length, 1);
  });

  test('headers of the official package are believed at all six addresses, and unknown events kept', async () => {
    for (const endpoint of ['booking', 'payment', 'subscription', 'customer', 'connect', 'dispute']) {
      const secret = secrets[`STRIPE_WEBHOOK_SECRET_${endpoint.toUpperCase()}`];
      const payload = JSON.stringify({ id: `evt_unknown_${endpoint}`, object: 'event', type: 'of.another.day', api_version: '2099-01-01', data: { object: { new: 'shape' } } });
      const post = (header) =>
        fetch(`${stack.urls['ecom-api']}/webhooks/stripe/${endpoint}`, { method: 'POST', body: payload, headers: { 'stripe-signature': header } });
      const good = await post(stripe.webhooks.generateTestHeaderString({ payload, secret }));
      assert.deepEqual([good.status, await good.json()], [200, { received: true }]);
      const timestamp = Math.floor(Date.now() / 1000) - 400;
      assert.equal((await post(stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }))).status, 401);
      assert.equal((await post(stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_other' }))).status, 401);
    }
  });

  test('a seller sees sales and takes them along; a buyer opens the portal', async () => {
    const { viewer } = await bought();
    const sales = await api.expect(200, 'ecom-api', 'GET', '/sales?status=paid', { cookie: creator });
    assert.ok(sales.items.length > 0 && sales.totals[0].creatorCents > 0);
    const csv = await fetch(`${stack.urls['ecom-api']}/sales.csv`, { headers: { cookie: creator } });
    assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
    assert.match(await csv.text(), /^"id","purchased_at".*\r\n"[0-9a-f-]{36}",/);
    const portal = await api.expect(201, 'ecom-api', 'POST', '/checkout/portal-session', { cookie: viewer, body: { returnUrl: 'http://localhost:3000/' } });
    assert.match(portal.data.url, /\/portal\/bps_/);
  });

  test('an event that found nobody is listed, and replayed once somebody is there', async () => {
    const id = '019aa000-0000-7000-8000-00000000000a';
    const contentId = await sell();
    const session = { id: 'cs_late', object: 'checkout.session', mode: 'payment', status: 'complete', payment_status: 'paid', amount_total: 2999, currency: 'usd', payment_intent: 'pi_late', metadata: { userId: id, contentId } };
    const payload = JSON.stringify({ id: 'evt_late', object: 'event', type: 'checkout.session.completed', data: { object: session } });
    const header = stripe.webhooks.generateTestHeaderString({ payload, secret: secrets.STRIPE_WEBHOOK_SECRET_BOOKING });
    await fetch(`${stack.urls['ecom-api']}/webhooks/stripe/booking`, { method: 'POST', body: payload, headers: { 'stripe-signature': header } });
    // This process is the way to the database, so that it must not be kept from it.
    const run = async (...args) => {
      const { stdout } = await promisify(execFile)(process.execPath, ['scripts/lib/webhooks.mjs', ...args, '--state', state, '--offset', String(OFFSET)]);
      return stdout;
    };
    assert.match(await run('list'), /evt_late/);
    await query("INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ($1, 'late@example.com', 'x', 'x', now(), now())", id);
    assert.match(await run('replay', 'evt_late'), /200 .*applied: true/);
    assert.match(await run('replay', 'evt_late'), /200 .*applied: true/);
    await stands(contentId, 'paid');
    assert.doesNotMatch(await run('list'), /evt_late/);
    assert.match(await run('show', 'evt_late'), /cs_late/);
    await stack.cron('ecom-api');
    await until('a comparison', async () => (await query('SELECT FROM reconciliations')).length > 0);
    assert.match(await run('report'), /comparisons/);
  });
});
