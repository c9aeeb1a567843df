// A stream of paid checkouts: every request is a new event, signed as Stripe signs, for a sale that did not happen before.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';

/** The webhook's secret in the bench: both sides know it, nobody else needs it. */
export const WEBHOOK_SECRET = 'whsec_bench';

/** The value of `Stripe-Signature` for `body` now. */
function signature(body) {
  const time = Math.floor(Date.now() / 1000);
  return `t=${time},v1=${createHmac('sha256', WEBHOOK_SECRET).update(`${time}.${body}`).digest('hex')}`;
}

/** `checkout.session.completed` for one viewer and one content. */
function paid(userId, contentId) {
  const id = randomUUID().replaceAll('-', '');
  const now = Math.floor(Date.now() / 1000);
  const session = {
    id: `cs_test_${id}`,
    object: 'checkout.session',
    amount_subtotal: 2999,
    amount_total: 2999,
    client_reference_id: userId,
    created: now,
    currency: 'usd',
    customer_details: { email: 'viewer@example.com', name: 'A Person' },
    livemode: false,
    metadata: { userId, contentId },
    mode: 'payment',
    payment_intent: `pi_${id}`,
    payment_status: 'paid',
    status: 'complete',
  };
  return { id: `evt_${id}`, object: 'event', api_version: '2026-03-25', created: now, data: { object: session }, livemode: false, type: 'checkout.session.completed' };
}

export const webhookFlow = {
  name: 'webhook',
  worker: 'ecom-api',
  expect: 200,
  aim: 0.8,
  reference: { rate: { 1: 28, 10: 53, 50: 56 }, cpu: 10.4 },
  uses: ['answer', 'limit', 'sql'],
  requests(world) {
    let sold = 0;
    // Nobody buys the same twice: that would be another flow. Pairs run through people first.
    const setupRequest = (request) => {
      const { people, forSale } = world;
      const event = paid(people[sold % people.length], forSale[Math.floor(sold / people.length) % forSale.length]);
      sold++;
      world.lastSale = event.data.object.id;
      const body = JSON.stringify(event);
      return { ...request, body, headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature(body) } };
    };
    return [{ method: 'POST', path: '/webhooks/stripe/booking', setupRequest }];
  },
  async check(_answer, { query, lastSale }) {
    const [row] = await query(
      `SELECT p.status, a.purchase_id IS NOT NULL AS granted FROM purchases p
       LEFT JOIN content_access a ON a.purchase_id = p.id AND a.revoked_at IS NULL WHERE p.checkout_session_id = $1`,
      [lastSale],
    );
    assert.deepEqual(row, { status: 'paid', granted: true }, 'the paid event left no purchase with access');
  },
};
