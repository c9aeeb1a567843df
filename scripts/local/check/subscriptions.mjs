// Subscriptions: products, prices, a clock that is moved, invoices paid and not paid.
import assert from 'node:assert/strict';
import { base, check, press, refused, stripe, unique } from './common.mjs';
import { told } from './webhook.mjs';

const DAY = 86_400;
const control = (path, body) => fetch(base.origin + path, { method: 'POST', body });
const advance = (days) => control('/clock', String(days * DAY));

/** A price of a new product. */
async function priced(amount = 999, interval = 'month') {
  const product = await stripe.products.create({ name: 'Gold', metadata: { tierId: 't' } });
  const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, recurring: { interval } });
  return { product, price };
}

/** Somebody who subscribed at the payment page. */
async function subscribed(price) {
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription', success_url: base.href, cancel_url: base.href, customer_email: 'buyer@example.com', metadata: { userId: 'u' },
    line_items: [{ quantity: 1, price: price.id }], subscription_data: { metadata: { userId: 'u', tierId: 't' } },
  });
  assert.deepEqual([session.mode, session.amount_total, session.payment_status], ['subscription', price.unit_amount, 'unpaid']);
  assert.equal((await press(session, 'pay')).status, 303);
  const done = await stripe.checkout.sessions.retrieve(session.id);
  assert.deepEqual([done.status, done.payment_status, done.payment_intent], ['complete', 'paid', null]);
  return { done, subscription: await stripe.subscriptions.retrieve(done.subscription) };
}

await check('stripe: products and prices, once for each key', async () => {
  const idempotencyKey = unique();
  const made = await Promise.all([1, 2, 3].map(() => stripe.products.create({ name: 'Silver' }, { idempotencyKey })));
  assert.equal(new Set(made.map(({ id }) => id)).size, 1);
  const [product] = made;
  assert.equal((await stripe.products.update(product.id, { name: 'Gold' })).name, 'Gold');
  assert.equal((await stripe.products.retrieve(product.id)).name, 'Gold');
  const price = await stripe.prices.create({ product: product.id, currency: 'eur', unit_amount: 500, recurring: { interval: 'year' } });
  const read = await stripe.prices.retrieve(price.id);
  assert.deepEqual([read.object, read.unit_amount, read.recurring.interval, read.product, read.type], ['price', 500, 'year', product.id, 'recurring']);
  await refused(stripe.prices.create({ product: 'prod_none', currency: 'eur', unit_amount: 500, recurring: { interval: 'year' } }), { code: 'resource_missing' });
  await refused(stripe.products.create({}), { code: 'parameter_missing', param: 'name' });
});

await check('stripe: a subscription begins with its first invoice', async () => {
  const { price } = await priced();
  const { done, subscription } = await subscribed(price);
  assert.deepEqual(
    [subscription.object, subscription.status, subscription.cancel_at_period_end, subscription.customer, subscription.metadata],
    ['subscription', 'active', false, done.customer, { userId: 'u', tierId: 't' }],
  );
  const [item] = subscription.items.data;
  assert.equal(item.current_period_end - item.current_period_start, 30 * DAY);
  assert.equal(item.price.id, price.id);
  const invoice = (await told(done.invoice, 'invoice.paid')).data.object;
  assert.deepEqual([invoice.amount_paid, invoice.status, invoice.billing_reason], [999, 'paid', 'subscription_create']);
  assert.deepEqual(invoice.parent.subscription_details, { metadata: subscription.metadata, subscription: subscription.id });
  assert.deepEqual(invoice.lines.data[0].period, { start: item.current_period_start, end: item.current_period_end });
  const { data: [payment] } = await stripe.invoicePayments.list({ invoice: invoice.id });
  const linked = (await told(payment.id, 'invoice_payment.paid')).data.object;
  assert.deepEqual([linked.invoice, linked.payment.type], [invoice.id, 'payment_intent']);
  assert.equal((await told(subscription.id, 'customer.subscription.created')).data.object.status, 'incomplete');
  assert.equal((await told(subscription.id, 'customer.subscription.updated')).data.object.status, 'active');
  assert.equal((await told(done.id, 'checkout.session.completed')).data.object.subscription, subscription.id);
  const refund = await stripe.refunds.create({ payment_intent: linked.payment.payment_intent });
  assert.equal(refund.amount, 999);
});

await check('stripe: it is renewed when the clock says so, and ends with its period', async () => {
  const { price } = await priced();
  const { subscription } = await subscribed(price);
  const [{ current_period_end: end }] = subscription.items.data;
  await advance(31);
  const renewed = await stripe.subscriptions.retrieve(subscription.id);
  assert.deepEqual([renewed.status, renewed.items.data[0].current_period_start], ['active', end]);
  assert.notEqual(renewed.latest_invoice, subscription.latest_invoice);
  await told(renewed.latest_invoice, 'invoice.payment_succeeded');
  const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  assert.deepEqual([ending.cancel_at_period_end, ending.cancel_at], [true, end + 30 * DAY]);
  assert.equal((await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false })).cancel_at, null);
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  await advance(31);
  const ended = (await told(subscription.id, 'customer.subscription.deleted')).data.object;
  assert.deepEqual([ended.status, ended.ended_at], ['canceled', end + 30 * DAY]);
  await refused(stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false }), { statusCode: 400 });
});

await check('stripe: a card that declines leaves it past due, until it pays or the tries are used up', async () => {
  const { price } = await priced();
  const [kept, lost] = [(await subscribed(price)).subscription, (await subscribed(price)).subscription];
  for (const { id } of [kept, lost]) await control(`/subscriptions/${id}/card`, 'declines');
  await advance(31);
  const due = await stripe.subscriptions.retrieve(kept.id);
  assert.equal(due.status, 'past_due');
  const invoice = (await told(due.latest_invoice, 'invoice.payment_failed')).data.object;
  assert.deepEqual([invoice.status, invoice.attempt_count, invoice.amount_remaining], ['open', 1, 999]);
  await refused(stripe.invoices.pay(invoice.id), { type: 'StripeCardError', statusCode: 402 });
  await control(`/subscriptions/${kept.id}/card`, 'pays');
  assert.equal((await stripe.invoices.pay(invoice.id)).status, 'paid');
  assert.equal((await stripe.subscriptions.retrieve(kept.id)).status, 'active');
  await advance(10);
  assert.equal((await stripe.subscriptions.retrieve(lost.id)).status, 'canceled');
  await told(lost.id, 'customer.subscription.deleted');
});

await check('stripe: another price is paid for at once, or not at all', async () => {
  const [{ price: low }, { price: high }] = [await priced(500), await priced(2000)];
  const { subscription } = await subscribed(low);
  const item = subscription.items.data[0].id;
  const to = (price) => ({ items: [{ id: item, price: price.id }], proration_behavior: 'always_invoice', payment_behavior: 'error_if_incomplete', metadata: { tierId: 'u' } });
  await control(`/subscriptions/${subscription.id}/card`, 'declines');
  await refused(stripe.subscriptions.update(subscription.id, to(high)), { type: 'StripeCardError', code: 'card_declined' });
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).items.data[0].price.id, low.id);
  await control(`/subscriptions/${subscription.id}/card`, 'pays');
  const moved = await stripe.subscriptions.update(subscription.id, to(high));
  assert.deepEqual([moved.items.data[0].price.id, moved.metadata], [high.id, { userId: 'u', tierId: 'u' }]);
  const invoice = (await told(moved.latest_invoice, 'invoice.paid')).data.object;
  assert.ok(invoice.amount_paid > 1490 && invoice.amount_paid <= 1500, String(invoice.amount_paid));
  const back = await stripe.subscriptions.update(subscription.id, to(low));
  assert.equal((await stripe.invoices.retrieve(back.latest_invoice)).amount_paid, 0);
  assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, 'canceled');
  await refused(stripe.subscriptions.update(subscription.id, { items: [{ id: 'si_none', price: low.id }] }), { statusCode: 400 });
});
