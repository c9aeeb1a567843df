// Every route of every worker, as everybody: what workers/*/routes.txt lists, times those who may ask, must be answered as matrix.txt
// says. Each asks about things of one organization, made anew for them, so that nobody finds what another one did to it.
// UPDATE_MATRIX=1 writes down what was answered instead: a change of that file is a change of who may do what, to be reviewed.
import assert from 'node:assert/strict';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { PASSWORD, clientOf } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const TABLE = 'e2e/matrix.txt';
/** The columns: nobody, somebody from outside, who has which place in the organization, who owns another one, who runs the platform. */
const CALLERS = ['anonymous', 'stranger', 'member', 'creator', 'admin', 'owner', 'rival', 'platform'];
const NOBODY = '019aa000-0000-7000-8000-00000000ffff';
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');
const TEMPLATE = { name: 'receipt', subject: 'Thanks', htmlBody: '<p>Thanks</p>', textBody: 'Thanks' };
const LANDING = 'http://yoga.localhost:3000/thanks?session_id={CHECKOUT_SESSION_ID}';

/** Bodies that routes take; where none is here and the document wants one, `{}`. `t` are the things asked about. */
const BODIES = {
  'POST /api/auth/change-email': () => ({ newEmail: 'other@example.com', password: PASSWORD }),
  'POST /api/auth/change-password': () => ({ currentPassword: PASSWORD, newPassword: PASSWORD }),
  'POST /api/auth/email/login': () => ({ email: 'nobody@example.com', password: PASSWORD }),
  'POST /api/auth/sign-in/email': () => ({ email: 'nobody@example.com', password: PASSWORD }),
  'POST /api/auth/email/register': (t) => ({ email: `one-${t.caller}@example.com`, password: PASSWORD, name: 'One' }),
  'POST /api/auth/sign-up/email': (t) => ({ email: `two-${t.caller}@example.com`, password: PASSWORD, name: 'Two' }),
  'POST /api/auth/email/send-reset-password-email': () => ({ email: 'nobody@example.com' }),
  'POST /api/auth/email/send-verification-email': () => ({ email: 'nobody@example.com' }),
  'POST /api/auth/request-password-reset': () => ({ email: 'nobody@example.com' }),
  'POST /api/auth/send-verification-email': () => ({ email: 'nobody@example.com' }),
  'POST /api/content': (t) => ({ title: 'New', slug: `new-${t.caller}`, contentType: 'written', contentBody: 'x', organizationId: t.organization }),
  'PATCH /api/content/{id}': () => ({ description: 'Better' }),
  'POST /api/content/{id}/thumbnail': () => ({ mimeType: 'image/png', fileSizeBytes: 10 }),
  'PUT /api/content/{id}/thumbnail': (t) => ({ key: `${t.people.creator}/thumbnails/${t.content}/a.png` }),
  'POST /api/media': () => ({ title: 'New', mediaType: 'audio', mimeType: 'audio/mpeg', fileSizeBytes: 10 }),
  'PATCH /api/media/{id}': () => ({ title: 'Better' }),
  'POST /api/media/{id}/package': () => ({ files: [{ path: 'a.ts', contentType: 'video/mp2t', sizeBytes: 1 }] }),
  'POST /api/access/content/{id}/progress': () => ({ positionSeconds: 1, durationSeconds: 4 }),
  'POST /api/access/playback-progress/{id}': () => ({ positionSeconds: 1, durationSeconds: 4 }),
  'POST /api/user/playback-progress': (t) => ({ items: [{ contentId: t.content, positionSeconds: 1, durationSeconds: 4 }] }),
  'POST /checkout/create': (t) => ({ contentId: t.content, successUrl: LANDING, cancelUrl: LANDING }),
  'POST /checkout/portal-session': () => ({ returnUrl: 'http://yoga.localhost:3000/' }),
  'POST /api/organizations': (t) => ({ name: 'New', slug: `new-${t.caller}-${++made}` }),
  'PATCH /api/organizations/{id}': () => ({ description: 'Better' }),
  'POST /api/organizations/invitations/accept': () => ({ token: 'nonsense' }),
  'POST /api/organizations/invitations/decline': () => ({ token: 'nonsense' }),
  'POST /api/organizations/{id}/members': (t) => ({ email: `a-${t.caller}@example.com`, role: 'member' }),
  'POST /api/organizations/{id}/members/invite': (t) => ({ email: `b-${t.caller}@example.com`, role: 'member' }),
  'PATCH /api/organizations/{id}/members/{user_id}': () => ({ role: 'member' }),
  'PATCH /api/organizations/{id}/settings': () => ({ contact: { platformName: 'Better' } }),
  'POST /api/organizations/{id}/settings/branding/logo': () => PNG,
  'POST /api/organizations/{id}/transfer': (t) => ({ userId: t.people.admin }),
  'POST /api/user/avatar': () => PNG,
  'PUT /api/user/notification-preferences': () => ({ marketing: true, digest: true }),
  'DELETE /api/user/account': () => ({ confirmation: 'DELETE' }),
  'POST /api/templates/creator': () => TEMPLATE,
  'POST /api/templates/global': () => TEMPLATE,
  'POST /api/templates/organizations/{organizationId}': () => TEMPLATE,
  'POST /api/templates/{id}/preview': () => ({ data: {} }),
  'POST /api/templates/{id}/test-send': () => ({ recipientEmail: 'somebody@example.com', data: {} }),
  'PUT /api/admin/fees': () => ({ platformBp: 1000, organizationBp: 1000 }),
  'PUT /api/admin/fees/organizations/{organizationId}': () => ({ platformBp: 900, organizationBp: 900 }),
  // Through the identity worker, which passes everything on.
  'POST /api/organizations/{*path}': () => undefined,
  'PUT /api/organizations/{*path}': () => ({}),
  'PATCH /api/organizations/{*path}': () => ({ description: 'Better' }),
};
let made = 0;

/** What a parameter stands for, by the path it is in. */
function things(path, method, t) {
  if (path === '/api/organizations/{*path}') return { '*path': method === 'PUT' ? `${t.organization}/settings/features` : method === 'POST' ? `${t.organization}/followers` : method === 'DELETE' ? `${t.organization}/followers` : t.organization };
  const id = Object.entries({
    '/api/auth/sessions/': t.session,
    '/api/templates/organizations/': t.template,
    '/api/templates/creator/': t.creatorTemplate,
    '/api/templates/global/': t.globalTemplate,
    '/api/templates/': t.template,
    '/api/organizations/': t.organization,
    '/api/media/': t.media,
    '/api/admin/customers/': t.people.member,
    '/purchases/': t.purchase,
  }).find(([start]) => path.startsWith(start))?.[1];
  return {
    id: id ?? t.content, organizationId: t.organization, contentId: t.content, user_id: t.people.member, invitation_id: t.invitation,
    slug: t.slug, token: 'nonsense', '*path': 'master.m3u8',
  };
}

/** Asked last, in this order and after whatever else is deleted: what they are about is gone or theirs no longer. */
const ENDS = [
  'POST /api/admin/content/{id}/unpublish', 'POST /api/admin/content/{id}/publish', 'POST /api/content/{id}/unpublish', 'POST /api/content/{id}/archive',
  'DELETE /api/content/{id}', 'DELETE /api/organizations/{id}', 'POST /api/organizations/{id}/restore', 'POST /api/organizations/{id}/transfer',
  'DELETE /api/organizations/{id}/members/{user_id}', 'POST /api/organizations/{id}/leave',
];
/** Asked after everything else of everybody: the caller is somebody else then, signed out, or gone. */
const EXITS = [
  'DELETE /api/auth/sessions', 'POST /api/auth/change-password', 'POST /api/organizations', 'DELETE /api/user/account', 'POST /api/auth/email/login', 'POST /api/auth/sign-in/email',
  'POST /api/auth/email/register', 'POST /api/auth/sign-up/email', 'POST /api/auth/signout', 'POST /api/auth/sign-out',
];

/** `worker METHOD path` of every route, and whether its document wants a JSON body. */
function routes() {
  return globSync('workers/*/routes.txt').sort().flatMap((file) => {
    const worker = file.split(/[\\/]/)[1];
    if (worker === 'hasher') return [];
    const { paths } = JSON.parse(readFileSync(`workers/${worker}/openapi.json`, 'utf8'));
    return readFileSync(file, 'utf8').trim().split('\n').map((line) => {
      const [method, path] = line.split(/\s+/);
      const operation = paths[path]?.[method.toLowerCase()];
      return { worker, method, path, key: `${method} ${path}`, json: Boolean(operation?.requestBody?.content?.['application/json']) };
    });
  });
}

let stack;
let query;
let end;
const cookies = {};
const people = {};
before(async () => {
  const state = resolve('.local/test/e2e-matrix');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 2650, state, adjust: COARSE.local, vars: { LIMITS } });
  const database = new pg.Client({ connectionString: stack.databaseUrl });
  await database.connect();
  query = (sql, ...values) => database.query(sql, values);
  end = () => database.end();
  const { expect, person } = clientOf(stack);
  for (const caller of CALLERS.slice(1)) {
    cookies[caller] = await person(`${caller}@example.com`);
    people[caller] = (await expect(200, 'auth', 'GET', '/api/auth/session', { cookie: cookies[caller] })).user.id;
  }
  await query(`UPDATE users SET email_verified_at = now(), role = CASE split_part(email, '@', 1) WHEN 'platform' THEN 'platform_owner'
    WHEN 'creator' THEN 'creator' WHEN 'owner' THEN 'creator' WHEN 'rival' THEN 'creator' ELSE 'customer' END`);
  const { rows: [{ id: elsewhere }] } = await query(`INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at) VALUES (gen_random_uuid(), 'elsewhere', 'Elsewhere', $1, now(), now()) RETURNING id`, people.rival);
  await query('INSERT INTO organization_slugs (slug, organization_id) VALUES ($1, $2)', 'elsewhere', elsewhere);
  await query('INSERT INTO organization_members VALUES ($1, $2, $3, now())', elsewhere, people.rival, 'owner');
  // Sessions that a cache remembers know the old roles for a moment: everybody signs in anew.
  for (const caller of CALLERS.slice(1)) {
    const answer = await clientOf(stack).call('auth', 'POST', '/api/auth/email/login', { body: { email: `${caller}@example.com`, password: PASSWORD } });
    cookies[caller] = answer.headers.get('set-cookie').split(';')[0];
  }
});
after(async () => {
  await end?.();
  await stack?.stop();
});

/** An organization with one of each: a text for sale that the member bought, a recording, an invitation, templates, a gift. */
async function universe(caller) {
  const id = async (sql, ...values) => (await query(sql, ...values)).rows[0].id;
  const slug = `matrix-${caller}`;
  const organization = await id(`INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at) VALUES (gen_random_uuid(), $1, $1, $2, now(), now()) RETURNING id`, slug, people.owner);
  await query('INSERT INTO organization_slugs (slug, organization_id) VALUES ($1, $2)', slug, organization);
  for (const role of ['member', 'creator', 'admin', 'owner']) await query('INSERT INTO organization_members VALUES ($1, $2, $3, now())', organization, people[role], role);
  const media = await id(`INSERT INTO media_items (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, status, audio_key, duration_seconds, created_at, updated_at)
    VALUES (gen_random_uuid(), $1, 'A recording', 'audio', 'audio/mpeg', 1, 'k', 'ready', 'k', 4, now(), now()) RETURNING id`, people.creator);
  const content = await id(`INSERT INTO content (id, creator_id, organization_id, title, slug, content_type, content_body, visibility, price_cents, status, published_at, created_at, updated_at)
    VALUES (gen_random_uuid(), $1, $2, 'A text', 'a-text', 'written', 'x', 'purchased_only', 2999, 'published', now(), now(), now()) RETURNING id`, people.creator, organization);
  const purchase = await id(`INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, status, amount_cents, currency, platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at)
    VALUES (gen_random_uuid(), $1, $2, $3, $4, 'cs_' || $5::text, 'paid', 2999, 'usd', 300, 270, 2429, now()) RETURNING id`, people.member, content, organization, people.creator, caller);
  await query('INSERT INTO content_access VALUES ($1, $2, $3, now(), NULL)', people.member, content, purchase);
  const invitation = await id(`INSERT INTO organization_invitations (id, organization_id, email, role, token_hash, created_at, sent_at, expires_at)
    VALUES (gen_random_uuid(), $1, 'guest@example.com', 'member', $2, now(), now() - interval '1 hour', now() + interval '7 days') RETURNING id`, organization, `hash-${caller}`);
  const template = (owner, value) => id(`INSERT INTO email_templates (id, ${owner}, name, subject, html_body, text_body, status, created_at, updated_at)
    VALUES (gen_random_uuid(), $1, 'receipt', 'Thanks', '<p>Thanks</p>', 'Thanks', 'draft', now(), now()) RETURNING id`, value);
  const session = await id(`INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at, epoch)
    SELECT gen_random_uuid(), $1, id, now(), now() + interval '1 day', session_epoch FROM users WHERE id = $2 RETURNING id`, `session-${caller}`, people.member);
  return {
    caller, people, slug, organization, media, content, purchase, invitation, session,
    template: await template('organization_id', organization),
    creatorTemplate: await template('creator_id', people.creator),
    globalTemplate: await template('creator_id', null),
  };
}

/** What `caller` is answered: `yes`, or the status of the refusal; `tolerant` of failures, the status and the text. */
async function ask({ worker, method, path, key, json }, caller, t, tolerant = false) {
  const parameters = things(path, method, t);
  const filled = path.replace(/\{([^}]+)\}/g, (_, name) => parameters[name] ?? NOBODY);
  const about = path.startsWith('/api/admin/') && method === 'GET' && !path.startsWith('/api/admin/fees') ? `?organizationId=${t.organization}` : '';
  const body = key in BODIES ? BODIES[key](t) : json ? {} : undefined;
  const raw = Buffer.isBuffer(body);
  const response = await fetch(stack.urls[worker] + filled + about, {
    method,
    redirect: 'manual',
    headers: { ...(cookies[caller] && { cookie: cookies[caller] }), ...(body && !raw && { 'content-type': 'application/json' }) },
    body: body && (raw ? body : JSON.stringify(body)),
  });
  const text = await response.text();
  if (tolerant) return { status: response.status, text };
  assert.ok(response.status < 500, `${key} as ${caller}: ${response.status} ${text}`);
  const renewed = response.headers.getSetCookie().find((cookie) => cookie.startsWith('codex-session='));
  if (renewed && cookies[caller]) cookies[caller] = renewed.split(';')[0];
  return response.status < 400 ? 'yes' : String(response.status);
}

const lineOf = ({ worker, method, path }, answers) => `${worker.padEnd(17)} ${method.padEnd(6)} ${path.padEnd(62)} ${answers.map((answer) => answer.padEnd(9)).join(' ')}`.trimEnd();

test('every route answers everybody as the table says', { timeout: 900_000 }, async () => {
  const all = routes();
  const answers = new Map(all.map((route) => [route, []]));
  const last = [...ENDS, ...EXITS];
  const place = ({ key, method }) => (last.includes(key) ? 2 + last.indexOf(key) : method === 'DELETE' ? 1 : 0);
  const ordered = [...all].sort((a, b) => place(a) - place(b));
  const universes = new Map();
  for (const caller of CALLERS) universes.set(caller, await universe(caller));
  const isExit = ({ key }) => EXITS.includes(key);
  for (const exits of [false, true]) {
    for (const [index, caller] of CALLERS.entries()) {
      for (const route of ordered.filter((route) => isExit(route) === exits)) answers.get(route)[index] = await ask(route, caller, universes.get(caller));
    }
  }
  const head = lineOf({ worker: '#', method: '', path: '' }, CALLERS);
  const table = [head, ...all.map((route) => lineOf(route, answers.get(route)))];
  if (process.env.UPDATE_MATRIX) writeFileSync(TABLE, `${table.join('\n')}\n`);
  const expected = readFileSync(TABLE, 'utf8').trim().split('\n');
  const differing = table.filter((line) => !expected.includes(line));
  const gone = expected.filter((line) => !table.includes(line));
  assert.deepEqual({ answered: differing, expected: gone }, { answered: [], expected: [] });
});

/** What a tenant has, but for what anybody may add to it. */
async function holdings(t) {
  const people = [t.people.creator, t.people.owner];
  const { rows } = await query(`SELECT json_build_object(
    'organization', (SELECT to_jsonb(o) - 'follower_count' FROM organizations o WHERE id = $1),
    'slugs', (SELECT jsonb_agg(s ORDER BY s.slug) FROM organization_slugs s WHERE organization_id = $1),
    'members', (SELECT jsonb_agg(m ORDER BY m.user_id) FROM organization_members m WHERE organization_id = $1),
    'invitations', (SELECT jsonb_agg(i ORDER BY i.id) FROM organization_invitations i WHERE organization_id = $1),
    'content', (SELECT jsonb_agg(c ORDER BY c.id) FROM content c WHERE organization_id = $1),
    'media', (SELECT jsonb_agg(m ORDER BY m.id) FROM media_items m WHERE creator_id = ANY ($2)),
    'templates', (SELECT jsonb_agg(e ORDER BY e.id) FROM email_templates e WHERE organization_id = $1 OR creator_id = ANY ($2)),
    'tiers', (SELECT jsonb_agg(r ORDER BY r.id) FROM tiers r WHERE organization_id = $1),
    'purchases', (SELECT jsonb_agg(p ORDER BY p.id) FROM purchases p WHERE organization_id = $1),
    'gifts', (SELECT jsonb_agg(g ORDER BY g.id) FROM access_grants g WHERE organization_id = $1),
    'interventions', (SELECT jsonb_agg(i ORDER BY i.id) FROM content_interventions i WHERE organization_id = $1),
    'fees', (SELECT jsonb_agg(f) FROM fee_rates f WHERE organization_id = $1),
    'mail', (SELECT jsonb_agg(o ORDER BY o.id) FROM outbox o WHERE organization_id = $1)) AS held`, t.organization, people);
  return rows[0].held;
}

/** Every route that is no exit, as people from outside, about things of `t`: those that answered with what is private to it. */
async function crossings(t) {
  const secrets = ['owner', 'admin', 'creator', 'member', 'guest'].map((name) => `${name}@example.com`)
    .concat([t.purchase, t.media, t.invitation, t.session, t.template, t.creatorTemplate]);
  const found = [];
  const admitted = [];
  for (const caller of ['stranger', 'rival']) {
    for (const route of routes().filter(({ key, worker }) => !EXITS.includes(key) && worker !== 'auth')) {
      const { status, text } = await ask(route, caller, t, true);
      if (status < 400) admitted.push(`${caller} ${route.key}`);
      if (secrets.some((secret) => text.includes(secret))) found.push(`${caller} ${route.key}: ${text.slice(0, 300)}`);
    }
  }
  return { found, admitted };
}

test('where statements forget their owners, nothing crosses from tenant to tenant', { timeout: 900_000 }, async () => {
  for (const caller of ['stranger', 'rival']) {
    const answer = await clientOf(stack).call('auth', 'POST', '/api/auth/email/login', { body: { email: `${caller}@example.com`, password: PASSWORD } });
    if (answer.status !== 200) cookies[caller] = await clientOf(stack).person(`another-${caller}@example.com`);
    else cookies[caller] = answer.headers.get('set-cookie').split(';')[0];
    people[caller] = (await clientOf(stack).expect(200, 'auth', 'GET', '/api/auth/session', { cookie: cookies[caller] })).user.id;
  }
  await query(`UPDATE users SET role = 'creator' WHERE id = ANY ($1)`, [people.stranger, people.rival]);
  await query(`INSERT INTO organization_members SELECT id, $1, 'owner', now() FROM organizations WHERE slug = 'elsewhere' ON CONFLICT DO NOTHING`, people.rival);
  const forget = async (whether) => assert.equal((await fetch(`${stack.local}/sql/ownerless`, { method: 'PUT', body: String(whether) })).status, 200);
  const managed = (await query(`SELECT pg_get_functiondef('managed_tenant'::regproc) AS definition`)).rows[0].definition;
  await query(`CREATE OR REPLACE FUNCTION managed_tenant(organization uuid, caller uuid, runs_platform boolean)
    RETURNS TABLE (manages boolean, timezone text) LANGUAGE sql STABLE AS $$ SELECT true, 'UTC' $$`);
  await forget(true);
  const t = await universe('ownerless');
  const before = await holdings(t);
  const fenced = await crossings(t);
  assert.deepEqual(fenced.found, []);
  assert.deepEqual(await holdings(t), before);
  assert.ok(fenced.admitted.some((admission) => admission.includes('rival GET /api/admin/customers')), 'nothing was forgotten');

  // And this would show it: without row-level security, much of it crosses.
  const { rows: tables } = await query(`SELECT relname FROM pg_class WHERE relrowsecurity`);
  for (const { relname } of tables) await query(`ALTER TABLE ${relname} DISABLE ROW LEVEL SECURITY`);
  const open = await crossings(t);
  assert.ok(open.found.length > 20, `only ${open.found.length} answers would have crossed`);
  assert.notDeepEqual(await holdings(t), before);
  for (const { relname } of tables) await query(`ALTER TABLE ${relname} ENABLE ROW LEVEL SECURITY`);
  await query(managed);
  await forget(false);
});
