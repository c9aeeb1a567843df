// A session made by one worker opens a tenant at another; people are invited to it by mail, and are nobody the moment they are removed.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { COUNTING, statementCounter } from '../scripts/lib/bench/statements.mjs';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

let stack;
let statements;
before(async () => {
  const state = resolve('.local/test/e2e-organizations');
  rmSync(state, { recursive: true, force: true });
  const vars = { LIMITS: JSON.stringify({ costly: [1000, 60], register: [1000, 60] }) };
  stack = await startStack({ offset: 2300, state, vars, postgresFlags: COUNTING });
  statements = await statementCounter(stack.databaseUrl);
});
after(async () => {
  await statements?.end();
  await stack?.stop();
});

/** How often the database was asked for an organization's name during `work`; queue and schedules ask for other things meanwhile. */
async function asked(work) {
  const count = () => statements.countOf('organizations o WHERE o\\.slug');
  const before = await count();
  await work();
  return (await count()) - before;
}

test('a person signs up and opens an organization that anyone can find', async () => {
  const { call, expect, person } = clientOf(stack);
  const cookie = await person('ada@example.com');
  const open = (slug, as) => call('organization-api', 'POST', '/api/organizations', { cookie: as, body: { name: 'Yoga', slug } });

  assert.equal((await open('yoga')).status, 401);
  const opened = await open('yoga', cookie);
  assert.equal(opened.status, 201, opened.text);
  const session = await expect(200, 'auth', 'GET', '/api/auth/session', { cookie });
  assert.equal(session.user.role, 'creator', 'the cached session was forgotten');
  const attempts = await Promise.all(Array.from({ length: 19 }, () => open('ayurveda', cookie)));
  assert.deepEqual([201, 409].map((status) => attempts.filter((answer) => answer.status === status).length), [1, 18]);

  const find = (headers) => call('organization-api', 'GET', '/api/organizations/slug/yoga', { headers });
  let found;
  assert.equal(await asked(async () => (found = await find())), 1, 'cold: one statement');
  assert.deepEqual(found.json.data, { ...opened.json.data, logoSizes: [] });
  // It is kept once the answer has left.
  await until('an answer without a statement', async () => (await asked(async () => assert.equal((await find()).text, found.text))) === 0);
  const known = await find({ 'if-none-match': found.headers.get('etag') });
  assert.deepEqual([known.status, known.text, known.headers.get('cache-control')], [304, '', 'public, no-cache']);
  await expect(200, 'organization-api', 'PATCH', `/api/organizations/${opened.json.data.id}`, { cookie, body: { description: 'Calm.' } });
  assert.equal((await find({ 'if-none-match': found.headers.get('etag') })).json.data.description, 'Calm.', 'a change is seen at once');
  const list = await expect(200, 'identity-api', 'GET', '/api/organizations?search=YURV&limit=1');
  assert.deepEqual([list.items[0].slug, list.pagination.total], ['ayurveda', 1]);
});

test('somebody without an account is invited by mail, joins, and is removed', async () => {
  const { call, expect, person } = clientOf(stack);
  const owner = await person('owner@example.com');
  const { data: studio } = await expect(201, 'organization-api', 'POST', '/api/organizations', { cookie: owner, body: { name: 'Studio', slug: 'studio' } });
  const at = `/api/organizations/${studio.id}`;
  const invitation = { email: 'guest@example.com', role: 'creator' };
  await expect(201, 'organization-api', 'POST', `${at}/members/invite`, { cookie: owner, body: invitation });

  const mail = await until('the invitation', async () => {
    await stack.cron('auth');
    const { items } = await (await fetch(`${stack.local}/api/messages?to=guest@example.com`)).json();
    return items.find(({ subject }) => subject.includes('Studio'));
  });
  const token = mail.text.match(/invitations\?token=([\w-]+)/)[1];
  const guest = await person('guest@example.com');
  // Through the other worker, which speaks for them.
  const joined = await expect(200, 'identity-api', 'POST', '/api/organizations/invitations/accept', { cookie: guest, body: { token } });
  assert.deepEqual([joined.data.slug, joined.data.role], ['studio', 'creator']);

  const draft = (slug) => ({ title: 'A', slug, contentType: 'written', contentBody: 'Text', visibility: 'members_only', organizationId: studio.id });
  await expect(201, 'content-api', 'POST', '/api/content', { cookie: guest, body: draft('one') });
  const members = await expect(200, 'organization-api', 'GET', `${at}/members?role=creator`, { cookie: guest });
  assert.equal(members.pagination.total, 1);

  await expect(204, 'organization-api', 'DELETE', `${at}/members/${members.items[0].userId}`, { cookie: owner });
  const refused = [
    await call('organization-api', 'GET', `${at}/members`, { cookie: guest }),
    await call('identity-api', 'GET', `${at}/members`, { cookie: guest }),
    await call('content-api', 'POST', '/api/content', { cookie: guest, body: draft('two') }),
  ];
  assert.deepEqual(refused.map(({ status }) => status), [404, 404, 404], 'the next request is refused in every worker');
});

test('two owners who demote each other at once leave one', async () => {
  const { call, expect, person } = clientOf(stack);
  const [one, two] = [await person('one@example.com'), await person('two@example.com')];
  const ids = await Promise.all([one, two].map(async (cookie) => (await expect(200, 'auth', 'GET', '/api/auth/session', { cookie })).user.id));
  const { data: pair } = await expect(201, 'organization-api', 'POST', '/api/organizations', { cookie: one, body: { name: 'Pair', slug: 'pair' } });
  const at = `/api/organizations/${pair.id}`;
  await expect(201, 'organization-api', 'POST', `${at}/members`, { cookie: one, body: { email: 'two@example.com', role: 'owner' } });
  const mail = await until('the invitation', async () => {
    await stack.cron('auth');
    const { items } = await (await fetch(`${stack.local}/api/messages?to=two@example.com`)).json();
    return items.find(({ subject }) => subject.includes('Pair'));
  });
  const token = mail.text.match(/token=([\w-]+)/)[1];
  await expect(200, 'organization-api', 'POST', '/api/organizations/invitations/accept', { cookie: two, body: { token } });
  const demote = (cookie, whom) => call('organization-api', 'PATCH', `${at}/members/${whom}`, { cookie, body: { role: 'member' } });
  const answers = await Promise.all([demote(one, ids[1]), demote(two, ids[0])]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403]);
});

test('a logo is kept where everybody can load it', async () => {
  const { call, expect, person } = clientOf(stack);
  const cookie = await person('painter@example.com');
  const { data } = await expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Paint', slug: 'paint' } });
  const post = (worker, bytes) => fetch(`${stack.urls[worker]}/api/organizations/${data.id}/settings/branding/logo`, { method: 'POST', headers: { cookie }, body: bytes });
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(50_000, 7)]);
  const { logoUrl } = (await (await post('organization-api', png)).json()).data;
  const logo = await fetch(logoUrl);
  assert.deepEqual([logo.status, logo.headers.get('content-type')], [200, 'image/png']);
  assert.deepEqual(Buffer.from(await logo.arrayBuffer()), png);
  assert.equal((await post('organization-api', '<svg/>')).status, 415);
  assert.equal((await post('identity-api', png)).status, 200, 'bytes pass through the other worker unchanged');
  assert.equal((await fetch(logoUrl)).status, 404, 'the old one is gone');
  const settings = await expect(200, 'organization-api', 'PATCH', `/api/organizations/${data.id}/settings`, {
    cookie,
    body: { branding: { primaryColor: '#FFFF00' } },
  });
  assert.equal(settings.warnings[0].path, 'branding.primaryColor');
  assert.equal((await call('organization-api', 'GET', '/api/organizations/slug/paint')).json.data.primaryColor, '#FFFF00');
});
