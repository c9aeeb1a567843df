// Mail in real workerd: caused at one worker, told of by a queue, delivered by another, to a provider that fails, is slow and lies.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const LIMITS = JSON.stringify({ register: [1000, 900], costly: [1000, 60] });

let stack;
let api;
let database;
let people = 0;
before(async () => {
  const state = resolve('.local/test/e2e-notifications');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 2200, state, vars: { LIMITS, MAIL_TIMEOUT_MS: '3000' } });
  api = clientOf(stack);
  database = new pg.Client({ connectionString: stack.databaseUrl });
  await database.connect();
});
after(async () => {
  await database?.end();
  await stack?.stop();
});

const address = () => `reader-${++people}@example.com`;
const query = async (sql, ...values) => (await database.query(sql, values)).rows;
const mailsTo = async (to) => (await (await fetch(`${stack.local}/api/messages?to=${encodeURIComponent(to)}`)).json()).items;
const provider = async (fault) => {
  const response = await fetch(`${stack.local}/api/faults`, { method: 'PUT', body: JSON.stringify(fault) });
  assert.equal(response.status, 200, await response.text());
};
const schedule = () => stack.cron('notifications-api');

test('is healthy', async () => {
  const { status, json } = await api.call('notifications-api', 'GET', '/health');
  assert.deepEqual([status, json.status], [200, 'healthy']);
});

test('a mail arrives without waiting for the schedule', async () => {
  const to = address();
  await api.person(to);
  const [mail] = await until('the mail', async () => {
    const mails = await mailsTo(to);
    return mails.length > 0 && mails;
  });
  assert.equal(mail.subject, 'Confirm your e-mail address');
  assert.match(mail.html, /^<!doctype html>/);
  await until('its note', async () => (await query('SELECT FROM outbox WHERE recipient = $1 AND sent_at IS NOT NULL AND provider_id = $2', to, mail.id))[0]);
});

for (const [what, fault, error, taken] of [
  ['fails', { status: 500 }, 'PROVIDER_FAILED', 0],
  ['has no time', { status: 429, body: '{}' }, 'PROVIDER_BUSY', 0],
  ['answers nonsense', { status: 200, body: '<html>' }, 'PROVIDER_NONSENSE', 0],
  ['takes it and says it failed', { status: 502, takes: true }, 'PROVIDER_FAILED', 1],
  ['takes it and answers too late', { delay: 10_000 }, 'PROVIDER_UNREACHABLE', 1],
]) {
  test(`a provider that ${what} loses nothing and sends nothing twice`, async () => {
    const to = address();
    await provider(fault);
    await api.person(to);
    await until('the failure', async () => {
      await schedule();
      return (await query('SELECT FROM outbox WHERE recipient = $1 AND last_error = $2', to, error))[0];
    });
    await provider({});
    assert.equal((await mailsTo(to)).length, taken);
    await schedule();
    assert.equal((await query('SELECT FROM outbox WHERE recipient = $1 AND sent_at IS NULL', to)).length, 1, 'it waits its time');
    await query('UPDATE outbox SET due_at = now() WHERE recipient = $1', to);
    await until('the delivery', async () => {
      await schedule();
      return (await query('SELECT FROM outbox WHERE recipient = $1 AND sent_at IS NOT NULL', to))[0];
    });
    assert.equal((await mailsTo(to)).length, 1);
  });
}

test('of schedules and queue at once each mail is sent once', async () => {
  await query(
    `INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
     SELECT gen_random_uuid(), 'new-sale', 'crowd@example.com', json_build_object('title', n), now(), now() FROM generate_series(1, 90) n`,
  );
  const others = Array.from({ length: 3 }, () => api.person(address()));
  await Promise.all([...Array.from({ length: 8 }, schedule), ...others]);
  await until('all of them', async () => (await query("SELECT FROM outbox WHERE recipient = 'crowd@example.com' AND sent_at IS NULL")).length === 0);
  const subjects = (await mailsTo('crowd@example.com')).map(({ subject }) => subject);
  assert.deepEqual([subjects.length, new Set(subjects).size], [90, 90]);
});

test("a tenant's words are tried, used, and ended with one click", async () => {
  const to = address();
  const cookie = await api.person(to);
  await query('UPDATE users SET email_verified_at = now() WHERE email = $1', to);
  const send = (status, method, path, body) => api.expect(status, 'notifications-api', method, path, { cookie, body });
  const { data } = await api.expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Yoga', slug: 'yoga' } });
  const base = `/api/templates/organizations/${data.id}`;
  const template = { name: 'summer-sale', subject: 'Sale, {{name}}!', htmlBody: '<p>{{message}}</p>', textBody: '{{message}}' };
  const refused = await api.call('notifications-api', 'POST', base, { cookie, body: { ...template, htmlBody: '<p>{{secret}}</p>' } });
  assert.deepEqual([refused.status, refused.json.error.code], [422, 'UNKNOWN_VARIABLE']);
  const made = (await send(201, 'POST', base, template)).data;
  const shown = await send(200, 'POST', `/api/templates/${made.id}/preview`, { data: { message: '<b>50 %</b>' } });
  assert.match(shown.data.html, /&lt;b&gt;50 %&lt;\/b&gt;/);
  const trial = { recipientEmail: to, data: { name: 'Bo' } };
  assert.equal((await api.call('notifications-api', 'POST', `/api/templates/${made.id}/test-send`, { cookie, body: trial })).status, 204);
  await until('the trial', async () => (await mailsTo(to)).find(({ subject }) => subject === '[Test] Sale, Bo!'));

  await send(200, 'PATCH', `${base}/${made.id}`, { status: 'active' });
  const campaign = () =>
    query(
      `INSERT INTO outbox (id, template, recipient, data, created_at, due_at, category, organization_id, user_id)
       SELECT gen_random_uuid(), 'summer-sale', email, '{"name": "Ada"}', now(), now(), 'marketing', $2, id FROM users WHERE email = $1`,
      to,
      data.id,
    );
  await campaign();
  await schedule();
  const sale = await until('the sale', async () => (await mailsTo(to)).find(({ subject }) => subject === 'Sale, Ada!'));
  assert.match(sale.from, /Yoga via Codex/);
  assert.equal(sale.headers['List-Unsubscribe-Post'], 'List-Unsubscribe=One-Click');
  const link = sale.headers['List-Unsubscribe'].slice(1, -1);
  const asked = await fetch(link);
  assert.deepEqual([asked.status, asked.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  const clicked = await fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
  assert.equal(clicked.status, 200, await clicked.clone().text());
  const wants = await api.expect(200, 'identity-api', 'GET', '/api/user/notification-preferences', { cookie });
  assert.deepEqual(wants.data, { transactional: true, marketing: false, digest: true });
  await campaign();
  await schedule();
  await until('the refusal', async () => (await query("SELECT FROM outbox WHERE recipient = $1 AND last_error = 'UNSUBSCRIBED'", to))[0]);
  assert.equal((await mailsTo(to)).filter(({ subject }) => subject === 'Sale, Ada!').length, 1);
  const log = await send(200, 'GET', `/api/deliveries/organizations/${data.id}`);
  assert.deepEqual(
    log.items.map(({ state, lastError }) => [state, lastError]),
    [['failed', 'UNSUBSCRIBED'], ['sent', null], ['sent', null]],
  );
});
