// Checkout sessions, by Stripe's own client.
import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { base, check, params, press, refused, stripe, unique } from './common.mjs';

await check('stripe: create and retrieve', async () => {
  const asked = params({ expires_at: Math.floor(Date.now() / 1000) + 3600 });
  const made = await stripe.checkout.sessions.create(asked);
  assert.match(made.id, /^cs_test_/);
  assert.deepEqual(
    [made.object, made.status, made.payment_status, made.amount_total, made.currency, made.livemode, made.payment_intent, made.expires_at],
    ['checkout.session', 'open', 'unpaid', 998, 'gbp', false, null, asked.expires_at],
  );
  assert.deepEqual(made.metadata, asked.metadata);
  assert.equal(made.url, `${base.origin}/pay/${made.id}`);
  const read = await stripe.checkout.sessions.retrieve(made.id);
  assert.deepEqual({ ...read, lastResponse: 0 }, { ...made, lastResponse: 0 });
  assert.match(made.lastResponse.requestId, /^req_/);
});
await check('stripe: idempotency keys', async () => {
  const [asked, idempotencyKey] = [params(), unique()];
  const answers = await Promise.all(Array.from({ length: 20 }, () => stripe.checkout.sessions.create(asked, { idempotencyKey })));
  assert.equal(new Set(answers.map((answer) => answer.id)).size, 1);
  await refused(stripe.checkout.sessions.create(params(), { idempotencyKey }), { type: 'StripeIdempotencyError', statusCode: 400 });
});
await check('stripe: refusals in its own shape', async () => {
  const create = (more) => stripe.checkout.sessions.create(params(more));
  await refused(create({ mode: undefined }), { type: 'StripeInvalidRequestError', code: 'parameter_missing', param: 'mode' });
  await refused(create({ colour: 'red' }), { code: 'parameter_unknown', param: 'colour' });
  await refused(create({ line_items: [] }), { code: 'parameter_missing' });
  await refused(create({ success_url: 'nowhere' }), { code: 'url_invalid' });
  await refused(create({ expires_at: 5 }), { param: 'expires_at' });
  await refused(create({ metadata: { long: 'x'.repeat(501) } }), { param: 'metadata' });
  await refused(create({ line_items: [{ quantity: 1, price_data: { currency: 'gbp', unit_amount: 29, product_data: { name: 'x' } } }] }), { code: 'amount_too_small' });
  await refused(create({ line_items: [{ quantity: 1, price_data: { currency: 'gbp', unit_amount: 1.5, product_data: { name: 'x' } } }] }), { code: 'parameter_invalid_integer' });
  await refused(stripe.checkout.sessions.retrieve('cs_test_none'), { statusCode: 404, code: 'resource_missing' });
  await refused(stripe.customers.retrieve('cus_1'), { statusCode: 404 });
  const stranger = new Stripe('sk_test_wrong', { host: base.hostname, port: base.port, protocol: 'http', maxNetworkRetries: 0 });
  await refused(stranger.checkout.sessions.list(), { type: 'StripeAuthenticationError', statusCode: 401 });
});
await check('stripe: list, newest first, page by page', async () => {
  const made = [];
  for (let i = 0; i < 3; i += 1) made.unshift((await stripe.checkout.sessions.create(params())).id);
  const first = await stripe.checkout.sessions.list({ limit: 2 });
  assert.deepEqual([first.data.map((session) => session.id), first.has_more], [made.slice(0, 2), true]);
  const next = await stripe.checkout.sessions.list({ limit: 1, starting_after: made[1] });
  assert.equal(next.data[0].id, made[2]);
});
await check('stripe: a decline leaves the session open and says so', async () => {
  const session = await stripe.checkout.sessions.create(params());
  const page = await (await fetch(session.url)).text();
  assert.match(page, /GBP 9\.98[^]*value="pay"[^]*value="decline"/);
  const answer = await press(session, 'decline');
  assert.equal(answer.status, 303);
  assert.match(await (await fetch(new URL(answer.headers.get('location'), base))).text(), /declined/);
  assert.equal((await stripe.checkout.sessions.retrieve(session.id)).status, 'open');
  assert.equal((await press(session, 'dance')).status, 400);
  assert.equal((await fetch(`${base.origin}/pay/cs_none`)).status, 404);
});
