// What every part of the check uses: the official clients, and a tally.
import assert from 'node:assert/strict';
import { neon, neonConfig } from '@neondatabase/serverless';
import Stripe from 'stripe';

export const base = new URL(process.env.LOCAL_URL ?? 'http://127.0.0.1:4100');
const need = (name) => process.env[name] ?? (console.error(`${name} is not set`), process.exit(2));
export const databaseUrl = need('DATABASE_URL');
export const secret = need('STRIPE_WEBHOOK_SECRET_BOOKING');
// Each of the other webhooks has its own secret, where the program was given one.
const ENDPOINTS = [['charge.dispute.', 'DISPUTE'], ['customer.subscription.', 'SUBSCRIPTION'], ['invoice', 'SUBSCRIPTION'], ['customer.', 'CUSTOMER'], ['checkout.', 'BOOKING']];
export const secretOf = (kind) => {
  const [, endpoint] = ENDPOINTS.find(([start]) => kind.startsWith(start)) ?? ['', 'PAYMENT'];
  return process.env[`STRIPE_WEBHOOK_SECRET_${endpoint}`] || secret;
};
export const webhookUrl = new URL(process.env.BOOKING_WEBHOOK_URL ?? 'http://localhost:42072/webhooks/stripe/booking');

neonConfig.fetchEndpoint = new URL('/sql', base).href;
neonConfig.disableWarningInBrowsers = true;
export const sql = neon(databaseUrl);
export const stripe = new Stripe(need('STRIPE_SECRET_KEY'), {
  host: base.hostname, port: base.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false,
});

let passed = 0;
const failures = [];
export async function check(name, run) {
  try {
    await run();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL ${name}\n     ${error.stack?.replaceAll('\n', '\n     ')}`);
  }
}
export const one = async (text, params) => Object.values((await sql.query(text, params))[0])[0];
export const unique = () => crypto.randomUUID();
export const refused = (promise, expected) => assert.rejects(promise, (error) => {
  for (const [field, value] of Object.entries(expected)) assert.equal(error[field], value, `${field}: ${error[field]}`);
  return true;
});

/** A payment of two films, with changes. */
export const params = (more = {}) => ({
  mode: 'payment', success_url: `${base.href}?session={CHECKOUT_SESSION_ID}`, cancel_url: `${base.href}?cancelled`,
  customer_email: 'buyer@example.com', client_reference_id: unique(), metadata: { contentId: unique(), 'a b': 'c&d=é' },
  payment_intent_data: { metadata: { x: 'y' } },
  line_items: [{ quantity: 2, price_data: { currency: 'gbp', unit_amount: 499, product_data: { name: 'A film' } } }], ...more,
});
/** Presses a button of the payment page. */
export const press = (session, action) => fetch(`${base.origin}/pay/${session.id}`, { method: 'POST', body: new URLSearchParams({ action }), redirect: 'manual' });

/** Says how it went, and ends. */
export function finish() {
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exit(failures.length ? 1 : 0);
}
