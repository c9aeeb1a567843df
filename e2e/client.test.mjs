// A front end of its own: the SvelteKit application in e2e/sveltekit talks to the platform through @codex/client, from its server and from
// its pages, on a domain whose hosts share the session.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { PASSWORD, until } from '../scripts/lib/client.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 4200;
const DOMAIN = 'codex.localhost';
const PORT = 20_000 + OFFSET + 90;
const APP = resolve('e2e/sveltekit');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WORKERS = { auth: 'auth', content: 'content-api', organization: 'organization-api', ecom: 'ecom-api', identity: 'identity-api', media: 'media-api', notifications: 'notifications-api', admin: 'admin-api' };
const at = (tenant) => `http://${tenant}.${DOMAIN}:${PORT}`;

const state = resolve('.local/test/e2e-client');
let stack;
let site;
let browser;
/** The package, built as it would be published. */
let client;
/** Where the services are, by name: for servers and for browsers. */
let urls;
/** Two tenants and their owner. */
let owner;
const tenants = {};

const program = (name, args, options) => execFileSync(resolve(`node_modules/.bin/${name}`), args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });

before(async () => {
  rmSync(state, { recursive: true, force: true });
  program('tsc', ['-p', 'shared/typescript']);
  program('vite', ['build', '--logLevel', 'error'], { cwd: APP });
  stack = await startStack({ offset: OFFSET, state, adjust: COARSE.local, vars: { LIMITS, BASE_DOMAIN: DOMAIN, WEB_APP_URL: `http://${DOMAIN}:${PORT}` }, onLog: () => {} });
  client = await import('@codex/client');
  const ports = portsOf(OFFSET);
  urls = Object.fromEntries(Object.entries(WORKERS).map(([name, worker]) => [name, stack.urls[worker]]));
  // A browser's requests go to hosts of the platform's domain, as they do where it is deployed; Node finds none below localhost.
  const seen = Object.fromEntries(Object.entries(WORKERS).map(([name, worker]) => [name, `http://${worker}.${DOMAIN}:${ports[worker]}`]));
  const variables = { API_URLS: JSON.stringify(urls), PUBLIC_API_URLS: JSON.stringify(seen) };
  site = spawn(resolve('node_modules/.bin/vite'), ['preview', '--host', '127.0.0.1', '--port', String(PORT), '--strictPort'], { cwd: APP, env: { ...process.env, ...variables }, stdio: ['ignore', 'ignore', 'inherit'] });
  await furnish();
  await until('the site is up', () => fetch(`http://127.0.0.1:${PORT}/login`, { headers: { host: DOMAIN } }).then(({ ok }) => ok, () => false));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
});
after(async () => {
  await browser?.close();
  site?.kill();
  await stack?.stop();
});

/** Somebody's own client: what a server holds for the length of one request. */
const somebody = () => client.serverClient({ urls, cookie: null });

/** Two tenants, each with one thing for sale and one that is free. */
async function furnish() {
  owner = somebody();
  await owner.auth.post('/api/auth/email/register', { body: { name: 'Olga Owner', email: 'olga@example.com', password: PASSWORD } });
  for (const slug of ['yoga', 'film']) {
    const { data: organization } = await owner.organization.post('/api/organizations', { body: { name: `The ${slug} house`, slug } });
    tenants[slug] = organization;
    for (const [title, priceCents] of [['First steps', 900], ['Open house', 0]]) {
      const body = { title: `${title} in ${slug}`, slug: title.toLowerCase().replace(' ', '-'), contentType: 'written', contentBody: 'Words.', organizationId: organization.id, visibility: priceCents ? 'purchased_only' : 'public', priceCents };
      const { data: content } = await owner.content.post('/api/content', { body });
      await owner.content.post('/api/content/{id}/publish', { params: { path: { id: content.id } } });
    }
  }
}

/** A browser of somebody's own. `open` goes to an address, and waits until scripts have taken its page over. */
async function visitor({ javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ javaScriptEnabled });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const open = async (address) => {
    const answer = await page.goto(address);
    if (javaScriptEnabled) await page.locator('html[data-alive]').waitFor();
    return answer;
  };
  return { context, page, open };
}

async function fill(page, fields) {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const sessions = async (context) => (await context.cookies()).filter(({ name }) => name === 'codex-session').map(({ domain }) => domain);

test('the application is typed throughout', () => program('tsc', ['--noEmit'], { cwd: APP, stdio: 'inherit' }));

for (const javaScriptEnabled of [false, true]) {
  describe(`a viewer ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
    const email = `vera-${javaScriptEnabled}@example.com`;
    let viewer;
    before(async () => (viewer = await visitor({ javaScriptEnabled })));
    after(() => viewer.context.close());

    test('is sent to sign in, and is told what is wrong with what they typed', async () => {
      const { page, open } = viewer;
      await open(`${at('yoga')}/library?page=1`);
      assert.equal(page.url(), `${at('yoga')}/login?redirect=${encodeURIComponent('/library?page=1')}`);
      await fill(page, { 'E-mail': email, Password: 'not the password' });
      await press(page, 'Sign in');
      await page.getByRole('alert').getByText('E-mail address or password is wrong').waitFor();
      await open(`${at('yoga')}/register?redirect=/library`);
      await fill(page, { Name: '', 'E-mail': email, Password: 'short' });
      await press(page, 'Join');
      await page.getByRole('alert').getByText(/^Name: /).waitFor();
      await page.getByRole('alert').getByText(/^Password: /).waitFor();
      assert.equal(await page.getByRole('alert').count(), 2, 'every field that is wrong, and no other');
      assert.equal(await page.getByLabel('E-mail').inputValue(), email, 'what was typed is kept');
      assert.equal(await page.getByLabel('Password').inputValue(), '', 'but a password');
      await fill(page, { Name: 'Vera', Password: PASSWORD });
      await press(page, 'Join');
      await page.waitForURL(`${at('yoga')}/library`);
      await page.getByText('0 here, 0 begun').waitFor();
    });

    test('is signed in at every host of the platform, and sees one tenant at each', async () => {
      const { page, context, open } = viewer;
      assert.deepEqual(await sessions(context), [`.${DOMAIN}`], 'as the auth worker said it, through the site');
      for (const [tenant, name] of [['yoga', 'The yoga house'], ['film', 'The film house']]) {
        await open(`${at(tenant)}/content/first-steps`);
        await page.getByText('Signed in as Vera').waitFor();
        await page.getByText(name, { exact: true }).waitFor();
        await page.getByRole('heading', { name: `First steps in ${tenant}` }).waitFor();
      }
      await open(`http://${DOMAIN}:${PORT}/`);
      await page.getByText('Signed in as Vera').waitFor();
    });

    test('buys, and has it', async () => {
      const { page, open } = viewer;
      await open(`${at('yoga')}/content/first-steps`);
      await press(page, 'Buy');
      await page.waitForURL((url) => url.origin === stack.local);
      await press(page, 'Pay');
      await page.getByRole('heading', { name: 'First steps in yoga is yours' }).waitFor();
      await open(`${at('yoga')}/library`);
      await page.getByRole('link', { name: 'First steps in yoga' }).click();
      await page.getByText('In your library').waitFor();
    });

    test('signs out of all of it', async () => {
      const { page, context, open } = viewer;
      await open(at('film'));
      await press(page, 'Sign out');
      await page.getByText('Signed in as').waitFor({ state: 'hidden' });
      assert.deepEqual(await sessions(context), []);
      const answer = await open(`${at('yoga')}/library`);
      assert.match(answer.url(), /\/login\?redirect=/);
    });
  });
}

test('what is not there is a page that says so', async () => {
  const { page, context } = await visitor();
  assert.equal((await page.goto(`${at('yoga')}/content/nothing`)).status(), 404);
  await page.getByRole('heading', { name: '404' }).waitFor();
  assert.equal((await page.goto(at('nobody'))).status(), 404);
  await context.close();
});

test('a page asks for itself: as who the cookie says, and once for a word typed', async () => {
  const { page, context, open } = await visitor();
  await open(`${at('yoga')}/`);
  await press(page, 'Follow');
  await page.getByRole('status').getByText('UNAUTHORIZED').waitFor();
  await open(`${at('film')}/login?redirect=/search`);
  await fill(page, { 'E-mail': 'olga@example.com', Password: PASSWORD });
  await press(page, 'Sign in');
  await page.waitForURL(`${at('film')}/search`);
  const asked = [];
  page.on('request', (request) => request.url().includes('/api/content/public') && asked.push(new URL(request.url()).searchParams.get('search')));
  // The page's clock stands still while somebody types, however long a loaded machine takes over it.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.getByLabel('Search').pressSequentially('open house');
  await page.clock.resume();
  await page.getByText('Open house in yoga').waitFor();
  await page.getByText('Open house in film').waitFor();
  assert.deepEqual(asked, ['open house']);
  await open(`${at('yoga')}/`);
  await press(page, 'Follow');
  await page.getByText('You follow this.').waitFor();
  const { data } = await owner.organization.get('/api/organizations/{id}/followers/me', { params: { path: { id: tenants.yoga.id } } });
  assert.equal(data.following, true, 'another host of the platform knew who asked');
  await context.close();
});

test('what the schemas refuse, the services refuse, for the same fields', async () => {
  const [{ createContentSchema }, { createOrganizationSchema, createTierSchema }, { updateProfileSchema }] = await Promise.all(['content', 'organization', 'identity'].map((name) => import(`@codex/client/${name}`)));
  const content = (body) => [createContentSchema, () => owner.content.post('/api/content', { body }), body];
  const organization = (body) => [createOrganizationSchema, () => owner.organization.post('/api/organizations', { body }), body];
  const tier = (body) => [createTierSchema, () => owner.organization.post('/api/organizations/{id}/tiers', { params: { path: { id: tenants.yoga.id } }, body }), body];
  const profile = (body) => [updateProfileSchema, () => owner.identity.patch('/api/user/profile', { body }), body];
  const cases = [
    content({ title: '', contentType: 'film', tags: ['a', ''], priceCents: -1 }),
    content({ title: 'x'.repeat(501), contentType: 'written', organizationId: 'mine', currency: 'USD', thumbnailUrl: 'nowhere' }),
    content({ contentType: 'written', priceCents: 1.5, description: 7 }),
    organization({ name: '', slug: 'No Slug' }),
    organization({ name: 'x'.repeat(256), slug: 'ab', description: 'x'.repeat(5001) }),
    tier({ name: '', monthlyPriceCents: -5 }),
    profile({ displayName: '', bio: 3, socialLinks: { website: 'not a link' } }),
  ];
  for (const [schema, send, body] of cases) {
    const here = client.fieldErrors(schema.safeParse(body).error);
    const there = client.fieldErrors(await send().then(() => assert.fail(`${JSON.stringify(body)} was taken`), (error) => error));
    assert.deepEqual(Object.keys(here).sort(), Object.keys(there).sort(), JSON.stringify(body).slice(0, 200));
  }
});
