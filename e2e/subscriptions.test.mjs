// Subscribing at the payment page, until the clock says that it is over; in real workerd, with signed events in any order.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import Stripe from 'stripe';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 2800;
const DAY = 86_400;
const LANDING = 'http://yoga.localhost:3000/thanks?session_id={CHECKOUT_SESSION_ID}';

describe('subscriptions', () => {
  const state = resolve('.local/test/e2e-subscriptions');
  const tiers = {};
  const contents = {};
  let stack;
  let api;
  let creator;
  let organizationId;
  let stripe;
  let made = 0;

  const person = () => api.person(`person-${++made}@example.com`);
  const outside = (path, body) => fetch(stack.local + path, { method: 'POST', body });
  const press = (action, { sessionUrl }) => fetch(sessionUrl, { method: 'POST', body: new URLSearchParams({ action }), redirect: 'manual' });
  const advance = (days) => outside('/clock', String(days * DAY));

  async function query(sql, ...values) {
    const client = new pg.Client({ connectionString: stack.databaseUrl });
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async function tier(name, monthlyPriceCents) {
    const body = { name, monthlyPriceCents, annualPriceCents: monthlyPriceCents * 10 };
    tiers[name] = (await api.expect(201, 'organization-api', 'POST', `/api/organizations/${organizationId}/tiers`, { cookie: creator, body })).data.id;
    const text = { title: `For ${name}`, contentType: 'written', contentBody: 'Breathe.', organizationId, visibility: 'members_only', minimumTierId: tiers[name] };
    const { data } = await api.expect(201, 'content-api', 'POST', '/api/content', { cookie: creator, body: text });
    await api.expect(200, 'content-api', 'POST', `/api/content/${data.id}/publish`, { cookie: creator });
    contents[name] = data.id;
  }

  const checkout = (cookie, name, interval = 'monthly') =>
    api.call('ecom-api', 'POST', '/subscriptions/checkout', { cookie, body: { tierId: tiers[name], interval, successUrl: LANDING, cancelUrl: LANDING } });
  const reads = async (cookie, name) => (await api.expect(200, 'content-api', 'GET', `/api/content/${contents[name]}`, { cookie })).data.contentBody !== null;
  const own = async (cookie) => (await api.expect(200, 'ecom-api', 'GET', '/subscriptions', { cookie })).items;
  const act = (cookie, id, what, body = {}) => api.call('ecom-api', 'POST', `/subscriptions/${id}/${what}`, { cookie, body });

  /** Waits where no limit counts the attempts. */
  const stands = (id, condition) =>
    until(`a subscription with ${condition}`, async () => (await query(`SELECT FROM subscriptions WHERE id = $1 AND ${condition}`, id)).length > 0);

  /** Somebody who subscribed at the payment page: who, our id, and Stripe's. */
  async function subscribed(name) {
    const viewer = await person();
    assert.equal(await reads(viewer, name), false);
    const opened = await checkout(viewer, name);
    assert.equal(opened.status, 200, opened.text);
    await press('pay', opened.json.data);
    const { subscription } = await stripe.checkout.sessions.retrieve(opened.json.data.sessionId);
    const id = await until('the subscription', async () => (await query("SELECT id FROM subscriptions WHERE stripe_id = $1 AND status = 'active'", subscription))[0]?.id);
    return { viewer, id, subscription, session: opened.json.data.sessionId };
  }

  before(async () => {
    rmSync(state, { recursive: true, force: true });
    stack = await startStack({ offset: OFFSET, state, vars: { LIMITS: JSON.stringify({ register: [1000, 900] }) } });
    api = clientOf(stack);
    creator = await person();
    const body = { name: 'Yoga', slug: 'yoga' };
    organizationId = (await api.expect(201, 'organization-api', 'POST', '/api/organizations', { cookie: creator, body })).data.id;
    await tier('Silver', 500);
    await tier('Gold', 999);
    const secrets = JSON.parse(readFileSync(join(state, 'secrets.json'), 'utf8'));
    const { hostname: host, port } = new URL(stack.local);
    stripe = new Stripe(secrets.STRIPE_SECRET_KEY, { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
  });
  after(() => stack?.stop());

  test('who pays sees what the tier opens, and what those below it do', async () => {
    const { viewer, session } = await subscribed('Silver');
    assert.deepEqual([await reads(viewer, 'Silver'), await reads(viewer, 'Gold')], [true, false]);
    const [subscription] = await own(viewer);
    assert.deepEqual([subscription.tierName, subscription.status, subscription.amountCents, subscription.interval], ['Silver', 'active', 500, 'monthly']);
    const landing = await api.expect(200, 'ecom-api', 'GET', `/subscriptions/verify?session_id=${session}`, { cookie: viewer });
    assert.deepEqual([landing.data.status, landing.data.subscription.id], ['complete', subscription.id]);
    assert.equal((await checkout(viewer, 'Gold')).json.error.code, 'ALREADY_SUBSCRIBED');
    const library = (await api.expect(200, 'content-api', 'GET', '/api/user/library', { cookie: viewer })).items;
    assert.deepEqual(library.map(({ content, reason }) => [content.id, reason]), [[contents.Silver, 'subscriber']]);
    // What a change comes to is shown before it is made; it is paid at once, and opens at once.
    const gold = { tierId: tiers.Gold, interval: 'monthly' };
    const shown = await act(viewer, subscription.id, 'change-preview', gold);
    const { dueCents, creditCents, amountCents, proratedAt } = shown.json.data;
    assert.deepEqual([shown.status, creditCents, amountCents], [200, 0, 999], shown.text);
    assert.ok(dueCents >= 498 && dueCents <= 499, `the difference for nearly all of the month: ${dueCents}`);
    const credited = await act(viewer, subscription.id, 'change-preview', { tierId: tiers.Silver, interval: 'annual' });
    assert.ok(credited.json.data.dueCents > 4000, credited.text);
    const [{ stripe_id: name }] = await query('SELECT stripe_id FROM subscriptions WHERE id = $1', subscription.id);
    const before = await stripe.subscriptions.retrieve(name);
    const details = { items: [{ id: before.items.data[0].id, price: before.items.data[0].price.id }], proration_behavior: 'always_invoice' };
    const preview = await stripe.invoices.createPreview({ subscription: name, subscription_details: details });
    assert.deepEqual([preview.object, preview.amount_due, preview.status], ['invoice', 0, 'draft']);
    await assert.rejects(stripe.invoices.createPreview({ subscription: name, subscription_details: { ...details, proration_date: 1 } }), { param: 'subscription_details[proration_date]' });
    const changed = await act(viewer, subscription.id, 'change', { ...gold, proratedAt });
    assert.deepEqual([changed.status, changed.json.data.tierName], [200, 'Gold']);
    await until('the payment of what was shown', async () => (await query('SELECT FROM subscription_payments WHERE stripe_subscription_id = $1 AND amount_cents = $2', name, dueCents)).length === 1);
    assert.equal(await reads(viewer, 'Gold'), true);
    const subscribers = await api.expect(200, 'ecom-api', 'GET', `/subscribers?organizationId=${organizationId}`, { cookie: creator });
    assert.equal(subscribers.items[0].id, subscription.id);
    const portal = await api.expect(201, 'ecom-api', 'POST', '/checkout/portal-session', { cookie: viewer, body: { returnUrl: 'http://localhost:3000/' } });
    assert.match(portal.data.url, /\/portal\/bps_/);
    const parts = await until('both payments', async () => {
      const rows = await query('SELECT amount_cents::int AS amount, platform_fee_cents::int AS platform, organization_fee_cents::int AS organization FROM subscription_payments WHERE user_id = (SELECT user_id FROM subscriptions WHERE id = $1)', subscription.id);
      return rows.length === 2 && rows;
    });
    assert.deepEqual(parts.find(({ amount }) => amount === 500), { amount: 500, platform: 50, organization: 68 });
  });

  test('what is cancelled stays open until its period ends, and can be resumed until then', async () => {
    const { viewer, id } = await subscribed('Gold');
    assert.equal((await act(viewer, id, 'cancel')).json.data.cancelAtPeriodEnd, true);
    assert.equal((await act(viewer, id, 'resume')).json.data.cancelAtPeriodEnd, false);
    await advance(31);
    await stands(id, "status = 'active' AND period_start > now() + interval '20 days'");
    assert.equal((await act(viewer, id, 'cancel')).status, 200);
    await advance(20);
    assert.equal(await reads(viewer, 'Gold'), true);
    await advance(11);
    await stands(id, "status = 'canceled'");
    assert.equal(await reads(viewer, 'Gold'), false);
    assert.equal((await act(viewer, id, 'resume')).json.error.code, 'SUBSCRIPTION_ENDED');
    await stack.cron('notifications-api');
    const mails = await query("SELECT template FROM outbox WHERE user_id = (SELECT user_id FROM subscriptions WHERE id = $1) AND template LIKE 'subscription-%' ORDER BY template", id);
    const letters = ['subscription-cancelled', 'subscription-cancelled', 'subscription-ended', 'subscription-receipt', 'subscription-receipt', 'subscription-started'];
    assert.deepEqual(mails.map(({ template }) => template), letters);
    assert.equal((await checkout(viewer, 'Silver', 'annual')).status, 200, 'and it may begin again');
  });

  test('a payment fails, and recovers, and fails for good', async () => {
    const { viewer, id, subscription } = await subscribed('Gold');
    const card = (what) => outside(`/subscriptions/${subscription}/card`, what);
    await card('declines');
    await advance(31);
    await stands(id, "status = 'past_due'");
    assert.equal(await reads(viewer, 'Gold'), true, 'there are days of grace');
    await card('pays');
    await advance(4);
    await stands(id, "status = 'active'");
    await card('declines');
    await advance(31);
    await stands(id, "status = 'past_due'");
    await advance(10);
    await stands(id, "status = 'canceled'");
    assert.equal(await reads(viewer, 'Gold'), false);
    const [{ paid, failed }] = await query(
      `SELECT (SELECT count(*)::int FROM subscription_payments WHERE stripe_subscription_id = $1) AS paid,
              (SELECT count(*)::int FROM outbox o JOIN subscriptions s ON s.user_id = o.user_id WHERE s.stripe_id = $1 AND o.template = 'subscription-payment-failed') AS failed`,
      subscription,
    );
    assert.deepEqual({ paid, failed }, { paid: 2, failed: 4 }, 'a receipt for each payment, a mail for each attempt that is followed by another');
  });

  test('events held back, doubled and out of order end as Stripe has it; a refund closes what it paid for', async () => {
    const viewer = await person();
    const { data: session } = (await checkout(viewer, 'Gold')).json;
    await outside('/delivery', 'held');
    const since = Math.floor(Date.now() / 1000) - 1;
    await press('pay', session);
    const { subscription } = await stripe.checkout.sessions.retrieve(session.sessionId);
    await advance(31);
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    const { latest_invoice: invoice } = await stripe.subscriptions.retrieve(subscription);
    const { data: [payment] } = await stripe.invoicePayments.list({ invoice });
    await stripe.refunds.create({ payment_intent: payment.payment.payment_intent });
    const events = (await stripe.events.list({ created: { gte: since }, limit: 100 })).data;
    assert.ok(events.length >= 15, String(events.length));
    // Everything at least three times, shuffled, ten at a time.
    const deliveries = Array.from({ length: events.length * 3 }, (_, turn) => events[turn % events.length].id).sort(() => Math.random() - 0.5);
    while (deliveries.length > 0) {
      const answers = await Promise.all(deliveries.splice(0, 10).map((id) => outside(`/events/${id}/resend`)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    }
    await outside('/delivery', 'flowing');
    const found = await until('Stripe\'s answer', async () => {
      const [row] = await query("SELECT id, status, cancel_at_period_end AS ending FROM subscriptions WHERE stripe_id = $1 AND cancel_at_period_end", subscription);
      return row;
    });
    assert.equal(found.status, 'active');
    const payments = await query('SELECT status, refunded_cents::int AS refunded FROM subscription_payments WHERE stripe_subscription_id = $1 ORDER BY period_start', subscription);
    assert.deepEqual(payments, [{ status: 'paid', refunded: 0 }, { status: 'refunded', refunded: 999 }]);
    const [{ total, balance }] = await query(
      `SELECT sum(l.creator_cents + l.organization_cents + l.platform_cents)::int AS total,
              sum(l.buyer_cents + l.stripe_cents + l.platform_cents + l.organization_cents + l.creator_cents + l.bank_cents)::int AS balance
       FROM ledger_entries l JOIN subscription_payments p ON p.id = l.invoice_id WHERE p.stripe_subscription_id = $1`,
      subscription,
    );
    assert.deepEqual({ total, balance }, { total: 999, balance: 0 });
    assert.equal(await reads(viewer, 'Gold'), false);
  });

  test('what never arrived is found by the schedule', async () => {
    const viewer = await person();
    const { data: session } = (await checkout(viewer, 'Silver')).json;
    await outside('/delivery', 'held');
    await press('pay', session);
    await outside('/delivery', 'flowing');
    await query("UPDATE subscription_checkouts SET ask_at = now() - interval '1 second' WHERE id = $1", session.sessionId);
    await stack.cron('ecom-api');
    await until('the subscription', async () => (await own(viewer)).some(({ status }) => status === 'active'));
    assert.equal(await reads(viewer, 'Silver'), true);
  });
});
