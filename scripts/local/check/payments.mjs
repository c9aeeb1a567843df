// What payments lead to: events, refunds, disputes.
import assert from 'node:assert/strict';
import { base, check, params, press, refused, secret, stripe, unique } from './common.mjs';
import { about, arrived, deliveries, refuse, told } from './webhook.mjs';

await check('stripe: paying redirects, completes, and delivers one signed event', async () => {
  const session = await stripe.checkout.sessions.create(params());
  const answers = await Promise.all([press(session, 'pay'), press(session, 'pay')]);
  for (const answer of answers) assert.deepEqual([answer.status, answer.headers.get('location')], [303, `${base.href}?session=${session.id}`]);
  const [delivery, ...others] = await arrived(about(session));
  assert.equal(others.length, 0);
  const event = stripe.webhooks.constructEvent(delivery.body, delivery.signature, secret);
  assert.throws(() => stripe.webhooks.constructEvent(`${delivery.body} `, delivery.signature, secret), /signature/i);
  const paid = await stripe.checkout.sessions.retrieve(session.id);
  assert.deepEqual([paid.status, paid.payment_status, paid.url, paid.customer_details.email], ['complete', 'paid', null, 'buyer@example.com']);
  assert.match(paid.payment_intent, /^pi_/);
  assert.deepEqual([event.object, event.type, event.livemode], ['event', 'checkout.session.completed', false]);
  assert.deepEqual(event.data.object, JSON.parse(JSON.stringify(paid)));
  const read = await stripe.events.retrieve(event.id);
  assert.deepEqual([read.id, read.pending_webhooks], [event.id, 0]);
  const known = await (await fetch(`${base.origin}/events?object=${session.id}`)).json();
  assert.deepEqual(known.items, [{ id: event.id, type: event.type, delivered: true }]);
  const resent = await fetch(`${base.origin}/events/${event.id}/resend`, { method: 'POST' });
  assert.equal(resent.status, 200);
  assert.equal(deliveries.filter(about(session)).length, 2);
  await refused(stripe.checkout.sessions.expire(session.id), { statusCode: 400 });
});
await check('stripe: a refused delivery is tried again', async () => {
  refuse(2);
  const session = await stripe.checkout.sessions.create(params());
  await press(session, 'pay');
  await arrived(about(session));
  // A payment is told by several events; whichever were refused came again.
  const again = deliveries.filter((delivery) => delivery.refused);
  assert.equal(again.length, 2);
  for (const { body } of again) await arrived((delivery) => !delivery.refused && delivery.body === body);
});
await check('stripe: expiring', async () => {
  const session = await stripe.checkout.sessions.create(params());
  assert.equal((await stripe.checkout.sessions.expire(session.id)).status, 'expired');
  const [delivery] = await arrived(about(session));
  assert.equal(JSON.parse(delivery.body).type, 'checkout.session.expired');
  assert.equal((await press(session, 'pay')).status, 409);
});
const bought = async () => {
  const session = await stripe.checkout.sessions.create(params({ customer_creation: 'always' }));
  await press(session, 'pay');
  return stripe.checkout.sessions.retrieve(session.id);
};

await check('stripe: a payment has a charge and a customer, told by their own events', async () => {
  const session = await bought();
  const intent = await stripe.paymentIntents.retrieve(session.payment_intent);
  const charge = await stripe.charges.retrieve(intent.latest_charge);
  assert.deepEqual(
    [intent.object, intent.status, intent.amount_received, charge.object, charge.paid, charge.amount_refunded, charge.refunded],
    ['payment_intent', 'succeeded', 998, 'charge', true, 0, false],
  );
  assert.deepEqual([intent.metadata, charge.metadata, charge.payment_intent], [{ x: 'y' }, { x: 'y' }, intent.id]);
  assert.equal((await stripe.charges.list({ payment_intent: intent.id })).data[0].id, charge.id);
  assert.equal((await told(charge.id, 'charge.succeeded')).data.object.id, charge.id);
  await told(intent.id, 'payment_intent.succeeded');
  const customer = await stripe.customers.retrieve(session.customer);
  assert.deepEqual([customer.object, customer.email], ['customer', 'buyer@example.com']);
  const portal = await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: base.href });
  assert.deepEqual([portal.object, portal.customer, portal.return_url], ['billing_portal.session', customer.id, base.href]);
  assert.match(await (await fetch(portal.url)).text(), new RegExp(`<a href="${base.href}">Back</a>`));
  const again = await stripe.checkout.sessions.create(params({ customer: customer.id, customer_email: undefined }));
  assert.equal(again.customer, customer.id);
  await refused(stripe.checkout.sessions.create(params({ customer: customer.id })), { param: 'customer' });
  assert.equal((await stripe.customers.del(customer.id)).deleted, true);
  await told(customer.id, 'customer.deleted');
  await refused(stripe.checkout.sessions.create(params({ customer: customer.id, customer_email: undefined })), { code: 'resource_missing' });
  await refused(stripe.billingPortal.sessions.create({ customer: 'cus_none' }), { code: 'resource_missing', statusCode: 400 });
});
await check('stripe: refunds, in part and in full, once for each key', async () => {
  const { payment_intent: intent } = await bought();
  const idempotencyKey = unique();
  const part = { payment_intent: intent, amount: 400, reason: 'duplicate', metadata: { purchaseId: 'p' } };
  const answers = await Promise.all(Array.from({ length: 5 }, () => stripe.refunds.create(part, { idempotencyKey })));
  assert.equal(new Set(answers.map((refund) => refund.id)).size, 1);
  const [refund] = answers;
  assert.deepEqual(
    [refund.object, refund.amount, refund.status, refund.payment_intent, refund.reason, refund.metadata],
    ['refund', 400, 'succeeded', intent, 'duplicate', { purchaseId: 'p' }],
  );
  assert.equal((await told(refund.id, 'refund.created')).data.object.amount, 400);
  let charge = await stripe.charges.retrieve(refund.charge);
  assert.deepEqual([charge.amount_refunded, charge.refunded], [400, false]);
  await refused(stripe.refunds.create({ payment_intent: intent, amount: 599 }), { param: 'amount' });
  await refused(stripe.refunds.create({ payment_intent: 'pi_none' }), { code: 'resource_missing' });
  await refused(stripe.refunds.create({ ...part, amount: 1 }, { idempotencyKey }), { type: 'StripeIdempotencyError' });
  const rest = await stripe.refunds.create({ charge: charge.id });
  charge = await stripe.charges.retrieve(refund.charge);
  assert.deepEqual([rest.amount, charge.amount_refunded, charge.refunded], [598, 998, true]);
  await refused(stripe.refunds.create({ charge: charge.id }), { code: 'charge_already_refunded' });
  assert.deepEqual((await stripe.refunds.list({ payment_intent: intent })).data.map(({ id }) => id), [rest.id, refund.id]);
  assert.equal((await stripe.refunds.retrieve(rest.id)).id, rest.id);
  await told('"amount_refunded":998', 'charge.refunded');
});
await check('stripe: disputes', async () => {
  for (const outcome of ['won', 'lost']) {
    const { payment_intent: intent } = await bought();
    const opened = await (await fetch(`${base.origin}/charges/${intent}/dispute`, { method: 'POST' })).json();
    const dispute = await stripe.disputes.retrieve(opened.id);
    assert.deepEqual([dispute.object, dispute.status, dispute.amount, dispute.payment_intent], ['dispute', 'needs_response', 998, intent]);
    await told(dispute.id, 'charge.dispute.created');
    await refused(stripe.refunds.create({ payment_intent: intent }), { code: 'charge_disputed' });
    if (outcome === 'lost') await stripe.disputes.close(dispute.id);
    else await fetch(`${base.origin}/disputes/${dispute.id}/close`, { method: 'POST', body: outcome });
    assert.equal((await told(dispute.id, 'charge.dispute.closed')).data.object.status, outcome);
    assert.equal((await stripe.disputes.list({ payment_intent: intent })).data[0].status, outcome);
    await refused(stripe.disputes.close(dispute.id), { statusCode: 400 });
  }
});
await check('stripe: a bank debit is paid days later, or not', async () => {
  for (const [action, kind, status] of [['debit-arrives', 'succeeded', 'paid'], ['debit-fails', 'failed', 'unpaid']]) {
    const session = await stripe.checkout.sessions.create(params());
    assert.equal((await press(session, 'debit')).status, 303);
    const { status: done, payment_status: paid } = await stripe.checkout.sessions.retrieve(session.id);
    assert.deepEqual([done, paid], ['complete', 'unpaid']);
    assert.equal((await told(session.id, 'checkout.session.completed')).data.object.payment_status, 'unpaid');
    assert.equal((await press(session, action)).status, 200);
    await told(session.id, `checkout.session.async_payment_${kind}`);
    assert.equal((await stripe.checkout.sessions.retrieve(session.id)).payment_status, status);
  }
});
await check('stripe: events that are held back are listed, and wait to be resent', async () => {
  const deliver = (how) => fetch(`${base.origin}/delivery`, { method: 'POST', body: how });
  await deliver('held');
  const since = Math.floor(Date.now() / 1000) - 1;
  const session = await bought();
  const ours = (event) => JSON.stringify(event).includes(session.payment_intent);
  const types = ['checkout.session.completed', 'charge.succeeded'];
  const page = await stripe.events.list({ created: { gte: since }, types, limit: 100 });
  assert.deepEqual(page.data.filter(ours).map(({ type }) => type), types);
  const next = await stripe.events.list({ created: { gte: since }, types, limit: 1 });
  const last = await stripe.events.list({ created: { gte: since }, types, limit: 1, starting_after: next.data[0].id });
  assert.deepEqual([next.has_more, last.data[0].type], [true, 'charge.succeeded']);
  assert.equal((await stripe.events.list({ created: { lt: since - 100_000 } })).data.length, 0);
  assert.ok(!deliveries.some(({ body }) => body.includes(session.id)));
  await fetch(`${base.origin}/events/${page.data[0].id}/resend`, { method: 'POST' });
  assert.equal(deliveries.filter(({ body }) => body.includes(session.id)).length, 1);
  await deliver('flowing');
});
