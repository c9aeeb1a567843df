// Checks scripts/local with Neon's own driver and Stripe's own client.
// Needs the program running: LOCAL_URL, DATABASE_URL, STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET_BOOKING as it has them.
// It listens on the port of BOOKING_WEBHOOK_URL itself, to be the webhook; CHECK_WEBHOOK=0 leaves that part out when
// the real worker is there.
import assert from 'node:assert/strict';
import http from 'node:http';
import { neon, neonConfig } from '@neondatabase/serverless';
import Stripe from 'stripe';

const base = new URL(process.env.LOCAL_URL ?? 'http://127.0.0.1:4100');
const need = (name) => process.env[name] ?? (console.error(`${name} is not set`), process.exit(2));
const databaseUrl = need('DATABASE_URL');
const secret = need('STRIPE_WEBHOOK_SECRET_BOOKING');
// Each of the other webhooks has its own secret, where the program was given one.
const secretOf = (kind) => {
  const endpoint = kind.startsWith('charge.dispute.') ? 'DISPUTE' : kind.startsWith('customer.') ? 'CUSTOMER' : kind.startsWith('checkout.') ? 'BOOKING' : 'PAYMENT';
  return process.env[`STRIPE_WEBHOOK_SECRET_${endpoint}`] || secret;
};
const webhookUrl = new URL(process.env.BOOKING_WEBHOOK_URL ?? 'http://localhost:42072/webhooks/stripe/booking');

neonConfig.fetchEndpoint = new URL('/sql', base).href;
neonConfig.disableWarningInBrowsers = true;
const sql = neon(databaseUrl);
const stripe = new Stripe(need('STRIPE_SECRET_KEY'), {
  host: base.hostname, port: base.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false,
});

let passed = 0;
const failures = [];
async function check(name, run) {
  try {
    await run();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL ${name}\n     ${error.stack?.replaceAll('\n', '\n     ')}`);
  }
}
const one = async (text, params) => Object.values((await sql.query(text, params))[0])[0];
const unique = () => crypto.randomUUID();
const refused = (promise, expected) => assert.rejects(promise, (error) => {
  for (const [field, value] of Object.entries(expected)) assert.equal(error[field], value, `${field}: ${error[field]}`);
  return true;
});

// ---- Neon's SQL over HTTP

await check('sql: tagged template, types of the driver', async () => {
  const rows = await sql`SELECT ${'a'}::text AS text, ${7}::int AS number, ${true}::bool AS truth, ${null}::text AS nothing`;
  assert.deepEqual(rows, [{ text: 'a', number: 7, truth: true, nothing: null }]);
});
await check('sql: every type prints as Postgres prints it', async () => {
  const values = {
    bool: ['true', 'false'], int2: ['-7'], int4: ['2147483647'], int8: ['-9223372036854775808'], oid: ['4000000000'],
    float4: ['1.5', '1e+06', '-1e-05', 'NaN', '0', '123456'], float8: ['0.1', '1e+15', '123456789012345', '-Infinity', '0.0001', '1.5e-07', '-0'],
    numeric: ['0', '0.00', '-12345.6780', '10000', '0.0001', '99999999999999999999.000000001', 'NaN', '100000000', '0.00012345'],
    text: ['', 'é"\\\n'], varchar: ['x'], name: ['pg_class'], bpchar: ['ab'], uuid: ['0190b6a4-8c1e-7bd4-8f3e-1d2c3b4a5968'],
    date: ['2026-11-21', '1999-12-31', '2000-02-29', '1900-03-01', 'infinity', '0044-03-15 BC'],
    timestamp: ['2026-11-21 07:49:40.120000', '1969-12-31 23:59:59.999999'], timestamptz: ['2026-11-21 07:49:40+02', '1970-01-01 00:00:00.5+00', '-infinity'],
    bytea: ['\\x00ff10', '\\x'], json: ['{"b": 1,  "a":[1,2]}', 'null'], jsonb: ['{"b": 1,  "a":[1,2]}'],
    'text[]': ['{}', '{a,"b c",NULL,"NULL","","x\\"y\\\\z","{,}"}'], 'int4[]': ['{1,2,NULL}'], 'uuid[]': ['{0190b6a4-8c1e-7bd4-8f3e-1d2c3b4a5968}'],
  };
  for (const [type, texts] of Object.entries(values)) {
    for (const text of texts) {
      const body = await raw({ query: `SELECT v, v::text FROM (SELECT $1::${type} AS v)`, params: [text] });
      const [ours, theirs] = body.rows[0];
      assert.equal(ours, type === 'bool' ? theirs[0] : theirs, `${type} ${text}`);
    }
  }
});
async function raw(body, headers = {}) {
  const response = await fetch(neonConfig.fetchEndpoint, {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'neon-connection-string': databaseUrl, 'neon-raw-text-output': 'true', 'neon-array-mode': 'true', ...headers },
  });
  return { status: response.status, ...(await response.json()) };
}
await check('sql: JSON documents pass through as the server wrote them', async () => {
  const { rows } = await raw({ query: `SELECT '{"b": 1,   "a": "é\\u0041"}'::json`, params: [] });
  assert.equal(rows[0][0], '{"b": 1,   "a": "é\\u0041"}');
  assert.deepEqual(await one('SELECT to_json(r) FROM (SELECT 1 AS a, NULL AS b) r'), { a: 1, b: null });
});
await check('sql: timestamps inside JSON are in UTC', async () => {
  assert.match(await one("SELECT to_json('2026-01-01 00:00:00+02'::timestamptz)"), /^2025-12-31T22:00:00\+00:00$/);
});
await check('sql: without raw text and array mode, JSON values and objects', async () => {
  const { rows, rowAsArray } = await raw(
    { query: `SELECT 1 AS a, true AS b, '{"c":[1]}'::jsonb AS c, 9007199254740993 AS d, 1.5::float8 AS e`, params: [] },
    { 'neon-raw-text-output': 'false', 'neon-array-mode': 'false' },
  );
  assert.deepEqual(rows, [{ a: 1, b: true, c: { c: [1] }, d: '9007199254740993', e: 1.5 }]);
  assert.equal(rowAsArray, false);
});
const table = `check_local_${process.pid}`;
await check('sql: full results, command, row count, constraint and its fields', async () => {
  const made = await sql.query(`CREATE TABLE ${table} (id int CONSTRAINT ${table}_pk PRIMARY KEY, tags text[], note text NOT NULL)`, [], { fullResults: true });
  assert.deepEqual([made.command, made.fields, made.rows], ['CREATE', [], []]);
  const insert = await sql.query(`INSERT INTO ${table} VALUES ($1,$2,$3),($4,'{}','n') RETURNING id, tags`, [1, ['a', 'b "c"', null], 'x', '2'], { fullResults: true });
  assert.deepEqual([insert.command, insert.rowCount, insert.rows], ['INSERT', 2, [{ id: 1, tags: ['a', 'b "c"', null] }, { id: 2, tags: [] }]]);
  assert.deepEqual(insert.fields.map((field) => [field.name, field.dataTypeID]), [['id', 23], ['tags', 1009]]);
  const changed = await sql.query(`WITH a AS (SELECT 1) UPDATE ${table} SET note = 'y'`, [], { fullResults: true });
  assert.deepEqual([changed.command, changed.rowCount], ['UPDATE', 2]);
  await refused(sql.query(`INSERT INTO ${table} VALUES (1,'{}','x')`), { code: '23505', constraint: `${table}_pk`, table, severity: 'ERROR' });
  await refused(sql.query(`INSERT INTO ${table} VALUES (3,'{}',NULL)`), { code: '23502', column: 'note' });
});
await check('sql: a statement prepared before its table changed', async () => {
  for (const column of ['a', 'b', 'c']) {
    await Promise.all(Array.from({ length: 16 }, () => sql.query(`SELECT * FROM ${table}`)));
    await sql.query(`ALTER TABLE ${table} ADD COLUMN ${column} int`);
  }
  assert.equal((await sql.query(`SELECT * FROM ${table}`)).length, 2);
});
await check('sql: transactions are atomic', async () => {
  const [a, b] = await sql.transaction([sql`SELECT 1 AS a`, sql`SELECT current_setting('transaction_isolation') AS b`], { isolationLevel: 'Serializable', readOnly: true });
  assert.deepEqual([a, b], [[{ a: 1 }], [{ b: 'serializable' }]]);
  await refused(sql.transaction([sql.query(`DELETE FROM ${table}`), sql`SELECT 1/0`]), { code: '22012' });
  assert.equal(await one(`SELECT count(*)::int FROM ${table}`), 2);
  await sql.query(`DROP TABLE ${table}`);
});
await check('sql: bad statements, bad parameters, bad bodies', async () => {
  await refused(sql.query('SELEC 1'), { code: '42601', position: '1' });
  await refused(sql.query('SELECT * FROM nowhere_at_all'), { code: '42P01' });
  await refused(sql.query('SELECT $1::int', ['x']), { code: '22P02' });
  await refused(sql.query('SELECT 1', ['x']), { name: 'NeonDbError' });
  await refused(sql.query('SELECT 1; SELECT 2'), { code: '42601' });
  await refused(sql.query('SELECT $1::text', ['a\0b']), { code: '22021' });
  assert.equal((await raw({})).status, 400);
  assert.equal((await raw({ query: 'SELECT 1' }, { 'neon-connection-string': 'postgres://someone:else@127.0.0.1/other' })).status, 400);
  assert.equal(await one('SELECT 1'), 1);
});
await check('sql: statements are counted; many at once', async () => {
  const count = async () => (await (await fetch(new URL('/sql/count', base))).json()).statements;
  const before = await count();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => one('SELECT $1::int', [i])));
  assert.deepEqual(answers, Array.from({ length: 200 }, (_, i) => i));
  if (process.env.CHECK_WEBHOOK !== '0') assert.equal((await count()) - before, 200);
});

// ---- Stripe

const params = (more = {}) => ({
  mode: 'payment', success_url: `${base.href}?session={CHECKOUT_SESSION_ID}`, cancel_url: `${base.href}?cancelled`,
  customer_email: 'buyer@example.com', client_reference_id: unique(), metadata: { contentId: unique(), 'a b': 'c&d=é' },
  payment_intent_data: { metadata: { x: 'y' } },
  line_items: [{ quantity: 2, price_data: { currency: 'gbp', unit_amount: 499, product_data: { name: 'A film' } } }], ...more,
});
const press = (session, action) => fetch(`${base.origin}/pay/${session.id}`, { method: 'POST', body: new URLSearchParams({ action }), redirect: 'manual' });

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

if (process.env.CHECK_WEBHOOK !== '0') {
  const deliveries = [];
  let refusals = 0;
  const webhook = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const refuse = refusals > 0;
    refusals -= 1;
    deliveries.push({ body: Buffer.concat(chunks).toString(), signature: request.headers['stripe-signature'], refused: refuse });
    response.writeHead(refuse ? 500 : 200).end();
  });
  await new Promise((resolve, reject) => webhook.on('error', reject).listen(Number(webhookUrl.port), webhookUrl.hostname, resolve));
  const arrived = async (find, wait = 8000) => {
    for (const end = Date.now() + wait; Date.now() < end; await new Promise((next) => setTimeout(next, 20))) {
      const matching = deliveries.filter(find);
      if (matching.length) return matching;
    }
    return assert.fail('the webhook was not called in time');
  };
  const about = (session) => (delivery) => !delivery.refused && delivery.body.includes(session.id);

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
    refusals = 2;
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
  const told = async (id, kind) => {
    const [delivery] = await arrived(({ body, refused: no }) => !no && body.includes(`"type":"${kind}"`) && body.includes(id));
    return stripe.webhooks.constructEvent(delivery.body, delivery.signature, secretOf(kind));
  };
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
  webhook.close();
  webhook.closeAllConnections();
}

// ---- Mailbox

const send = (mail, headers = {}) => fetch(new URL('/emails', base), {
  method: 'POST', body: JSON.stringify(mail), headers: { authorization: 'Bearer re_test', 'content-type': 'application/json', ...headers },
});
const inbox = async (to) => (await (await fetch(new URL(`/api/messages?to=${encodeURIComponent(to)}`, base))).json()).items;

await check('mail: sent, found by its recipient, newest first', async () => {
  const to = `${unique()}@example.com`;
  for (const subject of ['first', 'second']) {
    const answer = await send({ from: 'Codex <no-reply@example.com>', to: [`Ann <${to}>`], subject, text: 'hello', headers: { 'X-A': 'b' } });
    assert.equal(answer.status, 200);
    assert.match((await answer.json()).id, /^[0-9a-f-]{36}$/);
  }
  const items = await inbox(to.toUpperCase());
  assert.deepEqual(items.map((item) => [item.subject, item.text, item.html, item.headers['X-A']]), [['second', 'hello', null, 'b'], ['first', 'hello', null, 'b']]);
});
await check('mail: idempotency keys and refusals', async () => {
  const mail = { from: 'a@example.com', to: `${unique()}@example.com`, subject: 's', html: '<p>x' };
  const headers = { 'idempotency-key': unique() };
  const ids = await Promise.all([1, 2, 3].map(async () => (await (await send(mail, headers)).json()).id));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await inbox(mail.to)).length, 1);
  assert.equal((await send({ ...mail, subject: 't' }, headers)).status, 409);
  assert.equal((await send(mail, { authorization: '' })).status, 401);
  assert.equal((await send({ ...mail, html: undefined })).status, 422);
  assert.equal((await send({ ...mail, to: 'nobody' })).status, 422);
});
await check('mail: the page escapes what strangers write', async () => {
  const to = `${unique()}@example.com`;
  await send({ from: 'a@example.com', to, subject: '<script>alert(1)</script>', html: '"><script>alert(2)</script>' });
  const page = await (await fetch(new URL(`/mailbox?to=${to}`, base))).text();
  assert.ok(!page.includes('<script'));
  assert.match(page, /<iframe sandbox="[^"]*" srcdoc="[^"]*&quot;&gt;&lt;script/);
});
await check('health and index', async () => {
  for (const path of ['/health', '/', '/mailbox']) assert.equal((await fetch(new URL(path, base))).status, 200);
});

console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
